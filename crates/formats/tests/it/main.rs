//! The sentences that hold of how files look.
//!
//! `real_files` and `encodings` read files that nobody here wrote; they need the shared data folder (`data.rs`).
//! `properties` holds of all texts and all bytes. The rest says one thing each about reading and writing.
//! Start reading at `problems.rs`, which is the list of what may be wrong with a file.

// A test may panic; the lints know that of test functions only, not of what they share.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)]

mod data;
mod encodings;
mod exports;
mod hostile;
mod problems;
mod properties;
mod real_files;
mod sniffing;
