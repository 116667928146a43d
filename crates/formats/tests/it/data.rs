//! Finds the shared test data, and reads CSV in few words.
//!
//! The folder is `CASTELLAN_DATA`, or `../shared/data` beside the repository. Without it a test that needs it says so
//! and passes, except under `CI=true`, where a skip is a failure.
//! Not here: what the tests claim.

use formats::{Caps, CsvLook, CsvRows, Encoding, Row, RowProblem, sniff};
use std::path::{Path, PathBuf};

/// The shared data, if it is here.
pub fn folder() -> Option<PathBuf> {
    let named = std::env::var_os("CASTELLAN_DATA").map(PathBuf::from);
    let beside = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data");
    let folder = named.unwrap_or(beside);
    if folder.is_dir() {
        return Some(folder);
    }
    assert!(std::env::var("CI").as_deref() != Ok("true"), "the shared data is missing: {}", folder.display());
    eprintln!("SKIPPED: the shared data is missing: {}", folder.display());
    None
}

/// The files under `folder` with that ending, sorted.
pub fn files(folder: &Path, ending: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(files(&path, ending));
        } else if path.extension().is_some_and(|e| e == ending) {
            found.push(path);
        }
    }
    found.sort();
    found
}

/// Caps of a test: generous, and quick to reach.
pub const CAPS: Caps = Caps { max_cell_bytes: 1 << 20, max_columns: 500, max_row_bytes: 4 << 20, max_rows: 1_000_000 };

/// UTF-8, comma, header in the first row.
pub const PLAIN: CsvLook = CsvLook { encoding: Encoding::Utf8, delimiter: b',', header_row: Some(0) };

/// What a file says, read as it is sniffed.
pub struct Reading {
    pub headers: Vec<String>,
    pub rows: Vec<Row>,
    pub problems: Vec<RowProblem>,
}

/// Reads bytes with a look.
pub fn read(bytes: &[u8], look: CsvLook) -> Result<Reading, RowProblem> {
    let mut rows = CsvRows::open(bytes, &look, CAPS)?;
    let mut reading = Reading { headers: rows.headers().to_vec(), rows: Vec::new(), problems: Vec::new() };
    for row in rows.by_ref() {
        match row {
            Ok(row) => reading.rows.push(row),
            Err(problem) => reading.problems.push(problem),
        }
    }
    Ok(reading)
}

/// Reads bytes as they are sniffed.
pub fn read_sniffed(bytes: &[u8]) -> Result<Reading, RowProblem> {
    read(bytes, sniff(bytes).look())
}

/// What is wrong with the rows of a plain file, in words.
pub fn complaints(text: impl AsRef<[u8]>) -> Vec<String> {
    match read(text.as_ref(), PLAIN) {
        Ok(reading) => reading.problems.iter().map(ToString::to_string).collect(),
        Err(problem) => vec![problem.to_string()],
    }
}

/// The cells of the good rows of a plain file.
pub fn cells(text: impl AsRef<[u8]>) -> Vec<Vec<String>> {
    read(text.as_ref(), PLAIN).unwrap().rows.into_iter().map(|row| row.cells).collect()
}
