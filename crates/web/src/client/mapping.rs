//! The second step of an import: how the file was read, and which of its columns goes where.
//!
//! Everything found out is shown and can be said otherwise; nothing is kept before the button is pressed. A page that
//! comes back has what was chosen, as long as the file still has as many columns.
//! Not here: sending the file, and what became of it ([`super::imports`]). Start reading at [`page`].
//! Proved by `tests/it/exchange_pages.rs`.

use super::address::Address;
use super::form::at_fields;
use super::frame::Shell;
use super::lists::receivers;
use super::show::{counted, grouped, size};
use crate::App;
use crate::answer::{Answer, No, Outcome, sentence};
use crate::call::Call;
use crate::pages::exchange::{MappedColumn, MappingPage};
use crate::pages::{Choice, Tone};
use catalogue::{Column, Kind, RowId, Table};
use crm::exchange::{self, Duplicates, ImportAsk, ImportMap, LookAsk, Looked, MapLine};
use crm::views::open_columns;
use crm::{Actor, ColumnUse, Denial, Done, Error, PrincipalId, Tx};

const DELIMITERS: [(&str, &str); 4] = [(",", "Comma"), (";", "Semicolon"), ("tab", "Tab"), ("|", "Bar")];
const DATES: [(&str, &str); 3] = [("ymd", "Year, month, day"), ("mdy", "Month, day, year"), ("dmy", "Day, month, year")];
const DUPLICATES: [(&str, &str); 2] = [("refuse", "Leave out and list as errors"), ("allow", "Import all the same")];
/// How many values stand beside a column.
const SAMPLES: usize = 3;
/// How many letters of one.
const LETTERS: usize = 40;

/// Where the second step is for a file.
pub(super) fn href(file: RowId, set: &str, name: &str) -> String {
    Address::new(format!("/imports/files/{file}")).with("set", set).with("name", name).to_string()
}

/// `GET /imports/files/{id}`
pub(super) fn page(app: &App, call: &Call) -> Outcome {
    let looked = look(app, call, &LookAsk::default())?;
    Answer::draw(&drawn(app, call, &looked, Vec::new())?)
}

fn look(app: &App, call: &Call, ask: &LookAsk) -> Result<Looked, No> {
    Ok(exchange::look(&app.desk, &call.asker()?, call.id(), call.param("set").unwrap_or_default(), ask)?)
}

/// How the form says that the file is to be read.
fn said(call: &Call) -> LookAsk {
    let text = |name: &str| Some(call.field(name).to_owned()).filter(|text| !text.is_empty());
    LookAsk {
        encoding: text("encoding"),
        delimiter: text("delimiter"),
        has_header: Some(call.field("has_header") == "true"),
        header_row: None,
    }
}

/// `POST /imports/files/{id}`: reads the file again, or starts the import.
pub(super) fn begin(app: &App, call: &Call) -> Outcome {
    let again = |problems: Vec<String>| -> Outcome {
        let status = if problems.is_empty() { 200 } else { 422 };
        let (looked, problems) = match look(app, call, &said(call)) {
            Ok(looked) => (looked, problems),
            // What cannot be read so is shown as it was found out.
            Err(No::Crm(Error::Problem(problem))) if problem.code == "invalid-values" => {
                (look(app, call, &LookAsk::default())?, told(&problem))
            }
            Err(other) => return Err(other),
        };
        Ok(Answer::draw(&drawn(app, call, &looked, problems)?)?.status(status))
    };
    if !call.field("again").is_empty() {
        return again(Vec::new());
    }
    let looked = match look(app, call, &said(call)) {
        Ok(looked) => looked,
        Err(No::Crm(Error::Problem(problem))) if problem.code == "invalid-values" => return again(told(&problem)),
        Err(other) => return Err(other),
    };
    let owner = Some(call.field("owner")).filter(|o| !matches!(*o, "" | "me"));
    let ask = ImportAsk {
        file: Some(call.id()),
        file_name: file_name(call),
        set: call.param("set").unwrap_or_default().to_owned(),
        look: said(call),
        map: Some(map(call, &looked)),
        owner: owner.map(|id| RowId::parse(id).map(PrincipalId).ok_or(Denial::NotThere)).transpose()?,
        duplicates: if call.field("duplicates") == "allow" { Duplicates::Allow } else { Duplicates::Refuse },
        ..ImportAsk::default()
    };
    match exchange::begin(&app.desk, &call.asker()?, &ask) {
        Ok(started) => Ok(Answer::see(format!("/imports/{}", started.import))),
        Err(Error::Problem(problem)) if problem.code != "no-file" => again(told(&problem)),
        Err(other) => Err(other.into()),
    }
}

fn told(problem: &crm::Problem) -> Vec<String> {
    at_fields(problem).iter().map(|e| sentence(&e.message)).collect()
}

fn file_name(call: &Call) -> String {
    call.param("name").unwrap_or("file").chars().take(200).collect()
}

/// How a map names a column of the file.
fn from(headers: &[String], at: usize) -> String {
    let name = headers.get(at).map_or("", String::as_str);
    let is_one = !name.is_empty() && headers.iter().filter(|h| *h == name).count() == 1;
    if is_one { name.to_owned() } else { format!("column {}", at + 1) }
}

/// The map that the form says.
fn map(call: &Call, looked: &Looked) -> ImportMap {
    let mut map = ImportMap { dates: Some(call.field("dates").to_owned()).filter(|d| !d.is_empty()), ..ImportMap::default() };
    for at in 0..looked.spec.headers.len() {
        let to = call.field(&format!("map-{at}"));
        if !to.is_empty() {
            let shape = to.contains(',').then(|| "person_name".to_owned());
            map.columns.push(MapLine { from: from(&looked.spec.headers, at), to: to.to_owned(), shape, ..MapLine::default() });
        }
    }
    map
}

fn drawn(app: &App, call: &Call, looked: &Looked, mut problems: Vec<String>) -> Result<MappingPage, No> {
    let headers = &looked.spec.headers;
    let is_same = !headers.is_empty() && call.form.iter().filter(|(name, _)| name.starts_with("map-")).count() == headers.len();
    let chosen = if is_same { map(call, looked) } else { looked.guess.clone() };
    let page = app.desk.look(&call.asker()?, |tx, actor| {
        let shell = Shell::of(tx, actor, call)?;
        let set = call.param("set").unwrap_or_default();
        let table = actor.catalogue().find(set).ok_or(Denial::NotThere)?;
        let targets = targets(actor, table)?;
        let rows = looked.rows.map_or_else(|| "more rows than were counted".to_owned(), |n| counted(to_usize(n), "row", "rows"));
        let owners = owners(tx, actor, table, call)?;
        problems.extend(looked.fatal.iter().map(|words| sentence(words)));
        let name = file_name(call);
        let is_sent = !call.form.is_empty();
        Ok(MappingPage {
            frame: shell.below(&format!("Check {name}"), &[("Imports", "/imports")]),
            action: call.here.clone(),
            size: format!("{}, {rows}", size(looked.size)),
            plural: table.plural.to_lowercase(),
            encodings: encodings(&looked.spec.encoding),
            delimiters: delimiters(looked.spec.delimiter),
            has_header: looked.spec.header_row.is_some(),
            detected: detected(looked, is_sent),
            columns: (0..headers.len()).map(|at| column(table, looked, &chosen, &targets, at)).collect(),
            preview: looked.preview.iter().map(|row| row.iter().map(|cell| short(cell)).collect()).collect(),
            dates: dates(table, &targets, chosen.dates.as_deref()),
            owners,
            duplicates: choices(&DUPLICATES, call.field("duplicates")),
            warnings: warnings(table, looked, &chosen),
            submit: match (looked.fatal.is_some(), looked.rows) {
                (true, _) => String::new(),
                (false, Some(n)) => format!("Import {}", counted(to_usize(n), "row", "rows")),
                (false, None) => "Import".into(),
            },
            cancel: "/imports".into(),
            file: name,
            problems,
        })
    })?;
    Ok(page)
}

fn to_usize(n: u64) -> usize {
    usize::try_from(n).unwrap_or(usize::MAX)
}

fn choices(known: &[(&str, &str)], chosen: &str) -> Vec<Choice> {
    known.iter().map(|(value, label)| Choice { selected: *value == chosen, ..Choice::new(value, label) }).collect()
}

fn encodings(chosen: &str) -> Vec<Choice> {
    let mut names = exchange::encodings();
    if !names.contains(&chosen) {
        names.insert(0, chosen);
    }
    names.into_iter().map(|name| Choice { selected: name == chosen, ..Choice::new(name, name) }).collect()
}

fn delimiters(chosen: char) -> Vec<Choice> {
    let word = if chosen == '\t' { "tab".to_owned() } else { chosen.to_string() };
    let mut all = choices(&DELIMITERS, &word);
    if !all.iter().any(|choice| choice.selected) {
        all.push(Choice { selected: true, ..Choice::new(&word, &word) });
    }
    all
}

fn detected(looked: &Looked, is_sent: bool) -> String {
    if is_sent {
        return "It was read as you said.".into();
    }
    let sure = if looked.is_encoding_certain { "without doubt" } else { "as a guess: look whether letters with accents are right" };
    let delimiter = delimiters(looked.spec.delimiter).into_iter().find(|c| c.selected).map_or_else(String::new, |c| c.label.to_lowercase());
    let header = match looked.spec.header_row {
        None => "no row with names".to_owned(),
        Some(0) => "names in the first row".to_owned(),
        Some(n) => format!("names in row {}", n + 1),
    };
    format!("Detected: {} {sure}; {delimiter}; {header}.", looked.spec.encoding)
}

/// Where a column of a file may go: what is open to its importer.
fn targets(actor: &Actor, table: &Table) -> Done<Vec<Choice>> {
    let open = open_columns(actor, &table.set, ColumnUse::Create)?;
    let takes = |c: &&Column| open.contains(&c.id) && !matches!(c.kind, Kind::Id | Kind::File | Kind::Owner);
    let label = |c: &Column| if c.required { format!("{} (needed)", c.label) } else { c.label.clone() };
    let mut found: Vec<Choice> = table.writable().filter(takes).map(|c| Choice::new(&c.name, &label(c))).collect();
    found.sort_by_key(|choice| choice.label.to_lowercase());
    let has = |name: &str| found.iter().any(|choice| choice.value == name);
    if has("first_name") && has("last_name") {
        found.insert(0, Choice::new("first_name,last_name", "First and last name, cut in two"));
    }
    if table.is_owned() {
        found.push(Choice::new("owner", "Owner"));
    }
    Ok(found)
}

fn column(table: &Table, looked: &Looked, chosen: &ImportMap, targets: &[Choice], at: usize) -> MappedColumn {
    let header = looked.spec.headers.get(at).cloned().unwrap_or_default();
    let from = from(&looked.spec.headers, at);
    let to = chosen.columns.iter().find(|line| line.from == from).map_or("", |line| line.to.as_str());
    let mut samples: Vec<String> = Vec::new();
    for cell in looked.preview.iter().filter_map(|row| row.get(at)).map(|cell| short(cell.trim())) {
        if !cell.is_empty() && samples.len() < SAMPLES && !samples.contains(&cell) {
            samples.push(cell);
        }
    }
    let is_guessed = looked.guess.columns.iter().any(|line| line.from == from && line.to == to);
    let (note, tone) = match table.find(to).map(|c| &c.kind) {
        _ if to.is_empty() => ("", Tone::Quiet),
        Some(Kind::Lookup(_) | Kind::Owner) => ("looked up by name", Tone::Waits),
        _ if is_guessed => ("matched by name", Tone::Accent),
        _ => ("chosen by you", Tone::Accent),
    };
    MappedColumn {
        header: if header.is_empty() { from } else { header },
        sample: samples.join(", "),
        targets: targets.iter().map(|t| Choice { selected: t.value == to, ..t.clone() }).collect(),
        note: note.into(),
        tone,
    }
}

fn short(cell: &str) -> String {
    let line = cell.split_whitespace().collect::<Vec<_>>().join(" ");
    if line.chars().count() <= LETTERS { line } else { line.chars().take(LETTERS - 1).chain(['…']).collect() }
}

fn dates(table: &Table, targets: &[Choice], chosen: Option<&str>) -> Vec<Choice> {
    let is_date = |t: &Choice| table.find(&t.value).is_some_and(|c| matches!(c.kind, Kind::Date | Kind::DateTime));
    if targets.iter().any(is_date) { choices(&DATES, chosen.unwrap_or("ymd")) } else { Vec::new() }
}

fn owners(tx: &mut Tx<'_>, actor: &Actor, table: &Table, call: &Call) -> Done<Vec<Choice>> {
    if !table.is_owned() {
        return Ok(Vec::new());
    }
    let me = actor.user().to_string();
    let mut all = vec![Choice::new("me", &format!("Me, {}", actor.name()))];
    all.extend(receivers(tx, actor)?.into_iter().filter(|choice| choice.value != me));
    Ok(all.into_iter().map(|choice| Choice { selected: choice.value == call.field("owner"), ..choice }).collect())
}

/// What should be looked at before the button is pressed.
fn warnings(table: &Table, looked: &Looked, chosen: &ImportMap) -> Vec<String> {
    let mut told: Vec<String> = looked.header_problems.iter().map(|words| sentence(words)).collect();
    told.extend(looked.problems.iter().map(|words| sentence(words)));
    let count = looked.problem_count;
    if count > 0 {
        let rows = if count == 1 { "This row".to_owned() } else { format!("These {} rows", grouped(&count.to_string())) };
        told.push(format!("{rows} will be left out and listed as errors."));
    }
    let goes_to = |name: &str| chosen.columns.iter().any(|line| line.to.split(',').any(|to| to == name));
    let missing = looked.missing.iter().filter(|name| !goes_to(name)).filter_map(|name| table.find(name));
    let missing: Vec<&str> = missing.map(|c| c.label.as_str()).collect();
    if !missing.is_empty() {
        told.push(format!("Nothing goes to {}, which is needed: rows without it are listed as errors.", missing.join(", ")));
    }
    told
}
