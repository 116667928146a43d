//! Somebody leaves: the plan, who decides it, the run, the proof, and the way back.
//!
//! A departure is a list of [`Item`]s, everything that refers to the person, found by walking the catalogue and every
//! stored definition ([`find`]). Somebody chooses what becomes of each, the policy says who approves; then the person is
//! shut out in one short transaction, and one resumable job does the rest through the normal verbs, noting each thing it
//! changed so that it can be undone. A decision is sealed by a fingerprint over what was decided on: kinds, stored
//! definitions and choices, no rows and no counts. Where something new refers to the person, the plan is asked about again.
//! Not here: stopping somebody ([`crate::people`]). Start reading at [`plan`] and [`run`].
//! Proved by `crates/crm/tests/it/departures.rs`.

mod find;
mod item;
mod policy;
mod sheet;

pub use item::{Choice, Item, Kind, Offer, Sample};
pub use policy::{Approves, DeparturePolicy, Preset, may_disable_at_once, may_set_policy, policy, set_policy};
pub use sheet::{Conflict, DepartureLine, DeparturePage, May, Sheet, Tally};
pub use store::departures::{Departure, State};

/// The kind of the job that runs a departure.
pub const RUN: &str = "departure.run";
/// The kind of the job that undoes one.
pub const UNDO: &str = "departure.undo";
