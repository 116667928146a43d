//! Changing records: versions, reach, the two kinds of no.

use super::*;
use crate::world::{denied, on_both, problem};
use crm::Error;
use security::Denial;

#[test]
fn a_change_raises_the_version_and_a_stale_one_is_told_the_version_that_stands() {
    on_both(|world| {
        let id = account(world, "north_rep", "Blue Kiln");
        assert_eq!(edit_at(world, "north_rep", "accounts", id, Some(1), &[("phone", text("1"))]).unwrap(), 2);
        match edit_at(world, "north_rep", "accounts", id, Some(1), &[("phone", text("2"))]) {
            Err(Error::Stale { set, id: of, version }) => assert_eq!((set.as_str(), of, version), ("accounts", id, 2)),
            other => panic!("{other:?}"),
        }
        assert_eq!(cell(world, "accounts", id, "phone"), text("1"));
        assert_eq!(edit_at(world, "north_rep", "accounts", id, Some(2), &[("phone", text("1"))]).unwrap(), 2, "nothing changed");
    });
}

#[test]
fn what_is_readable_and_not_writable_is_told_apart_from_what_is_not_there() {
    on_both(|world| {
        let id = account(world, "north_rep", "Blue Kiln");
        let unknown = RowId::parse("0199aaaa-0000-7000-8000-000000000001").unwrap();
        let told: Told<'_> = &[("phone", text("1"))];
        assert_eq!(denied(edit(world, "south_rep", "accounts", id, told)), Denial::NotThere);
        assert_eq!(denied(edit(world, "south_rep", "accounts", unknown, told)), Denial::NotThere);
        let row = Denial::Row { privilege: Privilege::Write, set: "accounts".into() };
        share(world, "north_rep", "accounts", id, world.id("south_rep"), &[Privilege::Read]).unwrap();
        assert_eq!(denied(edit(world, "south_rep", "accounts", id, told)), row);
        let none = Denial::NoPrivilege { privilege: Privilege::Write, set: "accounts".into() };
        assert_eq!(denied(edit(world, "auditor", "accounts", id, told)), none);
        assert_eq!(denied(edit(world, "auditor", "accounts", unknown, told)), none);
    });
}

#[test]
fn a_refused_change_changes_nothing_and_stands_in_the_trail() {
    on_both(|world| {
        let id = account(world, "north_rep", "Blue Kiln");
        edit(world, "south_rep", "accounts", id, &[("phone", text("1"))]).unwrap_err();
        assert_eq!(cell(world, "accounts", id, "phone"), Value::Null);
        assert_eq!(world.trail().last().unwrap().1, "not-there");
    });
}

#[test]
fn a_column_is_told_once_and_the_owner_not_at_all() {
    on_both(|world| {
        let id = account(world, "north_rep", "Blue Kiln");
        assert_eq!(problem(edit(world, "north_rep", "accounts", id, &[("phone", text("1")), ("phone", text("2"))])).code, "twice");
        let owner = edit(world, "admin", "accounts", id, &[("owner", Value::Id(world.id("admin").0))]);
        assert_eq!(problem(owner).code, "not-writable");
    });
}

#[test]
fn a_contact_that_moves_goes_to_the_new_accounts_owner_when_the_old_one_had_it() {
    on_both(|world| {
        let (north, south) = (world.id("north_rep"), world.id("south_rep"));
        let old = account(world, "north_rep", "Old");
        let new = account(world, "south_rep", "New");
        share(world, "south_rep", "accounts", new, north, &[Privilege::Read, Privilege::AppendTo]).unwrap();
        let follows = contact(world, "north_rep", "Follows", Some(old));
        let stays =
            make_for(world, "manager", Some(world.id("manager")), "contacts", &[("last_name", text("Stays")), ("account", Value::Id(old))])
                .unwrap();
        edit(world, "north_rep", "contacts", follows, &[("account", Value::Id(new))]).unwrap();
        edit(world, "manager", "contacts", stays, &[("account", Value::Id(new))]).unwrap();
        assert_eq!(owner(world, "contacts", follows), south);
        assert_eq!(owner(world, "contacts", stays), world.id("manager"));
        assert!(sees(world, "north_rep", "contacts", follows), "by the new account's share");
        assert!(!may(world, "north_rep", Privilege::Write, "contacts", follows), "the previous owner keeps nothing");
    });
}

#[test]
fn a_contact_that_moves_leaves_its_old_accounts_shares_and_takes_the_new_ones() {
    on_both(|world| {
        let (old, new) = (account(world, "manager", "Old"), account(world, "manager", "New"));
        let moved = contact(world, "manager", "Moves", Some(old));
        share(world, "manager", "accounts", old, world.id("north_rep"), &[Privilege::Read]).unwrap();
        share(world, "manager", "accounts", new, world.id("south_rep"), &[Privilege::Read]).unwrap();
        assert!(sees(world, "north_rep", "contacts", moved) && !sees(world, "south_rep", "contacts", moved));
        edit(world, "manager", "contacts", moved, &[("account", Value::Id(new))]).unwrap();
        assert!(!sees(world, "north_rep", "contacts", moved) && sees(world, "south_rep", "contacts", moved));
        unshare(world, "manager", "accounts", new, world.id("south_rep")).unwrap();
        assert!(!sees(world, "south_rep", "contacts", moved));
    });
}
