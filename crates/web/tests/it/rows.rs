//! Rows over the API: listed, made, changed on a version, deleted, shared, told; and input that means harm.
//!
//! Not here: who may (the verbs' own sentences in crm). Start reading at
//! [`a_change_on_an_old_version_is_answered_with_both`].

use crate::server::{Ask, Server};
use serde_json::{Value as Json, json};

fn patch(name: &str, path: &str, version: &str, body: &Json) -> Ask {
    Ask::new("PATCH", path).by(name).header("if-match", version).json(body)
}

#[test]
fn a_row_is_flat_and_says_what_it_is_called_by() {
    let server = Server::open();
    let ask = json!({ "name": "Blue Kiln", "revenue": "1500.5", "website": "https://kiln.example" });
    let made = server.post("north_rep", "/api/v1/accounts", &ask).is(201);
    let row = made.json();
    let id = row["id"].as_str().unwrap();
    assert_eq!(made.header("location"), format!("/api/v1/accounts/{id}"));
    assert_eq!(made.header("etag"), format!("\"{}\"", row["version"]));
    assert_eq!(row["name"], "Blue Kiln");
    assert_eq!(row["owner"], json!({ "set": "users", "id": server.world.id("north_rep").to_string(), "name": "north_rep" }));
    assert_eq!((row["created_on"].as_str(), row["revenue"].as_str()), (Some("2026-03-02T09:00:00Z"), Some("1500.50")));
    assert!(row["state"].is_string() && row["owning_unit"]["name"] == "north");
    let opened = server.get("north_rep", &format!("/api/v1/accounts/{id}")).is(200);
    assert_eq!(opened.json(), row);
    assert_eq!(opened.header("etag"), made.header("etag"));
}

#[test]
fn a_list_pages_by_a_key_that_survives_inserts() {
    let server = Server::open();
    for name in ["Anvil", "Bellows", "Crucible", "Dross", "Ember"] {
        server.make("north_rep", "accounts", &json!({ "name": name }));
    }
    let first = server.get("north_rep", "/api/v1/accounts?sort=name&limit=2&count=true&select=name").is(200).json();
    assert_eq!(first["count"], json!({ "value": 5, "exact": true }));
    assert_eq!(first["rows"][1]["name"], "Bellows");
    assert_eq!(first["rows"][0].as_object().unwrap().keys().collect::<Vec<_>>(), ["id", "version", "name"]);
    server.make("north_rep", "accounts", &json!({ "name": "Aardvark" }));
    let after = first["next"].as_str().unwrap();
    let second = server.get("north_rep", &format!("/api/v1/accounts?sort=name&limit=2&select=name&after={after}")).is(200).json();
    assert_eq!(second["rows"][0]["name"], "Crucible");
    for (query, problem) in [
        ("limit=0", "bad-parameter"),
        ("limit=501", "bad-parameter"),
        ("limit=x", "bad-parameter"),
        ("count=yes", "bad-parameter"),
        ("after=zz", "bad-place"),
        ("sort=colour", "unknown-column"),
        ("select=colour", "unknown-column"),
        ("view=mine_all_mine", "unknown-view"),
        ("tz=Mars/Olympus", "unknown-zone"),
        ("filter=x", "bad-parameter"),
        ("filter=%5B%5D", "bad-filter"),
    ] {
        let reply = server.get("north_rep", &format!("/api/v1/accounts?{query}")).is(400);
        assert_eq!(reply.problem(), problem, "{query}");
    }
}

#[test]
fn a_change_names_the_version_it_was_decided_on() {
    let server = Server::open();
    let id = server.make("north_rep", "accounts", &json!({ "name": "Blue Kiln" }));
    let path = format!("/api/v1/accounts/{id}");
    let without = Ask::new("PATCH", &path).by("north_rep").json(&json!({ "name": "Red Kiln" }));
    assert_eq!(server.ask(without).is(428).problem(), "version-needed");
    for wrong in ["*", "W/\"1\"", "abc", "\"1\", \"2\""] {
        assert_eq!(server.ask(patch("north_rep", &path, wrong, &json!({ "name": "x" }))).is(400).problem(), "bad-version");
    }
    let changed = server.ask(patch("north_rep", &path, "\"1\"", &json!({ "name": "Red Kiln" }))).is(200);
    assert_eq!(changed.json()["name"], "Red Kiln");
    assert_eq!(changed.header("etag"), "\"2\"");
}

#[test]
fn a_change_on_an_old_version_is_answered_with_both() {
    let server = Server::open();
    let id = server.make("north_rep", "accounts", &json!({ "name": "Blue Kiln" }));
    let path = format!("/api/v1/accounts/{id}");
    server.ask(patch("manager", &path, "\"1\"", &json!({ "name": "Red Kiln" }))).is(200);
    let before = server.sums();
    let stale = server.ask(patch("north_rep", &path, "\"1\"", &json!({ "name": "Green Kiln" }))).is(412);
    assert_eq!(stale.problem(), "stale");
    let body = stale.json();
    assert_eq!((body["sent_version"].clone(), body["current_version"].clone()), (json!(1), json!(2)));
    assert_eq!(body["current"]["name"], "Red Kiln");
    assert_eq!(before, server.sums());
    let delete = Ask::new("DELETE", &path).by("manager").header("if-match", "\"1\"");
    assert_eq!(server.ask(delete).is(412).problem(), "stale");
    server.ask(Ask::new("DELETE", &path).by("manager").header("if-match", "\"2\"")).is(204);
}

#[test]
fn a_request_sent_twice_under_one_key_makes_one_row() {
    let server = Server::open();
    let ask = |name: &str, body: Json| Ask::new("POST", "/api/v1/accounts").by("north_rep").header("idempotency-key", name).json(&body);
    let first = server.ask(ask("k1", json!({ "name": "Blue Kiln" }))).is(201).json();
    let again = server.ask(ask("k1", json!({ "name": "Blue Kiln" }))).is(201).json();
    assert_eq!(first["id"], again["id"]);
    assert_eq!(server.ask(ask("k1", json!({ "name": "Red Kiln" }))).is(409).problem(), "key-used");
    assert_eq!(server.ask(ask("a b", json!({ "name": "Blue Kiln" }))).is(400).problem(), "bad-key");
    // Another person's key is another key.
    let other = Ask::new("POST", "/api/v1/accounts").by("south_rep").header("idempotency-key", "k1").json(&json!({ "name": "Blue Kiln" }));
    assert_ne!(server.ask(other).is(201).json()["id"], first["id"]);
    let rows = server.get("north_rep", "/api/v1/accounts?count=true").json();
    assert_eq!(rows["count"]["value"], 1);
}

#[test]
fn what_is_wrong_with_values_is_said_by_column_and_changes_nothing() {
    let server = Server::open();
    let before = server.sums();
    let ask = json!({ "name": 5, "revenue": "much", "website": "javascript:alert(1)", "email": "nobody" });
    let reply = server.post("north_rep", "/api/v1/accounts", &ask).is(422);
    assert_eq!(reply.problem(), "invalid-values");
    let columns: Vec<Json> = reply.json()["errors"].as_array().unwrap().iter().map(|e| e["column"].clone()).collect();
    assert!(columns.contains(&json!("name")) && columns.contains(&json!("revenue")), "{columns:?}");
    for (name, value) in
        [("id", json!("x")), ("version", json!(3)), ("created_on", json!("2020-01-01T00:00:00Z")), ("revenue_base", json!("1"))]
    {
        let mut body = json!({ "name": "Blue Kiln" });
        body[name] = value;
        let reply = server.post("north_rep", "/api/v1/accounts", &body);
        assert!(matches!(reply.status, 400 | 422), "{name}: {}", reply.text());
    }
    assert_eq!(server.post("north_rep", "/api/v1/accounts", &json!({})).is(422).json()["errors"][0]["column"], "name");
    assert_eq!(before, server.sums());
}

#[test]
fn a_lookup_to_a_hidden_row_is_refused_like_one_to_nothing_and_reads_as_hidden() {
    let server = Server::open();
    let hidden = server.make("south_rep", "accounts", &json!({ "name": "South only" }));
    let set = |id: &str| json!({ "name": "North", "parent_account": id });
    let one = server.post("north_rep", "/api/v1/accounts", &set(&hidden));
    let none = server.post("north_rep", "/api/v1/accounts", &set("01940000-0000-7000-8000-000000000000"));
    assert_eq!(one.all_but_the_id(), none.all_but_the_id());
    assert!(one.status >= 400);
    // The manager sees both and may say so; north_rep then reads that there is something, not what.
    let id = server.make("north_rep", "accounts", &json!({ "name": "North" }));
    server.ask(patch("manager", &format!("/api/v1/accounts/{id}"), "\"1\"", &json!({ "parent_account": hidden }))).is(200);
    let row = server.get("north_rep", &format!("/api/v1/accounts/{id}")).is(200).json();
    assert_eq!(row["parent_account"], json!({ "hidden": true }));
    assert!(!server.get("north_rep", &format!("/api/v1/accounts/{id}/history")).is(200).text().contains("South only"));
    let filter = format!(r#"{{"column":"parent_account","op":"eq","value":"{hidden}"}}"#);
    let found = server.get("north_rep", &format!("/api/v1/accounts?filter={}", web::escape(&filter))).is(200).json();
    assert_eq!(found["rows"], json!([]));
}

#[test]
fn a_secured_column_is_absent_and_naming_it_is_refused() {
    let server = Server::open();
    let id = server.make("north_rep", "accounts", &json!({ "name": "Blue Kiln" }));
    let row = server.get("north_rep", &format!("/api/v1/accounts/{id}")).is(200).json();
    assert!(row.get("credit_limit").is_none() && row.get("credit_limit_base").is_none());
    let filter = web::escape(r#"{"column":"credit_limit","op":"gt","value":"1"}"#);
    for query in ["sort=credit_limit", "select=name,credit_limit", "sort=-credit_limit_base", &format!("filter={filter}")] {
        let reply = server.get("north_rep", &format!("/api/v1/accounts?{query}")).is(403);
        assert_eq!(reply.problem(), "column-denied", "{query}");
        assert!(reply.json()["column"].as_str().unwrap().starts_with("credit_limit"));
    }
    let export = json!({ "set": "accounts", "select": ["name", "credit_limit"] });
    assert_eq!(server.post("north_rep", "/api/v1/exports", &export).is(403).problem(), "column-denied");
    let change = patch("north_rep", &format!("/api/v1/accounts/{id}"), "\"1\"", &json!({ "credit_limit": "10" }));
    assert_eq!(server.ask(change.clone()).is(403).problem(), "column-denied");
    let open = Ask::new("PUT", "/api/v1/accounts/columns/credit_limit/secured").by("security_admin").json(&json!({ "secured": false }));
    server.ask(open).is(204);
    assert_eq!(server.ask(change).is(200).json()["credit_limit"], "10.00");
}

#[test]
fn words_that_mean_harm_elsewhere_are_words_here() {
    let server = Server::open();
    let names = ["'; DROP TABLE accounts; --", "<script>alert(1)</script>", "%", "_", "\\", "\" OR 1=1", "{{7*7}}", "=1+1", "\u{202e}evil"];
    for name in names {
        let id = server.make("north_rep", "accounts", &json!({ "name": name }));
        assert_eq!(server.get("north_rep", &format!("/api/v1/accounts/{id}")).json()["name"], name);
        let filter = web::escape(&json!({ "column": "name", "op": "eq", "value": name }).to_string());
        let found = server.get("north_rep", &format!("/api/v1/accounts?filter={filter}")).is(200).json();
        assert_eq!(found["rows"].as_array().unwrap().len(), 1, "{name}");
        server.get("north_rep", &format!("/api/v1/search?q={}", web::escape(name))).is(200);
        let page = server.ask(Ask::new("GET", format!("/accounts/{id}")).cookie("page session of north_rep")).is(200);
        assert!(!page.text().contains("<script>alert"));
    }
    for path in ["/api/v1/accounts/%27%20OR%201=1", "/api/v1/accounts/..%2f..%2fetc", "/api/v1/accounts/%00"] {
        server.get("north_rep", path).is(404);
    }
    let odd = server.get("north_rep", "/api/v1/accounts%3B").is(404);
    assert_eq!(odd.problem(), "unknown-set");
    assert_eq!(server.get("north_rep", "/api/v1/accounts?sort=name;drop").is(400).problem(), "unknown-column");
}

#[test]
fn a_row_is_shared_told_about_and_given_away() {
    let server = Server::open();
    let id = server.make("north_rep", "accounts", &json!({ "name": "Blue Kiln" }));
    let path = format!("/api/v1/accounts/{id}");
    server.get("south_rep", &path).is(404);
    let south = server.world.id("south_rep").to_string();
    server.post("north_rep", &format!("{path}/share"), &json!({ "principal": south, "rights": ["read"] })).is(204);
    server.get("south_rep", &path).is(200);
    let change = server.ask(patch("south_rep", &path, "\"1\"", &json!({ "name": "Mine" }))).is(403);
    assert_eq!(change.problem(), "row-denied");
    assert_eq!(change.json()["privilege"], "write");
    let who = server.get("south_rep", &format!("{path}/who")).is(200).json();
    let names: Vec<&str> = who["readers"].as_array().unwrap().iter().map(|r| r["user"]["name"].as_str().unwrap()).collect();
    assert!(names.contains(&"south_rep") && names.contains(&"north_rep"));
    assert!(who["readers"][0].get("paths").is_none(), "paths are for whoever views access");
    let why = server.get("manager", &format!("{path}/explain?user={south}&privilege=read")).is(200).json();
    assert_eq!(why["granted"], true);
    assert_eq!(why["paths"][0]["kind"], "share");
    server.post("north_rep", &format!("{path}/unshare"), &json!({ "principal": south })).is(204);
    server.get("south_rep", &path).is(404);
    server.post("manager", &format!("{path}/assign"), &json!({ "owner": south })).is(204);
    server.get("south_rep", &path).is(200);
    server.get("north_rep", &path).is(404);
    let told = server.get("south_rep", &format!("{path}/history")).is(200).json();
    assert_eq!(told["changes"][0]["verb"], "account.assign");
    assert!(server.get("south_rep", &format!("{path}/timeline")).is(200).json()["moments"].as_array().unwrap().len() > 1);
}

#[test]
fn what_was_deleted_comes_back() {
    let server = Server::open();
    let id = server.make("manager", "accounts", &json!({ "name": "Blue Kiln" }));
    server.ask(Ask::new("DELETE", format!("/api/v1/accounts/{id}")).by("manager")).is(204);
    server.get("manager", &format!("/api/v1/accounts/{id}")).is(404);
    let removed = server.get("manager", "/api/v1/accounts/removed").is(200).json();
    assert_eq!(removed["rows"][0]["name"], "Blue Kiln");
    let back = server.ask(Ask::new("POST", format!("/api/v1/accounts/{id}/restore")).by("manager")).is(200);
    assert_eq!(back.json()["name"], "Blue Kiln");
    server.get("manager", &format!("/api/v1/accounts/{id}")).is(200);
}

#[test]
fn search_shows_what_may_be_read() {
    let server = Server::open();
    server.make("north_rep", "accounts", &json!({ "name": "Blue Kiln" }));
    server.make("south_rep", "accounts", &json!({ "name": "Blue Anvil" }));
    let found = server.get("north_rep", "/api/v1/search?q=blue").is(200).json();
    assert_eq!(found["found"][0]["set"], "accounts");
    assert_eq!(found["found"][0]["rows"].as_array().unwrap().len(), 1);
    assert_eq!(found["found"][0]["rows"][0]["name"], "Blue Kiln");
    assert_eq!(server.get("north_rep", "/api/v1/search").is(400).problem(), "bad-parameter");
}
