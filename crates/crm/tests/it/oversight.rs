//! The trail, told to whoever was entrusted with it.

use super::world::{denied, on_both, problem};
use crm::oversight::{self, TrailWanted};
use security::{Denial, Task};

#[test]
fn only_whoever_may_read_the_trail_reads_it() {
    on_both(|world| {
        let ask = |who: &str| world.look(who, |tx, actor| oversight::trail(tx, actor, &TrailWanted::default(), 5));
        assert_eq!(denied(ask("manager").map(|_| ())), Denial::NoTask(Task::ViewAudit));
        assert_eq!(denied(ask("north_rep").map(|_| ())), Denial::NoTask(Task::ViewAudit));
        assert!(!ask("auditor").unwrap().lines.is_empty());
    });
}

#[test]
fn entries_come_newest_first_page_by_page_and_none_twice() {
    on_both(|world| {
        for _ in 0..5 {
            world.act("manager", |_, _| Ok(())).unwrap();
        }
        let mut wanted = TrailWanted { actor: Some(world.id("manager")), ..TrailWanted::default() };
        let (mut seen, mut pages) = (Vec::new(), 0);
        loop {
            let page = world.look("auditor", |tx, actor| oversight::trail(tx, actor, &wanted, 2)).unwrap();
            assert!(page.lines.iter().all(|line| page.names[&line.actor] == "manager"));
            seen.extend(page.lines.iter().map(|line| line.place));
            pages += 1;
            let Some(next) = page.next else { break };
            wanted.before = Some(oversight::place(&next).unwrap());
        }
        assert_eq!((seen.len(), pages), (5, 3));
        assert!(seen.windows(2).all(|pair| pair[0] > pair[1]));
        for broken in ["", "1", "1.2", "a.b.c", "1.2.3.4"] {
            assert_eq!(problem(oversight::place(broken)).code, "bad-parameter");
        }
    });
}

#[test]
fn what_was_refused_is_found_alone() {
    on_both(|world| {
        let refused = world.act("north_rep", |_, actor| crm::records::together(actor, crm::Privilege::Delete, 2));
        assert!(refused.is_err());
        let wanted = TrailWanted { refused: true, ..TrailWanted::default() };
        let page = world.look("auditor", |tx, actor| oversight::trail(tx, actor, &wanted, 10)).unwrap();
        let told: Vec<_> = page.lines.iter().map(|line| (line.actor, line.verdict.as_str())).collect();
        assert_eq!(told, [(world.id("north_rep"), "no-privilege")]);
    });
}
