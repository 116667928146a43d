//! The three kinds of no, and what the caller can do about each.
//!
//! A *denial* is security's, a *problem* is what the person can fix, a *fault* is ours. What a person reads and what the
//! trail keeps are different texts: the trail keeps [`Error::code`] only.
//! Not here: status codes (`web/answer.rs`). Proved by `crates/crm/tests/it/main.rs`.

use catalogue::RowId;
use security::Denial;
use std::fmt;
use store::{Fault, Refusal};

/// What a verb answers.
pub type Done<T> = Result<T, Error>;

/// Why a verb did not do it. One variant per thing the caller can do about it.
#[derive(Debug)]
pub enum Error {
    /// Security says no.
    Denied(Denial),
    /// The person can mend it.
    Problem(Problem),
    /// The record changed since it was read: look at this version and decide again.
    Stale {
        /// The set.
        set: String,
        /// The record.
        id: RowId,
        /// Its version now.
        version: i64,
    },
    /// Too many tries; wait so many seconds.
    Wait(i64),
    /// Ours.
    Fault(Fault),
}

/// Which kind of mending it needs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ProblemKind {
    /// It cannot be read: unknown names, wrong forms.
    Malformed,
    /// It can be read and is not fitting.
    Invalid,
    /// It does not fit what is there.
    Conflict,
    /// It is larger than allowed.
    TooLarge,
}

/// Something the person can fix, in their words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// What kind.
    pub kind: ProblemKind,
    /// Stable name for programs, `unknown-column`.
    pub code: &'static str,
    /// What is wrong, for people: lower case, no full stop.
    pub detail: String,
    /// At which column, where that can be said.
    pub errors: Vec<FieldError>,
}

/// What is wrong with one column.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FieldError {
    /// The column's name.
    pub column: String,
    /// What is wrong, for people.
    pub message: String,
}

impl Problem {
    /// Names or forms that are not known.
    pub fn malformed(code: &'static str, detail: impl Into<String>) -> Error {
        Problem { kind: ProblemKind::Malformed, code, detail: detail.into(), errors: Vec::new() }.into()
    }

    /// Values that do not fit.
    pub fn invalid(code: &'static str, detail: impl Into<String>) -> Error {
        Problem { kind: ProblemKind::Invalid, code, detail: detail.into(), errors: Vec::new() }.into()
    }

    /// A value of one column that does not fit.
    pub fn column(column: impl Into<String>, message: impl Into<String>) -> Error {
        Problem::columns(vec![FieldError { column: column.into(), message: message.into() }])
    }

    /// Values of several columns that do not fit.
    pub fn columns(errors: Vec<FieldError>) -> Error {
        let detail = errors.iter().map(|e| format!("{}: {}", e.column, e.message)).collect::<Vec<_>>().join("; ");
        Problem { kind: ProblemKind::Invalid, code: "invalid-values", detail, errors }.into()
    }

    /// It does not fit what is there.
    pub fn conflict(code: &'static str, detail: impl Into<String>) -> Error {
        Problem { kind: ProblemKind::Conflict, code, detail: detail.into(), errors: Vec::new() }.into()
    }

    /// Larger than allowed.
    pub fn too_large(detail: impl Into<String>) -> Error {
        Problem { kind: ProblemKind::TooLarge, code: "too-large", detail: detail.into(), errors: Vec::new() }.into()
    }
}

impl Error {
    /// The stable name that stands in the trail and in answers.
    pub fn code(&self) -> &'static str {
        match self {
            Error::Denied(denial) => denial.code(),
            Error::Problem(problem) => problem.code,
            Error::Stale { .. } => "stale",
            Error::Wait(_) => "wait",
            Error::Fault(_) => "fault",
        }
    }
}

impl Refusal for Error {
    fn verdict(&self) -> Option<&str> {
        match self {
            Error::Fault(_) => None,
            Error::Denied(_) | Error::Problem(_) | Error::Stale { .. } | Error::Wait(_) => Some(self.code()),
        }
    }

    fn may_run_again(&self) -> bool {
        matches!(self, Error::Fault(Fault::Again(_)))
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Error::Denied(denial) => denial.fmt(f),
            Error::Problem(problem) => f.write_str(&problem.detail),
            Error::Stale { .. } => f.write_str("somebody changed this record since you opened it"),
            Error::Wait(seconds) => write!(f, "too many tries; wait {seconds} seconds"),
            Error::Fault(fault) => fault.fmt(f),
        }
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Error::Denied(denial) => Some(denial),
            Error::Fault(fault) => Some(fault),
            Error::Problem(_) | Error::Stale { .. } | Error::Wait(_) => None,
        }
    }
}

impl From<Denial> for Error {
    fn from(denial: Denial) -> Error {
        Error::Denied(denial)
    }
}

impl From<Problem> for Error {
    fn from(problem: Problem) -> Error {
        Error::Problem(problem)
    }
}

impl From<store::accounts::AccountError> for Error {
    fn from(error: store::accounts::AccountError) -> Error {
        match error {
            store::accounts::AccountError::Fault(fault) => fault.into(),
            store::accounts::AccountError::Problem(store::accounts::Problem::Unknown) => Error::Denied(Denial::NotThere),
            store::accounts::AccountError::Problem(problem) => Problem::conflict("unfit", problem.to_string()),
        }
    }
}

impl From<Fault> for Error {
    fn from(fault: Fault) -> Error {
        match fault {
            // What the database calls it is nobody's business.
            Fault::Taken(_) => Problem::conflict("taken", "this is taken already; take another name"),
            other => Error::Fault(other),
        }
    }
}
