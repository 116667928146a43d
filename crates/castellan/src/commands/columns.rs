//! `column`: the columns that an organisation adds to its tables, through the doors of the API.
//!
//! Not here: which names fit (`catalogue`), who may (`crm`). Proved by `crates/castellan/tests/it/columns.rs`.

use super::people::rows;
use super::{Call, encode, print, text, with};
use crate::arguments::{AddColumn, Arguments, ColumnAct};
use crate::failure::Failure;
use serde_json::{Map, Value as Json, json};

/// Runs one of the acts on columns.
pub fn run(arguments: &Arguments, act: &ColumnAct) -> Result<(), Failure> {
    with(arguments, |call| match act {
        ColumnAct::Add(new) => add(arguments, call, new),
        ColumnAct::List { set } => list(arguments, call, set),
        ColumnAct::Retire { set, column } => {
            call.api("POST", &format!("/tables/{}/columns/{}/retire", encode(set), encode(column)), None)?;
            print(arguments, &json!({ "set": set, "column": column, "retired": true }), |_| {
                println!("{column} of {set} is retired; its values stay, and its name stays taken");
            });
            Ok(())
        }
    })
}

fn add(arguments: &Arguments, call: &Call, new: &AddColumn) -> Result<(), Failure> {
    let mut body = Map::new();
    body.insert("label".into(), json!(new.label));
    body.insert("kind".into(), json!(new.kind));
    let said = [("name", &new.name), ("help", &new.hint), ("sensitivity", &new.sensitivity)];
    for (name, value) in said.into_iter().filter_map(|(name, value)| Some((name, value.as_ref()?))) {
        body.insert(name.into(), json!(value));
    }
    for (name, value) in [("length", new.length), ("digits", new.digits)].into_iter().filter_map(|(name, value)| Some((name, value?))) {
        body.insert(name.into(), json!(value));
    }
    for (name, all) in [("options", &new.option), ("targets", &new.target)].into_iter().filter(|(_, all)| !all.is_empty()) {
        body.insert(name.into(), json!(all));
    }
    body.insert("listed".into(), json!(new.listed));
    body.insert("searched".into(), json!(new.searched));
    let made = call.api("POST", &format!("/tables/{}/columns", encode(&new.set)), Some(&Json::Object(body)))?;
    print(arguments, &made, |made| {
        println!("{} has a column {}; nobody reads it until it is opened or a field profile grants it", new.set, text(made, "name"));
    });
    Ok(())
}

fn list(arguments: &Arguments, call: &Call, set: &str) -> Result<(), Failure> {
    let all = call.api("GET", &format!("/tables/{}/columns", encode(set)), None)?;
    print(arguments, &all, |all| {
        for column in rows(all) {
            let is = |name: &str| column.get(name).and_then(Json::as_bool).unwrap_or(false);
            let state = match (is("retired"), is("secured")) {
                (true, _) => "retired",
                (false, true) => "secured",
                (false, false) => "open",
            };
            println!("{:<8} {:<36} {:<12} {}", state, text(column, "name"), text(column, "kind"), text(column, "label"));
        }
    });
    Ok(())
}
