//! After somebody was frozen: what was open, on its way or asked for before, at the doors.
//!
//! Not here: the same below the doors (`crates/crm/tests/it/attacks/ended.rs`), the next request ([`crate::entry`]).

use crate::server::{Ask, Server};
use crate::tab::Tab;
use crate::world::SECOND;
use axum::http::Request;
use http_body_util::BodyExt;
use serde_json::json;
use tower::ServiceExt;

/// How many bytes of a file of four mebibytes go out when its reader is frozen after the first.
fn fetched(at: &str, header: (&str, &str)) -> usize {
    let server = Server::open();
    let id = server.account("north_rep", "Blue Kiln");
    let bytes = vec![b'x'; 4 << 20];
    let attach = Ask::new("POST", format!("/api/v1/accounts/{id}/files")).by("north_rep").parts(&[], Some(("plan.pdf", &bytes)));
    let file = server.ask(attach).is(201).json()["id"].as_str().unwrap().to_owned();
    let request = Request::builder().uri(format!("{at}/{file}/content")).header("host", "crm.example").header(header.0, header.1);
    let request = request.body(axum::body::Body::empty()).unwrap();
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(async {
        let response = server.router.clone().oneshot(request).await.unwrap();
        assert_eq!(response.status(), 200);
        let mut body = response.into_body();
        let mut got = body.frame().await.unwrap().unwrap().into_data().unwrap().len();
        let path = format!("/api/v1/users/{}/freeze", server.world.id("north_rep"));
        let freeze = Request::builder().method("POST").uri(path).header("authorization", "Bearer api session of security_admin");
        let frozen = server.router.clone().oneshot(freeze.body(axum::body::Body::empty()).unwrap()).await.unwrap();
        assert_eq!(frozen.status(), 204);
        server.world.clock.go_on(SECOND);
        while let Some(Ok(frame)) = body.frame().await {
            got += frame.into_data().map_or(0, |data| data.len());
        }
        got
    })
}

#[test]
fn a_file_on_its_way_out_breaks_off_when_its_reader_is_frozen() {
    for got in [
        fetched("/api/v1/files", ("authorization", "Bearer api session of north_rep")),
        fetched("/files", ("cookie", "castellan=page session of north_rep")),
    ] {
        assert!(got < 1 << 20, "{got} bytes went out");
    }
}

#[test]
fn nothing_that_was_open_lives_on_after_a_freeze_and_its_end() {
    let server = Server::open();
    let rep = server.world.id("north_rep");
    let id = server.account("north_rep", "Blue Kiln");
    let ends = json!({ "name": "all", "scopes": ["read", "write", "export"], "expires_at": "2026-04-01T00:00:00Z" });
    let token = server.post("north_rep", "/api/v1/tokens", &ends).is(201).json()["token"].as_str().unwrap().to_owned();
    let asked =
        server.post("north_rep", "/api/v1/exports", &json!({ "set": "accounts" })).is(202).json()["id"].as_str().unwrap().to_owned();
    let waiting = Ask::new("POST", "/api/v1/imports").by("north_rep").parts(&[("set", "accounts")], Some(("a.csv", b"name\nlate\n")));
    server.ask(waiting).is(202);
    let link = server.post("admin", &format!("/api/v1/users/{rep}/invite"), &json!({})).is(201).json();
    let link = link["invitation"]["token"].as_str().unwrap().to_owned();
    let tab = Tab::of(&server, "north_rep");
    let open_form = tab.get(&format!("/accounts/{id}/edit")).is(200);
    assert!(open_form.text().contains("csrf"));
    server.post("security_admin", &format!("/api/v1/users/{rep}/freeze"), &json!({ "reason": "left" })).is(204);
    let all_is_shut = || {
        server.get("north_rep", "/api/v1/accounts").is(401);
        server.ask(Ask::new("GET", "/api/v1/accounts").bearer(&token)).is(401);
        server.ask(Ask::new("GET", format!("/api/v1/exports/{asked}/file")).bearer(&token)).is(401);
        assert!(tab.get("/accounts").is(303).header("location").starts_with("/sign-in"));
        let saved = tab.send(&format!("/accounts/{id}/edit"), &[("version", "1"), ("was-name", "Blue Kiln"), ("name", "Mine")]);
        assert!(saved.is(303).header("location").starts_with("/sign-in"));
        let new = json!({ "password": "gravel orbit mosaic lantern" });
        server.ask(Ask::new("POST", format!("/api/v1/invitations/{link}/accept")).json(&new)).is(409);
    };
    all_is_shut();
    server.run_jobs();
    let names = server.get("admin", "/api/v1/accounts?select=name").json();
    assert_eq!(names["rows"].as_array().unwrap().len(), 1, "a job of a frozen person made a row: {names}");
    server.post("security_admin", &format!("/api/v1/users/{rep}/unfreeze"), &json!({})).is(204);
    all_is_shut();
}
