//! Two people changed one record: both versions, column by column.
//!
//! The form carries what each field was when it was opened, so it is known who changed what: what only one of them
//! changed is chosen already, what both changed is asked. Nothing typed is lost.
//! Not here: saving ([`super::form`]). Start reading at [`page`]. Proved by `tests/it/client.rs`.

use super::fields::{self, Entered};
use super::form::Form;
use crate::App;
use crate::answer::{Answer, Outcome};
use crate::call::Call;
use crate::pages::cell::Cell;
use crate::pages::form::Input;
use crate::pages::record::{ConflictColumn, ConflictPage, Figure};
use crate::pages::{Choice, Kept};
use catalogue::{Column, ColumnId, Kind, Table};

/// True when somebody chose on the conflict page to keep what the other wrote.
pub(super) fn is_theirs(table: &Table, id: ColumnId, call: &Call) -> bool {
    table.column(id).is_some_and(|c| call.field(&format!("pick-{}", c.name)) == "theirs")
}

/// The page that asks; status 412.
pub(super) fn page(app: &App, call: &Call, form: Form) -> Outcome {
    let Some(row) = form.row.clone() else { return Err(crm::Denial::NotThere.into()) };
    let who = call.asker()?;
    let last = app.desk.look(&who, |tx, actor| crm::views::history(tx, actor, &form.table.set, row.id, 1))?;
    let (table, eye) = (&form.table, &form.shell.eye);
    let home = format!("/{}/{}", table.set, row.id);
    let mut kept = vec![Kept { name: "version".into(), value: row.version.to_string() }];
    let (mut columns, mut untouched) = (Vec::new(), Vec::new());
    for (id, mine) in &form.entries {
        let Some(column) = table.column(*id) else { continue };
        let was = Entered { text: call.field(&format!("was-{}", column.name)).replace("\r\n", "\n"), ..Entered::default() };
        let was = Entered { shown: call.field(&format!("was-{}-text", column.name)).into(), ..was };
        let theirs =
            row.cell(table, &column.name).map_or_else(Entered::default, |c| fields::stored(eye, column, &c.value, c.link.as_ref()));
        keep(&mut kept, column, &theirs, mine);
        let (i_did, they_did) = (mine.text != was.text, theirs.text != was.text && theirs.text != mine.text);
        let cell = |entered: &Entered| told(&form, column, entered);
        if they_did {
            columns.push(ConflictColumn {
                name: column.name.clone(),
                label: column.label.clone(),
                before: cell(&was),
                theirs: cell(&theirs),
                mine: cell(mine),
                is_mine_chosen: i_did && call.field(&format!("pick-{}", column.name)) != "theirs",
            });
        } else if i_did && mine.text != theirs.text {
            untouched.push(Figure { label: column.label.clone(), cell: cell(mine) });
        }
    }
    let (by, at) = last.first().map_or_else(|| ("Somebody".to_owned(), eye.now), |h| (h.actor.clone(), h.time));
    let name = row.name(table);
    let page = ConflictPage {
        frame: form.shell.below("Two versions", &[(&table.plural, &format!("/{}", table.set)), (&name, &home)]),
        action: format!("{home}/edit"),
        kept,
        by,
        when: eye.when(at),
        columns,
        untouched,
        cancel: home,
    };
    Ok(Answer::draw(&page)?.status(412))
}

/// Posts along what I wrote, and as what it was the value that is in force.
fn keep(kept: &mut Vec<Kept>, column: &Column, theirs: &Entered, mine: &Entered) {
    let mut put = |name: String, value: &str| kept.push(Kept { name, value: value.to_owned() });
    put(format!("was-{}", column.name), &theirs.text);
    match column.kind {
        Kind::Lookup(_) => {
            put(format!("was-{}-text", column.name), &theirs.shown);
            put(column.name.clone(), if mine.text == fields::HIDDEN { "" } else { &mine.text });
            put(format!("{}__text", column.name), &mine.shown);
        }
        Kind::MultiChoice(_) => mine.text.split(';').filter(|t| !t.is_empty()).for_each(|one| put(column.name.clone(), one)),
        _ => put(column.name.clone(), &mine.text),
    }
}

/// A field's text as it is read.
fn told(form: &Form, column: &Column, entered: &Entered) -> Cell {
    let chosen = |choices: &[Choice]| choices.iter().filter(|c| c.selected).map(|c| c.label.clone()).collect::<Vec<_>>();
    if entered.text.is_empty() && entered.shown.is_empty() && column.kind != Kind::YesNo {
        return Cell::Empty;
    }
    match fields::input(&form.shell.catalogue, column, entered, String::new()) {
        Input::YesNo(yes) => Cell::YesNo(yes),
        Input::One(choices) => Cell::Text(chosen(&choices).join(", ")),
        Input::Many(choices) => Cell::Choices(chosen(&choices)),
        Input::Lookup(lookup) if lookup.is_hidden => Cell::Hidden,
        Input::Lookup(lookup) => Cell::Text(lookup.text),
        Input::Memo { value, .. } => Cell::Memo(value),
        Input::Number { value, .. } => Cell::Number(super::show::grouped(&value)),
        Input::Line { value, .. } if column.kind == Kind::DateTime => Cell::Text(value.replace('T', " ")),
        Input::Line { value, .. } => Cell::Text(value),
        Input::Fixed | Input::File => Cell::Text(entered.text.clone()),
    }
}
