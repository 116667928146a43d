//! `kill -9` at twenty moments of making a backup and of restoring one.
//!
//! The moments are spread over the time that an undisturbed run takes; the seed is printed, so that a failure can be had
//! again. Start reading at [`killed_after`].

use super::{Made, told};
use crate::databases::Database;
use crate::server::{Server, command, run, skipped, until};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

const MOMENTS: u32 = 20;

/// Chance that another run has otherwise.
struct Moments {
    seed: u64,
    most: Duration,
}

impl Moments {
    fn within(most: Duration) -> Moments {
        let seed = u64::from(std::process::id());
        println!("seed {seed}, within {most:?}");
        Moments { seed, most }
    }

    fn next(&mut self) -> Duration {
        self.seed = self.seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        self.most * u32::try_from(self.seed >> 33 & 0xffff).unwrap() / 0xffff
    }
}

/// Starts it and ends it as a power cut would. True when it was still at work.
fn killed_after(command: &mut Command, moment: Duration) -> bool {
    let mut child: Child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    std::thread::sleep(moment);
    let was_over = child.try_wait().unwrap().is_some();
    child.kill().unwrap();
    child.wait().unwrap();
    !was_over
}

fn filled(name: &str) -> Made {
    let made = Made::new(name);
    assert!(run(&made.place.data(), &["generate", "--rows", "1500"], "").status.success());
    made
}

fn time(act: impl FnOnce()) -> Duration {
    let begun = Instant::now();
    act();
    begun.elapsed()
}

#[test]
fn whoever_is_killed_while_making_a_backup_leaves_none_or_a_whole_one() {
    let made = filled("backup-kills");
    let took = time(|| drop(told(&made.create("earlier"))));
    let earlier = std::fs::read(made.path("earlier")).unwrap();
    let mut moments = Moments::within(took);
    let (mut killed, mut whole) = (0, 0);
    let next = made.path("next");
    for n in 0..MOMENTS {
        let words = ["backup", "create", &next, "--key", &made.path("key")];
        if n % 2 == 0 {
            // Nobody serves: the command itself does it.
            killed += u32::from(killed_after(command(&made.place.data()).args(words), moments.next()));
        } else {
            let server = Server::start(&made.place.data());
            let mut asking = command(&made.place.data());
            let mut child = asking.args(words).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
            std::thread::sleep(moments.next());
            server.kill();
            killed += u32::from(!child.wait().unwrap().success());
        }
        if Path::new(&next).exists() {
            told(&made.verify("next"));
            std::fs::remove_file(&next).unwrap();
            whole += 1;
        }
        assert_eq!(std::fs::read(made.path("earlier")).unwrap(), earlier, "the earlier backup stays");
    }
    println!("{killed} were killed in the middle, {whole} left a whole backup");
    assert!(killed > MOMENTS / 3, "hardly anybody was killed in the middle");
    told(&made.create("next"));
    told(&made.verify("next"));
    assert!(!Path::new(&made.path("next.part")).exists());
    let verified = run(&made.place.data(), &["audit", "verify"], "");
    assert!(verified.status.success(), "{}", String::from_utf8_lossy(&verified.stderr));
}

#[test]
fn whoever_is_killed_while_verifying_leaves_nothing_that_the_next_does_not_take_out() {
    let made = filled("verify-kills");
    told(&made.create("one"));
    // A temporary directory of this test alone: others verify, too.
    let folder = made.place.0.join("temporary");
    std::fs::create_dir(&folder).unwrap();
    let left = || std::fs::read_dir(&folder).unwrap().count();
    let verify = || {
        let mut verify = command(&made.place.data());
        verify.args(["backup", "verify", &made.path("one"), "--key", &made.path("key")]).env("TMPDIR", &folder);
        verify
    };
    assert!(verify().output().unwrap().status.success());
    assert_eq!(left(), 0, "the scratch is gone");
    let mut child = verify().stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    let holds_data = || {
        let found = std::fs::read_dir(&folder).unwrap().flatten();
        found.filter(|scratch| scratch.path().join("castellan.db").exists()).count() == 1
    };
    assert!(until(Duration::from_secs(60), holds_data));
    child.kill().unwrap();
    child.wait().unwrap();
    assert_eq!(left(), 1, "it was killed in the middle");
    assert!(verify().output().unwrap().status.success());
    assert_eq!(left(), 0, "and nothing of it lies in clear after the next");
}

#[test]
fn whoever_is_killed_while_restoring_begins_again() {
    let made = filled("restore-kills");
    restores(&made, None, MOMENTS);
}

#[test]
fn whoever_is_killed_while_restoring_into_postgresql_begins_again() {
    let Some(database) = Database::make("restore_kills") else {
        return skipped("a restore into PostgreSQL that is killed: set CASTELLAN_TEST_POSTGRES, or run `cargo xtask test`");
    };
    restores(&filled("restore-kills-postgres"), Some(&database), MOMENTS / 2);
}

/// Kills as many restores, and begins each again.
fn restores(made: &Made, database: Option<&Database>, rounds: u32) {
    let create = told(&made.create("one"));
    let journal = made.place.data().join("revocations.log");
    let new = made.new_data();
    let castellan = || {
        let mut castellan = command(&new);
        castellan.args(database.iter().flat_map(|database| ["--database", &database.url])).arg("--json");
        castellan
    };
    let restore = || {
        let mut restore = castellan();
        restore.args(["backup", "restore", &made.path("one"), "--key", &made.path("key"), "--revocations"]).arg(&journal);
        restore
    };
    let empty = || {
        std::fs::remove_dir_all(&new).unwrap();
        if let Some(database) = database {
            let mut conn = postgres::Client::connect(&database.url, postgres::NoTls).unwrap();
            conn.batch_execute("DROP SCHEMA public CASCADE; CREATE SCHEMA public").unwrap();
        }
    };
    let took = time(|| drop(told(&restore().output().unwrap())));
    empty();
    let mut moments = Moments::within(took);
    let (mut half, mut whole) = (0, 0);
    for n in 0..rounds {
        killed_after(&mut restore(), moments.next());
        if new.join("restoring").exists() {
            half += 1;
            let served = castellan().args(["serve", "--listen", "127.0.0.1:0"]).output().unwrap();
            let words = String::from_utf8_lossy(&served.stderr).into_owned();
            assert!(served.status.code() == Some(4) && words.contains("is not over"), "{:?} {words}", served.status);
        } else if new.join("trail.key").exists() {
            whole += 1;
            empty();
        }
        // Each fourth time it is killed once more on top of what is there.
        if n % 4 != 0 {
            let again = told(&restore().output().unwrap());
            assert_eq!((&again["rows"], &again["sha256"]), (&create["rows"], &create["sha256"]), "nothing lost or doubled");
            told(&castellan().args(["audit", "verify"]).output().unwrap());
            empty();
        }
    }
    println!("{half} were left half-way, {whole} were over");
    assert!(half > rounds / 3, "hardly anybody was killed in the middle");
}
