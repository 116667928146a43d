//! What is asked at a door so that whoever may gets in: an address filled with things made for it, and a fitting body.
//!
//! Everything a request could use up (a row to be deleted, a person to be frozen, a session to be ended) is made anew for
//! each pair of door and visitor. The things that are opened belong to `north_rep`.
//! Not here: what comes back ([`crate::doors`]). Start reading at [`Visit::request`].

use crate::server::{Ask, Server};
use crate::world::PASSWORD;
use catalogue::RowId;
use serde_json::{Value as Json, json};
use sha2::Digest;
use std::cell::Cell;
use store::departures::{self, Departure, State};
use store::queue::NewJob;
use store::{accounts, rights};
use web::doors::{Door, Takes, Who};

pub struct Visit<'s> {
    server: &'s Server,
    import: String,
    export: String,
    job: String,
    file: String,
    notice: String,
    workflow: String,
    run: String,
    approval: String,
    template: String,
    account: RowId,
    count: Cell<u32>,
}

impl<'s> Visit<'s> {
    /// An import, an export that is ready, their job and a file, all of `north_rep`.
    pub fn prepare(server: &'s Server) -> Visit<'s> {
        let account = server.account("north_rep", "Blue Kiln");
        let attach = Ask::new("POST", format!("/api/v1/accounts/{account}/files")).by("north_rep").parts(&[], Some(("a.txt", b"hello")));
        let file = id(&server.ask(attach).is(201).json());
        let csv: &[u8] = b"name,city\nTin Drum,Leipzig\n,Halle\n";
        let import = Ask::new("POST", "/api/v1/imports").by("north_rep").parts(&[("set", "accounts")], Some(("a.csv", csv)));
        let import = server.ask(import).is(202).json();
        let export = server.post("north_rep", "/api/v1/exports", &json!({ "set": "accounts" })).is(202).json();
        server.run_jobs();
        let job = import["job"].as_str().unwrap().to_owned();
        let notice = id(&server.get("north_rep", "/api/v1/notifications").is(200).json()["rows"][0]);
        let (workflow, run, approval) = asked(server);
        let template = template(server, "standing");
        let rules = json!({ "approves": "manager_or_second", "managers_start": true });
        server.ask(Ask::new("PATCH", "/api/v1/policies/departures").by("admin").json(&rules)).is(200);
        let (import, export, count) = (id(&import), id(&export), Cell::new(0));
        Visit { server, import, export, job, file, notice, workflow, run, approval, template, account, count }
    }

    /// A request of this visitor at this door.
    pub fn request(&self, door: &Door, name: &str, label: &str) -> Ask {
        let label = self.fresh(label);
        let path = self.path(door, name, &label);
        self.at(door, name, &path, &label)
    }

    /// A request at this address.
    pub fn at(&self, door: &Door, name: &str, path: &str, label: &str) -> Ask {
        let label = self.fresh(label);
        let ask = Ask::new(door.method, path);
        let ask = match (door.who, door.path.ends_with("/end_others")) {
            (Who::Api, true) if world_knows(name) => ask.bearer(&self.stand_in(name, &label)),
            (Who::Api, _) => ask.by(name),
            _ => ask,
        };
        let secret = self.cookie(door, name, &label);
        let csrf = secret.as_deref().map(crm::sign_in::csrf_token).unwrap_or_default();
        let ask = match (&secret, door.who) {
            (Some(secret), Who::Page) => ask.cookie(secret),
            (Some(secret), Who::Entry) => ask.header("cookie", format!("castellan_entry={secret}")),
            _ => ask,
        };
        let ask = if door.method == "PATCH" { ask.header("if-match", "\"1\"") } else { ask };
        match door.takes {
            Takes::Nothing => ask,
            Takes::Fields(_) | Takes::Row => ask.json(&self.body(door, name, &label)),
            Takes::Parts(_) if door.who == Who::Api => {
                let fields: &[(&str, &str)] = if door.path.ends_with("/imports") { &[("set", "accounts")] } else { &[] };
                ask.parts(fields, Some(("a.csv", b"name\nSome\n")))
            }
            Takes::Parts(_) => ask.parts(&[("csrf", &csrf)], Some(("a.csv", b"name\nSome\n"))),
            Takes::Form => ask.raw("application/x-www-form-urlencoded", format!("csrf={csrf}{}{}", form(door, name), self.of_team(door))),
        }
    }

    /// What a form about the team of a record says: which template, and whom; or who leaves.
    fn of_team(&self, door: &Door) -> String {
        let (template, world) = (&self.template, &self.server.world);
        match door.path {
            "/{set}/{id}/teams" => format!("&template={template}&member_{template}=users:{}", world.id("service_rep")),
            "/{set}/{id}/teams/remove" => format!("&template={template}&user={}", world.id("south_rep")),
            "/departures/new" => format!("&user=users:{}", self.server.person(&self.fresh("leaves"))),
            _ => String::new(),
        }
    }

    /// A session of somebody new with the visitor's state, for what ends all others.
    fn stand_in(&self, name: &str, label: &str) -> String {
        let (user, of) = (self.server.person(&format!("stand-in-{label}")), self.server.world.id(name));
        let token = format!("api stand-in {label}");
        let hash = crm::sign_in::token_hash(&token);
        self.server.world.operate(move |tx| {
            for grant in rights::grants_of(tx, of)? {
                rights::give_role(tx, grant.role, user, None, None)?;
            }
            let ends_on = tx.now() + crate::world::DAY;
            let idle = crate::world::DAY;
            let new = accounts::NewSession { user, kind: "api", token_hash: &hash, idle, ends_on, name: None, scopes: None };
            Ok(accounts::open_session(tx, &new)?)
        });
        token
    }

    /// The secret that forms of this visitor are bound to; signing out ends a session, so it gets one of its own.
    fn cookie(&self, door: &Door, name: &str, label: &str) -> Option<String> {
        match door.who {
            Who::Page if name != "nobody" && door.path == "/sign-out" => Some(self.server.session(name, "page", label).0),
            Who::Page if name != "nobody" => Some(format!("page session of {name}")),
            Who::Entry => Some("0123456789abcdef".repeat(4)),
            Who::Page | Who::Api | Who::Public => None,
        }
    }

    /// The same request with a field that no door knows; none where the body has no fields.
    pub fn with_strange_field(&self, door: &Door) -> Option<Ask> {
        let label = self.fresh("strange");
        let path = self.path(door, "admin", &label);
        let ask = Ask::new(door.method, path).by("admin").header("if-match", "\"1\"");
        match door.takes {
            Takes::Fields(_) | Takes::Row => {
                let mut body = self.body(door, "admin", &label);
                body["colour"] = json!("red");
                Some(ask.json(&body))
            }
            Takes::Parts(_) => Some(ask.parts(&[("colour", "red")], Some(("a.csv", b"name\nSome\n")))),
            Takes::Nothing if door.method != "GET" => Some(ask.json(&json!({ "colour": "red" }))),
            Takes::Nothing | Takes::Form => None,
        }
    }

    fn fresh(&self, label: &str) -> String {
        self.count.set(self.count.get() + 1);
        format!("{label}-{}", self.count.get())
    }

    fn path(&self, door: &Door, name: &str, label: &str) -> String {
        let mut path = door.path.to_owned();
        for part in door.path.split('/').filter(|part| part.starts_with('{')) {
            path = path.replacen(part, &self.part(door, part, name, label), 1);
        }
        if door.path == "/api/v1/search" { format!("{path}?q=kiln") } else { path }
    }

    fn part(&self, door: &Door, part: &str, name: &str, label: &str) -> String {
        let world = &self.server.world;
        match part {
            "{set}" | "{sets}" => "accounts".into(),
            "{path}" => "missing.css".into(),
            "{column}" if door.path.contains("/tables/") => self.custom(label),
            "{column}" => "description".into(),
            "{token}" if door.path.contains("invitation") => self.invitation(label),
            "{token}" if door.path.contains("password") => self.reset(label),
            "{token}" => "0000".into(),
            "{role}" => {
                let (id, to) = (world.role("Basic User"), self.server.person(&format!("holder-{label}")));
                // A role to be taken must have been given: the door that takes asks about that person.
                if door.method == "DELETE" {
                    world.operate(move |tx| Ok(rights::give_role(tx, id, to, None, None)?));
                }
                id.to_string()
            }
            "{profile}" if door.method == "DELETE" => self.profile("held").to_string(),
            "{profile}" => self.profile(label).to_string(),
            "{user}" if door.method == "DELETE" => world.id("south_rep").to_string(),
            "{user}" => self.server.person(&format!("member-{label}")).to_string(),
            "{template}" => self.template.clone(),
            "{name}" => "log_a_call".into(),
            "{job}" => self.job.clone(),
            "{run}" => self.run.clone(),
            "{id}" => self.id_for(door, name, label),
            other => panic!("nothing is known for {other} in {}", door.path),
        }
    }

    /// A column that was added to accounts.
    fn custom(&self, label: &str) -> String {
        let name = catalogue::naming::name_of(&format!("of {label}"));
        let new = catalogue::Definition {
            set: "accounts".into(),
            name: name.clone(),
            label: format!("of {label}"),
            help: String::new(),
            kind: catalogue::CustomKind::Text(20),
            sensitivity: catalogue::Sensitivity::General,
            is_listed: false,
            is_searched: false,
            is_retired: false,
        };
        self.server.world.operate(move |tx| Ok(store::columns::add(tx, &new)?));
        name
    }

    fn id_for(&self, door: &Door, name: &str, label: &str) -> String {
        let world = &self.server.world;
        let place = door.path.trim_start_matches("/api/v1").trim_start_matches('/');
        match place.split('/').next().unwrap() {
            "sessions" if name == "nobody" || name == "frozen_rep" => "current".into(),
            "sessions" => self.server.session(name, "api", label).1.to_string(),
            "tokens" if name == "nobody" || name == "frozen_rep" => RowId(uuid::Uuid::nil()).to_string(),
            "tokens" => self.server.session(name, "token", label).1.to_string(),
            "users" | "people" => self.user_for(door, label),
            "teams" => self.team_for(door, label),
            "business_units" | "units" => {
                let (root, called) = (world.unit("root"), format!("unit {label}"));
                world.operate(move |tx| Ok(accounts::create_unit(tx, &called, Some(root))?)).to_string()
            }
            "team_templates" => template(self.server, label),
            "roles" => self.role(label).to_string(),
            "field_profiles" => self.profile(label).to_string(),
            "jobs" => self.job.clone(),
            "outbox" | "mail" => self.letter(),
            "notifications" => self.notice.clone(),
            "workflows" => self.workflow.clone(),
            "approvals" => self.approval.clone(),
            "departures" => self.departure(door, label),
            "imports" => self.import.clone(),
            "exports" => self.export.clone(),
            "files" => self.file.clone(),
            _ if door.path.ends_with("/restore") => {
                let id = self.server.account("north_rep", &format!("gone {label}"));
                self.server.ask(Ask::new("DELETE", format!("/api/v1/accounts/{id}")).by("admin")).is(204);
                id.to_string()
            }
            _ if door.path.ends_with("/teams/remove") || (door.method == "DELETE" && door.path.ends_with("/members/{user}")) => {
                let id = self.server.account("north_rep", &format!("team of {label}"));
                let path = format!("/api/v1/accounts/{id}/teams/{}/members/{}", self.template, world.id("south_rep"));
                self.server.ask(Ask::new("PUT", path).by("admin")).is(204);
                id.to_string()
            }
            _ if door.is_look() => self.account.to_string(),
            _ => self.server.account("north_rep", &format!("account {label}")).to_string(),
        }
    }

    /// A departure in the state that a door asks for, planned by the security administrator, of somebody whom `manager` leads.
    fn departure(&self, door: &Door, label: &str) -> String {
        let (world, user) = (&self.server.world, self.server.person(&format!("leaver-{label}")));
        let (planner, manager) = (world.id("security_admin"), world.id("manager"));
        let state = match door.path.rsplit('/').next().unwrap() {
            "approve" | "send_back" => State::Waiting,
            "run" => State::Approved,
            "stop" => State::Running,
            "undo" | "certificate" | "certificate.json" | "archive" => State::Done,
            _ => State::Draft,
        };
        let id = world.operate(move |tx| {
            accounts::set_manager(tx, user, Some(manager))?;
            let id = departures::plan(tx, user, planner, None, None)?;
            let old = departures::get(tx, id)?.unwrap();
            let nothing = sha2::Sha256::digest(b"").to_vec();
            let body = json!({ "body": { "left": { "references": 0 } }, "signature": "00" });
            let job = NewJob {
                kind: "departure.run".into(),
                asker: planner,
                session: None,
                epoch: 0,
                arguments: json!({ "departure": id.to_string() }),
            };
            let new = match state {
                State::Draft => return Ok(id),
                State::Waiting => Departure { fingerprint: Some(nothing), ..old.clone() },
                State::Approved => Departure { fingerprint: Some(nothing), approved_by: Some(manager), ..old.clone() },
                State::Running => Departure { job: Some(store::queue::enqueue(tx, &job)?), ..old.clone() },
                _ => Departure { result: Some(body), before_run: Some(json!({ "items": [] })), begun_on: Some(tx.now()), ..old.clone() },
            };
            departures::save(tx, &old, &Departure { state, ..new })?;
            Ok(id)
        });
        id.to_string()
    }

    fn user_for(&self, door: &Door, label: &str) -> String {
        let world = &self.server.world;
        if door.is_look() {
            return world.id("north_rep").to_string();
        }
        let user = self.server.person(&format!("person-{label}"));
        if door.path.contains("second") {
            world.operate(move |tx| {
                let factor = accounts::begin_factor(tx, user, b"a secret of 20 bytes")?;
                Ok(accounts::confirm_factor(tx, user, factor)?)
            });
        }
        if door.path.ends_with("/enable") {
            world.operate(move |tx| Ok(accounts::shut_out(tx, user)?));
        }
        let (role, is_taken) = (world.role("Basic User"), door.method == "DELETE");
        if is_taken && door.path.ends_with("{role}") {
            world.operate(move |tx| Ok(rights::give_role(tx, role, user, None, None)?));
        }
        if is_taken && door.path.ends_with("{profile}") {
            let profile = self.profile("held");
            world.operate(move |tx| Ok(rights::give_profile(tx, profile, user, None, None)?));
        }
        user.to_string()
    }

    fn team_for(&self, door: &Door, label: &str) -> String {
        let world = &self.server.world;
        let (north, called) = (world.unit("north"), format!("team {label}"));
        let team = world.operate(move |tx| Ok(accounts::create_team(tx, &called, north, true)?));
        if door.method == "DELETE" && door.path.ends_with("{user}") {
            let user = world.id("south_rep");
            world.operate(move |tx| Ok(accounts::add_member(tx, team, user)?));
        }
        if door.method == "DELETE" && door.path.ends_with("{role}") {
            let role = world.role("Basic User");
            world.operate(move |tx| Ok(rights::give_role(tx, role, team, None, None)?));
        }
        if door.method == "DELETE" && door.path.ends_with("{profile}") {
            let profile = self.profile("held");
            world.operate(move |tx| Ok(rights::give_profile(tx, profile, team, None, None)?));
        }
        team.to_string()
    }

    fn role(&self, label: &str) -> security::RoleId {
        let name = format!("role {label}");
        self.server.world.operate(move |tx| {
            let draft = rights::RoleDraft {
                id: None,
                name: name.clone(),
                team_only: false,
                privileges: Default::default(),
                others: Default::default(),
                tasks: Default::default(),
            };
            Ok(rights::save_role(tx, &draft)?)
        })
    }

    /// The profile called so, made when it is not there.
    fn profile(&self, label: &str) -> RowId {
        let name = format!("profile {label}");
        self.server.world.operate(move |tx| {
            let known = rights::profiles(tx)?.into_iter().find(|p| p.name == name).map(|p| p.id);
            match known {
                Some(id) => Ok(id),
                None => Ok(rights::save_profile(tx, &rights::ProfileDraft { id: None, name: name.clone(), grants: Vec::new() })?),
            }
        })
    }

    fn invitation(&self, label: &str) -> String {
        let (unit, name) = (self.server.world.unit("north"), format!("guest-{label}"));
        let token = format!("invitation {label}").replace(' ', "-");
        let hash = crm::sign_in::token_hash(&token);
        self.server.world.operate(move |tx| {
            let address = crate::world::email(&name);
            let new = accounts::NewUser { name: &name, email: &address, title: None, unit, manager: None };
            let user = accounts::invite(tx, &new)?;
            let ends_on = tx.now() + crate::world::DAY;
            Ok(accounts::invite_token(tx, user, &hash, ends_on)?)
        });
        token
    }

    /// A link by which somebody active chooses another password.
    fn reset(&self, label: &str) -> String {
        let user = self.server.person(&format!("forgetful-{label}"));
        let token = format!("reset {label}").replace(' ', "-");
        let hash = crm::sign_in::token_hash(&token);
        self.server.world.operate(move |tx| {
            let ends_on = tx.now() + crate::world::MINUTE;
            Ok(accounts::invite_token(tx, user, &hash, ends_on)?)
        });
        token
    }

    /// A letter that waits.
    fn letter(&self) -> String {
        let to = self.server.world.id("north_rep");
        let posted = self.server.world.operate(move |tx| {
            crm::mail::post(tx, to, &crm::mail::Letter::notice("Look", "Something changed.", None))?;
            Ok(store::mail::lines(tx, None, None, 200)?)
        });
        posted.into_iter().find(|line| line.state == store::mail::State::Waiting).unwrap().id.to_string()
    }

    fn body(&self, door: &Door, name: &str, label: &str) -> Json {
        let world = &self.server.world;
        let root = world.unit("root").to_string();
        match (door.method, door.path.trim_start_matches("/api/v1")) {
            ("POST", "/sessions") => {
                let email = if name == "nobody" { "stranger@acme.example".into() } else { crate::world::email(name) };
                json!({ "email": email, "password": PASSWORD })
            }
            ("POST", "/password") => json!({ "old_password": PASSWORD, "password": "short" }),
            ("POST", "/second_factor/confirm" | "/sessions/current/step_up") => json!({ "code": "000000" }),
            ("PUT", "/roles/{id}/second_factor") => json!({ "required": true }),
            ("POST", "/tokens") => json!({ "name": "reader", "scopes": ["read"], "expires_at": "2026-04-01T00:00:00Z" }),
            ("POST", "/invitations/{token}/accept") => json!({ "password": "gravel orbit mosaic lantern" }),
            ("POST", "/password_resets") => json!({ "email": crate::world::email(name) }),
            ("POST", "/password_resets/{token}") => json!({ "password": "gravel orbit mosaic lantern" }),
            ("PUT", "/mail_settings") => json!({
                "host": "mail.example", "port": 587, "safety": "starttls", "from": "crm@acme.example", "own_address": "https://crm.example",
            }),
            ("POST", "/users") => json!({ "name": "New", "email": crate::world::email(&format!("new-{label}")), "business_unit": root }),
            ("PATCH", "/users/{id}") => json!({ "title": "Engineer" }),
            ("POST", "/teams") => json!({ "name": format!("team {label}"), "business_unit": root }),
            ("POST", "/dialogs/{name}") => {
                let regarding = json!({ "set": "accounts", "id": self.account.to_string() });
                json!({ "answers": { "regarding": regarding, "subject": label, "direction": "made", "follow_up": "no" } })
            }
            ("POST", "/team_templates") => json!({ "name": format!("made {label}"), "set": "accounts", "rights": ["read"] }),
            ("PATCH", "/teams/{id}") | ("PATCH", "/business_units/{id}") => json!({ "name": format!("other {label}") }),
            ("POST", "/business_units") => json!({ "name": format!("unit {label}"), "parent": root }),
            ("POST", "/roles") | ("POST", "/field_profiles") => json!({ "name": format!("made {label}") }),
            ("PATCH", "/roles/{id}") | ("PATCH", "/field_profiles/{id}") => json!({ "name": format!("called {label}") }),
            ("POST", "/tables/{set}/columns") => json!({ "label": format!("added {label}"), "kind": "text" }),
            ("PATCH", "/tables/{set}/columns/{column}") => json!({ "label": format!("called {label}") }),
            ("PUT", "/{set}/columns/{column}/secured") => json!({ "secured": false }),
            ("POST", "/workflows") => json!({ "name": format!("made {label}"), "set": "accounts", "definition": told() }),
            ("PATCH", "/workflows/{id}") => json!({ "name": format!("called {label}") }),
            ("POST", "/approvals/{id}/approve" | "/approvals/{id}/refuse") => json!({ "version": 1 }),
            ("POST", "/departures") => json!({ "user": self.server.person(&format!("planned-{label}")).to_string() }),
            ("POST", "/departures/{id}/approve") => json!({ "version": 2 }),
            ("PATCH", "/departures/{id}") => json!({ "version": 1, "reason": "moves away" }),
            ("POST", "/exports") => json!({ "set": "accounts" }),
            ("POST", "/{set}") => json!({ "name": format!("made {label}") }),
            ("PATCH", "/{set}/{id}") => json!({ "description": "fired twice" }),
            ("POST", "/{set}/{id}/assign") => json!({ "owner": world.id("manager").to_string() }),
            ("POST", "/{set}/{id}/share") => json!({ "principal": world.id("service_rep").to_string(), "rights": ["read"] }),
            ("POST", "/{set}/{id}/unshare") => json!({ "principal": world.id("service_rep").to_string() }),
            _ => json!({}),
        }
    }

    /// At this door: who asks, at which address, for which id that is there and may not be read.
    pub fn hidden(&self, door: &Door) -> Vec<(&'static str, String, String)> {
        let user = self.server.world.id("service_rep").to_string();
        let fill = |path: &str| path.replace("{path}", "x").replace("{template}", &self.template).replace("{user}", &user);
        let account = self.account.to_string();
        let place = door.path.trim_start_matches("/api/v1").trim_start_matches('/');
        match place.split('/').next().unwrap() {
            "{set}" => {
                let path = fill(&door.path.replace("{set}", "accounts"));
                let file = fill(&door.path.replace("{set}", "files"));
                let mut all = vec![("south_rep", path, account)];
                // Files follow their parent; nothing is attached to a file, and a file is not given or shared.
                if !door.path.ends_with("/files") {
                    all.push(("south_rep", file, self.file.clone()));
                }
                all
            }
            "files" => vec![("south_rep", door.path.to_owned(), self.file.clone())],
            "jobs" => vec![("south_rep", door.path.to_owned(), self.job.clone())],
            "notifications" => vec![("south_rep", door.path.to_owned(), self.notice.clone())],
            "approvals" => vec![("admin", door.path.to_owned(), self.approval.clone())],
            // Rules and form are at addresses of their own.
            "departures" if door.path.contains("{id}") => {
                vec![("south_rep", door.path.to_owned(), self.departure(door, &self.fresh("hidden")))]
            }
            "imports" => vec![("admin", door.path.to_owned(), self.import.clone())],
            "exports" => vec![("admin", door.path.to_owned(), self.export.clone())],
            "sessions" => vec![("admin", door.path.to_owned(), self.server.session("north_rep", "api", "hidden").1.to_string())],
            "tokens" => vec![("admin", door.path.to_owned(), self.server.session("north_rep", "token", "hidden").1.to_string())],
            // Names of people, teams, units, roles and profiles are no secret.
            _ => Vec::new(),
        }
    }
}

/// Who has a session at all.
fn world_knows(name: &str) -> bool {
    name != "nobody" && name != "frozen_rep"
}

/// A team template for accounts.
fn template(server: &Server, label: &str) -> String {
    let called = format!("template {label}");
    let rights = [security::Privilege::Read].into_iter().collect();
    server.world.operate(move |tx| Ok(accounts::make_team_template(tx, "accounts", &called, rights)?)).to_string()
}

/// What a workflow does that does little.
fn told() -> Json {
    json!({ "trigger": { "on": "created" }, "steps": [{ "do": "notify", "whom": "workflow_owner", "words": "new" }] })
}

/// A workflow of the administrator that asked `north_rep` for a decision, its run and what it asks; paused by now.
fn asked(server: &Server) -> (String, String, String) {
    let ask = json!({ "trigger": { "on": "created" }, "steps": [
        { "do": "approve", "of": server.world.id("north_rep").to_string(), "words": "May it be?" },
    ] });
    let made = json!({ "name": "asking", "set": "accounts", "definition": ask });
    let workflow = id(&server.post("admin", "/api/v1/workflows", &made).is(201).json());
    server.post("admin", &format!("/api/v1/workflows/{workflow}/resume"), &json!({})).is(204);
    let owner = server.world.id("north_rep").to_string();
    server.post("admin", "/api/v1/accounts", &json!({ "name": "Asked", "owner": owner })).is(201);
    server.run_jobs();
    server.post("admin", &format!("/api/v1/workflows/{workflow}/pause"), &json!({})).is(204);
    let run = id(&server.get("admin", &format!("/api/v1/workflows/{workflow}/runs")).is(200).json()["rows"][0]);
    let approval = id(&server.get("north_rep", "/api/v1/approvals").is(200).json()["rows"][0]);
    (workflow, run, approval)
}

/// What a form says beside its token, so that whoever may gets in.
fn form(door: &Door, name: &str) -> String {
    match door.path {
        "/sign-in" => format!("&email={name}%40acme.example&password={}&next=/", PASSWORD.replace(' ', "+")),
        "/forgotten-password" => format!("&email={name}%40acme.example"),
        "/password-reset/{token}" => "&password=gravel+orbit+mosaic+lantern".into(),
        "/mail" => "&host=mail.example&port=587&safety=starttls&from=crm%40acme.example&own_address=https://crm.example".into(),
        "/departures/policy" => "&approves=manager_or_second&managers_start=true&at_once=true".into(),
        "/sign-in-rules" => "&alone=15&with_factor=8&kinds=0&step_up=manage_roles".into(),
        "/columns/{set}/{column}" => "&secured=false".into(),
        "/team_templates" => format!("&set=accounts&name=of+{name}&rights=read"),
        "/approvals/{id}/approve" | "/approvals/{id}/refuse" => "&version=1".into(),
        "/departures/{id}/approve" | "/departures/{id}/send_back" | "/departures/{id}/run" => "&version=2".into(),
        path if path.starts_with("/departures/{id}") => "&version=1".into(),
        "/tables/{set}/columns/new" => format!("&label=made+by+{name}&kind=text"),
        "/tables/{set}/columns/{column}" => "&label=called+otherwise".into(),
        _ => String::new(),
    }
}

fn id(json: &Json) -> String {
    json["id"].as_str().unwrap().to_owned()
}
