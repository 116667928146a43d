//! What the organisation asks of a departure: two presets, and each rule by itself.
//!
//! What is wrong comes back at its field, with everything that was chosen. A preset leaves the key of archives as it is.
//! Not here: what the rules mean (`crm`). Start reading at [`page`]. Proved by `tests/it/departures.rs`.

use super::address::Address;
use super::form::at_fields;
use super::frame::Shell;
use crate::App;
use crate::answer::{Answer, Outcome, sentence};
use crate::call::{Call, column};
use crate::pages::Choice;
use crate::pages::departures::{DeparturePolicyPage, PresetCard};
use crate::pages::form::{Field, Input};
use crm::departures::{self, Approves, DeparturePolicy, Preset};
use crm::{Actor, Done, Error, FieldError, Tx, Verb};

/// `GET /departures/policy`
pub(super) fn page(app: &App, call: &Call) -> Outcome {
    let page = app.desk.look(&call.asker()?, |tx, actor| {
        let kept = departures::policy(tx)?;
        drawn(tx, actor, call, &kept, &[])
    })?;
    Answer::draw(&page)
}

fn drawn(tx: &mut Tx<'_>, actor: &Actor, call: &Call, shown: &DeparturePolicy, wrong: &[FieldError]) -> Done<DeparturePolicyPage> {
    let shell = Shell::of(tx, actor, call)?;
    let in_force = departures::policy(tx)?.preset();
    let fields = fields(shown, wrong);
    let known: Vec<&str> = fields.iter().map(|field| field.name.as_str()).collect();
    Ok(DeparturePolicyPage {
        frame: shell.below("Rules of departures", &[("Departures", "/departures")]),
        can_edit: departures::may_set_policy(actor),
        presets: Preset::ALL.into_iter().map(|preset| card(preset, in_force)).collect(),
        pending: pending(tx, &shell)?,
        problems: wrong.iter().filter(|e| !known.contains(&e.column.as_str())).map(|e| sentence(&e.message)).collect(),
        fields,
    })
}

/// Rules that ask less wait for a day.
fn pending(tx: &mut Tx<'_>, shell: &Shell) -> Done<Option<String>> {
    let Some((next, from)) = departures::pending_policy(tx)? else { return Ok(None) };
    let which = match next.preset() {
        Some(Preset::OnePerson) => "the rules “One person” count",
        Some(Preset::TwoPeople) => "the rules “Two people and an archive” count",
        None => "other rules count",
    };
    Ok(Some(format!(
        "From {} on {which}. They ask less, so they wait for a day, and everybody who may disable people was told. Until then what is below is in force; saving it again keeps it.",
        shell.eye.when(from).exact
    )))
}

fn card(preset: Preset, in_force: Option<Preset>) -> PresetCard {
    let (title, text, lines) = match preset {
        Preset::OnePerson => (
            "One person",
            "For a small company: whoever may disable people plans and runs it.",
            &["Nobody has to approve.", "No archive is asked for.", "Somebody can be disabled without a departure."],
        ),
        Preset::TwoPeople => (
            "Two people and an archive",
            "For everybody who has to show afterwards that it was done right.",
            &[
                "Managers plan the departures of their people; the manager or a second person approves.",
                "An archive is made, restored and compared before anything is handed over.",
                "No open work is left with whoever leaves.",
            ],
        ),
    };
    PresetCard {
        value: preset.name().into(),
        title: title.into(),
        text: text.into(),
        lines: lines.iter().map(|line| (*line).to_owned()).collect(),
        is_in_force: in_force == Some(preset),
    }
}

fn fields(shown: &DeparturePolicy, wrong: &[FieldError]) -> Vec<Field> {
    let field = |name: &str, label: &str, help: &str, input: Input| Field {
        name: name.into(),
        label: label.into(),
        help: help.into(),
        input,
        error: wrong.iter().find(|e| e.column == name).map(|e| super::show::capital(&e.message)),
        ..Field::default()
    };
    let approves = |one: Approves| Choice { selected: one == shown.approves, ..Choice::new(one.name(), words(one)) };
    vec![
        field(
            "managers_start",
            "Managers may plan the departure of somebody who reports to them",
            "Whoever may disable people may in any case.",
            Input::YesNo(shown.managers_start),
        ),
        Field {
            is_required: true,
            ..field(
                "approves",
                "Who approves",
                "Never whoever planned it, and never the person it is about.",
                Input::One(Approves::ALL.into_iter().map(approves).collect()),
            )
        },
        field(
            "runs_on_approval",
            "It begins with the approval, or at its hour",
            "Otherwise somebody who may disable people says when.",
            Input::YesNo(shown.runs_on_approval),
        ),
        field(
            "needs_archive",
            "An archive is made, restored and compared before anything is handed over",
            "",
            Input::YesNo(shown.needs_archive),
        ),
        field(
            "leave_nothing_open",
            "Open activities, cases and workflows may not be left with whoever leaves",
            "",
            Input::YesNo(shown.leave_nothing_open),
        ),
        field(
            "at_once",
            "Somebody may be disabled without a departure",
            "Freezing somebody at once is possible in any case.",
            Input::YesNo(shown.at_once),
        ),
        field(
            "archive_key",
            "Public key for archives",
            "Made by age; begins with age1. Archives are sealed to it besides the organisation’s own key, so whoever keeps its other half can open them without this server.",
            Input::line("text", shown.archive_key.as_deref().unwrap_or_default(), 200),
        ),
    ]
}

fn words(approves: Approves) -> &'static str {
    match approves {
        Approves::Nobody => "Nobody has to",
        Approves::Second => "A second person who may disable people",
        Approves::Manager => "The person’s manager",
        Approves::ManagerOrSecond => "The manager, or a second person who may disable people",
    }
}

/// `POST /departures/policy`
pub(super) fn save(app: &App, call: &Call) -> Outcome {
    let who = call.asker()?;
    let kept = app.desk.look(&who, |tx, _| Ok(departures::policy(tx)?))?;
    let is_on = |name: &str| call.field(name) == "true";
    let new = match call.field("preset") {
        "" => DeparturePolicy {
            managers_start: is_on("managers_start"),
            approves: Approves::parse(call.field("approves")).unwrap_or(kept.approves),
            runs_on_approval: is_on("runs_on_approval"),
            needs_archive: is_on("needs_archive"),
            leave_nothing_open: is_on("leave_nothing_open"),
            at_once: is_on("at_once"),
            archive_key: Some(call.field("archive_key").to_owned()).filter(|key| !key.is_empty()),
        },
        word => {
            let preset = Preset::parse(word).ok_or_else(|| column("preset", "choose one of the presets"))?;
            DeparturePolicy { archive_key: kept.archive_key, ..preset.policy() }
        }
    };
    let shown = new.clone();
    let done = app.desk.perform(&who, Verb::admin("departure-policy.change"), move |tx, actor| departures::set_policy(tx, actor, &new));
    match done {
        Ok(()) => Ok(Answer::see(Address::new("/departures/policy").with("done", "saved").to_string())),
        Err(Error::Problem(problem)) => {
            let wrong = at_fields(&problem);
            let page = app.desk.look(&who, |tx, actor| drawn(tx, actor, call, &shown, &wrong))?;
            Ok(Answer::draw(&page)?.status(422))
        }
        Err(other) => Err(other.into()),
    }
}
