//! Finding the one that is meant: for lookups, owners and everybody else who is chosen by name.
//!
//! Names that begin with the text come first, then records that search finds; both under the reader's own permit. People,
//! teams and units are known to every active user.
//! Not here: whether what was picked may be set (`records`). Start reading at [`pick`].
//! Proved by `crates/web/tests/it/client.rs`.

use super::list::{ListAsk, list};
use super::rows::{Link, Row};
use super::search::search;
use crate::values::to_text;
use crate::{Done, Problem};
use catalogue::{RowId, Table, Target, text};
use security::{Actor, ColumnUse, Privilege, permit};
use serde_json::json;
use store::Tx;
use store::accounts::{self, PrincipalKind};

/// Something that may be meant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Picked {
    /// Its set.
    pub set: String,
    /// Its id.
    pub id: RowId,
    /// What it is called.
    pub name: String,
    /// What tells it from others of the same name; may be empty.
    pub detail: String,
}

/// At most `limit` of these sets that may be meant by the text; all of them in order of name for an empty text.
pub fn pick(tx: &mut Tx<'_>, actor: &Actor, sets: &[&str], written: &str, limit: usize) -> Done<Vec<Picked>> {
    let written = written.trim();
    if written.chars().count() > 200 {
        return Err(Problem::malformed("bad-search", "a search takes at most 200 characters"));
    }
    let catalogue = actor.catalogue().clone();
    let mut found = principals(tx, actor, sets, written, limit)?;
    for set in sets {
        match catalogue.target(set) {
            Some(Target::Table(id)) => {
                if let Some(table) = catalogue.table(id) {
                    found.extend(records(tx, actor, table, written, limit)?);
                }
            }
            Some(Target::Units) => found.extend(units(tx, written)?),
            Some(Target::Users | Target::Teams) => {}
            None => return Err(Problem::malformed("unknown-set", format!("there is no set `{set}`"))),
        }
    }
    found.truncate(limit);
    Ok(found)
}

fn principals(tx: &mut Tx<'_>, actor: &Actor, sets: &[&str], written: &str, limit: usize) -> Done<Vec<Picked>> {
    if !sets.iter().any(|s| matches!(*s, "users" | "teams")) {
        return Ok(Vec::new());
    }
    let mut found = Vec::new();
    for (id, known) in crate::people::pick(tx, actor, written, limit)? {
        let (set, detail) = if known.kind == PrincipalKind::Team { ("teams", "Team") } else { ("users", "") };
        if sets.contains(&set) {
            found.push(Picked { set: set.into(), id: id.0, name: known.name, detail: detail.into() });
        }
    }
    Ok(found)
}

fn units(tx: &mut Tx<'_>, written: &str) -> Done<Vec<Picked>> {
    let part = text::key(written);
    let all = accounts::units(tx)?.into_iter().filter(|unit| text::key(&unit.name).contains(&part));
    Ok(all.map(|unit| Picked { set: "business_units".into(), id: unit.id.0, name: unit.name, detail: String::new() }).collect())
}

fn records(tx: &mut Tx<'_>, actor: &Actor, table: &Table, written: &str, limit: usize) -> Done<Vec<Picked>> {
    let (Ok(read), Some(primary)) = (permit(actor, Privilege::Read, table), table.column(table.primary)) else { return Ok(Vec::new()) };
    let second =
        table.views.first().and_then(|v| v.columns.iter().copied().find(|c| *c != table.primary && read.opens(*c, ColumnUse::Read)));
    let mut select = vec![primary.name.clone()];
    select.extend(second.and_then(|c| table.column(c)).map(|c| c.name.clone()));
    let begins = json!({ "column": primary.name, "op": "begins_with", "value": written });
    let ask = ListAsk {
        set: table.set.clone(),
        view: "*".into(),
        filter: (!written.is_empty()).then_some(begins),
        sort: Some(primary.name.clone()),
        select: Some(select),
        limit,
        ..ListAsk::default()
    };
    let mut rows = list(tx, actor, &ask)?.rows;
    if rows.len() < limit && !written.is_empty() {
        let more = search(tx, actor, written, Some(&table.set), limit)?.into_iter().flat_map(|f| f.rows);
        let more: Vec<Row> = more.filter(|m| !rows.iter().any(|r| r.id == m.id)).collect();
        rows.extend(more);
    }
    let detail = |row: &Row| {
        let cell = second.and_then(|c| row.cells.iter().find(|cell| cell.column == c));
        match cell.map(|cell| (cell, &cell.link)) {
            Some((_, Some(Link::Seen { name, .. }))) => name.clone(),
            Some((cell, None)) => table.column(cell.column).map_or_else(String::new, |c| to_text(c, &cell.value)),
            Some((_, Some(Link::Hidden))) | None => String::new(),
        }
    };
    Ok(rows.iter().map(|row| Picked { set: table.set.clone(), id: row.id, name: row.name(table), detail: detail(row) }).collect())
}
