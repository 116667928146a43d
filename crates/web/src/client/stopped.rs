//! Disabling a person and letting one back in, on the person's page: what is known of it, and the two acts.
//!
//! What was held before is offered one by one: giving it again is the ordinary act of giving, with its own guards.
//! Not here: freezing ([`super::person`]). Start reading at [`drawn`]. Proved by `tests/it/people_pages.rs`.

use super::frame::Shell;
use super::person::{answered, may_open_profiles, may_open_roles, with_link};
use super::show::{capital, counted};
use crate::App;
use crate::answer::{No, Outcome};
use crate::call::Call;
use crate::pages::people::{HeldBefore, RefusedRow, Stopped};
use crm::people::{self, HeldKind, HeldThing, PersonPage, RefusedSignIn};
use crm::{Actor, Task, UserState};

/// What the page says of somebody who was stopped.
pub(super) fn drawn(actor: &Actor, shell: &Shell, found: &PersonPage) -> Stopped {
    let stopped = &found.stopped;
    let since = match &stopped.came {
        Some((came, by)) => {
            let why = came.reason.as_deref().map_or_else(String::new, |reason| format!(": {reason}"));
            let by = if by.is_empty() { "the operator, on the command line".to_owned() } else { by.clone() };
            format!("{} {} by {by}{why}", capital(found.person.state.name()), shell.eye.when(came.on).short)
        }
        None => String::new(),
    };
    let gives_profiles = people::may_give_profiles(actor, found.person.id);
    let held = |held: &HeldThing| before(shell, found, gives_profiles, held);
    Stopped {
        is_out: matches!(found.person.state, UserState::Disabled | UserState::Erased),
        since,
        can_disable: found.may_disable,
        can_enable: found.may_enable,
        held: stopped.held.iter().map(held).collect(),
        refused: stopped.refused.iter().map(|tries| refused(shell, tries)).collect(),
    }
}

fn before(shell: &Shell, found: &PersonPage, gives_profiles: bool, held: &HeldThing) -> HeldBefore {
    let (id, person) = (held.id.to_string(), found.person.id);
    let is_in = found.person.state != UserState::Disabled;
    let (kind, opens, gives, field, page, post) = match held.kind {
        HeldKind::Role => ("Role", may_open_roles(shell), found.may_give_roles, "role", "roles", format!("/people/{person}/roles")),
        HeldKind::Profile => {
            let post = format!("/people/{person}/field_profiles");
            ("Field profile", may_open_profiles(shell), gives_profiles, "profile", "field_profiles", post)
        }
        HeldKind::Team => ("Team", true, shell.outlook.holds(Task::ManageTeams), "user", "teams", format!("/teams/{id}/members")),
    };
    HeldBefore {
        kind: kind.into(),
        name: held.name.clone(),
        href: if opens { format!("/{page}/{id}") } else { String::new() },
        since: format!("held since {}", shell.eye.when(held.since).short),
        give: if gives && is_in { post } else { String::new() },
        field: field.into(),
        id: if held.kind == HeldKind::Team { format!("users:{person}") } else { id },
    }
}

fn refused(shell: &Shell, tries: &RefusedSignIn) -> RefusedRow {
    let way = match tries.channel.as_str() {
        "page" => "at the sign-in page",
        "api" => "over the API",
        "link" => "with a link from before",
        "reset" => "asked for another password",
        other => other,
    };
    let count = usize::try_from(tries.tries).unwrap_or(usize::MAX);
    RefusedRow { last: shell.eye.when(tries.last_on), way: way.into(), tries: counted(count, "try", "tries") }
}

/// `POST /people/{id}/disable`
pub(super) fn disable(app: &App, call: &Call) -> Outcome {
    let done = people::disable(&app.desk, &call.asker()?, call.principal_named("id"), Some(call.field("reason")));
    answered(app, call, done.map_err(No::from), "disabled")
}

/// `POST /people/{id}/enable`: answered by the page with the link, where it did not go by mail.
pub(super) fn enable(app: &App, call: &Call) -> Outcome {
    match people::enable(&app.desk, &call.asker()?, call.principal_named("id"), Some(call.field("reason"))) {
        Ok(invitation) => with_link(app, call, &invitation),
        Err(error) => answered::<()>(app, call, Err(error.into()), ""),
    }
}
