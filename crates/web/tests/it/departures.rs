//! Departures at the doors: the checklist without a script, the API, who approves, the rules.
//!
//! Not here: what refers to somebody and what a run does (`crates/crm/tests/it/departures.rs`). Start reading at the first
//! sentence.

use crate::server::{Ask, Reply, Server};
use crate::tab::{Tab, value_behind, words};
use serde_json::{Value as Json, json};

/// Somebody who owns two accounts and reports to the manager.
fn leaver(server: &Server) -> String {
    for name in ["Blue Kiln", "Tin Drum"] {
        server.account("north_rep", name);
    }
    let (rep, manager) = (server.world.id("north_rep").to_string(), server.world.id("manager").to_string());
    server.ask(Ask::new("PATCH", format!("/api/v1/users/{rep}")).by("admin").json(&json!({ "manager": manager }))).is(200);
    rep
}

fn rules(server: &Server, body: &Json) {
    server.ask(Ask::new("PATCH", "/api/v1/policies/departures").by("admin").json(body)).is(200);
}

/// Plans it on its page, and answers the page's address.
fn planned(tab: &Tab<'_>, user: &str) -> String {
    let made = tab.send("/departures/new", &[("user", &format!("users:{user}")), ("reason", "moves away")]).is(303);
    made.header("location").split('?').next().unwrap().to_owned()
}

fn version(page: &Reply) -> String {
    value_behind(page, "name=\"version\"", "value")
}

/// The state of the departure at this address, as the administrator is told.
fn state(server: &Server, at: &str) -> String {
    server.get("admin", &format!("/api/v1{at}")).is(200).json()["state"].as_str().unwrap().to_owned()
}

#[test]
fn a_plan_lists_what_refers_to_the_person_is_decided_without_a_script_and_runs() {
    let server = Server::open();
    let rep = leaver(&server);
    let tab = Tab::of(&server, "admin");
    assert!(words(&tab.get("/departures").is(200)).contains("Nobody leaves"));
    let at = planned(&tab, &rep);
    let page = tab.get(&at).is(200);
    for part in
        ["north_rep leaves", "Being planned", "What north_rep owns", "Accounts 2", "Blue Kiln", "Proposed: Goes to manager", "moves away"]
    {
        assert!(words(&page).contains(part), "{part}: {}", words(&page));
    }
    let south = server.world.id("south_rep").to_string();
    let fields = [
        ("version", version(&page)),
        ("act", "all".into()),
        ("reason", "moves away".into()),
        ("on", String::new()),
        ("all__text", "south_rep".into()),
    ];
    let fields: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let given = tab.done(&at, &fields);
    assert!(given.text().contains(&format!("users:{south}")), "{}", words(&given));
    let taken = tab.done(&at, &[("version", &version(&given)), ("act", "proposals"), ("reason", "moves away")]);
    let ready = tab.done(&at, &[("version", &version(&taken)), ("act", "submit"), ("reason", "moves away")]);
    assert!(words(&ready).contains("Ready to run") && words(&ready).contains("Goes to south_rep"), "{}", words(&ready));
    let running = tab.done(&format!("{at}/run"), &[("version", &version(&ready))]);
    assert!(words(&running).contains("north_rep is signed out for good"), "{}", words(&running));
    assert!(running.text().contains("data-hx-get"), "the page looks again by itself");
    server.get("north_rep", "/api/v1/accounts").is(401);
    server.run_jobs();
    let done = tab.get(&at).is(200);
    assert!(words(&done).contains("north_rep has left") && words(&done).contains("Accounts Goes to south_rep 2"), "{}", words(&done));
    let proof = words(&tab.get(&format!("{at}/certificate")).is(200));
    assert!(proof.contains("Nothing refers to north_rep any more") && proof.contains("Goes to south_rep"), "{proof}");
    let file = tab.get(&format!("{at}/certificate.json")).is(200);
    assert_eq!(file.json()["left"]["references"], 0);
    let back = tab.done(&format!("{at}/undo"), &[("version", &version(&done))]);
    assert!(words(&back).contains("being given back"), "{}", words(&back));
    server.run_jobs();
    assert!(words(&tab.get(&at).is(200)).contains("Gone back"), "what went back is counted");
    assert_eq!(server.get("south_rep", "/api/v1/accounts").is(200).json()["rows"].as_array().unwrap().len(), 0);
}

#[test]
fn what_is_wrong_stands_at_its_item_and_nothing_that_was_typed_is_lost() {
    let server = Server::open();
    let rep = leaver(&server);
    let tab = Tab::of(&server, "admin");
    let at = planned(&tab, &rep);
    let seen = version(&tab.get(&at).is(200));
    let auditor = server.world.id("auditor").to_string();
    let wrong = [
        ("version", seen.as_str()),
        ("act", "save"),
        ("reason", "retires in May"),
        ("on", ""),
        ("do_owned:accounts", "give"),
        ("to0_owned:accounts", &format!("users:{auditor}")),
        ("to0_owned:accounts__text", "auditor"),
        ("do_owned:rest", "leave"),
    ];
    let page = tab.send(&at, &wrong).is(422);
    assert!(page.text().contains("id=\"e-do_owned:accounts\""), "{}", words(&page));
    assert!(page.text().contains("href=\"#i-owned:accounts\""), "the summary leads to the item");
    assert_eq!(value_behind(&page, "id=\"f-to0_owned:accounts\"", "value"), "auditor");
    assert_eq!(value_behind(&page, "id=\"f-reason\"", "value"), "retires in May");
    assert!(page.text().contains("<option value=\"leave\" selected>"), "the other choice is still there");
    let kept = server.get("admin", &format!("/api/v1{at}")).is(200).json();
    assert_eq!((kept["reason"].as_str(), kept["version"].as_i64()), (Some("moves away"), Some(1)), "nothing was kept by half");
    let nobody =
        [("version", seen.as_str()), ("act", "save"), ("do_owned:accounts", "give"), ("to0_owned:accounts__text", "Nobody At All")];
    assert!(words(&tab.send(&at, &nobody).is(422)).contains("Nobody is called that"));
    let nowhere = [("version", seen.as_str()), ("act", "save"), ("do_owned:accounts", "give"), ("to0_owned:accounts__text", "")];
    assert!(words(&tab.send(&at, &nowhere).is(422)).contains("Choose who gets it"));
    let odd = tab.send(&at, &[("version", &seen), ("act", "save"), ("on", "some day")]).is(422);
    assert!(odd.text().contains("id=\"e-on\""), "{}", words(&odd));
    let found = tab
        .send(
            &at,
            &[("version", &seen), ("find", "to0_owned:accounts"), ("do_owned:accounts", "give"), ("to0_owned:accounts__text", "south")],
        )
        .is(200);
    assert!(words(&found).contains("Which one is meant"), "{}", words(&found));
    let early = tab.send(&format!("{at}/submit"), &[("version", &seen)]).is(422);
    assert!(
        words(&early).contains("nobody has chosen what becomes of Accounts")
            || words(&early).contains("Nobody has chosen what becomes of Accounts")
    );
}

#[test]
fn a_plan_that_somebody_else_changed_comes_back_with_what_was_chosen() {
    let server = Server::open();
    let rep = leaver(&server);
    let tab = Tab::of(&server, "admin");
    let at = planned(&tab, &rep);
    let seen = version(&tab.get(&at).is(200));
    let change =
        |version: i64, by: &str| Ask::new("PATCH", format!("/api/v1{at}")).by(by).json(&json!({ "version": version, "reason": "retires" }));
    server.ask(change(1, "security_admin")).is(200);
    let old = tab.send(&at, &[("version", &seen), ("act", "save"), ("reason", "moves away"), ("do_owned:accounts", "leave")]).is(412);
    assert!(words(&old).contains("changed this plan since you opened it"), "{}", words(&old));
    assert!(old.text().contains("<option value=\"leave\" selected>"));
    assert_eq!(version(&old), "2", "the next try is about what is there now");
    assert_eq!(server.ask(change(1, "admin")).is(412).problem(), "stale");
    tab.send(&format!("{at}/cancel"), &[("version", "1")]).is(412);
    tab.done(&format!("{at}/cancel"), &[("version", "2"), ("note", "stays after all")]);
    let page = tab.get(&at).is(200);
    assert!(
        words(&page).contains("Cancelled: stays after all") && words(&page).contains("It was cancelled before anything was done"),
        "{}",
        words(&page)
    );
    assert!(!page.text().contains("name=\"act\""), "a cancelled plan has no form");
}

#[test]
fn the_manager_approves_what_somebody_else_planned_and_sees_no_more_than_that() {
    let server = Server::open();
    let rep = leaver(&server);
    rules(&server, &json!({ "preset": "two_people", "needs_archive": false }));
    let (admin, manager) = (Tab::of(&server, "admin"), Tab::of(&server, "manager"));
    let body = json!({ "user": rep, "reason": "moves away", "plan": { "proposals": true } });
    let made = server.post("admin", "/api/v1/departures", &body).is(201).json();
    let at = format!("/departures/{}", made["id"].as_str().unwrap());
    let early = words(&manager.get(&at).is(200));
    assert!(!early.contains("Send for approval") && !early.contains("Take all proposals"), "{early}");
    let sent = admin.done(&at, &[("version", &version(&admin.get(&at).is(200))), ("act", "submit"), ("reason", "moves away")]);
    let told = words(&sent);
    assert!(told.contains("Waits for approval") && told.contains("manager (the manager)"), "{told}");
    assert!(!sent.text().contains(&format!("{at}/approve")), "whoever planned it does not approve");
    server.post("admin", &format!("/api/v1{at}/approve"), &json!({})).is(422);
    let seen: i64 = version(&sent).parse().unwrap();
    let own = server.post("admin", &format!("/api/v1{at}/approve"), &json!({ "version": seen })).is(403);
    assert_eq!(own.problem(), "guarded");
    assert!(words(&manager.get("/approvals").is(200)).contains("north_rep leaves: approve the departure"));
    assert!(!words(&admin.get("/approvals").is(200)).contains("north_rep leaves"));
    let page = manager.get(&at).is(200);
    assert!(page.text().contains(&format!("{at}/approve")) && !page.text().contains(&format!("{at}/run")), "{}", words(&page));
    let back = manager.done(&format!("{at}/send_back"), &[("version", &version(&page)), ("note", "who gets Blue Kiln?")]);
    assert!(words(&back).contains("It came back to be looked at again: who gets Blue Kiln?"), "{}", words(&back));
    assert_eq!(state(&server, &at), "draft");
    admin.done(&format!("{at}/submit"), &[("version", &version(&admin.get(&at).is(200)))]);
    manager.done(&format!("{at}/approve"), &[("version", &version(&manager.get(&at).is(200)))]);
    assert_eq!(state(&server, &at), "running", "the rules say that it begins with the approval");
    server.run_jobs();
    assert_eq!(state(&server, &at), "done");
    assert!(words(&manager.get(&format!("{at}/certificate")).is(200)).contains("Approved by manager"));
}

#[test]
fn a_manager_plans_the_departure_of_a_report_where_the_rules_say_so_and_others_choose() {
    let server = Server::open();
    let rep = leaver(&server);
    let manager = Tab::of(&server, "manager");
    let plan = format!("/departures/new?user={rep}");
    assert!(!manager.get(&format!("/people/{rep}")).is(200).text().contains("/departures/new"));
    manager.get(&plan).is(403);
    rules(&server, &json!({ "managers_start": true }));
    assert!(manager.get(&format!("/people/{rep}")).is(200).text().contains(&format!("href=\"{plan}\"")));
    let at = planned(&manager, &rep);
    let page = manager.get(&at).is(200);
    assert!(words(&page).contains("Somebody who may disable people chooses what becomes of it"), "{}", words(&page));
    assert!(!page.text().contains("name=\"act\""), "the manager chooses nothing");
    manager.send(&at, &[("version", "1"), ("act", "proposals")]).is(403);
    assert!(Tab::of(&server, "admin").get(&at).is(200).text().contains("value=\"proposals\""));
    let other = server.world.id("service_rep");
    manager.send("/departures/new", &[("user", &format!("users:{other}"))]).is(403);
}

#[test]
fn what_cannot_be_planned_is_said_in_words_at_the_form() {
    let server = Server::open();
    let rep = leaver(&server);
    let tab = Tab::of(&server, "admin");
    let plan = |user: &str, on: &str, status: u16| {
        words(&tab.send("/departures/new", &[("user", &format!("users:{user}")), ("reason", "moves away"), ("on", on)]).is(status))
    };
    let oneself = plan(&server.world.id("admin").to_string(), "", 403);
    assert!(oneself.contains("Nobody plans their own departure"), "{oneself}");
    let last = Tab::of(&server, "security_admin").send("/departures/new", &[("user", &format!("users:{}", server.world.id("admin")))]);
    assert!(words(&last.is(403)).contains("last"), "the last administrator stays");
    let past = plan(&rep, "2001-01-01T10:00", 422);
    assert!(past.contains("lies in the past") || past.contains("Lies in the past"), "{past}");
    assert!(past.contains("Find everything") && tab.get("/departures").is(200).text().contains("Nobody leaves"), "nothing was planned");
    let nobody = words(&tab.send("/departures/new", &[("user", ""), ("user__text", "Nobody At All")]).is(422));
    assert!(nobody.contains("Nobody is called that"), "{nobody}");
    planned(&tab, &rep);
    let twice = plan(&rep, "", 422);
    assert!(twice.contains("has a departure already") && twice.contains("Open the departure"), "{twice}");
    let known = tab.get(&format!("/departures/new?user={rep}")).is(200);
    assert_eq!(value_behind(&known, "id=\"f-user\"", "value"), "north_rep");
}

#[test]
fn whoever_has_no_part_in_it_finds_nothing_there() {
    let server = Server::open();
    let rep = leaver(&server);
    let at = planned(&Tab::of(&server, "admin"), &rep);
    for name in ["south_rep", "north_rep", "auditor", "manager"] {
        let tab = Tab::of(&server, name);
        tab.get(&at).is(404);
        assert!([403, 404].contains(&tab.send(&format!("{at}/run"), &[("version", "1")]).status), "{name}");
        assert!(!tab.get("/").is(200).text().contains("href=\"/departures\""), "{name}");
        assert!(words(&tab.get("/departures").is(200)).contains("Nobody leaves"), "{name}");
        server.get(name, &format!("/api/v1{at}")).is(404);
        assert!(!tab.get(&format!("/people/{rep}")).is(200).text().contains(&at), "{name}");
    }
    assert_eq!(state(&server, &at), "draft");
    let page = Tab::of(&server, "admin").get(&format!("/people/{rep}")).is(200);
    assert!(page.text().contains(&format!("href=\"{at}\"")) && words(&page).contains("Departure: being planned"));
    assert_eq!(server.get("auditor", &format!("/api/v1/users/{rep}/dependencies")).is(403).problem(), "no-privilege");
}

#[test]
fn the_rules_are_chosen_as_a_preset_or_one_by_one_by_whoever_may() {
    let server = Server::open();
    let tab = Tab::of(&server, "admin");
    let rules = |by: &str| server.get(by, "/api/v1/policies/departures").is(200).json();
    assert_eq!(rules("north_rep")["preset"], "one_person");
    let wrong = tab.send("/departures/policy", &[("approves", "nobody"), ("runs_on_approval", "true"), ("archive_key", "")]).is(422);
    assert!(wrong.text().contains("id=\"e-runs_on_approval\""), "{}", words(&wrong));
    let key = tab.send("/departures/policy", &[("approves", "second"), ("archive_key", "age1no key")]).is(422);
    assert!(key.text().contains("id=\"e-archive_key\""), "{}", words(&key));
    assert_eq!(value_behind(&key, "id=\"f-archive_key\"", "value"), "age1no key", "what was typed is kept");
    assert_eq!(rules("admin")["preset"], "one_person", "nothing was kept by half");
    tab.done("/departures/policy", &[("preset", "two_people")]);
    assert_eq!(rules("admin")["approves"], "manager_or_second");
    let waits = tab.done("/departures/policy", &[("approves", "second"), ("needs_archive", "true"), ("leave_nothing_open", "true")]);
    assert!(words(&waits).contains("They ask less, so they wait for a day"), "{}", words(&waits));
    let now = rules("admin");
    assert_eq!((now["preset"].as_str(), now["next"]["approves"].as_str()), (Some("two_people"), Some("second")));
    let rep = Tab::of(&server, "north_rep");
    assert!(!rep.get("/departures/policy").is(200).text().contains("btn-primary"), "who may not change it has no button");
    rep.send("/departures/policy", &[("preset", "one_person")]).is(403);
}

#[test]
fn the_api_takes_choices_by_the_key_of_their_item() {
    let server = Server::open();
    let rep = leaver(&server);
    let found = server.get("admin", &format!("/api/v1/users/{rep}/dependencies")).is(200).json();
    let accounts = found["rows"].as_array().unwrap().iter().find(|item| item["key"] == "owned:accounts").unwrap().clone();
    assert_eq!((accounts["count"].as_i64(), accounts["kind"].as_str()), (Some(2), Some("owned")));
    assert!(accounts["consequence"].as_str().unwrap().contains("north_rep"));
    let south = server.world.id("south_rep").to_string();
    let plan = json!({ "user": rep, "plan": { "owned:accounts": { "do": "give", "to": [south] } } });
    let made = server.post("admin", "/api/v1/departures", &plan).is(201).json();
    let at = format!("/api/v1/departures/{}", made["id"].as_str().unwrap());
    let chosen =
        |sheet: &Json, key: &str| sheet["items"].as_array().unwrap().iter().find(|i| i["key"] == key).unwrap()["chosen"]["do"].clone();
    assert_eq!(chosen(&made, "owned:accounts"), "give");
    let patch = |body: &Json| server.ask(Ask::new("PATCH", &at).by("admin").json(body));
    let wrong = patch(&json!({ "version": made["version"], "choices": { "owned:accounts": { "do": "dance" } } })).is(422);
    assert_eq!(wrong.json()["errors"][0]["column"], "choices.owned:accounts");
    patch(&json!({ "choices": {} })).is(422);
    let open = patch(&json!({ "version": made["version"], "choices": { "owned:accounts": null } })).is(200).json();
    assert!(chosen(&open, "owned:accounts").is_null());
    assert!(open["in_the_way"][0].as_str().unwrap().contains("Accounts"));
    assert_eq!(server.post("admin", &format!("{at}/run"), &json!({})).is(409).problem(), "plan-changed");
    let all = patch(&json!({ "version": open["version"], "proposals": true })).is(200).json();
    assert_eq!(all["in_the_way"].as_array().unwrap().len(), 0);
    server.get("admin", &format!("{at}/certificate")).is(409);
    let begun = server.post("admin", &format!("{at}/run"), &json!({ "version": all["version"] })).is(200).json();
    assert_eq!(begun["state"], "running");
    server.run_jobs();
    let done = server.get("admin", &at).is(200).json();
    assert_eq!(done["state"], "done");
    assert!(done["done"].as_array().unwrap().iter().any(|tally| tally["item"] == "owned:accounts" && tally["done"] == 2));
    assert_eq!(server.get("admin", &format!("{at}/certificate")).is(200).json()["left"]["references"], 0);
    let listed = server.get("admin", &format!("/api/v1/departures?user={rep}")).is(200).json();
    assert_eq!(listed["rows"][0]["state"], "done");
    server.get("admin", &format!("{at}/archive")).is(404);
}
