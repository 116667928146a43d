//! Custom columns: what they are, and the real columns that they are kept in.
//!
//! Definition, column of the database, entry of the trail and number of rights are one transaction. On SQLite the writer
//! adds the column between other verbs; on PostgreSQL the table is locked for a moment ([`lock_table`]), and whoever
//! cannot have it soon lets others pass and tries again. A definition is never removed: a retired column keeps its place.
//! Not here: who may (`crm`), which names fit (`catalogue::naming`), opening ([`crate::rights::set_secured`]).
//! Start reading at [`add`]. Proved by `crates/store/tests/it/columns.rs`.

use crate::accounts::{by, maybe, plain};
use crate::records::reword;
use crate::sql::{Dialect, Row, name};
use crate::{Fault, Tx, migrate, rights};
use catalogue::{ChoiceOption, CustomKind, Definition, RowId, Sensitivity};
use serde_json::{Value as Json, json};
use std::time::Duration;

/// So long, in milliseconds, everybody who reads or writes the table waits at most for each try of ours.
const WAITS: [u32; 3] = [250, 500, 1000];
/// So long the others pass between two tries.
const PAUSE: Duration = Duration::from_millis(50);

/// A definition that is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Kept {
    /// Its id.
    pub id: RowId,
    /// What it says.
    pub definition: Definition,
    /// When it was added, microseconds UTC.
    pub created_on: i64,
}

/// Everything that was added, retired columns too, in the order in which it was added.
pub fn columns(tx: &mut Tx<'_>) -> Result<Vec<Kept>, Fault> {
    let rows = tx.rows(
        "SELECT id, set_name, name, label, help, kind, shape, sensitivity, listed, searched, created_on, retired FROM sys_columns
         ORDER BY place",
        &[],
    )?;
    rows.iter().map(kept).collect()
}

fn kept(row: &Row) -> Result<Kept, Fault> {
    let broken = || Fault::broken("a custom column is defined by what this version does not know");
    let shape: Json = serde_json::from_str(&row.text(6)?).map_err(|_| broken())?;
    let definition = Definition {
        set: row.text(1)?,
        name: row.text(2)?,
        label: row.text(3)?,
        help: row.text(4)?,
        kind: kind_of(&row.text(5)?, &shape).ok_or_else(broken)?,
        sensitivity: Sensitivity::from_name(&row.text(7)?).ok_or_else(broken)?,
        is_listed: row.flag(8)?,
        is_searched: row.flag(9)?,
        is_retired: row.opt_int(11)?.is_some(),
    };
    Ok(Kept { id: row.id(0)?, definition, created_on: row.int(10)? })
}

/// Adds a column. Everybody has it from the next transaction on; nobody reads it until it is opened or granted.
pub fn add(tx: &mut Tx<'_>, new: &Definition) -> Result<RowId, Fault> {
    lock_table(tx, &new.set)?;
    rights::lock(tx)?;
    let id = tx.new_id();
    let place = tx.row("SELECT coalesce(max(place), 0) + 1 FROM sys_columns", &[])?.map_or(Ok(1), |r| r.int(0))?;
    tx.run(
        "INSERT INTO sys_columns (id, place, set_name, name, label, help, kind, shape, sensitivity, listed, searched, created_by, created_on)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)",
        &[
            id.into(),
            place.into(),
            plain(&new.set),
            plain(&new.name),
            plain(&new.label),
            maybe(Some(&new.help)),
            plain(new.kind.name()),
            plain(&shape(&new.kind).to_string()),
            plain(new.sensitivity.name()),
            new.is_listed.into(),
            new.is_searched.into(),
            by(tx),
            tx.now.into(),
        ],
    )?;
    tx.changed("columns", id, None, Some(said(new)));
    tx.about("columns", id);
    rights::raise_organisation(tx)?;
    let whole = rights::catalogue(tx)?;
    let table = whole.find(&new.set).ok_or_else(|| Fault::broken("a column was added to no table"))?;
    migrate::complete(tx, table)?;
    Ok(id)
}

/// Keeps a definition as it is said now: label, help, options, where it is shown, whether it is retired.
pub fn change(tx: &mut Tx<'_>, old: &Kept, new: &Definition) -> Result<(), Fault> {
    if old.definition == *new {
        return Ok(());
    }
    rights::lock(tx)?;
    tx.run(
        "UPDATE sys_columns SET label = ?2, help = ?3, shape = ?4, listed = ?5, searched = ?6, retired = ?7 WHERE id = ?1",
        &[
            old.id.into(),
            plain(&new.label),
            maybe(Some(&new.help)),
            plain(&shape(&new.kind).to_string()),
            new.is_listed.into(),
            new.is_searched.into(),
            Some(tx.now).filter(|_| new.is_retired).into(),
        ],
    )?;
    tx.changed("columns", old.id, Some(said(&old.definition)), Some(said(new)));
    tx.about("columns", old.id);
    rights::raise_organisation(tx)?;
    let whole = rights::catalogue(tx)?;
    let shows = |d: &Definition| d.is_searched && !d.is_retired;
    if shows(&old.definition) != shows(new)
        && let Some(table) = whole.find(&new.set)
        && let Some(column) = table.kept(&new.name).filter(|column| !column.secured)
    {
        reword(tx, table, column)?;
    }
    Ok(())
}

/// Takes the table for ourselves until the transaction ends.
///
/// WHY: whoever asks for a table behind somebody who waits for all of it waits too. So a try is short; then the others
/// pass. What is not had after some tries is asked for by another run of the verb, which sees what happened meanwhile.
fn lock_table(tx: &mut Tx<'_>, set: &str) -> Result<(), Fault> {
    if tx.dialect() == Dialect::Sqlite {
        return Ok(());
    }
    let mut met = Ok(());
    for wait in WAITS {
        let text = format!(
            "SET LOCAL lock_timeout = {wait}; LOCK TABLE {} IN ACCESS EXCLUSIVE MODE; SET LOCAL lock_timeout TO DEFAULT",
            name(set)
        );
        met = tx.part(|tx| tx.batch(&text));
        match &met {
            Err(Fault::Again(_)) => std::thread::sleep(PAUSE),
            Ok(()) | Err(_) => break,
        }
    }
    met
}

/// What the kind needs beside its word.
fn shape(kind: &CustomKind) -> Json {
    match kind {
        CustomKind::Text(n) | CustomKind::Memo(n) => json!({ "length": n }),
        CustomKind::Decimal(n) => json!({ "digits": n }),
        CustomKind::Lookup(sets) => json!({ "targets": sets }),
        CustomKind::Choice(options) | CustomKind::MultiChoice(options) => {
            let option = |o: &ChoiceOption| json!({ "value": o.value, "label": o.label, "name": o.name, "retired": o.retired });
            json!({ "options": options.iter().map(option).collect::<Vec<_>>() })
        }
        CustomKind::Email
        | CustomKind::Phone
        | CustomKind::Url
        | CustomKind::Integer
        | CustomKind::Money
        | CustomKind::YesNo
        | CustomKind::Date
        | CustomKind::DateTime => json!({}),
    }
}

fn kind_of(word: &str, shape: &Json) -> Option<CustomKind> {
    let number = |key: &str| shape.get(key).and_then(Json::as_u64).and_then(|n| u32::try_from(n).ok());
    let list = |key: &str| shape.get(key).and_then(Json::as_array);
    let options = || list("options")?.iter().map(option).collect::<Option<Vec<_>>>();
    Some(match word {
        "text" => CustomKind::Text(number("length")?),
        "memo" => CustomKind::Memo(number("length")?),
        "email" => CustomKind::Email,
        "phone" => CustomKind::Phone,
        "url" => CustomKind::Url,
        "integer" => CustomKind::Integer,
        "decimal" => CustomKind::Decimal(number("digits")?),
        "money" => CustomKind::Money,
        "yes_no" => CustomKind::YesNo,
        "choice" => CustomKind::Choice(options()?),
        "multi_choice" => CustomKind::MultiChoice(options()?),
        "date" => CustomKind::Date,
        "date_time" => CustomKind::DateTime,
        "lookup" => CustomKind::Lookup(list("targets")?.iter().map(|s| s.as_str().map(str::to_owned)).collect::<Option<_>>()?),
        _ => return None,
    })
}

fn option(kept: &Json) -> Option<ChoiceOption> {
    let text = |key: &str| kept.get(key).and_then(Json::as_str).map(str::to_owned);
    let retired = kept.get("retired").and_then(Json::as_bool)?;
    Some(ChoiceOption { value: kept.get("value")?.as_i64()?, label: text("label")?, name: text("name")?, state: None, retired })
}

fn said(of: &Definition) -> Json {
    json!({
        "set_name": of.set, "name": of.name, "label": of.label, "help": if of.help.is_empty() { Json::Null } else { json!(of.help) },
        "kind": of.kind.name(), "shape": shape(&of.kind).to_string(), "listed": i64::from(of.is_listed),
        "searched": i64::from(of.is_searched), "is_retired": of.is_retired,
    })
}
