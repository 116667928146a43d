//! The own account: another password, the sessions that are open.
//!
//! Not here: second factors (`crates/crm/tests/it/second_factor.rs`), tokens (`crates/crm/tests/it/sign_in.rs`).

use crate::second_factor::now;
use crate::sign_in::knock;
use crate::world::{PASSWORD, World, denied, on_both, problem};
use crm::sign_in;
use crm::{Asker, Channel, Denial, Error};

const ANOTHER: &str = "harbour under seven glass moons";

#[test]
fn another_password_asks_for_the_old_one_and_ends_the_other_sessions() {
    on_both(|world| {
        let (here, there) =
            (world.user("north_rep"), Asker::with_token(&knock(world, "north_rep", PASSWORD).unwrap().token, Channel::Page));
        let change = |old: &str, new: &str| sign_in::change_password(world.desk(), &here, old, new, None);
        assert_eq!(problem(change("not the password at all", ANOTHER)).errors[0].column, "old_password");
        assert_eq!(problem(change("", ANOTHER)).errors[0].column, "old_password");
        assert_eq!(problem(change(PASSWORD, "short")).errors[0].column, "password");
        assert!(world.desk().look(&there, |_, _| Ok(())).is_ok());
        change(PASSWORD, ANOTHER).unwrap();
        assert!(world.desk().look(&here, |_, _| Ok(())).is_ok());
        assert_eq!(denied(world.desk().look(&there, |_, _| Ok(()))), Denial::SignIn);
        assert!(knock(world, "north_rep", ANOTHER).is_ok());
        assert_eq!(denied(knock(world, "north_rep", PASSWORD)), Denial::SignIn);
    });
}

#[test]
fn guessing_the_old_password_at_an_open_session_waits_like_guessing_at_the_door() {
    let world = World::sqlite();
    let here = world.user("north_rep");
    let tries = (0..10).map(|_| sign_in::change_password(world.desk(), &here, "not the password at all", ANOTHER, None));
    let waited = tries.filter(|done| matches!(done, Err(Error::Wait(_)))).count();
    assert_eq!(waited, 4);
}

#[test]
fn all_other_sessions_end_at_once_and_tokens_live_on() {
    on_both(|world| {
        let (here, other) = (world.user("north_rep"), world.api("north_rep"));
        let ask = sign_in::TokenAsk { name: "nightly".into(), scopes: vec![crm::Scope::Read], expires_at: now(world) + crate::world::DAY };
        let token = Asker::with_token(&sign_in::create_token(world.desk(), &here, &ask).unwrap().token, Channel::Api);
        assert_eq!(sign_in::end_other_sessions(world.desk(), &here).unwrap(), 1);
        assert!(world.desk().look(&here, |_, _| Ok(())).is_ok() && world.desk().look(&token, |_, _| Ok(())).is_ok());
        assert_eq!(denied(world.desk().look(&other, |_, _| Ok(()))), Denial::SignIn);
        let known = world.desk().look(&here, |tx, actor| sign_in::account(tx, &here, actor)).unwrap();
        assert_eq!((known.sessions.len(), known.tokens.len(), known.sessions[0].is_current), (1, 1, true));
        assert!(matches!(denied(sign_in::end_other_sessions(world.desk(), &token)), Denial::Guard(_)), "a token has no account");
    });
}
