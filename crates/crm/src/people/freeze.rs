//! Freeze: one click, no approval, nothing lost. Unfreeze: back to work, with nothing that was open before.
//!
//! After the commit no request of that person is accepted; what was frozen stands in the revocation journal, outside
//! the database, before anybody is told that it is done, so that no restored backup lets the person back in.
//! Not here: ending running streams (`web` compares the numbers). Start reading at [`freeze`].
//! Proved by `crates/crm/tests/it/freeze.rs`.

use super::guards;
use crate::desk::{Asker, Desk, Verb};
use crate::{Done, Error, Problem};
use security::{Actor, Denial, PrincipalId, Task, UserState, entrust};
use store::revocation::Act;
use store::{Tx, accounts};

/// Stops a person at once. Done again, it changes nothing and is noted again.
pub fn freeze(desk: &Desk, who: &Asker, user: PrincipalId, reason: Option<&str>) -> Done<()> {
    let reason = checked(reason)?;
    let at = desk.perform(who, Verb::admin("user.freeze"), move |tx, actor| {
        entrust(actor, Task::DisableUsers)?;
        if user == actor.user() {
            return Err(Denial::Guard("nobody freezes themselves; somebody else who may freeze can").into());
        }
        stop(tx, user, reason.as_deref())
    })?;
    Ok(desk.store().note_revocation(Act::Freeze, user, at)?)
}

/// Stops a person at once from the command line, when nobody who may is at hand.
pub fn freeze_as_operator(desk: &Desk, user: PrincipalId, reason: Option<&str>) -> Done<()> {
    let reason = checked(reason)?;
    let at = desk.operate("user.freeze", move |tx| stop(tx, user, reason.as_deref()))?;
    Ok(desk.store().note_revocation(Act::Freeze, user, at)?)
}

/// Lets a frozen person work again. Sessions, tokens and invitations from before stay dead.
pub fn unfreeze(desk: &Desk, who: &Asker, user: PrincipalId, reason: Option<&str>) -> Done<()> {
    let reason = checked(reason)?;
    let at = desk.perform(who, Verb::admin("user.unfreeze"), move |tx, actor| let_back(tx, actor, user, reason.as_deref()))?;
    Ok(desk.store().note_revocation(Act::Unfreeze, user, at)?)
}

/// Answers the time for the revocation journal.
pub(crate) fn stop(tx: &mut Tx<'_>, user: PrincipalId, reason: Option<&str>) -> Done<i64> {
    accounts::lock_user(tx, user)?;
    let person = accounts::user(tx, user)?.ok_or(Denial::NotThere)?;
    tx.about("users", user.0);
    match person.state {
        UserState::Frozen => return Ok(tx.now()),
        gone @ (UserState::Disabled | UserState::Erased) => return Err(shut_out_already(gone)),
        UserState::Invited | UserState::Active => {}
    }
    accounts::set_state(tx, user, UserState::Frozen)?;
    accounts::remark(tx, user, reason)?;
    guards::keep_an_administrator(tx)?;
    Ok(tx.now())
}

fn let_back(tx: &mut Tx<'_>, actor: &Actor, user: PrincipalId, reason: Option<&str>) -> Done<i64> {
    entrust(actor, Task::DisableUsers)?;
    accounts::lock_user(tx, user)?;
    let person = accounts::user(tx, user)?.ok_or(Denial::NotThere)?;
    tx.about("users", user.0);
    match person.state {
        UserState::Frozen => {}
        gone @ (UserState::Disabled | UserState::Erased) => return Err(shut_out_already(gone)),
        UserState::Invited | UserState::Active => return Ok(tx.now()),
    }
    super::ends::not_over(tx, &person)?;
    // Whoever never chose a password needs a new invitation, not a state that cannot be used.
    let state = if accounts::password_hash(tx, user)?.is_some() { UserState::Active } else { UserState::Invited };
    accounts::set_state(tx, user, state)?;
    accounts::remark(tx, user, reason)?;
    Ok(tx.now())
}

/// Freezing is for a while; neither it nor its end touches somebody who was shut out for good.
fn shut_out_already(state: UserState) -> Error {
    Problem::conflict(state.name(), format!("this person was {} already; freezing is for a while only", state.name()))
}

pub(super) fn checked(reason: Option<&str>) -> Done<Option<String>> {
    let reason = reason.map(str::trim).filter(|reason| !reason.is_empty());
    match reason {
        Some(long) if long.chars().count() > 500 => Err(Problem::column("reason", "at most 500 characters")),
        other => Ok(other.map(str::to_owned)),
    }
}
