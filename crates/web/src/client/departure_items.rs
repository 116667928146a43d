//! The items of a departure on its page: what refers to the person, what becomes of it, who gets it.
//!
//! An item is a line with its consequence in one sentence and, where the plan is open, its choices in the words of its
//! kind; the proposal stands beside them, and nothing is chosen before somebody chose it.
//! Not here: what stands around them ([`super::departure_sheet`]), what refers to a person (`crm`).
//! Start reading at [`groups`]. Proved by `tests/it/departures.rs`.

use super::departure_form::{Typed, TypedChoice, name_of};
use super::fields::{self, Entered};
use super::frame::Shell;
use super::show::{capital, grouped, page_of};
use crate::answer::sentence;
use crate::pages::departures::{Heir, ItemGroup, ItemRow};
use crate::pages::{Choice as Line, Link};
use crm::FieldError;
use crm::departures::{Choice, Item, Kind, Offer, Sheet};

/// Where an item stands on the page.
fn group_of(kind: Kind) -> usize {
    match kind {
        Kind::Open | Kind::Owned => 0,
        Kind::Named | Kind::WorkflowStep | Kind::Mention => 1,
        Kind::WorkflowOwner | Kind::Approvals | Kind::Team | Kind::Reports | Kind::Services => 2,
        Kind::Heir | Kind::Planned | Kind::ImportFallback => 2,
        Kind::Credentials | Kind::Rights | Kind::Shares | Kind::Work => 3,
    }
}

/// The items, those that belong together under one heading.
pub(super) fn groups(shell: &Shell, sheet: &Sheet, typed: &Typed, errors: &[FieldError], is_open: bool) -> Vec<ItemGroup> {
    let name = &sheet.name;
    let titles = [
        ("owned", format!("What {name} owns")),
        ("named", format!("Where {name} is named")),
        ("runs", format!("What runs with, waits for or reports to {name}")),
        ("itself", "What ends by itself".to_owned()),
    ];
    let row = |item: &Item| {
        let none = TypedChoice::default();
        let choice = typed.choices.get(&item.key).unwrap_or(&none);
        let field = format!("choices.{}", item.key);
        let error = errors.iter().find(|wrong| wrong.column == field).map(|wrong| capital(&wrong.message)).unwrap_or_default();
        row(shell, sheet, item, choice, error, is_open)
    };
    let group = |(n, (id, title)): (usize, (&str, String))| ItemGroup { id: id.into(), title, rows: in_order(sheet, n).map(row).collect() };
    titles.into_iter().enumerate().map(group).filter(|group| !group.rows.is_empty()).collect()
}

/// The items of a group; what may still come stands last.
fn in_order(sheet: &Sheet, group: usize) -> impl Iterator<Item = &Item> {
    let here = move |item: &&Item| group_of(item.kind) == group;
    let (now, later) = (sheet.items.iter().filter(|item| item.count > 0), sheet.items.iter().filter(|item| item.count == 0));
    now.filter(here).chain(later.filter(here))
}

fn row(shell: &Shell, sheet: &Sheet, item: &Item, typed: &TypedChoice, error: String, is_open: bool) -> ItemRow {
    let (mark, mark_words) = if error.is_empty() { mark(item) } else { ("stops", "This cannot be") };
    let shown: Vec<Link> = item
        .sample
        .iter()
        .filter_map(|one| Some(Link::new(one.name.as_deref()?, &page_of(&one.set, one.id).unwrap_or_default(), "")))
        .collect();
    let more = usize::try_from(item.count).unwrap_or(0).saturating_sub(shown.len());
    let is_choosable = is_open && !item.offers.is_empty();
    let proposal = item.proposal.as_ref().filter(|_| item.chosen.is_none());
    ItemRow {
        key: item.key.clone(),
        label: item.label.clone(),
        count: if item.count == 0 { String::new() } else { grouped(&item.count.to_string()) },
        mark,
        mark_words,
        more: if shown.is_empty() || more == 0 { String::new() } else { format!("and {} more", grouped(&more.to_string())) },
        samples: shown,
        consequence: match item.chosen {
            None | Some(Choice::Leave | Choice::ReadOnly) => sentence_of(&item.consequence),
            Some(Choice::Give(_) | Choice::Pause | Choice::Clear | Choice::Delete) => String::new(),
        },
        options: if is_choosable { options(item, &typed.does) } else { Vec::new() },
        heirs: if is_choosable { heirs(shell, item, typed) } else { Vec::new() },
        decision: item.chosen.as_ref().map(|choice| decision(sheet, item.kind, choice)).unwrap_or_default(),
        proposal: proposal.map(|choice| decision(sheet, item.kind, choice)).unwrap_or_default(),
        error,
        link: item.link.as_ref().map(|href| Link::new(if item.is_blocking { "Mend it there" } else { "Look at it" }, href, "")),
    }
}

/// Words as a sentence, whether they end as one or not.
pub(super) fn sentence_of(words: &str) -> String {
    match words.chars().last() {
        None => String::new(),
        Some('?' | '!') => capital(words),
        Some(_) => sentence(words.trim_end_matches('.')),
    }
}

fn mark(item: &Item) -> (&'static str, &'static str) {
    match item {
        item if item.kind.ends_by_itself() => ("itself", "Ends by itself"),
        item if item.is_blocking => ("stops", "Must be mended first"),
        item if item.is_undecided() => ("open", "Not decided"),
        item if item.chosen.is_some() => ("decided", "Decided"),
        _ => ("itself", "Nothing to decide"),
    }
}

/// What may be chosen, in the words of its kind.
fn options(item: &Item, chosen: &str) -> Vec<Line> {
    let proposed = item.proposal.as_ref().map(Choice::name);
    let mut lines = vec![Line::new("", "Not decided yet")];
    for offer in &item.offers {
        if lines.iter().any(|line| line.value == offer.name()) {
            continue;
        }
        let words = offer_words(item.kind, *offer);
        let label = if proposed == Some(offer.name()) { format!("{words} (proposed)") } else { words.to_owned() };
        lines.push(Line { selected: chosen == offer.name(), ..Line::new(offer.name(), &label) });
    }
    lines
}

fn offer_words(kind: Kind, offer: Offer) -> &'static str {
    match (offer, kind) {
        (Offer::GiveRound | Offer::GiveOne | Offer::GivePerson, kind) => match kind {
            Kind::Named | Kind::WorkflowStep | Kind::Mention => "Name somebody else",
            Kind::Approvals => "Let somebody else decide",
            Kind::Team => "Put somebody into the team",
            Kind::Reports => "They report to somebody else",
            Kind::Services => "Somebody else answers for them; their keys end",
            _ => "Give to somebody else",
        },
        (Offer::Pause, Kind::Services) => "Freeze them; their keys end",
        (Offer::Pause, _) => "Pause it",
        (Offer::Leave, _) => "Leave as it is",
        (Offer::ReadOnly, _) => "Leave, read-only until somebody else owns it",
        (Offer::Clear, Kind::Reports) => "They report to nobody",
        (Offer::Clear, _) => "Make the field empty",
        (Offer::Delete, _) => "Delete; it can be put back for 30 days",
    }
}

/// A choice in words.
pub(super) fn decision(sheet: &Sheet, kind: Kind, choice: &Choice) -> String {
    let names = || choice.heirs().iter().map(|id| name_of(sheet, *id)).collect::<Vec<_>>().join(", ");
    match choice {
        Choice::Give(to) if to.len() > 1 => format!("In turn to {}", names()),
        Choice::Give(_) => match kind {
            Kind::Named | Kind::WorkflowStep | Kind::Mention => format!("Names {} instead", names()),
            Kind::Approvals => format!("{} decides instead", names()),
            Kind::Team => format!("{} comes into the team", names()),
            Kind::Reports => format!("They report to {}", names()),
            Kind::Services => format!("{} answers for them; their keys end", names()),
            _ => format!("Goes to {}", names()),
        },
        Choice::Pause if kind == Kind::Services => "They are frozen; their keys end".into(),
        Choice::Pause => "Is paused".into(),
        Choice::Leave => "Stays as it is".into(),
        Choice::ReadOnly => "Stays, read-only until somebody else owns it".into(),
        Choice::Clear if kind == Kind::Reports => "They report to nobody".into(),
        Choice::Clear => "The field becomes empty".into(),
        Choice::Delete => "Is deleted".into(),
    }
}

/// A picker for each heir, and one more where several take turns.
fn heirs(shell: &Shell, item: &Item, typed: &TypedChoice) -> Vec<Heir> {
    let gives = |offer: &&Offer| matches!(offer, Offer::GiveRound | Offer::GiveOne | Offer::GivePerson);
    let Some(offer) = item.offers.iter().find(gives) else { return Vec::new() };
    let sets: &[&str] = if *offer == Offer::GivePerson { &["users"] } else { &["users", "teams"] };
    let filled = typed.heirs.iter().filter(|heir| !heir.text.is_empty() || !heir.shown.is_empty());
    let mut entered: Vec<Entered> = filled.cloned().collect();
    if entered.is_empty() || *offer == Offer::GiveRound {
        entered.push(Entered::default());
    }
    let heir = |(n, entered): (usize, Entered)| Heir {
        name: format!("to{n}_{}", item.key),
        label: if n == 0 { "To".into() } else { "In turn with".into() },
        is_further: n > 0 && entered.text.is_empty() && entered.shown.is_empty(),
        lookup: fields::picker(&shell.catalogue, sets, &entered),
        error: entered.error.as_deref().map(capital).unwrap_or_default(),
    };
    entered.into_iter().enumerate().map(heir).collect()
}
