//! Where a person stands: unit, manager, name and job.
//!
//! A move changes what unit levels reach and which default team one is in, so nobody moves themselves, and moving
//! somebody into or out of a unit whose team holds roles asks for the task to assign them. Whoever moves says which rows
//! follow ([`super::Follow`]). A team moves alike ([`super::move_team`]).
//! Not here: moving the unit itself ([`super::move_unit`]), the rows on their way (`run_follow`).
//! Proved by `crates/crm/tests/it/guards.rs` and `crates/crm/tests/it/moving.rs`.

use super::follow::{self, Follow, Mover};
use super::guards;
use crate::{Done, Problem};
use catalogue::RowId;
use security::{Actor, Denial, PrincipalId, Task, UnitId, UserState, entrust};
use store::{Tx, accounts};

/// Moves a person to another unit. Answers the job by which rows follow, where there are any.
///
/// Which rows follow must be said where the unit changes.
pub fn move_to(tx: &mut Tx<'_>, actor: &Actor, user: PrincipalId, unit: UnitId, rows: Option<Follow>) -> Done<Option<RowId>> {
    entrust(actor, Task::ManageUsers)?;
    let person = accounts::user(tx, user)?.ok_or(Denial::NotThere)?;
    tx.about("users", user.0);
    if accounts::unit(tx, unit)?.is_none() {
        return Err(Problem::column("business_unit", "there is no such business unit"));
    }
    if person.unit == unit {
        return Ok(None);
    }
    guards::not_moving_own(actor, user)?;
    for unit in [person.unit, unit] {
        let team = guards::default_team(tx, unit)?;
        guards::membership(tx, actor, team, user)?;
    }
    let rows = Follow::chosen(rows)?;
    accounts::move_user(tx, user, unit)?;
    guards::keep_an_administrator(tx)?;
    follow::begin(tx, actor, &Mover { id: user, name: person.name, is_team: false }, unit, rows)
}

/// Says whom a person reports to.
pub fn set_manager(tx: &mut Tx<'_>, actor: &Actor, user: PrincipalId, manager: Option<PrincipalId>) -> Done<()> {
    entrust(actor, Task::ManageUsers)?;
    tx.about("users", user.0);
    if let Some(manager) = manager
        && accounts::user(tx, user)?.is_none_or(|person| person.manager != Some(manager))
    {
        works_here(tx, manager)?;
    }
    Ok(accounts::set_manager(tx, user, manager)?)
}

/// Nobody comes to report to somebody who was shut out for good; whoever does so already goes on.
pub(super) fn works_here(tx: &mut Tx<'_>, manager: PrincipalId) -> Done<()> {
    match accounts::user(tx, manager)?.map(|person| person.state) {
        None => Err(Problem::column("manager", "there is no such person")),
        Some(UserState::Disabled | UserState::Erased) => Err(Problem::column("manager", "this person does not work here any more")),
        Some(UserState::Invited | UserState::Active | UserState::Frozen) => Ok(()),
    }
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
