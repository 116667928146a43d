//! Tables and the columns that an organisation adds to them.
//!
//! Opening a column is another door, `PUT /{set}/columns/{column}/secured`, and asks another task.
//! Not here: which names fit (`catalogue`). Proved by `tests/it/tables.rs`.

use super::show;
use crate::App;
use crate::answer::{Answer, No, Outcome};
use crate::call::{Call, column};
use catalogue::{ChoiceOption, CustomKind, RowId};
use crm::tables::{self, ColumnChange, Kept, NewColumn, OptionSaid, TableLine};
use crm::{Actor, Denial, Done, Tx, Verb};
use serde_json::{Map, Value as Json, json};

/// Tables in the order of the site map.
pub fn list(app: &App, call: &Call) -> Outcome {
    let all = app.desk.look(&call.asker()?, tables::tables)?;
    let line = |t: &TableLine| json!({ "set": t.set, "label": t.plural, "shipped_columns": t.shipped, "custom_columns": t.custom });
    Ok(Answer::data(json!({ "rows": all.iter().map(line).collect::<Vec<Json>>() })))
}

/// The columns that were added to a table.
pub fn columns(app: &App, call: &Call) -> Outcome {
    let sheet = app.desk.look(&call.asker()?, |tx, actor| tables::columns(tx, actor, call.set()))?;
    Ok(Answer::data(json!({ "rows": sheet.columns.iter().map(|(kept, open)| said(kept, *open)).collect::<Vec<Json>>() })))
}

fn said(kept: &Kept, is_open: bool) -> Json {
    let of = &kept.definition;
    let mut members = Map::new();
    let mut put = |name: &str, value: Json| members.insert(name.to_owned(), value);
    put("id", json!(kept.id.to_string()));
    put("name", json!(of.name));
    put("label", json!(of.label));
    put("help", json!(of.help));
    put("kind", json!(of.kind.name()));
    match &of.kind {
        CustomKind::Text(n) | CustomKind::Memo(n) => put("length", json!(n)),
        CustomKind::Decimal(n) => put("digits", json!(n)),
        CustomKind::Lookup(sets) => put("targets", json!(sets)),
        CustomKind::Choice(options) | CustomKind::MultiChoice(options) => {
            let option = |o: &ChoiceOption| json!({ "name": o.name, "label": o.label, "retired": o.retired });
            put("options", json!(options.iter().map(option).collect::<Vec<Json>>()))
        }
        _ => None,
    };
    put("sensitivity", json!(of.sensitivity.name()));
    put("listed", json!(of.is_listed));
    put("searched", json!(of.is_searched));
    put("secured", json!(!is_open));
    put("retired", json!(of.is_retired));
    put("created_on", json!(show::moment(kept.created_on)));
    Json::Object(members)
}

fn one(tx: &mut Tx<'_>, actor: &Actor, set: &str, is_it: impl Fn(&Kept) -> bool) -> Done<Json> {
    let all = tables::columns(tx, actor, set)?.columns;
    let found = all.iter().find(|(kept, _)| is_it(kept)).ok_or(Denial::NotThere)?;
    Ok(said(&found.0, found.1))
}

/// Adds a column; nobody reads it until it is opened or granted.
pub fn add(app: &App, call: &Call) -> Outcome {
    let new = NewColumn {
        set: call.set().to_owned(),
        label: call.text("label").to_owned(),
        name: call.text("name").to_owned(),
        help: call.text("help").to_owned(),
        kind: call.text("kind").to_owned(),
        length: number(call, "length")?,
        digits: number(call, "digits")?,
        options: call.list("options")?.unwrap_or_default(),
        targets: call.list("targets")?.unwrap_or_default(),
        sensitivity: call.text("sensitivity").to_owned(),
        is_listed: call.flag("listed"),
        is_searched: call.flag("searched"),
    };
    let set = new.set.clone();
    let id: RowId =
        app.desk.perform(&call.asker()?, Verb::admin("column.add"), move |tx, actor| Ok(tables::add_column(tx, actor, &new)?.1))?;
    let made = app.desk.look(&call.asker()?, |tx, actor| one(tx, actor, &set, |kept| kept.id == id))?;
    Ok(Answer::made(format!("/api/v1/tables/{set}/columns"), made))
}

fn number(call: &Call, name: &str) -> Result<Option<u32>, No> {
    let Some(value) = call.body.get(name).filter(|v| !v.is_null()) else { return Ok(None) };
    let number = value.as_u64().and_then(|n| u32::try_from(n).ok());
    number.map(Some).ok_or_else(|| column(name, "here belongs a whole number"))
}

/// Changes what is said of a column.
pub fn change(app: &App, call: &Call) -> Outcome {
    let flag = |name: &str| call.body.get(name).and_then(Json::as_bool);
    let text = |name: &str| call.body.get(name).and_then(Json::as_str).map(str::to_owned);
    let change = ColumnChange {
        label: text("label"),
        help: text("help"),
        is_listed: flag("listed"),
        is_searched: flag("searched"),
        options: options(call)?,
    };
    let (set, name) = (call.set().to_owned(), call.name("column").to_owned());
    let now = app.desk.perform(&call.asker()?, Verb::admin("column.change"), move |tx, actor| {
        tables::change_column(tx, actor, &set, &name, &change)?;
        one(tx, actor, &set, |kept| kept.definition.name == name)
    })?;
    Ok(Answer::data(now))
}

fn options(call: &Call) -> Result<Vec<OptionSaid>, No> {
    let Some(all) = call.body.get("options").and_then(Json::as_array) else { return Ok(Vec::new()) };
    let wrong = || column("options", "here belong objects of `name`, `label`, `retired`");
    let known = ["name", "label", "retired"];
    let option = |written: &Json| {
        let members = written.as_object().filter(|m| m.keys().all(|k| known.contains(&k.as_str()))).ok_or_else(wrong)?;
        let text = |name: &str| match members.get(name) {
            None => Ok(None),
            Some(Json::String(text)) => Ok(Some(text.clone())),
            Some(_) => Err(wrong()),
        };
        let is_retired = match members.get("retired") {
            None => None,
            Some(value) => Some(value.as_bool().ok_or_else(wrong)?),
        };
        Ok(OptionSaid { name: text("name")?, label: text("label")?, is_retired })
    };
    all.iter().map(option).collect()
}

/// Puts a column away; its values stay, and its name stays taken.
pub fn retire(app: &App, call: &Call) -> Outcome {
    let (set, name) = (call.set().to_owned(), call.name("column").to_owned());
    app.desk.perform(&call.asker()?, Verb::admin("column.retire"), move |tx, actor| tables::retire_column(tx, actor, &set, &name))?;
    Ok(Answer::nothing())
}
