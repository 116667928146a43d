//! A file comes in: its bytes are kept before any verb knows of them.
//!
//! Who may not import is refused before a byte is read. The bytes belong to whoever sent them, to nobody else.
//! Not here: what the file says ([`super::look()`]). Proved by `crates/crm/tests/it/exchange.rs`.

use crate::{Asker, Desk, Done, Error, Problem, Verb};
use catalogue::RowId;
use security::{Task, entrust};
use std::io::Read;
use store::blobs::{self, NotKept};

/// The largest file, in bytes: 1 GiB.
pub const LARGEST: u64 = 1 << 30;

/// Keeps the bytes of a file that is to be imported; answers the id by which its owner speaks of it.
pub fn upload(desk: &Desk, who: &Asker, source: impl Read) -> Done<RowId> {
    desk.look_for(who, crate::Scope::Write, |_, actor| Ok(entrust(actor, Task::BulkImport)?))?;
    let kept = desk.store().keep_bytes(source, LARGEST).map_err(not_kept)?;
    let id = kept.id;
    desk.perform(who, Verb::write("file.upload"), move |tx, actor| {
        entrust(actor, Task::BulkImport)?;
        Ok(blobs::enter(tx, &kept, actor.user())?)
    })?;
    Ok(id)
}

fn not_kept(why: NotKept) -> Error {
    match why {
        NotKept::TooLarge(_) => Problem::too_large("the file is larger than 1 GB"),
        NotKept::Source(_) => Problem::malformed("upload-broken", "the file did not arrive whole; send it again"),
        NotKept::Fault(fault) => fault.into(),
    }
}
