//! Where a person stands: unit, manager, name and job.
//!
//! A move changes what unit levels reach and which default team one is in, so nobody moves themselves, and moving
//! somebody into or out of a unit whose team holds roles asks for the task to assign them. Rows stay where they are.
//! Not here: moving the unit itself ([`super::move_unit`]). Proved by `crates/crm/tests/it/guards.rs`.

use super::guards;
use crate::{Done, Problem};
use security::{Actor, Denial, PrincipalId, Task, UnitId, entrust};
use store::{Tx, accounts};

/// Moves a person to another unit.
pub fn move_to(tx: &mut Tx<'_>, actor: &Actor, user: PrincipalId, unit: UnitId) -> Done<()> {
    entrust(actor, Task::ManageUsers)?;
    let person = accounts::user(tx, user)?.ok_or(Denial::NotThere)?;
    tx.about("users", user.0);
    if accounts::unit(tx, unit)?.is_none() {
        return Err(Problem::column("business_unit", "there is no such business unit"));
    }
    if person.unit == unit {
        return Ok(());
    }
    if user == actor.user() {
        return Err(Denial::Guard("nobody moves themselves: a unit decides what your roles reach; somebody else can").into());
    }
    for unit in [person.unit, unit] {
        let team = guards::default_team(tx, unit)?;
        guards::membership(tx, actor, team, user)?;
    }
    accounts::move_user(tx, user, unit)?;
    guards::keep_an_administrator(tx)
}

/// Says whom a person reports to.
pub fn set_manager(tx: &mut Tx<'_>, actor: &Actor, user: PrincipalId, manager: Option<PrincipalId>) -> Done<()> {
    entrust(actor, Task::ManageUsers)?;
    tx.about("users", user.0);
    if let Some(manager) = manager
        && accounts::user(tx, manager)?.is_none()
    {
        return Err(Problem::column("manager", "there is no such person"));
    }
    Ok(accounts::set_manager(tx, user, manager)?)
}

/// Gives a person another name and job.
pub fn describe(tx: &mut Tx<'_>, actor: &Actor, user: PrincipalId, name: &str, title: Option<&str>) -> Done<()> {
    entrust(actor, Task::ManageUsers)?;
    tx.about("users", user.0);
    if name.chars().count() > 160 {
        return Err(Problem::column("name", "at most 160 characters"));
    }
    let title = title.map(str::trim).filter(|title| !title.is_empty());
    Ok(accounts::describe_user(tx, user, name, title)?)
}
