//! Delimiter, header and line ends are guessed as a person would.
//!
//! Real files are in `real_files.rs`, encodings in `encodings.rs`.

use formats::{HeaderGuess, LineEnd, sniff};

fn delimiter(text: &str) -> char {
    char::from(sniff(text.as_bytes()).delimiter)
}

fn header_line(text: &str) -> Option<(u64, u64)> {
    match sniff(text.as_bytes()).header {
        HeaderGuess::Row { index, line } => Some((index, line)),
        HeaderGuess::None => None,
    }
}

#[test]
fn the_delimiter_is_what_cuts_the_rows_evenly() {
    assert_eq!(delimiter("a,b,c\n1,2,3\n"), ',');
    assert_eq!(delimiter("a;b;c\n1;2;3\n"), ';');
    assert_eq!(delimiter("a\tb\n1\t2\n"), '\t');
    assert_eq!(delimiter("1|a|x\n2|b|y\n"), '|');
    assert_eq!(delimiter("name;price\nx;1,5\ny;2,5\n"), ';');
    assert_eq!(delimiter("1,5;2,5\n1,6;2,7\n"), ';');
    assert_eq!(delimiter("name,notes\nAnn,a; b\nBob,c; d\n"), ',');
    assert_eq!(delimiter("name;address\nAnn;\"Rose Lane, 5, York\"\nBob;\"a, b\"\n"), ';');
}

#[test]
fn one_column_is_read_with_commas() {
    assert_eq!(delimiter("name\nAnn\nBob\n"), ',');
    assert_eq!(delimiter(""), ',');
}

#[test]
fn the_header_is_found_below_titles_and_blank_rows() {
    assert_eq!(header_line("a,b\n1,2\n"), Some((0, 1)));
    assert_eq!(header_line("\n\n\na,b\n1,2\n"), Some((0, 4)));
    assert_eq!(header_line("My list,,\n,,\nname,city,zip\nAnn,Oslo,1\n"), Some((2, 3)));
    assert_eq!(header_line("Exported today\r\r\rYear,Make,Model\r1997,Ford,E350\r"), Some((1, 4)));
    assert_eq!(header_line("\"a\r\ntitle\",\r\nname,city\r\nAnn,Oslo\r\n"), Some((0, 1)));
}

#[test]
fn values_in_the_first_row_mean_that_there_is_no_header() {
    for text in ["1,2,3\n", "1|Alexandria|NSW\n2|Coffs Harbour|NSW\n", "ann@x.example,Ann\n", "Ann,2024-01-31\n", "", "\n"] {
        assert_eq!(header_line(text), None, "{text:?}");
        assert!(!sniff(text.as_bytes()).has_header_guess());
    }
}

#[test]
fn line_ends_are_told_apart_and_those_in_quotes_do_not_count() {
    for (text, expected) in [
        ("a,b\r\n\"x\ny\",2\r\n", LineEnd::CrLf),
        ("a\n1\n", LineEnd::Lf),
        ("a\r1\r", LineEnd::Cr),
        ("a\r\n1\n", LineEnd::Mixed),
        ("a", LineEnd::None),
    ] {
        assert_eq!(sniff(text.as_bytes()).line_end, expected, "{text:?}");
    }
}

#[test]
fn a_head_that_is_cut_in_a_row_or_a_character_is_guessed_all_the_same() {
    let file = format!("name;notes\n{}", "Zoë;\"a, b, c\"\n".repeat(10_000));
    for cut in [65_530, 65_531, 65_532, 65_533, 65_534, 65_535, 65_536] {
        let sniffed = sniff(&file.as_bytes()[..cut]);
        assert_eq!((sniffed.encoding.name(), sniffed.delimiter, sniffed.is_encoding_certain), ("UTF-8", b';', true));
    }
}
