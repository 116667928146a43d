//! The rule as SQL: the second reader of [`Rule`].
//!
//! The match has no `_`: a new kind of rule does not compile until it can be asked in SQL.
//! Not here: the rule's meaning in memory ([`Rule::holds`]). Proved by `crates/store/tests/it/two_readers.rs`.

use crate::sql::{Sql, name};
use catalogue::{Catalogue, Column, Ownership, Table, Value};
use security::{PrincipalId, Privilege, Rule};
use std::collections::BTreeSet;

/// The lookups through which rights reach a row of this table.
pub(crate) fn link_columns(table: &Table) -> Vec<&Column> {
    match &table.ownership {
        Ownership::Parent(column) => table.column(*column).into_iter().collect(),
        Ownership::Ends(ends) => ends.iter().filter_map(|c| table.column(*c)).collect(),
        Ownership::Principal | Ownership::Organisation => Vec::new(),
    }
}

/// Writes a condition that is true for exactly the rows of `alias` for which the rule holds.
pub(crate) fn push_rule(sql: &mut Sql, catalogue: &Catalogue, table: &Table, rule: &Rule, alias: &str, now: i64) {
    match rule {
        Rule::Nothing => {
            sql.push("1 = 0");
        }
        Rule::Everything => {
            sql.push("1 = 1");
        }
        Rule::Owner(owners) => {
            sql.push(alias).push(".owner IN ").list(owners.iter().map(|o| Value::Id(o.0)));
        }
        Rule::NotOwner(owners) => {
            // What is not known does not match, neither one by one nor in a list of none.
            sql.push("(").push(alias).push(".owner IS NOT NULL");
            if !owners.is_empty() {
                sql.push(" AND ").push(alias).push(".owner NOT IN ").list(owners.iter().map(|o| Value::Id(o.0)));
            }
            sql.push(")");
        }
        Rule::Unit(units) => {
            sql.push(alias).push(".owning_unit IN ").list(units.iter().map(|u| Value::Id(u.0)));
        }
        Rule::Shared { with, privilege } => {
            sql.push(alias).push(".id IN (SELECT s.row_id ");
            push_shares(sql, &table.set, with, *privilege, now);
            sql.push(")");
        }
        Rule::Linked { column, to } => push_linked(sql, catalogue, table, *column, to, alias, now),
        Rule::Any(rules) => push_joined(sql, catalogue, table, rules, " OR ", "1 = 0", alias, now),
        Rule::All(rules) => push_joined(sql, catalogue, table, rules, " AND ", "1 = 1", alias, now),
    }
}

#[allow(clippy::too_many_arguments)]
fn push_joined(sql: &mut Sql, catalogue: &Catalogue, table: &Table, rules: &[Rule], word: &str, none: &str, alias: &str, now: i64) {
    if rules.is_empty() {
        sql.push(none);
        return;
    }
    sql.push("(");
    for (n, rule) in rules.iter().enumerate() {
        if n > 0 {
            sql.push(word);
        }
        push_rule(sql, catalogue, table, rule, alias, now);
    }
    sql.push(")");
}

fn push_linked(
    sql: &mut Sql,
    catalogue: &Catalogue,
    table: &Table,
    column: catalogue::ColumnId,
    to: &[(catalogue::TableId, Rule)],
    alias: &str,
    now: i64,
) {
    let Some(link) = table.column(column) else {
        sql.push("1 = 0");
        return;
    };
    let inner = format!("{alias}p");
    sql.push("(1 = 0");
    for (target, rule) in to {
        let Some(parent) = catalogue.table(*target) else { continue };
        sql.push(" OR (");
        if link.kind.is_poly() {
            sql.push(alias).push(".").push(&name(&format!("{}__set", link.name))).push(" = ").bind(parent.set.as_str()).push(" AND ");
        }
        sql.push("EXISTS (SELECT 1 FROM ").push(&name(&parent.set)).push(" ").push(&inner).push(" WHERE ");
        sql.push(&inner).push(".id = ").push(alias).push(".").push(&name(&link.name)).push(" AND ");
        push_rule(sql, catalogue, parent, rule, &inner, now);
        sql.push("))");
    }
    sql.push(")");
}

/// `FROM sys_shares s WHERE …`: live shares of this table that name one of these and carry the privilege.
/// An inherited share counts only while the share it came from is live, and so on upwards.
pub(crate) fn push_shares(sql: &mut Sql, set: &str, with: &BTreeSet<PrincipalId>, privilege: Privilege, now: i64) {
    sql.push("FROM sys_shares s WHERE s.principal IN ").list(with.iter().map(|p| Value::Id(p.0)));
    sql.push(" AND s.set_name = ").bind(set).push(" AND (s.mask & ").bind(privilege.bit()).push(") <> 0 AND ");
    push_live(sql, now);
}

/// The condition that share `s` is live.
pub(crate) fn push_live(sql: &mut Sql, now: i64) {
    sql.push("s.ended IS NULL AND (s.until IS NULL OR s.until > ").bind(now).push(")");
    sql.push(" AND (s.inherited IS NULL OR NOT EXISTS (WITH RECURSIVE up(id) AS (SELECT s.inherited UNION SELECT p.inherited FROM sys_shares p JOIN up ON p.id = up.id WHERE p.inherited IS NOT NULL)");
    sql.push(" SELECT 1 FROM up LEFT JOIN sys_shares d ON d.id = up.id WHERE d.id IS NULL OR d.ended IS NOT NULL OR d.until <= ");
    sql.bind(now).push("))");
}
