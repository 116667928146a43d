//! What principals and units are called, for lists, pickers and the trail.
//!
//! Names of users, teams and units are known to every active user; nothing else about them is said here.
//! Not here: whole users and teams ([`super::User`], [`super::Team`]). Proved by `crates/store/tests/it/accounts.rs`.

use super::users::{state_of, within};
use crate::sql::{Row, Sql};
use crate::{Fault, Tx};
use catalogue::text;
use security::{PrincipalId, UnitId, UserState};
use std::collections::HashMap;

/// What a principal is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PrincipalKind {
    /// A person.
    User,
    /// A team.
    Team,
    /// Everybody.
    Organisation,
    /// The command line without a person.
    Operator,
}

impl PrincipalKind {
    /// The word in API and database.
    pub fn name(self) -> &'static str {
        match self {
            PrincipalKind::User => "user",
            PrincipalKind::Team => "team",
            PrincipalKind::Organisation => "organisation",
            PrincipalKind::Operator => "operator",
        }
    }

    /// Reads [`PrincipalKind::name`].
    pub fn parse(name: &str) -> Option<PrincipalKind> {
        use PrincipalKind::{Operator, Organisation, Team, User};
        [User, Team, Organisation, Operator].into_iter().find(|k| k.name() == name)
    }
}

/// What a principal is called.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PrincipalName {
    /// What people read.
    pub name: String,
    /// What it is.
    pub kind: PrincipalKind,
    /// Where a user stands; `Active` for all others.
    pub state: UserState,
}

fn read(row: &Row) -> Result<(PrincipalId, PrincipalName), Fault> {
    let kind = PrincipalKind::parse(&row.text(2)?).ok_or_else(|| Fault::broken("a principal of no kind"))?;
    Ok((PrincipalId(row.id(0)?), PrincipalName { name: row.text(1)?, kind, state: state_of(&row.text(3)?)? }))
}

/// What these principals are called. Whoever is not there is left out.
pub fn names(tx: &mut Tx<'_>, ids: &[PrincipalId]) -> Result<HashMap<PrincipalId, PrincipalName>, Fault> {
    let mut found = HashMap::new();
    for some in ids.chunks(200) {
        let mut sql = Sql::new("SELECT id, name, kind, state FROM sys_principals WHERE id IN ");
        sql.list(some.iter().map(|id| id.0.into()));
        for row in tx.ask(&sql)? {
            found.extend([read(&row)?]);
        }
    }
    Ok(found)
}

/// What these units are called.
pub fn unit_names(tx: &mut Tx<'_>, ids: &[UnitId]) -> Result<HashMap<UnitId, String>, Fault> {
    let mut found = HashMap::new();
    for some in ids.chunks(200) {
        let mut sql = Sql::new("SELECT id, name FROM sys_units WHERE id IN ");
        sql.list(some.iter().map(|id| id.0.into()));
        for row in tx.ask(&sql)? {
            found.insert(UnitId(row.id(0)?), row.text(1)?);
        }
    }
    Ok(found)
}

/// Those a row may be given to: active users and owner teams whose name or address has this text, by name.
pub fn find_principals(tx: &mut Tx<'_>, part: &str, limit: usize) -> Result<Vec<(PrincipalId, PrincipalName)>, Fault> {
    find(tx, "state = 'active'", part, limit)
}

/// Those who may own rows now: the same, and people who were frozen or disabled with rows of theirs.
pub fn find_owners(tx: &mut Tx<'_>, part: &str, limit: usize) -> Result<Vec<(PrincipalId, PrincipalName)>, Fault> {
    find(tx, "state IN ('active', 'frozen', 'disabled')", part, limit)
}

fn find(tx: &mut Tx<'_>, states: &str, part: &str, limit: usize) -> Result<Vec<(PrincipalId, PrincipalName)>, Fault> {
    let mut sql = Sql::new("SELECT id, name, kind, state FROM sys_principals WHERE (kind = 'user' OR team_kind = 'owner') AND ");
    sql.push(states);
    if !part.trim().is_empty() {
        sql.push(" AND (name_key LIKE ").bind(within(&text::key(part)));
        sql.push(" ESCAPE '!' OR email_key LIKE ").bind(within(&text::address_key(part))).push(" ESCAPE '!')");
    }
    sql.push(" ORDER BY name_key, id LIMIT ").bind(limit as i64);
    tx.ask(&sql)?.iter().map(read).collect()
}
