//! The reading journal: who opened, listed or searched what, and what was refused.
//!
//! A [`Journal`] is a bounded queue in memory that never makes a reader wait: when it is full the oldest line goes, and
//! that is counted. [`Journal::flush`] writes what waits as one change with one entry of the trail; a [`JournalThread`]
//! does so every second. Refusals are summed per session and minute, alike for an id that is unknown and one that may
//! not be read. The last use of a session rides along, at most once a minute.
//! Not here: what was changed ([`crate::trail`]). Start reading at [`Journal`]. Proved by `crates/store/tests/it/journal.rs`.

mod flush;
mod thread;

pub(crate) use flush::{SET, fits};
pub use thread::JournalThread;

use catalogue::RowId;
use security::PrincipalId;
use std::collections::{HashMap, VecDeque};
use std::sync::{Mutex, MutexGuard, PoisonError};

const MINUTE: i64 = 60_000_000;
/// Longer texts are cut: the journal says what was asked, it is not a place to put things.
const LONGEST: usize = 1000;

/// What a reader did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReadingKind {
    /// Opened one record.
    Opened,
    /// Got one page of a list.
    Listed,
    /// Got one page of hits.
    Searched,
    /// Was refused, or asked for what is not there.
    Refused,
}

impl ReadingKind {
    /// Its stable name.
    pub fn name(self) -> &'static str {
        match self {
            ReadingKind::Opened => "opened",
            ReadingKind::Listed => "listed",
            ReadingKind::Searched => "searched",
            ReadingKind::Refused => "refused",
        }
    }
}

/// One thing that was read.
#[derive(Clone, Debug)]
pub struct Reading {
    /// When, in microseconds.
    pub time: i64,
    /// By whom.
    pub user: PrincipalId,
    /// In which session.
    pub session: Option<RowId>,
    /// What was done.
    pub kind: ReadingKind,
    /// Of which table.
    pub set: Option<String>,
    /// The record opened.
    pub row: Option<RowId>,
    /// The query, as it was asked.
    pub query: Option<String>,
    /// How many rows were shown.
    pub rows: u32,
    /// The key of the first row of the page.
    pub first: Option<String>,
    /// The key of the last row of the page.
    pub last: Option<String>,
}

impl Reading {
    /// A reading of this kind at this moment; the desk fills in by whom.
    pub fn new(kind: ReadingKind, time: i64) -> Reading {
        let user = PrincipalId(RowId(uuid::Uuid::nil()));
        Reading { time, user, session: None, kind, set: None, row: None, query: None, rows: 0, first: None, last: None }
    }
}

/// Which refusals are summed in one line.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct RefusedIn {
    user: PrincipalId,
    session: Option<RowId>,
    set: Option<String>,
    minute: i64,
}

#[derive(Clone, Copy, Debug)]
struct Sum {
    time: i64,
    count: i64,
    /// The count that is written, and in which line.
    written: Option<(RowId, i64)>,
}

#[derive(Default)]
struct Waiting {
    readings: VecDeque<Reading>,
    refused: HashMap<RefusedIn, Sum>,
    used: HashMap<RowId, i64>,
    used_written: HashMap<RowId, i64>,
    dropped: u64,
    dropped_ever: u64,
}

/// What was read lately, waiting to be written.
pub struct Journal {
    waiting: Mutex<Waiting>,
    /// Held while a flush runs, so that two do not mix.
    flushing: Mutex<()>,
    room: usize,
}

impl Journal {
    /// A journal with room for this many lines that wait.
    pub fn new(room: usize) -> Journal {
        Journal { waiting: Mutex::default(), flushing: Mutex::default(), room: room.max(1) }
    }

    /// Notes a reading. Never waits for the disk.
    pub fn note(&self, mut reading: Reading) {
        let mut waiting = self.waiting();
        if reading.kind == ReadingKind::Refused {
            return waiting.refuse(&reading, self.room);
        }
        for text in [&mut reading.query, &mut reading.first, &mut reading.last].into_iter().flatten() {
            cut(text);
        }
        waiting.readings.push_back(reading);
        waiting.make_room(self.room);
    }

    /// Notes that a session was used.
    pub fn used(&self, session: RowId, time: i64) {
        let mut waiting = self.waiting();
        let is_due = waiting.used_written.get(&session).is_none_or(|written| time - written >= MINUTE);
        if is_due && (waiting.used.len() < self.room || waiting.used.contains_key(&session)) {
            waiting.used.insert(session, time);
        }
    }

    /// How many lines were lost since the start because nothing could be written.
    pub fn lost(&self) -> u64 {
        self.waiting().dropped_ever
    }

    fn waiting(&self) -> MutexGuard<'_, Waiting> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Waiting {
    fn refuse(&mut self, reading: &Reading, room: usize) {
        let (user, session, set) = (reading.user, reading.session, reading.set.clone());
        let key = RefusedIn { user, session, set, minute: reading.time.div_euclid(MINUTE) };
        if let Some(sum) = self.refused.get_mut(&key) {
            sum.count += 1;
        } else if self.refused.len() < room {
            self.refused.insert(key, Sum { time: reading.time, count: 1, written: None });
        } else {
            self.drop_one();
        }
    }

    fn make_room(&mut self, room: usize) {
        while self.readings.len() > room {
            self.readings.pop_front();
            self.drop_one();
        }
    }

    fn drop_one(&mut self) {
        self.dropped += 1;
        self.dropped_ever += 1;
    }
}

fn cut(text: &mut String) {
    if let Some((end, _)) = text.char_indices().nth(LONGEST) {
        text.truncate(end);
    }
}
