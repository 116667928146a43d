//! Finding by words: what is found, in which order, and what is never found.
//!
//! Not here: which tables are searched. Start reading at [`the_exact_name_comes_first_then_names_that_begin_so_then_the_newest`].

use super::{Things, cells, name_of, removing, with_things};
use security::Actor;
use store::records::search;

fn found(things: &Things<'_>, actor: &Actor, words: &str, limit: usize) -> (Vec<String>, bool) {
    let hits = things.read(actor, "things", |tx, read| search(tx, read, words, limit));
    (hits.records.iter().map(name_of).collect(), hits.maybe_more)
}

fn all(things: &Things<'_>, words: &str) -> Vec<String> {
    found(things, &things.all(), words, 50).0
}

#[test]
fn the_exact_name_comes_first_then_names_that_begin_so_then_the_newest() {
    with_things(|things| {
        for name in ["The old oak", "Oak table", "Oak", "An oak too", "Oaken", "Soak"] {
            things.named(name);
        }
        assert_eq!(all(things, "oak"), ["Oak", "Oak table", "Oaken", "An oak too", "The old oak"]);
        assert_eq!(all(things, "OAK ta"), ["Oak table"]);
        assert_eq!(all(things, "old th"), ["The old oak"], "words stand in any order, each as a beginning");
        let (names, more) = found(things, &things.all(), "oak", 3);
        assert_eq!((names.len(), more), (3, true));
        let (names, more) = found(things, &things.all(), "oak", 5);
        assert_eq!((names.len(), more), (5, false));
    });
}

#[test]
fn words_of_every_searched_column_are_found_and_of_no_secured_one() {
    with_things(|things| {
        things.put(&[
            ("name", "Box".into()),
            ("nick", "Ärmel-Kiste".into()),
            ("note", "holds Straße signs, №5".into()),
            ("secret", "buried treasure".into()),
        ]);
        for words in ["armel", "kiste", "ÄRMEL", "strasse", "holds sig", "no5", "№5", "box kiste holds"] {
            assert_eq!(all(things, words), ["Box"], "{words}");
        }
        for words in ["buried", "treasure", "ox", "armelkiste", "box nothing", "", "   ", "-", "%", "*"] {
            assert_eq!(all(things, words), [""; 0], "{words}");
        }
    });
}

#[test]
fn a_change_is_found_by_its_new_words_only_and_what_is_gone_not_at_all() {
    with_things(|things| {
        let id = things.put(&[("name", "Alpha".into()), ("note", "first".into())]);
        things.set(id, &[("name", "Beta".into())]);
        assert_eq!((all(things, "alpha").len(), all(things, "beta").len(), all(things, "first").len()), (0, 1, 1));
        things.set(id, &[("note", catalogue::Value::Null)]);
        assert_eq!((all(things, "first").len(), all(things, "beta").len()), (0, 1));
        let group = removing::remove(things, &[id]);
        assert_eq!(all(things, "beta").len(), 0);
        removing::restore(things, group).unwrap();
        assert_eq!((all(things, "beta"), all(things, "bet").len()), (vec!["Beta".to_owned()], 1));
    });
}

#[test]
fn only_what_the_reader_may_read_is_found() {
    with_things(|things| {
        things.named("Oak of Ann");
        things.put_for(things.at.bob, things.at.north, cells("things", &[("name", "Oak".into())]));
        assert_eq!(found(things, &things.ann(), "oak", 9), (vec!["Oak of Ann".to_owned()], false));
        assert_eq!(found(things, &things.bob(), "oak", 9), (vec!["Oak".to_owned()], false));
        assert_eq!(found(things, &things.bob(), "ann", 9), (vec![], false));
    });
}

#[test]
fn nothing_that_is_typed_is_a_query() {
    with_things(|things| {
        things.named("ab cd");
        things.named("not near or");
        let typed = [
            "\"",
            "'",
            "*",
            "ab*",
            "\"ab",
            "ab\" OR \"x",
            "NEAR(ab cd)",
            "ab AND cd",
            "ab NOT cd",
            "-ab",
            "ab:*",
            "ab & cd",
            "!ab",
            "ab | x",
            "a\\b",
            "(ab",
            "name:ab",
            "{ab}",
            "^ab",
            "+ab",
            "ab\0cd",
            "\0",
            "a\u{10D00}b",
            "\u{10D00}",
            "\u{1F980}",
            "ⒶⒷ",
            "ab 'x':*B",
        ];
        for words in typed {
            let _ = all(things, words);
        }
        assert_eq!(all(things, "\"ab\""), ["ab cd"]);
        assert_eq!(all(things, "ab*cd"), ["ab cd"]);
        assert_eq!(all(things, "NOT"), ["not near or"]);
        assert_eq!(all(things, "or"), ["not near or"]);
        let endless = "x".repeat(5000);
        assert_eq!(all(things, &endless), [""; 0]);
        let many = "ab ".repeat(2000);
        assert_eq!(all(things, &many), ["ab cd"]);
    });
}

#[test]
fn words_in_every_script_are_found() {
    with_things(|things| {
        for name in ["Ωμέγα", "Пётр Чайковский", "東京タワー", "ภาษาไทย", "हिन्दी", "עברית", "İstanbul", "a\u{10D00}b", "𝒳ylophon"]
        {
            things.named(name);
            assert_eq!(all(things, name), [name], "{name}");
        }
        assert_eq!(all(things, "чай"), ["Пётр Чайковский"]);
        assert_eq!(all(things, "петр"), ["Пётр Чайковский"]);
        assert_eq!(all(things, "istan"), ["İstanbul"]);
    });
}
