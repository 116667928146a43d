//! Writes rows as an Excel workbook, in constant memory.
//!
//! Text is written as string cells, which Excel never computes, so nothing is neutralised. Numbers that a workbook
//! would round (more than 15 digits) and days it cannot hold (before March 1900) are written as text: nothing is lost.
//! A text that does not fit is an error that names its place, not a cut text.
//! LIMIT: the rows are spooled unencrypted in an unnamed file under the given folder until `finish`.
//! Not here: charts, formulas, colours. Start reading at [`XlsxWriter::row`]. Proved by `tests/it/exports.rs`.

use crate::cell::{Cell, MONEY_DIGITS};
use crate::sheet_writer::WriteProblem;
use rust_xlsxwriter::{Format, Workbook, Worksheet};
use std::io::{self, Seek, Write};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;

/// Rows a worksheet holds, the header among them.
pub const XLSX_ROWS: u64 = 1_048_576;
/// Columns a worksheet holds.
pub const XLSX_COLUMNS: usize = 16_384;
/// Characters a cell holds, in UTF-16 units.
pub const XLSX_CELL: usize = 32_767;

/// Whole numbers up to here are exact in a workbook, which keeps 15 digits.
const EXACT: u64 = 999_999_999_999_999;
/// 1900-03-01 in days since 1970: before it the day numbers of Excel are wrong.
const FIRST_DAY: i64 = -25_508;
/// 9999-12-31 in days since 1970.
const LAST_DAY: i64 = 2_932_896;
/// What Excel calls 1970-01-01.
const EPOCH: f64 = 25_569.0;
const MICROS_A_DAY: f64 = 86_400_000_000.0;

/// A workbook with one sheet in the making.
pub struct XlsxWriter<W> {
    out: W,
    workbook: Workbook,
    headers: Vec<String>,
    widths: Vec<usize>,
    rows: u64,
    looks: Looks,
}

struct Looks {
    header: Format,
    money: Format,
    date: Format,
    moment: Format,
}

impl<W: Write + Seek + Send> XlsxWriter<W> {
    /// Begins a workbook with one sheet; characters a sheet's name may not have become blanks.
    ///
    /// `spool` is an existing folder for the rows until [`XlsxWriter::finish`]: nothing is left there in the end.
    pub fn new(out: W, spool: &Path, sheet: &str) -> Result<XlsxWriter<W>, WriteProblem> {
        let mut workbook = Workbook::new();
        workbook.set_tempdir(spool)?;
        shielded(|| {
            let name: String = sheet.replace(['[', ']', ':', '*', '?', '/', '\\', '\''], " ").chars().take(31).collect();
            let name = name.trim();
            let worksheet = workbook.add_worksheet_with_constant_memory();
            worksheet.set_name(if name.is_empty() { "Export" } else { name })?;
            worksheet.set_freeze_panes(1, 0)?;
            Ok(())
        })?;
        let looks = Looks {
            header: Format::new().set_bold(),
            money: Format::new().set_num_format("#,##0.00"),
            date: Format::new().set_num_format("yyyy-mm-dd"),
            moment: Format::new().set_num_format("yyyy-mm-dd hh:mm:ss"),
        };
        Ok(XlsxWriter { out, workbook, headers: Vec::new(), widths: Vec::new(), rows: 0, looks })
    }

    /// Writes the header, bold and frozen.
    pub fn start(&mut self, headers: &[&str]) -> Result<(), WriteProblem> {
        if headers.len() > XLSX_COLUMNS {
            return Err(WriteProblem::TooManyColumns { columns: headers.len() });
        }
        self.headers = headers.iter().map(|&name| name.to_owned()).collect();
        self.widths = headers.iter().map(|name| width(name)).collect();
        for name in headers {
            check_length(name, 0, name)?;
        }
        let sheet = self.workbook.worksheet_from_index(0)?;
        shielded(|| {
            for (column, name) in (0..).zip(headers) {
                sheet.write_string_with_format(0, column, *name, &self.looks.header)?;
            }
            Ok(())
        })
    }

    /// Writes one row, as wide as the header.
    pub fn row(&mut self, cells: &[Cell<'_>]) -> Result<(), WriteProblem> {
        let row = self.rows + 1;
        WriteProblem::check_width(row, cells.len(), self.headers.len())?;
        if row >= XLSX_ROWS {
            return Err(WriteProblem::TooManyRows { limit: XLSX_ROWS - 1 });
        }
        for (cell, column) in cells.iter().zip(&self.headers) {
            if let Cell::Text(text) = cell {
                check_length(text, row, column)?;
            }
        }
        let line = u32::try_from(row).map_err(|_| WriteProblem::TooManyRows { limit: XLSX_ROWS - 1 })?;
        let sheet = self.workbook.worksheet_from_index(0)?;
        let (looks, widths) = (&self.looks, &mut self.widths);
        shielded(|| {
            for ((column, cell), widest) in (0..).zip(cells).zip(widths) {
                *widest = (*widest).max(write_cell(sheet, line, column, cell, looks)?);
            }
            Ok(())
        })?;
        self.rows = row;
        Ok(())
    }

    /// Completes the workbook and gives the output back.
    pub fn finish(mut self) -> Result<W, WriteProblem> {
        let sheet = self.workbook.worksheet_from_index(0)?;
        for (column, &characters) in (0..).zip(&self.widths) {
            sheet.set_column_width(column, (characters + 2).clamp(8, 60) as f64)?;
        }
        let (workbook, out) = (&mut self.workbook, &mut self.out);
        shielded(|| Ok(workbook.save_to_writer(&mut *out)?))?;
        self.out.flush()?;
        Ok(self.out)
    }
}

/// Writes one cell and says how many characters it shows.
fn write_cell(sheet: &mut Worksheet, row: u32, column: u16, cell: &Cell<'_>, looks: &Looks) -> Result<usize, WriteProblem> {
    let shown = cell.plain();
    match cell {
        Cell::Empty => return Ok(0),
        Cell::YesNo(yes) => sheet.write_boolean(row, column, *yes)?,
        Cell::Integer(number) if number.unsigned_abs() <= EXACT => sheet.write_number(row, column, *number as f64)?,
        Cell::Decimal { scaled, .. } if scaled.unsigned_abs() <= EXACT => {
            sheet.write_number(row, column, shown.parse::<f64>().unwrap_or_default())?
        }
        Cell::Money(scaled) if scaled.unsigned_abs() <= EXACT => {
            let amount = *scaled as f64 / f64::from(10_u32.pow(MONEY_DIGITS));
            sheet.write_number_with_format(row, column, amount, &looks.money)?
        }
        Cell::Date(days) if (FIRST_DAY..=LAST_DAY).contains(days) => {
            sheet.write_number_with_format(row, column, *days as f64 + EPOCH, &looks.date)?
        }
        Cell::DateTime(micros) if (FIRST_DAY..=LAST_DAY).contains(&micros.div_euclid(MICROS_A_DAY as i64)) => {
            let serial = *micros as f64 / MICROS_A_DAY + EPOCH;
            sheet.write_number_with_format(row, column, serial, &looks.moment)?
        }
        Cell::Text(_) | Cell::Integer(_) | Cell::Decimal { .. } | Cell::Money(_) | Cell::Date(_) | Cell::DateTime(_) => {
            sheet.write_string(row, column, shown.as_ref())?
        }
    };
    Ok(width(&shown))
}

fn check_length(text: &str, row: u64, column: &str) -> Result<(), WriteProblem> {
    if text.len() <= XLSX_CELL {
        return Ok(());
    }
    let length = text.encode_utf16().count();
    if length <= XLSX_CELL {
        return Ok(());
    }
    Err(WriteProblem::CellTooLong { row, column: column.chars().take(60).collect(), length })
}

/// How wide the first line of a text is, in characters, as far as it matters.
fn width(text: &str) -> usize {
    text.lines().next().unwrap_or("").chars().take(60).count()
}

/// Runs a step of the workbook's making; that the spool cannot be written comes back as an error.
///
/// WHY: `rust_xlsxwriter` panics when its temporary file fails, for instance on a full disk.
fn shielded<T>(step: impl FnOnce() -> Result<T, WriteProblem>) -> Result<T, WriteProblem> {
    catch_unwind(AssertUnwindSafe(step))
        .unwrap_or_else(|_| Err(WriteProblem::Io(io::Error::other("the spool of the workbook cannot be written"))))
}
