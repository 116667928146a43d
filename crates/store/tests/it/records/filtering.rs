//! What a condition means: true or false, text by its key, relations under their own permit.
//!
//! Not here: the words of the API. Start reading at [`conditions_mean_in_sql_what_they_mean_in_memory`].

use super::{Things, column, pointing, table, text, with_things};
use crate::both::MORNING;
use crate::worlds::Dice;
use catalogue::{RowId, Value, text as keys};
use security::{Privilege, permit};
use store::records::{Filter, Path, Test, count, find};

fn on(name: &str, test: Test) -> Filter<'static> {
    Filter::Column(column("things", name), test)
}

fn not(filter: Filter<'_>) -> Filter<'_> {
    Filter::Not(Box::new(filter))
}

fn is(name: &str, value: impl Into<Value>) -> Filter<'static> {
    on(name, Test::In(vec![value.into()]))
}

#[test]
fn an_empty_cell_matches_null_and_negations_only() {
    with_things(|things| {
        things.put(&[("name", "empty".into())]);
        things.put(&[("name", "five".into()), ("size", 5.into()), ("nick", "Five".into()), ("tags", "1,2".into())]);
        let five = [
            on("size", Test::In(vec![5.into(), 6.into()])),
            on("size", Test::Lt(6.into())),
            on("size", Test::Le(5.into())),
            on("size", Test::Gt(4.into())),
            on("size", Test::Ge(5.into())),
            on("size", Test::Within(5.into(), 6.into())),
            on("nick", Test::Begins("fi".into())),
            on("nick", Test::Ends("VE".into())),
            on("nick", Test::Contains("iv".into())),
            on("tags", Test::Has(2)),
        ];
        for filter in five {
            let said = format!("{filter:?}");
            assert_eq!(things.matching(filter), ["five"], "{said}");
        }
        assert_eq!(things.matching(on("size", Test::Null)), ["empty"]);
        assert_eq!(things.matching(not(on("size", Test::Null))), ["five"]);
        assert_eq!(things.matching(not(is("size", 5))), ["empty"]);
        assert_eq!(things.matching(not(on("nick", Test::Begins("x".into())))), ["empty", "five"]);
        assert_eq!(things.matching(not(not(is("size", 5)))), ["five"]);
    });
}

#[test]
fn a_condition_that_nothing_can_meet_is_false_and_its_negation_true() {
    with_things(|things| {
        things.put(&[("name", "empty".into())]);
        things.put(&[("name", "five".into()), ("size", 5.into())]);
        let never = || {
            [
                on("size", Test::In(vec![])),
                on("size", Test::In(vec![Value::Null])),
                on("size", Test::Lt(Value::Null)),
                on("size", Test::Ge(Value::Null)),
                on("size", Test::Within(Value::Null, 9.into())),
                on("size", Test::Within(1.into(), Value::Null)),
                on("nick", Test::In(vec![text("")])),
                Filter::Any(Vec::new()),
            ]
        };
        for filter in never() {
            let said = format!("{filter:?}");
            assert_eq!(things.matching(filter), [""; 0], "{said}");
        }
        for filter in never() {
            let said = format!("{filter:?}");
            assert_eq!(things.matching(not(filter)), ["empty", "five"], "not {said}");
        }
        assert_eq!(things.matching(on("size", Test::In(vec![Value::Null, 5.into()]))), ["five"]);
        assert_eq!(things.matching(not(on("size", Test::In(vec![Value::Null, 6.into()])))), ["empty", "five"]);
        assert_eq!(things.matching(Filter::All(Vec::new())), ["empty", "five"]);
    });
}

#[test]
fn text_is_compared_by_its_key() {
    with_things(|things| {
        for name in ["Ärger", "ARGER ", "Straße", "ﬁsch", "Ｗｉｄｅ", "日本"] {
            things.put(&[("name", name.into())]);
        }
        assert_eq!(things.matching(is("name", "arger")).len(), 2);
        assert_eq!(things.matching(is("name", "A\u{308}RGER")).len(), 2);
        assert_eq!(things.matching(is("name", "STRASSE")), ["Straße"]);
        assert_eq!(things.matching(on("name", Test::Begins("FI".into()))), ["ﬁsch"]);
        assert_eq!(things.matching(on("name", Test::Contains("id".into()))), ["Ｗｉｄｅ"]);
        assert_eq!(things.matching(on("name", Test::Ends("本".into()))), ["日本"]);
        assert_eq!(things.matching(on("name", Test::Ge(text("ÄRGER")))).len(), 6);
    });
}

#[test]
fn nothing_in_a_text_is_a_pattern_or_a_statement() {
    let nasty =
        ["100%", "100 ", "a_b", "axb", "c\\d", "cd", "'; DROP TABLE things; --", "\"things\"", "?1 $1 :x @y", "\u{1F980}%\u{10FFFF}", "*"];
    with_things(|things| {
        for name in nasty {
            things.named(name);
        }
        for name in nasty {
            let name = name.trim();
            let only = |filter: Filter<'_>| things.matching(filter).iter().map(|n| n.trim().to_owned()).collect::<Vec<_>>();
            assert_eq!(only(is("name", name)), [name]);
            let also = |holds: &dyn Fn(&str) -> bool| {
                let mut all: Vec<&str> = nasty.iter().map(|n| n.trim()).filter(|n| holds(&keys::key(n))).collect();
                all.sort_by_key(|n| keys::key(n));
                all
            };
            let key = keys::key(name);
            assert_eq!(only(on("name", Test::Begins(name.into()))), also(&|n| n.starts_with(&key)), "begins with {name}");
            assert_eq!(only(on("name", Test::Ends(name.into()))), also(&|n| n.ends_with(&key)), "ends with {name}");
            assert_eq!(only(on("name", Test::Contains(name.into()))), also(&|n| n.contains(&key)), "contains {name}");
        }
        assert_eq!(things.matching(on("name", Test::Contains("%".into()))).len(), 2);
        assert_eq!(things.matching(on("name", Test::Contains("_".into()))), ["a_b"]);
        assert_eq!(things.matching(on("name", Test::Contains("\\".into()))), ["c\\d"]);
        assert_eq!(things.matching(Filter::All(Vec::new())).len(), nasty.len());
    });
}

#[test]
fn a_character_that_no_text_holds_is_looked_for_like_none() {
    with_things(|things| {
        things.put(&[("name", "ab".into()), ("note", "ab".into())]);
        let all = [
            is("name", text("a\0b")),
            on("name", Test::Begins("a\0".into())),
            on("name", Test::Ends("\0b".into())),
            on("name", Test::Contains("a\0b".into())),
            on("name", Test::Ge(text("a\0"))),
        ];
        for filter in all {
            let said = format!("{filter:?}");
            assert_eq!(things.matching(filter), ["ab"], "{said}");
        }
    });
}

#[test]
fn long_text_is_compared_as_it_is_written() {
    with_things(|things| {
        things.put(&[("name", "ab".into()), ("note", "Grüße an ALLE".into())]);
        assert_eq!(things.matching(on("note", Test::Contains("Grüße".into()))), ["ab"]);
        assert_eq!(things.matching(on("note", Test::Begins("Gr".into()))), ["ab"]);
        assert_eq!(things.matching(on("note", Test::Ends("ALLE".into()))), ["ab"]);
        assert_eq!(things.matching(on("note", Test::Contains("alle".into()))), [""; 0]);
    });
}

#[test]
fn an_option_is_not_part_of_another() {
    with_things(|things| {
        for (name, tags) in [("eleven", "11"), ("one", "1"), ("both", "1,11"), ("two", "2")] {
            things.put(&[("name", name.into()), ("tags", tags.into())]);
        }
        assert_eq!(things.matching(on("tags", Test::Has(1))), ["both", "one"]);
        assert_eq!(things.matching(on("tags", Test::Has(11))), ["both", "eleven"]);
        assert_eq!(things.matching(not(on("tags", Test::Has(1)))), ["eleven", "two"]);
    });
}

#[test]
fn related_records_are_looked_at_under_their_own_permit() {
    with_things(|things| {
        let hers = things.named("hers");
        let his = things.put_for(things.at.bob, things.at.north, super::cells("things", &[("name", "his".into())]));
        let shelf = things.put_in("shelves", &[("name", "shelf".into())]);
        things.put(&[("name", "to hers".into()), ("friend", hers.into())]);
        things.put(&[("name", "to his".into()), ("friend", his.into())]);
        let placed = |at: RowId, set: &str, name: &str| {
            let mut cells = super::cells("things", &[("name", name.into())]);
            cells.push(pointing("place", at, set));
            things.put_for(things.at.ann, things.at.sales, cells);
        };
        placed(shelf, "shelves", "on shelf");
        placed(his, "things", "on his");
        // Of the same id as the shelf, but said to be a thing.
        placed(shelf, "things", "astray");

        let (ann, all) = (things.ann(), things.all());
        let up = |actor, lookup: &str, set: &str| {
            let permit = permit(actor, Privilege::Read, &table(set)).unwrap();
            Filter::Related(Path::Up(column("things", lookup)), Box::new(permit), Box::new(Filter::All(Vec::new())))
        };
        assert_eq!(things.matching(up(&all, "friend", "things")), ["to hers", "to his"]);
        assert_eq!(things.matching(up(&ann, "friend", "things")), ["to hers"], "his is not there for her");
        assert_eq!(things.matching(not(up(&ann, "friend", "things"))).len(), 6);
        assert_eq!(things.matching(up(&all, "place", "shelves")), ["on shelf"]);
        assert_eq!(things.matching(up(&all, "place", "things")), ["on his"]);
        let down = |actor, name: &str| {
            let permit = permit(actor, Privilege::Read, &table("things")).unwrap();
            let inner = is("name", name);
            Filter::Related(Path::Down(column("things", "friend")), Box::new(permit), Box::new(inner))
        };
        assert_eq!(things.matching(down(&all, "to his")), ["his"]);
        assert_eq!(things.matching(down(&things.bob(), "to his")), [""; 0], "the row that names it is hers");
    });
}

#[test]
fn a_count_stops_at_its_cap() {
    with_things(|things| {
        let cells = (0..12).map(|n| super::cells("things", &[("size", n.into())])).collect();
        things.put_all(things.at.ann, things.at.sales, cells);
        let counted = |filter: Filter<'_>, cap| things.read(&things.all(), "things", |tx, read| count(tx, read, &filter, cap));
        let all = || Filter::All(Vec::new());
        assert_eq!((counted(all(), 20).value, counted(all(), 20).exact), (12, true));
        assert_eq!((counted(all(), 12).value, counted(all(), 12).exact), (12, true));
        assert_eq!((counted(all(), 11).value, counted(all(), 11).exact), (11, false));
        assert_eq!((counted(on("size", Test::Lt(3.into())), 11).value, counted(Filter::Any(vec![]), 11).value), (3, 0));
        let bob = things.bob();
        assert_eq!(things.read(&bob, "things", |tx, read| count(tx, read, &all(), 20)).value, 0);
    });
}

/// A condition, told so that memory can answer it too.
#[derive(Clone, Debug)]
enum Wish {
    All(Vec<Wish>),
    Any(Vec<Wish>),
    Not(Box<Wish>),
    Cell(&'static str, Test),
}

impl Wish {
    fn filter(&self) -> Filter<'static> {
        match self {
            Wish::All(all) => Filter::All(all.iter().map(Wish::filter).collect()),
            Wish::Any(all) => Filter::Any(all.iter().map(Wish::filter).collect()),
            Wish::Not(inner) => not(inner.filter()),
            Wish::Cell(name, test) => on(name, test.clone()),
        }
    }

    /// http-api.md: "a condition is true or false; null matches `null` and the `not_` forms only, and `not` is plain negation".
    fn holds(&self, row: &[(&'static str, Value)]) -> bool {
        match self {
            Wish::All(all) => all.iter().all(|w| w.holds(row)),
            Wish::Any(all) => all.iter().any(|w| w.holds(row)),
            Wish::Not(inner) => !inner.holds(row),
            Wish::Cell(name, test) => {
                let keyed = |value: &Value| match value {
                    Value::Text(t) if *name != "tags" => Value::Text(keys::key(t)),
                    other => other.clone(),
                };
                let cell = row.iter().find(|(n, _)| n == name).map_or(Value::Null, |(_, v)| keyed(v));
                let text = cell.text().unwrap_or_default().to_owned();
                if cell.is_null() || *test == Test::Null {
                    return cell.is_null() && *test == Test::Null;
                }
                match test {
                    Test::In(values) => values.iter().any(|v| keyed(v) == cell),
                    Test::Lt(v) => cell < keyed(v),
                    Test::Le(v) => cell <= keyed(v),
                    Test::Gt(v) => cell > keyed(v),
                    Test::Ge(v) => cell >= keyed(v),
                    Test::Within(from, to) => cell >= keyed(from) && cell < keyed(to),
                    Test::Begins(t) => text.starts_with(&keys::key(t)),
                    Test::Ends(t) => text.ends_with(&keys::key(t)),
                    Test::Contains(t) => text.contains(&keys::key(t)),
                    Test::Has(option) => text.split(',').any(|o| o == option.to_string()),
                    Test::Null => false,
                }
            }
        }
    }
}

const TEXTS: [&str; 9] = ["ab", "Äb", "a%", "a_b", "B", "ba\\", "ß", "aba", "日a"];

fn some_text(dice: &mut Dice) -> Value {
    text(dice.pick(&TEXTS))
}

fn some_number(dice: &mut Dice) -> Value {
    Value::Int(dice.pick(&[i64::MIN, -3, -1, 0, 1, 2, 5, i64::MAX]))
}

fn some_row(dice: &mut Dice) -> Vec<(&'static str, Value)> {
    let mut row: Vec<(&'static str, Value)> = Vec::new();
    for name in ["nick", "size", "is_blue", "kind", "tags", "day", "at"] {
        if dice.percent(70) {
            let value = match name {
                "nick" => some_text(dice),
                "tags" => text(dice.pick(&["1", "2", "11", "1,2", "1,11", "2,11", "1,2,11"])),
                "is_blue" => Value::Int(dice.below(2) as i64),
                "kind" => Value::Int(dice.pick(&[1, 2, 11])),
                "at" => Value::Int(MORNING + dice.below(3) as i64),
                _ => some_number(dice),
            };
            row.push((name, value));
        }
    }
    row
}

fn some_wish(dice: &mut Dice, depth: usize) -> Wish {
    if depth > 0 && dice.percent(60) {
        let many = (0..dice.below(4)).map(|_| some_wish(dice, depth - 1)).collect();
        return match dice.below(3) {
            0 => Wish::All(many),
            1 => Wish::Any(many),
            _ => Wish::Not(Box::new(some_wish(dice, depth - 1))),
        };
    }
    let part = |dice: &mut Dice| dice.pick(&["", "a", "b", "ab", "%", "_", "\\", "Ä", "ss", "日", "ba"]).to_owned();
    match dice.below(5) {
        0 => {
            let test = match dice.below(3) {
                0 => Test::Begins(part(dice)),
                1 => Test::Ends(part(dice)),
                _ => Test::Contains(part(dice)),
            };
            Wish::Cell("nick", test)
        }
        1 => Wish::Cell("tags", Test::Has(dice.pick(&[1, 2, 11]))),
        2 => {
            let texts = (0..dice.below(3)).map(|_| some_text(dice)).collect();
            Wish::Cell("nick", if dice.percent(50) { Test::In(texts) } else { Test::Lt(some_text(dice)) })
        }
        _ => {
            let name = dice.pick(&["size", "day", "is_blue", "kind", "at"]);
            let test = match dice.below(7) {
                0 => Test::Null,
                1 => Test::Lt(some_number(dice)),
                2 => Test::Le(some_number(dice)),
                3 => Test::Gt(some_number(dice)),
                4 => Test::Ge(some_number(dice)),
                5 => Test::Within(some_number(dice), some_number(dice)),
                _ => Test::In((0..dice.below(4)).map(|_| if dice.percent(10) { Value::Null } else { some_number(dice) }).collect()),
            };
            Wish::Cell(name, test)
        }
    }
}

#[test]
fn conditions_mean_in_sql_what_they_mean_in_memory() {
    with_things(|things: &Things<'_>| {
        let dice = &mut Dice::new(3);
        let rows: Vec<Vec<(&'static str, Value)>> = (0..120).map(|_| some_row(dice)).collect();
        let ids = things.put_all(things.at.ann, things.at.sales, rows.iter().map(|row| super::cells("things", row)).collect());
        let all = things.all();
        let mut matched = 0;
        for _ in 0..600 {
            let wish = some_wish(dice, 3);
            let mut expected: Vec<RowId> = ids.iter().zip(&rows).filter(|(_, row)| wish.holds(row)).map(|(id, _)| *id).collect();
            expected.sort();
            let query = store::records::Query { filter: wish.filter(), columns: Some(Vec::new()), ..super::everything(Vec::new()) };
            let (page, counted) =
                things.read(&all, "things", |tx, read| Ok((find(tx, read, &query)?, count(tx, read, &query.filter, 500)?)));
            let found: Vec<RowId> = page.records.iter().map(|r| r.id).collect();
            assert_eq!(found, expected, "{wish:?}");
            assert_eq!(counted.value, expected.len() as i64, "{wish:?}");
            matched += found.len();
        }
        assert!(matched > 5_000 && matched < 65_000, "{matched} matches say little");
    });
}
