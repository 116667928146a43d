//! Values in the API.
//!
//! Money and decimals are strings, so nothing is lost on the way; choices go by name, times are RFC 3339 UTC. A lookup is
//! read as `{"set","id","name"}`, or `{"hidden":true}`, and written as that or as an id.
//! Not here: names of lookups ([`crate::views`]). Proved by `crates/crm/tests/it/values.rs`.

use super::{DateForm, MONEY_DIGITS, day_text, decimal_text, moment_text, parse_day, parse_decimal, parse_moment};
use crate::views::Link;
use catalogue::{Catalogue, Column, Kind, RowId, Target, Value, text};
use serde_json::{Value as Json, json};

/// A cell as the API reads it out.
pub fn cell_json(column: &Column, value: &Value, link: Option<&Link>) -> Json {
    match (value, &column.kind) {
        (Value::Null, _) => Json::Null,
        (_, Kind::Lookup(_) | Kind::Owner) => match link {
            Some(Link::Seen { set, id, name }) => json!({ "set": set, "id": id.to_string(), "name": name }),
            Some(Link::Hidden) | None => json!({ "hidden": true }),
        },
        (Value::Int(n), Kind::Money | Kind::MoneyBase) => json!(decimal_text(*n, MONEY_DIGITS, 2)),
        (Value::Int(n), Kind::Decimal { digits, .. }) => json!(decimal_text(*n, *digits, 0)),
        (Value::Int(n), Kind::YesNo) => json!(*n != 0),
        (Value::Int(n), Kind::Choice(_)) => column.option(*n).map_or(json!(n), |o| json!(o.name)),
        (Value::Int(n), Kind::Date) => json!(day_text(*n)),
        (Value::Int(n), Kind::DateTime) => json!(moment_text(*n)),
        (Value::Text(t), Kind::MultiChoice(_)) => {
            json!(t.split(',').map(|v| v.parse().ok().and_then(|n| column.option(n)).map_or(v, |o| o.name.as_str())).collect::<Vec<_>>())
        }
        (Value::Int(n), _) => json!(n),
        (Value::Text(t), _) => json!(t),
        (Value::Id(id), _) => json!(id.to_string()),
        (Value::Bytes(_), _) => Json::Null,
    }
}

/// A member of a body as a stored value, and for a lookup what it points to.
pub fn parse_json(catalogue: &Catalogue, column: &Column, written: &Json) -> Result<(Value, Option<Target>), String> {
    let plain = |value: Value| Ok((value, None));
    match (&column.kind, written) {
        (_, Json::Null) => plain(Value::Null),
        (Kind::Lookup(targets), _) => lookup(catalogue, targets, written),
        (Kind::Integer { .. }, Json::Number(n)) => {
            n.as_i64().map(|n| (Value::Int(n), None)).ok_or_else(|| format!("`{n}` is not a whole number"))
        }
        (Kind::Decimal { digits, .. }, Json::Number(n)) => plain(Value::Int(parse_decimal(&n.to_string(), *digits)?)),
        (Kind::Decimal { digits, .. }, Json::String(t)) => plain(Value::Int(parse_decimal(t, *digits)?)),
        (Kind::Money | Kind::MoneyBase, Json::Number(n)) => plain(Value::Int(parse_decimal(&n.to_string(), MONEY_DIGITS)?)),
        (Kind::Money | Kind::MoneyBase, Json::String(t)) => plain(Value::Int(parse_decimal(t, MONEY_DIGITS)?)),
        (Kind::YesNo, Json::Bool(b)) => plain((*b).into()),
        (Kind::Choice(_), Json::String(t)) => plain(Value::Int(by_name(column, t)?)),
        (Kind::MultiChoice(_), Json::Array(all)) => {
            let mut values = all.iter().map(|v| by_name(column, v.as_str().unwrap_or_default())).collect::<Result<Vec<_>, _>>()?;
            values.sort_unstable();
            values.dedup();
            plain(values.iter().map(i64::to_string).collect::<Vec<_>>().join(",").into())
        }
        (Kind::Date, Json::String(t)) => plain(Value::Int(parse_day(t, DateForm::Ymd)?)),
        (Kind::DateTime, Json::String(t)) => plain(Value::Int(parse_moment(t, DateForm::Ymd)?)),
        (Kind::Text(_) | Kind::Memo(_) | Kind::Email(_) | Kind::Phone(_) | Kind::Url(_) | Kind::AutoNumber { .. }, Json::String(t)) => {
            plain(text::stored(t).into())
        }
        (Kind::Id | Kind::Owner | Kind::File, Json::String(t)) => {
            RowId::parse(t).map(|id| (Value::Id(id), None)).ok_or_else(|| "not an id".into())
        }
        _ => Err(format!("here belongs {}", belongs(&column.kind))),
    }
}

fn by_name(column: &Column, name: &str) -> Result<i64, String> {
    column.kind.options().iter().find(|o| o.name == name).map(|o| o.value).ok_or_else(|| {
        let names = column.kind.options().iter().map(|o| o.name.as_str()).collect::<Vec<_>>().join(", ");
        format!("`{name}` is not one of: {names}")
    })
}

fn lookup(catalogue: &Catalogue, targets: &[Target], written: &Json) -> Result<(Value, Option<Target>), String> {
    let (set, id) = match written {
        Json::String(id) => (None, id.as_str()),
        Json::Object(map) => (map.get("set").and_then(Json::as_str), map.get("id").and_then(Json::as_str).unwrap_or_default()),
        _ => return Err("here belongs an id, or an object with `set` and `id`".into()),
    };
    let id = RowId::parse(id).ok_or_else(|| "not an id".to_owned())?;
    let target = match (set, targets) {
        (Some(set), _) => {
            catalogue.target(set).filter(|t| targets.contains(t)).ok_or_else(|| format!("`{set}` cannot be looked up here"))?
        }
        (None, [only]) => *only,
        (None, several) => {
            let sets = several.iter().map(|t| catalogue.set_of(*t)).collect::<Vec<_>>().join(", ");
            return Err(format!("name the `set` too, one of: {sets}"));
        }
    };
    Ok((Value::Id(id), Some(target)))
}

fn belongs(kind: &Kind) -> &'static str {
    match kind {
        Kind::Text(_) | Kind::Memo(_) | Kind::AutoNumber { .. } => "text",
        Kind::Email(_) => "an e-mail address as text",
        Kind::Phone(_) => "a phone number as text",
        Kind::Url(_) => "an address of the web as text",
        Kind::Integer { .. } => "a whole number",
        Kind::Decimal { .. } | Kind::Money | Kind::MoneyBase => "a number, best as text",
        Kind::YesNo => "true or false",
        Kind::Choice(_) => "the name of an option",
        Kind::MultiChoice(_) => "a list of names of options",
        Kind::Date => "a day like 2026-11-22",
        Kind::DateTime => "a moment like 2026-11-22T09:30:00Z",
        Kind::Lookup(_) | Kind::Owner | Kind::Id | Kind::File => "an id",
    }
}
