//! What the organisation asks of passwords and sign-ins, to read by everybody and to change by whoever invites people.
//!
//! What is wrong comes back at its field, with everything that was typed.
//! Not here: what the rules mean (`crm`). Start reading at [`page`]. Proved by `tests/it/account_pages.rs`.

use super::address::Address;
use super::frame::Shell;
use crate::App;
use crate::answer::{Answer, Outcome, sentence};
use crate::call::Call;
use crate::pages::account::SignInRulesPage;
use crate::pages::{Choice, Kept};
use crm::sign_in::{self, Policy, STEP_UP_OFFERED};
use crm::{Actor, Done, Error, FieldError, Problem, Task, Tx, Verb};

/// `GET /sign-in-rules`
pub(super) fn page(app: &App, call: &Call) -> Outcome {
    let page = app.desk.look(&call.asker()?, |tx, actor| drawn(tx, actor, call))?;
    Answer::draw(&page)
}

fn drawn(tx: &mut Tx<'_>, actor: &Actor, call: &Call) -> Done<SignInRulesPage> {
    let shell = Shell::of(tx, actor, call)?;
    let known = sign_in::read_policy(tx, actor)?;
    let is_sent = !call.form.is_empty();
    let typed = |name: &str, kept: String| if is_sent { call.field(name).to_owned() } else { kept };
    let kinds = typed("kinds", known.kinds.to_string());
    let kind = |(value, label): (&str, &str)| Choice { selected: kinds == value, ..Choice::new(value, label) };
    let sent: Vec<Task> = call.fields("step_up").into_iter().filter_map(Task::parse).collect();
    let is_on = |task: &Task| if is_sent { sent.contains(task) } else { known.step_up.contains(task) };
    Ok(SignInRulesPage {
        frame: shell.frame("Sign-in rules"),
        can_edit: sign_in::may_set_policy(actor),
        alone: typed("alone", known.alone.to_string()),
        with_factor: typed("with_factor", known.with_factor.to_string()),
        blocked: typed("blocked", known.blocked.join("\n")),
        expires_after: typed("expires_after", known.expires_after.map_or_else(String::new, |days| days.to_string())),
        remembered: typed("remembered", known.remembered.to_string()),
        kinds: [("0", "Nothing is asked"), ("2", "Two kinds"), ("3", "Three kinds"), ("4", "Small letters, capitals, digits and signs")]
            .into_iter()
            .map(kind)
            .collect(),
        step_up: STEP_UP_OFFERED.iter().map(|task| Choice { selected: is_on(task), ..Choice::new(task.name(), task.label()) }).collect(),
        errors: Vec::new(),
    })
}

/// `POST /sign-in-rules`
pub(super) fn save(app: &App, call: &Call) -> Outcome {
    let who = call.asker()?;
    let done = read(call)
        .and_then(|new| app.desk.perform(&who, Verb::admin("sign-in-rules.change"), move |tx, actor| sign_in::set_policy(tx, actor, &new)));
    match done {
        Ok(()) => Ok(Answer::see(Address::new("/sign-in-rules").with("done", "saved").to_string())),
        Err(Error::Problem(problem)) => {
            let page = app.desk.look(&who, |tx, actor| drawn(tx, actor, call))?;
            let at = |e: &FieldError| Kept { name: e.column.clone(), value: sentence(&e.message) };
            let errors = problem.errors.iter().map(at).collect();
            Ok(Answer::draw(&SignInRulesPage { errors, ..page })?.status(422))
        }
        Err(other) => Err(other.into()),
    }
}

fn read(call: &Call) -> Done<Policy> {
    let mut wrong = Vec::new();
    let mut number = |name: &str| -> Option<i64> {
        let text = call.field(name);
        if text.is_empty() {
            return None;
        }
        let read = text.parse::<i64>().ok();
        if read.is_none() {
            wrong.push(FieldError { column: name.into(), message: "a number belongs here".into() });
        }
        read
    };
    let size = |n: Option<i64>| n.and_then(|n| usize::try_from(n).ok()).unwrap_or(0);
    let new = Policy {
        alone: size(number("alone")),
        with_factor: size(number("with_factor")),
        blocked: call.field("blocked").lines().map(str::to_owned).collect(),
        expires_after: number("expires_after"),
        remembered: number("remembered").unwrap_or(0),
        kinds: size(number("kinds")),
        step_up: call.fields("step_up").into_iter().filter_map(Task::parse).collect(),
    };
    if wrong.is_empty() { Ok(new) } else { Err(Problem::columns(wrong)) }
}
