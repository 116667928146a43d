//! Files on records: attached while they arrive, fetched by whoever may read the record.
//!
//! A file goes out to be kept, never to be shown: a browser is told neither to open it nor to guess what it is.
//! Not here: where bytes lie. Proved by `tests/it/exchange.rs`.

use super::verb;
use crate::App;
use crate::answer::{Answer, Outcome};
use crate::call::Call;
use crate::upload::Upload;
use crm::records;
use serde_json::json;

/// Attaches a file.
pub fn attach(app: &App, call: &Call, upload: &mut Upload) -> Outcome {
    let (name, bytes) = upload.file()?;
    let verb = verb(app, call.set(), "attach")?;
    let id = records::receive(&app.desk, &call.asker()?, verb, call.set(), call.id(), &name, bytes)?;
    Ok(Answer::made(format!("/api/v1/files/{id}"), json!({ "id": id.to_string(), "file_name": name })))
}

/// The bytes of a file.
pub fn content(app: &App, call: &Call) -> Outcome {
    let sent = records::send(&app.desk, &call.asker()?, call.id())?;
    Ok(Answer::file(&sent.file_name, sent.content_type, Some(sent.size), sent.bytes))
}
