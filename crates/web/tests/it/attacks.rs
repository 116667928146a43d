//! What will be tried, at the doors: floods and forged bodies, redirects, traces of what is hidden, and what was open
//! when somebody was frozen. Each sentence is one attack and the answer it gets.
//!
//! Not here: attacks that need no door (`crates/crm/tests/it/attacks.rs`), every door as everybody ([`crate::doors`]).
//! Start reading at [`bodies`].

mod bodies;
mod ended;
mod traces;

use crate::server::{Ask, Server};
use serde_json::{Value as Json, json};

/// Shares a row to be read.
fn share(server: &Server, owner: &str, set: &str, id: &str, with: &str, rights: &[&str]) {
    let body = json!({ "principal": server.world.id(with).to_string(), "rights": rights });
    server.post(owner, &format!("/api/v1/{set}/{id}/share"), &body).is(204);
}

/// A change of a row over the API, decided on this version.
fn patch(name: &str, path: &str, version: i64, body: &Json) -> Ask {
    Ask::new("PATCH", path).by(name).header("if-match", format!("\"{version}\"")).json(body)
}
