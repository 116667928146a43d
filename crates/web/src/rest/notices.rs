//! The own notices: what one is told, and that it was looked at.
//!
//! Not here: whom to tell and in which words (`crm`). Proved by `tests/it/notices.rs`.

use super::show;
use crate::App;
use crate::answer::{Answer, Outcome};
use crate::call::Call;
use crm::Verb;
use crm::notices::{self, Told};
use serde_json::{Value as Json, json};

/// The own notices, unread ones first.
pub fn list(app: &App, call: &Call) -> Outcome {
    let (limit, after) = (call.number_param("limit", 1, 200, 50)?, call.param("after"));
    let (page, unread) =
        app.desk.look(&call.asker()?, |tx, actor| Ok((notices::list(tx, actor, after, limit)?, notices::unread(tx, actor)?)))?;
    let count = json!({ "value": unread, "exact": unread < notices::COUNTED });
    Ok(Answer::data(json!({ "rows": page.rows.iter().map(notice).collect::<Vec<Json>>(), "next": page.next, "unread": count })))
}

fn notice(told: &Told) -> Json {
    json!({
        "id": told.id.to_string(), "kind": told.kind.name(), "title": told.title, "text": told.text, "link": told.link,
        "created_on": show::moment(told.created_on), "is_read": told.is_read,
    })
}

/// Notes that one was looked at.
pub fn read(app: &App, call: &Call) -> Outcome {
    let id = call.id();
    app.desk.perform(&call.asker()?, Verb::own("notice.read"), move |tx, actor| notices::read(tx, actor, id))?;
    Ok(Answer::nothing())
}

/// Notes that all were looked at.
pub fn read_all(app: &App, call: &Call) -> Outcome {
    app.desk.perform(&call.asker()?, Verb::own("notice.read"), notices::read_all)?;
    Ok(Answer::nothing())
}
