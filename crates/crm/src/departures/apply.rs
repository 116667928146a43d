//! Doing what was chosen about an item, some of it at a time, through the normal verbs.
//!
//! Each thing that changes is noted in the same transaction with what was there before, so that it can be undone and
//! counted. What cannot be done is noted with its reason and stays; nothing is tried twice in one run.
//! Not here: the job around it ([`super::run_job`]), undoing ([`super::undo_job`]). Start reading at [`some`].
//! Proved by `crates/crm/tests/it/departures.rs`.

use super::item::{Choice, Item, Kind};
use super::{Departure, State, tell};
use crate::people::{self, guards};
use crate::records::{self as verbs, Receiver};
use crate::{Done, Problem, approvals, workflows};
use catalogue::{RowId, Table};
use security::{Actor, Denial, PrincipalId, RowFacts, UnitId, hand_over, replace_in};
use serde_json::{Value as Json, json};
use store::records::{self, States, Written};
use store::{Fault, Tx, accounts, departures, rights};

/// A verb holds SQLite's writer no longer than this before it lets others in, in microseconds.
const SLICE: i64 = 12_000;

/// How far a run is within one item.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Reached {
    /// The last row that was met.
    pub(super) last: Option<RowId>,
    /// How many things of it were met so far.
    pub(super) met: i64,
    /// Nothing of it is left.
    pub(super) is_over: bool,
}

/// One departure at work in one transaction.
pub(super) struct Work<'a> {
    pub(super) actor: &'a Actor,
    pub(super) departure: &'a Departure,
    pub(super) item: &'a Item,
    /// At most so many things in this transaction.
    pub(super) most: usize,
}

impl Work<'_> {
    fn leaver(&self) -> PrincipalId {
        self.departure.user
    }

    /// Notes what changed.
    pub(super) fn note(&self, tx: &mut Tx<'_>, set: &str, row: RowId, was: &Json, became: &Json) -> Result<(), Fault> {
        departures::note(tx, self.departure.id, &self.item.key, set, row, was, became)
    }

    /// Notes what could not be done, and why; once, however often it is met.
    fn note_left(&self, tx: &mut Tx<'_>, set: &str, row: RowId, why: &str) -> Result<(), Fault> {
        if departures::is_left(tx, self.departure.id, &self.item.key, row, why)? {
            return Ok(());
        }
        departures::note_left(tx, self.departure.id, &self.item.key, set, row, why)
    }

    /// However slow the machine: each transaction does one thing at least.
    fn is_full(&self, tx: &Tx<'_>, met: usize) -> bool {
        met >= self.most || (met > 0 && tx.has_spent(SLICE))
    }
}

/// Does some of what was chosen about the item, from where the run is within it.
pub(super) fn some(tx: &mut Tx<'_>, work: &Work<'_>, from: Reached) -> Done<Reached> {
    let over = Reached { is_over: true, ..from };
    let Some(choice) = &work.item.chosen else { return Ok(over) };
    match (work.item.kind, choice) {
        (_, Choice::Leave) => Ok(over),
        (Kind::Open | Kind::Owned, Choice::Give(to)) => give(tx, work, to, from),
        (Kind::Open | Kind::Owned, Choice::Delete) => delete(tx, work, from),
        (Kind::Open | Kind::Owned, Choice::ReadOnly) => read_only(tx, work).map(|()| over),
        (Kind::Named, Choice::Give(to)) => name(tx, work, to.first().copied(), from),
        (Kind::Named, Choice::Clear) => name(tx, work, None, from),
        (Kind::WorkflowOwner | Kind::WorkflowStep, choice) => workflow(tx, work, choice).map(|()| over),
        (Kind::Approvals, Choice::Give(to)) => hand_on_approvals(tx, work, to, from),
        (Kind::Team, Choice::Give(to)) => team(tx, work, to).map(|()| over),
        (Kind::Reports, Choice::Give(to)) => reports(tx, work, to.first().copied(), from),
        (Kind::Reports, Choice::Clear) => reports(tx, work, None, from),
        (Kind::Services, Choice::Give(to)) => services(tx, work, to.first().copied(), from),
        (Kind::Services, Choice::Pause) => services(tx, work, None, from),
        (Kind::Planned, Choice::Give(to)) => planned(tx, work, to).map(|()| over),
        // What ends by itself, and what was offered to nobody.
        _ => Ok(over),
    }
}

/// The table of an item, and which states of it are meant.
fn table_of<'c>(work: &Work<'_>, catalogue: &'c catalogue::Catalogue) -> Done<&'c Table> {
    let set = work.item.set.as_deref().unwrap_or_default();
    Ok(catalogue.find(set).ok_or_else(|| Fault::broken("an item of a table that is not there"))?)
}

/// The next rows that the leaver owns of the item's table.
fn owned(tx: &mut Tx<'_>, work: &Work<'_>, table: &Table, from: &Reached) -> Done<Vec<(RowId, UnitId)>> {
    let permit = hand_over(work.actor, work.leaver(), table)?;
    let open = people::open_states(table);
    // What else is owned comes behind what is open, which has a choice of its own.
    let states = match work.item.kind {
        Kind::Open => States::Open(&open),
        _ if super::find::has_open_item(table) => States::Shut(&open),
        _ => States::All,
    };
    Ok(records::owned_after(tx, &permit, states, from.last, work.most)?)
}

fn give(tx: &mut Tx<'_>, work: &Work<'_>, to: &[PrincipalId], from: Reached) -> Done<Reached> {
    let catalogue = work.actor.catalogue().clone();
    let table = table_of(work, &catalogue)?;
    let rows = owned(tx, work, table, &from)?;
    let mut reached = Reached { is_over: rows.len() < work.most, ..from };
    let mut heirs = Vec::new();
    for heir in to {
        let receiver = Receiver::find(tx, *heir)?;
        receiver.must_read(table)?;
        heirs.push(receiver);
    }
    let permit = hand_over(work.actor, work.leaver(), table)?;
    let planners = super::choose::planners(tx, work.actor, work.departure)?;
    for (done, (id, unit)) in rows.into_iter().enumerate() {
        if work.is_full(tx, done) {
            reached.is_over = false;
            break;
        }
        let turn = usize::try_from(reached.met).unwrap_or_default() % heirs.len().max(1);
        let Some(heir) = heirs.get(turn) else { break };
        let was = RowFacts { owner: Some(work.leaver()), unit: Some(unit), ..RowFacts::default() };
        for who in planners.iter().chain([work.actor]) {
            guards::gains_nothing(who, table, &was, &heir.facts())?;
        }
        // What was given away between the two statements is somebody else's and stays.
        if let Written::Done(_) = records::assign(tx, &permit, id, heir.id, heir.unit)? {
            let before = json!({ "owner": work.leaver().to_string(), "unit": unit.to_string() });
            work.note(tx, &table.set, id, &before, &json!({ "owner": heir.id.to_string(), "unit": heir.unit.to_string() }))?;
        }
        (reached.last, reached.met) = (Some(id), reached.met + 1);
    }
    Ok(reached)
}

fn delete(tx: &mut Tx<'_>, work: &Work<'_>, from: Reached) -> Done<Reached> {
    let catalogue = work.actor.catalogue().clone();
    let table = table_of(work, &catalogue)?;
    let rows = owned(tx, work, table, &from)?;
    let mut reached = Reached { is_over: rows.len() < work.most, ..from };
    for (done, (id, _)) in rows.into_iter().enumerate() {
        if work.is_full(tx, done) {
            reached.is_over = false;
            break;
        }
        let deleted = tx.part(|tx| verbs::delete(tx, work.actor, table.id, id));
        match deleted {
            Ok(group) => work.note(tx, &table.set, id, &json!({}), &json!({ "deleted": group.to_string() }))?,
            Err(error) => {
                if let Some(why) = super::choose::words(Err(error))? {
                    work.note_left(tx, &table.set, id, &why)?;
                }
            }
        }
        (reached.last, reached.met) = (Some(id), reached.met + 1);
    }
    Ok(reached)
}

fn read_only(tx: &mut Tx<'_>, work: &Work<'_>) -> Done<()> {
    let set = work.item.set.clone().unwrap_or_default();
    if rights::make_read_only(tx, work.leaver(), &set)? {
        work.note(tx, "read_only", work.leaver().0, &json!({}), &json!({ "set": set }))?;
    }
    Ok(())
}

fn name(tx: &mut Tx<'_>, work: &Work<'_>, to: Option<PrincipalId>, from: Reached) -> Done<Reached> {
    let catalogue = work.actor.catalogue().clone();
    let table = table_of(work, &catalogue)?;
    let column = work.item.column.as_deref().and_then(|name| table.kept(name)).ok_or(Denial::NotThere)?;
    if let Some(to) = to {
        Receiver::find(tx, to)?;
    }
    let permit = replace_in(work.actor, work.leaver(), table, column.id)?;
    let rows = records::naming_after(tx, &permit, from.last, work.most)?;
    let mut reached = Reached { is_over: rows.len() < work.most, ..from };
    for (done, (id, _)) in rows.into_iter().enumerate() {
        if work.is_full(tx, done) {
            reached.is_over = false;
            break;
        }
        if let Written::Done(_) = records::replace_named(tx, &permit, id, to)? {
            let before = json!({ "column": column.name, "names": work.leaver().to_string() });
            let after = json!({ "column": column.name, "names": to.map(|id| id.to_string()) });
            work.note(tx, &table.set, id, &before, &after)?;
        }
        (reached.last, reached.met) = (Some(id), reached.met + 1);
    }
    Ok(reached)
}

fn workflow(tx: &mut Tx<'_>, work: &Work<'_>, choice: &Choice) -> Done<()> {
    let Some(id) = work.item.thing else { return Ok(()) };
    let changed = match (work.item.kind, choice) {
        (Kind::WorkflowOwner, Choice::Give(to)) => match to.first() {
            Some(heir) => workflows::hand_over(tx, id, work.leaver(), *heir)?,
            None => None,
        },
        (_, Choice::Give(to)) => match to.first() {
            Some(heir) => workflows::rename(tx, id, work.leaver(), *heir)?,
            None => None,
        },
        _ => workflows::pause_for(tx, id, "somebody it needs has left")?,
    };
    let Some(turn) = changed else { return Ok(()) };
    for why in &turn.left {
        work.note_left(tx, "workflows", id, why)?;
    }
    Ok(work.note(tx, "workflows", id, &turn.was, &turn.became)?)
}

fn hand_on_approvals(tx: &mut Tx<'_>, work: &Work<'_>, to: &[PrincipalId], from: Reached) -> Done<Reached> {
    let Some(heir) = to.first() else { return Ok(Reached { is_over: true, ..from }) };
    Receiver::find(tx, *heir)?;
    let decides = people::as_actor(tx, *heir)?;
    let waiting = store::approvals::waiting_of(tx, work.leaver(), from.last, work.most)?;
    let mut reached = Reached { is_over: waiting.len() < work.most, ..from };
    for approval in waiting {
        if let Some(why) = approvals::unfit(tx, &approval, &decides)? {
            work.note_left(tx, "approvals", approval.id, why)?;
        } else if approvals::hand_on(tx, &approval, work.leaver(), *heir)? {
            let before = json!({ "of": work.leaver().to_string() });
            work.note(tx, "approvals", approval.id, &before, &json!({ "of": heir.to_string() }))?;
        }
        (reached.last, reached.met) = (Some(approval.id), reached.met + 1);
    }
    Ok(reached)
}

fn team(tx: &mut Tx<'_>, work: &Work<'_>, to: &[PrincipalId]) -> Done<()> {
    let (Some(team), Some(heir)) = (work.item.thing, to.first()) else { return Ok(()) };
    if accounts::members(tx, PrincipalId(team))?.contains(heir) {
        return Ok(());
    }
    people::add_member(tx, work.actor, PrincipalId(team), *heir)?;
    Ok(work.note(tx, "teams", team, &json!({}), &json!({ "member": heir.to_string() }))?)
}

fn reports(tx: &mut Tx<'_>, work: &Work<'_>, to: Option<PrincipalId>, from: Reached) -> Done<Reached> {
    // Whoever was refused reports on: what comes is behind the last one met.
    let mut left = accounts::reports_of(tx, work.leaver())?;
    left.retain(|report| from.last.is_none_or(|last| report.0 > last));
    left.sort_unstable();
    let mut reached = Reached { is_over: left.len() <= work.most, ..from };
    for report in left.into_iter().take(work.most) {
        // Whoever takes the place of their own manager reports to nobody.
        let manager = to.filter(|to| *to != report);
        let done = tx.part(|tx| people::set_manager(tx, work.actor, report, manager));
        match super::choose::words(done)? {
            None => {
                let before = json!({ "manager": work.leaver().to_string() });
                work.note(tx, "users", report.0, &before, &json!({ "manager": manager.map(|id| id.to_string()) }))?;
            }
            Some(why) => work.note_left(tx, "users", report.0, &why)?,
        }
        (reached.last, reached.met) = (Some(report.0), reached.met + 1);
    }
    Ok(reached)
}

/// Either way their keys end: whoever leaves made them. With nobody to answer for them, they are frozen.
fn services(tx: &mut Tx<'_>, work: &Work<'_>, to: Option<PrincipalId>, from: Reached) -> Done<Reached> {
    let mut reached = Reached { is_over: true, ..from };
    for (id, _) in accounts::services_of(tx, work.leaver())? {
        let done = tx.part(|tx| {
            match to {
                Some(heir) => people::set_service(tx, work.actor, id, Some(heir))?,
                None => people::stop_account(tx, id, Some("whoever answered for it has left")).map(drop)?,
            }
            Ok(accounts::end_keys(tx, id)?)
        });
        match super::choose::words(done)? {
            None => {
                let before = json!({ "responsible": work.leaver().to_string() });
                let by = to.map_or_else(|| work.leaver().to_string(), |heir| heir.to_string());
                work.note(tx, "services", id.0, &before, &json!({ "responsible": by, "keys": "ended", "frozen": to.is_none() }))?;
            }
            Some(why) => work.note_left(tx, "services", id.0, &why)?,
        }
        reached.met += 1;
    }
    tx.about("departures", work.departure.id);
    Ok(reached)
}

/// Another departure that ran with the leaver's rights is planned by somebody else from now on, and decided anew.
fn planned(tx: &mut Tx<'_>, work: &Work<'_>, to: &[PrincipalId]) -> Done<()> {
    let (Some(id), Some(heir)) = (work.item.thing, to.first()) else { return Ok(()) };
    let Some(old) = departures::lock(tx, id)?.filter(|old| !old.state.has_ended()) else { return Ok(()) };
    if old.user == *heir {
        return Err(Problem::column("to", "nobody plans their own departure"));
    }
    let mut new = Departure { planned_by: *heir, ..old.planned_too_by(*heir) };
    new.run_by = old.run_by.map(|by| if by == work.leaver() { *heir } else { by });
    if old.state.is_plan() {
        // Nobody runs what they have not looked at: whoever takes it over decides it anew.
        (new.state, new.starts_on, new.fingerprint) = (State::Draft, None, None);
        (new.decided_by, new.approved_by, new.approved_on, new.run_by) = (None, None, None, None);
    }
    departures::save(tx, &old, &new)?;
    tell::handed_on(tx, &new)?;
    Ok(work.note(tx, "departures", id, &json!({ "planned_by": old.planned_by.to_string() }), &json!({ "planned_by": heir.to_string() }))?)
}
