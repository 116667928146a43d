//! Who compares a password stands in line: few do it at once, and the line is short.
//!
//! Argon2id takes 19 MiB and tens of milliseconds each time, for whoever knocks. Without a line a thousand strangers at
//! once would take all memory; whoever finds it full waits and tries again, like somebody who is guessing.
//! Not here: how often one may try ([`super::throttle`]). Start reading at [`Line::turn`]. Proved by the test below.

use std::sync::{Condvar, Mutex, PoisonError};

/// The line of this process: so many compare at once, and so many wait.
pub(super) static LINE: Line = Line::of(4, 60);

/// A line.
pub(super) struct Line {
    standing: Mutex<Standing>,
    next: Condvar,
    at_once: usize,
    longest: usize,
}

struct Standing {
    working: usize,
    waiting: usize,
}

/// A turn; it is over when this is dropped.
pub(super) struct Turn<'l>(&'l Line);

impl Line {
    const fn of(at_once: usize, longest: usize) -> Line {
        Line { standing: Mutex::new(Standing { working: 0, waiting: 0 }), next: Condvar::new(), at_once, longest }
    }

    /// Waits for a turn; none when the line is full.
    pub(super) fn turn(&self) -> Option<Turn<'_>> {
        let mut standing = self.standing.lock().unwrap_or_else(PoisonError::into_inner);
        if standing.working >= self.at_once && standing.waiting >= self.longest {
            return None;
        }
        standing.waiting += 1;
        while standing.working >= self.at_once {
            standing = self.next.wait(standing).unwrap_or_else(PoisonError::into_inner);
        }
        standing.waiting -= 1;
        standing.working += 1;
        Some(Turn(self))
    }
}

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        self.0.standing.lock().unwrap_or_else(PoisonError::into_inner).working -= 1;
        self.0.next.notify_one();
    }
}

#[cfg(test)]
mod tests {
    use super::{LINE, Line};

    #[test]
    fn few_work_at_once_some_wait_and_whoever_comes_then_is_turned_away() {
        let line = Line::of(2, 1);
        std::thread::scope(|scope| {
            let working = (line.turn(), line.turn());
            assert!(working.0.is_some() && working.1.is_some());
            let third = scope.spawn(|| line.turn().is_some());
            while line.standing.lock().is_ok_and(|standing| standing.waiting == 0) {
                std::thread::yield_now();
            }
            assert!(line.turn().is_none(), "the line is full");
            drop(working);
            assert!(third.join().is_ok_and(|had_a_turn| had_a_turn));
        });
        assert!(line.turn().is_some(), "a turn that is over is free again");
    }

    #[test]
    fn the_line_of_this_process_is_short() {
        assert!(LINE.at_once * 19 <= 100 && LINE.longest <= 100, "at most 100 MiB, and a hundred who wait");
    }
}
