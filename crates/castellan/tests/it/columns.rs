//! Columns that are added while people work, against the real binary, on both databases.
//!
//! Sixteen clients read and write all the time; none of their requests may fail. Meanwhile a lookup to people, a choice
//! and an amount are added, opened and used: each is in OpenAPI, rows, views, filters, imports and exports at the next
//! request. What the form shows is said in `browser/tests/tables.test.mjs`.
//! Not here: which names fit (`crates/catalogue/tests/it/custom.rs`). Start reading at [`grow`].

use crate::databases::{Database, init_on, serve_on};
use crate::server::{Place, Server, command, init, skipped, try_ask};
use serde_json::{Value as Json, json};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

/// Who work meanwhile.
const CLIENTS: u64 = 16;

#[test]
fn columns_are_added_while_sixteen_clients_read_and_write_on_sqlite() {
    let place = Place::new("columns");
    init(&place.data());
    grow(&Server::start(&place.data()));
    let checked = command(&place.data()).args(["audit", "verify"]).output().unwrap();
    assert!(checked.status.success(), "{}", String::from_utf8_lossy(&checked.stderr));
}

#[test]
fn columns_are_added_while_sixteen_clients_read_and_write_on_postgres() {
    let Some(database) = Database::make("columns") else {
        return skipped("PostgreSQL: set CASTELLAN_TEST_POSTGRES, or run `cargo xtask test`");
    };
    let place = Place::new("columns-postgres");
    init_on(&place.data(), &database.url);
    grow(&serve_on(&place.data(), &database.url));
}

/// The accounts of a server, as one of the clients or the administrator sees them.
struct Office<'s> {
    server: &'s Server,
    admin: String,
    rep: String,
    rep_id: String,
}

impl Office<'_> {
    fn ask(&self, who: &str, method: &str, path: &str, body: &Json, wanted: u16) -> Json {
        let (status, answer) = self.server.ask(method, path, Some(who), Some(body).filter(|b| !b.is_null()));
        assert_eq!(status, wanted, "{method} {path} {body}: {answer}");
        answer
    }

    fn add(&self, body: Json) -> String {
        let made = self.ask(&self.admin, "POST", "/api/v1/tables/accounts/columns", &body, 201);
        assert_eq!(made["secured"], true, "{made}");
        made["name"].as_str().unwrap().to_owned()
    }

    fn is_described(&self, who: &str, name: &str) -> bool {
        let (status, document) = self.server.ask("GET", "/openapi.json", Some(who), None);
        assert_eq!(status, 200);
        !document["components"]["schemas"]["accounts"]["properties"][name].is_null()
    }

    fn page(&self, who: &str, filter: &Json) -> Vec<Json> {
        let filter: String = filter.to_string().bytes().map(|b| format!("%{b:02X}")).collect();
        let page = self.server.get(&format!("/api/v1/accounts?filter={filter}&limit=50"), who);
        page["rows"].as_array().unwrap().clone()
    }

    /// The column is closed; then it is opened, and is everywhere at the next request.
    fn open_and_use(&self, name: &str, value: Json, in_file: &str, filter: Json) {
        let column = json!({ "column": name, "op": "null" }).to_string().replace('"', "%22");
        let (status, refusal) = self.server.ask("GET", &format!("/api/v1/accounts?filter={column}"), Some(&self.admin), None);
        assert_eq!((status, &refusal["type"]), (403, &json!("column-denied")), "{refusal}");
        assert!(!self.is_described(&self.admin, name), "closed to its maker too");
        self.ask(&self.admin, "PUT", &format!("/api/v1/accounts/columns/{name}/secured"), &json!({ "secured": false }), 204);
        assert!(self.is_described(&self.rep, name), "described at the next request");
        assert!(!self.is_described("nobody", name), "and to nobody who is not signed in");
        let label = format!("With {name}");
        let made = self.ask(&self.rep, "POST", "/api/v1/accounts", &json!({ "name": label, name: value }), 201);
        assert!(!made[name].is_null(), "{made}");
        let found = self.page(&self.rep, &filter);
        assert!(found.iter().any(|row| row["name"] == label.as_str()), "{found:?}");
        let file = format!("Account name,{name}\r\nTaken {name},{in_file}\r\n");
        let (status, started) = self.server.send("/api/v1/imports", &self.rep, &[("set", "accounts")], &file);
        assert_eq!(status, 202, "{started}");
        let done = self.server.wait(&format!("/api/v1/imports/{}", started["id"].as_str().unwrap()), &self.rep);
        assert_eq!(done["counts"]["created"], 1, "{done}");
        let asked = json!({ "set": "accounts", "filter": { "column": "name", "op": "eq", "value": format!("Taken {name}") }, "select": ["name", name], "format": "csv" });
        let export = self.ask(&self.rep, "POST", "/api/v1/exports", &asked, 202);
        let id = export["id"].as_str().unwrap();
        self.server.wait(&format!("/api/v1/exports/{id}"), &self.rep);
        let (status, bytes) = try_ask(&self.server.address, "GET", &format!("/api/v1/exports/{id}/file"), Some(&self.rep), None).unwrap();
        let text = String::from_utf8_lossy(&bytes).into_owned();
        assert!(status == 200 && text.contains(&format!("Taken {name},")) && text.contains(in_file), "{status} {text}");
    }
}

/// Lets the clients go when the story ends, however it ends.
struct Ending<'s>(&'s AtomicBool);

impl Drop for Ending<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

/// What one client does, again and again. Answers how often, and every answer that was no yes.
fn work(office: &Office<'_>, n: u64, stop: &AtomicBool, done: &AtomicU64) -> Vec<String> {
    let mut failed = Vec::new();
    let mut own = String::new();
    for round in n.. {
        if stop.load(Ordering::Relaxed) {
            break;
        }
        let new = json!({ "name": format!("Client {n} account {round}"), "address_city": "Leipzig" });
        let filter = "%7B%22column%22%3A%22address_city%22%2C%22op%22%3A%22eq%22%2C%22value%22%3A%22leipzig%22%7D";
        let (method, path, body) = match round % 4 {
            0 => ("POST", "/api/v1/accounts".to_owned(), Some(&new)),
            1 => ("GET", format!("/api/v1/accounts?view=all&limit=20&filter={filter}"), None),
            2 if !own.is_empty() => ("GET", format!("/api/v1/accounts/{own}"), None),
            _ => ("GET", "/api/v1/search?q=client".to_owned(), None),
        };
        let (status, answer) = office.server.ask(method, &path, Some(&office.rep), body);
        if let Some(id) = answer["id"].as_str() {
            own = id.to_owned();
        }
        if !matches!(status, 200 | 201) {
            failed.push(format!("{method} {path}: {status} {answer}"));
        }
        done.fetch_add(1, Ordering::Relaxed);
    }
    failed
}

fn grow(server: &Server) {
    let admin = server.sign_in();
    let rep_id = server.join(&admin, "Nora Lund", "nora@example.com", &["Salesperson"]);
    let rep = server.enter("nora@example.com", crate::server::PASSWORD);
    let office = Office { server, admin, rep, rep_id };
    let (stop, done) = (AtomicBool::new(false), AtomicU64::new(0));
    let failed = std::thread::scope(|scope| {
        let clients: Vec<_> = (0..CLIENTS)
            .map(|n| {
                scope.spawn({
                    let (office, stop, done) = (&office, &stop, &done);
                    move || work(office, n, stop, done)
                })
            })
            .collect();
        let ending = Ending(&stop);
        let wait = |more: u64| {
            let begun = done.load(Ordering::Relaxed);
            while done.load(Ordering::Relaxed) < begun + more && !clients.iter().all(|c| c.is_finished()) {
                std::thread::yield_now();
            }
        };
        wait(100);
        let keeper = office.add(json!({ "label": "Key account", "kind": "lookup", "targets": ["users"], "listed": true }));
        wait(50);
        office.open_and_use(&keeper, json!(office.rep_id), "Nora Lund", json!({ "column": keeper, "op": "eq_me" }));
        let rank = office.add(json!({ "label": "Rank", "kind": "choice", "options": ["Gold", "Tin"], "listed": true }));
        wait(50);
        office.open_and_use(&rank, json!("tin"), "Gold", json!({ "column": rank, "op": "eq", "value": "tin" }));
        let budget = office.add(json!({ "label": "Budget", "kind": "money" }));
        wait(50);
        office.open_and_use(&budget, json!("1250.50"), "99.90", json!({ "column": budget, "op": "ge", "value": "1000" }));
        wait(100);
        drop(ending);
        clients.into_iter().flat_map(|client| client.join().unwrap()).collect::<Vec<_>>()
    });
    assert!(
        failed.is_empty(),
        "{} of {} requests failed: {:#?}",
        failed.len(),
        done.load(Ordering::Relaxed),
        failed.iter().take(5).collect::<Vec<_>>()
    );
    let row = &office.page(&office.rep, &json!({ "column": "name", "op": "eq", "value": "With x_budget" }))[0];
    assert_eq!(row["x_budget_base"], "1250.50", "{row}");
    let shown = server.get("/api/v1/accounts?view=all&limit=1", &office.rep);
    assert!(shown["rows"][0].get("x_rank").is_some() && shown["rows"][0].get("x_key_account").is_some(), "in the views: {shown}");
}
