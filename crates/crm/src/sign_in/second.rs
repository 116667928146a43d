//! After the password: the code of the second factor, another password where one is due, and proving it again.
//!
//! Half a session ([`super::Next`]) is good for one of these doors and ends with it. What does not fit is counted and
//! leaves an entry `session.refuse`, like a wrong password; the verb itself is done, so that the count is kept.
//! Not here: which codes fit ([`super::factor`]). Start reading at [`second_step`].
//! Proved by `crates/crm/tests/it/second_factor.rs`.

use super::factor::{self, Untaken};
use super::open::{self, FOR_CODE, FOR_PASSWORD, Next, Opened, SignInAsk, THEN_PASSWORD, half, note};
use super::throttle::Counts;
use super::{MINUTE, passwords, policy, sign_in, token_hash};
use crate::desk::{Asker, Channel, Desk, Verb};
use crate::{Done, Error, Problem};
use security::{Denial, PrincipalId, UserState};
use std::net::IpAddr;
use store::accounts::{self, Session};
use store::{Tx, accounts::end_session};

/// A factor that was proven is fresh for so long.
const FRESH: i64 = 10 * MINUTE;

/// Whether a factor that was proven then is fresh now.
pub fn is_fresh(factor_on: Option<i64>, now: i64) -> bool {
    factor_on.is_some_and(|at| now < at.saturating_add(FRESH))
}

/// What the door behind half a session shows.
#[derive(Clone, Debug)]
pub struct Half {
    /// What is asked for.
    pub next: Next,
    /// The address it was opened with.
    pub email: String,
    /// How many recovery codes are left.
    pub recovery_codes: i64,
    /// The least number of characters of another password.
    pub shortest: usize,
}

/// What half a session asks for; [`Denial::SignIn`] when there is none.
pub fn half_session(desk: &Desk, token: &str) -> Done<Half> {
    let hash = token_hash(token);
    desk.glance(move |tx| {
        let (session, next) = find(tx, &hash)?;
        let person = accounts::user(tx, session.user)?.ok_or(Denial::SignIn)?;
        let has_factor = accounts::has_factor(tx, session.user)?;
        Ok(Half {
            next,
            email: person.email,
            recovery_codes: accounts::recovery_codes_left(tx, session.user)?,
            shortest: policy::policy(tx)?.rules(has_factor).shortest,
        })
    })
}

/// Half a session of somebody active.
fn find(tx: &mut Tx<'_>, hash: &[u8; 32]) -> Done<(Session, Next)> {
    let seen = accounts::seen(tx, hash)?.filter(|seen| seen.user_state == UserState::Active).ok_or(Denial::SignIn)?;
    let next = match seen.session.kind.as_str() {
        FOR_CODE => Next::Code,
        FOR_PASSWORD => Next::Password,
        _ => return Err(Denial::SignIn.into()),
    };
    Ok((seen.session, next))
}

/// Gives the code that half a session asks for, and opens the whole one, or the half that asks for another password.
pub fn second_step(desk: &Desk, token: &str, code: &str, place: Option<IpAddr>, channel: Channel) -> Done<Opened> {
    let (hash, code) = (token_hash(token), code.to_owned());
    let answer = desk.admit(move |tx| {
        let (session, _) = find(tx, &hash).and_then(|found| if found.1 == Next::Code { Ok(found) } else { Err(Denial::SignIn.into()) })?;
        let user = session.user;
        if let Err(untaken) = factor::spend(tx, user, &code, place)? {
            if untaken == Untaken::Wrong {
                note(tx, Some(user), channel);
            }
            return Ok(Err(untaken));
        }
        // WHY: only whoever won holds the person: a lock that many share before they wait for the count of tries could
        // not be widened by the one who goes on. Whoever was frozen meanwhile is found so here.
        accounts::lock_user_share(tx, user)?;
        find(tx, &hash)?;
        let opened = if session.name.as_deref() == Some(THEN_PASSWORD) {
            let opened = half(tx, user, channel, Next::Password, false)?;
            let renewing = accounts::session(tx, &token_hash(&opened.token))?.ok_or(Denial::SignIn)?;
            accounts::prove(tx, renewing.id, Some(tx.now()))?;
            opened
        } else {
            let now = tx.now();
            open::open(tx, user, channel, Some(now))?
        };
        end_session(tx, session.id)?;
        if let Some(person) = accounts::user(tx, user)? {
            Counts::of(&person.email, place).familiar(tx)?;
        }
        Ok::<_, Error>(Ok(opened))
    })?;
    answer.map_err(words)
}

/// Chooses another password where half a session asks for one, and opens the whole one.
pub fn renew(desk: &Desk, token: &str, password: &str, channel: Channel) -> Done<Opened> {
    let hash = token_hash(token);
    let user = desk.glance(move |tx| {
        let (session, next) = find(tx, &hash)?;
        if next == Next::Password { Ok(session.user) } else { Err(Denial::SignIn.into()) }
    })?;
    let kept = chosen(desk, user, password)?;
    desk.admit(move |tx| {
        let (session, _) = find(tx, &hash)?;
        accounts::lock_user_share(tx, user)?;
        let opened = open::open(tx, user, channel, session.factor_on)?;
        accounts::set_password_hash(tx, user, &kept)?;
        end_session(tx, session.id)?;
        Ok(opened)
    })
}

/// The hash of a password that somebody chooses, if it is taken: by everybody's rules, the organisation's, and not again.
pub(super) fn chosen(desk: &Desk, user: PrincipalId, password: &str) -> Done<String> {
    let (rules, around, former) = desk.glance(move |tx| {
        let policy = policy::policy(tx)?;
        let person = accounts::user(tx, user)?.ok_or(Denial::SignIn)?;
        let mut former: Vec<String> = accounts::password_hash(tx, user)?.into_iter().collect();
        // Whose password was ended chooses another one than that, whatever the organisation remembers.
        let remembered = policy.remembered.max(i64::from(former.is_empty()));
        if remembered > 0 {
            former.extend(accounts::former_password_hashes(tx, user, remembered)?);
        }
        let around = passwords::Around { organisation: accounts::organisation_name(tx)?, name: person.name, email: person.email };
        Ok((policy.rules(accounts::has_factor(tx, user)?), around, former))
    })?;
    passwords::judge_by(&rules, password, &around).map_err(|words| Problem::column("password", words))?;
    let turn = super::line::LINE.turn().ok_or(Error::Wait(1))?;
    if former.iter().any(|hash| passwords::verify(password, Some(hash))) {
        return Err(Problem::column("password", "this is a password of yours already, or was one lately"));
    }
    let kept = passwords::hash(password, desk.store().chance());
    drop(turn);
    kept
}

/// Proves the second factor of a session again.
pub fn step_up(desk: &Desk, who: &Asker, code: &str, place: Option<IpAddr>) -> Done<()> {
    let (asker, code) = (who.clone(), code.to_owned());
    let answer = desk.perform(who, Verb::before_factor("session.step-up"), move |tx, actor| {
        let session = own(tx, &asker)?;
        if !accounts::has_factor(tx, actor.user())? {
            return Err(Problem::conflict("no-factor", "there is no second factor yet; set one up first"));
        }
        if let Err(untaken) = factor::spend(tx, actor.user(), &code, place)? {
            refused(tx, &asker, actor.user(), untaken);
            return Ok(Err(untaken));
        }
        let now = tx.now();
        accounts::prove(tx, session.id, Some(now))?;
        Ok(Ok(()))
    })?;
    answer.map_err(words)
}

/// The session that asks; a token is none, and proves nothing.
pub(super) fn own(tx: &mut Tx<'_>, who: &Asker) -> Done<Session> {
    let session = match who {
        Asker::Session { token_hash, .. } => accounts::session(tx, token_hash)?.ok_or(Denial::SignIn)?,
        Asker::Job { .. } | Asker::Workflow { .. } => return Err(Denial::SignIn.into()),
    };
    if session.kind == "token" {
        return Err(Denial::Guard("a token proves no second factor and sets up none; sign in for that").into());
    }
    Ok(session)
}

/// Whoever has a second factor has proven it lately, in this very session.
pub(super) fn must_be_fresh(tx: &mut Tx<'_>, who: &Asker) -> Done<Session> {
    let session = own(tx, who)?;
    let is_fresh = is_fresh(session.factor_on, tx.now());
    if is_fresh || !accounts::has_factor(tx, session.user)? { Ok(session) } else { Err(Denial::StepUp.into()) }
}

/// The entry of a code that was not taken; one that must wait leaves none of its own.
pub(super) fn refused(tx: &mut Tx<'_>, who: &Asker, user: PrincipalId, untaken: Untaken) {
    let channel = match who {
        Asker::Session { channel, .. } => *channel,
        Asker::Job { .. } | Asker::Workflow { .. } => Channel::Job,
    };
    if untaken == Untaken::Wrong {
        note(tx, Some(user), channel);
    }
}

pub(super) fn words(untaken: Untaken) -> Error {
    match untaken {
        Untaken::Wait(seconds) => Error::Wait(seconds),
        Untaken::Wrong => Problem::column("code", "this code does not fit, or was used already; take the next one"),
    }
}

/// Signs in at once with all that may be asked for: what the API does.
pub fn sign_in_whole(desk: &Desk, ask: &SignInAsk, code: Option<&str>, new_password: Option<&str>) -> Done<Opened> {
    let mut opened = sign_in(desk, ask)?;
    if opened.next == Next::Code {
        let code = code.ok_or_else(|| {
            Problem::invalid("code-needed", "this person signs in with a second factor; send its code, or a recovery code, as `code`")
        })?;
        opened = second_step(desk, &opened.token, code, ask.place, ask.channel)?;
    }
    if opened.next == Next::Password {
        let chosen = new_password
            .ok_or_else(|| Problem::conflict("password-due", "this password is not taken any more; send another one as `new_password`"))?;
        opened = renew(desk, &opened.token, chosen, ask.channel)?;
    }
    Ok(opened)
}
