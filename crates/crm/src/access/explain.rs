//! Why one person may do one thing with one record, or why not and who could change that.
//!
//! Not here: the decision ([`security::explain`]). Whoever asks about somebody else needs the task to view access, and is
//! told so before the record is looked for, so that the answer tells nothing of it.
//! Start reading at [`explain`]. Proved by `crates/crm/tests/it/access.rs`.

use super::words::{Names, Step, missing};
use super::{asks_read, table_of};
use crate::Done;
use crate::people::as_actor;
use catalogue::{RowId, TableId};
use security::{Actor, Denial, Explanation, PrincipalId, Privilege, RowFacts, Task, entrust};
use std::collections::BTreeSet;
use store::{Tx, accounts, records, rights};

/// So many people are named who could help.
const HELPERS: usize = 5;

/// The answer to why or why not.
#[derive(Clone, Debug)]
pub struct Explained {
    /// About whom.
    pub user: PrincipalId,
    /// The person's name.
    pub name: String,
    /// About what.
    pub privilege: Privilege,
    /// Whether it is granted.
    pub is_granted: bool,
    /// Every path that grants it.
    pub paths: Vec<Step>,
    /// For anything but read and create: the paths that grant reading, which it stands on.
    pub read_paths: Vec<Step>,
    /// What is missing; empty exactly when it is granted.
    pub missing: Vec<String>,
    /// Who could grant what is missing: id and name.
    pub ask: Vec<(PrincipalId, String)>,
}

/// Explains one privilege on one record, about oneself or (with the task to view access) about `user`.
pub fn explain(
    tx: &mut Tx<'_>,
    actor: &Actor,
    table: TableId,
    id: RowId,
    user: Option<PrincipalId>,
    privilege: Privilege,
) -> Done<Explained> {
    let table = table_of(actor, table)?;
    let other = user.filter(|user| *user != actor.user());
    let about = match other {
        Some(user) => {
            entrust(actor, Task::ViewAccess)?;
            as_actor(tx, user)?
        }
        None => {
            asks_read(tx, actor, &table, id)?;
            actor.clone()
        }
    };
    let facts = records::facts(tx, table.id, id)?.ok_or(Denial::NotThere)?;
    let found = security::explain(&about, privilege, &table, &facts);
    let mut names = Names::default();
    names.learn(tx, found.paths.iter().chain(&found.read_paths))?;
    Ok(Explained {
        user: about.user(),
        name: about.name().to_owned(),
        privilege,
        is_granted: found.grants(),
        paths: names.steps(&table, &found.paths),
        read_paths: names.steps(&table, &found.read_paths),
        missing: found.missing.iter().map(missing).collect(),
        ask: who_could_help(tx, &found, &facts, about.user())?,
    })
}

/// Who gives roles where a role is missing; the owner where a share would do.
fn who_could_help(tx: &mut Tx<'_>, found: &Explanation, facts: &RowFacts, about: PrincipalId) -> Done<Vec<(PrincipalId, String)>> {
    let mut ids = BTreeSet::new();
    for denial in &found.missing {
        match denial {
            Denial::NoPrivilege { .. } | Denial::NoTask(_) => ids.extend(rights::users_with_task(tx, Task::AssignRoles)?),
            Denial::Row { .. } | Denial::NotThere => ids.extend(facts.owner),
            // A guard that an explanation names is that the owner has left: whoever stops people hands it over.
            Denial::State(_) | Denial::Guard(_) => ids.extend(rights::users_with_task(tx, Task::DisableUsers)?),
            Denial::SignIn | Denial::Column { .. } | Denial::SecondFactor | Denial::StepUp => {}
        }
    }
    ids.remove(&about);
    let ids: Vec<PrincipalId> = ids.into_iter().take(HELPERS).collect();
    let mut named: Vec<(PrincipalId, String)> = accounts::names(tx, &ids)?.into_iter().map(|(id, known)| (id, known.name)).collect();
    named.sort_by(|one, other| one.1.cmp(&other.1));
    Ok(named)
}
