//! Letting somebody back in who was disabled: an explicit act of another person, and a new beginning.
//!
//! The person is invited again, chooses a new password and holds nothing: what ended with the disabling is offered
//! ([`offered`]) and given, or not, by the ordinary acts. Sessions and tokens from before stay dead.
//! Not here: using the invitation ([`crate::sign_in::accept`]). Start reading at [`enable`].
//! Proved by `crates/crm/tests/it/disable.rs`.

use super::freeze::checked;
use super::invite::hand_over;
use super::{Invitation, ends, guards};
use crate::desk::{Asker, Desk, Verb};
use crate::{Done, Problem};
use security::{Actor, Denial, PrincipalId, Task, UserState, entrust};
use store::accounts::{self, Came, HeldThing};
use store::revocation::Act;
use store::{Fault, Tx, departures, rights};

/// What whoever disabled the person reads.
pub(super) const SAME: &str = "whoever disabled somebody does not let them back in; somebody else who may disable and manage people can";

/// What ended when somebody was disabled.
#[derive(Clone, Debug)]
pub struct Offer {
    /// When, by whom and why the person was disabled last.
    pub disabled: Came,
    /// The name of who did it.
    pub by: String,
    /// What was held until then and is not held now.
    pub held: Vec<HeldThing>,
}

/// Lets a disabled person back in, as somebody who is invited.
pub fn enable(desk: &Desk, who: &Asker, user: PrincipalId, reason: Option<&str>) -> Done<Invitation> {
    let reason = checked(reason)?;
    let (invitation, at) = desk.perform(who, Verb::admin("user.enable"), move |tx, actor| {
        let invitation = let_back(tx, actor, user, reason.as_deref())?;
        Ok((invitation, tx.now()))
    })?;
    desk.store().note_revocation(Act::Enable, user, at)?;
    Ok(invitation)
}

fn let_back(tx: &mut Tx<'_>, actor: &Actor, user: PrincipalId, reason: Option<&str>) -> Done<Invitation> {
    may_enable(actor)?;
    accounts::lock_user(tx, user)?;
    let person = accounts::user(tx, user)?.ok_or(Denial::NotThere)?;
    tx.about("users", user.0);
    match person.state {
        UserState::Disabled => {}
        UserState::Erased => return Err(Problem::conflict("erased", "this person was erased; invite somebody new")),
        UserState::Invited | UserState::Active | UserState::Frozen => {
            return Err(Problem::conflict("not-disabled", "this person is not disabled"));
        }
    }
    if by_actor(tx, actor, user)? {
        return Err(Denial::Guard(SAME).into());
    }
    ends::not_over(tx, &person)?;
    if is_leaving(tx, user)? {
        return Err(Problem::conflict("departure-running", "the departure of this person is running; wait until it has ended"));
    }
    // The unit's own team has the person again, with whatever it holds.
    let team = guards::default_team(tx, person.unit)?;
    guards::membership(tx, actor, team, user)?;
    // What the person left behind read-only is the person's own again.
    rights::end_read_only(tx, user, None)?;
    accounts::set_state(tx, user, UserState::Invited)?;
    accounts::remark(tx, user, reason)?;
    hand_over(tx, actor, user, false)
}

/// Nothing is given to whoever was shut out for good: they would come back with it.
pub(super) fn not_shut_out(tx: &mut Tx<'_>, principal: PrincipalId) -> Done<()> {
    match accounts::user(tx, principal)?.map(|person| person.state) {
        Some(UserState::Disabled) => Err(Problem::conflict("disabled", "this person is disabled; let the person back in first")),
        Some(UserState::Erased) => Err(Problem::conflict("erased", "this person was erased")),
        Some(UserState::Invited | UserState::Active | UserState::Frozen) | None => Ok(()),
    }
}

/// The tasks.
pub(super) fn may_enable(actor: &Actor) -> Result<(), Denial> {
    entrust(actor, Task::DisableUsers)?;
    entrust(actor, Task::ManageUsers)
}

/// Whether the actor is who disabled this person.
pub(super) fn by_actor(tx: &mut Tx<'_>, actor: &Actor, user: PrincipalId) -> Result<bool, Fault> {
    Ok(accounts::came_to(tx, user, UserState::Disabled)?.is_some_and(|came| came.by == actor.user()))
}

/// A departure of the person has begun and not ended.
pub(super) fn is_leaving(tx: &mut Tx<'_>, user: PrincipalId) -> Result<bool, Fault> {
    Ok(departures::open_of(tx, user)?.is_some_and(|departure| departure.begun_on.is_some()))
}

/// What the person held when last disabled and does not hold now: to be looked at one by one, and given or not. None for
/// somebody who never was.
pub fn offered(tx: &mut Tx<'_>, actor: &Actor, user: PrincipalId) -> Done<Option<Offer>> {
    if !super::oversees(actor) {
        return Err(Denial::NoTask(Task::ManageUsers).into());
    }
    let Some(disabled) = accounts::came_to(tx, user, UserState::Disabled)? else { return Ok(None) };
    let held = accounts::held_at(tx, user, disabled.on)?;
    let by = accounts::names(tx, &[disabled.by])?.remove(&disabled.by).map_or_else(String::new, |found| found.name);
    Ok(Some(Offer { disabled, by, held }))
}
