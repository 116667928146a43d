//! The finder: which accounts stand on which list, for whom, and what can be done about each.
//!
//! Not here: doing it (`crates/crm/tests/it/ends.rs`, `crates/crm/tests/it/service.rs`). Start reading at [`on`].

use crate::service::set_service;
use crate::sign_in::{invitee, knock};
use crate::world::{DAY, HOUR, MINUTE, MORNING, PASSWORD, World, denied, on_both, problem};
use crm::jobs::Runner;
use crm::people::{self, Forgot, FoundLine, Todo};
use crm::sign_in::{self, TokenAsk};
use crm::{Asker, Channel, Denial, Scope, Task};
use store::accounts::NewUser;

fn lines(world: &World, by: &str, days: i64, forgot: Forgot) -> Vec<FoundLine> {
    let page = world.look(by, |tx, actor| people::find(tx, actor, days)).unwrap();
    page.lists.into_iter().find(|list| list.forgot == forgot).unwrap().lines
}

/// The names on one list.
fn on(world: &World, by: &str, forgot: Forgot) -> Vec<String> {
    lines(world, by, people::DORMANT_DAYS, forgot).into_iter().map(|line| line.name).collect()
}

#[test]
fn whoever_keeps_people_or_stops_them_looks_and_nobody_else() {
    on_both(|world| {
        assert!(world.look("admin", |tx, actor| people::find(tx, actor, 45)).is_ok());
        assert!(world.look("security_admin", |tx, actor| people::find(tx, actor, 45)).is_ok());
        for name in ["manager", "auditor", "north_rep"] {
            assert_eq!(denied(world.look(name, |tx, actor| people::find(tx, actor, 45))), Denial::NoTask(Task::ManageUsers));
        }
        for days in [6, 366] {
            let words = problem(world.look("admin", |tx, actor| people::find(tx, actor, days)));
            assert_eq!(words.errors[0].message, "a number of days from 7 to 365");
        }
    });
}

#[test]
fn nobody_is_found_in_a_young_company() {
    on_both(|world| {
        for forgot in Forgot::ALL {
            assert!(on(world, "admin", forgot).is_empty(), "{forgot:?}");
        }
    });
}

#[test]
fn whoever_was_not_seen_for_so_long_is_dormant_until_a_session_or_token_is_used() {
    on_both(|world| {
        let ask = TokenAsk { name: "nightly".into(), scopes: vec![Scope::Read], expires_at: MORNING + 300 * DAY };
        let token = sign_in::create_token(world.desk(), &world.user("north_rep"), &ask).unwrap().token;
        world.clock.go_on(45 * DAY);
        assert!(on(world, "admin", Forgot::Dormant).is_empty(), "45 days are not more than 45 days");
        world.clock.go_on(MINUTE);
        // Whoever looks is seen; so is a token that is used.
        world.desk().look(&Asker::with_token(&token, Channel::Api), |_, _| Ok(())).unwrap();
        world.look("admin", |_, _| Ok(())).unwrap();
        world.desk().journal().flush(world.desk().store()).unwrap();
        knock(world, "auditor", PASSWORD).unwrap();
        assert_eq!(on(world, "admin", Forgot::Dormant), ["manager", "security_admin", "service_rep", "south_rep"]);
        assert_eq!(lines(world, "admin", 60, Forgot::Dormant).len(), 0);
        let south = lines(world, "admin", 7, Forgot::Dormant).into_iter().find(|line| line.name == "south_rep").unwrap();
        assert_eq!((south.why.as_str(), south.unit.1.as_str(), south.roles, south.tokens), ("not seen for 45 days", "south", 1, 0));
        assert_eq!(south.todo, [Todo::Freeze, Todo::SetEnd, Todo::PlanDeparture]);
        people::freeze(world.desk(), &world.user("admin"), world.id("south_rep"), None).unwrap();
        assert_eq!(on(world, "admin", Forgot::Dormant).len(), 3, "who is frozen was found already");
    });
}

#[test]
fn whoever_was_made_and_never_came_is_found_and_so_is_an_invitation_that_ran_out() {
    on_both(|world| {
        let unit = world.unit("north");
        world.operate(move |tx| {
            let new = NewUser { name: "never", email: "never@acme.example", title: None, unit, manager: None };
            let user = store::accounts::invite(tx, &new)?;
            Ok(store::accounts::set_state(tx, user, crm::UserState::Active)?)
        });
        world.act("admin", move |tx, actor| people::invite(tx, actor, &invitee("guest", unit))).unwrap();
        assert!(on(world, "admin", Forgot::NeverUsed).is_empty());
        world.clock.go_on(7 * DAY);
        let found = lines(world, "admin", 45, Forgot::NeverUsed);
        assert_eq!(
            found.iter().map(|line| (line.name.as_str(), line.why.as_str())).collect::<Vec<_>>(),
            [("guest", "the invitation ran out unused")]
        );
        assert_eq!(found[0].todo, [Todo::InviteAgain, Todo::Freeze]);
        world.clock.go_on(7 * DAY);
        assert_eq!(on(world, "admin", Forgot::NeverUsed), ["guest"], "14 days are not more than 14 days");
        world.clock.go_on(MINUTE);
        let found = lines(world, "admin", 45, Forgot::NeverUsed);
        assert_eq!(found.iter().map(|line| line.name.as_str()).collect::<Vec<_>>(), ["guest", "never"]);
        assert_eq!(found[1].why, "made 14 days ago, and never signed in");
        let guest = found[0].user;
        world.act("admin", move |tx, actor| people::invite_again(tx, actor, guest)).unwrap();
        assert_eq!(on(world, "admin", Forgot::NeverUsed), ["never"]);
    });
}

#[test]
fn whoever_is_past_the_end_stays_on_the_list_until_somebody_decides() {
    on_both(|world| {
        let user = world.id("north_rep");
        world.act("admin", move |tx, actor| people::set_end(tx, actor, user, Some(MORNING + HOUR))).unwrap();
        assert!(on(world, "admin", Forgot::PastEnd).is_empty());
        world.clock.go_on(DAY + HOUR);
        Runner::new(world.desk().clone()).keep_time().unwrap();
        let found = lines(world, "admin", 45, Forgot::PastEnd);
        assert_eq!((found[0].name.as_str(), found[0].why.as_str()), ("north_rep", "the time here ended a day ago"));
        assert_eq!(found[0].todo, [Todo::SetEnd, Todo::PlanDeparture]);
        people::disable(world.desk(), &world.user("admin"), user, None).unwrap();
        assert!(on(world, "admin", Forgot::PastEnd).is_empty(), "what becomes of a disabled account was decided");
    });
}

#[test]
fn a_service_account_is_found_when_whoever_answers_is_gone() {
    on_both(|world| {
        set_service(world, "admin", "south_rep", Some(world.id("manager"))).unwrap();
        assert!(on(world, "admin", Forgot::WithoutOwner).is_empty());
        people::freeze(world.desk(), &world.user("admin"), world.id("manager"), None).unwrap();
        let found = lines(world, "admin", 45, Forgot::WithoutOwner);
        assert_eq!((found[0].name.as_str(), found[0].why.as_str()), ("south_rep", "manager, who answers for it, is frozen"));
        assert_eq!(found[0].todo, [Todo::NameResponsible, Todo::Freeze]);
        set_service(world, "admin", "south_rep", Some(world.id("auditor"))).unwrap();
        assert!(on(world, "admin", Forgot::WithoutOwner).is_empty());
    });
}

#[test]
fn what_can_be_done_is_what_whoever_looks_may_do() {
    on_both(|world| {
        world.clock.go_on(50 * DAY);
        let admin = lines(world, "security_admin", 45, Forgot::Dormant).into_iter().find(|line| line.name == "admin").unwrap();
        assert!(admin.todo.is_empty(), "the last administrator is neither frozen nor given an end");
        let own = lines(world, "security_admin", 45, Forgot::Dormant).into_iter().find(|line| line.name == "security_admin").unwrap();
        assert!(own.todo.is_empty(), "nor is oneself");
    });
}

#[test]
fn a_long_list_says_that_there_are_more() {
    let world = World::sqlite();
    let unit = world.unit("north");
    world.operate(move |tx| {
        for n in 0..=people::SHOWN {
            let (name, email) = (format!("guest {n:03}"), format!("guest{n}@acme.example"));
            store::accounts::invite(tx, &NewUser { name: &name, email: &email, title: None, unit, manager: None })?;
        }
        Ok(())
    });
    let page = world.look("admin", |tx, actor| people::find(tx, actor, 45)).unwrap();
    let list = page.lists.iter().find(|list| list.forgot == Forgot::NeverUsed).unwrap();
    assert_eq!((list.lines.len(), list.has_more), (people::SHOWN, true));
    assert!(page.lists.iter().filter(|list| list.forgot != Forgot::NeverUsed).all(|list| !list.has_more));
}
