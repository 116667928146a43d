//! Who reads a secured column, and who would if it were opened.
//!
//! Nothing about rights is told again here: every active person is put to [`security::permit`], as if they came
//! themselves, and the permit says whether the column is open to them. Only people and their roles are named, with how
//! far they read; no record is looked at, so no value can be told. Roles and teams are told to whoever may know them.
//! LIMIT: at most [`MOST_PEOPLE`] are asked about in one answer, which then says so.
//! Not here: opening and granting ([`super::set_secured`], [`super::save_profile`]). Start reading at [`column_readers`].
//! Proved by `crates/crm/tests/it/columns.rs`.

use super::{as_actor, oversees};
use crate::Done;
use crate::access::MOST_PEOPLE;
use catalogue::{Column, Ownership, Sensitivity, Table};
use security::{AccessLevel, Actor, ColumnUse, Denial, Permit, PrincipalId, Privilege, Profile, Task, Through, UserState, entrust, permit};
use std::collections::BTreeSet;
use store::accounts::{self, UserQuery};
use store::{Tx, rights};

/// A column in the list of those that are secured or could be.
#[derive(Clone, Debug)]
pub struct ColumnLine {
    /// The table's set.
    pub set: String,
    /// The column's name.
    pub column: String,
    /// What people call it.
    pub label: String,
    /// How much it hurts when a value leaks.
    pub sensitivity: Sensitivity,
    /// Whether only profiles open it.
    pub secured: bool,
    /// The names of the profiles that grant reading it.
    pub profiles: Vec<String>,
    /// How many people read it today.
    pub readers: usize,
}

/// The columns that can be secured, by table.
#[derive(Clone, Debug)]
pub struct Columns {
    /// In the order of the catalogue.
    pub lines: Vec<ColumnLine>,
    /// False when there are more people than are asked about.
    pub is_complete: bool,
}

/// A column that can be secured.
#[derive(Clone, Debug)]
pub struct Securable {
    /// The table's set.
    pub set: String,
    /// The column's name.
    pub column: String,
    /// What people call it.
    pub label: String,
    /// Whether only profiles open it.
    pub secured: bool,
}

/// Somebody who reads a column, or would.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ColumnReader {
    /// Who.
    pub user: PrincipalId,
    /// The person's name.
    pub name: String,
    /// How far the person reads records of the table.
    pub level: AccessLevel,
    /// The roles that give that level, by name; none for whoever may not know people's roles.
    pub roles: Vec<String>,
    /// The profiles that open the column to the person: name, and the team it comes through, for whoever may know that.
    pub profiles: Vec<(String, Option<String>)>,
}

/// Who reads one column.
#[derive(Clone, Debug)]
pub struct ColumnReaders {
    /// Whether only profiles open it.
    pub secured: bool,
    /// Who reads it today.
    pub now: Vec<ColumnReader>,
    /// Who reads it once it is open: whoever reads records of the table.
    pub if_open: Vec<ColumnReader>,
    /// The profiles that grant something on it.
    pub profiles: Vec<Profile>,
    /// False when there are more people than are asked about.
    pub is_complete: bool,
}

/// Every column that can be secured, for whoever says what profiles grant.
pub fn securable(actor: &Actor) -> Done<Vec<Securable>> {
    entrust(actor, Task::ManageFieldProfiles)?;
    let of = |table: &Table, column: &Column| Securable {
        set: table.set.clone(),
        column: column.name.clone(),
        label: column.label.clone(),
        secured: column.secured,
    };
    let all = actor.catalogue().tables().iter().flat_map(|table| table.columns.iter().map(move |column| (table, column)));
    Ok(all.filter(|(table, column)| rights::may_be_secured(table, column)).map(|(table, column)| of(table, column)).collect())
}

/// The columns that are secured or could be, of one table or of all.
pub fn columns(tx: &mut Tx<'_>, actor: &Actor, set: Option<&str>) -> Done<Columns> {
    entrust(actor, Task::ManageFieldProfiles)?;
    let catalogue = actor.catalogue().clone();
    if set.is_some_and(|set| catalogue.find(set).is_none()) {
        return Err(Denial::NotThere.into());
    }
    let (people, is_complete) = active(tx)?;
    let profiles = rights::profiles(tx)?;
    let mut lines = Vec::new();
    for table in catalogue.tables().iter().filter(|table| set.is_none_or(|set| table.set == set)) {
        let permits: Vec<Permit<'_>> = people.iter().filter_map(|about| permit(about, Privilege::Read, table).ok()).collect();
        for column in table.columns.iter().filter(|column| rights::may_be_secured(table, column)) {
            let granting = profiles.iter().filter(|profile| grants(profile, table, column, |g| g.read));
            lines.push(ColumnLine {
                set: table.set.clone(),
                column: column.name.clone(),
                label: column.label.clone(),
                sensitivity: column.sensitivity,
                secured: column.secured,
                profiles: granting.map(|profile| profile.name.clone()).collect(),
                readers: permits.iter().filter(|permit| permit.opens(column.id, ColumnUse::Read)).count(),
            });
        }
    }
    Ok(Columns { lines, is_complete })
}

/// Who reads this column today, and who would if it were opened.
pub fn column_readers(tx: &mut Tx<'_>, actor: &Actor, set: &str, column: &str) -> Done<ColumnReaders> {
    entrust(actor, Task::ManageFieldProfiles)?;
    let catalogue = actor.catalogue().clone();
    let table = catalogue.find(set).ok_or(Denial::NotThere)?;
    let column = table.find(column).filter(|column| rights::may_be_secured(table, column)).ok_or(Denial::NotThere)?;
    let (people, is_complete) = active(tx)?;
    let shows_paths = oversees(actor);
    let teams: BTreeSet<PrincipalId> = people.iter().flat_map(|about| about.teams()).map(|team| team.team).collect();
    let names = accounts::names(tx, &teams.into_iter().collect::<Vec<_>>())?;
    let team = |id: &PrincipalId| names.get(id).map(|known| known.name.clone()).unwrap_or_default();
    let (mut now, mut if_open) = (Vec::new(), Vec::new());
    for about in &people {
        let Ok(permit) = permit(about, Privilege::Read, table) else { continue };
        let (level, mut roles) = reach(about, table);
        roles.retain(|_| shows_paths);
        let opening = about.profiles().iter().filter(|held| grants(&held.profile, table, column, |g| g.read));
        let profiles = opening.map(|held| {
            let through = match &held.through {
                Through::Team(id) if shows_paths => Some(team(id)),
                Through::Team(_) | Through::User => None,
            };
            (held.profile.name.clone(), through)
        });
        let reader = ColumnReader { user: about.user(), name: about.name().to_owned(), level, roles, profiles: profiles.collect() };
        if permit.opens(column.id, ColumnUse::Read) {
            now.push(reader.clone());
        }
        if_open.push(reader);
    }
    let mut profiles = rights::profiles(tx)?;
    profiles.retain(|profile| grants(profile, table, column, |g| g.read || g.create || g.update));
    Ok(ColumnReaders { secured: column.secured, now, if_open, profiles, is_complete })
}

/// Everybody who can come, by name, as they would be decided about.
fn active(tx: &mut Tx<'_>) -> Done<(Vec<Actor>, bool)> {
    let query = UserQuery { state: Some(UserState::Active), limit: MOST_PEOPLE + 1, ..UserQuery::default() };
    let mut people = accounts::users(tx, &query)?;
    let is_complete = people.len() <= MOST_PEOPLE;
    people.truncate(MOST_PEOPLE);
    let actors = people.into_iter().map(|person| as_actor(tx, person.id)).collect::<Done<Vec<_>>>()?;
    Ok((actors, is_complete))
}

fn grants(profile: &Profile, table: &Table, column: &Column, asks: impl Fn(&security::ColumnGrant) -> bool) -> bool {
    profile.grants.iter().any(|grant| grant.set == table.set && grant.column == column.name && asks(grant))
}

/// The widest level at which the person reads the table, and the roles that give it. What has no levels of its own is
/// read as far as what it hangs on; what hangs on several, as far as the narrowest of them.
fn reach(about: &Actor, table: &Table) -> (AccessLevel, Vec<String>) {
    match &table.ownership {
        Ownership::Principal | Ownership::Organisation => held(about, table),
        Ownership::Parent(lookup) => above(about, table, *lookup),
        Ownership::Ends(lookups) => {
            lookups.iter().map(|lookup| above(about, table, *lookup)).min_by_key(|(level, _)| *level).unwrap_or_default()
        }
    }
}

fn above(about: &Actor, table: &Table, lookup: catalogue::ColumnId) -> (AccessLevel, Vec<String>) {
    let targets = table.column(lookup).map_or(&[][..], |column| column.kind.targets());
    let parents = targets.iter().filter_map(|target| match target {
        catalogue::Target::Table(id) => about.catalogue().table(*id),
        _ => None,
    });
    parents.map(|parent| held(about, parent)).max_by_key(|(level, _)| *level).unwrap_or_default()
}

fn held(about: &Actor, table: &Table) -> (AccessLevel, Vec<String>) {
    let level = |held: &security::Held| held.role.level(table, Privilege::Read);
    let widest = about.roles().iter().map(level).max().unwrap_or_default();
    let giving = about.roles().iter().filter(|one| level(one) == widest && widest > AccessLevel::None);
    let roles: BTreeSet<String> = giving.map(|held| held.role.name.clone()).collect();
    (widest, roles.into_iter().collect())
}
