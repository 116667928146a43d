//! A store opens whole, alone and as new as its data, or says why it does not.
//!
//! Not here: what lies in it. Start reading at [`a_second_server_on_a_directory_is_refused`].

use crate::both::{Directory, MORNING, TestStore, on_both};
use catalogue::RowId;
use security::PrincipalId;
use std::sync::Arc;
use store::revocation::{Act, Revocation, read};
use store::{OpenError, Store};
use uuid::Uuid;

fn shipped() -> Arc<catalogue::Catalogue> {
    Arc::new(catalogue::standard::catalogue().unwrap())
}

fn refused(opened: Result<Store, OpenError>) -> OpenError {
    opened.map(|_| "a store").expect_err("it opened")
}

#[test]
fn a_second_server_on_a_directory_is_refused() {
    on_both(|store| {
        let second = refused(Store::open(store.setup()));
        assert!(matches!(&second, OpenError::Locked(path) if path == store.directory()), "{second}");
    });
}

#[test]
fn a_store_opens_again_with_what_it_had() {
    let mut stores = vec![TestStore::sqlite(&shipped())];
    stores.extend(TestStore::postgres(&shipped()));
    for mut store in stores {
        store.act("test.note", |_| Ok(())).unwrap();
        let key = store.trail_key();
        store.reopened(|_| {}).unwrap();
        store.act("test.note", |_| Ok(())).unwrap();
        assert_eq!(store.trail_key(), key);
        assert_eq!((store.verify().entries, store.verify().is_whole()), (2, true));
    }
}

#[test]
fn data_of_a_newer_version_is_refused_and_left_alone() {
    on_both(|store| {
        store.beside("UPDATE sys_meta SET value = '9.9.9' WHERE name = 'lowest'");
        let other = Directory::make();
        let mut setup = store.setup();
        if store.is_sqlite() {
            store.beside(&format!("VACUUM INTO '{}'", other.0.join("castellan.db").display()));
        }
        setup.directory.clone_from(&other.0);
        let newer = refused(Store::open(setup));
        assert!(matches!(&newer, OpenError::Newer(lowest) if lowest == "9.9.9"), "{newer}");
        assert!(newer.to_string().contains("9.9.9"), "{newer}");
        assert_eq!(store.text("SELECT value FROM sys_meta WHERE name = 'lowest'"), "9.9.9");
    });
}

#[test]
fn a_database_that_may_not_be_written_is_refused_and_says_so() {
    let mut store = TestStore::sqlite(&shipped());
    let opened = store.reopened(|directory| {
        // WHY: root may write any file, so the file itself says that it is not to be written: byte 18 of its header.
        let path = directory.join("castellan.db");
        let conn = rusqlite::Connection::open(&path).unwrap();
        conn.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(())).unwrap();
        drop(conn);
        let mut bytes = std::fs::read(&path).unwrap();
        bytes[18] = 3;
        std::fs::write(&path, bytes).unwrap();
    });
    let text = opened.expect_err("it opened").to_string();
    assert!(text.contains("cannot be written") && text.contains("readonly"), "{text}");
}

#[test]
fn a_file_that_is_no_database_is_refused() {
    let directory = Directory::make();
    std::fs::write(directory.0.join("castellan.db"), "this is a letter, not a database, and long enough to be looked at").unwrap();
    let mut setup = TestStore::sqlite(&shipped()).setup();
    setup.directory.clone_from(&directory.0);
    let text = refused(Store::open(setup)).to_string();
    assert!(text.contains("not a database"), "{text}");
}

#[test]
fn a_server_that_is_not_there_is_told() {
    let directory = Directory::make();
    let mut setup = TestStore::sqlite(&shipped()).setup();
    setup.directory.clone_from(&directory.0);
    setup.postgres = Some("not an address".to_owned());
    assert!(refused(Store::open(setup)).to_string().contains("cannot be reached"));
}

#[cfg(unix)]
#[test]
fn nobody_but_the_owner_may_read_the_key_or_the_directory() {
    use std::os::unix::fs::PermissionsExt;
    on_both(|store| {
        let mode = |path: &std::path::Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!(mode(store.directory()), 0o700);
        assert_eq!(mode(&store.directory().join("trail.key")), 0o600);
        assert_eq!(std::fs::read_to_string(store.directory().join("trail.pub")).unwrap().trim().len(), 64);
    });
}

#[test]
fn a_damaged_key_is_refused_rather_than_replaced() {
    let mut store = TestStore::sqlite(&shipped());
    let opened = store.reopened(|directory| std::fs::write(directory.join("trail.key"), "short").unwrap());
    assert!(opened.expect_err("it opened").to_string().contains("trail.key"));
}

#[test]
fn revocations_are_noted_outside_the_database_and_survive_a_torn_line() {
    on_both(|store| {
        let (anna, ben) = (PrincipalId(RowId(Uuid::from_u128(7))), PrincipalId(RowId(Uuid::from_u128(8))));
        assert_eq!(store.revocations().unwrap(), []);
        store.note_revocation(Act::Freeze, anna, MORNING).unwrap();
        store.note_revocation(Act::Disable, ben, MORNING).unwrap();
        let file = store.directory().join("revocations.log");
        let mut text = std::fs::read_to_string(&file).unwrap();
        text.push_str("17724420");
        std::fs::write(&file, text).unwrap();
        let noted = |act, principal| Revocation { time: MORNING, act, principal };
        assert_eq!(read(store.directory()).unwrap(), [noted(Act::Freeze, anna), noted(Act::Disable, ben)]);
        store.note_revocation(Act::Unfreeze, anna, MORNING).unwrap();
        assert_eq!(store.revocations().unwrap().last(), Some(&noted(Act::Unfreeze, anna)));
        assert_eq!(store.revocations().unwrap().len(), 3);
        std::fs::write(&file, "now freeze somebody\n").unwrap();
        assert!(store.revocations().is_err());
    });
}

#[test]
fn acts_that_were_noted_in_another_order_are_read_as_they_were_done() {
    let store = TestStore::sqlite(&shipped());
    let anna = PrincipalId(RowId(Uuid::from_u128(7)));
    store.note_revocation(Act::Disable, anna, MORNING + 2).unwrap();
    store.note_revocation(Act::Enable, anna, MORNING + 1).unwrap();
    let acts: Vec<Act> = store.revocations().unwrap().iter().map(|line| line.act).collect();
    assert_eq!(acts, [Act::Enable, Act::Disable], "whoever was disabled last is not let in by a line that came later");
}
