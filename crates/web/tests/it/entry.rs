//! Coming in over the API: sessions, tokens and their scopes, invitations, freezing; people and what they hold.
//!
//! Not here: pages. Start reading at [`a_frozen_persons_next_request_is_refused`].

use crate::server::{Ask, Server};
use crate::world::{PASSWORD, email};
use serde_json::{Value as Json, json};

fn sign_in(server: &Server, name: &str) -> String {
    let ask = Ask::new("POST", "/api/v1/sessions").json(&json!({ "email": email(name), "password": PASSWORD }));
    let opened = server.ask(ask).is(201).json();
    assert_eq!(opened["assurance"], "password");
    opened["token"].as_str().unwrap().to_owned()
}

#[test]
fn a_session_opens_by_password_and_ends_when_it_is_ended() {
    let server = Server::open();
    let token = sign_in(&server, "north_rep");
    server.ask(Ask::new("GET", "/api/v1/accounts").bearer(&token)).is(200);
    let mine = server.ask(Ask::new("GET", "/api/v1/sessions").bearer(&token)).is(200).json();
    assert_eq!(mine["rows"].as_array().unwrap().iter().filter(|s| s["is_current"] == true).count(), 1);
    server.ask(Ask::new("DELETE", "/api/v1/sessions/current").bearer(&token)).is(204);
    server.ask(Ask::new("GET", "/api/v1/accounts").bearer(&token)).is(401);
}

#[test]
fn a_wrong_address_and_a_wrong_password_get_one_answer() {
    let server = Server::open();
    let ask = |mail: &str| Ask::new("POST", "/api/v1/sessions").json(&json!({ "email": mail, "password": "wrong wrong wrong wrong" }));
    let known = server.ask(ask(&email("north_rep"))).is(401);
    let frozen = server.ask(ask(&email("frozen_rep"))).is(401);
    let nobody = server.ask(ask("nobody@acme.example")).is(401);
    assert_eq!(known.all_but_the_id(), nobody.all_but_the_id());
    assert_eq!(frozen.all_but_the_id(), nobody.all_but_the_id());
}

#[test]
fn a_token_does_what_its_scopes_cover_and_makes_no_other() {
    let server = Server::open();
    let ask = json!({ "name": "reader", "scopes": ["read"], "expires_at": "2026-04-01T00:00:00Z" });
    let made = server.post("north_rep", "/api/v1/tokens", &ask).is(201).json();
    let token = made["token"].as_str().unwrap();
    assert!(token.starts_with("cst_"));
    server.ask(Ask::new("GET", "/api/v1/accounts").bearer(token)).is(200);
    let write = server.ask(Ask::new("POST", "/api/v1/accounts").bearer(token).json(&json!({ "name": "x" }))).is(403);
    assert_eq!(write.problem(), "guarded");
    server.ask(Ask::new("POST", "/api/v1/exports").bearer(token).json(&json!({ "set": "accounts" }))).is(403);
    server.ask(Ask::new("POST", "/api/v1/tokens").bearer(token).json(&ask)).is(403);
    for wrong in [json!({ "scopes": [] }), json!({ "scopes": ["all"] }), json!({ "expires_at": "yesterday" }), json!({ "name": 5 })] {
        let mut body = ask.clone();
        body.as_object_mut().unwrap().extend(wrong.as_object().unwrap().clone());
        server.post("north_rep", "/api/v1/tokens", &body).is(422);
    }
    let listed = server.get("north_rep", "/api/v1/tokens").is(200);
    assert!(!listed.text().contains(token));
    let id = made["id"].as_str().unwrap();
    server.ask(Ask::new("DELETE", format!("/api/v1/tokens/{id}")).by("north_rep")).is(204);
    server.ask(Ask::new("GET", "/api/v1/accounts").bearer(token)).is(401);
}

#[test]
fn an_invited_person_chooses_a_password_and_works() {
    let server = Server::open();
    let north = server.world.unit("north").to_string();
    let ask = json!({ "name": "Ines", "email": "ines@acme.example", "business_unit": north, "title": "Rep" });
    let made = server.post("admin", "/api/v1/users", &ask).is(201).json();
    assert_eq!((made["state"].as_str(), made["business_unit"]["name"].as_str()), (Some("invited"), Some("north")));
    let (id, token) = (made["id"].as_str().unwrap(), made["invitation"]["token"].as_str().unwrap());
    let role = server.world.role("Salesperson");
    let give = Ask::new("PUT", format!("/api/v1/users/{id}/roles/{role}")).by("admin").json(&json!({ "reason": "new here" }));
    server.ask(give).is(204);
    let accept = |password: &str| Ask::new("POST", format!("/api/v1/invitations/{token}/accept")).json(&json!({ "password": password }));
    assert_eq!(server.ask(accept("short")).is(422).json()["errors"][0]["column"], "password");
    server.ask(accept(PASSWORD)).is(204);
    assert_eq!(server.ask(accept(PASSWORD)).is(409).problem(), "invitation-void");
    let ask = Ask::new("POST", "/api/v1/sessions").json(&json!({ "email": "ines@acme.example", "password": PASSWORD }));
    let session = server.ask(ask).is(201).json();
    let accounts = Ask::new("POST", "/api/v1/accounts").bearer(session["token"].as_str().unwrap()).json(&json!({ "name": "First" }));
    server.ask(accounts).is(201);
    let sheet = server.get("admin", &format!("/api/v1/users/{id}/access")).is(200).json();
    assert_eq!(sheet["roles"][0]["name"], "Salesperson");
}

#[test]
fn a_frozen_persons_next_request_is_refused() {
    let server = Server::open();
    let token = sign_in(&server, "north_rep");
    let id = server.world.id("north_rep");
    server.post("security_admin", &format!("/api/v1/users/{id}/freeze"), &json!({ "reason": "lost laptop" })).is(204);
    for ask in [Ask::new("GET", "/api/v1/accounts").bearer(&token), Ask::new("GET", "/api/v1/accounts").by("north_rep")] {
        assert_eq!(server.ask(ask).is(401).problem(), "sign-in");
    }
    server.ask(Ask::new("GET", "/accounts").cookie("page session of north_rep")).is(303);
    server.post("security_admin", &format!("/api/v1/users/{id}/unfreeze"), &json!({})).is(204);
    server.ask(Ask::new("GET", "/api/v1/accounts").bearer(&token)).is(401);
    sign_in(&server, "north_rep");
}

#[test]
fn names_are_for_everybody_and_the_rest_for_whom_a_task_opens_it() {
    let server = Server::open();
    let south = server.world.id("south_rep");
    let seen = server.get("north_rep", &format!("/api/v1/users/{south}")).is(200).json();
    let members: Vec<&String> = seen.as_object().unwrap().keys().collect();
    assert_eq!(members, ["id", "name", "state"]);
    let all = server.get("security_admin", &format!("/api/v1/users/{south}")).is(200).json();
    assert_eq!(all["email"], email("south_rep"));
    assert_eq!(all["roles"][0]["name"], "Salesperson");
    let listed = server.get("north_rep", "/api/v1/users?q=south").is(200);
    assert!(!listed.text().contains('@'));
    assert_eq!(server.get("north_rep", "/api/v1/users?state=gone").is(400).problem(), "bad-parameter");
    let page = server.get("admin", "/api/v1/users?limit=2").is(200).json();
    let next = page["next"].as_str().unwrap();
    let more = server.get("admin", &format!("/api/v1/users?limit=2&after={next}")).is(200).json();
    assert_ne!(page["rows"][0], more["rows"][0]);
}

#[test]
fn the_guards_are_told_in_words() {
    let server = Server::open();
    let (admin, role) = (server.world.id("admin"), server.world.role("Auditor"));
    let own = Ask::new("PUT", format!("/api/v1/users/{admin}/roles/{role}")).by("admin").json(&json!({}));
    let reply = server.ask(own).is(403);
    assert_eq!(reply.problem(), "guarded");
    assert!(!reply.json()["detail"].as_str().unwrap().is_empty());
    let last = server.post("security_admin", &format!("/api/v1/users/{admin}/freeze"), &json!({}));
    assert!(last.status >= 400, "{}", last.text());
    assert_eq!(server.get("north_rep", "/api/v1/roles/00000000-0000-0000-0000-000000000103").is(403).json()["task"], "manage_roles");
}

#[test]
fn roles_are_made_of_sets_privileges_and_levels() {
    let server = Server::open();
    let ask = json!({
        "name": "Contact reader", "privileges": { "contacts": { "read": "unit_and_children", "write": "user" } }, "tasks": ["use_api"],
    });
    let made = server.post("admin", "/api/v1/roles", &ask).is(201).json();
    assert_eq!(made["privileges"], ask["privileges"]);
    assert_eq!(made["tasks"], json!(["use_api"]));
    let path = format!("/api/v1/roles/{}", made["id"].as_str().unwrap());
    let changed = server.ask(Ask::new("PATCH", &path).by("admin").json(&json!({ "tasks": [] }))).is(200).json();
    assert_eq!((changed["tasks"].clone(), changed["privileges"].clone()), (json!([]), ask["privileges"].clone()));
    for privileges in [
        json!({ "planets": {} }),
        json!({ "contacts": { "paint": "user" } }),
        json!({ "contacts": { "read": "galaxy" } }),
        json!({ "contacts": 1 }),
    ] {
        let reply = server.post("admin", "/api/v1/roles", &json!({ "name": "x", "privileges": privileges })).is(422);
        assert_eq!(reply.json()["errors"][0]["column"], "privileges");
    }
    server.post("admin", "/api/v1/roles", &json!({ "name": "Contact reader" })).is(409);
    let profile = json!({ "name": "Credit", "grants": [{ "set": "accounts", "column": "credit_limit", "read": true }] });
    let made = server.post("admin", "/api/v1/field_profiles", &profile).is(201).json();
    assert_eq!(made["grants"][0]["update"], false);
    let strange = json!({ "name": "y", "grants": [{ "set": "accounts", "column": "colour", "read": true }] });
    server.post("admin", "/api/v1/field_profiles", &strange).is(422);
    let wrong: Json = json!({ "name": "y", "grants": [{ "set": "accounts", "column": "credit_limit", "read": "yes" }] });
    server.post("admin", "/api/v1/field_profiles", &wrong).is(422);
}

#[test]
fn units_and_teams_are_made_and_called_otherwise() {
    let server = Server::open();
    let root = server.world.unit("root").to_string();
    let unit = server.post("admin", "/api/v1/business_units", &json!({ "name": "West", "parent": root })).is(201).json();
    let id = unit["id"].as_str().unwrap();
    let path = format!("/api/v1/business_units/{id}");
    let moved = json!({ "name": "Far West", "parent": server.world.unit("sales").to_string() });
    let changed = server.ask(Ask::new("PATCH", &path).by("admin").json(&moved)).is(200).json();
    assert_eq!((changed["name"].as_str(), changed["parent"]["name"].as_str()), (Some("Far West"), Some("sales")));
    let team = server.post("admin", "/api/v1/teams", &json!({ "name": "Tigers", "business_unit": id, "kind": "access" })).is(201).json();
    assert_eq!(team["kind"], "access");
    server.post("admin", "/api/v1/teams", &json!({ "name": "x", "business_unit": id, "kind": "band" })).is(422);
    let member = format!("/api/v1/teams/{}/members/{}", team["id"].as_str().unwrap(), server.world.id("north_rep"));
    server.ask(Ask::new("PUT", &member).by("admin")).is(204);
    let seen = server.get("north_rep", &format!("/api/v1/teams/{}", team["id"].as_str().unwrap())).is(200).json();
    assert_eq!(seen["members"][0]["name"], "north_rep");
    server.ask(Ask::new("DELETE", &member).by("admin")).is(204);
    let team = format!("/api/v1/teams/{}", team["id"].as_str().unwrap());
    let south = server.world.unit("south").to_string();
    let silent = server.ask(Ask::new("PATCH", &team).by("admin").json(&json!({ "business_unit": south }))).is(422).json();
    assert_eq!(silent["errors"][0]["column"], "rows");
    let moved = json!({ "name": "Lions", "business_unit": south, "rows": "all" });
    let moved = server.ask(Ask::new("PATCH", &team).by("admin").json(&moved)).is(200).json();
    assert_eq!((moved["business_unit"]["name"].as_str(), moved["name"].as_str(), moved.get("job")), (Some("south"), Some("Lions"), None));
}

#[test]
fn whoever_moves_a_person_says_which_rows_follow_and_is_told_the_job() {
    let server = Server::open();
    server.post("north_rep", "/api/v1/accounts", &json!({ "name": "Blue Kiln" })).is(201);
    let (path, south) = (format!("/api/v1/users/{}", server.world.id("north_rep")), server.world.unit("south").to_string());
    let change = |body: Json| server.ask(Ask::new("PATCH", &path).by("security_admin").json(&body));
    let silent = change(json!({ "business_unit": south, "title": "Rep" })).is(422).json();
    assert_eq!((silent["type"].as_str(), silent["errors"][0]["column"].as_str()), (Some("invalid-values"), Some("rows")));
    assert_eq!(change(json!({ "business_unit": south, "rows": "some" })).is(422).json()["errors"][0]["column"], "rows");
    change(json!({ "business_unit": server.world.unit("north").to_string() })).is(200);
    let moved = change(json!({ "business_unit": south, "rows": "all" })).is(200).json();
    let job = format!("/api/v1/jobs/{}", moved["job"].as_str().unwrap());
    let waits = server.get("security_admin", &job).is(200).json();
    assert_eq!((waits["kind"].as_str(), waits["state"].as_str()), (Some("rows.follow"), Some("queued")));
    server.get("admin", &job).is(404);
    server.run_jobs();
    let done = server.get("security_admin", &job).is(200).json();
    assert_eq!((done["state"].as_str(), done["done"].as_i64(), done["total"].as_i64()), (Some("done"), Some(1), Some(1)));
    assert_eq!(server.get("south_rep", "/api/v1/accounts").is(200).json()["rows"][0]["name"], "Blue Kiln");
}
