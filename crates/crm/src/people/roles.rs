//! Giving and taking roles.
//!
//! Whoever assigns roles gives any role to anyone but themselves; a team's role counts as its members' own. A role with
//! an end never makes the last administrator temporary.
//! Not here: what a role holds ([`super::save_role`]). Source: security-model 8. Proved by `crates/crm/tests/it/guards.rs`.

use super::enable::not_shut_out;
use super::guards;
use crate::{Done, Error, Problem};
use security::{Actor, Denial, PrincipalId, RoleId, Task, entrust};
use store::{Tx, accounts, rights};

/// A role to give.
#[derive(Clone, Debug)]
pub struct GiveAsk {
    /// Which.
    pub role: RoleId,
    /// To a user or an owner team.
    pub to: PrincipalId,
    /// Why.
    pub reason: Option<String>,
    /// When it ends by itself, microseconds UTC.
    pub until: Option<i64>,
}

/// Gives a role; given again, the reason and the end are those said last.
pub fn give_role(tx: &mut Tx<'_>, actor: &Actor, ask: &GiveAsk) -> Done<()> {
    entrust(actor, Task::AssignRoles)?;
    let set = set_of(tx, ask.to)?;
    tx.about(set, ask.to.0);
    guards::not_own(actor, ask.to)?;
    not_shut_out(tx, ask.to)?;
    let reason = ask.reason.as_deref().map(str::trim).filter(|reason| !reason.is_empty());
    if reason.is_some_and(|reason| reason.chars().count() > 500) {
        return Err(Problem::column("reason", "at most 500 characters"));
    }
    rights::give_role(tx, ask.role, ask.to, reason, ask.until)?;
    guards::keep_an_administrator(tx)
}

/// Takes a role.
pub fn take_role(tx: &mut Tx<'_>, actor: &Actor, role: RoleId, from: PrincipalId) -> Done<()> {
    entrust(actor, Task::AssignRoles)?;
    let set = set_of(tx, from)?;
    tx.about(set, from.0);
    guards::not_own(actor, from)?;
    if !rights::take_role(tx, role, from)? {
        return Err(Error::Denied(Denial::NotThere));
    }
    guards::keep_an_administrator(tx)
}

/// `users` or `teams`; whoever is neither is not there.
pub(super) fn set_of(tx: &mut Tx<'_>, principal: PrincipalId) -> Done<&'static str> {
    if accounts::user(tx, principal)?.is_some() {
        return Ok("users");
    }
    accounts::team(tx, principal)?.map(|_| "teams").ok_or(Error::Denied(Denial::NotThere))
}
