//! People: their list, and inviting somebody.
//!
//! Names are shown to everybody, the rest as far as `crm` told it. The link of an invitation is drawn on the page that
//! answers the form and nowhere else: it stands in no address, so no log and no history keeps it.
//! Not here: one person's page ([`super::person`]). Start reading at [`page`]. Proved by `tests/it/people_pages.rs`.

use super::address::Address;
use super::ends;
use super::fields::{self, Entered};
use super::form::at_fields;
use super::frame::Shell;
use super::person;
use super::show::{Eye, capital};
use crate::App;
use crate::answer::{Answer, No, Outcome, sentence};
use crate::call::Call;
use crate::pages::form::{Field, FormPage, Input, Section};
use crate::pages::people::{PeoplePage, PersonRow};
use crate::pages::{Badge, Choice, Link, Tone};
use catalogue::RowId;
use crm::people::{self, InviteAsk, UserQuery};
use crm::{Actor, Denial, Done, Error, FieldError, PrincipalId, RoleId, Task, Tx, UnitId, UserState, Verb};

/// How many people a page has.
const PAGE: usize = 50;

/// `GET /people`
pub(super) fn page(app: &App, call: &Call) -> Outcome {
    let drawn = app.desk.look(&call.asker()?, |tx, actor| drawn(tx, actor, call))?;
    Answer::draw(&drawn)
}

fn drawn(tx: &mut Tx<'_>, actor: &Actor, call: &Call) -> Done<PeoplePage> {
    let shell = Shell::of(tx, actor, call)?;
    let search = call.param("search").unwrap_or_default().trim().to_owned();
    let state = call.param("state").and_then(UserState::parse);
    let after = call.param("after").and_then(RowId::parse).map(PrincipalId);
    let query = UserQuery { text: search.clone(), state, after, limit: PAGE + 1 };
    let mut found = people::list(tx, actor, &query)?;
    let has_more = found.len() > PAGE;
    found.truncate(PAGE);
    let at = |state: Option<UserState>| Address::new("/people").with("state", state.map_or("", UserState::name)).with("search", &search);
    let filter = |label: &str, of: Option<UserState>| Link { current: of == state, ..Link::new(label, &at(of).to_string(), "") };
    let next_href = found.last().filter(|_| has_more).map(|last| at(state).with("after", &last.person.id.to_string()).to_string());
    let count = match (has_more, after) {
        (false, None) => super::show::counted(found.len(), "person", "people"),
        (true, None) => format!("more than {PAGE} people"),
        (_, Some(_)) => String::new(),
    };
    Ok(PeoplePage {
        frame: shell.frame("People"),
        filters: vec![
            filter("All", None),
            filter("Active", Some(UserState::Active)),
            filter("Invited", Some(UserState::Invited)),
            filter("Frozen", Some(UserState::Frozen)),
            filter("Disabled", Some(UserState::Disabled)),
        ],
        rows: found.iter().map(|row| line(&shell, row)).collect(),
        count,
        next_href,
        can_find: people::may_find(actor).is_ok(),
        can_invite: shell.outlook.holds(Task::ManageUsers),
        search,
    })
}

fn line(shell: &Shell, row: &people::PersonRow) -> PersonRow {
    let details = row.person.details.as_ref();
    PersonRow {
        name: row.person.name.clone(),
        href: format!("/people/{}", row.person.id),
        email: details.map_or_else(String::new, |d| d.email.clone()),
        unit: details.map_or_else(String::new, |d| d.unit_name.clone()),
        is_service: details.is_some_and(|d| d.is_service),
        state: state(row.person.state),
        roles: row.roles.clone(),
        seen: details.and_then(|d| d.last_seen).map(|at| shell.eye.when(at)),
    }
}

/// A person's state as a badge.
pub(super) fn state(state: UserState) -> Badge {
    let tone = match state {
        UserState::Active => Tone::Accent,
        UserState::Invited => Tone::Waits,
        UserState::Frozen | UserState::Disabled | UserState::Erased => Tone::Stops,
    };
    Badge { text: capital(state.name()), tone }
}

/// The units as choices, the tree in order.
pub(super) fn units(tx: &mut Tx<'_>, actor: &Actor, chosen: &str) -> Done<Vec<Choice>> {
    let line = |unit: &people::UnitLine| {
        let id = unit.id.to_string();
        Choice { selected: id == chosen, ..Choice::new(&id, &format!("{}{}", "\u{2003}".repeat(unit.depth), unit.name)) }
    };
    Ok(people::units(tx, actor)?.iter().map(line).collect())
}

/// The roles as choices.
pub(super) fn roles(tx: &mut Tx<'_>, actor: &Actor, chosen: &[&str]) -> Done<Vec<Choice>> {
    let line = |role: &people::RoleLine| {
        let id = role.id.to_string();
        Choice { selected: chosen.contains(&id.as_str()), ..Choice::new(&id, &role.name) }
    };
    Ok(people::roles(tx, actor)?.iter().map(line).collect())
}

/// `GET /people/new`
pub(super) fn new(app: &App, call: &Call) -> Outcome {
    let page = app.desk.look(&call.asker()?, |tx, actor| form(tx, actor, call, &[]))?;
    Answer::draw(&page)
}

fn form(tx: &mut Tx<'_>, actor: &Actor, call: &Call, wrong: &[FieldError]) -> Done<FormPage> {
    let shell = Shell::of(tx, actor, call)?;
    if !shell.outlook.holds(Task::ManageUsers) {
        return Err(Denial::NoTask(Task::ManageUsers).into());
    }
    let manager = fields::principal(tx, actor, call, "manager", &["users"])?;
    let responsible = fields::principal(tx, actor, call, "responsible", &["users"])?;
    let lead = match crm::mail::is_set_up(tx)? {
        true => "The person gets a link by mail, and chooses a password there.",
        false => "The next page shows a link, once. Send it to the person; the password is chosen there.",
    };
    let mut inputs = vec![
        ("name", "Full name", Input::line("text", call.field("name"), 160), true),
        ("email", "E-mail", Input::line("email", call.field("email"), 254), true),
        ("title", "Job", Input::line("text", call.field("title"), 160), false),
        ("business_unit", "Unit", Input::One(units(tx, actor, call.field("business_unit"))?), true),
        ("manager", "Manager", Input::Lookup(fields::picker(&shell.catalogue, &["users"], &manager)), false),
        ("ends_at", "Works here until", Input::line("datetime-local", call.field("ends_at"), 0), false),
    ];
    if shell.outlook.holds(Task::AssignRoles) {
        inputs.push(("roles", "Roles", Input::Many(roles(tx, actor, &call.fields("roles"))?), false));
    }
    let service = [
        ("service", "A program uses this account, no person", Input::YesNo(!call.field("service").is_empty()), false),
        ("responsible", "Answers for it", Input::Lookup(fields::picker(&shell.catalogue, &["users"], &responsible)), false),
    ];
    let known: Vec<&str> = inputs.iter().chain(&service).map(|(name, ..)| *name).collect();
    let others = wrong.iter().filter(|e| !known.contains(&e.column.as_str()));
    let problems = others.map(|e| sentence(&e.message)).collect();
    let field = |(name, label, input, is_required): (&str, &str, Input, bool)| {
        let told = wrong.iter().find(|e| e.column == name).map(|e| &e.message);
        let found = match name {
            "manager" => manager.error.as_ref(),
            "responsible" => responsible.error.as_ref(),
            _ => None,
        };
        let error = told.or(found).map(|words| capital(words));
        let (help, name, label, is_wide) = (help(name).to_owned(), name.to_owned(), label.to_owned(), name == "roles");
        Field { name, label, input, is_required, is_wide, error, help, ..Field::default() }
    };
    Ok(FormPage {
        frame: shell.below("Invite a person", &[("People", "/people")]),
        action: "/people/new".into(),
        cancel: "/people".into(),
        submit: "Make the invitation".into(),
        lead: lead.into(),
        sections: vec![
            Section { title: String::new(), fields: inputs.into_iter().map(field).collect() },
            Section { title: "Service account".into(), fields: service.into_iter().map(field).collect() },
        ],
        problems,
        ..FormPage::default()
    })
}

/// What is said below a field.
fn help(name: &str) -> &'static str {
    match name {
        "ends_at" => "From this minute on the account is frozen. Leave it empty for no end.",
        "responsible" => "Who is asked about it: somebody active.",
        "service" => "It comes in by the API alone: no page opens for it.",
        _ => "",
    }
}

/// `POST /people/new`: answered by the page of the new person, with the link on it.
pub(super) fn invite(app: &App, call: &Call) -> Outcome {
    let who = call.asker()?;
    let again = |wrong: &[FieldError]| -> Outcome {
        let page = app.desk.look(&who, |tx, actor| form(tx, actor, call, wrong))?;
        Ok(Answer::draw(&page)?.status(422))
    };
    let find = |name: &str| app.desk.look(&who, |tx, actor| fields::principal(tx, actor, call, name, &["users"]));
    let (manager, responsible) = (find("manager")?, find("responsible")?);
    if manager.error.is_some() || responsible.error.is_some() || !call.field("find").is_empty() {
        return again(&[]);
    }
    let Some(unit) = RowId::parse(call.field("business_unit")).map(UnitId) else {
        return again(&[FieldError { column: "business_unit".into(), message: "choose the unit".into() }]);
    };
    let eye = app.desk.look(&who, |tx, actor| Eye::of(tx, actor, call))?;
    let ends_at = match ends::moment(&eye, call.field("ends_at")) {
        Err(No::Crm(Error::Problem(problem))) => return again(&at_fields(&problem)),
        other => other?,
    };
    let responsible = match ends::service(call, &responsible) {
        Err(Error::Problem(problem)) => return again(&at_fields(&problem)),
        other => other?,
    };
    let ask = InviteAsk {
        name: call.field("name").into(),
        email: call.field("email").into(),
        title: Some(call.field("title").to_owned()),
        unit,
        manager: chosen(&manager),
        roles: call.fields("roles").into_iter().filter_map(RowId::parse).map(RoleId).collect(),
        ends_at,
        responsible,
    };
    let made = app.desk.perform(&who, Verb::admin("user.invite"), move |tx, actor| people::invite(tx, actor, &ask));
    match made {
        Ok(invitation) => person::with_link(app, call, &invitation),
        Err(Error::Problem(problem)) if problem.code == "email-taken" => {
            again(&[FieldError { column: "email".into(), message: problem.detail }])
        }
        Err(Error::Problem(problem)) => again(&at_fields(&problem)),
        Err(other) => Err(other.into()),
    }
}

/// Who was chosen in a picker.
pub(super) fn chosen(entered: &Entered) -> Option<PrincipalId> {
    entered.value.as_ref().and_then(|(value, _)| value.id()).map(PrincipalId)
}
