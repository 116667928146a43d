//! When things happen: in working hours, between two moments.
//!
//! Not here: what happens. Proved by `crates/sample/tests/it/generated.rs`.

use crate::chance::Chance;

/// Microseconds of a minute.
pub(super) const MINUTE: i64 = 60_000_000;
/// Microseconds of a day.
pub(super) const DAY: i64 = 24 * 60 * MINUTE;

/// A moment between these two, both included, on a working day between 8 and 18 o'clock UTC where there is one.
pub(super) fn moment(chance: &mut Chance, from: i64, to: i64) -> i64 {
    let any = chance.between(from, to);
    let hour = chance.between(8 * 12, 18 * 12) * 5 * MINUTE;
    // Day 0 was a Thursday, so 2 is a Saturday and 3 a Sunday; both become the Friday before.
    let past_friday = match day(any).rem_euclid(7) {
        2 => 1,
        3 => 2,
        _ => 0,
    };
    let moment = (day(any) - past_friday) * DAY + hour;
    if (from..=to).contains(&moment) { moment } else { any }
}

/// The day a moment is on, in days since 1970-01-01.
pub(super) fn day(moment: i64) -> i64 {
    moment.div_euclid(DAY)
}
