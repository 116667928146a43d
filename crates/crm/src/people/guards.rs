//! The rules that subtract, whatever somebody's roles say.
//!
//! Each guard is a question after or before a change and answers in words people see. [`keep_an_administrator`] is asked
//! after the change, inside its transaction: whatever way the last administrator was about to go, the change goes with
//! the refusal.
//! Not here: what tasks are needed. Source: security-model 8. Proved by `crates/crm/tests/it/guards.rs`.

use crate::Done;
use catalogue::Table;
use security::{AccessLevel, Actor, Denial, PrincipalId, Privilege, Role, RowFacts, Task, Through, UnitId, UnitTree, entrust};
use std::collections::BTreeSet;
use store::rights::RoleDraft;
use store::{Fault, Tx, accounts, rights};

/// What whoever would be the last administrator to go reads.
pub(super) const LAST: &str =
    "this would leave no active person who is System Administrator without an end; give somebody else that role first";
const OWN: &str = "nobody changes the own roles; somebody else who assigns roles can";
const OWN_ROLE: &str = "nobody adds to a role they hold; somebody else who manages roles can";
const SHIPPED: &str = "System Administrator stays as it is, so that somebody may always everything";

/// Somebody who is System Administrator without an end is left.
pub(super) fn keep_an_administrator(tx: &mut Tx<'_>) -> Done<()> {
    if rights::lasting_administrators(tx)?.is_empty() { Err(Denial::Guard(LAST).into()) } else { Ok(()) }
}

/// Somebody who is System Administrator without an end would be left if this person went.
pub(crate) fn keep_without(tx: &mut Tx<'_>, user: PrincipalId) -> Done<()> {
    let left = rights::lasting_administrators(tx)?;
    if left.iter().any(|left| *left != user) { Ok(()) } else { Err(Denial::Guard(LAST).into()) }
}

/// The principal is neither the actor nor a team the actor is in.
pub(super) fn not_own(actor: &Actor, principal: PrincipalId) -> Result<(), Denial> {
    let own = principal == actor.user() || actor.teams().iter().any(|team| team.team == principal);
    if own { Err(Denial::Guard(OWN)) } else { Ok(()) }
}

/// Coming into a team that holds roles or profiles is being given them; going out of it, losing them.
pub(crate) fn membership(tx: &mut Tx<'_>, actor: &Actor, team: PrincipalId, user: PrincipalId) -> Done<()> {
    let has_roles = !rights::grants_of(tx, team)?.is_empty();
    let has_profiles = !rights::profile_grants_of(tx, team)?.is_empty();
    if (has_roles || has_profiles) && user == actor.user() {
        return Err(Denial::Guard(OWN).into());
    }
    if has_roles {
        entrust(actor, Task::AssignRoles)?;
    }
    if has_profiles {
        entrust(actor, Task::ManageFieldProfiles)?;
    }
    Ok(())
}

/// A unit that comes below one's own is reached by roles that reach below it.
pub(super) fn reach_of_units(tx: &mut Tx<'_>, actor: &Actor, unit: UnitId, parent: UnitId) -> Done<()> {
    let tree = UnitTree::new(accounts::units(tx)?.into_iter().map(|u| (u.id, u.parent)));
    let reaches_below = |role: &Role| {
        let all = role.privileges.values().chain([&role.others]);
        all.into_iter().any(|levels| Privilege::ALL.into_iter().any(|p| levels.of(p) == AccessLevel::UnitAndChildren))
    };
    for held in actor.roles().iter().filter(|held| reaches_below(&held.role)) {
        let from = match held.through {
            Through::User => actor.unit(),
            Through::Team(team) => actor.teams().iter().find(|t| t.team == team).map_or(actor.unit(), |t| t.unit),
        };
        let below = tree.below(from);
        if below.contains(&parent) && !below.contains(&unit) {
            return Err(Denial::Guard("nobody moves a unit below their own: their roles would reach it; somebody else can").into());
        }
    }
    Ok(())
}

/// Who moves is neither the actor nor a team the actor is in.
pub(super) fn not_moving_own(actor: &Actor, mover: PrincipalId) -> Result<(), Denial> {
    if mover == actor.user() {
        return Err(Denial::Guard("nobody moves themselves: a unit decides what your roles reach; somebody else can"));
    }
    if actor.teams().iter().any(|team| team.team == mover) {
        return Err(Denial::Guard("nobody moves a team they are in: its unit decides what its roles reach; somebody else can"));
    }
    Ok(())
}

/// Rows that come to a unit are reached by whoever's roles reach that unit: nobody brings them there for themselves.
pub(super) fn reach_of_rows(actor: &Actor, table: &Table, owner: PrincipalId, from: UnitId, to: UnitId) -> Result<(), Denial> {
    let at = |unit: UnitId| RowFacts { owner: Some(owner), unit: Some(unit), ..RowFacts::default() };
    let words = "nobody brings records to where their own roles reach them; move without the records, or let somebody else do it";
    if security::gains(actor, table, &at(from), &at(to)).is_some() { Err(Denial::Guard(words)) } else { Ok(()) }
}

/// Whoever carries out a departure comes to reach no row by it, neither as the new owner nor through the new owner's unit
/// or a team. `from` and `to` are one row as it is and as it will be.
pub fn gains_nothing(actor: &Actor, table: &Table, from: &RowFacts, to: &RowFacts) -> Result<(), Denial> {
    let words =
        "nobody hands records of somebody who leaves to where their own roles reach them; name another heir, or let somebody else do it";
    if security::gains(actor, table, from, to).is_some() { Err(Denial::Guard(words)) } else { Ok(()) }
}

/// A role that the actor holds may lose, not gain; System Administrator stays as it is.
pub(super) fn definition(actor: &Actor, old: &Role, new: &RoleDraft) -> Result<(), Denial> {
    if old.id == crate::setup::SYSTEM_ADMINISTRATOR {
        return Err(Denial::Guard(SHIPPED));
    }
    let is_own = actor.roles().iter().any(|held| held.role.id == old.id);
    if is_own && gains(actor, old, new) { Err(Denial::Guard(OWN_ROLE)) } else { Ok(()) }
}

fn gains(actor: &Actor, old: &Role, new: &RoleDraft) -> bool {
    let levels = |of: &std::collections::BTreeMap<String, security::Levels>, others: &security::Levels, set: &str, p: Privilege| {
        of.get(set).unwrap_or(others).of(p)
    };
    let wider = actor.catalogue().tables().iter().any(|table| {
        Privilege::ALL
            .into_iter()
            .any(|p| levels(&new.privileges, &new.others, &table.set, p) > levels(&old.privileges, &old.others, &table.set, p))
    });
    // A table made tomorrow takes the levels of `others`.
    let wider_later = Privilege::ALL.into_iter().any(|p| new.others.of(p) > old.others.of(p));
    wider || wider_later || (old.team_only && !new.team_only) || !new.tasks.is_subset(&old.tasks)
}

/// True when `one` holds a task, a level or a secured column that `other` does not: whoever takes over `one` would rise.
pub(super) fn outranks(one: &Actor, other: &Actor) -> bool {
    let tasks = |actor: &Actor| actor.roles().iter().flat_map(|held| held.role.tasks.iter().copied()).collect::<security::Tasks>();
    let level = |actor: &Actor, table: &catalogue::Table, privilege: Privilege| {
        actor.roles().iter().map(|held| held.role.level(table, privilege)).max().unwrap_or(AccessLevel::None)
    };
    let opened = |actor: &Actor| -> BTreeSet<(String, String, &'static str)> {
        let grants = actor.profiles().iter().flat_map(|held| held.profile.grants.clone());
        let uses = grants.flat_map(|g| {
            let all = [(g.read, "read"), (g.create, "create"), (g.update, "update")];
            all.into_iter().filter(|(given, _)| *given).map(move |(_, word)| (g.set.clone(), g.column.clone(), word))
        });
        uses.collect()
    };
    let higher = |table: &catalogue::Table| Privilege::ALL.into_iter().any(|p| level(one, table, p) > level(other, table, p));
    !tasks(one).is_subset(&tasks(other)) || !opened(one).is_subset(&opened(other)) || one.catalogue().tables().iter().any(higher)
}

/// Another person, ready to be asked about.
pub(crate) fn as_actor(tx: &mut Tx<'_>, user: PrincipalId) -> Done<Actor> {
    let standing = rights::standing(tx, user)?.ok_or(Denial::NotThere)?;
    Ok(Actor::assemble(standing))
}

/// The default team of a unit: whoever comes to the unit comes into it.
pub(super) fn default_team(tx: &mut Tx<'_>, unit: security::UnitId) -> Result<PrincipalId, Fault> {
    let teams = accounts::teams(tx)?;
    let found = teams.iter().find(|team| team.is_default && team.unit == unit);
    Ok(found.ok_or_else(|| Fault::broken("a unit without its default team"))?.id)
}
