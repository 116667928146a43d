//! The sessions somebody has open, and ending them.
//!
//! Only the own ones: what others have open ends by freezing them.
//! Not here: opening ([`super::sign_in`]), tokens ([`super::tokens`]). Proved by `crates/crm/tests/it/sign_in.rs`.

use crate::desk::{Asker, Desk, Verb};
use crate::{Done, Error};
use catalogue::RowId;
use security::{Actor, Denial};
use store::Tx;
use store::accounts::{self, Session};

/// A session of one's own.
#[derive(Clone, Debug)]
pub struct Mine {
    /// The session; times in microseconds UTC.
    pub session: Session,
    /// True for the one that asks.
    pub is_current: bool,
}

/// The live sessions of whoever asks, newest first; personal access tokens are not among them.
pub fn sessions(desk: &Desk, who: &Asker) -> Done<Vec<Mine>> {
    desk.look(who, |tx, actor| {
        let current = current(tx, who)?;
        let all = accounts::sessions_of(tx, actor.user())?.into_iter().filter(|session| session.kind != "token");
        Ok(all.map(|session| Mine { is_current: Some(session.id) == current, session }).collect())
    })
}

/// Ends the session that asks.
pub fn sign_out(desk: &Desk, who: &Asker) -> Done<()> {
    let asker = who.clone();
    desk.perform(who, Verb::before_factor("session.end"), move |tx, actor| {
        let current = current(tx, &asker)?.ok_or(Denial::SignIn)?;
        end_own(tx, actor, current)
    })
}

/// Ends a session of one's own. Somebody else's is not there.
pub fn end(tx: &mut Tx<'_>, actor: &Actor, session: RowId) -> Done<()> {
    end_own(tx, actor, session)
}

pub(super) fn end_own(tx: &mut Tx<'_>, actor: &Actor, session: RowId) -> Done<()> {
    let is_own = accounts::sessions_of(tx, actor.user())?.iter().any(|own| own.id == session);
    if !is_own {
        return Err(Error::Denied(Denial::NotThere));
    }
    tx.about("sessions", session);
    accounts::end_session(tx, session)?;
    Ok(())
}

fn current(tx: &mut Tx<'_>, who: &Asker) -> Done<Option<RowId>> {
    match who {
        Asker::Session { token_hash, .. } => Ok(accounts::session(tx, token_hash)?.map(|session| session.id)),
        Asker::Job { .. } | Asker::Workflow { .. } => Ok(None),
    }
}
