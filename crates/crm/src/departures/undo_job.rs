//! Giving back what a departure handed over: one by one, the last first, and only what is still as the run left it.
//!
//! What somebody gave on, changed or deleted since stays, and stands in a list with the reason. The person stays disabled:
//! letting them back in is an act of its own ([`crate::people::enable`]).
//! Not here: the run ([`super::run_job`]). Start reading at [`undo`]. Proved by `crates/crm/tests/it/departures.rs`.

use super::begin::of_job;
use super::plan::{held, unfit};
use super::run_job::{stopped, stopped_words};
use super::{Departure, State, UNDO, choose, not_oneself, tell};
use crate::jobs::{End, LEASE, asker_of, lost, outcome};
use crate::people::{self, guards};
use crate::workflows::Back;
use crate::{Asker, Desk, Done, Error, Problem, Verb, records as verbs, workflows};
use catalogue::{RowId, Table};
use security::{Actor, Denial, PrincipalId, RowFacts, Task, UnitId, UserState, entrust, name_again, take_back};
use serde_json::{Value as Json, json};
use std::sync::atomic::{AtomicBool, Ordering};
use store::departures::Done as Change;
use store::queue::{self, Going, Job, JobState, NewJob};
use store::records::{self, Written};
use store::{Tx, accounts, approvals, departures, rights};

/// Things in one transaction.
const BATCH: usize = 100;
/// A batch lets others in behind so many microseconds.
const SLICE: i64 = 12_000;
/// What came of undoing something that went back.
const BACK: &str = "back";
/// What came of undoing something that went back, and of which there is something to say.
const BACK_BUT: &str = "back: ";

/// Asks for what a run handed over to be given back.
pub fn undo(tx: &mut Tx<'_>, actor: &Actor, id: RowId) -> Done<()> {
    entrust(actor, Task::DisableUsers)?;
    let old = held(tx, actor, id, None)?;
    not_oneself(actor, &old)?;
    if !old.can_be_undone() {
        return Err(unfit(&old, "undone"));
    }
    if departures::open_of(tx, old.user)?.is_some_and(|open| open.id != id) {
        return Err(Problem::conflict("departure-open", "this person has another departure by now; cancel that one first, or let it end"));
    }
    let person = super::plan::person(tx, &old)?;
    let title = format!("Undo the departure of {}", person.name);
    let arguments = json!({ "title": title, "departure": id.to_string() });
    let epoch = accounts::user(tx, actor.user())?.ok_or(Denial::NotThere)?.epoch;
    let job = queue::enqueue(tx, &NewJob { kind: UNDO.into(), asker: actor.user(), session: None, epoch, arguments })?;
    let new = Departure { state: State::Undoing, job: Some(job), why: None, ..old.clone() };
    Ok(departures::save(tx, &old, &new)?)
}

/// Runs the job to its end or until `stop` is set.
pub(crate) fn run(desk: &Desk, job: &Job, stop: &AtomicBool) -> Done<End> {
    let (who, id) = (asker_of(job), of_job(job)?);
    match go(desk, &who, job, id, stop) {
        Err(error @ Error::Fault(_)) => Err(error),
        Err(Error::Problem(problem)) if problem.code == crate::jobs::LOST => Err(Error::Problem(problem)),
        Err(error) => {
            stopped(desk, id, Some(job.id), &stopped_words(&error))?;
            Err(error)
        }
        done => done,
    }
}

fn go(desk: &Desk, who: &Asker, job: &Job, id: RowId, stop: &AtomicBool) -> Done<End> {
    let departure = desk.look(who, move |tx, _| Ok(departures::get(tx, id)?.ok_or(Denial::NotThere)?))?;
    if departure.job == Some(job.id) && departure.state == State::Undone {
        // The process ended between the last batch and the end of its job.
        return Ok(End::Done(None));
    }
    while !stop.load(Ordering::Relaxed) {
        let at = job.clone();
        if let Some(end) = desk.perform(who, Verb::admin(UNDO), move |tx, actor| batch(tx, actor, &at, id))? {
            return Ok(end);
        }
    }
    Ok(End::Left)
}

/// Gives back some; answers how the job ended, when it did.
fn batch(tx: &mut Tx<'_>, actor: &Actor, job: &Job, id: RowId) -> Done<Option<End>> {
    entrust(actor, Task::DisableUsers)?;
    tx.about("departures", id);
    let departure = departures::lock(tx, id)?.ok_or(Denial::NotThere)?;
    not_oneself(actor, &departure)?;
    if departure.job != Some(job.id) || departure.state != State::Undoing {
        return Err(lost());
    }
    let kept = queue::get(tx, job.id)?.ok_or(Denial::NotThere)?;
    if kept.state == JobState::Stopping {
        let new = Departure { state: State::Stopped, why: Some("somebody stopped it".into()), ..departure.clone() };
        departures::save(tx, &departure, &new)?;
        tell::ended(tx, &new, "stopped")?;
        return Ok(Some(End::Cancelled(Some("stopped; what went back stays back".into()))));
    }
    let todo = departures::to_undo(tx, id, BATCH)?;
    if todo.is_empty() {
        let new = Departure { state: State::Undone, why: None, ..departure.clone() };
        departures::save(tx, &departure, &new)?;
        tell::ended(tx, &new, "undone")?;
        return Ok(Some(End::Done(None)));
    }
    let mut done = kept.done;
    for change in &todo {
        let tried = tx.part(|tx| one(tx, actor, &departure, change));
        let came = match tried {
            Ok(came) => came,
            Err(error) => choose::words(Err(error))?,
        };
        departures::note_undone(tx, id, change.seq, came.as_deref().unwrap_or(BACK))?;
        done += 1;
        if tx.has_spent(SLICE) {
            break;
        }
    }
    let (cursor, until) = (format!("{done}"), tx.now() + LEASE);
    // A wish to stop is seen at the next batch.
    let (Going::On | Going::Stop | Going::Lost) = outcome(queue::progress(tx, job, &cursor, done, None, until)?)?;
    Ok(None)
}

fn read_id(of: &Json, name: &str) -> Option<RowId> {
    of.get(name).and_then(Json::as_str).and_then(RowId::parse)
}

/// Undoes one thing; answers why it stayed, or nothing when it went back.
fn one(tx: &mut Tx<'_>, actor: &Actor, departure: &Departure, change: &Change) -> Done<Option<String>> {
    let leaver = departure.user;
    match change.set.as_str() {
        "workflows" => {
            let came = workflows::turn_back(tx, change.row, &change.was, &change.became)?;
            Ok(match came {
                Back::Stays => Some("somebody changed the workflow since".into()),
                Back::Whole => None,
                Back::Paused(why) => Some(format!("{BACK_BUT}{why}")),
            })
        }
        // What nobody could decide any more would wait for ever.
        "approvals" if accounts::user(tx, leaver)?.is_none_or(|user| user.state != UserState::Active) => {
            Ok(Some("it stays with whoever got it: the person is not here to decide it".into()))
        }
        "approvals" => {
            let heir = read_id(&change.became, "of").map(PrincipalId).ok_or(Denial::NotThere)?;
            let went = approvals::hand_on(tx, change.row, heir, leaver)?;
            Ok((!went).then(|| "it was decided, or handed on, since".into()))
        }
        "teams" => {
            let member = read_id(&change.became, "member").map(PrincipalId).ok_or(Denial::NotThere)?;
            people::remove_member(tx, actor, PrincipalId(change.row), member)?;
            Ok(None)
        }
        "users" => report(tx, actor, leaver, change),
        "services" => service(tx, actor, leaver, change),
        "read_only" => {
            let set = change.became.get("set").and_then(Json::as_str).unwrap_or_default();
            rights::end_read_only(tx, leaver, Some(set))?;
            Ok(None)
        }
        "departures" => Ok(Some("whoever planned that departure since keeps it".into())),
        set => {
            let catalogue = actor.catalogue().clone();
            let Some(table) = catalogue.find(set) else { return Ok(Some("its table is gone".into())) };
            row(tx, actor, leaver, table, change)
        }
    }
}

fn row(tx: &mut Tx<'_>, actor: &Actor, leaver: PrincipalId, table: &Table, change: &Change) -> Done<Option<String>> {
    if read_id(&change.became, "deleted").is_some() {
        verbs::restore(tx, actor, table.id, change.row)?;
        return Ok(None);
    }
    if let Some(column) = change.became.get("column").and_then(Json::as_str).and_then(|name| table.kept(name)) {
        let now = read_id(&change.became, "names").map(PrincipalId);
        let permit = name_again(actor, leaver, table, column.id, now)?;
        let went = records::name_again(tx, &permit, change.row)?;
        return stayed(tx, table, change.row, went, "it names somebody else since");
    }
    let (Some(heir), Some(unit)) = (read_id(&change.became, "owner").map(PrincipalId), read_id(&change.was, "unit").map(UnitId)) else {
        return Ok(Some("what it was before cannot be read".into()));
    };
    let permit = take_back(actor, leaver, heir, table)?;
    let at = |owner: PrincipalId, unit: UnitId| RowFacts { owner: Some(owner), unit: Some(unit), ..RowFacts::default() };
    if let Some(now) = read_id(&change.became, "unit").map(UnitId) {
        guards::gains_nothing(actor, table, &at(heir, now), &at(leaver, unit))?;
    }
    let went = records::give_back(tx, &permit, change.row, unit)?;
    stayed(tx, table, change.row, went, "it was given to somebody else since")
}

fn stayed(tx: &mut Tx<'_>, table: &Table, row: RowId, went: Written, otherwise: &str) -> Done<Option<String>> {
    if matches!(went, Written::Done(_)) {
        return Ok(None);
    }
    let is_there = records::exists(tx, table.id, row)?;
    Ok(Some(if is_there { otherwise.into() } else { "it was deleted since".into() }))
}

fn report(tx: &mut Tx<'_>, actor: &Actor, leaver: PrincipalId, change: &Change) -> Done<Option<String>> {
    let person = PrincipalId(change.row);
    let now = accounts::user(tx, person)?.ok_or(Denial::NotThere)?.manager;
    if now != read_id(&change.became, "manager").map(PrincipalId) {
        return Ok(Some("they report to somebody else since".into()));
    }
    people::set_manager(tx, actor, person, Some(leaver))?;
    Ok(None)
}

fn service(tx: &mut Tx<'_>, actor: &Actor, leaver: PrincipalId, change: &Change) -> Done<Option<String>> {
    let account = PrincipalId(change.row);
    if change.became.get("frozen").and_then(Json::as_bool) == Some(true) {
        return Ok(Some("it stays frozen, without a key; somebody lets it back on its page".into()));
    }
    let heir = read_id(&change.became, "responsible").map(PrincipalId).ok_or(Denial::NotThere)?;
    if !accounts::services_of(tx, heir)?.iter().any(|(id, _)| *id == account) {
        return Ok(Some("somebody else answers for it since".into()));
    }
    // Refused while the leaver is disabled: somebody who is not here answers for nothing.
    people::set_service(tx, actor, account, Some(leaver))?;
    Ok(None)
}
