//! Service accounts: accounts that no person is, and who answers for each.
//!
//! It comes in by the API alone: no page opens for it. Somebody active who is no service account answers for it, so that
//! there is always somebody to ask; whoever stops being there leaves it to the finder ([`super::find`]).
//! Not here: sign-in itself ([`crate::sign_in`]). Source: docs/deciding/0022-service-accounts.md.
//! Start reading at [`set_service`]. Proved by `crates/crm/tests/it/service.rs`.

use super::guards;
use crate::{Done, Problem};
use security::{Actor, Denial, PrincipalId, Task, UserState, entrust};
use store::{Tx, accounts};

/// Makes an account a service account for which `responsible` answers, or a person's again.
///
/// Its sessions and tokens end when it becomes one or stops being one.
pub fn set_service(tx: &mut Tx<'_>, actor: &Actor, user: PrincipalId, responsible: Option<PrincipalId>) -> Done<()> {
    entrust(actor, Task::ManageUsers)?;
    let account = accounts::user(tx, user)?.ok_or(Denial::NotThere)?;
    tx.about("users", user.0);
    if user == actor.user() {
        return Err(Denial::Guard("nobody makes the own account a service account; somebody else who manages users can").into());
    }
    if let Some(responsible) = responsible {
        answers(tx, user, responsible)?;
        if !account.is_service && !accounts::services_of(tx, user)?.is_empty() {
            let words = "this person answers for service accounts; give those to somebody else first";
            return Err(Problem::conflict("answers-for-others", words));
        }
    }
    accounts::set_service(tx, user, responsible)?;
    guards::keep_an_administrator(tx)
}

/// What a form or a call said of it: whether it is one, and who answers. None when nothing of it changes.
///
/// `was` is who answers now; only where that person stays, it need not be said again.
pub fn said_service(
    is_service: Option<bool>,
    responsible: Option<PrincipalId>,
    was: Option<PrincipalId>,
) -> Done<Option<Option<PrincipalId>>> {
    match (is_service, responsible) {
        (None, None) => Ok(None),
        (Some(true), None) if was.is_some() => Ok(None),
        (Some(true), None) => Err(Problem::column("responsible", "a service account names a person who answers for it")),
        (Some(true), Some(by)) => Ok(Some(Some(by))),
        (None, Some(by)) if was.is_some() => Ok(Some(Some(by))),
        (None | Some(false), Some(_)) => Err(Problem::column("responsible", "only for a service account somebody answers")),
        (Some(false), None) => Ok(Some(None)),
    }
}

/// Somebody who can answer: there, active, a person, and not the account itself.
fn answers(tx: &mut Tx<'_>, user: PrincipalId, responsible: PrincipalId) -> Done<()> {
    let wrong = |words: &str| Err(Problem::column("responsible", words));
    if responsible == user {
        return wrong("a service account does not answer for itself");
    }
    // Held until this is done: whoever freezes them meanwhile waits, or this runs again.
    accounts::lock_user_share(tx, responsible)?;
    match accounts::user(tx, responsible)? {
        None => wrong("there is no such person"),
        Some(by) if by.is_service => wrong("that is a service account itself; choose a person"),
        Some(by) if by.state != UserState::Active => wrong("this person is not active; choose somebody who is"),
        Some(_) => Ok(()),
    }
}
