//! What an organisation asks of passwords: kept, bounded, and biting at the next sign-in or choice.
//!
//! Not here: what everybody is asked (`crates/crm/tests/it/passwords.rs`).

use crate::second_factor::enrol;
use crate::sign_in::knock;
use crate::world::{DAY, PASSWORD, World, denied, email, on_both, problem};
use crm::sign_in::{self, Next, Policy, SignInAsk};
use crm::{Asker, Channel, Denial};

const ANOTHER: &str = "harbour under seven glass moons";

fn set(world: &World, change: impl Fn(&mut Policy)) -> crm::Done<()> {
    let mut policy = Policy::default();
    change(&mut policy);
    world.act("admin", move |tx, actor| sign_in::set_policy(tx, actor, &policy))
}

fn due(world: &World) -> String {
    let opened = knock(world, "north_rep", PASSWORD).unwrap();
    assert_eq!(opened.next, Next::Password);
    opened.token
}

fn renew(world: &World, token: &str, password: &str) -> crm::Done<sign_in::Opened> {
    sign_in::renew(world.desk(), token, password, Channel::Page)
}

#[test]
fn the_presets_are_those_of_the_standard_and_everything_else_is_off() {
    let world = World::sqlite();
    let preset = world.look("north_rep", sign_in::read_policy).unwrap();
    assert_eq!((preset.alone, preset.with_factor, preset.expires_after, preset.remembered, preset.kinds), (15, 8, None, 0, 0));
    assert!(preset.blocked.is_empty());
}

#[test]
fn only_who_manages_people_changes_it_and_never_below_the_standard() {
    on_both(|world| {
        let refused = world.act("manager", |tx, actor| sign_in::set_policy(tx, actor, &Policy::default()));
        assert!(matches!(denied(refused), Denial::NoTask(_)));
        let column = |done: crm::Done<()>| problem(done).errors[0].column.clone();
        assert_eq!(column(set(world, |p| p.alone = 14)), "alone");
        assert_eq!(column(set(world, |p| p.with_factor = 7)), "with_factor");
        assert_eq!(column(set(world, |p| p.expires_after = Some(3))), "expires_after");
        assert_eq!(column(set(world, |p| p.remembered = 25)), "remembered");
        assert_eq!(column(set(world, |p| p.blocked = vec!["ab".into()])), "blocked");
        assert_eq!(column(set(world, |p| p.step_up = [crm::Task::UseApi].into())), "step_up");
        set(world, |p| p.blocked = vec!["Gravel ".into(), "gravel".into()]).unwrap();
        let kept = world.look("north_rep", sign_in::read_policy).unwrap();
        assert_eq!(kept, Policy { blocked: vec!["gravel".into()], ..Policy::default() });
    });
}

#[test]
fn a_longer_length_bites_at_the_next_sign_in_and_leads_to_another_password() {
    on_both(|world| {
        set(world, |p| p.alone = 30).unwrap();
        assert!(world.look("north_rep", |_, _| Ok(())).is_ok(), "who is in stays in");
        let half = due(world);
        assert_eq!(denied(world.desk().look(&Asker::with_token(&half, Channel::Page), |_, _| Ok(()))), Denial::SignIn);
        assert_eq!(problem(renew(world, &half, "harbour under glass")).errors[0].column, "password", "too short now");
        let opened = renew(world, &half, ANOTHER).unwrap();
        assert!(world.desk().look(&Asker::with_token(&opened.token, Channel::Page), |_, _| Ok(())).is_ok());
        assert_eq!(denied(renew(world, &half, "a third one of many more letters")), Denial::SignIn, "once");
        assert_eq!(knock(world, "north_rep", ANOTHER).unwrap().next, Next::In);
    });
}

#[test]
fn blocked_words_and_kinds_of_characters_are_asked_when_they_were_asked_for() {
    let world = World::sqlite();
    set(&world, |p| p.blocked = vec!["lantern".into()]).unwrap();
    assert!(problem(renew(&world, &due(&world), "seven LANTERNS over the harbour")).errors[0].message.contains("does not take"));
    set(&world, |p| p.kinds = 3).unwrap();
    assert!(problem(renew(&world, &due(&world), ANOTHER)).errors[0].message.contains("this has 2"));
    renew(&world, &due(&world), "Harbour under seven glass moons").unwrap();
}

#[test]
fn a_password_expires_where_an_organisation_asks_for_it() {
    on_both(|world| {
        world.clock.go_on(40 * DAY);
        assert_eq!(knock(world, "north_rep", PASSWORD).unwrap().next, Next::In);
        set(world, |p| p.expires_after = Some(30)).unwrap();
        let half = due(world);
        assert_eq!(problem(renew(world, &half, PASSWORD)).errors[0].column, "password", "not the same again");
        renew(world, &half, ANOTHER).unwrap();
        assert_eq!(knock(world, "north_rep", ANOTHER).unwrap().next, Next::In);
    });
}

#[test]
fn former_passwords_are_refused_as_far_as_is_asked() {
    on_both(|world| {
        let who = world.user("north_rep");
        let change = |old: &str, new: &str| sign_in::change_password(world.desk(), &who, old, new, None);
        change(PASSWORD, ANOTHER).unwrap();
        set(world, |p| p.remembered = 2).unwrap();
        assert_eq!(problem(change(ANOTHER, PASSWORD)).errors[0].column, "password");
        set(world, |p| p.remembered = 0).unwrap();
        change(ANOTHER, PASSWORD).unwrap();
    });
}

#[test]
fn beside_a_second_factor_a_shorter_password_is_taken() {
    on_both(|world| {
        let who = world.user("north_rep");
        let short = "Quartz9!vmpw";
        assert_eq!(problem(sign_in::change_password(world.desk(), &who, PASSWORD, short, None)).errors[0].column, "password");
        let (telephone, _) = enrol(world, "north_rep");
        sign_in::change_password(world.desk(), &who, PASSWORD, short, None).unwrap();
        assert_eq!(knock(world, "north_rep", short).unwrap().next, Next::Code);
        sign_in::step_up(world.desk(), &who, &telephone.next(world), None).unwrap();
        sign_in::remove_factor(world.desk(), &who).unwrap();
        assert_eq!(knock(world, "north_rep", short).unwrap().next, Next::Password, "alone it is too short");
    });
}

#[test]
fn with_a_factor_the_code_comes_before_another_password() {
    on_both(|world| {
        let (telephone, _) = enrol(world, "north_rep");
        set(world, |p| p.with_factor = 40).unwrap();
        let ask = SignInAsk { email: email("north_rep"), password: PASSWORD.into(), place: None, channel: Channel::Page };
        let half = sign_in::sign_in(world.desk(), &ask).unwrap();
        assert_eq!(half.next, Next::Code);
        let long = "harbour under seven glass moons and a slow green heron";
        assert_eq!(denied(renew(world, &half.token, long)), Denial::SignIn);
        let next = sign_in::second_step(world.desk(), &half.token, &telephone.next(world), None, Channel::Page).unwrap();
        assert_eq!(next.next, Next::Password);
        assert_eq!(renew(world, &next.token, long).unwrap().assurance, "second_factor");
        let api = SignInAsk { password: long.into(), channel: Channel::Api, ..ask };
        assert!(sign_in::sign_in_whole(world.desk(), &api, Some(&telephone.next(world)), None).is_ok());
    });
}
