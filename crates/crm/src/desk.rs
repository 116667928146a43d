//! Where every verb passes: one transaction, the actor loaded inside it, one entry in the trail.
//!
//! [`Desk::look`] reads, [`Desk::perform`] changes. Rights are loaded from the [`Asker`] in the transaction that uses
//! them; what is kept of an actor between transactions counts only while the person's number and the organisation's are
//! what they were, and only a reading transaction may keep one: it saw nothing uncommitted.
//! Not here: who may what (`security`). Proved by `crates/crm/tests/it/desk.rs`.

use crate::{Done, Error, notices, sign_in, workflows};
use catalogue::RowId;
use security::{Actor, Denial, PrincipalId, Task, UserState, entrust};
use sha2::{Digest, Sha256};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use store::journal::{Journal, Reading, ReadingKind};
use store::{Stamp, Store, Tx, accounts, rights};

/// By which way somebody comes. The word stands in the trail.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Channel {
    /// The web client.
    Page,
    /// The API.
    Api,
    /// A job that runs for somebody.
    Job,
    /// The command line.
    CommandLine,
    /// A workflow that runs with somebody's rights.
    Workflow,
}

impl Channel {
    /// The word in the trail.
    pub fn name(self) -> &'static str {
        match self {
            Channel::Page => "page",
            Channel::Api => "api",
            Channel::Job => "job",
            Channel::CommandLine => "command line",
            Channel::Workflow => "workflow",
        }
    }
}

/// Who stands at the desk. Rights are loaded from it inside the transaction.
#[derive(Clone, Debug)]
pub enum Asker {
    /// Somebody with a session or token, known by its hash.
    Session {
        /// SHA-256 of the secret.
        token_hash: [u8; 32],
        /// By which way.
        channel: Channel,
    },
    /// A job that runs for somebody, with the rights that person has when it runs.
    Job {
        /// For whom.
        user: PrincipalId,
        /// The person's epoch when it was asked: freeze and disable raise it and so end the job.
        epoch: i64,
    },
    /// A workflow that runs for its owner, with the rights that person has when it runs.
    Workflow {
        /// For whom.
        user: PrincipalId,
        /// The owner's epoch when this step began.
        epoch: i64,
        /// The run, so that what it starts lies one deeper.
        run: RowId,
    },
}

impl Asker {
    /// The asker who holds this secret.
    pub fn with_token(token: &str, channel: Channel) -> Asker {
        Asker::Session { token_hash: Sha256::digest(token.as_bytes()).into(), channel }
    }

    fn channel(&self) -> Channel {
        match self {
            Asker::Session { channel, .. } => *channel,
            Asker::Job { .. } => Channel::Job,
            Asker::Workflow { .. } => Channel::Workflow,
        }
    }
}

/// What a token must cover for a verb. Sessions cover everything.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    /// Looking.
    Read,
    /// Changing records.
    Write,
    /// Taking out.
    Export,
    /// People, roles, settings.
    Admin,
}

impl Scope {
    /// The word in a token.
    pub fn name(self) -> &'static str {
        match self {
            Scope::Read => "read",
            Scope::Write => "write",
            Scope::Export => "export",
            Scope::Admin => "admin",
        }
    }
}

/// What is done, as the trail calls it, and what a token needs for it.
#[derive(Clone, Debug)]
pub struct Verb {
    name: String,
    scope: Scope,
    before_factor: bool,
}

impl Verb {
    /// A change of records: `account.create`.
    pub fn write(name: impl Into<String>) -> Verb {
        Verb { name: name.into(), scope: Scope::Write, before_factor: false }
    }

    /// Taking out.
    pub fn export(name: impl Into<String>) -> Verb {
        Verb { name: name.into(), scope: Scope::Export, before_factor: false }
    }

    /// People, roles, settings.
    pub fn admin(name: impl Into<String>) -> Verb {
        Verb { name: name.into(), scope: Scope::Admin, before_factor: false }
    }

    /// About one's own second factor, or leaving: open also to whoever a role asks for a factor they have not proven.
    pub fn before_factor(name: impl Into<String>) -> Verb {
        Verb { before_factor: true, ..Verb::own(name) }
    }

    /// About one's own session, open to every scope.
    pub fn own(name: impl Into<String>) -> Verb {
        Verb { name: name.into(), scope: Scope::Read, before_factor: false }
    }
}

/// The one way in. Cheap to clone.
#[derive(Clone)]
pub struct Desk {
    inner: Arc<Inner>,
}

struct Inner {
    store: Arc<Store>,
    kept: Arc<Mutex<HashMap<PrincipalId, Kept>>>,
    journal: Arc<Journal>,
}

/// An actor kept between transactions, with the numbers it is true for.
#[derive(Clone)]
struct Kept {
    actor: Arc<Actor>,
    needs_factor: bool,
    numbers: rights::Numbers,
    ends: Option<i64>,
}

type Keep = Arc<Mutex<HashMap<PrincipalId, Kept>>>;

/// Who was found behind an asker.
struct Found {
    user: PrincipalId,
    session: Option<RowId>,
    numbers: rights::Numbers,
    scopes: Option<String>,
    /// When the session last proved a second factor; none without a session.
    factor_on: Option<i64>,
    /// A token proves nothing anew, whatever the session that made it had proven.
    is_token: bool,
}

/// The person at the desk, and whether one of their roles asks for a second factor.
struct Loaded {
    actor: Arc<Actor>,
    needs_factor: bool,
}

impl Desk {
    /// Opens the desk over a store.
    pub fn new(store: impl Into<Arc<Store>>, journal: Arc<Journal>) -> Desk {
        Desk { inner: Arc::new(Inner { store: store.into(), kept: Keep::default(), journal }) }
    }

    /// The store, for the binary's own upkeep.
    pub fn store(&self) -> &Arc<Store> {
        &self.inner.store
    }

    /// The reading journal.
    pub fn journal(&self) -> &Arc<Journal> {
        &self.inner.journal
    }

    /// Reads. What was read goes to the journal; the answer does not wait for it.
    pub fn look<T>(&self, who: &Asker, look: impl FnOnce(&mut Tx<'_>, &Actor) -> Done<T>) -> Done<T> {
        self.look_for(who, Scope::Read, look)
    }

    /// Reads with a token that must cover `scope`.
    pub fn look_for<T>(&self, who: &Asker, scope: Scope, look: impl FnOnce(&mut Tx<'_>, &Actor) -> Done<T>) -> Done<T> {
        self.look_as(who, &Verb { name: String::new(), scope, before_factor: false }, look)
    }

    /// Reads what somebody needs to set up a second factor, before they have one that a role asks for.
    pub fn look_before_factor<T>(&self, who: &Asker, look: impl FnOnce(&mut Tx<'_>, &Actor) -> Done<T>) -> Done<T> {
        self.look_as(who, &Verb::before_factor(""), look)
    }

    fn look_as<T>(&self, who: &Asker, as_verb: &Verb, look: impl FnOnce(&mut Tx<'_>, &Actor) -> Done<T>) -> Done<T> {
        let mut noted = Vec::new();
        let answer = self.inner.store.read(|tx| {
            let found = find(tx, who)?;
            let loaded = load(tx, &found, &self.inner.kept, true)?;
            let answer = admit(who, as_verb, &found, &loaded).and_then(|()| look(tx, &loaded.actor));
            noted = tx.take_noted();
            if matches!(answer, Err(Error::Denied(_))) {
                noted.push(Reading::new(ReadingKind::Refused, tx.now()));
            }
            for reading in &mut noted {
                reading.user = found.user;
                reading.session = found.session;
            }
            if let Some(session) = found.session {
                self.inner.journal.used(session, tx.now());
            }
            answer
        });
        for reading in noted {
            self.inner.journal.note(reading);
        }
        answer
    }

    /// Runs one verb in one transaction.
    ///
    /// A verb sees the transaction but cannot end it. If it is done, its changes and its entry are kept together; if it
    /// is refused, nothing is kept but the entry that says so. The verb may run again, so it has no effect outside `Tx`.
    pub fn perform<T: Send + 'static>(
        &self,
        who: &Asker,
        verb: Verb,
        act: impl Fn(&mut Tx<'_>, &Actor) -> Done<T> + Send + 'static,
    ) -> Done<T> {
        let (who, kept) = (who.clone(), self.inner.kept.clone());
        self.inner.store.write(move |tx| {
            let found = find(tx, &who)?;
            tx.sign(Stamp { actor: found.user, channel: who.channel().name(), verb: verb.name.clone(), subject: None });
            accounts::lock_user_share(tx, found.user)?;
            let loaded = load(tx, &found, &kept, false)?;
            admit(&who, &verb, &found, &loaded)?;
            let actor = proven(tx, &found, &loaded)?;
            let done = act(tx, &actor)?;
            workflows::begin(tx, &who)?;
            notices::tell_of_changes(tx)?;
            Ok(done)
        })
    }

    /// Runs a verb of the operator: no person, no record read. For init, demo, generate, migrate, freeze.
    pub fn operate<T: Send + 'static>(&self, verb: &str, act: impl Fn(&mut Tx<'_>) -> Done<T> + Send + 'static) -> Done<T> {
        let verb = verb.to_owned();
        self.inner.store.write(move |tx| {
            let stamp = Stamp { actor: PrincipalId::OPERATOR, channel: Channel::CommandLine.name(), verb: verb.clone(), subject: None };
            tx.sign(stamp);
            rights::catalogue(tx)?;
            let done = act(tx)?;
            notices::tell_of_changes(tx)?;
            Ok(done)
        })
    }

    /// Runs a verb of a public door: signing in, accepting an invitation. The verb signs for whom it found.
    pub fn admit<T: Send + 'static>(&self, act: impl Fn(&mut Tx<'_>) -> Done<T> + Send + 'static) -> Done<T> {
        self.inner.store.write(move |tx| act(tx))
    }

    /// Reads without a person: whether there is an organisation at all.
    pub fn glance<T>(&self, look: impl FnOnce(&mut Tx<'_>) -> Done<T>) -> Done<T> {
        self.inner.store.read(look)
    }
}

fn find(tx: &mut Tx<'_>, who: &Asker) -> Done<Found> {
    match who {
        Asker::Session { token_hash, channel } => {
            let seen = accounts::seen(tx, token_hash)?.ok_or(Denial::SignIn)?;
            // A cookie is for pages, a bearer token for the API: neither opens the other's door.
            let fits = match channel {
                Channel::Page => seen.session.kind == "page",
                Channel::Api | Channel::CommandLine => matches!(seen.session.kind.as_str(), "api" | "token"),
                Channel::Job | Channel::Workflow => false,
            };
            if !fits {
                return Err(Denial::SignIn.into());
            }
            let scopes = seen.session.scopes.clone();
            Ok(Found {
                user: seen.session.user,
                session: Some(seen.session.id),
                numbers: rights::Numbers { user: seen.user_number, organisation: seen.organisation_number },
                scopes,
                factor_on: seen.session.factor_on,
                is_token: seen.session.kind == "token",
            })
        }
        Asker::Job { user, epoch } | Asker::Workflow { user, epoch, .. } => {
            let person = accounts::user(tx, *user)?.ok_or(Denial::SignIn)?;
            if person.epoch != *epoch || person.state != UserState::Active {
                return Err(Denial::SignIn.into());
            }
            let numbers = rights::numbers(tx, *user)?;
            Ok(Found { user: *user, session: None, numbers, scopes: None, factor_on: None, is_token: false })
        }
    }
}

fn load(tx: &mut Tx<'_>, found: &Found, kept: &Keep, keep: bool) -> Done<Loaded> {
    let now = tx.now();
    let known = kept.lock().unwrap_or_else(PoisonError::into_inner).get(&found.user).cloned();
    if let Some(known) = known
        && known.numbers == found.numbers
        && known.ends.is_none_or(|ends| now < ends)
    {
        tx.sees(known.actor.catalogue());
        return Ok(Loaded { actor: known.actor, needs_factor: known.needs_factor });
    }
    let standing = rights::standing(tx, found.user)?.ok_or(Denial::SignIn)?;
    let actor = Arc::new(Actor::assemble(standing));
    let needs_factor = rights::needs_factor(tx, found.user)?;
    if keep {
        let ends = rights::earliest_end(tx, found.user)?;
        let mut kept = kept.lock().unwrap_or_else(PoisonError::into_inner);
        kept.insert(found.user, Kept { actor: actor.clone(), needs_factor, numbers: found.numbers, ends });
    }
    Ok(Loaded { actor, needs_factor })
}

/// The actor of a change: whoever has a second factor and has not proven it lately is not entrusted with the tasks that
/// the organisation named. A job was asked for by somebody who was.
fn proven(tx: &mut Tx<'_>, found: &Found, loaded: &Loaded) -> Done<Arc<Actor>> {
    let is_fresh = !found.is_token && sign_in::is_fresh(found.factor_on, tx.now());
    if found.session.is_none() || is_fresh || !(loaded.needs_factor || accounts::has_factor(tx, found.user)?) {
        return Ok(loaded.actor.clone());
    }
    let tasks = sign_in::policy(tx)?.step_up;
    Ok(Arc::new(Actor::clone(&loaded.actor).unproven_for(tasks)))
}

/// Active, with the second factor that a role asks for, through a door that is open to them, with a token that covers the verb.
fn admit(who: &Asker, verb: &Verb, found: &Found, loaded: &Loaded) -> Done<()> {
    let Loaded { actor, needs_factor } = loaded;
    if actor.state() != UserState::Active {
        return Err(Denial::SignIn.into());
    }
    if *needs_factor && found.session.is_some() && found.factor_on.is_none() && !verb.before_factor {
        return Err(Denial::SecondFactor.into());
    }
    if who.channel() == Channel::Api {
        entrust(actor, Task::UseApi)?;
    }
    match &found.scopes {
        Some(scopes) if !scopes.split(' ').any(|s| s == verb.scope.name()) => {
            Err(Error::Denied(Denial::Guard("this token does not cover that; make one with the scope it needs")))
        }
        _ => Ok(()),
    }
}
