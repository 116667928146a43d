//! A place in a list, as the opaque text the API hands out.
//!
//! It holds the sort keys of the last row and its id; whoever changes it gets another place in a list that the same
//! permit answers, never another row than their own. A place made for another order is refused.
//! Not here: walking on from it (`store`). Proved by `crates/crm/tests/it/views.rs`.

use crate::{Done, Problem};
use catalogue::{RowId, Value};
use serde_json::{Value as Json, json};

/// The place as text.
pub(crate) fn write(sort: &str, place: &[Value]) -> String {
    let cells: Vec<Json> = place
        .iter()
        .map(|v| match v {
            Value::Int(n) => json!(n),
            Value::Text(t) => json!({ "t": t }),
            Value::Id(id) => json!({ "i": id.to_string() }),
            Value::Null | Value::Bytes(_) => Json::Null,
        })
        .collect();
    let text = json!([sort, cells]).to_string();
    text.bytes().map(|b| format!("{b:02x}")).collect()
}

/// Reads it back for the same order.
pub(crate) fn read(sort: &str, written: &str) -> Done<Vec<Value>> {
    let byte = |pair: &[u8]| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok();
    let bytes = written.as_bytes().chunks(2).map(byte).collect::<Option<Vec<u8>>>().ok_or_else(wrong)?;
    let parsed: (String, Vec<Json>) = serde_json::from_slice(&bytes).map_err(|_| wrong())?;
    if parsed.0 != sort {
        return Err(wrong());
    }
    let value = |cell: &Json| match cell {
        Json::Null => Some(Value::Null),
        Json::Number(n) => n.as_i64().map(Value::Int),
        Json::Object(map) => map.get("t").and_then(Json::as_str).map(|t| Value::Text(t.to_owned())).or_else(|| {
            let id = map.get("i").and_then(Json::as_str)?;
            RowId::parse(id).map(Value::Id)
        }),
        Json::Bool(_) | Json::String(_) | Json::Array(_) => None,
    };
    parsed.1.iter().map(value).collect::<Option<Vec<_>>>().ok_or_else(wrong)
}

/// A place that is none, or one of another order.
pub(crate) fn wrong() -> crate::Error {
    Problem::malformed("bad-place", "`after` is not a place in this list")
}
