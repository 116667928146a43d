//! Search over everything that somebody may see: the page, the palette, the pickers of lookups.
//!
//! Hits come by table, best first. What tells one from another of the same name is a column of the table's own view.
//! Not here: how words are found (`crm`). Start reading at [`page`]. Proved by `tests/it/client.rs`.

use super::address::Address;
use super::frame::Shell;
use super::show::counted;
use crate::App;
use crate::answer::{Answer, Outcome};
use crate::call::Call;
use crate::pages::cell::Cell;
use crate::pages::form::{LookupOption, LookupOptions};
use crate::pages::frame::Frame;
use crate::pages::home::{Found, FoundGroup, PaletteResults, SearchPage};
use catalogue::{Kind, Table};
use crm::views::{self, Row};
use crm::{Actor, Done, Tx};
use serde_json::json;

/// How many hits of a table the page shows, and the palette.
const SHOWN: usize = 20;
const PALETTE: usize = 5;
/// How many options a picker offers.
const OPTIONS: usize = 10;

/// `GET /search`
pub(super) fn page(app: &App, call: &Call) -> Outcome {
    let words = call.param("q").unwrap_or_default().trim().to_owned();
    let page = app.desk.look(&call.asker()?, |tx, actor| {
        let shell = Shell::of(tx, actor, call)?;
        let (groups, is_more) = groups(tx, actor, &shell, &words, SHOWN)?;
        let found: usize = groups.iter().map(|g| g.rows.len()).sum();
        let count = counted(found, "record found", "records found");
        Ok(SearchPage {
            frame: Frame { query: words.clone(), ..shell.frame("Search") },
            groups,
            count: if is_more { format!("More than {count}") } else { count },
            notice: if is_more { "There are more than are shown here. Another word narrows it down.".into() } else { String::new() },
        })
    })?;
    Answer::draw(&page)
}

/// `GET /search/palette`
pub(super) fn palette(app: &App, call: &Call) -> Outcome {
    let words = call.param("q").unwrap_or_default().trim().to_owned();
    let groups = app.desk.look(&call.asker()?, |tx, actor| {
        let shell = Shell::of(tx, actor, call)?;
        Ok(groups(tx, actor, &shell, &words, PALETTE)?.0)
    })?;
    Answer::draw(&PaletteResults { groups, query: words })
}

fn groups(tx: &mut Tx<'_>, actor: &Actor, shell: &Shell, words: &str, shown: usize) -> Done<(Vec<FoundGroup>, bool)> {
    let mut groups = Vec::new();
    let mut is_more = false;
    if words.is_empty() {
        return Ok((groups, is_more));
    }
    for found in views::search(tx, actor, words, None, shown)? {
        let Some(table) = shell.catalogue.table(found.table) else { continue };
        is_more |= found.maybe_more;
        let filter = table.column(table.primary).map(|c| json!({ "all": [{ "column": c.name, "op": "contains", "value": words }] }));
        let all =
            Address::new(format!("/{}", table.set)).with("view", "all").with("filter", &filter.map_or_else(String::new, |f| f.to_string()));
        groups.push(FoundGroup {
            title: table.plural.clone(),
            icon: table.icon.clone(),
            rows: found.rows.iter().map(|row| line(shell, table, row)).collect(),
            all_href: if found.maybe_more { all.to_string() } else { String::new() },
        });
    }
    Ok((groups, is_more))
}

fn line(shell: &Shell, table: &Table, row: &Row) -> Found {
    let shown = table.views.first().map(|v| v.columns.as_slice()).unwrap_or_default();
    let open = |id: &&catalogue::ColumnId| **id != table.primary && row.cells.iter().any(|c| c.column == **id);
    let columns = shown.iter().filter(open).filter_map(|id| table.column(*id));
    let details: Vec<String> = columns
        .clone()
        .filter(|c| !matches!(c.kind, Kind::Phone(_)))
        .map(|c| words_of(shell, table, row, c))
        .filter(|t| !t.is_empty())
        .take(3)
        .collect();
    let phone = table.columns.iter().filter(|c| matches!(c.kind, Kind::Phone(_))).map(|c| shell.eye.named(table, row, &c.name));
    Found {
        name: row.name(table),
        href: format!("/{}/{}", table.set, row.id),
        detail: details.join(" · "),
        phone: phone.into_iter().find(|cell| !cell.is_empty()).unwrap_or(Cell::Empty),
    }
}

/// A value in words, for telling records apart; what is not open or not visible says nothing.
fn words_of(shell: &Shell, table: &Table, row: &Row, column: &catalogue::Column) -> String {
    match shell.eye.named(table, row, &column.name) {
        Cell::Text(text) | Cell::Number(text) | Cell::Money(text) | Cell::Mail(text) => text,
        Cell::Link { text, .. } | Cell::Choice { text, .. } => text,
        Cell::Time(when) => when.short,
        _ => String::new(),
    }
}

/// `GET /lookup/{sets}`: what a picker offers while somebody types.
pub(super) fn options(app: &App, call: &Call) -> Outcome {
    let words = call.param("q").unwrap_or_default();
    let sets: Vec<&str> = call.name("sets").split(',').filter(|s| !s.is_empty()).collect();
    let found = app.desk.look(&call.asker()?, |tx, actor| views::pick(tx, actor, &sets, words, OPTIONS + 1))?;
    let option = |p: &views::Picked| LookupOption { value: format!("{}:{}", p.set, p.id), name: p.name.clone(), detail: p.detail.clone() };
    Answer::draw(&LookupOptions { options: found.iter().take(OPTIONS).map(option).collect(), has_more: found.len() > OPTIONS })
}
