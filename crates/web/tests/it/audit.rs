//! The trail on its page and over the API: who reads it, what it says, and what it keeps to itself.

use crate::server::Server;
use crate::tab::{Tab, words};
use serde_json::json;

#[test]
fn the_trail_says_who_did_what_and_never_a_value() {
    let server = Server::open();
    let id = server.make("north_rep", "accounts", &json!({ "name": "Quiet Quarry" }));
    let told = server.get("auditor", &format!("/api/v1/audit?about={id}")).is(200);
    let rows = told.json()["rows"].as_array().unwrap().clone();
    assert_eq!(rows.len(), 1);
    assert_eq!((&rows[0]["verb"], &rows[0]["verdict"], &rows[0]["actor"]["name"]), (&json!("account.create"), &json!("done"), &json!("north_rep")));
    let page = Tab::of(&server, "auditor").get("/audit").is(200);
    assert!(words(&page).contains("Account: create"));
    for answer in [told.text(), page.text()] {
        assert!(!answer.contains("Quiet Quarry"), "a record's name is told to whoever may not read it");
    }
    Tab::of(&server, "north_rep").get("/audit").is(403);
    assert!(!Tab::of(&server, "north_rep").get("/").is(200).text().contains("href=\"/audit\""));
    Tab::of(&server, "auditor").get("/audit?after=yesterday").is(400);
}
