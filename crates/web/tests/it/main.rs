//! What web promises about how it looks, told as sentences.
//!
//! One idea: promises about weight, escaping and markup are checked on the files and structs themselves.
//! Deliberately not here: the browser (the outside ring). Start reading at [`pages`].

#![allow(clippy::unwrap_used, reason = "a broken test should say where")]

mod assets;
mod pages;
