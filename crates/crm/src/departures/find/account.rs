//! What ends by itself with the account: ways in, rights, shares, work under way.
//!
//! There is nothing to decide about it; it is told so that whoever decides knows what goes.
//! Not here: ending it ([`crate::people`]). Proved by `crates/crm/tests/it/departures_found.rs`.

use super::super::item::{Item, Kind};
use super::{Walk, counted, found};
use crate::Done;
use store::Tx;
use store::references::{self, Mentions};

/// What the words of one place are: its table, one of it, many of it.
const PLACES: [(&str, &str, &str); 12] = [
    ("sys_credentials", "password", "passwords"),
    ("sys_sessions", "session or token", "sessions and tokens"),
    ("sys_invitations", "invitation", "invitations"),
    ("sys_factors", "second factor", "second factors"),
    ("sys_recovery_codes", "recovery code", "recovery codes"),
    ("sys_role_grants", "role", "roles"),
    ("sys_profile_grants", "field profile", "field profiles"),
    ("sys_members", "membership of a team", "memberships of teams"),
    ("sys_shares", "share", "shares"),
    ("sys_jobs", "job", "jobs"),
    ("sys_outbox", "letter", "letters"),
    ("sys_workflow_runs", "run of a workflow", "runs of workflows"),
];

/// One item for each of the four, where there is something of it.
pub(super) fn items(tx: &mut Tx<'_>, walk: &Walk<'_>) -> Done<Vec<Item>> {
    let four = [
        (Kind::Credentials, "Ways in", "They end at once and for good."),
        (Kind::Rights, "Rights", "They end at once; they are listed, and offered when the person is let back in."),
        (Kind::Shares, "Shares with this person", "They open nothing any more."),
        (Kind::Work, "Work under way", "It stops, or ends with a message, where it runs for this person."),
    ];
    let mut all = Vec::new();
    for (kind, label, follows) in four {
        let places = references::live_as(tx, walk.user.id, kind.name())?;
        // An import or export is a job as well, and is counted as that.
        let told: Vec<&Mentions> = places.iter().filter(|place| PLACES.iter().any(|(table, ..)| *table == place.table)).collect();
        let count = told.iter().map(|place| place.count).sum();
        if count > 0 {
            let words = format!("{}. {follows}", told.iter().map(|place| words(place)).collect::<Vec<_>>().join(", "));
            all.push(found(kind, kind.name().into(), label.into(), count, words));
        }
    }
    Ok(all)
}

fn words(place: &Mentions) -> String {
    let (_, one, many) = PLACES.iter().find(|(table, ..)| *table == place.table).copied().unwrap_or(("", "thing", "things"));
    counted(place.count, one, many)
}
