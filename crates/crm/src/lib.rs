//! WHAT PEOPLE DO: one verb, one file.
//!
//! Every verb is a plain synchronous function over a transaction and the actor loaded inside it; it reads top to bottom
//! and knows neither SQL nor HTTP, neither the clock nor how its transaction ends. [`Desk`] is the one way in.
//! Not here: the decision itself (`security`), where things lie (`store`), how they look (`web`).
//! Start reading at [`Desk::perform`]. Proved by `crates/crm/tests/it/main.rs`.

pub mod access;
pub mod approvals;
pub mod backup;
pub mod departures;
mod desk;
pub mod dialogs;
mod error;
pub mod exchange;
pub mod jobs;
pub mod mail;
pub mod notices;
pub mod oversight;
pub mod people;
pub mod records;
pub mod setup;
pub mod sign_in;
pub mod tables;
pub mod values;
pub mod views;
pub mod workflows;

pub use desk::{Asker, Channel, Desk, Scope, Verb};
pub use error::{Done, Error, FieldError, Problem, ProblemKind};
/// The words of the rooms below that callers need to name; nobody above asks those rooms for anything.
pub use security::{
    AccessLevel, Actor, ColumnGrant, ColumnUse, Denial, Explanation, Levels, Path, PrincipalId, Privilege, Rights, RoleId, Task, Through,
    UnitId, UserState,
};
pub use store::{Chance, Clock, Fault, Tx};
