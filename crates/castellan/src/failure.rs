//! How a command ends when it does not succeed: words for a person, a code for a script.
//!
//! Not here: which words; every room brings its own. The codes are documented in `docs/running/command-line.md`.
//! Proved by `crates/castellan/tests/it/main.rs`.

use serde_json::{Value as Json, json};
use std::fmt;

/// Why a command ended.
#[derive(Debug)]
pub struct Failure {
    /// The exit code.
    pub code: u8,
    /// What is said on standard error.
    pub words: String,
    /// What was found all the same; with `--json` it is part of the one line.
    pub told: Option<Json>,
}

impl Failure {
    fn new(code: u8, words: impl fmt::Display) -> Failure {
        Failure { code, words: words.to_string(), told: None }
    }

    /// The words of the command line do not say what to do.
    pub fn unclear(words: impl fmt::Display) -> Failure {
        Failure::new(2, words)
    }

    /// Refused, or it failed.
    pub fn refused(words: impl fmt::Display) -> Failure {
        Failure::new(1, words)
    }

    /// Nothing is there by that name.
    pub fn missing(words: impl fmt::Display) -> Failure {
        Failure::new(3, words)
    }

    /// The data, the port or a file cannot be opened.
    pub fn closed(words: impl fmt::Display) -> Failure {
        Failure::new(4, words)
    }

    /// The trail or the data is damaged.
    pub fn damaged(words: impl fmt::Display) -> Failure {
        Failure::new(5, words)
    }

    /// The same, with what was found.
    pub fn with(self, told: Json) -> Failure {
        Failure { told: Some(told), ..self }
    }

    /// The one line of `--json`.
    pub fn line(&self) -> Json {
        let mut line = json!({ "error": self.words, "code": self.code });
        if let (Some(line), Some(Json::Object(told))) = (line.as_object_mut(), &self.told) {
            line.extend(told.clone());
        }
        line
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
