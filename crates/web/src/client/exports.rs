//! Files that go out: what would be taken, the question with its reason, the answer, collecting the file.
//!
//! The page tells before anything is asked how many rows and which columns go; the decision and its record are made by
//! one function of `crm`. Refused by policy is an answer with its own page.
//! Not here: deciding. Start reading at [`new`]. Proved by `tests/it/client.rs`.

use super::frame::Shell;
use super::lists::Place;
use super::show::{counted, grouped, zone_name};
use super::{chips, must_be_there};
use crate::App;
use crate::answer::{Answer, Outcome, sentence};
use crate::call::Call;
use crate::pages::exchange::{ExportPage, ExportRefusedPage, JobPage, JobRow, JobsPage, Progress};
use crate::pages::{Badge, Choice, Empty, Kept, Link, Tone};
use catalogue::{ColumnId, Kind, Table};
use crm::exchange::{self, Decision, Export, ExportState, Format, Taking};
use crm::{Actor, ColumnUse, Done, Error, Tx, Verb, views};

/// How many exports the list shows.
const LISTED: u32 = 100;

/// `GET /exports`
pub(super) fn page(app: &App, call: &Call) -> Outcome {
    let page = app.desk.look(&call.asker()?, |tx, actor| {
        let shell = Shell::of(tx, actor, call)?;
        let all = exchange::exports(tx, actor, LISTED)?;
        let text = "Open a list, narrow it down, and choose Export this view.";
        Ok(JobsPage {
            frame: shell.frame("Exports"),
            rows: all.iter().map(|export| line(&shell, export)).collect(),
            empty: Empty { title: "Nothing was taken out yet".into(), text: text.into(), action: None },
            ..JobsPage::default()
        })
    })?;
    Answer::draw(&page)
}

fn title(shell: &Shell, export: &Export) -> String {
    let label = shell.catalogue.find(&export.set).map_or_else(|| export.set.clone(), |t| t.plural.to_lowercase());
    format!("Export of {label}")
}

fn state(state: ExportState) -> Badge {
    let (text, tone) = match state {
        ExportState::Refused => ("Refused", Tone::Stops),
        ExportState::Making => ("Is being made", Tone::Accent),
        ExportState::Ready => ("Ready", Tone::Proven),
        ExportState::Failed => ("Failed", Tone::Stops),
        ExportState::Ended => ("Its time is over", Tone::Quiet),
    };
    Badge { text: text.into(), tone }
}

fn line(shell: &Shell, export: &Export) -> JobRow {
    let rows = export.rows.and_then(|n| usize::try_from(n).ok());
    JobRow {
        title: title(shell, export),
        href: format!("/exports/{}", export.id),
        icon: "file-export".into(),
        state: state(export.state),
        figures: rows.map_or_else(String::new, |n| counted(n, "row", "rows")),
        percent: None,
        by: shell.outlook.name.clone(),
        when: shell.eye.when(export.created_on),
    }
}

/// What the address or the form asks for.
fn taking(call: &Call, table: &Table, place: &Place) -> Taking {
    let ask = place.ask(table, call);
    let columns: Vec<String> = call.fields("column").into_iter().map(str::to_owned).collect();
    Taking {
        set: ask.set,
        view: ask.view,
        filter: ask.filter,
        sort: ask.sort,
        select: (!columns.is_empty()).then_some(columns),
        zone: zone_name(call),
        format: Format::parse(call.field("format")).unwrap_or_default(),
        reason: Some(call.field("reason").to_owned()).filter(|r| !r.is_empty()),
    }
}

/// `GET /exports/new`
pub(super) fn new(app: &App, call: &Call) -> Outcome {
    let place = Place::said(|name| call.param(name).unwrap_or_default().to_owned())?;
    let page = app.desk.look(&call.asker()?, |tx, actor| drawn(tx, actor, call, &place, ""))?;
    Answer::draw(&page)
}

fn drawn(tx: &mut Tx<'_>, actor: &Actor, call: &Call, place: &Place, error: &str) -> Done<ExportPage> {
    let table = must_be_there(actor, place.set())?;
    let mut whole = taking(call, table, place);
    whole.select = None;
    let preview = exchange::preview(tx, actor, &whole)?;
    let shell = Shell::of(tx, actor, call)?;
    let view = table.view(&place.view).map_or_else(|| table.plural.clone(), |v| v.label.clone());
    let mut filters = Vec::new();
    for condition in place.filter.as_ref().and_then(chips::conditions).unwrap_or_default() {
        filters.push(chips::told(tx, &shell.catalogue, table, &condition)?);
    }
    if !place.search().is_empty() {
        filters.push(format!("Name contains {}", place.search()));
    }
    let over = preview.rows > preview.limit;
    let rows = usize::try_from(preview.rows).unwrap_or(0);
    let count = match over {
        true => format!("More than {}, which is all that one export may take. Narrow the list first.", grouped(&preview.limit.to_string())),
        false => counted(rows, "row that you may take out", "rows that you may take out"),
    };
    let closed = |label: &String| Kept { name: label.clone(), value: "not open to you, so it stays in the house".into() };
    let format = Format::parse(call.field("format")).unwrap_or_default();
    let formats = [(Format::Csv, "CSV, for any program"), (Format::Xlsx, "Excel workbook")];
    let kept = place.kept().into_iter().chain([Kept { name: "set".into(), value: table.set.clone() }]);
    Ok(ExportPage {
        frame: shell.below("Export", &[(&table.plural, &place.href())]),
        what: view,
        filters,
        count,
        columns: columns(call, actor, table, &preview.columns)?,
        left_out: preview.left_out.iter().map(closed).collect(),
        formats: formats.iter().map(|(f, label)| Choice { selected: *f == format, ..Choice::new(f.name(), label) }).collect(),
        needs_reason: preview.needs_reason,
        reason: call.field("reason").into(),
        kept: kept.collect(),
        error: error.into(),
        cancel: place.href(),
    })
}

/// The columns of the view first, chosen; then everything else that is open.
fn columns(call: &Call, actor: &Actor, table: &Table, shown: &[ColumnId]) -> Done<Vec<Choice>> {
    let open = views::open_columns(actor, &table.set, ColumnUse::Read)?;
    let chosen = call.fields("column");
    let rest = table.columns.iter().filter(|c| !shown.contains(&c.id) && open.contains(&c.id));
    let rest = rest.filter(|c| !matches!(c.kind, Kind::Id | Kind::File) && c.name != "version");
    let all = shown.iter().filter_map(|id| table.column(*id)).chain(rest);
    let choice = |c: &catalogue::Column| {
        let selected = if chosen.is_empty() { shown.contains(&c.id) } else { chosen.contains(&c.name.as_str()) };
        Choice { selected, ..Choice::new(&c.name, &c.label) }
    };
    Ok(all.map(choice).collect())
}

/// `POST /exports`
pub(super) fn ask(app: &App, call: &Call) -> Outcome {
    let who = call.asker()?;
    let place = Place::said(|name| call.field(name).to_owned())?;
    let wanted = app.desk.look(&who, |_, actor| Ok(taking(call, must_be_there(actor, place.set())?, &place)))?;
    let asked = app.desk.perform(&who, Verb::export("export.ask"), move |tx, actor| exchange::ask(tx, actor, &wanted));
    let asked = match asked {
        Ok(asked) => asked,
        Err(Error::Problem(problem)) => {
            let words = problem.errors.first().map_or(&problem.detail, |e| &e.message);
            let page = app.desk.look(&who, |tx, actor| drawn(tx, actor, call, &place, &sentence(words)))?;
            return Ok(Answer::draw(&page)?.status(422));
        }
        Err(other) => return Err(other.into()),
    };
    match asked.decision {
        Decision::Allowed { .. } => Ok(Answer::see(format!("/exports/{}", asked.export))),
        Decision::Refused(why) => {
            let shell = app.desk.look(&who, |tx, actor| Shell::of(tx, actor, call))?;
            Answer::draw(&refused(&shell, &place, &why))
        }
    }
}

fn refused(shell: &Shell, place: &Place, why: &str) -> ExportRefusedPage {
    let label = shell.catalogue.find(place.set()).map_or_else(|| place.set().to_owned(), |t| t.plural.clone());
    ExportRefusedPage {
        frame: shell.below("This was refused", &[("Exports", "/exports")]),
        what: format!("This list of {}", label.to_lowercase()),
        reasons: vec![sentence(why)],
        givers: Vec::new(),
        instead: Vec::new(),
        back: Link::new("Narrow the list", &place.href(), ""),
    }
}

/// `GET /exports/{id}`, a page and with `part` its progress alone.
pub(super) fn open(app: &App, call: &Call) -> Outcome {
    let is_part = call.param("part").is_some();
    let page = app.desk.look(&call.asker()?, |tx, actor| {
        let export = exchange::export(tx, actor, call.id())?;
        let shell = Shell::of(tx, actor, call)?;
        let home = format!("/exports/{}", export.id);
        let is_ready = export.state == ExportState::Ready;
        let mut results = Vec::new();
        if export.state != ExportState::Making {
            results.push(Link::new("Back to the list", &format!("/{}", export.set), "list"));
        }
        let making = export.job.filter(|_| export.state == ExportState::Making);
        Ok(JobPage {
            frame: shell.below(&title(&shell, &export), &[("Exports", "/exports")]),
            progress: progress(&shell, &export, &home),
            facts: facts(&shell, &export),
            results,
            collect: is_ready.then(|| Link::new("Download the file", &format!("{home}/file"), "download")),
            errors: Vec::new(),
            cancel_href: making.map_or_else(String::new, |job| format!("/jobs/{job}/cancel")),
        })
    })?;
    if is_part { Answer::draw(&page.progress) } else { Answer::draw(&page) }
}

fn progress(shell: &Shell, export: &Export, home: &str) -> Progress {
    let rows = export.rows.and_then(|n| usize::try_from(n).ok()).unwrap_or(0);
    let until = export.ends_on.map(|at| shell.eye.when(at).short).unwrap_or_default();
    let text = match export.state {
        ExportState::Making => "The file is being made.".to_owned(),
        ExportState::Ready => format!("{}. It can be downloaded until {until}.", counted(rows, "row", "rows")),
        ExportState::Refused | ExportState::Failed => export.why.as_deref().map(sentence).unwrap_or_default(),
        ExportState::Ended => "The file is gone. Ask for it again if you still need it.".to_owned(),
    };
    Progress {
        href: format!("{home}?part=1"),
        state: state(export.state),
        text,
        is_running: export.state == ExportState::Making,
        ..Progress::default()
    }
}

fn facts(shell: &Shell, export: &Export) -> Vec<Kept> {
    let fact = |name: &str, value: String| Kept { name: name.into(), value };
    let table = shell.catalogue.find(&export.set);
    let label = |name: &str| table.and_then(|t| t.find(name)).map_or_else(|| name.to_owned(), |c| c.label.clone());
    let columns: Vec<String> = export.columns.as_array().into_iter().flatten().filter_map(|c| c.as_str()).map(label).collect();
    let mut facts = vec![
        fact("What", table.map_or_else(|| export.set.clone(), |t| t.plural.clone())),
        fact("Columns", columns.join(", ")),
        fact("Format", export.format.to_uppercase()),
        fact("Asked", shell.eye.when(export.created_on).exact),
    ];
    facts.extend(export.reason.clone().map(|reason| fact("Reason", reason)));
    facts.extend(export.collected_on.map(|at| fact("First downloaded", shell.eye.when(at).exact)));
    facts
}

/// `GET /exports/{id}/file`
pub(super) fn file(app: &App, call: &Call) -> Outcome {
    let delivery = exchange::collect(&app.desk, &call.asker()?, call.id())?;
    let (name, bytes, format) = (delivery.name.clone(), delivery.size, delivery.format);
    Ok(Answer::file(&name, format.media_type(), Some(bytes), delivery))
}
