//! Giving records away and sharing them, with what follows.

use super::*;
use crate::world::{DAY, denied, on_both, problem};
use crm::Error;
use security::{Denial, UserState};
use store::accounts;

const READ: &[Privilege] = &[Privilege::Read];

#[test]
fn assigning_moves_the_record_to_the_new_owners_unit_and_the_previous_owner_keeps_nothing() {
    on_both(|world| {
        let id = account(world, "north_rep", "Blue Kiln");
        assign(world, "north_rep", "accounts", id, world.id("south_rep")).unwrap();
        assert_eq!(owner(world, "accounts", id), world.id("south_rep"));
        assert_eq!(cell(world, "accounts", id, "owning_unit"), Value::Id(world.unit("south").0));
        assert!(!sees(world, "north_rep", "accounts", id));
    });
}

#[test]
fn the_previous_owner_goes_on_reading_until_a_day_when_whoever_assigns_says_so() {
    on_both(|world| {
        let (north, south) = (world.id("north_rep"), world.id("south_rep"));
        let id = account(world, "north_rep", "Blue Kiln");
        let child = contact(world, "north_rep", "Doe", Some(id));
        let table = world.table_id("accounts");
        let keeping =
            move |who: &str, until: i64| world.act(who, move |tx, actor| records::assign_keeping(tx, actor, table, id, south, until));
        let until = world.desk().store().now() + DAY;
        assert_eq!(problem(keeping("north_rep", world.desk().store().now())).errors[0].column, "keep_until");
        assert_eq!(denied(keeping("service_rep", until)), Denial::NoPrivilege { privilege: Privilege::Assign, set: "accounts".into() });
        assert_eq!(owner(world, "accounts", id), north, "what was refused changed nothing");
        keeping("north_rep", until).unwrap();
        assert_eq!(owner(world, "accounts", id), south);
        assert!(sees(world, "north_rep", "accounts", id) && sees(world, "north_rep", "contacts", child), "and what went along");
        let change = edit(world, "north_rep", "accounts", id, &[("name", text("Red Kiln"))]);
        assert_eq!(denied(change), Denial::Row { privilege: Privilege::Write, set: "accounts".into() }, "to read, no more");
        world.clock.go_on(2 * DAY);
        assert!(!sees(world, "north_rep", "accounts", id) && !sees(world, "north_rep", "contacts", child));
    });
}

#[test]
fn only_whoever_may_share_lets_the_previous_owner_go_on_reading() {
    on_both(|world| {
        use AccessLevel::Organisation;
        let giver: &[(Privilege, AccessLevel)] = &[(Privilege::Read, Organisation), (Privilege::Assign, Organisation)];
        role(world, "Giver without share", &[("accounts", giver)], &[world.id("auditor")]);
        let (id, south, table) = (account(world, "north_rep", "Blue Kiln"), world.id("south_rep"), world.table_id("accounts"));
        let until = world.desk().store().now() + DAY;
        let kept = world.act("auditor", move |tx, actor| records::assign_keeping(tx, actor, table, id, south, until));
        assert_eq!(denied(kept), Denial::NoPrivilege { privilege: Privilege::Share, set: "accounts".into() });
        assign(world, "auditor", "accounts", id, south).unwrap();
        assert!(!sees(world, "north_rep", "accounts", id));
    });
}

#[test]
fn assign_is_bounded_by_the_row_and_asks_its_privilege() {
    on_both(|world| {
        let id = account(world, "north_rep", "Blue Kiln");
        let south = world.id("south_rep");
        assert_eq!(denied(assign(world, "south_rep", "accounts", id, south)), Denial::NotThere);
        share(world, "north_rep", "accounts", id, south, READ).unwrap();
        assert_eq!(
            denied(assign(world, "south_rep", "accounts", id, south)),
            Denial::Row { privilege: Privilege::Assign, set: "accounts".into() }
        );
        assert!(matches!(denied(assign(world, "service_rep", "accounts", id, south)), Denial::NoPrivilege { .. }));
        let product = make(world, "admin", "products", &[("name", text("Chai")), ("product_number", text("1"))]).unwrap();
        assert_eq!(problem(assign(world, "admin", "products", product, south)).code, "no-owner");
    });
}

#[test]
fn a_record_is_given_only_to_whoever_is_active_and_could_see_it() {
    on_both(|world| {
        let id = account(world, "north_rep", "Blue Kiln");
        let south = world.id("south_rep");
        world.operate(move |tx| Ok(accounts::set_state(tx, south, UserState::Frozen)?));
        let nobody = PrincipalId(RowId::parse("0199aaaa-0000-7000-8000-000000000001").unwrap());
        for to in [south, world.id("auditor"), nobody, PrincipalId::ORGANISATION] {
            assert_eq!(problem(assign(world, "admin", "accounts", id, to)).errors[0].column, "owner");
        }
        let lead = make(world, "north_rep", "leads", &[("topic", text("Tea")), ("last_name", text("Doe"))]).unwrap();
        let unseen = problem(assign(world, "admin", "leads", lead, world.id("service_rep")));
        assert!(unseen.detail.contains("may not see leads"));
    });
}

#[test]
fn what_the_same_person_owned_follows_an_assigned_account_and_the_rest_stays() {
    on_both(|world| {
        let (north, south, manager) = (world.id("north_rep"), world.id("south_rep"), world.id("manager"));
        let id = account(world, "north_rep", "Blue Kiln");
        let follows = contact(world, "north_rep", "Follows", Some(id));
        let told = [("last_name", text("Stays")), ("account", Value::Id(id))];
        let stays = make_for(world, "manager", Some(manager), "contacts", &told).unwrap();
        let task = |state: i64| {
            let told = [("subject", text("Call")), ("regarding@accounts", Value::Id(id)), ("state", Value::Int(state))];
            make(world, "north_rep", "tasks", &told).unwrap()
        };
        let (open, done) = (task(0), task(1));
        assign(world, "north_rep", "accounts", id, south).unwrap();
        assert_eq!(owner(world, "contacts", follows), south);
        assert_eq!(owner(world, "contacts", stays), manager);
        assert_eq!(owner(world, "tasks", open), south);
        assert_eq!(owner(world, "tasks", done), north, "what is finished stays with whoever did it");
    });
}

#[test]
fn a_cascade_gives_away_nothing_the_actor_may_not_give_away() {
    on_both(|world| {
        let id = account(world, "north_rep", "Blue Kiln");
        let mine = contact(world, "north_rep", "Doe", Some(id));
        share(world, "north_rep", "accounts", id, world.id("south_rep"), &[Privilege::Read, Privilege::Assign]).unwrap();
        unshare_contact(world, mine);
        assign(world, "south_rep", "accounts", id, world.id("south_rep")).unwrap();
        assert_eq!(owner(world, "contacts", mine), world.id("north_rep"));
    });
}

/// Takes the contact out of the share that came down to it: its own row stays its owner's alone.
fn unshare_contact(world: &World, id: RowId) {
    world.operate(move |tx| {
        for share in store::records::live_shares(tx, "contacts", id)? {
            store::records::end_share(tx, "contacts", &share, id)?;
        }
        Ok(())
    });
}

#[test]
fn a_share_opens_what_it_says_and_ends_by_itself() {
    on_both(|world| {
        let id = account(world, "north_rep", "Blue Kiln");
        let south = world.id("south_rep");
        let until = world.desk().store().now() + DAY;
        share_until(world, "north_rep", "accounts", id, south, READ, Some(until)).unwrap();
        assert!(sees(world, "south_rep", "accounts", id));
        assert!(!may(world, "south_rep", Privilege::Write, "accounts", id));
        world.clock.go_on(DAY);
        assert!(!sees(world, "south_rep", "accounts", id));
    });
}

#[test]
fn nobody_shares_a_right_they_lack() {
    on_both(|world| {
        let id = account(world, "north_rep", "Blue Kiln");
        let refused = share(world, "north_rep", "accounts", id, world.id("south_rep"), &[Privilege::Read, Privilege::Delete]);
        assert!(matches!(denied(refused), Denial::NoPrivilege { privilege: Privilege::Delete, .. }));
        share(world, "north_rep", "accounts", id, world.id("manager"), READ).unwrap();
        share(world, "north_rep", "accounts", id, world.id("south_rep"), &[Privilege::Read, Privilege::Share]).unwrap();
        let further = share(world, "south_rep", "accounts", id, world.id("service_rep"), &[Privilege::Write]);
        assert_eq!(denied(further), Denial::Row { privilege: Privilege::Write, set: "accounts".into() });
        share(world, "south_rep", "accounts", id, world.id("service_rep"), READ).unwrap();
    });
}

#[test]
fn a_share_names_somebody_something_and_a_time_to_come() {
    on_both(|world| {
        let id = account(world, "north_rep", "Blue Kiln");
        let south = world.id("south_rep");
        let nobody = PrincipalId(RowId::parse("0199aaaa-0000-7000-8000-000000000001").unwrap());
        for with in [world.id("north_rep"), nobody, PrincipalId::OPERATOR] {
            assert_eq!(problem(share(world, "north_rep", "accounts", id, with, READ)).errors[0].column, "principal");
        }
        for rights in [&[][..], &[Privilege::Create]] {
            assert_eq!(problem(share(world, "north_rep", "accounts", id, south, rights)).errors[0].column, "rights");
        }
        let past = share_until(world, "north_rep", "accounts", id, south, READ, Some(world.desk().store().now()));
        assert_eq!(problem(past).errors[0].column, "until");
        let product = make(world, "admin", "products", &[("name", text("Chai")), ("product_number", text("1"))]).unwrap();
        assert_eq!(problem(share(world, "admin", "products", product, south, READ)).code, "not-shareable");
    });
}

#[test]
fn a_share_with_a_team_or_with_everybody_reaches_its_members() {
    on_both(|world| {
        let id = account(world, "north_rep", "Blue Kiln");
        let guests = team(world, "Guests", "root", false, &["south_rep"]);
        share(world, "north_rep", "accounts", id, guests, READ).unwrap();
        assert!(sees(world, "south_rep", "accounts", id));
        let lead = make(world, "north_rep", "leads", &[("topic", text("Tea")), ("last_name", text("Doe"))]).unwrap();
        share(world, "north_rep", "leads", lead, PrincipalId::ORGANISATION, READ).unwrap();
        assert!(sees(world, "south_rep", "leads", lead));
        assert!(!sees(world, "auditor", "leads", lead), "sharing never makes up for a missing privilege");
    });
}

#[test]
fn a_share_comes_down_to_children_and_ends_with_its_source() {
    on_both(|world| {
        let south = world.id("south_rep");
        let id = account(world, "north_rep", "Blue Kiln");
        let person = contact(world, "north_rep", "Doe", Some(id));
        let call = make(world, "north_rep", "tasks", &[("subject", text("Call")), ("regarding@contacts", Value::Id(person))]).unwrap();
        share(world, "north_rep", "accounts", id, south, &[Privilege::Read, Privilege::Write]).unwrap();
        assert!(may(world, "south_rep", Privilege::Write, "contacts", person));
        assert!(sees(world, "south_rep", "tasks", call), "and further down");
        let there = unshare(world, "north_rep", "contacts", person, south);
        assert_eq!(problem(there).detail, "this share comes from another record; end it there");
        unshare(world, "north_rep", "accounts", id, south).unwrap();
        for (set, row) in [("accounts", id), ("contacts", person), ("tasks", call)] {
            assert!(!sees(world, "south_rep", set, row), "{set}");
        }
    });
}

#[test]
fn a_share_gives_no_right_on_a_child_that_the_sharer_lacks_there() {
    on_both(|world| {
        let (north, south) = (world.id("north_rep"), world.id("south_rep"));
        let id = account(world, "manager", "Blue Kiln");
        let hidden = contact(world, "manager", "Hidden", Some(id));
        let half = contact(world, "manager", "Half", Some(id));
        share(world, "manager", "contacts", half, north, &[Privilege::Read, Privilege::Share]).unwrap();
        assign(world, "manager", "contacts", hidden, world.id("manager")).unwrap();
        let open = share(world, "manager", "accounts", id, north, &[Privilege::Read, Privilege::Write, Privilege::Share]);
        open.unwrap();
        unshare_contact(world, hidden);
        share(world, "north_rep", "accounts", id, south, &[Privilege::Read, Privilege::Write]).unwrap();
        assert!(!sees(world, "south_rep", "contacts", hidden));
        assert!(sees(world, "south_rep", "contacts", half));
    });
}

#[test]
fn every_holder_of_share_ends_a_share_and_the_owner_without_it() {
    on_both(|world| {
        let south = world.id("south_rep");
        let id = account(world, "north_rep", "Blue Kiln");
        share(world, "north_rep", "accounts", id, south, READ).unwrap();
        assert_eq!(
            denied(unshare(world, "south_rep", "accounts", id, south)),
            Denial::Row { privilege: Privilege::Share, set: "accounts".into() }
        );
        unshare(world, "manager", "accounts", id, south).unwrap();
        assert_eq!(problem(unshare(world, "manager", "accounts", id, south)).code, "not-shared");
        use AccessLevel::User;
        role(world, "Owner only", &[("campaigns", &[(Privilege::Read, User), (Privilege::Create, User)])], &[world.id("auditor")]);
        let own = make(world, "auditor", "campaigns", &[("name", text("Spring"))]).unwrap();
        share(world, "admin", "campaigns", own, south, READ).unwrap();
        unshare(world, "auditor", "campaigns", own, south).unwrap();
        assert!(matches!(unshare(world, "north_rep", "campaigns", own, south), Err(Error::Denied(_))));
    });
}
