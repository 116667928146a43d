//! Inviting somebody, and inviting again.
//!
//! The link goes by mail to the person; only where no mail server is set up it is shown, once, to whoever invites. It
//! works once; a second one makes the first worthless. For a person who works here already it is a reset: only for one
//! who may give all that person's roles and is not outranked, or whoever manages people could become anybody. It is told
//! to the person at the next sign-in, and ends every session when it is used.
//! Not here: using the link ([`crate::sign_in::accept`]). Start reading at [`invite`]. Proved by `crates/crm/tests/it/people.rs`.

use super::place::works_here;
use super::{check_email, guards, roles, set_end, set_service};
use crate::sign_in::{DAY, RESET_USABLE, new_token, token_hash};
use crate::{Done, Problem, mail};
use security::{Actor, Denial, PrincipalId, RoleId, Task, UnitId, UserState, entrust};
use store::accounts::{self, NewUser};
use store::{Tx, rights};

/// An invitation can be used for so long.
const USABLE: i64 = 7 * DAY;

/// Somebody to invite.
#[derive(Clone, Debug)]
pub struct InviteAsk {
    /// What people read.
    pub name: String,
    /// The address, which nobody else here has.
    pub email: String,
    /// The job.
    pub title: Option<String>,
    /// The unit.
    pub unit: UnitId,
    /// Whom the person reports to.
    pub manager: Option<PrincipalId>,
    /// Roles given at once; asks the task to assign roles.
    pub roles: Vec<RoleId>,
    /// When the person's time here ends, microseconds UTC.
    pub ends_at: Option<i64>,
    /// Who answers for it, where it is a service account.
    pub responsible: Option<PrincipalId>,
}

/// Somebody was invited. The token is shown this once, where it did not go by mail.
#[derive(Clone, Debug)]
pub struct Invitation {
    /// Who.
    pub user: PrincipalId,
    /// The secret of the link; empty when the link went by mail: then nobody but the person has it.
    pub token: String,
    /// The link went by mail.
    pub is_mailed: bool,
    /// When it ends, microseconds UTC.
    pub expires_at: i64,
}

/// Makes a person who may come in with the invitation.
pub fn invite(tx: &mut Tx<'_>, actor: &Actor, ask: &InviteAsk) -> Done<Invitation> {
    entrust(actor, Task::ManageUsers)?;
    check(tx, ask)?;
    let title = ask.title.as_deref().map(str::trim).filter(|title| !title.is_empty());
    let new = NewUser { name: ask.name.trim(), email: ask.email.trim(), title, unit: ask.unit, manager: ask.manager };
    let team = guards::default_team(tx, ask.unit)?;
    let user = accounts::invite(tx, &new)?;
    tx.about("users", user.0);
    guards::membership(tx, actor, team, user)?;
    for role in &ask.roles {
        let give = roles::GiveAsk { role: *role, to: user, reason: Some("with the invitation".into()), until: None };
        roles::give_role(tx, actor, &give)?;
    }
    if ask.responsible.is_some() {
        set_service(tx, actor, user, ask.responsible)?;
    }
    if ask.ends_at.is_some() {
        set_end(tx, actor, user, ask.ends_at)?;
    }
    hand_over(tx, actor, user, false)
}

/// Makes a new link for somebody who has not come yet, or who lost the password.
pub fn invite_again(tx: &mut Tx<'_>, actor: &Actor, user: PrincipalId) -> Done<Invitation> {
    entrust(actor, Task::ManageUsers)?;
    let person = accounts::user(tx, user)?.ok_or(Denial::NotThere)?;
    let known = guards::as_actor(tx, user)?;
    if !known.roles().is_empty() {
        entrust(actor, Task::AssignRoles)?;
    }
    match person.state {
        UserState::Frozen => return Err(Problem::conflict("frozen", "this account is frozen; unfreeze it first")),
        UserState::Disabled => return Err(Problem::conflict("disabled", "this account is disabled; let the person back in first")),
        UserState::Erased => return Err(Problem::conflict("erased", "this person was erased; invite somebody new")),
        UserState::Active if user == actor.user() => {
            return Err(Denial::Guard("nobody resets the own password with a link; somebody else can").into());
        }
        UserState::Active if guards::outranks(&known, actor) => {
            return Err(Denial::Guard("this person may more than you; a reset needs somebody who may as much").into());
        }
        UserState::Active | UserState::Invited => {}
    }
    tx.about("users", user.0);
    let is_reset = person.state == UserState::Active;
    if is_reset {
        accounts::note_reset(tx, user, actor.user())?;
    }
    hand_over(tx, actor, user, is_reset)
}

/// Makes the link and hands it to the person by mail, or to whoever asks where there is no mail.
pub(super) fn hand_over(tx: &mut Tx<'_>, actor: &Actor, user: PrincipalId, is_reset: bool) -> Done<Invitation> {
    let (token, is_mailed) = (new_token(tx), mail::is_set_up(tx)?);
    // A link that is carried by hand takes longer on its way.
    let expires_at = tx.now() + if is_reset && is_mailed { RESET_USABLE } else { USABLE };
    accounts::invite_token(tx, user, &token_hash(&token), expires_at)?;
    if !is_mailed {
        return Ok(Invitation { user, token, is_mailed, expires_at });
    }
    let letter = match is_reset {
        true => mail::reset(tx, user, Some(actor.name()), &token, expires_at)?,
        false => mail::invitation(tx, user, actor.name(), &token, expires_at)?,
    };
    mail::post(tx, user, &letter)?;
    Ok(Invitation { user, token: String::new(), is_mailed, expires_at })
}

fn check(tx: &mut Tx<'_>, ask: &InviteAsk) -> Done<()> {
    if ask.name.trim().is_empty() || ask.name.chars().count() > 160 {
        return Err(Problem::column("name", "a name of 1 to 160 characters is needed"));
    }
    check_email(&ask.email)?;
    if accounts::user_by_email(tx, &ask.email)?.is_some() {
        return Err(Problem::conflict("email-taken", format!("somebody with the address `{}` is here already", ask.email.trim())));
    }
    if accounts::unit(tx, ask.unit)?.is_none() {
        return Err(Problem::column("business_unit", "there is no such business unit"));
    }
    if let Some(manager) = ask.manager {
        works_here(tx, manager)?;
    }
    for role in &ask.roles {
        if rights::role(tx, *role)?.is_none() {
            return Err(Problem::column("roles", "there is no such role"));
        }
    }
    Ok(())
}
