//! What happened around a record, newest first, and writing something there: a note, a call, a task.
//!
//! A change shows what each column was and became, as far as it is open to the reader today. What is written is a record
//! of its own, about this one.
//! Not here: the record ([`super::record`]). Start reading at [`drawn`]. Proved by `tests/it/client.rs`.

use super::address::{Address, escape};
use super::frame::Shell;
use super::must_be_there;
use crate::App;
use crate::answer::{Answer, Outcome, sentence};
use crate::call::Call;
use crate::pages::record::{Change, HistoryPage, Timeline, TimelineEntry};
use crate::pages::{Choice, Link};
use catalogue::{Kind, Table, Target, Value};
use crm::records::{Cells, Draft as NewRecord, create};
use crm::values::{DateForm, parse_day};
use crm::views::{self, History, Moment, MomentKind, Row};
use crm::{Actor, Done, Error, Privilege, Tx, Verb};

pub(super) use crate::pages::record::Draft;

/// How much is shown at first, and how much at most.
const SOME: usize = 30;
const ALL: usize = 300;

/// `GET /{set}/{id}/timeline`: the part of the page that htmx brings in, or the record's page at it.
pub(super) fn part(app: &App, call: &Call) -> Outcome {
    if !call.is_fragment {
        let show = call.param("show").unwrap_or_default();
        let all = call.param("all").unwrap_or_default();
        // WHY: the names of an address come unescaped, and nobody is sent where they say.
        let set = escape(call.set()).replace('/', "%2F");
        let at = Address::new(format!("/{set}/{}", call.id())).with("show", show).with("all", all);
        return Ok(Answer::see(format!("{at}#timeline")));
    }
    let part = app.desk.look(&call.asker()?, |tx, actor| {
        let table = must_be_there(actor, call.set())?;
        let row = views::reveal(tx, actor, &table.set, call.id())?;
        let shell = Shell::of(tx, actor, call)?;
        drawn(tx, actor, call, &shell, table, &row, Draft::default())
    })?;
    Answer::draw(&part)
}

/// The timeline of a record, as `show` and `all` in the address say.
pub(super) fn drawn(tx: &mut Tx<'_>, actor: &Actor, call: &Call, shell: &Shell, table: &Table, row: &Row, draft: Draft) -> Done<Timeline> {
    let href = format!("/{}/{}/timeline", table.set, row.id);
    let show = call.param("show").unwrap_or("all");
    let limit = if call.param("all").is_some() { ALL } else { SOME };
    let moments = views::timeline(tx, actor, &table.set, row.id, limit)?;
    let is_full = moments.len() >= limit;
    let mut entries = Vec::new();
    for moment in &moments {
        let entry = match &moment.kind {
            MomentKind::Change(line) if matches!(show, "all" | "changes") => change(shell, table, line),
            MomentKind::Record(id, other) => match shell.catalogue.table(*id) {
                Some(of) if show == "all" || (show == "notes") == (of.set == "notes") && show != "changes" => {
                    happened(shell, of, other, moment)
                }
                _ => continue,
            },
            MomentKind::Change(_) => continue,
        };
        entries.push(entry);
    }
    let filters = [("all", "All"), ("activities", "Activities"), ("notes", "Notes"), ("changes", "Changes")];
    let filter = |(word, label): (&str, &str)| {
        let at = Address::new(&href).with("show", if word == "all" { "" } else { word });
        Link { current: show == word, ..Link::new(label, &at.to_string(), "") }
    };
    let more = Address::new(&href).with("show", if show == "all" { "" } else { show }).with("all", "1");
    Ok(Timeline {
        csrf: call.csrf(),
        kinds: kinds(shell, table, row),
        filters: filters.into_iter().map(filter).collect(),
        entries,
        more_href: (is_full && limit == SOME).then(|| more.to_string()),
        draft,
        href,
    })
}

/// What can be written here: what may be made, be about this table, and be attached to this record.
fn kinds(shell: &Shell, table: &Table, row: &Row) -> Vec<Choice> {
    if !row.may.contains(&Privilege::AppendTo) {
        return Vec::new();
    }
    let fits = |set: &str| {
        shell.catalogue.find(set).is_some_and(|t| {
            let about = t.find("regarding").is_some_and(|c| c.kind.targets().contains(&Target::Table(table.id)));
            about && shell.outlook.may(t.id, Privilege::Create)
        })
    };
    let all = [("note", "notes", "Note"), ("phone_call", "phone_calls", "Phone call"), ("task", "tasks", "Task")];
    all.into_iter().filter(|(_, set, _)| fits(set)).map(|(value, _, label)| Choice::new(value, label)).collect()
}

fn happened(shell: &Shell, of: &Table, row: &Row, moment: &Moment) -> TimelineEntry {
    let text = ["note_text", "description"].iter().find_map(|name| row.cell(of, name)).and_then(|c| c.value.text()).unwrap_or_default();
    let by = match row.cell(of, "owner").or_else(|| row.cell(of, "created_by")).and_then(|c| c.link.as_ref()) {
        Some(views::Link::Seen { name, .. }) => name.clone(),
        _ => String::new(),
    };
    let state = if of.is_activity { Some(shell.eye.state(of, row)).filter(|b| !b.text.is_empty()) } else { None };
    let number = |name: &str| row.cell(of, name).and_then(|c| c.value.int());
    let due = ["due_on", "start_on"].iter().find_map(|name| number(name)).filter(|_| of.is_activity && number("state") == Some(0));
    TimelineEntry {
        due: due.map(|at| shell.eye.when(at)),
        icon: of.icon.clone(),
        kind: of.label.clone(),
        title: row.name(of),
        href: format!("/{}/{}", of.set, row.id),
        text: text.chars().take(600).collect(),
        by,
        when: shell.eye.when(moment.time),
        state,
        changes: Vec::new(),
    }
}

fn change(shell: &Shell, table: &Table, line: &History) -> TimelineEntry {
    let side = |column: &catalogue::Column, told: &views::Told| shell.eye.told(column, told);
    let changes = line.changes.iter().filter_map(|(id, old, new)| {
        // The twins of amounts say nothing that the amounts do not.
        let column = table.column(*id).filter(|c| c.kind != Kind::MoneyBase)?;
        Some(Change { label: column.label.clone(), old: side(column, old), new: side(column, new) })
    });
    // Whatever made it (a form, an import, the generator), before that it had no name.
    let had_none = line.changes.iter().any(|(id, old, _)| *id == table.primary && matches!(old, views::Told::Value(Value::Null)));
    let is_made = had_none && line.changes.len() > 1 || line.verb.ends_with(".create");
    let (icon, kind) = match line.verb.rsplit('.').next().unwrap_or_default() {
        _ if is_made => ("plus", format!("{} created", table.label)),
        "assign" => ("user-share", "Assigned".to_owned()),
        "share" => ("share", "Shared".to_owned()),
        "unshare" => ("share", "Share ended".to_owned()),
        "restore" => ("restore", "Put back".to_owned()),
        "delete" => ("trash", "Deleted".to_owned()),
        _ => ("pencil", "Change".to_owned()),
    };
    TimelineEntry {
        icon: icon.into(),
        kind,
        by: line.actor.clone(),
        when: shell.eye.when(line.time),
        // What a new record began with stands in the record.
        changes: if is_made { Vec::new() } else { changes.collect() },
        ..TimelineEntry::default()
    }
}

/// `GET /{set}/{id}/history`
pub(super) fn history(app: &App, call: &Call) -> Outcome {
    let page = app.desk.look(&call.asker()?, |tx, actor| {
        let table = must_be_there(actor, call.set())?;
        let row = views::reveal(tx, actor, &table.set, call.id())?;
        let shell = Shell::of(tx, actor, call)?;
        let limit = if call.param("all").is_some() { 1000 } else { 50 };
        let lines = views::history(tx, actor, &table.set, row.id, limit)?;
        let name = row.name(table);
        let home = format!("/{}/{}", table.set, row.id);
        let more_href = (lines.len() >= 50 && limit == 50).then(|| format!("{home}/history?all=1"));
        Ok(HistoryPage {
            frame: shell.below("History", &[(&table.plural, &format!("/{}", table.set)), (&name, &home)]),
            entries: lines.iter().map(|line| change(&shell, table, line)).collect(),
            more_href,
        })
    })?;
    Answer::draw(&page)
}

/// `POST /{set}/{id}/timeline`
pub(super) fn compose(app: &App, call: &Call) -> Outcome {
    let who = call.asker()?;
    let (subject, text) = (call.field("subject").to_owned(), call.field("text").to_owned());
    let kind = call.field("kind").to_owned();
    let due = match call.field("due") {
        "" => Ok(None),
        day => parse_day(day, DateForm::Ymd).map(Some),
    };
    let (set, id) = (call.set().to_owned(), call.id());
    let made = match due {
        Err(why) => Err(crm::Problem::column("due", why)),
        Ok(due) => {
            let (subject, text) = (subject.clone(), text.clone());
            app.desk.perform(&who, Verb::write(format!("{}.create", known(&kind))), move |tx, actor| {
                let draft = drafted(actor, &set, id, &kind, &subject, &text, due)?;
                create(tx, actor, &draft)
            })
        }
    };
    let home = format!("/{}/{}", call.set(), call.name("id"));
    match made {
        Ok(_) => Ok(Answer::see(format!("{}#timeline", Address::new(home).with("done", "noted")))),
        Err(Error::Problem(problem)) => {
            let error = sentence(problem.errors.first().map_or(&problem.detail, |e| &e.message));
            super::record::page_with(app, call, Draft { subject, text, error })
        }
        Err(other) => Err(other.into()),
    }
}

fn known(kind: &str) -> &'static str {
    ["phone_call", "task"].into_iter().find(|k| *k == kind).unwrap_or("note")
}

/// The record that is written: a note, a call that was made, or a task that is open.
fn drafted(actor: &Actor, set: &str, id: catalogue::RowId, kind: &str, subject: &str, text: &str, due: Option<i64>) -> Done<NewRecord> {
    let about = must_be_there(actor, set)?;
    let table = must_be_there(actor, &format!("{}s", known(kind)))?;
    let mut cells = Cells::new();
    let mut put = |name: &str, value: Value, target: Option<Target>| {
        if let Some(column) = table.find(name).filter(|_| !value.is_null()) {
            cells.push((column.id, value, target));
        }
    };
    // A subject is what lists show: without one, the text begins it.
    let first: String = text.lines().next().unwrap_or_default().chars().take(120).collect();
    put("subject", if subject.is_empty() { first.into() } else { subject.into() }, None);
    put(if table.set == "notes" { "note_text" } else { "description" }, text.into(), None);
    put("regarding", Value::Id(id), Some(Target::Table(about.id)));
    put("due_on", due.map(|day| day * 86_400_000_000).into(), None);
    if table.set == "phone_calls" && due.is_none() {
        put("state", Value::Int(1), None);
        put("is_outgoing", true.into(), None);
    }
    Ok(NewRecord { table: table.id, id: None, cells, owner: None })
}
