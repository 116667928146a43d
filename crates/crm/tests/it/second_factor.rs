//! Second factors: set up, asked for, spent once, proven again, taken away.
//!
//! Codes are made here by the rule of RFC 6238 from the secret that was shown, as a telephone would.
//! Not here: what is asked of passwords (`crates/crm/tests/it/policy.rs`).

use crate::sign_in::{knock, knock_from};
use crate::world::{DAY, HOUR, MINUTE, PASSWORD, SECOND, World, denied, email, on_both, problem};
use crm::sign_in::{self, Next, SignInAsk, TokenAsk};
use crm::{Asker, Channel, Denial, Error, Scope, Verb, people};
use std::net::IpAddr;
use totp_rs::{Builder, Secret};

/// A telephone that holds a secret.
pub struct Telephone(String);

impl Telephone {
    pub fn code_at(&self, time: i64) -> String {
        let totp = Builder::new().with_secret(Secret::try_from_base32(&self.0).unwrap()).build().unwrap();
        totp.generate(u64::try_from(time / SECOND).unwrap()).to_string()
    }

    pub fn code(&self, world: &World) -> String {
        self.code_at(now(world))
    }

    /// The code of the next step, which was not used yet.
    pub fn next(&self, world: &World) -> String {
        world.clock.go_on(30 * SECOND);
        self.code(world)
    }
}

pub fn now(world: &World) -> i64 {
    world.desk().store().now()
}

fn place() -> Option<IpAddr> {
    Some("192.0.2.1".parse().unwrap())
}

/// Sets up a second factor in the person's session; answers the telephone and the recovery codes.
pub fn enrol(world: &World, name: &str) -> (Telephone, Vec<String>) {
    let who = world.user(name);
    let begun = sign_in::begin_factor(world.desk(), &who, PASSWORD, place()).unwrap();
    let telephone = Telephone(begun.secret);
    let codes = sign_in::confirm_factor(world.desk(), &who, &telephone.code(world), place()).unwrap();
    (telephone, codes)
}

fn half(world: &World, name: &str) -> String {
    let opened = knock(world, name, PASSWORD).unwrap();
    assert_eq!(opened.next, Next::Code);
    opened.token
}

fn give(world: &World, token: &str, code: &str) -> crm::Done<sign_in::Opened> {
    sign_in::second_step(world.desk(), token, code, place(), Channel::Page)
}

#[test]
fn whoever_has_a_second_factor_gives_its_code_after_the_password() {
    on_both(|world| {
        let (telephone, codes) = enrol(world, "north_rep");
        assert_eq!(codes.len(), 10);
        let half = half(world, "north_rep");
        let opened = give(world, &half, &telephone.next(world)).unwrap();
        assert_eq!((opened.assurance, opened.next), ("second_factor", Next::In));
        let who = Asker::with_token(&opened.token, Channel::Page);
        assert_eq!(world.desk().look(&who, |tx, _| sign_in::signed_in(tx, &who)).unwrap().assurance, "second_factor");
        assert_eq!(denied(give(world, &half, &telephone.next(world))), Denial::SignIn, "half a session is good for once");
    });
}

#[test]
fn half_a_session_opens_no_other_door() {
    on_both(|world| {
        enrol(world, "north_rep");
        let half = half(world, "north_rep");
        for channel in [Channel::Page, Channel::Api, Channel::CommandLine] {
            let who = Asker::with_token(&half, channel);
            assert_eq!(denied(world.desk().look(&who, |_, _| Ok(()))), Denial::SignIn);
            assert_eq!(denied(world.desk().look_before_factor(&who, |_, _| Ok(()))), Denial::SignIn);
            assert_eq!(denied(world.desk().perform(&who, Verb::before_factor("test.act"), |_, _| Ok(()))), Denial::SignIn);
            assert_eq!(denied(sign_in::begin_factor(world.desk(), &who, PASSWORD, place())), Denial::SignIn);
        }
        assert_eq!(denied(sign_in::renew(world.desk(), &half, "another harbour under glass", Channel::Page)), Denial::SignIn);
        world.clock.go_on(10 * MINUTE);
        assert_eq!(denied(sign_in::half_session(world.desk(), &half)), Denial::SignIn, "it is short-lived");
    });
}

#[test]
fn a_frozen_person_gives_no_code() {
    on_both(|world| {
        let (telephone, _) = enrol(world, "north_rep");
        let half = half(world, "north_rep");
        people::freeze(world.desk(), &world.user("admin"), world.id("north_rep"), None).unwrap();
        assert_eq!(denied(give(world, &half, &telephone.next(world))), Denial::SignIn);
    });
}

#[test]
fn a_code_is_taken_once_and_none_before_it_afterwards() {
    on_both(|world| {
        let (telephone, _) = enrol(world, "north_rep");
        let earlier = telephone.code(world);
        let code = telephone.next(world);
        give(world, &half(world, "north_rep"), &code).unwrap();
        let other = half(world, "north_rep");
        assert_eq!(problem(give(world, &other, &code)).errors[0].column, "code", "replayed");
        assert_eq!(problem(give(world, &other, &earlier)).errors[0].column, "code", "of the step before");
        give(world, &other, &telephone.next(world)).unwrap();
    });
}

#[test]
fn a_clock_may_be_one_step_off_and_not_two() {
    let world = World::sqlite();
    let (telephone, _) = enrol(&world, "north_rep");
    world.clock.go_on(5 * MINUTE);
    let now = now(&world);
    for (steps, fits) in [(-2, false), (2, false), (-1, true), (1, true)] {
        let done = give(&world, &half(&world, "north_rep"), &telephone.code_at(now + steps * 30 * SECOND));
        assert_eq!(done.is_ok(), fits, "{steps} steps");
    }
}

#[test]
fn fifty_at_once_with_one_code_let_exactly_one_in() {
    on_both(|world| {
        let (telephone, codes) = enrol(world, "north_rep");
        let code = telephone.next(world);
        for shown in [code.clone(), codes[0].clone()] {
            // Half sessions from many places, so that nobody waits for another's tries.
            let halves: Vec<String> = (0..50).map(|_| half(world, "north_rep")).collect();
            let won = std::thread::scope(|scope| {
                let tries: Vec<_> = halves
                    .iter()
                    .enumerate()
                    .map(|(n, half)| {
                        let (desk, shown) = (world.desk().clone(), shown.clone());
                        scope.spawn(move || {
                            let place = Some(format!("198.51.100.{n}").parse().unwrap());
                            sign_in::second_step(&desk, half, &shown, place, Channel::Page).is_ok()
                        })
                    })
                    .collect();
                tries.into_iter().map(|one| one.join().unwrap()).filter(|won| *won).count()
            });
            assert_eq!(won, 1, "{shown}");
            world.clock.go_on(DAY);
        }
    });
}

#[test]
fn a_recovery_code_stands_in_once_however_it_is_typed() {
    on_both(|world| {
        let (_, codes) = enrol(world, "north_rep");
        let typed = codes[3].replace('-', " ").to_uppercase();
        give(world, &half(world, "north_rep"), &typed).unwrap();
        assert_eq!(problem(give(world, &half(world, "north_rep"), &codes[3])).errors[0].column, "code");
        let page = world.user("north_rep");
        let left = world.desk().look(&page, |tx, actor| Ok(sign_in::account(tx, &page, actor)?.recovery_codes)).unwrap();
        assert_eq!(left, 9);
    });
}

#[test]
fn a_recovery_code_of_somebody_else_opens_nothing() {
    let world = World::sqlite();
    enrol(&world, "north_rep");
    let (_, theirs) = enrol(&world, "south_rep");
    assert_eq!(problem(give(&world, &half(&world, "north_rep"), &theirs[0])).errors[0].column, "code");
}

#[test]
fn new_recovery_codes_make_the_old_ones_worthless_and_ask_for_a_fresh_code() {
    on_both(|world| {
        let (telephone, old) = enrol(world, "north_rep");
        let who = world.user("north_rep");
        world.clock.go_on(11 * MINUTE);
        assert_eq!(denied(sign_in::renew_recovery_codes(world.desk(), &who)), Denial::StepUp);
        sign_in::step_up(world.desk(), &who, &telephone.code(world), place()).unwrap();
        let new = sign_in::renew_recovery_codes(world.desk(), &who).unwrap();
        assert_eq!(problem(give(world, &half(world, "north_rep"), &old[0])).errors[0].column, "code");
        give(world, &half(world, "north_rep"), &new[0]).unwrap();
    });
}

#[test]
fn guessing_codes_waits_and_leaves_its_entries() {
    on_both(|world| {
        enrol(world, "north_rep");
        let half = half(world, "north_rep");
        let (mut wrong, mut waited) = (0, 0);
        for n in 0..12 {
            match give(world, &half, &format!("{n:06}")) {
                Err(Error::Problem(_)) => wrong += 1,
                Err(Error::Wait(_)) => waited += 1,
                other => panic!("{other:?}"),
            }
        }
        assert_eq!((wrong, waited), (6, 6));
        let refused = world.trail().iter().filter(|(verb, _)| verb == "session.refuse").count();
        assert_eq!(refused, 6);
    });
}

#[test]
fn strangers_who_know_the_password_cannot_lock_out_whoever_holds_the_telephone() {
    let world = World::sqlite();
    let (telephone, _) = enrol(&world, "north_rep");
    give(&world, &half(&world, "north_rep"), &telephone.next(&world)).unwrap();
    for n in 0..40 {
        let from = format!("198.51.100.{n}");
        let theirs = knock_from(&world, &from, "north_rep", PASSWORD).unwrap().token;
        let _ = sign_in::second_step(world.desk(), &theirs, "000000", Some(from.parse().unwrap()), Channel::Page);
    }
    let strange = knock_from(&world, "203.0.113.9", "north_rep", PASSWORD).unwrap().token;
    let from = Some("203.0.113.9".parse().unwrap());
    assert!(matches!(sign_in::second_step(world.desk(), &strange, "000000", from, Channel::Page), Err(Error::Wait(_))));
    give(&world, &half(&world, "north_rep"), &telephone.next(&world)).unwrap();
}

#[test]
fn the_api_takes_the_code_with_the_password_and_says_when_it_is_missing() {
    on_both(|world| {
        let (telephone, _) = enrol(world, "north_rep");
        let ask = SignInAsk { email: email("north_rep"), password: PASSWORD.into(), place: place(), channel: Channel::Api };
        assert_eq!(problem(sign_in::sign_in_whole(world.desk(), &ask, None, None)).code, "code-needed");
        let opened = sign_in::sign_in_whole(world.desk(), &ask, Some(&telephone.next(world)), None).unwrap();
        assert_eq!(opened.assurance, "second_factor");
        assert!(world.desk().look(&Asker::with_token(&opened.token, Channel::Api), |_, _| Ok(())).is_ok());
        let wrong = SignInAsk { password: "not the password at all".into(), ..ask };
        assert_eq!(denied(sign_in::sign_in_whole(world.desk(), &wrong, Some(&telephone.next(world)), None)), Denial::SignIn);
    });
}

#[test]
fn setting_one_up_ends_the_other_sessions_and_shows_the_secret_no_more() {
    on_both(|world| {
        let (page, api) = (world.user("north_rep"), world.api("north_rep"));
        enrol(world, "north_rep");
        assert!(world.desk().look(&page, |_, _| Ok(())).is_ok() && world.desk().look(&api, |_, _| Ok(())).is_err());
        let standing = world.desk().look_before_factor(&page, |tx, actor| sign_in::factor_standing(tx, &page, actor)).unwrap();
        assert!(standing.waiting.is_none() && standing.since.is_some());
        assert_eq!(problem(sign_in::begin_factor(world.desk(), &page, PASSWORD, place())).code, "has-factor");
    });
}

#[test]
fn at_a_session_that_was_left_nobody_sets_one_up_without_the_password() {
    let world = World::sqlite();
    let who = world.user("north_rep");
    world.clock.go_on(HOUR);
    assert_eq!(problem(sign_in::begin_factor(world.desk(), &who, "", place())).errors[0].column, "old_password");
    assert_eq!(problem(sign_in::begin_factor(world.desk(), &who, "not the password", place())).errors[0].column, "old_password");
    assert!(sign_in::begin_factor(world.desk(), &who, PASSWORD, place()).is_ok());
}

#[test]
fn a_factor_that_was_never_confirmed_asks_for_nothing() {
    let world = World::sqlite();
    let who = world.user("north_rep");
    sign_in::begin_factor(world.desk(), &who, PASSWORD, place()).unwrap();
    assert_eq!(problem(sign_in::confirm_factor(world.desk(), &who, "000000", place())).errors[0].column, "code");
    assert_eq!(knock(&world, "north_rep", PASSWORD).unwrap().next, Next::In);
}

#[test]
fn a_task_that_names_it_asks_for_a_fresh_code_and_goes_on_after_it() {
    on_both(|world| {
        let (telephone, _) = enrol(world, "admin");
        let (role, rep) = (world.role("Basic User"), world.id("north_rep"));
        let ask = people::GiveAsk { role, to: rep, reason: None, until: None };
        let give = {
            let ask = ask.clone();
            move || {
                let ask = ask.clone();
                world.act("admin", move |tx, actor| people::give_role(tx, actor, &ask))
            }
        };
        give().unwrap();
        world.clock.go_on(10 * MINUTE);
        assert_eq!(denied(give()), Denial::StepUp);
        assert!(world.look("admin", people::roles).is_ok(), "looking asks for nothing");
        let wrong = sign_in::step_up(world.desk(), &world.user("admin"), "000000", place());
        assert_eq!(problem(wrong).errors[0].column, "code");
        assert_eq!(denied(give()), Denial::StepUp);
        sign_in::step_up(world.desk(), &world.user("admin"), &telephone.code(world), place()).unwrap();
        give().unwrap();
    });
}

#[test]
fn whoever_has_no_factor_and_no_role_that_asks_for_one_is_not_held_up() {
    let world = World::sqlite();
    world.clock.go_on(HOUR);
    let (role, rep) = (world.role("Basic User"), world.id("north_rep"));
    let ask = people::GiveAsk { role, to: rep, reason: None, until: None };
    world.act("admin", move |tx, actor| people::give_role(tx, actor, &ask)).unwrap();
}

#[test]
fn a_role_that_asks_for_a_factor_shuts_everything_but_setting_one_up() {
    on_both(|world| {
        let role = world.role("Salesperson");
        world.act("admin", move |tx, actor| people::require_factor(tx, actor, role, true)).unwrap();
        for who in [world.user("north_rep"), world.api("north_rep")] {
            assert_eq!(denied(world.desk().look(&who, |_, _| Ok(()))), Denial::SecondFactor);
            assert_eq!(denied(world.desk().perform(&who, Verb::own("test.act"), |_, _| Ok(()))), Denial::SecondFactor);
        }
        assert!(world.look("manager", |_, _| Ok(())).is_ok(), "other roles are not concerned");
        let (telephone, _) = enrol(world, "north_rep");
        assert!(world.look("north_rep", |_, _| Ok(())).is_ok());
        let opened = give(world, &half(world, "north_rep"), &telephone.next(world)).unwrap();
        assert!(world.desk().look(&Asker::with_token(&opened.token, Channel::Page), |_, _| Ok(())).is_ok());
        world.act("admin", move |tx, actor| people::require_factor(tx, actor, role, false)).unwrap();
        assert!(world.look("south_rep", |_, _| Ok(())).is_ok());
    });
}

#[test]
fn a_role_of_a_team_asks_its_members_too() {
    on_both(|world| {
        let (unit, role, rep) = (world.unit("north"), world.role("Auditor"), world.id("north_rep"));
        world.act("admin", move |tx, actor| people::require_factor(tx, actor, role, true)).unwrap();
        world
            .act("admin", move |tx, actor| {
                let team = people::create_team(tx, actor, "watchers", unit, true)?;
                people::add_member(tx, actor, team, rep)?;
                people::give_role(tx, actor, &people::GiveAsk { role, to: team, reason: None, until: None })
            })
            .unwrap();
        assert_eq!(denied(world.look("north_rep", |_, _| Ok(()))), Denial::SecondFactor);
    });
}

#[test]
fn who_manages_roles_says_which_ask_for_a_factor_and_frees_none_of_the_own() {
    on_both(|world| {
        let (admin, rep) = (world.role("System Administrator"), world.role("Salesperson"));
        let refused = world.act("manager", move |tx, actor| people::require_factor(tx, actor, rep, true));
        assert!(matches!(denied(refused), Denial::NoTask(_)));
        world.act("admin", move |tx, actor| people::require_factor(tx, actor, admin, true)).unwrap();
        enrol(world, "admin");
        let refused = world.act("admin", move |tx, actor| people::require_factor(tx, actor, admin, false));
        assert!(matches!(denied(refused), Denial::Guard(_)));
        world.act("security_admin", move |tx, actor| people::require_factor(tx, actor, admin, false)).unwrap();
    });
}

fn token(world: &World, who: &Asker) -> crm::Done<Asker> {
    let ask = TokenAsk { name: "nightly".into(), scopes: vec![Scope::Read, Scope::Admin], expires_at: now(world) + DAY };
    sign_in::create_token(world.desk(), who, &ask).map(|made| Asker::with_token(&made.token, Channel::Api))
}

#[test]
fn a_token_carries_the_factor_of_the_session_that_made_it_and_never_a_fresh_one() {
    on_both(|world| {
        let weak = token(world, &world.user("admin")).unwrap();
        let (telephone, _) = enrol(world, "admin");
        world.clock.go_on(11 * MINUTE);
        assert_eq!(denied(token(world, &world.user("admin"))), Denial::StepUp, "making one asks for a fresh code");
        sign_in::step_up(world.desk(), &world.user("admin"), &telephone.code(world), place()).unwrap();
        let strong = token(world, &world.user("admin")).unwrap();
        let (role, rep) = (world.role("Basic User"), world.id("north_rep"));
        let ask = people::GiveAsk { role, to: rep, reason: None, until: None };
        for one in [&weak, &strong] {
            let ask = ask.clone();
            let done = world.desk().perform(one, Verb::admin("test.act"), move |tx, actor| people::give_role(tx, actor, &ask));
            assert_eq!(denied(done), Denial::StepUp, "a token is never fresh");
            let refused = sign_in::step_up(world.desk(), one, &telephone.next(world), place());
            assert!(matches!(denied(refused), Denial::Guard(_)), "and proves nothing");
        }
        let admin = world.role("System Administrator");
        world.act("admin", move |tx, actor| people::require_factor(tx, actor, admin, true)).unwrap();
        assert_eq!(denied(world.desk().look(&weak, |_, _| Ok(()))), Denial::SecondFactor);
        assert!(world.desk().look(&strong, |_, _| Ok(())).is_ok());
    });
}

#[test]
fn taking_the_own_factor_away_asks_for_a_fresh_code() {
    on_both(|world| {
        let (telephone, codes) = enrol(world, "north_rep");
        let who = world.user("north_rep");
        world.clock.go_on(11 * MINUTE);
        assert_eq!(denied(sign_in::remove_factor(world.desk(), &who)), Denial::StepUp);
        sign_in::step_up(world.desk(), &who, &codes[0], place()).unwrap();
        sign_in::remove_factor(world.desk(), &who).unwrap();
        assert_eq!(knock(world, "north_rep", PASSWORD).unwrap().next, Next::In);
        assert_eq!(problem(sign_in::step_up(world.desk(), &who, &telephone.next(world), place())).code, "no-factor");
        let told = world.desk().look(&who, sign_in::has_news).unwrap();
        assert!(!told, "whoever did it themselves is not told");
    });
}

#[test]
fn whoever_takes_away_a_factor_that_a_role_asks_for_sets_up_the_next() {
    let world = World::sqlite();
    let role = world.role("Salesperson");
    world.act("admin", move |tx, actor| people::require_factor(tx, actor, role, true)).unwrap();
    enrol(&world, "north_rep");
    sign_in::remove_factor(world.desk(), &world.user("north_rep")).unwrap();
    assert_eq!(denied(world.look("north_rep", |_, _| Ok(()))), Denial::SecondFactor);
}

#[test]
fn only_who_may_give_all_their_roles_resets_somebodys_factor() {
    on_both(|world| {
        let (rep, admin, security) = (world.id("north_rep"), world.id("admin"), world.id("security_admin"));
        for name in ["north_rep", "admin", "security_admin"] {
            enrol(world, name);
        }
        let reset = |by: &str, of| world.act(by, move |tx, actor| people::reset_factor(tx, actor, of));
        assert!(matches!(denied(reset("manager", rep)), Denial::NoTask(_)));
        assert!(matches!(denied(reset("security_admin", admin)), Denial::Guard(_)), "outranked");
        assert!(matches!(denied(reset("admin", admin)), Denial::Guard(_)), "the own");
        let token = knock(world, "north_rep", PASSWORD).unwrap();
        reset("admin", rep).unwrap();
        assert_eq!(denied(world.look("north_rep", |_, _| Ok(()))), Denial::SignIn, "sessions end");
        assert_eq!(denied(sign_in::half_session(world.desk(), &token.token)), Denial::SignIn);
        let opened = knock(world, "north_rep", PASSWORD).unwrap();
        assert_eq!(opened.next, Next::In);
        let who = Asker::with_token(&opened.token, Channel::Page);
        let told = world.desk().look(&who, |tx, actor| sign_in::account(tx, &who, actor)).unwrap().resets;
        assert_eq!(told.iter().map(|(by, _)| *by).collect::<Vec<_>>(), [Some(admin)], "it is told at the next sign-in");
        world.desk().perform(&who, Verb::own("account.seen"), sign_in::seen_news).unwrap();
        assert!(!world.desk().look(&who, sign_in::has_news).unwrap());
        reset("admin", security).unwrap();
    });
}

#[test]
fn the_operator_takes_away_the_factor_of_the_last_administrator() {
    on_both(|world| {
        enrol(world, "admin");
        people::reset_factor_as_operator(world.desk(), world.id("admin")).unwrap();
        assert_eq!(denied(world.look("admin", |_, _| Ok(()))), Denial::SignIn);
        let opened = knock(world, "admin", PASSWORD).unwrap();
        let who = Asker::with_token(&opened.token, Channel::Page);
        let told = world.desk().look(&who, |tx, actor| sign_in::account(tx, &who, actor)).unwrap().resets;
        assert_eq!(told.iter().map(|(by, _)| *by).collect::<Vec<_>>(), [Some(crm::PrincipalId::OPERATOR)]);
        assert_eq!(problem(people::reset_factor_as_operator(world.desk(), world.id("admin"))).code, "no-factor");
    });
}

#[test]
fn a_right_that_is_asked_a_job_does_not_ask_a_code_of_it() {
    let world = World::sqlite();
    enrol(&world, "admin");
    world.clock.go_on(HOUR);
    let user = world.id("admin");
    let epoch = world.operate(move |tx| Ok(store::accounts::user(tx, user)?.unwrap().epoch));
    let job = Asker::Job { user, epoch };
    world.desk().perform(&job, Verb::admin("test.act"), |_, actor| Ok(security::entrust(actor, crm::Task::ManageUsers)?)).unwrap();
}
