//! The own account: how one signs in, the second factor, sessions and tokens; and the small pages on the way in.
//!
//! One idea: a secret stands on a page once, the page that made it, and on no page after it.
//! The drawing of a second factor is an SVG of ours ([`qr`]); nothing of it leaves the page.
//! Deliberately not here: codes, sessions, rules (`crm`). Start reading at [`AccountPage`]. Proved by `tests/it/account_pages.rs`.

use super::frame::Frame;
use super::{Choice, Kept, When};
use askama::Template;
use qrcodegen::{QrCode, QrCodeEcc};

/// One's own account.
#[derive(Debug, Clone, Default, Template)]
#[template(path = "account.html")]
pub struct AccountPage {
    /// The surroundings.
    pub frame: Frame,
    /// What could not be done, in words.
    pub error: String,
    /// What somebody else did to the account, in sentences.
    pub news: Vec<String>,
    /// How this session was opened: `With a password and a second factor`.
    pub assurance: String,
    /// Since when there is a second factor.
    pub factor_since: Option<When>,
    /// Recovery codes that are left.
    pub recovery_codes: i64,
    /// The roles that ask for a second factor.
    pub asked_by: Vec<String>,
    /// When the password was chosen.
    pub password_on: Option<When>,
    /// When it must be replaced.
    pub password_until: Option<When>,
    /// The least number of characters of another password.
    pub shortest: usize,
    /// The sessions.
    pub sessions: Vec<OwnSession>,
    /// The tokens.
    pub tokens: Vec<OwnToken>,
    /// Whether tokens can be made: the task to use the API.
    pub can_make_tokens: bool,
    /// The scopes that can be chosen.
    pub scopes: Vec<Choice>,
    /// What was typed as a token's name.
    pub token_name: String,
    /// What was typed as a token's last day.
    pub token_until: String,
    /// A token that was just made; it is shown this once.
    pub new_token: String,
}

/// One of the own sessions.
#[derive(Debug, Clone, Default)]
pub struct OwnSession {
    /// Its id.
    pub id: String,
    /// `A browser`, `The API`.
    pub what: String,
    /// When it was opened.
    pub since: When,
    /// When it was last used.
    pub used: When,
    /// With what it was opened.
    pub assurance: String,
    /// The one that asks.
    pub is_current: bool,
}

/// One of the own tokens.
#[derive(Debug, Clone, Default)]
pub struct OwnToken {
    /// Its id.
    pub id: String,
    /// What its person calls it.
    pub name: String,
    /// What it covers, in words.
    pub scopes: String,
    /// When it was last used.
    pub used: When,
    /// When it ends.
    pub until: When,
}

/// Setting up a second factor; also for whoever may do nothing else before.
#[derive(Debug, Clone, Default, Template)]
#[template(path = "second_factor.html")]
pub struct SecondFactorPage {
    /// `Set up a second factor`.
    pub title: String,
    /// The organisation's name.
    pub organisation: String,
    /// `light`, `dark` or empty.
    pub theme: String,
    /// The token of the form.
    pub csrf: String,
    /// A role asks for it, and nothing else can be done before.
    pub is_needed: bool,
    /// There is one that counts, since then.
    pub since: String,
    /// To begin, the password is typed again.
    pub asks_password: bool,
    /// The drawing, once it was begun; SVG of ours.
    pub drawing: String,
    /// The secret in groups of four letters.
    pub secret: String,
    /// What is wrong.
    pub error: String,
}

/// Recovery codes, shown this once.
#[derive(Debug, Clone, Default, Template)]
#[template(path = "recovery_codes.html")]
pub struct RecoveryCodesPage {
    /// `Keep these recovery codes`.
    pub title: String,
    /// The organisation's name.
    pub organisation: String,
    /// `light`, `dark` or empty.
    pub theme: String,
    /// The codes.
    pub codes: Vec<String>,
    /// The factor was set up just now.
    pub is_new: bool,
}

/// The second step of signing in.
#[derive(Debug, Clone, Default, Template)]
#[template(path = "code.html")]
pub struct CodePage {
    /// `Your second factor`.
    pub title: String,
    /// The organisation's name.
    pub organisation: String,
    /// `light`, `dark` or empty.
    pub theme: String,
    /// The token of the form.
    pub csrf: String,
    /// Where to go afterwards.
    pub next: String,
    /// With which address the sign-in began.
    pub email: String,
    /// No recovery code is left.
    pub has_no_codes: bool,
    /// What is wrong.
    pub error: String,
}

/// Another password is due.
#[derive(Debug, Clone, Default, Template)]
#[template(path = "renew.html")]
pub struct RenewPage {
    /// `Choose another password`.
    pub title: String,
    /// The organisation's name.
    pub organisation: String,
    /// `light`, `dark` or empty.
    pub theme: String,
    /// The token of the form.
    pub csrf: String,
    /// Where to go afterwards.
    pub next: String,
    /// With which address the sign-in began.
    pub email: String,
    /// The least number of characters.
    pub shortest: usize,
    /// What is wrong.
    pub error: String,
}

/// A task asks for a fresh code; what was being done goes on with it.
#[derive(Debug, Clone, Default, Template)]
#[template(path = "step_up.html")]
pub struct StepUpPage {
    /// The surroundings.
    pub frame: Frame,
    /// Where the form was going.
    pub action: String,
    /// Everything it carried.
    pub kept: Vec<Kept>,
    /// What is wrong with the code.
    pub error: String,
}

/// What the organisation asks of sign-ins.
#[derive(Debug, Clone, Default, Template)]
#[template(path = "sign_in_rules.html")]
pub struct SignInRulesPage {
    /// The surroundings.
    pub frame: Frame,
    /// Whether it can be changed here.
    pub can_edit: bool,
    /// The least number of characters alone.
    pub alone: String,
    /// And beside a second factor.
    pub with_factor: String,
    /// Blocked words, one a line.
    pub blocked: String,
    /// Days until a password is replaced; empty for never.
    pub expires_after: String,
    /// Former passwords that are refused.
    pub remembered: String,
    /// Kinds of characters asked for.
    pub kinds: Vec<Choice>,
    /// Tasks before which a fresh factor is asked for.
    pub step_up: Vec<Choice>,
    /// What is wrong, by field.
    pub errors: Vec<Kept>,
}

impl SignInRulesPage {
    /// What is wrong with one field, empty for nothing.
    pub fn error(&self, name: &str) -> &str {
        self.errors.iter().find(|error| error.name == name).map_or("", |error| error.value.as_str())
    }
}

/// The text as a QR code: an SVG of squares in one path, with a margin of four as the standard asks.
pub fn qr(text: &str) -> String {
    let Ok(code) = QrCode::encode_text(text, QrCodeEcc::Medium) else { return String::new() };
    let size = code.size();
    let mut path = String::new();
    for y in 0..size {
        for x in (0..size).filter(|x| code.get_module(*x, y)) {
            path.push_str(&format!("M{},{}h1v1h-1z", x + 4, y + 4));
        }
    }
    let side = size + 8;
    // Dark on light in either theme: not every telephone reads the other way round.
    format!(
        "<svg class=\"qr\" role=\"img\" aria-label=\"QR code of the second factor\" viewBox=\"0 0 {side} {side}\" shape-rendering=\"crispEdges\"><rect width=\"{side}\" height=\"{side}\" fill=\"#fff\"/><path d=\"{path}\" fill=\"#000\"/></svg>"
    )
}
