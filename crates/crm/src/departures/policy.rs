//! What the organisation asks of a departure: who starts, who approves, who runs it, and what must be so before.
//!
//! Two presets: one person may do it all, or two people are needed and an archive with them. What was kept and cannot be
//! read is a fault, never the lighter preset. A policy that asks less counts a day later, and everybody who may disable
//! people learns of it at once: else whoever is bound by it could put it aside for an afternoon.
//! Not here: asking it ([`super::sheet`]). Start reading at [`DeparturePolicy`]. Proved by `crates/crm/tests/it/departures.rs`.

use super::tell;
use crate::{Done, Problem};
use security::{Actor, Denial, PrincipalId, Task, entrust};
use serde_json::{Value as Json, json};
use store::dump::Recipient;
use store::{Fault, Tx, accounts};

/// Where it is kept.
const NAME: &str = "departure_policy";
/// A policy that asks less counts so much later, in microseconds: a day.
const NOTICE: i64 = 86_400_000_000;

/// Who approves a departure, never the person it is about, and never whoever planned it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Approves {
    /// Nobody needs to.
    Nobody,
    /// A second person who may disable users.
    Second,
    /// The person's manager.
    Manager,
    /// Either of them.
    ManagerOrSecond,
}

impl Approves {
    /// All of them.
    pub const ALL: [Approves; 4] = [Approves::Nobody, Approves::Second, Approves::Manager, Approves::ManagerOrSecond];

    /// The word in API and forms.
    pub fn name(self) -> &'static str {
        match self {
            Approves::Nobody => "nobody",
            Approves::Second => "second",
            Approves::Manager => "manager",
            Approves::ManagerOrSecond => "manager_or_second",
        }
    }

    /// Reads [`Approves::name`].
    pub fn parse(word: &str) -> Option<Approves> {
        Approves::ALL.into_iter().find(|one| one.name() == word)
    }
}

/// A set of rules that comes with the product.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Preset {
    /// One person plans and runs.
    OnePerson,
    /// Two people, and an archive that was restored and compared.
    TwoPeople,
}

impl Preset {
    /// Both.
    pub const ALL: [Preset; 2] = [Preset::OnePerson, Preset::TwoPeople];

    /// The word in API and forms.
    pub fn name(self) -> &'static str {
        match self {
            Preset::OnePerson => "one_person",
            Preset::TwoPeople => "two_people",
        }
    }

    /// Reads [`Preset::name`].
    pub fn parse(word: &str) -> Option<Preset> {
        Preset::ALL.into_iter().find(|one| one.name() == word)
    }

    /// What it asks.
    pub fn policy(self) -> DeparturePolicy {
        match self {
            Preset::OnePerson => DeparturePolicy {
                managers_start: false,
                approves: Approves::Nobody,
                runs_on_approval: false,
                needs_archive: false,
                leave_nothing_open: false,
                at_once: true,
                archive_key: None,
            },
            Preset::TwoPeople => DeparturePolicy {
                managers_start: true,
                approves: Approves::ManagerOrSecond,
                runs_on_approval: true,
                needs_archive: true,
                leave_nothing_open: true,
                at_once: false,
                archive_key: None,
            },
        }
    }
}

/// What an organisation asks of a departure. Whoever may disable users starts one in any case, and runs it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeparturePolicy {
    /// The person's manager may start one too, and sees it; it runs with the rights of whoever took it over.
    pub managers_start: bool,
    /// Who approves.
    pub approves: Approves,
    /// It begins with the approval, or at its hour; else somebody who may disable users says when.
    pub runs_on_approval: bool,
    /// Nothing is handed over before the archive was made, restored and compared.
    pub needs_archive: bool,
    /// Open activities, cases and workflows may not be left with whoever leaves.
    pub leave_nothing_open: bool,
    /// Somebody may be disabled without a departure.
    pub at_once: bool,
    /// The public key, `age1…`, that archives are sealed to besides the organisation's own.
    pub archive_key: Option<String>,
}

impl DeparturePolicy {
    /// The preset it is, where it is one.
    pub fn preset(&self) -> Option<Preset> {
        let bare = DeparturePolicy { archive_key: None, ..self.clone() };
        Preset::ALL.into_iter().find(|preset| preset.policy() == bare)
    }
}

/// The policy in force; a new organisation has the first preset.
pub fn policy(tx: &mut Tx<'_>) -> Result<DeparturePolicy, Fault> {
    let Some(kept) = kept(tx)? else { return Ok(Preset::OnePerson.policy()) };
    match next(&kept)? {
        Some((next, from)) if from <= tx.now() => Ok(next),
        _ => read(&kept),
    }
}

/// The policy that counts from a moment to come, microseconds UTC, where one waits.
pub fn pending_policy(tx: &mut Tx<'_>) -> Result<Option<(DeparturePolicy, i64)>, Fault> {
    let Some(kept) = kept(tx)? else { return Ok(None) };
    Ok(next(&kept)?.filter(|(_, from)| *from > tx.now()))
}

fn broken() -> Fault {
    Fault::broken("the policy of departures cannot be read")
}

fn kept(tx: &mut Tx<'_>) -> Result<Option<Json>, Fault> {
    accounts::meta(tx, NAME)?.map(|kept| serde_json::from_str(&kept).map_err(|_| broken())).transpose()
}

fn next(kept: &Json) -> Result<Option<(DeparturePolicy, i64)>, Fault> {
    let Some(next) = kept.get("next") else { return Ok(None) };
    Ok(Some((read(next)?, kept.get("from").and_then(Json::as_i64).ok_or_else(broken)?)))
}

fn read(kept: &Json) -> Result<DeparturePolicy, Fault> {
    let flag = |name: &str| kept.get(name).and_then(Json::as_bool).ok_or_else(broken);
    Ok(DeparturePolicy {
        managers_start: flag("managers_start")?,
        approves: kept.get("approves").and_then(Json::as_str).and_then(Approves::parse).ok_or_else(broken)?,
        runs_on_approval: flag("runs_on_approval")?,
        needs_archive: flag("needs_archive")?,
        leave_nothing_open: flag("leave_nothing_open")?,
        at_once: flag("at_once")?,
        archive_key: kept.get("archive_key").and_then(Json::as_str).map(str::to_owned),
    })
}

fn written(policy: &DeparturePolicy) -> Json {
    json!({
        "managers_start": policy.managers_start, "approves": policy.approves.name(), "runs_on_approval": policy.runs_on_approval,
        "needs_archive": policy.needs_archive, "leave_nothing_open": policy.leave_nothing_open, "at_once": policy.at_once,
        "archive_key": policy.archive_key,
    })
}

/// Whether `new` asks less than `old` of whoever plans and runs a departure.
fn asks_less(old: &DeparturePolicy, new: &DeparturePolicy) -> bool {
    let is_other_approver = old.approves != Approves::Nobody && new.approves != old.approves;
    is_other_approver
        || (old.needs_archive && !new.needs_archive)
        || (old.leave_nothing_open && !new.leave_nothing_open)
        || (!old.at_once && new.at_once)
}

/// Whether whoever asks may change it.
pub fn may_set_policy(actor: &Actor) -> bool {
    entrust(actor, Task::DisableUsers).is_ok() && entrust(actor, Task::ManageUsers).is_ok()
}

/// Keeps a policy in place of the one before, from now on, or from a day later on where it asks less.
pub fn set_policy(tx: &mut Tx<'_>, actor: &Actor, new: &DeparturePolicy) -> Done<()> {
    entrust(actor, Task::DisableUsers)?;
    entrust(actor, Task::ManageUsers)?;
    // One line, as it is written into each archive's head: a key that cannot be sealed to would stop the next departure.
    let is_key = |key: &String| Recipient::parse(key).is_ok_and(|recipient| recipient.to_string() == *key);
    if new.archive_key.as_ref().is_some_and(|key| !is_key(key)) {
        return Err(Problem::column("archive_key", "this is no public key of age; one begins with “age1”, and none of it may be missing"));
    }
    if new.runs_on_approval && new.approves == Approves::Nobody {
        return Err(Problem::column("runs_on_approval", "nobody approves, so somebody has to say when it runs"));
    }
    if accounts::user(tx, actor.user())?.is_some_and(|user| user.is_service) {
        return Err(Denial::Guard("what is asked of departures is decided by a person, not by a service account").into());
    }
    tx.about("organisation", PrincipalId::ORGANISATION.0);
    let old = policy(tx)?;
    if *new == old {
        return Ok(accounts::set_meta(tx, NAME, &written(new).to_string())?);
    }
    let mut kept = written(new);
    if asks_less(&old, new) {
        kept = written(&old);
        if let Some(members) = kept.as_object_mut() {
            members.insert("next".into(), written(new));
            members.insert("from".into(), json!(tx.now() + NOTICE));
        }
    }
    accounts::set_meta(tx, NAME, &kept.to_string())?;
    tell::rules(tx, actor, kept.get("from").and_then(Json::as_i64))
}

/// Refuses where the policy asks for a departure.
pub fn may_disable_at_once(tx: &mut Tx<'_>) -> Done<()> {
    if policy(tx)?.at_once {
        return Ok(());
    }
    let words = "this organisation asks for a departure: plan it, or freeze the account now, which stops the person at once";
    Err(Problem::conflict("departure-needed", words))
}
