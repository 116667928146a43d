//! The whole server without a socket, over the small company of crm's tests.
//!
//! A [`Server`] asks any door as any member of the cast and sees every byte of the answer. [`Server::sums`] looks past
//! the product into the database, so that "refused" can be shown to mean "nothing changed".
//! Not here: the company ([`crate::world`]). Start reading at [`Server::ask`].

use crate::world::{World, email};
use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{HeaderMap, Request};
use catalogue::{RowId, Value};
use security::{PrincipalId, UserState};
use serde_json::Value as Json;
use std::collections::BTreeMap;
use store::accounts::{self, NewSession};
use tokio::runtime::Runtime;
use tower::ServiceExt;

/// Everybody who knocks at every door, in the order of `doors.txt`.
pub const CAST: [&str; 9] =
    ["nobody", "north_rep", "south_rep", "manager", "service_rep", "auditor", "security_admin", "admin", "frozen_rep"];

/// What changes without anybody changing anything: the trail itself, the last use of a session, the count of failures.
const LIVELY: [&str; 8] =
    ["sys_trail", "sys_changes", "sys_lanes", "sys_checkpoints", "sys_journal", "sys_sessions", "sys_throttle", "sys_refused_sign_ins"];

pub struct Server {
    pub world: World,
    pub router: Router,
    pub app: web::App,
    runtime: Runtime,
}

/// What is asked.
#[derive(Clone, Default)]
pub struct Ask {
    pub method: String,
    pub path: String,
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
}

/// What came back.
#[derive(Clone, Debug)]
pub struct Reply {
    pub status: u16,
    pub headers: HeaderMap,
    pub bytes: Vec<u8>,
    pub is_whole: bool,
}

impl Ask {
    pub fn new(method: &str, path: impl Into<String>) -> Ask {
        Ask { method: method.into(), path: path.into(), ..Ask::default() }
    }

    pub fn header(mut self, name: &str, value: impl Into<String>) -> Ask {
        self.headers.push((name.into(), value.into()));
        self
    }

    pub fn bearer(self, token: &str) -> Ask {
        self.header("authorization", format!("Bearer {token}"))
    }

    /// This member of the cast over the API.
    pub fn by(self, name: &str) -> Ask {
        if name == "nobody" { self } else { self.bearer(&format!("api session of {name}")) }
    }

    pub fn cookie(self, token: &str) -> Ask {
        self.header("cookie", format!("castellan={token}"))
    }

    pub fn json(self, body: &Json) -> Ask {
        self.raw("application/json", body.to_string())
    }

    pub fn raw(mut self, kind: &str, body: impl Into<Vec<u8>>) -> Ask {
        self.body = body.into();
        self.header("content-type", kind)
    }

    /// A form with a file, whose last part it is.
    pub fn parts(self, fields: &[(&str, &str)], file: Option<(&str, &[u8])>) -> Ask {
        let mut body = Vec::new();
        for (name, value) in fields {
            body.extend_from_slice(format!("--line\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n").as_bytes());
        }
        if let Some((name, bytes)) = file {
            let head = format!("--line\r\nContent-Disposition: form-data; name=\"file\"; filename=\"{name}\"\r\n\r\n");
            body.extend_from_slice(head.as_bytes());
            body.extend_from_slice(bytes);
            body.extend_from_slice(b"\r\n");
        }
        body.extend_from_slice(b"--line--\r\n");
        self.raw("multipart/form-data; boundary=line", body)
    }
}

impl Reply {
    pub fn json(&self) -> Json {
        serde_json::from_slice(&self.bytes).unwrap_or_else(|_| panic!("no JSON: {}", self.text()))
    }

    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.bytes).into_owned()
    }

    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).and_then(|v| v.to_str().ok()).unwrap_or_default()
    }

    /// The stable name of the problem.
    pub fn problem(&self) -> String {
        assert_eq!(self.header("content-type"), "application/problem+json", "{}", self.text());
        self.json()["type"].as_str().unwrap().to_owned()
    }

    #[track_caller]
    pub fn is(self, status: u16) -> Reply {
        assert_eq!(self.status, status, "{}", self.text());
        self
    }

    /// Everything, but for the request's id, whose value is its own each time.
    pub fn all_but_the_id(&self) -> (u16, Vec<(String, String)>, String) {
        let id = self.header("x-request-id").to_owned();
        let headers = self.headers.iter().filter(|(name, _)| *name != "x-request-id");
        let mut headers: Vec<_> = headers.map(|(n, v)| (n.to_string(), v.to_str().unwrap().to_owned())).collect();
        headers.sort();
        (self.status, headers, self.text().replace(&id, "REQUEST"))
    }
}

impl Server {
    /// The company, and a frozen rep.
    pub fn open() -> Server {
        let mut world = World::sqlite();
        let frozen = world.join("frozen_rep", "north", &["Salesperson"]);
        world.operate(move |tx| Ok(accounts::set_state(tx, frozen, UserState::Frozen)?));
        let app = web::App::new(world.desk().clone());
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
        Server { world, router: web::router(app.clone()), app, runtime }
    }

    pub fn ask(&self, ask: Ask) -> Reply {
        self.ask_body(&ask, Body::from(ask.body.clone()))
    }

    pub fn ask_body(&self, ask: &Ask, body: Body) -> Reply {
        let mut request = Request::builder().method(ask.method.as_str()).uri(&ask.path).header("host", "crm.example");
        for (name, value) in &ask.headers {
            request = request.header(name, value);
        }
        let request = request.body(body).unwrap();
        self.runtime.block_on(async {
            let response = self.router.clone().oneshot(request).await.unwrap();
            let (parts, body) = response.into_parts();
            let read = to_bytes(body, usize::MAX).await;
            let is_whole = read.is_ok();
            Reply { status: parts.status.as_u16(), headers: parts.headers, bytes: read.map(|b| b.to_vec()).unwrap_or_default(), is_whole }
        })
    }

    pub fn get(&self, name: &str, path: &str) -> Reply {
        self.ask(Ask::new("GET", path).by(name))
    }

    pub fn post(&self, name: &str, path: &str, body: &Json) -> Reply {
        self.ask(Ask::new("POST", path).by(name).json(body))
    }

    /// Makes a row over the API and answers its id.
    pub fn make(&self, name: &str, set: &str, body: &Json) -> String {
        let made = self.post(name, &format!("/api/v1/{set}"), body).is(201);
        made.json()["id"].as_str().unwrap().to_owned()
    }

    /// Opens one more session for somebody and answers its secret.
    pub fn session(&self, name: &str, kind: &'static str, label: &str) -> (String, RowId) {
        let token = format!("{kind} {label} of {name}");
        let (user, hash) = (self.world.id(name), crm::sign_in::token_hash(&token));
        let id = self.world.operate(move |tx| {
            let ends_on = tx.now() + crate::world::DAY;
            let new = NewSession { user, kind, token_hash: &hash, idle: crate::world::DAY, ends_on, name: Some("one more"), scopes: None };
            Ok(accounts::open_session(tx, &new)?)
        });
        (token, id)
    }

    /// An account past the verbs, owned by somebody.
    pub fn account(&self, owner: &str, name: &str) -> RowId {
        self.world.record(owner, "accounts", &[("name", Value::from(name))])
    }

    /// An active person without roles.
    pub fn person(&self, name: &str) -> PrincipalId {
        let (unit, name) = (self.world.unit("north"), name.to_owned());
        self.world.operate(move |tx| {
            let address = email(&name);
            let new = accounts::NewUser { name: &name, email: &address, title: None, unit, manager: None };
            let user = accounts::invite(tx, &new)?;
            accounts::set_state(tx, user, UserState::Active)?;
            Ok(user)
        })
    }

    /// Runs the jobs that wait.
    pub fn run_jobs(&self) {
        let runner = crm::jobs::Runner::new(self.world.desk().clone());
        while runner.run_next().unwrap() {}
    }

    /// A sum of every table that only a change changes.
    pub fn sums(&self) -> BTreeMap<String, String> {
        let path = self.world.desk().store().directory().join("castellan.db");
        let flags = rusqlite::OpenFlags::SQLITE_OPEN_READ_ONLY;
        let conn = rusqlite::Connection::open_with_flags(path, flags).unwrap();
        let mut names = conn.prepare("SELECT name FROM sqlite_master WHERE type = 'table' AND sql NOT LIKE 'CREATE VIRTUAL%'").unwrap();
        let names: Vec<String> = names.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect();
        names
            .into_iter()
            .filter(|name| !LIVELY.contains(&name.as_str()))
            .map(|name| (sum(&conn, &name), name))
            .map(|(s, n)| (n, s))
            .collect()
    }
}

fn sum(conn: &rusqlite::Connection, table: &str) -> String {
    use sha2::{Digest, Sha256};
    let mut all = conn.prepare(&format!("SELECT * FROM \"{table}\"")).unwrap();
    let width = all.column_count();
    let mut rows = all.query([]).unwrap();
    let mut lines = Vec::new();
    while let Some(row) = rows.next().unwrap() {
        let cells: Vec<String> = (0..width).map(|n| format!("{:?}", row.get_ref(n).unwrap())).collect();
        lines.push(cells.join("|"));
    }
    lines.sort();
    Sha256::digest(lines.join("\n").as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect()
}
