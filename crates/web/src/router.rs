//! Every door, one line.
//!
//! [`DOORS`] is the API, [`crate::client::PAGES`] the web client. What is not in a line does not exist: an address, a
//! method, a parameter, a field. [`router`] hangs each door into its frame; the guard stands before all of them.
//! Not here: what a door does (`rest/`, `client/`), how it is read ([`crate::guard`]).
//! Start reading at [`DOORS`]. Proved by `tests/it/doors.rs`, whose `doors.txt` is a diff a person can review.

use crate::answer::No;
use crate::doors::{Door, Who};
use crate::rest::{
    account, acts, approvals, departures, dialogs, exports, files, health, imports, jobs, mail, notices, oversight, people, record_teams,
    rights, rows, search, sessions, tables, teams, workflows,
};
use crate::{App, client, guard, openapi, send};
use axum::Router;
use axum::extract::{RawPathParams, Request, State};
use axum::http::{HeaderMap, Method};
use axum::routing::{MethodFilter, on};
use std::sync::Arc;
use tower_http::compression::CompressionLayer;

const LIST: &str = "view filter sort select limit after count tz";

/// The doors of the API and those that every server has.
#[rustfmt::skip]
pub static DOORS: &[Door] = &[
    Door::api("GET", "/healthz", health::alive, "Whether the process lives").public(),
    Door::api("GET", "/readyz", health::ready, "Whether database, schema and queue answer").public(),
    Door::api("GET", "/openapi.json", openapi::document, "This description").public(),
    Door::api("GET", "/api/docs", openapi::page, "This description, to read").public(),
    Door::api("GET", "/assets/{path}", health::asset, "A file of the web client").public(),

    Door::api("POST", "/api/v1/sessions", sessions::open, "Sign in").fields("email password code? new_password?").public().done(201),
    Door::api("GET", "/api/v1/sessions", sessions::list, "The sessions you have open"),
    Door::api("DELETE", "/api/v1/sessions/{id}", sessions::end, "End one of your sessions; `current` is the one that asks").done(204),
    Door::api("POST", "/api/v1/sessions/current/step_up", account::step_up, "Prove your second factor again").fields("code"),
    Door::api("POST", "/api/v1/sessions/end_others", account::end_others, "End every session of yours but this one"),
    Door::api("POST", "/api/v1/password", account::password, "Choose another password; your other sessions end").fields("old_password password").done(204),
    Door::api("GET", "/api/v1/second_factor", account::factor, "Whether you have a second factor"),
    Door::api("POST", "/api/v1/second_factor", account::begin_factor, "Begin a second factor; the password is needed once the session is ten minutes old").fields("old_password?").done(201),
    Door::api("POST", "/api/v1/second_factor/confirm", account::confirm_factor, "Confirm it with a first code; the recovery codes are answered this once").fields("code"),
    Door::api("DELETE", "/api/v1/second_factor", account::remove_factor, "Take it away; asks for a fresh code").done(204),
    Door::api("POST", "/api/v1/second_factor/recovery_codes", account::recovery_codes, "New recovery codes; asks for a fresh code"),
    Door::api("GET", "/api/v1/policies/sign_in", account::policy, "What is asked of passwords and sign-ins"),
    Door::api("PATCH", "/api/v1/policies/sign_in", account::change_policy, "Change what is asked of passwords and sign-ins").fields("alone?:number with_factor?:number blocked?:list expires_after?:number remembered?:number kinds?:number step_up?:list"),
    Door::api("POST", "/api/v1/tokens", sessions::make_token, "Make a personal access token; its secret is shown this once").fields("name scopes:list expires_at:time").done(201),
    Door::api("GET", "/api/v1/tokens", sessions::tokens, "Your personal access tokens"),
    Door::api("DELETE", "/api/v1/tokens/{id}", sessions::revoke, "End one of your tokens").done(204),
    Door::api("POST", "/api/v1/invitations/{token}/accept", sessions::accept, "Accept an invitation by choosing a password").fields("password").public().done(204),

    Door::api("POST", "/api/v1/password_resets", mail::ask_reset, "Ask for a link to choose another password; the answer is the same for every address").fields("email").public().done(202),
    Door::api("POST", "/api/v1/password_resets/{token}", mail::reset, "Choose another password").fields("password").public().done(204),

    Door::api("GET", "/api/v1/search", search::search, "Records whose words begin with these").query("q set limit"),

    Door::api("GET", "/api/v1/users", people::list, "People").query("q state after limit"),
    Door::api("POST", "/api/v1/users", people::invite, "Invite somebody").fields("name email business_unit:id title? manager?:id roles?:list ends_at?:time service?:flag responsible?:id").done(201),
    Door::api("GET", "/api/v1/user_finder", people::finder, "Accounts that were forgotten: past their end, without an owner, dormant, never used").query("days"),
    Door::api("GET", "/api/v1/users/{id}", people::open, "One person"),
    Door::api("PATCH", "/api/v1/users/{id}", people::change, "Change name, title, unit, manager, end of the time here, or who answers for a service account").fields("name? title? business_unit?:id rows? manager?:id ends_at?:time service?:flag responsible?:id"),
    Door::api("POST", "/api/v1/users/{id}/invite", people::invite_again, "A new invitation, or a reset").done(201),
    Door::api("POST", "/api/v1/users/{id}/reset_second_factor", account::reset_factor, "Take away somebody's second factor; their sessions and tokens end").done(204),
    Door::api("POST", "/api/v1/users/{id}/freeze", people::freeze, "Stop somebody at once; nothing is lost").fields("reason?").done(204),
    Door::api("POST", "/api/v1/users/{id}/unfreeze", people::unfreeze, "Let somebody in again").fields("reason?").done(204),
    Door::api("POST", "/api/v1/users/{id}/disable", people::disable, "Shut somebody out for good; nothing is lost").fields("reason?").done(204),
    Door::api("POST", "/api/v1/users/{id}/enable", people::enable, "Let a disabled person back in, with an invitation and without the roles from before").fields("reason?").done(201),
    Door::api("GET", "/api/v1/refused_sign_ins", people::refused_sign_ins, "Tries to sign in as somebody frozen or disabled").query("user after limit"),
    Door::api("GET", "/api/v1/users/{id}/access", people::access, "Everything that somebody may"),
    Door::api("PUT", "/api/v1/users/{id}/roles/{role}", rights::give_role, "Give a role").fields("reason? until?:time").done(204),
    Door::api("DELETE", "/api/v1/users/{id}/roles/{role}", rights::take_role, "Take a role").done(204),
    Door::api("PUT", "/api/v1/users/{id}/field_profiles/{profile}", rights::give_profile, "Give a field profile").fields("reason? until?:time").done(204),
    Door::api("DELETE", "/api/v1/users/{id}/field_profiles/{profile}", rights::take_profile, "Take a field profile").done(204),

    Door::api("GET", "/api/v1/teams", teams::list, "Teams"),
    Door::api("POST", "/api/v1/teams", teams::make, "Make a team").fields("name business_unit:id kind?").done(201),
    Door::api("GET", "/api/v1/teams/{id}", teams::open, "One team"),
    Door::api("PATCH", "/api/v1/teams/{id}", teams::change, "Call a team otherwise, or move it").fields("name? business_unit?:id rows?"),
    Door::api("PUT", "/api/v1/teams/{id}/members/{user}", teams::add, "Put somebody into a team").done(204),
    Door::api("DELETE", "/api/v1/teams/{id}/members/{user}", teams::remove, "Take somebody out of a team").done(204),
    Door::api("PUT", "/api/v1/teams/{id}/roles/{role}", rights::give_role, "Give a role to a team").fields("reason? until?:time").done(204),
    Door::api("DELETE", "/api/v1/teams/{id}/roles/{role}", rights::take_role, "Take a role from a team").done(204),
    Door::api("PUT", "/api/v1/teams/{id}/field_profiles/{profile}", rights::give_profile, "Give a field profile to a team").fields("reason? until?:time").done(204),
    Door::api("DELETE", "/api/v1/teams/{id}/field_profiles/{profile}", rights::take_profile, "Take a field profile from a team").done(204),
    Door::api("GET", "/api/v1/team_templates", record_teams::templates, "Team templates"),
    Door::api("POST", "/api/v1/team_templates", record_teams::make, "Make a team template").fields("set name rights:list").done(201),
    Door::api("DELETE", "/api/v1/team_templates/{id}", record_teams::end, "End a team template; the teams by it stay").done(204),
    Door::api("GET", "/api/v1/business_units", teams::units, "The tree of units"),
    Door::api("POST", "/api/v1/business_units", teams::make_unit, "Make a unit").fields("name parent:id").done(201),
    Door::api("PATCH", "/api/v1/business_units/{id}", teams::change_unit, "Call a unit otherwise, or put it below another").fields("name? parent?:id"),

    Door::api("GET", "/api/v1/roles", rights::roles, "Roles"),
    Door::api("POST", "/api/v1/roles", rights::make_role, "Make a role").fields("name privileges?:object tasks?:list team_only?:flag").done(201),
    Door::api("GET", "/api/v1/roles/{id}", rights::role, "One role"),
    Door::api("PATCH", "/api/v1/roles/{id}", rights::change_role, "Change a role").fields("name? privileges?:object tasks?:list team_only?:flag"),
    Door::api("PUT", "/api/v1/roles/{id}/second_factor", account::require_factor, "Whether a role asks its holders for a second factor").fields("required:flag").done(204),
    Door::api("GET", "/api/v1/field_profiles", rights::profiles, "Field profiles"),
    Door::api("POST", "/api/v1/field_profiles", rights::make_profile, "Make a field profile").fields("name grants?:list").done(201),
    Door::api("PATCH", "/api/v1/field_profiles/{id}", rights::change_profile, "Change a field profile").fields("name? grants?:list"),
    Door::api("PUT", "/api/v1/{set}/columns/{column}/secured", rights::secure, "Secure a column, or open it").fields("secured:flag").done(204),

    Door::api("GET", "/api/v1/users/{id}/dependencies", departures::dependencies, "Everything that refers to somebody"),
    Door::api("GET", "/api/v1/departures", departures::list, "Departures, newest first").query("user after limit"),
    Door::api("POST", "/api/v1/departures", departures::plan, "Plan a departure; `plan` holds choices by the key of their item, or `{\"proposals\":true}`").fields("user:id on?:time reason? plan?:object").done(201),
    Door::api("GET", "/api/v1/departures/{id}", departures::open, "One departure: what refers to the person, what was chosen, what stands in the way"),
    Door::api("PATCH", "/api/v1/departures/{id}", departures::change, "Choose what becomes of items, by their keys; null takes a choice back").fields("version:number choices?:object reason? on?:time proposals?:flag"),
    Door::api("POST", "/api/v1/departures/{id}/submit", departures::submit, "All is decided: it waits for approval").fields("version?:number"),
    Door::api("POST", "/api/v1/departures/{id}/approve", departures::approve, "Approve; it begins at once where the policy says so").fields("version:number note?"),
    Door::api("POST", "/api/v1/departures/{id}/send_back", departures::send_back, "Send it back to whoever planned it").fields("version?:number note?"),
    Door::api("POST", "/api/v1/departures/{id}/run", departures::run, "Run it, or go on: sessions and rights end at once, the rest is a job").fields("version?:number"),
    Door::api("POST", "/api/v1/departures/{id}/stop", departures::stop, "Stop its job after the batch at hand"),
    Door::api("POST", "/api/v1/departures/{id}/cancel", departures::cancel, "Cancel it before anything is done").fields("version?:number note?"),
    Door::api("POST", "/api/v1/departures/{id}/undo", departures::undo, "Give back what was handed over"),
    Door::api("GET", "/api/v1/departures/{id}/certificate", departures::certificate, "The proof of what was done, signed"),
    Door::api("GET", "/api/v1/departures/{id}/archive", departures::archive, "The sealed archive"),
    Door::api("GET", "/api/v1/policies/departures", departures::policy, "What is asked of departures"),
    Door::api("PATCH", "/api/v1/policies/departures", departures::set_policy, "Change what is asked of departures; a preset first, then what else is named").fields("preset? managers_start?:flag approves? runs_on_approval?:flag needs_archive?:flag leave_nothing_open?:flag at_once?:flag archive_key?"),

    Door::api("GET", "/api/v1/audit", oversight::trail, "The trail, newest first: who did what").query("user verb about refused people after limit"),

    Door::api("GET", "/api/v1/tables", tables::list, "Tables, and how many columns each has"),
    Door::api("GET", "/api/v1/tables/{set}/columns", tables::columns, "The columns that were added to a table"),
    Door::api("POST", "/api/v1/tables/{set}/columns", tables::add, "Add a column; nobody reads it until it is opened or granted").fields("label kind name? help? length?:number digits?:number options?:list targets?:list sensitivity? listed?:flag searched?:flag").done(201),
    Door::api("PATCH", "/api/v1/tables/{set}/columns/{column}", tables::change, "Change label, help, options and where a column is shown").fields("label? help? listed?:flag searched?:flag options?:list"),
    Door::api("POST", "/api/v1/tables/{set}/columns/{column}/retire", tables::retire, "Put a column away; its values stay, its name stays taken").done(204),

    Door::api("GET", "/api/v1/mail_settings", mail::settings, "How the mail server is reached"),
    Door::api("PUT", "/api/v1/mail_settings", mail::change, "Reach the mail server another way; a password that is left out stays").fields("host port:number safety login? password? from own_address").done(204),
    Door::api("POST", "/api/v1/mail_settings/test", mail::test, "Send a test to oneself; the letter says what was answered").done(202),
    Door::api("GET", "/api/v1/outbox", mail::outbox, "Letters, newest first, without their text").query("state after limit"),
    Door::api("GET", "/api/v1/outbox/{id}", mail::letter, "One letter, without its text"),
    Door::api("POST", "/api/v1/outbox/{id}/retry", mail::retry, "Try a letter again").done(204),
    Door::api("POST", "/api/v1/outbox/{id}/withdraw", mail::withdraw, "Do not send a letter any more").done(204),
    Door::api("DELETE", "/api/v1/mail_settings", mail::forget, "Send no more mail; letters wait").done(204),

    Door::api("GET", "/api/v1/jobs", jobs::list, "Your jobs").query("limit"),
    Door::api("GET", "/api/v1/jobs/{id}", jobs::open, "One of your jobs"),
    Door::api("POST", "/api/v1/jobs/{id}/cancel", jobs::cancel, "Stop a job after its batch").done(204),
    Door::api("GET", "/api/v1/notifications", notices::list, "What you are told, unread first").query("after limit"),
    Door::api("POST", "/api/v1/notifications/read", notices::read_all, "All of it was looked at").done(204),
    Door::api("POST", "/api/v1/notifications/{id}/read", notices::read, "One was looked at").done(204),
    Door::api("GET", "/api/v1/approvals", approvals::list, "What is asked of you"),
    Door::api("GET", "/api/v1/approvals/{id}", approvals::open, "One of them"),
    Door::api("POST", "/api/v1/approvals/{id}/approve", approvals::approve, "Approve; `version` is that of the record you looked at").fields("version:number note?").done(204),
    Door::api("POST", "/api/v1/approvals/{id}/refuse", approvals::refuse, "Refuse; `version` is that of the record you looked at").fields("version:number note?").done(204),
    Door::api("GET", "/api/v1/dialogs", dialogs::list, "Guided dialogs that you may use, with their questions"),
    Door::api("POST", "/api/v1/dialogs/{name}", dialogs::finish, "All answers of a dialog at once; its records are made, all or none").query("tz").fields("answers:object").done(201),
    Door::api("GET", "/api/v1/workflows", workflows::list, "Workflows"),
    Door::api("POST", "/api/v1/workflows", workflows::make, "Make a workflow, as a draft").fields("name set definition:object").done(201),
    Door::api("GET", "/api/v1/workflows/{id}", workflows::open, "One workflow"),
    Door::api("PATCH", "/api/v1/workflows/{id}", workflows::change, "Change a workflow, for the next run; whoever does owns it. `If-Match` says on which version you decided").fields("name? definition?:object"),
    Door::api("POST", "/api/v1/workflows/{id}/resume", workflows::resume, "Switch it on").done(204),
    Door::api("POST", "/api/v1/workflows/{id}/pause", workflows::pause, "Pause it; what has begun waits").done(204),
    Door::api("GET", "/api/v1/workflows/{id}/runs", workflows::runs, "What has run, newest first").query("after limit"),
    Door::api("GET", "/api/v1/workflows/{id}/runs/{run}", workflows::run, "One run, step by step"),

    Door::upload("/api/v1/imports", Who::Api, imports::start, "Import a file").parts("file set look?:object map?:object mode? keys? owner?:id duplicates? dry_run?:flag").done(202),
    Door::api("GET", "/api/v1/imports", imports::list, "Your imports").query("limit"),
    Door::api("GET", "/api/v1/imports/{id}", imports::open, "How far an import is"),
    Door::api("GET", "/api/v1/imports/{id}/errors.csv", imports::errors, "The rows that could not be taken"),
    Door::api("POST", "/api/v1/exports", exports::ask, "Ask for a file of rows").fields("set view? filter?:object sort? select?:list tz? format? reason?").done(202),
    Door::api("GET", "/api/v1/exports", exports::list, "Your exports").query("limit"),
    Door::api("GET", "/api/v1/exports/{id}", exports::open, "How an export stands"),
    Door::api("GET", "/api/v1/exports/{id}/file", exports::file, "The file of an export"),

    Door::api("GET", "/api/v1/files/{id}/content", files::content, "The bytes of a file"),
    Door::upload("/api/v1/{set}/{id}/files", Who::Api, files::attach, "Attach a file").done(201),

    Door::api("GET", "/api/v1/{set}", rows::list, "A page of rows; without a view all that you may read").query(LIST),
    Door::api("POST", "/api/v1/{set}", rows::create, "Make a row").row().done(201),
    Door::api("GET", "/api/v1/{set}/removed", rows::removed, "What was deleted in the last 30 days"),
    Door::api("GET", "/api/v1/{set}/{id}", rows::open, "One row"),
    Door::api("PATCH", "/api/v1/{set}/{id}", rows::change, "Change some columns; `If-Match` says on which version you decided").row(),
    Door::api("DELETE", "/api/v1/{set}/{id}", rows::delete, "Delete a row, with what the catalogue says").done(204),
    Door::api("POST", "/api/v1/{set}/{id}/assign", acts::assign, "Give it another owner; who owned it may go on reading it until a moment").fields("owner:id keep_until?:time").done(204),
    Door::api("POST", "/api/v1/{set}/{id}/share", acts::share, "Let others reach it").fields("principal:id rights:list until?:time").done(204),
    Door::api("POST", "/api/v1/{set}/{id}/unshare", acts::unshare, "End a share").fields("principal:id").done(204),
    Door::api("GET", "/api/v1/{set}/{id}/teams", record_teams::teams, "The teams it has, or could have by a template"),
    Door::api("PUT", "/api/v1/{set}/{id}/teams/{template}/members/{user}", record_teams::put_in, "Put somebody into its team").done(204),
    Door::api("DELETE", "/api/v1/{set}/{id}/teams/{template}/members/{user}", record_teams::take_out, "Take somebody out of its team").done(204),
    Door::api("POST", "/api/v1/{set}/{id}/restore", acts::restore, "Bring back what was deleted"),
    Door::api("GET", "/api/v1/{set}/{id}/explain", acts::explain, "Why somebody may, or may not").query("user privilege"),
    Door::api("GET", "/api/v1/{set}/{id}/who", acts::who, "Who can see it"),
    Door::api("GET", "/api/v1/{set}/{id}/timeline", acts::timeline, "What happened around it").query("limit"),
    Door::api("GET", "/api/v1/{set}/{id}/history", acts::history, "What became of it").query("limit"),
];

/// Every door there is.
pub fn doors() -> impl Iterator<Item = &'static Door> {
    DOORS.iter().chain(client::PAGES)
}

/// The whole server as a value; it needs no socket.
pub fn router(app: App) -> Router {
    let app = Arc::new(app);
    let mut router: Router<Arc<App>> = Router::new();
    for door in doors() {
        let enter = move |State(app): State<Arc<App>>, names: RawPathParams, request: Request| async move {
            let names = names.iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
            let (parts, body) = request.into_parts();
            guard::enter(app, door, names, parts, body).await
        };
        router = router.route(door.path, on(method(door.method), enter));
    }
    router
        .fallback(|State(app): State<Arc<App>>, request: Request| async move {
            send::no_door(&app, &No::NoAddress, &request.into_parts().0).await
        })
        .method_not_allowed_fallback(|State(app): State<Arc<App>>, request: Request| async move {
            send::no_door(&app, &No::Method, &request.into_parts().0).await
        })
        .with_state(app)
        .layer(CompressionLayer::new().no_zstd().compress_when(is_text))
}

fn method(name: &str) -> MethodFilter {
    Method::from_bytes(name.as_bytes()).ok().and_then(|m| MethodFilter::try_from(m).ok()).unwrap_or(MethodFilter::GET)
}

/// Pages and data are made smaller on the way; files to keep are sent as they are, with their length.
fn is_text(_: axum::http::StatusCode, _: axum::http::Version, headers: &HeaderMap, _: &axum::http::Extensions) -> bool {
    let kind = headers.get("content-type").and_then(|v| v.to_str().ok()).unwrap_or_default();
    !headers.contains_key("content-disposition")
        && ["text/html", "application/json", "application/problem+json"].iter().any(|k| kind.starts_with(k))
}
