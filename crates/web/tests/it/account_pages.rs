//! The own account, second factors and the rules of signing in, as pages and over the API.
//!
//! The hour is the test's, so a code that is fresh grows old here.
//! Not here: what every member of the cast gets (`doors.txt`), the rules themselves (`crates/crm/tests/it/second_factor.rs`).

use crate::server::{Ask, Reply, Server};
use crate::world::{MINUTE, PASSWORD, email};
use serde_json::{Value as Json, json};

/// Secret of a factor set up over the API, straight in the store, for somebody; and ten recovery codes' worth of none.
fn with_factor(server: &Server, name: &str) -> Vec<String> {
    let secret = server.post(name, "/api/v1/second_factor", &json!({})).is(201).json();
    assert!(secret["address"].as_str().unwrap().starts_with("otpauth://totp/Acme:"), "{secret}");
    let code = code(server, secret["secret"].as_str().unwrap());
    let codes = server.post(name, "/api/v1/second_factor/confirm", &json!({ "code": code })).is(200).json();
    codes["recovery_codes"].as_array().unwrap().iter().map(|code| code.as_str().unwrap().to_owned()).collect()
}

/// The code of a telephone now.
fn code(server: &Server, secret: &str) -> String {
    let totp = totp_rs::Builder::new().with_secret(totp_rs::Secret::try_from_base32(secret).unwrap()).build().unwrap();
    totp.generate(u64::try_from(server.world.desk().store().now() / 1_000_000).unwrap()).to_string()
}

fn page(server: &Server, name: &str) -> String {
    server.session(name, "page", "more").0
}

fn post(server: &Server, session: &str, path: &str, fields: &str) -> Reply {
    let csrf = crm::sign_in::csrf_token(session);
    server.ask(Ask::new("POST", path).cookie(session).raw("application/x-www-form-urlencoded", format!("csrf={csrf}&{fields}")))
}

fn prove(server: &Server, session: &str) {
    let hash = crm::sign_in::token_hash(session);
    server.world.operate(move |tx| {
        let (id, now) = (store::accounts::session(tx, &hash)?.unwrap().id, tx.now());
        Ok(store::accounts::prove(tx, id, Some(now))?)
    });
}

#[test]
fn a_form_that_needs_a_fresh_code_comes_back_with_all_it_held_and_goes_on_after_it() {
    let server = Server::open();
    let codes = with_factor(&server, "admin");
    let session = page(&server, "admin");
    prove(&server, &session);
    server.world.clock.go_on(11 * MINUTE);
    let typed = "name=Night+shift&task=bulk_edit&task=bulk_delete&level-accounts-read=unit";
    let held = post(&server, &session, "/roles/new", typed).is(403).text();
    assert!(held.contains("action=\"/roles/new\"") && held.contains("Confirm that it is you"), "{held}");
    for kept in ["value=\"Night shift\"", "name=\"task\" value=\"bulk_edit\"", "name=\"task\" value=\"bulk_delete\""] {
        assert!(held.contains(kept), "{kept}: {held}");
    }
    assert!(!server.get("security_admin", "/api/v1/roles").text().contains("Night shift"), "nothing was done");
    let wrong = post(&server, &session, "/roles/new", &format!("{typed}&step-up-code=000000")).is(422).text();
    assert!(wrong.contains("does not fit") && wrong.contains("value=\"Night shift\"") && !wrong.contains("value=\"000000\""), "{wrong}");
    post(&server, &session, "/roles/new", &format!("{typed}&step-up-code={}", codes[0])).is(303);
    assert!(server.get("security_admin", "/api/v1/roles").text().contains("Night shift"));
}

#[test]
fn the_api_says_step_up_and_takes_a_code_for_the_session() {
    let server = Server::open();
    let codes = with_factor(&server, "admin");
    server.world.clock.go_on(11 * MINUTE);
    let ask = json!({ "name": "Night shift" });
    assert_eq!(server.post("admin", "/api/v1/roles", &ask).is(403).problem(), "step-up");
    let wrong = server.post("admin", "/api/v1/sessions/current/step_up", &json!({ "code": "000000" })).is(422).json();
    assert_eq!(wrong["errors"][0]["column"], "code");
    server.post("admin", "/api/v1/sessions/current/step_up", &json!({ "code": codes[0] })).is(200);
    server.post("admin", "/api/v1/roles", &ask).is(201);
}

#[test]
fn signing_in_over_the_api_asks_for_the_code_and_tells_the_assurance() {
    let server = Server::open();
    let codes = with_factor(&server, "north_rep");
    let sign_in = |more: Json| {
        let mut body = json!({ "email": email("north_rep"), "password": PASSWORD });
        body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        server.ask(Ask::new("POST", "/api/v1/sessions").json(&body))
    };
    assert_eq!(sign_in(json!({})).is(422).problem(), "code-needed");
    assert_eq!(sign_in(json!({ "code": codes[0] })).is(201).json()["assurance"], "second_factor");
    assert_eq!(sign_in(json!({ "code": codes[0] })).is(422).json()["errors"][0]["column"], "code");
}

#[test]
fn whoever_a_role_asks_for_a_factor_is_led_to_set_one_up() {
    let server = Server::open();
    let role = server.world.role("Salesperson");
    server.ask(Ask::new("PUT", format!("/api/v1/roles/{role}/second_factor")).by("admin").json(&json!({ "required": true }))).is(204);
    assert_eq!(server.get("admin", &format!("/api/v1/roles/{role}")).json()["requires_second_factor"], true);
    assert_eq!(server.get("north_rep", "/api/v1/accounts").is(403).problem(), "second-factor");
    assert_eq!(server.get("north_rep", "/api/v1/second_factor").is(200).json()["is_needed"], true);
    let session = page(&server, "north_rep");
    let led = server.ask(Ask::new("GET", "/accounts").cookie(&session)).is(303);
    assert_eq!(led.header("location"), "/account/second-factor");
    let part = server.ask(Ask::new("GET", "/search/palette?q=a").cookie(&session).header("hx-request", "true")).is(403);
    assert_eq!(part.header("hx-redirect"), "/account/second-factor");
    post(&server, &session, "/sign-out", "").is(303);
    with_factor(&server, "north_rep");
    server.get("north_rep", "/api/v1/accounts").is(200);
}

#[test]
fn the_rules_of_signing_in_are_read_by_everybody_and_changed_by_whoever_manages_people() {
    let server = Server::open();
    let rules = |body: &Json| server.ask(Ask::new("PATCH", "/api/v1/policies/sign_in").by("admin").json(body));
    assert_eq!(server.get("north_rep", "/api/v1/policies/sign_in").is(200).json()["alone"], 15);
    assert_eq!(rules(&json!({ "alone": 12 })).is(422).json()["errors"][0]["column"], "alone");
    let changed = rules(&json!({ "alone": 20, "expires_after": 90, "blocked": ["Kiln"] })).is(200).json();
    assert_eq!(
        (changed["alone"].clone(), changed["expires_after"].clone(), changed["blocked"][0].clone()),
        (json!(20), json!(90), json!("kiln"))
    );
    assert_eq!(rules(&json!({ "expires_after": 0 })).is(200).json()["expires_after"], Json::Null);
}

#[test]
fn a_password_that_is_not_taken_any_more_is_replaced_at_sign_in() {
    let server = Server::open();
    server.ask(Ask::new("PATCH", "/api/v1/policies/sign_in").by("admin").json(&json!({ "alone": 40 }))).is(200);
    let body = json!({ "email": email("north_rep"), "password": PASSWORD });
    assert_eq!(server.ask(Ask::new("POST", "/api/v1/sessions").json(&body)).is(409).problem(), "password-due");
    let body = json!({ "email": email("north_rep"), "password": PASSWORD, "new_password": "harbour under seven glass moons and a heron" });
    server.ask(Ask::new("POST", "/api/v1/sessions").json(&body)).is(201);
}

#[test]
fn the_site_map_leads_to_the_sign_in_rules_whoever_may_change_them_and_nobody_else() {
    let server = Server::open();
    let leads = |name: &str| {
        server.ask(Ask::new("GET", "/jobs").cookie(&page(&server, name))).is(200).text().contains("<a href=\"/sign-in-rules\"")
    };
    for name in ["admin", "security_admin"] {
        assert!(leads(name), "{name}");
    }
    for name in ["north_rep", "manager", "service_rep", "auditor"] {
        assert!(!leads(name), "{name}");
    }
}
