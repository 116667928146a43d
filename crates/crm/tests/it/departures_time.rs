//! A departure and time: its hour, what changes until then, and what happens in the middle of it.
//!
//! The hour is the test's own. In the middle of a run it goes on at each look, so that a batch holds few things and the
//! middle is met.
//! Not here: disks and jobs that give out ([`gives_out`]), what is chosen and by whom
//! (`crates/crm/tests/it/departures.rs`), a process that dies (`crates/castellan/tests/it/departures.rs`).
//! Start reading at the first sentence.

mod gives_out;

use crate::departures::{approve, choose, company, give, go, on_each, owner, plan, set_policy, sheet, state, submit, version};
use crate::exchange::run;
use crate::world::{DAY, HOUR, MINUTE, World, problem};
use catalogue::{RowId, Value};
use crm::departures::{self, Approves, Choice, DeparturePolicy, Edit, Preset, State};
use crm::jobs::{self, Runner};
use crm::notices::NoticeKind;
use crm::{Denial, Done, Privilege, UserState, people};
use security::permit;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;
use store::departures::Done as Change;
use store::dump::{self, Identity, What};
use store::queue;
use store::records::{self, Cells, Written};
use store::revocation::Act;

/// More than a few batches.
const MANY: usize = 300;
/// How much later it is at each look in the middle of a run, in microseconds.
const PACE: i64 = 3_000;

fn keep_time(world: &World) {
    Runner::new(world.desk().clone()).keep_time().unwrap();
}

/// A departure of north's representative that is decided and waits for its hour.
fn planned_for(world: &World, by: &str, hour: i64, choices: &[(&str, Choice)]) -> RowId {
    let (user, on) = (world.id("north_rep"), world.desk().store().now() + hour);
    let id = world.act(by, move |tx, actor| departures::plan(tx, actor, user, None, Some(on))).unwrap();
    choose(world, by, id, choices).unwrap();
    submit(world, by, id).unwrap();
    assert_eq!(state(world, id), State::Approved);
    id
}

fn departure(world: &World, id: RowId) -> departures::Departure {
    world.desk().glance(move |tx| Ok(store::departures::get(tx, id)?)).unwrap().unwrap()
}

fn why(world: &World, id: RowId) -> String {
    departure(world, id).why.unwrap_or_default()
}

fn user_state(world: &World, name: &str) -> UserState {
    let user = world.id(name);
    world.desk().glance(move |tx| Ok(store::accounts::user(tx, user)?)).unwrap().unwrap().state
}

fn told(world: &World, who: &str, words: &str) -> usize {
    crate::notices::told(world, who).iter().filter(|notice| notice.text.contains(words)).count()
}

/// What the run did and nobody undid.
fn steps(world: &World, id: RowId) -> Vec<Change> {
    world.desk().glance(move |tx| Ok(store::departures::to_undo(tx, id, 10 * MANY)?)).unwrap()
}

/// The jobs of a departure, however they ended.
fn jobs_of(world: &World, asker: &str, id: RowId) -> Vec<jobs::Job> {
    let all = world.look(asker, |tx, actor| jobs::list(tx, actor, 100)).unwrap();
    all.into_iter().filter(|job| job.arguments["departure"] == id.to_string().as_str()).collect()
}

fn account(world: &World, name: &str) -> RowId {
    world.record("north_rep", "accounts", &[("name", name.into())])
}

fn lead(world: &World, name: &str) -> RowId {
    world.record("north_rep", "leads", &[("topic", "Fair".into()), ("last_name", name.into())])
}

/// Many accounts in one transaction.
pub fn many(world: &World) -> Vec<RowId> {
    world
        .act("north_rep", |tx, actor| {
            let table = actor.catalogue().find("accounts").unwrap();
            let column = |name: &str| table.find(name).unwrap().id;
            let mut all = Vec::new();
            for n in 0..MANY {
                let cells: Cells = vec![
                    (column("name"), Value::from(format!("account {n:04}")), None),
                    (column("state"), Value::Int(0), None),
                    (column("status"), Value::Int(1), None),
                ];
                let id = tx.new_id();
                let made = records::insert(tx, &permit(actor, Privilege::Create, table)?, id, &cells, Some((actor.user(), actor.unit())))?;
                assert!(matches!(made, Written::Done(_)));
                all.push(id);
            }
            Ok(all)
        })
        .unwrap()
}

/// Who owns how many of these.
fn owners(world: &World, rows: &[RowId]) -> BTreeMap<String, usize> {
    let mut all = BTreeMap::new();
    for row in rows {
        let owner = owner(world, "accounts", *row).unwrap();
        let name = world.people.iter().find(|(_, id)| **id == owner).unwrap().0;
        *all.entry(name.clone()).or_default() += 1;
    }
    all
}

/// Lets jobs run until something of the departure's was done, then does this, then waits until its job ended.
pub fn in_the_middle(world: &World, id: RowId, then: impl FnOnce()) {
    let job = departure(world, id).job.unwrap();
    let job = || world.desk().glance(move |tx| Ok(queue::get(tx, job)?)).unwrap().unwrap();
    let (runner, stop) = (Runner::new(world.desk().clone()), AtomicBool::new(false));
    world.clock.run(PACE);
    std::thread::scope(|scope| {
        scope.spawn(|| runner.work(&stop));
        // Whatever fails, nobody works on for ever.
        let done = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
            while job().done == 0 {
                std::thread::sleep(Duration::from_millis(1));
            }
            then();
            while !job().state.has_ended() {
                std::thread::sleep(Duration::from_millis(1));
            }
        }));
        stop.store(true, Ordering::Relaxed);
        world.clock.run(0);
        if let Err(failed) = done {
            std::panic::resume_unwind(failed);
        }
    });
}

fn undo(world: &World, by: &str, id: RowId) -> Done<()> {
    world.act(by, move |tx, actor| departures::undo(tx, actor, id))
}

#[test]
fn it_begins_at_its_hour_once_also_when_the_server_slept_over_it() {
    on_each(|world| {
        company(world);
        let known = account(world, "Acme");
        let id =
            planned_for(world, "admin", HOUR, &[("owned:accounts", give(world, &["heir"])), ("owned:rest", give(world, &["manager"]))]);
        keep_time(world);
        assert_eq!((state(world, id), user_state(world, "north_rep")), (State::Approved, UserState::Active), "not before its hour");
        // What comes in between is of a table that nobody decided about, and of one that somebody did.
        let (new, more) = (lead(world, "Lee"), account(world, "More"));
        world.clock.go_on(HOUR + 8 * MINUTE);
        keep_time(world);
        keep_time(world);
        assert_eq!((state(world, id), user_state(world, "north_rep")), (State::Running, UserState::Disabled));
        run(world);
        keep_time(world);
        assert_eq!((state(world, id), jobs_of(world, "admin", id).len()), (State::Done, 1), "{}", why(world, id));
        let heirs = [owner(world, "accounts", known), owner(world, "accounts", more), owner(world, "leads", new)];
        assert_eq!(heirs, ["heir", "heir", "manager"].map(|name| Some(world.id(name))));
    });
}

#[test]
fn a_plan_that_changed_until_its_hour_freezes_the_person_and_tells_once() {
    on_each(|world| {
        company(world);
        let row = account(world, "Acme");
        let user = world.id("north_rep");
        let on = world.desk().store().now() + HOUR;
        let id = world.act("admin", move |tx, actor| departures::plan(tx, actor, user, None, Some(on))).unwrap();
        // Nothing is said of what comes until then.
        let edit = Edit { version: 1, choices: vec![("owned:accounts".into(), Some(give(world, &["heir"])))], ..Edit::default() };
        world.act("admin", move |tx, actor| departures::change(tx, actor, id, &edit)).unwrap();
        decide_the_rest(world, id);
        submit(world, "admin", id).unwrap();
        let new = lead(world, "Lee");
        world.clock.go_on(HOUR);
        keep_time(world);
        keep_time(world);
        let put_off = departure(world, id);
        assert_eq!((put_off.state, put_off.starts_on, user_state(world, "north_rep")), (State::Draft, None, UserState::Frozen));
        assert!(why(world, id).contains("there is something new: Leads"), "{}", why(world, id));
        assert_eq!(world.look("north_rep", |_, _| Ok(())).unwrap_err().to_string(), crm::Error::from(Denial::SignIn).to_string());
        for who in ["admin", "security_admin", "second"] {
            assert_eq!(told(world, who, "north_rep"), 1, "{who}: {:?}", crate::notices::told(world, who));
        }
        let noted = world.desk().store().revocations().unwrap();
        assert!(noted.iter().any(|line| line.act == Act::Freeze && line.principal == user), "{noted:?}");
        assert_eq!([owner(world, "accounts", row), owner(world, "leads", new)], [Some(user); 2], "nothing was handed over");
        // Looked at again, it runs.
        choose(world, "second", id, &[("owned:leads", give(world, &["manager"]))]).unwrap();
        go(world, "second", id).unwrap();
        run(world);
        assert_eq!((state(world, id), user_state(world, "north_rep")), (State::Done, UserState::Disabled), "{}", why(world, id));
        assert_eq!([owner(world, "accounts", row), owner(world, "leads", new)], ["heir", "manager"].map(|name| Some(world.id(name))));
    });
}

/// Takes what is proposed for what is there, and says nothing of what is to come.
fn decide_the_rest(world: &World, id: RowId) {
    let edit = Edit { version: version(world, id), proposals: true, ..Edit::default() };
    world.act("admin", move |tx, actor| departures::change(tx, actor, id, &edit)).unwrap();
    let edit = Edit { version: version(world, id), choices: vec![("owned:rest".into(), None)], ..Edit::default() };
    world.act("admin", move |tx, actor| departures::change(tx, actor, id, &edit)).unwrap();
}

#[test]
fn whoever_was_to_run_it_is_gone_at_its_hour_and_somebody_else_lets_it_run() {
    on_each(|world| {
        company(world);
        let row = account(world, "Acme");
        let id = planned_for(world, "second", HOUR, &[("owned:accounts", give(world, &["heir"]))]);
        people::freeze(world.desk(), &world.user("admin"), world.id("second"), None).unwrap();
        world.clock.go_on(DAY);
        keep_time(world);
        assert_eq!((state(world, id), user_state(world, "north_rep")), (State::Draft, UserState::Frozen));
        assert!(why(world, id).contains("not active any more"), "{}", why(world, id));
        assert_eq!(told(world, "admin", "north_rep"), 1, "{:?}", crate::notices::told(world, "admin"));
        choose(world, "admin", id, &[]).unwrap();
        go(world, "admin", id).unwrap();
        run(world);
        assert_eq!((state(world, id), owner(world, "accounts", row)), (State::Done, Some(world.id("heir"))));
    });
}

#[test]
fn the_last_administrator_is_not_frozen_at_a_departures_hour() {
    on_each(|world| {
        company(world);
        let leaver = world.join("leaver", "root", &["System Administrator"]);
        let on = world.desk().store().now() + HOUR;
        let id = world.act("admin", move |tx, actor| departures::plan(tx, actor, leaver, None, Some(on))).unwrap();
        choose(world, "admin", id, &[]).unwrap();
        submit(world, "admin", id).unwrap();
        let admin = world.id("admin");
        world.operate(move |tx| Ok(store::accounts::set_state(tx, admin, UserState::Frozen)?));
        world.clock.go_on(HOUR);
        keep_time(world);
        assert_eq!((state(world, id), user_state(world, "leaver")), (State::Draft, UserState::Active));
        let noted = world.desk().store().revocations().unwrap();
        assert!(!noted.iter().any(|line| line.principal == leaver), "a restore would freeze whoever was not: {noted:?}");
    });
}

/// Everything that is kept but departures, notices with their letters, and the trail: each table's rows, counted and hashed.
fn everything(world: &World) -> BTreeMap<String, (u64, String)> {
    let own = ["sys_departures", "sys_notices", "sys_outbox", "sys_trail", "sys_changes", "sys_lanes", "sys_checkpoints"];
    let key = Identity::generate();
    let told = dump::write_without_permit(world.desk().store(), &What::Whole, &[key.recipient()], std::io::sink()).unwrap();
    let tables = told.tables.into_iter().filter(|table| !own.contains(&table.name.as_str()));
    tables.map(|table| (table.name, (table.rows, table.sha256))).collect()
}

#[test]
fn dropped_at_any_step_a_departure_leaves_everything_as_it_was() {
    on_each(|world| {
        company(world);
        account(world, "Acme");
        lead(world, "Lee");
        world.record("north_rep", "tasks", &[("subject", "Call".into())]);
        let rules = |approves| DeparturePolicy { approves, ..Preset::OnePerson.policy() };
        let drop_it = |id: RowId, from: State| {
            assert_eq!(state(world, id), from);
            let seen = version(world, id);
            world.act("second", move |tx, actor| departures::cancel(tx, actor, id, seen, None)).unwrap();
            assert_eq!(state(world, id), State::Cancelled);
        };
        // A lighter policy would count only later.
        let steps = [Approves::Nobody, Approves::Nobody, Approves::Manager, Approves::Manager, Approves::Manager];
        for (step, approves) in steps.into_iter().enumerate() {
            set_policy(world, rules(approves));
            let before = everything(world);
            match step {
                0 => {
                    let id = plan(world, "admin", "north_rep").unwrap();
                    choose(world, "admin", id, &[("owned:accounts", give(world, &["heir"])), ("owned:leads", Choice::ReadOnly)]).unwrap();
                    drop_it(id, State::Draft);
                }
                1 => {
                    let id = planned_for(world, "admin", HOUR, &[]);
                    drop_it(id, State::Approved);
                    // Its hour comes and goes.
                    world.clock.go_on(DAY);
                    keep_time(world);
                    run(world);
                    assert_eq!(state(world, id), State::Cancelled);
                }
                2 => {
                    let id = plan(world, "admin", "north_rep").unwrap();
                    choose(world, "admin", id, &[("open:tasks", Choice::Delete)]).unwrap();
                    submit(world, "admin", id).unwrap();
                    drop_it(id, State::Waiting);
                }
                3 => {
                    let id = plan(world, "admin", "north_rep").unwrap();
                    choose(world, "admin", id, &[]).unwrap();
                    submit(world, "admin", id).unwrap();
                    approve(world, "manager", id).unwrap();
                    drop_it(id, State::Approved);
                }
                // Begun, and that is kept whole.
                _ => {
                    let id = plan(world, "admin", "north_rep").unwrap();
                    choose(world, "admin", id, &[]).unwrap();
                    submit(world, "admin", id).unwrap();
                    approve(world, "manager", id).unwrap();
                    go(world, "admin", id).unwrap();
                    assert_ne!(everything(world), before, "what is compared here sees a change");
                    continue;
                }
            }
            let after = everything(world);
            let other: Vec<_> = after.iter().filter(|(name, kept)| before.get(*name) != Some(kept)).collect();
            assert_eq!((other, after.len()), (vec![], before.len()), "step {step}");
            world.look("north_rep", |_, _| Ok(())).unwrap();
        }
    });
}

#[test]
fn stopped_in_the_middle_it_goes_on_and_is_undone_each_thing_once() {
    on_each(|world| {
        company(world);
        let rows = many(world);
        let id = plan(world, "admin", "north_rep").unwrap();
        choose(world, "admin", id, &[("owned:accounts", give(world, &["heir", "manager"]))]).unwrap();
        go(world, "admin", id).unwrap();
        in_the_middle(world, id, || world.act("second", move |tx, actor| departures::stop(tx, actor, id)).unwrap());
        assert_eq!((state(world, id), why(world, id).as_str()), (State::Stopped, "somebody stopped it"));
        let left = owners(world, &rows).remove("north_rep").unwrap_or_default();
        assert!(left > 0 && left < MANY, "{left} were left");
        assert_eq!(steps(world, id).len(), MANY - left, "what was done stands there");
        go(world, "second", id).unwrap();
        run(world);
        assert_eq!(state(world, id), State::Done, "{}", why(world, id));
        let each: BTreeSet<RowId> = steps(world, id).iter().map(|step| step.row).collect();
        assert_eq!((steps(world, id).len(), each.len(), owners(world, &rows).get("north_rep")), (MANY, MANY, None));
        let given = |who: &str| crate::notices::told(world, who).iter().filter(|notice| notice.kind == NoticeKind::Assigned).count();
        assert_eq!((given("heir"), given("manager")), (2, 2), "told once by each who let it run, however many batches there were");
        // Back again, with a stop in the middle too.
        undo(world, "admin", id).unwrap();
        in_the_middle(world, id, || world.act("second", move |tx, actor| departures::stop(tx, actor, id)).unwrap());
        let back = owners(world, &rows)["north_rep"];
        assert_eq!(state(world, id), State::Stopped);
        assert!(back > 0 && back < MANY, "{back} were back");
        assert_eq!(problem(go(world, "second", id)).code, "departure-state", "half undone, it only goes on to be undone");
        undo(world, "second", id).unwrap();
        run(world);
        assert_eq!(state(world, id), State::Undone, "{}", why(world, id));
        assert_eq!(owners(world, &rows), BTreeMap::from([("north_rep".to_owned(), MANY)]));
        let tally = world.desk().glance(move |tx| Ok(store::departures::tally(tx, id)?)).unwrap();
        assert_eq!((steps(world, id), tally), (vec![], vec![("owned:accounts".into(), MANY as i64, MANY as i64)]));
    });
}

#[test]
fn an_heir_who_is_frozen_in_the_middle_stops_it_and_another_gets_the_rest() {
    on_each(|world| {
        company(world);
        let rows = many(world);
        let id = plan(world, "admin", "north_rep").unwrap();
        choose(world, "admin", id, &[("owned:accounts", give(world, &["heir"]))]).unwrap();
        go(world, "admin", id).unwrap();
        let heir = world.id("heir");
        in_the_middle(world, id, || people::freeze(world.desk(), &world.user("second"), heir, None).unwrap());
        assert_eq!((state(world, id), why(world, id).as_str()), (State::Stopped, "heir is not active"));
        assert_eq!(told(world, "admin", "heir is not active"), 1, "{:?}", crate::notices::told(world, "admin"));
        let had = owners(world, &rows)["heir"];
        assert!(had > 0 && had < MANY, "{had} were handed over");
        // Nobody goes on with an heir who cannot have it.
        let refused = problem(go(world, "admin", id));
        assert_eq!(
            (refused.errors[0].column.as_str(), refused.errors[0].message.as_str()),
            ("choices.owned:accounts", "heir is not active")
        );
        choose(world, "admin", id, &[("owned:accounts", give(world, &["manager"]))]).unwrap();
        go(world, "admin", id).unwrap();
        run(world);
        assert_eq!(state(world, id), State::Done, "{}", why(world, id));
        assert_eq!(owners(world, &rows), BTreeMap::from([("heir".to_owned(), had), ("manager".to_owned(), MANY - had)]));
        assert_eq!(steps(world, id).len(), MANY);
    });
}

#[test]
fn whoever_ran_it_is_frozen_in_the_middle_and_somebody_else_goes_on() {
    on_each(|world| {
        company(world);
        let rows = many(world);
        let id = plan(world, "second", "north_rep").unwrap();
        choose(world, "second", id, &[("owned:accounts", give(world, &["heir"]))]).unwrap();
        go(world, "second", id).unwrap();
        let second = world.id("second");
        in_the_middle(world, id, || people::freeze(world.desk(), &world.user("admin"), second, None).unwrap());
        assert_eq!(
            (state(world, id), why(world, id).as_str()),
            (State::Stopped, "whoever ran it is not active any more; somebody else can go on")
        );
        go(world, "admin", id).unwrap();
        run(world);
        assert_eq!((state(world, id), owners(world, &rows)), (State::Done, BTreeMap::from([("heir".to_owned(), MANY)])));
        assert_eq!(sheet(world, "admin", id).departure.run_by, Some(world.id("admin")));
    });
}

#[test]
fn no_run_is_undone_while_another_departure_of_the_person_is_open() {
    on_each(|world| {
        company(world);
        let row = account(world, "Acme");
        let id = plan(world, "admin", "north_rep").unwrap();
        choose(world, "admin", id, &[("owned:accounts", give(world, &["heir"]))]).unwrap();
        go(world, "admin", id).unwrap();
        run(world);
        let other = plan(world, "admin", "north_rep").unwrap();
        assert_eq!(problem(undo(world, "admin", id)).code, "departure-open");
        let seen = version(world, other);
        world.act("admin", move |tx, actor| departures::cancel(tx, actor, other, seen, None)).unwrap();
        undo(world, "admin", id).unwrap();
        run(world);
        assert_eq!((state(world, id), owner(world, "accounts", row)), (State::Undone, Some(world.id("north_rep"))));
    });
}
