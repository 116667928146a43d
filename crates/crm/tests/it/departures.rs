//! Somebody leaves: planned, decided, approved, run, proven, undone.
//!
//! North's representative leaves; a colleague in the north gets what they own. Not here: that everything is found
//! (`crates/crm/tests/it/departures_found.rs`), crashes and load (`crates/castellan/tests/it/departures.rs`).
//! Start reading at [`what_somebody_owns_goes_to_the_heir_and_is_proven`].

use crate::exchange::run;
use crate::world::{DAY, HOUR, World, denied, problem};
use catalogue::{RowId, Value};
use crm::departures::{self, Approves, Choice, DeparturePolicy, Edit, Preset, Sheet, State};
use crm::{Denial, Done, PrincipalId, Privilege, UserState, people};
use store::accounts;
use store::records::{self, Cells, Written};

pub fn on_each(body: impl Fn(&mut World)) {
    body(&mut World::sqlite());
    match World::postgres() {
        Some(mut world) => body(&mut world),
        None => crate::world::skipped("PostgreSQL: set CASTELLAN_TEST_POSTGRES, or run `cargo xtask test`"),
    }
}

/// A company with somebody who stays in the north, and a second one who may disable people.
pub fn company(world: &mut World) {
    world.join("heir", "north", &["Salesperson"]);
    world.join("second", "root", &["Security Administrator"]);
    let (rep, manager) = (world.id("north_rep"), world.id("manager"));
    world.act("admin", move |tx, actor| people::set_manager(tx, actor, rep, Some(manager))).unwrap();
}

pub fn plan(world: &World, by: &str, whom: &str) -> Done<RowId> {
    let user = world.id(whom);
    world.act(by, move |tx, actor| departures::plan(tx, actor, user, Some("leaves for a competitor"), None))
}

pub fn sheet(world: &World, by: &str, id: RowId) -> Sheet {
    world.look(by, move |tx, actor| departures::open(tx, actor, id)).unwrap()
}

pub fn version(world: &World, id: RowId) -> i64 {
    world.desk().glance(move |tx| Ok(store::departures::get(tx, id)?)).unwrap().unwrap().version
}

/// Chooses for the items with these keys, and takes what is proposed for the rest.
pub fn choose(world: &World, by: &str, id: RowId, choices: &[(&str, Choice)]) -> Done<()> {
    let choices = choices.iter().map(|(key, choice)| ((*key).to_owned(), Some(choice.clone()))).collect();
    let edit = Edit { version: version(world, id), choices, proposals: true, ..Edit::default() };
    world.act(by, move |tx, actor| departures::change(tx, actor, id, &edit))
}

pub fn go(world: &World, by: &str, id: RowId) -> Done<()> {
    departures::run(world.desk(), &world.user(by), id, version(world, id))
}

pub fn set_policy(world: &World, policy: DeparturePolicy) {
    world.act("admin", move |tx, actor| departures::set_policy(tx, actor, &policy)).unwrap();
}

pub fn owner(world: &World, set: &str, id: RowId) -> Option<PrincipalId> {
    let table = world.table(set).id;
    world.desk().glance(move |tx| Ok(records::facts(tx, table, id)?)).unwrap().unwrap().owner
}

pub fn state(world: &World, id: RowId) -> State {
    world.desk().glance(move |tx| Ok(store::departures::get(tx, id)?)).unwrap().unwrap().state
}

pub fn give(world: &World, to: &[&str]) -> Choice {
    Choice::Give(to.iter().map(|name| world.id(name)).collect())
}

#[test]
fn what_somebody_owns_goes_to_the_heir_and_is_proven() {
    on_each(|world| {
        company(world);
        let accounts: Vec<RowId> =
            (0..5).map(|n| world.record("north_rep", "accounts", &[("name", format!("account {n}").as_str().into())])).collect();
        let task = world.record("north_rep", "tasks", &[("subject", "Call back".into())]);
        let id = plan(world, "admin", "north_rep").unwrap();
        let before = sheet(world, "admin", id);
        let keys: Vec<&str> = before.items.iter().map(|item| item.key.as_str()).collect();
        assert!(keys.contains(&"owned:accounts") && keys.contains(&"open:tasks"), "{keys:?}");
        choose(world, "admin", id, &[("owned:accounts", give(world, &["heir"])), ("open:tasks", give(world, &["manager"]))]).unwrap();
        go(world, "admin", id).unwrap();
        assert_eq!(state(world, id), State::Running);
        assert!(
            accounts.iter().all(|row| owner(world, "accounts", *row) == Some(world.id("north_rep"))),
            "the job hands over, not the button"
        );
        run(world);
        let done = sheet(world, "admin", id);
        assert_eq!((done.departure.state, done.departure.why.as_deref()), (State::Done, None));
        assert!(accounts.iter().all(|row| owner(world, "accounts", *row) == Some(world.id("heir"))));
        assert_eq!(owner(world, "tasks", task), Some(world.id("manager")));
        let proof = world.look("admin", move |tx, actor| departures::certificate(tx, actor, id)).unwrap();
        assert_eq!((&proof["person"]["name"], &proof["left"]["references"]), (&"north_rep".into(), &0.into()), "{proof:#}");
    });
}

#[test]
fn whoever_planned_it_does_not_approve_and_the_manager_does() {
    on_each(|world| {
        company(world);
        set_policy(world, Preset::TwoPeople.policy());
        let row = world.record("north_rep", "accounts", &[("name", "Acme".into())]);
        let id = plan(world, "security_admin", "north_rep").unwrap();
        assert_eq!(problem(submit(world, "security_admin", id)).code, "undecided");
        choose(world, "security_admin", id, &[("owned:accounts", give(world, &["heir"]))]).unwrap();
        assert_eq!(problem(go(world, "security_admin", id)).code, "departure-state", "nobody runs it unapproved");
        submit(world, "security_admin", id).unwrap();
        assert_eq!(state(world, id), State::Waiting);
        let told = crate::notices::told(world, "manager");
        assert!(
            told.iter().any(|notice| notice.text == "security_admin planned the departure of north_rep; it waits for your approval"),
            "{told:?}"
        );
        assert!(matches!(denied(approve(world, "security_admin", id)), Denial::Guard(_)));
        assert_eq!(denied(approve(world, "heir", id)), Denial::NotThere, "who has no part in it knows of none");
        let seen = sheet(world, "manager", id);
        assert!(seen.may.approve && !seen.may.run && !seen.may.choose && !seen.items.is_empty());
        approve(world, "manager", id).unwrap();
        assert_eq!(state(world, id), State::Running, "it runs on approval");
        assert_eq!(denied(world.look("north_rep", |_, _| Ok(()))), Denial::SignIn, "shut out before any record moved");
        run(world);
        let done = sheet(world, "manager", id);
        assert_eq!((done.departure.state, owner(world, "accounts", row)), (State::Done, Some(world.id("heir"))));
        assert_eq!(done.departure.run_by, Some(world.id("security_admin")), "with the rights of whoever may disable people");
        let archive = done.departure.archive_told.unwrap();
        assert_eq!(
            (archive["compared"].as_bool(), archive["tables"].as_array().unwrap().iter().any(|t| t["name"] == "accounts")),
            (Some(true), true)
        );
    });
}

pub fn submit(world: &World, by: &str, id: RowId) -> Done<()> {
    let version = version(world, id);
    world.act(by, move |tx, actor| departures::submit(tx, actor, id, version))
}

pub fn approve(world: &World, by: &str, id: RowId) -> Done<()> {
    departures::approve(world.desk(), &world.user(by), id, version(world, id), None)
}

#[test]
fn a_second_person_approves_where_the_policy_says_so_and_the_last_word_is_the_policy_of_now() {
    on_each(|world| {
        company(world);
        set_policy(world, DeparturePolicy { approves: Approves::Second, ..Preset::OnePerson.policy() });
        let id = plan(world, "security_admin", "north_rep").unwrap();
        choose(world, "security_admin", id, &[]).unwrap();
        submit(world, "security_admin", id).unwrap();
        assert_eq!(denied(approve(world, "manager", id)), Denial::NotThere);
        // Whoever changes a plan has planned it too: neither is the second person then.
        choose(world, "second", id, &[]).unwrap();
        assert_eq!(state(world, id), State::Draft);
        submit(world, "second", id).unwrap();
        assert!(matches!(denied(approve(world, "second", id)), Denial::Guard(_)));
        assert!(matches!(denied(approve(world, "security_admin", id)), Denial::Guard(_)));
        approve(world, "admin", id).unwrap();
        assert_eq!(state(world, id), State::Approved, "somebody has to say when");
        go(world, "second", id).unwrap();
        run(world);
        assert_eq!(state(world, id), State::Done);
    });
    on_each(|world| {
        company(world);
        let id = plan(world, "security_admin", "north_rep").unwrap();
        choose(world, "security_admin", id, &[]).unwrap();
        set_policy(world, Preset::TwoPeople.policy());
        assert_eq!(problem(go(world, "security_admin", id)).code, "departure-state", "made stricter, it counts at once");
    });
}

#[test]
fn a_policy_of_departures_ends_disabling_at_once() {
    on_each(|world| {
        company(world);
        set_policy(world, Preset::TwoPeople.policy());
        let refused = people::disable(world.desk(), &world.user("admin"), world.id("north_rep"), None);
        assert_eq!(problem(refused).code, "departure-needed");
        assert!(world.look("north_rep", |_, _| Ok(())).is_ok(), "nothing was done by half");
        people::freeze(world.desk(), &world.user("admin"), world.id("north_rep"), None).unwrap();
        let policy = world.look("admin", |tx, _| Ok(departures::policy(tx)?)).unwrap();
        assert_eq!(policy.preset(), Some(Preset::TwoPeople));
        let tried = world.act("north_rep", |tx, actor| departures::set_policy(tx, actor, &Preset::OnePerson.policy()));
        assert_eq!(denied(tried), Denial::SignIn);
        let tried = world.act("manager", |tx, actor| departures::set_policy(tx, actor, &Preset::OnePerson.policy()));
        assert!(matches!(denied(tried), Denial::NoTask(_)));
    });
}

#[test]
fn bad_plans_are_refused_in_clear_words() {
    on_each(|world| {
        company(world);
        world.record("north_rep", "accounts", &[("name", "Acme".into())]);
        assert!(matches!(denied(plan(world, "admin", "admin")), Denial::Guard(_)), "oneself");
        assert!(matches!(denied(plan(world, "security_admin", "admin")), Denial::Guard(_)), "the last administrator");
        assert!(matches!(denied(plan(world, "heir", "north_rep")), Denial::NoTask(_)));
        let user = world.id("north_rep");
        let late = world.act("admin", move |tx, actor| departures::plan(tx, actor, user, None, Some(tx.now() - DAY)));
        assert_eq!(problem(late).errors[0].column, "on");
        let id = plan(world, "admin", "north_rep").unwrap();
        let twice = problem(plan(world, "security_admin", "north_rep"));
        assert_eq!((twice.code, twice.detail.contains("being decided")), ("departure-open", true), "{}", twice.detail);
        // Auditors read no accounts; a service representative leaves too; nobody gets their own.
        let wrong = |to: &str| problem(choose(world, "admin", id, &[("owned:accounts", give(world, &[to]))])).errors.remove(0);
        let no_right = wrong("auditor");
        assert_eq!((no_right.column.as_str(), no_right.message.as_str()), ("choices.owned:accounts", "the new owner may not see accounts"));
        plan(world, "admin", "south_rep").unwrap();
        assert_eq!(wrong("south_rep").message, "south_rep is leaving too");
        assert_eq!(wrong("north_rep").message, "this is whoever leaves");
        people::freeze(world.desk(), &world.user("admin"), world.id("service_rep"), None).unwrap();
        assert_eq!(wrong("service_rep").message, "service_rep is not active");
        let kept = sheet(world, "admin", id);
        assert!(kept.items.iter().all(|item| item.chosen.is_none()), "a refused choice leaves none of its fellows");
        // An older picture, by version and by what refers to the person.
        choose(world, "admin", id, &[("owned:rest", Choice::Leave)]).unwrap();
        let stale = Edit { version: version(world, id) - 1, ..Edit::default() };
        assert!(matches!(world.act("admin", move |tx, actor| departures::change(tx, actor, id, &stale)), Err(crm::Error::Stale { .. })));
    });
}

#[test]
fn a_plan_decided_on_an_older_picture_is_refused_and_nothing_is_done() {
    on_each(|world| {
        company(world);
        set_policy(world, DeparturePolicy { approves: Approves::Manager, ..Preset::TwoPeople.policy() });
        world.record("north_rep", "accounts", &[("name", "Acme".into())]);
        let id = plan(world, "security_admin", "north_rep").unwrap();
        choose(world, "security_admin", id, &[("owned:accounts", give(world, &["heir"])), ("owned:rest", Choice::Leave)]).unwrap();
        let edit = Edit { version: version(world, id), choices: vec![("owned:rest".into(), None)], ..Edit::default() };
        world.act("security_admin", move |tx, actor| departures::change(tx, actor, id, &edit)).unwrap();
        submit(world, "security_admin", id).unwrap();
        world.record("north_rep", "leads", &[("topic", "Fair".into()), ("last_name", "Lee".into())]);
        let refused = problem(approve(world, "manager", id));
        assert_eq!((refused.code, refused.detail.contains("Leads")), ("plan-changed", true), "{}", refused.detail);
        assert_eq!(sheet(world, "manager", id).news, ["Leads"]);
        assert!(world.look("north_rep", |_, _| Ok(())).is_ok());
        // More of what was decided about is nothing new.
        choose(world, "security_admin", id, &[("owned:leads", give(world, &["heir"]))]).unwrap();
        submit(world, "security_admin", id).unwrap();
        let more = world.record("north_rep", "leads", &[("topic", "Fair".into()), ("last_name", "Moe".into())]);
        approve(world, "manager", id).unwrap();
        run(world);
        assert_eq!((state(world, id), owner(world, "leads", more)), (State::Done, Some(world.id("heir"))));
    });
}

#[test]
fn several_get_it_in_turn_some_of_it_stays_read_only_and_some_is_deleted() {
    on_each(|world| {
        company(world);
        let accounts: Vec<RowId> =
            (0..7).map(|n| world.record("north_rep", "accounts", &[("name", format!("account {n}").as_str().into())])).collect();
        let lead = world.record("north_rep", "leads", &[("topic", "Fair".into()), ("last_name", "Lee".into())]);
        let task = world.record("north_rep", "tasks", &[("subject", "Call".into())]);
        let id = plan(world, "admin", "north_rep").unwrap();
        let chosen =
            [("owned:accounts", give(world, &["heir", "manager"])), ("owned:leads", Choice::ReadOnly), ("open:tasks", Choice::Delete)];
        choose(world, "admin", id, &chosen).unwrap();
        go(world, "admin", id).unwrap();
        run(world);
        assert_eq!(state(world, id), State::Done);
        let of = |name: &str| accounts.iter().filter(|row| owner(world, "accounts", **row) == Some(world.id(name))).count();
        assert_eq!((of("heir"), of("manager")), (4, 3));
        let table = world.table("leads").id;
        let change = move |world: &World, by: &str| {
            world.act(by, move |tx, actor| {
                let of = actor.catalogue().table(table).unwrap().find("topic").unwrap().id;
                crm::records::change(tx, actor, table, lead, None, vec![(of, "taken".into(), None)])
            })
        };
        let refused = change(world, "manager").unwrap_err().to_string();
        assert!(refused.contains("read-only until"), "{refused}");
        let heir = world.id("heir");
        world.act("manager", move |tx, actor| crm::records::assign(tx, actor, table, lead, heir)).unwrap();
        change(world, "manager").unwrap();
        let tasks = world.table("tasks").id;
        assert!(!world.desk().glance(move |tx| Ok(records::exists(tx, tasks, task)?)).unwrap());
        // Undone, all of it is as it was, but what somebody gave on since.
        undo(world, "admin", id);
        let undone = sheet(world, "admin", id);
        assert_eq!(undone.departure.state, State::Undone);
        assert!(accounts.iter().all(|row| owner(world, "accounts", *row) == Some(world.id("north_rep"))));
        assert!(world.desk().glance(move |tx| Ok(records::exists(tx, tasks, task)?)).unwrap(), "brought back");
        assert_eq!(world.desk().glance(|tx| Ok(store::rights::read_only(tx)?)).unwrap(), []);
        assert_eq!(undone.conflicts, []);
    });
}

pub fn undo(world: &World, by: &str, id: RowId) {
    world.act(by, move |tx, actor| departures::undo(tx, actor, id)).unwrap();
    run(world);
}

#[test]
fn what_was_given_on_changed_or_deleted_since_is_no_longer_undone_and_is_listed() {
    on_each(|world| {
        company(world);
        let rows: Vec<RowId> =
            (0..4).map(|n| world.record("north_rep", "accounts", &[("name", format!("account {n}").as_str().into())])).collect();
        let id = plan(world, "admin", "north_rep").unwrap();
        choose(world, "admin", id, &[("owned:accounts", give(world, &["heir"]))]).unwrap();
        go(world, "admin", id).unwrap();
        run(world);
        let (table, manager, given, gone) = (world.table("accounts").id, world.id("manager"), rows[1], rows[2]);
        world.act("admin", move |tx, actor| crm::records::assign(tx, actor, table, given, manager)).unwrap();
        world.act("admin", move |tx, actor| crm::records::delete(tx, actor, table, gone)).unwrap();
        undo(world, "admin", id);
        let sheet = sheet(world, "admin", id);
        let mut stayed: Vec<(RowId, String)> = sheet.conflicts.into_iter().map(|conflict| (conflict.id, conflict.why)).collect();
        stayed.sort();
        let mut wanted = vec![(given, "it was given to somebody else since".to_owned()), (gone, "it was deleted since".to_owned())];
        wanted.sort();
        assert_eq!(stayed, wanted);
        assert_eq!((sheet.tally[0].done, sheet.tally[0].back), (4, 2));
        assert_eq!((owner(world, "accounts", rows[0]), owner(world, "accounts", given)), (Some(world.id("north_rep")), Some(manager)));
        let stays = world.desk().glance({
            let user = world.id("north_rep");
            move |tx| Ok(accounts::user(tx, user)?)
        });
        assert_eq!(stays.unwrap().unwrap().state, UserState::Disabled, "undoing lets nobody back in");
    });
}

#[test]
fn whoever_names_the_person_names_the_heir_and_back() {
    on_each(|world| {
        company(world);
        let new = crm::tables::NewColumn { targets: vec!["users".into()], ..crate::tables::new("accounts", "Champion", "lookup") };
        world.act("admin", move |tx, actor| crm::tables::add_column(tx, actor, &new)).unwrap();
        let rep = world.id("north_rep");
        let row = world.record("south_rep", "accounts", &[("name", "Acme".into())]);
        let table = world.table("accounts").id;
        let cell = move |world: &World| {
            let found = world.desk().glance(move |tx| {
                store::rights::catalogue(tx)?;
                Ok(store::references::live(tx, rep)?)
            });
            found.unwrap().into_iter().filter(|at| at.table == "accounts" && at.column == "x_champion").map(|at| at.count).sum::<i64>()
        };
        world
            .act("admin", move |tx, actor| {
                let catalogue = actor.catalogue().clone();
                let of = catalogue.table(table).unwrap();
                let column = of.find("x_champion").unwrap().id;
                let permit = security::Permit::for_upkeep(security::Reason::Test, Privilege::Write, of);
                let cells: Cells = vec![(column, Value::Id(rep.0), Some(catalogue::Target::Users))];
                assert!(matches!(records::update(tx, &permit, row, None, &cells)?, Written::Done(_)));
                Ok(())
            })
            .unwrap();
        assert_eq!(cell(world), 1);
        let id = plan(world, "admin", "north_rep").unwrap();
        choose(world, "admin", id, &[("named:accounts.x_champion", give(world, &["heir"]))]).unwrap();
        go(world, "admin", id).unwrap();
        run(world);
        assert_eq!((state(world, id), cell(world), owner(world, "accounts", row)), (State::Done, 0, Some(world.id("south_rep"))));
        undo(world, "admin", id);
        assert_eq!((state(world, id), cell(world)), (State::Undone, 1));
    });
}

#[test]
fn a_workflow_goes_on_with_whoever_gets_it_and_reports_and_decisions_go_along() {
    on_each(|world| {
        company(world);
        let leaver = world.join("leaver", "root", &["System Administrator"]);
        world.join("next", "root", &["System Administrator"]);
        let steps = serde_json::json!({ "trigger": { "on": "created" }, "steps": [
            { "do": "assign", "to": [leaver.to_string()] }, { "do": "set", "columns": { "description": "seen" } } ] });
        let workflow = crate::workflows::start(world, "leaver", "new leads North", "leads", &steps);
        let report = world.id("heir");
        world.act("admin", move |tx, actor| people::set_manager(tx, actor, report, Some(leaver))).unwrap();
        let id = plan(world, "admin", "leaver").unwrap();
        let seen = sheet(world, "admin", id);
        let keys: Vec<&str> = seen.items.iter().map(|item| item.key.as_str()).collect();
        let (own, named) = (format!("workflow_owner:{workflow}"), format!("workflow_step:{workflow}"));
        assert!([own.as_str(), named.as_str(), "reports"].iter().all(|key| keys.contains(key)), "{keys:?}");
        let refused = problem(choose(world, "admin", id, &[(&own, give(world, &["heir"]))])).errors.remove(0);
        assert!(refused.message.contains("could not run"), "{}", refused.message);
        let next = give(world, &["next"]);
        choose(world, "admin", id, &[(&own, next.clone()), (&named, next.clone()), ("reports", next)]).unwrap();
        go(world, "admin", id).unwrap();
        run(world);
        assert_eq!(state(world, id), State::Done, "{:?}", sheet(world, "admin", id).departure.why);
        let lead = crate::workflows::make(world, "manager", "leads", &[("topic", "Fair".into()), ("last_name", "Lee".into())]);
        run(world);
        assert_eq!(owner(world, "leads", lead), Some(world.id("next")), "the next lead goes to the heir by the same workflow");
        let manager = world.desk().glance(move |tx| Ok(accounts::user(tx, report)?)).unwrap().unwrap().manager;
        assert_eq!(manager, Some(world.id("next")));
        assert!(crate::notices::told(world, "next").iter().any(|notice| notice.text.contains("it is yours now")));
    });
}

#[test]
fn whoever_hands_over_comes_to_reach_nothing_by_it_and_sees_no_name_that_is_not_theirs() {
    on_each(|world| {
        company(world);
        // Somebody of the service desk may disable people, and reads what they own.
        world.join("stopper", "service", &["Salesperson", "Security Administrator"]);
        world.record("north_rep", "accounts", &[("name", "Acme".into())]);
        let id = plan(world, "stopper", "north_rep").unwrap();
        let refused = problem(choose(world, "stopper", id, &[("owned:accounts", give(world, &["stopper"]))])).errors.remove(0);
        assert!(refused.message.contains("nobody"), "{}", refused.message);
        choose(world, "stopper", id, &[("owned:accounts", give(world, &["heir"]))]).unwrap();
        let name = |who: &str| {
            let item = sheet(world, who, id).items.into_iter().find(|item| item.key == "owned:accounts").unwrap();
            (item.count, item.sample[0].name.clone())
        };
        assert_eq!((name("stopper"), name("admin")), ((1, None), (1, Some("Acme".to_owned()))));
    });
}

#[test]
fn the_certificate_is_signed_and_names_everybody_and_everything() {
    on_each(|world| {
        company(world);
        world.record("north_rep", "accounts", &[("name", "Acme".into())]);
        let id = plan(world, "admin", "north_rep").unwrap();
        assert_eq!(problem(world.look("admin", move |tx, actor| departures::certificate(tx, actor, id))).code, "departure-state");
        choose(world, "admin", id, &[("owned:accounts", give(world, &["heir", "manager"]))]).unwrap();
        world.clock.go_on(HOUR);
        go(world, "admin", id).unwrap();
        run(world);
        let proof = world.look("admin", move |tx, actor| departures::certificate(tx, actor, id)).unwrap();
        let item = proof["items"].as_array().unwrap().iter().find(|item| item["key"] == "owned:accounts").unwrap();
        assert_eq!((item["became"].as_str(), item["done"].as_i64()), (Some("goes to heir, manager in turn"), Some(1)));
        assert_eq!((proof["planned_by"]["name"].as_str(), proof["reason"].as_str()), (Some("admin"), Some("leaves for a competitor")));
        let text = proof["proof"]["text"].as_str().unwrap();
        let bytes: Vec<u8> = proof["proof"]["signature"]
            .as_str()
            .unwrap()
            .as_bytes()
            .chunks(2)
            .map(|two| u8::from_str_radix(std::str::from_utf8(two).unwrap(), 16).unwrap())
            .collect();
        let key = world.desk().store().trail_key();
        assert!(store::trail::is_signed_by(&key, text, &bytes));
        assert!(!store::trail::is_signed_by(&key, &text.replace("heir", "Heir").replace("\"done\":1", "\"done\":2"), &bytes));
        assert_eq!(denied(world.look("heir", move |tx, actor| departures::certificate(tx, actor, id))), Denial::NotThere);
    });
}

#[test]
fn a_departure_that_was_stopped_goes_on_or_back_and_one_that_was_dropped_did_nothing() {
    on_each(|world| {
        company(world);
        let row = world.record("north_rep", "accounts", &[("name", "Acme".into())]);
        let id = plan(world, "admin", "north_rep").unwrap();
        let seen = version(world, id);
        world.act("admin", move |tx, actor| departures::cancel(tx, actor, id, seen, Some("stays with us"))).unwrap();
        assert!(world.look("north_rep", |_, _| Ok(())).is_ok());
        let id = plan(world, "admin", "north_rep").unwrap();
        choose(world, "admin", id, &[("owned:accounts", give(world, &["heir"]))]).unwrap();
        go(world, "admin", id).unwrap();
        world.act("admin", move |tx, actor| departures::stop(tx, actor, id)).unwrap();
        run(world);
        assert_eq!((state(world, id), owner(world, "accounts", row)), (State::Stopped, Some(world.id("north_rep"))));
        // Another choice for what is left, and on.
        choose(world, "second", id, &[("owned:accounts", give(world, &["manager"]))]).unwrap();
        go(world, "second", id).unwrap();
        run(world);
        assert_eq!((state(world, id), owner(world, "accounts", row)), (State::Done, Some(world.id("manager"))));
        let seen = version(world, id);
        assert_eq!(problem(world.act("admin", move |tx, actor| departures::cancel(tx, actor, id, seen, None))).code, "departure-state");
    });
}

#[test]
fn what_is_left_of_a_stopped_departure_is_approved_anew_where_the_policy_asks_for_that() {
    on_each(|world| {
        company(world);
        set_policy(world, DeparturePolicy { needs_archive: false, ..Preset::TwoPeople.policy() });
        let row = world.record("north_rep", "accounts", &[("name", "Acme".into())]);
        let id = plan(world, "security_admin", "north_rep").unwrap();
        choose(world, "security_admin", id, &[("owned:accounts", give(world, &["heir"]))]).unwrap();
        submit(world, "security_admin", id).unwrap();
        approve(world, "manager", id).unwrap();
        world.act("security_admin", move |tx, actor| departures::stop(tx, actor, id)).unwrap();
        run(world);
        assert_eq!(state(world, id), State::Stopped);
        choose(world, "security_admin", id, &[("owned:accounts", give(world, &["manager"]))]).unwrap();
        assert_eq!(problem(go(world, "security_admin", id)).code, "departure-state", "an approval of one choice is none of another");
        let seen = version(world, id);
        let dropped = world.act("security_admin", move |tx, actor| departures::cancel(tx, actor, id, seen, None));
        assert_eq!(problem(dropped).code, "departure-state", "what was begun is undone, not dropped");
        submit(world, "security_admin", id).unwrap();
        approve(world, "manager", id).unwrap();
        run(world);
        assert_eq!((state(world, id), owner(world, "accounts", row)), (State::Done, Some(world.id("manager"))));
    });
}

#[test]
fn whoever_had_a_hand_in_the_plan_and_whoever_is_no_person_approves_nothing() {
    on_each(|world| {
        company(world);
        world.join("third", "root", &["Security Administrator"]);
        let robot = world.join("robot", "root", &["Security Administrator"]);
        let second = world.id("second");
        world.act("admin", move |tx, actor| people::set_service(tx, actor, robot, Some(second))).unwrap();
        set_policy(world, DeparturePolicy { approves: Approves::Second, needs_archive: false, ..Preset::TwoPeople.policy() });
        world.record("north_rep", "accounts", &[("name", "Acme".into())]);
        let id = plan(world, "security_admin", "north_rep").unwrap();
        choose(world, "security_admin", id, &[("owned:accounts", give(world, &["heir"]))]).unwrap();
        // A second hand mends a word; the first is no second person by that.
        let edit = Edit { version: version(world, id), reason: Some(Some("moves away".into())), ..Edit::default() };
        world.act("second", move |tx, actor| departures::change(tx, actor, id, &edit)).unwrap();
        submit(world, "security_admin", id).unwrap();
        for who in ["security_admin", "second"] {
            assert!(matches!(denied(approve(world, who, id)), Denial::Guard(_)), "{who}");
            assert!(!sheet(world, who, id).may.approve, "{who}");
        }
        let told = world.desk().glance(move |tx| Ok(store::notices::of(tx, robot, None, 9)?)).unwrap();
        assert!(told.iter().all(|notice| notice.said["change"] != "waits"), "nobody asks an account that is no person");
        approve(world, "third", id).unwrap();
        run(world);
        assert_eq!(state(world, id), State::Done);
    });
}

#[test]
fn rules_that_ask_less_wait_for_a_day_and_everybody_who_may_disable_people_learns_of_it() {
    on_each(|world| {
        company(world);
        set_policy(world, Preset::TwoPeople.policy());
        set_policy(world, Preset::OnePerson.policy());
        let now = |world: &World| world.desk().glance(|tx| Ok(departures::policy(tx)?)).unwrap().preset();
        assert_eq!(now(world), Some(Preset::TwoPeople));
        assert_eq!(problem(people::disable(world.desk(), &world.user("admin"), world.id("north_rep"), None)).code, "departure-needed");
        let told = crate::notices::told(world, "second");
        assert!(told.iter().any(|notice| notice.text.starts_with("admin changed what is asked of departures; it counts from")), "{told:?}");
        world.clock.go_on(DAY);
        assert_eq!(now(world), Some(Preset::OnePerson));
        set_policy(world, Preset::TwoPeople.policy());
        assert_eq!(now(world), Some(Preset::TwoPeople), "what asks more counts at once");
        set_policy(world, Preset::OnePerson.policy());
        set_policy(world, Preset::TwoPeople.policy());
        world.clock.go_on(DAY);
        assert_eq!(now(world), Some(Preset::TwoPeople), "saved again, what waited is gone");
    });
}

#[test]
fn the_certificate_of_a_departure_that_was_decided_anew_tells_of_both() {
    on_each(|world| {
        company(world);
        for n in 0..150 {
            world.record("north_rep", "accounts", &[("name", format!("account {n}").as_str().into())]);
        }
        let id = plan(world, "admin", "north_rep").unwrap();
        choose(world, "admin", id, &[("owned:accounts", give(world, &["heir"]))]).unwrap();
        go(world, "admin", id).unwrap();
        // The first batch is done, and then whoever gets it is frozen.
        let heir = world.id("heir");
        let runner = crm::jobs::Runner::new(world.desk().clone());
        world.act("admin", move |tx, actor| departures::stop(tx, actor, id)).unwrap();
        while runner.run_next().unwrap() {}
        choose(world, "admin", id, &[("owned:accounts", give(world, &["manager"]))]).unwrap();
        go(world, "admin", id).unwrap();
        run(world);
        let proof = world.look("admin", move |tx, actor| departures::certificate(tx, actor, id)).unwrap();
        let item = proof["items"].as_array().unwrap().iter().find(|item| item["key"] == "owned:accounts").unwrap();
        assert_eq!((item["count"].as_i64(), item["done"].as_i64(), item["left"].as_i64()), (Some(150), Some(150), Some(0)));
        assert!(item["became"].as_str().unwrap().starts_with("goes to manager"), "{item}");
        assert_ne!(owner(world, "accounts", world.record("heir", "accounts", &[("name", "own".into())])), None);
        assert_eq!(heir, world.id("heir"));
    });
}
