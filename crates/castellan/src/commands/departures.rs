//! `departure`: planned, decided, approved, run and undone through the doors of the API.
//!
//! A departure is named by its id, or by the person: the one that is open, or the last. Running and undoing wait for the
//! job, so that what comes next in a script finds it done.
//! Not here: what refers to somebody and who may what (`crm`). Start reading at [`run`].
//! Proved by `crates/castellan/tests/it/words.rs`.

use super::people::{find, rows};
use super::{Call, print, text, with};
use crate::arguments::{Arguments, DepartureAct};
use crate::failure::Failure;
use serde_json::{Map, Value as Json, json};
use std::fs::File;
use std::path::Path;
use std::time::Duration;

/// How often a job is looked at while it is waited for.
const LOOK: Duration = Duration::from_millis(200);

/// Runs one of the acts on departures.
pub fn run(arguments: &Arguments, act: &DepartureAct) -> Result<(), Failure> {
    with(arguments, |call| match act {
        DepartureAct::List => list(arguments, call),
        DepartureAct::Find { who } => dependencies(arguments, call, who),
        DepartureAct::Plan { who, reason, on, proposals } => plan(arguments, call, who, reason.as_deref(), on.as_deref(), *proposals),
        DepartureAct::Show { which } => show(arguments, call, which),
        DepartureAct::Choose { which, item, choice, to } => choose(arguments, call, which, item, choice, to),
        DepartureAct::Submit { which } => step(arguments, call, which, "submit", None),
        DepartureAct::Approve { which, note } => step(arguments, call, which, "approve", note.as_deref()),
        DepartureAct::SendBack { which, note } => step(arguments, call, which, "send_back", note.as_deref()),
        DepartureAct::Run { which } => step(arguments, call, which, "run", None),
        DepartureAct::Stop { which } => step(arguments, call, which, "stop", None),
        DepartureAct::Cancel { which, note } => step(arguments, call, which, "cancel", note.as_deref()),
        DepartureAct::Undo { which } => step(arguments, call, which, "undo", None),
        DepartureAct::Certificate { which } => certificate(arguments, call, which),
        DepartureAct::Archive { which, output } => archive(arguments, call, which, output),
    })
}

fn list(arguments: &Arguments, call: &Call) -> Result<(), Failure> {
    let all = call.api("GET", "/departures?limit=200", None)?;
    print(arguments, &all, |all| {
        for one in rows(all) {
            let name = one.get("user").map_or("", |user| text(user, "name"));
            println!("{:<10} {:<32} {:<38} {}", text(one, "state"), name, text(one, "id"), text(one, "on"));
        }
    });
    Ok(())
}

fn dependencies(arguments: &Arguments, call: &Call, who: &str) -> Result<(), Failure> {
    let user = find(call, who)?;
    let found = call.api("GET", &format!("/users/{}/dependencies", text(&user, "id")), None)?;
    print(arguments, &found, |found| rows(found).iter().for_each(tell_item));
    Ok(())
}

/// One line an item: its key, how many, what was chosen or is proposed.
fn tell_item(item: &Json) {
    let count = item.get("count").and_then(Json::as_i64).unwrap_or(0);
    let word = |name: &str| item.get(name).filter(|choice| !choice.is_null()).map(|choice| text(choice, "do").to_owned());
    let becomes = match (word("chosen"), word("proposal"), item.get("blocking").and_then(Json::as_bool)) {
        (Some(chosen), ..) => chosen,
        (None, _, Some(true)) => "must be mended first".into(),
        (None, Some(proposed), _) => format!("open, proposed: {proposed}"),
        (None, None, _) if item.get("offers").and_then(Json::as_array).is_some_and(Vec::is_empty) => "ends by itself".into(),
        (None, None, _) => "open".into(),
    };
    println!("{count:>8}  {:<40} {:<36} {becomes}", text(item, "key"), text(item, "label"));
}

fn plan(arguments: &Arguments, call: &Call, who: &str, reason: Option<&str>, on: Option<&str>, proposals: bool) -> Result<(), Failure> {
    let user = find(call, who)?;
    let mut body = json!({ "user": text(&user, "id"), "reason": reason });
    if let Some(members) = body.as_object_mut() {
        if let Some(on) = on {
            members.insert("on".into(), json!(on));
        }
        if proposals {
            members.insert("plan".into(), json!({ "proposals": true }));
        }
    }
    let made = call.api("POST", "/departures", Some(&body))?;
    print(arguments, &made, tell);
    Ok(())
}

fn show(arguments: &Arguments, call: &Call, which: &str) -> Result<(), Failure> {
    let found = sheet(call, which)?;
    print(arguments, &found, tell);
    Ok(())
}

fn tell(sheet: &Json) {
    let name = sheet.get("user").map_or("", |user| text(user, "name"));
    println!("{} · {name} · {}", text(sheet, "id"), text(sheet, "state"));
    let list = |name: &str| sheet.get(name).and_then(Json::as_array).cloned().unwrap_or_default();
    list("items").iter().for_each(tell_item);
    for words in list("news") {
        println!("new since it was decided: {}", words.as_str().unwrap_or_default());
    }
    for words in list("in_the_way") {
        println!("before the next step: {}", words.as_str().unwrap_or_default());
    }
    let why = text(sheet, "why");
    if !why.is_empty() {
        println!("{why}");
    }
}

fn choose(arguments: &Arguments, call: &Call, which: &str, item: &str, choice: &str, to: &[String]) -> Result<(), Failure> {
    let found = sheet(call, which)?;
    let mut written = Map::new();
    written.insert("do".into(), json!(choice));
    if !to.is_empty() {
        let ids = to.iter().map(|who| heir(call, who)).collect::<Result<Vec<_>, _>>()?;
        written.insert("to".into(), json!(ids));
    }
    let chosen = if choice == "undecided" { Json::Null } else { Json::Object(written) };
    let body = json!({ "version": found.get("version"), "choices": { item: chosen } });
    let now = call.api("PATCH", &format!("/departures/{}", text(&found, "id")), Some(&body))?;
    print(arguments, &now, tell);
    Ok(())
}

/// The id of a person, or of a team by its name.
fn heir(call: &Call, who: &str) -> Result<String, Failure> {
    let teams = call.api("GET", "/teams", None)?;
    if let Some(team) = rows(&teams).iter().find(|team| text(team, "name").eq_ignore_ascii_case(who) || text(team, "id") == who) {
        return Ok(text(team, "id").to_owned());
    }
    Ok(text(&find(call, who)?, "id").to_owned())
}

fn step(arguments: &Arguments, call: &Call, which: &str, act: &str, note: Option<&str>) -> Result<(), Failure> {
    let found = sheet(call, which)?;
    let path = format!("/departures/{}", text(&found, "id"));
    let takes_version = !matches!(act, "stop" | "undo");
    let mut body = Map::new();
    if takes_version {
        body.insert("version".into(), found.get("version").cloned().unwrap_or_default());
    }
    if let Some(note) = note {
        body.insert("note".into(), json!(note));
    }
    let body = Json::Object(body);
    let mut now = call.api("POST", &format!("{path}/{act}"), takes_version.then_some(&body))?;
    while act != "stop" && matches!(text(&now, "state"), "running" | "undoing") && !has_died(&now) {
        std::thread::sleep(LOOK);
        now = call.api("GET", &path, None)?;
    }
    print(arguments, &now, tell);
    match text(&now, "state") {
        "stopped" if act != "stop" => Err(Failure::refused(format!("it stopped: {}", text(&now, "why")))),
        _ => Ok(()),
    }
}

/// Whether its job ended without the departure having ended.
fn has_died(sheet: &Json) -> bool {
    let state = sheet.get("progress").map_or("", |progress| text(progress, "state"));
    matches!(state, "failed" | "cancelled")
}

fn certificate(arguments: &Arguments, call: &Call, which: &str) -> Result<(), Failure> {
    let found = sheet(call, which)?;
    let proof = call.api("GET", &format!("/departures/{}/certificate", text(&found, "id")), None)?;
    print(arguments, &proof, |proof| println!("{}", serde_json::to_string_pretty(proof).unwrap_or_default()));
    Ok(())
}

fn archive(arguments: &Arguments, call: &Call, which: &str, output: &Path) -> Result<(), Failure> {
    let found = sheet(call, which)?;
    let mut file = File::create(output)?;
    let bytes = call.fetch(&format!("/departures/{}/archive", text(&found, "id")), &mut file)?;
    let at = output.display().to_string();
    print(arguments, &json!({ "file": at, "bytes": bytes }), |_| println!("{bytes} bytes in {at}, sealed"));
    Ok(())
}

/// The departure of this id, or of this person: the one that is open, or the last.
fn sheet(call: &Call, which: &str) -> Result<Json, Failure> {
    if catalogue::RowId::parse(which).is_some() {
        return call.api("GET", &format!("/departures/{which}"), None);
    }
    let user = find(call, which)?;
    let all = call.api("GET", &format!("/departures?user={}", text(&user, "id")), None)?;
    let last = rows(&all).first().ok_or_else(|| Failure::missing(format!("there is no departure of `{which}`")))?;
    call.api("GET", &format!("/departures/{}", text(last, "id")), None)
}
