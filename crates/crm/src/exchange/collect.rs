//! The file is handed to whoever asked for it, and to nobody else.
//!
//! The person must be signed in once more, the file's time not be over, and the rights be those under which it was made;
//! that it was handed out is recorded before the first byte. A [`Delivery`] looks at the person again at least every
//! second and breaks off where they are gone or their rights changed.
//! Not here: making the file ([`super::run_export`]). Proved by `crates/crm/tests/it/exchange.rs`.

use super::egress::Format;
use super::run_export::rights_now;
use super::spool;
use super::watch::EVERY;
use crate::{Asker, Desk, Done, Problem, Scope, Verb};
use catalogue::RowId;
use security::{Actor, Denial};
use std::fs::File;
use std::io::{Error, ErrorKind, Read};
use store::Fault;
use store::exchange::{Export, ExportState, note_collected};

/// A file on its way out. Reading it fails as soon as the person may not have it any more.
pub struct Delivery {
    desk: Desk,
    who: Asker,
    export: Export,
    file: File,
    looked: i64,
    /// How many bytes.
    pub size: u64,
    /// What the file is called.
    pub name: String,
    /// Which file it is.
    pub format: Format,
    /// Its SHA-256.
    pub sha256: Vec<u8>,
}

/// Hands out the file of an export.
pub fn collect(desk: &Desk, who: &Asker, id: RowId) -> Done<Delivery> {
    let export = desk.perform(who, Verb::export("export.collect"), move |tx, actor| {
        let export = super::export(tx, actor, id)?;
        tx.about("exports", id);
        match export.state {
            ExportState::Ready if export.ends_on.is_some_and(|ends| tx.now() < ends) => {}
            ExportState::Ready | ExportState::Ended => {
                return Err(Problem::conflict("export-ended", "this file was kept for 24 hours and is gone; ask again"));
            }
            ExportState::Making => return Err(Problem::conflict("export-not-ready", "this file is still being made")),
            ExportState::Refused | ExportState::Failed => return Err(Problem::conflict("export-not-made", "this file was not made")),
        }
        same_rights(actor, &export)?;
        note_collected(tx, id)?;
        Ok(export)
    })?;
    let file = File::open(spool::path(&spool::folder(desk)?, id)).map_err(Fault::from)?;
    let size = file.metadata().map_err(Fault::from)?.len();
    let format = Format::parse(&export.format).ok_or(Denial::NotThere)?;
    let day = crate::values::day_text(export.created_on.div_euclid(86_400_000_000));
    let name = format!("{}-{day}.{}", export.set.replace('_', "-"), format.name());
    let looked = desk.store().now();
    let sha256 = export.sha256.clone().unwrap_or_default();
    Ok(Delivery { desk: desk.clone(), who: who.clone(), export, file, looked, size, name, format, sha256 })
}

/// Refuses a file that was made under other rights than those of now.
fn same_rights(actor: &Actor, export: &Export) -> Done<()> {
    if export.rights.as_deref() == Some(rights_now(actor, export)?.as_str()) {
        return Ok(());
    }
    Err(Problem::conflict("rights-changed", "your rights changed since this file was made; ask again"))
}

impl Delivery {
    /// Comes to the desk again where it is time: a live session, an active person, the same rights.
    fn look_again(&mut self) -> std::io::Result<()> {
        let now = self.desk.store().now();
        if (0..EVERY).contains(&(now - self.looked)) {
            return Ok(());
        }
        let looked = self.desk.look_for(&self.who, Scope::Export, |_, actor| same_rights(actor, &self.export));
        looked.map_err(|error| Error::new(ErrorKind::PermissionDenied, error))?;
        self.looked = now;
        Ok(())
    }
}

impl Read for Delivery {
    fn read(&mut self, into: &mut [u8]) -> std::io::Result<usize> {
        self.look_again()?;
        self.file.read(into)
    }
}
