//! The sender: takes letters from the outbox one after the other and speaks SMTP.
//!
//! A mail server that hangs stops nothing else: the sender has a thread of its own, each wait has an end, no transaction
//! is open meanwhile, and a conversation that outlives [`WHOLE`] is left behind. What the mail server said becomes words
//! for people here; whether a letter goes at all was decided before.
//! Not here: the outbox and who is written to (`crates/crm/src/mail/mod.rs`). Start reading at [`work`].
//! Proved by `crates/castellan/tests/it/mail.rs`.

use crm::mail::{self, Outcome, Parcel, Safety};
use crm::{Desk, sign_in};
use lettre::message::Mailbox;
use lettre::message::header::ContentType;
use lettre::transport::smtp::Error;
use lettre::transport::smtp::authentication::{Credentials, Mechanism};
use lettre::transport::smtp::client::{SmtpConnection, TlsParameters};
use lettre::transport::smtp::extension::ClientId;
use lettre::{Address, Message};
use std::error::Error as _;
use std::io::ErrorKind;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::time::{Duration, Instant, UNIX_EPOCH};

/// How long the connection and the server's greeting may take.
const CONNECT: Duration = Duration::from_secs(10);
/// How long the answer to a command may take.
const COMMAND: Duration = Duration::from_secs(30);
/// How long a letter may take as a whole; a server that answers a sign at a time is left then.
const WHOLE: Duration = Duration::from_secs(120);
/// How long a conversation is waited for when the server goes down.
const LAST: Duration = Duration::from_secs(5);
/// How often the outbox is looked into.
const IDLE: Duration = Duration::from_millis(250);

/// Sends letters until told to stop. Blocks: the binary gives it a thread of its own.
pub fn work(desk: &Desk, stop: &AtomicBool) {
    // WHY: nobody but this process works on an embedded database, so whoever held a letter is dead.
    if desk.store().dialect() == store::Dialect::Sqlite
        && let Err(error) = mail::take_back(desk)
    {
        tracing::warn!("letters of the last run wait until their time runs out: {error}");
    }
    while !stop.load(Ordering::Relaxed) {
        match next(desk, stop) {
            Ok(true) => {}
            Ok(false) => std::thread::sleep(IDLE),
            // The database is gone or full: that is told at the doors; here it is tried again.
            Err(_) => std::thread::sleep(IDLE * 8),
        }
    }
}

fn next(desk: &Desk, stop: &AtomicBool) -> crm::Done<bool> {
    let answered = sign_in::answer_reset(desk)?;
    let Some(parcel) = mail::take(desk)? else { return Ok(answered) };
    let Some(outcome) = speak(&parcel, stop) else { return Ok(false) };
    mail::tell(desk, &parcel, outcome)?;
    Ok(true)
}

/// What came of it; none when this process ends before the mail server has answered. Then the letter goes again.
fn speak(parcel: &Parcel, stop: &AtomicBool) -> Option<Outcome> {
    let (tell, told) = channel();
    let letter = parcel.clone();
    std::thread::spawn(move || {
        let _ = tell.send(send(&letter));
    });
    let begun = Instant::now();
    let mut ending = None;
    loop {
        match told.recv_timeout(IDLE) {
            Ok(outcome) => return Some(outcome),
            Err(RecvTimeoutError::Disconnected) => return Some(Outcome::Later("the conversation with the mail server broke off".into())),
            Err(RecvTimeoutError::Timeout) => {}
        }
        if begun.elapsed() > WHOLE {
            return Some(Outcome::NoServer(format!("`{}` answers too slowly; it was left after two minutes", parcel.host)));
        }
        if stop.load(Ordering::Relaxed) && ending.get_or_insert_with(Instant::now).elapsed() > LAST {
            return None;
        }
    }
}

/// One letter, one connection.
fn send(parcel: &Parcel) -> Outcome {
    let message = match written(parcel) {
        Ok(message) => message,
        Err(words) => return Outcome::Refused(words),
    };
    let mut connection = match connect(parcel) {
        Ok(connection) => connection,
        Err(outcome) => return outcome,
    };
    match connection.send(message.envelope(), &message.formatted()) {
        Ok(_) => {
            // The letter is taken; how the goodbye goes matters to nobody.
            let _ = connection.set_timeout(Some(Duration::from_secs(2)));
            let _ = connection.quit();
            Outcome::Accepted
        }
        Err(error) if error.is_permanent() && !is_about_us(&error) => {
            Outcome::Refused(format!("the mail server refused it: {}", said(&error)))
        }
        Err(error) => failed(parcel, &error),
    }
}

fn written(parcel: &Parcel) -> Result<Message, String> {
    let address = |written: &str| written.parse::<Address>().map_err(|_| format!("nobody can be written to at `{written}`"));
    let from = Mailbox::new(Some(parcel.from.0.clone()).filter(|name| !name.is_empty()), address(&parcel.from.1)?);
    let to = Mailbox::new(Some(parcel.to.0.clone()), address(&parcel.to.1)?);
    let date = UNIX_EPOCH + Duration::from_micros(u64::try_from(parcel.date).unwrap_or(0));
    let built = Message::builder()
        .from(from)
        .to(to)
        .subject(parcel.subject.clone())
        .message_id(Some(format!("<{}>", parcel.message_id)))
        .date(date)
        // Machines do not answer it with a note that somebody is on holiday.
        .raw_header(lettre::message::header::HeaderValue::new(
            lettre::message::header::HeaderName::new_from_ascii_str("Auto-Submitted"),
            "auto-generated".to_owned(),
        ))
        .header(ContentType::TEXT_PLAIN)
        .body(parcel.text.clone());
    built.map_err(|error| format!("the letter could not be written: {error}"))
}

/// Connected, safe as the settings want it, and signed in.
fn connect(parcel: &Parcel) -> Result<SmtpConnection, Outcome> {
    let no = |error: &Error| failed(parcel, error);
    let hello = ClientId::Domain(parcel.from.1.rsplit_once('@').map_or("localhost", |(_, domain)| domain).to_owned());
    let bare = parcel.host.trim_start_matches('[').trim_end_matches(']').to_owned();
    let tls = match parcel.safety {
        Safety::None => None,
        Safety::StartTls | Safety::Tls => Some(TlsParameters::new(bare.clone()).map_err(|e| no(&e))?),
    };
    let wrapped = tls.as_ref().filter(|_| parcel.safety == Safety::Tls);
    let mut connection = SmtpConnection::connect((bare.as_str(), parcel.port), Some(CONNECT), &hello, wrapped, None).map_err(|e| no(&e))?;
    if let (Safety::StartTls, Some(tls)) = (parcel.safety, &tls) {
        if !connection.can_starttls() {
            return Err(Outcome::Held(format!("`{}` offers no STARTTLS, and nothing is sent without it", parcel.host)));
        }
        connection.starttls(tls, &hello).map_err(|e| no(&e))?;
    }
    let _ = connection.set_timeout(Some(COMMAND));
    if let Some((name, password)) = &parcel.login {
        let credentials = Credentials::new(name.clone(), password.clone());
        connection.auth(&[Mechanism::Plain, Mechanism::Login], &credentials).map_err(|error| match error.is_permanent() {
            true => Outcome::Held(format!("the mail server does not take the name and password: {}", said(&error))),
            false if error.is_client() => Outcome::Held("the mail server offers no way to sign in that is known here".into()),
            false => no(&error),
        })?;
    }
    Ok(connection)
}

/// A refusal that is about how we come, not about this letter: 530 and the like ask for signing in.
fn is_about_us(error: &Error) -> bool {
    error.status().is_some_and(|code| matches!(code.to_string().as_str(), "530" | "534" | "535" | "538"))
}

/// What the mail server itself said, with its number.
fn said(error: &Error) -> String {
    let code = error.status().map_or_else(String::new, |code| format!("{code} "));
    let words = error.source().map_or_else(|| "no reason was given".to_owned(), ToString::to_string);
    format!("{code}{words}")
}

/// Why the conversation did not come to its end, for people.
fn failed(parcel: &Parcel, error: &Error) -> Outcome {
    let at = format!("`{}` port {}", parcel.host, parcel.port);
    if is_about_us(error) {
        return Outcome::Held(format!("the mail server wants us to sign in: {}", said(error)));
    }
    if error.status().is_some() {
        return Outcome::Later(format!("the mail server does not take it now: {}", said(error)));
    }
    match kind_of(error) {
        _ if error.is_tls() => Outcome::Held(format!("no safe connection to {at}: {}", said(error))),
        Some(ErrorKind::TimedOut | ErrorKind::WouldBlock) => Outcome::NoServer(format!("{at} did not answer in time")),
        Some(ErrorKind::ConnectionRefused) => Outcome::NoServer(format!("{at} refuses connections")),
        Some(ErrorKind::ConnectionReset | ErrorKind::ConnectionAborted | ErrorKind::BrokenPipe | ErrorKind::UnexpectedEof) => {
            Outcome::NoServer(format!("{at} closed the connection"))
        }
        Some(ErrorKind::InvalidData) => Outcome::Held(format!("no safe connection to {at}: {}", said(error))),
        Some(_) => Outcome::NoServer(format!("{at} cannot be reached: {}", said(error))),
        None if error.is_response() => Outcome::NoServer(format!("{at} closed the connection, or speaks no SMTP")),
        None => Outcome::Later(format!("the letter could not be handed to {at}: {}", said(error))),
    }
}

/// What the network said, however deep it lies.
fn kind_of(error: &Error) -> Option<ErrorKind> {
    let mut source = error.source();
    while let Some(inner) = source {
        if let Some(io) = inner.downcast_ref::<std::io::Error>() {
            return Some(io.kind());
        }
        source = inner.source();
    }
    None
}
