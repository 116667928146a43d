//! Mail: the settings of the mail server with their test, the outbox, and the page for a forgotten password.
//!
//! One idea: the outbox shows what kind of letter goes to whom, where it is and what the mail server said; never a word
//! of the letter. The page for a forgotten password says the same for every address.
//! Deliberately not here: sending (`crm`). Start reading at [`MailPage`]. Proved by `tests/it/mail.rs`.

use super::form::{Field, FormPage, Input};
use super::frame::Frame;
use super::{Badge, Link, When};
use askama::Template;

/// How the mail server is reached. The form posts to `/mail`, the test to `/mail/test`, the end to `/mail/forget`.
#[derive(Debug, Clone, Default, Template)]
#[template(path = "mail.html")]
pub struct MailPage {
    /// The surroundings.
    pub frame: Frame,
    /// Mail is sent.
    pub is_set_up: bool,
    /// How many letters wait, in words; empty for none.
    pub waiting: String,
    /// The fields of the form and what is wrong with them.
    pub form: FormPage,
    /// The letter that tests the settings, once one was asked for.
    pub test: Option<TestLetter>,
    /// Why the test was not made, empty for nothing.
    pub error: String,
}

/// What became of a test.
#[derive(Debug, Clone, Default, Template)]
#[template(path = "part/mail_test.html")]
pub struct TestLetter {
    /// Where the page asks again.
    pub href: String,
    /// Its state.
    pub state: Badge,
    /// What the mail server answered, in words.
    pub text: String,
    /// It is under way; the page asks again each second.
    pub is_running: bool,
}

/// The letters that are to be sent, and what became of each.
#[derive(Debug, Clone, Default, Template)]
#[template(path = "outbox.html")]
pub struct OutboxPage {
    /// The surroundings.
    pub frame: Frame,
    /// The states, with how many letters are in each.
    pub filters: Vec<Link>,
    /// The letters, newest first.
    pub rows: Vec<LetterRow>,
    /// No mail server is set up, so letters wait.
    pub is_idle: bool,
    /// The next page.
    pub next_href: Option<String>,
    /// What could not be done, empty for nothing.
    pub error: String,
}

/// One letter.
#[derive(Debug, Clone, Default)]
pub struct LetterRow {
    /// `Invitation`, `Password reset`.
    pub kind: String,
    /// The person's name.
    pub to: String,
    /// The person's page.
    pub to_href: String,
    /// Where it is.
    pub state: Badge,
    /// Where it went, what the mail server said, or why it does not go; empty for nothing.
    pub why: String,
    /// When it was made.
    pub when: When,
    /// Where trying again posts to; empty where that is over.
    pub retry_href: String,
    /// Where withdrawing posts to; empty where that is over.
    pub withdraw_href: String,
}

/// Asks for a link to choose another password; posts `email`.
#[derive(Debug, Clone, Default, Template)]
#[template(path = "forgotten.html")]
pub struct ForgottenPage {
    /// The page's title.
    pub title: String,
    /// The organisation's name.
    pub organisation: String,
    /// `light`, `dark` or empty.
    pub theme: String,
    /// The token of the form.
    pub csrf: String,
    /// What was typed.
    pub email: String,
    /// Why it did not work, empty for nothing.
    pub error: String,
    /// It was asked for: the same words for every address.
    pub is_sent: bool,
    /// The organisation sends mail.
    pub has_mail: bool,
}

impl MailPage {
    /// The fields in order.
    pub fn fields(&self) -> Vec<&Field> {
        self.form.sections.iter().flat_map(|section| &section.fields).collect()
    }
}
