//! Teams and who is in them.
//!
//! Coming into a team that holds roles is being given them, so it asks for that task too; nobody puts themselves into a
//! team, because what it owns and what is shared with it come along. A default team has exactly the people of its unit.
//! Not here: giving a team a role ([`super::give_role`]). Proved by `crates/crm/tests/it/guards.rs`.

use super::enable::not_shut_out;
use super::follow::{self, Follow, Mover};
use super::guards;
use crate::{Done, Error, Problem};
use catalogue::RowId;
use security::{Actor, Denial, PrincipalId, Task, UnitId, entrust};
use store::accounts::{self, PrincipalName, Team, TeamKind};
use store::rights::RoleGrant;
use store::{Tx, rights};

/// A team with its people.
#[derive(Clone, Debug)]
pub struct TeamSheet {
    /// The team.
    pub team: Team,
    /// Its unit's name.
    pub unit: String,
    /// Who is in it, by name; none for whoever may not know.
    pub members: Option<Vec<(PrincipalId, PrincipalName)>>,
    /// What it was given; none for whoever may not know.
    pub roles: Option<Vec<RoleGrant>>,
    /// Who asks may call it otherwise.
    pub may_rename: bool,
    /// Who asks may move it to another unit.
    pub may_move: bool,
    /// Who asks may put people in and take people out.
    pub may_change_members: bool,
    /// Who asks may give it roles and take them.
    pub may_give_roles: bool,
    /// Why something cannot be done here, in words.
    pub guard: Option<&'static str>,
}

/// All teams, by name.
pub fn teams(tx: &mut Tx<'_>, actor: &Actor) -> Done<Vec<TeamSheet>> {
    let all = accounts::teams(tx)?;
    all.into_iter().map(|team| sheet(tx, actor, team)).collect()
}

/// One team.
pub fn team(tx: &mut Tx<'_>, actor: &Actor, id: PrincipalId) -> Done<TeamSheet> {
    let team = accounts::team(tx, id)?.ok_or(Error::Denied(Denial::NotThere))?;
    sheet(tx, actor, team)
}

fn sheet(tx: &mut Tx<'_>, actor: &Actor, team: Team) -> Done<TeamSheet> {
    let unit = accounts::unit_names(tx, &[team.unit])?.remove(&team.unit).unwrap_or_default();
    let is_in = actor.teams().iter().any(|own| own.team == team.id);
    let sees = is_in || super::oversees(actor) || entrust(actor, Task::ManageTeams).is_ok();
    let members = if sees {
        let ids = accounts::members(tx, team.id)?;
        let mut names = accounts::names(tx, &ids)?;
        Some(ids.into_iter().filter_map(|id| names.remove(&id).map(|name| (id, name))).collect())
    } else {
        None
    };
    let roles = if sees { Some(rights::grants_of(tx, team.id)?) } else { None };
    let is_of_record = accounts::record_of_team(tx, team.id)?.is_some();
    let may = |task: Task| entrust(actor, task).is_ok() && !is_of_record;
    let guard = match (team.is_default, is_in) {
        _ if is_of_record => Some("this team belongs to one record: who is in it is said there"),
        (true, _) if may(Task::ManageTeams) => Some("this team has exactly the people of its unit: who is in it follows from there"),
        (false, true) if may(Task::AssignRoles) => Some("you are in this team: what it is given is your own, so somebody else gives it"),
        _ => None,
    };
    Ok(TeamSheet {
        unit,
        members,
        roles,
        may_rename: may(Task::ManageTeams) && !team.is_default,
        may_move: may(Task::ManageTeams) && !team.is_default && !is_in,
        may_change_members: may(Task::ManageTeams) && !team.is_default,
        may_give_roles: may(Task::AssignRoles) && team.kind == TeamKind::Owner && !is_in,
        guard,
        team,
    })
}

/// Makes a team; `owns` tells an owner team from an access team.
pub fn create_team(tx: &mut Tx<'_>, actor: &Actor, name: &str, unit: UnitId, owns: bool) -> Done<PrincipalId> {
    entrust(actor, Task::ManageTeams)?;
    if accounts::unit(tx, unit)?.is_none() {
        return Err(Problem::column("business_unit", "there is no such business unit"));
    }
    let id = accounts::create_team(tx, name, unit, owns)?;
    tx.about("teams", id.0);
    Ok(id)
}

/// Gives a team another name.
pub fn rename_team(tx: &mut Tx<'_>, actor: &Actor, team: PrincipalId, name: &str) -> Done<()> {
    entrust(actor, Task::ManageTeams)?;
    tx.about("teams", team.0);
    Ok(accounts::rename_team(tx, team, name)?)
}

/// Moves a team to another unit, in which its roles reach from then on. Answers the job by which rows follow, where there
/// are any; which do must be said where the unit changes.
pub fn move_team(tx: &mut Tx<'_>, actor: &Actor, team: PrincipalId, unit: UnitId, rows: Option<Follow>) -> Done<Option<RowId>> {
    entrust(actor, Task::ManageTeams)?;
    tx.about("teams", team.0);
    let found = accounts::team(tx, team)?.ok_or(Denial::NotThere)?;
    if accounts::unit(tx, unit)?.is_none() {
        return Err(Problem::column("business_unit", "there is no such business unit"));
    }
    if found.unit == unit {
        return Ok(None);
    }
    guards::not_moving_own(actor, team)?;
    if !rights::grants_of(tx, team)?.is_empty() {
        entrust(actor, Task::AssignRoles)?;
    }
    let rows = Follow::chosen(rows)?;
    accounts::move_team(tx, team, unit)?;
    follow::begin(tx, actor, &Mover { id: team, name: found.name, is_team: true }, unit, rows)
}

/// Puts a person into a team.
pub fn add_member(tx: &mut Tx<'_>, actor: &Actor, team: PrincipalId, user: PrincipalId) -> Done<()> {
    entrust(actor, Task::ManageTeams)?;
    tx.about("teams", team.0);
    if user == actor.user() {
        let words = "nobody puts themselves into a team: what it owns and what is shared with it would be theirs; somebody else can";
        return Err(Denial::Guard(words).into());
    }
    guards::membership(tx, actor, team, user)?;
    not_shut_out(tx, user)?;
    accounts::add_member(tx, team, user)?;
    Ok(())
}

/// Takes a person out of a team.
pub fn remove_member(tx: &mut Tx<'_>, actor: &Actor, team: PrincipalId, user: PrincipalId) -> Done<()> {
    entrust(actor, Task::ManageTeams)?;
    tx.about("teams", team.0);
    guards::membership(tx, actor, team, user)?;
    if !accounts::remove_member(tx, team, user)? {
        return Err(Error::Denied(Denial::NotThere));
    }
    guards::keep_an_administrator(tx)
}
