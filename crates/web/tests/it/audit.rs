//! The trail on its page and over the API: who reads it, what it says, and what it keeps to itself.

use crate::server::{Ask, Server};
use crate::tab::{Tab, words};
use serde_json::json;

#[test]
fn the_trail_says_who_did_what_and_never_a_value() {
    let server = Server::open();
    let id = server.make("north_rep", "accounts", &json!({ "name": "Quiet Quarry" }));
    let told = server.get("auditor", &format!("/api/v1/audit?about={id}")).is(200);
    let rows = told.json()["rows"].as_array().unwrap().clone();
    assert_eq!(rows.len(), 1);
    assert_eq!(
        (&rows[0]["verb"], &rows[0]["verdict"], &rows[0]["actor"]["name"]),
        (&json!("account.create"), &json!("done"), &json!("north_rep"))
    );
    let page = Tab::of(&server, "auditor").get("/audit").is(200);
    assert!(words(&page).contains("Account: create"));
    for answer in [told.text(), page.text()] {
        assert!(!answer.contains("Quiet Quarry"), "a record's name is told to whoever may not read it");
    }
    Tab::of(&server, "north_rep").get("/audit").is(403);
    assert!(!Tab::of(&server, "north_rep").get("/").is(200).text().contains("href=\"/audit\""));
    Tab::of(&server, "auditor").get("/audit?after=yesterday").is(400);
}

#[test]
fn the_trail_tells_opening_a_column_from_securing_it_and_names_the_column() {
    let server = Server::open();
    let tab = Tab::of(&server, "security_admin");
    tab.send("/columns/accounts/credit_limit", &[("secured", "false")]).is(303);
    let body = json!({ "secured": true });
    server.ask(Ask::new("PUT", "/api/v1/accounts/columns/credit_limit/secured").by("security_admin").json(&body)).is(204);
    for (verb, what) in [("column.open", "Column: open"), ("column.secure", "Column: secure")] {
        let told = server.get("auditor", &format!("/api/v1/audit?verb={verb}")).is(200).json();
        assert_eq!(told["rows"].as_array().unwrap().len(), 1, "{verb}: {told}");
        assert_eq!(told["rows"][0]["column"], json!({ "set": "accounts", "column": "credit_limit" }));
        let page = Tab::of(&server, "auditor").get("/audit").is(200);
        assert!(words(&page).contains(what), "{}", words(&page));
        assert!(words(&page).contains("Credit limit of accounts"), "{}", words(&page));
    }
}

#[test]
fn the_doings_of_whoever_is_frozen_are_asked_for_like_anybodys() {
    let server = Server::open();
    let tab = Tab::of(&server, "auditor");
    let id = server.world.id("frozen_rep").to_string();
    assert!(tab.get("/audit").is(200).text().contains(&format!("<option value=\"{id}\">frozen_rep (frozen)</option>")));
    let theirs = tab.get(&format!("/audit?user={id}")).is(200);
    assert!(theirs.text().contains(&format!("<option value=\"{id}\" selected>")), "the page says whose doings it shows");
}
