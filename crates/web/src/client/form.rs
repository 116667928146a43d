//! Making and changing one record: the form, what was typed into it, and what comes of it.
//!
//! Only what somebody changed is written: each field is compared with its `was-<name>`, the text it had when the form was
//! opened. What is wrong comes back at its field, with everything that was typed.
//! Not here: two people at once ([`super::conflict`]). Start reading at [`Form::of`]. Proved by `tests/it/client.rs`.

use super::address::Address;
use super::fields::{self, Entered};
use super::frame::Shell;
use super::{conflict, must_be_there};
use crate::App;
use crate::answer::{Answer, Outcome};
use crate::call::Call;
use crate::pages::Kept;
use crate::pages::cell::Cell;
use crate::pages::form::{Field, FormPage, Input, Section};
use catalogue::{Column, ColumnId, Kind, RowId, Table};
use crm::records::{self, Cells, Draft};
use crm::views::{self, Row};
use crm::{Actor, ColumnUse, Done, Error, FieldError, PrincipalId, Problem, Tx, Verb};

/// Columns that a new record gets by itself.
const LATER: [&str; 2] = ["state", "status"];

/// A form with what is in it.
pub(super) struct Form {
    /// How the page is built.
    pub(super) shell: Shell,
    /// The table.
    pub(super) table: Table,
    /// The record that is changed, as it is; none for a new one.
    pub(super) row: Option<Row>,
    /// The columns that can be filled here, each with its text.
    pub(super) entries: Vec<(ColumnId, Entered)>,
}

impl Form {
    /// The form of a set, for a new record or one that is there; with what was typed, if anything was sent.
    pub(super) fn of(tx: &mut Tx<'_>, actor: &Actor, call: &Call, row: Option<Row>) -> Done<Form> {
        let shell = Shell::of(tx, actor, call)?;
        let table = must_be_there(actor, call.set())?.clone();
        let purpose = if row.is_some() { ColumnUse::Update } else { ColumnUse::Create };
        let open = views::open_columns(actor, &table.set, purpose)?;
        let is_sent = !call.form.is_empty();
        let mut entries = Vec::new();
        for id in table.form.iter().flat_map(|s| &s.columns) {
            let Some(column) = table.column(*id).filter(|c| open.contains(&c.id) && can_be_filled(&table, c, row.is_some())) else {
                continue;
            };
            // A column that is not open to the reader is not shown, so it is not changed in the dark either.
            if row.as_ref().is_some_and(|row| row.cell(&table, &column.name).is_none()) {
                continue;
            }
            let entered = match (is_sent, &row) {
                (true, _) => fields::enter(tx, actor, &shell.eye, column, call)?,
                (false, Some(row)) => as_stored(&shell, &table, row, column),
                (false, None) => preset(tx, actor, column, call)?,
            };
            entries.push((column.id, entered));
        }
        Ok(Form { shell, table, row, entries })
    }

    /// True when nothing typed is wrong.
    pub(super) fn is_sound(&self) -> bool {
        self.entries.iter().all(|(_, e)| e.error.is_none() && e.value.is_some())
    }

    /// The fields that differ from what they were when the form was opened.
    pub(super) fn changed(&self, call: &Call) -> Vec<&(ColumnId, Entered)> {
        let was = |id: ColumnId| self.table.column(id).map_or("", |c| call.field(&format!("was-{}", c.name))).replace("\r\n", "\n");
        self.entries.iter().filter(|(id, entered)| entered.text != was(*id)).collect()
    }

    /// Fields as cells to be written; the owner apart.
    fn cells<'e>(&self, entries: impl IntoIterator<Item = &'e (ColumnId, Entered)>) -> (Cells, Option<PrincipalId>) {
        let (mut cells, mut owner) = (Cells::new(), None);
        for (id, entered) in entries {
            let Some((value, target)) = entered.value.clone() else { continue };
            match self.table.column(*id).map(|c| &c.kind) {
                Some(Kind::Owner) => owner = value.id().map(PrincipalId),
                Some(_) => cells.push((*id, value, target)),
                None => {}
            }
        }
        (cells, owner)
    }

    /// The page, with what is wrong beyond what was found while reading.
    pub(super) fn page(self, call: &Call, wrong: &[FieldError]) -> FormPage {
        let Form { shell, table, row, mut entries } = self;
        let mut problems = Vec::new();
        for error in wrong {
            let at = table.find(&error.column).and_then(|c| entries.iter_mut().find(|(id, _)| *id == c.id));
            match at {
                Some((_, entered)) => entered.error = Some(error.message.clone()),
                None => problems.push(crate::answer::sentence(&error.message)),
            }
        }
        let label = table.label.to_lowercase();
        let name = row.as_ref().map(|r| r.name(&table));
        let home = format!("/{}", table.set);
        let sections = sections(&shell, &table, row.as_ref(), &entries);
        let (frame, action, cancel, submit) = match (&row, &name) {
            (Some(row), Some(name)) => {
                let at = format!("{home}/{}", row.id);
                (shell.below(&format!("Edit {name}"), &[(&table.plural, &home), (name, &at)]), format!("{at}/edit"), at, "Save".to_owned())
            }
            _ => {
                let frame = shell.below(&format!("New {label}"), &[(&table.plural, &home)]);
                (frame, format!("{home}/new"), back_of(&table, call), format!("Create {label}"))
            }
        };
        FormPage {
            frame,
            action,
            cancel,
            submit,
            can_save_and_new: row.is_none() && call.field("for").is_empty() && call.param("for").is_none(),
            can_go_back: false,
            kept: kept(&shell, &table, row.as_ref(), &entries, call),
            sections,
            problems,
            lead: String::new(),
            beside: Vec::new(),
        }
    }
}

/// `GET /{set}/new`
pub(super) fn new(app: &App, call: &Call) -> Outcome {
    let page = app.desk.look(&call.asker()?, |tx, actor| Ok(Form::of(tx, actor, call, None)?.page(call, &[])))?;
    Answer::draw(&page)
}

/// `POST /{set}/new`
pub(super) fn create(app: &App, call: &Call) -> Outcome {
    let who = call.asker()?;
    let read = || app.desk.look(&who, |tx, actor| Form::of(tx, actor, call, None));
    let form = read()?;
    if !form.is_sound() || !call.field("find").is_empty() {
        return Ok(Answer::draw(&form.page(call, &[]))?.status(422));
    }
    let (cells, owner) = form.cells(form.entries.iter().filter(|(_, e)| !e.text.is_empty()));
    let draft = Draft { table: form.table.id, id: None, cells, owner };
    let set = form.table.set.clone();
    let made = app.desk.perform(&who, Verb::write(format!("{}.create", form.table.name)), move |tx, actor| {
        let id = records::create(tx, actor, &draft)?;
        Ok((id, views::reveal(tx, actor, &set, id).is_ok()))
    });
    match made {
        Ok((id, is_visible)) => {
            let parent = back_of(&form.table, call);
            let at = match (call.field("then"), is_visible) {
                ("new", _) => format!("/{}/new", form.table.set),
                (_, true) if parent == format!("/{}", form.table.set) => format!("{parent}/{id}"),
                (_, _) => parent,
            };
            Ok(Answer::see(Address::new(at).with("done", "created").to_string()))
        }
        Err(Error::Problem(problem)) => shown_again(read()?.page(call, &at_fields(&problem))),
        Err(other) => Err(other.into()),
    }
}

/// `GET /{set}/{id}/edit`
pub(super) fn edit(app: &App, call: &Call) -> Outcome {
    let page = app.desk.look(&call.asker()?, |tx, actor| {
        let table = must_be_there(actor, call.set())?;
        let row = views::open(tx, actor, call.set(), call.id())?;
        records::reach(tx, actor, crm::Privilege::Write, table, row.id)?;
        Ok(Form::of(tx, actor, call, Some(row))?.page(call, &[]))
    })?;
    Answer::draw(&page)
}

/// `POST /{set}/{id}/edit`
pub(super) fn save(app: &App, call: &Call) -> Outcome {
    let who = call.asker()?;
    let read = || {
        app.desk.look(&who, |tx, actor| {
            must_be_there(actor, call.set())?;
            // What comes back, to be mended or compared, is read: it goes to the journal.
            let row = views::open(tx, actor, call.set(), call.id())?;
            Form::of(tx, actor, call, Some(row))
        })
    };
    let form = read()?;
    let home = format!("/{}/{}", form.table.set, call.id());
    let version: Option<i64> = call.field("version").parse().ok();
    if form.row.as_ref().map(|r| r.version) != version {
        return conflict::page(app, call, form);
    }
    if !form.is_sound() || !call.field("find").is_empty() {
        return Ok(Answer::draw(&form.page(call, &[]))?.status(422));
    }
    let (cells, _) = form
        .cells(form.changed(call).into_iter().filter(|(id, e)| !conflict::is_theirs(&form.table, *id, call) && e.text != fields::HIDDEN));
    if cells.is_empty() {
        return Ok(Answer::see(Address::new(home).with("done", "same").to_string()));
    }
    let (table, id) = (form.table.id, call.id());
    let saved = app.desk.perform(&who, Verb::write(format!("{}.change", form.table.name)), move |tx, actor| {
        records::change(tx, actor, table, id, version, cells.clone())
    });
    match saved {
        Ok(_) => Ok(Answer::see(Address::new(home).with("done", "saved").to_string())),
        Err(Error::Stale { .. }) => conflict::page(app, call, read()?),
        Err(Error::Problem(problem)) => shown_again(read()?.page(call, &at_fields(&problem))),
        Err(other) => Err(other.into()),
    }
}

fn shown_again(page: FormPage) -> Outcome {
    Ok(Answer::draw(&page)?.status(422))
}

/// What is wrong, at its fields; what belongs to none stands above the form.
pub(super) fn at_fields(problem: &Problem) -> Vec<FieldError> {
    if problem.errors.is_empty() {
        return vec![FieldError { column: String::new(), message: problem.detail.clone() }];
    }
    problem.errors.clone()
}

fn can_be_filled(table: &Table, column: &Column, is_there: bool) -> bool {
    match column.kind {
        Kind::Owner => !is_there,
        Kind::File | Kind::Id => false,
        _ => table.writable().any(|c| c.id == column.id) && (is_there || !LATER.contains(&column.name.as_str())),
    }
}

fn as_stored(shell: &Shell, table: &Table, row: &Row, column: &Column) -> Entered {
    let cell = row.cell(table, &column.name);
    cell.map_or_else(Entered::default, |cell| fields::stored(&shell.eye, column, &cell.value, cell.link.as_ref()))
}

/// What a new record's field begins with: oneself as owner, and what `for=<column>:<set>:<id>` says.
fn preset(tx: &mut Tx<'_>, actor: &Actor, column: &Column, call: &Call) -> Done<Entered> {
    if column.kind == Kind::Owner {
        return Ok(Entered { text: format!("users:{}", actor.user()), shown: actor.name().into(), ..Entered::default() });
    }
    let Some((name, what)) = call.param("for").and_then(|f| f.split_once(':')).filter(|(name, _)| *name == column.name) else {
        return Ok(Entered::default());
    };
    let catalogue = actor.catalogue().clone();
    let found = fields::target(&catalogue, &fields::sets_of(&catalogue, column), what).filter(|_| name == column.name);
    let Some((target, id)) = found else { return Ok(Entered::default()) };
    let set = catalogue.set_of(target);
    let Some(table) = catalogue.find(set) else { return Ok(Entered::default()) };
    let row = views::reveal(tx, actor, set, id)?;
    Ok(Entered { text: format!("{set}:{id}"), shown: row.name(table), ..Entered::default() })
}

/// Where Cancel leads: the record this one is made for, or the list.
fn back_of(table: &Table, call: &Call) -> String {
    let said = call.param("for").unwrap_or_else(|| call.field("for"));
    let mut parts = said.splitn(3, ':').skip(1);
    match (parts.next(), parts.next().and_then(RowId::parse)) {
        (Some(set), Some(id)) if set.bytes().all(|b| b.is_ascii_lowercase() || b == b'_') => format!("/{set}/{id}"),
        _ => format!("/{}", table.set),
    }
}

fn kept(shell: &Shell, table: &Table, row: Option<&Row>, entries: &[(ColumnId, Entered)], call: &Call) -> Vec<Kept> {
    let mut kept = Vec::new();
    let mut keep = |name: String, value: &str| kept.push(Kept { name, value: value.to_owned() });
    let Some(row) = row else {
        let said = call.param("for").unwrap_or_else(|| call.field("for"));
        if !said.is_empty() {
            keep("for".into(), said);
        }
        return kept;
    };
    let is_sent = !call.form.is_empty();
    let version = row.version.to_string();
    keep("version".into(), if is_sent { call.field("version") } else { &version });
    for column in entries.iter().filter_map(|(id, _)| table.column(*id)) {
        let (name, text) = (format!("was-{}", column.name), format!("was-{}-text", column.name));
        let now = as_stored(shell, table, row, column);
        keep(name.clone(), if is_sent { call.field(&name) } else { &now.text });
        if matches!(column.kind, Kind::Lookup(_)) {
            keep(text.clone(), if is_sent { call.field(&text) } else { &now.shown });
        }
    }
    kept
}

fn sections(shell: &Shell, table: &Table, row: Option<&Row>, entries: &[(ColumnId, Entered)]) -> Vec<Section> {
    let currency = row.and_then(|r| r.cell(table, "currency")).and_then(|c| c.value.id());
    let field = |id: &ColumnId| -> Option<Field> {
        let column = table.column(*id)?;
        let cell = row.map_or(Cell::Empty, |row| shell.eye.named(table, row, &column.name));
        let made = Field { name: column.name.clone(), label: column.label.clone(), cell, is_secured: column.secured, ..Field::default() };
        let is_wide = matches!(column.kind, Kind::Memo(_));
        match entries.iter().find(|(entry, _)| entry == id) {
            Some((_, entered)) => Some(Field {
                input: fields::input(&shell.catalogue, column, entered, shell.eye.unit(currency)),
                is_required: column.required,
                help: column.help.clone(),
                error: entered.error.as_deref().map(super::show::capital),
                is_wide,
                ..made
            }),
            // What can't be changed here is still read, as far as it is open.
            None if row.is_some_and(|row| row.cell(table, &column.name).is_some()) => {
                Some(Field { input: Input::Fixed, help: fixed_because(column).into(), is_wide, ..made })
            }
            None => None,
        }
    };
    let section = |s: &catalogue::FormSection| Section { title: s.label.clone(), fields: s.columns.iter().filter_map(field).collect() };
    table.form.iter().map(section).filter(|s| !s.fields.is_empty()).collect()
}

fn fixed_because(column: &Column) -> &'static str {
    match column.kind {
        Kind::Owner => "Changes with Assign.",
        Kind::AutoNumber { .. } => "Given by the product.",
        Kind::MoneyBase => "Made from the amount.",
        _ if column.secured => "Secured: you may read it, not change it.",
        _ => "",
    }
}
