//! The outbox as people see it: what is to be sent to whom, where it is and why; trying again, withdrawing.
//!
//! It shows kind, person, state and the mail server's words, and of the letter itself neither subject nor text: those
//! may name records that whoever looks after mail may not open, and links that would let them become somebody else.
//! Not here: the settings ([`super::settings`]). Start reading at [`outbox`]. Proved by `crates/crm/tests/it/mail.rs`.

use super::letters::{Kind, Letter, Link};
use super::{Line, State};
use crate::{Done, Problem};
use catalogue::RowId;
use security::{Actor, Denial, PrincipalId, Task, entrust};
use std::collections::BTreeMap;
use store::{Tx, accounts, mail};

/// A page of the outbox.
#[derive(Clone, Debug)]
pub struct OutboxPage {
    /// Letters, newest first.
    pub lines: Vec<Line>,
    /// The names of whom they are for.
    pub names: BTreeMap<PrincipalId, String>,
    /// There are more behind the last.
    pub has_more: bool,
}

/// Letters, newest first; `after` goes on behind one.
pub fn outbox(tx: &mut Tx<'_>, actor: &Actor, state: Option<State>, after: Option<RowId>, limit: usize) -> Done<OutboxPage> {
    entrust(actor, Task::ManageMail)?;
    let mut lines = mail::lines(tx, state, after, limit + 1)?;
    let has_more = lines.len() > limit;
    lines.truncate(limit);
    let names = names(tx, &lines)?;
    Ok(OutboxPage { lines, names, has_more })
}

fn names(tx: &mut Tx<'_>, lines: &[Line]) -> Done<BTreeMap<PrincipalId, String>> {
    let mut names = BTreeMap::new();
    for line in lines {
        if let std::collections::btree_map::Entry::Vacant(free) = names.entry(line.to)
            && let Some(person) = accounts::user(tx, line.to)?
        {
            free.insert(person.name);
        }
    }
    Ok(names)
}

/// How many letters are in each state.
pub fn counts(tx: &mut Tx<'_>, actor: &Actor) -> Done<Vec<(State, i64)>> {
    entrust(actor, Task::ManageMail)?;
    Ok(mail::counts(tx)?)
}

/// One letter, without its text.
pub fn letter(tx: &mut Tx<'_>, actor: &Actor, id: RowId) -> Done<Line> {
    entrust(actor, Task::ManageMail)?;
    mail::line(tx, id)?.ok_or_else(|| Denial::NotThere.into())
}

/// Tries a letter again now.
pub fn retry(tx: &mut Tx<'_>, actor: &Actor, id: RowId) -> Done<()> {
    let line = letter(tx, actor, id)?;
    tx.about("outbox", id);
    match line.state {
        State::Waiting | State::Held | State::Failed if mail::again(tx, id)? => Ok(()),
        State::Sent | State::Withdrawn => Err(Problem::conflict("letter-over", "this letter was sent or withdrawn already")),
        State::Waiting | State::Held | State::Failed | State::Sending => Err(under_way()),
    }
}

/// Does not send a letter any more. Its text and its link are gone.
pub fn withdraw(tx: &mut Tx<'_>, actor: &Actor, id: RowId) -> Done<()> {
    let line = letter(tx, actor, id)?;
    tx.about("outbox", id);
    let why = format!("withdrawn by {}", actor.name());
    match line.state {
        State::Waiting | State::Held | State::Failed if mail::withdraw(tx, id, &why)? => Ok(()),
        State::Sent | State::Withdrawn => Err(Problem::conflict("letter-over", "this letter was sent or withdrawn already")),
        State::Waiting | State::Held | State::Failed | State::Sending => Err(under_way()),
    }
}

fn under_way() -> crate::Error {
    Problem::conflict("letter-on-its-way", "this letter is being sent just now; look again in a minute")
}

/// Writes to whoever asks, to try the settings. Answers the letter, whose state says what the mail server answered.
pub fn test(tx: &mut Tx<'_>, actor: &Actor) -> Done<RowId> {
    entrust(actor, Task::ManageMail)?;
    let settings = mail::settings(tx)?;
    let settings = settings.ok_or_else(|| Problem::conflict("no-mail-server", "no mail server is set up yet; save the settings first"))?;
    let organisation = accounts::organisation_name(tx)?;
    let letter = Letter {
        kind: Kind::Test,
        subject: format!("A test of the mail of {organisation}"),
        text: format!(
            "Hello {},\n\nthis is the test that you asked for. Mail goes out through {}, and links begin like this:",
            actor.name(),
            settings.host
        ),
        link: Link::To("/".into()),
        ends_on: Some(tx.now() + crate::sign_in::HOUR),
    };
    super::post_one(tx, actor.user(), &letter)?.ok_or_else(|| Denial::State(actor.state()).into())
}
