//! Personal access tokens: a bearer secret with a name, scopes and an end.
//!
//! A token may what its person may and its scopes cover. No token makes another: a stolen one would outlive itself, and
//! a narrow one would widen itself. It remembers whether the session that made it had proven a second factor, which must
//! then be fresh; it never proves one itself, so it is not entrusted with what asks for a fresh one.
//! Not here: what a scope covers ([`crate::Scope`]). Proved by `crates/crm/tests/it/sign_in.rs`.

use super::second::must_be_fresh;
use super::sessions::end_own;
use super::{DAY, new_token, token_hash};
use crate::desk::{Asker, Desk, Scope, Verb};
use crate::{Done, Problem};
use catalogue::RowId;
use security::{Actor, Denial, Task, entrust};
use store::accounts::{self, Session};
use store::{Fault, Tx};

/// What every personal access token begins with, so that it is found where it leaked.
pub const TOKEN_PREFIX: &str = "cst_";
/// No token lives longer.
const LONGEST: i64 = 366 * DAY;

/// A token to make.
#[derive(Clone, Debug)]
pub struct TokenAsk {
    /// What its user calls it.
    pub name: String,
    /// What it covers; at least one.
    pub scopes: Vec<Scope>,
    /// When it ends, microseconds UTC; at most a year ahead.
    pub expires_at: i64,
}

/// A token that was made. The secret is shown this once.
#[derive(Clone, Debug)]
pub struct TokenMade {
    /// Its id.
    pub id: RowId,
    /// The secret.
    pub token: String,
    /// When it ends, microseconds UTC.
    pub expires_at: i64,
}

/// Makes a token for whoever asks.
pub fn create_token(desk: &Desk, who: &Asker, ask: &TokenAsk) -> Done<TokenMade> {
    let (who, ask) = (who.clone(), ask.clone());
    desk.perform(&who.clone(), Verb::own("token.create"), move |tx, actor| {
        entrust(actor, Task::UseApi)?;
        refuse_tokens(tx, &who)?;
        let factor_on = must_be_fresh(tx, &who)?.factor_on;
        make(tx, actor, &ask, factor_on)
    })
}

/// The live tokens of whoever asks, newest first.
pub fn tokens(tx: &mut Tx<'_>, actor: &Actor) -> Result<Vec<Session>, Fault> {
    Ok(accounts::sessions_of(tx, actor.user())?.into_iter().filter(|session| session.kind == "token").collect())
}

/// Ends a token of one's own. Somebody else's is not there.
pub fn revoke_token(tx: &mut Tx<'_>, actor: &Actor, token: RowId) -> Done<()> {
    end_own(tx, actor, token)
}

fn refuse_tokens(tx: &mut Tx<'_>, who: &Asker) -> Done<()> {
    let by_token = match who {
        Asker::Session { token_hash, .. } => accounts::session(tx, token_hash)?.ok_or(Denial::SignIn)?.kind == "token",
        Asker::Job { .. } | Asker::Workflow { .. } => true,
    };
    if by_token { Err(Denial::Guard("a token cannot make another; sign in for that").into()) } else { Ok(()) }
}

fn make(tx: &mut Tx<'_>, actor: &Actor, ask: &TokenAsk, factor_on: Option<i64>) -> Done<TokenMade> {
    let name = ask.name.trim();
    if name.is_empty() || name.chars().count() > 100 {
        return Err(Problem::column("name", "a token needs a name of at most 100 characters"));
    }
    if ask.scopes.is_empty() {
        return Err(Problem::column("scopes", "name at least one of `read`, `write`, `export`, `admin`"));
    }
    if ask.expires_at <= tx.now() || ask.expires_at - tx.now() > LONGEST {
        return Err(Problem::column("expires_at", "the end must lie ahead, at most a year"));
    }
    let mut scopes: Vec<&str> = ask.scopes.iter().map(|scope| scope.name()).collect();
    scopes.sort_unstable();
    scopes.dedup();
    let token = format!("{TOKEN_PREFIX}{}", new_token(tx));
    let hash = token_hash(&token);
    let new = accounts::NewSession {
        user: actor.user(),
        kind: "token",
        token_hash: &hash,
        idle: LONGEST,
        ends_on: ask.expires_at,
        name: Some(name),
        scopes: Some(&scopes.join(" ")),
    };
    let id = accounts::open_session(tx, &new)?;
    if factor_on.is_some() {
        accounts::prove(tx, id, factor_on)?;
    }
    tx.about("sessions", id);
    Ok(TokenMade { id, token, expires_at: ask.expires_at })
}
