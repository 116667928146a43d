//! Giving a record to somebody, sharing it, deleting it: one question each, with what follows from it.
//!
//! One idea: before the button is pressed the page says what will happen to related rows and how it is undone.
//! Deliberately not here: many rows at once ([`super::list::BulkAskPage`]).
//! Start reading at [`SharePage`]. Proved by `tests/it/pages.rs`.

use super::form::Lookup;
use super::frame::Frame;
use super::{Choice, Principal, When};
use askama::Template;

/// Who a record is shared with, and with whom else.
#[derive(Debug, Clone, Default, Template)]
#[template(path = "share.html")]
pub struct SharePage {
    /// The surroundings.
    pub frame: Frame,
    /// The record's name.
    pub record: String,
    /// `/{set}/{id}`; the form posts `principal`, `rights` (several) and `until` to its `/share`.
    pub record_href: String,
    /// With whom: the picker over people and teams.
    pub principal: Lookup,
    /// The rights that the person may give, some chosen beforehand.
    pub rights: Vec<Choice>,
    /// The end date entered, `YYYY-MM-DD` or empty.
    pub until: String,
    /// What is wrong with what was entered, empty for nothing.
    pub error: String,
    /// The shares there are; ending one posts `principal` to `/unshare`.
    pub shares: Vec<ShareRow>,
    /// What follows for related rows, in words: `12 contacts are shared along`.
    pub consequences: Vec<String>,
    /// The teams that the record has or could have, a template each.
    pub teams: Vec<TeamPart>,
}

/// The team of a record by one template.
#[derive(Debug, Clone, Default)]
pub struct TeamPart {
    /// The template's id; putting in posts it with the picker's fields to `/teams`, taking out with `user` to
    /// `/teams/remove`.
    pub template: String,
    /// What it is called.
    pub name: String,
    /// What its members may do: `see, change`.
    pub rights: String,
    /// Nobody comes in any more.
    pub is_ended: bool,
    /// Who is in it.
    pub members: Vec<Principal>,
    /// The reader may put somebody in.
    pub can_put_in: bool,
    /// The reader may take somebody out.
    pub can_take_out: bool,
    /// What the picker's field is called.
    pub field: String,
    /// Who comes in: the picker.
    pub user: Lookup,
    /// What is wrong with whom was entered, empty for nothing.
    pub error: String,
}

/// One share.
#[derive(Debug, Clone, Default)]
pub struct ShareRow {
    /// With whom.
    pub principal: Principal,
    /// What they may do: `read, write`.
    pub rights: String,
    /// Who gave it.
    pub by: String,
    /// Until when, if it ends.
    pub until: Option<When>,
    /// From which other record it is inherited, empty for its own.
    pub inherited_from: String,
    /// The person may end it.
    pub can_end: bool,
}

/// Gives a record to somebody else.
#[derive(Debug, Clone, Default, Template)]
#[template(path = "assign.html")]
pub struct AssignPage {
    /// The surroundings.
    pub frame: Frame,
    /// The record's name.
    pub record: String,
    /// Where it posts `owner` to.
    pub action: String,
    /// Who owns it now.
    pub owner: Principal,
    /// Who owns it now may be let go on reading it.
    pub can_keep: bool,
    /// That was ticked.
    pub keeps: bool,
    /// Until which day, `YYYY-MM-DD`.
    pub keep_until: String,
    /// To whom: the picker.
    pub receiver: Lookup,
    /// What is wrong with what was entered, empty for nothing.
    pub error: String,
    /// What follows for related rows.
    pub consequences: Vec<String>,
    /// Back to the record.
    pub cancel: String,
}

/// Deletes a record.
#[derive(Debug, Clone, Default, Template)]
#[template(path = "delete.html")]
pub struct DeletePage {
    /// The surroundings.
    pub frame: Frame,
    /// The record's name.
    pub record: String,
    /// Where it posts to.
    pub action: String,
    /// What goes with it and what is unlinked.
    pub consequences: Vec<String>,
    /// Why it can't be deleted; empty if it can.
    pub refused: String,
    /// Until when it can be restored, in words: `30 days`.
    pub restorable: String,
    /// Back to the record.
    pub cancel: String,
}
