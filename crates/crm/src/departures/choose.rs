//! Whether a choice makes sense: whoever is to get something can have it, and whoever decides gains nothing by it.
//!
//! All that is wrong is said at once, each at its item (`choices.owned:accounts`), and nothing of the rest is lost.
//! Asked when a choice is made, when the plan is sent, when it begins, and again for each batch of the run.
//! Not here: doing it ([`super::apply`]). Start reading at [`keep`]. Proved by `crates/crm/tests/it/departures.rs`.

use super::item::{Choice, Item, Kind, Offer};
use super::plan::{Choices, Edit, REST, sealed};
use super::{Departure, find};
use crate::people::{as_actor, guards};
use crate::records::Receiver;
use crate::{Done, Error, FieldError, Problem, workflows};
use catalogue::{Table, TableId};
use security::{Actor, PrincipalId, RowFacts, Task, UnitId, UserState, entrust, hand_over};
use std::collections::{BTreeMap, BTreeSet};
use store::{Tx, accounts, departures, records};

/// Whoever's time ends within so many microseconds gets nothing any more: thirty days.
const SOON: i64 = 30 * 86_400_000_000;

/// Takes over what an edit chooses, or refuses it whole, each mistake at its item.
pub(super) fn keep(tx: &mut Tx<'_>, actor: &Actor, departure: &Departure, items: &[Item], edit: &Edit, choices: &mut Choices) -> Done<()> {
    let mut wrong = Vec::new();
    let own = choices.keys().chain(edit.choices.iter().filter(|(_, choice)| choice.is_some()).map(|(key, _)| key));
    let mut asked = Asked::of(tx, actor, departure, items, own.map(String::as_str))?;
    for (key, choice) in &edit.choices {
        let field = format!("choices.{key}");
        let Some(item) = items.iter().find(|item| item.key == *key) else {
            wrong.push(FieldError { column: field, message: "nothing of that kind refers to this person any more".into() });
            continue;
        };
        match choice {
            None => drop(choices.shift_remove(key)),
            Some(choice) => match refused(tx, &mut asked, item, choice)? {
                Some(message) => wrong.push(FieldError { column: field, message }),
                None => drop(choices.insert(key.clone(), sealed(item, choice))),
            },
        }
    }
    if edit.proposals {
        for item in items.iter().filter(|item| item.chosen.is_none()) {
            let Some(choice) = &item.proposal else { continue };
            let was_named = edit.choices.iter().any(|(key, _)| *key == item.key);
            if !was_named && refused(tx, &mut asked, item, choice)?.is_none() {
                choices.insert(item.key.clone(), sealed(item, choice));
            }
        }
    }
    if wrong.is_empty() { Ok(()) } else { Err(Problem::columns(wrong)) }
}

/// Refuses where somebody who was chosen could not have it any more.
pub(super) fn heirs_still_fit(tx: &mut Tx<'_>, actor: &Actor, departure: &Departure, items: &[Item]) -> Done<()> {
    let mut wrong = Vec::new();
    // What is there and has no choice of its own is looked at by itself, with the choice for the rest.
    let mut asked = Asked::of(tx, actor, departure, &[], [])?;
    for item in items {
        let Some(choice) = &item.chosen else { continue };
        if let Some(message) = refused(tx, &mut asked, item, choice)? {
            wrong.push(FieldError { column: format!("choices.{}", item.key), message });
        }
    }
    if wrong.is_empty() { Ok(()) } else { Err(Problem::columns(wrong)) }
}

/// What is asked once, however many heirs, items and tables there are: others who write may wait for this transaction.
struct Asked<'a> {
    actor: &'a Actor,
    departure: &'a Departure,
    /// Everybody else who had a hand in the plan.
    planners: Vec<Actor>,
    /// The tables that the choice for the rest decides: something of theirs has no choice of its own.
    rest: BTreeSet<String>,
    /// In which units the leaver owns rows, by table.
    units: BTreeMap<TableId, Vec<UnitId>>,
}

impl<'a> Asked<'a> {
    fn of<'k>(
        tx: &mut Tx<'_>,
        actor: &'a Actor,
        departure: &'a Departure,
        items: &[Item],
        own: impl IntoIterator<Item = &'k str>,
    ) -> Done<Asked<'a>> {
        let own: BTreeSet<&str> = own.into_iter().collect();
        let owned = items.iter().filter(|item| matches!(item.kind, Kind::Open | Kind::Owned) && !own.contains(item.key.as_str()));
        let rest = owned.filter_map(|item| item.set.clone()).collect();
        Ok(Asked { actor, departure, planners: planners(tx, actor, departure)?, rest, units: BTreeMap::new() })
    }

    fn units(&mut self, tx: &mut Tx<'_>, table: &Table) -> Done<Vec<UnitId>> {
        if let Some(known) = self.units.get(&table.id) {
            return Ok(known.clone());
        }
        let permit = hand_over(self.actor, self.departure.user, table)?;
        let found: Vec<UnitId> = records::by_unit(tx, &permit, &[])?.into_iter().map(|at| at.unit).collect();
        self.units.insert(table.id, found.clone());
        Ok(found)
    }
}

/// Why this choice cannot be; none when it can.
fn refused(tx: &mut Tx<'_>, asked: &mut Asked<'_>, item: &Item, choice: &Choice) -> Done<Option<String>> {
    let Some(offer) = item.offers.iter().find(|offer| offer.fits(choice)) else {
        return Ok(Some(match choice {
            Choice::Give(to) if to.len() > 1 && item.offers.iter().any(|offer| offer.name() == "give") => "this goes to one only".into(),
            _ => "that cannot be chosen here".into(),
        }));
    };
    match words(check(tx, asked, item, *offer, choice))? {
        Some(why) => Ok(Some(why)),
        None => Ok(None),
    }
}

/// What is wrong, in words; a fault stays one.
pub(super) fn words(checked: Done<()>) -> Done<Option<String>> {
    match checked {
        Ok(()) => Ok(None),
        Err(Error::Fault(fault)) => Err(fault.into()),
        Err(Error::Problem(problem)) if !problem.errors.is_empty() => {
            Ok(Some(problem.errors.into_iter().map(|wrong| wrong.message).collect::<Vec<_>>().join("; ")))
        }
        Err(other) => Ok(Some(other.to_string())),
    }
}

fn check(tx: &mut Tx<'_>, asked: &mut Asked<'_>, item: &Item, offer: Offer, choice: &Choice) -> Done<()> {
    let (actor, departure) = (asked.actor, asked.departure);
    for heir in choice.heirs() {
        stays(tx, departure.user, *heir)?;
        if offer == Offer::GivePerson && accounts::user(tx, *heir)?.is_none() {
            return Err(Problem::column("to", "this goes to a person, not to a team"));
        }
    }
    match (item.kind, choice) {
        (Kind::Open | Kind::Owned, Choice::Give(to)) => {
            let catalogue = actor.catalogue().clone();
            let tables = catalogue.tables().iter().filter(|table| table.is_owned());
            let rest = asked.rest.clone();
            let is_meant =
                |table: &&Table| item.set.as_ref().map_or(item.key == REST && rest.contains(&table.set), |set| *set == table.set);
            tables.filter(is_meant).try_for_each(|table| to.iter().try_for_each(|heir| owns(tx, asked, table, *heir)))
        }
        (Kind::Named, Choice::Give(to)) => to.iter().try_for_each(|heir| Receiver::find(tx, *heir).map(drop)),
        (Kind::WorkflowOwner, Choice::Give(to)) => match (item.thing, to.first()) {
            (Some(workflow), Some(heir)) => workflows::could_own(tx, workflow, *heir),
            _ => Ok(()),
        },
        (Kind::WorkflowStep, Choice::Give(to)) => match (item.thing, to.first()) {
            (Some(workflow), Some(heir)) => workflows::could_name(tx, workflow, departure.user, *heir),
            _ => Ok(()),
        },
        (Kind::Team, Choice::Give(to)) => {
            entrust(actor, Task::ManageTeams)?;
            match (item.thing, to.first()) {
                (Some(_), Some(heir)) if *heir == actor.user() => {
                    Err(Problem::column("to", "nobody puts themselves into a team; choose somebody else"))
                }
                (Some(team), Some(heir)) => guards::membership(tx, actor, PrincipalId(team), *heir),
                _ => Ok(()),
            }
        }
        (Kind::Reports | Kind::Services, Choice::Give(to)) => {
            entrust(actor, Task::ManageUsers)?;
            to.iter().filter(|_| item.kind == Kind::Reports).try_for_each(|heir| above(tx, departure.user, *heir))
        }
        (Kind::Reports, Choice::Clear) => Ok(entrust(actor, Task::ManageUsers)?),
        (Kind::Planned, Choice::Give(to)) => {
            for heir in to {
                entrust(&as_actor(tx, *heir)?, Task::DisableUsers).map_err(|_| Problem::column("to", "may not disable people"))?;
            }
            Ok(())
        }
        _ => Ok(()),
    }
}

/// Whoever gets something is not leaving, and is somebody who works here.
fn stays(tx: &mut Tx<'_>, leaver: PrincipalId, heir: PrincipalId) -> Done<()> {
    if heir == leaver {
        return Err(Problem::column("to", "this is whoever leaves"));
    }
    // An owner team does not leave.
    let found = Receiver::find(tx, heir)?;
    let Some(user) = accounts::user(tx, found.id)? else { return Ok(()) };
    let ends_soon = user.ends_on.is_some_and(|ends| ends < tx.now() + SOON);
    if departures::open_of(tx, heir)?.is_some() || ends_soon {
        return Err(Problem::column("to", format!("{} is leaving too", user.name)));
    }
    Ok(())
}

/// Whoever is to be the manager of the leaver's reports does not report to one of them.
fn above(tx: &mut Tx<'_>, leaver: PrincipalId, heir: PrincipalId) -> Done<()> {
    let reports = accounts::reports_of(tx, leaver)?;
    let mut next = accounts::user(tx, heir)?.and_then(|user| user.manager);
    while let Some(manager) = next.and_then(|id| accounts::user(tx, id).transpose()).transpose()? {
        if reports.contains(&manager.id) {
            return Err(Problem::column(
                "to",
                format!("reports to {}, who would report to them: that would go round in a circle", manager.name),
            ));
        }
        next = manager.manager;
    }
    Ok(())
}

/// The heir may see what comes to be theirs, and whoever decides reaches nothing by it that they do not reach now: whoever
/// acts, and everybody who had a hand in the plan.
fn owns(tx: &mut Tx<'_>, asked: &mut Asked<'_>, table: &Table, heir: PrincipalId) -> Done<()> {
    let units = asked.units(tx, table)?;
    if units.is_empty() {
        return Ok(());
    }
    let receiver = Receiver::find(tx, heir)?;
    receiver.must_read(table)?;
    for unit in units {
        let from = RowFacts { owner: Some(asked.departure.user), unit: Some(unit), ..RowFacts::default() };
        for who in asked.planners.iter().chain([asked.actor]) {
            guards::gains_nothing(who, table, &from, &receiver.facts())?;
        }
    }
    Ok(())
}

/// Everybody else who had a hand in the plan and works here, with the rights of now.
pub(super) fn planners(tx: &mut Tx<'_>, actor: &Actor, departure: &Departure) -> Done<Vec<Actor>> {
    let mut all = Vec::new();
    for planner in departure.planners.iter().filter(|planner| **planner != actor.user() && **planner != departure.user) {
        if accounts::user(tx, *planner)?.is_some_and(|user| user.state == UserState::Active) {
            all.push(as_actor(tx, *planner)?);
        }
    }
    Ok(all)
}

/// The depth of a walk that only decides.
pub(super) const KEYS: find::Depth = find::Depth::Keys;

/// Refuses the end of a run while something refers to the person that nobody has decided about.
pub(super) fn nothing_forgotten(departure: &Departure, items: &[Item]) -> Done<()> {
    let news = super::plan::news(items);
    if news.is_empty() || departure.state.is_plan() {
        return Ok(());
    }
    Err(Problem::conflict(
        "plan-changed",
        format!("something new refers to the person: {}; choose what becomes of it, and go on", news.join(", ")),
    ))
}
