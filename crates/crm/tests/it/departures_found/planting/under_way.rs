//! What is planned or under way and names somebody: departures of others, imports, exports, jobs; settings.
//!
//! Not here: what else is planted ([`super`]). Start reading at [`Organisation::plans`].

use super::{LEAVER, Organisation, job};
use crate::world::World;
use serde_json::{Value as Json, json};
use store::{accounts, departures, exchange, queue};

impl Organisation {
    /// Departures of others that give something to the leaver, or that the leaver planned; one that is over.
    pub(super) fn plans(&mut self, world: &World) {
        let leaver = self.leaver;
        for (name, planner, over) in [("leaving_too", LEAVER, false), ("manager", "admin", false), ("auditor", LEAVER, true)] {
            if !self.dice.likely() {
                continue;
            }
            let (user, by, gives) = (world.id(name), world.id(planner), self.dice.likely());
            let id = world.operate(move |tx| {
                let id = departures::plan(tx, user, by, None, None)?;
                let old = departures::get(tx, id)?.unwrap();
                let mut new = old.clone();
                if gives {
                    new.choices =
                        json!({ "owned:accounts": { "do": "give", "to": [leaver.to_string()], "seal": "" }, "reports": { "do": "leave" } });
                }
                if over {
                    new.state = departures::State::Cancelled;
                }
                departures::save(tx, &old, &new)?;
                Ok(id)
            });
            if gives && !over {
                self.plant(format!("heir:{id}"), 1);
            }
            if by == leaver && !over {
                self.plant(format!("planned:{id}"), 1);
            }
        }
    }

    /// Imports of somebody else that would give rows to the leaver, under way or over.
    pub(super) fn imports(&mut self, world: &World) {
        let (leaver, other) = (self.leaver, self.other);
        for (place, over) in [("owner", false), ("fixed", false), ("none", false), ("owner", true)] {
            if !self.dice.likely() {
                continue;
            }
            let id = world.operate(move |tx| {
                let job = job(tx, other, "import.run", &json!({}))?;
                let (id, file) = (tx.new_id(), tx.new_id());
                let whom = |at: &str| if place == at { json!(leaver.to_string()) } else { Json::Null };
                let options = json!({ "mode": "create", "keys": [], "owner": whom("owner"), "duplicates": "allow", "dry_run": false });
                let map =
                    if place == "fixed" { json!({ "columns": [], "fixed": { "owner": whom("fixed") } }) } else { json!({ "columns": [] }) };
                let look = json!({});
                let new = exchange::NewImport {
                    id,
                    job,
                    asker: other,
                    set: "leads",
                    file,
                    file_name: "leads.csv",
                    look: &look,
                    map: &map,
                    options: &options,
                };
                exchange::keep_import(tx, &new)?;
                if over {
                    queue::cancel(tx, job)?;
                }
                Ok(id)
            });
            if !over && place != "none" {
                self.plant(format!("import_fallback:{id}"), 1);
            }
        }
    }

    /// Exports and other jobs of somebody else that name the leaver, under way or over; a setting.
    pub(super) fn work(&mut self, world: &World) {
        let (leaver, other) = (self.leaver, self.other);
        for over in [false, true] {
            if !self.dice.likely() {
                continue;
            }
            world.operate(move |tx| {
                let arguments = json!({ "title": "give away", "to": leaver.to_string() });
                let id = job(tx, other, "rows.assign", &arguments)?;
                if over {
                    queue::cancel(tx, id)?;
                }
                let making = job(tx, other, "export.run", &json!({}))?;
                let (id, query, out) =
                    (tx.new_id(), json!({ "filter": { "column": "owner", "op": "eq", "value": leaver.to_string() } }), json!([]));
                let new = exchange::NewExport {
                    id,
                    job: Some(making),
                    asker: other,
                    set: "leads",
                    query: &query,
                    columns: &out,
                    format: "csv",
                    reason: None,
                    decision: "allowed",
                    why: None,
                };
                exchange::keep_export(tx, &new)?;
                if over {
                    queue::cancel(tx, making)?;
                }
                Ok(())
            });
            if !over {
                self.plant("mention:sys_jobs.arguments", 1);
                self.plant("mention:sys_exports.query", 1);
            }
        }
        if self.dice.likely() {
            world.operate(move |tx| {
                Ok(accounts::set_meta(tx, "a_policy", &json!({ "who": leaver.to_string().to_uppercase() }).to_string())?)
            });
            self.plant("mention:sys_meta.value", 1);
        }
    }
}
