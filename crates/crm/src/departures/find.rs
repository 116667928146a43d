//! Everything that refers to somebody: the walk over the catalogue and every stored definition.
//!
//! Which places there are says [`store::references`]; a place it knows and no kind of item here claims is a
//! [`Kind::Mention`], so nothing is passed over. Each item says how many, some of them, what follows when nothing is done,
//! what may be chosen and what is proposed. Who may look is asked before; whose names are shown, the reader's rights say.
//! Not here: deciding ([`super::choose`]), doing ([`super::apply`]). Start reading at [`items`].
//! Proved by `crates/crm/tests/it/departures_found.rs`.

mod account;
mod heir;
mod people;
mod plans;
mod records;
mod workflows;

use super::item::{Choice, Item, Kind, Offer, Sample};
use crate::Done;
use catalogue::{RowId, Table};
use heir::Heirs;
use security::Actor;
use store::Tx;
use store::accounts::User;

/// So many of what an item counts are shown.
const SHOWN: usize = 5;

/// How far the walk looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Depth {
    /// Counts, samples, proposals.
    Full,
    /// What there is, and nothing of how many: for a short transaction.
    Keys,
}

/// One walk.
struct Walk<'w> {
    /// With whose rights the departure runs.
    walker: &'w Actor,
    /// Who is told.
    reader: &'w Actor,
    user: &'w User,
    depth: Depth,
    heirs: Heirs,
}

impl Walk<'_> {
    fn is_full(&self) -> bool {
        self.depth == Depth::Full
    }
}

/// Whether what is open of this table is an item of its own, [`Kind::Open`]: work that somebody has to go on with.
pub(super) fn has_open_item(table: &Table) -> bool {
    table.is_activity || table.set == "cases"
}

/// What refers to this person now, in the order of [`Kind::ALL`] and of their keys. Names of records only as `reader` may read them.
pub(super) fn items(tx: &mut Tx<'_>, walker: &Actor, reader: &Actor, user: &User, depth: Depth) -> Done<Vec<Item>> {
    let heirs = Heirs::of(tx, user, depth)?;
    let walk = Walk { walker, reader, user, depth, heirs };
    let mut all = records::owned(tx, &walk)?;
    all.extend(records::named(tx, &walk)?);
    all.extend(workflows::items(tx, &walk)?);
    all.extend(people::approvals(tx, &walk)?);
    all.extend(people::teams(tx, &walk)?);
    all.extend(people::reports(tx, &walk)?);
    all.extend(people::services(tx, &walk)?);
    all.extend(plans::departures(tx, &walk)?);
    all.extend(plans::imports(tx, &walk)?);
    all.extend(plans::mentions(tx, &walk)?);
    all.extend(account::items(tx, &walk)?);
    // A run goes on behind the key it has reached.
    all.sort_by(|one, other| (one.kind, &one.key).cmp(&(other.kind, &other.key)));
    Ok(all)
}

/// An item of this kind and key that counts so many, with nothing else said of it yet.
fn found(kind: Kind, key: String, label: String, count: i64, consequence: String) -> Item {
    Item {
        key,
        kind,
        set: None,
        column: None,
        thing: None,
        label,
        count,
        sample: Vec::new(),
        consequence,
        offers: Vec::new(),
        proposal: None,
        chosen: None,
        is_blocking: false,
        seal: String::new(),
        link: None,
    }
}

/// The proposal, where it is one of the things that may be chosen.
fn proposed(offers: &[Offer], wanted: Option<Choice>, else_wanted: &[Choice]) -> Option<Choice> {
    let fits = |choice: &Choice| offers.iter().any(|offer| offer.fits(choice));
    wanted.filter(fits).or_else(|| else_wanted.iter().find(|choice| fits(choice)).cloned())
}

fn sample(set: &str, id: RowId, name: Option<String>) -> Sample {
    Sample { set: set.to_owned(), id, name }
}

/// `1 record`, `12 records`.
fn counted(count: i64, one: &str, many: &str) -> String {
    format!("{count} {}", if count == 1 { one } else { many })
}
