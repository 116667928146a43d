//! The sentences of security: who may, who may not, and what is said about it.
//!
//! One binary. A person is told in a few words by [`company`], a rule is asked about facts that the test writes down; no
//! database is near. The role matrix stands in `matrix.txt`, so that a change of rights is a diff a person can review.
//! Not here: whether SQL says the same (`crates/store/tests/it/two_readers.rs`).
//! Start reading at [`decisions`].
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    missing_docs,
    reason = "a test stops at the first thing that is not as told"
)]

mod columns;
mod company;
mod decisions;
mod matrix;
mod rules;
mod words;
