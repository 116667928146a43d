//! `import` and `export`, through the same doors as everybody.
//!
//! Not here: what an import does, what may leave (`crm`). Proved by `crates/castellan/tests/it/main.rs`.

use super::organisation::bar;
use super::people::find;
use super::{Call, print, text, with};
use crate::arguments::{Arguments, Export, Import};
use crate::failure::Failure;
use serde_json::{Value as Json, json};
use std::time::Duration;

/// Imports a file and waits for the end, with a bar. Interrupted, the job goes on in the server.
pub fn import(arguments: &Arguments, ask: &Import) -> Result<(), Failure> {
    with(arguments, |call| {
        let mut fields = vec![("set", ask.set.clone()), ("dry_run", ask.dry_run.to_string())];
        if let Some(map) = &ask.map {
            fields.push(("map", std::fs::read_to_string(map)?));
        }
        let given = [("mode", &ask.mode), ("duplicates", &ask.duplicates)];
        fields.extend(given.into_iter().filter_map(|(name, value)| Some((name, value.clone()?))));
        if !ask.key.is_empty() {
            fields.push(("keys", ask.key.join(",")));
        }
        if let Some(owner) = &ask.owner {
            fields.push(("owner", text(&find(call, owner)?, "id").to_owned()));
        }
        let started = call.send("/imports", &fields, &ask.file)?;
        let id = text(&started, "id").to_owned();
        let ended = wait(arguments, call, &format!("/imports/{id}"))?;
        let number = |name: &str| ended.get("counts").and_then(|c| c.get(name)).and_then(Json::as_u64).unwrap_or(0);
        if number("failed") > 0
            && let Some(path) = &ask.errors
        {
            call.fetch(&format!("/imports/{id}/errors.csv"), &mut std::fs::File::create(path)?)?;
        }
        if text(&ended, "state") != "done" {
            return Err(Failure::refused(text(&ended, "message")).with(ended.clone()));
        }
        print(arguments, &ended, |_| println!("{} created, {} updated, {} failed", number("created"), number("updated"), number("failed")));
        Ok(())
    })
}

/// Takes a view out. The gate decides, and the trail says so, before the first row leaves.
pub fn export(arguments: &Arguments, ask: &Export) -> Result<(), Failure> {
    if arguments.json && ask.output.is_none() {
        return Err(Failure::unclear("say with --output where the file goes: with --json, standard output is for the answer"));
    }
    with(arguments, |call| {
        let mut body = json!({ "set": ask.set, "view": ask.view, "format": ask.format, "reason": ask.reason });
        if let (Some(filter), Some(map)) = (&ask.filter, body.as_object_mut()) {
            let filter = serde_json::from_str(filter).map_err(|e| Failure::unclear(format!("--filter is no JSON: {e}")))?;
            map.insert("filter".into(), filter);
        }
        let asked = call.api("POST", "/exports", Some(&body))?;
        if text(&asked, "decision") == "refused" {
            return Err(Failure::refused(text(&asked, "why")));
        }
        let id = text(&asked, "id").to_owned();
        let ended = wait(arguments, call, &format!("/exports/{id}"))?;
        if text(&ended, "state") != "ready" {
            let why = text(&ended, "why");
            return Err(Failure::refused(if why.is_empty() { "the file was not made" } else { why }).with(ended.clone()));
        }
        match &ask.output {
            Some(path) => call.fetch(&format!("/exports/{id}/file"), &mut std::fs::File::create(path)?)?,
            None => call.fetch(&format!("/exports/{id}/file"), &mut std::io::stdout())?,
        };
        if ask.output.is_some() {
            print(arguments, &ended, |ended| println!("{} rows were taken out", ended.get("rows").and_then(Json::as_u64).unwrap_or(0)));
        }
        Ok(())
    })
}

/// Waits for a job, showing how far it is.
fn wait(arguments: &Arguments, call: &Call, path: &str) -> Result<Json, Failure> {
    let progress = bar(arguments, 0);
    loop {
        let told = call.api("GET", path, None)?;
        let number = |name: &str| told.get(name).and_then(Json::as_u64);
        if let Some(total) = number("total") {
            progress.set_length(total);
        }
        progress.set_position(number("done").unwrap_or(0));
        if !matches!(text(&told, "state"), "queued" | "running" | "stopping" | "making") {
            progress.finish_and_clear();
            return Ok(told);
        }
        std::thread::sleep(Duration::from_millis(150));
    }
}
