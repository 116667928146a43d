//! The web client: one function a page, each a door of [`PAGES`].
//!
//! A page is asked for in one look: the record or list, and beside it what surrounds it ([`frame`]), under the same
//! rights. What is sent is done by one verb and answered by an address to look at, so that a page can be loaded again;
//! what is wrong comes back in the same form. Everything works without a script.
//! Not here: cookies, tokens of forms and headers ([`crate::guard`]), how pages are drawn ([`crate::pages`]).
//! Start reading at [`PAGES`]. Proved by `tests/it/client.rs`.

mod address;
mod chips;
mod conflict;
mod entry;
mod fields;
mod form;
mod frame;
mod lists;
mod record;
mod show;
mod timeline;

use crate::App;
use crate::answer::Told;
use crate::call::Call;
use crate::doors::Door;
use catalogue::Table;
use crm::{Actor, Denial, Done};

/// The address of a list: the view, its filters, and the small form that adds one.
const LIST: &str = "view sort filter search after back add_column add_op add_value done row";


/// The doors of the web client.
#[rustfmt::skip]
pub static PAGES: &[Door] = &[
    Door::page("GET", "/sign-in", entry::gate, "Sign in").entry().query("back why"),
    Door::page("POST", "/sign-in", entry::sign_in, "Sign in").entry(),
    Door::page("POST", "/sign-out", entry::sign_out, "Sign out"),
    Door::page("GET", "/set-up/{token}", entry::set_up, "Set up the organisation, once").entry(),
    Door::page("POST", "/set-up/{token}", entry::install, "Set up the organisation, once").entry(),
    Door::page("GET", "/invitation/{token}", entry::invitation, "Accept an invitation").entry(),
    Door::page("POST", "/invitation/{token}", entry::join, "Accept an invitation").entry(),
    Door::page("POST", "/preferences", entry::prefer, "Colours, height of rows, site map"),

    Door::page("GET", "/files/{id}/content", record::content, "The bytes of a file"),

    Door::page("GET", "/{set}", lists::page, "A list").query(LIST),
    Door::page("GET", "/{set}/new", form::new, "The form of a new record").query("for done row"),
    Door::page("POST", "/{set}/new", form::create, "Make a record").query("for"),
    Door::page("GET", "/{set}/{id}", record::page, "A record").query("show all done row"),
    Door::page("GET", "/{set}/{id}/edit", form::edit, "The form of a record"),
    Door::page("POST", "/{set}/{id}/edit", form::save, "Change a record"),
    Door::page("GET", "/{set}/{id}/timeline", timeline::part, "What happened around it").query("show all"),
    Door::page("POST", "/{set}/{id}/timeline", timeline::compose, "Write a note, a call or a task about it"),
    Door::page("GET", "/{set}/{id}/history", timeline::history, "What became of it").query("all"),
    Door::page("GET", "/{set}/{id}/who", record::who, "Who can see it").query("part"),
];

/// The page of what did not work, for whoever asked; none when no frame can be made.
pub(crate) fn problem(app: &App, call: &Call, told: &Told) -> Option<String> {
    frame::problem(app, call, told)
}

/// The table of a set; a set that is none is an address of nothing.
fn must_be_there<'a>(actor: &'a Actor, set: &str) -> Done<&'a Table> {
    actor.catalogue().find(set).ok_or_else(|| Denial::NotThere.into())
}
