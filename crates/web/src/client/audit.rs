//! The trail, to read: who did what, when, and what was refused.
//!
//! Verbs are shown in words made of their names, so a new verb needs none of its own here.
//! Not here: the check of the chain (`castellan audit verify`). Start reading at [`page`].
//! Proved by `tests/it/audit.rs`.

use super::address::Address;
use super::frame::Shell;
use super::show::{capital, grouped, page_of};
use crate::App;
use crate::answer::{Answer, Outcome};
use crate::call::Call;
use crate::pages::oversight::{AuditPage, AuditRow};
use crate::pages::{Badge, Choice, Link, Tone};
use crm::oversight::{self, TrailLine, TrailPage, TrailWanted};
use crm::{Actor, Done, PrincipalId, Tx, UserState};

/// How many people the filter offers; of somebody else the doings are asked for by id.
const OFFERED: usize = 500;
/// How many entries a page has.
const PAGE: u32 = 50;

/// `GET /audit`
pub(super) fn page(app: &App, call: &Call) -> Outcome {
    let mut wanted = crate::rest::oversight::wanted(call)?;
    // What was done to one thing is told whole; of everything, first what people did.
    wanted.people |= call.param("people").is_none() && wanted.subject.is_none() && wanted.actor.is_none();
    let drawn = app.desk.look(&call.asker()?, |tx, actor| drawn(tx, actor, call, &wanted))?;
    Answer::draw(&drawn)
}

fn drawn(tx: &mut Tx<'_>, actor: &Actor, call: &Call, wanted: &TrailWanted) -> Done<AuditPage> {
    let told = oversight::trail(tx, actor, wanted, PAGE)?;
    let shell = Shell::of(tx, actor, call)?;
    let people = oversight::doers(tx, actor, wanted.actor, OFFERED)?;
    let text = |name: &str| call.param(name).unwrap_or_default().to_owned();
    let (person, about) = (text("user"), text("about"));
    let at = |refused: bool, people: bool| {
        let address = Address::new("/audit").with("user", &person).with("about", &about);
        address
            .with("refused", if refused { "true" } else { "" })
            .with("people", if people || !person.is_empty() || !about.is_empty() { "" } else { "false" })
    };
    let filter = |label: &str, refused: bool, people: bool| Link {
        current: (refused, people) == (wanted.refused, wanted.people || refused),
        ..Link::new(label, &at(refused, people).to_string(), "")
    };
    let is_narrow = wanted.subject.is_some() || wanted.actor.is_some();
    let everything = if is_narrow { Vec::new() } else { vec![filter("What people did", false, true)] };
    Ok(AuditPage {
        frame: shell.frame("Trail"),
        filters: everything.into_iter().chain([filter("All", false, false), filter("Refused", true, true)]).collect(),
        people: people.iter().map(doer).collect(),
        rows: told.lines.iter().map(|line| row(&shell, &told, line)).collect(),
        next_href: told.next.as_ref().map(|after| at(wanted.refused, wanted.people).with("after", after).to_string()),
        clear_href: "/audit".into(),
        refused: wanted.refused,
        person,
        about,
    })
}

/// Whoever cannot act any more did something before, and is marked.
fn doer((id, name, state): &(PrincipalId, String, UserState)) -> Choice {
    let label = match state {
        UserState::Active => name.clone(),
        other => format!("{name} ({})", other.name()),
    };
    Choice::new(&id.to_string(), &label)
}

fn row(shell: &Shell, told: &TrailPage, line: &TrailLine) -> AuditRow {
    let name = |id: PrincipalId| told.names.get(&id).cloned();
    let (about, about_href, about_all_href) = match (&line.subject, &line.column) {
        (None, None) => Default::default(),
        (None, Some((set, column))) => (column_told(shell, set, column), format!("/columns/{set}/{column}"), String::new()),
        (Some((set, id)), _) => {
            let label = shell.catalogue.find(set).map(|table| table.label.clone());
            let label = name(PrincipalId(*id)).or(label).unwrap_or_else(|| words(set));
            (label, page_of(set, *id).unwrap_or_default(), Address::new("/audit").with("about", &id.to_string()).to_string())
        }
    };
    AuditRow {
        when: shell.eye.when(line.place.time),
        who: name(line.actor).unwrap_or_else(|| "Castellan".into()),
        what: capital(&words(&line.verb).replace('.', ": ")),
        channel: if line.channel == "api" { "API".to_owned() } else { capital(&words(&line.channel)) },
        verdict: verdict(&line.verdict),
        changes: if line.changes == 0 { String::new() } else { grouped(&line.changes.to_string()) },
        place: format!("{}:{}", line.place.lane, line.place.number),
        about,
        about_href,
        about_all_href,
    }
}

fn column_told(shell: &Shell, set: &str, column: &str) -> String {
    let table = shell.catalogue.find(set);
    let found = table.and_then(|table| Some(format!("{} of {}", table.find(column)?.label, table.plural.to_lowercase())));
    found.unwrap_or_else(|| format!("{set}.{column}"))
}

fn words(name: &str) -> String {
    name.replace(['_', '-'], " ")
}

fn verdict(verdict: &str) -> Badge {
    match verdict {
        "done" => Badge { text: "Done".into(), tone: Tone::Proven },
        other => Badge { text: format!("Refused: {}", words(other)), tone: Tone::Stops },
    }
}
