//! The browser's cookies: the session's, the one that forms are bound to before, and how things are shown.
//!
//! All are host-only. The two that hold secrets cannot be read by a script; they are `Secure` where the server is
//! reached over TLS.
//! Not here: what a secret opens (`crm`). Proved by `tests/it/guard.rs`.

use axum::http::HeaderMap;
use axum::http::header::COOKIE;

/// The session's.
pub(crate) const SESSION: &str = "castellan";
/// The one of chance that forms are bound to before anybody is signed in.
pub(crate) const ENTRY: &str = "castellan_entry";

/// The cookies of a request.
pub(crate) struct Jar(Vec<(String, String)>);

impl Jar {
    /// Reads them. What cannot be read is not there.
    pub(crate) fn of(headers: &HeaderMap) -> Jar {
        let written = headers.get_all(COOKIE).iter().filter_map(|v| v.to_str().ok());
        let pairs = written.flat_map(|line| line.split(';')).filter_map(|pair| pair.trim().split_once('='));
        Jar(pairs.map(|(name, value)| (name.to_owned(), value.to_owned())).collect())
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
        self.0.iter().filter(|(name, _)| name != SESSION && name != ENTRY).cloned().collect()
    }

    fn one(&self, name: &str) -> Option<&str> {
        let mut found = self.0.iter().filter(|(n, v)| n == name && !v.is_empty());
        let first = found.next()?;
        found.next().is_none().then_some(first.1.as_str())
    }
}

/// Sets a cookie that ends with the browser.
pub(crate) fn write(name: &str, value: &str, is_tls: bool, same_site: &str) -> String {
    let secure = if is_tls { "; Secure" } else { "" };
    format!("{name}={value}; Path=/; HttpOnly; SameSite={same_site}{secure}")
}

/// Forgets a cookie.
pub(crate) fn forget(name: &str, is_tls: bool) -> String {
    format!("{}; Max-Age=0", write(name, "", is_tls, "Lax"))
}
