//! Changing records: made, changed, assigned, shared, deleted, brought back, with what follows from it.
//!
//! Every verb asks [`reach()`] or a permit first and acts through `store` under that permit. What a person may write is
//! checked by `check`, what a lookup asks by `lookups`, what the product fills in by `derive` and `amounts`; what happens
//! to children follows the catalogue's relations row by row, with the actor's own rights there and never more.
//! Not here: looking ([`crate::views`]), how values are written ([`crate::values`]).
//! Start reading at [`create()`]. Proved by `crates/crm/tests/it/records_write.rs`.

mod amounts;
mod assign;
mod attach;
mod cascade;
mod cells;
mod change;
mod check;
mod create;
mod delete;
mod derive;
mod lookups;
mod reach;
mod receive;
mod receiver;
mod reparent;
mod repeat;
mod restore;
mod settable;
mod share;
mod team;
mod together;
mod unshare;

pub use assign::{assign, assign_keeping};
pub use attach::{Content, Uploaded, attach, content, content_type};
pub use change::change;
pub use create::{Draft, create};
pub use delete::{MOST, delete};
pub(crate) use derive::numbers;
pub use reach::{reach, table_of};
pub use receive::{Sent, receive, send};
pub(crate) use receiver::Receiver;
pub use repeat::{idempotent, remember};
pub use restore::{KEPT_DAYS, restore};
pub(crate) use settable::settable;
pub use share::{ShareAsk, share};
pub use store::records::Cells;
pub use team::{TeamOfRecord, put_into_team, take_out_of_team, teams_of_record};
pub use together::{TOGETHER, together};
pub use unshare::unshare;
