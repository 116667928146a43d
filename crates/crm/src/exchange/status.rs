//! How imports and exports stand, for whoever asked for them.
//!
//! Only the asker sees them; for everybody else they are not there. Rows that could not be taken come back as a file
//! that can be mended and imported again: the cells as they were, and the problem behind them.
//! Not here: jobs of all kinds ([`crate::jobs`]). Proved by `crates/crm/tests/it/exchange.rs`.

use super::look::LookSpec;
use super::spool;
use crate::{Asker, Desk, Done, Error, Problem};
use catalogue::RowId;
use formats::{Cell, CsvWriter, WriteProblem};
use security::{Actor, Denial};
use std::fs::File;
use std::io::{BufWriter, Seek, SeekFrom, Write};
use store::exchange::{self, Export, FailedRow, Import};
use store::{Fault, Tx};

/// The column that says what is wrong with a row.
const PROBLEM: &str = "problem";
/// Rows read at once.
const PAGE: u32 = 500;

/// One import of the actor.
pub fn import(tx: &mut Tx<'_>, actor: &Actor, id: RowId) -> Done<Import> {
    let found = exchange::import(tx, id)?.filter(|import| import.asker == actor.user());
    found.ok_or_else(|| Denial::NotThere.into())
}

/// The actor's imports, newest first.
pub fn imports(tx: &mut Tx<'_>, actor: &Actor, limit: u32) -> Done<Vec<Import>> {
    Ok(exchange::imports_of(tx, actor.user(), limit)?)
}

/// One export of the actor.
pub fn export(tx: &mut Tx<'_>, actor: &Actor, id: RowId) -> Done<Export> {
    let found = exchange::export(tx, id)?.filter(|export| export.asker == actor.user());
    found.ok_or_else(|| Denial::NotThere.into())
}

/// The actor's exports, newest first.
pub fn exports(tx: &mut Tx<'_>, actor: &Actor, limit: u32) -> Done<Vec<Export>> {
    Ok(exchange::exports_of(tx, actor.user(), limit)?)
}

/// The first rows of an import that could not be taken.
pub fn failed(tx: &mut Tx<'_>, actor: &Actor, id: RowId, limit: u32) -> Done<Vec<FailedRow>> {
    import(tx, actor, id)?;
    Ok(exchange::failed_rows(tx, id, 0, limit)?)
}

/// Writes the rows that could not be taken as CSV, with a last column `problem`.
pub fn errors_csv(tx: &mut Tx<'_>, actor: &Actor, id: RowId, out: impl Write) -> Done<()> {
    let import = import(tx, actor, id)?;
    let spec: LookSpec = serde_json::from_value(import.look).map_err(|_| Fault::broken("an import cannot be read"))?;
    let mut headers = spec.headers;
    // A file that was mended from an earlier one has the column already.
    let given = headers.len();
    if headers.last().is_some_and(|last| last == PROBLEM) {
        headers.pop();
    }
    let kept = headers.len();
    let widest = widest(tx, id)?;
    headers.extend((headers.len() + 1..=widest).filter(|at| *at > given).map(|at| format!("column {at}")));
    headers.push(PROBLEM.into());
    let mut writer = CsvWriter::new(out, true).map_err(unwritten)?;
    writer.start(&headers.iter().map(String::as_str).collect::<Vec<_>>()).map_err(unwritten)?;
    each(tx, id, |row| {
        let cells = row.cells.iter().take(kept).chain(row.cells.iter().skip(given)).map(String::as_str);
        let mut line: Vec<Cell<'_>> = cells.map(Cell::text).collect();
        line.resize(headers.len() - 1, Cell::Empty);
        line.push(Cell::text(row.problem.as_str()));
        writer.row(&line).map_err(unwritten)
    })?;
    writer.finish().map_err(unwritten)?;
    Ok(())
}

/// The same in a file of its own that nobody else can open and that is gone with its reader; and how many bytes it has.
pub fn errors_file(desk: &Desk, who: &Asker, id: RowId) -> Done<(File, u64)> {
    let folder = spool::folder(desk)?;
    let name = desk.look(who, |tx, actor| import(tx, actor, id).map(|_| tx.new_id()))?;
    let path = folder.join(format!("errors-{name}"));
    let mut file = spool::create(&path)?;
    // WHY: from here on only this handle knows it, so nothing stays whatever happens.
    spool::remove(&path)?;
    let mut out = BufWriter::new(&mut file);
    desk.look(who, |tx, actor| errors_csv(tx, actor, id, &mut out))?;
    out.flush().map_err(Fault::from)?;
    drop(out);
    let size = file.metadata().map_err(Fault::from)?.len();
    file.seek(SeekFrom::Start(0)).map_err(Fault::from)?;
    Ok((file, size))
}

fn widest(tx: &mut Tx<'_>, id: RowId) -> Done<usize> {
    let mut widest = 0;
    each(tx, id, |row| {
        widest = widest.max(row.cells.len());
        Ok(())
    })?;
    Ok(widest)
}

fn each(tx: &mut Tx<'_>, id: RowId, mut act: impl FnMut(&FailedRow) -> Done<()>) -> Done<()> {
    let mut after = 0;
    loop {
        let page = exchange::failed_rows(tx, id, after, PAGE)?;
        let Some(last) = page.last().map(|row| row.number) else { return Ok(()) };
        page.iter().try_for_each(&mut act)?;
        after = last;
    }
}

fn unwritten(problem: WriteProblem) -> Error {
    match problem {
        WriteProblem::Io(error) => Fault::from(error).into(),
        other => Problem::invalid("unwritable", other.to_string()),
    }
}
