//! The changes of one lane, in the order of its entries, a page at a time.
//!
//! They come in step with the entries: what is left over before or behind an entry belongs to none.
//! Not here: the entries ([`super`]). Proved by `crates/store/tests/it/trail.rs`.

use super::{Report, Wrong};
use crate::trail::commitment;
use crate::{Fault, Tx, journal};
use catalogue::RowId;
use std::collections::VecDeque;

/// Bodies may be large, so few are in memory at once.
const PAGE: i64 = 64;

pub(super) struct Changes {
    lane: i64,
    waiting: VecDeque<Line>,
    after: (i64, i64),
    ended: bool,
}

struct Line {
    number: i64,
    seq: i64,
    set: String,
    row: RowId,
    body: Option<String>,
    salt: Option<Vec<u8>>,
}

impl Changes {
    pub(super) fn of(lane: i64) -> Changes {
        Changes { lane, waiting: VecDeque::new(), after: (i64::MIN, i64::MIN), ended: false }
    }

    /// The entry that the next change says it belongs to.
    pub(super) fn next_number(&mut self, tx: &mut Tx<'_>) -> Result<Option<i64>, Fault> {
        self.fill(tx)?;
        Ok(self.waiting.front().map(|line| line.number))
    }

    fn fill(&mut self, tx: &mut Tx<'_>) -> Result<(), Fault> {
        if self.ended || !self.waiting.is_empty() {
            return Ok(());
        }
        let page = tx.rows(
            "SELECT number, seq, set_name, row_id, body, salt FROM sys_changes
             WHERE lane = ?1 AND (number, seq) > (?2, ?3) ORDER BY number, seq LIMIT ?4",
            &[self.lane.into(), self.after.0.into(), self.after.1.into(), PAGE.into()],
        )?;
        self.ended = page.is_empty();
        for row in page {
            let salt = if row.get(5)?.is_null() { None } else { Some(row.bytes(5)?) };
            let line = Line { number: row.int(0)?, seq: row.int(1)?, set: row.text(2)?, row: row.id(3)?, body: row.opt_text(4)?, salt };
            self.after = (line.number, line.seq);
            self.waiting.push_back(line);
        }
        Ok(())
    }

    /// Whether the changes beside this entry are those it committed to, no more and no fewer.
    pub(super) fn compare(
        &mut self,
        tx: &mut Tx<'_>,
        number: i64,
        commitments: &[u8],
        report: &mut Report,
    ) -> Result<Option<Wrong>, Fault> {
        for (seq, committed) in (0..).zip(commitments.chunks(32)) {
            let next = self.next_number(tx)?;
            if next.is_some_and(|next| next < number) {
                return Ok(Some(Wrong::StrayChange));
            }
            let line = if next == Some(number) { self.waiting.pop_front() } else { None };
            let Some(line) = line.filter(|line| line.seq == seq) else {
                return Ok(Some(Wrong::ChangeGone(seq)));
            };
            if let Some(wrong) = line.compare(tx, committed, report)? {
                return Ok(Some(wrong));
            }
        }
        let left = self.next_number(tx)?.is_some_and(|next| next <= number);
        Ok(left.then_some(Wrong::StrayChange))
    }
}

impl Line {
    fn compare(&self, tx: &mut Tx<'_>, committed: &[u8], report: &mut Report) -> Result<Option<Wrong>, Fault> {
        match (&self.body, &self.salt) {
            (None, None) => report.erased += 1,
            (None, Some(_)) | (Some(_), None) => return Ok(Some(Wrong::ChangeHalfErased(self.seq))),
            (Some(body), Some(salt)) => {
                if commitment(salt, &self.set, self.row, body) != committed {
                    return Ok(Some(Wrong::ChangeAltered(self.seq)));
                }
                if self.set == journal::SET && !journal::fits(tx, self.row, body)? {
                    return Ok(Some(Wrong::Journal));
                }
                report.changes += 1;
            }
        }
        Ok(None)
    }
}
