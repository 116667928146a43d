//! Filters of a list, in words and back.
//!
//! A list's filter is the JSON of the API. What the small forms add are simple conditions joined by `all`, each shown as a
//! chip; whatever else stands in the address is one chip by itself.
//! Not here: what a condition means (`crm`). Start reading at [`condition`]. Proved by `tests/it/client.rs`.

use super::show::capital;
use crate::pages::Choice;
use catalogue::{Catalogue, Column, Kind, Table, Target, text};
use crm::people::pick_owners;
use crm::values::{DateForm, day_text, parse_day, parse_text};
use crm::views::marked_names;
use crm::{Actor, Done, PrincipalId, Tx};
use serde_json::{Value as Json, json};

const TEXT: &[&str] = &["contains", "begins_with", "eq", "ne", "null", "not_null"];
const NUMBER: &[&str] = &["eq", "ge", "le", "gt", "lt", "null", "not_null"];
const TIME: &[&str] = &[
    "on",
    "on_or_after",
    "on_or_before",
    "today",
    "this_week",
    "this_month",
    "last_month",
    "this_year",
    "last_x_days",
    "next_x_days",
    "older_than_x_days",
    "null",
    "not_null",
];
const CHOICE: &[&str] = &["eq", "ne", "null", "not_null"];
const LOOKUP: &[&str] = &["contains", "null", "not_null"];
const PEOPLE: &[&str] = &["eq_me", "eq_my_teams", "contains"];

/// What may be asked of a column; nothing when it cannot be filtered by.
pub(super) fn operators(column: &Column) -> &'static [&'static str] {
    match &column.kind {
        Kind::Text(_) | Kind::Email(_) | Kind::Phone(_) | Kind::Url(_) | Kind::AutoNumber { .. } => TEXT,
        Kind::Integer { .. } | Kind::Decimal { .. } | Kind::Money | Kind::MoneyBase => NUMBER,
        Kind::Date | Kind::DateTime => TIME,
        Kind::Choice(_) => CHOICE,
        Kind::MultiChoice(_) => &["contains", "null", "not_null"],
        Kind::YesNo => &["eq"],
        Kind::Owner => PEOPLE,
        Kind::Lookup(targets) => match targets.as_slice() {
            [Target::Users] => PEOPLE,
            [Target::Table(_)] => LOOKUP,
            _ => &["null", "not_null"],
        },
        Kind::Memo(_) | Kind::Id | Kind::File => &[],
    }
}

/// The operators for a select.
pub(super) fn choices(operators: &[&str]) -> Vec<Choice> {
    operators.iter().map(|op| Choice::new(op, words(op))).collect()
}

/// Every operator that the general form offers.
pub(super) fn all_operators() -> Vec<Choice> {
    choices(&[
        "contains",
        "begins_with",
        "eq",
        "ne",
        "ge",
        "le",
        "gt",
        "lt",
        "on",
        "on_or_after",
        "on_or_before",
        "today",
        "this_week",
        "this_month",
        "this_year",
        "last_x_days",
        "next_x_days",
        "older_than_x_days",
        "eq_me",
        "eq_my_teams",
        "null",
        "not_null",
    ])
}

/// The values that a column's own filter offers.
pub(super) fn values(column: &Column) -> Vec<Choice> {
    match column.kind {
        Kind::YesNo => vec![Choice::new("yes", "Yes"), Choice::new("no", "No")],
        _ => column.kind.options().iter().map(|o| Choice::new(&o.name, &o.label)).collect(),
    }
}

fn words(op: &str) -> &'static str {
    match op {
        "contains" => "contains",
        "begins_with" => "begins with",
        "eq" => "is",
        "ne" => "is not",
        "ge" => "is at least",
        "le" => "is at most",
        "gt" => "is more than",
        "lt" => "is less than",
        "on" => "is on",
        "on_or_after" => "is on or after",
        "on_or_before" => "is on or before",
        "today" => "is today",
        "this_week" => "is this week",
        "this_month" => "is this month",
        "last_month" => "is last month",
        "this_year" => "is this year",
        "last_x_days" => "is in the last … days",
        "next_x_days" => "is in the next … days",
        "older_than_x_days" => "is older than … days",
        "eq_me" => "is me",
        "eq_my_teams" => "is one of my teams",
        "null" => "is empty",
        "not_null" => "is not empty",
        _ => "matches",
    }
}

/// The condition that the small form means; the words say what is wrong with it.
pub(super) fn condition(tx: &mut Tx<'_>, actor: &Actor, table: &Table, column: &str, op: &str, value: &str) -> Done<Result<Json, String>> {
    let Some(column) = table.find(column) else { return Ok(Err("there is no such column".into())) };
    let op = if op == "eq" && operators(column) == TIME { "on" } else { op };
    if !operators(column).contains(&op) {
        return Ok(Err(format!("`{}` cannot be asked whether it {}", column.label, words(op))));
    }
    let value = value.trim();
    let plain = |value: Json| Ok(Ok(json!({ "column": column.name, "op": op, "value": value })));
    match op {
        "null" | "not_null" | "eq_me" | "eq_my_teams" | "today" | "this_week" | "this_month" | "last_month" | "this_year" => {
            return Ok(Ok(json!({ "column": column.name, "op": op })));
        }
        _ if value.is_empty() => return Ok(Err(format!("say what `{}` {}", column.label, words(op)))),
        _ => {}
    }
    match &column.kind {
        Kind::Owner | Kind::Lookup(_) if operators(column) == PEOPLE => {
            let found = pick_owners(tx, actor, value, 100)?;
            if found.is_empty() {
                return Ok(Err(format!("nobody is called `{value}`")));
            }
            let ids: Vec<String> = found.iter().map(|(id, _)| id.to_string()).collect();
            Ok(Ok(json!({ "column": column.name, "op": "in", "value": ids })))
        }
        Kind::Lookup(targets) => {
            let other = targets.first().and_then(|t| if let Target::Table(id) = t { actor.catalogue().table(*id) } else { None });
            let Some(primary) = other.and_then(|t| t.column(t.primary)) else { return Ok(Err("this cannot be filtered by".into())) };
            let inner = json!({ "column": primary.name, "op": "contains", "value": value });
            Ok(Ok(json!({ "related": column.name, "where": inner })))
        }
        Kind::Choice(options) | Kind::MultiChoice(options) => {
            let key = text::key(value);
            match options.iter().find(|o| o.name == value || text::key(&o.label) == key) {
                Some(option) => plain(json!(option.name)),
                None => Ok(Err(format!("`{value}` is none of the choices of {}", column.label))),
            }
        }
        Kind::Date | Kind::DateTime if op.contains("_x_") => match value.parse::<u32>() {
            Ok(days) => plain(json!(days)),
            Err(_) => Ok(Err("here belongs a number of days".into())),
        },
        Kind::Date | Kind::DateTime => match parse_day(value, DateForm::Ymd) {
            Ok(day) if op == "on_or_before" && column.kind == Kind::DateTime => plain(json!(format!("{}T23:59:59Z", day_text(day)))),
            Ok(day) if op == "on_or_after" && column.kind == Kind::DateTime => plain(json!(format!("{}T00:00:00Z", day_text(day)))),
            Ok(day) => plain(json!(day_text(day))),
            Err(why) => Ok(Err(why)),
        },
        Kind::YesNo => match parse_text(actor.catalogue(), column, value, DateForm::Ymd) {
            Ok(yes) => plain(json!(yes.int() == Some(1))),
            Err(why) => Ok(Err(why)),
        },
        Kind::Integer { .. } => match value.replace([',', ' '], "").parse::<i64>() {
            Ok(number) => plain(json!(number)),
            Err(_) => Ok(Err(format!("`{value}` is not a whole number"))),
        },
        Kind::Money | Kind::MoneyBase | Kind::Decimal { .. } => match parse_text(actor.catalogue(), column, value, DateForm::Ymd) {
            Ok(_) => plain(json!(value)),
            Err(why) => Ok(Err(why)),
        },
        _ => plain(json!(value)),
    }
}

/// The conditions of a filter, if it is of the kind that the small forms make.
pub(super) fn conditions(filter: &Json) -> Option<Vec<Json>> {
    let list = filter.as_object().filter(|map| map.len() == 1)?.get("all")?.as_array()?;
    list.iter().all(|one| one.get("column").is_some() || one.get("related").is_some()).then(|| list.clone())
}

/// A condition in words.
pub(super) fn told(tx: &mut Tx<'_>, catalogue: &Catalogue, table: &Table, condition: &Json) -> Done<String> {
    let text = |json: &Json, key: &str| json.get(key).and_then(Json::as_str).unwrap_or_default().to_owned();
    if let Some(inner) = condition.get("where") {
        let label = table.find(&text(condition, "related")).map_or_else(|| "Related".to_owned(), |c| c.label.clone());
        return Ok(format!("{label} {} “{}”", words(&text(inner, "op")), text(inner, "value")));
    }
    let (name, op) = (text(condition, "column"), text(condition, "op"));
    let Some(column) = table.find(&name) else { return Ok(capital(&name)) };
    let value = condition.get("value").unwrap_or(&Json::Null);
    if op == "in" && operators(column) == PEOPLE {
        let ids = value.as_array().into_iter().flatten().filter_map(Json::as_str).filter_map(catalogue::RowId::parse).map(PrincipalId);
        let names = marked_names(tx, &ids.collect::<Vec<_>>())?;
        let mut names: Vec<String> = names.into_values().collect();
        names.sort();
        return Ok(format!("{} is {}", column.label, names.join(" or ")));
    }
    let shown = match (value, &column.kind) {
        (Json::Null, _) => String::new(),
        (Json::String(id), Kind::Lookup(_)) => linked(tx, catalogue, column, id)?,
        (Json::String(t), _) => column.kind.options().iter().find(|o| o.name == *t).map_or_else(|| t.clone(), |o| o.label.clone()),
        (Json::Bool(yes), _) => if *yes { "yes" } else { "no" }.to_owned(),
        (other, _) => other.to_string(),
    };
    let shown = shown.trim_end_matches("T00:00:00Z").trim_end_matches("T23:59:59Z");
    if op.contains("_x_") {
        return Ok(format!("{} {}", column.label, words(&op).replace('…', shown)));
    }
    Ok(format!("{} {} {shown}", column.label, words(&op)).trim_end().to_owned())
}

/// What an id in a condition names is said only for people: a record's name would need the reader's rights.
fn linked(tx: &mut Tx<'_>, catalogue: &Catalogue, column: &Column, id: &str) -> Done<String> {
    let Some(id) = catalogue::RowId::parse(id) else { return Ok(id.to_owned()) };
    let name = marked_names(tx, &[PrincipalId(id)])?.remove(&PrincipalId(id));
    let set = column.kind.targets().first().and_then(|t| catalogue.find(catalogue.set_of(*t)));
    Ok(name.unwrap_or_else(|| set.map_or_else(|| "this".to_owned(), |t| format!("this {}", t.label.to_lowercase()))))
}
