//! The text is the truth, or the row is refused: never a wrong character.
//!
//! The texts of known encoding are Wikipedia pages in the shared data; CSV files in Unicode are made here in each form.

use crate::data::{folder, read, read_sniffed};
use formats::{CsvLook, Encoding, sniff};

const TEXT: &str = "name,city\nZoë,Köln\nАнна,Київ\n山田,東京\n🦀,\"a\nb\"\n";

fn utf16(text: &str, mark: &[u8], bytes: fn(u16) -> [u8; 2]) -> Vec<u8> {
    [mark.to_vec(), text.encode_utf16().flat_map(bytes).collect()].concat()
}

fn utf32(text: &str, mark: &[u8], bytes: fn(u32) -> [u8; 4]) -> Vec<u8> {
    [mark.to_vec(), text.chars().map(u32::from).flat_map(bytes).collect()].concat()
}

#[test]
fn unicode_is_recognised_in_every_form_with_and_without_mark() {
    let forms: [(&str, bool, Vec<u8>); 13] = [
        ("UTF-8", false, TEXT.into()),
        ("UTF-8", true, format!("\u{feff}{TEXT}").into()),
        ("UTF-16LE", false, utf16(TEXT, b"", u16::to_le_bytes)),
        ("UTF-16LE", true, utf16(TEXT, b"\xff\xfe", u16::to_le_bytes)),
        ("UTF-16BE", false, utf16(TEXT, b"", u16::to_be_bytes)),
        ("UTF-16BE", true, utf16(TEXT, b"\xfe\xff", u16::to_be_bytes)),
        ("UTF-32LE", false, utf32(TEXT, b"", u32::to_le_bytes)),
        ("UTF-32LE", true, utf32(TEXT, b"\xff\xfe\0\0", u32::to_le_bytes)),
        ("UTF-32LE", true, utf32(TEXT, b"\xff\xfe", u32::to_le_bytes)),
        ("UTF-32LE", true, utf32(TEXT, b"\xfe\xff", u32::to_le_bytes)),
        ("UTF-32BE", false, utf32(TEXT, b"", u32::to_be_bytes)),
        ("UTF-32BE", true, utf32(TEXT, b"\0\0\xfe\xff", u32::to_be_bytes)),
        ("UTF-32BE", true, utf32(TEXT, b"\xfe\xff", u32::to_be_bytes)),
    ];
    for (name, bom, bytes) in forms {
        let sniffed = sniff(&bytes);
        assert_eq!((sniffed.encoding.name(), sniffed.bom, sniffed.is_encoding_certain), (name, bom, true), "{bytes:x?}");
        let reading = read_sniffed(&bytes).unwrap();
        assert!(reading.problems.is_empty(), "{name}: {:?}", reading.problems);
        assert_eq!(reading.headers, ["name", "city"]);
        let cells: Vec<_> = reading.rows.iter().flat_map(|row| &row.cells).collect();
        assert_eq!(cells, ["Zoë", "Köln", "Анна", "Київ", "山田", "東京", "🦀", "a\nb"], "{name}");
    }
}

#[test]
fn cyrillic_in_utf16_without_mark_is_recognised() {
    let text = "имя,город\nАнна,Київ\n".repeat(20);
    assert_eq!(sniff(&utf16(&text, b"", u16::to_le_bytes)).encoding.name(), "UTF-16LE");
    assert_eq!(sniff(&utf16(&text, b"", u16::to_be_bytes)).encoding.name(), "UTF-16BE");
}

#[test]
fn a_lone_surrogate_refuses_its_row_only() {
    let mut file = utf16("a\n1\n", b"\xff\xfe", u16::to_le_bytes);
    file.extend([0x00, 0xD8, 0x0A, 0x00]);
    file.extend(utf16("2\n", b"", u16::to_le_bytes));
    let reading = read_sniffed(&file).unwrap();
    assert_eq!(reading.rows.iter().map(|row| row.cells[0].as_str()).collect::<Vec<_>>(), ["1", "2"]);
    assert_eq!(reading.problems[0].to_string(), "row 2 (line 3) holds bytes that are not UTF-16LE");
}

#[test]
fn a_file_cut_in_a_character_refuses_its_last_row() {
    for (name, file) in [
        ("UTF-8", b"a\n1\nx\xe2\x82".to_vec()),
        ("UTF-16LE", [utf16("a\n1\nx", b"\xff\xfe", u16::to_le_bytes), vec![0x41]].concat()),
        ("UTF-32BE", [utf32("a\n1\nx", b"\0\0\xfe\xff", u32::to_be_bytes), vec![0, 0]].concat()),
    ] {
        let reading = read_sniffed(&file).unwrap();
        assert_eq!(reading.rows.len(), 1, "{name}");
        assert_eq!(reading.problems[0].to_string(), format!("row 2 (line 3) holds bytes that are not {name}"));
    }
}

#[test]
fn japanese_in_seven_bits_is_recognised() {
    let (bytes, _, _) = encoding_rs::ISO_2022_JP.encode("x");
    assert_eq!(sniff(&bytes).encoding, Encoding::Utf8);
    let file = b"a,b\n\x1b$B;3ED\x1b(B,\x1b$BB@O:\x1b(B\n";
    assert_eq!(sniff(file).encoding.name(), "ISO-2022-JP");
    assert_eq!(read_sniffed(file).unwrap().rows[0].cells, ["山田", "太郎"]);
}

#[test]
fn every_encoding_a_person_may_choose_is_found_by_its_name() {
    let choices = Encoding::choices();
    assert_eq!(choices.len(), 30);
    for encoding in choices {
        assert_eq!(Encoding::named(encoding.name()), Some(encoding));
        assert_eq!(Encoding::named(&encoding.name().to_uppercase()), Some(encoding));
    }
    assert_eq!(Encoding::named("latin1").unwrap().name(), "windows-1252");
    for nonsense in ["", "klingon", "replacement", "x-user-defined", "utf-7"] {
        assert_eq!(Encoding::named(nonsense), None, "{nonsense}");
    }
}

#[test]
fn texts_of_known_encoding_are_read_as_they_were_written() {
    let Some(data) = folder() else { return };
    let truths = [
        ("arabic-1", "windows-1256"),
        ("arabic", "utf-8"),
        ("bulgarian", "utf-8"),
        ("chinese", "big5"),
        ("english.bom", "utf-8"),
        ("french-1", "windows-1252"),
        ("french", "utf-8"),
        ("greek-2", "windows-1253"),
        ("greek", "windows-1253"),
        ("hebrew-2", "windows-1255"),
        ("hebrew-3", "windows-1255"),
        ("korean", "euc-kr"),
        ("polish", "utf-8"),
        ("russian-2", "utf-8"),
        ("russian-3", "utf-8"),
        ("russian", "x-mac-cyrillic"),
        ("spanish", "utf-8"),
        ("turkish", "windows-1254"),
    ];
    let folder = data.join("csv-torture/encodings");
    assert_eq!(std::fs::read_dir(&folder).unwrap().count(), truths.len());
    for (name, truth) in truths {
        let bytes = std::fs::read(folder.join(format!("sample-{name}.txt"))).unwrap();
        let truth = encoding_rs::Encoding::for_label(truth.as_bytes()).unwrap();
        let (text, _, broken) = truth.decode(&bytes);
        assert!(!broken);
        let expected: Vec<&str> = text.split(['\r', '\n']).filter(|line| !line.is_empty()).collect();
        // A delimiter that does not occur, so that a row is a line; quotes are as the CSV reader has them.
        let look = CsvLook { encoding: sniff(&bytes).encoding, delimiter: 0x01, header_row: None };
        let reading = read(&bytes, look).unwrap();
        assert!(reading.problems.is_empty(), "{name}: {:?}", reading.problems);
        let lines: Vec<&str> = reading.rows.iter().map(|row| row.cells[0].as_str()).collect();
        if text.lines().any(|line| line.starts_with('"')) {
            assert_eq!(lines.concat().replace('"', ""), expected.concat().replace('"', ""), "{name}");
        } else {
            assert_eq!(lines, expected, "{name}");
        }
    }
}
