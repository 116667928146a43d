//! Oversight: what was done, by whom, told to whoever reads the trail.
//!
//! It says ids, verbs, verdicts, names of people and of columns, never a name or a value of a record: reading the trail opens nothing
//! that the reader may not open anyway.
//! Not here: what became of one record, which is for whoever reads it ([`crate::views`]); the check of the chain
//! ([`store::trail`]). Start reading at [`trail`]. Proved by `crates/crm/tests/it/oversight.rs`.

use crate::{Done, Problem};
use catalogue::RowId;
use security::{Actor, PrincipalId, Task, UserState, entrust};
use std::collections::HashMap;
use store::accounts::{self, UserQuery};
use store::trail::{Line, Place, Wanted};
use store::{Tx, trail as told};

pub use store::trail::{Line as TrailLine, Wanted as TrailWanted};

/// A page of the trail, newest first.
#[derive(Debug)]
pub struct TrailPage {
    /// The entries.
    pub lines: Vec<Line>,
    /// Names of those who acted, and of those it was about where these are people or teams.
    pub names: HashMap<PrincipalId, String>,
    /// Where the next page goes on, if there is more.
    pub next: Option<String>,
}

/// Reads the trail. Asks the task to read it.
pub fn trail(tx: &mut Tx<'_>, actor: &Actor, wanted: &Wanted, limit: u32) -> Done<TrailPage> {
    entrust(actor, Task::ViewAudit)?;
    let most = usize::try_from(limit).unwrap_or(usize::MAX);
    let mut lines = told::latest(tx, wanted, limit.saturating_add(1))?;
    let has_more = lines.len() > most;
    lines.truncate(most);
    let next = lines.last().filter(|_| has_more).map(|line| cursor(line.place));
    let people = |line: &Line| line.subject.as_ref().filter(|(set, _)| set == "users" || set == "teams").map(|(_, id)| PrincipalId(*id));
    let mut ids: Vec<PrincipalId> = lines.iter().map(|line| line.actor).chain(lines.iter().filter_map(people)).collect();
    ids.sort_unstable();
    ids.dedup();
    let names = accounts::names(tx, &ids)?.into_iter().map(|(id, found)| (id, found.name)).collect();
    Ok(TrailPage { lines, names, next })
}

/// Whose doings can be asked for, by name, at most so many: everybody there is or was, and whoever is `chosen` in any case.
pub fn doers(tx: &mut Tx<'_>, actor: &Actor, chosen: Option<PrincipalId>, limit: usize) -> Done<Vec<(PrincipalId, String, UserState)>> {
    entrust(actor, Task::ViewAudit)?;
    let all = accounts::users(tx, &UserQuery { limit, ..UserQuery::default() })?;
    let mut found: Vec<_> = all.into_iter().map(|user| (user.id, user.name, user.state)).collect();
    if let Some(chosen) = chosen.filter(|chosen| !found.iter().any(|(id, ..)| id == chosen))
        && let Some(user) = accounts::user(tx, chosen)?
    {
        found.push((user.id, user.name, user.state));
    }
    Ok(found)
}

/// The record, person or team that a text names.
pub fn about(text: &str) -> Done<RowId> {
    RowId::parse(text).ok_or_else(|| Problem::malformed("bad-parameter", "what it is about is named by its id"))
}

/// Reads where a page goes on.
pub fn place(text: &str) -> Done<Place> {
    let mut numbers = text.splitn(3, '.').map(|part| part.parse::<i64>().ok());
    let mut next = || numbers.next().flatten();
    match (next(), next(), next()) {
        (Some(time), Some(lane), Some(number)) => Ok(Place { time, lane, number }),
        _ => Err(Problem::malformed("bad-parameter", "this place in the trail cannot be read; begin at the newest entry")),
    }
}

fn cursor(place: Place) -> String {
    format!("{}.{}.{}", place.time, place.lane, place.number)
}
