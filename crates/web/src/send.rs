//! What goes out: the answer's body and the headers that every answer carries.
//!
//! Data and pages are never kept by anybody on the way (`no-store`); nothing may be framed, guessed at or loaded from
//! elsewhere; a file is for keeping, never for showing. What is not an answer becomes a problem or a page.
//! Not here: which status a no has ([`crate::answer`]). Start reading at [`answer`]. Proved by `tests/it/guard.rs`.

use crate::answer::{self, Answer, Body as Sent, No, Told};
use crate::call::Call;
use crate::cookies::{self, Jar};
use crate::doors::{Door, Who};
use crate::{App, assets, client};
use axum::body::Body;
use axum::http::header::{ACCEPT_ENCODING, HeaderName};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::Response;
use std::io::Read;
use std::time::Duration;
use tokio::io::AsyncWriteExt;

/// What a browser may do with what we send: show it as it is, with our own files, and nothing else.
const POLICY: &str =
    "default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

/// Whoever takes nothing of a file for so long gets no more of it.
const SILENCE: Duration = Duration::from_secs(300);

/// How an answer is sent.
pub(crate) struct Sending {
    pub(crate) request_id: String,
    pub(crate) csrf_header: Option<String>,
    /// Who holds the secret that came, whether it opens anything or not.
    pub(crate) asker: Option<crm::Asker>,
    /// The call, once it was read: a page about a problem is drawn for whoever asked.
    pub(crate) call: Option<Call>,
    is_page: bool,
    is_look: bool,
    is_fragment: bool,
    is_tls: bool,
    takes_brotli: bool,
    here: String,
    entry: Option<String>,
}

impl Sending {
    /// For a request at this door.
    pub(crate) fn of(app: &App, door: &Door, parts: &Parts, request_id: &str) -> Sending {
        let is_page = matches!(door.who, Who::Page | Who::Entry);
        Sending { is_page, is_look: door.is_look(), ..Sending::at_no_door(app, parts, request_id) }
    }

    /// For a request that found no door: a page unless it was looking for the API.
    pub(crate) fn at_no_door(app: &App, parts: &Parts, request_id: &str) -> Sending {
        let text = |name: &str| parts.headers.get(name).and_then(|v| v.to_str().ok()).map(str::to_owned);
        Sending {
            request_id: request_id.to_owned(),
            csrf_header: text("x-csrf-token"),
            asker: None,
            call: None,
            is_page: !parts.uri.path().starts_with("/api/"),
            is_look: true,
            is_fragment: parts.headers.contains_key("hx-request"),
            is_tls: app.is_tls,
            takes_brotli: text(ACCEPT_ENCODING.as_str()).is_some_and(|v| v.split(',').any(|one| one.trim().starts_with("br"))),
            here: parts.uri.path_and_query().map_or("/", |p| p.as_str()).to_owned(),
            entry: None,
        }
    }

    /// The secret that forms are bound to before anybody is signed in: the cookie's, or a new one to be set.
    pub(crate) fn entry_secret(&mut self, app: &App, jar: &Jar) -> String {
        match jar.entry() {
            Some(known) => known.to_owned(),
            None => {
                let made = app.secret();
                self.entry = Some(made.clone());
                made
            }
        }
    }
}

/// Sends an answer.
pub(crate) fn answer(answer: Answer, how: &Sending) -> Response {
    let status = StatusCode::from_u16(answer.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let mut response = match answer.body {
        Sent::Nothing => plain(status, "", Body::empty()),
        Sent::Data(data) => plain(status, "application/json", Body::from(data.to_string())),
        Sent::Page(html) => plain(status, "text/html; charset=utf-8", Body::from(html)),
        Sent::File { name, content_type, size, bytes } => file(&name, &content_type, size, bytes),
        Sent::Asset(asset) => embedded(asset, how.takes_brotli),
    };
    for (name, value) in answer.headers {
        put(response.headers_mut(), name, &value, true);
    }
    dress(response, how)
}

/// Sends a no.
pub(crate) async fn no(app: &App, told: &Told, how: &Sending) -> Response {
    let status = StatusCode::from_u16(told.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    if how.is_page && told.status == 401 {
        return dress(to_sign_in(how), how);
    }
    if how.is_page && told.code == "second-factor" {
        return dress(to_page("/account/second-factor", how.is_fragment, StatusCode::FORBIDDEN), how);
    }
    let mut response = if how.is_page {
        let drawn = match &how.call {
            Some(call) if call.secret.is_some() && told.status < 500 => {
                let (app, call, told) = (app.clone(), call.clone(), told.clone());
                tokio::task::spawn_blocking(move || client::problem(&app, &call, &told)).await.ok().flatten()
            }
            _ => None,
        };
        let html = drawn.unwrap_or_else(|| answer::bare_page(told, &how.request_id));
        plain(status, "text/html; charset=utf-8", Body::from(html))
    } else {
        let problem = answer::problem(told, &how.request_id);
        plain(status, "application/problem+json", Body::from(problem.to_string()))
    };
    let headers = response.headers_mut();
    if told.status == 401 {
        put(headers, "www-authenticate", "Bearer", false);
    }
    if let Some(seconds) = told.wait {
        put(headers, "retry-after", &seconds.to_string(), false);
    }
    dress(response, how)
}

/// Whoever is not signed in signs in first, and comes back to what was only looked at.
fn to_sign_in(how: &Sending) -> Response {
    let at = if how.is_look && !how.is_fragment { format!("/sign-in?back={}", escape(&how.here)) } else { "/sign-in".to_owned() };
    to_page(&at, how.is_fragment, StatusCode::UNAUTHORIZED)
}

/// Leads to another page; a part of a page cannot, so it tells the page around it.
fn to_page(at: &str, is_fragment: bool, otherwise: StatusCode) -> Response {
    let (status, header) = if is_fragment { (otherwise, "hx-redirect") } else { (StatusCode::SEE_OTHER, "location") };
    let mut response = plain(status, "", Body::empty());
    put(response.headers_mut(), header, at, false);
    response
}

/// Sends the no of a request that found no door.
pub(crate) async fn no_door(app: &App, no_answer: &No, parts: &Parts) -> Response {
    let request_id = app.request_id();
    no(app, &answer::told(no_answer), &Sending::at_no_door(app, parts, &request_id)).await
}

fn plain(status: StatusCode, content_type: &str, body: Body) -> Response {
    let mut response = Response::new(body);
    *response.status_mut() = status;
    if !content_type.is_empty() {
        put(response.headers_mut(), "content-type", content_type, false);
    }
    response
}

/// The headers that every answer carries.
fn dress(mut response: Response, how: &Sending) -> Response {
    let headers = response.headers_mut();
    put(headers, "x-request-id", &how.request_id, false);
    if !headers.contains_key("cache-control") {
        put(headers, "cache-control", "no-store", false);
    }
    if !headers.contains_key("content-security-policy") {
        put(headers, "content-security-policy", POLICY, false);
    }
    put(headers, "x-content-type-options", "nosniff", false);
    put(headers, "referrer-policy", "same-origin", false);
    put(headers, "cross-origin-opener-policy", "same-origin", false);
    put(headers, "cross-origin-resource-policy", "same-origin", false);
    put(headers, "permissions-policy", "camera=(), geolocation=(), microphone=(), payment=(), usb=()", false);
    if how.is_tls {
        put(headers, "strict-transport-security", "max-age=31536000", false);
    }
    if let Some(secret) = &how.entry {
        put(headers, "set-cookie", &cookies::write(cookies::ENTRY, secret, how.is_tls, "Strict"), true);
    }
    response
}

/// A value that is no header is left out: it would end the answer where it stands.
fn put(headers: &mut HeaderMap, name: &str, value: &str, again: bool) {
    if let (Ok(name), Ok(value)) = (HeaderName::from_bytes(name.as_bytes()), HeaderValue::from_str(value)) {
        if again {
            headers.append(name, value);
        } else {
            headers.insert(name, value);
        }
    }
}

fn embedded(asset: &'static assets::Asset, takes_brotli: bool) -> Response {
    let is_small = takes_brotli && !asset.brotli.is_empty();
    let bytes = if is_small { asset.brotli } else { asset.bytes };
    let mut response = plain(StatusCode::OK, asset.content_type, Body::from(bytes));
    let headers = response.headers_mut();
    put(headers, "cache-control", "public, max-age=31536000, immutable", false);
    put(headers, "vary", "accept-encoding", false);
    if is_small {
        put(headers, "content-encoding", "br", false);
    }
    response
}

fn file(name: &str, content_type: &str, size: Option<u64>, mut bytes: Box<dyn Read + Send>) -> Response {
    let (mut into, out) = tokio::io::duplex(64 * 1024);
    let here = tokio::runtime::Handle::current();
    tokio::task::spawn_blocking(move || {
        let mut piece = vec![0u8; 64 * 1024];
        loop {
            match bytes.read(&mut piece) {
                Ok(0) => return,
                Ok(got) => {
                    let taken = into.write_all(piece.get(..got).unwrap_or_default());
                    if !matches!(here.block_on(async { tokio::time::timeout(SILENCE, taken).await }), Ok(Ok(()))) {
                        return;
                    }
                }
                // WHY: what was promised by `Content-Length` does not come, so whoever reads it sees that it is not whole.
                Err(error) => return tracing::warn!(%error, "a file ended half-way"),
            }
        }
    });
    let mut response = plain(StatusCode::OK, content_type, Body::from_stream(tokio_util::io::ReaderStream::new(out)));
    let headers = response.headers_mut();
    put(headers, "content-disposition", &disposition(name), false);
    put(headers, "content-security-policy", "default-src 'none'; sandbox", false);
    if let Some(size) = size {
        put(headers, "content-length", &size.to_string(), false);
    }
    response
}

/// A file is for keeping; its name in letters that every browser knows, and whole beside it (RFC 6266).
fn disposition(name: &str) -> String {
    let simple: String =
        name.chars().map(|c| if c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_' | ' ') { c } else { '_' }).collect();
    format!("attachment; filename=\"{simple}\"; filename*=UTF-8''{}", escape(name))
}

/// Text for an address.
pub fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for byte in text.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => escaped.push(char::from(byte)),
            other => escaped.push_str(&format!("%{other:02X}")),
        }
    }
    escaped
}
