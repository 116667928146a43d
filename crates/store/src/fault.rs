//! Ours to mend: the database is gone, full, read-only, or says something it should not.
//!
//! A [`Fault`] keeps its source. It is never a decision: whoever meets one stops (law 14).
//! Not here: denials (`security`) and problems a person can fix (`crm`). Proved by `crates/store/tests/it/main.rs`.

use std::fmt;

/// Something is wrong with the database or with us.
#[derive(Debug)]
pub enum Fault {
    /// The database cannot be reached, or a commit failed: nothing is assumed, try again later.
    Unavailable(Box<dyn std::error::Error + Send + Sync>),
    /// The disk is full, or the database may not be written.
    NoRoom(Box<dyn std::error::Error + Send + Sync>),
    /// Two writers met; the verb may run again.
    Again(Box<dyn std::error::Error + Send + Sync>),
    /// A value that must be unique is there already; the text names what the database calls it.
    Taken(String),
    /// What was read is not what was written. The text says what and where.
    Broken(String),
}

impl Fault {
    /// Something stored is not as it must be.
    pub fn broken(what: impl Into<String>) -> Fault {
        Fault::Broken(what.into())
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Fault::Unavailable(source) => write!(f, "the database cannot be reached: {source}"),
            Fault::NoRoom(source) => write!(f, "the database cannot be written: {source}"),
            Fault::Again(source) => write!(f, "two changes met: {source}"),
            Fault::Taken(what) => write!(f, "taken already: {what}"),
            Fault::Broken(what) => write!(f, "stored data is damaged: {what}"),
        }
    }
}

impl std::error::Error for Fault {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Fault::Unavailable(source) | Fault::NoRoom(source) | Fault::Again(source) => Some(source.as_ref()),
            Fault::Taken(_) | Fault::Broken(_) => None,
        }
    }
}

impl From<rusqlite::Error> for Fault {
    fn from(error: rusqlite::Error) -> Fault {
        use rusqlite::{ErrorCode, ffi};
        let is_refused_writing = error.sqlite_error().is_some_and(|e| {
            let of_writing = [ffi::SQLITE_IOERR_WRITE, ffi::SQLITE_IOERR_FSYNC, ffi::SQLITE_IOERR_TRUNCATE, ffi::SQLITE_IOERR_SHMSIZE];
            of_writing.contains(&e.extended_code)
        });
        match error.sqlite_error_code() {
            Some(ErrorCode::ConstraintViolation) => Fault::Taken(error.to_string()),
            Some(ErrorCode::DiskFull | ErrorCode::ReadOnly) => Fault::NoRoom(error.into()),
            // A disk that was made read-only under an open file says so only when it is written to.
            Some(ErrorCode::SystemIoFailure) if is_refused_writing => Fault::NoRoom(error.into()),
            Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => Fault::Again(error.into()),
            _ => Fault::Unavailable(error.into()),
        }
    }
}

impl From<postgres::Error> for Fault {
    fn from(error: postgres::Error) -> Fault {
        use postgres::error::SqlState;
        match error.code() {
            Some(code)
                if [SqlState::T_R_SERIALIZATION_FAILURE, SqlState::T_R_DEADLOCK_DETECTED, SqlState::LOCK_NOT_AVAILABLE].contains(code) =>
            {
                Fault::Again(error.into())
            }
            Some(code) if *code == SqlState::UNIQUE_VIOLATION => {
                Fault::Taken(error.as_db_error().and_then(|e| e.constraint()).unwrap_or_default().to_owned())
            }
            Some(code) if *code == SqlState::DISK_FULL || *code == SqlState::READ_ONLY_SQL_TRANSACTION => Fault::NoRoom(error.into()),
            _ => Fault::Unavailable(error.into()),
        }
    }
}

impl From<r2d2::Error> for Fault {
    fn from(error: r2d2::Error) -> Fault {
        Fault::Unavailable(error.into())
    }
}

impl From<std::io::Error> for Fault {
    fn from(error: std::io::Error) -> Fault {
        match error.kind() {
            std::io::ErrorKind::StorageFull | std::io::ErrorKind::ReadOnlyFilesystem => Fault::NoRoom(error.into()),
            _ => Fault::Unavailable(error.into()),
        }
    }
}
