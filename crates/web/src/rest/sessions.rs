//! Signing in over the API: sessions, personal access tokens, invitations.
//!
//! A secret is answered once, to whoever just proved who they are. Wrong address and wrong password get one answer.
//! Not here: cookies, which are for pages. Proved by `tests/it/entry.rs`.

use super::show;
use crate::App;
use crate::answer::{Answer, No, Outcome};
use crate::call::{Call, column};
use crm::sign_in::{self, SignInAsk, TokenAsk};
use crm::{Channel, Denial, Error, Scope, Verb};
use serde_json::{Value as Json, json};

/// Opens a session.
pub fn open(app: &App, call: &Call) -> Outcome {
    let ask = SignInAsk {
        email: call.text("email").to_owned(),
        password: call.text("password").to_owned(),
        place: call.place,
        channel: Channel::Api,
    };
    let opened = sign_in::sign_in_whole(&app.desk, &ask, call.maybe("code"), call.maybe("new_password")).map_err(|error| match error {
        Error::Denied(Denial::SignIn) => No::Credentials,
        other => other.into(),
    })?;
    let body = json!({ "token": opened.token, "expires_at": show::moment(opened.expires_at), "assurance": opened.assurance });
    Ok(Answer::made("/api/v1/sessions/current".into(), body))
}

/// The own sessions.
pub fn list(app: &App, call: &Call) -> Outcome {
    let mine = sign_in::sessions(&app.desk, &call.asker()?)?;
    let line = |one: &sign_in::Mine| {
        json!({
            "id": one.session.id.to_string(), "kind": one.session.kind, "is_current": one.is_current,
            "assurance": if one.session.factor_on.is_some() { "second_factor" } else { "password" },
            "created_on": show::moment(one.session.created_on), "last_used": show::moment(one.session.last_used),
            "expires_at": show::moment(one.session.ends_on),
        })
    };
    Ok(Answer::data(json!({ "rows": mine.iter().map(line).collect::<Vec<Json>>() })))
}

/// Ends a session of one's own.
pub fn end(app: &App, call: &Call) -> Outcome {
    let who = call.asker()?;
    if call.name("id") == "current" {
        sign_in::sign_out(&app.desk, &who)?;
    } else {
        let id = call.id();
        app.desk.perform(&who, Verb::own("session.end"), move |tx, actor| sign_in::end(tx, actor, id))?;
    }
    Ok(Answer::nothing())
}

/// Makes a personal access token.
pub fn make_token(app: &App, call: &Call) -> Outcome {
    let known = [Scope::Read, Scope::Write, Scope::Export, Scope::Admin];
    let mut scopes = Vec::new();
    for name in call.list("scopes")?.unwrap_or_default() {
        let scope = known.into_iter().find(|s| s.name() == name);
        scopes.push(scope.ok_or_else(|| column("scopes", format!("`{name}` is none of `read`, `write`, `export`, `admin`")))?);
    }
    let expires_at = call.time_field("expires_at")?.ok_or_else(|| column("expires_at", "this is needed"))?;
    let ask = TokenAsk { name: call.text("name").to_owned(), scopes, expires_at };
    let made = sign_in::create_token(&app.desk, &call.asker()?, &ask)?;
    let body = json!({ "id": made.id.to_string(), "token": made.token, "expires_at": show::moment(made.expires_at) });
    Ok(Answer::made(format!("/api/v1/tokens/{}", made.id), body))
}

/// The own tokens.
pub fn tokens(app: &App, call: &Call) -> Outcome {
    let all = app.desk.look(&call.asker()?, |tx, actor| Ok(sign_in::tokens(tx, actor)?))?;
    let lines = all.iter().map(|token| {
        let scopes: Vec<&str> = token.scopes.as_deref().unwrap_or_default().split(' ').filter(|s| !s.is_empty()).collect();
        json!({
            "id": token.id.to_string(), "name": token.name, "scopes": scopes, "created_on": show::moment(token.created_on),
            "last_used": show::moment(token.last_used), "expires_at": show::moment(token.ends_on),
        })
    });
    Ok(Answer::data(json!({ "rows": lines.collect::<Vec<Json>>() })))
}

/// Ends a token of one's own.
pub fn revoke(app: &App, call: &Call) -> Outcome {
    let id = call.id();
    app.desk.perform(&call.asker()?, Verb::own("token.end"), move |tx, actor| sign_in::revoke_token(tx, actor, id))?;
    Ok(Answer::nothing())
}

/// Accepts an invitation. The secret in the address is the invitation, and works once.
pub fn accept(app: &App, call: &Call) -> Outcome {
    sign_in::accept(&app.desk, call.name("token"), call.text("password"), Channel::Api)?;
    Ok(Answer::nothing())
}
