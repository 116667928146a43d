//! Setting up a second factor, taking it away, and its recovery codes.
//!
//! A secret is shown until a first code proves that the device has it; from then on it counts and is shown no more.
//! Whoever sits down at a session that somebody left cannot set one up: the session is new, or the password is typed
//! again. Other sessions end, because they were opened with less.
//! Not here: taking away somebody else's ([`crate::people::reset_factor`]). Start reading at [`begin_factor`].
//! Proved by `crates/crm/tests/it/second_factor.rs`.

use super::factor::{self, spelled};
use super::line::LINE;
use super::second::{must_be_fresh, own, refused, words};
use super::throttle::Counts;
use super::{MINUTE, passwords};
use crate::desk::{Asker, Desk, Verb};
use crate::{Done, Error, Problem};
use security::{Actor, Denial, PrincipalId};
use std::net::IpAddr;
use store::Tx;
use store::accounts;

/// A session that was opened so lately needs no password again.
const NEW: i64 = 10 * MINUTE;

/// A factor that waits for its first code.
#[derive(Clone, Debug)]
pub struct Enrolment {
    /// The secret in letters, for typing.
    pub secret: String,
    /// The address that the QR code holds.
    pub address: String,
}

/// Where somebody is with a second factor.
#[derive(Clone, Debug)]
pub struct FactorStanding {
    /// A factor that counts, since when; microseconds UTC.
    pub since: Option<i64>,
    /// One that waits for its first code.
    pub waiting: Option<Enrolment>,
    /// Recovery codes that can still be used.
    pub recovery_codes: i64,
    /// A role asks for one.
    pub is_needed: bool,
    /// To begin, the password is typed again.
    pub asks_password: bool,
}

/// Where whoever asks is with their second factor. Open before the factor that a role asks for.
pub fn factor_standing(tx: &mut Tx<'_>, who: &Asker, actor: &Actor) -> Done<FactorStanding> {
    let session = own(tx, who)?;
    let factor = accounts::factor(tx, actor.user())?;
    let waiting = match &factor {
        Some(factor) if factor.confirmed_on.is_none() => factor.secret.as_deref().map(|secret| enrolment(tx, actor.user(), secret)),
        _ => None,
    };
    Ok(FactorStanding {
        since: factor.as_ref().and_then(|factor| factor.confirmed_on),
        waiting: waiting.transpose()?,
        recovery_codes: accounts::recovery_codes_left(tx, actor.user())?,
        is_needed: store::rights::needs_factor(tx, actor.user())?,
        asks_password: !is_new(session.created_on, tx.now()),
    })
}

fn enrolment(tx: &mut Tx<'_>, user: PrincipalId, secret: &[u8]) -> Done<Enrolment> {
    let person = accounts::user(tx, user)?.ok_or(Denial::SignIn)?;
    let organisation = accounts::organisation_name(tx)?;
    let secret = spelled(secret);
    let (issuer, name) = (escape(&organisation.replace(':', " ")), escape(&person.email.replace(':', " ")));
    let address = format!("otpauth://totp/{issuer}:{name}?secret={secret}&issuer={issuer}&algorithm=SHA1&digits=6&period=30");
    Ok(Enrolment { secret, address })
}

/// As an address has it: letters and digits stay, everything else becomes its bytes.
fn escape(text: &str) -> String {
    let byte = |b: u8| if b.is_ascii_alphanumeric() || b"-._~".contains(&b) { char::from(b).to_string() } else { format!("%{b:02X}") };
    text.bytes().map(byte).collect()
}

fn is_new(opened_on: i64, now: i64) -> bool {
    now < opened_on.saturating_add(NEW)
}

/// Begins a second factor: a secret that waits for its first code. Begun again, it is another.
pub fn begin_factor(desk: &Desk, who: &Asker, password: &str, place: Option<IpAddr>) -> Done<Enrolment> {
    let asker = who.clone();
    let is_new = desk.look_before_factor(who, |tx, _| Ok(is_new(own(tx, who)?.created_on, tx.now())))?;
    if !is_new {
        prove_password(desk, who, password, place)?;
    }
    desk.perform(who, Verb::before_factor("factor.begin"), move |tx, actor| {
        own(tx, &asker)?;
        tx.about("users", actor.user().0);
        if accounts::has_factor(tx, actor.user())? {
            return Err(Problem::conflict("has-factor", "you have a second factor already; take it away before you set up another"));
        }
        let secret = factor::new_secret(tx);
        accounts::begin_factor(tx, actor.user(), &secret)?;
        enrolment(tx, actor.user(), &secret)
    })
}

/// Proves with a first code that the device has the secret; the factor counts from now on. Answers the recovery codes,
/// which are shown this once.
pub fn confirm_factor(desk: &Desk, who: &Asker, code: &str, place: Option<IpAddr>) -> Done<Vec<String>> {
    let (asker, code) = (who.clone(), code.to_owned());
    let answer = desk.perform(who, Verb::before_factor("factor.confirm"), move |tx, actor| {
        let (session, user) = (own(tx, &asker)?, actor.user());
        tx.about("users", user.0);
        let waiting = accounts::factor(tx, user)?.filter(|factor| factor.confirmed_on.is_none());
        let factor =
            waiting.ok_or_else(|| Problem::conflict("no-factor", "there is nothing to confirm; begin to set up a second factor"))?;
        if let Err(untaken) = factor::spend_first(tx, user, &factor, &code, place)? {
            refused(tx, &asker, user, untaken);
            return Ok(Err(untaken));
        }
        accounts::confirm_factor(tx, user, factor.id)?;
        let now = tx.now();
        accounts::prove(tx, session.id, Some(now))?;
        end_others(tx, user, session.id)?;
        Ok(Ok(factor::new_recovery_codes(tx, user)?))
    })?;
    answer.map_err(words)
}

/// Takes away the own second factor; it must have been proven lately. A role that asks for one leads to the next at once.
pub fn remove_factor(desk: &Desk, who: &Asker) -> Done<()> {
    let asker = who.clone();
    desk.perform(who, Verb::own("factor.remove"), move |tx, actor| {
        must_be_fresh(tx, &asker)?;
        tx.about("users", actor.user().0);
        if !accounts::end_factor(tx, actor.user())? {
            return Err(Problem::conflict("no-factor", "there is no second factor to take away"));
        }
        // What was proven with it is proven no more.
        for session in accounts::sessions_of(tx, actor.user())?.into_iter().filter(|session| session.factor_on.is_some()) {
            accounts::prove(tx, session.id, None)?;
        }
        Ok(())
    })
}

/// New recovery codes in place of those before, shown this once; the factor must have been proven lately.
pub fn renew_recovery_codes(desk: &Desk, who: &Asker) -> Done<Vec<String>> {
    let asker = who.clone();
    desk.perform(who, Verb::own("factor.codes"), move |tx, actor| {
        must_be_fresh(tx, &asker)?;
        tx.about("users", actor.user().0);
        if !accounts::has_factor(tx, actor.user())? {
            return Err(Problem::conflict("no-factor", "recovery codes stand in for a second factor; set one up first"));
        }
        Ok(factor::new_recovery_codes(tx, actor.user())?)
    })
}

/// Ends every session of this person but one; tokens live on.
pub(super) fn end_others(tx: &mut Tx<'_>, user: PrincipalId, but: catalogue::RowId) -> Done<usize> {
    let others: Vec<_> = accounts::sessions_of(tx, user)?.into_iter().filter(|s| s.kind != "token" && s.id != but).collect();
    for session in &others {
        accounts::end_session(tx, session.id)?;
    }
    Ok(others.len())
}

/// Whoever sits at a session types its person's password; counted and slowed like signing in.
pub(super) fn prove_password(desk: &Desk, who: &Asker, password: &str, place: Option<IpAddr>) -> Done<()> {
    if password.is_empty() {
        return Err(Problem::column("old_password", "type your password"));
    }
    let turn = LINE.turn().ok_or(Error::Wait(1))?;
    let (email, hash) = desk.look_before_factor(who, |tx, actor| {
        let person = accounts::user(tx, actor.user())?.ok_or(Denial::SignIn)?;
        Ok((person.email, accounts::password_hash(tx, actor.user())?))
    })?;
    let counts = Counts::of(&email, place);
    let waits = desk.admit(move |tx| Ok::<_, Error>(counts.begin(tx)?))?;
    if let Some(seconds) = waits {
        return Err(Error::Wait(seconds));
    }
    let fits = passwords::verify(password, hash.as_deref());
    drop(turn);
    desk.admit(move |tx| {
        if fits {
            counts.right(tx)?
        } else {
            counts.failed(tx)?
        }
        Ok::<_, Error>(())
    })?;
    if fits { Ok(()) } else { Err(Problem::column("old_password", "this is not your password")) }
}
