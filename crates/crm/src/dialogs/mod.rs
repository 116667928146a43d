//! Guided dialogs: pages of questions that end in records.
//!
//! A dialog is data ([`Dialog`]); what its questions mean is read from the columns that they fill. It ends in one verb
//! that makes all its records or none, each by [`crate::records::create`], so with the rights of whoever answers.
//! Not here: how the pages look (`web`), what a record may hold ([`crate::records`]).
//! Start reading at [`finish()`]. Proved by `crates/crm/tests/it/dialogs.rs`.

mod definition;
mod finish;
mod shipped;

pub use definition::{Asks, Dialog, Made, Offer, Page, Question, Starts, When};
pub use finish::{Answer, Answers, Finish, finish};

use crate::views::open_columns;
use crate::{Denial, Done};
use catalogue::{Catalogue, ChoiceOption, Column, Kind, Table, Target};
use security::{Actor, ColumnUse, Privilege, permit};

/// The dialogs that are offered to this person: those whose records they may all make.
pub fn offered(actor: &Actor) -> Vec<&'static Dialog> {
    shipped::ALL.iter().copied().filter(|dialog| may(actor, dialog).is_ok()).collect()
}

/// The dialog of this name, if it is offered to this person.
pub fn dialog(actor: &Actor, name: &str) -> Done<&'static Dialog> {
    let found = shipped::ALL.iter().copied().find(|dialog| dialog.name == name).ok_or(Denial::NotThere)?;
    may(actor, found)?;
    Ok(found)
}

fn may(actor: &Actor, dialog: &Dialog) -> Done<()> {
    for made in dialog.records {
        permit(actor, Privilege::Create, table_of(actor.catalogue(), made)?)?;
    }
    Ok(())
}

fn table_of<'c>(catalogue: &'c Catalogue, made: &Made) -> Done<&'c Table> {
    catalogue.find(made.set).ok_or_else(|| Denial::NotThere.into())
}

/// Whether this person may fill what the question fills; if not, it is not asked.
pub fn is_open(actor: &Actor, dialog: &Dialog, question: &Question) -> Done<bool> {
    for (record, name) in question.fills() {
        let Some(made) = dialog.made(record) else { return Ok(false) };
        let Some(column) = table_of(actor.catalogue(), made)?.find(name) else { return Ok(false) };
        if !open_columns(actor, made.set, ColumnUse::Create)?.contains(&column.id) {
            return Ok(false);
        }
    }
    Ok(true)
}

/// The question as a column, under its own name: so its answer is read and shown like any value.
pub fn column(catalogue: &Catalogue, dialog: &Dialog, question: &Question) -> Option<Column> {
    let filled = match question.fills().first() {
        Some((record, name)) => catalogue.find(dialog.made(record)?.set)?.find(name)?,
        // A choice that only leads on fills nothing; its shape is all that is taken from a column.
        None => dialog.records.first().and_then(|made| catalogue.find(made.set)).and_then(|table| table.column(table.primary))?,
    };
    let kind = match question.asks {
        Asks::Fill(_) => filled.kind.clone(),
        Asks::Day(..) => Kind::Date,
        Asks::Choose(offers) => Kind::Choice((0..).zip(offers).map(option).collect()),
    };
    Some(Column {
        name: question.name.into(),
        label: question.label.into(),
        help: question.help.into(),
        required: question.required,
        kind,
        ..filled.clone()
    })
}

fn option((value, offer): (i64, &Offer)) -> ChoiceOption {
    ChoiceOption { value, label: offer.label.into(), name: offer.name.into(), state: None, retired: false }
}

/// Whether the dialog can begin on a record of this table: whether a question begins with that record.
pub fn begins_on(catalogue: &Catalogue, dialog: &Dialog, table: &Table) -> bool {
    let begins = |question: &Question| {
        question.starts == Starts::Record
            && column(catalogue, dialog, question).is_some_and(|c| c.kind.targets().contains(&Target::Table(table.id)))
    };
    dialog.questions().any(begins)
}
