//! The own jobs: how far they are, and stopping them.
//!
//! Not here: what an import or export gave ([`super::imports`], [`super::exports`]). Proved by `tests/it/exchange.rs`.

use super::show;
use crate::App;
use crate::answer::{Answer, Outcome};
use crate::call::Call;
use crm::Verb;
use crm::jobs::{self, Job};
use serde_json::{Value as Json, json};

/// The own jobs, newest first.
pub fn list(app: &App, call: &Call) -> Outcome {
    let limit = u32::try_from(call.number_param("limit", 1, 200, 50)?).unwrap_or(50);
    let all = app.desk.look(&call.asker()?, |tx, actor| jobs::list(tx, actor, limit))?;
    Ok(Answer::data(json!({ "rows": all.iter().map(job).collect::<Vec<Json>>() })))
}

/// One of the own jobs.
pub fn open(app: &App, call: &Call) -> Outcome {
    let found = app.desk.look(&call.asker()?, |tx, actor| jobs::get(tx, actor, call.id()))?;
    Ok(Answer::data(job(&found)))
}

fn job(job: &Job) -> Json {
    json!({
        "id": job.id.to_string(), "kind": job.kind, "title": job.arguments.get("title"), "state": job.state.name(), "done": job.done,
        "total": job.total, "message": job.message, "created_on": show::moment(job.created_on),
        "started_on": show::maybe_moment(job.started_on), "ended_on": show::maybe_moment(job.ended_on),
    })
}

/// Stops a job after its batch.
pub fn cancel(app: &App, call: &Call) -> Outcome {
    let id = call.id();
    app.desk.perform(&call.asker()?, Verb::write("job.cancel"), move |tx, actor| jobs::cancel(tx, actor, id))?;
    Ok(Answer::nothing())
}
