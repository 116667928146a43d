//! When somebody's time here ends: said ahead, and acted on by itself.
//!
//! Whoever is past the end and still active is frozen, within a minute or at the next start, once. The freeze stands in
//! the revocation journal before anything is changed, so whoever dies in between finds the same work again. Somebody
//! whose approved departure has its hour then or before is left to it; the last administrator stays, and that is told.
//! Not here: the last administrator ([`super::guards`]), what is found of ends ([`super::find`]).
//! Start reading at [`set_end`]. Proved by `crates/crm/tests/it/ends.rs`.

use super::guards;
use crate::desk::Desk;
use crate::notices::{self, Notice, NoticeKind};
use crate::{Done, Problem};
use security::{Actor, Denial, PrincipalId, Task, UserState, entrust};
use serde_json::json;
use store::accounts::{self, User};
use store::revocation::Act;
use store::{Tx, rights};

/// What whoever is stopped by the end reads as the reason.
const OVER: &str = "the time here ended";

/// Says when a person's time here ends, in microseconds UTC; none for no end.
pub fn set_end(tx: &mut Tx<'_>, actor: &Actor, user: PrincipalId, at: Option<i64>) -> Done<()> {
    entrust(actor, Task::ManageUsers)?;
    accounts::user(tx, user)?.ok_or(Denial::NotThere)?;
    if user == actor.user() {
        return Err(Denial::Guard("nobody says when their own time here ends; somebody else who manages users can").into());
    }
    tx.about("users", user.0);
    if at.is_some_and(|at| at <= tx.now()) {
        return Err(Problem::column("ends_at", "the end lies in the past; to stop somebody now, freeze them"));
    }
    accounts::set_end(tx, user, at)?;
    guards::keep_an_administrator(tx)
}

/// Nobody comes back whose time here is over: they would be stopped again a minute later.
pub(super) fn not_over(tx: &Tx<'_>, person: &User) -> Done<()> {
    match person.ends_on {
        Some(at) if at <= tx.now() => {
            Err(Problem::conflict("time-over", "the time of this person here is over; give another end, or none, first"))
        }
        _ => Ok(()),
    }
}

/// Stops whoever's time here is over. For upkeep, every minute or so.
pub(crate) fn keep_ends(desk: &Desk) -> Done<()> {
    let (over, now) = desk.glance(|tx| {
        let users = accounts::time_over(tx)?.into_iter();
        let over = users.map(|user| Ok((user, is_last_administrator(tx, user)?))).collect::<Done<Vec<_>>>()?;
        Ok((over, tx.now()))
    })?;
    for (user, is_last) in over {
        match is_last {
            true => tell_of_last(desk, user)?,
            false => stop(desk, user, now)?,
        }
    }
    Ok(())
}

fn stop(desk: &Desk, user: PrincipalId, now: i64) -> Done<()> {
    // WHY: noted first, because nobody would come back to note it once the state says that it is done.
    desk.store().note_revocation(Act::Freeze, user, now)?;
    let open_at = desk.operate("user.end_date", move |tx| {
        tx.about("users", user.0);
        accounts::lock_user(tx, user)?;
        if !accounts::time_over(tx)?.contains(&user) || is_last_administrator(tx, user)? {
            let is_open = accounts::user(tx, user)?.is_some_and(|person| person.state == UserState::Active);
            return Ok(is_open.then_some(tx.now()));
        }
        accounts::set_state(tx, user, UserState::Frozen)?;
        accounts::remark(tx, user, Some(OVER))?;
        tell(tx, user, "ended")?;
        Ok(None)
    })?;
    // Somebody gave another end in between, or the last other administrator went: what was noted does not hold.
    match open_at {
        Some(at) => Ok(desk.store().note_revocation(Act::Unfreeze, user, at)?),
        None => Ok(()),
    }
}

/// Says once for each end that it could not act.
fn tell_of_last(desk: &Desk, user: PrincipalId) -> Done<()> {
    if desk.glance(|tx| Ok(accounts::is_end_told(tx, user)?))? {
        return Ok(());
    }
    desk.operate("user.end_date", move |tx| {
        tx.about("users", user.0);
        accounts::note_end_told(tx, user)?;
        tell(tx, user, "kept")
    })
}

/// Whether stopping this person leaves nobody who is System Administrator without an end.
fn is_last_administrator(tx: &mut Tx<'_>, user: PrincipalId) -> Done<bool> {
    let holders = rights::active_holders_of_role(tx, crate::setup::SYSTEM_ADMINISTRATOR)?;
    let left = rights::lasting_administrators(tx)?;
    Ok(holders.iter().any(|(holder, _)| *holder == user) && left.iter().all(|left| *left == user))
}

/// Tells those who plan departures.
fn tell(tx: &mut Tx<'_>, user: PrincipalId, change: &str) -> Done<()> {
    let said = json!({ "change": change, "id": user.to_string() });
    let notice = Notice { kind: NoticeKind::Leaving, said, about: None, link: Some(format!("/people/{user}")) };
    for to in rights::users_with_task(tx, Task::DisableUsers)? {
        notices::tell(tx, to, &notice)?;
    }
    Ok(())
}
