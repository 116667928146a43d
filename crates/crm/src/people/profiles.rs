//! Field profiles and secured columns: who sees the columns that nobody sees.
//!
//! A profile one holds, or one's team, may be narrowed by oneself, never widened, and nobody gives themselves one.
//! Opening a column opens it to everybody who reads the row.
//! Not here: what a profile means to a reader (`security`), who reads a column ([`super::column_readers`]). Source: security-model 6. Proved by `crates/crm/tests/it/guards.rs`.

use super::enable::not_shut_out;
use super::{guards, roles};
use crate::{Done, Error, Problem};
use catalogue::RowId;
use security::{Actor, ColumnGrant, Denial, PrincipalId, Profile, Task, entrust};
use store::rights::{ProfileDraft, ProfileGrant};
use store::{Tx, rights};

/// A profile and who holds it.
#[derive(Clone, Debug)]
pub struct ProfileSheet {
    /// The profile.
    pub profile: Profile,
    /// To whom it was given.
    pub holders: Vec<ProfileGrant>,
    /// Whether who asks may save and give it.
    pub may_edit: bool,
    /// Why some of it cannot be changed by who asks, in words.
    pub guard: Option<&'static str>,
}

const OWN: &str = "nobody gives themselves a field profile or takes one; somebody else who manages field profiles can";

/// All profiles, by name.
pub fn profiles(tx: &mut Tx<'_>, actor: &Actor) -> Done<Vec<ProfileSheet>> {
    asks_sight(actor)?;
    rights::profiles(tx)?.into_iter().map(|profile| sheet(tx, actor, profile)).collect()
}

/// One profile.
pub fn profile(tx: &mut Tx<'_>, actor: &Actor, id: RowId) -> Done<ProfileSheet> {
    asks_sight(actor)?;
    let profile = rights::profile(tx, id)?.ok_or(Denial::NotThere)?;
    sheet(tx, actor, profile)
}

fn asks_sight(actor: &Actor) -> Result<(), Denial> {
    entrust(actor, Task::ViewAccess).or_else(|_| entrust(actor, Task::ManageFieldProfiles))
}

fn sheet(tx: &mut Tx<'_>, actor: &Actor, profile: Profile) -> Done<ProfileSheet> {
    let may_edit = entrust(actor, Task::ManageFieldProfiles).is_ok();
    let is_own = actor.profiles().iter().any(|held| held.profile.id == profile.id);
    let guard = (may_edit && is_own).then_some("you hold this profile: you may take from it, somebody else may add to it");
    Ok(ProfileSheet { holders: rights::profile_holders(tx, profile.id)?, profile, may_edit, guard })
}

/// Keeps a profile as the draft says; without an id it is a new one.
pub fn save_profile(tx: &mut Tx<'_>, actor: &Actor, draft: &ProfileDraft) -> Done<RowId> {
    entrust(actor, Task::ManageFieldProfiles)?;
    if let Some(id) = draft.id {
        let old = rights::profile(tx, id)?.ok_or(Error::Denied(Denial::NotThere))?;
        tx.about("field_profiles", id);
        let is_own = actor.profiles().iter().any(|held| held.profile.id == id);
        if is_own && draft.grants.iter().any(|new| gains(&old, new)) {
            return Err(Denial::Guard("nobody adds to a profile they hold; somebody else who manages field profiles can").into());
        }
    }
    let id = rights::save_profile(tx, draft)?;
    tx.about("field_profiles", id);
    Ok(id)
}

/// Whether who asks may give profiles to this user or team, and take them.
pub fn may_give_profiles(actor: &Actor, to: PrincipalId) -> bool {
    entrust(actor, Task::ManageFieldProfiles).is_ok() && guards::not_own(actor, to).is_ok()
}

/// Gives a profile to a user or a team.
pub fn give_profile(tx: &mut Tx<'_>, actor: &Actor, profile: RowId, to: PrincipalId, reason: Option<&str>, until: Option<i64>) -> Done<()> {
    entrust(actor, Task::ManageFieldProfiles)?;
    let set = roles::set_of(tx, to)?;
    tx.about(set, to.0);
    guards::not_own(actor, to).map_err(|_| Denial::Guard(OWN))?;
    not_shut_out(tx, to)?;
    let reason = reason.map(str::trim).filter(|reason| !reason.is_empty());
    if reason.is_some_and(|reason| reason.chars().count() > 500) {
        return Err(Problem::column("reason", "at most 500 characters"));
    }
    rights::give_profile(tx, profile, to, reason, until)?;
    Ok(())
}

/// Takes a profile.
pub fn take_profile(tx: &mut Tx<'_>, actor: &Actor, profile: RowId, from: PrincipalId) -> Done<()> {
    entrust(actor, Task::ManageFieldProfiles)?;
    let set = roles::set_of(tx, from)?;
    tx.about(set, from.0);
    guards::not_own(actor, from).map_err(|_| Denial::Guard(OWN))?;
    if rights::take_profile(tx, profile, from)? { Ok(()) } else { Err(Error::Denied(Denial::NotThere)) }
}

/// Secures a column, or opens it to everybody who reads the row.
pub fn set_secured(tx: &mut Tx<'_>, actor: &Actor, set: &str, column: &str, secured: bool) -> Done<()> {
    entrust(actor, Task::ManageFieldProfiles)?;
    let known = actor.catalogue().find(set).is_some_and(|table| table.find(column).is_some());
    if !known {
        return Err(Problem::malformed("unknown-column", format!("there is no column `{column}` in `{set}`")));
    }
    Ok(rights::set_secured(tx, set, column, secured)?)
}

fn gains(old: &Profile, new: &ColumnGrant) -> bool {
    let before = old.grants.iter().find(|grant| grant.set == new.set && grant.column == new.column);
    let (read, create, update) = before.map_or((false, false, false), |grant| (grant.read, grant.create, grant.update));
    (new.read && !read) || (new.create && !create) || (new.update && !update)
}
