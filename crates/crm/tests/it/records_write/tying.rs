//! Lookups: what may be named, and what naming asks.

use super::*;
use crate::world::{denied, on_both, problem};
use security::Denial;

#[test]
fn an_unreadable_record_and_an_unknown_one_are_answered_alike() {
    on_both(|world| {
        let hidden = account(world, "south_rep", "Tin Drum");
        let unknown = RowId::parse("0199aaaa-0000-7000-8000-000000000001").unwrap();
        let name = |id: RowId| problem(make(world, "north_rep", "contacts", &[("last_name", text("Doe")), ("account", Value::Id(id))]));
        assert_eq!(name(hidden), name(unknown));
        assert_eq!(name(hidden).errors[0].message, "there is no such record");
        let no_table = |id: RowId| {
            let told = [("name", text("X")), ("customer@accounts", Value::Id(account(world, "north_rep", "Y"))), ("quote", Value::Id(id))];
            problem(make(world, "admin", "orders", &told))
        };
        assert_eq!(no_table(unknown).errors[0].message, "there is no such record");
    });
}

#[test]
fn a_guess_at_a_hidden_lookup_is_not_confirmed() {
    on_both(|world| {
        let id = account(world, "north_rep", "Blue Kiln");
        let contact = contact(world, "north_rep", "Doe", Some(id));
        assign(world, "admin", "accounts", id, world.id("south_rep")).unwrap();
        assign(world, "admin", "contacts", contact, world.id("north_rep")).unwrap();
        let told = edit(world, "north_rep", "contacts", contact, &[("account", Value::Id(id))]);
        assert_eq!(problem(told).errors[0].message, "there is no such record");
    });
}

#[test]
fn naming_a_record_asks_append_to_there() {
    on_both(|world| {
        let south = world.id("south_rep");
        let id = account(world, "north_rep", "Blue Kiln");
        share(world, "north_rep", "accounts", id, south, &[Privilege::Read]).unwrap();
        let tie = || make(world, "south_rep", "contacts", &[("last_name", text("Doe")), ("account", Value::Id(id))]);
        assert_eq!(denied(tie()), Denial::Row { privilege: Privilege::AppendTo, set: "accounts".into() });
        share(world, "north_rep", "accounts", id, south, &[Privilege::AppendTo]).unwrap();
        tie().unwrap();
    });
}

#[test]
fn naming_a_record_asks_append_on_the_row_that_names() {
    on_both(|world| {
        use AccessLevel::{Organisation, User};
        let maker: &[(Privilege, AccessLevel)] = &[(Privilege::Create, User), (Privilege::Read, User), (Privilege::Write, User)];
        let place: &[(Privilege, AccessLevel)] = &[(Privilege::Read, Organisation), (Privilege::AppendTo, Organisation)];
        role(world, "Maker without append", &[("contacts", maker), ("accounts", place)], &[world.id("auditor")]);
        let id = account(world, "north_rep", "Blue Kiln");
        let made = make(world, "auditor", "contacts", &[("last_name", text("Doe")), ("account", Value::Id(id))]);
        assert_eq!(denied(made), Denial::NoPrivilege { privilege: Privilege::Append, set: "contacts".into() });
        let alone = contact(world, "auditor", "Doe", None);
        let tied = edit(world, "auditor", "contacts", alone, &[("account", Value::Id(id))]);
        assert_eq!(denied(tied), Denial::NoPrivilege { privilege: Privilege::Append, set: "contacts".into() });
    });
}

#[test]
fn a_lookup_that_stays_asks_nothing_and_one_that_is_emptied_asks_write_only() {
    on_both(|world| {
        let (north, south) = (world.id("north_rep"), world.id("south_rep"));
        let id = account(world, "north_rep", "Blue Kiln");
        let contact = contact(world, "north_rep", "Doe", Some(id));
        assign(world, "admin", "accounts", id, south).unwrap();
        assign(world, "admin", "contacts", contact, north).unwrap();
        share(world, "south_rep", "accounts", id, north, &[Privilege::Read]).unwrap();
        edit(world, "north_rep", "contacts", contact, &[("account", Value::Id(id)), ("job_title", text("Potter"))]).unwrap();
        edit(world, "north_rep", "contacts", contact, &[("account", Value::Null)]).unwrap();
        assert_eq!(cell(world, "contacts", contact, "account"), Value::Null);
    });
}

#[test]
fn a_line_asks_write_on_its_order_and_append_to_on_its_product() {
    on_both(|world| {
        let (north, south) = (world.id("north_rep"), world.id("south_rep"));
        let customer = account(world, "north_rep", "Buyer");
        let order = make(world, "north_rep", "orders", &[("name", text("O")), ("customer@accounts", Value::Id(customer))]).unwrap();
        share(world, "north_rep", "orders", order, south, &[Privilege::Read]).unwrap();
        let add = |who: &str, product: Option<RowId>| {
            let told = [("sales_order", Value::Id(order)), ("quantity", Value::Int(1)), ("product", product.into())];
            make(world, who, "order_lines", &told)
        };
        assert!(matches!(denied(add("south_rep", None)), Denial::Row { privilege: Privilege::Create, .. }));
        share(world, "north_rep", "orders", order, south, &[Privilege::Write]).unwrap();
        add("south_rep", None).unwrap();
        let chai = make(world, "admin", "products", &[("name", text("Chai")), ("product_number", text("1"))]).unwrap();
        add("south_rep", Some(chai)).unwrap();
        use AccessLevel::{Organisation, User};
        let seller = &[(Privilege::Create, User), (Privilege::Read, User), (Privilege::Write, User)];
        let tables: &[(&str, &[(Privilege, AccessLevel)])] = &[("orders", seller), ("products", &[(Privilege::Read, Organisation)])];
        role(world, "Seller without shelf", tables, &[world.id("auditor")]);
        share(world, "north_rep", "orders", order, world.id("auditor"), &[Privilege::Read, Privilege::Write]).unwrap();
        assert_eq!(denied(add("auditor", Some(chai))), Denial::NoPrivilege { privilege: Privilege::AppendTo, set: "products".into() });
        assert!(north != south);
    });
}

#[test]
fn a_line_moves_only_between_parents_that_may_both_be_changed() {
    on_both(|world| {
        let customer = account(world, "north_rep", "Buyer");
        let new = |who: &str, name: &str| {
            let customer = if who == "north_rep" { customer } else { account(world, who, "Other buyer") };
            make(world, who, "orders", &[("name", text(name)), ("customer@accounts", Value::Id(customer))]).unwrap()
        };
        let (mine, also_mine, theirs) = (new("north_rep", "1"), new("north_rep", "2"), new("south_rep", "3"));
        let line = make(world, "north_rep", "order_lines", &[("sales_order", Value::Id(mine)), ("quantity", Value::Int(1))]).unwrap();
        edit(world, "north_rep", "order_lines", line, &[("sales_order", Value::Id(also_mine))]).unwrap();
        let hidden = edit(world, "north_rep", "order_lines", line, &[("sales_order", Value::Id(theirs))]);
        assert_eq!(problem(hidden).errors[0].message, "there is no such record");
        share(world, "south_rep", "orders", theirs, world.id("north_rep"), &[Privilege::Read]).unwrap();
        let read_only = edit(world, "north_rep", "order_lines", line, &[("sales_order", Value::Id(theirs))]);
        assert!(matches!(denied(read_only), Denial::Row { privilege: Privilege::Write, .. }));
        assert_eq!(problem(edit(world, "north_rep", "order_lines", line, &[("sales_order", Value::Null)])).errors[0].column, "sales_order");
    });
}

#[test]
fn a_queue_item_asks_append_on_both_ends() {
    on_both(|world| {
        let queue = make(world, "service_rep", "queues", &[("name", text("Hotline"))]).unwrap();
        let customer = account(world, "north_rep", "Buyer");
        let case = make(world, "service_rep", "cases", &[("title", text("Broken")), ("customer@accounts", Value::Id(customer))]).unwrap();
        let put = |who: &str| make(world, who, "queue_items", &[("queue", Value::Id(queue)), ("object@cases", Value::Id(case))]);
        put("service_rep").unwrap();
        assert!(put("north_rep").is_err());
    });
}

#[test]
fn a_lookup_to_a_person_asks_only_that_there_is_one() {
    on_both(|world| {
        let goal = |id: RowId| make(world, "manager", "goals", &[("name", text("More")), ("goal_owner@users", Value::Id(id))]);
        goal(world.id("auditor").0).unwrap();
        assert_eq!(problem(goal(world.unit("north").0)).errors[0].message, "there is no such user");
    });
}

#[test]
fn a_record_does_not_name_itself_and_a_lookup_names_only_its_tables() {
    on_both(|world| {
        let id = account(world, "north_rep", "Blue Kiln");
        let itself = edit(world, "north_rep", "accounts", id, &[("parent_account", Value::Id(id))]);
        assert_eq!(problem(itself).errors[0].column, "parent_account");
        let wrong = make(world, "north_rep", "opportunities", &[("name", text("X")), ("customer@leads", Value::Id(id))]);
        assert_eq!(problem(wrong).errors[0].message, "cannot name such a record");
    });
}
