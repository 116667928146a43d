//! The certificate of a departure: one sheet to print, the same for programs, and the sealed archive.
//!
//! What stands here was signed when it was done; the page only sets it out. Nothing is counted or read again.
//! Not here: what is signed (`crm`). Start reading at [`page`]. Proved by `tests/it/departures.rs`.

use super::frame::Shell;
use super::show::{capital, grouped};
use crate::App;
use crate::answer::{Answer, Outcome};
use crate::call::Call;
use crate::pages::Kept;
use crate::pages::departures::{CertificatePage, ProofRow, TableRow};
use crm::departures;
use crm::values::{DateForm, parse_moment};
use serde_json::Value as Json;
use std::io::Cursor;

/// `GET /departures/{id}/certificate`
pub(super) fn page(app: &App, call: &Call) -> Outcome {
    let page = app.desk.look(&call.asker()?, |tx, actor| {
        let proof = departures::certificate(tx, actor, call.id())?;
        let shell = Shell::of(tx, actor, call)?;
        let href = format!("/departures/{}", call.id());
        let name = text(&proof, "/person/name");
        let left = proof.pointer("/left/references").and_then(Json::as_i64).unwrap_or(0);
        Ok(CertificatePage {
            frame: shell.below("Certificate of departure", &[("Departures", "/departures"), (&name, &href)]),
            json_href: format!("{href}/certificate.json"),
            facts: facts(&shell, &proof),
            items: rows(&proof, "items", |item| ProofRow {
                label: text(item, "/label"),
                count: figure(item, "/count"),
                choice: capital(&text(item, "/became")),
                done: figure(item, "/done"),
            }),
            tables: rows(&proof, "tables", |table| TableRow {
                label: label(&shell, &text(table, "/set")),
                before: figure(table, "/before"),
                after: figure(table, "/after"),
            }),
            archive: archive_facts(&proof),
            left: left_words(&shell, &proof, &name, left),
            is_clean: left == 0,
            trail: rows(&proof, "trail", |at| format!("lane {}, entry {}, {}", text(at, "/lane"), text(at, "/number"), text(at, "/hash"))),
            signature: text(&proof, "/proof/signature"),
            signing_key: text(&proof, "/proof/key"),
            since: match text(&proof, "/state").as_str() {
                "undone" | "undoing" => "What was handed over was given back since. This says what was done before.".into(),
                _ => String::new(),
            },
            name,
        })
    })?;
    Answer::draw(&page)
}

/// `GET /departures/{id}/certificate.json`
pub(super) fn json(app: &App, call: &Call) -> Outcome {
    let proof = app.desk.look(&call.asker()?, |tx, actor| departures::certificate(tx, actor, call.id()))?;
    let bytes = format!("{proof:#}\n").into_bytes();
    let size = u64::try_from(bytes.len()).ok();
    Ok(Answer::file(&format!("certificate-{}.json", call.id()), "application/json", size, Cursor::new(bytes)))
}

fn text(of: &Json, place: &str) -> String {
    match of.pointer(place) {
        Some(Json::String(text)) => text.clone(),
        Some(Json::Number(number)) => number.to_string(),
        _ => String::new(),
    }
}

fn texts(of: &Json, name: &str) -> String {
    let all = of.get(name).and_then(Json::as_array).into_iter().flatten().filter_map(Json::as_str);
    all.collect::<Vec<_>>().join(", ")
}

fn figure(of: &Json, place: &str) -> String {
    of.pointer(place).and_then(Json::as_i64).map_or_else(String::new, |n| grouped(&n.to_string()))
}

fn rows<T>(proof: &Json, name: &str, row: impl Fn(&Json) -> T) -> Vec<T> {
    proof.get(name).and_then(Json::as_array).into_iter().flatten().map(row).collect()
}

fn label(shell: &Shell, set: &str) -> String {
    shell.catalogue.find(set).map_or_else(|| set.to_owned(), |table| table.plural.clone())
}

fn moment(shell: &Shell, written: &str) -> String {
    parse_moment(written, DateForm::Ymd).map_or_else(|_| written.to_owned(), |at| shell.eye.when(at).exact)
}

fn facts(shell: &Shell, proof: &Json) -> Vec<Kept> {
    let fact = |name: &str, value: String| Kept { name: name.into(), value };
    let by = |member: &str, time: &str| {
        let (name, time) = (text(proof, &format!("/{member}/name")), text(proof, time));
        if name.is_empty() || time.is_empty() { name } else { format!("{name}, {}", moment(shell, &time)) }
    };
    let mut facts = vec![fact("Person", text(proof, "/person/name")), fact("Reason", text(proof, "/reason"))];
    facts.push(fact("Planned by", by("planned_by", "/planned_on")));
    facts.push(fact("Approved by", by("approved_by", "/approved_on")));
    facts.push(fact("Run by", by("run_by", "")));
    facts.push(fact("Began", moment(shell, &text(proof, "/begun_on"))));
    facts.push(fact("Ended", moment(shell, &text(proof, "/ended_on"))));
    facts.retain(|fact| !fact.value.is_empty());
    facts
}

fn archive_facts(proof: &Json) -> Vec<Kept> {
    let Some(archive) = proof.get("archive").filter(|archive| archive.is_object()) else { return Vec::new() };
    let fact = |name: &str, value: String| Kept { name: name.into(), value };
    let tables = archive.get("tables").and_then(Json::as_array).map_or(0, Vec::len);
    let is_compared = archive.get("compared").and_then(Json::as_bool).unwrap_or(false);
    let found = if is_compared { "restored into an empty database; counts and sums are equal" } else { "not compared" };
    let bytes = archive.get("bytes").and_then(Json::as_u64).map_or_else(String::new, super::show::size);
    let mut facts = vec![
        fact("Checked", found.into()),
        fact("Tables", grouped(&tables.to_string())),
        fact("Size", bytes),
        fact("SHA-256", text(archive, "/sha256")),
        fact("Sealed to", texts(archive, "recipients")),
    ];
    facts.retain(|fact| !fact.value.is_empty());
    facts
}

fn left_words(shell: &Shell, proof: &Json, name: &str, left: i64) -> String {
    if left == 0 {
        return format!("Nothing refers to {name} any more but the records of the past.");
    }
    let places = proof.pointer("/left/places").and_then(Json::as_array);
    let place = |at: &Json| format!("{} ({})", label(shell, &text(at, "/table")), text(at, "/column").replace('_', " "));
    let places: Vec<String> = places.into_iter().flatten().map(place).collect();
    let count = super::show::counted(usize::try_from(left).unwrap_or(usize::MAX), "reference", "references");
    let where_left = if places.is_empty() { String::new() } else { format!(": {}", places.join(", ")) };
    format!("Left as decided: {count} to {name}{where_left}.")
}
