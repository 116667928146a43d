//! Conditions on records, ready to be asked in SQL.
//!
//! A condition is true or false, never unknown: an empty cell matches [`Test::Null`] and negations only, and
//! [`Filter::Not`] is plain negation. Text is compared by its key. A condition on related records carries the permit
//! under which they are looked at.
//! Not here: the words of the API (`crm`). Proved by `crates/store/tests/it/records.rs`.

use super::rule_sql::push_rule;
use crate::sql::{Dialect, Sql, name};
use crate::{Fault, Tx};
use catalogue::{Catalogue, Column, ColumnId, Table, Value, text};
use security::Permit;

/// Which records.
#[derive(Debug)]
pub enum Filter<'p> {
    /// All of these; empty means every record.
    All(Vec<Filter<'p>>),
    /// Any of these; empty means none.
    Any(Vec<Filter<'p>>),
    /// Those for which it is false.
    Not(Box<Filter<'p>>),
    /// One column, one test.
    Column(ColumnId, Test),
    /// Records related to some record that the permit covers and the filter matches.
    Related(Path, Box<Permit<'p>>, Box<Filter<'p>>),
}

/// How a record is related to others.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Path {
    /// Through this lookup, to a record of the permit's table.
    Up(ColumnId),
    /// To records of the permit's table whose lookup names this one.
    Down(ColumnId),
}

/// What one cell is asked.
#[derive(Clone, Debug, PartialEq)]
pub enum Test {
    /// Is one of these.
    In(Vec<Value>),
    /// Is less.
    Lt(Value),
    /// Is less or the same.
    Le(Value),
    /// Is greater.
    Gt(Value),
    /// Is greater or the same.
    Ge(Value),
    /// Is from the first (with it) to the second (without it).
    Within(Value, Value),
    /// Text begins with it.
    Begins(String),
    /// Text ends with it.
    Ends(String),
    /// Text contains it.
    Contains(String),
    /// The multi-choice has this option.
    Has(i64),
    /// Is empty.
    Null,
}

impl Filter<'_> {
    /// The columns of the filtered table that decide.
    pub fn columns(&self) -> Vec<ColumnId> {
        match self {
            Filter::All(all) | Filter::Any(all) => all.iter().flat_map(Filter::columns).collect(),
            Filter::Not(inner) => inner.columns(),
            Filter::Column(column, _) | Filter::Related(Path::Up(column), ..) => vec![*column],
            Filter::Related(Path::Down(_), ..) => Vec::new(),
        }
    }
}

pub(crate) fn push_filter(
    sql: &mut Sql,
    tx: &Tx<'_>,
    catalogue: &Catalogue,
    table: &Table,
    filter: &Filter<'_>,
    alias: &str,
) -> Result<(), Fault> {
    match filter {
        Filter::All(all) => push_many(sql, tx, catalogue, table, all, (" AND ", "1 = 1"), alias),
        Filter::Any(all) => push_many(sql, tx, catalogue, table, all, (" OR ", "1 = 0"), alias),
        Filter::Not(inner) => {
            sql.push("NOT (");
            push_filter(sql, tx, catalogue, table, inner, alias)?;
            sql.push(")");
            Ok(())
        }
        Filter::Column(id, test) => {
            let column = table.column(*id).ok_or_else(|| Fault::broken("a filter names a column that is not there"))?;
            push_test(sql, tx.dialect(), column, test, alias);
            Ok(())
        }
        Filter::Related(path, permit, inner) => push_related(sql, tx, catalogue, table, (*path, permit, inner), alias),
    }
}

fn push_many(
    sql: &mut Sql,
    tx: &Tx<'_>,
    catalogue: &Catalogue,
    table: &Table,
    all: &[Filter<'_>],
    (word, none): (&str, &str),
    alias: &str,
) -> Result<(), Fault> {
    sql.push("(").push(none);
    for one in all {
        sql.push(word);
        push_filter(sql, tx, catalogue, table, one, alias)?;
    }
    sql.push(")");
    Ok(())
}

fn push_related(
    sql: &mut Sql,
    tx: &Tx<'_>,
    catalogue: &Catalogue,
    table: &Table,
    (path, permit, inner): (Path, &Permit<'_>, &Filter<'_>),
    alias: &str,
) -> Result<(), Fault> {
    let gone = || Fault::broken("a filter names a relation that is not there");
    let other = catalogue.table(permit.table()).ok_or_else(gone)?;
    let below = format!("{alias}r");
    let (holder, lookup, from, to) = match path {
        Path::Up(id) => (alias, table.column(id).ok_or_else(gone)?, below.as_str(), &other.set),
        Path::Down(id) => (below.as_str(), other.column(id).ok_or_else(gone)?, alias, &table.set),
    };
    sql.push("EXISTS (SELECT 1 FROM ").push(&name(&other.set)).push(" ").push(&below).push(" WHERE ");
    sql.push(holder).push(".").push(&name(&lookup.name)).push(" = ").push(from).push(".id");
    if lookup.kind.is_poly() {
        sql.push(" AND ").push(holder).push(".").push(&name(&format!("{}__set", lookup.name))).push(" = ").bind(to.as_str());
    }
    sql.push(" AND ");
    push_rule(sql, catalogue, other, permit.rule(), &below, tx.now);
    sql.push(" AND ");
    push_filter(sql, tx, catalogue, other, inner, &below)?;
    sql.push(")");
    Ok(())
}

/// One test. Everything but [`Test::Null`] is false on an empty cell, and nothing is like an empty value.
fn push_test(sql: &mut Sql, dialect: Dialect, column: &Column, test: &Test, alias: &str) {
    let keyed = column.kind.has_key();
    let cell =
        if keyed { format!("{alias}.{}", name(&format!("{}__key", column.name))) } else { format!("{alias}.{}", name(&column.name)) };
    // As the cell is kept: by its key, or without the character that no database holds.
    let part = |t: &str| if keyed { text::key(t) } else { text::stored(t) };
    let value = |v: &Value| match v {
        Value::Text(t) => Value::Text(part(t)),
        other => other.clone(),
    };
    if *test == Test::Null {
        sql.push(&cell).push(" IS NULL");
        return;
    }
    if never(test) {
        sql.push("1 = 0");
        return;
    }
    sql.push("(").push(&cell).push(" IS NOT NULL AND ");
    match test {
        Test::In(values) => {
            sql.push(&cell).push(" IN ").list(values.iter().filter(|v| !v.is_null()).map(value));
        }
        Test::Lt(v) => push_compare(sql, &cell, " < ", value(v)),
        Test::Le(v) => push_compare(sql, &cell, " <= ", value(v)),
        Test::Gt(v) => push_compare(sql, &cell, " > ", value(v)),
        Test::Ge(v) => push_compare(sql, &cell, " >= ", value(v)),
        Test::Within(from, to) => {
            push_compare(sql, &cell, " >= ", value(from));
            sql.push(" AND ");
            push_compare(sql, &cell, " < ", value(to));
        }
        Test::Begins(prefix) => {
            let prefix = part(prefix);
            push_compare(sql, &cell, " >= ", Value::Text(prefix.clone()));
            if let Some(after) = text::after_prefix(&prefix) {
                sql.push(" AND ");
                push_compare(sql, &cell, " < ", Value::Text(after));
            }
        }
        Test::Ends(end) => {
            // A text ends with another if its last so many characters are that other; a shorter one has too few to be it.
            let end = part(end);
            let length = end.chars().count() as i64;
            sql.push("substr(").push(&cell).push(", length(").push(&cell).push(") - ").bind(length - 1).push(") = ").bind(Value::Text(end));
        }
        Test::Contains(word) => push_contains(sql, dialect, &cell, Value::Text(part(word))),
        Test::Has(option) => {
            let listed = format!("(',' || {cell} || ',')");
            push_contains(sql, dialect, &listed, Value::Text(format!(",{option},")));
        }
        Test::Null => {}
    }
    sql.push(")");
}

/// True for a test that no cell can meet. SQL would say unknown, and so would its negation.
fn never(test: &Test) -> bool {
    match test {
        Test::In(values) => values.iter().all(Value::is_null),
        Test::Lt(v) | Test::Le(v) | Test::Gt(v) | Test::Ge(v) => v.is_null(),
        Test::Within(from, to) => from.is_null() || to.is_null(),
        Test::Begins(_) | Test::Ends(_) | Test::Contains(_) | Test::Has(_) | Test::Null => false,
    }
}

fn push_compare(sql: &mut Sql, cell: &str, sign: &str, value: Value) {
    sql.push(cell).push(sign).bind(value);
}

fn push_contains(sql: &mut Sql, dialect: Dialect, cell: &str, part: Value) {
    let function = match dialect {
        Dialect::Sqlite => "instr(",
        Dialect::Postgres => "strpos(",
    };
    sql.push(function).push(cell).push(", ").bind(part).push(") > 0");
}
