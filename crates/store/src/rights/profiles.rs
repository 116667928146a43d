//! Field profiles as they are kept: one row per column they grant, each with a since and an end.
//!
//! Saving writes only what changed, like a role. A grant may name a column that is not secured today: it begins to
//! matter when the column is.
//! Not here: who holds a profile ([`super::profile_grants_of`]). Proved by `crates/store/tests/it/rights.rs`.

use super::{lock, raise_organisation};
use crate::accounts::{AccountError, Problem, by, named, plain};
use crate::sql::Sql;
use crate::{Fault, Tx};
use catalogue::RowId;
use security::{ColumnGrant, Profile};
use serde_json::json;

/// A profile as somebody wants it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProfileDraft {
    /// Which profile; none makes one.
    pub id: Option<RowId>,
    /// Its name, unique.
    pub name: String,
    /// What it grants; one grant per column.
    pub grants: Vec<ColumnGrant>,
}

/// One profile.
pub fn profile(tx: &mut Tx<'_>, id: RowId) -> Result<Option<Profile>, Fault> {
    Ok(load(tx, Some(&[id]))?.pop())
}

/// All profiles, by name.
pub fn profiles(tx: &mut Tx<'_>) -> Result<Vec<Profile>, Fault> {
    load(tx, None)
}

/// These profiles, or all.
pub(super) fn load(tx: &mut Tx<'_>, ids: Option<&[RowId]>) -> Result<Vec<Profile>, Fault> {
    if ids.is_some_and(<[RowId]>::is_empty) {
        return Ok(Vec::new());
    }
    let only = |sql: &mut Sql, column: &str| {
        if let Some(ids) = ids {
            sql.push(&format!(" AND {column} IN ")).list(ids.iter().map(|id| (*id).into()));
        }
    };
    let mut sql = Sql::new("SELECT id, name FROM sys_profiles WHERE 1 = 1");
    only(&mut sql, "id");
    sql.push(" ORDER BY name_key, id");
    let mut found = Vec::new();
    for row in tx.ask(&sql)? {
        found.push(Profile { id: row.id(0)?, name: row.text(1)?, grants: Vec::new() });
    }
    let mut sql = Sql::new(
        "SELECT profile, set_name, column_name, can_read, can_create, can_update FROM sys_profile_columns
         WHERE ended IS NULL AND (until IS NULL OR until > ",
    );
    sql.bind(tx.now).push(")");
    only(&mut sql, "profile");
    sql.push(" ORDER BY set_name, column_name, id");
    for row in tx.ask(&sql)? {
        let id = row.id(0)?;
        let grant = ColumnGrant { set: row.text(1)?, column: row.text(2)?, read: row.flag(3)?, create: row.flag(4)?, update: row.flag(5)? };
        found.iter_mut().filter(|p| p.id == id).for_each(|p| p.grants.push(grant.clone()));
    }
    Ok(found)
}

/// Keeps a profile as the draft says, writing only what changed.
pub fn save_profile(tx: &mut Tx<'_>, draft: &ProfileDraft) -> Result<RowId, AccountError> {
    lock(tx)?;
    let (name, key) = named(&draft.name)?;
    let known = |g: &ColumnGrant| tx.catalogue.find(&g.set).is_some_and(|t| t.find(&g.column).is_some());
    if !draft.grants.iter().all(known) {
        return Err(Problem::Unknown.into());
    }
    let old = match draft.id {
        Some(id) => Some(profile(tx, id)?.ok_or(Problem::Unknown)?),
        None => None,
    };
    let id = old.as_ref().map_or_else(|| tx.new_id(), |old| old.id);
    match &old {
        None => tx.run(
            "INSERT INTO sys_profiles (id, name, name_key, created_on) VALUES (?1, ?2, ?3, ?4)",
            &[id.into(), plain(&name), plain(&key), tx.now.into()],
        )?,
        Some(_) => tx.run("UPDATE sys_profiles SET name = ?2, name_key = ?3 WHERE id = ?1", &[id.into(), plain(&name), plain(&key)])?,
    };
    let before = old.as_ref().map(|p| p.grants.clone()).unwrap_or_default();
    for gone in before.iter().filter(|g| !draft.grants.contains(g)) {
        tx.run(
            "UPDATE sys_profile_columns SET ended = ?4 WHERE profile = ?1 AND set_name = ?2 AND column_name = ?3 AND ended IS NULL",
            &[id.into(), plain(&gone.set), plain(&gone.column), tx.now.into()],
        )?;
    }
    for new in draft.grants.iter().filter(|g| !before.contains(g)) {
        grant(tx, id, new)?;
    }
    let said = |name: &str, grants: &[ColumnGrant]| json!({ "name": name, "grants": grants.iter().map(spell).collect::<Vec<_>>() });
    tx.changed("field_profiles", id, old.map(|p| said(&p.name, &p.grants)), Some(said(&name, &draft.grants)));
    raise_organisation(tx)?;
    Ok(id)
}

fn grant(tx: &mut Tx<'_>, profile: RowId, new: &ColumnGrant) -> Result<(), Fault> {
    let row = tx.new_id();
    tx.run(
        "INSERT INTO sys_profile_columns (id, profile, set_name, column_name, can_read, can_create, can_update, by_id, since)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
        &[
            row.into(),
            profile.into(),
            plain(&new.set),
            plain(&new.column),
            new.read.into(),
            new.create.into(),
            new.update.into(),
            by(tx),
            tx.now.into(),
        ],
    )?;
    Ok(())
}

fn spell(grant: &ColumnGrant) -> String {
    let ColumnGrant { set, column, read, create, update } = grant;
    let given = [(read, "read"), (create, "create"), (update, "update")];
    let given: Vec<&str> = given.into_iter().filter(|(given, _)| **given).map(|(_, word)| word).collect();
    format!("{set}.{column} {}", given.join(" "))
}
