//! Why, in words people can check.
//!
//! [`explain`] returns every path that grants, or everything that is missing. It reads the same grants and rules as
//! [`crate::permit`], so it cannot tell another story than the decision did.
//! Not here: who may ask about whom (`crm`). Proved by `crates/store/tests/it/two_readers.rs`.

use crate::{
    AccessLevel, Actor, Denial, Privilege, RowFacts, Rule, ShareFact, Through, UnitId, UserState, permit, permit::ends_ask,
    permit::parent_asks, permit::reach,
};
use catalogue::{ColumnId, Ownership, Table};

/// What whoever may see a record of somebody who left reads, and could change it but for that.
const READ_ONLY: &str = "read-only until somebody else owns it: its owner has left";

/// The answer to why or why not.
#[derive(Clone, Debug, PartialEq)]
pub struct Explanation {
    /// Every path that grants the privilege. For anything but read and create each also stands on a path to read. A guard
    /// that forbids it nevertheless stands in `missing`.
    pub paths: Vec<Path>,
    /// For anything but read and create: the paths that grant reading.
    pub read_paths: Vec<Path>,
    /// What is missing; empty exactly when access is granted.
    pub missing: Vec<Denial>,
}

/// One way in which access comes about.
#[derive(Clone, Debug, PartialEq)]
pub enum Path {
    /// By a role.
    Level {
        /// The role's name.
        role: String,
        /// To whom it was given.
        through: Through,
        /// At which level.
        level: AccessLevel,
        /// The unit tested.
        unit: UnitId,
        /// When the role ends by itself.
        until: Option<i64>,
    },
    /// By a share.
    Share(ShareFact),
    /// By the row it belongs to.
    Link {
        /// The lookup.
        column: ColumnId,
        /// The set of the row it names.
        set: String,
        /// What was asked there.
        privilege: Privilege,
        /// How that is granted.
        path: Box<Path>,
    },
}

impl Explanation {
    /// True when access is granted.
    pub fn grants(&self) -> bool {
        self.missing.is_empty()
    }
}

/// Every path that lets `actor` use `privilege` on this row, or everything that is missing.
pub fn explain(actor: &Actor, privilege: Privilege, table: &Table, row: &RowFacts) -> Explanation {
    let mut missing = Vec::new();
    if actor.state() != UserState::Active {
        missing.push(Denial::State(actor.state()));
    }
    match permit(actor, privilege, table) {
        Err(denial) if !missing.contains(&denial) => missing.push(denial),
        Err(_) => {}
        Ok(permit) if !permit.rule().holds(row) => {
            missing.push(why_not(actor, privilege, table, row));
        }
        Ok(_) => {}
    }
    let presupposes_read = !matches!(privilege, Privilege::Read | Privilege::Create);
    let read_paths = if presupposes_read { paths(actor, Privilege::Read, table, row) } else { Vec::new() };
    Explanation { paths: paths(actor, privilege, table, row), read_paths, missing }
}

/// The first privilege by which `actor` would reach a row as it will be and does not reach it as it is. That it is
/// read-only does not count: whoever is only kept from changing it gains nothing when that ends.
pub fn gains(actor: &Actor, table: &Table, from: &RowFacts, to: &RowFacts) -> Option<Privilege> {
    if actor.state() != UserState::Active {
        return None;
    }
    let actor = actor.without_read_only();
    let reaches = |privilege: Privilege, row: &RowFacts| reach(&actor, privilege, table).is_ok_and(|rule| rule.holds(row));
    let asked = Privilege::ALL.into_iter().filter(|privilege| *privilege != Privilege::Create);
    asked.into_iter().find(|privilege| reaches(*privilege, to) && !reaches(*privilege, from))
}

/// The privilege is held, and does not reach this row.
fn why_not(actor: &Actor, privilege: Privilege, table: &Table, row: &RowFacts) -> Denial {
    let reaches = |actor: &Actor, privilege| permit(actor, privilege, table).is_ok_and(|asked| asked.rule().holds(row));
    if !reaches(actor, Privilege::Read) {
        Denial::NotThere
    } else if reaches(&actor.without_read_only(), privilege) {
        Denial::Guard(READ_ONLY)
    } else {
        Denial::Row { privilege, set: table.set.clone() }
    }
}

fn paths(actor: &Actor, privilege: Privilege, table: &Table, row: &RowFacts) -> Vec<Path> {
    match &table.ownership {
        Ownership::Principal | Ownership::Organisation => own_paths(actor, privilege, table, row),
        Ownership::Parent(column) => parent_asks(privilege).map_or_else(Vec::new, |asked| linked_paths(actor, asked, *column, row)),
        Ownership::Ends(ends) => {
            let found: Vec<Vec<Path>> =
                ends.iter().flat_map(|end| ends_ask(privilege).iter().map(move |p| linked_paths(actor, *p, *end, row))).collect();
            if found.iter().any(Vec::is_empty) { Vec::new() } else { found.into_iter().flatten().collect() }
        }
    }
}

fn own_paths(actor: &Actor, privilege: Privilege, table: &Table, row: &RowFacts) -> Vec<Path> {
    let grants = actor.grants(privilege, table);
    let held = !grants.is_empty();
    let levels = grants.into_iter().filter(|g| g.rule.holds(row)).map(|g| Path::Level {
        role: g.held.role.name.clone(),
        through: g.held.through.clone(),
        level: g.level,
        unit: g.unit,
        until: g.held.until,
    });
    let mut found: Vec<Path> = levels.collect();
    // A share widens a reach, it never makes one.
    if held && table.is_owned() && privilege != Privilege::Create {
        let names = |s: &&ShareFact| Rule::Shared { with: actor.principals().clone(), privilege }.holds(&facts_of(s));
        found.extend(row.shares.iter().filter(names).cloned().map(Path::Share));
    }
    found
}

fn facts_of(share: &ShareFact) -> RowFacts {
    RowFacts { shares: vec![share.clone()], ..RowFacts::default() }
}

fn linked_paths(actor: &Actor, privilege: Privilege, column: ColumnId, row: &RowFacts) -> Vec<Path> {
    // A guard takes no path away; it is named beside them.
    let free = actor.without_read_only();
    let mut found = Vec::new();
    for (link, id, facts) in row.links.iter().filter(|(c, _, _)| *c == column) {
        let Some(parent) = actor.catalogue().table(*id) else { continue };
        if !permit(&free, privilege, parent).is_ok_and(|p| p.rule().holds(facts)) {
            continue;
        }
        for path in own_paths(actor, privilege, parent, facts) {
            found.push(Path::Link { column: *link, set: parent.set.clone(), privilege, path: Box::new(path) });
        }
    }
    found
}
