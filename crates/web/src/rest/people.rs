//! People: listed, invited, changed, stopped and let back in, and everything that one of them may.
//!
//! Names are known to every active user; what stands beside them is there only for whoever a task opens it to.
//! Not here: roles ([`super::rights`]), teams and units ([`super::teams`]). Proved by `tests/it/entry.rs`.

use super::show;
use crate::App;
use crate::answer::{Answer, No, Outcome};
use crate::call::{Call, column, malformed};
use catalogue::RowId;
use crm::access::{self, Sheet};
use crm::people::{self, FoundLine, HeldHow, Invitation, InviteAsk, Person, PersonPage, PersonRow, UserQuery};
use crm::{PrincipalId, RoleId, UnitId, UserState, Verb};
use serde_json::{Map, Value as Json, json};

/// People by name.
pub fn list(app: &App, call: &Call) -> Outcome {
    let limit = call.number_param("limit", 1, 500, 50)?;
    let state = match call.param("state") {
        None => None,
        Some(word) => Some(
            UserState::parse(word)
                .ok_or_else(|| malformed("bad-parameter", "`state` is `invited`, `active`, `frozen`, `disabled` or `erased`"))?,
        ),
    };
    let after = match call.param("after") {
        None => None,
        Some(id) => Some(PrincipalId(RowId::parse(id).ok_or_else(|| malformed("bad-place", "`after` is not a place in this list"))?)),
    };
    let query = UserQuery { text: call.param("q").unwrap_or_default().to_owned(), state, after, limit };
    let rows = app.desk.look(&call.asker()?, |tx, actor| people::list(tx, actor, &query))?;
    let next = rows.last().filter(|_| rows.len() == limit).map(|row| row.person.id.to_string());
    Ok(Answer::data(json!({ "rows": rows.iter().map(line).collect::<Vec<Json>>(), "next": next })))
}

fn line(row: &PersonRow) -> Json {
    let mut members = person(&row.person);
    if row.person.details.is_some() {
        members.insert("roles".into(), json!(row.roles));
    }
    Json::Object(members)
}

fn person(person: &Person) -> Map<String, Json> {
    let mut members = Map::new();
    members.insert("id".into(), json!(person.id.to_string()));
    members.insert("name".into(), json!(person.name));
    members.insert("state".into(), json!(person.state.name()));
    if let Some(details) = &person.details {
        members.insert("email".into(), json!(details.email));
        members.insert("title".into(), json!(details.title));
        members.insert("business_unit".into(), show::unit(details.unit, &details.unit_name));
        members.insert("manager".into(), details.manager.as_ref().map_or(Json::Null, |(id, name)| show::user(*id, name)));
        members.insert("created_on".into(), show::moment(details.created_on));
        members.insert("last_seen".into(), show::maybe_moment(details.last_seen));
        members.insert("ends_at".into(), show::maybe_moment(details.ends_on));
        members.insert("service".into(), json!(details.is_service));
        members.insert("responsible".into(), details.responsible.as_ref().map_or(Json::Null, |(id, name)| show::user(*id, name)));
    }
    members
}

fn page(page: &PersonPage) -> Json {
    let mut members = person(&page.person);
    if page.person.details.is_some() {
        members.insert("roles".into(), json!(page.roles.iter().map(held).collect::<Vec<Json>>()));
        let teams = page.teams.iter().map(|t| json!({ "set": "teams", "id": t.id.to_string(), "name": t.name }));
        members.insert("teams".into(), json!(teams.collect::<Vec<Json>>()));
        let services = page.services.iter().map(|(id, name)| show::user(*id, name));
        members.insert("answers_for".into(), json!(services.collect::<Vec<Json>>()));
    }
    Json::Object(members)
}

fn held(held: &HeldHow) -> Json {
    json!({
        "id": held.grant.role.to_string(), "name": held.grant.name, "team": held.team.as_ref().map(|t| &t.name), "by": held.by,
        "reason": held.grant.reason, "since": show::moment(held.grant.since), "until": show::maybe_moment(held.grant.until),
    })
}

/// One person.
pub fn open(app: &App, call: &Call) -> Outcome {
    let id = call.principal_named("id");
    let found = app.desk.look(&call.asker()?, |tx, actor| people::person(tx, actor, id))?;
    Ok(Answer::data(page(&found)))
}

/// What the body says of a service account; none when it says nothing of it.
fn said_service(call: &Call, was: Option<PrincipalId>) -> Result<Option<Option<PrincipalId>>, No> {
    let is_service = call.body.get("service").and_then(Json::as_bool);
    Ok(people::said_service(is_service, call.id_field("responsible")?.map(PrincipalId), was)?)
}

/// Invites somebody. The invitation is shown this once.
pub fn invite(app: &App, call: &Call) -> Outcome {
    let mut roles = Vec::new();
    for id in call.list("roles")?.unwrap_or_default() {
        roles.push(RoleId(RowId::parse(&id).ok_or_else(|| column("roles", "not an id"))?));
    }
    let ask = InviteAsk {
        name: call.text("name").to_owned(),
        email: call.text("email").to_owned(),
        title: call.maybe("title").map(str::to_owned),
        unit: UnitId(call.need_id("business_unit")?),
        manager: call.id_field("manager")?.map(PrincipalId),
        roles,
        ends_at: call.time_field("ends_at")?,
        responsible: said_service(call, None)?.flatten(),
    };
    let (made, found) = app.desk.perform(&call.asker()?, Verb::admin("user.invite"), move |tx, actor| {
        let made = people::invite(tx, actor, &ask)?;
        let found = people::person(tx, actor, made.user)?;
        Ok((made, found))
    })?;
    let mut body = page(&found);
    if let Some(members) = body.as_object_mut() {
        members.insert("invitation".into(), invitation(&made));
    }
    Ok(Answer::made(format!("/api/v1/users/{}", made.user), body))
}

fn invitation(made: &Invitation) -> Json {
    let token = (!made.is_mailed).then_some(made.token.as_str());
    json!({ "mailed": made.is_mailed, "token": token, "expires_at": show::moment(made.expires_at) })
}

/// A new invitation for somebody who has not come yet, or a reset for somebody who has.
pub fn invite_again(app: &App, call: &Call) -> Outcome {
    let id = call.principal_named("id");
    let made = app.desk.perform(&call.asker()?, Verb::admin("user.invite"), move |tx, actor| people::invite_again(tx, actor, id))?;
    Ok(Answer::made(format!("/api/v1/users/{id}"), json!({ "id": id.to_string(), "invitation": invitation(&made) })))
}

/// Changes name, title, unit, manager, the end of the time here, or who answers for a service account. Where the unit changes, `rows` says which records follow; the answer names the job.
pub fn change(app: &App, call: &Call) -> Outcome {
    let id = call.principal_named("id");
    let (name, title) = (call.maybe("name").map(str::to_owned), call.body.get("title").map(|t| t.as_str().unwrap_or_default().to_owned()));
    let (unit, rows) = (call.id_field("business_unit")?.map(UnitId), show::follow(call)?);
    let manager = if call.body.contains_key("manager") { Some(call.id_field("manager")?.map(PrincipalId)) } else { None };
    let ends_at = if call.body.contains_key("ends_at") { Some(call.time_field("ends_at")?) } else { None };
    let (is_service, responsible) = (call.body.get("service").and_then(Json::as_bool), call.id_field("responsible")?.map(PrincipalId));
    let (job, found) = app.desk.perform(&call.asker()?, Verb::admin("user.change"), move |tx, actor| {
        let before = people::person(tx, actor, id)?.person;
        let answers = before.details.as_ref().and_then(|d| d.responsible.as_ref()).map(|(id, _)| *id);
        if name.is_some() || title.is_some() {
            let old = before.details.and_then(|d| d.title);
            let title = title.as_deref().or(old.as_deref()).filter(|t| !t.is_empty());
            people::describe(tx, actor, id, name.as_deref().unwrap_or(&before.name), title)?;
        }
        let job = match unit {
            Some(unit) => people::move_to(tx, actor, id, unit, rows)?,
            None => None,
        };
        if let Some(manager) = manager {
            people::set_manager(tx, actor, id, manager)?;
        }
        if let Some(at) = ends_at {
            people::set_end(tx, actor, id, at)?;
        }
        if let Some(responsible) = people::said_service(is_service, responsible, answers)? {
            people::set_service(tx, actor, id, responsible)?;
        }
        Ok((job, people::person(tx, actor, id)?))
    })?;
    Ok(Answer::data(show::with_job(page(&found), job)))
}

/// Accounts that were forgotten: past their end, without an owner, dormant, never used.
pub fn finder(app: &App, call: &Call) -> Outcome {
    let (least, most) = (days(*people::DAYS.start()), days(*people::DAYS.end()));
    let asked = call.number_param("days", least, most, days(people::DORMANT_DAYS))?;
    let asked = i64::try_from(asked).unwrap_or(people::DORMANT_DAYS);
    let found = app.desk.look(&call.asker()?, |tx, actor| people::find(tx, actor, asked))?;
    let lists = found.lists.iter().map(|list| {
        let rows: Vec<Json> = list.lines.iter().map(forgotten).collect();
        (list.forgot.name().to_owned(), json!({ "rows": rows, "more": list.has_more }))
    });
    Ok(Answer::data(json!({ "days": found.days, "lists": lists.collect::<Map<String, Json>>() })))
}

fn days(days: i64) -> usize {
    usize::try_from(days).unwrap_or(0)
}

fn forgotten(line: &FoundLine) -> Json {
    json!({
        "id": line.user.to_string(), "name": line.name, "state": line.state.name(), "service": line.is_service,
        "business_unit": show::unit(line.unit.0, &line.unit.1), "created_on": show::moment(line.created_on),
        "last_seen": show::maybe_moment(line.last_seen), "ends_at": show::maybe_moment(line.ends_on), "why": line.why,
        "roles": line.roles, "tokens": line.tokens, "todo": line.todo.iter().map(|what| what.name()).collect::<Vec<_>>(),
    })
}

/// Stops somebody at once.
pub fn freeze(app: &App, call: &Call) -> Outcome {
    people::freeze(&app.desk, &call.asker()?, call.principal_named("id"), call.maybe("reason"))?;
    Ok(Answer::nothing())
}

/// Lets somebody in again.
pub fn unfreeze(app: &App, call: &Call) -> Outcome {
    people::unfreeze(&app.desk, &call.asker()?, call.principal_named("id"), call.maybe("reason"))?;
    Ok(Answer::nothing())
}

/// Shuts somebody out for good.
pub fn disable(app: &App, call: &Call) -> Outcome {
    people::disable(&app.desk, &call.asker()?, call.principal_named("id"), call.maybe("reason"))?;
    Ok(Answer::nothing())
}

/// Lets somebody back in who was disabled. The invitation is shown this once.
pub fn enable(app: &App, call: &Call) -> Outcome {
    let id = call.principal_named("id");
    let made = people::enable(&app.desk, &call.asker()?, id, call.maybe("reason"))?;
    Ok(Answer::made(format!("/api/v1/users/{id}"), json!({ "id": id.to_string(), "invitation": invitation(&made) })))
}

/// Tries to sign in as somebody who was stopped.
pub fn refused_sign_ins(app: &App, call: &Call) -> Outcome {
    let limit = call.number_param("limit", 1, 500, 50)?;
    let id = |name: &str| match call.param(name) {
        None => Ok(None),
        Some(id) => RowId::parse(id).map(Some).ok_or_else(|| malformed("bad-parameter", format!("`{name}` is not an id"))),
    };
    let (of, after) = (id("user")?.map(PrincipalId), id("after")?);
    let page = app.desk.look(&call.asker()?, |tx, actor| people::refused_sign_ins(tx, actor, of, after, limit))?;
    let row = |tries: &people::RefusedSignIn| {
        let known = page.names.get(&tries.user);
        json!({
            "id": tries.id.to_string(), "user": known.map(|known| show::user(tries.user, &known.name)),
            "state": known.map(|known| known.state.name()), "channel": tries.channel, "tries": tries.tries,
            "first_on": show::moment(tries.first_on), "last_on": show::moment(tries.last_on),
        })
    };
    let rows: Vec<Json> = page.rows.iter().map(row).collect();
    Ok(Answer::data(json!({ "rows": rows, "next": page.next.map(|id| id.to_string()) })))
}

/// Everything that somebody may.
pub fn access(app: &App, call: &Call) -> Outcome {
    let id = call.principal_named("id");
    let sheet = app.desk.look(&call.asker()?, |tx, actor| access::sheet(tx, actor, id))?;
    Ok(Answer::data(sheet_json(&sheet)))
}

fn sheet_json(sheet: &Sheet) -> Json {
    let role = |(name, team): &(String, Option<String>)| json!({ "name": name, "team": team });
    let table = |line: &access::TableLine| {
        let levels: Map<String, Json> = line
            .levels
            .iter()
            .map(|(privilege, level, roles)| (privilege.name().to_owned(), json!({ "level": level.name(), "roles": roles })))
            .collect();
        json!({ "set": line.set, "levels": levels, "follows": line.follows })
    };
    let task = |line: &access::TaskLine| json!({ "task": line.task.name(), "roles": line.roles });
    json!({
        "user": show::user(sheet.user, &sheet.name), "state": sheet.state.name(), "business_unit": sheet.unit, "teams": sheet.teams,
        "roles": sheet.roles.iter().map(role).collect::<Vec<Json>>(), "field_profiles": sheet.profiles,
        "tables": sheet.tables.iter().map(table).collect::<Vec<Json>>(), "tasks": sheet.tasks.iter().map(task).collect::<Vec<Json>>(),
    })
}
