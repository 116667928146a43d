//! What people and programs write, as stored values, and back.
//!
//! One place knows how each kind of column is written as text (files, forms) and as JSON (the API), so an export is
//! imported unchanged. Messages are for people: lower case, no full stop.
//! Not here: whether a value fits its column's bounds (`records/check.rs`), what a lookup names ([`crate::views`]).
//! Proved by `crates/crm/tests/it/values.rs`.

mod dates;
mod json;
mod numbers;

pub use dates::{day_of, day_text, moment_text, parse_day, parse_moment};
pub use json::{cell_json, parse_json};
pub use numbers::{decimal_text, parse_decimal};

use catalogue::{Catalogue, Column, Kind, Value, text};

/// In which order a file writes day, month and year.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum DateForm {
    /// 2026-11-22, also with a time behind.
    #[default]
    Ymd,
    /// 22/11/2026, 22.11.2026.
    Dmy,
    /// 11/22/2026.
    Mdy,
}

impl DateForm {
    /// Reads `ymd`, `dmy`, `mdy`.
    pub fn parse(word: &str) -> Option<DateForm> {
        match word {
            "ymd" => Some(DateForm::Ymd),
            "dmy" => Some(DateForm::Dmy),
            "mdy" => Some(DateForm::Mdy),
            _ => None,
        }
    }
}

/// Money has four digits behind the point.
pub const MONEY_DIGITS: u32 = 4;

/// Reads a cell of a file or a field of a form. Lookups and owners are resolved by the caller.
pub fn parse_text(_: &Catalogue, column: &Column, written: &str, dates: DateForm) -> Result<Value, String> {
    let trimmed = written.trim();
    if trimmed.is_empty() {
        return Ok(Value::Null);
    }
    match &column.kind {
        Kind::Text(_) | Kind::Memo(_) | Kind::AutoNumber { .. } => Ok(text::stored(written).into()),
        Kind::Email(_) | Kind::Phone(_) | Kind::Url(_) => Ok(text::stored(trimmed).into()),
        Kind::Integer { .. } => numbers::parse_decimal(trimmed, 0).map(Value::Int),
        Kind::Decimal { digits, .. } => numbers::parse_decimal(trimmed, *digits).map(Value::Int),
        Kind::Money | Kind::MoneyBase => numbers::parse_decimal(trimmed, MONEY_DIGITS).map(Value::Int),
        Kind::YesNo => yes_no(trimmed),
        Kind::Choice(_) => option_value(column, trimmed).map(Value::Int),
        Kind::MultiChoice(_) => {
            let mut values = trimmed.split([';', ',']).map(|part| option_value(column, part.trim())).collect::<Result<Vec<_>, _>>()?;
            values.sort_unstable();
            values.dedup();
            Ok(values.iter().map(i64::to_string).collect::<Vec<_>>().join(",").into())
        }
        Kind::Date => parse_day(trimmed, dates).map(Value::Int),
        Kind::DateTime => parse_moment(trimmed, dates).map(Value::Int),
        Kind::Lookup(_) | Kind::Owner | Kind::Id | Kind::File => {
            catalogue::RowId::parse(trimmed).map(Value::Id).ok_or_else(|| "not an id".into())
        }
    }
}

fn yes_no(word: &str) -> Result<Value, String> {
    match text::key(word).as_str() {
        "yes" | "y" | "true" | "1" | "on" | "x" => Ok(Value::Int(1)),
        "no" | "n" | "false" | "0" | "off" => Ok(Value::Int(0)),
        _ => Err(format!("`{word}` is neither yes nor no")),
    }
}

/// An option by its name, its label or its number.
fn option_value(column: &Column, word: &str) -> Result<i64, String> {
    let key = text::key(word);
    let options = column.kind.options();
    let found = options.iter().find(|o| o.name == word || text::key(&o.label) == key).or_else(|| {
        let number = word.parse::<i64>().ok()?;
        options.iter().find(|o| o.value == number)
    });
    found.map(|o| o.value).ok_or_else(|| {
        let some = options.iter().take(8).map(|o| o.label.as_str()).collect::<Vec<_>>().join(", ");
        format!("`{word}` is not one of: {some}{}", if options.len() > 8 { ", …" } else { "" })
    })
}

/// A cell as files and pages carry it: choices by label, money with at least two digits. Lookups come out as ids.
pub fn to_text(column: &Column, value: &Value) -> String {
    match (value, &column.kind) {
        (Value::Null, _) => String::new(),
        (Value::Int(n), Kind::Money | Kind::MoneyBase) => decimal_text(*n, MONEY_DIGITS, 2),
        (Value::Int(n), Kind::Decimal { digits, .. }) => decimal_text(*n, *digits, 0),
        (Value::Int(n), Kind::YesNo) => if *n != 0 { "Yes" } else { "No" }.to_owned(),
        (Value::Int(n), Kind::Choice(_)) => column.option(*n).map_or_else(|| n.to_string(), |o| o.label.clone()),
        (Value::Int(n), Kind::Date) => day_text(*n),
        (Value::Int(n), Kind::DateTime) => moment_text(*n),
        (Value::Text(t), Kind::MultiChoice(_)) => {
            let label = |v: &str| v.parse().ok().and_then(|n| column.option(n)).map_or_else(|| v.to_owned(), |o| o.label.clone());
            t.split(',').map(label).collect::<Vec<_>>().join("; ")
        }
        (Value::Int(n), _) => n.to_string(),
        (Value::Text(t), _) => t.clone(),
        (Value::Id(id), _) => id.to_string(),
        (Value::Bytes(_), _) => String::new(),
    }
}
