//! Tables and the columns that were added to them.
//!
//! One idea: what a column is stands in one line, with whether anybody reads it; opening it is the page of secured
//! columns, where everybody who would read it is named. Forms are [`super::form::FormPage`].
//! Deliberately not here: values. Start reading at [`TablePage`]. Proved by `tests/it/tables.rs`.

use super::Badge;
use super::frame::Frame;
use askama::Template;

/// All tables.
#[derive(Debug, Clone, Default, Template)]
#[template(path = "tables.html")]
pub struct TablesPage {
    /// The surroundings.
    pub frame: Frame,
    /// The tables.
    pub rows: Vec<TableRow>,
}

/// One table in the list.
#[derive(Debug, Clone, Default)]
pub struct TableRow {
    /// What people call many of its rows.
    pub label: String,
    /// Its page.
    pub href: String,
    /// Its icon.
    pub icon: String,
    /// Where it stands.
    pub area: String,
    /// How many columns came with the product.
    pub shipped: String,
    /// How many were added.
    pub custom: String,
}

/// One table.
#[derive(Debug, Clone, Default, Template)]
#[template(path = "table.html")]
pub struct TablePage {
    /// The surroundings; the title is the table's label.
    pub frame: Frame,
    /// `/tables/{set}`; a new column is made at `/columns/new` below it.
    pub href: String,
    /// The table's label in small letters.
    pub table: String,
    /// The columns that were added.
    pub rows: Vec<CustomRow>,
}

/// One column that was added.
#[derive(Debug, Clone, Default)]
pub struct CustomRow {
    /// What people read.
    pub label: String,
    /// Its page; empty for a retired one.
    pub href: String,
    /// `x_…`.
    pub name: String,
    /// Its kind in words, with what is said of it: `Choice: Gold, Tin`.
    pub kind: String,
    /// Where it is shown beside the form, in words.
    pub shown: String,
    /// Secured, open or retired.
    pub state: Badge,
    /// Who reads it and how to open it; empty where that cannot be asked.
    pub readers_href: String,
}
