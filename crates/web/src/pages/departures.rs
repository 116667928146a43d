//! Departures: their list, one as a checklist that fills itself, its proof on one sheet, and the organisation's policy.
//!
//! One idea: every state has one page and one primary action; what stands in the way of it is said in words beside it.
//! Deliberately not here: who may what and what refers to a person (`crm`). Start reading at [`DeparturePage`].
//! Proved by `tests/it/departures.rs`.

use super::exchange::{Phase, Progress};
use super::form::{Field, Input, Lookup};
use super::frame::Frame;
use super::{Badge, Choice, Kept, Link, When};
use askama::Template;

/// The departures of the organisation.
#[derive(Debug, Clone, Default, Template)]
#[template(path = "departures.html")]
pub struct DeparturesPage {
    /// The surroundings.
    pub frame: Frame,
    /// Newest first.
    pub rows: Vec<DepartureRow>,
    /// The reader may plan one.
    pub can_plan: bool,
    /// What is shown without rows.
    pub empty: super::Empty,
    /// The next page.
    pub next_href: Option<String>,
}

/// One departure in the list.
#[derive(Debug, Clone, Default)]
pub struct DepartureRow {
    /// Who leaves.
    pub name: String,
    /// Its page.
    pub href: String,
    /// Where it stands.
    pub state: Badge,
    /// Who planned it.
    pub planned_by: String,
    /// When it was planned.
    pub when: When,
    /// When it runs or ran, in words; empty while nobody said.
    pub runs: String,
}

/// One departure. Posts to `href`, and its steps to `/submit`, `/approve`, `/send_back`, `/run`, `/stop`, `/cancel`, `/undo`.
#[derive(Debug, Clone, Default, Template)]
#[template(path = "departure.html")]
pub struct DeparturePage {
    /// The surroundings.
    pub frame: Frame,
    /// Its address.
    pub href: String,
    /// Who leaves.
    pub name: String,
    /// One or two letters of the name.
    pub initials: String,
    /// The person's page.
    pub person_href: String,
    /// Where it stands.
    pub state: Badge,
    /// What happens next, in one sentence.
    pub lead: String,
    /// Plan, approval, run, proof.
    pub phases: Vec<Phase>,
    /// Person, manager, who planned, approved, ran it, and when: label and value.
    pub facts: Vec<Kept>,
    /// Why it stopped, was sent back or cancelled; empty for nothing.
    pub why: String,
    /// It stopped half-way.
    pub is_stopped: bool,
    /// What is new since it was decided.
    pub news: Vec<String>,
    /// What stands in the way of the next step.
    pub in_the_way: Vec<String>,
    /// What did not go through, each with its place on the page; no place for the plan as a whole.
    pub problems: Vec<Link>,
    /// Its job, while it runs and when it ended.
    pub progress: Option<Progress>,
    /// How many items are decided.
    pub decided: usize,
    /// How many are to be.
    pub total: usize,
    /// How many of those have a proposal that nobody took yet.
    pub proposals: usize,
    /// The picker that gives to one all that is owned and not decided; none where there is little to give.
    pub all: Option<Heir>,
    /// The items.
    pub groups: Vec<ItemGroup>,
    /// The plan is open for changes on this page.
    pub is_open: bool,
    /// Where it is opened for changes; empty where it is, or must not be.
    pub edit_href: String,
    /// Where it is left as it was; empty for a plan that is nothing but open.
    pub leave_href: String,
    /// What opening it means, where it was decided already.
    pub edit_note: String,
    /// Posted along by every form: the version that was looked at.
    pub kept: Vec<Kept>,
    /// Reason and hour, where the plan is open.
    pub fields: Vec<Field>,
    /// The word of the step that ends planning; empty where there is none.
    pub submit: String,
    /// The reader may approve or send back.
    pub can_approve: bool,
    /// What approving means.
    pub approve_note: String,
    /// The word of the step that runs it; empty where there is none.
    pub run: String,
    /// What running means, a sentence each.
    pub run_notes: Vec<String>,
    /// The reader may stop the job.
    pub can_stop: bool,
    /// The reader may drop the plan.
    pub can_cancel: bool,
    /// The reader may undo what was handed over.
    pub can_undo: bool,
    /// Where the sealed archive is fetched; empty where it is not.
    pub archive_href: String,
    /// The proof; empty before it is done.
    pub certificate_href: String,
    /// What was done, by item.
    pub done: Vec<DoneRow>,
    /// Some of it went back.
    pub is_undone: bool,
    /// What could not be given back.
    pub conflicts: Vec<ConflictRow>,
}

impl DeparturePage {
    /// How much is decided, in percent.
    pub fn percent(&self) -> usize {
        (self.decided * 100).checked_div(self.total).unwrap_or(100)
    }
}

/// Items that belong together.
#[derive(Debug, Clone, Default)]
pub struct ItemGroup {
    /// For the heading's id.
    pub id: String,
    /// The heading.
    pub title: String,
    /// The items.
    pub rows: Vec<ItemRow>,
}

/// One thing that refers to the person.
#[derive(Debug, Clone, Default)]
pub struct ItemRow {
    /// Its stable key; fields are called `do_KEY` and `toN_KEY`.
    pub key: String,
    /// What it is.
    pub label: String,
    /// How many, in figures; empty for what may still come.
    pub count: String,
    /// `open`, `decided`, `stops` or `itself`.
    pub mark: &'static str,
    /// The same in words.
    pub mark_words: &'static str,
    /// A few of them, by name.
    pub samples: Vec<Link>,
    /// How many more there are, in words; empty for none.
    pub more: String,
    /// What happens when nothing is done about it; empty where something else was decided.
    pub consequence: String,
    /// What may be chosen, where the plan is open.
    pub options: Vec<Choice>,
    /// To whom it can be given: each with the word before it and its field's name.
    pub heirs: Vec<Heir>,
    /// What was decided, in words; empty for nothing.
    pub decision: String,
    /// What is proposed and not chosen, in words; empty for nothing.
    pub proposal: String,
    /// What is wrong with what was chosen.
    pub error: String,
    /// Where it is mended or looked at.
    pub link: Option<Link>,
}

/// One picker of an item.
#[derive(Debug, Clone, Default)]
pub struct Heir {
    /// The field's name.
    pub name: String,
    /// The words before it.
    pub label: String,
    /// What is in it.
    pub lookup: Lookup,
    /// What is wrong with it.
    pub error: String,
    /// It is one more, for whoever wants several to take turns.
    pub is_further: bool,
}

/// What was done about one item.
#[derive(Debug, Clone, Default)]
pub struct DoneRow {
    /// What it was.
    pub label: String,
    /// What was decided.
    pub decision: String,
    /// How many were changed.
    pub done: String,
    /// How many of them went back.
    pub back: String,
}

/// Something that could not be given back.
#[derive(Debug, Clone, Default)]
pub struct ConflictRow {
    /// What it is called, or that it is not visible.
    pub name: String,
    /// Its page; empty where it is not visible.
    pub href: String,
    /// Why it stayed.
    pub why: String,
}

/// The proof of a departure, on one sheet of paper.
#[derive(Debug, Clone, Default, Template)]
#[template(path = "departure_certificate.html")]
pub struct CertificatePage {
    /// The surroundings.
    pub frame: Frame,
    /// The same for programs.
    pub json_href: String,
    /// Whom it is about.
    pub name: String,
    /// Who planned, approved and ran it, and when: label and value.
    pub facts: Vec<Kept>,
    /// What was found, decided and done.
    pub items: Vec<ProofRow>,
    /// Rows of each table before and after.
    pub tables: Vec<TableRow>,
    /// What was found when the archive was restored and compared; empty where none was asked for.
    pub archive: Vec<Kept>,
    /// What still refers to the person, in one sentence.
    pub left: String,
    /// Nothing refers to the person any more.
    pub is_clean: bool,
    /// Where it stands in the trail.
    pub trail: Vec<String>,
    /// The signature.
    pub signature: String,
    /// The key that proves it.
    pub signing_key: String,
    /// It was undone since; empty where it was not.
    pub since: String,
}

/// One line of the proof.
#[derive(Debug, Clone, Default)]
pub struct ProofRow {
    /// What it was.
    pub label: String,
    /// How many there were.
    pub count: String,
    /// What was decided.
    pub choice: String,
    /// How many were changed.
    pub done: String,
}

/// Rows of one table before and after.
#[derive(Debug, Clone, Default)]
pub struct TableRow {
    /// The table.
    pub label: String,
    /// Rows before.
    pub before: String,
    /// Rows after.
    pub after: String,
}

/// What the organisation asks of a departure. Posts the fields, or `preset`, to `/departures/policy`.
#[derive(Debug, Clone, Default, Template)]
#[template(path = "departure_policy.html")]
pub struct DeparturePolicyPage {
    /// The surroundings.
    pub frame: Frame,
    /// The reader may change it.
    pub can_edit: bool,
    /// What comes with the product.
    pub presets: Vec<PresetCard>,
    /// The fields.
    pub fields: Vec<Field>,
    /// What is wrong with the whole.
    pub problems: Vec<String>,
    /// Which rules count from when on, where some wait.
    pub pending: Option<String>,
}

/// One preset.
#[derive(Debug, Clone, Default)]
pub struct PresetCard {
    /// Its name in the form.
    pub value: String,
    /// What people call it.
    pub title: String,
    /// For whom it is.
    pub text: String,
    /// What it asks, a sentence each.
    pub lines: Vec<String>,
    /// It is in force.
    pub is_in_force: bool,
}
