//! One request, read: who asks, the address's names, parameters, headers and body.
//!
//! A [`Call`] holds plain data; what a door reads from it is parsed here and refused in words for people. The guard has
//! looked at it before: there is no parameter and no field that the door does not know.
//! Not here: deciding anything. Start reading at [`Call`]. Proved by `tests/it/guard.rs`.

use crate::answer::No;
use catalogue::RowId;
use crm::{Asker, Channel, Denial, FieldError, PrincipalId, Problem, ProblemKind};
use serde_json::{Map, Value as Json};
use std::net::IpAddr;

/// One request.
#[derive(Clone, Debug)]
pub struct Call {
    /// The id of the request, in the answer too.
    pub request_id: String,
    /// Path and query, as they came.
    pub here: String,
    /// The name under which the browser knows this server.
    pub host: String,
    /// By which way.
    pub channel: Channel,
    /// The secret of the session or token; none where nobody is signed in.
    pub secret: Option<String>,
    /// The names in the address.
    pub(crate) names: Vec<(String, String)>,
    /// The parameters, in order.
    pub query: Vec<(String, String)>,
    /// The JSON object of the body.
    pub body: Map<String, Json>,
    /// The fields of a form, in order.
    pub form: Vec<(String, String)>,
    /// SHA-256 of the body.
    pub body_hash: [u8; 32],
    /// `If-Match`, as it came.
    pub(crate) if_match: Option<String>,
    /// `Idempotency-Key`, as it came.
    pub(crate) idempotency: Option<String>,
    /// From where the connection comes.
    pub place: Option<IpAddr>,
    /// What the browser asks for inside a page: `HX-Request`.
    pub is_fragment: bool,
    /// The browser's other cookies: how it shows things.
    pub cookies: Vec<(String, String)>,
    /// The secret that forms are bound to before anybody is signed in.
    pub(crate) entry_secret: String,
}

impl Call {
    /// Who stands at the desk. Nobody is known by a secret that opens nothing.
    pub fn asker(&self) -> Result<Asker, No> {
        let secret = self.secret.as_deref().ok_or(Denial::SignIn)?;
        Ok(Asker::with_token(secret, self.channel))
    }

    /// How links begin that are sent to somebody: `https://crm.example`. Empty when the request does not say.
    pub fn origin(&self, app: &crate::App) -> String {
        let is_name = !self.host.is_empty() && self.host.bytes().all(|b| b.is_ascii_alphanumeric() || b".-:[]".contains(&b));
        let scheme = if app.is_tls { "https" } else { "http" };
        if is_name { format!("{scheme}://{}", self.host) } else { String::new() }
    }

    /// The token that every form on a page carries as `csrf`.
    pub fn csrf(&self) -> String {
        crm::sign_in::csrf_token(self.secret.as_deref().unwrap_or(&self.entry_secret))
    }

    /// A name of the address.
    pub fn name(&self, name: &str) -> &str {
        self.names.iter().find(|(n, _)| n == name).map_or("", |(_, v)| v.as_str())
    }

    /// The set in the address.
    pub fn set(&self) -> &str {
        self.name("set")
    }

    /// The id in the address. What is no id is the id of nothing, so that it is answered like one that is unknown.
    pub fn id(&self) -> RowId {
        self.id_named("id")
    }

    /// Another id in the address.
    pub fn id_named(&self, name: &str) -> RowId {
        RowId::parse(self.name(name)).unwrap_or(RowId(uuid::Uuid::nil()))
    }

    /// A user or team in the address.
    pub fn principal_named(&self, name: &str) -> PrincipalId {
        PrincipalId(self.id_named(name))
    }

    /// A parameter; none when it is not there or empty.
    pub fn param(&self, name: &str) -> Option<&str> {
        self.query.iter().find(|(n, v)| n == name && !v.is_empty()).map(|(_, v)| v.as_str())
    }

    /// A parameter that is a number from `least` to `most`.
    pub fn number_param(&self, name: &str, least: usize, most: usize, otherwise: usize) -> Result<usize, No> {
        let Some(text) = self.param(name) else { return Ok(otherwise) };
        let number = text.parse::<usize>().ok().filter(|n| (least..=most).contains(n));
        number.ok_or_else(|| malformed("bad-parameter", format!("`{name}` is a number from {least} to {most}")))
    }

    /// A parameter that is `true` or `false`.
    pub fn flag_param(&self, name: &str) -> Result<bool, No> {
        match self.param(name) {
            None | Some("false") => Ok(false),
            Some("true") => Ok(true),
            Some(_) => Err(malformed("bad-parameter", format!("`{name}` is `true` or `false`"))),
        }
    }

    /// A parameter that is JSON.
    pub fn json_param(&self, name: &str) -> Result<Option<Json>, No> {
        let Some(text) = self.param(name) else { return Ok(None) };
        let read = crate::strict::read(text.as_bytes());
        read.map(Some).map_err(|why| malformed("bad-parameter", format!("`{name}` is not JSON: {why}")))
    }

    /// A field of the body that is text; the guard saw that it is, where it is there.
    pub fn text(&self, name: &str) -> &str {
        self.body.get(name).and_then(Json::as_str).unwrap_or_default()
    }

    /// A field that is text and may be left out.
    pub fn maybe(&self, name: &str) -> Option<&str> {
        self.body.get(name).and_then(Json::as_str).filter(|t| !t.is_empty())
    }

    /// A field that is true.
    pub fn flag(&self, name: &str) -> bool {
        self.body.get(name).and_then(Json::as_bool).unwrap_or(false)
    }

    /// A field that is a list of texts.
    pub fn list(&self, name: &str) -> Result<Option<Vec<String>>, No> {
        let Some(all) = self.body.get(name).filter(|v| !v.is_null()) else { return Ok(None) };
        let texts = all.as_array().and_then(|all| all.iter().map(|v| v.as_str().map(str::to_owned)).collect::<Option<Vec<_>>>());
        texts.map(Some).ok_or_else(|| column(name, "here belongs a list of texts"))
    }

    /// A field that is an id, or an object with one, like the API reads it out.
    pub fn id_field(&self, name: &str) -> Result<Option<RowId>, No> {
        let Some(value) = self.body.get(name).filter(|v| !v.is_null()) else { return Ok(None) };
        let text = value.as_str().or_else(|| value.get("id").and_then(Json::as_str));
        text.and_then(RowId::parse).map(Some).ok_or_else(|| column(name, "not an id"))
    }

    /// A field that is an id and must be there.
    pub fn need_id(&self, name: &str) -> Result<RowId, No> {
        self.id_field(name)?.ok_or_else(|| column(name, "this is needed"))
    }

    /// A field that is a moment, in microseconds UTC.
    pub fn time_field(&self, name: &str) -> Result<Option<i64>, No> {
        let Some(text) = self.maybe(name) else { return Ok(None) };
        crm::values::parse_moment(text, crm::values::DateForm::Ymd).map(Some).map_err(|why| column(name, why))
    }

    /// Whether the request says on which version it was decided.
    pub fn has_version(&self) -> bool {
        self.if_match.is_some()
    }

    /// The version that `If-Match` names. A change without it is refused.
    pub fn version(&self) -> Result<i64, No> {
        let written = self.if_match.as_deref().ok_or(No::VersionNeeded)?.trim();
        let bare = written.strip_prefix('"').and_then(|w| w.strip_suffix('"')).unwrap_or(written);
        let wrong = || malformed("bad-version", "`If-Match` carries the `ETag` of the row, as it was answered");
        bare.parse().map_err(|_| wrong())
    }

    /// The key of a request that may be sent twice.
    pub fn key(&self) -> Result<Option<String>, No> {
        let Some(key) = self.idempotency.as_deref() else { return Ok(None) };
        let fits = (1..=100).contains(&key.len()) && key.bytes().all(|b| b.is_ascii_graphic());
        if fits { Ok(Some(key.to_owned())) } else { Err(malformed("bad-key", "`Idempotency-Key` has 1 to 100 letters, digits and signs")) }
    }

    /// The first field of a form with this name, without blanks around it.
    pub fn field(&self, name: &str) -> &str {
        self.form.iter().find(|(n, _)| n == name).map_or("", |(_, v)| v.trim())
    }

    /// All fields of a form with this name.
    pub fn fields(&self, name: &str) -> Vec<&str> {
        self.form.iter().filter(|(n, _)| n == name).map(|(_, v)| v.as_str()).collect()
    }

    /// A cookie other than the session's.
    pub fn cookie(&self, name: &str) -> &str {
        self.cookies.iter().find(|(n, _)| n == name).map_or("", |(_, v)| v.as_str())
    }
}

/// Refuses what cannot be read.
pub(crate) fn malformed(code: &'static str, detail: impl Into<String>) -> No {
    No::Crm(Problem { kind: ProblemKind::Malformed, code, detail: detail.into(), errors: Vec::new() }.into())
}

/// Refuses a value.
pub(crate) fn column(name: &str, message: impl Into<String>) -> No {
    columns(vec![FieldError { column: name.to_owned(), message: message.into() }])
}

/// Refuses several values.
pub(crate) fn columns(errors: Vec<FieldError>) -> No {
    No::Crm(Problem::columns(errors))
}

/// The pairs of a query or of a form. None when it cannot be read.
pub(crate) fn pairs(text: &str) -> Option<Vec<(String, String)>> {
    let pair = |part: &str| {
        let (name, value) = part.split_once('=').unwrap_or((part, ""));
        Some((unescape(name)?, unescape(value)?))
    };
    text.split('&').filter(|p| !p.is_empty()).map(pair).collect()
}

fn unescape(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        bytes.push(match byte {
            b'+' => b' ',
            b'%' => {
                let (high, low) = (char::from(rest.next()?).to_digit(16)?, char::from(rest.next()?).to_digit(16)?);
                u8::try_from(high * 16 + low).ok()?
            }
            other => other,
        });
    }
    String::from_utf8(bytes).ok()
}
