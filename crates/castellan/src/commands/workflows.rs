//! `workflow`: which there are, and switching one on or off, through the doors of the API.
//!
//! A workflow is named by its id or by its name, which no other bears, however its letters are written.
//! Not here: what a workflow does and who may switch it (`crm`). Start reading at [`run`].
//! Proved by `crates/castellan/tests/it/words.rs`.

use super::people::rows;
use super::{Call, print, text, with};
use crate::arguments::{Arguments, WorkflowAct};
use crate::failure::Failure;
use serde_json::json;

/// Runs one of the acts on workflows.
pub fn run(arguments: &Arguments, act: &WorkflowAct) -> Result<(), Failure> {
    with(arguments, |call| match act {
        WorkflowAct::List => list(arguments, call),
        WorkflowAct::Pause { which } => switch(arguments, call, which, "pause"),
        WorkflowAct::Resume { which } => switch(arguments, call, which, "resume"),
    })
}

fn list(arguments: &Arguments, call: &Call) -> Result<(), Failure> {
    let all = call.api("GET", "/workflows", None)?;
    print(arguments, &all, |all| {
        for workflow in rows(all) {
            let owner = workflow.get("owner").map_or("", |owner| text(owner, "name"));
            println!("{:<8} {:<36} {:<16} {owner}", text(workflow, "state"), text(workflow, "name"), text(workflow, "set"));
            let why = text(workflow, "why");
            if !why.is_empty() {
                println!("{:<8} {why}", "");
            }
        }
    });
    Ok(())
}

fn switch(arguments: &Arguments, call: &Call, which: &str, act: &str) -> Result<(), Failure> {
    let id = find(call, which)?;
    call.api("POST", &format!("/workflows/{id}/{act}"), Some(&json!({})))?;
    let now = call.api("GET", &format!("/workflows/{id}"), None)?;
    print(arguments, &json!({ "workflow": id, "state": text(&now, "state") }), |_| match act {
        "pause" => println!("{which} is paused; what has begun waits"),
        _ => println!("{which} is on"),
    });
    Ok(())
}

/// The id of the workflow of that id or name.
fn find(call: &Call, which: &str) -> Result<String, Failure> {
    if catalogue::RowId::parse(which).is_some() {
        return Ok(which.to_owned());
    }
    let all = call.api("GET", "/workflows", None)?;
    let found = rows(&all).iter().find(|one| text(one, "name").to_lowercase() == which.trim().to_lowercase());
    found.map(|one| text(one, "id").to_owned()).ok_or_else(|| Failure::missing(format!("there is no workflow `{which}`")))
}
