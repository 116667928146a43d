//! One row as a line, and back.
//!
//! A JSON array, a cell each: a number, a text, bytes and ids as hex, or null. The line is what is hashed, so it is
//! written in one way only. What a cell is, the column says where it is restored to.
//! Not here: which columns ([`super::shape`]). Proved by `crates/store/tests/it/dump.rs`.

use super::shape::Kind;
use super::{Unfit, hex, unhex};
use crate::Fault;
use crate::sql::Row;
use catalogue::Value;
use serde_json::Value as Json;
use sha2::{Digest, Sha256};
use std::io::Write;

/// Counts and hashes the rows of one table.
#[derive(Default)]
pub(super) struct Sum {
    pub(super) rows: u64,
    sha256: Sha256,
}

impl Sum {
    /// Takes one row's line, its line end included.
    pub(super) fn add(&mut self, line: &[u8]) {
        self.rows += 1;
        self.sha256.update(line);
    }

    pub(super) fn sha256(self) -> String {
        hex(&self.sha256.finalize())
    }
}

/// Writes the row's line into `line`, which is emptied first.
pub(super) fn write_line(row: &Row, line: &mut Vec<u8>) -> Result<(), Fault> {
    line.clear();
    for (n, value) in row.0.iter().enumerate() {
        line.push(if n == 0 { b'[' } else { b',' });
        // Writing into memory cannot fail.
        match value {
            Value::Null => line.extend_from_slice(b"null"),
            Value::Int(number) => drop(write!(line, "{number}")),
            Value::Text(text) => serde_json::to_writer(&mut *line, text).map_err(|_| Fault::broken("a text cannot be written"))?,
            Value::Id(id) => push_hex(line, id.0.as_bytes()),
            Value::Bytes(bytes) => push_hex(line, bytes),
        }
    }
    line.extend_from_slice(b"]\n");
    Ok(())
}

fn push_hex(line: &mut Vec<u8>, bytes: &[u8]) {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    line.push(b'"');
    for byte in bytes {
        line.extend([byte >> 4, byte & 15].iter().filter_map(|digit| DIGITS.get(usize::from(*digit))));
    }
    line.push(b'"');
}

/// Reads a row's line for columns of these kinds.
pub(super) fn read_line(line: &[u8], kinds: &[Kind], table: &str) -> Result<Vec<Value>, Unfit> {
    let strange = || Unfit::Strange(format!("a row of `{table}` does not fit its columns"));
    let cells: Vec<Json> = serde_json::from_slice(line).map_err(|_| strange())?;
    if cells.len() != kinds.len() {
        return Err(strange());
    }
    let value = |(cell, kind): (Json, &Kind)| match (cell, kind) {
        (Json::Null, _) => Some(Value::Null),
        (Json::Number(n), Kind::Int) => n.as_i64().map(Value::Int),
        (Json::String(text), Kind::Text) => Some(Value::Text(text)),
        (Json::String(text), Kind::Bytes | Kind::Id) => unhex(&text).map(Value::Bytes),
        _ => None,
    };
    cells.into_iter().zip(kinds).map(value).collect::<Option<Vec<_>>>().ok_or_else(strange)
}
