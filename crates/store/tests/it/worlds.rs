//! Small random organisations, told as plain numbers, for the differential test.
//!
//! A [`World`] is everything section 1, 2, 6 and 11 of the security model talk about, as vectors; an id is a place
//! in its vector. It knows nothing about the engine, so that the oracle and the engine can both be asked about it.
//! The five tables of [`tables`] are the same in every world, so that one catalogue and one schema serve all of them.
//! No rule is written here: what a world means is said by `oracle.rs` alone.
//! Start reading at [`World`]; worlds are made by [`world`], questions by [`cases`] and [`create_cases`].
//! Proved by `worlds_are_small_and_nasty` in `oracle/sentences.rs`.
#![allow(
    dead_code,
    unused_imports,
    clippy::indexing_slicing,
    reason = "a test's world: an id is a place in its vector, and not every test asks everything"
)]

mod making;

pub use making::{NOW, cases, create_cases, world};

/// One organisation at one moment. Every id is the index into the vector of its kind.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct World {
    /// The transaction's time, in microseconds.
    pub now: i64,
    pub units: Vec<Unit>,
    pub users: Vec<User>,
    /// The first `units.len()` teams are the default teams, in the order of the units.
    pub teams: Vec<Team>,
    pub roles: Vec<Role>,
    pub role_assignments: Vec<RoleAssignment>,
    pub tables: Vec<Table>,
    /// Rows of all tables; a row's links name rows that stand before it.
    pub rows: Vec<Row>,
    /// Shares; an inherited one names a share that stands before it.
    pub shares: Vec<Share>,
    pub profiles: Vec<Profile>,
    pub profile_assignments: Vec<ProfileAssignment>,
    pub read_only: Vec<ReadOnly>,
}

/// A node of the one tree; unit 0 is the root and the only one without a parent. A parent stands before its children.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unit {
    pub parent: Option<usize>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct User {
    pub unit: usize,
    pub state: State,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    Invited,
    Active,
    Frozen,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Team {
    pub unit: usize,
    pub kind: TeamKind,
    /// The unit's default team: an owner team whose live members are exactly the unit's users.
    pub is_default: bool,
    pub members: Vec<Member>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TeamKind {
    Owner,
    Access,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Member {
    pub user: usize,
    pub span: Span,
}

/// When something given counts. `until` is the planned end, `ended` the real one; whether it is live the oracle says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Span {
    pub since: i64,
    pub until: Option<i64>,
    pub ended: Option<i64>,
}

/// What can own a row, hold a role or hold a profile.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Principal {
    User(usize),
    Team(usize),
}

/// The nine record privileges, in the order of the security model.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Privilege {
    Create,
    Read,
    Write,
    Delete,
    Append,
    AppendTo,
    Assign,
    Share,
    Export,
}

impl Privilege {
    pub const ALL: [Privilege; 9] = [
        Privilege::Create,
        Privilege::Read,
        Privilege::Write,
        Privilege::Delete,
        Privilege::Append,
        Privilege::AppendTo,
        Privilege::Assign,
        Privilege::Share,
        Privilege::Export,
    ];
}

/// The access levels; their order is their meaning.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    None,
    User,
    Unit,
    UnitAndChildren,
    Organisation,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Role {
    pub name: String,
    /// Per table, the level of each privilege: `levels[table][privilege as usize]`.
    pub levels: Vec<[Level; 9]>,
    /// The tick "team privileges only"; means nothing when the role is given to a user.
    pub team_only: bool,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RoleAssignment {
    pub role: usize,
    pub to: Principal,
    pub span: Span,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Table {
    pub name: String,
    pub ownership: Ownership,
    pub columns: Vec<Column>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Ownership {
    /// A row has an owner and an owning unit.
    Principal,
    /// A row has neither.
    Organisation,
    /// A row has one link, to a row of one of these tables.
    Parent { of: Vec<usize> },
    /// An N:N row: two links, to a row of each table.
    Ends { left: usize, right: usize },
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Column {
    pub name: String,
    pub secured: bool,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    pub table: usize,
    /// Set on rows of principal-owned tables only; a user or an owner team.
    pub owner: Option<Principal>,
    /// The stored owning unit, which may differ from the owner's present one; set where `owner` is.
    pub unit: Option<usize>,
    /// None for owned rows, one row for a parent-owned one, two for an N:N row.
    pub links: Vec<usize>,
}

/// Whom a share names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Recipient {
    User(usize),
    Team(usize),
    Organisation,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Share {
    pub row: usize,
    pub with: Recipient,
    /// `mask[privilege as usize]`; never `create`.
    pub mask: [bool; 9],
    /// The share this one came from by a cascade.
    pub inherited_from: Option<usize>,
    pub span: Span,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Profile {
    pub grants: Vec<Grant>,
}

/// What a field profile gives on one secured column.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Grant {
    pub table: usize,
    pub column: usize,
    pub read: bool,
    pub create: bool,
    pub update: bool,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProfileAssignment {
    pub profile: usize,
    pub to: Principal,
    pub span: Span,
}

/// What somebody owns of a table is read-only until somebody else owns it; once at a time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReadOnly {
    pub owner: Principal,
    pub table: usize,
    pub span: Span,
}

/// One question about an existing row. Never asks `create`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Case {
    pub user: usize,
    pub privilege: Privilege,
    pub row: usize,
}

/// One question about a row that is not there yet. `unit` is always the owner's, as section 3 wants it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CreateCase {
    pub user: usize,
    pub table: usize,
    pub owner: Option<Principal>,
    pub unit: Option<usize>,
}

/// The principal-owned table that most things hang on.
pub const DEAL: usize = 0;
/// The second principal-owned table.
pub const TASK: usize = 1;
/// The organisation-owned table.
pub const PRODUCT: usize = 2;
/// The parent-owned table, under a deal or a product by one polymorphic link.
pub const LINE: usize = 3;
/// The N:N table between tasks and deals.
pub const LINK: usize = 4;

/// The five tables of every world: one of each kind of ownership, and a second one owned by principals.
pub fn tables() -> Vec<Table> {
    let of = |name: &str, ownership| Table {
        name: name.to_owned(),
        ownership,
        columns: [("name", false), ("amount", true), ("remark", false), ("code", true)]
            .map(|(name, secured)| Column { name: name.to_owned(), secured })
            .to_vec(),
    };
    vec![
        of("deal", Ownership::Principal),
        of("task", Ownership::Principal),
        of("product", Ownership::Organisation),
        of("line", Ownership::Parent { of: vec![DEAL, PRODUCT] }),
        of("link", Ownership::Ends { left: TASK, right: DEAL }),
    ]
}

/// Chance that is the same every time: splitmix64 (Steele, Lea, Flood 2014).
#[derive(Clone, Debug)]
pub struct Dice(u64);

impl Dice {
    pub fn new(seed: u64) -> Dice {
        Dice(seed)
    }

    pub fn roll(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    /// A number from 0 up to, but not including, `n`; 0 when `n` is 0.
    pub fn below(&mut self, n: usize) -> usize {
        let roll = (self.roll() >> 33) as usize;
        if n == 0 { 0 } else { roll % n }
    }

    /// A number from `low` to `high`, both included.
    pub fn between(&mut self, low: usize, high: usize) -> usize {
        low + self.below(high - low + 1)
    }

    /// True in `percent` of a hundred rolls.
    pub fn percent(&mut self, percent: usize) -> bool {
        self.below(100) < percent
    }

    /// One of them; there must be one.
    pub fn pick<T: Copy>(&mut self, from: &[T]) -> T {
        from[self.below(from.len())]
    }
}
