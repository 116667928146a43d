//! The decision of the security model, as literally and naively as it can be written.
//!
//! The one idea: each function is a sentence of that text in loops, its section number beside it; nothing is kept,
//! sorted, merged or clever. It was written from the text alone, without a look at the engine, so that where the two
//! disagree, one of them has misread the text. Where the text leaves a choice, the stricter reading stands here,
//! marked `STRICT`. Hierarchies, masked values and guards other than freezing and read-only are not here.
//! Start reading at [`may`]; [`why`] says the same in words. Proved by the sentences in `oracle/sentences.rs`.
#![allow(
    dead_code,
    clippy::indexing_slicing,
    reason = "a test's reference: an id is a place in its vector, and not every test asks everything"
)]

mod sentences;

use super::worlds::{Level, Ownership, Principal, Privilege, Recipient, Role, Span, State, TeamKind, World};

/// Section 3: may the user do this to this existing row?
///
/// Always false for `create`, which is asked about rows that are not there yet ([`may_create`]).
pub fn may(w: &World, user: usize, privilege: Privilege, row: usize) -> bool {
    if privilege == Privilege::Create {
        return false;
    }
    // 3, step 1, and 8 with 11: only an active user acts; invited and frozen users do nothing.
    if w.users[user].state != State::Active {
        return false;
    }
    match &w.tables[w.rows[row].table].ownership {
        Ownership::Principal | Ownership::Organisation => may_itself(w, user, privilege, row),
        Ownership::Parent { of } => may_by_parent(w, user, privilege, row, of),
        Ownership::Ends { left, right } => may_by_ends(w, user, privilege, row, [*left, *right]),
    }
}

/// Section 3, steps 3 and 4, for a row that has privileges of its own.
fn may_itself(w: &World, user: usize, privilege: Privilege, row: usize) -> bool {
    // Step 3: the privilege is held at a level above none. A share never makes up for it.
    if !holds(w, user, privilege, w.rows[row].table) {
        return false;
    }
    // Step 4: reach, by level or by share (5, hierarchies, is not told in these worlds).
    if !reach_by_level(w, user, privilege, row) && !reach_by_share(w, user, privilege, row) {
        return false;
    }
    // Step 2, and 8: a guard forbids it, whatever roles and shares give.
    if is_read_only(w, privilege, row) {
        return false;
    }
    // Step 4: "for any privilege but create and read also may(actor, read, row)".
    privilege == Privilege::Read || may(w, user, Privilege::Read, row)
}

/// Section 8: "read-only until reassigned (no write, append, append_to, delete or share on the row; assign lifts it)", which
/// is said of an owner and a table.
fn is_read_only(w: &World, privilege: Privilege, row: usize) -> bool {
    let told = &w.rows[row];
    let forbidden = [Privilege::Write, Privilege::Append, Privilege::AppendTo, Privilege::Delete, Privilege::Share];
    forbidden.contains(&privilege)
        && w.read_only.iter().any(|guard| Some(guard.owner) == told.owner && guard.table == told.table && live(w, guard.span))
}

/// Section 1: a parent-owned row has no owner, unit, share or privilege of its own.
fn may_by_parent(w: &World, user: usize, privilege: Privilege, row: usize, of: &[usize]) -> bool {
    // 10: a parent that is missing or of a table that cannot be one gives less, never more.
    let [parent] = w.rows[row].links[..] else {
        return false;
    };
    if !of.contains(&w.rows[parent].table) {
        return false;
    }
    match privilege {
        Privilege::Create => false,
        // 1: "reading it asks read on its parent".
        Privilege::Read => may(w, user, Privilege::Read, parent),
        // 1: "exported ... under that rule", and 2: "every way out asks for [export]". STRICT: export on the parent.
        Privilege::Export => may(w, user, Privilege::Export, parent),
        // 1: "any change asks write on its parent". STRICT: attaching to it is a change of it, too.
        Privilege::Write | Privilege::Delete | Privilege::Append | Privilege::AppendTo => may(w, user, Privilege::Write, parent),
        // 1: it has no owner to change and no share to give. STRICT: nobody may.
        Privilege::Assign | Privilege::Share => false,
    }
}

/// Section 1: an N:N row is readable when both ends are; section 3: "N:N needs append on both".
fn may_by_ends(w: &World, user: usize, privilege: Privilege, row: usize, of: [usize; 2]) -> bool {
    let [left, right] = w.rows[row].links[..] else {
        return false;
    };
    if [w.rows[left].table, w.rows[right].table] != of {
        return false;
    }
    let on_both = |asked| may(w, user, asked, left) && may(w, user, asked, right);
    match privilege {
        Privilege::Create => false,
        Privilege::Read => on_both(Privilege::Read),
        // STRICT, as for a parent: taking out asks export, here on both ends.
        Privilege::Export => on_both(Privilege::Export),
        Privilege::Append => on_both(Privilege::Append),
        // STRICT: 1 says that any change of a row without privileges asks write, 3 that N:N needs append: both.
        Privilege::Write | Privilege::Delete => on_both(Privilege::Write) && on_both(Privilege::Append),
        // STRICT: nothing is attached to a link, and it has neither owner nor shares.
        Privilege::AppendTo | Privilege::Assign | Privilege::Share => false,
    }
}

/// Sections 2 and 3: may the user make a row of this table for this owner in this unit?
///
/// For tables owned by the organisation both are `None`. Parent-owned and N:N rows: [`may_create_below`].
pub fn may_create(w: &World, user: usize, table: usize, owner: Option<Principal>, unit: Option<usize>) -> bool {
    if w.users[user].state != State::Active || !holds(w, user, Privilege::Create, table) {
        return false;
    }
    match (&w.tables[table].ownership, owner, unit) {
        // 2: such tables know none and organisation only, and `holds` has seen to that.
        (Ownership::Organisation, None, None) => true,
        (Ownership::Principal, Some(owner), Some(unit)) => {
            // 3: the owning unit is "set from the owner's unit at create". STRICT: no other can be asked for.
            unit == unit_of(w, owner) && may_receive(w, owner, table) && level_reaches(w, user, Privilege::Create, table, owner, unit)
        }
        _ => false,
    }
}

/// Sections 1 and 3: may the user make a row below this parent, or a link between these two ends?
pub fn may_create_below(w: &World, user: usize, table: usize, links: &[usize]) -> bool {
    match (&w.tables[table].ownership, links) {
        (Ownership::Parent { of }, [parent]) => of.contains(&w.rows[*parent].table) && may(w, user, Privilege::Write, *parent),
        (Ownership::Ends { left, right }, [first, second]) => {
            w.rows[*first].table == *left
                && w.rows[*second].table == *right
                && may(w, user, Privilege::Append, *first)
                && may(w, user, Privilege::Append, *second)
        }
        _ => false,
    }
}

/// Section 3, assign: the row as it was only, and a new owner who can receive it.
pub fn may_assign(w: &World, user: usize, row: usize, new_owner: Principal) -> bool {
    w.tables[w.rows[row].table].ownership == Ownership::Principal
        && may(w, user, Privilege::Assign, row)
        && may_receive(w, new_owner, w.rows[row].table)
}

/// Section 3, share: whoever may share the row, "never a right the sharer lacks", and never `create`.
pub fn may_share(w: &World, user: usize, row: usize, mask: [bool; 9]) -> bool {
    if !may(w, user, Privilege::Share, row) {
        return false;
    }
    for privilege in Privilege::ALL {
        if mask[privilege as usize] && !may(w, user, privilege, row) {
            return false;
        }
    }
    true
}

/// Section 3: a new owner "must hold read on the table and be active"; 1: an access team owns nothing.
///
/// STRICT: asked of oneself at create, too; a team must hold read by a role of its own.
pub fn may_receive(w: &World, owner: Principal, table: usize) -> bool {
    match owner {
        Principal::User(user) => w.users[user].state == State::Active && holds(w, user, Privilege::Read, table),
        Principal::Team(team) => {
            w.teams[team].kind == TeamKind::Owner
                && w.role_assignments.iter().any(|given| {
                    given.to == owner && live(w, given.span) && level_of(w, &w.roles[given.role], table, Privilege::Read) > Level::None
                })
        }
    }
}

/// Section 6: a secured column is unreadable until a profile grants read. Row access comes first, and is not asked here.
pub fn readable_column(w: &World, user: usize, table: usize, column: usize) -> bool {
    column_open(w, user, table, column, |grant| grant.read)
}

/// Section 6: a secured column is set at create by a grant of create, afterwards by a grant of update; reading is apart.
pub fn may_set_column(w: &World, user: usize, table: usize, column: usize, at_create: bool) -> bool {
    column_open(w, user, table, column, |grant| if at_create { grant.create } else { grant.update })
}

fn column_open(w: &World, user: usize, table: usize, column: usize, given: impl Fn(&super::worlds::Grant) -> bool) -> bool {
    // 11: the profiles of whoever is not active are kept, not in force; and nothing else is open to them, either.
    if w.users[user].state != State::Active {
        return false;
    }
    // 10: what is not there is not open.
    let Some(told) = w.tables[table].columns.get(column) else {
        return false;
    };
    if !told.secured {
        return true;
    }
    // 6: "profiles add up".
    for assignment in &w.profile_assignments {
        let mine = match assignment.to {
            Principal::User(other) => other == user,
            // STRICT: an access team is there to be shared with (1) and carries no profile.
            Principal::Team(team) => w.teams[team].kind == TeamKind::Owner && is_member(w, user, team),
        };
        if !mine || !live(w, assignment.span) {
            continue;
        }
        for grant in &w.profiles[assignment.profile].grants {
            if grant.table == table && grant.column == column && given(grant) {
                return true;
            }
        }
    }
    false
}

/// Section 3, step 3: some role of the user, own or by a team (1: the union), gives the privilege above none.
fn holds(w: &World, user: usize, privilege: Privilege, table: usize) -> bool {
    for (role, _) in roles_of(w, user) {
        if level_of(w, &w.roles[role], table, privilege) > Level::None {
            return true;
        }
    }
    false
}

/// Section 3, reach by level, for the row as it lies there.
fn reach_by_level(w: &World, user: usize, privilege: Privilege, row: usize) -> bool {
    let row = &w.rows[row];
    match (row.owner, row.unit) {
        (Some(owner), Some(unit)) => level_reaches(w, user, privilege, row.table, owner, unit),
        // 2: a row of the organisation is reached by level organisation; `level_of` knows no other there.
        _ => holds(w, user, privilege, row.table),
    }
}

/// Section 3: "a role of a gives p at level L >= user, and the owner is in O(role), or L >= unit and the owning unit
/// is in L's units of P, or L = organisation".
fn level_reaches(w: &World, user: usize, privilege: Privilege, table: usize, owner: Principal, unit: usize) -> bool {
    roles_of(w, user).into_iter().any(|given| level_path(w, user, privilege, table, owner, unit, given).is_some())
}

/// Section 2, the table of levels, for one role given to one principal: by which line it reaches, if by any.
fn level_path(
    w: &World,
    user: usize,
    privilege: Privilege,
    table: usize,
    owner: Principal,
    unit: usize,
    (role, to): (usize, Principal),
) -> Option<&'static str> {
    let level = level_of(w, &w.roles[role], table, privilege);
    if level >= Level::User && owner_in_o(w, user, owner, &w.roles[role], to) {
        return Some("the owner");
    }
    // "The unit tested is P's own: the team's for a team's role."
    if level >= Level::Unit && unit == unit_of(w, to) {
        return Some("the unit");
    }
    if level >= Level::UnitAndChildren && is_below(w, unit, unit_of(w, to)) {
        return Some("a unit below");
    }
    (level == Level::Organisation).then_some("the organisation")
}

/// Section 2, level user: whose rows a role stands for.
fn owner_in_o(w: &World, user: usize, owner: Principal, role: &Role, to: Principal) -> bool {
    match to {
        // "for a role given to the user, the user and the user's teams"
        Principal::User(_) => match owner {
            Principal::User(other) => other == user,
            Principal::Team(team) => is_member(w, user, team),
        },
        // "for a role of team T marked 'team privileges only', T alone; for T's other roles, T and the user"
        Principal::Team(_) => owner == to || (!role.team_only && owner == Principal::User(user)),
    }
}

/// Section 3, reach by share: "a live share of this row with a, a team of a, or the organisation has p in its mask".
fn reach_by_share(w: &World, user: usize, privilege: Privilege, row: usize) -> bool {
    (0..w.shares.len()).any(|share| share_reaches(w, user, privilege, row, share))
}

fn share_reaches(w: &World, user: usize, privilege: Privilege, row: usize, number: usize) -> bool {
    let share = &w.shares[number];
    let mine = match share.with {
        Recipient::User(other) => other == user,
        Recipient::Team(team) => is_member(w, user, team),
        Recipient::Organisation => true,
    };
    share.row == row && mine && share.mask[privilege as usize] && share_is_live(w, number)
}

/// Section 4: an inherited share "names the share it comes from and counts only while that one is live".
pub fn share_is_live(w: &World, share: usize) -> bool {
    let told = &w.shares[share];
    if !live(w, told.span) {
        return false;
    }
    match told.inherited_from {
        None => true,
        // A share comes from one that was there before it; anything else is a wrong world and gives less (10).
        Some(source) => source < share && share_is_live(w, source),
    }
}

/// The roles in force for the user, each with the principal that it was given to.
fn roles_of(w: &World, user: usize) -> Vec<(usize, Principal)> {
    let mut roles = Vec::new();
    for given in &w.role_assignments {
        let mine = match given.to {
            Principal::User(other) => other == user,
            // 1: an access team holds no roles; whatever says otherwise counts for nothing.
            Principal::Team(team) => w.teams[team].kind == TeamKind::Owner && is_member(w, user, team),
        };
        if mine && live(w, given.span) {
            roles.push((given.role, given.to));
        }
    }
    roles
}

/// Section 2: the level of a privilege, where a table owned by the organisation knows none and organisation only.
fn level_of(w: &World, role: &Role, table: usize, privilege: Privilege) -> Level {
    let level = role.levels[table][privilege as usize];
    match w.tables[table].ownership {
        Ownership::Principal => level,
        Ownership::Organisation if level == Level::Organisation => level,
        // 1: parent-owned rows have no privilege of their own.
        Ownership::Organisation | Ownership::Parent { .. } | Ownership::Ends { .. } => Level::None,
    }
}

/// Whether the user is in the team now.
pub fn is_member(w: &World, user: usize, team: usize) -> bool {
    w.teams[team].members.iter().any(|member| member.user == user && live(w, member.span))
}

/// Architecture, "past rights are kept": "now is ended is null and (until is null or until > the transaction's time)".
pub fn live(w: &World, span: Span) -> bool {
    span.ended.is_none() && span.until.is_none_or(|until| until > w.now)
}

/// The present unit of a user or a team (1: each belongs to exactly one).
fn unit_of(w: &World, principal: Principal) -> usize {
    match principal {
        Principal::User(user) => w.users[user].unit,
        Principal::Team(team) => w.teams[team].unit,
    }
}

/// Whether `unit` lies somewhere below `top` in the tree.
fn is_below(w: &World, unit: usize, top: usize) -> bool {
    match w.units[unit].parent {
        None => false,
        Some(parent) => parent == top || is_below(w, parent, top),
    }
}

/// Section 9, for whoever looks into a disagreement: every path that grants, or what is missing, in words.
///
/// The first line is the answer of [`may`]; lines about `read`, a parent or an end are indented below what needs them.
pub fn why(w: &World, user: usize, privilege: Privilege, row: usize) -> Vec<String> {
    let table = &w.tables[w.rows[row].table];
    let answer = if may(w, user, privilege, row) { "may" } else { "may not" };
    let mut told = vec![format!("user {user} {answer} {privilege:?} {} {row}: {:?}", table.name, w.rows[row])];
    if w.users[user].state != State::Active {
        told.push(format!("missing: the user is {:?}", w.users[user].state));
    }
    let mut further = Vec::new();
    match (&table.ownership, privilege) {
        (Ownership::Principal | Ownership::Organisation, _) => {
            told.extend(paths(w, user, privilege, row));
            if privilege != Privilege::Read {
                further.push((Privilege::Read, row));
            }
        }
        (Ownership::Parent { .. }, Privilege::Read | Privilege::Export) => {
            further.extend(w.rows[row].links.iter().map(|link| (privilege, *link)));
        }
        (Ownership::Parent { .. }, _) => {
            further.extend(w.rows[row].links.iter().map(|link| (Privilege::Write, *link)));
        }
        (Ownership::Ends { .. }, Privilege::Write | Privilege::Delete) => {
            for link in &w.rows[row].links {
                further.extend([(Privilege::Write, *link), (Privilege::Append, *link)]);
            }
        }
        (Ownership::Ends { .. }, _) => {
            further.extend(w.rows[row].links.iter().map(|link| (privilege, *link)));
        }
    }
    for (asked, below) in further {
        told.extend(why(w, user, asked, below).into_iter().map(|line| format!("  {line}")));
    }
    told
}

/// The lines of [`why`] for a row with privileges of its own.
fn paths(w: &World, user: usize, privilege: Privilege, row: usize) -> Vec<String> {
    let told = &w.rows[row];
    let mut lines = Vec::new();
    for (role, to) in roles_of(w, user) {
        let level = level_of(w, &w.roles[role], told.table, privilege);
        let by = match (told.owner, told.unit) {
            (Some(owner), Some(unit)) => level_path(w, user, privilege, told.table, owner, unit, (role, to)),
            _ => (level == Level::Organisation).then_some("the organisation"),
        };
        let only = if w.roles[role].team_only { " (team privileges only)" } else { "" };
        let reach = by.map_or("held, does not reach".to_owned(), |by| format!("reaches by {by}"));
        if level > Level::None {
            lines.push(format!("role {role}{only} from {to:?} in unit {} at {level:?}: {reach}", unit_of(w, to)));
        }
    }
    if !holds(w, user, privilege, told.table) {
        lines.push("missing: no role gives the privilege on the table".to_owned());
    }
    if is_read_only(w, privilege, row) {
        lines.push("missing: read-only until somebody else owns it".to_owned());
    }
    for (number, share) in w.shares.iter().enumerate() {
        if share_reaches(w, user, privilege, row, number) {
            lines.push(format!("share {number} with {:?}, from {:?}", share.with, share.inherited_from));
        }
    }
    lines
}
