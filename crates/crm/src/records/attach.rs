//! Files on records: attached with their bytes, fetched by whoever may read the record.
//!
//! The bytes were kept before the transaction ([`store::Store::keep_bytes`]); here they get their row. A file has no
//! rights of its own. What kind it is follows from its name alone, and anything a browser might run is plain bytes.
//! Not here: how bytes travel (`web`). Proved by `crates/crm/tests/it/records_write.rs`.

use super::create::{Draft, make};
use super::reach::{reach, table_of};
use crate::{Done, Problem};
use catalogue::{ColumnId, Kind, RowId, Table, TableId, Target, Value, text};
use security::{Actor, Denial, Privilege, permit};
use store::Tx;
use store::blobs::{self, Found, Kept};
use store::journal::{Reading, ReadingKind};
use store::records;

/// Bytes that were kept, and what their file was called.
#[derive(Clone, Debug)]
pub struct Uploaded {
    /// The bytes.
    pub kept: Kept,
    /// The file's name, as the sender wrote it.
    pub file_name: String,
}

/// A file to be sent.
#[derive(Debug)]
pub struct Content {
    /// What opens its bytes.
    pub found: Found,
    /// What it is called.
    pub file_name: String,
    /// What kind of file it is, safe to be named to a browser.
    pub content_type: &'static str,
}

/// What kind of file a name promises, of those that no browser runs.
pub fn content_type(file_name: &str) -> &'static str {
    let ending = file_name.rsplit_once('.').map(|(_, ending)| ending.to_ascii_lowercase()).unwrap_or_default();
    match ending.as_str() {
        "pdf" => "application/pdf",
        "png" => "image/png",
        "jpg" | "jpeg" => "image/jpeg",
        "gif" => "image/gif",
        "webp" => "image/webp",
        "txt" | "log" | "md" => "text/plain; charset=utf-8",
        "csv" => "text/csv; charset=utf-8",
        "docx" => "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        "xlsx" => "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        "pptx" => "application/vnd.openxmlformats-officedocument.presentationml.presentation",
        "zip" => "application/zip",
        "eml" => "message/rfc822",
        _ => "application/octet-stream",
    }
}

/// Attaches a file to this record and answers the file's id. Asks write on the record.
pub fn attach(tx: &mut Tx<'_>, actor: &Actor, table: TableId, id: RowId, file: &Uploaded) -> Done<RowId> {
    let table = table_of(actor, table)?;
    tx.about(&table.set, id);
    let files = files(actor)?;
    let parent = files.find("parent").filter(|c| c.kind.targets().contains(&Target::Table(table.id)));
    let parent = parent.ok_or_else(|| Problem::malformed("no-files", format!("{} hold no files", table.set)))?;
    reach(tx, actor, Privilege::Write, table, id)?;
    blobs::enter(tx, &file.kept, actor.user())?;
    blobs::name(tx, file.kept.id)?;
    let name = plain_name(&file.file_name);
    let size = i64::try_from(file.kept.size).map_err(|_| Problem::too_large("this file is too large"))?;
    let mut cells = vec![(parent.id, Value::Id(id), Some(Target::Table(table.id)))];
    let mut put = |column: &str, value: Value| cells.extend(files.find(column).map(|c| (c.id, value, None)));
    put("mime_type", content_type(&name).into());
    put("size_bytes", size.into());
    put("content", Value::Id(file.kept.id));
    put("file_name", name.into());
    let create = permit(actor, Privilege::Create, files)?;
    make(tx, actor, &create, files, &Draft { table: files.id, id: None, cells, owner: None })
}

/// The bytes of a file, for whoever may read the record it hangs on. Kept in the reading journal.
pub fn content(tx: &mut Tx<'_>, actor: &Actor, id: RowId) -> Done<Content> {
    let files = files(actor)?;
    let read = reach(tx, actor, Privilege::Read, files, id)?;
    let file_name = records::names(tx, &read, &[id])?.remove(&id).unwrap_or_default();
    let found = blobs::of_record(tx, &read, id, content_column(files)?)?.ok_or(Denial::NotThere)?;
    let mut line = Reading::new(ReadingKind::Opened, tx.now());
    line.set = Some(files.set.clone());
    line.row = Some(id);
    line.query = Some("content".into());
    line.rows = 1;
    tx.note(line);
    Ok(Content { found, content_type: content_type(&file_name), file_name })
}

fn files(actor: &Actor) -> Done<&Table> {
    actor.catalogue().find("files").ok_or_else(|| Problem::malformed("no-files", "there are no files here"))
}

fn content_column(files: &Table) -> Done<ColumnId> {
    let column = files.columns.iter().find(|c| c.kind == Kind::File);
    column.map(|c| c.id).ok_or_else(|| Problem::malformed("no-files", "files have no content here"))
}

/// The last part of a path, without control characters, as long as a name may be.
fn plain_name(written: &str) -> String {
    let last = written.rsplit(['/', '\\']).next().unwrap_or_default();
    let clean: String = text::stored(last).chars().filter(|c| !c.is_control()).collect();
    let clean = clean.trim();
    // The ending says what kind of file it is, so a long name is cut at the front.
    let skip = clean.chars().count().saturating_sub(255);
    let kept: String = clean.chars().skip(skip).collect();
    if kept.is_empty() { "file".into() } else { kept }
}
