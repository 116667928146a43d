//! Records of somebody who leaves, under permits that are about that one person and open no cell.
//!
//! Bob leaves; Ann, who may freeze people and holds nothing else, carries it out and is the heir; Cleo is a third.
//! Not here: plans and runs (`crates/crm/tests/it/main.rs`). Start reading at [`what_the_leaver_owns_is_found_and_handed_over`].

use super::{Things, cells, column, kept, refused, table, with_things};
use crate::both::No;
use catalogue::{RowId, Target, Value};
use security::{
    AccessLevel, Actor, ColumnUse, Denial, Held, Levels, Permit, PrincipalId, Role, RoleId, Standing, Task, Through, UnitId, UnitTree,
    UserState, hand_over, name_again, replace_in, take_back,
};
use std::sync::Arc;
use store::records::{self, States, Written};
use store::{Fault, Tx};

/// Somebody who is neither of them.
const CLEO: PrincipalId = PrincipalId(RowId(uuid::Uuid::from_u128(96)));

/// Ann, who holds this task and nothing else.
fn holding(things: &Things<'_>, task: Task) -> Actor {
    let role = Role {
        id: RoleId(RowId(uuid::Uuid::from_u128(97))),
        name: "Warden".into(),
        team_only: false,
        privileges: Default::default(),
        others: Levels::all(AccessLevel::None),
        tasks: [task].into_iter().collect(),
    };
    Actor::assemble(Standing {
        user: things.at.ann,
        name: "Warden".into(),
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

fn warden(things: &Things<'_>) -> Actor {
    holding(things, Task::DisableUsers)
}

fn put(things: &Things<'_>, owner: PrincipalId, unit: UnitId, name: &str) -> RowId {
    things.put_for(owner, unit, cells("things", &[("name", name.into())]))
}

/// Runs this under a permit of the warden's, kept or refused.
fn act(
    things: &Things<'_>,
    permit: impl for<'a> Fn(&'a Actor) -> Permit<'a> + Send + 'static,
    write: impl Fn(&mut Tx<'_>, &Permit<'_>) -> Result<Written, Fault> + Send + 'static,
) -> Result<i64, No> {
    let actor = warden(things);
    things.act(move |tx| kept(write(tx, &permit(&actor))?))
}

fn given(things: &Things<'_>, id: RowId, to: PrincipalId, unit: UnitId) -> Result<i64, No> {
    let bob = things.at.bob;
    act(things, move |a| hand_over(a, bob, &table("things")).unwrap(), move |tx, permit| records::assign(tx, permit, id, to, unit))
}

fn given_back(things: &Things<'_>, id: RowId, heir: PrincipalId) -> Result<i64, No> {
    let at = things.at;
    act(
        things,
        move |a| take_back(a, at.bob, heir, &table("things")).unwrap(),
        move |tx, permit| records::give_back(tx, permit, id, at.north),
    )
}

fn replaced(things: &Things<'_>, by: &'static str, id: RowId, to: Option<PrincipalId>) -> Result<i64, No> {
    let bob = things.at.bob;
    act(
        things,
        move |a| replace_in(a, bob, &table("things"), column("things", by)).unwrap(),
        move |tx, permit| records::replace_named(tx, permit, id, to),
    )
}

fn named_again(things: &Things<'_>, by: &'static str, id: RowId, now: Option<PrincipalId>) -> Result<i64, No> {
    let bob = things.at.bob;
    act(
        things,
        move |a| name_again(a, bob, &table("things"), column("things", by), now).unwrap(),
        move |tx, permit| records::name_again(tx, permit, id),
    )
}

fn owned(things: &Things<'_>, states: States<'_>, after: Option<RowId>, limit: usize) -> Vec<RowId> {
    let actor = warden(things);
    let permit = hand_over(&actor, things.at.bob, &table("things")).unwrap();
    let found = things.store.read(|tx| records::owned_after(tx, &permit, states, after, limit)).unwrap();
    found.into_iter().map(|(id, _)| id).collect()
}

fn naming(things: &Things<'_>, by: &str) -> Vec<RowId> {
    let actor = warden(things);
    let permit = replace_in(&actor, things.at.bob, &table("things"), column("things", by)).unwrap();
    let found = things.store.read(|tx| records::naming_after(tx, &permit, None, 9)).unwrap();
    let counted = things.store.read(|tx| records::count_naming(tx, &permit)).unwrap();
    assert_eq!(counted, found.len() as i64);
    found.into_iter().map(|(id, _)| id).collect()
}

fn owner(things: &Things<'_>, id: RowId) -> PrincipalId {
    let record = things.get(&things.all(), "things", id).unwrap();
    PrincipalId(record.named(&table("things"), "owner").unwrap().id().unwrap())
}

fn sorted(mut ids: Vec<RowId>) -> Vec<RowId> {
    ids.sort();
    ids
}

#[test]
fn what_the_leaver_owns_is_found_and_handed_over() {
    with_things(|things| {
        let at = things.at;
        let his = sorted(["one", "two", "three"].map(|name| put(things, at.bob, at.north, name)).to_vec());
        let hers = put(things, at.ann, at.north, "hers");
        things.set(his[2], &[("state", 1.into())]);
        assert_eq!(owned(things, States::All, None, 9), his);
        assert_eq!(owned(things, States::All, Some(his[0]), 1), [his[1]]);
        assert_eq!(owned(things, States::Open(&[0]), None, 9), his[..2]);
        assert_eq!(owned(things, States::Shut(&[0]), None, 9), his[2..]);
        assert_eq!(given(things, his[0], at.ann, at.sales).unwrap(), 2);
        assert_eq!((owner(things, his[0]), owned(things, States::All, None, 9)), (at.ann, his[1..].to_vec()));
        assert_eq!(things.store.number("SELECT count(*) FROM sys_owner_history"), 5, "the new owner has a line");
        assert_eq!(refused(&given(things, his[0], at.bob, at.north)), "outside", "it is somebody else's now");
        assert_eq!(refused(&given(things, hers, at.bob, at.north)), "outside", "it was never the leaver's");
        assert_eq!(owner(things, hers), at.ann);
    });
}

#[test]
fn what_was_handed_over_goes_back_only_from_the_heir_and_only_to_the_leaver() {
    with_things(|things| {
        let at = things.at;
        let (one, two) = (put(things, at.bob, at.north, "one"), put(things, at.bob, at.north, "two"));
        let hers = put(things, at.ann, at.sales, "always hers");
        for id in [one, two] {
            given(things, id, at.ann, at.sales).unwrap();
        }
        assert_eq!(refused(&given_back(things, hers, at.ann)), "outside", "the leaver never owned it");
        assert_eq!(refused(&given_back(things, one, CLEO)), "outside", "that is not who owns it");
        assert_eq!(given_back(things, one, at.ann).unwrap(), 3);
        assert_eq!((owner(things, one), owner(things, two), owner(things, hers)), (at.bob, at.ann, at.ann));
        assert_eq!(refused(&given_back(things, one, at.ann)), "outside", "a second time does nothing");
        let taken = act(
            things,
            move |a| take_back(a, at.bob, at.ann, &table("things")).unwrap(),
            move |tx, permit| records::assign(tx, permit, two, CLEO, at.root),
        );
        assert_eq!(refused(&taken), "outside", "it goes to nobody but the leaver");
    });
}

#[test]
fn somebody_else_is_named_where_the_leaver_stood_and_nowhere_else() {
    with_things(|things| {
        let at = things.at;
        let named = |who: PrincipalId| things.put(&[("name", "x".into()), ("keeper", Value::Id(who.0)), ("size", 4.into())]);
        let (his, hers) = (named(at.bob), named(at.ann));
        let before = things.get(&things.all(), "things", his).unwrap();
        assert_eq!(naming(things, "keeper"), [his]);
        assert_eq!(refused(&replaced(things, "keeper", hers, Some(at.bob))), "outside", "the leaver does not stand there");
        assert_eq!(replaced(things, "keeper", his, Some(at.ann)).unwrap(), 2);
        assert!(naming(things, "keeper").is_empty());
        let after = things.get(&things.all(), "things", his).unwrap();
        let of = table("things");
        let changed: Vec<&str> = of.columns.iter().filter(|c| before.get(c.id) != after.get(c.id)).map(|c| c.name.as_str()).collect();
        assert_eq!(changed.iter().filter(|name| !name.starts_with("modified") && **name != "version").collect::<Vec<_>>(), [&"keeper"]);
        assert_eq!(refused(&replaced(things, "keeper", his, None)), "outside", "the leaver stands there no more");
        assert_eq!(refused(&named_again(things, "keeper", hers, Some(at.ann))), "outside", "the leaver never stood there");
        assert_eq!(refused(&named_again(things, "keeper", his, None)), "outside", "somebody stands there");
        assert_eq!(named_again(things, "keeper", his, Some(at.ann)).unwrap(), 3);
        assert_eq!(naming(things, "keeper"), [his]);
        assert_eq!(replaced(things, "keeper", his, None).unwrap(), 4);
        assert_eq!(named_again(things, "keeper", his, None).unwrap(), 5);
        assert_eq!(naming(things, "keeper"), [his]);
    });
}

#[test]
fn a_secured_lookup_to_users_or_teams_is_emptied_and_filled_without_being_shown() {
    with_things(|things| {
        let at = things.at;
        let minder = column("things", "minder");
        let put = |target: Target| things.put_for(at.ann, at.sales, vec![(minder, Value::Id(at.bob.0), Some(target))]);
        let (his, a_teams) = (put(Target::Users), put(Target::Teams));
        assert_eq!(naming(things, "minder"), [his], "a team of the same id is somebody else");
        assert_eq!(refused(&replaced(things, "minder", a_teams, None)), "outside");
        replaced(things, "minder", his, None).unwrap();
        assert_eq!(things.store.number("SELECT count(*) FROM things WHERE minder IS NULL AND minder__set IS NULL"), 1);
        named_again(things, "minder", his, None).unwrap();
        assert_eq!(things.store.number("SELECT count(*) FROM things WHERE minder__set = 'users'"), 1);
    });
}

#[test]
fn a_permit_of_a_departure_opens_no_cell_and_does_nothing_else() {
    with_things(|things| {
        let at = things.at;
        let id = things.put_for(at.bob, at.north, cells("things", &[("name", "his".into()), ("keeper", Value::Id(at.bob.0))]));
        let actor = warden(things);
        let of = table("things");
        let keeper = column("things", "keeper");
        let permits = || {
            [
                hand_over(&actor, at.bob, &of).unwrap(),
                take_back(&actor, at.bob, at.ann, &of).unwrap(),
                replace_in(&actor, at.bob, &of, keeper).unwrap(),
                name_again(&actor, at.bob, &of, keeper, None).unwrap(),
            ]
        };
        for (permit, opened) in permits().into_iter().zip([Some("owner"), None, Some("keeper"), Some("keeper")]) {
            for c in &of.columns {
                let open = [ColumnUse::Read, ColumnUse::Create, ColumnUse::Update].map(|purpose| permit.opens(c.id, purpose));
                assert_eq!(open, [false, false, Some(c.name.as_str()) == opened], "{}", c.name);
            }
            let found = things.store.read(|tx| records::find(tx, &permit, &super::everything(Vec::new()))).unwrap().records;
            assert_eq!(found.len(), usize::from(permit.errand().is_none()), "{permit:?}");
            assert!(found.iter().all(|record| record.cells().count() == 1), "the id and nothing more");
        }
        for write in [1, 2, 3] {
            let tried = act(
                things,
                move |a| match write {
                    1 => replace_in(a, at.bob, &table("things"), keeper).unwrap(),
                    2 => name_again(a, at.bob, &table("things"), keeper, Some(at.bob)).unwrap(),
                    _ => take_back(a, CLEO, at.bob, &table("things")).unwrap(),
                },
                move |tx, permit| match write {
                    1 | 2 => records::update(tx, permit, id, None, &cells("things", &[("keeper", Value::Id(at.ann.0))])),
                    _ => records::set_unit(tx, permit, id, at.bob, at.sales),
                },
            );
            assert_eq!(refused(&tried), "outside");
        }
    });
}

#[test]
fn only_the_task_that_stops_people_makes_these_permits_and_never_about_oneself() {
    with_things(|things| {
        let at = things.at;
        let (of, keeper) = (table("things"), column("things", "keeper"));
        let asked = |actor: &Actor, leaver: PrincipalId| {
            [
                hand_over(actor, leaver, &of).err(),
                take_back(actor, leaver, CLEO, &of).err(),
                replace_in(actor, leaver, &of, keeper).err(),
                name_again(actor, leaver, &of, keeper, None).err(),
            ]
        };
        for task in Task::ALL.iter().copied().filter(|task| *task != Task::DisableUsers) {
            let no = Some(Denial::NoTask(Task::DisableUsers));
            assert_eq!(asked(&holding(things, task), at.bob), [no.clone(), no.clone(), no.clone(), no], "{task:?}");
        }
        assert_eq!(asked(&warden(things), at.bob), [None, None, None, None]);
        assert!(asked(&warden(things), at.ann).iter().all(|no| matches!(no, Some(Denial::Guard(_)))));
        for other in ["created_by", "modified_by", "owner", "name", "friend"] {
            let no = replace_in(&warden(things), at.bob, &of, column("things", other)).unwrap_err();
            assert_eq!(no, Denial::Column { set: "things".into(), column: other.into() });
        }
        let nobodys = table("shelves");
        let actor = warden(things);
        let permit = hand_over(&actor, at.bob, &nobodys).unwrap();
        assert!(things.store.read(|tx| records::owned_after(tx, &permit, States::All, None, 9)).unwrap().is_empty());
    });
}
