//! Work that outlives its request: who runs it, and how its asker sees it.
//!
//! A [`Runner`] takes one job after the other from the queue and runs it in batches; each batch passes the desk as the
//! job's asker, so rights are those of the moment it runs, and a freeze ends it (laws 7 and 8). A job that dies with its
//! process is taken again from its cursor. Several threads run several jobs side by side.
//! Not here: what a kind of job does ([`crate::exchange`], [`crate::people`]). Start reading at [`Runner::run_next`].
//! Proved by `crates/crm/tests/it/jobs.rs`.

mod list;

pub use list::{cancel, get, list};
pub use store::queue::{Job, JobState};

use crate::{Asker, Desk, Done, Error, Problem, departures, exchange, people, workflows};
use security::Denial;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;
use store::queue::{self, Ending, Going};

/// How long a job is held without a sign of life, in microseconds.
pub const LEASE: i64 = 30_000_000;
/// Jobs that run side by side.
const THREADS: usize = 4;
/// How often an idle thread looks for work.
const IDLE: Duration = Duration::from_millis(200);
/// How often what is over is swept, in microseconds.
const SWEEP: i64 = 60_000_000;

/// Something that is looked at every minute.
type Upkeep = fn(&Desk) -> Done<()>;

/// How the work on a job ended.
#[derive(Debug)]
pub(crate) enum End {
    /// All of it is done.
    Done(Option<String>),
    /// All of it is done and the queue knows already.
    Told,
    /// Somebody wanted it stopped.
    Cancelled(Option<String>),
    /// It goes on elsewhere: another worker has it, or this process ends.
    Left,
}

/// Runs jobs. Cheap to clone.
#[derive(Clone)]
pub struct Runner {
    desk: Desk,
}

impl Runner {
    /// A runner over this desk.
    pub fn new(desk: Desk) -> Runner {
        Runner { desk }
    }

    /// Takes the oldest job that waits and runs it to its end. False when none waits.
    pub fn run_next(&self) -> Done<bool> {
        self.run_until(&AtomicBool::new(false))
    }

    fn run_until(&self, stop: &AtomicBool) -> Done<bool> {
        if !self.desk.glance(|tx| Ok(queue::has_work(tx)?))? {
            return Ok(false);
        }
        let job = self.desk.operate("job.claim", |tx| {
            let until = tx.now() + LEASE;
            Ok(queue::claim(tx, until)?)
        })?;
        let Some(job) = job else { return Ok(false) };
        self.run(&job, stop)?;
        Ok(true)
    }

    fn run(&self, job: &Job, stop: &AtomicBool) -> Done<()> {
        let end = match job.kind.as_str() {
            exchange::IMPORT => exchange::run_import(&self.desk, job, stop),
            exchange::EXPORT => exchange::run_export(&self.desk, job),
            people::FOLLOW => people::run_follow(&self.desk, job, stop),
            workflows::RUN => workflows::run_job(&self.desk, job, stop),
            departures::RUN => departures::run_job(&self.desk, job, stop),
            departures::UNDO => departures::undo_job(&self.desk, job, stop),
            _ => Err(Problem::invalid("unknown-job", "this version does not know this kind of job")),
        };
        match end {
            Ok(End::Done(message)) => self.finish(job, Ending::Done, message),
            Ok(End::Cancelled(message)) => self.finish(job, Ending::Cancelled, message),
            Ok(End::Told | End::Left) => Ok(()),
            Err(Error::Problem(problem)) if problem.code == LOST => Ok(()),
            Err(Error::Denied(Denial::SignIn | Denial::State(_))) => {
                self.finish(job, Ending::Failed, Some("it was stopped: the account that asked for it is not active any more".into()))
            }
            // Ours to mend: the job waits until its time runs out, and is tried again.
            Err(error @ Error::Fault(_)) => Err(error),
            Err(error) => self.finish(job, Ending::Failed, Some(error.to_string())),
        }
    }

    fn finish(&self, job: &Job, ending: Ending, message: Option<String>) -> Done<()> {
        let job = job.clone();
        self.desk.operate("job.end", move |tx| {
            tx.about("jobs", job.id);
            let _held = queue::finish(tx, &job, ending, message.as_deref())?;
            Ok(())
        })
    }

    /// Runs jobs, several side by side, until `stop` is set: then the batches at hand are kept, imports go on where they
    /// were left after the next start, and exports are written to their end.
    ///
    /// Blocks: the binary gives it a thread of its own.
    pub fn work(&self, stop: &AtomicBool) {
        if let Err(fault) = departures::sweep_archives(&self.desk) {
            tracing::warn!("what is left of archives that were not finished could not be taken out: {fault}");
        }
        std::thread::scope(|scope| {
            for _ in 0..THREADS {
                scope.spawn(|| self.work_alone(stop));
            }
            self.sweep_now_and_then(stop);
        });
    }

    fn work_alone(&self, stop: &AtomicBool) {
        while !stop.load(Ordering::Relaxed) {
            match self.run_until(stop) {
                Ok(true) => {}
                Ok(false) => std::thread::sleep(IDLE),
                // The database is gone or full: that is told at the doors; here it is tried again.
                Err(_) => std::thread::sleep(IDLE * 5),
            }
        }
    }

    /// Starts what dates start, stops whose time is over, and tells of tries to sign in as somebody disabled. For [`Runner::work`], which does it every minute.
    ///
    /// Each of them is done, whatever came of the one before; what could not be done is logged, and the first of it answered.
    pub fn keep_time(&self) -> Done<()> {
        let all: [(&str, Upkeep); 5] = [
            ("the revocation journal", people::note_missing),
            ("ends", people::keep_ends),
            ("alerts", people::alert),
            ("workflows", workflows::keep_time),
            ("departures", departures::keep_time),
        ];
        every(all, |(of, keep)| {
            keep(&self.desk).inspect_err(|error| tracing::warn!("upkeep of {of} could not be done, and is tried again: {error}"))
        })
    }

    fn sweep_now_and_then(&self, stop: &AtomicBool) {
        let mut swept = i64::MIN;
        while !stop.load(Ordering::Relaxed) {
            let now = self.desk.store().now();
            if now.saturating_sub(swept) >= SWEEP {
                swept = now;
                // What cannot be swept now is swept the next time.
                if let Err(error) = exchange::sweep(&self.desk) {
                    tracing::warn!("files of old imports and exports could not be swept: {error}");
                }
                // Logged already, one by one.
                let _ = self.keep_time();
            }
            std::thread::sleep(IDLE);
        }
    }

    /// Takes back what a process that died held, so that nobody waits until its time runs out.
    ///
    /// Only where this process is the only one on the database: at the start on the embedded one.
    pub fn take_back(&self) -> Done<()> {
        if self.desk.glance(|tx| Ok(queue::held(tx)?))? {
            self.desk.operate("job.take_back", |tx| Ok(queue::take_back(tx)?))?;
        }
        Ok(())
    }
}

/// Does it for each, whatever came of the others; answers the first error.
pub(crate) fn every<T>(all: impl IntoIterator<Item = T>, act: impl FnMut(T) -> Done<()>) -> Done<()> {
    all.into_iter().map(act).fold(Ok(()), Result::and)
}

/// The code of the problem that ends a batch whose job another worker has.
pub(crate) const LOST: &str = "job-lost";

/// What a batch is told: one that must not be kept ends in a problem, which undoes it.
pub(crate) fn outcome(going: Going) -> Done<Going> {
    match going {
        Going::On | Going::Stop => Ok(going),
        Going::Lost => Err(lost()),
    }
}

/// Undoes what a worker did whose job another one has by now.
pub(crate) fn lost() -> Error {
    Problem::conflict(LOST, "another worker has this job")
}

/// The job's asker, with the rights of now.
pub(crate) fn asker_of(job: &Job) -> Asker {
    Asker::Job { user: job.asker, epoch: job.epoch }
}
