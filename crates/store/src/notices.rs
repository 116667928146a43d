//! Notices: what somebody is told, about what, and whether it was looked at.
//!
//! A row holds ids and parts, never a name of a record: the words are made when the notice is read, under the rights of
//! that moment. [`tell`] is part of the change that it tells of. Unread ones come first, newest first, and a page goes
//! on from a key ([`Place`]).
//! Not here: whom to tell and in which words (`crm`). Start reading at [`tell`]. Proved by `crates/store/tests/it/notices.rs`.

use crate::sql::{Row, Sql};
use crate::{Fault, Tx};
use catalogue::RowId;
use security::PrincipalId;
use serde_json::Value as Json;

/// A notice to be.
#[derive(Clone, Debug)]
pub struct NewNotice<'a> {
    /// Whom it is for.
    pub to: PrincipalId,
    /// What kind it is.
    pub kind: &'a str,
    /// Its parts: ids, figures, what somebody wrote.
    pub said: &'a Json,
    /// The record it is about.
    pub about: Option<(&'a str, RowId)>,
    /// Where more is said.
    pub link: Option<&'a str>,
}

/// A notice.
#[derive(Clone, Debug, PartialEq)]
pub struct Notice {
    /// Its id.
    pub id: RowId,
    /// What kind it is.
    pub kind: String,
    /// Its parts.
    pub said: Json,
    /// The record it is about.
    pub about: Option<(String, RowId)>,
    /// Where more is said.
    pub link: Option<String>,
    /// Who did what it tells.
    pub by: Option<PrincipalId>,
    /// Microseconds UTC.
    pub created_on: i64,
    /// When it was looked at.
    pub read_on: Option<i64>,
}

/// A place in somebody's notices.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    /// Among those that were looked at.
    pub is_read: bool,
    /// When the notice was made.
    pub created_on: i64,
    /// Which notice.
    pub id: RowId,
}

impl Notice {
    /// Where it stands.
    pub fn place(&self) -> Place {
        Place { is_read: self.read_on.is_some(), created_on: self.created_on, id: self.id }
    }
}

const COLUMNS: &str = "id, kind, said, set_name, row_id, link, by_id, created_on, read_on";
/// So many unread ones are counted.
pub const COUNTED: i64 = 100;

/// Keeps a notice, as part of this change.
pub fn tell(tx: &mut Tx<'_>, new: &NewNotice<'_>) -> Result<RowId, Fault> {
    let (id, now, by) = (tx.new_id(), tx.now(), tx.signer().map(|by| by.0));
    tx.run(
        "INSERT INTO sys_notices (id, principal, kind, said, set_name, row_id, link, by_id, created_on)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
        &[
            id.into(),
            new.to.0.into(),
            new.kind.into(),
            new.said.to_string().into(),
            new.about.map_or(catalogue::Value::Null, |(set, _)| set.into()),
            new.about.map(|(_, row)| row).into(),
            new.link.map_or(catalogue::Value::Null, Into::into),
            by.into(),
            now.into(),
        ],
    )?;
    Ok(id)
}

/// How many somebody has not looked at, counted up to [`COUNTED`].
pub fn unread(tx: &mut Tx<'_>, to: PrincipalId) -> Result<i64, Fault> {
    let text = "SELECT count(*) FROM (SELECT 1 AS one FROM sys_notices WHERE principal = ?1 AND read_on IS NULL LIMIT ?2) AS counted";
    tx.row(text, &[to.0.into(), COUNTED.into()])?.map_or(Ok(0), |row| row.int(0))
}

/// Somebody's notices behind this place: unread ones first, newest first.
pub fn of(tx: &mut Tx<'_>, to: PrincipalId, after: Option<Place>, limit: usize) -> Result<Vec<Notice>, Fault> {
    let mut found = Vec::new();
    if after.is_none_or(|place| !place.is_read) {
        found = half(tx, to, false, after, limit)?;
    }
    if found.len() < limit {
        let rest = limit - found.len();
        found.extend(half(tx, to, true, after.filter(|place| place.is_read), rest)?);
    }
    Ok(found)
}

fn half(tx: &mut Tx<'_>, to: PrincipalId, is_read: bool, after: Option<Place>, limit: usize) -> Result<Vec<Notice>, Fault> {
    let mut sql = Sql::new("SELECT ");
    sql.push(COLUMNS).push(" FROM sys_notices WHERE principal = ").bind(to.0);
    sql.push(if is_read { " AND read_on IS NOT NULL" } else { " AND read_on IS NULL" });
    if let Some(place) = after {
        sql.push(" AND (created_on < ").bind(place.created_on);
        sql.push(" OR (created_on = ").bind(place.created_on).push(" AND id < ").bind(place.id).push("))");
    }
    sql.push(" ORDER BY created_on DESC, id DESC LIMIT ").bind(i64::try_from(limit).unwrap_or(i64::MAX));
    tx.ask(&sql)?.iter().map(read).collect()
}

/// The unread notice of this kind and link that whoever acts gave somebody last: its id and parts.
pub fn last_alike(tx: &mut Tx<'_>, to: PrincipalId, kind: &str, link: &str) -> Result<Option<(RowId, Json)>, Fault> {
    let by = tx.signer().map(|by| by.0);
    let text = format!(
        "SELECT {COLUMNS} FROM sys_notices WHERE principal = ?1 AND read_on IS NULL AND kind = ?2 AND link = ?3 AND by_id = ?4
         ORDER BY created_on DESC, id DESC LIMIT 1"
    );
    let found = tx.row(&text, &[to.0.into(), kind.into(), link.into(), by.into()])?.as_ref().map(read).transpose()?;
    Ok(found.map(|notice| (notice.id, notice.said)))
}

/// Says more in a notice that was not looked at.
pub fn say_more(tx: &mut Tx<'_>, id: RowId, said: &Json) -> Result<(), Fault> {
    let now = tx.now();
    tx.run("UPDATE sys_notices SET said = ?2, created_on = ?3 WHERE id = ?1", &[id.into(), said.to_string().into(), now.into()])?;
    Ok(())
}

/// Whether somebody was told the very same and has not looked at it.
pub fn is_waiting(tx: &mut Tx<'_>, to: PrincipalId, kind: &str, said: &Json) -> Result<bool, Fault> {
    let text = "SELECT id FROM sys_notices WHERE principal = ?1 AND read_on IS NULL AND kind = ?2 AND said = ?3 LIMIT 1";
    Ok(tx.row(text, &[to.0.into(), kind.into(), said.to_string().into()])?.is_some())
}

/// One of somebody's notices; somebody else's is none.
pub fn get(tx: &mut Tx<'_>, to: PrincipalId, id: RowId) -> Result<Option<Notice>, Fault> {
    let text = format!("SELECT {COLUMNS} FROM sys_notices WHERE id = ?1 AND principal = ?2");
    tx.row(&text, &[id.into(), to.0.into()])?.as_ref().map(read).transpose()
}

/// Notes that somebody looked at one, or at all. Answers how many were unread.
pub fn mark_read(tx: &mut Tx<'_>, to: PrincipalId, one: Option<RowId>) -> Result<u64, Fault> {
    let mut sql = Sql::new("UPDATE sys_notices SET read_on = ");
    sql.bind(tx.now()).push(" WHERE read_on IS NULL AND principal = ").bind(to.0);
    if let Some(id) = one {
        sql.push(" AND id = ").bind(id);
    }
    tx.tell(&sql)
}

/// Forgets what was looked at before then. Answers how many there were.
pub fn forget(tx: &mut Tx<'_>, before: i64) -> Result<u64, Fault> {
    tx.run("DELETE FROM sys_notices WHERE read_on < ?1", &[before.into()])
}

fn read(row: &Row) -> Result<Notice, Fault> {
    let said = serde_json::from_str(&row.text(2)?).map_err(|_| Fault::broken("a notice cannot be read"))?;
    Ok(Notice {
        id: row.id(0)?,
        kind: row.text(1)?,
        said,
        about: row.opt_text(3)?.zip(row.opt_id(4)?),
        link: row.opt_text(5)?,
        by: row.opt_id(6)?.map(PrincipalId),
        created_on: row.int(7)?,
        read_on: row.opt_int(8)?,
    })
}
