//! Who comes back with a backup: what the revocation journal says since, person by person.
//!
//! Not here: what is in the file (`crates/store/tests/it/dump.rs`), the commands (`crates/castellan/tests/it/main.rs`).
//! Start reading at [`restored`].

use crate::world::{World, on_both, problem};
use crm::backup::{self, Comeback, NotDone, Replayed};
use crm::{Desk, PrincipalId, UserState};
use std::path::PathBuf;
use std::sync::Arc;
use store::dump::{Identity, Opened, Unfit};
use store::journal::Journal;
use store::revocation::{Act, Revocation};
use store::{accounts, revocation};

/// A folder that goes with the test, and the key of its backups.
struct Shelf {
    folder: PathBuf,
    key: Identity,
}

impl Shelf {
    fn new(world: &World) -> Shelf {
        let word = world.desk().store().directory().file_name().unwrap().to_string_lossy().into_owned();
        let folder = std::env::temp_dir().join(format!("{word}-shelf"));
        std::fs::create_dir_all(&folder).unwrap();
        Shelf { folder, key: Identity::generate() }
    }

    fn create(&self, world: &World, name: &str) -> Result<store::dump::Told, NotDone> {
        backup::create(world.desk(), &self.folder.join(name), &[self.key.recipient()])
    }

    fn open(&self, name: &str) -> Opened {
        Opened::open(std::fs::File::open(self.folder.join(name)).unwrap(), &self.key).unwrap()
    }

    /// Restores it and says what was done, and how everybody stands then.
    fn restored(&self, world: &World, name: &str, comeback: &Comeback) -> Result<(Replayed, Desk), NotDone> {
        let data = self.folder.join("data");
        let _ = std::fs::remove_dir_all(&data);
        let done = backup::restore(self.open(name), world.desk().store().scratch(data.clone()), None, comeback)?;
        assert!(done.trail.is_whole());
        let copy = store::Store::open(world.desk().store().scratch(data)).unwrap();
        let key = copy.trail_key();
        let report = copy.read(|tx| store::trail::verify(tx, &key)).unwrap();
        assert!(report.is_whole(), "the trail goes on whole: {report}");
        Ok((done.done, Desk::new(copy, Arc::new(Journal::new(1)))))
    }
}

impl Drop for Shelf {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

fn state(desk: &Desk, who: PrincipalId) -> UserState {
    desk.glance(|tx| Ok(accounts::user(tx, who)?.unwrap().state)).unwrap()
}

fn epoch(desk: &Desk, who: PrincipalId) -> i64 {
    desk.glance(|tx| Ok(accounts::user(tx, who)?.unwrap().epoch)).unwrap()
}

/// Which backup, what the journal says by how much later than it, and how the person stands then.
type Case = (&'static str, &'static [(i64, Act)], UserState);

#[test]
fn the_journal_decides_person_by_person() {
    use Act::{Disable, Enable, Erase, Freeze, Unfreeze};
    use UserState::{Active, Disabled, Frozen};
    on_both(|world| {
        let shelf = Shelf::new(world);
        let rep = world.id("north_rep");
        let (told, before) = (shelf.create(world, "active").unwrap(), epoch(world.desk(), rep));
        crm::people::freeze(world.desk(), &world.user("admin"), rep, None).unwrap();
        let (later, behind) = (shelf.create(world, "frozen").unwrap(), epoch(world.desk(), rep));
        // A backup's moment, and acts before and behind it. An act before it may have met the moment of the backup: one
        // that shuts out counts all the same, one that lets back does not.
        let cases: [Case; 16] = [
            ("active", &[], Active),
            ("active", &[(1, Freeze)], Frozen),
            ("active", &[(-1, Freeze)], Frozen),
            ("active", &[(1, Freeze), (2, Unfreeze)], Active),
            ("active", &[(1, Disable)], Disabled),
            ("active", &[(-1, Disable)], Disabled),
            ("active", &[(1, Erase)], Disabled),
            ("active", &[(1, Erase), (2, Unfreeze), (3, Enable)], Disabled),
            ("active", &[(1, Disable), (2, Enable)], Disabled),
            ("active", &[(1, Disable), (2, Enable), (3, Freeze), (4, Unfreeze)], Disabled),
            ("active", &[(-2, Disable), (-1, Enable)], Active),
            ("active", &[(-2, Freeze), (-1, Unfreeze)], Active),
            ("frozen", &[], Frozen),
            ("frozen", &[(1, Unfreeze)], Active),
            ("frozen", &[(-1, Unfreeze)], Frozen),
            ("frozen", &[(1, Unfreeze), (2, Freeze)], Frozen),
        ];
        for (name, acts, expected) in cases {
            let (made, lived) = if name == "active" { (told.time, before) } else { (later.time, behind) };
            let line = |(at, act): &(i64, Act)| Revocation { time: made + at, act: *act, principal: rep };
            let acts: Vec<Revocation> = acts.iter().map(line).collect();
            let (done, copy) = shelf.restored(world, name, &Comeback::ByJournal(acts.clone())).unwrap();
            assert_eq!(state(&copy, rep), expected, "{name} {acts:?}");
            assert!(epoch(&copy, rep) > lived, "no session of another time lives");
            assert_eq!(done.erase_again.len(), usize::from(acts.iter().any(|line| line.act == Erase)));
            assert_eq!(revocation::read(copy.store().directory()).unwrap(), acts, "the journal went along");
            assert_eq!(state(&copy, world.id("admin")), Active, "nobody else is touched");
        }
    });
}

#[test]
fn whom_the_backup_does_not_know_is_counted() {
    let world = World::sqlite();
    let shelf = Shelf::new(&world);
    let told = shelf.create(&world, "one").unwrap();
    let nobody = PrincipalId(catalogue::RowId(uuid::Uuid::from_u128(4711)));
    let acts = vec![Revocation { time: told.time + 1, act: Act::Disable, principal: nobody }];
    let (done, _) = shelf.restored(&world, "one", &Comeback::ByJournal(acts)).unwrap();
    assert_eq!((done.unknown, done.disabled.len()), (1, 0));
}

#[test]
fn without_a_journal_only_an_administrator_comes_back() {
    on_both(|world| {
        let shelf = Shelf::new(world);
        shelf.create(world, "one").unwrap();
        for wrong in ["nobody@nowhere.example", &crate::world::email("north_rep")] {
            match shelf.restored(world, "one", &Comeback::Only(wrong.to_owned())) {
                Err(NotDone::Refused(error)) => drop(problem::<()>(Err(error))),
                other => panic!("{wrong}: {:?}", other.map(|(done, _)| done)),
            }
            assert!(!shelf.folder.join("data").exists(), "nothing is left");
        }
        let (done, copy) = shelf.restored(world, "one", &Comeback::Only(crate::world::email("admin"))).unwrap();
        assert_eq!(state(&copy, world.id("admin")), UserState::Active);
        assert_eq!(state(&copy, world.id("north_rep")), UserState::Frozen);
        assert_eq!(done.administrators, 1);
        let noted = revocation::read(copy.store().directory()).unwrap();
        assert_eq!(noted.iter().map(|line| line.principal).collect::<Vec<_>>(), done.frozen, "and stay out when it is restored again");
    });
}

#[test]
fn a_backup_never_replaces_a_file_and_leaves_no_part_of_itself() {
    let world = World::sqlite();
    let shelf = Shelf::new(&world);
    std::fs::write(shelf.folder.join("there"), "mine").unwrap();
    assert!(matches!(shelf.create(&world, "there"), Err(NotDone::Taken(_))));
    assert_eq!(std::fs::read(shelf.folder.join("there")).unwrap(), b"mine");
    // What somebody who was killed left is written over; what somebody writes now is not.
    let part = shelf.folder.join("new.part");
    std::fs::write(&part, vec![7; 1 << 20]).unwrap();
    let held = std::fs::File::open(&part).unwrap();
    held.lock().unwrap();
    let words = shelf.create(&world, "new").unwrap_err().to_string();
    assert!(words.contains("another backup is being written"), "{words}");
    drop(held);
    let told = shelf.create(&world, "new").unwrap();
    assert_eq!(std::fs::metadata(shelf.folder.join("new")).unwrap().len(), told.bytes);
    let mut left: Vec<_> = std::fs::read_dir(&shelf.folder).unwrap().map(|e| e.unwrap().file_name().into_string().unwrap()).collect();
    left.sort();
    assert_eq!(left, ["new", "there"]);
    assert!(matches!(shelf.create(&world, "no/where"), Err(NotDone::Unfit(Unfit::Out(_)))));
    let verbs: Vec<String> = world.trail().into_iter().map(|(verb, _)| verb).collect();
    assert_eq!(verbs, ["backup.create"], "only what became a file is told as made");
}

#[test]
fn whoever_was_shut_out_and_not_noted_is_noted_before_anybody_is_served() {
    on_both(|world| {
        let shelf = Shelf::new(world);
        shelf.create(world, "one").unwrap();
        let (rep, other) = (world.id("north_rep"), world.id("south_rep"));
        crm::people::disable(world.desk(), &world.user("admin"), rep, None).unwrap();
        world.clock.go_on(crate::world::MINUTE);
        crm::people::freeze(world.desk(), &world.user("admin"), other, None).unwrap();
        let (journal, store) = (world.desk().store().directory().join("revocations.log"), world.desk().store());
        let noted = store.revocations().unwrap();
        // The process died, or the disk was full, between the commits and the journal.
        std::fs::write(&journal, "").unwrap();
        world.clock.go_on(crate::world::HOUR);
        crm::people::note_missing(world.desk()).unwrap();
        assert_eq!(store.revocations().unwrap(), noted, "with the time of the change, not of now");
        crm::people::note_missing(world.desk()).unwrap();
        assert_eq!(store.revocations().unwrap().len(), 2, "once");
        let (_, copy) = shelf.restored(world, "one", &Comeback::ByJournal(store.revocations().unwrap())).unwrap();
        assert_eq!((state(&copy, rep), state(&copy, other)), (UserState::Disabled, UserState::Frozen));
        // Let back and frozen anew, the last act says too little; the next minute's upkeep mends that.
        world.clock.go_on(crate::world::MINUTE);
        crm::people::unfreeze(world.desk(), &world.user("admin"), other, None).unwrap();
        let before = std::fs::read(&journal).unwrap();
        world.clock.go_on(crate::world::MINUTE);
        crm::people::freeze(world.desk(), &world.user("admin"), other, None).unwrap();
        std::fs::write(&journal, before).unwrap();
        crm::jobs::Runner::new(world.desk().clone()).keep_time().unwrap();
        let acts = store.revocations().unwrap();
        let acts: Vec<Act> = acts.iter().filter(|line| line.principal == other).map(|line| line.act).collect();
        assert_eq!(acts, [Act::Freeze, Act::Unfreeze, Act::Freeze]);
    });
}

#[test]
fn a_departure_that_waits_for_its_hour_or_an_approval_is_a_plan_again_in_what_is_restored() {
    use crm::departures::{self, Departure, State};
    on_both(|world| {
        let shelf = Shelf::new(world);
        let admin = world.id("admin");
        let cases =
            [("north_rep", State::Approved), ("south_rep", State::Waiting), ("service_rep", State::Stopped), ("auditor", State::Draft)];
        for (name, at) in cases {
            let user = world.id(name);
            world.operate(move |tx| {
                let id = store::departures::plan(tx, user, admin, None, Some(crate::world::MORNING + crate::world::DAY))?;
                let old = store::departures::get(tx, id)?.unwrap();
                let decided = Departure {
                    state: at,
                    fingerprint: Some(vec![7; 32]),
                    decided_by: Some(admin),
                    approved_by: Some(admin),
                    approved_on: Some(tx.now()),
                    run_by: Some(admin),
                    ..old.clone()
                };
                Ok(store::departures::save(tx, &old, &decided)?)
            });
        }
        shelf.create(world, "one").unwrap();
        let (done, copy) = shelf.restored(world, "one", &Comeback::ByJournal(Vec::new())).unwrap();
        assert_eq!(done.departures.len(), 2);
        for (name, at) in cases {
            let user = world.id(name);
            let found: departures::Departure = copy.glance(move |tx| Ok(store::departures::open_of(tx, user)?)).unwrap().unwrap();
            let was_decided = matches!(at, State::Approved | State::Waiting);
            assert_eq!(found.state, if was_decided { State::Draft } else { at }, "{name}");
            assert_eq!(found.starts_on.is_none(), was_decided, "{name}");
            assert_eq!(found.why.is_some_and(|why| why.contains("restored from a backup")), was_decided, "{name}");
            let left = (found.fingerprint, found.decided_by, found.approved_by, found.approved_on, found.run_by);
            assert_eq!(left == (None, None, None, None, None), was_decided, "{name}: {left:?}");
        }
    });
}
