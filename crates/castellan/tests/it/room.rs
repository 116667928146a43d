//! Where the data lies is full, cannot be written, or belongs to a newer version.
//!
//! A full disk is a small one of its own where this may be mounted, else a limit on the size of files.

use crate::server::{Place, Server, command, init, run, skipped};
use serde_json::json;
use std::io::Write;
use std::path::Path;
use std::process::Command;

/// A disk that can be filled and emptied again.
enum Disk {
    /// Mounted on this folder.
    Small(std::path::PathBuf),
    /// No file of this process may grow.
    Limited(String),
}

impl Disk {
    fn mount(at: &Path) -> Option<Disk> {
        let done = Command::new("mount").args(["-t", "tmpfs", "-o", "size=64m", "tmpfs"]).arg(at).output().ok()?;
        done.status.success().then(|| Disk::Small(at.to_owned()))
    }

    fn fill(&self) {
        match self {
            Disk::Small(at) => {
                let mut filler = std::fs::File::create(at.join("filler")).unwrap();
                while filler.write_all(&[0; 4096]).is_ok() {}
            }
            Disk::Limited(process) => limit(process, "4096"),
        }
    }

    fn empty(&self) {
        match self {
            Disk::Small(at) => std::fs::remove_file(at.join("filler")).unwrap(),
            Disk::Limited(process) => limit(process, "unlimited"),
        }
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        if let Disk::Small(at) = self {
            let _ = Command::new("umount").arg("--lazy").arg(at).status();
        }
    }
}

fn limit(process: &str, size: &str) {
    assert!(Command::new("prlimit").args(["--pid", process, &format!("--fsize={size}:")]).status().unwrap().success());
}

#[test]
fn a_full_disk_refuses_changes_keeps_what_was_acknowledged_and_goes_on_when_there_is_room() {
    let place = Place::new("full");
    let mounted = Disk::mount(&place.0);
    if mounted.is_none() && Command::new("prlimit").arg("--version").output().is_err() {
        return skipped("a full disk: needs the right to mount one, or prlimit");
    }
    init(&place.data());
    let mut serve = Command::new("sh");
    // A program that meets a limit is killed unless it says that it wants to hear of it.
    serve.args(["-c", "trap '' XFSZ; exec \"$@\"", "sh", env!("CARGO_BIN_EXE_castellan"), "--json", "--data"]);
    serve.arg(place.data()).args(["serve", "--listen", "127.0.0.1:0"]).env("CASTELLAN_LOG", "off");
    let server = Server::begin(serve);
    let disk = mounted.unwrap_or_else(|| Disk::Limited(server.process()));
    let token = server.sign_in();
    let make = |name: &str| server.ask("POST", "/api/v1/accounts", Some(&token), Some(&json!({ "name": name }))).0;
    let mut kept = vec!["Before".to_owned()];
    assert_eq!(make("Before"), 201);

    disk.fill();
    // There may be room left in files that have their size already.
    let mut refused = None;
    for n in 0..3000 {
        let name = format!("Account {n}");
        match make(&name) {
            201 => kept.push(name),
            status => {
                refused = Some((name, status));
                break;
            }
        }
    }
    let (name, status) = refused.expect("a full disk takes no more");
    assert_eq!(status, 503, "{name}");
    assert_eq!(make("Another"), 503, "and says so again");
    assert_eq!(server.ask("GET", "/healthz", None, None).0, 200, "the server stays up");
    let page = server.get("/api/v1/accounts?limit=1&count=true", &token);
    assert_eq!(page["count"]["value"], kept.len(), "what was acknowledged can be read");

    disk.empty();
    assert_eq!(make("After"), 201, "it goes on without a restart");
    kept.push("After".into());
    assert!(server.stop().success());
    let server = Server::start(&place.data());
    let token = server.sign_in();
    let mut there = Vec::new();
    let mut after = String::new();
    loop {
        let page = server.get(&format!("/api/v1/accounts?sort=name&limit=500{after}"), &token);
        there.extend(page["rows"].as_array().unwrap().iter().map(|row| row["name"].as_str().unwrap().to_owned()));
        match page["next"].as_str() {
            Some(next) => after = format!("&after={next}"),
            None => break,
        }
    }
    there.sort();
    kept.sort();
    assert_eq!(there, kept, "exactly what was acknowledged");
    drop(server);
    let verified = run(&place.data(), &["audit", "verify"], "");
    assert!(verified.status.success(), "{}", String::from_utf8_lossy(&verified.stderr));
}

/// Runs the server as somebody who may read the data and not write it.
fn read_only(data: &Path) -> Command {
    let is_root = Command::new("id").arg("-u").output().is_ok_and(|said| said.stdout == b"0\n");
    let mut serve = if is_root { Command::new("runuser") } else { Command::new("env") };
    if is_root {
        serve.args(["-u", "nobody", "--"]);
    }
    serve.arg(env!("CARGO_BIN_EXE_castellan")).arg("--data").arg(data);
    serve.args(["serve", "--listen", "127.0.0.1:0"]);
    serve
}

fn modes(data: &Path, directory: &str, files: &str) {
    let list: Vec<_> = std::fs::read_dir(data).unwrap().map(|e| e.unwrap().path()).filter(|p| p.is_file()).collect();
    assert!(Command::new("chmod").arg(files).args(list).status().unwrap().success());
    assert!(Command::new("chmod").arg(directory).arg(data).status().unwrap().success());
}

fn bytes(data: &Path) -> Vec<u8> {
    std::fs::read(data.join("castellan.db")).unwrap()
}

#[test]
fn data_that_may_not_be_written_is_refused_in_words_and_left_as_it_is() {
    let place = Place::new("read-only");
    init(&place.data());
    let before = bytes(&place.data());
    modes(&place.data(), "755", "444");
    let done = read_only(&place.data()).output().unwrap();
    let words = String::from_utf8_lossy(&done.stderr).into_owned();
    assert_eq!(done.status.code(), Some(4), "{words}");
    assert!(words.contains(&*place.data().to_string_lossy()), "{words}");
    assert!(words.contains("ermission denied") || words.contains("not permitted"), "{words}");
    assert_eq!(bytes(&place.data()), before);
    modes(&place.data(), "700", "600");
    Server::start(&place.data()).sign_in();
}

#[test]
fn a_database_file_that_may_not_be_written_is_refused_in_words_and_left_as_it_is() {
    let place = Place::new("read-only-file");
    init(&place.data());
    let before = bytes(&place.data());
    modes(&place.data(), "700", "600");
    assert!(Command::new("chmod").arg("444").arg(place.data().join("castellan.db")).status().unwrap().success());
    if Command::new("id").arg("-u").output().is_ok_and(|said| said.stdout == b"0\n") {
        // Everything is the unprivileged user's but the database, which is root's.
        let list: Vec<_> = std::fs::read_dir(place.data()).unwrap().map(|e| e.unwrap().path()).collect();
        let theirs = list.iter().filter(|p| !p.ends_with("castellan.db")).chain([&place.0]);
        assert!(Command::new("chown").arg("nobody").arg(place.data()).args(theirs).status().unwrap().success());
    }
    let done = read_only(&place.data()).output().unwrap();
    let words = String::from_utf8_lossy(&done.stderr).into_owned();
    assert_eq!(done.status.code(), Some(4), "{words}");
    assert!(words.contains("cannot be written") && words.contains(&*place.data().to_string_lossy()), "{words}");
    assert_eq!(bytes(&place.data()), before);
}

#[test]
fn data_of_a_newer_version_is_refused_in_words_and_left_as_it_is() {
    let place = Place::new("newer");
    init(&place.data());
    let conn = rusqlite::Connection::open(place.data().join("castellan.db")).unwrap();
    let set = |lowest: &str| assert_eq!(conn.execute("UPDATE sys_meta SET value = ?1 WHERE name = 'lowest'", [lowest]).unwrap(), 1);
    set("9.9.9");
    for words in [&["serve", "--listen", "127.0.0.1:0"][..], &["migrate"], &["doctor"], &["audit", "verify"]] {
        let done = command(&place.data()).args(words).output().unwrap();
        let said = String::from_utf8_lossy(&done.stderr).into_owned();
        assert_eq!(done.status.code(), Some(4), "{words:?}: {said}");
        assert!(said.contains("9.9.9") && said.contains(env!("CARGO_PKG_VERSION")), "{words:?}: {said}");
    }
    let still: String = conn.query_row("SELECT value FROM sys_meta WHERE name = 'lowest'", [], |r| r.get(0)).unwrap();
    assert_eq!(still, "9.9.9");
    set(env!("CARGO_PKG_VERSION"));
    drop(conn);
    Server::start(&place.data()).sign_in();
}
