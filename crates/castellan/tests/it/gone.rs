//! The embedded database goes away, or may not be written any more, while the server runs and people work.
//!
//! The files are moved under the running server as a wrong `mv` would; for a disk that turns read-only they are made
//! unchangeable, which also holds for whoever has them open.

use crate::server::{Place, Server, init, open, run, until};
use serde_json::{Value as Json, json};
use std::collections::BTreeSet;
use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

fn make(server: &Server, token: &str, name: &str) -> (u16, Json) {
    server.ask("POST", "/api/v1/accounts", Some(token), Some(&json!({ "name": name })))
}

fn ready(server: &Server) -> u16 {
    server.ask("GET", "/readyz", None, None).0
}

/// The files of the database that are there.
fn files(data: &Path) -> Vec<PathBuf> {
    ["castellan.db-wal", "castellan.db-shm", "castellan.db"].iter().map(|name| data.join(name)).filter(|file| file.exists()).collect()
}

fn move_all(from: &[PathBuf], to: &Path) {
    for file in from {
        std::fs::rename(file, to.join(file.file_name().unwrap())).unwrap();
    }
}

/// The names of all accounts.
fn names(server: &Server, token: &str) -> BTreeSet<String> {
    let (mut there, mut after) = (BTreeSet::new(), String::new());
    loop {
        let page = server.get(&format!("/api/v1/accounts?sort=name&limit=500{after}"), token);
        there.extend(page["rows"].as_array().unwrap().iter().map(|row| row["name"].as_str().unwrap().to_owned()));
        match page["next"].as_str() {
            Some(next) => after = format!("&after={next}"),
            None => return there,
        }
    }
}

/// A page as a browser gets it: its status line and all that follows.
fn page(server: &Server, path: &str) -> String {
    let mut stream = std::net::TcpStream::connect(&server.address).unwrap();
    write!(stream, "GET {path} HTTP/1.1\r\nHost: {}\r\nAccept: text/html\r\nConnection: close\r\n\r\n", server.address).unwrap();
    let mut all = Vec::new();
    stream.read_to_end(&mut all).unwrap();
    String::from_utf8_lossy(&all).into_owned()
}

fn verify(data: &Path) {
    let verified = run(data, &["audit", "verify"], "");
    assert!(verified.status.success(), "{}", String::from_utf8_lossy(&verified.stderr));
}

/// While this lives, people make accounts and read them. Answers what was acknowledged and which statuses there were.
fn while_people_work(server: &Server, token: &str, meanwhile: impl FnOnce()) -> (BTreeSet<String>, BTreeSet<u16>) {
    let (over, kept, seen) = (AtomicBool::new(false), Mutex::new(BTreeSet::new()), Mutex::new(BTreeSet::new()));
    std::thread::scope(|scope| {
        for worker in 0..3 {
            let (over, kept, seen) = (&over, &kept, &seen);
            scope.spawn(move || {
                for n in 0.. {
                    if over.load(Ordering::Relaxed) {
                        break;
                    }
                    let name = format!("Account {worker}-{n:05}");
                    let (status, _) = make(server, token, &name);
                    if status == 201 {
                        kept.lock().unwrap().insert(name);
                    }
                    let read = server.ask("GET", "/api/v1/accounts?limit=1", Some(token), None).0;
                    seen.lock().unwrap().extend([status, if read == 200 { 201 } else { read }]);
                }
            });
        }
        std::thread::sleep(Duration::from_millis(500));
        // Whatever fails meanwhile, nobody works on for ever.
        let told = std::panic::catch_unwind(std::panic::AssertUnwindSafe(meanwhile));
        over.store(true, Ordering::Relaxed);
        if let Err(failed) = told {
            std::panic::resume_unwind(failed);
        }
    });
    (kept.into_inner().unwrap(), seen.into_inner().unwrap())
}

#[test]
fn a_database_that_is_moved_away_costs_503_and_when_it_is_back_the_server_goes_on() {
    let place = Place::new("moved");
    init(&place.data());
    let server = Server::start(&place.data());
    let token = server.sign_in();
    let away = place.0.join("away");
    std::fs::create_dir(&away).unwrap();
    let (mut kept, seen) = while_people_work(&server, &token, || {
        move_all(&files(&place.data()), &away);
        let told = make(&server, &token, "Nowhere");
        assert_eq!((told.0, &told.1["type"], &told.1["status"]), (503, &json!("unavailable"), &json!(503)), "{}", told.1);
        let answer = open(&server.address, "/api/v1/accounts", &token);
        assert_eq!(answer.status, 503);
        assert!(answer.head.contains("content-type: application/problem+json") && answer.head.contains("retry-after"), "{}", answer.head);
        let drawn = page(&server, "/invitation/none");
        assert!(drawn.starts_with("HTTP/1.1 503") && drawn.contains("<h1") && drawn.contains("The database cannot be reached"), "{drawn}");
        assert_eq!(ready(&server), 503);
        assert_eq!(server.ask("GET", "/healthz", None, None).0, 200, "the server itself stays up");
        std::thread::sleep(Duration::from_millis(300));
        assert_eq!(files(&place.data()), Vec::<PathBuf>::new(), "nothing is made in its place");
        move_all(&files(&away), &place.data());
        server.wait_until_ready();
        std::thread::sleep(Duration::from_millis(300));
    });
    assert_eq!(seen, BTreeSet::from([201, 503]));
    assert_eq!(make(&server, &token, "After").0, 201, "it goes on without a restart");
    kept.insert("After".into());
    let there = names(&server, &token);
    assert_eq!(kept.difference(&there).collect::<Vec<_>>(), Vec::<&String>::new(), "what was acknowledged is there");
    // A change that was kept just when the files went was answered 503: nobody could know where it lies.
    assert!(there.len() <= kept.len() + 3, "{} are there, {} were acknowledged", there.len(), kept.len());
    assert!(server.stop().success());
    verify(&place.data());
    let server = Server::start(&place.data());
    assert_eq!(names(&server, &server.sign_in()), there);
}

#[test]
fn a_server_that_is_stopped_while_its_database_is_away_loses_nothing() {
    let place = Place::new("stopped");
    init(&place.data());
    let server = Server::start(&place.data());
    let token = server.sign_in();
    assert_eq!(make(&server, &token, "Before").0, 201);
    let away = place.0.join("away");
    std::fs::create_dir(&away).unwrap();
    move_all(&files(&place.data()), &away);
    assert_eq!(make(&server, &token, "Nowhere").0, 503);
    server.stop();
    assert_eq!(files(&place.data()), Vec::<PathBuf>::new(), "nothing is made in its place");
    move_all(&files(&away), &place.data());
    let server = Server::start(&place.data());
    assert_eq!(names(&server, &server.sign_in()), BTreeSet::from(["Before".to_owned()]));
    drop(server);
    verify(&place.data());
}

/// The log holds what is acknowledged and not yet in the database: removed, it lives as long as the server has it open.
#[test]
fn a_log_that_is_removed_is_taken_over_before_it_is_lost() {
    let place = Place::new("log");
    init(&place.data());
    let server = Server::start(&place.data());
    let token = server.sign_in();
    let (kept, seen) = while_people_work(&server, &token, || {
        std::fs::remove_file(place.data().join("castellan.db-wal")).unwrap();
        assert!(until(Duration::from_secs(5), || ready(&server) == 503));
        assert_eq!(make(&server, &token, "Nowhere").0, 503);
    });
    assert_eq!(seen, BTreeSet::from([201, 503]));
    // The server looks after its files by itself, whether somebody asks or not.
    std::thread::sleep(Duration::from_secs(2));
    assert!(!place.data().join("castellan.db-wal").exists(), "no other log is begun");
    // As a power cut: nothing is written any more.
    server.kill();
    let server = Server::start(&place.data());
    let there = names(&server, &server.sign_in());
    assert_eq!(kept.difference(&there).collect::<Vec<_>>(), Vec::<&String>::new(), "what was acknowledged is there");
    drop(server);
    verify(&place.data());
}

#[test]
fn a_log_that_came_back_and_is_removed_later_is_taken_over_too() {
    let place = Place::new("log-again");
    init(&place.data());
    let server = Server::start(&place.data());
    let token = server.sign_in();
    let (log, away) = (place.data().join("castellan.db-wal"), place.0.join("log"));
    std::fs::rename(&log, &away).unwrap();
    assert!(until(Duration::from_secs(5), || ready(&server) == 503));
    std::thread::sleep(Duration::from_secs(2));
    std::fs::rename(&away, &log).unwrap();
    server.wait_until_ready();
    assert_eq!(make(&server, &token, "Between").0, 201);
    std::fs::remove_file(&log).unwrap();
    assert!(until(Duration::from_secs(5), || ready(&server) == 503));
    std::thread::sleep(Duration::from_secs(2));
    server.kill();
    let server = Server::start(&place.data());
    assert_eq!(names(&server, &server.sign_in()), BTreeSet::from(["Between".to_owned()]), "what was acknowledged is there");
    drop(server);
    verify(&place.data());
}

#[test]
fn another_file_in_the_databases_place_is_not_begun_with() {
    let place = Place::new("replaced");
    init(&place.data());
    let older = place.0.join("older.db");
    std::fs::copy(place.data().join("castellan.db"), &older).unwrap();
    let server = Server::start(&place.data());
    let token = server.sign_in();
    assert_eq!(make(&server, &token, "Before").0, 201);
    let bytes = std::fs::read(&older).unwrap();
    std::fs::rename(&older, place.data().join("castellan.db")).unwrap();
    assert_eq!(make(&server, &token, "Into the other").0, 503);
    assert_eq!(server.ask("GET", "/api/v1/accounts", Some(&token), None).0, 503);
    assert_eq!(ready(&server), 503);
    server.stop();
    assert_eq!(std::fs::read(place.data().join("castellan.db")).unwrap(), bytes, "nothing was written into it");
}

/// Files that nobody may change any more, whoever has them open.
struct Unchangeable(Vec<PathBuf>);

impl Unchangeable {
    /// `None` where this may not be done, or does not hold.
    fn make(files: Vec<PathBuf>, proof: &Path) -> Option<Unchangeable> {
        let mut probe = std::fs::File::create(proof).unwrap();
        let tried = Unchangeable(vec![proof.to_owned()]);
        if !tried.set("+i") || probe.write_all(b"x").is_ok() {
            return None;
        }
        let all = Unchangeable(files);
        all.set("+i").then_some(all)
    }

    fn set(&self, flag: &str) -> bool {
        Command::new("chattr").arg(flag).args(&self.0).output().is_ok_and(|done| done.status.success())
    }
}

impl Drop for Unchangeable {
    fn drop(&mut self) {
        self.set("-i");
    }
}

#[test]
fn a_database_that_turns_read_only_refuses_changes_and_goes_on_when_it_may_be_written() {
    let place = Place::new("turned");
    init(&place.data());
    let server = Server::start(&place.data());
    let token = server.sign_in();
    let database = vec![place.data().join("castellan.db"), place.data().join("castellan.db-wal")];
    let (kept, seen) = while_people_work(&server, &token, || {
        let Some(locked) = Unchangeable::make(database, &place.0.join("proof")) else {
            // LIMIT: whether open files can be locked is a gift of kernel and file system that nothing can install.
            eprintln!("SKIPPED: a database that turns read-only: files that are open cannot be made unchangeable here");
            return;
        };
        let (status, told) = make(&server, &token, "Nowhere");
        assert_eq!((status, &told["type"]), (503, &json!("no-room")), "{told}");
        let page = server.get("/api/v1/accounts?limit=1", &token);
        assert!(page["rows"][0]["name"].is_string(), "what is there can be read: {page}");
        assert_eq!(server.ask("GET", "/healthz", None, None).0, 200);
        drop(locked);
        assert!(until(Duration::from_secs(20), || make(&server, &token, "After").0 == 201), "it goes on without a restart");
    });
    if !seen.contains(&503) {
        return;
    }
    assert_eq!(seen, BTreeSet::from([201, 503]));
    let there = names(&server, &token);
    let more: Vec<_> = there.difference(&kept).filter(|name| *name != "After").collect();
    assert_eq!((kept.difference(&there).count(), more), (0, vec![]), "exactly what was acknowledged");
    assert!(server.stop().success());
    verify(&place.data());
}
