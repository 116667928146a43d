//! Workflows, their runs, and what waits for a decision.
//!
//! One idea: the form's steps are parts of one plain form; a button adds or takes one by sending it.
//! Deliberately not here: what a step means (`crm`). Start reading at [`WorkflowPage`]. Proved by `tests/it/workflows.rs`.

use super::form::{Field, Input};
use super::frame::Frame;
use super::{Badge, Choice, Kept, Link, When};
use askama::Template;

/// All workflows.
#[derive(Debug, Clone, Default, Template)]
#[template(path = "workflows.html")]
pub struct WorkflowsPage {
    /// The surroundings.
    pub frame: Frame,
    /// By name.
    pub rows: Vec<WorkflowRow>,
    /// What is shown without rows.
    pub empty: super::Empty,
}

/// One workflow in the list.
#[derive(Debug, Clone, Default)]
pub struct WorkflowRow {
    /// Its name.
    pub name: String,
    /// Its page.
    pub href: String,
    /// Where it stands.
    pub state: Badge,
    /// When it starts, in words.
    pub starts: String,
    /// With whose rights it runs.
    pub owner: String,
    /// When it was changed.
    pub when: When,
}

/// One workflow: what it does, and what has run.
#[derive(Debug, Clone, Default, Template)]
#[template(path = "workflow.html")]
pub struct WorkflowPage {
    /// The surroundings.
    pub frame: Frame,
    /// Its address.
    pub href: String,
    /// Where it stands.
    pub state: Badge,
    /// Why it stopped, empty for nothing.
    pub why: String,
    /// With whose rights it runs.
    pub owner: String,
    /// It is on: it can be paused.
    pub is_on: bool,
    /// When it starts, in words.
    pub starts: String,
    /// Which rows, in words; empty for all.
    pub condition: String,
    /// What happens, in words; those behind a decision are indented.
    pub steps: Vec<StepWords>,
    /// Circles.
    pub warnings: Vec<String>,
    /// What could not be done.
    pub error: String,
    /// What has run, newest first.
    pub runs: Vec<RunRow>,
    /// More of them.
    pub next_href: Option<String>,
}

/// A step in words.
#[derive(Debug, Clone, Default)]
pub struct StepWords {
    /// What it does.
    pub words: String,
    /// It follows a decision.
    pub is_below: bool,
}

/// One run in the list.
#[derive(Debug, Clone, Default)]
pub struct RunRow {
    /// What the row is called, or that it is not visible.
    pub name: String,
    /// Its page.
    pub href: String,
    /// Where it stands.
    pub state: Badge,
    /// Why it ended.
    pub why: String,
    /// When it began.
    pub when: When,
}

/// One run, step by step.
#[derive(Debug, Clone, Default, Template)]
#[template(path = "workflow_run.html")]
pub struct RunPage {
    /// The surroundings.
    pub frame: Frame,
    /// Where it stands.
    pub state: Badge,
    /// Why it ended.
    pub why: String,
    /// The row; none for whoever may not read it.
    pub row: Option<Link>,
    /// Which version.
    pub version: i64,
    /// With whose rights.
    pub owner: String,
    /// Whose change it began with.
    pub caused_by: String,
    /// When it began.
    pub when: When,
    /// What each step came to.
    pub steps: Vec<RunStep>,
}

/// One step of a run.
#[derive(Debug, Clone, Default)]
pub struct RunStep {
    /// Which one.
    pub number: String,
    /// What it came to.
    pub outcome: Badge,
    /// In words.
    pub said: String,
    /// When.
    pub when: When,
}

/// The form of a workflow. Posts to `action`; the button `act` saves, adds (`add-set`) or takes (`take-0`) a step.
#[derive(Debug, Clone, Default, Template)]
#[template(path = "workflow_form.html")]
pub struct WorkflowFormPage {
    /// The surroundings.
    pub frame: Frame,
    /// Where it posts to.
    pub action: String,
    /// Where it leads when nothing is saved.
    pub cancel: String,
    /// The table's plural name.
    pub plural: String,
    /// Carried along.
    pub kept: Vec<Kept>,
    /// Whoever saves it owns it: said where somebody else does.
    pub owner: String,
    /// Name and trigger.
    pub first: Vec<Field>,
    /// The condition.
    pub conditions: Vec<Field>,
    /// The steps.
    pub steps: Vec<StepPart>,
    /// Kinds of steps that can be added.
    pub kinds: Vec<Choice>,
    /// What is wrong with the whole.
    pub problems: Vec<String>,
}

/// One step in the form.
#[derive(Debug, Clone, Default)]
pub struct StepPart {
    /// Which one, from 1.
    pub number: usize,
    /// What it does.
    pub title: String,
    /// The name of the hidden field that says its kind.
    pub kind_name: String,
    /// Its kind.
    pub kind: String,
    /// What the button says that takes it away.
    pub take: String,
    /// Its fields.
    pub fields: Vec<Field>,
    /// What is wrong with it as a whole.
    pub error: String,
}

/// Which table a new workflow is about.
#[derive(Debug, Clone, Default, Template)]
#[template(path = "workflow_set.html")]
pub struct WorkflowSetPage {
    /// The surroundings.
    pub frame: Frame,
    /// The tables.
    pub sets: Vec<Choice>,
}

/// What waits for the person's decision.
#[derive(Debug, Clone, Default, Template)]
#[template(path = "approvals.html")]
pub struct ApprovalsPage {
    /// The surroundings.
    pub frame: Frame,
    /// What waits first.
    pub rows: Vec<ApprovalRow>,
    /// What is shown without rows.
    pub empty: super::Empty,
}

/// One approval in the list.
#[derive(Debug, Clone, Default)]
pub struct ApprovalRow {
    /// What is asked.
    pub words: String,
    /// Its page.
    pub href: String,
    /// Where it stands.
    pub state: Badge,
    /// What the record is called.
    pub name: String,
    /// In whose name it is asked.
    pub asked_by: String,
    /// When it was asked.
    pub when: When,
}

/// One approval. Posts `version` and `note` to `href` with `/approve` or `/refuse`.
#[derive(Debug, Clone, Default, Template)]
#[template(path = "approval.html")]
pub struct ApprovalPage {
    /// The surroundings.
    pub frame: Frame,
    /// Its address.
    pub href: String,
    /// What is asked.
    pub words: String,
    /// Where it stands.
    pub state: Badge,
    /// The record; none for whoever may not read it.
    pub row: Option<Link>,
    /// The record's version now.
    pub version: i64,
    /// The record was changed since it was asked.
    pub is_changed: bool,
    /// In whose name it is asked.
    pub asked_by: String,
    /// Whose change led to it.
    pub caused_by: String,
    /// When it was asked.
    pub when: When,
    /// What was decided, in words of whoever did.
    pub note: String,
    /// It waits, and can be decided.
    pub can_decide: bool,
    /// What could not be done.
    pub error: String,
    /// What was typed as a note.
    pub typed: String,
}
