//! What the product fills in.

use super::*;
use crate::world::{on_both, problem};

const ONE: i64 = 10_000_000_000;

fn currency(world: &World, iso: &str, rate: i64) -> RowId {
    make(world, "admin", "currencies", &[("name", text(iso)), ("iso_code", text(iso)), ("rate", Value::Int(rate))]).unwrap()
}

fn line(world: &World, order: RowId, told: Told<'_>) -> Done<RowId> {
    let all = [&[("sales_order", Value::Id(order)), ("quantity", Value::Int(10_000))], told].concat();
    make(world, "north_rep", "order_lines", &all)
}

fn order(world: &World, told: Told<'_>) -> RowId {
    let customer = account(world, "north_rep", "Buyer");
    let all = [&[("name", text("Order")), ("customer@accounts", Value::Id(customer))], told].concat();
    make(world, "north_rep", "orders", &all).unwrap()
}

#[test]
fn a_new_record_begins_in_its_first_state() {
    on_both(|world| {
        let lead = make(world, "north_rep", "leads", &[("topic", text("Tea")), ("last_name", text("Doe"))]).unwrap();
        assert_eq!((cell(world, "leads", lead, "state"), cell(world, "leads", lead, "status")), (Value::Int(0), Value::Int(1)));
    });
}

#[test]
fn state_and_status_belong_together() {
    on_both(|world| {
        let lead = make(world, "north_rep", "leads", &[("topic", text("Tea")), ("last_name", text("Doe"))]).unwrap();
        let both = |told: Told<'_>| {
            edit(world, "north_rep", "leads", lead, told).unwrap();
            (cell(world, "leads", lead, "state"), cell(world, "leads", lead, "status"))
        };
        assert_eq!(both(&[("state", Value::Int(2))]), (Value::Int(2), Value::Int(4)));
        assert_eq!(both(&[("status", Value::Int(6))]), (Value::Int(2), Value::Int(6)));
        assert_eq!(both(&[("state", Value::Int(2))]), (Value::Int(2), Value::Int(6)));
        assert_eq!(both(&[("status", Value::Int(2))]), (Value::Int(0), Value::Int(2)));
        let wrong = edit(world, "north_rep", "leads", lead, &[("state", Value::Int(0)), ("status", Value::Int(3))]);
        assert_eq!(problem(wrong).errors[0].column, "status");
    });
}

#[test]
fn a_full_name_is_made_until_somebody_writes_one() {
    on_both(|world| {
        let id = make(world, "north_rep", "contacts", &[("first_name", text("Ada")), ("last_name", text("King"))]).unwrap();
        assert_eq!(cell(world, "contacts", id, "full_name"), text("Ada King"));
        edit(world, "north_rep", "contacts", id, &[("last_name", text("Lovelace"))]).unwrap();
        assert_eq!(cell(world, "contacts", id, "full_name"), text("Ada Lovelace"));
        edit(world, "north_rep", "contacts", id, &[("full_name", text("Countess Ada"))]).unwrap();
        edit(world, "north_rep", "contacts", id, &[("first_name", text("Augusta"))]).unwrap();
        assert_eq!(cell(world, "contacts", id, "full_name"), text("Countess Ada"));
        edit(world, "north_rep", "contacts", id, &[("full_name", Value::Null)]).unwrap();
        assert_eq!(cell(world, "contacts", id, "full_name"), text("Augusta Lovelace"));
    });
}

#[test]
fn numbers_count_up_and_a_refused_verb_gives_its_number_back() {
    on_both(|world| {
        let first = order(world, &[]);
        let refused = make(world, "north_rep", "orders", &[("name", text("No customer"))]);
        assert_eq!(problem(refused).errors[0].column, "customer");
        let second = order(world, &[]);
        assert_eq!(cell(world, "orders", first, "order_number"), text("ORD-000001"));
        assert_eq!(cell(world, "orders", second, "order_number"), text("ORD-000002"));
    });
}

#[test]
fn amounts_are_counted_in_the_organisations_currency() {
    on_both(|world| {
        let dollar = currency(world, "USD", ONE * 5 / 4);
        let id = make(
            world,
            "north_rep",
            "accounts",
            &[("name", text("Blue Kiln")), ("currency", Value::Id(dollar)), ("revenue", Value::Int(1_000_001))],
        )
        .unwrap();
        assert_eq!(cell(world, "accounts", id, "exchange_rate"), Value::Int(ONE * 5 / 4));
        assert_eq!(cell(world, "accounts", id, "revenue_base"), Value::Int(800_001));
        edit(world, "north_rep", "accounts", id, &[("revenue", Value::Int(-25))]).unwrap();
        assert_eq!(cell(world, "accounts", id, "revenue_base"), Value::Int(-20));
        edit(world, "north_rep", "accounts", id, &[("revenue", Value::Null)]).unwrap();
        assert_eq!(cell(world, "accounts", id, "revenue_base"), Value::Null);
    });
}

#[test]
fn a_rate_is_taken_when_the_currency_is_and_stays() {
    on_both(|world| {
        let dollar = currency(world, "USD", ONE * 2);
        let plain = make(world, "north_rep", "accounts", &[("name", text("A")), ("revenue", Value::Int(500))]).unwrap();
        assert_eq!(cell(world, "accounts", plain, "revenue_base"), Value::Int(500));
        assert!(cell(world, "accounts", plain, "currency").id().is_some(), "the organisation's own");
        edit(world, "north_rep", "accounts", plain, &[("currency", Value::Id(dollar))]).unwrap();
        assert_eq!(cell(world, "accounts", plain, "revenue_base"), Value::Int(250));
        edit(world, "admin", "currencies", dollar, &[("rate", Value::Int(ONE * 4))]).unwrap();
        edit(world, "north_rep", "accounts", plain, &[("revenue", Value::Int(1000))]).unwrap();
        assert_eq!(cell(world, "accounts", plain, "revenue_base"), Value::Int(500));
    });
}

#[test]
fn secured_amounts_are_counted_anew_for_whoever_may_not_see_them() {
    on_both(|world| {
        let dollar = currency(world, "USD", ONE * 2);
        let id = account(world, "north_rep", "Blue Kiln");
        let admin = world.id("admin");
        world.operate(move |tx| {
            let grant =
                security::ColumnGrant { set: "accounts".into(), column: "credit_limit".into(), read: true, create: true, update: true };
            let profile = rights::save_profile(tx, &rights::ProfileDraft { id: None, name: "Credit".into(), grants: vec![grant] })?;
            rights::give_profile(tx, profile, admin, None, None)?;
            Ok(())
        });
        edit(world, "admin", "accounts", id, &[("credit_limit", Value::Int(900))]).unwrap();
        edit(world, "north_rep", "accounts", id, &[("currency", Value::Id(dollar))]).unwrap();
        assert_eq!(cell(world, "accounts", id, "credit_limit_base"), Value::Int(450));
        assert_eq!(cell_for(world, "north_rep", "accounts", id, "credit_limit_base"), None);
    });
}

#[test]
fn an_amount_that_cannot_be_counted_is_refused() {
    on_both(|world| {
        let tiny = currency(world, "KWD", 1);
        let told = [("name", text("X")), ("currency", Value::Id(tiny)), ("revenue", Value::Int(i64::MAX))];
        assert_eq!(problem(make(world, "north_rep", "accounts", &told)).errors[0].column, "revenue");
    });
}

#[test]
fn a_line_is_counted_and_called_like_what_it_hangs_on() {
    on_both(|world| {
        let dollar = currency(world, "USD", ONE * 2);
        let chai = make(world, "admin", "products", &[("name", text("Chai")), ("product_number", text("1"))]).unwrap();
        let order = order(world, &[("currency", Value::Id(dollar))]);
        let id = line(world, order, &[("product", Value::Id(chai)), ("price_per_unit", Value::Int(180_000))]).unwrap();
        assert_eq!(cell(world, "order_lines", id, "name"), text("Chai"));
        assert_eq!(cell(world, "order_lines", id, "price_per_unit_base"), Value::Int(90_000));
        let named = line(world, order, &[("product", Value::Id(chai)), ("name", text("Tea"))]).unwrap();
        assert_eq!(cell(world, "order_lines", named, "name"), text("Tea"));
        let base = cell(world, "accounts", account(world, "north_rep", "Any"), "currency");
        edit(world, "north_rep", "orders", order, &[("currency", base)]).unwrap();
        assert_eq!(cell(world, "order_lines", id, "price_per_unit_base"), Value::Int(180_000));
    });
}

#[test]
fn there_is_one_organisations_currency() {
    on_both(|world| {
        let told = [("name", text("Y")), ("iso_code", text("JPY")), ("rate", Value::Int(ONE)), ("is_base", Value::Int(1))];
        assert_eq!(problem(make(world, "admin", "currencies", &told)).errors[0].column, "is_base");
        let nothing = [("name", text("Y")), ("iso_code", text("JPY")), ("rate", Value::Int(0))];
        assert_eq!(problem(make(world, "admin", "currencies", &nothing)).errors[0].column, "rate");
    });
}
