//! Somebody leaves: planned, decided, approved, run, proven, undone.
//!
//! North's representative leaves; a colleague in the north gets what they own. Not here: that everything is found
//! (`crates/crm/tests/it/departures_found.rs`), crashes and load (`crates/castellan/tests/it/departures.rs`).
//! Start reading at [`what_somebody_owns_goes_to_the_heir_and_is_proven`].

use crate::exchange::run;
use crate::world::{DAY, HOUR, World, denied, problem};
use catalogue::{RowId, Value};
use crm::departures::{self, Approves, Choice, DeparturePolicy, Edit, Item, Kind, Preset, Sheet, State};
use crm::{Denial, Done, PrincipalId, Privilege, UserState, Verb, people};
use security::permit;
use store::accounts;
use store::records::{self, Cells, Written};

fn on_each(body: impl Fn(&mut World)) {
    body(&mut World::sqlite());
    match World::postgres() {
        Some(mut world) => body(&mut world),
        None => crate::world::skipped("PostgreSQL: set CASTELLAN_TEST_POSTGRES, or run `cargo xtask test`"),
    }
}

/// A company with somebody who stays in the north, and a second one who may disable people.
fn company(world: &mut World) {
    world.join("heir", "north", &["Salesperson"]);
    world.join("second", "root", &["Security Administrator"]);
    let (rep, manager) = (world.id("north_rep"), world.id("manager"));
    world.act("admin", move |tx, actor| people::set_manager(tx, actor, rep, Some(manager))).unwrap();
}

fn plan(world: &World, by: &str, whom: &str) -> Done<RowId> {
    let user = world.id(whom);
    world.act(by, move |tx, actor| departures::plan(tx, actor, user, Some("leaves for a competitor"), None))
}

fn sheet(world: &World, by: &str, id: RowId) -> Sheet {
    world.look(by, move |tx, actor| departures::open(tx, actor, id)).unwrap()
}

fn version(world: &World, id: RowId) -> i64 {
    world.desk().glance(move |tx| Ok(store::departures::get(tx, id)?)).unwrap().unwrap().version
}

/// Chooses for the items with these keys, and takes what is proposed for the rest.
fn choose(world: &World, by: &str, id: RowId, choices: &[(&str, Choice)]) -> Done<()> {
    let choices = choices.iter().map(|(key, choice)| ((*key).to_owned(), Some(choice.clone()))).collect();
    let edit = Edit { version: version(world, id), choices, proposals: true, ..Edit::default() };
    world.act(by, move |tx, actor| departures::change(tx, actor, id, &edit))
}

fn go(world: &World, by: &str, id: RowId) -> Done<()> {
    departures::run(world.desk(), &world.user(by), id, version(world, id))
}

fn set_policy(world: &World, policy: DeparturePolicy) {
    world.act("admin", move |tx, actor| departures::set_policy(tx, actor, &policy)).unwrap();
}

fn owner(world: &World, set: &str, id: RowId) -> Option<PrincipalId> {
    let table = world.table(set).id;
    world.desk().glance(move |tx| Ok(records::facts(tx, table, id)?)).unwrap().unwrap().owner
}

fn state(world: &World, id: RowId) -> State {
    world.desk().glance(move |tx| Ok(store::departures::get(tx, id)?)).unwrap().unwrap().state
}

fn give(world: &World, to: &[&str]) -> Choice {
    Choice::Give(to.iter().map(|name| world.id(name)).collect())
}

#[test]
fn what_somebody_owns_goes_to_the_heir_and_is_proven() {
    on_each(|world| {
        company(world);
        let accounts: Vec<RowId> = (0..5).map(|n| world.record("north_rep", "accounts", &[("name", format!("account {n}").as_str().into())])).collect();
        let task = world.record("north_rep", "tasks", &[("subject", "Call back".into())]);
        let id = plan(world, "admin", "north_rep").unwrap();
        let before = sheet(world, "admin", id);
        let keys: Vec<&str> = before.items.iter().map(|item| item.key.as_str()).collect();
        assert!(keys.contains(&"owned:accounts") && keys.contains(&"open:tasks"), "{keys:?}");
        choose(world, "admin", id, &[("owned:accounts", give(world, &["heir"])), ("open:tasks", give(world, &["manager"]))]).unwrap();
        go(world, "admin", id).unwrap();
        assert_eq!(state(world, id), State::Running);
        assert!(accounts.iter().all(|row| owner(world, "accounts", *row) == Some(world.id("north_rep"))), "the job hands over, not the button");
        run(world);
        let done = sheet(world, "admin", id);
        assert_eq!((done.departure.state, done.departure.why.as_deref()), (State::Done, None));
        assert!(accounts.iter().all(|row| owner(world, "accounts", *row) == Some(world.id("heir"))));
        assert_eq!(owner(world, "tasks", task), Some(world.id("manager")));
        let proof = world.look("admin", move |tx, actor| departures::certificate(tx, actor, id)).unwrap();
        assert_eq!((&proof["person"]["name"], &proof["left"]["references"]), (&"north_rep".into(), &0.into()), "{proof:#}");
    });
}
