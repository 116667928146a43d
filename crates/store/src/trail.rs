//! The trail: what was changed, by whom, in chains that cannot be mended unseen.
//!
//! An *entry* per verb, chained over the hash of the one before it in its lane; *changes* beside it, one per record,
//! unchained. An entry carries a commitment to each change, SHA-256(salt ‖ set, id, old and new), so erasing bytes and
//! salt of a change leaves the chain whole. Entries hold ids, never names. [`checkpoint`] signs the heads of the lanes,
//! [`verify`] walks everything, [`history`] and [`latest`] tell it to people.
//! Not here: what was read ([`crate::journal`]). Start reading at [`append`]. Proved by `crates/store/tests/it/trail.rs`.

pub mod checkpoint;
mod history;
mod verify;

pub use checkpoint::{checkpoint, is_signed_by, sign, signing_key};
pub use history::{HistoryLine, Line, Place, Wanted, history, latest};
pub use verify::{Bad, LaneHead, Report, Wrong, verify};

use crate::{Fault, Tx};
use catalogue::{RowId, Value};
use security::PrincipalId;
use serde_json::json;
use sha2::{Digest, Sha256};

/// Who acts, by which way, and what the verb is called.
#[derive(Clone, Debug)]
pub struct Stamp {
    /// Who acts.
    pub actor: PrincipalId,
    /// By which way: `page`, `api`, `job`, `command line`.
    pub channel: &'static str,
    /// The verb, `account.create`, `user.freeze`.
    pub verb: String,
    /// The record or principal it is about.
    pub subject: Option<(String, RowId)>,
}

/// One record's change, beside its entry.
#[derive(Clone, Debug)]
pub struct Change {
    /// Of which set.
    pub set: String,
    /// Which row.
    pub row: RowId,
    /// What stood in the columns that changed; nothing for a new row.
    pub old: Option<serde_json::Value>,
    /// What stands there now; nothing for a row that is gone.
    pub new: Option<serde_json::Value>,
}

impl Tx<'_> {
    /// What this transaction has changed so far, in order.
    pub fn changes(&self) -> &[Change] {
        &self.changes
    }

    /// The verb that signed.
    pub fn verb(&self) -> &str {
        self.stamp.as_ref().map_or("", |stamp| stamp.verb.as_str())
    }
}

/// What the chain of one entry is made over.
pub(crate) struct Link<'a> {
    pub(crate) lane: i64,
    pub(crate) number: i64,
    pub(crate) previous: &'a [u8],
    pub(crate) time: i64,
    pub(crate) actor: PrincipalId,
    pub(crate) channel: &'a str,
    pub(crate) verb: &'a str,
    pub(crate) verdict: &'a str,
    pub(crate) subject: Option<(&'a str, RowId)>,
    pub(crate) commitments: &'a [u8],
}

impl Link<'_> {
    /// SHA-256 over every field, each with its length before it.
    pub(crate) fn hash(&self) -> Vec<u8> {
        let mut sum = Sha256::new();
        let mut part = |bytes: &[u8]| {
            sum.update((bytes.len() as u64).to_be_bytes());
            sum.update(bytes);
        };
        part(b"castellan trail 1");
        part(&self.lane.to_be_bytes());
        part(&self.number.to_be_bytes());
        part(self.previous);
        part(&self.time.to_be_bytes());
        part(self.actor.0.0.as_bytes());
        part(self.channel.as_bytes());
        part(self.verb.as_bytes());
        part(self.verdict.as_bytes());
        part(self.subject.map_or("", |(set, _)| set).as_bytes());
        part(&self.subject.map_or_else(Vec::new, |(_, id)| id.0.as_bytes().to_vec()));
        part(self.commitments);
        sum.finalize().to_vec()
    }
}

/// SHA-256(salt ‖ set, id and body of the change), each part with its length before it.
pub(crate) fn commitment(salt: &[u8], set: &str, row: RowId, body: &str) -> [u8; 32] {
    let mut sum = Sha256::new();
    for part in [salt, set.as_bytes(), row.0.as_bytes(), body.as_bytes()] {
        sum.update((part.len() as u64).to_be_bytes());
        sum.update(part);
    }
    sum.finalize().into()
}

/// The head of a lane: where the next entry goes.
pub(crate) struct Head {
    pub(crate) number: i64,
    pub(crate) hash: Vec<u8>,
}

/// Reads the head of the transaction's lane.
pub(crate) fn head(tx: &mut Tx<'_>) -> Result<Head, Fault> {
    let row = tx.row("SELECT number, hash FROM sys_lanes WHERE lane = ?1", &[Value::Int(tx.lane)])?;
    let row = row.ok_or_else(|| Fault::broken(format!("lane {} of the trail is gone", tx.lane)))?;
    Ok(Head { number: row.int(0)?, hash: row.bytes(1)? })
}

/// Writes the entry of this transaction and its changes. `verdict` is `done`, or the name of the refusal.
pub(crate) fn append(tx: &mut Tx<'_>, verdict: &str) -> Result<(), Fault> {
    let Some(stamp) = tx.stamp.take() else {
        return Err(Fault::broken("a change without a signature"));
    };
    let changes = std::mem::take(&mut tx.changes);
    let head = head(tx)?;
    let number = head.number + 1;
    let mut commitments = Vec::new();
    for (seq, change) in changes.iter().enumerate() {
        let body = json!({ "old": change.old, "new": change.new }).to_string();
        let salt: [u8; 32] = tx.random();
        commitments.extend(commitment(&salt, &change.set, change.row, &body));
        tx.run(
            "INSERT INTO sys_changes (lane, number, seq, set_name, row_id, body, salt) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
            &[
                tx.lane.into(),
                number.into(),
                Value::Int(seq as i64),
                change.set.as_str().into(),
                change.row.into(),
                body.into(),
                Value::Bytes(salt.to_vec()),
            ],
        )?;
    }
    let subject = stamp.subject.as_ref().map(|(set, id)| (set.as_str(), *id));
    let link = Link {
        lane: tx.lane,
        number,
        previous: &head.hash,
        time: tx.now,
        actor: stamp.actor,
        channel: stamp.channel,
        verb: &stamp.verb,
        verdict,
        subject,
        commitments: &commitments,
    };
    let hash = link.hash();
    tx.run(
        "INSERT INTO sys_trail (lane, number, previous, time, actor, channel, verb, verdict, subject_set, subject_id, commitments, hash)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)",
        &[
            tx.lane.into(),
            number.into(),
            Value::Bytes(head.hash.clone()),
            tx.now.into(),
            stamp.actor.0.into(),
            stamp.channel.into(),
            stamp.verb.as_str().into(),
            verdict.into(),
            subject.map_or(Value::Null, |(set, _)| set.into()),
            subject.map(|(_, id)| id).into(),
            Value::Bytes(commitments.clone()),
            Value::Bytes(hash.clone()),
        ],
    )?;
    tx.run(
        "UPDATE sys_lanes SET number = ?2, hash = ?3, time = ?4 WHERE lane = ?1",
        &[tx.lane.into(), number.into(), Value::Bytes(hash), tx.now.into()],
    )?;
    Ok(())
}
