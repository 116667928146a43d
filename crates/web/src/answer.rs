//! What a door answers, and the only place where an error becomes a status or a page.
//!
//! An [`Outcome`] is an [`Answer`] or a [`No`]. [`told`] turns every kind of no into the same few things: a status, a
//! stable name, words for people; the API writes them as RFC 9457 problems, pages as a page. What is not there and what
//! may not be read come out alike, to the letter.
//! Not here: what was decided (`crm`). Start reading at [`told`]. Proved by `tests/it/answers.rs`.

use crate::pages::problem::BareProblemPage;
use crate::pages::{Link, Tone};
use askama::Template;
use crm::{Denial, Error, Fault, FieldError, ProblemKind};
use serde_json::{Value as Json, json};
use std::io::Read;

/// What a door answers.
pub type Outcome = Result<Answer, No>;

/// What is sent back.
pub struct Answer {
    /// The status.
    pub status: u16,
    /// Headers beside those every answer carries.
    pub headers: Vec<(&'static str, String)>,
    /// The body.
    pub body: Body,
}

/// The body of an answer.
pub enum Body {
    /// Nothing.
    Nothing,
    /// Data of the API.
    Data(Json),
    /// A page, or a part of one.
    Page(String),
    /// A file to keep, never to show: its name, what it is, how many bytes.
    File {
        /// What the person calls it.
        name: String,
        /// What its bytes look like.
        content_type: String,
        /// How many.
        size: Option<u64>,
        /// The bytes.
        bytes: Box<dyn Read + Send>,
    },
    /// One of the browser's files.
    Asset(&'static crate::assets::Asset),
}

impl Answer {
    fn new(status: u16, body: Body) -> Answer {
        Answer { status, headers: Vec::new(), body }
    }

    /// 200 with data.
    pub fn data(data: Json) -> Answer {
        Answer::new(200, Body::Data(data))
    }

    /// 201 with data and where it is.
    pub fn made(at: String, data: Json) -> Answer {
        Answer::new(201, Body::Data(data)).with("location", at)
    }

    /// 202 with data and where to ask how far it is.
    pub fn begun(at: String, data: Json) -> Answer {
        Answer::new(202, Body::Data(data)).with("location", at)
    }

    /// 204.
    pub fn nothing() -> Answer {
        Answer::new(204, Body::Nothing)
    }

    /// 200 with a page.
    pub fn page(html: String) -> Answer {
        Answer::new(200, Body::Page(html))
    }

    /// A page drawn from its template.
    pub fn draw(page: &impl Template) -> Outcome {
        match page.render() {
            Ok(html) => Ok(Answer::page(html)),
            Err(error) => Err(No::Crm(Fault::Broken(format!("a page cannot be drawn: {error}")).into())),
        }
    }

    /// 303: look there. Only ever at an address of ours: what is none leads to the start.
    pub fn see(at: impl Into<String>) -> Answer {
        let at = at.into();
        let is_ours = at.starts_with('/') && !at.starts_with("//") && !at.contains('\\');
        Answer::new(303, Body::Nothing).with("location", if is_ours { at } else { "/".to_owned() })
    }

    /// A file to keep.
    pub fn file(name: &str, content_type: &str, size: Option<u64>, bytes: impl Read + Send + 'static) -> Answer {
        let body = Body::File { name: name.to_owned(), content_type: content_type.to_owned(), size, bytes: Box::new(bytes) };
        Answer::new(200, body)
    }

    /// With a further header.
    pub fn with(mut self, name: &'static str, value: String) -> Answer {
        self.headers.push((name, value));
        self
    }

    /// With another status: a form that is shown again says 422.
    pub fn status(self, status: u16) -> Answer {
        Answer { status, ..self }
    }
}

/// Why there is no answer.
#[derive(Debug)]
pub enum No {
    /// What `crm` says.
    Crm(Error),
    /// A change that does not say which version it was decided on.
    VersionNeeded,
    /// The row changed meanwhile: as it is now, and the version that was sent.
    Stale {
        /// The row as its reader sees it today; null when it cannot be seen any more.
        current: Json,
        /// The version now.
        version: i64,
        /// The version that the change was decided on.
        sent: i64,
    },
    /// There is no such address.
    NoAddress,
    /// The address is there, not for this method.
    Method,
    /// The body is of another kind than the door takes.
    Media(&'static str),
    /// The headers or the address are too long.
    HeadTooLarge,
    /// Address and password do not fit; which of them, nobody is told.
    Credentials,
    /// A form carried a fresh code that was not taken: the words.
    CodeAgain(String),
    /// The form does not come from a page of ours.
    Foreign,
    /// It took too long.
    TooSlow,
    /// The server goes down, or is not ready.
    NotReady(&'static str),
}

impl<E: Into<Error>> From<E> for No {
    fn from(error: E) -> No {
        No::Crm(error.into())
    }
}

/// A no, ready to be written.
#[derive(Clone, Debug)]
pub struct Told {
    /// The status.
    pub status: u16,
    /// The stable name, listed in `docs/using/errors.md`.
    pub code: &'static str,
    /// What kind of no it is, in words.
    pub title: &'static str,
    /// What is wrong, for people.
    pub detail: String,
    /// At which column.
    pub errors: Vec<FieldError>,
    /// Further members.
    pub more: Vec<(&'static str, Json)>,
    /// Seconds to wait before trying again.
    pub wait: Option<i64>,
}

fn say(status: u16, code: &'static str, title: &'static str, detail: impl Into<String>) -> Told {
    Told { status, code, title, detail: detail.into(), errors: Vec::new(), more: Vec::new(), wait: None }
}

/// What every no means to whoever asked.
pub fn told(no: &No) -> Told {
    match no {
        No::Crm(error) => of_crm(error),
        No::VersionNeeded => {
            say(428, "version-needed", "Say which version", "send `If-Match` with the `ETag` of the row that you decided on")
        }
        No::Stale { current, version, sent } => {
            let detail = "somebody changed this record since you opened it; look at it again";
            let mut told = say(412, "stale", "The record changed meanwhile", detail);
            told.more = vec![("sent_version", json!(sent)), ("current_version", json!(version)), ("current", current.clone())];
            told
        }
        No::NoAddress => say(404, "no-address", "Nothing here", "there is nothing at this address"),
        No::Method => say(405, "no-method", "Not in this way", "this address does not know this method"),
        No::Media(wanted) => say(415, "wrong-media", "Another kind of body", format!("the body of this request is {wanted}")),
        No::HeadTooLarge => say(431, "head-too-large", "Too long", "the address or the headers of this request are too long"),
        No::Credentials => say(401, "sign-in", "Not signed in", "this address and this password do not belong together"),
        No::CodeAgain(words) => say(422, "step-up", "Confirm that it is you", words.clone()),
        No::Foreign => say(403, "foreign-form", "Not from here", "this form did not come from a page of this session; open the page again"),
        No::TooSlow => again(say(503, "too-slow", "It took too long", TOO_SLOW)),
        No::NotReady(why) => again(say(503, "not-ready", "Not ready", *why)),
    }
}

/// What was begun goes on behind this answer, so nothing is said to be undone.
const TOO_SLOW: &str =
    "this took longer than a request may; a change may have been made all the same, so look before you send it again, or ask for less";

fn again(told: Told) -> Told {
    Told { wait: Some(1), ..told }
}

fn of_crm(error: &Error) -> Told {
    match error {
        Error::Denied(denial) => of_denial(denial),
        Error::Problem(problem) => {
            let (status, title) = match problem.kind {
                // An address that names no set is an address of nothing.
                ProblemKind::Malformed if problem.code == "unknown-set" => (404, "Nothing here"),
                ProblemKind::Malformed => (400, "This cannot be read"),
                ProblemKind::Invalid => (422, "This does not fit"),
                ProblemKind::Conflict => (409, "This does not fit what is there"),
                ProblemKind::TooLarge => (413, "Too large"),
            };
            Told { errors: problem.errors.clone(), ..say(status, problem.code, title, problem.detail.clone()) }
        }
        Error::Stale { version, .. } => {
            let mut told = say(412, "stale", "The record changed meanwhile", error.to_string());
            told.more = vec![("current_version", json!(version))];
            told
        }
        Error::Wait(seconds) => Told { wait: Some(*seconds), ..say(429, "wait", "Too many tries", error.to_string()) },
        Error::Fault(fault) => of_fault(fault),
    }
}

fn of_denial(denial: &Denial) -> Told {
    let (status, title) = match denial {
        Denial::SignIn => (401, "Not signed in"),
        Denial::State(_) => (403, "This account does not work now"),
        Denial::NoPrivilege { .. } | Denial::NoTask(_) => (403, "None of your roles allows this"),
        Denial::Row { .. } => (403, "Not with this record"),
        Denial::Column { .. } => (403, "Not this column"),
        Denial::SecondFactor => (403, "A second factor is needed"),
        Denial::StepUp => (403, "Confirm that it is you"),
        Denial::Guard(_) => (403, "A guard forbids this"),
        Denial::NotThere => (404, "Not there"),
    };
    let mut told = say(status, denial.code(), title, denial.to_string());
    told.more = match denial {
        Denial::NoPrivilege { privilege, set } | Denial::Row { privilege, set } => {
            vec![("privilege", json!(privilege.name())), ("set", json!(set))]
        }
        Denial::NoTask(task) => vec![("task", json!(task.name()))],
        Denial::Column { set, column } => vec![("set", json!(set)), ("column", json!(column))],
        Denial::SignIn | Denial::State(_) | Denial::NotThere | Denial::SecondFactor | Denial::StepUp | Denial::Guard(_) => Vec::new(),
    };
    told
}

/// Faults are ours: the words say what to do, never what broke.
fn of_fault(fault: &Fault) -> Told {
    match fault {
        Fault::Unavailable(_) => again(say(503, "unavailable", "Not now", "the database cannot be reached; try again in a moment")),
        Fault::NoRoom(_) => again(say(503, "no-room", "Not now", "nothing can be written at the moment; tell whoever runs this server")),
        Fault::Again(_) => again(say(503, "busy", "Not now", "two changes met; try again")),
        Fault::Taken(_) => say(409, "taken", "This does not fit what is there", "this is taken already"),
        Fault::Broken(_) => say(500, "broken", "Something is broken here", "this is our fault; it was noted under the id of this request"),
    }
}

/// The problem as RFC 9457 has it.
pub fn problem(told: &Told, request_id: &str) -> Json {
    let mut members = serde_json::Map::new();
    members.insert("type".into(), json!(told.code));
    members.insert("title".into(), json!(told.title));
    members.insert("status".into(), json!(told.status));
    members.insert("detail".into(), json!(told.detail));
    let errors: Vec<Json> = told.errors.iter().map(|e| json!({ "column": e.column, "message": e.message })).collect();
    members.insert("errors".into(), json!(errors));
    members.extend(told.more.iter().map(|(name, value)| ((*name).to_owned(), value.clone())));
    members.insert("request_id".into(), json!(request_id));
    Json::Object(members)
}

/// The icon and the colour of a problem's page.
pub fn look_of(told: &Told) -> (&'static str, Tone) {
    match told.status {
        401 | 403 => ("lock", Tone::Stops),
        404 | 405 => ("search", Tone::Quiet),
        429 | 503 => ("clock", Tone::Waits),
        _ => ("alert-triangle", Tone::Stops),
    }
}

/// The problem as a page without a frame, for whoever is not signed in or when no frame can be made.
pub fn bare_page(told: &Told, request_id: &str) -> String {
    let page = BareProblemPage {
        title: told.title.to_owned(),
        text: sentence(&told.detail),
        actions: vec![Link::new("Go to the start", "/", "home")],
        request_id: request_id.to_owned(),
        ..BareProblemPage::default()
    };
    page.render().unwrap_or_else(|_| told.title.to_owned())
}

/// Words for people as a sentence.
pub fn sentence(words: &str) -> String {
    let mut letters = words.chars();
    let first = letters.next().map(|c| c.to_uppercase().collect::<String>()).unwrap_or_default();
    format!("{first}{}.", letters.as_str())
}
