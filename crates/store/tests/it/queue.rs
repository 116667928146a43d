//! A job is done once, however often its worker dies.
//!
//! Not here: what jobs do (`crm`). Start reading at [`ask`].

use crate::both::{MINUTE, MORNING, No, SECOND, TestStore, on_both};
use catalogue::RowId;
use security::PrincipalId;
use std::collections::BTreeSet;
use std::sync::Arc;
use store::queue::{self, Ending, Going, Job, JobState, NewJob};
use uuid::Uuid;

const REP: PrincipalId = PrincipalId(RowId(Uuid::from_u128(77)));

fn ask(store: &TestStore) -> RowId {
    store.clock.go_on(SECOND);
    let job = NewJob { kind: "test.sleep".into(), asker: REP, session: None, epoch: 3, arguments: serde_json::json!({ "n": 1 }) };
    store.act("job.ask", move |tx| Ok(queue::enqueue(tx, &job)?)).unwrap()
}

fn claim(store: &TestStore) -> Option<Job> {
    let until = store.now() + MINUTE;
    store.act("job.claim", move |tx| Ok(queue::claim(tx, until)?)).unwrap()
}

fn progress(store: &TestStore, job: &Job, cursor: &'static str) -> Going {
    let (job, until) = (job.clone(), store.now() + MINUTE);
    store.act("job.progress", move |tx| Ok(queue::progress(tx, &job, cursor, 10, Some(20), until)?)).unwrap()
}

fn finish(store: &TestStore, job: &Job, ending: Ending) -> bool {
    let job = job.clone();
    store.act("job.finish", move |tx| Ok(queue::finish(tx, &job, ending, Some("all of it"))?)).unwrap()
}

fn state(store: &TestStore, id: RowId) -> JobState {
    store.read(|tx| queue::get(tx, id)).unwrap().unwrap().state
}

#[test]
fn jobs_come_oldest_first_and_each_once() {
    on_both(|store| {
        let (first, second) = (ask(store), ask(store));
        assert!(store.read(queue::has_work).unwrap());
        let job = claim(store).unwrap();
        assert_eq!((job.id, job.asker, job.epoch, job.arguments["n"].as_i64()), (first, REP, 3, Some(1)));
        assert_eq!(claim(store).unwrap().id, second);
        assert!(claim(store).is_none());
        assert!(!store.read(queue::has_work).unwrap());
        assert!(finish(store, &job, Ending::Done));
        assert_eq!(state(store, first), JobState::Done);
        let told = store.read(|tx| queue::get(tx, first)).unwrap().unwrap();
        assert_eq!(told.message.as_deref(), Some("all of it"));
        let own = store.read(|tx| queue::of(tx, REP, 10)).unwrap();
        assert_eq!(own.iter().map(|job| job.id).collect::<Vec<_>>(), [second, first]);
        assert!(store.read(|tx| queue::of(tx, PrincipalId::OPERATOR, 10)).unwrap().is_empty());
    });
}

#[test]
fn a_job_asked_for_in_a_refused_change_is_not_there() {
    on_both(|store| {
        let refused: Result<(), No> = store.act("job.ask", |tx| {
            queue::enqueue(tx, &NewJob { kind: "no".into(), asker: REP, session: None, epoch: 1, arguments: serde_json::Value::Null })?;
            Err(No::Refused("no-task"))
        });
        assert!(refused.is_err());
        assert!(claim(store).is_none());
    });
}

#[test]
fn a_job_whose_worker_died_goes_on_from_its_cursor() {
    on_both(|store| {
        let id = ask(store);
        let dead = claim(store).unwrap();
        assert_eq!(progress(store, &dead, "row 10"), Going::On);
        store.clock.go_on(2 * MINUTE);
        assert!(store.read(queue::has_work).unwrap());
        let next = claim(store).unwrap();
        assert_eq!((next.id, next.cursor.as_deref(), next.done, next.total), (id, Some("row 10"), 10, Some(20)));
        // The one thought dead comes back: it may neither go on nor end the job.
        assert_eq!(progress(store, &dead, "row 11"), Going::Lost);
        assert!(!finish(store, &dead, Ending::Failed));
        assert_eq!(state(store, id), JobState::Running);
        assert!(finish(store, &next, Ending::Done));
        assert_eq!(state(store, id), JobState::Done);
    });
}

#[test]
fn a_job_that_gets_nowhere_is_given_up() {
    on_both(|store| {
        let id = ask(store);
        for _ in 0..queue::TRIES {
            assert!(claim(store).is_some());
            store.clock.go_on(2 * MINUTE);
        }
        assert!(claim(store).is_none());
        assert_eq!(state(store, id), JobState::Failed);
    });
}

#[test]
fn a_job_is_stopped_at_once_while_it_waits_and_between_batches_while_it_runs() {
    on_both(|store| {
        let (running, waiting) = (ask(store), ask(store));
        let job = claim(store).unwrap();
        let cancel = |id: RowId| store.act("job.cancel", move |tx| Ok(queue::cancel(tx, id)?)).unwrap();
        assert!(cancel(waiting));
        assert_eq!(state(store, waiting), JobState::Cancelled);
        assert!(cancel(running));
        assert_eq!(progress(store, &job, "row 10"), Going::Stop);
        assert!(finish(store, &job, Ending::Cancelled));
        assert!(!cancel(running));
        // One that was to be stopped and whose worker died ends, too.
        let third = ask(store);
        claim(store).unwrap();
        assert!(cancel(third));
        store.clock.go_on(2 * MINUTE);
        assert!(claim(store).is_none());
        assert_eq!(state(store, third), JobState::Cancelled);
    });
}

#[test]
fn many_workers_share_the_jobs_without_taking_one_twice() {
    on_both(|store| {
        let asked: BTreeSet<RowId> = (0..24).map(|_| ask(store)).collect();
        let until = MORNING + 60 * MINUTE;
        let taken: Vec<RowId> = std::thread::scope(|scope| {
            let workers: Vec<_> = (0..6)
                .map(|_| {
                    let store = Arc::clone(store);
                    scope.spawn(move || {
                        let mut mine = Vec::new();
                        while store.read(queue::has_work).unwrap() {
                            let job = store.write(move |tx| {
                                tx.sign(crate::both::stamp("job.claim"));
                                Ok::<_, No>(queue::claim(tx, until)?)
                            });
                            mine.extend(job.unwrap().map(|job| job.id));
                        }
                        mine
                    })
                })
                .collect();
            workers.into_iter().flat_map(|worker| worker.join().unwrap()).collect()
        });
        assert_eq!(taken.len(), 24);
        assert_eq!(taken.into_iter().collect::<BTreeSet<_>>(), asked);
    });
}
