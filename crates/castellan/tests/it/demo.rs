//! The sample organisation: built once, found again, readable by a program.

use crate::server::{Place, Server, command, run, until};
use serde_json::Value as Json;
use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

fn demo(data: &Path) -> Server {
    let mut demo = command(data);
    demo.args(["demo", "--json", "--listen", "127.0.0.1:0"]);
    Server::begin(demo)
}

#[test]
fn the_demo_is_built_once_and_everybody_in_it_can_work() {
    let place = Place::new("demo");
    let server = demo(&place.data());
    let first = server.greeting.clone();
    let mut names: Vec<&str> = first.as_object().unwrap().keys().map(String::as_str).collect();
    names.sort_unstable();
    assert_eq!(names, ["address", "people"], "nothing else stands in the line");
    let people = first["people"].as_array().unwrap().clone();
    for role in ["System Administrator", "Sales Manager", "Salesperson", "Customer Service Representative"] {
        assert!(people.iter().any(|p| p["role"] == role), "nobody is a {role}");
    }
    let text = |person: &Json, name: &str| person[name].as_str().unwrap().to_owned();
    let mut seen = Vec::new();
    for person in &people {
        let token = server.enter(&text(person, "email"), &text(person, "password"));
        if ["Sales Manager", "Salesperson", "Auditor"].iter().any(|role| person["role"] == *role) {
            let (status, page) = server.ask("GET", "/api/v1/accounts?limit=1&count=true", Some(&token), None);
            seen.push((text(person, "role"), status, page["count"]["value"].as_u64().unwrap_or(0)));
        }
    }
    let most = |role: &str| seen.iter().filter(|(r, ..)| r == role).map(|(.., n)| *n).max().unwrap();
    assert!(most("Sales Manager") > 0 && most("Salesperson") > 0 && most("Auditor") == 0, "{seen:?}");
    assert!(server.stop().success());

    let kept = std::fs::read(place.data().join("demo.json")).unwrap();
    let again = demo(&place.data());
    assert_eq!(again.greeting["people"], first["people"], "a second start finds the same people");
    assert_eq!(std::fs::read(place.data().join("demo.json")).unwrap(), kept);
    again.enter(&text(&people[0], "email"), &text(&people[0], "password"));
    drop(again);
    let verified = run(&place.data(), &["audit", "verify"], "");
    assert!(verified.status.success(), "{}", String::from_utf8_lossy(&verified.stderr));
}

/// Read in the trail: everybody came in before the first record did, and the files came in as imports.
#[test]
fn the_demo_comes_in_through_the_products_own_import() {
    let place = Place::new("import");
    drop(demo(&place.data()));
    let conn = rusqlite::Connection::open(place.data().join("castellan.db")).unwrap();
    let number = |text: &str| conn.query_row(text, [], |row| row.get::<_, i64>(0)).unwrap();
    let invited = number("SELECT count(*) FROM sys_trail WHERE verb = 'user.invite' AND verdict = 'done'");
    assert!(invited > 5 && invited == number("SELECT count(*) FROM sys_trail WHERE verb = 'invitation.accept' AND verdict = 'done'"));
    let last_accepted = number("SELECT max(number) FROM sys_trail WHERE verb = 'invitation.accept'");
    assert!(last_accepted < number("SELECT min(number) FROM sys_trail WHERE verb = 'import.start'"));
    for (set, verb, rows) in [
        ("accounts", "account.import", 91),
        ("contacts", "contact.import", 91),
        ("products", "product.import", 77),
        ("orders", "order.import", 830),
        ("order_lines", "order_line.import", 2155),
    ] {
        assert_eq!(number(&format!("SELECT count(*) FROM {set}")), rows, "{set}");
        let imported = "SELECT count(DISTINCT c.row_id) FROM sys_changes c JOIN sys_trail t ON t.lane = c.lane AND t.number = c.number";
        assert_eq!(number(&format!("{imported} WHERE c.set_name = '{set}' AND t.verb = '{verb}'")), rows, "{set}");
    }
    for set in ["leads", "opportunities", "cases", "tasks", "phone_calls", "appointments"] {
        assert!(number(&format!("SELECT count(*) FROM {set}")) > 0, "the generator made no {set}");
    }
}

#[test]
fn a_demo_that_was_killed_while_it_was_built_begins_anew() {
    let place = Place::new("half");
    let mut half = command(&place.data()).args(["demo", "--listen", "127.0.0.1:0"]).stdout(Stdio::null()).spawn().unwrap();
    let beside = place.0.join("data.building");
    assert!(until(Duration::from_secs(20), || beside.join("castellan.db").exists()), "it is built beside its place");
    std::thread::sleep(Duration::from_millis(500));
    half.kill().unwrap();
    half.wait().unwrap();
    assert!(!place.data().join("demo.json").exists(), "the demo was built faster than this test expects");
    let server = demo(&place.data());
    assert!(!beside.exists(), "nothing stays of the half one");
    let person = &server.greeting["people"][0];
    server.enter(person["email"].as_str().unwrap(), person["password"].as_str().unwrap());
}

#[test]
fn a_demo_does_not_touch_another_organisation() {
    let place = Place::new("other");
    crate::server::init(&place.data());
    let before = std::fs::read(place.data().join("castellan.db")).unwrap();
    let refused = run(&place.data(), &["demo", "--listen", "127.0.0.1:0"], "");
    assert_eq!(refused.status.code(), Some(4));
    assert!(String::from_utf8_lossy(&refused.stderr).contains("--data"), "it says how to go on");
    assert_eq!(std::fs::read(place.data().join("castellan.db")).unwrap(), before);
}
