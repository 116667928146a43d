//! The doors of the web client: what the pages' links and forms reach.
//!
//! [`PAGES`] is a list of doors like [`crate::router::DOORS`]; each asks `crm` and fills a page of [`crate::pages`].
//! Not here: templates ([`crate::pages`]), who asks ([`crate::guard`]). Start reading at [`PAGES`].
//! Proved by `tests/it/doors.rs`.

use crate::App;
use crate::answer::Told;
use crate::call::Call;
use crate::doors::Door;

/// The doors of the web client.
pub static PAGES: &[Door] = &[];

/// The page about a problem, in the frame of whoever asked; none when no frame can be made. Runs on a blocking thread.
pub(crate) fn problem(_: &App, _: &Call, _: &Told) -> Option<String> {
    None
}
