//! How a server ends when it is told to, and who can reach it beside the network.

use crate::server::{PASSWORD, Place, Server, init, run, until};
use std::os::unix::fs::{FileTypeExt, PermissionsExt};
use std::time::Duration;

#[test]
fn a_server_that_is_told_to_stop_writes_the_reading_journal_first() {
    let place = Place::new("ending");
    init(&place.data());
    let server = Server::start(&place.data());
    let token = server.sign_in();
    let id = server.ask("POST", "/api/v1/accounts", Some(&token), Some(&serde_json::json!({ "name": "Blue Kiln" }))).1["id"]
        .as_str()
        .unwrap()
        .to_owned();
    server.get(&format!("/api/v1/accounts/{id}"), &token);
    let ended = server.stop();
    assert_eq!(ended.code(), Some(0));
    assert!(!place.data().join("castellan.sock").exists(), "the socket goes with the server");
    let conn = rusqlite::Connection::open(place.data().join("castellan.db")).unwrap();
    let row = uuid::Uuid::parse_str(&id).unwrap();
    let opened: i64 =
        conn.query_row("SELECT count(*) FROM sys_journal WHERE row_id = ?1", [row.as_bytes().as_slice()], |r| r.get(0)).unwrap();
    assert_eq!(opened, 1, "the journal says that the account was opened");
    drop(conn);
    assert!(run(&place.data(), &["audit", "verify"], "").status.success());
}

#[test]
fn a_server_that_is_told_to_stop_ends_an_import_between_two_batches_and_the_next_one_goes_on() {
    const ROWS: usize = 8000;
    let place = Place::new("ending-import");
    init(&place.data());
    let server = Server::start(&place.data());
    let token = server.sign_in();
    let rows: Vec<String> = (0..ROWS).map(|n| format!("Account {n:05}\r\n")).collect();
    let (status, started) = server.send("/api/v1/imports", &token, &[("set", "accounts")], &format!("Account name\r\n{}", rows.concat()));
    assert_eq!(status, 202, "{started}");
    let path = format!("/api/v1/imports/{}", started["id"].as_str().unwrap());
    assert!(until(Duration::from_secs(30), || server.get(&path, &token)["done"].as_u64() > Some(0)), "the import began");
    assert_eq!(server.stop().code(), Some(0));
    let server = Server::start(&place.data());
    let done = server.get(&path, &token)["done"].as_u64().unwrap();
    assert!(done > 0 && done < ROWS as u64, "{done} rows were done when the server stopped");
    let told = server.wait(&path, &token);
    assert_eq!((&told["state"], &told["counts"]["created"]), (&"done".into(), &ROWS.into()), "{told}");
}

#[test]
fn directory_and_socket_are_the_owners_alone() {
    let place = Place::new("modes");
    init(&place.data());
    let _server = Server::start(&place.data());
    let mode = |name: &str| std::fs::metadata(place.data().join(name)).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(""), 0o700);
    assert_eq!(mode("castellan.sock"), 0o600);
    assert!(std::fs::metadata(place.data().join("castellan.sock")).unwrap().file_type().is_socket());
    assert_eq!(mode("trail.key"), 0o600);
}

#[test]
fn the_upkeep_forgets_notices_that_were_looked_at_long_ago() {
    let place = Place::new("upkeep");
    init(&place.data());
    let server = Server::start(&place.data());
    let admin = server.sign_in();
    let id = server.join(&admin, "Nora Lund", "nora@example.com", &["Salesperson"]);
    let role =
        server.get("/api/v1/roles", &admin)["rows"].as_array().unwrap().iter().find(|r| r["name"] == "Auditor").unwrap()["id"].clone();
    let path = format!("/api/v1/users/{id}/roles/{}", role.as_str().unwrap());
    for (method, body) in [("PUT", Some(serde_json::json!({ "reason": "the yearly audit" }))), ("DELETE", None)] {
        let (status, told) = server.ask(method, &path, Some(&admin), body.as_ref());
        assert_eq!(status, 204, "{told}");
    }
    let nora = server.enter("nora@example.com", PASSWORD);
    let told = |server: &Server| server.get("/api/v1/notifications", &nora)["rows"].as_array().unwrap().len();
    let all = told(&server);
    assert!(all > 1, "{all}");
    server.stop();
    let conn = rusqlite::Connection::open(place.data().join("castellan.db")).unwrap();
    let old = "UPDATE sys_notices SET read_on = created_on - 91 * 86400000000 WHERE id = (SELECT min(id) FROM sys_notices)";
    assert_eq!(conn.execute(old, []).unwrap(), 1);
    drop(conn);
    let server = Server::start(&place.data());
    assert!(until(Duration::from_secs(30), || told(&server) == all - 1), "{} of {all} are left", told(&server));
}
