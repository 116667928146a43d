//! Whether a person is still who asked: compared at least every second while a file is made or handed out.
//!
//! Each look is a transaction of its own. A person who is not active any more, or whose sessions died, is gone; a
//! number that moved means that the rights changed, and what was decided under the old ones no longer counts.
//! Not here: what follows from it ([`super::collect()`]). Proved by `crates/crm/tests/it/exchange.rs`.

use crate::{Desk, Done};
use security::{PrincipalId, UserState};
use store::rights::{self, Numbers};
use store::{Fault, Tx, accounts};

/// How often at least, in microseconds.
pub(crate) const EVERY: i64 = 500_000;

/// A person as they stood when something began.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Watched {
    user: PrincipalId,
    epoch: i64,
    numbers: Numbers,
}

/// How the person stands now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Stands {
    /// As before.
    Same,
    /// Active, with other rights.
    Changed,
    /// Frozen, or sessions died.
    Gone,
}

impl Watched {
    /// The person as they stand in this transaction.
    pub(crate) fn now(tx: &mut Tx<'_>, user: PrincipalId) -> Result<Watched, Fault> {
        let person = accounts::user(tx, user)?.ok_or_else(|| Fault::broken("a person is gone"))?;
        Ok(Watched { user, epoch: person.epoch, numbers: rights::numbers(tx, user)? })
    }

    /// Compares, in a transaction of its own.
    pub(crate) fn look(&self, desk: &Desk) -> Done<Stands> {
        desk.glance(|tx| {
            let person = accounts::user(tx, self.user)?;
            let is_there = person.is_some_and(|person| person.state == UserState::Active && person.epoch == self.epoch);
            if !is_there {
                return Ok(Stands::Gone);
            }
            let numbers = rights::numbers(tx, self.user)?;
            Ok(if numbers == self.numbers { Stands::Same } else { Stands::Changed })
        })
    }
}
