//! Secrets that must be read again are sealed: a second factor's, the mail server's password, a link that waits to be sent.
//!
//! XChaCha20-Poly1305 under one key, bound to what the secret is for, so that a sealed text moved to another place opens
//! nothing. The key lies in the data directory (`seal.key`) or is handed in by the binary; whoever has the database
//! alone, or a copy of it, reads none. What was sealed with another key answers as not there, never as a fault.
//! Not here: secrets that are only compared; those are kept as hashes. Proved by `crates/store/tests/it/mail.rs`.

use crate::{Chance, Fault, Tx, durable};
use chacha20poly1305::aead::{Aead, Payload};
use chacha20poly1305::{KeyInit, XChaCha20Poly1305, XNonce};
use std::path::Path;

const NONCE: usize = 24;

/// The key that seals.
pub(crate) struct Key {
    bytes: [u8; 32],
    /// Handed in, so it lies elsewhere.
    is_given: bool,
}

impl Key {
    /// The key that was handed in, or the one of the data directory, made when there is none.
    pub(crate) fn of(directory: &Path, given: Option<[u8; 32]>, chance: &dyn Chance) -> Result<Key, Fault> {
        if let Some(key) = given {
            return Ok(Key { bytes: key, is_given: true });
        }
        let path = directory.join("seal.key");
        match std::fs::read(&path) {
            Ok(bytes) => {
                let bytes = <[u8; 32]>::try_from(bytes).map_err(|_| Fault::broken("`seal.key` is not 32 bytes long"))?;
                Ok(Key { bytes, is_given: false })
            }
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                let mut bytes = [0u8; 32];
                chance.fill(&mut bytes);
                durable::write(&path, &bytes)?;
                Ok(Key { bytes, is_given: false })
            }
            Err(error) => Err(error.into()),
        }
    }

    /// The key, when it lies in the data directory: a backup takes it along.
    pub(crate) fn of_directory(&self) -> Option<&[u8; 32]> {
        (!self.is_given).then_some(&self.bytes)
    }
}

impl Tx<'_> {
    /// Seals a secret for this purpose. The purpose names the row too, where there are several.
    pub(crate) fn seal(&self, purpose: &str, secret: &[u8]) -> Result<Vec<u8>, Fault> {
        let nonce: [u8; NONCE] = self.random();
        let sealed = self.cipher().encrypt(XNonce::from_slice(&nonce), Payload { msg: secret, aad: purpose.as_bytes() });
        let mut all = nonce.to_vec();
        all.extend(sealed.map_err(|_| Fault::broken("a secret could not be sealed"))?);
        Ok(all)
    }

    /// What was sealed for this purpose; none when it was sealed with another key or for something else.
    pub(crate) fn unseal(&self, purpose: &str, sealed: &[u8]) -> Result<Option<Vec<u8>>, Fault> {
        let Some((nonce, rest)) = sealed.split_at_checked(NONCE) else { return Ok(None) };
        Ok(self.cipher().decrypt(XNonce::from_slice(nonce), Payload { msg: rest, aad: purpose.as_bytes() }).ok())
    }

    fn cipher(&self) -> XChaCha20Poly1305 {
        XChaCha20Poly1305::new((&self.shared.seal_key.bytes).into())
    }
}
