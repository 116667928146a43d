//! What must hold of the house itself: floors, map, headers, laws, strangers.
//!
//! The one idea: a rule about the source that nobody checks is a wish, so each is a test that reads the files.
//! Nothing is compiled or run here; all of it takes less than a second and only `std`.
//! Not here: what the product does; each crate proves that in its own `tests/it`.
//! Start reading at `rooms`.

#![allow(clippy::expect_used, clippy::panic)] // a house that cannot be read is a failed test

mod laws;
mod map;
mod restrictions;
mod rooms;
mod source;
mod strangers;
