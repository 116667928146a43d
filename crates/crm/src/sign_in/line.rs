//! Who compares a password stands in line: few do it at once, and the line is short.
//!
//! Argon2id takes 19 MiB and tens of milliseconds each time, for whoever knocks. Without a line a thousand strangers at
//! once would take all memory; whoever finds it full waits and tries again, like somebody who is guessing.
//! Not here: how often one may try ([`super::throttle`]). Start reading at [`Turn::take`].
//! Proved by `crates/crm/tests/it/attacks.rs`.

use std::sync::{Condvar, Mutex, PoisonError};

/// Passwords compared at once.
const AT_ONCE: usize = 4;
/// And so many who wait for their turn.
const WAITING: usize = 60;

static LINE: Mutex<Line> = Mutex::new(Line { working: 0, waiting: 0 });
static NEXT: Condvar = Condvar::new();

struct Line {
    working: usize,
    waiting: usize,
}

/// A turn at comparing a password; it is over when this is dropped.
pub(super) struct Turn(());

impl Turn {
    /// Waits for a turn; none when the line is full.
    pub(super) fn take() -> Option<Turn> {
        let mut line = LINE.lock().unwrap_or_else(PoisonError::into_inner);
        if line.waiting >= WAITING {
            return None;
        }
        line.waiting += 1;
        while line.working >= AT_ONCE {
            line = NEXT.wait(line).unwrap_or_else(PoisonError::into_inner);
        }
        line.waiting -= 1;
        line.working += 1;
        Some(Turn(()))
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        LINE.lock().unwrap_or_else(PoisonError::into_inner).working -= 1;
        NEXT.notify_one();
    }
}
