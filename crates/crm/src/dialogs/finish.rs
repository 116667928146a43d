//! Ends a dialog: all its records are made, or none.
//!
//! Answers become cells of the records that their questions name; what is wrong with a cell is said of its question. An
//! answer to what was not asked is left out, so that somebody may go back and decide otherwise.
//! Not here: rights and values, which [`crate::records::create`] asks for each record.
//! Start reading at [`finish`]. Proved by `crates/crm/tests/it/dialogs.rs`.

use super::{Asks, Dialog, Made, Question, column, dialog, table_of};
use crate::records::{Cells, Draft, create};
use crate::{Done, Error, FieldError, PrincipalId, Problem};
use catalogue::{Kind, RowId, Target, Value};
use jiff::Span;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use security::Actor;
use std::collections::BTreeMap;
use store::Tx;

/// A value, and for a lookup the kind of record that it names. A choice is its place among the choices, from 0.
pub type Answer = (Value, Option<Target>);

/// Answers by the names of their questions.
pub type Answers = BTreeMap<String, Answer>;

/// A dialog with all its answers.
#[derive(Clone, Debug, Default)]
pub struct Finish {
    /// The dialog.
    pub dialog: String,
    /// What was answered.
    pub answers: Answers,
    /// The zone in which days begin; UTC when not said.
    pub zone: Option<String>,
}

/// Makes the records of a dialog. Answers the set and id of each, in the dialog's order.
pub fn finish(tx: &mut Tx<'_>, actor: &Actor, ask: &Finish) -> Done<Vec<(String, RowId)>> {
    let dialog = dialog(actor, &ask.dialog)?;
    let lacking = lacking(actor, dialog, &ask.answers);
    if !lacking.is_empty() {
        return Err(Problem::columns(lacking));
    }
    let mut made = Vec::new();
    for record in dialog.records.iter().filter(|record| dialog.holds(record.only_if, &ask.answers)) {
        let draft = draft(actor, dialog, record, ask)?;
        let id = create(tx, actor, &draft).map_err(|error| at_questions(dialog, record, error))?;
        made.push((record.set.to_owned(), id));
    }
    if let Some((set, id)) = made.first() {
        tx.about(set, *id);
    }
    Ok(made)
}

/// Answers that are no choice, and questions that need one and have none.
fn lacking(actor: &Actor, dialog: &Dialog, answers: &Answers) -> Vec<FieldError> {
    let mut wrong = Vec::new();
    for question in dialog.questions().filter(|q| dialog.is_asked(q, answers)) {
        let is_empty = answers.get(question.name).is_none_or(|(value, _)| value.is_null());
        let is_choice = column(actor.catalogue(), dialog, question).is_some_and(|c| matches!(c.kind, Kind::Choice(_)));
        let message = match (is_empty, matches!(question.asks, Asks::Choose(_)) && is_choice) {
            (true, _) if question.required => "is needed",
            (false, true) if question.chosen(answers).is_none() => "is none of the choices",
            _ => continue,
        };
        wrong.push(FieldError { column: question.name.into(), message: message.into() });
    }
    wrong
}

fn draft(actor: &Actor, dialog: &Dialog, record: &Made, ask: &Finish) -> Done<Draft> {
    let table = table_of(actor.catalogue(), record)?;
    let (mut cells, mut owner) = (Cells::new(), None);
    let mut put = |name: &str, (value, target): Answer| {
        let Some(column) = table.find(name).filter(|_| !value.is_null()) else { return };
        if column.kind == Kind::Owner {
            owner = value.id().map(PrincipalId);
        } else {
            cells.push((column.id, value, target));
        }
    };
    for (name, value) in record.fixed {
        put(name, ((*value).into(), None));
    }
    for question in dialog.questions().filter(|q| dialog.is_asked(q, &ask.answers)) {
        for (name, answer) in filled(question, record, ask)? {
            put(name, answer);
        }
    }
    Ok(Draft { table: table.id, id: None, cells, owner })
}

/// What the answer to a question puts into a record.
fn filled(question: &Question, record: &Made, ask: &Finish) -> Done<Vec<(&'static str, Answer)>> {
    let Some(answer) = ask.answers.get(question.name) else { return Ok(Vec::new()) };
    Ok(match question.asks {
        Asks::Fill(columns) => {
            columns.iter().filter(|(name, _)| *name == record.name).map(|(_, column)| (*column, answer.clone())).collect()
        }
        Asks::Day(name, column) if name == record.name => vec![(column, (beginning(question, &answer.0, ask)?, None))],
        Asks::Day(..) => Vec::new(),
        Asks::Choose(_) => {
            let fills = question.chosen(&ask.answers).map(|offer| offer.fills).unwrap_or_default();
            fills.iter().filter(|(name, ..)| *name == record.name).map(|(_, column, value)| (*column, ((*value).into(), None))).collect()
        }
    })
}

/// The moment at which a day begins where the person is.
fn beginning(question: &Question, day: &Value, ask: &Finish) -> Done<Value> {
    let Some(day) = day.int() else { return Ok(Value::Null) };
    let zone = ask.zone.as_deref().and_then(|name| TimeZone::get(name).ok()).unwrap_or(TimeZone::UTC);
    let date = Span::new().try_days(day).ok().and_then(|days| Date::constant(1970, 1, 1).checked_add(days).ok());
    let begins = date.and_then(|date| date.to_zoned(zone).ok());
    let begins = begins.ok_or_else(|| Problem::column(question.name, "is no day between the years 1 and 9999"))?;
    Ok(Value::Int(begins.timestamp().as_microsecond()))
}

/// What is wrong with a column, said of the question that fills it.
fn at_questions(dialog: &Dialog, record: &Made, error: Error) -> Error {
    let Error::Problem(mut problem) = error else { return error };
    for wrong in &mut problem.errors {
        let fills = |q: &&Question| q.fills().iter().any(|(name, column)| *name == record.name && *column == wrong.column);
        if let Some(question) = dialog.questions().find(fills) {
            wrong.column = question.name.into();
        }
    }
    if !problem.errors.is_empty() {
        return Problem::columns(problem.errors);
    }
    problem.into()
}
