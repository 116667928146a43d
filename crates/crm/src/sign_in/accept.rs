//! Accepting an invitation or a reset: whoever has the link chooses a password, once.
//!
//! A link that was used, is too old, was withdrawn or never was gets one answer. An invited person becomes active with
//! the roles given meanwhile; a reset ends every session and token the person had.
//! Not here: making the link ([`crate::people::invite`]). Start reading at [`accept`]. Proved by `crates/crm/tests/it/sign_in.rs`.

use super::second::chosen;
use super::token_hash;
use crate::desk::{Channel, Desk};
use crate::{Done, Error, Problem, mail};
use security::{PrincipalId, UserState};
use store::{Fault, Stamp, Tx, accounts};

/// What the page behind the link shows.
#[derive(Clone, Debug)]
pub struct Invited {
    /// Who.
    pub user: PrincipalId,
    /// The person's name.
    pub name: String,
    /// The person's address.
    pub email: String,
    /// What the organisation is called.
    pub organisation: String,
    /// Until when the link works, microseconds UTC.
    pub until: i64,
    /// The person works here already and chooses a new password.
    pub is_reset: bool,
}

/// Whom the link invites, as long as it works.
pub fn invited(tx: &mut Tx<'_>, token: &str) -> Done<Invited> {
    let (user, until) = accounts::invitation(tx, &token_hash(token))?.ok_or_else(void)?;
    let organisation = accounts::organisation_name(tx)?;
    let person = accounts::user(tx, user)?.ok_or_else(|| Fault::broken("an invitation of nobody"))?;
    if person.ends_on.is_some_and(|at| at <= tx.now()) {
        return Err(void());
    }
    let is_reset = person.state == UserState::Active;
    Ok(Invited { user, name: person.name, email: person.email, organisation, until, is_reset })
}

/// Chooses the password and becomes active.
pub fn accept(desk: &Desk, token: &str, password: &str, channel: Channel) -> Done<PrincipalId> {
    let hash = token_hash(token);
    let invited = match desk.glance(|tx| invited(tx, token)) {
        Ok(invited) => invited,
        Err(no) => {
            note(desk, hash)?;
            return Err(no);
        }
    };
    let kept = chosen(desk, invited.user, password)?;
    desk.admit(move |tx| {
        let user = accounts::invitation(tx, &hash)?.ok_or_else(void)?.0;
        let subject = Some(("users".to_owned(), user.0));
        tx.sign(Stamp { actor: user, channel: channel.name(), verb: "invitation.accept".into(), subject });
        let user = accounts::use_invitation(tx, &hash)?.ok_or_else(void)?;
        for session in accounts::sessions_of(tx, user)? {
            accounts::end_session(tx, session.id)?;
        }
        accounts::set_password_hash(tx, user, &kept)?;
        let is_reset = accounts::user(tx, user)?.is_some_and(|person| person.state == UserState::Active);
        accounts::set_state(tx, user, UserState::Active)?;
        if is_reset && mail::is_set_up(tx)? {
            let letter = mail::changed_password(tx, user)?;
            mail::post(tx, user, &letter)?;
        }
        Ok(user)
    })
}

/// A link of somebody who was stopped since is tried: that is a try to sign in.
fn note(desk: &Desk, hash: [u8; 32]) -> Done<()> {
    let Some(user) = desk.glance(|tx| Ok(accounts::link_of(tx, &hash)?))? else { return Ok(()) };
    desk.admit(move |tx| Ok(accounts::note_refused(tx, Some(user), "link")?))
}

fn void() -> Error {
    Problem::conflict("invitation-void", "this invitation was used already, is too old or was withdrawn; ask for a new one")
}
