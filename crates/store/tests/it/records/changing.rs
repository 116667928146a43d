//! Making and changing records: as they were and as they will be, both under the permit, and written in the trail.
//!
//! Not here: what a value must look like. Start reading at [`a_row_is_made_in_whose_name_the_level_allows`].

use super::{Things, begun, by, cells, column, done, everything, holding, names, pointing, refused, table, text, with_things};
use crate::both::{MORNING, No, SECOND, TestStore};
use catalogue::{RowId, Value};
use security::{AccessLevel, Actor, PrincipalId, Privilege, UnitId, permit};
use store::records::{self, Cells};

fn make(things: &Things<'_>, actor: Actor, set: &'static str, cells: Cells, owner: Option<(PrincipalId, UnitId)>) -> Result<RowId, No> {
    let cells = begun(set, cells);
    things.act(move |tx| {
        let create = permit(&actor, Privilege::Create, &table(set)).unwrap();
        done(tx, |tx, id| records::insert(tx, &create, id, &cells, owner))
    })
}

fn rows(store: &TestStore, of: &str) -> i64 {
    store.number(&format!("SELECT count(*) FROM {of}"))
}

#[test]
fn a_row_is_made_in_whose_name_the_level_allows() {
    with_things(|things| {
        let at = &things.at;
        let named = |name: &str| cells("things", &[("name", name.into())]);
        assert!(make(things, things.ann(), "things", named("own"), Some((at.ann, at.sales))).is_ok());
        let foreign = make(things, things.ann(), "things", named("foreign"), Some((at.bob, at.sales)));
        assert_eq!(refused(&foreign), "outside");
        let unit = || holding(at.ann, at.sales, AccessLevel::Unit);
        assert!(make(things, unit(), "things", named("colleague's"), Some((at.bob, at.sales))).is_ok());
        assert_eq!(refused(&make(things, unit(), "things", named("far"), Some((at.bob, at.north)))), "outside");
        // What is refused leaves nothing but the entry that says so.
        assert_eq!((rows(things.store, "things"), rows(things.store, "sys_owner_history")), (2, 2));
        assert_eq!(things.store.number("SELECT count(*) FROM sys_trail WHERE verdict = 'outside'"), 2);
    });
}

#[test]
fn a_row_below_a_parent_is_made_and_moved_where_the_parent_may_be_written() {
    with_things(|things| {
        let at = &things.at;
        let hers = things.named("hers");
        let his = things.put_for(at.bob, at.north, cells("things", &[("name", "his".into())]));
        let part = |of: RowId| cells("parts", &[("name", "part".into()), ("thing", of.into())]);
        let made = make(things, things.ann(), "parts", part(hers), None).unwrap();
        assert_eq!(refused(&make(things, things.ann(), "parts", part(his), None)), "outside");
        assert_eq!(refused(&make(things, things.ann(), "parts", cells("parts", &[("name", "loose".into())]), None)), "outside");
        let moved = things.change(things.ann(), "parts", made, None, cells("parts", &[("thing", his.into())]));
        assert_eq!(refused(&moved), "outside", "as it will be, it is not hers");
        let taken = things.change(things.bob(), "parts", made, None, cells("parts", &[("thing", his.into())]));
        assert_eq!(refused(&taken), "outside", "as it was, it is not his");
        let part = things.get(&things.ann(), "parts", made).unwrap();
        assert_eq!(part.named(&table("parts"), "thing"), Some(&hers.into()));
        assert!(things.get(&things.bob(), "parts", made).is_none());
    });
}

#[test]
fn a_change_that_would_move_a_row_out_of_reach_is_not_made() {
    with_things(|things| {
        let at = things.at;
        let id = things.named("mine");
        let away = cells("things", &[("owner", at.bob.0.into())]);
        assert_eq!(refused(&things.change(things.ann(), "things", id, None, away.clone())), "outside");
        assert_eq!(things.get(&things.ann(), "things", id).unwrap().named(&table("things"), "version"), Some(&1.into()));
        // To assign is checked on the row as it was only.
        let (ann, north) = (things.ann(), at.north);
        let given = things.act(move |tx| {
            let assign = permit(&ann, Privilege::Assign, &table("things")).unwrap();
            super::kept(records::assign(tx, &assign, id, at.bob, north)?)
        });
        assert_eq!(given.unwrap(), 2);
        assert!(things.get(&things.ann(), "things", id).is_none() && things.get(&things.bob(), "things", id).is_some());
        assert_eq!(rows(things.store, "sys_owner_history"), 2);
        assert_eq!(refused(&things.change(things.ann(), "things", id, None, cells("things", &[("size", 1.into())]))), "outside");
    });
}

#[test]
fn a_row_that_is_not_there_is_outside() {
    with_things(|things| {
        let nowhere = RowId(uuid::Uuid::from_u128(77));
        assert_eq!(refused(&things.change(things.all(), "things", nowhere, None, cells("things", &[("size", 1.into())]))), "outside");
        assert_eq!(refused(&things.change(things.all(), "things", nowhere, Some(1), Vec::new())), "outside");
        assert!(things.get(&things.all(), "things", nowhere).is_none());
    });
}

#[test]
fn a_writer_who_saw_another_version_is_stale() {
    with_things(|things| {
        let id = things.named("one");
        let size = |n: i64| cells("things", &[("size", n.into())]);
        assert_eq!(things.change(things.all(), "things", id, Some(1), size(1)).unwrap(), 2);
        assert_eq!(refused(&things.change(things.all(), "things", id, Some(1), size(2))), "stale");
        assert_eq!(things.change(things.all(), "things", id, None, size(2)).unwrap(), 3);
        // Whoever may not write it learns nothing of its version.
        assert_eq!(refused(&things.change(things.bob(), "things", id, Some(1), size(3))), "outside");
        assert_eq!(refused(&things.change(things.bob(), "things", id, Some(3), size(3))), "outside");
    });
}

#[test]
fn what_stays_as_it_was_is_no_change() {
    with_things(|things| {
        let id = things.put(&[("name", "Grüße".into()), ("size", 5.into())]);
        let before = rows(things.store, "sys_changes");
        // The same text, written another way.
        let same = cells("things", &[("name", text("Gru\u{308}ße")), ("size", 5.into()), ("nick", text(""))]);
        assert_eq!(things.change(things.all(), "things", id, None, same).unwrap(), 1);
        assert_eq!(rows(things.store, "sys_changes"), before);
    });
}

#[test]
fn a_change_says_who_and_when_and_what_in_the_trail() {
    with_things(|things| {
        let id = things.named("one");
        let made_at = MORNING + SECOND;
        things.store.clock.go_on(SECOND);
        things.set(id, &[("name", "two".into()), ("size", 7.into())]);
        let (shown, of) = (things.get(&things.all(), "things", id).unwrap(), table("things"));
        let cell = |name: &str| shown.named(&of, name).cloned().unwrap();
        assert_eq!((cell("created_on"), cell("modified_on")), (made_at.into(), (made_at + SECOND).into()));
        assert_eq!((cell("version"), cell("created_by")), (2.into(), PrincipalId::OPERATOR.0.into()));
        let body = things.store.text("SELECT body FROM sys_changes WHERE set_name = 'things' ORDER BY lane, number DESC LIMIT 1");
        let newest = things.store.text(
            "SELECT c.body FROM sys_changes c JOIN sys_trail t ON t.lane = c.lane AND t.number = c.number
             WHERE c.set_name = 'things' ORDER BY t.time DESC LIMIT 1",
        );
        assert_eq!(newest, r#"{"old":{"name":"one","size":null},"new":{"name":"two","size":7}}"#, "{body}");
    });
}

#[test]
fn keys_and_sets_follow_what_is_written() {
    with_things(|things| {
        let id = things.named("Zebra");
        things.named("Mole");
        let shelf = things.put_in("shelves", &[("name", "Attic".into())]);
        things.set(id, &[("name", "Ärmel".into())]);
        assert_eq!(names(&things.find(&things.all(), &everything(vec![by("name")]))), ["Ärmel", "Mole"]);
        let target = |id| things.get(&things.all(), "things", id).unwrap().target(column("things", "place"));
        assert_eq!(target(id), None);
        things.change(things.all(), "things", id, None, vec![pointing("place", shelf, "shelves")]).unwrap();
        assert_eq!(target(id), things.store.read(|tx| Ok::<_, store::Fault>(tx.catalogue().target("shelves"))).unwrap());
        // Emptied, it points nowhere, whatever the writer says of it.
        let (lookup, _, set) = pointing("place", shelf, "shelves");
        things.change(things.all(), "things", id, None, vec![(lookup, Value::Null, set)]).unwrap();
        assert_eq!((target(id), things.store.number("SELECT count(*) FROM things WHERE place__set IS NOT NULL")), (None, 0));
    });
}

#[test]
fn names_and_reach_are_told_of_many_at_once() {
    with_things(|things| {
        let many = (0..1100).map(|n| cells("things", &[("name", format!("thing {n}").into())])).collect();
        let ids = things.put_all(things.at.ann, things.at.sales, many);
        let his = things.put_for(things.at.bob, things.at.north, cells("things", &[("name", "his".into())]));
        let asked: Vec<RowId> = ids.iter().copied().chain([his, RowId(uuid::Uuid::from_u128(5))]).collect();
        let ann = things.ann();
        let (within, told) =
            things.read(&ann, "things", |tx, read| Ok((records::within(tx, read, &asked)?, records::names(tx, read, &asked)?)));
        assert_eq!((within.len(), told.len()), (1100, 1100));
        assert!(!within.contains(&his) && told[&ids[1099]] == "thing 1099");
    });
}
