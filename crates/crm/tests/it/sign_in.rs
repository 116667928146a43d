//! Signing in, out, with tokens and with invitations.
//!
//! Who is not known, not active or mistaken hears one answer; what was ended stays ended; a link works once.
//! Not here: judging passwords (`crates/crm/tests/it/passwords.rs`), freezing (`crates/crm/tests/it/freeze.rs`).

use crate::world::{DAY, HOUR, MINUTE, PASSWORD, SECOND, World, denied, email, on_both, problem};
use crm::sign_in::{self, SignInAsk, TokenAsk};
use crm::{Asker, Channel, Denial, Done, Error, Scope, Verb, people};

pub fn knock_from(world: &World, place: &str, name: &str, password: &str) -> Done<sign_in::Opened> {
    let place = Some(place.parse().unwrap());
    let ask = SignInAsk { email: email(name), password: password.into(), place, channel: Channel::Page };
    sign_in::sign_in(world.desk(), &ask)
}

pub fn knock(world: &World, name: &str, password: &str) -> Done<sign_in::Opened> {
    knock_from(world, "192.0.2.1", name, password)
}

fn is_in(world: &World, asker: &Asker) -> bool {
    world.desk().look(asker, |_, _| Ok(())).is_ok()
}

#[test]
fn whoever_knows_the_password_is_in_and_at_the_desk() {
    on_both(|world| {
        let opened = knock(world, "north_rep", PASSWORD).unwrap();
        let asker = Asker::with_token(&opened.token, Channel::Page);
        let name = world.desk().look(&asker, |_, actor| Ok(actor.name().to_owned())).unwrap();
        assert_eq!((name.as_str(), opened.assurance), ("north_rep", "password"));
        assert_eq!(world.trail(), [("session.open".into(), "done".into())]);
    });
}

#[test]
fn an_address_is_found_however_it_is_written() {
    let world = World::sqlite();
    let ask = SignInAsk { email: " North_Rep@ACME.example ".into(), password: PASSWORD.into(), place: None, channel: Channel::Api };
    assert!(sign_in::sign_in(world.desk(), &ask).is_ok());
}

#[test]
fn the_unknown_the_frozen_the_invited_and_the_mistaken_hear_one_answer() {
    on_both(|world| {
        let unit = world.unit("north");
        world.act("admin", move |tx, actor| people::invite(tx, actor, &invitee("fresh", unit))).unwrap();
        people::freeze(world.desk(), &world.user("admin"), world.id("south_rep"), None).unwrap();
        let answers: Vec<String> =
            [("nobody", PASSWORD), ("south_rep", PASSWORD), ("fresh", PASSWORD), ("north_rep", "mistaken by a word or two")]
                .into_iter()
                .map(|(name, password)| format!("{:?}", knock(world, name, password).unwrap_err()))
                .collect();
        assert!(answers.iter().all(|answer| *answer == answers[0]), "{answers:?}");
        assert_eq!(denied(knock(world, "nobody", PASSWORD)), Denial::SignIn);
    });
}

pub fn invitee(name: &str, unit: crm::UnitId) -> people::InviteAsk {
    people::InviteAsk {
        name: name.into(),
        email: email(name),
        title: None,
        unit,
        manager: None,
        roles: Vec::new(),
        ends_at: None,
        responsible: None,
    }
}

#[test]
fn a_refused_try_stands_in_the_trail_and_one_that_must_wait_does_not() {
    on_both(|world| {
        let mut waited = 0;
        for _ in 0..10 {
            match knock(world, "north_rep", "not the password at all") {
                Err(Error::Denied(Denial::SignIn)) => {}
                Err(Error::Wait(_)) => waited += 1,
                other => panic!("{other:?}"),
            }
        }
        let refused = world.trail().iter().filter(|(verb, _)| verb == "session.refuse").count();
        assert_eq!((refused, waited), (6, 4));
    });
}

#[test]
fn guessing_waits_longer_each_time_and_never_for_ever() {
    let world = World::sqlite();
    let mut waits = Vec::new();
    for _ in 0..20 {
        match knock(&world, "north_rep", "not the password at all") {
            Err(Error::Wait(seconds)) => {
                waits.push(seconds);
                world.clock.go_on(seconds * SECOND);
            }
            Err(Error::Denied(Denial::SignIn)) => {}
            other => panic!("{other:?}"),
        }
    }
    assert_eq!(waits[..4], [1, 2, 4, 8]);
    world.clock.go_on(15 * MINUTE);
    assert!(knock(&world, "north_rep", PASSWORD).is_ok());
}

#[test]
fn whoever_is_unknown_waits_like_whoever_is_known() {
    let world = World::sqlite();
    let waits = |name: &str| {
        let tries = (0..9).map(|_| matches!(knock_from(&world, "192.0.2.7", name, "not the password at all"), Err(Error::Wait(_))));
        tries.collect::<Vec<_>>()
    };
    assert_eq!(waits("north_rep"), waits("nobody"));
}

#[test]
fn strangers_cannot_lock_out_whoever_was_here_before() {
    on_both(|world| {
        knock(world, "admin", PASSWORD).unwrap();
        for n in 0..40 {
            let _ = knock_from(world, &format!("198.51.100.{n}"), "admin", "not the password at all");
        }
        assert!(matches!(knock_from(world, "203.0.113.9", "admin", PASSWORD), Err(Error::Wait(_))), "from a new place");
        assert!(knock(world, "admin", PASSWORD).is_ok(), "from a familiar place");
    });
}

#[test]
fn guessing_many_people_from_one_place_waits_too() {
    let world = World::sqlite();
    let answers: Vec<bool> =
        (0..104).map(|n| matches!(knock(&world, &format!("nobody{n}"), &"x".repeat(10_000)), Err(Error::Wait(_)))).collect();
    assert!(answers[100..].iter().any(|waits| *waits) && !answers[..100].iter().any(|waits| *waits));
}

#[test]
fn a_session_that_is_left_alone_dies_and_none_outlives_twelve_hours() {
    let world = World::sqlite();
    let page = knock(&world, "north_rep", PASSWORD).unwrap();
    assert_eq!(page.expires_at, crate::world::MORNING + 12 * HOUR);
    let page = Asker::with_token(&page.token, Channel::Page);
    world.clock.go_on(61 * MINUTE);
    assert!(!is_in(&world, &page), "idle");
    let ask = SignInAsk { email: email("north_rep"), password: PASSWORD.into(), place: None, channel: Channel::Api };
    let api = Asker::with_token(&sign_in::sign_in(world.desk(), &ask).unwrap().token, Channel::Api);
    world.clock.go_on(11 * HOUR);
    assert!(is_in(&world, &api));
    world.clock.go_on(HOUR);
    assert!(!is_in(&world, &api), "over");
}

#[test]
fn a_cookie_does_not_open_the_api_nor_a_bearer_token_the_pages() {
    let world = World::sqlite();
    let cookie = knock(&world, "north_rep", PASSWORD).unwrap().token;
    assert!(!is_in(&world, &Asker::with_token(&cookie, Channel::Api)));
    assert!(is_in(&world, &world.api("north_rep")));
}

#[test]
fn whoever_signs_out_is_out_and_the_other_sessions_live() {
    on_both(|world| {
        let one = Asker::with_token(&knock(world, "north_rep", PASSWORD).unwrap().token, Channel::Page);
        let other = Asker::with_token(&knock(world, "north_rep", PASSWORD).unwrap().token, Channel::Page);
        let mine = sign_in::sessions(world.desk(), &one).unwrap();
        assert_eq!((mine.len(), mine.iter().filter(|s| s.is_current).count()), (4, 1));
        sign_in::sign_out(world.desk(), &one).unwrap();
        assert!(!is_in(world, &one) && is_in(world, &other));
    });
}

#[test]
fn nobody_ends_the_session_of_somebody_else() {
    let world = World::sqlite();
    let theirs = sign_in::sessions(world.desk(), &world.user("south_rep")).unwrap()[0].session.id;
    assert_eq!(denied(world.act("north_rep", move |tx, actor| sign_in::end(tx, actor, theirs))), Denial::NotThere);
    world.act("south_rep", move |tx, actor| sign_in::end(tx, actor, theirs)).unwrap();
}

fn token(world: &World, scopes: &[Scope]) -> Asker {
    let expires_at = crate::world::MORNING + 30 * DAY;
    let ask = TokenAsk { name: "nightly".into(), scopes: scopes.to_vec(), expires_at };
    let made = sign_in::create_token(world.desk(), &world.user("north_rep"), &ask).unwrap();
    assert!(made.token.starts_with("cst_"));
    Asker::with_token(&made.token, Channel::Api)
}

#[test]
fn a_token_does_what_its_scopes_cover() {
    on_both(|world| {
        let reads = token(world, &[Scope::Read]);
        assert!(is_in(world, &reads));
        assert!(matches!(denied(world.desk().perform(&reads, Verb::write("test.write"), |_, _| Ok(()))), Denial::Guard(_)));
        let writes = token(world, &[Scope::Read, Scope::Write]);
        assert!(world.desk().perform(&writes, Verb::write("test.write"), |_, _| Ok(())).is_ok());
        assert!(matches!(denied(world.desk().perform(&writes, Verb::admin("test.admin"), |_, _| Ok(()))), Denial::Guard(_)));
    });
}

#[test]
fn a_token_makes_no_token() {
    let world = World::sqlite();
    let all = token(&world, &[Scope::Read, Scope::Write, Scope::Export, Scope::Admin]);
    let ask = TokenAsk { name: "heir".into(), scopes: vec![Scope::Read], expires_at: crate::world::MORNING + DAY };
    assert!(matches!(denied(sign_in::create_token(world.desk(), &all, &ask)), Denial::Guard(_)));
}

#[test]
fn a_token_ends_in_time_or_when_it_is_revoked() {
    let world = World::sqlite();
    let (one, other) = (token(&world, &[Scope::Read]), token(&world, &[Scope::Read]));
    let newest = world.look("north_rep", |tx, actor| Ok(sign_in::tokens(tx, actor)?)).unwrap()[0].id;
    assert_eq!(denied(world.act("south_rep", move |tx, actor| sign_in::revoke_token(tx, actor, newest))), Denial::NotThere);
    world.act("north_rep", move |tx, actor| sign_in::revoke_token(tx, actor, newest)).unwrap();
    assert_eq!([is_in(&world, &one), is_in(&world, &other)].iter().filter(|live| **live).count(), 1);
    world.clock.go_on(31 * DAY);
    assert!(!is_in(&world, &one) && !is_in(&world, &other));
}

#[test]
fn a_token_needs_a_name_a_scope_and_an_end_within_a_year() {
    let world = World::sqlite();
    let good = TokenAsk { name: "nightly".into(), scopes: vec![Scope::Read], expires_at: crate::world::MORNING + DAY };
    let refused = |ask: TokenAsk| problem(sign_in::create_token(world.desk(), &world.user("north_rep"), &ask)).errors[0].column.clone();
    assert_eq!(refused(TokenAsk { name: " ".into(), ..good.clone() }), "name");
    assert_eq!(refused(TokenAsk { scopes: Vec::new(), ..good.clone() }), "scopes");
    assert_eq!(refused(TokenAsk { expires_at: crate::world::MORNING, ..good.clone() }), "expires_at");
    assert_eq!(refused(TokenAsk { expires_at: crate::world::MORNING + 400 * DAY, ..good }), "expires_at");
}

#[test]
fn an_invitation_works_once_and_makes_active() {
    on_both(|world| {
        let (unit, role) = (world.unit("north"), world.role("Salesperson"));
        let ask = people::InviteAsk { roles: vec![role], ..invitee("fresh", unit) };
        let invitation = world.act("admin", move |tx, actor| people::invite(tx, actor, &ask)).unwrap();
        let seen = world.desk().glance(|tx| sign_in::invited(tx, &invitation.token)).unwrap();
        assert_eq!((seen.name.as_str(), seen.organisation.as_str(), seen.is_reset), ("fresh", "Acme", false));
        assert_eq!(problem(sign_in::accept(world.desk(), &invitation.token, "short", Channel::Page)).errors[0].column, "password");
        sign_in::accept(world.desk(), &invitation.token, PASSWORD, Channel::Page).unwrap();
        assert_eq!(problem(sign_in::accept(world.desk(), &invitation.token, PASSWORD, Channel::Page)).code, "invitation-void");
        let opened = knock(world, "fresh", PASSWORD).unwrap();
        let asker = Asker::with_token(&opened.token, Channel::Page);
        let roles = world.desk().look(&asker, |_, actor| Ok(actor.roles().len())).unwrap();
        assert_eq!(roles, 1);
    });
}

#[test]
fn an_invitation_dies_after_a_week_and_by_the_next_one() {
    let world = World::sqlite();
    let unit = world.unit("north");
    let first = world.act("admin", move |tx, actor| people::invite(tx, actor, &invitee("fresh", unit))).unwrap();
    let user = first.user;
    let second = world.act("admin", move |tx, actor| people::invite_again(tx, actor, user)).unwrap();
    assert_eq!(problem(sign_in::accept(world.desk(), &first.token, PASSWORD, Channel::Page)).code, "invitation-void");
    world.clock.go_on(7 * DAY);
    assert_eq!(problem(sign_in::accept(world.desk(), &second.token, PASSWORD, Channel::Page)).code, "invitation-void");
}

#[test]
fn a_reset_ends_what_was_open_and_changes_the_password() {
    on_both(|world| {
        let user = world.id("north_rep");
        let reset = world.act("admin", move |tx, actor| people::invite_again(tx, actor, user)).unwrap();
        assert!(world.look("north_rep", |_, _| Ok(())).is_ok(), "an unused link ends nothing");
        sign_in::accept(world.desk(), &reset.token, "velvet compass thirteen owls", Channel::Page).unwrap();
        assert_eq!(denied(world.look("north_rep", |_, _| Ok(()))), Denial::SignIn);
        assert_eq!(denied(knock(world, "north_rep", PASSWORD)), Denial::SignIn);
        assert!(knock(world, "north_rep", "velvet compass thirteen owls").is_ok());
    });
}

#[test]
fn a_form_of_another_session_is_not_taken() {
    let token = sign_in::csrf_token("one session");
    assert!(sign_in::check_csrf("one session", &token));
    assert!(!sign_in::check_csrf("another session", &token));
    assert!(!sign_in::check_csrf("one session", "") && !sign_in::check_csrf("one session", &token[..63]));
    assert_ne!(token, sign_in::token_hash("one session").iter().map(|b| format!("{b:02x}")).collect::<String>());
}
