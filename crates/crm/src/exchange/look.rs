//! A file is looked at before it is imported: how it is read, what it holds, where its columns may go.
//!
//! Nothing of it is kept but what the person confirms, a [`LookSpec`]. Every guess can be overridden ([`LookAsk`]).
//! The file is read outside any transaction, up to a bound; larger files are counted when they are imported.
//! Not here: where a column goes by its name ([`super::guess`]). Start reading at [`look()`].
//! Proved by `crates/crm/tests/it/exchange.rs`.

use super::guess::guess;
use super::map::ImportMap;
use crate::{Asker, Desk, Done, Problem};
use catalogue::{ColumnId, RowId};
use formats::{Caps, CsvLook, CsvRows, Encoding, LineEnd, Sniffed, sniff};
use security::{ColumnUse, Privilege, Task, entrust, permit};
use serde::{Deserialize, Serialize};
use std::io::Read;
use store::blobs::{self, Found};

/// How many rows are shown.
const PREVIEW: usize = 10;
/// How many rows are read for guessing dates.
const SAMPLE: usize = 1000;
/// Files up to this many bytes are read to their end.
const READ_WHOLE: u64 = 32 << 20;
/// How many problems are told.
const TOLD: usize = 10;

/// How a file is to be read, where the guess is wrong.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LookAsk {
    /// The encoding by name.
    pub encoding: Option<String>,
    /// The character between cells; `tab` for the tabulator.
    pub delimiter: Option<String>,
    /// Whether the file has a header at all.
    pub has_header: Option<bool>,
    /// In which row the header is, counted from 1; rows above are skipped.
    pub header_row: Option<u64>,
}

/// How a file is read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LookSpec {
    /// The encoding by name.
    pub encoding: String,
    /// The character between cells.
    pub delimiter: char,
    /// In which row the header is, counted from 0; none when there is none.
    pub header_row: Option<u64>,
    /// The names of the columns.
    pub headers: Vec<String>,
}

/// What was seen.
#[derive(Clone, Debug)]
pub struct Looked {
    /// How the file is read.
    pub spec: LookSpec,
    /// Whether the encoding is more than a guess.
    pub is_encoding_certain: bool,
    /// How lines end, in words.
    pub line_end: &'static str,
    /// How many bytes.
    pub size: u64,
    /// How many rows, where the file was read to its end.
    pub rows: Option<u64>,
    /// The first rows.
    pub preview: Vec<Vec<String>>,
    /// What is to be known about the header.
    pub header_problems: Vec<String>,
    /// The first rows that cannot be read, in words.
    pub problems: Vec<String>,
    /// How many rows cannot be read.
    pub problem_count: u64,
    /// Why the file cannot be imported at all.
    pub fatal: Option<String>,
    /// Where the columns seem to go.
    pub guess: ImportMap,
    /// Columns that every record needs and that nothing goes to, by name.
    pub missing: Vec<String>,
}

/// The names of the encodings that can be chosen, most used first.
pub fn encodings() -> Vec<&'static str> {
    Encoding::choices().into_iter().map(Encoding::name).collect()
}

/// Looks at a file that is to be imported into a set.
pub fn look(desk: &Desk, who: &Asker, file: RowId, set: &str, ask: &LookAsk) -> Done<Looked> {
    let (found, catalogue, open) = desk.look_for(who, crate::Scope::Write, |tx, actor| {
        entrust(actor, Task::BulkImport)?;
        let table = super::table(actor.catalogue(), set)?;
        let create = permit(actor, Privilege::Create, table)?;
        let open: Vec<ColumnId> = table.writable().map(|c| c.id).filter(|id| create.opens(*id, ColumnUse::Create)).collect();
        let found = blobs::of_uploader(tx, file, actor.user())?.ok_or_else(super::no_file)?;
        Ok((found, actor.catalogue().clone(), open))
    })?;
    let size = found.size();
    let mut seen = read(desk, found, ask)?;
    let table = super::table(&catalogue, set)?;
    let samples = std::mem::take(&mut seen.samples);
    let guess = guess(&catalogue, table, &open, &seen.spec.headers, &samples);
    let goes_to = |name: &str| guess.columns.iter().any(|line| line.to.split(',').any(|to| to == name));
    let needed = table.columns.iter().filter(|c| c.required && !c.system);
    let missing = needed.filter(|c| !goes_to(&c.name)).map(|c| c.name.clone()).collect();
    let preview = samples.into_iter().take(PREVIEW).collect();
    Ok(Looked {
        spec: seen.spec,
        is_encoding_certain: seen.sniffed.is_encoding_certain || ask.encoding.is_some(),
        line_end: line_end(seen.sniffed.line_end),
        size,
        rows: seen.rows,
        preview,
        header_problems: seen.header_problems,
        problems: seen.problems,
        problem_count: seen.problem_count,
        fatal: seen.fatal,
        guess,
        missing,
    })
}

/// What reading gave.
struct Seen {
    sniffed: Sniffed,
    spec: LookSpec,
    rows: Option<u64>,
    samples: Vec<Vec<String>>,
    header_problems: Vec<String>,
    problems: Vec<String>,
    problem_count: u64,
    fatal: Option<String>,
}

fn read(desk: &Desk, found: Found, ask: &LookAsk) -> Done<Seen> {
    let mut bytes = desk.store().open_bytes(found)?;
    let mut head = Vec::new();
    let size = bytes.size();
    (&mut bytes).take(formats::HEAD as u64).read_to_end(&mut head).map_err(store::Fault::from)?;
    let sniffed = sniff(&head);
    let csv = wanted(&sniffed, ask)?;
    let spec = LookSpec {
        encoding: csv.encoding.name().into(),
        delimiter: char::from(csv.delimiter),
        header_row: csv.header_row,
        headers: Vec::new(),
    };
    let mut seen = Seen {
        sniffed,
        spec,
        rows: None,
        samples: Vec::new(),
        header_problems: Vec::new(),
        problems: Vec::new(),
        problem_count: 0,
        fatal: None,
    };
    let mut rows = match CsvRows::open(head.as_slice().chain(bytes), &csv, Caps::default()) {
        Ok(rows) => rows,
        Err(problem) => {
            seen.fatal = Some(problem.to_string());
            return Ok(seen);
        }
    };
    seen.spec.headers = rows.headers().to_vec();
    seen.header_problems = rows.header_problems().iter().map(ToString::to_string).collect();
    let mut count = 0;
    for row in &mut rows {
        match row {
            Ok(row) if row.is_blank() => {}
            Ok(row) => {
                count += 1;
                if seen.samples.len() < SAMPLE {
                    seen.samples.push(super::fill::restored(row.cells));
                }
            }
            Err(problem) if problem.is_fatal() => {
                seen.fatal = Some(problem.to_string());
                return Ok(seen);
            }
            Err(problem) => {
                count += 1;
                seen.problem_count += 1;
                if seen.problems.len() < TOLD {
                    seen.problems.push(problem.to_string());
                }
            }
        }
        if size > READ_WHOLE && count >= SAMPLE as u64 {
            return Ok(seen);
        }
    }
    seen.rows = Some(count);
    Ok(seen)
}

/// The guess with what the person says.
fn wanted(sniffed: &Sniffed, ask: &LookAsk) -> Done<CsvLook> {
    let mut csv = sniffed.look();
    if let Some(name) = &ask.encoding {
        csv.encoding = encoding(name)?;
    }
    if let Some(word) = &ask.delimiter {
        csv.delimiter = match word.as_bytes() {
            b"tab" | b"\\t" => b'\t',
            [one] if *one < 0x80 && !matches!(*one, b'"' | b'\r' | b'\n') => *one,
            _ => return Err(Problem::column("delimiter", "the delimiter is one character: `,`, `;`, `|` or `tab`")),
        };
    }
    match (ask.has_header, ask.header_row) {
        (Some(false), _) => csv.header_row = None,
        (_, Some(row)) => csv.header_row = Some(row.saturating_sub(1)),
        (Some(true), None) => csv.header_row = csv.header_row.or(Some(0)),
        (None, None) => {}
    }
    Ok(csv)
}

fn encoding(name: &str) -> Done<Encoding> {
    Encoding::named(name).ok_or_else(|| Problem::column("encoding", format!("there is no encoding `{name}`")))
}

fn line_end(end: LineEnd) -> &'static str {
    match end {
        LineEnd::CrLf => "CR LF",
        LineEnd::Lf => "LF",
        LineEnd::Cr => "CR",
        LineEnd::Mixed => "mixed",
        LineEnd::None => "none",
    }
}

impl LookSpec {
    /// The same for the reader.
    pub(crate) fn csv(&self) -> Done<CsvLook> {
        let delimiter = u8::try_from(self.delimiter).map_err(|_| store::Fault::broken("the delimiter of a file"))?;
        Ok(CsvLook { encoding: encoding(&self.encoding)?, delimiter, header_row: self.header_row })
    }
}
