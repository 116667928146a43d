//! Columns that an organisation adds: who may, what is refused, and that a new column is closed until it is opened, and
//! then is everywhere at once.
//!
//! Each sentence on both databases. Not here: the columns of the database (`crates/store/tests/it/columns.rs`), names that
//! fit (`crates/catalogue/tests/it/custom.rs`). Start reading at [`add`].

use crate::exchange::{export, import, map, rows, select, taking};
use crate::records_write::{edit_at, make, text};
use crate::world::{World, denied, on_both, problem};
use catalogue::{RowId, Value};
use crm::people::{self, ProfileDraft};
use crm::tables::{self, ColumnChange, NewColumn, OptionSaid};
use crm::views::{self, Link, ListAsk, Listed};
use crm::{ColumnGrant, Denial, Done, FieldError, Task, records};
use serde_json::{Value as Json, json};

const CAST: [&str; 7] = ["admin", "security_admin", "manager", "north_rep", "south_rep", "service_rep", "auditor"];

pub fn new(set: &str, label: &str, kind: &str) -> NewColumn {
    NewColumn { set: set.into(), label: label.into(), kind: kind.into(), ..NewColumn::default() }
}

fn add(world: &World, who: &str, new: NewColumn) -> Done<String> {
    world.act(who, move |tx, actor| Ok(tables::add_column(tx, actor, &new)?.0))
}

fn change(world: &World, set: &'static str, name: &'static str, said: ColumnChange) -> Done<()> {
    world.act("admin", move |tx, actor| tables::change_column(tx, actor, set, name, &said))
}

fn retire(world: &World, who: &str, set: &'static str, name: &'static str) -> Done<()> {
    world.act(who, move |tx, actor| tables::retire_column(tx, actor, set, name))
}

fn secure(world: &World, set: &'static str, column: &str, secured: bool) {
    let column = column.to_owned();
    world.act("security_admin", move |tx, actor| people::set_secured(tx, actor, set, &column, secured)).unwrap();
}

/// A choice, a lookup to people and an amount on accounts, as the issue asks for them.
fn three(world: &World) -> [String; 3] {
    let options = vec!["Gold".to_owned(), "Tin".to_owned()];
    let choice = NewColumn { options, is_listed: true, ..new("accounts", "Rank", "choice") };
    let lookup = NewColumn { targets: vec!["users".into()], ..new("accounts", "Key account", "lookup") };
    [choice, lookup, new("accounts", "Budget", "money")].map(|new| add(world, "admin", new).unwrap())
}

fn list(world: &World, who: &str, filter: Json) -> Done<Listed> {
    let ask = ListAsk { set: "accounts".into(), view: "*".into(), filter: Some(filter), limit: 50, ..ListAsk::default() };
    world.look(who, |tx, actor| views::list(tx, actor, &ask))
}

fn names(world: &World, listed: &Listed) -> Vec<String> {
    let table = world.table("accounts");
    listed.rows.iter().map(|row| row.name(&table)).collect()
}

fn open(world: &World, who: &str, id: RowId) -> views::Row {
    world.look(who, |tx, actor| views::open(tx, actor, "accounts", id)).unwrap()
}

fn wrong<T: std::fmt::Debug>(done: Done<T>) -> Vec<(String, String)> {
    problem(done).errors.into_iter().map(|FieldError { column, message }| (column, message)).collect()
}

#[test]
fn only_whoever_shapes_tables_adds_changes_retires_and_lists_columns() {
    on_both(|world| {
        add(world, "admin", new("accounts", "Rank", "text")).unwrap();
        let is_no = |denial: Denial| assert_eq!(denial, Denial::NoTask(Task::Customise));
        for who in CAST.into_iter().filter(|who| *who != "admin") {
            is_no(denied(add(world, who, new("accounts", "Other", "text"))));
            is_no(denied(add(world, who, new("no_such_set", "Other", "text"))));
            is_no(denied(retire(world, who, "accounts", "x_rank")));
            let said = ColumnChange { label: Some("Mine".into()), ..ColumnChange::default() };
            is_no(denied(world.act(who, move |tx, actor| tables::change_column(tx, actor, "accounts", "x_rank", &said))));
            is_no(denied(world.look(who, tables::tables)));
            is_no(denied(world.look(who, |tx, actor| tables::columns(tx, actor, "accounts"))));
        }
        let sheet = world.look("admin", |tx, actor| tables::columns(tx, actor, "accounts")).unwrap();
        assert_eq!(
            sheet.columns.iter().map(|(kept, open)| (kept.definition.name.as_str(), *open)).collect::<Vec<_>>(),
            [("x_rank", false)]
        );
        assert_eq!(denied(add(world, "admin", new("no_such_set", "Other", "text"))), Denial::NotThere);
        assert_eq!(denied(retire(world, "admin", "accounts", "name")), Denial::NotThere, "what is shipped is not retired");
        assert_eq!(denied(retire(world, "admin", "accounts", "x_other")), Denial::NotThere);
    });
}

#[test]
fn a_new_column_is_closed_to_everybody_its_maker_and_the_administrator_included() {
    on_both(|world| {
        let id = make(world, "north_rep", "accounts", &[("name", text("Blue Kiln"))]).unwrap();
        let all = three(world);
        let closed = |denial: Denial, name: &str| assert_eq!(denial, Denial::Column { set: "accounts".into(), column: name.into() });
        let value = [Value::Int(1), world.id("south_rep").0.into(), Value::Int(50_000)];
        for who in ["admin", "manager", "north_rep"] {
            for (name, value) in all.iter().zip(&value) {
                closed(denied(list(world, who, json!({ "column": name, "op": "null" }))), name);
                let sorted = ListAsk { set: "accounts".into(), sort: Some(name.clone()), limit: 5, ..ListAsk::default() };
                closed(denied(world.look(who, |tx, actor| views::list(tx, actor, &sorted))), name);
                let mut out = taking("accounts");
                select(&mut out, &[name]);
                closed(denied(export(world, who, &out)), name);
                if who != "manager" {
                    closed(denied(edit_at(world, who, "accounts", id, None, &[(name, value.clone())])), name);
                }
                let table = world.table("accounts");
                assert!(open(world, who, id).cell(&table, name).is_none());
            }
        }
    });
}

#[test]
fn an_opened_column_is_in_the_form_the_views_the_filter_and_the_files_at_the_next_look() {
    on_both(|world| {
        let [rank, keeper, budget] = three(world);
        let south = world.id("south_rep");
        for name in [&rank, &keeper, &budget] {
            secure(world, "accounts", name, false);
        }
        let told = [("name", text("Blue Kiln")), (rank.as_str(), Value::Int(2)), (&keeper, south.0.into()), (&budget, Value::Int(50_000))];
        let id = make(world, "north_rep", "accounts", &told).unwrap();
        let table = world.table("accounts");
        let row = open(world, "north_rep", id);
        assert_eq!(row.cell(&table, &rank).unwrap().value, Value::Int(2));
        let link = Some(Link::Seen { set: "users".into(), id: south.0, name: "south_rep".into() });
        assert_eq!(row.cell(&table, &keeper).unwrap().link, link, "a person's name is known");
        assert_eq!(row.cell(&table, "x_budget_base").unwrap().value, Value::Int(50_000), "counted in the organisation's currency");
        let ask = ListAsk { set: "accounts".into(), limit: 5, ..ListAsk::default() };
        let listed = world.look("north_rep", |tx, actor| views::list(tx, actor, &ask)).unwrap();
        assert!(listed.columns.contains(&table.find(&rank).unwrap().id), "shown in the default view");
        assert!(!listed.columns.contains(&table.find(&budget).unwrap().id), "not where it was not wished");
        let found = |who: &str, filter: Json| names(world, &list(world, who, filter).unwrap());
        assert_eq!(found("manager", json!({ "column": rank, "op": "eq", "value": "tin" })), ["Blue Kiln"]);
        assert_eq!(found("manager", json!({ "column": budget, "op": "ge", "value": "5" })), ["Blue Kiln"]);
        assert_eq!(found("manager", json!({ "column": keeper, "op": "eq_me" })), [""; 0]);
        edit_at(world, "north_rep", "accounts", id, None, &[(&keeper, world.id("manager").0.into())]).unwrap();
        assert_eq!(found("manager", json!({ "column": keeper, "op": "eq_me" })), ["Blue Kiln"]);
        let file = "Account name,Rank,Key account,Budget\nTin Drum,Gold,manager@acme.example,12.50\nZinc,Lead,manager,1\n";
        let done = import(world, "north_rep", "accounts", file.as_bytes(), |_| {}).unwrap();
        assert_eq!((done.tally.created, done.tally.failed), (1, 1), "{:?}", done.message);
        let seen = rows(world, "north_rep", "accounts", &["name", &rank, &keeper, &budget]);
        assert_eq!(seen, [["Blue Kiln", "Tin", "manager", "5.00"], ["Tin Drum", "Gold", "manager", "12.50"]]);
        let mut out = taking("accounts");
        select(&mut out, &["name", &rank, &keeper, &budget]);
        let file = String::from_utf8(export(world, "north_rep", &out).unwrap()).unwrap();
        assert!(file.contains("Blue Kiln,Tin,manager,5.00") && file.contains(",Rank,Key account,Budget"), "{file}");
    });
}

#[test]
fn a_granted_column_is_open_to_its_holder_alone() {
    on_both(|world| {
        let name = add(world, "admin", NewColumn { is_searched: true, ..new("accounts", "Code", "text") }).unwrap();
        let grant = ColumnGrant { set: "accounts".into(), column: name.clone(), read: true, create: true, update: false };
        let draft = ProfileDraft { id: None, name: "Codes".into(), grants: vec![grant] };
        let to = world.id("north_rep");
        let given = world.act("security_admin", move |tx, actor| {
            let id = people::save_profile(tx, actor, &draft)?;
            people::give_profile(tx, actor, id, to, None, None)
        });
        given.unwrap();
        let told = [("name", text("Blue Kiln")), (name.as_str(), text("Zebra"))];
        let id = make(world, "north_rep", "accounts", &told).unwrap();
        let denial = denied(edit_at(world, "north_rep", "accounts", id, None, &[(&name, text("Other"))]));
        assert!(matches!(denial, Denial::Column { .. }), "granted to read and make, not to change");
        let table = world.table("accounts");
        assert_eq!(open(world, "north_rep", id).cell(&table, &name).unwrap().value, text("Zebra"));
        assert!(open(world, "manager", id).cell(&table, &name).is_none());
        let hits = |who: &str| world.look(who, |tx, actor| views::search(tx, actor, "zebra", None, 5)).unwrap();
        assert!(hits("north_rep").iter().all(|group| group.rows.is_empty()), "search finds no word of a secured column");
        secure(world, "accounts", &name, false);
        assert_eq!(hits("manager").iter().map(|group| group.rows.len()).sum::<usize>(), 1, "once it is open, whoever reads the row");
    });
}

#[test]
fn what_does_not_fit_is_refused_at_its_field_and_nothing_is_kept() {
    on_both(|world| {
        add(world, "admin", new("accounts", "Rank", "text")).unwrap();
        add(world, "admin", new("accounts", "Old", "text")).unwrap();
        retire(world, "admin", "accounts", "x_old").unwrap();
        let at = |field: &str, new: NewColumn| {
            let wrong = wrong(add(world, "admin", new));
            assert_eq!(wrong.iter().map(|(field, _)| field.as_str()).collect::<Vec<_>>(), [field], "{wrong:?}");
        };
        at("kind", new("accounts", "Other", "blob"));
        at("name", new("accounts", "Old", "text"));
        at("name", NewColumn { name: "x_select".into(), ..new("accounts", "Other", "text") });
        at("name", NewColumn { name: "x_owner".into(), ..new("accounts", "Other", "text") });
        at("label", NewColumn { name: "x_other".into(), ..new("accounts", "rank", "text") });
        at("length", NewColumn { length: Some(5000), ..new("accounts", "Other", "text") });
        at("length", NewColumn { length: Some(5), ..new("accounts", "Other", "date") });
        at("options", NewColumn { options: vec!["A".into(), "a".into()], ..new("accounts", "Other", "choice") });
        at("targets", new("accounts", "Other", "lookup"));
        at("sensitivity", NewColumn { sensitivity: "secret".into(), ..new("accounts", "Other", "text") });
        at("searched", NewColumn { is_searched: true, ..new("accounts", "Other", "date") });
        let both = NewColumn { name: "x_from".into(), length: Some(0), ..new("accounts", "", "text") };
        assert_eq!(wrong(add(world, "admin", both)).len(), 3, "all that is wrong is said at once");
        let kept = world.look("admin", |tx, actor| tables::columns(tx, actor, "accounts")).unwrap();
        assert_eq!(kept.columns.len(), 2);
    });
}

#[test]
fn an_option_is_called_otherwise_added_and_retired_and_values_stay() {
    on_both(|world| {
        let [rank, ..] = three(world);
        secure(world, "accounts", &rank, false);
        let id = make(world, "north_rep", "accounts", &[("name", text("Blue Kiln")), (&rank, Value::Int(1))]).unwrap();
        let say = |options| change(world, "accounts", "x_rank", ColumnChange { options, ..ColumnChange::default() });
        let named = |name: &str| OptionSaid { name: Some(name.into()), ..OptionSaid::default() };
        say(vec![OptionSaid { label: Some("Golden".into()), is_retired: Some(true), ..named("gold") }]).unwrap();
        say(vec![OptionSaid { label: Some("Lead".into()), ..OptionSaid::default() }]).unwrap();
        let table = world.table("accounts");
        let column = table.find(&rank).unwrap();
        let shown: Vec<_> = column.kind.options().iter().map(|o| (o.value, o.name.as_str(), o.label.as_str(), o.retired)).collect();
        assert_eq!(shown, [(1, "gold", "Golden", true), (2, "tin", "Tin", false), (3, "lead", "Lead", false)]);
        assert_eq!(open(world, "north_rep", id).cell(&table, &rank).unwrap().value, Value::Int(1), "who has it keeps it");
        let again = make(world, "north_rep", "accounts", &[("name", text("Zinc")), (&rank, Value::Int(1))]);
        assert_eq!(wrong(again), [("x_rank".into(), "`Golden` is chosen no more: this option is retired".into())]);
        make(world, "north_rep", "accounts", &[("name", text("Zinc")), (&rank, Value::Int(3))]).unwrap();
        assert_eq!(wrong(say(vec![named("silver")])), [("options".into(), "there is no option `silver`".into())]);
        let twice = OptionSaid { label: Some("tin".into()), ..OptionSaid::default() };
        assert_eq!(wrong(say(vec![twice])), [("options".into(), "the option `tin` is there twice".into())]);
        let found = names(world, &list(world, "north_rep", json!({ "column": rank, "op": "eq", "value": "gold" })).unwrap());
        assert_eq!(found, ["Blue Kiln"], "and is found by it");
    });
}

#[test]
fn a_retired_column_is_named_by_nobody_and_keeps_what_lies_in_it() {
    on_both(|world| {
        let [rank, keeper, _] = three(world);
        secure(world, "accounts", &rank, false);
        secure(world, "accounts", &keeper, false);
        let id = make(world, "north_rep", "accounts", &[("name", text("Blue Kiln")), (&rank, Value::Int(1))]).unwrap();
        retire(world, "admin", "accounts", "x_rank").unwrap();
        let unknown = problem(list(world, "north_rep", json!({ "column": rank, "op": "null" })));
        assert_eq!(unknown.code, "unknown-column");
        assert!(world.table("accounts").find(&rank).is_none());
        let out = String::from_utf8(export(world, "north_rep", &taking("accounts")).unwrap()).unwrap();
        assert!(!out.contains("Rank") && out.contains("Key account"), "{out}");
        let mapped = import(world, "north_rep", "accounts", b"a,b\nZinc,Gold\n", |ask| {
            ask.map = map(r#"{"columns":[{"from":"a","to":"name"},{"from":"b","to":"x_rank"}]}"#);
        });
        assert_eq!(problem(mapped).detail, "accounts have no column `x_rank`");
        let gone = world.act("admin", move |tx, actor| records::delete(tx, actor, actor.catalogue().find("accounts").unwrap().id, id));
        gone.unwrap();
        let back = world.act("admin", move |tx, actor| records::restore(tx, actor, actor.catalogue().find("accounts").unwrap().id, id));
        back.unwrap();
        let stored = world.desk().store().read(store::columns::columns).unwrap();
        assert!(stored.iter().any(|kept| kept.definition.name == rank && kept.definition.is_retired));
    });
}

#[test]
fn a_lookup_to_records_is_emptied_when_they_go_and_filled_when_they_come_back() {
    on_both(|world| {
        let partner = NewColumn { targets: vec!["accounts".into()], ..new("contacts", "Partner", "lookup") };
        let name = add(world, "admin", partner).unwrap();
        secure(world, "contacts", &name, false);
        let account = make(world, "north_rep", "accounts", &[("name", text("Blue Kiln"))]).unwrap();
        let contact = make(world, "north_rep", "contacts", &[("last_name", text("Lund")), (&name, account.into())]).unwrap();
        let unreadable = make(world, "south_rep", "contacts", &[("last_name", text("Odd")), (&name, account.into())]);
        assert_eq!(problem(unreadable).errors[0].column, name, "what one may not read is not there");
        let table = world.table("contacts");
        let seen = || {
            let row = world.look("north_rep", |tx, actor| views::open(tx, actor, "contacts", contact)).unwrap();
            row.cell(&table, "x_partner").unwrap().value.clone()
        };
        let related = world.look("north_rep", |tx, actor| views::related(tx, actor, "accounts", account, 5)).unwrap();
        assert!(related.iter().any(|list| list.column == name && list.listed.rows.len() == 1), "it stands on the record it names");
        let accounts = world.table_id("accounts");
        secure(world, "contacts", &name, true);
        let related = world.look("north_rep", |tx, actor| views::related(tx, actor, "accounts", account, 5)).unwrap();
        assert!(!related.iter().any(|list| list.column == name), "and not for whoever may not read the column");
        world.act("admin", move |tx, actor| records::delete(tx, actor, accounts, account)).unwrap();
        secure(world, "contacts", &name, false);
        assert_eq!(seen(), Value::Null);
        world.act("admin", move |tx, actor| records::restore(tx, actor, accounts, account)).unwrap();
        assert_eq!(seen(), Value::Id(account));
    });
}

#[test]
fn every_change_of_a_column_stands_in_the_trail_by_its_id() {
    on_both(|world| {
        let name = |verb: &str| crm::Verb::admin(verb);
        let asked = new("accounts", "Rank", "text");
        let made = world.desk().perform(&world.user("admin"), name("column.add"), move |tx, actor| tables::add_column(tx, actor, &asked));
        let (_, id) = made.unwrap();
        let refused = new("accounts", "Rank", "text");
        let twice =
            world.desk().perform(&world.user("admin"), name("column.add"), move |tx, actor| tables::add_column(tx, actor, &refused));
        problem(twice);
        let done = world
            .desk()
            .perform(&world.user("admin"), name("column.retire"), |tx, actor| tables::retire_column(tx, actor, "accounts", "x_rank"));
        done.unwrap();
        let lines = world.desk().store().read(|tx| store::trail::latest(tx, &Default::default(), 10)).unwrap();
        let told: Vec<_> =
            lines.iter().rev().filter(|l| l.verb.starts_with("column.")).map(|l| (l.verb.as_str(), l.verdict.as_str())).collect();
        assert_eq!(told, [("column.add", "done"), ("column.add", "invalid-values"), ("column.retire", "done")]);
        assert!(lines.iter().any(|line| line.subject.as_ref().is_some_and(|(set, row)| set == "columns" && *row == id)));
    });
}
