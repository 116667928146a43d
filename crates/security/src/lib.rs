//! WHO MAY: who may do what to which record.
//!
//! The question is always the same: may this [`Actor`] use this [`Privilege`] on records of this table?
//! The answer is a [`Permit`] or a [`Denial`]; nothing else in the product decides about access.
//! A permit carries its rule as data, a [`Rule`]: [`Rule::holds`] answers for one record in memory, `store` writes
//! the same rule as SQL for a list, [`explain`] says it in words.
//!
//! No I/O, no clock, no async: what this room needs to know, it is handed.
//! Start reading at [`permit`]. Proved by `crates/store/tests/it/two_readers.rs`.

mod actor;
mod denial;
mod explain;
mod level;
mod permit;
mod principal;
mod role;
mod rule;
mod shipped;

pub use actor::{Actor, Held, HeldProfile, Membership, Standing, UnitTree};
pub use denial::Denial;
pub use explain::{Explanation, Path, explain, gains};
pub use level::{AccessLevel, Levels, Privilege, Rights, Task, Tasks};
pub use permit::{ColumnUse, Errand, Permit, Reason, entrust, follow, hand_over, name_again, permit, replace_in, take_back};
pub use principal::{PrincipalId, RoleId, Through, UnitId, UserState};
pub use role::{ColumnGrant, Profile, Role};
pub use rule::{RowFacts, Rule, ShareFact};
pub use shipped::shipped_roles;
