//! `kill -9` while a workflow hands out leads: after two of them each lead was given once, in turn.
//!
//! Not here: what starts a workflow and what stops it (`crates/crm/tests/it/workflows.rs`).

use crate::server::{Place, Server, init, run};
use serde_json::{Value as Json, json};
use std::collections::{BTreeMap, HashSet};
use std::time::Duration;

const LEADS: usize = 1000;

fn all(server: &Server, token: &str, path: &str) -> Vec<Json> {
    let (mut rows, mut after) = (Vec::new(), String::new());
    let sign = if path.contains('?') { '&' } else { '?' };
    loop {
        let page = server.get(&format!("{path}{after}"), token);
        rows.extend(page["rows"].as_array().unwrap().iter().cloned());
        match page["next"].as_str() {
            Some(next) => after = format!("{sign}after={next}"),
            None => return rows,
        }
    }
}

#[test]
fn a_thousand_leads_are_assigned_in_turn_exactly_once_each_through_two_kills() {
    let place = Place::new("workflows");
    init(&place.data());
    let mut server = Server::start(&place.data());
    let token = server.sign_in();
    let people: Vec<String> =
        ["ada", "ben", "cleo"].map(|name| server.join(&token, name, &format!("{name}@acme.example"), &["Salesperson"])).to_vec();
    let definition = json!({ "trigger": { "on": "created" }, "steps": [{ "do": "assign", "to": people }] });
    let body = json!({ "name": "in turn", "set": "leads", "definition": definition });
    let (status, made) = server.ask("POST", "/api/v1/workflows", Some(&token), Some(&body));
    assert_eq!(status, 201, "{made}");
    let workflow = format!("/api/v1/workflows/{}", made["id"].as_str().unwrap());
    let (status, told) = server.ask("POST", &format!("{workflow}/resume"), Some(&token), Some(&json!({})));
    assert_eq!(status, 204, "{told}");

    let file = (0..LEADS).fold("Topic,Last name\r\n".to_owned(), |file, n| file + &format!("Lead {n:04},Smith\r\n"));
    let map = json!({ "columns": [{ "from": "Topic", "to": "topic" }, { "from": "Last name", "to": "last_name" }] }).to_string();
    let (status, started) = server.send("/api/v1/imports", &token, &[("set", "leads"), ("map", &map)], &file);
    assert_eq!(status, 202, "{started}");
    let mut seen = Vec::new();
    for _ in 0..2 {
        let before = seen.last().copied().unwrap_or(0);
        // Somewhere in the middle of handing out.
        for _ in 0..600 {
            let given = given(&server, &token);
            if given > before + 100 {
                seen.push(given);
                break;
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        server.kill();
        server = Server::start(&place.data());
    }
    println!("leads that were given at each kill: {seen:?}");
    assert!(seen.len() == 2 && seen[1] < LEADS as u64, "it was over before the last kill: {seen:?}");
    for _ in 0..3000 {
        if given(&server, &token) == LEADS as u64 {
            break;
        }
        std::thread::sleep(Duration::from_millis(50));
    }

    let leads = all(&server, &token, "/api/v1/leads?view=*&limit=500");
    assert_eq!(leads.len(), LEADS);
    let mut turns: BTreeMap<String, usize> = BTreeMap::new();
    for lead in &leads {
        assert_eq!(lead["version"], 2, "made once and given once: {lead}");
        *turns.entry(lead["owner"]["id"].as_str().unwrap().to_owned()).or_default() += 1;
    }
    let mut counts: Vec<usize> = people.iter().map(|id| turns.get(id).copied().unwrap_or(0)).collect();
    counts.sort_unstable();
    assert_eq!(counts, [333, 333, 334], "each had their turn");
    let runs = all(&server, &token, &format!("{workflow}/runs?limit=200"));
    let rows: HashSet<&str> = runs.iter().map(|run| run["row"]["id"].as_str().unwrap()).collect();
    assert_eq!((runs.len(), rows.len()), (LEADS, LEADS), "one run for each lead");
    assert!(runs.iter().all(|run| run["state"] == "done"));
    drop(server);
    let verified = run(&place.data(), &["audit", "verify"], "");
    assert!(verified.status.success(), "{}", String::from_utf8_lossy(&verified.stderr));
}

/// How many leads are another's than the importer's.
fn given(server: &Server, token: &str) -> u64 {
    let filter = r#"{"not":{"column":"owner","op":"eq_me"}}"#.replace('{', "%7B").replace('}', "%7D").replace('"', "%22");
    let page = server.get(&format!("/api/v1/leads?view=*&limit=1&count=true&filter={filter}"), token);
    page["count"]["value"].as_u64().unwrap()
}
