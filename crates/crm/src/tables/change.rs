//! Changes what is said of a column: label, help, options, where it is shown.
//!
//! Name and kind stay: values were written under them. An option keeps its number and name when it is called otherwise;
//! one that is retired stays where it was chosen and is offered no more.
//! Not here: putting the column away ([`super::retire_column`]). Proved by `crates/crm/tests/it/tables.rs`.

use super::{kept, refused};
use crate::{Done, Problem};
use catalogue::naming::{self, Wrong};
use catalogue::{ChoiceOption, CustomKind, text};
use security::{Actor, Denial, Task, entrust};
use store::Tx;

/// What is to be otherwise; what is not said stays.
#[derive(Clone, Debug, Default)]
pub struct ColumnChange {
    /// What people read.
    pub label: Option<String>,
    /// One sentence of help.
    pub help: Option<String>,
    /// It stands in the shipped views.
    pub is_listed: Option<bool>,
    /// Search finds its words as long as it is open.
    pub is_searched: Option<bool>,
    /// Options that are new or otherwise; what is not named stays.
    pub options: Vec<OptionSaid>,
}

/// An option of a choice: one that is there, by name, or a new one.
#[derive(Clone, Debug, Default)]
pub struct OptionSaid {
    /// The name of one that is there.
    pub name: Option<String>,
    /// What people read.
    pub label: Option<String>,
    /// Offered no more.
    pub is_retired: Option<bool>,
}

/// Changes it.
pub fn change_column(tx: &mut Tx<'_>, actor: &Actor, set: &str, name: &str, change: &ColumnChange) -> Done<()> {
    entrust(actor, Task::Customise)?;
    let table = actor.catalogue().find(set).ok_or(Denial::NotThere)?;
    let old = kept(tx, set, name)?;
    let mut new = old.definition.clone();
    let mut wrong: Vec<Wrong> = Vec::new();
    if let Some(label) = &change.label {
        new.label = text::stored(label.trim());
        wrong.extend(naming::wrong_label(table, name, &new.label).map(|why| ("label", why)));
    }
    if let Some(help) = &change.help {
        new.help = text::stored(help.trim());
    }
    new.is_listed = change.is_listed.unwrap_or(new.is_listed);
    new.is_searched = change.is_searched.unwrap_or(new.is_searched);
    if new.is_searched && !new.kind.has_words() {
        wrong.push(("searched", "only text has words that search could find".into()));
    }
    match &mut new.kind {
        CustomKind::Choice(options) | CustomKind::MultiChoice(options) => wrong.extend(say_options(options, &change.options)),
        _ if !change.options.is_empty() => wrong.push(("options", "only a choice has options".into())),
        _ => {}
    }
    if !wrong.is_empty() {
        return Err(refused(wrong));
    }
    if new == old.definition {
        return Err(Problem::invalid("nothing-changed", "this is how the column is already"));
    }
    Ok(store::columns::change(tx, &old, &new)?)
}

fn say_options(options: &mut Vec<ChoiceOption>, said: &[OptionSaid]) -> Vec<Wrong> {
    let mut wrong = Vec::new();
    for one in said {
        let label = one.label.as_deref().map(|label| text::stored(label.trim()));
        match (&one.name, label) {
            (Some(name), label) => match options.iter_mut().find(|o| o.name == *name) {
                Some(option) => {
                    option.label = label.unwrap_or_else(|| option.label.clone());
                    option.retired = one.is_retired.unwrap_or(option.retired);
                }
                None => wrong.push(("options", format!("there is no option `{name}`"))),
            },
            (None, Some(label)) => *options = naming::options(options, &[label]),
            (None, None) => wrong.push(("options", "an option needs a `label`, or the `name` of one that is there".into())),
        }
    }
    wrong.extend(naming::wrong_options(options));
    wrong
}
