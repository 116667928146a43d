//! What an organisation adds: columns that keep their place, and names that fit.
//!
//! Not here: how they are kept (`crates/store/tests/it/columns.rs`), who may (`crates/crm/tests/it/tables.rs`).

use catalogue::naming::{LONGEST_NAME, MOST_COLUMNS, name_of, options, wrong_with};
use catalogue::{Catalogue, CustomKind, Definition, Kind, OnDelete, Sensitivity, standard};

fn shipped() -> Catalogue {
    standard::catalogue().unwrap()
}

fn defined(set: &str, name: &str, label: &str, kind: CustomKind) -> Definition {
    Definition {
        set: set.into(),
        name: name.into(),
        label: label.into(),
        help: String::new(),
        kind,
        sensitivity: Sensitivity::General,
        is_listed: false,
        is_searched: false,
        is_retired: false,
    }
}

fn labels(all: &[&str]) -> Vec<String> {
    all.iter().map(|label| (*label).to_owned()).collect()
}

fn wrong(new: &Definition, known: &[Definition]) -> Vec<String> {
    let whole = shipped().with_columns(known).unwrap();
    wrong_with(&whole, known, new).into_iter().map(|(field, why)| format!("{field}: {why}")).collect()
}

#[test]
fn no_shipped_column_has_a_name_of_the_organisations() {
    for table in shipped().tables() {
        assert!(table.columns.iter().all(|c| !c.name.starts_with("x_")), "{}", table.set);
    }
}

#[test]
fn a_new_column_stands_behind_the_others_secured_in_the_form_and_where_it_is_wished_in_the_views() {
    let plain = defined("accounts", "x_rank", "Rank", CustomKind::Choice(options(&[], &labels(&["Gold", "Tin"]))));
    let listed = Definition { is_listed: true, ..defined("accounts", "x_mood", "Mood", CustomKind::Text(20)) };
    let before = shipped();
    let after = before.with_columns(&[plain, listed]).unwrap();
    let (was, is) = (before.find("accounts").unwrap(), after.find("accounts").unwrap());
    assert_eq!(was.columns.as_slice(), &is.columns[..was.columns.len()], "no shipped column moves");
    let (rank, mood) = (is.find("x_rank").unwrap(), is.find("x_mood").unwrap());
    assert!(rank.secured && mood.secured && !rank.required && !rank.system);
    let more = is.form.last().unwrap();
    assert_eq!((more.label.as_str(), more.columns.as_slice()), ("More", [rank.id, mood.id].as_slice()));
    assert!(is.views.iter().all(|v| v.columns.contains(&mood.id) && !v.columns.contains(&rank.id)));
    assert_eq!(rank.kind.options().iter().map(|o| (o.value, o.name.as_str())).collect::<Vec<_>>(), [(1, "gold"), (2, "tin")]);
}

#[test]
fn a_retired_column_keeps_its_place_and_has_no_name_any_more() {
    let first = Definition { is_retired: true, is_listed: true, ..defined("accounts", "x_first", "First", CustomKind::Date) };
    let second = defined("accounts", "x_second", "Second", CustomKind::Date);
    let live = shipped().with_columns(&[Definition { is_retired: false, ..first.clone() }, second.clone()]).unwrap();
    let put_away = shipped().with_columns(&[first, second]).unwrap();
    let (live, put_away) = (live.find("accounts").unwrap(), put_away.find("accounts").unwrap());
    assert_eq!(live.find("x_second").unwrap().id, put_away.find("x_second").unwrap().id);
    assert!(put_away.find("x_first").is_none() && put_away.kept("x_first").is_some());
    assert!(put_away.writable().all(|c| c.name != "x_first"));
    let id = put_away.kept("x_first").unwrap().id;
    assert!(put_away.views.iter().all(|v| !v.columns.contains(&id)) && put_away.form.iter().all(|s| !s.columns.contains(&id)));
}

#[test]
fn an_amount_brings_its_twin_and_a_first_one_its_currency() {
    let amount = defined("contacts", "x_fee", "Fee", CustomKind::Money);
    let again = defined("contacts", "x_rent", "Rent", CustomKind::Money);
    assert!(shipped().find("contacts").unwrap().find("currency").is_none());
    let whole = shipped().with_columns(&[amount, again]).unwrap();
    let table = whole.find("contacts").unwrap();
    assert_eq!(table.find("x_fee_base").unwrap().kind, Kind::MoneyBase);
    assert!(table.find("x_fee_base").unwrap().secured);
    assert!(table.find("exchange_rate").unwrap().system && !table.find("currency").unwrap().secured);
    assert_eq!(table.columns.iter().filter(|c| c.name == "currency").count(), 1);
    let parts = defined("order_lines", "x_fee", "Fee", CustomKind::Money);
    let lines = shipped().with_columns(std::slice::from_ref(&parts)).unwrap();
    assert!(lines.find("order_lines").unwrap().find("currency").is_none(), "its order has one");
    assert!(wrong(&parts, &[]).is_empty());
    let of_files = defined("files", "x_fee", "Fee", CustomKind::Money);
    assert!(wrong(&of_files, &[])[0].starts_with("kind: rows of `files` have no currency"), "{:?}", wrong(&of_files, &[]));
}

#[test]
fn a_custom_lookup_is_a_relation_of_its_own_name_that_a_delete_empties() {
    let partner = defined("contacts", "x_partner", "Partner", CustomKind::Lookup(labels(&["accounts", "users"])));
    let (before, after) = (shipped(), shipped().with_columns(&[partner]).unwrap());
    assert_eq!(before.relations(), &after.relations()[..before.relations().len()], "no shipped relation is called otherwise");
    let [made] = &after.relations()[before.relations().len()..] else { panic!("one relation: users have none") };
    assert_eq!((made.name.as_str(), made.delete), ("contacts_x_partner", OnDelete::RemoveLink));
}

#[test]
fn a_name_follows_from_the_label_and_fits() {
    assert_eq!(name_of("Customer since"), "x_customer_since");
    assert_eq!(name_of("  Grüße & Küsse "), "x_grusse_kusse");
    assert_eq!(name_of("日本"), "");
    assert_eq!(name_of("2nd"), "", "a name begins with a letter");
    let long = name_of("The very long name of a column that nobody would ever want to read");
    assert!(long.len() <= LONGEST_NAME && long.starts_with("x_the_very_long_name"), "{long}");
    assert!(name_of(&"a".repeat(200)).len() <= LONGEST_NAME);
}

#[test]
fn a_name_that_is_taken_was_taken_or_means_something_else_is_refused_at_its_field() {
    let text = |name: &str, label: &str| defined("accounts", name, label, CustomKind::Text(20));
    let retired = Definition { is_retired: true, ..text("x_old", "Old") };
    let known = [text("x_rank", "Rank"), retired, defined("accounts", "x_fee", "Fee", CustomKind::Money)];
    let table = [
        (text("x_rank", "Other"), "name: `accounts` has a column `x_rank` already"),
        (text("x_old", "Other"), "name: `x_old` was a column of `accounts` that is retired; its name stays taken"),
        (text("x_name", "Other"), "name: `accounts` has a column `name`; a second of that name would be taken for it"),
        (text("x_fee_base", "Other"), "name: `accounts` has a column `x_fee_base` already"),
        (text("x_select", "Other"), "name: `select` is a word of SQL; take another name, `x_select_name` say"),
        (text("rank", "Other"), "name: `rank` is no name of a column: it is `x_`, then small letters, digits and single underscores"),
        (text("x_a__b", "Other"), "name: `x_a__b` is no name of a column: it is `x_`, then small letters, digits and single underscores"),
        (text("x_Rank", "Other"), "name: `x_Rank` is no name of a column: it is `x_`, then small letters, digits and single underscores"),
        (
            text("x_\"; drop", "Other"),
            "name: `x_\"; drop` is no name of a column: it is `x_`, then small letters, digits and single underscores",
        ),
        (text("", "日本"), "name: a name is needed: `x_`, then small letters, digits and single underscores"),
        (
            text("x_abcdefghijklmnopqrstuvwxyz_abcdefghi", "Other"),
            "name: `x_abcdefghijklmnopqrstuvwxyz_abcdefghi` has 38 characters, at most 36 fit",
        ),
        (text("x_other", "rank"), "label: the column `x_rank` is called `Rank` already"),
        (text("x_other", " "), "label: a label is needed: it is what people read"),
        (defined("accounts", "x_other", "Other", CustomKind::Text(0)), "length: `0` is no length between 1 and 4000"),
        (defined("accounts", "x_other", "Other", CustomKind::Decimal(11)), "digits: `11` is no number of digits between 1 and 10"),
        (defined("accounts", "x_other", "Other", CustomKind::Choice(Vec::new())), "options: a choice needs options"),
        (
            defined("accounts", "x_other", "Other", CustomKind::MultiChoice(options(&[], &labels(&["Gold", "gold"])))),
            "options: the option `gold` is there twice",
        ),
        (
            defined("accounts", "x_other", "Other", CustomKind::Choice(options(&[], &labels(&["—"])))),
            "options: `—` is no label of an option: it needs a letter or a digit",
        ),
        (
            defined("accounts", "x_other", "Other", CustomKind::Lookup(labels(&["planets"]))),
            "targets: `planets` is nothing that can be looked up to",
        ),
        (
            defined("accounts", "x_other", "Other", CustomKind::Lookup(labels(&["order_lines"]))),
            "targets: `order_lines` are parts of other records; look up to the record they are part of",
        ),
        (defined("accounts", "x_other", "Other", CustomKind::Lookup(labels(&["users", "users"]))), "targets: `users` is there twice"),
        (
            Definition { is_searched: true, ..defined("accounts", "x_other", "Other", CustomKind::Date) },
            "searched: only text has words that search could find",
        ),
    ];
    for (new, said) in table {
        assert_eq!(wrong(&new, &known), [said], "{}", new.name);
    }
    assert!(wrong(&text("x_other", "Other"), &known).is_empty());
}

#[test]
fn a_table_takes_so_many_columns_and_no_more() {
    let many: Vec<Definition> =
        (0..MOST_COLUMNS).map(|n| defined("accounts", &format!("x_c{n}"), &format!("Column {n}"), CustomKind::Date)).collect();
    let one = defined("accounts", "x_more", "One more", CustomKind::Date);
    assert!(wrong(&one, &many[1..]).is_empty());
    assert_eq!(wrong(&one, &many), ["name: `accounts` has 100 custom columns already, and more do not fit"]);
    assert!(wrong(&defined("contacts", "x_more", "One more", CustomKind::Date), &many).is_empty(), "each table for itself");
}

#[test]
fn an_option_keeps_its_number_and_name_whatever_comes_behind_it() {
    let mut first = options(&[], &labels(&["Gold", "Tin"]));
    first[0].label = "Golden".into();
    let more = options(&first, &labels(&["Lead"]));
    assert_eq!(
        more.iter().map(|o| (o.value, o.name.as_str(), o.label.as_str())).collect::<Vec<_>>(),
        [(1, "gold", "Golden"), (2, "tin", "Tin"), (3, "lead", "Lead")]
    );
}
