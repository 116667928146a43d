//! Why, in words people can check.
//!
//! [`explain`] returns every path that grants, or everything that is missing. It reads the same grants and rules as
//! [`crate::permit`], so it cannot tell another story than the decision did.
//! Not here: who may ask about whom (`crm`). Proved by `crates/store/tests/it/two_readers.rs`.

use crate::{
    AccessLevel, Actor, Denial, Privilege, RowFacts, Rule, ShareFact, Through, UnitId, UserState, permit, permit::ends_ask,
    permit::parent_asks,
};
use catalogue::{ColumnId, Ownership, Table};

/// The answer to why or why not.
#[derive(Clone, Debug, PartialEq)]
pub struct Explanation {
    /// Every path that grants the privilege. For anything but read and create each also stands on a path to read.
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
            let reads = permit_read(actor, table, row);
            missing.push(if reads { Denial::Row { privilege, set: table.set.clone() } } else { Denial::NotThere });
        }
        Ok(_) => {}
    }
    let presupposes_read = !matches!(privilege, Privilege::Read | Privilege::Create);
    let read_paths = if presupposes_read { paths(actor, Privilege::Read, table, row) } else { Vec::new() };
    Explanation { paths: paths(actor, privilege, table, row), read_paths, missing }
}

fn permit_read(actor: &Actor, table: &Table, row: &RowFacts) -> bool {
    permit(actor, Privilege::Read, table).is_ok_and(|read| read.rule().holds(row))
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
    let mut found = Vec::new();
    for (link, id, facts) in row.links.iter().filter(|(c, _, _)| *c == column) {
        let Some(parent) = actor.catalogue().table(*id) else { continue };
        if !permit(actor, privilege, parent).is_ok_and(|p| p.rule().holds(facts)) {
            continue;
        }
        for path in own_paths(actor, privilege, parent, facts) {
            found.push(Path::Link { column: *link, set: parent.set.clone(), privilege, path: Box::new(path) });
        }
    }
    found
}
