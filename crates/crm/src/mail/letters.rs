//! The product's own letters, and what any letter is made of.
//!
//! Plain text, a few lines: who writes, what happened, what to do if it was not expected. What people chose (names)
//! stands in the text as text; in a subject it is cut to one line, so that nobody adds a header.
//! Not here: texts that people write themselves. Start reading at [`Letter`]. Proved by `crates/crm/tests/it/mail.rs`.

use crate::Done;
use security::PrincipalId;
use store::{Tx, accounts};

/// What a letter is about; the outbox shows this and no word of its text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Somebody may come in.
    Invitation,
    /// A link to choose a new password.
    Reset,
    /// The password was changed.
    PasswordChanged,
    /// Something happened that concerns the person.
    Notice,
    /// Somebody waits for the person's word.
    Approval,
    /// A try of the settings.
    Test,
}

impl Kind {
    const ALL: [Kind; 6] = [Kind::Invitation, Kind::Reset, Kind::PasswordChanged, Kind::Notice, Kind::Approval, Kind::Test];

    /// The word in API and database.
    pub fn name(self) -> &'static str {
        match self {
            Kind::Invitation => "invitation",
            Kind::Reset => "reset",
            Kind::PasswordChanged => "password_changed",
            Kind::Notice => "notice",
            Kind::Approval => "approval",
            Kind::Test => "test",
        }
    }

    /// What people read.
    pub fn label(self) -> &'static str {
        match self {
            Kind::Invitation => "Invitation",
            Kind::Reset => "Password reset",
            Kind::PasswordChanged => "Password changed",
            Kind::Notice => "Notice",
            Kind::Approval => "Approval",
            Kind::Test => "Test",
        }
    }

    /// Reads [`Kind::name`].
    pub fn parse(name: &str) -> Option<Kind> {
        Kind::ALL.into_iter().find(|kind| kind.name() == name)
    }
}

/// Where a letter leads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Link {
    /// Nowhere.
    None,
    /// To a page of the product: `/jobs/0192…`.
    To(String),
    /// To a page that opens for whoever has the token. It is sealed, and shown nowhere.
    Secret {
        /// The path before the token: `/invitation/`.
        path: String,
        /// The token.
        token: String,
    },
}

/// A letter to post.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Letter {
    /// What it is about.
    pub kind: Kind,
    /// One line.
    pub subject: String,
    /// Plain text, in paragraphs; the link and the organisation's name follow by themselves.
    pub text: String,
    /// Where it leads.
    pub link: Link,
    /// It is not sent after that, microseconds UTC.
    pub ends_on: Option<i64>,
}

impl Letter {
    /// What happened, in a line and a few sentences, with the page that says more.
    pub fn notice(subject: impl Into<String>, text: impl Into<String>, page: Option<&str>) -> Letter {
        let link = page.map_or(Link::None, |page| Link::To(page.to_owned()));
        Letter { kind: Kind::Notice, subject: subject.into(), text: text.into(), link, ends_on: None }
    }
}

/// Somebody may come in.
pub(crate) fn invitation(tx: &mut Tx<'_>, to: PrincipalId, by: &str, token: &str, ends_on: i64) -> Done<Letter> {
    let organisation = accounts::organisation_name(tx)?;
    let subject = format!("Your invitation to {organisation}");
    let text = format!(
        "Hello {},\n\n{by} invites you to work with {organisation}.\n\nChoose a password here. The link works once, for seven days:",
        name(tx, to)?
    );
    Ok(secret(Kind::Invitation, subject, text, "/invitation/", token, ends_on))
}

/// A new password may be chosen. `by` is who asked for it; none when it was asked at the sign-in page.
pub(crate) fn reset(tx: &mut Tx<'_>, to: PrincipalId, by: Option<&str>, token: &str, ends_on: i64) -> Done<Letter> {
    let organisation = accounts::organisation_name(tx)?;
    let who = match by {
        Some(by) => format!("{by} asked for a new password for you at {organisation}."),
        None => format!("Somebody, most likely you, asked for a new password for you at {organisation}."),
    };
    let otherwise = match by {
        Some(_) => "If you did not expect this, ask them, or your administrator.",
        None => "If it was not you, do nothing: your password stays as it is.",
    };
    let text = format!(
        "Hello {},\n\n{who} {otherwise}\n\nChoose the new password here. The link works once, for 15 minutes, and ends every session:",
        name(tx, to)?
    );
    let subject = format!("A new password for {organisation}");
    Ok(secret(Kind::Reset, subject, text, "/password-reset/", token, ends_on))
}

/// The password was changed.
pub(crate) fn changed_password(tx: &mut Tx<'_>, to: PrincipalId) -> Done<Letter> {
    let organisation = accounts::organisation_name(tx)?;
    let text = format!(
        "Hello {},\n\nyour password at {organisation} was changed just now, by a link that was sent to you. Every session that was open has ended.\n\n\
         If it was not you, tell your administrator at once.",
        name(tx, to)?
    );
    let subject = format!("Your password for {organisation} was changed");
    Ok(Letter { kind: Kind::PasswordChanged, subject, text, link: Link::None, ends_on: None })
}

fn secret(kind: Kind, subject: String, text: String, path: &str, token: &str, ends_on: i64) -> Letter {
    let link = Link::Secret { path: path.to_owned(), token: token.to_owned() };
    Letter { kind, subject, text, link, ends_on: Some(ends_on) }
}

fn name(tx: &mut Tx<'_>, of: PrincipalId) -> Done<String> {
    Ok(one_line(&accounts::user(tx, of)?.map_or_else(String::new, |user| user.name), 160))
}

/// One line of plain signs: nothing that begins a new header, moves the cursor or turns the direction of writing.
pub(super) fn one_line(text: &str, longest: usize) -> String {
    let is_plain = |c: char| !c.is_control() && !matches!(c, '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}');
    let spaced: String = text.chars().map(|c| if is_plain(c) { c } else { ' ' }).collect();
    let words = spaced.split_whitespace().collect::<Vec<_>>().join(" ");
    words.chars().take(longest).collect()
}
