//! The pages before anybody is signed in: sign-in, setting up, accepting an invitation.
//!
//! One idea: they say what went wrong without saying whether an address is known.
//! A password is judged by the server; the meter beside it is a courtesy of the script.
//! Deliberately not here: hashing, throttling (`crm`). Start reading at [`SignInPage`]. Proved by `tests/it/pages.rs`.

use super::Kept;
use askama::Template;

/// Sign-in; posts `email`, `password` and `next` to `/sign-in`.
#[derive(Debug, Clone, Default, Template)]
#[template(path = "sign_in.html")]
pub struct SignInPage {
    /// The page's title: `Sign in`.
    pub title: String,
    /// The organisation's name.
    pub organisation: String,
    /// `light`, `dark` or empty.
    pub theme: String,
    /// The token of the form.
    pub csrf: String,
    /// Where to go afterwards.
    pub next: String,
    /// What was typed as e-mail.
    pub email: String,
    /// Why it did not work, empty at first: `That e-mail and password do not match.`
    pub error: String,
    /// What happened before: `You are signed out.` Empty for nothing.
    pub notice: String,
    /// Links for forgotten passwords go by mail.
    pub has_mail: bool,
}

/// Sets up the organisation and its first administrator; reached by a one-time link.
///
/// Posts `organisation`, `name`, `email`, `password`.
#[derive(Debug, Clone, Default, Template)]
#[template(path = "set_up.html")]
pub struct SetUpPage {
    /// The page's title: `Set up`.
    pub title: String,
    /// The organisation's name as typed.
    pub organisation: String,
    /// `light`, `dark` or empty.
    pub theme: String,
    /// The token of the form.
    pub csrf: String,
    /// Where it posts to.
    pub action: String,
    /// The administrator's name as typed.
    pub name: String,
    /// The e-mail as typed.
    pub email: String,
    /// The base currency: offered ones, first chosen; empty hides the choice.
    pub currencies: Vec<super::Choice>,
    /// What is wrong, by field name; the name may be empty.
    pub errors: Vec<Kept>,
}

impl SetUpPage {
    /// What is wrong with one field, empty for nothing.
    pub fn error(&self, name: &str) -> &str {
        self.errors.iter().find(|error| error.name == name).map_or("", |error| error.value.as_str())
    }
}

/// Accepts an invitation or a reset; posts `password` to the page's own address.
#[derive(Debug, Clone, Default, Template)]
#[template(path = "accept.html")]
pub struct AcceptPage {
    /// The page's title: `Welcome, Nancy`.
    pub title: String,
    /// The organisation's name.
    pub organisation: String,
    /// `light`, `dark` or empty.
    pub theme: String,
    /// The token of the form.
    pub csrf: String,
    /// Where it posts to.
    pub action: String,
    /// The invited person's e-mail.
    pub email: String,
    /// Who invited, in words: `Steven Buchanan invited you to Northwind.` Empty if unknown.
    pub lead: String,
    /// Why the password was not taken, empty for nothing.
    pub error: String,
    /// The link was used or is too old; no form then.
    pub is_void: bool,
    /// The void link was one for another password.
    pub is_reset: bool,
}
