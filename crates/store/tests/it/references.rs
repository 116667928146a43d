//! Every place that could name a person is known, and every place that does is counted.
//!
//! The columns are read from the database itself, so that a table that comes tomorrow cannot be forgotten.
//! Not here: what becomes of what refers to somebody who leaves (`crates/crm/tests/it/departures_found.rs`).
//! Start reading at [`of_every_column_it_is_said_whether_it_can_name_a_person`].

use crate::accounts::{change, company};
use crate::both::{TestStore, on_both};
use catalogue::{CustomKind, Definition, Sensitivity};
use security::PrincipalId;
use serde_json::json;
use std::collections::{BTreeMap, BTreeSet};
use store::references::{self, Mentions, PLACES, Place};
use store::{Fault, accounts, columns, workflows};

fn unsaid(store: &TestStore) -> Vec<String> {
    let found = store.read(references::unsaid).unwrap();
    found.into_iter().map(|known| format!("{}.{}", known.table, known.column)).collect()
}

#[test]
fn of_every_column_it_is_said_whether_it_can_name_a_person() {
    on_both(|store| {
        let gone = |names: Vec<String>| {
            assert!(names.is_empty(), "say of these in crates/store/src/references/places.rs what they are: {names:?}")
        };
        gone(unsaid(store));
        assert!(store.read(references::columns).unwrap().len() > 400, "the columns are read from the database");
        // Something new that nobody has thought of is told by name.
        let (id, text) = if store.is_sqlite() { ("BLOB", "TEXT") } else { ("UUID", "TEXT") };
        store.beside(&format!("CREATE TABLE sys_stand_ins (id {id} NOT NULL PRIMARY KEY, stands_in {id}, words {text}, since BIGINT)"));
        store.beside(&format!("ALTER TABLE sys_members ADD COLUMN deputy {id}"));
        assert_eq!(unsaid(store), ["sys_members.deputy", "sys_stand_ins.id", "sys_stand_ins.stands_in", "sys_stand_ins.words"]);
        store.beside("DROP TABLE sys_stand_ins");
        store.beside("ALTER TABLE sys_members DROP COLUMN deputy");
        gone(unsaid(store));
    });
}

#[test]
fn nothing_is_said_of_a_column_that_is_not_there_and_nothing_is_said_twice() {
    on_both(|store| {
        let columns = store.read(references::columns).unwrap();
        let there: BTreeMap<(String, String), bool> =
            columns.into_iter().map(|known| ((known.table, known.column), known.is_text)).collect();
        let mut seen = BTreeSet::new();
        for said in PLACES {
            for column in said.columns.split(' ') {
                let place = (said.table.to_owned(), column.to_owned());
                assert!(there.contains_key(&place), "{}.{column} is not there", said.table);
                if let Place::Live { is_text, .. } = said.place {
                    assert_eq!(there[&place], is_text, "{}.{column}", said.table);
                }
                let is_live = matches!(said.place, Place::Live { .. });
                assert!(seen.insert((place, is_live.then_some(said.place.what()))), "{}.{column} is said twice", said.table);
            }
        }
        let dead: BTreeSet<_> = seen.iter().filter(|(_, live)| live.is_none()).map(|(place, _)| place.clone()).collect();
        let both: Vec<_> = seen.iter().filter(|(place, live)| live.is_some() && dead.contains(place)).collect();
        assert!(both.is_empty(), "live and not: {both:?}");
    });
}

#[test]
fn every_reason_is_in_words() {
    for said in PLACES {
        let words = said.place.what();
        let enough = matches!(said.place, Place::Live { .. }) || words.split(' ').count() >= 5;
        assert!(enough, "{}: {words}", said.table);
    }
}

fn of(found: &[Mentions], table: &str, column: &str) -> i64 {
    found.iter().filter(|one| one.table == table && one.column == column).map(|one| one.count).sum()
}

#[test]
fn what_means_a_person_is_counted_and_what_is_over_is_not() {
    on_both(|store| {
        let acme = company(store);
        let (ann, bob) = (acme.ann, acme.bob);
        let live = |who: PrincipalId| store.read(|tx| references::live(tx, who)).unwrap();
        assert_eq!(of(&live(ann), "sys_managers", "manager"), 1, "Bob reports to Ann");
        assert_eq!(of(&live(bob), "sys_managers", "manager"), 0, "nobody reports to Bob");
        change(store, move |tx| accounts::set_manager(tx, bob, None)).unwrap();
        assert_eq!(of(&live(ann), "sys_managers", "manager"), 0, "an end is history");
        // An id in capitals in a definition is the same id.
        change(store, move |tx| {
            let body = json!({ "condition": { "column": "owner", "op": "eq", "value": bob.to_string().to_uppercase() } });
            let new = workflows::Save { id: None, name: "North", owner: ann, set: "accounts", body: &body };
            let id = workflows::save(tx, &new)?;
            let newer = workflows::Save { id: Some(id), body: &json!({}), ..new };
            assert_eq!(of(&references::live(tx, bob)?, "sys_workflow_versions", "body"), 1);
            Ok(workflows::save(tx, &newer)?)
        })
        .unwrap();
        assert_eq!(of(&live(bob), "sys_workflow_versions", "body"), 0, "an older version that nothing runs is history");
        assert_eq!(of(&live(ann), "sys_workflows", "owner"), 1);
        assert!(live(PrincipalId::OPERATOR).is_empty(), "the operator stands in the trail and nowhere else");
    });
}

#[test]
fn a_lookup_that_an_organisation_adds_is_walked_at_once_put_away_or_not() {
    on_both(|store| {
        let guide = Definition {
            set: "accounts".into(),
            name: "x_guide".into(),
            label: "Guide".into(),
            help: String::new(),
            kind: CustomKind::Lookup(vec!["users".into(), "contacts".into()]),
            sensitivity: Sensitivity::General,
            is_listed: false,
            is_searched: false,
            is_retired: false,
        };
        let added = guide.clone();
        store.act("column.add", move |tx| Ok(columns::add(tx, &added)?)).unwrap();
        let named = |store: &TestStore| -> Vec<String> {
            let walked = store.read(|tx| {
                let catalogue = store::rights::catalogue(tx)?;
                Ok::<_, Fault>(references::naming_columns(catalogue.find("accounts").unwrap()).map(|column| column.name.clone()).collect())
            });
            walked.unwrap()
        };
        assert_eq!(named(store), ["x_guide"], "who made and changed a record is history");
        assert_eq!(unsaid(store), Vec::<String>::new());
        let put_away = Definition { is_retired: true, ..guide };
        store
            .act("column.retire", move |tx| {
                let old = columns::columns(tx)?.pop().unwrap();
                Ok(columns::change(tx, &old, &put_away)?)
            })
            .unwrap();
        assert_eq!(named(store), ["x_guide"], "its values are kept, and come back with it");
        assert_eq!(unsaid(store), Vec::<String>::new());
    });
}
