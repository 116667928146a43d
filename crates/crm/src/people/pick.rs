//! Choosing somebody: the picker of owners and of whom to share with, and oneself.
//!
//! Names are known to every active user, so they are found by everybody; addresses only by whoever may know them.
//! Not here: the list of people ([`super::list`]). Proved by `crates/crm/tests/it/people.rs`.

use super::oversees;
use crate::Done;
use catalogue::text;
use security::{Actor, Denial, PrincipalId, Task, UnitId, entrust};
use store::accounts::{self, PrincipalName};
use store::{Fault, Tx};

/// So many are looked through for whoever finds by name only.
const LOOKED_THROUGH: usize = 500;

/// Who is signed in, for the frame of a page.
#[derive(Clone, Debug)]
pub struct Me {
    /// The id.
    pub user: PrincipalId,
    /// The name.
    pub name: String,
    /// The address.
    pub email: String,
    /// The unit.
    pub unit: UnitId,
    /// What the organisation is called.
    pub organisation: String,
    /// The tasks held: what to offer. Every verb asks again.
    pub tasks: Vec<Task>,
}

/// Who is signed in.
pub fn me(tx: &mut Tx<'_>, actor: &Actor) -> Done<Me> {
    let user = accounts::user(tx, actor.user())?.ok_or(Denial::SignIn)?;
    let organisation = accounts::organisation_name(tx)?;
    let tasks = Task::ALL.iter().copied().filter(|task| entrust(actor, *task).is_ok()).collect();
    Ok(Me { user: user.id, name: user.name, email: user.email, unit: user.unit, organisation, tasks })
}

/// Those whose records a filter may ask for, by name: also people who were frozen or disabled, who still own some.
pub fn pick_owners(tx: &mut Tx<'_>, actor: &Actor, part: &str, limit: usize) -> Result<Vec<(PrincipalId, PrincipalName)>, Fault> {
    if oversees(actor) {
        return accounts::find_owners(tx, part, limit);
    }
    let found = accounts::find_owners(tx, part, LOOKED_THROUGH)?;
    Ok(by_name(found, part, limit))
}

fn by_name(found: Vec<(PrincipalId, PrincipalName)>, part: &str, limit: usize) -> Vec<(PrincipalId, PrincipalName)> {
    let key = text::key(part);
    found.into_iter().filter(|(_, known)| text::key(&known.name).contains(&key)).take(limit).collect()
}

/// Active people and owner teams whose name has this text, by name; by address too for whoever may know addresses.
pub fn pick(tx: &mut Tx<'_>, actor: &Actor, part: &str, limit: usize) -> Result<Vec<(PrincipalId, PrincipalName)>, Fault> {
    if oversees(actor) || part.trim().is_empty() {
        return accounts::find_principals(tx, part, limit);
    }
    let found = accounts::find_principals(tx, part, LOOKED_THROUGH)?;
    Ok(by_name(found, part, limit))
}
