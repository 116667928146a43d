//! Jobs: who sees them, how they are stopped, what becomes of those whose worker died.
//!
//! Not here: what imports and exports do ([`crate::exchange`]). Start reading at the first sentence.

use crate::exchange::{begin, run, status};
use crate::world::{MINUTE, denied, on_both, problem};
use crm::Verb;
use crm::jobs::{self, JobState, Runner};
use security::Denial;
use std::sync::atomic::{AtomicBool, Ordering};
use store::queue;

#[test]
fn a_job_is_seen_and_stopped_by_its_asker_alone() {
    on_both(|world| {
        let started = begin(world, "north_rep", "accounts", b"name\nx\n", |_| {}).unwrap();
        let id = started.job;
        let mine = world.look("north_rep", |tx, actor| jobs::list(tx, actor, 10)).unwrap();
        assert_eq!(mine.iter().map(|job| job.id).collect::<Vec<_>>(), [id]);
        assert_eq!(mine[0].arguments["title"], "Import of rows.csv");
        assert!(world.look("admin", |tx, actor| jobs::list(tx, actor, 10)).unwrap().is_empty());
        assert_eq!(denied(world.look("admin", |tx, actor| jobs::get(tx, actor, id))), Denial::NotThere);
        assert_eq!(denied(world.act("manager", move |tx, actor| jobs::cancel(tx, actor, id))), Denial::NotThere);
        let cancel =
            || world.desk().perform(&world.user("north_rep"), Verb::write("job.cancel"), move |tx, actor| jobs::cancel(tx, actor, id));
        cancel().unwrap();
        run(world);
        let import = status(world, "north_rep", started.import).unwrap();
        assert_eq!((import.state, import.tally.created), (JobState::Cancelled, 0));
        assert_eq!(problem(cancel()).code, "has-ended");
    });
}

#[test]
fn an_idle_queue_leaves_no_entry_in_the_trail() {
    on_both(|world| {
        let before = world.trail().len();
        assert!(!Runner::new(world.desk().clone()).run_next().unwrap());
        Runner::new(world.desk().clone()).take_back().unwrap();
        assert_eq!(world.trail().len(), before);
    });
}

#[test]
fn a_job_whose_process_died_is_taken_back_at_the_start() {
    on_both(|world| {
        let started = begin(world, "north_rep", "accounts", b"name\nx\n", |_| {}).unwrap();
        world.operate(|tx| {
            let until = tx.now() + MINUTE;
            assert!(queue::claim(tx, until)?.is_some());
            Ok(())
        });
        let runner = Runner::new(world.desk().clone());
        assert!(!runner.run_next().unwrap());
        runner.take_back().unwrap();
        assert!(runner.run_next().unwrap());
        assert_eq!(status(world, "north_rep", started.import).unwrap().tally.created, 1);
    });
}

#[test]
fn several_jobs_run_side_by_side_until_they_are_told_to_stop() {
    on_both(|world| {
        let started: Vec<_> = ["north_rep", "south_rep", "manager"]
            .map(|who| (who, begin(world, who, "accounts", b"name\nx\ny\nz\n", |_| {}).unwrap()))
            .to_vec();
        let stop = AtomicBool::new(false);
        let runner = Runner::new(world.desk().clone());
        std::thread::scope(|scope| {
            scope.spawn(|| runner.work(&stop));
            for _ in 0..1000 {
                let ended = started.iter().all(|(who, s)| status(world, who, s.import).unwrap().state.has_ended());
                if ended {
                    break;
                }
                std::thread::sleep(std::time::Duration::from_millis(10));
            }
            stop.store(true, Ordering::Relaxed);
        });
        for (who, started) in &started {
            let import = status(world, who, started.import).unwrap();
            assert_eq!((import.state, import.tally.created), (JobState::Done, 3), "{:?}", import.message);
        }
    });
}

#[test]
fn an_import_that_is_told_to_stop_goes_on_after_the_next_start() {
    on_both(|world| {
        let text = (0..400).fold("name\n".to_owned(), |text, n| text + &format!("account {n}\n"));
        let started = begin(world, "north_rep", "accounts", text.as_bytes(), |_| {}).unwrap();
        let runner = Runner::new(world.desk().clone());
        let stop = AtomicBool::new(false);
        std::thread::scope(|scope| {
            scope.spawn(|| runner.work(&stop));
            for _ in 0..5000 {
                if status(world, "north_rep", started.import).unwrap().tally.created > 0 {
                    break;
                }
                std::thread::sleep(std::time::Duration::from_millis(1));
            }
            stop.store(true, Ordering::Relaxed);
        });
        runner.take_back().unwrap();
        run(world);
        let done = status(world, "north_rep", started.import).unwrap();
        assert_eq!((done.state, done.tally.created, done.tally.failed), (JobState::Done, 400, 0), "{:?}", done.message);
        let mut names: Vec<_> = crate::exchange::rows(world, "north_rep", "accounts", &["name"]);
        names.dedup();
        assert_eq!(names.len(), 400);
    });
}
