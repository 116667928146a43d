//! In and out: files that become records, records that become files.
//!
//! Every sentence goes the whole way: bytes are uploaded, a job runs, rows are counted and read back. Real files stand in
//! `exchange/real_files.rs`, what may not happen in `exchange/imports.rs` and `exchange/exports.rs`.
//! Not here: how a file is cut into cells (`crates/formats/tests/it/main.rs`). Start reading at [`import`].

mod exports;
mod imports;
mod real_files;
mod resume;

use crate::world::World;
use catalogue::RowId;
use crm::exchange::{self, Asked, Import, ImportAsk, ImportMap, Taking};
use crm::jobs::Runner;
use crm::{Done, Verb};
use std::io::Read;

/// Uploads, begins, runs everything that waits, and tells how the import stands.
pub fn import(world: &World, who: &str, set: &str, bytes: &[u8], with: impl FnOnce(&mut ImportAsk)) -> Done<Import> {
    let started = begin(world, who, set, bytes, with)?;
    run(world);
    status(world, who, started.import)
}

pub fn begin(world: &World, who: &str, set: &str, bytes: &[u8], with: impl FnOnce(&mut ImportAsk)) -> Done<exchange::Started> {
    let file = exchange::upload(world.desk(), &world.user(who), bytes)?;
    let mut ask = ImportAsk { file: Some(file), file_name: "rows.csv".into(), set: set.into(), ..ImportAsk::default() };
    with(&mut ask);
    exchange::begin(world.desk(), &world.user(who), &ask)
}

pub fn run(world: &World) {
    let runner = Runner::new(world.desk().clone());
    while runner.run_next().unwrap() {}
}

pub fn status(world: &World, who: &str, id: RowId) -> Done<Import> {
    world.look(who, |tx, actor| exchange::import(tx, actor, id))
}

pub fn map(json: &str) -> Option<ImportMap> {
    Some(serde_json::from_str(json).unwrap())
}

/// Number and problem of the rows that could not be taken.
pub fn failed(world: &World, who: &str, id: RowId) -> Vec<(i64, String)> {
    let rows = world.look(who, |tx, actor| exchange::failed(tx, actor, id, 10_000)).unwrap();
    rows.into_iter().map(|row| (row.number, row.problem)).collect()
}

pub fn errors_csv(world: &World, who: &str, id: RowId) -> String {
    let mut out = Vec::new();
    world.look(who, |tx, actor| exchange::errors_csv(tx, actor, id, &mut out)).unwrap();
    String::from_utf8(out).unwrap()
}

/// Asks for an export.
pub fn ask(world: &World, who: &str, taking: &Taking) -> Done<Asked> {
    let taking = taking.clone();
    world.desk().perform(&world.user(who), Verb::export("export.ask"), move |tx, actor| exchange::ask(tx, actor, &taking))
}

/// Asks, runs and reads the file.
pub fn export(world: &World, who: &str, taking: &Taking) -> Done<Vec<u8>> {
    let asked = ask(world, who, taking)?;
    run(world);
    let mut bytes = Vec::new();
    exchange::collect(world.desk(), &world.user(who), asked.export)?.read_to_end(&mut bytes).unwrap();
    Ok(bytes)
}

pub fn taking(set: &str) -> Taking {
    Taking { set: set.into(), view: "*".into(), ..Taking::default() }
}

pub fn select(taking: &mut Taking, columns: &[&str]) {
    taking.select = Some(columns.iter().map(|c| (*c).to_owned()).collect());
}

/// Every row of a set that this person reads, by name, as cells of text by column.
pub fn rows(world: &World, who: &str, set: &str, columns: &[&str]) -> Vec<Vec<String>> {
    let table = world.table(set);
    let mut all = Vec::new();
    let mut after = None;
    loop {
        let ask = crm::views::ListAsk {
            set: set.into(),
            view: "*".into(),
            sort: Some(table.column(table.primary).unwrap().name.clone()),
            limit: 500,
            after: after.take(),
            ..Default::default()
        };
        let page = world.look(who, |tx, actor| crm::views::list(tx, actor, &ask)).unwrap();
        for row in &page.rows {
            let cell = |name: &&str| match row.cell(&table, name) {
                None => "(absent)".to_owned(),
                Some(crm::views::Cell { link: Some(crm::views::Link::Seen { name, .. }), .. }) => name.clone(),
                Some(crm::views::Cell { link: Some(crm::views::Link::Hidden), .. }) => "(hidden)".to_owned(),
                Some(cell) => crm::values::to_text(table.column(cell.column).unwrap(), &cell.value),
            };
            all.push(columns.iter().map(cell).collect());
        }
        after = page.next;
        if after.is_none() {
            return all;
        }
    }
}
