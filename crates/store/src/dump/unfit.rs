//! Why a dump cannot be made, read or restored: each cause in words that say what to do about it.
//!
//! Not here: what a command ends with (`castellan`). Proved by `crates/store/tests/it/dump.rs`.

use crate::{Fault, OpenError};
use std::fmt;
use std::path::PathBuf;

/// Why.
#[derive(Debug)]
pub enum Unfit {
    /// It is nothing that age sealed.
    NotSealed,
    /// It was sealed for somebody else.
    OtherKey,
    /// It is not as it was made. The text says where.
    Damaged(String),
    /// It opens, and is no dump of ours or says something that none says.
    Strange(String),
    /// A newer version made it; the text names the lowest that can use it.
    Newer(String),
    /// What was restored is not what was dumped. The text names the table.
    Differs(String),
    /// The place to restore to is in use.
    Occupied(String),
    /// A server works there.
    Locked(PathBuf),
    /// The input could not be read.
    Source(std::io::Error),
    /// The output could not be written.
    Out(std::io::Error),
    /// The database or we.
    Fault(Fault),
}

impl fmt::Display for Unfit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Unfit::NotSealed => f.write_str("it is no backup: nothing that was sealed with age begins like this"),
            Unfit::OtherKey => f.write_str("this key does not open it: it was sealed for another one, or its first lines were changed"),
            Unfit::Damaged(where_) => write!(f, "it is damaged: {where_}"),
            Unfit::Strange(what) => write!(f, "it opens, but {what}"),
            Unfit::Newer(lowest) => write!(f, "it needs castellan {lowest} or later, this is {}", env!("CARGO_PKG_VERSION")),
            Unfit::Differs(what) => write!(f, "what was restored is not what was backed up: {what}"),
            Unfit::Occupied(what) => f.write_str(what),
            Unfit::Locked(path) => write!(f, "another castellan works on `{}`", path.display()),
            Unfit::Source(error) => write!(f, "it cannot be read: {error}"),
            Unfit::Out(error) if error.kind() == std::io::ErrorKind::StorageFull => f.write_str("there is no room for it on that disk"),
            Unfit::Out(error) => write!(f, "it cannot be written: {error}"),
            Unfit::Fault(fault) => fault.fmt(f),
        }
    }
}

impl std::error::Error for Unfit {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Unfit::Source(error) | Unfit::Out(error) => Some(error),
            Unfit::Fault(fault) => Some(fault),
            _ => None,
        }
    }
}

impl From<OpenError> for Unfit {
    fn from(error: OpenError) -> Unfit {
        match error {
            OpenError::Locked(path) => Unfit::Locked(path),
            OpenError::Newer(lowest) => Unfit::Newer(lowest),
            OpenError::HalfRestored(what) => Unfit::Occupied(what),
            OpenError::Fault(fault) => Unfit::Fault(fault),
        }
    }
}

impl From<Fault> for Unfit {
    fn from(fault: Fault) -> Unfit {
        Unfit::Fault(fault)
    }
}

/// The database, while it is filled.
impl From<rusqlite::Error> for Unfit {
    fn from(error: rusqlite::Error) -> Unfit {
        Unfit::Fault(error.into())
    }
}

/// The database, while it is filled.
impl From<postgres::Error> for Unfit {
    fn from(error: postgres::Error) -> Unfit {
        Unfit::Fault(error.into())
    }
}
