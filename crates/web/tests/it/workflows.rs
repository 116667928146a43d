//! Workflows and approvals at the doors: the form without a script, the API, a decision.
//!
//! Not here: what runs and with whose rights (`crates/crm/tests/it/workflows.rs`). Start reading at the first sentence.

use crate::server::{Ask, Server};
use crate::tab::{Tab, value_behind, words};
use serde_json::json;

#[test]
fn a_workflow_is_put_together_from_parts_without_a_script_and_runs() {
    let server = Server::open();
    let tab = Tab::of(&server, "admin");
    assert!(words(&tab.get("/workflows").is(200)).contains("No workflows yet"));
    let at = "/workflows/new?set=leads";
    tab.get(at).is(200);
    let rep = server.world.id("north_rep").to_string();
    let added = tab.send(at, &[("name", "new leads"), ("trigger", "created"), ("act", "add-set")]).is(200);
    assert!(words(&added).contains("Step 1: Set columns"), "{}", words(&added));
    assert_eq!(value_behind(&added, "id=\"f-name\"", "value"), "new leads", "what was typed is kept");
    let mut fields =
        vec![("name", "new leads"), ("trigger", "created"), ("c0_column", "topic"), ("c0_op", "begins_with"), ("c0_value", "Fair")];
    fields.extend([("s0_kind", "set"), ("s0_c0", "rating"), ("s0_v0", "hot"), ("s1_kind", "assign"), ("s1_to", rep.as_str())]);
    let taken = tab.send(at, &[fields.clone(), vec![("act", "take-0")]].concat()).is(200);
    assert!(words(&taken).contains("Step 1: Assign the row") && !words(&taken).contains("Set columns Column"));
    let saved = tab.send(at, &[fields, vec![("act", "save")]].concat()).is(303);
    let page = tab.get(saved.header("location")).is(200);
    for part in ["Draft", "a lead is made", "Topic begins with Fair", "Set Rating", "Assign to north_rep"] {
        assert!(words(&page).contains(part), "{part}: {}", words(&page));
    }
    let here = saved.header("location").to_owned();
    assert!(words(&tab.done(&format!("{here}/resume"), &[])).contains("On"));
    let lead = server.make("admin", "leads", &json!({ "topic": "Fair in May", "last_name": "Smith" }));
    server.run_jobs();
    let owner = server.get("admin", &format!("/api/v1/leads/{lead}")).is(200).json();
    assert_eq!((owner["owner"]["name"].as_str(), owner["rating"].as_str()), (Some("north_rep"), Some("hot")));
    let run = value_behind(&tab.get(&here).is(200), "id=\"h-runs\"", "data-href");
    let log = words(&tab.get(&run).is(200));
    assert!(log.contains("Set Rating.") && log.contains("Assigned to north_rep."), "{log}");
    let edit = tab.get(&format!("{here}/edit")).is(200);
    assert_eq!(value_behind(&edit, "id=\"f-s0_v0\"", "value"), "hot");
}

#[test]
fn what_is_wrong_stands_at_its_field() {
    let server = Server::open();
    let tab = Tab::of(&server, "admin");
    let at = "/workflows/new?set=leads";
    let send =
        |fields: &[(&str, &str)]| tab.send(at, &[fields, &[("name", "x"), ("trigger", "created"), ("act", "save")]].concat()).is(422);
    assert!(words(&send(&[])).contains("Say at least one thing that is to happen"));
    let template = send(&[("s0_kind", "task"), ("s0_subject", "Call {colour}"), ("s0_whose", "row_owner")]);
    assert!(template.text().contains("id=\"e-s0_subject\""), "{}", words(&template));
    assert!(words(&template).contains("Leads have no column `colour`"));
    let admin = server.world.id("admin").to_string();
    let own = send(&[("s0_kind", "approve"), ("s0_of", &admin), ("s0_words", "May it?")]);
    assert!(own.text().contains("id=\"e-s0_of\"") && words(&own).contains("Nobody decides on what they ask for themselves"));
    let choice = send(&[("s0_kind", "set"), ("s0_c0", "rating"), ("s0_v0", "lukewarm")]);
    assert!(choice.text().contains("id=\"e-s0_v0\""), "{}", words(&choice));
    let condition = send(&[("c0_column", "rating"), ("c0_op", "eq"), ("c0_value", "lukewarm"), ("s0_kind", "notify")]);
    assert!(condition.text().contains("id=\"e-c0_value\""), "{}", words(&condition));
}

#[test]
fn whoever_does_not_manage_workflows_is_told_what_is_missing() {
    let server = Server::open();
    let tab = Tab::of(&server, "manager");
    assert!(words(&tab.get("/workflows").is(403)).contains("Make and run workflows"));
    assert!(!tab.get("/").is(200).text().contains("href=\"/workflows\""));
}

#[test]
fn a_decision_comes_back_when_the_picture_was_old_and_goes_on_when_it_was_not() {
    let server = Server::open();
    let rep = server.world.id("north_rep").to_string();
    let ask = json!({ "trigger": { "on": "changed", "columns": ["address_city"] }, "steps": [
        { "do": "approve", "of": rep, "words": "Is {name} in {address_city}?", "approved": [{ "do": "set", "columns": { "description": "yes" } }] },
    ] });
    let made = server.post("admin", "/api/v1/workflows", &json!({ "name": "cities", "set": "accounts", "definition": ask })).is(201).json();
    let at = format!("/api/v1/workflows/{}", made["id"].as_str().unwrap());
    server.post("admin", &format!("{at}/resume"), &json!({})).is(204);
    let account = server.account("north_rep", "Blue Kiln");
    let path = format!("/api/v1/accounts/{account}");
    let patch = |version: i64, body: &serde_json::Value| {
        server.ask(Ask::new("PATCH", &path).by("admin").header("if-match", format!("\"{version}\"")).json(body)).is(200)
    };
    patch(1, &json!({ "address_city": "Leipzig" }));
    server.run_jobs();
    let tab = Tab::of(&server, "north_rep");
    assert!(words(&tab.get("/approvals").is(200)).contains("Is Blue Kiln in Leipzig?"));
    let id = server.get("north_rep", "/api/v1/approvals").is(200).json()["rows"][0]["id"].as_str().unwrap().to_owned();
    patch(2, &json!({ "description": "meanwhile" }));
    let page = tab.get(&format!("/approvals/{id}")).is(200);
    assert!(words(&page).contains("The record was changed since this was asked"));
    let old = tab.send(&format!("/approvals/{id}/approve"), &[("version", "2"), ("note", "sure")]).is(422);
    assert!(words(&old).contains("You looked at version 2 of the record, it has version 3 now"), "{}", words(&old));
    assert!(old.text().contains(">sure</textarea>"), "what was typed is kept");
    let refused = server.post("north_rep", &format!("/api/v1/approvals/{id}/approve"), &json!({ "version": 2 })).is(409);
    assert_eq!(refused.problem(), "old-picture");
    tab.done(&format!("/approvals/{id}/approve"), &[("version", "3")]);
    server.run_jobs();
    assert_eq!(server.get("admin", &path).is(200).json()["description"].as_str(), Some("yes"));
    assert_eq!(server.post("north_rep", &format!("/api/v1/approvals/{id}/refuse"), &json!({ "version": 4 })).is(409).problem(), "decided");
}

#[test]
fn the_api_changes_a_workflow_on_the_version_that_was_seen() {
    let server = Server::open();
    let steps = json!([{ "do": "notify", "whom": "workflow_owner", "words": "new" }]);
    let body = json!({ "name": "telling", "set": "leads", "definition": { "trigger": { "on": "created" }, "steps": steps } });
    let made = server.post("admin", "/api/v1/workflows", &body).is(201).json();
    assert_eq!((made["state"].as_str(), made["version"].as_i64()), (Some("draft"), Some(1)));
    let path = format!("/api/v1/workflows/{}", made["id"].as_str().unwrap());
    let change =
        |version: &str| Ask::new("PATCH", &path).by("admin").header("if-match", version.to_owned()).json(&json!({ "name": "told" }));
    server.ask(Ask::new("PATCH", &path).by("admin").json(&json!({ "name": "told" }))).is(428);
    assert_eq!(server.ask(change("\"1\"")).is(200).json()["version"].as_i64(), Some(2));
    server.ask(change("\"1\"")).is(412);
    let wrong = json!({ "name": "wrong", "set": "leads", "definition": { "trigger": { "on": "created" }, "steps": [{ "do": "dance" }] } });
    assert_eq!(server.post("admin", "/api/v1/workflows", &wrong).is(422).json()["errors"][0]["column"].as_str(), Some("definition"));
}
