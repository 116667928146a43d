//! How a command ends when it does not succeed: words for a person, a code for a script.
//!
//! Not here: which words; every room brings its own. The codes are documented in `docs/running/command-line.md`.
//! Proved by `crates/castellan/tests/it/main.rs`.

use std::fmt;

/// Why a command ended.
#[derive(Debug)]
pub struct Failure {
    /// The exit code.
    pub code: u8,
    /// What is said on standard error.
    pub words: String,
}

impl Failure {
    /// Refused, or it failed.
    pub fn refused(words: impl fmt::Display) -> Failure {
        Failure { code: 1, words: words.to_string() }
    }

    /// Nothing is there by that name.
    pub fn missing(words: impl fmt::Display) -> Failure {
        Failure { code: 3, words: words.to_string() }
    }

    /// The data, the port or a file cannot be opened.
    pub fn closed(words: impl fmt::Display) -> Failure {
        Failure { code: 4, words: words.to_string() }
    }

    /// The trail or the data is damaged.
    pub fn damaged(words: impl fmt::Display) -> Failure {
        Failure { code: 5, words: words.to_string() }
    }
}

impl From<store::OpenError> for Failure {
    fn from(error: store::OpenError) -> Failure {
        Failure::closed(error)
    }
}

impl From<crm::Error> for Failure {
    fn from(error: crm::Error) -> Failure {
        Failure::refused(error)
    }
}

impl From<store::Fault> for Failure {
    fn from(fault: store::Fault) -> Failure {
        Failure::closed(fault)
    }
}

impl From<std::io::Error> for Failure {
    fn from(error: std::io::Error) -> Failure {
        Failure::closed(error)
    }
}
