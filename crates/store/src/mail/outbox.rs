//! The letters that are to be sent, and what became of each.
//!
//! A letter names a principal; the address is looked up when it is sent. The secret part of a link is sealed and apart
//! from the text. Once a letter is sent or withdrawn its text and its secret are gone; that it was stays for a while.
//! Not here: taking one to send it ([`super::sending`]). Start reading at [`enqueue`]. Proved by `crates/store/tests/it/mail.rs`.

use crate::accounts::{by, maybe, plain};
use crate::sql::{Row, Sql};
use crate::{Fault, Tx};
use catalogue::{RowId, Value};
use security::PrincipalId;
use serde_json::json;

/// Where a letter is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// It waits for its turn, for a mail server, or for another try.
    Waiting,
    /// A sender has it.
    Sending,
    /// The mail server took it.
    Sent,
    /// The mail server refused it for good.
    Failed,
    /// It waits until somebody mends the settings or tries again.
    Held,
    /// It is not sent any more.
    Withdrawn,
}

impl State {
    /// All of them.
    pub const ALL: [State; 6] = [State::Waiting, State::Sending, State::Sent, State::Failed, State::Held, State::Withdrawn];

    /// The word in API and database.
    pub fn name(self) -> &'static str {
        match self {
            State::Waiting => "waiting",
            State::Sending => "sending",
            State::Sent => "sent",
            State::Failed => "failed",
            State::Held => "held",
            State::Withdrawn => "withdrawn",
        }
    }

    /// Reads [`State::name`].
    pub fn parse(name: &str) -> Option<State> {
        State::ALL.into_iter().find(|state| state.name() == name)
    }
}

/// A letter to be.
#[derive(Clone, Debug)]
pub struct NewLetter<'a> {
    /// To whom.
    pub to: PrincipalId,
    /// What kind it is.
    pub kind: &'a str,
    /// Its subject.
    pub subject: &'a str,
    /// Its text, without the link.
    pub body: &'a str,
    /// The path of its link, without a secret.
    pub path: Option<&'a str>,
    /// What the link ends in, where that is a secret.
    pub secret: Option<&'a str>,
    /// It is of no use any more after that, microseconds UTC.
    pub ends_on: Option<i64>,
}

/// A letter as a list shows it: no text of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// Its id.
    pub id: RowId,
    /// What mail servers know it by, without the brackets.
    pub message_id: String,
    /// To whom.
    pub to: PrincipalId,
    /// Where it was sent to.
    pub address: Option<String>,
    /// What kind it is.
    pub kind: String,
    /// Where it is.
    pub state: State,
    /// How often it was tried.
    pub attempts: i64,
    /// When it is tried next, microseconds UTC.
    pub next_try: i64,
    /// Why it is where it is, in words.
    pub last_error: Option<String>,
    /// When it was made.
    pub created_on: i64,
    /// When the mail server took it.
    pub sent_on: Option<i64>,
}

const COLUMNS: &str = "id, message_id, principal, address, kind, state, attempts, next_try, last_error, created_on, sent_on";

fn read(row: &Row) -> Result<Line, Fault> {
    let state = row.text(5)?;
    Ok(Line {
        id: row.id(0)?,
        message_id: row.text(1)?,
        to: PrincipalId(row.id(2)?),
        address: row.opt_text(3)?,
        kind: row.text(4)?,
        state: State::parse(&state).ok_or_else(|| Fault::broken(format!("a letter in state `{state}`")))?,
        attempts: row.int(6)?,
        next_try: row.int(7)?,
        last_error: row.opt_text(8)?,
        created_on: row.int(9)?,
        sent_on: row.opt_int(10)?,
    })
}

/// What a letter's secret is sealed for.
pub(super) fn purpose(id: RowId) -> String {
    format!("letter {id}")
}

/// Puts a letter in the outbox, as part of this change. `domain` is what its Message-ID ends in.
pub fn enqueue(tx: &mut Tx<'_>, letter: &NewLetter<'_>, domain: &str) -> Result<RowId, Fault> {
    let id = tx.new_id();
    let secret = match letter.secret {
        Some(secret) => Value::Bytes(tx.seal(&purpose(id), secret.as_bytes())?),
        None => Value::Null,
    };
    tx.run(
        "INSERT INTO sys_outbox (id, message_id, principal, kind, subject, body, path, secret, state, attempts, next_try, ends_on,
         created_on, created_by) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, 'waiting', 0, ?9, ?10, ?9, ?11)",
        &[
            id.into(),
            plain(&format!("{id}@{domain}")),
            letter.to.0.into(),
            letter.kind.into(),
            plain(letter.subject),
            plain(letter.body),
            maybe(letter.path),
            secret,
            tx.now.into(),
            letter.ends_on.into(),
            by(tx),
        ],
    )?;
    tx.changed("outbox", id, None, Some(json!({ "kind": letter.kind, "to": letter.to.to_string(), "state": "waiting" })));
    Ok(id)
}

/// One letter.
pub fn line(tx: &mut Tx<'_>, id: RowId) -> Result<Option<Line>, Fault> {
    tx.row(&format!("SELECT {COLUMNS} FROM sys_outbox WHERE id = ?1"), &[id.into()])?.map(|row| read(&row)).transpose()
}

/// Letters, newest first.
pub fn lines(tx: &mut Tx<'_>, state: Option<State>, after: Option<RowId>, limit: usize) -> Result<Vec<Line>, Fault> {
    let mut sql = Sql::new("SELECT ");
    sql.push(COLUMNS).push(" FROM sys_outbox WHERE created_on >= ").bind(i64::MIN);
    if let Some(state) = state {
        sql.push(" AND state = ").bind(state.name());
    }
    if let Some(after) = after {
        sql.push(" AND (created_on, id) < (SELECT o.created_on, o.id FROM sys_outbox o WHERE o.id = ").bind(after).push(")");
    }
    sql.push(" ORDER BY created_on DESC, id DESC LIMIT ").bind(limit as i64);
    tx.ask(&sql)?.iter().map(read).collect()
}

/// How many letters are in each state that has some.
pub fn counts(tx: &mut Tx<'_>) -> Result<Vec<(State, i64)>, Fault> {
    let rows = tx.rows("SELECT state, count(*) FROM sys_outbox GROUP BY state ORDER BY state", &[])?;
    let count = |row: &Row| {
        let state = row.text(0)?;
        Ok((State::parse(&state).ok_or_else(|| Fault::broken(format!("a letter in state `{state}`")))?, row.int(1)?))
    };
    rows.iter().map(count).collect()
}

/// Tries a letter again, now. False for one that a sender has, that was sent or withdrawn.
pub fn again(tx: &mut Tx<'_>, id: RowId) -> Result<bool, Fault> {
    let now = tx.now;
    let done = tx.run(
        "UPDATE sys_outbox SET state = 'waiting', next_try = ?2, attempts = 0 WHERE id = ?1 AND state IN ('waiting', 'held', 'failed')",
        &[id.into(), now.into()],
    )?;
    if done > 0 {
        tx.changed("outbox", id, None, Some(json!({ "state": "waiting" })));
    }
    Ok(done > 0)
}

/// Every letter that waits or is held is tried now: the settings were mended.
pub fn wake(tx: &mut Tx<'_>) -> Result<u64, Fault> {
    let now = tx.now;
    tx.run("UPDATE sys_outbox SET state = 'waiting', next_try = ?1, attempts = 0 WHERE state IN ('waiting', 'held')", &[now.into()])
}

/// Withdraws a letter; the words say why. False for one that a sender has, or that has ended.
pub fn withdraw(tx: &mut Tx<'_>, id: RowId, why: &str) -> Result<bool, Fault> {
    let done = tx.run(
        "UPDATE sys_outbox SET state = 'withdrawn', last_error = ?2, subject = '', body = '', path = NULL, secret = NULL
         WHERE id = ?1 AND state IN ('waiting', 'held', 'failed')",
        &[id.into(), plain(why)],
    )?;
    if done > 0 {
        tx.changed("outbox", id, None, Some(json!({ "state": "withdrawn", "why": why })));
    }
    Ok(done > 0)
}

/// Withdraws the links that still wait for this person: a newer one makes them worthless.
pub fn withdraw_links(tx: &mut Tx<'_>, to: PrincipalId, why: &str) -> Result<(), Fault> {
    let rows = tx.rows(
        "SELECT id FROM sys_outbox WHERE principal = ?1 AND secret IS NOT NULL AND state IN ('waiting', 'held', 'failed') ORDER BY id",
        &[to.0.into()],
    )?;
    for row in rows {
        withdraw(tx, row.id(0)?, why)?;
    }
    Ok(())
}

/// Forgets what ended before then. Answers how many letters that were.
pub fn purge(tx: &mut Tx<'_>, before: i64) -> Result<u64, Fault> {
    tx.run("DELETE FROM sys_outbox WHERE created_on < ?1 AND state IN ('sent', 'failed', 'withdrawn')", &[before.into()])
}
