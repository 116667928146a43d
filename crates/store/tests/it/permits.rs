//! Law 1: no customer record leaves the store without a permit, and a permit for one act is none for another.
//!
//! The first test reads the source: whatever `records` offers takes a permit, or stands on [`WITHOUT`] with what it
//! hands out instead. Not here: that a permit cannot be forged (doctests of `crates/security/src/permit.rs`).
//! Start reading at [`whatever_hands_out_or_changes_records_takes_a_permit`].

use crate::records::{cells, done, table, with_things};
use security::{Permit, Privilege, permit};
use std::collections::BTreeSet;
use std::path::Path;
use store::records::{self, Filter, NewShare, Query, Written};
use store::{Fault, Tx};

/// What takes no permit, and why no cell of a record gets out that way. The list only shrinks.
const WITHOUT: &[(&str, &str)] = &[
    ("exists", "yes or no, for integrity"),
    ("facts", "ids, owner, unit and shares: what a decision is made of"),
    ("amounts", "amounts of one row, for making the amounts that are kept beside them"),
    ("base_currency", "the id of a currency"),
    ("currency_rate", "a rate, for making amounts"),
    ("end_share", "ends a share; whose it is `crm` has asked"),
    ("live_shares", "ids and masks: what a decision is made of"),
    ("inherited_of", "sets and ids"),
    ("left_behind", "ids, for integrity"),
    ("removed", "what was removed; `crm` asks who could delete it"),
    ("removed_group", "the id of a group"),
    ("note_link", "keeps the names of a lookup and of two rows"),
    ("restore_group", "takes what makes permits, and asks it for each row"),
    ("purge", "forgets groups by their age"),
];

#[test]
fn whatever_hands_out_or_changes_records_takes_a_permit() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/records");
    let mut without = BTreeSet::new();
    let mut with = 0;
    for file in std::fs::read_dir(folder).unwrap() {
        let text = std::fs::read_to_string(file.unwrap().path()).unwrap();
        for offered in text.split("\npub fn ").skip(1) {
            let name = offered.split(['(', '<']).next().unwrap().to_owned();
            let takes = offered.split(") ->").next().unwrap();
            if takes.contains("permit: &Permit<'_>") {
                with += 1;
            } else {
                without.insert(name);
            }
        }
    }
    let known: BTreeSet<String> = WITHOUT.iter().map(|(name, _)| (*name).to_owned()).collect();
    assert_eq!(without, known);
    assert!(with > 10, "the source was not read: {with}");
}

/// Whether the store refuses it as a fault of ours.
fn is_refused<T>(answer: Result<T, Fault>) -> bool {
    matches!(answer, Err(Fault::Broken(_)))
}

#[test]
fn a_permit_for_one_act_is_none_for_another() {
    with_things(|things| {
        let id = things.named("one");
        let (actor, owner) = (things.all(), (things.at.ann, things.at.sales));
        for held in Privilege::ALL {
            let actor = actor.clone();
            let tried = things.act(move |tx| {
                let of = table("things");
                let permit = permit(&actor, held, &of).unwrap();
                let writes: [(Privilege, bool); 5] = [
                    (Privilege::Create, is_refused(tx.part(|tx| records::insert(tx, &permit, tx.new_id(), &Vec::new(), Some(owner))))),
                    (Privilege::Write, is_refused(tx.part(|tx| records::update(tx, &permit, id, None, &cells("things", &[]))))),
                    (Privilege::Assign, is_refused(tx.part(|tx| records::assign(tx, &permit, id, owner.0, owner.1)))),
                    (Privilege::Delete, is_refused(tx.part(|tx| remove_and_put_back(tx, &permit, id)))),
                    (Privilege::Share, is_refused(tx.part(|tx| records::give_share(tx, &permit, &nothing_for(id))))),
                ];
                for (needed, refused) in writes {
                    assert_eq!(refused, needed != held, "{needed:?} with a permit to {held:?}");
                }
                let everything = Query { filter: Filter::All(Vec::new()), order: Vec::new(), columns: None, limit: 9, after: None };
                let reads = [
                    is_refused(records::get(tx, &permit, id)),
                    is_refused(records::find(tx, &permit, &everything)),
                    is_refused(records::count(tx, &permit, &everything.filter, 9)),
                    is_refused(records::names(tx, &permit, &[id])),
                    is_refused(records::search(tx, &permit, "one", 9)),
                ];
                assert_eq!(reads, [held == Privilege::Create; 5], "reading with a permit to {held:?}");
                let of_a_departure = [
                    is_refused(records::naming_after(tx, &permit, None, 9)),
                    is_refused(records::count_naming(tx, &permit)),
                    is_refused(tx.part(|tx| records::replace_named(tx, &permit, id, None))),
                    is_refused(tx.part(|tx| records::name_again(tx, &permit, id))),
                    is_refused(tx.part(|tx| records::give_back(tx, &permit, id, owner.1))),
                ];
                assert_eq!(of_a_departure, [true; 5], "handing over with a permit to {held:?}");
                let listed = is_refused(records::owned_after(tx, &permit, records::States::All, None, 9));
                assert_eq!(listed, held != Privilege::Assign, "what is owned with a permit to {held:?}");
                Ok(())
            });
            tried.unwrap();
        }
    });
}

fn nothing_for(row: catalogue::RowId) -> NewShare {
    NewShare { row, with: security::PrincipalId::ORGANISATION, rights: security::Rights::default(), until: None, inherited: None }
}

/// Fails when it was done, so that the part is taken back.
fn remove_and_put_back(tx: &mut Tx<'_>, permit: &Permit<'_>, id: catalogue::RowId) -> Result<(), Fault> {
    let group = tx.new_id();
    match records::remove(tx, permit, group, id, true)? {
        Written::Done(_) => Err(Fault::Again("taken back".into())),
        Written::Outside | Written::Stale => Ok(()),
    }
}

#[test]
fn a_permit_of_another_table_reads_that_table() {
    with_things(|things| {
        let id = things.named("one");
        let shelf = things.put_in("shelves", &[("name", "Attic".into())]);
        let all = things.all();
        assert!(things.get(&all, "shelves", id).is_none(), "an id of another table is an unknown id");
        assert!(things.get(&all, "shelves", shelf).is_some());
        let moved = things.act(move |tx| {
            let write = permit(&all, Privilege::Write, &table("shelves")).unwrap();
            done(tx, |tx, _| records::update(tx, &write, id, None, &cells("shelves", &[("name", "taken".into())])))
        });
        assert_eq!(crate::records::refused(&moved), "outside");
    });
}
