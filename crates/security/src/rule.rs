//! Which records, as data.
//!
//! A [`Rule`] has three readers: memory ([`Rule::holds`]), SQL (`store`) and people ([`crate::explain`]). A new variant
//! does not compile until all of them know it: none of their matches has a `_`.
//! Not here: who gets which rule ([`crate::permit`]). Proved by `crates/store/tests/it/two_readers.rs`.

use crate::{PrincipalId, Privilege, Rights, UnitId};
use catalogue::{ColumnId, RowId, TableId};
use std::collections::BTreeSet;

/// Which records of one table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Rule {
    /// None.
    Nothing,
    /// All.
    Everything,
    /// Those owned by one of these.
    Owner(BTreeSet<PrincipalId>),
    /// Those owned by somebody who is none of these.
    NotOwner(BTreeSet<PrincipalId>),
    /// Those whose owning unit is one of these.
    Unit(BTreeSet<UnitId>),
    /// Those with a live share that names one of these and has this privilege in its mask.
    Shared {
        /// Whom the share names.
        with: BTreeSet<PrincipalId>,
        /// What it must carry.
        privilege: Privilege,
    },
    /// Those whose lookup names a row of one of these tables, for which that table's rule holds.
    Linked {
        /// The lookup.
        column: ColumnId,
        /// For each table it may point to, the rule there.
        to: Vec<(TableId, Rule)>,
    },
    /// Those for which any holds.
    Any(Vec<Rule>),
    /// Those for which all hold.
    All(Vec<Rule>),
}

/// What must be known of a record to judge it in memory.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct RowFacts {
    /// Its owner.
    pub owner: Option<PrincipalId>,
    /// Its owning unit.
    pub unit: Option<UnitId>,
    /// Its live shares; an inherited one only while its source is live.
    pub shares: Vec<ShareFact>,
    /// For rows without rights of their own: lookup, table and facts of the row it names.
    pub links: Vec<(ColumnId, TableId, RowFacts)>,
}

/// A live share.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ShareFact {
    /// The share's id.
    pub id: RowId,
    /// Whom it names.
    pub with: PrincipalId,
    /// What it carries.
    pub rights: Rights,
    /// Who gave it.
    pub by: PrincipalId,
    /// When it ends by itself, microseconds UTC.
    pub until: Option<i64>,
    /// The share it came from, by cascade.
    pub inherited: Option<RowId>,
}

impl Rule {
    /// Any of these, made small: owners and units in one set each, everything swallows.
    pub fn any(rules: impl IntoIterator<Item = Rule>) -> Rule {
        let (mut owners, mut units, mut rest) = (BTreeSet::new(), BTreeSet::new(), Vec::new());
        let mut todo: Vec<Rule> = rules.into_iter().collect();
        todo.reverse();
        while let Some(rule) = todo.pop() {
            match rule {
                Rule::Nothing => {}
                Rule::Everything => return Rule::Everything,
                Rule::Owner(o) => owners.extend(o),
                Rule::Unit(u) => units.extend(u),
                Rule::Any(inner) => todo.extend(inner.into_iter().rev()),
                other @ (Rule::NotOwner(_) | Rule::Shared { .. } | Rule::Linked { .. } | Rule::All(_)) => {
                    if !rest.contains(&other) {
                        rest.push(other);
                    }
                }
            }
        }
        let mut all = Vec::new();
        if !owners.is_empty() {
            all.push(Rule::Owner(owners));
        }
        if !units.is_empty() {
            all.push(Rule::Unit(units));
        }
        all.extend(rest);
        match all.len() {
            0 => Rule::Nothing,
            1 => all.pop().unwrap_or(Rule::Nothing),
            _ => Rule::Any(all),
        }
    }

    /// All of these, made small: nothing swallows, doubles go.
    pub fn all(rules: impl IntoIterator<Item = Rule>) -> Rule {
        let mut all: Vec<Rule> = Vec::new();
        for rule in rules {
            match rule {
                Rule::Nothing => return Rule::Nothing,
                Rule::Everything => {}
                other if all.contains(&other) => {}
                other => all.push(other),
            }
        }
        match all.len() {
            0 => Rule::Everything,
            1 => all.pop().unwrap_or(Rule::Nothing),
            _ => Rule::All(all),
        }
    }

    /// True when the record is one of them. What is not known of the record does not match.
    pub fn holds(&self, row: &RowFacts) -> bool {
        match self {
            Rule::Nothing => false,
            Rule::Everything => true,
            Rule::Owner(owners) => row.owner.is_some_and(|o| owners.contains(&o)),
            Rule::NotOwner(owners) => row.owner.is_some_and(|o| !owners.contains(&o)),
            Rule::Unit(units) => row.unit.is_some_and(|u| units.contains(&u)),
            Rule::Shared { with, privilege } => row.shares.iter().any(|s| with.contains(&s.with) && s.rights.has(*privilege)),
            Rule::Linked { column, to } => row
                .links
                .iter()
                .filter(|(c, _, _)| c == column)
                .any(|(_, table, facts)| to.iter().any(|(t, rule)| t == table && rule.holds(facts))),
            Rule::Any(rules) => rules.iter().any(|r| r.holds(row)),
            Rule::All(rules) => rules.iter().all(|r| r.holds(row)),
        }
    }
}
