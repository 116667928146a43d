//! What one cell may hold, on its way between people, memory and the databases.
//!
//! The portable core is small on purpose: whole numbers, text, ids and bytes. Money, decimals, dates and times are
//! whole numbers with a fixed meaning (see [`crate::Kind`]), so both databases compare and sum them exactly alike.
//! Not here: how a person writes a value (`crm`), how a database binds it (`store`).
//! Proved by `crates/store/tests/it/values.rs`.

use std::fmt;
use uuid::Uuid;

/// The id of a record, a principal or anything else that is kept. A UUID version 7: ordered by time of making.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RowId(pub Uuid);

impl RowId {
    /// Reads the hyphenated form. `None` when it is not an id.
    pub fn parse(text: &str) -> Option<RowId> {
        (text.len() == 36).then(|| Uuid::try_parse(text).ok()).flatten().map(RowId)
    }
}

impl fmt::Display for RowId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.hyphenated().fmt(f)
    }
}

impl fmt::Debug for RowId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.hyphenated().fmt(f)
    }
}

/// One stored cell.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub enum Value {
    /// Nothing. Empty text is stored as this.
    #[default]
    Null,
    /// Integer; yes/no (1, 0); choice (its value); date (days since 1970-01-01); date-time (microseconds since
    /// 1970-01-01 UTC); decimal (scaled by the column's digits); money (1/10,000 of the row's currency).
    Int(i64),
    /// Text in NFC; a multi-choice as sorted values joined by `,`.
    Text(String),
    /// A lookup, an owner, an id.
    Id(RowId),
    /// Raw bytes.
    Bytes(Vec<u8>),
}

impl Value {
    /// True when nothing is stored.
    pub fn is_null(&self) -> bool {
        matches!(self, Value::Null)
    }

    /// The whole number, if it is one.
    pub fn int(&self) -> Option<i64> {
        if let Value::Int(n) = self { Some(*n) } else { None }
    }

    /// The text, if it is one.
    pub fn text(&self) -> Option<&str> {
        if let Value::Text(t) = self { Some(t) } else { None }
    }

    /// The id, if it is one.
    pub fn id(&self) -> Option<RowId> {
        if let Value::Id(id) = self { Some(*id) } else { None }
    }
}

impl From<i64> for Value {
    fn from(n: i64) -> Value {
        Value::Int(n)
    }
}

impl From<bool> for Value {
    fn from(b: bool) -> Value {
        Value::Int(i64::from(b))
    }
}

impl From<RowId> for Value {
    fn from(id: RowId) -> Value {
        Value::Id(id)
    }
}

impl From<Option<RowId>> for Value {
    fn from(id: Option<RowId>) -> Value {
        id.map_or(Value::Null, Value::Id)
    }
}

impl From<Option<i64>> for Value {
    fn from(n: Option<i64>) -> Value {
        n.map_or(Value::Null, Value::Int)
    }
}

impl From<&str> for Value {
    fn from(t: &str) -> Value {
        if t.is_empty() { Value::Null } else { Value::Text(t.to_owned()) }
    }
}

impl From<String> for Value {
    fn from(t: String) -> Value {
        if t.is_empty() { Value::Null } else { Value::Text(t) }
    }
}
