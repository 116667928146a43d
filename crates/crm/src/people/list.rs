//! The people: their list, and one person's page.
//!
//! Id, name and state are for every active user; address, job, unit, roles and the rest for whoever keeps people, roles
//! or access, and for oneself. What somebody may do here is said by the same tasks and guards that decide when it is done.
//! Not here: why somebody has access ([`crate::access`]). Start reading at [`list`]. Proved by `crates/crm/tests/it/people.rs`.

use super::{enable, guards};
use crate::{Done, departures};
use catalogue::text;
use security::{Actor, Denial, PrincipalId, Task, UnitId, UserState, entrust};
use store::accounts::{self, Came, HeldThing, RefusedSignIn, Team, User, UserQuery};
use store::rights::RoleGrant;
use store::{Tx, rights};

/// A person, as who asks may know them.
#[derive(Clone, Debug)]
pub struct Person {
    /// The id.
    pub id: PrincipalId,
    /// What people read.
    pub name: String,
    /// Where the person stands.
    pub state: UserState,
    /// The rest; none for whoever may not know.
    pub details: Option<Details>,
}

/// What not everybody knows of a person. Times in microseconds UTC.
#[derive(Clone, Debug)]
pub struct Details {
    /// The address.
    pub email: String,
    /// The job.
    pub title: Option<String>,
    /// The unit.
    pub unit: UnitId,
    /// The unit's name.
    pub unit_name: String,
    /// Whom the person reports to.
    pub manager: Option<(PrincipalId, String)>,
    /// Since when the person is here.
    pub created_on: i64,
    /// When the person was here last.
    pub last_seen: Option<i64>,
    /// When the person's time here ends.
    pub ends_on: Option<i64>,
    /// No person: a service account.
    pub is_service: bool,
    /// Who answers for it.
    pub responsible: Option<(PrincipalId, String)>,
}

/// A person in the list.
#[derive(Clone, Debug)]
pub struct PersonRow {
    /// The person.
    pub person: Person,
    /// Names of the roles given to the person; empty for whoever may not know.
    pub roles: Vec<String>,
}

/// A role a person has, and how it came.
#[derive(Clone, Debug)]
pub struct HeldHow {
    /// The grant.
    pub grant: RoleGrant,
    /// The team it was given to; none when it was given to the person.
    pub team: Option<Team>,
    /// Who gave it.
    pub by: Option<String>,
    /// Whether who asks may take it from the person.
    pub may_take: bool,
}

/// A person's page.
#[derive(Clone, Debug)]
pub struct PersonPage {
    /// The person.
    pub person: Person,
    /// The roles, with how they came; empty for whoever may not know.
    pub roles: Vec<HeldHow>,
    /// The teams; empty for whoever may not know.
    pub teams: Vec<Team>,
    /// The service accounts that the person answers for; empty for whoever may not know.
    pub services: Vec<(PrincipalId, String)>,
    /// Who asks may invite again, or reset.
    pub may_invite_again: bool,
    /// There is a second factor, and who asks may take it away.
    pub may_reset_factor: bool,
    /// Who asks may freeze.
    pub may_freeze: bool,
    /// Who asks may unfreeze.
    pub may_unfreeze: bool,
    /// Who asks may disable, in one step.
    pub may_disable: bool,
    /// Who asks may let a disabled person back in.
    pub may_enable: bool,
    /// What is known of a person who was stopped, or was disabled once; for whoever may know.
    pub stopped: Stopped,
    /// Who asks may give roles.
    pub may_give_roles: bool,
    /// Who asks may move the person and say whom they report to.
    pub may_place: bool,
    /// Who asks may say when the person's time here ends, and who answers for a service account.
    pub may_set_end: bool,
    /// Why something cannot be done here, in words.
    pub guard: Option<&'static str>,
}

/// What is known of a person who was stopped.
#[derive(Clone, Debug, Default)]
pub struct Stopped {
    /// How the person came to be frozen or disabled, and the name of who did it.
    pub came: Option<(Came, String)>,
    /// What was held when the person was last disabled and is not held now.
    pub held: Vec<HeldThing>,
    /// Tries to sign in as the person meanwhile, the latest first.
    pub refused: Vec<RefusedSignIn>,
}

/// So many tries are shown on a person's page.
const REFUSED_SHOWN: usize = 10;

/// The tasks that open more than a name.
pub(crate) fn oversees(actor: &Actor) -> bool {
    let tasks = [Task::ManageUsers, Task::DisableUsers, Task::AssignRoles, Task::ViewAccess];
    tasks.into_iter().any(|task| entrust(actor, task).is_ok())
}

/// People by name. Whoever may not know addresses does not find by them either.
pub fn list(tx: &mut Tx<'_>, actor: &Actor, query: &UserQuery) -> Done<Vec<PersonRow>> {
    let sees = oversees(actor);
    let found = match sees || query.text.trim().is_empty() {
        true => accounts::users(tx, query)?,
        false => by_name(tx, query)?,
    };
    let mut rows = Vec::new();
    for user in found {
        let roles = if sees { rights::grants_of(tx, user.id)?.into_iter().map(|grant| grant.name).collect() } else { Vec::new() };
        rows.push(PersonRow { person: known(tx, actor, user)?, roles });
    }
    Ok(rows)
}

fn by_name(tx: &mut Tx<'_>, query: &UserQuery) -> Done<Vec<User>> {
    let all = accounts::users(tx, &UserQuery { limit: 0, ..query.clone() })?;
    let part = text::key(&query.text);
    let limit = if query.limit == 0 { usize::MAX } else { query.limit };
    Ok(all.into_iter().filter(|user| text::key(&user.name).contains(&part)).take(limit).collect())
}

/// One person.
pub fn person(tx: &mut Tx<'_>, actor: &Actor, id: PrincipalId) -> Done<PersonPage> {
    let user = accounts::user(tx, id)?.ok_or(Denial::NotThere)?;
    let state = user.state;
    let sees = id == actor.user() || oversees(actor);
    let (mut roles, mut teams, mut services) = (Vec::new(), Vec::new(), Vec::new());
    if sees {
        services = accounts::services_of(tx, id)?;
        teams = accounts::teams_of(tx, id)?;
        roles = held(tx, actor, id, &teams)?;
    }
    let may = |task: Task| entrust(actor, task).is_ok();
    let is_self = id == actor.user();
    let may_stop = may(Task::DisableUsers) && !is_self;
    let stopped = stopped(tx, actor, id, state)?;
    let may_disable = may_stop && !matches!(state, UserState::Disabled | UserState::Erased) && departures::policy(tx)?.at_once;
    let enables = state == UserState::Disabled && !is_self && enable::may_enable(actor).is_ok();
    let disabled_it = enables && enable::by_actor(tx, actor, id)?;
    let is_last = may_stop && state == UserState::Active && rights::lasting_administrators(tx)? == [id];
    let may_reset = may(Task::ManageUsers) && !is_self && !state.is_shut_out() && may_reset(tx, actor, id, state)?;
    Ok(PersonPage {
        person: known(tx, actor, user)?,
        roles,
        teams,
        services,
        may_set_end: may(Task::ManageUsers) && !is_self,
        may_invite_again: may_reset,
        may_reset_factor: super::reset_factor::can_reset(tx, actor, id)?,
        may_freeze: may_stop && !state.is_shut_out() && !is_last,
        may_unfreeze: may_stop && state == UserState::Frozen,
        may_disable: may_disable && !is_last,
        may_enable: enables && !disabled_it && !enable::is_leaving(tx, id)?,
        stopped,
        may_give_roles: may(Task::AssignRoles) && !is_self && !matches!(state, UserState::Disabled | UserState::Erased),
        may_place: may(Task::ManageUsers) && !is_self,
        guard: match (is_self, is_last) {
            _ if disabled_it => Some(enable::SAME),
            (true, _) if may(Task::AssignRoles) => Some("this is you: nobody changes the own roles"),
            (_, true) => Some(guards::LAST),
            _ => None,
        },
    })
}

fn stopped(tx: &mut Tx<'_>, actor: &Actor, id: PrincipalId, state: UserState) -> Done<Stopped> {
    let mut stopped = Stopped::default();
    if !oversees(actor) || id == actor.user() {
        return Ok(stopped);
    }
    if matches!(state, UserState::Frozen | UserState::Disabled)
        && let Some(came) = accounts::came_to(tx, id, state)?
    {
        let by = accounts::names(tx, &[came.by])?.remove(&came.by).map_or_else(String::new, |found| found.name);
        stopped.came = Some((came, by));
    }
    stopped.held = enable::offered(tx, actor, id)?.map_or_else(Vec::new, |offer| offer.held);
    if entrust(actor, Task::DisableUsers).is_ok() {
        stopped.refused = accounts::refused_sign_ins(tx, Some(id), None, REFUSED_SHOWN)?;
    }
    Ok(stopped)
}

fn may_reset(tx: &mut Tx<'_>, actor: &Actor, id: PrincipalId, state: UserState) -> Done<bool> {
    let known = guards::as_actor(tx, id)?;
    let gives = known.roles().is_empty() || entrust(actor, Task::AssignRoles).is_ok();
    Ok(gives && (state == UserState::Invited || !guards::outranks(&known, actor)))
}

fn held(tx: &mut Tx<'_>, actor: &Actor, id: PrincipalId, teams: &[Team]) -> Done<Vec<HeldHow>> {
    let mut all: Vec<(RoleGrant, Option<Team>)> = rights::grants_of(tx, id)?.into_iter().map(|grant| (grant, None)).collect();
    for team in teams {
        all.extend(rights::grants_of(tx, team.id)?.into_iter().map(|grant| (grant, Some(team.clone()))));
    }
    let givers: Vec<PrincipalId> = all.iter().filter_map(|(grant, _)| grant.by).collect();
    let names = accounts::names(tx, &givers)?;
    let may_take = entrust(actor, Task::AssignRoles).is_ok() && id != actor.user();
    let how = |(grant, team): (RoleGrant, Option<Team>)| {
        let by = grant.by.and_then(|by| names.get(&by)).map(|by| by.name.clone());
        HeldHow { may_take: may_take && team.is_none(), grant, team, by }
    };
    Ok(all.into_iter().map(how).collect())
}

fn known(tx: &mut Tx<'_>, actor: &Actor, user: User) -> Done<Person> {
    let details = if user.id == actor.user() || oversees(actor) {
        let unit_name = accounts::unit_names(tx, &[user.unit])?.remove(&user.unit).unwrap_or_default();
        let manager = named(tx, user.manager)?;
        let responsible = named(tx, user.responsible)?;
        let (ends_on, is_service) = (user.ends_on, user.is_service);
        let (email, title) = (user.email, user.title);
        let (unit, created_on, last_seen) = (user.unit, user.created_on, user.last_seen);
        Some(Details { email, title, unit, unit_name, manager, created_on, last_seen, ends_on, is_service, responsible })
    } else {
        None
    };
    Ok(Person { id: user.id, name: user.name, state: user.state, details })
}

fn named(tx: &mut Tx<'_>, id: Option<PrincipalId>) -> Done<Option<(PrincipalId, String)>> {
    let Some(id) = id else { return Ok(None) };
    Ok(accounts::names(tx, &[id])?.remove(&id).map(|known| (id, known.name)))
}
