//! Who can be named in a right: users and teams (principals), units, roles.
//!
//! Users and teams share one kind of id, so an owner and a share name one thing. Two principals are fixed:
//! [`PrincipalId::ORGANISATION`], which everybody belongs to, and [`PrincipalId::OPERATOR`], who reads no record.
//! Source: security-model 1 and 11. Proved by `crates/security/tests/it/main.rs`.

use catalogue::RowId;
use std::fmt;
use uuid::Uuid;

/// A user or a team.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PrincipalId(pub RowId);

impl PrincipalId {
    /// Everybody: a share with it reaches every user.
    pub const ORGANISATION: PrincipalId = PrincipalId(RowId(Uuid::from_u128(1)));
    /// The command line without a person. Its acts stand in the trail as such.
    pub const OPERATOR: PrincipalId = PrincipalId(RowId(Uuid::from_u128(2)));
}

/// A business unit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct UnitId(pub RowId);

/// A role.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RoleId(pub RowId);

impl fmt::Display for PrincipalId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl fmt::Display for UnitId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl fmt::Display for RoleId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// To whom a role or profile was given.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Through {
    /// To the user.
    User,
    /// To a team the user is in.
    Team(PrincipalId),
}

/// Where a user stands between invitation and erasure.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UserState {
    /// Has an invitation, never signed in.
    Invited,
    /// Works.
    Active,
    /// Stopped at once, nothing lost.
    Frozen,
    /// Shut out for good: what was given has ended, and only somebody else lets the person back in.
    Disabled,
    /// Taken out of the data; a pseudonym is left.
    Erased,
}

impl UserState {
    /// Every state.
    pub const ALL: [UserState; 5] = [UserState::Invited, UserState::Active, UserState::Frozen, UserState::Disabled, UserState::Erased];

    /// The word in API and database.
    pub fn name(self) -> &'static str {
        match self {
            UserState::Invited => "invited",
            UserState::Active => "active",
            UserState::Frozen => "frozen",
            UserState::Disabled => "disabled",
            UserState::Erased => "erased",
        }
    }

    /// Reads [`UserState::name`].
    pub fn parse(name: &str) -> Option<UserState> {
        UserState::ALL.into_iter().find(|s| s.name() == name)
    }

    /// Whether the person was stopped, for now or for good: sessions, tokens and invitations from before are dead.
    pub fn is_shut_out(self) -> bool {
        match self {
            UserState::Frozen | UserState::Disabled | UserState::Erased => true,
            UserState::Invited | UserState::Active => false,
        }
    }
}
