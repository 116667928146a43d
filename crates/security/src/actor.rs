//! The person at the desk, with everything that bears on their rights.
//!
//! A [`Standing`] is what `store` read in this transaction; an [`Actor`] is that, made fit for deciding. An actor is
//! true for one transaction; what is kept of it between transactions is compared by number first.
//! Not here: the decision ([`crate::permit`]). Proved by `crates/security/tests/it/main.rs`.

use crate::level::Tasks;
use crate::{AccessLevel, PrincipalId, Privilege, Profile, Role, Rule, Task, Through, UnitId, UserState};
use catalogue::{Catalogue, Table};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// The tree of business units.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct UnitTree {
    parents: BTreeMap<UnitId, Option<UnitId>>,
}

impl UnitTree {
    /// From pairs of unit and parent. A unit in a cycle, or under a parent that is not there, is below nothing.
    pub fn new(pairs: impl IntoIterator<Item = (UnitId, Option<UnitId>)>) -> UnitTree {
        UnitTree { parents: pairs.into_iter().collect() }
    }

    /// The unit and everything below it.
    pub fn below(&self, unit: UnitId) -> BTreeSet<UnitId> {
        let mut found = BTreeSet::from([unit]);
        loop {
            let before = found.len();
            for (child, parent) in &self.parents {
                if parent.is_some_and(|p| found.contains(&p)) {
                    found.insert(*child);
                }
            }
            if found.len() == before {
                return found;
            }
        }
    }
}

/// A team the user is in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Membership {
    /// The team.
    pub team: PrincipalId,
    /// The team's unit.
    pub unit: UnitId,
    /// An owner team owns rows and holds roles; an access team is only shared with.
    pub owns: bool,
}

/// A role in force for the user.
#[derive(Clone, Debug, PartialEq)]
pub struct Held {
    /// The role.
    pub role: Arc<Role>,
    /// To whom it was given.
    pub through: Through,
    /// The moment it ends by itself, microseconds UTC.
    pub until: Option<i64>,
}

/// A field profile in force for the user.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HeldProfile {
    /// The profile.
    pub profile: Arc<Profile>,
    /// To whom it was given.
    pub through: Through,
}

/// What was read about a user: only rights that are live at the transaction's time.
#[derive(Clone, Debug)]
pub struct Standing {
    /// The user.
    pub user: PrincipalId,
    /// The user's name.
    pub name: String,
    /// The user's state.
    pub state: UserState,
    /// The user's unit.
    pub unit: UnitId,
    /// The teams the user is in.
    pub teams: Vec<Membership>,
    /// The roles in force.
    pub roles: Vec<Held>,
    /// The field profiles in force.
    pub profiles: Vec<HeldProfile>,
    /// All units.
    pub units: Arc<UnitTree>,
    /// By set, the owners whose rows nobody changes until somebody else owns them.
    pub read_only: BTreeMap<String, BTreeSet<PrincipalId>>,
    /// What exists.
    pub catalogue: Arc<Catalogue>,
}

/// A user, ready to be asked about.
#[derive(Clone, Debug)]
pub struct Actor {
    standing: Standing,
    principals: BTreeSet<PrincipalId>,
    unproven: Tasks,
}

/// One role's part in a privilege: what it reaches, and by whom it is held.
#[derive(Clone, Debug)]
pub(crate) struct Grant<'a> {
    pub(crate) held: &'a Held,
    pub(crate) level: AccessLevel,
    pub(crate) unit: UnitId,
    pub(crate) rule: Rule,
}

impl Actor {
    /// Makes the actor of what was read. Roles of teams the user is not in, and of teams that own nothing, do not count.
    pub fn assemble(mut standing: Standing) -> Actor {
        let owning: BTreeSet<PrincipalId> = standing.teams.iter().filter(|t| t.owns).map(|t| t.team).collect();
        standing.roles.retain(|held| match held.through {
            Through::User => true,
            Through::Team(team) => owning.contains(&team),
        });
        let mut principals: BTreeSet<PrincipalId> = standing.teams.iter().map(|t| t.team).collect();
        principals.insert(standing.user);
        principals.insert(PrincipalId::ORGANISATION);
        Actor { standing, principals, unproven: Tasks::new() }
    }

    /// The same person, who has to prove the second factor again before any of these tasks.
    pub fn unproven_for(mut self, tasks: Tasks) -> Actor {
        self.unproven = tasks;
        self
    }

    /// The user's id.
    pub fn user(&self) -> PrincipalId {
        self.standing.user
    }

    /// The user's name.
    pub fn name(&self) -> &str {
        &self.standing.name
    }

    /// The user's state.
    pub fn state(&self) -> UserState {
        self.standing.state
    }

    /// The user's unit.
    pub fn unit(&self) -> UnitId {
        self.standing.unit
    }

    /// The teams the user is in.
    pub fn teams(&self) -> &[Membership] {
        &self.standing.teams
    }

    /// The roles in force.
    pub fn roles(&self) -> &[Held] {
        &self.standing.roles
    }

    /// The field profiles in force.
    pub fn profiles(&self) -> &[HeldProfile] {
        &self.standing.profiles
    }

    /// What exists.
    pub fn catalogue(&self) -> &Arc<Catalogue> {
        &self.standing.catalogue
    }

    /// The owners whose rows of this table nobody changes until somebody else owns them.
    pub(crate) fn read_only_owners(&self, table: &Table) -> Option<&BTreeSet<PrincipalId>> {
        self.standing.read_only.get(&table.set).filter(|owners| !owners.is_empty())
    }

    /// The same person where no row is read-only, to compare what roles and shares reach.
    pub(crate) fn without_read_only(&self) -> Actor {
        let mut actor = self.clone();
        actor.standing.read_only.clear();
        actor
    }

    /// Everyone a share may name to reach this user: the user, the user's teams, the organisation.
    pub fn principals(&self) -> &BTreeSet<PrincipalId> {
        &self.principals
    }

    /// True when some role in force holds the task.
    pub(crate) fn holds(&self, task: Task) -> bool {
        self.standing.roles.iter().any(|held| held.role.tasks.contains(&task))
    }

    /// True when the second factor was not proven lately enough for this task.
    pub(crate) fn must_prove_for(&self, task: Task) -> bool {
        self.unproven.contains(&task)
    }

    /// What each role in force gives for this privilege, none left out.
    pub(crate) fn grants(&self, privilege: Privilege, table: &Table) -> Vec<Grant<'_>> {
        let with_level = self.standing.roles.iter().map(|held| (held, held.role.level(table, privilege)));
        with_level
            .filter(|(_, level)| *level > AccessLevel::None)
            .map(|(held, level)| {
                let unit = self.unit_of(&held.through);
                Grant { held, level, unit, rule: self.level_rule(held, level, unit) }
            })
            .collect()
    }

    /// The unit tested is the holder's own: the team's for a team's role.
    fn unit_of(&self, through: &Through) -> UnitId {
        match through {
            Through::User => self.standing.unit,
            Through::Team(team) => self.standing.teams.iter().find(|t| t.team == *team).map_or(self.standing.unit, |t| t.unit),
        }
    }

    /// Security-model 2, the table of levels.
    fn level_rule(&self, held: &Held, level: AccessLevel, unit: UnitId) -> Rule {
        let owners = match held.through {
            Through::User => self.standing.teams.iter().filter(|t| t.owns).map(|t| t.team).chain([self.standing.user]).collect(),
            Through::Team(team) if held.role.team_only => BTreeSet::from([team]),
            Through::Team(team) => BTreeSet::from([team, self.standing.user]),
        };
        match level {
            AccessLevel::None => Rule::Nothing,
            AccessLevel::User => Rule::Owner(owners),
            AccessLevel::Unit => Rule::any([Rule::Owner(owners), Rule::Unit(BTreeSet::from([unit]))]),
            AccessLevel::UnitAndChildren => Rule::any([Rule::Owner(owners), Rule::Unit(self.standing.units.below(unit))]),
            AccessLevel::Organisation => Rule::Everything,
        }
    }
}
