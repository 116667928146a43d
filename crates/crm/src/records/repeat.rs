//! A request that is sent twice does its work once.
//!
//! The key is bound to the person; the same key with another request is refused, so that no answer is given to a
//! question that was not asked.
//! Not here: how long it is kept ([`store::idempotency`]). Proved by `crates/crm/tests/it/records_write.rs`.

use crate::{Done, Problem};
use catalogue::RowId;
use security::Actor;
use store::Tx;
use store::idempotency::{self, Made};

/// Longer keys are refused.
const LONGEST: usize = 200;

/// What this person made with this key within the last day: the set and the row. To be asked first.
pub fn idempotent(tx: &mut Tx<'_>, actor: &Actor, key: &str, hash: &[u8; 32]) -> Done<Option<(String, RowId)>> {
    if key.is_empty() || key.len() > LONGEST {
        return Err(Problem::malformed("bad-key", format!("an idempotency key has 1 to {LONGEST} characters")));
    }
    match idempotency::made(tx, actor.user(), key)? {
        Some(made) if made.hash != *hash => {
            Err(Problem::conflict("key-used", "this idempotency key was used for another request; take a new one"))
        }
        Some(made) => Ok(Some((made.set, made.row))),
        None => Ok(None),
    }
}

/// Remembers what was made with this key.
pub fn remember(tx: &mut Tx<'_>, actor: &Actor, key: &str, hash: &[u8; 32], set: &str, row: RowId) -> Done<()> {
    Ok(idempotency::remember(tx, actor.user(), key, &Made { hash: *hash, set: set.to_owned(), row })?)
}
