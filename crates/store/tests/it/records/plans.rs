//! Two plans, one answer: a small reach is collected and sorted, a large one is walked in order.
//!
//! The one idea: five thousand rows are the border. The same query is asked just below it and just above it, and of a
//! reader with a handful among thousands; what comes must be the model's order each time.
//! Not here: how fast it is. Start reading at [`both_plans_give_the_same_pages`].

use super::{Things, by, cells, everything, holding, table, with_things};
use catalogue::{RowId, Value};
use security::{AccessLevel, Actor, PrincipalId, Privilege, permit};
use store::records::{self, NewShare, Query};

/// Rows of Ann's up to which her reach counts as small.
const BORDER: i64 = 5000;

/// The first three pages, as ids.
fn first_pages(things: &Things<'_>, actor: &Actor, steps: &[&str]) -> Vec<RowId> {
    let mut found = Vec::new();
    let mut after = None;
    for _ in 0..3 {
        let order = steps.iter().map(|s| by(s)).collect();
        let page = things.find(actor, &Query { limit: 40, after, columns: Some(Vec::new()), ..everything(order) });
        found.extend(page.records.iter().map(|r| r.id));
        after = page.next;
        if after.is_none() {
            break;
        }
    }
    found
}

/// Writes so many rows of this owner past the verbs, whose sizes go round and are sometimes empty.
fn fill(things: &Things<'_>, owner: PrincipalId, from: i64, to: i64) {
    let sqlite = things.store.is_sqlite();
    let id = if sqlite { "CAST(printf('%016d', n) AS BLOB)" } else { "lpad(to_hex(n), 32, '0')::uuid" };
    let plain = |id: RowId| if sqlite { format!("X'{}'", id.0.simple()) } else { format!("'{id}'::uuid") };
    let (owner, unit) = (plain(owner.0), plain(things.at.sales.0));
    things.store.tamper(&format!(
        "INSERT INTO things (id, version, created_on, modified_on, owner, owning_unit, state, size)
         WITH RECURSIVE counted (n) AS (SELECT {from} UNION ALL SELECT n + 1 FROM counted WHERE n < {to} - 1)
         SELECT {id}, 1, 0, 0, {owner}, {unit}, 0, CASE WHEN n % 97 = 0 THEN NULL ELSE (n * 7919) % 1000 END FROM counted"
    ));
}

#[test]
fn both_plans_give_the_same_pages() {
    with_things(|things| {
        let ann = things.ann();
        fill(things, things.at.ann, 1, BORDER + 1);
        let orders: [&[&str]; 4] = [&["size"], &["-size"], &["-size", "created_on"], &[]];
        let small: Vec<Vec<RowId>> = orders.iter().map(|steps| first_pages(things, &ann, steps)).collect();
        // One row more, last in each order but the largest of ids: from here on the order is walked.
        fill(things, things.at.ann, 0, 1);
        let last = things.find(&ann, &Query { limit: 1, columns: Some(Vec::new()), ..everything(Vec::new()) }).records[0].id;
        for (steps, small) in orders.iter().zip(&small) {
            let walked: Vec<RowId> = first_pages(things, &ann, steps).into_iter().filter(|id| *id != last).collect();
            assert_eq!(walked[..110], small[..110], "{steps:?}");
        }
    });
}

#[test]
fn a_handful_among_thousands_is_found_in_order() {
    with_things(|things| {
        fill(things, things.at.ann, 0, BORDER + 500);
        let mine: Vec<Value> = vec![3.into(), Value::Null, 1.into(), 3.into(), 2.into()];
        let own: Vec<RowId> =
            mine.iter().map(|size| things.put_for(things.at.bob, things.at.north, cells("things", &[("size", size.clone())]))).collect();
        // Two more by shares, one of which carries no read.
        let all = things.find(&things.all(), &Query { limit: 3, columns: Some(Vec::new()), ..everything(vec![by("-size")]) });
        let (shared, unread) = (all.records[0].id, all.records[1].id);
        for (row, rights) in [(shared, vec![Privilege::Read]), (unread, vec![Privilege::Write]), (own[0], vec![Privilege::Read])] {
            let (actor, with) = (things.all(), things.at.bob);
            let share = NewShare { row, with, rights: rights.into_iter().collect(), until: None, inherited: None };
            things
                .act(move |tx| {
                    let may = permit(&actor, Privilege::Share, &table("things")).unwrap();
                    super::kept(records::give_share(tx, &may, &share)?.1)
                })
                .unwrap();
        }
        let bob = things.bob();
        assert_eq!(first_pages(things, &bob, &["size"]), [own[2], own[4], own[0], own[3], shared, own[1]]);
        assert_eq!(first_pages(things, &bob, &["-size"]), [shared, own[3], own[0], own[4], own[2], own[1]]);
        // The whole unit, walked: but for the own rows in another unit, what everybody sees who sees all.
        let unit = holding(things.at.bob, things.at.sales, AccessLevel::Unit);
        let without_own = |ids: Vec<RowId>| ids.into_iter().filter(|id| !own.contains(id)).collect::<Vec<_>>();
        let (in_unit, in_all) =
            (without_own(first_pages(things, &unit, &["size"])), without_own(first_pages(things, &things.all(), &["size"])));
        assert!(in_unit.len() > 100 && in_all.len() > 100);
        assert_eq!(in_unit[..100], in_all[..100]);
    });
}
