//! What holds of every text and of all bytes.
//!
//! Random bytes never panic and never exceed the caps; what we write we read back unchanged.

use crate::data::{CAPS, PLAIN};
use formats::{Caps, Cell, CsvLook, CsvRows, CsvWriter, Encoding, neutralise, restore, sniff};
use proptest::prelude::*;

/// Text in which everything that matters to a spreadsheet is frequent.
fn tricky() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        Just("=".to_owned()),
        Just("'".to_owned()),
        Just("\"".to_owned()),
        Just(";".to_owned()),
        Just("\t".to_owned()),
        Just("\r".to_owned()),
        Just("\n".to_owned()),
        Just(",".to_owned()),
        Just("-".to_owned()),
        Just("＝".to_owned()),
        Just(" ".to_owned()),
        Just("\u{200b}".to_owned()),
        Just("a".to_owned()),
        any::<char>().prop_map(String::from),
    ];
    proptest::collection::vec(piece, 0..12).prop_map(|pieces| pieces.concat())
}

/// Bytes in which everything that matters to a CSV reader is frequent.
fn bytes() -> impl Strategy<Value = Vec<u8>> {
    let byte = prop_oneof![
        3 => proptest::sample::select(&b"\",;\t|\r\n\0a1= \xff\xfe\xef\xbb\xbf\x1b$B"[..]),
        1 => any::<u8>(),
    ];
    proptest::collection::vec(byte, 0..400)
}

/// A naive reading of what is dangerous: split at all that may split, pass over what may be passed over.
fn is_inert(text: &str) -> bool {
    let signs = ['=', '+', '-', '@', '＝', '＋', '－', '＠'];
    text.split([';', '\t', '\r', '\n']).all(|cell| {
        let begin = cell.trim_start_matches(|c: char| c == '"' || c == '\u{200b}' || c.is_whitespace() || c.is_control());
        !begin.starts_with(signs)
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_is_neutralised_is_inert_and_comes_back(text in tricky()) {
        let inert = neutralise(&text);
        prop_assert!(is_inert(&inert), "{inert:?}");
        prop_assert_eq!(restore(&inert), text.as_str());
    }

    #[test]
    fn what_is_neutralised_twice_comes_back_twice(text in tricky()) {
        let once = neutralise(&text).into_owned();
        let twice = neutralise(&once).into_owned();
        let back = restore(&twice).into_owned();
        prop_assert_eq!(restore(&back), text.as_str());
    }

    #[test]
    fn what_we_write_we_read_back(rows in proptest::collection::vec(proptest::collection::vec(tricky(), 3), 0..6), mark: bool) {
        let mut writer = CsvWriter::new(Vec::new(), mark).unwrap();
        writer.start(&["a", "b", "c"]).unwrap();
        for row in &rows {
            let cells: Vec<Cell> = row.iter().map(|text| Cell::text(text.as_str())).collect();
            writer.row(&cells).unwrap();
        }
        let file = writer.finish().unwrap();
        let read: Vec<_> = CsvRows::open(&file[..], &PLAIN, CAPS).unwrap().collect();
        prop_assert_eq!(read.len(), rows.len());
        for (row, written) in read.into_iter().zip(rows) {
            match row {
                Ok(row) => prop_assert_eq!(row.cells.iter().map(|cell| restore(cell).into_owned()).collect::<Vec<_>>(), written),
                Err(problem) => prop_assert!(written.concat().contains('\0'), "{problem}"),
            }
        }
    }

    #[test]
    fn random_bytes_are_rows_or_problems_and_never_a_panic(file in bytes()) {
        let sniffed = sniff(&file);
        let caps = Caps { max_cell_bytes: 20, max_columns: 5, max_row_bytes: 100, max_rows: 8 };
        for look in [sniffed.look(), CsvLook { header_row: None, ..sniffed.look() }, PLAIN] {
            let Ok(mut rows) = CsvRows::open(&file[..], &look, caps) else { continue };
            let width = rows.headers().len();
            let mut number = 0;
            for row in rows.by_ref() {
                number += 1;
                match row {
                    Ok(row) => {
                        prop_assert_eq!((row.number, row.cells.len()), (number, width));
                        prop_assert!(row.cells.iter().all(|cell| cell.len() <= 20 && !cell.contains('\0')));
                    }
                    Err(problem) => prop_assert_eq!(problem.number, number),
                }
            }
            prop_assert!(rows.next().is_none());
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 150, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn every_encoding_takes_any_bytes_in_pieces_of_any_size(file in bytes(), step in 1_usize..9) {
        for encoding in Encoding::choices() {
            let look = CsvLook { encoding, delimiter: b',', header_row: None };
            let whole = CsvRows::open(&file[..], &look, CAPS).map(|rows| format!("{:?}", rows.collect::<Vec<_>>()));
            let pieces = CsvRows::open(Pieces(&file, step), &look, CAPS).map(|rows| format!("{:?}", rows.collect::<Vec<_>>()));
            prop_assert_eq!(format!("{whole:?}"), format!("{pieces:?}"), "{}", encoding);
        }
    }
}

/// A reader that gives a few bytes at a time.
struct Pieces<'a>(&'a [u8], usize);

impl std::io::Read for Pieces<'_> {
    fn read(&mut self, room: &mut [u8]) -> std::io::Result<usize> {
        let count = self.1.min(self.0.len()).min(room.len());
        room[..count].copy_from_slice(&self.0[..count]);
        self.0 = &self.0[count..];
        Ok(count)
    }
}
