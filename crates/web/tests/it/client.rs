//! Records on their pages: what shows and to whom, what a form does, what comes back when something is wrong.
//!
//! Each sentence asks the whole router as a browser without a script would: a page is got, a form is sent, and where it
//! leads is looked at.
//! Not here: people and roles ([`crate::people_pages`]), imports and exports ([`crate::exchange_pages`]).
//! Start reading at [`a_list_shows_what_may_be_seen_and_says_how_many`].

use crate::server::{Ask, Reply, Server};
use crate::tab::{Tab, value_behind, words};
use crate::world::PASSWORD;
use catalogue::{RowId, Value};
use serde_json::json;
use store::accounts;

/// What a browser would send back if nothing was touched: every named input of the form on a page.
fn as_shown(page: &Reply) -> Vec<(String, String)> {
    let text = page.text();
    let form = text.split("data-form>").nth(1).unwrap().split("</form>").next().unwrap();
    let mut fields = Vec::new();
    for tag in form.split('<').skip(1) {
        let attribute = |name: &str| tag.split_once(&format!("{name}=\"")).map(|(_, rest)| plain(rest.split('"').next().unwrap()));
        let Some(name) = attribute(" name").filter(|n| n != "csrf") else { continue };
        if tag.starts_with("input") && (!tag.contains("type=\"checkbox\"") || tag.contains(" checked")) {
            fields.push((name, attribute(" value").unwrap_or_default()));
        } else if tag.starts_with("textarea") {
            fields.push((name, plain(tag.split_once('>').unwrap().1)));
        } else if tag.starts_with("select") {
            let rest = form.split_once(tag).unwrap().1.split("</select>").next().unwrap();
            let chosen = rest.split("<option ").find(|o| o.contains(" selected")).map(|o| o.split('"').nth(1).unwrap().to_owned());
            fields.push((name, chosen.unwrap_or_default()));
        }
    }
    fields
}

fn plain(text: &str) -> String {
    text.replace("&#39;", "'")
        .replace("&#34;", "\"")
        .replace("&lt;", "<")
        .replace("&gt;", ">")
        .replace("&amp;", "&")
        .replace("&#38;", "&")
        .replace("&#60;", "<")
        .replace("&#62;", ">")
}

/// Sends a form as it was shown, with some fields filled otherwise.
fn send_with(tab: &Tab<'_>, path: &str, shown: &[(String, String)], changes: &[(&str, &str)]) -> Reply {
    let kept = shown.iter().filter(|(n, _)| !changes.iter().any(|(c, _)| c == n)).map(|(n, v)| (n.as_str(), v.as_str()));
    let all: Vec<(&str, &str)> = kept.chain(changes.iter().copied()).collect();
    tab.send(path, &all)
}

fn at(id: RowId) -> String {
    format!("/accounts/{id}")
}

#[test]
fn signing_in_sets_the_cookie_and_goes_on_to_an_address_of_ours_only() {
    let server = Server::open();
    let secret = "0123456789abcdef".repeat(4);
    let csrf = crm::sign_in::csrf_token(&secret);
    let knock = |password: &str, next: &str| {
        let body = format!("csrf={csrf}&email=north_rep%40acme.example&password={}&next={}", password.replace(' ', "+"), web::escape(next));
        let ask = Ask::new("POST", "/sign-in").header("cookie", format!("castellan_entry={secret}"));
        server.ask(ask.raw("application/x-www-form-urlencoded", body))
    };
    let refused = knock("not the password at all", "/").is(422);
    assert!(words(&refused).contains("That e-mail and password do not match."));
    assert!(refused.text().contains("north_rep@acme.example"), "what was typed stays");
    let open = knock(PASSWORD, "/accounts?view=all").is(303);
    assert_eq!(open.header("location"), "/accounts?view=all");
    let cookie = open.header("set-cookie").to_owned();
    assert!(cookie.starts_with("castellan=") && cookie.contains("HttpOnly") && cookie.contains("SameSite=Lax"), "{cookie}");
    for elsewhere in ["//evil.example/", "https://evil.example/", "/\\evil.example", "javascript:alert(1)"] {
        assert_eq!(knock(PASSWORD, elsewhere).is(303).header("location"), "/", "{elsewhere}");
    }
    let page = server.ask(Ask::new("GET", "/").header("cookie", cookie.split(';').next().unwrap())).is(200);
    assert!(words(&page).contains("Today, north_rep"));
}

#[test]
fn a_list_shows_what_may_be_seen_and_says_how_many() {
    let server = Server::open();
    server.account("north_rep", "Blue Kiln");
    server.account("south_rep", "Tin Drum");
    let own = words(&Tab::of(&server, "north_rep").get("/accounts").is(200));
    assert!(own.contains("Blue Kiln") && own.contains("1 account"), "{own}");
    assert!(!own.contains("Tin Drum"));
    let all = words(&Tab::of(&server, "manager").get("/accounts").is(200));
    assert!(all.contains("Blue Kiln") && all.contains("Tin Drum") && all.contains("2 accounts"));
    let none = Tab::of(&server, "auditor").get("/accounts").is(403);
    assert!(words(&none).contains("Read on accounts, at any level") && words(&none).contains("Who can give it"));
}

#[test]
fn a_filter_is_added_told_in_words_and_taken_away() {
    let server = Server::open();
    for name in ["Blue Kiln", "Blue Jar", "Tin Drum"] {
        server.account("north_rep", name);
    }
    let tab = Tab::of(&server, "north_rep");
    let to = tab.get("/accounts?add_column=name&add_op=begins_with&add_value=blue").is(303).header("location").to_owned();
    let page = tab.get(&to).is(200);
    assert!(words(&page).contains("Name begins with blue") && words(&page).contains("2 accounts") && !words(&page).contains("Tin Drum"));
    assert_eq!(value_behind(&page, "class=\"chip\"", "href"), "/accounts");
    let wrong = tab.get("/accounts?add_column=number_of_employees&add_op=ge&add_value=many").is(200);
    assert!(words(&wrong).contains("The filter was not added: `many` is not a whole number."));
    assert!(words(&tab.get("/accounts?search=drum").is(200)).contains("1 account"));
}

#[test]
fn the_general_filter_offers_first_what_the_list_shows() {
    let server = Server::open();
    server.account("north_rep", "Blue Kiln");
    let page = Tab::of(&server, "north_rep").get("/accounts").is(200);
    assert_eq!(value_behind(&page, "name=\"add_column\"", "value"), "name");
}

#[test]
fn pages_of_a_list_are_walked_forth_and_back() {
    let server = Server::open();
    for n in 0..60 {
        server.account("north_rep", &format!("Account {n:03}"));
    }
    let tab = Tab::of(&server, "north_rep");
    let link = |page: &Reply, rel: &str| {
        let text = page.text();
        let before = text.split(&format!("\" rel=\"{rel}\"")).next().filter(|b| b.len() < text.len())?;
        Some(plain(before.rsplit("href=\"").next().unwrap()))
    };
    let first = tab.get("/accounts").is(200);
    assert_eq!(link(&first, "prev"), None);
    let second = tab.get(&link(&first, "next").unwrap()).is(200);
    assert!(words(&second).contains("Account 025") && !words(&second).contains("Account 024"));
    let third = tab.get(&link(&second, "next").unwrap()).is(200);
    assert!(words(&third).contains("Account 059"));
    assert_eq!(link(&third, "next"), None);
    let back = tab.get(&link(&third, "prev").unwrap()).is(200);
    assert!(words(&back).contains("Account 025") && words(&back).contains("Account 049"));
    assert!(words(&tab.get(&link(&back, "prev").unwrap()).is(200)).contains("Account 000"));
}

#[test]
fn a_record_is_made_changed_and_what_is_wrong_comes_back_at_its_field() {
    let server = Server::open();
    let tab = Tab::of(&server, "north_rep");
    let empty = tab.send("/accounts/new", &[("name", ""), ("phone", "030 1234"), ("number_of_employees", "a few")]).is(422);
    assert!(words(&empty).contains("Not saved yet."));
    assert!(empty.text().contains("value=\"030 1234\"") && empty.text().contains("value=\"a few\""), "what was typed stays");
    assert!(empty.text().contains("id=\"e-number_of_employees\""));
    let made = tab.done("/accounts/new", &[("name", "Blue Kiln"), ("number_of_employees", "12"), ("revenue", "1,250.50")]);
    assert!(words(&made).contains("Created.") && words(&made).contains("Blue Kiln") && words(&made).contains("€1,250.50"));
    let home = value_behind(&made, "class=\"btn btn-primary\"", "href").replace("/edit", "");
    let form = tab.get(&format!("{home}/edit")).is(200);
    let shown = as_shown(&form);
    let same = send_with(&tab, &format!("{home}/edit"), &shown, &[]).is(303);
    assert!(same.header("location").ends_with("done=same"), "nothing was touched, so nothing is written");
    let saved = send_with(&tab, &format!("{home}/edit"), &shown, &[("name", "Blue Kiln Ltd")]).is(303);
    let page = tab.get(saved.header("location")).is(200);
    assert!(words(&page).contains("Saved.") && words(&page).contains("became Blue Kiln Ltd"), "{}", words(&page));
    let wrong = send_with(&tab, &format!("{home}/edit"), &as_shown(&tab.get(&format!("{home}/edit"))), &[("email", "no address")]).is(422);
    assert!(wrong.text().contains("value=\"no address\"") && wrong.text().contains("id=\"e-email\""));
}

#[test]
fn two_people_who_change_one_record_are_shown_both_versions_and_lose_nothing() {
    let server = Server::open();
    let id = server.account("north_rep", "Blue Kiln");
    let (rep, manager) = (Tab::of(&server, "north_rep"), Tab::of(&server, "manager"));
    let edit = format!("{}/edit", at(id));
    let opened = as_shown(&rep.get(&edit).is(200));
    let theirs = as_shown(&manager.get(&edit).is(200));
    send_with(&manager, &edit, &theirs, &[("phone", "111"), ("fax", "333")]).is(303);
    let conflict = send_with(&rep, &edit, &opened, &[("phone", "222"), ("website", "https://kiln.example")]).is(412);
    let told = words(&conflict);
    assert!(told.contains("manager changed this") && told.contains("111") && told.contains("222"), "{told}");
    assert!(conflict.text().contains("name=\"pick-phone\"") && told.contains("Only you changed these"));
    assert!(conflict.text().contains("name=\"website\" value=\"https://kiln.example\""), "nothing typed is lost");
    // What the page carries, with a choice for each column.
    let text = conflict.text();
    let hidden = text.split("<input type=\"hidden\" ").skip(1).map(|tag| {
        let of = |name: &str| plain(tag.split_once(&format!("{name}=\"")).unwrap().1.split('"').next().unwrap());
        (of("name"), of("value"))
    });
    let carried: Vec<(String, String)> = hidden.filter(|(n, _)| n != "csrf" && n != "back" && n != "theme").collect();
    send_with(&rep, &edit, &carried, &[("pick-phone", "mine"), ("pick-fax", "theirs")]).is(303);
    let row = server.get("north_rep", &format!("/api/v1/accounts/{id}")).is(200).json();
    assert_eq!(
        (row["phone"].as_str(), row["fax"].as_str(), row["website"].as_str()),
        (Some("222"), Some("333"), Some("https://kiln.example"))
    );
}

#[test]
fn a_secured_value_stands_on_no_page_of_whoever_may_not_read_it() {
    let server = Server::open();
    let id = server.account("north_rep", "Blue Kiln");
    let secret = "DE02120300000000202051";
    server.world.operate(move |tx| {
        let catalogue = tx.catalogue().clone();
        let table = catalogue.find("accounts").unwrap();
        let permit = security::Permit::for_upkeep(security::Reason::Test, security::Privilege::Write, table);
        let cells = vec![(table.find("bank_account").unwrap().id, Value::from(secret), None)];
        let _written = store::records::update(tx, &permit, id, None, &cells)?;
        Ok(())
    });
    for name in ["north_rep", "manager", "admin"] {
        let tab = Tab::of(&server, name);
        for path in ["", "/edit", "/history", "/who", "/share", "/delete", "/timeline?show=changes"] {
            let page = tab.get(&format!("{}{path}", at(id)));
            assert!(!page.text().contains(secret) && !page.text().contains("0300000000"), "{name} {path}");
        }
        for path in ["/accounts?view=all", "/search?q=DE02120300000000202051", "/exports/new?set=accounts"] {
            let page = tab.get(path);
            assert!(
                !page
                    .text()
                    .replace("q=DE02120300000000202051", "")
                    .replace(&format!("value=\"{secret}\""), "")
                    .replace(&format!("“{secret}”"), "")
                    .contains(secret),
                "{name} {path}"
            );
        }
    }
}

#[test]
fn names_that_are_markup_are_words_on_every_page() {
    let server = Server::open();
    let evil = "<script>alert(1)</script>\"'><img src=x onerror=alert(1)>";
    let id = server.account("north_rep", evil);
    let tab = Tab::of(&server, "north_rep");
    tab.done(&format!("{}/timeline", at(id)), &[("kind", "note"), ("subject", evil), ("text", evil), ("due", "")]);
    tab.send(&format!("{}/timeline", at(id)), &[("kind", "task"), ("subject", evil), ("text", evil), ("due", "2026-03-09")]).is(303);
    let paths = ["/", "/accounts", "/tasks?view=all", "/search?q=script", "/search/palette?q=script", "/lookup/accounts?q=%3Cscript"];
    let below = ["", "/edit", "/assign", "/share", "/who", "/history"];
    let all = paths.iter().map(|p| (*p).to_owned()).chain(below.iter().map(|b| format!("{}{b}", at(id))));
    for path in all.chain([format!("/accounts?search={}", web::escape(evil)), format!("/contacts/new?for=account:accounts:{id}")]) {
        let page = tab.get(&path).is(200).text();
        let inert = page.replace("<script defer src=\"/assets/", "").replace("<script type=\"module\" src=\"/assets/", "");
        assert!(!inert.contains("<script") && !inert.contains("<img"), "{path}");
    }
    let again = tab.send("/accounts/new", &[("name", ""), ("description", evil), ("email", evil)]).is(422).text();
    assert!(!again.contains("<script>") && !again.contains("<img"));
    assert!(!tab.get("/search?q=script").text().contains("javascript:"));
}

#[test]
fn a_form_without_its_token_changes_nothing() {
    let server = Server::open();
    let id = server.account("north_rep", "Blue Kiln");
    let cookie = "page session of north_rep";
    for path in [format!("{}/edit", at(id)), format!("{}/assign", at(id)), "/accounts/bulk".to_owned(), "/accounts/new".to_owned()] {
        let ask =
            Ask::new("POST", &path).cookie(cookie).raw("application/x-www-form-urlencoded", "name=Other&action=delete&confirmed=true");
        let refused = server.ask(ask).is(403);
        assert!(words(&refused).contains("did not come from a page of this session"), "{path}");
    }
    assert_eq!(server.get("north_rep", &format!("/api/v1/accounts/{id}")).json()["name"], "Blue Kiln");
}

#[test]
fn the_next_click_of_a_frozen_person_leads_to_the_sign_in_page_which_says_why() {
    let server = Server::open();
    let tab = Tab::of(&server, "north_rep");
    tab.get("/accounts?view=all").is(200);
    let rep = server.world.id("north_rep");
    server.world.operate(move |tx| Ok(accounts::set_state(tx, rep, security::UserState::Frozen)?));
    let to = tab.get("/accounts?view=all").is(303).header("location").to_owned();
    assert!(to.starts_with("/sign-in"), "{to}");
    let page = server.ask(Ask::new("GET", &to)).is(200);
    assert!(words(&page).contains("A session ends by itself, and when an account is frozen."));
    let part = server.ask(Ask::new("GET", "/search/palette?q=a").cookie("page session of north_rep").header("hx-request", "true"));
    assert!(part.status == 401 || part.status == 303);
}

#[test]
fn many_are_changed_at_once_each_with_its_own_answer() {
    let mut server = Server::open();
    let mine: Vec<String> = ["Blue Kiln", "Blue Jar"].iter().map(|n| server.account("north_rep", n).to_string()).collect();
    server.world.join("north_mate", "north", &["Salesperson"]);
    let other = server.account("north_mate", "Tin Drum").to_string();
    let tab = Tab::of(&server, "north_rep");
    let owner = server.world.id("manager").to_string();
    let ids = [("ids", mine[0].as_str()), ("ids", mine[1].as_str()), ("ids", other.as_str())];
    let asked = tab.send("/accounts/bulk", &[ids[0], ids[1], ids[2], ("action", "assign"), ("owner", ""), ("back", "/accounts")]).is(200);
    assert!(words(&asked).contains("2 can be changed") && words(&asked).contains("1 will stay as they are"));
    let done =
        tab.send("/accounts/bulk", &[ids[0], ids[1], ids[2], ("action", "assign"), ("owner", &owner), ("back", "/accounts")]).is(200);
    assert!(words(&done).contains("2 were assigned to manager, 1 stayed as they were."), "{}", words(&done));
    let manager = Tab::of(&server, "manager");
    let asked = manager.send("/accounts/bulk", &[ids[0], ids[2], ("action", "delete"), ("back", "/accounts")]).is(200);
    assert!(
        words(&asked).contains("Delete 2 accounts") && words(&manager.get("/accounts").is(200)).contains("3 accounts"),
        "nothing is done before it is confirmed"
    );
    manager.send("/accounts/bulk", &[ids[0], ids[2], ("action", "delete"), ("confirmed", "true"), ("back", "//evil.example")]).is(200);
    assert!(words(&manager.get("/accounts").is(200)).contains("1 account"));
    assert!(words(&manager.get("/accounts/removed").is(200)).contains("Tin Drum"));
}

#[test]
fn several_are_not_deleted_in_one_go_by_whoever_lacks_the_task_and_the_trail_says_who_tried() {
    let server = Server::open();
    let mine: Vec<String> = ["Blue Kiln", "Blue Jar"].iter().map(|n| server.account("north_rep", n).to_string()).collect();
    let tab = Tab::of(&server, "north_rep");
    let form = [("ids", mine[0].as_str()), ("ids", mine[1].as_str()), ("action", "delete"), ("back", "/accounts")];
    tab.send("/accounts/bulk", &form).is(403);
    tab.send("/accounts/bulk", &[&form[..], &[("confirmed", "true")]].concat()).is(403);
    assert!(words(&tab.get("/accounts").is(200)).contains("2 accounts"));
    let told = server.get("auditor", "/api/v1/audit?verb=bulk.delete&refused=true").is(200).json();
    assert_eq!(told["rows"].as_array().unwrap().len(), 1, "{told}");
    assert_eq!(told["rows"][0]["actor"]["name"], "north_rep");
}

#[test]
fn what_was_deleted_is_undone_from_where_it_led() {
    let server = Server::open();
    let id = server.account("north_rep", "Blue Kiln");
    let rep = Tab::of(&server, "north_rep");
    let refused = rep.get(&format!("{}/delete", at(id))).is(403);
    assert!(words(&refused).contains("Delete on accounts, at any level"));
    let tab = Tab::of(&server, "manager");
    let asked = tab.get(&format!("{}/delete", at(id))).is(200);
    assert!(words(&asked).contains("are deleted with it") && words(&asked).contains("within 30 days"));
    let gone = tab.done(&format!("{}/delete", at(id)), &[]);
    assert!(words(&gone).contains("Deleted.") && !words(&gone).contains("Blue Kiln"));
    let undo = value_behind(&gone, "class=\"flash", "action");
    assert_eq!(undo, format!("{}/restore", at(id)));
    assert!(words(&tab.done(&undo, &[])).contains("Put back, with everything that went along."));
    let nobody = tab.get(&at(RowId(uuid::Uuid::from_u128(7)))).is(404);
    let hidden = Tab::of(&server, "south_rep").get(&at(id)).is(404);
    let plain = |reply: &Reply| words(reply).replace("manager", "").replace("south_rep", "");
    assert_eq!(plain(&nobody), plain(&hidden), "hidden is not there");
}

#[test]
fn a_record_is_given_shared_and_seen_by_whom_the_page_says() {
    let server = Server::open();
    let id = server.account("north_rep", "Blue Kiln");
    let tab = Tab::of(&server, "north_rep");
    let unknown =
        tab.send(&format!("{}/share", at(id)), &[("principal", ""), ("principal__text", "Nobody At All"), ("rights", "read")]).is(422);
    assert!(words(&unknown).contains("Nobody is called that"));
    let shared = [("principal", ""), ("principal__text", "south_rep"), ("rights", "read"), ("rights", "write"), ("until", "2026-03-20")];
    assert!(words(&tab.done(&format!("{}/share", at(id)), &shared)).contains("Shared."));
    let south = Tab::of(&server, "south_rep");
    let page = south.get(&at(id)).is(200);
    assert!(words(&page).contains("Blue Kiln") && page.text().contains(&format!("{}/edit", at(id))));
    let names = words(&south.get(&format!("{}/who", at(id))).is(200));
    assert!(
        names.contains("north_rep") && names.contains("south_rep") && names.contains("manager") && !names.contains("shared with"),
        "{names}"
    );
    let paths = words(&Tab::of(&server, "manager").get(&format!("{}/who", at(id))).is(200));
    assert!(paths.contains("Shared with south_rep by north_rep (read, write)"), "{paths}");
    let list = words(&tab.get(&format!("{}/share", at(id))).is(200));
    assert!(list.contains("south_rep see, change by north_rep"), "{list}");
    tab.send(&format!("{}/unshare", at(id)), &[("principal", &server.world.id("south_rep").to_string())]).is(303);
    south.get(&at(id)).is(404);
    let given = tab.send(&format!("{}/assign", at(id)), &[("owner", ""), ("owner__text", "south_rep")]).is(303);
    assert_eq!(given.header("location"), "/accounts?done=gone");
    tab.get(&at(id)).is(404);
}

#[test]
fn a_lookup_is_found_by_its_name_and_asked_about_when_several_have_it() {
    let server = Server::open();
    let parent = server.account("north_rep", "Blue Holding");
    for _ in 0..2 {
        server.account("north_rep", "Twin");
    }
    let tab = Tab::of(&server, "north_rep");
    let options = tab.get("/lookup/accounts?q=blue").is(200);
    assert!(options.text().contains(&format!("data-value=\"accounts:{parent}\"")));
    let made = tab.done("/accounts/new", &[("name", "Blue Kiln"), ("parent_account", ""), ("parent_account__text", "blue holding")]);
    assert!(made.text().contains(&format!("href=\"/accounts/{parent}\"")));
    let twins = tab.send("/accounts/new", &[("name", "Blue Jar"), ("parent_account", ""), ("parent_account__text", "Twin")]).is(422);
    assert!(words(&twins).contains("Choose which one is meant") && twins.text().contains("name=\"parent_account__pick\""));
    let pick = value_behind(&twins, "name=\"parent_account__pick\"", "value");
    let chosen = [("name", "Blue Jar"), ("parent_account", ""), ("parent_account__text", "Twin"), ("parent_account__pick", pick.as_str())];
    tab.send("/accounts/new", &chosen).is(303);
    let sought = [("name", "Blue Bowl"), ("parent_account", ""), ("parent_account__text", "hold"), ("find", "parent_account")];
    assert!(words(&tab.send("/accounts/new", &sought).is(422)).contains("Blue Holding"), "Find shows candidates and saves nothing");
    server.account("south_rep", "Hidden Holding");
    let hidden = tab.send("/accounts/new", &[("name", "X"), ("parent_account", ""), ("parent_account__text", "Hidden Holding")]).is(422);
    let absent = tab.send("/accounts/new", &[("name", "X"), ("parent_account", ""), ("parent_account__text", "Absent Holding")]).is(422);
    assert_eq!(words(&hidden).replace("Hidden", ""), words(&absent).replace("Absent", ""));
}

#[test]
fn what_is_written_on_a_timeline_is_there_and_open_work_is_completed_from_today() {
    let server = Server::open();
    let id = server.account("north_rep", "Blue Kiln");
    let tab = Tab::of(&server, "north_rep");
    let path = format!("{}/timeline", at(id));
    let empty = tab.send(&path, &[("kind", "task"), ("subject", ""), ("text", ""), ("due", "")]).is(422);
    assert!(empty.text().contains("role=\"alert\""));
    assert!(
        words(&tab.done(&path, &[("kind", "note"), ("subject", ""), ("text", "Ring twice.\nAt the back."), ("due", "")]))
            .contains("Ring twice.")
    );
    tab.send(&path, &[("kind", "task"), ("subject", "Send the quote"), ("text", ""), ("due", "2026-03-01")]).is(303);
    let today = tab.get("/").is(200);
    assert!(words(&today).contains("Send the quote") && words(&today).contains("Overdue"));
    let complete = value_behind(&today, "class=\"todo\"", "action");
    let after = tab.done(&complete, &[]);
    assert!(words(&after).contains("Completed.") && words(&after).contains("Nothing is due"));
    let notes =
        server.ask(Ask::new("GET", format!("{path}?show=notes")).cookie("page session of north_rep").header("hx-request", "true")).is(200);
    assert!(notes.text().contains("Ring twice.") && !notes.text().contains("Send the quote"));
}

#[test]
fn files_are_attached_fetched_and_removed_on_the_page() {
    let server = Server::open();
    let id = server.account("north_rep", "Blue Kiln");
    let tab = Tab::of(&server, "north_rep");
    let sent = tab.upload(&format!("{}/files", at(id)), &[], ("offer.html", b"<script>alert(1)</script>")).is(303);
    assert!(sent.header("location").contains("done=attached"));
    let page = tab.get(&at(id)).is(200);
    let href = value_behind(&page, "class=\"files\"", "<a href");
    let file = tab.get(&href).is(200);
    assert!(file.header("content-disposition").starts_with("attachment") && file.header("content-type") == "application/octet-stream");
    Tab::of(&server, "south_rep").get(&href).is(404);
    let remove = value_behind(&page, "class=\"files\"", "action");
    assert!(words(&tab.done(&remove, &[])).contains("No files are attached."));
}

#[test]
fn a_lookup_that_is_not_visible_stays_when_the_form_is_saved() {
    let server = Server::open();
    let hidden = server.account("south_rep", "Tin Drum");
    let id = server.account("north_rep", "Blue Kiln");
    server.world.operate(move |tx| {
        let catalogue = tx.catalogue().clone();
        let table = catalogue.find("accounts").unwrap();
        let permit = security::Permit::for_upkeep(security::Reason::Test, security::Privilege::Write, table);
        let column = table.find("parent_account").unwrap();
        let cells = vec![(column.id, Value::Id(hidden), column.kind.targets().first().copied())];
        let _written = store::records::update(tx, &permit, id, None, &cells)?;
        Ok(())
    });
    let tab = Tab::of(&server, "north_rep");
    let edit = format!("{}/edit", at(id));
    let form = tab.get(&edit).is(200);
    assert!(!form.text().contains("Tin Drum") && words(&form).contains("Points to something that is not visible to you"));
    send_with(&tab, &edit, &as_shown(&form), &[("phone", "030")]).is(303);
    let row = server.get("manager", &format!("/api/v1/accounts/{id}")).is(200).json();
    assert_eq!(row["parent_account"]["id"], json!(hidden.to_string()));
}
