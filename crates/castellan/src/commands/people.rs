//! `user`: people, through the doors of the API; freeze, disable and reset-factor also as the operator.
//!
//! Not here: who may (`crm`). Proved by `crates/castellan/tests/it/main.rs`.

use super::{Call, encode, print, text, with};
use crate::arguments::{Arguments, UserAct};
use crate::failure::Failure;
use serde_json::{Value as Json, json};

/// Runs one of the acts on people.
pub fn run(arguments: &Arguments, act: &UserAct) -> Result<(), Failure> {
    with(arguments, |call| match act {
        UserAct::Invite { name, email, unit, role } => invite(arguments, call, name, email, unit.as_deref(), role),
        UserAct::List => list(arguments, call),
        UserAct::Show { who } => show(arguments, call, who),
        UserAct::Freeze { who, reason } => freeze(arguments, call, who, reason),
        UserAct::Disable { who, reason } => disable(arguments, call, who, reason),
        UserAct::Enable { who, reason } => enable(arguments, call, who, reason),
        UserAct::ResetFactor { who } => reset_factor(arguments, call, who),
        UserAct::Unfreeze { who, reason } => {
            let user = find(call, who)?;
            call.api("POST", &format!("/users/{}/unfreeze", text(&user, "id")), Some(&json!({ "reason": reason })))?;
            let now = call.api("GET", &format!("/users/{}", text(&user, "id")), None)?;
            print(arguments, &json!({ "user": text(&now, "id"), "state": text(&now, "state") }), |done| match text(done, "state") {
                "active" => println!("{who} may sign in again"),
                _ => println!("{who} needs a new invitation: no password was ever chosen"),
            });
            Ok(())
        }
    })
}

fn invite(arguments: &Arguments, call: &Call, name: &str, email: &str, unit: Option<&str>, roles: &[String]) -> Result<(), Failure> {
    let units = call.api("GET", "/business_units", None)?;
    let found = rows(&units).iter().find(|u| match unit {
        Some(wanted) => text(u, "name") == wanted,
        None => u.get("parent").is_none_or(Json::is_null),
    });
    let unit = found.ok_or_else(|| Failure::missing(format!("there is no business unit `{}`", unit.unwrap_or("root"))))?;
    let known = call.api("GET", "/roles", None)?;
    let mut ids = Vec::new();
    for role in roles {
        let found = rows(&known).iter().find(|r| text(r, "name").eq_ignore_ascii_case(role));
        ids.push(text(found.ok_or_else(|| Failure::missing(format!("there is no role `{role}`")))?, "id").to_owned());
    }
    let made = call.api("POST", "/users", Some(&json!({ "name": name, "email": email, "business_unit": text(unit, "id") })))?;
    for role in ids {
        call.api("PUT", &format!("/users/{}/roles/{role}", text(&made, "id")), Some(&json!({ "reason": "invited with it" })))?;
    }
    print(arguments, &made, |made| invited(name, made));
    Ok(())
}

fn list(arguments: &Arguments, call: &Call) -> Result<(), Failure> {
    let users = call.api("GET", "/users?limit=500", None)?;
    print(arguments, &users, |users| {
        for user in rows(users) {
            println!("{:<10} {:<32} {}", text(user, "state"), text(user, "name"), text(user, "email"));
        }
    });
    Ok(())
}

fn show(arguments: &Arguments, call: &Call, who: &str) -> Result<(), Failure> {
    let user = find(call, who)?;
    let whole = call.api("GET", &format!("/users/{}", text(&user, "id")), None)?;
    print(arguments, &whole, |user| println!("{}", serde_json::to_string_pretty(user).unwrap_or_default()));
    Ok(())
}

fn reset_factor(arguments: &Arguments, call: &Call, who: &str) -> Result<(), Failure> {
    let done = if call.is_somebody() {
        let user = find(call, who)?;
        call.api("POST", &format!("/users/{}/reset_second_factor", text(&user, "id")), None)?;
        json!({ "user": text(&user, "id"), "second_factor": false })
    } else {
        call.operate("user.reset-factor", &json!({ "who": who }))?
    };
    print(arguments, &done, |_| println!("{who} signs in with the password alone; every session and token has ended"));
    Ok(())
}

fn freeze(arguments: &Arguments, call: &Call, who: &str, reason: &str) -> Result<(), Failure> {
    let done = if call.is_somebody() {
        let user = find(call, who)?;
        call.api("POST", &format!("/users/{}/freeze", text(&user, "id")), Some(&json!({ "reason": reason })))?;
        json!({ "user": text(&user, "id"), "state": "frozen" })
    } else {
        call.operate("user.freeze", &json!({ "who": who, "reason": reason }))?
    };
    print(arguments, &done, |_| println!("{who} is frozen; every session and token has ended"));
    Ok(())
}

fn disable(arguments: &Arguments, call: &Call, who: &str, reason: &str) -> Result<(), Failure> {
    let done = if call.is_somebody() {
        let user = find(call, who)?;
        call.api("POST", &format!("/users/{}/disable", text(&user, "id")), Some(&json!({ "reason": reason })))?;
        json!({ "user": text(&user, "id"), "state": "disabled" })
    } else {
        call.operate("user.disable", &json!({ "who": who, "reason": reason }))?
    };
    print(arguments, &done, |_| println!("{who} is disabled; every session and token has ended, and everything that was given"));
    Ok(())
}

fn enable(arguments: &Arguments, call: &Call, who: &str, reason: &str) -> Result<(), Failure> {
    let user = find(call, who)?;
    let made = call.api("POST", &format!("/users/{}/enable", text(&user, "id")), Some(&json!({ "reason": reason })))?;
    print(arguments, &made, |made| invited(who, made));
    Ok(())
}

/// Says how the invitation comes to the person.
fn invited(who: &str, made: &Json) {
    match made.get("invitation").map(|i| text(i, "token")).filter(|token| !token.is_empty()) {
        Some(token) => println!("{who} is invited; the way in, shown once: /invitation/{token}"),
        None => println!("{who} is invited; the link is on its way by mail"),
    }
}

/// The person of that e-mail address or id.
pub fn find(call: &Call, who: &str) -> Result<Json, Failure> {
    if catalogue::RowId::parse(who).is_some() {
        return call.api("GET", &format!("/users/{who}"), None);
    }
    let users = call.api("GET", &format!("/users?q={}&limit=500", encode(who)), None)?;
    let found = rows(&users).iter().find(|u| text(u, "email").eq_ignore_ascii_case(who)).cloned();
    found.ok_or_else(|| Failure::missing(format!("nobody here is called `{who}`")))
}

/// The rows of a list.
pub fn rows(answer: &Json) -> &[Json] {
    answer.get("rows").and_then(Json::as_array).map_or(&[], Vec::as_slice)
}
