//! How long somebody waits who keeps failing.
//!
//! A subject is a hash of what is being tried (an address, a network), so nothing here tells who was meant. The first
//! tries are free, then every failure doubles the wait. Counting is no change: it leaves no entry in the trail. A count
//! whose window is over counts for nothing, and [`forget_tries`] takes it away.
//! Not here: what is tried (`crm`). Proved by `crates/store/tests/it/accounts.rs`.

use super::quietly;
use crate::{Fault, Tx};
use catalogue::Value;

/// Where a subject stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Throttle {
    /// Failures since the last success, or within the window.
    pub failures: i64,
    /// Microseconds UTC; nothing is tried before.
    pub blocked_until: i64,
}

/// How patient to be. Times in microseconds.
#[derive(Clone, Copy, Debug)]
pub struct ThrottlePolicy {
    /// So many failures cost nothing.
    pub free: i64,
    /// The wait after the first that does.
    pub first: i64,
    /// The longest wait.
    pub longest: i64,
    /// After so long without a failure the count begins anew.
    pub window: i64,
}

/// Where the subject stands now.
pub fn throttle(tx: &mut Tx<'_>, subject: &[u8]) -> Result<Throttle, Fault> {
    let ask = "SELECT failures, blocked_until FROM sys_throttle WHERE subject = ?1 AND ends > ?2";
    let row = tx.row(ask, &[Value::Bytes(subject.to_vec()), tx.now.into()])?;
    row.map_or(Ok(Throttle::default()), |r| Ok(Throttle { failures: r.int(0)?, blocked_until: r.int(1)? }))
}

/// Counts a failure and answers where the subject stands then.
pub fn fail(tx: &mut Tx<'_>, subject: &[u8], policy: &ThrottlePolicy) -> Result<Throttle, Fault> {
    let failures = throttle(tx, subject)?.failures.saturating_add(1);
    let costly = failures.saturating_sub(policy.free);
    let doubled = u32::try_from(costly - 1).map_or(0, |n| policy.first.saturating_mul(1i64.checked_shl(n.min(40)).unwrap_or(i64::MAX)));
    let blocked_until = if costly > 0 { tx.now.saturating_add(doubled.min(policy.longest)) } else { 0 };
    // Nobody is let in sooner because the window is shorter than the wait.
    let ends = tx.now.saturating_add(policy.window).max(blocked_until);
    quietly(
        tx,
        "INSERT INTO sys_throttle (subject, failures, ends, blocked_until) VALUES (?1, ?2, ?3, ?4) ON CONFLICT (subject)
         DO UPDATE SET failures = excluded.failures, ends = excluded.ends, blocked_until = excluded.blocked_until",
        &[Value::Bytes(subject.to_vec()), failures.into(), ends.into(), blocked_until.into()],
    )?;
    Ok(Throttle { failures, blocked_until })
}

/// Forgets the failures.
pub fn succeed(tx: &mut Tx<'_>, subject: &[u8]) -> Result<(), Fault> {
    quietly(tx, "DELETE FROM sys_throttle WHERE subject = ?1", &[Value::Bytes(subject.to_vec())])?;
    Ok(())
}

/// Takes away what counts for nothing any more. Answers how many rows.
pub fn forget_tries(tx: &mut Tx<'_>) -> Result<u64, Fault> {
    let now = tx.now;
    quietly(tx, "DELETE FROM sys_throttle WHERE ends <= ?1", &[now.into()])
}
