//! A value comes back from both databases as it went in.
//!
//! Each kind of column is filled with the edges of what it can hold, written, read, changed, and read again.
//! Not here: what a person may type (`crates/crm/tests/it/main.rs`). Start reading at
//! [`every_value_comes_back_as_it_went_in`].

use crate::records::{cells, column, table, text, with_things};
use catalogue::{RowId, Value};
use uuid::Uuid;

const NUMBERS: [i64; 8] = [0, 1, -1, 42, i64::MAX, i64::MIN, 1 << 53, i32::MAX as i64 + 1];

fn ids() -> [Value; 3] {
    [1, u128::MAX, 0x0190_0000_0000_7000_8000_0000_0000_0001].map(|n| Value::Id(RowId(Uuid::from_u128(n))))
}

fn texts() -> Vec<Value> {
    let long = "ä".repeat(100_000);
    [
        "a",
        " a ",
        "NULL",
        "0",
        "true",
        "'",
        "\"",
        "\\",
        "\\x41",
        "$1 ?1",
        "%",
        "a\tb\r\nc",
        "日本 🦀",
        "\u{FEFF}a",
        "\u{202E}rtl",
        "\u{10FFFF}",
        &long,
    ]
    .map(text)
    .to_vec()
}

#[test]
fn every_value_comes_back_as_it_went_in() {
    with_things(|things| {
        let mut all: Vec<(&str, Value)> = Vec::new();
        for name in ["size", "price", "price_base", "day", "at", "kind", "is_blue"] {
            all.extend(NUMBERS.map(|n| (name, Value::Int(n))));
        }
        for name in ["name", "nick", "note", "secret"] {
            all.extend(texts().into_iter().map(|t| (name, t)));
        }
        for name in ["friend", "keeper", "picture", "currency"] {
            all.extend(ids().map(|id| (name, id)));
        }
        for (name, value) in all {
            let read = |id| {
                let row = things.get(&things.all(), "things", id).unwrap();
                row.get(column("things", name)).cloned()
            };
            let secured = table("things").find(name).unwrap().secured;
            let shown = |value: &Value| if secured { None } else { Some(value.clone()) };
            let id = things.put(&[(name, value.clone())]);
            assert_eq!(read(id), shown(&value), "{name}");
            things.set(id, &[(name, Value::Null)]);
            assert_eq!(read(id), shown(&Value::Null), "{name}");
            things.set(id, &[(name, value.clone())]);
            assert_eq!(read(id), shown(&value), "{name}");
        }
    });
}

#[test]
fn text_is_kept_composed_without_the_character_that_no_database_holds_and_never_empty() {
    with_things(|things| {
        let kept = |value: &str| {
            let id = things.put_for(things.at.ann, things.at.sales, cells("things", &[("name", text(value)), ("note", text(value))]));
            let row = things.get(&things.all(), "things", id).unwrap();
            assert_eq!(row.get(column("things", "name")), row.get(column("things", "note")));
            row.get(column("things", "name")).cloned().unwrap()
        };
        assert_eq!(kept("A\u{308}"), text("Ä"));
        assert_eq!(kept("a\0b"), text("ab"));
        assert_eq!((kept(""), kept("\0")), (Value::Null, Value::Null));
    });
}
