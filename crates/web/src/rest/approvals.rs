//! What is asked of whoever asks, and their decisions.
//!
//! A decision names the version of the record that was looked at.
//! Not here: who may decide (`crm`). Proved by `tests/it/workflows.rs`.

use super::show;
use crate::App;
use crate::answer::{Answer, Outcome};
use crate::call::{Call, column};
use crm::Verb;
use crm::approvals::{self, ApprovalSheet, Decision};
use serde_json::{Value as Json, json};

/// What waits first, then what was decided.
pub fn list(app: &App, call: &Call) -> Outcome {
    let all = app.desk.look(&call.asker()?, approvals::list)?;
    Ok(Answer::data(json!({ "rows": all.iter().map(approval).collect::<Vec<Json>>() })))
}

/// One of them.
pub fn open(app: &App, call: &Call) -> Outcome {
    let found = app.desk.look(&call.asker()?, |tx, actor| approvals::get(tx, actor, call.id()))?;
    Ok(Answer::data(approval(&found)))
}

fn approval(sheet: &ApprovalSheet) -> Json {
    let of = &sheet.approval;
    let row = match &sheet.name {
        Some(name) => json!({ "set": of.set, "id": of.row.to_string(), "name": name, "version": sheet.version }),
        None => json!({ "hidden": true }),
    };
    json!({
        "id": of.id.to_string(), "state": of.state, "words": sheet.words, "row": row, "asked_version": of.row_version,
        "asked_by": show::user(of.asked_by, &sheet.asked_by), "caused_by": show::user(of.caused_by, &sheet.caused_by), "note": of.note,
        "created_on": show::moment(of.created_on), "decided_on": show::maybe_moment(of.decided_on),
    })
}

/// Approves.
pub fn approve(app: &App, call: &Call) -> Outcome {
    decide(app, call, true)
}

/// Refuses.
pub fn refuse(app: &App, call: &Call) -> Outcome {
    decide(app, call, false)
}

fn decide(app: &App, call: &Call, is_approved: bool) -> Outcome {
    let seen =
        call.body.get("version").and_then(Json::as_i64).ok_or_else(|| column("version", "here belongs the version you looked at"))?;
    let (id, decision) = (call.id(), Decision { is_approved, note: call.maybe("note").map(str::to_owned), seen });
    let verb = Verb::write(if is_approved { "approval.approve" } else { "approval.refuse" });
    app.desk.perform(&call.asker()?, verb, move |tx, actor| approvals::decide(tx, actor, id, &decision))?;
    Ok(Answer::nothing())
}
