//! Departures as they lie: the plan, its state, and every single thing a run changed.
//!
//! A departure's `version` rises with each change, so whoever decides says which picture they saw. Steps are written in
//! the transaction of what they name: what stands there was done, and what was done stands there.
//! Not here: what refers to a person ([`crate::references`]), what may be decided (`crm`). Start reading at [`Departure`].
//! Proved by `crates/crm/tests/it/departures.rs`.

use crate::sql::{Row, Sql};
use crate::{Fault, Tx};
use catalogue::{RowId, Value};
use security::PrincipalId;
use serde_json::{Value as Json, json};

/// Where a departure stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// It is being decided.
    Draft,
    /// It waits for somebody's approval.
    Waiting,
    /// It may run: at its hour, or when somebody says so.
    Approved,
    /// Its job is at work; the person is disabled.
    Running,
    /// Its job ended before its end, [`Departure::why`] says why; it can go on or be undone.
    Stopped,
    /// All of it is done.
    Done,
    /// What was handed over is being given back.
    Undoing,
    /// What could be given back was.
    Undone,
    /// Nothing of it was done.
    Cancelled,
}

impl State {
    /// All of them.
    pub const ALL: [State; 9] = [
        State::Draft,
        State::Waiting,
        State::Approved,
        State::Running,
        State::Stopped,
        State::Done,
        State::Undoing,
        State::Undone,
        State::Cancelled,
    ];

    /// The word in API and database.
    pub fn name(self) -> &'static str {
        match self {
            State::Draft => "draft",
            State::Waiting => "waiting",
            State::Approved => "approved",
            State::Running => "running",
            State::Stopped => "stopped",
            State::Done => "done",
            State::Undoing => "undoing",
            State::Undone => "undone",
            State::Cancelled => "cancelled",
        }
    }

    /// Reads [`State::name`].
    pub fn parse(word: &str) -> Option<State> {
        State::ALL.into_iter().find(|state| state.name() == word)
    }

    /// True when another departure of the person may begin.
    pub fn has_ended(self) -> bool {
        matches!(self, State::Done | State::Undone | State::Cancelled)
    }

    /// True before anything of it was done.
    pub fn is_plan(self) -> bool {
        matches!(self, State::Draft | State::Waiting | State::Approved)
    }
}

/// A departure. Times in microseconds UTC.
#[derive(Clone, Debug, PartialEq)]
pub struct Departure {
    /// Its id.
    pub id: RowId,
    /// Who leaves.
    pub user: PrincipalId,
    /// Where it stands.
    pub state: State,
    /// Raised by every change.
    pub version: i64,
    /// Why the person leaves.
    pub reason: Option<String>,
    /// When it is to run by itself.
    pub starts_on: Option<i64>,
    /// What was chosen, by the key of the item.
    pub choices: Json,
    /// SHA-256 over what was decided on; none before it was.
    pub fingerprint: Option<Vec<u8>>,
    /// Who planned it, and with whose rights it runs.
    pub planned_by: PrincipalId,
    /// Everybody who had a hand in the plan; none of them approves it.
    pub planners: Vec<PrincipalId>,
    /// Who said that all is decided.
    pub decided_by: Option<PrincipalId>,
    /// Who approved it.
    pub approved_by: Option<PrincipalId>,
    /// When.
    pub approved_on: Option<i64>,
    /// Who made it run.
    pub run_by: Option<PrincipalId>,
    /// When it began to run.
    pub begun_on: Option<i64>,
    /// The job that runs it, or that undid it last.
    pub job: Option<RowId>,
    /// The bytes of the archive.
    pub archive: Option<RowId>,
    /// What was found when the archive was restored and compared.
    pub archive_told: Option<Json>,
    /// The items as they were when it began.
    pub before_run: Option<Json>,
    /// What came of it.
    pub result: Option<Json>,
    /// Why it stopped.
    pub why: Option<String>,
    /// When it was planned.
    pub created_on: i64,
    /// When it ended.
    pub ended_on: Option<i64>,
}

impl Departure {
    /// True when something of it was done and nothing of it is at work.
    pub fn can_be_undone(&self) -> bool {
        let is_at_rest = matches!(self.state, State::Done | State::Stopped) || self.state.is_plan();
        is_at_rest && self.begun_on.is_some()
    }

    /// The same, with this person's hand in it. Whoever began a plan in which nothing was chosen yet has had none.
    pub fn planned_too_by(&self, planner: PrincipalId) -> Departure {
        let is_blank = self.choices.as_object().is_none_or(serde_json::Map::is_empty);
        let mut planners = if is_blank { Vec::new() } else { self.planners.clone() };
        if !planners.contains(&planner) {
            planners.push(planner);
        }
        Departure { planners, ..self.clone() }
    }
}

const COLUMNS: &str = "id, user_id, state, version, reason, starts_on, choices, fingerprint, planned_by, decided_by, approved_by, \
                       approved_on, run_by, begun_on, job, archive, archive_told, before_run, result, why, created_on, ended_on, planners";

fn json_of(text: Option<String>) -> Result<Option<Json>, Fault> {
    text.map(|text| serde_json::from_str(&text).map_err(|_| Fault::broken("a departure cannot be read"))).transpose()
}

/// What cannot be read is a fault: somebody left out could approve the own plan.
fn ids(written: Option<&Json>) -> Result<Vec<PrincipalId>, Fault> {
    let read = |id: &Json| id.as_str().and_then(RowId::parse).map(PrincipalId);
    let all = written.and_then(Json::as_array).and_then(|all| all.iter().map(read).collect::<Option<Vec<_>>>());
    all.ok_or_else(|| Fault::broken("who planned a departure cannot be read"))
}

fn written(ids: &[PrincipalId]) -> String {
    json!(ids.iter().map(ToString::to_string).collect::<Vec<_>>()).to_string()
}

fn read(row: &Row) -> Result<Departure, Fault> {
    let state = row.text(2)?;
    let who = |n: usize| -> Result<Option<PrincipalId>, Fault> { Ok(row.opt_id(n)?.map(PrincipalId)) };
    Ok(Departure {
        id: row.id(0)?,
        user: PrincipalId(row.id(1)?),
        state: State::parse(&state).ok_or_else(|| Fault::broken(format!("a departure's state is `{state}`")))?,
        version: row.int(3)?,
        reason: row.opt_text(4)?,
        starts_on: row.opt_int(5)?,
        choices: json_of(Some(row.text(6)?))?.unwrap_or_default(),
        fingerprint: match row.get(7)? {
            Value::Bytes(bytes) => Some(bytes.clone()),
            _ => None,
        },
        planned_by: PrincipalId(row.id(8)?),
        decided_by: who(9)?,
        approved_by: who(10)?,
        approved_on: row.opt_int(11)?,
        run_by: who(12)?,
        begun_on: row.opt_int(13)?,
        job: row.opt_id(14)?,
        archive: row.opt_id(15)?,
        archive_told: json_of(row.opt_text(16)?)?,
        before_run: json_of(row.opt_text(17)?)?,
        result: json_of(row.opt_text(18)?)?,
        why: row.opt_text(19)?,
        created_on: row.int(20)?,
        ended_on: row.opt_int(21)?,
        planners: ids(json_of(Some(row.text(22)?))?.as_ref())?,
    })
}

/// Begins a plan.
pub fn plan(tx: &mut Tx<'_>, user: PrincipalId, by: PrincipalId, reason: Option<&str>, starts_on: Option<i64>) -> Result<RowId, Fault> {
    let (id, now) = (tx.new_id(), tx.now());
    tx.run(
        "INSERT INTO sys_departures (id, user_id, state, version, reason, starts_on, choices, planned_by, planners, created_on, modified_on)
         VALUES (?1, ?2, 'draft', 1, ?3, ?4, '{}', ?5, ?7, ?6, ?6)",
        &[id.into(), user.0.into(), reason.map_or(Value::Null, Into::into), starts_on.into(), by.0.into(), now.into(), written(&[by]).into()],
    )?;
    tx.changed(
        "departures",
        id,
        None,
        Some(json!({ "user": user.to_string(), "state": "draft", "reason": reason, "starts_on": starts_on })),
    );
    Ok(id)
}

/// Keeps a departure as it is now; its version rises. The trail names what is different.
pub fn save(tx: &mut Tx<'_>, old: &Departure, new: &Departure) -> Result<(), Fault> {
    let now = tx.now();
    let who = |id: Option<PrincipalId>| Value::from(id.map(|id| id.0));
    let text = |json: &Option<Json>| json.as_ref().map_or(Value::Null, |json| Value::from(json.to_string()));
    let ended = if new.state.has_ended() { Some(new.ended_on.unwrap_or(now)) } else { None };
    tx.run(
        "UPDATE sys_departures SET state = ?2, version = version + 1, reason = ?3, starts_on = ?4, choices = ?5, fingerprint = ?6,
                planned_by = ?7, decided_by = ?8, approved_by = ?9, approved_on = ?10, run_by = ?11, begun_on = ?12, job = ?13,
                archive = ?14, archive_told = ?15, before_run = ?16, result = ?17, why = ?18, modified_on = ?19, ended_on = ?20,
                planners = ?21
         WHERE id = ?1",
        &[
            new.id.into(),
            new.state.name().into(),
            new.reason.as_deref().map_or(Value::Null, Into::into),
            new.starts_on.into(),
            new.choices.to_string().into(),
            new.fingerprint.clone().map_or(Value::Null, Value::Bytes),
            new.planned_by.0.into(),
            who(new.decided_by),
            who(new.approved_by),
            new.approved_on.into(),
            who(new.run_by),
            new.begun_on.into(),
            new.job.into(),
            new.archive.into(),
            text(&new.archive_told),
            text(&new.before_run),
            text(&new.result),
            new.why.as_deref().map_or(Value::Null, Into::into),
            now.into(),
            ended.into(),
            written(&new.planners).into(),
        ],
    )?;
    let said = |of: &Departure| {
        json!({ "state": of.state.name(), "reason": of.reason, "starts_on": of.starts_on, "choices": of.choices, "why": of.why,
                "planned_by": of.planned_by.to_string(), "archive": of.archive_told })
    };
    tx.changed("departures", new.id, Some(said(old)), Some(said(new)));
    Ok(())
}

/// One departure. For a change, locked where there are locks.
pub fn get(tx: &mut Tx<'_>, id: RowId) -> Result<Option<Departure>, Fault> {
    tx.row(&format!("SELECT {COLUMNS} FROM sys_departures WHERE id = ?1"), &[id.into()])?.as_ref().map(read).transpose()
}

/// Holds a departure until the transaction ends, so that two who decide do so one after the other.
pub fn lock(tx: &mut Tx<'_>, id: RowId) -> Result<Option<Departure>, Fault> {
    if tx.dialect() == crate::sql::Dialect::Postgres {
        tx.rows("SELECT id FROM sys_departures WHERE id = ?1 FOR UPDATE", &[id.into()])?;
    }
    get(tx, id)
}

/// The departure of this person that has not ended.
pub fn open_of(tx: &mut Tx<'_>, user: PrincipalId) -> Result<Option<Departure>, Fault> {
    tx.row(&format!("SELECT {COLUMNS} FROM sys_departures WHERE user_id = ?1 AND ended_on IS NULL"), &[user.0.into()])?
        .as_ref()
        .map(read)
        .transpose()
}

/// Whether a departure of this person will run at its hour.
pub fn is_planned(tx: &mut Tx<'_>, user: PrincipalId) -> Result<bool, Fault> {
    let found =
        tx.row("SELECT id FROM sys_departures WHERE user_id = ?1 AND state = 'approved' AND starts_on IS NOT NULL", &[user.0.into()])?;
    Ok(found.is_some())
}

/// Every departure that has not ended, oldest first.
pub fn open(tx: &mut Tx<'_>) -> Result<Vec<Departure>, Fault> {
    tx.rows(&format!("SELECT {COLUMNS} FROM sys_departures WHERE ended_on IS NULL ORDER BY created_on, id"), &[])?
        .iter()
        .map(read)
        .collect()
}

/// Departures, newest first, behind `after`; of one person, when one is named.
pub fn list(tx: &mut Tx<'_>, of: Option<PrincipalId>, after: Option<(i64, RowId)>, limit: usize) -> Result<Vec<Departure>, Fault> {
    let mut sql = Sql::new("SELECT ");
    sql.push(COLUMNS).push(" FROM sys_departures WHERE 1 = 1");
    if let Some(of) = of {
        sql.push(" AND user_id = ").bind(of.0);
    }
    if let Some((created, id)) = after {
        sql.push(" AND (created_on, id) < (").bind(created).push(", ").bind(id).push(")");
    }
    sql.push(" ORDER BY created_on DESC, id DESC LIMIT ").bind(i64::try_from(limit).unwrap_or(i64::MAX));
    tx.ask(&sql)?.iter().map(read).collect()
}

/// Those whose hour has come. Each is read by itself: one that cannot be read is in the way of no other.
pub fn due(tx: &mut Tx<'_>) -> Result<Vec<RowId>, Fault> {
    let now = tx.now();
    let rows =
        tx.rows("SELECT id FROM sys_departures WHERE state = 'approved' AND starts_on <= ?1 ORDER BY starts_on, id", &[now.into()])?;
    rows.iter().map(|row| row.id(0)).collect()
}

/// Those that run, or are undone, by a job that has ended: given up after several tries, or stopped where jobs are.
pub fn stranded(tx: &mut Tx<'_>) -> Result<Vec<RowId>, Fault> {
    let rows = tx.rows(
        "SELECT id FROM sys_departures WHERE ended_on IS NULL AND state IN ('running', 'undoing')
         AND NOT EXISTS (SELECT 1 FROM sys_jobs j WHERE j.id = sys_departures.job AND j.ended_on IS NULL) ORDER BY created_on, id",
        &[],
    )?;
    rows.iter().map(|row| row.id(0)).collect()
}

/// How what a run could not do is told from what could not be undone.
const LEFT: &str = "left: ";

/// One thing a run changed.
#[derive(Clone, Debug, PartialEq)]
pub struct Done {
    /// Its place in the run.
    pub seq: i64,
    /// The key of the item it belongs to.
    pub item: String,
    /// The set.
    pub set: String,
    /// The row.
    pub row: RowId,
    /// What was there before.
    pub was: Json,
    /// What is there since.
    pub became: Json,
    /// What came of undoing it: `back`, `back: ` with what there is to say of it, or why it stayed; none while nobody tried.
    pub undone: Option<String>,
}

fn read_done(row: &Row) -> Result<Done, Fault> {
    let json = |n: usize| -> Result<Json, Fault> { Ok(json_of(Some(row.text(n)?))?.unwrap_or_default()) };
    Ok(Done {
        seq: row.int(0)?,
        item: row.text(1)?,
        set: row.text(2)?,
        row: row.id(3)?,
        was: json(4)?,
        became: json(5)?,
        undone: row.opt_text(6)?,
    })
}

/// Notes what a run changed, in the transaction of the change.
pub fn note(tx: &mut Tx<'_>, departure: RowId, item: &str, set: &str, row: RowId, was: &Json, became: &Json) -> Result<(), Fault> {
    tx.run(
        "INSERT INTO sys_departure_steps (departure, seq, item, set_name, row_id, was, became)
         VALUES (?1, (SELECT coalesce(max(seq), 0) + 1 FROM sys_departure_steps WHERE departure = ?1), ?2, ?3, ?4, ?5, ?6)",
        &[departure.into(), item.into(), set.into(), row.into(), was.to_string().into(), became.to_string().into()],
    )?;
    Ok(())
}

/// Notes what a run could not do, and why.
pub fn note_left(tx: &mut Tx<'_>, departure: RowId, item: &str, set: &str, row: RowId, why: &str) -> Result<(), Fault> {
    tx.run(
        "INSERT INTO sys_departure_steps (departure, seq, item, set_name, row_id, was, became, undone)
         VALUES (?1, (SELECT coalesce(max(seq), 0) + 1 FROM sys_departure_steps WHERE departure = ?1), ?2, ?3, ?4, '{}', '{}', ?5)",
        &[departure.into(), item.into(), set.into(), row.into(), format!("{LEFT}{why}").into()],
    )?;
    Ok(())
}

/// Whether that was noted of this row before.
pub fn is_left(tx: &mut Tx<'_>, departure: RowId, item: &str, row: RowId, why: &str) -> Result<bool, Fault> {
    let found = tx.row(
        "SELECT seq FROM sys_departure_steps WHERE departure = ?1 AND item = ?2 AND row_id = ?3 AND undone = ?4",
        &[departure.into(), item.into(), row.into(), format!("{LEFT}{why}").into()],
    )?;
    Ok(found.is_some())
}

/// How many things of an item a run noted that it could not do.
pub fn left_of(tx: &mut Tx<'_>, departure: RowId, item: &str) -> Result<i64, Fault> {
    let found = tx.row(
        "SELECT count(DISTINCT row_id) FROM sys_departure_steps WHERE departure = ?1 AND item = ?2 AND undone LIKE 'left: %'",
        &[departure.into(), item.into()],
    )?;
    found.map_or(Ok(0), |row| row.int(0))
}

/// How many rows a table has: a number, and nothing of what is in them.
pub fn row_count(tx: &mut Tx<'_>, set: &str) -> Result<i64, Fault> {
    let catalogue = tx.catalogue().clone();
    let table = catalogue.find(set).ok_or_else(|| Fault::broken("rows of a table that is not there"))?;
    tx.row(&format!("SELECT count(*) FROM {}", crate::sql::name(&table.set)), &[])?.map_or(Ok(0), |row| row.int(0))
}

/// Where the trail stands: each lane's last entry.
pub fn trail_heads(tx: &mut Tx<'_>) -> Result<Vec<(i64, i64, String)>, Fault> {
    let rows = tx.rows("SELECT lane, number, hash FROM sys_lanes WHERE number > 0 ORDER BY lane", &[])?;
    rows.iter().map(|row| Ok((row.int(0)?, row.int(1)?, crate::trail::checkpoint::hex(&row.bytes(2)?)))).collect()
}

/// What a run changed and nobody tried to undo yet, the last first.
pub fn to_undo(tx: &mut Tx<'_>, departure: RowId, limit: usize) -> Result<Vec<Done>, Fault> {
    tx.rows(
        "SELECT seq, item, set_name, row_id, was, became, undone FROM sys_departure_steps WHERE departure = ?1 AND undone IS NULL
         ORDER BY seq DESC LIMIT ?2",
        &[departure.into(), i64::try_from(limit).unwrap_or(i64::MAX).into()],
    )?
    .iter()
    .map(read_done)
    .collect()
}

/// Notes what came of undoing one thing.
pub fn note_undone(tx: &mut Tx<'_>, departure: RowId, seq: i64, outcome: &str) -> Result<(), Fault> {
    tx.run(
        "UPDATE sys_departure_steps SET undone = ?3 WHERE departure = ?1 AND seq = ?2",
        &[departure.into(), seq.into(), outcome.into()],
    )?;
    Ok(())
}

/// How much a run changed, by item; and how much of it went back.
pub fn tally(tx: &mut Tx<'_>, departure: RowId) -> Result<Vec<(String, i64, i64)>, Fault> {
    tx.rows(
        "SELECT item, count(CASE WHEN undone IS NULL OR undone NOT LIKE 'left: %' THEN 1 END),
                count(CASE WHEN undone = 'back' OR undone LIKE 'back: %' THEN 1 END)
         FROM sys_departure_steps WHERE departure = ?1 GROUP BY item ORDER BY min(seq)",
        &[departure.into()],
    )?
    .iter()
    .map(|row| Ok((row.text(0)?, row.int(1)?, row.int(2)?)))
    .collect()
}

/// What could not be undone, or not quite, in the order it was done.
pub fn conflicts(tx: &mut Tx<'_>, departure: RowId, after: i64, limit: usize) -> Result<Vec<Done>, Fault> {
    tx.rows(
        "SELECT seq, item, set_name, row_id, was, became, undone FROM sys_departure_steps
         WHERE departure = ?1 AND undone IS NOT NULL AND undone <> 'back' AND seq > ?2 ORDER BY seq LIMIT ?3",
        &[departure.into(), after.into(), i64::try_from(limit).unwrap_or(i64::MAX).into()],
    )?
    .iter()
    .map(read_done)
    .collect()
}
