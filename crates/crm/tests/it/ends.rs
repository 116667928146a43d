//! When somebody's time here ends: said ahead, acted on once, never for the last administrator.
//!
//! Not here: freezing itself (`crates/crm/tests/it/freeze.rs`), a server that was down (`crates/castellan/tests/it/ends.rs`).
//! Start reading at [`whoever_manages_users_says_when_a_time_ends`].

use crate::notices::told;
use crate::sign_in::{invitee, knock};
use crate::world::{DAY, HOUR, MINUTE, MORNING, PASSWORD, World, denied, on_both, problem};
use crm::jobs::Runner;
use crm::notices::NoticeKind;
use crm::people::{self, InviteAsk};
use crm::{Channel, Denial, Done, Error, Task, UserState, sign_in};
use store::revocation::Act;
use store::{accounts, departures};

fn set_end(world: &World, by: &str, of: &str, at: Option<i64>) -> Done<()> {
    let user = world.id(of);
    world.act(by, move |tx, actor| people::set_end(tx, actor, user, at))
}

fn keep_time(world: &World) {
    Runner::new(world.desk().clone()).keep_time().unwrap();
}

fn state(world: &World, name: &str) -> UserState {
    let user = world.id(name);
    world.desk().glance(|tx| Ok::<_, Error>(accounts::user(tx, user)?.unwrap().state)).unwrap()
}

fn noted(world: &World) -> Vec<Act> {
    world.desk().store().revocations().unwrap().into_iter().map(|line| line.act).collect()
}

/// What those who plan departures are told.
fn leaving(world: &World, who: &str) -> Vec<String> {
    told(world, who).into_iter().filter(|notice| notice.kind == NoticeKind::Leaving).map(|notice| notice.text).collect()
}

#[test]
fn whoever_manages_users_says_when_a_time_ends() {
    on_both(|world| {
        set_end(world, "security_admin", "north_rep", Some(MORNING + DAY)).unwrap();
        let user = world.id("north_rep");
        let page = world.look("admin", |tx, actor| people::person(tx, actor, user)).unwrap();
        assert_eq!(page.person.details.unwrap().ends_on, Some(MORNING + DAY));
        set_end(world, "admin", "north_rep", None).unwrap();
        assert_eq!(denied(set_end(world, "manager", "north_rep", None)), Denial::NoTask(Task::ManageUsers));
        let past = problem(set_end(world, "admin", "north_rep", Some(MORNING)));
        assert_eq!(past.errors[0].column, "ends_at");
        assert_eq!(past.errors[0].message, "the end lies in the past; to stop somebody now, freeze them");
        assert!(matches!(denied(set_end(world, "security_admin", "security_admin", Some(MORNING + DAY))), Denial::Guard(words)
            if words.starts_with("nobody says when their own time here ends")));
    });
}

#[test]
fn an_end_for_the_last_administrator_is_refused() {
    on_both(|world| {
        assert!(matches!(denied(set_end(world, "security_admin", "admin", Some(MORNING + DAY))), Denial::Guard(words)
            if words.starts_with("this would leave no active person")));
        let (role, to) = (world.role("System Administrator"), world.id("manager"));
        let give = people::GiveAsk { role, to, reason: None, until: None };
        world.act("admin", move |tx, actor| people::give_role(tx, actor, &give)).unwrap();
        set_end(world, "manager", "admin", Some(MORNING + DAY)).unwrap();
        // Whoever will end does not count as somebody who stays.
        assert!(matches!(denied(set_end(world, "admin", "manager", Some(MORNING + 2 * DAY))), Denial::Guard(_)));
        assert!(matches!(denied(people::freeze(world.desk(), &world.user("admin"), to, None)), Denial::Guard(_)));
    });
}

#[test]
fn a_time_that_ended_freezes_once_and_tells_those_who_plan_departures() {
    on_both(|world| {
        set_end(world, "admin", "north_rep", Some(MORNING + HOUR)).unwrap();
        keep_time(world);
        assert_eq!(state(world, "north_rep"), UserState::Active, "not yet");
        // The server was down over that hour, and for a day more.
        world.clock.go_on(HOUR + DAY);
        keep_time(world);
        keep_time(world);
        assert_eq!(state(world, "north_rep"), UserState::Frozen);
        assert_eq!(denied(world.look("north_rep", |_, _| Ok(()))), Denial::SignIn);
        assert_eq!(denied(knock(world, "north_rep", PASSWORD)), Denial::SignIn);
        let acted = world.trail().into_iter().filter(|(verb, _)| verb == "user.end_date").collect::<Vec<_>>();
        assert_eq!(acted, [("user.end_date".into(), "done".into())]);
        assert_eq!(noted(world), [Act::Freeze]);
        let text = "the time of north_rep here ended; the account is frozen. Plan the departure";
        assert_eq!(leaving(world, "admin"), [text]);
        assert_eq!(leaving(world, "security_admin"), [text]);
        assert!(leaving(world, "manager").is_empty());
    });
}

#[test]
fn whoever_died_after_noting_finds_the_same_work_again() {
    on_both(|world| {
        set_end(world, "admin", "north_rep", Some(MORNING + HOUR)).unwrap();
        world.clock.go_on(HOUR);
        world.desk().store().note_revocation(Act::Freeze, world.id("north_rep"), MORNING + HOUR).unwrap();
        keep_time(world);
        assert_eq!(state(world, "north_rep"), UserState::Frozen);
        assert_eq!(leaving(world, "admin").len(), 1);
    });
}

#[test]
fn the_last_administrator_stays_and_that_is_told_once() {
    on_both(|world| {
        let user = world.id("admin");
        // No verb does this; a restored backup or two who left at once might.
        world.operate(move |tx| Ok(accounts::set_end(tx, user, Some(MORNING + HOUR))?));
        world.clock.go_on(2 * HOUR);
        keep_time(world);
        keep_time(world);
        assert_eq!(state(world, "admin"), UserState::Active);
        assert!(noted(world).is_empty());
        let texts = leaving(world, "security_admin");
        assert_eq!(texts.len(), 1, "{texts:?}");
        assert!(texts[0].starts_with("the time of admin here ended, but nobody else is System Administrator"), "{texts:?}");
        // As soon as somebody else is, it acts.
        let (role, to) = (world.role("System Administrator"), world.id("manager"));
        world.operate(move |tx| Ok(store::rights::give_role(tx, role, to, None, None).map(drop)?));
        keep_time(world);
        assert_eq!(state(world, "admin"), UserState::Frozen);
        assert_eq!(noted(world), [Act::Freeze]);
    });
}

/// A departure that is approved and waits for its hour.
fn leaves(world: &World, name: &str, at: i64) {
    let (user, by) = (world.id(name), world.id("admin"));
    world.operate(move |tx| {
        let id = departures::plan(tx, user, by, None, Some(at))?;
        let old = departures::get(tx, id)?.unwrap();
        let new = departures::Departure { state: departures::State::Approved, ..old.clone() };
        Ok(departures::save(tx, &old, &new)?)
    });
}

#[test]
fn a_person_whose_departure_has_its_hour_by_the_end_is_left_to_it_and_nobody_else_is() {
    on_both(|world| {
        let end = MORNING + HOUR;
        for (name, hour) in [("north_rep", end + MINUTE), ("south_rep", end - MINUTE), ("service_rep", end + DAY)] {
            set_end(world, "admin", name, Some(end)).unwrap();
            leaves(world, name, hour);
        }
        world.clock.go_on(HOUR);
        let over = world.desk().glance(|tx| Ok::<_, Error>(accounts::time_over(tx)?)).unwrap();
        assert_eq!(over, [world.id("service_rep")], "a departure tomorrow leaves nobody at work until then");
        keep_time(world);
        assert_eq!((state(world, "north_rep"), state(world, "service_rep")), (UserState::Active, UserState::Frozen));
    });
}

#[test]
fn nobody_comes_back_whose_time_is_over_until_it_is_said_otherwise() {
    on_both(|world| {
        set_end(world, "admin", "north_rep", Some(MORNING + HOUR)).unwrap();
        world.clock.go_on(2 * HOUR);
        keep_time(world);
        let unfreeze = || people::unfreeze(world.desk(), &world.user("admin"), world.id("north_rep"), None);
        assert_eq!(problem(unfreeze()).code, "time-over");
        set_end(world, "admin", "north_rep", None).unwrap();
        unfreeze().unwrap();
        keep_time(world);
        assert_eq!(state(world, "north_rep"), UserState::Active);
    });
}

#[test]
fn an_invitation_may_name_the_end_and_dies_with_it() {
    on_both(|world| {
        let unit = world.unit("north");
        let past = InviteAsk { ends_at: Some(MORNING - 1), ..invitee("late", unit) };
        assert_eq!(problem(world.act("admin", move |tx, actor| people::invite(tx, actor, &past))).errors[0].column, "ends_at");
        let ask = InviteAsk { ends_at: Some(MORNING + HOUR), ..invitee("guest", unit) };
        let made = world.act("admin", move |tx, actor| people::invite(tx, actor, &ask)).unwrap();
        world.clock.go_on(HOUR - MINUTE);
        world.desk().glance(|tx| sign_in::invited(tx, &made.token)).unwrap();
        world.clock.go_on(MINUTE);
        assert_eq!(problem(sign_in::accept(world.desk(), &made.token, PASSWORD, Channel::Page)).code, "invitation-void");
    });
}

#[test]
fn the_frozen_person_reads_why_when_they_are_back() {
    on_both(|world| {
        set_end(world, "admin", "north_rep", Some(MORNING + HOUR)).unwrap();
        world.clock.go_on(2 * HOUR);
        keep_time(world);
        set_end(world, "admin", "north_rep", None).unwrap();
        people::unfreeze(world.desk(), &world.user("admin"), world.id("north_rep"), None).unwrap();
        let opened = knock(world, "north_rep", PASSWORD).unwrap();
        let asker = crm::Asker::with_token(&opened.token, Channel::Page);
        let texts = world.desk().look(&asker, |tx, actor| crm::notices::list(tx, actor, None, 10)).unwrap().rows;
        assert!(texts.iter().any(|notice| notice.text == "your time here ended, and your account was frozen"), "{texts:?}");
    });
}
