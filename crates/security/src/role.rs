//! Roles and field profiles: what is given to users and teams.
//!
//! A new role is empty. A table that a role does not name has the levels of [`Role::others`], which is none for all
//! but the System Administrator (security-model 10).
//! Not here: who holds them ([`crate::Standing`]). Proved by `crates/security/tests/it/main.rs`.

use crate::level::Tasks;
use crate::{AccessLevel, Levels, Privilege, RoleId};
use catalogue::{Ownership, RowId, Table};
use std::collections::BTreeMap;

/// A named set of privileges and tasks.
#[derive(Clone, Debug, PartialEq)]
pub struct Role {
    /// Its id.
    pub id: RoleId,
    /// Its name, unique.
    pub name: String,
    /// Given to a team, its `user` level reaches the rows of the team alone.
    pub team_only: bool,
    /// Levels by set.
    pub privileges: BTreeMap<String, Levels>,
    /// Levels on every table not named.
    pub others: Levels,
    /// Tasks held.
    pub tasks: Tasks,
}

impl Role {
    /// The level this role gives for a privilege on a table. A table owned by the organisation knows none and
    /// organisation only: anything narrower counts as none.
    pub fn level(&self, table: &Table, privilege: Privilege) -> AccessLevel {
        let level = self.privileges.get(&table.set).unwrap_or(&self.others).of(privilege);
        match table.ownership {
            Ownership::Principal => level,
            Ownership::Organisation if level == AccessLevel::Organisation => level,
            _ => AccessLevel::None,
        }
    }
}

/// What a field profile grants on one secured column.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ColumnGrant {
    /// The table's set.
    pub set: String,
    /// The column's name.
    pub column: String,
    /// Its value is seen.
    pub read: bool,
    /// It may be filled at create.
    pub create: bool,
    /// It may be changed.
    pub update: bool,
}

/// A named set of grants on secured columns.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Profile {
    /// Its id.
    pub id: RowId,
    /// Its name.
    pub name: String,
    /// What it grants.
    pub grants: Vec<ColumnGrant>,
}
