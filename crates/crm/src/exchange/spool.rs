//! The spool: files on their way out, readable to the server alone.
//!
//! A file lies there under the id of its export until its time is over; what nobody knows of goes at the next sweep.
//! Not here: who gets it ([`super::collect()`]). Proved by `crates/crm/tests/it/exchange.rs`.

use crate::{Desk, Done};
use catalogue::RowId;
use std::fs::{File, OpenOptions};
use std::path::{Path, PathBuf};
use store::Fault;
use store::exchange::{self, ExportState};

/// Exports swept at once.
const AT_ONCE: u32 = 100;

/// The folder, made when it is not there.
pub(crate) fn folder(desk: &Desk) -> Result<PathBuf, Fault> {
    let folder = desk.store().directory().join("spool");
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(&folder)?;
    Ok(folder)
}

/// Where the file of this export lies.
pub(crate) fn path(folder: &Path, export: RowId) -> PathBuf {
    folder.join(export.to_string())
}

/// A new file that only the server reads, in place of what a crash left.
pub(crate) fn create(path: &Path) -> Result<File, Fault> {
    let mut options = OpenOptions::new();
    options.read(true).write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    Ok(options.open(path)?)
}

/// Takes a file away; one that is gone already is fine.
pub(crate) fn remove(path: &Path) -> Result<(), Fault> {
    match std::fs::remove_file(path) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(error.into()),
        _ => Ok(()),
    }
}

/// Takes away files whose time is over, and files of exports that ended without one. Answers how many went.
pub fn sweep(desk: &Desk) -> Done<usize> {
    let folder = folder(desk)?;
    let mut gone = 0;
    for id in desk.glance(|tx| Ok(exchange::due(tx, AT_ONCE)?))? {
        remove(&path(&folder, id))?;
        desk.operate("export.end", move |tx| {
            tx.about("exports", id);
            Ok(exchange::end_export(tx, id)?)
        })?;
        gone += 1;
    }
    for entry in std::fs::read_dir(&folder).map_err(Fault::from)?.flatten() {
        let Some(id) = entry.file_name().to_str().and_then(RowId::parse) else { continue };
        let state = desk.glance(|tx| Ok(exchange::export(tx, id)?.map(|export| export.state)))?;
        if !matches!(state, Some(ExportState::Making | ExportState::Ready)) {
            remove(&entry.path())?;
            gone += 1;
        }
    }
    Ok(gone)
}
