//! Whatever is hidden leaves no trace: the name and the id of a hidden row, and the value of a secured column, are looked
//! for in every answer that somebody who must not know them can get.
//!
//! Not here: ids that are guessed at every door ([`crate::doors`]).

use super::{patch, share};
use crate::server::{Ask, Reply, Server};
use crate::tab::Tab;
use serde_json::{Value as Json, json};

/// Everything that can be got about rows of these sets, over the API and on pages.
fn everything(server: &Server, name: &str, rows: &[(&str, &str)], words: &str) -> Vec<(String, Reply)> {
    let mut paths = Vec::new();
    for set in ["accounts", "contacts", "opportunities", "tasks", "notes", "files", "leads", "cases"] {
        for query in ["?count=true", "?sort=name&count=true", "?sort=-created_on&limit=1", "/removed"] {
            paths.push(format!("/api/v1/{set}{query}"));
        }
        paths.extend([format!("/{set}"), format!("/{set}/removed"), format!("/{set}/new"), format!("/lookup/{set}?q={words}")]);
    }
    for sort in ["account", "-account", "account,name"] {
        paths.push(format!("/api/v1/contacts?sort={sort}&count=true"));
        paths.push(format!("/contacts?sort={sort}"));
    }
    paths.extend(["/api/v1/search?q=", "/search?q=", "/search/palette?q="].map(|p| format!("{p}{words}")));
    paths.extend(["/", "/jobs", "/imports", "/exports", "/api/v1/jobs", "/api/v1/imports", "/api/v1/exports"].map(str::to_owned));
    for (set, id) in rows {
        for part in ["", "/timeline", "/history", "/who", "/explain", "/explain?privilege=write"] {
            paths.push(format!("/api/v1/{set}/{id}{part}"));
        }
        for part in ["", "/edit", "/timeline", "/history", "/who", "/share", "/assign", "/delete"] {
            paths.push(format!("/{set}/{id}{part}"));
        }
    }
    let tab = Tab::of(server, name);
    let got = |path: String| {
        let reply = if path.starts_with("/api/") { server.get(name, &path) } else { tab.get(&path) };
        (path, reply)
    };
    paths.into_iter().map(got).collect()
}

#[test]
fn a_hidden_customer_is_named_nowhere() {
    let server = Server::open();
    let hidden = server.make("north_rep", "accounts", &json!({ "name": "Zanzibar Kiln", "address_city": "Qaqortoq" }));
    let named = |set: &str| json!({ "set": set, "id": hidden });
    let contact = server.make("north_rep", "contacts", &json!({ "last_name": "Doe", "account": hidden }));
    let deal = server.make("north_rep", "opportunities", &json!({ "name": "Roof", "customer": named("accounts") }));
    let task = server.make("north_rep", "tasks", &json!({ "subject": "Call", "regarding": named("accounts") }));
    let removed = server.make("north_rep", "tasks", &json!({ "subject": "Zanzibar call" }));
    let attach =
        Ask::new("POST", format!("/api/v1/accounts/{hidden}/files")).by("north_rep").parts(&[], Some(("Zanzibar.txt", b"Zanzibar")));
    server.ask(attach).is(201);
    server.ask(Ask::new("DELETE", format!("/api/v1/tasks/{removed}")).by("north_rep")).is(204);
    let open = [("contacts", contact.as_str()), ("opportunities", deal.as_str()), ("tasks", task.as_str())];
    for (set, id) in open {
        share(&server, "north_rep", set, id, "south_rep", &["read", "write", "append", "export"]);
        server.get("south_rep", &format!("/api/v1/{set}/{id}")).is(200);
    }
    // Once it was south_rep's to see, and what was written then stands in the trail.
    share(&server, "north_rep", "accounts", &hidden, "south_rep", &["read"]);
    server.get("south_rep", &format!("/api/v1/accounts/{hidden}")).is(200);
    let with = json!({ "principal": server.world.id("south_rep").to_string() });
    server.post("north_rep", &format!("/api/v1/accounts/{hidden}/unshare"), &with).is(204);
    let mut rows = open.to_vec();
    rows.push(("accounts", hidden.as_str()));
    for (path, reply) in everything(&server, "south_rep", &rows, "zanzibar") {
        // What was asked for comes back in the search field; everything else would be a trace.
        let text = reply.text().replace(&format!("/accounts/{hidden}"), "").replace("zanzibar", "");
        assert!(!text.contains("Zanzibar") && !text.contains("Qaqortoq") && !text.contains(&hidden), "{path}: {text}");
        assert!(reply.status < 500, "{path}: {text}");
    }
    let counts = server.get("south_rep", "/api/v1/accounts?count=true").is(200).json();
    assert_eq!(counts["count"], json!({ "value": 0, "exact": true }));
    assert_eq!(server.get("north_rep", "/api/v1/accounts?count=true").json()["count"]["value"], 1);
}

#[test]
fn a_hidden_customer_is_not_found_out_by_guessing() {
    let server = Server::open();
    let hidden = server.make("north_rep", "accounts", &json!({ "name": "Zanzibar Kiln" }));
    let unknown = "01940000-0000-7000-8000-000000000000";
    let deal = server.make("north_rep", "opportunities", &json!({ "name": "Roof", "customer": { "set": "accounts", "id": hidden } }));
    share(&server, "north_rep", "opportunities", &deal, "south_rep", &["read", "write"]);
    let found = |filter: Json| {
        let path = format!("/api/v1/opportunities?count=true&filter={}", web::escape(&filter.to_string()));
        server.get("south_rep", &path).is(200).json()["count"]["value"].as_i64().unwrap()
    };
    for id in [hidden.as_str(), unknown] {
        for op in ["eq", "lt", "gt", "ge", "le"] {
            assert_eq!(found(json!({ "column": "customer", "op": op, "value": id })), 0, "{op} {id}");
        }
        assert_eq!(found(json!({ "column": "customer", "op": "in", "value": [id, unknown] })), 0);
        assert_eq!(found(json!({ "column": "customer", "op": "ne", "value": id })), 1);
        assert_eq!(found(json!({ "not": { "column": "customer", "op": "eq", "value": id } })), 1);
    }
    for part in ["Zan", "Y", "Z", "{"] {
        assert_eq!(found(json!({ "related": "customer", "where": { "column": "name", "op": "ge", "value": part } })), 0, "{part}");
    }
    // Its place among others, its merge into others, and the answers to writing it are those of nothing.
    let answers: Vec<_> = [hidden.as_str(), unknown]
        .into_iter()
        .map(|id| {
            let set =
                patch("south_rep", &format!("/api/v1/opportunities/{deal}"), 1, &json!({ "customer": { "set": "accounts", "id": id } }));
            let made = json!({ "last_name": "Doe", "account": id });
            let all = [server.ask(set), server.post("south_rep", "/api/v1/contacts", &made)];
            all.map(|reply| (reply.status, reply.all_but_the_id().2.replace(id, "ID")))
        })
        .collect();
    assert_eq!(answers[0], answers[1]);
}

#[test]
fn a_secured_value_is_shown_nowhere_to_whoever_it_is_not_open_to() {
    let server = Server::open();
    let by_admin = json!({ "name": "Opener", "grants": [
        { "set": "accounts", "column": "credit_limit", "read": true, "create": true, "update": true },
        { "set": "accounts", "column": "bank_account", "read": true, "create": true, "update": true }] });
    let profile = server.post("admin", "/api/v1/field_profiles", &by_admin).is(201).json()["id"].as_str().unwrap().to_owned();
    let manager = server.world.id("manager");
    server.ask(Ask::new("PUT", format!("/api/v1/users/{manager}/field_profiles/{profile}")).by("admin").json(&json!({}))).is(204);
    let id = server.make("manager", "accounts", &json!({ "name": "Kiln", "credit_limit": "987654.32", "bank_account": "DE00SECRET" }));
    server.ask(patch("manager", &format!("/api/v1/accounts/{id}"), 1, &json!({ "credit_limit": "876543.21" }))).is(200);
    share(&server, "manager", "accounts", &id, "north_rep", &["read", "write", "export", "share"]);
    let shows = |text: &str| {
        let bare: String = text.chars().filter(|c| !matches!(c, ',' | '.' | ' ' | '\u{a0}')).collect();
        ["98765432", "87654321", "DE00SECRET"].into_iter().find(|secret| bare.contains(secret)).map(str::to_owned)
    };
    for (path, reply) in everything(&server, "north_rep", &[("accounts", &id)], "987654") {
        assert_eq!(shows(&reply.text()), None, "{path}");
        assert!(reply.status < 500, "{path}");
    }
    // What comes back when something is wrong, or when two met.
    let tab = Tab::of(&server, "north_rep");
    let stale = server.ask(patch("north_rep", &format!("/api/v1/accounts/{id}"), 1, &json!({ "name": "x" }))).is(412);
    assert_eq!(shows(&stale.text()), None);
    let conflict = tab.send(&format!("/accounts/{id}/edit"), &[("version", "1"), ("name", "x"), ("was-name", "y"), ("credit_limit", "1")]);
    assert_eq!((conflict.status, shows(&conflict.text())), (412, None));
    let export = json!({ "set": "accounts", "view": "*" });
    let asked = server.post("north_rep", "/api/v1/exports", &export).is(202).json()["id"].as_str().unwrap().to_owned();
    server.run_jobs();
    let file = server.get("north_rep", &format!("/api/v1/exports/{asked}/file")).is(200);
    assert!(file.text().contains("Kiln"));
    assert_eq!(shows(&file.text()), None);
    // And it is there for whoever it is open to.
    assert!(shows(&server.get("manager", &format!("/api/v1/accounts/{id}/history")).text()).is_some());
}

#[test]
fn addresses_of_people_are_found_by_nobody_who_may_not_know_them() {
    let server = Server::open();
    let tab = Tab::of(&server, "north_rep");
    for part in ["acme.example", "manager%40", "%40"] {
        for path in [format!("/lookup/users?q={part}"), format!("/lookup/users,teams?q={part}"), format!("/people?search={part}")] {
            let page = tab.get(&path).is(200).text();
            assert!(!page.contains(&server.world.id("manager").to_string()), "{path}: {page}");
        }
        let found = server.get("north_rep", &format!("/api/v1/users?q={part}")).is(200).json();
        assert_eq!(found["rows"], json!([]), "{part}");
    }
}

#[test]
fn the_work_of_others_is_not_there() {
    let server = Server::open();
    let import = Ask::new("POST", "/api/v1/imports").by("north_rep").parts(&[("set", "accounts")], Some(("Zanzibar.csv", b"name\nx\n,\n")));
    let started = server.ask(import).is(202).json();
    let asked = server.post("north_rep", "/api/v1/exports", &json!({ "set": "accounts" })).is(202).json();
    server.run_jobs();
    let text = |json: &Json, name: &str| json[name].as_str().unwrap().to_owned();
    let (import, job, export) = (text(&started, "id"), text(&started, "job"), text(&asked, "id"));
    for name in ["south_rep", "manager", "admin"] {
        let tab = Tab::of(&server, name);
        for path in [
            format!("/imports/{import}"),
            format!("/imports/{import}/progress"),
            format!("/imports/{import}/errors.csv"),
            format!("/exports/{export}"),
            format!("/exports/{export}/file"),
            format!("/jobs/{job}"),
        ] {
            assert_eq!(tab.get(&path).status, 404, "{name} {path}");
            if !path.ends_with("progress") {
                server.get(name, &format!("/api/v1{path}")).is(404);
            }
        }
        for path in ["/imports", "/exports", "/jobs"] {
            let page = tab.get(path).is(200).text();
            assert!(!page.contains("Zanzibar") && !page.contains(&export) && !page.contains(&job), "{name} {path}");
        }
    }
}
