//! Signing in, out, with tokens and with invitations.
//!
//! Who is not known, not active or mistaken hears one answer; what was ended stays ended; a link works once.
//! Not here: judging passwords (`crates/crm/tests/it/passwords.rs`).

use crate::world::{PASSWORD, World, denied, email, on_both};
use crm::sign_in::{self, SignInAsk};
use crm::{Asker, Channel, Done};
use security::Denial;

pub fn knock(world: &World, name: &str, password: &str) -> Done<sign_in::Opened> {
    let place = Some("192.0.2.1".parse().unwrap());
    sign_in::sign_in(world.desk(), &SignInAsk { email: email(name), password: password.into(), place, channel: Channel::Page })
}

#[test]
fn whoever_knows_the_password_is_in_and_at_the_desk() {
    on_both(|world| {
        let opened = knock(world, "north_rep", PASSWORD).unwrap();
        let asker = Asker::with_token(&opened.token, Channel::Page);
        let name = world.desk().look(&asker, |_, actor| Ok(actor.name().to_owned())).unwrap();
        assert_eq!((name.as_str(), opened.assurance), ("north_rep", "password"));
        assert_eq!(denied(knock(world, "north_rep", "another long password")), Denial::SignIn);
        assert_eq!(denied(knock(world, "nobody", PASSWORD)), Denial::SignIn);
    });
}
