//! What gives out while a departure runs: the room for its archive, and the workers of its job.
//!
//! Nothing is handed over then, nothing is left lying, the reason is said in words, and it goes on when somebody says so.
//! Not here: a process that dies (`crates/castellan/tests/it/departures.rs`). Start reading at [`without_room`].

use super::{MANY, account, departure, jobs_of, keep_time, many, owners, steps, told, undo, user_state, why};
use crate::departures::{choose, company, give, go, on_each, owner, plan, set_policy, state};
use crate::exchange::run;
use crate::world::{MINUTE, World};
use crm::departures::{DeparturePolicy, Preset, State};
use crm::jobs::{self, Runner};
use crm::{UserState, Verb};
use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;
use store::queue::{self, JobState, TRIES};

/// Everything below this folder, but for folders.
fn files(at: &Path) -> Vec<std::path::PathBuf> {
    let mut all = Vec::new();
    for entry in std::fs::read_dir(at).into_iter().flatten().flatten() {
        let path = entry.path();
        if path.is_dir() { all.extend(files(&path)) } else { all.push(path) }
    }
    all
}

/// Runs one that needs an archive where none can lie, lets `mend` make room, and goes on.
fn without_room(world: &mut World, spoil: impl FnOnce(&Path), words: &str, mend: impl FnOnce(&Path)) {
    company(world);
    set_policy(world, DeparturePolicy { needs_archive: true, ..Preset::OnePerson.policy() });
    let rows = many(world);
    let home = world.desk().store().directory().to_owned();
    let target = home.join("archives");
    spoil(&target);
    let id = plan(world, "admin", "north_rep").unwrap();
    choose(world, "admin", id, &[("owned:accounts", give(world, &["heir"]))]).unwrap();
    go(world, "admin", id).unwrap();
    run(world);
    let told_why = why(world, id);
    assert_eq!(state(world, id), State::Stopped, "{told_why}");
    assert!(told_why.contains("the archive could not be made") && told_why.contains(words), "{told_why}");
    assert!(told_why.ends_with("nothing was handed over"), "{told_why}");
    assert_eq!(told(world, "admin", "the archive could not be made"), 1, "{:?}", crate::notices::told(world, "admin"));
    assert_eq!(owners(world, &rows), BTreeMap::from([("north_rep".to_owned(), MANY)]));
    assert_eq!(steps(world, id), []);
    assert_eq!(user_state(world, "north_rep"), UserState::Disabled, "shut out all the same");
    let left: Vec<_> = files(&target).into_iter().chain(files(&home.join("files"))).collect();
    assert!(left.iter().all(|path| path.ends_with("filler")), "{left:?}");
    mend(&target);
    go(world, "second", id).unwrap();
    run(world);
    let done = departure(world, id);
    assert_eq!((done.state, done.why), (State::Done, None));
    assert_eq!(done.archive_told.unwrap()["compared"], true);
    assert_eq!(files(&target), Vec::<std::path::PathBuf>::new(), "what it was proven with is gone");
    assert_eq!(owners(world, &rows), BTreeMap::from([("heir".to_owned(), MANY)]));
}

#[test]
fn where_no_archive_can_lie_nothing_is_handed_over_until_it_can() {
    on_each(|world| {
        let spoil = |target: &Path| std::fs::write(target, b"in the way").unwrap();
        without_room(world, spoil, "archives", |target| std::fs::remove_file(target).unwrap());
    });
}

/// A small disk of its own, gone with the value.
struct Disk<'p>(&'p Path);

impl Drop for Disk<'_> {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg("--lazy").arg(self.0).output();
    }
}

#[test]
fn a_full_disk_for_archives_is_said_in_words_and_nothing_is_handed_over_until_there_is_room() {
    let probe = std::env::temp_dir().join(format!("castellan_disk_{}", std::process::id()));
    std::fs::create_dir_all(&probe).unwrap();
    let mount = |at: &Path| {
        Command::new("mount").args(["-t", "tmpfs", "-o", "size=16m", "tmpfs"]).arg(at).output().is_ok_and(|done| done.status.success())
    };
    let may = mount(&probe);
    drop(Disk(&probe));
    let _ = std::fs::remove_dir(&probe);
    if !may {
        // LIMIT: a limit on the size of files would hold for every test of this process, and a disk of its own is a right
        // that nothing can install.
        eprintln!("SKIPPED: a full disk for archives: needs the right to mount one");
        return;
    }
    on_each(|world| {
        let target = world.desk().store().directory().join("archives");
        let _unmounts = Disk(&target);
        let spoil = |target: &Path| {
            std::fs::create_dir_all(target).unwrap();
            assert!(mount(target));
            let mut filler = std::fs::File::create(target.join("filler")).unwrap();
            while std::io::Write::write_all(&mut filler, &[0; 4096]).is_ok() {}
        };
        without_room(world, spoil, "no room", |target| std::fs::remove_file(target.join("filler")).unwrap());
    });
}

/// As many workers as a job is given die with it.
fn worn_out(world: &World) {
    for _ in 0..TRIES {
        world.operate(|tx| {
            let until = tx.now() + MINUTE;
            assert!(queue::claim(tx, until)?.is_some());
            Ok(())
        });
        world.clock.go_on(2 * MINUTE);
    }
    assert!(!Runner::new(world.desk().clone()).run_next().unwrap());
}

#[test]
fn a_job_that_was_given_up_leaves_the_departure_stopped_with_the_reason() {
    on_each(|world| {
        company(world);
        let row = account(world, "Acme");
        let id = plan(world, "admin", "north_rep").unwrap();
        choose(world, "admin", id, &[("owned:accounts", give(world, &["heir"]))]).unwrap();
        go(world, "admin", id).unwrap();
        worn_out(world);
        keep_time(world);
        keep_time(world);
        let words = "it stopped several times without getting further";
        assert_eq!((state(world, id), why(world, id).as_str()), (State::Stopped, words));
        assert_eq!(told(world, "admin", words), 1, "{:?}", crate::notices::told(world, "admin"));
        go(world, "second", id).unwrap();
        run(world);
        assert_eq!((state(world, id), owner(world, "accounts", row)), (State::Done, Some(world.id("heir"))));
        undo(world, "admin", id).unwrap();
        worn_out(world);
        keep_time(world);
        assert_eq!((state(world, id), why(world, id).as_str()), (State::Stopped, words));
        undo(world, "admin", id).unwrap();
        run(world);
        assert_eq!((state(world, id), owner(world, "accounts", row)), (State::Undone, Some(world.id("north_rep"))));
    });
}

#[test]
fn a_job_that_its_asker_stopped_stops_the_departure_too() {
    on_each(|world| {
        company(world);
        let row = account(world, "Acme");
        let id = plan(world, "admin", "north_rep").unwrap();
        choose(world, "admin", id, &[("owned:accounts", give(world, &["heir"]))]).unwrap();
        go(world, "admin", id).unwrap();
        let job = departure(world, id).job.unwrap();
        world.desk().perform(&world.user("admin"), Verb::own("job.cancel"), move |tx, actor| jobs::cancel(tx, actor, job)).unwrap();
        keep_time(world);
        assert_eq!((state(world, id), why(world, id).as_str()), (State::Stopped, "somebody stopped its job"));
        go(world, "admin", id).unwrap();
        run(world);
        assert_eq!((state(world, id), owner(world, "accounts", row)), (State::Done, Some(world.id("heir"))));
        let ended: Vec<JobState> = jobs_of(world, "admin", id).iter().map(|job| job.state).collect();
        assert_eq!(ended, [JobState::Done, JobState::Cancelled]);
    });
}
