//! The sentences of `crm`: what people may do, what they may not, and what the trail says of it.
//!
//! One binary; each module asks [`world::on_both`] for a small company on a fresh store and tells what holds. The same
//! sentences run on SQLite and, when a server is named, on PostgreSQL.
//! Not here: the decision itself (`crates/security/tests/it/main.rs`), where things lie (`crates/store/tests/it/main.rs`).
//! Start reading at [`world`].
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    missing_docs,
    dead_code,
    reason = "a test stops at the first thing that is not as told"
)]

mod world;

mod access;
mod account;
mod approvals;
mod attacks;
mod backup;
mod columns;
mod departures;
mod departures_found;
mod departures_handed;
mod departures_time;
mod departures_upkeep;
mod desk;
mod dialogs;
mod disable;
mod ends;
mod exchange;
mod finder;
mod freeze;
mod guards;
mod jobs;
mod mail;
mod moving;
mod notices;
mod oversight;
mod passwords;
mod people;
mod policy;
mod record_teams;
mod records_write;
mod refused;
mod second_factor;
mod service;
mod setup;
mod sign_in;
mod tables;
mod values;
mod views;
mod workflows;
