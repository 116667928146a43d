//! In and out: imports with their mapping and progress, exports with their reason, all jobs.
//!
//! One idea: anything over a second is a job with figures; its page can be left and is found again under the bell.
//! [`Progress`] is the fragment that htmx asks again every second until `is_running` is false.
//! Deliberately not here: parsing, deciding (`formats`, `crm`). Start reading at [`MappingPage`] and [`JobPage`].
//! Proved by `tests/it/pages.rs`.

use super::frame::Frame;
use super::{Badge, Choice, Kept, Link, Principal, Tone, When};
use askama::Template;

/// Jobs of one kind: imports, exports, or all of them.
#[derive(Debug, Clone, Default, Template)]
#[template(path = "jobs.html")]
pub struct JobsPage {
    /// The surroundings.
    pub frame: Frame,
    /// The jobs, newest first.
    pub rows: Vec<JobRow>,
    /// The primary action: `New import`; none where the person may not or none belongs here.
    pub action: Option<Link>,
    /// What is shown without rows.
    pub empty: super::Empty,
    /// The next page.
    pub next_href: Option<String>,
}

/// One job.
#[derive(Debug, Clone, Default)]
pub struct JobRow {
    /// `Import of customers.csv`.
    pub title: String,
    /// Its page.
    pub href: String,
    /// Import or export: the icon.
    pub icon: String,
    /// Its state.
    pub state: Badge,
    /// In figures: `1,200 of 5,000 rows`.
    pub figures: String,
    /// Progress in percent while it runs.
    pub percent: Option<u8>,
    /// Who asked.
    pub by: String,
    /// When.
    pub when: When,
}

/// First step of an import: file and table. Posts multipart `set`, then `file` to `/imports`: what comes before the file
/// is known before its first byte is read.
#[derive(Debug, Clone, Default, Template)]
#[template(path = "import_new.html")]
pub struct ImportPage {
    /// The surroundings.
    pub frame: Frame,
    /// The tables that the person may create rows in.
    pub sets: Vec<Choice>,
    /// The largest file, in words.
    pub limit: String,
    /// What is wrong with what was sent, empty for nothing.
    pub error: String,
}

/// Second step: what was detected, and which column goes where.
///
/// Posts `encoding`, `delimiter`, `has_header`, `dates`, `map-<n>` (a column's name, empty to leave out), `owner`,
/// `duplicates` to `action`; the button `again=1` reads the file anew with the chosen encoding and delimiter.
#[derive(Debug, Clone, Default, Template)]
#[template(path = "mapping.html")]
pub struct MappingPage {
    /// The surroundings.
    pub frame: Frame,
    /// Where it posts to.
    pub action: String,
    /// The file's name.
    pub file: String,
    /// Size and rows, in words: `14 kB, 91 rows`.
    pub size: String,
    /// The table's plural name.
    pub plural: String,
    /// Encodings, the detected one selected.
    pub encodings: Vec<Choice>,
    /// Delimiters, the detected one selected.
    pub delimiters: Vec<Choice>,
    /// Whether the first row holds names.
    pub has_header: bool,
    /// How sure the detection is, in words.
    pub detected: String,
    /// The file's columns.
    pub columns: Vec<MappedColumn>,
    /// The first ten rows as read.
    pub preview: Vec<Vec<String>>,
    /// In which order dates are written: `ymd`, `dmy`, `mdy`; empty without columns of dates.
    pub dates: Vec<Choice>,
    /// Who owns rows whose owner is not found; empty where rows have no owner.
    pub owners: Vec<Choice>,
    /// What happens to duplicates: `refuse`, `allow`.
    pub duplicates: Vec<Choice>,
    /// What should be looked at: ragged rows, duplicate headers, unmapped required columns.
    pub warnings: Vec<String>,
    /// What stops it.
    pub problems: Vec<String>,
    /// The primary button: `Import 91 rows`; empty where the file cannot be imported as it is read.
    pub submit: String,
    /// Back to the imports.
    pub cancel: String,
}

/// One column of the file.
#[derive(Debug, Clone, Default)]
pub struct MappedColumn {
    /// Its header.
    pub header: String,
    /// A few values, for orientation.
    pub sample: String,
    /// Where it may go; the mapped one is selected, an empty value leaves it out.
    pub targets: Vec<Choice>,
    /// What is said about it: `matched by name`, `needs a customer by name`.
    pub note: String,
    /// The note's colour.
    pub tone: Tone,
}

/// One job: an import or export on its way, or its result.
#[derive(Debug, Clone, Default, Template)]
#[template(path = "job.html")]
pub struct JobPage {
    /// The surroundings.
    pub frame: Frame,
    /// How far it is.
    pub progress: Progress,
    /// What was asked: label and value (file, table, view, columns, reason).
    pub facts: Vec<Kept>,
    /// What it gave: each with an icon (`Download error file`, `Open the imported rows`).
    pub results: Vec<Link>,
    /// The file to collect, if there is one; the primary action.
    pub collect: Option<Link>,
    /// The first rows that could not be imported.
    pub errors: Vec<ErrorRow>,
    /// Where it is cancelled (posts), empty if it can't be.
    pub cancel_href: String,
}

/// How far a job is; also the fragment at `href`.
#[derive(Debug, Clone, Default, Template)]
#[template(path = "part/progress.html")]
pub struct Progress {
    /// The fragment's address.
    pub href: String,
    /// Its state.
    pub state: Badge,
    /// The state in a sentence: `Reading row 1,200 of 5,000.`
    pub text: String,
    /// Percent done; none while it is unknown.
    pub percent: Option<u8>,
    /// Whether it goes on; then the page asks again each second.
    pub is_running: bool,
    /// The phases in order.
    pub phases: Vec<Phase>,
    /// Figures: created, refused, left.
    pub figures: Vec<Kept>,
}

/// One phase of a job.
#[derive(Debug, Clone, Default)]
pub struct Phase {
    /// `Read the file`.
    pub name: String,
    /// `done`, `now`, `next` or `failed`.
    pub state: String,
}

/// One row that could not be imported.
#[derive(Debug, Clone, Default)]
pub struct ErrorRow {
    /// The row's number behind the header.
    pub line: String,
    /// The column, empty for the whole row.
    pub column: String,
    /// What was there.
    pub value: String,
    /// Why not.
    pub why: String,
}

/// Asks for an export. Posts `set`, kept parameters, `column` (several), `format`, `reason` to `/exports`.
#[derive(Debug, Clone, Default, Template)]
#[template(path = "export_new.html")]
pub struct ExportPage {
    /// The surroundings.
    pub frame: Frame,
    /// What is taken out: `My active accounts`.
    pub what: String,
    /// The filters in words.
    pub filters: Vec<String>,
    /// How many rows, in words.
    pub count: String,
    /// The columns that may be taken, chosen as in the view.
    pub columns: Vec<Choice>,
    /// Columns of the view that may be read but not taken, or not be read; each with why.
    pub left_out: Vec<Kept>,
    /// `csv`, `xlsx`.
    pub formats: Vec<Choice>,
    /// Whether a reason must be given.
    pub needs_reason: bool,
    /// The reason as typed.
    pub reason: String,
    /// Posted along: set, view, filter, sort.
    pub kept: Vec<Kept>,
    /// What is wrong with what was entered, empty for nothing.
    pub error: String,
    /// Back to the list.
    pub cancel: String,
}

/// An export that was refused: what is missing, who can give it.
#[derive(Debug, Clone, Default, Template)]
#[template(path = "export_refused.html")]
pub struct ExportRefusedPage {
    /// The surroundings.
    pub frame: Frame,
    /// What was asked for.
    pub what: String,
    /// Why it was refused, a sentence each.
    pub reasons: Vec<String>,
    /// Who can give what is missing; empty where nobody can.
    pub givers: Vec<Principal>,
    /// What can be done instead: fewer rows, own rows only.
    pub instead: Vec<Link>,
    /// Back to the list.
    pub back: Link,
}
