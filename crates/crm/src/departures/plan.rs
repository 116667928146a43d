//! The plan of a departure: begun, decided item by item, sent for approval, sent back, dropped.
//!
//! Nothing here touches the person or a record: until it runs, a departure is a sheet of paper, and cancelling it at any
//! of these steps leaves everything as it was. Whoever changes a plan has planned it, and cannot approve it.
//! Not here: what may be chosen ([`super::choose`]), running it ([`super::begin`]). Start reading at [`plan`].
//! Proved by `crates/crm/tests/it/departures.rs`.

use super::item::{Choice, Item, Kind, Offer};
use super::policy::{Approves, DeparturePolicy, policy};
use super::sheet::{manager_of, must_see};
use super::{Departure, State, choose, find, tell};
use crate::people::guards;
use crate::{Done, Error, Problem};
use catalogue::RowId;
use security::{Actor, Denial, PrincipalId, Task, UserState, entrust};
use serde_json::{Map, Value as Json, json};
use sha2::{Digest, Sha256};
use store::accounts::User;
use store::{Tx, accounts, departures};

/// What is to become of what the person comes to own until then.
pub(super) const REST: &str = "owned:rest";
const LONGEST_REASON: usize = 500;

/// What is changed in a plan.
#[derive(Clone, Debug, Default)]
pub struct Edit {
    /// The version that was looked at.
    pub version: i64,
    /// Choices by the key of their item; none takes one back.
    pub choices: Vec<(String, Option<Choice>)>,
    /// Why the person leaves, where that changes.
    pub reason: Option<Option<String>>,
    /// When it runs by itself, where that changes; microseconds UTC.
    pub starts_on: Option<Option<i64>>,
    /// Takes what is proposed wherever nobody has chosen.
    pub proposals: bool,
}

/// Begins a plan for this person. Nobody plans their own; nobody has two that are open.
pub fn plan(tx: &mut Tx<'_>, actor: &Actor, user: PrincipalId, reason: Option<&str>, starts_on: Option<i64>) -> Done<RowId> {
    let rules = policy(tx)?;
    let is_manager = rules.managers_start && manager_of(tx, user)?.is_some_and(|(id, _)| id == actor.user());
    if !is_manager {
        entrust(actor, Task::DisableUsers)?;
    }
    if user == actor.user() {
        return Err(Denial::Guard("nobody plans their own departure; somebody else who may disable people can").into());
    }
    let person = accounts::user(tx, user)?.ok_or(Denial::NotThere)?;
    match person.state {
        UserState::Invited | UserState::Active | UserState::Frozen => {}
        // Disabled at once, what they had still waits to be handed over.
        UserState::Disabled => {}
        UserState::Erased => return Err(Problem::conflict("erased", "this person was erased already")),
    }
    if let Some(open) = departures::open_of(tx, user)? {
        let words =
            format!("{} has a departure already, {}; go on with that one or cancel it", person.name, super::words::state(open.state));
        return Err(Problem::conflict("departure-open", words));
    }
    if person.state == UserState::Active {
        guards::keep_without(tx, user)?;
    }
    let starts_on = hour(tx, starts_on)?;
    let id = departures::plan(tx, user, actor.user(), checked(reason)?.as_deref(), starts_on)?;
    tx.about("departures", id);
    Ok(id)
}

/// An hour that has not passed.
fn hour(tx: &Tx<'_>, starts_on: Option<i64>) -> Done<Option<i64>> {
    match starts_on {
        Some(on) if on <= tx.now() => Err(Problem::column("on", "lies in the past; leave it empty to run the departure by hand")),
        other => Ok(other),
    }
}

fn checked(text: Option<&str>) -> Done<Option<String>> {
    let text = text.map(str::trim).filter(|text| !text.is_empty());
    match text {
        Some(long) if long.chars().count() > LONGEST_REASON => {
            Err(Problem::column("reason", format!("at most {LONGEST_REASON} characters")))
        }
        other => Ok(other.map(str::to_owned)),
    }
}

/// The departure in the version that was looked at, held until the transaction ends, for whoever may see it.
pub(super) fn held(tx: &mut Tx<'_>, actor: &Actor, id: RowId, version: Option<i64>) -> Done<Departure> {
    let departure = departures::lock(tx, id)?.ok_or(Denial::NotThere)?;
    must_see(tx, actor, &departure)?;
    tx.about("departures", id);
    match version {
        Some(seen) if seen != departure.version => Err(Error::Stale { set: "departures".into(), id, version: departure.version }),
        _ => Ok(departure),
    }
}

/// What is said when a departure is past, or before, the step that was asked for.
pub(super) fn unfit(departure: &Departure, what: &str) -> Error {
    let words = format!("this departure is {}, so it cannot be {what}", super::words::state(departure.state));
    Problem::conflict("departure-state", words)
}

/// The person of a departure.
pub(super) fn person(tx: &mut Tx<'_>, departure: &Departure) -> Done<User> {
    Ok(accounts::user(tx, departure.user)?.ok_or(Denial::NotThere)?)
}

/// Everything that refers to the person now, with what was chosen. What comes until the run has an item of its own.
pub(super) fn decided(tx: &mut Tx<'_>, walker: &Actor, reader: &Actor, departure: &Departure, depth: find::Depth) -> Done<Vec<Item>> {
    let user = person(tx, departure)?;
    let mut items = find::items(tx, walker, reader, &user, depth)?;
    if departure.state.is_plan() {
        items.push(rest(tx, &user)?);
    }
    items.sort_by(|one, other| (one.kind, &one.key).cmp(&(other.kind, &other.key)));
    for item in &mut items {
        item.chosen = chosen(&departure.choices, item)?;
    }
    Ok(items)
}

fn rest(tx: &mut Tx<'_>, user: &User) -> Done<Item> {
    let manager = manager_of(tx, user.id)?.map(|(id, _)| Choice::Give(vec![id]));
    Ok(Item {
        key: REST.into(),
        kind: Kind::Owned,
        set: None,
        column: None,
        thing: None,
        label: "Whatever else comes to be theirs until then".into(),
        count: 0,
        sample: Vec::new(),
        consequence: "Without a choice, a table that nobody decided about makes the departure wait for one more look.".into(),
        offers: vec![Offer::GiveRound, Offer::Leave],
        proposal: Some(manager.unwrap_or(Choice::Leave)),
        chosen: None,
        is_blocking: false,
        seal: String::new(),
        link: None,
    })
}

/// What was chosen about this item, if it is still what was decided on.
fn chosen(choices: &Json, item: &Item) -> Done<Option<Choice>> {
    if item.offers.is_empty() {
        return Ok(None);
    }
    let own = choices.get(&item.key).filter(|kept| kept.get("seal").and_then(Json::as_str).is_some_and(|seal| item.is_sealed_by(seal)));
    let is_owned = matches!(item.kind, Kind::Owned | Kind::Open);
    let kept = own.or_else(|| choices.get(REST).filter(|_| is_owned && choices.get(&item.key).is_none()));
    kept.map(|kept| Choice::read(&item.key, kept)).transpose()
}

/// Changes a plan. It is a draft again, and whoever changed it has planned it.
pub fn change(tx: &mut Tx<'_>, actor: &Actor, id: RowId, edit: &Edit) -> Done<()> {
    entrust(actor, Task::DisableUsers)?;
    let old = held(tx, actor, id, Some(edit.version))?;
    if !old.state.is_plan() && old.state != State::Stopped {
        return Err(unfit(&old, "changed"));
    }
    super::not_oneself(actor, &old)?;
    let mut new = old.planned_too_by(actor.user());
    if let Some(reason) = &edit.reason {
        new.reason = checked(reason.as_deref())?;
    }
    if let Some(on) = edit.starts_on {
        new.starts_on = if on == old.starts_on { on } else { hour(tx, on)? };
    }
    let items = decided(tx, actor, actor, &old, find::Depth::Full)?;
    let mut choices = old.choices.as_object().cloned().unwrap_or_default();
    choose::keep(tx, actor, &old, &items, edit, &mut choices)?;
    new.choices = Json::Object(choices);
    // Stopped half-way, what is left is decided anew too, and approved where the policy asks for that.
    if old.state.is_plan() || policy(tx)?.approves != Approves::Nobody {
        new.state = State::Draft;
        (new.decided_by, new.approved_by, new.approved_on, new.run_by, new.fingerprint) = (None, None, None, None, None);
    } else {
        new.fingerprint = Some(fingerprint(&new.choices));
    }
    new.planned_by = actor.user();
    Ok(departures::save(tx, &old, &new)?)
}

/// SHA-256 over what was decided: kinds, stored definitions and choices, in the order of their keys.
pub(super) fn fingerprint(choices: &Json) -> Vec<u8> {
    let mut all: Vec<(&String, &Json)> = choices.as_object().into_iter().flatten().collect();
    all.sort_by_key(|(key, _)| key.as_str());
    let mut sum = Sha256::new();
    for (key, choice) in all {
        for part in [key.as_str(), &choice.to_string()] {
            sum.update((part.len() as u64).to_be_bytes());
            sum.update(part.as_bytes());
        }
    }
    sum.finalize().to_vec()
}

/// What refers to the person and was not decided on, by label.
pub(super) fn news(items: &[Item]) -> Vec<String> {
    items.iter().filter(|item| item.key != REST && item.is_undecided()).map(|item| item.label.clone()).collect()
}

/// Refuses what nobody has decided, and what must be mended elsewhere first.
pub(super) fn must_be_ready(rules: &DeparturePolicy, items: &[Item]) -> Done<()> {
    let in_the_way = in_the_way(rules, items);
    if in_the_way.is_empty() { Ok(()) } else { Err(Problem::conflict("undecided", in_the_way.join("; "))) }
}

/// What stands in the way of running it, one sentence each.
pub(super) fn in_the_way(rules: &DeparturePolicy, items: &[Item]) -> Vec<String> {
    let mut all = Vec::new();
    let undecided = news(items);
    if !undecided.is_empty() {
        all.push(format!("nobody has chosen what becomes of {}", undecided.join(", ")));
    }
    all.extend(items.iter().filter(|item| item.is_blocking).map(|item| format!("{} has to be mended first", item.label)));
    if rules.leave_nothing_open {
        let is_left = |item: &&Item| {
            matches!(item.kind, Kind::Open | Kind::WorkflowOwner) && matches!(item.chosen, Some(Choice::Leave | Choice::ReadOnly))
        };
        all.extend(
            items
                .iter()
                .filter(is_left)
                .map(|item| format!("this organisation leaves nothing open behind: choose who gets {}", item.label)),
        );
    }
    all
}

/// Says that all is decided. It waits for approval, or, where nobody approves, for its hour or somebody's word.
pub fn submit(tx: &mut Tx<'_>, actor: &Actor, id: RowId, version: i64) -> Done<()> {
    entrust(actor, Task::DisableUsers)?;
    let old = held(tx, actor, id, Some(version))?;
    super::not_oneself(actor, &old)?;
    if old.state != State::Draft {
        return Err(unfit(&old, "sent for approval"));
    }
    let rules = policy(tx)?;
    let items = decided(tx, actor, actor, &old, find::Depth::Keys)?;
    must_be_ready(&rules, &items)?;
    choose::heirs_still_fit(tx, actor, &old, &items)?;
    let mut new = old.planned_too_by(actor.user());
    (new.decided_by, new.fingerprint, new.why) = (Some(actor.user()), Some(fingerprint(&old.choices)), None);
    if rules.approves == Approves::Nobody {
        (new.state, new.run_by) = (State::Approved, Some(actor.user()));
        return Ok(departures::save(tx, &old, &new)?);
    }
    let approvers = approvers(tx, &rules, &new)?;
    if approvers.is_empty() {
        let words = match rules.approves {
            Approves::Manager => "nobody could approve it: the person has no active manager who had no hand in the plan",
            Approves::Second | Approves::ManagerOrSecond | Approves::Nobody => {
                "nobody could approve it: everybody who may has had a hand in the plan; give somebody else the right to disable people, \
                 or cancel it and let one person plan it anew"
            }
        };
        return Err(Problem::conflict("no-approver", words));
    }
    new.state = State::Waiting;
    departures::save(tx, &old, &new)?;
    tell::waits(tx, &new, &approvers)
}

/// Who may approve: never whoever leaves, nobody who had a hand in the plan, and no account that is no person.
pub(super) fn approvers(tx: &mut Tx<'_>, rules: &DeparturePolicy, departure: &Departure) -> Done<Vec<PrincipalId>> {
    let mut all = Vec::new();
    if matches!(rules.approves, Approves::Manager | Approves::ManagerOrSecond) {
        all.extend(manager_of(tx, departure.user)?.map(|(id, _)| id));
    }
    if matches!(rules.approves, Approves::Second | Approves::ManagerOrSecond) {
        all.extend(store::rights::users_with_task(tx, Task::DisableUsers)?);
    }
    all.sort_unstable();
    all.dedup();
    let mut may = Vec::new();
    for id in all.into_iter().filter(|id| *id != departure.user && !departure.planners.contains(id)) {
        if accounts::user(tx, id)?.is_some_and(|user| !user.is_service) {
            may.push(id);
        }
    }
    Ok(may)
}

/// Does not approve: the plan is a draft again, and whoever planned it learns why.
pub fn send_back(tx: &mut Tx<'_>, actor: &Actor, id: RowId, version: i64, note: Option<&str>) -> Done<()> {
    let old = held(tx, actor, id, Some(version))?;
    if old.state != State::Waiting {
        return Err(unfit(&old, "sent back"));
    }
    let rules = policy(tx)?;
    if !approvers(tx, &rules, &old)?.contains(&actor.user()) {
        return Err(Denial::Guard(super::begin::NOT_AN_APPROVER).into());
    }
    let new = Departure { state: State::Draft, why: checked(note)?, fingerprint: None, decided_by: None, ..old.clone() };
    departures::save(tx, &old, &new)?;
    tell::planner(tx, &new, "sent_back", actor.user())
}

/// Drops a departure before anything of it was done.
pub fn cancel(tx: &mut Tx<'_>, actor: &Actor, id: RowId, version: i64, note: Option<&str>) -> Done<()> {
    let old = held(tx, actor, id, Some(version))?;
    if old.planned_by != actor.user() {
        entrust(actor, Task::DisableUsers)?;
    }
    super::not_oneself(actor, &old)?;
    if !old.state.is_plan() || old.begun_on.is_some() {
        return Err(unfit(&old, "cancelled: some of it was done; undo it instead"));
    }
    let new = Departure { state: State::Cancelled, why: checked(note)?, ..old.clone() };
    Ok(departures::save(tx, &old, &new)?)
}

/// What is kept of a choice: itself, and what it was decided on.
pub(super) fn sealed(item: &Item, choice: &Choice) -> Json {
    let mut kept = choice.written();
    if let Some(members) = kept.as_object_mut() {
        members.insert("seal".into(), json!(item.seal));
    }
    kept
}

/// The choices as they are kept, by key.
pub(super) type Choices = Map<String, Json>;
