//! Files that are there after a power cut once a function here has returned.
//!
//! A file is written under another name, synced, renamed, and its folder synced: a reader finds all of it or none.
//! A line is appended whole and synced; what a crash left of a line is cut off before the next.
//! Not here: what the files mean ([`crate::revocation`], [`crate::blobs`], the key of the trail).
//! Proved by `crates/store/tests/it/opening.rs`.

use crate::Fault;
use std::fs::{File, OpenOptions};
use std::io::{Read, Seek, SeekFrom, Write};
use std::path::Path;

/// How a new file is opened: only its owner may read it.
fn private() -> OpenOptions {
    let mut options = OpenOptions::new();
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options
}

/// A new file that only its owner may read, in place of an old one of that name.
pub(crate) fn create(path: &Path) -> Result<File, Fault> {
    Ok(private().create(true).write(true).truncate(true).open(path)?)
}

/// Writes a whole file, readable to its owner only.
pub(crate) fn write(path: &Path, bytes: &[u8]) -> Result<(), Fault> {
    let part = path.with_extension("part");
    let mut file = create(&part)?;
    file.write_all(bytes)?;
    settle(&file, &part, path)
}

/// Syncs a file written under another name, gives it its own, and syncs the folder that now names it.
pub(crate) fn settle(file: &File, part: &Path, path: &Path) -> Result<(), Fault> {
    file.sync_all()?;
    std::fs::rename(part, path)?;
    sync_folder(path)
}

/// Syncs the folder that a file lies in.
pub(crate) fn sync_folder(path: &Path) -> Result<(), Fault> {
    // WHY: elsewhere a folder cannot be opened to be synced.
    #[cfg(unix)]
    if let Some(folder) = path.parent() {
        File::open(folder)?.sync_all()?;
    }
    Ok(())
}

/// Adds one line, which has no line end in it, and syncs.
pub(crate) fn append_line(path: &Path, line: &str) -> Result<(), Fault> {
    let is_new = !path.exists();
    let mut file = private().create(true).read(true).append(true).open(path)?;
    file.lock()?;
    let mut there = Vec::new();
    file.seek(SeekFrom::Start(0))?;
    file.read_to_end(&mut there)?;
    let whole = there.iter().rposition(|byte| *byte == b'\n').map_or(0, |end| end + 1);
    if whole < there.len() {
        file.set_len(whole as u64)?;
    }
    file.write_all(format!("{line}\n").as_bytes())?;
    file.sync_all()?;
    if is_new { sync_folder(path) } else { Ok(()) }
}
