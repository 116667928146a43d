//! A file arrives and is attached; a file is fetched: the ways of [`super::attach()`] and [`super::content()`] from a door.
//!
//! Bytes are kept before the transaction that names them. Who may not change the record is refused before a byte is
//! read, and asked again when the row is made; bytes that nothing names are swept. While a file goes out its reader is
//! looked at again, at least every second: whoever is gone, or may not see the record any more, gets no further byte.
//! Not here: how bytes travel (`web`). Proved by `crates/web/tests/it/exchange.rs`.

use super::{Uploaded, attach, content, reach, table_of};
use crate::exchange::EVERY;
use crate::{Asker, Desk, Done, Problem, Scope, Verb};
use catalogue::{RowId, TableId};
use security::{Actor, Privilege};
use std::io::{Error, ErrorKind, Read};
use store::blobs::{Bytes, NotKept};

/// The largest file, in bytes: 1 GiB.
const LARGEST: u64 = 1 << 30;

/// A file to be sent: its name, its kind, how many bytes, the bytes.
pub struct Sent {
    /// What it is called.
    pub file_name: String,
    /// What kind of file it is, safe to be named to a browser.
    pub content_type: &'static str,
    /// How many bytes.
    pub size: u64,
    /// The bytes.
    pub bytes: Box<dyn Read + Send>,
}

/// Keeps the bytes of a file and attaches it to the record; answers the file's id.
pub fn receive(desk: &Desk, who: &Asker, verb: Verb, set: &str, id: RowId, file_name: &str, source: impl Read) -> Done<RowId> {
    desk.look_for(who, Scope::Write, |tx, actor| {
        let table = table_of(actor, found(actor, set)?)?;
        reach(tx, actor, Privilege::Write, table, id).map(drop)
    })?;
    let kept = desk.store().keep_bytes(source, LARGEST).map_err(|why| match why {
        NotKept::TooLarge(_) => Problem::too_large("the file is larger than 1 GB"),
        NotKept::Source(_) => Problem::malformed("upload-broken", "the file did not arrive whole; send it again"),
        NotKept::Fault(fault) => fault.into(),
    })?;
    let (set, file) = (set.to_owned(), Uploaded { kept, file_name: file_name.to_owned() });
    desk.perform(who, verb, move |tx, actor| attach(tx, actor, found(actor, &set)?, id, &file))
}

/// The bytes of a file, for whoever may read the record it hangs on.
pub fn send(desk: &Desk, who: &Asker, id: RowId) -> Done<Sent> {
    let content = desk.look(who, |tx, actor| content(tx, actor, id))?;
    let size = content.found.size();
    let looked = desk.store().now();
    let bytes = Watched { desk: desk.clone(), who: who.clone(), id, looked, bytes: desk.store().open_bytes(content.found)? };
    Ok(Sent { file_name: content.file_name, content_type: content.content_type, size, bytes: Box::new(bytes) })
}

/// Bytes on their way to a reader who is looked at again.
struct Watched {
    desk: Desk,
    who: Asker,
    id: RowId,
    looked: i64,
    bytes: Bytes,
}

impl Watched {
    fn look_again(&mut self) -> std::io::Result<()> {
        let now = self.desk.store().now();
        if (0..EVERY).contains(&(now - self.looked)) {
            return Ok(());
        }
        let looked = self.desk.look(&self.who, |tx, actor| {
            let files = table_of(actor, found(actor, "files")?)?;
            reach(tx, actor, Privilege::Read, files, self.id).map(drop)
        });
        looked.map_err(|error| Error::new(ErrorKind::PermissionDenied, error))?;
        self.looked = now;
        Ok(())
    }
}

impl Read for Watched {
    fn read(&mut self, into: &mut [u8]) -> std::io::Result<usize> {
        self.look_again()?;
        self.bytes.read(into)
    }
}

fn found(actor: &Actor, set: &str) -> Done<TableId> {
    let table = actor.catalogue().find(set).map(|table| table.id);
    table.ok_or_else(|| Problem::malformed("unknown-set", format!("there is no set `{set}`")))
}
