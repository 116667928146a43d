//! How things look in the API: rows, lookups, people, moments.
//!
//! A row is flat: id and version first, then its open columns in the order of the table. What the reader may not read is
//! absent, a lookup to something hidden is `{"hidden": true}`.
//! Not here: how a single value is written ([`crm::values::cell_json`]). Proved by `tests/it/rows.rs`.

use crate::answer::No;
use crate::call::{Call, column};
use catalogue::{ColumnId, RowId, Table};
use crm::people::Follow;
use crm::values::{cell_json, moment_text};
use crm::views::{Link, Row, Told};
use crm::{PrincipalId, UnitId};
use serde_json::{Map, Value as Json, json};

/// A row; with `only`, these columns of it.
pub fn row(table: &Table, row: &Row, only: Option<&[ColumnId]>) -> Json {
    let mut members = Map::new();
    members.insert("id".into(), json!(row.id.to_string()));
    members.insert("version".into(), json!(row.version));
    for cell in &row.cells {
        let Some(column) = table.column(cell.column) else { continue };
        let is_wanted = only.is_none_or(|only| only.contains(&cell.column));
        if is_wanted && !matches!(column.name.as_str(), "id" | "version") {
            members.insert(column.name.clone(), cell_json(column, &cell.value, cell.link.as_ref()));
        }
    }
    Json::Object(members)
}

/// A row that its maker may not read is answered with its id alone.
pub fn made(table: Option<&Table>, id: RowId, shown: Option<&Row>) -> Json {
    match (table, shown) {
        (Some(table), Some(shown)) => row(table, shown, None),
        _ => json!({ "id": id.to_string() }),
    }
}

/// Which rows follow whoever moves, where the body says so.
pub fn follow(call: &Call) -> Result<Option<Follow>, No> {
    let Some(word) = call.maybe("rows") else { return Ok(None) };
    Follow::parse(word).map(Some).ok_or_else(|| column("rows", "here belongs `all`, `open` or `none`"))
}

/// What was changed, with the job that goes on from there.
pub fn with_job(mut body: Json, job: Option<RowId>) -> Json {
    if let (Some(members), Some(job)) = (body.as_object_mut(), job) {
        members.insert("job".into(), json!(job.to_string()));
    }
    body
}

/// The version of a row for `ETag`.
pub fn etag(version: i64) -> String {
    format!("\"{version}\"")
}

/// A value of the past.
pub fn told(table: &Table, column: ColumnId, told: &Told) -> Json {
    let Some(column) = table.column(column) else { return Json::Null };
    match told {
        Told::Value(value) => cell_json(column, value, None),
        Told::Link(link) => linked(link),
    }
}

/// What a lookup names.
pub fn linked(link: &Link) -> Json {
    match link {
        Link::Seen { set, id, name } => json!({ "set": set, "id": id.to_string(), "name": name }),
        Link::Hidden => json!({ "hidden": true }),
    }
}

/// A moment, RFC 3339 UTC.
pub fn moment(at: i64) -> Json {
    json!(moment_text(at))
}

/// A moment that may not be.
pub fn maybe_moment(at: Option<i64>) -> Json {
    at.map_or(Json::Null, moment)
}

/// A user by name.
pub fn user(id: PrincipalId, name: &str) -> Json {
    json!({ "set": "users", "id": id.to_string(), "name": name })
}

/// A unit by name.
pub fn unit(id: UnitId, name: &str) -> Json {
    json!({ "set": "business_units", "id": id.to_string(), "name": name })
}
