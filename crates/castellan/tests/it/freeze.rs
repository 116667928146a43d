//! A frozen person's next request, from another process, and what ran in the person's name.

use crate::server::{PASSWORD, Place, Server, init, run, until};
use serde_json::json;
use std::time::Duration;

#[test]
fn a_frozen_person_is_refused_from_the_acknowledgement_on() {
    let place = Place::new("freeze");
    init(&place.data());
    let server = Server::start(&place.data());
    let admin = server.sign_in();
    let id = server.join(&admin, "Nora Lund", "nora@example.com", &["Salesperson"]);
    let token = server.enter("nora@example.com", PASSWORD);
    let key = server.token(&token);
    server.get("/api/v1/accounts", &token);
    server.get("/api/v1/accounts", &key);
    let frozen = run(&place.data(), &["user", "freeze", "nora@example.com", "--reason", "lost the laptop"], "");
    assert!(frozen.status.success(), "{}", String::from_utf8_lossy(&frozen.stderr));
    for _ in 0..50 {
        assert_eq!(server.ask("GET", "/api/v1/accounts", Some(&token), None).0, 401);
    }
    assert_eq!(server.ask("GET", "/api/v1/accounts", Some(&key), None).0, 401, "an access token ends with its sessions");
    let again = json!({ "email": "nora@example.com", "password": PASSWORD });
    assert_eq!(server.ask("POST", "/api/v1/sessions", None, Some(&again)).0, 401, "no new session either");
    let log = std::fs::read_to_string(place.data().join("revocations.log")).unwrap();
    assert!(log.contains(&id), "the revocation journal names the person: {log}");
    assert_eq!(server.ask("POST", &format!("/api/v1/users/{id}/unfreeze"), Some(&admin), Some(&json!({ "reason": "found it" }))).0, 204);
    assert_eq!(server.ask("GET", "/api/v1/accounts", Some(&token), None).0, 401, "unfreeze revives no session");
    server.get("/api/v1/accounts", &server.enter("nora@example.com", PASSWORD));
}

#[test]
fn whoever_was_frozen_and_not_noted_is_noted_at_the_next_start_before_anybody_is_served() {
    let place = Place::new("freeze-unnoted");
    init(&place.data());
    let server = Server::start(&place.data());
    let admin = server.sign_in();
    let id = server.join(&admin, "Nora Lund", "nora@example.com", &["Salesperson"]);
    assert_eq!(server.ask("POST", &format!("/api/v1/users/{id}/freeze"), Some(&admin), Some(&json!({}))).0, 204);
    server.kill();
    // Killed between the commit and the journal.
    let journal = place.data().join("revocations.log");
    let line = std::fs::read_to_string(&journal).unwrap();
    assert!(line.contains("freeze") && line.contains(&id), "{line}");
    std::fs::write(&journal, "").unwrap();
    let server = Server::start(&place.data());
    assert_eq!(std::fs::read_to_string(&journal).unwrap(), line);
    assert!(server.stop().success());
}

#[test]
fn the_last_administrator_cannot_be_frozen() {
    let place = Place::new("last");
    init(&place.data());
    let frozen = run(&place.data(), &["user", "freeze", "ada@example.com"], "");
    assert_eq!(frozen.status.code(), Some(1), "{}", String::from_utf8_lossy(&frozen.stderr));
    let server = Server::start(&place.data());
    server.sign_in();
}

#[test]
fn a_frozen_persons_import_stops_and_what_it_did_stays() {
    const ROWS: usize = 4000;
    let place = Place::new("freeze-import");
    init(&place.data());
    let server = Server::start(&place.data());
    let admin = server.sign_in();
    let id = server.join(&admin, "Nora Lund", "nora@example.com", &["System Administrator"]);
    let nora = server.enter("nora@example.com", PASSWORD);
    let mut file = String::from("Account name\r\n");
    for n in 0..ROWS {
        file.push_str(&format!("Account {n:05}\r\n"));
    }
    let (status, started) = server.send("/api/v1/imports", &nora, &[("set", "accounts")], &file);
    assert_eq!(status, 202, "{started}");
    let path = format!("/api/v1/imports/{}", started["id"].as_str().unwrap());
    let count = || server.get("/api/v1/accounts?limit=1&count=true", &admin)["count"]["value"].as_u64().unwrap();
    assert!(until(Duration::from_secs(30), || count() > 0), "the import began");
    assert!(run(&place.data(), &["user", "freeze", "nora@example.com"], "").status.success());
    let kept = count();
    assert!(kept < ROWS as u64, "the import was over before the freeze: {kept}");
    std::thread::sleep(Duration::from_millis(500));
    assert_eq!(count(), kept, "no row comes after the acknowledgement");
    assert_eq!(server.ask("POST", &format!("/api/v1/users/{id}/unfreeze"), Some(&admin), Some(&json!({}))).0, 204);
    let ended = server.wait(&path, &server.enter("nora@example.com", PASSWORD));
    assert_eq!((&ended["state"], &ended["counts"]["created"]), (&json!("failed"), &json!(kept)), "{ended}");
}
