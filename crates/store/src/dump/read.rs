//! Reading a dump: unsealed, unpacked, a line or some bytes of a file at a time.
//!
//! Each piece of 64 KiB is sealed for itself and opened before anything of it is looked at, so a flipped bit is found
//! where it is and nothing of a changed piece is ever believed. A dump is over only with its last line and the end of the
//! seal behind it: what was cut short is never taken for whole.
//! Not here: what the lines mean ([`super::load`]). Proved by `crates/store/tests/it/dump.rs`.

use super::{FORM, Head, Identity, Unfit, hex};
use crate::migrate;
use flate2::bufread::GzDecoder;
use serde_json::Value as Json;
use sha2::{Digest, Sha256};
use std::io::{self, BufRead, BufReader, ErrorKind, Read};
use std::sync::{Arc, Mutex, PoisonError};

/// A line is at most so long; no row of ours comes near.
const LONGEST: u64 = 256 << 20;

/// A dump that was opened.
pub struct Opened {
    /// What it says of itself.
    pub head: Head,
    pub(super) lines: Lines,
}

/// What is left of it.
pub(super) struct Lines {
    input: BufReader<GzDecoder<Box<dyn BufRead + Send>>>,
    line: Vec<u8>,
    /// Read and not yet taken.
    waiting: bool,
    passed: Arc<Mutex<Passed>>,
}

/// What of the sealed stream was read.
#[derive(Default)]
struct Passed {
    bytes: u64,
    sha256: Sha256,
    is_over: bool,
}

struct Watched<R> {
    input: R,
    passed: Arc<Mutex<Passed>>,
}

impl<R: Read> Read for Watched<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let got = self.input.read(into).map_err(|error| match error.kind() {
            // These two say further in that the dump is not as it was made.
            ErrorKind::InvalidData | ErrorKind::UnexpectedEof => io::Error::other(error),
            _ => error,
        })?;
        let mut passed = self.passed.lock().unwrap_or_else(PoisonError::into_inner);
        passed.bytes += got as u64;
        passed.sha256.update(into.get(..got).unwrap_or_default());
        passed.is_over |= got == 0 && !into.is_empty();
        Ok(got)
    }
}

impl Opened {
    /// Opens it and reads its head. Whether the rest is whole shows only at its end.
    pub fn open(input: impl Read + Send + 'static, key: &Identity) -> Result<Opened, Unfit> {
        let passed = Arc::<Mutex<Passed>>::default();
        let watched = BufReader::with_capacity(1 << 17, Watched { input, passed: passed.clone() });
        let sealed = age::Decryptor::new_buffered(watched).map_err(|error| of_head(error, &passed))?;
        if sealed.is_scrypt() {
            return Err(Unfit::OtherKey);
        }
        let opened = sealed.decrypt(std::iter::once(&key.0 as &dyn age::Identity)).map_err(|error| of_head(error, &passed))?;
        let unsealed: Box<dyn BufRead + Send> = Box::new(BufReader::with_capacity(1 << 16, opened));
        let input = BufReader::with_capacity(1 << 16, GzDecoder::new(unsealed));
        let mut lines = Lines { input, line: Vec::new(), waiting: false, passed };
        let first = lines.next()?;
        if first.get("castellan").and_then(Json::as_str) != Some("dump") {
            return Err(Unfit::Strange("it is no backup of castellan".into()));
        }
        if let Some(lowest) = first.get("lowest").and_then(Json::as_str) {
            migrate::check_lowest(Some(lowest.to_owned()))?;
        }
        if first.get("form").and_then(Json::as_i64) != Some(FORM) {
            let by = first.get("made_by").and_then(Json::as_str).unwrap_or("another version");
            return Err(Unfit::Strange(format!("castellan {by} wrote it in a form that this version does not know")));
        }
        let head = Head::read(&first).ok_or_else(|| Unfit::Strange("its head cannot be read".into()))?;
        Ok(Opened { head, lines })
    }

    /// The keys of the data directory, by their files: of the trail, of what is sealed, of archives.
    pub(super) fn keys(&mut self) -> Result<Vec<(&'static str, Vec<u8>)>, Unfit> {
        let mut keys = Vec::new();
        loop {
            let line = self.lines.next()?;
            let Some(name) = line.get("key").and_then(Json::as_str) else {
                self.lines.waiting = true;
                return Ok(keys);
            };
            let bytes = line.get("hex").and_then(Json::as_str).and_then(super::unhex);
            let is_text = |bytes: &[u8]| std::str::from_utf8(bytes).is_ok_and(|text| Identity::parse(text).is_ok());
            let (file, is_file) = match name {
                "trail" => ("trail.key", false),
                "seal" => ("seal.key", false),
                "archive" => ("archive.key", true),
                other => return Err(Unfit::Strange(format!("it brings a key called `{other}`"))),
            };
            let bytes = bytes.filter(|bytes| if is_file { is_text(bytes) } else { bytes.len() == 32 });
            keys.push((file, bytes.ok_or_else(|| Unfit::Strange(format!("its key `{name}` is none")))?));
        }
    }
}

impl Lines {
    /// The next line, its line end included.
    pub(super) fn next_raw(&mut self) -> Result<&[u8], Unfit> {
        if !std::mem::take(&mut self.waiting) {
            self.line.clear();
            let read = (&mut self.input).take(LONGEST).read_until(b'\n', &mut self.line);
            read.map_err(|error| self.unfit(error))?;
            if self.line.last() != Some(&b'\n') {
                return Err(Unfit::Damaged("it ends before its last line".into()));
            }
        }
        Ok(&self.line)
    }

    /// Gives the line that was read last back.
    pub(super) fn put_back(&mut self) {
        self.waiting = true;
    }

    /// The next line, read.
    pub(super) fn next(&mut self) -> Result<Json, Unfit> {
        serde_json::from_slice(self.next_raw()?).map_err(|_| Unfit::Strange("a line of it cannot be read".into()))
    }

    /// The bytes behind the line that was read last.
    pub(super) fn bytes(&mut self) -> &mut impl Read {
        &mut self.input
    }

    /// After the last line nothing comes, and the seal ends. Answers length and SHA-256 of all of it.
    pub(super) fn end(&mut self) -> Result<(u64, String), Unfit> {
        let mut behind = [0u8; 1];
        let packed = self.input.read(&mut behind).map_err(|error| self.unfit(error))?;
        let sealed = self.input.get_mut().get_mut().read(&mut behind).map_err(|error| self.unfit(error))?;
        if packed + sealed > 0 {
            return Err(Unfit::Strange("something stands behind its last line".into()));
        }
        let passed = self.passed.lock().unwrap_or_else(PoisonError::into_inner);
        Ok((passed.bytes, hex(&passed.sha256.clone().finalize())))
    }

    /// What an error in the middle means, and where it is.
    pub(super) fn unfit(&self, error: io::Error) -> Unfit {
        match unfit(error) {
            Unfit::Damaged(_) => {
                let passed = self.passed.lock().unwrap_or_else(PoisonError::into_inner);
                Unfit::Damaged(match passed.is_over {
                    true => format!("its end is missing or was changed; it is {} bytes long", passed.bytes),
                    false => format!("it was changed before byte {}", passed.bytes),
                })
            }
            other => other,
        }
    }
}

/// What an error while reading means.
pub(super) fn unfit(error: io::Error) -> Unfit {
    match error.kind() {
        ErrorKind::InvalidData | ErrorKind::InvalidInput | ErrorKind::UnexpectedEof => Unfit::Damaged(error.to_string()),
        _ => Unfit::Source(error),
    }
}

fn of_head(error: age::DecryptError, passed: &Mutex<Passed>) -> Unfit {
    let passed = passed.lock().unwrap_or_else(PoisonError::into_inner);
    match error {
        age::DecryptError::NoMatchingKeys | age::DecryptError::DecryptionFailed | age::DecryptError::KeyDecryptionFailed => Unfit::OtherKey,
        age::DecryptError::InvalidMac => Unfit::Damaged("its first lines were changed".into()),
        age::DecryptError::Io(error) if error.kind() == ErrorKind::UnexpectedEof && passed.bytes == 0 => {
            Unfit::Damaged("it is empty".into())
        }
        age::DecryptError::Io(error) if error.kind() == ErrorKind::UnexpectedEof => {
            Unfit::Damaged(format!("it ends in its first lines; it is {} bytes long", passed.bytes))
        }
        age::DecryptError::Io(error) if error.kind() == ErrorKind::InvalidData => Unfit::NotSealed,
        age::DecryptError::Io(error) => Unfit::Source(error),
        age::DecryptError::InvalidHeader | age::DecryptError::UnknownFormat | age::DecryptError::ExcessiveWork { .. } => Unfit::NotSealed,
    }
}
