//! Changing records: what a person may write, what follows, and what is refused how.
//!
//! Cells are told by name; a lookup to one of several tables is told as `customer@accounts`.
//! Not here: looking at records, who may decide. Start reading at [`making`].

mod changing;
mod deleting;
mod filling;
mod giving;
mod left_behind;
mod making;
mod together;
mod tying;

use super::world::World;
use catalogue::{RowId, Table, Value};
use crm::records::{self, Cells, Draft};
use crm::{Done, PrincipalId, Privilege};
use security::{AccessLevel, Levels, permit};
use std::collections::{BTreeMap, BTreeSet};
use store::Tx;
use store::rights::{self, RoleDraft};

type Told<'a> = &'a [(&'a str, Value)];

/// Text.
pub fn text(written: &str) -> Value {
    Value::Text(written.to_owned())
}

fn cells(catalogue: &catalogue::Catalogue, table: &Table, told: &[(String, Value)]) -> Cells {
    let one = |(name, value): &(String, Value)| {
        let (name, set) = name.split_once('@').map_or((name.as_str(), None), |(n, s)| (n, Some(s)));
        let column = table.find(name).unwrap_or_else(|| panic!("no column {name}"));
        let target = match set {
            Some(set) => catalogue.target(set),
            None => column.kind.targets().first().copied().filter(|_| column.kind.targets().len() == 1),
        };
        (column.id, value.clone(), target)
    };
    told.iter().map(one).collect()
}

fn owned(told: Told<'_>) -> Vec<(String, Value)> {
    told.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect()
}

/// Makes a record as this person, for this owner.
pub fn make_for(world: &World, who: &str, owner: Option<PrincipalId>, set: &str, told: Told<'_>) -> Done<RowId> {
    let (set, told) = (set.to_owned(), owned(told));
    world.act(who, move |tx, actor| {
        let catalogue = actor.catalogue().clone();
        let table = catalogue.find(&set).unwrap();
        records::create(tx, actor, &Draft { table: table.id, id: None, cells: cells(&catalogue, table, &told), owner })
    })
}

/// Makes a record as and for this person.
pub fn make(world: &World, who: &str, set: &str, told: Told<'_>) -> Done<RowId> {
    make_for(world, who, None, set, told)
}

/// An account of this person.
pub fn account(world: &World, who: &str, name: &str) -> RowId {
    make(world, who, "accounts", &[("name", text(name))]).unwrap()
}

/// A contact of this person, of an account or of none.
pub fn contact(world: &World, who: &str, name: &str, of: Option<RowId>) -> RowId {
    make(world, who, "contacts", &[("last_name", text(name)), ("account", of.into())]).unwrap()
}

/// Changes a record as this person.
pub fn edit_at(world: &World, who: &str, set: &str, id: RowId, version: Option<i64>, told: Told<'_>) -> Done<i64> {
    let (set, told) = (set.to_owned(), owned(told));
    world.act(who, move |tx, actor| {
        let catalogue = actor.catalogue().clone();
        let table = catalogue.find(&set).unwrap();
        records::change(tx, actor, table.id, id, version, cells(&catalogue, table, &told))
    })
}

/// Changes a record as this person, whatever its version.
pub fn edit(world: &World, who: &str, set: &str, id: RowId, told: Told<'_>) -> Done<i64> {
    edit_at(world, who, set, id, None, told)
}

/// Gives a record to somebody.
pub fn assign(world: &World, who: &str, set: &str, id: RowId, to: PrincipalId) -> Done<()> {
    let table = world.table_id(set);
    world.act(who, move |tx, actor| records::assign(tx, actor, table, id, to))
}

/// Shares a record.
pub fn share(world: &World, who: &str, set: &str, id: RowId, with: PrincipalId, rights: &[Privilege]) -> Done<()> {
    share_until(world, who, set, id, with, rights, None)
}

/// Shares a record until a moment.
pub fn share_until(
    world: &World,
    who: &str,
    set: &str,
    id: RowId,
    with: PrincipalId,
    rights: &[Privilege],
    until: Option<i64>,
) -> Done<()> {
    let (table, rights) = (world.table_id(set), rights.iter().copied().collect());
    world.act(who, move |tx, actor| records::share(tx, actor, table, id, &records::ShareAsk { with, rights, until }))
}

/// Ends the shares of a record with somebody.
pub fn unshare(world: &World, who: &str, set: &str, id: RowId, with: PrincipalId) -> Done<()> {
    let table = world.table_id(set);
    world.act(who, move |tx, actor| records::unshare(tx, actor, table, id, with))
}

/// Deletes a record.
pub fn delete(world: &World, who: &str, set: &str, id: RowId) -> Done<RowId> {
    let table = world.table_id(set);
    world.act(who, move |tx, actor| records::delete(tx, actor, table, id))
}

/// Brings a record back.
pub fn restore(world: &World, who: &str, set: &str, id: RowId) -> Done<()> {
    let table = world.table_id(set);
    world.act(who, move |tx, actor| records::restore(tx, actor, table, id))
}

/// Whether this person holds the privilege on the record.
pub fn may(world: &World, who: &str, privilege: Privilege, set: &str, id: RowId) -> bool {
    let set = set.to_owned();
    let found = world.look(who, |tx, actor| {
        let catalogue = actor.catalogue().clone();
        let Ok(permit) = permit(actor, privilege, catalogue.find(&set).unwrap()) else { return Ok(false) };
        Ok(store::records::within(tx, &permit, &[id])?.contains(&id))
    });
    found.unwrap()
}

/// Whether this person sees the record.
pub fn sees(world: &World, who: &str, set: &str, id: RowId) -> bool {
    may(world, who, Privilege::Read, set, id)
}

/// A cell, as the administrator sees it: empty when it is, a panic when the record is not there.
pub fn cell(world: &World, set: &str, id: RowId, column: &str) -> Value {
    cell_for(world, "admin", set, id, column).expect("an open column")
}

/// A cell as this person sees it; `None` when the column is not open.
pub fn cell_for(world: &World, who: &str, set: &str, id: RowId, column: &str) -> Option<Value> {
    let found = world.look(who, |tx, actor| {
        let catalogue = actor.catalogue().clone();
        let table = catalogue.find(set).unwrap();
        let read = permit(actor, Privilege::Read, table)?;
        let record = store::records::get(tx, &read, id)?.expect("the record");
        Ok(record.named(table, column).cloned())
    });
    found.unwrap()
}

/// Whose a record is.
pub fn owner(world: &World, set: &str, id: RowId) -> PrincipalId {
    PrincipalId(cell(world, set, id, "owner").id().unwrap())
}

/// Makes a role of levels on some tables, and gives it to these.
pub fn role(world: &World, name: &str, levels: &[(&str, &[(Privilege, AccessLevel)])], to: &[PrincipalId]) {
    let mut privileges = BTreeMap::new();
    for (set, given) in levels {
        let all = given.iter().fold(Levels::default(), |sum, (privilege, level)| sum.with(*privilege, *level));
        privileges.insert((*set).to_owned(), all);
    }
    let (name, to) = (name.to_owned(), to.to_vec());
    world.operate(move |tx: &mut Tx<'_>| {
        let draft = RoleDraft {
            id: None,
            name: name.clone(),
            team_only: false,
            privileges: privileges.clone(),
            others: Levels::default(),
            tasks: BTreeSet::new(),
        };
        let id = rights::save_role(tx, &draft)?;
        for principal in &to {
            rights::give_role(tx, id, *principal, None, None)?;
        }
        Ok(())
    });
}

/// Makes a team in a unit with these members.
pub fn team(world: &World, name: &'static str, unit: &str, owns: bool, members: &[&str]) -> PrincipalId {
    let unit = world.unit(unit);
    let members: Vec<PrincipalId> = members.iter().map(|m| world.id(m)).collect();
    world.operate(move |tx| {
        let team = store::accounts::create_team(tx, name, unit, owns)?;
        for member in &members {
            store::accounts::add_member(tx, team, *member)?;
        }
        Ok(team)
    })
}
