//! A person is stopped while a file is made for them, and while it is delivered.
//!
//! The rows are few and long, so that the file is much larger than what lies between server and client on its way.

use crate::server::{PASSWORD, Place, Server, init, open, run, until};
use serde_json::json;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

const ROWS: usize = 1200;

struct Leaving {
    place: Place,
    server: Server,
    admin: String,
    id: String,
    session: String,
}

/// An organisation with many long rows, and somebody who may take them out.
fn leaving(name: &str) -> Leaving {
    let place = Place::new(name);
    init(&place.data());
    let server = Server::start(&place.data());
    let admin = server.sign_in();
    let id = server.join(&admin, "Nora Lund", "nora@example.com", &["System Administrator"]);
    let long = "字".repeat(1990);
    let mut file = String::from("Topic,Description,Current situation,Customer need,Proposed solution\r\n");
    for n in 0..ROWS {
        file.push_str(&format!("Deal {n:05},{long},{long},{long},{long}\r\n"));
    }
    let (status, started) = server.send("/api/v1/imports", &admin, &[("set", "opportunities")], &file);
    assert_eq!(status, 202, "{started}");
    let told = server.wait(&format!("/api/v1/imports/{}", started["id"].as_str().unwrap()), &admin);
    assert_eq!(told["counts"]["created"], ROWS, "{told}");
    let session = server.enter("nora@example.com", PASSWORD);
    Leaving { place, server, admin, id, session }
}

impl Leaving {
    fn ask(&self, format: &str) -> String {
        let body = json!({ "set": "opportunities", "format": format, "reason": "a new job" });
        let (status, asked) = self.server.ask("POST", "/api/v1/exports", Some(&self.session), Some(&body));
        assert_eq!((status, &asked["decision"]), (202, &json!("allowed")), "{asked}");
        asked["id"].as_str().unwrap().to_owned()
    }

    fn freeze(&self) {
        self.stop("freeze");
    }

    fn stop(&self, act: &str) {
        let done = run(&self.place.data(), &["user", act, "nora@example.com", "--reason", "gave notice"], "");
        assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    }

    /// Lets the person back in, to be able to ask what became of the own exports. Answers a new session.
    fn unfreeze(&self) -> String {
        let path = format!("/api/v1/users/{}/unfreeze", self.id);
        assert_eq!(self.server.ask("POST", &path, Some(&self.admin), Some(&json!({}))).0, 204);
        self.server.enter("nora@example.com", PASSWORD)
    }

    fn spool(&self) -> Vec<PathBuf> {
        files(&self.place.data().join("spool"))
    }
}

fn files(folder: &Path) -> Vec<PathBuf> {
    std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect()
}

#[test]
fn whoever_is_frozen_while_a_file_is_made_gets_none_and_nothing_stays_of_it() {
    let leaving = leaving("making");
    let id = leaving.ask("xlsx");
    assert!(until(Duration::from_secs(10), || !leaving.spool().is_empty()), "the file is being written");
    leaving.freeze();
    let frozen = Instant::now();
    assert!(until(Duration::from_secs(20), || leaving.spool().is_empty()), "what was written goes: {:?}", leaving.spool());
    println!("the spool was empty {:?} after the freeze", frozen.elapsed());
    let session = leaving.unfreeze();
    let told = leaving.server.get(&format!("/api/v1/exports/{id}"), &session);
    assert_eq!(told["state"], "failed", "{told}");
    assert_eq!(leaving.server.ask("GET", &format!("/api/v1/exports/{id}/file"), Some(&session), None).0, 409);
}

#[test]
fn whoever_is_frozen_while_a_file_is_delivered_gets_no_more_of_it_within_a_second() {
    delivered_to_somebody_who_is_stopped("freeze");
}

#[test]
fn whoever_is_disabled_while_a_file_is_delivered_gets_no_more_of_it_within_a_second() {
    delivered_to_somebody_who_is_stopped("disable");
}

fn delivered_to_somebody_who_is_stopped(act: &str) {
    let leaving = leaving("delivery");
    let id = leaving.ask("csv");
    let path = format!("/api/v1/exports/{id}/file");
    let told = leaving.server.wait(&format!("/api/v1/exports/{id}"), &leaving.session);
    assert_eq!(told["state"], "ready", "{told}");
    let mut arriving = open(&leaving.server.address, &path, &leaving.session);
    assert_eq!(arriving.status, 200);
    assert!(arriving.length > 25_000_000, "the file is too small to be caught on its way: {}", arriving.length);
    // The client does not read; the server waits with what the line holds. Its last look is longer ago than a second.
    std::thread::sleep(Duration::from_millis(1100));
    leaving.stop(act);
    let frozen = Instant::now();
    let mut piece = vec![0; 1 << 20];
    // A line that breaks off is what is hoped for, whichever way it does.
    while let Ok(got @ 1..) = arriving.stream.read(&mut piece) {
        arriving.got += got;
    }
    assert!(frozen.elapsed() < Duration::from_secs(1), "the line was open for {:?}", frozen.elapsed());
    assert!(arriving.got < arriving.length, "the whole file arrived");
    assert_eq!(leaving.server.ask("GET", &path, Some(&leaving.session), None).0, 401);
}
