//! Teams and business units.
//!
//! Not here: what they hold ([`super::rights`]). Proved by `tests/it/entry.rs`.

use super::show;
use crate::App;
use crate::answer::{Answer, Outcome};
use crate::call::{Call, column};
use crm::people::{self, TeamSheet, UnitLine};
use crm::{UnitId, Verb};
use serde_json::{Map, Value as Json, json};

/// Teams by name.
pub fn list(app: &App, call: &Call) -> Outcome {
    let all = app.desk.look(&call.asker()?, people::teams)?;
    Ok(Answer::data(json!({ "rows": all.iter().map(sheet).collect::<Vec<Json>>() })))
}

/// One team.
pub fn open(app: &App, call: &Call) -> Outcome {
    let id = call.principal_named("id");
    let found = app.desk.look(&call.asker()?, |tx, actor| people::team(tx, actor, id))?;
    Ok(Answer::data(sheet(&found)))
}

fn sheet(sheet: &TeamSheet) -> Json {
    let mut members = Map::new();
    members.insert("id".into(), json!(sheet.team.id.to_string()));
    members.insert("name".into(), json!(sheet.team.name));
    members.insert("kind".into(), json!(sheet.team.kind.name()));
    members.insert("business_unit".into(), show::unit(sheet.team.unit, &sheet.unit));
    members.insert("is_default".into(), json!(sheet.team.is_default));
    if let Some(people) = &sheet.members {
        members.insert("members".into(), json!(people.iter().map(|(id, known)| show::user(*id, &known.name)).collect::<Vec<Json>>()));
    }
    if let Some(roles) = &sheet.roles {
        let role = roles.iter().map(|grant| {
            json!({ "id": grant.role.to_string(), "name": grant.name, "since": show::moment(grant.since), "until": show::maybe_moment(grant.until) })
        });
        members.insert("roles".into(), json!(role.collect::<Vec<Json>>()));
    }
    Json::Object(members)
}

/// Makes a team.
pub fn make(app: &App, call: &Call) -> Outcome {
    let owns = match call.maybe("kind") {
        None | Some("owner") => true,
        Some("access") => false,
        Some(_) => return Err(column("kind", "here belongs `owner` or `access`")),
    };
    let (name, unit) = (call.text("name").to_owned(), UnitId(call.need_id("business_unit")?));
    let made = app.desk.perform(&call.asker()?, Verb::admin("team.create"), move |tx, actor| {
        let id = people::create_team(tx, actor, &name, unit, owns)?;
        people::team(tx, actor, id)
    })?;
    Ok(Answer::made(format!("/api/v1/teams/{}", made.team.id), sheet(&made)))
}

/// Calls a team otherwise, or moves it. Where the unit changes, `rows` says which records follow; the answer names the job.
pub fn change(app: &App, call: &Call) -> Outcome {
    let (id, name) = (call.principal_named("id"), call.body.contains_key("name").then(|| call.text("name").to_owned()));
    let (unit, rows) = (call.id_field("business_unit")?.map(UnitId), show::follow(call)?);
    let (job, found) = app.desk.perform(&call.asker()?, Verb::admin("team.change"), move |tx, actor| {
        if let Some(name) = &name {
            people::rename_team(tx, actor, id, name)?;
        }
        let job = match unit {
            Some(unit) => people::move_team(tx, actor, id, unit, rows)?,
            None => None,
        };
        Ok((job, people::team(tx, actor, id)?))
    })?;
    Ok(Answer::data(show::with_job(sheet(&found), job)))
}

/// Puts somebody into a team.
pub fn add(app: &App, call: &Call) -> Outcome {
    let (team, user) = (call.principal_named("id"), call.principal_named("user"));
    app.desk.perform(&call.asker()?, Verb::admin("team.add"), move |tx, actor| people::add_member(tx, actor, team, user))?;
    Ok(Answer::nothing())
}

/// Takes somebody out of a team.
pub fn remove(app: &App, call: &Call) -> Outcome {
    let (team, user) = (call.principal_named("id"), call.principal_named("user"));
    app.desk.perform(&call.asker()?, Verb::admin("team.remove"), move |tx, actor| people::remove_member(tx, actor, team, user))?;
    Ok(Answer::nothing())
}

/// The tree of units.
pub fn units(app: &App, call: &Call) -> Outcome {
    let all = app.desk.look(&call.asker()?, people::units)?;
    Ok(Answer::data(json!({ "rows": all.iter().map(|unit| unit_json(unit, &all)).collect::<Vec<Json>>() })))
}

fn unit_json(unit: &UnitLine, all: &[UnitLine]) -> Json {
    let parent = all.iter().find(|above| Some(above.id) == unit.parent).map(|above| show::unit(above.id, &above.name));
    let mut line = json!({ "id": unit.id.to_string(), "name": unit.name, "parent": parent });
    if let (Some(people), Some(members)) = (unit.people, line.as_object_mut()) {
        members.insert("people".into(), json!(people));
    }
    line
}

fn one(all: &[UnitLine], id: UnitId) -> Json {
    all.iter().find(|unit| unit.id == id).map_or_else(|| json!({ "id": id.to_string() }), |unit| unit_json(unit, all))
}

/// Makes a unit.
pub fn make_unit(app: &App, call: &Call) -> Outcome {
    let (name, parent) = (call.text("name").to_owned(), UnitId(call.need_id("parent")?));
    let (id, body) = app.desk.perform(&call.asker()?, Verb::admin("business_unit.create"), move |tx, actor| {
        let id = people::create_unit(tx, actor, &name, parent)?;
        Ok((id, one(&people::units(tx, actor)?, id)))
    })?;
    Ok(Answer::made(format!("/api/v1/business_units/{id}"), body))
}

/// Calls a unit otherwise, or puts it below another.
pub fn change_unit(app: &App, call: &Call) -> Outcome {
    let (id, name, parent) = (UnitId(call.id()), call.maybe("name").map(str::to_owned), call.id_field("parent")?.map(UnitId));
    let body = app.desk.perform(&call.asker()?, Verb::admin("business_unit.change"), move |tx, actor| {
        if let Some(name) = &name {
            people::rename_unit(tx, actor, id, name)?;
        }
        if let Some(parent) = parent {
            people::move_unit(tx, actor, id, parent)?;
        }
        Ok(one(&people::units(tx, actor)?, id))
    })?;
    Ok(Answer::data(body))
}
