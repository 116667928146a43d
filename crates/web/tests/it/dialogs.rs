//! Guided dialogs, at the doors of the API and on their pages.
//!
//! Not here: who may (crm's own sentences). Start reading at [`a_call_is_logged_page_by_page`].

use crate::server::Server;
use crate::tab::{Tab, value_behind, words};
use serde_json::json;

const AT: &str = "/dialogs/log_a_call";

#[test]
fn a_call_is_logged_over_the_api_with_all_answers_at_once() {
    let server = Server::open();
    let account = server.account("north_rep", "Blue Kiln");
    let offered = server.get("north_rep", "/api/v1/dialogs").is(200).json();
    assert_eq!(
        (&offered["rows"][0]["name"], &offered["rows"][0]["pages"][0]["questions"][0]["name"]),
        (&json!("log_a_call"), &json!("regarding"))
    );
    assert_eq!(server.get("auditor", "/api/v1/dialogs").is(200).json()["rows"], json!([]));
    let mut answers = json!({
        "regarding": { "set": "accounts", "id": account.to_string() }, "subject": "Delivery", "direction": "received",
        "follow_up": "yes", "follow_up_subject": "Ask the carrier", "follow_up_day": "2026-12-01",
    });
    let post = |who: &str, answers: &serde_json::Value| server.post(who, &format!("/api/v1{AT}"), &json!({ "answers": answers }));
    let made = post("north_rep", &answers).is(201).json();
    let at =
        |place: usize| format!("/api/v1/{}/{}", made["rows"][place]["set"].as_str().unwrap(), made["rows"][place]["id"].as_str().unwrap());
    let (call, task) = (server.get("north_rep", &at(0)).is(200).json(), server.get("north_rep", &at(1)).is(200).json());
    assert_eq!((&call["status"], &call["state"]), (&json!("received"), &json!("completed")));
    assert_eq!((&task["subject"], &task["due_on"]), (&json!("Ask the carrier"), &json!("2026-12-01T00:00:00Z")));
    post("auditor", &answers).is(403);
    answers["whatever"] = json!(1);
    assert_eq!(post("north_rep", &answers).is(400).problem(), "unknown-column");
    let wrong = post("north_rep", &json!({ "direction": "sideways" })).is(422);
    assert_eq!(wrong.json()["errors"][0]["column"], "direction");
    server.post("north_rep", "/api/v1/dialogs/nothing", &json!({ "answers": {} })).is(404);
}

#[test]
fn a_call_is_logged_page_by_page() {
    let server = Server::open();
    let (tab, account) = (Tab::of(&server, "north_rep"), server.account("north_rep", "Blue Kiln"));
    let home = format!("/accounts/{account}");
    let begin = value_behind(&tab.get(&home).is(200), "class=\"page-actions\"", "href");
    assert_eq!(begin, format!("{AT}?for=accounts/{account}"));
    let first = tab.get(&begin).is(200);
    assert!(first.text().contains("value=\"Blue Kiln\"") && words(&first).contains("Step 1 of 3: Who"));
    let (about, begun) = (format!("accounts:{account}"), format!("accounts/{account}"));
    let who = [("for", begun.as_str()), ("regarding", &about), ("regarding__text", "Blue Kiln")];
    let later = [("direction", "made"), ("follow_up", "no")];
    let send = |more: &[(&str, &str)]| {
        let all: Vec<(&str, &str)> = more.iter().chain(&who).chain(&later).copied().collect();
        tab.send(AT, &all)
    };
    let second = send(&[("page", "0"), ("asked", "regarding")]).is(200);
    assert!(words(&second).contains("Step 2 of 3: What") && second.text().contains(&format!("value=\"{about}\"")));
    let empty = send(&[("page", "1"), ("asked", "subject text direction")]).is(422);
    assert!(words(&empty).contains("Is needed") && empty.text().contains("aria-invalid=\"true\""));
    let said = [("page", "1"), ("asked", "subject text direction"), ("subject", "Delivery"), ("text", "It is late")];
    let back = send(&[said.as_slice(), &[("go", "back")]].concat()).is(200);
    assert!(words(&back).contains("Step 1 of 3") && back.text().contains("name=\"text\" value=\"It is late\""), "going back loses nothing");
    let third = send(&said).is(200);
    assert!(words(&third).contains("Step 3 of 3: Follow-up") && !words(&third).contains("What is to be done"));
    let follows = [("page", "2"), ("follow_up", "yes"), ("subject", "Delivery"), ("follow_up_owner", "")];
    let more = send(&[follows.as_slice(), &[("asked", "follow_up")]].concat()).is(200);
    assert!(words(&more).contains("What is to be done") && !words(&more).contains("Is needed"));
    let whole = [
        ("asked", "follow_up follow_up_subject follow_up_day follow_up_owner"),
        ("follow_up_subject", "Ask"),
        ("follow_up_day", "2026-12-01"),
    ];
    let end = send(&[follows.as_slice(), &whole].concat()).is(303);
    assert_eq!(end.header("location"), format!("{home}?done=log_a_call"));
    let page = words(&tab.get(end.header("location")).is(200));
    assert!(page.contains("The call is logged.") && page.contains("Delivery") && page.contains("Ask"), "{page}");
}

#[test]
fn a_dialog_begins_only_where_it_may() {
    let server = Server::open();
    let hidden = server.account("south_rep", "Tin Drum");
    let (seller, auditor) = (Tab::of(&server, "north_rep"), Tab::of(&server, "auditor"));
    seller.get(&format!("{AT}?for=accounts/{hidden}")).is(404);
    seller.get("/dialogs/nothing").is(404);
    auditor.get(AT).is(403);
    assert!(!auditor.get("/").is(200).text().contains(AT) && seller.get("/").is(200).text().contains(AT));
    let about = format!("accounts:{hidden}");
    let plain = [("page", "2"), ("asked", "follow_up"), ("subject", "x"), ("direction", "made"), ("follow_up", "no")];
    let all = [plain.as_slice(), &[("regarding", about.as_str()), ("regarding__text", "Tin Drum")]].concat();
    let told = seller.send(AT, &all).is(422);
    assert!(words(&told).contains("There is no such record") && words(&told).contains("Step 1 of 3"), "{}", words(&told));
    let (row, reader) = (format!("accounts/{hidden}"), server.world.id("north_rep").to_string());
    let share =
        |rights: &[&str]| server.post("south_rep", &format!("/api/v1/{row}/share"), &json!({ "principal": reader, "rights": rights }));
    let begin = || seller.get(&format!("/{row}")).is(200).text().contains(&format!("{AT}?for={row}"));
    share(&["read"]).is(204);
    assert!(!begin(), "who may not attach a call to it is not asked for one");
    share(&["read", "append_to"]).is(204);
    assert!(begin());
}
