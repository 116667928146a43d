//! As many plausible rows as one asks for, the same ones for the same seed.
//!
//! [`Generator`] is an iterator of [`Made`]: a row told in names of the standard catalogue, whose links name rows that
//! exist already ([`Standing`]) or were made before it. Every row is drawn from its own chance, so nothing that was
//! made is remembered: a million rows take no more memory than ten.
//! Not here: writing rows into an organisation; ids. What belongs to the standing rows is never changed.
//! Start reading at [`Generator::new`], then in `generate/customers.rs`. Proved by `crates/sample/tests/it/generated.rs`.

mod activities;
mod customers;
mod deals;
mod moments;
mod service;

use crate::chance::Chance;
use crate::names::Names;
use std::borrow::Cow;
use std::fmt;

/// The sets that are made, in the order they are made in: a link names a row of the same set or of one before it.
pub const SETS: [&str; 10] =
    ["accounts", "contacts", "leads", "opportunities", "opportunity_products", "cases", "tasks", "phone_calls", "appointments", "notes"];

/// What to make, and for whom.
#[derive(Clone, Debug)]
pub struct Shape {
    /// The moment that counts as now, in microseconds since 1970-01-01 UTC. All that happened lies in the three years
    /// before it; what is planned lies up to four months behind it.
    pub now: i64,
    /// What share each set has.
    pub mix: Mix,
    /// Who owns customers, leads and opportunities: places in the caller's list of people. The first owns most.
    pub sales: Vec<usize>,
    /// Who owns cases; the people of sales when empty.
    pub service: Vec<usize>,
    /// What is there already.
    pub standing: Standing,
}

/// What share of the rows each set has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mix {
    /// A whole organisation: 40 % contacts, 15 % accounts, 10 % leads, 8 % opportunities with their lines, 7 % cases,
    /// 20 % activities and notes.
    Whole,
    /// What happens around customers that stand already: leads, opportunities, cases, activities, notes.
    BesideCustomers,
}

/// Rows that exist already. In a link they have the keys from 0 on; made rows of the set follow behind them.
#[derive(Clone, Debug, Default)]
pub struct Standing {
    /// Accounts; a link to key `n` of `accounts` means the nth.
    pub accounts: Vec<StandingAccount>,
    /// How many contacts.
    pub contacts: u64,
    /// Products; a link to key `n` of `products` means the nth. Without any, lines have written-in names.
    pub products: Vec<StandingProduct>,
}

/// An account that exists already.
#[derive(Clone, Debug)]
pub struct StandingAccount {
    /// Its name.
    pub name: String,
    /// Who owns it: a place in the caller's list of people.
    pub owner: usize,
    /// The key of somebody who works there.
    pub contact: Option<u64>,
}

/// A product that exists already.
#[derive(Clone, Debug)]
pub struct StandingProduct {
    /// Its name.
    pub name: String,
    /// Its price, in 1/10,000.
    pub price: i64,
}

/// One row.
#[derive(Clone, Debug, PartialEq)]
pub struct Made {
    /// Its set.
    pub set: &'static str,
    /// By this and the set, links name it.
    pub key: u64,
    /// Who owns it: a place in the caller's list of people. `None` for rows that belong to their parent.
    pub owner: Option<usize>,
    /// When it was made, in microseconds; never before what it links to, never after now.
    pub created_on: i64,
    /// Its columns; those that are not here are empty.
    pub columns: Vec<(&'static str, Cell)>,
}

/// What a column holds.
#[derive(Clone, Debug, PartialEq)]
pub enum Cell {
    /// Text of any kind, also memo, e-mail, phone and address on the web.
    Text(Cow<'static, str>),
    /// A whole number.
    Int(i64),
    /// An amount in 1/10,000 of the organisation's currency.
    Money(i64),
    /// Scaled by the digits that the column has.
    Decimal(i64),
    /// Days since 1970-01-01.
    Date(i64),
    /// Microseconds since 1970-01-01 UTC.
    DateTime(i64),
    /// The name of an option.
    Choice(&'static str),
    /// A row by set and key.
    Link(&'static str, u64),
    /// Yes or no.
    YesNo(bool),
}

/// Why nothing can be made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unfit {
    /// There is nobody in `sales`.
    NobodyOwns,
    /// [`Mix::BesideCustomers`] without a standing account.
    NobodyBuys,
}

impl fmt::Display for Unfit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Unfit::NobodyOwns => "there is nobody who could own the rows",
            Unfit::NobodyBuys => "there is no account that the rows could be about",
        })
    }
}

impl std::error::Error for Unfit {}

/// Makes rows, one after the other, set by set in the order of [`SETS`].
#[derive(Debug)]
pub struct Generator {
    plan: Plan,
    set: usize,
    made: u64,
}

impl Generator {
    /// Makes exactly `rows` rows of this shape.
    pub fn new(seed: u64, rows: u64, shape: Shape) -> Result<Generator, Unfit> {
        if shape.sales.is_empty() {
            return Err(Unfit::NobodyOwns);
        }
        if shape.mix == Mix::BesideCustomers && shape.standing.accounts.is_empty() {
            return Err(Unfit::NobodyBuys);
        }
        let counts = shape.mix.counts(rows);
        let sellers = Owners::new(&shape.sales);
        let servers = Owners::new(if shape.service.is_empty() { &shape.sales } else { &shape.service });
        Ok(Generator { plan: Plan { seed, shape, counts, sellers, servers, names: Names::read() }, set: 0, made: 0 })
    }

    /// How many rows of each set will be made in all.
    pub fn counts(&self) -> impl Iterator<Item = (&'static str, u64)> {
        SETS.into_iter().zip(self.plan.counts)
    }
}

impl Iterator for Generator {
    type Item = Made;

    fn next(&mut self) -> Option<Made> {
        let (mut set, mut count) = (SETS.get(self.set)?, *self.plan.counts.get(self.set)?);
        while self.made >= count {
            self.set += 1;
            self.made = 0;
            (set, count) = (SETS.get(self.set)?, *self.plan.counts.get(self.set)?);
        }
        let key = self.plan.standing(set) + self.made;
        self.made += 1;
        Some(self.plan.row(set, key))
    }
}

impl Mix {
    /// Parts in a hundred, in the order of [`SETS`].
    fn parts(self) -> [u64; 10] {
        match self {
            Mix::Whole => [15, 40, 10, 4, 4, 7, 6, 5, 4, 5],
            Mix::BesideCustomers => [0, 0, 22, 18, 18, 15, 9, 7, 5, 6],
        }
    }

    /// What no whole row is left for goes to the first set that is made at all.
    fn counts(self, rows: u64) -> [u64; 10] {
        let parts = self.parts();
        let mut counts = parts.map(|part| rows / 100 * part + rows % 100 * part / 100);
        let left = rows - counts.iter().sum::<u64>();
        if let Some((count, _)) = counts.iter_mut().zip(parts).find(|(_, part)| *part > 0) {
            *count += left;
        }
        counts
    }
}

/// What everything about a row can be found out from, whenever it is needed.
#[derive(Debug)]
struct Plan {
    seed: u64,
    shape: Shape,
    counts: [u64; 10],
    sellers: Owners,
    servers: Owners,
    names: Names,
}

/// People who own rows: the first has most, twice as much as the second, three times as much as the third.
#[derive(Debug)]
struct Owners {
    people: Vec<usize>,
    /// Up to which draw each of them is meant.
    up_to: Vec<u64>,
}

impl Owners {
    fn new(people: &[usize]) -> Owners {
        let weights = (1..=people.len() as u64).map(|n| 1_000_000 / n + 1);
        let up_to = weights.scan(0, |sum, weight| {
            *sum += weight;
            Some(*sum)
        });
        Owners { people: people.to_vec(), up_to: up_to.collect() }
    }

    fn one(&self, chance: &mut Chance) -> usize {
        let drawn = chance.below(self.up_to.last().copied().unwrap_or(0));
        self.people.get(self.up_to.partition_point(|up_to| *up_to <= drawn)).copied().unwrap_or(0)
    }
}

impl Plan {
    fn row(&self, set: &'static str, key: u64) -> Made {
        match set {
            "accounts" => self.account_row(key),
            "contacts" => self.contact_row(key),
            "leads" => self.lead_row(key),
            "opportunities" => self.opportunity_row(key),
            "opportunity_products" => self.line_row(key),
            "cases" => self.case_row(key),
            "tasks" => self.task_row(key),
            "phone_calls" => self.phone_call_row(key),
            "appointments" => self.appointment_row(key),
            _ => self.note_row(key),
        }
    }

    /// How many rows of this set are made.
    fn made(&self, set: &str) -> u64 {
        SETS.iter().zip(self.counts).find(|(name, _)| **name == set).map_or(0, |(_, count)| count)
    }

    /// How many rows of this set stood before.
    fn standing(&self, set: &str) -> u64 {
        match set {
            "accounts" => self.shape.standing.accounts.len() as u64,
            "contacts" => self.shape.standing.contacts,
            "products" => self.shape.standing.products.len() as u64,
            _ => 0,
        }
    }

    /// How many keys of this set a link may name.
    fn all(&self, set: &str) -> u64 {
        self.standing(set) + self.made(set)
    }

    fn chance(&self, of: &str, key: u64) -> Chance {
        Chance::new(self.seed, of, key)
    }
}

impl Made {
    fn new(set: &'static str, key: u64, owner: Option<usize>, created_on: i64) -> Made {
        Made { set, key, owner, created_on, columns: Vec::with_capacity(24) }
    }

    fn with(&mut self, column: &'static str, cell: Cell) -> &mut Made {
        self.columns.push((column, cell));
        self
    }

    fn text(&mut self, column: &'static str, text: impl Into<Cow<'static, str>>) -> &mut Made {
        let text = text.into();
        if text.is_empty() { self } else { self.with(column, Cell::Text(text)) }
    }

    fn choice(&mut self, column: &'static str, option: &'static str) -> &mut Made {
        if option.is_empty() { self } else { self.with(column, Cell::Choice(option)) }
    }

    fn stands(&mut self, state: &'static str, status: &'static str) -> &mut Made {
        self.choice("state", state).choice("status", status)
    }

    fn link(&mut self, column: &'static str, set: &'static str, key: Option<u64>) -> &mut Made {
        if let Some(key) = key { self.with(column, Cell::Link(set, key)) } else { self }
    }
}
