//! Secured columns and field profiles: their lists, one column with its readers, one profile with grants and holders.
//!
//! One idea: before a column is opened the page names everybody who would read it, and how far; after it the same page
//! names them as readers. People and roles only, never a value.
//! Deliberately not here: who reads what (`crm`). Start reading at [`ColumnPage`]. Proved by `tests/it/column_pages.rs`.

use super::form::Lookup;
use super::frame::Frame;
use super::{Choice, Kept, Link, Principal, When};
use askama::Template;

/// The columns that are secured, or all of one table that could be.
#[derive(Debug, Clone, Default, Template)]
#[template(path = "columns.html")]
pub struct ColumnsPage {
    /// The surroundings.
    pub frame: Frame,
    /// The tables to choose from; the first choice is the secured columns of all.
    pub sets: Vec<Choice>,
    /// The columns.
    pub rows: Vec<ColumnRow>,
    /// How many, in words.
    pub count: String,
    /// Said below when there are more people than were asked about.
    pub note: String,
}

/// One column in the list.
#[derive(Debug, Clone, Default)]
pub struct ColumnRow {
    /// The table's label.
    pub table: String,
    /// The column's label.
    pub label: String,
    /// Its page.
    pub href: String,
    /// `General`, `Personal`, `Confidential`, `Restricted`.
    pub sensitivity: String,
    /// Whether it is secured.
    pub is_secured: bool,
    /// How many read it, in words.
    pub readers: String,
    /// The profiles that grant reading it.
    pub profiles: Vec<String>,
}

/// One column.
#[derive(Debug, Clone, Default, Template)]
#[template(path = "column.html")]
pub struct ColumnPage {
    /// The surroundings; the title is the column's label.
    pub frame: Frame,
    /// `/columns/{set}/{column}`; the button posts `secured` to it, the form that grants to `/grant` below it.
    pub href: String,
    /// What people call many records of the table.
    pub table: String,
    /// What the column is for.
    pub help: String,
    /// Table, sensitivity, state and figures: label and value.
    pub facts: Vec<Kept>,
    /// Whether it is secured.
    pub is_secured: bool,
    /// Who reads it today.
    pub now: Vec<Reach>,
    /// Who would read it once it is open; for an open one, who would go on reading it.
    pub then: Vec<Reach>,
    /// The profiles that grant something on it, with what they grant.
    pub profiles: Vec<GrantingProfile>,
    /// The profiles to grant it by.
    pub choices: Vec<Choice>,
    /// The name entered for a new profile.
    pub profile_name: String,
    /// What the form grants: `read`, `create`, `update`.
    pub uses: Vec<Choice>,
    /// Said when there are more people than were asked about.
    pub note: String,
    /// What is wrong with what was entered, empty for nothing.
    pub error: String,
}

/// People who read a column in the same way.
#[derive(Debug, Clone, Default)]
pub struct Reach {
    /// How far, in words: `Own`, `Unit`, `Unit and below`, `All`.
    pub level: String,
    /// How far as quarters of the drawn disc.
    pub quarters: u8,
    /// By which roles.
    pub roles: String,
    /// Through which profiles; empty where none is needed.
    pub profiles: String,
    /// How many people, in words.
    pub count: String,
    /// The people, the first of them.
    pub people: Vec<Principal>,
    /// How many more.
    pub more: usize,
}

/// A profile that grants something on the column.
#[derive(Debug, Clone, Default)]
pub struct GrantingProfile {
    /// The profile.
    pub profile: Link,
    /// `read, create`.
    pub uses: String,
}

/// All field profiles.
#[derive(Debug, Clone, Default, Template)]
#[template(path = "field_profiles.html")]
pub struct ProfilesPage {
    /// The surroundings.
    pub frame: Frame,
    /// The profiles.
    pub rows: Vec<ProfileRow>,
    /// The reader may make a new one.
    pub can_create: bool,
}

/// One profile in the list.
#[derive(Debug, Clone, Default)]
pub struct ProfileRow {
    /// Its name.
    pub name: String,
    /// Its page.
    pub href: String,
    /// What it opens, the first few columns.
    pub opens: String,
    /// How many hold it, in words.
    pub held_by: String,
}

/// One field profile.
#[derive(Debug, Clone, Default, Template)]
#[template(path = "field_profile.html")]
pub struct ProfilePage {
    /// The surroundings; the title is the profile's name.
    pub frame: Frame,
    /// `/field_profiles/{id}`; the form posts `name` and its cells to it, `/holders` and `/holders/take` lie below it.
    pub href: String,
    /// Where Cancel leads; empty for a profile that is not made yet.
    pub cancel: String,
    /// The name, as it stands in the form.
    pub name: String,
    /// What it grants.
    pub lines: Vec<GrantLine>,
    /// Columns that could be added, by table.
    pub tables: Vec<ColumnChoices>,
    /// What the line that adds a column grants.
    pub added: Vec<Choice>,
    /// Whether the grants can be changed on this page (else they are read).
    pub is_editing: bool,
    /// The reader may change and give it.
    pub can_edit: bool,
    /// Posted along: what the profile was.
    pub kept: Vec<Kept>,
    /// Who holds it.
    pub holders: Vec<Holder>,
    /// To whom it is given.
    pub to: Lookup,
    /// What is wrong with whom was entered.
    pub to_error: String,
    /// The reason entered, where giving did not work.
    pub give_reason: String,
    /// The end entered, `YYYY-MM-DD`.
    pub give_until: String,
    /// Why something can't be done here, empty for nothing.
    pub guard: String,
    /// What is wrong with what was entered, empty for nothing.
    pub error: String,
}

/// One column that a profile grants something on.
#[derive(Debug, Clone, Default)]
pub struct GrantLine {
    /// `set.column`, the beginning of the names of its cells.
    pub name: String,
    /// The table's label.
    pub table: String,
    /// The column's label and page; without a page for whoever may not open it.
    pub column: Link,
    /// Whether the column is secured today; else everybody who reads the record reads it.
    pub is_secured: bool,
    /// `read`, `create`, `update`, each chosen or not.
    pub uses: Vec<Choice>,
}

/// The columns of one table.
#[derive(Debug, Clone, Default)]
pub struct ColumnChoices {
    /// The table's label.
    pub label: String,
    /// Its columns: `set.column` and label.
    pub choices: Vec<Choice>,
}

/// A person or team that holds a profile.
#[derive(Debug, Clone, Default)]
pub struct Holder {
    /// Who.
    pub principal: Principal,
    /// Who gave it and when, in words.
    pub given: String,
    /// Why.
    pub reason: String,
    /// Until when, if it ends.
    pub until: Option<When>,
    /// The reader may take it away.
    pub can_take: bool,
}

/// A profile that a person or team holds, on their page.
#[derive(Debug, Clone, Default)]
pub struct HeldProfile {
    /// The profile's id.
    pub id: String,
    /// Its name and page.
    pub profile: Link,
    /// Through which team, empty for given to the person.
    pub through: String,
    /// Who gave it and when, in words.
    pub given: String,
    /// Why.
    pub reason: String,
    /// Until when, if it ends.
    pub until: Option<When>,
    /// The reader may take it away.
    pub can_take: bool,
}
