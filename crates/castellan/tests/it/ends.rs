//! A time here that ends while the server is dead, and is acted on once when it is back.
//!
//! Not here: the rules of an end (`crates/crm/tests/it/ends.rs`).
//! Start reading at [`a_time_that_ended_while_the_server_was_dead_is_acted_on_once`].

use crate::server::{PASSWORD, Place, Server, init, until};
use serde_json::{Value as Json, json};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

#[allow(clippy::disallowed_methods, reason = "whoever types an end looks at a clock of their own")]
fn now() -> i64 {
    i64::try_from(SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_micros()).unwrap()
}

fn count(rows: &Json) -> usize {
    rows["rows"].as_array().unwrap().len()
}

#[test]
fn a_time_that_ended_while_the_server_was_dead_is_acted_on_once() {
    let place = Place::new("ends");
    init(&place.data());
    let server = Server::start(&place.data());
    let admin = server.sign_in();
    let id = server.join(&admin, "Nora Lund", "nora@example.com", &["Salesperson"]);
    let nora = server.token(&server.enter("nora@example.com", PASSWORD));
    let path = format!("/api/v1/users/{id}");
    let end = now() + 3_000_000;
    let body = json!({ "ends_at": crm::values::moment_text(end) });
    assert_eq!(server.ask("PATCH", &path, Some(&admin), Some(&body)).0, 200);
    server.get("/api/v1/accounts", &nora);
    server.kill();
    assert!(until(Duration::from_secs(10), || now() > end + 1_000_000));

    for round in 0..3 {
        let server = Server::start(&place.data());
        assert!(until(Duration::from_secs(30), || server.get(&path, &admin)["state"] == "frozen"), "round {round}");
        assert_eq!(server.ask("GET", "/api/v1/accounts", Some(&nora), None).0, 401);
        let acted = server.get("/api/v1/audit?verb=user.end_date", &admin);
        assert_eq!(count(&acted), 1, "{acted}");
        let told = server.get("/api/v1/notifications", &admin);
        assert_eq!(count(&told), 1, "{told}");
        assert_eq!(told["rows"][0]["text"], "the time of Nora Lund here ended; the account is frozen. Plan the departure");
        server.kill();
    }
    let log = std::fs::read_to_string(place.data().join("revocations.log")).unwrap();
    assert_eq!(log.lines().filter(|line| line.contains("freeze") && line.ends_with(&id)).count(), 1, "{log}");
}
