//! Bodies that are read whole: JSON and forms, at most 1 MiB, against the line of the door.
//!
//! A field that the door does not know is refused by name, a needed one that is missing and one of another type too;
//! doors read what is left.
//! Not here: files ([`crate::upload`]). Start reading at [`read`]. Proved by `tests/it/guard.rs`.

use crate::answer::No;
use crate::call::{Call, columns, malformed, pairs};
use crate::doors::{Door, Takes, fields};
use crate::guard::media;
use crate::strict;
use axum::body::{Body, to_bytes};
use axum::http::HeaderMap;
use axum::http::header::CONTENT_LENGTH;
use crm::{FieldError, Problem};
use serde_json::{Map, Value as Json};
use sha2::{Digest, Sha256};

/// The largest body that is no file, in bytes.
pub(crate) const LARGEST: usize = 1024 * 1024;

/// Reads the body into the call.
pub(crate) async fn read(door: &Door, headers: &HeaderMap, body: Body, call: &mut Call) -> Result<(), No> {
    if door.is_look() {
        return Ok(());
    }
    let told = headers.get(CONTENT_LENGTH).and_then(|v| v.to_str().ok()).and_then(|v| v.parse::<usize>().ok());
    if told.is_some_and(|told| told > LARGEST) {
        return Err(too_large().into());
    }
    let bytes = to_bytes(body, LARGEST).await.map_err(|_| too_large())?;
    call.body_hash = Sha256::digest(&bytes).into();
    match door.takes {
        Takes::Form => {
            if media(headers) != "application/x-www-form-urlencoded" {
                return Err(No::Media("a form, `application/x-www-form-urlencoded`"));
            }
            let text = std::str::from_utf8(&bytes).ok().and_then(pairs);
            call.form = text.ok_or_else(|| malformed("bad-form", "this form cannot be read"))?;
        }
        Takes::Nothing if bytes.is_empty() => {}
        Takes::Nothing => fit(&object(headers, &bytes)?, "")?,
        Takes::Fields(known) if bytes.is_empty() => fit(&Map::new(), known)?,
        Takes::Fields(known) => {
            call.body = object(headers, &bytes)?;
            fit(&call.body, known)?;
        }
        Takes::Row => call.body = object(headers, &bytes)?,
        Takes::Parts(_) => return Err(No::Media("a form with a file, `multipart/form-data`")),
    }
    Ok(())
}

/// What a body that is too large is answered.
pub(crate) fn too_large() -> crm::Error {
    Problem::too_large("the body of a request has at most 1 MiB; a file goes to the address for files")
}

fn object(headers: &HeaderMap, bytes: &[u8]) -> Result<Map<String, Json>, No> {
    if !matches!(media(headers).as_str(), "application/json" | "application/merge-patch+json") {
        return Err(No::Media("JSON, `application/json`"));
    }
    match strict::read(bytes) {
        Ok(Json::Object(members)) => Ok(members),
        Ok(_) => Err(malformed("bad-json", "the body is an object")),
        Err(why) => Err(malformed("bad-json", format!("the body is not JSON as it is taken here: {why}"))),
    }
}

/// Refuses what the door does not know, then what it misses.
pub(crate) fn fit(body: &Map<String, Json>, known: &'static str) -> Result<(), No> {
    if let Some(strange) = body.keys().find(|name| !fields(known).any(|f| f.name == name.as_str())) {
        return Err(malformed("unknown-field", format!("there is no field `{strange}` here")));
    }
    let mut wrong = Vec::new();
    for field in fields(known) {
        let message = match body.get(field.name).filter(|v| !v.is_null()) {
            None if field.is_needed => "this is needed".to_owned(),
            None => continue,
            Some(value) if is_of(value, field.kind) => continue,
            Some(_) => format!("here belongs {}", belongs(field.kind)),
        };
        wrong.push(FieldError { column: field.name.to_owned(), message });
    }
    if wrong.is_empty() { Ok(()) } else { Err(columns(wrong)) }
}

fn is_of(value: &Json, kind: &str) -> bool {
    match kind {
        "flag" => value.is_boolean(),
        "number" => value.is_i64(),
        "list" => value.is_array(),
        "object" => value.is_object(),
        "id" => value.is_string() || value.is_object(),
        "any" => true,
        _ => value.is_string(),
    }
}

fn belongs(kind: &str) -> &'static str {
    match kind {
        "flag" => "true or false",
        "number" => "a whole number",
        "list" => "a list",
        "object" => "an object",
        "id" => "an id",
        "time" => "a moment like 2026-11-22T09:30:00Z",
        _ => "text",
    }
}
