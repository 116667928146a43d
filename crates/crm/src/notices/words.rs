//! The words of a notice, made when it is read and for whoever reads it.
//!
//! A record is named under the reader's own permit; whoever may not read it learns that there is one, nothing of it, and
//! gets no link. [`fill`] puts columns into a sentence under the same permit.
//! Not here: whom to tell ([`super::changes`]). Start reading at [`told`]. Proved by `crates/crm/tests/it/notices.rs`.

use super::{NoticeKind, Told};
use crate::Done;
use crate::values::{moment_text, to_text};
use catalogue::{Column, Kind, RowId, Table, Target, Value};
use security::{Actor, PrincipalId, Privilege, Rights, RoleId, UnitId, permit};
use serde_json::Value as Json;
use store::notices::Notice;
use store::queue::{self, JobState};
use store::records::{self, Record};
use store::{Fault, Tx, accounts, rights};

/// What stands for a value that the reader may not see.
const HIDDEN: &str = "…";

/// What is said to the reader, and where it leads.
struct Words {
    title: String,
    text: String,
    link: Option<String>,
}

/// The notice as its reader sees it now.
pub(super) fn told(tx: &mut Tx<'_>, actor: &Actor, notice: &Notice) -> Done<Told> {
    let kind = NoticeKind::parse(&notice.kind).ok_or_else(|| Fault::broken("a notice of no kind"))?;
    let by = by(tx, notice)?;
    let words = match kind {
        NoticeKind::Job => job(tx, notice)?,
        NoticeKind::Rights => access(tx, actor, notice, &by)?,
        NoticeKind::Share => share(tx, actor, notice, &by)?,
        NoticeKind::Assigned => assigned(tx, actor, notice, &by)?,
        NoticeKind::Workflow => workflow(tx, actor, notice)?,
        NoticeKind::Asked => asked(tx, actor, notice, &by)?,
        NoticeKind::Decided => decided(tx, actor, notice, &by)?,
        NoticeKind::Leaving => leaving(tx, notice)?,
        NoticeKind::Alert => alert(tx, notice)?,
    };
    let is_read = notice.read_on.is_some();
    Ok(Told { id: notice.id, kind, title: words.title, text: words.text, link: words.link, created_on: notice.created_on, is_read })
}

fn by(tx: &mut Tx<'_>, notice: &Notice) -> Result<String, Fault> {
    let Some(by) = notice.by else { return Ok("somebody".into()) };
    if by == PrincipalId::OPERATOR {
        return Ok("the operator, on the command line,".into());
    }
    Ok(accounts::names(tx, &[by])?.remove(&by).map_or_else(|| "somebody".into(), |known| known.name))
}

fn said<'n>(notice: &'n Notice, name: &str) -> &'n str {
    notice.said.get(name).and_then(Json::as_str).unwrap_or_default()
}

fn id(notice: &Notice, name: &str) -> Option<RowId> {
    RowId::parse(said(notice, name))
}

fn job(tx: &mut Tx<'_>, notice: &Notice) -> Done<Words> {
    let job = match id(notice, "job") {
        Some(id) => queue::get(tx, id)?,
        None => None,
    };
    let Some(job) = job else { return Ok(Words { title: "A job ended".into(), text: String::new(), link: None }) };
    let title = job.arguments.get("title").and_then(Json::as_str).unwrap_or("A job").to_owned();
    let ending = if job.state == JobState::Failed { "failed" } else { "is done" };
    let text = match job.message.as_deref().filter(|words| !words.is_empty()) {
        Some(words) => format!("it {ending}: {words}"),
        None => format!("it {ending}"),
    };
    Ok(Words { title, text, link: notice.link.clone() })
}

fn access(tx: &mut Tx<'_>, actor: &Actor, notice: &Notice, by: &str) -> Done<Words> {
    let thing = id(notice, "id");
    let name = match (said(notice, "change").split('.').next().unwrap_or_default(), thing) {
        ("role", Some(id)) => rights::role(tx, RoleId(id))?.map(|role| role.name),
        ("profile", Some(id)) => rights::profile(tx, id)?.map(|profile| profile.name),
        ("member", Some(id)) => accounts::team(tx, PrincipalId(id))?.map(|team| team.name),
        ("unit" | "team", Some(id)) => accounts::unit_names(tx, &[UnitId(id)])?.remove(&UnitId(id)),
        _ => None,
    };
    let name = name.unwrap_or_else(|| "that is gone".into());
    let whose = match id(notice, "team") {
        Some(team) => accounts::team(tx, PrincipalId(team))?.map(|team| format!("your team “{}”", team.name)),
        None => None,
    };
    let whom = whose.unwrap_or_else(|| "you".into());
    let mut text = match said(notice, "change") {
        "role.given" => format!("{by} gave {whom} the role “{name}”"),
        "role.taken" => format!("{by} took the role “{name}” from {whom}"),
        "role.changed" => format!("{by} changed what your role “{name}” holds"),
        "profile.given" => format!("{by} gave {whom} the field profile “{name}”"),
        "profile.taken" => format!("{by} took the field profile “{name}” from {whom}"),
        "member.in" => format!("{by} put you into the team “{name}”"),
        "member.out" => format!("{by} took you out of the team “{name}”"),
        "unit" => format!("{by} moved you to the unit “{name}”"),
        "team.unit" => format!("{by} moved {whom} to the unit “{name}”"),
        "frozen" => format!("{by} froze your account"),
        "ended" => "your time here ended, and your account was frozen".into(),
        _ => format!("{by} unfroze your account"),
    };
    if let Some(until) = notice.said.get("until").and_then(Json::as_i64) {
        text.push_str(&format!(", until {}", moment_text(until)));
    }
    let reason = said(notice, "reason");
    if !reason.is_empty() {
        text.push_str(&format!(": {reason}"));
    }
    Ok(Words { title: "Your access changed".into(), text, link: Some(format!("/people/{}", actor.user())) })
}

/// The record for this reader: what it is called and where it is; only of which table it is, where it is hidden.
fn record(tx: &mut Tx<'_>, actor: &Actor, notice: &Notice) -> Done<(String, Option<String>)> {
    let Some((set, id)) = &notice.about else { return Ok(("a record".into(), None)) };
    let catalogue = actor.catalogue().clone();
    let Some(table) = catalogue.find(set) else { return Ok(("a record that is gone".into(), None)) };
    let label = table.label.to_lowercase();
    let name = match permit(actor, Privilege::Read, table) {
        Ok(read) => records::names(tx, &read, &[*id])?.remove(id),
        Err(_) => None,
    };
    Ok(match name {
        Some(name) => (format!("{label} “{name}”"), Some(format!("/{set}/{id}"))),
        None => (format!("{label} that is not visible to you"), None),
    })
}

fn share(tx: &mut Tx<'_>, actor: &Actor, notice: &Notice, by: &str) -> Done<Words> {
    let (record, link) = record(tx, actor, notice)?;
    if said(notice, "change") == "ended" {
        return Ok(Words { title: "A share ended".into(), text: format!("{by} ended the share of the {record}"), link });
    }
    let mask = Rights(notice.said.get("mask").and_then(Json::as_i64).unwrap_or_default());
    let verbs = mask.list().map(|right| right.verb()).collect::<Vec<_>>().join(", ");
    let mut text = format!("{by} shared the {record} with you: {verbs}");
    if let Some(until) = notice.said.get("until").and_then(Json::as_i64) {
        text.push_str(&format!(", until {}", moment_text(until)));
    }
    Ok(Words { title: "Shared with you".into(), text, link })
}

fn assigned(tx: &mut Tx<'_>, actor: &Actor, notice: &Notice, by: &str) -> Done<Words> {
    let title = "Assigned to you".to_owned();
    if let Some(count) = notice.said.get("count").and_then(Json::as_i64) {
        let table = actor.catalogue().find(said(notice, "set")).map(|table| if count == 1 { &table.label } else { &table.plural });
        let what = table.map_or_else(|| "records".into(), |name| name.to_lowercase());
        return Ok(Words { title, text: format!("{by} gave you {count} {what}"), link: notice.link.clone() });
    }
    let (record, link) = record(tx, actor, notice)?;
    Ok(Words { title, text: format!("{by} gave you the {record}"), link })
}

fn workflow(tx: &mut Tx<'_>, actor: &Actor, notice: &Notice) -> Done<Words> {
    let name = said(notice, "name");
    let why = said(notice, "why");
    if !why.is_empty() {
        let text = format!("the workflow “{name}” stopped: {why}");
        return Ok(Words { title: "A workflow stopped".into(), text, link: notice.link.clone() });
    }
    let (record, link) = record(tx, actor, notice)?;
    let text = about(tx, actor, notice)?;
    Ok(Words { title: format!("Workflow {name}"), text: format!("{text} ({record})"), link })
}

fn asked(tx: &mut Tx<'_>, actor: &Actor, notice: &Notice, by: &str) -> Done<Words> {
    let (record, _) = record(tx, actor, notice)?;
    let text = format!("{} ({record}, asked by {by})", about(tx, actor, notice)?);
    Ok(Words { title: "Waits for your decision".into(), text, link: notice.link.clone() })
}

fn decided(tx: &mut Tx<'_>, actor: &Actor, notice: &Notice, by: &str) -> Done<Words> {
    let (record, link) = record(tx, actor, notice)?;
    let (verb, title) = if said(notice, "decided") == "approved" { ("approved", "Approved") } else { ("refused", "Refused") };
    let note = said(notice, "note");
    let note = if note.is_empty() { String::new() } else { format!(": {note}") };
    Ok(Words { title: title.into(), text: format!("{by} {verb} what was asked about the {record}{note}"), link })
}

/// The person that a notice is about, by name.
fn person(tx: &mut Tx<'_>, notice: &Notice) -> Result<String, Fault> {
    let name = match id(notice, "id").map(PrincipalId) {
        Some(id) => accounts::names(tx, &[id])?.remove(&id).map(|known| known.name),
        None => None,
    };
    Ok(name.unwrap_or_else(|| "somebody".into()))
}

fn alert(tx: &mut Tx<'_>, notice: &Notice) -> Done<Words> {
    let name = person(tx, notice)?;
    let tries = match notice.said.get("tries").and_then(Json::as_i64) {
        Some(1) | None => "once".to_owned(),
        Some(count) => format!("{count} times"),
    };
    let text = format!("somebody tried {tries} to sign in as {name}, who was disabled, and was refused");
    Ok(Words { title: "A disabled person’s sign-in was tried".into(), text, link: notice.link.clone() })
}

fn leaving(tx: &mut Tx<'_>, notice: &Notice) -> Done<Words> {
    let name = person(tx, notice)?;
    let by = by(tx, notice)?;
    let why = match said(notice, "why") {
        "" => String::new(),
        why => format!(": {why}"),
    };
    let departure = format!("the departure of {name}");
    let (title, text) = match said(notice, "change") {
        "kept" => (
            "Somebody’s time here ended",
            format!(
                "the time of {name} here ended, but nobody else is System Administrator without an end: the account stays open; \
                 give somebody else that role"
            ),
        ),
        "waits" => ("Waits for your approval", format!("{by} planned {departure}; it waits for your approval")),
        "rules" => {
            let from = notice.said.get("from").and_then(Json::as_i64).map_or_else(|| "now".to_owned(), moment_text);
            ("The rules of departures change", format!("{by} changed what is asked of departures; it counts from {from} on"))
        }
        "handed_on" => {
            ("A departure is yours to plan", format!("whoever planned {departure} has left; it is yours now, and is decided anew"))
        }
        "sent_back" => ("A departure was sent back", format!("{by} did not approve {departure}{why}")),
        "approved" => ("A departure was approved", format!("{by} approved {departure}")),
        "done" => ("A departure is done", format!("{departure} is done; its certificate says what became of everything")),
        "stopped" => ("A departure stopped", format!("{departure} stopped{why}")),
        "undone" => ("A departure was undone", format!("{departure} was undone; its page lists what stayed where it is")),
        "put_off" => (
            "A departure could not begin",
            format!("the hour of {departure} has come; the account is frozen, and the plan waits for a look{why}"),
        ),
        _ => ("Somebody’s time here ended", format!("the time of {name} here ended; the account is frozen. Plan the departure")),
    };
    Ok(Words { title: title.into(), text, link: notice.link.clone() })
}

/// The words of a notice that somebody wrote, with the columns its reader may see.
fn about(tx: &mut Tx<'_>, actor: &Actor, notice: &Notice) -> Done<String> {
    match &notice.about {
        Some((set, id)) => fill(tx, actor, set, *id, said(notice, "words")),
        None => Ok(said(notice, "words").to_owned()),
    }
}

/// Puts the columns of a record into `words`, `{name}` by `{name}`, as the actor may read them now.
pub(crate) fn fill(tx: &mut Tx<'_>, actor: &Actor, set: &str, id: RowId, words: &str) -> Done<String> {
    if !words.contains('{') {
        return Ok(words.to_owned());
    }
    let catalogue = actor.catalogue().clone();
    let table = catalogue.find(set);
    let record = match table.map(|table| permit(actor, Privilege::Read, table)) {
        Some(Ok(read)) => records::get(tx, &read, id)?,
        Some(Err(_)) | None => None,
    };
    let mut filled = String::new();
    let mut rest = words;
    while let Some((before, behind)) = rest.split_once('{') {
        filled.push_str(before);
        let Some((name, after)) = behind.split_once('}') else {
            filled.push('{');
            rest = behind;
            continue;
        };
        match (table, &record) {
            (Some(table), Some(record)) => filled.push_str(&value(tx, actor, table, record, name)?),
            _ => filled.push_str(HIDDEN),
        }
        rest = after;
    }
    filled.push_str(rest);
    Ok(filled)
}

fn value(tx: &mut Tx<'_>, actor: &Actor, table: &Table, record: &Record, name: &str) -> Done<String> {
    let found = table.find(name).and_then(|column| Some((column, record.get(column.id)?)));
    let Some((column, value)) = found else { return Ok(HIDDEN.into()) };
    match value {
        Value::Id(id) => named(tx, actor, column, record, *id),
        other => Ok(to_text(column, other)),
    }
}

/// What a lookup names, for the actor.
fn named(tx: &mut Tx<'_>, actor: &Actor, column: &Column, record: &Record, id: RowId) -> Done<String> {
    let target = if column.kind == Kind::Owner { Some(Target::Users) } else { record.target(column.id) };
    let name = match target {
        Some(Target::Table(other)) => match actor.catalogue().table(other).map(|other| permit(actor, Privilege::Read, other)) {
            Some(Ok(read)) => records::names(tx, &read, &[id])?.remove(&id),
            Some(Err(_)) | None => None,
        },
        Some(Target::Users | Target::Teams) => accounts::names(tx, &[PrincipalId(id)])?.remove(&PrincipalId(id)).map(|known| known.name),
        Some(Target::Units) => accounts::unit_names(tx, &[UnitId(id)])?.remove(&UnitId(id)),
        None => None,
    };
    Ok(name.unwrap_or_else(|| HIDDEN.into()))
}
