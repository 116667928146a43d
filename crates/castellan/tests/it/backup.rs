//! A backup is whole or is none, and what is restored from one lets nobody in who was shut out.
//!
//! Here it is the commands, with servers, kills and full disks around them; what is in a backup and what a flipped bit
//! does to it is proved in `crates/store/tests/it/dump.rs`. Start reading at [`Made`].

mod kills;

use crate::databases::Database;
use crate::server::{PASSWORD, Place, Server, command, init, run, skipped};
use serde_json::{Value as Json, json};
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::atomic::{AtomicBool, Ordering};

/// An organisation with a key beside it.
pub struct Made {
    pub place: Place,
}

impl Made {
    pub fn new(name: &str) -> Made {
        let place = Place::new(name);
        init(&place.data());
        let made = Made { place };
        assert!(made.backup(&["key", &made.path("key")]).status.success());
        made
    }

    pub fn path(&self, name: &str) -> String {
        self.place.0.join(name).display().to_string()
    }

    /// `backup …` on the data directory, in JSON.
    pub fn backup(&self, words: &[&str]) -> Output {
        let mut all = vec!["--json", "backup"];
        all.extend(words);
        run(&self.place.data(), &all, "")
    }

    pub fn create(&self, name: &str) -> Output {
        self.backup(&["create", &self.path(name), "--key", &self.path("key")])
    }

    pub fn verify(&self, name: &str) -> Output {
        self.backup(&["verify", &self.path(name), "--key", &self.path("key")])
    }

    /// Restores into `data`, by the journal of the organisation.
    pub fn restore(&self, name: &str, data: &Path) -> Output {
        let journal = self.place.data().join("revocations.log");
        self.restore_with(name, data, &["--revocations", &journal.display().to_string()])
    }

    pub fn restore_with(&self, name: &str, data: &Path, who: &[&str]) -> Output {
        let mut restore = command(data);
        restore.args(["--json", "backup", "restore", &self.path(name), "--key", &self.path("key")]).args(who);
        restore.output().unwrap()
    }

    pub fn new_data(&self) -> PathBuf {
        self.place.0.join("new")
    }
}

/// The one line of a command that succeeded.
pub fn told(done: &Output) -> Json {
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    serde_json::from_slice(&done.stdout).unwrap()
}

/// Code and words of a command that did not.
fn refused(done: &Output) -> (i32, String) {
    assert!(!done.status.success(), "{}", String::from_utf8_lossy(&done.stdout));
    (done.status.code().unwrap(), String::from_utf8_lossy(&done.stderr).into_owned())
}

fn names(server: &Server, token: &str) -> usize {
    server.get("/api/v1/accounts?limit=1&count=true", token)["count"]["value"].as_u64().unwrap().try_into().unwrap()
}

#[test]
fn a_backup_made_while_people_work_comes_back_without_any_open_door() {
    let made = Made::new("backup");
    let server = Server::start(&made.place.data());
    let admin = server.sign_in();
    let person = |name: &str| {
        let email = format!("{name}@example.com");
        let id = server.join(&admin, name, &email, &["Salesperson"]);
        (id, server.enter(&email, PASSWORD), email)
    };
    let (frozen, disabled, back) = (person("Nora"), person("Dan"), person("Bea"));
    let key = server.token(&frozen.1);
    let act = |id: &str, what: &str| server.ask("POST", &format!("/api/v1/users/{id}/{what}"), Some(&admin), Some(&json!({})));
    assert_eq!(act(&back.0, "freeze").0, 204);
    let over = AtomicBool::new(false);
    let create = std::thread::scope(|scope| {
        let working = scope.spawn(|| {
            let mut kept = 0;
            while !over.load(Ordering::Relaxed) {
                let name = json!({ "name": format!("Account {kept}") });
                assert_eq!(server.ask("POST", "/api/v1/accounts", Some(&admin), Some(&name)).0, 201, "nobody waits for a backup");
                kept += 1;
            }
            kept
        });
        std::thread::sleep(std::time::Duration::from_millis(200));
        let create = told(&made.create("one"));
        over.store(true, Ordering::Relaxed);
        assert!(working.join().unwrap() > 0);
        create
    });
    let verified = told(&made.verify("one"));
    assert_eq!((&verified["sha256"], &verified["rows"], &verified["trail"]["whole"]), (&create["sha256"], &create["rows"], &json!(true)));
    let entries = server.get("/api/v1/audit?limit=50", &admin).to_string();
    assert!(entries.contains("backup.create"), "the trail says that it was made: {entries}");

    // After the backup: one is frozen, one is disabled, one comes back, one comes new.
    assert_eq!(act(&frozen.0, "freeze").0, 204);
    assert_eq!(act(&disabled.0, "disable").0, 204);
    assert_eq!(act(&back.0, "unfreeze").0, 204);
    let late = person("Late");
    assert_eq!(act(&late.0, "freeze").0, 204);
    assert!(server.stop().success());

    let done = told(&made.restore("one", &made.new_data()));
    assert_eq!((&done["frozen"], &done["disabled"], &done["unfrozen"]), (&json!([frozen.0]), &json!([disabled.0]), &json!([back.0])));
    assert_eq!((&done["unknown"], &done["administrators"]), (&json!(1), &json!(1)));
    let server = Server::start(&made.new_data());
    for dead in [&admin, &frozen.1, &disabled.1, &back.1, &key] {
        assert_eq!(server.ask("GET", "/api/v1/accounts", Some(dead), None).0, 401, "no session and no token of another time");
    }
    for out in [&frozen.2, &disabled.2, &late.2] {
        let ask = json!({ "email": out, "password": PASSWORD });
        assert_eq!(server.ask("POST", "/api/v1/sessions", None, Some(&ask)).0, 401, "{out} comes back");
    }
    let admin = server.sign_in();
    server.enter(&back.2, PASSWORD);
    assert!(names(&server, &admin) > 0);
    assert_eq!(server.get(&format!("/api/v1/users/{}", disabled.0), &admin)["state"], "disabled");
    let entries = server.get("/api/v1/audit?limit=50", &admin).to_string();
    assert!(entries.contains("backup.restore"), "{entries}");
    assert!(server.stop().success());
    // The journal went along: what was restored can be lost and restored again.
    let journal = std::fs::read_to_string(made.new_data().join("revocations.log")).unwrap();
    assert!(journal.contains(&disabled.0) && journal.contains(&late.0), "{journal}");
    let verified = run(&made.new_data(), &["audit", "verify"], "");
    assert!(verified.status.success(), "{}", String::from_utf8_lossy(&verified.stderr));
}

#[test]
fn without_the_journal_all_but_the_named_administrator_come_back_frozen() {
    let made = Made::new("lost-journal");
    let server = Server::start(&made.place.data());
    let admin = server.sign_in();
    let nora = server.join(&admin, "Nora", "nora@example.com", &["Salesperson"]);
    let (unit, roles) = (server.get("/api/v1/business_units", &admin)["rows"][0]["id"].clone(), json!([]));
    let waiting = json!({ "name": "Wanda", "email": "wanda@example.com", "business_unit": unit, "roles": roles });
    let (_, invited) = server.ask("POST", "/api/v1/users", Some(&admin), Some(&waiting));
    told(&made.create("one"));
    assert!(server.stop().success());
    std::fs::remove_file(made.place.data().join("revocations.log")).unwrap();

    let (code, words) = refused(&made.restore("one", &made.new_data()));
    assert!(code == 3 && words.contains("revocation journal"), "{code} {words}");
    let (code, words) = refused(&made.restore_with("one", &made.new_data(), &["--administrator", "nobody@example.com"]));
    assert!(code == 1 && words.contains("nobody in this backup"), "{code} {words}");
    let (code, words) = refused(&made.restore_with("one", &made.new_data(), &["--administrator", "nora@example.com"]));
    assert!(code == 1 && words.contains("no active System Administrator"), "{code} {words}");
    assert!(!made.new_data().exists(), "nothing is left of what was refused");
    assert_eq!(made.restore_with("one", &made.new_data(), &[]).status.code(), Some(2), "one of both has to be said");

    let done = told(&made.restore_with("one", &made.new_data(), &["--administrator", "ada@example.com"]));
    assert_eq!(done["frozen"].as_array().unwrap().len(), 2, "{done}");
    let server = Server::start(&made.new_data());
    let admin = server.sign_in();
    let ask = json!({ "email": "nora@example.com", "password": PASSWORD });
    assert_eq!(server.ask("POST", "/api/v1/sessions", None, Some(&ask)).0, 401);
    let link = invited["invitation"]["token"].as_str().unwrap();
    let accept = server.ask("POST", &format!("/api/v1/invitations/{link}/accept"), None, Some(&json!({ "password": PASSWORD })));
    assert_ne!(accept.0, 204, "an invitation of another time opens nothing");
    assert_eq!(server.ask("POST", &format!("/api/v1/users/{nora}/unfreeze"), Some(&admin), Some(&json!({}))).0, 204);
    server.enter("nora@example.com", PASSWORD);
    assert!(std::fs::read_to_string(made.new_data().join("revocations.log")).unwrap().contains(&nora));
}

#[test]
fn what_cannot_be_done_is_said_with_its_cause_and_leaves_nothing() {
    let made = Made::new("backup-bad");
    told(&made.create("one"));
    let bytes = std::fs::read(made.path("one")).unwrap();
    let write = |name: &str, bytes: &[u8]| std::fs::write(made.path(name), bytes).unwrap();
    let mut flipped = bytes.clone();
    flipped[bytes.len() / 2] ^= 4;
    write("flipped", &flipped);
    write("cut", &bytes[..bytes.len() - 100]);
    write("empty", b"");
    write("letter", b"dear all");
    for (name, cause) in [("flipped", "damaged"), ("cut", "its end is missing"), ("empty", "it is empty"), ("letter", "it is no backup")] {
        for done in [made.verify(name), made.restore(name, &made.new_data())] {
            let (code, words) = refused(&done);
            assert!(code == 5 && words.contains(cause) && words.contains(name), "{name}: {code} {words}");
        }
    }
    assert!(made.backup(&["key", &made.path("other")]).status.success());
    write("public", told(&made.backup(&["key", &made.path("third")]))["recipient"].as_str().unwrap().as_bytes());
    let with_key = |name: &str, key: &str| refused(&made.backup(&["verify", &made.path(name), "--key", &made.path(key)]));
    let (code, words) = with_key("one", "other");
    assert!(code == 1 && words.contains("does not open it"), "{code} {words}");
    for (name, key, code) in [("none", "key", 3), ("one", "none", 3), ("one", "letter", 2), ("one", "public", 2), ("one", "one", 2)] {
        assert_eq!(with_key(name, key).0, code, "{name} {key}");
    }
    // Nothing is ever written over.
    let (code, words) = refused(&made.create("one"));
    assert!(code == 1 && words.contains("is there already"), "{code} {words}");
    let (code, words) = refused(&made.backup(&["key", &made.path("key")]));
    assert!(code == 1 && words.contains("never replaces a file"), "{code} {words}");
    let (code, words) = refused(&made.restore("one", &made.place.data()));
    assert!(code == 1 && words.contains("is not empty"), "{code} {words}");
    assert_eq!(std::fs::read(made.path("one")).unwrap(), bytes);
    // To whom is not a key, and where there is no folder.
    let to = |file: &str, key: &str| refused(&made.backup(&["create", &made.path(file), "--key", key]));
    assert_eq!((to("two", "age1qqq").0, to("two", &made.path("none")).0, to("two", &made.path("letter")).0), (2, 3, 2));
    let (code, words) = to("no/folder/here", &made.path("key"));
    assert!(code == 1 && words.contains("cannot be written"), "{code} {words}");
    assert!(!made.new_data().exists() && !Path::new(&made.path("two")).exists() && !Path::new(&made.path("two.part")).exists());
    use std::os::unix::fs::PermissionsExt;
    for private in ["key", "one"] {
        assert_eq!(std::fs::metadata(made.path(private)).unwrap().permissions().mode() & 0o777, 0o600, "{private}");
    }
}

#[test]
fn a_full_disk_leaves_no_half_backup() {
    let made = Made::new("backup-full");
    let disk = made.place.0.join("disk");
    std::fs::create_dir(&disk).unwrap();
    let mounted = Command::new("mount").args(["-t", "tmpfs", "-o", "size=16k", "tmpfs"]).arg(&disk).status();
    if !mounted.is_ok_and(|done| done.success()) {
        return skipped("a full disk for a backup: needs the right to mount one");
    }
    let done = made.create("disk/one");
    let left = std::fs::read_dir(&disk).unwrap().count();
    let _ = Command::new("umount").arg("--lazy").arg(&disk).status();
    let (code, words) = refused(&done);
    assert!(code == 1 && words.contains("no room"), "{code} {words}");
    assert_eq!(left, 0, "the half of it is gone");
    told(&made.create("one"));
    let mounted = Command::new("mount").args(["-t", "tmpfs", "-o", "size=256k", "tmpfs"]).arg(&disk).status().unwrap();
    assert!(mounted.success());
    let done = made.restore("one", &disk.join("data"));
    let left = std::fs::read_dir(&disk).unwrap().count();
    let _ = Command::new("umount").arg("--lazy").arg(&disk).status();
    let (code, words) = refused(&done);
    assert!(code == 4 && words.contains("cannot be written"), "{code} {words}");
    assert_eq!(left, 0, "nor half an organisation");
}

#[test]
fn an_organisation_moves_between_the_databases() {
    let made = Made::new("backup-moves");
    let Some((first, second)) = Database::make("moves_a").zip(Database::make("moves_b")) else {
        return skipped("backups on PostgreSQL: set CASTELLAN_TEST_POSTGRES, or run `cargo xtask test`");
    };
    assert!(run(&made.place.data(), &["generate", "--rows", "300"], "").status.success());
    let created = told(&made.create("one"));
    let journal = made.place.data().join("revocations.log").display().to_string();
    let onto = |backup: &str, data: &str, database: &[&str]| {
        let mut words = command(&made.place.0.join(data));
        words.args(database).args([
            "--json",
            "backup",
            "restore",
            &made.path(backup),
            "--key",
            &made.path("key"),
            "--revocations",
            &journal,
        ]);
        words.output().unwrap()
    };
    told(&onto("one", "on-postgres", &["--database", &first.url]));
    let words = ["--database", &first.url, "--json", "backup", "create", &made.path("two"), "--key", &made.path("key")];
    told(&command(&made.place.0.join("on-postgres")).args(words).output().unwrap());
    told(&made.verify("two"));
    let scratch = ["verify", &made.path("two"), "--key", &made.path("key"), "--scratch", &second.url];
    told(&made.backup(&scratch));
    told(&onto("two", "on-the-other", &["--database", &second.url]));
    let (code, words) = refused(&made.backup(&scratch));
    assert!(code == 1 && words.contains("not empty"), "a database in use is no scratch: {code} {words}");
    let back = told(&onto("two", "back", &[]));
    // Whatever way they went, records are the same bytes.
    let records = |told: &Json| -> Vec<Json> {
        told["tables"].as_array().unwrap().iter().filter(|t| !t["name"].as_str().unwrap().starts_with("sys_")).cloned().collect()
    };
    assert!(records(&created).iter().filter(|table| table["rows"] != 0).count() > 5);
    assert_eq!(records(&back), records(&created));
    let server = Server::start(&made.place.0.join("back"));
    server.sign_in();
    assert!(server.stop().success());
    let verified = run(&made.place.0.join("back"), &["audit", "verify"], "");
    assert!(verified.status.success(), "{}", String::from_utf8_lossy(&verified.stderr));
}
