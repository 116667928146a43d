//! Rows that stand in another unit than their owner: found, counted, moved, under a permit that opens no column.
//!
//! Not here: who may move whom (`crates/crm/tests/it/moving.rs`). Start reading at [`what_is_moved_is_not_found_again`].

use super::{Things, cells, kept, names, refused, table, with_things};
use crate::both::No;
use catalogue::RowId;
use security::{
    AccessLevel, Actor, Held, Levels, Permit, PrincipalId, Role, RoleId, Standing, Task, Through, UnitId, UnitTree, UserState, follow,
};
use std::sync::Arc;
use store::records::{self, UnitCount};
use store::{Fault, Tx};

/// Ann, who keeps people and holds nothing else.
fn keeper(things: &Things<'_>) -> Actor {
    let role = Role {
        id: RoleId(RowId(uuid::Uuid::from_u128(98))),
        name: "Keeper".into(),
        team_only: false,
        privileges: Default::default(),
        others: Levels::all(AccessLevel::None),
        tasks: [Task::ManageUsers].into_iter().collect(),
    };
    Actor::assemble(Standing {
        user: things.at.ann,
        name: "Keeper".into(),
        state: UserState::Active,
        unit: things.at.sales,
        teams: Vec::new(),
        roles: vec![Held { role: Arc::new(role), through: Through::User, until: None }],
        profiles: Vec::new(),
        units: Arc::new(UnitTree::new([(things.at.sales, None)])),
        read_only: Default::default(),
        catalogue: super::catalogue(),
    })
}

fn under<T>(actor: &Actor, owner: PrincipalId, act: impl FnOnce(&Permit<'_>) -> T) -> T {
    act(&follow(actor, Task::ManageUsers, owner, &table("things")).unwrap())
}

fn put(things: &Things<'_>, owner: PrincipalId, unit: UnitId, name: &str) -> RowId {
    things.put_for(owner, unit, cells("things", &[("name", name.into())]))
}

/// Moves this thing of Bob's to sales.
fn moved(things: &Things<'_>, id: RowId) -> Result<i64, No> {
    let (actor, at) = (keeper(things), things.at);
    things.act(move |tx| kept(under(&actor, at.bob, |permit| records::set_unit(tx, permit, id, at.bob, at.sales))?))
}

fn left(things: &Things<'_>, states: Option<&[i64]>, after: Option<RowId>, limit: usize) -> Vec<RowId> {
    let find = |tx: &mut Tx<'_>| -> Result<Vec<(RowId, UnitId)>, Fault> {
        under(&keeper(things), things.at.bob, |permit| records::elsewhere(tx, permit, things.at.sales, states, after, limit))
    };
    things.store.read(find).unwrap().into_iter().map(|(id, _)| id).collect()
}

#[test]
fn what_is_moved_is_not_found_again() {
    with_things(|things| {
        let at = things.at;
        let all = ["one", "two", "three"].map(|name| put(things, at.bob, at.north, name));
        put(things, at.ann, at.north, "not his");
        put(things, at.bob, at.sales, "there already");
        let mut sorted = all.to_vec();
        sorted.sort();
        assert_eq!(left(things, None, None, 9), sorted);
        assert_eq!(left(things, None, Some(sorted[0]), 1), [sorted[1]]);
        assert_eq!(moved(things, sorted[1]).unwrap(), 2);
        assert_eq!(left(things, None, None, 9), [sorted[0], sorted[2]]);
        assert_eq!(things.store.number("SELECT count(*) FROM sys_owner_history"), 6, "one more line");
        assert_eq!(moved(things, sorted[1]).unwrap(), 2, "a second time does nothing");
        assert_eq!(things.store.number("SELECT count(*) FROM sys_owner_history"), 6);
    });
}

#[test]
fn rows_are_counted_by_unit_and_state() {
    with_things(|things| {
        let at = things.at;
        let shut = put(things, at.bob, at.north, "shut");
        put(things, at.bob, at.north, "open");
        put(things, at.bob, at.root, "far");
        things.set(shut, &[("state", 1.into())]);
        let count = |states: &'static [i64]| {
            let mut all = things.store.read(|tx| under(&keeper(things), at.bob, |permit| records::by_unit(tx, permit, states))).unwrap();
            all.sort_by_key(|count| (count.all, count.unit.0));
            all
        };
        assert_eq!(count(&[0]), [UnitCount { unit: at.root, all: 1, open: 1 }, UnitCount { unit: at.north, all: 2, open: 1 }]);
        assert_eq!(count(&[])[1].open, 0, "no state is open");
        assert_eq!(left(things, Some(&[1]), None, 9), [shut]);
    });
}

#[test]
fn a_permit_to_follow_reads_nothing_gives_nothing_away_and_covers_its_owner_alone() {
    with_things(|things| {
        let at = things.at;
        let (his, hers) = (put(things, at.bob, at.north, "his"), put(things, at.ann, at.north, "hers"));
        let seen =
            things.store.read(|tx| under(&keeper(things), at.bob, |permit| records::find(tx, permit, &super::everything(Vec::new()))));
        assert!(
            seen.unwrap()
                .records
                .iter()
                .all(|record| record.cells().all(|(column, _)| table("things").column(column).unwrap().name == "id"))
        );
        let actor = keeper(things);
        let given = things.act(move |tx| kept(under(&actor, at.bob, |permit| records::assign(tx, permit, his, at.ann, at.sales))?));
        assert_eq!(refused(&given), "outside");
        assert_eq!(refused(&moved(things, hers)), "outside");
        let actor = keeper(things);
        let foreign = things.act(move |tx| kept(under(&actor, at.bob, |permit| records::set_unit(tx, permit, hers, at.ann, at.sales))?));
        assert_eq!(refused(&foreign), "outside");
        assert_eq!(names(&things.find(&things.all(), &super::everything(vec![super::by("name")]))), ["hers", "his"]);
    });
}
