//! Secrets: 32 random bytes, shown once as hex, kept as SHA-256.
//!
//! A secret of 256 random bits needs no slow hash: nobody guesses it.
//! Not here: passwords, which people choose ([`super::passwords`]). Proved by `crates/crm/tests/it/sign_in.rs`.

use sha2::{Digest, Sha256};
use store::Tx;

/// A new secret from the transaction's chance.
pub fn new_token(tx: &Tx<'_>) -> String {
    hex(&tx.random::<32>())
}

/// What is kept of a secret.
pub fn token_hash(token: &str) -> [u8; 32] {
    Sha256::digest(token.as_bytes()).into()
}

/// Bytes as lower-case hex.
pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// True when both are the same, in a time that does not tell how much of it is.
pub(crate) fn same(one: &[u8], other: &[u8]) -> bool {
    one.len() == other.len() && one.iter().zip(other).fold(0, |sum, (a, b)| sum | (a ^ b)) == 0
}
