//! Whether the server lives and is ready, and the browser's files.
//!
//! These doors are public: they say nothing of the organisation, not even whether there is one.
//! Not here: figures for operators. Proved by `tests/it/doors.rs`.

use crate::answer::{Answer, Body, No, Outcome};
use crate::call::Call;
use crate::{App, assets};
use serde_json::json;

/// The process lives.
pub fn alive(_: &App, _: &Call) -> Outcome {
    Ok(Answer::data(json!({ "status": "alive" })))
}

/// Database and schema answer, and new work is welcome.
pub fn ready(app: &App, _: &Call) -> Outcome {
    if app.is_draining() {
        return Err(No::NotReady("the server goes down"));
    }
    app.desk.glance(|tx| Ok(crm::setup::is_set_up(tx)?))?;
    Ok(Answer::data(json!({ "status": "ready" })))
}

/// A file of the web client.
pub fn asset(_: &App, call: &Call) -> Outcome {
    let asset = assets::find(call.name("path")).ok_or(No::NoAddress)?;
    Ok(Answer { status: 200, headers: Vec::new(), body: Body::Asset(asset) })
}
