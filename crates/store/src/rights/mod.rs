//! What was given to whom: roles, field profiles, secured columns, and the numbers that say when it changed.
//!
//! Rows of rights are never deleted and never changed but for setting `ended` once, so a past moment is a query; now is
//! what has no `ended` and no `until` that has come. Every change here takes [`lock`], so that two changes of rights
//! never pass each other, and raises a number, so that what is kept of a person between transactions is known to be old.
//! Not here: what a right means (`security`), who may give it (`crm`), shares of rows.
//! Start reading at [`standing`]. Proved by `crates/store/tests/it/rights.rs`.

mod grants;
mod holders;
mod profiles;
mod read_only;
mod required;
mod roles;
mod secured;
mod standing;

pub use grants::{
    ProfileGrant, RoleGrant, give_profile, give_role, grants_of, holders, profile_grants_of, profile_holders, take_profile, take_profiles,
    take_role, take_roles,
};
pub use holders::{active_holders_of_role, lasting_administrators, users_with_task};
pub use profiles::{ProfileDraft, profile, profiles, save_profile};
pub use read_only::{end_read_only, make_read_only, read_only};
pub use required::{needs_factor, require_factor, roles_with_factor};
pub use roles::{RoleDraft, install_shipped, role, roles, save_role};
pub(crate) use secured::Shaped;
pub use secured::{catalogue, may_be_secured, set_secured};
pub use standing::{earliest_end, standing};

use crate::sql::Dialect;
use crate::{Fault, Tx};
use security::PrincipalId;

/// What must be equal for what was kept of a person to be true still.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Numbers {
    /// Raised by every change of the user's own rights.
    pub user: i64,
    /// Raised by every change that concerns more than one person.
    pub organisation: i64,
}

/// The numbers of a user's rights; zeros for nobody.
pub fn numbers(tx: &mut Tx<'_>, user: PrincipalId) -> Result<Numbers, Fault> {
    let row =
        tx.row("SELECT r.number, p.number FROM sys_rights r LEFT JOIN sys_principals p ON p.id = ?1 WHERE r.one = 1", &[user.0.into()])?;
    let row = row.ok_or_else(|| Fault::broken("the number of rights is gone"))?;
    Ok(Numbers { organisation: row.int(0)?, user: row.opt_int(1)?.unwrap_or(0) })
}

/// Says that the user's rights changed.
pub fn raise_user(tx: &mut Tx<'_>, user: PrincipalId) -> Result<(), Fault> {
    lock(tx)?;
    tx.run("UPDATE sys_principals SET number = number + 1 WHERE id = ?1", &[user.0.into()])?;
    Ok(())
}

/// Says that rights of more than one person changed.
pub fn raise_organisation(tx: &mut Tx<'_>) -> Result<(), Fault> {
    tx.run("UPDATE sys_rights SET number = number + 1 WHERE one = 1", &[])?;
    Ok(())
}

/// Lets one change of rights happen at a time.
///
/// On PostgreSQL the row is written, not only locked: whoever waited here with an older picture must run again, or two
/// administrators could each take the other's role.
pub(crate) fn lock(tx: &mut Tx<'_>) -> Result<(), Fault> {
    if tx.dialect() == Dialect::Postgres {
        tx.run("UPDATE sys_rights SET number = number WHERE one = 1", &[])?;
    }
    Ok(())
}
