//! What a workflow is made of: what starts it, which rows, which steps.
//!
//! A definition is data and is kept as such, a version each time it is saved. A run's [`Place`] names the next step: `2`,
//! or `2.approved.0` within what follows a decision.
//! Not here: whether it makes sense ([`super::check`]), doing it ([`super::steps`]). Start reading at [`Definition`].
//! Proved by `crates/crm/tests/it/workflows.rs`.

use crate::{Done, FieldError, Problem};
use catalogue::RowId;
use security::PrincipalId;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value as Json};
use store::Fault;

/// What a workflow does.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Definition {
    /// What starts it.
    pub trigger: Trigger,
    /// Which rows, as lists are filtered; all of them when not said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub condition: Option<Json>,
    /// What happens, in order.
    pub steps: Vec<Step>,
}

/// What starts a workflow.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "on", rename_all = "snake_case", deny_unknown_fields)]
pub enum Trigger {
    /// A row was made.
    Created,
    /// One of these columns was changed; any, when none is named.
    Changed {
        /// Their names.
        #[serde(default)]
        columns: Vec<String>,
    },
    /// A row got another owner.
    Assigned,
    /// The day of a column has come, or lies so many days back.
    Date {
        /// Its name.
        column: String,
        /// So many days behind it; before it, when less than nothing.
        #[serde(default)]
        days: i64,
    },
}

impl Trigger {
    /// The word in forms.
    pub fn name(&self) -> &'static str {
        match self {
            Trigger::Created => "created",
            Trigger::Changed { .. } => "changed",
            Trigger::Assigned => "assigned",
            Trigger::Date { .. } => "date",
        }
    }
}

/// One thing that happens.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "do", rename_all = "snake_case", deny_unknown_fields)]
pub enum Step {
    /// Columns of the row get these values.
    Set {
        /// Values by the name of their column, as the API writes them.
        columns: Map<String, Json>,
    },
    /// The row gets another owner: this one, or the next of these in turn.
    Assign {
        /// Ids of people or owner teams.
        to: Vec<String>,
    },
    /// A task about the row is made.
    Task {
        /// What it is called, with `{columns}` of the row.
        subject: String,
        /// Due in so many days; no date when not said.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        due_in: Option<i64>,
        /// Whose it is: `row_owner`, `workflow_owner`, or an id.
        whose: String,
    },
    /// Somebody is told.
    Notify {
        /// `row_owner`, `workflow_owner`, or an id.
        whom: String,
        /// What, with `{columns}` of the row, which the reader sees as far as the reader may.
        words: String,
    },
    /// Somebody is asked, and what follows depends on the answer.
    Approve {
        /// Who decides, an id.
        of: String,
        /// What is asked, with `{columns}` of the row.
        words: String,
        /// What follows when it is approved.
        #[serde(default)]
        approved: Vec<Step>,
        /// What follows when it is refused.
        #[serde(default)]
        refused: Vec<Step>,
    },
}

impl Step {
    /// The word in forms and in the trail.
    pub fn name(&self) -> &'static str {
        match self {
            Step::Set { .. } => "set",
            Step::Assign { .. } => "assign",
            Step::Task { .. } => "task",
            Step::Notify { .. } => "notify",
            Step::Approve { .. } => "approve",
        }
    }
}

/// Somebody a step names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Whom {
    RowOwner,
    WorkflowOwner,
    One(PrincipalId),
}

impl Whom {
    pub(super) fn parse(word: &str) -> Option<Whom> {
        match word {
            "row_owner" => Some(Whom::RowOwner),
            "workflow_owner" => Some(Whom::WorkflowOwner),
            id => principal(id).map(Whom::One),
        }
    }
}

/// The id of a person or team.
pub(super) fn principal(id: &str) -> Option<PrincipalId> {
    RowId::parse(id).map(PrincipalId)
}

impl Definition {
    /// Reads what the API or a form wrote.
    pub fn read(written: &Json) -> Done<Definition> {
        serde_json::from_value(written.clone()).map_err(|why| {
            let message = format!("cannot be read: {why}");
            Problem::columns(vec![FieldError { column: "definition".into(), message }])
        })
    }

    /// Reads what was kept.
    pub(super) fn kept(written: &Json) -> Result<Definition, Fault> {
        serde_json::from_value(written.clone()).map_err(|_| Fault::broken("a workflow cannot be read"))
    }

    /// As it is kept.
    pub(super) fn written(&self) -> Result<Json, Fault> {
        serde_json::to_value(self).map_err(|_| Fault::broken("a workflow cannot be written"))
    }

    /// The step at this place; none behind the last one.
    pub(super) fn step(&self, place: Place) -> Option<&Step> {
        let step = self.steps.get(place.step);
        match (place.branch, step) {
            (None, step) => step,
            (Some((branch, n)), Some(Step::Approve { approved, refused, .. })) => match branch {
                Branch::Approved => approved.get(n),
                Branch::Refused => refused.get(n),
            },
            (Some(_), _) => None,
        }
    }

    /// The place behind this one.
    pub(super) fn behind(&self, place: Place) -> Place {
        match place.branch {
            Some((branch, n)) => {
                let next = Place { step: place.step, branch: Some((branch, n + 1)) };
                if self.step(next).is_some() { next } else { Place { step: place.step + 1, branch: None } }
            }
            None => Place { step: place.step + 1, branch: None },
        }
    }

    /// Where a run goes on once it was decided.
    pub(super) fn decided(&self, place: Place, is_approved: bool) -> Place {
        let branch = if is_approved { Branch::Approved } else { Branch::Refused };
        let first = Place { step: place.step, branch: Some((branch, 0)) };
        if self.step(first).is_some() { first } else { Place { step: place.step + 1, branch: None } }
    }
}

/// Which answer a step follows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Branch {
    Approved,
    Refused,
}

/// Which step is next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Place {
    pub(super) step: usize,
    pub(super) branch: Option<(Branch, usize)>,
}

impl Place {
    pub(super) fn read(written: &str) -> Result<Place, Fault> {
        let broken = || Fault::broken("the place of a run cannot be read");
        let mut parts = written.split('.');
        let step = parts.next().and_then(|n| n.parse().ok()).ok_or_else(broken)?;
        let branch = match (parts.next(), parts.next().map(str::parse)) {
            (None, _) => None,
            (Some("approved"), Some(Ok(n))) => Some((Branch::Approved, n)),
            (Some("refused"), Some(Ok(n))) => Some((Branch::Refused, n)),
            _ => return Err(broken()),
        };
        Ok(Place { step, branch })
    }

    pub(super) fn written(self) -> String {
        match self.branch {
            None => self.step.to_string(),
            Some((Branch::Approved, n)) => format!("{}.approved.{n}", self.step),
            Some((Branch::Refused, n)) => format!("{}.refused.{n}", self.step),
        }
    }
}
