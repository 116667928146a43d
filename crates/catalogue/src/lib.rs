//! WHAT EXISTS: tables, columns, relations, choices and their names.
//!
//! The catalogue is a value, [`Catalogue`]: the shipped part ([`standard`]) and what an organisation added to it.
//! Tables and columns are ids inside that value ([`TableId`], [`ColumnId`]), never enum variants, so that a table made
//! at run time is treated like a shipped one. Names and option values follow the Common Data Model, in snake_case.
//!
//! Not here: rights (`security`), storage (`store`), any I/O.
//! Start reading at [`Catalogue`]. Proved by `crates/catalogue/tests/it/main.rs`.

mod build;
mod catalogue;
mod column;
pub mod custom;
pub mod naming;
pub mod standard;
mod table;
pub mod text;
mod value;

pub use build::TableBuilder;
pub use catalogue::{Broken, Catalogue};
pub use column::{ChoiceOption, Column, ColumnId, Custom, Kind, Sensitivity, Target};
pub use custom::{CustomKind, Definition};
pub use table::{Area, Cascade, FormSection, OnDelete, Ownership, Relation, Sort, Table, TableId, View};
pub use value::{RowId, Value};
