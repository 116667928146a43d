//! The import map: which column of a file goes where.
//!
//! [`ImportMap`] is what people save and send, by names, described in `demo/README.md`; a [`Plan`] is that map fitted to
//! one table and one header, and nothing that does not exist survives the fitting: what is unknown is named.
//! Not here: what a cell becomes ([`super::fill`]). Proved by `crates/crm/tests/it/exchange.rs`.

use crate::values::DateForm;
use crate::{Done, Error, Problem};
use catalogue::{Catalogue, Column, ColumnId, Kind, Table, TableId, Target};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Which column of a file goes where, by names.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ImportMap {
    /// Where the columns of the file go. What no line names is left out.
    #[serde(default)]
    pub columns: Vec<MapLine>,
    /// Cells that are exactly one of these count as empty, and empty the column of a record that is changed.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub empty_words: Vec<String>,
    /// The same text for every row, by column.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub fixed: BTreeMap<String, String>,
    /// The order of year, month and day: `ymd`, `dmy`, `mdy`.
    #[serde(default)]
    pub dates: Option<String>,
}

/// One line of a map.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MapLine {
    /// A header of the file, or `column 3` where two have the same name.
    pub from: String,
    /// A column of the table; two, with a comma, for `person_name`.
    pub to: String,
    /// How a lookup is found, if not by id or name.
    #[serde(default, rename = "match", skip_serializing_if = "Option::is_none")]
    pub by: Option<MatchBy>,
    /// Cells that are exactly one of the keys are read as the value behind it.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub words: BTreeMap<String, String>,
    /// Changes the cell on its way: `person_name`.
    #[serde(default, rename = "as", skip_serializing_if = "Option::is_none")]
    pub shape: Option<String>,
}

/// A cell names the row of a set by one of its columns.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MatchBy {
    /// The set.
    pub set: String,
    /// The column.
    pub column: String,
}

/// A map fitted to a table and a header.
#[derive(Debug)]
pub(crate) struct Plan {
    pub(crate) steps: Vec<Step>,
    pub(crate) keys: Vec<Key>,
    pub(crate) empty_words: Vec<String>,
    pub(crate) dates: DateForm,
}

/// One text of a row on its way to a column.
#[derive(Debug)]
pub(crate) struct Step {
    pub(crate) source: Source,
    pub(crate) to: Goes,
    pub(crate) words: BTreeMap<String, String>,
}

/// Where a text comes from.
#[derive(Debug)]
pub(crate) enum Source {
    Cell(usize),
    Fixed(String),
}

/// Where a text goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Goes {
    /// The id of the record to change.
    Id,
    Owner,
    Plain(ColumnId),
    Lookup(ColumnId, Option<(TableId, ColumnId)>),
    /// First name and last name.
    Person(ColumnId, ColumnId),
}

/// What makes two rows the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Key {
    /// The id of the record.
    Id,
    Column(ColumnId),
    /// A column of the file that goes nowhere: it tells rows of this file apart only.
    Cell(usize),
}

impl Goes {
    pub(crate) fn fills(&self, column: ColumnId) -> bool {
        match self {
            Goes::Id | Goes::Owner => false,
            Goes::Plain(to) | Goes::Lookup(to, _) => *to == column,
            Goes::Person(first, last) => *first == column || *last == column,
        }
    }
}

impl Plan {
    /// Fits a map; the first thing that does not fit is named.
    pub(crate) fn fit(catalogue: &Catalogue, table: &Table, map: &ImportMap, keys: &[String], headers: &[String]) -> Done<Plan> {
        let mut steps = Vec::new();
        for line in &map.columns {
            let source = Source::Cell(place(headers, &line.from)?);
            steps.push(Step { source, to: goes(catalogue, table, line)?, words: line.words.clone() });
        }
        for (column, text) in &map.fixed {
            let line = MapLine { to: column.clone(), ..MapLine::default() };
            steps.push(Step { source: Source::Fixed(text.clone()), to: goes(catalogue, table, &line)?, words: BTreeMap::new() });
        }
        for (n, step) in steps.iter().enumerate() {
            if steps.iter().take(n).any(|before| overlap(&before.to, &step.to)) {
                return Err(Problem::invalid("map", format!("two columns of the file go to `{}`", name_of(table, &step.to))));
            }
        }
        if steps.is_empty() {
            return Err(Problem::invalid("map", "no column of the file goes anywhere"));
        }
        let keys = keys.iter().map(|key| key_of(table, &steps, key, headers)).collect::<Done<Vec<_>>>()?;
        Ok(Plan { steps, keys, empty_words: map.empty_words.clone(), dates: date_form(map.dates.as_deref())? })
    }

    /// The columns that rows fill.
    pub(crate) fn columns(&self) -> Vec<ColumnId> {
        let filled = |step: &Step| match step.to {
            Goes::Id | Goes::Owner => Vec::new(),
            Goes::Plain(to) | Goes::Lookup(to, _) => vec![to],
            Goes::Person(first, last) => vec![first, last],
        };
        self.steps.iter().flat_map(filled).collect()
    }
}

/// The place of a header; a name that stands twice must be told by its place.
fn place(headers: &[String], from: &str) -> Done<usize> {
    let same: Vec<usize> = headers.iter().enumerate().filter(|(_, h)| *h == from).map(|(n, _)| n).collect();
    match same.as_slice() {
        [one] => return Ok(*one),
        [] => {}
        many => {
            let words = format!(
                "the file has {} columns called `{from}`; name the one that is meant by its place: `column {}`",
                many.len(),
                many.first().map_or(1, |n| n + 1)
            );
            return Err(Problem::invalid("duplicate-header", words));
        }
    }
    let told = from.strip_prefix("column ").and_then(|n| n.trim().parse::<usize>().ok()).and_then(|n| n.checked_sub(1));
    told.filter(|n| *n < headers.len()).ok_or_else(|| Problem::malformed("unknown-header", format!("the file has no column `{from}`")))
}

fn unknown(table: &Table, name: &str) -> Error {
    Problem::malformed("unknown-column", format!("{} have no column `{name}`", table.set.replace('_', " ")))
}

fn goes(catalogue: &Catalogue, table: &Table, line: &MapLine) -> Done<Goes> {
    match line.shape.as_deref() {
        None => {}
        Some("person_name") => {
            let (first, last) =
                line.to.split_once(',').ok_or_else(|| Problem::malformed("map", "`person_name` needs two columns in `to`"))?;
            let (first, last) = (writable(table, first.trim())?, writable(table, last.trim())?);
            if !first.kind.is_text() || !last.kind.is_text() {
                return Err(Problem::invalid("map", "`person_name` needs two columns of text"));
            }
            return Ok(Goes::Person(first.id, last.id));
        }
        Some(other) => return Err(Problem::malformed("map", format!("`as` knows `person_name`, not `{other}`"))),
    }
    match line.to.as_str() {
        "id" => return Ok(Goes::Id),
        "owner" if table.is_owned() => return Ok(Goes::Owner),
        _ => {}
    }
    let column = writable(table, &line.to)?;
    match (&column.kind, &line.by) {
        (Kind::Lookup(targets), by) => {
            Ok(Goes::Lookup(column.id, by.as_ref().map(|by| match_by(catalogue, table, column, targets, by)).transpose()?))
        }
        (_, Some(_)) => Err(Problem::invalid("map", format!("`{}` is no lookup, so nothing is matched for it", column.name))),
        (_, None) => Ok(Goes::Plain(column.id)),
    }
}

fn match_by(catalogue: &Catalogue, table: &Table, column: &Column, targets: &[Target], by: &MatchBy) -> Done<(TableId, ColumnId)> {
    let other = catalogue.find(&by.set).filter(|other| targets.contains(&Target::Table(other.id)));
    let other =
        other.ok_or_else(|| Problem::invalid("map", format!("`{}.{}` does not look up to `{}`", table.set, column.name, by.set)))?;
    let found = other.find(&by.column).ok_or_else(|| unknown(other, &by.column))?;
    if matches!(found.kind, Kind::Lookup(_) | Kind::Owner | Kind::File) {
        return Err(Problem::invalid("map", format!("`{}.{}` cannot be matched by", by.set, by.column)));
    }
    Ok((other.id, found.id))
}

fn writable<'t>(table: &'t Table, name: &str) -> Done<&'t Column> {
    let column = table.find(name).ok_or_else(|| unknown(table, name))?;
    let is_kept_by_us = !table.writable().any(|c| c.id == column.id) || matches!(column.kind, Kind::Id | Kind::File | Kind::Owner);
    if is_kept_by_us {
        return Err(Problem::invalid("read-only-column", format!("`{name}` is kept by the product and cannot be imported")));
    }
    Ok(column)
}

fn overlap(one: &Goes, other: &Goes) -> bool {
    match other {
        Goes::Id | Goes::Owner => one == other,
        Goes::Plain(to) | Goes::Lookup(to, _) => one.fills(*to),
        Goes::Person(first, last) => one.fills(*first) || one.fills(*last),
    }
}

fn name_of(table: &Table, to: &Goes) -> String {
    match to {
        Goes::Id => "id".into(),
        Goes::Owner => "owner".into(),
        Goes::Plain(column) | Goes::Lookup(column, _) | Goes::Person(_, column) => {
            table.column(*column).map_or_else(String::new, |c| c.name.clone())
        }
    }
}

fn key_of(table: &Table, steps: &[Step], key: &str, headers: &[String]) -> Done<Key> {
    if key == "id" && steps.iter().any(|step| step.to == Goes::Id) {
        return Ok(Key::Id);
    }
    if let Some(column) = table.find(key).filter(|column| steps.iter().any(|step| step.to.fills(column.id))) {
        return Ok(Key::Column(column.id));
    }
    place(headers, key).map(Key::Cell).map_err(|_| {
        Problem::malformed("unknown-column", format!("the key `{key}` is neither a column that the map fills nor a column of the file"))
    })
}

fn date_form(word: Option<&str>) -> Done<DateForm> {
    let Some(word) = word else { return Ok(DateForm::default()) };
    DateForm::parse(word).ok_or_else(|| Problem::malformed("map", format!("`dates` is `ymd`, `dmy` or `mdy`, not `{word}`")))
}
