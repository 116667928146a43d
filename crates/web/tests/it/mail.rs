//! Mail over pages and API: settings, the outbox, a forgotten password.
//!
//! Not here: sending with a real mail server (`crates/castellan/tests/it/mail.rs`), who may (`crates/crm/tests/it/mail.rs`).
//! Start reading at [`set_up`].

use crate::server::{Ask, Reply, Server};
use crate::world::{PASSWORD, email};
use crm::mail::{self, Outcome, Parcel};
use serde_json::{Value as Json, json};

fn settings() -> Json {
    json!({
        "host": "mail.example", "port": 587, "safety": "starttls", "login": "crm", "password": "open sesame",
        "from": "crm@acme.example", "own_address": "https://crm.acme.example",
    })
}

fn set_up(server: &Server) {
    server.ask(Ask::new("PUT", "/api/v1/mail_settings").by("admin").json(&settings())).is(204);
}

/// The letters that are due, as the mail server gets them.
fn delivered(server: &Server) -> Vec<Parcel> {
    let desk = server.world.desk();
    let mut all = Vec::new();
    while crm::sign_in::answer_reset(desk).unwrap() {}
    while let Some(parcel) = mail::take(desk).unwrap() {
        mail::tell(desk, &parcel, Outcome::Accepted).unwrap();
        all.push(parcel);
    }
    all
}

fn link(parcel: &Parcel) -> String {
    let line = parcel.text.lines().find(|line| line.starts_with("https://crm.acme.example/")).unwrap();
    line.trim_start_matches("https://crm.acme.example").to_owned()
}

fn page(server: &Server, path: &str) -> Reply {
    server.ask(Ask::new("GET", path).cookie("page session of admin"))
}

#[test]
fn the_password_goes_in_and_never_comes_out() {
    let server = Server::open();
    assert_eq!(server.get("admin", "/api/v1/mail_settings").is(200).json(), json!({ "is_set_up": false }));
    set_up(&server);
    let told = server.get("admin", "/api/v1/mail_settings").is(200);
    assert!(!told.text().contains("sesame"));
    assert_eq!((told.json()["has_password"].clone(), told.json()["port"].clone()), (json!(true), json!(587)));
    let shown = page(&server, "/mail").is(200).text();
    assert!(shown.contains("mail.example") && !shown.contains("sesame"));
    let mut wrong = settings();
    wrong["safety"] = json!("none");
    let refused = server.ask(Ask::new("PUT", "/api/v1/mail_settings").by("admin").json(&wrong)).is(422);
    assert_eq!(refused.json()["errors"][0]["column"], "safety");
    server.ask(Ask::new("DELETE", "/api/v1/mail_settings").by("admin")).is(204);
    assert!(page(&server, "/mail").is(200).text().contains("No mail server is set up"));
}

#[test]
fn an_invitation_by_mail_is_shown_to_nobody_who_looks_after_mail() {
    let server = Server::open();
    set_up(&server);
    let north = server.world.unit("north").to_string();
    let ask = json!({ "name": "Ines", "email": "ines@acme.example", "business_unit": north });
    let made = server.post("admin", "/api/v1/users", &ask).is(201).json();
    assert_eq!((made["invitation"]["mailed"].clone(), made["invitation"]["token"].clone()), (json!(true), Json::Null));
    let waiting = server.get("admin", "/api/v1/outbox?state=waiting").is(200);
    let id = waiting.json()["rows"][0]["id"].as_str().unwrap().to_owned();
    let letters = delivered(&server);
    let path = link(&letters[0]);
    let secret = path.rsplit('/').next().unwrap();
    for shown in [waiting, server.get("admin", &format!("/api/v1/outbox/{id}")).is(200), page(&server, "/mail/outbox").is(200)] {
        let text = shown.text();
        assert!(!text.contains(secret) && !text.contains("invites you") && !text.contains(&letters[0].subject), "{text}");
    }
    server.ask(Ask::new("GET", path.clone())).is(200);
    let accept = format!("/api/v1/invitations/{secret}/accept");
    server.ask(Ask::new("POST", accept).json(&json!({ "password": PASSWORD }))).is(204);
    server.ask(Ask::new("GET", path)).is(409);
}

#[test]
fn a_forgotten_password_is_asked_for_alike_by_everybody_and_chosen_anew_once() {
    let server = Server::open();
    set_up(&server);
    let ask = |mail: String| server.ask(Ask::new("POST", "/api/v1/password_resets").json(&json!({ "email": mail }))).is(202);
    let (known, frozen, nobody) = (ask(email("north_rep")), ask(email("frozen_rep")), ask(email("nobody_at_all")));
    assert_eq!(known.all_but_the_id(), nobody.all_but_the_id());
    assert_eq!(frozen.all_but_the_id(), nobody.all_but_the_id());
    let letters = delivered(&server);
    assert_eq!(letters.iter().map(|p| p.to.0.as_str()).collect::<Vec<_>>(), ["north_rep"]);
    let path = link(&letters[0]);
    let shown = server.ask(Ask::new("GET", path.clone())).is(200).text();
    assert!(shown.contains("Choose a new password"), "{shown}");
    let door = format!("/api/v1/password_resets/{}", path.rsplit('/').next().unwrap());
    let choose = |password: &str| server.ask(Ask::new("POST", door.clone()).json(&json!({ "password": password })));
    assert_eq!(choose("short").is(422).json()["errors"][0]["column"], "password");
    choose("velvet compass thirteen owls").is(204);
    assert_eq!(choose("another compass thirteen owls").is(409).problem(), "invitation-void");
    assert!(server.ask(Ask::new("GET", path)).is(409).text().contains("Ask for a new one"));
    server.get("north_rep", "/api/v1/accounts").is(401);
}

#[test]
fn the_page_for_a_forgotten_password_says_the_same_for_every_address() {
    let server = Server::open();
    let form = |mail: &str| {
        let secret = "0123456789abcdef".repeat(4);
        let csrf = crm::sign_in::csrf_token(&secret);
        let body = format!("csrf={csrf}&email={}", mail.replace('@', "%40"));
        let ask = Ask::new("POST", "/forgotten-password").raw("application/x-www-form-urlencoded", body);
        server.ask(ask.header("cookie", format!("castellan_entry={secret}")))
    };
    assert!(
        !server.ask(Ask::new("GET", "/sign-in")).is(200).text().contains("/forgotten-password"),
        "nothing that would not work is offered"
    );
    assert!(server.ask(Ask::new("GET", "/forgotten-password")).is(200).text().contains("sends no mail yet"));
    set_up(&server);
    assert!(server.ask(Ask::new("GET", "/sign-in")).is(200).text().contains("/forgotten-password"));
    let (known, nobody) = (form(&email("north_rep")), form("nobody@acme.example"));
    assert_eq!((known.status, known.header("location")), (303, "/forgotten-password?sent=yes"));
    assert_eq!(known.all_but_the_id().0, nobody.all_but_the_id().0);
    assert_eq!(known.header("location"), nobody.header("location"));
    assert!(form("no address").is(422).text().contains("is not an e-mail address"));
    for _ in 0..3 {
        form("nobody@acme.example");
    }
    assert!(form("nobody@acme.example").is(429).text().contains("Too many asks"));
}

#[test]
fn a_letter_is_tried_again_and_withdrawn_on_the_page_of_the_outbox() {
    let server = Server::open();
    set_up(&server);
    let to = server.world.id("north_rep");
    server.world.operate(move |tx| mail::post(tx, to, &mail::Letter::notice("A <b>subject</b>", "Something changed.", None)));
    let parcel = mail::take(server.world.desk()).unwrap().unwrap();
    mail::tell(server.world.desk(), &parcel, Outcome::Refused("550 no <b>such</b> mailbox".into())).unwrap();
    let shown = page(&server, "/mail/outbox").is(200).text();
    assert!(shown.contains("Failed") && shown.contains("550 no &#60;b&#62;such"), "{shown}");
    assert!(!shown.contains("subject</b>"), "no word of the letter");
    let csrf = crm::sign_in::csrf_token("page session of admin");
    let id = server.get("admin", "/api/v1/outbox").is(200).json()["rows"][0]["id"].as_str().unwrap().to_owned();
    let post = |path: String| {
        let ask = Ask::new("POST", path).cookie("page session of admin");
        server.ask(ask.raw("application/x-www-form-urlencoded", format!("csrf={csrf}")))
    };
    assert_eq!(post(format!("/mail/outbox/{id}/retry")).is(303).header("location"), "/mail/outbox?done=retried");
    assert_eq!(post(format!("/mail/outbox/{id}/withdraw")).is(303).header("location"), "/mail/outbox?done=withdrawn");
    assert!(post(format!("/mail/outbox/{id}/retry")).is(409).text().contains("was sent or withdrawn already"));
    let at = post("/mail/test".into()).is(303).header("location").to_owned();
    assert!(page(&server, &at).is(200).text().contains("The mail server is being asked"));
    delivered(&server);
    assert!(page(&server, &at).is(200).text().contains("took it, for admin@acme.example"));
}

#[test]
fn a_reset_that_somebody_else_asked_for_is_shown_on_the_own_account() {
    let server = Server::open();
    let rep = server.world.id("north_rep");
    server.ask(Ask::new("POST", format!("/api/v1/users/{rep}/invite")).by("admin")).is(201);
    let own = |path: &str| server.ask(Ask::new("GET", path).cookie("page session of north_rep")).is(200).text();
    let sign_in = || {
        let secret = "0123456789abcdef".repeat(4);
        let csrf = crm::sign_in::csrf_token(&secret);
        let body = format!("csrf={csrf}&email=north_rep%40acme.example&password={}&next=/", PASSWORD.replace(' ', "+"));
        let ask = Ask::new("POST", "/sign-in").raw("application/x-www-form-urlencoded", body);
        server.ask(ask.header("cookie", format!("castellan_entry={secret}"))).is(303).header("location").to_owned()
    };
    assert_eq!(sign_in(), "/account", "the next sign-in leads to it");
    assert!(own("/account").contains("admin asked for a new password for you"));
    let csrf = crm::sign_in::csrf_token("page session of north_rep");
    let seen = Ask::new("POST", "/account/seen").cookie("page session of north_rep");
    server.ask(seen.raw("application/x-www-form-urlencoded", format!("csrf={csrf}"))).is(303);
    assert_eq!(sign_in(), "/");
}
