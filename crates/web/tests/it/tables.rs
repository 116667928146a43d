//! Columns of an organisation's own, over the API and on their pages.
//!
//! Not here: who may and what is kept (`crates/crm/tests/it/tables.rs`), many clients at once (the binary's own tests).
//! Start reading at [`a_column_is_made_on_its_page_and_opened_on_the_next`].

use crate::server::{Ask, Server};
use crate::tab::{Tab, words};
use serde_json::{Value as Json, json};

const COLUMNS: &str = "/api/v1/tables/accounts/columns";

fn send(server: &Server, method: &str, path: &str, body: &Json) -> crate::server::Reply {
    server.ask(Ask::new(method, path).by("admin").json(body))
}

fn describes(server: &Server, who: &str, name: &str) -> bool {
    let document = server.get(who, "/openapi.json").is(200).json();
    !document["components"]["schemas"]["accounts"]["properties"][name].is_null()
}

#[test]
fn a_column_is_added_changed_and_retired_over_the_api() {
    let server = Server::open();
    let new = json!({ "label": "Rank", "kind": "choice", "options": ["Gold", "Tin"], "listed": true });
    let made = send(&server, "POST", COLUMNS, &new).is(201).json();
    let options = json!([{ "name": "gold", "label": "Gold", "retired": false }, { "name": "tin", "label": "Tin", "retired": false }]);
    assert_eq!((&made["name"], &made["options"], &made["secured"]), (&json!("x_rank"), &options, &json!(true)), "{made}");
    assert!(!describes(&server, "admin", "x_rank"), "closed, so not described");
    send(&server, "PUT", "/api/v1/accounts/columns/x_rank/secured", &json!({ "secured": false })).is(204);
    assert!(describes(&server, "north_rep", "x_rank") && describes(&server, "admin", "x_rank"));
    assert!(!describes(&server, "nobody", "x_rank"), "what the organisation added is told to its people only");
    let row = send(&server, "POST", "/api/v1/accounts", &json!({ "name": "Blue Kiln", "x_rank": "gold" })).is(201).json();
    assert_eq!(row["x_rank"], "gold");
    let change = json!({ "label": "Standing", "options": [{ "name": "gold", "retired": true }, { "label": "Lead" }] });
    let changed = send(&server, "PATCH", &format!("{COLUMNS}/x_rank"), &change).is(200).json();
    assert_eq!((&changed["label"], changed["options"].as_array().unwrap().len()), (&json!("Standing"), 3), "{changed}");
    let refused = send(&server, "POST", "/api/v1/accounts", &json!({ "name": "Tin Drum", "x_rank": "gold" })).is(422).json();
    assert_eq!(refused["errors"][0]["column"], "x_rank", "{refused}");
    send(&server, "POST", &format!("{COLUMNS}/x_rank/retire"), &json!({})).is(204);
    assert!(!describes(&server, "admin", "x_rank"));
    let listed = server.get("admin", COLUMNS).is(200).json();
    assert_eq!((&listed["rows"][0]["retired"], &listed["rows"][0]["name"]), (&json!(true), &json!("x_rank")));
    let taken = send(&server, "POST", COLUMNS, &json!({ "label": "Rank", "kind": "text" })).is(422).json();
    assert_eq!(taken["errors"][0]["column"], "name", "{taken}");
    let row = server.get("admin", &format!("/api/v1/accounts/{}", row["id"].as_str().unwrap())).is(200).json();
    assert!(row.get("x_rank").is_none(), "{row}");
}

#[test]
fn what_is_wrong_is_said_at_its_field() {
    let server = Server::open();
    let cases = [
        (json!({ "label": "Rank", "kind": "blob" }), "kind"),
        (json!({ "label": "Rank", "kind": "lookup", "targets": ["planets"] }), "targets"),
        (json!({ "label": "Rank", "kind": "text", "name": "x_select" }), "name"),
        (json!({ "label": "industry", "kind": "text", "name": "x_other" }), "label"),
        (json!({ "label": "Rank", "kind": "text", "length": -1 }), "length"),
        (json!({ "label": "Rank", "kind": "choice", "options": ["A", "A"] }), "options"),
    ];
    for (body, field) in cases {
        let refused = send(&server, "POST", COLUMNS, &body).is(422).json();
        assert_eq!(refused["errors"][0]["column"], field, "{refused}");
    }
    assert_eq!(server.get("admin", COLUMNS).json()["rows"], json!([]));
    server.get("admin", "/api/v1/tables/planets/columns").is(404);
}

#[test]
fn a_column_is_made_on_its_page_and_opened_on_the_next() {
    let server = Server::open();
    let tab = Tab::of(&server, "admin");
    assert!(tab.get("/").is(200).text().contains("\"/tables\""));
    assert!(words(&tab.get("/tables/accounts").is(200)).contains("No column of your own yet"));
    let form = "/tables/accounts/columns/new";
    let bad = [("label", "Key account"), ("kind", "lookup"), ("name", "x_owner"), ("options", "typed for another kind")];
    let refused = tab.send(form, &bad).is(422);
    for said in ["has a column `owner`", "A lookup needs a table", "Not saved yet"] {
        assert!(words(&refused).contains(said), "{said}: {}", words(&refused));
    }
    let good = [("label", "Key account"), ("kind", "lookup"), ("targets", "users"), ("listed", "true"), ("help", "Who looks after it.")];
    let made = tab.send(form, &good).is(303);
    assert!(made.header("location").starts_with("/columns/accounts/x_key_account?done=column_added"), "{}", made.header("location"));
    let told = tab.get(made.header("location")).is(200);
    assert!(words(&told).contains("Nobody reads it yet") && words(&told).contains("Open this column"), "{}", words(&told));
    let id = server.account("north_rep", "Blue Kiln");
    let rep = Tab::of(&server, "north_rep");
    let edit = format!("/accounts/{id}/edit");
    assert!(!words(&rep.get(&edit).is(200)).contains("Key account"));
    tab.send("/columns/accounts/x_key_account", &[("secured", "false")]).is(303);
    let opened = words(&rep.get(&edit).is(200));
    assert!(opened.contains("More") && opened.contains("Key account") && opened.contains("Who looks after it."), "{opened}");
    let listed = words(&rep.get("/accounts").is(200));
    assert!(listed.contains("Key account"), "{listed}");
    let south = server.world.id("south_rep");
    let saved = rep.send(&edit, &[("version", "1"), ("x_key_account", &format!("users:{south}")), ("x_key_account__text", "south_rep")]);
    saved.is(303);
    assert!(words(&rep.get(&format!("/accounts/{id}")).is(200)).contains("Key account south_rep"));
}

#[test]
fn options_are_kept_on_the_page_of_their_column_and_a_column_is_retired_there() {
    let server = Server::open();
    let tab = Tab::of(&server, "admin");
    let new = [("label", "Rank"), ("kind", "choice"), ("options", "Gold\r\n Tin \r\n\r\n")];
    tab.send("/tables/accounts/columns/new", &new).is(303);
    let page = "/tables/accounts/columns/x_rank";
    assert!(words(&tab.get(page).is(200)).contains("Label of gold"));
    let change = [("label", "Rank"), ("option-gold", "Golden"), ("option-tin", "Tin"), ("retired", "tin"), ("options", "Lead")];
    tab.send(page, &change).is(303);
    let shown = words(&tab.get("/tables/accounts").is(200));
    assert!(shown.contains("Choice: Golden, Lead") && shown.contains("Secured"), "{shown}");
    let same = [("label", "Rank"), ("option-gold", "Golden"), ("option-tin", "Tin"), ("option-lead", "Lead"), ("retired", "tin")];
    assert!(tab.send(page, &same).is(303).header("location").ends_with("done=same"));
    let twice = [("label", "Rank"), ("option-gold", "Lead"), ("option-tin", "Tin"), ("option-lead", "Lead")];
    assert!(words(&tab.send(page, &twice).is(422)).contains("The option `Lead` is there twice"));
    assert!(words(&tab.get(&format!("{page}/retire")).is(200)).contains("its name stays taken"));
    let gone = tab.send(&format!("{page}/retire"), &[]).is(303);
    assert!(words(&tab.get(gone.header("location")).is(200)).contains("Retired"));
    tab.get(page).is(404);
}

#[test]
fn whoever_does_not_shape_tables_is_led_to_none() {
    let server = Server::open();
    for name in ["north_rep", "manager", "security_admin", "auditor"] {
        let tab = Tab::of(&server, name);
        assert!(!tab.get("/").is(200).text().contains("\"/tables\""), "{name} is led there");
        for path in ["/tables", "/tables/accounts", "/tables/no_such", "/tables/accounts/columns/new"] {
            assert!(words(&tab.get(path).is(403)).contains("Shape tables, forms and views"), "{name} at {path}");
        }
    }
}
