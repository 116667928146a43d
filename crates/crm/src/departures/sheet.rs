//! A departure as whoever looks at it may see it, and what they may do with it.
//!
//! Whoever may disable users sees every departure; so does the manager of the person, where the policy gives them a part
//! in it. Both see ids, counts and names of tables, and the name of a record only where they may read it.
//! Not here: the verbs. Start reading at [`open`]. Proved by `crates/crm/tests/it/departures.rs`.

use super::item::{Choice, Item, Kind};
use super::plan::{approvers, decided, in_the_way, news};
use super::policy::{Approves, policy};
use super::{Departure, DeparturePolicy, State, UNDO, find, not_oneself};
use crate::jobs::Job;
use crate::people::as_actor;
use crate::{Done, Problem};
use catalogue::RowId;
use security::{Actor, Denial, PrincipalId, Privilege, Task, UserState, entrust, permit};
use serde_json::Value as Json;
use store::{Tx, accounts, departures, queue, records};

/// So many conflicts are shown.
const CONFLICTS: usize = 200;

/// A departure in a list.
#[derive(Clone, Debug)]
pub struct DepartureLine {
    /// The departure.
    pub departure: Departure,
    /// What the person is called.
    pub name: String,
    /// What whoever planned it is called.
    pub planned_by: String,
}

/// A page of departures, newest first.
#[derive(Clone, Debug)]
pub struct DeparturePage {
    /// Its lines.
    pub rows: Vec<DepartureLine>,
    /// Where the next page begins.
    pub next: Option<String>,
}

/// What whoever looks may do now. Each is either open or says why not, in words for people.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct May {
    /// Choose, and change reason and hour.
    pub choose: bool,
    /// Say that all is decided: it waits for approval then.
    pub submit: bool,
    /// Approve or send back.
    pub approve: bool,
    /// Make it run, or go on.
    pub run: bool,
    /// Stop its job after the batch at hand.
    pub stop: bool,
    /// Drop it before anything was done.
    pub cancel: bool,
    /// Give back what was handed over.
    pub undo: bool,
    /// Fetch the archive.
    pub archive: bool,
    /// What stands in the way of the next step; one sentence each.
    pub in_the_way: Vec<String>,
}

/// How much of an item was done, and how much of it went back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tally {
    /// The item's key.
    pub item: String,
    /// What people read.
    pub label: String,
    /// So many things were changed.
    pub done: i64,
    /// So many of them went back.
    pub back: i64,
}

/// Something that could not be given back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Conflict {
    /// Its set.
    pub set: String,
    /// Its id.
    pub id: RowId,
    /// Its name, where whoever looks may read it.
    pub name: Option<String>,
    /// Why it stayed.
    pub why: String,
}

/// A departure, opened.
#[derive(Clone, Debug)]
pub struct Sheet {
    /// The departure.
    pub departure: Departure,
    /// What the person is called.
    pub name: String,
    /// Names of everybody it names: whoever planned, approved, ran it; heirs.
    pub names: Vec<(PrincipalId, String)>,
    /// The person's manager, the first whom a proposal names.
    pub manager: Option<(PrincipalId, String)>,
    /// Everything that refers to the person now, with what was chosen; once it has run, what there was when it began.
    pub items: Vec<Item>,
    /// What changed since it was decided, by label; a decision on it is refused until somebody looks again.
    pub news: Vec<String>,
    /// What the organisation asks.
    pub policy: DeparturePolicy,
    /// What whoever looks may do.
    pub may: May,
    /// Its job, while there is one.
    pub job: Option<Job>,
    /// What was done.
    pub tally: Vec<Tally>,
    /// What could not be given back.
    pub conflicts: Vec<Conflict>,
}

/// The person's manager, while active.
pub(super) fn manager_of(tx: &mut Tx<'_>, user: PrincipalId) -> Done<Option<(PrincipalId, String)>> {
    let Some(manager) = accounts::user(tx, user)?.and_then(|user| user.manager) else { return Ok(None) };
    let found = accounts::user(tx, manager)?.filter(|manager| manager.state == UserState::Active);
    Ok(found.map(|manager| (manager.id, manager.name)))
}

/// WHY: a second factor that is not fresh stops a change, not a look.
fn oversees(actor: &Actor) -> bool {
    matches!(entrust(actor, Task::DisableUsers), Ok(()) | Err(Denial::StepUp))
}

/// Whether the policy gives the manager of this person a part in it.
fn takes_part(tx: &mut Tx<'_>, actor: &Actor, user: PrincipalId) -> Done<bool> {
    let rules = policy(tx)?;
    let has_part = rules.managers_start || matches!(rules.approves, Approves::Manager | Approves::ManagerOrSecond);
    Ok(has_part && manager_of(tx, user)?.is_some_and(|(id, _)| id == actor.user()))
}

/// Refuses whoever has no part in it, as if it were not there.
pub(super) fn must_see(tx: &mut Tx<'_>, actor: &Actor, departure: &Departure) -> Done<()> {
    if oversees(actor) || takes_part(tx, actor, departure.user)? { Ok(()) } else { Err(Denial::NotThere.into()) }
}

/// Whether whoever looks may plan this person's departure.
pub fn may_start(tx: &mut Tx<'_>, actor: &Actor, user: PrincipalId) -> Done<bool> {
    if user == actor.user() || departures::open_of(tx, user)?.is_some() {
        return Ok(false);
    }
    let rules = policy(tx)?;
    Ok(oversees(actor) || (rules.managers_start && manager_of(tx, user)?.is_some_and(|(id, _)| id == actor.user())))
}

/// Departures, newest first: all of them, or, for a manager, those of the own reports.
pub fn list(tx: &mut Tx<'_>, actor: &Actor, of: Option<PrincipalId>, after: Option<&str>, limit: usize) -> Done<DeparturePage> {
    let after = after.map(place).transpose()?;
    let mut found = if oversees(actor) {
        departures::list(tx, of, after, limit + 1)?
    } else {
        let mut own = Vec::new();
        for report in accounts::reports_of(tx, actor.user())? {
            if of.is_none_or(|of| of == report) && takes_part(tx, actor, report)? {
                own.extend(departures::list(tx, Some(report), after, limit + 1)?);
            }
        }
        own.sort_by_key(|departure| std::cmp::Reverse((departure.created_on, departure.id)));
        own
    };
    let has_more = found.len() > limit;
    found.truncate(limit);
    let next = found.last().filter(|_| has_more).map(|last| format!("{}.{}", last.created_on, last.id));
    let ids: Vec<PrincipalId> = found.iter().flat_map(|departure| [departure.user, departure.planned_by]).collect();
    let names = accounts::names(tx, &ids)?;
    let name = |id: PrincipalId| names.get(&id).map_or_else(String::new, |known| known.name.clone());
    let line = |departure: Departure| DepartureLine { name: name(departure.user), planned_by: name(departure.planned_by), departure };
    Ok(DeparturePage { rows: found.into_iter().map(line).collect(), next })
}

fn place(text: &str) -> Done<(i64, RowId)> {
    let read = || {
        let (created, id) = text.split_once('.')?;
        Some((created.parse().ok()?, RowId::parse(id)?))
    };
    read().ok_or_else(|| Problem::malformed("bad-place", "“after” is not a place in this list"))
}

/// Everything that refers to somebody, without a departure.
pub fn dependencies(tx: &mut Tx<'_>, actor: &Actor, user: PrincipalId) -> Done<Vec<Item>> {
    entrust(actor, Task::DisableUsers)?;
    let user = accounts::user(tx, user)?.ok_or(Denial::NotThere)?;
    find::items(tx, actor, actor, &user, find::Depth::Full)
}

/// One departure.
pub fn open(tx: &mut Tx<'_>, actor: &Actor, id: RowId) -> Done<Sheet> {
    let departure = departures::get(tx, id)?.ok_or(Denial::NotThere)?;
    must_see(tx, actor, &departure)?;
    let is_over = departure.state.has_ended() || departure.state == State::Undoing;
    let items = match (&departure.before_run, is_over) {
        (Some(before), true) => kept(before)?,
        _ => {
            let walker = if oversees(actor) { actor.clone() } else { as_actor(tx, departure.planned_by)? };
            decided(tx, &walker, actor, &departure, find::Depth::Full)?
        }
    };
    let rules = policy(tx)?;
    let job = match departure.job {
        Some(job) => queue::get(tx, job)?,
        None => None,
    };
    let may = may(tx, actor, &departure, &rules, &items, job.as_ref())?;
    let news = if departure.fingerprint.is_some() && !is_over { news(&items) } else { Vec::new() };
    let mut ids = vec![departure.user, departure.planned_by];
    ids.extend([departure.decided_by, departure.approved_by, departure.run_by].into_iter().flatten());
    ids.extend(items.iter().flat_map(|item| [&item.chosen, &item.proposal]).flatten().flat_map(|choice| choice.heirs().to_vec()));
    let names: Vec<(PrincipalId, String)> = accounts::names(tx, &ids)?.into_iter().map(|(id, known)| (id, known.name)).collect();
    let name = names.iter().find(|(id, _)| *id == departure.user).map_or_else(String::new, |(_, name)| name.clone());
    let manager = manager_of(tx, departure.user)?;
    let (tally, conflicts) = (tally(tx, &departure, &items)?, conflicts(tx, actor, &departure)?);
    Ok(Sheet { departure, name, names, manager, items, news, policy: rules, may, job, tally, conflicts })
}

/// The items as a run found them.
fn kept(before: &Json) -> Done<Vec<Item>> {
    let text = |item: &Json, name: &str| item.get(name).and_then(Json::as_str).map(str::to_owned);
    let one = |item: &Json| -> Done<Option<Item>> {
        let Some(kind) = text(item, "kind").as_deref().and_then(Kind::parse) else { return Ok(None) };
        let chosen = item.get("choice").filter(|choice| !choice.is_null()).map(|choice| Choice::read("choice", choice)).transpose()?;
        Ok(Some(Item {
            key: text(item, "key").unwrap_or_default(),
            kind,
            set: text(item, "set"),
            column: text(item, "column"),
            thing: text(item, "thing").as_deref().and_then(RowId::parse),
            label: text(item, "label").unwrap_or_default(),
            count: item.get("count").and_then(Json::as_i64).unwrap_or_default(),
            sample: Vec::new(),
            consequence: text(item, "consequence").unwrap_or_default(),
            offers: Vec::new(),
            proposal: None,
            chosen,
            is_blocking: false,
            seal: String::new(),
            link: None,
        }))
    };
    let items = before.get("items").and_then(Json::as_array).into_iter().flatten();
    Ok(items.map(one).collect::<Done<Vec<_>>>()?.into_iter().flatten().collect())
}

fn may(tx: &mut Tx<'_>, actor: &Actor, departure: &Departure, rules: &DeparturePolicy, items: &[Item], job: Option<&Job>) -> Done<May> {
    let works = oversees(actor) && not_oneself(actor, departure).is_ok();
    let has_died = departure.state == State::Running && job.is_none_or(|job| job.state.has_ended());
    let at = |states: &[State]| states.contains(&departure.state);
    let in_the_way = if departure.state.is_plan() || departure.state == State::Stopped { in_the_way(rules, items) } else { Vec::new() };
    let is_ready = in_the_way.is_empty();
    let approves = at(&[State::Waiting]) && approvers(tx, rules, departure)?.contains(&actor.user());
    let was_undoing = job.is_some_and(|job| job.kind == UNDO);
    let runs = at(&[State::Approved])
        || (at(&[State::Stopped]) && !was_undoing)
        || has_died
        || (at(&[State::Draft]) && rules.approves == Approves::Nobody);
    let is_own = departure.planned_by == actor.user();
    Ok(May {
        choose: works && (departure.state.is_plan() || at(&[State::Stopped])),
        submit: works && at(&[State::Draft]) && is_ready && (rules.approves != Approves::Nobody || departure.starts_on.is_some()),
        approve: approves && is_ready,
        run: works && runs && is_ready,
        stop: works && at(&[State::Running, State::Undoing]) && !has_died,
        cancel: (works || is_own) && departure.state.is_plan() && departure.begun_on.is_none(),
        undo: works && departure.can_be_undone(),
        archive: departure.archive.is_some() && entrust(actor, Task::ManageBackups).is_ok(),
        in_the_way,
    })
}

fn tally(tx: &mut Tx<'_>, departure: &Departure, items: &[Item]) -> Done<Vec<Tally>> {
    let label = |key: &str| items.iter().find(|item| item.key == key).map_or_else(|| key.to_owned(), |item| item.label.clone());
    let all = departures::tally(tx, departure.id)?;
    Ok(all.into_iter().map(|(item, done, back)| Tally { label: label(&item), item, done, back }).collect())
}

/// What could not be done or given back, with the names that whoever looks may read.
fn conflicts(tx: &mut Tx<'_>, actor: &Actor, departure: &Departure) -> Done<Vec<Conflict>> {
    let mut all = Vec::new();
    for change in departures::conflicts(tx, departure.id, 0, CONFLICTS)? {
        let catalogue = actor.catalogue().clone();
        let name = match catalogue.find(&change.set).map(|table| permit(actor, Privilege::Read, table)) {
            Some(Ok(read)) => records::names(tx, &read, &[change.row])?.remove(&change.row),
            Some(Err(_)) | None => None,
        };
        let why = change.undone.unwrap_or_default();
        let words = ["left: ", "back: "].iter().find_map(|word| why.strip_prefix(word)).unwrap_or(&why);
        all.push(Conflict { set: change.set, id: change.row, name, why: words.to_owned() });
    }
    Ok(all)
}
