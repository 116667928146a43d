//! Whoever guesses waits, longer each time; the person whose password is guessed still gets in.
//!
//! Three counts: of an address from one place (strict), of an address from anywhere (loose), of a place (for guessing
//! many addresses). A place from which the person signed in before is *familiar*: there only the first count holds, so
//! that strangers elsewhere cannot lock anybody out. No wait is longer than 15 minutes and none is for ever.
//! Not here: where the counts are kept (`store`). Source: NIST SP 800-63B-4, 3.2.2. Proved by `crates/crm/tests/it/sign_in.rs`.

use super::{DAY, HOUR, MINUTE};
use catalogue::text;
use sha2::{Digest, Sha256};
use std::net::IpAddr;
use store::accounts::{self, ThrottlePolicy};
use store::{Fault, Tx};

const SECOND: i64 = 1_000_000;
const HERE: ThrottlePolicy = ThrottlePolicy { free: 5, first: SECOND, longest: 15 * MINUTE, window: DAY };
const ANYWHERE: ThrottlePolicy = ThrottlePolicy { free: 20, first: SECOND, longest: 15 * MINUTE, window: DAY };
const PLACE: ThrottlePolicy = ThrottlePolicy { free: 100, first: SECOND, longest: 15 * MINUTE, window: HOUR };
/// Visits are counted like failures that never cost anything.
const FAMILIAR: ThrottlePolicy = ThrottlePolicy { free: i64::MAX, first: 0, longest: 0, window: 180 * DAY };

/// What is counted of one try.
#[derive(Clone, Copy, Debug)]
pub(super) struct Counts {
    here: [u8; 32],
    anywhere: [u8; 32],
    place: [u8; 32],
    familiar: [u8; 32],
}

impl Counts {
    /// The counts of a try with this address from this place.
    pub(super) fn of(email: &str, place: Option<IpAddr>) -> Counts {
        let (email, place) = (text::address_key(email), place_key(place));
        Counts {
            here: subject("here", &[&email, &place]),
            anywhere: subject("anywhere", &[&email]),
            place: subject("place", &[&place]),
            familiar: subject("familiar", &[&email, &place]),
        }
    }

    /// Seconds to wait, when somebody has to. Otherwise the try is counted as failed before the password is looked at,
    /// so that a thousand tries at once are a thousand tries.
    pub(super) fn begin(&self, tx: &mut Tx<'_>) -> Result<Option<i64>, Fault> {
        let familiar = accounts::throttle(tx, &self.familiar)?.failures > 0;
        let strict = accounts::throttle(tx, &self.here)?.blocked_until;
        let loose = accounts::throttle(tx, &self.anywhere)?.blocked_until.max(accounts::throttle(tx, &self.place)?.blocked_until);
        let until = if familiar { strict } else { strict.max(loose) };
        if until > tx.now() {
            return Ok(Some((until - tx.now() + SECOND - 1) / SECOND));
        }
        accounts::fail(tx, &self.here, &HERE)?;
        accounts::fail(tx, &self.anywhere, &ANYWHERE)?;
        Ok(None)
    }

    /// The password was wrong.
    pub(super) fn failed(&self, tx: &mut Tx<'_>) -> Result<(), Fault> {
        accounts::fail(tx, &self.place, &PLACE).map(drop)
    }

    /// What was counted is forgotten, and the place is familiar from now on.
    pub(super) fn succeeded(&self, tx: &mut Tx<'_>) -> Result<(), Fault> {
        self.right(tx)?;
        self.familiar(tx)
    }

    /// It was right: what was counted is forgotten.
    pub(super) fn right(&self, tx: &mut Tx<'_>) -> Result<(), Fault> {
        accounts::succeed(tx, &self.here)?;
        accounts::succeed(tx, &self.anywhere)
    }

    /// The person is in: the place is familiar from now on.
    pub(super) fn familiar(&self, tx: &mut Tx<'_>) -> Result<(), Fault> {
        accounts::fail(tx, &self.familiar, &FAMILIAR).map(drop)
    }
}

/// What is counted of one ask for a reset. It is counted for every address alike, so the wait tells nothing.
#[derive(Clone, Copy, Debug)]
pub(super) struct ResetCounts {
    email: [u8; 32],
    place: [u8; 32],
}

/// Three letters cost nothing; nobody's mailbox is filled by somebody who knows the address.
const LETTERS: ThrottlePolicy = ThrottlePolicy { free: 3, first: MINUTE, longest: 15 * MINUTE, window: HOUR };
const LETTERS_FROM: ThrottlePolicy = ThrottlePolicy { free: 30, first: SECOND, longest: 15 * MINUTE, window: HOUR };

impl ResetCounts {
    /// The counts of an ask for this address from this place.
    pub(super) fn of(email: &str, place: Option<IpAddr>) -> ResetCounts {
        let (email, place) = (text::address_key(email), place_key(place));
        ResetCounts { email: subject("reset of", &[&email]), place: subject("reset from", &[&place]) }
    }

    /// Seconds to wait, when somebody has to; otherwise the ask is counted.
    pub(super) fn begin(&self, tx: &mut Tx<'_>) -> Result<Option<i64>, Fault> {
        let until = accounts::throttle(tx, &self.email)?.blocked_until.max(accounts::throttle(tx, &self.place)?.blocked_until);
        if until > tx.now() {
            return Ok(Some((until - tx.now() + SECOND - 1) / SECOND));
        }
        accounts::fail(tx, &self.email, &LETTERS)?;
        accounts::fail(tx, &self.place, &LETTERS_FROM)?;
        Ok(None)
    }
}

/// One place: an IPv4 address, or the network of 64 bits that one household or server gets of IPv6.
fn place_key(place: Option<IpAddr>) -> String {
    match place.map(|ip| ip.to_canonical()) {
        None => String::new(),
        Some(IpAddr::V4(ip)) => ip.to_string(),
        Some(IpAddr::V6(ip)) => ip.segments().iter().take(4).map(|part| format!("{part:x}:")).collect(),
    }
}

/// A hash, so that the counts do not tell whose they are.
fn subject(kind: &str, parts: &[&str]) -> [u8; 32] {
    let mut sum = Sha256::new();
    for part in std::iter::once(&kind).chain(parts) {
        sum.update((part.len() as u64).to_be_bytes());
        sum.update(part.as_bytes());
    }
    sum.finalize().into()
}
