//! One record, opened: header, form to read, timeline, related lists, files, who can see it, history.
//!
//! Every part is asked under the reader's own rights; a column that is not open is not on the page, a list the reader
//! holds nothing on neither. A button shows because the row's own [`crm::views::Row::may`] said so.
//! Not here: changing ([`super::form`]), sharing and the like ([`super::acts`]). Start reading at [`page`].
//! Proved by `tests/it/client.rs`.

use super::address::Address;
use super::frame::Shell;
use super::lists::{count_words, list_row, plain_columns};
use super::show::{page_of, principal, right, size};
use super::{dialogs, must_be_there, timeline};
use crate::App;
use crate::answer::{Answer, Outcome};
use crate::call::Call;
use crate::pages::Principal;
use crate::pages::form::{Field, Section};
use crate::pages::record::{Figure, FileRow, Files, RecordPage, Related, WhoPage, WhoPanel, WhoRow};
use catalogue::{Area, Kind, Ownership, Table};
use crm::views::{self, RelatedList, Row};
use crm::{Actor, Done, Privilege, Tx, access};

/// How many rows of a related list are on the page.
const RELATED: usize = 5;

/// `GET /{set}/{id}`
pub(super) fn page(app: &App, call: &Call) -> Outcome {
    Answer::draw(&drawn(app, call, timeline::Draft::default())?)
}

/// The same with what was typed into the timeline and could not be kept.
pub(super) fn page_with(app: &App, call: &Call, draft: timeline::Draft) -> Outcome {
    Ok(Answer::draw(&drawn(app, call, draft)?)?.status(422))
}

fn drawn(app: &App, call: &Call, draft: timeline::Draft) -> Result<RecordPage, crate::answer::No> {
    let page = app.desk.look(&call.asker()?, |tx, actor| {
        let table = must_be_there(actor, call.set())?;
        let row = views::open(tx, actor, &table.set, call.id())?;
        let shell = Shell::of(tx, actor, call)?;
        let timeline = timeline::drawn(tx, actor, call, &shell, table, &row, draft)?;
        let lists = views::related(tx, actor, &table.set, row.id, RELATED)?;
        let files = files(&shell, table, &row, lists.iter().find(|l| is_files(&shell, l)));
        let related = lists.iter().filter(|l| !is_files(&shell, l)).filter_map(|l| related(&shell, table, &row, l)).collect();
        let name = row.name(table);
        let may = |privilege: Privilege| row.may.contains(&privilege);
        Ok(RecordPage {
            frame: shell.below(&name, &[(&table.plural, &format!("/{}", table.set))]),
            set: table.set.clone(),
            id: row.id.to_string(),
            singular: table.label.to_lowercase(),
            icon: table.icon.clone(),
            state: shell.eye.state(table, &row),
            owner: row.cell(table, "owner").and_then(|c| c.link.as_ref()).and_then(principal),
            figures: figures(&shell, table, &row),
            sections: sections(&shell, table, &row),
            timeline,
            related,
            files,
            can_edit: may(Privilege::Write),
            can_assign: may(Privilege::Assign),
            can_share: may(Privilege::Share),
            can_delete: may(Privilege::Delete),
            actions: if may(Privilege::AppendTo) { dialogs::beginnings(actor, table, row.id) } else { Vec::new() },
            missing: missing(table, &row),
            stamps: stamps(&shell, table, &row),
            seen_by: String::new(),
        })
    })?;
    Ok(page)
}

fn is_files(shell: &Shell, list: &RelatedList) -> bool {
    shell.catalogue.table(list.table).is_some_and(|t| t.set == "files")
}

/// The first few facts of the default view, beside name, owner and state.
fn figures(shell: &Shell, table: &Table, row: &Row) -> Vec<Figure> {
    let shown = table.views.first().map(|v| v.columns.as_slice()).unwrap_or_default();
    let columns = shown.iter().filter(|c| **c != table.primary).filter_map(|c| table.column(*c));
    let columns = columns.filter(|c| c.kind != Kind::Owner && !matches!(c.name.as_str(), "state"));
    let figure = |c: &catalogue::Column| Figure { label: c.label.clone(), cell: shell.eye.named(table, row, &c.name) };
    columns.filter(|c| row.cell(table, &c.name).is_some()).map(figure).filter(|f| !f.cell.is_empty()).take(5).collect()
}

/// The form, to read: columns that are open.
fn sections(shell: &Shell, table: &Table, row: &Row) -> Vec<Section> {
    let field = |id: &catalogue::ColumnId| {
        let column = table.column(*id)?;
        let cell = row.cells.iter().find(|c| c.column == *id)?;
        // The name is the page's title: a link to this page would lead nowhere.
        let cell = if *id == table.primary { crate::pages::cell::Cell::Text(row.name(table)) } else { shell.eye.cell(table, row, cell) };
        let is_wide = matches!(column.kind, Kind::Memo(_));
        Some(Field {
            name: column.name.clone(),
            label: column.label.clone(),
            cell,
            is_wide,
            is_secured: column.secured,
            ..Field::default()
        })
    };
    let section = |s: &catalogue::FormSection| Section { title: s.label.clone(), fields: s.columns.iter().filter_map(field).collect() };
    // A part of the form in which nothing was filled in tells a reader nothing.
    table.form.iter().map(section).filter(|s| s.fields.iter().any(|f| !f.cell.is_empty())).collect()
}

fn stamps(shell: &Shell, table: &Table, row: &Row) -> Vec<String> {
    let name = |column: &str| match row.cell(table, column).and_then(|c| c.link.as_ref()) {
        Some(views::Link::Seen { name, .. }) => name.clone(),
        _ => "somebody".to_owned(),
    };
    let when = |column: &str| row.cell(table, column).and_then(|c| c.value.int()).map(|t| shell.eye.when(t).short);
    let line = |word: &str, on: &str, by: &str| when(on).map(|at| format!("{word} {at} by {}", name(by)));
    let changed = if row.version > 1 { line("Changed", "modified_on", "modified_by") } else { None };
    [line("Created", "created_on", "created_by"), changed].into_iter().flatten().collect()
}

/// What the reader may not do here, and who can give it.
fn missing(table: &Table, row: &Row) -> Vec<String> {
    if row.may.contains(&Privilege::Write) {
        return Vec::new();
    }
    let owner = row.cell(table, "owner").and_then(|c| c.link.as_ref());
    let giver = match owner {
        Some(views::Link::Seen { name, .. }) => format!("{name} can share it with you for that"),
        _ => "somebody who assigns roles can give you that".to_owned(),
    };
    vec![format!("You may read this, not change it; {giver}.")]
}

fn related(shell: &Shell, table: &Table, row: &Row, list: &RelatedList) -> Option<Related> {
    let child = shell.catalogue.table(list.table)?;
    let column = child.find(&list.column)?;
    // A row without a page of its own stands with the row that it belongs to, not with everything that it names.
    if child.area == Area::Nowhere && child.ownership != Ownership::Parent(column.id) {
        return None;
    }
    // There is room for a few columns only: none for one that is empty in every row.
    let is_filled = |id: &catalogue::ColumnId| {
        let cells = list.listed.rows.iter().flat_map(|r| &r.cells);
        cells.filter(|cell| cell.column == *id).any(|cell| !cell.value.is_null() || cell.link.is_some())
    };
    let shown = list.listed.columns.iter().copied().filter(|c| *c != column.id && (*c == child.primary || is_filled(c)));
    let columns: Vec<catalogue::ColumnId> = shown.take(5).collect();
    let rows = list.listed.rows.iter().map(|r| list_row(shell, child, &columns, r)).collect();
    let relations = shell.catalogue.relations().iter();
    let alone = relations.filter(|r| r.parent == table.id && r.child == child.id).count() == 1;
    let filter = format!(r#"{{"all":[{{"column":"{}","op":"eq","value":"{}"}}]}}"#, column.name, row.id);
    let can_create = shell.outlook.may(child.id, Privilege::Create)
        && if child.is_owned() { row.may.contains(&Privilege::AppendTo) } else { row.may.contains(&Privilege::Write) };
    let create = Address::new(format!("/{}/new", child.set)).with("for", &format!("{}:{}:{}", column.name, table.set, row.id));
    Some(Related {
        title: if alone { child.plural.clone() } else { format!("{} ({})", child.plural, column.label.to_lowercase()) },
        name: format!("{}-{}", child.set, column.name),
        columns: plain_columns(child, &columns),
        rows,
        count: count_words(&list.listed),
        all_href: Address::new(format!("/{}", child.set)).with("view", "all").with("filter", &filter).to_string(),
        create_href: can_create.then(|| create.to_string()),
    })
}

fn files(shell: &Shell, table: &Table, row: &Row, list: Option<&RelatedList>) -> Option<Files> {
    let files = shell.catalogue.find("files")?;
    let list = list.filter(|_| table.set != "files")?;
    let can_write = row.may.contains(&Privilege::Write);
    let line = |file: &Row| {
        let id = file.id;
        let bytes = file.cell(files, "size_bytes").and_then(|c| c.value.int()).and_then(|n| u64::try_from(n).ok());
        FileRow {
            name: file.name(files),
            href: format!("/files/{id}/content"),
            size: bytes.map_or_else(String::new, size),
            by: match file.cell(files, "created_by").and_then(|c| c.link.as_ref()) {
                Some(views::Link::Seen { name, .. }) => name.clone(),
                _ => String::new(),
            },
            when: file.cell(files, "created_on").and_then(|c| c.value.int()).map(|t| shell.eye.when(t)).unwrap_or_default(),
            remove_href: if can_write { format!("/files/{id}/remove") } else { String::new() },
        }
    };
    Some(Files { rows: list.listed.rows.iter().map(line).collect(), can_attach: can_write, limit: "up to 1 GB".into() })
}

/// `GET /{set}/{id}/who`, a page and with `part` the panel alone.
pub(super) fn who(app: &App, call: &Call) -> Outcome {
    let is_part = call.param("part").is_some();
    let page = app.desk.look(&call.asker()?, |tx, actor| {
        let table = must_be_there(actor, call.set())?;
        let row = views::reveal(tx, actor, &table.set, call.id())?;
        let shell = Shell::of(tx, actor, call)?;
        let name = row.name(table);
        let home = format!("/{}/{}", table.set, row.id);
        let panel = panel(tx, actor, table, &row)?;
        let frame = shell.below("Who can see this", &[(&table.plural, &format!("/{}", table.set)), (&name, &home)]);
        Ok(WhoPage { frame, panel })
    })?;
    if is_part { Answer::draw(&page.panel) } else { Answer::draw(&page) }
}

fn panel(tx: &mut Tx<'_>, actor: &Actor, table: &Table, row: &Row) -> Done<WhoPanel> {
    let found = access::who(tx, actor, table.id, row.id)?;
    let line = |reader: &access::Reader| {
        let rights: Vec<&str> = [right(Privilege::Read)].into_iter().chain(reader.also.iter().map(|p| right(*p))).collect();
        let paths = reader.paths.iter().flatten().map(|step| super::show::capital(&step.words));
        WhoRow {
            principal: Principal {
                id: reader.user.to_string(),
                name: reader.name.clone(),
                kind: "user".into(),
                href: page_of("users", reader.user.0).unwrap_or_default(),
            },
            rights: if reader.also.is_empty() { String::new() } else { rights.join(", ") },
            paths: paths.collect(),
        }
    };
    Ok(WhoPanel {
        name: row.name(table),
        rows: found.readers.iter().map(line).collect(),
        has_paths: found.readers.iter().any(|r| r.paths.is_some()),
        share_href: if row.may.contains(&Privilege::Share) { format!("/{}/{}/share", table.set, row.id) } else { String::new() },
    })
}
