//! The finder: accounts that were forgotten, four lists on a page, each line with what can be done about it.
//!
//! Not here: what counts as forgotten (`crm`), doing something about it ([`super::person`]).
//! Start reading at [`page`]. Proved by `tests/it/finder_pages.rs`.

use super::frame::Shell;
use super::people::state;
use super::show::{capital, counted};
use crate::App;
use crate::answer::{Answer, Outcome};
use crate::call::Call;
use crate::pages::Link;
use crate::pages::people::{FinderPage, FoundList, FoundRow};
use crm::people::{self, DORMANT_DAYS, Forgot, FoundLine, Todo};
use crm::{Actor, Done, Tx};

/// `GET /people/finder`
pub(super) fn page(app: &App, call: &Call) -> Outcome {
    let asked = call.param("days").map_or(Ok(DORMANT_DAYS), |typed| typed.trim().parse::<i64>());
    let drawn = app.desk.look(&call.asker()?, |tx, actor| drawn(tx, actor, call, asked.ok()))?;
    let status = if drawn.error.is_empty() { 200 } else { 422 };
    Ok(Answer::draw(&drawn)?.status(status))
}

fn drawn(tx: &mut Tx<'_>, actor: &Actor, call: &Call, asked: Option<i64>) -> Done<FinderPage> {
    people::may_find(actor)?;
    let shell = Shell::of(tx, actor, call)?;
    let fits = asked.filter(|days| people::DAYS.contains(days));
    let found = people::find(tx, actor, fits.unwrap_or(DORMANT_DAYS))?;
    let wrong = || format!("A number of days from {} to {} belongs here.", people::DAYS.start(), people::DAYS.end());
    Ok(FinderPage {
        frame: shell.below("Forgotten accounts", &[("People", "/people")]),
        days: call.param("days").map_or_else(|| DORMANT_DAYS.to_string(), str::to_owned),
        error: if fits.is_none() { wrong() } else { String::new() },
        lists: found.lists.iter().map(|list| self::list(&shell, found.days, list)).collect(),
    })
}

fn list(shell: &Shell, days: i64, list: &people::FoundList) -> FoundList {
    let (title, text, nobody) = match list.forgot {
        Forgot::PastEnd => (
            "Past the end",
            "The time here is over. Whoever was active is frozen; decide what becomes of the account.".to_owned(),
            "Nobody’s time here is over.",
        ),
        Forgot::WithoutOwner => (
            "Service accounts without an owner",
            "Nobody active answers for these accounts, which no person uses.".into(),
            "Somebody active answers for every service account.",
        ),
        Forgot::Dormant => (
            "Dormant",
            format!("Active, and neither signed in nor used by a token for {days} days."),
            "Everybody who is active was here lately.",
        ),
        Forgot::NeverUsed => (
            "Never used",
            "Active for more than 14 days without a sign-in, or invited with a link that ran out.".into(),
            "Everybody who was invited has come, or still can.",
        ),
    };
    let count = match list.has_more {
        true => format!("the first {}", people::SHOWN),
        false => counted(list.lines.len(), "account", "accounts"),
    };
    FoundList {
        key: list.forgot.name().replace('_', "-"),
        title: title.into(),
        text,
        nobody: nobody.into(),
        count,
        asks_days: list.forgot == Forgot::Dormant,
        has_more: list.has_more,
        rows: list.lines.iter().map(|line| row(shell, line)).collect(),
    }
}

fn row(shell: &Shell, line: &FoundLine) -> FoundRow {
    FoundRow {
        name: line.name.clone(),
        href: format!("/people/{}", line.user),
        is_service: line.is_service,
        state: state(line.state),
        unit: line.unit.1.clone(),
        seen: line.last_seen.map(|at| shell.eye.when(at)),
        why: capital(&line.why),
        roles: line.roles.to_string(),
        tokens: line.tokens.to_string(),
        todo: line.todo.iter().map(|what| todo(line, *what)).collect(),
    }
}

/// Where something is done.
fn todo(line: &FoundLine, what: Todo) -> Link {
    let page = format!("/people/{}", line.user);
    match what {
        Todo::Freeze => Link::new("Freeze", &page, ""),
        Todo::InviteAgain => Link::new("Invite again", &page, ""),
        Todo::SetEnd => Link::new("Set the end", &format!("{page}#h-time"), ""),
        Todo::NameResponsible => Link::new("Name who answers", &format!("{page}#h-service"), ""),
        Todo::PlanDeparture => Link::new("Plan the departure", &format!("/departures/new?user={}", line.user), ""),
    }
}
