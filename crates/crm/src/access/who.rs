//! Who can see a record.
//!
//! Every active person is asked about, by the same decision that would be asked if they came themselves. Names are for
//! whoever reads the record; the paths, and records one does not read, for whoever views access.
//! LIMIT: at most [`MOST_PEOPLE`] are asked about in one answer, which then says so.
//! Not here: one person in depth ([`super::explain`]). Start reading at [`who`]. Proved by `crates/crm/tests/it/access.rs`.

use super::words::{Names, Step};
use super::{asks_read, table_of};
use crate::Done;
use crate::people::as_actor;
use catalogue::{RowId, TableId};
use security::{Actor, Denial, PrincipalId, Privilege, Task, UserState, entrust};
use store::accounts::{self, UserQuery};
use store::{Tx, records};

/// So many people are asked about in one answer.
pub const MOST_PEOPLE: usize = 1000;

/// Somebody who can see the record.
#[derive(Clone, Debug)]
pub struct Reader {
    /// Who.
    pub user: PrincipalId,
    /// The person's name.
    pub name: String,
    /// What else the person may do with it; empty for whoever may not view access.
    pub also: Vec<Privilege>,
    /// By which paths the person sees it; none for whoever may not view access.
    pub paths: Option<Vec<Step>>,
}

/// Who can see the record.
#[derive(Clone, Debug)]
pub struct Who {
    /// By name.
    pub readers: Vec<Reader>,
    /// False when there are more people than are asked about.
    pub is_complete: bool,
}

/// Everybody who can see this record.
pub fn who(tx: &mut Tx<'_>, actor: &Actor, table: TableId, id: RowId) -> Done<Who> {
    let table = table_of(actor, table)?;
    let shows_paths = entrust(actor, Task::ViewAccess).is_ok();
    if !shows_paths {
        asks_read(tx, actor, &table, id)?;
    }
    let facts = records::facts(tx, table.id, id)?.ok_or(Denial::NotThere)?;
    let query = UserQuery { state: Some(UserState::Active), limit: MOST_PEOPLE + 1, ..UserQuery::default() };
    let mut people = accounts::users(tx, &query)?;
    let is_complete = people.len() <= MOST_PEOPLE;
    people.truncate(MOST_PEOPLE);
    let mut names = Names::default();
    let mut readers = Vec::new();
    for person in people {
        let about = as_actor(tx, person.id)?;
        let reads = security::explain(&about, Privilege::Read, &table, &facts);
        if !reads.grants() {
            continue;
        }
        let (mut also, mut paths) = (Vec::new(), None);
        if shows_paths {
            let others = Privilege::ALL.into_iter().filter(|p| !matches!(p, Privilege::Read | Privilege::Create));
            also = others.filter(|p| security::explain(&about, *p, &table, &facts).grants()).collect();
            names.learn(tx, reads.paths.iter())?;
            paths = Some(names.steps(&table, &reads.paths));
        }
        readers.push(Reader { user: person.id, name: person.name, also, paths });
    }
    Ok(Who { readers, is_complete })
}
