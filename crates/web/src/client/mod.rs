//! The web client: one function a page, each a door of [`PAGES`].
//!
//! A page is asked for in one look: the record or list, and beside it what surrounds it ([`frame`]), under the same
//! rights. What is sent is done by one verb and answered by an address to look at, so that a page can be loaded again;
//! what is wrong comes back in the same form. Everything works without a script.
//! Not here: cookies, tokens of forms and headers ([`crate::guard`]), how pages are drawn ([`crate::pages`]).
//! Start reading at [`PAGES`]. Proved by `tests/it/client.rs`.

mod account;
mod acts;
mod address;
mod approvals;
mod audit;
mod bulk;
mod chips;
mod columns;
mod conflict;
mod departure_form;
mod departure_items;
mod departure_policy;
mod departure_proof;
mod departure_sheet;
mod departures;
mod dialogs;
mod ends;
mod entry;
mod exports;
mod factor;
mod fields;
mod finder;
mod form;
mod frame;
mod home;
mod imports;
mod jobs;
mod lists;
mod mail;
mod mapping;
mod moving;
mod notices;
mod people;
mod person;
mod profiles;
mod record;
mod record_teams;
mod roles;
mod search;
mod show;
mod sign_in_rules;
mod stopped;
mod tables;
mod timeline;
mod units;
mod workflow_fields;
mod workflow_form;
mod workflows;

use crate::App;
use crate::answer::Told;
use crate::call::Call;
use crate::doors::{Door, Who};
use catalogue::Table;
use crm::{Actor, Denial, Done};

/// The address of a list: the view, its filters, and the small form that adds one.
const LIST: &str = "view sort filter search after back add_column add_op add_value done row";

/// The doors of the web client.
#[rustfmt::skip]
pub static PAGES: &[Door] = &[
    Door::page("GET", "/sign-in", entry::gate, "Sign in").entry().query("back why"),
    Door::page("POST", "/sign-in", entry::sign_in, "Sign in").entry(),
    Door::page("GET", "/sign-in/code", factor::code, "Type the code of the second factor").query("back"),
    Door::page("POST", "/sign-in/code", factor::second_step, "Give the code of the second factor"),
    Door::page("GET", "/sign-in/password", factor::due, "Another password is due").query("back"),
    Door::page("POST", "/sign-in/password", factor::renew, "Choose another password and go on"),
    Door::page("POST", "/sign-out", entry::sign_out, "Sign out"),
    Door::page("GET", "/set-up/{token}", entry::set_up, "Set up the organisation, once").entry(),
    Door::page("POST", "/set-up/{token}", entry::install, "Set up the organisation, once").entry(),
    Door::page("GET", "/invitation/{token}", entry::invitation, "Accept an invitation").entry(),
    Door::page("POST", "/invitation/{token}", entry::join, "Accept an invitation").entry(),
    Door::page("GET", "/forgotten-password", mail::forgotten, "Ask for a link to choose another password").entry().query("sent"),
    Door::page("POST", "/forgotten-password", mail::ask_reset, "Ask for a link to choose another password").entry(),
    Door::page("GET", "/password-reset/{token}", entry::invitation, "Choose another password").entry(),
    Door::page("POST", "/password-reset/{token}", entry::join, "Choose another password").entry(),
    Door::page("POST", "/preferences", entry::prefer, "Colours, height of rows, site map"),

    Door::page("GET", "/account", account::page, "Your account").query("done"),
    Door::page("POST", "/account/password", account::password, "Choose another password"),
    Door::page("POST", "/account/sessions/end", account::end_session, "End one of your sessions, or all others"),
    Door::page("POST", "/account/tokens", account::make_token, "Make an access token; its secret is shown this once"),
    Door::page("POST", "/account/tokens/revoke", account::revoke, "End one of your tokens"),
    Door::page("POST", "/account/seen", account::seen, "You have seen what somebody else did to your account"),
    Door::page("GET", "/account/second-factor", factor::page, "Set up a second factor"),
    Door::page("POST", "/account/second-factor", factor::begin, "Begin a second factor"),
    Door::page("POST", "/account/second-factor/confirm", factor::confirm, "Confirm a second factor with its first code"),
    Door::page("POST", "/account/second-factor/remove", factor::remove, "Take your second factor away"),
    Door::page("POST", "/account/recovery-codes", factor::renew_codes, "New recovery codes; they are shown this once"),
    Door::page("GET", "/sign-in-rules", sign_in_rules::page, "What is asked of passwords and sign-ins").query("done"),
    Door::page("POST", "/sign-in-rules", sign_in_rules::save, "Change what is asked of passwords and sign-ins"),

    Door::page("GET", "/", home::page, "Today").query("done row"),
    Door::page("GET", "/search", search::page, "Search over everything").query("q"),
    Door::page("GET", "/search/palette", search::palette, "The same, a part of the palette").query("q"),
    Door::page("GET", "/lookup/{sets}", search::options, "What a picker offers").query("q"),
    Door::page("GET", "/files/{id}/content", acts::content, "The bytes of a file"),
    Door::page("POST", "/files/{id}/remove", acts::remove_file, "Delete a file"),

    Door::page("GET", "/people", people::page, "People").query("search state after done row"),
    Door::page("GET", "/people/new", people::new, "The form that invites somebody"),
    Door::page("POST", "/people/new", people::invite, "Invite somebody; the link is shown this once"),
    Door::page("GET", "/people/finder", finder::page, "Accounts that were forgotten").query("days"),
    Door::page("GET", "/people/{id}", person::page, "One person").query("done row"),
    Door::page("POST", "/people/{id}/invitation", person::invite_again, "A new invitation, or a reset"),
    Door::page("POST", "/people/{id}/freeze", person::freeze, "Stop somebody at once; nothing is lost"),
    Door::page("POST", "/people/{id}/unfreeze", person::unfreeze, "Let somebody in again"),
    Door::page("POST", "/people/{id}/disable", stopped::disable, "Shut somebody out for good; nothing is lost"),
    Door::page("POST", "/people/{id}/enable", stopped::enable, "Let a disabled person back in; the link is shown this once"),
    Door::page("POST", "/people/{id}/place", person::place, "Name, job, unit and manager of somebody"),
    Door::page("POST", "/people/{id}/end", ends::set_end, "Until when somebody works here"),
    Door::page("POST", "/people/{id}/service", ends::set_service, "Whether an account is a service account, and who answers for it"),
    Door::page("POST", "/people/{id}/second-factor", person::reset_factor, "Take away somebody's second factor"),
    Door::page("POST", "/people/{id}/roles", person::give, "Give somebody a role"),
    Door::page("POST", "/people/{id}/roles/take", person::take, "Take a role from somebody"),
    Door::page("POST", "/people/{id}/field_profiles", person::give_profile, "Give somebody a field profile"),
    Door::page("POST", "/people/{id}/field_profiles/take", person::take_profile, "Take a field profile from somebody"),
    Door::page("GET", "/roles", roles::list, "Roles").query("done"),
    Door::page("GET", "/roles/new", roles::new, "The form of a new role"),
    Door::page("POST", "/roles/new", roles::make, "Make a role"),
    Door::page("GET", "/roles/{id}", roles::page, "One role as a matrix").query("edit done"),
    Door::page("POST", "/roles/{id}", roles::save, "Change a role"),
    Door::page("GET", "/columns", columns::list, "Secured columns, or all of a table").query("set"),
    Door::page("GET", "/columns/{set}/{column}", columns::column, "Who reads a column, and who would").query("done"),
    Door::page("POST", "/columns/{set}/{column}", columns::secure, "Open a column, or secure it"),
    Door::page("POST", "/columns/{set}/{column}/grant", columns::grant, "Grant a column by a field profile"),
    Door::page("GET", "/field_profiles", profiles::list, "Field profiles"),
    Door::page("GET", "/field_profiles/new", profiles::new, "The form of a new field profile"),
    Door::page("POST", "/field_profiles/new", profiles::make, "Make a field profile"),
    Door::page("GET", "/field_profiles/{id}", profiles::page, "One field profile: grants and holders").query("edit done row"),
    Door::page("POST", "/field_profiles/{id}", profiles::save, "Change a field profile"),
    Door::page("POST", "/field_profiles/{id}/holders", profiles::give, "Give a field profile"),
    Door::page("POST", "/field_profiles/{id}/holders/take", profiles::take, "Take a field profile"),
    Door::page("GET", "/tables", tables::list, "Tables"),
    Door::page("GET", "/tables/{set}", tables::page, "The columns that were added to a table").query("done"),
    Door::page("GET", "/tables/{set}/columns/new", tables::new, "The form of a new column"),
    Door::page("POST", "/tables/{set}/columns/new", tables::add, "Add a column"),
    Door::page("GET", "/tables/{set}/columns/{column}", tables::edit, "The form of a column"),
    Door::page("POST", "/tables/{set}/columns/{column}", tables::save, "Change label, options and where a column is shown"),
    Door::page("GET", "/tables/{set}/columns/{column}/retire", tables::retire_page, "Before a column is retired"),
    Door::page("POST", "/tables/{set}/columns/{column}/retire", tables::retire, "Retire a column; its values stay"),
    Door::page("POST", "/roles/{id}/second-factor", roles::require_factor, "Whether a role asks for a second factor"),
    Door::page("GET", "/units", units::page, "Units and teams").query("done"),
    Door::page("POST", "/units", units::make_unit, "Make a unit"),
    Door::page("GET", "/units/{id}", units::unit, "The form of a unit"),
    Door::page("POST", "/units/{id}", units::change_unit, "Call a unit otherwise, or put it below another"),
    Door::page("POST", "/teams", units::make_team, "Make a team"),
    Door::page("POST", "/team_templates", record_teams::make, "Make a team template"),
    Door::page("POST", "/team_templates/{id}/end", record_teams::end, "End a team template; the teams by it stay"),
    Door::page("GET", "/teams/{id}", units::team, "One team").query("done row"),
    Door::page("POST", "/teams/{id}/name", units::rename_team, "Call a team otherwise"),
    Door::page("POST", "/teams/{id}/unit", units::move_team, "Move a team to another unit"),
    Door::page("POST", "/teams/{id}/members", units::add_member, "Put somebody into a team"),
    Door::page("POST", "/teams/{id}/members/remove", units::remove_member, "Take somebody out of a team"),
    Door::page("POST", "/teams/{id}/roles", units::give, "Give a team a role"),
    Door::page("POST", "/teams/{id}/roles/take", units::take, "Take a role from a team"),
    Door::page("POST", "/teams/{id}/field_profiles", units::give_profile, "Give a team a field profile"),
    Door::page("POST", "/teams/{id}/field_profiles/take", units::take_profile, "Take a field profile from a team"),

    Door::page("GET", "/departures", departures::list, "Who leaves: departures").query("after"),
    Door::page("GET", "/departures/new", departures::new, "The form of a new departure").query("user"),
    Door::page("POST", "/departures/new", departures::plan, "Plan a departure").query("user"),
    Door::page("GET", "/departures/policy", departure_policy::page, "What is asked of departures").query("done"),
    Door::page("POST", "/departures/policy", departure_policy::save, "Change what is asked of departures"),
    Door::page("GET", "/departures/{id}", departures::page, "One departure, a checklist that fills itself").query("edit part done"),
    Door::page("POST", "/departures/{id}", departures::save, "Choose what becomes of each item"),
    Door::page("POST", "/departures/{id}/submit", departures::submit, "Say that all of a departure is decided"),
    Door::page("POST", "/departures/{id}/approve", departures::approve, "Approve a departure"),
    Door::page("POST", "/departures/{id}/send_back", departures::send_back, "Send a departure back to whoever planned it"),
    Door::page("POST", "/departures/{id}/run", departures::run, "Run a departure, or go on"),
    Door::page("POST", "/departures/{id}/stop", departures::stop, "Stop a departure's job after its batch"),
    Door::page("POST", "/departures/{id}/cancel", departures::cancel, "Cancel a departure before anything is done"),
    Door::page("POST", "/departures/{id}/undo", departures::undo, "Give back what a departure handed over"),
    Door::page("GET", "/departures/{id}/certificate", departure_proof::page, "The certificate of a departure, to print"),
    Door::page("GET", "/departures/{id}/certificate.json", departure_proof::json, "The certificate of a departure, for programs"),
    Door::page("GET", "/departures/{id}/archive", crate::rest::departures::archive, "The sealed archive of a departure"),
    Door::page("GET", "/audit", audit::page, "The trail, newest first").query("user about refused people after"),
    Door::page("GET", "/mail", mail::page, "How the mail server is reached").query("done test part"),
    Door::page("POST", "/mail", mail::save, "Reach the mail server another way"),
    Door::page("POST", "/mail/test", mail::test, "Send a test to oneself"),
    Door::page("GET", "/mail/outbox", mail::outbox, "Letters, and what became of each").query("state after done"),
    Door::page("POST", "/mail/outbox/{id}/retry", mail::retry, "Try a letter again"),
    Door::page("POST", "/mail/outbox/{id}/withdraw", mail::withdraw, "Do not send a letter any more"),
    Door::page("POST", "/mail/forget", mail::forget, "Send no more mail"),

    Door::page("GET", "/imports", imports::list, "Your imports"),
    Door::page("GET", "/imports/new", imports::new, "Choose table and file").query("set"),
    Door::upload("/imports", Who::Page, imports::upload, "Send a file that is to be imported").parts("set file"),
    Door::page("GET", "/imports/files/{id}", mapping::page, "How a file was read, and where its columns go").query("set name"),
    Door::page("POST", "/imports/files/{id}", mapping::begin, "Read the file again, or import it").query("set name"),
    Door::page("GET", "/imports/{id}", imports::page, "How far an import is").query("done"),
    Door::page("GET", "/imports/{id}/progress", imports::part, "The same, a part of the page"),
    Door::page("GET", "/imports/{id}/errors.csv", crate::rest::imports::errors, "The rows that could not be taken"),

    Door::page("GET", "/exports", exports::page, "Your exports"),
    Door::page("GET", "/exports/new", exports::new, "What an export would take").query("set view filter sort search"),
    Door::page("POST", "/exports", exports::ask, "Ask for an export"),
    Door::page("GET", "/exports/{id}", exports::open, "How far an export is").query("part done row"),
    Door::page("GET", "/exports/{id}/file", exports::file, "The file, once it is made"),
    Door::page("GET", "/jobs", jobs::list, "Your jobs").query("done"),
    Door::page("GET", "/jobs/{id}", jobs::page, "One of your jobs").query("part done"),
    Door::page("POST", "/jobs/{id}/cancel", jobs::cancel, "Stop a job after its batch"),
    Door::page("GET", "/notifications", notices::page, "What you are told, unread first").query("after"),
    Door::page("POST", "/notifications/read", notices::read_all, "All of it was looked at"),
    Door::page("POST", "/notifications/{id}/read", notices::read, "One was looked at; on to what it is about"),
    Door::page("GET", "/approvals", approvals::list, "What waits for your decision"),
    Door::page("GET", "/approvals/{id}", approvals::page, "What is asked, and about which record"),
    Door::page("POST", "/approvals/{id}/approve", approvals::approve, "Approve what is asked"),
    Door::page("POST", "/approvals/{id}/refuse", approvals::refuse, "Refuse what is asked"),
    Door::page("GET", "/workflows", workflows::list, "Workflows"),
    Door::page("GET", "/workflows/new", workflows::new, "The form of a new workflow").query("set"),
    Door::page("POST", "/workflows/new", workflows::make, "Make a workflow, as a draft").query("set"),
    Door::page("GET", "/workflows/{id}", workflows::page, "One workflow, and what has run").query("after"),
    Door::page("GET", "/workflows/{id}/edit", workflows::edit, "The form of a workflow"),
    Door::page("POST", "/workflows/{id}", workflows::save, "Change a workflow; whoever does owns it"),
    Door::page("POST", "/workflows/{id}/resume", workflows::resume, "Switch a workflow on"),
    Door::page("POST", "/workflows/{id}/pause", workflows::pause, "Pause a workflow; what has begun waits"),
    Door::page("GET", "/workflows/{id}/runs/{run}", workflows::run, "One run, step by step"),

    Door::page("GET", "/dialogs/{name}", dialogs::page, "A guided dialog, its first page").query("for"),
    Door::page("POST", "/dialogs/{name}", dialogs::step, "Its next page, the one before, or its end"),

    Door::page("GET", "/{set}", lists::page, "A list").query(LIST),
    Door::page("GET", "/{set}/new", form::new, "The form of a new record").query("for done row"),
    Door::page("POST", "/{set}/new", form::create, "Make a record").query("for"),
    Door::page("GET", "/{set}/removed", acts::removed, "What was deleted in the last 30 days"),
    Door::page("POST", "/{set}/bulk", bulk::act, "Assign or delete many, one verb a row"),
    Door::page("GET", "/{set}/{id}", record::page, "A record").query("show all done row"),
    Door::page("GET", "/{set}/{id}/edit", form::edit, "The form of a record"),
    Door::page("POST", "/{set}/{id}/edit", form::save, "Change a record"),
    Door::page("GET", "/{set}/{id}/timeline", timeline::part, "What happened around it").query("show all"),
    Door::page("POST", "/{set}/{id}/timeline", timeline::compose, "Write a note, a call or a task about it"),
    Door::page("GET", "/{set}/{id}/history", timeline::history, "What became of it").query("all"),
    Door::page("GET", "/{set}/{id}/who", record::who, "Who can see it").query("part"),
    Door::page("GET", "/{set}/{id}/assign", acts::assign_page, "Before it is given to somebody"),
    Door::page("POST", "/{set}/{id}/assign", acts::assign, "Give it to somebody"),
    Door::page("GET", "/{set}/{id}/share", acts::share_page, "With whom it is shared").query("done"),
    Door::page("POST", "/{set}/{id}/teams", record_teams::put_in, "Put somebody into its team"),
    Door::page("POST", "/{set}/{id}/teams/remove", record_teams::take_out, "Take somebody out of its team"),
    Door::page("POST", "/{set}/{id}/share", acts::share, "Let others reach it"),
    Door::page("POST", "/{set}/{id}/unshare", acts::unshare, "End a share"),
    Door::page("GET", "/{set}/{id}/delete", acts::delete_page, "Before it is deleted"),
    Door::page("POST", "/{set}/{id}/delete", acts::delete, "Delete it"),
    Door::page("POST", "/{set}/{id}/restore", acts::restore, "Put it back"),
    Door::page("POST", "/{set}/{id}/complete", acts::complete, "An activity is done"),
    Door::upload("/{set}/{id}/files", Who::Page, acts::attach, "Attach a file"),
];

pub(crate) use factor::prove;

/// The page of what did not work, for whoever asked; none when no frame can be made.
pub(crate) fn problem(app: &App, call: &Call, told: &Told) -> Option<String> {
    if told.code == "step-up" {
        return factor::step_up(app, call, told);
    }
    frame::problem(app, call, told)
}

/// The table of a set; a set that is none is an address of nothing.
fn must_be_there<'a>(actor: &'a Actor, set: &str) -> Done<&'a Table> {
    actor.catalogue().find(set).ok_or_else(|| Denial::NotThere.into())
}
