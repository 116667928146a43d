//! People, units, teams, roles and field profiles: who is here, and what was given to whom.
//!
//! Each change asks the task that names it, and passes the guards: nobody widens the own rights, and somebody who may
//! everything, without an end, is always left. Names are known to every active user, all else to whom a task opens it.
//! Not here: passwords and sessions ([`crate::sign_in`]), why somebody has access ([`crate::access`]).
//! Start reading at [`invite`]. Proved by `crates/crm/tests/it/people.rs`.

mod columns;
mod define;
mod disable;
mod enable;
mod ends;
mod finder;
mod follow;
mod freeze;
pub(crate) mod guards;
mod invite;
mod list;
mod noted;
mod pick;
mod place;
mod profiles;
mod refused;
mod reset_factor;
mod roles;
mod run_follow;
mod service;
mod team_templates;
mod teams;
mod units;

pub use columns::{ColumnLine, ColumnReader, ColumnReaders, Columns, Securable, column_readers, columns, securable};
pub use define::{RoleLine, RoleSheet, role, roles, save_role};
pub(crate) use disable::shut_out;
pub use disable::{disable, disable_as_operator};
pub use enable::{Offer, enable, offered};
pub(crate) use ends::keep_ends;
pub use ends::set_end;
pub use finder::{DAYS, DORMANT_DAYS, FinderPage, Forgot, FoundLine, FoundList, SHOWN, Todo, find, may_find};
pub use follow::{FOLLOW, Follow, Owned, open_states, owned_by_team, owned_by_user};
pub(crate) use freeze::stop as stop_account;
pub use freeze::{freeze, freeze_as_operator, unfreeze};
pub(crate) use guards::as_actor;
pub use guards::gains_nothing;
pub use invite::{Invitation, InviteAsk, invite, invite_again};
pub(crate) use list::oversees;
pub use list::{Details, HeldHow, Person, PersonPage, PersonRow, Stopped, list, person};
pub use noted::note_missing;
pub use pick::{Me, me, pick, pick_owners};
pub use place::{describe, move_to, set_manager};
pub use profiles::{ProfileSheet, give_profile, may_give_profiles, profile, profiles, save_profile, set_secured, take_profile};
pub(crate) use refused::alert;
pub use refused::{RefusedPage, refused_sign_ins};
pub use reset_factor::{asks_for_factor, require_factor, reset_factor, reset_factor_as_operator};
pub use roles::{GiveAsk, give_role, take_role};
pub(crate) use run_follow::run as run_follow;
pub use service::{said_service, set_service};
pub use team_templates::{end_team_template, make_team_template, team_templates, template_rights};
pub use teams::{TeamSheet, add_member, create_team, move_team, remove_member, rename_team, team, teams};
pub use units::{UnitLine, create_unit, move_unit, rename_unit, units};

/// What these verbs take and answer, kept below.
pub use security::{Profile, Role, Tasks};
pub use store::accounts::{
    Came, HeldKind, HeldThing, PrincipalKind, PrincipalName, RefusedSignIn, Team, TeamKind, TeamTemplate, User, UserQuery,
};
pub use store::rights::{ProfileDraft, ProfileGrant, RoleDraft, RoleGrant};

use crate::{Done, Problem};

/// An address that a letter could reach: something, an at, something with no white space; at most 254 bytes.
pub(crate) fn check_email(email: &str) -> Done<()> {
    let email = email.trim();
    let fits = email.len() <= 254
        && !email.chars().any(|c| c.is_whitespace() || c.is_control())
        && email.rsplit_once('@').is_some_and(|(before, after)| !before.is_empty() && !after.is_empty());
    if fits { Ok(()) } else { Err(Problem::column("email", format!("`{email}` is not an e-mail address"))) }
}
