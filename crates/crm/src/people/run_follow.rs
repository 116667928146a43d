//! The job that lets rows follow their owner to another unit, a hundred in one transaction.
//!
//! Each batch asks again whether its asker may move that person or team and whether they still stand in that unit, and
//! keeps rows, their history, figures and place together: a crash between two batches costs nothing, one within undoes
//! it whole, and what was moved is not found again. The trail names each row.
//! Not here: which rows there are (`follow`). Start reading at [`run`]. Proved by `crates/crm/tests/it/moving.rs`.

use super::follow::{Follow, Mover, left, open_states, unit_of};
use super::guards;
use crate::jobs::{End, LEASE, asker_of, outcome};
use crate::{Asker, Desk, Done, Verb};
use catalogue::{RowId, Table};
use security::{Actor, PrincipalId, UnitId, entrust, follow};
use std::sync::atomic::{AtomicBool, Ordering};
use store::queue::{self, Going, Job, JobState};
use store::records::{self, Written};
use store::{Fault, Tx};

/// Rows in one transaction.
const BATCH: usize = 100;

/// What the job was told.
#[derive(Clone)]
struct Ask {
    mover: Mover,
    unit: UnitId,
    rows: Follow,
}

impl Ask {
    fn of(job: &Job) -> Result<Ask, Fault> {
        let broken = || Fault::broken("a job that moves rows cannot be read");
        let said = |name: &str| job.arguments.get(name).and_then(|said| said.as_str());
        let id = |name: &str| said(name).and_then(RowId::parse).ok_or_else(broken);
        let is_team = job.arguments.get("is_team").and_then(|said| said.as_bool()).ok_or_else(broken)?;
        let mover = Mover { id: PrincipalId(id("owner")?), name: said("name").unwrap_or_default().to_owned(), is_team };
        Ok(Ask { mover, unit: UnitId(id("unit")?), rows: said("rows").and_then(Follow::parse).ok_or_else(broken)? })
    }
}

/// How far the job is.
#[derive(Clone, Default)]
struct Place {
    /// The last row that was met: its set and id.
    last: Option<(String, RowId)>,
    done: i64,
    total: Option<i64>,
}

impl Place {
    fn of(job: &Job) -> Place {
        let last = job.cursor.as_deref().and_then(|cursor| cursor.split_once(':'));
        let last = last.and_then(|(set, id)| Some((set.to_owned(), RowId::parse(id)?)));
        Place { last, done: job.done, total: job.total }
    }

    fn cursor(&self) -> String {
        self.last.as_ref().map_or_else(String::new, |(set, id)| format!("{set}:{id}"))
    }
}

/// What a batch came to.
enum Step {
    On(Place),
    Last,
    Stopped,
    MovedAgain,
}

/// Runs the job from where it stands, to its end or until `stop` is set.
pub(crate) fn run(desk: &Desk, job: &Job, stop: &AtomicBool) -> Done<End> {
    let (who, ask, mut place) = (asker_of(job), Ask::of(job)?, Place::of(job));
    while !stop.load(Ordering::Relaxed) {
        match keep(desk, &who, job, &ask, &place)? {
            Step::On(next) => place = next,
            Step::Last => return Ok(End::Done(None)),
            Step::Stopped => return Ok(End::Cancelled(None)),
            Step::MovedAgain => {
                let words = format!("stopped: {} was moved again meanwhile; what has followed stays where it is", ask.mover.name);
                return Ok(End::Cancelled(Some(words)));
            }
        }
    }
    Ok(End::Left)
}

/// Keeps one batch.
fn keep(desk: &Desk, who: &Asker, job: &Job, ask: &Ask, place: &Place) -> Done<Step> {
    let (job, ask, place) = (job.clone(), ask.clone(), place.clone());
    desk.perform(who, Verb::admin(super::FOLLOW), move |tx, actor| batch(tx, actor, &job, &ask, place.clone()))
}

fn batch(tx: &mut Tx<'_>, actor: &Actor, job: &Job, ask: &Ask, mut place: Place) -> Done<Step> {
    tx.about(ask.mover.set(), ask.mover.id.0);
    entrust(actor, ask.mover.task())?;
    guards::not_moving_own(actor, ask.mover.id)?;
    if queue::get(tx, job.id)?.is_none_or(|job| job.state == JobState::Stopping) {
        return Ok(Step::Stopped);
    }
    if unit_of(tx, &ask.mover)? != Some(ask.unit) {
        return Ok(Step::MovedAgain);
    }
    if place.total.is_none() {
        place.total = Some(left(tx, actor, &ask.mover, ask.unit, ask.rows)?);
    }
    let met = take_along(tx, actor, ask, &mut place)?;
    let (cursor, until) = (place.cursor(), tx.now() + LEASE);
    match outcome(queue::progress(tx, job, &cursor, place.done, place.total.map(|total| total.max(place.done)), until)?)? {
        _ if met < BATCH => Ok(Step::Last),
        Going::Stop => Ok(Step::Stopped),
        Going::On | Going::Lost => Ok(Step::On(place)),
    }
}

/// Moves the next rows behind `place`. Answers how many were met.
fn take_along(tx: &mut Tx<'_>, actor: &Actor, ask: &Ask, place: &mut Place) -> Done<usize> {
    let mut met = 0;
    let from = place.last.clone();
    let is_ahead = |table: &&Table| from.as_ref().is_some_and(|(set, _)| *set != table.set);
    for table in actor.catalogue().tables().iter().skip_while(is_ahead).filter(|table| table.is_owned()) {
        let permit = follow(actor, ask.mover.task(), ask.mover.id, table)?;
        let states = Some(open_states(table)).filter(|_| ask.rows == Follow::Open);
        let after = from.as_ref().filter(|(set, _)| *set == table.set).map(|(_, id)| *id);
        for (id, stood) in records::elsewhere(tx, &permit, ask.unit, states.as_deref(), after, BATCH - met)? {
            guards::reach_of_rows(actor, table, ask.mover.id, stood, ask.unit)?;
            // One that was given away between the two statements is somebody else's and stays.
            if let Written::Done(_) = records::set_unit(tx, &permit, id, ask.mover.id, ask.unit)? {
                place.done += 1;
            }
            place.last = Some((table.set.clone(), id));
            met += 1;
        }
        if met >= BATCH {
            break;
        }
    }
    Ok(met)
}
