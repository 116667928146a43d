//! What web promises, told as sentences: the doors and what stands before them, and how pages look.
//!
//! One idea: the whole router is asked without a socket, over the small company of crm's tests; weight, escaping and
//! markup are checked on the files and structs themselves.
//! Deliberately not here: the browser (the outside ring). Start reading at [`doors`] and [`pages`].

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    missing_docs,
    dead_code,
    reason = "a test stops at the first thing that is not as told"
)]

mod account_pages;
mod answers;
mod assets;
mod attacks;
mod audit;
mod client;
mod column_pages;
mod departures;
mod dialogs;
mod doors;
mod entry;
mod exchange;
mod exchange_pages;
mod finder_pages;
mod guard;
mod mail;
mod notices;
mod openapi;
mod pages;
mod people_pages;
mod record_teams;
mod rows;
mod server;
mod tab;
mod tables;
mod visit;
mod workflows;
#[path = "../../../crm/tests/it/world.rs"]
mod world;
