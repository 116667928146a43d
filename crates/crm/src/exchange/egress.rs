//! The one gate: nothing is taken out that did not pass [`ask`].
//!
//! It asks for the export privilege at its level, counts under that very permit, judges what policy says, and records
//! the question and the answer before anybody hears it. Refused by policy is an answer, kept like an allowed one; no
//! privilege is a denial.
//! Not here: making the file ([`super::run_export`]), handing it out ([`super::collect()`]).
//! Start reading at [`ask`]. Proved by `crates/crm/tests/it/exchange.rs`.

use crate::views::{self, FilterReading, ListAsk};
use crate::{Done, Problem};
use catalogue::{ColumnId, RowId, Table, Target};
use security::{Actor, Permit, Privilege, Rule, permit};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use store::exchange::{NewExport, keep_export};
use store::queue::{self, NewJob};
use store::records::{Filter, Order, Query, count};
use store::{Tx, accounts};

/// Rows that one export may take, if the organisation says nothing else.
pub const ROW_LIMIT: i64 = 10_000;
/// Above so many rows a reason is needed.
pub const REASON_ABOVE: i64 = 500;
/// Under this name the organisation keeps its own limit.
const LIMIT_SETTING: &str = "export_row_limit";

/// Which file is made.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Format {
    /// Comma-separated values.
    #[default]
    Csv,
    /// An Excel workbook.
    Xlsx,
}

impl Format {
    /// Its name, and the end of the file's name.
    pub fn name(self) -> &'static str {
        match self {
            Format::Csv => "csv",
            Format::Xlsx => "xlsx",
        }
    }

    /// Reads [`Format::name`].
    pub fn parse(name: &str) -> Option<Format> {
        [Format::Csv, Format::Xlsx].into_iter().find(|f| f.name() == name)
    }

    /// What a browser is told.
    pub fn media_type(self) -> &'static str {
        match self {
            Format::Csv => "text/csv; charset=utf-8",
            Format::Xlsx => "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        }
    }
}

/// What is to be taken out.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Taking {
    /// From which set.
    pub set: String,
    /// Which view; `*` for none, the default one for an empty name.
    pub view: String,
    /// A further condition, as the API writes it.
    pub filter: Option<serde_json::Value>,
    /// In which order, as the API writes it.
    pub sort: Option<String>,
    /// Only these columns.
    pub select: Option<Vec<String>>,
    /// In which zone days begin.
    pub zone: Option<String>,
    /// Which file is made.
    pub format: Format,
    /// What it is for.
    pub reason: Option<String>,
}

/// What was decided.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Decision {
    /// The file will be made.
    Allowed {
        /// What goes with it, as stable names: `reason_recorded`, `ends_after_24_hours`.
        obligations: Vec<&'static str>,
    },
    /// Policy says no; the words say why.
    Refused(String),
}

/// The answer to a question for an export.
#[derive(Clone, Debug)]
pub struct Asked {
    /// The export.
    pub export: RowId,
    /// Its job, if there is one.
    pub job: Option<RowId>,
    /// What was decided.
    pub decision: Decision,
    /// How many rows it was about; one more than the limit stands for more.
    pub rows: i64,
}

/// What the export page tells before anything is asked.
#[derive(Clone, Debug)]
pub struct Preview {
    /// The columns that go out.
    pub columns: Vec<ColumnId>,
    /// Columns of the view that are not open to the person, by label.
    pub left_out: Vec<String>,
    /// How many rows, at most one more than the limit.
    pub rows: i64,
    /// How many rows one export may take.
    pub limit: i64,
    /// Whether a reason must be given.
    pub needs_reason: bool,
}

/// Decides about an export and records it; an allowed one goes into the queue.
pub fn ask(tx: &mut Tx<'_>, actor: &Actor, taking: &Taking) -> Done<Asked> {
    let catalogue = actor.catalogue().clone();
    let table = super::table(&catalogue, &taking.set)?;
    let export = permit(actor, Privilege::Export, table)?;
    let columns = columns(table, &export, taking)?;
    let limit = limit(tx)?;
    let rows = rows(tx, actor, table, &export, taking, limit)?;
    let reason = reason(taking);
    if rows <= limit && rows > REASON_ABOVE && reason.is_none() {
        return Err(Problem::column("reason", format!("say what it is for: that is needed above {REASON_ABOVE} rows")));
    }
    if reason.is_some_and(|reason| reason.chars().count() > 1000) {
        return Err(Problem::column("reason", "is longer than 1,000 characters"));
    }
    let refused =
        (rows > limit).then(|| format!("these are more than {limit} rows, which is all that one export may take; narrow the list"));
    let id = tx.new_id();
    tx.about("exports", id);
    let job = if refused.is_none() { Some(enqueue(tx, actor, table, id)?) } else { None };
    let names: Vec<&str> = columns.iter().filter_map(|id| table.column(*id)).map(|c| c.name.as_str()).collect();
    let new = NewExport {
        id,
        job,
        asker: actor.user(),
        set: &table.set,
        query: &super::as_json(taking)?,
        columns: &super::as_json(&names)?,
        format: taking.format.name(),
        reason,
        decision: if job.is_some() { "allowed" } else { "refused" },
        why: refused.as_deref(),
    };
    keep_export(tx, &new)?;
    let obligations = [Some("ends_after_24_hours"), reason.map(|_| "reason_recorded")].into_iter().flatten().collect();
    let decision = refused.map_or(Decision::Allowed { obligations }, Decision::Refused);
    Ok(Asked { export: id, job, decision, rows })
}

/// What an export would be, for the page that asks for it. Nothing is taken and nothing recorded.
pub fn preview(tx: &mut Tx<'_>, actor: &Actor, taking: &Taking) -> Done<Preview> {
    let catalogue = actor.catalogue().clone();
    let table = super::table(&catalogue, &taking.set)?;
    let export = permit(actor, Privilege::Export, table)?;
    let columns = columns(table, &export, taking)?;
    let limit = limit(tx)?;
    let rows = rows(tx, actor, table, &export, taking, limit)?;
    let shown = table.view(&taking.view).map(|view| view.columns.clone()).unwrap_or_default();
    let left_out = shown.iter().filter(|id| taking.select.is_none() && !columns.contains(id));
    let left_out = left_out.filter_map(|id| table.column(*id)).map(|c| c.label.clone()).collect();
    Ok(Preview { columns, left_out, rows, limit, needs_reason: rows > REASON_ABOVE })
}

fn enqueue(tx: &mut Tx<'_>, actor: &Actor, table: &Table, export: RowId) -> Done<RowId> {
    let person = accounts::user(tx, actor.user())?.ok_or(security::Denial::SignIn)?;
    let arguments = serde_json::json!({ "export": export.to_string(), "title": format!("Export of {}", table.plural.to_lowercase()) });
    Ok(queue::enqueue(tx, &NewJob { kind: super::EXPORT.into(), asker: actor.user(), session: None, epoch: person.epoch, arguments })?)
}

/// Judges again while the file is made: rows that came since the decision are bound by what it was made on.
pub(crate) fn may_go_on(tx: &mut Tx<'_>, taking: &Taking, rows: i64) -> Done<()> {
    let limit = limit(tx)?;
    if rows > limit {
        return Err(Problem::conflict("rows-grown", format!("these are more than {limit} rows by now; narrow the list and ask again")));
    }
    if rows > REASON_ABOVE && reason(taking).is_none() {
        return Err(Problem::conflict("rows-grown", format!("these are more than {REASON_ABOVE} rows by now; ask again and say what for")));
    }
    Ok(())
}

/// What it is for, where that was said.
fn reason(taking: &Taking) -> Option<&str> {
    taking.reason.as_deref().map(str::trim).filter(|reason| !reason.is_empty())
}

fn limit(tx: &mut Tx<'_>) -> Done<i64> {
    let kept = accounts::meta(tx, LIMIT_SETTING)?;
    // A limit that cannot be read lets nothing out.
    Ok(kept.map_or(ROW_LIMIT, |limit| limit.parse::<i64>().unwrap_or(0)))
}

fn rows(tx: &mut Tx<'_>, actor: &Actor, table: &Table, export: &Permit<'_>, taking: &Taking, limit: i64) -> Done<i64> {
    let filter = filter(tx, actor, table, export, taking)?;
    let found = count(tx, export, &filter, limit + 1)?;
    Ok(found.value)
}

fn list_ask(taking: &Taking) -> ListAsk {
    ListAsk {
        set: taking.set.clone(),
        view: taking.view.clone(),
        filter: taking.filter.clone(),
        sort: taking.sort.clone(),
        select: taking.select.clone(),
        zone: taking.zone.clone(),
        ..ListAsk::default()
    }
}

/// The columns that go out: those named, or those of the view that are open.
pub(crate) fn columns(table: &Table, export: &Permit<'_>, taking: &Taking) -> Done<Vec<ColumnId>> {
    let mut columns = views::shown(table, export, &list_ask(taking))?;
    columns.retain(|id| table.column(*id).is_some_and(|c| c.name != "id"));
    Ok(columns)
}

fn filter<'tx>(tx: &Tx<'_>, actor: &'tx Actor, table: &Table, export: &Permit<'_>, taking: &Taking) -> Done<Filter<'tx>> {
    let how = FilterReading { actor, now: tx.now(), zone: views::zone(taking.zone.as_deref())? };
    views::filtered(&how, table, export, &list_ask(taking))
}

/// The question to the store, for the file: the same filter and order as the list has.
pub(crate) fn query<'tx>(
    tx: &Tx<'_>,
    actor: &'tx Actor,
    table: &Table,
    export: &Permit<'_>,
    taking: &Taking,
    columns: &[ColumnId],
    page: usize,
) -> Done<Query<'tx>> {
    let sort = taking.sort.clone().unwrap_or_else(|| views::default_sort(table, &taking.view));
    let order: Vec<Order<'tx>> = views::ordered(actor, table, export, &sort)?;
    let filter = filter(tx, actor, table, export, taking)?;
    Ok(Query { filter, order, columns: Some(columns.to_vec()), limit: page, after: None })
}

/// What the lookups of these columns may name: their names go out with the file.
fn named_under(export: &Permit<'_>, columns: &[ColumnId]) -> Option<Vec<Option<Rule>>> {
    let actor = export.actor()?;
    let table = actor.catalogue().table(export.table())?;
    let targets = columns.iter().filter_map(|id| table.column(*id)).flat_map(|c| c.kind.targets());
    let tables = targets.filter_map(|t| if let Target::Table(id) = t { actor.catalogue().table(*id) } else { None });
    Some(tables.map(|other| permit(actor, Privilege::Read, other).ok().map(|read| read.rule().clone())).collect())
}

/// The rights under which a file is made, as a text that is equal only if they are.
pub(crate) fn fingerprint(export: &Permit<'_>, columns: &[ColumnId]) -> String {
    let open: Vec<bool> = columns.iter().map(|c| export.opens(*c, security::ColumnUse::Read)).collect();
    let told = format!("{:?} {columns:?} {open:?} {:?}", export.rule(), named_under(export, columns));
    Sha256::digest(told.as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect()
}
