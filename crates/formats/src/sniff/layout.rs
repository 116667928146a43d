//! Delimiter, header and line ends of a text.
//!
//! The delimiter is the one that cuts the rows most evenly into most cells. The header is the first row that fills at
//! least half of the columns, unless it holds numbers, dates or addresses: then the file has none.
//! Not here: the encoding. Proved by `tests/it/sniffing.rs`.

use super::{HeaderGuess, LineEnd};

/// Rows looked at.
const ROWS: usize = 200;
/// Rows in which the header is looked for.
const TOP: usize = 30;
const CANDIDATES: [u8; 4] = *b",;\t|";

struct Sample {
    line: u64,
    cells: Vec<String>,
}

impl Sample {
    fn filled(&self) -> usize {
        self.cells.iter().filter(|cell| !cell.trim().is_empty()).count()
    }
}

/// The delimiter of `text`; a comma when nothing tells.
pub(super) fn delimiter(text: &str) -> u8 {
    let mut best = (0.0, b',');
    for candidate in CANDIDATES {
        let score = evenness(text, candidate);
        if score > best.0 {
            best = (score, candidate);
        }
    }
    best.1
}

/// How evenly a delimiter cuts the rows: 0 if hardly ever, more with more cells.
fn evenness(text: &str, delimiter: u8) -> f64 {
    let widths: Vec<usize> = samples(text, delimiter).iter().filter(|row| row.filled() > 0).map(|row| row.cells.len()).collect();
    let count_of = |width: usize| widths.iter().filter(|&&other| other == width).count();
    let Some(common) = widths.iter().copied().filter(|&width| width > 1).max_by_key(|&width| (count_of(width), width)) else {
        return 0.0;
    };
    let share = count_of(common) as f64 / widths.len() as f64;
    let score = share * (1.0 + (common as f64).ln());
    let first_fits = widths.first().is_some_and(|&first| first == common);
    match delimiter {
        // WHY: `1,5;2,5` is cut evenly by both; a file that any other delimiter cuts without exception does not mean commas.
        b';' | b'\t' | b'|' if first_fits && widths.len() > 1 && count_of(common) == widths.len() => score + 100.0,
        _ if first_fits => score,
        _ => score / 2.0,
    }
}

/// Where the header is.
pub(super) fn header(text: &str, delimiter: u8) -> HeaderGuess {
    let rows = samples(text, delimiter);
    let top = rows.get(..TOP.min(rows.len())).unwrap_or(&[]);
    let fullest = top.iter().map(Sample::filled).max().unwrap_or(0);
    let candidate = (0..).zip(top).find(|(_, row)| row.filled() > 0 && row.filled() * 2 >= fullest);
    match candidate {
        Some((index, row)) if !row.cells.iter().any(|cell| is_value(cell)) => HeaderGuess::Row { index, line: row.line },
        _ => HeaderGuess::None,
    }
}

/// Whether a cell holds a number, a date, a mail or web address: what no column is called.
fn is_value(cell: &str) -> bool {
    let cell = cell.trim();
    let digits = cell.chars().filter(char::is_ascii_digit).count();
    let is_numeric = digits > 0 && cell.chars().all(|c| c.is_ascii_digit() || " .,:/-+()$€£%TZ".contains(c) || c == '\u{a0}');
    let is_mail = cell.split_once('@').is_some_and(|(name, host)| !name.is_empty() && host.contains('.') && !cell.contains(' '));
    is_numeric || is_mail || cell.starts_with("http://") || cell.starts_with("https://")
}

/// How lines end outside of quotes.
pub(super) fn line_end(text: &str) -> LineEnd {
    let (mut crlf, mut lf, mut cr) = (0_usize, 0_usize, 0_usize);
    let mut quoted = false;
    let mut bytes = text.bytes().peekable();
    while let Some(byte) = bytes.next() {
        match byte {
            b'"' => quoted = !quoted,
            b'\r' if !quoted && bytes.peek() == Some(&b'\n') => {
                bytes.next();
                crlf += 1;
            }
            b'\r' if !quoted => cr += 1,
            b'\n' if !quoted => lf += 1,
            _ => {}
        }
    }
    match (crlf, lf, cr) {
        (0, 0, 0) => LineEnd::None,
        (_, 0, 0) => LineEnd::CrLf,
        (0, _, 0) => LineEnd::Lf,
        (0, 0, _) => LineEnd::Cr,
        _ => LineEnd::Mixed,
    }
}

/// The first rows of `text`; the last one is left out if it may be cut off.
fn samples(text: &str, delimiter: u8) -> Vec<Sample> {
    let mut reader = csv::ReaderBuilder::new().delimiter(delimiter).has_headers(false).flexible(true).from_reader(text.as_bytes());
    let mut rows: Vec<Sample> = Vec::new();
    let (mut line, mut counted) = (1_u64, 0_usize);
    for record in reader.records().take(ROWS).map_while(Result::ok) {
        let begin = record.position().map_or(counted, |position| position.byte() as usize);
        let blank = text.get(begin..).unwrap_or("").bytes().take_while(|&b| b == b'\n' || b == b'\r').count();
        line += line_ends(text.get(counted..begin + blank).unwrap_or(""));
        counted = begin + blank;
        rows.push(Sample { line, cells: record.iter().map(str::to_owned).collect() });
    }
    let is_cut = reader.is_done() && text.len() > super::HEAD / 2;
    if is_cut && rows.len() > 2 {
        rows.pop();
    }
    rows
}

fn line_ends(text: &str) -> u64 {
    let feeds = text.bytes().filter(|&byte| byte == b'\n').count();
    let returns = text.bytes().filter(|&byte| byte == b'\r').count();
    let pairs = text.matches("\r\n").count();
    (feeds + returns - pairs) as u64
}
