//! The shipped tables, held against the rules every table keeps and against the Common Data Model.
//!
//! [`EXCEPTIONS`] names each place where the shipped catalogue says something else than the model, and why.
//! `catalogue.txt` beside this file shows the whole catalogue, so that a change of it is a diff a person can review;
//! `UPDATE_EXPECT=1 cargo test -p catalogue` writes it again.
//! Not here: rules of the builder (`main.rs`). Start reading at [`the_list_of_the_whole_catalogue_is_up_to_date`].

use catalogue::{Area, Cascade, Catalogue, Kind, OnDelete, Ownership, Table, standard};
use serde_json::Value as Json;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;
use std::path::{Path, PathBuf};

/// The sets the API promises that are record tables.
const SETS: &str = "accounts contacts leads opportunities opportunity_products products currencies price_lists price_list_items quotes \
    quote_lines orders order_lines invoices invoice_lines cases queues queue_items campaigns goals tasks phone_calls emails recipients \
    appointments notes files feedback";

/// Set, column and value where the label is not the model's, and why.
const EXCEPTIONS: &[(&str, &str, i64, &str)] = &[
    ("quotes", "status", 1, "the model has `In Progress` twice; one name means one status"),
    ("invoices", "status", 5, "without the bracketed remark of the model"),
    ("invoices", "status", 6, "without the bracketed remark of the model"),
];

/// Tables whose states the model does not have.
const WITHOUT_MODEL: &[&str] = &["notes"];

/// Words that SQLite or PostgreSQL read as something else when they stand alone.
const RESERVED: &str = "all analyse analyze and any array as asc asymmetric authorization between binary both by case cast check collate \
    column commit concurrently constraint create cross current_date current_time current_timestamp current_user default deferrable \
    delete desc distinct do drop else end escape except exists false fetch for foreign freeze from full glob grant group having if in \
    index initially inner insert intersect into is isnull join lateral leading left like limit localtime match natural not notnull null \
    offset on only or order outer overlaps placing precision primary references returning right rowid select session_user set similar \
    some symmetric table tablesample then to trailing transaction true union unique update user using values variadic verbose when \
    where window with";

fn shipped() -> Catalogue {
    standard::catalogue().expect("the shipped catalogue builds")
}

fn name_of(table: &Table, id: catalogue::ColumnId) -> &str {
    table.column(id).map_or("?", |c| &c.name)
}

#[test]
fn every_set_of_the_contract_is_there_and_no_other() {
    let expected: BTreeSet<&str> = SETS.split_whitespace().collect();
    let catalogue = shipped();
    let found: BTreeSet<&str> = catalogue.tables().iter().map(|t| t.set.as_str()).collect();
    assert_eq!(found, expected);
}

#[test]
fn every_name_is_snake_case_and_no_reserved_word() {
    let reserved: BTreeSet<&str> = RESERVED.split_whitespace().collect();
    let snake = |s: &str| {
        s.starts_with(|c: char| c.is_ascii_lowercase())
            && s.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_')
            && !s.ends_with('_')
            && !s.contains("__")
    };
    for table in shipped().tables() {
        assert!(snake(&table.set) && snake(&table.name), "{}", table.set);
        assert!(table.set.len() <= 50, "{}: PostgreSQL cuts long names", table.set);
        for column in &table.columns {
            assert!(snake(&column.name) && column.name.len() <= 50, "{}.{}", table.set, column.name);
            assert!(!reserved.contains(column.name.as_str()), "{}.{} is a reserved word", table.set, column.name);
            assert!(!column.label.is_empty() && column.help.split(". ").count() <= 2, "{}.{}", table.set, column.name);
        }
        for view in &table.views {
            assert!(snake(&view.name), "{}: view {}", table.set, view.name);
        }
    }
}

#[test]
fn every_option_has_one_name_and_one_value() {
    for table in shipped().tables() {
        for column in &table.columns {
            let options = column.kind.options();
            let names: BTreeSet<&str> = options.iter().map(|o| o.name.as_str()).collect();
            let values: BTreeSet<i64> = options.iter().map(|o| o.value).collect();
            assert!(names.len() == options.len() && values.len() == options.len(), "{}.{} has an option twice", table.set, column.name);
            assert!(!names.contains(""), "{}.{} has an option without a name", table.set, column.name);
        }
        let states: BTreeSet<i64> = table.find("state").iter().flat_map(|c| c.kind.options()).map(|o| o.value).collect();
        let reached: BTreeSet<i64> = table.find("status").iter().flat_map(|c| c.kind.options()).filter_map(|o| o.state).collect();
        assert!(reached.is_empty() || reached == states, "{}: a state without a status, or the other way round", table.set);
    }
}

#[test]
fn every_table_is_named_listed_and_shown() {
    for table in shipped().tables() {
        let set = &table.set;
        let primary = table.column(table.primary).expect("a primary column");
        assert!(matches!(primary.kind, Kind::Text(_) | Kind::Email(_)) && primary.search, "{set} is not named by text that is found");
        assert!(!table.views.is_empty(), "{set} has no view");
        assert!(table.area == Area::Nowhere || (2..=6).contains(&table.form.len()), "{set} has {} sections", table.form.len());
        assert!(!table.form.is_empty(), "{set} has no form");
        for view in &table.views {
            assert!((3..=8).contains(&view.columns.len()), "{set}: view {} has {} columns", view.name, view.columns.len());
            assert!(!view.sort.is_empty(), "{set}: view {} has no order", view.name);
        }
        let names: BTreeSet<&str> = table.views.iter().map(|v| v.name.as_str()).collect();
        assert_eq!(names.len(), table.views.len(), "{set} has a view twice");
    }
}

#[test]
fn a_form_shows_each_column_people_write_once() {
    for table in shipped().tables() {
        let shown: Vec<&str> = table.form.iter().flat_map(|s| &s.columns).map(|id| name_of(table, *id)).collect();
        let once: BTreeSet<&str> = shown.iter().copied().collect();
        assert_eq!(once.len(), shown.len(), "{} shows a column twice", table.set);
        for column in &table.columns {
            let left_out = matches!(column.kind, Kind::MoneyBase | Kind::File) || column.name == "global_id";
            let wanted = (!column.system && !left_out) || column.name == "owner";
            assert_eq!(once.contains(column.name.as_str()), wanted, "{}.{} on the form", table.set, column.name);
        }
    }
}

#[test]
fn a_secured_column_is_neither_found_nor_shown_in_a_view_and_hides_its_twin_too() {
    let mut secured = Vec::new();
    for table in shipped().tables() {
        for column in table.columns.iter().filter(|c| c.secured) {
            assert!(!column.search && !column.system && column.id != table.primary, "{}.{}", table.set, column.name);
            assert!(table.views.iter().all(|v| !v.columns.contains(&column.id)), "{}.{} stands in a view", table.set, column.name);
            secured.push(format!("{}.{}", table.set, column.name));
        }
        for twin in table.columns.iter().filter(|c| c.kind == Kind::MoneyBase) {
            let amount = twin.name.strip_suffix("_base").and_then(|n| table.find(n)).expect("an amount beside its twin");
            assert_eq!((amount.secured, amount.sensitivity), (twin.secured, twin.sensitivity), "{}.{}", table.set, twin.name);
            assert!(!twin.required && !twin.search, "{}.{}", table.set, twin.name);
        }
    }
    let expected = "accounts.credit_limit accounts.credit_limit_base accounts.bank_account contacts.government_id products.current_cost \
        products.current_cost_base";
    assert_eq!(secured, expected.split_whitespace().collect::<Vec<_>>());
}

#[test]
fn indexed_text_is_short_enough_for_an_index_row_of_postgresql() {
    for table in shipped().tables() {
        for column in table.columns.iter().filter(|c| c.index) {
            match column.kind {
                // LIMIT: an index row holds 2,704 bytes, a character takes up to four.
                Kind::Text(max) | Kind::Email(max) | Kind::Phone(max) | Kind::Url(max) => {
                    assert!(max <= 640, "{}.{} holds {max} characters", table.set, column.name);
                }
                Kind::Memo(_) => panic!("{}.{} is long text with an index", table.set, column.name),
                _ => {}
            }
        }
    }
}

#[test]
fn a_table_has_at_most_one_parental_relationship() {
    let catalogue = shipped();
    for table in catalogue.tables() {
        let parental: BTreeSet<_> = catalogue
            .parents_of(table.id)
            .filter(|r| (r.assign, r.share, r.reparent, r.delete) == (Cascade::All, Cascade::All, Cascade::All, OnDelete::Cascade))
            .map(|r| r.column)
            .collect();
        assert!(parental.len() <= 1, "{} has {} parents", table.set, parental.len());
        // An owner that is looked up must be there, or nobody could reach the row.
        let owners = match &table.ownership {
            Ownership::Parent(column) => vec![*column],
            Ownership::Ends(columns) => columns.clone(),
            _ => Vec::new(),
        };
        for owner in owners {
            assert!(table.column(owner).is_some_and(|c| c.required), "{}.{} must be required", table.set, name_of(table, owner));
            assert!(catalogue.parents_of(table.id).filter(|r| r.column == owner).all(|r| r.delete == OnDelete::Cascade), "{}", table.set);
        }
    }
}

#[test]
fn files_hang_on_every_table_with_rights_of_its_own() {
    let catalogue = shipped();
    let files = catalogue.find("files").expect("files");
    let held: BTreeSet<_> = catalogue.parents_of(files.id).filter(|r| name_of(files, r.column) == "parent").map(|r| r.parent).collect();
    let wanted: BTreeSet<_> =
        catalogue.tables().iter().filter(|t| matches!(t.ownership, Ownership::Principal | Ownership::Organisation)).map(|t| t.id).collect();
    assert_eq!(held, wanted);
}

#[test]
fn amounts_find_a_currency_on_the_row_or_on_the_row_that_holds_it() {
    let catalogue = shipped();
    for table in catalogue.tables().iter().filter(|t| t.columns.iter().any(|c| c.kind == Kind::Money)) {
        let keeps = |t: &Table| t.find("currency").is_some() && t.find("exchange_rate").is_some();
        let kept = match &table.ownership {
            Ownership::Parent(column) => {
                catalogue.parents_of(table.id).filter(|r| r.column == *column).all(|r| catalogue.table(r.parent).is_some_and(keeps))
            }
            _ => keeps(table),
        };
        assert!(kept, "{} has money without a currency", table.set);
    }
}

/// Walks a filter: every member is known, every column exists, every option is one of the column's.
fn check_filter(table: &Table, view: &str, filter: &Json) {
    let place = format!("{}: view {view}: {filter}", table.set);
    let object = filter.as_object().unwrap_or_else(|| panic!("{place} is no object"));
    if let Some(list) = object.get("all").or_else(|| object.get("any")) {
        assert_eq!(object.len(), 1, "{place}");
        list.as_array().expect(&place).iter().for_each(|f| check_filter(table, view, f));
        return;
    }
    assert!(object.keys().all(|k| ["column", "op", "value"].contains(&k.as_str())), "{place}");
    let name = object["column"].as_str().expect(&place);
    let column = table.find(name).unwrap_or_else(|| panic!("{place} names `{name}`, which is no column"));
    let op = object["op"].as_str().expect(&place);
    let known = ["eq", "in", "le", "null", "not_null", "today", "this_month", "older_than_x_days", "eq_me"];
    assert!(known.contains(&op), "{place}: operator `{op}`");
    assert_eq!(object.contains_key("value"), ["eq", "in", "le", "older_than_x_days"].contains(&op), "{place}");
    if let Kind::Choice(options) = &column.kind {
        let values = object["value"].as_array().cloned().unwrap_or_else(|| vec![object["value"].clone()]);
        for value in values {
            assert!(options.iter().any(|o| Some(o.name.as_str()) == value.as_str()), "{place}: {value} is no option");
        }
    }
}

#[test]
fn the_filter_of_a_view_names_only_what_is_there() {
    for table in shipped().tables() {
        for view in table.views.iter().filter(|v| !v.filter.is_empty()) {
            let filter = serde_json::from_str(&view.filter).unwrap_or_else(|e| panic!("{}: view {}: {e}", table.set, view.name));
            check_filter(table, &view.name, &filter);
        }
    }
}

/// The folder of shared data, when it is there. Under continuous integration it has to be.
fn data() -> Option<PathBuf> {
    let beside = || Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data");
    let folder = std::env::var_os("CASTELLAN_DATA").map_or_else(beside, PathBuf::from);
    if folder.is_dir() {
        return Some(folder);
    }
    assert!(std::env::var("CI").as_deref() != Ok("true"), "no shared data at {}", folder.display());
    eprintln!("SKIPPED: no shared data at {}", folder.display());
    None
}

/// What the model calls a set.
fn entity(set: &str) -> &str {
    match set {
        "opportunities" => "opportunity",
        "cases" => "incident",
        "currencies" => "transactioncurrency",
        "price_lists" => "pricelevel",
        "orders" => "salesorder",
        "phone_calls" => "phonecall",
        "feedback" => "feedback",
        other => other.strip_suffix('s').unwrap_or(other),
    }
}

/// The cells of one line of CSV; a quoted cell may hold commas, none of these files holds a quote in a quote.
fn cells(line: &str) -> Vec<String> {
    let (mut found, mut quoted) = (vec![String::new()], false);
    for c in line.chars() {
        match c {
            '"' => quoted = !quoted,
            ',' if !quoted => found.push(String::new()),
            c => found.last_mut().expect("a cell").push(c),
        }
    }
    found
}

#[test]
fn states_and_statuses_are_those_of_the_common_data_model() {
    let Some(folder) = data() else { return };
    let text = std::fs::read_to_string(folder.join("schema/cdm_option_sets.csv")).expect("the option sets");
    let model: BTreeMap<(String, String, i64), (String, String)> = text
        .lines()
        .skip(1)
        .map(cells)
        .filter(|c| ["statecode", "statuscode"].contains(&c[1].as_str()))
        .map(|c| ((c[0].clone(), c[1].clone(), c[2].parse().expect("a number")), (c[3].clone(), c[4].clone())))
        .collect();
    assert!(model.len() > 100, "only {} values read", model.len());
    let mut used = BTreeSet::new();
    for table in shipped().tables().iter().filter(|t| !WITHOUT_MODEL.contains(&t.set.as_str())) {
        for (ours, theirs) in [("state", "statecode"), ("status", "statuscode")] {
            for option in table.find(ours).iter().flat_map(|c| c.kind.options()) {
                let place = format!("{}.{ours} {} {}", table.set, option.value, option.label);
                let key = (entity(&table.set).to_owned(), theirs.to_owned(), option.value);
                let (label, state) = model.get(&key).unwrap_or_else(|| panic!("{place} is not in the model"));
                let excepted = EXCEPTIONS.iter().position(|(s, c, v, _)| (*s, *c, *v) == (table.set.as_str(), ours, option.value));
                used.extend(excepted);
                assert!(excepted.is_some() || *label == option.label, "{place}: the model says {label}");
                assert_eq!(option.state.map(|s| s.to_string()).unwrap_or_default(), *state, "{place}");
            }
        }
    }
    assert_eq!(used.len(), EXCEPTIONS.len(), "an exception that is none any more");
}

fn say_kind(catalogue: &Catalogue, kind: &Kind) -> String {
    let options = |list: &[catalogue::ChoiceOption]| {
        let one =
            |o: &catalogue::ChoiceOption| o.state.map_or(format!("{}={}", o.value, o.name), |s| format!("{}={} in {s}", o.value, o.name));
        list.iter().map(one).collect::<Vec<_>>().join(", ")
    };
    match kind {
        Kind::Text(n) => format!("text {n}"),
        Kind::Memo(n) => format!("memo {n}"),
        Kind::Email(n) => format!("email {n}"),
        Kind::Phone(n) => format!("phone {n}"),
        Kind::Url(n) => format!("url {n}"),
        Kind::Integer { min, max } => format!("integer {min}..{max}"),
        Kind::Decimal { digits, .. } => format!("decimal {digits}"),
        Kind::Money => "money".into(),
        Kind::MoneyBase => "money base".into(),
        Kind::YesNo => "yes or no".into(),
        Kind::Choice(list) => format!("choice: {}", options(list)),
        Kind::MultiChoice(list) => format!("choices: {}", options(list)),
        Kind::Date => "date".into(),
        Kind::DateTime => "moment".into(),
        Kind::Lookup(targets) => format!("-> {}", targets.iter().map(|t| catalogue.set_of(*t)).collect::<Vec<_>>().join(" | ")),
        Kind::Owner => "owner".into(),
        Kind::AutoNumber { prefix } => format!("number {prefix}"),
        Kind::Id => "id".into(),
        Kind::File => "file".into(),
    }
}

fn say_table(catalogue: &Catalogue, table: &Table, out: &mut String) {
    let names = |ids: &[catalogue::ColumnId]| ids.iter().map(|id| name_of(table, *id)).collect::<Vec<_>>().join(" + ");
    let owned = match &table.ownership {
        Ownership::Principal => "owned by a principal".into(),
        Ownership::Organisation => "owned by the organisation".into(),
        Ownership::Parent(column) => format!("owned through {}", names(&[*column])),
        Ownership::Ends(columns) => format!("joins {}", names(columns)),
    };
    let activity = if table.is_activity { ", an activity" } else { "" };
    writeln!(out, "\n{} ({}), {owned}, named by {}, in {:?}{activity}", table.set, table.label, names(&[table.primary]), table.area)
        .expect("writing to memory");
    for column in table.columns.iter().filter(|c| !c.system) {
        let flags = [(column.required, "required"), (column.search, "search"), (column.index, "index"), (column.secured, "SECURED")];
        let class = column.sensitivity.name();
        let mut said: Vec<&str> = flags.iter().filter(|(on, _)| *on).map(|(_, word)| *word).collect();
        said.extend((class != "general").then_some(class));
        let line = format!("  {:<24} {}", column.name, say_kind(catalogue, &column.kind));
        writeln!(out, "{}", [line, said.join(", ")].join("  ; ").trim_end_matches("  ; ")).expect("writing to memory");
    }
    for relation in catalogue.children_of(table.id) {
        let plain = (relation.assign, relation.share, relation.reparent) == (Cascade::None, Cascade::None, Cascade::None);
        let child = catalogue.table(relation.child).expect("a child");
        let system = child.column(relation.column).is_some_and(|c| c.system);
        if plain && relation.delete == OnDelete::RemoveLink || system {
            continue;
        }
        writeln!(
            out,
            "  < {} by {}: assign {:?}, share {:?}, reparent {:?}, delete {:?}",
            child.set,
            name_of(child, relation.column),
            relation.assign,
            relation.share,
            relation.reparent,
            relation.delete
        )
        .expect("writing to memory");
    }
    for view in &table.views {
        writeln!(out, "  view {}: {}", view.name, if view.filter.is_empty() { "everything" } else { &view.filter })
            .expect("writing to memory");
    }
}

#[test]
fn the_list_of_the_whole_catalogue_is_up_to_date() {
    let catalogue = shipped();
    let mut said = String::from(
        "The shipped catalogue: tables, their columns (system ones left out), what follows from a parent (where anything\n\
         does) and views. Written by `UPDATE_EXPECT=1 cargo test -p catalogue`.\n",
    );
    catalogue.tables().iter().for_each(|t| say_table(&catalogue, t, &mut said));
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/catalogue.txt");
    if std::env::var("UPDATE_EXPECT").is_ok_and(|v| v == "1") {
        std::fs::write(&path, &said).expect("writing the list");
    }
    let kept = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(kept == said, "the catalogue changed: look at it with UPDATE_EXPECT=1 cargo test -p catalogue, and git diff");
}
