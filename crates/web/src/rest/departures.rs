//! Departures: planned, decided, approved, run, undone; their proof, their archive, and the organisation's policy.
//!
//! A plan is answered whole, with what may be chosen for each item and what stands in the way of the next step; choices
//! are sent by the key of their item. A step names the version it was decided on, where that is said.
//! Not here: what refers to a person and who may what (`crm`). Start reading at [`plan`].
//! Proved by `tests/it/departures.rs`.

use super::show;
use crate::App;
use crate::answer::{Answer, No, Outcome};
use crate::call::{Call, column};
use catalogue::RowId;
use crm::departures::{self, Approves, Choice, Departure, DepartureLine, DeparturePolicy, Edit, Item, Preset, Sample, Sheet};
use crm::{Actor, Asker, Desk, Done, PrincipalId, Tx, Verb};
use serde_json::{Map, Value as Json, json};
use std::io::Read;

/// How often a delivery asks again whether whoever takes it may, in microseconds.
const EVERY: i64 = 500_000;

/// Departures, newest first.
pub fn list(app: &App, call: &Call) -> Outcome {
    let limit = call.number_param("limit", 1, 200, 50)?;
    let of = match call.param("user") {
        None => None,
        Some(id) => Some(PrincipalId(RowId::parse(id).ok_or_else(|| column("user", "not an id"))?)),
    };
    let page = app.desk.look(&call.asker()?, |tx, actor| departures::list(tx, actor, of, call.param("after"), limit))?;
    Ok(Answer::data(json!({ "rows": page.rows.iter().map(line).collect::<Vec<Json>>(), "next": page.next })))
}

fn line(line: &DepartureLine) -> Json {
    let of = &line.departure;
    let mut told = head(of, &line.name);
    told.insert("planned_by".into(), show::user(of.planned_by, &line.planned_by));
    Json::Object(told)
}

fn head(of: &Departure, name: &str) -> Map<String, Json> {
    let mut told = Map::new();
    let mut put = |name: &str, value: Json| told.insert(name.to_owned(), value);
    put("id", json!(of.id.to_string()));
    put("version", json!(of.version));
    put("state", json!(of.state.name()));
    put("user", show::user(of.user, name));
    put("reason", json!(of.reason));
    put("on", show::maybe_moment(of.starts_on));
    put("created_on", show::moment(of.created_on));
    put("begun_on", show::maybe_moment(of.begun_on));
    put("ended_on", show::maybe_moment(of.ended_on));
    put("job", json!(of.job.map(|id| id.to_string())));
    put("why", json!(of.why));
    told
}

/// One departure, whole.
pub fn open(app: &App, call: &Call) -> Outcome {
    let sheet = app.desk.look(&call.asker()?, |tx, actor| departures::open(tx, actor, call.id()))?;
    Ok(shown(&sheet))
}

fn shown(sheet: &Sheet) -> Answer {
    Answer::data(whole(sheet)).with("etag", show::etag(sheet.departure.version))
}

fn whole(sheet: &Sheet) -> Json {
    let of = &sheet.departure;
    let named = |id: PrincipalId| {
        let name = sheet.names.iter().find(|(one, _)| *one == id).map_or("", |(_, name)| name.as_str());
        show::user(id, name)
    };
    let maybe = |id: Option<PrincipalId>| id.map_or(Json::Null, named);
    let mut told = head(of, &sheet.name);
    let mut put = |name: &str, value: Json| told.insert(name.to_owned(), value);
    put("planned_by", named(of.planned_by));
    put("decided_by", maybe(of.decided_by));
    put("approved_by", maybe(of.approved_by));
    put("approved_on", show::maybe_moment(of.approved_on));
    put("run_by", maybe(of.run_by));
    put("items", json!(sheet.items.iter().map(item).collect::<Vec<Json>>()));
    put("news", json!(sheet.news));
    put("in_the_way", json!(sheet.may.in_the_way));
    put("may", may(sheet));
    let tally = sheet.tally.iter().map(|t| json!({ "item": t.item, "label": t.label, "done": t.done, "back": t.back }));
    put("done", json!(tally.collect::<Vec<Json>>()));
    let conflicts = sheet.conflicts.iter().map(|c| json!({ "row": row(&c.set, c.id, c.name.as_deref()), "why": c.why }));
    put("conflicts", json!(conflicts.collect::<Vec<Json>>()));
    put("archive", json!(of.archive_told));
    let job =
        sheet.job.as_ref().map(|job| json!({ "state": job.state.name(), "done": job.done, "total": job.total, "message": job.message }));
    put("progress", json!(job));
    Json::Object(told)
}

fn may(sheet: &Sheet) -> Json {
    let may = &sheet.may;
    json!({
        "choose": may.choose, "submit": may.submit, "approve": may.approve, "run": may.run, "stop": may.stop, "cancel": may.cancel,
        "undo": may.undo, "archive": may.archive,
    })
}

fn item(item: &Item) -> Json {
    json!({
        "key": item.key, "kind": item.kind.name(), "set": item.set, "column": item.column,
        "thing": item.thing.map(|id| id.to_string()), "label": item.label, "count": item.count,
        "sample": item.sample.iter().map(sample).collect::<Vec<Json>>(), "consequence": item.consequence,
        "offers": item.offers.iter().map(|offer| offer.name()).collect::<Vec<_>>(),
        "proposal": item.proposal.as_ref().map(Choice::written), "chosen": item.chosen.as_ref().map(Choice::written),
        "blocking": item.is_blocking,
    })
}

fn sample(one: &Sample) -> Json {
    row(&one.set, one.id, one.name.as_deref())
}

fn row(set: &str, id: RowId, name: Option<&str>) -> Json {
    match name {
        Some(name) => json!({ "set": set, "id": id.to_string(), "name": name }),
        None => json!({ "hidden": true }),
    }
}

/// Plans one, with choices at once where the body brings them.
pub fn plan(app: &App, call: &Call) -> Outcome {
    let (user, starts_on) = (PrincipalId(call.need_id("user")?), call.time_field("on")?);
    let reason = call.maybe("reason").map(str::to_owned);
    let plan = call.body.get("plan").filter(|plan| !plan.is_null());
    let takes_proposals = plan.and_then(|plan| plan.get("proposals")).and_then(Json::as_bool).unwrap_or(false);
    let choices = choices(plan, takes_proposals)?;
    let sheet = app.desk.perform(&call.asker()?, Verb::admin("departure.plan"), move |tx, actor| {
        let id = departures::plan(tx, actor, user, reason.as_deref(), starts_on)?;
        if takes_proposals || !choices.is_empty() {
            let version = departures::open(tx, actor, id)?.departure.version;
            let edit = Edit { version, choices: choices.clone(), reason: None, starts_on: None, proposals: takes_proposals };
            departures::change(tx, actor, id, &edit)?;
        }
        departures::open(tx, actor, id)
    })?;
    Ok(Answer::made(format!("/api/v1/departures/{}", sheet.departure.id), whole(&sheet)))
}

/// Choices by the key of their item; null takes one back.
fn choices(written: Option<&Json>, skips_proposals: bool) -> Result<Vec<(String, Option<Choice>)>, No> {
    let Some(members) = written.and_then(Json::as_object) else { return Ok(Vec::new()) };
    let wanted = members.iter().filter(|(key, _)| !(skips_proposals && *key == "proposals"));
    let read = |(key, value): (&String, &Json)| -> Result<(String, Option<Choice>), No> {
        let choice = if value.is_null() { None } else { Some(Choice::read(&format!("choices.{key}"), value)?) };
        Ok((key.clone(), choice))
    };
    wanted.map(read).collect()
}

/// Changes choices, reason or hour of a plan.
pub fn change(app: &App, call: &Call) -> Outcome {
    let id = call.id();
    let has = |name: &str| call.body.contains_key(name);
    let edit = Edit {
        version: version(call)?.ok_or_else(|| column("version", "here belongs the version you looked at"))?,
        choices: choices(call.body.get("choices"), false)?,
        reason: has("reason").then(|| call.maybe("reason").map(str::to_owned)),
        starts_on: if has("on") { Some(call.time_field("on")?) } else { None },
        proposals: call.flag("proposals"),
    };
    let sheet = app.desk.perform(&call.asker()?, Verb::admin("departure.change"), move |tx, actor| {
        departures::change(tx, actor, id, &edit)?;
        departures::open(tx, actor, id)
    })?;
    Ok(shown(&sheet))
}

fn version(call: &Call) -> Result<Option<i64>, No> {
    let Some(written) = call.body.get("version").filter(|v| !v.is_null()) else { return Ok(None) };
    written.as_i64().map(Some).ok_or_else(|| column("version", "here belongs the version you looked at"))
}

/// The version that a step was decided on; the one now where none was named.
fn version_now(app: &App, call: &Call) -> Result<i64, No> {
    match version(call)? {
        Some(version) => Ok(version),
        None => Ok(app.desk.look(&call.asker()?, |tx, actor| Ok(departures::open(tx, actor, call.id())?.departure.version))?),
    }
}

/// How a departure stands after a step.
fn after(app: &App, call: &Call) -> Outcome {
    let found = app.desk.look(&call.asker()?, |tx, actor| departures::open(tx, actor, call.id()));
    match found {
        Ok(sheet) => Ok(shown(&sheet)),
        // WHY: a step can end what let somebody see it; it was done all the same.
        Err(crm::Error::Denied(_)) => Ok(Answer::data(json!({ "id": call.id().to_string() }))),
        Err(other) => Err(other.into()),
    }
}

/// A step that is one verb in one transaction.
fn step(app: &App, call: &Call, name: &str, act: impl Fn(&mut Tx<'_>, &Actor) -> Done<()> + Send + 'static) -> Outcome {
    app.desk.perform(&call.asker()?, Verb::admin(name), act)?;
    after(app, call)
}

/// All is decided.
pub fn submit(app: &App, call: &Call) -> Outcome {
    let (id, version) = (call.id(), version_now(app, call)?);
    step(app, call, "departure.submit", move |tx, actor| departures::submit(tx, actor, id, version))
}

/// Approves; it begins at once where the policy says so.
pub fn approve(app: &App, call: &Call) -> Outcome {
    // Whoever approves says what they looked at.
    let version = version(call)?.ok_or_else(|| column("version", "here belongs the version you looked at"))?;
    departures::approve(&app.desk, &call.asker()?, call.id(), version, call.maybe("note"))?;
    after(app, call)
}

/// Does not approve: the plan is a draft again.
pub fn send_back(app: &App, call: &Call) -> Outcome {
    let (id, version, note) = (call.id(), version_now(app, call)?, call.maybe("note").map(str::to_owned));
    step(app, call, "departure.send_back", move |tx, actor| departures::send_back(tx, actor, id, version, note.as_deref()))
}

/// Makes it run, or go on.
pub fn run(app: &App, call: &Call) -> Outcome {
    let version = version_now(app, call)?;
    departures::run(&app.desk, &call.asker()?, call.id(), version)?;
    after(app, call)
}

/// Stops its job after the batch at hand.
pub fn stop(app: &App, call: &Call) -> Outcome {
    let id = call.id();
    step(app, call, "departure.stop", move |tx, actor| departures::stop(tx, actor, id))
}

/// Drops it before anything was done.
pub fn cancel(app: &App, call: &Call) -> Outcome {
    let (id, version, note) = (call.id(), version_now(app, call)?, call.maybe("note").map(str::to_owned));
    step(app, call, "departure.cancel", move |tx, actor| departures::cancel(tx, actor, id, version, note.as_deref()))
}

/// Gives back what was handed over.
pub fn undo(app: &App, call: &Call) -> Outcome {
    let id = call.id();
    step(app, call, "departure.undo", move |tx, actor| departures::undo(tx, actor, id))
}

/// The proof of what was done.
pub fn certificate(app: &App, call: &Call) -> Outcome {
    Ok(Answer::data(app.desk.look(&call.asker()?, |tx, actor| departures::certificate(tx, actor, call.id()))?))
}

/// The sealed archive. Each time it is fetched stands in the trail.
pub fn archive(app: &App, call: &Call) -> Outcome {
    let (who, id) = (call.asker()?, call.id());
    let (name, found) = app.desk.perform(&who, Verb::export("departure.archive"), move |tx, actor| departures::archive(tx, actor, id))?;
    let size = found.size();
    let bytes = Watched { desk: app.desk.clone(), who, id, looked: app.desk.store().now(), bytes: app.desk.store().open_bytes(found)? };
    Ok(Answer::file(&name, "application/octet-stream", Some(size), bytes))
}

/// The bytes of an archive on their way to somebody who is looked at again.
struct Watched<R> {
    desk: Desk,
    who: Asker,
    id: RowId,
    looked: i64,
    bytes: R,
}

impl<R: Read> Read for Watched<R> {
    fn read(&mut self, into: &mut [u8]) -> std::io::Result<usize> {
        let now = self.desk.store().now();
        if !(0..EVERY).contains(&(now - self.looked)) {
            let looked = self.desk.look(&self.who, |tx, actor| departures::archive(tx, actor, self.id).map(drop));
            looked.map_err(|error| std::io::Error::new(std::io::ErrorKind::PermissionDenied, error))?;
            self.looked = now;
        }
        self.bytes.read(into)
    }
}

/// Everything that refers to a person, without a departure.
pub fn dependencies(app: &App, call: &Call) -> Outcome {
    let user = call.principal_named("id");
    let found = app.desk.look(&call.asker()?, |tx, actor| departures::dependencies(tx, actor, user))?;
    Ok(Answer::data(json!({ "rows": found.iter().map(item).collect::<Vec<Json>>() })))
}

/// What the organisation asks of a departure.
pub fn policy(app: &App, call: &Call) -> Outcome {
    Ok(Answer::data(app.desk.look(&call.asker()?, |tx, _| policies_told(tx))?))
}

/// The policy in force, and the one that counts from a moment on.
fn policies_told(tx: &mut Tx<'_>) -> Done<Json> {
    let mut told = policy_told(&departures::policy(tx)?);
    if let (Some((next, from)), Some(members)) = (departures::pending_policy(tx)?, told.as_object_mut()) {
        members.insert("next".into(), policy_told(&next));
        members.insert("next_from".into(), show::moment(from));
    }
    Ok(told)
}

fn policy_told(policy: &DeparturePolicy) -> Json {
    json!({
        "preset": policy.preset().map(Preset::name), "managers_start": policy.managers_start, "approves": policy.approves.name(),
        "runs_on_approval": policy.runs_on_approval, "needs_archive": policy.needs_archive,
        "leave_nothing_open": policy.leave_nothing_open, "at_once": policy.at_once, "archive_key": policy.archive_key,
    })
}

/// Takes a preset, then what the body says besides; what it does not name stays.
pub fn set_policy(app: &App, call: &Call) -> Outcome {
    let preset = match call.maybe("preset") {
        None => None,
        Some(word) => Some(Preset::parse(word).ok_or_else(|| column("preset", "here belongs `one_person` or `two_people`"))?),
    };
    let approves = match call.maybe("approves") {
        None => None,
        Some(word) => Some(
            Approves::parse(word).ok_or_else(|| column("approves", "here belongs `nobody`, `second`, `manager` or `manager_or_second`"))?,
        ),
    };
    let flag = |name: &str| call.body.get(name).and_then(Json::as_bool);
    let (starts, runs, needs) = (flag("managers_start"), flag("runs_on_approval"), flag("needs_archive"));
    let (leaves, at_once) = (flag("leave_nothing_open"), flag("at_once"));
    let key = call.body.contains_key("archive_key").then(|| call.maybe("archive_key").map(str::to_owned));
    let kept = app.desk.perform(&call.asker()?, Verb::admin("departure-policy.change"), move |tx, actor| {
        let old = departures::policy(tx)?;
        let base = preset.map_or_else(|| old.clone(), |preset| DeparturePolicy { archive_key: old.archive_key.clone(), ..preset.policy() });
        let new = DeparturePolicy {
            managers_start: starts.unwrap_or(base.managers_start),
            approves: approves.unwrap_or(base.approves),
            runs_on_approval: runs.unwrap_or(base.runs_on_approval),
            needs_archive: needs.unwrap_or(base.needs_archive),
            leave_nothing_open: leaves.unwrap_or(base.leave_nothing_open),
            at_once: at_once.unwrap_or(base.at_once),
            archive_key: key.clone().unwrap_or(base.archive_key),
        };
        departures::set_policy(tx, actor, &new)?;
        policies_told(tx)
    })?;
    Ok(Answer::data(kept))
}
