//! How it looks: router, guard, pages, REST.
//!
//! One idea: this room asks `crm` and shows the answer; it decides nothing.
//! [`pages`] are plain data with templates, [`assets`] the browser's files.
//! Deliberately not here: rights, SQL, time. Start reading at [`pages`]. Proved by `tests/it/`.

pub mod assets;
pub mod pages;
