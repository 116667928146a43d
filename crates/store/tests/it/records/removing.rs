//! Deleting and getting back: one group, whole, under the same ids, or refused.
//!
//! Not here: which children follow. Start reading at [`a_group_comes_back_whole`].

use super::{Things, cells, kept, pointing, refused, table, with_things};
use crate::both::{DAY, No};
use catalogue::{RowId, Value};
use security::{Actor, Privilege, permit};
use store::records::{self, NewShare, Restored};
use store::{Fault, Tx};

/// Removes these things into one group, the first as its root.
pub fn remove(things: &Things<'_>, ids: &[RowId]) -> RowId {
    let all: Vec<(&'static str, RowId)> = ids.iter().map(|id| ("things", *id)).collect();
    take(things, things.all(), all).unwrap()
}

/// Removes rows as this actor may.
fn take(things: &Things<'_>, actor: Actor, rows: Vec<(&'static str, RowId)>) -> Result<RowId, No> {
    things.act(move |tx| {
        let group = tx.new_id();
        for (n, (set, id)) in rows.iter().enumerate() {
            let delete = permit(&actor, Privilege::Delete, &table(set)).unwrap();
            kept(records::remove(tx, &delete, group, *id, n == 0)?)?;
        }
        Ok(group)
    })
}

/// Puts a group back as somebody to whom all is open.
pub fn restore(things: &Things<'_>, group: RowId) -> Result<Vec<(String, RowId)>, No> {
    restore_as(things, things.all(), group)
}

fn restore_as(things: &Things<'_>, actor: Actor, group: RowId) -> Result<Vec<(String, RowId)>, No> {
    things.act(move |tx| {
        let may = |_: &mut Tx<'_>, table: &catalogue::Table, privilege| Ok::<_, No>(permit(&actor, privilege, table).unwrap());
        match records::restore_group(tx, group, may)? {
            Restored::Back(rows) => Ok(rows),
            Restored::Outside => Err(No::Refused("outside")),
            Restored::Gone { .. } => Err(No::Refused("gone")),
        }
    })
}

#[test]
fn a_group_comes_back_whole() {
    with_things(|things| {
        let shelf = things.put_in("shelves", &[("name", "Attic".into())]);
        let mut said = cells(
            "things",
            &[
                ("name", "Grüße".into()),
                ("size", i64::MIN.into()),
                ("secret", "hush".into()),
                ("tags", "1,11".into()),
                ("note", "a\nb".into()),
            ],
        );
        said.push(pointing("place", shelf, "shelves"));
        let id = things.put_for(things.at.ann, things.at.sales, said);
        let part = things.put_in("parts", &[("name", "part".into()), ("thing", id.into())]);
        let (actor, with) = (things.all(), things.at.bob);
        let share = NewShare { row: id, with, rights: [Privilege::Read].into_iter().collect(), until: None, inherited: None };
        things
            .act(move |tx| {
                let may = permit(&actor, Privilege::Share, &table("things")).unwrap();
                kept(records::give_share(tx, &may, &share)?.1)
            })
            .unwrap();
        let columns =
            "name || '|' || name__key || '|' || size || '|' || secret || '|' || tags || '|' || note || '|' || place__set || '|' || version";
        let written = || things.store.text(&format!("SELECT {columns} FROM things WHERE name = 'Grüße'"));
        let before = (written(), things.get(&things.all(), "things", id), things.get(&things.all(), "parts", part));

        // The part first, as a cascade would have it: what hangs on another goes before it.
        let group = take(things, things.all(), vec![("parts", part), ("things", id)]).unwrap();
        assert!(things.get(&things.all(), "things", id).is_none() && things.get(&things.bob(), "things", id).is_none());
        let listed = things.store.read(|tx| records::removed(tx, "parts", 0, 10)).unwrap();
        assert_eq!((listed.len(), listed[0].row, listed[0].group, listed[0].name.as_str()), (1, part, group, "part"));

        let back = restore(things, group).unwrap();
        assert_eq!(back, [("things".to_owned(), id), ("parts".to_owned(), part)]);
        assert_eq!((written(), things.get(&things.all(), "things", id), things.get(&things.all(), "parts", part)), before);
        assert!(things.get(&things.bob(), "things", id).is_some(), "the share counts again");
        assert_eq!(things.store.read(|tx| records::removed(tx, "parts", 0, 10)).unwrap().len(), 0);
        assert_eq!(restore(things, group).unwrap(), [], "and there is nothing left to put back");
    });
}

#[test]
fn whoever_may_not_delete_it_neither_removes_nor_restores() {
    with_things(|things| {
        let id = things.named("hers");
        assert_eq!(refused(&take(things, things.bob(), vec![("things", id)])), "outside");
        assert!(things.get(&things.all(), "things", id).is_some());
        let group = take(things, things.ann(), vec![("things", id)]).unwrap();
        assert_eq!(refused(&restore_as(things, things.bob(), group)), "outside");
        assert!(things.get(&things.all(), "things", id).is_none(), "what was refused is not half done");
        assert_eq!(restore_as(things, things.ann(), group).unwrap().len(), 1);
    });
}

#[test]
fn a_group_with_one_row_out_of_reach_stays_where_it_is() {
    with_things(|things| {
        let hers = things.named("hers");
        let his = things.put_for(things.at.bob, things.at.north, cells("things", &[("name", "his".into())]));
        let refused_take = take(things, things.ann(), vec![("things", hers), ("things", his)]);
        assert_eq!(refused(&refused_take), "outside");
        assert!(things.get(&things.all(), "things", hers).is_some(), "all or nothing");
        let group = remove(things, &[hers, his]);
        assert_eq!(refused(&restore_as(things, things.ann(), group)), "outside");
        assert_eq!(restore(things, group).unwrap().len(), 2);
    });
}

#[test]
fn what_hung_on_something_that_is_gone_comes_back_without_it_or_not_at_all() {
    with_things(|things| {
        let friend = things.named("friend");
        let id = things.put(&[("name", "one".into()), ("friend", friend.into())]);
        let part = things.put_in("parts", &[("name", "part".into()), ("thing", id.into())]);
        let parts = take(things, things.all(), vec![("parts", part)]).unwrap();
        let one = remove(things, &[id]);
        remove(things, &[friend]);
        assert_eq!(refused(&restore(things, parts)), "gone", "a part needs its thing");
        restore(things, one).unwrap();
        let back = things.get(&things.all(), "things", id).unwrap();
        assert_eq!(back.named(&table("things"), "friend"), Some(&Value::Null), "a friend may be missing");
        assert_eq!(restore(things, parts).unwrap().len(), 1);
    });
}

/// Removes a thing whose friend stays, noting the lookup that it empties.
fn remove_noting(things: &Things<'_>, id: RowId, child: RowId) -> RowId {
    let actor = things.all();
    things
        .act(move |tx| {
            let group = tx.new_id();
            let of = table("things");
            let lookup = of.find("friend").unwrap();
            let delete = permit(&actor, Privilege::Delete, &of).unwrap();
            let write = permit(&actor, Privilege::Write, &of).unwrap();
            assert_eq!(records::left_behind(tx, &of, lookup, &of, id)?, [child]);
            records::note_link(tx, group, &of, lookup, child, (&of, id))?;
            kept(records::update(tx, &write, child, None, &cells("things", &[("friend", Value::Null)]))?)?;
            kept(records::remove(tx, &delete, group, id, true)?)?;
            Ok(group)
        })
        .unwrap()
}

#[test]
fn a_lookup_that_a_delete_emptied_is_filled_again_unless_somebody_filled_it() {
    with_things(|things| {
        let friend_of = |id| things.get(&things.all(), "things", id).unwrap().named(&table("things"), "friend").cloned().unwrap();
        let (one, two) = (things.named("one"), things.named("two"));
        let child = things.put(&[("name", "child".into()), ("friend", one.into())]);
        let group = remove_noting(things, one, child);
        assert_eq!(friend_of(child), Value::Null);
        restore(things, group).unwrap();
        assert_eq!(friend_of(child), one.into());
        let group = remove_noting(things, one, child);
        things.set(child, &[("friend", two.into())]);
        restore(things, group).unwrap();
        assert_eq!(friend_of(child), two.into());
        // Who may put the row back, but not write the child, gets the row only.
        let his = things.put_for(things.at.bob, things.at.north, cells("things", &[("name", "his".into())]));
        things.set(child, &[("friend", his.into())]);
        let group = remove_noting(things, his, child);
        restore_as(things, things.bob(), group).unwrap();
        assert_eq!(friend_of(child), Value::Null);
    });
}

#[test]
fn what_was_removed_long_ago_is_forgotten() {
    with_things(|things| {
        let (old, new) = (things.named("old"), things.named("new"));
        remove(things, &[old]);
        things.store.clock.go_on(31 * DAY);
        let group = remove(things, &[new]);
        let before = things.store.now() - 30 * DAY;
        let newest = |since| things.store.read(|tx| records::removed_group(tx, "things", new, since)).unwrap();
        assert_eq!((newest(before), newest(before + 30 * DAY + 1)), (Some(group), None));
        let listed = |since| things.store.read(|tx| records::removed(tx, "things", since, 10)).unwrap().len();
        assert_eq!((listed(0), listed(before)), (2, 1));
        things.act(move |tx| Ok::<_, No>(records::purge(tx, before).map_err(|f: Fault| f)?)).unwrap();
        assert_eq!(listed(0), 1);
    });
}
