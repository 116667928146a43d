//! A forgotten password: asked for at the sign-in page, answered by a letter with a link.
//!
//! The door that takes the ask looks nothing up: it counts and keeps what was typed, for every address alike, so neither
//! answer nor time tells who is known. The sender's thread looks later, and writes only to somebody active. The link works
//! once, for 15 minutes, dies with a freeze and with a newer link, and ends every session when it is used. A reset that
//! somebody else asked for is told to the person at the next sign-in.
//! Not here: using the link ([`super::accept`]). Start reading at [`ask_reset`]. Proved by `crates/crm/tests/it/mail.rs`.

use super::throttle::ResetCounts;
use super::{MINUTE, new_token, token_hash};
use crate::desk::{Channel, Desk};
use crate::people::check_email;
use crate::{Done, Error, mail};
use security::{Actor, UserState};
use std::net::IpAddr;
use store::{Stamp, Tx, accounts};

/// A link to choose another password can be used for so long, in microseconds.
pub(crate) const RESET_USABLE: i64 = 15 * MINUTE;

/// Somebody forgot the password of this address. Known or not, the answer is the same; [`Error::Wait`] asks for patience.
pub fn ask_reset(desk: &Desk, email: &str, place: Option<IpAddr>, channel: Channel) -> Done<()> {
    check_email(email)?;
    let (email, counts) = (email.trim().to_owned(), ResetCounts::of(email, place));
    let kept = desk.admit(move |tx| match counts.begin(tx)? {
        Some(seconds) => Ok::<_, Error>(Err(seconds)),
        None => {
            accounts::ask_reset(tx, &email, channel.name())?;
            Ok(Ok(()))
        }
    })?;
    kept.map_err(Error::Wait)
}

/// Looks after the oldest ask: a letter to whoever it is, nothing for nobody. False when none waits.
pub fn answer_reset(desk: &Desk) -> Done<bool> {
    if !desk.glance(|tx| Ok(accounts::has_reset_asks(tx)?))? {
        return Ok(false);
    }
    desk.admit(|tx| {
        let Some(ask) = accounts::take_reset_ask(tx)? else { return Ok(false) };
        let is_fresh = ask.created_on + RESET_USABLE > tx.now();
        let person = accounts::user_by_email(tx, &ask.email)?;
        accounts::note_refused(tx, person.as_ref().map(|person| person.id), "reset")?;
        let person = person.filter(|person| person.state == UserState::Active);
        let Some(person) = person.filter(|_| is_fresh) else { return Ok(true) };
        if !mail::is_set_up(tx)? {
            return Ok(true);
        }
        let channel = if ask.channel == Channel::Page.name() { Channel::Page } else { Channel::Api };
        let subject = Some(("users".to_owned(), person.id.0));
        tx.sign(Stamp { actor: person.id, channel: channel.name(), verb: "password.forget".into(), subject });
        let (token, ends_on) = (new_token(tx), tx.now() + RESET_USABLE);
        accounts::invite_token(tx, person.id, &token_hash(&token), ends_on)?;
        let letter = mail::reset(tx, person.id, None, &token, ends_on)?;
        mail::post(tx, person.id, &letter)?;
        Ok(true)
    })
}

/// A reset that somebody else asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AskedReset {
    /// Who asked.
    pub by: String,
    /// When, microseconds UTC.
    pub asked_on: i64,
}

/// Resets of the actor's password that others asked for and that the actor was not told of yet.
pub fn untold_resets(tx: &mut Tx<'_>, actor: &Actor) -> Done<Vec<AskedReset>> {
    let mut told = Vec::new();
    for notice in accounts::reset_notices(tx, actor.user())? {
        let by = accounts::user(tx, notice.by)?.map_or_else(|| "The operator".to_owned(), |user| user.name);
        told.push(AskedReset { by, asked_on: notice.created_on });
    }
    Ok(told)
}
