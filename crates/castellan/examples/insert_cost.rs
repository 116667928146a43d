//! What a generated record costs beside a plain insert of the same row: `cargo run --release --example insert_cost`.
//!
//! One run, two times: the product lays out rows with everything it keeps of them, then the same rows go into empty
//! tables with the same indexes by plain SQLite, in transactions of the same size. The ratio is what tells; seconds are
//! the machine's. A second ratio gives plain SQLite the product's other tables too, without the index of words.
//! Not here: asserting anything; the ratios stand in `docs/measurements.md`. Start reading at [`main`].
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, dead_code, missing_docs)]

#[path = "../src/generate.rs"]
mod generate;
#[path = "../src/machine.rs"]
mod machine;

use crm::Desk;
use crm::setup::{BaseCurrency, SetupAsk, install};
use generate::{BATCH, lay_out, owners, shape};
use rusqlite::Connection;
use rusqlite::types::Value;
use sample::generate::{Mix, Standing};
use std::collections::HashMap;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::AtomicU64;
use std::time::{Duration, Instant};
use store::journal::Journal;
use store::{Setup, Store};

fn main() {
    let rows: u64 = std::env::args().nth(1).map_or(50_000, |n| n.parse().expect("how many rows"));
    let place = std::env::temp_dir().join(format!("castellan-insert-cost-{}", std::process::id()));
    std::fs::create_dir_all(&place).unwrap();
    let product = laid_out(&place.join("product"), rows);
    let from = Connection::open(place.join("product/castellan.db")).unwrap();
    let sets: Vec<String> = catalogue::standard::catalogue().unwrap().tables().iter().map(|t| t.set.clone()).collect();
    let plain = copied(&from, &place.join("plain.db"), &sets);
    let beside = ["sys_changes", "sys_trail", "sys_owner_history"].map(str::to_owned);
    let all = copied(&from, &place.join("all.db"), &[sets, beside.to_vec()].concat());
    std::fs::remove_dir_all(&place).unwrap();
    let per_second = |time: Duration| rows as f64 / time.as_secs_f64();
    println!("{rows} rows, {BATCH} a transaction");
    println!("product                      {:>9.0} rows/s", per_second(product));
    println!("plain rows                   {:>9.0} rows/s, product / plain = {:.2}", per_second(plain), ratio(product, plain));
    println!("plain rows, trail and owners {:>9.0} rows/s, product / plain = {:.2}", per_second(all), ratio(product, all));
}

fn ratio(one: Duration, other: Duration) -> f64 {
    one.as_secs_f64() / other.as_secs_f64()
}

/// The product's own way. Answers how long the rows took.
fn laid_out(directory: &Path, rows: u64) -> Duration {
    let store = Store::open(Setup {
        directory: directory.to_owned(),
        postgres: None,
        catalogue: Arc::new(catalogue::standard::catalogue().unwrap()),
        clock: Arc::new(machine::SystemClock),
        chance: Arc::new(machine::SystemChance),
    });
    let desk = Desk::new(Arc::new(store.unwrap()), Arc::new(Journal::new(1000)));
    let ask = SetupAsk {
        organisation: "Stone Works".into(),
        base_currency: BaseCurrency::of("EUR").unwrap(),
        admin_name: "Ada Byrne".into(),
        admin_email: "ada@example.com".into(),
        password_hash: String::new(),
    };
    desk.operate("organisation.install", move |tx| install(tx, &ask)).unwrap();
    let people = owners(&desk).unwrap();
    let shape = shape(&desk, &people, Mix::Whole, Standing::default());
    let begun = Instant::now();
    lay_out(&desk, 7, rows, shape, &people, &HashMap::new(), &AtomicU64::new(0)).unwrap();
    begun.elapsed()
}

/// The rows of these tables into a new file with the same tables and indexes. Answers how long the inserts took.
fn copied(from: &Connection, into: &Path, tables: &[String]) -> Duration {
    let to = Connection::open(into).unwrap();
    to.execute_batch("PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA cache_size=-65536; PRAGMA wal_autocheckpoint=4000;")
        .unwrap();
    let mut took = Duration::ZERO;
    for table in tables {
        let mut shapes = from.prepare("SELECT sql FROM sqlite_schema WHERE tbl_name = ?1 AND sql IS NOT NULL").unwrap();
        for sql in shapes.query_map([table], |row| row.get::<_, String>(0)).unwrap() {
            to.execute_batch(&sql.unwrap()).unwrap();
        }
        let mut read = from.prepare(&format!("SELECT * FROM \"{table}\"")).unwrap();
        let width = read.column_count();
        let marks = vec!["?"; width].join(", ");
        let rows = read.query_map([], |row| (0..width).map(|n| row.get::<_, Value>(n)).collect::<Result<Vec<_>, _>>()).unwrap();
        let rows: Vec<Vec<Value>> = rows.map(Result::unwrap).collect();
        let begun = Instant::now();
        for batch in rows.chunks(BATCH) {
            to.execute_batch("BEGIN IMMEDIATE").unwrap();
            let mut insert = to.prepare_cached(&format!("INSERT INTO \"{table}\" VALUES ({marks})")).unwrap();
            for row in batch {
                insert.execute(rusqlite::params_from_iter(row)).unwrap();
            }
            drop(insert);
            to.execute_batch("COMMIT").unwrap();
        }
        took += begun.elapsed();
    }
    took
}
