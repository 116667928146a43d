//! A dump is the organisation: nothing is forgotten on the way, and nothing is believed that was changed on it.
//!
//! The organisation of these sentences ([`organisation`]) has people, rights, records, a column of its own, files,
//! something deleted and a trail with a checkpoint. What is read back is told by `dump/reading.rs`.
//! Not here: the commands around it (`crates/castellan/tests/it/main.rs`). Start reading at [`organisation`].

mod places;
mod reading;

use crate::accounts::{Company, change, company};
use crate::both::{DAY, Database, Directory, SECOND, Seeded, TestStore, on_both};
use catalogue::{Catalogue, CustomKind, Definition, RowId, Sensitivity, Value};
use security::{Permit, Privilege, Reason, Rights};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use store::dump::{self, Counted, Identity, Opened, Part, Pick, Recipient, Restored, Told, Unfit, What};
use store::records::{self, NewShare, Written};
use store::{Dialect, Fault, Setup, Store, Tx, blobs, columns, rights};

const BYTES: &[u8] = b"a quarterly report, with words that no search finds";

/// A name that every escape of either database would like to change.
const NASTY: &str = "Tab\tline\nback\\slash \"quoted\" \\N 'n\u{1F980}' \u{e4}";

struct Organisation {
    who: Company,
    accounts: Vec<RowId>,
    file: RowId,
}

fn cells(table: &catalogue::Table, said: &[(&str, Value)]) -> records::Cells {
    said.iter().map(|(column, value)| (table.find(column).unwrap().id, value.clone(), None)).collect()
}

/// Makes an account of this owner.
fn account(tx: &mut Tx<'_>, who: Company, name: &str, more: &[(&str, Value)]) -> RowId {
    let catalogue = rights::catalogue(tx).unwrap();
    let table = catalogue.find("accounts").unwrap();
    let permit = Permit::for_upkeep(Reason::Test, Privilege::Create, table);
    let mut all = cells(table, &[("name", name.into()), ("state", Value::Int(0))]);
    all.extend(cells(table, more));
    let id = tx.new_id();
    assert!(matches!(records::insert(tx, &permit, id, &all, Some((who.ann, who.sales))).unwrap(), Written::Done(_)));
    id
}

/// Something of everything that an organisation may have.
fn organisation(store: &TestStore) -> Organisation {
    let who = company(store);
    let rank = |name: &str, kind| Definition {
        set: "accounts".into(),
        name: name.into(),
        label: name.into(),
        help: String::new(),
        kind,
        sensitivity: Sensitivity::General,
        is_listed: false,
        is_searched: true,
        is_retired: false,
    };
    let added = [
        rank("x_line", CustomKind::Text(50)),
        rank("x_count", CustomKind::Integer),
        rank("x_mate", CustomKind::Lookup(vec!["accounts".into()])),
    ];
    change(store, move |tx| {
        store::accounts::set_organisation_name(tx, "Stone Works")?;
        added.iter().try_for_each(|column| columns::add(tx, column).map(drop))?;
        rights::set_secured(tx, "accounts", "x_line", false)
    })
    .unwrap();
    let accounts = change(store, move |tx| {
        let first = account(tx, who, "Blue Kiln", &[("x_line", "marmalade".into()), ("x_count", Value::Int(-7))]);
        let second = account(tx, who, NASTY, &[("x_mate", first.into())]);
        let gone = account(tx, who, "Gone", &[]);
        let catalogue = tx.catalogue().clone();
        let table = catalogue.find("accounts").unwrap();
        let group = tx.new_id();
        let removed = records::remove(tx, &Permit::for_upkeep(Reason::Test, Privilege::Delete, table), group, gone, true)?;
        assert!(matches!(removed, Written::Done(_)));
        let share = NewShare { row: first, with: who.bob, rights: Rights::shareable(), until: None, inherited: None };
        let (_, shared) = records::give_share(tx, &Permit::for_upkeep(Reason::Test, Privilege::Share, table), &share)?;
        assert!(matches!(shared, Written::Done(_)));
        Ok(vec![first, second])
    })
    .unwrap();
    let kept = store.keep_bytes(BYTES, 1 << 20).unwrap();
    let entered = kept.clone();
    store.act("file.upload", move |tx| Ok(blobs::enter(tx, &entered, who.ann)?)).unwrap();
    store.checkpoint().unwrap();
    std::fs::write(store.directory().join("archive.key"), Identity::generate().file()).unwrap();
    Organisation { who, accounts, file: kept.id }
}

/// Dumps it into memory.
fn dumped(store: &Store, what: &What, to: &Recipient) -> (Vec<u8>, Told) {
    let mut out = Vec::new();
    let told = dump::write_without_permit(store, what, std::slice::from_ref(to), &mut out).unwrap();
    assert_eq!(told.bytes, out.len() as u64);
    (out, told)
}

fn open(bytes: &[u8], key: &Identity) -> Result<Opened, Unfit> {
    Opened::open(std::io::Cursor::new(bytes.to_vec()), key)
}

/// An empty place to restore to.
struct Place {
    setup: Setup,
    _database: Option<Database>,
    directory: Directory,
}

impl Place {
    fn on(store: &TestStore, dialect: Dialect) -> Option<Place> {
        let database = match dialect {
            Dialect::Sqlite => None,
            Dialect::Postgres => Some(Database::make()?),
        };
        let directory = Directory::make();
        let postgres = database.as_ref().map(|d| d.url.clone());
        let setup = Setup { directory: directory.0.join("data"), postgres, chance: Arc::new(Seeded::new(99)), ..store.setup() };
        Some(Place { setup, _database: database, directory })
    }

    fn sqlite(store: &TestStore) -> Place {
        Place::on(store, Dialect::Sqlite).unwrap()
    }

    fn restore(&self, bytes: &[u8], key: &Identity) -> Result<Restored, Unfit> {
        dump::restore_into_empty(open(bytes, key)?, self.setup.clone(), None)
    }

    /// What lies there.
    fn left(&self) -> Vec<String> {
        let Ok(found) = std::fs::read_dir(&self.setup.directory) else { return Vec::new() };
        found.map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned()).collect()
    }
}

fn of<'t>(told: &'t Told, table: &str) -> &'t Counted {
    told.tables.iter().find(|counted| counted.name == table).unwrap()
}

/// Everything, as it is in a copy: found by word and column, its bytes, its trail.
fn stands(copy: &Store, made: &Organisation) {
    let (first, second) = (made.accounts[0], made.accounts[1]);
    copy.read(|tx| {
        let catalogue = rights::catalogue(tx)?;
        let table = catalogue.find("accounts").unwrap();
        let read = Permit::for_upkeep(Reason::Test, Privilege::Read, table);
        let found = |tx: &mut Tx<'_>, words: &str| -> Vec<RowId> {
            records::search(tx, &read, words, 10).unwrap().records.iter().map(|r| r.id).collect()
        };
        assert_eq!(found(tx, "blue"), [first], "by its name");
        assert_eq!(found(tx, "marmal"), [first], "by a word of a column that was added");
        assert_eq!(found(tx, "slash"), [second]);
        assert_eq!(found(tx, "gone"), []);
        let row = records::get(tx, &read, second)?.unwrap();
        assert_eq!(row.named(table, "name").and_then(Value::text), Some(NASTY));
        assert_eq!(row.named(table, "x_mate").and_then(Value::id), Some(first));
        assert_eq!(records::get(tx, &read, first)?.unwrap().named(table, "x_count"), Some(&Value::Int(-7)));
        assert_eq!(records::live_shares(tx, "accounts", first)?.len(), 1);
        Ok::<_, Fault>(())
    })
    .unwrap();
    let found = copy.read(|tx| blobs::of_uploader(tx, made.file, made.who.ann)).unwrap().unwrap();
    let mut bytes = Vec::new();
    std::io::Read::read_to_end(&mut copy.open_bytes(found).unwrap(), &mut bytes).unwrap();
    assert_eq!(bytes, BYTES);
    let key = copy.trail_key();
    let report = copy.read(|tx| store::trail::verify(tx, &key)).unwrap();
    assert!(report.is_whole(), "{report}");
}

#[test]
fn an_organisation_comes_back_on_either_database() {
    on_both(|store| {
        let made = organisation(store);
        let key = Identity::generate();
        let (bytes, told) = dumped(store, &What::Whole, &key.recipient());
        assert_eq!(told.damaged, []);
        assert_eq!((of(&told, "accounts").rows, of(&told, "sys_removed").rows, told.files), (2, 1, 1));
        for dialect in [Dialect::Sqlite, Dialect::Postgres] {
            let Some(place) = Place::on(store, dialect) else { continue };
            let restored = place.restore(&bytes, &key).unwrap();
            assert_eq!(restored.told, told, "counted and hashed again");
            assert_eq!(restored.head.organisation, "Stone Works");
            let copy = restored.finish().unwrap();
            stands(&copy, &made);
            assert_eq!(copy.trail_key(), store.trail_key(), "the trail goes on under the same key");
            for key in ["seal.key", "archive.key"] {
                let read = |of: &Store| std::fs::read(of.directory().join(key)).unwrap();
                assert_eq!(read(&copy), read(store), "{key}");
            }
            // What the copy says of itself is what was said of the original, but for lanes that only one of them has.
            let (_, again) = dumped(&copy, &What::Whole, &key.recipient());
            for table in told.tables.iter().filter(|table| table.name != "sys_lanes") {
                assert_eq!(of(&again, &table.name), table);
            }
            // It is alive: it can be written, and what is written continues the trail.
            change_there(&copy, made.who);
            let trail = copy.trail_key();
            assert!(copy.read(|tx| store::trail::verify(tx, &trail)).unwrap().is_whole());
            drop(copy);
            Store::open(place.setup.clone()).unwrap();
        }
    });
}

fn change_there(copy: &Store, who: Company) {
    let done: Result<RowId, Fault> = copy.write(move |tx| {
        tx.sign(crate::both::stamp("test.change"));
        Ok(account(tx, who, "After", &[("x_line", "later".into())]))
    });
    done.unwrap();
}

#[test]
fn a_table_that_nobody_thought_of_comes_along() {
    on_both(|store| {
        organisation(store);
        store.beside("CREATE TABLE sys_new (name TEXT NOT NULL PRIMARY KEY)");
        store.beside("INSERT INTO sys_new (name) VALUES ('x')");
        let key = Identity::generate();
        let (bytes, told) = dumped(store, &What::Whole, &key.recipient());
        assert_eq!(of(&told, "sys_new").rows, 1);
        let place = Place::sqlite(store);
        let said = place.restore(&bytes, &key).err().unwrap().to_string();
        assert!(said.contains("`sys_new`"), "a version that does not know it says so: {said}");
        assert_eq!(place.left(), Vec::<String>::new(), "nothing is left of it");
    });
}

#[test]
fn a_dump_shows_one_moment_while_others_write() {
    on_both(|store| {
        let who = company(store);
        let key = Identity::generate();
        let over = AtomicBool::new(false);
        std::thread::scope(|scope| {
            let writing = scope.spawn(|| {
                let mut pairs = 0;
                while !over.load(Ordering::Relaxed) {
                    change(store, move |tx| {
                        account(tx, who, "Left", &[]);
                        account(tx, who, "Right", &[]);
                        Ok(())
                    })
                    .unwrap();
                    pairs += 1;
                }
                pairs
            });
            for _ in 0..5 {
                let (bytes, told) = dumped(store, &What::Whole, &key.recipient());
                assert_eq!(of(&told, "accounts").rows % 2, 0, "half of a change");
                let place = Place::sqlite(store);
                let verified = dump::verify_in_scratch(open(&bytes, &key).unwrap(), place.setup.clone(), None).unwrap();
                let walked = verified.trail.unwrap();
                assert!(walked.is_whole() && verified.head.names(&walked.heads), "{walked}");
                assert_eq!(verified.told, told);
            }
            over.store(true, Ordering::Relaxed);
            assert!(writing.join().unwrap() > 0);
        });
    });
}

#[test]
fn a_part_holds_what_was_picked_and_nothing_else() {
    on_both(|store| {
        let made = organisation(store);
        let key = Identity::generate();
        let ids = |ids: &[RowId]| vec![Pick::Of { column: "id".into(), ids: ids.to_vec() }];
        let mut part = Part { about: serde_json::json!({ "of": "Ann" }), ..Part::default() };
        part.picks.insert("accounts".into(), ids(&made.accounts[..1]));
        part.picks.insert("sys_principals".into(), ids(&[made.who.ann.0]));
        part.picks.insert("sys_files".into(), ids(&[made.file]));
        let of_row = |column: &str, id: RowId| Pick::Of { column: column.into(), ids: vec![id] };
        part.picks.insert("sys_changes".into(), vec![of_row("row_id", made.accounts[0]), of_row("row_id", made.who.ann.0)]);
        part.picks.insert("sys_units".into(), vec![Pick::All]);
        let linked = |to: RowId| Pick::Linked { column: "row_id".into(), table: "accounts".into(), by: "id".into(), picks: ids(&[to]) };
        part.picks.insert("sys_shares".into(), vec![linked(made.accounts[0])]);
        part.picks.insert("sys_owner_history".into(), vec![linked(made.accounts[1])]);
        let (bytes, told) = dumped(store, &What::Part(part.clone()), &key.recipient());
        assert_eq!((of(&told, "accounts").rows, of(&told, "sys_principals").rows, of(&told, "sys_units").rows), (1, 1, 3));
        assert!(of(&told, "sys_changes").rows >= 2);
        assert_eq!((of(&told, "sys_shares").rows, of(&told, "sys_owner_history").rows), (1, 1), "what hangs on what was picked");
        assert_eq!(told.tables.len(), 8, "and the columns that were added");
        let place = Place::sqlite(store);
        let verified = dump::verify_in_scratch(open(&bytes, &key).unwrap(), place.setup.clone(), None).unwrap();
        assert_eq!((verified.told, verified.head.about), (told, part.about.clone()));
        assert!(verified.trail.is_none(), "a part has no trail to walk");
        assert_eq!(place.left(), Vec::<String>::new(), "the scratch is empty again");
        let restored = place.restore(&bytes, &key).unwrap();
        let keys = std::fs::read(store.directory().join("seal.key")).unwrap();
        assert_ne!(std::fs::read(restored.store.directory().join("seal.key")).unwrap(), keys, "no key goes out with a part");
        assert!(!restored.store.directory().join("archive.key").exists());
        for wrong in [("sys_nothing", "id"), ("accounts", "x_none"), ("accounts", "name")] {
            let mut part = Part::default();
            part.picks.insert(wrong.0.into(), vec![Pick::Of { column: wrong.1.into(), ids: made.accounts.clone() }]);
            assert!(dump::write_without_permit(store, &What::Part(part), &[key.recipient()], Vec::new()).is_err(), "{wrong:?}");
        }
    });
}

#[test]
fn a_file_that_is_not_as_it_was_kept_is_told_and_comes_along() {
    on_both(|store| {
        let made = organisation(store);
        let file = made.file.to_string();
        match store.is_sqlite() {
            true => std::fs::write(store.directory().join("files").join(&file[34..]).join(&file), b"other").unwrap(),
            false => store.beside("UPDATE sys_file_chunks SET bytes = 'other'"),
        }
        let key = Identity::generate();
        let (bytes, told) = dumped(store, &What::Whole, &key.recipient());
        assert_eq!(told.damaged, [made.file]);
        let place = Place::sqlite(store);
        dump::verify_in_scratch(open(&bytes, &key).unwrap(), place.setup.clone(), None).unwrap();
        match store.is_sqlite() {
            true => std::fs::remove_dir_all(store.directory().join("files")).unwrap(),
            false => store.beside("DELETE FROM sys_file_chunks"),
        }
        let (bytes, told) = dumped(store, &What::Whole, &key.recipient());
        assert_eq!(told.damaged, [made.file]);
        dump::verify_in_scratch(open(&bytes, &key).unwrap(), place.setup.clone(), None).unwrap();
    });
}

#[test]
fn no_file_is_swept_while_it_is_read_for_a_dump() {
    /// Sweeps as soon as something comes out, in the middle of the first file.
    struct Sweeping<'s>(&'s TestStore, Vec<u8>);
    impl std::io::Write for Sweeping<'_> {
        fn write(&mut self, piece: &[u8]) -> std::io::Result<usize> {
            self.0.sweep_bytes().unwrap();
            self.1.extend_from_slice(piece);
            Ok(piece.len())
        }
        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }
    on_both(|store| {
        let who = company(store);
        let mut large = vec![0; 2 << 20];
        store.chance().fill(&mut large);
        for bytes in [&large[..], BYTES] {
            let kept = store.keep_bytes(bytes, 4 << 20).unwrap();
            store.act("file.upload", move |tx| Ok(blobs::enter(tx, &kept, who.ann)?)).unwrap();
            store.clock.go_on(SECOND);
        }
        // Nobody named them within a day.
        store.clock.go_on(2 * DAY);
        let (key, mut out) = (Identity::generate(), Sweeping(store, Vec::new()));
        let told = dump::write_without_permit(store, &What::Whole, &[key.recipient()], &mut out).unwrap();
        assert_eq!((told.files, told.damaged.len()), (2, 0));
        let place = Place::sqlite(store);
        let verified = dump::verify_in_scratch(open(&out.1, &key).unwrap(), place.setup.clone(), None).unwrap();
        assert_eq!(verified.told.damaged, []);
        store.sweep_bytes().unwrap();
        let (_, after) = dumped(store, &What::Whole, &key.recipient());
        assert_eq!(after.files, 0, "they go once nobody reads them");
        assert!(
            !store.is_sqlite()
                || std::fs::read_dir(store.directory().join("files"))
                    .unwrap()
                    .all(|shelf| std::fs::read_dir(shelf.unwrap().path()).unwrap().next().is_none())
        );
    });
}

fn catalogue() -> Arc<Catalogue> {
    Arc::new(catalogue::standard::catalogue().unwrap())
}

/// Of a small organisation on SQLite.
fn small() -> (TestStore, Identity, Vec<u8>) {
    let store = TestStore::sqlite(&catalogue());
    organisation(&store);
    let key = Identity::generate();
    let (bytes, _) = dumped(&store, &What::Whole, &key.recipient());
    (store, key, bytes)
}
