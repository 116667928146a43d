//! Tries to sign in as somebody who was stopped: listed, and told to those who may disable.
//!
//! The door answers such a try like any wrong password, and only counts it. Upkeep tells of it a little later ([`alert`]):
//! of the first try after the disabling at once, then at most once a day for each person.
//! Not here: counting ([`crate::sign_in`]). Start reading at [`refused_sign_ins`]. Proved by `crates/crm/tests/it/refused.rs`.

use crate::notices::{self, Notice, NoticeKind};
use crate::sign_in::DAY;
use crate::{Desk, Done};
use catalogue::RowId;
use security::{Actor, PrincipalId, Task, UserState, entrust};
use serde_json::json;
use std::collections::HashMap;
use store::accounts::{self, PrincipalName, RefusedSignIn};
use store::{Tx, rights};

/// A page of tries.
#[derive(Clone, Debug)]
pub struct RefusedPage {
    /// The tries of an hour each, the latest first.
    pub rows: Vec<RefusedSignIn>,
    /// Whom they name, and where these people stand.
    pub names: HashMap<PrincipalId, PrincipalName>,
    /// Where the next page begins.
    pub next: Option<RowId>,
}

/// Tries to sign in as somebody who was frozen or disabled; of one person, or of all.
pub fn refused_sign_ins(tx: &mut Tx<'_>, actor: &Actor, of: Option<PrincipalId>, after: Option<RowId>, limit: usize) -> Done<RefusedPage> {
    entrust(actor, Task::DisableUsers)?;
    let mut rows = accounts::refused_sign_ins(tx, of, after, limit + 1)?;
    let has_more = rows.len() > limit;
    rows.truncate(limit);
    let next = rows.last().filter(|_| has_more).map(|row| row.id);
    let names = accounts::names(tx, &rows.iter().map(|row| row.user).collect::<Vec<_>>())?;
    Ok(RefusedPage { rows, names, next })
}

/// Tells those who may disable of new tries. For upkeep, every minute or so.
pub(crate) fn alert(desk: &Desk) -> Done<()> {
    let found = desk.glance(|tx| {
        let users = accounts::untold_refused(tx)?.into_iter();
        let told = users.map(|user| Ok((user, untold(tx, user)?))).collect::<Done<Vec<_>>>()?;
        Ok(told.into_iter().filter(|(_, tries)| *tries > 0).map(|(user, _)| user).collect::<Vec<_>>())
    })?;
    for user in found {
        desk.operate("sign_in.alert", move |tx| {
            tx.about("users", user.0);
            // Another process may have told of it meanwhile.
            accounts::lock_user(tx, user)?;
            let tries = untold(tx, user)?;
            if tries > 0 {
                accounts::tell_refused(tx, user)?;
                tell(tx, user, tries)?;
            }
            Ok(())
        })?;
    }
    Ok(())
}

/// How many tries there are to tell of now; none while the last telling is younger than a day.
fn untold(tx: &mut Tx<'_>, user: PrincipalId) -> Done<i64> {
    if accounts::user(tx, user)?.is_none_or(|person| person.state != UserState::Disabled) {
        return Ok(0);
    }
    let since = accounts::came_to(tx, user, UserState::Disabled)?.map_or(i64::MIN, |came| came.on);
    let rows = accounts::refused_sign_ins(tx, Some(user), None, MOST)?;
    let told = rows.iter().filter_map(|row| row.told_on).filter(|told| *told >= since).max();
    if told.is_some_and(|told| told > tx.now() - DAY) {
        return Ok(0);
    }
    let is_new = |row: &&RefusedSignIn| row.last_on >= since && told.is_none_or(|told| row.last_on > told);
    Ok(rows.iter().filter(is_new).map(|row| row.tries).sum())
}

/// So many hours are looked at: more than lie between two alerts.
const MOST: usize = 200;

fn tell(tx: &mut Tx<'_>, user: PrincipalId, tries: i64) -> Done<()> {
    let said = json!({ "change": "refused", "id": user.to_string(), "tries": tries });
    let notice = Notice { kind: NoticeKind::Alert, said, about: None, link: Some(format!("/people/{user}")) };
    for to in rights::users_with_task(tx, Task::DisableUsers)? {
        notices::tell(tx, to, &notice)?;
    }
    Ok(())
}
