//! Paths of access in sentences that people can check.
//!
//! A [`Step`] is one path with its parts by name and in words; times are told in UTC, to the minute.
//! Not here: finding the paths (`security`). Start reading at [`Names::steps`]. Proved by `crates/crm/tests/it/access.rs`.

use crate::Done;
use catalogue::Table;
use security::{AccessLevel, Denial, Path, PrincipalId, Rights, Through, UnitId};
use std::collections::{BTreeSet, HashMap};
use store::{Tx, accounts};

/// One path of access.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// `role`, `share` or `parent`.
    pub kind: &'static str,
    /// The whole path in a sentence without a full stop.
    pub words: String,
    /// The role that gives it.
    pub role: Option<String>,
    /// The team it comes through, or is shared with.
    pub through: Option<String>,
    /// At which level.
    pub level: Option<AccessLevel>,
    /// In which unit.
    pub unit: Option<String>,
    /// Who shared it.
    pub by: Option<String>,
    /// When it ends by itself, microseconds UTC.
    pub until: Option<i64>,
}

/// What principals and units are called.
#[derive(Default)]
pub(super) struct Names {
    principals: HashMap<PrincipalId, String>,
    units: HashMap<UnitId, String>,
}

impl Names {
    /// Reads the names that these paths need and that are not known yet.
    pub(super) fn learn<'p>(&mut self, tx: &mut Tx<'_>, paths: impl Iterator<Item = &'p Path>) -> Done<()> {
        let (mut principals, mut units) = (BTreeSet::new(), BTreeSet::new());
        for path in paths {
            gather(path, &mut principals, &mut units);
        }
        let principals: Vec<PrincipalId> = principals.into_iter().filter(|id| !self.principals.contains_key(id)).collect();
        let units: Vec<UnitId> = units.into_iter().filter(|id| !self.units.contains_key(id)).collect();
        self.principals.extend(accounts::names(tx, &principals)?.into_iter().map(|(id, known)| (id, known.name)));
        self.units.extend(accounts::unit_names(tx, &units)?);
        Ok(())
    }

    /// The paths in words; `table` is the one they lead to.
    pub(super) fn steps(&self, table: &Table, paths: &[Path]) -> Vec<Step> {
        paths.iter().map(|path| self.step(table, path)).collect()
    }

    fn step(&self, table: &Table, path: &Path) -> Step {
        match path {
            Path::Level { role, through, level, unit, until } => {
                let team = match through {
                    Through::User => None,
                    Through::Team(team) => Some(self.principal(*team)),
                };
                let unit = self.units.get(unit).cloned().unwrap_or_default();
                let by_team = team.as_ref().map_or_else(String::new, |team| format!(" of the team {team}"));
                let words = format!("as {role}{by_team}: {}{}", reach(*level, &unit), ending(*until));
                let (role, level) = (Some(role.clone()), Some(*level));
                Step { kind: "role", words, role, through: team, level, unit: Some(unit), by: None, until: *until }
            }
            Path::Share(share) => {
                let (with, by) = (self.principal(share.with), self.principal(share.by));
                let along = if share.inherited.is_some() { ", along with the record it belongs to" } else { "" };
                let words = format!("shared with {with} by {by} ({}){along}{}", rights(share.rights), ending(share.until));
                Step { kind: "share", words, role: None, through: Some(with), level: None, unit: None, by: Some(by), until: share.until }
            }
            Path::Link { column, set, privilege, path } => {
                let label = table.column(*column).map_or("its parent", |column| &column.label);
                let inner = self.step(table, path);
                let words = format!("through {label} ({set}, {}): {}", privilege.name(), inner.words);
                Step { kind: "parent", words, ..inner }
            }
        }
    }

    fn principal(&self, id: PrincipalId) -> String {
        self.principals.get(&id).cloned().unwrap_or_else(|| "somebody who is not here".to_owned())
    }
}

fn gather(path: &Path, principals: &mut BTreeSet<PrincipalId>, units: &mut BTreeSet<UnitId>) {
    match path {
        Path::Level { through, unit, .. } => {
            units.insert(*unit);
            if let Through::Team(team) = through {
                principals.insert(*team);
            }
        }
        Path::Share(share) => principals.extend([share.with, share.by]),
        Path::Link { path, .. } => gather(path, principals, units),
    }
}

fn reach(level: AccessLevel, unit: &str) -> String {
    match level {
        AccessLevel::None => "nothing".to_owned(),
        AccessLevel::User => "own records".to_owned(),
        AccessLevel::Unit => format!("records of the unit {unit}"),
        AccessLevel::UnitAndChildren => format!("records of the unit {unit} and below"),
        AccessLevel::Organisation => "all records".to_owned(),
    }
}

fn rights(rights: Rights) -> String {
    rights.list().map(|privilege| privilege.name()).collect::<Vec<_>>().join(", ")
}

fn ending(until: Option<i64>) -> String {
    let moment = until.and_then(|until| jiff::Timestamp::from_microsecond(until).ok());
    moment.map_or_else(String::new, |moment| format!(", until {} UTC", moment.strftime("%Y-%m-%d %H:%M")))
}

/// What is missing, in words that fit anybody.
pub(super) fn missing(denial: &Denial) -> String {
    match denial {
        Denial::SignIn => "there is no live session".to_owned(),
        Denial::State(state) => format!("the account is {}", state.name()),
        Denial::NoPrivilege { privilege, set } => format!("no role in force holds `{}` on {set}", privilege.name()),
        Denial::NoTask(task) => format!("no role in force holds the task `{}`", task.label()),
        Denial::Row { privilege, .. } => format!("the record is readable, but nothing gives `{}` on it", privilege.name()),
        Denial::NotThere => "no level reaches this record, and no share names this person or a team of theirs".to_owned(),
        Denial::Column { column, .. } => format!("the column `{column}` is secured and no field profile opens it"),
        Denial::SecondFactor => "a role asks for a second factor, and the sign-in has proven none".to_owned(),
        Denial::StepUp => "the second factor was not proven within the last ten minutes".to_owned(),
        Denial::Guard(words) => (*words).to_owned(),
    }
}
