//! Roles and field profiles: read, made, changed, given, taken; columns secured and opened.
//!
//! A role is `{"name", "privileges": {set: {privilege: level}}, "tasks"}`; what it does not name is none.
//! Not here: who holds what ([`super::people`]). Proved by `tests/it/entry.rs`.

use super::{show, table};
use crate::App;
use crate::answer::{Answer, No, Outcome};
use crate::call::{Call, column};
use crm::people::{self, GiveAsk, ProfileDraft, ProfileSheet, RoleDraft, RoleSheet};
use crm::{AccessLevel, Actor, ColumnGrant, Done, Levels, Privilege, Problem, RoleId, Task, Verb};
use serde_json::{Map, Value as Json, json};
use std::collections::BTreeMap;

/// Roles by name.
pub fn roles(app: &App, call: &Call) -> Outcome {
    let all = app.desk.look(&call.asker()?, people::roles)?;
    let line = |role: &people::RoleLine| {
        let mut line = json!({ "id": role.id.to_string(), "name": role.name, "is_shipped": role.is_shipped });
        if let (Some(given), Some(members)) = (role.given, line.as_object_mut()) {
            members.insert("given".into(), json!(given));
        }
        line
    };
    Ok(Answer::data(json!({ "rows": all.iter().map(line).collect::<Vec<Json>>() })))
}

/// One role.
pub fn role(app: &App, call: &Call) -> Outcome {
    let id = RoleId(call.id());
    let sheet = app.desk.look(&call.asker()?, |tx, actor| people::role(tx, actor, id))?;
    Ok(Answer::data(role_json(&sheet)))
}

fn role_json(sheet: &RoleSheet) -> Json {
    let role = &sheet.role;
    let privileges: Map<String, Json> = role.privileges.iter().map(|(set, levels)| (set.clone(), levels_json(levels))).collect();
    let holder = |grant: &_| {
        let people::RoleGrant { principal, since, until, reason, .. } = grant;
        json!({ "principal": principal.to_string(), "since": show::moment(*since), "until": show::maybe_moment(*until), "reason": reason })
    };
    json!({
        "id": role.id.to_string(), "name": role.name, "is_shipped": sheet.is_shipped, "team_only": role.team_only,
        "requires_second_factor": sheet.requires_second_factor,
        "privileges": privileges, "others": levels_json(&role.others), "tasks": role.tasks.iter().map(|t| t.name()).collect::<Vec<_>>(),
        "holders": sheet.holders.iter().map(holder).collect::<Vec<Json>>(),
    })
}

fn levels_json(levels: &Levels) -> Json {
    let held = Privilege::ALL.into_iter().filter(|p| levels.of(*p) > AccessLevel::None);
    Json::Object(held.map(|p| (p.name().to_owned(), json!(levels.of(p).name()))).collect())
}

/// Makes a role; a new one is empty but for what is said.
pub fn make_role(app: &App, call: &Call) -> Outcome {
    let body = call.body.clone();
    let sheet = app.desk.perform(&call.asker()?, Verb::admin("role.create"), move |tx, actor| {
        let mut draft = RoleDraft {
            id: None,
            name: String::new(),
            team_only: false,
            privileges: BTreeMap::new(),
            others: Levels::default(),
            tasks: Default::default(),
        };
        fill(actor, &mut draft, &body)?;
        let id = people::save_role(tx, actor, &draft)?;
        people::role(tx, actor, id)
    })?;
    Ok(Answer::made(format!("/api/v1/roles/{}", sheet.role.id), role_json(&sheet)))
}

/// Changes a role: what is said takes the place of what was.
pub fn change_role(app: &App, call: &Call) -> Outcome {
    let (id, body) = (RoleId(call.id()), call.body.clone());
    let sheet = app.desk.perform(&call.asker()?, Verb::admin("role.change"), move |tx, actor| {
        let mut draft = RoleDraft::from(people::role(tx, actor, id)?.role);
        fill(actor, &mut draft, &body)?;
        people::save_role(tx, actor, &draft)?;
        people::role(tx, actor, id)
    })?;
    Ok(Answer::data(role_json(&sheet)))
}

fn fill(actor: &Actor, draft: &mut RoleDraft, body: &Map<String, Json>) -> Done<()> {
    if let Some(name) = body.get("name").and_then(Json::as_str) {
        draft.name = name.to_owned();
    }
    if let Some(team_only) = body.get("team_only").and_then(Json::as_bool) {
        draft.team_only = team_only;
    }
    if let Some(tasks) = body.get("tasks").and_then(Json::as_array) {
        let task = |name: &Json| {
            let name = name.as_str().unwrap_or_default();
            Task::parse(name).ok_or_else(|| Problem::column("tasks", format!("`{name}` is no task")))
        };
        draft.tasks = tasks.iter().map(task).collect::<Done<_>>()?;
    }
    if let Some(privileges) = body.get("privileges").and_then(Json::as_object) {
        let mut all = BTreeMap::new();
        for (set, written) in privileges {
            if actor.catalogue().find(set).is_none() {
                return Err(Problem::column("privileges", format!("there is no set `{set}`")));
            }
            all.insert(set.clone(), levels(written)?);
        }
        draft.privileges = all;
    }
    Ok(())
}

fn levels(written: &Json) -> Done<Levels> {
    let wrong = |words: String| Problem::column("privileges", words);
    let members = written.as_object().ok_or_else(|| wrong("here belongs an object of privileges and levels".into()))?;
    let mut levels = Levels::default();
    for (name, level) in members {
        let privilege = Privilege::parse(name).ok_or_else(|| wrong(format!("`{name}` is no privilege")))?;
        let level = level.as_str().and_then(AccessLevel::parse).ok_or_else(|| wrong(format!("`{level}` is no access level")))?;
        levels = levels.with(privilege, level);
    }
    Ok(levels)
}

/// Gives a role to a user or team.
pub fn give_role(app: &App, call: &Call) -> Outcome {
    let ask = GiveAsk {
        role: RoleId(call.id_named("role")),
        to: call.principal_named("id"),
        reason: call.maybe("reason").map(str::to_owned),
        until: call.time_field("until")?,
    };
    app.desk.perform(&call.asker()?, Verb::admin("role.give"), move |tx, actor| people::give_role(tx, actor, &ask))?;
    Ok(Answer::nothing())
}

/// Takes a role.
pub fn take_role(app: &App, call: &Call) -> Outcome {
    let (role, from) = (RoleId(call.id_named("role")), call.principal_named("id"));
    app.desk.perform(&call.asker()?, Verb::admin("role.take"), move |tx, actor| people::take_role(tx, actor, role, from))?;
    Ok(Answer::nothing())
}

/// Field profiles by name.
pub fn profiles(app: &App, call: &Call) -> Outcome {
    let all = app.desk.look(&call.asker()?, people::profiles)?;
    Ok(Answer::data(json!({ "rows": all.iter().map(profile_json).collect::<Vec<Json>>() })))
}

fn profile_json(sheet: &ProfileSheet) -> Json {
    let grant = |g: &ColumnGrant| json!({ "set": g.set, "column": g.column, "read": g.read, "create": g.create, "update": g.update });
    let holder = |grant: &people::ProfileGrant| json!({ "principal": grant.principal.to_string(), "since": show::moment(grant.since), "until": show::maybe_moment(grant.until) });
    json!({
        "id": sheet.profile.id.to_string(), "name": sheet.profile.name,
        "grants": sheet.profile.grants.iter().map(grant).collect::<Vec<Json>>(),
        "holders": sheet.holders.iter().map(holder).collect::<Vec<Json>>(),
    })
}

/// Makes a field profile.
pub fn make_profile(app: &App, call: &Call) -> Outcome {
    let (name, grants) = (call.text("name").to_owned(), grants(call)?.unwrap_or_default());
    let sheet = app.desk.perform(&call.asker()?, Verb::admin("field_profile.create"), move |tx, actor| {
        check(actor, &grants)?;
        let id = people::save_profile(tx, actor, &ProfileDraft { id: None, name: name.clone(), grants: grants.clone() })?;
        people::profile(tx, actor, id)
    })?;
    Ok(Answer::made(format!("/api/v1/field_profiles/{}", sheet.profile.id), profile_json(&sheet)))
}

/// Changes a field profile: what is said takes the place of what was.
pub fn change_profile(app: &App, call: &Call) -> Outcome {
    let (id, name, grants) = (call.id(), call.maybe("name").map(str::to_owned), grants(call)?);
    let sheet = app.desk.perform(&call.asker()?, Verb::admin("field_profile.change"), move |tx, actor| {
        let old = people::profile(tx, actor, id)?.profile;
        let grants = grants.clone().unwrap_or(old.grants);
        check(actor, &grants)?;
        let draft = ProfileDraft { id: Some(id), name: name.clone().unwrap_or(old.name), grants };
        people::save_profile(tx, actor, &draft)?;
        people::profile(tx, actor, id)
    })?;
    Ok(Answer::data(profile_json(&sheet)))
}

fn check(actor: &Actor, grants: &[ColumnGrant]) -> Done<()> {
    let strange = grants.iter().find(|g| actor.catalogue().find(&g.set).and_then(|t| t.find(&g.column)).is_none());
    match strange {
        Some(g) => Err(Problem::column("grants", format!("there is no column `{}` in `{}`", g.column, g.set))),
        None => Ok(()),
    }
}

fn grants(call: &Call) -> Result<Option<Vec<ColumnGrant>>, No> {
    let Some(all) = call.body.get("grants").and_then(Json::as_array) else { return Ok(None) };
    let known = ["set", "column", "read", "create", "update"];
    let mut grants = Vec::new();
    for written in all {
        let members = written.as_object().filter(|m| m.keys().all(|k| known.contains(&k.as_str())));
        let members = members.ok_or_else(|| column("grants", "here belong objects of `set`, `column`, `read`, `create`, `update`"))?;
        let text = |name: &str| members.get(name).and_then(Json::as_str).unwrap_or_default().to_owned();
        let flag = |name: &str| match members.get(name) {
            None => Ok(false),
            Some(Json::Bool(flag)) => Ok(*flag),
            Some(_) => Err(column("grants", format!("`{name}` is true or false"))),
        };
        let (read, create, update) = (flag("read")?, flag("create")?, flag("update")?);
        grants.push(ColumnGrant { set: text("set"), column: text("column"), read, create, update });
    }
    Ok(Some(grants))
}

/// Gives a field profile to a user or team.
pub fn give_profile(app: &App, call: &Call) -> Outcome {
    let (profile, to) = (call.id_named("profile"), call.principal_named("id"));
    let (reason, until) = (call.maybe("reason").map(str::to_owned), call.time_field("until")?);
    app.desk.perform(&call.asker()?, Verb::admin("field_profile.give"), move |tx, actor| {
        people::give_profile(tx, actor, profile, to, reason.as_deref(), until)
    })?;
    Ok(Answer::nothing())
}

/// Takes a field profile.
pub fn take_profile(app: &App, call: &Call) -> Outcome {
    let (profile, from) = (call.id_named("profile"), call.principal_named("id"));
    app.desk.perform(&call.asker()?, Verb::admin("field_profile.take"), move |tx, actor| people::take_profile(tx, actor, profile, from))?;
    Ok(Answer::nothing())
}

/// Securing and opening are opposites, and each stands in the trail by its own name.
pub fn securing(secured: bool) -> Verb {
    Verb::admin(if secured { "column.secure" } else { "column.open" })
}

/// Secures a column, or opens it to everybody who reads the row.
pub fn secure(app: &App, call: &Call) -> Outcome {
    let (set, name, secured) = (call.set().to_owned(), call.name("column").to_owned(), call.flag("secured"));
    app.desk.perform(&call.asker()?, securing(secured), move |tx, actor| {
        table(actor, &set)?;
        people::set_secured(tx, actor, &set, &name, secured)
    })?;
    Ok(Answer::nothing())
}
