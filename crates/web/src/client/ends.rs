//! On a person's page: until when they work here, and whether the account is a person's at all.
//!
//! Day and hour are those of whoever types them. What is wrong comes back on the same page with what was entered.
//! Not here: what follows when the hour comes (`crm`), what is found afterwards ([`super::finder`]).
//! Start reading at [`drawn`]. Proved by `tests/it/finder_pages.rs`.

use super::fields::{self, Entered};
use super::frame::Shell;
use super::people::chosen;
use super::person::{self, answered};
use super::show::Eye;
use crate::App;
use crate::answer::{No, Outcome};
use crate::call::{Call, column};
use crate::pages::Principal;
use crate::pages::form::Lookup;
use crate::pages::people::TimeHere;
use crm::people::{self, PersonPage};
use crm::{Actor, Done, Error, PrincipalId, Tx, Verb};
use jiff::civil::DateTime;

/// What is shown and asked of the time somebody is here.
pub(super) fn drawn(tx: &mut Tx<'_>, actor: &Actor, call: &Call, shell: &Shell, found: &PersonPage) -> Done<TimeHere> {
    let Some(details) = found.person.details.as_ref() else { return Ok(TimeHere::default()) };
    let (is_end, is_service) = (call.here.ends_with("/end"), call.here.ends_with("/service"));
    let stored = details.ends_on.map_or_else(String::new, |at| fields::local(&shell.eye, at));
    Ok(TimeHere {
        can_change: found.may_set_end,
        until: if is_end { call.field("ends_at").to_owned() } else { stored },
        is_over: details.ends_on.is_some_and(|at| at <= shell.eye.now),
        ends: details.ends_on.map(|at| shell.eye.when(at)),
        is_service: details.is_service,
        is_ticked: if is_service { !call.field("service").is_empty() } else { details.is_service },
        is_open: details.is_service || is_service,
        owner: details.responsible.as_ref().map(|(id, name)| one(*id, name)),
        responsible: if found.may_set_end { picker(tx, actor, call, shell, details, is_service)? } else { Lookup::default() },
        services: found.services.iter().map(|(id, name)| one(*id, name)).collect(),
    })
}

fn one(id: PrincipalId, name: &str) -> Principal {
    Principal { href: format!("/people/{id}"), id: id.to_string(), name: name.to_owned(), kind: "user".into() }
}

fn picker(tx: &mut Tx<'_>, actor: &Actor, call: &Call, shell: &Shell, details: &people::Details, is_sent: bool) -> Done<Lookup> {
    if is_sent {
        let typed = fields::principal(tx, actor, call, "responsible", &["users"])?;
        return Ok(fields::picker(&shell.catalogue, &["users"], &typed));
    }
    let empty = fields::picker(&shell.catalogue, &["users"], &Entered::default());
    Ok(match &details.responsible {
        Some((id, name)) => Lookup { value: format!("users:{id}"), text: name.clone(), ..empty },
        None => empty,
    })
}

/// A day and hour as somebody typed it, in microseconds UTC; none for nothing.
pub(super) fn moment(eye: &Eye, typed: &str) -> Result<Option<i64>, No> {
    if typed.is_empty() {
        return Ok(None);
    }
    let here = typed.parse::<DateTime>().ok().and_then(|at| at.to_zoned(eye.zone.clone()).ok());
    let at = here.ok_or_else(|| column("ends_at", "the end is a day and an hour, like 2026-12-31T17:00"))?;
    Ok(Some(at.timestamp().as_microsecond()))
}

/// `POST /people/{id}/end`
pub(super) fn set_end(app: &App, call: &Call) -> Outcome {
    let done = ended(app, call);
    answered(app, call, done, "saved")
}

fn ended(app: &App, call: &Call) -> Result<(), No> {
    let (who, id) = (call.asker()?, call.principal_named("id"));
    let eye = app.desk.look(&who, |tx, actor| Eye::of(tx, actor, call))?;
    let at = moment(&eye, call.field("ends_at"))?;
    Ok(app.desk.perform(&who, Verb::admin("user.set_end"), move |tx, actor| people::set_end(tx, actor, id, at))?)
}

/// `POST /people/{id}/service`
pub(super) fn set_service(app: &App, call: &Call) -> Outcome {
    let (who, id) = (call.asker()?, call.principal_named("id"));
    let by = app.desk.look(&who, |tx, actor| fields::principal(tx, actor, call, "responsible", &["users"]))?;
    if by.error.is_some() || !call.field("find").is_empty() {
        let words = by.error.as_deref().map_or_else(String::new, |words| format!("Answers for it: {words}."));
        return person::again(app, call, id, words);
    }
    let done = service(call, &by).map_err(No::from).and_then(|responsible| {
        let act = move |tx: &mut Tx<'_>, actor: &Actor| people::set_service(tx, actor, id, responsible);
        Ok(app.desk.perform(&who, Verb::admin("user.set_service"), act)?)
    });
    answered(app, call, done, "saved")
}

/// Who answers for a service account, by a form that says whether it is one.
pub(super) fn service(call: &Call, by: &Entered) -> Result<Option<PrincipalId>, Error> {
    let is_service = !call.field("service").is_empty();
    let by = if is_service { chosen(by) } else { None };
    Ok(people::said_service(Some(is_service), by, None)?.flatten())
}
