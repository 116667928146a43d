//! `kill -9` while an import runs: it goes on after the restart, no row twice, none lost.

use crate::server::{Place, Server, init, run};
use serde_json::json;
use std::collections::HashSet;
use std::time::Duration;

/// Moments of one run of the test.
const MOMENTS: u64 = 20;
const ROWS: usize = 15_000;

#[test]
fn an_import_survives_twenty_kills() {
    let place = Place::new("crash");
    init(&place.data());
    let mut server = Server::start(&place.data());
    let token = server.sign_in();
    let mut file = String::from("Account name,City\r\n");
    for n in 0..ROWS {
        file.push_str(&format!("Account {n:05},Leipzig\r\n"));
    }
    let map = json!({ "columns": [{ "from": "Account name", "to": "name" }, { "from": "City", "to": "address_city" }] }).to_string();
    let (status, started) = server.send("/api/v1/imports", &token, &[("set", "accounts"), ("map", &map)], &file);
    assert_eq!(status, 202, "{started}");
    let id = started["id"].as_str().unwrap().to_owned();
    // Another seed each day finds other moments; it is printed so that a failure can be had again.
    let mut seed = u64::from(std::process::id());
    println!("seed {seed}");
    let path = format!("/api/v1/imports/{id}");
    let mut seen = Vec::new();
    for _ in 0..MOMENTS {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        std::thread::sleep(Duration::from_millis(seed >> 33 & 127));
        seen.push(server.get(&path, &token)["done"].as_u64().unwrap());
        server.kill();
        server = Server::start(&place.data());
    }
    println!("rows that were done at each kill: {seen:?}");
    assert!(seen.windows(2).any(|two| two[0] < two[1]), "the import never went on");
    assert!(seen[MOMENTS as usize - 1] < ROWS as u64, "the import was over before the last kill: it needs more rows");
    let told = server.wait(&path, &token);
    assert_eq!(told["state"], "done", "{told}");
    assert_eq!(told["counts"]["created"], ROWS, "{told}");
    let mut names = HashSet::new();
    let mut after = String::new();
    loop {
        let (_, page) = server.ask("GET", &format!("/api/v1/accounts?sort=name&limit=500{after}"), Some(&token), None);
        for row in page["rows"].as_array().unwrap() {
            assert!(names.insert(row["name"].as_str().unwrap().to_owned()), "twice: {}", row["name"]);
        }
        match page["next"].as_str() {
            Some(next) => after = format!("&after={next}"),
            None => break,
        }
    }
    assert_eq!(names.len(), ROWS, "lost rows");
    drop(server);
    let verified = run(&place.data(), &["audit", "verify"], "");
    assert!(verified.status.success(), "{}", String::from_utf8_lossy(&verified.stderr));
}
