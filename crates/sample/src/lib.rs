//! A SMALL COMPANY: who works there, what it sells, whom it knows. For tests, the demo, the manual's pictures, benches.
//!
//! Three sources, none of which touches a database: [`cast`] reads a company told in a few lines of text,
//! [`northwind`] holds real files with the maps to import them and the people who import them, and [`generate`] makes
//! as many plausible rows as one asks for, the same ones for the same seed.
//! Not here: writing any of it into an organisation.
//! Start reading at [`cast::read`] for tests, at [`generate::Generator`] for load. Proved by
//! `crates/sample/tests/it/main.rs`.

pub mod cast;
mod chance;
pub mod generate;
mod names;
pub mod northwind;
mod places;
mod wording;
