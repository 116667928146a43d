//! Backups: everything in one sealed file, and an organisation made of it again that lets nobody back in who was shut out.
//!
//! Nobody at a page or with a token makes one: these are acts of the operator, who owns the data directory and has
//! every byte of it anyway. A backup is sealed to a key whose private half need not be on this machine.
//! Not here: what stands in the file and how it is read (`store::dump`), the command (`castellan`).
//! Start reading at [`create`], then [`restore`]. Proved by `crates/crm/tests/it/backup.rs`.

mod place;
mod restore;

pub use restore::{Comeback, Replayed, Restoration, restore};

use crate::{Desk, Error};
use place::Place;
use serde_json::json;
use std::fmt;
use std::path::Path;
use store::Fault;
use store::dump::{self, Recipient, Told, Unfit, What};

/// Why a backup was not made or not restored.
#[derive(Debug)]
pub enum NotDone {
    /// Something lies there already, or somebody is writing it now. The words say what.
    Taken(String),
    /// The stream.
    Unfit(Unfit),
    /// The verb.
    Refused(Error),
}

impl fmt::Display for NotDone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            NotDone::Taken(words) => f.write_str(words),
            NotDone::Unfit(unfit) => unfit.fmt(f),
            NotDone::Refused(error) => error.fmt(f),
        }
    }
}

impl std::error::Error for NotDone {}

impl From<Unfit> for NotDone {
    fn from(unfit: Unfit) -> NotDone {
        NotDone::Unfit(unfit)
    }
}

impl From<Error> for NotDone {
    fn from(error: Error) -> NotDone {
        NotDone::Refused(error)
    }
}

impl From<Fault> for NotDone {
    fn from(fault: Fault) -> NotDone {
        NotDone::Unfit(Unfit::Fault(fault))
    }
}

/// Writes a backup of one moment into a new file, while everybody goes on.
///
/// The file has another name until all of it is on the disk and its entry is in the trail: whoever finds the name has
/// a whole backup. An older file of that name is never touched.
pub fn create(desk: &Desk, file: &Path, to: &[Recipient]) -> Result<Told, NotDone> {
    let place = Place::take(file)?;
    let told = dump::write_without_permit(desk.store(), &What::Whole, to, place.out())?;
    place.sync()?;
    let tables: serde_json::Map<String, serde_json::Value> =
        told.tables.iter().map(|table| (table.name.clone(), json!([table.rows, table.sha256]))).collect();
    let to: Vec<String> = to.iter().map(Recipient::to_string).collect();
    let said = json!({
        "sha256": told.sha256, "bytes": told.bytes, "rows": told.rows(), "files": told.files, "damaged_files": told.damaged.len(),
        "sealed_to": to, "tables": tables,
    });
    desk.operate("backup.create", move |tx| {
        dump::note(tx, said.clone());
        Ok(())
    })?;
    place.give_its_name()?;
    Ok(told)
}
