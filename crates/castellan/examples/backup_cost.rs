//! What a backup costs beside a copy of the database: `cargo run --release --example backup_cost -p castellan -- 100000`.
//!
//! One run: an organisation with so many generated records is backed up the product's way, verified and restored, and
//! copied by SQLite's own `VACUUM INTO`. The ratio is what tells; seconds are the machine's. The most memory that the
//! process ever held is told after each step: it must not grow with the rows.
//! Not here: asserting anything; the ratios stand in `docs/measurements.md`. Start reading at [`main`].
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, dead_code, missing_docs)]

#[path = "../src/generate.rs"]
mod generate;
#[path = "../src/machine.rs"]
mod machine;

use crm::Desk;
use crm::backup::{self, Comeback};
use crm::setup::{BaseCurrency, SetupAsk, install};
use generate::{lay_out, owners, shape};
use sample::generate::{Mix, Standing};
use std::collections::HashMap;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::AtomicU64;
use std::time::{Duration, Instant};
use store::dump::{self, Identity, Opened};
use store::journal::Journal;
use store::{Setup, Store};

fn main() {
    let rows: u64 = std::env::args().nth(1).map_or(50_000, |n| n.parse().expect("how many rows"));
    let place = std::env::temp_dir().join(format!("castellan-backup-cost-{}", std::process::id()));
    std::fs::create_dir_all(&place).unwrap();
    let desk = laid_out(&place.join("data"), rows);
    let (key, file) = (Identity::generate(), place.join("backup"));
    let open = || Opened::open(std::fs::File::open(&file).unwrap(), &key).unwrap();
    println!("{rows} records, {} MB of memory after laying them out", most_memory());
    let copied = timed(|| copy(&place.join("data/castellan.db"), &place.join("copy.db")));
    let created = timed(|| drop(backup::create(&desk, &file, &[key.recipient()]).unwrap()));
    println!("create   {:>6.1} s, {} MB of memory", created.as_secs_f64(), most_memory());
    let verified = timed(|| drop(dump::verify_in_scratch(open(), setup(&place.join("scratch")), None).unwrap()));
    println!("verify   {:>6.1} s, {} MB of memory", verified.as_secs_f64(), most_memory());
    let comeback = Comeback::ByJournal(Vec::new());
    let restored = timed(|| drop(backup::restore(open(), setup(&place.join("new")), None, &comeback).unwrap()));
    println!("restore  {:>6.1} s, {} MB of memory", restored.as_secs_f64(), most_memory());
    let size = |name: &str| std::fs::metadata(place.join(name)).unwrap().len() as f64;
    println!(
        "copy     {:>6.1} s; create / copy = {:.1}, restore / copy = {:.1}",
        copied.as_secs_f64(),
        created.div_duration_f64(copied),
        restored.div_duration_f64(copied)
    );
    println!("backup / database in bytes = {:.2}", size("backup") / size("copy.db"));
    std::fs::remove_dir_all(&place).unwrap();
}

fn timed(act: impl FnOnce()) -> Duration {
    let begun = Instant::now();
    act();
    begun.elapsed()
}

/// The most this process ever held, in MB.
fn most_memory() -> u64 {
    let told = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = told.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
    line.split_whitespace().next().unwrap().parse::<u64>().unwrap() / 1024
}

fn copy(from: &Path, into: &Path) {
    let from = rusqlite::Connection::open(from).unwrap();
    from.execute("VACUUM INTO ?1", [into.to_str().unwrap()]).unwrap();
}

fn setup(directory: &Path) -> Setup {
    Setup {
        directory: directory.to_owned(),
        postgres: None,
        catalogue: Arc::new(catalogue::standard::catalogue().unwrap()),
        clock: Arc::new(machine::SystemClock),
        chance: Arc::new(machine::SystemChance),
    }
}

fn laid_out(directory: &Path, rows: u64) -> Desk {
    let desk = Desk::new(Arc::new(Store::open(setup(directory)).unwrap()), Arc::new(Journal::new(1000)));
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
    lay_out(&desk, 7, rows, shape, &people, &HashMap::new(), &AtomicU64::new(0)).unwrap();
    desk
}
