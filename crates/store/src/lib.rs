//! WHERE IT LIES: SQLite and PostgreSQL behind one [`Tx`]; the only SQL of the product.
//!
//! No customer record leaves this room without a [`security::Permit`], and no change is kept without its entry in the
//! trail: [`Store::write`] appends it in the same transaction. This room decides nothing.
//! Not here: what people do (`crm`), what a right means (`security`).
//! Start reading at [`Store`]. Proved by `crates/store/tests/it/main.rs`.

pub mod accounts;
pub mod approvals;
pub mod blobs;
pub mod columns;
pub mod departures;
pub mod dump;
mod durable;
pub mod exchange;
mod fault;
pub mod idempotency;
pub mod journal;
pub mod mail;
mod migrate;
pub mod notices;
mod postgres_side;
pub mod queue;
pub mod records;
pub mod references;
pub mod revocation;
pub mod rights;
mod sealed;
pub mod sequences;
mod sql;
mod sqlite;
mod standing;
mod store;
pub mod trail;
mod tx;
mod values;
pub mod workflows;

pub use fault::Fault;
pub use sql::Dialect;
pub use store::{OpenError, Refusal, Setup, Store};
pub use trail::Stamp;
pub use tx::{Chance, Clock, Tx};
