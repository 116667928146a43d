//! What was found becomes what was chosen: nothing else refers to the person afterwards, no row is lost, and it goes back.
//!
//! Chance chooses among what is offered. Counted past the product: the rows of every table before and after.
//! Not here: single rules ([`crate::departures`]), crashes (`crates/castellan/tests/it/departures.rs`).
//! Start reading at [`what_was_chosen_is_so_afterwards`].

use super::planting::{Dice, LEAVER, Organisation};
use super::{live, scan, unexplained};
use crate::exchange::run as work;
use crate::world::{DAY, World};
use catalogue::RowId;
use crm::departures::{self, Approves, Choice, DeparturePolicy, Edit, Item, Kind, Offer, Preset, State};
use crm::{Done, Error, PrincipalId};
use std::collections::BTreeMap;

fn plan(world: &World) -> RowId {
    let who = world.id(LEAVER);
    world.act("admin", move |tx, actor| departures::plan(tx, actor, who, None, None)).unwrap()
}

fn version(world: &World, id: RowId) -> i64 {
    world.desk().glance(move |tx| Ok::<_, Error>(store::departures::get(tx, id)?.unwrap().version)).unwrap()
}

fn sheet(world: &World, id: RowId) -> departures::Sheet {
    world.look("admin", move |tx, actor| departures::open(tx, actor, id)).unwrap()
}

/// Other plans that give to the person have to name somebody else first.
fn mend(world: &World) {
    let (who, second) = (world.id(LEAVER), world.id("second"));
    world.operate(move |tx| {
        for old in store::departures::open(tx)? {
            let choices = old.choices.to_string().replace(&who.to_string(), &second.to_string());
            let new = store::departures::Departure { choices: serde_json::from_str(&choices).unwrap(), ..old.clone() };
            store::departures::save(tx, &old, &new)?;
        }
        Ok(())
    });
}

/// Everything that could be chosen, in an order that chance made; what is always possible comes last.
fn wishes(world: &World, dice: &mut Dice, item: &Item) -> Vec<Choice> {
    let heirs: Vec<PrincipalId> = ["second", "heir", "manager"].map(|name| world.id(name)).to_vec();
    let mut all = Vec::new();
    for offer in &item.offers {
        match offer {
            Offer::GiveRound => all.extend([Choice::Give(vec![heirs[0]]), Choice::Give(heirs.clone())]),
            Offer::GiveOne | Offer::GivePerson => all.extend(heirs.iter().map(|heir| Choice::Give(vec![*heir]))),
            Offer::Pause => all.push(Choice::Pause),
            Offer::ReadOnly => all.push(Choice::ReadOnly),
            Offer::Clear => all.push(Choice::Clear),
            Offer::Delete => all.push(Choice::Delete),
            Offer::Leave => {}
        }
    }
    for n in (1..all.len()).rev() {
        all.swap(n, dice.below(n + 1));
    }
    // Now and then something is left though it could be given.
    let at = if dice.below(6) == 0 { 0 } else { all.len() };
    all.insert(at, Choice::Leave);
    all
}

/// Chooses for every item; what is refused is chosen otherwise.
fn choose(world: &World, dice: &mut Dice, id: RowId) {
    let items = sheet(world, id).items;
    let mut open: BTreeMap<String, Vec<Choice>> = items.iter().map(|item| (item.key.clone(), wishes(world, dice, item))).collect();
    open.retain(|key, _| items.iter().any(|item| item.key == *key && !item.offers.is_empty()));
    loop {
        let choices = open.iter().map(|(key, wishes)| (key.clone(), Some(wishes[0].clone()))).collect();
        let edit = Edit { version: version(world, id), choices, ..Edit::default() };
        match world.act("admin", move |tx, actor| departures::change(tx, actor, id, &edit)) {
            Ok(()) => return,
            Err(Error::Problem(problem)) if !problem.errors.is_empty() => {
                for wrong in problem.errors {
                    let key = wrong.column.strip_prefix("choices.").unwrap();
                    open.get_mut(key).unwrap().remove(0);
                }
            }
            Err(other) => panic!("{other:?}"),
        }
    }
}

/// In how many places the person is to stand afterwards.
fn left(items: &[Item]) -> BTreeMap<(String, String), i64> {
    let mut all = BTreeMap::new();
    for item in items.iter().filter(|item| matches!(item.chosen, Some(Choice::Leave | Choice::ReadOnly | Choice::Pause))) {
        let set = item.set.clone().unwrap_or_default();
        let place = match item.kind {
            Kind::Open | Kind::Owned => (set, "owner".to_owned()),
            Kind::Named => (set, item.column.clone().unwrap()),
            Kind::WorkflowOwner => ("sys_workflows".into(), "owner".into()),
            Kind::WorkflowStep => ("sys_workflow_versions".into(), "body".into()),
            Kind::Approvals => ("sys_approvals".into(), "of_whom".into()),
            Kind::Reports => ("sys_managers".into(), "manager".into()),
            Kind::Services => ("sys_principals".into(), "responsible".into()),
            Kind::Planned => ("sys_departures".into(), "planned_by".into()),
            Kind::Mention if item.key == "mention:sys_meta.value" => ("sys_meta".into(), "value".into()),
            Kind::Mention if item.key == "mention:sys_workflow_versions.body" => ("sys_workflow_versions".into(), "body".into()),
            // A team names nobody; imports, exports and jobs of others have ended by then.
            Kind::Team | Kind::Mention | Kind::ImportFallback => continue,
            Kind::Heir | Kind::Credentials | Kind::Rights | Kind::Shares | Kind::Work => panic!("{} is not to be decided", item.key),
        };
        // A definition is one place, however often it names somebody.
        *all.entry(place).or_default() += if item.kind == Kind::WorkflowStep { 1 } else { item.count };
    }
    all.retain(|_, count| *count > 0);
    all
}

/// Chooses by chance, runs it, and looks at what is left; then takes it back.
pub fn what_was_chosen_is_so_afterwards(world: &World, organisation: &mut Organisation, seed: u64) {
    mend(world);
    let id = plan(world);
    choose(world, &mut organisation.dice, id);
    let items = sheet(world, id).items;
    assert!(items.iter().all(|item| !item.is_undecided() && !item.is_blocking));
    let (rows, records) = (scan::rows(world), of_records(world));
    departures::run(world.desk(), &world.user("admin"), id, version(world, id)).unwrap();
    work(world);
    let done = sheet(world, id);
    assert_eq!((done.departure.state, done.departure.why.as_deref()), (State::Done, None), "organisation {seed}");
    assert!(done.conflicts.is_empty(), "organisation {seed}: {:?}", done.conflicts);
    only_what_was_left(world, id, &items, seed);
    nothing_is_lost(&items, &rows, &scan::rows(world));
    world.act("admin", move |tx, actor| departures::undo(tx, actor, id)).unwrap();
    work(world);
    assert_eq!(sheet(world, id).departure.state, State::Undone, "organisation {seed}");
    assert_eq!(of_records(world), records, "organisation {seed}: each record is whose it was and names whom it named");
}

/// How many records of each table the person owns, and in how many each lookup names the person.
fn of_records(world: &World) -> BTreeMap<(String, String), i64> {
    let all = live(world, world.id(LEAVER)).into_iter().filter(|at| !at.table.starts_with("sys_"));
    all.map(|at| ((at.table, at.column), at.count)).collect()
}

/// The person stands where somebody chose to leave it, and nowhere else but in history.
fn only_what_was_left(world: &World, id: RowId, items: &[Item], seed: u64) {
    let who = world.id(LEAVER);
    let mut means = BTreeMap::new();
    for at in live(world, who) {
        *means.entry((at.table, at.column)).or_default() += at.count;
    }
    let chosen: Vec<(&str, &Option<Choice>, i64)> = items.iter().map(|item| (item.key.as_str(), &item.chosen, item.count)).collect();
    assert_eq!(means, left(items), "organisation {seed}: {chosen:#?}");
    let proof = world.look("admin", move |tx, actor| departures::certificate(tx, actor, id)).unwrap();
    // What others had in the queue behind the run names the person until it has ended.
    let is_work = |place: &&serde_json::Value| ["sys_jobs", "sys_imports", "sys_exports"].iter().any(|table| place["table"] == *table);
    let places = proof["left"]["places"].as_array().unwrap();
    let counted: i64 = places.iter().filter(|place| !is_work(place)).map(|place| place["count"].as_i64().unwrap()).sum();
    assert_eq!(counted, means.values().sum::<i64>(), "{places:#?}");
    // What the walk finds now is what was left, and what else stands somewhere is history.
    let now = super::items(world, who);
    let unexplained = unexplained(world, &now, &scan::hits(world, who));
    assert!(unexplained.is_empty(), "organisation {seed}: {unexplained:#?}");
    for item in now.iter().filter(|item| !item.kind.ends_by_itself()) {
        let was = items.iter().find(|was| was.key == item.key).unwrap_or_else(|| panic!("organisation {seed}: {} is new", item.key));
        let stays = matches!(was.chosen, Some(Choice::Leave | Choice::ReadOnly | Choice::Pause));
        assert!(stays, "organisation {seed}: {} is there, {:?} was chosen", item.key, was.chosen);
    }
}

/// No table has fewer rows than before, but by what was to be deleted, which can be brought back.
fn nothing_is_lost(items: &[Item], before: &BTreeMap<String, i64>, after: &BTreeMap<String, i64>) {
    let deleted = |set: &str| -> i64 {
        let of = items.iter().filter(|item| item.chosen == Some(Choice::Delete) && item.set.as_deref() == Some(set));
        of.map(|item| item.count).sum()
    };
    let all: i64 = items.iter().filter(|item| item.chosen == Some(Choice::Delete)).map(|item| item.count).sum();
    for (table, count) in before {
        assert!(after[table] >= count - deleted(table), "{table}: {count} before, {} after", after[table]);
    }
    assert!(after["sys_removed"] >= before["sys_removed"] + all, "what was deleted is kept for a while");
}

/// Everything of the database but the departures, what is told about them (a notice, a letter), and the trail.
fn rest(world: &World) -> BTreeMap<String, Vec<String>> {
    let of_departures = ["sys_departures", "sys_departure_steps", "sys_notices", "sys_outbox"];
    let trail = ["sys_trail", "sys_changes", "sys_lanes", "sys_checkpoints", "sys_journal"];
    let mut all = scan::content(world);
    all.retain(|table, _| !of_departures.contains(&table.as_str()) && !trail.contains(&table.as_str()));
    all
}

fn same(was: &BTreeMap<String, Vec<String>>, world: &World, when: &str) {
    let now = rest(world);
    assert_eq!(was.keys().collect::<Vec<_>>(), now.keys().collect::<Vec<_>>());
    for (table, rows) in was {
        assert_eq!(rows, &now[table], "{table} is another after a departure was cancelled {when}");
    }
}

fn cancel(world: &World, id: RowId) {
    let version = version(world, id);
    world.act("admin", move |tx, actor| departures::cancel(tx, actor, id, version, Some("stays after all"))).unwrap();
}

fn step(world: &World, by: &str, id: RowId, act: impl Fn(&mut store::Tx<'_>, &crm::Actor, i64) -> Done<()> + Send + 'static) {
    let version = version(world, id);
    world.act(by, move |tx, actor| act(tx, actor, version)).unwrap_or_else(|error| panic!("{id}: {error:?}"));
}

#[test]
fn cancelled_at_any_step_before_it_runs_everything_is_as_it_was() {
    for seed in 0..3 {
        for world in [Some(World::sqlite()), World::postgres()] {
            let Some(mut world) = world else { return crate::world::skipped("PostgreSQL: set CASTELLAN_TEST_POSTGRES") };
            cancelled_at_any_step(&mut world, seed);
        }
    }
}

fn cancelled_at_any_step(world: &mut World, seed: u64) {
    let mut organisation = Organisation::of(world, seed);
    mend(world);
    // Whoever approves gets nothing by it.
    world.join("approver", "root", &["System Administrator"]);
    let policy = DeparturePolicy {
        approves: Approves::Second,
        needs_archive: false,
        runs_on_approval: false,
        leave_nothing_open: false,
        ..Preset::TwoPeople.policy()
    };
    world.act("admin", move |tx, actor| departures::set_policy(tx, actor, &policy)).unwrap();
    let was = rest(world);
    let (submit, approve) = (1, 3);
    for last in 0..=approve + 1 {
        let id = plan(world);
        if last >= submit {
            choose(world, &mut organisation.dice, id);
            if last > approve {
                // Approved with an hour at which it would run by itself.
                let edit = Edit { version: version(world, id), starts_on: Some(Some(crate::world::MORNING + DAY)), ..Edit::default() };
                world.act("admin", move |tx, actor| departures::change(tx, actor, id, &edit)).unwrap();
            }
            step(world, "admin", id, move |tx, actor, version| departures::submit(tx, actor, id, version));
        }
        if last == 2 {
            step(world, "approver", id, move |tx, actor, version| departures::send_back(tx, actor, id, version, Some("look again")));
        }
        if last >= approve {
            departures::approve(world.desk(), &world.user("approver"), id, version(world, id), None).unwrap();
        }
        let states = [State::Draft, State::Waiting, State::Draft, State::Approved, State::Approved];
        assert_eq!(sheet(world, id).departure.state, states[last]);
        cancel(world, id);
        assert_eq!(sheet(world, id).departure.state, State::Cancelled);
        same(&was, world, &format!("at step {last}"));
    }
    // The test can fail: a departure that runs leaves nothing as it was.
    let id = plan(world);
    choose(world, &mut organisation.dice, id);
    step(world, "admin", id, move |tx, actor, version| departures::submit(tx, actor, id, version));
    departures::approve(world.desk(), &world.user("approver"), id, version(world, id), None).unwrap();
    departures::run(world.desk(), &world.user("admin"), id, version(world, id)).unwrap();
    assert_ne!(was, rest(world));
}
