//! Today: own open activities, what was changed lately, a few figures.
//!
//! Everything here is an ordinary list under the reader's own rights, so each figure leads to the list it counts.
//! Not here: the lists ([`super::lists`]). Start reading at [`page`]. Proved by `tests/it/client.rs`.

use super::address::Address;
use super::frame::Shell;
use super::show::zone_name;
use crate::App;
use crate::answer::{Answer, Outcome};
use crate::call::Call;
use crate::pages::home::{Activity, HomeFigure, HomePage, Recent};
use crate::pages::{Badge, Link, Tone};
use catalogue::Table;
use crm::views::{self, ListAsk, Listed, Row};
use crm::{Actor, Done, Privilege, Task, Tx};
use serde_json::{Value as Json, json};

/// How many open activities are shown, how many records changed lately, and of these how many of one table.
const OPEN: usize = 12;
const LATELY: usize = 8;
const OF_ONE: usize = 3;
/// Tables whose own records are shown as changed lately.
const LIVELY: [&str; 6] = ["accounts", "contacts", "leads", "opportunities", "cases", "quotes"];

/// `GET /`
pub(super) fn page(app: &App, call: &Call) -> Outcome {
    let page = app.desk.look(&call.asker()?, |tx, actor| {
        let shell = Shell::of(tx, actor, call)?;
        let first = actor.name().split_whitespace().next().unwrap_or_default().to_owned();
        let activities = activities(tx, actor, call, &shell)?;
        let recent = recent(tx, actor, call, &shell)?;
        let figures = figures(tx, actor, call, &shell)?;
        let tasks = shell.catalogue.find("tasks").filter(|t| shell.outlook.may(t.id, Privilege::Create));
        Ok(HomePage {
            frame: shell.frame(&format!("Today, {first}")),
            day: shell.eye.today().strftime("%A, %-d %B").to_string(),
            activities_href: if readable(&shell).any(|t| t.set == "tasks") { "/tasks?view=mine_open".into() } else { String::new() },
            first_steps: if is_new(tx, actor, &shell)? { first_steps(&shell) } else { Vec::new() },
            task_href: tasks.map(|_| "/tasks/new".to_owned()),
            activities,
            recent,
            figures,
        })
    })?;
    Answer::draw(&page)
}

fn mine(tx: &mut Tx<'_>, actor: &Actor, call: &Call, table: &Table, more: Option<Json>, sort: &str, limit: usize) -> Done<Listed> {
    let all: Vec<Json> = [json!({ "column": "owner", "op": "eq_me" })].into_iter().chain(more).collect();
    let ask = ListAsk {
        set: table.set.clone(),
        view: "*".into(),
        filter: Some(json!({ "all": all })),
        sort: Some(sort.to_owned()),
        limit,
        zone: zone_name(call),
        acts: vec![Privilege::Write],
        ..ListAsk::default()
    };
    views::list(tx, actor, &ask)
}

fn activities(tx: &mut Tx<'_>, actor: &Actor, call: &Call, shell: &Shell) -> Done<Vec<Activity>> {
    let mut all: Vec<(i64, Activity)> = Vec::new();
    let tables: Vec<Table> = readable(shell).filter(|t| t.is_activity && t.set != "emails").cloned().collect();
    for table in tables {
        let due = if table.find("due_on").is_some() { "due_on" } else { "start_on" };
        let is_open = json!({ "column": "state", "op": "in", "value": open_states(&table) });
        for row in mine(tx, actor, call, &table, Some(is_open), due, OPEN)?.rows {
            let at = row.cell(&table, due).and_then(|c| c.value.int());
            all.push((at.unwrap_or(i64::MAX), activity(shell, &table, &row, at)));
        }
    }
    all.sort_by_key(|(at, _)| *at);
    Ok(all.into_iter().map(|(_, activity)| activity).take(OPEN).collect())
}

/// The states in which an activity still has to be done.
fn open_states(table: &Table) -> Vec<String> {
    let options = table.find("state").map(|c| c.kind.options()).unwrap_or_default();
    options.iter().map(|o| o.name.clone()).filter(|name| matches!(name.as_str(), "open" | "scheduled")).collect()
}

fn activity(shell: &Shell, table: &Table, row: &Row, at: Option<i64>) -> Activity {
    let today = shell.eye.day_number(shell.eye.now);
    let urgency = at.and_then(|at| match shell.eye.day_number(at) {
        _ if at < shell.eye.now => Some(Badge { text: "Overdue".into(), tone: Tone::Stops }),
        day if day == today => Some(Badge { text: "Today".into(), tone: Tone::Waits }),
        _ => None,
    });
    Activity {
        icon: table.icon.clone(),
        kind: table.label.clone(),
        subject: row.name(table),
        href: format!("/{}/{}", table.set, row.id),
        regarding: shell.eye.named(table, row, "regarding"),
        phone: shell.eye.named(table, row, "phone_number"),
        due: at.map(|at| shell.eye.when(at)),
        urgency,
        complete_href: if row.may.contains(&Privilege::Write) { format!("/{}/{}/complete", table.set, row.id) } else { String::new() },
    }
}

fn readable(shell: &Shell) -> impl Iterator<Item = &Table> {
    shell.outlook.tables.iter().filter_map(|(id, _)| shell.catalogue.table(*id)).filter(|t| t.is_owned())
}

fn recent(tx: &mut Tx<'_>, actor: &Actor, call: &Call, shell: &Shell) -> Done<Vec<Recent>> {
    let mut all: Vec<(i64, Recent)> = Vec::new();
    let tables: Vec<Table> = readable(shell).filter(|t| LIVELY.contains(&t.set.as_str())).cloned().collect();
    for table in tables {
        for row in mine(tx, actor, call, &table, None, "-modified_on", OF_ONE)?.rows {
            let at = row.cell(&table, "modified_on").and_then(|c| c.value.int()).unwrap_or_default();
            let by = match row.cell(&table, "modified_by").and_then(|c| c.link.as_ref()) {
                Some(views::Link::Seen { name, .. }) => name.clone(),
                _ => String::new(),
            };
            let recent = Recent {
                icon: table.icon.clone(),
                table: table.label.clone(),
                name: row.name(&table),
                href: format!("/{}/{}", table.set, row.id),
                by,
                when: shell.eye.when(at),
            };
            all.push((at, recent));
        }
    }
    all.sort_by_key(|(at, _)| std::cmp::Reverse(*at));
    Ok(all.into_iter().map(|(_, recent)| recent).take(LATELY).collect())
}

/// What is counted: set, view, label.
const FIGURES: [(&str, &str, &str); 4] = [
    ("leads", "mine_open", "My open leads"),
    ("opportunities", "mine_open", "My open opportunities"),
    ("cases", "mine_open", "My open cases"),
    ("tasks", "mine_today", "My tasks due today"),
];

fn figures(tx: &mut Tx<'_>, actor: &Actor, call: &Call, shell: &Shell) -> Done<Vec<HomeFigure>> {
    let mut figures = Vec::new();
    for (set, view, label) in FIGURES {
        let Some(table) = readable(shell).find(|t| t.set == set).filter(|t| t.view(view).is_some()) else { continue };
        let ask = ListAsk { set: set.into(), view: view.into(), limit: 1, count: Some(1000), zone: zone_name(call), ..ListAsk::default() };
        let listed = views::list(tx, actor, &ask)?;
        figures.push(HomeFigure {
            label: label.into(),
            value: super::lists::count_words(&listed),
            href: Address::new(format!("/{}", table.set)).with("view", view).to_string(),
            tone: Tone::Quiet,
        });
    }
    Ok(figures)
}

/// True while whoever could see every account sees none: then somebody has to begin.
fn is_new(tx: &mut Tx<'_>, actor: &Actor, shell: &Shell) -> Done<bool> {
    let Some(accounts) = readable(shell).find(|t| t.set == "accounts") else { return Ok(false) };
    let ask = ListAsk { set: accounts.set.clone(), view: "*".into(), limit: 1, ..ListAsk::default() };
    Ok(views::list(tx, actor, &ask)?.rows.is_empty())
}

fn first_steps(shell: &Shell) -> Vec<Link> {
    let mut steps = Vec::new();
    if shell.outlook.holds(Task::ManageUsers) {
        steps.push(Link::new("Invite the first people", "/people/new", "user-plus"));
    }
    if shell.outlook.holds(Task::BulkImport) {
        steps.push(Link::new("Import customers from a file", "/imports/new", "file-import"));
    }
    if shell.catalogue.find("accounts").is_some_and(|t| shell.outlook.may(t.id, Privilege::Create)) {
        steps.push(Link::new("Create the first account", "/accounts/new", "building"));
    }
    steps
}
