//! Making records: in whose name, with which values.

use super::*;
use crate::world::{denied, on_both, problem};
use security::{Denial, UserState};
use store::accounts;

#[test]
fn whoever_makes_a_record_owns_it_in_the_own_unit() {
    on_both(|world| {
        let id = account(world, "north_rep", "Blue Kiln");
        assert_eq!(owner(world, "accounts", id), world.id("north_rep"));
        assert_eq!(cell(world, "accounts", id, "owning_unit"), Value::Id(world.unit("north").0));
        assert_eq!(cell(world, "accounts", id, "created_by"), Value::Id(world.id("north_rep").0));
    });
}

#[test]
fn a_rep_makes_nothing_in_a_colleagues_name() {
    on_both(|world| {
        let made = make_for(world, "north_rep", Some(world.id("south_rep")), "accounts", &[("name", text("Tin Drum"))]);
        assert_eq!(denied(made), Denial::Row { privilege: Privilege::Create, set: "accounts".into() });
    });
}

#[test]
fn a_manager_makes_records_for_people_below() {
    on_both(|world| {
        let south = world.id("south_rep");
        let id = make_for(world, "manager", Some(south), "accounts", &[("name", text("Tin Drum"))]).unwrap();
        assert_eq!(owner(world, "accounts", id), south);
        assert_eq!(cell(world, "accounts", id, "owning_unit"), Value::Id(world.unit("south").0));
        let outside = make_for(world, "manager", Some(world.id("service_rep")), "accounts", &[("name", text("Tin Drum"))]);
        assert_eq!(denied(outside), Denial::Row { privilege: Privilege::Create, set: "accounts".into() });
    });
}

#[test]
fn nobody_owns_what_they_could_not_see() {
    on_both(|world| {
        let auditor = make_for(world, "admin", Some(world.id("auditor")), "accounts", &[("name", text("Tin Drum"))]);
        assert_eq!(problem(auditor).errors[0].column, "owner");
        role(world, "Blind maker", &[("cases", &[(Privilege::Create, AccessLevel::User)])], &[world.id("auditor")]);
        let own = make(world, "auditor", "cases", &[("title", text("Broken"))]);
        assert_eq!(problem(own).errors[0].column, "owner");
    });
}

#[test]
fn a_frozen_or_invited_person_is_given_nothing() {
    on_both(|world| {
        let south = world.id("south_rep");
        world.operate(move |tx| Ok(accounts::set_state(tx, south, UserState::Frozen)?));
        let made = make_for(world, "manager", Some(south), "accounts", &[("name", text("Tin Drum"))]);
        assert!(problem(made).detail.contains("not active"));
    });
}

#[test]
fn an_owner_team_owns_by_its_own_roles_and_an_access_team_owns_nothing() {
    on_both(|world| {
        let tigers = team(world, "Tigers", "north", true, &["north_rep"]);
        let made = make_for(world, "north_rep", Some(tigers), "accounts", &[("name", text("Blue Kiln"))]);
        assert!(problem(made).detail.contains("may not see accounts"));
        role(world, "Tiger", &[("accounts", &[(Privilege::Read, AccessLevel::User)])], &[tigers]);
        let id = make_for(world, "north_rep", Some(tigers), "accounts", &[("name", text("Blue Kiln"))]).unwrap();
        assert_eq!(owner(world, "accounts", id), tigers);
        let guests = team(world, "Guests", "north", false, &["north_rep"]);
        assert!(problem(make_for(world, "admin", Some(guests), "accounts", &[("name", text("X"))])).detail.contains("owns nothing"));
    });
}

#[test]
fn without_the_privilege_nothing_is_made() {
    on_both(|world| {
        let made = make(world, "north_rep", "campaigns", &[("name", text("Spring"))]);
        assert_eq!(denied(made), Denial::NoPrivilege { privilege: Privilege::Create, set: "campaigns".into() });
    });
}

#[test]
fn what_the_product_keeps_is_refused_by_name() {
    on_both(|world| {
        for (column, value) in [
            ("owner", Value::Id(world.id("admin").0)),
            ("owning_unit", Value::Id(world.unit("root").0)),
            ("created_on", Value::Int(0)),
            ("version", Value::Int(7)),
            ("revenue_base", Value::Int(1)),
            ("exchange_rate", Value::Int(1)),
        ] {
            let made = problem(make(world, "admin", "accounts", &[("name", text("X")), (column, value)]));
            assert_eq!(made.code, "not-writable");
            assert!(made.detail.contains(column), "{}", made.detail);
        }
        let number = make(world, "admin", "orders", &[("name", text("X")), ("order_number", text("ORD-1"))]);
        assert_eq!(problem(number).code, "not-writable");
    });
}

#[test]
fn a_secured_column_is_not_filled_without_a_profile() {
    on_both(|world| {
        let made = make(world, "admin", "accounts", &[("name", text("X")), ("bank_account", text("DE00"))]);
        assert_eq!(denied(made), Denial::Column { set: "accounts".into(), column: "bank_account".into() });
        let id = account(world, "north_rep", "Blue Kiln");
        let changed = edit(world, "north_rep", "accounts", id, &[("credit_limit", Value::Int(1))]);
        assert_eq!(denied(changed), Denial::Column { set: "accounts".into(), column: "credit_limit".into() });
    });
}

#[test]
fn everything_that_is_wrong_is_said_at_once() {
    on_both(|world| {
        let long = "x".repeat(161);
        let wrong = problem(make(
            world,
            "admin",
            "accounts",
            &[
                ("name", text(&long)),
                ("email", text("nobody")),
                ("website", text("javascript:alert(1)")),
                ("industry", Value::Int(999)),
                ("number_of_employees", Value::Int(-1)),
            ],
        ));
        let columns: Vec<&str> = wrong.errors.iter().map(|e| e.column.as_str()).collect();
        assert_eq!(columns, ["name", "email", "website", "industry", "number_of_employees"]);
        assert_eq!(wrong.errors[0].message, "has 161 characters, at most 160 fit");
    });
}

#[test]
fn a_record_lacks_nothing_it_must_have() {
    on_both(|world| {
        let wrong = problem(make(world, "admin", "appointments", &[("subject", text("   "))]));
        let columns: Vec<&str> = wrong.errors.iter().map(|e| e.column.as_str()).collect();
        assert_eq!(columns, ["subject", "start_on", "end_on"]);
        let id = account(world, "admin", "Blue Kiln");
        assert_eq!(problem(edit(world, "admin", "accounts", id, &[("name", Value::Null)])).errors[0].column, "name");
    });
}

#[test]
fn text_is_kept_composed_and_counted_in_characters() {
    on_both(|world| {
        let id = account(world, "admin", "Cafe\u{301}");
        assert_eq!(cell(world, "accounts", id, "name"), text("Café"));
        let wide = "ü".repeat(160);
        account(world, "admin", &wide);
    });
}

#[test]
fn an_id_that_is_taken_is_a_conflict() {
    on_both(|world| {
        let id = account(world, "admin", "Blue Kiln");
        let table = world.table_id("accounts");
        let again = world.act("admin", move |tx, actor| {
            let catalogue = actor.catalogue().clone();
            let cells = cells(&catalogue, catalogue.table(table).unwrap(), &[("name".into(), text("Twin"))]);
            records::create(tx, actor, &Draft { table, id: Some(id), cells, owner: None })
        });
        assert_eq!(problem(again).code, "taken");
    });
}

#[test]
fn a_request_that_is_sent_twice_does_its_work_once() {
    on_both(|world| {
        let send = |hash: [u8; 32]| {
            world.act("north_rep", move |tx, actor| {
                if let Some((set, id)) = records::idempotent(tx, actor, "k1", &hash)? {
                    assert_eq!(set, "accounts");
                    return Ok(id);
                }
                let catalogue = actor.catalogue().clone();
                let table = catalogue.find("accounts").unwrap();
                let cells = cells(&catalogue, table, &[("name".into(), text("Once"))]);
                let id = records::create(tx, actor, &Draft { table: table.id, id: None, cells, owner: None })?;
                records::remember(tx, actor, "k1", &hash, "accounts", id)?;
                Ok(id)
            })
        };
        let first = send([1; 32]).unwrap();
        assert_eq!(send([1; 32]).unwrap(), first);
        assert_eq!(problem(send([2; 32])).code, "key-used");
        world.clock.go_on(crate::world::DAY + 1);
        assert_ne!(send([2; 32]).unwrap(), first);
    });
}
