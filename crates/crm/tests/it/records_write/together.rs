//! Many records in one go: who may begin, and how many at most.

use super::*;
use crate::world::{denied, on_both, problem};
use security::{Denial, Task};

#[test]
fn several_records_at_once_ask_the_task_and_one_record_does_not() {
    on_both(|world| {
        let ask = |who: &str, act: Privilege, rows: usize| world.look(who, |_, actor| records::together(actor, act, rows));
        for act in [Privilege::Assign, Privilege::Delete] {
            ask("auditor", act, 1).unwrap();
            ask("manager", act, records::TOGETHER).unwrap();
        }
        ask("north_rep", Privilege::Assign, 2).unwrap();
        assert_eq!(denied(ask("north_rep", Privilege::Delete, 2)), Denial::NoTask(Task::BulkDelete));
        assert_eq!(denied(ask("auditor", Privilege::Assign, 2)), Denial::NoTask(Task::BulkEdit));
        assert!(ask("manager", Privilege::Share, 2).is_err(), "a share is given record by record");
        assert_eq!(problem(ask("manager", Privilege::Delete, records::TOGETHER + 1)).code, "too-large");
    });
}
