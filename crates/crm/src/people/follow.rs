//! What follows a person or team that moves: all they own, what of it is open, or nothing.
//!
//! Whoever moves them says so, and a job moves the rows (`run_follow`): each row is in the new unit from its own
//! transaction on. Shares stay as they are, and what was deleted keeps its unit. Whoever keeps people or teams reads no
//! row by this; they are told how many there are.
//! Not here: the move itself ([`super::move_to`], [`super::move_team`]). Proved by `crates/crm/tests/it/moving.rs`.

use super::guards;
use crate::{Done, Problem};
use catalogue::{RowId, Table, TableId};
use security::{Actor, PrincipalId, Task, UnitId, follow};
use serde_json::json;
use store::queue::{self, NewJob};
use store::{Fault, Tx, accounts, records};

/// The kind of the job that moves rows.
pub const FOLLOW: &str = "rows.follow";
/// The views that show what is open, the first that a table has.
const OPEN_VIEWS: [&str; 2] = ["open", "active"];

/// Which rows follow their owner to another unit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Follow {
    /// All of them.
    All,
    /// Those that are open.
    Open,
    /// None: they stay in the unit they are in.
    None,
}

impl Follow {
    /// The word in form and API.
    pub fn name(self) -> &'static str {
        match self {
            Follow::All => "all",
            Follow::Open => "open",
            Follow::None => "none",
        }
    }

    /// Reads [`Follow::name`].
    pub fn parse(word: &str) -> Option<Follow> {
        [Follow::All, Follow::Open, Follow::None].into_iter().find(|follow| follow.name() == word)
    }

    /// What was chosen; a move without a choice is none.
    pub(super) fn chosen(choice: Option<Follow>) -> Done<Follow> {
        choice.ok_or_else(|| Problem::column("rows", "say which records follow: all, open ones or none"))
    }
}

/// What somebody owns of one table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Owned {
    /// The table.
    pub table: TableId,
    /// All of it.
    pub all: i64,
    /// What of it is open.
    pub open: i64,
}

/// Whoever moved, with the task that keeps them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Mover {
    pub(super) id: PrincipalId,
    pub(super) name: String,
    pub(super) is_team: bool,
}

impl Mover {
    /// Who moves these.
    pub(super) fn task(&self) -> Task {
        if self.is_team { Task::ManageTeams } else { Task::ManageUsers }
    }

    /// Where they stand in the trail.
    pub(super) fn set(&self) -> &'static str {
        if self.is_team { "teams" } else { "users" }
    }
}

/// What a person owns, in numbers, for whoever may move people.
pub fn owned_by_user(tx: &mut Tx<'_>, actor: &Actor, user: PrincipalId) -> Done<Vec<Owned>> {
    owned(tx, actor, Task::ManageUsers, user)
}

/// What a team owns, in numbers, for whoever may move teams.
pub fn owned_by_team(tx: &mut Tx<'_>, actor: &Actor, team: PrincipalId) -> Done<Vec<Owned>> {
    owned(tx, actor, Task::ManageTeams, team)
}

fn owned(tx: &mut Tx<'_>, actor: &Actor, task: Task, owner: PrincipalId) -> Done<Vec<Owned>> {
    let mut all = Vec::new();
    for table in actor.catalogue().tables().iter().filter(|table| table.is_owned()) {
        let permit = follow(actor, task, owner, table)?;
        let units = records::by_unit(tx, &permit, &open_states(table))?;
        let owned = Owned { table: table.id, all: units.iter().map(|at| at.all).sum(), open: units.iter().map(|at| at.open).sum() };
        all.extend(Some(owned).filter(|owned| owned.all > 0));
    }
    Ok(all)
}

/// Lets the rows follow to this unit, as part of the move. Answers the job; none where nothing is to be moved.
///
/// What an earlier move still had to take along is stopped: the newest choice counts.
pub(super) fn begin(tx: &mut Tx<'_>, actor: &Actor, mover: &Mover, unit: UnitId, rows: Follow) -> Done<Option<RowId>> {
    for job in queue::open(tx, FOLLOW)? {
        if job.arguments.get("owner").and_then(|id| id.as_str()) == Some(mover.id.to_string().as_str()) {
            queue::cancel(tx, job.id)?;
        }
    }
    if rows == Follow::None || left(tx, actor, mover, unit, rows)? == 0 {
        return Ok(None);
    }
    let asker = accounts::user(tx, actor.user())?.ok_or(security::Denial::SignIn)?;
    let to = accounts::unit_names(tx, &[unit])?.remove(&unit).unwrap_or_default();
    let what = if rows == Follow::Open { "Open records" } else { "Records" };
    let arguments = json!({
        "title": format!("{what} of {} follow to {to}", mover.name), "owner": mover.id.to_string(), "name": mover.name,
        "is_team": mover.is_team, "unit": unit.to_string(), "rows": rows.name(),
    });
    let job = NewJob { kind: FOLLOW.into(), asker: actor.user(), session: None, epoch: asker.epoch, arguments };
    Ok(Some(queue::enqueue(tx, &job)?))
}

/// How many rows are still to follow. Refuses where the asker's own roles would come to reach one of them.
pub(super) fn left(tx: &mut Tx<'_>, actor: &Actor, mover: &Mover, unit: UnitId, rows: Follow) -> Done<i64> {
    let mut sum = 0;
    for table in actor.catalogue().tables().iter().filter(|table| table.is_owned()) {
        let permit = follow(actor, mover.task(), mover.id, table)?;
        for at in records::by_unit(tx, &permit, &open_states(table))? {
            let count = if rows == Follow::Open { at.open } else { at.all };
            if at.unit != unit && count > 0 {
                guards::reach_of_rows(actor, table, mover.id, at.unit, unit)?;
                sum += count;
            }
        }
    }
    Ok(sum)
}

/// The unit somebody stands in; held so until the transaction ends.
pub(super) fn unit_of(tx: &mut Tx<'_>, mover: &Mover) -> Result<Option<UnitId>, Fault> {
    accounts::lock_user_share(tx, mover.id)?;
    if mover.is_team {
        return Ok(accounts::team(tx, mover.id)?.map(|team| team.unit));
    }
    Ok(accounts::user(tx, mover.id)?.map(|user| user.unit))
}

/// The states in which a row of the table is open: those its own view of open rows shows, else its first.
pub fn open_states(table: &Table) -> Vec<i64> {
    let options = table.find("state").map_or(&[][..], |column| column.kind.options());
    let view = OPEN_VIEWS.iter().find_map(|name| table.views.iter().find(|view| view.name == *name));
    let shown = view.map_or_else(Vec::new, |view| states_named(&view.filter));
    let open: Vec<i64> = options.iter().filter(|option| shown.contains(&option.name)).map(|option| option.value).collect();
    if open.is_empty() { options.first().map(|option| option.value).into_iter().collect() } else { open }
}

/// The states that a view asks for, where it asks for nothing else.
fn states_named(filter: &str) -> Vec<String> {
    let said = serde_json::from_str::<serde_json::Value>(filter).unwrap_or_default();
    if said.get("column").and_then(|column| column.as_str()) != Some("state") {
        return Vec::new();
    }
    match (said.get("op").and_then(|op| op.as_str()), said.get("value")) {
        (Some("eq"), Some(serde_json::Value::String(one))) => vec![one.clone()],
        (Some("in"), Some(serde_json::Value::Array(some))) => some.iter().filter_map(|one| one.as_str().map(str::to_owned)).collect(),
        _ => Vec::new(),
    }
}
