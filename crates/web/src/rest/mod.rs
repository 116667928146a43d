//! REST: the doors of `/api/v1`, by what they are about.
//!
//! Each door reads its call, asks one verb of `crm` and shows the answer as JSON; [`show`] knows how things look there.
//! Not here: which doors there are ([`crate::router::DOORS`]), statuses of refusals ([`crate::answer`]).
//! Start reading at [`rows`]. Proved by `tests/it/main.rs`.

pub mod account;
pub mod acts;
pub mod approvals;
pub mod departures;
pub mod dialogs;
pub mod exports;
pub mod files;
pub mod health;
pub mod imports;
pub mod jobs;
pub mod mail;
pub mod notices;
pub mod oversight;
pub mod people;
pub mod record_teams;
pub mod rights;
pub mod rows;
pub mod search;
pub mod sessions;
pub mod show;
pub mod tables;
pub mod teams;
pub mod workflows;

use crate::App;
use crate::answer::No;
use catalogue::{Table, TableId};
use crm::{Actor, Done, Problem, Verb};

/// The table of a set, in the actor's catalogue.
pub fn table_of(actor: &Actor, set: &str) -> Done<TableId> {
    table(actor, set).map(|t| t.id)
}

/// The same, whole.
pub fn table<'a>(actor: &'a Actor, set: &str) -> Done<&'a Table> {
    actor.catalogue().find(set).ok_or_else(|| unknown_set(set))
}

pub(crate) fn unknown_set(set: &str) -> crm::Error {
    let known: String = set.chars().take(60).collect();
    Problem::malformed("unknown-set", format!("there is no set `{known}`"))
}

/// A change of rows, called in the trail by the table's name: `account.create`. A set that is none changes nothing.
pub(crate) fn verb(app: &App, set: &str, act: &str) -> Result<Verb, No> {
    let name = app.desk.glance(|tx| Ok(tx.catalogue().find(set).map(|table| table.name.clone())))?;
    Ok(Verb::write(format!("{}.{act}", name.as_deref().unwrap_or("row"))))
}
