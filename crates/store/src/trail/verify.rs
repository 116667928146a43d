//! Walks the whole trail and says what does not fit, by lane and number.
//!
//! Every lane is walked in order, a page at a time: numbers without a gap, each hash made again, each link, each change
//! against its commitment, the journal's lines against their flush, the last entry against the lane's head. Then every
//! checkpoint: its signature, and that the heads it names are there. Then records and rights against the last change
//! that tells of them. A change that lost both body and salt was erased.
//! Start reading at [`verify`]. Proved by `crates/store/tests/it/trail.rs` and `crates/store/tests/it/trail_rows.rs`.

mod changes;
mod kept;
mod report;
mod shares;
mod told;

pub use report::{Bad, LaneHead, Report, Wrong};

use super::{Link, checkpoint};
use crate::sql::{Dialect, Row};
use crate::{Fault, Tx, postgres_side};
use catalogue::RowId;
use changes::Changes;
use ed25519_dalek::VerifyingKey;
use security::PrincipalId;

/// How many rows are in memory at once.
const PAGE: i64 = 256;

/// Walks everything. A finding is no fault: it stands in the report. Each lane is walked up to its first bad entry.
pub fn verify(tx: &mut Tx<'_>, key: &VerifyingKey) -> Result<Report, Fault> {
    let mut report = Report::default();
    for lane in lanes(tx)? {
        if let Some(bad) = Walk::new(lane).run(tx, &mut report)? {
            report.bad.push(bad);
        }
    }
    strays(tx, &mut report)?;
    checkpoints(tx, key, &mut report)?;
    let kinds = told::kinds(tx)?;
    for told in &kinds {
        kept::compare(tx, told, &mut report)?;
    }
    kept::gone(tx, &kinds, &mut report)?;
    shares::compare(tx, &mut report)?;
    Ok(report)
}

/// The lanes that must be there: those of this database, and those that came along when it was restored from another kind.
fn lanes(tx: &mut Tx<'_>) -> Result<std::ops::Range<i64>, Fault> {
    let own = match tx.dialect() {
        Dialect::Sqlite => 1,
        Dialect::Postgres => postgres_side::LANES,
    };
    let last = tx.row("SELECT max(lane) FROM sys_lanes", &[])?.map(|row| row.opt_int(0)).transpose()?.flatten();
    Ok(0..last.map_or(own, |last| own.max((last + 1).min(postgres_side::LANES))))
}

/// Where the walk through one lane is: what the next entry must link to.
struct Walk {
    lane: i64,
    number: i64,
    hash: Vec<u8>,
    time: i64,
    changes: Changes,
}

/// One entry as it lies there.
struct Entry {
    number: i64,
    previous: Vec<u8>,
    time: i64,
    actor: PrincipalId,
    channel: String,
    verb: String,
    verdict: String,
    subject: Option<(String, RowId)>,
    commitments: Vec<u8>,
    hash: Vec<u8>,
}

impl Walk {
    fn new(lane: i64) -> Walk {
        Walk { lane, number: 0, hash: vec![0; 32], time: i64::MIN, changes: Changes::of(lane) }
    }

    /// What cannot even be read is a finding, too: nobody else writes there.
    fn run(&mut self, tx: &mut Tx<'_>, report: &mut Report) -> Result<Option<Bad>, Fault> {
        match self.entries(tx, report) {
            Err(Fault::Broken(what)) => Ok(Some(self.bad(self.number + 1, Wrong::Unreadable(what)))),
            walked => walked,
        }
    }

    fn bad(&self, number: i64, wrong: Wrong) -> Bad {
        Bad { lane: Some(self.lane), number: Some(number), wrong }
    }

    fn entries(&mut self, tx: &mut Tx<'_>, report: &mut Report) -> Result<Option<Bad>, Fault> {
        let mut after = i64::MIN;
        loop {
            let page = tx.rows(
                "SELECT number, previous, time, actor, channel, verb, verdict, subject_set, subject_id, commitments, hash
                 FROM sys_trail WHERE lane = ?1 AND number > ?2 ORDER BY number LIMIT ?3",
                &[self.lane.into(), after.into(), PAGE.into()],
            )?;
            if page.is_empty() {
                break;
            }
            for row in &page {
                let entry = Entry::read(row)?;
                if let Some(wrong) = self.entry(tx, &entry, report)? {
                    return Ok(Some(self.bad(entry.number, wrong)));
                }
                after = entry.number;
            }
        }
        if let Some(number) = self.changes.next_number(tx)? {
            return Ok(Some(self.bad(number, Wrong::StrayChange)));
        }
        self.end(tx, report)
    }

    /// The number, the link, the hash, then what lies beside it.
    fn entry(&mut self, tx: &mut Tx<'_>, entry: &Entry, report: &mut Report) -> Result<Option<Wrong>, Fault> {
        if entry.number != self.number + 1 {
            return Ok(Some(Wrong::Gap));
        }
        if entry.previous != self.hash {
            return Ok(Some(Wrong::Link));
        }
        if entry.made_hash(self.lane) != entry.hash || entry.time < self.time {
            return Ok(Some(Wrong::Altered));
        }
        if let Some(wrong) = self.changes.compare(tx, entry.number, &entry.commitments, report)? {
            return Ok(Some(wrong));
        }
        if entry.verb == checkpoint::VERB && entry.verdict == "done" && !checkpoint_is_there(tx, entry)? {
            return Ok(Some(Wrong::CheckpointGone));
        }
        report.entries += 1;
        self.number = entry.number;
        self.hash.clone_from(&entry.hash);
        self.time = entry.time;
        Ok(None)
    }

    /// The head says where the lane ends; a tail that was cut off is missed here.
    fn end(&self, tx: &mut Tx<'_>, report: &mut Report) -> Result<Option<Bad>, Fault> {
        let head = tx.row("SELECT number, hash FROM sys_lanes WHERE lane = ?1", &[self.lane.into()])?;
        let Some(head) = head else {
            return Ok(Some(Bad { lane: Some(self.lane), number: None, wrong: Wrong::LaneGone }));
        };
        if head.int(0)? != self.number || head.bytes(1)? != self.hash {
            return Ok(Some(self.bad(head.int(0)?, Wrong::Tail { last: self.number })));
        }
        report.heads.push(LaneHead { lane: self.lane, number: self.number, hash: checkpoint::hex(&self.hash) });
        Ok(None)
    }
}

impl Entry {
    fn read(row: &Row) -> Result<Entry, Fault> {
        Ok(Entry {
            number: row.int(0)?,
            previous: row.bytes(1)?,
            time: row.int(2)?,
            actor: PrincipalId(row.id(3)?),
            channel: row.text(4)?,
            verb: row.text(5)?,
            verdict: row.text(6)?,
            subject: row.opt_text(7)?.zip(row.opt_id(8)?),
            commitments: row.bytes(9)?,
            hash: row.bytes(10)?,
        })
    }

    fn made_hash(&self, lane: i64) -> Vec<u8> {
        let link = Link {
            lane,
            number: self.number,
            previous: &self.previous,
            time: self.time,
            actor: self.actor,
            channel: &self.channel,
            verb: &self.verb,
            verdict: &self.verdict,
            subject: self.subject.as_ref().map(|(set, id)| (set.as_str(), *id)),
            commitments: &self.commitments,
        };
        link.hash()
    }
}

fn checkpoint_is_there(tx: &mut Tx<'_>, entry: &Entry) -> Result<bool, Fault> {
    let Some((_, id)) = &entry.subject else { return Ok(false) };
    Ok(tx.row("SELECT id FROM sys_checkpoints WHERE id = ?1", &[(*id).into()])?.is_some())
}

/// Entries and changes in lanes that do not exist.
fn strays(tx: &mut Tx<'_>, report: &mut Report) -> Result<(), Fault> {
    let lanes = lanes(tx)?;
    let rows = tx.rows(
        "SELECT lane, min(number) FROM (SELECT lane, number FROM sys_trail UNION ALL SELECT lane, number FROM sys_changes) found
         WHERE lane < ?1 OR lane >= ?2 GROUP BY lane ORDER BY lane",
        &[lanes.start.into(), lanes.end.into()],
    )?;
    for row in rows {
        report.bad.push(Bad { lane: row.opt_int(0)?, number: row.opt_int(1)?, wrong: Wrong::LaneUnknown });
    }
    Ok(())
}

/// Every checkpoint was signed by the key, and what it names is there.
fn checkpoints(tx: &mut Tx<'_>, key: &VerifyingKey, report: &mut Report) -> Result<(), Fault> {
    let mut after = RowId(uuid::Uuid::nil());
    loop {
        let page = tx.rows(
            "SELECT id, time, heads, signature FROM sys_checkpoints WHERE id > ?1 ORDER BY id LIMIT ?2",
            &[after.into(), PAGE.into()],
        )?;
        let Some(last) = page.last() else { return Ok(()) };
        after = last.id(0)?;
        for row in &page {
            report.checkpoints += 1;
            if let Some(bad) = one_checkpoint(tx, key, row)? {
                report.bad.push(bad);
            }
        }
    }
}

fn one_checkpoint(tx: &mut Tx<'_>, key: &VerifyingKey, row: &Row) -> Result<Option<Bad>, Fault> {
    let (id, heads) = (row.id(0)?, row.text(2)?);
    let forged = Bad { lane: None, number: None, wrong: Wrong::CheckpointForged(id) };
    if !checkpoint::is_signed(key, id, row.int(1)?, &heads, &row.bytes(3)?) {
        return Ok(Some(forged));
    }
    let Some(heads) = checkpoint::parse(&heads) else { return Ok(Some(forged)) };
    for head in heads.iter().filter(|head| head.number > 0) {
        let there = tx.row("SELECT hash FROM sys_trail WHERE lane = ?1 AND number = ?2", &[head.lane.into(), head.number.into()])?;
        let hash = there.map(|row| row.bytes(0)).transpose()?;
        if hash.map(|hash| checkpoint::hex(&hash)) != Some(head.hash.clone()) {
            let wrong = Wrong::CheckpointHead(id);
            return Ok(Some(Bad { lane: Some(head.lane), number: Some(head.number), wrong }));
        }
    }
    Ok(None)
}
