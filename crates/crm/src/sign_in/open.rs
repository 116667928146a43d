//! Signing in with a password, and what comes after it.
//!
//! Three steps: count the try and read the hash; compare outside of any transaction; look again and open the session.
//! Whoever has a second factor gets half a session, which opens nothing but the door where its code is typed
//! ([`super::second`]); so does whoever has to choose another password first.
//! Whoever is not there, not active or has no password costs the same hashing and gets the same answer. A refused try
//! leaves an entry `session.refuse`; one that must wait leaves none, so nobody fills the trail by knocking. A try as
//! somebody who was stopped is counted beside it, by a statement that runs for everybody.
//! Not here: cookies (`web`), how long guessing waits ([`super::throttle`]). Proved by `crates/crm/tests/it/sign_in.rs`.

use super::line::LINE;
use super::throttle::Counts;
use super::{HOUR, MINUTE, new_token, passwords, policy, token_hash};
use crate::desk::{Channel, Desk};
use crate::{Done, Error, Problem};
use catalogue::RowId;
use security::{Denial, PrincipalId, UserState};
use std::net::IpAddr;
use store::{Fault, Stamp, Tx, accounts};
use uuid::Uuid;

/// Whoever knocks with an address that nobody has, in the trail.
pub const STRANGER: PrincipalId = PrincipalId(RowId(Uuid::from_u128(3)));

/// A page is left alone for at most an hour, and no session outlives a working day.
const PAGE_IDLE: i64 = HOUR;
const LONGEST: i64 = 12 * HOUR;
/// Half a session is for typing a code or choosing a password.
const HALF: i64 = 10 * MINUTE;
/// What half a session is for, as it is kept.
pub(super) const FOR_CODE: &str = "half";
pub(super) const FOR_PASSWORD: &str = "renew";
/// The name of half a session after whose code another password is chosen.
pub(super) const THEN_PASSWORD: &str = "then another password";

/// Somebody knocks.
#[derive(Clone, Debug)]
pub struct SignInAsk {
    /// As typed.
    pub email: String,
    /// As typed.
    pub password: String,
    /// From where; the address of the connection, or what a trusted proxy says.
    pub place: Option<IpAddr>,
    /// [`Channel::Page`] makes a cookie's session, any other a bearer's.
    pub channel: Channel,
}

/// Somebody is in.
#[derive(Clone, Debug)]
pub struct Opened {
    /// The secret; it is kept nowhere else.
    pub token: String,
    /// When the session ends at the latest, microseconds UTC.
    pub expires_at: i64,
    /// Who.
    pub user: PrincipalId,
    /// How sure we are: `password`, `second_factor`.
    pub assurance: &'static str,
    /// What is still missing.
    pub next: Next,
}

/// What somebody has to do before the session opens anything.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Next {
    /// Nothing: they are in.
    In,
    /// Type a code of the second factor.
    Code,
    /// Choose another password: this one has lived too long, or is not taken any more.
    Password,
}

/// What was found under the address before the password was looked at.
struct Found {
    user: Option<PrincipalId>,
    hash: Option<String>,
}

/// Opens a session for whoever knows the password of an active user. [`Denial::SignIn`] says no and not why;
/// [`Error::Wait`] asks for patience.
pub fn sign_in(desk: &Desk, ask: &SignInAsk) -> Done<Opened> {
    if ask.channel == Channel::Job {
        return Err(Problem::malformed("no-session", "a job has no session"));
    }
    let turn = LINE.turn().ok_or(Error::Wait(1))?;
    let counts = Counts::of(&ask.email, ask.place);
    let email = ask.email.clone();
    let begun = desk.admit(move |tx| match counts.begin(tx)? {
        Some(seconds) => Ok(Err(seconds)),
        None => Ok::<_, Error>(Ok(find(tx, &email)?)),
    })?;
    let found = begun.map_err(Error::Wait)?;
    let fits = passwords::verify(&ask.password, found.hash.as_deref());
    drop(turn);
    let (channel, password) = (ask.channel, ask.password.clone());
    let opened = desk.admit(move |tx| {
        let mut user = None;
        if fits {
            user = still_welcome(tx, &found, channel)?;
        }
        match user {
            Some(user) => {
                let next = next(tx, user, &password)?;
                counts.right(tx)?;
                match next {
                    (Next::In, _) => {
                        counts.familiar(tx)?;
                        open(tx, user, channel, None).map(Some)
                    }
                    (next, then) => half(tx, user, channel, next, then).map(Some),
                }
            }
            None => {
                counts.failed(tx)?;
                note(tx, found.user, channel);
                accounts::note_refused(tx, found.user, channel.name())?;
                Ok(None)
            }
        }
    })?;
    opened.ok_or(Error::Denied(Denial::SignIn))
}

fn find(tx: &mut Tx<'_>, email: &str) -> Done<Found> {
    let user = accounts::user_by_email(tx, email)?;
    let active = user.as_ref().filter(|user| user.state == UserState::Active).map(|user| user.id);
    let hash = match active {
        Some(user) => accounts::password_hash(tx, user)?,
        None => None,
    };
    Ok(Found { user: user.map(|user| user.id), hash })
}

/// The user, if nothing changed while the password was compared. No page opens for a service account.
fn still_welcome(tx: &mut Tx<'_>, found: &Found, channel: Channel) -> Result<Option<PrincipalId>, Fault> {
    let Some(user) = found.user else { return Ok(None) };
    accounts::lock_user_share(tx, user)?;
    let fits = |user: accounts::User| user.state == UserState::Active && !(user.is_service && channel == Channel::Page);
    let is_active = accounts::user(tx, user)?.is_some_and(fits);
    let hash = accounts::password_hash(tx, user)?;
    Ok((is_active && hash.is_some() && hash == found.hash).then_some(user))
}

/// What is missing beside the password; and whether another one is chosen after the code.
fn next(tx: &mut Tx<'_>, user: PrincipalId, password: &str) -> Done<(Next, bool)> {
    let (policy, has_factor) = (policy::policy(tx)?, accounts::has_factor(tx, user)?);
    let chosen_on = accounts::password_changed_on(tx, user)?.unwrap_or(0);
    let is_over = policy.is_over(chosen_on, tx.now()) || policy.rules(has_factor).check(password).is_err();
    Ok(match (has_factor, is_over) {
        (true, then) => (Next::Code, then),
        (false, true) => (Next::Password, false),
        (false, false) => (Next::In, false),
    })
}

/// Opens a session; `factor_on` says when its second factor was proven.
pub(super) fn open(tx: &mut Tx<'_>, user: PrincipalId, channel: Channel, factor_on: Option<i64>) -> Done<Opened> {
    tx.sign(Stamp { actor: user, channel: channel.name(), verb: "session.open".into(), subject: Some(("users".into(), user.0)) });
    let token = new_token(tx);
    let expires_at = tx.now() + LONGEST;
    let (kind, idle) = if channel == Channel::Page { ("page", PAGE_IDLE) } else { ("api", LONGEST) };
    let hash = token_hash(&token);
    let new = accounts::NewSession { user, kind, token_hash: &hash, idle, ends_on: expires_at, name: None, scopes: None };
    let session = accounts::open_session(tx, &new)?;
    if let Some(at) = factor_on {
        accounts::prove(tx, session, Some(at))?;
    }
    accounts::touch_seen(tx, user)?;
    Ok(Opened { token, expires_at, user, assurance: assurance(factor_on), next: Next::In })
}

/// Opens half a session: it stands for the password that was right, and opens no other door.
pub(super) fn half(tx: &mut Tx<'_>, user: PrincipalId, channel: Channel, next: Next, then_password: bool) -> Done<Opened> {
    tx.sign(Stamp { actor: user, channel: channel.name(), verb: "session.begin".into(), subject: Some(("users".into(), user.0)) });
    let token = new_token(tx);
    let expires_at = tx.now() + HALF;
    let kind = if next == Next::Password { FOR_PASSWORD } else { FOR_CODE };
    let name = then_password.then_some(THEN_PASSWORD);
    let hash = token_hash(&token);
    let new = accounts::NewSession { user, kind, token_hash: &hash, idle: HALF, ends_on: expires_at, name, scopes: None };
    accounts::open_session(tx, &new)?;
    Ok(Opened { token, expires_at, user, assurance: "password", next })
}

/// How sure we are of somebody whose second factor was proven then.
pub(super) fn assurance(factor_on: Option<i64>) -> &'static str {
    if factor_on.is_some() { "second_factor" } else { "password" }
}

/// The entry of a refused try: about whom, if the address is somebody's.
pub(super) fn note(tx: &mut Tx<'_>, user: Option<PrincipalId>, channel: Channel) {
    let subject = user.map(|user| ("users".to_owned(), user.0));
    tx.sign(Stamp { actor: user.unwrap_or(STRANGER), channel: channel.name(), verb: "session.refuse".into(), subject });
}
