//! The own jobs: their list, the words for how far they are, and stopping one.
//!
//! What an import or export gave stands on its own page ([`super::imports`], [`super::exports`]); a job's address leads
//! there. Somebody else's job is not there.
//! Not here: what is done in a job (`crm`). Start reading at [`list`]. Proved by `tests/it/exchange_pages.rs`.

use super::address::Address;
use super::frame::Shell;
use super::show::grouped;
use crate::App;
use crate::answer::{Answer, Outcome, sentence};
use crate::call::Call;
use crate::pages::exchange::{JobPage, JobRow, JobsPage, Progress};
use crate::pages::{Badge, Empty, Link, Tone};
use crm::departures::{RUN, UNDO};
use crm::exchange::{EXPORT, IMPORT};
use crm::jobs::{self, Job, JobState};
use crm::people::FOLLOW;
use crm::{Done, Verb};

/// How many jobs the list shows.
const SHOWN: u32 = 100;

/// What the job is called.
pub(super) fn title(job: &Job) -> String {
    let told = job.arguments.get("title").and_then(|title| title.as_str());
    told.map_or_else(|| super::show::capital(&job.kind), str::to_owned)
}

/// Where more is said about it.
pub(super) fn href(job: &Job) -> String {
    let of = |name: &str| job.arguments.get(name).and_then(|id| id.as_str()).unwrap_or_default();
    match job.kind.as_str() {
        IMPORT => format!("/imports/{}", of("import")),
        EXPORT => format!("/exports/{}", of("export")),
        RUN | UNDO => format!("/departures/{}", of("departure")),
        _ => format!("/jobs/{}", job.id),
    }
}

/// Where it is. An import that is done and has something to say left rows out.
pub(super) fn state(job: &Job) -> Badge {
    let has_errors = job.kind == IMPORT && job.state == JobState::Done && job.message.is_some();
    if has_errors { with_errors() } else { badge(job.state) }
}

/// Done, but not with every row.
pub(super) fn with_errors() -> Badge {
    Badge { text: "Done, with errors".into(), tone: Tone::Waits }
}

/// A state as a badge.
pub(super) fn badge(state: JobState) -> Badge {
    let (text, tone) = match state {
        JobState::Queued => ("Waiting", Tone::Waits),
        JobState::Running => ("Running", Tone::Accent),
        JobState::Stopping => ("Stopping", Tone::Waits),
        JobState::Done => ("Done", Tone::Proven),
        JobState::Failed => ("Failed", Tone::Stops),
        JobState::Cancelled => ("Stopped", Tone::Quiet),
    };
    Badge { text: text.into(), tone }
}

/// How far it is, in figures or in the words of its end.
pub(super) fn figures(job: &Job) -> String {
    if let Some(message) = job.message.as_deref().filter(|m| !m.is_empty()) {
        return message.to_owned();
    }
    rows(job)
}

/// How many rows are done, of how many.
fn rows(job: &Job) -> String {
    let number = |n: i64| grouped(&n.to_string());
    match (job.total, job.done) {
        (Some(total), done) if done < total => format!("{} of {} rows", number(done), number(total)),
        (_, 0) => String::new(),
        (_, 1) => "1 row".into(),
        (_, done) => format!("{} rows", number(done)),
    }
}

/// How much of it is done while it runs.
pub(super) fn percent(job: &Job) -> Option<u8> {
    if job.state.has_ended() { None } else { share(job.done, job.total) }
}

/// A part of a whole in percent.
pub(super) fn share(done: i64, total: Option<i64>) -> Option<u8> {
    let total = total.filter(|total| *total > 0)?;
    u8::try_from((done.clamp(0, total) * 100) / total).ok()
}

fn icon(job: &Job) -> &'static str {
    match job.kind.as_str() {
        IMPORT => "file-import",
        EXPORT => "file-export",
        FOLLOW => "users",
        RUN | UNDO => "door-exit",
        _ => "clock",
    }
}

/// `GET /jobs`
pub(super) fn list(app: &App, call: &Call) -> Outcome {
    let page = app.desk.look(&call.asker()?, |tx, actor| {
        let shell = Shell::of(tx, actor, call)?;
        let row = |job: &Job| JobRow {
            title: title(job),
            href: href(job),
            icon: icon(job).into(),
            state: state(job),
            figures: figures(job),
            percent: percent(job),
            by: shell.outlook.name.clone(),
            when: shell.eye.when(job.created_on),
        };
        let rows = jobs::list(tx, actor, SHOWN)?.iter().map(row).collect();
        let text = "Imports, exports and other long work are listed here while they run and when they are done.";
        let empty = Empty { title: "No jobs yet".into(), text: text.into(), action: None };
        Ok(JobsPage { frame: shell.frame("Jobs"), rows, empty, ..JobsPage::default() })
    })?;
    Answer::draw(&page)
}

/// `GET /jobs/{id}`: the page of what it is about.
pub(super) fn page(app: &App, call: &Call) -> Outcome {
    let (job, shell) = app.desk.look(&call.asker()?, |tx, actor| Ok((jobs::get(tx, actor, call.id())?, Shell::of(tx, actor, call)?)))?;
    let at = href(&job);
    if !at.starts_with("/jobs/") {
        return Ok(Answer::see(at));
    }
    let progress = progress(&job);
    if call.param("part").is_some() {
        return Answer::draw(&progress);
    }
    let frame = shell.below(&title(&job), &[("Jobs", "/jobs")]);
    let cancel_href = if job.state.has_ended() { String::new() } else { format!("{at}/cancel") };
    let results = about(&job).into_iter().collect();
    Answer::draw(&JobPage { frame, progress, cancel_href, results, ..JobPage::default() })
}

/// How far a job is that has no page of its own.
fn progress(job: &Job) -> Progress {
    let figures = rows(job);
    let told = job.message.as_deref().filter(|words| !words.is_empty()).map(sentence);
    let text = match job.state {
        JobState::Queued => "It waits for its turn.".to_owned(),
        JobState::Running | JobState::Stopping if figures.is_empty() => String::new(),
        JobState::Running | JobState::Stopping => format!("{figures}."),
        JobState::Done | JobState::Failed | JobState::Cancelled => {
            let count = if figures.is_empty() { String::new() } else { format!("{figures}.") };
            told.into_iter().chain([count]).filter(|words| !words.is_empty()).collect::<Vec<_>>().join(" ")
        }
    };
    let is_running = !job.state.has_ended();
    let href = format!("/jobs/{}?part=progress", job.id);
    Progress { href, state: state(job), text, percent: percent(job), is_running, ..Progress::default() }
}

/// The page of the person or team whose records follow.
fn about(job: &Job) -> Option<Link> {
    let said = |name: &str| job.arguments.get(name).and_then(|said| said.as_str());
    let is_team = job.arguments.get("is_team").and_then(|said| said.as_bool())?;
    let (name, owner) = (said("name")?, said("owner")?);
    let (place, icon) = if is_team { ("teams", "users") } else { ("people", "user") };
    Some(Link::new(name, &format!("/{place}/{owner}"), icon)).filter(|_| job.kind == FOLLOW)
}

/// `POST /jobs/{id}/cancel`
pub(super) fn cancel(app: &App, call: &Call) -> Outcome {
    let (who, id) = (call.asker()?, call.id());
    let done: Done<Job> = app.desk.perform(&who, Verb::own("job.cancel"), move |tx, actor| {
        jobs::cancel(tx, actor, id)?;
        jobs::get(tx, actor, id)
    });
    Ok(Answer::see(Address::new(href(&done?)).with("done", "stopped").to_string()))
}
