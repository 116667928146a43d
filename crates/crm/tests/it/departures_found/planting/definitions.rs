//! Definitions and decisions that name somebody: workflows in every version, approvals.
//!
//! Not here: what else is planted ([`super`]). Start reading at [`Organisation::workflows`].

use super::{Organisation, record};
use crate::world::World;
use catalogue::RowId;
use security::PrincipalId;
use serde_json::{Value as Json, json};
use store::approvals;
use store::workflows::{self, Save, WorkflowState};

impl Organisation {
    pub(super) fn workflows(&mut self, world: &World) {
        let (leaver, other) = (self.leaver, self.other);
        for n in 0..4 {
            let owner = if self.dice.likely() { leaver } else { other };
            let mentions = self.dice.below(4);
            let state = *self.dice.one(&[WorkflowState::On, WorkflowState::Paused, WorkflowState::Draft]);
            let body = definition(leaver, other, mentions);
            let name = self.name("workflow");
            let id = world.operate(move |tx| {
                let id = workflows::save(tx, &Save { id: None, name: &name, owner, set: "accounts", body: &body })?;
                workflows::set_state(tx, id, state, None)?;
                Ok(id)
            });
            if owner == leaver {
                self.plant(format!("workflow_owner:{id}"), 1);
            }
            if mentions > 0 {
                self.plant(format!("workflow_step:{id}"), i64::try_from(mentions).unwrap());
            }
            if n == 0 && self.dice.likely() {
                self.older_version(world, id, owner);
            }
        }
    }

    /// An older version of a workflow that names the leaver: history, unless a run that began under it still waits.
    fn older_version(&mut self, world: &World, id: RowId, owner: PrincipalId) {
        let (leaver, other, waits) = (self.leaver, self.other, self.dice.likely());
        let row = record(world, &world.table("accounts"), Some(other), 0, vec![("name".into(), "of a run".into(), None)]);
        // Its newest version names nobody any more.
        self.planted.remove(&format!("workflow_step:{id}"));
        world.operate(move |tx| {
            let now = workflows::get(tx, id)?.unwrap();
            let named = definition(leaver, other, 2);
            let older = Save { id: Some(id), name: &now.name, owner, set: "accounts", body: &named };
            workflows::save(tx, &older)?;
            let version = workflows::get(tx, id)?.unwrap().version;
            if waits {
                let set = "accounts";
                workflows::begin(
                    tx,
                    &workflows::NewRun { workflow: id, version, owner: other, set, row, depth: 0, path: "", caused_by: leaver },
                )?;
            }
            let body = definition(leaver, other, 0);
            workflows::save(tx, &Save { id: Some(id), name: &now.name, owner, set: "accounts", body: &body })?;
            Ok(())
        });
        if waits {
            self.plant("mention:sys_workflow_versions.body", 1);
        }
    }

    pub(super) fn approvals(&mut self, world: &World) {
        let (leaver, other) = (self.leaver, self.other);
        let row = record(world, &world.table("accounts"), Some(other), 0, vec![("name".into(), "to approve".into(), None)]);
        for (of_whom, asked_by, decided) in [(leaver, other, false), (leaver, other, true), (other, leaver, false)] {
            if !self.dice.likely() {
                continue;
            }
            world.operate(move |tx| {
                let said = json!({ "words": "may this be" });
                let ask = approvals::NewApproval {
                    run: None,
                    asked_by,
                    caused_by: leaver,
                    of_whom,
                    set: "accounts",
                    row,
                    row_version: 1,
                    said: &said,
                };
                let id = approvals::ask(tx, &ask)?;
                if decided {
                    approvals::decide(tx, id, "approved", None, Some(1))?;
                }
                Ok(())
            });
            if of_whom == leaver && !decided {
                self.plant("approvals", 1);
            }
        }
    }
}

/// A definition that names the leaver so many times, each time somewhere else.
fn definition(leaver: PrincipalId, other: PrincipalId, mentions: usize) -> Json {
    let who = |n: usize| if n < mentions { leaver.to_string() } else { other.to_string() };
    json!({
        "trigger": { "on": "created" },
        "condition": { "and": [{ "column": "name", "op": "eq", "value": "x" }, { "column": "owner", "op": "eq", "value": who(0) }] },
        "steps": [
            { "do": "approve", "of": other.to_string(), "words": "ask", "approved": [{ "do": "assign", "to": [other.to_string(), who(1)] }] },
            { "do": "task", "subject": "call", "whose": who(2).to_uppercase() },
        ],
    })
}
