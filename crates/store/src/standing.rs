//! Whether the files of the embedded database still lie where they were opened.
//!
//! Whoever holds a file open may go on writing to it after it was moved or removed, and what is acknowledged then lies in
//! no file that anybody finds. So every transaction asks first: are the database and its log the files that were opened?
//! A file that was moved and comes back is the same one; another in its place is not, and is never begun with.
//! Not here: what is answered then ([`crate::sqlite`]). Start reading at [`Standing::check`].
//! Proved by `crates/castellan/tests/it/gone.rs`.

use crate::Fault;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

/// Tells one file of this machine from every other that lives.
type Identity = (u64, u64);

/// The files as they were opened.
pub(crate) struct Standing {
    database: (PathBuf, Identity),
    log: (PathBuf, Identity),
}

/// What is not as it was opened.
#[derive(Debug)]
pub(crate) enum Missing {
    /// The database itself, or the place it lay in.
    Database(&'static str),
    /// The log, with changes that are not yet in the database.
    Log(&'static str),
}

impl Standing {
    /// Notes the files of this database, which is open and has been read.
    pub(crate) fn of(path: &Path) -> Result<Standing, Fault> {
        let mut log = path.as_os_str().to_owned();
        log.push("-wal");
        let log = PathBuf::from(log);
        let (of_database, of_log) = (identity(path)?, identity(&log)?);
        Ok(Standing { database: (path.to_owned(), of_database), log: (log, of_log) })
    }

    /// Looks whether they still lie there.
    pub(crate) fn look(&self) -> Result<(), Missing> {
        is_there(&self.database).map_err(Missing::Database)?;
        is_there(&self.log).map_err(Missing::Log)
    }

    /// The same as a fault.
    pub(crate) fn check(&self) -> Result<(), Fault> {
        self.look().map_err(|missing| Fault::Unavailable(missing.to_string().into()))
    }
}

impl std::fmt::Display for Missing {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Missing::Database(how) => {
                write!(f, "`castellan.db` {how}; move the file that was there back, or stop, restore and start again")
            }
            Missing::Log(how) => write!(f, "`castellan.db-wal` {how}; move the file that was there back, or stop and start again"),
        }
    }
}

fn identity(path: &Path) -> std::io::Result<Identity> {
    std::fs::metadata(path).map(|about| (about.dev(), about.ino()))
}

fn is_there((path, known): &(PathBuf, Identity)) -> Result<(), &'static str> {
    match identity(path) {
        Ok(found) if found == *known => Ok(()),
        Ok(_) => Err("is another file than the one that was opened"),
        Err(_) => Err("is gone"),
    }
}
