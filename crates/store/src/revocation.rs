//! The revocation journal: who was frozen, disabled, let back or erased, outside the database.
//!
//! One line per act in `revocations.log` of the data directory, synced before the act is acknowledged. A restore of an
//! old backup replays it, so that nobody comes back with it who was shut out since. It holds ids only.
//! An act is noted after its change was kept and before anybody hears of it: [`crate::Store::note_revocation`].
//! Not here: the acts (`crm`), the replay (the restore). Proved by `crates/store/tests/it/opening.rs`.

use crate::{Fault, Store, durable};
use catalogue::RowId;
use security::PrincipalId;
use std::fmt;
use std::path::Path;

/// The file in the data directory.
const FILE: &str = "revocations.log";

/// What was done to the person.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Act {
    /// Shut out for now.
    Freeze,
    /// Let back in.
    Unfreeze,
    /// Shut out for good.
    Disable,
    /// Let back in after that, as somebody who is invited.
    Enable,
    /// Taken out of the data.
    Erase,
}

impl Act {
    fn parse(text: &str) -> Option<Act> {
        [Act::Freeze, Act::Unfreeze, Act::Disable, Act::Enable, Act::Erase].into_iter().find(|act| act.to_string() == text)
    }
}

impl fmt::Display for Act {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Act::Freeze => "freeze",
            Act::Unfreeze => "unfreeze",
            Act::Disable => "disable",
            Act::Enable => "enable",
            Act::Erase => "erase",
        })
    }
}

/// One line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Revocation {
    /// The time of the transaction that did it, in microseconds.
    pub time: i64,
    /// What was done.
    pub act: Act,
    /// To whom.
    pub principal: PrincipalId,
}

impl Store {
    /// Notes the act and syncs. Only when this has returned may the act be acknowledged. `at` is the time of the
    /// transaction that did it: two who act on one person at once may come here in the other order.
    pub fn note_revocation(&self, act: Act, principal: PrincipalId, at: i64) -> Result<(), Fault> {
        durable::append_line(&self.directory().join(FILE), &format!("{at} {act} {principal}"))
    }

    /// Everything noted, oldest act first.
    pub fn revocations(&self) -> Result<Vec<Revocation>, Fault> {
        read(self.directory())
    }
}

/// Makes an empty journal where there is none: one that is missing later was lost.
pub(crate) fn begin(directory: &Path) -> Result<(), Fault> {
    let path = directory.join(FILE);
    if path.exists() { Ok(()) } else { durable::write(&path, b"") }
}

/// Writes these acts as the journal of a directory that is being restored.
pub fn carry(directory: &Path, acts: &[Revocation]) -> Result<(), Fault> {
    let lines: String = acts.iter().map(|line| format!("{} {} {}\n", line.time, line.act, line.principal)).collect();
    durable::write(&directory.join(FILE), lines.as_bytes())
}

/// Reads the journal of a data directory, oldest act first; a directory without one has none.
///
/// What stands after the last line end was never acknowledged and is left out; any other line that cannot be read is a
/// fault, because an act that is overlooked would let somebody back in.
pub fn read(directory: &Path) -> Result<Vec<Revocation>, Fault> {
    match std::fs::read_to_string(directory.join(FILE)) {
        Ok(text) => read_text(&text),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(Vec::new()),
        Err(error) => Err(error.into()),
    }
}

/// The same from its text.
pub fn read_text(text: &str) -> Result<Vec<Revocation>, Fault> {
    let whole = text.rfind('\n').and_then(|end| text.get(..end)).unwrap_or_default();
    let lines = whole.lines().enumerate();
    let read = |(n, line)| parse(line).ok_or_else(|| Fault::broken(format!("line {} of {FILE} cannot be read", n + 1)));
    let mut noted = lines.map(read).collect::<Result<Vec<_>, _>>()?;
    noted.sort_by_key(|line| line.time);
    Ok(noted)
}

fn parse(line: &str) -> Option<Revocation> {
    let mut words = line.split(' ');
    let time = words.next()?.parse().ok()?;
    let act = Act::parse(words.next()?)?;
    let principal = PrincipalId(RowId::parse(words.next()?)?);
    words.next().is_none().then_some(Revocation { time, act, principal })
}
