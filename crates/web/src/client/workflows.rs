//! Workflows: their list, one with what has run, a run step by step, and the form.
//!
//! The form is sent for every part that is added or taken, and saved by one button; what is wrong comes back at its
//! field. Whoever saves a workflow owns it, and the form says so.
//! Not here: what was typed ([`super::workflow_form`]), the form's fields ([`super::workflow_fields`]), what a step does
//! (`crm`). Start reading at [`list`].
//! Proved by `tests/it/workflows.rs`.

use super::address::Address;
use super::form::at_fields;
use super::frame::Shell;
use super::person::refused;
use super::workflow_fields::Choices;
use super::workflow_form::{KINDS, Typed, at_form};
use crate::App;
use crate::answer::{Answer, No, Outcome, sentence};
use crate::call::Call;
use crate::pages::frame::Frame;
use crate::pages::workflows::{
    RunPage, RunRow, RunStep, StepWords, WorkflowFormPage, WorkflowPage, WorkflowRow, WorkflowSetPage, WorkflowsPage,
};
use crate::pages::{Badge, Choice, Empty, Kept, Link, Tone};
use catalogue::{RowId, Table};
use crm::people::{self, PrincipalKind};
use crm::views::{open_columns, principal_names};
use crm::workflows::{self, Definition, RunLine, RunState, Step, Trigger, WorkflowDraft, WorkflowSheet, WorkflowState};
use crm::{Actor, ColumnUse, Denial, Done, Error, FieldError, PrincipalId, Privilege, Task, Tx, Verb};
use serde_json::Value as Json;
use std::collections::HashMap;

/// How many runs a page shows.
const SHOWN: usize = 50;
/// How many people the form offers.
const OFFERED: usize = 200;

fn badge(state: WorkflowState) -> Badge {
    let (text, tone) = match state {
        WorkflowState::Draft => ("Draft", Tone::Quiet),
        WorkflowState::On => ("On", Tone::Proven),
        WorkflowState::Paused => ("Paused", Tone::Waits),
        WorkflowState::Stopped => ("Stopped", Tone::Stops),
    };
    Badge { text: text.into(), tone }
}

fn run_badge(state: RunState) -> Badge {
    let (text, tone) = match state {
        RunState::Waiting => ("Waiting", Tone::Waits),
        RunState::Held => ("Waiting for a decision", Tone::Waits),
        RunState::Done => ("Done", Tone::Proven),
        RunState::Skipped => ("Passed by", Tone::Quiet),
        RunState::Failed => ("Failed", Tone::Stops),
        RunState::Stopped => ("Stopped", Tone::Stops),
    };
    Badge { text: text.into(), tone }
}

fn outcome_badge(word: &str) -> Badge {
    let (text, tone) = match word {
        "done" => ("Done", Tone::Proven),
        "waits" => ("Asked", Tone::Waits),
        "approved" => ("Approved", Tone::Proven),
        "refused" => ("Refused", Tone::Stops),
        "skipped" => ("Passed by", Tone::Quiet),
        "failed" => ("Failed", Tone::Stops),
        _ => ("Stopped", Tone::Stops),
    };
    Badge { text: text.into(), tone }
}

/// When it starts, in words.
fn starts(table: Option<&Table>, trigger: &Trigger) -> String {
    let label = table.map_or_else(|| "row".into(), |table| table.label.to_lowercase());
    let name = |column: &String| table.and_then(|table| table.find(column)).map_or_else(|| column.clone(), |column| column.label.clone());
    match trigger {
        Trigger::Created => format!("a {label} is made"),
        Trigger::Changed { columns } if columns.is_empty() => format!("a {label} is changed"),
        Trigger::Changed { columns } => format!("{} of a {label} changes", columns.iter().map(name).collect::<Vec<_>>().join(" or ")),
        Trigger::Assigned => format!("a {label} gets another owner"),
        Trigger::Date { column, days: 0 } => format!("{} of a {label} comes", name(column)),
        Trigger::Date { column, days } if *days < 0 => format!("{} of a {label} is {} days away", name(column), -days),
        Trigger::Date { column, days } => format!("{} of a {label} lies {days} days back", name(column)),
    }
}

/// `GET /workflows`
pub(super) fn list(app: &App, call: &Call) -> Outcome {
    let page = app.desk.look(&call.asker()?, |tx, actor| {
        let shell = Shell::of(tx, actor, call)?;
        let mut rows = Vec::new();
        for (workflow, owner) in workflows::list(tx, actor)? {
            let trigger = Definition::read(&workflow.body)?.trigger;
            rows.push(WorkflowRow {
                name: workflow.name.clone(),
                href: format!("/workflows/{}", workflow.id),
                state: badge(workflow.state),
                starts: starts(shell.catalogue.find(&workflow.set), &trigger),
                owner,
                when: shell.eye.when(workflow.modified_on),
            });
        }
        let text = "A workflow does something by itself when a row is made, changed or given away, or when a date comes: it sets columns, assigns, makes a task, tells somebody, asks for a decision.";
        let action = Some(Link::new("New workflow", "/workflows/new", "plus"));
        Ok(WorkflowsPage { frame: shell.frame("Workflows"), rows, empty: Empty { title: "No workflows yet".into(), text: text.into(), action } })
    })?;
    Answer::draw(&page)
}

/// `GET /workflows/{id}`
pub(super) fn page(app: &App, call: &Call) -> Outcome {
    let page = app.desk.look(&call.asker()?, |tx, actor| drawn(tx, actor, call))?;
    Answer::draw(&page)
}

fn drawn(tx: &mut Tx<'_>, actor: &Actor, call: &Call) -> Done<WorkflowPage> {
    let shell = Shell::of(tx, actor, call)?;
    let sheet = workflows::get(tx, actor, call.id())?;
    let href = format!("/workflows/{}", sheet.workflow.id);
    let runs = workflows::runs(tx, actor, sheet.workflow.id, call.param("after"), SHOWN)?;
    let table = shell.catalogue.find(&sheet.workflow.set);
    let people = named(tx, &sheet.definition.steps)?;
    let mut steps = Vec::new();
    say(&sheet.definition.steps, table, &people, "", &mut steps);
    let typed = Typed::of("", &sheet.workflow.body);
    let row = |line: &RunLine| RunRow {
        name: line.name.clone().unwrap_or_else(|| "not visible to you".into()),
        href: format!("{href}/runs/{}", line.run.id),
        state: run_badge(line.run.state),
        why: line.run.why.clone().unwrap_or_default(),
        when: shell.eye.when(line.run.created_on),
    };
    Ok(WorkflowPage {
        frame: Frame { here: href.clone(), ..shell.below(&sheet.workflow.name, &[("Workflows", "/workflows")]) },
        state: badge(sheet.workflow.state),
        why: sheet.workflow.why.clone().unwrap_or_default(),
        is_on: sheet.workflow.state == WorkflowState::On,
        starts: starts(table, &sheet.definition.trigger),
        condition: typed.condition_words(table),
        steps,
        warnings: sheet.warnings.iter().map(|warning| sentence(warning)).collect(),
        runs: runs.rows.iter().map(row).collect(),
        next_href: runs.next.map(|next| Address::new(href.clone()).with("after", &next).to_string()),
        error: String::new(),
        owner: sheet.owner,
        href,
    })
}

/// What the people that steps name are called.
fn named(tx: &mut Tx<'_>, steps: &[Step]) -> Done<HashMap<String, String>> {
    let mut ids = Vec::new();
    gather(steps, &mut ids);
    let ids: Vec<PrincipalId> = ids.into_iter().filter_map(RowId::parse).map(PrincipalId).collect();
    Ok(principal_names(tx, &ids)?.into_iter().map(|(id, name)| (id.to_string(), name)).collect())
}

fn gather<'s>(steps: &'s [Step], ids: &mut Vec<&'s str>) {
    for step in steps {
        match step {
            Step::Set { .. } => {}
            Step::Assign { to } => ids.extend(to.iter().map(String::as_str)),
            Step::Task { whose, .. } => ids.push(whose),
            Step::Notify { whom, .. } => ids.push(whom),
            Step::Approve { of, approved, refused, .. } => {
                ids.push(of);
                gather(approved, ids);
                gather(refused, ids);
            }
        }
    }
}

/// The steps in words.
fn say(steps: &[Step], table: Option<&Table>, people: &HashMap<String, String>, before: &str, into: &mut Vec<StepWords>) {
    let who = |word: &String| match word.as_str() {
        "row_owner" => "the owner of the row".to_owned(),
        "workflow_owner" => "the owner of the workflow".to_owned(),
        id => people.get(id).cloned().unwrap_or_else(|| "somebody who is gone".into()),
    };
    for step in steps {
        let words = match step {
            Step::Set { columns } => {
                let label = |name: &String| table.and_then(|t| t.find(name)).map_or_else(|| name.clone(), |column| column.label.clone());
                format!("set {}", columns.keys().map(label).collect::<Vec<_>>().join(", "))
            }
            Step::Assign { to } if to.len() > 1 => format!("assign in turn to {}", to.iter().map(who).collect::<Vec<_>>().join(", ")),
            Step::Assign { to } => format!("assign to {}", to.iter().map(who).collect::<Vec<_>>().join(", ")),
            Step::Task { subject, whose, .. } => format!("make a task “{subject}” for {}", who(whose)),
            Step::Notify { whom, words } => format!("tell {}: “{words}”", who(whom)),
            Step::Approve { of, words, .. } => format!("ask {}: “{words}”", who(of)),
        };
        into.push(StepWords { words: super::show::capital(&format!("{before}{words}")), is_below: !before.is_empty() });
        if let Step::Approve { approved, refused, .. } = step {
            say(approved, table, people, "when approved: ", into);
            say(refused, table, people, "when refused: ", into);
        }
    }
}

/// `GET /workflows/{id}/runs/{run}`
pub(super) fn run(app: &App, call: &Call) -> Outcome {
    let page = app.desk.look(&call.asker()?, |tx, actor| {
        let shell = Shell::of(tx, actor, call)?;
        let sheet = workflows::run_sheet(tx, actor, call.id_named("run"))?;
        let run = &sheet.line.run;
        if run.workflow != call.id() {
            return Err(Denial::NotThere.into());
        }
        let row = sheet.line.name.as_ref().map(|name| Link::new(name, &format!("/{}/{}", run.set, run.row), ""));
        let step = |step: &workflows::StepTold| RunStep {
            number: step.number.clone(),
            outcome: outcome_badge(&step.outcome),
            said: sentence(&step.said),
            when: shell.eye.when(step.done_on),
        };
        let above = format!("/workflows/{}", run.workflow);
        Ok(RunPage {
            frame: shell.below("Run", &[("Workflows", "/workflows"), (&sheet.workflow, &above)]),
            state: run_badge(run.state),
            why: run.why.as_deref().map(sentence).unwrap_or_default(),
            version: run.version,
            when: shell.eye.when(run.created_on),
            steps: sheet.steps.iter().map(step).collect(),
            owner: sheet.owner.clone(),
            caused_by: sheet.caused_by.clone(),
            row,
        })
    })?;
    Answer::draw(&page)
}

/// `POST /workflows/{id}/resume`
pub(super) fn resume(app: &App, call: &Call) -> Outcome {
    switch(app, call, true)
}

/// `POST /workflows/{id}/pause`
pub(super) fn pause(app: &App, call: &Call) -> Outcome {
    switch(app, call, false)
}

fn switch(app: &App, call: &Call, is_on: bool) -> Outcome {
    let id = call.id();
    let verb = Verb::admin(if is_on { "workflow.resume" } else { "workflow.pause" });
    let done = app.desk.perform(&call.asker()?, verb, move |tx, actor| workflows::switch(tx, actor, id, is_on));
    let (status, error) = match done {
        Ok(()) => return Ok(Answer::see(format!("/workflows/{id}"))),
        Err(error) => refused(error.into())?,
    };
    let page = app.desk.look(&call.asker()?, |tx, actor| drawn(tx, actor, call))?;
    Ok(Answer::draw(&WorkflowPage { error, ..page })?.status(status))
}

/// `GET /workflows/new`: the table first, then the form.
pub(super) fn new(app: &App, call: &Call) -> Outcome {
    let who = call.asker()?;
    if call.param("set").is_none() {
        let page = app.desk.look(&who, |tx, actor| {
            let shell = Shell::of(tx, actor, call)?;
            must_manage(&shell)?;
            let tables = shell.outlook.tables.iter().filter(|(_, held)| held.has(Privilege::Read));
            let mut sets: Vec<Choice> =
                tables.filter_map(|(id, _)| shell.catalogue.table(*id)).map(|table| Choice::new(&table.set, &table.plural)).collect();
            sets.sort_by(|a, b| a.label.cmp(&b.label));
            Ok(WorkflowSetPage { frame: shell.below("New workflow", &[("Workflows", "/workflows")]), sets })
        })?;
        return Answer::draw(&page);
    }
    let page = app.desk.look(&who, |tx, actor| form(tx, actor, call, None, &Typed::new(), &[]))?;
    Answer::draw(&page)
}

fn must_manage(shell: &Shell) -> Result<(), Denial> {
    if shell.outlook.holds(Task::ManageWorkflows) { Ok(()) } else { Err(Denial::NoTask(Task::ManageWorkflows)) }
}

/// `GET /workflows/{id}/edit`
pub(super) fn edit(app: &App, call: &Call) -> Outcome {
    let page = app.desk.look(&call.asker()?, |tx, actor| {
        let sheet = workflows::get(tx, actor, call.id())?;
        let typed = Typed::of(&sheet.workflow.name, &sheet.workflow.body);
        form(tx, actor, call, Some(&sheet), &typed, &[])
    })?;
    Answer::draw(&page)
}

fn form(
    tx: &mut Tx<'_>,
    actor: &Actor,
    call: &Call,
    sheet: Option<&WorkflowSheet>,
    typed: &Typed,
    errors: &[FieldError],
) -> Done<WorkflowFormPage> {
    let shell = Shell::of(tx, actor, call)?;
    must_manage(&shell)?;
    let set = sheet.map_or_else(|| call.param("set").unwrap_or_default().to_owned(), |sheet| sheet.workflow.set.clone());
    let table = shell.catalogue.find(&set).ok_or(Denial::NotThere)?;
    let open = |purpose| -> Done<Vec<&catalogue::Column>> {
        Ok(open_columns(actor, &set, purpose)?.into_iter().filter_map(|id| table.column(id)).collect())
    };
    let settable = open(ColumnUse::Update).unwrap_or_default();
    let writable: Vec<_> = table.writable().map(|column| column.id).collect();
    let people = people::pick(tx, actor, "", OFFERED)?;
    let choices = Choices {
        readable: open(ColumnUse::Read)?,
        settable: settable.into_iter().filter(|column| writable.contains(&column.id)).collect(),
        people: people.into_iter().map(|(id, known)| (id.to_string(), known.name, known.kind == PrincipalKind::User)).collect(),
    };
    let (first, conditions, steps) = (typed.first(&choices, errors), typed.conditions(&choices, errors), typed.parts(&choices, errors));
    let shown = |wrong: &FieldError| {
        let fields = first.iter().chain(&conditions).chain(steps.iter().flat_map(|step| &step.fields));
        fields.into_iter().any(|field| field.name == wrong.column)
    };
    let problems = errors.iter().map(|wrong| if shown(wrong) { String::new() } else { sentence(&wrong.message) });
    let mut problems: Vec<String> = problems.filter(|words| !words.is_empty()).collect();
    if problems.is_empty() && !errors.is_empty() {
        problems.push("What is wrong stands at the fields below.".into());
    }
    let (title, action, cancel) = match sheet {
        Some(sheet) => {
            let at = format!("/workflows/{}", sheet.workflow.id);
            (format!("Edit {}", sheet.workflow.name), at.clone(), at)
        }
        None => ("New workflow".into(), Address::new("/workflows/new").with("set", &set).to_string(), "/workflows".into()),
    };
    let is_others = sheet.is_some_and(|sheet| sheet.workflow.owner != actor.user());
    Ok(WorkflowFormPage {
        frame: shell.below(&title, &[("Workflows", "/workflows")]),
        action,
        cancel,
        plural: table.plural.to_lowercase(),
        kept: sheet.map_or_else(Vec::new, |sheet| vec![Kept { name: "version".into(), value: sheet.workflow.version.to_string() }]),
        owner: sheet.filter(|_| is_others).map_or_else(String::new, |sheet| sheet.owner.clone()),
        first,
        conditions,
        steps,
        kinds: KINDS.iter().map(|(kind, label)| Choice::new(kind, label)).collect(),
        problems,
    })
}

/// `POST /workflows/new`
pub(super) fn make(app: &App, call: &Call) -> Outcome {
    sent(app, call, None)
}

/// `POST /workflows/{id}`
pub(super) fn save(app: &App, call: &Call) -> Outcome {
    let sheet = app.desk.look(&call.asker()?, |tx, actor| workflows::get(tx, actor, call.id()))?;
    sent(app, call, Some(sheet))
}

fn sent(app: &App, call: &Call, sheet: Option<WorkflowSheet>) -> Outcome {
    let (who, typed) = (call.asker()?, Typed::sent(call));
    let set = sheet.as_ref().map_or_else(|| call.param("set").unwrap_or_default().to_owned(), |sheet| sheet.workflow.set.clone());
    let again = |errors: &[FieldError], status: u16| -> Outcome {
        let page = app.desk.look(&who, |tx, actor| form(tx, actor, call, sheet.as_ref(), &typed, errors))?;
        Ok(Answer::draw(&page)?.status(status))
    };
    if call.field("act") != "save" {
        return again(&[], 200);
    }
    let table = app.desk.glance(|tx| Ok(tx.catalogue().find(&set).cloned()))?.ok_or(Denial::NotThere)?;
    let (body, paths): (Json, Vec<String>) = match typed.definition(&table) {
        Ok(made) => made,
        Err(errors) => return again(&errors, 422),
    };
    let id = sheet.as_ref().map(|sheet| (sheet.workflow.id, call.field("version").parse().unwrap_or(sheet.workflow.version)));
    let draft = Definition::read(&body).map(|definition| WorkflowDraft { id, name: typed.name.clone(), set, definition });
    let verb = Verb::admin(if id.is_some() { "workflow.change" } else { "workflow.create" });
    let done = draft.and_then(|draft| app.desk.perform(&who, verb, move |tx, actor| workflows::save(tx, actor, &draft)));
    match done {
        Ok(saved) => Ok(Answer::see(format!("/workflows/{}", saved.id))),
        Err(Error::Problem(problem)) => again(&at_form(at_fields(&problem), &typed, &paths), 422),
        Err(Error::Stale { .. }) => {
            let message = "somebody changed this workflow since you opened it; open it again to see what it does now".to_owned();
            again(&[FieldError { column: String::new(), message }], 412)
        }
        Err(other) => Err(No::from(other)),
    }
}
