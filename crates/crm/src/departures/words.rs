//! The words for states and choices, as they stand in sentences.
//!
//! Not here: whole pages (`web`). Proved by `crates/crm/tests/it/departures.rs`.

use super::State;
use super::item::Choice;
use security::PrincipalId;
use std::collections::HashMap;

/// `this departure is …`.
pub(super) fn state(state: State) -> &'static str {
    match state {
        State::Draft => "being decided",
        State::Waiting => "waiting for approval",
        State::Approved => "approved",
        State::Running => "running",
        State::Stopped => "stopped",
        State::Done => "done",
        State::Undoing => "being undone",
        State::Undone => "undone",
        State::Cancelled => "cancelled",
    }
}

/// `goes to Ann and Bob in turn`.
pub(super) fn choice(choice: &Choice, names: &HashMap<PrincipalId, String>) -> String {
    match choice {
        Choice::Give(to) => {
            let name = |id: &PrincipalId| names.get(id).cloned().unwrap_or_else(|| "somebody".into());
            let all = to.iter().map(name).collect::<Vec<_>>();
            match all.as_slice() {
                [one] => format!("goes to {one}"),
                several => format!("goes to {} in turn", several.join(", ")),
            }
        }
        Choice::Pause => "is paused".into(),
        Choice::Leave => "stays as it is".into(),
        Choice::ReadOnly => "stays read-only until reassigned".into(),
        Choice::Clear => "becomes empty".into(),
        Choice::Delete => "is deleted".into(),
    }
}
