//! Lists: one table under one view, many rows at once, what was deleted.
//!
//! One idea: a list's whole state is in its address, so every header, chip and button is a link or a small form.
//! Counts are exact or say that they are not; the next page is asked by key, never by offset.
//! Deliberately not here: how a filter is written in the address (whoever fills `href`s knows).
//! Start reading at [`ListPage`]. Proved by `tests/it/pages.rs`.

use super::cell::Cell;
use super::frame::Frame;
use super::{Choice, Empty, Kept, Link, Tone, When};
use askama::Template;

/// One table under one view.
#[derive(Debug, Clone, Default, Template)]
#[template(path = "list.html")]
pub struct ListPage {
    /// The surroundings; the title is the table's plural name.
    pub frame: Frame,
    /// The table's set, as in addresses.
    pub set: String,
    /// One row's name: `account`.
    pub singular: String,
    /// Many rows' name: `accounts`.
    pub plural: String,
    /// The views, the open one is current.
    pub views: Vec<Link>,
    /// The open view's name.
    pub view_name: String,
    /// The columns in order; the first is the row's name.
    pub columns: Vec<ListColumn>,
    /// The rows of this page.
    pub rows: Vec<ListRow>,
    /// The filters in force, each with its removal.
    pub chips: Vec<Chip>,
    /// The address without any filter.
    pub clear_href: String,
    /// What can be filtered by: value is the column's name.
    pub filterable: Vec<Choice>,
    /// The operators of the filter form.
    pub operators: Vec<Choice>,
    /// What was typed in the list's own search.
    pub search: String,
    /// Parameters that the filter and search forms send along (view, sort, filter).
    pub kept: Vec<Kept>,
    /// How many rows there are.
    pub count: Count,
    /// The previous page, if there is one.
    pub previous_href: Option<String>,
    /// The next page, if there is one.
    pub next_href: Option<String>,
    /// How many rows a page can have instead, 0 where nothing is offered.
    pub other_length: usize,
    /// What is shown without rows.
    pub empty: Empty,
    /// The person may create rows here.
    pub can_create: bool,
    /// The person may take rows out; leads to `export_href`.
    pub can_export: bool,
    /// Where an export of this view is asked for.
    pub export_href: String,
    /// The person may import into this table.
    pub can_import: bool,
    /// The bulk bar offers Assign.
    pub can_assign: bool,
    /// The bulk bar offers Delete.
    pub can_delete: bool,
    /// The link to what was deleted is shown.
    pub can_restore: bool,
    /// To whom rows may be assigned, for the bulk bar (value is a principal's id).
    pub receivers: Vec<Choice>,
    /// Why something is missing here (a view's column that may not be read), empty for nothing.
    pub notice: String,
}

/// How many rows a list has.
#[derive(Debug, Clone, Default)]
pub struct Count {
    /// The number, formatted.
    pub text: String,
    /// Whether it is all of them; otherwise there are more.
    pub is_exact: bool,
}

/// One column of a list.
#[derive(Debug, Clone, Default)]
pub struct ListColumn {
    /// The column's name.
    pub name: String,
    /// Its label.
    pub label: String,
    /// Whether it holds figures, which stand right.
    pub is_figure: bool,
    /// Where it is sorted upwards, empty if it can't be sorted.
    pub up_href: String,
    /// Where it is sorted downwards.
    pub down_href: String,
    /// How it is sorted now: `ascending`, `descending` or empty.
    pub sorted: String,
    /// The operators of its own small filter form, empty if it can't be filtered.
    pub operators: Vec<Choice>,
    /// The values offered in its filter (for choices), empty for a free text.
    pub values: Vec<Choice>,
    /// Whether a narrow screen keeps it (two columns besides the name).
    pub is_key: bool,
}

/// One row of a list.
#[derive(Debug, Clone, Default)]
pub struct ListRow {
    /// The row's id.
    pub id: String,
    /// Its name, for the boxes' and menus' labels.
    pub name: String,
    /// Its page.
    pub href: String,
    /// One cell for each column.
    pub cells: Vec<Cell>,
    /// The person may change it.
    pub can_edit: bool,
    /// The person may give it to somebody.
    pub can_assign: bool,
    /// The person may share it.
    pub can_share: bool,
    /// The person may delete it.
    pub can_delete: bool,
}

impl ListRow {
    /// Cells with the columns they belong to.
    pub fn pairs<'r>(&'r self, columns: &'r [ListColumn]) -> impl Iterator<Item = (&'r ListColumn, &'r Cell)> {
        columns.iter().zip(&self.cells)
    }
}

/// One filter in force.
#[derive(Debug, Clone, Default)]
pub struct Chip {
    /// The filter in words: `City begins with Lei`.
    pub text: String,
    /// The list without it.
    pub remove_href: String,
}

/// What became of an action on many rows.
#[derive(Debug, Clone, Default, Template)]
#[template(path = "bulk.html")]
pub struct BulkPage {
    /// The surroundings.
    pub frame: Frame,
    /// What was done: `assigned to Nancy Davolio`, `deleted`.
    pub done: String,
    /// How many it was done to.
    pub succeeded: usize,
    /// How many stayed as they were.
    pub failed: usize,
    /// Each row's answer.
    pub rows: Vec<BulkRow>,
    /// Back to the list.
    pub back: Link,
    /// Where what was deleted can be put back.
    pub removed: Option<Link>,
}

/// One row's answer.
#[derive(Debug, Clone, Default)]
pub struct BulkRow {
    /// The row's name.
    pub name: String,
    /// Its page, empty once deleted.
    pub href: String,
    /// Proven or stops.
    pub tone: Tone,
    /// What happened, or why not.
    pub text: String,
}

/// Asks before many rows are changed: which of them can really be.
#[derive(Debug, Clone, Default, Template)]
#[template(path = "bulk_ask.html")]
pub struct BulkAskPage {
    /// The surroundings.
    pub frame: Frame,
    /// Where it posts to.
    pub action: String,
    /// `assign` or `delete`.
    pub verb: String,
    /// The primary button: `Assign 12 accounts`.
    pub submit: String,
    /// Posted along: the ids, the list's address.
    pub kept: Vec<Kept>,
    /// To whom, for assign.
    pub receivers: Vec<Choice>,
    /// The rows that can be changed, by name.
    pub possible: Vec<String>,
    /// The rows that can't, each with why.
    pub impossible: Vec<BulkRow>,
    /// What follows from it, one sentence each.
    pub consequences: Vec<String>,
    /// Back to the list.
    pub cancel: String,
}

/// What was deleted from a table in the last thirty days.
#[derive(Debug, Clone, Default, Template)]
#[template(path = "removed.html")]
pub struct RemovedPage {
    /// The surroundings.
    pub frame: Frame,
    /// The table's set.
    pub set: String,
    /// Many rows' name.
    pub plural: String,
    /// What was deleted, newest first.
    pub rows: Vec<RemovedRow>,
    /// The next page.
    pub next_href: Option<String>,
}

impl RemovedPage {
    /// Whether anything went along with any of them.
    fn has_along(&self) -> bool {
        self.rows.iter().any(|row| !row.along.is_empty())
    }
}

/// One deleted record.
#[derive(Debug, Clone, Default)]
pub struct RemovedRow {
    /// The record's id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// Who deleted it.
    pub by: String,
    /// When.
    pub when: When,
    /// What went with it: `3 contacts, 2 notes`, empty for nothing.
    pub along: String,
    /// Until when it can be restored.
    pub until: When,
    /// The person may restore it.
    pub can_restore: bool,
}
