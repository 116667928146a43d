//! Tries to sign in as somebody who was stopped: how many, when and by which way.
//!
//! One row holds the tries of an hour, so that whoever knocks a million times fills nothing. [`note_refused`] is one
//! statement, the same for everybody whose sign-in fails, so that neither its time nor what follows it tells who was
//! stopped; telling people of it is done later, by upkeep.
//! Not here: whom to tell (`crm`). Start reading at [`note_refused`]. Proved by `crates/crm/tests/it/refused.rs`.

use super::{plain, quietly};
use crate::sql::{Row, Sql};
use crate::{Fault, Tx};
use catalogue::{RowId, Value};
use security::PrincipalId;

const HOUR: i64 = 3_600_000_000;

/// The tries of one hour, as one person and by one way. Times in microseconds UTC.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RefusedSignIn {
    /// Its id.
    pub id: RowId,
    /// As whom.
    pub user: PrincipalId,
    /// By which way: `page`, `api`, `command line`, `link`, `reset`.
    pub channel: String,
    /// How often.
    pub tries: i64,
    /// The first of them.
    pub first_on: i64,
    /// The last of them.
    pub last_on: i64,
    /// When people were last told of them.
    pub told_on: Option<i64>,
}

const SELECT: &str = "SELECT r.id, r.user_id, r.channel, r.tries, r.first_on, r.last_on, r.told_on FROM sys_refused_sign_ins r";

fn read(row: &Row) -> Result<RefusedSignIn, Fault> {
    Ok(RefusedSignIn {
        id: row.id(0)?,
        user: PrincipalId(row.id(1)?),
        channel: row.text(2)?,
        tries: row.int(3)?,
        first_on: row.int(4)?,
        last_on: row.int(5)?,
        told_on: row.opt_int(6)?,
    })
}

/// Counts a try, if this is somebody who was stopped; for anybody else, and for nobody, it does as much and keeps nothing.
pub fn note_refused(tx: &mut Tx<'_>, user: Option<PrincipalId>, channel: &str) -> Result<(), Fault> {
    let id = tx.new_id();
    // WHY: the CASE says to PostgreSQL which type the new id has.
    quietly(
        tx,
        "INSERT INTO sys_refused_sign_ins (id, user_id, channel, hour, tries, first_on, last_on)
         SELECT CASE WHEN p.id = ?2 THEN ?1 ELSE p.id END, p.id, CAST(?3 AS TEXT), CAST(?4 AS BIGINT), 1, CAST(?5 AS BIGINT), CAST(?5 AS BIGINT)
         FROM sys_principals p WHERE p.id = ?2 AND p.kind = 'user' AND p.state IN ('frozen', 'disabled')
         ON CONFLICT (user_id, channel, hour) DO UPDATE SET tries = sys_refused_sign_ins.tries + 1, last_on = excluded.last_on",
        &[
            id.into(),
            user.map_or(RowId(uuid::Uuid::nil()), |user| user.0).into(),
            plain(channel),
            Value::Int(tx.now - tx.now.rem_euclid(HOUR)),
            tx.now.into(),
        ],
    )?;
    Ok(())
}

/// Whose link this was, whether it still opens something or not.
pub fn link_of(tx: &mut Tx<'_>, token_hash: &[u8]) -> Result<Option<PrincipalId>, Fault> {
    let row = tx.row("SELECT user_id FROM sys_invitations WHERE token_hash = ?1", &[Value::Bytes(token_hash.to_vec())])?;
    row.map(|row| row.id(0).map(PrincipalId)).transpose()
}

/// Tries, the latest first; of one person, or of all.
pub fn refused_sign_ins(tx: &mut Tx<'_>, of: Option<PrincipalId>, after: Option<RowId>, limit: usize) -> Result<Vec<RefusedSignIn>, Fault> {
    let mut sql = Sql::new(SELECT);
    sql.push(" WHERE 1 = 1");
    if let Some(of) = of {
        sql.push(" AND r.user_id = ").bind(of.0);
    }
    if let Some(after) = after {
        sql.push(" AND (r.last_on, r.id) < (SELECT a.last_on, a.id FROM sys_refused_sign_ins a WHERE a.id = ").bind(after).push(")");
    }
    sql.push(" ORDER BY r.last_on DESC, r.id DESC LIMIT ").bind(limit as i64);
    tx.ask(&sql)?.iter().map(read).collect()
}

/// Disabled people as whom somebody tried to sign in since people were last told of it.
pub fn untold_refused(tx: &mut Tx<'_>) -> Result<Vec<PrincipalId>, Fault> {
    let rows = tx.rows(
        "SELECT r.user_id FROM sys_refused_sign_ins r JOIN sys_principals p ON p.id = r.user_id WHERE p.state = 'disabled'
         GROUP BY r.user_id HAVING max(r.last_on) > max(coalesce(r.told_on, 0)) ORDER BY r.user_id",
        &[],
    )?;
    rows.iter().map(|row| row.id(0).map(PrincipalId)).collect()
}

/// People were told of every try as this person so far.
pub fn tell_refused(tx: &mut Tx<'_>, user: PrincipalId) -> Result<(), Fault> {
    tx.run("UPDATE sys_refused_sign_ins SET told_on = ?2 WHERE user_id = ?1", &[user.0.into(), tx.now.into()])?;
    Ok(())
}
