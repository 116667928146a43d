//! Imports: their list, sending a file, and how far one is.
//!
//! A file is asked for after the table it goes into, so whoever may not is refused before it is read. While an import
//! runs, the part at `/progress` is asked again each second; everything on it is on the page itself too.
//! Not here: reading and mapping the file ([`super::mapping`]). Start reading at [`page`].
//! Proved by `tests/it/exchange_pages.rs`.

use super::frame::Shell;
use super::jobs::{badge, share, with_errors};
use super::show::{counted, grouped, size};
use super::{address::Address, mapping};
use crate::App;
use crate::answer::{Answer, No, Outcome, sentence};
use crate::call::Call;
use crate::pages::exchange::{ErrorRow, ImportPage, JobPage, JobRow, JobsPage, Phase, Progress};
use crate::pages::{Badge, Choice, Empty, Kept, Link};
use crate::upload::Upload;
use catalogue::{RowId, Table};
use crm::exchange::{self, FailedRow, Import};
use crm::jobs::JobState;
use crm::views::principal_names;
use crm::{Denial, Done, PrincipalId, Privilege, Task, Tx};

/// How many imports the list shows.
const SHOWN: u32 = 100;
/// How many rows that could not be taken are on the page; the file has all.
const ERRORS: u32 = 20;
/// How much of such a row is shown.
const LETTERS: usize = 120;

/// `GET /imports`
pub(super) fn list(app: &App, call: &Call) -> Outcome {
    let page = app.desk.look(&call.asker()?, |tx, actor| {
        let shell = Shell::of(tx, actor, call)?;
        let row = |import: &Import| JobRow {
            title: title(import),
            href: format!("/imports/{}", import.id),
            icon: "file-import".into(),
            state: state(import),
            figures: figures(import),
            percent: if import.state.has_ended() { None } else { share(import.tally.rows(), import.total) },
            by: shell.outlook.name.clone(),
            when: shell.eye.when(import.created_on),
        };
        let rows = exchange::imports(tx, actor, SHOWN)?.iter().map(row).collect();
        let action = shell.outlook.holds(Task::BulkImport).then(|| Link::new("New import", "/imports/new", "plus"));
        let text = "A CSV file becomes records here: you see how it is read and where its columns go before anything is imported.";
        let empty = Empty { title: "Nothing was imported yet".into(), text: text.into(), action: None };
        Ok(JobsPage { frame: shell.frame("Imports"), rows, action, empty, next_href: None })
    })?;
    Answer::draw(&page)
}

fn title(import: &Import) -> String {
    format!("Import of {}", import.file_name)
}

fn state(import: &Import) -> Badge {
    if import.state == JobState::Done && import.tally.failed > 0 {
        return with_errors();
    }
    badge(import.state)
}

fn number(n: i64) -> String {
    grouped(&n.to_string())
}

fn figures(import: &Import) -> String {
    let tally = &import.tally;
    if let Some(message) = import.message.as_deref().filter(|_| import.state != JobState::Done) {
        return message.to_owned();
    }
    match import.total {
        Some(total) if !import.state.has_ended() => format!("{} of {} rows", number(tally.rows()), number(total)),
        _ if tally.rows() == 0 => String::new(),
        _ if tally.failed == 0 => format!("{} created", number(tally.created)),
        _ => format!("{} created, {} not", number(tally.created), number(tally.failed)),
    }
}

/// `GET /imports/new`
pub(super) fn new(app: &App, call: &Call) -> Outcome {
    Answer::draw(&first_step(app, call, "")?)
}

fn first_step(app: &App, call: &Call, error: &str) -> Result<ImportPage, No> {
    let page = app.desk.look(&call.asker()?, |tx, actor| {
        let shell = Shell::of(tx, actor, call)?;
        if !shell.outlook.holds(Task::BulkImport) {
            return Err(Denial::NoTask(Task::BulkImport).into());
        }
        let wanted = call.param("set").unwrap_or_else(|| call.field("set"));
        let tables = shell.outlook.tables.iter().filter(|(_, held)| held.has(Privilege::Create));
        let tables = tables.filter_map(|(id, _)| shell.catalogue.table(*id));
        let choice = |t: &Table| Choice { selected: t.set == wanted, ..Choice::new(&t.set, &t.plural) };
        let mut sets: Vec<Choice> = tables.map(choice).collect();
        sets.sort_by(|a, b| a.label.cmp(&b.label));
        let frame = shell.below("New import", &[("Imports", "/imports")]);
        Ok(ImportPage { frame, sets, limit: format!("up to {}", size(exchange::LARGEST)), error: error.into() })
    })?;
    Ok(page)
}

/// `POST /imports`: keeps the file and goes on to how it was read.
pub(super) fn upload(app: &App, call: &Call, upload: &mut Upload) -> Outcome {
    let who = call.asker()?;
    let set = call.field("set").to_owned();
    let again = |words: &str| -> Outcome { Ok(Answer::draw(&first_step(app, call, words)?)?.status(422)) };
    if set.is_empty() {
        return again("Choose into which table the file goes, then the file.");
    }
    let Ok((name, bytes)) = upload.file() else { return again("Choose a file.") };
    let file = exchange::upload(&app.desk, &who, bytes)?;
    upload.rest()?;
    Ok(Answer::see(mapping::href(file, &set, &name)))
}

/// `GET /imports/{id}`
pub(super) fn page(app: &App, call: &Call) -> Outcome {
    let page = app.desk.look(&call.asker()?, |tx, actor| {
        let shell = Shell::of(tx, actor, call)?;
        let import = exchange::import(tx, actor, call.id())?;
        let table = shell.catalogue.find(&import.set).ok_or(Denial::NotThere)?;
        let errors = exchange::failed(tx, actor, import.id, if import.state.has_ended() { ERRORS } else { 0 })?;
        let has_ended = import.state.has_ended();
        Ok(JobPage {
            frame: shell.below(&title(&import), &[("Imports", "/imports")]),
            progress: progress(&import, table),
            facts: facts(tx, &shell, &import, table)?,
            results: if has_ended { results(&shell, &import, table) } else { Vec::new() },
            collect: None,
            errors: errors.iter().map(|row| error_row(table, &import, row)).collect(),
            cancel_href: if has_ended { String::new() } else { format!("/jobs/{}/cancel", import.job) },
        })
    })?;
    Answer::draw(&page)
}

/// `GET /imports/{id}/progress`: a part of the page.
pub(super) fn part(app: &App, call: &Call) -> Outcome {
    let part = app.desk.look(&call.asker()?, |tx, actor| {
        let import = exchange::import(tx, actor, call.id())?;
        let table = actor.catalogue().find(&import.set).ok_or(Denial::NotThere)?;
        Ok(progress(&import, table))
    })?;
    Answer::draw(&part)
}

fn progress(import: &Import, table: &Table) -> Progress {
    let tally = &import.tally;
    let (singular, plural) = (table.label.to_lowercase(), table.plural.to_lowercase());
    let created = counted(usize::try_from(tally.created).unwrap_or(0), &singular, &plural);
    let ended = import.message.as_deref().filter(|m| !m.is_empty());
    let text = match (import.state, import.total) {
        (JobState::Queued, _) => "It waits for its turn.".to_owned(),
        (JobState::Running | JobState::Stopping, None) => "Reading the file.".to_owned(),
        (JobState::Running | JobState::Stopping, Some(total)) => format!("Row {} of {}.", number(tally.rows()), number(total)),
        (JobState::Done, _) if tally.failed == 0 => format!("{created} made. Every row was taken."),
        (JobState::Done, _) => {
            format!("{created} made, {} not imported.", counted(usize::try_from(tally.failed).unwrap_or(0), "row", "rows"))
        }
        (JobState::Failed | JobState::Cancelled, _) => match ended {
            Some(words) => sentence(words),
            None => format!("It was stopped. {created} made before that."),
        },
    };
    let figure = |name: &str, n: i64| Kept { name: name.into(), value: number(n) };
    let mut figures = vec![figure("Created", tally.created), figure("Not imported", tally.failed)];
    if tally.updated > 0 {
        figures.push(figure("Changed", tally.updated));
    }
    if tally.fallbacks > 0 {
        figures.push(figure("Owner not found", tally.fallbacks));
    }
    if let Some(left) = import.total.map(|total| total - tally.rows()).filter(|left| *left > 0) {
        figures.push(figure("Left", left));
    }
    Progress {
        href: format!("/imports/{}/progress", import.id),
        state: state(import),
        text,
        percent: share(tally.rows(), import.total),
        is_running: !import.state.has_ended(),
        phases: phases(import),
        figures,
    }
}

fn phases(import: &Import) -> Vec<Phase> {
    let is_read = import.total.is_some();
    let (reading, taking) = match import.state {
        JobState::Queued => ("next", "next"),
        JobState::Running | JobState::Stopping if is_read => ("done", "now"),
        JobState::Running | JobState::Stopping => ("now", "next"),
        JobState::Done => ("done", "done"),
        JobState::Failed | JobState::Cancelled if is_read => ("done", "failed"),
        JobState::Failed | JobState::Cancelled => ("failed", "next"),
    };
    let phase = |name: &str, state: &str| Phase { name: name.into(), state: state.into() };
    vec![phase("Read the file", reading), phase("Make the records", taking)]
}

fn results(shell: &Shell, import: &Import, table: &Table) -> Vec<Link> {
    let mut links = Vec::new();
    if import.tally.failed > 0 {
        links.push(Link::new("Download the error file", &format!("/imports/{}/errors.csv", import.id), "download"));
    }
    if import.tally.created > 0 && shell.outlook.may(table.id, Privilege::Read) {
        let at = Address::new(format!("/{}", table.set)).with("sort", "-created_on");
        links.push(Link::new(&format!("Open the newest {}", table.plural.to_lowercase()), &at.to_string(), "list"));
    }
    links
}

fn facts(tx: &mut Tx<'_>, shell: &Shell, import: &Import, table: &Table) -> Done<Vec<Kept>> {
    let fact = |name: &str, value: &str| Kept { name: name.into(), value: value.into() };
    let text = |json: &serde_json::Value, name: &str| json.get(name).and_then(|v| v.as_str()).unwrap_or_default().to_owned();
    let mut facts = vec![fact("File", &import.file_name), fact("Into", &table.plural)];
    let encoding = text(&import.look, "encoding");
    facts.push(fact("Read as", &encoding));
    if let Some(owner) = RowId::parse(&text(&import.options, "owner")).map(PrincipalId) {
        let name = principal_names(tx, &[owner])?.remove(&owner).unwrap_or_default();
        facts.push(fact("Owner, where none is known", &name));
    }
    facts.push(fact("Asked", &shell.eye.when(import.created_on).short));
    if let Some(ended) = import.ended_on {
        facts.push(fact("Ended", &shell.eye.when(ended).short));
    }
    Ok(facts)
}

/// The problem of a row begins with the column it is about, where it is about one; then its cell is shown, else the row.
fn error_row(table: &Table, import: &Import, row: &FailedRow) -> ErrorRow {
    let about = row.problem.split_once(": ").and_then(|(name, why)| Some((table.find(name)?, why)));
    let whole = || row.cells.iter().map(|cell| cell.trim()).filter(|cell| !cell.is_empty()).collect::<Vec<_>>().join(", ");
    let value = about.and_then(|(column, _)| cell_of(import, row, &column.name)).unwrap_or_else(whole);
    let value = if value.chars().count() <= LETTERS { value } else { value.chars().take(LETTERS - 1).chain(['…']).collect() };
    ErrorRow {
        line: number(row.number),
        column: about.map_or_else(String::new, |(column, _)| column.label.clone()),
        value,
        why: sentence(about.map_or(row.problem.as_str(), |(_, why)| why)),
    }
}

/// The cell of the file that goes to this column, if there is something in it.
fn cell_of(import: &Import, row: &FailedRow, column: &str) -> Option<String> {
    let text = |json: &serde_json::Value, name: &str| json.get(name).and_then(|v| v.as_str()).map(str::to_owned);
    let lines = import.map.get("columns")?.as_array()?;
    let from = text(lines.iter().find(|line| text(line, "to").is_some_and(|to| to.split(',').any(|to| to == column)))?, "from")?;
    let headers = import.look.get("headers")?.as_array()?;
    let at = headers.iter().position(|header| header.as_str() == Some(from.as_str()));
    let told = from.strip_prefix("column ").and_then(|n| n.parse::<usize>().ok()).and_then(|n| n.checked_sub(1));
    row.cells.get(at.or(told)?).filter(|cell| !cell.trim().is_empty()).cloned()
}
