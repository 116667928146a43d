//! Addresses of pages, written.
//!
//! Every value is escaped where it is put in, so nothing that people type can become another parameter or place.
//! Not here: reading them ([`crate::call`]). Proved by `tests/it/client.rs`.

use std::fmt;

/// An address with its parameters.
#[derive(Clone, Debug)]
pub(super) struct Address {
    path: String,
    pairs: Vec<(String, String)>,
}

impl Address {
    /// Without parameters.
    pub(super) fn new(path: impl Into<String>) -> Address {
        Address { path: path.into(), pairs: Vec::new() }
    }

    /// With a further parameter; an empty one is left out.
    pub(super) fn with(mut self, name: &str, value: &str) -> Address {
        if !value.is_empty() {
            self.pairs.push((name.to_owned(), value.to_owned()));
        }
        self
    }
}

impl fmt::Display for Address {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        to.write_str(&self.path)?;
        for (n, (name, value)) in self.pairs.iter().enumerate() {
            write!(to, "{}{name}={}", if n == 0 { '?' } else { '&' }, escape(value))?;
        }
        Ok(())
    }
}

/// The text as it may stand in a parameter.
pub(super) fn escape(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for byte in text.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' | b'/' | b',' | b':' => safe.push(char::from(byte)),
            _ => {
                safe.push('%');
                for half in [byte >> 4, byte & 15] {
                    safe.extend(char::from_digit(u32::from(half), 16).map(|c| c.to_ascii_uppercase()));
                }
            }
        }
    }
    safe
}
