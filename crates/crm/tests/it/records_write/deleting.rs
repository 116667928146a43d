//! Deleting, bringing back, and files.

use super::*;
use crate::world::{DAY, denied, on_both, problem};
use security::Denial;
use std::io::Read;

fn task(world: &World, who: &str, about: &str, id: RowId) -> RowId {
    make(world, who, "tasks", &[("subject", text("Call")), (&format!("regarding@{about}"), Value::Id(id))]).unwrap()
}

fn deal(world: &World, who: &str, customer: RowId) -> RowId {
    make(world, who, "opportunities", &[("name", text("Deal")), ("customer@accounts", Value::Id(customer))]).unwrap()
}

#[test]
fn a_deleted_record_is_gone_and_comes_back_the_same() {
    on_both(|world| {
        let id = account(world, "manager", "Blue Kiln");
        edit(world, "manager", "accounts", id, &[("phone", text("+49 341 1"))]).unwrap();
        delete(world, "manager", "accounts", id).unwrap();
        assert!(!sees(world, "admin", "accounts", id));
        restore(world, "manager", "accounts", id).unwrap();
        assert_eq!(cell(world, "accounts", id, "phone"), text("+49 341 1"));
        assert_eq!(owner(world, "accounts", id), world.id("manager"));
        assert_eq!(cell(world, "accounts", id, "version"), Value::Int(2));
    });
}

#[test]
fn delete_asks_its_privilege_on_the_row() {
    on_both(|world| {
        let id = account(world, "north_rep", "Blue Kiln");
        assert!(matches!(denied(delete(world, "north_rep", "accounts", id)), Denial::NoPrivilege { .. }));
        let lead = make(world, "north_rep", "leads", &[("topic", text("Tea")), ("last_name", text("Doe"))]).unwrap();
        assert_eq!(denied(delete(world, "south_rep", "leads", lead)), Denial::NotThere);
        share(world, "north_rep", "leads", lead, world.id("south_rep"), &[Privilege::Read]).unwrap();
        assert_eq!(denied(delete(world, "south_rep", "leads", lead)), Denial::Row { privilege: Privilege::Delete, set: "leads".into() });
        delete(world, "north_rep", "leads", lead).unwrap();
    });
}

#[test]
fn a_customer_with_deals_is_not_deleted_and_the_deals_are_counted_for_whoever_sees_them() {
    on_both(|world| {
        let id = account(world, "manager", "Blue Kiln");
        let (one, two) = (deal(world, "manager", id), deal(world, "manager", id));
        let refused = problem(delete(world, "manager", "accounts", id));
        assert_eq!((refused.code, refused.detail.as_str()), ("in-use", "these depend on this record: 2 opportunities"));
        role(
            world,
            "Deleter",
            &[("accounts", &[(Privilege::Read, AccessLevel::User), (Privilege::Delete, AccessLevel::User)])],
            &[world.id("auditor")],
        );
        assign(world, "admin", "accounts", id, world.id("auditor")).unwrap();
        assert_eq!(problem(delete(world, "auditor", "accounts", id)).detail, "other records depend on this one");
        delete(world, "manager", "opportunities", one).unwrap();
        delete(world, "manager", "opportunities", two).unwrap();
        delete(world, "auditor", "accounts", id).unwrap();
    });
}

#[test]
fn a_currency_that_something_is_counted_in_is_not_deleted() {
    on_both(|world| {
        let told = [("name", text("Yen")), ("iso_code", text("JPY")), ("rate", Value::Int(1_600_000_000_000))];
        let yen = make(world, "admin", "currencies", &told).unwrap();
        let base = cell(world, "accounts", account(world, "manager", "Blue Kiln"), "currency").id().unwrap();
        let priced = make(world, "manager", "accounts", &[("name", text("Kyoto")), ("currency", Value::Id(yen))]).unwrap();
        assert_eq!(problem(delete(world, "admin", "currencies", yen)).detail, "these depend on this record: 1 account");
        assert_eq!(problem(delete(world, "admin", "currencies", base)).detail, "amounts are counted in this currency");
        delete(world, "admin", "accounts", priced).unwrap();
        delete(world, "admin", "currencies", yen).unwrap();
    });
}

#[test]
fn what_hangs_on_a_record_goes_and_comes_back_with_it() {
    on_both(|world| {
        let id = account(world, "manager", "Blue Kiln");
        let deal = deal(world, "manager", id);
        let line =
            make(world, "manager", "opportunity_products", &[("opportunity", Value::Id(deal)), ("quantity", Value::Int(1))]).unwrap();
        let call = task(world, "manager", "opportunities", deal);
        delete(world, "manager", "opportunities", deal).unwrap();
        for (set, row) in [("opportunities", deal), ("opportunity_products", line), ("tasks", call)] {
            assert!(!sees(world, "admin", set, row), "{set}");
        }
        assert_eq!(denied(restore(world, "manager", "tasks", call)), Denial::NotThere, "what went along comes back only with its root");
        restore(world, "manager", "opportunities", deal).unwrap();
        for (set, row) in [("opportunities", deal), ("opportunity_products", line), ("tasks", call)] {
            assert!(sees(world, "manager", set, row), "{set}");
        }
    });
}

#[test]
fn a_delete_that_would_need_more_is_refused_whole_with_one_text() {
    on_both(|world| {
        let lead = make(world, "north_rep", "leads", &[("topic", text("Tea")), ("last_name", text("Doe"))]).unwrap();
        let theirs = task(world, "manager", "leads", lead);
        let refused = problem(delete(world, "north_rep", "leads", lead));
        assert_eq!((refused.code, refused.detail.as_str()), ("in-use", "other records depend on this one"));
        assert!(sees(world, "north_rep", "leads", lead) && sees(world, "manager", "tasks", theirs));
        let account = account(world, "north_rep", "Blue Kiln");
        let linked = make(world, "north_rep", "leads", &[("topic", text("Tea")), ("last_name", text("Roe"))]).unwrap();
        edit(world, "north_rep", "accounts", account, &[("originating_lead", Value::Id(linked))]).unwrap();
        assign(world, "admin", "accounts", account, world.id("south_rep")).unwrap();
        assert_eq!(problem(delete(world, "north_rep", "leads", linked)).detail, "other records depend on this one");
    });
}

#[test]
fn a_delete_of_too_many_is_refused_before_anything_goes() {
    let world = World::sqlite();
    let id = account(&world, "manager", "Blue Kiln");
    let made = world.act("manager", move |tx, actor| {
        let catalogue = actor.catalogue().clone();
        let table = catalogue.find("tasks").unwrap();
        let told = [("subject".to_owned(), text("Call")), ("regarding@accounts".to_owned(), Value::Id(id))];
        let draft = Draft { table: table.id, id: None, cells: cells(&catalogue, table, &told), owner: None };
        (0..=records::MOST).try_for_each(|_| records::create(tx, actor, &draft).map(drop))
    });
    made.unwrap();
    assert_eq!(problem(delete(&world, "manager", "accounts", id)).code, "too-many");
    assert!(sees(&world, "manager", "accounts", id));
}

#[test]
fn an_emptied_lookup_is_filled_again_where_nobody_filled_it_since() {
    on_both(|world| {
        let id = account(world, "manager", "Blue Kiln");
        let other = account(world, "manager", "Other");
        let (stays, moves) = (contact(world, "manager", "Stays", Some(id)), contact(world, "manager", "Moves", Some(id)));
        delete(world, "manager", "accounts", id).unwrap();
        assert_eq!(cell(world, "contacts", stays, "account"), Value::Null);
        edit(world, "manager", "contacts", moves, &[("account", Value::Id(other))]).unwrap();
        restore(world, "manager", "accounts", id).unwrap();
        assert_eq!(cell(world, "contacts", stays, "account"), Value::Id(id));
        assert_eq!(cell(world, "contacts", moves, "account"), Value::Id(other));
    });
}

#[test]
fn a_contact_keeps_nothing_of_the_shares_of_a_deleted_account() {
    on_both(|world| {
        let id = account(world, "manager", "Blue Kiln");
        let person = contact(world, "manager", "Doe", Some(id));
        share(world, "manager", "accounts", id, world.id("south_rep"), &[Privilege::Read]).unwrap();
        assert!(sees(world, "south_rep", "contacts", person));
        delete(world, "manager", "accounts", id).unwrap();
        assert!(!sees(world, "south_rep", "contacts", person));
    });
}

#[test]
fn whoever_could_not_delete_it_does_not_bring_it_back() {
    on_both(|world| {
        let lead = make(world, "north_rep", "leads", &[("topic", text("Tea")), ("last_name", text("Doe"))]).unwrap();
        delete(world, "north_rep", "leads", lead).unwrap();
        assert_eq!(denied(restore(world, "south_rep", "leads", lead)), Denial::NotThere);
        assert!(matches!(denied(restore(world, "auditor", "leads", lead)), Denial::NoPrivilege { .. }));
        let unknown = RowId::parse("0199aaaa-0000-7000-8000-000000000001").unwrap();
        assert_eq!(denied(restore(world, "south_rep", "leads", unknown)), Denial::NotThere);
        restore(world, "north_rep", "leads", lead).unwrap();
    });
}

#[test]
fn after_thirty_days_nothing_comes_back() {
    on_both(|world| {
        let id = account(world, "manager", "Blue Kiln");
        delete(world, "manager", "accounts", id).unwrap();
        world.clock.go_on(30 * DAY + 1);
        assert_eq!(denied(restore(world, "manager", "accounts", id)), Denial::NotThere);
    });
}

#[test]
fn what_comes_back_names_nothing_that_is_gone() {
    on_both(|world| {
        let id = account(world, "manager", "Blue Kiln");
        let person = contact(world, "manager", "Doe", Some(id));
        let case = make(world, "admin", "cases", &[("title", text("Broken")), ("customer@accounts", Value::Id(id))]).unwrap();
        delete(world, "manager", "contacts", person).unwrap();
        delete(world, "admin", "cases", case).unwrap();
        delete(world, "manager", "accounts", id).unwrap();
        restore(world, "manager", "contacts", person).unwrap();
        assert_eq!(cell(world, "contacts", person, "account"), Value::Null);
        assert_eq!(problem(restore(world, "admin", "cases", case)).code, "gone");
        restore(world, "manager", "accounts", id).unwrap();
        restore(world, "admin", "cases", case).unwrap();
        assert_eq!(cell(world, "cases", case, "customer"), Value::Id(id));
    });
}

#[test]
fn a_file_is_attached_by_whoever_may_change_the_record_and_read_by_whoever_may_see_it() {
    on_both(|world| {
        let id = account(world, "north_rep", "Blue Kiln");
        let accounts = world.table_id("accounts");
        let attach = |who: &str, name: &str| {
            let kept = world.desk().store().keep_bytes(&b"hello"[..], 1000).unwrap();
            let file = records::Uploaded { kept, file_name: name.to_owned() };
            world.act(who, move |tx, actor| records::attach(tx, actor, accounts, id, &file))
        };
        let file = attach("north_rep", "C:\\offers\\Offer.html").unwrap();
        assert_eq!(denied(attach("south_rep", "x.txt")), Denial::NotThere);
        share(world, "north_rep", "accounts", id, world.id("south_rep"), &[Privilege::Read]).unwrap();
        assert!(matches!(denied(attach("south_rep", "x.txt")), Denial::Row { privilege: Privilege::Write, .. }));
        let content = world.look("south_rep", |tx, actor| records::content(tx, actor, file)).unwrap();
        assert_eq!((content.file_name.as_str(), content.content_type), ("Offer.html", "application/octet-stream"));
        let mut bytes = Vec::new();
        world.desk().store().open_bytes(content.found).unwrap().read_to_end(&mut bytes).unwrap();
        assert_eq!(bytes, b"hello");
        assert!(matches!(denied(world.look("auditor", |tx, actor| records::content(tx, actor, file))), Denial::NoPrivilege { .. }));
        assert_eq!(cell(world, "files", file, "size_bytes"), Value::Int(5));
    });
}

#[test]
fn which_bytes_a_file_has_is_not_written_by_hand() {
    on_both(|world| {
        let id = account(world, "admin", "Blue Kiln");
        let told = [("parent@accounts", Value::Id(id)), ("file_name", text("x.txt")), ("content", Value::Id(id))];
        assert_eq!(problem(make(world, "admin", "files", &told)).code, "not-writable");
    });
}
