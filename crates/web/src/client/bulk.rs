//! Many records at once: given to somebody or deleted, one verb a row, an answer for each.
//!
//! Nothing is done to any row before it was said which of them can be changed. A row that fails stops no other; each has
//! its own entry in the trail.
//! LIMIT: [`records::TOGETHER`] rows; more is a job of its own, later.
//! Not here: one record ([`super::acts`]). Start reading at [`act`]. Proved by `tests/it/client.rs`.

use super::frame::{Shell, own_address};
use super::lists::receivers;
use super::must_be_there;
use super::show::counted;
use crate::App;
use crate::answer::{Answer, No, Outcome, sentence};
use crate::call::Call;
use crate::pages::list::{BulkAskPage, BulkPage, BulkRow};
use crate::pages::{Choice, Kept, Link, Tone};
use catalogue::{RowId, Table};
use crm::views::{self, ListAsk, Row};
use crm::{Actor, Done, PrincipalId, Privilege, Tx, Verb, records};
use serde_json::json;

/// What is to be done.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Act {
    Assign,
    Delete,
}

impl Act {
    fn word(self) -> &'static str {
        match self {
            Act::Assign => "assign",
            Act::Delete => "delete",
        }
    }
}

/// The rows that are meant, as far as they are visible.
struct Meant {
    shell: Shell,
    table: Table,
    rows: Vec<Row>,
    receivers: Vec<Choice>,
}

/// `POST /{set}/bulk`
pub(super) fn act(app: &App, call: &Call) -> Outcome {
    let who = call.asker()?;
    let back = own_address(call.field("back"));
    let act = match call.field("action") {
        "assign" => Act::Assign,
        "delete" => Act::Delete,
        _ => return Ok(Answer::see(back)),
    };
    let ids: Vec<RowId> = call.fields("ids").into_iter().filter_map(RowId::parse).collect();
    if ids.is_empty() {
        return Ok(Answer::see(back));
    }
    let owner = RowId::parse(call.field("owner")).map(PrincipalId).filter(|_| act == Act::Assign);
    let is_decided = owner.is_some() || (act == Act::Delete && call.field("confirmed") == "true");
    let many = ids.len();
    if is_decided && many > 1 {
        let verb = Verb::write(format!("bulk.{}", act.word()));
        app.desk.perform(&who, verb, move |_, actor| records::together(actor, privilege(act), many))?;
    }
    let meant = app.desk.look(&who, |tx, actor| meant(tx, actor, call, act, &ids))?;
    if is_decided { each(app, call, meant, act, owner) } else { Answer::draw(&ask(meant, act, &ids, &back)) }
}

fn meant(tx: &mut Tx<'_>, actor: &Actor, call: &Call, act: Act, ids: &[RowId]) -> Done<Meant> {
    records::together(actor, privilege(act), ids.len())?;
    let table = must_be_there(actor, call.set())?.clone();
    let name = table.column(table.primary).map(|c| c.name.clone()).unwrap_or_default();
    let values: Vec<String> = ids.iter().map(RowId::to_string).collect();
    let asked = ListAsk {
        set: table.set.clone(),
        view: "*".into(),
        filter: Some(json!({ "column": "id", "op": "in", "value": values })),
        sort: Some(name.clone()),
        select: Some(vec![name]),
        limit: records::TOGETHER,
        acts: vec![privilege(act)],
        ..ListAsk::default()
    };
    let rows = views::list(tx, actor, &asked)?.rows;
    let receivers = if act == Act::Assign { receivers(tx, actor)? } else { Vec::new() };
    Ok(Meant { shell: Shell::of(tx, actor, call)?, table, rows, receivers })
}

fn privilege(act: Act) -> Privilege {
    match act {
        Act::Assign => Privilege::Assign,
        Act::Delete => Privilege::Delete,
    }
}

fn ask(meant: Meant, act: Act, ids: &[RowId], back: &str) -> BulkAskPage {
    let Meant { shell, table, rows, receivers } = meant;
    let (one, many) = (table.label.to_lowercase(), table.plural.to_lowercase());
    let (can, cannot): (Vec<&Row>, Vec<&Row>) = rows.iter().partition(|r| r.may.contains(&privilege(act)));
    let word = if act == Act::Assign { "Assign" } else { "Delete" };
    let stays = |row: &&Row| BulkRow {
        name: row.name(&table),
        href: format!("/{}/{}", table.set, row.id),
        tone: Tone::Stops,
        text: format!("You may see it, not {} it.", word.to_lowercase()),
    };
    let mut kept: Vec<Kept> = ids.iter().map(|id| Kept { name: "ids".into(), value: id.to_string() }).collect();
    kept.push(Kept { name: "back".into(), value: back.to_owned() });
    let consequences = match act {
        Act::Assign => vec!["What belongs to them goes along, as far as you may assign it.".to_owned()],
        Act::Delete => vec!["What belongs to them is deleted with them. All of it can be put back within 30 days.".to_owned()],
    };
    BulkAskPage {
        frame: shell.below(&format!("{word} {}", counted(can.len(), &one, &many)), &[(&table.plural, back)]),
        action: format!("/{}/bulk", table.set),
        verb: word.to_lowercase(),
        submit: format!("{word} {}", counted(can.len(), &one, &many)),
        kept,
        receivers,
        possible: can.iter().map(|r| r.name(&table)).collect(),
        impossible: cannot.iter().map(stays).collect(),
        consequences,
        cancel: back.to_owned(),
    }
}

/// One verb a row.
fn each(app: &App, call: &Call, meant: Meant, act: Act, owner: Option<PrincipalId>) -> Outcome {
    let Meant { shell, table, rows, receivers } = meant;
    let who = call.asker()?;
    let (word, of) = (act.word(), table.id);
    let to = owner.and_then(|o| receivers.iter().find(|c| c.value == o.to_string())).map(|c| c.label.clone());
    let done_word = match (act, &to) {
        (Act::Assign, Some(name)) => format!("assigned to {name}"),
        (Act::Assign, None) => "assigned".to_owned(),
        (Act::Delete, _) => "deleted".to_owned(),
    };
    let mut answers = Vec::new();
    for row in &rows {
        let id = row.id;
        let done = app.desk.perform(&who, Verb::write(format!("{}.{word}", table.name)), move |tx, actor| match owner {
            Some(owner) => records::assign(tx, actor, of, id, owner),
            None => records::delete(tx, actor, of, id).map(|_| ()),
        });
        let href = format!("/{}/{id}", table.set);
        answers.push(match done {
            Ok(()) => {
                let href = if act == Act::Delete { String::new() } else { href };
                BulkRow { name: row.name(&table), href, tone: Tone::Proven, text: super::show::capital(&done_word) }
            }
            // Whoever is not signed in any more, and what is broken, is no answer about one row.
            Err(error @ (crm::Error::Fault(_) | crm::Error::Denied(crm::Denial::SignIn | crm::Denial::State(_)))) => {
                return Err(No::Crm(error));
            }
            Err(error) => BulkRow { name: row.name(&table), href, tone: Tone::Stops, text: sentence(&error.to_string()) },
        });
    }
    let succeeded = answers.iter().filter(|a| a.tone == Tone::Proven).count();
    let back = own_address(call.field("back"));
    let page = BulkPage {
        frame: shell.below("What became of it", &[(&table.plural, &back)]),
        done: done_word,
        succeeded,
        failed: answers.len() - succeeded,
        rows: answers,
        back: Link::new(&format!("Back to {}", table.plural.to_lowercase()), &back, ""),
        removed: (act == Act::Delete && succeeded > 0).then(|| Link::new("Put some back", &format!("/{}/removed", table.set), "restore")),
    };
    Answer::draw(&page)
}
