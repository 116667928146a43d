//! Secured columns and field profiles on their pages: what is told before a column is opened, and what a form does.
//!
//! Not here: who may ask and that what is told is so (crm's own sentences). Start reading at
//! [`a_column_is_opened_by_one_button_and_closed_by_its_undo`].

use crate::server::Server;
use crate::tab::{Tab, value_behind, words};

const LIMIT: &str = "/columns/accounts/credit_limit";

/// The status of a list over the API that names the credit limit.
fn asks_for_limit(server: &Server, name: &str) -> u16 {
    server.get(name, "/api/v1/accounts?select=name,credit_limit").status
}

/// Makes a profile that grants reading the credit limit and answers its page.
fn credit(tab: &Tab<'_>) -> String {
    let made = tab.send(&format!("{LIMIT}/grant"), &[("profile", ""), ("name", "Credit"), ("use", "read")]).is(303);
    made.header("location").split('?').next().unwrap().to_owned()
}

#[test]
fn a_column_is_opened_by_one_button_and_closed_by_its_undo() {
    let server = Server::open();
    server.account("north_rep", "Blue Kiln");
    let tab = Tab::of(&server, "security_admin");
    assert_eq!(asks_for_limit(&server, "north_rep"), 403);
    let before = tab.get(LIMIT).is(200);
    assert!(words(&before).contains("Who reads it today Nobody."), "{}", words(&before));
    let told = words(&before).split("Who would read it once it is open").nth(1).unwrap().to_owned();
    for name in ["admin", "manager", "north_rep", "service_rep", "south_rep"] {
        assert!(told.contains(name), "{name} would read it: {told}");
    }
    assert!(told.contains("Unit · 2 people as Salesperson north_rep , south_rep"), "{told}");
    assert!(!told.contains("auditor"), "the auditor reads no account");
    assert!(!before.text().contains("Blue Kiln"));
    let opened = tab.done(LIMIT, &[("secured", "false")]);
    assert!(words(&opened).contains("Opened. Whoever reads the record reads it. Undo"), "{}", words(&opened));
    assert!(words(&opened).contains("Secure this column"));
    assert_eq!(asks_for_limit(&server, "north_rep"), 200);
    assert_eq!(value_behind(&opened, "class=\"flash", "action"), LIMIT);
    let undone = tab.done(LIMIT, &[("secured", "true")]);
    assert!(words(&undone).contains("Open this column"));
    assert_eq!(asks_for_limit(&server, "north_rep"), 403);
    tab.send(LIMIT, &[("secured", "perhaps")]).is(422);
}

#[test]
fn whoever_does_not_manage_field_profiles_is_shown_no_readers_and_opens_nothing() {
    let server = Server::open();
    for name in ["north_rep", "manager", "auditor"] {
        let tab = Tab::of(&server, name);
        assert!(!tab.get("/").is(200).text().contains("\"/columns\""), "{name} is led there");
        for path in ["/columns", "/columns?set=accounts", LIMIT, "/columns/accounts/no_such"] {
            let refused = tab.get(path).is(403);
            assert!(words(&refused).contains("Open and grant secured columns"), "{name} at {path}");
        }
        tab.send(LIMIT, &[("secured", "false")]).is(403);
        tab.send(&format!("{LIMIT}/grant"), &[("name", "Credit"), ("use", "read")]).is(403);
        assert_eq!(asks_for_limit(&server, "admin"), 403, "still secured");
    }
    Tab::of(&server, "north_rep").get("/field_profiles").is(403);
}

#[test]
fn the_list_shows_what_is_secured_and_all_of_a_table_on_wish() {
    let server = Server::open();
    let tab = Tab::of(&server, "admin");
    let list = tab.get("/columns").is(200);
    for column in ["Credit limit", "Bank account", "Government ID", "Current cost"] {
        assert!(words(&list).contains(column), "{column}");
    }
    assert!(words(&list).contains("Restricted") && !words(&list).contains("Payment terms of Accounts"));
    let all = tab.get("/columns?set=accounts").is(200);
    assert!(words(&all).contains("Payment terms of Accounts"));
    assert!(!all.text().contains("/columns/accounts/owner\""), "an owner is never secured");
    for path in ["/columns/accounts/owner", "/columns/accounts/no_such", "/columns/no_such/name", "/columns?set=no_such"] {
        tab.get(path).is(404);
    }
}

#[test]
fn a_column_is_granted_by_a_profile_that_is_given_and_taken_again() {
    let server = Server::open();
    server.account("north_rep", "Blue Kiln");
    let tab = Tab::of(&server, "security_admin");
    let at = credit(&tab);
    assert!(words(&tab.get(&at)).contains("Nobody holds it."));
    let fields = [("to__text", "north_rep"), ("reason", "decides on credit"), ("until", "2026-04-01")];
    let given = tab.done(&format!("{at}/holders"), &fields);
    assert!(words(&given).contains("The field profile was given."));
    assert!(words(&given).contains("decides on credit") && words(&given).contains("until 1 Apr"), "{}", words(&given));
    assert_eq!((asks_for_limit(&server, "north_rep"), asks_for_limit(&server, "south_rep")), (200, 403));
    assert!(words(&tab.get(LIMIT)).contains("by the profile Credit north_rep"), "{}", words(&tab.get(LIMIT)));
    let id = server.world.id("north_rep").to_string();
    let taken = tab.done(&format!("{at}/holders/take"), &[("principal", &id)]);
    assert!(!taken.text().contains("Give it back"), "it would come back without its end");
    assert_eq!(asks_for_limit(&server, "north_rep"), 403);
    tab.done(&format!("{at}/holders"), &[("to__text", "north_rep")]);
    let taken = tab.done(&format!("{at}/holders/take"), &[("principal", &id)]);
    assert_eq!(value_behind(&taken, "class=\"flash", "action"), format!("{at}/holders"));
    tab.done(&format!("{at}/holders"), &[("to", &id)]);
    assert_eq!(asks_for_limit(&server, "north_rep"), 200, "given back");
    let nobody = tab.send(&format!("{at}/holders"), &[("to__text", "Nobody At All"), ("reason", "kept")]).is(422);
    assert!(words(&nobody).contains("Nobody is called that") && nobody.text().contains("value=\"kept\""));
    assert!(words(&tab.get("/field_profiles")).contains("Credit limit of accounts 1 person or team"));
}

#[test]
fn a_grant_to_a_profile_that_is_none_makes_no_new_one() {
    let server = Server::open();
    let tab = Tab::of(&server, "admin");
    let unknown = server.world.id("north_rep").to_string();
    for profile in ["Credit", unknown.as_str()] {
        tab.send(&format!("{LIMIT}/grant"), &[("profile", profile), ("name", "Credit"), ("use", "read")]).is(404);
    }
    let list = tab.get("/field_profiles").is(200);
    assert!(!words(&list).contains("Credit limit of"), "{}", words(&list));
}

#[test]
fn a_profile_is_made_changed_and_emptied_by_its_form() {
    let server = Server::open();
    let tab = Tab::of(&server, "admin");
    tab.send("/field_profiles/new", &[("name", "")]).is(422);
    let none = tab.send("/field_profiles/new", &[("name", "Bank"), ("add", "accounts.bank_account")]).is(422);
    assert!(words(&none).contains("Choose what is granted") && none.text().contains("value=\"Bank\""), "{}", words(&none));
    let fields = [("name", "Bank"), ("add", "accounts.bank_account"), ("add_use", "read"), ("add_use", "update")];
    let made = tab.done("/field_profiles/new", &fields);
    assert!(words(&made).contains("Bank account Accounts yes – no yes"), "{}", words(&made));
    let at = value_behind(&made, "class=\"page-actions\"", "href").replace("?edit", "");
    let form = tab.get(&format!("{at}?edit")).is(200);
    let was = value_behind(&form, "name=\"was\"", "value");
    let line = ("line", "accounts.bank_account");
    let changed = [("was", was.as_str()), ("name", "Banks"), line, ("accounts.bank_account", "read"), ("add", "")];
    let saved = tab.done(&at, &changed);
    assert!(words(&saved).contains("Bank account Accounts yes – no – no"), "{}", words(&saved));
    let stale = tab.send(&at, &changed).is(422);
    assert!(words(&stale).contains("Somebody changed this field profile since you opened it"));
    let was = value_behind(&tab.get(&format!("{at}?edit")), "name=\"was\"", "value");
    let emptied = tab.done(&at, &[("was", &was), ("name", "Banks"), line]);
    assert!(words(&emptied).contains("It grants nothing yet."));
}

#[test]
fn a_profile_is_given_on_the_page_of_a_person_and_of_a_team_and_to_nobody_by_themselves() {
    let server = Server::open();
    server.account("north_rep", "Blue Kiln");
    let tab = Tab::of(&server, "security_admin");
    let id = credit(&tab).rsplit('/').next().unwrap().to_owned();
    let rep = format!("/people/{}", server.world.id("north_rep"));
    let given = tab.done(&format!("{rep}/field_profiles"), &[("profile", &id)]);
    assert!(words(&given).contains("The field profile was given.") && words(&given).contains("Take away Credit"));
    assert_eq!(asks_for_limit(&server, "north_rep"), 200);
    let taken = tab.done(&format!("{rep}/field_profiles/take"), &[("profile", &id)]);
    assert_eq!(value_behind(&taken, "class=\"flash", "action"), format!("{rep}/field_profiles"));
    assert_eq!(asks_for_limit(&server, "north_rep"), 403);
    let own = format!("/people/{}", server.world.id("security_admin"));
    assert!(!tab.get(&own).is(200).text().contains("Give the profile"), "no form is offered");
    let refused = tab.send(&format!("{own}/field_profiles"), &[("profile", &id)]).is(403);
    assert!(words(&refused).contains("Nobody gives themselves a field profile"), "{}", words(&refused));
    let south = server.world.unit("south");
    let team = tab.send("/teams", &[("name", "desk"), ("business_unit", &south.to_string()), ("kind", "owner")]).is(303);
    let team = team.header("location").split('?').next().unwrap().to_owned();
    tab.done(&format!("{team}/members"), &[("user__text", "south_rep")]);
    tab.done(&format!("{team}/field_profiles"), &[("profile", &id), ("reason", "the desk decides")]);
    assert_eq!(asks_for_limit(&server, "south_rep"), 200);
    let member = tab.get(&format!("/people/{}", server.world.id("south_rep")));
    assert!(words(&member).contains("Credit through the team desk"), "{}", words(&member));
    let gone = tab.done(&format!("{team}/field_profiles/take"), &[("profile", &id)]);
    assert!(words(&gone).contains("The field profile was taken away."));
    assert_eq!(asks_for_limit(&server, "south_rep"), 403);
}

#[test]
fn whoever_views_access_reads_profiles_and_changes_none() {
    let server = Server::open();
    let at = credit(&Tab::of(&server, "admin"));
    let tab = Tab::of(&server, "auditor");
    assert!(!tab.get("/field_profiles").is(200).text().contains("/field_profiles/new"));
    let page = tab.get(&at).is(200);
    for offer in ["?edit", "Give the profile", "/columns/"] {
        assert!(!page.text().contains(offer), "{offer}");
    }
    assert!(!tab.get(&format!("{at}?edit")).is(200).text().contains("Save the profile"));
    tab.get("/field_profiles/new").is(403);
    let id = server.world.id("north_rep").to_string();
    tab.send(&format!("{at}/holders"), &[("to", &id)]).is(403);
    tab.send(&format!("{at}/holders/take"), &[("principal", &id)]).is(403);
}
