//! One's own account: how one signs in, another password, the sessions that are open, what somebody else did to it.
//!
//! Not here: second factors ([`super::begin_factor`]), tokens ([`super::create_token`]).
//! Start reading at [`account`]. Proved by `crates/crm/tests/it/account.rs`.

use super::enrol::{end_others, prove_password};
use super::second::{chosen, is_fresh, own};
use super::{AskedReset, Mine, policy, untold_resets};
use crate::Done;
use crate::desk::{Asker, Desk, Verb};
use security::{Actor, Denial, PrincipalId, RoleId};
use std::net::IpAddr;
use store::accounts::{self, Session};
use store::{Tx, rights};

/// How somebody signed in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignedIn {
    /// `password`, `second_factor`.
    pub assurance: &'static str,
    /// The second factor was proven within the last ten minutes.
    pub is_fresh: bool,
}

/// Everything about the own account.
#[derive(Clone, Debug)]
pub struct Account {
    /// How this session was opened.
    pub signed_in: SignedIn,
    /// When the password was chosen, microseconds UTC.
    pub password_on: Option<i64>,
    /// When it must be replaced, microseconds UTC.
    pub password_until: Option<i64>,
    /// Since when there is a second factor, microseconds UTC.
    pub factor_since: Option<i64>,
    /// Recovery codes that can still be used.
    pub recovery_codes: i64,
    /// The roles of one's own that ask for a second factor.
    pub asked_by: Vec<String>,
    /// The sessions, newest first.
    pub sessions: Vec<Mine>,
    /// The tokens, newest first.
    pub tokens: Vec<Session>,
    /// Who took the second factor away, and when; what the person has not said to have seen.
    pub resets: Vec<(Option<PrincipalId>, i64)>,
    /// Who asked for a new password for the person, and when; what the person has not said to have seen.
    pub password_resets: Vec<AskedReset>,
}

/// How this session was opened.
pub fn signed_in(tx: &mut Tx<'_>, who: &Asker) -> Done<SignedIn> {
    let factor_on = match who {
        Asker::Session { token_hash, .. } => accounts::session(tx, token_hash)?.ok_or(Denial::SignIn)?.factor_on,
        Asker::Job { .. } | Asker::Workflow { .. } => None,
    };
    Ok(SignedIn { assurance: super::open::assurance(factor_on), is_fresh: is_fresh(factor_on, tx.now()) })
}

/// The own account.
pub fn account(tx: &mut Tx<'_>, who: &Asker, actor: &Actor) -> Done<Account> {
    let (user, here) = (actor.user(), own(tx, who)?.id);
    let policy = policy::policy(tx)?;
    let password_on = accounts::password_changed_on(tx, user)?;
    let asking = rights::roles_with_factor(tx)?;
    let asks = |role: RoleId| asking.contains(&role);
    let mut asked_by: Vec<String> = actor.roles().iter().filter(|held| asks(held.role.id)).map(|held| held.role.name.clone()).collect();
    asked_by.dedup();
    let (tokens, sessions): (Vec<_>, Vec<_>) = accounts::sessions_of(tx, user)?.into_iter().partition(|s| s.kind == "token");
    Ok(Account {
        signed_in: signed_in(tx, who)?,
        password_on,
        password_until: policy.expires_after.zip(password_on).map(|(days, on)| on.saturating_add(days.saturating_mul(super::DAY))),
        factor_since: accounts::factor(tx, user)?.and_then(|factor| factor.confirmed_on),
        recovery_codes: accounts::recovery_codes_left(tx, user)?,
        asked_by,
        sessions: sessions.into_iter().map(|session| Mine { is_current: session.id == here, session }).collect(),
        tokens,
        password_resets: untold_resets(tx, actor)?,
        resets: accounts::factor_resets(tx, user)?.into_iter().map(|reset| (reset.by, reset.on)).collect(),
    })
}

/// Whether somebody else did something to the own account that one was not told of yet.
pub fn has_news(tx: &mut Tx<'_>, actor: &Actor) -> Done<bool> {
    Ok(!accounts::factor_resets(tx, actor.user())?.is_empty() || !untold_resets(tx, actor)?.is_empty())
}

/// One has seen what somebody else did.
pub fn seen_news(tx: &mut Tx<'_>, actor: &Actor) -> Done<()> {
    tx.about("users", actor.user().0);
    accounts::told_resets(tx, actor.user())?;
    Ok(accounts::tell_factor_resets(tx, actor.user())?)
}

/// Chooses another password with the old one; the other sessions end.
pub fn change_password(desk: &Desk, who: &Asker, old: &str, new: &str, place: Option<IpAddr>) -> Done<()> {
    let user = desk.look(who, |tx, actor| own(tx, who).map(|_| actor.user()))?;
    prove_password(desk, who, old, place)?;
    let kept = chosen(desk, user, new)?;
    let asker = who.clone();
    desk.perform(who, Verb::own("password.change"), move |tx, actor| {
        let session = own(tx, &asker)?;
        tx.about("users", actor.user().0);
        accounts::set_password_hash(tx, actor.user(), &kept)?;
        end_others(tx, actor.user(), session.id)?;
        Ok(())
    })
}

/// Ends every session of one's own but the one that asks.
pub fn end_other_sessions(desk: &Desk, who: &Asker) -> Done<usize> {
    let asker = who.clone();
    desk.perform(who, Verb::own("session.end-others"), move |tx, actor| {
        let session = own(tx, &asker)?;
        tx.about("users", actor.user().0);
        end_others(tx, actor.user(), session.id)
    })
}
