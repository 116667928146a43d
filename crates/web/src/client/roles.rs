//! Roles: their list, and one as a matrix to read, to change, to make.
//!
//! A cell is a select called `level-<set>-<privilege>`; a cell that a form does not carry keeps its level. The form
//! carries what the role was when it was opened, so nobody undoes somebody else's change without seeing it.
//! Not here: who is given a role ([`super::person`]). Start reading at [`page`]. Proved by `tests/it/people_pages.rs`.

use super::address::Address;
use super::frame::Shell;
use super::people::state;
use super::person::{may_open_roles, refused};
use super::show::{capital, counted};
use crate::App;
use crate::answer::{Answer, No, Outcome, sentence};
use crate::call::Call;
use crate::pages::frame::Frame;
use crate::pages::roles::{Level, RoleLine, RolePage, RoleRow, RoleTask, RolesPage};
use crate::pages::{Choice, Kept, Principal};
use catalogue::{Area, Ownership, Table};
use crm::people::{self, RoleDraft, RoleSheet, Tasks};
use crm::views::principal_names;
use crm::{AccessLevel, Actor, Denial, Done, Levels, Privilege, Problem, RoleId, Task, Tx, Verb};
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;

/// What the roles that come with the product are for, by name.
const PURPOSES: [(&str, &str); 9] = [
    ("System Administrator", "May do everything, on every table there is or will be"),
    ("Security Administrator", "Keeps people, roles, units and teams; sees no records"),
    ("Sales Manager", "Works with everything of sales in the unit and below"),
    ("Salesperson", "Works own leads, accounts, contacts and opportunities; reads the customers of the unit"),
    ("Customer Service Manager", "Works with every case of the unit and below"),
    ("Customer Service Representative", "Works the cases of the unit; reads every customer"),
    ("Marketing Manager", "Runs campaigns and keeps leads; reads every customer"),
    ("Auditor", "Reads the trail and who has access, no records"),
    ("Basic User", "Own activities and notes; reads products and prices"),
];

/// `GET /roles`
pub(super) fn list(app: &App, call: &Call) -> Outcome {
    let page = app.desk.look(&call.asker()?, |tx, actor| {
        let shell = Shell::of(tx, actor, call)?;
        let can_open = may_open_roles(&shell);
        let row = |role: &people::RoleLine| RoleRow {
            name: role.name.clone(),
            href: if can_open { format!("/roles/{}", role.id) } else { String::new() },
            purpose: purpose(&role.name, role.is_shipped),
            is_shipped: role.is_shipped,
            held_by: match role.given {
                None => String::new(),
                Some(0) => "nobody".into(),
                Some(n) => counted(n, "person or team", "people and teams"),
            },
        };
        let rows = people::roles(tx, actor)?.iter().map(row).collect();
        Ok(RolesPage { frame: shell.frame("Roles"), rows, can_create: shell.outlook.holds(Task::ManageRoles) })
    })?;
    Answer::draw(&page)
}

fn purpose(name: &str, is_shipped: bool) -> String {
    let known = PURPOSES.iter().find(|(known, _)| is_shipped && *known == name);
    known.map_or_else(String::new, |(_, words)| (*words).to_owned())
}

/// `GET /roles/{id}`; with `edit` as a form.
pub(super) fn page(app: &App, call: &Call) -> Outcome {
    let wants_edit = call.query.iter().any(|(name, _)| name == "edit");
    let page = app.desk.look(&call.asker()?, |tx, actor| {
        let sheet = people::role(tx, actor, RoleId(call.id()))?;
        let draft = RoleDraft::from(sheet.role.clone());
        drawn(tx, actor, call, Some(&sheet), &draft, wants_edit && sheet.may_edit)
    })?;
    Answer::draw(&page)
}

/// `GET /roles/new`
pub(super) fn new(app: &App, call: &Call) -> Outcome {
    let page = app.desk.look(&call.asker()?, |tx, actor| drawn(tx, actor, call, None, &empty(), true))?;
    Answer::draw(&page)
}

fn empty() -> RoleDraft {
    RoleDraft {
        id: None,
        name: String::new(),
        team_only: false,
        privileges: BTreeMap::new(),
        others: Levels::default(),
        tasks: Tasks::new(),
    }
}

fn drawn(tx: &mut Tx<'_>, actor: &Actor, call: &Call, sheet: Option<&RoleSheet>, draft: &RoleDraft, is_editing: bool) -> Done<RolePage> {
    let shell = Shell::of(tx, actor, call)?;
    if sheet.is_none() && !shell.outlook.holds(Task::ManageRoles) {
        return Err(Denial::NoTask(Task::ManageRoles).into());
    }
    let title = sheet.map_or("New role", |s| s.role.name.as_str());
    let href = sheet.map_or_else(|| "/roles/new".to_owned(), |s| format!("/roles/{}", s.role.id));
    let mut tables: Vec<&Table> = shell.catalogue.tables().iter().filter(|t| has_levels(t)).collect();
    tables.sort_by_key(|t| t.area);
    let holders = match sheet {
        Some(sheet) => holders(tx, actor, &shell, sheet)?,
        None => Vec::new(),
    };
    Ok(RolePage {
        frame: Frame { here: href.clone(), ..shell.below(title, &[("Roles", "/roles")]) },
        cancel: sheet.map_or_else(String::new, |_| href.clone()),
        href,
        name: draft.name.clone(),
        is_team_only: draft.team_only,
        purpose: sheet.map_or_else(String::new, |s| purpose(&s.role.name, s.is_shipped)),
        privileges: Privilege::ALL.iter().map(|p| Choice::new(p.name(), &capital(&p.name().replace('_', " ")))).collect(),
        lines: tables.into_iter().map(|table| line(table, draft)).collect(),
        tasks: Task::ALL
            .iter()
            .map(|t| RoleTask { name: t.name().into(), label: t.label().into(), is_held: draft.tasks.contains(t) })
            .collect(),
        holders,
        is_editing,
        can_edit: sheet.is_some_and(|s| s.may_edit),
        asks_factor: match sheet {
            Some(sheet) => people::asks_for_factor(tx, actor, sheet.role.id)?,
            None => false,
        },
        can_ask_factor: sheet.is_some() && !is_editing && shell.outlook.holds(Task::ManageRoles),
        guard: sheet.and_then(|s| s.guard).map_or_else(String::new, sentence),
        kept: sheet.map_or_else(Vec::new, |s| vec![Kept { name: "was".into(), value: said(&RoleDraft::from(s.role.clone())) }]),
        error: String::new(),
    })
}

/// Rows of the other tables have no rights of their own.
fn has_levels(table: &Table) -> bool {
    matches!(table.ownership, Ownership::Principal | Ownership::Organisation)
}

fn line(table: &Table, draft: &RoleDraft) -> RoleLine {
    let levels = draft.privileges.get(&table.set).unwrap_or(&draft.others);
    let cell = |privilege: Privilege| {
        let level = levels.of(privilege);
        let choice = |l: &AccessLevel| Choice { selected: *l == level, ..Choice::new(l.name(), words(*l)) };
        Level { value: level.name().into(), choices: known(table, privilege).iter().map(choice).collect() }
    };
    let area = match table.area {
        Area::Work => "Work",
        Area::Sales => "Sales",
        Area::Service => "Service",
        Area::Marketing => "Marketing",
        Area::Settings => "Settings",
        Area::Nowhere => "Others",
    };
    RoleLine {
        set: table.set.clone(),
        label: table.plural.clone(),
        area: area.into(),
        levels: Privilege::ALL.into_iter().map(cell).collect(),
    }
}

/// The levels a privilege can be given at on a table; none where it means nothing.
fn known(table: &Table, privilege: Privilege) -> &'static [AccessLevel] {
    match (&table.ownership, privilege) {
        (Ownership::Principal, _) => &AccessLevel::ALL,
        (_, Privilege::Assign | Privilege::Share) => &[],
        _ => &[AccessLevel::None, AccessLevel::Organisation],
    }
}

/// A level as pages call it.
pub(super) fn words(level: AccessLevel) -> &'static str {
    match level {
        AccessLevel::None => "None",
        AccessLevel::User => "Own",
        AccessLevel::Unit => "Unit",
        AccessLevel::UnitAndChildren => "Unit and below",
        AccessLevel::Organisation => "All",
    }
}

fn holders(tx: &mut Tx<'_>, actor: &Actor, shell: &Shell, sheet: &RoleSheet) -> Done<Vec<Principal>> {
    let ids: Vec<_> = sheet.holders.iter().map(|grant| grant.principal).collect();
    let names = principal_names(tx, &ids)?;
    let teams: Vec<_> = people::teams(tx, actor)?.into_iter().map(|t| t.team.id).collect();
    let mut found = Vec::new();
    for grant in &sheet.holders {
        let is_team = teams.contains(&grant.principal);
        let mut name = names.get(&grant.principal).cloned().unwrap_or_default();
        if is_team {
            name.push_str(" (team)");
        } else {
            let state = state(people::person(tx, actor, grant.principal)?.person.state).text;
            name.push_str(if state == "Active" { "" } else { " (not active)" });
        }
        if let Some(until) = grant.until {
            name.push_str(&format!(", until {}", shell.eye.when(until).short));
        }
        let (kind, place) = if is_team { ("team", "teams") } else { ("user", "people") };
        found.push(Principal { id: grant.principal.to_string(), href: format!("/{place}/{}", grant.principal), name, kind: kind.into() });
    }
    Ok(found)
}

/// What a draft is, in a few letters that differ when it does.
pub(super) fn said(draft: &impl std::fmt::Debug) -> String {
    let sum = Sha256::digest(format!("{draft:?}").as_bytes());
    sum.iter().take(8).map(|byte| format!("{byte:02x}")).collect()
}

/// `POST /roles/{id}`
pub(super) fn save(app: &App, call: &Call) -> Outcome {
    let (id, sent) = (RoleId(call.id()), call.clone());
    let done = app.desk.perform(&call.asker()?, Verb::admin("role.change"), move |tx, actor| {
        let mut draft = RoleDraft::from(people::role(tx, actor, id)?.role);
        if said(&draft) != sent.field("was") {
            return Err(Problem::conflict(
                "stale",
                "somebody changed this role since you opened it; what you entered is below, save again to keep it",
            ));
        }
        fill(actor, &mut draft, &sent);
        people::save_role(tx, actor, &draft)
    });
    answered(app, call, Some(id), done.map_err(No::from))
}

/// `POST /roles/{id}/second-factor`
pub(super) fn require_factor(app: &App, call: &Call) -> Outcome {
    let (id, required) = (RoleId(call.id()), call.field("required") == "true");
    let verb = Verb::admin("role.require-factor");
    let done = app.desk.perform(&call.asker()?, verb, move |tx, actor| people::require_factor(tx, actor, id, required));
    match done {
        Ok(()) => {
            let word = if required { "factor-asked" } else { "factor-free" };
            Ok(Answer::see(Address::new(format!("/roles/{id}")).with("done", word).to_string()))
        }
        Err(error) => {
            let (status, error) = refused(error.into())?;
            let page = app.desk.look(&call.asker()?, |tx, actor| {
                let sheet = people::role(tx, actor, id)?;
                drawn(tx, actor, call, Some(&sheet), &RoleDraft::from(sheet.role.clone()), false)
            })?;
            Ok(Answer::draw(&RolePage { error, ..page })?.status(status))
        }
    }
}

/// `POST /roles/new`
pub(super) fn make(app: &App, call: &Call) -> Outcome {
    let sent = call.clone();
    let done = app.desk.perform(&call.asker()?, Verb::admin("role.create"), move |tx, actor| {
        let mut draft = empty();
        fill(actor, &mut draft, &sent);
        people::save_role(tx, actor, &draft)
    });
    answered(app, call, None, done.map_err(No::from))
}

fn answered(app: &App, call: &Call, id: Option<RoleId>, done: Result<RoleId, No>) -> Outcome {
    let (status, error) = match done {
        Ok(id) => return Ok(Answer::see(Address::new(format!("/roles/{id}")).with("done", "saved").to_string())),
        Err(no) => refused(no)?,
    };
    let page = app.desk.look(&call.asker()?, |tx, actor| {
        let sheet = id.map(|id| people::role(tx, actor, id)).transpose()?;
        let mut draft = sheet.as_ref().map_or_else(empty, |s| RoleDraft::from(s.role.clone()));
        fill(actor, &mut draft, call);
        let may_edit = sheet.as_ref().is_none_or(|s| s.may_edit);
        drawn(tx, actor, call, sheet.as_ref(), &draft, may_edit)
    })?;
    Ok(Answer::draw(&RolePage { error, ..page })?.status(status))
}

/// Puts what the form carries into the draft.
fn fill(actor: &Actor, draft: &mut RoleDraft, call: &Call) {
    draft.name = call.field("name").to_owned();
    draft.team_only = call.field("team_only") == "true";
    draft.tasks = call.fields("task").into_iter().filter_map(Task::parse).collect();
    for table in actor.catalogue().tables().iter().filter(|t| has_levels(t)) {
        let old = *draft.privileges.get(&table.set).unwrap_or(&draft.others);
        let sent = |levels: Levels, privilege: Privilege| {
            let level = AccessLevel::parse(call.field(&format!("level-{}-{}", table.set, privilege.name())));
            match level.filter(|level| known(table, privilege).contains(level)) {
                Some(level) => levels.with(privilege, level),
                None => levels,
            }
        };
        let new = Privilege::ALL.into_iter().fold(old, sent);
        if new != old {
            draft.privileges.insert(table.set.clone(), new);
        }
    }
}
