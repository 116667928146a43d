//! Files go out: asked for, decided about, collected.
//!
//! The decision is an answer, also when it is no. The file is watched while it is delivered: whoever loses the right to
//! it loses the rest of it.
//! Not here: deciding. Proved by `tests/it/exchange.rs`.

use super::show;
use crate::App;
use crate::answer::{Answer, Outcome};
use crate::call::{Call, column};
use crm::Verb;
use crm::exchange::{self, Decision, Export, Format, Taking};
use serde_json::{Value as Json, json};

/// Asks for a file.
pub fn ask(app: &App, call: &Call) -> Outcome {
    let format = call.maybe("format").unwrap_or("csv");
    let taking = Taking {
        set: call.text("set").to_owned(),
        view: call.maybe("view").unwrap_or("*").to_owned(),
        filter: call.body.get("filter").filter(|f| !f.is_null()).cloned(),
        sort: call.maybe("sort").map(str::to_owned),
        select: call.list("select")?,
        zone: call.maybe("tz").map(str::to_owned),
        format: Format::parse(format).ok_or_else(|| column("format", "here belongs `csv` or `xlsx`"))?,
        reason: call.maybe("reason").map(str::to_owned),
    };
    let asked = app.desk.perform(&call.asker()?, Verb::export("export.ask"), move |tx, actor| exchange::ask(tx, actor, &taking))?;
    let (decision, obligations, why) = match &asked.decision {
        Decision::Allowed { obligations } => ("allowed", obligations.clone(), None),
        Decision::Refused(why) => ("refused", Vec::new(), Some(why)),
    };
    let body = json!({
        "id": asked.export.to_string(), "job": asked.job.map(|j| j.to_string()), "decision": decision, "obligations": obligations,
        "why": why, "rows": asked.rows,
    });
    Ok(Answer::begun(format!("/api/v1/exports/{}", asked.export), body))
}

/// The own exports, newest first.
pub fn list(app: &App, call: &Call) -> Outcome {
    let limit = u32::try_from(call.number_param("limit", 1, 200, 50)?).unwrap_or(50);
    let all = app.desk.look(&call.asker()?, |tx, actor| exchange::exports(tx, actor, limit))?;
    Ok(Answer::data(json!({ "rows": all.iter().map(export).collect::<Vec<Json>>() })))
}

/// How one stands.
pub fn open(app: &App, call: &Call) -> Outcome {
    let found = app.desk.look(&call.asker()?, |tx, actor| exchange::export(tx, actor, call.id()))?;
    Ok(Answer::data(export(&found)))
}

fn export(export: &Export) -> Json {
    let sha256 = export.sha256.as_ref().map(|sum| sum.iter().map(|byte| format!("{byte:02x}")).collect::<String>());
    json!({
        "id": export.id.to_string(), "job": export.job.map(|j| j.to_string()), "set": export.set, "columns": export.columns,
        "format": export.format, "reason": export.reason, "decision": export.decision, "state": export.state.name(), "why": export.why,
        "rows": export.rows, "sha256": sha256, "created_on": show::moment(export.created_on),
        "expires_at": show::maybe_moment(export.ends_on), "collected_on": show::maybe_moment(export.collected_on),
    })
}

/// The file.
pub fn file(app: &App, call: &Call) -> Outcome {
    let delivery = exchange::collect(&app.desk, &call.asker()?, call.id())?;
    let (name, size, format) = (delivery.name.clone(), delivery.size, delivery.format);
    Ok(Answer::file(&name, format.media_type(), Some(size), delivery))
}
