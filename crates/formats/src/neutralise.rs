//! Makes text inert for the program that opens a CSV file, and undoes it exactly.
//!
//! The one idea: a *point* is the start of a cell, and each place inside it where a spreadsheet set to another locale
//! might begin a new cell: behind `;`, TAB, CR and LF. (Quoting does not help there: in `a,"b;=1"` read with `;` the
//! quote is not at the start of a cell.) A point is dangerous if, apart from blanks, invisible characters, quotes and
//! apostrophes, a formula sign follows. Each dangerous point gets one apostrophe. Apostrophes and points do not
//! influence each other, so taking one away at each dangerous point is the exact inverse.
//! The comma is no point: we write commas as delimiter, so whoever splits at commas honours our quotes.
//! Not here: numbers and dates we write ourselves; they are typed [`crate::Cell`]s and need none of this.
//! Proved by `tests/it/properties.rs` and `tests/it/exports.rs`.

use std::borrow::Cow;

/// The text with an apostrophe wherever a spreadsheet could start to compute.
///
/// `restore(&neutralise(x)) == x` for every text `x`.
pub fn neutralise(text: &str) -> Cow<'_, str> {
    let mut guarded = String::new();
    let mut copied = 0;
    for point in dangerous_points(text) {
        guarded.push_str(text.get(copied..point).unwrap_or(""));
        guarded.push('\'');
        copied = point;
    }
    if guarded.is_empty() {
        return Cow::Borrowed(text);
    }
    guarded.push_str(text.get(copied..).unwrap_or(""));
    Cow::Owned(guarded)
}

/// The text as it was before [`neutralise`]; a text that it did not touch stays as it is.
pub fn restore(cell: &str) -> Cow<'_, str> {
    let mut plain = String::new();
    let mut copied = 0;
    for point in dangerous_points(cell) {
        if cell.get(point..).is_some_and(|rest| rest.starts_with('\'')) {
            plain.push_str(cell.get(copied..point).unwrap_or(""));
            copied = point + 1;
        }
    }
    if copied == 0 {
        return Cow::Borrowed(cell);
    }
    plain.push_str(cell.get(copied..).unwrap_or(""));
    Cow::Owned(plain)
}

/// The places, in bytes, behind which a formula could begin. One pass, from the left.
fn dangerous_points(text: &str) -> impl Iterator<Item = usize> + '_ {
    // The point whose next telling character is not seen yet.
    let mut open = Some(0);
    text.char_indices().filter_map(move |(at, character)| {
        let found = match character {
            _ if is_sign(character) => open.take(),
            // WHY: spreadsheets drop these at the start of a cell and look at what follows; inside they are line breaks.
            '\t' | '\r' | '\n' if open == Some(0) => open.take(),
            _ => None,
        };
        if is_separator(character) {
            open = Some(at + character.len_utf8());
        } else if !is_passed_over(character) {
            open = None;
        }
        found
    })
}

/// What makes a spreadsheet compute: ASCII, full-width and small forms of `= + - @`.
fn is_sign(character: char) -> bool {
    matches!(character, '=' | '+' | '-' | '@' | '＝' | '＋' | '－' | '＠' | '﹦' | '﹢' | '﹣' | '﹫')
}

/// What may begin a new cell or row for a reader that does not honour our quotes.
fn is_separator(character: char) -> bool {
    matches!(character, ';' | '\t' | '\r' | '\n')
}

/// What a spreadsheet may drop before it decides what a cell is.
fn is_passed_over(character: char) -> bool {
    match character {
        '\t' | '\r' | '\n' => false,
        '"' | '\'' => true,
        '\u{00AD}' | '\u{061C}' | '\u{180E}' | '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}' => true,
        '\u{2060}'..='\u{206F}' | '\u{FE00}'..='\u{FE0F}' | '\u{FEFF}' => true,
        _ => character.is_whitespace() || character.is_control(),
    }
}
