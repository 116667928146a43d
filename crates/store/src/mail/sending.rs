//! Taking a letter to send it, and saying what became of it.
//!
//! A claim is a lease: whoever holds it too long loses the letter, and a word that comes too late changes nothing. That
//! somebody took a letter or will try again is bookkeeping; what became of it in the end stands in the trail.
//! Not here: whether the person is still written to (`crm`). Start reading at [`claim`]. Proved by `crates/store/tests/it/mail.rs`.

use super::outbox::{State, purpose};
use crate::accounts::{maybe, plain, quietly};
use crate::sql::{Dialect, Row};
use crate::{Fault, Tx};
use catalogue::RowId;
use security::PrincipalId;
use serde_json::json;

/// A letter that a sender has, with its text.
#[derive(Clone, Debug)]
pub struct Taken {
    /// Its id.
    pub id: RowId,
    /// The lease.
    pub claim: RowId,
    /// What mail servers know it by, without the brackets.
    pub message_id: String,
    /// To whom.
    pub to: PrincipalId,
    /// What kind it is.
    pub kind: String,
    /// Its subject.
    pub subject: String,
    /// Its text, without the link.
    pub body: String,
    /// The path of its link.
    pub path: Option<String>,
    /// Its link ends in a secret; [`secret_of`] opens it.
    pub has_secret: bool,
    /// How often it was tried, this time included.
    pub attempts: i64,
    /// It is of no use any more after that, microseconds UTC.
    pub ends_on: Option<i64>,
    /// When it was made, microseconds UTC.
    pub created_on: i64,
}

/// How a letter ends, or rests.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict<'a> {
    /// The mail server took it, for this address.
    Sent(&'a str),
    /// The mail server refused it for good.
    Failed(&'a str),
    /// It waits for somebody.
    Held(&'a str),
    /// It is not to be sent any more.
    Withdrawn(&'a str),
}

const DUE: &str = "((state = 'waiting' AND next_try <= ?1) OR (state = 'sending' AND lease_until <= ?1))";

/// Whether [`claim`] would find something. For a read transaction.
pub fn has_due(tx: &mut Tx<'_>) -> Result<bool, Fault> {
    let now = tx.now;
    Ok(tx.row(&format!("SELECT id FROM sys_outbox WHERE state IN ('waiting', 'sending') AND {DUE} LIMIT 1"), &[now.into()])?.is_some())
}

/// Takes the letter that is due longest until then; one that tests the settings goes first.
pub fn claim(tx: &mut Tx<'_>, until: i64) -> Result<Option<Taken>, Fault> {
    let lock = match tx.dialect() {
        Dialect::Sqlite => "",
        Dialect::Postgres => "FOR UPDATE SKIP LOCKED",
    };
    let (claim, now) = (tx.new_id(), tx.now);
    let text = format!(
        "UPDATE sys_outbox SET state = 'sending', attempts = attempts + 1, claim_id = ?2, lease_until = ?3
         WHERE id = (SELECT id FROM sys_outbox WHERE state IN ('waiting', 'sending') AND {DUE}
                     ORDER BY CASE WHEN kind = 'test' THEN 0 ELSE 1 END, next_try, id LIMIT 1 {lock})
         RETURNING id, message_id, principal, kind, subject, body, path, secret, attempts, ends_on, created_on"
    );
    // Bookkeeping: `tx.row` marks no change.
    let row = tx.row(&text, &[now.into(), claim.into(), until.into()])?;
    row.map(|row| read(&row, claim)).transpose()
}

fn read(row: &Row, claim: RowId) -> Result<Taken, Fault> {
    Ok(Taken {
        id: row.id(0)?,
        claim,
        message_id: row.text(1)?,
        to: PrincipalId(row.id(2)?),
        kind: row.text(3)?,
        subject: row.text(4)?,
        body: row.text(5)?,
        path: row.opt_text(6)?,
        has_secret: !row.get(7)?.is_null(),
        attempts: row.int(8)?,
        ends_on: row.opt_int(9)?,
        created_on: row.int(10)?,
    })
}

/// What the letter's link ends in; none when it was sealed with another key.
pub fn secret_of(tx: &mut Tx<'_>, id: RowId) -> Result<Option<String>, Fault> {
    let row = tx.row("SELECT secret FROM sys_outbox WHERE id = ?1 AND secret IS NOT NULL", &[id.into()])?;
    let Some(row) = row else { return Ok(None) };
    Ok(tx.unseal(&purpose(id), &row.bytes(0)?)?.and_then(|bytes| String::from_utf8(bytes).ok()))
}

/// The letter is tried again at that time. False when somebody else has it by now.
pub fn later(tx: &mut Tx<'_>, taken: &Taken, next_try: i64, why: &str) -> Result<bool, Fault> {
    let done = quietly(
        tx,
        "UPDATE sys_outbox SET state = 'waiting', next_try = ?3, last_error = ?4, claim_id = NULL, lease_until = NULL
         WHERE id = ?1 AND claim_id = ?2 AND state = 'sending'",
        &[taken.id.into(), taken.claim.into(), next_try.into(), plain(why)],
    )?;
    Ok(done > 0)
}

/// No letter that waits is tried before that time: the mail server cannot be reached.
pub fn postpone(tx: &mut Tx<'_>, until: i64) -> Result<(), Fault> {
    quietly(tx, "UPDATE sys_outbox SET next_try = ?1 WHERE state = 'waiting' AND next_try < ?1 AND kind <> 'test'", &[until.into()])?;
    Ok(())
}

/// Says what became of the letter. False when somebody else has it by now: then nothing is changed.
pub fn end(tx: &mut Tx<'_>, taken: &Taken, verdict: &Verdict<'_>) -> Result<bool, Fault> {
    let (state, address, why, is_over) = match verdict {
        Verdict::Sent(address) => (State::Sent, Some(*address), None, true),
        Verdict::Failed(why) => (State::Failed, None, Some(*why), false),
        Verdict::Held(why) => (State::Held, None, Some(*why), false),
        Verdict::Withdrawn(why) => (State::Withdrawn, None, Some(*why), true),
    };
    let sent_on = if state == State::Sent { Some(tx.now) } else { None };
    let done = tx.run(
        "UPDATE sys_outbox SET state = ?3, address = ?4, last_error = ?5, sent_on = ?6, claim_id = NULL, lease_until = NULL
         WHERE id = ?1 AND claim_id = ?2 AND state = 'sending'",
        &[taken.id.into(), taken.claim.into(), state.name().into(), maybe(address), maybe(why), sent_on.into()],
    )?;
    if done == 0 {
        return Ok(false);
    }
    if is_over {
        tx.run("UPDATE sys_outbox SET subject = '', body = '', path = NULL, secret = NULL WHERE id = ?1", &[taken.id.into()])?;
    }
    tx.about("outbox", taken.id);
    tx.changed(
        "outbox",
        taken.id,
        None,
        Some(json!({ "kind": taken.kind, "to": taken.to.to_string(), "state": state.name(), "why": why })),
    );
    Ok(true)
}

/// Lets every sender's time run out now: for a process that starts alone on the database, where none can be alive.
pub fn take_back(tx: &mut Tx<'_>) -> Result<(), Fault> {
    let now = tx.now;
    quietly(tx, "UPDATE sys_outbox SET lease_until = ?1 WHERE state = 'sending'", &[now.into()])?;
    Ok(())
}
