//! What the trail says of a backup: that it was made, with what in it, or that the organisation was made of one.
//!
//! Not here: the verb and who does it (`crm`). Proved by `crates/crm/tests/it/backup.rs`.

use crate::Tx;
use catalogue::RowId;
use serde_json::Value as Json;

/// Says it in the entry of this transaction. Answers the id it bears there.
pub fn note(tx: &mut Tx<'_>, said: Json) -> RowId {
    let id = tx.new_id();
    tx.about("backups", id);
    tx.changed("backups", id, None, Some(said));
    id
}
