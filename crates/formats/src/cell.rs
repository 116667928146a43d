//! A cell of an export, typed, so that numbers stay numbers and text stays text.
//!
//! The one idea: the values are as the store keeps them (scaled whole numbers, days, microseconds), so nothing is
//! rounded on the way; each format says for itself how it writes them. [`Cell::plain`] is the text for CSV.
//! Not here: neutralising text (`neutralise`), the look of cells in XLSX (`xlsx_writer`).
//! Proved by `tests/it/exports.rs`.

use std::borrow::Cow;

const MICROS_A_DAY: i64 = 86_400_000_000;
/// Digits of money behind the point, as the store keeps it.
pub(crate) const MONEY_DIGITS: u32 = 4;

/// One cell.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Cell<'a> {
    /// Nothing.
    Empty,
    /// Text of people; never computed by whoever opens the file.
    Text(Cow<'a, str>),
    /// A whole number.
    Integer(i64),
    /// A decimal: the number times 10 to the power of `digits`.
    Decimal {
        /// The scaled number.
        scaled: i64,
        /// Digits behind the point; more than 18 are taken as 18.
        digits: u32,
    },
    /// An amount in 1/10,000.
    Money(i64),
    /// Yes or no.
    YesNo(bool),
    /// A day, in days since 1970-01-01.
    Date(i64),
    /// A moment, in microseconds since 1970-01-01 UTC.
    DateTime(i64),
}

impl<'a> Cell<'a> {
    /// A cell of text; empty text is an empty cell.
    pub fn text(text: impl Into<Cow<'a, str>>) -> Cell<'a> {
        let text = text.into();
        if text.is_empty() { Cell::Empty } else { Cell::Text(text) }
    }

    /// The cell as plain text: numbers with a point, `true` or `false`, dates as `2026-03-01`, moments as
    /// `2026-03-01T12:30:00Z`. Text as it is, not neutralised.
    pub fn plain(&self) -> Cow<'_, str> {
        match self {
            Cell::Empty => Cow::Borrowed(""),
            Cell::Text(text) => Cow::Borrowed(text),
            Cell::Integer(number) => Cow::Owned(number.to_string()),
            Cell::Decimal { scaled, digits } => Cow::Owned(decimal(*scaled, *digits, *digits)),
            Cell::Money(scaled) => Cow::Owned(decimal(*scaled, MONEY_DIGITS, 2)),
            Cell::YesNo(yes) => Cow::Borrowed(if *yes { "true" } else { "false" }),
            Cell::Date(days) => Cow::Owned(day(*days)),
            Cell::DateTime(micros) => Cow::Owned(moment(*micros)),
        }
    }
}

/// A scaled number as text; zeros behind `at_least` digits are left out.
fn decimal(scaled: i64, digits: u32, at_least: u32) -> String {
    let digits = digits.min(18);
    let unit = 10_u64.pow(digits);
    let size = scaled.unsigned_abs();
    let sign = if scaled < 0 { "-" } else { "" };
    if digits == 0 {
        return format!("{sign}{size}");
    }
    let mut behind = format!("{:0width$}", size % unit, width = digits as usize);
    while behind.len() > at_least as usize && behind.ends_with('0') {
        behind.pop();
    }
    format!("{sign}{}.{behind}", size / unit)
}

fn day(days: i64) -> String {
    let (year, month, day) = civil(days);
    format!("{year:04}-{month:02}-{day:02}")
}

fn moment(micros: i64) -> String {
    let rest = micros.rem_euclid(MICROS_A_DAY);
    let (seconds, fraction) = (rest / 1_000_000, rest % 1_000_000);
    let (hour, minute, second) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
    let mut text = format!("{}T{hour:02}:{minute:02}:{second:02}", day(micros.div_euclid(MICROS_A_DAY)));
    if fraction != 0 {
        text.push_str(format!(".{fraction:06}").trim_end_matches('0'));
    }
    text.push('Z');
    text
}

/// Year, month and day of a number of days since 1970-01-01, in the Gregorian calendar.
///
/// After Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms", `civil_from_days`; in 128 bits no day overflows.
fn civil(days: i64) -> (i128, i128, i128) {
    let shifted = i128::from(days) + 719_468;
    let era = shifted.div_euclid(146_097);
    let day_of_era = shifted.rem_euclid(146_097);
    let year_of_era = (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month_from_march = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month_from_march + 2) / 5 + 1;
    let month = if month_from_march < 10 { month_from_march + 3 } else { month_from_march - 9 };
    (year_of_era + era * 400 + i128::from(month <= 2), month, day)
}
