//! Departures: their list, planning one, its checklist, and each step from plan to proof and back.
//!
//! One form keeps every choice; nothing that was typed is lost when one of them is wrong. A step carries the version its
//! page showed, so nobody approves or runs what they did not see.
//! Not here: how the checklist is drawn ([`super::departure_sheet`]), what was typed ([`super::departure_form`]), proof
//! and policy ([`super::departure_proof`], [`super::departure_policy`]). Start reading at [`list`].
//! Proved by `tests/it/departures.rs`.

use super::address::Address;
use super::departure_form::{Typed, is_empty, moment};
use super::departure_sheet::{Sent, badge, drawn, runs};
use super::fields::{self, Entered};
use super::form::at_fields;
use super::frame::Shell;
use super::people::chosen;
use crate::App;
use crate::answer::{Answer, No, Outcome, sentence};
use crate::call::Call;
use crate::pages::departures::{DepartureRow, DeparturesPage};
use crate::pages::form::{Field, FormPage, Input, Section};
use crate::pages::workflows::ApprovalRow;
use crate::pages::{Badge, Empty, Link, Tone};
use catalogue::{RowId, Value};
use crm::departures::{self, Approves, DepartureLine, DeparturePolicy, State};
use crm::people;
use crm::views::principal_names;
use crm::{Actor, Denial, Done, Error, FieldError, PrincipalId, Task, Tx, Verb};

/// How many departures a page has.
const PAGE: usize = 50;

/// `GET /departures`
pub(super) fn list(app: &App, call: &Call) -> Outcome {
    let page = app.desk.look(&call.asker()?, |tx, actor| {
        let found = departures::list(tx, actor, None, call.param("after"), PAGE)?;
        let shell = Shell::of(tx, actor, call)?;
        let rules = departures::policy(tx)?;
        let can_plan = shell.outlook.holds(Task::DisableUsers) || rules.managers_start;
        let text = "When somebody leaves, a departure finds everything that refers to them, lets you choose what becomes of it, and proves afterwards that nothing was left behind.";
        let action = can_plan.then(|| Link::new("Plan a departure", "/departures/new", "door-exit"));
        Ok(DeparturesPage {
            frame: shell.frame("Departures"),
            rows: found.rows.iter().map(|line| row(&shell, line, &rules)).collect(),
            can_plan,
            empty: Empty { title: "Nobody leaves".into(), text: text.into(), action },
            next_href: found.next.map(|next| Address::new("/departures").with("after", &next).to_string()),
        })
    })?;
    Answer::draw(&page)
}

fn row(shell: &Shell, line: &DepartureLine, rules: &DeparturePolicy) -> DepartureRow {
    let of = &line.departure;
    DepartureRow {
        name: line.name.clone(),
        href: format!("/departures/{}", of.id),
        state: badge(of.state),
        planned_by: line.planned_by.clone(),
        when: shell.eye.when(of.created_on),
        runs: runs(shell, of, rules),
    }
}

/// Departures that wait for the approval of whoever looks.
pub(super) fn waiting(tx: &mut Tx<'_>, actor: &Actor, shell: &Shell) -> Done<Vec<ApprovalRow>> {
    let rules = departures::policy(tx)?;
    let (me, oversees) = (actor.user(), shell.outlook.holds(Task::DisableUsers));
    let mut rows = Vec::new();
    for line in departures::list(tx, actor, None, None, PAGE)?.rows {
        let of = &line.departure;
        let is_mine = match rules.approves {
            Approves::Nobody => false,
            Approves::Second => oversees,
            Approves::Manager if oversees => is_manager(tx, actor, of.user)?,
            // Whoever does not oversee them all is shown those of the own reports.
            Approves::Manager | Approves::ManagerOrSecond => true,
        };
        if of.state == State::Waiting && is_mine && ![of.user, of.planned_by].contains(&me) {
            rows.push(ApprovalRow {
                words: format!("{} leaves: approve the departure", line.name),
                href: format!("/departures/{}", of.id),
                state: Badge { text: "Waits for you".into(), tone: Tone::Waits },
                name: line.name.clone(),
                asked_by: line.planned_by.clone(),
                when: shell.eye.when(of.created_on),
            });
        }
    }
    Ok(rows)
}

fn is_manager(tx: &mut Tx<'_>, actor: &Actor, user: PrincipalId) -> Done<bool> {
    let manager = people::person(tx, actor, user)?.person.details.and_then(|details| details.manager);
    Ok(manager.is_some_and(|(id, _)| id == actor.user()))
}

/// `GET /departures/new`
pub(super) fn new(app: &App, call: &Call) -> Outcome {
    let page = app.desk.look(&call.asker()?, |tx, actor| form(tx, actor, call, &[]))?;
    Answer::draw(&page)
}

/// Who was chosen: in the form, or in the address that led to it.
fn leaver(tx: &mut Tx<'_>, actor: &Actor, call: &Call) -> Done<Entered> {
    let said = call.param("user").and_then(RowId::parse).filter(|_| call.form.is_empty());
    let Some(id) = said else { return fields::principal(tx, actor, call, "user", &["users"]) };
    let shown = principal_names(tx, &[PrincipalId(id)])?.remove(&PrincipalId(id)).unwrap_or_default();
    let text = if shown.is_empty() { String::new() } else { format!("users:{id}") };
    Ok(Entered { text, shown, value: Some((Value::Id(id), None)), ..Entered::default() })
}

fn form(tx: &mut Tx<'_>, actor: &Actor, call: &Call, wrong: &[FieldError]) -> Done<FormPage> {
    let shell = Shell::of(tx, actor, call)?;
    if !shell.outlook.holds(Task::DisableUsers) && !departures::policy(tx)?.managers_start {
        return Err(Denial::NoTask(Task::DisableUsers).into());
    }
    let user = leaver(tx, actor, call)?;
    let zone = shell.eye.zone.iana_name().unwrap_or("UTC").to_owned();
    let open = chosen(&user).filter(|_| !wrong.is_empty()).map(|id| open_of(tx, actor, id)).transpose()?.flatten();
    let at = |names: &[&str]| wrong.iter().find(|e| names.contains(&e.column.as_str())).map(|e| super::show::capital(&e.message));
    let known = ["user", "reason", "on", "starts_on"];
    let person = Field {
        name: "user".into(),
        label: "Who leaves".into(),
        error: at(&["user"]).or_else(|| user.error.as_deref().map(super::show::capital)),
        input: Input::Lookup(fields::picker(&shell.catalogue, &["users"], &user)),
        is_required: true,
        is_wide: true,
        ..Field::default()
    };
    let reason = Field {
        name: "reason".into(),
        label: "Reason".into(),
        input: Input::line("text", call.field("reason"), 500),
        error: at(&["reason"]),
        help: "It is kept with the departure and stands on its certificate.".into(),
        is_wide: true,
        ..Field::default()
    };
    let on = Field {
        name: "on".into(),
        label: "Runs by itself on".into(),
        input: Input::line("datetime-local", call.field("on"), 0),
        error: at(&["on", "starts_on"]),
        help: format!("The last hour of work. Left empty, somebody says when. Your time zone: {zone}."),
        ..Field::default()
    };
    Ok(FormPage {
        frame: shell.below("Plan a departure", &[("Departures", "/departures")]),
        action: "/departures/new".into(),
        cancel: "/departures".into(),
        submit: "Find everything".into(),
        lead: "Nothing happens to the person yet. The next page lists everything that refers to them, and what would become of it.".into(),
        sections: vec![Section { title: String::new(), fields: vec![person, reason, on] }],
        problems: wrong.iter().filter(|e| !known.contains(&e.column.as_str())).map(|e| sentence(&e.message)).collect(),
        beside: open.map(|id| Link::new("Open the departure", &format!("/departures/{id}"), "door-exit")).into_iter().collect(),
        ..FormPage::default()
    })
}

/// The departure of this person that has not ended, where whoever looks may see it.
fn open_of(tx: &mut Tx<'_>, actor: &Actor, user: PrincipalId) -> Done<Option<RowId>> {
    match departures::list(tx, actor, Some(user), None, 1) {
        Ok(page) => Ok(page.rows.first().filter(|line| !line.departure.state.has_ended()).map(|line| line.departure.id)),
        Err(Error::Denied(_)) => Ok(None),
        Err(other) => Err(other),
    }
}

/// What the page of a person says about leaving: the departure that is open, or planning one, or the last.
pub(super) fn of_person(tx: &mut Tx<'_>, actor: &Actor, user: PrincipalId) -> Done<Option<Link>> {
    let last = departures::list(tx, actor, Some(user), None, 1)?.rows.into_iter().next().map(|line| line.departure);
    let open = |of: &departures::Departure| {
        let label = format!("Departure: {}", badge(of.state).text.to_lowercase());
        Link::new(&label, &format!("/departures/{}", of.id), "door-exit")
    };
    match last {
        Some(of) if !of.state.has_ended() => Ok(Some(open(&of))),
        _ if departures::may_start(tx, actor, user)? => {
            let at = Address::new("/departures/new").with("user", &user.to_string()).to_string();
            Ok(Some(Link::new("Plan a departure", &at, "door-exit")))
        }
        last => Ok(last.as_ref().map(open)),
    }
}

/// `POST /departures/new`
pub(super) fn plan(app: &App, call: &Call) -> Outcome {
    let who = call.asker()?;
    let again = |wrong: &[FieldError], status: u16| -> Outcome {
        let page = app.desk.look(&who, |tx, actor| form(tx, actor, call, wrong))?;
        Ok(Answer::draw(&page)?.status(status))
    };
    let at = |column: &str, message: String| FieldError { column: column.into(), message };
    let (user, eye) = app.desk.look(&who, |tx, actor| Ok((leaver(tx, actor, call)?, super::show::Eye::of(tx, actor, call)?)))?;
    if user.error.is_some() || !call.field("find").is_empty() {
        return again(&[], 422);
    }
    let Some(id) = chosen(&user) else { return again(&[at("user", "choose who leaves".into())], 422) };
    let starts_on = match moment(&eye, call.field("on")) {
        Ok(starts_on) => starts_on,
        Err(message) => return again(&[at("on", message)], 422),
    };
    let reason = Some(call.field("reason").to_owned()).filter(|reason| !reason.is_empty());
    let verb = Verb::admin("departure.plan");
    let made = app.desk.perform(&who, verb, move |tx, actor| departures::plan(tx, actor, id, reason.as_deref(), starts_on));
    match made {
        Ok(id) => Ok(Answer::see(Address::new(format!("/departures/{id}")).with("done", "planned").to_string())),
        Err(Error::Problem(problem)) if problem.errors.is_empty() => again(&[at("user", problem.detail)], 422),
        Err(Error::Problem(problem)) => again(&at_fields(&problem), 422),
        Err(Error::Denied(Denial::Guard(words))) => again(&[at("user", words.into())], 403),
        Err(other) => Err(other.into()),
    }
}

/// `GET /departures/{id}`, a page and with `part` its progress alone.
pub(super) fn page(app: &App, call: &Call) -> Outcome {
    let page = app.desk.look(&call.asker()?, |tx, actor| drawn(tx, actor, call, &Sent::default()))?;
    match (call.param("part"), &page.progress) {
        (Some(_), Some(progress)) => Answer::draw(progress),
        // What has ended asks for no further part, and the page around it is loaded anew.
        (Some(_), None) => {
            Answer::draw(&crate::pages::exchange::Progress { state: page.state.clone(), text: page.lead.clone(), ..Default::default() })
        }
        (None, _) => Answer::draw(&page),
    }
}

/// `POST /departures/{id}`: keeps what was chosen, takes proposals, and by the same button says that all is decided.
pub(super) fn save(app: &App, call: &Call) -> Outcome {
    let (who, id) = (call.asker()?, call.id());
    let (mut typed, sheet, eye) = app.desk.look(&who, |tx, actor| {
        let sheet = departures::open(tx, actor, id)?;
        Ok((Typed::sent(tx, actor, call)?, sheet, super::show::Eye::of(tx, actor, call)?))
    })?;
    let (seen, act) = (call.field("version").parse::<i64>().unwrap_or(sheet.departure.version), call.field("act"));
    let given = if act == "all" { typed.give_all(&sheet) } else { Ok(()) };
    let again = |errors: &[FieldError], version: Option<i64>, status: u16| -> Outcome {
        let sent = Sent { typed: Some(&typed), errors, version };
        let page = app.desk.look(&who, |tx, actor| drawn(tx, actor, call, &sent))?;
        Ok(Answer::draw(&page)?.status(status))
    };
    if !call.field("find").is_empty() {
        return again(&[], Some(seen), 200);
    }
    if let Err(wrong) = given {
        return again(&[wrong], Some(seen), 422);
    }
    let mut edit = match typed.edit(&eye, &sheet, seen) {
        Ok(edit) => edit,
        Err(errors) => return again(&errors, Some(seen), 422),
    };
    edit.proposals = act == "proposals";
    if let Some(key) = act.strip_prefix("take:") {
        let proposal = sheet.items.iter().find(|item| item.key == key).and_then(|item| item.proposal.clone());
        edit.choices.retain(|(one, _)| one != key);
        edit.choices.push((key.to_owned(), proposal));
    }
    let (is_changed, is_submitted) = (!is_empty(&edit), act == "submit");
    let (done, word) = if is_changed {
        let changed = app.desk.perform(&who, Verb::admin("departure.change"), move |tx, actor| departures::change(tx, actor, id, &edit));
        (changed, if act == "proposals" { "proposals" } else { "saved" })
    } else {
        (Ok(()), "same")
    };
    match done {
        Ok(()) if is_submitted => submitted(app, call, if is_changed { None } else { Some(seen) }),
        Ok(()) => {
            let place = act.strip_prefix("take:").map_or_else(String::new, |key| format!("#i-{}", super::address::escape(key)));
            Ok(Answer::see(format!("{}{place}", Address::new(format!("/departures/{id}")).with("done", word))))
        }
        Err(Error::Problem(problem)) => again(&at_fields(&problem), Some(seen), 422),
        Err(Error::Denied(Denial::Guard(words))) => again(&[FieldError { column: String::new(), message: words.into() }], Some(seen), 403),
        Err(Error::Stale { .. }) => again(&[stale()], None, 412),
        Err(other) => Err(other.into()),
    }
}

fn stale() -> FieldError {
    let message = "somebody changed this plan since you opened it; what you chose is below, save again to keep it".to_owned();
    FieldError { column: String::new(), message }
}

/// Says that all is decided, on the version that was just kept or that the page showed.
fn submitted(app: &App, call: &Call, seen: Option<i64>) -> Outcome {
    let (who, id) = (call.asker()?, call.id());
    let version = match seen {
        Some(seen) => seen,
        None => app.desk.look(&who, |tx, actor| Ok(departures::open(tx, actor, id)?.departure.version))?,
    };
    let done = app.desk.perform(&who, Verb::admin("departure.submit"), move |tx, actor| departures::submit(tx, actor, id, version));
    answered(app, call, done.map_err(No::from), "submitted")
}

/// What came of a step: the page to look at, or the same page with what forbids it.
fn answered(app: &App, call: &Call, done: Result<(), No>, word: &str) -> Outcome {
    let (status, errors) = match done {
        Ok(()) => return stepped(app, call, word),
        Err(No::Crm(Error::Problem(problem))) => (422, at_fields(&problem)),
        Err(No::Crm(Error::Denied(Denial::Guard(words)))) => (403, vec![FieldError { column: String::new(), message: words.into() }]),
        Err(No::Crm(Error::Stale { .. })) => {
            let message =
                "somebody changed this plan since you opened it; it is shown as it is now, look at it before you go on".to_owned();
            (412, vec![FieldError { column: String::new(), message }])
        }
        Err(other) => return Err(other),
    };
    let sent = Sent { typed: None, errors: &errors, version: None };
    let page = app.desk.look(&call.asker()?, |tx, actor| drawn(tx, actor, call, &sent))?;
    Ok(Answer::draw(&page)?.status(status))
}

/// To the departure, where whoever made the step still sees it.
fn stepped(app: &App, call: &Call, word: &str) -> Outcome {
    let id = call.id();
    match app.desk.look(&call.asker()?, |tx, actor| departures::open(tx, actor, id).map(drop)) {
        Ok(()) => Ok(Answer::see(Address::new(format!("/departures/{id}")).with("done", word).to_string())),
        Err(Error::Denied(_)) => Ok(Answer::see("/".to_owned())),
        Err(other) => Err(other.into()),
    }
}

/// The version that the page of a step showed.
fn seen(call: &Call) -> Result<i64, No> {
    call.field("version").parse().map_err(|_| crate::call::column("version", "open the page again"))
}

fn note(call: &Call) -> Option<String> {
    Some(call.field("note").to_owned()).filter(|note| !note.is_empty())
}

/// `POST /departures/{id}/submit`
pub(super) fn submit(app: &App, call: &Call) -> Outcome {
    submitted(app, call, Some(seen(call)?))
}

/// `POST /departures/{id}/approve`
pub(super) fn approve(app: &App, call: &Call) -> Outcome {
    let done = departures::approve(&app.desk, &call.asker()?, call.id(), seen(call)?, note(call).as_deref());
    answered(app, call, done.map_err(No::from), "departure_approved")
}

/// `POST /departures/{id}/send_back`
pub(super) fn send_back(app: &App, call: &Call) -> Outcome {
    let (id, version, note) = (call.id(), seen(call)?, note(call));
    let verb = Verb::admin("departure.send_back");
    let done = app.desk.perform(&call.asker()?, verb, move |tx, actor| departures::send_back(tx, actor, id, version, note.as_deref()));
    answered(app, call, done.map_err(No::from), "sent_back")
}

/// `POST /departures/{id}/run`
pub(super) fn run(app: &App, call: &Call) -> Outcome {
    let done = departures::run(&app.desk, &call.asker()?, call.id(), seen(call)?);
    answered(app, call, done.map_err(No::from), "departure_runs")
}

/// `POST /departures/{id}/stop`
pub(super) fn stop(app: &App, call: &Call) -> Outcome {
    let id = call.id();
    let done = app.desk.perform(&call.asker()?, Verb::admin("departure.stop"), move |tx, actor| departures::stop(tx, actor, id));
    answered(app, call, done.map_err(No::from), "stopped")
}

/// `POST /departures/{id}/cancel`
pub(super) fn cancel(app: &App, call: &Call) -> Outcome {
    let (id, version, note) = (call.id(), seen(call)?, note(call));
    let verb = Verb::admin("departure.cancel");
    let done = app.desk.perform(&call.asker()?, verb, move |tx, actor| departures::cancel(tx, actor, id, version, note.as_deref()));
    answered(app, call, done.map_err(No::from), "departure_cancelled")
}

/// `POST /departures/{id}/undo`
pub(super) fn undo(app: &App, call: &Call) -> Outcome {
    let id = call.id();
    let done = app.desk.perform(&call.asker()?, Verb::admin("departure.undo"), move |tx, actor| departures::undo(tx, actor, id));
    answered(app, call, done.map_err(No::from), "departure_undoing")
}
