//! Forgotten accounts, the end of somebody's time here and service accounts, on pages and over the API.
//!
//! Not here: which accounts are found (crm's own sentences). Start reading at [`the_finder_lists_what_was_forgotten_with_what_can_be_done`].

use crate::server::{Ask, Server};
use crate::tab::{Tab, value_behind, words};
use crate::world::{DAY, HOUR, MORNING, SECOND};
use crm::jobs::Runner;
use serde_json::json;

fn person(server: &Server, name: &str) -> String {
    format!("/people/{}", server.world.id(name))
}

#[test]
fn the_finder_lists_what_was_forgotten_with_what_can_be_done() {
    let server = Server::open();
    let tab = Tab::of(&server, "admin");
    let people = tab.get("/people").is(200);
    assert!(people.text().contains("href=\"/people/finder\""));
    let empty = words(&tab.get("/people/finder").is(200));
    for nobody in
        ["Nobody’s time here is over.", "Somebody active answers for every service account.", "Everybody who is active was here lately."]
    {
        assert!(empty.contains(nobody), "{empty}");
    }
    let (at, by) = (person(&server, "south_rep"), server.world.id("manager").to_string());
    tab.done(&format!("{at}/service"), &[("service", "true"), ("responsible", &format!("users:{by}"))]);
    tab.done(&format!("{}/freeze", person(&server, "manager")), &[("reason", "left")]);
    let page = tab.get("/people/finder").is(200);
    assert!(words(&page).contains("Manager, who answers for it, is frozen"), "{}", words(&page));
    assert!(page.text().contains(&format!("href=\"{at}#h-service\" aria-label=\"Name who answers: south_rep\"")));
    server.world.clock.go_on(50 * DAY);
    let tab = Tab::of(&server, "admin");
    assert!(words(&tab.get("/people/finder").is(200)).contains("Not seen for 50 days"));
    assert!(!words(&tab.get("/people/finder?days=60").is(200)).contains("Not seen for 50 days"));
    for wrong in ["5", "many"] {
        let page = tab.get(&format!("/people/finder?days={wrong}")).is(422);
        assert!(words(&page).contains("A number of days from 7 to 365 belongs here."));
    }
}

#[test]
fn whoever_may_not_look_finds_no_way_there() {
    let server = Server::open();
    let tab = Tab::of(&server, "north_rep");
    assert!(!tab.get("/people").is(200).text().contains("/people/finder"));
    let refused = words(&tab.get("/people/finder").is(403));
    assert!(refused.contains("Invite people and change their standing"), "{refused}");
    server.get("north_rep", "/api/v1/user_finder").is(403);
}

#[test]
fn the_api_tells_the_same_four_lists() {
    let server = Server::open();
    server.world.clock.go_on(50 * DAY);
    let found = server.get("admin", "/api/v1/user_finder").is(200).json();
    assert_eq!(found["days"], 45);
    let rows = found["lists"]["dormant"]["rows"].as_array().unwrap();
    let south = rows.iter().find(|row| row["name"] == "south_rep").unwrap();
    assert_eq!((&south["why"], &south["state"], &south["roles"]), (&json!("not seen for 50 days"), &json!("active"), &json!(1)));
    assert_eq!(south["todo"], json!(["freeze", "set_end", "plan_departure"]));
    assert_eq!(found["lists"]["past_end"], json!({ "rows": [], "more": false }));
    assert_eq!(server.get("admin", "/api/v1/user_finder?days=60").is(200).json()["lists"]["dormant"]["rows"], json!([]));
    server.get("admin", "/api/v1/user_finder?days=5").is(400);
}

#[test]
fn a_day_and_an_hour_are_read_where_the_person_is() {
    let server = Server::open();
    let tab = Tab::of(&server, "admin");
    let at = person(&server, "north_rep");
    let saved = tab.done(&format!("{at}/end"), &[("ends_at", "2026-03-02T17:30")]);
    assert!(words(&saved).contains("Works here until today 17:30"), "{}", words(&saved));
    assert_eq!(value_behind(&saved, "id=\"f-ends_at\"", "value"), "2026-03-02T17:30");
    let past = tab.send(&format!("{at}/end"), &[("ends_at", "2026-03-01T17:30")]).is(422);
    assert!(words(&past).contains("The end lies in the past; to stop somebody now, freeze them."));
    assert_eq!(value_behind(&past, "id=\"f-ends_at\"", "value"), "2026-03-01T17:30", "what was entered is kept");
    let wrong = tab.send(&format!("{at}/end"), &[("ends_at", "tomorrow")]).is(422);
    assert!(words(&wrong).contains("The end is a day and an hour"));
    let last = tab_of_security(&server).send(&format!("{}/end", person(&server, "admin")), &[("ends_at", "2026-04-01T09:00")]).is(403);
    assert!(words(&last).contains("This would leave no active person who is System Administrator"));
    assert!(!tab.get(&person(&server, "admin")).text().contains("id=\"f-ends_at\""), "nobody ends the own time");
    let gone = tab.done(&format!("{at}/end"), &[("ends_at", "")]);
    assert!(!words(&gone).contains("Works here until today"));
}

fn tab_of_security(server: &Server) -> Tab<'_> {
    Tab::of(server, "security_admin")
}

#[test]
fn a_time_that_ended_is_told_under_the_bell_and_nobody_unfreezes_it_unawares() {
    let server = Server::open();
    let (tab, at) = (Tab::of(&server, "admin"), person(&server, "north_rep"));
    tab.done(&format!("{at}/end"), &[("ends_at", "2026-03-02T09:30")]);
    server.world.clock.go_on(HOUR);
    Runner::new(server.world.desk().clone()).keep_time().unwrap();
    let told = words(&tab.get("/notifications").is(200));
    assert!(told.contains("The time of north_rep here ended; the account is frozen. Plan the departure."), "{told}");
    let page = tab.get(&at).is(200);
    assert!(words(&page).contains("This hour is over."));
    let refused = tab.send(&format!("{at}/unfreeze"), &[("reason", "needed")]).is(422);
    assert!(words(&refused).contains("The time of this person here is over; give another end, or none, first."));
}

#[test]
fn a_service_account_shows_who_answers_and_who_answers_shows_it() {
    let server = Server::open();
    let tab = Tab::of(&server, "admin");
    let at = person(&server, "south_rep");
    let nobody = tab.send(&format!("{at}/service"), &[("service", "true")]).is(422);
    assert!(words(&nobody).contains("A service account names a person who answers for it."));
    let unknown = tab.send(&format!("{at}/service"), &[("service", "true"), ("responsible__text", "Nobody At All")]).is(422);
    assert!(words(&unknown).contains("Answers for it: nobody is called that."));
    let marked = tab.done(&format!("{at}/service"), &[("service", "true"), ("responsible__text", "manager")]);
    assert!(words(&marked).contains("Service account"));
    assert!(marked.text().contains(&format!("<dt>Answers for it</dt><dd><a href=\"{}\">manager</a>", person(&server, "manager"))));
    assert!(words(&tab.get("/people").is(200)).contains("south_rep Service"), "the list marks it");
    let manager = tab.get(&person(&server, "manager")).is(200);
    assert!(words(&manager).contains("Answers for south_rep"), "{}", words(&manager));
    let again = tab.done(&format!("{at}/service"), &[("responsible__text", "manager")]);
    assert!(!again.text().contains("<dt>Answers for it</dt>"), "a person again");
}

#[test]
fn an_invitation_names_the_end_and_who_answers_at_its_fields() {
    let server = Server::open();
    let tab = Tab::of(&server, "admin");
    let (unit, by) = (server.world.unit("north").to_string(), format!("users:{}", server.world.id("manager")));
    let fields = |ends: &'static str, service: &'static str| {
        [("name", "Web form"), ("email", "form@acme.example"), ("business_unit", unit.as_str()), ("ends_at", ends), ("service", service)]
    };
    let past = tab.send("/people/new", &fields("2020-01-01T09:00", "")).is(422);
    assert!(words(&past).contains("The end lies in the past"));
    assert_eq!(value_behind(&past, "id=\"f-ends_at\"", "value"), "2020-01-01T09:00");
    let nobody = tab.send("/people/new", &fields("", "true")).is(422);
    assert!(words(&nobody).contains("A service account names a person who answers for it"));
    let mut all = fields("2026-12-31T17:00", "true").to_vec();
    all.push(("responsible", &by));
    let made = words(&tab.send("/people/new", &all).is(200));
    assert!(made.contains("Works here until 31 Dec 17:00") && made.contains("Service account"), "{made}");
}

#[test]
fn the_api_reads_and_writes_the_end_and_who_answers() {
    let server = Server::open();
    let (unit, manager) = (server.world.unit("north").to_string(), server.world.id("manager").to_string());
    let body = json!({ "name": "Web form", "email": "form@acme.example", "business_unit": unit, "ends_at": "2026-03-02T12:00:00Z",
        "service": true, "responsible": manager });
    let made = server.post("admin", "/api/v1/users", &body).is(201).json();
    assert_eq!(
        (&made["ends_at"], &made["service"], &made["responsible"]["name"]),
        (&json!("2026-03-02T12:00:00Z"), &json!(true), &json!("manager"))
    );
    let path = format!("/api/v1/users/{}", made["id"].as_str().unwrap());
    let change = |body: serde_json::Value| server.ask(Ask::new("PATCH", &path).by("admin").json(&body));
    assert_eq!(change(json!({ "ends_at": null })).is(200).json()["ends_at"], json!(null));
    assert_eq!(change(json!({ "title": "Form" })).is(200).json()["service"], json!(true), "what is not said stays");
    assert_eq!(change(json!({ "responsible": server.world.id("auditor").to_string() })).is(200).json()["responsible"]["name"], "auditor");
    assert_eq!(change(json!({ "service": false })).is(200).json()["responsible"], json!(null));
    assert_eq!(change(json!({ "responsible": manager })).is(422).json()["errors"][0]["column"], "responsible");
    let past = crm::values::moment_text(MORNING - SECOND);
    assert_eq!(change(json!({ "ends_at": past })).is(422).json()["errors"][0]["column"], "ends_at");
    let page = server.get("admin", &format!("/api/v1/users/{manager}")).is(200).json();
    assert_eq!(page["answers_for"], json!([]));
}
