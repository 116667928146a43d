//! Filling an organisation with generated records, for demo and load.
//!
//! The rows come from `sample`, seeded; they are laid out by the operator in transactions of a few hundred, in a thread of
//! its own that can be asked how far it is. The people who own them are the active ones of the organisation.
//! Not here: what the rows say (`sample`). Proved by `crates/castellan/tests/it/main.rs`.

use catalogue::{Catalogue, Kind, RowId, Target, Value};
use crm::setup::{Placed, place};
use crm::{Desk, PrincipalId, UnitId};
use sample::generate::{Cell, Generator, Made, Mix, Shape, Standing};
use serde_json::{Value as Json, json};
use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use store::accounts;

/// Rows that one transaction lays out.
pub const BATCH: usize = 1000;

/// A run of the generator.
pub struct Generating {
    rows: u64,
    done: AtomicU64,
    over: AtomicBool,
    trouble: Mutex<Option<String>>,
}

impl Generating {
    /// Starts a run over the people of the organisation.
    pub fn start(desk: Desk, rows: u64, seed: u64) -> Result<Arc<Generating>, String> {
        let people = owners(&desk)?;
        let run = Arc::new(Generating { rows, done: AtomicU64::new(0), over: AtomicBool::new(false), trouble: Mutex::default() });
        let told = run.clone();
        std::thread::spawn(move || {
            let shape = shape(&desk, &people, Mix::Whole, Standing::default());
            if let Err(words) = lay_out(&desk, seed, rows, shape, &people, &HashMap::new(), &told.done) {
                *told.trouble.lock().unwrap_or_else(PoisonError::into_inner) = Some(words);
            }
            told.over.store(true, Ordering::Release);
        });
        Ok(run)
    }

    /// True when it ended, well or not.
    pub fn is_over(&self) -> bool {
        self.over.load(Ordering::Acquire)
    }

    /// How far it is.
    pub fn told(&self) -> Json {
        let trouble = self.trouble.lock().unwrap_or_else(PoisonError::into_inner).clone();
        json!({ "rows": self.rows, "done": self.done.load(Ordering::Relaxed), "over": self.is_over(), "trouble": trouble })
    }
}

/// Somebody who may own rows.
#[derive(Clone, Debug)]
pub struct Owner {
    /// The user.
    pub id: PrincipalId,
    /// The user's unit.
    pub unit: UnitId,
    /// The user's e-mail address.
    pub email: String,
}

/// The active people of the organisation, in the order they came.
pub fn owners(desk: &Desk) -> Result<Vec<Owner>, String> {
    let active = accounts::UserQuery { text: String::new(), state: Some(crm::UserState::Active), after: None, limit: 0 };
    let mut people = desk.glance(|tx| Ok(accounts::users(tx, &active)?)).map_err(|e| e.to_string())?;
    people.sort_by_key(|u| (u.created_on, u.id));
    if people.is_empty() {
        return Err("nobody here could own records: set up the organisation first".into());
    }
    Ok(people.into_iter().map(|u| Owner { id: u.id, unit: u.unit, email: u.email }).collect())
}

/// Everybody owns something.
pub fn shape(desk: &Desk, people: &[Owner], mix: Mix, standing: Standing) -> Shape {
    Shape { now: desk.store().now(), mix, sales: (0..people.len()).collect(), service: Vec::new(), standing }
}

/// Lays out `rows` rows. `there` gives the ids of standing rows by set, in the order of their keys.
pub fn lay_out(
    desk: &Desk,
    seed: u64,
    rows: u64,
    shape: Shape,
    people: &[Owner],
    there: &HashMap<String, Vec<RowId>>,
    done: &AtomicU64,
) -> Result<(), String> {
    let catalogue = catalogue::standard::catalogue().map_err(|e| e.to_string())?;
    let made = Generator::new(seed, rows, shape).map_err(|e| e.to_string())?;
    let mut ids: HashMap<String, Vec<RowId>> = there.clone();
    let mut batch = Vec::with_capacity(BATCH);
    let now = desk.store().now();
    for row in made {
        batch.push(placed(&catalogue, row, people, &mut ids, desk, now)?);
        if batch.len() == BATCH {
            keep(desk, &mut batch, done)?;
        }
    }
    keep(desk, &mut batch, done)
}

fn keep(desk: &Desk, batch: &mut Vec<Placed>, done: &AtomicU64) -> Result<(), String> {
    let rows = std::mem::take(batch);
    let count = rows.len() as u64;
    desk.operate("records.generate", move |tx| place(tx, &rows)).map_err(|e| e.to_string())?;
    done.fetch_add(count, Ordering::Relaxed);
    Ok(())
}

fn placed(
    catalogue: &Catalogue,
    row: Made,
    people: &[Owner],
    ids: &mut HashMap<String, Vec<RowId>>,
    desk: &Desk,
    now: i64,
) -> Result<Placed, String> {
    let table = catalogue.find(row.set).ok_or_else(|| format!("there is no set `{}`", row.set))?;
    let id = new_id(desk, now);
    let mut cells = Vec::with_capacity(row.columns.len());
    for (name, cell) in row.columns {
        let column = table.find(name).ok_or_else(|| format!("`{}` has no column `{name}`", row.set))?;
        cells.push(match cell {
            Cell::Link(set, key) => {
                let to = ids.get(set).and_then(|all| all.get(usize::try_from(key).ok()?)).copied();
                (name.to_owned(), Value::from(to), catalogue.target(set))
            }
            other => (name.to_owned(), value(&column.kind, other), None::<Target>),
        });
    }
    let owner = row.owner.and_then(|n| people.get(n)).map(|o| (o.id, o.unit));
    // What nobody owns was made by whoever came first.
    let by = owner.map(|o| o.0).or(people.first().map(|o| o.id)).ok_or("nobody here could have made a record")?;
    let known = ids.entry(row.set.to_owned()).or_default();
    let place = usize::try_from(row.key).map_err(|e| e.to_string())?;
    if known.len() != place {
        return Err(format!("`{}` were not made in the order of their keys", row.set));
    }
    known.push(id);
    Ok(Placed { set: row.set.to_owned(), id, owner, made: (by, row.created_on), cells })
}

fn new_id(desk: &Desk, now: i64) -> RowId {
    let mut random = [0u8; 10];
    desk.store().chance().fill(&mut random);
    RowId(uuid::Builder::from_unix_timestamp_millis(u64::try_from(now / 1000).unwrap_or(0), &random).into_uuid())
}

fn value(kind: &Kind, cell: Cell) -> Value {
    match cell {
        Cell::Text(text) => text.as_ref().into(),
        Cell::Int(n) | Cell::Money(n) | Cell::Date(n) | Cell::DateTime(n) | Cell::Decimal(n) => n.into(),
        Cell::YesNo(yes) => yes.into(),
        Cell::Choice(name) => kind.options().iter().find(|o| o.name == name).map(|o| o.value).into(),
        Cell::Link(..) => Value::Null,
    }
}
