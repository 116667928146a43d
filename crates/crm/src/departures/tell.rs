//! Who is told of a departure: who is to approve it, who planned it, who may disable people.
//!
//! Not here: the words, which are made when they are read (`crate::notices`). Proved by `crates/crm/tests/it/departures.rs`.

use super::Departure;
use crate::Done;
use crate::notices::{self, Notice, NoticeKind};
use security::{Actor, PrincipalId, Task};
use serde_json::json;
use store::{Tx, rights};

fn notice(departure: &Departure, change: &str) -> Notice {
    let said = json!({ "change": change, "id": departure.user.to_string(), "why": departure.why });
    Notice { kind: NoticeKind::Leaving, said, about: None, link: Some(format!("/departures/{}", departure.id)) }
}

/// Whoever may approve is asked to.
pub(super) fn waits(tx: &mut Tx<'_>, departure: &Departure, approvers: &[PrincipalId]) -> Done<()> {
    let notice = notice(departure, "waits");
    approvers.iter().try_for_each(|to| notices::tell(tx, *to, &notice).map(drop))
}

/// Whoever planned it learns what came of it, unless they did it themselves.
pub(super) fn planner(tx: &mut Tx<'_>, departure: &Departure, change: &str, by: PrincipalId) -> Done<()> {
    if departure.planned_by == by {
        return Ok(());
    }
    notices::tell(tx, departure.planned_by, &notice(departure, change)).map(drop)
}

/// Whoever planned, approved and ran it learns how the job ended.
pub(super) fn ended(tx: &mut Tx<'_>, departure: &Departure, change: &str) -> Done<()> {
    let mut all: Vec<PrincipalId> = [Some(departure.planned_by), departure.approved_by, departure.run_by].into_iter().flatten().collect();
    all.sort_unstable();
    all.dedup();
    all.into_iter().try_for_each(|to| notices::tell(tx, to, &notice(departure, change)).map(drop))
}

/// Everybody who may disable people learns that a departure did not begin at its hour.
pub(super) fn put_off(tx: &mut Tx<'_>, departure: &Departure) -> Done<()> {
    let all = rights::users_with_task(tx, Task::DisableUsers)?;
    all.into_iter().try_for_each(|to| notices::tell(tx, to, &notice(departure, "put_off")).map(drop))
}

/// Whoever has a departure to plan from somebody who left learns of it.
pub(super) fn handed_on(tx: &mut Tx<'_>, departure: &Departure) -> Done<()> {
    notices::tell(tx, departure.planned_by, &notice(departure, "handed_on")).map(drop)
}

/// Everybody else who may disable people learns that the rules change, and when.
pub(super) fn rules(tx: &mut Tx<'_>, actor: &Actor, from: Option<i64>) -> Done<()> {
    let said = json!({ "change": "rules", "from": from });
    let notice = Notice { kind: NoticeKind::Leaving, said, about: None, link: Some("/departures/policy".into()) };
    let all = rights::users_with_task(tx, Task::DisableUsers)?;
    all.into_iter().filter(|to| *to != actor.user()).try_for_each(|to| notices::tell(tx, to, &notice).map(drop))
}
