//! How a random world and the questions about it are made.
//!
//! The one idea: small but nasty. Few of everything, so that chance meets often, and everything that is given
//! is sometimes dead: ended, run out, running out at this very moment, or inherited from something dead.
//! What no store would keep is not made: `since` and `ended` are never in the future, nothing is given twice at once
//! to the same principal but shares, access teams hold no roles, profiles or rows, invited users own nothing.
//! Start reading at [`world`]. Proved by `worlds_are_small_and_nasty` in `oracle/sentences.rs`.

use super::*;

/// The time of every world, in microseconds.
pub const NOW: i64 = 1_800_000_000_000_000;

/// Makes the world of this seed; the same one every time.
pub fn world(seed: u64) -> World {
    let dice = &mut Dice::new(seed ^ 0xCA57_E11A);
    let mut w = World {
        now: NOW,
        units: Vec::new(),
        users: Vec::new(),
        teams: Vec::new(),
        roles: Vec::new(),
        role_assignments: Vec::new(),
        tables: tables(),
        rows: Vec::new(),
        shares: Vec::new(),
        profiles: Vec::new(),
        profile_assignments: Vec::new(),
        read_only: Vec::new(),
    };
    make_units_and_users(&mut w, dice);
    make_teams(&mut w, dice);
    make_roles(&mut w, dice);
    give_roles(&mut w, dice);
    make_rows(&mut w, dice);
    make_shares(&mut w, dice);
    make_inherited_shares(&mut w, dice);
    make_profiles(&mut w, dice);
    make_read_only(&mut w, dice);
    w
}

/// Makes `n` questions about existing rows. Half of them are drawn blindly, half where a share or an owner is near.
pub fn cases(w: &World, seed: u64, n: usize) -> Vec<Case> {
    let dice = &mut Dice::new(seed ^ 0x00DD_BA11);
    (0..n).map(|_| if dice.percent(50) { blind_case(w, dice) } else { near_case(w, dice) }).collect()
}

/// Makes `n` questions about rows to be created, in the principal-owned and organisation-owned tables.
pub fn create_cases(w: &World, seed: u64, n: usize) -> Vec<CreateCase> {
    let dice = &mut Dice::new(seed ^ 0x00C4_EA7E);
    let mut made = Vec::new();
    for _ in 0..n {
        let user = some_user(w, dice);
        if dice.percent(15) {
            made.push(CreateCase { user, table: PRODUCT, owner: None, unit: None });
            continue;
        }
        let owner = match dice.below(5) {
            0 | 1 => Principal::User(user),
            2 => Principal::User(dice.below(w.users.len())),
            _ => Principal::Team(dice.below(w.teams.len())),
        };
        let unit = Some(unit_of(w, owner));
        made.push(CreateCase { user, table: dice.pick(&[DEAL, TASK]), owner: Some(owner), unit });
    }
    made
}

/// Mostly somebody who is active, or every answer would be the same no.
fn some_user(w: &World, dice: &mut Dice) -> usize {
    let user = dice.below(w.users.len());
    if w.users[user].state != State::Active && dice.percent(70) { dice.below(2) } else { user }
}

fn some_privilege(dice: &mut Dice) -> Privilege {
    if dice.percent(30) { Privilege::Read } else { dice.pick(&Privilege::ALL[1..]) }
}

fn blind_case(w: &World, dice: &mut Dice) -> Case {
    Case { user: some_user(w, dice), privilege: some_privilege(dice), row: dice.below(w.rows.len()) }
}

/// A question where the answer hangs on something: a share that names the user, or a row of the user's own circle.
fn near_case(w: &World, dice: &mut Dice) -> Case {
    let mut case = blind_case(w, dice);
    if dice.percent(55) {
        let share = &w.shares[dice.below(w.shares.len())];
        case.row = share.row;
        match share.with {
            Recipient::User(user) => case.user = user,
            Recipient::Team(team) if !w.teams[team].members.is_empty() => {
                let members = &w.teams[team].members;
                case.user = members[dice.below(members.len())].user;
            }
            Recipient::Team(_) | Recipient::Organisation => {}
        }
        let given: Vec<Privilege> = Privilege::ALL.into_iter().filter(|p| share.mask[*p as usize]).collect();
        if dice.percent(60) {
            case.privilege = dice.pick(&given);
        }
        return case;
    }
    let mut near = Vec::new();
    for (number, row) in w.rows.iter().enumerate() {
        let owned = row.owner.is_some_and(|owner| stands_for(w, owner, case.user));
        let housed = row.unit == Some(w.users[case.user].unit);
        let leads_there = !row.links.is_empty() && row.links.iter().all(|link| near.contains(link));
        if owned || housed || leads_there {
            near.push(number);
        }
    }
    if !near.is_empty() {
        case.row = dice.pick(&near);
    }
    case
}

/// Whether the principal is the user or was ever a team of the user: near enough to be worth a question.
fn stands_for(w: &World, principal: Principal, user: usize) -> bool {
    match principal {
        Principal::User(other) => other == user,
        Principal::Team(team) => w.teams[team].members.iter().any(|member| member.user == user),
    }
}

fn unit_of(w: &World, principal: Principal) -> usize {
    match principal {
        Principal::User(user) => w.users[user].unit,
        Principal::Team(team) => w.teams[team].unit,
    }
}

/// A span that is live now in about three of four cases; both sides of the boundary are met often.
fn span(dice: &mut Dice) -> Span {
    let since = NOW - 2_000_000 - dice.below(1_000_000) as i64;
    let later = Some(NOW + 1 + if dice.percent(40) { 0 } else { dice.below(1_000_000) as i64 });
    let before = Some(NOW - 1 - dice.below(1_000_000) as i64);
    match dice.below(16) {
        0..=7 => Span { since, until: None, ended: None },
        8..=10 => Span { since, until: later, ended: None },
        11 => Span { since: NOW, until: None, ended: None },
        12 => Span { since, until: Some(NOW), ended: None },
        13 => Span { since, until: before, ended: None },
        14 => Span { since, until: None, ended: before },
        _ => Span { since, until: later, ended: before },
    }
}

fn for_good() -> Span {
    Span { since: NOW - 5_000_000, until: None, ended: None }
}

fn make_units_and_users(w: &mut World, dice: &mut Dice) {
    w.units.push(Unit { parent: None });
    for number in 1..dice.between(3, 8) {
        // Deep as often as broad: half of the units hang under the one made last.
        let parent = if dice.percent(50) { number - 1 } else { dice.below(number) };
        w.units.push(Unit { parent: Some(parent) });
    }
    for number in 0..dice.between(4, 10) {
        let unit = dice.below(w.units.len());
        let state = match dice.below(8) {
            _ if number < 2 => State::Active,
            0 => State::Invited,
            1 => State::Frozen,
            _ => State::Active,
        };
        w.users.push(User { unit, state });
    }
}

fn make_teams(w: &mut World, dice: &mut Dice) {
    for unit in 0..w.units.len() {
        let mut members = Vec::new();
        for (number, user) in w.users.iter().enumerate() {
            // Somebody who has moved away was a member until then, and may come back: both rows are kept.
            if dice.percent(15) {
                let since = NOW - 9_000_000;
                members.push(Member { user: number, span: Span { since, until: None, ended: Some(NOW - 6_000_000) } });
            }
            if user.unit == unit {
                members.push(Member { user: number, span: for_good() });
            }
        }
        w.teams.push(Team { unit, kind: TeamKind::Owner, is_default: true, members });
    }
    let (owners, accesses) = (dice.between(1, 3), dice.between(1, 3));
    for number in 0..owners + accesses {
        let unit = dice.below(w.units.len());
        let kind = if number < owners { TeamKind::Owner } else { TeamKind::Access };
        let mut members = Vec::new();
        for user in 0..w.users.len() {
            if dice.percent(40) {
                members.push(Member { user, span: span(dice) });
            }
        }
        w.teams.push(Team { unit, kind, is_default: false, members });
    }
}

const LEVELS: [Level; 5] = [Level::None, Level::User, Level::Unit, Level::UnitAndChildren, Level::Organisation];

fn make_roles(w: &mut World, dice: &mut Dice) {
    for number in 0..dice.between(2, 6) {
        let mut levels = vec![[Level::None; 9]; w.tables.len()];
        // A narrow role makes shares and units matter; a role that gives everything to all would hide them.
        let narrow = dice.percent(60);
        for table in [DEAL, TASK] {
            for privilege in Privilege::ALL {
                let width = if narrow { dice.below(3) } else { dice.between(0, 4) };
                let wider = usize::from(privilege == Privilege::Read && dice.percent(60));
                levels[table][privilege as usize] = LEVELS[(width + wider).min(4)];
            }
        }
        for level in &mut levels[PRODUCT] {
            *level = if dice.percent(35) { Level::Organisation } else { Level::None };
        }
        if number == 0 {
            // Every level stands in every world.
            let turn = dice.below(5);
            for place in 0..5 {
                levels[DEAL][Privilege::Write as usize + place] = LEVELS[(place + turn) % 5];
            }
        }
        w.roles.push(Role { name: format!("role {number}"), levels, team_only: dice.percent(40) });
    }
}

fn give_roles(w: &mut World, dice: &mut Dice) {
    let mut principals = Vec::new();
    for user in 0..w.users.len() {
        principals.push((Principal::User(user), dice.pick(&[0, 1, 1, 2])));
    }
    for (number, team) in w.teams.iter().enumerate() {
        let roles = match (team.kind, team.is_default) {
            (TeamKind::Access, _) => 0,
            (TeamKind::Owner, true) => dice.pick(&[0, 0, 1]),
            (TeamKind::Owner, false) => dice.pick(&[0, 1, 1, 2]),
        };
        principals.push((Principal::Team(number), roles));
    }
    for (to, roles) in principals {
        let first = dice.below(w.roles.len());
        for step in 0..roles {
            let role = (first + step) % w.roles.len();
            w.role_assignments.push(RoleAssignment { role, to, span: span(dice) });
        }
    }
}

fn make_rows(w: &mut World, dice: &mut Dice) {
    let users = (0..w.users.len()).filter(|user| w.users[*user].state != State::Invited).map(Principal::User);
    let teams = (0..w.teams.len()).filter(|team| w.teams[*team].kind == TeamKind::Owner).map(Principal::Team);
    let (users, teams): (Vec<_>, Vec<_>) = (users.collect(), teams.collect());
    for (table, low, high) in [(DEAL, 8, 20), (TASK, 6, 16), (PRODUCT, 2, 5)] {
        for _ in 0..dice.between(low, high) {
            if table == PRODUCT {
                w.rows.push(Row { table, owner: None, unit: None, links: Vec::new() });
                continue;
            }
            let owner = if dice.percent(65) { dice.pick(&users) } else { dice.pick(&teams) };
            let unit = if dice.percent(60) { unit_of(w, owner) } else { dice.below(w.units.len()) };
            w.rows.push(Row { table, owner: Some(owner), unit: Some(unit), links: Vec::new() });
        }
    }
    let of = |w: &World, table: usize| -> Vec<usize> { (0..w.rows.len()).filter(|row| w.rows[*row].table == table).collect() };
    let (deals, tasks, products) = (of(w, DEAL), of(w, TASK), of(w, PRODUCT));
    for _ in 0..dice.between(3, 9) {
        let parent = if dice.percent(75) { dice.pick(&deals) } else { dice.pick(&products) };
        w.rows.push(Row { table: LINE, owner: None, unit: None, links: vec![parent] });
    }
    for _ in 0..dice.between(3, 9) {
        let row = Row { table: LINK, owner: None, unit: None, links: vec![dice.pick(&tasks), dice.pick(&deals)] };
        if !w.rows.contains(&row) {
            w.rows.push(row);
        }
    }
}

fn make_shares(w: &mut World, dice: &mut Dice) {
    for _ in 0..dice.between(15, 35) {
        let row = some_owned_row(w, dice);
        let with = match dice.below(20) {
            0 => Recipient::Organisation,
            1..=10 => Recipient::User(dice.below(w.users.len())),
            _ => Recipient::Team(dice.below(w.teams.len())),
        };
        let mut mask = [false; 9];
        for privilege in &Privilege::ALL[2..] {
            mask[*privilege as usize] = dice.percent(35);
        }
        // Some shares give a change without the reading that every change presupposes; no share is empty.
        mask[Privilege::Read as usize] = dice.percent(80) || !mask.contains(&true);
        w.shares.push(Share { row, with, mask, inherited_from: None, span: span(dice) });
    }
}

/// Cascades, up to a few steps long: the same recipient, no more than the source gave, its own life besides.
fn make_inherited_shares(w: &mut World, dice: &mut Dice) {
    for _ in 0..dice.between(6, 16) {
        let from = dice.below(w.shares.len());
        let source = w.shares[from].clone();
        let mut mask = source.mask;
        for privilege in &Privilege::ALL[2..] {
            mask[*privilege as usize] &= dice.percent(80);
        }
        let row = some_owned_row(w, dice);
        if !mask.contains(&true) || row == source.row {
            continue;
        }
        // Mostly live by themselves, so that the source decides.
        let own = if dice.percent(75) { for_good() } else { span(dice) };
        w.shares.push(Share { row, with: source.with, mask, inherited_from: Some(from), span: own });
    }
}

fn some_owned_row(w: &World, dice: &mut Dice) -> usize {
    let owned: Vec<usize> = (0..w.rows.len()).filter(|row| w.rows[*row].owner.is_some()).collect();
    dice.pick(&owned)
}

fn make_profiles(w: &mut World, dice: &mut Dice) {
    let mut principals: Vec<Principal> = (0..w.users.len()).map(Principal::User).collect();
    principals.extend((0..w.teams.len()).filter(|team| w.teams[*team].kind == TeamKind::Owner).map(Principal::Team));
    for profile in 0..dice.between(2, 4) {
        let mut grants = Vec::new();
        for (table, shape) in w.tables.iter().enumerate() {
            for (column, _) in shape.columns.iter().enumerate().filter(|(_, column)| column.secured) {
                if dice.percent(45) {
                    let (read, create, update) = (dice.percent(60), dice.percent(40), dice.percent(40));
                    grants.push(Grant { table, column, read, create, update });
                }
            }
        }
        w.profiles.push(Profile { grants });
        for to in &principals {
            if dice.percent(22) {
                w.profile_assignments.push(ProfileAssignment { profile, to: *to, span: span(dice) });
            }
        }
    }
}

/// Somebody who left and did not hand over everything: of one table, of both, or so once and not any more.
fn make_read_only(w: &mut World, dice: &mut Dice) {
    let users = (0..w.users.len()).map(Principal::User);
    let teams = (0..w.teams.len()).filter(|team| w.teams[*team].kind == TeamKind::Owner).map(Principal::Team);
    for owner in users.chain(teams).collect::<Vec<_>>() {
        for table in [DEAL, TASK] {
            if dice.percent(if matches!(owner, Principal::User(_)) { 15 } else { 6 }) {
                let span = span(dice);
                w.read_only.push(ReadOnly { owner, table, span });
            }
        }
    }
}
