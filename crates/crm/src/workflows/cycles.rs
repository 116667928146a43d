//! Workflows that would start each other in a circle, as far as their definitions show it.
//!
//! A step may start a workflow when it changes what that one waits for: a column, an owner, a new task. Of a circle that
//! comes back to the one that is saved its owner is warned; at run time the depth of runs bounds it in any case.
//! Not here: that bound ([`super::begin`]). Start reading at [`warnings`]. Proved by `crates/crm/tests/it/workflows.rs`.

use super::definition::{Definition, Step, Trigger};

/// A workflow in the picture.
pub(super) struct Node {
    pub(super) name: String,
    pub(super) set: String,
    pub(super) definition: Definition,
}

/// The circles that lead from the first of these back to it, in words.
pub(super) fn warnings(nodes: &[Node]) -> Vec<String> {
    let mut found = Vec::new();
    walk(nodes, &mut vec![0], &mut found);
    found
}

fn walk(nodes: &[Node], path: &mut Vec<usize>, found: &mut Vec<String>) {
    let Some(here) = path.last().and_then(|n| nodes.get(*n)) else { return };
    for (n, next) in nodes.iter().enumerate() {
        if found.len() >= 3 || !starts(&here.definition.steps, &here.set, next) {
            continue;
        }
        if n == 0 {
            let names = path.iter().chain([&0]).filter_map(|n| nodes.get(*n)).map(|node| format!("`{}`", node.name));
            let names = names.collect::<Vec<_>>().join(" → ");
            found.push(format!("this would start itself again: {names}; a circle is ended after some rounds, and you are told"));
        } else if !path.contains(&n) && path.len() < 6 {
            path.push(n);
            walk(nodes, path, found);
            path.pop();
        }
    }
}

/// Whether one of these steps, on a row of `set`, may start the other.
fn starts(steps: &[Step], set: &str, other: &Node) -> bool {
    steps.iter().any(|step| match step {
        Step::Set { columns } => {
            let touches = |wanted: &[String]| wanted.is_empty() || wanted.iter().any(|name| columns.contains_key(name));
            other.set == set && matches!(&other.definition.trigger, Trigger::Changed { columns } if touches(columns))
        }
        Step::Assign { .. } => {
            let is_changed = |wanted: &[String]| wanted.is_empty() || wanted.iter().any(|name| name == "owner");
            other.set == set
                && match &other.definition.trigger {
                    Trigger::Assigned => true,
                    Trigger::Changed { columns } => is_changed(columns),
                    Trigger::Created | Trigger::Date { .. } => false,
                }
        }
        Step::Task { .. } => other.set == "tasks" && other.definition.trigger == Trigger::Created,
        Step::Notify { .. } => false,
        Step::Approve { approved, refused, .. } => starts(approved, set, other) || starts(refused, set, other),
    })
}
