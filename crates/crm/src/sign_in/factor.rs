//! The second factor: a secret that a telephone shares with us, and the codes both make of it and the time.
//!
//! RFC 6238 with what every such app knows: SHA-1, six digits, steps of 30 seconds. A clock may be one step off. Each
//! step counts once, so a code that was watched is worth nothing; instead of a code one of ten recovery codes is taken,
//! each once. Whoever tries codes waits like whoever tries passwords.
//! Not here: when one is asked for ([`super::open`], [`crate::Desk`]). Start reading at [`spend`].
//! Proved by `crates/crm/tests/it/second_factor.rs`.

use super::secret::hex;
use super::throttle::Counts;
use crate::Done;
use security::PrincipalId;
use sha2::{Digest, Sha256};
use std::net::IpAddr;
use store::accounts::{self, Factor};
use store::{Fault, Tx};
use totp_rs::{Builder, Secret, Totp};

const SECOND: i64 = 1_000_000;
/// How many recovery codes somebody is given.
const RECOVERY_CODES: usize = 10;
/// Letters and digits that are not taken for one another.
const LETTERS: &[u8; 32] = b"abcdefghijkmnpqrstuvwxyz23456789";

/// Which of the two was spent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Spent {
    /// A code of the device.
    Code,
    /// A recovery code.
    RecoveryCode,
}

/// Why a code was not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Untaken {
    /// Too many tries.
    Wait(i64),
    /// It does not fit, or was used before.
    Wrong,
}

/// Spends a code of somebody who has a factor that counts: counted as a try first, taken once at most.
pub(super) fn spend(tx: &mut Tx<'_>, user: PrincipalId, code: &str, place: Option<IpAddr>) -> Done<Result<Spent, Untaken>> {
    let counts = counts(user, place);
    if let Some(seconds) = counts.begin(tx)? {
        return Ok(Err(Untaken::Wait(seconds)));
    }
    let factor = accounts::factor(tx, user)?.filter(|factor| factor.confirmed_on.is_some());
    let spent = match factor {
        None => None,
        Some(factor) => fit(tx, user, &factor, code)?,
    };
    match spent {
        Some(spent) => {
            counts.succeeded(tx)?;
            Ok(Ok(spent))
        }
        None => {
            counts.failed(tx)?;
            Ok(Err(Untaken::Wrong))
        }
    }
}

/// Spends the first code of a factor that is to be confirmed with it.
pub(super) fn spend_first(
    tx: &mut Tx<'_>,
    user: PrincipalId,
    factor: &Factor,
    code: &str,
    place: Option<IpAddr>,
) -> Done<Result<(), Untaken>> {
    let counts = counts(user, place);
    if let Some(seconds) = counts.begin(tx)? {
        return Ok(Err(Untaken::Wait(seconds)));
    }
    if use_code(tx, factor, &plain(code))? {
        counts.succeeded(tx)?;
        return Ok(Ok(()));
    }
    counts.failed(tx)?;
    Ok(Err(Untaken::Wrong))
}

fn fit(tx: &mut Tx<'_>, user: PrincipalId, factor: &Factor, code: &str) -> Result<Option<Spent>, Fault> {
    let code = plain(code);
    if code.len() == 6 && code.bytes().all(|b| b.is_ascii_digit()) {
        return Ok(use_code(tx, factor, &code)?.then_some(Spent::Code));
    }
    let is_used = accounts::use_recovery_code(tx, user, &recovery_hash(user, &code))?;
    Ok(is_used.then_some(Spent::RecoveryCode))
}

fn use_code(tx: &mut Tx<'_>, factor: &Factor, code: &str) -> Result<bool, Fault> {
    let Some(totp) = factor.secret.as_deref().map(totp) else { return Ok(false) };
    let seconds = u64::try_from(tx.now() / SECOND).unwrap_or(0);
    match totp?.check(code, seconds).and_then(|step| i64::try_from(step).ok()) {
        Some(step) => accounts::use_step(tx, factor.id, step),
        None => Ok(false),
    }
}

/// What is typed with blanks, hyphens or capitals is the same code.
fn plain(code: &str) -> String {
    code.chars().filter(|c| !c.is_whitespace() && *c != '-').flat_map(char::to_lowercase).take(64).collect()
}

fn totp(secret: &[u8]) -> Result<Totp, Fault> {
    let built = Builder::new().with_secret(Secret::from(secret)).with_skew(1).with_step_duration(30).with_digits(6).build();
    built.map_err(|e| Fault::broken(format!("a second factor: {e}")))
}

/// A new secret of 160 bits.
pub(super) fn new_secret(tx: &Tx<'_>) -> [u8; 20] {
    tx.random()
}

/// The secret as apps take it by hand: letters and digits.
pub(super) fn spelled(secret: &[u8]) -> String {
    Secret::from(secret).to_base32()
}

/// Ten new recovery codes in place of those before; shown once.
pub(super) fn new_recovery_codes(tx: &mut Tx<'_>, user: PrincipalId) -> Result<Vec<String>, Fault> {
    let codes: Vec<String> = (0..RECOVERY_CODES).map(|_| recovery_code(tx)).collect();
    let hashes: Vec<[u8; 32]> = codes.iter().map(|code| recovery_hash(user, &plain(code))).collect();
    accounts::set_recovery_codes(tx, user, &hashes)?;
    Ok(codes)
}

/// 80 bits in four groups.
fn recovery_code(tx: &Tx<'_>) -> String {
    let letter = |byte: &u8| LETTERS.get(usize::from(byte % 32)).copied().map_or('a', char::from);
    let letters: Vec<char> = tx.random::<16>().iter().map(letter).collect();
    letters.chunks(4).map(|group| group.iter().collect::<String>()).collect::<Vec<_>>().join("-")
}

fn recovery_hash(user: PrincipalId, code: &str) -> [u8; 32] {
    let mut sum = Sha256::new();
    sum.update(b"castellan recovery 1\0");
    sum.update(user.to_string().as_bytes());
    sum.update(b"\0");
    sum.update(code.as_bytes());
    sum.finalize().into()
}

/// Codes are counted apart from passwords, by whose they are.
fn counts(user: PrincipalId, place: Option<IpAddr>) -> Counts {
    Counts::of(&format!("code of {}", hex(user.0.0.as_bytes())), place)
}
