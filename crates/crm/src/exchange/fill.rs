//! A row of a file becomes the cells of a record.
//!
//! Everything that is wrong with a row is said at once, by column. An apostrophe with which our own export kept a
//! spreadsheet from computing is taken away; text that was encoded twice is counted and stays as it is.
//! Not here: whether the record may be made ([`super::take`]). Proved by `crates/crm/tests/it/exchange.rs`.

use super::doubled::is_doubled;
use super::find::{Finder, Named};
use super::map::{Goes, Key, Plan, Source, Step};
use crate::{Done, FieldError, Problem, values};
use catalogue::{Column, RowId, Table, Target, Value};
use security::{Actor, PrincipalId};
use sha2::{Digest, Sha256};
use store::Tx;
use store::records::Cells;

/// What a row says.
#[derive(Debug, Default)]
pub(crate) struct Filled {
    /// The record it means, where it tells the id.
    pub(crate) id: Option<RowId>,
    /// What it fills; empty cells only where a word says that they are to be empty.
    pub(crate) cells: Cells,
    /// To whom the record goes.
    pub(crate) owner: Option<PrincipalId>,
    /// It names an owner who is not there.
    pub(crate) is_owner_unknown: bool,
}

/// One text on its way to a column.
struct Written<'a> {
    text: &'a str,
    /// A word of the map says that it is empty, so a record that is changed is emptied there.
    is_emptied: bool,
}

/// The cells of one row without the apostrophes of our own export.
pub(crate) fn restored(cells: Vec<String>) -> Vec<String> {
    cells
        .into_iter()
        .map(|cell| match formats::restore(&cell) {
            std::borrow::Cow::Borrowed(_) => cell,
            std::borrow::Cow::Owned(plain) => plain,
        })
        .collect()
}

/// How many cells seem to be encoded twice.
pub(crate) fn count_doubled(cells: &[String]) -> i64 {
    cells.iter().filter(|cell| is_doubled(cell)).count() as i64
}

/// What tells two rows of a file apart: the keys, or all cells.
pub(crate) fn twin_key(plan: &Plan, cells: &[String]) -> [u8; 16] {
    let mut sum = Sha256::new();
    let mut add = |cell: &str| {
        let key = catalogue::text::key(cell);
        sum.update((key.len() as u64).to_be_bytes());
        sum.update(key.as_bytes());
    };
    if plan.keys.is_empty() {
        cells.iter().for_each(|cell| add(cell));
    }
    for key in &plan.keys {
        match key {
            Key::Cell(at) => add(cells.get(*at).map_or("", String::as_str)),
            Key::Id | Key::Column(_) => {
                for step in plan.steps.iter().filter(|step| fills_key(step, *key)) {
                    if let Source::Cell(at) = &step.source {
                        add(cells.get(*at).map_or("", String::as_str));
                    }
                }
            }
        }
    }
    let mut short = [0; 16];
    short.copy_from_slice(sum.finalize().get(..16).unwrap_or(&[0; 16]));
    short
}

fn fills_key(step: &Step, key: Key) -> bool {
    match key {
        Key::Id => step.to == Goes::Id,
        Key::Column(column) => step.to.fills(column),
        Key::Cell(_) => false,
    }
}

/// What the row says, or all that is wrong with it.
pub(crate) fn fill(tx: &mut Tx<'_>, actor: &Actor, finder: &mut Finder<'_>, plan: &Plan, table: &Table, cells: &[String]) -> Done<Filled> {
    let mut filled = Filled::default();
    let mut wrong = Vec::new();
    for step in &plan.steps {
        let written = written(plan, step, cells);
        if written.text.is_empty() && !written.is_emptied {
            continue;
        }
        if let Err(message) = one(tx, actor, finder, plan, table, step, &written, &mut filled)? {
            wrong.push(message);
        }
    }
    if wrong.is_empty() { Ok(filled) } else { Err(Problem::columns(wrong)) }
}

fn written<'a>(plan: &'a Plan, step: &'a Step, cells: &'a [String]) -> Written<'a> {
    let text = match &step.source {
        Source::Fixed(text) => return Written { text, is_emptied: false },
        Source::Cell(at) => cells.get(*at).map_or("", String::as_str),
    };
    if plan.empty_words.iter().any(|word| word == text.trim()) {
        return Written { text: "", is_emptied: true };
    }
    let text = step.words.get(text.trim()).map_or(text, String::as_str);
    Written { text: if text.trim().is_empty() { "" } else { text }, is_emptied: false }
}

#[expect(clippy::too_many_arguments, reason = "one step of a row, with everything it needs")]
fn one(
    tx: &mut Tx<'_>,
    actor: &Actor,
    finder: &mut Finder<'_>,
    plan: &Plan,
    table: &Table,
    step: &Step,
    written: &Written<'_>,
    filled: &mut Filled,
) -> Done<Result<(), FieldError>> {
    let text = written.text;
    match &step.to {
        Goes::Id => match RowId::parse(text.trim()) {
            Some(id) => filled.id = Some(id),
            None if written.is_emptied => {}
            None => return Ok(Err(FieldError { column: "id".into(), message: format!("`{text}` is not an id") })),
        },
        Goes::Owner if written.is_emptied => {}
        Goes::Owner => match finder.owner(tx, text.trim())? {
            Named::One(owner) => filled.owner = Some(owner),
            Named::Nothing => filled.is_owner_unknown = true,
            Named::Several(message) => return Ok(Err(FieldError { column: "owner".into(), message })),
        },
        Goes::Person(first, last) => {
            let (given, family) = person_name(text);
            filled.cells.push((*first, given.into(), None));
            filled.cells.push((*last, family.into(), None));
        }
        Goes::Plain(id) => {
            let Some(column) = table.column(*id) else { return Ok(Ok(())) };
            match values::parse_text(actor.catalogue(), column, text, plan.dates) {
                Ok(value) => filled.cells.push((*id, value, None)),
                Err(message) => return Ok(Err(FieldError { column: column.name.clone(), message })),
            }
        }
        Goes::Lookup(id, by) => {
            let Some(column) = table.column(*id) else { return Ok(Ok(())) };
            if written.is_emptied {
                filled.cells.push((*id, Value::Null, None));
                return Ok(Ok(()));
            }
            match finder.lookup(tx, column, *by, text.trim(), plan.dates)? {
                Named::One((row, target)) => filled.cells.push((*id, Value::Id(row), Some(target))),
                Named::Nothing => {
                    let message = format!("there is no {} called `{}`", what(actor, column), text.trim());
                    return Ok(Err(FieldError { column: column.name.clone(), message }));
                }
                Named::Several(message) => return Ok(Err(FieldError { column: column.name.clone(), message })),
            }
        }
    }
    Ok(Ok(()))
}

/// `account or contact`.
fn what(actor: &Actor, column: &Column) -> String {
    let word = |target: &Target| match target {
        Target::Table(id) => actor.catalogue().table(*id).map_or_else(String::new, |t| t.label.to_lowercase()),
        Target::Users => "person".into(),
        Target::Teams => "team".into(),
        Target::Units => "business unit".into(),
    };
    column.kind.targets().iter().map(word).collect::<Vec<_>>().join(" or ")
}

/// Cuts a name in two: the family name begins at the first word after the first one that begins with a small letter,
/// else it is the last word; a single word is the family name.
fn person_name(name: &str) -> (String, String) {
    let words: Vec<&str> = name.split_whitespace().collect();
    let small = words.iter().skip(1).position(|word| word.chars().next().is_some_and(char::is_lowercase)).map(|at| at + 1);
    let cut = small.unwrap_or(words.len().saturating_sub(1));
    let (given, family) = words.split_at(cut.min(words.len()));
    (given.join(" "), family.join(" "))
}

#[cfg(test)]
mod tests {
    use super::person_name;

    #[test]
    fn a_name_is_cut_where_the_family_name_begins() {
        let cut = |name| person_name(name);
        assert_eq!(cut("Maria Anders"), ("Maria".into(), "Anders".into()));
        assert_eq!(cut("Isabel de Castro"), ("Isabel".into(), "de Castro".into()));
        assert_eq!(cut("José Pedro Freyre"), ("José Pedro".into(), "Freyre".into()));
        assert_eq!(cut("Cher"), (String::new(), "Cher".into()));
        assert_eq!(cut("  "), (String::new(), String::new()));
    }
}
