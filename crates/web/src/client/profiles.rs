//! Field profiles: their list, one with what it grants and who holds it, and each change of them.
//!
//! A line of the form is called `set.column`; a line that a form does not carry keeps what it grants, one without a tick
//! goes. The form carries what the profile was when it was opened, so nobody undoes somebody else's change unseen.
//! Giving and taking is the same on the page of a person or team ([`super::person`], [`super::units`]).
//! Not here: who reads a column ([`super::columns`]). Start reading at [`page`]. Proved by `tests/it/column_pages.rs`.

use super::address::Address;
use super::fields::{self, Entered};
use super::frame::Shell;
use super::people::chosen;
use super::person::{end_of_day, refused};
use super::roles::said;
use super::show::{Eye, capital, counted};
use crate::App;
use crate::answer::{Answer, No, Outcome, sentence};
use crate::call::{Call, column};
use crate::pages::columns::{ColumnChoices, GrantLine, HeldProfile, Holder, ProfilePage, ProfileRow, ProfilesPage};
use crate::pages::frame::Frame;
use crate::pages::{Choice, Kept, Link, Principal};
use catalogue::RowId;
use crm::people::{self, Profile, ProfileDraft, ProfileGrant, ProfileSheet};
use crm::views::principal_names;
use crm::{Actor, ColumnGrant, Denial, Done, PrincipalId, Problem, Task, Tx, Verb};
use std::collections::HashMap;

/// What a profile can grant on a column.
pub(super) const USES: [(&str, &str); 3] = [("read", "Read"), ("create", "Create"), ("update", "Update")];
/// To whom a profile may be given.
const HOLDERS: [&str; 2] = ["users", "teams"];
/// How many columns of a profile the list names.
const NAMED: usize = 3;

/// `GET /field_profiles`
pub(super) fn list(app: &App, call: &Call) -> Outcome {
    let page = app.desk.look(&call.asker()?, |tx, actor| {
        let all = people::profiles(tx, actor)?;
        let shell = Shell::of(tx, actor, call)?;
        let row = |sheet: &ProfileSheet| ProfileRow {
            name: sheet.profile.name.clone(),
            href: format!("/field_profiles/{}", sheet.profile.id),
            opens: opens(&shell, &sheet.profile),
            held_by: match sheet.holders.len() {
                0 => "nobody".into(),
                n => counted(n, "person or team", "people and teams"),
            },
        };
        let can_create = shell.outlook.holds(Task::ManageFieldProfiles);
        Ok(ProfilesPage { frame: shell.frame("Field profiles"), rows: all.iter().map(row).collect(), can_create })
    })?;
    Answer::draw(&page)
}

fn opens(shell: &Shell, profile: &Profile) -> String {
    let label = |grant: &ColumnGrant| {
        let table = shell.catalogue.find(&grant.set)?;
        Some(format!("{} of {}", table.find(&grant.column)?.label, table.plural.to_lowercase()))
    };
    let mut told: Vec<String> = profile.grants.iter().filter_map(label).collect();
    if told.len() > NAMED {
        let more = told.len() - NAMED;
        told.truncate(NAMED);
        told.push(format!("{more} more"));
    }
    told.join(", ")
}

/// `GET /field_profiles/{id}`; with `edit` as a form.
pub(super) fn page(app: &App, call: &Call) -> Outcome {
    let wants_edit = call.query.iter().any(|(name, _)| name == "edit");
    let page = app.desk.look(&call.asker()?, |tx, actor| {
        let sheet = people::profile(tx, actor, call.id())?;
        let draft = draft_of(&sheet.profile);
        drawn(tx, actor, call, Some(&sheet), &draft, wants_edit && sheet.may_edit)
    })?;
    Answer::draw(&page)
}

/// `GET /field_profiles/new`
pub(super) fn new(app: &App, call: &Call) -> Outcome {
    let page = app.desk.look(&call.asker()?, |tx, actor| drawn(tx, actor, call, None, &empty(), true))?;
    Answer::draw(&page)
}

fn empty() -> ProfileDraft {
    ProfileDraft { id: None, name: String::new(), grants: Vec::new() }
}

fn draft_of(profile: &Profile) -> ProfileDraft {
    ProfileDraft { id: Some(profile.id), name: profile.name.clone(), grants: profile.grants.clone() }
}

/// The profile with this besides what it grants.
pub(super) fn with_grant(profile: Profile, new: ColumnGrant) -> ProfileDraft {
    let mut draft = draft_of(&profile);
    match draft.grants.iter_mut().find(|old| old.set == new.set && old.column == new.column) {
        Some(old) => {
            old.read |= new.read;
            old.create |= new.create;
            old.update |= new.update;
        }
        None => draft.grants.push(new),
    }
    draft
}

fn drawn(
    tx: &mut Tx<'_>,
    actor: &Actor,
    call: &Call,
    sheet: Option<&ProfileSheet>,
    draft: &ProfileDraft,
    is_editing: bool,
) -> Done<ProfilePage> {
    let shell = Shell::of(tx, actor, call)?;
    if sheet.is_none() && !shell.outlook.holds(Task::ManageFieldProfiles) {
        return Err(Denial::NoTask(Task::ManageFieldProfiles).into());
    }
    let title = sheet.map_or("New field profile", |s| s.profile.name.as_str());
    let href = sheet.map_or_else(|| "/field_profiles/new".to_owned(), |s| format!("/field_profiles/{}", s.profile.id));
    let tables = if is_editing { columns_to_add(actor, &shell, draft, call.field("add"))? } else { Vec::new() };
    let is_given = call.here.ends_with("/holders");
    let to = if is_given { fields::principal(tx, actor, call, "to", &HOLDERS)? } else { Entered::default() };
    let typed = |name: &str| if is_given { call.field(name).to_owned() } else { String::new() };
    let is_added = |name: &str| if call.form.is_empty() { name == "read" } else { call.fields("add_use").contains(&name) };
    let holders = match sheet {
        Some(sheet) => holders(tx, actor, &shell.eye, sheet)?,
        None => Vec::new(),
    };
    Ok(ProfilePage {
        frame: Frame { here: href.clone(), ..shell.below(title, &[("Field profiles", "/field_profiles")]) },
        cancel: sheet.map_or_else(String::new, |_| href.clone()),
        name: draft.name.clone(),
        lines: draft.grants.iter().filter_map(|grant| line(&shell, grant)).collect(),
        tables,
        added: USES.iter().map(|(name, label)| Choice { selected: is_added(name), ..Choice::new(name, label) }).collect(),
        is_editing,
        can_edit: sheet.is_some_and(|s| s.may_edit),
        kept: sheet.map_or_else(Vec::new, |s| vec![Kept { name: "was".into(), value: said(&draft_of(&s.profile)) }]),
        holders,
        to_error: to.error.as_deref().map_or_else(String::new, capital),
        to: fields::picker(&shell.catalogue, &HOLDERS, &to),
        give_reason: typed("reason"),
        give_until: typed("until"),
        guard: sheet.and_then(|s| s.guard).map_or_else(String::new, sentence),
        error: String::new(),
        href,
    })
}

fn line(shell: &Shell, grant: &ColumnGrant) -> Option<GrantLine> {
    let table = shell.catalogue.find(&grant.set)?;
    let column = table.find(&grant.column)?;
    let href = match shell.outlook.holds(Task::ManageFieldProfiles) {
        true => format!("/columns/{}/{}", table.set, column.name),
        false => String::new(),
    };
    let given = [grant.read, grant.create, grant.update];
    let uses = USES.iter().zip(given).map(|((name, label), selected)| Choice { selected, ..Choice::new(name, label) });
    Some(GrantLine {
        name: format!("{}.{}", grant.set, grant.column),
        table: table.plural.clone(),
        column: Link::new(&column.label, &href, ""),
        is_secured: column.secured,
        uses: uses.collect(),
    })
}

/// The columns that can be secured and that the profile does not grant yet, those that are secured first.
fn columns_to_add(actor: &Actor, shell: &Shell, draft: &ProfileDraft, chosen: &str) -> Done<Vec<ColumnChoices>> {
    let is_new = |set: &str, column: &str| !draft.grants.iter().any(|grant| grant.set == set && grant.column == column);
    let (mut secured, mut others): (Vec<Choice>, Vec<ColumnChoices>) = (Vec::new(), Vec::new());
    for known in people::securable(actor)?.into_iter().filter(|known| is_new(&known.set, &known.column)) {
        let table = shell.catalogue.find(&known.set).map_or("", |table| table.plural.as_str());
        let name = format!("{}.{}", known.set, known.column);
        let choice = |label: &str| Choice { selected: name == chosen, ..Choice::new(&name, label) };
        if known.secured {
            secured.push(choice(&format!("{table}: {}", known.label)));
            continue;
        }
        match others.last_mut().filter(|last| last.label == table) {
            Some(last) => last.choices.push(choice(&known.label)),
            None => others.push(ColumnChoices { label: table.to_owned(), choices: vec![choice(&known.label)] }),
        }
    }
    let first = (!secured.is_empty()).then(|| ColumnChoices { label: "Secured".into(), choices: secured });
    Ok(first.into_iter().chain(others).collect())
}

fn holders(tx: &mut Tx<'_>, actor: &Actor, eye: &Eye, sheet: &ProfileSheet) -> Done<Vec<Holder>> {
    let ids: Vec<PrincipalId> = sheet.holders.iter().flat_map(|grant| grant.by.into_iter().chain([grant.principal])).collect();
    let names = principal_names(tx, &ids)?;
    let teams: Vec<PrincipalId> = people::teams(tx, actor)?.into_iter().map(|t| t.team.id).collect();
    let holder = |grant: &ProfileGrant| {
        let (kind, place) = if teams.contains(&grant.principal) { ("team", "teams") } else { ("user", "people") };
        let id = grant.principal.to_string();
        let name = names.get(&grant.principal).cloned().unwrap_or_default();
        Holder {
            principal: Principal { href: format!("/{place}/{id}"), id, name, kind: kind.into() },
            given: given(eye, grant, &names),
            reason: grant.reason.clone().unwrap_or_default(),
            until: grant.until.map(|at| eye.when(at)),
            can_take: people::may_give_profiles(actor, grant.principal),
        }
    };
    Ok(sheet.holders.iter().map(holder).collect())
}

fn given(eye: &Eye, grant: &ProfileGrant, names: &HashMap<PrincipalId, String>) -> String {
    let since = eye.when(grant.since).short;
    grant.by.and_then(|by| names.get(&by)).map_or_else(|| format!("Given {since}"), |by| format!("Given {since} by {by}"))
}

/// `POST /field_profiles/{id}`
pub(super) fn save(app: &App, call: &Call) -> Outcome {
    let (id, sent) = (call.id(), call.clone());
    let done = app.desk.perform(&call.asker()?, Verb::admin("field_profile.change"), move |tx, actor| {
        let mut draft = draft_of(&people::profile(tx, actor, id)?.profile);
        if said(&draft) != sent.field("was") {
            return Err(Problem::conflict(
                "stale",
                "somebody changed this field profile since you opened it; what you entered is below, save again to keep it",
            ));
        }
        fill(&mut draft, &sent)?;
        people::save_profile(tx, actor, &draft)
    });
    answered(app, call, Some(id), done.map_err(No::from))
}

/// `POST /field_profiles/new`
pub(super) fn make(app: &App, call: &Call) -> Outcome {
    let sent = call.clone();
    let done = app.desk.perform(&call.asker()?, Verb::admin("field_profile.create"), move |tx, actor| {
        let mut draft = empty();
        fill(&mut draft, &sent)?;
        people::save_profile(tx, actor, &draft)
    });
    answered(app, call, None, done.map_err(No::from))
}

fn answered(app: &App, call: &Call, id: Option<RowId>, done: Result<RowId, No>) -> Outcome {
    let (status, error) = match done {
        Ok(id) => return Ok(Answer::see(Address::new(format!("/field_profiles/{id}")).with("done", "saved").to_string())),
        Err(no) => refused(no)?,
    };
    let page = app.desk.look(&call.asker()?, |tx, actor| {
        let sheet = id.map(|id| people::profile(tx, actor, id)).transpose()?;
        let mut draft = sheet.as_ref().map_or_else(empty, |s| draft_of(&s.profile));
        let stored = draft.clone();
        if fill(&mut draft, call).is_err() {
            draft = ProfileDraft { name: call.field("name").to_owned(), ..stored };
        }
        let may_edit = sheet.as_ref().is_none_or(|s| s.may_edit);
        drawn(tx, actor, call, sheet.as_ref(), &draft, may_edit)
    })?;
    Ok(Answer::draw(&ProfilePage { error, ..page })?.status(status))
}

/// Puts what the form carries into the draft.
fn fill(draft: &mut ProfileDraft, call: &Call) -> Done<()> {
    draft.name = call.field("name").to_owned();
    let lines = call.fields("line");
    for grant in &mut draft.grants {
        let name = format!("{}.{}", grant.set, grant.column);
        if lines.contains(&name.as_str()) {
            let ticked = call.fields(&name);
            *grant = granting(&grant.set, &grant.column, &ticked);
        }
    }
    draft.grants.retain(|grant| grant.read || grant.create || grant.update);
    if let Some((set, column)) = call.field("add").split_once('.') {
        let new = granting(set, column, &call.fields("add_use"));
        if !(new.read || new.create || new.update) {
            return Err(Problem::column("add", "choose what is granted on the column that is added".to_owned()));
        }
        draft.grants.retain(|grant| grant.set != set || grant.column != column);
        draft.grants.push(new);
    }
    Ok(())
}

fn granting(set: &str, column: &str, uses: &[&str]) -> ColumnGrant {
    let has = |name: &str| uses.contains(&name);
    ColumnGrant { set: set.to_owned(), column: column.to_owned(), read: has("read"), create: has("create"), update: has("update") }
}

/// `POST /field_profiles/{id}/holders`: gives it to somebody.
pub(super) fn give(app: &App, call: &Call) -> Outcome {
    let who = call.asker()?;
    let found = app.desk.look(&who, |tx, actor| fields::principal(tx, actor, call, "to", &HOLDERS))?;
    let told = RowId::parse(call.field("to")).map(PrincipalId);
    let Some(to) = told.or_else(|| chosen(&found)).filter(|_| call.field("find").is_empty()) else {
        return shown(app, call, 422, String::new());
    };
    let at = Address::new(format!("/field_profiles/{}", call.id())).with("done", "profile_given").to_string();
    match hand(app, call, call.id(), to) {
        Ok(()) => Ok(Answer::see(at)),
        Err(no) => refused(no).and_then(|(status, error)| shown(app, call, status, error)),
    }
}

/// `POST /field_profiles/{id}/holders/take`
pub(super) fn take(app: &App, call: &Call) -> Outcome {
    let from = RowId::parse(call.field("principal")).map(PrincipalId).ok_or(Denial::NotThere)?;
    match withdraw(app, call, call.id(), from) {
        Ok(is_plain) => Ok(Answer::see(undone_by(format!("/field_profiles/{}", call.id()), is_plain.then_some(from.0)))),
        Err(no) => refused(no).and_then(|(status, error)| shown(app, call, status, error)),
    }
}

fn shown(app: &App, call: &Call, status: u16, error: String) -> Outcome {
    let page = app.desk.look(&call.asker()?, |tx, actor| {
        let sheet = people::profile(tx, actor, call.id())?;
        drawn(tx, actor, call, Some(&sheet), &draft_of(&sheet.profile), false)
    })?;
    Ok(Answer::draw(&ProfilePage { error, ..page })?.status(status))
}

/// The address after a profile was taken: with what giving it back names, where that undoes it whole.
fn undone_by(at: String, row: Option<RowId>) -> String {
    let row = row.map_or_else(String::new, |row| row.to_string());
    Address::new(at).with("done", "profile_taken").with("row", &row).to_string()
}

fn hand(app: &App, call: &Call, profile: RowId, to: PrincipalId) -> Result<(), No> {
    let who = call.asker()?;
    let eye = app.desk.look(&who, |tx, actor| Eye::of(tx, actor, call))?;
    let (until, reason) = (end_of_day(&eye, call.field("until"))?, call.field("reason").to_owned());
    Ok(app.desk.perform(&who, Verb::admin("field_profile.give"), move |tx, actor| {
        people::give_profile(tx, actor, profile, to, Some(&reason), until)
    })?)
}

/// Takes a profile. Answers whether giving it again undoes that: one with a reason or an end would come back as another.
fn withdraw(app: &App, call: &Call, profile: RowId, from: PrincipalId) -> Result<bool, No> {
    Ok(app.desk.perform(&call.asker()?, Verb::admin("field_profile.take"), move |tx, actor| {
        let held = people::profile(tx, actor, profile)?.holders.into_iter().find(|grant| grant.principal == from);
        people::take_profile(tx, actor, profile, from)?;
        Ok(held.is_some_and(|grant| grant.until.is_none() && grant.reason.is_none()))
    })?)
}

/// The profiles of a person or team as their page shows them; of a person also those that come through teams. None for
/// whoever may not know.
pub(super) fn held(tx: &mut Tx<'_>, actor: &Actor, eye: &Eye, of: PrincipalId, teams: &[people::Team]) -> Done<Vec<HeldProfile>> {
    let sheets = people::profiles(tx, actor)?;
    let givers: Vec<PrincipalId> = sheets.iter().flat_map(|sheet| &sheet.holders).filter_map(|grant| grant.by).collect();
    let names = principal_names(tx, &givers)?;
    let may_take = people::may_give_profiles(actor, of);
    let how = |grant: &ProfileGrant| {
        let team = teams.iter().find(|team| team.id == grant.principal);
        (grant.principal == of || team.is_some()).then(|| HeldProfile {
            id: grant.profile.to_string(),
            profile: Link::new(&grant.name, &format!("/field_profiles/{}", grant.profile), ""),
            through: team.map_or_else(String::new, |team| team.name.clone()),
            given: given(eye, grant, &names),
            reason: grant.reason.clone().unwrap_or_default(),
            until: grant.until.map(|at| eye.when(at)),
            can_take: may_take && team.is_none(),
        })
    };
    Ok(sheets.iter().flat_map(|sheet| &sheet.holders).filter_map(how).collect())
}

/// The profiles as choices, for whoever may give them to this person or team.
pub(super) fn givable(tx: &mut Tx<'_>, actor: &Actor, to: PrincipalId, chosen: &str) -> Done<Vec<Choice>> {
    if !people::may_give_profiles(actor, to) {
        return Ok(Vec::new());
    }
    let choice = |sheet: &ProfileSheet| {
        let id = sheet.profile.id.to_string();
        Choice { selected: id == chosen, ..Choice::new(&id, &sheet.profile.name) }
    };
    Ok(people::profiles(tx, actor)?.iter().map(choice).collect())
}

/// Gives the profile of the form to whom the address names.
pub(super) fn give_profile(app: &App, call: &Call) -> Result<(), No> {
    let profile = RowId::parse(call.field("profile")).ok_or_else(|| column("profile", "choose a field profile"))?;
    hand(app, call, profile, call.principal_named("id"))
}

/// Takes the profile of the form from whom the address names, and answers the address that tells so.
pub(super) fn take_profile(app: &App, call: &Call, at: String) -> Result<String, No> {
    let profile = RowId::parse(call.field("profile")).ok_or(Denial::NotThere)?;
    let is_plain = withdraw(app, call, profile, call.principal_named("id"))?;
    Ok(undone_by(at, is_plain.then_some(profile)))
}
