//! What a person may write into a row: which columns, and which values.
//!
//! Columns that the product keeps are refused by name, secured ones by the permit; values are checked one by one and all
//! that is wrong is said at once. Text comes out as it is stored: NFC, empty as nothing.
//! Not here: what a lookup names ([`super::lookups`]), what is filled in ([`super::derive`]).
//! Proved by `crates/crm/tests/it/records_write.rs`.

use super::cells::cell;
use crate::{Done, FieldError, Problem};
use catalogue::{Column, Kind, Table, Target, Value, text};
use security::{ColumnUse, Permit};
use std::collections::{BTreeSet, HashSet};
use store::records::Cells;

/// The days of the years 1 to 9999, counted from 1970-01-01.
const DAYS: (i64, i64) = (-719_162, 2_932_896);
/// Microseconds of a day.
const DAY: i64 = 86_400_000_000;

/// Refuses, by name, columns that no writer names or that are not open to this one.
pub(super) fn may_name(table: &Table, permit: &Permit<'_>, cells: &Cells, purpose: ColumnUse) -> Done<()> {
    let mut met = HashSet::new();
    for (id, _, _) in cells {
        let column = table.column(*id).ok_or_else(|| Problem::malformed("unknown-column", format!("{} have no such column", table.set)))?;
        if is_kept(table, column) {
            return Err(Problem::malformed("not-writable", format!("`{}` is kept by the product and cannot be written", column.name)));
        }
        if !met.insert(*id) {
            return Err(Problem::malformed("twice", format!("`{}` is there twice", column.name)));
        }
    }
    Ok(permit.admit(table, cells.iter().map(|(id, _, _)| *id), purpose)?)
}

/// Kept by the product: stamps, owner, twins, numbers, and what says which bytes a file has.
fn is_kept(table: &Table, column: &Column) -> bool {
    let holds_file = table.columns.iter().any(|c| c.kind == Kind::File);
    column.system
        || matches!(column.kind, Kind::MoneyBase | Kind::AutoNumber { .. } | Kind::Id | Kind::File | Kind::Owner)
        || holds_file && matches!(column.name.as_str(), "mime_type" | "size_bytes")
}

/// The cells as they are stored, or everything that is wrong with them.
pub(super) fn values(table: &Table, cells: &Cells) -> Done<Cells> {
    let (mut good, mut wrong) = (Cells::new(), Vec::new());
    for (id, value, target) in cells {
        let Some(column) = table.column(*id) else { continue };
        match fitting(column, value, *target) {
            Ok((value, target)) => good.push((*id, value, target)),
            Err(message) => wrong.push(FieldError { column: column.name.clone(), message }),
        }
    }
    if wrong.is_empty() { Ok(good) } else { Err(Problem::columns(wrong)) }
}

/// Refuses a new row that lacks what every row must have.
pub(super) fn complete(table: &Table, cells: &Cells) -> Done<()> {
    missing(table.columns.iter().filter(|c| c.required && !c.system && cell(cells, c.id).is_none_or(Value::is_null)))
}

/// Refuses to empty what every row must have.
pub(super) fn still_complete(table: &Table, cells: &Cells) -> Done<()> {
    missing(table.columns.iter().filter(|c| (c.required || c.name == "state") && cell(cells, c.id).is_some_and(Value::is_null)))
}

fn missing<'t>(columns: impl Iterator<Item = &'t Column>) -> Done<()> {
    let wrong: Vec<FieldError> = columns.map(|c| FieldError { column: c.name.clone(), message: "is needed".into() }).collect();
    if wrong.is_empty() { Ok(()) } else { Err(Problem::columns(wrong)) }
}

type Fitting = Result<(Value, Option<Target>), String>;

fn fitting(column: &Column, value: &Value, target: Option<Target>) -> Fitting {
    let plain = |value: Result<Value, String>| value.map(|v| (v, None));
    if value.is_null() {
        return Ok((Value::Null, None));
    }
    match &column.kind {
        Kind::Text(max) | Kind::Memo(max) | Kind::Phone(max) => plain(text_of(value, *max)),
        Kind::Email(max) => plain(text_of(value, *max).and_then(address)),
        Kind::Url(max) => plain(text_of(value, *max).and_then(web_address)),
        Kind::AutoNumber { .. } => plain(text_of(value, 100)),
        Kind::Integer { min, max } => plain(between(value, *min, *max, "")),
        Kind::Decimal { min, max, .. } => plain(between(value, *min, *max, " as it is kept")),
        Kind::Money | Kind::MoneyBase => plain(between(value, i64::MIN, i64::MAX, "")),
        Kind::YesNo => plain(between(value, 0, 1, "")),
        Kind::Date => plain(between(value, DAYS.0, DAYS.1, "").map_err(|_| "is no day between the years 1 and 9999".into())),
        Kind::DateTime => {
            plain(between(value, DAYS.0 * DAY, (DAYS.1 + 1) * DAY - 1, "").map_err(|_| "is no time between the years 1 and 9999".into()))
        }
        Kind::Choice(_) => plain(match value.int().and_then(|n| column.option(n)) {
            Some(option) if option.retired => Err(put_away(option)),
            Some(option) => Ok(Value::Int(option.value)),
            None => Err("is none of the choices".into()),
        }),
        Kind::MultiChoice(_) => plain(choices(column, value)),
        Kind::Lookup(targets) => {
            let only = if targets.len() == 1 { targets.first().copied() } else { None };
            match (value.id(), target.or(only)) {
                (Some(id), Some(to)) if targets.contains(&to) => Ok((Value::Id(id), Some(to))),
                (Some(_), None) => Err("does not say of which table the record is".into()),
                _ => Err("cannot name such a record".into()),
            }
        }
        Kind::Owner | Kind::Id | Kind::File => plain(value.id().map(Value::Id).ok_or_else(|| "is not an id".into())),
    }
}

fn text_of(value: &Value, max: u32) -> Result<Value, String> {
    let stored = text::stored(value.text().ok_or("is not a text")?);
    if stored.trim().is_empty() {
        return Ok(Value::Null);
    }
    let length = stored.chars().count();
    if length > max as usize {
        return Err(format!("has {length} characters, at most {max} fit"));
    }
    Ok(Value::Text(stored))
}

/// One `@` with something on both sides and no space. More can only be known by sending mail.
fn address(value: Value) -> Result<Value, String> {
    let Some(written) = value.text() else { return Ok(value) };
    let shaped = match written.split_once('@') {
        Some((local, domain)) => !local.is_empty() && !domain.is_empty() && !domain.contains('@'),
        None => false,
    };
    let plain = !written.chars().any(|c| c.is_whitespace() || c.is_control());
    if shaped && plain { Ok(value) } else { Err("is not an e-mail address".into()) }
}

/// Only what a browser may safely be sent to.
fn web_address(value: Value) -> Result<Value, String> {
    let Some(written) = value.text() else { return Ok(value) };
    let lower = written.to_ascii_lowercase();
    let rest = lower.strip_prefix("https://").or_else(|| lower.strip_prefix("http://"));
    let plain = !written.chars().any(|c| c.is_whitespace() || c.is_control());
    if plain && rest.is_some_and(|r| !r.is_empty()) {
        Ok(value)
    } else {
        Err("is not an address that begins with https:// or http://".into())
    }
}

fn between(value: &Value, min: i64, max: i64, how: &str) -> Result<Value, String> {
    let number = value.int().ok_or("is not a number")?;
    if (min..=max).contains(&number) { Ok(Value::Int(number)) } else { Err(format!("must lie between {min} and {max}{how}")) }
}

fn put_away(option: &catalogue::ChoiceOption) -> String {
    format!("`{}` is chosen no more: this option is retired", option.label)
}

fn choices(column: &Column, value: &Value) -> Result<Value, String> {
    let written = value.text().ok_or("is no list of choices")?;
    let mut chosen = BTreeSet::new();
    for part in written.split(',').map(str::trim).filter(|p| !p.is_empty()) {
        let option = part.parse().ok().and_then(|n| column.option(n)).ok_or_else(|| format!("`{part}` is none of the choices"))?;
        if option.retired {
            return Err(put_away(option));
        }
        chosen.insert(option.value);
    }
    Ok(chosen.iter().map(i64::to_string).collect::<Vec<_>>().join(",").into())
}
