//! A list: a view resolved, asked under a permit, and shown.
//!
//! A view that *shows* a column secured meanwhile loses it; one that *filters or sorts* by it is refused. What the caller
//! names must be open, or it is refused by name.
//! Not here: the plan (`store`). Proved by `crates/crm/tests/it/views.rs`.

use super::filter::{Reading, parse, unknown_column};
use super::{Row, place, rows};
use crate::{Done, Problem};
use catalogue::{ColumnId, Kind, Table, Target};
use jiff::tz::TimeZone;
use security::{Actor, ColumnUse, Permit, Privilege, permit};
use serde_json::Value as Json;
use store::Tx;
use store::journal::{Reading as Read, ReadingKind};
use store::records::{Count, Filter, Order, OrderBy, Query, count, find};

/// What a caller asks of a list.
#[derive(Clone, Debug, Default)]
pub struct ListAsk {
    /// Of which set.
    pub set: String,
    /// Which view, or the default one for an empty name.
    pub view: String,
    /// A further condition, as the API writes it.
    pub filter: Option<Json>,
    /// `name,-created_on`; the view's own when not said.
    pub sort: Option<String>,
    /// Only these columns; the view's own when not said, all when the view is `*`.
    pub select: Option<Vec<String>>,
    /// How many, at most 500.
    pub limit: usize,
    /// Go on from here.
    pub after: Option<String>,
    /// Count too, up to so many.
    pub count: Option<i64>,
    /// In which zone days begin; UTC when not said.
    pub zone: Option<String>,
    /// What may be done with each row is wanted for these.
    pub acts: Vec<Privilege>,
}

/// A page of a list.
#[derive(Debug)]
pub struct Listed {
    /// The columns shown, in order.
    pub columns: Vec<ColumnId>,
    /// The rows.
    pub rows: Vec<Row>,
    /// Where the next page begins.
    pub next: Option<String>,
    /// How many there are, where it was asked.
    pub count: Option<Count>,
    /// The order that was used, as the API writes it.
    pub sort: String,
}

/// One page of a list.
pub fn list(tx: &mut Tx<'_>, actor: &Actor, ask: &ListAsk) -> Done<Listed> {
    let catalogue = actor.catalogue().clone();
    let table = catalogue.find(&ask.set).ok_or_else(|| Problem::malformed("unknown-set", format!("there is no set `{}`", ask.set)))?;
    let read = permit(actor, Privilege::Read, table)?;
    let how = Reading { actor, now: tx.now(), zone: zone(ask.zone.as_deref())? };
    let columns = shown(table, &read, ask)?;
    let mut wanted = columns.clone();
    wanted.extend(["version", "owner", "state", "currency"].iter().filter_map(|n| table.find(n)).map(|c| c.id));
    wanted.push(table.primary);
    let filter = filter(&how, table, &read, ask)?;
    let sort = ask.sort.clone().unwrap_or_else(|| default_sort(table, &ask.view));
    let query = Query {
        filter,
        order: ordered(actor, table, &read, &sort)?,
        columns: Some(wanted),
        limit: ask.limit.clamp(1, 500),
        after: ask.after.as_deref().map(|a| place::read(&sort, a)).transpose()?,
    };
    if !query.place_fits(table) {
        return Err(place::wrong());
    }
    let page = find(tx, &read, &query)?;
    let count = ask.count.map(|cap| count(tx, &read, &query.filter, cap)).transpose()?;
    let next = page.next.map(|p| place::write(&sort, &p));
    let (first, last) = (page.records.first().map(|r| r.id.to_string()), page.records.last().map(|r| r.id.to_string()));
    let said = serde_json::json!({ "view": ask.view, "filter": ask.filter, "sort": sort }).to_string();
    let mut line = Read::new(ReadingKind::Listed, tx.now());
    line.set = Some(table.set.clone());
    line.query = Some(said);
    line.rows = u32::try_from(page.records.len()).unwrap_or(u32::MAX);
    line.first = first;
    line.last = last;
    tx.note(line);
    let rows = rows(tx, actor, table, page.records, &ask.acts)?;
    Ok(Listed { columns, rows, next, count, sort })
}

/// The zone a request names.
pub(crate) fn zone(name: Option<&str>) -> Done<TimeZone> {
    match name {
        None | Some("") => Ok(TimeZone::UTC),
        Some(name) => TimeZone::get(name).map_err(|_| Problem::malformed("unknown-zone", format!("there is no time zone `{name}`"))),
    }
}

/// The view's condition and the caller's, together.
pub(crate) fn filter<'tx>(how: &Reading<'tx>, table: &Table, read: &Permit<'_>, ask: &ListAsk) -> Done<Filter<'tx>> {
    let mut all = Vec::new();
    if ask.view != "*" {
        let view = view(table, &ask.view)?;
        if !view.filter.is_empty() {
            let written: Json =
                serde_json::from_str(&view.filter).map_err(|_| Problem::malformed("bad-view", "this view's filter cannot be read"))?;
            all.push(parse(how, table, read, &written)?);
        }
    }
    if let Some(written) = &ask.filter {
        all.push(parse(how, table, read, written)?);
    }
    Ok(Filter::All(all))
}

fn view<'t>(table: &'t Table, name: &str) -> Done<&'t catalogue::View> {
    table.view(name).ok_or_else(|| Problem::malformed("unknown-view", format!("{} have no view `{name}`", table.plural.to_lowercase())))
}

/// The columns to show: those the caller names, or those of the view that are still open.
pub(crate) fn shown(table: &Table, read: &Permit<'_>, ask: &ListAsk) -> Done<Vec<ColumnId>> {
    if let Some(names) = &ask.select {
        let ids = names.iter().map(|n| table.find(n).map(|c| c.id).ok_or_else(|| unknown_column(table, n))).collect::<Done<Vec<_>>>()?;
        read.admit(table, ids.iter().copied(), ColumnUse::Read)?;
        return Ok(ids);
    }
    let open = |id: &ColumnId| read.opens(*id, ColumnUse::Read);
    if ask.view == "*" {
        return Ok(table.columns.iter().map(|c| c.id).filter(open).collect());
    }
    Ok(view(table, &ask.view)?.columns.iter().copied().filter(open).collect())
}

/// The order of the view.
pub(crate) fn default_sort(table: &Table, view: &str) -> String {
    let sort = table.view(if view == "*" { "" } else { view }).map(|v| v.sort.as_slice()).unwrap_or_default();
    let name = |s: &catalogue::Sort| {
        table.column(s.column).map(|c| if s.descending { format!("-{}", c.name) } else { c.name.clone() }).unwrap_or_default()
    };
    if sort.is_empty() { "-created_on".into() } else { sort.iter().map(name).collect::<Vec<_>>().join(",") }
}

/// Reads `name,-created_on`. A lookup is sorted by the names its reader may see.
pub fn ordered<'tx>(actor: &'tx Actor, table: &Table, read: &Permit<'_>, sort: &str) -> Done<Vec<Order<'tx>>> {
    let mut order = Vec::new();
    for step in sort.split(',').map(str::trim).filter(|s| !s.is_empty()) {
        let (name, descending) = step.strip_prefix('-').map_or((step, false), |rest| (rest, true));
        let column = table.find(name).ok_or_else(|| unknown_column(table, name))?;
        read.admit(table, [column.id], ColumnUse::Read)?;
        if matches!(column.kind, Kind::Memo(_) | Kind::File | Kind::MultiChoice(_)) {
            return Err(Problem::malformed("not-comparable", format!("`{name}` cannot be sorted by")));
        }
        let by = match &column.kind {
            Kind::Lookup(targets) => {
                let tables = targets.iter().filter_map(|t| if let Target::Table(id) = t { actor.catalogue().table(*id) } else { None });
                OrderBy::Name(column.id, tables.filter_map(|t| permit(actor, Privilege::Read, t).ok()).collect())
            }
            Kind::Owner => OrderBy::Name(column.id, Vec::new()),
            _ => OrderBy::Column(column.id),
        };
        order.push(Order { by, descending });
        if order.len() > 4 {
            return Err(Problem::malformed("bad-sort", "a list is sorted by at most four columns"));
        }
    }
    Ok(order)
}
