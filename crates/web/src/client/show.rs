//! Values as people read them: dates short and exact on hover, amounts with their sign, names as links.
//!
//! An [`Eye`] knows the hour, the person's zone and the signs of currencies; it is made inside the transaction that read
//! the rows and shows nothing that is not in them.
//! Not here: what goes into a form ([`super::fields`]). Start reading at [`Eye::cell`]. Proved by `tests/it/client.rs`.

use crate::call::Call;
use crate::pages::cell::Cell;
use crate::pages::{Badge, Principal, Tone, When};
use catalogue::{Column, Kind, RowId, Table, Value};
use crm::values::{MONEY_DIGITS, day_text, decimal_text, moment_text};
use crm::views::{Link, Row, Sign, Signs, Told};
use crm::{Actor, Done, Privilege, Tx};
use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan, Zoned};

/// How somebody sees.
pub(super) struct Eye {
    /// The transaction's time, microseconds UTC.
    pub(super) now: i64,
    /// The person's zone.
    pub(super) zone: TimeZone,
    signs: Signs,
}

/// The zone that the browser told, if there is such a one.
pub(super) fn zone_name(call: &Call) -> Option<String> {
    let name = call.cookie("zone").replace("%2F", "/");
    (!name.is_empty() && TimeZone::get(&name).is_ok()).then_some(name)
}

impl Eye {
    /// How whoever calls sees now.
    pub(super) fn of(tx: &mut Tx<'_>, actor: &Actor, call: &Call) -> Done<Eye> {
        let zone = zone_name(call).and_then(|name| TimeZone::get(&name).ok()).unwrap_or(TimeZone::UTC);
        Ok(Eye { now: tx.now(), zone, signs: crm::views::signs(tx, actor)? })
    }

    fn zoned(&self, micros: i64) -> Option<Zoned> {
        Some(Timestamp::from_microsecond(micros).ok()?.to_zoned(self.zone.clone()))
    }

    /// Today where the person is.
    pub(super) fn today(&self) -> Date {
        self.zoned(self.now).map_or_else(|| Date::constant(1970, 1, 1), |z| z.date())
    }

    /// The day of a moment where the person is, as a number to compare by.
    pub(super) fn day_number(&self, micros: i64) -> i64 {
        self.zoned(micros).map_or(0, |at| crm::values::day_of(at.date()))
    }

    /// A moment.
    pub(super) fn when(&self, micros: i64) -> When {
        let Some(at) = self.zoned(micros) else { return When::default() };
        let short = match self.near(at.date()) {
            Some(word) => format!("{word} {}", at.strftime("%H:%M")),
            None => self.short(at.date()),
        };
        When { short, exact: at.strftime("%A, %-d %B %Y, %H:%M:%S %Z").to_string(), machine: moment_text(micros) }
    }

    /// A moment that is always told with its hour.
    pub(super) fn moment(&self, micros: i64) -> String {
        let Some(at) = self.zoned(micros) else { return String::new() };
        let day = self.near(at.date()).map_or_else(|| self.short(at.date()), str::to_owned);
        format!("{day} {}", at.strftime("%H:%M"))
    }

    /// A day.
    pub(super) fn day(&self, day: i64) -> When {
        let machine = day_text(day);
        let Ok(date) = machine.parse::<Date>() else { return When { short: machine.clone(), exact: machine.clone(), machine } };
        let short = self.near(date).map_or_else(|| self.short(date), str::to_owned);
        When { short, exact: date.strftime("%A, %-d %B %Y").to_string(), machine }
    }

    fn near(&self, date: Date) -> Option<&'static str> {
        let today = self.today();
        if date == today {
            return Some("today");
        }
        if today.checked_sub(1.day()).is_ok_and(|d| d == date) {
            return Some("yesterday");
        }
        today.checked_add(1.day()).is_ok_and(|d| d == date).then_some("tomorrow")
    }

    fn short(&self, date: Date) -> String {
        let form = if date.year() == self.today().year() { "%-d %b" } else { "%-d %b %Y" };
        date.strftime(form).to_string()
    }

    /// The cell of a row.
    pub(super) fn cell(&self, table: &Table, row: &Row, cell: &crm::views::Cell) -> Cell {
        let Some(column) = table.column(cell.column) else { return Cell::Empty };
        if column.id == table.primary {
            return Cell::Link { text: row.name(table), href: format!("/{}/{}", table.set, row.id) };
        }
        let currency = row.cell(table, "currency").and_then(|c| c.value.id());
        self.value(column, &cell.value, cell.link.as_ref(), currency)
    }

    /// A cell of a row by the name of its column; empty when it is not open.
    pub(super) fn named(&self, table: &Table, row: &Row, name: &str) -> Cell {
        row.cell(table, name).map_or(Cell::Empty, |cell| self.cell(table, row, cell))
    }

    /// A value of a column.
    pub(super) fn value(&self, column: &Column, value: &Value, link: Option<&Link>, currency: Option<RowId>) -> Cell {
        if let Some(link) = link {
            return linked(link);
        }
        match (value, &column.kind) {
            (Value::Null, _) | (Value::Bytes(_), _) => Cell::Empty,
            (Value::Int(n), Kind::Money) => Cell::Money(self.money(*n, currency)),
            (Value::Int(n), Kind::MoneyBase) => Cell::Money(self.money(*n, self.signs.base)),
            (Value::Int(n), Kind::Decimal { digits, .. }) => Cell::Number(grouped(&decimal_text(*n, *digits, 0))),
            (Value::Int(n), Kind::YesNo) => Cell::YesNo(*n != 0),
            (Value::Int(n), Kind::Choice(_)) => match column.option(*n) {
                Some(option) if column.name == "state" => Cell::choice(&option.label, tone_of(&option.name)),
                Some(option) => Cell::text(&option.label),
                None => Cell::Number(n.to_string()),
            },
            (Value::Int(n), Kind::Date) => Cell::Time(self.day(*n)),
            (Value::Int(n), Kind::DateTime) => Cell::Time(self.when(*n)),
            (Value::Int(n), _) => Cell::Number(grouped(&n.to_string())),
            (Value::Text(t), Kind::MultiChoice(_)) => {
                let label = |v: &str| v.parse().ok().and_then(|n| column.option(n)).map_or_else(|| v.to_owned(), |o| o.label.clone());
                Cell::Choices(t.split(',').map(label).collect())
            }
            (Value::Text(t), Kind::Email(_)) if t.contains('@') => Cell::Mail(t.clone()),
            (Value::Text(t), Kind::Phone(_)) => Cell::phone(t),
            (Value::Text(t), Kind::Url(_)) => Cell::web(t),
            (Value::Text(t), Kind::Memo(_)) => Cell::Memo(t.clone()),
            (Value::Text(t), _) => Cell::text(t),
            (Value::Id(id), _) => Cell::Text(id.to_string()),
        }
    }

    /// A value of the past.
    pub(super) fn told(&self, column: &Column, told: &Told) -> Cell {
        match told {
            Told::Value(value) => self.value(column, value, None, None),
            Told::Link(link) => linked(link),
        }
    }

    /// An amount with the sign of its currency, as far as that is known.
    pub(super) fn money(&self, amount: i64, currency: Option<RowId>) -> String {
        let plain = grouped(&decimal_text(amount, MONEY_DIGITS, 2));
        let none = Sign::default();
        let sign = currency.and_then(|id| self.signs.by_currency.get(&id)).unwrap_or(&none);
        let mark = if sign.symbol.is_empty() { &sign.iso } else { &sign.symbol };
        let gap = if mark.chars().any(char::is_alphabetic) { "\u{a0}" } else { "" };
        match plain.strip_prefix('-') {
            Some(rest) => format!("\u{2212}{mark}{gap}{rest}"),
            None => format!("{mark}{gap}{plain}"),
        }
    }

    /// The unit of an amount in a form: the currency's three letters.
    pub(super) fn unit(&self, currency: Option<RowId>) -> String {
        currency.and_then(|id| self.signs.by_currency.get(&id)).map_or_else(String::new, |sign| sign.iso.clone())
    }

    /// The state of a row as a badge.
    pub(super) fn state(&self, table: &Table, row: &Row) -> Badge {
        match self.named(table, row, "state") {
            Cell::Choice { text, tone } => Badge { text, tone },
            _ => Badge::default(),
        }
    }
}

/// Puts thousands into groups.
pub(super) fn grouped(number: &str) -> String {
    let (sign, bare) = number.strip_prefix('-').map_or(("", number), |rest| ("-", rest));
    let (whole, part) = bare.split_once('.').map_or((bare, None), |(whole, part)| (whole, Some(part)));
    let mut groups = String::with_capacity(whole.len() + 4);
    for (n, digit) in whole.chars().enumerate() {
        if n > 0 && (whole.len() - n).is_multiple_of(3) {
            groups.push(',');
        }
        groups.push(digit);
    }
    part.map_or_else(|| format!("{sign}{groups}"), |part| format!("{sign}{groups}.{part}"))
}

/// Bytes for people.
pub(super) fn size(bytes: u64) -> String {
    const UNITS: [&str; 4] = ["bytes", "kB", "MB", "GB"];
    let (mut amount, mut unit) = (bytes, 0);
    while amount >= 1000 && unit + 1 < UNITS.len() {
        amount = (amount + 500) / 1000;
        unit += 1;
    }
    format!("{amount} {}", UNITS.get(unit).copied().unwrap_or_default())
}

/// `1 account`, `2 accounts`.
pub(super) fn counted(n: usize, one: &str, many: &str) -> String {
    if n == 1 { format!("1 {one}") } else { format!("{} {many}", grouped(&n.to_string())) }
}

fn linked(link: &Link) -> Cell {
    match link {
        Link::Hidden => Cell::Hidden,
        Link::Seen { set, id, name } => match page_of(set, *id) {
            Some(href) => Cell::Link { text: name.clone(), href },
            None => Cell::text(name),
        },
    }
}

/// The page of what a lookup names.
pub(super) fn page_of(set: &str, id: RowId) -> Option<String> {
    match set {
        "users" => Some(format!("/people/{id}")),
        "teams" => Some(format!("/teams/{id}")),
        "business_units" => Some("/units".into()),
        set => Some(format!("/{set}/{id}")),
    }
}

/// The owner that a link names.
pub(super) fn principal(link: &Link) -> Option<Principal> {
    let Link::Seen { set, id, name } = link else { return None };
    let kind = if set == "teams" { "team" } else { "user" };
    Some(Principal { id: id.to_string(), name: name.clone(), kind: kind.into(), href: page_of(set, *id).unwrap_or_default() })
}

/// One or two letters of a name.
pub(super) fn initials(name: &str) -> String {
    let mut words = name.split_whitespace().filter_map(|w| w.chars().next());
    let first = words.next();
    first.into_iter().chain(words.next_back()).flat_map(char::to_uppercase).collect()
}

/// The colour of a state by its name: green only for what is done, quiet for what is over.
fn tone_of(state: &str) -> Tone {
    match state {
        "won" | "completed" | "resolved" | "paid" | "fulfilled" | "qualified" | "invoiced" => Tone::Proven,
        "inactive" | "retired" | "canceled" | "lost" | "closed" | "disqualified" => Tone::Quiet,
        "on_hold" | "draft" | "under_revision" => Tone::Waits,
        _ => Tone::Accent,
    }
}

/// Words with a capital letter in front.
pub(super) fn capital(words: &str) -> String {
    let mut letters = words.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

/// What somebody may do with one record, as people say it.
pub(super) fn right(privilege: Privilege) -> &'static str {
    match privilege {
        Privilege::Append => "attach it to others",
        Privilege::AppendTo => "attach to it",
        other => other.verb(),
    }
}
