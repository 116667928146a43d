//! Notices: what a person is told, and how they look at it.
//!
//! [`tell`] is called inside the change's transaction, so a notice is kept with what it tells, or not at all. What is
//! kept are ids and parts; [`list`] makes the words under the rights of the reader of that moment, so a record is named
//! only to whoever may read it then. `changes` tells of rights, shares, owners and jobs by itself.
//! Not here: how it looks (`web`). Start reading at [`tell`]. Proved by `crates/crm/tests/it/notices.rs`.

mod changes;
mod words;

pub(crate) use changes::tell_of_changes;
pub use store::notices::COUNTED;
pub(crate) use words::fill;

use crate::mail::{self, Letter};
use crate::sign_in::DAY;
use crate::{Done, Problem};
use catalogue::RowId;
use security::{Actor, Denial, PrincipalId};
use serde_json::Value as Json;
use store::notices::{self, NewNotice, Place};
use store::{Fault, Tx};

/// What was looked at is kept for so long.
const KEPT: i64 = 90 * DAY;

/// What a notice is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoticeKind {
    /// A job of one's own ended.
    Job,
    /// One's access changed.
    Rights,
    /// A record was shared with one, or the share ended.
    Share,
    /// A record came to be one's own.
    Assigned,
    /// A workflow of one's own stopped, or a workflow says something.
    Workflow,
    /// Somebody waits for one's decision.
    Asked,
    /// What one asked for was decided.
    Decided,
    /// Somebody's time here ended; for those who plan departures.
    Leaving,
    /// Somebody tries what nobody should; for those who can act on it.
    Alert,
}

impl NoticeKind {
    /// The word in API and database.
    pub fn name(self) -> &'static str {
        match self {
            NoticeKind::Job => "job",
            NoticeKind::Rights => "rights",
            NoticeKind::Share => "share",
            NoticeKind::Assigned => "assigned",
            NoticeKind::Workflow => "workflow",
            NoticeKind::Asked => "asked",
            NoticeKind::Decided => "decided",
            NoticeKind::Leaving => "leaving",
            NoticeKind::Alert => "alert",
        }
    }

    fn parse(word: &str) -> Option<NoticeKind> {
        use NoticeKind::{Alert, Asked, Assigned, Decided, Job, Leaving, Rights, Share, Workflow};
        [Job, Rights, Share, Assigned, Workflow, Asked, Decided, Leaving, Alert].into_iter().find(|kind| kind.name() == word)
    }
}

/// What somebody is to be told.
#[derive(Clone, Debug)]
pub struct Notice {
    /// What kind.
    pub kind: NoticeKind,
    /// Its parts: ids, figures, what somebody wrote. No name of a record.
    pub said: Json,
    /// The record it is about: its set and id.
    pub about: Option<(String, RowId)>,
    /// Where more is said, an address of the web client.
    pub link: Option<String>,
}

/// A notice as its reader sees it now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Told {
    /// Its id.
    pub id: RowId,
    /// What kind.
    pub kind: NoticeKind,
    /// What it is about, in a few words.
    pub title: String,
    /// What happened, in a sentence without a full stop.
    pub text: String,
    /// Where more is said; none where the reader may not look.
    pub link: Option<String>,
    /// Microseconds UTC.
    pub created_on: i64,
    /// It was looked at.
    pub is_read: bool,
}

/// A page of somebody's notices.
#[derive(Clone, Debug, Default)]
pub struct NoticePage {
    /// Unread ones first, newest first.
    pub rows: Vec<Told>,
    /// Where the next page begins.
    pub next: Option<String>,
}

/// Tells somebody, as part of this change; changed rights and what waits for a decision also by mail.
pub fn tell(tx: &mut Tx<'_>, to: PrincipalId, notice: &Notice) -> Done<RowId> {
    if let Some(letter) = letter(notice) {
        mail::post(tx, to, &letter)?;
    }
    let about = notice.about.as_ref().map(|(set, id)| (set.as_str(), *id));
    let new = NewNotice { to, kind: notice.kind.name(), said: &notice.said, about, link: notice.link.as_deref() };
    Ok(notices::tell(tx, &new)?)
}

/// The letter beside a notice. It names no record: who may read one is asked when the page is opened.
fn letter(notice: &Notice) -> Option<Letter> {
    match notice.kind {
        // Whoever lets somebody back in talks to them; while they are out, nobody writes to them.
        NoticeKind::Rights if matches!(notice.said.get("change").and_then(Json::as_str), Some("frozen" | "unfrozen" | "ended")) => None,
        NoticeKind::Rights => {
            let text = "What you may see and do was changed. Under notifications it says what, by whom and why.";
            Some(Letter::notice("Your access changed", text, Some("/notifications")))
        }
        NoticeKind::Asked => {
            let text = "Something goes on only once you have decided. The page says what is asked, and about which record.";
            let asked = Letter::notice("Somebody waits for your decision", text, notice.link.as_deref());
            Some(Letter { kind: mail::Kind::Approval, ..asked })
        }
        NoticeKind::Alert => {
            let text =
                "Somebody tried to sign in with an account that was disabled, and was refused. The page says whose, when and how often.";
            Some(Letter::notice("Somebody tried to sign in as a disabled person", text, notice.link.as_deref()))
        }
        NoticeKind::Leaving if matches!(notice.said.get("change").and_then(Json::as_str), Some("waits" | "put_off")) => {
            let text = "A departure waits for you. Its page says whose, and what is to be decided.";
            let asked = Letter::notice("A departure waits for you", text, notice.link.as_deref());
            Some(Letter { kind: mail::Kind::Approval, ..asked })
        }
        NoticeKind::Job | NoticeKind::Share | NoticeKind::Assigned | NoticeKind::Workflow | NoticeKind::Decided | NoticeKind::Leaving => {
            None
        }
    }
}

/// How many the actor has not looked at, counted up to [`COUNTED`].
pub fn unread(tx: &mut Tx<'_>, actor: &Actor) -> Done<i64> {
    Ok(notices::unread(tx, actor.user())?)
}

/// The actor's notices behind `after`.
pub fn list(tx: &mut Tx<'_>, actor: &Actor, after: Option<&str>, limit: usize) -> Done<NoticePage> {
    let after = after.map(place).transpose()?;
    let mut found = notices::of(tx, actor.user(), after, limit + 1)?;
    let has_more = found.len() > limit;
    found.truncate(limit);
    let next = found.last().filter(|_| has_more).map(|last| written(last.place()));
    let rows = found.iter().map(|notice| words::told(tx, actor, notice)).collect::<Done<Vec<Told>>>()?;
    Ok(NoticePage { rows, next })
}

/// Notes that the actor looked at one of the own notices; answers it.
pub fn read(tx: &mut Tx<'_>, actor: &Actor, id: RowId) -> Done<Told> {
    let notice = notices::get(tx, actor.user(), id)?.ok_or(Denial::NotThere)?;
    notices::mark_read(tx, actor.user(), Some(id))?;
    Ok(Told { is_read: true, ..words::told(tx, actor, &notice)? })
}

/// Notes that the actor looked at all of them; answers how many were unread.
pub fn read_all(tx: &mut Tx<'_>, actor: &Actor) -> Done<u64> {
    Ok(notices::mark_read(tx, actor.user(), None)?)
}

/// Forgets what was looked at long ago; what nobody looked at stays.
pub fn sweep(tx: &mut Tx<'_>) -> Result<u64, Fault> {
    let before = tx.now() - KEPT;
    notices::forget(tx, before)
}

/// A place as the opaque text that is handed out.
fn written(place: Place) -> String {
    format!("{}.{}.{}", if place.is_read { "r" } else { "n" }, place.created_on, place.id)
}

fn place(text: &str) -> Done<Place> {
    let mut parts = text.splitn(3, '.');
    let (half, time, id) = (parts.next(), parts.next(), parts.next());
    let read = || {
        let is_read = match half? {
            "r" => true,
            "n" => false,
            _ => return None,
        };
        Some(Place { is_read, created_on: time?.parse().ok()?, id: RowId::parse(id?)? })
    };
    read().ok_or_else(|| Problem::malformed("bad-place", "`after` is not a place in this list"))
}
