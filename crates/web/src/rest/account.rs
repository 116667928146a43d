//! The own account over the API, and what the organisation asks of sign-ins.
//!
//! Recovery codes and the secret of a second factor are answered once, by the call that made them. A second factor is set
//! up with a session, never with a token.
//! Not here: sessions and tokens ([`super::sessions`]). Proved by `tests/it/account_pages.rs`.

use super::show;
use crate::App;
use crate::answer::{Answer, No, Outcome};
use crate::call::{Call, column};
use crm::sign_in::{self, Policy};
use crm::{PrincipalId, RoleId, Task, Verb, people};
use serde_json::{Value as Json, json};

/// Proves the second factor of this session again.
pub fn step_up(app: &App, call: &Call) -> Outcome {
    sign_in::step_up(&app.desk, &call.asker()?, call.text("code"), call.place)?;
    Ok(Answer::data(json!({ "assurance": "second_factor" })))
}

/// Whether there is a second factor.
pub fn factor(app: &App, call: &Call) -> Outcome {
    let who = call.asker()?;
    let standing = app.desk.look_before_factor(&who, |tx, actor| sign_in::factor_standing(tx, &who, actor))?;
    Ok(Answer::data(json!({
        "since": show::maybe_moment(standing.since), "recovery_codes": standing.recovery_codes, "is_needed": standing.is_needed,
    })))
}

/// Begins a second factor.
pub fn begin_factor(app: &App, call: &Call) -> Outcome {
    let begun = sign_in::begin_factor(&app.desk, &call.asker()?, call.text("old_password"), call.place)?;
    Ok(Answer::made("/api/v1/second_factor".into(), json!({ "secret": begun.secret, "address": begun.address })))
}

/// Confirms it with a first code.
pub fn confirm_factor(app: &App, call: &Call) -> Outcome {
    let codes = sign_in::confirm_factor(&app.desk, &call.asker()?, call.text("code"), call.place)?;
    Ok(Answer::data(json!({ "recovery_codes": codes })))
}

/// Takes it away.
pub fn remove_factor(app: &App, call: &Call) -> Outcome {
    sign_in::remove_factor(&app.desk, &call.asker()?)?;
    Ok(Answer::nothing())
}

/// New recovery codes.
pub fn recovery_codes(app: &App, call: &Call) -> Outcome {
    let codes = sign_in::renew_recovery_codes(&app.desk, &call.asker()?)?;
    Ok(Answer::data(json!({ "recovery_codes": codes })))
}

/// Another password.
pub fn password(app: &App, call: &Call) -> Outcome {
    sign_in::change_password(&app.desk, &call.asker()?, call.text("old_password"), call.text("password"), call.place)?;
    Ok(Answer::nothing())
}

/// Ends every session but this one.
pub fn end_others(app: &App, call: &Call) -> Outcome {
    let ended = sign_in::end_other_sessions(&app.desk, &call.asker()?)?;
    Ok(Answer::data(json!({ "ended": ended })))
}

/// Takes away somebody else's second factor.
pub fn reset_factor(app: &App, call: &Call) -> Outcome {
    let id = PrincipalId(call.id());
    app.desk.perform(&call.asker()?, Verb::admin("user.reset-factor"), move |tx, actor| people::reset_factor(tx, actor, id))?;
    Ok(Answer::nothing())
}

/// Says whether a role asks for a second factor.
pub fn require_factor(app: &App, call: &Call) -> Outcome {
    let (id, required) = (RoleId(call.id()), call.flag("required"));
    app.desk
        .perform(&call.asker()?, Verb::admin("role.require-factor"), move |tx, actor| people::require_factor(tx, actor, id, required))?;
    Ok(Answer::nothing())
}

/// What is asked of sign-ins.
pub fn policy(app: &App, call: &Call) -> Outcome {
    let policy = app.desk.look(&call.asker()?, sign_in::read_policy)?;
    Ok(Answer::data(shown(&policy)))
}

fn shown(policy: &Policy) -> Json {
    let step_up: Vec<&str> = policy.step_up.iter().map(|task| task.name()).collect();
    json!({
        "alone": policy.alone, "with_factor": policy.with_factor, "blocked": policy.blocked, "expires_after": policy.expires_after,
        "remembered": policy.remembered, "kinds": policy.kinds, "step_up": step_up,
    })
}

/// Changes what is asked of sign-ins: what is said takes the place of what was; `expires_after` 0 is never.
pub fn change_policy(app: &App, call: &Call) -> Outcome {
    let number = |name: &'static str| -> Result<Option<i64>, No> {
        let Some(value) = call.body.get(name).filter(|v| !v.is_null()) else { return Ok(None) };
        value.as_i64().map(Some).ok_or_else(|| column(name, "a number belongs here"))
    };
    let size = |n: i64| usize::try_from(n).unwrap_or(0);
    let (alone, with_factor, expires_after) = (number("alone")?, number("with_factor")?, number("expires_after")?);
    let (remembered, kinds, blocked) = (number("remembered")?, number("kinds")?, call.list("blocked")?);
    let named = call.list("step_up")?.map(|names| {
        let task = |name: String| Task::parse(&name).ok_or_else(|| column("step_up", format!("`{name}` is no task")));
        names.into_iter().map(task).collect::<Result<_, No>>()
    });
    let step_up = named.transpose()?;
    let policy = app.desk.perform(&call.asker()?, Verb::admin("sign-in-rules.change"), move |tx, actor| {
        let old = sign_in::read_policy(tx, actor)?;
        let new = Policy {
            alone: alone.map_or(old.alone, size),
            with_factor: with_factor.map_or(old.with_factor, size),
            blocked: blocked.clone().unwrap_or(old.blocked),
            expires_after: expires_after.map_or(old.expires_after, |days| (days != 0).then_some(days)),
            remembered: remembered.unwrap_or(old.remembered),
            kinds: kinds.map_or(old.kinds, size),
            step_up: step_up.clone().unwrap_or(old.step_up),
        };
        sign_in::set_policy(tx, actor, &new)?;
        sign_in::read_policy(tx, actor)
    })?;
    Ok(Answer::data(shown(&policy)))
}
