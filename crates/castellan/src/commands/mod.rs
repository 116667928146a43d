//! The commands: each asks a door and says the answer.
//!
//! [`Call`] finds the server of the data directory, or opens the doors in this process.
//! Not here: the words of the command line (`arguments.rs`). Proved by `crates/castellan/tests/it/main.rs`.

pub mod access;
pub mod backup;
pub mod columns;
pub mod departures;
pub mod exchange;
pub mod organisation;
pub mod oversight;
pub mod people;
pub mod workflows;

use crate::arguments::Arguments;
use crate::failure::Failure;
use crate::house::House;
use crate::operator::Acts;
use crate::serve::socket;
use serde_json::Value as Json;
use std::sync::Arc;
use web::socket::Line;

/// A line to the organisation, for one command.
pub struct Call {
    runtime: tokio::runtime::Runtime,
    line: Line,
    house: Option<House>,
    token: Option<String>,
}

impl Call {
    /// To the running server, or to the doors in this process.
    pub fn open(arguments: &Arguments) -> Result<Call, Failure> {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
        let socket = socket(&arguments.data);
        let token = arguments.token.clone();
        if std::os::unix::net::UnixStream::connect(&socket).is_ok() {
            return Ok(Call { runtime, line: Line::Socket(socket), house: None, token });
        }
        // WHY: opening makes what is not there; a mistyped directory would become an empty organisation.
        if !arguments.data.join("lock").exists() {
            let at = arguments.data.display();
            return Err(Failure::missing(format!("there is no organisation in `{at}`; `serve`, `demo` and `init` make one")));
        }
        let mut house = House::open(&arguments.data, arguments.database.as_deref())?;
        house.work();
        let acts = Arc::new(Acts::new(house.desk.clone()));
        let line = Line::here(web::App::new(house.desk.clone()), acts);
        Ok(Call { runtime, line, house: Some(house), token })
    }

    /// Asks a door of the API as the person whose token was given.
    pub fn api(&self, method: &str, path: &str, body: Option<&Json>) -> Result<Json, Failure> {
        let token = self.token()?;
        let path = format!("/api/v1{path}");
        let (status, answer) = self.runtime.block_on(self.line.ask_json(method, &path, Some(token), body))?;
        said(status, answer)
    }

    /// Asks the operator's door.
    pub fn operate(&self, act: &str, arguments: &Json) -> Result<Json, Failure> {
        let path = format!("/operator/{act}");
        let (status, answer) = self.runtime.block_on(self.line.ask_json("POST", &path, None, Some(arguments)))?;
        said(status, answer)
    }

    /// Sends a file with fields.
    pub fn send(&self, path: &str, fields: &[(&str, String)], file: &std::path::Path) -> Result<Json, Failure> {
        let token = self.token()?.to_owned();
        let path = format!("/api/v1{path}");
        self.runtime.block_on(async {
            let (kind, body) = web::socket::multipart(fields, file).await?;
            let reply = self.line.ask("POST", &path, Some(&token), Some((&kind, body))).await?;
            let status = reply.status;
            let bytes = reply.bytes().await?;
            said(status, serde_json::from_slice(&bytes).unwrap_or(Json::Null))
        })
    }

    /// Fetches what a door delivers into a writer. Answers how many bytes came.
    pub fn fetch(&self, path: &str, out: &mut impl std::io::Write) -> Result<u64, Failure> {
        let token = self.token()?.to_owned();
        let path = format!("/api/v1{path}");
        self.runtime.block_on(async {
            let reply = self.line.ask("GET", &path, Some(&token), None).await?;
            if reply.status >= 400 {
                let status = reply.status;
                let bytes = reply.bytes().await?;
                return said(status, serde_json::from_slice(&bytes).unwrap_or(Json::Null)).map(|_| 0);
            }
            Ok(reply.copy_to(out).await?)
        })
    }

    /// Whether a token was given.
    pub fn is_somebody(&self) -> bool {
        self.token.is_some()
    }

    /// Ends the line; what this process opened is closed in order.
    pub fn close(self) -> Result<(), Failure> {
        drop(self.line);
        drop(self.runtime);
        self.house.map_or(Ok(()), House::close)
    }

    fn token(&self) -> Result<&str, Failure> {
        let words = "say who acts: --as TOKEN, an access token made in the web client or with POST /api/v1/tokens";
        self.token.as_deref().ok_or_else(|| Failure::unclear(words))
    }
}

/// An answer, or the words of the refusal.
fn said(status: u16, answer: Json) -> Result<Json, Failure> {
    if status < 400 {
        return Ok(answer);
    }
    let words = answer.get("detail").and_then(Json::as_str).unwrap_or("the server gave no reason").to_owned();
    Err(match status {
        404 => Failure::missing(words),
        // The database cannot be reached or written; nothing of it was done.
        503 => Failure::closed(words),
        _ => Failure::refused(words),
    })
}

/// Text of a member, empty when it is not there.
pub fn text<'j>(json: &'j Json, name: &str) -> &'j str {
    json.get(name).and_then(Json::as_str).unwrap_or_default()
}

/// Prints the answer as JSON when that was asked for; else what `tell` writes.
pub fn print(arguments: &Arguments, answer: &Json, tell: impl FnOnce(&Json)) {
    if arguments.json {
        println!("{answer}");
    } else {
        tell(answer);
    }
}

/// Runs a command over a line that is closed whatever happened.
pub fn with<T>(arguments: &Arguments, act: impl FnOnce(&Call) -> Result<T, Failure>) -> Result<T, Failure> {
    let call = Call::open(arguments)?;
    let done = act(&call);
    let closed = call.close();
    let done = done?;
    closed.map(|()| done)
}

/// A path segment: everything but letters, digits and `-._~` is encoded.
pub fn encode(text: &str) -> String {
    text.bytes()
        .map(|b| match b {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => char::from(b).to_string(),
            other => format!("%{other:02X}"),
        })
        .collect()
}
