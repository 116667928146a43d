//! Files come in: asked for, looked after, and the rows that could not be taken.
//!
//! The file is kept before anything is decided about it; its import is a job with the rights that its asker has then.
//! Not here: what a row becomes. Proved by `tests/it/exchange.rs`.

use super::show;
use crate::App;
use crate::answer::{Answer, No, Outcome};
use crate::call::{Call, column};
use crate::strict;
use crate::upload::Upload;
use catalogue::RowId;
use crm::PrincipalId;
use crm::exchange::{self, Duplicates, Import, ImportAsk, Mode};
use serde_json::{Value as Json, json};

/// Starts an import.
pub fn start(app: &App, call: &Call, upload: &mut Upload) -> Outcome {
    let who = call.asker()?;
    let (name, bytes) = upload.file()?;
    let file = exchange::upload(&app.desk, &who, bytes)?;
    let mut fields = call.form.clone();
    fields.extend(upload.rest()?);
    let ask = asked(file, name, &fields)?;
    let started = exchange::begin(&app.desk, &who, &ask)?;
    let body = json!({ "id": started.import.to_string(), "job": started.job.to_string() });
    Ok(Answer::begun(format!("/api/v1/imports/{}", started.import), body))
}

fn asked(file: RowId, file_name: String, fields: &[(String, String)]) -> Result<ImportAsk, No> {
    let text = |name: &str| fields.iter().find(|(n, v)| n == name && !v.is_empty()).map(|(_, v)| v.as_str());
    let written = |name: &str| match text(name) {
        None => Ok(None),
        Some(text) => strict::read(text.as_bytes()).map(Some).map_err(|why| column(name, format!("this is not JSON: {why}"))),
    };
    let unfit = |name: &'static str| move |why: serde_json::Error| column(name, why.to_string());
    Ok(ImportAsk {
        file: Some(file),
        file_name,
        set: text("set").ok_or_else(|| column("set", "this is needed"))?.to_owned(),
        look: written("look")?.map(serde_json::from_value).transpose().map_err(unfit("look"))?.unwrap_or_default(),
        map: written("map")?.map(serde_json::from_value).transpose().map_err(unfit("map"))?,
        mode: match text("mode") {
            None | Some("create") => Mode::Create,
            Some("update") => Mode::Update,
            Some("upsert") => Mode::Upsert,
            Some(_) => return Err(column("mode", "here belongs `create`, `update` or `upsert`")),
        },
        keys: text("keys").map(|keys| keys.split(',').map(|k| k.trim().to_owned()).collect()).unwrap_or_default(),
        owner: text("owner").map(|id| RowId::parse(id).map(PrincipalId).ok_or_else(|| column("owner", "not an id"))).transpose()?,
        duplicates: match text("duplicates") {
            None | Some("refuse") => Duplicates::Refuse,
            Some("allow") => Duplicates::Allow,
            Some(_) => return Err(column("duplicates", "here belongs `refuse` or `allow`")),
        },
        dry_run: match text("dry_run") {
            None | Some("false") => false,
            Some("true") => true,
            Some(_) => return Err(column("dry_run", "here belongs true or false")),
        },
    })
}

/// The own imports, newest first.
pub fn list(app: &App, call: &Call) -> Outcome {
    let limit = u32::try_from(call.number_param("limit", 1, 200, 50)?).unwrap_or(50);
    let all = app.desk.look(&call.asker()?, |tx, actor| exchange::imports(tx, actor, limit))?;
    Ok(Answer::data(json!({ "rows": all.iter().map(import).collect::<Vec<Json>>() })))
}

/// How far one is.
pub fn open(app: &App, call: &Call) -> Outcome {
    let found = app.desk.look(&call.asker()?, |tx, actor| exchange::import(tx, actor, call.id()))?;
    Ok(Answer::data(import(&found)))
}

fn import(import: &Import) -> Json {
    let counts = json!({
        "created": import.tally.created, "updated": import.tally.updated, "failed": import.tally.failed,
        "owner_fallbacks": import.tally.fallbacks, "encoded_twice": import.tally.doubled,
    });
    json!({
        "id": import.id.to_string(), "job": import.job.to_string(), "set": import.set, "file_name": import.file_name,
        "state": import.state.name(), "done": import.tally.rows(), "total": import.total, "counts": counts, "message": import.message,
        "created_on": show::moment(import.created_on), "ended_on": show::maybe_moment(import.ended_on),
    })
}

/// The rows that could not be taken, to be mended and imported again.
pub fn errors(app: &App, call: &Call) -> Outcome {
    let (file, size) = exchange::errors_file(&app.desk, &call.asker()?, call.id())?;
    Ok(Answer::file("errors.csv", "text/csv; charset=utf-8", Some(size), file))
}
