//! No, and why.
//!
//! A [`Denial`] names what is missing so that a person can ask for it, and never says more than the person may know:
//! a record that may not be read is [`Denial::NotThere`], exactly like one that does not exist.
//! Not here: the words on a page (`web`). Proved by `crates/security/tests/it/main.rs`.

use crate::{Privilege, Task, UserState};
use std::fmt;

/// Why not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Denial {
    /// No live session.
    SignIn,
    /// The user is not active: a guard.
    State(UserState),
    /// No role in force holds the privilege on the table. Alike for every id.
    NoPrivilege {
        /// Which privilege.
        privilege: Privilege,
        /// On which set.
        set: String,
    },
    /// No role in force holds the task.
    NoTask(Task),
    /// The record is readable, the act is not allowed on it.
    Row {
        /// Which privilege.
        privilege: Privilege,
        /// On which set.
        set: String,
    },
    /// The record does not exist for this reader.
    NotThere,
    /// The column may not be read, or not be set.
    Column {
        /// On which set.
        set: String,
        /// Which column.
        column: String,
    },
    /// A role asks its holders for a second factor, and this sign-in has proven none.
    SecondFactor,
    /// The second factor must have been proven lately, and was not.
    StepUp,
    /// A guard forbids it: the words say which (last administrator, own roles).
    Guard(&'static str),
}

impl Denial {
    /// The stable name in API and trail.
    pub fn code(&self) -> &'static str {
        match self {
            Denial::SignIn => "sign-in",
            Denial::State(_) => "not-active",
            Denial::NoPrivilege { .. } | Denial::NoTask(_) => "no-privilege",
            Denial::Row { .. } => "row-denied",
            Denial::NotThere => "not-there",
            Denial::Column { .. } => "column-denied",
            Denial::SecondFactor => "second-factor",
            Denial::StepUp => "step-up",
            Denial::Guard(_) => "guarded",
        }
    }
}

impl fmt::Display for Denial {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Denial::SignIn => write!(f, "you are not signed in"),
            Denial::State(state) => write!(f, "this account is {}", state.name()),
            Denial::NoPrivilege { privilege, set } => write!(f, "none of your roles lets you {} {set}", privilege.verb()),
            Denial::NoTask(task) => write!(f, "none of your roles holds the task `{}`", task.label()),
            Denial::Row { privilege: Privilege::Create, set } => {
                write!(f, "your roles do not let you create {set} there, or in this owner's name")
            }
            Denial::Row { privilege, set } => write!(f, "you may see this record but not {} it ({set})", privilege.verb()),
            Denial::NotThere => write!(f, "there is no such record, or it is not visible to you"),
            Denial::Column { set, column } => write!(f, "the column `{column}` of {set} is not open to you"),
            Denial::SecondFactor => write!(f, "a role of yours asks for a second factor, and this sign-in has proven none"),
            Denial::StepUp => write!(f, "this asks for a code of your second factor that is at most ten minutes old"),
            Denial::Guard(words) => f.write_str(words),
        }
    }
}

impl std::error::Error for Denial {}

impl Privilege {
    /// The verb in a sentence.
    pub fn verb(self) -> &'static str {
        match self {
            Privilege::Create => "create",
            Privilege::Read => "see",
            Privilege::Write => "change",
            Privilege::Delete => "delete",
            Privilege::Append => "attach",
            Privilege::AppendTo => "attach to",
            Privilege::Assign => "assign",
            Privilege::Share => "share",
            Privilege::Export => "take out",
        }
    }
}
