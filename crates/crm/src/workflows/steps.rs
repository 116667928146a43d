//! One step of a run: its effect, its line in the log and the run's new place, in one transaction.
//!
//! A step is done by the verbs that people use, with the rights its owner has now, so what the owner may not do a
//! workflow does not do either. The condition is asked before the first step.
//! Not here: what becomes of a refusal ([`super::run`]). Start reading at [`take`].
//! Proved by `crates/crm/tests/it/workflows.rs`.

use super::definition::{Definition, Place, Step, Whom, principal};
use crate::notices::{self, Notice, NoticeKind, fill};
use crate::records::{self, Draft, Receiver};
use crate::values::parse_json;
use crate::views::{FilterReading, parse_filter};
use crate::{Done, Error, Problem, approvals, jobs};
use catalogue::{RowId, Table, Target, Value};
use jiff::tz::TimeZone;
use security::{Actor, Denial, Permit, PrincipalId, Privilege, Task, UserState, entrust, permit};
use serde_json::{Map, Value as Json};
use store::records::{Cells, Filter, Test, count, facts};
use store::workflows::{self, Run, RunState, Workflow};
use store::{Tx, accounts};

const DAY: i64 = 86_400_000_000;

/// What a step came to: words for the log, and whether somebody is to decide first.
struct Came {
    said: String,
    is_held: bool,
}

impl Came {
    fn to(said: impl Into<String>) -> Came {
        Came { said: said.into(), is_held: false }
    }
}

/// Takes the next step of a run.
pub(super) fn take(tx: &mut Tx<'_>, actor: &Actor, workflow: &Workflow, definition: &Definition, run: &Run) -> Done<()> {
    entrust(actor, Task::ManageWorkflows)?;
    tx.about(&run.set, run.row);
    let catalogue = actor.catalogue().clone();
    let table = catalogue.find(&run.set).ok_or_else(|| Problem::malformed("unknown-set", format!("there is no set `{}`", run.set)))?;
    let read = permit(actor, Privilege::Read, table)?;
    let place = Place::read(&run.place)?;
    let is_first = place.step == 0 && place.branch.is_none();
    if let Some(why) = passes_by(tx, actor, table, &read, definition.condition.as_ref().filter(|_| is_first), run.row)? {
        return ended(tx, run, RunState::Skipped, why);
    }
    let Some(step) = definition.step(place) else { return ended(tx, run, RunState::Done, "") };
    let doing = Doing { actor, workflow, run, table };
    let came = doing.step(tx, step, place)?;
    workflows::log(tx, run.id, &run.place, if came.is_held { "waits" } else { "done" }, &came.said)?;
    let next = definition.behind(place);
    let (to, state) = match (came.is_held, definition.step(next)) {
        (true, _) => (place, RunState::Held),
        (false, Some(_)) => (next, RunState::Waiting),
        (false, None) => (next, RunState::Done),
    };
    moved(workflows::step_on(tx, run, &to.written(), state)?)
}

/// Why the row is not for this run: it is not there for the owner, or does not meet the condition.
fn passes_by<'tx>(
    tx: &mut Tx<'_>,
    actor: &'tx Actor,
    table: &Table,
    read: &Permit<'tx>,
    condition: Option<&Json>,
    row: RowId,
) -> Done<Option<&'static str>> {
    let id = table.find("id").map(|column| column.id).ok_or(Denial::NotThere)?;
    let this = || Filter::Column(id, Test::In(vec![Value::Id(row)]));
    if count(tx, read, &this(), 1)?.value == 0 {
        return Ok(Some("the row is not there any more, or its owner may not see it"));
    }
    let Some(condition) = condition else { return Ok(None) };
    let how = FilterReading { actor, now: tx.now(), zone: TimeZone::UTC };
    let filter = Filter::All(vec![this(), parse_filter(&how, table, read, condition)?]);
    Ok(if count(tx, read, &filter, 1)?.value == 0 { Some("the row does not meet the condition") } else { None })
}

fn ended(tx: &mut Tx<'_>, run: &Run, state: RunState, why: &str) -> Done<()> {
    if !why.is_empty() {
        workflows::log(tx, run.id, &run.place, state.name(), why)?;
    }
    moved(workflows::step_on(tx, run, &run.place, state)?)
}

/// What a worker did whose run stands elsewhere by now is undone.
fn moved(is_moved: bool) -> Done<()> {
    if is_moved { Ok(()) } else { Err(jobs::lost()) }
}

struct Doing<'d> {
    actor: &'d Actor,
    workflow: &'d Workflow,
    run: &'d Run,
    table: &'d Table,
}

impl Doing<'_> {
    fn step(&self, tx: &mut Tx<'_>, step: &Step, place: Place) -> Done<Came> {
        match step {
            Step::Set { columns } => self.set(tx, columns),
            Step::Assign { to } => self.assign(tx, to, place),
            Step::Task { subject, due_in, whose } => self.task(tx, subject, *due_in, whose),
            Step::Notify { whom, words } => self.notify(tx, whom, words),
            Step::Approve { of, words, .. } => self.approve(tx, of, words),
        }
    }

    fn set(&self, tx: &mut Tx<'_>, columns: &Map<String, Json>) -> Done<Came> {
        let mut cells: Cells = Vec::new();
        for (name, value) in columns {
            let column = self.table.find(name).ok_or_else(|| crate::views::unknown_column(self.table, name))?;
            let (value, target) = parse_json(self.actor.catalogue(), column, value).map_err(|why| Problem::column(name, why))?;
            cells.push((column.id, value, target));
        }
        records::change(tx, self.actor, self.table.id, self.run.row, None, cells)?;
        let labels = columns.keys().filter_map(|name| self.table.find(name)).map(|column| column.label.clone()).collect::<Vec<_>>();
        Ok(Came::to(format!("set {}", labels.join(", "))))
    }

    /// The next in turn who is active; one whom nobody can give anything to is passed over.
    fn assign(&self, tx: &mut Tx<'_>, to: &[String], place: Place) -> Done<Came> {
        let all: Vec<PrincipalId> = to.iter().filter_map(|id| principal(id)).collect();
        let mut refused = None;
        for _ in 0..all.len().max(1) {
            let turn = if all.len() > 1 { workflows::turn(tx, self.workflow.id, &place.written())? } else { 0 };
            let at = usize::try_from(turn).unwrap_or(0) % all.len().max(1);
            let Some(owner) = all.get(at).copied() else { break };
            match Receiver::find(tx, owner).and_then(|receiver| receiver.must_read(self.table)) {
                Ok(()) => {
                    records::assign(tx, self.actor, self.table.id, self.run.row, owner)?;
                    let name = accounts::names(tx, &[owner])?.remove(&owner).map_or_else(String::new, |known| known.name);
                    return Ok(Came::to(format!("assigned to {name}")));
                }
                Err(error @ Error::Problem(_)) => refused = Some(error),
                Err(other) => return Err(other),
            }
        }
        Err(refused.unwrap_or_else(|| Problem::column("owner", "nobody is left to be assigned to")))
    }

    fn who(&self, tx: &mut Tx<'_>, word: &str) -> Done<PrincipalId> {
        match Whom::parse(word) {
            Some(Whom::One(id)) => Ok(id),
            Some(Whom::WorkflowOwner) => Ok(self.actor.user()),
            Some(Whom::RowOwner) => {
                let owner = facts(tx, self.table.id, self.run.row)?.and_then(|facts| facts.owner);
                owner.ok_or_else(|| Problem::invalid("no-owner", "the row has no owner"))
            }
            None => Err(Problem::invalid("no-owner", "the step names nobody")),
        }
    }

    fn task(&self, tx: &mut Tx<'_>, subject: &str, due_in: Option<i64>, whose: &str) -> Done<Came> {
        let tasks = self.actor.catalogue().find("tasks").ok_or(Denial::NotThere)?;
        let owner = self.who(tx, whose)?;
        let subject = fill(tx, self.actor, &self.run.set, self.run.row, subject)?;
        let mut cells: Cells = Vec::new();
        let mut set = |name: &str, value: Value, target: Option<Target>| {
            cells.extend(tasks.find(name).map(|column| (column.id, value, target)));
        };
        set("subject", subject.chars().take(200).collect::<String>().into(), None);
        if let Some(days) = due_in {
            set("due_on", Value::Int(tx.now() + days * DAY), None);
        }
        let is_about = |column: &catalogue::Column| column.kind.targets().contains(&Target::Table(self.table.id));
        if tasks.find("regarding").is_some_and(is_about) {
            set("regarding", Value::Id(self.run.row), Some(Target::Table(self.table.id)));
        }
        records::create(tx, self.actor, &Draft { table: tasks.id, id: None, cells, owner: Some(owner) })?;
        tx.about(&self.run.set, self.run.row);
        let name = accounts::names(tx, &[owner])?.remove(&owner).map_or_else(String::new, |known| known.name);
        Ok(Came::to(format!("made a task for {name}")))
    }

    fn notify(&self, tx: &mut Tx<'_>, whom: &str, words: &str) -> Done<Came> {
        let to = self.who(tx, whom)?;
        let people = match accounts::team(tx, to)? {
            Some(_) => accounts::members(tx, to)?,
            None => vec![to],
        };
        let said = serde_json::json!({ "name": self.workflow.name, "words": words });
        let notice = Notice { kind: NoticeKind::Workflow, said, about: Some((self.run.set.clone(), self.run.row)), link: None };
        for person in people {
            notices::tell(tx, person, &notice)?;
        }
        let name = accounts::names(tx, &[to])?.remove(&to).map_or_else(String::new, |known| known.name);
        Ok(Came::to(format!("told {name}")))
    }

    fn approve(&self, tx: &mut Tx<'_>, of: &str, words: &str) -> Done<Came> {
        let of = principal(of).ok_or_else(|| Problem::invalid("no-approver", "the step names nobody who decides"))?;
        let Some(person) = accounts::user(tx, of)?.filter(|user| user.state == UserState::Active) else {
            return Err(Problem::invalid("no-approver", "whoever is to decide is not active"));
        };
        if of == self.run.caused_by || of == self.actor.user() {
            let words = format!("{} is to decide on a change of their own; nobody does", person.name);
            return Err(Problem::invalid("no-approver", words));
        }
        approvals::ask(tx, self.actor, self.run, of, words)?;
        Ok(Came { said: format!("asked {}", person.name), is_held: true })
    }
}
