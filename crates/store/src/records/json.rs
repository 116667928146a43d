//! Stored bytes as JSON: for the trail's changes and for what is kept of removed records.
//!
//! Every value comes back exactly as it was: an id is `{"id":…}`, bytes are `{"bytes":…}` in hexadecimal.
//! Not here: the API's form of a row (`web`). Proved by `crates/store/tests/it/records.rs`.

use catalogue::{RowId, Value};
use serde_json::{Map, json};

pub(crate) fn to_json(value: &Value) -> serde_json::Value {
    match value {
        Value::Null => serde_json::Value::Null,
        Value::Int(n) => json!(n),
        Value::Text(t) => json!(t),
        Value::Id(id) => json!({ "id": id.to_string() }),
        Value::Bytes(bytes) => json!({ "bytes": bytes.iter().map(|b| format!("{b:02x}")).collect::<String>() }),
    }
}

pub(crate) fn from_json(value: &serde_json::Value) -> Option<Value> {
    match value {
        serde_json::Value::Null => Some(Value::Null),
        serde_json::Value::Number(n) => n.as_i64().map(Value::Int),
        serde_json::Value::String(t) => Some(Value::Text(t.clone())),
        serde_json::Value::Object(map) => {
            if let Some(id) = map.get("id").and_then(|v| v.as_str()) {
                return RowId::parse(id).map(Value::Id);
            }
            let hex = map.get("bytes")?.as_str()?.as_bytes();
            let byte = |pair: &[u8]| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok();
            hex.chunks(2).map(byte).collect::<Option<Vec<u8>>>().map(Value::Bytes)
        }
        serde_json::Value::Bool(_) | serde_json::Value::Array(_) => None,
    }
}

/// Cells by column name.
pub(crate) fn cells_json<'a>(cells: impl IntoIterator<Item = (&'a str, &'a Value)>) -> serde_json::Value {
    serde_json::Value::Object(cells.into_iter().map(|(name, value)| (name.to_owned(), to_json(value))).collect::<Map<_, _>>())
}
