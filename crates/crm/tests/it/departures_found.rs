//! Whoever leaves: everything that refers to them is found, in twenty organisations that chance made, and becomes what was
//! chosen.
//!
//! Three witnesses are held against each other: what was planted, the items of the walk, and a look past the product into
//! every column of every table for the person's id. A hit that no item counts must be history, with its reason in
//! [`store::references::PLACES`].
//! Not here: single rules ([`crate::departures`]). Start reading at [`in_one`].

mod planting;
mod running;
mod scan;

use crate::world::World;
use crm::departures::{self, Item, Kind};
use planting::{LEAVER, Organisation};
use scan::Place;
use security::PrincipalId;
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;
use store::references::{self, Mentions, PLACES};

fn items(world: &World, who: PrincipalId) -> Vec<Item> {
    world.look("admin", move |tx, actor| departures::dependencies(tx, actor, who)).unwrap()
}

fn live(world: &World, who: PrincipalId) -> Vec<Mentions> {
    world.desk().glance(move |tx| Ok(references::live(tx, who)?)).unwrap()
}

/// Finds, runs and undoes in these organisations, on each database.
fn in_organisations(seeds: Range<u64>) {
    for seed in seeds {
        in_one(&mut World::sqlite(), seed);
        match World::postgres() {
            Some(mut world) => in_one(&mut world, seed),
            None => crate::world::skipped("PostgreSQL: set CASTELLAN_TEST_POSTGRES, or run `cargo xtask test`"),
        }
    }
}

fn in_one(world: &mut World, seed: u64) {
    let mut organisation = Organisation::of(world, seed);
    all_is_found(world, &organisation, seed);
    running::what_was_chosen_is_so_afterwards(world, &mut organisation, seed);
}

#[test]
fn everything_that_refers_to_somebody_is_found_and_becomes_what_was_chosen_in_ten_organisations() {
    in_organisations(0..10);
}

#[test]
fn everything_that_refers_to_somebody_is_found_and_becomes_what_was_chosen_in_ten_others() {
    in_organisations(10..20);
}

fn all_is_found(world: &World, organisation: &Organisation, seed: u64) {
    let who = world.id(LEAVER);
    let found = items(world, who);
    let counts = |item: &Item| if item.kind.ends_by_itself() { 0 } else { item.count };
    let counted: BTreeMap<String, i64> = found.iter().map(|item| (item.key.clone(), counts(item))).collect();
    assert_eq!(counted, organisation.planted, "organisation {seed}");
    assert_eq!(counted.len(), found.len(), "no key twice");
    let unexplained = unexplained(world, &found, &scan::hits(world, who));
    assert!(unexplained.is_empty(), "organisation {seed}: {unexplained:#?}");
    // Which record names the person would be the value of a column that is secured.
    let secured = |item: &&Item| item.column.as_deref().is_some_and(|name| name.starts_with("x_"));
    assert!(found.iter().filter(secured).all(|item| item.sample.is_empty()));
    let shown = found.iter().filter(|item| matches!(item.kind, Kind::Open | Kind::Owned));
    assert!(shown.clone().all(|item| i64::try_from(item.sample.len()).unwrap() == item.count.min(5)));
    assert!(shown.flat_map(|item| &item.sample).all(|sample| sample.name.is_some()), "whoever may read all reads their names");
}

/// The hits that neither an item nor the history of the registry explains.
fn unexplained(world: &World, found: &[Item], hits: &BTreeMap<Place, i64>) -> Vec<String> {
    let who = world.id(LEAVER);
    let live = live(world, who);
    let catalogue = world.desk().glance(|tx| Ok::<_, crm::Error>(store::rights::catalogue(tx)?)).unwrap();
    let mut wrong = Vec::new();
    for ((table, column), count) in hits {
        let means: i64 = live.iter().filter(|one| one.table == *table && one.column == *column).map(|one| one.count).sum();
        let explained = match catalogue.find(table).map(|table| table.kept(column).unwrap()) {
            // Who made or changed a record is history; all else in a record is live, and is counted to the last.
            Some(column) if column.system && column.name != "owner" => means == 0,
            Some(column) => {
                let counts = |item: &&Item| {
                    item.set.as_deref() == Some(table) && (column.name == "owner" || item.column.as_deref() == Some(&column.name))
                };
                let of_records = found.iter().filter(|item| matches!(item.kind, Kind::Open | Kind::Owned | Kind::Named));
                let kind = |item: &&Item| (item.kind == Kind::Named) == (column.name != "owner");
                means == *count && of_records.filter(kind).filter(counts).map(|item| item.count).sum::<i64>() == *count
            }
            None => is_said(table, column, means) && means <= *count && claimed(found, &live, table, column),
        };
        if !explained {
            wrong.push(format!("{table}.{column}: {count} hits, {means} of them live"));
        }
    }
    // And nothing is counted that is not there.
    for one in &live {
        if !hits.contains_key(&(one.table.clone(), one.column.clone())) {
            wrong.push(format!("{}.{}: counted and not there", one.table, one.column));
        }
    }
    wrong
}

/// Whether the registry says of this column of ours that it may name somebody.
fn is_said(table: &str, column: &str, means: i64) -> bool {
    let said = PLACES.iter().filter(|said| said.table == table && said.columns.split(' ').any(|one| one == column));
    let places: Vec<references::Place> = said.map(|said| said.place).collect();
    let is_live = places.iter().any(|place| matches!(place, references::Place::Live { .. }));
    let is_kept = places.iter().any(|place| matches!(place, references::Place::Kept(_)));
    is_live || (is_kept && means == 0)
}

/// Whether items of the kinds that this place belongs to are there, where it means the person.
fn claimed(found: &[Item], live: &[Mentions], table: &str, column: &str) -> bool {
    let mut places = live.iter().filter(|one| one.table == table && one.column == column);
    places.all(|one| found.iter().any(|item| item.kind.name() == one.item))
}

#[test]
fn every_place_that_may_mean_a_person_belongs_to_a_kind_of_item() {
    let kinds: BTreeSet<&str> = Kind::ALL.into_iter().map(Kind::name).collect();
    for said in PLACES {
        if let references::Place::Live { item, .. } = said.place {
            assert!(kinds.contains(item), "{}: {item}", said.table);
        }
    }
}
