//! Mail: its settings, the outbox, and resets of forgotten passwords.
//!
//! The password of the mail server goes in and never comes out; of a letter only kind, person and state are answered. A
//! reset is asked for with an address, and the answer is the same for every one.
//! Not here: invitations ([`super::people`]). Proved by `tests/it/mail.rs`.

use super::show;
use crate::App;
use crate::answer::{Answer, Outcome};
use crate::call::{Call, malformed};
use catalogue::RowId;
use crm::mail::{self, Line, SettingsAsk, State};
use crm::{Channel, Verb, sign_in};
use serde_json::{Value as Json, json};

/// How the mail server is reached.
pub fn settings(app: &App, call: &Call) -> Outcome {
    let kept = app.desk.look(&call.asker()?, mail::settings)?;
    Ok(Answer::data(match kept {
        None => json!({ "is_set_up": false }),
        Some(kept) => json!({
            "is_set_up": true, "host": kept.host, "port": kept.port, "safety": kept.safety.name(), "login": kept.login,
            "has_password": kept.has_password, "from": kept.from, "own_address": kept.own_address,
        }),
    }))
}

/// Reaches it another way. A password that is left out stays what it was.
pub fn change(app: &App, call: &Call) -> Outcome {
    let ask = SettingsAsk {
        host: call.text("host").to_owned(),
        port: call.body.get("port").map_or_else(String::new, Json::to_string),
        safety: call.text("safety").to_owned(),
        login: call.text("login").to_owned(),
        password: call.maybe("password").map(str::to_owned),
        from: call.text("from").to_owned(),
        own_address: call.text("own_address").to_owned(),
    };
    app.desk.perform(&call.asker()?, Verb::admin("mail.change"), move |tx, actor| mail::change(tx, actor, &ask))?;
    Ok(Answer::nothing())
}

/// Sends no more mail.
pub fn forget(app: &App, call: &Call) -> Outcome {
    app.desk.perform(&call.asker()?, Verb::admin("mail.forget"), mail::forget)?;
    Ok(Answer::nothing())
}

/// Writes to whoever asks. The letter says what the mail server answered.
pub fn test(app: &App, call: &Call) -> Outcome {
    let id = app.desk.perform(&call.asker()?, Verb::admin("mail.test"), mail::test)?;
    Ok(Answer::begun(format!("/api/v1/outbox/{id}"), json!({ "id": id.to_string() })))
}

/// Letters, newest first.
pub fn outbox(app: &App, call: &Call) -> Outcome {
    let limit = call.number_param("limit", 1, 200, 50)?;
    let state = match call.param("state") {
        None => None,
        Some(word) => Some(
            State::parse(word)
                .ok_or_else(|| malformed("bad-parameter", "`state` is `waiting`, `sending`, `sent`, `failed`, `held` or `withdrawn`"))?,
        ),
    };
    let after = match call.param("after") {
        None => None,
        Some(id) => Some(RowId::parse(id).ok_or_else(|| malformed("bad-place", "`after` is not a place in this list"))?),
    };
    let page = app.desk.look(&call.asker()?, |tx, actor| mail::outbox(tx, actor, state, after, limit))?;
    let next = page.lines.last().filter(|_| page.has_more).map(|last| last.id.to_string());
    let rows = page.lines.iter().map(|line| {
        let name = page.names.get(&line.to).map_or("", String::as_str);
        shown(line, show::user(line.to, name))
    });
    Ok(Answer::data(json!({ "rows": rows.collect::<Vec<Json>>(), "next": next })))
}

fn shown(line: &Line, to: Json) -> Json {
    json!({
        "id": line.id.to_string(), "kind": line.kind, "to": to, "address": line.address,
        "state": line.state.name(), "message_id": line.message_id, "attempts": line.attempts, "error": line.last_error,
        "next_try": if line.state == State::Waiting { show::moment(line.next_try) } else { Json::Null },
        "created_on": show::moment(line.created_on), "sent_on": show::maybe_moment(line.sent_on),
    })
}

/// One letter.
pub fn letter(app: &App, call: &Call) -> Outcome {
    let id = call.id();
    let line = app.desk.look(&call.asker()?, |tx, actor| mail::letter(tx, actor, id))?;
    Ok(Answer::data(shown(&line, json!({ "set": "users", "id": line.to.to_string() }))))
}

/// Tries a letter again now.
pub fn retry(app: &App, call: &Call) -> Outcome {
    let id = call.id();
    app.desk.perform(&call.asker()?, Verb::admin("letter.retry"), move |tx, actor| mail::retry(tx, actor, id))?;
    Ok(Answer::nothing())
}

/// Does not send a letter any more.
pub fn withdraw(app: &App, call: &Call) -> Outcome {
    let id = call.id();
    app.desk.perform(&call.asker()?, Verb::admin("letter.withdraw"), move |tx, actor| mail::withdraw(tx, actor, id))?;
    Ok(Answer::nothing())
}

/// Asks for a link by mail. The answer is the same whether the address is known or not.
pub fn ask_reset(app: &App, call: &Call) -> Outcome {
    sign_in::ask_reset(&app.desk, call.text("email"), call.place, Channel::Api)?;
    let said = "if somebody works here with that address, a letter is on its way to it";
    Ok(Answer::data(json!({ "said": said })).status(202))
}

/// Chooses another password. The secret in the address is the link's, and works once.
pub fn reset(app: &App, call: &Call) -> Outcome {
    sign_in::accept(&app.desk, call.name("token"), call.text("password"), Channel::Api)?;
    Ok(Answer::nothing())
}
