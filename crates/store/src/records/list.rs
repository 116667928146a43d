//! Lists: a page of records under a permit, and how many there are.
//!
//! Two plans. When the reader's reach is small it is collected by index and sorted; else the order is walked and each
//! row tested by the rule. Pages go on from a key, never from an offset; the first sort column is walked in two phases,
//! filled cells then empty ones, so that its index serves. A sort by a lookup sorts by the names its reader may see.
//! Not here: which columns a view shows (`crm`). Proved by `crates/store/tests/it/records.rs`.

use super::filter::{Filter, push_filter};
use super::rule_sql::{push_rule, push_shares};
use super::{Record, meant_for_reading, open_columns, push_columns, reach_size, record_of, table_of};
use crate::sql::{Dialect, Sql, name};
use crate::{Fault, Tx};
use catalogue::{Catalogue, ColumnId, Kind, Table, Target, Value};
use security::{Permit, Rule};

/// Reaches up to this size are collected and sorted; larger ones are walked in order.
const SMALL: i64 = 5000;

/// What is asked of a list.
#[derive(Debug)]
pub struct Query<'p> {
    /// Which records.
    pub filter: Filter<'p>,
    /// In which order; the id follows as the last step.
    pub order: Vec<Order<'p>>,
    /// Only these columns, or all that are open.
    pub columns: Option<Vec<ColumnId>>,
    /// How many at most.
    pub limit: usize,
    /// Go on behind this place, as [`Page::next`] gave it.
    pub after: Option<Vec<Value>>,
}

impl Query<'_> {
    /// Whether [`Query::after`] is a place in this order: as many keys as it has steps, each of the kind that is compared
    /// there, and an id. A place that came from outside is asked this first.
    pub fn place_fits(&self, table: &Table) -> bool {
        let Some(place) = &self.after else { return true };
        let Some((last, keys)) = place.split_last() else { return false };
        let fits = |order: &Order<'_>, key: &Value| match (&order.by, key) {
            (_, Value::Null) => true,
            (OrderBy::Name(..), Value::Text(t)) => !t.contains('\0'),
            (OrderBy::Column(id), Value::Text(t)) => table.column(*id).is_some_and(|c| c.kind.is_text()) && !t.contains('\0'),
            (OrderBy::Column(id), Value::Id(_)) => {
                table.column(*id).is_some_and(|c| matches!(c.kind, Kind::Lookup(_) | Kind::Owner | Kind::Id | Kind::File))
            }
            (OrderBy::Column(id), Value::Int(_)) => table.column(*id).is_some_and(|c| is_number(&c.kind)),
            (OrderBy::Name(..), Value::Int(_) | Value::Id(_)) | (_, Value::Bytes(_)) => false,
        };
        last.id().is_some() && keys.len() == self.order.len() && self.order.iter().zip(keys).all(|(order, key)| fits(order, key))
    }
}

fn is_number(kind: &Kind) -> bool {
    !(kind.is_text() || matches!(kind, Kind::Lookup(_) | Kind::Owner | Kind::Id | Kind::File | Kind::MultiChoice(_)))
}

/// One step of an order.
#[derive(Debug)]
pub struct Order<'p> {
    /// By what.
    pub by: OrderBy<'p>,
    /// Largest first.
    pub descending: bool,
}

/// By what an order goes.
#[derive(Debug)]
pub enum OrderBy<'p> {
    /// The column's own value, or its text key.
    Column(ColumnId),
    /// The name of what the lookup names; what the permits do not cover counts as empty.
    Name(ColumnId, Vec<Permit<'p>>),
}

/// A page of a list.
#[derive(Debug)]
pub struct Page {
    /// The records.
    pub records: Vec<Record>,
    /// Where the next page begins; `None` at the end.
    pub next: Option<Vec<Value>>,
}

/// How many records, up to a bound.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Count {
    /// That many at least.
    pub value: i64,
    /// And not more.
    pub exact: bool,
}

/// A page of the records that the permit covers and the filter matches.
pub fn find(tx: &mut Tx<'_>, permit: &Permit<'_>, query: &Query<'_>) -> Result<Page, Fault> {
    meant_for_reading(permit)?;
    let catalogue = tx.catalogue_of(permit);
    let table = table_of(&catalogue, permit.table())?;
    let small = reach_size(tx, table, permit.rule(), SMALL)?.is_some();
    let mut page = Page { records: Vec::new(), next: None };
    let mut last = None;
    let place = query.after.as_deref();
    // Filled cells of the first sort column come first, whatever the direction.
    for empty in phases(&catalogue, table, query) {
        if empty == Some(false) && place.is_some_and(|p| p.first().is_some_and(Value::is_null)) {
            continue;
        }
        let behind = if empty == Some(true) && place.is_some_and(|p| p.first().is_some_and(|v| !v.is_null())) { None } else { place };
        let wanted = query.limit + 1 - page.records.len();
        let ask = Ask { tx, catalogue: &catalogue, table, permit, query };
        let columns = open_columns(table, permit, query.columns.as_deref());
        let sql = ask.statement(&columns, small, empty, behind, wanted)?;
        for mut row in tx.ask(&sql)? {
            if page.records.len() == query.limit {
                page.next = last.take();
                return Ok(page);
            }
            let (record, taken) = record_of(&catalogue, table, &columns, &mut row)?;
            let mut key: Vec<Value> = (0..query.order.len()).map(|n| row.take(taken + n)).collect();
            key.push(Value::Id(record.id));
            last = Some(key);
            page.records.push(record);
        }
    }
    Ok(page)
}

/// How many records the permit covers and the filter matches, counted up to `cap`.
pub fn count(tx: &mut Tx<'_>, permit: &Permit<'_>, filter: &Filter<'_>, cap: i64) -> Result<Count, Fault> {
    meant_for_reading(permit)?;
    let catalogue = tx.catalogue_of(permit);
    let table = table_of(&catalogue, permit.table())?;
    let mut sql = Sql::new("SELECT count(*) FROM (SELECT 1 AS one FROM ");
    sql.push(&name(&table.set)).push(" a WHERE ");
    push_rule(&mut sql, &catalogue, table, permit.rule(), "a", tx.now);
    sql.push(" AND ");
    push_filter(&mut sql, tx, &catalogue, table, filter, "a")?;
    sql.push(" LIMIT ").bind(cap + 1).push(") AS counted");
    let found = tx.ask(&sql)?.first().map(|r| r.int(0)).transpose()?.unwrap_or(0);
    Ok(Count { value: found.min(cap), exact: found <= cap })
}

/// `None`: one phase, the first sort column is never empty.
fn phases(_: &Catalogue, table: &Table, query: &Query<'_>) -> Vec<Option<bool>> {
    match query.order.first().map(|o| &o.by) {
        Some(OrderBy::Column(id)) if table.column(*id).is_some_and(|c| !never_empty(&c.name)) => vec![Some(false), Some(true)],
        Some(OrderBy::Name(..)) => vec![Some(false), Some(true)],
        Some(OrderBy::Column(_)) | None => vec![None],
    }
}

fn never_empty(column: &str) -> bool {
    matches!(column, "id" | "version" | "created_on" | "modified_on" | "owner" | "owning_unit" | "state")
}

/// A rule of owners, units and shares: each of them has an index.
fn is_by_index(rule: &Rule) -> bool {
    match rule {
        Rule::Owner(_) | Rule::Unit(_) | Rule::Shared { .. } => true,
        Rule::Any(all) => all.iter().all(is_by_index),
        Rule::Nothing | Rule::Everything | Rule::NotOwner(_) | Rule::Linked { .. } | Rule::All(_) => false,
    }
}

struct Ask<'a, 'c, 'p> {
    tx: &'a Tx<'c>,
    catalogue: &'a Catalogue,
    table: &'a Table,
    permit: &'a Permit<'p>,
    query: &'a Query<'p>,
}

impl Ask<'_, '_, '_> {
    fn statement(
        &self,
        columns: &[&catalogue::Column],
        small: bool,
        empty: Option<bool>,
        behind: Option<&[Value]>,
        wanted: usize,
    ) -> Result<Sql, Fault> {
        let mut sql = Sql::new("");
        let reach = small && self.push_reach(&mut sql);
        sql.push("SELECT ");
        push_columns(&mut sql, columns);
        for n in 0..self.query.order.len() {
            sql.push(", ");
            self.push_key(&mut sql, n)?;
            sql.push(&format!(" AS k{n}"));
        }
        sql.push(" FROM ");
        if reach {
            sql.push("reach JOIN ").push(&name(&self.table.set)).push(" a ON a.id = reach.id WHERE 1 = 1");
        } else {
            sql.push(&name(&self.table.set)).push(" a WHERE ");
            // WHY: a wide reach is walked in the list's order; SQLite would collect it by owner and sort all of it. The
            // sign before the column keeps that index out of the plan.
            let is_walk = self.tx.dialect() == Dialect::Sqlite && !small && is_by_index(self.permit.rule());
            let alias = if is_walk { "+a" } else { "a" };
            push_rule(&mut sql, self.catalogue, self.table, self.permit.rule(), alias, self.tx.now);
        }
        sql.push(" AND ");
        push_filter(&mut sql, self.tx, self.catalogue, self.table, &self.query.filter, "a")?;
        if let Some(empty) = empty {
            sql.push(" AND ");
            self.push_key(&mut sql, 0)?;
            sql.push(if empty { " IS NULL" } else { " IS NOT NULL" });
        }
        if let Some(place) = behind {
            sql.push(" AND ");
            self.push_behind(&mut sql, 0, place)?;
        }
        self.push_order(&mut sql, empty)?;
        sql.push(" LIMIT ").bind(wanted as i64);
        Ok(sql)
    }

    /// The reader's rows by index, first. False when the rule has another shape.
    fn push_reach(&self, sql: &mut Sql) -> bool {
        let branches: &[Rule] = match self.permit.rule() {
            Rule::Any(all) => all,
            one => std::slice::from_ref(one),
        };
        if branches.is_empty() || !is_by_index(self.permit.rule()) {
            return false;
        }
        sql.push("WITH reach AS MATERIALIZED (");
        for (n, branch) in branches.iter().enumerate() {
            sql.push(if n == 0 { "" } else { " UNION " });
            match branch {
                Rule::Shared { with, privilege } => {
                    sql.push("SELECT s.row_id AS id ");
                    push_shares(sql, &self.table.set, with, *privilege, self.tx.now);
                }
                other => {
                    sql.push("SELECT a.id AS id FROM ").push(&name(&self.table.set)).push(" a WHERE ");
                    push_rule(sql, self.catalogue, self.table, other, "a", self.tx.now);
                }
            }
        }
        sql.push(") ");
        true
    }

    /// The n-th sort key of a row.
    fn push_key(&self, sql: &mut Sql, n: usize) -> Result<(), Fault> {
        let Some(order) = self.query.order.get(n) else {
            sql.push("a.id");
            return Ok(());
        };
        let gone = || Fault::broken("an order names a column that is not there");
        match &order.by {
            OrderBy::Column(id) => {
                let column = self.table.column(*id).ok_or_else(gone)?;
                let stored = match column.kind {
                    Kind::Money if self.table.find(&format!("{}_base", column.name)).is_some() => format!("{}_base", column.name),
                    _ if column.kind.has_key() => format!("{}__key", column.name),
                    _ => column.name.clone(),
                };
                sql.push("a.").push(&name(&stored));
            }
            OrderBy::Name(id, permits) => self.push_name_key(sql, self.table.column(*id).ok_or_else(gone)?, permits),
        }
        Ok(())
    }

    fn push_name_key(&self, sql: &mut Sql, column: &catalogue::Column, permits: &[Permit<'_>]) {
        let cell = format!("a.{}", name(&column.name));
        let targets = column.kind.targets();
        if matches!(column.kind, Kind::Owner) || targets.iter().any(|t| matches!(t, Target::Users | Target::Teams)) {
            sql.push("(SELECT p.name_key FROM sys_principals p WHERE p.id = ").push(&cell).push(")");
            return;
        }
        if targets.contains(&Target::Units) {
            sql.push("(SELECT p.name_key FROM sys_units p WHERE p.id = ").push(&cell).push(")");
            return;
        }
        sql.push("coalesce(NULL");
        for permit in permits {
            let Some(target) = self.catalogue.table(permit.table()) else { continue };
            let Some(primary) = target.column(target.primary) else { continue };
            sql.push(", (SELECT p.")
                .push(&name(&format!("{}__key", primary.name)))
                .push(" FROM ")
                .push(&name(&target.set))
                .push(" p WHERE p.id = ");
            sql.push(&cell).push(" AND ");
            push_rule(sql, self.catalogue, target, permit.rule(), "p", self.tx.now);
            sql.push(")");
        }
        sql.push(", NULL)");
    }

    /// Rows behind a place: greater in the first key, or the same there and behind in the rest.
    fn push_behind(&self, sql: &mut Sql, n: usize, place: &[Value]) -> Result<(), Fault> {
        let value = place.get(n).ok_or_else(|| Fault::broken("a place in a list is cut short"))?;
        let last = n >= self.query.order.len();
        let descending = self.query.order.get(if last { 0 } else { n }).is_some_and(|o| o.descending);
        let sign = if descending { " < " } else { " > " };
        if last {
            self.push_key(sql, n)?;
            sql.push(sign).bind(value.clone());
            return Ok(());
        }
        if value.is_null() {
            sql.push("(");
            self.push_key(sql, n)?;
            sql.push(" IS NULL AND ");
            self.push_behind(sql, n + 1, place)?;
            sql.push(")");
            return Ok(());
        }
        sql.push("(");
        self.push_key(sql, n)?;
        sql.push(sign).bind(value.clone());
        if n > 0 {
            sql.push(" OR ");
            self.push_key(sql, n)?;
            sql.push(" IS NULL");
        }
        sql.push(" OR (");
        self.push_key(sql, n)?;
        sql.push(" = ").bind(value.clone()).push(" AND ");
        self.push_behind(sql, n + 1, place)?;
        sql.push("))");
        Ok(())
    }

    fn push_order(&self, sql: &mut Sql, empty: Option<bool>) -> Result<(), Fault> {
        sql.push(" ORDER BY ");
        for (n, order) in self.query.order.iter().enumerate() {
            // In its own phase the first key is either never or always empty.
            if n > 0 {
                sql.push("CASE WHEN ");
                self.push_key(sql, n)?;
                sql.push(" IS NULL THEN 1 ELSE 0 END, ");
            }
            if n == 0 && empty == Some(true) {
                continue;
            }
            self.push_key(sql, n)?;
            sql.push(if order.descending { " DESC, " } else { ", " });
        }
        sql.push("a.id").push(if self.query.order.first().is_some_and(|o| o.descending) { " DESC" } else { "" });
        Ok(())
    }
}
