//! The browser's cookies: the session's, the one that forms are bound to before, and how things are shown.
//!
//! All are host-only. The two that hold secrets cannot be read by a script; where the server is reached over TLS they are
//! `Secure` and begin with `__Host-`, so that no other host of the same domain can set one (RFC 6265bis 4.1.3.2).
//! Not here: what a secret opens (`crm`). Proved by `tests/it/guard.rs`.

use axum::http::HeaderMap;
use axum::http::header::COOKIE;

/// The session's.
pub(crate) const SESSION: &str = "castellan";
/// The one of chance that forms are bound to before anybody is signed in.
pub(crate) const ENTRY: &str = "castellan_entry";

/// Browsers take a cookie of such a name from this very host over TLS only.
const HOST: &str = "__Host-";

/// The cookies of a request.
pub(crate) struct Jar {
    pairs: Vec<(String, String)>,
    is_tls: bool,
}

impl Jar {
    /// Reads them. What cannot be read is not there.
    pub(crate) fn of(headers: &HeaderMap, is_tls: bool) -> Jar {
        let written = headers.get_all(COOKIE).iter().filter_map(|v| v.to_str().ok());
        let pairs = written.flat_map(|line| line.split(';')).filter_map(|pair| pair.trim().split_once('='));
        Jar { pairs: pairs.map(|(name, value)| (name.to_owned(), value.to_owned())).collect(), is_tls }
    }

    /// The session's secret. Two of them are none: somebody else may have set one.
    pub(crate) fn session(&self) -> Option<&str> {
        self.one(SESSION)
    }

    /// The secret forms are bound to.
    pub(crate) fn entry(&self) -> Option<&str> {
        self.one(ENTRY).filter(|v| v.len() == 64 && v.bytes().all(|b| b.is_ascii_hexdigit()))
    }

    /// All that hold no secret.
    pub(crate) fn others(&self) -> Vec<(String, String)> {
        let holds_secret = |name: &str| [SESSION, ENTRY].contains(&name.trim_start_matches(HOST));
        self.pairs.iter().filter(|(name, _)| !holds_secret(name)).cloned().collect()
    }

    fn one(&self, name: &str) -> Option<&str> {
        let name = named(name, self.is_tls);
        let mut found = self.pairs.iter().filter(|(n, v)| *n == name && !v.is_empty());
        let first = found.next()?;
        found.next().is_none().then_some(first.1.as_str())
    }
}

/// What a cookie with a secret is called.
fn named(name: &str, is_tls: bool) -> String {
    if is_tls { format!("{HOST}{name}") } else { name.to_owned() }
}

/// Sets a cookie that ends with the browser.
pub(crate) fn write(name: &str, value: &str, is_tls: bool, same_site: &str) -> String {
    let secure = if is_tls { "; Secure" } else { "" };
    format!("{}={value}; Path=/; HttpOnly; SameSite={same_site}{secure}", named(name, is_tls))
}

/// Forgets a cookie.
pub(crate) fn forget(name: &str, is_tls: bool) -> String {
    format!("{}; Max-Age=0", write(name, "", is_tls, "Lax"))
}
