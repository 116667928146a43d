//! The question that a move asks: which records follow, all, open ones or none, with how many there are of which tables.
//!
//! Whoever keeps people or teams learns numbers here and nothing else. After the move the page of the job tells how far
//! it is; the page of the person or team leads there while it runs.
//! Not here: moving ([`super::person`], [`super::units`]), the job's page ([`super::jobs`]). Start reading at [`follows`].
//! Proved by `tests/it/people_pages.rs`.

use super::jobs;
use super::show::{counted, grouped};
use crate::answer::Answer;
use crate::call::Call;
use crate::pages::people::Follows;
use crate::pages::{Choice, Kept, Link};
use catalogue::{Catalogue, RowId};
use crm::jobs as queue;
use crm::people::{FOLLOW, Follow, Owned};
use crm::{Actor, Done, PrincipalId, Tx};

/// How far back a job of the move is looked for among the own ones.
const RECENT: u32 = 20;

/// What was chosen in the form.
pub(super) fn chosen(call: &Call) -> Option<Follow> {
    Follow::parse(call.field("rows"))
}

/// The question about what these own, for whoever may move them.
pub(super) fn follows(tx: &mut Tx<'_>, actor: &Actor, call: &Call, whose: PrincipalId, owned: &[Owned]) -> Done<Follows> {
    let sum = |of: fn(&Owned) -> i64| count(owned.iter().map(of).sum());
    let choice = |follow: Follow, label: String| Choice { selected: chosen(call) == Some(follow), ..Choice::new(follow.name(), &label) };
    let choices = vec![
        choice(Follow::All, format!("All follow: {}", counted(sum(|o| o.all), "record", "records"))),
        choice(Follow::Open, format!("Open ones follow: {}", counted(sum(|o| o.open), "record", "records"))),
        choice(Follow::None, "None follows: they stay in the unit they are in".into()),
    ];
    let running = queue::list(tx, actor, RECENT)?.into_iter().find(|job| {
        let owner = job.arguments.get("owner").and_then(|id| id.as_str());
        job.kind == FOLLOW && !job.state.has_ended() && owner == Some(whose.to_string().as_str())
    });
    Ok(Follows {
        choices: if owned.is_empty() { Vec::new() } else { choices },
        counts: owned.iter().filter_map(|owned| told(actor.catalogue(), owned)).collect(),
        running: running.map(|job| Link::new(&jobs::title(&job), &jobs::href(&job), "clock")),
    })
}

fn count(n: i64) -> usize {
    usize::try_from(n).unwrap_or(0)
}

fn told(catalogue: &Catalogue, owned: &Owned) -> Option<Kept> {
    let value = format!("{}, {} open", grouped(&owned.all.to_string()), grouped(&owned.open.to_string()));
    catalogue.table(owned.table).map(|table| Kept { name: table.plural.clone(), value })
}

/// Where to look after a move: at the job that goes on, else at the page that was changed.
pub(super) fn after(job: Option<RowId>, home: &str) -> Answer {
    match job {
        Some(job) => Answer::see(format!("/jobs/{job}?done=placed")),
        None => Answer::see(format!("{home}?done=saved")),
    }
}
