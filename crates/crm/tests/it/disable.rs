//! Disabled is at once, everywhere and for good; whoever is let back in begins anew.
//!
//! Not here: what it touches and what it leaves (`crates/store/tests/it/shut_out.rs`).

use crate::sign_in::{invitee, knock};
use crate::world::{DAY, MINUTE, MORNING, PASSWORD, SECOND, World, denied, on_both, problem};
use catalogue::{RowId, Target, Value};
use crm::people::{self, HeldKind};
use crm::records::{self, ShareAsk};
use crm::sign_in::{self, TokenAsk};
use crm::{Asker, Channel, Denial, Done, PrincipalId, Scope, Task, UserState};
use security::Privilege;
use store::revocation::Act;
use store::{accounts, rights};

const ANOTHER: &str = "velvet compass thunder orchard";

fn disable(world: &World, by: &str, name: &str) -> Done<()> {
    people::disable(world.desk(), &world.user(by), world.id(name), Some("left for good"))
}

fn enable(world: &World, by: &str, name: &str) -> Done<people::Invitation> {
    people::enable(world.desk(), &world.user(by), world.id(name), None)
}

fn state(world: &World, user: PrincipalId) -> UserState {
    world.operate(move |tx| Ok(accounts::user(tx, user)?.unwrap().state))
}

/// With a second administrator, who lets back in whom the first disabled.
fn with_two(body: impl Fn(&mut World)) {
    let worlds = [Some(World::sqlite()), World::postgres()];
    for mut world in worlds.into_iter().flatten() {
        world.join("second_admin", "root", &["System Administrator"]);
        body(&mut world);
    }
}

#[test]
fn the_next_look_of_a_disabled_person_is_refused_by_every_way() {
    on_both(|world| {
        let ask = TokenAsk { name: "nightly".into(), scopes: vec![Scope::Read], expires_at: MORNING + DAY };
        let token = sign_in::create_token(world.desk(), &world.user("north_rep"), &ask).unwrap().token;
        let user = world.id("north_rep");
        let epoch = world.operate(move |tx| Ok(accounts::user(tx, user)?.unwrap().epoch));
        let askers = [world.user("north_rep"), world.api("north_rep"), Asker::with_token(&token, Channel::Api), Asker::Job { user, epoch }];
        assert!(askers.iter().all(|asker| world.desk().look(asker, |_, _| Ok(())).is_ok()));
        disable(world, "admin", "north_rep").unwrap();
        for asker in &askers {
            assert_eq!(denied(world.desk().look(asker, |_, _| Ok(()))), Denial::SignIn);
        }
        assert_eq!(denied(knock(world, "north_rep", PASSWORD)), Denial::SignIn);
        assert_eq!(state(world, user), UserState::Disabled);
        let noted = world.desk().store().revocations().unwrap();
        assert_eq!(noted.iter().map(|line| (line.act, line.principal)).collect::<Vec<_>>(), [(Act::Disable, user)]);
    });
}

#[test]
fn what_was_given_has_ended() {
    on_both(|world| {
        let rep = world.id("north_rep");
        let account = world.record("manager", "accounts", &[("name", Value::Text("Blue Kiln".into()))]);
        let table = world.table_id("accounts");
        world
            .act("manager", move |tx, actor| {
                let ask = ShareAsk { with: rep, rights: [Privilege::Read].into_iter().collect(), until: None };
                records::share(tx, actor, table, account, &ask)
            })
            .unwrap();
        let root = world.unit("root");
        let team = world.operate(move |tx| {
            let team = accounts::create_team(tx, "Trade fair", root, true)?;
            accounts::add_member(tx, team, rep)?;
            let draft = rights::ProfileDraft { id: None, name: "Phones".into(), grants: Vec::new() };
            let profile = rights::save_profile(tx, &draft)?;
            rights::give_profile(tx, profile, rep, None, None)?;
            accounts::begin_factor(tx, rep, &[7; 20])?;
            accounts::set_recovery_codes(tx, rep, &[[1; 32], [2; 32]])?;
            Ok(team)
        });
        disable(world, "admin", "north_rep").unwrap();
        world.operate(move |tx| {
            assert!(rights::grants_of(tx, rep)?.is_empty(), "roles");
            assert!(rights::profile_grants_of(tx, rep)?.is_empty(), "profiles");
            assert!(!accounts::members(tx, team)?.contains(&rep), "a team");
            let own = accounts::teams_of(tx, rep)?;
            assert!(own.len() == 1 && own[0].is_default, "the team of the unit is exactly its people: {own:?}");
            assert!(store::records::live_shares(tx, "accounts", account)?.is_empty(), "shares");
            assert!(accounts::password_hash(tx, rep)?.is_none(), "the password");
            assert!(accounts::factor(tx, rep)?.is_none(), "the second factor");
            assert_eq!(accounts::recovery_codes_left(tx, rep)?, 0, "recovery codes");
            Ok(())
        });
    });
}

#[test]
fn what_a_person_owns_stays_and_others_reach_it_as_before() {
    on_both(|world| {
        let account = world.record("north_rep", "accounts", &[("name", Value::Text("Tin Drum".into()))]);
        disable(world, "admin", "north_rep").unwrap();
        let table = world.table_id("accounts");
        let owner = world.look("manager", move |tx, actor| {
            let table = actor.catalogue().table(table).unwrap();
            let read = security::permit(actor, Privilege::Read, table)?;
            let record = store::records::get(tx, &read, account)?.unwrap();
            Ok(record.named(table, "owner").and_then(Value::id))
        });
        assert_eq!(owner.unwrap(), Some(world.id("north_rep").0));
    });
}

#[test]
fn disabling_asks_the_task_and_a_refusal_stands_in_the_trail() {
    on_both(|world| {
        assert_eq!(denied(disable(world, "manager", "north_rep")), Denial::NoTask(Task::DisableUsers));
        assert_eq!(world.trail(), [("user.disable".into(), "no-privilege".into())]);
        assert!(world.look("north_rep", |_, _| Ok(())).is_ok());
        assert!(world.desk().store().revocations().unwrap().is_empty());
    });
}

#[test]
fn nobody_disables_themselves_or_the_last_administrator() {
    with_two(|world| {
        assert!(matches!(denied(disable(world, "admin", "admin")), Denial::Guard(_)));
        disable(world, "admin", "second_admin").unwrap();
        let operator = people::disable_as_operator(world.desk(), world.id("admin"), None);
        assert!(matches!(denied(operator), Denial::Guard(words) if words.contains("System Administrator")));
        assert!(world.look("admin", |_, _| Ok(())).is_ok());
    });
}

#[test]
fn disabled_twice_changes_nothing_the_second_time() {
    on_both(|world| {
        let rep = world.id("north_rep");
        disable(world, "admin", "north_rep").unwrap();
        let first = world.operate(move |tx| Ok(accounts::user(tx, rep)?));
        disable(world, "admin", "north_rep").unwrap();
        assert_eq!(world.operate(move |tx| Ok(accounts::user(tx, rep)?)), first);
    });
}

#[test]
fn where_the_policy_asks_for_a_departure_nobody_is_disabled_at_once() {
    on_both(|world| {
        world
            .act("admin", |tx, actor| {
                let strict = crm::departures::DeparturePolicy { at_once: false, ..crm::departures::policy(tx)? };
                crm::departures::set_policy(tx, actor, &strict)
            })
            .unwrap();
        assert_eq!(problem(disable(world, "admin", "north_rep")).code, "departure-needed");
        assert!(world.look("north_rep", |_, _| Ok(())).is_ok());
    });
}

#[test]
fn freezing_is_no_way_around_a_disabling() {
    on_both(|world| {
        disable(world, "admin", "north_rep").unwrap();
        let rep = world.id("north_rep");
        assert_eq!(problem(people::freeze(world.desk(), &world.user("admin"), rep, None)).code, "disabled");
        assert_eq!(problem(people::unfreeze(world.desk(), &world.user("admin"), rep, None)).code, "disabled");
        assert_eq!(problem(world.act("admin", move |tx, actor| people::invite_again(tx, actor, rep))).code, "disabled");
        assert_eq!(state(world, rep), UserState::Disabled);
        assert_eq!(world.desk().store().revocations().unwrap().len(), 1, "nothing else was noted");
    });
}

#[test]
fn a_frozen_or_invited_person_can_be_disabled_and_the_invitation_is_dead() {
    on_both(|world| {
        people::freeze(world.desk(), &world.user("admin"), world.id("south_rep"), None).unwrap();
        disable(world, "admin", "south_rep").unwrap();
        let unit = world.unit("north");
        let fresh = world.act("admin", move |tx, actor| people::invite(tx, actor, &invitee("fresh", unit))).unwrap();
        people::disable(world.desk(), &world.user("admin"), fresh.user, None).unwrap();
        assert_eq!(problem(sign_in::accept(world.desk(), &fresh.token, PASSWORD, Channel::Page)).code, "invitation-void");
        for user in [world.id("south_rep"), fresh.user] {
            assert_eq!(state(world, user), UserState::Disabled);
        }
    });
}

#[test]
fn a_reset_that_was_made_before_opens_nothing_after() {
    on_both(|world| {
        let rep = world.id("north_rep");
        let reset = world.act("admin", move |tx, actor| people::invite_again(tx, actor, rep)).unwrap();
        disable(world, "admin", "north_rep").unwrap();
        assert_eq!(problem(sign_in::accept(world.desk(), &reset.token, ANOTHER, Channel::Page)).code, "invitation-void");
    });
}

#[test]
fn nothing_new_is_given_to_somebody_who_was_disabled() {
    on_both(|world| {
        let rep = world.id("north_rep");
        let account = world.record("manager", "accounts", &[("name", Value::Text("Blue Kiln".into()))]);
        let table = world.table_id("accounts");
        disable(world, "admin", "north_rep").unwrap();
        let shared = world.act("manager", move |tx, actor| {
            let ask = ShareAsk { with: rep, rights: [Privilege::Read].into_iter().collect(), until: None };
            records::share(tx, actor, table, account, &ask)
        });
        assert_eq!(problem(shared).errors[0].column, "principal");
        let assigned = world.act("manager", move |tx, actor| records::assign(tx, actor, table, account, rep));
        assert!(assigned.is_err(), "no row comes to somebody who is disabled");
        let found = world.look("manager", |tx, actor| Ok(people::pick(tx, actor, "north_rep", 10)?)).unwrap();
        assert!(found.is_empty(), "a picker of owners shows nobody disabled: {found:?}");
        let found = world.look("manager", |tx, actor| Ok(people::pick_owners(tx, actor, "north_rep", 10)?)).unwrap();
        assert_eq!(found.iter().map(|(id, _)| *id).collect::<Vec<_>>(), [rep], "what they own can be asked for");
        let marked = world.look("manager", move |tx, _| crm::views::marked_names(tx, &[rep])).unwrap();
        assert_eq!(marked[&rep], "north_rep (disabled)");
    });
}

#[test]
fn a_role_a_profile_and_a_team_are_refused_to_somebody_who_is_disabled() {
    on_both(|world| {
        let (rep, root, role) = (world.id("north_rep"), world.unit("root"), world.role("Salesperson"));
        let (team, profile) = world.operate(move |tx| {
            let team = accounts::create_team(tx, "Trade fair", root, true)?;
            Ok((team, rights::save_profile(tx, &rights::ProfileDraft { id: None, name: "Phones".into(), grants: Vec::new() })?))
        });
        disable(world, "admin", "north_rep").unwrap();
        let given = world
            .act("admin", move |tx, actor| people::give_role(tx, actor, &people::GiveAsk { role, to: rep, reason: None, until: None }));
        assert_eq!(problem(given).code, "disabled");
        let given = world.act("admin", move |tx, actor| people::give_profile(tx, actor, profile, rep, None, None));
        assert_eq!(problem(given).code, "disabled");
        assert_eq!(problem(world.act("admin", move |tx, actor| people::add_member(tx, actor, team, rep))).code, "disabled");
    });
}

#[test]
fn a_lookup_to_somebody_who_was_disabled_stays_and_none_is_made() {
    on_both(|world| {
        let (rep, table) = (world.id("north_rep"), world.table_id("goals"));
        let column = world.table("goals").find("goal_owner").unwrap().id;
        let goal = |name: &str| world.record("manager", "goals", &[("name", Value::Text(name.into()))]);
        let (first, second) = (goal("Ten deals"), goal("Twenty deals"));
        let tie = move |world: &World, id: RowId| {
            world.act("manager", move |tx, actor| {
                records::change(tx, actor, table, id, None, vec![(column, Value::Id(rep.0), Some(Target::Users))])
            })
        };
        tie(world, first).unwrap();
        disable(world, "admin", "north_rep").unwrap();
        assert!(tie(world, first).is_ok(), "what stands there is no new tie");
        assert_eq!(problem(tie(world, second)).errors[0].message, "this person does not work here any more");
    });
}

#[test]
fn who_reported_to_somebody_disabled_goes_on_and_nobody_else_comes_to() {
    on_both(|world| {
        let (manager, north, south) = (world.id("manager"), world.id("north_rep"), world.id("south_rep"));
        let report =
            move |world: &World, who: PrincipalId| world.act("admin", move |tx, actor| people::set_manager(tx, actor, who, Some(manager)));
        report(world, north).unwrap();
        disable(world, "admin", "manager").unwrap();
        report(world, north).unwrap();
        assert_eq!(problem(report(world, south)).errors[0].message, "this person does not work here any more");
        let unit = world.unit("north");
        let invited = world.act("admin", move |tx, actor| {
            people::invite(tx, actor, &people::InviteAsk { manager: Some(manager), ..invitee("fresh", unit) })
        });
        assert_eq!(problem(invited).errors[0].column, "manager");
    });
}

#[test]
fn what_was_read_only_is_the_persons_own_again() {
    with_two(|world| {
        let rep = world.id("north_rep");
        disable(world, "admin", "north_rep").unwrap();
        world.operate(move |tx| Ok(rights::make_read_only(tx, rep, "accounts")?));
        world.clock.go_on(MINUTE);
        enable(world, "second_admin", "north_rep").unwrap();
        assert!(world.operate(|tx| Ok(rights::read_only(tx)?)).is_empty());
    });
}

#[test]
fn nobody_is_let_back_in_while_the_departure_runs() {
    with_two(|world| {
        let (rep, by) = (world.id("north_rep"), world.id("admin"));
        disable(world, "admin", "north_rep").unwrap();
        let departure = world.operate(move |tx| {
            let id = store::departures::plan(tx, rep, by, None, None)?;
            let old = store::departures::get(tx, id)?.unwrap();
            let running =
                store::departures::Departure { state: store::departures::State::Running, begun_on: Some(tx.now()), ..old.clone() };
            store::departures::save(tx, &old, &running)?;
            Ok(id)
        });
        assert_eq!(problem(enable(world, "second_admin", "north_rep")).code, "departure-running");
        world.operate(move |tx| {
            let old = store::departures::get(tx, departure)?.unwrap();
            let done = store::departures::Departure { state: store::departures::State::Done, ended_on: Some(tx.now()), ..old.clone() };
            Ok(store::departures::save(tx, &old, &done)?)
        });
        enable(world, "second_admin", "north_rep").unwrap();
    });
}

#[test]
fn somebody_else_lets_a_person_back_in_who_begins_anew() {
    with_two(|world| {
        let rep = world.id("north_rep");
        let token = {
            let ask = TokenAsk { name: "nightly".into(), scopes: vec![Scope::Read], expires_at: MORNING + DAY };
            sign_in::create_token(world.desk(), &world.user("north_rep"), &ask).unwrap().token
        };
        disable(world, "admin", "north_rep").unwrap();
        world.clock.go_on(MINUTE);
        assert!(matches!(denied(enable(world, "admin", "north_rep")), Denial::Guard(words) if words.contains("does not let them back in")));
        let invitation = enable(world, "second_admin", "north_rep").unwrap();
        assert_eq!(state(world, rep), UserState::Invited);
        assert_eq!(denied(knock(world, "north_rep", PASSWORD)), Denial::SignIn, "not before a new password was chosen");
        let again = sign_in::accept(world.desk(), &invitation.token, PASSWORD, Channel::Page);
        assert_eq!(problem(again).errors[0].column, "password", "the old one is not taken");
        sign_in::accept(world.desk(), &invitation.token, ANOTHER, Channel::Page).unwrap();
        let opened = knock(world, "north_rep", ANOTHER).unwrap();
        let roles = world.desk().look(&Asker::with_token(&opened.token, Channel::Page), |_, actor| Ok(actor.roles().len()));
        assert_eq!(roles.unwrap(), 0, "none of what was held is given back");
        let told = world.desk().look(&Asker::with_token(&opened.token, Channel::Page), |tx, actor| crm::notices::list(tx, actor, None, 9));
        assert_eq!(told.unwrap().rows, [], "nobody is told of what ended while they were out");
        for dead in [world.user("north_rep"), world.api("north_rep"), Asker::with_token(&token, Channel::Api)] {
            assert_eq!(denied(world.desk().look(&dead, |_, _| Ok(()))), Denial::SignIn, "sessions and tokens stay dead");
        }
        let acts: Vec<Act> = world.desk().store().revocations().unwrap().iter().map(|line| line.act).collect();
        assert_eq!(acts, [Act::Disable, Act::Enable]);
    });
}

#[test]
fn what_was_held_is_offered_and_no_more_once_it_was_given() {
    with_two(|world| {
        let (rep, root, role) = (world.id("north_rep"), world.unit("root"), world.role("Salesperson"));
        world.operate(move |tx| {
            let team = accounts::create_team(tx, "Trade fair", root, true)?;
            accounts::add_member(tx, team, rep)?;
            Ok(())
        });
        assert!(world.look("second_admin", move |tx, actor| people::offered(tx, actor, rep)).unwrap().is_none());
        world.clock.go_on(MINUTE);
        disable(world, "admin", "north_rep").unwrap();
        let offer = world.look("second_admin", move |tx, actor| people::offered(tx, actor, rep)).unwrap().unwrap();
        assert_eq!((offer.by.as_str(), offer.disabled.reason.as_deref()), ("admin", Some("left for good")));
        let told: Vec<(HeldKind, &str)> = offer.held.iter().map(|held| (held.kind, held.name.as_str())).collect();
        assert_eq!(told, [(HeldKind::Role, "Salesperson"), (HeldKind::Team, "Trade fair")]);
        world.clock.go_on(MINUTE);
        enable(world, "second_admin", "north_rep").unwrap();
        world
            .act("second_admin", move |tx, actor| {
                people::give_role(tx, actor, &people::GiveAsk { role, to: rep, reason: None, until: None })
            })
            .unwrap();
        let offer = world.look("second_admin", move |tx, actor| people::offered(tx, actor, rep)).unwrap().unwrap();
        assert_eq!(offer.held.iter().map(|held| held.kind).collect::<Vec<_>>(), [HeldKind::Team]);
        let denial = denied(world.look("service_rep", move |tx, actor| people::offered(tx, actor, rep)));
        assert_eq!(denial, Denial::NoTask(Task::ManageUsers));
    });
}

#[test]
fn letting_back_in_asks_both_tasks_and_somebody_disabled() {
    with_two(|world| {
        disable(world, "admin", "north_rep").unwrap();
        assert!(matches!(denied(enable(world, "manager", "north_rep")), Denial::NoTask(_)));
        assert_eq!(problem(enable(world, "second_admin", "south_rep")).code, "not-disabled");
        let nobody = people::enable(world.desk(), &world.user("second_admin"), PrincipalId(RowId(uuid::Uuid::from_u128(99))), None);
        assert_eq!(denied(nobody), Denial::NotThere);
        assert_eq!(state(world, world.id("north_rep")), UserState::Disabled);
    });
}

#[test]
fn a_share_after_coming_back_is_as_good_as_any() {
    with_two(|world| {
        let rep = world.id("north_rep");
        let account = world.record("manager", "accounts", &[("name", Value::Text("Blue Kiln".into()))]);
        let table = world.table_id("accounts");
        let share = move |world: &World| {
            world.act("manager", move |tx, actor| {
                let ask = ShareAsk { with: rep, rights: [Privilege::Read].into_iter().collect(), until: None };
                records::share(tx, actor, table, account, &ask)
            })
        };
        share(world).unwrap();
        world.clock.go_on(SECOND);
        disable(world, "admin", "north_rep").unwrap();
        world.clock.go_on(SECOND);
        enable(world, "second_admin", "north_rep").unwrap();
        world.clock.go_on(SECOND);
        share(world).unwrap();
        let live = world.operate(move |tx| Ok(store::records::live_shares(tx, "accounts", account)?.len()));
        assert_eq!(live, 1, "the one from before stays ended; the trail fits, or this world does not end");
    });
}

#[test]
fn fifty_looks_and_the_disabling_at_once_end_with_nobody_in() {
    on_both(|world| {
        let done = std::sync::atomic::AtomicBool::new(false);
        std::thread::scope(|scope| {
            let asker = world.api("north_rep");
            for _ in 0..50 {
                let (asker, done) = (asker.clone(), &done);
                scope.spawn(move || {
                    let was_done = done.load(std::sync::atomic::Ordering::SeqCst);
                    let let_in = world.desk().look(&asker, |_, _| Ok(())).is_ok();
                    assert!(!(was_done && let_in), "let in after the acknowledgement");
                });
            }
            disable(world, "admin", "north_rep").unwrap();
            done.store(true, std::sync::atomic::Ordering::SeqCst);
        });
        assert_eq!(denied(world.desk().look(&world.api("north_rep"), |_, _| Ok(()))), Denial::SignIn);
    });
}

/// Gives somebody who holds nothing a role with these tasks.
fn entrusted(world: &mut World, name: &'static str, tasks: &[Task]) {
    let user = world.join(name, "root", &[]);
    let tasks: std::collections::BTreeSet<Task> = tasks.iter().copied().collect();
    world.operate(move |tx| {
        let (privileges, others) = (Default::default(), security::Levels::default());
        let draft = rights::RoleDraft { id: None, name: name.into(), team_only: false, privileges, others, tasks: tasks.clone() };
        let role = rights::save_role(tx, &draft)?;
        Ok(rights::give_role(tx, role, user, None, None)?)
    });
}

#[test]
fn letting_back_in_is_both_tasks_and_whatever_the_units_team_holds() {
    with_two(|world| {
        entrusted(world, "stopper", &[Task::DisableUsers]);
        entrusted(world, "inviter", &[Task::ManageUsers]);
        entrusted(world, "keeper", &[Task::DisableUsers, Task::ManageUsers]);
        disable(world, "admin", "north_rep").unwrap();
        assert_eq!(denied(enable(world, "stopper", "north_rep")), Denial::NoTask(Task::ManageUsers));
        assert_eq!(denied(enable(world, "inviter", "north_rep")), Denial::NoTask(Task::DisableUsers));
        let (north, role) = (world.unit("north"), world.role("Salesperson"));
        let give = move |world: &World, is_given: bool| {
            world.operate(move |tx| {
                let team = accounts::teams(tx)?.into_iter().find(|team| team.is_default && team.unit == north).unwrap().id;
                match is_given {
                    true => rights::give_role(tx, role, team, None, None).map(drop)?,
                    false => rights::take_role(tx, role, team).map(drop)?,
                }
                Ok(())
            });
        };
        give(world, true);
        assert_eq!(denied(enable(world, "keeper", "north_rep")), Denial::NoTask(Task::AssignRoles), "the person would have it");
        give(world, false);
        enable(world, "keeper", "north_rep").unwrap();
    });
}

#[test]
fn an_erased_person_is_neither_disabled_nor_let_back_in() {
    with_two(|world| {
        let rep = world.id("north_rep");
        world.operate(move |tx| Ok(accounts::set_state(tx, rep, UserState::Erased)?));
        assert_eq!(denied(world.look("north_rep", |_, _| Ok(()))), Denial::SignIn);
        assert_eq!(problem(disable(world, "admin", "north_rep")).code, "erased");
        assert_eq!(problem(enable(world, "second_admin", "north_rep")).code, "erased");
        assert_eq!(state(world, rep), UserState::Erased);
    });
}
