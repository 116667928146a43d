//! The trail, as a list to read.
//!
//! One idea: an entry says who did what, when and by which way, with the address of what it was about; whoever follows
//! the address is asked for the right to open it like everybody.
//! Deliberately not here: values and names of records. Start reading at [`AuditPage`]. Proved by `tests/it/audit.rs`.

use super::frame::Frame;
use super::{Badge, Choice, Link, When};
use askama::Template;

/// Entries of the trail, newest first.
#[derive(Debug, Clone, Default, Template)]
#[template(path = "audit.html")]
pub struct AuditPage {
    /// The surroundings.
    pub frame: Frame,
    /// All, or what was refused.
    pub filters: Vec<Link>,
    /// The people whose doings may be asked for.
    pub people: Vec<Choice>,
    /// Whose are shown, as id; empty for everybody's.
    pub person: String,
    /// Only what was refused is shown.
    pub refused: bool,
    /// The thing whose entries are shown, as id; empty for all.
    pub about: String,
    /// The address without filters.
    pub clear_href: String,
    /// The entries.
    pub rows: Vec<AuditRow>,
    /// The next page, if there is one.
    pub next_href: Option<String>,
}

/// One entry.
#[derive(Debug, Clone, Default)]
pub struct AuditRow {
    /// When.
    pub when: When,
    /// Who acted.
    pub who: String,
    /// What was done.
    pub what: String,
    /// By which way.
    pub channel: String,
    /// What it was about: the kind of thing, a person's name or a column; empty for nothing.
    pub about: String,
    /// Its page, empty if it has none.
    pub about_href: String,
    /// All entries about it, empty if it is about nothing with an id.
    pub about_all_href: String,
    /// Done, or why not.
    pub verdict: Badge,
    /// How many records it changed.
    pub changes: String,
    /// Lane and number.
    pub place: String,
}
