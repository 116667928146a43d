//! How people and programs write values, and what is refused in words.

use catalogue::{Catalogue, Kind, Table, Value};
use crm::values::{DateForm, decimal_text, moment_text, parse_day, parse_decimal, parse_json, parse_moment, parse_text, to_text};
use serde_json::json;

fn catalogue() -> Catalogue {
    catalogue::standard::catalogue().unwrap()
}

fn table<'c>(catalogue: &'c Catalogue, set: &str) -> &'c Table {
    catalogue.find(set).unwrap()
}

#[test]
fn numbers_are_read_as_people_write_them() {
    for (written, hundredths) in [
        ("1234.5", 123_450),
        ("1,234.50", 123_450),
        ("1.234,50", 123_450),
        ("$ 1,234", 123_400),
        ("$7,450,000.00 ", 745_000_000),
        ("(12.00)", -1_200),
        ("-0.07", -7),
        ("\u{2212}5", -500),
        ("3,5", 350),
        ("1 234,00", 123_400),
        ("0", 0),
        (".5", 50),
    ] {
        assert_eq!(parse_decimal(written, 2), Ok(hundredths), "{written}");
    }
}

#[test]
fn what_is_no_number_or_would_lose_digits_is_refused() {
    for written in ["", "twelve", "1,2,3", "1.2.3", "12,34,567.0", "--1", "1e5", "0x10", "99999999999999999999"] {
        assert!(parse_decimal(written, 2).is_err(), "{written}");
    }
    assert_eq!(parse_decimal("0.005", 2), Err("`0.005` has more than 2 digits behind the point".into()));
    assert_eq!(parse_decimal("1.5", 0), Err("`1.5` is not a whole number".into()));
}

#[test]
fn a_number_comes_back_as_it_was_kept() {
    for scaled in [0, 1, -1, 10_000, -123_456, i64::MAX, i64::MIN + 1] {
        assert_eq!(parse_decimal(&decimal_text(scaled, 4, 2), 4), Ok(scaled));
    }
    assert_eq!(decimal_text(-5, 4, 2), "-0.0005");
    assert_eq!(decimal_text(120_000, 4, 2), "12.00");
}

#[test]
fn dates_are_read_in_the_order_the_file_says() {
    assert_eq!(parse_day("2026-11-22", DateForm::Ymd), parse_day("22.11.2026", DateForm::Dmy));
    assert_eq!(parse_day("11/22/2026", DateForm::Mdy), parse_day("22/11/2026", DateForm::Dmy));
    assert_eq!(parse_day("1996-07-04 00:00:00.000", DateForm::Mdy), parse_day("4.7.1996", DateForm::Dmy), "a year in front is a year");
    assert!(parse_day("31/02/2026", DateForm::Dmy).is_err());
    assert!(parse_day("3/4/26", DateForm::Mdy).is_err(), "a year has four digits");
    assert!(parse_day("2026-11-22 09:30", DateForm::Ymd).is_err(), "a moment is no day");
}

#[test]
fn moments_are_utc_unless_they_say_otherwise() {
    let noon = parse_moment("2026-11-22T12:00:00Z", DateForm::Ymd).unwrap();
    assert_eq!(parse_moment("2026-11-22T13:00:00+01:00", DateForm::Ymd), Ok(noon));
    assert_eq!(parse_moment("11/22/2026 12:00 PM", DateForm::Mdy), Ok(noon));
    assert_eq!(parse_moment("2026-11-22 12:00:00.000", DateForm::Ymd), Ok(noon));
    assert_eq!(parse_moment(&moment_text(noon), DateForm::Ymd), Ok(noon));
    assert!(parse_moment("2026-11-22 25:00", DateForm::Ymd).is_err());
}

#[test]
fn every_kind_is_imported_as_it_was_exported() {
    let catalogue = catalogue();
    for table in catalogue.tables() {
        for column in &table.columns {
            let value = match &column.kind {
                Kind::Text(_) | Kind::Memo(_) | Kind::AutoNumber { .. } => Value::from("Ünïcode, \"quoted\"\nline"),
                Kind::Email(_) => "a@b.example".into(),
                Kind::Phone(_) => "+1 555 0100".into(),
                Kind::Url(_) => "https://a.example".into(),
                Kind::Integer { max, .. } => Value::Int((*max).min(42)),
                Kind::Decimal { .. } | Kind::Money | Kind::MoneyBase => Value::Int(-123_456),
                Kind::YesNo => Value::Int(1),
                Kind::Choice(options) => Value::Int(options.last().unwrap().value),
                Kind::MultiChoice(options) => options.iter().map(|o| o.value.to_string()).collect::<Vec<_>>().join(",").into(),
                Kind::Date => Value::Int(20_000),
                Kind::DateTime => Value::Int(1_772_442_000_123_456),
                Kind::Lookup(_) | Kind::Owner | Kind::Id | Kind::File => continue,
            };
            let back = parse_text(&catalogue, column, &to_text(column, &value), DateForm::Ymd);
            assert_eq!(back.as_ref(), Ok(&value), "{}.{}", table.set, column.name);
        }
    }
}

#[test]
fn the_api_says_what_belongs_where() {
    let catalogue = catalogue();
    let contacts = table(&catalogue, "contacts");
    let column = |name: &str| contacts.find(name).unwrap();
    assert_eq!(parse_json(&catalogue, column("last_name"), &json!(5)), Err("here belongs text".into()));
    assert_eq!(parse_json(&catalogue, column("state"), &json!("asleep")).unwrap_err(), "`asleep` is not one of: active, inactive");
    assert_eq!(parse_json(&catalogue, column("account"), &json!("nonsense")), Err("not an id".into()));
    assert_eq!(parse_json(&catalogue, column("last_name"), &json!("")), Ok((Value::Null, None)), "empty text is nothing");
    let tasks = table(&catalogue, "tasks");
    let message = parse_json(&catalogue, tasks.find("regarding").unwrap(), &json!("01a2010b-1c7c-7c5b-80a8-3763b86514e5")).unwrap_err();
    assert!(message.starts_with("name the `set` too"), "{message}");
}
