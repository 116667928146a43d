//! Who may do what to which record: each sentence of security-model 1 to 3, 8 and 10 by itself.
//!
//! Not here: columns (`columns.rs`), explanations (`words.rs`). Start reading at [`what_no_role_grants_is_denied`].

use crate::company::{
    CIRCLE, HQ, ME, NORTH, OTHER, Person, SALES, SERVICE, STRANGERS, TEAM, catalogue, entrusted, id, owned, role, shared, table,
};
use catalogue::{Ownership, Target};
use security::AccessLevel::{Organisation, Unit, UnitAndChildren, User};
use security::Privilege::{Append, AppendTo, Assign, Create, Delete, Export, Read, Share, Write};
use security::{
    AccessLevel, Actor, ColumnUse, Denial, PrincipalId, Privilege, Role, RowFacts, Rule, Task, Through, UnitId, UnitTree, UserState,
    entrust, follow, gains, permit, shipped_roles,
};

const ALL: &[Privilege] = &Privilege::ALL;

fn may(actor: &Actor, privilege: Privilege, set: &str, row: &RowFacts) -> bool {
    permit(actor, privilege, &table(set)).is_ok_and(|permit| permit.rule().holds(row))
}

#[test]
fn what_no_role_grants_is_denied() {
    // Every right on another table and every task beside it change nothing.
    for of in catalogue().tables() {
        let others = catalogue().tables().iter().filter(|t| t.set != of.set).map(|t| t.set.clone()).collect::<Vec<_>>();
        let mut everything_else = entrusted(Task::ALL);
        for set in others.iter().filter(|set| !leads_to(&of.set, set)) {
            everything_else.privileges.insert(set.clone(), security::Levels::all(Organisation));
        }
        let actor = Person::new().in_team().holding(everything_else).actor();
        for privilege in Privilege::ALL {
            let answer = permit(&actor, privilege, of);
            assert!(matches!(answer, Err(Denial::NoPrivilege { .. })), "{privilege:?} on {}: {answer:?}", of.set);
        }
    }
}

/// Rights on a parent, or on an end, are rights on the row below it.
fn leads_to(set: &str, other: &str) -> bool {
    let of = table(set);
    let links = match &of.ownership {
        Ownership::Parent(column) => vec![*column],
        Ownership::Ends(ends) => ends.clone(),
        Ownership::Principal | Ownership::Organisation => Vec::new(),
    };
    let targets = links.iter().flat_map(|link| of.column(*link).unwrap().kind.targets().to_vec());
    targets.into_iter().any(|target| matches!(target, Target::Table(id) if catalogue().table(id).unwrap().set == other))
}

#[test]
fn a_share_widens_a_reach_and_never_makes_one() {
    let row = shared(owned(OTHER, NORTH), ME, &[Read, Write, Share]);
    let none = Person::new().actor();
    assert!(!may(&none, Read, "accounts", &row) && !may(&none, Write, "accounts", &row));
    let reader = Person::new().holding(role(&[("accounts", &[Read], User)])).actor();
    assert!(may(&reader, Read, "accounts", &row), "the level user and the share reach it");
    assert!(!may(&reader, Write, "accounts", &row), "the share carries write, no role holds it");
    assert!(!may(&reader, Read, "accounts", &owned(OTHER, NORTH)), "without the share it is out of reach");
    let writer = Person::new().holding(role(&[("accounts", &[Read, Write], User)])).actor();
    assert!(may(&writer, Write, "accounts", &row));
}

#[test]
fn the_mask_of_a_share_counts_and_not_the_share() {
    let actor = Person::new().holding(role(&[("accounts", ALL, User)])).actor();
    for given in &Privilege::ALL[2..] {
        let row = shared(owned(OTHER, NORTH), ME, &[Read, *given]);
        for asked in &Privilege::ALL[2..] {
            assert_eq!(may(&actor, *asked, "accounts", &row), asked == given, "{asked:?} by a share of {given:?}");
        }
    }
}

#[test]
fn a_share_reaches_me_by_my_name_my_team_my_circle_and_everybody() {
    let actor = Person::new().in_team().in_circle().holding(role(&[("accounts", &[Read], User)])).actor();
    for with in [ME, TEAM, CIRCLE, PrincipalId::ORGANISATION] {
        assert!(may(&actor, Read, "accounts", &shared(owned(OTHER, NORTH), with, &[Read])), "{with}");
    }
    for with in [OTHER, STRANGERS, PrincipalId::OPERATOR] {
        assert!(!may(&actor, Read, "accounts", &shared(owned(OTHER, NORTH), with, &[Read])), "{with}");
    }
}

#[test]
fn nothing_is_created_by_a_share() {
    let actor = Person::new().holding(role(&[("accounts", ALL, User)])).actor();
    assert!(!may(&actor, Create, "accounts", &shared(owned(OTHER, NORTH), ME, ALL)));
    assert!(may(&actor, Create, "accounts", &owned(ME, SALES)));
}

#[test]
fn a_wider_write_reaches_no_further_than_read() {
    let actor = Person::new().holding(role(&[("accounts", &Privilege::ALL[2..], Organisation), ("accounts", &[Read], User)])).actor();
    for privilege in &Privilege::ALL[2..] {
        assert!(!may(&actor, *privilege, "accounts", &owned(OTHER, NORTH)), "{privilege:?}");
        assert!(may(&actor, *privilege, "accounts", &owned(ME, NORTH)), "{privilege:?}");
    }
    let blind = Person::new().holding(role(&[("accounts", &[Write], Organisation)])).actor();
    let answer = permit(&blind, Write, &table("accounts"));
    assert!(matches!(answer, Err(Denial::NoPrivilege { privilege: Read, .. })), "{answer:?}");
}

/// The rows of all the tests of levels: whose, where, and by which level a role of mine reaches it.
const PLACES: &[(PrincipalId, UnitId, AccessLevel)] = &[
    (ME, HQ, User),
    (TEAM, HQ, User),
    (OTHER, SALES, Unit),
    (OTHER, NORTH, UnitAndChildren),
    (STRANGERS, NORTH, UnitAndChildren),
    (OTHER, HQ, Organisation),
    (OTHER, SERVICE, Organisation),
];

#[test]
fn each_level_reaches_what_the_table_of_levels_says() {
    for level in AccessLevel::ALL {
        let actor = Person::new().in_team().holding(role(&[("accounts", &[Read], level)])).actor();
        for (owner, unit, needed) in PLACES {
            assert_eq!(may(&actor, Read, "accounts", &owned(*owner, *unit)), level >= *needed, "{level:?} and a row that needs {needed:?}");
        }
    }
}

#[test]
fn the_role_of_a_team_tests_the_unit_of_the_team() {
    let by_team = |level| Person::new().in_team().by(Through::Team(TEAM), role(&[("accounts", &[Read], level)])).actor();
    assert!(may(&by_team(Unit), Read, "accounts", &owned(OTHER, SERVICE)));
    assert!(!may(&by_team(Unit), Read, "accounts", &owned(OTHER, SALES)), "my own unit is not the team's");
    assert!(!may(&by_team(UnitAndChildren), Read, "accounts", &owned(OTHER, NORTH)));
}

#[test]
fn a_role_with_team_privileges_only_stands_for_the_team_alone() {
    let held = |team_only| {
        let role = Role { team_only, ..role(&[("accounts", &[Read], User)]) };
        Person::new().in_team().by(Through::Team(TEAM), role).actor()
    };
    for team_only in [false, true] {
        assert!(may(&held(team_only), Read, "accounts", &owned(TEAM, HQ)));
        assert_eq!(may(&held(team_only), Read, "accounts", &owned(ME, HQ)), !team_only);
    }
    let to_me = Person::new().in_team().holding(Role { team_only: true, ..role(&[("accounts", &[Read], User)]) }).actor();
    assert!(may(&to_me, Read, "accounts", &owned(ME, HQ)), "given to a user the tick means nothing");
}

#[test]
fn the_role_of_a_team_i_am_not_in_is_not_mine_and_an_access_team_has_none() {
    let all = role(&[("accounts", &[Read], Organisation)]);
    let strangers = Person::new().in_team().by(Through::Team(STRANGERS), all.clone()).actor();
    assert!(permit(&strangers, Read, &table("accounts")).is_err());
    let circle = Person::new().in_circle().by(Through::Team(CIRCLE), all).actor();
    assert!(permit(&circle, Read, &table("accounts")).is_err());
    assert!(circle.roles().is_empty());
}

#[test]
fn roles_add_up_and_the_widest_counts() {
    let (narrow, wide) = (role(&[("accounts", &[Read, Write], User)]), role(&[("accounts", &[Read], UnitAndChildren)]));
    for actor in [
        Person::new().holding(narrow.clone()).holding(wide.clone()).actor(),
        Person::new().holding(wide.clone()).holding(narrow.clone()).actor(),
    ] {
        assert!(may(&actor, Read, "accounts", &owned(OTHER, NORTH)));
        assert!(!may(&actor, Write, "accounts", &owned(OTHER, NORTH)));
        assert!(may(&actor, Write, "accounts", &owned(ME, HQ)));
    }
}

#[test]
fn whoever_is_not_active_is_denied_everything() {
    for state in [UserState::Invited, UserState::Frozen] {
        let all = Role { others: security::Levels::all(Organisation), ..entrusted(Task::ALL) };
        let actor = Person::new().state(state).holding(all).actor();
        for table in catalogue().tables() {
            for privilege in Privilege::ALL {
                assert_eq!(permit(&actor, privilege, table).err(), Some(Denial::State(state)), "{privilege:?} on {}", table.set);
            }
        }
        for task in Task::ALL {
            assert_eq!(entrust(&actor, *task), Err(Denial::State(state)));
        }
    }
}

#[test]
fn a_task_is_held_or_it_is_not() {
    for held in Task::ALL {
        let actor = Person::new().holding(entrusted(&[*held])).actor();
        for asked in Task::ALL {
            let expected = if asked == held { Ok(()) } else { Err(Denial::NoTask(*asked)) };
            assert_eq!(entrust(&actor, *asked), expected);
        }
    }
}

#[test]
fn taking_out_reaches_less_far_than_reading() {
    let actor = Person::new().holding(role(&[("accounts", &[Read], Unit), ("accounts", &[Export], User)])).actor();
    assert!(may(&actor, Read, "accounts", &owned(OTHER, SALES)));
    assert!(!may(&actor, Export, "accounts", &owned(OTHER, SALES)));
    assert!(may(&actor, Export, "accounts", &owned(ME, SALES)));
    let reader = Person::new().holding(role(&[("accounts", &[Read], Organisation)])).actor();
    assert!(permit(&reader, Export, &table("accounts")).is_err(), "whoever reads all takes out nothing");
}

#[test]
fn a_table_of_the_organisation_knows_none_and_organisation_only() {
    for level in AccessLevel::ALL {
        let actor = Person::new().holding(role(&[("products", ALL, level)])).actor();
        for privilege in Privilege::ALL {
            let rule = permit(&actor, privilege, &table("products")).map(|p| p.rule().clone());
            match level {
                Organisation => assert_eq!(rule, Ok(Rule::Everything), "{privilege:?}"),
                _ => assert!(rule.is_err(), "{privilege:?} at {level:?}"),
            }
        }
    }
}

/// A line of an order of this owner.
fn line(order: RowFacts) -> RowFacts {
    let lines = table("order_lines");
    let Ownership::Parent(column) = lines.ownership else { panic!("an order line belongs to its order") };
    RowFacts { links: vec![(column, table("orders").id, order)], ..RowFacts::default() }
}

#[test]
fn a_row_below_a_parent_is_read_with_it_and_changed_by_writing_it() {
    let actor = Person::new().holding(role(&[("orders", &[Read], Unit), ("orders", &[Write], User)])).actor();
    let (mine, near, far) = (line(owned(ME, SALES)), line(owned(OTHER, SALES)), line(owned(OTHER, HQ)));
    assert!(may(&actor, Read, "order_lines", &mine) && may(&actor, Read, "order_lines", &near));
    assert!(!may(&actor, Read, "order_lines", &far));
    for change in [Create, Write, Delete, Append, AppendTo] {
        assert!(may(&actor, change, "order_lines", &mine), "{change:?}");
        assert!(!may(&actor, change, "order_lines", &near), "{change:?}");
    }
    assert!(permit(&actor, Export, &table("order_lines")).is_err(), "taking out asks export on the order");
    for never in [Assign, Share] {
        assert!(permit(&actor, never, &table("order_lines")).is_err(), "a line has neither owner nor shares");
    }
    assert!(!may(&actor, Read, "order_lines", &RowFacts::default()), "a line without an order is nobody's");
}

#[test]
fn a_level_on_a_row_below_a_parent_means_nothing() {
    let actor = Person::new().holding(role(&[("order_lines", ALL, Organisation), ("queue_items", ALL, Organisation)])).actor();
    for privilege in Privilege::ALL {
        assert!(permit(&actor, privilege, &table("order_lines")).is_err());
        assert!(permit(&actor, privilege, &table("queue_items")).is_err());
    }
}

#[test]
fn a_row_that_joins_two_is_read_when_both_are() {
    let items = table("queue_items");
    let Ownership::Ends(ends) = &items.ownership else { panic!("a queue item joins a queue and what waits in it") };
    let item = |queue: RowFacts, case: RowFacts| RowFacts {
        links: vec![(ends[0], table("queues").id, queue), (ends[1], table("cases").id, case)],
        ..RowFacts::default()
    };
    let actor = Person::new().holding(role(&[("queues", ALL, User), ("cases", &[Read, Append], User)])).actor();
    let (mine, others) = (|| owned(ME, SALES), || owned(OTHER, SALES));
    assert!(may(&actor, Read, "queue_items", &item(mine(), mine())));
    assert!(!may(&actor, Read, "queue_items", &item(mine(), others())) && !may(&actor, Read, "queue_items", &item(others(), mine())));
    assert!(may(&actor, Create, "queue_items", &item(mine(), mine())), "an N:N row asks append on both ends");
    assert!(permit(&actor, Write, &items).is_err(), "and a change of it asks write as well, which cases do not give");
    for never in [AppendTo, Assign, Share] {
        assert!(permit(&actor, never, &items).is_err(), "{never:?}");
    }
}

#[test]
fn what_somebody_who_left_owns_is_read_and_assigned_and_not_changed_until_somebody_else_owns_it() {
    let every = || Person::new().holding(role(&[("orders", ALL, Organisation), ("accounts", ALL, Organisation)]));
    let actor = every().keeping(OTHER, "orders").actor();
    let reached = |actor: &Actor, set: &str, row: &RowFacts| ALL.iter().copied().filter(|p| may(actor, *p, set, row)).collect::<Vec<_>>();
    let left = shared(owned(OTHER, SALES), ME, ALL);
    assert_eq!(reached(&actor, "orders", &left), [Create, Read, Assign, Export]);
    assert_eq!(reached(&actor, "orders", &owned(ME, SALES)), ALL, "assigned, it is changed again");
    assert_eq!(reached(&actor, "accounts", &left), ALL, "another table is left alone");
    assert_eq!(reached(&actor, "orders", &RowFacts::default()), [Create, Read, Assign, Export], "an owner that is not known");
    // What belongs to a record follows it.
    let lines = table("order_lines");
    let Ownership::Parent(column) = lines.ownership else { panic!("an order line belongs to its order") };
    let line = |owner| RowFacts { links: vec![(column, table("orders").id, owned(owner, SALES))], ..RowFacts::default() };
    assert_eq!(reached(&actor, "order_lines", &line(OTHER)), [Read, Export]);
    assert_eq!(reached(&actor, "order_lines", &line(ME)), reached(&every().actor(), "order_lines", &line(OTHER)));
}

#[test]
fn somebody_gains_by_a_new_owner_or_unit_and_not_by_the_end_of_read_only() {
    let of = table("accounts");
    let (far, near, mine) = (owned(OTHER, SERVICE), owned(OTHER, SALES), owned(ME, SERVICE));
    let clerk = Person::new().holding(role(&[("accounts", &[Read, Write], User)])).actor();
    assert_eq!((gains(&clerk, &of, &far, &near), gains(&clerk, &of, &far, &mine)), (None, Some(Read)));
    let seller = Person::new().holding(role(&[("accounts", &[Read], Organisation), ("accounts", &[Delete], Unit)])).actor();
    assert_eq!((gains(&seller, &of, &far, &near), gains(&seller, &of, &near, &far)), (Some(Delete), None));
    let keeper = Person::new().holding(role(&[("accounts", ALL, Organisation)])).keeping(OTHER, "accounts").actor();
    assert_eq!(gains(&keeper, &of, &far, &mine), None, "whoever could change it but for the guard gains nothing");
}

#[test]
fn a_new_role_is_empty_and_a_new_table_is_closed_to_all_but_the_administrator() {
    let new = catalogue::TableBuilder::new("x_things", "x_thing", "Thing", "Things", catalogue::Area::Work, "").text("name", "Name", 10);
    let with_new = catalogue::Catalogue::build(vec![new]).unwrap();
    let table = with_new.find("x_things").unwrap();
    for held in shipped_roles(&catalogue()) {
        let expected = if held.name == "System Administrator" { Organisation } else { AccessLevel::None };
        for privilege in Privilege::ALL {
            assert_eq!(held.level(table, privilege), expected, "{}", held.name);
        }
    }
    assert!(permit(&Person::new().holding(role(&[])).actor(), Read, &crate::company::table("accounts")).is_err());
}

#[test]
fn a_wrong_tree_of_units_gives_less() {
    let [a, b, c, d] = [1, 2, 3, 4].map(|n| UnitId(id(n)));
    // A circle, and a unit below one that is not there.
    let tree = UnitTree::new([(a, Some(b)), (b, Some(a)), (c, Some(d))]);
    assert_eq!(tree.below(c).into_iter().collect::<Vec<_>>(), [c]);
    assert!(!tree.below(a).contains(&c) && !tree.below(UnitId(id(9))).contains(&a));
}

#[test]
fn rows_follow_who_moves_by_the_task_that_keeps_them_and_no_cell_is_opened() {
    let table = table("accounts");
    let owner = PrincipalId(id(900));
    for task in [Task::ManageUsers, Task::ManageTeams] {
        let other = if task == Task::ManageUsers { Task::ManageTeams } else { Task::ManageUsers };
        let keeper = Person::new().holding(entrusted(&[task])).actor();
        let permit = follow(&keeper, task, owner, &table).unwrap();
        assert_eq!((permit.privilege(), permit.rule()), (Privilege::Assign, &Rule::Owner([owner].into())));
        assert!(
            table.columns.iter().all(|c| [ColumnUse::Read, ColumnUse::Create, ColumnUse::Update].iter().all(|u| !permit.opens(c.id, *u)))
        );
        assert_eq!(follow(&keeper, other, owner, &table).unwrap_err(), Denial::NoTask(other));
    }
    let all = Person::new().holding(entrusted(Task::ALL));
    assert_eq!(follow(&all.actor(), Task::ManageRoles, owner, &table).unwrap_err(), Denial::NoTask(Task::ManageRoles));
    let frozen = Person::new().state(UserState::Frozen).holding(entrusted(Task::ALL)).actor();
    assert_eq!(follow(&frozen, Task::ManageUsers, owner, &table).unwrap_err(), Denial::State(UserState::Frozen));
    let nobodys = self::table("products");
    let keeper = Person::new().holding(entrusted(Task::ALL)).actor();
    assert_eq!(follow(&keeper, Task::ManageUsers, owner, &nobodys).unwrap().rule(), &Rule::Nothing, "nobody owns it");
}

#[test]
fn whoever_must_prove_a_second_factor_is_entrusted_with_the_other_tasks_and_gains_none() {
    let person = || Person::new().holding(entrusted(&[Task::ManageRoles, Task::UseApi]));
    let unproven = person().actor().unproven_for([Task::ManageRoles, Task::AssignRoles].into());
    assert_eq!(entrust(&unproven, Task::ManageRoles), Err(Denial::StepUp));
    assert_eq!(entrust(&unproven, Task::UseApi), Ok(()));
    assert_eq!(entrust(&unproven, Task::AssignRoles), Err(Denial::NoTask(Task::AssignRoles)), "what is not held is not asked for");
    assert_eq!(entrust(&person().actor(), Task::ManageRoles), Ok(()));
    let frozen = person().state(UserState::Frozen).actor().unproven_for([Task::ManageRoles].into());
    assert_eq!(entrust(&frozen, Task::ManageRoles), Err(Denial::State(UserState::Frozen)));
}
