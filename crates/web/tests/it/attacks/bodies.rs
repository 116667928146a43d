//! Requests made to break, to take memory, to write what nobody may write, or to send people elsewhere.
//!
//! Not here: bodies of the wrong kind or size and forms of strangers ([`crate::guard`]).

use super::{patch, share};
use crate::server::{Ask, Server};
use crate::tab::Tab;
use crate::world::{PASSWORD, email};
use axum::body::Body;
use serde_json::{Value as Json, json};
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Poll};
use tokio::io::{AsyncRead, ReadBuf};
use tokio_util::io::ReaderStream;

const MEBIBYTE: usize = 1024 * 1024;

/// A body that begins with something and goes on with one letter; it counts how much of it was taken.
struct Endless {
    begins: Vec<u8>,
    taken: Arc<AtomicUsize>,
}

impl AsyncRead for Endless {
    fn poll_read(mut self: Pin<&mut Self>, _: &mut Context<'_>, into: &mut ReadBuf<'_>) -> Poll<std::io::Result<()>> {
        if self.taken.load(Ordering::SeqCst) > 8 * MEBIBYTE {
            return Poll::Ready(Ok(()));
        }
        let size = into.remaining();
        let begins = std::mem::take(&mut self.begins);
        into.put_slice(if begins.is_empty() { &[b'x'; 4096][..size.min(4096)] } else { &begins });
        self.taken.fetch_add(size, Ordering::SeqCst);
        Poll::Ready(Ok(()))
    }
}

/// Sends a form whose body begins like this and never ends; answers the status and how much was taken of it.
fn flood(server: &Server, ask: Ask, begins: &str) -> (u16, usize) {
    let taken = Arc::new(AtomicUsize::new(0));
    let body = Endless { begins: begins.as_bytes().to_vec(), taken: taken.clone() };
    let ask = ask.header("content-type", "multipart/form-data; boundary=line");
    let reply = server.ask_body(&ask, Body::from_stream(ReaderStream::new(body)));
    (reply.status, taken.load(Ordering::SeqCst))
}

#[test]
fn a_form_with_a_file_takes_no_memory_for_what_is_no_file() {
    let server = Server::open();
    let id = server.account("north_rep", "Blue Kiln");
    for path in ["/api/v1/imports".to_owned(), format!("/api/v1/accounts/{id}/files")] {
        for begins in [
            "",
            "--line\r\n",
            "--line\r\nContent-Disposition: form-data; name=\"",
            "--line\r\nContent-Disposition: form-data; name=\"set\"\r\n\r\n",
            "--line\r\nX: y\r\n",
        ] {
            let (status, taken) = flood(&server, Ask::new("POST", &path).by("north_rep"), begins);
            assert!((400..500).contains(&status), "{status} for {begins:?}");
            assert!(taken < 2 * MEBIBYTE, "{taken} bytes were taken of {begins:?}");
        }
    }
}

#[test]
fn not_a_byte_of_a_file_is_read_from_whoever_is_nobody() {
    let server = Server::open();
    for ask in
        [Ask::new("POST", "/api/v1/imports"), Ask::new("POST", "/api/v1/imports").bearer("x"), Ask::new("POST", "/imports").cookie("x")]
    {
        let (status, taken) = flood(&server, ask, "--line\r\n");
        assert!(matches!(status, 401 | 303), "{status}");
        assert_eq!(taken, 0);
    }
}

#[test]
fn what_the_product_keeps_is_written_by_nobody() {
    let server = Server::open();
    let id = server.make("north_rep", "opportunities", &json!({ "name": "Roof" }));
    let (other, south) = (server.world.id("admin").to_string(), server.world.unit("south").to_string());
    let kept: [(&str, Json); 12] = [
        ("id", json!(other)),
        ("version", json!(7)),
        ("owning_unit", json!(south)),
        ("created_by", json!(other)),
        ("created_on", json!("2020-01-01T00:00:00Z")),
        ("modified_by", json!(other)),
        ("modified_on", json!("2020-01-01T00:00:00Z")),
        ("exchange_rate", json!("2")),
        ("estimated_value_base", json!("1")),
        ("role", json!("System Administrator")),
        ("search_words", json!("x")),
        ("name__key", json!("x")),
    ];
    let path = format!("/api/v1/opportunities/{id}");
    let before = server.sums();
    for (name, value) in &kept {
        let made = server.post("north_rep", "/api/v1/opportunities", &json!({ "name": "x", *name: value }));
        assert!(made.status == 400, "{name} at create: {} {}", made.status, made.text());
        let changed = server.ask(patch("north_rep", &path, 1, &json!({ *name: value })));
        assert!(changed.status == 400, "{name} at change: {} {}", changed.status, changed.text());
    }
    server.ask(patch("north_rep", &path, 1, &json!({ "owner": other }))).is(400);
    server.post("north_rep", "/api/v1/opportunities", &json!({ "name": "x", "owner": other })).is(403);
    assert_eq!(before, server.sums());
    // A form is no way around: what is not on it is not written.
    let tab = Tab::of(&server, "north_rep");
    let fields = [("version", "1"), ("was-name", "Roof"), ("name", "Roof"), ("owner", other.as_str()), ("created_by", other.as_str())];
    tab.send(&format!("/opportunities/{id}/edit"), &fields);
    assert_eq!(before, server.sums());
}

#[test]
fn nobody_is_sent_elsewhere_by_a_link_of_ours() {
    let server = Server::open();
    let tab = Tab::of(&server, "north_rep");
    let is_ours = |at: &str| at.starts_with('/') && !at.starts_with("//") && !at.contains('\\') && !at.contains("\r");
    for path in ["/%2Fevil.example/x/timeline", "/%5Cevil.example/x/timeline", "/%2F%2Fevil.example/x/timeline?show=notes"] {
        let at = tab.get(path).header("location").to_owned();
        assert!(is_ours(&at), "{path} leads to {at}");
    }
    for elsewhere in
        ["//evil.example", "/\\evil.example", "https://evil.example", "/\t/evil.example", "javascript:alert(1)", "/\r\nx: y", "evil"]
    {
        let at = tab.send("/preferences", &[("theme", "dark"), ("back", elsewhere)]).header("location").to_owned();
        assert!(is_ours(&at), "{elsewhere:?} leads to {at:?}");
        let at = tab.send("/accounts/bulk", &[("action", "none"), ("back", elsewhere)]).header("location").to_owned();
        assert!(is_ours(&at), "{elsewhere:?} leads to {at:?}");
        let page = server.ask(Ask::new("GET", format!("/sign-in?back={}", web::escape(elsewhere)))).is(200);
        let kept = ["//evil", "\\evil", "\"evil", "javascript:alert"].iter().find(|part| page.text().contains(**part));
        assert_eq!(kept, None, "{elsewhere:?} is kept by the page");
        let at = web::answer::Answer::see(elsewhere.replace(['\t', '\r', '\n'], "")).headers.remove(0).1;
        assert!(is_ours(&at), "{elsewhere:?} leads to {at:?}");
        let secret = "0123456789abcdef".repeat(4);
        let form = [
            ("csrf", crm::sign_in::csrf_token(&secret)),
            ("email", email("north_rep")),
            ("password", PASSWORD.into()),
            ("next", elsewhere.into()),
        ];
        let body: Vec<String> = form.iter().map(|(name, value)| format!("{name}={}", web::escape(value))).collect();
        let ask = Ask::new("POST", "/sign-in").header("cookie", format!("castellan_entry={secret}"));
        let at = server.ask(ask.raw("application/x-www-form-urlencoded", body.join("&"))).is(303).header("location").to_owned();
        assert!(is_ours(&at), "{elsewhere:?} leads to {at:?}");
    }
}

#[test]
fn a_session_is_never_the_one_that_a_stranger_brought() {
    let server = Server::open();
    let (secret, planted) = ("0123456789abcdef".repeat(4), "a".repeat(64));
    let body =
        format!("csrf={}&email={}&password={}", crm::sign_in::csrf_token(&secret), web::escape(&email("north_rep")), web::escape(PASSWORD));
    let ask = Ask::new("POST", "/sign-in").header("cookie", format!("castellan_entry={secret}; castellan={planted}"));
    let reply = server.ask(ask.raw("application/x-www-form-urlencoded", body)).is(303);
    let set = reply.header("set-cookie").to_owned();
    assert!(set.starts_with("castellan=") && !set.contains(&planted));
    server.ask(Ask::new("GET", "/accounts").cookie(&planted)).is(303);
}

#[test]
fn behind_tls_no_other_host_of_the_domain_plants_a_session() {
    let mut server = Server::open();
    server.router = web::router(server.app.clone().with_tls(true));
    let secret = "page session of north_rep";
    server.ask(Ask::new("GET", "/accounts").header("cookie", format!("castellan={secret}"))).is(303);
    server.ask(Ask::new("GET", "/accounts").header("cookie", format!("__Host-castellan={secret}"))).is(200);
    let page = server.ask(Ask::new("GET", "/sign-in")).is(200);
    assert!(page.header("set-cookie").starts_with("__Host-castellan_entry="));
}

#[test]
fn a_file_name_ends_no_header_and_makes_no_page() {
    let server = Server::open();
    let id = server.account("north_rep", "Blue Kiln");
    for (name, bytes) in [
        ("a%0d%0aSet-Cookie: x=y.svg", &b"<svg xmlns=\"http://www.w3.org/2000/svg\"><script>alert(1)</script></svg>"[..]),
        ("x.html\u{202e}gnp", b"<script>alert(1)</script>"),
        ("; filename=evil.exe", b"MZ"),
        ("..", b"x"),
    ] {
        let attach = Ask::new("POST", format!("/api/v1/accounts/{id}/files")).by("north_rep").parts(&[], Some((name, bytes)));
        let file = server.ask(attach).is(201).json()["id"].as_str().unwrap().to_owned();
        let sent = server.get("north_rep", &format!("/api/v1/files/{file}/content")).is(200);
        assert_eq!(sent.header("content-type"), "application/octet-stream", "{name}");
        assert!(sent.header("content-disposition").starts_with("attachment; "), "{name}");
        assert_eq!(sent.header("content-disposition").matches("filename=").count(), 1, "{}", sent.header("content-disposition"));
        assert!(sent.headers.get("set-cookie").is_none());
        assert!(sent.header("content-security-policy").contains("sandbox"));
    }
}

#[test]
fn an_address_of_the_web_that_runs_something_is_not_kept() {
    let server = Server::open();
    for address in
        ["javascript:alert(1)", "data:text/html,x", " javascript:x", "java\nscript:x", "vbscript:x", "//evil.example", "file:///etc/passwd"]
    {
        let made = server.post("north_rep", "/api/v1/accounts", &json!({ "name": "x", "website": address }));
        assert_eq!(made.is(422).json()["errors"][0]["column"], "website", "{address:?}");
    }
}

#[test]
fn what_people_write_is_inert_on_every_page() {
    let server = Server::open();
    let script = "<script>alert(1)</script>\"'><img src=x onerror=alert(1)>";
    let id = server.make("north_rep", "accounts", &json!({ "name": script, "description": script, "address_line1": script }));
    let tab = Tab::of(&server, "north_rep");
    for path in [
        "/accounts".to_owned(),
        format!("/accounts/{id}"),
        format!("/accounts/{id}/edit"),
        format!("/accounts/{id}/history"),
        format!("/accounts/{id}/who"),
        format!("/accounts/{id}/share"),
        format!("/accounts/{id}/assign"),
        "/search?q=script".to_owned(),
        format!("/search?q={}", web::escape(script)),
        format!("/accounts?search={}", web::escape(script)),
        format!("/lookup/accounts?q={}", web::escape("<script>")),
        format!(
            "/accounts?filter={}",
            web::escape(&json!({ "all": [{ "column": "name", "op": "contains", "value": script }] }).to_string())
        ),
        format!("/people?search={}", web::escape(script)),
    ] {
        let page = tab.get(&path).is(200).text();
        assert!(!page.contains("<script>alert") && !page.contains("<img src=x"), "{path}");
    }
}

#[test]
fn a_question_without_end_is_refused_as_one_and_not_as_a_broken_database() {
    let server = Server::open();
    let one = json!({ "column": "name", "op": "contains", "value": "x" });
    let export = json!({ "set": "accounts", "filter": { "any": vec![one; 5000] } });
    assert_eq!(server.post("north_rep", "/api/v1/exports", &export).is(400).problem(), "bad-filter");
}

#[test]
fn a_key_of_a_request_is_its_senders_and_answers_under_todays_rights() {
    let server = Server::open();
    let body = json!({ "name": "Blue Kiln" });
    let send =
        |name: &str, body: &Json| server.ask(Ask::new("POST", "/api/v1/accounts").by(name).header("idempotency-key", "k1").json(body));
    let made = send("north_rep", &body).is(201).json();
    let id = made["id"].as_str().unwrap().to_owned();
    // Another person with the same key makes another row.
    assert_ne!(send("south_rep", &body).is(201).json()["id"], json!(id));
    // Another request under the same key is refused.
    assert_eq!(send("north_rep", &json!({ "name": "Other" })).is(409).problem(), "key-used");
    let elsewhere =
        Ask::new("POST", "/api/v1/leads").by("north_rep").header("idempotency-key", "k1").json(&json!({ "topic": "x", "last_name": "y" }));
    assert_eq!(server.ask(elsewhere).is(409).problem(), "key-used");
    // The row went out of reach: its id is all that is answered.
    server.post("admin", &format!("/api/v1/accounts/{id}/assign"), &json!({ "owner": server.world.id("manager").to_string() })).is(204);
    assert_eq!(send("north_rep", &body).is(201).json(), json!({ "id": id }));
}

#[test]
fn a_token_for_reading_stops_nothing() {
    let server = Server::open();
    let ends = json!({ "name": "reader", "scopes": ["read"], "expires_at": "2026-04-01T00:00:00Z" });
    let token = server.post("north_rep", "/api/v1/tokens", &ends).is(201).json()["token"].as_str().unwrap().to_owned();
    let import = Ask::new("POST", "/api/v1/imports").by("north_rep").parts(&[("set", "accounts")], Some(("a.csv", b"name\nx\n")));
    let job = server.ask(import).is(202).json()["job"].as_str().unwrap().to_owned();
    server.ask(Ask::new("POST", format!("/api/v1/jobs/{job}/cancel")).bearer(&token).json(&json!({}))).is(403);
    server.ask(Ask::new("GET", format!("/api/v1/jobs/{job}")).bearer(&token)).is(200);
}

#[test]
fn other_ways_to_fetch_ask_the_same() {
    let server = Server::open();
    let id = server.account("north_rep", "Blue Kiln");
    let attach = Ask::new("POST", format!("/api/v1/accounts/{id}/files")).by("north_rep").parts(&[], Some(("a.txt", b"hello")));
    let file = server.ask(attach).is(201).json()["id"].as_str().unwrap().to_owned();
    for path in [format!("/api/v1/accounts/{id}"), format!("/api/v1/files/{file}/content")] {
        server.ask(Ask::new("HEAD", &path).by("south_rep")).is(404);
        server.ask(Ask::new("GET", &path).by("south_rep").header("range", "bytes=0-1")).is(404);
        server.ask(Ask::new("GET", &path).by("south_rep").header("if-none-match", "\"1\"")).is(404);
        server.ask(Ask::new("GET", &path).by("south_rep").header("x-http-method-override", "DELETE")).is(404);
    }
    share(&server, "north_rep", "accounts", &id.to_string(), "south_rep", &["read"]);
    server.ask(Ask::new("HEAD", format!("/api/v1/accounts/{id}")).by("south_rep")).is(200);
}
