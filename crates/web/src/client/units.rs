//! Units and teams: the tree, a unit's form, a team with its members and roles.
//!
//! Names are known to everybody; what can be changed here shows because `crm` or a task said so.
//! Not here: giving roles, which is the same for people ([`super::person`]). Start reading at [`page`].
//! Proved by `tests/it/people_pages.rs`.

use super::address::Address;
use super::fields::{self, Entered};
use super::form::at_fields;
use super::frame::Shell;
use super::moving;
use super::people::{chosen, roles, units};
use super::person::{
    give_role, granted, may_open_profiles, may_open_roles, refused, take_role, typed_for_profile, typed_for_role, undone_by,
};
use super::profiles;
use super::record_teams::{self, Templates};
use super::show::{capital, counted};
use crate::App;
use crate::answer::{Answer, No, Outcome, sentence};
use crate::call::{Call, column};
use crate::pages::form::{Field, FormPage, Input, Section};
use crate::pages::frame::Frame;
use crate::pages::people::{Follows, HeldRole, TeamPage};
use crate::pages::roles::{TeamRow, UnitRow, UnitsPage};
use crate::pages::{Choice, Kept, Principal};
use catalogue::RowId;
use crm::people::{self, TeamKind, TeamSheet, UnitLine};
use crm::views::principal_names;
use crm::{Actor, Denial, Done, Error, FieldError, PrincipalId, Task, Tx, UnitId, Verb};

/// How many members of a team the list names.
const NAMED: usize = 3;

/// `GET /units`
pub(super) fn page(app: &App, call: &Call) -> Outcome {
    let page = app.desk.look(&call.asker()?, |tx, actor| drawn(tx, actor, call))?;
    Answer::draw(&page)
}

fn drawn(tx: &mut Tx<'_>, actor: &Actor, call: &Call) -> Done<UnitsPage> {
    let shell = Shell::of(tx, actor, call)?;
    let can_manage_units = shell.outlook.holds(Task::ManageUnits);
    let unit = |unit: &UnitLine| UnitRow {
        id: unit.id.to_string(),
        name: unit.name.clone(),
        depth: unit.depth,
        people: unit.people.map_or_else(String::new, |n| counted(n, "person", "people")),
        href: if can_manage_units { format!("/units/{}", unit.id) } else { String::new() },
    };
    let (is_team, is_template) = (call.here.starts_with("/teams"), record_teams::is_about_templates(call));
    let can_manage_teams = shell.outlook.holds(Task::ManageTeams);
    let templates = if can_manage_teams { record_teams::templates(tx, actor, call, &shell)? } else { Templates::default() };
    Ok(UnitsPage {
        frame: Frame { here: "/units".into(), ..shell.frame("Units and teams") },
        units: people::units(tx, actor)?.iter().map(unit).collect(),
        teams: people::teams(tx, actor)?.iter().map(team_row).collect(),
        can_manage_units,
        can_manage_teams,
        error: String::new(),
        unit_name: if is_team || is_template { String::new() } else { call.field("name").to_owned() },
        unit_chosen: call.field(if is_team { "business_unit" } else { "parent" }).to_owned(),
        team_name: if is_team { call.field("name").to_owned() } else { String::new() },
        templates: templates.rows,
        template_tables: templates.tables,
        template_rights: templates.rights,
        template_name: templates.name,
    })
}

fn team_row(sheet: &TeamSheet) -> TeamRow {
    let members = sheet.members.as_deref().unwrap_or_default();
    let mut names = members.iter().take(NAMED).map(|(_, known)| known.name.clone()).collect::<Vec<_>>().join(", ");
    if members.len() > NAMED {
        names.push_str(&format!(" and {} more", members.len() - NAMED));
    }
    TeamRow {
        name: sheet.team.name.clone(),
        href: format!("/teams/{}", sheet.team.id),
        kind: kind(sheet).into(),
        unit: sheet.unit.clone(),
        members: names,
        roles: sheet.roles.iter().flatten().map(|grant| grant.name.clone()).collect(),
    }
}

fn kind(sheet: &TeamSheet) -> &'static str {
    match (sheet.team.is_default, sheet.team.kind) {
        (true, _) => "Default team",
        (false, TeamKind::Owner) => "Owner team",
        (false, TeamKind::Access) => "Access team",
    }
}

/// What was made, or the page again with what is wrong.
pub(super) fn made<T>(app: &App, call: &Call, done: Result<T, No>, at: impl FnOnce(T) -> String) -> Outcome {
    let (status, error) = match done {
        Ok(made) => return Ok(Answer::see(Address::new(at(made)).with("done", "made").to_string())),
        Err(no) => refused(no)?,
    };
    let page = app.desk.look(&call.asker()?, |tx, actor| drawn(tx, actor, call))?;
    Ok(Answer::draw(&UnitsPage { error, ..page })?.status(status))
}

fn unit_of(call: &Call, name: &str) -> Result<UnitId, No> {
    RowId::parse(call.field(name)).map(UnitId).ok_or_else(|| column(name, "choose the unit"))
}

/// `POST /units`
pub(super) fn make_unit(app: &App, call: &Call) -> Outcome {
    let (who, name) = (call.asker()?, call.field("name").to_owned());
    let done = unit_of(call, "parent").and_then(|parent| {
        let act = move |tx: &mut Tx<'_>, actor: &Actor| people::create_unit(tx, actor, &name, parent);
        Ok(app.desk.perform(&who, Verb::admin("business_unit.create"), act)?)
    });
    made(app, call, done, |_| "/units".into())
}

/// `POST /teams`
pub(super) fn make_team(app: &App, call: &Call) -> Outcome {
    let (who, name, owns) = (call.asker()?, call.field("name").to_owned(), call.field("kind") != "access");
    let done = unit_of(call, "business_unit").and_then(|unit| {
        let act = move |tx: &mut Tx<'_>, actor: &Actor| people::create_team(tx, actor, &name, unit, owns);
        Ok(app.desk.perform(&who, Verb::admin("team.create"), act)?)
    });
    made(app, call, done, |id| format!("/teams/{id}"))
}

/// `GET /units/{id}`: its form.
pub(super) fn unit(app: &App, call: &Call) -> Outcome {
    let page = app.desk.look(&call.asker()?, |tx, actor| unit_form(tx, actor, call, &[]))?;
    Answer::draw(&page)
}

fn unit_form(tx: &mut Tx<'_>, actor: &Actor, call: &Call, wrong: &[FieldError]) -> Done<FormPage> {
    let shell = Shell::of(tx, actor, call)?;
    if !shell.outlook.holds(Task::ManageUnits) {
        return Err(Denial::NoTask(Task::ManageUnits).into());
    }
    let all = people::units(tx, actor)?;
    let unit = all.iter().find(|unit| unit.id == UnitId(call.id())).ok_or(Denial::NotThere)?;
    let is_sent = !call.form.is_empty();
    let stored = unit.parent.map_or_else(String::new, |parent| parent.to_string());
    let parent = if is_sent { call.field("parent") } else { &stored };
    let name = if is_sent { call.field("name") } else { &unit.name };
    let error = |column: &str| wrong.iter().find(|e| e.column == column).map(|e| capital(&e.message));
    let field = |name: &str, label: &str, input: Input| {
        let (error, name, label) = (error(name), name.to_owned(), label.to_owned());
        Field { name, label, input, is_required: true, error, ..Field::default() }
    };
    let mut fields = vec![field("name", "Name", Input::line("text", name, 160))];
    if unit.parent.is_some() {
        fields.push(field("parent", "Under", Input::One(places(&all, unit, parent))));
    }
    let others = wrong.iter().filter(|e| !["name", "parent"].contains(&e.column.as_str()));
    Ok(FormPage {
        frame: shell.below(&unit.name, &[("Units and teams", "/units")]),
        action: format!("/units/{}", unit.id),
        cancel: "/units".into(),
        submit: "Save".into(),
        problems: others.map(|e| sentence(&e.message)).collect(),
        lead: "Moving a unit moves what its people, and the people above it, reach. Records stay in their unit.".into(),
        sections: vec![Section { title: String::new(), fields }],
        ..FormPage::default()
    })
}

/// The units that another can be put below: all but itself and what lies below it.
fn places(all: &[UnitLine], unit: &UnitLine, chosen: &str) -> Vec<Choice> {
    let mut inside = None;
    let mut choices = Vec::new();
    for line in all {
        if inside.is_some_and(|depth| line.depth > depth) {
            continue;
        }
        inside = (line.id == unit.id).then_some(line.depth);
        if inside.is_none() {
            let id = line.id.to_string();
            let label = format!("{}{}", "\u{2003}".repeat(line.depth), line.name);
            choices.push(Choice { selected: id == chosen, ..Choice::new(&id, &label) });
        }
    }
    choices
}

/// `POST /units/{id}`
pub(super) fn change_unit(app: &App, call: &Call) -> Outcome {
    let (who, id, name) = (call.asker()?, UnitId(call.id()), call.field("name").to_owned());
    let parent = RowId::parse(call.field("parent")).map(UnitId);
    let done = app.desk.perform(&who, Verb::admin("business_unit.change"), move |tx, actor| {
        people::rename_unit(tx, actor, id, &name)?;
        match parent {
            Some(parent) => people::move_unit(tx, actor, id, parent),
            None => Ok(()),
        }
    });
    match done {
        Ok(()) => Ok(Answer::see("/units?done=saved")),
        Err(Error::Problem(problem)) => {
            let page = app.desk.look(&who, |tx, actor| unit_form(tx, actor, call, &at_fields(&problem)))?;
            Ok(Answer::draw(&page)?.status(422))
        }
        Err(other) => Err(other.into()),
    }
}

/// `GET /teams/{id}`
pub(super) fn team(app: &App, call: &Call) -> Outcome {
    let page = app.desk.look(&call.asker()?, |tx, actor| team_drawn(tx, actor, call))?;
    Answer::draw(&page)
}

fn team_drawn(tx: &mut Tx<'_>, actor: &Actor, call: &Call) -> Done<TeamPage> {
    let shell = Shell::of(tx, actor, call)?;
    let sheet = people::team(tx, actor, call.principal_named("id"))?;
    let href = format!("/teams/{}", sheet.team.id);
    let user = match call.here.ends_with("/members") {
        true => fields::principal(tx, actor, call, "user", &["users"])?,
        false => Entered::default(),
    };
    let (units, follows) = if sheet.may_move { place(tx, actor, call, &sheet)? } else { (Vec::new(), Follows::default()) };
    let name = if call.here.ends_with("/name") { call.field("name") } else { &sheet.team.name };
    let fact = |name: &str, value: &str| Kept { name: name.into(), value: value.into() };
    let sees_profiles = may_open_profiles(&shell);
    Ok(TeamPage {
        frame: Frame { here: href.clone(), ..shell.below(&sheet.team.name, &[("Units and teams", "/units")]) },
        facts: vec![fact("Kind", kind(&sheet)), fact("Unit", &sheet.unit)],
        members: sheet.members.as_deref().map(|all| all.iter().map(|(id, known)| member(*id, &known.name)).collect()),
        can_change_members: sheet.may_change_members,
        user_error: user.error.as_deref().map_or_else(String::new, capital),
        user: fields::picker(&shell.catalogue, &["users"], &user),
        can_rename: sheet.may_rename,
        name: name.to_owned(),
        roles: team_roles(tx, &shell, &sheet)?,
        units,
        follows,
        has_roles: sheet.roles.is_some() && sheet.team.kind == TeamKind::Owner,
        givable: if sheet.may_give_roles { roles(tx, actor, &call.fields("role"))? } else { Vec::new() },
        give_reason: typed_for_role(call, "reason"),
        give_until: typed_for_role(call, "until"),
        profiles: match sees_profiles {
            true => profiles::held(tx, actor, &shell.eye, sheet.team.id, &[])?,
            false => Vec::new(),
        },
        sees_profiles,
        profiles_to_give: profiles::givable(tx, actor, sheet.team.id, call.field("profile"))?,
        profile_reason: typed_for_profile(call, "reason"),
        profile_until: typed_for_profile(call, "until"),
        guard: sheet.guard.map_or_else(String::new, sentence),
        error: String::new(),
        href,
    })
}

/// The form that moves the team.
fn place(tx: &mut Tx<'_>, actor: &Actor, call: &Call, sheet: &TeamSheet) -> Done<(Vec<Choice>, Follows)> {
    let stored = sheet.team.unit.to_string();
    let unit = if call.here.ends_with("/unit") { call.field("business_unit") } else { &stored };
    let owned = people::owned_by_team(tx, actor, sheet.team.id)?;
    Ok((units(tx, actor, unit)?, moving::follows(tx, actor, call, sheet.team.id, &owned)?))
}

fn member(id: PrincipalId, name: &str) -> Principal {
    Principal { id: id.to_string(), name: name.to_owned(), kind: "user".into(), href: format!("/people/{id}") }
}

fn team_roles(tx: &mut Tx<'_>, shell: &Shell, sheet: &TeamSheet) -> Done<Vec<HeldRole>> {
    let grants = sheet.roles.as_deref().unwrap_or_default();
    let names = principal_names(tx, &grants.iter().filter_map(|grant| grant.by).collect::<Vec<_>>())?;
    let sees = may_open_roles(shell);
    let held = |grant: &people::RoleGrant| {
        let by = grant.by.and_then(|by| names.get(&by)).map(String::as_str);
        HeldRole { can_take: sheet.may_give_roles, ..granted(&shell.eye, grant, by, sees) }
    };
    Ok(grants.iter().map(held).collect())
}

fn answered<T>(app: &App, call: &Call, done: Result<T, No>, word: &str) -> Outcome {
    let id = call.principal_named("id");
    let (status, error) = match done {
        Ok(_) => return Ok(Answer::see(Address::new(format!("/teams/{id}")).with("done", word).to_string())),
        Err(no) => refused(no)?,
    };
    let page = app.desk.look(&call.asker()?, |tx, actor| team_drawn(tx, actor, call))?;
    Ok(Answer::draw(&TeamPage { error, ..page })?.status(status))
}

/// `POST /teams/{id}/name`
pub(super) fn rename_team(app: &App, call: &Call) -> Outcome {
    let (id, name) = (call.principal_named("id"), call.field("name").to_owned());
    let done = app.desk.perform(&call.asker()?, Verb::admin("team.rename"), move |tx, actor| people::rename_team(tx, actor, id, &name));
    answered(app, call, done.map_err(No::from), "saved")
}

/// `POST /teams/{id}/unit`
pub(super) fn move_team(app: &App, call: &Call) -> Outcome {
    let (who, id, rows) = (call.asker()?, call.principal_named("id"), moving::chosen(call));
    let done = unit_of(call, "business_unit").and_then(|unit| {
        let act = move |tx: &mut Tx<'_>, actor: &Actor| people::move_team(tx, actor, id, unit, rows);
        Ok(app.desk.perform(&who, Verb::admin("team.change"), act)?)
    });
    match done {
        Ok(job) => Ok(moving::after(job, &format!("/teams/{id}"))),
        Err(no) => answered::<()>(app, call, Err(no), ""),
    }
}

/// `POST /teams/{id}/members`
pub(super) fn add_member(app: &App, call: &Call) -> Outcome {
    let who = call.asker()?;
    let found = app.desk.look(&who, |tx, actor| fields::principal(tx, actor, call, "user", &["users"]))?;
    let (team, user) = (call.principal_named("id"), chosen(&found));
    let Some(user) = user.filter(|_| call.field("find").is_empty()) else {
        let page = app.desk.look(&who, |tx, actor| team_drawn(tx, actor, call))?;
        return Ok(Answer::draw(&page)?.status(422));
    };
    let done = app.desk.perform(&who, Verb::admin("team.add"), move |tx, actor| people::add_member(tx, actor, team, user));
    answered(app, call, done.map_err(No::from), "joined")
}

/// `POST /teams/{id}/members/remove`
pub(super) fn remove_member(app: &App, call: &Call) -> Outcome {
    let team = call.principal_named("id");
    let user = RowId::parse(call.field("user")).map(PrincipalId).ok_or(Denial::NotThere)?;
    let done = app.desk.perform(&call.asker()?, Verb::admin("team.remove"), move |tx, actor| people::remove_member(tx, actor, team, user));
    answered(app, call, done.map_err(No::from), "left")
}

/// `POST /teams/{id}/roles`
pub(super) fn give(app: &App, call: &Call) -> Outcome {
    let done = give_role(app, call);
    answered(app, call, done, "given")
}

/// `POST /teams/{id}/roles/take`
pub(super) fn take(app: &App, call: &Call) -> Outcome {
    match take_role(app, call) {
        Ok(undo) => Ok(Answer::see(undone_by(format!("/teams/{}", call.id()), undo))),
        Err(no) => answered::<()>(app, call, Err(no), ""),
    }
}

/// `POST /teams/{id}/field_profiles`
pub(super) fn give_profile(app: &App, call: &Call) -> Outcome {
    answered(app, call, profiles::give_profile(app, call), "profile_given")
}

/// `POST /teams/{id}/field_profiles/take`
pub(super) fn take_profile(app: &App, call: &Call) -> Outcome {
    match profiles::take_profile(app, call, format!("/teams/{}", call.id())) {
        Ok(at) => Ok(Answer::see(at)),
        Err(no) => answered::<()>(app, call, Err(no), ""),
    }
}
