//! What is done with one row beside changing it: given, shared, brought back, explained, told.
//!
//! Not here: making and changing ([`super::rows`]). Proved by `tests/it/rows.rs`.

use super::rows::shown;
use super::{show, table, table_of, verb};
use crate::App;
use crate::answer::{Answer, Outcome};
use crate::call::{Call, column, malformed};
use catalogue::Table;
use crm::access::{self, Step};
use crm::records::{self, ShareAsk};
use crm::views::{self, History, MomentKind};
use crm::{PrincipalId, Privilege, Rights};
use serde_json::{Value as Json, json};

/// Gives it another owner.
pub fn assign(app: &App, call: &Call) -> Outcome {
    let (set, id, owner) = (call.set().to_owned(), call.id(), PrincipalId(call.need_id("owner")?));
    let keep = call.time_field("keep_until")?;
    app.desk.perform(&call.asker()?, verb(app, &set, "assign")?, move |tx, actor| match keep {
        Some(until) => records::assign_keeping(tx, actor, table_of(actor, &set)?, id, owner, until),
        None => records::assign(tx, actor, table_of(actor, &set)?, id, owner),
    })?;
    Ok(Answer::nothing())
}

/// Lets others reach it.
pub fn share(app: &App, call: &Call) -> Outcome {
    let mut rights = Vec::new();
    for name in call.list("rights")?.unwrap_or_default() {
        rights.push(Privilege::parse(&name).ok_or_else(|| column("rights", format!("`{name}` is no privilege")))?);
    }
    let with = PrincipalId(call.need_id("principal")?);
    let ask = ShareAsk { with, rights: rights.into_iter().collect::<Rights>(), until: call.time_field("until")? };
    let (set, id) = (call.set().to_owned(), call.id());
    app.desk
        .perform(&call.asker()?, verb(app, &set, "share")?, move |tx, actor| records::share(tx, actor, table_of(actor, &set)?, id, &ask))?;
    Ok(Answer::nothing())
}

/// Ends a share.
pub fn unshare(app: &App, call: &Call) -> Outcome {
    let (set, id, with) = (call.set().to_owned(), call.id(), PrincipalId(call.need_id("principal")?));
    app.desk.perform(&call.asker()?, verb(app, &set, "unshare")?, move |tx, actor| {
        records::unshare(tx, actor, table_of(actor, &set)?, id, with)
    })?;
    Ok(Answer::nothing())
}

/// Brings back what was deleted.
pub fn restore(app: &App, call: &Call) -> Outcome {
    let (set, id) = (call.set().to_owned(), call.id());
    let shown = app.desk.perform(&call.asker()?, verb(app, &set, "restore")?, move |tx, actor| {
        records::restore(tx, actor, table_of(actor, &set)?, id)?;
        shown(tx, actor, &set, id)
    })?;
    Ok(match shown {
        Some(shown) => Answer::data(shown.json).with("etag", show::etag(shown.version)),
        None => Answer::data(json!({ "id": id.to_string() })),
    })
}

/// Why somebody may, or may not.
pub fn explain(app: &App, call: &Call) -> Outcome {
    let privilege = call.param("privilege").unwrap_or("read");
    let privilege = Privilege::parse(privilege)
        .ok_or_else(|| malformed("bad-parameter", format!("`{}` is no privilege", privilege.chars().take(40).collect::<String>())))?;
    let user = match call.param("user") {
        None | Some("me") => None,
        // What is no id is nobody, like an id that is unknown.
        Some(id) => Some(PrincipalId(catalogue::RowId::parse(id).unwrap_or(catalogue::RowId(uuid::Uuid::nil())))),
    };
    let told =
        app.desk.look(&call.asker()?, |tx, actor| access::explain(tx, actor, table_of(actor, call.set())?, call.id(), user, privilege))?;
    let steps = |steps: &[Step]| steps.iter().map(step).collect::<Vec<Json>>();
    Ok(Answer::data(json!({
        "user": show::user(told.user, &told.name), "privilege": told.privilege.name(), "granted": told.is_granted,
        "paths": steps(&told.paths), "read_paths": steps(&told.read_paths), "missing": told.missing,
        "ask": told.ask.iter().map(|(id, name)| show::user(*id, name)).collect::<Vec<Json>>(),
    })))
}

fn step(step: &Step) -> Json {
    json!({
        "kind": step.kind, "words": step.words, "role": step.role, "through": step.through, "level": step.level.map(|l| l.name()),
        "unit": step.unit, "by": step.by, "until": show::maybe_moment(step.until),
    })
}

/// Who can see it.
pub fn who(app: &App, call: &Call) -> Outcome {
    let who = app.desk.look(&call.asker()?, |tx, actor| access::who(tx, actor, table_of(actor, call.set())?, call.id()))?;
    let reader = |reader: &access::Reader| {
        let mut line = json!({ "user": show::user(reader.user, &reader.name) });
        if let (Some(paths), Some(members)) = (&reader.paths, line.as_object_mut()) {
            members.insert("also".into(), json!(reader.also.iter().map(|p| p.name()).collect::<Vec<_>>()));
            members.insert("paths".into(), json!(paths.iter().map(step).collect::<Vec<Json>>()));
        }
        line
    };
    Ok(Answer::data(json!({ "readers": who.readers.iter().map(reader).collect::<Vec<Json>>(), "complete": who.is_complete })))
}

/// What happened around it.
pub fn timeline(app: &App, call: &Call) -> Outcome {
    let limit = call.number_param("limit", 1, 200, 50)?;
    let moments = app.desk.look(&call.asker()?, |tx, actor| {
        let own = table(actor, call.set())?;
        let moments = views::timeline(tx, actor, call.set(), call.id(), limit)?;
        let show = |moment: &views::Moment| match &moment.kind {
            MomentKind::Change(line) => change(own, line),
            MomentKind::Record(table, row) => {
                let table = actor.catalogue().table(*table);
                let shown = table.map_or(Json::Null, |t| show::row(t, row, None));
                json!({ "time": show::moment(moment.time), "kind": "row", "set": table.map(|t| &t.set), "row": shown })
            }
        };
        Ok(moments.iter().map(show).collect::<Vec<Json>>())
    })?;
    Ok(Answer::data(json!({ "moments": moments })))
}

/// What became of it.
pub fn history(app: &App, call: &Call) -> Outcome {
    let limit = u32::try_from(call.number_param("limit", 1, 200, 50)?).unwrap_or(50);
    let lines = app.desk.look(&call.asker()?, |tx, actor| {
        let own = table(actor, call.set())?;
        let lines = views::history(tx, actor, call.set(), call.id(), limit)?;
        Ok(lines.iter().map(|line| change(own, line)).collect::<Vec<Json>>())
    })?;
    Ok(Answer::data(json!({ "changes": lines })))
}

fn change(table: &Table, line: &History) -> Json {
    let changes = line.changes.iter().map(|(column, old, new)| {
        let name = table.column(*column).map(|c| c.name.as_str());
        json!({ "column": name, "old": show::told(table, *column, old), "new": show::told(table, *column, new) })
    });
    json!({ "time": show::moment(line.time), "kind": "change", "by": line.actor, "verb": line.verb, "columns": changes.collect::<Vec<Json>>() })
}
