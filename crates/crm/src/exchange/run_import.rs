//! The import job: reads the file, makes records in batches.
//!
//! Each batch is one transaction with its records, the note of each row, the sums and the cursor of the job, so a crash
//! between two batches costs nothing and a crash within one undoes it whole: no row twice, none lost. A batch ends when
//! its time is up, and what is left of it is the next. Rights are loaded in each; whoever was frozen has no further one.
//! Not here: what a row becomes ([`super::take`]). Start reading at [`run`]. Proved by `crates/crm/tests/it/exchange.rs`.

use super::ask::{Duplicates, Options};
use super::fill::{count_doubled, restored, twin_key};
use super::find::Finder;
use super::look::LookSpec;
use super::map::{ImportMap, Plan};
use super::take::{Became, take};
use crate::jobs::{End, LEASE, asker_of, outcome};
use crate::{Asker, Desk, Done, Error, Problem, Verb};
use catalogue::{Catalogue, RowId};
use formats::{Caps, CsvRows, Row, RowProblem};
use security::{Actor, Task, entrust};
use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use store::blobs::{self, Bytes};
use store::exchange::{Import, Outcome, Tally, note_row, note_tally, set_total};
use store::queue::{self, Going, Job};
use store::{Fault, Tx};

/// Rows in one transaction at most.
const BATCH: usize = 50;
/// No further row is begun in a transaction that is so old, in microseconds: people who change something wait behind it.
const SPENT: i64 = 12_000;
/// A batch is also full at this many bytes.
const BATCH_BYTES: usize = 1 << 20;
/// While the file is counted, the job is held at least this often, in microseconds.
const HOLD: i64 = 5_000_000;

/// Everything the job knows of its import.
struct Work {
    import: Import,
    /// What one record is called in the trail.
    name: String,
    spec: LookSpec,
    map: ImportMap,
    options: Options,
}

/// One row on its way.
struct FileRow {
    number: i64,
    cells: Vec<String>,
    /// What the file or the rows before say against it.
    problem: Option<String>,
}

/// Runs the import of this job from where it stands, to its end or until `stop` is set.
pub(crate) fn run(desk: &Desk, job: &Job, stop: &AtomicBool) -> Done<End> {
    let who = asker_of(job);
    let id = super::id_of(job, "import")?;
    let work = Arc::new(load(desk, &who, id)?);
    let total = match work.import.total {
        Some(total) => total,
        None => match count(desk, &who, job, &work, stop)? {
            Some(total) => total,
            None => return Ok(End::Left),
        },
    };
    let mut at = job.cursor.as_deref().and_then(|c| c.parse::<i64>().ok()).unwrap_or(0);
    let mut done = job.done;
    let mut rows = open(desk, &who, &work)?;
    let mut reader = Reader::new(desk, &who, &work)?;
    if reader.twins.is_none() {
        rows.skip_to(u64::try_from(at + 1).unwrap_or(0)).map_err(unreadable)?;
    }
    while !stop.load(Ordering::Relaxed) {
        let batch = Arc::new(reader.batch(&mut rows, at)?);
        let Some(last) = batch.last().map(|row| row.number) else {
            return Ok(End::Done(summary(desk, &who, id)?));
        };
        if let Some(end) = keep_all(desk, &who, job, &work, &batch, (done, total), stop)? {
            return Ok(end);
        }
        (at, done) = (last, done + batch.len() as i64);
    }
    Ok(End::Left)
}

/// Keeps the batch, in as many transactions as its time needs. Answers how the job ends, if it does here.
fn keep_all(
    desk: &Desk,
    who: &Asker,
    job: &Job,
    work: &Arc<Work>,
    batch: &Arc<Vec<FileRow>>,
    (mut done, total): (i64, i64),
    stop: &AtomicBool,
) -> Done<Option<End>> {
    let mut from = 0;
    while from < batch.len() {
        if stop.load(Ordering::Relaxed) {
            return Ok(Some(End::Left));
        }
        let (going, taken) = keep(desk, who, job, work, (batch.clone(), from), (done, total))?;
        match going {
            Going::On => {}
            Going::Stop => return Ok(Some(End::Cancelled(None))),
            Going::Lost => return Ok(Some(End::Left)),
        }
        from += taken;
        done += taken as i64;
    }
    Ok(None)
}

/// What the bell says of an import that took some rows and not others.
fn summary(desk: &Desk, who: &Asker, id: RowId) -> Done<Option<String>> {
    match desk.look_for(who, crate::Scope::Write, |tx, actor| Ok(super::import(tx, actor, id)?.tally)) {
        Ok(tally) => Ok((tally.failed > 0).then(|| format!("{} taken, {} not", tally.created + tally.updated, tally.failed))),
        // Whoever was frozen since has all rows nevertheless.
        Err(Error::Denied(_)) => Ok(None),
        Err(other) => Err(other),
    }
}

fn load(desk: &Desk, who: &Asker, id: RowId) -> Done<Work> {
    let (import, name) = desk.look_for(who, crate::Scope::Write, |tx, actor| {
        entrust(actor, Task::BulkImport)?;
        let import = super::import(tx, actor, id)?;
        let name = super::table(actor.catalogue(), &import.set)?.name.clone();
        Ok((import, name))
    })?;
    let broken = |_| Fault::broken("an import cannot be read");
    Ok(Work {
        spec: serde_json::from_value(import.look.clone()).map_err(broken)?,
        map: serde_json::from_value(import.map.clone()).map_err(broken)?,
        options: serde_json::from_value(import.options.clone()).map_err(broken)?,
        import,
        name,
    })
}

/// Opens the file for the job's asker. Outside the transaction that asked who may.
fn open(desk: &Desk, who: &Asker, work: &Work) -> Done<CsvRows<Bytes>> {
    let file = work.import.file;
    let found =
        desk.look_for(who, crate::Scope::Write, |tx, actor| blobs::of_uploader(tx, file, actor.user())?.ok_or_else(super::no_file))?;
    let bytes = desk.store().open_bytes(found)?;
    CsvRows::open(bytes, &work.spec.csv()?, Caps::default()).map_err(unreadable)
}

fn unreadable(problem: RowProblem) -> Error {
    Problem::invalid("unreadable-file", format!("nothing more could be imported: {problem}"))
}

/// Reads the whole file once, so that one that cannot be read is refused before its first row is a record.
fn count(desk: &Desk, who: &Asker, job: &Job, work: &Work, stop: &AtomicBool) -> Done<Option<i64>> {
    let mut rows = open(desk, who, work)?;
    let (mut total, mut held) = (0, desk.store().now());
    for row in &mut rows {
        match row {
            Ok(row) if row.is_blank() => {}
            Err(problem) if problem.is_fatal() => {
                return Err(Problem::invalid("unreadable-file", format!("nothing was imported: {problem}")));
            }
            Ok(_) | Err(_) => total += 1,
        }
        if desk.store().now() - held > HOLD {
            held = desk.store().now();
            if stop.load(Ordering::Relaxed) || note_count(desk, who, job, work.import.id, None)? == Going::Lost {
                return Ok(None);
            }
        }
    }
    let going = note_count(desk, who, job, work.import.id, Some(total))?;
    Ok((going != Going::Lost).then_some(total))
}

fn note_count(desk: &Desk, who: &Asker, job: &Job, import: RowId, total: Option<i64>) -> Done<Going> {
    let job = job.clone();
    desk.perform(who, Verb::write("import.read"), move |tx, _| {
        let until = tx.now() + LEASE;
        if let Some(total) = total {
            set_total(tx, import, total)?;
        }
        let going = queue::progress(tx, &job, job.cursor.as_deref().unwrap_or("0"), job.done, total, until)?;
        outcome(going)
    })
}

/// Cuts the file into batches and knows which rows are the same.
struct Reader {
    plan: Plan,
    /// By what tells rows apart, the first row that has it.
    twins: Option<HashMap<[u8; 16], i64>>,
}

impl Reader {
    fn new(desk: &Desk, who: &Asker, work: &Work) -> Done<Reader> {
        let catalogue = desk.look_for(who, crate::Scope::Write, |_, actor| Ok(actor.catalogue().clone()))?;
        let twins = (work.options.duplicates == Duplicates::Refuse).then(HashMap::new);
        Ok(Reader { plan: plan(&catalogue, work)?, twins })
    }

    /// The next rows behind `at`; none at the end.
    fn batch(&mut self, rows: &mut CsvRows<Bytes>, at: i64) -> Done<Vec<FileRow>> {
        let (mut batch, mut bytes) = (Vec::new(), 0);
        for row in rows {
            let row = match row {
                Ok(row) if row.is_blank() => continue,
                Ok(row) => self.sound(row),
                Err(problem) if problem.is_fatal() => return Err(unreadable(problem)),
                Err(problem) => FileRow {
                    number: i64::try_from(problem.number).unwrap_or(i64::MAX),
                    problem: Some(problem.to_string()),
                    cells: restored(problem.cells),
                },
            };
            if row.number <= at {
                continue;
            }
            bytes += row.cells.iter().map(String::len).sum::<usize>();
            batch.push(row);
            if batch.len() >= BATCH || bytes >= BATCH_BYTES {
                break;
            }
        }
        Ok(batch)
    }

    fn sound(&mut self, row: Row) -> FileRow {
        let number = i64::try_from(row.number).unwrap_or(i64::MAX);
        let cells = restored(row.cells);
        let problem = self.twins.as_mut().and_then(|twins| {
            let first = *twins.entry(twin_key(&self.plan, &cells)).or_insert(number);
            (first != number).then(|| format!("the same as row {first}"))
        });
        FileRow { number, cells, problem }
    }
}

fn plan(catalogue: &Catalogue, work: &Work) -> Done<Plan> {
    let table = super::table(catalogue, &work.import.set)?;
    Plan::fit(catalogue, table, &work.map, &work.options.keys, &work.spec.headers)
}

/// Keeps of a batch, from this row on, what there is time for: records, what became of each row, sums and cursor.
/// Answers how many rows that were.
fn keep(
    desk: &Desk,
    who: &Asker,
    job: &Job,
    work: &Arc<Work>,
    (batch, from): (Arc<Vec<FileRow>>, usize),
    (done, total): (i64, i64),
) -> Done<(Going, usize)> {
    let (job, work) = (job.clone(), work.clone());
    let verb = Verb::write(format!("{}.import", work.name));
    desk.perform(who, verb, move |tx, actor| {
        entrust(actor, Task::BulkImport)?;
        let (tally, taken) = take_some(tx, actor, &work, batch.get(from..).unwrap_or_default())?;
        let last = batch.get(from + taken - 1).ok_or_else(|| Fault::broken("a batch took more rows than it has"))?.number;
        let until = tx.now() + LEASE;
        let going = queue::progress(tx, &job, &last.to_string(), done + taken as i64, Some(total), until)?;
        note_tally(tx, work.import.id, &tally)?;
        tx.about("imports", work.import.id);
        Ok((outcome(going)?, taken))
    })
}

/// Takes row by row until there is no more, or no time. The first row is always taken, or the job would stand still.
fn take_some(tx: &mut Tx<'_>, actor: &Actor, work: &Work, batch: &[FileRow]) -> Done<(Tally, usize)> {
    let catalogue = actor.catalogue().clone();
    let table = super::table(&catalogue, &work.import.set)?;
    let plan = plan(&catalogue, work)?;
    let mut finder = Finder::new(actor, table.id);
    let mut tally = Tally::default();
    for (before, row) in batch.iter().enumerate() {
        if before > 0 && tx.spent() > SPENT {
            return Ok((tally, before));
        }
        tally.doubled += count_doubled(&row.cells);
        let taken = match &row.problem {
            Some(problem) => Err(problem.clone()),
            None => take(tx, actor, &mut finder, &plan, table, &work.options, &row.cells)?,
        };
        let outcome = match &taken {
            Ok(taken) => {
                tally.fallbacks += i64::from(taken.is_fallback);
                let id = match taken.became {
                    Became::Created(id) => {
                        tally.created += 1;
                        id
                    }
                    Became::Changed(id) => {
                        tally.updated += 1;
                        id
                    }
                };
                if work.options.dry_run { Outcome::Fits } else { Outcome::Record(id) }
            }
            Err(why) => {
                tally.failed += 1;
                Outcome::Problem { why, cells: &row.cells }
            }
        };
        note_row(tx, work.import.id, row.number, &outcome)?;
    }
    Ok((tally, batch.len()))
}
