//! Who is proposed to get what somebody leaves: the manager, else the team of the unit.
//!
//! Only somebody who stays and may have it: active, not leaving too, no end in sight, and for records with read on
//! their table. What is proposed is checked again when it is chosen.
//! Not here: that check ([`super::super::choose`]). Proved by `crates/crm/tests/it/departures_found.rs`.

use super::Depth;
use crate::Done;
use crate::people::as_actor;
use catalogue::Table;
use security::{AccessLevel, Actor, PrincipalId, Privilege, Role, Task, UserState, entrust, permit};
use store::accounts::{self, User};
use store::{Tx, departures, rights};

/// Those who could follow the person.
pub(super) struct Heirs {
    manager: Option<Actor>,
    team: Option<(PrincipalId, Vec<Role>)>,
}

impl Heirs {
    pub(super) fn of(tx: &mut Tx<'_>, user: &User, depth: Depth) -> Done<Heirs> {
        if depth == Depth::Keys {
            return Ok(Heirs { manager: None, team: None });
        }
        let manager = match user.manager {
            Some(manager) if stays(tx, manager)? => Some(as_actor(tx, manager)?),
            Some(_) | None => None,
        };
        let default = accounts::teams(tx)?.into_iter().find(|team| team.is_default && team.unit == user.unit);
        let mut team = None;
        if let Some(default) = default.filter(|_| manager.is_none()) {
            let others = accounts::members(tx, default.id)?.into_iter().any(|member| member != user.id);
            let mut roles = Vec::new();
            for grant in rights::grants_of(tx, default.id)? {
                roles.extend(rights::role(tx, grant.role)?);
            }
            team = Some((default.id, roles)).filter(|_| others);
        }
        Ok(Heirs { manager, team })
    }

    /// The manager.
    pub(super) fn person(&self) -> Option<PrincipalId> {
        self.manager.as_ref().map(Actor::user)
    }

    /// The manager, where they hold this task.
    pub(super) fn with(&self, task: Task) -> Option<PrincipalId> {
        self.manager.as_ref().filter(|manager| entrust(manager, task).is_ok()).map(Actor::user)
    }

    /// Whoever may see what they would own of this table.
    pub(super) fn owner_of(&self, table: &Table) -> Option<PrincipalId> {
        let manager = self.manager.as_ref().filter(|manager| permit(manager, Privilege::Read, table).is_ok()).map(Actor::user);
        let reads = |roles: &[Role]| roles.iter().any(|role| role.level(table, Privilege::Read) > AccessLevel::None);
        manager.or_else(|| self.team.as_ref().filter(|(_, roles)| reads(roles)).map(|(id, _)| *id))
    }
}

fn stays(tx: &mut Tx<'_>, id: PrincipalId) -> Done<bool> {
    let Some(user) = accounts::user(tx, id)? else { return Ok(false) };
    Ok(user.state == UserState::Active && user.ends_on.is_none() && !user.is_service && departures::open_of(tx, id)?.is_none())
}
