//! Users: the people, where they stand and whom they report to.
//!
//! A user's `number` rises with every change of the own rights, the `epoch` when sessions must die: a session lives only
//! under the epoch it was opened in, so freezing ends all of them without touching one, and unfreezing revives none.
//! Not here: what a user may (`security`). Start reading at [`User`]. Proved by `crates/store/tests/it/accounts.rs`.

use super::{AccountError, Problem, by, for_update, maybe, named, plain, quietly, teams, units};
use crate::sql::{Dialect, Row, Sql};
use crate::{Fault, Tx, rights};
use catalogue::{Value, text};
use security::{PrincipalId, UnitId, UserState};
use serde_json::json;
use std::collections::BTreeSet;

/// A user.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct User {
    /// The id.
    pub id: PrincipalId,
    /// What people read.
    pub name: String,
    /// Where invitations go, and what is typed to sign in. Unique by [`text::address_key`].
    pub email: String,
    /// The job.
    pub title: Option<String>,
    /// Between invitation and erasure.
    pub state: UserState,
    /// The unit.
    pub unit: UnitId,
    /// Whom the user reports to.
    pub manager: Option<PrincipalId>,
    /// Microseconds UTC.
    pub created_on: i64,
    /// Microseconds UTC of the last use.
    pub last_seen: Option<i64>,
    /// Sessions of another epoch are dead.
    pub epoch: i64,
    /// Raised by every change of the user's own rights.
    pub number: i64,
    /// When the user's time here is over, microseconds UTC.
    pub ends_on: Option<i64>,
    /// No person: something that comes in by itself.
    pub is_service: bool,
    /// Who answers for what is no person.
    pub responsible: Option<PrincipalId>,
}

/// Somebody who is invited.
#[derive(Clone, Debug)]
pub struct NewUser<'a> {
    /// What people read.
    pub name: &'a str,
    /// The address.
    pub email: &'a str,
    /// The job.
    pub title: Option<&'a str>,
    /// The unit.
    pub unit: UnitId,
    /// Whom the user reports to.
    pub manager: Option<PrincipalId>,
}

/// Which users, and how many.
#[derive(Clone, Debug, Default)]
pub struct UserQuery {
    /// Found in name or address; empty finds all.
    pub text: String,
    /// Only those in this state.
    pub state: Option<UserState>,
    /// Goes on behind this user.
    pub after: Option<PrincipalId>,
    /// At most so many; 0 is all.
    pub limit: usize,
}

const SELECT: &str = "SELECT p.id, p.name, p.email, p.title, p.state, p.unit, m.manager, p.created_on, p.last_seen, p.epoch, p.number,
    p.ends_on, p.is_service, p.responsible FROM sys_principals p LEFT JOIN sys_managers m ON m.user_id = p.id AND m.ended IS NULL AND (m.until IS NULL OR m.until > ";

fn read(row: &Row) -> Result<User, Fault> {
    Ok(User {
        id: PrincipalId(row.id(0)?),
        name: row.text(1)?,
        email: row.text(2)?,
        title: row.opt_text(3)?,
        state: state_of(&row.text(4)?)?,
        unit: UnitId(row.id(5)?),
        manager: row.opt_id(6)?.map(PrincipalId),
        created_on: row.int(7)?,
        last_seen: row.opt_int(8)?,
        epoch: row.int(9)?,
        number: row.int(10)?,
        ends_on: row.opt_int(11)?,
        is_service: row.opt_int(12)? == Some(1),
        responsible: row.opt_id(13)?.map(PrincipalId),
    })
}

/// What is not understood is a fault, never a state that lets somebody in.
pub(crate) fn state_of(text: &str) -> Result<UserState, Fault> {
    UserState::parse(text).ok_or_else(|| Fault::broken(format!("a user in state `{text}`")))
}

fn select(tx: &Tx<'_>) -> Sql {
    let mut sql = Sql::new(SELECT);
    sql.bind(tx.now).push(") WHERE p.kind = 'user'");
    sql
}

/// One user.
pub fn user(tx: &mut Tx<'_>, id: PrincipalId) -> Result<Option<User>, Fault> {
    let mut sql = select(tx);
    sql.push(" AND p.id = ").bind(id.0);
    tx.ask(&sql)?.first().map(read).transpose()
}

/// The user with this address, however it is written.
pub fn user_by_email(tx: &mut Tx<'_>, email: &str) -> Result<Option<User>, Fault> {
    let mut sql = select(tx);
    sql.push(" AND p.email_key = ").bind(text::address_key(email));
    tx.ask(&sql)?.first().map(read).transpose()
}

/// Users by name.
pub fn users(tx: &mut Tx<'_>, query: &UserQuery) -> Result<Vec<User>, Fault> {
    let mut sql = select(tx);
    if !query.text.trim().is_empty() {
        sql.push(" AND (p.name_key LIKE ").bind(within(&text::key(&query.text)));
        sql.push(" ESCAPE '!' OR p.email_key LIKE ").bind(within(&text::address_key(&query.text))).push(" ESCAPE '!')");
    }
    if let Some(state) = query.state {
        sql.push(" AND p.state = ").bind(state.name());
    }
    if let Some(after) = query.after {
        sql.push(" AND (p.name_key, p.id) > (SELECT a.name_key, a.id FROM sys_principals a WHERE a.id = ").bind(after.0).push(")");
    }
    sql.push(" ORDER BY p.name_key, p.id");
    if query.limit > 0 {
        sql.push(" LIMIT ").bind(query.limit as i64);
    }
    tx.ask(&sql)?.iter().map(read).collect()
}

/// The pattern that finds a text anywhere.
pub(super) fn within(text: &str) -> String {
    format!("%{}%", text.replace('!', "!!").replace('%', "!%").replace('_', "!_"))
}

/// Makes a user who has not signed in yet, and puts the user into the unit's default team.
pub fn invite(tx: &mut Tx<'_>, new: &NewUser<'_>) -> Result<PrincipalId, AccountError> {
    let (name, name_key) = named(new.name)?;
    let (email, _) = named(new.email)?;
    units::known(tx, new.unit)?;
    if let Some(manager) = new.manager {
        known(tx, manager)?;
    }
    let id = PrincipalId(tx.new_id());
    tx.run(
        "INSERT INTO sys_principals (id, kind, name, name_key, unit, state, email, email_key, title, number, epoch, is_default, created_on,
         created_by, share_number) VALUES (?1, 'user', ?2, ?3, ?4, 'invited', ?5, ?6, ?7, 1, 1, 0, ?8, ?9, 0)",
        &[
            id.0.into(),
            plain(&name),
            plain(&name_key),
            new.unit.0.into(),
            plain(&email),
            plain(&text::address_key(&email)),
            maybe(new.title),
            tx.now.into(),
            by(tx),
        ],
    )?;
    let body = json!({ "name": name, "email": email, "title": new.title, "unit": new.unit.to_string(), "state": "invited" });
    tx.changed("users", id.0, None, Some(body));
    let team = teams::default_of(tx, new.unit)?;
    teams::enter(tx, team, id)?;
    if new.manager.is_some() {
        report_to(tx, id, new.manager)?;
    }
    Ok(id)
}

/// Gives the user another name and job.
pub fn describe_user(tx: &mut Tx<'_>, id: PrincipalId, name: &str, title: Option<&str>) -> Result<(), AccountError> {
    let (name, key) = named(name)?;
    let old = known(tx, id)?;
    tx.run(
        "UPDATE sys_principals SET name = ?2, name_key = ?3, title = ?4 WHERE id = ?1",
        &[id.0.into(), plain(&name), plain(&key), maybe(title)],
    )?;
    let before = json!({ "name": old.name, "title": old.title });
    tx.changed("users", id.0, Some(before), Some(json!({ "name": name, "title": title })));
    rights::raise_user(tx, id)?;
    Ok(())
}

/// Moves the user to another state. When somebody is stopped or let back every session, token and invitation so far dies
/// for good; none of their rows is touched, so it takes as long for one as for thousands.
pub fn set_state(tx: &mut Tx<'_>, id: PrincipalId, state: UserState) -> Result<(), AccountError> {
    rights::lock(tx)?;
    let old = known(tx, id)?;
    if old.state == state {
        return Ok(());
    }
    let ends_sessions = old.state.is_shut_out() || state.is_shut_out();
    tx.run(
        "UPDATE sys_principals SET state = ?2, number = number + 1, epoch = epoch + ?3 WHERE id = ?1",
        &[id.0.into(), state.name().into(), i64::from(ends_sessions).into()],
    )?;
    if ends_sessions {
        tx.run("UPDATE sys_invitations SET used = ?2 WHERE user_id = ?1 AND used IS NULL", &[id.0.into(), tx.now.into()])?;
    }
    tx.changed("users", id.0, Some(json!({ "state": old.state.name() })), Some(json!({ "state": state.name() })));
    Ok(())
}

/// Moves the user to another unit and its default team. The user's rows stay where they are.
pub fn move_user(tx: &mut Tx<'_>, id: PrincipalId, unit: UnitId) -> Result<(), AccountError> {
    let old = known(tx, id)?;
    units::known(tx, unit)?;
    if old.unit == unit {
        return Ok(());
    }
    let (from, to) = (teams::default_of(tx, old.unit)?, teams::default_of(tx, unit)?);
    teams::leave(tx, from, id)?;
    tx.run("UPDATE sys_principals SET unit = ?2 WHERE id = ?1", &[id.0.into(), unit.0.into()])?;
    tx.changed("users", id.0, Some(json!({ "unit": old.unit.to_string() })), Some(json!({ "unit": unit.to_string() })));
    teams::enter(tx, to, id)?;
    rights::raise_user(tx, id)?;
    Ok(())
}

/// Says whom the user reports to. Nobody is above themselves.
pub fn set_manager(tx: &mut Tx<'_>, id: PrincipalId, manager: Option<PrincipalId>) -> Result<(), AccountError> {
    rights::lock(tx)?;
    let old = known(tx, id)?;
    if old.manager == manager {
        return Ok(());
    }
    let mut above = manager;
    let mut met = BTreeSet::from([id]);
    while let Some(next) = above {
        if !met.insert(next) {
            return Err(Problem::Cycle.into());
        }
        above = user(tx, next)?.ok_or(Problem::Unknown)?.manager;
    }
    report_to(tx, id, manager)?;
    rights::raise_user(tx, id)?;
    Ok(())
}

fn report_to(tx: &mut Tx<'_>, id: PrincipalId, manager: Option<PrincipalId>) -> Result<(), Fault> {
    let old = user(tx, id)?.and_then(|u| u.manager);
    tx.run("UPDATE sys_managers SET ended = ?2 WHERE user_id = ?1 AND ended IS NULL", &[id.0.into(), tx.now.into()])?;
    if let Some(manager) = manager {
        let row = tx.new_id();
        tx.run(
            "INSERT INTO sys_managers (id, user_id, manager, by_id, since) VALUES (?1, ?2, ?3, ?4, ?5)",
            &[row.into(), id.0.into(), manager.0.into(), by(tx), tx.now.into()],
        )?;
    }
    let said = |m: Option<PrincipalId>| json!({ "manager": m.map(|m| m.to_string()) });
    tx.changed("users", id.0, Some(said(old)), Some(said(manager)));
    Ok(())
}

/// Who reports to this user now, by name.
pub fn reports_of(tx: &mut Tx<'_>, manager: PrincipalId) -> Result<Vec<PrincipalId>, Fault> {
    let mut sql = select(tx);
    sql.push(" AND m.manager = ").bind(manager.0).push(" ORDER BY p.name_key, p.id");
    tx.ask(&sql)?.iter().map(|row| row.id(0).map(PrincipalId)).collect()
}

/// Keeps why something was done to the user, beside the change in the trail. Nothing is kept for no reason.
pub fn remark(tx: &mut Tx<'_>, id: PrincipalId, reason: Option<&str>) -> Result<(), Fault> {
    if let Some(reason) = reason {
        tx.changed("users", id.0, Some(json!({})), Some(json!({ "reason": reason })));
    }
    Ok(())
}

/// Notes that the user was here. No change: it needs no signature and leaves no entry.
pub fn touch_seen(tx: &mut Tx<'_>, id: PrincipalId) -> Result<(), Fault> {
    quietly(tx, "UPDATE sys_principals SET last_seen = ?2 WHERE id = ?1 AND kind = 'user'", &[id.0.into(), tx.now.into()])?;
    Ok(())
}

/// Holds the user, or the team, as is until the transaction ends: whoever freezes or moves it waits, or this transaction
/// runs again. A transaction that only reads sees one moment, and holds nobody.
pub fn lock_user_share(tx: &mut Tx<'_>, id: PrincipalId) -> Result<(), Fault> {
    if tx.dialect() == Dialect::Postgres && !tx.only_reads {
        tx.rows("SELECT id FROM sys_principals WHERE id = ?1 FOR SHARE", &[Value::Id(id.0)])?;
    }
    Ok(())
}

/// Holds the user until the transaction ends, for a change of the user: whoever does something in the user's name waits.
pub fn lock_user(tx: &mut Tx<'_>, id: PrincipalId) -> Result<(), Fault> {
    let lock = format!("SELECT id FROM sys_principals WHERE id = ?1{}", for_update(tx));
    tx.row(&lock, &[Value::Id(id.0)])?;
    Ok(())
}

/// The user, locked where there are locks, or the problem that there is none.
pub(super) fn known(tx: &mut Tx<'_>, id: PrincipalId) -> Result<User, AccountError> {
    lock_user(tx, id)?;
    Ok(user(tx, id)?.ok_or(Problem::Unknown)?)
}

/// True for a user or a team; the two fixed principals hold no rights.
pub(crate) fn is_user_or_team(tx: &mut Tx<'_>, id: PrincipalId) -> Result<bool, Fault> {
    Ok(tx.row("SELECT id FROM sys_principals WHERE id = ?1 AND kind IN ('user', 'team')", &[id.0.into()])?.is_some())
}
