//! What waits for a decision: the list, one of them, approving and refusing.
//!
//! The form carries the version of the record that its page showed; a decision on an older picture comes back with both
//! numbers and the record as it is now.
//! Not here: who may decide (`crm`). Start reading at [`list`]. Proved by `tests/it/workflows.rs`.

use super::frame::Shell;
use super::person::refused;
use crate::App;
use crate::answer::{Answer, Outcome, sentence};
use crate::call::{Call, column};
use crate::pages::workflows::{ApprovalPage, ApprovalRow, ApprovalsPage};
use crate::pages::{Badge, Empty, Link, Tone};
use crm::approvals::{self, ApprovalSheet, Decision};
use crm::{Actor, Done, Tx, Verb};

fn badge(state: &str) -> Badge {
    let (text, tone) = match state {
        "waiting" => ("Waits for you", Tone::Waits),
        "approved" => ("Approved", Tone::Proven),
        _ => ("Refused", Tone::Stops),
    };
    Badge { text: text.into(), tone }
}

/// `GET /approvals`
pub(super) fn list(app: &App, call: &Call) -> Outcome {
    let page = app.desk.look(&call.asker()?, |tx, actor| {
        let shell = Shell::of(tx, actor, call)?;
        let row = |sheet: &ApprovalSheet| ApprovalRow {
            words: sheet.words.clone(),
            href: format!("/approvals/{}", sheet.approval.id),
            state: badge(&sheet.approval.state),
            name: sheet.name.clone().unwrap_or_else(|| "not visible to you".into()),
            asked_by: sheet.asked_by.clone(),
            when: shell.eye.when(sheet.approval.created_on),
        };
        let mut rows = super::departures::waiting(tx, actor, &shell)?;
        rows.extend(approvals::list(tx, actor)?.iter().map(row));
        let text = "When a workflow or a departure needs your decision before it goes on, it is listed here, and the bell tells you.";
        Ok(ApprovalsPage {
            frame: shell.frame("Approvals"),
            rows,
            empty: Empty { title: "Nothing waits for you".into(), text: text.into(), action: None },
        })
    })?;
    Answer::draw(&page)
}

/// `GET /approvals/{id}`
pub(super) fn page(app: &App, call: &Call) -> Outcome {
    let page = app.desk.look(&call.asker()?, |tx, actor| drawn(tx, actor, call))?;
    Answer::draw(&page)
}

fn drawn(tx: &mut Tx<'_>, actor: &Actor, call: &Call) -> Done<ApprovalPage> {
    let shell = Shell::of(tx, actor, call)?;
    let sheet = approvals::get(tx, actor, call.id())?;
    let of = &sheet.approval;
    let can_decide = of.state == "waiting" && sheet.version.is_some();
    Ok(ApprovalPage {
        frame: shell.below("Approval", &[("Approvals", "/approvals")]),
        href: format!("/approvals/{}", of.id),
        state: badge(&of.state),
        row: sheet.name.as_ref().map(|name| Link::new(name, &format!("/{}/{}", of.set, of.row), "")),
        version: sheet.version.unwrap_or_default(),
        is_changed: sheet.version.is_some_and(|version| version != of.row_version),
        when: shell.eye.when(of.created_on),
        note: of.note.clone().unwrap_or_default(),
        can_decide,
        error: String::new(),
        typed: String::new(),
        words: sheet.words.clone(),
        asked_by: sheet.asked_by.clone(),
        caused_by: sheet.caused_by.clone(),
    })
}

/// `POST /approvals/{id}/approve`
pub(super) fn approve(app: &App, call: &Call) -> Outcome {
    decide(app, call, true)
}

/// `POST /approvals/{id}/refuse`
pub(super) fn refuse(app: &App, call: &Call) -> Outcome {
    decide(app, call, false)
}

fn decide(app: &App, call: &Call, is_approved: bool) -> Outcome {
    let who = call.asker()?;
    let seen = call.field("version").parse::<i64>().map_err(|_| column("version", "open the page again"));
    let verb = Verb::write(if is_approved { "approval.approve" } else { "approval.refuse" });
    let (id, note) = (call.id(), call.field("note").to_owned());
    let done = seen.and_then(|seen| {
        let decision = Decision { is_approved, note: Some(note.clone()), seen };
        Ok(app.desk.perform(&who, verb, move |tx, actor| approvals::decide(tx, actor, id, &decision))?)
    });
    let (status, error) = match done {
        Ok(()) => return Ok(Answer::see("/approvals".to_owned())),
        Err(no) => refused(no)?,
    };
    let page = app.desk.look(&who, |tx, actor| drawn(tx, actor, call))?;
    Ok(Answer::draw(&ApprovalPage { error: sentence(&error), typed: note, ..page })?.status(status))
}
