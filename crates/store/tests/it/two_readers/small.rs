//! A complete small world: two units, two users, one team, and every way in which they can meet.
//!
//! The one idea: chance may miss a corner, a list of all corners does not. Each level of reading with each level of
//! changing, through each way of holding a role, meets a row of each owner in each unit under each kind of share.
//! Not here: the random organisations. Start reading at [`every_corner_of_the_small_world_agrees`].

use super::asking::{Tally, ask};
use super::installed;
use crate::both::on_both_with;
use crate::worlds::{
    DEAL, Level, Member, NOW, Principal, Privilege, ReadOnly, Recipient, Role, RoleAssignment, Row, Share, Span, State, Team, TeamKind,
    Unit, User, World, tables,
};

const LEVELS: [Level; 5] = [Level::None, Level::User, Level::Unit, Level::UnitAndChildren, Level::Organisation];
const FOR_GOOD: Span = Span { since: 0, until: None, ended: None };
const DEAD: Span = Span { since: 0, until: None, ended: Some(NOW - 1) };

#[test]
fn every_corner_of_the_small_world_agrees() {
    on_both_with(&installed::catalogue(), |store| {
        store.clock.set(NOW);
        let mut tally = Tally::default();
        let mut number = 1_000_000;
        for read in LEVELS {
            for write in LEVELS {
                for (to, team_only) in [(Principal::User(0), false), (Principal::Team(0), false), (Principal::Team(0), true)] {
                    // Where the asking user stands: at the top, or in the unit below it; the team is in the other.
                    for own_unit in [0, 1] {
                        for guarded in [None, Some(Principal::User(1))] {
                            let w = corner(read, write, to, team_only, own_unit, guarded);
                            installed::install(store, &w);
                            ask(store, &w, number, &[(0, Privilege::Read), (0, Privilege::Write)], &mut tally);
                            number += 1;
                        }
                    }
                }
            }
        }
        eprintln!("{:?}: {tally:?}", store.dialect());
        assert_eq!(tally.cases, 5 * 5 * 3 * 2 * 54 * 2 * 2);
        assert!(tally.guarded > 1_000, "{tally:?}");
    });
}

fn corner(read: Level, write: Level, to: Principal, team_only: bool, own_unit: usize, guarded: Option<Principal>) -> World {
    let read_only = guarded.into_iter().map(|owner| ReadOnly { owner, table: DEAL, span: FOR_GOOD }).collect();
    let mut levels = vec![[Level::None; 9]; tables().len()];
    levels[DEAL][Privilege::Read as usize] = read;
    levels[DEAL][Privilege::Write as usize] = write;
    let member = Member { user: 0, span: FOR_GOOD };
    let mut w = World {
        now: NOW,
        units: vec![Unit { parent: None }, Unit { parent: Some(0) }],
        users: vec![User { unit: own_unit, state: State::Active }, User { unit: 1, state: State::Active }],
        teams: vec![Team { unit: 1 - own_unit, kind: TeamKind::Owner, is_default: false, members: vec![member] }],
        roles: vec![Role { name: "role".to_owned(), levels, team_only }],
        role_assignments: vec![RoleAssignment { role: 0, to, span: FOR_GOOD }],
        tables: tables(),
        rows: Vec::new(),
        shares: Vec::new(),
        profiles: Vec::new(),
        profile_assignments: Vec::new(),
        read_only,
    };
    for owner in [Principal::User(0), Principal::User(1), Principal::Team(0)] {
        for unit in [0, 1] {
            for kind in 0..9 {
                w.rows.push(Row { table: DEAL, owner: Some(owner), unit: Some(unit), links: Vec::new() });
                share(&mut w, kind);
            }
        }
    }
    w
}

/// None; to read, to write or both; with the team, with all, with somebody else; ended; from one that has ended.
fn share(w: &mut World, kind: usize) {
    let row = w.rows.len() - 1;
    let (read, write) = ([Privilege::Read].as_slice(), [Privilege::Write].as_slice());
    let both = [Privilege::Read, Privilege::Write].as_slice();
    let mut give = |mask: &[Privilege], with, span, inherited_from| {
        let mask = Privilege::ALL.map(|privilege| mask.contains(&privilege));
        w.shares.push(Share { row, with, mask, inherited_from, span });
        w.shares.len() - 1
    };
    let me = Recipient::User(0);
    match kind {
        0 => {}
        1 => drop(give(read, me, FOR_GOOD, None)),
        2 => drop(give(write, me, FOR_GOOD, None)),
        3 => drop(give(both, me, FOR_GOOD, None)),
        4 => drop(give(both, Recipient::Team(0), FOR_GOOD, None)),
        5 => drop(give(both, Recipient::Organisation, FOR_GOOD, None)),
        6 => drop(give(both, Recipient::User(1), FOR_GOOD, None)),
        7 => drop(give(both, me, DEAD, None)),
        _ => {
            // Its source is of somebody else's right to the same row, or it would reach by itself.
            let source = give(read, Recipient::User(1), DEAD, None);
            give(both, me, FOR_GOOD, Some(source));
        }
    }
}
