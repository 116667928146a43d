//! A departure as whoever looks at it may see it, and what they may do with it.
//!
//! Whoever may disable users sees every departure; so does the manager of the person, where the policy gives them a part
//! in it. Both see ids, counts and names of tables, and the name of a record only where they may read it.
//! Not here: the verbs. Start reading at [`open`]. Proved by `crates/crm/tests/it/departures.rs`.

use super::item::Item;
use super::{Departure, DeparturePolicy};
use crate::Done;
use crate::jobs::Job;
use catalogue::RowId;
use security::{Actor, PrincipalId};
use store::Tx;

/// A departure in a list.
#[derive(Clone, Debug)]
pub struct DepartureLine {
    /// The departure.
    pub departure: Departure,
    /// What the person is called.
    pub name: String,
    /// What whoever planned it is called.
    pub planned_by: String,
}

/// A page of departures, newest first.
#[derive(Clone, Debug)]
pub struct DeparturePage {
    /// Its lines.
    pub rows: Vec<DepartureLine>,
    /// Where the next page begins.
    pub next: Option<String>,
}

/// What whoever looks may do now. Each is either open or says why not, in words for people.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct May {
    /// Choose, and change reason and hour.
    pub choose: bool,
    /// Say that all is decided: it waits for approval then.
    pub submit: bool,
    /// Approve or send back.
    pub approve: bool,
    /// Make it run, or go on.
    pub run: bool,
    /// Stop its job after the batch at hand.
    pub stop: bool,
    /// Drop it before anything was done.
    pub cancel: bool,
    /// Give back what was handed over.
    pub undo: bool,
    /// Fetch the archive.
    pub archive: bool,
    /// What stands in the way of the next step; one sentence each.
    pub in_the_way: Vec<String>,
}

/// How much of an item was done, and how much of it went back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tally {
    /// The item's key.
    pub item: String,
    /// What people read.
    pub label: String,
    /// So many things were changed.
    pub done: i64,
    /// So many of them went back.
    pub back: i64,
}

/// Something that could not be given back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Conflict {
    /// Its set.
    pub set: String,
    /// Its id.
    pub id: RowId,
    /// Its name, where whoever looks may read it.
    pub name: Option<String>,
    /// Why it stayed.
    pub why: String,
}

/// A departure, opened.
#[derive(Clone, Debug)]
pub struct Sheet {
    /// The departure.
    pub departure: Departure,
    /// What the person is called.
    pub name: String,
    /// Names of everybody it names: whoever planned, approved, ran it; heirs.
    pub names: Vec<(PrincipalId, String)>,
    /// The person's manager, the first whom a proposal names.
    pub manager: Option<(PrincipalId, String)>,
    /// Everything that refers to the person now, with what was chosen; once it has run, what there was when it began.
    pub items: Vec<Item>,
    /// What changed since it was decided, by label; a decision on it is refused until somebody looks again.
    pub news: Vec<String>,
    /// What the organisation asks.
    pub policy: DeparturePolicy,
    /// What whoever looks may do.
    pub may: May,
    /// Its job, while there is one.
    pub job: Option<Job>,
    /// What was done.
    pub tally: Vec<Tally>,
    /// What could not be given back.
    pub conflicts: Vec<Conflict>,
}
