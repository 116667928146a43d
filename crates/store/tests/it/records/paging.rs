//! Orders and pages: nulls last both ways, ties by id, nothing twice and nothing left out while others write.
//!
//! Not here: which plan is taken (`plans.rs`). Start reading at [`pages_are_the_order_cut_in_pieces`].

use super::{Things, by, cells, column, everything, name_of, names, pointing, table, text, with_things};
use crate::worlds::Dice;
use catalogue::{RowId, Value, text as keys};
use security::{Actor, Privilege, permit};
use std::cmp::Ordering;
use store::records::{Order, OrderBy, Query};

/// All pages of a query, and what is done between them.
fn pages(things: &Things<'_>, actor: &Actor, mut query: Query<'_>, mut meanwhile: impl FnMut()) -> Vec<RowId> {
    let mut found = Vec::new();
    loop {
        let page = things.find(actor, &query);
        assert!(page.records.len() <= query.limit);
        assert!(page.next.is_none() || page.records.len() == query.limit, "a page that goes on is full");
        found.extend(page.records.iter().map(|r| r.id));
        let Some(next) = page.next else { return found };
        assert!(found.len() < 10_000, "the pages have no end");
        query.after = Some(next);
        meanwhile();
    }
}

#[test]
fn empty_cells_come_last_both_ways() {
    with_things(|things| {
        for (name, size) in [("two", Value::Int(2)), ("none", Value::Null), ("one", Value::Int(1)), ("nothing", Value::Null)] {
            things.put(&[("name", name.into()), ("size", size)]);
        }
        let sorted = |step: &str| names(&things.find(&things.all(), &everything(vec![by(step)])));
        assert_eq!(sorted("size"), ["one", "two", "none", "nothing"]);
        assert_eq!(sorted("-size"), ["two", "one", "nothing", "none"]);
    });
}

#[test]
fn text_is_sorted_by_its_key() {
    with_things(|things| {
        for name in ["b", "Ä", "a", "Z", "ß", "ab", "_", "1"] {
            things.named(name);
        }
        let sorted = names(&things.find(&things.all(), &everything(vec![by("name")])));
        assert_eq!(sorted, ["1", "_", "Ä", "a", "ab", "b", "ß", "Z"]);
    });
}

#[test]
fn money_is_sorted_by_what_it_is_worth() {
    with_things(|things| {
        for (name, price, base) in [("yen", 9_000, 50), ("euro", 100, 100), ("krona", 500, 45)] {
            things.put(&[("name", name.into()), ("price", price.into()), ("price_base", base.into())]);
        }
        assert_eq!(names(&things.find(&things.all(), &everything(vec![by("-price")]))), ["euro", "yen", "krona"]);
    });
}

#[test]
fn a_lookup_is_sorted_by_the_name_its_reader_may_see_and_the_hidden_come_last() {
    with_things(|things| {
        let (ant, bee) = (things.named("ant"), things.named("Bee"));
        let his = things.put_for(things.at.bob, things.at.north, cells("things", &[("name", "aardvark".into())]));
        let shelf = things.put_in("shelves", &[("name", "Attic".into())]);
        for (name, friend) in [("to bee", Some(bee)), ("to his", Some(his)), ("to nobody", None), ("to ant", Some(ant))] {
            things.put(&[("name", name.into()), ("friend", friend.into()), ("size", 1.into())]);
        }
        let (all, ann) = (things.all(), things.ann());
        let sorted = |actor: &Actor, lookup: &str, sets: &[&str], descending, size: i64| {
            let permits = sets.iter().map(|set| permit(actor, Privilege::Read, &table(set)).unwrap()).collect();
            let order = vec![Order { by: OrderBy::Name(column("things", lookup), permits), descending }];
            let filter = store::records::Filter::Column(column("things", "size"), store::records::Test::In(vec![size.into()]));
            names(&things.find(actor, &Query { filter, ..everything(order) }))
        };
        assert_eq!(sorted(&all, "friend", &["things"], false, 1), ["to his", "to ant", "to bee", "to nobody"]);
        assert_eq!(sorted(&ann, "friend", &["things"], false, 1), ["to ant", "to bee", "to his", "to nobody"], "where his is says nothing");
        assert_eq!(sorted(&ann, "friend", &["things"], true, 1), ["to bee", "to ant", "to nobody", "to his"]);
        assert_eq!(sorted(&ann, "friend", &[], false, 1).len(), 4, "whoever may read none of them sorts by nothing");
        // A lookup to several tables takes each name from where it is.
        for (name, at, set) in [("on shelf", shelf, "shelves"), ("on bee", bee, "things")] {
            let mut said = cells("things", &[("name", name.into()), ("size", 2.into())]);
            said.push(pointing("place", at, set));
            things.put_for(things.at.ann, things.at.sales, said);
        }
        assert_eq!(sorted(&ann, "place", &["things", "shelves"], false, 2), ["on shelf", "on bee"]);
    });
}

#[test]
fn owner_and_people_are_sorted_by_name_for_everybody() {
    with_things(|things| {
        things.put(&[("name", "keeps bob".into()), ("keeper", things.at.bob.0.into())]);
        things.put_for(
            things.at.bob,
            things.at.north,
            cells("things", &[("name", "keeps ann".into()), ("keeper", things.at.ann.0.into())]),
        );
        let sorted = |name: &str| {
            let order = vec![Order { by: OrderBy::Name(column("things", name), Vec::new()), descending: false }];
            names(&things.find(&things.all(), &everything(order)))
        };
        assert_eq!(sorted("owner"), ["keeps bob", "keeps ann"]);
        assert_eq!(sorted("keeper"), ["keeps ann", "keeps bob"]);
        assert_eq!(sorted("owning_unit"), ["keeps ann", "keeps bob"], "north before sales");
    });
}

#[test]
fn a_page_ends_where_the_list_ends() {
    with_things(|things| {
        for n in 0..4 {
            things.put(&[("name", format!("thing {n}").into()), ("size", if n < 2 { n.into() } else { Value::Null })]);
        }
        let page = |limit| things.find(&things.all(), &Query { limit, ..everything(vec![by("size")]) });
        assert!(page(4).next.is_none() && page(5).next.is_none());
        // Exactly at the seam between filled and empty cells, and one row before the end.
        assert!(page(2).next.is_some() && page(3).next.is_some() && page(1).next.is_some());
    });
}

#[test]
fn a_place_that_is_cut_short_or_of_another_order_is_no_answer() {
    with_things(|things| {
        things.put(&[("name", "one".into()), ("size", 1.into())]);
        let query = |after: Vec<Value>| Query { after: Some(after), ..everything(vec![by("size")]) };
        let fits = |after| query(after).place_fits(&table("things"));
        let id = Value::Id(RowId(uuid::Uuid::nil()));
        assert!(fits(vec![1.into(), id.clone()]) && fits(vec![Value::Null, id.clone()]));
        let wrong = [
            vec![],
            vec![Value::Int(1)],
            vec![text("1"), id.clone()],
            vec![id.clone(), id.clone()],
            vec![Value::Int(1), Value::Int(1)],
            vec![Value::Int(1), Value::Null],
            vec![Value::Int(1), id.clone(), id.clone()],
        ];
        for place in wrong {
            assert!(!fits(place.clone()), "{place:?}");
        }
        let by_name = |after| Query { after: Some(after), ..everything(vec![by("name")]) }.place_fits(&table("things"));
        assert!(by_name(vec![text("a"), id.clone()]) && !by_name(vec![text("a\0"), id.clone()]) && !by_name(vec![Value::Int(1), id]));
    });
}

/// The same order, over rows in memory.
fn compare(steps: &[&str], a: &(RowId, Vec<(&'static str, Value)>), b: &(RowId, Vec<(&'static str, Value)>)) -> Ordering {
    for step in steps {
        let (name, descending) = step.strip_prefix('-').map_or((*step, false), |name| (name, true));
        let cell = |row: &Vec<(&'static str, Value)>| match row.iter().find(|(n, _)| *n == name).map(|(_, v)| v.clone()) {
            Some(Value::Text(t)) => Value::Text(keys::key(&t)),
            other => other.unwrap_or_default(),
        };
        let (x, y) = (cell(&a.1), cell(&b.1));
        let order = match (x.is_null(), y.is_null()) {
            (true, true) => Ordering::Equal,
            (true, false) => Ordering::Greater,
            (false, true) => Ordering::Less,
            (false, false) if descending => y.cmp(&x),
            (false, false) => x.cmp(&y),
        };
        if order.is_ne() {
            return order;
        }
    }
    // Ties go by id, in the direction of the first step.
    if steps.first().is_some_and(|s| s.starts_with('-')) { b.0.cmp(&a.0) } else { a.0.cmp(&b.0) }
}

fn some_row(dice: &mut Dice) -> Vec<(&'static str, Value)> {
    let mut row = Vec::new();
    if dice.percent(70) {
        row.push(("size", Value::Int(dice.below(4) as i64)));
    }
    if dice.percent(70) {
        row.push(("nick", text(dice.pick(&["a", "Ä", "b", "B", "ab"]))));
    }
    if dice.percent(50) {
        row.push(("day", Value::Int(dice.below(2) as i64 - 1)));
    }
    row
}

fn some_steps(dice: &mut Dice) -> Vec<&'static str> {
    let mut steps: Vec<&'static str> = Vec::new();
    for _ in 0..dice.below(4) {
        let step = dice.pick(&["size", "-size", "nick", "-nick", "day", "-day"]);
        if !steps.iter().any(|s| s.trim_start_matches('-') == step.trim_start_matches('-')) {
            steps.push(step);
        }
    }
    steps
}

#[test]
fn pages_are_the_order_cut_in_pieces() {
    with_things(|things| {
        let dice = &mut Dice::new(4);
        let made: Vec<Vec<(&'static str, Value)>> = (0..90).map(|_| some_row(dice)).collect();
        let ids = things.put_all(things.at.ann, things.at.sales, made.iter().map(|row| cells("things", row)).collect());
        let mut rows: Vec<(RowId, Vec<(&'static str, Value)>)> = ids.into_iter().zip(made).collect();
        // Once with a wide reach, walked in order; once with a small one, collected first.
        for actor in [things.all(), things.ann()] {
            for _ in 0..40 {
                let steps = some_steps(dice);
                rows.sort_by(|a, b| compare(&steps, a, b));
                let expected: Vec<RowId> = rows.iter().map(|(id, _)| *id).collect();
                let order = || steps.iter().map(|step| by(step)).collect();
                let limit = dice.pick(&[1, 2, 7, 45, 89, 90, 91]);
                let query = Query { limit, columns: Some(Vec::new()), ..everything(order()) };
                assert_eq!(pages(things, &actor, query, || {}), expected, "{steps:?} by {limit}");
            }
        }
    });
}

#[test]
fn what_is_written_between_two_pages_moves_no_row_from_one_to_the_other() {
    with_things(|things| {
        let dice = &mut Dice::new(5);
        for turn in 0..6 {
            let made: Vec<Vec<(&'static str, Value)>> = (0..30).map(|_| some_row(dice)).collect();
            let before = things.put_all(things.at.ann, things.at.sales, made.iter().map(|row| cells("things", row)).collect());
            let steps = some_steps(dice);
            let gone: std::cell::RefCell<Vec<RowId>> = std::cell::RefCell::new(Vec::new());
            let inner = std::cell::RefCell::new(Dice::new(turn));
            let query = Query { limit: 8, columns: Some(Vec::new()), ..everything(steps.iter().map(|s| by(s)).collect()) };
            let seen = pages(things, &things.ann(), query, || {
                let dice = &mut *inner.borrow_mut();
                things.put_all(things.at.ann, things.at.sales, (0..3).map(|_| cells("things", &some_row(dice))).collect());
                let out = dice.pick(&before);
                if !gone.borrow().contains(&out) {
                    super::removing::remove(things, &[out]);
                    gone.borrow_mut().push(out);
                }
            });
            let mut once = seen.clone();
            once.sort();
            once.dedup();
            assert_eq!(once.len(), seen.len(), "{steps:?}: a row was seen twice");
            for id in before.iter().filter(|id| !gone.borrow().contains(id)) {
                assert!(seen.contains(id), "{steps:?}: a row was left out");
            }
        }
    });
}

#[test]
fn a_page_shows_the_columns_that_are_asked_for_and_open() {
    with_things(|things| {
        things.put(&[("name", "one".into()), ("secret", "hush".into()), ("size", 1.into())]);
        let all = things.all();
        let page = things.find(&all, &everything(Vec::new()));
        let shown = &page.records[0];
        assert_eq!((name_of(shown).as_str(), shown.get(column("things", "secret"))), ("one", None));
        let asked = vec![column("things", "size"), column("things", "secret")];
        let page = things.find(&all, &Query { columns: Some(asked), ..everything(Vec::new()) });
        let open: Vec<_> = page.records[0].cells().map(|(id, _)| id).collect();
        assert_eq!(open, [column("things", "id"), column("things", "size")]);
    });
}
