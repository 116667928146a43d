//! By people who have some rights and want more: for themselves, for longer, or through somebody else.
//!
//! Not here: the guards of roles and profiles (`crates/crm/tests/it/guards.rs`), sharing and assigning in general
//! (`crates/crm/tests/it/records_write/giving.rs`).

use super::{opens, role_with, rows};
use crate::records_write::{account, assign, contact, delete, edit, make_for, may, role, sees, share, share_until, team, text};
use crate::world::{DAY, HOUR, World, denied, on_both, problem};
use catalogue::Value;
use crm::people::{self, GiveAsk};
use crm::{Denial, PrincipalId, Privilege, Rights, Task, records};
use security::{AccessLevel, Levels};

fn guarded<T: std::fmt::Debug>(done: crm::Done<T>) {
    let denial = denied(done);
    assert!(matches!(denial, Denial::Guard(_)), "{denial:?}");
}

#[test]
fn nobody_puts_themselves_into_a_team_that_owns_or_is_shared_with() {
    let mut world = World::sqlite();
    role_with(&world, "Lead", &[Task::ManageTeams], &[("accounts", Levels::all(AccessLevel::User))]);
    world.join("lead", "service", &["Lead"]);
    let owners = team(&world, "owners", "north", true, &["north_rep"]);
    let guests = team(&world, "guests", "north", false, &["north_rep"]);
    role(&world, "Owning", &[("accounts", &[(Privilege::Read, AccessLevel::User)])], &[owners]);
    let lead = world.id("lead");
    let shared = account(&world, "north_rep", "Blue Kiln");
    share(&world, "north_rep", "accounts", shared, guests, &[Privilege::Read]).unwrap();
    for team in [owners, guests] {
        guarded(world.act("lead", move |tx, actor| people::add_member(tx, actor, team, lead)));
    }
    assert!(!sees(&world, "lead", "accounts", shared));
    // Others they put where they like, as far as no roles come along.
    let colleague = world.id("south_rep");
    world.act("lead", move |tx, actor| people::add_member(tx, actor, guests, colleague)).unwrap();
}

#[test]
fn nobody_moves_a_unit_below_their_own_to_reach_it() {
    let mut world = World::sqlite();
    role_with(&world, "Planner", &[Task::ManageUnits], &[("accounts", Levels::all(AccessLevel::UnitAndChildren))]);
    world.join("planner", "north", &["Planner"]);
    let (north, south, service) = (world.unit("north"), world.unit("south"), world.unit("service"));
    account(&world, "south_rep", "Tin Drum");
    assert_eq!(rows(&world, "planner", "accounts").unwrap(), 0);
    guarded(world.act("planner", move |tx, actor| people::move_unit(tx, actor, south, north)));
    assert_eq!(rows(&world, "planner", "accounts").unwrap(), 0);
    world.act("planner", move |tx, actor| people::move_unit(tx, actor, south, service)).unwrap();
    world.act("admin", move |tx, actor| people::move_unit(tx, actor, south, north)).unwrap();
}

#[test]
fn a_reset_opens_no_secured_column_to_whoever_asked_for_it() {
    let mut world = World::sqlite();
    world.join("second_admin", "root", &["System Administrator", "Security Administrator"]);
    let second = world.id("second_admin");
    world.act("admin", move |tx, actor| people::invite_again(tx, actor, second)).unwrap();
    opens(&world, "products", "current_cost", second);
    guarded(world.act("admin", move |tx, actor| people::invite_again(tx, actor, second)));
    opens(&world, "products", "current_cost", world.id("admin"));
    world.act("admin", move |tx, actor| people::invite_again(tx, actor, second)).unwrap();
}

#[test]
fn a_right_that_ends_is_not_passed_on_beyond_its_end() {
    on_both(|world| {
        let id = account(world, "north_rep", "Blue Kiln");
        let (south, service) = (world.id("south_rep"), world.id("service_rep"));
        let ends = Some(world.desk().store().now() + DAY);
        share_until(world, "north_rep", "accounts", id, south, &[Privilege::Read, Privilege::Share], ends).unwrap();
        let mates = team(world, "mates", "south", false, &["south_rep"]);
        let on = |with: PrincipalId, until| share_until(world, "south_rep", "accounts", id, with, &[Privilege::Read], until);
        for with in [service, mates, PrincipalId::ORGANISATION] {
            assert_eq!(problem(on(with, None)).errors[0].column, "until");
            assert_eq!(problem(on(with, ends.map(|e| e + 1))).errors[0].column, "until");
        }
        on(mates, ends).unwrap();
        world.clock.go_on(DAY);
        assert!(!sees(world, "south_rep", "accounts", id));
        // Whoever has it without an end gives it without one.
        share(world, "north_rep", "accounts", id, mates, &[Privilege::Read]).unwrap();
    });
}

#[test]
fn a_right_through_a_role_that_ends_is_not_passed_on_beyond_it_either() {
    on_both(|world| {
        let (auditor, manager) = (world.id("auditor"), world.role("Sales Manager"));
        let ends = world.desk().store().now() + HOUR;
        world.operate(move |tx| Ok(store::rights::give_role(tx, manager, auditor, None, Some(ends))?));
        let id = account(world, "auditor", "Blue Kiln");
        let with = world.id("south_rep");
        assert_eq!(problem(share(world, "auditor", "accounts", id, with, &[Privilege::Read])).errors[0].column, "until");
        share_until(world, "auditor", "accounts", id, with, &[Privilege::Read], Some(ends)).unwrap();
    });
}

#[test]
fn nobody_gains_by_sharing_or_assigning_to_themselves() {
    on_both(|world| {
        let id = account(world, "north_rep", "Blue Kiln");
        share(world, "north_rep", "accounts", id, world.id("south_rep"), &[Privilege::Read, Privilege::Share]).unwrap();
        let (own, mates) = (world.id("south_rep"), team(world, "mates", "south", false, &["south_rep"]));
        assert_eq!(problem(share(world, "south_rep", "accounts", id, own, &[Privilege::Read])).errors[0].column, "principal");
        for right in [Privilege::Write, Privilege::Delete, Privilege::Assign, Privilege::Export] {
            let denial = denied(share(world, "south_rep", "accounts", id, mates, &[right]));
            assert!(matches!(denial, Denial::Row { .. } | Denial::NoPrivilege { .. }), "{denial:?}");
        }
        assert!(matches!(denied(assign(world, "south_rep", "accounts", id, own)), Denial::Row { .. }));
        assert!(!may(world, "south_rep", Privilege::Write, "accounts", id));
    });
}

#[test]
fn hanging_a_row_on_an_own_one_takes_nothing_over() {
    on_both(|world| {
        let (mine, theirs) = (account(world, "south_rep", "Tin Drum"), account(world, "north_rep", "Blue Kiln"));
        let person = contact(world, "north_rep", "Doe", Some(theirs));
        // Readable is not writable, so it stays where it is.
        share(world, "north_rep", "contacts", person, world.id("south_rep"), &[Privilege::Read, Privilege::Append]).unwrap();
        let moved = edit(world, "south_rep", "contacts", person, &[("account", Value::Id(mine))]);
        assert!(matches!(denied(moved), Denial::Row { privilege: Privilege::Write, .. }));
        // With write it moves, and its owner stays who it was: south_rep may not assign it.
        share(world, "north_rep", "contacts", person, world.id("south_rep"), &[Privilege::Write]).unwrap();
        edit(world, "south_rep", "contacts", person, &[("account", Value::Id(mine))]).unwrap();
        assert!(!may(world, "south_rep", Privilege::Delete, "contacts", person));
        assert!(sees(world, "north_rep", "contacts", person));
    });
}

#[test]
fn a_wider_write_or_delete_reaches_no_further_than_reading() {
    on_both(|world| {
        let wide = [Privilege::Write, Privilege::Delete, Privilege::Share, Privilege::Assign, Privilege::Export];
        let mut levels = wide.map(|p| (p, AccessLevel::Organisation)).to_vec();
        levels.push((Privilege::Read, AccessLevel::User));
        role(world, "Blind", &[("accounts", &levels)], &[world.id("auditor")]);
        let id = account(world, "north_rep", "Blue Kiln");
        for privilege in wide {
            assert!(!may(world, "auditor", privilege, "accounts", id), "{privilege:?}");
        }
        assert_eq!(denied(edit(world, "auditor", "accounts", id, &[("name", text("x"))])), Denial::NotThere);
        assert_eq!(denied(delete(world, "auditor", "accounts", id)), Denial::NotThere);
        assert_eq!(denied(assign(world, "auditor", "accounts", id, world.id("auditor"))), Denial::NotThere);
    });
}

#[test]
fn nobody_makes_rows_in_the_name_of_somebody_above_what_they_may() {
    on_both(|world| {
        for owner in ["manager", "south_rep", "admin"] {
            let made = make_for(world, "north_rep", Some(world.id(owner)), "accounts", &[("name", text("Gift"))]);
            assert!(matches!(denied(made), Denial::Row { privilege: Privilege::Create, .. }), "{owner}");
        }
    });
}

#[test]
fn a_share_names_no_right_to_create_and_none_that_does_not_exist() {
    on_both(|world| {
        let id = account(world, "manager", "Blue Kiln");
        let (table, with) = (world.table_id("accounts"), world.id("auditor"));
        for rights in [0, 1, -1, 1 << 40, i64::MAX] {
            let ask = records::ShareAsk { with, rights: Rights(rights), until: None };
            let done = world.act("manager", move |tx, actor| records::share(tx, actor, table, id, &ask));
            assert_eq!(problem(done).errors[0].column, "rights", "{rights}");
        }
    });
}

#[test]
fn a_second_administrator_cannot_be_made_by_the_one_who_would_be_it() {
    on_both(|world| {
        let ask = GiveAsk { role: world.role("System Administrator"), to: world.id("security_admin"), reason: None, until: None };
        guarded(world.act("security_admin", move |tx, actor| people::give_role(tx, actor, &ask)));
        let default = world.look("security_admin", people::teams).unwrap();
        let own = default.into_iter().find(|t| t.team.is_default && t.team.unit == world.unit("root")).unwrap().team.id;
        let ask = GiveAsk { role: world.role("System Administrator"), to: own, reason: None, until: None };
        guarded(world.act("security_admin", move |tx, actor| people::give_role(tx, actor, &ask)));
    });
}
