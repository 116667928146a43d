//! Disable: somebody does not work here any more. Sessions, tokens and rights end at once, for good; nothing is lost.
//!
//! What the person owns stays as it is. What was given has ended and is listed, so that it can be offered again when
//! somebody else lets the person back in ([`super::enable`]). The organisation's policy of departures may ask for more
//! than this one step; a departure does the same in its first transaction ([`shut_out`]).
//! Not here: what becomes of the person's records ([`crate::departures`]). Start reading at [`disable`].
//! Proved by `crates/crm/tests/it/disable.rs`.

use super::freeze::checked;
use super::guards;
use crate::desk::{Asker, Desk, Verb};
use crate::{Done, Problem, departures};
use security::{Actor, Denial, PrincipalId, Task, UserState, entrust};
use store::revocation::Act;
use store::{Tx, accounts};

/// Shuts a person out for good. Done again, it changes nothing and is noted again.
pub fn disable(desk: &Desk, who: &Asker, user: PrincipalId, reason: Option<&str>) -> Done<()> {
    let reason = checked(reason)?;
    let at = desk.perform(who, Verb::admin("user.disable"), move |tx, actor| {
        may_disable(actor, user)?;
        at_once(tx, user, reason.as_deref())
    })?;
    Ok(desk.store().note_revocation(Act::Disable, user, at)?)
}

/// Shuts a person out for good from the command line, when nobody who may is at hand.
pub fn disable_as_operator(desk: &Desk, user: PrincipalId, reason: Option<&str>) -> Done<()> {
    let reason = checked(reason)?;
    let at = desk.operate("user.disable", move |tx| at_once(tx, user, reason.as_deref()))?;
    Ok(desk.store().note_revocation(Act::Disable, user, at)?)
}

/// The task, and somebody else.
fn may_disable(actor: &Actor, user: PrincipalId) -> Result<(), Denial> {
    entrust(actor, Task::DisableUsers)?;
    if user == actor.user() {
        return Err(Denial::Guard("nobody disables themselves; somebody else who may can"));
    }
    Ok(())
}

/// Answers the time for the revocation journal.
fn at_once(tx: &mut Tx<'_>, user: PrincipalId, reason: Option<&str>) -> Done<i64> {
    accounts::lock_user(tx, user)?;
    let person = accounts::user(tx, user)?.ok_or(Denial::NotThere)?;
    tx.about("users", user.0);
    if person.state != UserState::Disabled {
        departures::may_disable_at_once(tx)?;
    }
    shut_out(tx, user, reason)?;
    Ok(tx.now())
}

/// What disabling does, in the transaction of whoever was asked whether it may be. After the commit, and before anybody
/// hears of it, it is noted in the revocation journal with the time of this transaction.
pub(crate) fn shut_out(tx: &mut Tx<'_>, user: PrincipalId, reason: Option<&str>) -> Done<()> {
    let person = accounts::user(tx, user)?.ok_or(Denial::NotThere)?;
    if person.state == UserState::Erased {
        return Err(Problem::conflict("erased", "this person was erased; there is nobody left to disable"));
    }
    if accounts::shut_out(tx, user)? {
        accounts::remark(tx, user, reason)?;
    }
    guards::keep_an_administrator(tx)
}
