//! The kinds of things whose present state the trail tells: records, people, roles and who holds them.
//!
//! A [`Told`] says which table keeps them and which key of a change speaks of which column. What lies in several rows,
//! the levels of a role or the parent of a unit, is put together by a function of its own.
//! Not here: comparing ([`super::kept`]), shares ([`super::shares`]). Proved by `crates/store/tests/it/trail_rows.rs`.

use super::kept::sorted;
use crate::{Fault, Tx};
use catalogue::{RowId, Table};
use serde_json::{Map, Value, json};

type Parts = fn(&mut Tx<'_>, RowId) -> Result<Map<String, Value>, Fault>;

/// One kind.
pub(super) struct Told {
    /// What the changes call it.
    pub(super) set: String,
    /// Where it lies.
    pub(super) table: String,
    /// Which rows of it: SQL about `r`.
    pub(super) only: Option<&'static str>,
    /// The key in a change, and the column it speaks of.
    pub(super) columns: Vec<(String, String)>,
    /// A column that no change speaks of must be empty.
    pub(super) whole: bool,
    /// Its rows are never deleted: a change without new state ends them.
    pub(super) ends: bool,
    /// What lies elsewhere, by key.
    pub(super) parts: Option<Parts>,
}

/// All of them.
pub(super) fn kinds(tx: &mut Tx<'_>) -> Result<Vec<Told>, Fault> {
    crate::rights::catalogue(tx)?;
    let records = tx.catalogue().tables().iter().map(record).collect::<Vec<_>>();
    let rights = [
        right("users", "sys_principals", Some("r.kind = 'user'"), &["name", "email", "title", "unit", "state"], Some(user_parts)),
        Told {
            columns: keys(&[("name", "name"), ("unit", "unit"), ("kind", "team_kind"), ("is_default", "is_default")]),
            ..right("teams", "sys_principals", Some("r.kind = 'team'"), &[], None)
        },
        right("business_units", "sys_units", None, &["name"], Some(unit_parts)),
        right("columns", "sys_columns", None, &["set_name", "name", "label", "help", "kind", "shape", "listed", "searched"], None),
        right("roles", "sys_roles", None, &["name", "team_only"], Some(role_parts)),
        right("field_profiles", "sys_profiles", None, &["name"], Some(profile_parts)),
        grant("role_grants", "sys_role_grants", &[("role", "role"), ("principal", "principal"), ("reason", "reason"), ("until", "until")]),
        grant(
            "profile_grants",
            "sys_profile_grants",
            &[("profile", "profile"), ("principal", "principal"), ("reason", "reason"), ("until", "until")],
        ),
        grant("read_only", "sys_read_only", &[("principal", "principal"), ("set", "set_name")]),
        grant("members", "sys_members", &[("team", "team"), ("user", "user_id")]),
        grant("team_templates", "sys_team_templates", &[("set", "set_name"), ("name", "name"), ("mask", "mask")]),
        grant("record_teams", "sys_record_teams", &[("template", "template"), ("set", "set_name"), ("row", "row_id"), ("team", "team")]),
    ];
    Ok(records.into_iter().chain(rights).collect())
}

fn record(table: &Table) -> Told {
    let stamps = ["version", "modified_on", "modified_by"];
    let mut columns = Vec::new();
    for column in table.columns.iter().filter(|column| !stamps.contains(&column.name.as_str())) {
        columns.push((column.name.clone(), column.name.clone()));
        if column.kind.is_poly() {
            let set = format!("{}__set", column.name);
            columns.push((set.clone(), set));
        }
    }
    Told { set: table.set.clone(), table: table.set.clone(), only: None, columns, whole: true, ends: false, parts: None }
}

fn right(set: &str, table: &str, only: Option<&'static str>, columns: &[&str], parts: Option<Parts>) -> Told {
    let columns = columns.iter().map(|column| ((*column).to_owned(), (*column).to_owned())).collect();
    Told { set: set.to_owned(), table: table.to_owned(), only, columns, whole: false, ends: false, parts }
}

fn grant(set: &str, table: &str, columns: &[(&str, &str)]) -> Told {
    Told { columns: keys(columns), ends: true, ..right(set, table, None, &[], None) }
}

fn keys(columns: &[(&str, &str)]) -> Vec<(String, String)> {
    columns.iter().map(|(key, column)| ((*key).to_owned(), (*column).to_owned())).collect()
}

fn map(key: &str, value: Value) -> Map<String, Value> {
    Map::from_iter([(key.to_owned(), value)])
}

fn user_parts(tx: &mut Tx<'_>, id: RowId) -> Result<Map<String, Value>, Fault> {
    let row = tx.row("SELECT manager FROM sys_managers WHERE user_id = ?1 AND ended IS NULL", &[id.into()])?;
    let manager = row.map(|row| row.id(0)).transpose()?;
    Ok(map("manager", json!(manager.map(|id| id.to_string()))))
}

fn unit_parts(tx: &mut Tx<'_>, id: RowId) -> Result<Map<String, Value>, Fault> {
    let row = tx.row("SELECT parent FROM sys_unit_parents WHERE unit = ?1 AND ended IS NULL", &[id.into()])?;
    let parent = row.map(|row| row.opt_id(0)).transpose()?.flatten();
    Ok(map("parent", json!(parent.map(|id| id.to_string()))))
}

fn role_parts(tx: &mut Tx<'_>, id: RowId) -> Result<Map<String, Value>, Fault> {
    let mut levels = Map::new();
    for row in tx.rows("SELECT set_name, levels FROM sys_role_levels WHERE role = ?1 AND ended IS NULL", &[id.into()])? {
        levels.insert(row.text(0)?, json!(row.text(1)?));
    }
    let rows = tx.rows("SELECT task FROM sys_role_tasks WHERE role = ?1 AND ended IS NULL", &[id.into()])?;
    let tasks = rows.iter().map(|row| row.text(0).map(Value::String)).collect::<Result<Vec<_>, Fault>>()?;
    let mut parts = map("levels", Value::Object(levels));
    parts.insert("tasks".to_owned(), sorted(Value::Array(tasks)));
    Ok(parts)
}

fn profile_parts(tx: &mut Tx<'_>, id: RowId) -> Result<Map<String, Value>, Fault> {
    let rows = tx.rows(
        "SELECT set_name, column_name, can_read, can_create, can_update FROM sys_profile_columns WHERE profile = ?1 AND ended IS NULL",
        &[id.into()],
    )?;
    let mut grants = Vec::new();
    for row in rows {
        let mut given = Vec::new();
        for (n, word) in [(2, "read"), (3, "create"), (4, "update")] {
            if row.flag(n)? {
                given.push(word);
            }
        }
        grants.push(json!(format!("{}.{} {}", row.text(0)?, row.text(1)?, given.join(" "))));
    }
    Ok(map("grants", sorted(Value::Array(grants))))
}
