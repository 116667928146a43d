//! The way of a letter out of the outbox: taken, looked at again, handed to whoever speaks SMTP, recorded.
//!
//! [`take`] claims a letter and looks, at that moment, whether its person is still written to, where, and whether its
//! link still opens something; what must not go is withdrawn with the reason. [`tell`] records what the mail server said.
//! No transaction is open between the two. A process that dies in between leaves a lease that runs out, and the letter
//! goes again under the same Message-ID.
//! Not here: SMTP (the binary). Start reading at [`take`]. Proved by `crates/crm/tests/it/mail.rs`.

use super::letters::{Kind, one_line};
use super::settings::{Safety, safety_of};
use crate::sign_in::{DAY, HOUR, token_hash};
use crate::{Desk, Done};
use security::UserState;
use store::mail::{self, Taken, Verdict};
use store::{Fault, Tx, accounts};

/// How long a sender may have a letter, in microseconds: longer than a mail server is waited for.
const LEASE: i64 = 300 * SECOND;
const SECOND: i64 = 1_000_000;
/// The wait after the first try that did not succeed; it doubles.
const FIRST: i64 = 30 * SECOND;
/// After so long a letter is not tried by itself any more.
const GIVES_UP: i64 = 3 * DAY;
/// Nothing is sent for so long after a mail server could not be reached.
const PAUSE: i64 = 15 * SECOND;
/// What became of letters is kept for so long.
const KEPT: i64 = 90 * DAY;

/// A letter ready to go, and how.
#[derive(Clone, Debug)]
pub struct Parcel {
    taken: Taken,
    secret: Option<String>,
    /// The mail server's name or address.
    pub host: String,
    /// Its port.
    pub port: u16,
    /// How safe the connection is.
    pub safety: Safety,
    /// The name and password to sign in there with.
    pub login: Option<(String, String)>,
    /// Who writes: the organisation's name and the address from the settings.
    pub from: (String, String),
    /// To whom: name and address, as they are now.
    pub to: (String, String),
    /// The same at each try, without the brackets.
    pub message_id: String,
    /// When it goes, microseconds UTC.
    pub date: i64,
    /// One line.
    pub subject: String,
    /// The text, with its link.
    pub text: String,
}

/// What the mail server said, in words for people.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It took the letter.
    Accepted,
    /// It did not take it now.
    Later(String),
    /// It could not be reached or went away.
    NoServer(String),
    /// It will never take this letter.
    Refused(String),
    /// It takes no letter until somebody mends the settings.
    Held(String),
}

/// Whether [`take`] would find something.
pub fn has_work(desk: &Desk) -> Done<bool> {
    desk.glance(|tx| Ok(mail::settings(tx)?.is_some() && mail::has_due(tx)?))
}

/// Takes the next letter that may go; none when none is due or no mail server is set up.
pub fn take(desk: &Desk) -> Done<Option<Parcel>> {
    while has_work(desk)? {
        let taken = desk.admit(|tx| {
            let until = tx.now() + LEASE;
            Ok::<_, crate::Error>(mail::claim(tx, until)?)
        })?;
        let Some(taken) = taken else { return Ok(None) };
        match desk.glance(|tx| pack(tx, &taken))? {
            Ok(parcel) => return Ok(Some(parcel)),
            Err(stop) => stopped(desk, &taken, stop)?,
        }
    }
    Ok(None)
}

/// Why a letter does not go.
enum Stop {
    Withdrawn(String),
    Held(&'static str),
}

fn stopped(desk: &Desk, taken: &Taken, stop: Stop) -> Done<()> {
    let taken = taken.clone();
    let verb = if matches!(stop, Stop::Held(_)) { "letter.hold" } else { "letter.withdraw" };
    desk.operate(verb, move |tx| {
        let verdict = match &stop {
            Stop::Withdrawn(why) => Verdict::Withdrawn(why),
            Stop::Held(why) => Verdict::Held(why),
        };
        mail::end(tx, &taken, &verdict)?;
        Ok(())
    })
}

fn pack(tx: &mut Tx<'_>, taken: &Taken) -> Done<Result<Parcel, Stop>> {
    let withdrawn = |why: &str| Ok(Err(Stop::Withdrawn(why.to_owned())));
    let Some(settings) = mail::settings(tx)? else { return Ok(Err(Stop::Held("no mail server is set up"))) };
    let Some(person) = accounts::user(tx, taken.to)? else { return withdrawn("the person is not here any more") };
    if let Some(why) = not_written_to(Kind::parse(&taken.kind), person.state) {
        return withdrawn(why);
    }
    if taken.ends_on.is_some_and(|ends| ends <= tx.now()) {
        return withdrawn("it waited too long to be of use");
    }
    let secret = match taken.has_secret {
        true => Some(mail::secret_of(tx, taken.id)?),
        false => None,
    };
    let secret = match secret {
        Some(None) => return withdrawn("its link was sealed with another key and cannot be read; make a new one"),
        Some(Some(token)) if accounts::invitation(tx, &token_hash(&token))?.is_none() => {
            return withdrawn("its link does not work any more");
        }
        other => other.flatten(),
    };
    let login = match (&settings.login, mail::password(tx)?) {
        (None, _) => None,
        (Some(_), Some(None)) => {
            return Ok(Err(Stop::Held("the mail server's password was sealed with another key; type it again in the settings")));
        }
        (Some(name), password) => Some((name.clone(), password.flatten().unwrap_or_default())),
    };
    let organisation = one_line(&accounts::organisation_name(tx)?, 160);
    let mut text = taken.body.clone();
    if let Some(path) = &taken.path {
        text.push_str(&format!("\n\n{}{path}{}", settings.own_address, secret.as_deref().unwrap_or_default()));
    }
    text.push_str(&format!("\n\n-- \n{organisation}\n"));
    Ok(Ok(Parcel {
        port: u16::try_from(settings.port).map_err(|_| Fault::broken("a port that is none"))?,
        safety: safety_of(&settings.safety)?,
        host: settings.host,
        login,
        from: (organisation, settings.from_address),
        to: (one_line(&person.name, 160), person.email),
        message_id: taken.message_id.clone(),
        date: tx.now(),
        subject: taken.subject.clone(),
        text,
        secret,
        taken: taken.clone(),
    }))
}

/// Why somebody in this state gets no letter of this kind; none when the person does. Nobody who was stopped is ever written to.
fn not_written_to(kind: Option<Kind>, state: UserState) -> Option<&'static str> {
    match (kind, state) {
        (Some(Kind::Invitation), UserState::Invited) => None,
        (Some(Kind::Invitation), UserState::Active) => Some("the person has come in already"),
        (_, UserState::Active) => None,
        (_, UserState::Invited) => Some("the person has not come in yet"),
        (_, UserState::Frozen) => Some("the person is frozen: whoever may not work here is not written to"),
        (_, UserState::Disabled) => Some("the person is disabled: whoever may not work here is not written to"),
        (_, UserState::Erased) => Some("the person was erased"),
    }
}

/// Records what became of a letter that was taken. A word that comes too late, when another has it, changes nothing.
pub fn tell(desk: &Desk, parcel: &Parcel, outcome: Outcome) -> Done<()> {
    let taken = parcel.taken.clone();
    let clean = |words: &str| {
        let hidden = parcel.secret.as_ref().map_or_else(|| words.to_owned(), |secret| words.replace(secret.as_str(), "…"));
        one_line(&hidden, 400)
    };
    let is_test = taken.kind == Kind::Test.name();
    match outcome {
        Outcome::Accepted => {
            let address = parcel.to.1.clone();
            ended(desk, "letter.send", taken, move |tx, taken| mail::end(tx, taken, &Verdict::Sent(&address)))
        }
        Outcome::Refused(words) => {
            let words = clean(&words);
            ended(desk, "letter.fail", taken, move |tx, taken| mail::end(tx, taken, &Verdict::Failed(&words)))
        }
        Outcome::Held(words) | Outcome::Later(words) | Outcome::NoServer(words) if is_test => {
            let words = clean(&words);
            ended(desk, "letter.fail", taken, move |tx, taken| mail::end(tx, taken, &Verdict::Failed(&words)))
        }
        Outcome::Held(words) => {
            let words = clean(&words);
            ended(desk, "letter.hold", taken, move |tx, taken| mail::end(tx, taken, &Verdict::Held(&words)))
        }
        Outcome::Later(words) => later(desk, taken, clean(&words), false),
        Outcome::NoServer(words) => later(desk, taken, clean(&words), true),
    }
}

fn ended(desk: &Desk, verb: &str, taken: Taken, end: impl Fn(&mut Tx<'_>, &Taken) -> Result<bool, Fault> + Send + 'static) -> Done<()> {
    desk.operate(verb, move |tx| {
        end(tx, &taken)?;
        Ok(())
    })
}

/// The letter waits for another try, longer each time; a letter that was tried for days waits for somebody.
fn later(desk: &Desk, taken: Taken, words: String, is_server_gone: bool) -> Done<()> {
    if desk.store().now() - taken.created_on > GIVES_UP {
        let words = format!("given up after three days; {words}");
        return ended(desk, "letter.hold", taken, move |tx, taken| mail::end(tx, taken, &Verdict::Held(&words)));
    }
    desk.admit(move |tx| {
        let next = tx.now() + wait(taken.attempts);
        mail::later(tx, &taken, next, &words)?;
        if is_server_gone {
            let until = tx.now() + PAUSE;
            mail::postpone(tx, until)?;
        }
        Ok(())
    })
}

/// Half a minute, one, two … an hour.
fn wait(attempts: i64) -> i64 {
    let doublings = u32::try_from((attempts - 1).clamp(0, 10)).unwrap_or(0);
    (FIRST << doublings).min(HOUR)
}

/// Takes back what a process that died held. Only where this process is the only one on the database.
pub fn take_back(desk: &Desk) -> Done<()> {
    desk.admit(|tx| Ok(mail::take_back(tx)?))
}

/// Forgets what became of letters long ago.
pub fn sweep(tx: &mut Tx<'_>) -> Result<(), Fault> {
    let before = tx.now() - KEPT;
    mail::purge(tx, before).map(drop)
}
