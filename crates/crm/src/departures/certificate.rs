//! The proof of a departure: what there was, what became of it, what is left, signed with the key of the trail.
//!
//! It is made in the transaction in which the departure is done and kept with it, in ids and numbers; names are added
//! when it is read. Not here: how it looks (`web`). Start reading at [`made`]. Proved by `crates/crm/tests/it/departures.rs`.

use super::item::{Choice, Item};
use super::plan::person;
use super::policy::policy;
use super::sheet::must_see;
use super::{Departure, State, words};
use crate::values::moment_text;
use crate::{Done, Problem};
use catalogue::RowId;
use security::{Actor, Denial, PrincipalId};
use serde_json::{Map, Value as Json, json};
use std::collections::{BTreeSet, HashMap};
use store::{Fault, Tx, accounts, departures, references, trail};

/// Whether this job has kept the picture it works from.
pub(super) fn is_of(before: Option<&Json>, job: RowId) -> bool {
    before.and_then(|before| before.get("job")).and_then(Json::as_str) == Some(job.to_string().as_str())
}

/// What a run begins with: the items, and how many rows each table has that it touches. One that goes on keeps what there
/// was at first, takes the choices of now, and remembers those that some of it was done under before.
pub(super) fn before(tx: &mut Tx<'_>, departure: &Departure, job: RowId, items: Json, all: &[Item]) -> Result<Json, Fault> {
    let catalogue = tx.catalogue().clone();
    let old = departure.before_run.clone().unwrap_or_default();
    let mut tables = old.get("tables").and_then(Json::as_object).cloned().unwrap_or_default();
    // People are no records, and nobody's are fewer for that.
    let sets: BTreeSet<&String> = all.iter().filter_map(|item| item.set.as_ref()).filter(|set| catalogue.find(set).is_some()).collect();
    for set in sets.into_iter().filter(|set| !tables.contains_key(*set)).collect::<Vec<_>>() {
        tables.insert(set.clone(), json!(departures::row_count(tx, set)?));
    }
    let mut kept = old.get("items").and_then(Json::as_array).cloned().unwrap_or_default();
    for item in items.as_array().into_iter().flatten() {
        match kept.iter_mut().find(|known| known.get("key") == item.get("key")).and_then(Json::as_object_mut) {
            Some(known) => again(known, item.get("choice").cloned().unwrap_or_default()),
            None => kept.push(item.clone()),
        }
    }
    Ok(json!({ "items": kept, "tables": tables, "user": departure.user.to_string(), "job": job.to_string() }))
}

/// Takes the choice of now, and remembers the one before.
fn again(item: &mut Map<String, Json>, choice: Json) {
    let was = item.insert("choice".into(), choice.clone()).unwrap_or_default();
    if was != choice && !was.is_null() {
        let mut earlier = item.get("earlier").and_then(Json::as_array).cloned().unwrap_or_default();
        earlier.push(was);
        item.insert("earlier".into(), Json::Array(earlier));
    }
}

/// How many things the run has to do, as far as its picture tells.
pub(super) fn total(before: &Json) -> Option<i64> {
    let items = before.get("items")?.as_array()?;
    let chosen = items
        .iter()
        .filter(|item| item.get("choice").and_then(|choice| choice.get("do")).and_then(Json::as_str).is_some_and(|word| word != "leave"));
    Some(chosen.filter_map(|item| item.get("count").and_then(Json::as_i64)).sum())
}

/// What is signed once all is done.
pub(super) fn made(tx: &mut Tx<'_>, actor: &Actor, departure: &Departure) -> Done<Json> {
    let before = departure.before_run.clone().unwrap_or_default();
    let tally = departures::tally(tx, departure.id)?;
    let done = |key: &str| tally.iter().find(|(item, _, _)| item == key).map_or(0, |(_, done, _)| *done);
    let mut items = before.get("items").and_then(Json::as_array).cloned().unwrap_or_default();
    for item in items.iter_mut().filter_map(Json::as_object_mut) {
        let key = item.get("key").and_then(Json::as_str).unwrap_or_default().to_owned();
        item.insert("done".into(), json!(done(&key)));
        item.insert("left".into(), json!(departures::left_of(tx, departure.id, &key)?));
        item.shift_remove("consequence");
    }
    let mut tables = Vec::new();
    for (set, rows) in before.get("tables").and_then(Json::as_object).into_iter().flatten() {
        tables.push(json!({ "set": set, "before": rows, "after": departures::row_count(tx, set)? }));
    }
    let left = references::live(tx, departure.user)?;
    let places: Vec<Json> = left.iter().map(|at| json!({ "table": at.table, "column": at.column, "count": at.count })).collect();
    let rules = policy(tx)?;
    let heads = departures::trail_heads(tx)?;
    let body = json!({
        "id": departure.id.to_string(), "user": departure.user.to_string(), "reason": departure.reason,
        "planned_by": departure.planned_by.to_string(), "approved_by": departure.approved_by.map(|id| id.to_string()),
        "run_by": actor.user().to_string(), "planned_on": moment_text(departure.created_on),
        "approved_on": departure.approved_on.map(moment_text), "begun_on": departure.begun_on.map(moment_text), "ended_on": moment_text(tx.now()),
        "policy": { "approves": rules.approves.name(), "needs_archive": rules.needs_archive, "leave_nothing_open": rules.leave_nothing_open },
        "items": items, "tables": tables, "archive": departure.archive_told,
        "left": { "references": left.iter().map(|at| at.count).sum::<i64>(), "places": places },
        "trail": heads.iter().map(|(lane, number, hash)| json!({ "lane": lane, "number": number, "hash": hash })).collect::<Vec<_>>(),
    });
    let signature = trail::sign(tx, &body.to_string());
    Ok(json!({ "body": body, "signature": signature, "key": trail::signing_key(tx) }))
}

/// The certificate, with the names of everybody in it.
pub fn certificate(tx: &mut Tx<'_>, actor: &Actor, id: RowId) -> Done<Json> {
    let departure = departures::get(tx, id)?.ok_or(Denial::NotThere)?;
    must_see(tx, actor, &departure)?;
    let made =
        departure.result.as_ref().filter(|_| matches!(departure.state, State::Done | State::Undoing | State::Undone | State::Stopped));
    let Some(made) = made else {
        return Err(Problem::conflict("departure-state", "there is a certificate once the departure is done"));
    };
    let person = person(tx, &departure)?;
    let mut body = made.get("body").cloned().unwrap_or_default();
    let text = body.to_string();
    let known = heirs(&body);
    let mut ids: Vec<PrincipalId> = ["planned_by", "approved_by", "run_by"].iter().filter_map(|name| read_id(body.get(*name)?)).collect();
    ids.extend(known.iter().copied());
    let names: HashMap<PrincipalId, String> = accounts::names(tx, &ids)?.into_iter().map(|(id, known)| (id, known.name)).collect();
    let named = |id: PrincipalId| json!({ "id": id.to_string(), "name": names.get(&id) });
    let Some(members) = body.as_object_mut() else { return Err(Fault::broken("a certificate cannot be read").into()) };
    members.insert("person".into(), json!({ "id": departure.user.to_string(), "name": person.name }));
    for name in ["planned_by", "approved_by", "run_by"] {
        let by = members.get(name).and_then(read_id);
        members.insert(name.into(), by.map_or(Json::Null, named));
    }
    for item in members.get_mut("items").and_then(Json::as_array_mut).into_iter().flatten() {
        let chosen = item.get("choice").filter(|choice| !choice.is_null()).map(|choice| Choice::read("choice", choice)).transpose()?;
        if let Some(item) = item.as_object_mut() {
            let earlier = item.get("earlier").and_then(Json::as_array).into_iter().flatten();
            let earlier = earlier.map(|choice| Choice::read("choice", choice)).collect::<Done<Vec<_>>>()?;
            let mut became: Vec<String> = chosen.iter().map(|choice| words::choice(choice, &names)).collect();
            became.extend(earlier.iter().map(|choice| format!("some before that {}", words::choice(choice, &names))));
            item.insert("became".into(), if became.is_empty() { Json::Null } else { json!(became.join("; ")) });
        }
    }
    members.insert("state".into(), json!(departure.state.name()));
    members.insert("proof".into(), json!({ "text": text, "signature": made.get("signature"), "key": made.get("key") }));
    Ok(body)
}

fn read_id(written: &Json) -> Option<PrincipalId> {
    written.as_str().and_then(RowId::parse).map(PrincipalId)
}

fn heirs(body: &Json) -> Vec<PrincipalId> {
    let items = body.get("items").and_then(Json::as_array).into_iter().flatten();
    let choices = items.flat_map(|item| {
        let earlier = item.get("earlier").and_then(Json::as_array).into_iter().flatten();
        item.get("choice").into_iter().chain(earlier)
    });
    choices.filter_map(|choice| choice.get("to")?.as_array()).flatten().filter_map(read_id).collect()
}
