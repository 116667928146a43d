//! Team templates, and the teams of records by them.
//!
//! Not here: teams of their own ([`super::teams`]), plain shares ([`super::acts`]). Proved by `tests/it/record_teams.rs`.

use super::{show, table_of, verb};
use crate::App;
use crate::answer::{Answer, Outcome};
use crate::call::{Call, column};
use crm::people::{self, TeamTemplate};
use crm::records::{self, TeamOfRecord};
use crm::{Privilege, Rights, Verb};
use serde_json::{Value as Json, json};

/// The templates that are not ended.
pub fn templates(app: &App, call: &Call) -> Outcome {
    let all = app.desk.look(&call.asker()?, people::team_templates)?;
    Ok(Answer::data(json!({ "rows": all.iter().map(template).collect::<Vec<Json>>() })))
}

fn template(template: &TeamTemplate) -> Json {
    let rights: Vec<&str> = template.rights.list().map(Privilege::name).collect();
    json!({ "id": template.id.to_string(), "set": template.set, "name": template.name, "rights": rights, "ended": template.is_ended })
}

/// Makes a template.
pub fn make(app: &App, call: &Call) -> Outcome {
    let mut rights = Vec::new();
    for name in call.list("rights")?.unwrap_or_default() {
        rights.push(Privilege::parse(&name).ok_or_else(|| column("rights", format!("`{name}` is no privilege")))?);
    }
    let (set, name, rights) = (call.text("set").to_owned(), call.text("name").to_owned(), rights.into_iter().collect::<Rights>());
    let (id, made) = app.desk.perform(&call.asker()?, Verb::admin("team_template.create"), move |tx, actor| {
        let id = people::make_team_template(tx, actor, &set, &name, rights)?;
        Ok((id, people::team_templates(tx, actor)?.into_iter().find(|template| template.id == id)))
    })?;
    let body = made.as_ref().map_or_else(|| json!({ "id": id.to_string() }), template);
    Ok(Answer::made(format!("/api/v1/team_templates/{id}"), body))
}

/// Ends a template; its teams stay.
pub fn end(app: &App, call: &Call) -> Outcome {
    let id = call.id();
    app.desk.perform(&call.asker()?, Verb::admin("team_template.end"), move |tx, actor| people::end_team_template(tx, actor, id))?;
    Ok(Answer::nothing())
}

/// The teams that a record has, or could have.
pub fn teams(app: &App, call: &Call) -> Outcome {
    let all = app.desk.look(&call.asker()?, |tx, actor| records::teams_of_record(tx, actor, table_of(actor, call.set())?, call.id()))?;
    let line = |of: &TeamOfRecord| {
        let members: Vec<Json> = of.members.iter().map(|(id, known)| show::user(*id, &known.name)).collect();
        json!({ "template": template(&of.template), "team": of.team.map(|team| team.to_string()), "members": members })
    };
    Ok(Answer::data(json!({ "rows": all.iter().map(line).collect::<Vec<Json>>() })))
}

/// Puts somebody into the team of a record.
pub fn put_in(app: &App, call: &Call) -> Outcome {
    let (set, id, template, user) = (call.set().to_owned(), call.id(), call.id_named("template"), call.principal_named("user"));
    app.desk.perform(&call.asker()?, verb(app, &set, "put_into_team")?, move |tx, actor| {
        records::put_into_team(tx, actor, table_of(actor, &set)?, id, template, user)
    })?;
    Ok(Answer::nothing())
}

/// Takes somebody out of the team of a record.
pub fn take_out(app: &App, call: &Call) -> Outcome {
    let (set, id, template, user) = (call.set().to_owned(), call.id(), call.id_named("template"), call.principal_named("user"));
    app.desk.perform(&call.asker()?, verb(app, &set, "take_out_of_team")?, move |tx, actor| {
        records::take_out_of_team(tx, actor, table_of(actor, &set)?, id, template, user)
    })?;
    Ok(Answer::nothing())
}
