//! Data that was changed past the product is found.

use crate::server::{Place, init, run};
use serde_json::Value as Json;
use std::path::Path;

fn generated(name: &str) -> Place {
    let place = Place::new(name);
    init(&place.data());
    let done = run(&place.data(), &["generate", "--rows", "600", "--seed", "3"], "");
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    place
}

fn tamper(data: &Path, statement: &str) {
    let conn = rusqlite::Connection::open(data.join("castellan.db")).unwrap();
    assert_eq!(conn.execute(statement, []).unwrap(), 1, "{statement}");
}

/// What `audit verify` says: its exit code, its one line, its words.
fn verify(data: &Path) -> (Option<i32>, Json, String) {
    let done = run(data, &["--json", "audit", "verify"], "");
    let line = serde_json::from_slice(&done.stdout).unwrap_or_else(|_| panic!("{}", String::from_utf8_lossy(&done.stdout)));
    (done.status.code(), line, String::from_utf8_lossy(&done.stderr).into_owned())
}

#[test]
fn verifying_names_lane_and_number_of_the_first_entry_that_was_changed() {
    let place = generated("entry");
    assert_eq!(verify(&place.data()).0, Some(0));
    tamper(&place.data(), "UPDATE sys_trail SET verb = 'record.read' WHERE lane = 0 AND number = 3");
    let (code, line, words) = verify(&place.data());
    assert_eq!(code, Some(5), "{line}");
    assert_eq!((&line["bad"][0]["lane"], &line["bad"][0]["number"]), (&0.into(), &3.into()), "{line}");
    assert!(words.contains("lane 0") && words.contains('3'), "{words}");
    assert_eq!(run(&place.data(), &["doctor"], "").status.code(), Some(5), "the doctor says so too");
}

#[test]
fn a_record_that_was_changed_past_the_product_is_found() {
    let place = generated("record");
    tamper(&place.data(), "UPDATE accounts SET name = 'Somebody Else' WHERE id = (SELECT min(id) FROM accounts)");
    let (code, line, words) = verify(&place.data());
    assert_eq!(code, Some(5), "{line}");
    assert!(words.contains("accounts"), "{words}");
}

/// The file itself, written to behind SQLite's back: a letter within the body of a change.
#[test]
fn a_raw_write_into_the_file_is_found() {
    let place = generated("raw");
    let path = place.data().join("castellan.db");
    let conn = rusqlite::Connection::open(&path).unwrap();
    conn.execute_batch("PRAGMA wal_checkpoint(TRUNCATE)").unwrap();
    let (number, body): (i64, String) = conn
        .query_row("SELECT number, body FROM sys_changes WHERE set_name = 'accounts' ORDER BY number, seq LIMIT 1", [], |r| {
            Ok((r.get(0)?, r.get(1)?))
        })
        .unwrap();
    drop(conn);
    let name = serde_json::from_str::<Json>(&body).unwrap()["new"]["name"].as_str().unwrap().to_owned();
    let needle = format!("\"name\":{}", Json::from(name.as_str()));
    let mut bytes = std::fs::read(&path).unwrap();
    let at: Vec<usize> = bytes.windows(needle.len()).enumerate().filter(|(_, w)| *w == needle.as_bytes()).map(|(n, _)| n).collect();
    assert_eq!(at.len(), 1, "the body of the change lies in the file once");
    bytes[at[0] + needle.len() - 2] ^= 1;
    std::fs::write(&path, bytes).unwrap();
    let (code, line, words) = verify(&place.data());
    assert_eq!(code, Some(5), "{line}");
    assert_eq!((&line["bad"][0]["lane"], &line["bad"][0]["number"]), (&0.into(), &number.into()), "{words}");
}
