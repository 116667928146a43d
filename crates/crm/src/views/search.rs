//! Search over everything the actor may read.
//!
//! Each table is asked under its own permit; what is not readable leaves no trace, not even in a count.
//! Not here: how words are found (`store`). Proved by `crates/crm/tests/it/views.rs`.

use super::rows::{Row, rows};
use crate::{Done, Problem};
use catalogue::TableId;
use security::{Actor, Privilege, permit};
use store::Tx;
use store::journal::{Reading, ReadingKind};
use store::records;

/// What one table has.
#[derive(Debug)]
pub struct Found {
    /// The table.
    pub table: TableId,
    /// Its hits, best first.
    pub rows: Vec<Row>,
    /// There may be more.
    pub maybe_more: bool,
}

/// Records of every readable table (or of `set` alone) whose words begin with the words of `text`.
pub fn search(tx: &mut Tx<'_>, actor: &Actor, text: &str, set: Option<&str>, limit: usize) -> Done<Vec<Found>> {
    if text.chars().count() > 200 {
        return Err(Problem::malformed("bad-search", "a search takes at most 200 characters"));
    }
    let catalogue = actor.catalogue().clone();
    if let Some(set) = set
        && catalogue.find(set).is_none()
    {
        return Err(Problem::malformed("unknown-set", format!("there is no set `{set}`")));
    }
    let mut found = Vec::new();
    let mut shown = 0;
    for table in catalogue.tables().iter().filter(|t| set.is_none_or(|s| s == t.set)) {
        if !table.columns.iter().any(|c| c.search) {
            continue;
        }
        let Ok(read) = permit(actor, Privilege::Read, table) else { continue };
        let hits = records::search(tx, &read, text, limit)?;
        if hits.records.is_empty() {
            continue;
        }
        shown += hits.records.len();
        found.push(Found { table: table.id, rows: rows(tx, actor, table, hits.records, &[])?, maybe_more: hits.maybe_more });
    }
    let mut line = Reading::new(ReadingKind::Searched, tx.now());
    line.set = set.map(str::to_owned);
    line.query = Some(text.to_owned());
    line.rows = u32::try_from(shown).unwrap_or(u32::MAX);
    tx.note(line);
    Ok(found)
}
