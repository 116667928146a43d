//! The job that runs a departure: the archive first, then item by item, some things in each transaction, then the proof.
//!
//! Where it stands is kept with each batch, so a crash between two costs nothing, one within a batch undoes it whole,
//! and what was handed over is not found again. What the walk finds is asked anew for each item, so what came to the
//! person until the last moment is handed over too; what came behind the place it had reached, in a second round. A job
//! that cannot go on leaves the departure stopped, with the reason; one that was given up leaves that to the minute's
//! upkeep ([`super::begin`]).
//! Not here: what happens to an item ([`super::apply`]). Start reading at [`run`].
//! Proved by `crates/crm/tests/it/departures.rs`, `crates/crm/tests/it/departures_handed.rs` and
//! `crates/castellan/tests/it/departures.rs`.

use super::apply::{self, Reached, Work};
use super::begin::{of_job, picture};
use super::item::{Choice, Item, Kind, Offer};
use super::plan::decided;
use super::policy::policy;
use super::{Departure, RUN, State, archive, certificate, choose, find, tell};
use crate::jobs::{End, LEASE, asker_of, every, outcome};
use crate::people;
use crate::{Asker, Desk, Done, Error, Verb};
use catalogue::RowId;
use security::{Actor, Denial, Task, entrust};
use serde_json::Value as Json;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use store::queue::{self, Going, Job, JobState};
use store::{Tx, departures};

/// Things in one transaction at most.
const BATCH: usize = 100;

/// Stands before a place of the second time that a run goes through everything.
const AGAIN: &str = "again|";

/// How far the run is: the key of the item, the last row met in it, and how many were.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Place {
    item: Option<String>,
    last: Option<RowId>,
    met: i64,
    done: i64,
    total: Option<i64>,
    /// It has gone through everything before.
    is_again: bool,
}

impl Place {
    fn of(job: &Job) -> Place {
        let mut place = Place { done: job.done, total: job.total, ..Place::default() };
        let mut cursor = job.cursor.as_deref().unwrap_or_default();
        if let Some(rest) = cursor.strip_prefix(AGAIN) {
            (cursor, place.is_again) = (rest, true);
        }
        let mut parts = cursor.splitn(3, '|');
        place.met = parts.next().and_then(|n| n.parse().ok()).unwrap_or_default();
        place.last = parts.next().and_then(RowId::parse);
        place.item = parts.next().filter(|key| !key.is_empty()).map(str::to_owned);
        place
    }

    fn cursor(&self) -> String {
        let last = self.last.map(|id| id.to_string()).unwrap_or_default();
        let again = if self.is_again { AGAIN } else { "" };
        format!("{again}{}|{last}|{}", self.met, self.item.as_deref().unwrap_or_default())
    }
}

/// What a batch came to.
enum Step {
    /// There is more, of this item where one is named: it need not be walked to again.
    On(Option<Arc<Item>>),
    Over,
    Stopped,
}

/// Runs the job from where it stands, to its end or until `stop` is set.
pub(crate) fn run(desk: &Desk, job: &Job, stop: &AtomicBool) -> Done<End> {
    let (who, id) = (asker_of(job), of_job(job)?);
    let ended = go(desk, &who, job, id, stop);
    match ended {
        Err(error @ Error::Fault(_)) => Err(error),
        Err(Error::Problem(problem)) if problem.code == crate::jobs::LOST => Err(Error::Problem(problem)),
        Err(error) => {
            let words = stopped_words(&error);
            stopped(desk, id, Some(job.id), &words)?;
            Err(error)
        }
        done => done,
    }
}

/// Why it stopped, for whoever can let it go on.
pub(super) fn stopped_words(error: &Error) -> String {
    match error {
        Error::Denied(Denial::SignIn | Denial::State(_)) => "whoever ran it is not active any more; somebody else can go on".into(),
        Error::Problem(problem) if !problem.errors.is_empty() => {
            problem.errors.iter().map(|wrong| wrong.message.as_str()).collect::<Vec<_>>().join("; ")
        }
        other => other.to_string(),
    }
}

/// Stops every departure whose job has ended without it: given up, or stopped where its asker's jobs are listed.
pub(super) fn keep_up(desk: &Desk) -> Done<()> {
    every(desk.glance(|tx| Ok(departures::stranded(tx)?))?, |id| {
        let Some(departure) = desk.glance(move |tx| Ok(departures::get(tx, id)?))? else { return Ok(()) };
        let job = desk.glance(|tx| Ok(departure.job.map(|job| queue::get(tx, job)).transpose()?))?.flatten();
        let told = job.and_then(|job| job.message).filter(|words| !words.is_empty());
        let why = told.unwrap_or_else(|| "somebody stopped its job".into());
        stopped(desk, departure.id, departure.job, &why)
    })
}

/// Keeps that it stopped, and why.
pub(super) fn stopped(desk: &Desk, id: RowId, job: Option<RowId>, why: &str) -> Done<()> {
    let why = why.to_owned();
    desk.operate("departure.stopped", move |tx| {
        // Somebody may have let it go on meanwhile, with another job.
        let is_at_work = |old: &Departure| old.job == job && matches!(old.state, State::Running | State::Undoing);
        let Some(old) = departures::lock(tx, id)?.filter(is_at_work) else { return Ok(()) };
        tx.about("departures", id);
        let new = Departure { state: State::Stopped, why: Some(why.clone()), ..old.clone() };
        departures::save(tx, &old, &new)?;
        tell::ended(tx, &new, "stopped")
    })
}

fn go(desk: &Desk, who: &Asker, job: &Job, id: RowId, stop: &AtomicBool) -> Done<End> {
    let departure = desk.look(who, move |tx, _| Ok(departures::get(tx, id)?.ok_or(Denial::NotThere)?))?;
    if departure.job == Some(job.id) && departure.state == State::Done {
        // The process ended between the last batch and the end of its job.
        return Ok(End::Done(None));
    }
    if !certificate::is_of(departure.before_run.as_ref(), job.id) {
        let job = job.clone();
        // WHY: looked at outside. It counts whatever the person ever touched, and nobody who writes should wait for that.
        let before = desk.look(who, |tx, actor| seen(tx, actor, &job, id))?;
        desk.perform(who, Verb::admin(RUN), move |tx, actor| begin(tx, actor, &job, id, &before))?;
    }
    let needs_archive = desk.look(who, |tx, _| Ok(policy(tx)?.needs_archive))?;
    if needs_archive && departure.archive.is_none() {
        archive::make(desk, who, job, id)?;
    }
    let mut at_hand: Option<Arc<Item>> = None;
    while !stop.load(Ordering::Relaxed) {
        let (at, of) = (job.clone(), at_hand.take());
        match desk.perform(who, Verb::admin(RUN), move |tx, actor| batch(tx, actor, &at, id, of.clone()))? {
            Step::On(item) => {
                // An item is over, which may have frozen service accounts: noted before anybody hears of it.
                if item.is_none() {
                    people::note_missing(desk)?;
                }
                at_hand = item;
            }
            Step::Over => return Ok(End::Done(None)),
            Step::Stopped => return Ok(End::Cancelled(Some("stopped; it can go on, or be undone".into()))),
        }
    }
    Ok(End::Left)
}

/// The picture that the run begins, or goes on, with: what there is, how many, what becomes of it.
fn seen(tx: &mut Tx<'_>, actor: &Actor, job: &Job, id: RowId) -> Done<Json> {
    entrust(actor, Task::DisableUsers)?;
    let departure = departures::get(tx, id)?.ok_or(Denial::NotThere)?;
    let items = decided(tx, actor, actor, &departure, find::Depth::Full)?;
    Ok(certificate::before(tx, &departure, job.id, picture(&items), &items)?)
}

/// Keeps it.
fn begin(tx: &mut Tx<'_>, actor: &Actor, job: &Job, id: RowId, before: &Json) -> Done<()> {
    let old = mine(tx, actor, job, id)?;
    Ok(departures::save(tx, &old, &Departure { before_run: Some(before.clone()), ..old.clone() })?)
}

/// The departure, if it is still this job's to run.
fn mine(tx: &mut Tx<'_>, actor: &Actor, job: &Job, id: RowId) -> Done<Departure> {
    entrust(actor, Task::DisableUsers)?;
    tx.about("departures", id);
    let departure = departures::lock(tx, id)?.ok_or(Denial::NotThere)?;
    super::not_oneself(actor, &departure)?;
    let is_mine = departure.job == Some(job.id) && departure.state == State::Running;
    if is_mine { Ok(departure) } else { Err(crate::jobs::lost()) }
}

/// Some of what is to be done. `at_hand` is the item of the batch before, when it was not over: a walk takes longer than
/// handing over does, and nobody else who writes should wait for it.
fn batch(tx: &mut Tx<'_>, actor: &Actor, job: &Job, id: RowId, at_hand: Option<Arc<Item>>) -> Done<Step> {
    let departure = mine(tx, actor, job, id)?;
    let kept = queue::get(tx, job.id)?.ok_or(Denial::NotThere)?;
    if kept.state == JobState::Stopping {
        let new = Departure { state: State::Stopped, why: Some("somebody stopped it".into()), ..departure.clone() };
        departures::save(tx, &departure, &new)?;
        tell::ended(tx, &new, "stopped")?;
        return Ok(Step::Stopped);
    }
    let mut place = Place::of(&kept);
    if place.total.is_none() {
        place.total = departure.before_run.as_ref().and_then(certificate::total);
    }
    let item = match at_hand {
        Some(item) => item,
        None => {
            let items = decided(tx, actor, actor, &departure, find::Depth::Keys)?;
            match next(&items, &place) {
                Some(item) => Arc::new(item.clone()),
                None if !place.is_again && is_left(tx, actor, &departure, &items)? => {
                    let place = Place { is_again: true, item: None, last: None, met: 0, ..place };
                    return at(tx, job, &place).map(|()| Step::On(None));
                }
                None => return finish(tx, actor, &kept, &departure, &items),
            }
        }
    };
    let is_same = place.item.as_deref() == Some(item.key.as_str());
    let from = Reached { last: place.last.filter(|_| is_same), met: if is_same { place.met } else { 0 }, is_over: false };
    let work = Work { actor, departure: &departure, item: &item, most: BATCH };
    let reached = apply::some(tx, &work, from)?;
    place.done += reached.met - from.met;
    place.item = Some(item.key.clone());
    place.met = reached.met;
    // An item that is over is left behind by a row that no other is greater than.
    place.last = if reached.is_over { Some(RowId(uuid_max())) } else { reached.last };
    at(tx, job, &place)?;
    Ok(Step::On(Some(item).filter(|_| !reached.is_over)))
}

/// Keeps how far the run is.
fn at(tx: &mut Tx<'_>, job: &Job, place: &Place) -> Done<()> {
    let total = place.total.map(|total| total.max(place.done));
    let (Going::On | Going::Stop | Going::Lost) = outcome(queue::progress(tx, job, &place.cursor(), place.done, total, tx.now() + LEASE)?)?;
    Ok(())
}

/// Whether something that was to go is there still, and no reason was noted: it came behind the place the run had reached,
/// as a case that was opened again or a record that was brought back.
fn is_left(tx: &mut Tx<'_>, actor: &Actor, departure: &Departure, items: &[Item]) -> Done<bool> {
    if !items.iter().any(is_to_go) {
        return Ok(false);
    }
    for item in decided(tx, actor, actor, departure, find::Depth::Full)?.iter().filter(|item| is_to_go(item)) {
        if item.count > departures::left_of(tx, departure.id, &item.key)? {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Once done, it is not found any more.
fn is_to_go(item: &Item) -> bool {
    match item.chosen {
        Some(Choice::Give(_) | Choice::Clear | Choice::Delete) => true,
        // What is paused is there still; it is offered while it runs.
        Some(Choice::Pause) => matches!(item.kind, Kind::WorkflowOwner | Kind::WorkflowStep) && item.offers.contains(&Offer::Pause),
        Some(Choice::Leave | Choice::ReadOnly) | None => false,
    }
}

fn uuid_max() -> uuid::Uuid {
    uuid::Uuid::max()
}

/// The item to go on with: the one at hand while it is not over, else the next that something is to be done about.
fn next<'i>(items: &'i [Item], place: &Place) -> Option<&'i Item> {
    let todo = |item: &&Item| item.chosen.is_some() && !item.kind.ends_by_itself();
    let Some(at) = &place.item else { return items.iter().find(todo) };
    let is_over = place.last == Some(RowId(uuid_max()));
    let rank = |key: &str| (Kind::parse(key.split(':').next().unwrap_or_default()), key.to_owned());
    let here = rank(at);
    items.iter().filter(todo).find(|item| {
        let other = rank(&item.key);
        other > here || (!is_over && other == here)
    })
}

/// Everything was gone through: what is left is counted, and the departure is done.
fn finish(tx: &mut Tx<'_>, actor: &Actor, job: &Job, old: &Departure, items: &[Item]) -> Done<Step> {
    choose::nothing_forgotten(old, items)?;
    let result = certificate::made(tx, actor, old)?;
    let new = Departure { state: State::Done, result: Some(result), why: None, ..old.clone() };
    departures::save(tx, old, &new)?;
    tell::ended(tx, &new, "done")?;
    let until = tx.now() + LEASE;
    // Whether somebody wanted it stopped at this moment: it is done.
    let (Going::On | Going::Stop | Going::Lost) = outcome(queue::progress(tx, job, "", job.done, None, until)?)?;
    Ok(Step::Over)
}
