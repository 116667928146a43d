//! The token that a form of ours carries, so that no other site can send it.
//!
//! It is made from the session's secret, so it needs no place of its own and dies with the session; from it the secret
//! cannot be found. Before somebody is signed in the same is made from a cookie of chance.
//! Not here: the cookie and its attributes (`web`). Proved by `crates/crm/tests/it/sign_in.rs`.

use super::secret::{hex, same};
use sha2::{Digest, Sha256};

/// The token of every form shown in the session that has this secret.
pub fn csrf_token(session_token: &str) -> String {
    let mut sum = Sha256::new();
    sum.update(b"castellan form 1\0");
    sum.update(session_token.as_bytes());
    hex(&sum.finalize())
}

/// True when the form came from a page shown in the session that has this secret. In constant time.
pub fn check_csrf(session_token: &str, sent: &str) -> bool {
    same(csrf_token(session_token).as_bytes(), sent.as_bytes())
}
