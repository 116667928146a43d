//! The store's sentences, each on both databases.
//!
//! One binary, so that the schema is compiled once and one PostgreSQL serves all of it. A test asks [`both::on_both`]
//! for a fresh store and tells what holds; the store is checked for a whole trail when the test lets go of it.
//! Not here: what a right means (`crates/security/tests/it/main.rs`), what verbs do (`crates/crm/tests/it/main.rs`).
//! Start reading at [`both`].
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    missing_docs,
    reason = "a test stops at the first thing that is not as told"
)]

mod both;
mod oracle;
mod worlds;

mod accounts;
mod blobs;
mod columns;
mod dump;
mod factors;
mod journal;
mod mail;
mod notices;
mod opening;
mod permits;
mod queue;
mod records;
mod references;
mod rights;
mod shut_out;
mod trail;
mod trail_rows;
mod two_readers;
mod values;
mod writing;
