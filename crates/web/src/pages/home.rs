//! Today, and the search over all tables.
//!
//! One idea: the first page answers "what now" in one look: own open activities, then what was changed last.
//! Deliberately not here: the palette's keyboard (`castellan.js`). Start reading at [`HomePage`].
//! Proved by `tests/it/pages.rs`.

use super::cell::Cell;
use super::frame::Frame;
use super::{Badge, Link, Tone, When};
use askama::Template;

/// The first page.
#[derive(Debug, Clone, Default, Template)]
#[template(path = "home.html")]
pub struct HomePage {
    /// The surroundings; the title greets.
    pub frame: Frame,
    /// The day in words: `Tuesday, 3 May`.
    pub day: String,
    /// Own open activities, the most urgent first.
    pub activities: Vec<Activity>,
    /// All of them.
    pub activities_href: String,
    /// Own records, the last changed first.
    pub recent: Vec<Recent>,
    /// Figures of the day: label, value, where they are listed.
    pub figures: Vec<HomeFigure>,
    /// The first steps, shown to an organisation without records.
    pub first_steps: Vec<Link>,
    /// Where a task is created, if the person may.
    pub task_href: Option<String>,
}

/// One open activity.
#[derive(Debug, Clone, Default)]
pub struct Activity {
    /// The icon of its kind.
    pub icon: String,
    /// `Task`, `Phone call`.
    pub kind: String,
    /// Its subject.
    pub subject: String,
    /// Its page.
    pub href: String,
    /// What it regards.
    pub regarding: Cell,
    /// The number to dial for a call, or empty.
    pub phone: Cell,
    /// When it is due, if it is.
    pub due: Option<When>,
    /// `overdue`, `today` or empty, with its colour.
    pub urgency: Option<Badge>,
    /// Where it is completed (posts), empty if the person may not.
    pub complete_href: String,
}

/// One record changed lately.
#[derive(Debug, Clone, Default)]
pub struct Recent {
    /// The icon of its table.
    pub icon: String,
    /// Its table: `Account`.
    pub table: String,
    /// Its name.
    pub name: String,
    /// Its page.
    pub href: String,
    /// Who changed it.
    pub by: String,
    /// When.
    pub when: When,
}

/// One figure of the day.
#[derive(Debug, Clone, Default)]
pub struct HomeFigure {
    /// What it counts.
    pub label: String,
    /// The figure.
    pub value: String,
    /// What it is made of.
    pub href: String,
    /// Its colour.
    pub tone: Tone,
}

/// What was found over all tables.
#[derive(Debug, Clone, Default, Template)]
#[template(path = "search.html")]
pub struct SearchPage {
    /// The surroundings; `frame.query` is what was looked for.
    pub frame: Frame,
    /// By table, best first.
    pub groups: Vec<FoundGroup>,
    /// How many were found, in words: `14 found`, `more than 100 found`.
    pub count: String,
    /// Why there may be more, empty if not.
    pub notice: String,
}

/// The same as a fragment for the palette.
#[derive(Debug, Clone, Default, Template)]
#[template(path = "part/palette.html")]
pub struct PaletteResults {
    /// By table, at most a handful each.
    pub groups: Vec<FoundGroup>,
    /// What was looked for.
    pub query: String,
}

/// What was found in one table.
#[derive(Debug, Clone, Default)]
pub struct FoundGroup {
    /// The table: `Accounts`.
    pub title: String,
    /// Its icon.
    pub icon: String,
    /// The rows.
    pub rows: Vec<Found>,
    /// All in this table, as a list; empty if these are all.
    pub all_href: String,
}

/// One found row.
#[derive(Debug, Clone, Default)]
pub struct Found {
    /// Its name.
    pub name: String,
    /// Its page.
    pub href: String,
    /// What tells it from others: city, account, owner.
    pub detail: String,
    /// A number to dial at once.
    pub phone: Cell,
}
