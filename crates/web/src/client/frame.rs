//! The surroundings of every page, and the page of what did not work.
//!
//! The site map, quick create and the person's menu list what [`crm::views::outlook`] says may be used, nothing else.
//! What was just done comes back as a word of a fixed list in the address ([`flash`]), so it needs no place of its own.
//! Not here: the pages. Start reading at [`Shell::of`]. Proved by `tests/it/client.rs`.

use super::address::escape;
use super::notices::newest;
use super::show::{Eye, initials};
use crate::App;
use crate::answer::{self, Told};
use crate::call::Call;
use crate::pages::frame::{Area, Flash, Frame, Notice, Person, Undo};
use crate::pages::problem::ProblemPage;
use crate::pages::{Kept, Link, Principal, Tone};
use askama::Template;
use catalogue::{Area as Place, Catalogue, Table};
use crm::jobs::{self, Job};
use crm::notices::unread;
use crm::sign_in::signed_in;
use crm::views::{Outlook, outlook};
use crm::{Actor, Done, Privilege, Task, Tx};
use std::sync::Arc;

/// How many notices the bell tells.
const NOTICES: usize = 6;
/// Among how many of the newest jobs it looks for those that run.
const RUNNING: u32 = 6;

/// What a page is built with: who looks, what may be used, how values are shown.
pub(super) struct Shell {
    /// What may be used at all.
    pub(super) outlook: Outlook,
    /// How values are shown.
    pub(super) eye: Eye,
    /// What exists.
    pub(super) catalogue: Arc<Catalogue>,
    frame: Frame,
}

impl Shell {
    /// Asked inside the transaction that reads the page.
    pub(super) fn of(tx: &mut Tx<'_>, actor: &Actor, call: &Call) -> Done<Shell> {
        let (outlook, eye) = (outlook(tx, actor)?, Eye::of(tx, actor, call)?);
        let catalogue = actor.catalogue().clone();
        let (told, notices) = (unread(tx, actor)?, notices(tx, actor)?);
        let assurance = call.asker().map_or(Ok("password"), |who| signed_in(tx, &who).map(|known| known.assurance))?;
        let frame = Frame {
            title: String::new(),
            organisation: outlook.organisation.clone(),
            theme: one_of(call.cookie("theme"), &["light", "dark"]),
            is_compact: call.cookie("density") == "compact",
            is_narrow: call.cookie("sitemap") == "narrow",
            csrf: call.csrf(),
            here: here(call),
            person: Person {
                name: outlook.name.clone(),
                email: outlook.email.clone(),
                initials: initials(&outlook.name),
                href: format!("/people/{}", actor.user()),
                assurance: format!("Signed in with {}", super::account::words(assurance)),
            },
            areas: areas(&catalogue, &outlook, &call.here),
            crumbs: Vec::new(),
            create: create(&catalogue, &outlook, actor),
            notices_new: notices.iter().filter(|n| n.percent.is_some()).count() + usize::try_from(told).unwrap_or(0),
            notices,
            query: String::new(),
            flash: flash(&catalogue, call),
        };
        Ok(Shell { outlook, eye, catalogue, frame })
    }

    /// The frame of a page with this title.
    pub(super) fn frame(&self, title: &str) -> Frame {
        Frame { title: title.into(), ..self.frame.clone() }
    }

    /// The frame of a page below others.
    pub(super) fn below(&self, title: &str, crumbs: &[(&str, &str)]) -> Frame {
        let crumbs = crumbs.iter().map(|(label, href)| Link::new(label, href, "")).collect();
        Frame { crumbs, ..self.frame(title) }
    }
}

/// Jobs that run, then what was told and not looked at.
fn notices(tx: &mut Tx<'_>, actor: &Actor) -> Done<Vec<Notice>> {
    let notice = |job: &Job| {
        let (badge, figures) = (super::jobs::state(job), super::jobs::figures(job));
        Notice {
            title: super::jobs::title(job),
            text: if figures.is_empty() { badge.text } else { format!("{} · {figures}", badge.text) },
            href: super::jobs::href(job),
            tone: badge.tone,
            percent: super::jobs::percent(job),
            is_told: false,
        }
    };
    let running = jobs::list(tx, actor, RUNNING)?;
    let mut all: Vec<Notice> = running.iter().filter(|job| !job.state.has_ended()).map(notice).collect();
    all.extend(newest(tx, actor, NOTICES)?);
    Ok(all)
}

fn one_of(word: &str, known: &[&str]) -> String {
    known.iter().find(|k| **k == word).map_or_else(String::new, |k| (*k).to_owned())
}

/// This page's address without what was just done.
pub(super) fn here(call: &Call) -> String {
    let (path, query) = call.here.split_once('?').unwrap_or((&call.here, ""));
    let kept: Vec<&str> = query.split('&').filter(|p| !p.is_empty() && !p.starts_with("done=") && !p.starts_with("row=")).collect();
    if kept.is_empty() { path.to_owned() } else { format!("{path}?{}", kept.join("&")) }
}

fn areas(catalogue: &Catalogue, outlook: &Outlook, here: &str) -> Vec<Area> {
    let first = match here.split(['/', '?']).nth(1).unwrap_or_default() {
        "teams" => "units",
        other => other,
    };
    let line = |label: &str, href: &str, icon: &str| {
        let current = href.split('/').nth(1).unwrap_or_default() == first;
        Link { current, ..Link::new(label, href, icon) }
    };
    let of = |place: Place| -> Vec<Link> {
        let tables = outlook.tables.iter().filter_map(|(id, _)| catalogue.table(*id)).filter(move |t| t.area == place);
        tables.map(|t| line(&t.plural, &format!("/{}", t.set), &t.icon)).collect()
    };
    let mut work = vec![line("Today", "/", "home")];
    work.push(line("Approvals", "/approvals", "checkbox"));
    work.extend(of(Place::Work));
    let mut data = Vec::new();
    if outlook.holds(Task::BulkImport) {
        data.push(line("Imports", "/imports", "file-import"));
    }
    if outlook.tables.iter().any(|(_, held)| held.has(Privilege::Export)) {
        data.push(line("Exports", "/exports", "file-export"));
    }
    data.push(line("Jobs", "/jobs", "clock"));
    let mut security = vec![line("People", "/people", "users")];
    if [Task::ManageRoles, Task::AssignRoles, Task::ViewAccess].into_iter().any(|task| outlook.holds(task)) {
        security.push(line("Roles", "/roles", "key"));
    }
    if outlook.holds(Task::ManageFieldProfiles) {
        security.push(line("Secured columns", "/columns", "lock"));
    }
    if outlook.holds(Task::ManageFieldProfiles) || outlook.holds(Task::ViewAccess) {
        security.push(line("Field profiles", "/field_profiles", "eye"));
    }
    security.push(line("Units and teams", "/units", "hierarchy-2"));
    if outlook.holds(Task::DisableUsers) {
        security.push(line("Departures", "/departures", "door-exit"));
    }
    if outlook.holds(Task::ManageUsers) {
        security.push(line("Sign-in rules", "/sign-in-rules", "lock"));
    }
    if outlook.holds(Task::ViewAudit) {
        security.push(line("Trail", "/audit", "history"));
    }
    let mut settings = of(Place::Settings);
    if outlook.holds(Task::ManageWorkflows) {
        settings.push(line("Workflows", "/workflows", "hierarchy-2"));
    }
    if outlook.holds(Task::ManageMail) {
        settings.push(line("Mail", "/mail", "mail"));
    }
    if outlook.holds(Task::Customise) {
        settings.push(line("Tables", "/tables", "table"));
    }
    let all = [
        ("Work", work),
        ("Sales", of(Place::Sales)),
        ("Service", of(Place::Service)),
        ("Marketing", of(Place::Marketing)),
        ("Data", data),
        ("Security", security),
        ("Settings", settings),
    ];
    all.into_iter().filter(|(_, links)| !links.is_empty()).map(|(name, links)| Area { name: name.into(), links }).collect()
}

/// Whether rows of a table are made on a page of their own.
pub(super) fn is_made_alone(table: &Table) -> bool {
    table.area != Place::Nowhere
}

fn create(catalogue: &Catalogue, outlook: &Outlook, actor: &Actor) -> Vec<Link> {
    let tables = outlook.tables.iter().filter(|(_, held)| held.has(Privilege::Create)).filter_map(|(id, _)| catalogue.table(*id));
    let tables = tables.filter(|t| is_made_alone(t) && t.is_owned());
    let records = tables.take(12).map(|t| Link::new(&t.label, &format!("/{}/new", t.set), &t.icon));
    let dialogs = crm::dialogs::offered(actor).into_iter().map(|d| Link::new(d.title, &format!("/dialogs/{}", d.name), "phone"));
    records.chain(dialogs).collect()
}

/// What was just done, in words of a fixed list; a deletion offers its undo.
fn flash(catalogue: &Catalogue, call: &Call) -> Option<Flash> {
    let word = call.param("done")?;
    let (tone, text) = match word {
        "saved" => (Tone::Proven, "Saved."),
        "created" => (Tone::Proven, "Created."),
        "same" => (Tone::Quiet, "Nothing was changed."),
        "assigned" => (Tone::Proven, "Assigned."),
        "gone" => (Tone::Proven, "Assigned. It is not visible to you any more."),
        "shared" => (Tone::Proven, "Shared."),
        "unshared" => (Tone::Proven, "The share has ended."),
        "deleted" => (Tone::Proven, "Deleted. It can be put back within 30 days."),
        "restored" => (Tone::Proven, "Put back, with everything that went along."),
        "log_a_call" => (Tone::Proven, "The call is logged."),
        "noted" => (Tone::Proven, "Added to the timeline."),
        "completed" => (Tone::Proven, "Completed."),
        "attached" => (Tone::Proven, "Attached."),
        "given" => (Tone::Proven, "The role was given."),
        "taken" => (Tone::Proven, "The role was taken away."),
        "joined" => (Tone::Proven, "Put into the team."),
        "template_ended" => (Tone::Proven, "The template has ended. Who is in its teams stays."),
        "left" => (Tone::Proven, "Taken out of the team."),
        "opened" => (Tone::Proven, "Opened. Whoever reads the record reads it."),
        "secured" => (Tone::Proven, "Secured. Only people with a field profile that opens it can read it."),
        "granted" => (Tone::Proven, "Granted. Give the profile below to whoever is to have it."),
        "profile_given" => (Tone::Proven, "The field profile was given."),
        "profile_taken" => (Tone::Proven, "The field profile was taken away."),
        "frozen" => (Tone::Proven, "Frozen. Every session has ended."),
        "unfrozen" => (Tone::Proven, "Unfrozen. They can sign in again."),
        "disabled" => (Tone::Proven, "Disabled. Every session and token has ended, and everything that was given."),
        "placed" => (Tone::Proven, "The place was saved."),
        "made" => (Tone::Proven, "Made."),
        "mailed" => (Tone::Proven, "The link is on its way by mail."),
        "retried" => (Tone::Proven, "It is tried again now."),
        "withdrawn" => (Tone::Quiet, "Withdrawn. It is not sent any more."),
        "column_added" => (Tone::Proven, "The column was added. Nobody reads it yet."),
        "retired" => (Tone::Proven, "Retired. Its values stay where they are."),
        "password" => (Tone::Proven, "The password was changed. Your other sessions have ended."),
        "ended" => (Tone::Proven, "Signed out there."),
        "revoked" => (Tone::Proven, "The token was revoked."),
        "noticed" => (Tone::Proven, "Noted."),
        "factor-gone" => (Tone::Waits, "Your second factor is gone. A password alone signs you in now."),
        "factor-reset" => (Tone::Proven, "The second factor was taken away. Every session has ended; they are told at the next sign-in."),
        "factor-asked" => (Tone::Proven, "Whoever holds this role needs a second factor from now on."),
        "factor-free" => (Tone::Proven, "This role asks for no second factor any more."),
        "stopped" => (Tone::Quiet, "It was asked to stop."),
        "planned" => (Tone::Proven, "Everything that refers to the person is listed. Nothing has happened yet."),
        "proposals" => (Tone::Proven, "Every proposal was taken where nothing was chosen."),
        "submitted" => (Tone::Proven, "All is decided."),
        "departure_approved" => (Tone::Proven, "Approved."),
        "sent_back" => (Tone::Quiet, "Sent back. Whoever planned it can change it."),
        "departure_runs" => (Tone::Proven, "It has begun. Every session has ended."),
        "departure_cancelled" => (Tone::Quiet, "Cancelled. Nothing was done."),
        "departure_undoing" => (Tone::Proven, "It has begun to go back."),
        _ => return None,
    };
    let row = call.param("row").and_then(catalogue::RowId::parse);
    let set = call.here.split(['/', '?']).nth(1).and_then(|set| catalogue.find(set));
    let path = call.here.split('?').next().unwrap_or_default();
    let undo = match (word, row, set) {
        ("deleted", Some(row), Some(table)) => {
            let href = format!("/{}/{row}/restore", table.set);
            Some(Undo { label: "Undo".into(), href, fields: Vec::<Kept>::new() })
        }
        ("opened" | "secured", ..) => {
            let kept = Kept { name: "secured".into(), value: (word == "opened").to_string() };
            Some(Undo { label: "Undo".into(), href: path.to_owned(), fields: vec![kept] })
        }
        ("profile_taken", Some(row), None) => {
            let is_profile = path.starts_with("/field_profiles/");
            let (below, name) = if is_profile { ("holders", "to") } else { ("field_profiles", "profile") };
            let kept = Kept { name: name.into(), value: row.to_string() };
            Some(Undo { label: "Give it back".into(), href: format!("{path}/{below}"), fields: vec![kept] })
        }
        ("taken", Some(row), None) => {
            let href = format!("{path}/roles");
            Some(Undo { label: "Give it back".into(), href, fields: vec![Kept { name: "role".into(), value: row.to_string() }] })
        }
        _ => None,
    };
    Some(Flash { tone, text: text.into(), undo })
}

/// The page of what did not work, in the frame of whoever is signed in; none when no frame can be made.
pub(super) fn problem(app: &App, call: &Call, told: &Told) -> Option<String> {
    let who = call.asker().ok()?;
    framed(app, call, &who, told)
}

fn framed(app: &App, call: &Call, who: &crm::Asker, told: &Told) -> Option<String> {
    let asks_givers = told.code == "no-privilege";
    let made = app.desk.look(who, |tx, actor| {
        let shell = Shell::of(tx, actor, call)?;
        let givers = if asks_givers { crm::views::givers(tx)? } else { Vec::new() };
        Ok((shell, givers))
    });
    let (shell, givers) = made.ok()?;
    let (icon, tone) = answer::look_of(told);
    let person =
        |(id, name): (crm::PrincipalId, String)| Principal { href: format!("/people/{id}"), id: id.to_string(), name, kind: "user".into() };
    let page = ProblemPage {
        frame: Frame { flash: None, ..shell.frame(told.title) },
        icon: icon.into(),
        tone,
        text: answer::sentence(&told.detail),
        missing: missing(&shell, told),
        givers: givers.into_iter().map(person).collect(),
        actions: actions(call),
        request_id: if told.status >= 500 { call.request_id.clone() } else { String::new() },
    };
    page.render().ok()
}

/// What is missing, as whoever gives it would look for it.
fn missing(shell: &Shell, told: &Told) -> Vec<String> {
    let member = |name: &str| told.more.iter().find(|(n, _)| *n == name).and_then(|(_, v)| v.as_str());
    match (member("privilege"), member("set"), member("task")) {
        (Some(privilege), Some(set), _) => {
            let table = shell.catalogue.find(set).map_or_else(|| set.to_owned(), |t| t.plural.to_lowercase());
            let privilege = super::show::capital(&privilege.replace('_', " "));
            match told.code {
                "row-denied" => vec![format!("{privilege} on this record: its owner, or whoever may share it, can give it")],
                _ => vec![format!("{privilege} on {table}, at any level")],
            }
        }
        (_, _, Some(task)) => Task::parse(task).map(|task| vec![task.label().to_owned()]).unwrap_or_default(),
        _ => Vec::new(),
    }
}

fn actions(call: &Call) -> Vec<Link> {
    let mut links = Vec::new();
    let (path, query) = call.here.split_once('?').unwrap_or((&call.here, ""));
    let is_list = path.matches('/').count() == 1;
    if is_list && !query.is_empty() {
        links.push(Link::new("Open it without filters", path, ""));
    }
    links.push(Link::new("Go to the start", "/", "home"));
    links
}

/// Only an address of ours, so that nobody is sent elsewhere by a link that was made for them.
pub(super) fn own_address(written: &str) -> String {
    let fits = written.starts_with('/') && !written.starts_with("//") && !written.contains(['\\', '\r', '\n', '\0']);
    if fits {
        written.chars().map(|c| if c.is_ascii_graphic() { c.to_string() } else { escape(&c.to_string()) }).collect()
    } else {
        "/".into()
    }
}
