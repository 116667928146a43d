//! A frozen person's next request, from another process.

use crate::server::{Place, Server, init, run};
use serde_json::json;

#[test]
fn a_frozen_person_is_refused_from_the_acknowledgement_on() {
    let place = Place::new("freeze");
    init(&place.data());
    let server = Server::start(&place.data());
    let admin = server.sign_in();
    let units = server.ask("GET", "/api/v1/business_units", Some(&admin), None).1;
    let unit = units["rows"][0]["id"].clone();
    let roles = server.ask("GET", "/api/v1/roles", Some(&admin), None).1;
    let role = roles["rows"].as_array().unwrap().iter().find(|r| r["name"] == "Salesperson").unwrap()["id"].as_str().unwrap().to_owned();
    let (status, made) = server.ask(
        "POST",
        "/api/v1/users",
        Some(&admin),
        Some(&json!({ "name": "Nora Lund", "email": "nora@example.com", "business_unit": unit })),
    );
    assert_eq!(status, 201, "{made}");
    let id = made["id"].as_str().unwrap().to_owned();
    assert_eq!(server.ask("PUT", &format!("/api/v1/users/{id}/roles/{role}"), Some(&admin), Some(&json!({}))).0, 204);
    let link = made["invitation"]["token"].as_str().unwrap();
    let password = json!({ "password": "ten green bottles on a wall" });
    let (status, told) = server.ask("POST", &format!("/api/v1/invitations/{link}/accept"), None, Some(&password));
    assert!(status < 300, "{status} {told}");
    let (status, session) = server.ask(
        "POST",
        "/api/v1/sessions",
        None,
        Some(&json!({ "email": "nora@example.com", "password": "ten green bottles on a wall" })),
    );
    assert_eq!(status, 201, "{session}");
    let token = session["token"].as_str().unwrap().to_owned();
    assert_eq!(server.ask("GET", "/api/v1/accounts", Some(&token), None).0, 200);
    let frozen = run(&place.data(), &["user", "freeze", "nora@example.com", "--reason", "lost the laptop"], "");
    assert!(frozen.status.success(), "{}", String::from_utf8_lossy(&frozen.stderr));
    for _ in 0..50 {
        assert_eq!(server.ask("GET", "/api/v1/accounts", Some(&token), None).0, 401);
    }
    let log = std::fs::read_to_string(place.data().join("revocations.log")).unwrap();
    assert!(log.contains(&id), "the revocation journal names the person: {log}");
    assert_eq!(server.ask("POST", &format!("/api/v1/users/{id}/unfreeze"), Some(&admin), Some(&json!({ "reason": "found it" }))).0, 204);
    assert_eq!(server.ask("GET", "/api/v1/accounts", Some(&token), None).0, 401, "unfreeze revives no session");
}
