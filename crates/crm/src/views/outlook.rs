//! What somebody may use at all: the tables, the tasks, the columns of a form. For site maps, menus and buttons.
//!
//! It is asked of the same permits that decide later, so nothing is offered that none of the roles gives, and what is
//! offered may still be refused for one record.
//! Not here: what may be done with one record ([`super::Row::may`]). Start reading at [`outlook`].
//! Proved by `crates/web/tests/it/client.rs`.

use super::open::table_named;
use crate::Done;
use catalogue::{ColumnId, RowId, TableId};
use security::{Actor, ColumnUse, Denial, PrincipalId, Privilege, Rights, Task, UserState, entrust, permit};
use std::collections::HashMap;
use store::{Tx, accounts, records, rights};

/// What is asked of every table for a frame.
const ASKED: [Privilege; 4] = [Privilege::Create, Privilege::Read, Privilege::Delete, Privilege::Export];

/// What somebody may use at all.
#[derive(Clone, Debug)]
pub struct Outlook {
    /// What the organisation is called.
    pub organisation: String,
    /// The person's name.
    pub name: String,
    /// The person's address.
    pub email: String,
    /// The readable tables in the catalogue's order, each with what is held of create, read, delete and export.
    pub tables: Vec<(TableId, Rights)>,
    /// The tasks held.
    pub tasks: Vec<Task>,
}

impl Outlook {
    /// True when the privilege is held on the table, for some records at least.
    pub fn may(&self, table: TableId, privilege: Privilege) -> bool {
        self.tables.iter().any(|(id, held)| *id == table && held.has(privilege))
    }

    /// True when the task is held.
    pub fn holds(&self, task: Task) -> bool {
        self.tasks.contains(&task)
    }
}

/// What the actor may use at all.
pub fn outlook(tx: &mut Tx<'_>, actor: &Actor) -> Done<Outlook> {
    let person = accounts::user(tx, actor.user())?.ok_or(Denial::SignIn)?;
    let held = |table: &catalogue::Table| ASKED.into_iter().filter(|p| permit(actor, *p, table).is_ok()).collect::<Rights>();
    let tables = actor.catalogue().tables().iter().map(|t| (t.id, held(t))).filter(|(_, held)| held.has(Privilege::Read));
    Ok(Outlook {
        organisation: accounts::organisation_name(tx)?,
        name: person.name,
        email: person.email,
        tables: tables.collect(),
        tasks: Task::ALL.iter().copied().filter(|task| entrust(actor, *task).is_ok()).collect(),
    })
}

/// The columns of a set that are open to the actor for a purpose.
pub fn open_columns(actor: &Actor, set: &str, purpose: ColumnUse) -> Done<Vec<ColumnId>> {
    let (catalogue, table) = table_named(actor, set)?;
    let table = catalogue.table(table).ok_or(Denial::NotThere)?;
    let asked = match purpose {
        ColumnUse::Create => Privilege::Create,
        ColumnUse::Update => Privilege::Write,
        ColumnUse::Read => Privilege::Read,
    };
    let permit = permit(actor, asked, table)?;
    Ok(table.columns.iter().map(|c| c.id).filter(|id| permit.opens(*id, purpose)).collect())
}

/// What users and teams are called. Their names are known to every active user.
pub fn principal_names(tx: &mut Tx<'_>, ids: &[PrincipalId]) -> Done<HashMap<PrincipalId, String>> {
    Ok(accounts::names(tx, ids)?.into_iter().map(|(id, known)| (id, known.name)).collect())
}

/// What people and teams are called where they stand for records of theirs: whoever cannot act any more is marked.
pub fn marked_names(tx: &mut Tx<'_>, ids: &[PrincipalId]) -> Done<HashMap<PrincipalId, String>> {
    let marked = |known: accounts::PrincipalName| match known.state {
        UserState::Active | UserState::Invited => known.name,
        UserState::Frozen | UserState::Disabled | UserState::Erased => format!("{} ({})", known.name, known.state.name()),
    };
    Ok(accounts::names(tx, ids)?.into_iter().map(|(id, known)| (id, marked(known))).collect())
}

/// Who can give what a refusal says is missing: the active people who assign roles, by name, the first few.
pub fn givers(tx: &mut Tx<'_>) -> Done<Vec<(PrincipalId, String)>> {
    let ids = rights::users_with_task(tx, Task::AssignRoles)?;
    let names = principal_names(tx, &ids)?;
    let mut found: Vec<(PrincipalId, String)> = ids.into_iter().filter_map(|id| Some((id, names.get(&id)?.clone()))).collect();
    found.sort_by(|a, b| a.1.cmp(&b.1));
    found.truncate(5);
    Ok(found)
}

/// What stands beside an amount.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sign {
    /// Three letters of ISO 4217.
    pub iso: String,
    /// The symbol; may be empty.
    pub symbol: String,
}

/// The signs of the currencies that the actor may see, and the organisation's own.
#[derive(Clone, Debug, Default)]
pub struct Signs {
    /// By currency.
    pub by_currency: HashMap<RowId, Sign>,
    /// The organisation's own currency.
    pub base: Option<RowId>,
}

/// The signs of currencies. Whoever reads no currencies gets none.
pub fn signs(tx: &mut Tx<'_>, actor: &Actor) -> Done<Signs> {
    let mut signs = Signs { base: accounts::meta(tx, crate::setup::BASE_CURRENCY)?.and_then(|id| RowId::parse(&id)), ..Signs::default() };
    let Some(table) = actor.catalogue().find("currencies") else { return Ok(signs) };
    let Ok(read) = permit(actor, Privilege::Read, table) else { return Ok(signs) };
    let query = records::Query { filter: records::Filter::All(Vec::new()), order: Vec::new(), columns: None, limit: 500, after: None };
    for record in records::find(tx, &read, &query)?.records {
        let text = |name: &str| record.named(table, name).and_then(|v| v.text()).unwrap_or_default().to_owned();
        signs.by_currency.insert(record.id, Sign { iso: text("iso_code"), symbol: text("symbol") });
    }
    Ok(signs)
}

/// One share of a record.
#[derive(Clone, Debug)]
pub struct ShareLine {
    /// With whom.
    pub with: PrincipalId,
    /// What that is called.
    pub name: String,
    /// `user`, `team` or `organisation`.
    pub kind: &'static str,
    /// What it carries.
    pub rights: Rights,
    /// Who gave it.
    pub by: String,
    /// When it ends by itself, microseconds UTC.
    pub until: Option<i64>,
    /// It comes along with another record, and ends there.
    pub is_inherited: bool,
}

/// The live shares of a record, for whoever reads it.
pub fn shares(tx: &mut Tx<'_>, actor: &Actor, set: &str, id: RowId) -> Done<Vec<ShareLine>> {
    let (catalogue, table) = table_named(actor, set)?;
    let table = catalogue.table(table).ok_or(Denial::NotThere)?;
    let read = permit(actor, Privilege::Read, table)?;
    if !records::within(tx, &read, &[id])?.contains(&id) {
        return Err(Denial::NotThere.into());
    }
    let live = records::live_shares(tx, set, id)?;
    let ids: Vec<PrincipalId> = live.iter().flat_map(|s| [s.with, s.by]).collect();
    let names = accounts::names(tx, &ids)?;
    let name = |id: &PrincipalId| names.get(id).map_or_else(|| "somebody".to_owned(), |n| n.name.clone());
    let line = |s: &security::ShareFact| ShareLine {
        with: s.with,
        name: name(&s.with),
        kind: names.get(&s.with).map_or("user", |n| n.kind.name()),
        rights: s.rights,
        by: name(&s.by),
        until: s.until,
        is_inherited: s.inherited.is_some(),
    };
    Ok(live.iter().map(line).collect())
}

/// What the organisation is called; empty before it is set up.
pub fn organisation(tx: &mut Tx<'_>) -> Done<String> {
    Ok(accounts::organisation_name(tx)?)
}
