//! Reads the rows of a CSV file, one at a time, within caps.
//!
//! The one idea: `csv_core` is fed cell by cell, so nothing is kept that the caps do not allow; a cell that is too
//! long is read to its end and dropped, and only what makes every later row doubtful ends the reading.
//! Quotes are understood as the `csv` crate does: a quote inside a cell that did not begin with one is an ordinary
//! character, text behind a closing quote belongs to the cell. Blank lines are not rows.
//! Not here: guessing the look (`sniff`); undoing our own export's apostrophes ([`crate::restore`], the caller's choice).
//! Start reading at [`CsvRows::open`]. Proved by `tests/it/problems.rs`, `hostile.rs`, `real_files.rs`.

use crate::decoded::Decoded;
use crate::encoding::Encoding;
use crate::row_problem::{HeaderProblem, RowProblem, RowTrouble};
use csv_core::ReadFieldResult;
use std::io::Read;

/// How a file is to be read: what [`crate::sniff()`] found or the person chose.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CsvLook {
    /// The encoding. A byte order mark of it is skipped.
    pub encoding: Encoding,
    /// The byte between cells, below 0x80.
    pub delimiter: u8,
    /// Which row is the header, counted from 0 over the rows of the file (blank lines are none); rows above are
    /// skipped. `None`: there is no header, columns are called `column 1`, `column 2` and so on.
    pub header_row: Option<u64>,
}

/// What reading may cost. Memory stays below about `max_row_bytes` and 24 bytes per column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Caps {
    /// Longest cell, in bytes of UTF-8. A longer one is a problem of its row.
    pub max_cell_bytes: usize,
    /// Most cells in a row. More end the reading.
    pub max_columns: usize,
    /// Longest row, in bytes of UTF-8 with quotes and delimiters. A longer one ends the reading.
    pub max_row_bytes: usize,
    /// Most rows after the header. More end the reading.
    pub max_rows: u64,
}

impl Default for Caps {
    /// 1 MB in a cell, 1,000 columns, 32 MB in a row, 10 million rows.
    fn default() -> Caps {
        Caps { max_cell_bytes: 1 << 20, max_columns: 1_000, max_row_bytes: 32 << 20, max_rows: 10_000_000 }
    }
}

/// One row, as wide as the header.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// Counted from 1 after the header; rows with a problem count too.
    pub number: u64,
    /// The line of the file on which the row begins, counted from 1.
    pub line: u64,
    /// One text per header: missing cells are empty, superfluous empty ones are dropped.
    pub cells: Vec<String>,
}

impl Row {
    /// Whether every cell is empty, as in the rows that spreadsheets leave at the end of a file.
    pub fn is_blank(&self) -> bool {
        self.cells.iter().all(|cell| cell.trim().is_empty())
    }
}

/// The rows of a CSV file. An iterator that ends after the last row or after a fatal problem.
pub struct CsvRows<R> {
    input: Decoded<R>,
    core: csv_core::Reader,
    encoding: Encoding,
    caps: Caps,
    headers: Vec<String>,
    header_problems: Vec<HeaderProblem>,
    pending: Option<Record>,
    number: u64,
    line: u64,
    after_cr: bool,
    ended: bool,
}

impl<R: Read> CsvRows<R> {
    /// Opens the file and reads its header.
    ///
    /// A problem in the header is an error, with row number 0; so is a file that ends before it.
    pub fn open(reader: R, look: &CsvLook, caps: Caps) -> Result<CsvRows<R>, RowProblem> {
        let input = Decoded::new(reader, look.encoding).map_err(|error| problem(0, 1, RowTrouble::Unreadable(error)))?;
        let mut rows = CsvRows {
            input,
            core: reader_within(look.delimiter),
            encoding: look.encoding,
            caps,
            headers: Vec::new(),
            header_problems: Vec::new(),
            pending: None,
            number: 0,
            line: 1,
            after_cr: false,
            ended: false,
        };
        for _ in 0..look.header_row.unwrap_or(0) {
            if rows.read_record(false)?.is_none() {
                return Err(problem(0, rows.line, RowTrouble::NoHeader));
            }
        }
        let first = rows.read_record(true)?.ok_or_else(|| problem(0, rows.line, RowTrouble::NoHeader))?;
        if look.header_row.is_none() {
            rows.headers = (1..=first.cells.len()).map(|place| format!("column {place}")).collect();
            rows.pending = Some(first);
            return Ok(rows);
        }
        if let Some(trouble) = first.trouble {
            return Err(problem(0, first.line, trouble));
        }
        rows.headers = first.cells.iter().map(|name| name.trim().to_owned()).collect();
        rows.header_problems = HeaderProblem::of(&rows.headers);
        Ok(rows)
    }

    /// The names of the columns, without the spaces around them.
    pub fn headers(&self) -> &[String] {
        &self.headers
    }

    /// What the person should know about the header before columns are mapped.
    pub fn header_problems(&self) -> &[HeaderProblem] {
        &self.header_problems
    }

    /// How many bytes of the file were read so far, for a progress bar.
    pub fn bytes_read(&self) -> u64 {
        self.input.bytes_read()
    }

    /// Goes on so that the next row is `number`, without making the rows between: for an import that is resumed.
    ///
    /// Rows that are behind already stay behind; at the end of the file nothing is left. Fails on fatal problems only.
    pub fn skip_to(&mut self, number: u64) -> Result<(), RowProblem> {
        while !self.ended && self.number + 1 < number {
            if self.pending.take().is_none() && self.read_record(false)?.is_none() {
                self.ended = true;
                break;
            }
            self.number += 1;
            self.check_count()?;
        }
        Ok(())
    }

    fn check_count(&mut self) -> Result<(), RowProblem> {
        if self.number <= self.caps.max_rows {
            return Ok(());
        }
        self.ended = true;
        Err(problem(self.number, self.line, RowTrouble::TooManyRows { limit: self.caps.max_rows }))
    }

    /// Makes a row of a record: as wide as the header, or a problem.
    fn row_of(&mut self, record: Record) -> Result<Row, RowProblem> {
        self.number += 1;
        self.check_count()?;
        let Record { line, mut cells, trouble } = record;
        let number = self.number;
        if let Some(trouble) = trouble {
            let cells = if matches!(trouble, RowTrouble::Nul { .. }) { cells } else { Vec::new() };
            return Err(RowProblem { number, line, trouble, cells });
        }
        let headers = self.headers.len();
        if cells.iter().skip(headers).any(|cell| !cell.is_empty()) {
            let trouble = RowTrouble::TooManyCells { cells: cells.len(), headers };
            return Err(RowProblem { number, line, trouble, cells });
        }
        cells.resize(headers, String::new());
        Ok(Row { number, line, cells })
    }

    /// Reads one record; `None` at the end of the file. Without `keep` its cells are passed over.
    fn read_record(&mut self, keep: bool) -> Result<Option<Record>, RowProblem> {
        let number = if self.headers.is_empty() { 0 } else { self.number + 1 };
        let outcome = self.read_cells(keep);
        outcome.map_err(|(line, trouble)| {
            self.ended = true;
            problem(number, line, trouble)
        })
    }

    fn read_cells(&mut self, keep: bool) -> Result<Option<Record>, (u64, RowTrouble)> {
        self.skip_line_ends()?;
        let (line, begun) = (self.line, self.input.offset());
        let mut record = Record { line, cells: Vec::new(), trouble: None };
        let mut scratch = [0; 4096];
        let (mut cell, mut length, mut count) = (Vec::new(), 0, 0);
        loop {
            let input = self.input.available().map_err(|error| (line, RowTrouble::Unreadable(error)))?;
            let is_end = input.is_empty();
            if is_end && self.input.offset() == begun {
                return Ok(None);
            }
            // At the end of the file a line end completes the row, unless the reader waits for a closing quote.
            let input = if is_end { b"\n" } else { self.input.available().unwrap_or(&[]) };
            let (result, used, wrote) = self.core.read_field(input, &mut scratch);
            if is_end && matches!(result, ReadFieldResult::InputEmpty) {
                return Err((line, RowTrouble::UnclosedQuote));
            }
            if !is_end {
                let seen = input.get(..used).unwrap_or(&[]);
                (self.line, self.after_cr) = count_lines(seen, self.line, self.after_cr);
                self.input.consume(used);
            }
            length += wrote;
            if keep && length <= self.caps.max_cell_bytes {
                cell.extend_from_slice(scratch.get(..wrote).unwrap_or(&[]));
            }
            if self.input.offset() - begun > self.caps.max_row_bytes as u64 {
                return Err((line, RowTrouble::RowTooLong { limit: self.caps.max_row_bytes }));
            }
            let record_end = match result {
                ReadFieldResult::InputEmpty | ReadFieldResult::OutputFull => continue,
                ReadFieldResult::Field { record_end } => record_end,
                ReadFieldResult::End => return Ok(None),
            };
            count += 1;
            if count > self.caps.max_columns {
                return Err((line, RowTrouble::TooManyColumns { limit: self.caps.max_columns }));
            }
            if keep {
                self.finish_cell(&mut record, std::mem::take(&mut cell), length);
            }
            length = 0;
            if record_end {
                break;
            }
        }
        // A fault outweighs what else is wrong: the text of the row is not what the file says.
        if self.input.take_faults() {
            record.trouble = Some(RowTrouble::Undecodable { encoding: self.encoding.name() });
        }
        Ok(Some(record))
    }

    fn finish_cell(&self, record: &mut Record, bytes: Vec<u8>, length: usize) {
        let trouble = if length > self.caps.max_cell_bytes {
            Some(RowTrouble::CellTooLong { column: self.column(record.cells.len()), limit: self.caps.max_cell_bytes })
        } else if bytes.contains(&0) {
            Some(RowTrouble::Nul { column: self.column(record.cells.len()) })
        } else {
            None
        };
        let kept = if length > self.caps.max_cell_bytes { Vec::new() } else { bytes };
        let text = String::from_utf8(kept).unwrap_or_else(|_| {
            record.trouble = Some(RowTrouble::Undecodable { encoding: self.encoding.name() });
            String::new()
        });
        record.cells.push(text);
        record.trouble = record.trouble.take().or(trouble);
    }

    /// What a person calls the column at `index`.
    fn column(&self, index: usize) -> String {
        match self.headers.get(index).filter(|name| !name.is_empty()) {
            Some(name) => format!("`{}`", name.chars().take(60).collect::<String>()),
            None => format!("cell {}", index + 1),
        }
    }

    /// Passes blank lines, so that a row is said to begin where its text begins. As many as a row may be long.
    fn skip_line_ends(&mut self) -> Result<(), (u64, RowTrouble)> {
        let begun = self.input.offset();
        loop {
            let input = self.input.available().map_err(|error| (self.line, RowTrouble::Unreadable(error)))?;
            let ends = input.iter().take_while(|&&byte| byte == b'\n' || byte == b'\r').count();
            (self.line, self.after_cr) = count_lines(input.get(..ends).unwrap_or(&[]), self.line, self.after_cr);
            self.input.consume(ends);
            if ends == 0 {
                return Ok(());
            }
            if self.input.offset() - begun > self.caps.max_row_bytes as u64 {
                return Err((self.line, RowTrouble::RowTooLong { limit: self.caps.max_row_bytes }));
            }
        }
    }
}

impl<R: Read> Iterator for CsvRows<R> {
    type Item = Result<Row, RowProblem>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.ended {
            return None;
        }
        let record = match self.pending.take() {
            Some(record) => record,
            None => match self.read_record(true) {
                Ok(Some(record)) => record,
                Ok(None) => {
                    self.ended = true;
                    return None;
                }
                Err(fatal) => return Some(Err(fatal)),
            },
        };
        Some(self.row_of(record))
    }
}

/// One record as the file has it.
struct Record {
    line: u64,
    cells: Vec<String>,
    trouble: Option<RowTrouble>,
}

fn problem(number: u64, line: u64, trouble: RowTrouble) -> RowProblem {
    RowProblem { number, line, trouble, cells: Vec::new() }
}

/// A reader that is past the start of a file: there it would drop a second byte order mark, which is text by now.
fn reader_within(delimiter: u8) -> csv_core::Reader {
    let mut core = csv_core::ReaderBuilder::new().delimiter(delimiter).build();
    core.read_field(b"\n", &mut [0; 4]);
    core
}

/// The line after `bytes`, where CR, LF and CR LF each end one, and whether the last byte was a CR.
fn count_lines(bytes: &[u8], mut line: u64, mut after_cr: bool) -> (u64, bool) {
    for &byte in bytes {
        if byte == b'\r' || (byte == b'\n' && !after_cr) {
            line += 1;
        }
        after_cr = byte == b'\r';
    }
    (line, after_cr)
}
