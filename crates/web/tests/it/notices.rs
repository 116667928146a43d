//! Notices at the doors: the bell, the page, the API.
//!
//! Not here: who is told what (`crates/crm/tests/it/notices.rs`). Start reading at the first sentence.

use crate::server::Server;
use crate::tab::{Tab, value_behind, words};
use crm::notices::{Notice, NoticeKind, tell};
use serde_json::json;

/// Gives somebody a role on a page, so that they are told.
fn give(server: &Server, to: &str) {
    let role = server.world.role("Auditor").to_string();
    Tab::of(server, "admin").done(&format!("/people/{}/roles", server.world.id(to)), &[("role", &role)]);
}

#[test]
fn the_bell_counts_what_was_not_looked_at_and_opening_one_leads_on() {
    let server = Server::open();
    let tab = Tab::of(&server, "north_rep");
    assert!(tab.get("/").is(200).text().contains("aria-label=\"Notifications\""), "nothing is new");
    give(&server, "north_rep");
    assert!(tab.get("/").is(200).text().contains("aria-label=\"Notifications, 1 new\""));
    let page = tab.get("/notifications").is(200);
    assert!(words(&page).contains("Admin gave you the role"), "{}", words(&page));
    let at = value_behind(&page, "class=\"told-title\"", "action");
    let opened = tab.send(&at, &[]).is(303);
    assert_eq!(opened.header("location"), format!("/people/{}", server.world.id("north_rep")));
    assert!(tab.get("/").is(200).text().contains("aria-label=\"Notifications\""));
    assert!(!words(&tab.get("/notifications").is(200)).contains("Mark all as read"));
}

#[test]
fn all_are_marked_at_once_and_one_may_stay_on_the_page() {
    let server = Server::open();
    let tab = Tab::of(&server, "south_rep");
    give(&server, "south_rep");
    give(&server, "south_rep");
    let page = tab.get("/notifications").is(200);
    let at = value_behind(&page, "class=\"told-title\"", "action");
    let stayed = tab.done(&at, &[("stay", "1")]);
    assert!(stayed.text().contains("aria-label=\"Notifications, 1 new\""));
    assert!(tab.done("/notifications/read", &[]).text().contains("aria-label=\"Notifications\""));
}

#[test]
fn the_bell_says_no_more_than_ninety_nine() {
    let server = Server::open();
    let to = server.world.id("north_rep");
    let notice = Notice { kind: NoticeKind::Workflow, said: json!({}), about: None, link: None };
    let page_after = |many: usize| {
        let notice = notice.clone();
        server.world.operate(move |tx| (0..many).try_for_each(|_| tell(tx, to, &notice).map(drop)));
        Tab::of(&server, "north_rep").get("/").is(200).text()
    };
    let page = page_after(99);
    assert!(page.contains("aria-label=\"Notifications, 99 new\"") && page.contains("aria-hidden=\"true\">99</span>"));
    let page = page_after(200);
    assert!(page.contains("aria-label=\"Notifications, more than 99 new\"") && page.contains("aria-hidden=\"true\">99+</span>"));
}

#[test]
fn somebody_elses_notice_is_answered_like_one_that_never_was() {
    let server = Server::open();
    give(&server, "north_rep");
    let mine = server.get("north_rep", "/api/v1/notifications").is(200).json();
    assert_eq!((mine["unread"]["value"].as_i64(), mine["rows"][0]["is_read"].as_bool()), (Some(1), Some(false)));
    let id = mine["rows"][0]["id"].as_str().unwrap();
    server.post("south_rep", &format!("/api/v1/notifications/{id}/read"), &json!({})).is(404);
    server.post("north_rep", &format!("/api/v1/notifications/{id}/read"), &json!({})).is(204);
    server.post("north_rep", "/api/v1/notifications/read", &json!({})).is(204);
    let after = server.get("north_rep", "/api/v1/notifications?limit=1").is(200).json();
    assert_eq!(after["unread"]["value"].as_i64(), Some(0));
    server.get("north_rep", "/api/v1/notifications?after=elsewhere").is(400);
}
