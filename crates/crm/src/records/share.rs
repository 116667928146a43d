//! Shares a record, and its children by the catalogue's relations.
//!
//! Whoever may share the row gives some of the rights they have on it themselves, and for no longer than they have them,
//! to a user, a team or everybody, and may say when it ends. An inherited share names the share it comes from and lives only as long; it carries only what
//! the sharer may give on that child.
//! Not here: ending a share ([`super::unshare()`]). Proved by `crates/crm/tests/it/records_write.rs`.

use super::cascade::{Met, followers, owned_children};
use super::reach::{covers, denied, reach, table_of};
use crate::values::moment_text;
use crate::{Done, Problem};
use catalogue::{RowId, Table, TableId};
use security::{Actor, Denial, Path, Permit, PrincipalId, Privilege, Rights, ShareFact, permit};
use store::accounts::{self, PrincipalKind};
use store::records::{self, NewShare, Written, end_share, live_shares};
use store::{Fault, Tx};

/// What is to be shared with whom.
#[derive(Clone, Debug)]
pub struct ShareAsk {
    /// A user, a team, or [`PrincipalId::ORGANISATION`].
    pub with: PrincipalId,
    /// What it carries.
    pub rights: Rights,
    /// When it ends by itself, microseconds UTC.
    pub until: Option<i64>,
}

/// Shares the record.
pub fn share(tx: &mut Tx<'_>, actor: &Actor, table: TableId, id: RowId, ask: &ShareAsk) -> Done<()> {
    let table = table_of(actor, table)?;
    tx.about(&table.set, id);
    let share = reach(tx, actor, Privilege::Share, table, id)?;
    if !table.is_owned() {
        return Err(Problem::malformed("not-shareable", format!("{} belong to the organisation and are not shared", table.set)));
    }
    fitting(tx, actor, ask)?;
    for right in ask.rights.list() {
        reach(tx, actor, right, table, id)?;
    }
    bestow(tx, actor, &share, table, id, ask)
}

/// Gives the row, and then its children as far as the actor may, to somebody who fits.
pub(super) fn bestow(tx: &mut Tx<'_>, actor: &Actor, share: &Permit<'_>, table: &Table, id: RowId, ask: &ShareAsk) -> Done<()> {
    lasting(tx, actor, table, id, ask)?;
    let given = NewShare { row: id, with: ask.with, rights: ask.rights, until: ask.until, inherited: None };
    let source = give(tx, share, &given)?.ok_or_else(|| denied(Privilege::Share, table))?;
    let mut met = Met::default();
    met.enter(table, id)?;
    hand_down(tx, actor, table, &NewShare { inherited: Some(source), ..given }, &mut met)
}

/// Whom, what and until when must make sense.
fn fitting(tx: &mut Tx<'_>, actor: &Actor, ask: &ShareAsk) -> Done<()> {
    if ask.rights.0 == 0 || !ask.rights.within(Rights::shareable()) {
        return Err(Problem::column("rights", "name one or more of read, write, delete, append, append_to, assign, share, export"));
    }
    if ask.until.is_some_and(|until| until <= tx.now()) {
        return Err(Problem::column("until", "lies in the past"));
    }
    if ask.with == actor.user() {
        return Err(Problem::column("principal", "nobody shares with themselves"));
    }
    if accounts::record_of_team(tx, ask.with)?.is_some() {
        return Err(Problem::column("principal", "this team belongs to one record, and is changed there"));
    }
    let found = accounts::names(tx, &[ask.with])?.remove(&ask.with);
    match found {
        Some(who) => match (who.kind, who.state) {
            (PrincipalKind::User, state) if state.is_shut_out() => Err(Problem::column("principal", format!("{} is not active", who.name))),
            (PrincipalKind::User | PrincipalKind::Team | PrincipalKind::Organisation, _) => Ok(()),
            (PrincipalKind::Operator, _) => Err(Problem::column("principal", "there is no such user or team")),
        },
        None => Err(Problem::column("principal", "there is no such user or team")),
    }
}

/// Nobody gives a right for longer than they have it themselves.
pub(super) fn lasting(tx: &mut Tx<'_>, actor: &Actor, table: &Table, id: RowId, ask: &ShareAsk) -> Done<()> {
    let facts = records::facts(tx, table.id, id)?.ok_or(Denial::NotThere)?;
    for right in ask.rights.list().chain([Privilege::Read]) {
        let why = security::explain(actor, right, table, &facts);
        if let Some(ends) = [end_of(&why.paths), end_of(&why.read_paths)].into_iter().flatten().min()
            && ask.until.is_none_or(|until| until > ends)
        {
            let words = format!("your own right to {} this record ends {}; share it until then at most", right.verb(), moment_text(ends));
            return Err(Problem::column("until", words));
        }
    }
    Ok(())
}

/// When the last of these paths ends; none when one of them does not, or there is none.
fn end_of(paths: &[Path]) -> Option<i64> {
    let until = |path: &Path| match path {
        Path::Level { until, .. } => *until,
        Path::Share(share) => share.until,
        Path::Link { .. } => None,
    };
    paths.iter().map(until).collect::<Option<Vec<_>>>()?.into_iter().max()
}

fn give(tx: &mut Tx<'_>, share: &Permit<'_>, new: &NewShare) -> Done<Option<RowId>> {
    let (id, written) = records::give_share(tx, share, new)?;
    Ok(matches!(written, Written::Done(_)).then_some(id))
}

/// Hands a share that stands on a row down to its children. `from.row` is that row, `from.inherited` that share.
fn hand_down(tx: &mut Tx<'_>, actor: &Actor, table: &Table, from: &NewShare, met: &mut Met) -> Done<()> {
    let children = owned_children(actor, table, Privilege::Share, |r| r.share);
    if children.is_empty() {
        return Ok(());
    }
    let owner = records::facts(tx, table.id, from.row)?.and_then(|f| f.owner);
    for (relation, how, child, permit) in children {
        for record in followers(tx, &permit, &relation, how, (table, from.row, owner), child)? {
            pass(tx, actor, &permit, child, &NewShare { row: record.id, ..from.clone() }, met)?;
        }
    }
    Ok(())
}

/// Gives one child what of a share the actor may give there, and goes on below it.
fn pass(tx: &mut Tx<'_>, actor: &Actor, share: &Permit<'_>, table: &Table, new: &NewShare, met: &mut Met) -> Done<()> {
    if !met.enter(table, new.row)? {
        return Ok(());
    }
    let mut held = Vec::new();
    for right in new.rights.list() {
        if let Ok(permit) = permit(actor, right, table)
            && covers(tx, &permit, new.row)?
        {
            held.push(right);
        }
    }
    let rights: Rights = held.into_iter().collect();
    if rights.0 == 0 {
        return Ok(());
    }
    match give(tx, share, &NewShare { rights, ..new.clone() })? {
        Some(id) => hand_down(tx, actor, table, &NewShare { rights, inherited: Some(id), ..new.clone() }, met),
        None => Ok(()),
    }
}

/// A row takes over a share of its new parent, as far as the actor may give it.
pub(super) fn inherit(tx: &mut Tx<'_>, actor: &Actor, table: &Table, id: RowId, from: &ShareFact) -> Done<()> {
    let Ok(share) = permit(actor, Privilege::Share, table) else { return Ok(()) };
    if !covers(tx, &share, id)? {
        return Ok(());
    }
    let new = NewShare { row: id, with: from.with, rights: from.rights, until: from.until, inherited: Some(from.id) };
    pass(tx, actor, &share, table, &new, &mut Met::default())
}

/// Ends what a row inherited from the shares of a parent it no longer has.
pub(super) fn sever(tx: &mut Tx<'_>, table: &Table, id: RowId, parent: &Table, old: RowId) -> Result<(), Fault> {
    let sources: Vec<RowId> = live_shares(tx, &parent.set, old)?.iter().map(|s| s.id).collect();
    for share in live_shares(tx, &table.set, id)? {
        if share.inherited.is_some_and(|source| sources.contains(&source)) {
            end_share(tx, &table.set, &share, id)?;
        }
    }
    Ok(())
}
