//! The filter tree of the API, made ready to be asked.
//!
//! Every column is named to the permit first: whoever may not read a column may not filter by it. A condition on a lookup
//! asks under the reader's permit on what it names, so a hidden record equals no id.
//! Not here: the SQL (`store`). Proved by `crates/crm/tests/it/views.rs`.

use super::dates::{bound, stretch};
use crate::values::{self, DateForm};
use crate::{Done, Problem};
use catalogue::{Column, ColumnId, Kind, Table, Target, Value};
use jiff::tz::TimeZone;
use security::{Actor, ColumnUse, Permit, Privilege, permit};
use serde_json::Value as Json;
use store::records::{Filter, Path, Test};

/// What a filter is read with.
pub struct Reading<'tx> {
    /// Whose rights.
    pub actor: &'tx Actor,
    /// The transaction's time.
    pub now: i64,
    /// In which zone days begin.
    pub zone: TimeZone,
}

/// How deep a filter may be nested.
const DEPTH: usize = 12;
/// How many conditions, steps to related records and values it may have: a question has a price.
const CONDITIONS: usize = 100;
const STEPS: usize = 8;
const VALUES: usize = 3000;

/// Reads a filter of `table`, whose columns are asked of `read`.
pub fn parse<'tx>(how: &Reading<'tx>, table: &Table, read: &Permit<'_>, written: &Json) -> Done<Filter<'tx>> {
    let mut size = Size::default();
    size.add(written);
    if size.conditions > CONDITIONS || size.steps > STEPS || size.values > VALUES {
        let words = format!("a filter has at most {CONDITIONS} conditions, {STEPS} of them on related records, and {VALUES} values");
        return Err(Problem::malformed("bad-filter", words));
    }
    node(how, table, read, written, 0)
}

/// What a filter asks, counted before it is understood.
#[derive(Default)]
struct Size {
    conditions: usize,
    steps: usize,
    values: usize,
}

impl Size {
    fn add(&mut self, written: &Json) {
        match written {
            Json::Object(members) => {
                let is_node = ["column", "related", "all", "any", "not"].iter().any(|key| members.contains_key(*key));
                self.conditions += usize::from(is_node);
                self.steps += usize::from(members.contains_key("related"));
                members.values().for_each(|inner| self.add(inner));
            }
            Json::Array(all) => all.iter().for_each(|inner| self.add(inner)),
            Json::Null | Json::Bool(_) | Json::Number(_) | Json::String(_) => self.values += 1,
        }
    }
}

fn node<'tx>(how: &Reading<'tx>, table: &Table, read: &Permit<'_>, written: &Json, depth: usize) -> Done<Filter<'tx>> {
    let Some(map) = written.as_object().filter(|_| depth < DEPTH) else {
        return Err(Problem::malformed("bad-filter", "a filter is an object, nested at most twelve deep"));
    };
    let known: &[&str] = if map.contains_key("column") {
        &["column", "op", "value"]
    } else if map.contains_key("related") {
        &["related", "where", "exists", "not_exists"]
    } else {
        &["all", "any", "not"]
    };
    if let Some(strange) = map.keys().find(|k| !known.contains(&k.as_str())) {
        return Err(Problem::malformed("bad-filter", format!("a filter knows no `{strange}` here")));
    }
    let many = |list: &Json| -> Done<Vec<Filter<'tx>>> {
        let list = list.as_array().ok_or_else(|| Problem::malformed("bad-filter", "`all` and `any` take a list"))?;
        list.iter().map(|one| node(how, table, read, one, depth + 1)).collect()
    };
    if let Some(list) = map.get("all") {
        return Ok(Filter::All(many(list)?));
    }
    if let Some(list) = map.get("any") {
        return Ok(Filter::Any(many(list)?));
    }
    if let Some(inner) = map.get("not") {
        return Ok(Filter::Not(Box::new(node(how, table, read, inner, depth + 1)?)));
    }
    if map.contains_key("related") {
        return related(how, table, read, map, depth);
    }
    let text = |key: &str| map.get(key).and_then(Json::as_str).unwrap_or_default();
    let column = table.find(text("column")).ok_or_else(|| unknown_column(table, text("column")))?;
    read.admit(table, [column.id], ColumnUse::Read)?;
    condition(how, column, text("op"), map.get("value").unwrap_or(&Json::Null))
}

/// Refuses a column that is not there, by name.
pub(crate) fn unknown_column(table: &Table, name: &str) -> crate::Error {
    Problem::malformed("unknown-column", format!("{} have no column `{name}`", table.plural.to_lowercase()))
}

fn related<'tx>(
    how: &Reading<'tx>,
    table: &Table,
    read: &Permit<'_>,
    map: &serde_json::Map<String, Json>,
    depth: usize,
) -> Done<Filter<'tx>> {
    let name = map.get("related").and_then(Json::as_str).unwrap_or_default();
    let inner_json = map.get("where").or_else(|| map.get("exists")).or_else(|| map.get("not_exists"));
    let everything = serde_json::json!({ "all": [] });
    let inner_json = inner_json.filter(|j| !j.is_boolean()).unwrap_or(&everything);
    let catalogue = how.actor.catalogue();
    let column = table.find(name);
    let is_down = column.is_none();
    let others: Vec<(ColumnId, &Table)> = match column {
        Some(column) => {
            read.admit(table, [column.id], ColumnUse::Read)?;
            let tables = column.kind.targets().iter().filter_map(|t| if let Target::Table(id) = t { catalogue.table(*id) } else { None });
            tables.map(|t| (column.id, t)).collect()
        }
        None => {
            let children = catalogue.children_of(table.id).filter(|r| r.name == name);
            children.filter_map(|r| Some((r.column, catalogue.table(r.child)?))).collect()
        }
    };
    if others.is_empty() {
        return Err(Problem::malformed("unknown-relation", format!("{} are not related to `{name}`", table.plural.to_lowercase())));
    }
    let mut any = Vec::new();
    let mut refused: Option<crate::Error> = None;
    let several = others.len() > 1;
    for (column, other) in others {
        let read = match permit(how.actor, Privilege::Read, other) {
            Ok(read) => read,
            Err(denial) => {
                refused = refused.or(Some(denial.into()));
                continue;
            }
        };
        if is_down {
            read.admit(other, [column], ColumnUse::Read)?;
        }
        match node(how, other, &read, inner_json, depth + 1) {
            Ok(inner) => {
                let path = if is_down { Path::Down(column) } else { Path::Up(column) };
                any.push(Filter::Related(path, Box::new(read), Box::new(inner)));
            }
            // A lookup to several tables: what one of them does not have, its rows do not match.
            Err(crate::Error::Problem(problem)) if several && problem.code == "unknown-column" => {
                refused = refused.or(Some(problem.into()));
            }
            Err(error) => return Err(error),
        }
    }
    if any.is_empty()
        && let Some(error) = refused
    {
        return Err(error);
    }
    let found = Filter::Any(any);
    Ok(if map.contains_key("not_exists") { Filter::Not(Box::new(found)) } else { found })
}

fn condition<'tx>(how: &Reading<'tx>, column: &Column, op: &str, value: &Json) -> Done<Filter<'tx>> {
    // `not_…` is plain negation of the operator behind it.
    if let Some(inner) = op.strip_prefix("not_") {
        return Ok(Filter::Not(Box::new(condition(how, column, inner, value)?)));
    }
    if op == "ne" {
        return Ok(Filter::Not(Box::new(condition(how, column, "eq", value)?)));
    }
    if op == "null" {
        return Ok(Filter::Column(column.id, Test::Null));
    }
    if matches!(column.kind, Kind::Memo(_) | Kind::File) {
        return Err(Problem::malformed("not-comparable", format!("`{}` is long text: it can be searched, not filtered", column.name)));
    }
    if let Some(people) = about_me(how.actor, column, op) {
        return Ok(people);
    }
    if matches!(column.kind, Kind::Date | Kind::DateTime)
        && let Some(test) = relative(how, column, op, value)?
    {
        return Ok(Filter::Column(column.id, test));
    }
    let one = || parse_value(how, column, value);
    let test = match op {
        "eq" | "on" => {
            let wanted = one()?;
            if column.kind == Kind::DateTime && value.as_str().is_some_and(|t| t.len() == 10) {
                let day =
                    values::parse_day(value.as_str().unwrap_or_default(), DateForm::Ymd).map_err(|m| Problem::column(&column.name, m))?;
                on_day(how, day)
            } else {
                equals(vec![wanted])
            }
        }
        "in" => equals(list(value)?.iter().map(|v| parse_value(how, column, v)).collect::<Done<_>>()?),
        "lt" => Test::Lt(one()?),
        "le" | "on_or_before" => Test::Le(one()?),
        "gt" => Test::Gt(one()?),
        "ge" | "on_or_after" => Test::Ge(one()?),
        "between" => {
            let ends = list(value)?;
            let [from, to] = ends.as_slice() else {
                return Err(Problem::malformed("bad-filter", "`between` takes a list of two"));
            };
            let (from, to) = (Test::Ge(parse_value(how, column, from)?), Test::Le(parse_value(how, column, to)?));
            return Ok(Filter::All(vec![Filter::Column(column.id, from), Filter::Column(column.id, to)]));
        }
        "contains" if column.kind.is_text() => Test::Contains(word(value)?),
        "begins_with" if column.kind.is_text() => Test::Begins(word(value)?),
        "ends_with" if column.kind.is_text() => Test::Ends(word(value)?),
        "contains" if matches!(column.kind, Kind::MultiChoice(_)) => match parse_value(how, column, &serde_json::json!([value]))? {
            Value::Text(option) => Test::Has(option.parse().unwrap_or_default()),
            _ => return Err(Problem::malformed("bad-filter", "`contains` takes the name of an option")),
        },
        _ => return Err(Problem::malformed("unknown-operator", format!("`{op}` cannot be asked of `{}`", column.name))),
    };
    guarded(how, column, test)
}

/// Equal to one of these; empty equals nothing.
fn equals(values: Vec<Value>) -> Test {
    Test::In(values.into_iter().filter(|v| !v.is_null()).collect())
}

fn list(value: &Json) -> Done<Vec<Json>> {
    value
        .as_array()
        .filter(|l| l.len() <= 500)
        .cloned()
        .ok_or_else(|| Problem::malformed("bad-filter", "here belongs a list of at most 500 values"))
}

fn word(value: &Json) -> Done<String> {
    value.as_str().map(str::to_owned).ok_or_else(|| Problem::malformed("bad-filter", "here belongs text"))
}

/// A lookup to records is compared under the reader's permit on them: what is hidden equals no id.
fn guarded<'tx>(how: &Reading<'tx>, column: &Column, test: Test) -> Done<Filter<'tx>> {
    let targets: Vec<&Table> = column
        .kind
        .targets()
        .iter()
        .filter_map(|t| if let Target::Table(id) = t { how.actor.catalogue().table(*id) } else { None })
        .collect();
    if targets.is_empty() {
        return Ok(Filter::Column(column.id, test));
    }
    let mut any = Vec::new();
    for target in targets {
        let Some(id) = target.find("id") else { continue };
        if let Ok(permit) = permit(how.actor, Privilege::Read, target) {
            let inner = Filter::Column(id.id, test.clone());
            any.push(Filter::Related(Path::Up(column.id), Box::new(permit), Box::new(inner)));
        }
    }
    Ok(Filter::Any(any))
}

fn parse_value(how: &Reading<'_>, column: &Column, value: &Json) -> Done<Value> {
    if matches!(column.kind, Kind::Lookup(_) | Kind::Owner | Kind::Id) {
        let id = value.as_str().or_else(|| value.get("id").and_then(Json::as_str)).and_then(catalogue::RowId::parse);
        return id.map(Value::Id).ok_or_else(|| Problem::column(&column.name, "not an id"));
    }
    values::parse_json(how.actor.catalogue(), column, value).map(|(v, _)| v).map_err(|m| Problem::column(&column.name, m))
}

/// `eq_me`, `eq_my_teams`, `eq_me_or_my_teams` on columns that name people.
fn about_me<'tx>(actor: &Actor, column: &Column, op: &str) -> Option<Filter<'tx>> {
    let names_people = column.kind == Kind::Owner || column.kind.targets().iter().any(|t| matches!(t, Target::Users | Target::Teams));
    let me = Value::Id(actor.user().0);
    let teams = actor.teams().iter().map(|t| Value::Id(t.team.0));
    let values = match op {
        "eq_me" => vec![me],
        "eq_my_teams" => teams.collect(),
        "eq_me_or_my_teams" => teams.chain([me]).collect(),
        _ => return None,
    };
    names_people.then_some(Filter::Column(column.id, Test::In(values)))
}

fn on_day(how: &Reading<'_>, day: i64) -> Test {
    let date = jiff::civil::date(1970, 1, 1).saturating_add(jiff::Span::new().days(day));
    let next = date.tomorrow().unwrap_or(date);
    Test::Within(bound(date, false, &how.zone).into(), bound(next, false, &how.zone).into())
}

fn relative(how: &Reading<'_>, column: &Column, op: &str, value: &Json) -> Done<Option<Test>> {
    let takes_number = op.contains("_x_");
    let x = value.as_i64().or_else(|| value.as_str().and_then(|t| t.parse().ok()));
    if takes_number && !x.is_some_and(|x| (0..=36_500).contains(&x)) {
        return Err(Problem::malformed("bad-filter", format!("`{op}` takes a number of days")));
    }
    let Some(stretch) = stretch(op, x.unwrap_or(0), how.now, &how.zone) else { return Ok(None) };
    let is_day = column.kind == Kind::Date;
    let at = |date| Value::Int(bound(date, is_day, &how.zone));
    Ok(match (stretch.from, stretch.to) {
        (Some(from), Some(to)) => Some(Test::Within(at(from), at(to))),
        (None, Some(to)) => Some(Test::Lt(at(to))),
        (Some(from), None) => Some(Test::Ge(at(from))),
        (None, None) => None,
    })
}
