//! Search over everything the reader may read.
//!
//! Not here: how words are found. Proved by `tests/it/rows.rs`.

use super::show;
use crate::App;
use crate::answer::{Answer, Outcome};
use crate::call::{Call, malformed};
use crm::views;
use serde_json::{Value as Json, json};

/// Rows of every readable set, or of one, whose words begin with the words of `q`.
pub fn search(app: &App, call: &Call) -> Outcome {
    let text = call.param("q").ok_or_else(|| malformed("bad-parameter", "say what is looked for: `q`"))?;
    let limit = call.number_param("limit", 1, 100, 10)?;
    let found = app.desk.look(&call.asker()?, |tx, actor| {
        let found = views::search(tx, actor, text, call.param("set"), limit)?;
        let show = |one: &views::Found| {
            let table = actor.catalogue().table(one.table)?;
            let rows: Vec<Json> = one.rows.iter().map(|row| show::row(table, row, None)).collect();
            Some(json!({ "set": table.set, "rows": rows, "maybe_more": one.maybe_more }))
        };
        Ok(found.iter().filter_map(show).collect::<Vec<Json>>())
    })?;
    Ok(Answer::data(json!({ "found": found })))
}
