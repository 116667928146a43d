//! Sessions and tokens: who stands at the desk.
//!
//! Only the hash of a token is kept. A session is live while it was not ended, its time is not over, it was used lately
//! and its user is still in the epoch it was opened in; [`seen`] asks all that, and the numbers to compare, at once.
//! Not here: what the session may do (`security`). Start reading at [`seen`]. Proved by `crates/store/tests/it/accounts.rs`.

use super::{AccountError, maybe, plain, quietly, users};
use crate::sql::Row;
use crate::{Fault, Tx};
use catalogue::{RowId, Value};
use security::{PrincipalId, UserState};
use serde_json::json;

/// A session to open. Times in microseconds.
#[derive(Clone, Debug)]
pub struct NewSession<'a> {
    /// Whose.
    pub user: PrincipalId,
    /// `page`, `api` or `token`.
    pub kind: &'a str,
    /// What is kept of the token.
    pub token_hash: &'a [u8],
    /// It dies when it is not used for so long.
    pub idle: i64,
    /// It dies then at the latest, microseconds UTC.
    pub ends_on: i64,
    /// What its user calls it: the device, the purpose of a token.
    pub name: Option<&'a str>,
    /// What a token is limited to; none is everything its user may.
    pub scopes: Option<&'a str>,
}

/// A live session. Times in microseconds UTC.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Session {
    /// Its id.
    pub id: RowId,
    /// Whose.
    pub user: PrincipalId,
    /// `page`, `api` or `token`.
    pub kind: String,
    /// What its user calls it.
    pub name: Option<String>,
    /// What it is limited to.
    pub scopes: Option<String>,
    /// When it was opened.
    pub created_on: i64,
    /// When it was last used, to the minute.
    pub last_used: i64,
    /// The epoch of its user.
    pub epoch: i64,
    /// It dies when it is not used for so long.
    pub idle: i64,
    /// It dies then at the latest.
    pub ends_on: i64,
    /// When it last proved a second factor.
    pub factor_on: Option<i64>,
}

/// A live session and what must be compared before anything kept from an earlier transaction counts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Seen {
    /// The session.
    pub session: Session,
    /// The number of its user's rights.
    pub user_number: i64,
    /// The number of everybody's rights.
    pub organisation_number: i64,
    /// Where its user stands.
    pub user_state: UserState,
}

const COLUMNS: &str = "s.id, s.user_id, s.kind, s.name, s.scopes, s.created_on, s.last_used, s.epoch, s.idle, s.ends_on, s.factor_on";
/// `?1` is now.
const LIVE: &str = "s.ended IS NULL AND s.ends_on > ?1 AND s.last_used > ?1 - s.idle AND s.epoch = p.epoch";

fn read(row: &Row) -> Result<Session, Fault> {
    Ok(Session {
        id: row.id(0)?,
        user: PrincipalId(row.id(1)?),
        kind: row.text(2)?,
        name: row.opt_text(3)?,
        scopes: row.opt_text(4)?,
        created_on: row.int(5)?,
        last_used: row.int(6)?,
        epoch: row.int(7)?,
        idle: row.int(8)?,
        ends_on: row.int(9)?,
        factor_on: row.opt_int(10)?,
    })
}

/// The live session of this token with the numbers and the state of its user, in one statement.
pub fn seen(tx: &mut Tx<'_>, token_hash: &[u8]) -> Result<Option<Seen>, Fault> {
    let text = format!(
        "SELECT {COLUMNS}, p.number, r.number, p.state FROM sys_sessions s JOIN sys_principals p ON p.id = s.user_id
         JOIN sys_rights r ON r.one = 1 WHERE s.token_hash = ?2 AND {LIVE}"
    );
    let row = tx.row(&text, &[tx.now.into(), Value::Bytes(token_hash.to_vec())])?;
    let seen = |row: Row| {
        let user_state = users::state_of(&row.text(13)?)?;
        Ok(Seen { session: read(&row)?, user_number: row.int(11)?, organisation_number: row.int(12)?, user_state })
    };
    row.map(seen).transpose()
}

/// The live session of this token.
pub fn session(tx: &mut Tx<'_>, token_hash: &[u8]) -> Result<Option<Session>, Fault> {
    Ok(seen(tx, token_hash)?.map(|s| s.session))
}

/// The live sessions and tokens of a user, newest first.
pub fn sessions_of(tx: &mut Tx<'_>, user: PrincipalId) -> Result<Vec<Session>, Fault> {
    let text = format!(
        "SELECT {COLUMNS} FROM sys_sessions s JOIN sys_principals p ON p.id = s.user_id
         WHERE s.user_id = ?2 AND {LIVE} ORDER BY s.created_on DESC, s.id DESC"
    );
    tx.rows(&text, &[tx.now.into(), user.0.into()])?.iter().map(read).collect()
}

/// Opens a session in its user's epoch.
pub fn open_session(tx: &mut Tx<'_>, new: &NewSession<'_>) -> Result<RowId, AccountError> {
    let epoch = users::known(tx, new.user)?.epoch;
    let id = tx.new_id();
    tx.run(
        "INSERT INTO sys_sessions (id, token_hash, user_id, kind, name, scopes, epoch, created_on, last_used, idle, ends_on)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?8, ?9, ?10)",
        &[
            id.into(),
            Value::Bytes(new.token_hash.to_vec()),
            new.user.0.into(),
            plain(new.kind),
            maybe(new.name),
            maybe(new.scopes),
            epoch.into(),
            tx.now.into(),
            new.idle.into(),
            new.ends_on.into(),
        ],
    )?;
    let body = json!({ "user": new.user.to_string(), "kind": new.kind, "name": new.name, "scopes": new.scopes, "ends_on": new.ends_on });
    tx.changed("sessions", id, None, Some(body));
    Ok(id)
}

/// Notes that the session was used. No change: it needs no signature and leaves no entry. Call it once a minute at most.
pub fn touch(tx: &mut Tx<'_>, id: RowId) -> Result<(), Fault> {
    quietly(tx, "UPDATE sys_sessions SET last_used = ?2 WHERE id = ?1 AND ended IS NULL", &[id.into(), tx.now.into()])?;
    Ok(())
}

/// Ends a session. True when it was not ended yet.
pub fn end_session(tx: &mut Tx<'_>, id: RowId) -> Result<bool, Fault> {
    let ended = tx.run("UPDATE sys_sessions SET ended = ?2 WHERE id = ?1 AND ended IS NULL", &[id.into(), tx.now.into()])?;
    if ended > 0 {
        tx.changed("sessions", id, None, Some(json!({ "ended": tx.now })));
    }
    Ok(ended > 0)
}
