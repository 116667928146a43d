//! Tests of the small company: what is told, what is imported, what is generated.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test that fails may panic")]

mod generated;
mod northwind;
mod told;
