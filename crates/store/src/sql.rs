//! SQL as text with its values beside it, and rows as they come back.
//!
//! [`Sql`] is text in which every value is bound; there is no way to put a value into the text. Placeholders are
//! written `?1` and become `$1` on PostgreSQL, the only difference most statements have between the databases.
//! Not here: running it ([`crate::Tx`]). Proved by `crates/store/tests/it/main.rs`.

use crate::Fault;
use catalogue::{RowId, Value};
use std::fmt::Write as _;

/// Which database is spoken to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dialect {
    /// The embedded one.
    Sqlite,
    /// PostgreSQL 15 or later.
    Postgres,
}

/// A statement being written.
#[derive(Clone, Debug, Default)]
pub(crate) struct Sql {
    pub(crate) text: String,
    pub(crate) binds: Vec<Value>,
}

impl Sql {
    pub(crate) fn new(text: &str) -> Sql {
        Sql { text: text.to_owned(), binds: Vec::new() }
    }

    /// Adds text of ours: keywords, and names that came out of the catalogue.
    pub(crate) fn push(&mut self, text: &str) -> &mut Sql {
        self.text.push_str(text);
        self
    }

    /// Adds a value.
    pub(crate) fn bind(&mut self, value: impl Into<Value>) -> &mut Sql {
        self.binds.push(value.into());
        // Writing into a text cannot fail.
        let _ = write!(self.text, "?{}", self.binds.len());
        self
    }

    /// Adds a quoted name, as [`name`] writes it.
    pub(crate) fn push_name(&mut self, text: &str) -> &mut Sql {
        self.text.push('"');
        self.text.extend(text.chars().filter(|c| *c != '"'));
        self.text.push('"');
        self
    }

    /// Adds `(?, ?, …)`; an empty list matches nothing.
    pub(crate) fn list(&mut self, values: impl IntoIterator<Item = Value>) -> &mut Sql {
        self.push("(");
        let mut first = true;
        for value in values {
            if !first {
                self.push(", ");
            }
            first = false;
            self.bind(value);
        }
        self.push(if first { "NULL)" } else { ")" })
    }
}

/// A quoted name. Names come from the catalogue, which allows letters, digits and underscore only.
pub(crate) fn name(text: &str) -> String {
    format!("\"{}\"", text.replace('"', ""))
}

/// One row of an answer.
#[derive(Clone, Debug)]
pub(crate) struct Row(pub(crate) Vec<Value>);

impl Row {
    pub(crate) fn get(&self, n: usize) -> Result<&Value, Fault> {
        self.0.get(n).ok_or_else(|| Fault::broken(format!("a row has no column {n}")))
    }

    pub(crate) fn take(&mut self, n: usize) -> Value {
        self.0.get_mut(n).map(std::mem::take).unwrap_or_default()
    }

    pub(crate) fn int(&self, n: usize) -> Result<i64, Fault> {
        self.get(n)?.int().ok_or_else(|| Fault::broken(format!("column {n} of a row is no number")))
    }

    pub(crate) fn opt_int(&self, n: usize) -> Result<Option<i64>, Fault> {
        Ok(self.get(n)?.int())
    }

    pub(crate) fn flag(&self, n: usize) -> Result<bool, Fault> {
        Ok(self.int(n)? != 0)
    }

    pub(crate) fn text(&self, n: usize) -> Result<String, Fault> {
        Ok(self.get(n)?.text().unwrap_or_default().to_owned())
    }

    pub(crate) fn opt_text(&self, n: usize) -> Result<Option<String>, Fault> {
        Ok(self.get(n)?.text().map(str::to_owned))
    }

    pub(crate) fn id(&self, n: usize) -> Result<RowId, Fault> {
        self.get(n)?.id().ok_or_else(|| Fault::broken(format!("column {n} of a row is no id")))
    }

    pub(crate) fn opt_id(&self, n: usize) -> Result<Option<RowId>, Fault> {
        Ok(self.get(n)?.id())
    }

    /// Bytes; sixteen of them come back from SQLite looking like an id.
    pub(crate) fn bytes(&self, n: usize) -> Result<Vec<u8>, Fault> {
        Ok(match self.get(n)? {
            Value::Bytes(bytes) => bytes.clone(),
            Value::Id(id) => id.0.as_bytes().to_vec(),
            Value::Null | Value::Int(_) | Value::Text(_) => Vec::new(),
        })
    }
}
