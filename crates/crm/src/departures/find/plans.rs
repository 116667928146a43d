//! What is planned or under way and names somebody: other departures, imports, and any other stored definition.
//!
//! A place that [`store::references`] calls a mention and nobody claims is shown with its table and column, never with
//! what stands there.
//! Not here: changing them, which happens where they are. Proved by `crates/crm/tests/it/departures_found.rs`.

use super::super::item::{Choice, Item, Kind, Offer};
use super::{SHOWN, Walk, found, proposed, sample};
use crate::Done;
use security::{Actor, Denial, PrincipalId, Task, entrust};
use serde_json::Value as Json;
use store::departures::{self, Departure};
use store::{Tx, accounts, exchange, references};

const IMPORTS: &str = "sys_imports";

/// Other departures that give something to the person, or that run with the person's rights.
pub(super) fn departures(tx: &mut Tx<'_>, walk: &Walk<'_>) -> Done<Vec<Item>> {
    let open = departures::open(tx)?;
    let others: Vec<&Departure> = open.iter().filter(|other| other.user != walk.user.id).collect();
    let ids: Vec<PrincipalId> = others.iter().map(|other| other.user).collect();
    let names = accounts::names(tx, &ids)?;
    let mut all = Vec::new();
    for other in others {
        // Who else leaves is told to whoever oversees departures, not to a manager with a part in this one.
        let of = names.get(&other.user).filter(|_| oversees(walk.reader)).map_or("somebody else", |known| known.name.as_str());
        let gives = count_of(&other.choices, walk.user.id);
        if gives > 0 && other.state != departures::State::Undoing {
            let words = format!("The departure of {of} gives to {}, who leaves too. Choose somebody else there.", walk.user.name);
            let mut item = about(walk, Kind::Heir, other, format!("Departure of {of}: gives to this person"), gives, words);
            item.is_blocking = true;
            all.push(item);
        }
        if other.planned_by == walk.user.id || other.run_by == Some(walk.user.id) {
            let words = format!("It runs with the rights of {}, so it could not go on.", walk.user.name);
            let mut item = about(walk, Kind::Planned, other, format!("Departure of {of}: runs with this person’s rights"), 1, words);
            item.offers = vec![Offer::GivePerson, Offer::Leave];
            if walk.is_full() {
                let heir = walk.heirs.with(Task::DisableUsers).filter(|heir| *heir != other.user).map(|heir| Choice::Give(vec![heir]));
                item.proposal = proposed(&item.offers, heir, &[]);
            }
            all.push(item);
        }
    }
    Ok(all)
}

fn about(walk: &Walk<'_>, kind: Kind, other: &Departure, label: String, count: i64, consequence: String) -> Item {
    let mut item = found(kind, format!("{}:{}", kind.name(), other.id), label, count, consequence);
    item.thing = Some(other.id);
    item.link = oversees(walk.reader).then(|| format!("/departures/{}", other.id));
    item
}

fn oversees(reader: &Actor) -> bool {
    matches!(entrust(reader, Task::DisableUsers), Ok(()) | Err(Denial::StepUp))
}

/// How many choices name the person.
fn count_of(choices: &Json, person: PrincipalId) -> i64 {
    let id = person.to_string();
    let names = |kept: &&Json| kept.to_string().to_ascii_lowercase().contains(&id);
    i64::try_from(choices.as_object().into_iter().flat_map(|all| all.values()).filter(names).count()).unwrap_or(i64::MAX)
}

/// Imports of others under way that would give rows to the person.
pub(super) fn imports(tx: &mut Tx<'_>, walk: &Walk<'_>) -> Done<Vec<Item>> {
    let mut all = Vec::new();
    for id in references::live_rows(tx, walk.user.id, IMPORTS, Kind::ImportFallback.name(), usize::MAX)? {
        let Some(import) = exchange::import(tx, id)? else { continue };
        let asker = accounts::names(tx, &[import.asker])?.remove(&import.asker).map_or_else(String::new, |known| known.name);
        let words = format!(
            "Rows that would go to {} fail from then on and stand in its list, from which {asker} can take them again.",
            walk.user.name
        );
        let label = format!("Import of {asker}: gives rows to this person");
        let mut item = found(Kind::ImportFallback, format!("{}:{id}", Kind::ImportFallback.name()), label, 1, words);
        item.thing = Some(id);
        item.set = Some(import.set);
        item.offers = vec![Offer::Leave];
        item.proposal = Some(Choice::Leave);
        all.push(item);
    }
    Ok(all)
}

/// Every other place that names the person and means it.
pub(super) fn mentions(tx: &mut Tx<'_>, walk: &Walk<'_>) -> Done<Vec<Item>> {
    let mut all = Vec::new();
    for mention in references::live_as(tx, walk.user.id, Kind::Mention.name())? {
        let key = format!("{}.{}", mention.table, mention.column);
        let (label, words) = words(&key);
        let mut item = found(Kind::Mention, format!("{}:{key}", Kind::Mention.name()), label, mention.count, words);
        if walk.is_full() && mention.table == "sys_jobs" {
            let jobs = references::live_rows(tx, walk.user.id, &mention.table, Kind::Mention.name(), SHOWN)?;
            item.sample = jobs.into_iter().map(|id| sample("jobs", id, None)).collect();
        }
        item.offers = vec![Offer::Leave];
        item.proposal = Some(Choice::Leave);
        all.push(item);
    }
    let views = in_views(walk);
    if views > 0 {
        let words = "Lists with these filters go on asking for this person.".to_owned();
        let mut item = found(Kind::Mention, "mention:catalogue.views".into(), "Filters of views".into(), views, words);
        item.offers = vec![Offer::Leave];
        item.proposal = Some(Choice::Leave);
        all.push(item);
    }
    Ok(all)
}

fn words(key: &str) -> (String, String) {
    match key {
        "sys_jobs.arguments" => (
            "Work of others under way that names this person".into(),
            "It goes on; what it would give to this person stays with whoever has it, and it says so.".into(),
        ),
        "sys_exports.query" => (
            "Exports of others under way that ask for this person's records".into(),
            "They end by themselves, with what they were asked for.".into(),
        ),
        "sys_workflow_versions.body" => (
            "Runs that have begun under an older version of a workflow".into(),
            "They keep the version they began with, and end where it names this person.".into(),
        ),
        other => (format!("A setting, in {other}"), "It goes on naming this person.".into()),
    }
}

fn in_views(walk: &Walk<'_>) -> i64 {
    let id = walk.user.id.to_string();
    let views = walk.walker.catalogue().tables().iter().flat_map(|table| &table.views);
    i64::try_from(views.filter(|view| view.filter.to_ascii_lowercase().contains(&id)).count()).unwrap_or(i64::MAX)
}
