//! The decision.
//!
//! [`permit`] answers whether an actor may use a privilege on records of a table, and on which of them. A [`Permit`] is
//! the proof that it was asked: its fields are private, it can be neither copied nor written down, and it borrows the
//! [`Actor`] of this transaction, so it outlives nothing.
//!
//! ```compile_fail
//! // A permit cannot be made by hand.
//! let forged = security::Permit { actor: None, table: catalogue::TableId(0) };
//! ```
//! ```compile_fail
//! // Nor copied.
//! fn twice(permit: security::Permit<'_>) -> (security::Permit<'_>, security::Permit<'_>) { (permit.clone(), permit) }
//! ```
//!
//! Source: security-model 3 and 6. Proved by `crates/store/tests/it/two_readers.rs`.

mod errand;

pub use errand::{Errand, hand_over, name_again, replace_in, take_back};

use crate::{AccessLevel, Actor, Denial, PrincipalId, Privilege, Rule, Task, UserState};
use catalogue::{Column, ColumnId, Kind, Ownership, Table, TableId};
use std::collections::BTreeSet;

/// Proof that security was asked, and what it answered.
#[derive(Debug)]
pub struct Permit<'tx> {
    actor: Option<&'tx Actor>,
    table: TableId,
    privilege: Privilege,
    rule: Rule,
    columns: Vec<ColumnRights>,
    errand: Option<Errand>,
}

#[derive(Clone, Copy, Debug)]
struct ColumnRights {
    read: bool,
    create: bool,
    update: bool,
}

/// A column that is open for nothing.
const CLOSED: ColumnRights = ColumnRights { read: false, create: false, update: false };

/// What is to be done with a column.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ColumnUse {
    /// Select, filter, sort, group, search, export, name in a template.
    Read,
    /// Fill it in a new row.
    Create,
    /// Change it.
    Update,
}

/// Why the product itself touches records without a person. Every use stands on a checked-in list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reason {
    /// The generator fills an organisation for tests, demo and load.
    Generate,
    /// A test world is laid out.
    Test,
}

/// Decides whether `actor` may use `privilege` on records of `table`, and on which of them.
///
/// Roles add up, so the widest level wins. What no role grants is denied:
/// a share widens a reach, it never makes one. Every privilege but create presupposes read.
pub fn permit<'tx>(actor: &'tx Actor, privilege: Privilege, table: &Table) -> Result<Permit<'tx>, Denial> {
    if actor.state() != UserState::Active {
        return Err(Denial::State(actor.state()));
    }
    let rule = reach(actor, privilege, table)?;
    let columns = table.columns.iter().map(|c| column_rights(actor, table, c)).collect();
    Ok(Permit { actor: Some(actor), table: table.id, privilege, rule, columns, errand: None })
}

/// Asks for a task. Whoever holds it and has a second factor may have to prove that first ([`Actor::unproven_for`]).
pub fn entrust(actor: &Actor, task: Task) -> Result<(), Denial> {
    if actor.state() != UserState::Active {
        return Err(Denial::State(actor.state()));
    }
    match actor.holds(task) {
        false => Err(Denial::NoTask(task)),
        true if actor.must_prove_for(task) => Err(Denial::StepUp),
        true => Ok(()),
    }
}

/// Decides whether rows may follow their owner, who moved, to another unit.
///
/// It takes the task that keeps the owner, a person or a team, and no role on records. So it covers what `owner` owns
/// and nothing else, and opens no column, not even the owner's: rows can be counted and get another unit, neither be
/// read nor be given away.
pub fn follow<'tx>(actor: &'tx Actor, task: Task, owner: PrincipalId, table: &Table) -> Result<Permit<'tx>, Denial> {
    if !matches!(task, Task::ManageUsers | Task::ManageTeams) {
        return Err(Denial::NoTask(task));
    }
    entrust(actor, task)?;
    let columns = table.columns.iter().map(|_| CLOSED).collect();
    let rule = if table.is_owned() { Rule::Owner(BTreeSet::from([owner])) } else { Rule::Nothing };
    Ok(Permit { actor: Some(actor), table: table.id, privilege: Privilege::Assign, rule, columns, errand: None })
}

/// Which rows, read included.
pub(crate) fn reach(actor: &Actor, privilege: Privilege, table: &Table) -> Result<Rule, Denial> {
    match (&table.ownership, privilege) {
        (Ownership::Principal | Ownership::Organisation, Privilege::Create | Privilege::Read) => own_reach(actor, privilege, table),
        (Ownership::Principal | Ownership::Organisation, _) => {
            Ok(Rule::all([own_reach(actor, privilege, table)?, own_reach(actor, Privilege::Read, table)?]))
        }
        (Ownership::Parent(column), _) => match parent_asks(privilege) {
            Some(asked) => linked(actor, asked, table, *column),
            None => missing(privilege, table),
        },
        (Ownership::Ends(ends), _) => {
            let asked = ends_ask(privilege);
            if asked.is_empty() {
                return missing(privilege, table);
            }
            let each = ends.iter().flat_map(|end| asked.iter().map(move |p| linked(actor, *p, table, *end)));
            Ok(Rule::all(each.collect::<Result<Vec<_>, _>>()?))
        }
    }
}

/// What a parent-owned row asks of its parent; `None`: nobody may, it has neither owner nor shares.
pub(crate) fn parent_asks(privilege: Privilege) -> Option<Privilege> {
    match privilege {
        Privilege::Read => Some(Privilege::Read),
        Privilege::Export => Some(Privilege::Export),
        Privilege::Create | Privilege::Write | Privilege::Delete | Privilege::Append | Privilege::AppendTo => Some(Privilege::Write),
        Privilege::Assign | Privilege::Share => None,
    }
}

/// What a row that joins others asks of each end; nothing: nobody may, and nothing is attached to it.
pub(crate) fn ends_ask(privilege: Privilege) -> &'static [Privilege] {
    match privilege {
        Privilege::Read => &[Privilege::Read],
        Privilege::Export => &[Privilege::Export],
        Privilege::Write | Privilege::Delete => &[Privilege::Write, Privilege::Append],
        Privilege::Create | Privilege::Append => &[Privilege::Append],
        Privilege::AppendTo | Privilege::Assign | Privilege::Share => &[],
    }
}

/// Level and share, for tables that hold privileges of their own, less what is read-only until somebody else owns it.
fn own_reach(actor: &Actor, privilege: Privilege, table: &Table) -> Result<Rule, Denial> {
    let reached = granted(actor, privilege, table)?;
    match actor.read_only_owners(table) {
        Some(owners) if table.is_owned() && changes(privilege) => Ok(Rule::all([reached, Rule::NotOwner(owners.clone())])),
        _ => Ok(reached),
    }
}

/// Security-model 8: what the guard about the owner forbids. Assign lifts it.
fn changes(privilege: Privilege) -> bool {
    match privilege {
        Privilege::Write | Privilege::Append | Privilege::AppendTo | Privilege::Delete | Privilege::Share => true,
        Privilege::Create | Privilege::Read | Privilege::Assign | Privilege::Export => false,
    }
}

fn granted(actor: &Actor, privilege: Privilege, table: &Table) -> Result<Rule, Denial> {
    let grants = actor.grants(privilege, table);
    if grants.iter().all(|g| g.level == AccessLevel::None) {
        return missing(privilege, table);
    }
    let levels = grants.into_iter().map(|g| g.rule);
    if privilege == Privilege::Create || !table.is_owned() {
        return Ok(Rule::any(levels));
    }
    let shared = Rule::Shared { with: actor.principals().clone(), privilege };
    Ok(Rule::any(levels.chain([shared])))
}

/// The rule of the rows that a lookup may name. A table the actor holds nothing on adds no branch.
fn linked(actor: &Actor, privilege: Privilege, table: &Table, column: ColumnId) -> Result<Rule, Denial> {
    let targets = table.column(column).map_or(&[][..], |c| c.kind.targets());
    let mut to = Vec::new();
    let mut first = None;
    for target in targets {
        let catalogue::Target::Table(id) = target else { continue };
        let Some(parent) = actor.catalogue().table(*id) else { continue };
        // LIMIT: rights pass through one lookup; the shipped tables never need two.
        if !matches!(parent.ownership, Ownership::Principal | Ownership::Organisation) {
            continue;
        }
        match reach(actor, privilege, parent) {
            Ok(rule) => to.push((*id, rule)),
            Err(denial) => first = first.or(Some(denial)),
        }
    }
    match first {
        Some(denial) if to.is_empty() => Err(denial),
        _ if to.is_empty() => missing(privilege, table),
        _ => Ok(Rule::Linked { column, to }),
    }
}

fn missing<T>(privilege: Privilege, table: &Table) -> Result<T, Denial> {
    Err(Denial::NoPrivilege { privilege, set: table.set.clone() })
}

/// Security-model 6. The twin of a money column is as secured as the amount it is made from.
fn column_rights(actor: &Actor, table: &Table, column: &Column) -> ColumnRights {
    if column.is_retired() {
        return CLOSED;
    }
    let source = match column.kind {
        Kind::MoneyBase => column.name.strip_suffix("_base").and_then(|name| table.find(name)),
        _ => Some(column),
    };
    let Some(source) = source else { return CLOSED };
    if !source.secured && !column.secured {
        return ColumnRights { read: true, create: true, update: true };
    }
    let grants = actor.profiles().iter().flat_map(|held| &held.profile.grants).filter(|g| g.set == table.set && g.column == source.name);
    grants.fold(CLOSED, |sum, g| ColumnRights { read: sum.read || g.read, create: sum.create || g.create, update: sum.update || g.update })
}

impl<'tx> Permit<'tx> {
    /// A permit without a person, for every row and column. Greppable, expected by name in the few files that may.
    pub fn for_upkeep(reason: Reason, privilege: Privilege, table: &Table) -> Permit<'static> {
        let (Reason::Generate | Reason::Test) = reason;
        let columns = table.columns.iter().map(|_| ColumnRights { read: true, create: true, update: true }).collect();
        Permit { actor: None, table: table.id, privilege, rule: Rule::Everything, columns, errand: None }
    }

    /// The actor who asked; nobody for upkeep.
    pub fn actor(&self) -> Option<&'tx Actor> {
        self.actor
    }

    /// For which table.
    pub fn table(&self) -> TableId {
        self.table
    }

    /// For which privilege.
    pub fn privilege(&self) -> Privilege {
        self.privilege
    }

    /// Which rows.
    pub fn rule(&self) -> &Rule {
        &self.rule
    }

    /// The one thing it is good for; [`Permit::rule`] holds for no row then.
    pub fn errand(&self) -> Option<Errand> {
        self.errand
    }

    /// Whether the column is open for this use.
    pub fn opens(&self, column: ColumnId, purpose: ColumnUse) -> bool {
        self.columns.get(usize::from(column.0)).is_some_and(|rights| match purpose {
            ColumnUse::Read => rights.read,
            ColumnUse::Create => rights.create,
            ColumnUse::Update => rights.update,
        })
    }

    /// Refuses, by name, the first of these columns that is not open for this use.
    pub fn admit(&self, table: &Table, columns: impl IntoIterator<Item = ColumnId>, purpose: ColumnUse) -> Result<(), Denial> {
        for id in columns {
            if table.id != self.table || !self.opens(id, purpose) {
                let column = table.column(id).map_or_else(String::new, |c| c.name.clone());
                return Err(Denial::Column { set: table.set.clone(), column });
            }
        }
        Ok(())
    }
}
