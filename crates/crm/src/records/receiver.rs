//! Who may be given a record: an active user or an owner team that may read such records.
//!
//! A record nobody can see would be lost, so whoever gets it must hold read on its table; for a team its own roles
//! count, because its members come and go.
//! Not here: who may give it away ([`super::assign()`]). Proved by `crates/crm/tests/it/records_write.rs`.

use crate::{Done, Error, Problem};
use catalogue::Table;
use security::{AccessLevel, Actor, PrincipalId, Privilege, Role, RowFacts, UnitId, UserState, permit};
use store::accounts::{self, TeamKind};
use store::{Tx, rights};

/// Somebody who is to own records.
pub(crate) struct Receiver<'a> {
    pub(crate) id: PrincipalId,
    /// Where what they own belongs.
    pub(crate) unit: UnitId,
    holds: Holds<'a>,
}

enum Holds<'a> {
    Oneself(&'a Actor),
    User(Box<Actor>),
    Team(Vec<Role>),
}

impl<'a> Receiver<'a> {
    /// Whoever acts, whose rights are known already.
    pub(crate) fn oneself(actor: &'a Actor) -> Receiver<'a> {
        Receiver { id: actor.user(), unit: actor.unit(), holds: Holds::Oneself(actor) }
    }

    /// The user or team of that id, if records may be given to it at all. Held as it is until the transaction ends.
    pub(crate) fn find(tx: &mut Tx<'_>, id: PrincipalId) -> Done<Receiver<'static>> {
        accounts::lock_user_share(tx, id)?;
        if let Some(user) = accounts::user(tx, id)? {
            if user.state != UserState::Active {
                return Err(problem(format!("{} is not active", user.name)));
            }
            let standing = rights::standing(tx, id)?.ok_or_else(nobody)?;
            return Ok(Receiver { id, unit: user.unit, holds: Holds::User(Box::new(Actor::assemble(standing))) });
        }
        let team = accounts::team(tx, id)?.ok_or_else(nobody)?;
        if team.kind != TeamKind::Owner {
            return Err(problem(format!("{} is an access team and owns nothing", team.name)));
        }
        let mut roles = Vec::new();
        for grant in rights::grants_of(tx, id)? {
            roles.extend(rights::role(tx, grant.role)?);
        }
        Ok(Receiver { id, unit: team.unit, holds: Holds::Team(roles) })
    }

    /// Whether what they own of this table would be visible to them.
    pub(crate) fn reads(&self, table: &Table) -> bool {
        match &self.holds {
            Holds::Oneself(actor) => permit(actor, Privilege::Read, table).is_ok(),
            Holds::User(actor) => permit(actor, Privilege::Read, table).is_ok(),
            Holds::Team(roles) => roles.iter().any(|role| role.level(table, Privilege::Read) > AccessLevel::None),
        }
    }

    /// Refuses whoever could not see what they own.
    pub(crate) fn must_read(&self, table: &Table) -> Done<()> {
        if self.reads(table) { Ok(()) } else { Err(problem(format!("the new owner may not see {}", table.plural.to_lowercase()))) }
    }

    /// What is known of a row that they would own.
    pub(crate) fn facts(&self) -> RowFacts {
        RowFacts { owner: Some(self.id), unit: Some(self.unit), ..RowFacts::default() }
    }
}

fn nobody() -> Error {
    problem("there is no such user or team".to_owned())
}

fn problem(message: String) -> Error {
    Problem::column("owner", message)
}
