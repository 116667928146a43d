//! One person: state, roles and how they came, unit and manager, teams; and each change of them.
//!
//! A button shows because `crm` said who asks may; what a guard forbids comes back on the same page in its words, with
//! what was entered. Giving and taking roles is the same for teams ([`super::units`]).
//! Not here: the list and inviting ([`super::people`]). Start reading at [`page`]. Proved by `tests/it/people_pages.rs`.

use super::address::Address;
use super::departures::of_person;
use super::ends;
use super::fields;
use super::form::at_fields;
use super::frame::Shell;
use super::moving;
use super::people::{chosen, roles, state, units};
use super::profiles;
use super::roles::said;
use super::show::{Eye, initials};
use super::stopped;
use crate::App;
use crate::answer::{Answer, No, Outcome, sentence};
use crate::call::{Call, column};
use crate::pages::form::Lookup;
use crate::pages::frame::Frame;
use crate::pages::people::{Follows, HeldRole, PersonPage};
use crate::pages::{Kept, Principal};
use catalogue::RowId;
use crm::people::{self, GiveAsk, HeldHow, Invitation};
use crm::{Actor, Denial, Done, Error, PrincipalId, Problem, RoleId, Task, Tx, UnitId, Verb};
use jiff::ToSpan;
use jiff::civil::Date;

/// `GET /people/{id}`
pub(super) fn page(app: &App, call: &Call) -> Outcome {
    let page = app.desk.look(&call.asker()?, |tx, actor| drawn(tx, actor, call, call.principal_named("id")))?;
    Answer::draw(&page)
}

fn drawn(tx: &mut Tx<'_>, actor: &Actor, call: &Call, id: PrincipalId) -> Done<PersonPage> {
    let shell = Shell::of(tx, actor, call)?;
    let found = people::person(tx, actor, id)?;
    let (person, details) = (&found.person, found.person.details.as_ref());
    let sees_roles = may_open_roles(&shell);
    let sees_profiles = may_open_profiles(&shell);
    let manager = match details.filter(|_| found.may_place) {
        Some(details) => manager(tx, actor, call, &shell, details)?,
        None => Lookup::default(),
    };
    let is_place = call.here.ends_with("/place");
    let typed = |name: &str, stored: &str| if is_place { call.field(name).to_owned() } else { stored.to_owned() };
    let unit = details.map_or_else(String::new, |d| d.unit.to_string());
    let follows = match found.may_place {
        true => {
            let owned = people::owned_by_user(tx, actor, id)?;
            moving::follows(tx, actor, call, id, &owned)?
        }
        false => Follows::default(),
    };
    let stopped = stopped::drawn(actor, &shell, &found);
    let time = ends::drawn(tx, actor, call, &shell, &found)?;
    Ok(PersonPage {
        time,
        frame: Frame { here: format!("/people/{id}"), ..shell.below(&person.name, &[("People", "/people")]) },
        href: format!("/people/{id}"),
        initials: initials(&person.name),
        state: state(person.state),
        email: details.map_or_else(String::new, |d| d.email.clone()),
        facts: details.map_or_else(Vec::new, |d| facts(&shell.eye, d)),
        job: typed("title", details.and_then(|d| d.title.as_deref()).unwrap_or_default()),
        name: typed("name", &person.name),
        units: if found.may_place { units(tx, actor, &typed("business_unit", &unit))? } else { Vec::new() },
        follows,
        was: place_of(&found.person),
        manager,
        roles: found.roles.iter().map(|held| held_role(&shell.eye, held, sees_roles)).collect(),
        givable: if found.may_give_roles { roles(tx, actor, &call.fields("role"))? } else { Vec::new() },
        give_reason: typed_for_role(call, "reason"),
        give_until: typed_for_role(call, "until"),
        profiles: match sees_profiles {
            true => profiles::held(tx, actor, &shell.eye, id, &found.teams)?,
            false => Vec::new(),
        },
        sees_profiles,
        profiles_to_give: match stopped.is_out {
            true => Vec::new(),
            false => profiles::givable(tx, actor, id, call.field("profile"))?,
        },
        profile_reason: typed_for_profile(call, "reason"),
        profile_until: typed_for_profile(call, "until"),
        teams: found.teams.iter().map(team).collect(),
        stopped,
        departure: of_person(tx, actor, id)?,
        can_freeze: found.may_freeze,
        can_unfreeze: found.may_unfreeze,
        can_reset_factor: found.may_reset_factor,
        can_invite_again: found.may_invite_again,
        guard: found.guard.map_or_else(String::new, sentence),
        ..PersonPage::default()
    })
}

/// What stood in a field of the form that gives a role.
pub(super) fn typed_for_role(call: &Call, name: &str) -> String {
    if call.here.ends_with("/roles") { call.field(name).to_owned() } else { String::new() }
}

/// What stood in a field of the form that gives a field profile.
pub(super) fn typed_for_profile(call: &Call, name: &str) -> String {
    if call.here.ends_with("/field_profiles") { call.field(name).to_owned() } else { String::new() }
}

/// Whether whoever looks may know who holds a field profile.
pub(super) fn may_open_profiles(shell: &Shell) -> bool {
    [Task::ManageFieldProfiles, Task::ViewAccess].into_iter().any(|task| shell.outlook.holds(task))
}

/// Whether whoever looks may open what a role holds.
pub(super) fn may_open_roles(shell: &Shell) -> bool {
    [Task::ManageRoles, Task::AssignRoles, Task::ViewAccess].into_iter().any(|task| shell.outlook.holds(task))
}

fn manager(tx: &mut Tx<'_>, actor: &Actor, call: &Call, shell: &Shell, details: &people::Details) -> Done<Lookup> {
    if call.here.ends_with("/place") {
        let typed = fields::principal(tx, actor, call, "manager", &["users"])?;
        return Ok(fields::picker(&shell.catalogue, &["users"], &typed));
    }
    let empty = fields::picker(&shell.catalogue, &["users"], &fields::Entered::default());
    Ok(match &details.manager {
        Some((id, name)) => Lookup { value: format!("users:{id}"), text: name.clone(), ..empty },
        None => empty,
    })
}

fn facts(eye: &Eye, details: &people::Details) -> Vec<Kept> {
    let fact = |name: &str, value: &str| Kept { name: name.into(), value: value.into() };
    let mut facts = vec![fact("Unit", &details.unit_name)];
    facts.extend(details.title.as_deref().filter(|t| !t.is_empty()).map(|title| fact("Job", title)));
    facts.extend(details.manager.as_ref().map(|(_, name)| fact("Manager", name)));
    facts.push(fact("Last sign-in", &details.last_seen.map_or_else(|| "never".to_owned(), |at| eye.when(at).short)));
    facts.push(fact("Here since", &eye.when(details.created_on).short));
    facts.extend(details.ends_on.map(|at| fact("Works here until", &eye.moment(at))));
    facts
}

fn held_role(eye: &Eye, held: &HeldHow, sees_roles: bool) -> HeldRole {
    let through = held.team.as_ref().map_or_else(String::new, |team| team.name.clone());
    HeldRole { through, can_take: held.may_take, ..granted(eye, &held.grant, held.by.as_deref(), sees_roles) }
}

/// A role that was given to somebody or to a team.
pub(super) fn granted(eye: &Eye, grant: &people::RoleGrant, by: Option<&str>, sees_roles: bool) -> HeldRole {
    let since = eye.when(grant.since).short;
    HeldRole {
        id: grant.role.to_string(),
        name: grant.name.clone(),
        href: if sees_roles { format!("/roles/{}", grant.role) } else { String::new() },
        through: String::new(),
        given: by.map_or_else(|| format!("Given {since}"), |by| format!("Given {since} by {by}")),
        reason: grant.reason.clone().unwrap_or_default(),
        until: grant.until.map(|at| eye.when(at)),
        can_take: false,
    }
}

/// A team by name, with its page.
pub(super) fn team(team: &people::Team) -> Principal {
    let id = team.id.to_string();
    Principal { href: format!("/teams/{id}"), id, name: team.name.clone(), kind: "team".into() }
}

/// The page with a link that was just made; one that went by mail is shown to nobody.
pub(super) fn with_link(app: &App, call: &Call, invitation: &Invitation) -> Outcome {
    if invitation.is_mailed {
        return Ok(Answer::see(Address::new(format!("/people/{}", invitation.user)).with("done", "mailed").to_string()));
    }
    let page = app.desk.look(&call.asker()?, |tx, actor| {
        let page = drawn(tx, actor, call, invitation.user)?;
        let until = Eye::of(tx, actor, call)?.when(invitation.expires_at).short;
        Ok(PersonPage { invitation: format!("{}/invitation/{}", call.origin(app), invitation.token), invitation_until: until, ..page })
    })?;
    Answer::draw(&page)
}

/// What came of a change: the page to look at, or the same page with what forbids it.
pub(super) fn answered<T>(app: &App, call: &Call, done: Result<T, No>, word: &str) -> Outcome {
    let id = call.principal_named("id");
    let (status, words) = match done {
        Ok(_) => return Ok(Answer::see(Address::new(format!("/people/{id}")).with("done", word).to_string())),
        Err(no) => refused(no)?,
    };
    let page = app.desk.look(&call.asker()?, |tx, actor| drawn(tx, actor, call, id))?;
    Ok(Answer::draw(&PersonPage { error: words, ..page })?.status(status))
}

/// The same page with what was entered, and these words.
pub(super) fn again(app: &App, call: &Call, id: PrincipalId, error: String) -> Outcome {
    let page = app.desk.look(&call.asker()?, |tx, actor| drawn(tx, actor, call, id))?;
    Ok(Answer::draw(&PersonPage { error, ..page })?.status(422))
}

/// The words of what comes back on the same page: what a guard forbids and what a person can mend.
pub(super) fn refused(no: No) -> Result<(u16, String), No> {
    match no {
        No::Crm(Error::Denied(Denial::Guard(words))) => Ok((403, sentence(words))),
        No::Crm(Error::Problem(problem)) => {
            let told: Vec<String> = at_fields(&problem).iter().map(|e| sentence(&e.message)).collect();
            Ok((422, told.join(" ")))
        }
        other => Err(other),
    }
}

/// `POST /people/{id}/freeze`
pub(super) fn freeze(app: &App, call: &Call) -> Outcome {
    let done = people::freeze(&app.desk, &call.asker()?, call.principal_named("id"), Some(call.field("reason")));
    answered(app, call, done.map_err(No::from), "frozen")
}

/// `POST /people/{id}/unfreeze`
pub(super) fn unfreeze(app: &App, call: &Call) -> Outcome {
    let done = people::unfreeze(&app.desk, &call.asker()?, call.principal_named("id"), Some(call.field("reason")));
    answered(app, call, done.map_err(No::from), "unfrozen")
}

/// `POST /people/{id}/invitation`: a new link; answered by the page with it.
pub(super) fn invite_again(app: &App, call: &Call) -> Outcome {
    let id = call.principal_named("id");
    let made = app.desk.perform(&call.asker()?, Verb::admin("user.invite"), move |tx, actor| people::invite_again(tx, actor, id));
    match made {
        Ok(invitation) => with_link(app, call, &invitation),
        Err(error) => answered::<()>(app, call, Err(error.into()), ""),
    }
}

/// `POST /people/{id}/second-factor`: takes it away.
pub(super) fn reset_factor(app: &App, call: &Call) -> Outcome {
    let id = call.principal_named("id");
    let done = app.desk.perform(&call.asker()?, Verb::admin("user.reset-factor"), move |tx, actor| people::reset_factor(tx, actor, id));
    answered(app, call, done.map_err(No::from), "factor-reset")
}

/// What the form of name and place was opened with, so that nobody undoes somebody else's change unseen.
fn place_of(person: &people::Person) -> String {
    let place = person.details.as_ref().map(|d| (d.title.as_deref(), d.unit, d.manager.as_ref().map(|(id, _)| *id)));
    said(&(person.name.as_str(), place))
}

/// `POST /people/{id}/place`
pub(super) fn place(app: &App, call: &Call) -> Outcome {
    let (who, id) = (call.asker()?, call.principal_named("id"));
    let manager = app.desk.look(&who, |tx, actor| fields::principal(tx, actor, call, "manager", &["users"]))?;
    if manager.error.is_some() || !call.field("find").is_empty() {
        let words = manager.error.as_deref().map_or_else(String::new, |words| format!("Manager: {words}."));
        return again(app, call, id, words);
    }
    let Some(unit) = RowId::parse(call.field("business_unit")).map(UnitId) else {
        return answered::<()>(app, call, Err(column("business_unit", "choose the unit")), "");
    };
    let (manager, name, title) = (chosen(&manager), call.field("name").to_owned(), call.field("title").to_owned());
    let (rows, was) = (moving::chosen(call), call.fields("was").first().map(|was| (*was).to_owned()));
    let done = app.desk.perform(&who, Verb::admin("user.change"), move |tx, actor| {
        let now = place_of(&people::person(tx, actor, id)?.person);
        if was.as_ref().is_some_and(|was| *was != now) {
            return Err(Problem::conflict(
                "stale",
                "somebody changed this since you opened it; what you entered is below, save again to keep it",
            ));
        }
        people::describe(tx, actor, id, &name, Some(&title))?;
        let job = people::move_to(tx, actor, id, unit, rows)?;
        people::set_manager(tx, actor, id, manager)?;
        Ok(job)
    });
    match done {
        Ok(job) => Ok(moving::after(job, &format!("/people/{id}"))),
        Err(error) => answered::<()>(app, call, Err(error.into()), ""),
    }
}

/// `POST /people/{id}/roles`
pub(super) fn give(app: &App, call: &Call) -> Outcome {
    let done = give_role(app, call);
    answered(app, call, done, "given")
}

/// `POST /people/{id}/roles/take`
pub(super) fn take(app: &App, call: &Call) -> Outcome {
    match take_role(app, call) {
        Ok(undo) => Ok(Answer::see(undone_by(format!("/people/{}", call.id()), undo))),
        Err(no) => answered::<()>(app, call, Err(no), ""),
    }
}

/// `POST /people/{id}/field_profiles`
pub(super) fn give_profile(app: &App, call: &Call) -> Outcome {
    answered(app, call, profiles::give_profile(app, call), "profile_given")
}

/// `POST /people/{id}/field_profiles/take`
pub(super) fn take_profile(app: &App, call: &Call) -> Outcome {
    match profiles::take_profile(app, call, format!("/people/{}", call.id())) {
        Ok(at) => Ok(Answer::see(at)),
        Err(no) => answered::<()>(app, call, Err(no), ""),
    }
}

/// The address after a role was taken: with the role, where giving it back undoes that whole.
pub(super) fn undone_by(at: String, role: Option<RoleId>) -> String {
    let role = role.map_or_else(String::new, |role| role.to_string());
    Address::new(at).with("done", "taken").with("row", &role).to_string()
}

/// Gives the role of the form to whom the address names.
pub(super) fn give_role(app: &App, call: &Call) -> Result<(), No> {
    let who = call.asker()?;
    let role = RowId::parse(call.field("role")).map(RoleId).ok_or_else(|| column("role", "choose a role"))?;
    let until = app.desk.look(&who, |tx, actor| Eye::of(tx, actor, call))?;
    let until = end_of_day(&until, call.field("until"))?;
    let ask = GiveAsk { role, to: call.principal_named("id"), reason: Some(call.field("reason").to_owned()), until };
    Ok(app.desk.perform(&who, Verb::admin("role.give"), move |tx, actor| people::give_role(tx, actor, &ask))?)
}

/// Takes the role of the form from whom the address names. Answers the role where giving it again undoes that: one that
/// had a reason or an end would come back as another.
pub(super) fn take_role(app: &App, call: &Call) -> Result<Option<RoleId>, No> {
    let (role, from) = (RowId::parse(call.field("role")).map(RoleId).ok_or(Denial::NotThere)?, call.principal_named("id"));
    let undo = app.desk.perform(&call.asker()?, Verb::admin("role.take"), move |tx, actor| {
        let plain = match people::role(tx, actor, role) {
            Ok(sheet) => sheet.holders.into_iter().find(|grant| grant.principal == from),
            // Who may not take it is told so below.
            Err(Error::Denied(_)) => None,
            Err(other) => return Err(other),
        };
        people::take_role(tx, actor, role, from)?;
        Ok(plain.filter(|grant| grant.until.is_none() && grant.reason.is_none()).map(|grant| grant.role))
    })?;
    Ok(undo)
}

/// The end of a day where the person is; none for no day.
pub(super) fn end_of_day(eye: &Eye, day: &str) -> Result<Option<i64>, No> {
    if day.is_empty() {
        return Ok(None);
    }
    let wrong = || column("until", "the end is a day, like 2026-12-31");
    let next = day.parse::<Date>().ok().and_then(|day| day.checked_add(1.day()).ok()).ok_or_else(wrong)?;
    let at = next.to_zoned(eye.zone.clone()).map_err(|_| wrong())?;
    // The last moment that is read as this day.
    Ok(Some(at.timestamp().as_microsecond() - 1))
}
