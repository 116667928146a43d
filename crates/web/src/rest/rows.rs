//! Rows: listed, made, opened, changed, deleted.
//!
//! A change says on which version it was decided (`If-Match`); when that is not the version now, the answer shows both. A
//! request to make a row may be sent twice under one `Idempotency-Key`: the row is made once and read again.
//! Not here: what else is done with a row ([`super::acts`]). Start reading at [`list`]. Proved by `tests/it/rows.rs`.

use super::{show, table, table_of, verb};
use crate::App;
use crate::answer::{Answer, No, Outcome};
use crate::call::{Call, malformed};
use catalogue::{RowId, Table};
use crm::records::{self, Cells, Draft};
use crm::values::parse_json;
use crm::views::{self, ListAsk, Row};
use crm::{Actor, Denial, Done, Error, FieldError, PrincipalId, Problem, Tx};
use serde_json::{Map, Value as Json, json};

/// How far rows are counted when it is asked for.
const COUNTED: i64 = 10_000;

/// A page of rows.
pub fn list(app: &App, call: &Call) -> Outcome {
    let ask = ListAsk {
        set: call.set().to_owned(),
        // Without a view the API lists everything: a view is somebody's choice.
        view: call.param("view").unwrap_or("*").to_owned(),
        filter: call.json_param("filter")?,
        sort: call.param("sort").map(str::to_owned),
        select: call.param("select").map(|names| names.split(',').map(|n| n.trim().to_owned()).collect()),
        limit: call.number_param("limit", 1, 500, 50)?,
        after: call.param("after").map(str::to_owned),
        count: call.flag_param("count")?.then_some(COUNTED),
        zone: call.param("tz").map(str::to_owned),
        ..ListAsk::default()
    };
    let (rows, next, count) = app.desk.look(&call.asker()?, |tx, actor| {
        let listed = views::list(tx, actor, &ask)?;
        let table = table(actor, &ask.set)?;
        let rows: Vec<Json> = listed.rows.iter().map(|row| show::row(table, row, Some(&listed.columns))).collect();
        Ok((rows, listed.next, listed.count))
    })?;
    let mut body = json!({ "rows": rows, "next": next });
    if let (Some(count), Some(body)) = (count, body.as_object_mut()) {
        body.insert("count".into(), json!({ "value": count.value, "exact": count.exact }));
    }
    Ok(Answer::data(body))
}

/// Makes a row.
pub fn create(app: &App, call: &Call) -> Outcome {
    let (set, key) = (call.set().to_owned(), call.key()?);
    let (body, hash) = (call.body.clone(), hash_of(call));
    let (id, shown) = app.desk.perform(&call.asker()?, verb(app, &set, "create")?, move |tx, actor| {
        let again = match &key {
            Some(key) => records::idempotent(tx, actor, key, &hash)?,
            None => None,
        };
        let id = match again {
            Some((_, id)) => id,
            None => {
                let draft = draft(actor, &set, &body)?;
                let id = records::create(tx, actor, &draft)?;
                if let Some(key) = &key {
                    records::remember(tx, actor, key, &hash, &set, id)?;
                }
                id
            }
        };
        Ok((id, shown(tx, actor, &set, id)?))
    })?;
    let at = format!("/api/v1/{}/{id}", call.set());
    let answer = Answer::made(at, shown.as_ref().map_or_else(|| json!({ "id": id.to_string() }), |s| s.json.clone()));
    Ok(match shown {
        Some(shown) => answer.with("etag", show::etag(shown.version)),
        None => answer,
    })
}

/// The key is bound to the whole request: the address and the body.
fn hash_of(call: &Call) -> [u8; 32] {
    use sha2::{Digest, Sha256};
    let mut sum = Sha256::new();
    sum.update(call.set().as_bytes());
    sum.update([0]);
    sum.update(call.body_hash);
    sum.finalize().into()
}

/// A row as it is answered after a change.
#[derive(Clone, Debug)]
pub struct Shown {
    /// As JSON.
    pub json: Json,
    /// Its version.
    pub version: i64,
}

/// The row as who changed it may see it now; none when it cannot be seen.
pub fn shown(tx: &mut Tx<'_>, actor: &Actor, set: &str, id: RowId) -> Done<Option<Shown>> {
    match views::reveal(tx, actor, set, id) {
        Ok(row) => Ok(Some(Shown { json: show::row(table(actor, set)?, &row, None), version: row.version })),
        Err(Error::Denied(Denial::NotThere | Denial::NoPrivilege { .. })) => Ok(None),
        Err(other) => Err(other),
    }
}

fn draft(actor: &Actor, set: &str, body: &Map<String, Json>) -> Done<Draft> {
    let table = table(actor, set)?;
    let mut body = body.clone();
    let owner = match body.shift_remove("owner").filter(|_| table.is_owned()) {
        None | Some(Json::Null) => None,
        Some(written) => {
            let id = written.as_str().or_else(|| written.get("id").and_then(Json::as_str)).and_then(RowId::parse);
            Some(PrincipalId(id.ok_or_else(|| Problem::column("owner", "not an id"))?))
        }
    };
    Ok(Draft { table: table.id, id: None, cells: cells(actor, table, &body)?, owner })
}

/// The columns of a body. Names that are none are refused first, then everything that is wrong with the values.
fn cells(actor: &Actor, table: &Table, body: &Map<String, Json>) -> Done<Cells> {
    let (mut cells, mut wrong) = (Cells::new(), Vec::new());
    for (name, written) in body {
        let column = table
            .find(name)
            .ok_or_else(|| Problem::malformed("unknown-column", format!("{} have no column `{name}`", table.plural.to_lowercase())))?;
        match parse_json(actor.catalogue(), column, written) {
            Ok((value, target)) => cells.push((column.id, value, target)),
            Err(message) => wrong.push(FieldError { column: name.clone(), message }),
        }
    }
    if wrong.is_empty() { Ok(cells) } else { Err(Problem::columns(wrong)) }
}

/// One row.
pub fn open(app: &App, call: &Call) -> Outcome {
    let (set, id) = (call.set(), call.id());
    let (json, version) = app.desk.look(&call.asker()?, |tx, actor| {
        let row: Row = views::open(tx, actor, set, id)?;
        Ok((show::row(table(actor, set)?, &row, None), row.version))
    })?;
    Ok(Answer::data(json).with("etag", show::etag(version)))
}

/// Changes some columns.
pub fn change(app: &App, call: &Call) -> Outcome {
    let (set, id, sent) = (call.set().to_owned(), call.id(), call.version()?);
    if call.body.contains_key("owner") {
        return Err(malformed("not-writable", "the owner changes by `assign` only"));
    }
    let body = call.body.clone();
    let who = call.asker()?;
    let changed = app.desk.perform(&who, verb(app, &set, "change")?, move |tx, actor| {
        let cells = cells(actor, table(actor, &set)?, &body)?;
        records::change(tx, actor, table_of(actor, &set)?, id, Some(sent), cells)?;
        shown(tx, actor, &set, id)
    });
    match changed {
        Ok(Some(shown)) => Ok(Answer::data(shown.json).with("etag", show::etag(shown.version))),
        Ok(None) => Ok(Answer::data(json!({ "id": id.to_string() }))),
        Err(Error::Stale { version, .. }) => Err(stale(app, call, version, sent)?),
        Err(other) => Err(other.into()),
    }
}

/// The row as it is now beside what was sent.
fn stale(app: &App, call: &Call, version: i64, sent: i64) -> Result<No, No> {
    let current = app.desk.look(&call.asker()?, |tx, actor| shown(tx, actor, call.set(), call.id()))?;
    let version = current.as_ref().map_or(version, |c| c.version);
    Ok(No::Stale { current: current.map_or(Json::Null, |c| c.json), version, sent })
}

/// Deletes a row. With `If-Match`, only the version that it names.
pub fn delete(app: &App, call: &Call) -> Outcome {
    let (set, id) = (call.set().to_owned(), call.id());
    let sent = if call.has_version() { Some(call.version()?) } else { None };
    let done = app.desk.perform(&call.asker()?, verb(app, &set, "delete")?, move |tx, actor| {
        let now = match sent {
            Some(_) => Some(views::reveal(tx, actor, &set, id)?.version),
            None => None,
        };
        if now != sent {
            return Err(Error::Stale { set: set.clone(), id, version: now.unwrap_or_default() });
        }
        records::delete(tx, actor, table_of(actor, &set)?, id)
    });
    match done {
        Ok(_) => Ok(Answer::nothing()),
        Err(Error::Stale { version, .. }) => Err(stale(app, call, version, sent.unwrap_or_default())?),
        Err(other) => Err(other.into()),
    }
}

/// What was deleted lately and can be had back.
pub fn removed(app: &App, call: &Call) -> Outcome {
    let rows = app.desk.look(&call.asker()?, |tx, actor| views::removed_list(tx, actor, call.set()))?;
    let line = |row: &_| {
        let crm::views::RemovedRow { row, name, on, by, .. } = row;
        json!({ "id": row.to_string(), "name": name, "removed_on": show::moment(*on), "removed_by": { "set": "users", "id": by.to_string() } })
    };
    Ok(Answer::data(json!({ "rows": rows.iter().map(line).collect::<Vec<Json>>() })))
}
