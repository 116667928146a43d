//! What stands before every door: forms of strangers, bodies that are too large, too deep or of another kind, addresses
//! and headers that are too long, hours that are not believed; and what every answer carries.
//!
//! Not here: who gets in ([`crate::doors`]).

use crate::server::{Ask, Server};
use serde_json::json;

const SESSION: &str = "page session of north_rep";

/// A form of north_rep that signs out, with its token.
fn form() -> Ask {
    let body = format!("csrf={}", crm::sign_in::csrf_token(SESSION));
    Ask::new("POST", "/sign-out").cookie(SESSION).raw("application/x-www-form-urlencoded", body)
}

#[test]
fn a_form_from_elsewhere_is_refused_before_its_token_is_looked_at() {
    let server = Server::open();
    for (name, value) in [
        ("sec-fetch-site", "cross-site"),
        ("sec-fetch-site", "same-site"),
        ("sec-fetch-site", "none"),
        ("origin", "https://evil.example"),
        ("origin", "null"),
    ] {
        let reply = server.ask(form().header(name, value)).is(403);
        assert!(reply.text().contains("did not come from a page"), "{}", reply.text());
    }
    // North_rep is still signed in.
    assert_eq!(server.world.look("north_rep", |_, actor| Ok(actor.user())).unwrap(), server.world.id("north_rep"));
    server.ask(form().header("origin", "http://crm.example").header("sec-fetch-site", "same-origin")).is(303);
    assert!(server.world.look("north_rep", |_, actor| Ok(actor.user())).is_err());
}

#[test]
fn a_form_without_the_token_of_its_session_is_refused() {
    let server = Server::open();
    let others = crm::sign_in::csrf_token("page session of south_rep");
    for token in ["", "x", others.as_str()] {
        let ask = Ask::new("POST", "/sign-out").cookie(SESSION).raw("application/x-www-form-urlencoded", format!("csrf={token}"));
        server.ask(ask).is(403);
    }
    let by_header = Ask::new("POST", "/sign-out").cookie(SESSION).header("x-csrf-token", crm::sign_in::csrf_token(SESSION));
    server.ask(by_header.raw("application/x-www-form-urlencoded", "")).is(303);
}

#[test]
fn the_form_to_sign_in_is_bound_to_the_browser_that_asked_for_it() {
    let server = Server::open();
    let page = server.ask(Ask::new("GET", "/sign-in")).is(200);
    let set = page.header("set-cookie").to_owned();
    assert!(set.starts_with("castellan_entry=") && set.contains("HttpOnly") && set.contains("SameSite=Strict") && set.contains("Path=/"));
    assert!(!set.contains("Domain") && !set.contains("Secure"));
    let secret = set.trim_start_matches("castellan_entry=").split(';').next().unwrap().to_owned();
    let token = crm::sign_in::csrf_token(&secret);
    assert!(page.text().contains(&token), "the page carries the token of the cookie it sets");
    let body = format!("csrf={token}&email=north_rep%40acme.example&password={}", crate::world::PASSWORD.replace(' ', "+"));
    let ask = Ask::new("POST", "/sign-in").raw("application/x-www-form-urlencoded", body.clone());
    server.ask(ask.clone()).is(403);
    let reply = server.ask(ask.header("cookie", format!("castellan_entry={secret}"))).is(303);
    let cookie = reply.header("set-cookie");
    assert!(
        cookie.starts_with("castellan=") && cookie.contains("HttpOnly") && cookie.contains("SameSite=Lax") && !cookie.contains("Domain")
    );
}

#[test]
fn behind_tls_cookies_say_so_and_browsers_are_told_to_stay_there() {
    let server = Server::open();
    let mut server = server;
    server.router = web::router(server.app.clone().with_tls(true));
    let page = server.ask(Ask::new("GET", "/sign-in")).is(200);
    assert!(page.header("set-cookie").contains("; Secure"));
    assert!(page.header("strict-transport-security").starts_with("max-age="));
}

#[test]
fn whoever_is_not_signed_in_signs_in_first_and_comes_back() {
    let server = Server::open();
    let reply = server.ask(Ask::new("GET", "/accounts?view=active_accounts")).is(303);
    assert_eq!(reply.header("location"), "/sign-in?back=%2Faccounts%3Fview%3Dactive_accounts");
    let part = server.ask(Ask::new("GET", "/accounts").header("hx-request", "true")).is(401);
    assert_eq!(part.header("hx-redirect"), "/sign-in");
    let two = Ask::new("GET", "/accounts").header("cookie", format!("castellan={SESSION}; castellan={SESSION}"));
    server.ask(two).is(303);
}

#[test]
fn a_body_of_another_kind_is_refused() {
    let server = Server::open();
    let path = "/api/v1/accounts";
    for kind in ["text/plain", "application/x-www-form-urlencoded", "application/xml", "multipart/form-data; boundary=x"] {
        let reply = server.ask(Ask::new("POST", path).by("north_rep").raw(kind, r#"{"name":"x"}"#)).is(415);
        assert_eq!(reply.problem(), "wrong-media");
    }
    let json = Ask::new("POST", "/api/v1/imports").by("north_rep").json(&json!({ "set": "accounts" }));
    assert_eq!(server.ask(json).is(415).problem(), "wrong-media");
    let form = Ask::new("POST", "/sign-out").cookie(SESSION).json(&json!({}));
    server.ask(form).is(415);
}

#[test]
fn a_body_that_is_no_object_or_says_something_twice_or_is_too_deep_is_refused() {
    let server = Server::open();
    let deep = format!("{}1{}", "[".repeat(80), "]".repeat(80));
    let nested = format!(r#"{{"name":{deep}}}"#);
    for (body, said) in [
        ("", "not JSON"),
        ("{", "not JSON"),
        ("[]", "is an object"),
        ("null", "is an object"),
        (r#"{"name":"a","name":"b"}"#, "`name` is there twice"),
        (r#"{"name":"a"} {"name":"b"}"#, "not JSON"),
        (r#"{"name":{"x":1,"x":2}}"#, "`x` is there twice"),
        ("{\"name\":\"\u{0}\"}", "not JSON"),
        (nested.as_str(), "nested too deep"),
        (r#"{"name":NaN}"#, "not JSON"),
    ] {
        let reply = server.ask(Ask::new("POST", "/api/v1/accounts").by("north_rep").raw("application/json", body)).is(400);
        assert_eq!(reply.problem(), "bad-json");
        assert!(reply.text().contains(said), "{body} {}", reply.text());
    }
    let latin = Ask::new("POST", "/api/v1/accounts").by("north_rep").raw("application/json", b"{\"name\":\"\xe4\"}".to_vec());
    assert_eq!(server.ask(latin).is(400).problem(), "bad-json");
}

#[test]
fn a_body_over_a_mebibyte_is_refused_and_one_below_is_judged() {
    let server = Server::open();
    let long = "x".repeat(1024 * 1024);
    let reply = server.post("north_rep", "/api/v1/accounts", &json!({ "name": long })).is(413);
    assert_eq!(reply.problem(), "too-large");
    let told = Ask::new("POST", "/api/v1/accounts").by("north_rep").raw("application/json", "{}").header("content-length", "9999999");
    server.ask(told).is(413);
    let fits = server.post("north_rep", "/api/v1/accounts", &json!({ "name": "x".repeat(100_000) })).is(422);
    assert_eq!(fits.problem(), "invalid-values");
    assert_eq!(fits.json()["errors"][0]["column"], "name");
}

#[test]
fn an_address_or_headers_without_end_are_refused() {
    let server = Server::open();
    let address = Ask::new("GET", format!("/api/v1/accounts?filter={}", "x".repeat(9000))).by("admin");
    assert_eq!(server.ask(address).is(431).problem(), "head-too-large");
    let headers = Ask::new("GET", "/api/v1/accounts").by("admin").header("x-long", "x".repeat(40_000));
    assert_eq!(server.ask(headers).is(431).problem(), "head-too-large");
    let broken = Ask::new("GET", "/api/v1/accounts?view=%zz").by("admin");
    assert_eq!(server.ask(broken).is(400).problem(), "bad-parameter");
    let twice = Ask::new("GET", "/api/v1/accounts?limit=1&limit=2").by("admin");
    assert_eq!(server.ask(twice).is(400).problem(), "bad-parameter");
}

#[test]
fn what_a_proxy_is_said_to_say_is_not_believed() {
    let server = Server::open();
    // A stranger guesses; that the address in a header changes each time gives no new tries.
    let mut statuses = Vec::new();
    for n in 0..12 {
        let ask = Ask::new("POST", "/api/v1/sessions").json(&json!({ "email": "north_rep@acme.example", "password": "wrong wrong wrong" }));
        let reply = server.ask(ask.header("x-forwarded-for", format!("10.0.0.{n}")).header("forwarded", format!("for=10.0.0.{n}")));
        statuses.push(reply.status);
        if reply.status == 429 {
            assert!(reply.header("retry-after").parse::<u32>().unwrap() > 0);
            assert_eq!(reply.problem(), "wait");
        } else {
            assert_eq!(reply.problem(), "sign-in");
        }
    }
    assert_eq!(statuses[0], 401);
    assert_eq!(*statuses.last().unwrap(), 429);
}

#[test]
fn every_request_has_an_id_of_its_own() {
    let server = Server::open();
    let ids: std::collections::BTreeSet<String> =
        (0..20).map(|_| server.ask(Ask::new("GET", "/healthz").header("x-request-id", "mine")).header("x-request-id").to_owned()).collect();
    assert_eq!(ids.len(), 20);
    assert!(!ids.contains("mine"));
    let problem = server.get("nobody", "/api/v1/accounts").is(401);
    assert_eq!(problem.json()["request_id"], problem.header("x-request-id"));
    assert_eq!(problem.header("www-authenticate"), "Bearer");
}

#[test]
fn a_server_that_goes_down_says_that_it_is_not_ready_but_alive() {
    let server = Server::open();
    server.get("nobody", "/readyz").is(200);
    server.app.drain();
    let reply = server.get("nobody", "/readyz").is(503);
    assert_eq!(reply.problem(), "not-ready");
    assert_eq!(reply.header("retry-after"), "1");
    server.get("nobody", "/healthz").is(200);
}

#[test]
fn answers_are_made_smaller_where_they_are_text() {
    let server = Server::open();
    let small = server.ask(Ask::new("GET", "/openapi.json").header("accept-encoding", "br, gzip")).is(200);
    assert_eq!(small.header("content-encoding"), "br");
    let whole = server.ask(Ask::new("GET", "/openapi.json")).is(200);
    assert!(small.bytes.len() * 4 < whole.bytes.len());
}

#[test]
fn whoever_is_not_signed_in_is_told_that_before_anything_else_that_is_wrong() {
    let server = Server::open();
    for path in ["/api/v1/nothing", "/api/v1/accounts?limit=x", "/api/v1/search"] {
        assert_eq!(server.ask(Ask::new("GET", path).bearer("no such secret")).is(401).problem(), "sign-in");
    }
    let wrong = Ask::new("POST", "/api/v1/accounts").bearer("no such secret").raw("text/plain", "x");
    server.ask(wrong).is(401);
    server.ask(Ask::new("POST", "/accounts/new").cookie("no such secret").raw("application/x-www-form-urlencoded", "csrf=x")).is(303);
}
