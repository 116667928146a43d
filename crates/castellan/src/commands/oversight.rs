//! `audit verify` and `doctor`: is the record whole, is everything in order.
//!
//! Not here: the check itself (`store`). Proved by `crates/castellan/tests/it/main.rs`.

use super::{print, text, with};
use crate::arguments::Arguments;
use crate::failure::Failure;
use serde_json::{Value as Json, json};

/// Checks the trail; names lane and number of the first bad entry.
pub fn verify(arguments: &Arguments) -> Result<(), Failure> {
    let told = with(arguments, |call| call.operate("audit.verify", &json!({})))?;
    if !is_well(&told, "whole") {
        let bad = told.get("bad").and_then(Json::as_array).cloned().unwrap_or_default();
        let wrong = bad.iter().map(|b| text(b, "wrong")).collect::<Vec<_>>().join("; ");
        return Err(Failure::damaged(format!("the trail is damaged: {wrong}")).with(told));
    }
    print(arguments, &told, |told| {
        println!("the trail is whole: {} entries", told.get("entries").and_then(Json::as_u64).unwrap_or(0));
    });
    Ok(())
}

/// Looks whether everything is in order.
pub fn doctor(arguments: &Arguments) -> Result<(), Failure> {
    let told = with(arguments, |call| call.operate("doctor", &json!({})))?;
    let checks = told.get("checks").and_then(Json::as_array).cloned().unwrap_or_default();
    if !arguments.json {
        for check in &checks {
            println!("{} {}", if is_well(check, "well") { "well " } else { "WRONG" }, text(check, "check"));
        }
    }
    match checks.iter().find(|c| !is_well(c, "well")) {
        None => {
            print(arguments, &told, |_| {});
            Ok(())
        }
        Some(check) => Err(Failure::damaged(format!("not in order: {}", text(check, "check"))).with(told)),
    }
}

fn is_well(json: &Json, name: &str) -> bool {
    json.get(name).and_then(Json::as_bool) == Some(true)
}
