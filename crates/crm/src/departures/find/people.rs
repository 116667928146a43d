//! People, teams and decisions that wait for somebody.
//!
//! Names of people, teams and accounts are known to every active user; the record an approval is about is named only to
//! whoever may read it.
//! Not here: handing them on ([`super::super::apply`]). Proved by `crates/crm/tests/it/departures_found.rs`.

use super::super::item::{Choice, Item, Kind, Offer};
use super::records::samples;
use super::{SHOWN, Walk, counted, found, proposed, sample};
use crate::Done;
use security::{PrincipalId, Task, UserState};
use store::accounts::{self, Team};
use store::records::States;
use store::{Fault, Tx, approvals, references, rights};

/// Decisions that wait for the person.
pub(super) fn approvals(tx: &mut Tx<'_>, walk: &Walk<'_>) -> Done<Option<Item>> {
    let count: i64 = references::live_as(tx, walk.user.id, Kind::Approvals.name())?.iter().map(|mention| mention.count).sum();
    if count == 0 {
        return Ok(None);
    }
    let consequence = format!("They wait for {}, and what hangs on them waits too.", walk.user.name);
    let mut item = found(Kind::Approvals, Kind::Approvals.name().into(), "Approvals that wait".into(), count, consequence);
    item.offers = vec![Offer::GivePerson, Offer::Leave];
    if walk.is_full() {
        let catalogue = walk.walker.catalogue().clone();
        for approval in approvals::of(tx, walk.user.id, SHOWN)?.into_iter().filter(|approval| approval.state == "waiting") {
            if let Some(table) = catalogue.find(&approval.set) {
                item.sample.extend(samples(tx, walk, table, &[approval.row])?);
            }
        }
        let heir = walk.heirs.person().map(|heir| Choice::Give(vec![heir]));
        item.proposal = proposed(&item.offers, heir, &[Choice::Leave]);
    }
    Ok(Some(item))
}

/// Teams that own something or hold something, and in which nobody active would be left.
pub(super) fn teams(tx: &mut Tx<'_>, walk: &Walk<'_>) -> Done<Vec<Item>> {
    let mut all = Vec::new();
    for team in accounts::left_alone(tx, walk.user.id)? {
        let Some(holds) = holdings(tx, walk, &team)? else { continue };
        let consequence = format!("{} {holds}, and nobody active is left in it.", team.name);
        let mut item = found(Kind::Team, format!("team:{}", team.id), format!("Team: {}", team.name), 1, consequence);
        item.thing = Some(team.id.0);
        item.link = Some(format!("/teams/{}", team.id));
        // Who is in the team of a unit, the unit decides.
        if !team.is_default {
            item.offers.push(Offer::GivePerson);
        }
        item.offers.push(Offer::Leave);
        if walk.is_full() {
            let heir = walk.heirs.person().map(|heir| Choice::Give(vec![heir]));
            item.proposal = proposed(&item.offers, heir, &[Choice::Leave]);
        }
        all.push(item);
    }
    Ok(all)
}

/// What the team owns, holds and was given, in words; nothing when it has none of it.
fn holdings(tx: &mut Tx<'_>, walk: &Walk<'_>, team: &Team) -> Result<Option<String>, Fault> {
    let catalogue = walk.walker.catalogue().clone();
    let mut rows = 0;
    for table in catalogue.tables().iter().filter(|table| table.is_owned() && team.kind.owns()) {
        rows += references::count_owned(tx, table, team.id, States::All)?;
    }
    let count = |all: usize| i64::try_from(all).unwrap_or(i64::MAX);
    let roles = count(rights::grants_of(tx, team.id)?.len());
    let profiles = count(rights::profile_grants_of(tx, team.id)?.len());
    let shares: i64 = references::live_as(tx, team.id, Kind::Shares.name())?.iter().map(|mention| mention.count).sum();
    let parts = [
        (rows, "owns", counted(rows, "record", "records")),
        (roles, "holds", counted(roles, "role", "roles")),
        (profiles, "holds", counted(profiles, "field profile", "field profiles")),
        (shares, "was given", counted(shares, "share", "shares")),
    ];
    let told: Vec<String> = parts.into_iter().filter(|(n, ..)| *n > 0).map(|(_, verb, words)| format!("{verb} {words}")).collect();
    Ok(Some(told.join(", ")).filter(|words| !words.is_empty()))
}

/// Whoever reports to the person.
pub(super) fn reports(tx: &mut Tx<'_>, walk: &Walk<'_>) -> Done<Option<Item>> {
    let ids = accounts::reports_of(tx, walk.user.id)?;
    let names = accounts::names(tx, &ids)?;
    // Whoever has left already reports to nobody.
    let here = ids.into_iter().filter_map(|id| names.get(&id).map(|known| (id, known)));
    let here = here.filter(|(_, known)| !matches!(known.state, UserState::Disabled | UserState::Erased));
    let all: Vec<(PrincipalId, String)> = here.map(|(id, known)| (id, known.name.clone())).collect();
    let consequence = format!("They report to {}, who is not here any more.", walk.user.name);
    let mut item = named(Kind::Reports, "People who report to this person", &all, consequence);
    if let Some(item) = &mut item {
        item.offers = vec![Offer::GivePerson, Offer::Clear, Offer::Leave];
        if walk.is_full() {
            // A manager is not made their own.
            let heir = walk.heirs.person().filter(|heir| all.iter().all(|(id, _)| id != heir)).map(|heir| Choice::Give(vec![heir]));
            item.proposal = proposed(&item.offers, heir, &[Choice::Clear]);
        }
    }
    Ok(item)
}

/// Service accounts that the person answers for.
pub(super) fn services(tx: &mut Tx<'_>, walk: &Walk<'_>) -> Done<Option<Item>> {
    let all = accounts::services_of(tx, walk.user.id)?;
    let mut tokens = 0;
    if walk.is_full() {
        for (id, _) in &all {
            tokens += accounts::sessions_of(tx, *id)?.iter().filter(|session| session.kind == "token").count();
        }
    }
    let tokens = counted(i64::try_from(tokens).unwrap_or(i64::MAX), "access token that works", "access tokens that work");
    let consequence = format!(
        "They go on working with passwords and {tokens}, which {} knows, and nobody answers for what they do. Given to \
         somebody or frozen, their keys end: the programs need new ones, by an invitation from the page of each.",
        walk.user.name
    );
    let mut item = named(Kind::Services, "Service accounts", &all, consequence);
    if let Some(item) = &mut item {
        item.offers = vec![Offer::GivePerson, Offer::Pause, Offer::Leave];
        if walk.is_full() {
            let heir = walk.heirs.with(Task::ManageUsers).or_else(|| walk.heirs.person()).map(|heir| Choice::Give(vec![heir]));
            item.proposal = proposed(&item.offers, heir, &[]);
        }
    }
    Ok(item)
}

fn named(kind: Kind, label: &str, all: &[(PrincipalId, String)], consequence: String) -> Option<Item> {
    let count = i64::try_from(all.len()).unwrap_or(i64::MAX);
    let mut item = found(kind, kind.name().into(), label.into(), count, consequence);
    item.set = Some("users".into());
    item.sample = all.iter().take(SHOWN).map(|(id, name)| sample("users", id.0, Some(name.clone()))).collect();
    Some(item).filter(|item| item.count > 0)
}
