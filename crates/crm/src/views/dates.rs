//! Relative dates of filters: `today`, `this_month`, `last_x_days`.
//!
//! Each is a stretch of days in the asker's zone, from the first day (with it) to the last (without it). Weeks begin on
//! Monday.
//! Not here: comparing ([`super::filter`]). Proved by `crates/crm/tests/it/views.rs`.

use crate::values::day_of;
use jiff::civil::{Date, Weekday};
use jiff::tz::TimeZone;
use jiff::{Span, Timestamp};

/// The first day and the day after the last one, where it has them.
pub(crate) struct Stretch {
    pub(crate) from: Option<Date>,
    pub(crate) to: Option<Date>,
}

/// The stretch that an operator names, `x` being its number where it takes one. `None`: no such operator.
pub(crate) fn stretch(op: &str, x: i64, now: i64, zone: &TimeZone) -> Option<Stretch> {
    let today = Timestamp::from_microsecond(now).ok()?.to_zoned(zone.clone()).date();
    let days = |n: i64| today.checked_add(Span::new().try_days(n).ok()?).ok();
    let month = |n: i64| today.first_of_month().checked_add(Span::new().try_months(n).ok()?).ok();
    let year = |n: i64| today.first_of_year().checked_add(Span::new().try_years(n).ok()?).ok();
    let week = |n: i64| {
        let back = i64::from(today.weekday().since(Weekday::Monday));
        days(n * 7 - back)
    };
    let (from, to) = match op {
        "today" => (Some(today), Some(days(1)?)),
        "yesterday" => (Some(days(-1)?), Some(today)),
        "tomorrow" => (Some(days(1)?), Some(days(2)?)),
        "this_week" => (Some(week(0)?), Some(week(1)?)),
        "last_week" => (Some(week(-1)?), Some(week(0)?)),
        "next_week" => (Some(week(1)?), Some(week(2)?)),
        "this_month" => (Some(month(0)?), Some(month(1)?)),
        "last_month" => (Some(month(-1)?), Some(month(0)?)),
        "next_month" => (Some(month(1)?), Some(month(2)?)),
        "this_year" => (Some(year(0)?), Some(year(1)?)),
        "last_year" => (Some(year(-1)?), Some(year(0)?)),
        "next_year" => (Some(year(1)?), Some(year(2)?)),
        "last_x_days" => (Some(days(-x)?), Some(days(1)?)),
        "next_x_days" => (Some(today), Some(days(x + 1)?)),
        "older_than_x_days" => (None, Some(days(-x)?)),
        _ => return None,
    };
    Some(Stretch { from, to })
}

/// The bound as the column stores it: a day, or the first moment of that day in the zone.
pub(crate) fn bound(date: Date, is_day: bool, zone: &TimeZone) -> i64 {
    if is_day {
        return day_of(date);
    }
    date.to_zoned(zone.clone()).map_or_else(|_| day_of(date) * 86_400_000_000, |z| z.timestamp().as_microsecond())
}
