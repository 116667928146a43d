//! Team templates and the teams of records, at the doors of the API and on their pages.
//!
//! Not here: who may (crm's own sentences). Start reading at [`a_record_gets_a_team_and_loses_it_over_the_api`].

use crate::server::{Ask, Reply, Server};
use crate::tab::{Tab, value_behind, words};
use catalogue::RowId;
use serde_json::json;

fn template(server: &Server, name: &str, rights: &[&str]) -> String {
    let made = server.post("admin", "/api/v1/team_templates", &json!({ "set": "accounts", "name": name, "rights": rights })).is(201);
    made.json()["id"].as_str().unwrap().to_owned()
}

fn member(server: &Server, method: &'static str, who: &str, account: RowId, template: &str, user: &str) -> Reply {
    let path = format!("/api/v1/accounts/{account}/teams/{template}/members/{}", server.world.id(user));
    server.ask(Ask::new(method, path).by(who))
}

#[test]
fn a_record_gets_a_team_and_loses_it_over_the_api() {
    let server = Server::open();
    let (template, account) = (template(&server, "Account team", &["read", "write"]), server.account("north_rep", "Blue Kiln"));
    let (row, teams) = (format!("/api/v1/accounts/{account}"), format!("/api/v1/accounts/{account}/teams"));
    let before = server.get("north_rep", &teams).is(200).json();
    assert_eq!(before["rows"][0]["template"]["rights"], json!(["read", "write"]));
    assert_eq!((&before["rows"][0]["team"], &before["rows"][0]["members"]), (&json!(null), &json!([])));
    server.get("south_rep", &row).is(404);
    member(&server, "PUT", "north_rep", account, &template, "south_rep").is(204);
    server.get("south_rep", &row).is(200);
    assert_eq!(server.get("south_rep", &teams).is(200).json()["rows"][0]["members"][0]["name"], "south_rep");
    let refused = member(&server, "PUT", "south_rep", account, &template, "service_rep").is(403);
    assert_eq!(refused.problem(), "row-denied");
    let listed = server.get("admin", "/api/v1/teams").is(200).text();
    assert!(!listed.contains("Account team"), "the team of a record is listed with the record alone");
    server.ask(Ask::new("DELETE", format!("/api/v1/team_templates/{template}")).by("admin")).is(204);
    assert_eq!(member(&server, "PUT", "north_rep", account, &template, "manager").is(409).problem(), "template-ended");
    server.get("south_rep", &row).is(200);
    member(&server, "DELETE", "north_rep", account, &template, "south_rep").is(204);
    server.get("south_rep", &row).is(404);
    assert_eq!(member(&server, "DELETE", "north_rep", account, &template, "south_rep").is(404).problem(), "not-there");
}

#[test]
fn a_template_is_made_and_ended_on_the_page_of_units_and_teams() {
    let server = Server::open();
    let tab = Tab::of(&server, "admin");
    let form = [("name", "Account team"), ("set", "accounts"), ("rights", "read"), ("rights", "append_to")];
    let page = tab.done("/team_templates", &form);
    assert!(words(&page).contains("Account team Accounts · see, attach to it"), "{}", words(&page));
    let again = tab.send("/team_templates", &form).is(422);
    assert!(words(&again).contains("This is taken already"), "{}", words(&again));
    assert_eq!(value_behind(&again, "id=\"f-template\"", "value"), "Account team", "what was entered stands there still");
    let none = tab.send("/team_templates", &[("name", "Other"), ("set", "accounts")]).is(422);
    assert!(words(&none).contains("Name one or more of read, write"));
    let end = value_behind(&page, "Account team<small>", "action");
    assert!(words(&tab.done(&end, &[])).contains("No team templates yet"));
    assert!(!words(&Tab::of(&server, "north_rep").get("/units").is(200)).contains("Team templates"));
}

#[test]
fn the_share_page_has_a_part_for_each_template_that_puts_people_in_and_takes_them_out() {
    let server = Server::open();
    let (team, other) = (template(&server, "Account team", &["read"]), template(&server, "Deal desk", &["read", "write"]));
    let account = server.account("north_rep", "Blue Kiln");
    let (tab, home) = (Tab::of(&server, "north_rep"), format!("/accounts/{account}"));
    let page = tab.get(&format!("{home}/share")).is(200);
    assert!(words(&page).contains("What its members may do with the record: see, change. It makes up for no missing role."));
    let (field, south) = (format!("member_{team}"), format!("users:{}", server.world.id("south_rep")));
    let page = tab.done(&format!("{home}/teams"), &[("template", &team), (&field, &south)]);
    assert!(words(&page).contains("south_rep Take out south_rep of Account team"), "{}", words(&page));
    Tab::of(&server, "south_rep").get(&home).is(200);
    let typed = format!("{field}__text");
    let wrong = tab.send(&format!("{home}/teams"), &[("template", &team), (&typed, "Nobody At All")]).is(422);
    assert!(value_behind(&wrong, &format!("id=\"e-{field}\""), "href").contains("#alert-circle"));
    assert!(!wrong.text().contains(&format!("id=\"e-member_{other}\"")), "the other team's picker is not blamed");
    let empty = tab.send(&format!("{home}/teams"), &[("template", &team)]).is(422);
    assert!(words(&empty).contains("Say who comes into the team"));
    let page = tab.done(&format!("{home}/teams/remove"), &[("template", &team), ("user", &server.world.id("south_rep").to_string())]);
    assert!(!words(&page).contains("south_rep"), "{}", words(&page));
    Tab::of(&server, "south_rep").get(&home).is(404);
}

#[test]
fn a_right_that_the_template_asks_and_the_sharer_lacks_hides_the_picker_and_is_refused() {
    let server = Server::open();
    let (deletes, account) = (template(&server, "Clean up", &["read", "delete"]), server.account("north_rep", "Blue Kiln"));
    let (tab, home) = (Tab::of(&server, "north_rep"), format!("/accounts/{account}"));
    let page = tab.get(&format!("{home}/share")).is(200);
    assert!(words(&page).contains("Clean up") && !page.text().contains(&format!("name=\"member_{deletes}\"")));
    let south = format!("users:{}", server.world.id("south_rep"));
    tab.send(&format!("{home}/teams"), &[("template", &deletes), (&format!("member_{deletes}"), &south)]).is(403);
    Tab::of(&server, "south_rep").get(&home).is(404);
}
