//! Guesses how a file is to be read, from its first 64 KiB.
//!
//! The guess is shown to the person with a preview, and every part of it can be overridden: [`Sniffed::look`] is only
//! where [`crate::CsvLook`] starts from. A wrong guess costs a click, never a character: reading refuses what it
//! cannot decode.
//! The work is in `sniff/charset.rs` (which encoding) and `sniff/layout.rs` (delimiter, header, line ends).
//! Not here: reading rows (`csv_rows`). Proved by `tests/it/sniffing.rs`, `encodings.rs` and `real_files.rs`.

mod charset;
mod layout;

use crate::csv_rows::CsvLook;
use crate::decoded::Decoded;
use crate::encoding::Encoding;

/// How many bytes at the start of a file are enough for a guess.
pub const HEAD: usize = 64 * 1024;

/// What a file seems to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sniffed {
    /// The encoding; [`Encoding::name`] is for people.
    pub encoding: Encoding,
    /// Whether a byte order mark stands at the start.
    pub bom: bool,
    /// Whether the encoding is known, by its mark or because nothing else fits, and not a guess from letters.
    pub is_encoding_certain: bool,
    /// The delimiter: one of `,` `;` TAB `|`.
    pub delimiter: u8,
    /// How lines end outside of quotes.
    pub line_end: LineEnd,
    /// Where the header seems to be.
    pub header: HeaderGuess,
}

impl Sniffed {
    /// Whether the file seems to have a header.
    pub fn has_header_guess(&self) -> bool {
        matches!(self.header, HeaderGuess::Row { .. })
    }

    /// How to read the file if the guess is right.
    pub fn look(&self) -> CsvLook {
        let header_row = match self.header {
            HeaderGuess::Row { index, .. } => Some(index),
            HeaderGuess::None => None,
        };
        CsvLook { encoding: self.encoding, delimiter: self.delimiter, header_row }
    }
}

/// How lines end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LineEnd {
    /// CR LF, as Windows does.
    CrLf,
    /// LF, as Unix does.
    Lf,
    /// CR, as old Macintoshes did.
    Cr,
    /// More than one of them.
    Mixed,
    /// The text has no line end.
    None,
}

/// Where the header is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HeaderGuess {
    /// In this row; instructions, titles and blank rows stand above it.
    Row {
        /// The row, counted from 0; blank lines are none. What [`CsvLook`] takes.
        index: u64,
        /// The line of the file on which it begins, counted from 1. For people.
        line: u64,
    },
    /// The first row is data already.
    None,
}

/// Guesses how the file that begins with `head` is to be read. Any bytes will do; [`HEAD`] of them are looked at.
pub fn sniff(head: &[u8]) -> Sniffed {
    let head = head.get(..HEAD).unwrap_or(head);
    let found = charset::guess(head);
    let text = decode(head, found.encoding);
    let delimiter = layout::delimiter(&text);
    Sniffed {
        encoding: found.encoding,
        bom: found.encoding.mark_length(head) > 0,
        is_encoding_certain: found.is_certain,
        delimiter,
        line_end: layout::line_end(&text),
        header: layout::header(&text, delimiter),
    }
}

/// The head as text, with U+FFFD where it is none: good enough to look at, never to keep.
fn decode(head: &[u8], encoding: Encoding) -> String {
    let mut bytes = Vec::with_capacity(head.len());
    if let Ok(mut decoded) = Decoded::new(head, encoding) {
        while let Ok(some) = decoded.available() {
            if some.is_empty() {
                break;
            }
            bytes.extend_from_slice(some);
            let count = some.len();
            decoded.consume(count);
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}
