//! People told in a few words, over the shipped catalogue.
//!
//! Units: `HQ`, below it `SALES`, below that `NORTH`; `SERVICE` stands beside sales. Me, [`ME`], works in sales.
//! A role is a list of set, privilege and level. Nothing is given that a test does not say.
//! Not here: questions. Start reading at [`Person`]. Proved by `crates/security/tests/it/decisions.rs`.

use catalogue::{Catalogue, RowId, Table};
use security::{
    AccessLevel, Actor, ColumnGrant, Held, HeldProfile, Levels, Membership, PrincipalId, Privilege, Profile, Rights, Role, RoleId,
    RowFacts, ShareFact, Standing, Task, Through, UnitId, UnitTree, UserState,
};
use std::sync::{Arc, OnceLock};
use uuid::Uuid;

pub const fn id(n: u128) -> RowId {
    RowId(Uuid::from_u128(n))
}

pub const HQ: UnitId = UnitId(id(0x11));
pub const SALES: UnitId = UnitId(id(0x12));
pub const NORTH: UnitId = UnitId(id(0x13));
pub const SERVICE: UnitId = UnitId(id(0x14));
pub const ME: PrincipalId = PrincipalId(id(0x21));
pub const OTHER: PrincipalId = PrincipalId(id(0x22));
/// An owner team of the unit service.
pub const TEAM: PrincipalId = PrincipalId(id(0x31));
/// An access team of the unit service.
pub const CIRCLE: PrincipalId = PrincipalId(id(0x32));
/// An owner team I am not in.
pub const STRANGERS: PrincipalId = PrincipalId(id(0x33));

pub fn catalogue() -> Arc<Catalogue> {
    static SHIPPED: OnceLock<Arc<Catalogue>> = OnceLock::new();
    SHIPPED.get_or_init(|| Arc::new(catalogue::standard::catalogue().unwrap())).clone()
}

pub fn table(set: &str) -> Table {
    catalogue().find(set).unwrap_or_else(|| panic!("no table `{set}`")).clone()
}

/// Me, until a test says more.
pub struct Person(Standing);

impl Person {
    /// Active, in sales, in no team, without rights.
    pub fn new() -> Person {
        let units = [(HQ, None), (SALES, Some(HQ)), (NORTH, Some(SALES)), (SERVICE, Some(HQ))];
        Person(Standing {
            user: ME,
            name: "Me".to_owned(),
            state: UserState::Active,
            unit: SALES,
            teams: Vec::new(),
            roles: Vec::new(),
            profiles: Vec::new(),
            units: Arc::new(UnitTree::new(units)),
            read_only: Default::default(),
            catalogue: catalogue(),
        })
    }

    pub fn over(mut self, catalogue: Catalogue) -> Person {
        self.0.catalogue = Arc::new(catalogue);
        self
    }

    pub fn state(mut self, state: UserState) -> Person {
        self.0.state = state;
        self
    }

    /// In the owner team of service.
    pub fn in_team(mut self) -> Person {
        self.0.teams.push(Membership { team: TEAM, unit: SERVICE, owns: true });
        self
    }

    /// In the access team of service.
    pub fn in_circle(mut self) -> Person {
        self.0.teams.push(Membership { team: CIRCLE, unit: SERVICE, owns: false });
        self
    }

    pub fn holding(self, role: Role) -> Person {
        self.by(Through::User, role)
    }

    pub fn by(mut self, through: Through, role: Role) -> Person {
        self.0.roles.push(Held { role: Arc::new(role), through, until: None });
        self
    }

    /// What this owner has of this set is read-only until somebody else owns it.
    pub fn keeping(mut self, owner: PrincipalId, set: &str) -> Person {
        self.0.read_only.entry(set.to_owned()).or_default().insert(owner);
        self
    }

    pub fn opening(mut self, set: &str, column: &str, rights: &str) -> Person {
        let has = |word: &str| rights.split(' ').any(|given| given == word);
        let grant = ColumnGrant { set: set.into(), column: column.into(), read: has("read"), create: has("create"), update: has("update") };
        let profile = Profile { id: id(0x51), name: "Profile".into(), grants: vec![grant] };
        self.0.profiles.push(HeldProfile { profile: Arc::new(profile), through: Through::User });
        self
    }

    pub fn actor(self) -> Actor {
        Actor::assemble(self.0)
    }
}

/// A role that gives these privileges of these sets at these levels.
pub fn role(given: &[(&str, &[Privilege], AccessLevel)]) -> Role {
    let mut role = Role {
        id: RoleId(id(0x41)),
        name: "Clerk".to_owned(),
        team_only: false,
        privileges: Default::default(),
        others: Levels::default(),
        tasks: Default::default(),
    };
    for (set, privileges, level) in given {
        let levels = role.privileges.entry((*set).to_owned()).or_default();
        *levels = privileges.iter().fold(*levels, |levels, privilege| levels.with(*privilege, *level));
    }
    role
}

pub fn entrusted(tasks: &[Task]) -> Role {
    Role { tasks: tasks.iter().copied().collect(), ..role(&[]) }
}

/// A row of this owner in this unit.
pub fn owned(owner: PrincipalId, unit: UnitId) -> RowFacts {
    RowFacts { owner: Some(owner), unit: Some(unit), ..RowFacts::default() }
}

/// The row, shared with somebody for these privileges.
pub fn shared(mut row: RowFacts, with: PrincipalId, rights: &[Privilege]) -> RowFacts {
    let rights: Rights = rights.iter().copied().collect();
    row.shares.push(ShareFact { id: id(0x61), with, rights, by: OTHER, until: Some(99), inherited: None });
    row
}
