//! What roles there are and what each holds.
//!
//! A role's name is known to everybody; what it holds, to whoever manages or assigns roles or views access. A new role
//! is empty. A role one holds may be narrowed by oneself, never widened, and System Administrator stays as it is.
//! Not here: who was given it ([`super::give_role`]). Proved by `crates/crm/tests/it/guards.rs`.

use super::guards;
use crate::{Done, Error};
use security::{Actor, Denial, Role, RoleId, Task, entrust};
use store::rights::{RoleDraft, RoleGrant};
use store::{Tx, rights};

/// A role in the list.
#[derive(Clone, Debug)]
pub struct RoleLine {
    /// Its id.
    pub id: RoleId,
    /// Its name.
    pub name: String,
    /// It came with the product.
    pub is_shipped: bool,
    /// To how many users and teams it was given; none for whoever may not know.
    pub given: Option<usize>,
}

/// A role, opened.
#[derive(Clone, Debug)]
pub struct RoleSheet {
    /// The role.
    pub role: Role,
    /// It came with the product.
    pub is_shipped: bool,
    /// Whoever holds it needs a second factor.
    pub requires_second_factor: bool,
    /// To whom it was given.
    pub holders: Vec<RoleGrant>,
    /// Whether who asks may save it.
    pub may_edit: bool,
    /// Why some or all of it cannot be changed by who asks, in words.
    pub guard: Option<&'static str>,
}

/// All roles, by name.
pub fn roles(tx: &mut Tx<'_>, actor: &Actor) -> Done<Vec<RoleLine>> {
    let sees = may_see(actor);
    let mut lines = Vec::new();
    for role in rights::roles(tx)? {
        let given = if sees { Some(rights::holders(tx, role.id)?.len()) } else { None };
        lines.push(RoleLine { id: role.id, name: role.name, is_shipped: is_shipped(role.id), given });
    }
    Ok(lines)
}

/// One role with what it holds and who holds it.
pub fn role(tx: &mut Tx<'_>, actor: &Actor, id: RoleId) -> Done<RoleSheet> {
    if !may_see(actor) {
        entrust(actor, Task::ManageRoles)?;
    }
    let role = rights::role(tx, id)?.ok_or(Denial::NotThere)?;
    let holders = rights::holders(tx, id)?;
    let requires_second_factor = rights::roles_with_factor(tx)?.contains(&id);
    let manages = entrust(actor, Task::ManageRoles).is_ok();
    let is_own = actor.roles().iter().any(|held| held.role.id == id);
    let guard = match id == crate::setup::SYSTEM_ADMINISTRATOR {
        true => Some("System Administrator stays as it is, so that somebody may always everything"),
        false if manages && is_own => Some("you hold this role: you may take from it, somebody else may add to it"),
        false => None,
    };
    let may_edit = manages && id != crate::setup::SYSTEM_ADMINISTRATOR;
    Ok(RoleSheet { role, is_shipped: is_shipped(id), requires_second_factor, holders, may_edit, guard })
}

/// Keeps a role as the draft says; without an id it is a new one.
pub fn save_role(tx: &mut Tx<'_>, actor: &Actor, draft: &RoleDraft) -> Done<RoleId> {
    entrust(actor, Task::ManageRoles)?;
    if let Some(id) = draft.id {
        let old = rights::role(tx, id)?.ok_or(Error::Denied(Denial::NotThere))?;
        tx.about("roles", id.0);
        guards::definition(actor, &old, draft)?;
    }
    let id = rights::save_role(tx, draft)?;
    tx.about("roles", id.0);
    Ok(id)
}

fn may_see(actor: &Actor) -> bool {
    [Task::ManageRoles, Task::AssignRoles, Task::ViewAccess].into_iter().any(|task| entrust(actor, task).is_ok())
}

fn is_shipped(id: RoleId) -> bool {
    (0x101..=0x109).contains(&id.0.0.as_u128())
}
