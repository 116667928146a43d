//! The trail, read.
//!
//! Ids, verbs, names of people and of columns; never a name or a value of a record.
//! Not here: what became of one record ([`super::acts`]). Proved by `tests/it/audit.rs`.

use super::show;
use crate::App;
use crate::answer::{Answer, No, Outcome};
use crate::call::Call;
use crm::PrincipalId;
use crm::oversight::{self, TrailLine, TrailPage, TrailWanted};
use serde_json::{Value as Json, json};

/// What of the trail is asked for.
pub fn wanted(call: &Call) -> Result<TrailWanted, No> {
    let id = |name: &str| call.param(name).map(oversight::about).transpose();
    Ok(TrailWanted {
        actor: id("user")?.map(PrincipalId),
        verb: call.param("verb").map(str::to_owned),
        subject: id("about")?,
        refused: call.flag_param("refused")?,
        people: call.flag_param("people")?,
        before: call.param("after").map(oversight::place).transpose()?,
    })
}

/// Entries of the trail, newest first.
pub fn trail(app: &App, call: &Call) -> Outcome {
    let wanted = wanted(call)?;
    let limit = u32::try_from(call.number_param("limit", 1, 500, 50)?).unwrap_or(50);
    let page = app.desk.look(&call.asker()?, |tx, actor| oversight::trail(tx, actor, &wanted, limit))?;
    let rows: Vec<Json> = page.lines.iter().map(|line| entry(&page, line)).collect();
    Ok(Answer::data(json!({ "rows": rows, "next": page.next })))
}

fn entry(page: &TrailPage, line: &TrailLine) -> Json {
    json!({
        "lane": line.place.lane, "number": line.place.number, "time": show::moment(line.place.time),
        "actor": { "set": "users", "id": line.actor.to_string(), "name": page.names.get(&line.actor) },
        "channel": line.channel, "verb": line.verb, "verdict": line.verdict, "changes": line.changes,
        "column": line.column.as_ref().map(|(set, column)| json!({ "set": set, "column": column })),
        "about": line.subject.as_ref().map(|(set, id)| json!({ "set": set, "id": id.to_string() })),
    })
}
