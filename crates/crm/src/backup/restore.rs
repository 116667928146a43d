//! Restore: the organisation of a backup, without anybody who was shut out since, and without an open door.
//!
//! In one transaction, before any server can open it: every session, token, invitation and link ends, and the revocation
//! journal is replayed. The last act upon a person counts: one that shuts out counts whenever it was, because it may have
//! met the moment of the backup; one that lets back counts only when it is later than the backup; and whoever was disabled
//! after it stays so, because what was given had ended. Without a journal all but one administrator come back frozen.
//! Not here: filling the database (`store::dump`). Start reading at [`restore`]. Proved by `crates/crm/tests/it/backup.rs`.

use super::NotDone;
use crate::{Desk, Done, Problem};
use catalogue::RowId;
use security::{PrincipalId, UserState};
use serde_json::json;
use std::collections::BTreeMap;
use std::sync::Arc;
use store::departures::{Departure, State};
use store::dump::{self, Head, Opened, Told};
use store::journal::Journal;
use store::revocation::{self, Act, Revocation};
use store::trail::Report;
use store::{Setup, Tx, accounts, departures, rights};

/// Who comes back.
#[derive(Clone, Debug)]
pub enum Comeback {
    /// Everybody whom the revocation journal does not shut out; oldest act first.
    ByJournal(Vec<Revocation>),
    /// The administrator with this address. Everybody else is frozen.
    Only(String),
}

/// What came of it.
#[derive(Debug)]
pub struct Restoration {
    /// What the backup said of itself.
    pub head: Head,
    /// What was restored.
    pub told: Told,
    /// Whether its trail is whole.
    pub trail: Report,
    /// What was done to the people.
    pub done: Replayed,
}

/// What was done to the people of a backup.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Replayed {
    /// Sessions and tokens that were alive in the backup.
    pub sessions: u64,
    /// Who was frozen.
    pub frozen: Vec<PrincipalId>,
    /// Who was shut out for good.
    pub disabled: Vec<PrincipalId>,
    /// Who was let back.
    pub unfrozen: Vec<PrincipalId>,
    /// Who had been erased: their bytes are in the backup, so they are shut out here and are to be erased again.
    pub erase_again: Vec<PrincipalId>,
    /// Whom the journal names and the backup does not know: people who came later.
    pub unknown: usize,
    /// Departures that waited for their hour or an approval: they are plans again.
    pub departures: Vec<RowId>,
    /// Who can administer now.
    pub administrators: usize,
}

/// Makes the organisation of this backup in an empty place. Only when this has returned does a server open it.
pub fn restore(opened: Opened, setup: Setup, seal_key: Option<[u8; 32]>, comeback: &Comeback) -> Result<Restoration, NotDone> {
    if !opened.head.is_whole {
        return Err(NotDone::Taken("it is a part of an organisation, and a part is not restored to work with".into()));
    }
    let restored = dump::restore_into_empty(opened, setup, seal_key)?;
    match shut(&restored.store, &restored.head, &restored.told, comeback) {
        Ok((done, trail)) => {
            let (head, told) = (restored.head.clone(), restored.told.clone());
            restored.finish()?;
            Ok(Restoration { head, told, trail, done })
        }
        Err(error) => {
            restored.give_up()?;
            Err(error)
        }
    }
}

/// Everything that must be done before anybody comes in.
fn shut(store: &Arc<store::Store>, head: &Head, told: &Told, comeback: &Comeback) -> Result<(Replayed, Report), NotDone> {
    let key = store.trail_key();
    let trail = store.read(|tx| store::trail::verify(tx, &key))?;
    let desk = Desk::new(store.clone(), Arc::new(Journal::new(1)));
    let (made, sha256, asked) = (head.time, told.sha256.clone(), comeback.clone());
    let (done, at) = desk.operate("backup.restore", move |tx| {
        let mut done = match &asked {
            Comeback::ByJournal(acts) => replay(tx, acts, made)?,
            Comeback::Only(email) => freeze_all_but(tx, email)?,
        };
        done.departures = plan_again(tx)?;
        done.sessions = accounts::end_everything(tx)?;
        done.administrators = rights::lasting_administrators(tx)?.len();
        let count = |of: &[PrincipalId]| of.len();
        let said = json!({
            "sha256": sha256, "made_on": made, "by_journal": matches!(asked, Comeback::ByJournal(_)), "sessions_ended": done.sessions,
            "frozen": count(&done.frozen), "disabled": count(&done.disabled), "unfrozen": count(&done.unfrozen), "departures": done.departures.len(),
        });
        dump::note(tx, said);
        Ok((done, tx.now()))
    })?;
    let mut acts = match comeback {
        Comeback::ByJournal(acts) => acts.clone(),
        Comeback::Only(_) => Vec::new(),
    };
    // Whoever restores this backup once more finds the same people shut out.
    if acts.is_empty() {
        acts.extend(done.frozen.iter().map(|who| Revocation { time: at, act: Act::Freeze, principal: *who }));
    }
    revocation::carry(store.directory(), &acts)?;
    Ok((done, trail))
}

/// What the journal says of one person.
#[derive(Clone, Copy)]
struct Said {
    last: Revocation,
    /// Disabled after the backup, whatever came then: what was given to them had ended.
    disabled_since: bool,
    erased: bool,
}

/// The journal, upon what the backup says. The one place where an act of the journal gets its meaning.
fn replay(tx: &mut Tx<'_>, acts: &[Revocation], made: i64) -> Done<Replayed> {
    let mut done = Replayed::default();
    let mut all: BTreeMap<PrincipalId, Said> = BTreeMap::new();
    for act in acts {
        let said = all.entry(act.principal).or_insert(Said { last: *act, disabled_since: false, erased: false });
        said.last = *act;
        said.disabled_since |= act.act == Act::Disable && act.time >= made;
        said.erased |= act.act == Act::Erase;
    }
    for (who, said) in all {
        let Some(person) = accounts::user(tx, who)? else {
            done.unknown += 1;
            continue;
        };
        if matches!(person.state, UserState::Disabled | UserState::Erased) {
            continue;
        }
        if said.erased || said.disabled_since || said.last.act == Act::Disable {
            accounts::shut_out(tx, who)?;
            done.disabled.push(who);
            done.erase_again.extend(said.erased.then_some(who));
            continue;
        }
        match (said.last.act, person.state) {
            (Act::Freeze, UserState::Invited | UserState::Active) => {
                accounts::set_state(tx, who, UserState::Frozen)?;
                done.frozen.push(who);
            }
            (Act::Unfreeze, UserState::Frozen) if said.last.time > made => {
                let state = if accounts::password_hash(tx, who)?.is_some() { UserState::Active } else { UserState::Invited };
                accounts::set_state(tx, who, state)?;
                done.unfrozen.push(who);
            }
            _ => {}
        }
    }
    Ok(done)
}

/// What was decided in a backup was decided on a picture that is gone, and may have been cancelled since: nobody is shut
/// out by it at an hour that passed meanwhile. Somebody decides once more.
fn plan_again(tx: &mut Tx<'_>) -> Done<Vec<RowId>> {
    let mut again = Vec::new();
    for old in departures::open(tx)? {
        if !matches!(old.state, State::Approved | State::Waiting) {
            continue;
        }
        let plan = Departure {
            state: State::Draft,
            starts_on: None,
            fingerprint: None,
            decided_by: None,
            approved_by: None,
            approved_on: None,
            run_by: None,
            why: Some("the organisation was restored from a backup; look at the plan again and decide".into()),
            ..old.clone()
        };
        departures::save(tx, &old, &plan)?;
        again.push(old.id);
    }
    Ok(again)
}

/// Without a journal nobody knows who was shut out since.
fn freeze_all_but(tx: &mut Tx<'_>, email: &str) -> Done<Replayed> {
    let mut done = Replayed::default();
    let Some(stays) = accounts::user_by_email(tx, email)?.map(|user| user.id) else {
        return Err(Problem::invalid("unknown-administrator", format!("nobody in this backup has the address `{email}`")));
    };
    if !rights::lasting_administrators(tx)?.contains(&stays) {
        let words = format!("`{email}` is no active System Administrator in this backup, so nobody could let the others back");
        return Err(Problem::invalid("no-administrator", words));
    }
    for user in accounts::users(tx, &accounts::UserQuery::default())? {
        if user.id != stays && matches!(user.state, UserState::Invited | UserState::Active) {
            accounts::set_state(tx, user.id, UserState::Frozen)?;
            done.frozen.push(user.id);
        }
    }
    Ok(done)
}
