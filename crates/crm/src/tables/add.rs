//! Adds a column to a table.
//!
//! What is not said follows from what is: the name from the label, the class from the kind. All that is wrong is said at
//! once, each at its field. The column begins secured, so nobody reads or writes it yet.
//! Not here: the column of the database (`store`). Proved by `crates/crm/tests/it/tables.rs`.

use super::refused;
use crate::Done;
use catalogue::naming::{self, Wrong};
use catalogue::{CustomKind, Definition, RowId, Sensitivity, text};
use security::{Actor, Denial, Task, entrust};
use store::Tx;

/// Characters of one line and of several, where nobody says how many.
const LENGTHS: (u32, u32) = (200, 4000);
/// Digits behind the point, where nobody says how many.
const DIGITS: u32 = 2;

/// What a new column is to be.
#[derive(Clone, Debug, Default)]
pub struct NewColumn {
    /// Of which table.
    pub set: String,
    /// What people read.
    pub label: String,
    /// `x_…`; made from the label when nothing is said.
    pub name: String,
    /// One sentence of help.
    pub help: String,
    /// The word of [`CustomKind::ALL`].
    pub kind: String,
    /// Characters, for text.
    pub length: Option<u32>,
    /// Digits behind the point, for decimals.
    pub digits: Option<u32>,
    /// Labels of the options of a choice.
    pub options: Vec<String>,
    /// What a lookup may name: sets of records, `users`, `teams`, `business_units`.
    pub targets: Vec<String>,
    /// The word of its class; from the kind when nothing is said.
    pub sensitivity: String,
    /// It stands in the shipped views.
    pub is_listed: bool,
    /// Search finds its words once it is open.
    pub is_searched: bool,
}

/// Adds it. Answers its name and its id.
pub fn add_column(tx: &mut Tx<'_>, actor: &Actor, new: &NewColumn) -> Done<(String, RowId)> {
    entrust(actor, Task::Customise)?;
    let catalogue = actor.catalogue();
    if catalogue.find(&new.set).is_none() {
        return Err(Denial::NotThere.into());
    }
    let definition = defined(new).map_err(refused)?;
    let known: Vec<Definition> = store::columns::columns(tx)?.into_iter().map(|kept| kept.definition).collect();
    let wrong = naming::wrong_with(catalogue, &known, &definition);
    if !wrong.is_empty() {
        return Err(refused(wrong));
    }
    let id = store::columns::add(tx, &definition)?;
    Ok((definition.name, id))
}

fn defined(new: &NewColumn) -> Result<Definition, Vec<Wrong>> {
    let mut wrong: Vec<Wrong> = Vec::new();
    let label = text::stored(new.label.trim());
    let name = if new.name.trim().is_empty() { naming::name_of(&label) } else { new.name.trim().to_owned() };
    let kind = kind_of(new);
    if kind.is_none() {
        let words = CustomKind::ALL.map(|(word, _)| word).join(", ");
        wrong.push(("kind", format!("`{}` is no kind of column; there are {words}", new.kind)));
    }
    let sensitivity = match (new.sensitivity.as_str(), &kind) {
        ("", Some(kind)) => Some(class_of(kind)),
        ("", None) => Some(Sensitivity::General),
        (word, _) => Sensitivity::from_name(word),
    };
    if sensitivity.is_none() {
        let words = Sensitivity::ALL.map(Sensitivity::name).join(", ");
        wrong.push(("sensitivity", format!("`{}` is no class; there are {words}", new.sensitivity)));
    }
    wrong.extend(kind.as_ref().map(|kind| unasked(new, kind)).unwrap_or_default());
    let (Some(kind), Some(sensitivity), true) = (kind, sensitivity, wrong.is_empty()) else { return Err(wrong) };
    Ok(Definition {
        set: new.set.clone(),
        name,
        label,
        help: text::stored(new.help.trim()),
        kind,
        sensitivity,
        is_listed: new.is_listed,
        is_searched: new.is_searched,
        is_retired: false,
    })
}

fn kind_of(new: &NewColumn) -> Option<CustomKind> {
    Some(match new.kind.as_str() {
        "text" => CustomKind::Text(new.length.unwrap_or(LENGTHS.0)),
        "memo" => CustomKind::Memo(new.length.unwrap_or(LENGTHS.1)),
        "email" => CustomKind::Email,
        "phone" => CustomKind::Phone,
        "url" => CustomKind::Url,
        "integer" => CustomKind::Integer,
        "decimal" => CustomKind::Decimal(new.digits.unwrap_or(DIGITS)),
        "money" => CustomKind::Money,
        "yes_no" => CustomKind::YesNo,
        "choice" => CustomKind::Choice(naming::options(&[], &new.options)),
        "multi_choice" => CustomKind::MultiChoice(naming::options(&[], &new.options)),
        "date" => CustomKind::Date,
        "date_time" => CustomKind::DateTime,
        "lookup" => CustomKind::Lookup(new.targets.clone()),
        _ => return None,
    })
}

/// What is shipped of these kinds is classed so.
fn class_of(kind: &CustomKind) -> Sensitivity {
    match kind {
        CustomKind::Email | CustomKind::Phone => Sensitivity::Personal,
        CustomKind::Money => Sensitivity::Confidential,
        _ => Sensitivity::General,
    }
}

/// What was said that this kind has no use for.
fn unasked(new: &NewColumn, kind: &CustomKind) -> Vec<Wrong> {
    let takes_length = matches!(kind, CustomKind::Text(_) | CustomKind::Memo(_));
    let takes_options = matches!(kind, CustomKind::Choice(_) | CustomKind::MultiChoice(_));
    let said = [
        ("length", new.length.is_some() && !takes_length),
        ("digits", new.digits.is_some() && !matches!(kind, CustomKind::Decimal(_))),
        ("options", !new.options.is_empty() && !takes_options),
        ("targets", !new.targets.is_empty() && !matches!(kind, CustomKind::Lookup(_))),
    ];
    let of = kind.name();
    said.into_iter()
        .filter(|(_, is_wrong)| *is_wrong)
        .map(|(field, _)| (field, format!("a column of the kind `{of}` takes no {field}")))
        .collect()
}
