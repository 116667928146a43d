//! Before and after every door: who asks, by which way, with what; and what every answer carries.
//!
//! The guard finds the secret (a bearer token for the API, the cookie for pages, never anything in the address) and
//! hands it on; whether it opens anything is asked inside the transaction. It reads the body against the door's line,
//! then runs the door on a blocking thread ([`blocking`]). Headers such as `X-Forwarded-For` are not believed.
//! Not here: deciding (`crm`), what a no means ([`crate::answer`]).
//! Start reading at [`enter`]. Proved by `tests/it/guard.rs`.

use crate::answer::{Answer, No, Outcome, Told, told};
use crate::call::{Call, malformed, pairs};
use crate::cookies::{self, Jar};
use crate::doors::{Act, Door, Takes, Who};
use crate::send::{self, Sending};
use crate::upload::Upload;
use crate::{App, body, client};
use axum::body::Body;
use axum::extract::ConnectInfo;
use axum::http::header::{AUTHORIZATION, CONTENT_TYPE, HOST, ORIGIN};
use axum::http::request::Parts;
use axum::http::{HeaderMap, Uri};
use axum::response::Response;
use crm::{Channel, Denial, Fault, Scope};
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

/// A request that takes longer is answered 503.
const LONGEST: Duration = Duration::from_secs(60);
/// A file may arrive for so long.
const LONGEST_UPLOAD: Duration = Duration::from_secs(3600);
/// The headers together, in bytes, and the address alone.
const HEAD: usize = 32 * 1024;
const ADDRESS: usize = 8 * 1024;

/// Parameters that people put secrets in.
const SECRETS: [&str; 6] = ["token", "access_token", "api_key", "apikey", "bearer", "password"];

/// One request at one door.
pub(crate) async fn enter(app: Arc<App>, door: &'static Door, names: Vec<(String, String)>, parts: Parts, body: Body) -> Response {
    let request_id = app.request_id();
    let mut sending = Sending::of(&app, door, &parts, &request_id);
    let limit = if matches!(door.act, Act::Upload(_)) { LONGEST_UPLOAD } else { LONGEST };
    let knocked = tokio::time::timeout(limit, knock(&app, door, names, parts, body, &mut sending));
    let outcome = knocked.await.unwrap_or(Err(No::TooSlow));
    match signed_in_first(&app, &sending, outcome).await {
        Ok(answer) => send::answer(answer, &sending),
        Err(no) => {
            let told = told(&no);
            log(&no, &told, &request_id);
            send::no(&app, &told, &sending).await
        }
    }
}

/// Whoever is not signed in is told that before anything else: what else is wrong with a request is for those who are.
/// WHY: asked only where the answer is a no, so that a request that is answered costs no look-up of its own.
async fn signed_in_first(app: &Arc<App>, sending: &Sending, outcome: Outcome) -> Outcome {
    let (Err(no), Some(who)) = (&outcome, sending.asker.clone()) else { return outcome };
    if told(no).status == 401 {
        return outcome;
    }
    let app = app.clone();
    let looked = blocking(move || Ok(app.desk.look(&who, |_, _| Ok(Answer::nothing()))?)).await;
    match looked {
        Err(No::Crm(crm::Error::Denied(Denial::SignIn))) => looked,
        _ => outcome,
    }
}

fn log(no: &No, told: &Told, request_id: &str) {
    if told.status >= 500 {
        // The cause stands in the log only; it may name tables and files.
        tracing::error!(request_id, status = told.status, cause = ?no, "a request failed");
    }
}

async fn knock(
    app: &Arc<App>,
    door: &'static Door,
    names: Vec<(String, String)>,
    parts: Parts,
    body: Body,
    sending: &mut Sending,
) -> Outcome {
    head_fits(&parts)?;
    let mut call = read_head(door, names, &parts, sending)?;
    let jar = Jar::of(&parts.headers, app.is_tls);
    match door.who {
        // What is told to everybody may tell more to whoever is known.
        Who::Public if door.is_look() => offered(&mut call, &parts.headers, &jar),
        Who::Public => {}
        Who::Entry => call.entry_secret = sending.entry_secret(app, &jar),
        Who::Page => call.secret = Some(jar.session().ok_or(Denial::SignIn)?.to_owned()),
        Who::Api => call.secret = Some(bearer(&parts.headers).ok_or(Denial::SignIn)?.to_owned()),
    }
    if call.secret.is_some() && door.who != Who::Public {
        sending.asker = Some(call.asker()?);
    }
    call.cookies = jar.others();
    if matches!(door.who, Who::Page | Who::Entry) && !door.is_look() {
        same_origin(&parts.headers)?;
    }
    let upload = match door.takes {
        Takes::Parts(known) => {
            // A file is not even begun to be read from whoever is nobody.
            let (desk, who) = (app.desk.clone(), call.asker()?);
            blocking(move || Ok(desk.look_for(&who, Scope::Write, |_, _| Ok(Answer::nothing()))?)).await?;
            let upload = Upload::begin(&parts.headers, body, known, &mut call).await?;
            Some(upload)
        }
        _ => {
            body::read(door, &parts.headers, body, &mut call).await?;
            None
        }
    };
    let token = sending.csrf_header.as_deref().unwrap_or_else(|| call.field("csrf"));
    if matches!(door.who, Who::Page | Who::Entry) && !door.is_look() && !is_ours(&call, token) {
        return Err(No::Foreign);
    }
    sending.call = Some(call.clone());
    let app = app.clone();
    let may_prove = door.who == Who::Page && !door.is_look();
    blocking(move || match (door.act, upload) {
        // A form that was held up for a fresh code carries it beside its own fields.
        (Act::Plain(act), _) if may_prove => act(&app, &client::prove(&app, &call)?),
        (Act::Plain(act), _) => act(&app, &call),
        (Act::Upload(act), Some(mut upload)) => act(&app, &call, &mut upload),
        (Act::Upload(_), None) => Err(No::Media("a form with a file")),
    })
    .await
}

/// Runs what waits for the database where it holds up nobody else. A panic is answered, not passed on.
pub(crate) async fn blocking(act: impl FnOnce() -> Outcome + Send + 'static) -> Outcome {
    match tokio::task::spawn_blocking(act).await {
        Ok(outcome) => outcome,
        Err(error) => Err(Fault::broken(format!("a door stopped half-way: {error}")).into()),
    }
}

fn head_fits(parts: &Parts) -> Result<(), No> {
    let size: usize = parts.headers.iter().map(|(name, value)| name.as_str().len() + value.len()).sum();
    let address = parts.uri.path_and_query().map_or(0, |p| p.as_str().len());
    if size > HEAD || address > ADDRESS { Err(No::HeadTooLarge) } else { Ok(()) }
}

fn read_head(door: &Door, names: Vec<(String, String)>, parts: &Parts, sending: &Sending) -> Result<Call, No> {
    let query = pairs(parts.uri.query().unwrap_or_default())
        .ok_or_else(|| malformed("bad-parameter", "the parameters of this address cannot be read"))?;
    for (name, value) in &query {
        if SECRETS.contains(&name.to_ascii_lowercase().as_str()) || value.starts_with(crm::sign_in::TOKEN_PREFIX) {
            return Err(malformed("token-in-query", "secrets do not belong into an address; send them in a header"));
        }
        if !door.query.split_whitespace().any(|known| known == name) {
            return Err(malformed("unknown-parameter", format!("this address knows no parameter `{name}`")));
        }
    }
    for (n, (name, _)) in query.iter().enumerate() {
        if door.who == Who::Api && query.iter().take(n).any(|(before, _)| before == name) {
            return Err(malformed("bad-parameter", format!("`{name}` is there twice")));
        }
    }
    let text = |name: &str| parts.headers.get(name).and_then(|v| v.to_str().ok()).map(str::to_owned);
    Ok(Call {
        request_id: sending.request_id.clone(),
        here: parts.uri.path_and_query().map_or("/", |p| p.as_str()).to_owned(),
        host: parts.uri.authority().map(|a| a.as_str().to_owned()).or_else(|| text("host")).unwrap_or_default(),
        channel: if matches!(door.who, Who::Page | Who::Entry) { Channel::Page } else { Channel::Api },
        secret: None,
        names,
        query,
        body: serde_json::Map::new(),
        form: Vec::new(),
        body_hash: [0; 32],
        if_match: text("if-match"),
        idempotency: text("idempotency-key"),
        place: parts.extensions.get::<ConnectInfo<SocketAddr>>().map(|c| c.0.ip()),
        is_fragment: parts.headers.contains_key("hx-request"),
        cookies: Vec::new(),
        entry_secret: String::new(),
    })
}

/// The secret that somebody shows at a door that asks for none, and by which way they come.
fn offered(call: &mut Call, headers: &HeaderMap, jar: &Jar) {
    let token = bearer(headers).map(str::to_owned);
    call.channel = if token.is_some() { Channel::Api } else { Channel::Page };
    call.secret = token.or_else(|| jar.session().map(str::to_owned));
}

/// The secret of `Authorization: Bearer`.
fn bearer(headers: &HeaderMap) -> Option<&str> {
    let written = headers.get(AUTHORIZATION)?.to_str().ok()?;
    let (scheme, secret) = written.split_once(' ')?;
    let secret = secret.trim();
    (scheme.eq_ignore_ascii_case("bearer") && !secret.is_empty()).then_some(secret)
}

/// Browsers say from where a form is sent; one from elsewhere is refused before its token is looked at.
fn same_origin(headers: &HeaderMap) -> Result<(), No> {
    let text = |name: &str| headers.get(name).and_then(|v| v.to_str().ok());
    if let Some(site) = text("sec-fetch-site") {
        return if site == "same-origin" { Ok(()) } else { Err(No::Foreign) };
    }
    match headers.get(ORIGIN) {
        None => Ok(()),
        Some(origin) => {
            let from = origin.to_str().ok().and_then(|o| o.parse::<Uri>().ok());
            let from = from.as_ref().and_then(Uri::authority).map(|a| a.as_str());
            if from.is_some() && from == text(HOST.as_str()) { Ok(()) } else { Err(No::Foreign) }
        }
    }
}

fn is_ours(call: &Call, token: &str) -> bool {
    match &call.secret {
        Some(secret) => crm::sign_in::check_csrf(secret, token),
        None => !call.entry_secret.is_empty() && crm::sign_in::check_csrf(&call.entry_secret, token),
    }
}

/// The kind of a body, without its parameters, in small letters.
pub(crate) fn media(headers: &HeaderMap) -> String {
    let written = headers.get(CONTENT_TYPE).and_then(|v| v.to_str().ok()).unwrap_or_default();
    written.split(';').next().unwrap_or_default().trim().to_ascii_lowercase()
}

/// The cookie that carries a session, for the answer that opened it.
pub fn session_cookie(app: &App, secret: &str) -> String {
    cookies::write(cookies::SESSION, secret, app.is_tls, "Lax")
}

/// The cookie that forgets the session.
pub fn no_session_cookie(app: &App) -> String {
    cookies::forget(cookies::SESSION, app.is_tls)
}
