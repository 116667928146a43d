//! The finder: accounts that were forgotten, and what to do about each.
//!
//! Four lists, longest forgotten first, each cut where it gets too long to be read. Whoever keeps people or stops them
//! may look; what to do names only what whoever looks may do here, and a person who is fine is on no list.
//! Not here: doing it ([`super::freeze`], [`super::set_end`], [`super::set_service`]). Start reading at [`find`].
//! Proved by `crates/crm/tests/it/finder.rs`.

use crate::sign_in::DAY;
use crate::{Done, Problem};
use security::{Actor, Denial, PrincipalId, Task, UnitId, UserState, entrust};
use store::accounts::{self, Forgotten, Search};
use store::{Tx, rights};

/// Not seen for so many days is dormant, where nobody says otherwise.
pub const DORMANT_DAYS: i64 = 45;
/// Days that may be asked for.
pub const DAYS: std::ops::RangeInclusive<i64> = 7..=365;
/// So many lines a list shows.
pub const SHOWN: usize = 100;
/// Active and never in for so long is never used.
const UNUSED: i64 = 14 * DAY;

/// What a list is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Forgot {
    /// Active, and not seen for long.
    Dormant,
    /// Never signed in, or the invitation ran out.
    NeverUsed,
    /// The time here is over.
    PastEnd,
    /// A service account that nobody active answers for.
    WithoutOwner,
}

impl Forgot {
    /// In the order they are shown.
    pub const ALL: [Forgot; 4] = [Forgot::PastEnd, Forgot::WithoutOwner, Forgot::Dormant, Forgot::NeverUsed];

    /// The word in the API.
    pub fn name(self) -> &'static str {
        match self {
            Forgot::Dormant => "dormant",
            Forgot::NeverUsed => "never_used",
            Forgot::PastEnd => "past_end",
            Forgot::WithoutOwner => "without_owner",
        }
    }
}

/// What can be done about an account, by whoever looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Todo {
    /// Stop it at once.
    Freeze,
    /// Make another invitation.
    InviteAgain,
    /// Say when its time ends, or that it goes on.
    SetEnd,
    /// Say who answers for it.
    NameResponsible,
    /// Plan the departure.
    PlanDeparture,
}

impl Todo {
    /// The word in the API.
    pub fn name(self) -> &'static str {
        match self {
            Todo::Freeze => "freeze",
            Todo::InviteAgain => "invite_again",
            Todo::SetEnd => "set_end",
            Todo::NameResponsible => "name_responsible",
            Todo::PlanDeparture => "plan_departure",
        }
    }
}

/// An account that was forgotten. Times in microseconds UTC.
#[derive(Clone, Debug)]
pub struct FoundLine {
    /// Whose.
    pub user: PrincipalId,
    /// The name.
    pub name: String,
    /// Where it stands.
    pub state: UserState,
    /// The unit.
    pub unit: (UnitId, String),
    /// When it was last used.
    pub last_seen: Option<i64>,
    /// When it was made.
    pub created_on: i64,
    /// When its time ends.
    pub ends_on: Option<i64>,
    /// No person.
    pub is_service: bool,
    /// Why it stands here, in words.
    pub why: String,
    /// How many live roles it has.
    pub roles: i64,
    /// How many live tokens it has.
    pub tokens: i64,
    /// What whoever looks can do.
    pub todo: Vec<Todo>,
}

/// One of the four lists.
#[derive(Clone, Debug)]
pub struct FoundList {
    /// What it is about.
    pub forgot: Forgot,
    /// Longest forgotten first, at most [`SHOWN`].
    pub lines: Vec<FoundLine>,
    /// There are more than these.
    pub has_more: bool,
}

/// Everything that was found.
#[derive(Clone, Debug)]
pub struct FinderPage {
    /// How many days not seen is dormant.
    pub days: i64,
    /// The lists, in the order of [`Forgot::ALL`].
    pub lists: Vec<FoundList>,
}

/// Whether somebody may look.
pub fn may_find(actor: &Actor) -> Result<(), Denial> {
    entrust(actor, Task::DisableUsers).or_else(|_| entrust(actor, Task::ManageUsers))
}

/// Finds forgotten accounts; dormant is not seen for `days`.
pub fn find(tx: &mut Tx<'_>, actor: &Actor, days: i64) -> Done<FinderPage> {
    may_find(actor)?;
    if !DAYS.contains(&days) {
        return Err(Problem::column("days", format!("a number of days from {} to {}", DAYS.start(), DAYS.end())));
    }
    let last = match rights::lasting_administrators(tx)?.as_slice() {
        [only] => Some(*only),
        _ => None,
    };
    let mut lists = Vec::new();
    for forgot in Forgot::ALL {
        let search = match forgot {
            Forgot::Dormant => Search::Dormant { since: tx.now() - days * DAY },
            Forgot::NeverUsed => Search::NeverUsed { before: tx.now() - UNUSED },
            Forgot::PastEnd => Search::PastEnd,
            Forgot::WithoutOwner => Search::WithoutOwner,
        };
        let mut found = accounts::forgotten(tx, search, SHOWN + 1)?;
        let has_more = found.len() > SHOWN;
        found.truncate(SHOWN);
        let lines = found.into_iter().map(|one| line(actor, forgot, last, tx.now(), one)).collect();
        lists.push(FoundList { forgot, lines, has_more });
    }
    Ok(FinderPage { days, lists })
}

fn line(actor: &Actor, forgot: Forgot, last: Option<PrincipalId>, now: i64, found: Forgotten) -> FoundLine {
    FoundLine {
        why: why(forgot, now, &found),
        todo: todo(actor, forgot, last, &found),
        user: found.user,
        name: found.name,
        state: found.state,
        unit: (found.unit, found.unit_name),
        last_seen: found.last_seen,
        created_on: found.created_on,
        ends_on: found.ends_on,
        is_service: found.is_service,
        roles: found.roles,
        tokens: found.tokens,
    }
}

fn why(forgot: Forgot, now: i64, found: &Forgotten) -> String {
    let days = |since: i64| match (now - since) / DAY {
        0 => "less than a day".to_owned(),
        1 => "a day".to_owned(),
        days => format!("{days} days"),
    };
    match forgot {
        Forgot::Dormant => format!("not seen for {}", days(found.last_seen.unwrap_or(found.created_on))),
        Forgot::NeverUsed if found.state == UserState::Invited => "the invitation ran out unused".into(),
        Forgot::NeverUsed => format!("made {} ago, and never signed in", days(found.created_on)),
        Forgot::PastEnd => format!("the time here ended {} ago", days(found.ends_on.unwrap_or(now))),
        Forgot::WithoutOwner => match &found.responsible {
            None => "nobody answers for it".into(),
            Some((_, name, UserState::Active)) => format!("{name}, who answers for it, is a service account"),
            Some((_, name, state)) => format!("{name}, who answers for it, is {}", state.name()),
        },
    }
}

/// What may be done here, by the tasks and guards that decide when it is done.
fn todo(actor: &Actor, forgot: Forgot, last: Option<PrincipalId>, found: &Forgotten) -> Vec<Todo> {
    let may = |task: Task| entrust(actor, task).is_ok();
    if found.user == actor.user() {
        return Vec::new();
    }
    let (stops, manages, is_last) = (may(Task::DisableUsers), may(Task::ManageUsers), last == Some(found.user));
    let can_invite = manages && (found.roles == 0 || may(Task::AssignRoles));
    let can_freeze = stops && found.state != UserState::Frozen && !is_last;
    let all = [
        (forgot == Forgot::WithoutOwner && manages, Todo::NameResponsible),
        (forgot == Forgot::NeverUsed && found.state == UserState::Invited && can_invite, Todo::InviteAgain),
        (can_freeze, Todo::Freeze),
        (manages && !is_last && forgot != Forgot::WithoutOwner && found.state != UserState::Invited, Todo::SetEnd),
        (stops && !is_last && found.state != UserState::Invited && !found.is_service, Todo::PlanDeparture),
    ];
    all.into_iter().filter(|(may, _)| *may).map(|(_, what)| what).collect()
}
