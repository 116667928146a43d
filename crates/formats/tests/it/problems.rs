//! Everything that may be wrong with a CSV file, and the words for it.
//!
//! One bad row never costs its neighbours: each test also looks at what is read behind it.

use crate::data::{CAPS, PLAIN, cells, complaints, read};
use formats::{Caps, CsvLook, CsvRows, Encoding, HeaderProblem, RowTrouble};

#[test]
fn a_row_with_more_cells_than_the_header_is_named_and_kept_for_the_error_file() {
    let file = "a,b\n1,2\n3,4,5\n6,7\n";
    assert_eq!(complaints(file), ["row 2 has 3 cells, the header has 2"]);
    assert_eq!(cells(file), [["1", "2"], ["6", "7"]]);
    let problem = read(file.as_bytes(), PLAIN).unwrap().problems.remove(0);
    assert_eq!((problem.number, problem.line), (2, 3));
    assert_eq!(problem.cells, ["3", "4", "5"]);
    assert!(!problem.is_fatal());
}

#[test]
fn superfluous_empty_cells_are_no_problem_and_missing_ones_are_empty() {
    let file = "a,b\n1,2,,,\n3\n";
    assert!(complaints(file).is_empty());
    assert_eq!(cells(file), [["1", "2"], ["3", ""]]);
}

#[test]
fn stray_quotes_are_read_as_characters() {
    let file = "a,b\n5\" pipe,x\n\"half\" quoted,y\n";
    assert!(complaints(file).is_empty());
    assert_eq!(cells(file), [["5\" pipe", "x"], ["half quoted", "y"]]);
}

#[test]
fn a_cell_with_nul_is_refused_by_name() {
    let file = "name,city\nAnn,Oslo\nB\0b,Rome\nCy,Bonn\n";
    assert_eq!(complaints(file), ["row 2 has a NUL character in `name`"]);
    assert_eq!(cells(file), [["Ann", "Oslo"], ["Cy", "Bonn"]]);
}

#[test]
fn bytes_that_are_no_text_refuse_their_row_only() {
    let file = b"a,b\n1,2\nM\xfcller,x\n3,4\n";
    assert_eq!(complaints(file), ["row 2 (line 3) holds bytes that are not UTF-8"]);
    assert_eq!(cells(file), [["1", "2"], ["3", "4"]]);
}

#[test]
fn bytes_that_an_old_encoding_leaves_unassigned_are_refused_too() {
    let look = CsvLook { encoding: Encoding::named("windows-1252").unwrap(), ..PLAIN };
    let reading = read(b"a\ncaf\xe9\n\x81\nok\n", look).unwrap();
    assert_eq!(reading.rows.iter().map(|row| row.cells[0].as_str()).collect::<Vec<_>>(), ["café", "ok"]);
    assert_eq!(reading.problems[0].to_string(), "row 2 (line 3) holds bytes that are not windows-1252");
}

#[test]
fn ten_megabytes_in_one_cell_refuse_their_row_only() {
    let caps = Caps { max_cell_bytes: 1 << 20, max_row_bytes: 32 << 20, ..CAPS };
    let file = format!("a,notes\n1,\"{}\"\n2,short\n", "x".repeat(10 << 20));
    let results: Vec<_> = CsvRows::open(file.as_bytes(), &PLAIN, caps).unwrap().collect();
    assert_eq!(results[0].as_ref().unwrap_err().to_string(), "row 1 has more than 1 MB in `notes`");
    assert_eq!(results[1].as_ref().unwrap().cells, ["2", "short"]);
    assert_eq!(results.len(), 2);
}

#[test]
fn a_cell_of_exactly_the_cap_is_read() {
    let caps = Caps { max_cell_bytes: 5000, ..CAPS };
    let file = format!("a\n{}\n{}\n", "x".repeat(5000), "x".repeat(5001));
    let results: Vec<_> = CsvRows::open(file.as_bytes(), &PLAIN, caps).unwrap().collect();
    assert_eq!(results[0].as_ref().unwrap().cells[0].len(), 5000);
    assert_eq!(results[1].as_ref().unwrap_err().to_string(), "row 2 has more than 5000 bytes in `a`");
}

#[test]
fn a_quote_that_is_never_closed_ends_the_reading_with_the_row_it_is_in() {
    let file = "a,b\n1,2\n\"3,4\n5,6\n";
    assert_eq!(complaints(file), ["row 2 (line 3) opens a quote that is never closed"]);
    assert_eq!(cells(file), [["1", "2"]]);
    let problem = read(file.as_bytes(), PLAIN).unwrap().problems.remove(0);
    assert!(problem.is_fatal());
    for closed in ["a\n\"x\"", "a\n\"x\"\n", "a\n\"x\"\r\n", "a\n\"x\"\"\"", "a\nx\"", "a\nx,\n"] {
        assert!(complaints(closed).is_empty(), "{closed:?}");
    }
    for open in ["a\n\"", "a\n\"x\"\"", "a\nx,\"", "a\n\"\n\n"] {
        assert_eq!(complaints(open), ["row 1 (line 2) opens a quote that is never closed"], "{open:?}");
    }
}

#[test]
fn too_many_columns_and_too_many_rows_end_the_reading() {
    let wide = format!("a\n{}\n", ",".repeat(500));
    assert_eq!(complaints(wide), ["row 1 (line 2) has more than 500 cells"]);
    let caps = Caps { max_rows: 2, ..CAPS };
    let results: Vec<_> = CsvRows::open(&b"a\n1\n2\n3\n4\n"[..], &PLAIN, caps).unwrap().collect();
    assert_eq!(results.len(), 3);
    assert_eq!(results[2].as_ref().unwrap_err().to_string(), "the file has more than 2 rows");
}

#[test]
fn a_file_that_ends_before_its_header_is_refused() {
    for (file, header_row) in [("", Some(0)), ("\n\r\n\n", Some(0)), ("title\n", Some(1)), ("", None)] {
        let problem = read(file.as_bytes(), CsvLook { header_row, ..PLAIN }).err().unwrap();
        assert!(matches!(problem.trouble, RowTrouble::NoHeader) && problem.is_fatal());
        assert_eq!(problem.to_string(), "the file ends before its header");
    }
}

#[test]
fn a_header_that_cannot_be_read_refuses_the_file() {
    let problem = read(b"na\xefme,b\n1,2\n", PLAIN).err().unwrap();
    assert!(problem.is_fatal());
    assert_eq!(problem.to_string(), "the header (line 1) holds bytes that are not UTF-8");
    assert_eq!(complaints("a\0,b\n1,2\n"), ["the header has a NUL character in cell 1"]);
}

#[test]
fn duplicate_and_empty_headers_are_told_before_anything_is_mapped() {
    let rows = CsvRows::open(&b"Email,email, EMAIL ,,Owner\n"[..], &PLAIN, CAPS).unwrap();
    assert_eq!(rows.headers(), ["Email", "email", "EMAIL", "", "Owner"]);
    assert_eq!(
        rows.header_problems(),
        [
            HeaderProblem::Duplicate { name: "email".into(), first: 1, again: 2 },
            HeaderProblem::Duplicate { name: "EMAIL".into(), first: 1, again: 3 },
            HeaderProblem::Empty { column: 4 },
        ]
    );
    let words: Vec<String> = rows.header_problems().iter().map(ToString::to_string).collect();
    assert_eq!(words[0], "columns 1 and 2 are both called `email`");
    assert_eq!(words[2], "column 4 has no name");
}

#[test]
fn a_file_without_header_has_numbered_columns_and_loses_no_row() {
    let reading = read(b"1,2\n3,4\n", CsvLook { header_row: None, ..PLAIN }).unwrap();
    assert_eq!(reading.headers, ["column 1", "column 2"]);
    assert_eq!(reading.rows.iter().map(|row| row.number).collect::<Vec<_>>(), [1, 2]);
}

#[test]
fn rows_and_lines_are_counted_as_an_editor_counts_them() {
    let file = "a,b\r\n\r\n1,\"x\r\ny\"\r\n\n2,z\r3,w\n";
    let reading = read(file.as_bytes(), PLAIN).unwrap();
    let places: Vec<_> = reading.rows.iter().map(|row| (row.number, row.line)).collect();
    assert_eq!(places, [(1, 3), (2, 6), (3, 7)]);
}

#[test]
fn a_resumed_reading_goes_on_where_it_was() {
    let file: String = std::iter::once("n,text\n".to_owned())
        .chain((1..=1000).map(|n| if n % 7 == 0 { format!("{n},a,b,c\n") } else { format!("{n},\"x\ny\"\n") }))
        .collect();
    let whole: Vec<String> = read_as_words(CsvRows::open(file.as_bytes(), &PLAIN, CAPS).unwrap());
    for start in [0, 1, 2, 7, 8, 500, 1000, 1001, 5000] {
        for header_row in [Some(0), None] {
            let look = CsvLook { header_row, ..PLAIN };
            let all = read_as_words(CsvRows::open(file.as_bytes(), &look, CAPS).unwrap());
            let mut rows = CsvRows::open(file.as_bytes(), &look, CAPS).unwrap();
            rows.skip_to(start).unwrap();
            let from = (start.max(1) as usize - 1).min(all.len());
            assert_eq!(read_as_words(rows), all[from..], "from {start}");
        }
    }
    assert_eq!(whole.len(), 1000);
}

fn read_as_words(rows: CsvRows<&[u8]>) -> Vec<String> {
    rows.map(|row| format!("{row:?}")).collect()
}

#[test]
fn a_reader_that_fails_is_a_fatal_problem_with_its_cause() {
    struct Torn(usize);
    impl std::io::Read for Torn {
        fn read(&mut self, room: &mut [u8]) -> std::io::Result<usize> {
            self.0 += 1;
            if self.0 > 2 {
                return Err(std::io::Error::other("the disk is gone"));
            }
            room[..4].copy_from_slice(b"a,b\n");
            Ok(4)
        }
    }
    let results: Vec<_> = CsvRows::open(Torn(0), &PLAIN, CAPS).unwrap().collect();
    let problem = results.last().unwrap().as_ref().unwrap_err();
    assert!(problem.is_fatal());
    assert_eq!(std::error::Error::source(problem).unwrap().to_string(), "the disk is gone");
}
