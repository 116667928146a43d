//! Notes and files.
//!
//! A note is owned like an activity. A file has no rights of its own: who may read the record it hangs on may read it.
//! Not here: where the bytes of a file are kept (`store`).
//! Start reading at [`tables`]. Proved by `crates/catalogue/tests/it/standard.rs`.

use super::{MINE, regarding};
use crate::{Area, Kind, Sensitivity, TableBuilder};

/// The tables of this file.
pub(super) fn tables() -> Vec<TableBuilder> {
    vec![notes(), files()]
}

/// Every table with an owner or of the organisation can hold files.
const HOLDERS: &[&str] = &[
    "accounts",
    "contacts",
    "leads",
    "opportunities",
    "goals",
    "quotes",
    "orders",
    "invoices",
    "cases",
    "queues",
    "feedback",
    "campaigns",
    "tasks",
    "phone_calls",
    "emails",
    "appointments",
    "products",
    "price_lists",
    "currencies",
    "notes",
];

fn notes() -> TableBuilder {
    let columns = &["subject", "regarding", "created_by", "created_on", "owner"];
    let table = TableBuilder::new("notes", "note", "Note", "Notes", Area::Nowhere, "note")
        .named_by("subject")
        .text("subject", "Title", 500)
        .search()
        .index()
        .memo("note_text", "Text", 100_000)
        .class(Sensitivity::Personal)
        .search();
    regarding(table)
        .section("Note", &["subject", "note_text", "regarding"])
        .section("Administration", &["owner", "state"])
        .view("all", "All notes", columns, "", &["-created_on"])
        .view("mine", "My notes", columns, MINE, &["-created_on"])
}

fn files() -> TableBuilder {
    TableBuilder::new("files", "file", "File", "Files", Area::Nowhere, "paperclip")
        .named_by("file_name")
        .parent_owned("parent")
        .lookup("parent", "Attached to", HOLDERS)
        .required()
        .text("file_name", "File name", 255)
        .required()
        .search()
        .index()
        .text("mime_type", "Kind of file", 256)
        .integer("size_bytes", "Size (bytes)", 0, i64::MAX)
        .column("content", "Content", Kind::File)
        .class(Sensitivity::Personal)
        .memo("description", "Description", 2000)
        .section("File", &["file_name", "parent", "mime_type", "size_bytes", "description"])
        .view("all", "All files", &["file_name", "mime_type", "size_bytes", "parent", "created_on"], "", &["-created_on"])
}
