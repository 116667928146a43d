//! Which rows an archive takes along: what belongs to the account, and every record that the run may touch.
//!
//! What the person owns and what names the person; what hangs on owned records and has no owner of its own, as the lines of
//! an order; what a chosen delete takes along; the bytes of the files on all of these; workflows that name the person.
//! Rows that hang on others are asked of the database where the archive is written: no list of ids is made here.
//! Not here: writing and proving it ([`super::archive`]). Start reading at [`rows`].
//! Proved by `crates/crm/tests/it/departures_handed.rs`.

use super::item::{Choice, Item, Kind};
use super::plan::decided;
use super::{Departure, find};
use crate::Done;
use catalogue::{Catalogue, Kind as Cell, OnDelete, Ownership, RowId, Table, TableId, Target};
use security::Actor;
use std::collections::BTreeMap;
use store::Tx;
use store::dump::Pick;

/// What belongs to an account, by table and the column that names it. Nothing that lets anybody in.
const ACCOUNT: &[(&str, &str)] = &[
    ("sys_principals", "id"),
    ("sys_principals", "responsible"),
    ("sys_role_grants", "principal"),
    ("sys_profile_grants", "principal"),
    ("sys_members", "user_id"),
    ("sys_managers", "user_id"),
    ("sys_managers", "manager"),
    ("sys_shares", "principal"),
    ("sys_workflows", "owner"),
    ("sys_workflow_versions", "owner"),
    ("sys_approvals", "of_whom"),
    ("sys_departures", "user_id"),
    ("sys_departures", "planned_by"),
];

/// The rows by table.
pub(super) type Picks = BTreeMap<String, Vec<Pick>>;

/// The rows of a departure's archive.
pub(super) fn rows(tx: &mut Tx<'_>, actor: &Actor, departure: &Departure) -> Done<Picks> {
    let items = decided(tx, actor, actor, departure, find::Depth::Keys)?;
    let catalogue = actor.catalogue();
    let leaver = |column: &str| Pick::Of { column: column.to_owned(), ids: vec![departure.user.0] };
    let mut picks = Picks::new();
    for (table, column) in ACCOUNT {
        add(&mut picks, table, leaver(column));
    }
    for table in catalogue.tables() {
        let is_user = |kind: &Cell| *kind == Cell::Owner || kind.targets().contains(&Target::Users);
        for column in table.columns.iter().filter(|column| !column.system && is_user(&column.kind)) {
            add(&mut picks, &table.set, leaver(&column.name));
        }
        if table.is_owned() {
            add(&mut picks, &table.set, leaver("owner"));
            let goes = items.iter().any(|item| item.set.as_ref() == Some(&table.set) && item.chosen == Some(Choice::Delete));
            below(catalogue, table, &[leaver("owner")], goes, &mut vec![table.id], &mut picks);
        }
    }
    let workflows = workflows(&items);
    add(&mut picks, "sys_workflows", Pick::Of { column: "id".into(), ids: workflows.clone() });
    add(&mut picks, "sys_workflow_versions", Pick::Of { column: "workflow".into(), ids: workflows });
    files(catalogue, &mut picks);
    Ok(picks)
}

fn add(picks: &mut Picks, table: &str, pick: Pick) {
    picks.entry(table.to_owned()).or_default().push(pick);
}

/// What hangs on these rows: what has no owner but theirs, and, where they go, whatever a delete takes along.
fn below(catalogue: &Catalogue, table: &Table, of: &[Pick], goes: bool, above: &mut Vec<TableId>, picks: &mut Picks) {
    for relation in catalogue.children_of(table.id) {
        let Some(child) = catalogue.table(relation.child) else { continue };
        let Some(column) = child.column(relation.column) else { continue };
        let is_part = matches!(&child.ownership, Ownership::Parent(of) if *of == column.id);
        let follows = is_part || (goes && relation.delete == OnDelete::Cascade);
        // No cascade goes round in a circle; were there one, it would be walked once.
        if !follows || above.contains(&child.id) {
            continue;
        }
        let hangs = Pick::Linked { column: column.name.clone(), table: table.set.clone(), by: "id".into(), picks: of.to_vec() };
        add(picks, &child.set, hangs.clone());
        above.push(child.id);
        below(catalogue, child, &[hangs], goes, above, picks);
        above.pop();
    }
}

/// The workflows that an item is about: all their versions come along, whoever saved them.
fn workflows(items: &[Item]) -> Vec<RowId> {
    let of = items.iter().filter(|item| matches!(item.kind, Kind::WorkflowOwner | Kind::WorkflowStep));
    of.filter_map(|item| item.thing).collect()
}

/// The bytes that any of these rows names.
fn files(catalogue: &Catalogue, picks: &mut Picks) {
    let mut found = Vec::new();
    for table in catalogue.tables() {
        let Some(of) = picks.get(&table.set) else { continue };
        for column in table.columns.iter().filter(|column| column.kind == Cell::File) {
            let (table, by) = (table.set.clone(), column.name.clone());
            found.push(Pick::Linked { column: "id".into(), table, by, picks: of.clone() });
        }
    }
    found.into_iter().for_each(|pick| add(picks, "sys_files", pick));
}
