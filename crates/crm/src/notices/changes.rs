//! What a change tells of by itself: rights, shares, owners, jobs that ended.
//!
//! It reads what the trail will say of this transaction, so no verb can forget to tell: whoever's access changed learns
//! what, by whom and why, at their next look. Nobody is told what they did themselves, but for jobs. Several records of
//! one table that come to one person at once are one notice.
//! Not here: the words ([`super::words`]). Start reading at [`tell_of_changes`]. Proved by `crates/crm/tests/it/notices.rs`.

use super::{Notice, NoticeKind, tell};
use crate::{Done, departures, workflows};
use catalogue::RowId;
use security::{PrincipalId, UserState};
use serde_json::{Value as Json, json};
use std::collections::BTreeMap;
use store::trail::Change;
use store::{Tx, accounts, notices, queue, rights};

/// More records than these that come to one person at once are one notice.
const SINGLY: usize = 3;

/// Tells whomever the changes of this transaction concern.
pub(crate) fn tell_of_changes(tx: &mut Tx<'_>) -> Done<()> {
    let Some(signer) = tx.signer() else { return Ok(()) };
    // The operator fills whole organisations: of what is done without a person, only freezing and jobs are told.
    let by_person = |change: &Change| signer != PrincipalId::OPERATOR || matches!(change.set.as_str(), "users" | "jobs");
    let told: Vec<Change> = tx.changes().iter().filter(|change| may_tell(change, signer) && by_person(change)).cloned().collect();
    let mut came: BTreeMap<(PrincipalId, String), Vec<RowId>> = BTreeMap::new();
    for change in &told {
        match change.set.as_str() {
            "role_grants" => grant(tx, signer, change, "role")?,
            "profile_grants" => grant(tx, signer, change, "profile")?,
            "members" => member(tx, signer, change, &told)?,
            "users" => person(tx, signer, change, &told)?,
            "teams" => team_moved(tx, signer, change)?,
            "roles" => role_changed(tx, signer, change)?,
            "jobs" => job_ended(tx, change)?,
            set => match set.strip_suffix(".shares") {
                Some(set) => share(tx, signer, set, change)?,
                None => owner(tx, signer, change, &mut came)?,
            },
        }
    }
    for ((to, set), rows) in came {
        assigned(tx, to, &set, &rows)?;
    }
    Ok(())
}

/// Cheap, because every change of every record passes here.
fn may_tell(change: &Change, signer: PrincipalId) -> bool {
    match change.set.as_str() {
        "role_grants" | "profile_grants" | "members" | "users" | "teams" | "roles" | "jobs" => true,
        set if set.ends_with(".shares") => true,
        _ => principal(&change.new, "owner").is_some_and(|owner| owner != signer),
    }
}

fn said<'c>(part: &'c Option<Json>, name: &str) -> Option<&'c str> {
    part.as_ref().and_then(|part| part.get(name)).and_then(Json::as_str)
}

/// An id as rights write it, or as records do.
fn principal(part: &Option<Json>, name: &str) -> Option<PrincipalId> {
    let value = part.as_ref().and_then(|part| part.get(name))?;
    let id = value.as_str().or_else(|| value.get("id").and_then(Json::as_str));
    id.and_then(RowId::parse).map(PrincipalId)
}

fn access(change: &str, parts: Json) -> Notice {
    let mut said = json!({ "change": change });
    if let (Some(said), Json::Object(parts)) = (said.as_object_mut(), parts) {
        said.extend(parts);
    }
    Notice { kind: NoticeKind::Rights, said, about: None, link: None }
}

/// Tells a person, or everybody in a team; not whoever did it, has never been in, or was shut out for good.
fn tell_principal(tx: &mut Tx<'_>, signer: PrincipalId, to: PrincipalId, notice: &Notice) -> Done<()> {
    let (people, team) = match accounts::team(tx, to)? {
        Some(_) => (accounts::members(tx, to)?, Some(to)),
        None => (vec![to], None),
    };
    let mut notice = notice.clone();
    if let (Some(team), Some(said)) = (team, notice.said.as_object_mut()) {
        said.insert("team".into(), json!(team.to_string()));
    }
    for person in people {
        let is_in = accounts::user(tx, person)?.is_some_and(|user| matches!(user.state, UserState::Active | UserState::Frozen));
        if person != signer && is_in {
            tell(tx, person, &notice)?;
        }
    }
    Ok(())
}

fn grant(tx: &mut Tx<'_>, signer: PrincipalId, change: &Change, what: &str) -> Done<()> {
    let (part, act) = if change.new.is_some() { (&change.new, "given") } else { (&change.old, "taken") };
    let (Some(to), Some(id)) = (principal(part, "principal"), said(part, what)) else { return Ok(()) };
    // Given again in the same step, it was not taken.
    let given_again =
        |other: &Change| other.set == change.set && said(&other.new, what) == Some(id) && principal(&other.new, "principal") == Some(to);
    if act == "taken" && tx.changes().iter().any(given_again) {
        return Ok(());
    }
    let until = change.new.as_ref().and_then(|new| new.get("until")).cloned().unwrap_or_default();
    let notice = access(&format!("{what}.{act}"), json!({ "id": id, "reason": said(&change.new, "reason"), "until": until }));
    tell_principal(tx, signer, to, &notice)
}

fn member(tx: &mut Tx<'_>, signer: PrincipalId, change: &Change, all: &[Change]) -> Done<()> {
    let (part, act) = if change.new.is_some() { (&change.new, "member.in") } else { (&change.old, "member.out") };
    let (Some(user), Some(team)) = (principal(part, "user"), principal(part, "team")) else { return Ok(()) };
    // A team of one record is that record, for whoever is in it.
    if let Some(of) = accounts::record_of_team(tx, team)? {
        let change = if change.new.is_some() { "given" } else { "ended" };
        let mask = accounts::team_template(tx, of.template)?.map_or(0, |template| template.rights.0);
        let said = json!({ "change": change, "mask": mask, "until": Json::Null });
        let notice = Notice { kind: NoticeKind::Share, said, about: Some((of.set, of.row)), link: None };
        return tell_principal(tx, signer, user, &notice);
    }
    // Whoever moves to another unit is told so, and comes into its team by that.
    let is_moved = all.iter().any(|other| other.set == "users" && other.row == user.0 && said(&other.new, "unit").is_some());
    if is_moved { Ok(()) } else { tell_principal(tx, signer, user, &access(act, json!({ "id": team.to_string() }))) }
}

fn person(tx: &mut Tx<'_>, signer: PrincipalId, change: &Change, all: &[Change]) -> Done<()> {
    if change.old.is_none() {
        return Ok(());
    }
    let to = PrincipalId(change.row);
    let reasons = all.iter().filter(|other| other.set == "users" && other.row == change.row);
    let reason = reasons.into_iter().find_map(|other| said(&other.new, "reason"));
    if let Some(unit) = said(&change.new, "unit") {
        tell_principal(tx, signer, to, &access("unit", json!({ "id": unit })))?;
    }
    match (said(&change.old, "state"), said(&change.new, "state")) {
        (Some("active"), Some("frozen")) if tx.verb() == "user.end_date" => tell_principal(tx, signer, to, &access("ended", json!({}))),
        (Some("active"), Some("frozen")) => tell_principal(tx, signer, to, &access("frozen", json!({ "reason": reason }))),
        (Some("frozen"), Some("active")) => tell_principal(tx, signer, to, &access("unfrozen", json!({ "reason": reason }))),
        _ => Ok(()),
    }
}

fn team_moved(tx: &mut Tx<'_>, signer: PrincipalId, change: &Change) -> Done<()> {
    match (&change.old, said(&change.new, "unit")) {
        (Some(_), Some(unit)) => tell_principal(tx, signer, PrincipalId(change.row), &access("team.unit", json!({ "id": unit }))),
        _ => Ok(()),
    }
}

/// What a role holds has changed: whoever holds it has another access.
fn role_changed(tx: &mut Tx<'_>, signer: PrincipalId, change: &Change) -> Done<()> {
    if change.old.is_none() || change.old == change.new {
        return Ok(());
    }
    let notice = access("role.changed", json!({ "id": change.row.to_string() }));
    for (user, _) in rights::active_holders_of_role(tx, security::RoleId(change.row))? {
        tell_principal(tx, signer, user, &notice)?;
    }
    Ok(())
}

fn job_ended(tx: &mut Tx<'_>, change: &Change) -> Done<()> {
    if !matches!(said(&change.new, "state"), Some("done" | "failed")) {
        return Ok(());
    }
    // A workflow has a log of its own; a departure tells more people how it ended, and why.
    let tells_itself = |job: &queue::Job| [workflows::RUN, departures::RUN, departures::UNDO].contains(&job.kind.as_str());
    let Some(job) = queue::get(tx, change.row)?.filter(|job| !tells_itself(job)) else { return Ok(()) };
    let notice =
        Notice { kind: NoticeKind::Job, said: json!({ "job": job.id.to_string() }), about: None, link: Some(format!("/jobs/{}", job.id)) };
    tell(tx, job.asker, &notice).map(drop)
}

fn share(tx: &mut Tx<'_>, signer: PrincipalId, set: &str, change: &Change) -> Done<()> {
    let part = change.new.as_ref().or(change.old.as_ref());
    let is_inherited = part.is_some_and(|part| part.get("inherited").is_some_and(|from| !from.is_null()));
    let with = part.and_then(|part| part.get("with")).and_then(Json::as_str).and_then(RowId::parse).map(PrincipalId);
    let Some(with) = with.filter(|with| *with != PrincipalId::ORGANISATION && !is_inherited) else { return Ok(()) };
    // Told to each member as they come and go.
    if accounts::record_of_team(tx, with)?.is_some() {
        return Ok(());
    }
    let of = |name: &str| part.and_then(|part| part.get(name)).cloned().unwrap_or_default();
    let said = json!({ "change": if change.new.is_some() { "given" } else { "ended" }, "mask": of("mask"), "until": of("until") });
    let notice = Notice { kind: NoticeKind::Share, said, about: Some((set.to_owned(), change.row)), link: None };
    tell_principal(tx, signer, with, &notice)
}

/// A record that comes to somebody: given, or made in their name.
fn owner(tx: &mut Tx<'_>, signer: PrincipalId, change: &Change, came: &mut BTreeMap<(PrincipalId, String), Vec<RowId>>) -> Done<()> {
    let Some(to) = principal(&change.new, "owner") else { return Ok(()) };
    let is_record = tx.catalogue().find(&change.set).is_some();
    // What is put back was theirs before.
    let is_back = (change.old.is_none() && tx.verb().ends_with(".restore")) || tx.verb() == departures::UNDO;
    if is_record && !is_back && to != signer && principal(&change.old, "owner") != Some(to) {
        came.entry((to, change.set.clone())).or_default().push(change.row);
    }
    Ok(())
}

fn assigned(tx: &mut Tx<'_>, to: PrincipalId, set: &str, rows: &[RowId]) -> Done<()> {
    let Some(signer) = tx.signer() else { return Ok(()) };
    // What comes batch by batch, however few in one.
    if rows.len() > SINGLY || tx.verb().ends_with(".import") || tx.verb() == departures::RUN {
        return many(tx, signer, to, set, rows.len());
    }
    for row in rows {
        let notice = Notice { kind: NoticeKind::Assigned, said: json!({}), about: Some((set.to_owned(), *row)), link: None };
        tell_principal(tx, signer, to, &notice)?;
    }
    Ok(())
}

/// Many at once are one notice, and one that was not looked at counts on: an import or a departure gives them batch by batch.
fn many(tx: &mut Tx<'_>, signer: PrincipalId, to: PrincipalId, set: &str, count: usize) -> Done<()> {
    let link = format!("/{set}");
    let known = notices::last_alike(tx, to, NoticeKind::Assigned.name(), &link)?;
    let before = known.as_ref().and_then(|(_, said)| said.get("count")).and_then(Json::as_u64).unwrap_or(0);
    let said = json!({ "set": set, "count": before + count as u64 });
    match known {
        Some((id, _)) => Ok(notices::say_more(tx, id, &said)?),
        None => tell_principal(tx, signer, to, &Notice { kind: NoticeKind::Assigned, said, about: None, link: Some(link) }),
    }
}
