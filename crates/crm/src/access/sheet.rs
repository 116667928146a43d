//! Everything one person may, on one sheet: for each table and privilege the widest level and the roles that give it.
//!
//! For oneself, and for whoever views access. Levels say how far rights reach; which records that is, [`super::explain`]
//! says for one of them.
//! Not here: shares, which concern single records. Start reading at [`sheet`]. Proved by `crates/crm/tests/it/access.rs`.

use crate::Done;
use crate::people::as_actor;
use catalogue::{Ownership, Table};
use security::{AccessLevel, Actor, Held, PrincipalId, Privilege, Task, Through, UserState, entrust};
use std::collections::BTreeSet;
use store::{Tx, accounts};

/// Everything one person may.
#[derive(Clone, Debug)]
pub struct Sheet {
    /// Who.
    pub user: PrincipalId,
    /// The person's name.
    pub name: String,
    /// Nothing here is in force unless the person is active.
    pub state: UserState,
    /// The unit's name.
    pub unit: String,
    /// The teams' names.
    pub teams: Vec<String>,
    /// The roles in force: name, and the team it comes through.
    pub roles: Vec<(String, Option<String>)>,
    /// The field profiles in force, by name.
    pub profiles: Vec<String>,
    /// For each table what is held on it; tables without anything are left out.
    pub tables: Vec<TableLine>,
    /// The tasks held.
    pub tasks: Vec<TaskLine>,
}

/// What is held on one table.
#[derive(Clone, Debug)]
pub struct TableLine {
    /// Its set.
    pub set: String,
    /// What people call its rows.
    pub label: String,
    /// Privilege, widest level, and the roles that give that level.
    pub levels: Vec<(Privilege, AccessLevel, Vec<String>)>,
    /// For a table without rights of its own: what its rows follow.
    pub follows: Option<String>,
}

/// A task held.
#[derive(Clone, Debug)]
pub struct TaskLine {
    /// Which.
    pub task: Task,
    /// The roles that hold it.
    pub roles: Vec<String>,
}

/// The sheet of oneself, or (with the task to view access) of `user`.
pub fn sheet(tx: &mut Tx<'_>, actor: &Actor, user: PrincipalId) -> Done<Sheet> {
    if user != actor.user() {
        entrust(actor, Task::ViewAccess)?;
    }
    let about = as_actor(tx, user)?;
    let units = accounts::unit_names(tx, &[about.unit()])?;
    let team_ids: Vec<PrincipalId> = accounts::teams_of(tx, user)?.iter().map(|team| team.id).collect();
    let names = accounts::names(tx, &team_ids)?;
    let team = |id: &PrincipalId| names.get(id).map(|team| team.name.clone()).unwrap_or_default();
    let role = |held: &Held| {
        let through = match &held.through {
            Through::User => None,
            Through::Team(id) => Some(team(id)),
        };
        (held.role.name.clone(), through)
    };
    Ok(Sheet {
        user,
        name: about.name().to_owned(),
        state: about.state(),
        unit: units.get(&about.unit()).cloned().unwrap_or_default(),
        teams: team_ids.iter().map(team).collect(),
        roles: about.roles().iter().map(role).collect(),
        profiles: about.profiles().iter().map(|held| held.profile.name.clone()).collect(),
        tables: about.catalogue().tables().iter().filter_map(|table| line(&about, table)).collect(),
        tasks: tasks(&about),
    })
}

fn line(about: &Actor, table: &Table) -> Option<TableLine> {
    let follows = match &table.ownership {
        Ownership::Principal | Ownership::Organisation => None,
        Ownership::Parent(column) => Some(label(table, &[*column])),
        Ownership::Ends(columns) => Some(label(table, columns)),
    };
    let levels: Vec<(Privilege, AccessLevel, Vec<String>)> = Privilege::ALL.into_iter().filter_map(|p| widest(about, table, p)).collect();
    if levels.is_empty() && follows.is_none() {
        return None;
    }
    Some(TableLine { set: table.set.clone(), label: table.plural.clone(), levels, follows })
}

fn label(table: &Table, columns: &[catalogue::ColumnId]) -> String {
    columns.iter().filter_map(|id| table.column(*id)).map(|column| column.label.as_str()).collect::<Vec<_>>().join(" and ")
}

fn widest(about: &Actor, table: &Table, privilege: Privilege) -> Option<(Privilege, AccessLevel, Vec<String>)> {
    let widest = about.roles().iter().map(|held| held.role.level(table, privilege)).max()?;
    if widest == AccessLevel::None {
        return None;
    }
    let giving = about.roles().iter().filter(|held| held.role.level(table, privilege) == widest);
    let roles: BTreeSet<String> = giving.map(|held| held.role.name.clone()).collect();
    Some((privilege, widest, roles.into_iter().collect()))
}

fn tasks(about: &Actor) -> Vec<TaskLine> {
    let lines = Task::ALL.iter().map(|task| {
        let holding = about.roles().iter().filter(|held| held.role.tasks.contains(task));
        let roles: BTreeSet<String> = holding.map(|held| held.role.name.clone()).collect();
        TaskLine { task: *task, roles: roles.into_iter().collect() }
    });
    lines.filter(|line| !line.roles.is_empty()).collect()
}
