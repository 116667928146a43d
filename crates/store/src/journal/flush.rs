//! How waiting lines get into the database: one write, one entry of the trail.
//!
//! The entry commits to the SHA-256 of the lines it wrote, so that `audit verify` notices a line that was changed or
//! taken out ([`fits`]). The sum of a refusal grows until its minute is over, so it stands beside that digest, not in it.
//! Not here: what waits ([`super::Journal`]). Start reading at [`Journal::flush`].
//! Proved by `crates/store/tests/it/journal.rs`.

use super::{Journal, MINUTE, Reading, ReadingKind, RefusedIn};
use crate::sql::Sql;
use crate::trail::checkpoint::hex;
use crate::{Fault, Stamp, Store, Tx};
use catalogue::{RowId, Value};
use security::PrincipalId;
use serde_json::json;
use sha2::{Digest, Sha256};
use std::sync::{Arc, PoisonError};

/// The set under which a flush stands among the changes.
pub(crate) const SET: &str = "journal";
/// Lines that one write takes: the writer is everybody's.
const BATCH: usize = 512;
/// Lines that one statement takes.
const TOGETHER: usize = 32;

/// One line as it is written. For a refusal `rows` is how often.
struct Line {
    id: RowId,
    reading: Reading,
    rows: i64,
}

/// What one write takes.
#[derive(Default)]
struct Batch {
    readings: Vec<Reading>,
    /// Refusals that are not written yet.
    refused: Vec<(RefusedIn, i64, i64)>,
    /// Refusals whose written sum has grown: line and sum.
    grown: Vec<(RefusedIn, RowId, i64)>,
    used: Vec<(RowId, i64)>,
    dropped: u64,
}

impl Batch {
    fn is_empty(&self) -> bool {
        self.readings.is_empty() && self.refused.is_empty() && self.grown.is_empty() && self.used.is_empty() && self.dropped == 0
    }
}

impl Journal {
    /// Writes everything that waits; answers how many lines. What could not be written waits on.
    pub fn flush(&self, store: &Store) -> Result<usize, Fault> {
        let _alone = self.flushing.lock().unwrap_or_else(PoisonError::into_inner);
        let mut lines = 0;
        loop {
            let batch = Arc::new(self.take());
            if batch.is_empty() {
                self.forget(store.now());
                return Ok(lines);
            }
            let write = batch.clone();
            match store.write(move |tx| write_batch(tx, &write)) {
                Ok(ids) => {
                    self.written(&batch, &ids);
                    lines += batch.readings.len() + batch.refused.len();
                }
                Err(fault) => {
                    self.put_back(&batch);
                    return Err(fault);
                }
            }
        }
    }

    fn take(&self) -> Batch {
        let mut waiting = self.waiting();
        let mut batch = Batch { dropped: std::mem::take(&mut waiting.dropped), ..Batch::default() };
        let count = waiting.readings.len().min(BATCH);
        batch.readings.extend(waiting.readings.drain(..count));
        for (key, sum) in waiting.refused.iter().filter(|(_, sum)| sum.written.is_none_or(|(_, count)| count < sum.count)).take(BATCH) {
            match sum.written {
                None => batch.refused.push((key.clone(), sum.time, sum.count)),
                Some((id, _)) => batch.grown.push((key.clone(), id, sum.count)),
            }
        }
        let used: Vec<RowId> = waiting.used.keys().copied().take(BATCH).collect();
        batch.used.extend(used.into_iter().filter_map(|session| waiting.used.remove_entry(&session)));
        batch
    }

    fn put_back(&self, batch: &Batch) {
        let mut waiting = self.waiting();
        waiting.dropped += batch.dropped;
        for reading in batch.readings.iter().rev() {
            waiting.readings.push_front(reading.clone());
        }
        waiting.make_room(self.room);
        for (session, time) in &batch.used {
            waiting.used.entry(*session).or_insert(*time);
        }
    }

    /// `ids` are the lines of the new refusals, in their order.
    fn written(&self, batch: &Batch, ids: &[RowId]) {
        let mut waiting = self.waiting();
        let new = batch.refused.iter().zip(ids).map(|((key, _, count), id)| (key, *id, *count));
        let grown = batch.grown.iter().map(|(key, id, count)| (key, *id, *count));
        for (key, id, count) in new.chain(grown) {
            if let Some(sum) = waiting.refused.get_mut(key) {
                sum.written = Some((id, count));
            }
        }
        waiting.used_written.extend(batch.used.iter().copied());
    }

    /// Sums whose minute is over, and uses that are due again anyway.
    fn forget(&self, now: i64) {
        let mut waiting = self.waiting();
        let minute = now.div_euclid(MINUTE);
        waiting.refused.retain(|key, sum| key.minute >= minute || sum.written.is_none_or(|(_, count)| count < sum.count));
        waiting.used_written.retain(|_, written| now - *written < MINUTE);
    }
}

fn write_batch(tx: &mut Tx<'_>, batch: &Batch) -> Result<Vec<RowId>, Fault> {
    tx.sign(Stamp { actor: PrincipalId::OPERATOR, channel: "journal", verb: "journal.flush".to_owned(), subject: None });
    let flush = tx.new_id();
    let new_refused: Vec<Line> = batch.refused.iter().map(|(key, time, count)| refused_line(tx.new_id(), key, *time, *count)).collect();
    let ids = new_refused.iter().map(|line| line.id).collect();
    let mut lines: Vec<Line> =
        batch.readings.iter().map(|r| Line { id: tx.new_id(), reading: r.clone(), rows: i64::from(r.rows) }).chain(new_refused).collect();
    lines.sort_by_key(|line| line.id);
    for chunk in lines.chunks(TOGETHER) {
        insert(tx, flush, chunk)?;
    }
    for (_, id, count) in &batch.grown {
        tx.run("UPDATE sys_journal SET rows_read = ?2 WHERE id = ?1", &[(*id).into(), (*count).into()])?;
    }
    for (session, time) in &batch.used {
        tx.run("UPDATE sys_sessions SET last_used = ?2 WHERE id = ?1 AND last_used < ?2", &[(*session).into(), (*time).into()])?;
    }
    if !lines.is_empty() || !batch.grown.is_empty() || batch.dropped > 0 {
        let mut sum = Sha256::new();
        lines.iter().for_each(|line| line.add_to(&mut sum));
        let grown: Vec<_> = batch.grown.iter().map(|(_, id, count)| json!([id.to_string(), count])).collect();
        let told = json!({ "lines": lines.len(), "sha256": hex(&sum.finalize()), "refused": grown, "lost": batch.dropped });
        tx.changed(SET, flush, None, Some(told));
    }
    Ok(ids)
}

fn refused_line(id: RowId, key: &RefusedIn, time: i64, count: i64) -> Line {
    let (user, session, set) = (key.user, key.session, key.set.clone());
    let kind = ReadingKind::Refused;
    Line { id, rows: count, reading: Reading { time, user, session, kind, set, row: None, query: None, rows: 0, first: None, last: None } }
}

fn insert(tx: &mut Tx<'_>, flush: RowId, lines: &[Line]) -> Result<(), Fault> {
    let mut sql = Sql::new(
        "INSERT INTO sys_journal (id, time, user_id, session_id, kind, set_name, row_id, query, rows_read, first_key, last_key, flush_id)
         VALUES ",
    );
    for (n, line) in lines.iter().enumerate() {
        sql.push(if n == 0 { "(" } else { ", (" });
        for value in line.values() {
            sql.bind(value).push(", ");
        }
        sql.bind(flush).push(")");
    }
    tx.tell(&sql)?;
    Ok(())
}

impl Line {
    fn values(&self) -> [Value; 11] {
        let reading = &self.reading;
        let text = |text: &Option<String>| text.as_deref().map_or(Value::Null, Value::from);
        [
            self.id.into(),
            reading.time.into(),
            reading.user.0.into(),
            reading.session.into(),
            reading.kind.name().into(),
            text(&reading.set),
            reading.row.into(),
            text(&reading.query),
            self.rows.into(),
            text(&reading.first),
            text(&reading.last),
        ]
    }

    fn add_to(&self, sum: &mut Sha256) {
        add_values(sum, &self.values());
    }
}

/// Every value with its kind and length before it; the sum of a refusal is left out, because it grows.
fn add_values(sum: &mut Sha256, values: &[Value]) {
    let is_refusal = values.get(4).and_then(Value::text) == Some(ReadingKind::Refused.name());
    for (n, value) in values.iter().enumerate() {
        let (kind, bytes) = match value {
            Value::Int(_) if is_refusal && n == 8 => (0u8, Vec::new()),
            Value::Null => (0, Vec::new()),
            Value::Int(number) => (1, number.to_be_bytes().to_vec()),
            Value::Text(text) => (2, text.as_bytes().to_vec()),
            Value::Id(id) => (3, id.0.as_bytes().to_vec()),
            Value::Bytes(bytes) => (4, bytes.clone()),
        };
        sum.update([kind]);
        sum.update((bytes.len() as u64).to_be_bytes());
        sum.update(&bytes);
    }
}

/// Whether the lines of a flush are still those that its change tells of.
pub(crate) fn fits(tx: &mut Tx<'_>, flush: RowId, body: &str) -> Result<bool, Fault> {
    let Ok(body) = serde_json::from_str::<serde_json::Value>(body) else { return Ok(false) };
    let told = body.get("new");
    let rows = tx.rows(
        "SELECT id, time, user_id, session_id, kind, set_name, row_id, query, rows_read, first_key, last_key
         FROM sys_journal WHERE flush_id = ?1 ORDER BY id",
        &[flush.into()],
    )?;
    let mut sum = Sha256::new();
    rows.iter().for_each(|row| add_values(&mut sum, &row.0));
    let digest = hex(&sum.finalize());
    if told.and_then(|told| told.get("sha256")).and_then(|told| told.as_str()) != Some(&digest) {
        return Ok(false);
    }
    let grown = told.and_then(|told| told.get("refused")).and_then(|grown| grown.as_array());
    for pair in grown.into_iter().flatten() {
        let id = pair.get(0).and_then(|id| id.as_str()).and_then(RowId::parse);
        let Some((id, count)) = id.zip(pair.get(1).and_then(serde_json::Value::as_i64)) else { return Ok(false) };
        let there = tx.row("SELECT rows_read FROM sys_journal WHERE id = ?1", &[id.into()])?;
        if there.map(|row| row.int(0)).transpose()?.is_none_or(|there| there < count) {
            return Ok(false);
        }
    }
    Ok(true)
}
