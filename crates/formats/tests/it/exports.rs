//! What we write is what was meant, in both formats, and opening it runs nothing.
//!
//! Workbooks are read back with another library. The property that every text comes back is in `properties.rs`.

use calamine::{Data, Reader, Xlsx};
use formats::{Cell, SheetWriter, WriteProblem, XLSX_ROWS, XlsxWriter};
use std::io::Cursor;

const HEADERS: [&str; 8] = ["name", "count", "rate", "amount", "active", "day", "moment", "=evil"];

/// 2026-03-01 in days, and 12:30 on that day in microseconds.
const DAY: i64 = 20_513;
const MOMENT: i64 = (DAY * 24 * 60 + 12 * 60 + 30) * 60 * 1_000_000;

fn row(text: &str) -> [Cell<'_>; 8] {
    [
        Cell::text(text),
        Cell::Integer(-2),
        Cell::Decimal { scaled: -12_500, digits: 4 },
        Cell::Money(74_500_000_000),
        Cell::YesNo(true),
        Cell::Date(DAY),
        Cell::DateTime(MOMENT),
        Cell::Empty,
    ]
}

fn csv(rows: &[Vec<Cell<'_>>], headers: &[&str], mark: bool) -> String {
    let mut writer = SheetWriter::csv(Cursor::new(Vec::new()), mark).unwrap();
    writer.start(headers).unwrap();
    for row in rows {
        writer.row(row).unwrap();
    }
    String::from_utf8(writer.finish().unwrap().into_inner()).unwrap()
}

fn workbook() -> SheetWriter<Cursor<Vec<u8>>> {
    SheetWriter::xlsx(Cursor::new(Vec::new()), &std::env::temp_dir(), "Contacts").unwrap()
}

fn sheet(rows: &[Vec<Cell<'_>>], headers: &[&str]) -> Vec<Vec<Data>> {
    let mut writer = workbook();
    writer.start(headers).unwrap();
    for row in rows {
        writer.row(row).unwrap();
    }
    read_back(writer.finish().unwrap())
}

fn read_back(file: Cursor<Vec<u8>>) -> Vec<Vec<Data>> {
    let mut book = Xlsx::new(Cursor::new(file.into_inner())).unwrap();
    assert_eq!(book.sheet_names(), ["Contacts"]);
    let formulas = book.worksheet_formula("Contacts").unwrap();
    assert!(formulas.used_cells().all(|(_, _, formula)| formula.is_empty()));
    book.worksheet_range("Contacts").unwrap().rows().map(<[Data]>::to_vec).collect()
}

#[test]
fn csv_is_typed_where_we_write_and_neutralised_where_people_wrote() {
    let file = csv(&[row("-2").to_vec(), row("a \"b\"\nc").to_vec()], &HEADERS, false);
    assert_eq!(
        file,
        "name,count,rate,amount,active,day,moment,'=evil\r\n\
         '-2,-2,-1.2500,7450000.00,true,2026-03-01,2026-03-01T12:30:00Z,\r\n\
         \"a \"\"b\"\"\nc\",-2,-1.2500,7450000.00,true,2026-03-01,2026-03-01T12:30:00Z,\r\n"
    );
}

#[test]
fn csv_begins_with_the_mark_if_asked() {
    assert_eq!(csv(&[], &["a"], true), "\u{feff}a\r\n");
    assert_eq!(csv(&[], &["a"], false), "a\r\n");
}

#[test]
fn numbers_and_days_are_exact_at_their_ends() {
    for (cell, text) in [
        (Cell::Money(5), "0.0005"),
        (Cell::Money(-5_000), "-0.50"),
        (Cell::Money(12_345_600), "1234.56"),
        (Cell::Money(i64::MIN), "-922337203685477.5808"),
        (Cell::Decimal { scaled: 7, digits: 0 }, "7"),
        (Cell::Decimal { scaled: -7, digits: 3 }, "-0.007"),
        (Cell::Decimal { scaled: i64::MAX, digits: 99 }, "9.223372036854775807"),
        (Cell::Integer(i64::MIN), "-9223372036854775808"),
        (Cell::Date(0), "1970-01-01"),
        (Cell::Date(-719_162), "0001-01-01"),
        (Cell::Date(11_016), "2000-02-29"),
        (Cell::Date(2_932_896), "9999-12-31"),
        (Cell::DateTime(-1), "1969-12-31T23:59:59.999999Z"),
        (Cell::DateTime(1_500_000), "1970-01-01T00:00:01.5Z"),
        (Cell::text(""), ""),
    ] {
        assert_eq!(cell.plain(), text);
    }
    assert!(!Cell::Date(i64::MAX).plain().is_empty());
    assert!(!Cell::DateTime(i64::MIN).plain().is_empty());
}

#[test]
fn a_workbook_holds_types_and_inert_text() {
    let evil = "=HYPERLINK(\"http://evil.example\")";
    let rows = sheet(&[row(evil).to_vec(), row("_x0041_ & <b>").to_vec()], &HEADERS);
    assert_eq!(rows.len(), 3);
    assert_eq!(rows[0][7], Data::String("=evil".into()));
    assert_eq!(rows[1][0], Data::String(evil.into()));
    assert_eq!(rows[1][1], Data::Float(-2.0));
    assert_eq!(rows[1][2], Data::Float(-1.25));
    assert_eq!(rows[1][3], Data::Float(7_450_000.0));
    assert_eq!(rows[1][4], Data::Bool(true));
    let Data::DateTime(day) = &rows[1][5] else { panic!("{:?}", rows[1][5]) };
    assert_eq!(day.as_f64(), 46_082.0);
    let Data::DateTime(moment) = &rows[1][6] else { panic!("{:?}", rows[1][6]) };
    assert!((moment.as_f64() - 46_082.520_833_333).abs() < 1e-6);
    assert!(rows[2][0].to_string().contains("& <b>"));
}

#[test]
fn what_a_workbook_would_round_is_written_as_text() {
    let cells = vec![
        Cell::Integer(999_999_999_999_999),
        Cell::Integer(1_000_000_000_000_000),
        Cell::Money(i64::MAX),
        Cell::Decimal { scaled: i64::MIN, digits: 2 },
        Cell::Date(-30_000),
        Cell::DateTime(i64::MAX),
    ];
    let rows = sheet(&[cells], &["a", "b", "c", "d", "e", "f"]);
    assert_eq!(rows[1][0], Data::Float(999_999_999_999_999.0));
    assert_eq!(rows[1][1], Data::String("1000000000000000".into()));
    assert_eq!(rows[1][2], Data::String("922337203685477.5807".into()));
    assert_eq!(rows[1][3], Data::String("-92233720368547758.08".into()));
    assert_eq!(rows[1][4], Data::String("1887-11-12".into()));
    assert!(matches!(rows[1][5], Data::String(_)));
}

#[test]
fn a_text_that_does_not_fit_a_workbook_is_named_and_not_cut() {
    let fits = "é".repeat(32_767);
    let rows = sheet(&[vec![Cell::text(fits.as_str())]], &["notes"]);
    assert_eq!(rows[1][0], Data::String(fits));
    let long = "x".repeat(32_768);
    let mut writer = workbook();
    writer.start(&["name", "notes"]).unwrap();
    writer.row(&[Cell::text("Ann"), Cell::text("ok")]).unwrap();
    let problem = writer.row(&[Cell::text("Bob"), Cell::text(long.as_str())]).unwrap_err();
    assert_eq!(problem.to_string(), "row 2 has 32768 characters in `notes`, a cell of a workbook holds 32,767; export as CSV instead");
    let pairs = "🦀".repeat(16_384);
    assert!(matches!(
        writer.row(&[Cell::text("Bob"), Cell::text(pairs.as_str())]),
        Err(WriteProblem::CellTooLong { row: 2, length: 32_768, .. })
    ));
}

#[test]
fn a_workbook_ends_at_its_last_row() {
    let mut writer = XlsxWriter::new(Cursor::new(Vec::new()), &std::env::temp_dir(), "s").unwrap();
    writer.start(&["n"]).unwrap();
    for _ in 1..XLSX_ROWS {
        writer.row(&[Cell::Empty]).unwrap();
    }
    let problem = writer.row(&[Cell::Empty]).unwrap_err();
    assert_eq!(problem.to_string(), "a workbook holds 1048575 rows; export fewer, or as CSV");
    let many = vec!["c"; 16_385];
    assert!(matches!(workbook().start(&many), Err(WriteProblem::TooManyColumns { columns: 16_385 })));
}

#[test]
fn a_row_of_another_width_than_the_header_is_refused() {
    let mut files = [SheetWriter::csv(Cursor::new(Vec::new()), false).unwrap(), workbook()];
    for writer in &mut files {
        writer.start(&["a", "b"]).unwrap();
        let problem = writer.row(&[Cell::Integer(1)]).unwrap_err();
        assert_eq!(problem.to_string(), "row 1 has 1 cells, the header has 2");
    }
}

#[test]
fn a_sheet_may_be_called_anything() {
    for name in ["", "'", "a/b\\c*[d]:e?", "History", &"x".repeat(200), "名前", "  "] {
        let mut writer = XlsxWriter::new(Cursor::new(Vec::new()), &std::env::temp_dir(), name).unwrap();
        writer.start(&["a"]).unwrap();
        writer.finish().unwrap();
    }
}

#[test]
fn an_output_that_fails_is_an_error() {
    struct Full;
    impl std::io::Write for Full {
        fn write(&mut self, _: &[u8]) -> std::io::Result<usize> {
            Err(std::io::ErrorKind::StorageFull.into())
        }
        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }
    impl std::io::Seek for Full {
        fn seek(&mut self, _: std::io::SeekFrom) -> std::io::Result<u64> {
            Ok(0)
        }
    }
    let files = [SheetWriter::csv(Full, false).unwrap(), SheetWriter::xlsx(Full, &std::env::temp_dir(), "s").unwrap()];
    for mut writer in files {
        writer.start(&["a"]).unwrap();
        writer.row(&[Cell::Integer(1)]).unwrap();
        assert!(writer.finish().is_err());
    }
    assert!(SheetWriter::xlsx(Full, std::path::Path::new("/nowhere/at/all"), "s").is_err());
}
