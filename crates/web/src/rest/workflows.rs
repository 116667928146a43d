//! Workflows and their runs.
//!
//! A definition is taken and answered as `crm` keeps it; `If-Match` carries the version that a change was decided on.
//! Not here: what a definition means ([`crm::workflows::Definition`]). Proved by `tests/it/workflows.rs`.

use super::show;
use crate::App;
use crate::answer::{Answer, No, Outcome};
use crate::call::Call;
use catalogue::RowId;
use crm::workflows::{self, Definition, RunLine, Workflow, WorkflowDraft, WorkflowSheet};
use crm::{Actor, Done, Tx, Verb};
use serde_json::{Value as Json, json};

/// All workflows, by name.
pub fn list(app: &App, call: &Call) -> Outcome {
    let all = app.desk.look(&call.asker()?, workflows::list)?;
    Ok(Answer::data(json!({ "rows": all.iter().map(|(workflow, owner)| line(workflow, owner)).collect::<Vec<Json>>() })))
}

fn line(workflow: &Workflow, owner: &str) -> Json {
    json!({
        "id": workflow.id.to_string(), "version": workflow.version, "name": workflow.name, "owner": show::user(workflow.owner, owner),
        "set": workflow.set, "state": workflow.state.name(), "why": workflow.why, "modified_on": show::moment(workflow.modified_on),
    })
}

fn whole(sheet: &WorkflowSheet) -> Json {
    let mut told = line(&sheet.workflow, &sheet.owner);
    if let Some(members) = told.as_object_mut() {
        members.insert("definition".into(), sheet.workflow.body.clone());
        members.insert("warnings".into(), json!(sheet.warnings));
    }
    told
}

fn sheet(tx: &mut Tx<'_>, actor: &Actor, id: RowId) -> Done<WorkflowSheet> {
    workflows::get(tx, actor, id)
}

fn shown(sheet: &WorkflowSheet) -> Answer {
    Answer::data(whole(sheet)).with("etag", show::etag(sheet.workflow.version))
}

/// One workflow with what it does.
pub fn open(app: &App, call: &Call) -> Outcome {
    let found = app.desk.look(&call.asker()?, |tx, actor| sheet(tx, actor, call.id()))?;
    Ok(shown(&found))
}

/// Makes one, as a draft.
pub fn make(app: &App, call: &Call) -> Outcome {
    let definition = Definition::read(call.body.get("definition").unwrap_or(&Json::Null))?;
    let draft = WorkflowDraft { id: None, name: call.text("name").to_owned(), set: call.text("set").to_owned(), definition };
    let made = app.desk.perform(&call.asker()?, Verb::admin("workflow.create"), move |tx, actor| {
        let id = workflows::save(tx, actor, &draft)?.id;
        sheet(tx, actor, id)
    })?;
    Ok(Answer::made(format!("/api/v1/workflows/{}", made.workflow.id), whole(&made)))
}

/// Changes one; whoever does owns it.
pub fn change(app: &App, call: &Call) -> Outcome {
    let (id, version) = (call.id(), call.version()?);
    let name = call.maybe("name").map(str::to_owned);
    let definition = call.body.get("definition").filter(|given| !given.is_null()).map(Definition::read).transpose()?;
    let saved = app.desk.perform(&call.asker()?, Verb::admin("workflow.change"), move |tx, actor| {
        let old = sheet(tx, actor, id)?;
        let draft = WorkflowDraft {
            id: Some((id, version)),
            name: name.clone().unwrap_or(old.workflow.name),
            set: old.workflow.set,
            definition: definition.clone().unwrap_or(old.definition),
        };
        workflows::save(tx, actor, &draft)?;
        sheet(tx, actor, id)
    })?;
    Ok(shown(&saved))
}

/// Switches one on.
pub fn resume(app: &App, call: &Call) -> Outcome {
    switch(app, call, true)
}

/// Pauses one.
pub fn pause(app: &App, call: &Call) -> Outcome {
    switch(app, call, false)
}

fn switch(app: &App, call: &Call, is_on: bool) -> Outcome {
    let id = call.id();
    let verb = Verb::admin(if is_on { "workflow.resume" } else { "workflow.pause" });
    app.desk.perform(&call.asker()?, verb, move |tx, actor| workflows::switch(tx, actor, id, is_on))?;
    Ok(Answer::nothing())
}

/// What has run, newest first.
pub fn runs(app: &App, call: &Call) -> Outcome {
    let (limit, after) = (call.number_param("limit", 1, 200, 50)?, call.param("after"));
    let page = app.desk.look(&call.asker()?, |tx, actor| workflows::runs(tx, actor, call.id(), after, limit))?;
    Ok(Answer::data(json!({ "rows": page.rows.iter().map(run_line).collect::<Vec<Json>>(), "next": page.next })))
}

fn run_line(line: &RunLine) -> Json {
    let run = &line.run;
    let row = match &line.name {
        Some(name) => json!({ "set": run.set, "id": run.row.to_string(), "name": name }),
        None => json!({ "hidden": true }),
    };
    json!({
        "id": run.id.to_string(), "workflow": run.workflow.to_string(), "version": run.version, "row": row, "state": run.state.name(),
        "why": run.why, "depth": run.depth, "created_on": show::moment(run.created_on), "ended_on": show::maybe_moment(run.ended_on),
    })
}

/// One run, step by step.
pub fn run(app: &App, call: &Call) -> Outcome {
    let sheet = app.desk.look(&call.asker()?, |tx, actor| workflows::run_sheet(tx, actor, call.id_named("run")))?;
    if sheet.line.run.workflow != call.id() {
        return Err(No::from(crm::Denial::NotThere));
    }
    let steps = sheet.steps.iter().map(|step| {
        json!({ "step": step.number, "do": step.kind, "outcome": step.outcome, "said": step.said, "done_on": show::moment(step.done_on) })
    });
    let mut told = run_line(&sheet.line);
    if let Some(members) = told.as_object_mut() {
        members.insert("owner".into(), show::user(sheet.line.run.owner, &sheet.owner));
        members.insert("caused_by".into(), show::user(sheet.line.run.caused_by, &sheet.caused_by));
        members.insert("steps".into(), json!(steps.collect::<Vec<Json>>()));
    }
    Ok(Answer::data(told))
}
