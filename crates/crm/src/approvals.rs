//! Approvals: somebody is asked before something goes on.
//!
//! Nobody decides on the own ask: neither in whose name it is asked, nor whose change led to it (law 9). A decision names
//! the version of the record that was looked at; on an older picture it is refused with both numbers.
//! Not here: what follows a decision ([`crate::workflows`]). Start reading at [`decide`].
//! Proved by `crates/crm/tests/it/approvals.rs`.

use crate::notices::{self, Notice, NoticeKind, fill};
use crate::{Done, Problem, workflows};
use catalogue::{RowId, Value};
use security::{Actor, Denial, PrincipalId, Privilege, permit};
use serde_json::{Value as Json, json};
use store::approvals::{self, Approval, NewApproval};
use store::workflows::Run;
use store::{Tx, accounts, records};

/// So many are listed, of those that wait and of those that were decided.
const SHOWN: usize = 200;

/// What is asked of somebody, as they may see it now.
#[derive(Clone, Debug)]
pub struct ApprovalSheet {
    /// The approval.
    pub approval: Approval,
    /// What is asked, with what the reader may see of the record.
    pub words: String,
    /// In whose name it is asked.
    pub asked_by: String,
    /// Whose change led to it.
    pub caused_by: String,
    /// What the record is called; none for whoever may not read it.
    pub name: Option<String>,
    /// The record's version now; none for whoever may not read it.
    pub version: Option<i64>,
}

/// What somebody decides.
#[derive(Clone, Debug)]
pub struct Decision {
    /// Approved, or refused.
    pub is_approved: bool,
    /// Why, for whoever asked.
    pub note: Option<String>,
    /// The version of the record that was looked at.
    pub seen: i64,
}

/// Asks somebody on behalf of a run, as part of its step.
pub(crate) fn ask(tx: &mut Tx<'_>, actor: &Actor, run: &Run, of: PrincipalId, words: &str) -> Done<RowId> {
    let version = version_of(tx, actor, &run.set, run.row)?.ok_or(Denial::NotThere)?.1;
    let said = json!({ "words": words });
    let new = NewApproval {
        run: Some(run.id),
        asked_by: actor.user(),
        caused_by: run.caused_by,
        of_whom: of,
        set: &run.set,
        row: run.row,
        row_version: version,
        said: &said,
    };
    let id = approvals::ask(tx, &new)?;
    tell_asked(tx, of, id, (&run.set, run.row), words)?;
    Ok(id)
}

fn tell_asked(tx: &mut Tx<'_>, of: PrincipalId, id: RowId, about: (&str, RowId), words: &str) -> Done<()> {
    let said = json!({ "words": words, "approval": id.to_string() });
    let about = Some((about.0.to_owned(), about.1));
    notices::tell(tx, of, &Notice { kind: NoticeKind::Asked, said, about, link: Some(format!("/approvals/{id}")) }).map(drop)
}

/// Why this person cannot decide in the place of whoever was asked; nothing when they can.
pub(crate) fn unfit(tx: &mut Tx<'_>, approval: &Approval, heir: &Actor) -> Done<Option<&'static str>> {
    let runs_for = approval.run.map(|run| store::workflows::run(tx, run)).transpose()?.flatten().map(|run| run.owner);
    if [Some(approval.caused_by), Some(approval.asked_by), runs_for].contains(&Some(heir.user())) {
        return Ok(Some("nobody decides on what they asked for themselves"));
    }
    let seen = version_of(tx, heir, &approval.set, approval.row)?;
    Ok(seen.is_none().then_some("whoever would get it may not see the record, so they could not decide"))
}

/// Lets this person decide what waits for somebody else, and asks them. False when it waits for that one no more.
pub(crate) fn hand_on(tx: &mut Tx<'_>, approval: &Approval, from: PrincipalId, to: PrincipalId) -> Done<bool> {
    if !approvals::hand_on(tx, approval.id, from, to)? {
        return Ok(false);
    }
    let words = approval.said.get("words").and_then(Json::as_str).unwrap_or_default();
    tell_asked(tx, to, approval.id, (&approval.set, approval.row), words)?;
    Ok(true)
}

/// What is asked of the actor: what waits first, then what was decided.
pub fn list(tx: &mut Tx<'_>, actor: &Actor) -> Done<Vec<ApprovalSheet>> {
    let all = approvals::of(tx, actor.user(), SHOWN)?;
    all.into_iter().map(|approval| sheet(tx, actor, approval)).collect()
}

/// One of the approvals that are asked of the actor.
pub fn get(tx: &mut Tx<'_>, actor: &Actor, id: RowId) -> Done<ApprovalSheet> {
    let approval = mine(tx, actor, id)?;
    sheet(tx, actor, approval)
}

/// Decides, and lets go on what waits for it.
pub fn decide(tx: &mut Tx<'_>, actor: &Actor, id: RowId, decision: &Decision) -> Done<()> {
    let approval = mine(tx, actor, id)?;
    tx.about(&approval.set, approval.row);
    if approval.asked_by == actor.user() || approval.caused_by == actor.user() {
        return Err(Denial::Guard("nobody decides on what they asked for, or on a change of their own; somebody else can").into());
    }
    if approval.state != "waiting" {
        return Err(Problem::conflict("decided", format!("this was {} already", approval.state)));
    }
    let note = decision.note.as_deref().map(str::trim).filter(|note| !note.is_empty());
    if note.is_some_and(|note| note.chars().count() > 500) {
        return Err(Problem::column("note", "at most 500 characters"));
    }
    let version = version_of(tx, actor, &approval.set, approval.row)?.ok_or(Denial::NotThere)?.1;
    if version != decision.seen {
        let words = format!("you looked at version {} of the record, it has version {version} now; look again and decide", decision.seen);
        return Err(Problem::conflict("old-picture", words));
    }
    let state = if decision.is_approved { "approved" } else { "refused" };
    if !approvals::decide(tx, id, state, note, Some(version))? {
        return Err(Problem::conflict("decided", "this was decided already"));
    }
    if let Some(run) = approval.run {
        workflows::decided(tx, run, decision.is_approved, actor.name())?;
    }
    let said = json!({ "decided": state, "note": note });
    let notice = Notice { kind: NoticeKind::Decided, said, about: Some((approval.set.clone(), approval.row)), link: None };
    notices::tell(tx, approval.asked_by, &notice)?;
    if approval.caused_by != approval.asked_by && accounts::user(tx, approval.caused_by)?.is_some() {
        notices::tell(tx, approval.caused_by, &notice)?;
    }
    Ok(())
}

/// What is asked of somebody else is not there.
fn mine(tx: &mut Tx<'_>, actor: &Actor, id: RowId) -> Done<Approval> {
    let found = approvals::get(tx, id)?.filter(|approval| approval.of_whom == actor.user());
    found.ok_or_else(|| Denial::NotThere.into())
}

fn sheet(tx: &mut Tx<'_>, actor: &Actor, approval: Approval) -> Done<ApprovalSheet> {
    let words = approval.said.get("words").and_then(Json::as_str).unwrap_or_default().to_owned();
    let words = fill(tx, actor, &approval.set, approval.row, &words)?;
    let names = accounts::names(tx, &[approval.asked_by, approval.caused_by])?;
    let name = |id: PrincipalId| names.get(&id).map_or_else(|| "somebody".to_owned(), |known| known.name.clone());
    let (asked_by, caused_by) = (name(approval.asked_by), name(approval.caused_by));
    let seen = version_of(tx, actor, &approval.set, approval.row)?;
    let (name, version) = seen.map_or((None, None), |(name, version)| (Some(name), Some(version)));
    Ok(ApprovalSheet { approval, words, asked_by, caused_by, name, version })
}

/// Name and version of a record, for whoever may read it.
fn version_of(tx: &mut Tx<'_>, actor: &Actor, set: &str, id: RowId) -> Done<Option<(String, i64)>> {
    let catalogue = actor.catalogue().clone();
    let Some(table) = catalogue.find(set) else { return Ok(None) };
    let Ok(read) = permit(actor, Privilege::Read, table) else { return Ok(None) };
    let Some(record) = records::get(tx, &read, id)? else { return Ok(None) };
    let name = record.get(table.primary).and_then(Value::text).unwrap_or_default().to_owned();
    Ok(record.named(table, "version").and_then(Value::int).map(|version| (name, version)))
}
