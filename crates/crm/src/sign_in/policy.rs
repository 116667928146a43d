//! What the organisation asks of passwords, and before which tasks a second factor must be fresh.
//!
//! The presets are those of NIST SP 800-63B-4 (3.1.1.2): a length, and nothing that is known to be guessed first. Expiry,
//! history and rules about kinds of characters are off, because they make people choose worse; an organisation that must
//! have them can. No length goes below what the standard asks for. A new policy bites at the next sign-in or choice.
//! Not here: judging one password ([`super::passwords`]). Start reading at [`Policy`]. Proved by `crates/crm/tests/it/policy.rs`.

use super::DAY;
use super::passwords::{self, Rules};
use crate::{Done, FieldError, Problem};
use catalogue::text;
use security::{Actor, PrincipalId, Task, entrust};
use serde_json::{Value as Json, json};
use std::collections::BTreeSet;
use store::{Fault, Tx, accounts};

/// Where it is kept.
const NAME: &str = "sign_in_policy";
/// The least length of a password beside a second factor.
pub const SHORTEST_WITH_FACTOR: usize = 8;
/// No organisation asks for longer ones.
pub const LONGEST_ASKED: usize = 64;
/// So many former passwords can be refused at most.
pub const MOST_REMEMBERED: i64 = 24;
const MOST_BLOCKED: usize = 500;
const LONGEST_EXPIRY: i64 = 3650;

/// The tasks before which a fresh second factor can be asked for: those that decide what others may.
pub const STEP_UP_OFFERED: &[Task] = &[
    Task::ManageUsers,
    Task::DisableUsers,
    Task::AssignRoles,
    Task::ManageRoles,
    Task::ManageUnits,
    Task::ManageTeams,
    Task::ManageFieldProfiles,
    Task::ManageMail,
    Task::Customise,
];
const STEP_UP_PRESET: &[Task] =
    &[Task::AssignRoles, Task::ManageRoles, Task::ManageUsers, Task::DisableUsers, Task::ManageFieldProfiles, Task::Customise];

/// The policy of an organisation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Policy {
    /// Characters of a password that stands alone; 15 at least.
    pub alone: usize,
    /// Characters of a password beside a second factor; 8 at least.
    pub with_factor: usize,
    /// Words that no password may contain.
    pub blocked: Vec<String>,
    /// A password is replaced after so many days; none lets it live.
    pub expires_after: Option<i64>,
    /// So many passwords that were before are refused; 0 asks nothing.
    pub remembered: i64,
    /// So many of the four kinds (small letters, capitals, digits, others) a password has; 0 asks nothing.
    pub kinds: usize,
    /// Tasks before which a second factor is asked for again.
    pub step_up: BTreeSet<Task>,
}

impl Default for Policy {
    fn default() -> Policy {
        Policy {
            alone: passwords::SHORTEST,
            with_factor: SHORTEST_WITH_FACTOR,
            blocked: Vec::new(),
            expires_after: None,
            remembered: 0,
            kinds: 0,
            step_up: STEP_UP_PRESET.iter().copied().collect(),
        }
    }
}

impl Policy {
    /// What a password of somebody with or without a second factor must be.
    pub fn rules(&self, has_factor: bool) -> Rules {
        let shortest = if has_factor { self.with_factor } else { self.alone };
        Rules { shortest, blocked: self.blocked.clone(), kinds: self.kinds }
    }

    /// Whether a password that was chosen then has lived too long.
    pub(super) fn is_over(&self, chosen_on: i64, now: i64) -> bool {
        self.expires_after.is_some_and(|days| chosen_on.saturating_add(days.saturating_mul(DAY)) <= now)
    }
}

/// The policy in force.
pub fn policy(tx: &mut Tx<'_>) -> Result<Policy, Fault> {
    let Some(kept) = accounts::meta(tx, NAME)? else { return Ok(Policy::default()) };
    // What cannot be understood is no reason to ask for less.
    let broken = |_| Fault::broken("the policy of passwords cannot be read");
    let kept: Json = serde_json::from_str(&kept).map_err(broken)?;
    let preset = Policy::default();
    let number = |name: &str| kept.get(name).and_then(Json::as_i64);
    let texts = |name: &str| -> Option<Vec<String>> {
        Some(kept.get(name)?.as_array()?.iter().filter_map(|v| v.as_str().map(str::to_owned)).collect())
    };
    let length = |name: &str, least: usize| number(name).and_then(|n| usize::try_from(n).ok()).unwrap_or(least).max(least);
    Ok(Policy {
        alone: length("alone", preset.alone),
        with_factor: length("with_factor", preset.with_factor),
        blocked: texts("blocked").unwrap_or_default(),
        expires_after: number("expires_after"),
        remembered: number("remembered").unwrap_or(0).clamp(0, MOST_REMEMBERED),
        kinds: length("kinds", 0).min(4),
        step_up: texts("step_up").map_or(preset.step_up, |names| names.iter().filter_map(|name| Task::parse(name)).collect()),
    })
}

/// The policy for whoever asks; everybody here may know what is asked of them.
pub fn read_policy(tx: &mut Tx<'_>, _: &Actor) -> Done<Policy> {
    Ok(policy(tx)?)
}

/// Whether whoever asks may change it.
pub fn may_set_policy(actor: &Actor) -> bool {
    entrust(actor, Task::ManageUsers).is_ok()
}

/// Keeps a policy in place of the one before.
pub fn set_policy(tx: &mut Tx<'_>, actor: &Actor, new: &Policy) -> Done<()> {
    entrust(actor, Task::ManageUsers)?;
    let blocked = checked(new)?;
    let step_up: Vec<&str> = new.step_up.iter().map(|task| task.name()).collect();
    let kept = json!({
        "alone": new.alone, "with_factor": new.with_factor, "blocked": blocked, "expires_after": new.expires_after,
        "remembered": new.remembered, "kinds": new.kinds, "step_up": step_up,
    });
    tx.about("organisation", PrincipalId::ORGANISATION.0);
    Ok(accounts::set_meta(tx, NAME, &kept.to_string())?)
}

/// The blocked words as they are kept; everything that does not fit is said at its field.
fn checked(new: &Policy) -> Done<Vec<String>> {
    let mut wrong = Vec::new();
    let mut refuse = |column: &str, message: String| wrong.push(FieldError { column: column.into(), message });
    let between = |n: usize, least: usize| (least..=LONGEST_ASKED).contains(&n);
    if !between(new.alone, passwords::SHORTEST) {
        refuse("alone", format!("from {} to {LONGEST_ASKED} characters", passwords::SHORTEST));
    }
    if !between(new.with_factor, SHORTEST_WITH_FACTOR) {
        refuse("with_factor", format!("from {SHORTEST_WITH_FACTOR} to {LONGEST_ASKED} characters"));
    }
    let mut blocked: Vec<String> = new.blocked.iter().map(|word| text::key(word.trim())).filter(|word| !word.is_empty()).collect();
    blocked.sort_unstable();
    blocked.dedup();
    if let Some(word) = blocked.iter().find(|word| !(4..=64).contains(&word.chars().count())) {
        refuse("blocked", format!("a word has 4 to 64 letters; `{word}` has not"));
    }
    if blocked.len() > MOST_BLOCKED {
        refuse("blocked", format!("at most {MOST_BLOCKED} words"));
    }
    if new.expires_after.is_some_and(|days| !(30..=LONGEST_EXPIRY).contains(&days)) {
        refuse("expires_after", format!("from 30 to {LONGEST_EXPIRY} days, or nothing"));
    }
    if !(0..=MOST_REMEMBERED).contains(&new.remembered) {
        refuse("remembered", format!("from 0 to {MOST_REMEMBERED}"));
    }
    if new.kinds > 4 {
        refuse("kinds", "from 0 to 4".into());
    }
    if let Some(task) = new.step_up.iter().find(|task| !STEP_UP_OFFERED.contains(task)) {
        refuse("step_up", format!("`{}` is not one of the tasks this is offered for", task.name()));
    }
    if wrong.is_empty() { Ok(blocked) } else { Err(Problem::columns(wrong)) }
}
