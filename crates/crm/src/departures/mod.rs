//! Somebody leaves: the plan, who decides it, the run, the proof, and the way back.
//!
//! A departure is a list of [`Item`]s, everything that refers to the person, found by walking the catalogue and every
//! stored definition ([`find`]). Somebody chooses what becomes of each, the policy says who approves; then the person is
//! shut out in one short transaction, and one resumable job does the rest through the normal verbs, noting each thing it
//! changed so that it can be undone. A decision is sealed by a fingerprint over what was decided on: kinds, stored
//! definitions and choices, no rows and no counts. Where something new refers to the person, the plan is asked about again.
//! Not here: stopping somebody ([`crate::people`]). Start reading at [`plan`] and [`run`].
//! Proved by `crates/crm/tests/it/departures.rs`.

mod apply;
mod archive;
mod begin;
mod certificate;
mod choose;
mod find;
mod item;
mod plan;
mod policy;
mod run_job;
mod sheet;
mod tell;
mod touched;
mod undo_job;
mod words;

pub use archive::archive;
pub(crate) use archive::sweep as sweep_archives;
pub(crate) use begin::keep_time;
pub use begin::{approve, run, stop};
pub use certificate::certificate;
pub use item::{Choice, Item, Kind, Offer, Sample};
pub use plan::{Edit, cancel, change, plan, send_back, submit};
pub use policy::{Approves, DeparturePolicy, Preset, may_disable_at_once, may_set_policy, pending_policy, policy, set_policy};
pub(crate) use run_job::run as run_job;
pub use sheet::{Conflict, DepartureLine, DeparturePage, May, Sheet, Tally, dependencies, list, may_start, open};
pub use store::departures::{Departure, State};
pub(crate) use undo_job::run as undo_job;
pub use undo_job::undo;

use security::{Actor, Denial};

/// The kind of the job that runs a departure.
pub const RUN: &str = "departure.run";
/// The kind of the job that undoes one.
pub const UNDO: &str = "departure.undo";

/// Nobody has a hand in the own departure.
fn not_oneself(actor: &Actor, departure: &Departure) -> Result<(), Denial> {
    if departure.user == actor.user() {
        return Err(Denial::Guard("nobody has a hand in their own departure; somebody else who may disable people has"));
    }
    Ok(())
}
