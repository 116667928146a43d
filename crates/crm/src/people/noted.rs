//! Everybody who is shut out stands in the revocation journal: what is missing there is noted.
//!
//! An act is kept in the database first and noted before anybody hears of it. A process that dies between the two, or a
//! disk that is full at that moment, would leave somebody shut out whom the next restore lets back in. So whoever is
//! frozen, disabled or erased is compared with the last act upon them: before anybody is served, and every minute.
//! An act that lets back and is missing stays so: a restore then shuts out one too many, never one too few.
//! Not here: the acts. Start reading at [`note_missing`]. Proved by `crates/crm/tests/it/backup.rs`.

use crate::{Desk, Done};
use security::{PrincipalId, UserState};
use std::collections::BTreeMap;
use store::accounts;
use store::revocation::{Act, Revocation};

/// Notes what is missing.
pub fn note_missing(desk: &Desk) -> Done<()> {
    // The journal first: what is kept and noted from here on is in neither of the two, or in both.
    let mut last: BTreeMap<PrincipalId, Revocation> = BTreeMap::new();
    for line in desk.store().revocations()? {
        // Erased, nobody comes back, whatever came then.
        if last.get(&line.principal).is_none_or(|kept| kept.act != Act::Erase) {
            last.insert(line.principal, line);
        }
    }
    let missing = desk.glance(|tx| {
        let mut missing = Vec::new();
        for (who, state) in accounts::all_shut_out(tx)? {
            let noted = last.get(&who);
            let Some(act) = lacking(state, noted.map(|line| line.act)) else { continue };
            // WHY: the time of the change, not of now: with the journals of several servers the last act upon a person counts.
            let came = accounts::came_to(tx, who, state)?.map_or(tx.now(), |came| came.on);
            missing.push((act, who, noted.map_or(came, |line| came.max(line.time))));
        }
        Ok(missing)
    })?;
    missing.into_iter().try_for_each(|(act, who, at)| Ok(desk.store().note_revocation(act, who, at)?))
}

/// What has to be noted of somebody who stands so, where the last act says otherwise.
fn lacking(state: UserState, noted: Option<Act>) -> Option<Act> {
    match (state, noted) {
        (UserState::Invited | UserState::Active, _)
        | (UserState::Frozen, Some(Act::Freeze | Act::Disable | Act::Erase))
        | (UserState::Disabled, Some(Act::Disable | Act::Erase))
        | (UserState::Erased, Some(Act::Erase)) => None,
        (UserState::Frozen, _) => Some(Act::Freeze),
        (UserState::Disabled, _) => Some(Act::Disable),
        (UserState::Erased, _) => Some(Act::Erase),
    }
}
