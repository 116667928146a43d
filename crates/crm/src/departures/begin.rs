//! Approving, and the short transaction with which a departure begins: the person is shut out, and one job asked for.
//!
//! What was decided is looked at again in that transaction: the seal over the choices, that nothing new refers to the
//! person, that whoever gets something still can. Everything long is the job's ([`super::run_job`]). At its hour a
//! departure begins by itself; where it cannot any more, the person is frozen all the same and the planner told why.
//! Not here: deciding ([`super::plan`]). Start reading at [`run`]. Proved by `crates/crm/tests/it/departures.rs`.

use super::item::Item;
use super::plan::{approvers, decided, fingerprint, held, must_be_ready, news, person, unfit};
use super::policy::{Approves, policy};
use super::sheet::must_see;
use super::{Departure, RUN, State, choose, not_oneself, tell};
use crate::desk::{Asker, Desk, Verb};
use crate::jobs::every;
use crate::people::{self, as_actor};
use crate::{Done, Error, Problem};
use catalogue::RowId;
use security::{Actor, Denial, PrincipalId, Task, UserState, entrust};
use serde_json::{Value as Json, json};
use store::queue::{self, JobState, NewJob};
use store::revocation::Act;
use store::{Fault, Tx, accounts, departures};

pub(super) const NOT_AN_APPROVER: &str =
    "whoever planned a departure does not approve it, nor does whoever leaves; the policy of departures says who can";
const NOTE: usize = 500;

/// Approves a departure as it was looked at. Where the policy says so and no hour is set, it begins at once.
pub fn approve(desk: &Desk, who: &Asker, id: RowId, version: i64, note: Option<&str>) -> Done<()> {
    let note = note.map(str::trim).filter(|note| !note.is_empty()).map(str::to_owned);
    if note.as_ref().is_some_and(|note| note.chars().count() > NOTE) {
        return Err(Problem::column("note", format!("at most {NOTE} characters")));
    }
    let runner = desk.perform(who, Verb::admin("departure.approve"), move |tx, actor| approved(tx, actor, id, version, note.as_deref()))?;
    match runner {
        Some((user, epoch)) => begin(desk, &Asker::Job { user, epoch }, id, None),
        None => Ok(()),
    }
}

/// Answers with whose rights it begins now, where it does.
fn approved(tx: &mut Tx<'_>, actor: &Actor, id: RowId, version: i64, note: Option<&str>) -> Done<Option<(PrincipalId, i64)>> {
    let old = held(tx, actor, id, Some(version))?;
    if old.state != State::Waiting {
        return Err(unfit(&old, "approved"));
    }
    let rules = policy(tx)?;
    if !approvers(tx, &rules, &old)?.contains(&actor.user()) {
        return Err(Denial::Guard(NOT_AN_APPROVER).into());
    }
    // Whoever approves with the task proves the second factor for it, as for any other use of it.
    if entrust(actor, Task::DisableUsers) == Err(Denial::StepUp) {
        return Err(Denial::StepUp.into());
    }
    let runner = runner(tx, actor, &old)?;
    let walker = as_actor(tx, runner.unwrap_or(old.planned_by))?;
    let items = decided(tx, &walker, actor, &old, choose::KEYS)?;
    must_stand(&old, &items)?;
    must_be_ready(&rules, &items)?;
    choose::heirs_still_fit(tx, &walker, &old, &items)?;
    let begins = rules.runs_on_approval && runner.is_some() && old.starts_on.is_none_or(|on| on <= tx.now());
    let new = Departure {
        state: State::Approved,
        // Should this process end before it begins, its hour has come.
        starts_on: if begins { Some(tx.now()) } else { old.starts_on },
        approved_by: Some(actor.user()),
        approved_on: Some(tx.now()),
        run_by: runner,
        why: note.map(str::to_owned),
        ..old.clone()
    };
    departures::save(tx, &old, &new)?;
    tell::planner(tx, &new, "approved", actor.user())?;
    match runner.filter(|_| begins) {
        Some(user) => Ok(Some((user, epoch_of(tx, user)?))),
        None => Ok(None),
    }
}

/// With whose rights it will run: whoever approves, if they may disable people; else whoever planned it.
fn runner(tx: &mut Tx<'_>, actor: &Actor, departure: &Departure) -> Done<Option<PrincipalId>> {
    if may_disable(actor) {
        return Ok(Some(actor.user()));
    }
    let planner = as_actor(tx, departure.planned_by)?;
    Ok(Some(departure.planned_by).filter(|_| may_disable(&planner)))
}

/// WHY: asked of the roles alone. A second factor that is not fresh stops whoever presses the button, not who will run it.
fn may_disable(actor: &Actor) -> bool {
    matches!(entrust(actor, Task::DisableUsers), Ok(()) | Err(Denial::StepUp))
}

fn epoch_of(tx: &mut Tx<'_>, user: PrincipalId) -> Done<i64> {
    Ok(accounts::user(tx, user)?.ok_or(Denial::NotThere)?.epoch)
}

/// Refuses a decision on an older picture.
fn must_stand(departure: &Departure, items: &[Item]) -> Done<()> {
    let is_sealed = departure.fingerprint.as_deref() == Some(fingerprint(&departure.choices).as_slice());
    let news = news(items);
    if is_sealed && news.is_empty() {
        return Ok(());
    }
    let what =
        if news.is_empty() { "what was chosen has changed".to_owned() } else { format!("there is something new: {}", news.join(", ")) };
    Err(Problem::conflict("plan-changed", format!("since this was decided {what}; look at the plan again")))
}

/// Makes a departure run, or go on after it stopped.
pub fn run(desk: &Desk, who: &Asker, id: RowId, version: i64) -> Done<()> {
    begin(desk, who, id, Some(version))
}

fn begin(desk: &Desk, who: &Asker, id: RowId, version: Option<i64>) -> Done<()> {
    let shut = desk.perform(who, Verb::admin("departure.run"), move |tx, actor| start(tx, actor, id, version))?;
    match shut {
        Some((user, at)) => Ok(desk.store().note_revocation(Act::Disable, user, at)?),
        None => Ok(()),
    }
}

/// Answers who was shut out, and when, for the revocation journal.
fn start(tx: &mut Tx<'_>, actor: &Actor, id: RowId, version: Option<i64>) -> Done<Option<(PrincipalId, i64)>> {
    entrust(actor, Task::DisableUsers)?;
    let old = held(tx, actor, id, version)?;
    not_oneself(actor, &old)?;
    let mut new = old.clone();
    let job = match old.job {
        Some(job) => queue::get(tx, job)?,
        None => None,
    };
    let has_died = old.state == State::Running && job.as_ref().is_none_or(|job| job.state.has_ended());
    if old.state == State::Stopped && job.is_some_and(|job| job.kind == super::UNDO) {
        return Err(unfit(&old, "run: it was being undone when it stopped; undo it again to go on with that"));
    }
    may_begin(tx, actor, &old, &mut new, has_died)?;
    new.begun_on = old.begun_on.or(Some(tx.now()));
    // Gone on with, too: whoever was let back in meanwhile is not, while their records go.
    accounts::lock_user(tx, old.user)?;
    people::shut_out(tx, old.user, old.reason.as_deref())?;
    let title = format!("Departure of {}", person(tx, &old)?.name);
    let arguments = json!({ "title": title, "departure": id.to_string() });
    let ask = NewJob { kind: RUN.into(), asker: actor.user(), session: None, epoch: epoch_of(tx, actor.user())?, arguments };
    new.job = Some(queue::enqueue(tx, &ask)?);
    (new.state, new.run_by, new.why) = (State::Running, Some(actor.user()), None);
    departures::save(tx, &old, &new)?;
    Ok(Some((old.user, tx.now())))
}

/// Asks everything again that was asked before, as it is now: approval, seals, readiness, heirs.
fn may_begin(tx: &mut Tx<'_>, actor: &Actor, old: &Departure, new: &mut Departure, has_died: bool) -> Done<()> {
    let rules = policy(tx)?;
    if !(old.state.is_plan() || old.state == State::Stopped || has_died) {
        return Err(unfit(old, "run"));
    }
    if rules.approves == Approves::Nobody {
        if old.state == State::Draft {
            *new = new.planned_too_by(actor.user());
            (new.decided_by, new.fingerprint) = (Some(actor.user()), Some(fingerprint(&old.choices)));
        }
    } else {
        // Whoever approved could still do so: a policy that was made stricter meanwhile counts.
        let approvers = approvers(tx, &rules, old)?;
        let is_approved = old.state != State::Draft && old.approved_by.is_some_and(|by| approvers.contains(&by));
        if !is_approved {
            return Err(Problem::conflict("departure-state", "this departure needs an approval first"));
        }
    }
    let items = decided(tx, actor, actor, old, choose::KEYS)?;
    must_stand(new, &items)?;
    must_be_ready(&rules, &items)?;
    choose::heirs_still_fit(tx, actor, old, &items)
}

/// What was decided about, as it is kept: no name of any record.
pub(super) fn picture(items: &[Item]) -> Json {
    let one = |item: &Item| {
        json!({
            "key": item.key, "kind": item.kind.name(), "set": item.set, "column": item.column, "thing": item.thing.map(|id| id.to_string()),
            "label": item.label, "count": item.count, "consequence": item.consequence, "choice": item.chosen.as_ref().map(|c| c.written()),
        })
    };
    Json::Array(items.iter().map(one).collect())
}

/// Stops the job of a departure after the batch at hand. What was done stays done, and can go on or be undone.
pub fn stop(tx: &mut Tx<'_>, actor: &Actor, id: RowId) -> Done<()> {
    entrust(actor, Task::DisableUsers)?;
    // WHY: not held. Its job holds it in batch after batch, and whoever waited for that would each time see a job that has
    // changed since, until PostgreSQL gives up.
    let departure = departures::get(tx, id)?.ok_or(Denial::NotThere)?;
    must_see(tx, actor, &departure)?;
    tx.about("departures", id);
    not_oneself(actor, &departure)?;
    let job = departure.job.filter(|_| matches!(departure.state, State::Running | State::Undoing));
    let Some(job) = job else { return Err(unfit(&departure, "stopped")) };
    let was_waiting = queue::get(tx, job)?.is_some_and(|job| job.state == JobState::Queued);
    if queue::cancel(tx, job)? && was_waiting {
        let why = "it was stopped before its first batch";
        departures::save(tx, &departure, &Departure { state: State::Stopped, why: Some(why.into()), ..departure.clone() })?;
    }
    Ok(())
}

/// Begins what is due, and stops what lost its job. For upkeep, every minute or so. One that cannot be looked at is in the
/// way of no other.
pub(crate) fn keep_time(desk: &Desk) -> Done<()> {
    let kept_up = super::run_job::keep_up(desk);
    kept_up.and(every(desk.glance(|tx| Ok(departures::due(tx)?))?, |id| at_its_hour(desk, id)))
}

fn at_its_hour(desk: &Desk, id: RowId) -> Done<()> {
    let found = desk.glance(move |tx| Ok(departures::get(tx, id)?))?;
    let Some(departure) = found else { return Ok(()) };
    let runner = departure.run_by.unwrap_or(departure.planned_by);
    let epoch = desk.glance(move |tx| Ok(accounts::user(tx, runner)?.filter(|user| user.state == UserState::Active).map(|u| u.epoch)))?;
    let begun = match epoch {
        Some(epoch) => begin(desk, &Asker::Job { user: runner, epoch }, departure.id, Some(departure.version)),
        None => Err(Problem::conflict("no-runner", "whoever would run it is not active any more")),
    };
    match begun {
        Ok(()) => Ok(()),
        Err(Error::Fault(fault)) => Err(fault.into()),
        // Somebody changed it at this moment; the next minute looks again.
        Err(Error::Stale { .. }) => Ok(()),
        Err(why) => put_off(desk, &departure, &why.to_string()),
    }
}

/// The hour has come and the plan does not stand: the person is frozen, the plan waits for a look.
fn put_off(desk: &Desk, departure: &Departure, why: &str) -> Done<()> {
    let (id, why) = (departure.id, why.to_owned());
    let frozen = desk.operate("departure.put_off", move |tx| {
        let Some(old) = departures::lock(tx, id)?.filter(|old| old.state == State::Approved) else { return Ok(None) };
        tx.about("departures", id);
        // The last administrator stays: somebody has to be there to look at the plan.
        let freezes = person(tx, &old)?.state == UserState::Active && people::guards::keep_without(tx, old.user).is_ok();
        if freezes {
            accounts::set_state(tx, old.user, UserState::Frozen)?;
            accounts::remark(tx, old.user, Some("the departure's hour has come, and its plan needs another look"))?;
        }
        let new = Departure { state: State::Draft, starts_on: None, fingerprint: None, why: Some(why.clone()), ..old.clone() };
        departures::save(tx, &old, &new)?;
        tell::put_off(tx, &new)?;
        Ok(freezes.then_some((old.user, tx.now())))
    })?;
    match frozen {
        Some((user, at)) => Ok(desk.store().note_revocation(Act::Freeze, user, at)?),
        None => Ok(()),
    }
}

/// The departure that a job runs or undoes.
pub(super) fn of_job(job: &queue::Job) -> Result<RowId, Fault> {
    let id = job.arguments.get("departure").and_then(Json::as_str).and_then(RowId::parse);
    id.ok_or_else(|| Fault::broken("a job of a departure names none"))
}
