//! What the oracle must say about a small company that a person can overlook.
//!
//! The one idea: each test is a sentence of the security model, told with units north and south under the root
//! and Ann (north), Bob (north) and Cem (south), users 0 to 2. The oracle is trusted because these hold.
//! The last two look at the random worlds: that they are small, the same every time, and worth asking.
//! Start reading at [`company`], which gives nobody anything.

use super::*;
use crate::worlds::*;

const ROOT: usize = 0;
const NORTH: usize = 1;
const SOUTH: usize = 2;
const ANN: usize = 0;
const BOB: usize = 1;
const CEM: usize = 2;
/// An owner team of unit south in which Ann is.
const CREW: usize = 3;
/// An access team of unit south in which Ann is.
const GUESTS: usize = 4;
const ALWAYS: Span = Span { since: 0, until: None, ended: None };

fn company() -> World {
    let team = |unit, kind, is_default, members: &[usize]| Team {
        unit,
        kind,
        is_default,
        members: members.iter().map(|user| Member { user: *user, span: ALWAYS }).collect(),
    };
    World {
        now: 100,
        units: [None, Some(ROOT), Some(ROOT)].map(|parent| Unit { parent }).to_vec(),
        users: [NORTH, NORTH, SOUTH].map(|unit| User { unit, state: State::Active }).to_vec(),
        teams: vec![
            team(ROOT, TeamKind::Owner, true, &[]),
            team(NORTH, TeamKind::Owner, true, &[ANN, BOB]),
            team(SOUTH, TeamKind::Owner, true, &[CEM]),
            team(SOUTH, TeamKind::Owner, false, &[ANN]),
            team(SOUTH, TeamKind::Access, false, &[ANN]),
        ],
        roles: Vec::new(),
        role_assignments: Vec::new(),
        tables: tables(),
        rows: Vec::new(),
        shares: Vec::new(),
        profiles: Vec::new(),
        profile_assignments: Vec::new(),
        read_only: Vec::new(),
    }
}

/// Gives a new role with these levels on one table.
fn give(w: &mut World, to: Principal, table: usize, levels: &[(Privilege, Level)]) -> usize {
    let mut role = Role { name: "role".into(), levels: vec![[Level::None; 9]; w.tables.len()], team_only: false };
    for (privilege, level) in levels {
        role.levels[table][*privilege as usize] = *level;
    }
    w.roles.push(role);
    w.role_assignments.push(RoleAssignment { role: w.roles.len() - 1, to, span: ALWAYS });
    w.roles.len() - 1
}

fn row(w: &mut World, table: usize, owner: Option<Principal>, unit: Option<usize>, links: &[usize]) -> usize {
    w.rows.push(Row { table, owner, unit, links: links.to_vec() });
    w.rows.len() - 1
}

fn deal(w: &mut World, owner: Principal, unit: usize) -> usize {
    row(w, DEAL, Some(owner), Some(unit), &[])
}

fn share(w: &mut World, row: usize, with: Recipient, privileges: &[Privilege]) -> usize {
    let mask = Privilege::ALL.map(|privilege| privileges.contains(&privilege));
    w.shares.push(Share { row, with, mask, inherited_from: None, span: ALWAYS });
    w.shares.len() - 1
}

use Privilege::{Append, Assign, Create, Delete, Export, Read, Write};

#[test]
fn without_a_role_nobody_may_anything_not_even_on_the_own_row() {
    let mut w = company();
    let own = deal(&mut w, Principal::User(ANN), NORTH);
    assert!(Privilege::ALL.iter().all(|privilege| !may(&w, ANN, *privilege, own)));
}

#[test]
fn a_share_never_makes_up_for_a_missing_privilege() {
    let mut w = company();
    let other = deal(&mut w, Principal::User(CEM), SOUTH);
    share(&mut w, other, Recipient::User(ANN), &[Read, Write]);
    assert!(!may(&w, ANN, Read, other));
    give(&mut w, Principal::User(ANN), DEAL, &[(Read, Level::User)]);
    assert!(may(&w, ANN, Read, other));
    assert!(!may(&w, ANN, Write, other));
}

#[test]
fn a_share_for_reading_never_lets_anybody_write() {
    let mut w = company();
    give(&mut w, Principal::User(ANN), DEAL, &[(Read, Level::User), (Write, Level::User)]);
    let other = deal(&mut w, Principal::User(CEM), SOUTH);
    share(&mut w, other, Recipient::Organisation, &[Read]);
    assert!(may(&w, ANN, Read, other) && !may(&w, ANN, Write, other));
    share(&mut w, other, Recipient::Team(GUESTS), &[Write]);
    assert!(may(&w, ANN, Write, other), "several shares add up");
}

#[test]
fn a_wider_write_reaches_no_further_than_read() {
    let mut w = company();
    give(&mut w, Principal::User(ANN), DEAL, &[(Read, Level::Unit), (Write, Level::Organisation)]);
    let (near, far) = (deal(&mut w, Principal::User(BOB), NORTH), deal(&mut w, Principal::User(CEM), SOUTH));
    assert!(may(&w, ANN, Write, near));
    assert!(!may(&w, ANN, Write, far));
}

#[test]
fn each_level_reaches_what_its_line_says() {
    let mut w = company();
    w.users[ANN].unit = ROOT;
    let rows = [
        deal(&mut w, Principal::User(ANN), SOUTH),
        deal(&mut w, Principal::Team(CREW), SOUTH),
        deal(&mut w, Principal::User(CEM), ROOT),
        deal(&mut w, Principal::User(CEM), NORTH),
    ];
    let levels = [Level::None, Level::User, Level::Unit, Level::UnitAndChildren, Level::Organisation];
    for (level, reached) in levels.into_iter().zip([0, 2, 3, 4, 4]) {
        let mut w = w.clone();
        give(&mut w, Principal::User(ANN), DEAL, &[(Read, level)]);
        assert_eq!(rows.map(|row| may(&w, ANN, Read, row)), [0, 1, 2, 3].map(|place| place < reached));
    }
}

#[test]
fn a_level_looks_down_the_tree_and_never_up_or_sideways() {
    let mut w = company();
    give(&mut w, Principal::User(ANN), DEAL, &[(Read, Level::UnitAndChildren)]);
    for (unit, reached) in [(ROOT, false), (NORTH, true), (SOUTH, false)] {
        let other = deal(&mut w, Principal::User(CEM), unit);
        assert_eq!(may(&w, ANN, Read, other), reached);
    }
}

#[test]
fn a_team_role_for_the_team_only_reaches_the_teams_rows() {
    let mut w = company();
    let role = give(&mut w, Principal::Team(CREW), DEAL, &[(Read, Level::User)]);
    let (own, crews) = (deal(&mut w, Principal::User(ANN), NORTH), deal(&mut w, Principal::Team(CREW), SOUTH));
    let norths = deal(&mut w, Principal::Team(NORTH), NORTH);
    assert!(may(&w, ANN, Read, own) && may(&w, ANN, Read, crews));
    assert!(!may(&w, ANN, Read, norths), "a team's role stands for no other team of the user");
    w.roles[role].team_only = true;
    assert!(!may(&w, ANN, Read, own) && may(&w, ANN, Read, crews));
}

#[test]
fn a_team_role_at_unit_level_looks_at_the_teams_unit() {
    let mut w = company();
    give(&mut w, Principal::Team(CREW), DEAL, &[(Read, Level::Unit)]);
    let (south, north) = (deal(&mut w, Principal::User(CEM), SOUTH), deal(&mut w, Principal::User(BOB), NORTH));
    assert!(may(&w, ANN, Read, south));
    assert!(!may(&w, ANN, Read, north));
    assert!(!may(&w, CEM, Read, south), "who is not in the team gets nothing from it");
}

#[test]
fn the_stored_unit_counts_not_the_owners_present_one() {
    let mut w = company();
    give(&mut w, Principal::User(ANN), DEAL, &[(Read, Level::Unit)]);
    let moved = deal(&mut w, Principal::User(CEM), NORTH);
    assert!(may(&w, ANN, Read, moved));
}

#[test]
fn whoever_is_invited_or_frozen_may_nothing() {
    let mut w = company();
    give(&mut w, Principal::User(ANN), DEAL, &[(Read, Level::Organisation), (Create, Level::Organisation)]);
    let own = deal(&mut w, Principal::User(ANN), NORTH);
    for (state, reached) in [(State::Active, true), (State::Frozen, false), (State::Invited, false)] {
        w.users[ANN].state = state;
        assert_eq!(may(&w, ANN, Read, own), reached);
        assert_eq!(may_create(&w, ANN, DEAL, Some(Principal::User(ANN)), Some(NORTH)), reached);
        assert_eq!(readable_column(&w, ANN, DEAL, 0), reached);
    }
}

#[test]
fn what_has_run_out_at_this_very_moment_is_over() {
    let mut w = company();
    give(&mut w, Principal::User(ANN), DEAL, &[(Read, Level::Organisation)]);
    let own = deal(&mut w, Principal::User(ANN), NORTH);
    for (until, ended, reached) in [(None, None, true), (Some(101), None, true), (Some(100), None, false), (None, Some(99), false)] {
        w.role_assignments[0].span = Span { since: 0, until, ended };
        assert_eq!(may(&w, ANN, Read, own), reached);
    }
}

#[test]
fn an_inherited_share_counts_only_while_its_source_is_live() {
    let mut w = company();
    give(&mut w, Principal::User(ANN), DEAL, &[(Read, Level::User)]);
    let (first, second) = (deal(&mut w, Principal::User(CEM), SOUTH), deal(&mut w, Principal::User(CEM), SOUTH));
    let source = share(&mut w, first, Recipient::Team(GUESTS), &[Read]);
    let heir = share(&mut w, second, Recipient::Team(GUESTS), &[Read]);
    w.shares[heir].inherited_from = Some(source);
    assert!(may(&w, ANN, Read, second));
    w.shares[source].span.ended = Some(50);
    assert!(!may(&w, ANN, Read, second));
}

#[test]
fn a_table_of_the_organisation_knows_all_or_nothing() {
    let mut w = company();
    let product = row(&mut w, PRODUCT, None, None, &[]);
    give(&mut w, Principal::User(ANN), PRODUCT, &[(Read, Level::UnitAndChildren), (Create, Level::Unit)]);
    assert!(!may(&w, ANN, Read, product) && !may_create(&w, ANN, PRODUCT, None, None));
    give(&mut w, Principal::User(ANN), PRODUCT, &[(Read, Level::Organisation), (Create, Level::Organisation)]);
    assert!(may(&w, ANN, Read, product) && may_create(&w, ANN, PRODUCT, None, None));
}

#[test]
fn a_line_is_read_as_its_parent_and_changed_by_write_on_it() {
    let mut w = company();
    let (own, product) = (deal(&mut w, Principal::User(ANN), NORTH), row(&mut w, PRODUCT, None, None, &[]));
    let (line, other) = (row(&mut w, LINE, None, None, &[own]), row(&mut w, LINE, None, None, &[product]));
    give(&mut w, Principal::User(ANN), DEAL, &[(Read, Level::User), (Delete, Level::User)]);
    assert!(may(&w, ANN, Read, line) && !may(&w, ANN, Delete, line) && !may(&w, ANN, Export, line));
    assert!(!may(&w, ANN, Read, other), "the other kind of parent gives nothing yet");
    give(&mut w, Principal::User(ANN), DEAL, &[(Write, Level::User)]);
    assert!(may(&w, ANN, Delete, line) && may_create_below(&w, ANN, LINE, &[own]));
    assert!(!may(&w, ANN, Assign, line), "it has no owner to change");
}

#[test]
fn a_link_is_readable_when_both_ends_are_and_made_by_append_on_both() {
    let mut w = company();
    let (task, own) = (row(&mut w, TASK, Some(Principal::User(ANN)), Some(NORTH), &[]), deal(&mut w, Principal::User(ANN), NORTH));
    let link = row(&mut w, LINK, None, None, &[task, own]);
    give(&mut w, Principal::User(ANN), DEAL, &[(Read, Level::User), (Append, Level::User)]);
    assert!(!may(&w, ANN, Read, link));
    give(&mut w, Principal::User(ANN), TASK, &[(Read, Level::User)]);
    assert!(may(&w, ANN, Read, link) && !may_create_below(&w, ANN, LINK, &[task, own]));
    give(&mut w, Principal::User(ANN), TASK, &[(Append, Level::User)]);
    assert!(may_create_below(&w, ANN, LINK, &[task, own]) && !may(&w, ANN, Delete, link));
}

#[test]
fn the_level_of_create_bounds_in_whose_name_and_unit() {
    let mut w = company();
    let role = give(&mut w, Principal::User(ANN), DEAL, &[(Create, Level::User), (Read, Level::User)]);
    let everybody = [Principal::User(BOB), Principal::User(CEM), Principal::Team(CREW), Principal::Team(SOUTH)];
    for owner in everybody {
        give(&mut w, owner, DEAL, &[(Read, Level::User)]);
    }
    let may = |w: &World, owner| may_create(w, ANN, DEAL, Some(owner), Some(unit_of(w, owner)));
    assert!(may(&w, Principal::User(ANN)) && may(&w, Principal::Team(CREW)));
    assert_eq!(everybody.map(|owner| may(&w, owner)), [false, false, true, false]);
    w.roles[role].levels[DEAL][Create as usize] = Level::Unit;
    assert_eq!(everybody.map(|owner| may(&w, owner)), [true, false, true, false]);
    w.roles[role].levels[DEAL][Create as usize] = Level::Organisation;
    assert_eq!(everybody.map(|owner| may(&w, owner)), [true; 4]);
    assert!(!may(&w, Principal::Team(GUESTS)), "an access team owns nothing");
    w.users[BOB].state = State::Frozen;
    assert!(!may(&w, Principal::User(BOB)), "nothing new is put upon who is frozen");
}

#[test]
fn the_level_of_assign_bounds_the_row_and_the_receiver_must_hold_read() {
    let mut w = company();
    give(&mut w, Principal::User(ANN), DEAL, &[(Read, Level::User), (Assign, Level::User)]);
    let own = deal(&mut w, Principal::User(ANN), NORTH);
    assert!(!may_assign(&w, ANN, own, Principal::User(CEM)));
    give(&mut w, Principal::User(CEM), DEAL, &[(Read, Level::User)]);
    assert!(may_assign(&w, ANN, own, Principal::User(CEM)));
}

#[test]
fn nobody_shares_a_right_that_is_not_theirs() {
    let mut w = company();
    give(&mut w, Principal::User(ANN), DEAL, &[(Read, Level::User), (Privilege::Share, Level::User)]);
    let own = deal(&mut w, Principal::User(ANN), NORTH);
    assert!(may_share(&w, ANN, own, Privilege::ALL.map(|privilege| privilege == Read)));
    assert!(!may_share(&w, ANN, own, Privilege::ALL.map(|privilege| privilege == Write)));
}

#[test]
fn what_is_read_only_is_read_assigned_and_taken_out_until_somebody_else_owns_it() {
    let mut w = company();
    give(&mut w, Principal::User(ANN), DEAL, &Privilege::ALL.map(|privilege| (privilege, Level::Organisation)));
    let (his, hers) = (deal(&mut w, Principal::User(CEM), SOUTH), deal(&mut w, Principal::User(BOB), NORTH));
    share(&mut w, his, Recipient::User(ANN), &[Write, Delete]);
    let line = row(&mut w, LINE, None, None, &[his]);
    let reach = |w: &World, row| Privilege::ALL.into_iter().filter(|p| may(w, ANN, *p, row)).collect::<Vec<_>>();
    let everything = reach(&w, his);
    w.read_only.push(ReadOnly { owner: Principal::User(CEM), table: DEAL, span: ALWAYS });
    assert_eq!((reach(&w, his), reach(&w, hers)), (vec![Read, Assign, Export], everything.clone()));
    assert_eq!((reach(&w, line), may_create_below(&w, ANN, LINE, &[his])), (vec![Read, Export], false));
    let mut assigned = w.clone();
    assigned.rows[his].owner = Some(Principal::User(BOB));
    assert_eq!(reach(&assigned, his), everything);
    w.read_only[0].table = TASK;
    assert_eq!(reach(&w, his), everything, "it is said of another table");
    w.read_only[0] = ReadOnly { owner: Principal::User(CEM), table: DEAL, span: Span { ended: Some(99), ..ALWAYS } };
    assert_eq!(reach(&w, his), everything, "it is over");
}

#[test]
fn a_secured_column_is_closed_until_a_profile_opens_it() {
    let mut w = company();
    let grant = |read, create, update| Grant { table: DEAL, column: 1, read, create, update };
    assert!(readable_column(&w, ANN, DEAL, 0) && !readable_column(&w, ANN, DEAL, 1));
    w.profiles = vec![Profile { grants: vec![grant(false, true, false)] }, Profile { grants: vec![grant(true, false, false)] }];
    w.profile_assignments = vec![ProfileAssignment { profile: 0, to: Principal::User(ANN), span: ALWAYS }];
    assert!(may_set_column(&w, ANN, DEAL, 1, true) && !may_set_column(&w, ANN, DEAL, 1, false));
    assert!(!readable_column(&w, ANN, DEAL, 1));
    w.profile_assignments.push(ProfileAssignment { profile: 1, to: Principal::Team(CREW), span: ALWAYS });
    assert!(readable_column(&w, ANN, DEAL, 1) && !readable_column(&w, ANN, DEAL, 3));
}

#[test]
fn worlds_are_small_and_nasty() {
    let mut allowed = 0;
    let mut by_share_alone = 0;
    for seed in 0..200 {
        let w = world(seed);
        assert_eq!(w, world(seed));
        assert!((3..=8).contains(&w.units.len()) && (4..=10).contains(&w.users.len()));
        assert!((20..=60).contains(&w.rows.len()) && (2..=6).contains(&w.roles.len()));
        for case in cases(&w, seed, 100) {
            let yes = may(&w, case.user, case.privilege, case.row);
            allowed += usize::from(yes);
            let unshared = World { shares: Vec::new(), ..w.clone() };
            by_share_alone += usize::from(yes && !may(&unshared, case.user, case.privilege, case.row));
        }
    }
    assert!((5_000..=12_000).contains(&allowed), "{allowed} of 20000 questions are answered yes");
    assert!(by_share_alone > 600, "{by_share_alone} of 20000 questions hang on a share");
}

#[test]
fn why_begins_with_the_answer_of_may() {
    let w = world(7);
    for case in cases(&w, 7, 300) {
        let told = why(&w, case.user, case.privilege, case.row);
        assert_eq!(told[0].contains("may not"), !may(&w, case.user, case.privilege, case.row));
    }
}
