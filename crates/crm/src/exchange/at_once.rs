//! An import or export that is waited for, for the command line.
//!
//! It asks through the same doors as everybody and then helps with the queue until its own job has ended; beside a
//! running server, whose threads may take the job, it only waits.
//! Not here: anything that decides. Proved by `crates/crm/tests/it/exchange.rs`.

use super::ask::{ImportAsk, begin};
use super::collect::{Delivery, collect};
use super::egress::{Asked, Decision, Taking, ask};
use crate::jobs::{Runner, get};
use crate::{Asker, Desk, Done, Problem, Scope, Verb};
use catalogue::RowId;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;
use store::exchange::Import;
use store::queue::Job;

/// How often a job that somebody else runs is looked at.
const LOOK: Duration = Duration::from_millis(50);

/// Imports a file that was uploaded and waits for the end; `tell` hears how far it is.
pub fn import_now(desk: &Desk, who: &Asker, ask: &ImportAsk, tell: &mut dyn FnMut(&Job)) -> Done<Import> {
    let started = begin(desk, who, ask)?;
    wait(desk, who, started.job, tell)?;
    desk.look_for(who, Scope::Write, |tx, actor| super::import(tx, actor, started.import))
}

/// Asks for an export, waits for its file and collects it.
pub fn export_now(desk: &Desk, who: &Asker, taking: &Taking, tell: &mut dyn FnMut(&Job)) -> Done<(Asked, Option<Delivery>)> {
    let wanted = taking.clone();
    let asked = desk.perform(who, Verb::export("export.ask"), move |tx, actor| ask(tx, actor, &wanted))?;
    let (Some(job), Decision::Allowed { .. }) = (asked.job, &asked.decision) else { return Ok((asked, None)) };
    let job = wait(desk, who, job, tell)?;
    if let Some(message) = job.message.filter(|m| !m.is_empty()) {
        return Err(Problem::conflict("export-not-made", message));
    }
    let delivery = collect(desk, who, asked.export)?;
    Ok((asked, Some(delivery)))
}

fn wait(desk: &Desk, who: &Asker, id: RowId, tell: &mut dyn FnMut(&Job)) -> Done<Job> {
    let runner = Runner::new(desk.clone());
    let stop = AtomicBool::new(false);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            while !stop.load(Ordering::Relaxed) {
                if !matches!(runner.run_next(), Ok(true)) {
                    std::thread::sleep(LOOK);
                }
            }
        });
        let ended = loop {
            match desk.look(who, |tx, actor| get(tx, actor, id)) {
                Ok(job) if job.state.has_ended() => break Ok(job),
                Ok(job) => tell(&job),
                Err(error) => break Err(error),
            }
            std::thread::sleep(LOOK);
        };
        stop.store(true, Ordering::Relaxed);
        ended
    })
}
