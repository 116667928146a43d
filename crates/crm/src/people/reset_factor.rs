//! Taking away the second factor of somebody who lost the device and the recovery codes.
//!
//! Whoever could do it freely could become anybody whose password they know. So it asks what a reset of the password
//! asks: somebody else, who may give all that person's roles and is not outranked. Every session and token ends, and the
//! person is told at the next sign-in.
//! Not here: one's own ([`crate::sign_in::remove_factor`]). Source: security-model 8.
//! Proved by `crates/crm/tests/it/second_factor.rs`.

use super::guards;
use crate::desk::Desk;
use crate::{Done, Problem};
use security::{Actor, Denial, PrincipalId, Task, UserState, entrust};
use store::{Tx, accounts, rights};

/// Takes away somebody's second factor.
pub fn reset_factor(tx: &mut Tx<'_>, actor: &Actor, user: PrincipalId) -> Done<()> {
    may_reset(tx, actor, user)?;
    take_away(tx, user)
}

/// The same from the command line, for the last administrator who lost everything: nobody else may help there.
pub fn reset_factor_as_operator(desk: &Desk, user: PrincipalId) -> Done<()> {
    desk.operate("user.reset-factor", move |tx| take_away(tx, user))
}

fn take_away(tx: &mut Tx<'_>, user: PrincipalId) -> Done<()> {
    tx.about("users", user.0);
    if !accounts::end_factor(tx, user)? {
        return Err(Problem::conflict("no-factor", "this person has no second factor"));
    }
    for session in accounts::sessions_of(tx, user)? {
        accounts::end_session(tx, session.id)?;
    }
    Ok(())
}

/// Whether somebody has a second factor that whoever asks may take away.
pub(super) fn can_reset(tx: &mut Tx<'_>, actor: &Actor, user: PrincipalId) -> Done<bool> {
    match may_reset(tx, actor, user) {
        Ok(()) => Ok(accounts::has_factor(tx, user)?),
        Err(crate::Error::Denied(_) | crate::Error::Problem(_)) => Ok(false),
        Err(other) => Err(other),
    }
}

fn may_reset(tx: &mut Tx<'_>, actor: &Actor, user: PrincipalId) -> Done<()> {
    entrust(actor, Task::ManageUsers)?;
    let person = accounts::user(tx, user)?.ok_or(Denial::NotThere)?;
    let known = guards::as_actor(tx, user)?;
    if !known.roles().is_empty() {
        entrust(actor, Task::AssignRoles)?;
    }
    if user == actor.user() {
        return Err(Denial::Guard("nobody resets the own second factor; take it away on your account, or ask somebody else").into());
    }
    if person.state != UserState::Active {
        return Err(Problem::conflict("not-active", "this account is not active; unfreeze or invite first"));
    }
    if guards::outranks(&known, actor) {
        return Err(Denial::Guard("this person may more than you; a reset needs somebody who may as much").into());
    }
    Ok(())
}

/// Says whether a role asks whoever holds it for a second factor.
pub fn require_factor(tx: &mut Tx<'_>, actor: &Actor, role: security::RoleId, required: bool) -> Done<()> {
    entrust(actor, Task::ManageRoles)?;
    let is_own = actor.roles().iter().any(|held| held.role.id == role);
    if is_own && !required && rights::roles_with_factor(tx)?.contains(&role) {
        return Err(Denial::Guard("nobody takes a second factor from the own roles; somebody else who manages roles can").into());
    }
    tx.about("roles", role.0);
    rights::require_factor(tx, role, required)?;
    Ok(())
}

/// Whether a role asks for a second factor.
pub fn asks_for_factor(tx: &mut Tx<'_>, _: &Actor, role: security::RoleId) -> Done<bool> {
    Ok(rights::roles_with_factor(tx)?.contains(&role))
}
