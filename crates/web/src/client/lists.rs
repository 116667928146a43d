//! A list: one table under one view, with filters, order, search and pages by key; its whole state is its address.
//!
//! [`Place`] is that address. The page before is found again by the places that were walked through, which the address
//! carries too, so it works without a script and survives what is inserted meanwhile.
//! Not here: many rows at once ([`super::bulk`]), filters in words ([`super::chips`]).
//! Start reading at [`page`]. Proved by `tests/it/client.rs`.

use super::address::Address;
use super::frame::{Shell, is_made_alone};
use super::show::{counted, grouped, zone_name};
use super::{chips, must_be_there};
use crate::App;
use crate::answer::{Answer, No, Outcome};
use crate::call::Call;
use crate::pages::cell::Cell;
use crate::pages::list::{Chip, Count, ListColumn, ListPage, ListRow};
use crate::pages::{Choice, Empty, Kept, Link};
use catalogue::{Column, ColumnId, Kind, Table};
use crm::views::{self, ListAsk, Listed, Row};
use crm::{Actor, ColumnUse, Done, Privilege, Problem, Task, Tx};
use serde_json::{Value as Json, json};

/// How many rows a page has. The first 25 are seen in three quarters of the time that 50 take to be drawn.
const PAGE: usize = 25;
/// How many it has for whoever wants to go through more at once: as many as may be changed together.
const LONG_PAGE: usize = crm::records::TOGETHER;
/// Counts go up to here and then say that there are more.
const COUNTED: i64 = 5000;
/// So many pages back are remembered.
const BACK: usize = 20;
/// What a row may be asked here.
const ACTS: [Privilege; 4] = [Privilege::Write, Privilege::Assign, Privilege::Share, Privilege::Delete];

/// Where somebody is in which list.
#[derive(Clone, Debug, Default)]
pub(super) struct Place {
    set: String,
    pub(super) view: String,
    pub(super) sort: String,
    pub(super) filter: Option<Json>,
    search: String,
    after: String,
    back: Vec<String>,
}

impl Place {
    /// Reads the address.
    pub(super) fn of(call: &Call) -> Result<Place, No> {
        let text = |name: &str| call.param(name).unwrap_or_default().to_owned();
        let back = text("back").split(',').filter(|b| !b.is_empty()).map(str::to_owned).collect();
        let place = Place::said(|name| if name == "set" { call.set().to_owned() } else { text(name) })?;
        Ok(Place { after: text("after"), back, ..place })
    }

    /// The list that is said elsewhere than in its own address.
    pub(super) fn said(text: impl Fn(&str) -> String) -> Result<Place, No> {
        let filter = match text("filter") {
            none if none.is_empty() => None,
            written => match crate::strict::read(written.as_bytes()) {
                Ok(filter) => Some(filter),
                Err(why) => return Err(No::Crm(Problem::malformed("bad-filter", format!("this filter cannot be read: {why}")))),
            },
        };
        let search = text("search").trim().to_owned();
        Ok(Place { set: text("set"), view: text("view"), sort: text("sort"), filter, search, ..Place::default() })
    }

    /// Of which set.
    pub(super) fn set(&self) -> &str {
        &self.set
    }

    /// What is searched for by name.
    pub(super) fn search(&self) -> &str {
        &self.search
    }

    /// What forms send along.
    pub(super) fn kept(&self) -> Vec<Kept> {
        let mut kept = kept(self);
        if !self.search.is_empty() {
            kept.push(Kept { name: "search".into(), value: self.search.clone() });
        }
        kept
    }

    fn at(&self, path: &str) -> Address {
        let filter = self.filter.as_ref().map_or_else(String::new, Json::to_string);
        Address::new(path).with("view", &self.view).with("sort", &self.sort).with("filter", &filter).with("search", &self.search)
    }

    /// The first page of this list.
    pub(super) fn href(&self) -> String {
        self.at(&format!("/{}", self.set)).to_string()
    }

    fn next(&self, after: &str) -> String {
        let mut back = self.back.clone();
        back.push(if self.after.is_empty() { "0".into() } else { self.after.clone() });
        let from = back.len().saturating_sub(BACK);
        let kept = back.get(from..).unwrap_or_default().join(",");
        self.at(&format!("/{}", self.set)).with("after", after).with("back", &kept).to_string()
    }

    fn previous(&self) -> Option<String> {
        if self.after.is_empty() {
            return None;
        }
        let (last, rest) = self.back.split_last().map_or(("0", &[][..]), |(last, rest)| (last.as_str(), rest));
        let at = self.at(&format!("/{}", self.set));
        Some(if last == "0" { at.to_string() } else { at.with("after", last).with("back", &rest.join(",")).to_string() })
    }

    fn conditions(&self) -> Vec<Json> {
        self.filter.as_ref().map_or_else(Vec::new, |f| chips::conditions(f).unwrap_or_else(|| vec![f.clone()]))
    }

    fn with_conditions(&self, conditions: Vec<Json>) -> Place {
        let filter = (!conditions.is_empty()).then(|| json!({ "all": conditions }));
        Place { filter, after: String::new(), back: Vec::new(), ..self.clone() }
    }

    /// What is asked of `crm`.
    pub(super) fn ask(&self, table: &Table, call: &Call) -> ListAsk {
        let mut all: Vec<Json> = self.filter.clone().into_iter().collect();
        if let Some(primary) = table.column(table.primary).filter(|_| !self.search.is_empty()) {
            all.push(json!({ "column": primary.name, "op": "contains", "value": self.search }));
        }
        ListAsk {
            set: self.set.clone(),
            view: self.view.clone(),
            filter: (!all.is_empty()).then(|| json!({ "all": all })),
            sort: (!self.sort.is_empty()).then(|| self.sort.clone()),
            limit: if is_long(call) { LONG_PAGE } else { PAGE },
            after: (!self.after.is_empty()).then(|| self.after.clone()),
            count: Some(COUNTED),
            zone: zone_name(call),
            acts: ACTS.to_vec(),
            ..ListAsk::default()
        }
    }
}

/// Whether this person has chosen long pages.
fn is_long(call: &Call) -> bool {
    call.cookie("rows") == LONG_PAGE.to_string()
}

/// `GET /{set}`
pub(super) fn page(app: &App, call: &Call) -> Outcome {
    let place = Place::of(call)?;
    let made = app.desk.look(&call.asker()?, |tx, actor| {
        let table = must_be_there(actor, &place.set)?;
        let mut notice = String::new();
        if let Some(column) = call.param("add_column") {
            let (op, value) = (call.param("add_op").unwrap_or("eq"), call.param("add_value").unwrap_or_default());
            match chips::condition(tx, actor, table, column, op, value)? {
                Ok(condition) => {
                    let all = place.conditions().into_iter().chain([condition]).collect();
                    return Ok(Err(place.with_conditions(all).href()));
                }
                Err(why) => notice = format!("The filter was not added: {why}."),
            }
        }
        let listed = views::list(tx, actor, &place.ask(table, call))?;
        Ok(Ok(ListPage { notice, ..drawn(tx, actor, call, table, &place, listed)? }))
    })?;
    match made {
        Ok(page) => Answer::draw(&page),
        Err(elsewhere) => Ok(Answer::see(elsewhere)),
    }
}

fn drawn(tx: &mut Tx<'_>, actor: &Actor, call: &Call, table: &Table, place: &Place, listed: Listed) -> Done<ListPage> {
    let shell = Shell::of(tx, actor, call)?;
    let view = table.view(&place.view).ok_or_else(|| Problem::malformed("unknown-view", "there is no such view"))?;
    let (singular, plural) = (table.label.to_lowercase(), table.plural.to_lowercase());
    let can_create = is_made_alone(table) && shell.outlook.may(table.id, Privilege::Create);
    let can_delete = shell.outlook.may(table.id, Privilege::Delete);
    let can_assign = shell.outlook.holds(Task::BulkEdit) && listed.rows.iter().any(|r| r.may.contains(&Privilege::Assign));
    let is_filtered = place.filter.is_some() || !place.search.is_empty();
    let left_out = view.columns.iter().filter(|c| !listed.columns.contains(c)).filter_map(|c| table.column(*c)).map(|c| c.label.as_str());
    let left_out: Vec<&str> = left_out.collect();
    let notice = if left_out.is_empty() { String::new() } else { format!("Not open to you, so not shown: {}.", left_out.join(", ")) };
    let open = views::open_columns(actor, &table.set, ColumnUse::Read)?;
    Ok(ListPage {
        frame: shell.frame(&table.plural),
        set: table.set.clone(),
        views: views_of(table, place, &view.name),
        view_name: view.label.clone(),
        columns: columns(table, &listed, place),
        rows: listed.rows.iter().map(|row| list_row(&shell, table, &listed.columns, row)).collect(),
        chips: chips_of(tx, &shell, table, place)?,
        clear_href: Place { filter: None, search: String::new(), after: String::new(), ..place.clone() }.href(),
        filterable: filterable(table, &open, &listed.columns),
        operators: chips::all_operators(),
        search: place.search.clone(),
        kept: kept(place),
        count: listed.count.map_or_else(Count::default, |c| Count { text: grouped(&c.value.to_string()), is_exact: c.exact }),
        previous_href: place.previous(),
        other_length: if is_long(call) { PAGE } else { LONG_PAGE },
        next_href: listed.next.as_deref().map(|after| place.next(after)),
        empty: empty(table, &plural, is_filtered, can_create),
        can_create,
        can_export: shell.outlook.may(table.id, Privilege::Export) && !listed.rows.is_empty(),
        export_href: place.at("/exports/new").with("set", &table.set).to_string(),
        can_import: can_create && shell.outlook.holds(Task::BulkImport),
        can_assign,
        can_delete: shell.outlook.holds(Task::BulkDelete) && listed.rows.iter().any(|r| r.may.contains(&Privilege::Delete)),
        can_restore: can_delete,
        receivers: if can_assign { receivers(tx, actor)? } else { Vec::new() },
        notice,
        singular,
        plural,
    })
}

/// To whom rows may be given: active people and teams that own.
pub(super) fn receivers(tx: &mut Tx<'_>, actor: &Actor) -> Done<Vec<Choice>> {
    let found = views::pick(tx, actor, &["users", "teams"], "", 200)?;
    let label = |p: &views::Picked| if p.set == "teams" { format!("{} (team)", p.name) } else { p.name.clone() };
    Ok(found.iter().map(|p| Choice::new(&p.id.to_string(), &label(p))).collect())
}

fn views_of(table: &Table, place: &Place, open: &str) -> Vec<Link> {
    let line = |view: &catalogue::View| {
        let href = Place { set: place.set.clone(), view: view.name.clone(), ..Place::default() }.href();
        Link { current: view.name == open, ..Link::new(&view.label, &href, "") }
    };
    table.views.iter().map(line).collect()
}

fn columns(table: &Table, listed: &Listed, place: &Place) -> Vec<ListColumn> {
    let by = |column: &Column, sign: &str| {
        Place { sort: format!("{sign}{}", column.name), after: String::new(), back: Vec::new(), ..place.clone() }.href()
    };
    let first = listed.sort.split(',').next().unwrap_or_default();
    let made = |(n, id): (usize, &ColumnId)| {
        let column = table.column(*id)?;
        let can_sort = !matches!(column.kind, Kind::Memo(_) | Kind::File | Kind::MultiChoice(_) | Kind::Id);
        let sorted = match first.strip_prefix('-') {
            Some(name) if name == column.name => "descending",
            None if first == column.name => "ascending",
            _ => "",
        };
        Some(ListColumn {
            name: column.name.clone(),
            label: column.label.clone(),
            is_figure: is_figure(column),
            up_href: if can_sort { by(column, "") } else { String::new() },
            down_href: if can_sort { by(column, "-") } else { String::new() },
            sorted: sorted.into(),
            operators: chips::choices(chips::operators(column)),
            values: chips::values(column),
            is_key: n <= 2,
        })
    };
    listed.columns.iter().enumerate().filter_map(made).collect()
}

fn is_figure(column: &Column) -> bool {
    matches!(column.kind, Kind::Integer { .. } | Kind::Decimal { .. } | Kind::Money | Kind::MoneyBase)
}

/// A row under these columns. Its first cell leads to it.
pub(super) fn list_row(shell: &Shell, table: &Table, columns: &[ColumnId], row: &Row) -> ListRow {
    let (name, href) = (row.name(table), format!("/{}/{}", table.set, row.id));
    let cell = |(n, id): (usize, &ColumnId)| match row.cells.iter().find(|c| c.column == *id) {
        Some(cell) if n > 0 || *id == table.primary => shell.eye.cell(table, row, cell),
        // A view that does not begin with the name still leads somewhere.
        Some(cell) if n == 0 => match shell.eye.cell(table, row, cell) {
            Cell::Text(text) | Cell::Number(text) => Cell::link(&text, &href),
            _ => Cell::link(&name, &href),
        },
        Some(_) | None => Cell::Empty,
    };
    let may = |privilege: Privilege| row.may.contains(&privilege);
    ListRow {
        id: row.id.to_string(),
        cells: columns.iter().enumerate().map(cell).collect(),
        can_edit: may(Privilege::Write),
        can_assign: may(Privilege::Assign),
        can_share: may(Privilege::Share),
        can_delete: may(Privilege::Delete),
        name,
        href,
    }
}

/// Columns of a small list on another page: nothing to sort, nothing to filter.
pub(super) fn plain_columns(table: &Table, columns: &[ColumnId]) -> Vec<ListColumn> {
    let made = |(n, id): (usize, &ColumnId)| {
        let column = table.column(*id)?;
        let (name, label) = (column.name.clone(), column.label.clone());
        Some(ListColumn { name, label, is_figure: is_figure(column), is_key: n <= 2, ..ListColumn::default() })
    };
    columns.iter().enumerate().filter_map(made).collect()
}

fn chips_of(tx: &mut Tx<'_>, shell: &Shell, table: &Table, place: &Place) -> Done<Vec<Chip>> {
    let all = place.conditions();
    let is_ours = place.filter.as_ref().is_some_and(|f| chips::conditions(f).is_some());
    let mut made = Vec::new();
    for (n, condition) in all.iter().enumerate() {
        let rest = all.iter().enumerate().filter(|(m, _)| *m != n).map(|(_, c)| c.clone()).collect();
        let text = if is_ours { chips::told(tx, &shell.catalogue, table, condition)? } else { "Own filter".to_owned() };
        made.push(Chip { text, remove_href: place.with_conditions(rest).href() });
    }
    Ok(made)
}

/// What the general form can filter by: the columns that are seen stand first, in their order.
fn filterable(table: &Table, open: &[ColumnId], shown: &[ColumnId]) -> Vec<Choice> {
    let can = |c: &&Column| open.contains(&c.id) && !chips::operators(c).is_empty() && c.name != "version";
    let mut columns: Vec<&Column> = table.columns.iter().filter(can).collect();
    columns.sort_by_key(|c| shown.iter().position(|id| *id == c.id).unwrap_or(shown.len()));
    columns.into_iter().map(|c| Choice::new(&c.name, &c.label)).collect()
}

fn kept(place: &Place) -> Vec<Kept> {
    let filter = place.filter.as_ref().map_or_else(String::new, Json::to_string);
    let pairs = [("view", place.view.clone()), ("sort", place.sort.clone()), ("filter", filter)];
    pairs.into_iter().filter(|(_, value)| !value.is_empty()).map(|(name, value)| Kept { name: name.into(), value }).collect()
}

fn empty(table: &Table, plural: &str, is_filtered: bool, can_create: bool) -> Empty {
    if is_filtered {
        let text = "Take a filter away, or look under another view.".to_owned();
        return Empty { title: format!("No {plural} match"), text, action: None };
    }
    let action = can_create.then(|| Link::new(&format!("New {}", table.label.to_lowercase()), &format!("/{}/new", table.set), "plus"));
    Empty { title: format!("No {plural} here yet"), text: format!("The {plural} of this view that you may see are listed here."), action }
}

/// `12`, `more than 1,000`.
pub(super) fn count_words(listed: &Listed) -> String {
    match listed.count {
        Some(count) if count.exact => grouped(&count.value.to_string()),
        Some(count) => format!("more than {}", grouped(&count.value.to_string())),
        None => counted(listed.rows.len(), "", "").trim().to_owned(),
    }
}
