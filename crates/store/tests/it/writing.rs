//! Many write at once, one stops half-way, the disk is full: what was acknowledged is there, and nothing by half.
//!
//! Not here: power cuts (the crash ring). Start reading at [`many_at_once`].

use crate::both::{Directory, No, TestStore, on_both, skipped, stamp};
use security::PrincipalId;
use std::process::Command;
use std::sync::Arc;
use store::queue::{NewJob, enqueue};
use store::{Fault, Tx};

fn job(text: &str) -> NewJob {
    NewJob { kind: "test".into(), asker: PrincipalId::OPERATOR, session: None, epoch: 1, arguments: serde_json::json!({ "text": text }) }
}

fn jobs(store: &TestStore) -> i64 {
    store.number("SELECT count(*) FROM sys_jobs")
}

/// This many verbs from sixteen threads; answers what each said.
fn many_at_once(store: &TestStore, count: usize, verb: fn(&mut Tx<'_>, usize) -> Result<(), No>) -> Vec<Result<(), No>> {
    std::thread::scope(|scope| {
        let threads: Vec<_> = (0..16)
            .map(|thread| {
                let store = Arc::clone(store);
                scope.spawn(move || {
                    let own = (0..count).filter(|n| n % 16 == thread);
                    own.map(|n| store.write(move |tx| verb(tx, n))).collect::<Vec<_>>()
                })
            })
            .collect();
        threads.into_iter().flat_map(|thread| thread.join().unwrap()).collect()
    })
}

fn ask(tx: &mut Tx<'_>, n: usize) -> Result<(), No> {
    tx.sign(stamp("job.ask"));
    enqueue(tx, &job(&n.to_string()))?;
    Ok(())
}

#[test]
fn two_hundred_writes_from_sixteen_threads_are_all_kept_each_with_its_entry() {
    on_both(|store| {
        let done = many_at_once(store, 200, ask);
        assert!(done.iter().all(Result::is_ok), "{done:?}");
        assert_eq!((jobs(store), store.number("SELECT count(*) FROM sys_trail")), (200, 200));
    });
}

#[test]
fn a_panic_in_a_verb_takes_back_its_own_part_only() {
    on_both(|store| {
        let done = many_at_once(store, 96, |tx, n| {
            ask(tx, n)?;
            assert!(n % 3 != 0, "the verb of this test stops here on purpose");
            Ok(())
        });
        assert_eq!(done.iter().filter(|done| done.is_ok()).count(), 64);
        assert_eq!((jobs(store), store.number("SELECT count(*) FROM sys_trail")), (64, 64));
    });
}

#[test]
fn a_part_that_fails_goes_and_the_rest_stays() {
    on_both(|store| {
        store
            .act("job.ask", |tx| {
                let part: Result<(), No> = tx.part(|tx| {
                    enqueue(tx, &job("part"))?;
                    Err(No::Refused("no"))
                });
                assert!(part.is_err());
                Ok(enqueue(tx, &job("rest"))?)
            })
            .unwrap();
        assert_eq!((jobs(store), store.number("SELECT count(*) FROM sys_changes")), (1, 1));
    });
}

#[test]
fn a_commit_that_fails_is_answered_as_unavailable_and_nothing_is_done_by_half() {
    on_both(|store| {
        // The database says yes to every statement and no to the commit.
        store.beside(if store.is_sqlite() {
            "CREATE TABLE test_parent (id INTEGER PRIMARY KEY);
             CREATE TABLE test_child (id INTEGER REFERENCES test_parent (id) DEFERRABLE INITIALLY DEFERRED);
             CREATE TRIGGER test_refuses AFTER INSERT ON sys_trail BEGIN INSERT INTO test_child VALUES (1); END;"
        } else {
            "CREATE FUNCTION test_no() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'no'; END $$;
             CREATE CONSTRAINT TRIGGER test_refuses AFTER INSERT ON sys_trail DEFERRABLE INITIALLY DEFERRED
             FOR EACH ROW EXECUTE FUNCTION test_no();"
        });
        let done = many_at_once(store, 32, ask);
        assert!(done.iter().all(|done| matches!(done, Err(No::Fault(Fault::Unavailable(_))))), "{done:?}");
        assert_eq!((jobs(store), store.number("SELECT count(*) FROM sys_trail")), (0, 0));
        store.beside(if store.is_sqlite() { "DROP TRIGGER test_refuses" } else { "DROP TRIGGER test_refuses ON sys_trail" });
        let done = many_at_once(store, 32, ask);
        assert!(done.iter().all(Result::is_ok), "{done:?}");
        assert_eq!((jobs(store), store.number("SELECT count(*) FROM sys_trail")), (32, 32));
    });
}

/// The environment variable by which this test starts itself with a limit on the size of files.
const INSIDE: &str = "CASTELLAN_TEST_FULL_DISK";

/// WHY: the limit holds for a whole process, so the story is told in one of its own; `prlimit` lifts it again.
#[test]
fn a_full_disk_refuses_changes_and_the_store_goes_on_when_there_is_room() {
    if std::env::var_os(INSIDE).is_some() {
        return full_disk();
    }
    if !cfg!(target_os = "linux") || Command::new("prlimit").arg("--version").output().is_err() {
        return skipped("a full disk: needs Linux and prlimit");
    }
    let quiet = Directory::make();
    // WHY: not by its path, where a build that runs meanwhile may have put another program.
    let own = format!("/proc/{}/exe", std::process::id());
    let name = "writing::a_full_disk_refuses_changes_and_the_store_goes_on_when_there_is_room";
    let mut inside = Command::new("sh");
    // A program that meets the limit is killed unless it says that it wants to hear of it.
    inside.args(["-c", "trap '' XFSZ; exec \"$@\"", "sh"]).arg(own).args(["--exact", name, "--nocapture"]);
    let said = inside.env(INSIDE, "1").env("TMPDIR", &quiet.0).output().unwrap();
    let (out, err) = (String::from_utf8_lossy(&said.stdout), String::from_utf8_lossy(&said.stderr));
    assert!(said.status.success() && out.contains("1 passed"), "{out}{err}");
}

fn full_disk() {
    let limit = |size: &str| {
        let own = std::process::id().to_string();
        assert!(Command::new("prlimit").args(["--pid", &own, &format!("--fsize={size}:")]).status().unwrap().success());
    };
    let store = TestStore::sqlite(&Arc::new(catalogue::standard::catalogue().unwrap()));
    for n in 0..5 {
        store.write(move |tx| ask(tx, n)).unwrap();
    }
    limit("65536");
    let full = store.act("job.ask", |tx| Ok(enqueue(tx, &job(&"long ".repeat(100_000)))?));
    assert!(matches!(full, Err(No::Fault(Fault::NoRoom(_) | Fault::Unavailable(_)))), "{full:?}");
    assert_eq!(store.read(|tx| store::queue::of(tx, PrincipalId::OPERATOR, 100)).unwrap().len(), 5);
    limit("unlimited");
    store.write(move |tx| ask(tx, 6)).unwrap();
    assert_eq!(jobs(&store), 6);
    let report = store.verify();
    assert!(report.is_whole(), "{report}");
}

#[test]
fn a_panic_while_reading_costs_nobody_else_the_reader() {
    on_both(|store| {
        let stops = |tx: &mut Tx<'_>| -> Result<usize, Fault> {
            store::queue::open(tx, "test")?;
            panic!("the look of this test stops here on purpose")
        };
        for _ in 0..20 {
            assert!(std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| store.read(stops))).is_err());
        }
        store.write(|tx| ask(tx, 1)).unwrap();
        let seen: Vec<_> = (0..20).map(|_| store.read(|tx| store::queue::open(tx, "test")).map(|open| open.len())).collect();
        assert!(seen.iter().all(|seen| matches!(seen, Ok(1))), "{seen:?}");
    });
}
