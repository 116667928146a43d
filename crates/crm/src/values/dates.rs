//! Days and moments, as text and as stored integers.
//!
//! A day is days since 1970-01-01, a moment microseconds since then in UTC. Files say in which order they write dates;
//! a moment without a zone is UTC.
//! Not here: relative dates of filters ([`crate::views`]). Proved by `crates/crm/tests/it/values.rs`.

use super::DateForm;
use jiff::Timestamp;
use jiff::civil::Date;

const EPOCH: Date = Date::constant(1970, 1, 1);

/// Days since 1970-01-01.
pub fn day_of(date: Date) -> i64 {
    (date - EPOCH).get_days().into()
}

fn date_of(day: i64) -> Option<Date> {
    let days = i32::try_from(day).ok()?;
    EPOCH.checked_add(jiff::Span::new().try_days(days).ok()?).ok()
}

/// `2026-11-22`.
pub fn day_text(day: i64) -> String {
    date_of(day).map_or_else(|| day.to_string(), |d| d.to_string())
}

/// `2026-11-22T09:30:00Z`.
pub fn moment_text(micros: i64) -> String {
    Timestamp::from_microsecond(micros).map_or_else(|_| micros.to_string(), |t| t.to_string())
}

/// Reads a day; a time behind it is allowed when it is midnight.
pub fn parse_day(written: &str, form: DateForm) -> Result<i64, String> {
    let (day, time) = split(written);
    let date = date(day, form).ok_or_else(|| wrong(written, form))?;
    match time.map(time_of_day) {
        None | Some(Some(0)) => Ok(day_of(date)),
        Some(_) => Err(format!("`{written}` is a moment, here belongs a day")),
    }
}

/// Reads a moment: RFC 3339, or a day with or without a time (UTC).
pub fn parse_moment(written: &str, form: DateForm) -> Result<i64, String> {
    if let Ok(moment) = written.parse::<Timestamp>() {
        return Ok(moment.as_microsecond());
    }
    let (day, time) = split(written);
    let date = date(day, form).ok_or_else(|| wrong(written, form))?;
    let seconds = time.map_or(Some(0), time_of_day).ok_or_else(|| format!("`{written}` has no time that can be read"))?;
    Ok(day_of(date) * 86_400_000_000 + seconds)
}

fn wrong(written: &str, form: DateForm) -> String {
    let like = match form {
        DateForm::Ymd => "2026-11-22",
        DateForm::Dmy => "22.11.2026",
        DateForm::Mdy => "11/22/2026",
    };
    format!("`{written}` is not a date like {like}")
}

fn split(written: &str) -> (&str, Option<&str>) {
    match written.trim().split_once(['T', ' ']) {
        Some((day, time)) => (day, Some(time.trim())),
        None => (written.trim(), None),
    }
}

fn date(written: &str, form: DateForm) -> Option<Date> {
    let parts: Vec<i16> = written.split(['-', '/', '.']).map(|p| p.parse().ok()).collect::<Option<_>>()?;
    let [a, b, c] = parts.as_slice() else { return None };
    // A year in front is a year, whatever the form says.
    let (year, month, day) = match form {
        _ if *a > 31 => (*a, *b, *c),
        DateForm::Ymd => return None,
        DateForm::Dmy => (*c, *b, *a),
        DateForm::Mdy => (*c, *a, *b),
    };
    if year < 1000 {
        return None;
    }
    Date::new(year, i8::try_from(month).ok()?, i8::try_from(day).ok()?).ok()
}

/// Microseconds since midnight of `9:05`, `09:05:30`, `09:05:30.250`, `9:05 PM`.
fn time_of_day(written: &str) -> Option<i64> {
    let upper = written.trim_end_matches('Z').to_ascii_uppercase();
    let (clock, afternoon) = match (upper.strip_suffix("PM"), upper.strip_suffix("AM")) {
        (Some(rest), _) => (rest.trim(), Some(true)),
        (_, Some(rest)) => (rest.trim(), Some(false)),
        _ => (upper.trim(), None),
    };
    let mut parts = clock.split(':');
    let mut hour: i64 = parts.next()?.parse().ok()?;
    let minute: i64 = parts.next().map_or(Some(0), |p| p.parse().ok())?;
    let (second, fraction) = match parts.next() {
        None => (0, 0),
        Some(text) => {
            let (whole, part) = text.split_once('.').unwrap_or((text, ""));
            (whole.parse::<i64>().ok()?, super::numbers::parse_decimal(&format!("0.{part}0"), 6).ok()?)
        }
    };
    if let Some(afternoon) = afternoon {
        hour = hour % 12 + if afternoon { 12 } else { 0 };
    }
    ((0..24).contains(&hour) && (0..60).contains(&minute) && (0..60).contains(&second) && parts.next().is_none())
        .then_some(((hour * 60 + minute) * 60 + second) * 1_000_000 + fraction)
}
