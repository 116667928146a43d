//! The export job: writes the file into the spool.
//!
//! Everything comes from one read-only transaction, with the rights its asker has now, asked for again. Meanwhile the
//! person is looked at twice a second in transactions of their own: whoever was frozen gets no file, and what lies in the
//! spool goes. A change of rights begins it anew; so does a crash.
//! Not here: whether it may be ([`super::egress`]). Start reading at [`run`]. Proved by `crates/crm/tests/it/exchange.rs`.

use super::egress::{Format, Taking, columns, fingerprint, may_go_on, query};
use super::spool;
use super::watch::{EVERY, Stands, Watched};
use crate::jobs::{End, LEASE, asker_of, outcome};
use crate::views::{self, Link, Row};
use crate::{Asker, Desk, Done, Error, Problem, Scope, Verb};
use catalogue::{ColumnId, Kind, RowId, Table, Value};
use formats::{Cell, SheetWriter, WriteProblem};
use security::{Actor, Denial, Privilege, permit};
use sha2::{Digest, Sha256};
use std::collections::HashMap;
use std::fs::File;
use std::io::{BufWriter, Read, Seek, SeekFrom, Write};
use std::path::Path;
use std::sync::atomic::{AtomicU8, Ordering};
use std::time::Duration;
use store::exchange::{self, Export, Made, note_made};
use store::queue::{self, Ending, Going, Job};
use store::{Fault, records};

/// How long a file waits in the spool, in microseconds.
const KEPT: i64 = 24 * 3600 * 1_000_000;
/// Rows of one page.
const PAGE: usize = 500;
/// How often an export is begun anew because rights changed.
const ANEW: usize = 3;

/// What the watcher saw.
const SAME: u8 = 0;
const CHANGED: u8 = 1;
const GONE: u8 = 2;
const STOPPED: u8 = 3;

/// How making ended.
enum Making {
    Whole { rows: i64, rights: String, sha256: [u8; 32] },
    Changed,
    Stopped,
}

/// Runs the export of this job, from its first row.
pub(crate) fn run(desk: &Desk, job: &Job) -> Done<End> {
    let id = super::id_of(job, "export")?;
    let path = spool::path(&spool::folder(desk)?, id);
    let end = make(desk, job, id, &path);
    if !matches!(end, Ok(End::Told)) {
        spool::remove(&path)?;
    }
    end
}

fn make(desk: &Desk, job: &Job, id: RowId, path: &Path) -> Done<End> {
    let who = asker_of(job);
    for _ in 0..ANEW {
        match write(desk, job, &who, id, path)? {
            Making::Whole { rows, rights, sha256 } => return keep(desk, job, &who, id, rows, rights, sha256),
            Making::Stopped => return Ok(End::Cancelled(None)),
            Making::Changed => {}
        }
    }
    Err(Problem::conflict("rights-changed", "your rights changed while the file was made; ask again"))
}

/// Writes the file while another thread watches its asker.
fn write(desk: &Desk, job: &Job, who: &Asker, id: RowId, path: &Path) -> Done<Making> {
    let watched = desk.glance(|tx| Ok(Watched::now(tx, job.asker)?))?;
    let seen = AtomicU8::new(SAME);
    let (over, wait) = std::sync::mpsc::channel::<()>();
    let written = std::thread::scope(|scope| {
        scope.spawn(|| watch(desk, job, who, &watched, &seen, wait));
        let written = sheet(desk, who, id, path, &seen);
        drop(over);
        written
    });
    // A last look: what happened since the watcher's.
    let stands = watched.look(desk)?;
    match (seen.load(Ordering::SeqCst), stands) {
        (GONE, _) | (_, Stands::Gone) => Err(Denial::SignIn.into()),
        (CHANGED, _) | (_, Stands::Changed) => Ok(Making::Changed),
        (STOPPED, _) => Ok(Making::Stopped),
        _ => {
            let (rows, rights) = written?;
            let sha256 = settle(path)?;
            Ok(Making::Whole { rows, rights, sha256 })
        }
    }
}

/// Looks at the person until the file is whole. What cannot be looked at counts as gone.
fn watch(desk: &Desk, job: &Job, who: &Asker, watched: &Watched, seen: &AtomicU8, wait: std::sync::mpsc::Receiver<()>) {
    let every = Duration::from_micros(u64::try_from(EVERY).unwrap_or(1));
    let mut looks: u32 = 0;
    loop {
        match wait.recv_timeout(every) {
            Err(std::sync::mpsc::RecvTimeoutError::Timeout) => {}
            _ => return,
        }
        looks += 1;
        let word = match watched.look(desk) {
            Ok(Stands::Same) => SAME,
            Ok(Stands::Changed) => CHANGED,
            Ok(Stands::Gone) | Err(_) => GONE,
        };
        // The job is held for far longer than this, so every tenth look tells that it lives.
        let word = if word == SAME && looks.is_multiple_of(10) { hold(desk, job, who) } else { word };
        if word != SAME {
            seen.store(word, Ordering::SeqCst);
            return;
        }
    }
}

fn hold(desk: &Desk, job: &Job, who: &Asker) -> u8 {
    let job = job.clone();
    let held = desk.perform(who, Verb::export("export.make"), move |tx, _| {
        let until = tx.now() + LEASE;
        outcome(queue::progress(tx, &job, "", job.done, job.total, until)?)
    });
    match held {
        Ok(Going::On) => SAME,
        Ok(Going::Stop | Going::Lost) => STOPPED,
        Err(_) => GONE,
    }
}

/// Writes the rows, in one transaction. Answers how many, and under which rights.
fn sheet(desk: &Desk, who: &Asker, id: RowId, path: &Path, seen: &AtomicU8) -> Done<(i64, String)> {
    let folder = spool::folder(desk)?;
    let out = BufWriter::new(spool::create(path)?);
    desk.look_for(who, Scope::Export, move |tx, actor| {
        let asked = exchange::export(tx, id)?.filter(|e| e.asker == actor.user()).ok_or(Denial::NotThere)?;
        let taking = taking(&asked)?;
        let catalogue = actor.catalogue().clone();
        let table = super::table(&catalogue, &asked.set)?;
        let export = permit(actor, Privilege::Export, table)?;
        let columns = columns(table, &export, &taking)?;
        let rights = fingerprint(&export, &columns);
        let mut writer = match taking.format {
            Format::Csv => SheetWriter::csv(out, true),
            Format::Xlsx => SheetWriter::xlsx(out, &folder, &table.plural),
        }
        .map_err(unwritten)?;
        let headers = headers(table, &columns);
        writer.start(&headers.iter().map(String::as_str).collect::<Vec<_>>()).map_err(unwritten)?;
        let mut query = query(tx, actor, table, &export, &taking, &columns, PAGE)?;
        let mut rows = 0;
        loop {
            let page = records::find(tx, &export, &query)?;
            rows += page.records.len() as i64;
            may_go_on(tx, &taking, rows)?;
            for row in views::rows(tx, actor, table, page.records, &[])? {
                writer.row(&cells(table, &columns, &row)).map_err(unwritten)?;
            }
            query.after = page.next;
            if query.after.is_none() || seen.load(Ordering::SeqCst) != SAME {
                break;
            }
        }
        writer.finish().map_err(unwritten)?.flush().map_err(Fault::from)?;
        Ok((rows, rights))
    })
}

/// Syncs the file and sums it.
fn settle(path: &Path) -> Result<[u8; 32], Fault> {
    let mut file = File::open(path)?;
    file.sync_all()?;
    file.seek(SeekFrom::Start(0))?;
    let mut sum = Sha256::new();
    let mut piece = vec![0; 64 * 1024];
    loop {
        match file.read(&mut piece)? {
            0 => return Ok(sum.finalize().into()),
            got => sum.update(piece.get(..got).unwrap_or(&[])),
        }
    }
}

/// Records the file and ends the job, as its asker: whoever is frozen by now has none.
fn keep(desk: &Desk, job: &Job, who: &Asker, id: RowId, rows: i64, rights: String, sha256: [u8; 32]) -> Done<End> {
    let job = job.clone();
    desk.perform(who, Verb::export("export.make"), move |tx, actor| {
        let asked = exchange::export(tx, id)?.ok_or(Denial::NotThere)?;
        if rights_now(actor, &asked)? != rights {
            return Err(Problem::conflict("rights-changed", "your rights changed while the file was made; ask again"));
        }
        let until = tx.now() + LEASE;
        let is_lost = queue::progress(tx, &job, "", rows, Some(rows), until)? == Going::Lost;
        if is_lost || !queue::finish(tx, &job, Ending::Done, None)? {
            return Err(crate::jobs::lost());
        }
        tx.about("exports", id);
        let made = Made { rows, sha256, rights: rights.clone(), ends_on: tx.now() + KEPT };
        note_made(tx, id, &made)?;
        Ok(End::Told)
    })
}

/// The rights under which the file would be made now.
pub(crate) fn rights_now(actor: &Actor, asked: &Export) -> Done<String> {
    let taking = taking(asked)?;
    let table = super::table(actor.catalogue(), &asked.set)?;
    let export = permit(actor, Privilege::Export, table)?;
    let columns = columns(table, &export, &taking)?;
    Ok(fingerprint(&export, &columns))
}

pub(crate) fn taking(asked: &Export) -> Result<Taking, Fault> {
    serde_json::from_value(asked.query.clone()).map_err(|_| Fault::broken("what an export asked for cannot be read"))
}

/// `Id`, then the labels; a label that stands twice gives way to the column's name.
fn headers(table: &Table, columns: &[ColumnId]) -> Vec<String> {
    let mut given: HashMap<String, usize> = HashMap::from([("Id".into(), 1)]);
    let shown: Vec<_> = columns.iter().filter_map(|id| table.column(*id)).collect();
    shown.iter().for_each(|c| *given.entry(c.label.clone()).or_default() += 1);
    let header = |c: &&catalogue::Column| if given.get(&c.label) == Some(&1) { c.label.clone() } else { c.name.clone() };
    std::iter::once("Id".to_owned()).chain(shown.iter().map(header)).collect()
}

fn cells<'r>(table: &Table, columns: &[ColumnId], row: &'r Row) -> Vec<Cell<'r>> {
    let mut cells = vec![Cell::text(row.id.to_string())];
    for id in columns {
        let found = row.cells.iter().find(|cell| cell.column == *id);
        let cell = match (found, table.column(*id)) {
            (Some(found), Some(column)) => cell(column, found),
            _ => Cell::Empty,
        };
        cells.push(cell);
    }
    cells
}

/// Typed where the file can be; what a lookup names by its name, and nothing where the name is hidden.
fn cell<'r>(column: &catalogue::Column, found: &'r views::Cell) -> Cell<'r> {
    match (&column.kind, &found.value, &found.link) {
        (_, _, Some(Link::Seen { name, .. })) => Cell::text(name.as_str()),
        (_, _, Some(Link::Hidden)) | (_, Value::Null, None) => Cell::Empty,
        (Kind::Integer { .. }, Value::Int(n), None) => Cell::Integer(*n),
        (Kind::Decimal { digits, .. }, Value::Int(n), None) => Cell::Decimal { scaled: *n, digits: *digits },
        (Kind::Money | Kind::MoneyBase, Value::Int(n), None) => Cell::Money(*n),
        (Kind::YesNo, Value::Int(n), None) => Cell::YesNo(*n != 0),
        (Kind::Date, Value::Int(n), None) => Cell::Date(*n),
        (Kind::DateTime, Value::Int(n), None) => Cell::DateTime(*n),
        (_, Value::Text(text), None) if column.kind.is_text() => Cell::text(text.as_str()),
        (_, value, None) => Cell::text(crate::values::to_text(column, value)),
    }
}

fn unwritten(problem: WriteProblem) -> Error {
    match problem {
        WriteProblem::Io(error) => Fault::from(error).into(),
        other => Problem::invalid("unwritable", other.to_string()),
    }
}
