//! People, teams and units, and how people come in: sessions, invitations, passwords, the throttle.
//!
//! Users and teams are principals of one table, so an owner and a share name one id. What was is kept: memberships,
//! managers and units' parents are rows that get an end, never rows that change. Nothing here decides who may; what is
//! refused ([`Problem`]) would break what is kept.
//! Not here: roles and profiles ([`crate::rights`]), how a password is hashed (`crm`).
//! Start reading at [`users::User`]. Proved by `crates/store/tests/it/accounts.rs`.

mod credentials;
mod depend;
mod ends;
mod factors;
mod forgotten;
mod invitations;
mod names;
mod organisation;
mod record_teams;
mod refused;
mod resets;
mod restored;
mod sessions;
mod shut_out;
mod team_templates;
mod teams;
mod throttle;
mod units;
mod users;

pub use credentials::{end_password, former_password_hashes, password_changed_on, password_hash, set_password_hash};
pub use depend::left_alone;
pub use ends::{is_end_told, note_end_told, services_of, set_end, set_service, time_over};
pub use factors::{
    Factor, FactorReset, begin_factor, confirm_factor, end_factor, factor, factor_resets, has_factor, prove, recovery_codes_left,
    set_recovery_codes, tell_factor_resets, use_recovery_code, use_step,
};
pub use forgotten::{Forgotten, Search, forgotten};
pub use invitations::{invitation, invite_token, use_invitation};
pub use names::{PrincipalKind, PrincipalName, find_owners, find_principals, names, unit_names};
pub use organisation::{install_principals, meta, organisation_name, set_meta, set_organisation_name};
pub use record_teams::{
    RecordTeam, end_record_team, enter_record_team, leave_record_team, make_record_team, record_of_team, record_teams, shared_along,
};
pub(crate) use record_teams::{disband, end_with_record, is_record_team, return_with_record};
pub use refused::{RefusedSignIn, link_of, note_refused, refused_sign_ins, tell_refused, untold_refused};
pub use resets::{ResetAsk, ResetNotice, ask_reset, has_reset_asks, note_reset, reset_notices, take_reset_ask, told_resets};
pub use restored::end_everything;
pub use sessions::{NewSession, Seen, Session, end_session, open_session, seen, session, sessions_of, touch};
pub use shut_out::{Came, HeldKind, HeldThing, all_shut_out, came_to, end_keys, held_at, shut_out};
pub use team_templates::{TeamTemplate, end_team_template, make_team_template, team_template, team_templates};
pub use teams::{Team, TeamKind, add_member, create_team, members, move_team, remove_member, rename_team, team, teams, teams_of};
pub use throttle::{Throttle, ThrottlePolicy, fail, forget_tries, succeed, throttle};
pub use units::{Unit, create_unit, move_unit, rename_unit, unit, units};
pub(crate) use users::is_user_or_team;
pub use users::{
    NewUser, User, UserQuery, describe_user, invite, lock_user, lock_user_share, move_user, remark, reports_of, set_manager, set_state,
    touch_seen, user, user_by_email, users,
};

use crate::sql::Dialect;
use crate::{Fault, Refusal, Tx};
use catalogue::Value;
use std::fmt;

/// Names stand in lists, files and the trail: no name of a person, team, unit, role or profile is longer.
pub const LONGEST: usize = 254;

/// What would break what is kept. A person can choose otherwise.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Problem {
    /// No user, team, unit, role, profile or column has this id or name.
    Unknown,
    /// A unit would be below itself, or a person the manager of the own manager.
    Cycle,
    /// There is one tree of units, and it has its root already.
    OneRoot,
    /// A default team has exactly the users of its unit and is not edited by hand.
    DefaultTeam,
    /// An access team owns nothing and holds no roles.
    AccessTeam,
    /// The team of one record is changed where the record is.
    RecordTeam,
    /// The name is empty.
    NoName,
    /// The name is longer than [`LONGEST`] characters.
    LongName,
    /// The column names or finds the row, or is kept by the product: it cannot be secured.
    NotSecurable,
    /// The end lies in the past.
    Past,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Problem::Unknown => "there is no such thing",
            Problem::Cycle => "that would go round in a circle",
            Problem::OneRoot => "there is a root already, and there is only one",
            Problem::DefaultTeam => "a default team has exactly the users of its unit",
            Problem::AccessTeam => "an access team owns nothing and holds no roles",
            Problem::RecordTeam => "this team belongs to a record: who is in it changes there, and it is given nothing else",
            Problem::NoName => "a name is needed",
            Problem::LongName => "a name has at most 254 characters",
            Problem::NotSecurable => "this column cannot be secured",
            Problem::Past => "the end lies in the past",
        })
    }
}

/// Why a change of people, teams, units or rights was not made.
#[derive(Debug)]
pub enum AccountError {
    /// Ours to mend, or a name that is taken.
    Fault(Fault),
    /// The person's to mend.
    Problem(Problem),
}

impl fmt::Display for AccountError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            AccountError::Fault(fault) => fault.fmt(f),
            AccountError::Problem(problem) => problem.fmt(f),
        }
    }
}

impl std::error::Error for AccountError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            AccountError::Fault(fault) => Some(fault),
            AccountError::Problem(_) => None,
        }
    }
}

impl From<Fault> for AccountError {
    fn from(fault: Fault) -> AccountError {
        AccountError::Fault(fault)
    }
}

impl From<Problem> for AccountError {
    fn from(problem: Problem) -> AccountError {
        AccountError::Problem(problem)
    }
}

impl Refusal for AccountError {
    fn verdict(&self) -> Option<&str> {
        match self {
            AccountError::Fault(_) => None,
            AccountError::Problem(_) => Some("refused"),
        }
    }

    fn may_run_again(&self) -> bool {
        matches!(self, AccountError::Fault(Fault::Again(_)))
    }
}

/// Text that may be empty but is never null.
pub(crate) fn plain(text: &str) -> Value {
    Value::Text(text.to_owned())
}

/// Text that may be absent.
pub(crate) fn maybe(text: Option<&str>) -> Value {
    text.map_or(Value::Null, Value::from)
}

/// The name as it is kept, with its key; an empty one is refused.
pub(crate) fn named(name: &str) -> Result<(String, String), AccountError> {
    let name = catalogue::text::stored(name.trim());
    let key = catalogue::text::key(&name);
    if key.is_empty() {
        return Err(Problem::NoName.into());
    }
    if name.chars().count() > LONGEST { Err(Problem::LongName.into()) } else { Ok((name, key)) }
}

/// Who made the row: whoever signed the transaction.
pub(crate) fn by(tx: &Tx<'_>) -> Value {
    tx.signer().map(|p| p.0).into()
}

/// What locks a row that was read, on the database that has locks.
pub(crate) fn for_update(tx: &Tx<'_>) -> &'static str {
    match tx.dialect() {
        Dialect::Sqlite => "",
        Dialect::Postgres => " FOR UPDATE",
    }
}

/// Keeps books that are no change and need no entry in the trail: last use, failed tries.
pub(crate) fn quietly(tx: &mut Tx<'_>, text: &str, binds: &[Value]) -> Result<u64, Fault> {
    let before = tx.writes;
    let done = tx.run(text, binds);
    tx.writes = before;
    done
}
