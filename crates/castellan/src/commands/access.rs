//! `explain`: why somebody may or may not.
//!
//! Not here: the decision (`security`). Proved by `crates/castellan/tests/it/main.rs`.

use super::people::find;
use super::{print, text, with};
use crate::arguments::{Arguments, Explain};
use crate::failure::Failure;
use serde_json::Value as Json;

/// Says every path that grants, or everything that is missing.
pub fn explain(arguments: &Arguments, ask: &Explain) -> Result<(), Failure> {
    with(arguments, |call| {
        let user = match &ask.user {
            Some(who) => format!("&user={}", text(&find(call, who)?, "id")),
            None => String::new(),
        };
        let answer = call.api("GET", &format!("/{}/explain?privilege={}{user}", ask.record, ask.privilege), None)?;
        print(arguments, &answer, |answer| {
            let lines = |name: &str| answer.get(name).and_then(Json::as_array).cloned().unwrap_or_default();
            println!("{}", if answer.get("granted").and_then(Json::as_bool) == Some(true) { "granted" } else { "not granted" });
            for line in lines("paths").iter().chain(&lines("missing")) {
                println!("  {}", line.get("words").and_then(Json::as_str).unwrap_or_else(|| line.as_str().unwrap_or_default()));
            }
            let helpers: Vec<String> = lines("ask").iter().map(|who| text(who, "name").to_owned()).collect();
            if !helpers.is_empty() {
                println!("  who could grant it: {}", helpers.join(", "));
            }
        });
        Ok(())
    })
}
