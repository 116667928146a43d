//! Columns that an organisation adds while it works: there at once, for good, on both databases.
//!
//! The company and its things are those of `crates/store/tests/it/records.rs`; the actor is made over the catalogue as it
//! is when it is asked for, as the desk does it.
//! Not here: which names fit (`crates/catalogue/tests/it/custom.rs`), who may add (`crates/crm/tests/it/tables.rs`).
//! Start reading at [`Added`].

use crate::accounts::{change, company};
use crate::both::{No, TestStore, on_both_with};
use crate::records::{Things, begun, cells, done, everything, holding, kept, table, with_things};
use catalogue::{Area, Catalogue, CustomKind, Definition, RowId, Sensitivity, TableBuilder, Value, naming};
use security::{AccessLevel, Actor, ColumnUse, Permit, Privilege, Standing, permit};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;
use store::columns::{self, Kept};
use store::records::{self, Cells, Filter, Query, Test};
use store::{Fault, Tx, rights};

fn defined(name: &str, kind: CustomKind) -> Definition {
    Definition {
        set: "things".into(),
        name: name.into(),
        label: name.into(),
        help: String::new(),
        kind,
        sensitivity: Sensitivity::General,
        is_listed: false,
        is_searched: false,
        is_retired: false,
    }
}

fn labels(all: &[&str]) -> Vec<String> {
    all.iter().map(|label| (*label).to_owned()).collect()
}

/// One column of each kind that can be added, with a value for it.
fn every_kind(at: RowId) -> Vec<(Definition, Value)> {
    let text = |t: &str| Value::Text(t.into());
    let options = || naming::options(&[], &labels(&["Gold", "Tin"]));
    vec![
        (defined("x_line", CustomKind::Text(50)), text("Ångström line")),
        (defined("x_story", CustomKind::Memo(500)), text("a long story")),
        (defined("x_mail", CustomKind::Email), text("ann@acme.example")),
        (defined("x_phone", CustomKind::Phone), text("+49 1")),
        (defined("x_site", CustomKind::Url), text("https://acme.example")),
        (defined("x_count", CustomKind::Integer), Value::Int(7)),
        (defined("x_share", CustomKind::Decimal(3)), Value::Int(1250)),
        (defined("x_fee", CustomKind::Money), Value::Int(10_000)),
        (defined("x_ready", CustomKind::YesNo), Value::Int(1)),
        (defined("x_rank", CustomKind::Choice(options())), Value::Int(2)),
        (defined("x_tags", CustomKind::MultiChoice(options())), text("1,2")),
        (defined("x_day", CustomKind::Date), Value::Int(20_000)),
        (defined("x_at", CustomKind::DateTime), Value::Int(1_772_442_000_000_000)),
        (defined("x_mate", CustomKind::Lookup(labels(&["things"]))), Value::Id(at)),
        (defined("x_guide", CustomKind::Lookup(labels(&["users", "things"]))), Value::Id(at)),
    ]
}

/// A company with things, whose tables grow.
struct Added<'t>(&'t Things<'t>);

impl Added<'_> {
    fn add(&self, new: Definition) -> RowId {
        self.0.store.act("column.add", move |tx| Ok(columns::add(tx, &new)?)).unwrap()
    }

    fn say(&self, name: &'static str, how: impl Fn(&mut Definition) + Send + 'static) {
        let changed = self.0.store.act("column.change", move |tx| {
            let old = named(tx, name)?;
            let mut new = old.definition.clone();
            how(&mut new);
            Ok(columns::change(tx, &old, &new)?)
        });
        changed.unwrap();
    }

    fn secure(&self, name: &'static str, secured: bool) {
        change(self.0.store, move |tx| rights::set_secured(tx, "things", name, secured)).unwrap();
    }

    fn catalogue(&self) -> Arc<Catalogue> {
        self.0.store.read(rights::catalogue).unwrap()
    }

    /// Ann, to whom all is open that is open to anybody.
    fn ann(&self) -> Actor {
        over(self.0, self.catalogue())
    }

    fn cells(&self, said: &[(&str, Value)]) -> Cells {
        let whole = self.catalogue();
        let table = whole.find("things").unwrap();
        let target = |name: &str| (name == "x_guide").then(|| whole.target("things")).flatten();
        said.iter().map(|(name, value)| (table.find(name).unwrap().id, value.clone(), target(name))).collect()
    }

    fn put(&self, said: &[(&str, Value)]) -> RowId {
        let (actor, at) = (self.ann(), self.0.at);
        let mut all = self.cells(said);
        all.extend(cells("things", &[("state", Value::Int(0))]));
        let made = self.0.act(move |tx| {
            let create = permit(&actor, Privilege::Create, actor.catalogue().find("things").unwrap()).unwrap();
            done(tx, |tx, id| records::insert(tx, &create, id, &all, Some((at.ann, at.sales))))
        });
        made.unwrap()
    }

    fn read<T>(&self, look: impl FnOnce(&mut Tx<'_>, &Permit<'_>) -> Result<T, Fault>) -> T {
        let actor = self.ann();
        let read = permit(&actor, Privilege::Read, actor.catalogue().find("things").unwrap()).unwrap();
        self.0.store.read(|tx| look(tx, &read)).unwrap()
    }

    fn value(&self, id: RowId, name: &str) -> Option<Value> {
        let column = self.catalogue().find("things").unwrap().kept(name).unwrap().id;
        self.read(|tx, read| records::get(tx, read, id)).unwrap().get(column).cloned()
    }

    fn found(&self, words: &str) -> Vec<RowId> {
        let hits = self.read(|tx, read| records::search(tx, read, words, 10));
        hits.records.iter().map(|record| record.id).collect()
    }
}

fn over(things: &Things<'_>, catalogue: Arc<Catalogue>) -> Actor {
    let clerk = holding(things.at.ann, things.at.sales, AccessLevel::Organisation);
    Actor::assemble(Standing {
        user: clerk.user(),
        name: clerk.name().to_owned(),
        state: clerk.state(),
        unit: things.at.sales,
        teams: Vec::new(),
        roles: clerk.roles().to_vec(),
        profiles: Vec::new(),
        units: Arc::new(security::UnitTree::new([(things.at.sales, None)])),
        read_only: Default::default(),
        catalogue,
    })
}

fn named(tx: &mut Tx<'_>, name: &str) -> Result<Kept, Fault> {
    let mut all = columns::columns(tx)?.into_iter();
    all.find(|kept| kept.definition.name == name).ok_or_else(|| Fault::broken("no such column"))
}

/// How many columns of the database begin so.
fn real_columns(store: &TestStore, set: &str, begin: &str) -> i64 {
    match store.is_sqlite() {
        true => store.number(&format!("SELECT count(*) FROM pragma_table_info('{set}') WHERE name LIKE '{begin}%'")),
        false => store.number(&format!(
            "SELECT count(*) FROM information_schema.columns WHERE table_schema = current_schema() AND table_name = '{set}' AND column_name LIKE '{begin}%'"
        )),
    }
}

#[test]
fn a_column_of_each_kind_is_there_at_once_and_open_to_nobody_until_it_is_opened() {
    with_things(|things| {
        let (added, friend) = (Added(things), things.named("friend"));
        let number = || things.store.read(|tx| rights::numbers(tx, things.at.ann)).unwrap().organisation;
        for (new, value) in every_kind(friend) {
            let (before, name) = (number(), new.name.clone());
            added.add(new.clone());
            assert!(number() > before, "{name}: everybody's rights are read anew");
            let ann = added.ann();
            let table = ann.catalogue().find("things").unwrap().clone();
            let column = table.find(&name).unwrap();
            for purpose in [Privilege::Read, Privilege::Create, Privilege::Write] {
                let permit = permit(&ann, purpose, &table).unwrap();
                assert!([ColumnUse::Read, ColumnUse::Create, ColumnUse::Update].iter().all(|u| !permit.opens(column.id, *u)), "{name}");
            }
            assert!(added.value(friend, &name).is_none(), "{name} is not even selected");
            let opened: &'static str = name.clone().leak();
            added.secure(opened, false);
            let id = added.put(&[(&name, value.clone())]);
            assert_eq!(added.value(id, &name), Some(value.clone()), "{name}");
            let filled = Filter::Not(Box::new(Filter::Column(column.id, Test::Null)));
            let query = Query { filter: filled, ..everything(Vec::new()) };
            assert_eq!(added.read(|tx, read| records::find(tx, read, &query)).records.len(), 1, "{name}");
        }
        // Text keeps its key, a lookup to several tables its set, an amount its twin.
        assert_eq!(real_columns(things.store, "things", "x_"), 15 + 4 + 1 + 1);
        let key = "SELECT \"x_line__key\" FROM things WHERE \"x_line\" IS NOT NULL";
        assert_eq!(things.store.text(key), catalogue::text::key("Ångström line"));
    });
}

#[test]
fn words_of_a_custom_column_are_found_while_it_is_open_and_by_nobody_while_it_is_secured() {
    with_things(|things| {
        let added = Added(things);
        added.add(Definition { is_searched: true, ..defined("x_code", CustomKind::Text(50)) });
        added.secure("x_code", false);
        let one = added.put(&[("name", "Blue".into()), ("x_code", "Zebra".into())]);
        assert_eq!(added.found("zebra"), [one]);
        added.secure("x_code", true);
        assert_eq!(added.found("zebra"), [], "what is secured is found by nobody, at once");
        assert_eq!(added.found("blue"), [one], "and the rest is");
        added.secure("x_code", false);
        assert_eq!(added.found("zebra"), [one]);
        added.say("x_code", |d| d.is_searched = false);
        assert_eq!(added.found("zebra"), []);
        added.say("x_code", |d| d.is_searched = true);
        assert_eq!(added.found("zebra"), [one]);
        added.say("x_code", |d| d.is_retired = true);
        assert_eq!(added.found("zebra"), []);
    });
}

#[test]
fn what_is_refused_leaves_no_column_behind() {
    with_things(|things| {
        let refused = things.store.act("column.add", |tx| {
            columns::add(tx, &defined("x_gone", CustomKind::Text(20)))?;
            Err::<(), _>(No::Refused("other"))
        });
        assert!(matches!(refused, Err(No::Refused("other"))));
        assert_eq!(real_columns(things.store, "things", "x_"), 0);
        assert!(Added(things).catalogue().find("things").unwrap().kept("x_gone").is_none());
        Added(things).add(defined("x_gone", CustomKind::Date));
        assert_eq!(real_columns(things.store, "things", "x_"), 1);
    });
}

#[test]
fn readers_and_writers_go_on_while_columns_are_added() {
    with_things(|things| {
        let added = Added(things);
        let first = things.named("first");
        let (stop, done, waits) = (AtomicBool::new(false), AtomicU64::new(0), AtomicBool::new(false));
        let work = |n: u64| {
            let mut round = 0;
            while !stop.load(Ordering::Relaxed) {
                round += 1;
                let ann = over(things, things.store.read(rights::catalogue).unwrap());
                let table = ann.catalogue().find("things").unwrap();
                if (n + round).is_multiple_of(2) {
                    let (ann, said) = (over(things, ann.catalogue().clone()), begun("things", cells("things", &[("name", "More".into())])));
                    let at = things.at;
                    let made = things.store.act("thing.act", move |tx| {
                        let create = permit(&ann, Privilege::Create, ann.catalogue().find("things").unwrap()).unwrap();
                        let id = tx.new_id();
                        kept(records::insert(tx, &create, id, &said, Some((at.ann, at.sales)))?)
                    });
                    made.unwrap();
                } else {
                    let read = permit(&ann, Privilege::Read, table).unwrap();
                    let query = Query { limit: 20, ..everything(Vec::new()) };
                    let page = things.store.read(|tx| records::find(tx, &read, &query)).unwrap();
                    assert!(!page.records.is_empty());
                }
                done.fetch_add(1, Ordering::Relaxed);
            }
        };
        std::thread::scope(|scope| {
            for n in 0..8 {
                scope.spawn(move || work(n));
            }
            // Somebody reads for long, as an export does: the new column waits, and nobody else does.
            let slow = scope.spawn(|| {
                let ann = over(things, things.store.read(rights::catalogue).unwrap());
                let read = permit(&ann, Privilege::Read, ann.catalogue().find("things").unwrap()).unwrap();
                let seen = things.store.read(|tx| {
                    let seen = records::get(tx, &read, first)?;
                    waits.store(true, Ordering::Relaxed);
                    std::thread::sleep(Duration::from_millis(700));
                    records::get(tx, &read, first).map(|again| again == seen)
                });
                assert!(seen.unwrap(), "it sees one moment");
            });
            while !waits.load(Ordering::Relaxed) {
                std::thread::yield_now();
            }
            for (new, _) in every_kind(first) {
                let before = done.load(Ordering::Relaxed);
                added.add(new);
                while done.load(Ordering::Relaxed) < before + 4 {
                    std::thread::yield_now();
                }
            }
            slow.join().unwrap();
            stop.store(true, Ordering::Relaxed);
        });
        let added = things.store.read(columns::columns).unwrap();
        assert_eq!(added.len(), every_kind(first).len());
    });
}

#[test]
fn what_was_added_is_there_when_the_store_opens_again() {
    let mut stores = vec![TestStore::sqlite(&crate::records::catalogue())];
    stores.extend(TestStore::postgres(&crate::records::catalogue()));
    for mut store in stores {
        let at = company(&store);
        {
            let things = Things { store: &store, at };
            let added = Added(&things);
            added.add(defined("x_rank", CustomKind::Integer));
            added.secure("x_rank", false);
            added.put(&[("x_rank", Value::Int(3))]);
        }
        store.reopened(|_| {}).unwrap();
        assert_eq!(store.number("SELECT \"x_rank\" FROM things"), 3);
        assert!(!store.read(rights::catalogue).unwrap().find("things").unwrap().find("x_rank").unwrap().secured);
        assert!(store.verify().is_whole());
    }
}

/// The things as a later version ships them: the size is kept as text, and there is a column more.
fn later() -> Arc<Catalogue> {
    let thing = TableBuilder::new("things", "thing", "Thing", "Things", Area::Work, "")
        .text("name", "Name", 200)
        .search()
        .index()
        .text("nick", "Nickname", 200)
        .search()
        .memo("note", "Note", 2000)
        .search()
        .text("size", "Size", 50)
        .index()
        .date("made_on", "Made on");
    Arc::new(Catalogue::build(vec![thing]).unwrap())
}

#[test]
fn a_version_that_makes_a_table_anew_keeps_every_row_and_every_added_column() {
    let shipped = crate::records::catalogue();
    let mut stores = vec![TestStore::sqlite(&shipped)];
    stores.extend(TestStore::postgres(&shipped));
    for mut store in stores {
        let at = company(&store);
        let (open, gone) = {
            let things = Things { store: &store, at };
            let added = Added(&things);
            added.add(Definition { is_searched: true, ..defined("x_code", CustomKind::Text(50)) });
            added.add(defined("x_old", CustomKind::Integer));
            added.add(defined("x_guide", CustomKind::Lookup(labels(&["users"]))));
            for name in ["x_code", "x_old", "x_guide"] {
                added.secure(name, false);
            }
            let keeper = Value::Id(at.ann.0);
            let said = [("name", "Blue".into()), ("size", Value::Int(42)), ("is_blue", Value::Int(1))];
            let more = [("x_code", "Zebra".into()), ("x_old", Value::Int(9)), ("x_guide", keeper)];
            let open = added.put(&[said.as_slice(), more.as_slice()].concat());
            let gone = added.put(&[("name", "Gone".into()), ("x_old", Value::Int(8))]);
            let ann = added.ann();
            let removed = things.act(move |tx| {
                let delete = permit(&ann, Privilege::Delete, ann.catalogue().find("things").unwrap()).unwrap();
                let group = tx.new_id();
                kept(records::remove(tx, &delete, group, gone, true)?)
            });
            removed.unwrap();
            added.say("x_old", |d| d.is_retired = true);
            (open, gone)
        };
        store.reopened_over(later()).unwrap();
        assert_eq!(store.number("SELECT count(*) FROM things"), 1);
        assert_eq!(store.text("SELECT \"size\" || '/' || \"size__key\" FROM things"), "42/42", "taken over as it is kept now");
        assert_eq!(
            (store.number("SELECT \"x_old\" FROM things"), store.number("SELECT \"is_blue\" FROM things")),
            (9, 1),
            "put away, not gone"
        );
        let things = Things { store: &store, at };
        let added = Added(&things);
        assert_eq!(added.value(open, "x_code"), Some("Zebra".into()));
        assert_eq!(added.value(open, "x_guide"), Some(Value::Id(at.ann.0)));
        assert_eq!(added.found("zebra"), [open], "search still leads to it");
        let ann = added.ann();
        let back = things.act(move |tx| {
            let group = records::removed_group(tx, "things", gone, 0)?.unwrap();
            let may = |_: &mut Tx<'_>, table: &catalogue::Table, privilege| Ok::<_, Fault>(permit(&ann, privilege, table).unwrap());
            Ok(records::restore_group(tx, group, may)?)
        });
        assert!(matches!(back, Ok(records::Restored::Back(_))), "{back:?}");
        assert_eq!(store.number("SELECT \"x_old\" FROM things WHERE \"name\" = 'Gone'"), 8, "a retired value comes back with its row");
        let fresh = added.put(&[("name", "Fresh".into()), ("size", "big".into())]);
        assert_eq!(added.found("fresh"), [fresh]);
        store.reopened_over(later()).unwrap();
        assert_eq!(store.number("SELECT count(*) FROM things"), 3, "made anew once");
    }
}

#[test]
fn a_retired_column_is_open_to_nobody_and_its_place_stays() {
    on_both_with(&crate::records::catalogue(), |store| {
        let things = Things { store, at: company(store) };
        let added = Added(&things);
        added.add(defined("x_first", CustomKind::Integer));
        added.add(defined("x_second", CustomKind::Integer));
        added.secure("x_first", false);
        added.secure("x_second", false);
        let id = added.put(&[("x_first", Value::Int(1)), ("x_second", Value::Int(2))]);
        added.say("x_first", |d| d.is_retired = true);
        let whole = added.catalogue();
        assert!(whole.find("things").unwrap().find("x_first").is_none());
        assert_eq!(added.value(id, "x_first"), None);
        assert_eq!(added.value(id, "x_second"), Some(Value::Int(2)));
        let ann = added.ann();
        let column = whole.find("things").unwrap().kept("x_first").unwrap().id;
        assert!(!permit(&ann, Privilege::Read, whole.find("things").unwrap()).unwrap().opens(column, ColumnUse::Read));
        let taken = things.store.act("column.add", |tx| Ok(columns::add(tx, &defined("x_first", CustomKind::Date))?));
        assert!(taken.is_err(), "the name stays taken");
        assert!(table("things").find("x_first").is_none());
    });
}
