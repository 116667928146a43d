//! What departures leave to upkeep, what one that was killed leaves behind, and the keys of service accounts.
//!
//! Not here: the hour of a departure (`crates/crm/tests/it/departures_time.rs`), what is chosen
//! (`crates/crm/tests/it/departures.rs`). Start reading at [`one_that_cannot_be_looked_at_is_in_the_way_of_no_other`].

use crate::departures::{choose, company, give, go, on_each, plan, sheet, state, submit};
use crate::exchange::run;
use crate::world::{DAY, HOUR, MINUTE, PASSWORD, World, denied, email, problem};
use catalogue::RowId;
use crm::departures::{self, Choice, DeparturePolicy, Preset, State};
use crm::jobs::Runner;
use crm::people;
use crm::sign_in::{self, SignInAsk, TokenAsk};
use crm::{Asker, Channel, Denial, Done, PrincipalId, Scope, UserState};
use std::sync::atomic::AtomicBool;
use store::accounts::{self, NewUser};
use store::dump::Identity;
use store::queue::{self, NewJob};
use store::revocation::Act;

fn planned_for(world: &World, whom: &str, on: i64) -> RowId {
    let user = world.id(whom);
    let id = world.act("admin", move |tx, actor| departures::plan(tx, actor, user, None, Some(on))).unwrap();
    choose(world, "admin", id, &[]).unwrap();
    submit(world, "admin", id).unwrap();
    id
}

fn user(world: &World, id: PrincipalId) -> accounts::User {
    world.desk().glance(move |tx| Ok(accounts::user(tx, id)?)).unwrap().unwrap()
}

#[test]
fn one_that_cannot_be_looked_at_is_in_the_way_of_no_other() {
    let mut world = World::sqlite();
    company(&mut world);
    let gone = world.id("auditor");
    people::disable(world.desk(), &world.user("admin"), gone, None).unwrap();
    world.clock.go_on(MINUTE);
    assert_eq!(denied(crate::sign_in::knock(&world, "auditor", PASSWORD)), Denial::SignIn);
    let on = world.desk().store().now() + HOUR;
    let (broken, well) = (planned_for(&world, "north_rep", on), planned_for(&world, "south_rep", on + 1));
    // A disk that was bad for a moment: a job that cannot be read, and what is told of in an alert.
    let asker = world.id("admin");
    let job = world.operate(move |tx| {
        let ask = NewJob { kind: departures::RUN.into(), asker, session: None, epoch: 0, arguments: serde_json::json!({}) };
        let job = queue::enqueue(tx, &ask)?;
        let old = store::departures::get(tx, broken)?.unwrap();
        store::departures::save(tx, &old, &departures::Departure { job: Some(job), ..old.clone() })?;
        Ok(job)
    });
    let conn = rusqlite::Connection::open(world.place().0.join("castellan.db")).unwrap();
    let spoil = |text: &str, id: RowId| assert_eq!(conn.execute(text, [id.0.as_bytes().to_vec()]).unwrap(), 1);
    spoil("UPDATE sys_jobs SET arguments = 'x' WHERE id = ?1", job);
    spoil("UPDATE sys_refused_sign_ins SET id = x'00' WHERE user_id = ?1", gone.0);
    drop(conn);
    world.clock.go_on(2 * HOUR);
    let told = Runner::new(world.desk().clone()).keep_time();
    assert!(matches!(told, Err(crm::Error::Fault(_))), "it is told: {told:?}");
    assert_eq!((state(&world, broken), state(&world, well)), (State::Approved, State::Running));
}

#[test]
fn what_a_killed_process_left_of_an_archive_is_taken_out_at_the_next_start() {
    let world = World::sqlite();
    let folder = world.desk().store().directory().join("archives");
    std::fs::create_dir_all(folder.join("one.scratch")).unwrap();
    std::fs::write(folder.join("one.scratch").join("castellan.db"), "records in clear").unwrap();
    std::fs::write(folder.join("one.part"), "half").unwrap();
    std::fs::write(folder.join("kept"), "somebody else's").unwrap();
    Runner::new(world.desk().clone()).work(&AtomicBool::new(true));
    let left: Vec<_> = std::fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(left, ["kept"]);
}

#[test]
fn an_archive_key_that_nothing_can_be_sealed_to_is_refused() {
    let world = World::sqlite();
    let set = |key: &str| {
        let policy = DeparturePolicy { archive_key: Some(key.to_owned()), ..Preset::OnePerson.policy() };
        world.act("admin", move |tx, actor| departures::set_policy(tx, actor, &policy))
    };
    let good = Identity::generate().recipient().to_string();
    let half = &good[..good.len() - 1];
    for wrong in ["age1zzz", half, "age1", &format!("{good}\n{good}"), &Identity::generate().file()] {
        assert_eq!(problem(set(wrong)).errors[0].column, "archive_key", "{wrong}");
    }
    set(&good).unwrap();
}

#[test]
fn whoever_cannot_report_to_the_heir_is_left_and_all_behind_them_go_on() {
    on_each(|world| {
        company(world);
        let (unit, leaver) = (world.unit("north"), world.id("north_rep"));
        let reports: Vec<PrincipalId> = world.operate(move |tx| {
            let mut all = Vec::new();
            for n in 0..230 {
                let (name, email) = (format!("report {n}"), format!("report{n}@acme.example"));
                all.push(accounts::invite(tx, &NewUser { name: &name, email: &email, title: None, unit, manager: Some(leaver) })?);
            }
            Ok(all)
        });
        let id = plan(world, "admin", "north_rep").unwrap();
        choose(world, "admin", id, &[("reports", give(world, &["heir"]))]).unwrap();
        go(world, "admin", id).unwrap();
        // Between the decision and the run the heir came to report to one of them. A run goes over what is left once more, so
        // they are more than two batches.
        let (first, heir) = (*reports.iter().min().unwrap(), world.id("heir"));
        world.act("second", move |tx, actor| people::set_manager(tx, actor, heir, Some(first))).unwrap_or_else(|_| {
            world.operate(move |tx| Ok(accounts::set_manager(tx, heir, Some(first))?));
        });
        run(world);
        assert_eq!(state(world, id), State::Done, "{:?}", sheet(world, "admin", id).departure.why);
        let left = world.desk().glance(move |tx| Ok(accounts::reports_of(tx, leaver)?)).unwrap();
        assert_eq!(left, [first]);
    });
}

#[test]
fn the_choice_for_the_rest_is_asked_about_what_has_no_choice_of_its_own() {
    on_each(|world| {
        company(world);
        world.join("newcomer", "north", &[]);
        world.record("north_rep", "accounts", &[("name", "Acme".into())]);
        let id = plan(world, "admin", "north_rep").unwrap();
        let rest = ("owned:rest", give(world, &["newcomer"]));
        let refused = problem(choose(world, "admin", id, std::slice::from_ref(&rest))).errors.remove(0);
        assert_eq!(refused.column, "choices.owned:rest", "whoever reads no account gets none: {}", refused.message);
        choose(world, "admin", id, &[rest, ("owned:accounts", give(world, &["heir"]))]).unwrap();
        go(world, "admin", id).unwrap();
        run(world);
        assert_eq!(state(world, id), State::Done, "{:?}", sheet(world, "admin", id).departure.why);
    });
}

/// A program that the leaver answers for, with a token, and that token.
fn program(world: &mut World) -> (PrincipalId, String) {
    let account = world.join("program", "north", &["Salesperson"]);
    let leaver = world.id("north_rep");
    world.act("admin", move |tx, actor| people::set_service(tx, actor, account, Some(leaver))).unwrap();
    let opened = enter(world, PASSWORD).unwrap();
    let ask = TokenAsk { name: "nightly".into(), scopes: vec![Scope::Read], expires_at: world.desk().store().now() + 30 * DAY };
    (account, sign_in::create_token(world.desk(), &Asker::with_token(&opened, Channel::Api), &ask).unwrap().token)
}

fn enter(world: &World, password: &str) -> Done<String> {
    let ask = SignInAsk { email: email("program"), password: password.into(), place: None, channel: Channel::Api };
    Ok(sign_in::sign_in(world.desk(), &ask)?.token)
}

fn knocks(world: &World, token: &str) -> Done<()> {
    world.desk().look(&Asker::with_token(token, Channel::Api), |_, _| Ok(()))
}

#[test]
fn a_service_account_is_given_on_without_the_keys_that_the_leaver_made() {
    on_each(|world| {
        company(world);
        let (account, token) = program(world);
        let id = plan(world, "admin", "north_rep").unwrap();
        let item = sheet(world, "admin", id).items.into_iter().find(|item| item.key == "services").unwrap();
        assert!(
            item.consequence.contains("1 access token that works") && item.consequence.contains("their keys end"),
            "{}",
            item.consequence
        );
        assert_eq!(item.proposal, Some(give(world, &["manager"])), "whoever would lose the old keys is proposed");
        choose(world, "admin", id, &[("services", give(world, &["heir"]))]).unwrap();
        knocks(world, &token).unwrap();
        go(world, "admin", id).unwrap();
        run(world);
        assert_eq!(state(world, id), State::Done, "{:?}", sheet(world, "admin", id).departure.why);
        let now = user(world, account);
        assert_eq!((now.responsible, now.state), (Some(world.id("heir")), UserState::Active));
        assert_eq!((denied(knocks(world, &token)), denied(enter(world, PASSWORD))), (Denial::SignIn, Denial::SignIn));
        // What was given to it is there, and an invitation makes new keys.
        let again = world.act("admin", move |tx, actor| people::invite_again(tx, actor, account)).unwrap();
        let other = "lantern gravel mosaic orbit";
        sign_in::accept(world.desk(), &again.token, other, Channel::Api).unwrap();
        knocks(world, &enter(world, other).unwrap()).unwrap();
        let roles = world.look("admin", move |tx, actor| people::person(tx, actor, account)).unwrap().roles;
        assert_eq!(roles.len(), 1, "{roles:?}");
    });
}

#[test]
fn a_service_account_that_nobody_gets_is_frozen_and_stays_so_when_the_departure_is_undone() {
    on_each(|world| {
        company(world);
        let (account, token) = program(world);
        let id = plan(world, "admin", "north_rep").unwrap();
        choose(world, "admin", id, &[("services", Choice::Pause)]).unwrap();
        go(world, "admin", id).unwrap();
        run(world);
        assert_eq!(state(world, id), State::Done, "{:?}", sheet(world, "admin", id).departure.why);
        assert_eq!(user(world, account).state, UserState::Frozen);
        assert_eq!(denied(knocks(world, &token)), Denial::SignIn);
        let noted = world.desk().store().revocations().unwrap();
        assert!(noted.iter().any(|line| line.principal == account && line.act == Act::Freeze), "{noted:?}");
        world.act("admin", move |tx, actor| departures::undo(tx, actor, id)).unwrap();
        run(world);
        assert_eq!((state(world, id), user(world, account).state), (State::Undone, UserState::Frozen));
        people::unfreeze(world.desk(), &world.user("admin"), account, None).unwrap();
        assert_eq!(denied(enter(world, PASSWORD)), Denial::SignIn, "let back, it still has no key that the leaver knew");
    });
}
