//! By people who look for traces of what they may not see, and by people who ask too much.
//!
//! Not here: lookups (`crates/crm/tests/it/records_write/tying.rs`), lists and search (`crates/crm/tests/it/views.rs`).

use super::{opens, read_lines, text};
use crate::records_write::{account, contact, delete, make, make_for, restore, role, share, unshare};
use crate::world::{World, denied, on_both, problem};
use catalogue::{RowId, Value};
use crm::views::{self, ListAsk, MomentKind};
use crm::{Denial, Privilege, people};
use security::AccessLevel;
use serde_json::{Value as Json, json};

fn removed(world: &World, who: &str, set: &str) -> Vec<String> {
    let rows = world.look(who, |tx, actor| views::removed_list(tx, actor, set)).unwrap();
    rows.into_iter().map(|row| row.name).collect()
}

#[test]
fn what_somebody_deleted_is_not_named_to_them_once_it_is_out_of_their_reach() {
    on_both(|world| {
        let id = account(world, "north_rep", "Blue Kiln");
        delete(world, "manager", "accounts", id).unwrap();
        assert_eq!(removed(world, "manager", "accounts"), ["Blue Kiln"]);
        let (manager, service) = (world.id("manager"), world.unit("service"));
        world.operate(move |tx| Ok(store::accounts::move_user(tx, manager, service)?));
        assert!(removed(world, "manager", "accounts").is_empty());
        assert_eq!(denied(restore(world, "manager", "accounts", id)), Denial::NotThere);
        assert_eq!(removed(world, "admin", "accounts"), ["Blue Kiln"]);
    });
}

#[test]
fn whoever_could_delete_by_a_share_sees_it_among_the_deleted_as_long_as_the_share_lives() {
    on_both(|world| {
        let deal = make(world, "north_rep", "leads", &[("topic", text("Tea")), ("last_name", text("Doe"))]).unwrap();
        share(world, "north_rep", "leads", deal, world.id("south_rep"), &[Privilege::Read, Privilege::Delete]).unwrap();
        delete(world, "south_rep", "leads", deal).unwrap();
        assert_eq!(removed(world, "south_rep", "leads").len(), 1);
        restore(world, "south_rep", "leads", deal).unwrap();
        unshare(world, "north_rep", "leads", deal, world.id("south_rep")).unwrap();
        delete(world, "north_rep", "leads", deal).unwrap();
        assert!(removed(world, "south_rep", "leads").is_empty());
    });
}

#[test]
fn a_deleted_row_out_of_reach_is_answered_like_an_unknown_one_whatever_it_hangs_on() {
    on_both(|world| {
        let customer = account(world, "manager", "Blue Kiln");
        let case = make(world, "admin", "cases", &[("title", text("Broken")), ("customer@accounts", Value::Id(customer))]).unwrap();
        delete(world, "admin", "cases", case).unwrap();
        delete(world, "manager", "accounts", customer).unwrap();
        let own = [Privilege::Read, Privilege::Delete].map(|p| (p, AccessLevel::User));
        role(world, "Cases", &[("cases", &own)], &[world.id("north_rep")]);
        let unknown = RowId::parse("0199aaaa-0000-7000-8000-000000000001").unwrap();
        assert_eq!(denied(restore(world, "north_rep", "cases", unknown)), Denial::NotThere);
        assert_eq!(denied(restore(world, "north_rep", "cases", case)), Denial::NotThere);
        assert_eq!(problem(restore(world, "admin", "cases", case)).code, "gone");
    });
}

#[test]
fn a_line_comes_back_for_whoever_may_change_its_order_and_for_nobody_else() {
    on_both(|world| {
        let customer = account(world, "north_rep", "Blue Kiln");
        let order = make(world, "north_rep", "orders", &[("name", text("Tea")), ("customer@accounts", Value::Id(customer))]).unwrap();
        let line = make(
            world,
            "north_rep",
            "order_lines",
            &[("sales_order", Value::Id(order)), ("quantity", Value::Int(10_000)), ("name", text("Tin"))],
        )
        .unwrap();
        delete(world, "north_rep", "order_lines", line).unwrap();
        assert_eq!(removed(world, "north_rep", "order_lines"), ["Tin"]);
        assert!(removed(world, "south_rep", "order_lines").is_empty());
        assert_eq!(denied(restore(world, "south_rep", "order_lines", line)), Denial::NotThere);
        restore(world, "north_rep", "order_lines", line).unwrap();
    });
}

#[test]
fn a_record_read_by_its_history_or_its_timeline_stands_in_the_reading_journal() {
    on_both(|world| {
        let id = account(world, "north_rep", "Blue Kiln");
        read_lines(world);
        world.look("north_rep", |tx, actor| views::history(tx, actor, "accounts", id, 10)).unwrap();
        assert_eq!(read_lines(world), 1);
        world.look("north_rep", |tx, actor| views::timeline(tx, actor, "accounts", id, 10)).unwrap();
        assert!(read_lines(world) >= 1);
        world.look("north_rep", |tx, actor| views::removed_list(tx, actor, "leads")).unwrap();
        assert_eq!(read_lines(world), 1);
        assert!(world.look("south_rep", |tx, actor| views::history(tx, actor, "accounts", id, 10)).is_err());
        assert_eq!(read_lines(world), 1, "a refused read too");
    });
}

#[test]
fn a_timeline_leaves_out_what_is_about_a_record_by_a_lookup_that_is_not_open() {
    on_both(|world| {
        let id = account(world, "north_rep", "Blue Kiln");
        make(world, "north_rep", "tasks", &[("subject", text("Call")), ("regarding@accounts", Value::Id(id))]).unwrap();
        let told = |who: &str| {
            let moments = world.look(who, |tx, actor| views::timeline(tx, actor, "accounts", id, 20)).unwrap();
            moments.iter().filter(|m| matches!(m.kind, MomentKind::Record(..))).count()
        };
        assert_eq!(told("north_rep"), 1);
        world.operate(|tx| Ok(store::rights::set_secured(tx, "tasks", "regarding", true)?));
        assert_eq!(told("north_rep"), 0);
        opens(world, "tasks", "regarding", world.id("north_rep"));
        assert_eq!(told("north_rep"), 1);
    });
}

#[test]
fn a_name_that_is_taken_is_told_without_what_the_database_calls_it() {
    on_both(|world| {
        let made = world.act("admin", |tx, actor| {
            let draft = people::RoleDraft {
                id: None,
                name: "Salesperson".into(),
                team_only: false,
                privileges: Default::default(),
                others: Default::default(),
                tasks: Default::default(),
            };
            people::save_role(tx, actor, &draft)
        });
        let told = problem(made);
        assert_eq!(told.code, "taken");
        assert!(!told.detail.contains("sys_") && !told.detail.contains("UNIQUE") && !told.detail.contains("key"), "{}", told.detail);
    });
}

#[test]
fn a_name_without_end_is_refused() {
    on_both(|world| {
        let north = world.unit("north");
        let long = "x".repeat(255);
        let made = world.act("admin", move |tx, actor| people::create_team(tx, actor, &long, north, true));
        assert!(problem(made).detail.contains("at most 254"));
    });
}

fn filtered(world: &World, who: &str, filter: Json) -> crm::Done<usize> {
    let ask = ListAsk { set: "accounts".into(), view: "*".into(), filter: Some(filter), limit: 10, ..ListAsk::default() };
    world.look(who, |tx, actor| views::list(tx, actor, &ask)).map(|listed| listed.rows.len())
}

#[test]
fn a_filter_that_asks_too_much_is_refused_before_the_database_is_asked() {
    on_both(|world| {
        let one = json!({ "column": "name", "op": "contains", "value": "x" });
        let empty = json!({ "all": [] });
        let steps = (0..10).fold(one.clone(), |inner, _| json!({ "related": "parent_account", "where": inner }));
        let values = json!({ "any": vec![json!({ "column": "name", "op": "in", "value": vec!["x"; 500] }); 8] });
        for filter in [json!({ "all": vec![one.clone(); 5000] }), json!({ "any": vec![empty; 5000] }), steps, values] {
            assert_eq!(problem(filtered(world, "north_rep", filter)).code, "bad-filter");
        }
        assert_eq!(filtered(world, "north_rep", json!({ "any": vec![one; 90] })).unwrap(), 0);
    });
}

/// Every way to ask about a column that is not open names it in the refusal and answers nothing.
#[test]
fn no_operator_no_order_and_no_way_around_tells_a_secured_value() {
    on_both(|world| {
        world.operate(|tx| Ok(store::rights::set_secured(tx, "accounts", "fax", true)?));
        let id = account(world, "manager", "Blue Kiln");
        contact(world, "manager", "Doe", Some(id));
        let column_denied = |done: crm::Done<usize>| assert!(matches!(denied(done), Denial::Column { column, .. } if column == "fax"));
        let ops = ["eq", "ne", "contains", "not_contains", "begins_with", "ends_with", "null", "not_null", "in", "gt", "lt", "ge", "le"];
        for op in ops {
            let asked = json!({ "column": "fax", "op": op, "value": if op == "in" { json!(["1"]) } else { json!("1") } });
            column_denied(filtered(world, "manager", asked.clone()));
            column_denied(filtered(world, "manager", json!({ "not": { "any": [asked.clone()] } })));
            column_denied(filtered(world, "manager", json!({ "related": "contacts", "exists": { "related": "account", "where": asked } })));
        }
        for (sort, select) in [(Some("fax"), None), (Some("-fax"), None), (Some("name,fax"), None), (None, Some("fax"))] {
            let ask = ListAsk {
                set: "accounts".into(),
                view: "*".into(),
                sort: sort.map(str::to_owned),
                select: select.map(|s| vec![s.to_owned()]),
                limit: 1,
                ..ListAsk::default()
            };
            column_denied(world.look("manager", |tx, actor| views::list(tx, actor, &ask)).map(|l| l.rows.len()));
        }
        // By way of an import's keys and of what a lookup is matched by.
        let file = "name,fax\nBlue Kiln,1\n";
        let keyed = crate::exchange::begin(world, "manager", "accounts", file.as_bytes(), |ask| {
            ask.map = crate::exchange::map(r#"{"columns":[{"from":"name","to":"name"},{"from":"fax","to":"fax"}]}"#);
            ask.keys = vec!["fax".into()];
        });
        assert!(matches!(denied(keyed), Denial::Column { .. }));
        let matching =
            r#"{"columns":[{"from":"name","to":"last_name"},{"from":"fax","to":"account","match":{"set":"accounts","column":"fax"}}]}"#;
        let done = crate::exchange::import(world, "manager", "contacts", file.as_bytes(), |ask| ask.map = crate::exchange::map(matching));
        assert_eq!(done.unwrap().tally.created, 0);
    });
}

#[test]
fn an_import_finds_out_nothing_about_rows_out_of_reach() {
    on_both(|world| {
        make_for(world, "admin", Some(world.id("south_rep")), "accounts", &[("name", text("Tin Drum")), ("account_number", text("7"))])
            .unwrap();
        let file = "name,account_number\nTin Drum,7\nNo Such,8\n";
        // As duplicates: both are taken alike.
        let done = crate::exchange::import(world, "north_rep", "accounts", file.as_bytes(), |ask| {
            ask.keys = vec!["account_number".into()];
            ask.dry_run = true;
        });
        let done = done.unwrap();
        assert_eq!((done.tally.created, done.tally.failed), (2, 0));
        // As changes: both are told alike.
        let done = crate::exchange::import(world, "north_rep", "accounts", file.as_bytes(), |ask| {
            ask.keys = vec!["account_number".into()];
            ask.mode = crm::exchange::Mode::Update;
        });
        let told: Vec<String> = crate::exchange::failed(world, "north_rep", done.unwrap().id).into_iter().map(|(_, why)| why).collect();
        assert_eq!(told.len(), 2);
        assert_eq!(told[0], told[1]);
    });
}
