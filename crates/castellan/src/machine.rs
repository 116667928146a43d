//! What only the machine knows: the hour and randomness. Everything else is handed them as arguments (law 12).
//!
//! Not here: anything that decides. This is the one file that may ask the system clock.
//! Proved by `xtask/tests/it/rooms.rs`.

use std::time::{SystemTime, UNIX_EPOCH};

/// The system clock, in microseconds since 1970-01-01 UTC.
pub struct SystemClock;

impl store::Clock for SystemClock {
    #[allow(clippy::disallowed_methods, reason = "the one place that may")]
    fn now(&self) -> i64 {
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        i64::try_from(since.as_micros()).unwrap_or(i64::MAX)
    }
}

/// The randomness of the operating system.
pub struct SystemChance;

impl store::Chance for SystemChance {
    fn fill(&self, bytes: &mut [u8]) {
        // WHY: without randomness no token is secret; going on would be worse than stopping.
        if getrandom::fill(bytes).is_err() {
            std::process::abort();
        }
    }
}
