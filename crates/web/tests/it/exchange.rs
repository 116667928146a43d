//! Files in and out over the API: attached, imported, exported; and what happens to them half-way.
//!
//! Not here: what a row of a file becomes (crm's own sentences). Start reading at
//! [`a_file_comes_in_and_what_could_not_be_taken_comes_back`].

use crate::server::{Ask, Server};
use axum::body::Body;
use serde_json::json;
use tokio_util::io::ReaderStream;

#[test]
fn a_file_on_a_row_goes_out_to_be_kept_never_to_be_shown() {
    let server = Server::open();
    let id = server.account("north_rep", "Blue Kiln");
    let bytes: &[u8] = b"<script>alert(1)</script>";
    let attach = Ask::new("POST", format!("/api/v1/accounts/{id}/files")).by("north_rep").parts(&[], Some(("../../a\"b.html", bytes)));
    let file = server.ask(attach).is(201).json();
    let path = format!("/api/v1/files/{}/content", file["id"].as_str().unwrap());
    let sent = server.get("north_rep", &path).is(200);
    assert_eq!(sent.bytes, bytes);
    assert_eq!(sent.header("content-type"), "application/octet-stream");
    assert!(sent.header("content-disposition").starts_with("attachment; filename="), "{}", sent.header("content-disposition"));
    assert!(!sent.header("content-disposition").contains(".."));
    assert_eq!(sent.header("content-length"), bytes.len().to_string());
    assert_eq!(sent.header("x-content-type-options"), "nosniff");
    assert_eq!(sent.header("content-security-policy"), "default-src 'none'; sandbox");
    server.get("south_rep", &path).is(404);
}

#[test]
fn a_form_that_is_not_whole_or_says_too_much_is_refused() {
    let server = Server::open();
    let id = server.account("north_rep", "Blue Kiln");
    let path = format!("/api/v1/accounts/{id}/files");
    let before = server.sums();
    let none = Ask::new("POST", &path).by("north_rep").parts(&[], None);
    assert_eq!(server.ask(none).is(422).json()["errors"][0]["column"], "file");
    let strange = Ask::new("POST", &path).by("north_rep").parts(&[("colour", "red")], Some(("a", b"x")));
    assert_eq!(server.ask(strange).is(400).problem(), "unknown-field");
    let cut = Ask::new("POST", &path)
        .by("north_rep")
        .raw("multipart/form-data; boundary=line", "--line\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a\"\r\n\r\nhalf");
    assert_eq!(server.ask(cut).is(400).problem(), "upload-broken");
    let no_boundary = Ask::new("POST", &path).by("north_rep").raw("multipart/form-data", "x");
    assert_eq!(server.ask(no_boundary).is(415).problem(), "wrong-media");
    assert_eq!(before, server.sums());
}

#[test]
fn a_sender_who_goes_away_half_way_leaves_nothing() {
    let server = Server::open();
    let id = server.account("north_rep", "Blue Kiln");
    let head = "--line\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a\"\r\n\r\n";
    struct Breaks(usize);
    impl tokio::io::AsyncRead for Breaks {
        fn poll_read(
            mut self: std::pin::Pin<&mut Self>,
            _: &mut std::task::Context<'_>,
            into: &mut tokio::io::ReadBuf<'_>,
        ) -> std::task::Poll<std::io::Result<()>> {
            self.0 += 1;
            if self.0 > 20 {
                return std::task::Poll::Ready(Err(std::io::Error::other("gone")));
            }
            let room = into.remaining().min(1000);
            into.put_slice(&vec![b'x'; room]);
            std::task::Poll::Ready(Ok(()))
        }
    }
    let whole = tokio::io::AsyncReadExt::chain(std::io::Cursor::new(head), Breaks(0));
    let ask = Ask::new("POST", format!("/api/v1/accounts/{id}/files"))
        .by("north_rep")
        .header("content-type", "multipart/form-data; boundary=line");
    let before = server.sums();
    let reply = server.ask_body(&ask, Body::from_stream(ReaderStream::new(whole))).is(400);
    assert!(matches!(reply.problem().as_str(), "upload-broken" | "bad-form"));
    assert_eq!(before, server.sums());
}

#[test]
fn a_file_comes_in_and_what_could_not_be_taken_comes_back() {
    let server = Server::open();
    let csv: &[u8] = "Name;City\nBlue Kiln;Leipzig\n;Halle\nRed Kiln;Gera\n".as_bytes();
    let map = json!({ "columns": [{ "from": "Name", "to": "name" }] }).to_string();
    let ask = Ask::new("POST", "/api/v1/imports").by("north_rep").parts(&[("set", "accounts"), ("map", &map)], Some(("kilns.csv", csv)));
    let begun = server.ask(ask).is(202);
    let id = begun.json()["id"].as_str().unwrap().to_owned();
    assert_eq!(begun.header("location"), format!("/api/v1/imports/{id}"));
    server.run_jobs();
    let told = server.get("north_rep", &format!("/api/v1/imports/{id}")).is(200).json();
    assert_eq!(
        (told["state"].as_str(), told["counts"]["created"].as_i64(), told["counts"]["failed"].as_i64()),
        (Some("done"), Some(2), Some(1))
    );
    let errors = server.get("north_rep", &format!("/api/v1/imports/{id}/errors.csv")).is(200);
    assert!(errors.text().contains("Halle") && errors.text().contains("problem"), "{}", errors.text());
    assert!(errors.header("content-disposition").starts_with("attachment"));
    let jobs = server.get("north_rep", "/api/v1/jobs").is(200).json();
    assert_eq!(jobs["rows"][0]["state"], "done");
}

#[test]
fn what_an_import_does_not_understand_is_said_by_field() {
    let server = Server::open();
    let csv: &[u8] = b"name\nBlue Kiln\n";
    for (field, value) in [
        ("mode", "replace"),
        ("duplicates", "maybe"),
        ("dry_run", "perhaps"),
        ("owner", "me"),
        ("map", "{"),
        ("map", r#"{"colour":1}"#),
        ("look", r#"{"colour":1}"#),
    ] {
        let ask = Ask::new("POST", "/api/v1/imports").by("north_rep").parts(&[("set", "accounts"), (field, value)], Some(("a.csv", csv)));
        let reply = server.ask(ask).is(422);
        assert_eq!(reply.json()["errors"][0]["column"], field, "{}", reply.text());
    }
    let no_set = Ask::new("POST", "/api/v1/imports").by("north_rep").parts(&[], Some(("a.csv", csv)));
    assert_eq!(server.ask(no_set).is(422).json()["errors"][0]["column"], "set");
}

#[test]
fn an_export_is_decided_made_and_collected() {
    let server = Server::open();
    server.make("north_rep", "accounts", &json!({ "name": "=Blue Kiln" }));
    server.make("south_rep", "accounts", &json!({ "name": "South" }));
    let asked =
        server.post("north_rep", "/api/v1/exports", &json!({ "set": "accounts", "select": ["name"], "format": "csv" })).is(202).json();
    assert_eq!(asked["decision"], "allowed");
    let path = format!("/api/v1/exports/{}", asked["id"].as_str().unwrap());
    assert_eq!(server.get("north_rep", &format!("{path}/file")).is(409).problem(), "export-not-ready");
    server.run_jobs();
    let told = server.get("north_rep", &path).is(200).json();
    assert_eq!((told["state"].as_str(), told["rows"].as_i64()), (Some("ready"), Some(1)));
    let file = server.get("north_rep", &format!("{path}/file")).is(200);
    assert!(file.text().contains("'=Blue Kiln") && !file.text().contains("South"), "{}", file.text());
    assert_eq!(file.header("content-length"), file.bytes.len().to_string());
    server.post("north_rep", "/api/v1/exports", &json!({ "set": "accounts", "format": "pdf" })).is(422);
    let sheet = server.post("north_rep", "/api/v1/exports", &json!({ "set": "accounts", "format": "xlsx" })).is(202).json();
    server.run_jobs();
    let file = server.get("north_rep", &format!("/api/v1/exports/{}/file", sheet["id"].as_str().unwrap())).is(200);
    assert_eq!(&file.bytes[..2], b"PK");
}

#[test]
fn a_file_for_somebody_who_was_frozen_is_not_handed_out() {
    let server = Server::open();
    server.make("north_rep", "accounts", &json!({ "name": "Blue Kiln" }));
    let asked = server.post("north_rep", "/api/v1/exports", &json!({ "set": "accounts" })).is(202).json();
    server.run_jobs();
    let id = server.world.id("north_rep");
    server.post("security_admin", &format!("/api/v1/users/{id}/freeze"), &json!({})).is(204);
    server.get("north_rep", &format!("/api/v1/exports/{}/file", asked["id"].as_str().unwrap())).is(401);
}
