//! Secured columns: which there are, who reads one, who would, and opening or securing it with one button.
//!
//! What stands here was found by putting everybody to the decision itself (`crm`); only people, roles and profiles are
//! named. People who read in the same way stand together, so that ten reps are one line.
//! Not here: profiles ([`super::profiles`]). Start reading at [`column`]. Proved by `tests/it/column_pages.rs`.

use super::address::Address;
use super::frame::Shell;
use super::person::refused;
use super::profiles::{USES, with_grant};
use super::roles::words;
use super::show::counted;
use crate::App;
use crate::answer::{Answer, No, Outcome};
use crate::call::{Call, column as at_column};
use crate::pages::columns::{ColumnPage, ColumnRow, ColumnsPage, GrantingProfile, Reach};
use crate::pages::frame::Frame;
use crate::pages::{Choice, Kept, Link, Principal};
use crate::rest::rights::securing;
use catalogue::{RowId, Sensitivity};
use crm::people::{self, ColumnReader, ProfileDraft};
use crm::{AccessLevel, Actor, ColumnGrant, Denial, Done, Tx, Verb};

/// So many people of a group are named.
const NAMED: usize = 60;
/// Said where not everybody was asked about.
const PARTLY: &str = "There are more people than are counted here; the first thousand by name were asked about.";

/// `GET /columns`
pub(super) fn list(app: &App, call: &Call) -> Outcome {
    let page = app.desk.look(&call.asker()?, |tx, actor| {
        let shell = Shell::of(tx, actor, call)?;
        let set = call.param("set").filter(|set| !set.is_empty());
        let found = people::columns(tx, actor, set)?;
        let label = |set: &str| shell.catalogue.find(set).map_or_else(String::new, |table| table.plural.clone());
        let shown = found.lines.iter().filter(|line| set.is_some() || line.secured);
        let row = |line: &people::ColumnLine| ColumnRow {
            table: label(&line.set),
            label: line.label.clone(),
            href: format!("/columns/{}/{}", line.set, line.column),
            sensitivity: sensitivity(line.sensitivity).into(),
            is_secured: line.secured,
            readers: readers(line.readers),
            profiles: line.profiles.clone(),
        };
        let rows: Vec<ColumnRow> = shown.map(row).collect();
        let mut sets = vec![Choice::new("", "Secured, of all tables")];
        let tables = shell.catalogue.tables().iter();
        sets.extend(
            tables.map(|t| Choice { selected: set == Some(&t.set), ..Choice::new(&t.set, &format!("All of {}", t.plural.to_lowercase())) }),
        );
        Ok(ColumnsPage {
            frame: shell.frame("Secured columns"),
            count: counted(rows.len(), "column", "columns"),
            note: if found.is_complete { String::new() } else { PARTLY.into() },
            sets,
            rows,
        })
    })?;
    Answer::draw(&page)
}

fn readers(count: usize) -> String {
    if count == 0 { "nobody".into() } else { counted(count, "person", "people") }
}

fn sensitivity(class: Sensitivity) -> &'static str {
    match class {
        Sensitivity::General => "General",
        Sensitivity::Personal => "Personal",
        Sensitivity::Confidential => "Confidential",
        Sensitivity::Restricted => "Restricted",
    }
}

/// `GET /columns/{set}/{column}`
pub(super) fn column(app: &App, call: &Call) -> Outcome {
    let page = app.desk.look(&call.asker()?, |tx, actor| drawn(tx, actor, call))?;
    Answer::draw(&page)
}

fn drawn(tx: &mut Tx<'_>, actor: &Actor, call: &Call) -> Done<ColumnPage> {
    let told = people::column_readers(tx, actor, call.set(), call.name("column"))?;
    let shell = Shell::of(tx, actor, call)?;
    let table = shell.catalogue.find(call.set()).ok_or(Denial::NotThere)?;
    let column = table.find(call.name("column")).ok_or(Denial::NotThere)?;
    let href = format!("/columns/{}/{}", table.set, column.name);
    let keep: Vec<ColumnReader> = told.if_open.iter().filter(|reader| !reader.profiles.is_empty()).cloned().collect();
    let then = if told.secured { &told.if_open } else { &keep };
    let fact = |name: &str, value: &str| Kept { name: name.into(), value: value.into() };
    let granting = |profile: &people::Profile| GrantingProfile {
        profile: Link::new(&profile.name, &format!("/field_profiles/{}", profile.id), ""),
        uses: uses(profile, &table.set, &column.name),
    };
    let chosen = call.field("profile");
    let mut choices = vec![Choice::new("", "A new profile")];
    choices.extend(people::profiles(tx, actor)?.iter().map(|sheet| {
        let id = sheet.profile.id.to_string();
        Choice { selected: id == chosen, ..Choice::new(&id, &sheet.profile.name) }
    }));
    let is_sent = call.here.ends_with("/grant");
    let is_used = |name: &str| if is_sent { call.fields("use").contains(&name) } else { name == "read" };
    Ok(ColumnPage {
        frame: Frame {
            here: href.clone(),
            ..shell.below(&column.label, &[("Secured columns", "/columns"), (&table.plural, &format!("/columns?set={}", table.set))])
        },
        table: table.plural.to_lowercase(),
        help: column.help.clone(),
        facts: vec![
            fact("Sensitivity", sensitivity(column.sensitivity)),
            fact("State", if told.secured { "Secured" } else { "Open" }),
            fact("Read today by", &readers(told.now.len())),
            fact(if told.secured { "Once open, by" } else { "Once secured, by" }, &readers(then.len())),
        ],
        is_secured: told.secured,
        now: reaches(&told.now, told.secured),
        then: reaches(then, !told.secured),
        profiles: told.profiles.iter().map(granting).collect(),
        choices,
        profile_name: call.field("name").to_owned(),
        uses: USES.iter().map(|(name, label)| Choice { selected: is_used(name), ..Choice::new(name, label) }).collect(),
        note: if told.is_complete { String::new() } else { PARTLY.into() },
        error: String::new(),
        href,
    })
}

fn uses(profile: &people::Profile, set: &str, column: &str) -> String {
    let grant = profile.grants.iter().find(|grant| grant.set == set && grant.column == column);
    let given = grant.map(|grant| [(grant.read, "read"), (grant.create, "create"), (grant.update, "update")]);
    given.into_iter().flatten().filter(|(given, _)| *given).map(|(_, word)| word).collect::<Vec<_>>().join(", ")
}

/// Those who read in the same way stand together; the widest come first.
fn reaches(all: &[ColumnReader], names_profiles: bool) -> Vec<Reach> {
    let by_profile = |reader: &ColumnReader| match names_profiles {
        true => reader.profiles.iter().map(through).collect::<Vec<_>>().join(", "),
        false => String::new(),
    };
    let mut groups: Vec<(AccessLevel, String, String, Vec<&ColumnReader>)> = Vec::new();
    for reader in all {
        let (roles, profiles) = (reader.roles.join(", "), by_profile(reader));
        let same = |(level, r, p, _): &&mut (AccessLevel, String, String, Vec<&ColumnReader>)| {
            *level == reader.level && *r == roles && *p == profiles
        };
        match groups.iter_mut().find(same) {
            Some((.., people)) => people.push(reader),
            None => groups.push((reader.level, roles, profiles, vec![reader])),
        }
    }
    groups.sort_by(|a, b| (b.0, &a.1, &a.2).cmp(&(a.0, &b.1, &b.2)));
    let person = |reader: &&ColumnReader| {
        let id = reader.user.to_string();
        Principal { href: format!("/people/{id}"), id, name: reader.name.clone(), kind: "user".into() }
    };
    let reach = |(level, roles, profiles, people): (AccessLevel, String, String, Vec<&ColumnReader>)| Reach {
        level: words(level).into(),
        quarters: quarters(level),
        roles,
        profiles,
        count: readers(people.len()),
        more: people.len().saturating_sub(NAMED),
        people: people.iter().take(NAMED).map(person).collect(),
    };
    groups.into_iter().map(reach).collect()
}

fn through((profile, team): &(String, Option<String>)) -> String {
    team.as_ref().map_or_else(|| profile.clone(), |team| format!("{profile} (team {team})"))
}

fn quarters(level: AccessLevel) -> u8 {
    AccessLevel::ALL.iter().zip(0..).find(|(one, _)| **one == level).map_or(0, |(_, place)| place)
}

/// What came of a change: where to look, or the same page with what forbids it.
fn answered(app: &App, call: &Call, done: Result<String, No>) -> Outcome {
    let (status, error) = match done {
        Ok(at) => return Ok(Answer::see(at)),
        Err(no) => refused(no)?,
    };
    let page = app.desk.look(&call.asker()?, |tx, actor| drawn(tx, actor, call))?;
    Ok(Answer::draw(&ColumnPage { error, ..page })?.status(status))
}

/// `POST /columns/{set}/{column}`: secures it, or opens it to everybody who reads the record.
pub(super) fn secure(app: &App, call: &Call) -> Outcome {
    let (set, name) = (call.set().to_owned(), call.name("column").to_owned());
    let secured = match call.field("secured") {
        "true" => true,
        "false" => false,
        _ => return answered(app, call, Err(at_column("secured", "say whether the column is secured"))),
    };
    let at = Address::new(format!("/columns/{set}/{name}")).with("done", if secured { "secured" } else { "opened" }).to_string();
    let done = app.desk.perform(&call.asker()?, securing(secured), move |tx, actor| people::set_secured(tx, actor, &set, &name, secured));
    answered(app, call, done.map(|()| at).map_err(No::from))
}

/// `POST /columns/{set}/{column}/grant`: into a profile, a new one where none is chosen; whom it is given to is said there.
pub(super) fn grant(app: &App, call: &Call) -> Outcome {
    let has = |name: &str| call.fields("use").contains(&name);
    let (set, column) = (call.set().to_owned(), call.name("column").to_owned());
    let grant = ColumnGrant { set, column, read: has("read"), create: has("create"), update: has("update") };
    let profile = match call.field("profile") {
        "" => None,
        chosen => Some(RowId::parse(chosen).ok_or(Denial::NotThere)?),
    };
    let name = call.field("name").to_owned();
    if !(grant.read || grant.create || grant.update) {
        return answered(app, call, Err(at_column("use", "choose what is granted")));
    }
    let verb = if profile.is_some() { "field_profile.change" } else { "field_profile.create" };
    let done = app.desk.perform(&call.asker()?, Verb::admin(verb), move |tx, actor| {
        let draft = match profile {
            Some(id) => with_grant(people::profile(tx, actor, id)?.profile, grant.clone()),
            None => ProfileDraft { id: None, name: name.clone(), grants: vec![grant.clone()] },
        };
        people::save_profile(tx, actor, &draft)
    });
    let at = |id: RowId| Address::new(format!("/field_profiles/{id}")).with("done", "granted").to_string();
    answered(app, call, done.map(at).map_err(No::from))
}
