//! The real binary, from outside: command line, server, socket, crash.
//!
//! Each test starts its own `castellan` on a free port over its own data directory and ends it by its id.
//! Not here: what can be proved without a process (`crates/web/tests`, `crates/crm/tests`).
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod backup;
mod beginnings;
mod columns;
mod crash;
mod databases;
mod demo;
mod departures;
mod disable;
mod ending;
mod ends;
mod freeze;
mod gone;
mod handing_over;
mod mail;
mod room;
mod second_factor;
mod server;
mod slow;
mod taking_out;
mod trail;
mod words;
mod workflows;
