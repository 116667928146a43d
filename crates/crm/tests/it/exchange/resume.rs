//! An import that dies in the middle goes on: no row twice, none lost.
//!
//! A worker is robbed of its job while it runs, as if it had been asleep too long; the robber dies at once; a third one
//! goes on from the cursor. (The real `kill -9` is in the binary's tests.)

use super::{begin, map, rows, status};
use crate::world::{MINUTE, World, on_both};
use crm::exchange::Duplicates;
use crm::jobs::{JobState, Runner};
use std::time::Duration;
use store::queue;

fn file(count: usize) -> String {
    (0..count).fold("name,phone\n".to_owned(), |text, n| text + &format!("account {n},{}\n", n % 7))
}

#[test]
fn an_import_whose_worker_was_lost_goes_on_without_doing_a_row_twice() {
    on_both(|world| {
        for (duplicates, times) in [(Duplicates::Allow, 1), (Duplicates::Refuse, 2)] {
            let text = file(600);
            let started = begin(world, "north_rep", "accounts", text.as_bytes(), |ask| {
                ask.duplicates = duplicates;
                ask.map = map(r#"{"columns":[{"from":"name","to":"name"}]}"#);
            });
            let started = started.unwrap();
            std::thread::scope(|scope| {
                let first = scope.spawn(|| Runner::new(world.desk().clone()).run_next());
                rob(world, started.job);
                first.join().unwrap().unwrap();
            });
            // The robber is dead by now: its time runs out.
            world.clock.go_on(MINUTE);
            while Runner::new(world.desk().clone()).run_next().unwrap() {}
            let done = status(world, "north_rep", started.import).unwrap();
            assert_eq!((done.state, done.tally.created, done.tally.failed), (JobState::Done, 600, 0), "{:?}", done.message);
            let mut names: Vec<String> = rows(world, "north_rep", "accounts", &["name"]).into_iter().flatten().collect();
            assert_eq!(names.len(), 600 * times);
            names.dedup();
            assert_eq!(names.len(), 600);
        }
    });
}

/// Takes the job from whoever has it, once some rows are done.
fn rob(world: &World, job: catalogue::RowId) {
    for _ in 0..2000 {
        let found = world.desk().glance(|tx| Ok(queue::get(tx, job)?)).unwrap().unwrap();
        if found.done > 100 || found.state.has_ended() {
            break;
        }
        std::thread::sleep(Duration::from_millis(1));
    }
    world.clock.go_on(MINUTE);
    world.operate(|tx| {
        let until = tx.now() + MINUTE / 2;
        queue::claim(tx, until)?;
        Ok(())
    });
}

/// The hour goes on by five milliseconds whenever somebody looks, so three or four rows are all there is time for.
#[test]
fn a_batch_ends_when_its_time_is_up_and_the_rest_comes_next() {
    on_both(|world| {
        let text = file(120);
        let started = begin(world, "north_rep", "accounts", text.as_bytes(), |_| {}).unwrap();
        world.clock.run(5_000);
        while Runner::new(world.desk().clone()).run_next().unwrap() {}
        world.clock.run(0);
        let done = status(world, "north_rep", started.import).unwrap();
        assert_eq!((done.state, done.tally.created, done.tally.failed), (JobState::Done, 120, 0), "{:?}", done.message);
        let mut names: Vec<String> = rows(world, "north_rep", "accounts", &["name"]).into_iter().flatten().collect();
        names.dedup();
        assert_eq!(names.len(), 120, "no row twice, none lost");
        let batches = world.trail().iter().filter(|(verb, verdict)| verb == "account.import" && verdict == "done").count();
        assert!((120 / 5..=120 / 2).contains(&batches), "{batches} transactions");
    });
}
