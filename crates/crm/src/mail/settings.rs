//! How the mail server is reached: shown, changed, forgotten.
//!
//! Whoever chooses the mail server could read every link that is sent, and so become anybody: it is a task of its own,
//! which only System Administrator holds at first. A name and password go over a safe connection only. Links in letters
//! begin with the address that is set here, never with one that a request brought.
//! Not here: sending ([`super::take`]). Start reading at [`change`]. Proved by `crates/crm/tests/it/mail.rs`.

use super::letters::one_line;
use crate::people::check_email;
use crate::{Done, FieldError, Problem};
use security::{Actor, Task, entrust};
use std::net::IpAddr;
use store::mail::{self, Settings};
use store::{Fault, Tx};

/// How the connection is kept from being read by others.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Safety {
    /// It is not.
    None,
    /// By STARTTLS, without which nothing is sent.
    StartTls,
    /// By TLS from the first byte on.
    Tls,
}

impl Safety {
    /// All of them, safest first.
    pub const ALL: [Safety; 3] = [Safety::Tls, Safety::StartTls, Safety::None];

    /// The word in API and database.
    pub fn name(self) -> &'static str {
        match self {
            Safety::None => "none",
            Safety::StartTls => "starttls",
            Safety::Tls => "tls",
        }
    }

    /// Reads [`Safety::name`].
    pub fn parse(name: &str) -> Option<Safety> {
        Safety::ALL.into_iter().find(|safety| safety.name() == name)
    }
}

/// The settings, without the password.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MailSettings {
    /// The server's name or address.
    pub host: String,
    /// Its port.
    pub port: u16,
    /// How safe the connection is.
    pub safety: Safety,
    /// The name to sign in there with; empty for none.
    pub login: String,
    /// A password is kept.
    pub has_password: bool,
    /// From whom letters come.
    pub from: String,
    /// How links begin: `https://crm.example`.
    pub own_address: String,
}

/// What somebody wants the settings to be.
#[derive(Clone, Debug)]
pub struct SettingsAsk {
    /// The server's name or address.
    pub host: String,
    /// Its port, as typed.
    pub port: String,
    /// `tls`, `starttls` or `none`.
    pub safety: String,
    /// The name to sign in there with; empty for none.
    pub login: String,
    /// Another password; none keeps the one there is.
    pub password: Option<String>,
    /// From whom letters come.
    pub from: String,
    /// How links begin.
    pub own_address: String,
}

/// True when the organisation sends mail.
pub fn is_set_up(tx: &mut Tx<'_>) -> Result<bool, Fault> {
    Ok(mail::settings(tx)?.is_some())
}

/// The settings; none while no mail is sent.
pub fn settings(tx: &mut Tx<'_>, actor: &Actor) -> Done<Option<MailSettings>> {
    entrust(actor, Task::ManageMail)?;
    let Some(kept) = mail::settings(tx)? else { return Ok(None) };
    Ok(Some(MailSettings {
        host: kept.host,
        port: u16::try_from(kept.port).map_err(|_| Fault::broken("a port that is none"))?,
        safety: safety_of(&kept.safety)?,
        login: kept.login.unwrap_or_default(),
        has_password: mail::password(tx)?.is_some(),
        from: kept.from_address,
        own_address: kept.own_address,
    }))
}

/// What is not understood is a fault, never a connection that is less safe.
pub(super) fn safety_of(word: &str) -> Result<Safety, Fault> {
    Safety::parse(word).ok_or_else(|| Fault::broken(format!("a mail connection that is `{word}`")))
}

/// Reaches the mail server another way from now on. Letters that wait or are held are tried at once.
pub fn change(tx: &mut Tx<'_>, actor: &Actor, ask: &SettingsAsk) -> Done<()> {
    entrust(actor, Task::ManageMail)?;
    let old = mail::settings(tx)?;
    let keeps = ask.password.as_deref().is_none_or(str::is_empty) && !ask.login.trim().is_empty();
    let moved = old.as_ref().is_some_and(|old| old.host != ask.host.trim() || old.login.as_deref().unwrap_or_default() != ask.login.trim());
    let new = checked(ask, keeps && moved && mail::password(tx)?.is_some())?;
    mail::set_settings(tx, &new)?;
    match ask.password.as_deref() {
        _ if new.login.is_none() => mail::set_password(tx, None)?,
        Some(password) if !password.is_empty() => mail::set_password(tx, Some(password))?,
        _ => {}
    }
    mail::wake(tx)?;
    Ok(())
}

/// `must_type`: a password that was typed for one server and name is not handed to another.
fn checked(ask: &SettingsAsk, must_type: bool) -> Done<Settings> {
    let mut wrong = Vec::new();
    let mut say = |column: &str, message: &str| wrong.push(FieldError { column: column.into(), message: message.into() });
    let (host, login, from, own) = (ask.host.trim(), ask.login.trim(), ask.from.trim(), ask.own_address.trim().trim_end_matches('/'));
    let is_name = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_' | ':' | '[' | ']');
    if host.is_empty() || host.len() > 253 || !host.chars().all(is_name) {
        say("host", "the name or address of the mail server is needed, without `smtp://`");
    }
    let port = ask.port.trim().parse::<u16>().ok().filter(|port| *port > 0);
    if port.is_none() {
        say("port", "a number from 1 to 65535; often 587 with STARTTLS, 465 with TLS, 25 without");
    }
    let safety = Safety::parse(ask.safety.trim());
    match safety {
        None => say("safety", "one of `tls`, `starttls`, `none`"),
        Some(Safety::None) if !login.is_empty() && !is_here(host) => {
            say("safety", "a name and password are sent over TLS or STARTTLS only; choose one of them, or leave the name empty");
        }
        Some(_) => {}
    }
    if login.chars().count() > 254 || login != one_line(login, 254) {
        say("login", "one line of at most 254 characters");
    }
    if must_type {
        say("password", "the password was meant for another server or name; type it again");
    }
    if check_email(from).is_err() || !from.is_ascii() {
        say("from", "an e-mail address is needed, `crm@example.com`");
    }
    if !is_address(own) {
        say("own_address", "how people reach this product, `https://crm.example.com`, without a path");
    }
    match (port, safety) {
        (Some(port), Some(safety)) if wrong.is_empty() => Ok(Settings {
            host: host.to_owned(),
            port: i64::from(port),
            safety: safety.name().to_owned(),
            login: Some(login.to_owned()).filter(|login| !login.is_empty()),
            from_address: from.to_owned(),
            own_address: own.to_owned(),
        }),
        _ => Err(Problem::columns(wrong)),
    }
}

/// This machine itself: nobody reads along there.
fn is_here(host: &str) -> bool {
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    host == "localhost" || bare.parse::<IpAddr>().is_ok_and(|ip| ip.is_loopback())
}

fn is_address(own: &str) -> bool {
    let rest = own.strip_prefix("https://").or_else(|| own.strip_prefix("http://"));
    let is_name = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | ':' | '[' | ']');
    rest.is_some_and(|rest| !rest.is_empty() && rest.len() <= 253 && rest.chars().all(is_name))
}

/// From now on no mail is sent; letters wait.
pub fn forget(tx: &mut Tx<'_>, actor: &Actor) -> Done<()> {
    entrust(actor, Task::ManageMail)?;
    mail::forget_settings(tx)?;
    Ok(())
}
