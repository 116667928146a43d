//! What surrounds every page: site map, top bar, notifications, the person's menu, what was just done.
//!
//! One idea: the frame lists only what the person may use; its maker asked before.
//! Deliberately not here: the page's own title action (each page's template fills the block `actions`).
//! Start reading at [`Frame`]. Proved by `tests/it/pages.rs`.

use super::{Kept, Link, Tone};

/// The surroundings of one page.
#[derive(Debug, Clone, Default)]
pub struct Frame {
    /// The page's one title.
    pub title: String,
    /// The organisation's name.
    pub organisation: String,
    /// `light`, `dark`, or empty: as the machine says.
    pub theme: String,
    /// Whether rows are 28 px high instead of 36.
    pub is_compact: bool,
    /// Whether the site map shows icons only.
    pub is_narrow: bool,
    /// The token that every form carries as `csrf`.
    pub csrf: String,
    /// Path and query of this page, where `/preferences` returns to.
    pub here: String,
    /// Who is signed in.
    pub person: Person,
    /// The site map.
    pub areas: Vec<Area>,
    /// The way to this page, outermost first, without the page itself.
    pub crumbs: Vec<Link>,
    /// Quick create: what the person may create.
    pub create: Vec<Link>,
    /// Jobs that run and what was not looked at, newest first, a handful.
    pub notices: Vec<Notice>,
    /// How many of them run or wait to be looked at.
    pub notices_new: usize,
    /// What was typed in the search box.
    pub query: String,
    /// What was just done, with its undo.
    pub flash: Option<Flash>,
}

/// Who is signed in.
#[derive(Debug, Clone, Default)]
pub struct Person {
    /// Full name.
    pub name: String,
    /// E-mail.
    pub email: String,
    /// One or two letters.
    pub initials: String,
    /// The person's own page.
    pub href: String,
    /// How the sign-in was proven: `Signed in with a password`.
    pub assurance: String,
}

/// One area of the site map.
#[derive(Debug, Clone, Default)]
pub struct Area {
    /// `Work`, `Sales`.
    pub name: String,
    /// Its pages.
    pub links: Vec<Link>,
}

/// One line under the bell.
#[derive(Debug, Clone, Default)]
pub struct Notice {
    /// What it is about.
    pub title: String,
    /// How far it is, in words and figures.
    pub text: String,
    /// Where more is said.
    pub href: String,
    /// Its state's colour.
    pub tone: Tone,
    /// Progress in percent while it runs.
    pub percent: Option<u8>,
    /// It is opened by a form, which notes that it was looked at.
    pub is_told: bool,
}

/// What was just done or could not be done.
#[derive(Debug, Clone, Default)]
pub struct Flash {
    /// Its colour.
    pub tone: Tone,
    /// One sentence.
    pub text: String,
    /// The way back.
    pub undo: Option<Undo>,
}

/// A way back: a form that posts.
#[derive(Debug, Clone, Default)]
pub struct Undo {
    /// The button's word: `Undo`, `Restore`.
    pub label: String,
    /// Where it posts to.
    pub href: String,
    /// What it posts.
    pub fields: Vec<Kept>,
}
