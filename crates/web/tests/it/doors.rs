//! Every door is watched (law 10): each route × each member of the cast stands in `doors.txt`, so that a door that opens
//! to somebody new is a diff a person can review. `UPDATE_EXPECT=1` writes it anew.
//!
//! For each pair the request is one that would succeed for whoever may, on things made for it; a refused one is shown to
//! have changed nothing. Then the same doors are tried with the wrong key, and with ids that nobody can know.
//! Not here: what a door answers ([`crate::rows`], [`crate::people`]).

use crate::server::{Ask, CAST, Reply, Server};
use crate::visit::Visit;
use catalogue::RowId;
use std::fmt::Write as _;
use web::doors::Who;

/// The doors that anybody may open without a key. This list only shrinks; whatever is added to it is told why in a page
/// of `docs/deciding`: resets of forgotten passwords, in 0020.
const PUBLIC: &[&str] = &[
    "GET /api/docs",
    "GET /assets/{path}",
    "GET /healthz",
    "GET /openapi.json",
    "GET /readyz",
    "POST /api/v1/invitations/{token}/accept",
    "POST /api/v1/password_resets",
    "POST /api/v1/password_resets/{token}",
    "POST /api/v1/sessions",
];

/// The pages that anybody may open without a key. This list only shrinks too.
const ENTRY: &[&str] = &[
    "GET /forgotten-password",
    "GET /invitation/{token}",
    "GET /password-reset/{token}",
    "GET /set-up/{token}",
    "GET /sign-in",
    "POST /forgotten-password",
    "POST /invitation/{token}",
    "POST /password-reset/{token}",
    "POST /set-up/{token}",
    "POST /sign-in",
];

#[test]
fn every_door_answers_every_member_of_the_cast_as_it_stands_in_doors_txt() {
    let server = Server::open();
    let visit = Visit::prepare(&server);
    let mut told = String::new();
    let mut wrong = Vec::new();
    for (n, door) in web::doors().enumerate() {
        let mut line = format!("{:<6} {:<58} {:<6}", door.method, door.path, door.who.name());
        for name in CAST {
            let ask = visit.request(door, name, &format!("{n}-{name}"));
            let before = if door.is_look() { None } else { Some(server.sums()) };
            let reply = server.ask(ask);
            if reply.status >= 400 && before.is_some_and(|before| server.sums() != before) {
                wrong.push(format!("{} {} refused {name} with {} and changed something", door.method, door.path, reply.status));
            }
            if reply.status >= 500 {
                wrong.push(format!("{} {} broke for {name}: {}", door.method, door.path, reply.text()));
            }
            wrong.extend(undressed(&reply).map(|what| format!("{} {} for {name}: {what}", door.method, door.path)));
            write!(line, " {name}={}", reply.status).unwrap();
        }
        told.push_str(line.trim_end());
        told.push('\n');
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it/doors.txt");
    if std::env::var("UPDATE_EXPECT").is_ok() {
        return std::fs::write(path, told).unwrap();
    }
    let expected = std::fs::read_to_string(path).unwrap_or_default();
    let diff: Vec<String> = differing(&expected, &told);
    assert!(diff.is_empty(), "doors.txt is another (UPDATE_EXPECT=1 writes it):\n{}", diff.join("\n"));
}

fn differing(old: &str, new: &str) -> Vec<String> {
    let gone = old.lines().filter(|line| !new.lines().any(|l| l == *line)).map(|line| format!("- {line}"));
    let come = new.lines().filter(|line| !old.lines().any(|l| l == *line)).map(|line| format!("+ {line}"));
    gone.chain(come).collect()
}

/// What every answer carries, whoever it is for.
fn undressed(reply: &Reply) -> Option<String> {
    let is_asset = reply.header("cache-control").contains("immutable");
    let fits = [
        reply.header("x-request-id").len() == 36,
        is_asset || reply.header("cache-control") == "no-store",
        reply.header("content-security-policy").starts_with("default-src 'self'")
            || reply.header("content-security-policy") == "default-src 'none'; sandbox",
        reply.header("x-content-type-options") == "nosniff",
        reply.header("referrer-policy") == "same-origin",
        reply.header("cross-origin-opener-policy") == "same-origin",
        !reply.header("permissions-policy").is_empty(),
    ];
    let missing = fits.iter().position(|fit| !fit)?;
    Some(format!("header {missing} is missing on {}: {:?}", reply.status, reply.headers))
}

#[test]
fn the_lists_of_open_doors_only_shrink() {
    let of = |who: Who| {
        let mut all: Vec<String> = web::doors().filter(|d| d.who == who).map(|d| format!("{} {}", d.method, d.path)).collect();
        all.sort();
        all
    };
    for (open, list) in [(of(Who::Public), PUBLIC), (of(Who::Entry), ENTRY)] {
        let new: Vec<&String> = open.iter().filter(|door| !list.contains(&door.as_str())).collect();
        assert!(new.is_empty(), "doors that anybody may open: {new:?}");
    }
}

#[test]
fn a_cookie_opens_no_door_of_the_api_and_a_token_no_page() {
    let server = Server::open();
    let visit = Visit::prepare(&server);
    for door in web::doors() {
        let plain = visit.request(door, "nobody", "keyless");
        match door.who {
            Who::Api => {
                for ask in [plain.clone().cookie("page session of admin"), plain.clone().bearer("page session of admin")] {
                    assert_eq!(server.ask(ask).status, 401, "{} {} opens to a cookie's session", door.method, door.path);
                }
                let as_cookie = plain.cookie("api session of admin");
                assert_eq!(server.ask(as_cookie).status, 401, "{} {} takes a cookie", door.method, door.path);
            }
            Who::Page => {
                for ask in [plain.clone().bearer("page session of admin"), plain.clone().cookie("api session of admin")] {
                    let status = server.ask(ask).status;
                    assert!(matches!(status, 303 | 403), "{} {} opens to a token: {status}", door.method, door.path);
                }
            }
            Who::Public | Who::Entry => {}
        }
    }
}

#[test]
fn a_secret_in_the_address_is_refused_at_every_door() {
    let server = Server::open();
    let visit = Visit::prepare(&server);
    for door in web::doors().filter(|door| door.path != "/assets/{path}") {
        for secret in ["access_token=api+session+of+admin", "token=x", "q=cst_0123456789abcdef"] {
            let mut ask = visit.request(door, "admin", "secret");
            ask.path = format!("{}?{secret}", ask.path.split('?').next().unwrap());
            let reply = server.ask(ask);
            assert!(matches!(reply.status, 400), "{} {} takes {secret}: {}", door.method, door.path, reply.status);
        }
    }
}

#[test]
fn a_parameter_or_field_that_a_door_does_not_know_is_refused_by_name() {
    let server = Server::open();
    let visit = Visit::prepare(&server);
    for door in web::doors().filter(|door| door.who == Who::Api) {
        let mut ask = visit.request(door, "admin", "strange");
        ask.path = format!("{}?colour=red", ask.path.split('?').next().unwrap());
        let reply = server.ask(ask).is(400);
        assert_eq!(reply.problem(), "unknown-parameter", "{} {}", door.method, door.path);
        assert!(reply.text().contains("colour"));
        if let Some(ask) = visit.with_strange_field(door) {
            let reply = server.ask(ask).is(400);
            assert!(matches!(reply.problem().as_str(), "unknown-field" | "unknown-column"), "{} {}", door.method, door.path);
            assert!(reply.text().contains("colour"), "{} {}: {}", door.method, door.path, reply.text());
        }
    }
}

/// Law 5: what may not be read is answered like what never was: status, headers and body, the request's id apart.
#[test]
fn an_id_that_may_not_be_read_is_answered_like_one_that_never_was() {
    let server = Server::open();
    let visit = Visit::prepare(&server);
    let unknown = RowId::parse("01940000-0000-7000-8000-000000000000").unwrap().to_string();
    let mut tried = 0;
    for door in web::doors().filter(|door| matches!(door.who, Who::Api | Who::Page) && door.path.contains("{id}")) {
        for (name, path, hidden) in visit.hidden(door) {
            tried += 1;
            let [a, b, c] = [hidden.as_str(), unknown.as_str(), "no-id-at-all"].map(|id| {
                let ask = visit.at(door, name, &path.replace("{id}", id), "law-five");
                let mut all = server.ask(ask).all_but_the_id();
                all.2 = all.2.replace(id, "ID");
                all.1.iter_mut().for_each(|(_, value)| *value = value.replace(id, "ID"));
                all
            });
            assert!(!(200..300).contains(&a.0), "{} {path} opened for {name}", door.method);
            assert_eq!(a, b, "{} {path} for {name}", door.method);
            assert_eq!(b.0, c.0, "{} {path} for {name}", door.method);
        }
    }
    assert!(tried > 40, "only {tried} doors were tried");
}

#[test]
fn an_address_or_method_that_is_none_is_told_so() {
    let server = Server::open();
    let reply = server.ask(Ask::new("GET", "/api/v2/accounts").by("admin")).is(404);
    assert_eq!(reply.problem(), "no-address");
    let reply = server.ask(Ask::new("PUT", "/api/v1/accounts").by("admin")).is(405);
    assert_eq!(reply.problem(), "no-method");
    assert_eq!(server.ask(Ask::new("GET", "/api/v1/nothing").by("admin")).is(404).problem(), "unknown-set");
    let page = server.ask(Ask::new("GET", "/a/b/c/d/e")).is(404);
    assert!(page.header("content-type").starts_with("text/html"));
    assert!(undressed(&page).is_none());
}
