//! People, roles, units and teams on their pages: what shows, what is refused in words, what a form does.
//!
//! Not here: who may what (crm's own sentences). Start reading at [`an_invitation_is_shown_once_and_lets_somebody_in`].

use crate::server::{Ask, Reply, Server};
use crate::tab::{Tab, value_behind, words};
use crate::world::PASSWORD;

fn person(server: &Server, name: &str) -> String {
    format!("/people/{}", server.world.id(name))
}

/// Fills in the form that invites somebody.
fn invite(server: &Server, name: &str, email: &str, unit: &str) -> Reply {
    Tab::of(server, "admin")
        .send("/people/new", &[("name", name), ("email", email), ("business_unit", unit), ("manager", ""), ("title", "")])
}

#[test]
fn an_invitation_is_shown_once_and_lets_somebody_in() {
    let server = Server::open();
    let north = server.world.unit("north").to_string();
    let page = invite(&server, "Jo Penn", "jo@acme.example", &north).is(200);
    let link = value_behind(&page, "id=\"invitation\"", "value");
    assert!(link.starts_with("http://crm.example/invitation/"), "{link}");
    assert!(words(&page).contains("Invitation link, shown this once"));
    assert!(page.text().contains("data-copy=\"invitation\""), "the link can be copied");
    let home = value_behind(&page, "class=\"page-actions\"", "action").replace("/invitation", "");
    let again = Tab::of(&server, "admin").get(&home).is(200);
    let token = link.rsplit('/').next().unwrap();
    assert!(!again.text().contains(token), "the link is shown a second time");
    let path = format!("/invitation/{token}");
    let secret = "0123456789abcdef".repeat(4);
    let csrf = crm::sign_in::csrf_token(&secret);
    let join = Ask::new("POST", &path).header("cookie", format!("castellan_entry={secret}"));
    let join = join.raw("application/x-www-form-urlencoded", format!("csrf={csrf}&password={}", PASSWORD.replace(' ', "+")));
    server.ask(join).is(303);
}

#[test]
fn what_is_wrong_with_an_invitation_comes_back_at_its_field_with_what_was_entered() {
    let server = Server::open();
    let north = server.world.unit("north").to_string();
    let taken = invite(&server, "Jo Penn", "manager@acme.example", &north).is(422);
    assert!(value_behind(&taken, "id=\"e-email\"", "href").contains("#alert-circle"));
    assert!(
        words(&taken).contains("somebody with the address `manager@acme.example` is here already")
            || words(&taken).contains("Somebody with the address")
    );
    assert_eq!(value_behind(&taken, "id=\"f-name\"", "value"), "Jo Penn");
    invite(&server, "", "jo@acme.example", &north).is(422);
    invite(&server, "Jo Penn", "jo@acme.example", "").is(422);
    let nobody = [("name", "Jo"), ("email", "jo@acme.example"), ("business_unit", north.as_str()), ("manager__text", "Nobody At All")];
    let unknown = Tab::of(&server, "admin").send("/people/new", &nobody).is(422);
    assert!(words(&unknown).contains("Nobody is called that"));
}

#[test]
fn whoever_may_not_invite_sees_no_button_and_is_told_what_is_missing_and_who_can_give_it() {
    let server = Server::open();
    let tab = Tab::of(&server, "north_rep");
    let list = tab.get("/people").is(200);
    assert!(!list.text().contains("/people/new"));
    assert!(words(&list).contains("manager"), "names are known to everybody");
    assert!(!list.text().contains("manager@acme.example"), "addresses are not");
    let refused = tab.get("/people/new").is(403);
    assert!(words(&refused).contains("Invite people and change their standing"));
    assert!(words(&refused).contains("security_admin"), "who can give it");
}

#[test]
fn nobody_gives_themselves_a_role_and_the_page_says_so() {
    let server = Server::open();
    let tab = Tab::of(&server, "security_admin");
    let at = person(&server, "security_admin");
    let own = tab.get(&at).is(200);
    assert!(!own.text().contains("Give the role"), "no form is offered");
    assert!(words(&own).contains("This is you: nobody changes the own roles."));
    let role = server.world.role("System Administrator").to_string();
    let refused = tab.send(&format!("{at}/roles"), &[("role", &role)]).is(403);
    assert!(words(&refused).contains("Nobody changes the own roles; somebody else who assigns roles can."), "{}", words(&refused));
    assert!(!words(&tab.get(&at)).contains("System Administrator"));
}

#[test]
fn a_role_is_given_with_a_reason_and_an_end_and_taken_again() {
    let server = Server::open();
    let tab = Tab::of(&server, "security_admin");
    let at = person(&server, "north_rep");
    let role = server.world.role("Sales Manager").to_string();
    let fields = [("role", role.as_str()), ("reason", "stands in for the manager"), ("until", "2026-04-01")];
    let given = tab.done(&format!("{at}/roles"), &fields);
    assert!(words(&given).contains("The role was given."));
    assert!(words(&given).contains("stands in for the manager"));
    assert!(words(&given).contains("by security_admin"));
    assert!(words(&given).contains("until 1 Apr"), "{}", words(&given));
    let past = tab.send(&format!("{at}/roles"), &[("role", &role), ("reason", "too late"), ("until", "2020-01-01")]).is(422);
    assert!(words(&past).contains("The end lies in the past."));
    assert!(past.text().contains("name=\"reason\" value=\"too late\""), "what was entered is kept");
    let taken = tab.done(&format!("{at}/roles/take"), &[("role", &role)]);
    assert!(words(&taken).contains("The role was taken away."));
    assert!(!taken.text().contains("Give it back"), "a role with an end would come back without one");
    let plain = server.world.role("Basic User").to_string();
    tab.done(&format!("{at}/roles"), &[("role", &plain)]);
    let taken = tab.done(&format!("{at}/roles/take"), &[("role", &plain)]);
    assert!(words(&taken).contains("Give it back"));
}

#[test]
fn freezing_ends_every_session_and_unfreezing_revives_none() {
    let server = Server::open();
    let tab = Tab::of(&server, "security_admin");
    let rep = Tab::of(&server, "north_rep");
    rep.get("/people").is(200);
    let at = person(&server, "north_rep");
    let frozen = tab.done(&format!("{at}/freeze"), &[("reason", "laptop lost")]);
    assert!(words(&frozen).contains("Frozen. Every session has ended."));
    assert!(frozen.text().contains("popovertarget=\"unfreeze\""));
    rep.get("/people").is(303);
    let back = tab.done(&format!("{at}/unfreeze"), &[("reason", "laptop found")]);
    assert!(back.text().contains("popovertarget=\"freeze\""));
    rep.get("/people").is(303);
    let own = tab.send(&format!("{}/freeze", person(&server, "security_admin")), &[("reason", "")]).is(403);
    assert!(words(&own).contains("Nobody freezes themselves"));
}

#[test]
fn somebody_is_disabled_and_let_back_in_by_another_who_gives_again_what_is_needed() {
    let server = Server::open();
    let (first, second) = (Tab::of(&server, "security_admin"), Tab::of(&server, "admin"));
    let rep = Tab::of(&server, "north_rep");
    rep.get("/people").is(200);
    let at = person(&server, "north_rep");
    assert!(words(&first.get(&at).is(200)).contains("does not work here any more"));
    let disabled = first.done(&format!("{at}/disable"), &[("reason", "left for a competitor")]);
    let told = words(&disabled);
    assert!(told.contains("Disabled. Every session and token has ended"), "{told}");
    assert!(told.contains("by security_admin: left for a competitor"), "{told}");
    assert!(told.contains("Held before") && told.contains("Salesperson"), "{told}");
    assert!(!disabled.text().contains("Give again"), "nothing is given to somebody who is out");
    for act in ["freeze", "unfreeze", "disable", "enable"] {
        assert!(!disabled.text().contains(&format!("popovertarget=\"{act}\"")), "{act}");
    }
    assert!(told.contains("Whoever disabled somebody does not let them back in"), "{told}");
    rep.get("/people").is(303);
    assert!(words(&second.get("/people?state=disabled").is(200)).contains("north_rep"));
    let refused = first.send(&format!("{at}/enable"), &[("reason", "")]).is(403);
    assert!(words(&refused).contains("Whoever disabled somebody does not let them back in"));
    let back = second.send(&format!("{at}/enable"), &[("reason", "came back")]).is(200);
    assert!(words(&back).contains("Invitation link, shown this once"));
    let again = second.get(&at).is(200);
    assert!(again.text().contains("Give again"));
    let role = server.world.role("Salesperson").to_string();
    let given = second.done(&format!("{at}/roles"), &[("role", &role)]);
    assert!(!words(&given).contains("Held before"), "what was given again is not offered any more");
}

#[test]
fn the_records_of_a_disabled_person_are_found_by_their_owner_whose_name_is_marked() {
    let server = Server::open();
    server.account("north_rep", "Blue Kiln");
    Tab::of(&server, "admin").done(&format!("{}/disable", person(&server, "north_rep")), &[("reason", "left")]);
    let tab = Tab::of(&server, "manager");
    let to = tab.get("/accounts?add_column=owner&add_op=contains&add_value=north_rep").is(303).header("location").to_owned();
    let found = words(&tab.get(&to).is(200));
    assert!(found.contains("Blue Kiln"), "{found}");
    assert!(found.contains("Owner is north_rep (disabled)"), "{found}");
}

#[test]
fn tries_to_sign_in_as_a_disabled_person_stand_on_the_page_of_whoever_may_disable() {
    let server = Server::open();
    let at = person(&server, "north_rep");
    Tab::of(&server, "security_admin").done(&format!("{at}/disable"), &[("reason", "left")]);
    let knock = serde_json::json!({ "email": crate::world::email("north_rep"), "password": PASSWORD });
    let as_anybody = serde_json::json!({ "email": "nobody@acme.example", "password": PASSWORD });
    let answers = [knock, as_anybody].map(|body| server.ask(Ask::new("POST", "/api/v1/sessions").json(&body)).is(401).all_but_the_id());
    assert_eq!(answers[0], answers[1]);
    let page = words(&Tab::of(&server, "admin").get(&at).is(200));
    assert!(page.contains("Refused sign-ins") && page.contains("1 try over the API"), "{page}");
    assert!(!words(&Tab::of(&server, "manager").get(&at).is(200)).contains("Refused sign-ins"));
    let listed = server.get("admin", "/api/v1/refused_sign_ins").is(200).json();
    assert_eq!((&listed["rows"][0]["user"]["name"], &listed["rows"][0]["state"]), (&"north_rep".into(), &"disabled".into()), "{listed}");
    server.get("manager", "/api/v1/refused_sign_ins").is(403);
}

#[test]
fn the_last_administrator_cannot_be_frozen_and_the_page_says_why() {
    let server = Server::open();
    let tab = Tab::of(&server, "security_admin");
    let page = tab.get(&person(&server, "admin")).is(200);
    assert!(!page.text().contains("popovertarget=\"freeze\""));
    assert!(words(&page).contains("This would leave no active person who is System Administrator"));
    let refused = tab.send(&format!("{}/freeze", person(&server, "admin")), &[("reason", "x")]).is(403);
    assert!(words(&refused).contains("This would leave no active person"));
}

#[test]
fn somebody_is_moved_and_gets_a_manager_by_name() {
    let server = Server::open();
    let tab = Tab::of(&server, "security_admin");
    let (at, south) = (person(&server, "north_rep"), server.world.unit("south").to_string());
    let fields = [
        ("name", "north_rep"),
        ("title", "Key accounts"),
        ("business_unit", south.as_str()),
        ("manager__text", "manager"),
        ("rows", "none"),
    ];
    let moved = tab.done(&format!("{at}/place"), &fields);
    assert!(words(&moved).contains("Unit south") && words(&moved).contains("Manager manager"), "{}", words(&moved));
    assert!(words(&moved).contains("Key accounts"));
    let circle = [("name", "manager"), ("business_unit", south.as_str()), ("manager__text", "north_rep"), ("rows", "none")];
    let refused = tab.send(&format!("{}/place", person(&server, "manager")), &circle).is(422);
    assert!(words(&refused).contains("go round in a circle"));
}

#[test]
fn whoever_changes_a_place_that_somebody_changed_meanwhile_looks_again() {
    let server = Server::open();
    let tab = Tab::of(&server, "security_admin");
    let (at, north) = (person(&server, "north_rep"), server.world.unit("north").to_string());
    let was = |page: &crate::server::Reply| value_behind(page, &format!("action=\"{at}/place\""), "name=\"was\" value");
    let opened = was(&tab.get(&at).is(200));
    let fields = |was: &str, title: &str, manager: &str| {
        let fields = [("was", was), ("name", "north_rep"), ("title", title), ("business_unit", &north), ("manager__text", manager)];
        tab.send(&format!("{at}/place"), &fields)
    };
    fields(&opened, "", "manager").is(303);
    let stale = fields(&opened, "Key accounts", "").is(422);
    assert!(words(&stale).contains("Somebody changed this since you opened it"), "{}", words(&stale));
    assert!(stale.text().contains("value=\"Key accounts\""), "what was entered stays");
    assert!(words(&tab.get(&at)).contains("Manager manager"), "nobody undoes it unseen");
    fields(&was(&stale), "Key accounts", "manager").is(303);
    assert!(words(&tab.get(&at)).contains("Key accounts"));
}

#[test]
fn whoever_moves_somebody_says_what_follows_and_sees_how_far_it_is() {
    let server = Server::open();
    let tab = Tab::of(&server, "security_admin");
    for name in ["Blue Kiln", "Tin Drum"] {
        server.post("north_rep", "/api/v1/accounts", &serde_json::json!({ "name": name })).is(201);
    }
    let (at, south) = (person(&server, "north_rep"), server.world.unit("south").to_string());
    let page = tab.get(&at).is(200);
    assert!(
        words(&page).contains("If the unit changes, the records All follow: 2 records Open ones follow: 2 records"),
        "{}",
        words(&page)
    );
    assert!(words(&page).contains("Accounts 2, 2 open") && !words(&page).contains("Blue Kiln"), "numbers and no names");
    let fields =
        |rows: &'static str| [("name", "north_rep"), ("title", ""), ("business_unit", south.clone().leak() as &str), ("rows", rows)];
    let asked = tab.send(&format!("{at}/place"), &fields("")).is(422);
    assert!(words(&asked).contains("Say which records follow: all, open ones or none."), "{}", words(&asked));
    let job = tab.send(&format!("{at}/place"), &fields("open")).is(303).header("location").split('?').next().unwrap().to_owned();
    let on_its_way = tab.get(&job).is(200);
    assert!(words(&on_its_way).contains("Open records of north_rep follow to south"), "{}", words(&on_its_way));
    assert!(words(&on_its_way).contains("It waits for its turn.") && on_its_way.text().contains("?part=progress"));
    let running = tab.get(&at).is(200);
    assert!(running.text().contains(&format!("<a href=\"{job}\">Open records of north_rep follow to south")), "it leads to its job");
    server.run_jobs();
    let done = tab.get(&job).is(200);
    assert!(words(&done).contains("Done 2 rows.") && done.text().contains(&format!("href=\"{at}\"")), "{}", words(&done));
    assert!(words(&tab.get(&format!("{job}?part=progress")).is(200)).contains("Done"));
    assert!(words(&tab.get("/jobs").is(200)).contains("Open records of north_rep follow to south"));
    assert!(!words(&tab.get(&at).is(200)).contains("follow to south"), "it has ended");
    let seen = server.get("south_rep", "/api/v1/accounts").is(200).json();
    assert_eq!(seen["rows"].as_array().unwrap().len(), 2, "the unit they are in now sees them");
    let empty = tab.get(&person(&server, "auditor")).is(200);
    assert!(!words(&empty).contains("If the unit changes"), "nothing is owned, nothing is asked");
}

#[test]
fn a_team_is_moved_on_its_page() {
    let server = Server::open();
    let tab = Tab::of(&server, "security_admin");
    let (north, south) = (server.world.unit("north").to_string(), server.world.unit("south").to_string());
    let team = tab.send("/teams", &[("name", "Spring fair"), ("business_unit", &north), ("kind", "owner")]).is(303);
    let at = team.header("location").split('?').next().unwrap().to_owned();
    let moved = tab.done(&format!("{at}/unit"), &[("business_unit", &south), ("rows", "none")]);
    assert!(words(&moved).contains("Unit south"), "{}", words(&moved));
    assert!(words(&tab.send(&format!("{at}/unit"), &[("business_unit", &north)]).is(422)).contains("Say which records follow"));
    Tab::of(&server, "manager").send(&format!("{at}/unit"), &[("business_unit", &north), ("rows", "none")]).is(403);
    assert!(!Tab::of(&server, "manager").get(&at).is(200).text().contains("Move the team"));
    let teams = server.get("admin", "/api/v1/teams").is(200).json();
    let default = teams["rows"].as_array().unwrap().iter().find(|team| team["is_default"] == true).unwrap()["id"].as_str().unwrap();
    let default = format!("/teams/{default}");
    assert!(words(&tab.get(&default).is(200)).contains("Default team") && !tab.get(&default).text().contains("Move the team"));
}

#[test]
fn the_matrix_of_a_role_is_saved_and_somebody_elses_change_is_not_undone() {
    let server = Server::open();
    let tab = Tab::of(&server, "security_admin");
    let empty = tab.get("/roles/new").is(200);
    assert!(empty.text().contains("name=\"level-accounts-read\""));
    let made = tab.send("/roles/new", &[("name", "Fair team"), ("level-leads-create", "user"), ("task", "bulk_import")]).is(303);
    let at = made.header("location").split('?').next().unwrap().to_owned();
    let page = tab.get(&format!("{at}?edit")).is(200);
    assert!(page.text().contains("name=\"level-leads-create\""));
    let was = value_behind(&page, "name=\"was\"", "value");
    let fields = [
        ("was", was.as_str()),
        ("name", "Fair team"),
        ("level-leads-create", "unit"),
        ("level-products-read", "organisation"),
        ("task", "use_api"),
    ];
    let saved = tab.done(&at, &fields);
    assert!(words(&saved).contains("Unit"));
    let stale = tab.send(&at, &fields).is(422);
    assert!(words(&stale).contains("Somebody changed this role since you opened it"));
    let role = server.get("security_admin", &format!("/api/v1{at}")).is(200).json();
    assert_eq!(role["privileges"]["leads"]["create"], "unit");
    assert_eq!(role["privileges"]["products"]["read"], "organisation");
    assert_eq!(role["tasks"], serde_json::json!(["use_api"]));
    assert!(tab.get("/roles").is(200).text().contains("Fair team"));
    let twice = tab.send("/roles/new", &[("name", "Fair team")]).is(422);
    assert!(words(&twice).contains("taken already"), "{}", words(&twice));
}

#[test]
fn the_administrators_role_stays_as_it_is_and_whoever_keeps_no_roles_reads_none() {
    let server = Server::open();
    let tab = Tab::of(&server, "security_admin");
    let at = format!("/roles/{}", server.world.role("System Administrator"));
    let page = tab.get(&format!("{at}?edit")).is(200);
    assert!(!page.text().contains("<select class=\"level-select\""));
    assert!(words(&page).contains("System Administrator stays as it is"));
    let list = Tab::of(&server, "north_rep").get("/roles").is(200);
    assert!(!list.text().contains("href=\"/roles/0"), "names only");
    Tab::of(&server, "north_rep").get(&at).is(403);
}

#[test]
fn units_and_teams_are_made_called_otherwise_and_filled() {
    let server = Server::open();
    let tab = Tab::of(&server, "security_admin");
    let (sales, north) = (server.world.unit("sales").to_string(), server.world.unit("north").to_string());
    let made = tab.done("/units", &[("name", "West"), ("parent", &sales)]);
    assert!(words(&made).contains("West 0 people"), "{}", words(&made));
    let none = tab.send("/units", &[("name", ""), ("parent", &sales)]).is(422);
    assert!(words(&none).contains("A name is needed."));
    let form = tab.get(&format!("/units/{sales}")).is(200);
    assert!(!form.text().contains(&format!("value=\"{north}\"")), "a unit is not put below itself");
    tab.done(&format!("/units/{north}"), &[("name", "Far north"), ("parent", &server.world.unit("root").to_string())]);
    let team = tab.send("/teams", &[("name", "Spring fair"), ("business_unit", &north), ("kind", "owner")]).is(303);
    let at = team.header("location").split('?').next().unwrap().to_owned();
    let filled = tab.done(&format!("{at}/members"), &[("user__text", "north_rep")]);
    assert!(words(&filled).contains("north_rep"), "{}", words(&filled));
    let role = server.world.role("Basic User").to_string();
    let given = tab.done(&format!("{at}/roles"), &[("role", &role), ("reason", "for the fair")]);
    assert!(words(&given).contains("Basic User"));
    let through = tab.get(&person(&server, "north_rep")).is(200);
    assert!(words(&through).contains("through the team Spring fair"));
    let named = tab.done(&format!("{at}/name"), &[("name", "Summer fair")]);
    assert!(words(&named).contains("Summer fair"));
    let rep = server.world.id("north_rep").to_string();
    let gone = tab.done(&format!("{at}/members/remove"), &[("user", &rep)]);
    assert!(words(&gone).contains("Nobody is in this team."));
    let plain = Tab::of(&server, "south_rep").get(&at).is(200);
    assert!(!words(&plain).contains("Basic User") && words(&plain).contains("is shown to its members"));
}
