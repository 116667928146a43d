//! The own notices: the bell's lines and the page of all of them.
//!
//! Opening one is a form, because looking at it changes that it was looked at; it leads on to what the notice is about.
//! Not here: whom to tell and in which words (`crm`). Start reading at [`page`]. Proved by `tests/it/notices.rs`.

use super::address::Address;
use super::frame::Shell;
use crate::App;
use crate::answer::{Answer, Outcome, sentence};
use crate::call::Call;
use crate::pages::frame::Notice;
use crate::pages::notices::{NoticeRow, NoticesPage};
use crate::pages::{Empty, Tone};
use crm::notices::{self, NoticeKind, Told};
use crm::{Actor, Done, Tx, Verb};

/// How many the page shows.
const SHOWN: usize = 50;
/// Where the page is.
pub(super) const HERE: &str = "/notifications";

/// The newest unread ones, for the bell.
pub(super) fn newest(tx: &mut Tx<'_>, actor: &Actor, limit: usize) -> Done<Vec<Notice>> {
    let found = notices::list(tx, actor, None, limit)?.rows;
    let line = |told: &Told| Notice {
        title: told.title.clone(),
        text: sentence(&told.text),
        href: format!("{HERE}/{}/read", told.id),
        tone: tone(told),
        percent: None,
        is_told: true,
    };
    Ok(found.iter().filter(|told| !told.is_read).map(line).collect())
}

fn tone(told: &Told) -> Tone {
    match (told.is_read, told.kind) {
        (true, _) => Tone::Quiet,
        (false, NoticeKind::Asked | NoticeKind::Leaving | NoticeKind::Alert) => Tone::Waits,
        (false, NoticeKind::Workflow) if told.title.ends_with("stopped") => Tone::Stops,
        (false, _) => Tone::Accent,
    }
}

fn icon(kind: NoticeKind) -> &'static str {
    match kind {
        NoticeKind::Job => "clock",
        NoticeKind::Rights => "key",
        NoticeKind::Share => "share",
        NoticeKind::Assigned => "user-share",
        NoticeKind::Workflow => "hierarchy-2",
        NoticeKind::Asked | NoticeKind::Decided => "checkbox",
        NoticeKind::Leaving => "users",
        NoticeKind::Alert => "alert-triangle",
    }
}

/// `GET /notifications`
pub(super) fn page(app: &App, call: &Call) -> Outcome {
    let page = app.desk.look(&call.asker()?, |tx, actor| {
        let shell = Shell::of(tx, actor, call)?;
        let found = notices::list(tx, actor, call.param("after"), SHOWN)?;
        let row = |told: &Told| NoticeRow {
            title: told.title.clone(),
            text: sentence(&told.text),
            action: format!("{HERE}/{}/read", told.id),
            leads: told.link.is_some(),
            icon: icon(told.kind).into(),
            tone: tone(told),
            is_read: told.is_read,
            when: shell.eye.when(told.created_on),
        };
        let text = "Jobs that are done, records you are given, changes of your access and what waits for you are told here.";
        Ok(NoticesPage {
            rows: found.rows.iter().map(row).collect(),
            has_unread: notices::unread(tx, actor)? > 0,
            empty: Empty { title: "Nothing to tell yet".into(), text: text.into(), action: None },
            next_href: found.next.map(|next| Address::new(HERE.to_owned()).with("after", &next).to_string()),
            frame: shell.frame("Notifications"),
        })
    })?;
    Answer::draw(&page)
}

/// `POST /notifications/{id}/read`: noted as looked at, and on to what it is about.
pub(super) fn read(app: &App, call: &Call) -> Outcome {
    let id = call.id();
    let told = app.desk.perform(&call.asker()?, Verb::own("notice.read"), move |tx, actor| notices::read(tx, actor, id))?;
    let stays = call.field("stay") == "1";
    Ok(Answer::see(told.link.filter(|_| !stays).unwrap_or_else(|| HERE.to_owned())))
}

/// `POST /notifications/read`: all of them.
pub(super) fn read_all(app: &App, call: &Call) -> Outcome {
    app.desk.perform(&call.asker()?, Verb::own("notice.read"), notices::read_all)?;
    Ok(Answer::see(HERE.to_owned()))
}
