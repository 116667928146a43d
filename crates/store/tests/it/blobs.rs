//! Bytes come back as they were kept, to whom they belong, or not at all.
//!
//! Not here: attachments of records (`crm`). Start reading at [`keep`].

use crate::both::{DAY, TestStore, on_both};
use catalogue::RowId;
use security::PrincipalId;
use std::io::Read;
use std::path::PathBuf;
use store::blobs::{self, Kept, NotKept};
use uuid::Uuid;

const REP: PrincipalId = PrincipalId(RowId(Uuid::from_u128(77)));
const STRANGER: PrincipalId = PrincipalId(RowId(Uuid::from_u128(78)));
const MOST: u64 = 8 * 1024 * 1024;

/// More than two chunks, and not a multiple of one.
fn bytes() -> Vec<u8> {
    (0..2_600_000u32).map(|n| n.to_le_bytes()[0] ^ n.to_le_bytes()[1]).collect()
}

fn keep(store: &TestStore, bytes: &[u8]) -> Kept {
    let kept = store.keep_bytes(bytes, MOST).unwrap();
    let entered = kept.clone();
    store.act("file.upload", move |tx| Ok(blobs::enter(tx, &entered, REP)?)).unwrap();
    kept
}

fn read_back(store: &TestStore, id: RowId) -> std::io::Result<Vec<u8>> {
    let found = store.read(|tx| blobs::of_uploader(tx, id, REP)).unwrap().unwrap();
    let mut all = Vec::new();
    store.open_bytes(found).unwrap().read_to_end(&mut all)?;
    Ok(all)
}

/// Every file under `files/`, or how many chunks there are.
fn left(store: &TestStore) -> usize {
    if !store.is_sqlite() {
        return usize::try_from(store.number("SELECT count(*) FROM sys_file_chunks")).unwrap();
    }
    files(store).len()
}

fn files(store: &TestStore) -> Vec<PathBuf> {
    let inside = |folder: PathBuf| std::fs::read_dir(folder).into_iter().flatten().map(|entry| entry.unwrap().path());
    inside(store.directory().join("files")).flat_map(inside).collect()
}

#[test]
fn bytes_come_back_as_they_were_kept() {
    on_both(|store| {
        let kept = keep(store, &bytes());
        assert_eq!(kept.size, 2_600_000);
        assert_eq!(read_back(store, kept.id).unwrap(), bytes());
        let empty = keep(store, &[]);
        assert_eq!(read_back(store, empty.id).unwrap(), Vec::<u8>::new());
    });
}

#[test]
fn only_who_uploaded_bytes_finds_them() {
    on_both(|store| {
        let kept = keep(store, b"secret");
        assert!(store.read(|tx| blobs::of_uploader(tx, kept.id, STRANGER)).unwrap().is_none());
        assert!(store.read(|tx| blobs::of_uploader(tx, RowId(Uuid::from_u128(9)), REP)).unwrap().is_none());
    });
}

#[test]
fn what_is_too_large_or_ends_half_way_leaves_nothing() {
    on_both(|store| {
        assert!(matches!(store.keep_bytes(&bytes()[..], 2_599_999), Err(NotKept::TooLarge(2_599_999))));
        struct Broken(u32);
        impl Read for Broken {
            fn read(&mut self, into: &mut [u8]) -> std::io::Result<usize> {
                self.0 += 1;
                if self.0 > 40 { Err(std::io::Error::other("gone")) } else { Ok(into.len()) }
            }
        }
        assert!(matches!(store.keep_bytes(Broken(0), MOST), Err(NotKept::Source(_))));
        assert_eq!(left(store), 0);
    });
}

#[test]
fn bytes_that_were_changed_are_not_handed_out_as_whole() {
    on_both(|store| {
        let kept = keep(store, b"a quarterly report");
        match files(store).first() {
            Some(file) => std::fs::write(file, b"a Quarterly report").unwrap(),
            None => store.beside("UPDATE sys_file_chunks SET bytes = 'a Quarterly report'"),
        }
        assert!(read_back(store, kept.id).is_err());
    });
}

#[test]
fn what_nobody_named_within_a_day_is_swept() {
    on_both(|store| {
        let named = keep(store, b"named");
        let id = named.id;
        assert!(store.act("file.name", move |tx| Ok(blobs::name(tx, id)?)).unwrap());
        let unnamed = keep(store, b"unnamed");
        // Kept, and then the server died before the row was made.
        store.keep_bytes(&b"orphan"[..], MOST).unwrap();
        store.clock.go_on(DAY / 2);
        assert_eq!(store.sweep_bytes().unwrap(), 0);
        assert_eq!(left(store), 3);
        store.clock.go_on(DAY);
        let fresh = keep(store, b"fresh");
        assert_eq!(store.sweep_bytes().unwrap(), 1);
        assert_eq!(left(store), 2);
        assert_eq!(read_back(store, named.id).unwrap(), b"named");
        assert_eq!(read_back(store, fresh.id).unwrap(), b"fresh");
        let gone = unnamed.id;
        assert!(!store.act("file.name", move |tx| Ok(blobs::name(tx, gone)?)).unwrap());
    });
}
