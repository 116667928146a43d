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
        let refused = world.look("manager", |tx, actor| oversight::doers(tx, actor, None, 5));
        assert_eq!(denied(refused), Denial::NoTask(Task::ViewAudit));
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
fn whose_doings_can_be_asked_for_is_everybody_there_was_and_the_one_who_is_chosen() {
    on_both(|world| {
        crm::people::freeze(world.desk(), &world.user("admin"), world.id("manager"), None).unwrap();
        let ask = |chosen: &str, limit: usize| {
            let chosen = Some(world.id(chosen));
            let found = world.look("auditor", move |tx, actor| oversight::doers(tx, actor, chosen, limit)).unwrap();
            found.into_iter().map(|(_, name, state)| format!("{name} {}", state.name())).collect::<Vec<_>>()
        };
        assert!(ask("admin", 99).contains(&"manager frozen".to_owned()));
        assert_eq!(ask("south_rep", 2), ["admin active", "auditor active", "south_rep active"]);
        assert_eq!(ask("auditor", 2), ["admin active", "auditor active"], "nobody twice");
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
