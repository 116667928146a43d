//! Whether a workflow makes sense for whoever will own it.
//!
//! It runs with its owner's rights, so it is checked with them: a column the owner may not read or write, a template with
//! an unknown field, somebody who cannot own the row, an approver who would decide on the own ask are refused at their
//! field (`steps.1.subject`), all at once. Rights are asked again at each run.
//! Not here: cycles, of which is warned ([`super::cycles`]). Start reading at [`check`].
//! Proved by `crates/crm/tests/it/workflows.rs`.

use super::definition::{Definition, Step, Trigger, Whom, principal};
use crate::records::{Receiver, settable};
use crate::views::{FilterReading, parse_filter};
use crate::{Done, Error, FieldError, Problem};
use catalogue::{Kind, Table};
use jiff::tz::TimeZone;
use security::{Actor, ColumnUse, Permit, PrincipalId, Privilege, UserState, permit};
use serde_json::{Map, Value as Json};
use store::{Tx, accounts};

/// How many steps a workflow has at most, those behind a decision included.
const STEPS: usize = 30;
/// How far a date may lie away, in days.
const DAYS: i64 = 3660;

struct Checker<'c, 'tx> {
    actor: &'c Actor,
    table: &'c Table,
    read: &'c Permit<'tx>,
    wrong: Vec<FieldError>,
}

/// Refuses a definition that its owner could not run.
pub(super) fn check(tx: &mut Tx<'_>, actor: &Actor, table: &Table, definition: &Definition) -> Done<()> {
    let read = permit(actor, Privilege::Read, table).map_err(|denial| Problem::column("set", Error::from(denial).to_string()))?;
    let mut checker = Checker { actor, table, read: &read, wrong: Vec::new() };
    checker.trigger(&definition.trigger);
    if let Some(condition) = &definition.condition {
        let how = FilterReading { actor, now: tx.now(), zone: TimeZone::UTC };
        if let Err(error) = parse_filter(&how, table, &read, condition) {
            checker.wrong("condition", words(error)?);
        }
    }
    if definition.steps.is_empty() {
        checker.wrong("steps", "say at least one thing that is to happen");
    }
    if count(&definition.steps) > STEPS {
        checker.wrong("steps", format!("at most {STEPS} steps"));
    }
    for (n, step) in definition.steps.iter().enumerate() {
        checker.step(tx, &format!("steps.{n}"), step, true)?;
    }
    if checker.wrong.is_empty() { Ok(()) } else { Err(Problem::columns(checker.wrong)) }
}

fn count(steps: &[Step]) -> usize {
    let below = |step: &Step| match step {
        Step::Approve { approved, refused, .. } => count(approved) + count(refused),
        Step::Set { .. } | Step::Assign { .. } | Step::Task { .. } | Step::Notify { .. } => 0,
    };
    steps.iter().map(|step| 1 + below(step)).sum()
}

/// What is wrong, for a field; a fault stays one.
fn words(error: Error) -> Done<String> {
    match error {
        Error::Fault(fault) => Err(fault.into()),
        Error::Problem(problem) if !problem.errors.is_empty() => {
            Ok(problem.errors.into_iter().map(|wrong| wrong.message).collect::<Vec<_>>().join("; "))
        }
        other => Ok(other.to_string()),
    }
}

impl Checker<'_, '_> {
    fn wrong(&mut self, field: impl Into<String>, message: impl Into<String>) {
        self.wrong.push(FieldError { column: field.into(), message: message.into() });
    }

    /// Says so when the column is not there or not open to the owner.
    fn readable(&mut self, field: &str, name: &str) -> bool {
        let message = match self.table.find(name) {
            None => format!("{} have no column `{name}`", self.table.plural.to_lowercase()),
            Some(column) if !self.read.opens(column.id, ColumnUse::Read) => format!("you may not read the column `{name}`"),
            Some(_) => return true,
        };
        self.wrong(field, message);
        false
    }

    fn trigger(&mut self, trigger: &Trigger) {
        match trigger {
            Trigger::Created => {}
            Trigger::Assigned if self.table.is_owned() => {}
            Trigger::Assigned => self.wrong("trigger", format!("{} have no owner", self.table.plural.to_lowercase())),
            Trigger::Changed { columns } => {
                for name in columns {
                    self.readable("trigger.columns", name);
                }
            }
            Trigger::Date { column, days } => {
                let is_date = self.table.find(column).is_some_and(|found| matches!(found.kind, Kind::Date | Kind::DateTime));
                if self.readable("trigger.column", column) && !is_date {
                    self.wrong("trigger.column", format!("`{column}` is no date"));
                }
                if !(-DAYS..=DAYS).contains(days) {
                    self.wrong("trigger.days", format!("at most {DAYS} days before or behind"));
                }
            }
        }
    }

    fn step(&mut self, tx: &mut Tx<'_>, at: &str, step: &Step, may_ask: bool) -> Done<()> {
        match step {
            Step::Set { columns } => {
                self.set(at, columns);
                Ok(())
            }
            Step::Assign { to } => self.assign(tx, at, to),
            Step::Task { subject, due_in, whose } => {
                self.task(at, due_in.unwrap_or_default());
                self.template(&format!("{at}.subject"), subject, 200);
                self.whom(tx, &format!("{at}.whose"), whose)
            }
            Step::Notify { whom, words } => {
                self.template(&format!("{at}.words"), words, 500);
                self.whom(tx, &format!("{at}.whom"), whom)
            }
            Step::Approve { .. } if !may_ask => {
                self.wrong(at, "a decision cannot wait for another decision; put it behind the first");
                Ok(())
            }
            Step::Approve { of, words, approved, refused } => {
                self.template(&format!("{at}.words"), words, 500);
                self.approver(tx, &format!("{at}.of"), of)?;
                for (branch, steps) in [("approved", approved), ("refused", refused)] {
                    for (n, step) in steps.iter().enumerate() {
                        self.step(tx, &format!("{at}.{branch}.{n}"), step, false)?;
                    }
                }
                Ok(())
            }
        }
    }

    fn set(&mut self, at: &str, columns: &Map<String, Json>) {
        if columns.is_empty() {
            self.wrong(at, "name at least one column");
        }
        let write = match permit(self.actor, Privilege::Write, self.table) {
            Ok(write) => write,
            Err(denial) => return self.wrong(at, denial.to_string()),
        };
        for (name, value) in columns {
            let field = format!("{at}.columns.{name}");
            if !self.readable(&field, name) {
                continue;
            }
            let Some(column) = self.table.find(name) else { continue };
            if let Err(message) = settable(self.actor, self.table, &write, column, value) {
                self.wrong(field, message);
            }
        }
    }

    fn assign(&mut self, tx: &mut Tx<'_>, at: &str, to: &[String]) -> Done<()> {
        let field = format!("{at}.to");
        if let Err(denial) = permit(self.actor, Privilege::Assign, self.table) {
            self.wrong(at, denial.to_string());
        }
        if to.is_empty() || to.len() > 200 {
            self.wrong(&field, "name one to two hundred people or teams");
        }
        for id in to {
            let found = match principal(id) {
                Some(id) => Receiver::find(tx, id).and_then(|receiver| receiver.must_read(self.table)),
                None => Err(Problem::column("owner", format!("`{id}` is not an id"))),
            };
            if let Err(error) = found {
                self.wrong(&field, words(error)?);
            }
        }
        Ok(())
    }

    fn task(&mut self, at: &str, due_in: i64) {
        let may = self.actor.catalogue().find("tasks").map(|tasks| permit(self.actor, Privilege::Create, tasks).map(drop));
        if let Some(Err(denial)) = may {
            self.wrong(at, denial.to_string());
        }
        if !(0..=DAYS).contains(&due_in) {
            self.wrong(format!("{at}.due_in"), format!("a number of days from 0 to {DAYS}"));
        }
    }

    fn whom(&mut self, tx: &mut Tx<'_>, field: &str, word: &str) -> Done<()> {
        match Whom::parse(word) {
            None => self.wrong(field, "choose who it is"),
            Some(Whom::RowOwner) if !self.table.is_owned() => {
                self.wrong(field, format!("{} have no owner", self.table.plural.to_lowercase()));
            }
            Some(Whom::RowOwner | Whom::WorkflowOwner) => {}
            Some(Whom::One(id)) => {
                if let Err(error) = Receiver::find(tx, id) {
                    self.wrong(field, words(error)?);
                }
            }
        }
        Ok(())
    }

    fn approver(&mut self, tx: &mut Tx<'_>, field: &str, of: &str) -> Done<()> {
        let found = match principal(of) {
            Some(id) => accounts::user(tx, id)?,
            None => None,
        };
        let Some(user) = found else {
            self.wrong(field, "choose the person who decides");
            return Ok(());
        };
        if user.id == self.actor.user() {
            self.wrong(field, "nobody decides on what they ask for themselves, and this workflow asks in your name; choose somebody else");
        } else if user.state != UserState::Active {
            self.wrong(field, format!("{} is not active", user.name));
        } else if !reads(tx, user.id, self.table)? {
            self.wrong(field, format!("{} may not see {}", user.name, self.table.plural.to_lowercase()));
        }
        Ok(())
    }

    fn template(&mut self, field: &str, written: &str, most: usize) {
        if written.trim().is_empty() {
            self.wrong(field, "this is needed");
        }
        if written.chars().count() > most {
            self.wrong(field, format!("at most {most} characters"));
        }
        let mut rest = written;
        while let Some((_, behind)) = rest.split_once('{') {
            let Some((name, after)) = behind.split_once('}') else {
                return self.wrong(field, "a `{` has no `}` behind it");
            };
            self.readable(field, name);
            rest = after;
        }
    }
}

fn reads(tx: &mut Tx<'_>, user: PrincipalId, table: &Table) -> Done<bool> {
    let actor = crate::people::as_actor(tx, user)?;
    Ok(permit(&actor, Privilege::Read, table).is_ok())
}
