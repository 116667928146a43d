//! A departure as its page shows it: a checklist that fills itself, and one primary action for each state.
//!
//! Where it stands comes first, then the items, then what was done; every state has one primary action and says what stands
//! in its way. What was typed and could not be kept is drawn again, each mistake at its item.
//! Not here: the items ([`super::departure_items`]), what was typed ([`super::departure_form`]), the steps ([`super::departures`]), which of them are open (`crm`).
//! Start reading at [`drawn`]. Proved by `tests/it/departures.rs`.

use super::departure_form::{Typed, is_given_with_all, name_of};
use super::departure_items::{decision, groups, sentence_of};
use super::fields;
use super::frame::Shell;
use super::jobs;
use super::show::{capital, grouped, initials, page_of};
use crate::answer::sentence;
use crate::call::Call;
use crate::pages::departures::{ConflictRow, DeparturePage, DoneRow, Heir};
use crate::pages::exchange::{Phase, Progress};
use crate::pages::form::{Field, Input};
use crate::pages::frame::Frame;
use crate::pages::{Badge, Kept, Link, Tone};
use crm::departures::{self, Approves, Departure, DeparturePolicy, Item, Sheet, State};
use crm::{Actor, Done, FieldError, PrincipalId, Tx};

/// What was sent and did not go through.
#[derive(Default)]
pub(super) struct Sent<'a> {
    /// What stood in the form.
    pub(super) typed: Option<&'a Typed>,
    /// What is wrong, at its item.
    pub(super) errors: &'a [FieldError],
    /// The version it was decided on; none for the one now.
    pub(super) version: Option<i64>,
}

/// Where a departure stands, as a badge.
pub(super) fn badge(state: State) -> Badge {
    let (text, tone) = match state {
        State::Draft => ("Being planned", Tone::Quiet),
        State::Waiting => ("Waits for approval", Tone::Waits),
        State::Approved => ("Ready to run", Tone::Accent),
        State::Running => ("Running", Tone::Accent),
        State::Stopped => ("Stopped", Tone::Stops),
        State::Done => ("Done", Tone::Proven),
        State::Undoing => ("Being undone", Tone::Accent),
        State::Undone => ("Undone", Tone::Quiet),
        State::Cancelled => ("Cancelled", Tone::Quiet),
    };
    Badge { text: text.into(), tone }
}

/// The page of the departure in the address.
pub(super) fn drawn(tx: &mut Tx<'_>, actor: &Actor, call: &Call, sent: &Sent<'_>) -> Done<DeparturePage> {
    let sheet = departures::open(tx, actor, call.id())?;
    let shell = Shell::of(tx, actor, call)?;
    let of = &sheet.departure;
    let href = format!("/departures/{}", of.id);
    let stored = Typed::of(&shell.eye, &sheet);
    let typed = sent.typed.unwrap_or(&stored);
    let is_wanted = of.state == State::Draft || call.param("edit").is_some() || sent.typed.is_some();
    let is_open = sheet.may.choose && is_wanted;
    let to_decide: Vec<&Item> = sheet.items.iter().filter(|item| !item.offers.is_empty() || item.is_blocking).collect();
    let has_proposal = |item: &&&Item| item.chosen.is_none() && item.proposal.is_some();
    let frame = Frame { here: href.clone(), ..shell.below(&format!("{} leaves", sheet.name), &[("Departures", "/departures")]) };
    let can_edit_again = sheet.may.choose && !is_open;
    Ok(DeparturePage {
        name: sheet.name.clone(),
        initials: initials(&sheet.name),
        person_href: format!("/people/{}", of.user),
        state: badge(of.state),
        lead: lead(&shell, &sheet),
        phases: phases(&sheet),
        facts: facts(&shell, &sheet),
        is_stopped: of.state == State::Stopped,
        why: why(of),
        news: sheet.news.clone(),
        in_the_way: in_the_way(&sheet, is_open),
        problems: problems(&sheet, is_open, sent.errors),
        progress: progress(&sheet, &href),
        decided: to_decide.iter().filter(|item| item.chosen.is_some()).count(),
        total: if of.state.is_plan() || of.state == State::Stopped { to_decide.len() } else { 0 },
        proposals: to_decide.iter().filter(has_proposal).count(),
        all: is_open.then(|| all(&shell, &sheet, typed, sent.errors)).flatten(),
        groups: if has_certificate(of.state) { Vec::new() } else { groups(&shell, &sheet, typed, sent.errors, is_open) },
        edit_href: if can_edit_again { format!("{href}?edit=1") } else { String::new() },
        leave_href: if of.state == State::Draft { String::new() } else { href.clone() },
        edit_note: edit_note(of.state).into(),
        kept: vec![Kept { name: "version".into(), value: sent.version.unwrap_or(of.version).to_string() }],
        fields: if is_open { about_it(&shell, typed, sent.errors) } else { Vec::new() },
        submit: submit_word(&sheet, is_open).into(),
        can_approve: sheet.may.approve,
        approve_note: approve_note(&sheet),
        run: if sheet.may.run && of.state != State::Draft { run_word(of.state).into() } else { String::new() },
        run_notes: run_notes(&sheet),
        can_stop: sheet.may.stop,
        can_cancel: sheet.may.cancel,
        can_undo: sheet.may.undo,
        archive_href: if sheet.may.archive { format!("{href}/archive") } else { String::new() },
        certificate_href: if has_certificate(of.state) { format!("{href}/certificate") } else { String::new() },
        done: if has_certificate(of.state) || of.state == State::Stopped { done(&sheet) } else { Vec::new() },
        is_undone: sheet.tally.iter().any(|tally| tally.back > 0) || matches!(of.state, State::Undoing | State::Undone),
        conflicts: conflicts(&sheet),
        is_open,
        href,
        frame,
    })
}

/// What stands in the way of the next step. That something is new or not decided is said elsewhere on the page.
fn in_the_way(sheet: &Sheet, is_open: bool) -> Vec<String> {
    let is_said = !sheet.news.is_empty() || (is_open && sheet.items.iter().any(|item| item.count > 0 && item.is_undecided()));
    sheet.may.in_the_way.iter().skip(usize::from(is_said)).map(|words| sentence(words)).collect()
}

/// The picker that gives everything to one; none where there is little to give.
fn all(shell: &Shell, sheet: &Sheet, typed: &Typed, errors: &[FieldError]) -> Option<Heir> {
    let open = sheet.items.iter().filter(|item| is_given_with_all(item) && item.is_undecided()).count();
    let error = errors.iter().find(|wrong| wrong.column == "all").map(|wrong| capital(&wrong.message)).unwrap_or_default();
    (open > 1).then(|| Heir {
        name: "all".into(),
        label: "Give all that is owned and not decided to".into(),
        is_further: false,
        lookup: fields::picker(&shell.catalogue, &["users", "teams"], &typed.all),
        error,
    })
}

fn has_certificate(state: State) -> bool {
    matches!(state, State::Done | State::Undoing | State::Undone)
}

/// Why it stopped, was sent back, put off or cancelled; what somebody wrote stays as it was written.
fn why(of: &Departure) -> String {
    let Some(why) = of.why.as_deref() else { return String::new() };
    match of.state {
        State::Stopped => sentence_of(why),
        State::Draft => format!("It came back to be looked at again: {why}"),
        State::Cancelled => format!("Cancelled: {why}"),
        State::Waiting | State::Approved | State::Running | State::Done | State::Undoing | State::Undone => String::new(),
    }
}

/// What happens next.
fn lead(shell: &Shell, sheet: &Sheet) -> String {
    let (name, of) = (&sheet.name, &sheet.departure);
    let hour = of.starts_on.map(|at| shell.eye.moment(at));
    match of.state {
        State::Draft if !sheet.may.choose => {
            format!("Everything that refers to {name} is listed below. Somebody who may disable people chooses what becomes of it.")
        }
        State::Draft => format!(
            "Everything that refers to {name} is listed below. Choose what becomes of each. Nothing happens before that is decided."
        ),
        State::Waiting => format!("All is decided. {}", who_approves(sheet)),
        State::Approved => match hour {
            Some(hour) => format!("Its hour is {hour}; it runs by itself then. Until then {name} works as before."),
            None => format!("It runs as soon as somebody says so. Until then {name} works as before."),
        },
        State::Running => format!("{name} is signed out for good. What was decided is being done."),
        State::Stopped => format!("{name} is signed out for good. A part of what was decided is done; the rest waits."),
        State::Done => format!("{name} has left. What was decided is done, and the certificate says so."),
        State::Undoing => "What was handed over is being given back.".into(),
        State::Undone => format!("What was handed over went back. {name} stays signed out until somebody else lets them in again."),
        State::Cancelled => "It was cancelled before anything was done.".into(),
    }
}

fn who_approves(sheet: &Sheet) -> String {
    let manager = sheet.manager.as_ref().map_or_else(|| "the manager".to_owned(), |(_, name)| format!("{name} (the manager)"));
    match sheet.policy.approves {
        Approves::Nobody => "Nobody has to approve it.".into(),
        Approves::Second => "It waits for approval by a second person who may disable people.".into(),
        Approves::Manager => format!("It waits for approval by {manager}."),
        Approves::ManagerOrSecond => format!("It waits for approval by {manager}, or by a second person who may disable people."),
    }
}

/// How far it is, from plan to proof.
fn phases(sheet: &Sheet) -> Vec<Phase> {
    let state = sheet.departure.state;
    let now = match state {
        State::Draft => 0,
        State::Waiting => 1,
        State::Approved | State::Running | State::Stopped => 2,
        State::Done | State::Undoing | State::Undone => 3,
        State::Cancelled => return Vec::new(),
    };
    let is_over = matches!(state, State::Done | State::Undoing | State::Undone);
    let all = [(0, "Plan"), (1, "Approval"), (2, "Run"), (3, "Proof")];
    let asked = all.into_iter().filter(|(n, _)| *n != 1 || sheet.policy.approves != Approves::Nobody || state == State::Waiting);
    let word = |n: usize| match (n.cmp(&now), state) {
        (std::cmp::Ordering::Less, _) => "done",
        (std::cmp::Ordering::Equal, State::Stopped) => "failed",
        (std::cmp::Ordering::Equal, _) if is_over => "done",
        (std::cmp::Ordering::Equal, _) => "now",
        (std::cmp::Ordering::Greater, _) => "next",
    };
    asked.map(|(n, name)| Phase { name: name.into(), state: word(n).into() }).collect()
}

fn facts(shell: &Shell, sheet: &Sheet) -> Vec<Kept> {
    let of = &sheet.departure;
    let fact = |name: &str, value: String| Kept { name: name.into(), value };
    let by = |id: PrincipalId, at: Option<i64>| {
        let when = at.map_or_else(String::new, |at| format!(", {}", shell.eye.when(at).short));
        format!("{}{when}", name_of(sheet, id))
    };
    let mut facts = vec![fact("Manager", sheet.manager.as_ref().map_or_else(|| "nobody".to_owned(), |(_, name)| name.clone()))];
    facts.push(fact("Planned by", by(of.planned_by, Some(of.created_on))));
    facts.extend(of.approved_by.map(|id| fact("Approved by", by(id, of.approved_on))));
    if of.state.is_plan() {
        facts.push(fact("Runs", runs(shell, of, &sheet.policy)));
    }
    facts.extend(of.run_by.filter(|_| of.begun_on.is_some()).map(|id| fact("Run by", by(id, of.begun_on))));
    facts.extend(of.ended_on.filter(|_| !of.state.is_plan()).map(|at| fact("Ended", shell.eye.when(at).short)));
    facts.extend(of.reason.clone().map(|reason| fact("Reason", reason)));
    facts.extend(of.why.clone().filter(|_| of.state == State::Approved).map(|note| fact("Note", note)));
    facts
}

fn edit_note(state: State) -> &'static str {
    match state {
        State::Waiting | State::Approved => "A plan that was changed is decided and approved anew.",
        _ => "",
    }
}

fn submit_word(sheet: &Sheet, is_open: bool) -> &'static str {
    let is_offered = is_open && (sheet.may.submit || sheet.departure.state == State::Draft);
    match (is_offered, sheet.policy.approves) {
        (false, _) => "",
        (true, Approves::Nobody) => "All is decided",
        (true, _) => "Send for approval",
    }
}

fn approve_note(sheet: &Sheet) -> String {
    match (sheet.policy.runs_on_approval, sheet.departure.starts_on) {
        (true, None) => format!("It begins at once: {} is signed out everywhere, for good.", sheet.name),
        (true, Some(_)) => "It then runs by itself at its hour.".into(),
        (false, _) => "Somebody who may disable people then says when it runs.".into(),
    }
}

fn run_word(state: State) -> &'static str {
    match state {
        // Whoever is signed out already only waits for the rest.
        State::Stopped | State::Running => "Go on",
        _ => "Run now",
    }
}

fn run_notes(sheet: &Sheet) -> Vec<String> {
    if matches!(sheet.departure.state, State::Stopped | State::Running) {
        return vec!["The rest of what was decided is done, from where it stopped.".into()];
    }
    let mut notes = vec![
        format!("{} is signed out everywhere, at once and for good: sessions, tokens, roles and shares end.", sheet.name),
        "Then what was decided is done in the background; it can be stopped, and what was handed over can be undone.".into(),
    ];
    if sheet.policy.needs_archive {
        notes.insert(1, "An archive is made, restored and compared before anything is handed over.".into());
    }
    notes
}

/// What is wrong: each mistake with the place on the page where it is mended, if there is one.
fn problems(sheet: &Sheet, is_open: bool, errors: &[FieldError]) -> Vec<Link> {
    let place = |wrong: &FieldError| -> (String, String) {
        let item = wrong.column.strip_prefix("choices.").and_then(|key| sheet.items.iter().find(|item| item.key == key));
        match (item, wrong.column.as_str()) {
            (Some(item), _) => (format!("{}: ", item.label), if is_open { format!("#i-{}", item.key) } else { String::new() }),
            (None, name @ ("reason" | "on" | "all")) if is_open => (String::new(), format!("#f-{name}")),
            (None, _) => (String::new(), String::new()),
        }
    };
    let link = |wrong: &FieldError| {
        let (before, href) = place(wrong);
        let words = if before.is_empty() { sentence(&wrong.message) } else { format!("{before}{}.", wrong.message) };
        Link::new(&words, &href, "")
    };
    errors.iter().map(link).collect()
}

fn progress(sheet: &Sheet, href: &str) -> Option<Progress> {
    let job = sheet.job.as_ref()?;
    let is_running = matches!(sheet.departure.state, State::Running | State::Undoing) && !job.state.has_ended();
    let figures = jobs::figures(job);
    let text = if figures.is_empty() { "It begins.".to_owned() } else { sentence(&figures) };
    is_running.then(|| Progress {
        href: format!("{href}?part=1"),
        state: badge(sheet.departure.state),
        text,
        percent: jobs::percent(job),
        is_running,
        ..Progress::default()
    })
}

/// Reason and hour.
fn about_it(shell: &Shell, typed: &Typed, errors: &[FieldError]) -> Vec<Field> {
    let error = |names: &[&str]| errors.iter().find(|wrong| names.contains(&wrong.column.as_str())).map(|wrong| capital(&wrong.message));
    let zone = shell.eye.zone.iana_name().unwrap_or("UTC").to_owned();
    vec![
        Field {
            name: "reason".into(),
            label: "Reason".into(),
            input: Input::line("text", &typed.reason, 500),
            error: error(&["reason"]),
            ..Field::default()
        },
        Field {
            name: "on".into(),
            label: "Runs by itself on".into(),
            input: Input::line("datetime-local", &typed.on, 0),
            help: format!("Left empty, somebody says when. Your time zone: {zone}."),
            error: error(&["on", "starts_on"]),
            ..Field::default()
        },
    ]
}

/// What became of each item once it began, what was left alone among it.
fn done(sheet: &Sheet) -> Vec<DoneRow> {
    if sheet.departure.begun_on.is_none() {
        return Vec::new();
    }
    let number = |n: i64| grouped(&n.to_string());
    let of = |key: &str| sheet.tally.iter().find(|tally| tally.item == key).map_or((0, 0), |tally| (tally.done, tally.back));
    let row = |item: &Item| {
        let (done, back) = of(&item.key);
        let decided = item.chosen.as_ref().map(|choice| decision(sheet, item.kind, choice)).unwrap_or_default();
        DoneRow { label: item.label.clone(), decision: decided, done: number(done), back: number(back) }
    };
    let is_over = sheet.departure.state != State::Stopped;
    let is_known = |item: &&Item| (is_over && item.chosen.is_some()) || of(&item.key).0 > 0;
    let gone = sheet.tally.iter().filter(|tally| !sheet.items.iter().any(|item| item.key == tally.item));
    let rest = gone.map(|tally| DoneRow {
        label: tally.label.clone(),
        decision: String::new(),
        done: number(tally.done),
        back: number(tally.back),
    });
    sheet.items.iter().filter(is_known).map(row).chain(rest).collect()
}

fn conflicts(sheet: &Sheet) -> Vec<ConflictRow> {
    let row = |conflict: &departures::Conflict| {
        let href = conflict.name.as_ref().and_then(|_| page_of(&conflict.set, conflict.id)).unwrap_or_default();
        ConflictRow { name: conflict.name.clone().unwrap_or_else(|| "not visible to you".into()), href, why: sentence_of(&conflict.why) }
    };
    sheet.conflicts.iter().map(row).collect()
}

/// When it runs or ran, for a list.
pub(super) fn runs(shell: &Shell, of: &Departure, rules: &DeparturePolicy) -> String {
    match (of.state, of.starts_on, of.begun_on) {
        (_, _, Some(at)) => format!("ran {}", shell.eye.when(at).short),
        (State::Cancelled, ..) => String::new(),
        (_, Some(at), None) => shell.eye.moment(at),
        (State::Draft | State::Waiting, None, None) if rules.runs_on_approval => "with the approval".into(),
        (_, None, None) => "when somebody says so".into(),
    }
}
