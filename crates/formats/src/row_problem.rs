//! What is wrong with a file, said so that the person can mend it.
//!
//! A [`RowProblem`] names its row; most concern that row alone and reading goes on, a fatal one ends the reading.
//! A [`HeaderProblem`] is for the mapping page: nothing is lost yet, but the person has to choose.
//! Not here: what a value means; that is a problem of the import, not of the file.
//! Proved by `tests/it/problems.rs`.

use std::fmt;
use std::io;

/// One row that could not be read, and why.
#[derive(Debug)]
pub struct RowProblem {
    /// The row, counted from 1 after the header; 0 is the header itself.
    pub number: u64,
    /// The line of the file on which the row begins, counted from 1.
    pub line: u64,
    /// What is wrong.
    pub trouble: RowTrouble,
    /// What the row holds, where it is whole enough to go into an error file: ragged rows and rows with NUL.
    pub cells: Vec<String>,
}

/// The ways in which a row can be wrong.
#[derive(Debug)]
pub enum RowTrouble {
    /// More cells than the header, and the extra ones are not empty.
    TooManyCells {
        /// How many cells the row has.
        cells: usize,
        /// How many the header has.
        headers: usize,
    },
    /// A cell is longer than the cap; reading goes on behind the row.
    CellTooLong {
        /// The header of the cell, or its place.
        column: String,
        /// The cap, in bytes of UTF-8.
        limit: usize,
    },
    /// A cell holds the character NUL.
    Nul {
        /// The header of the cell, or its place.
        column: String,
    },
    /// Some bytes are no text in the chosen encoding.
    Undecodable {
        /// The name of the encoding.
        encoding: &'static str,
    },
    /// A quote was opened and the file ended. Fatal.
    UnclosedQuote,
    /// The row is longer than the cap. Fatal, because most often a quote is not closed.
    RowTooLong {
        /// The cap, in bytes of UTF-8.
        limit: usize,
    },
    /// The row has more cells than the cap. Fatal.
    TooManyColumns {
        /// The cap.
        limit: usize,
    },
    /// The file has more rows than the cap. Fatal.
    TooManyRows {
        /// The cap.
        limit: u64,
    },
    /// The file ends before its header. Fatal.
    NoHeader,
    /// The file could not be read. Fatal.
    Unreadable(io::Error),
}

impl RowProblem {
    /// Whether reading ends here.
    pub fn is_fatal(&self) -> bool {
        match &self.trouble {
            RowTrouble::TooManyCells { .. } | RowTrouble::CellTooLong { .. } | RowTrouble::Nul { .. } | RowTrouble::Undecodable { .. } => {
                self.number == 0
            }
            RowTrouble::UnclosedQuote
            | RowTrouble::RowTooLong { .. }
            | RowTrouble::TooManyColumns { .. }
            | RowTrouble::TooManyRows { .. }
            | RowTrouble::NoHeader
            | RowTrouble::Unreadable(_) => true,
        }
    }
}

impl fmt::Display for RowProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let line = self.line;
        let row = match self.number {
            0 => "the header".to_owned(),
            number => format!("row {number}"),
        };
        match &self.trouble {
            RowTrouble::TooManyCells { cells, headers } => {
                write!(f, "{row} has {cells} cells, the header has {headers}")
            }
            RowTrouble::CellTooLong { column, limit } => {
                write!(f, "{row} has more than {} in {column}", Size(*limit))
            }
            RowTrouble::Nul { column } => write!(f, "{row} has a NUL character in {column}"),
            RowTrouble::Undecodable { encoding } => {
                write!(f, "{row} (line {line}) holds bytes that are not {encoding}")
            }
            RowTrouble::UnclosedQuote => write!(f, "{row} (line {line}) opens a quote that is never closed"),
            RowTrouble::RowTooLong { limit } => {
                write!(f, "{row} (line {line}) is longer than {}, perhaps a quote in it is never closed", Size(*limit))
            }
            RowTrouble::TooManyColumns { limit } => write!(f, "{row} (line {line}) has more than {limit} cells"),
            RowTrouble::TooManyRows { limit } => write!(f, "the file has more than {limit} rows"),
            RowTrouble::NoHeader => write!(f, "the file ends before its header"),
            RowTrouble::Unreadable(_) => write!(f, "the file could not be read beyond {row}"),
        }
    }
}

impl std::error::Error for RowProblem {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        if let RowTrouble::Unreadable(error) = &self.trouble { Some(error) } else { None }
    }
}

/// A number of bytes as people say it.
struct Size(usize);

impl fmt::Display for Size {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            bytes if bytes >= 1 << 20 && bytes % (1 << 20) == 0 => write!(f, "{} MB", bytes >> 20),
            bytes if bytes >= 1 << 10 && bytes % (1 << 10) == 0 => write!(f, "{} KB", bytes >> 10),
            bytes => write!(f, "{bytes} bytes"),
        }
    }
}

/// Something about the header that the person has to know before columns are mapped.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum HeaderProblem {
    /// Two columns have the same name, apart from case and spaces.
    Duplicate {
        /// The name as it stands at the second place.
        name: String,
        /// The first column of that name, counted from 1.
        first: usize,
        /// The later column, counted from 1.
        again: usize,
    },
    /// A column has no name.
    Empty {
        /// Which one, counted from 1.
        column: usize,
    },
}

impl HeaderProblem {
    /// Everything that is wrong with `headers`.
    pub(crate) fn of(headers: &[String]) -> Vec<HeaderProblem> {
        let mut seen = std::collections::HashMap::new();
        let mut problems = Vec::new();
        for (column, name) in (1..).zip(headers) {
            let key = name.trim().to_lowercase();
            if key.is_empty() {
                problems.push(HeaderProblem::Empty { column });
                continue;
            }
            match seen.entry(key) {
                std::collections::hash_map::Entry::Vacant(place) => {
                    place.insert(column);
                }
                std::collections::hash_map::Entry::Occupied(place) => {
                    problems.push(HeaderProblem::Duplicate { name: name.clone(), first: *place.get(), again: column });
                }
            }
        }
        problems
    }
}

impl fmt::Display for HeaderProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            HeaderProblem::Duplicate { name, first, again } => {
                write!(f, "columns {first} and {again} are both called `{name}`")
            }
            HeaderProblem::Empty { column } => write!(f, "column {column} has no name"),
        }
    }
}
