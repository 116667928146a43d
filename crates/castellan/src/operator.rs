//! What the operator may do, who came in by owning the data directory: no person, no record read.
//!
//! Each act stands in the trail under the operator's name. The same acts serve the socket of a running server and a
//! command that opened the store itself.
//! Not here: the socket (`web`). Proved by `crates/castellan/tests/it/main.rs`.

use crate::commands::backup::told_of;
use crate::generate::Generating;
use crm::Desk;
use serde_json::{Value as Json, json};
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use store::accounts;
use store::dump::Recipient;

/// The operator's acts over one desk.
pub struct Acts {
    desk: Desk,
    generating: Mutex<Option<Arc<Generating>>>,
}

impl Acts {
    /// Over this desk.
    pub fn new(desk: Desk) -> Acts {
        Acts { desk, generating: Mutex::default() }
    }

    fn freeze(&self, arguments: &Json) -> Result<Json, String> {
        let who = text(arguments, "who");
        let reason = text(arguments, "reason");
        let id = self.person(&who)?;
        let reason = if reason.is_empty() { None } else { Some(reason.as_str()) };
        crm::people::freeze_as_operator(&self.desk, id, reason).map_err(|e| e.to_string())?;
        Ok(json!({ "user": id.to_string(), "state": "frozen" }))
    }

    fn disable(&self, arguments: &Json) -> Result<Json, String> {
        let (id, reason) = (self.person(&text(arguments, "who"))?, text(arguments, "reason"));
        crm::people::disable_as_operator(&self.desk, id, Some(&reason)).map_err(|e| e.to_string())?;
        Ok(json!({ "user": id.to_string(), "state": "disabled" }))
    }

    fn reset_factor(&self, arguments: &Json) -> Result<Json, String> {
        let id = self.person(&text(arguments, "who"))?;
        crm::people::reset_factor_as_operator(&self.desk, id).map_err(|e| e.to_string())?;
        Ok(json!({ "user": id.to_string(), "second_factor": false }))
    }

    fn person(&self, who: &str) -> Result<crm::PrincipalId, String> {
        let found = self.desk.glance(|tx| {
            Ok(match catalogue::RowId::parse(who) {
                Some(id) => accounts::user(tx, crm::PrincipalId(id))?,
                None => accounts::user_by_email(tx, who)?,
            })
        });
        found.map_err(|e| e.to_string())?.map(|u| u.id).ok_or_else(|| format!("nobody here is called `{who}`"))
    }

    fn verify(&self) -> Result<Json, String> {
        let key = self.desk.store().trail_key();
        let report = self.desk.glance(|tx| Ok(store::trail::verify(tx, &key)?)).map_err(|e| e.to_string())?;
        let bad: Vec<Json> = report.bad.iter().map(|b| json!({ "lane": b.lane, "number": b.number, "wrong": b.to_string() })).collect();
        let heads: Vec<Json> = report.heads.iter().map(|h| json!({ "lane": h.lane, "number": h.number, "hash": h.hash })).collect();
        Ok(json!({ "whole": bad.is_empty(), "entries": report.entries, "bad": bad, "heads": heads }))
    }

    fn generate(&self, arguments: &Json) -> Result<Json, String> {
        let number = |name: &str, preset: u64| arguments.get(name).and_then(Json::as_u64).unwrap_or(preset);
        let mut running = self.generating.lock().unwrap_or_else(PoisonError::into_inner);
        if running.as_ref().is_some_and(|g| !g.is_over()) {
            return Err("records are being generated already".into());
        }
        let started = Generating::start(self.desk.clone(), number("rows", 10_000), number("seed", 7))?;
        let told = started.told();
        *running = Some(started);
        Ok(told)
    }

    fn generated(&self) -> Result<Json, String> {
        let running = self.generating.lock().unwrap_or_else(PoisonError::into_inner);
        running.as_ref().map(|g| g.told()).ok_or_else(|| "nothing was generated since the start".into())
    }

    /// Written by whoever has the data open, where the command line says.
    fn back_up(&self, arguments: &Json) -> Result<Json, String> {
        let to = arguments.get("to").and_then(Json::as_array).into_iter().flatten().filter_map(Json::as_str);
        let to = to.map(Recipient::parse).collect::<Result<Vec<_>, _>>().map_err(|problem| problem.to_string())?;
        let file = text(arguments, "file");
        let made = crm::backup::create(&self.desk, Path::new(&file), &to).map_err(|why| format!("no backup was made: {why}"))?;
        Ok(told_of(&made))
    }

    fn doctor(&self) -> Result<Json, String> {
        let mut found = Vec::new();
        let trail = self.verify()?;
        let whole = trail.get("whole").and_then(Json::as_bool) == Some(true);
        found.push(json!({ "check": "the trail is whole", "well": whole, "words": trail }));
        let set_up = self.desk.glance(|tx| Ok(crm::setup::is_set_up(tx)?)).map_err(|e| e.to_string())?;
        found.push(json!({ "check": "an organisation is set up", "well": set_up }));
        let administrators = self.desk.glance(|tx| Ok(store::rights::lasting_administrators(tx)?)).map_err(|e| e.to_string())?;
        found.push(
            json!({ "check": "an administrator stays", "well": !set_up || !administrators.is_empty(), "words": administrators.len() }),
        );
        let waiting = self.desk.glance(|tx| Ok(store::queue::has_work(tx)?)).map_err(|e| e.to_string())?;
        found.push(json!({ "check": "no job waits", "well": true, "words": if waiting { "jobs wait" } else { "none waits" } }));
        let revocations = self.desk.store().revocations().map_err(|e| e.to_string())?;
        found.push(json!({ "check": "the revocation journal can be read", "well": true, "words": revocations.len() }));
        Ok(json!({ "checks": found }))
    }
}

fn text(arguments: &Json, name: &str) -> String {
    arguments.get(name).and_then(Json::as_str).unwrap_or_default().to_owned()
}

impl web::socket::Operator for Acts {
    fn act(&self, act: &str, arguments: &Json) -> Result<Json, String> {
        match act {
            "user.freeze" => self.freeze(arguments),
            "user.disable" => self.disable(arguments),
            "user.reset-factor" => self.reset_factor(arguments),
            "backup.create" => self.back_up(arguments),
            "audit.verify" => self.verify(),
            "generate.start" => self.generate(arguments),
            "generate.told" => self.generated(),
            "doctor" => self.doctor(),
            other => Err(format!("the operator has no act `{other}`")),
        }
    }
}
