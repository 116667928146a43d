//! Frozen is at once, everywhere, and for good as far as what was open goes.
//!
//! Not here: running streams and jobs (`crates/web`, `crates/crm/tests/it/main.rs`).

use crate::sign_in::{invitee, knock};
use crate::world::{DAY, MORNING, PASSWORD, World, denied, on_both, problem};
use crm::sign_in::{self, TokenAsk};
use crm::{Asker, Channel, Denial, Scope, people};
use store::revocation::Act;

#[test]
fn the_next_look_of_a_frozen_person_is_refused_by_every_way() {
    on_both(|world| {
        let ask = TokenAsk { name: "nightly".into(), scopes: vec![Scope::Read], expires_at: MORNING + DAY };
        let token = sign_in::create_token(world.desk(), &world.user("north_rep"), &ask).unwrap().token;
        let askers = [world.user("north_rep"), world.api("north_rep"), Asker::with_token(&token, Channel::Api)];
        assert!(askers.iter().all(|asker| world.desk().look(asker, |_, _| Ok(())).is_ok()));
        people::freeze(world.desk(), &world.user("admin"), world.id("north_rep"), Some("phone lost")).unwrap();
        for asker in &askers {
            assert_eq!(denied(world.desk().look(asker, |_, _| Ok(()))), Denial::SignIn);
        }
        assert_eq!(denied(knock(world, "north_rep", PASSWORD)), Denial::SignIn);
        let noted = world.desk().store().revocations().unwrap();
        assert_eq!(noted.iter().map(|line| (line.act, line.principal)).collect::<Vec<_>>(), [(Act::Freeze, world.id("north_rep"))]);
    });
}

#[test]
fn a_job_of_a_frozen_person_finds_nobody() {
    let world = World::sqlite();
    let epoch = world.operate({
        let user = world.id("north_rep");
        move |tx| Ok(store::accounts::user(tx, user)?.unwrap().epoch)
    });
    let job = Asker::Job { user: world.id("north_rep"), epoch };
    assert!(world.desk().look(&job, |_, _| Ok(())).is_ok());
    people::freeze(world.desk(), &world.user("admin"), world.id("north_rep"), None).unwrap();
    assert_eq!(denied(world.desk().look(&job, |_, _| Ok(()))), Denial::SignIn);
    people::unfreeze(world.desk(), &world.user("admin"), world.id("north_rep"), None).unwrap();
    assert_eq!(denied(world.desk().look(&job, |_, _| Ok(()))), Denial::SignIn);
}

#[test]
fn unfreezing_revives_no_session() {
    on_both(|world| {
        people::freeze(world.desk(), &world.user("admin"), world.id("north_rep"), None).unwrap();
        people::unfreeze(world.desk(), &world.user("admin"), world.id("north_rep"), Some("found again")).unwrap();
        assert_eq!(denied(world.look("north_rep", |_, _| Ok(()))), Denial::SignIn);
        assert!(knock(world, "north_rep", PASSWORD).is_ok(), "the roles and the password are kept");
        let verbs: Vec<String> = world.trail().into_iter().map(|(verb, _)| verb).collect();
        assert_eq!(verbs, ["user.freeze", "user.unfreeze", "session.open"]);
    });
}

#[test]
fn whoever_was_frozen_before_coming_is_invited_again() {
    let world = World::sqlite();
    let unit = world.unit("north");
    let first = world.act("admin", move |tx, actor| people::invite(tx, actor, &invitee("fresh", unit))).unwrap();
    people::freeze(world.desk(), &world.user("admin"), first.user, None).unwrap();
    assert_eq!(problem(sign_in::accept(world.desk(), &first.token, PASSWORD, Channel::Page)).code, "invitation-void");
    let user = first.user;
    assert_eq!(problem(world.act("admin", move |tx, actor| people::invite_again(tx, actor, user))).code, "frozen");
    people::unfreeze(world.desk(), &world.user("admin"), user, None).unwrap();
    assert_eq!(problem(sign_in::accept(world.desk(), &first.token, PASSWORD, Channel::Page)).code, "invitation-void");
    let again = world.act("admin", move |tx, actor| people::invite_again(tx, actor, user)).unwrap();
    sign_in::accept(world.desk(), &again.token, PASSWORD, Channel::Page).unwrap();
}

#[test]
fn freezing_asks_the_task_and_a_refusal_stands_in_the_trail() {
    on_both(|world| {
        let refused = people::freeze(world.desk(), &world.user("manager"), world.id("north_rep"), None);
        assert_eq!(denied(refused), Denial::NoTask(crm::Task::DisableUsers));
        assert_eq!(world.trail(), [("user.freeze".into(), "no-privilege".into())]);
        assert!(world.look("north_rep", |_, _| Ok(())).is_ok());
        assert!(world.desk().store().revocations().unwrap().is_empty());
    });
}

#[test]
fn the_operator_freezes_when_nobody_is_at_hand() {
    let world = World::sqlite();
    people::freeze_as_operator(world.desk(), world.id("north_rep"), Some("called in")).unwrap();
    assert_eq!(denied(world.look("north_rep", |_, _| Ok(()))), Denial::SignIn);
}
