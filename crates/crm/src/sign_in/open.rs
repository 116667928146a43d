//! Signing in with a password.
//!
//! Three steps: count the try and read the hash; compare outside of any transaction; look again and open the session.
//! Whoever is not there, not active or has no password costs the same hashing and gets the same answer. A refused try
//! leaves an entry `session.refuse`; one that must wait leaves none, so nobody fills the trail by knocking.
//! Not here: cookies (`web`), how long guessing waits ([`super::throttle`]). Proved by `crates/crm/tests/it/sign_in.rs`.

use super::line::LINE;
use super::throttle::Counts;
use super::{HOUR, new_token, passwords, token_hash};
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
    /// How sure we are: `password`.
    pub assurance: &'static str,
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
    let channel = ask.channel;
    let opened = desk.admit(move |tx| {
        let mut user = None;
        if fits {
            user = still_welcome(tx, &found)?;
        }
        match user {
            Some(user) => {
                counts.succeeded(tx)?;
                open(tx, user, channel).map(Some)
            }
            None => {
                counts.failed(tx)?;
                note(tx, found.user, channel);
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

/// The user, if nothing changed while the password was compared.
fn still_welcome(tx: &mut Tx<'_>, found: &Found) -> Result<Option<PrincipalId>, Fault> {
    let Some(user) = found.user else { return Ok(None) };
    accounts::lock_user_share(tx, user)?;
    let is_active = accounts::user(tx, user)?.is_some_and(|user| user.state == UserState::Active);
    let hash = accounts::password_hash(tx, user)?;
    Ok((is_active && hash.is_some() && hash == found.hash).then_some(user))
}

fn open(tx: &mut Tx<'_>, user: PrincipalId, channel: Channel) -> Done<Opened> {
    tx.sign(Stamp { actor: user, channel: channel.name(), verb: "session.open".into(), subject: Some(("users".into(), user.0)) });
    let token = new_token(tx);
    let expires_at = tx.now() + LONGEST;
    let (kind, idle) = if channel == Channel::Page { ("page", PAGE_IDLE) } else { ("api", LONGEST) };
    let hash = token_hash(&token);
    let new = accounts::NewSession { user, kind, token_hash: &hash, idle, ends_on: expires_at, name: None, scopes: None };
    accounts::open_session(tx, &new)?;
    accounts::touch_seen(tx, user)?;
    Ok(Opened { token, expires_at, user, assurance: "password" })
}

/// The entry of a refused try: about whom, if the address is somebody's.
fn note(tx: &mut Tx<'_>, user: Option<PrincipalId>, channel: Channel) {
    let subject = user.map(|user| ("users".to_owned(), user.0));
    tx.sign(Stamp { actor: user.unwrap_or(STRANGER), channel: channel.name(), verb: "session.refuse".into(), subject });
}
