//! The record page: header, form, timeline, related lists, files, who can see it, history; and the conflict page.
//!
//! One idea: everything about one record is reached from here in one step; parts that cost more (who, history) are
//! pages of their own that htmx brings into the open page when they are asked for.
//! Deliberately not here: the form in edit mode ([`super::form::FormPage`]), sharing ([`super::sharing`]).
//! Start reading at [`RecordPage`]. Proved by `tests/it/pages.rs`.

use super::cell::Cell;
use super::form::Section;
use super::frame::Frame;
use super::list::{ListColumn, ListRow};
use super::{Badge, Choice, Kept, Link, Principal, When};
use askama::Template;

/// One record.
#[derive(Debug, Clone, Default, Template)]
#[template(path = "record.html")]
pub struct RecordPage {
    /// The surroundings; the title is the record's name.
    pub frame: Frame,
    /// The table's set.
    pub set: String,
    /// The record's id.
    pub id: String,
    /// One row's name: `account`.
    pub singular: String,
    /// The table's icon.
    pub icon: String,
    /// The record's state.
    pub state: Badge,
    /// Who owns it; none for parent-owned and organisation-owned tables.
    pub owner: Option<Principal>,
    /// A few figures and facts for the header: label and value.
    pub figures: Vec<Figure>,
    /// The sections of the form, to read.
    pub sections: Vec<Section>,
    /// The timeline.
    pub timeline: Timeline,
    /// The related lists.
    pub related: Vec<Related>,
    /// The files; none where the table takes none.
    pub files: Option<Files>,
    /// The person may change it.
    pub can_edit: bool,
    /// The person may give it to somebody.
    pub can_assign: bool,
    /// The person may share it.
    pub can_share: bool,
    /// The person may delete it.
    pub can_delete: bool,
    /// Other actions of this table: `Qualify`, `Close as won`. Each posts nothing, it leads to a page.
    pub actions: Vec<Link>,
    /// What the person may not do here, and who can give it; shown in the menu. Empty for nothing.
    pub missing: Vec<String>,
    /// Who made it and changed it, in words: `Created 3 May by Nancy Davolio`.
    pub stamps: Vec<String>,
    /// How many people can see it, in words, empty if not counted here.
    pub seen_by: String,
}

impl RecordPage {
    /// Whether a list without rows can be begun from here.
    fn has_beginnings(&self) -> bool {
        self.related.iter().any(|list| list.rows.is_empty() && list.create_href.is_some())
    }
}

/// One figure of the header.
#[derive(Debug, Clone, Default)]
pub struct Figure {
    /// What it says.
    pub label: String,
    /// Its value.
    pub cell: Cell,
}

/// Activities, notes and changes of one record, newest first; also the fragment behind `/timeline`.
#[derive(Debug, Clone, Default, Template)]
#[template(path = "part/timeline.html")]
pub struct Timeline {
    /// `/{set}/{id}/timeline`: the fragment, and where the composer posts `kind`, `subject`, `text`, `due`.
    pub href: String,
    /// The token for the composer's form.
    pub csrf: String,
    /// What can be written: value `note`, `phone_call`, `task`; empty hides the composer.
    pub kinds: Vec<Choice>,
    /// The filters: all, activities, notes, changes. Each leads to the record's page under that filter
    /// (`/{set}/{id}?timeline=notes`); htmx takes the timeline out of it.
    pub filters: Vec<Link>,
    /// What happened.
    pub entries: Vec<TimelineEntry>,
    /// Older entries, if there are more.
    pub more_href: Option<String>,
    /// What was typed and could not be saved, with why.
    pub draft: Draft,
}

/// What was typed in the composer.
#[derive(Debug, Clone, Default)]
pub struct Draft {
    /// The subject.
    pub subject: String,
    /// The text.
    pub text: String,
    /// Why it was not saved, empty if it was.
    pub error: String,
}

/// One thing that happened.
#[derive(Debug, Clone, Default)]
pub struct TimelineEntry {
    /// The icon: `phone`, `mail`, `checkbox`, `note`, `pencil`.
    pub icon: String,
    /// What it is: `Phone call`, `Change`.
    pub kind: String,
    /// Its subject or one-line summary.
    pub title: String,
    /// Its page, empty for none.
    pub href: String,
    /// The text, lines kept, empty for none.
    pub text: String,
    /// Who did it.
    pub by: String,
    /// When.
    pub when: When,
    /// When it is due, if it is still to be done.
    pub due: Option<When>,
    /// Its state, if it has one worth saying.
    pub state: Option<Badge>,
    /// For a change: what was changed.
    pub changes: Vec<Change>,
}

/// One column of a change.
#[derive(Debug, Clone, Default)]
pub struct Change {
    /// The column's label.
    pub label: String,
    /// Before.
    pub old: Cell,
    /// After.
    pub new: Cell,
}

/// A related list.
#[derive(Debug, Clone, Default)]
pub struct Related {
    /// Its heading: `Contacts`.
    pub title: String,
    /// A name for the page's anchor: `contacts`.
    pub name: String,
    /// The columns; the first is the name.
    pub columns: Vec<ListColumn>,
    /// The first few rows.
    pub rows: Vec<ListRow>,
    /// How many there are, in words: `12`, `more than 100`.
    pub count: String,
    /// All of them, as a list.
    pub all_href: String,
    /// Where one is created, if the person may.
    pub create_href: Option<String>,
}

/// The files of a record.
#[derive(Debug, Clone, Default)]
pub struct Files {
    /// The files.
    pub rows: Vec<FileRow>,
    /// The person may attach; posts to `/{set}/{id}/files` as `file`.
    pub can_attach: bool,
    /// What may be attached, in words: `up to 1 GiB`.
    pub limit: String,
}

/// One file.
#[derive(Debug, Clone, Default)]
pub struct FileRow {
    /// Its name.
    pub name: String,
    /// Where its content is fetched; empty if the person may not.
    pub href: String,
    /// Its size for people.
    pub size: String,
    /// Who attached it.
    pub by: String,
    /// When.
    pub when: When,
    /// Where it is removed (posts), empty if the person may not.
    pub remove_href: String,
}

/// Who can see one record; a page, and the fragment that the record page brings in.
#[derive(Debug, Clone, Default, Template)]
#[template(path = "who.html")]
pub struct WhoPage {
    /// The surroundings.
    pub frame: Frame,
    /// The panel.
    pub panel: WhoPanel,
}

/// The list of who can see a record.
#[derive(Debug, Clone, Default, Template)]
#[template(path = "part/who.html")]
pub struct WhoPanel {
    /// The record's name.
    pub name: String,
    /// Each principal that reaches the record.
    pub rows: Vec<WhoRow>,
    /// Whether paths are shown (the task `view access`).
    pub has_paths: bool,
    /// The person may share, leads here; empty if not.
    pub share_href: String,
}

/// One principal that reaches a record.
#[derive(Debug, Clone, Default)]
pub struct WhoRow {
    /// Who.
    pub principal: Principal,
    /// What they may do: `read, write`.
    pub rights: String,
    /// By which paths, in words; empty unless the reader may see them.
    pub paths: Vec<String>,
}

/// The history of one record.
#[derive(Debug, Clone, Default, Template)]
#[template(path = "history.html")]
pub struct HistoryPage {
    /// The surroundings.
    pub frame: Frame,
    /// What happened, newest first.
    pub entries: Vec<TimelineEntry>,
    /// Older entries.
    pub more_href: Option<String>,
}

/// Somebody else changed the record meanwhile: both versions, column by column.
#[derive(Debug, Clone, Default, Template)]
#[template(path = "conflict.html")]
pub struct ConflictPage {
    /// The surroundings.
    pub frame: Frame,
    /// Where it posts to: for each column `name` with the chosen value and `pick-name` = `mine` or `theirs`.
    pub action: String,
    /// Posted along: the version that is now in force.
    pub kept: Vec<Kept>,
    /// Who changed it.
    pub by: String,
    /// When.
    pub when: When,
    /// The columns that differ.
    pub columns: Vec<ConflictColumn>,
    /// Columns only I changed; they are saved as they are. Label and value.
    pub untouched: Vec<Figure>,
    /// The record as it is, without mine.
    pub cancel: String,
}

/// One column that both changed.
#[derive(Debug, Clone, Default)]
pub struct ConflictColumn {
    /// The column's name.
    pub name: String,
    /// Its label.
    pub label: String,
    /// What it was when I opened it.
    pub before: Cell,
    /// What it is now.
    pub theirs: Cell,
    /// What I wrote.
    pub mine: Cell,
    /// Whether mine is chosen beforehand.
    pub is_mine_chosen: bool,
}
