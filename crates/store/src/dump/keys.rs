//! Who can open a sealed stream: a recipient seals, its identity opens.
//!
//! An identity file is what `age-keygen` writes, so any age program opens a dump made here, and a key made there opens
//! here. The public half is enough to make one: who makes backups each night need not be able to read them.
//! WHY: age asks the machine for its randomness itself; its keys are nothing that a test could ask for again.
//! Not here: where the file lies and who may read it (`castellan`). Proved by `crates/store/tests/it/dump.rs`.

use crate::{Fault, durable};
use age::secrecy::ExposeSecret;
use std::fmt;
use std::path::Path;
use std::str::FromStr;

/// What opens.
pub struct Identity(pub(super) age::x25519::Identity);

/// To whom is sealed.
#[derive(Clone)]
pub struct Recipient(pub(super) age::x25519::Recipient);

/// Why a text is no key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeyProblem {
    /// No recipient stands there.
    NoRecipient,
    /// No identity stands there.
    NoIdentity,
    /// Only the public half stands there.
    PublicOnly,
}

impl fmt::Display for KeyProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            KeyProblem::NoRecipient => "no recipient (`age1…`) and no key (`AGE-SECRET-KEY-1…`) stands there",
            KeyProblem::NoIdentity => "no key (`AGE-SECRET-KEY-1…`) stands there",
            KeyProblem::PublicOnly => "only the recipient (`age1…`) stands there; opening takes the key itself (`AGE-SECRET-KEY-1…`)",
        })
    }
}

impl std::error::Error for KeyProblem {}

impl Identity {
    /// A new one.
    pub fn generate() -> Identity {
        Identity(age::x25519::Identity::generate())
    }

    /// Reads the text of an identity file; lines that begin with `#` are remarks.
    pub fn parse(text: &str) -> Result<Identity, KeyProblem> {
        let found = words(text).find_map(|line| age::x25519::Identity::from_str(line).ok());
        let is_public = words(text).any(|line| line.starts_with("age1"));
        found.map(Identity).ok_or(if is_public { KeyProblem::PublicOnly } else { KeyProblem::NoIdentity })
    }

    /// The public half.
    pub fn recipient(&self) -> Recipient {
        Recipient(self.0.to_public())
    }

    /// What is kept in an identity file. Whoever has it opens everything that was sealed to it.
    pub fn file(&self) -> String {
        format!("# public key: {}\n{}\n", self.recipient(), self.0.to_string().expose_secret())
    }
}

/// The key of the data directory to which a departure's archive is sealed, `archive.key`, made when there is none.
pub fn archive_identity(directory: &Path) -> Result<Identity, Fault> {
    let path = directory.join("archive.key");
    match std::fs::read_to_string(&path) {
        Ok(text) => Identity::parse(&text).map_err(|_| Fault::broken("`archive.key` holds no key")),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            let made = Identity::generate();
            durable::write(&path, made.file().as_bytes())?;
            Ok(made)
        }
        Err(error) => Err(error.into()),
    }
}

impl Recipient {
    /// Reads a recipient, or the recipient of an identity file.
    pub fn parse(text: &str) -> Result<Recipient, KeyProblem> {
        if let Some(found) = words(text).find_map(|line| age::x25519::Recipient::from_str(line).ok()) {
            return Ok(Recipient(found));
        }
        Identity::parse(text).map(|identity| identity.recipient()).map_err(|_| KeyProblem::NoRecipient)
    }
}

impl fmt::Display for Recipient {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl fmt::Debug for Recipient {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

fn words(text: &str) -> impl Iterator<Item = &str> {
    text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#'))
}
