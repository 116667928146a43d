//! What a walk through the trail found.
//!
//! [`Report::is_whole`] is the answer; [`Bad`] names lane and number and what is wrong there. The heads are for keeping
//! elsewhere: who has them can tell later whether the trail was cut.
//! Not here: the walk ([`super::verify`]). Proved by `crates/store/tests/it/trail.rs`.

use catalogue::RowId;
use std::fmt;

/// What was walked, and what does not fit.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Report {
    /// Entries that fit.
    pub entries: u64,
    /// Changes that fit their commitment.
    pub changes: u64,
    /// Changes whose bytes were taken out.
    pub erased: u64,
    /// Records and rights compared with the last change that tells of them.
    pub records: u64,
    /// Checkpoints looked at.
    pub checkpoints: u64,
    /// Where each whole lane ends.
    pub heads: Vec<LaneHead>,
    /// What does not fit, lane by lane; the first one of each lane.
    pub bad: Vec<Bad>,
}

/// Where a lane ends.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LaneHead {
    /// The lane.
    pub lane: i64,
    /// The number of its last entry; 0 for none.
    pub number: i64,
    /// The hash of that entry, in hexadecimal.
    pub hash: String,
}

/// One thing that does not fit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bad {
    /// In which lane; `None` for a checkpoint as such.
    pub lane: Option<i64>,
    /// At which entry.
    pub number: Option<i64>,
    /// What.
    pub wrong: Wrong,
}

/// What is wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Wrong {
    /// An entry before this one is missing, or this one is not where it belongs.
    Gap,
    /// It does not follow on the entry before it.
    Link,
    /// The entry says something else than when it was written.
    Altered,
    /// A change beside it says something else than when it was written.
    ChangeAltered(i64),
    /// A change beside it lost either body or salt; erasing takes both.
    ChangeHalfErased(i64),
    /// A change beside it is missing.
    ChangeGone(i64),
    /// A change lies there that no entry knows.
    StrayChange,
    /// Lines of the reading journal are not those that were flushed.
    Journal,
    /// The lane ends elsewhere than its head says.
    Tail {
        /// The last entry that is there.
        last: i64,
    },
    /// The head of the lane is missing.
    LaneGone,
    /// Entries lie in a lane that does not exist.
    LaneUnknown,
    /// Something there cannot be read at all.
    Unreadable(String),
    /// The entry of a checkpoint is there, the checkpoint is not.
    CheckpointGone,
    /// The checkpoint was not signed by the key of this trail.
    CheckpointForged(RowId),
    /// The checkpoint names an entry that is not there, or not so.
    CheckpointHead(RowId),
    /// What is kept is not what the last change of it says. Lane and number are those of its last change.
    RecordAltered {
        /// Of which table.
        set: String,
        /// Which row.
        row: RowId,
        /// In which column.
        column: String,
    },
    /// A row that no change tells of.
    RecordUnknown {
        /// Of which table.
        set: String,
        /// Which row.
        row: RowId,
    },
    /// A row that was deleted, and is there.
    RecordBack {
        /// Of which table.
        set: String,
        /// Which row.
        row: RowId,
    },
    /// A row that is gone, and was not deleted.
    RecordGone {
        /// Of which table.
        set: String,
        /// Which row.
        row: RowId,
    },
    /// A live share of this row that nobody gave, or that was ended.
    ShareUnknown {
        /// Of which table.
        set: String,
        /// Which row.
        row: RowId,
    },
}

impl Report {
    /// True when everything fits.
    pub fn is_whole(&self) -> bool {
        self.bad.is_empty()
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} entries, {} changes, {} erased, {} checkpoints, {} records",
            self.entries, self.changes, self.erased, self.checkpoints, self.records
        )?;
        self.bad.iter().try_for_each(|bad| write!(f, "\n{bad}"))
    }
}

impl fmt::Display for Bad {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.lane, self.number) {
            (Some(lane), Some(number)) => write!(f, "lane {lane}, entry {number}: {}", self.wrong),
            (Some(lane), None) => write!(f, "lane {lane}: {}", self.wrong),
            (None, _) => self.wrong.fmt(f),
        }
    }
}

impl fmt::Display for Wrong {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Wrong::Gap => f.write_str("an entry before it is missing"),
            Wrong::Link => f.write_str("it does not follow on the entry before it"),
            Wrong::Altered => f.write_str("it was altered"),
            Wrong::ChangeAltered(seq) => write!(f, "its change {seq} was altered"),
            Wrong::ChangeHalfErased(seq) => write!(f, "its change {seq} was taken out by half"),
            Wrong::ChangeGone(seq) => write!(f, "its change {seq} is missing"),
            Wrong::StrayChange => f.write_str("a change lies there that no entry knows"),
            Wrong::Journal => f.write_str("the lines of the reading journal are not those that were written"),
            Wrong::Tail { last } => write!(f, "the lane should end here, and ends at {last}"),
            Wrong::LaneGone => f.write_str("its head is missing"),
            Wrong::LaneUnknown => f.write_str("this lane does not exist"),
            Wrong::Unreadable(what) => write!(f, "it cannot be read: {what}"),
            Wrong::CheckpointGone => f.write_str("its checkpoint is missing"),
            Wrong::CheckpointForged(id) => write!(f, "checkpoint `{id}` was not signed by the key of this trail"),
            Wrong::CheckpointHead(id) => write!(f, "checkpoint `{id}` names another entry here"),
            Wrong::RecordAltered { set, row, column } => write!(f, "`{column}` of `{set}` `{row}` is not what its last change says"),
            Wrong::RecordUnknown { set, row } => write!(f, "`{set}` `{row}` is there, and no change tells of it"),
            Wrong::RecordBack { set, row } => write!(f, "`{set}` `{row}` was deleted, and is there"),
            Wrong::RecordGone { set, row } => write!(f, "`{set}` `{row}` is gone, and was not deleted"),
            Wrong::ShareUnknown { set, row } => write!(f, "a share of `{set}` `{row}` is live that nobody gave, or that was ended"),
        }
    }
}
