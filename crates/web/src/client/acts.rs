//! What is done to one record besides changing it: given to somebody, shared, deleted, put back, completed, files.
//!
//! Before the button the page says what follows; after it the address to look at says what was done. Who may not is
//! refused by the verb, whatever the page showed.
//! Not here: many records at once ([`super::bulk`]). Start reading at [`assign_page`]. Proved by `tests/it/client.rs`.

use super::address::Address;
use super::fields::{self, Entered};
use super::frame::Shell;
use super::must_be_there;
use super::record_teams;
use super::show::{capital, page_of, principal, right};
use crate::App;
use crate::answer::{Answer, No, Outcome, sentence};
use crate::call::Call;
use crate::pages::list::{RemovedPage, RemovedRow};
use crate::pages::sharing::{AssignPage, DeletePage, SharePage, ShareRow};
use crate::pages::{Choice, Principal};
use crate::upload::Upload;
use catalogue::{Cascade, OnDelete, Table, Value};
use crm::records::{self, Cells, ShareAsk};
use crm::values::{DateForm, parse_day};
use crm::views::{self, Link, Row};
use crm::{Actor, Denial, Done, Error, PrincipalId, Privilege, Rights, Tx, Verb};

const DAY: i64 = 86_400_000_000;
/// To whom a record may be given, and with whom it may be shared.
const PRINCIPALS: [&str; 2] = ["users", "teams"];

/// One record with what surrounds its page.
struct Opened {
    shell: Shell,
    table: Table,
    row: Row,
}

impl Opened {
    fn of(tx: &mut Tx<'_>, actor: &Actor, call: &Call) -> Done<Opened> {
        let table = must_be_there(actor, call.set())?.clone();
        let row = views::reveal(tx, actor, &table.set, call.id())?;
        Ok(Opened { shell: Shell::of(tx, actor, call)?, table, row })
    }

    fn name(&self) -> String {
        self.row.name(&self.table)
    }

    fn home(&self) -> String {
        format!("/{}/{}", self.table.set, self.row.id)
    }

    fn frame(&self, title: &str) -> crate::pages::frame::Frame {
        self.shell.below(title, &[(&self.table.plural, &format!("/{}", self.table.set)), (&self.name(), &self.home())])
    }

    /// Children that follow, by what the catalogue says, of tables that the reader knows.
    fn follows(&self, does: impl Fn(&catalogue::Relation) -> bool) -> Vec<String> {
        let children = self.shell.catalogue.children_of(self.table.id).filter(|r| does(r));
        let readable = |r: &&catalogue::Relation| self.shell.outlook.tables.iter().any(|(id, _)| *id == r.child);
        let mut names: Vec<String> =
            children.filter(readable).filter_map(|r| self.shell.catalogue.table(r.child)).map(|t| t.plural.to_lowercase()).collect();
        names.sort();
        names.dedup();
        names
    }
}

fn verb(table: &Table, act: &str) -> Verb {
    Verb::write(format!("{}.{act}", table.name))
}

/// The table of the call's set, for the name of a verb.
pub(super) fn table_of(app: &App, call: &Call) -> Result<Table, No> {
    let table = app.desk.glance(|tx| Ok(tx.catalogue().find(call.set()).cloned()))?;
    table.ok_or_else(|| Denial::NotThere.into())
}

/// `GET /{set}/{id}/assign`
pub(super) fn assign_page(app: &App, call: &Call) -> Outcome {
    let page = app.desk.look(&call.asker()?, |tx, actor| {
        let opened = Opened::of(tx, actor, call)?;
        records::reach(tx, actor, Privilege::Assign, &opened.table, opened.row.id)?;
        Ok(drawn_assign(&opened, &Entered::default(), call))
    })?;
    Answer::draw(&page)
}

fn drawn_assign(opened: &Opened, entered: &Entered, call: &Call) -> AssignPage {
    let owner = opened.row.cell(&opened.table, "owner").and_then(|c| c.link.as_ref()).and_then(principal);
    let along = opened.follows(|r| r.assign != Cascade::None);
    let mut consequences = Vec::new();
    if !along.is_empty() {
        consequences.push(format!("Its {} go along, as far as you may assign them.", listed(&along)));
    }
    consequences.push("Who owned it until now keeps nothing of it by that, unless you say so.".to_owned());
    AssignPage {
        frame: opened.frame("Assign"),
        record: opened.name(),
        action: format!("{}/assign", opened.home()),
        owner: owner.unwrap_or_default(),
        can_keep: opened.row.may.contains(&Privilege::Share),
        keeps: !call.field("keep").is_empty(),
        keep_until: call.field("keep_until").into(),
        receiver: fields::picker(&opened.shell.catalogue, &PRINCIPALS, entered),
        error: entered.error.as_deref().map(sentence).unwrap_or_default(),
        consequences,
        cancel: opened.home(),
    }
}

/// `POST /{set}/{id}/assign`
pub(super) fn assign(app: &App, call: &Call) -> Outcome {
    let who = call.asker()?;
    let again = |entered: &Entered| -> Outcome {
        let page = app.desk.look(&who, |tx, actor| Ok(drawn_assign(&Opened::of(tx, actor, call)?, entered, call)))?;
        Ok(Answer::draw(&page)?.status(422))
    };
    let entered = app.desk.look(&who, |tx, actor| fields::principal(tx, actor, call, "owner", &PRINCIPALS))?;
    let Some((Value::Id(owner), _)) = entered.value else {
        let missing = entered.error.is_none() && !entered.was_sought;
        return again(&Entered { error: if missing { Some("say who shall own it".into()) } else { entered.error.clone() }, ..entered });
    };
    let keep = match (call.field("keep"), last_moment(call.field("keep_until"))) {
        ("", _) => None,
        (_, Ok(Some(until))) => Some(until),
        (_, Ok(None)) => return again(&Entered { error: Some("say until when it may still be read".into()), ..entered }),
        (_, Err(why)) => return again(&Entered { error: Some(why), ..entered }),
    };
    let (table, id) = (table_of(app, call)?, call.id());
    let of = table.clone();
    let done = app.desk.perform(&who, verb(&table, "assign"), move |tx, actor| {
        match keep {
            Some(until) => records::assign_keeping(tx, actor, of.id, id, PrincipalId(owner), until)?,
            None => records::assign(tx, actor, of.id, id, PrincipalId(owner))?,
        }
        Ok(views::reveal(tx, actor, &of.set, id).is_ok())
    });
    match done {
        Ok(true) => Ok(Answer::see(format!("/{}/{id}?done=assigned", table.set))),
        Ok(false) => Ok(Answer::see(format!("/{}?done=gone", table.set))),
        Err(Error::Problem(problem)) => again(&Entered { error: Some(words(&problem)), ..entered }),
        Err(other) => Err(other.into()),
    }
}

/// When the day that was entered has ended, wherever it ends last; none for no day.
fn last_moment(day: &str) -> Result<Option<i64>, String> {
    if day.is_empty() { Ok(None) } else { parse_day(day, DateForm::Ymd).map(|day| Some((day + 1) * DAY)) }
}

fn words(problem: &crm::Problem) -> String {
    problem.errors.first().map_or(&problem.detail, |e| &e.message).clone()
}

/// `a, b and c`
fn listed(names: &[String]) -> String {
    match names.split_last() {
        None => String::new(),
        Some((last, [])) => last.clone(),
        Some((last, rest)) => format!("{} and {last}", rest.join(", ")),
    }
}

/// `GET /{set}/{id}/share`
pub(super) fn share_page(app: &App, call: &Call) -> Outcome {
    let page = app.desk.look(&call.asker()?, |tx, actor| drawn_share(tx, actor, call, &Entered::default(), "", ""))?;
    Answer::draw(&page)
}

/// The page; `error` is what is wrong with the share that was entered, `in_team` with whom was to come into a team.
pub(super) fn drawn_share(tx: &mut Tx<'_>, actor: &Actor, call: &Call, entered: &Entered, error: &str, in_team: &str) -> Done<SharePage> {
    let opened = Opened::of(tx, actor, call)?;
    let is_owner = opened
        .row
        .cell(&opened.table, "owner")
        .and_then(|c| c.value.id())
        .is_some_and(|o| o == actor.user().0 || actor.teams().iter().any(|t| t.owns && t.team.0 == o));
    let may_share = opened.row.may.contains(&Privilege::Share);
    if !may_share && !is_owner {
        records::reach(tx, actor, Privilege::Share, &opened.table, opened.row.id)?;
    }
    let (chosen, is_sent) = (call.fields("rights"), call.here.ends_with("/share") && !call.form.is_empty());
    let choice = |p: Privilege| {
        let selected = if !is_sent { p == Privilege::Read } else { chosen.contains(&p.name()) };
        Choice { selected, ..Choice::new(p.name(), &capital(right(p))) }
    };
    let held = Rights::shareable().list().filter(|p| *p == Privilege::Read || opened.row.may.contains(p));
    let shares = views::shares(tx, actor, &opened.table.set, opened.row.id)?;
    let line = |share: &views::ShareLine| ShareRow {
        principal: Principal { id: share.with.to_string(), name: share.name.clone(), kind: share.kind.into(), href: String::new() },
        rights: share.rights.list().map(right).collect::<Vec<_>>().join(", "),
        by: share.by.clone(),
        until: share.until.map(|t| opened.shell.eye.when(t)),
        inherited_from: if share.is_inherited { "the record it belongs to".into() } else { String::new() },
        can_end: !share.is_inherited && (may_share || is_owner),
    };
    let along = opened.follows(|r| r.share != Cascade::None);
    let consequences =
        if along.is_empty() { Vec::new() } else { vec![format!("Its {} are shared along, as far as you may share them.", listed(&along))] };
    Ok(SharePage {
        frame: opened.frame("Share"),
        record: opened.name(),
        record_href: opened.home(),
        principal: fields::picker(&opened.shell.catalogue, &PRINCIPALS, entered),
        rights: held.map(choice).collect(),
        until: call.field("until").into(),
        error: error.into(),
        shares: shares.iter().map(line).collect(),
        teams: record_teams::parts(tx, actor, call, &opened.table, opened.row.id, in_team)?,
        consequences,
    })
}

/// `POST /{set}/{id}/share`
pub(super) fn share(app: &App, call: &Call) -> Outcome {
    let who = call.asker()?;
    let again = |entered: &Entered, error: &str| -> Outcome {
        let page = app.desk.look(&who, |tx, actor| drawn_share(tx, actor, call, entered, &sentence(error), ""))?;
        Ok(Answer::draw(&page)?.status(422))
    };
    let entered = app.desk.look(&who, |tx, actor| fields::principal(tx, actor, call, "principal", &PRINCIPALS))?;
    let Some((Value::Id(with), _)) = entered.value else {
        return again(&entered, entered.error.as_deref().unwrap_or("say with whom to share it"));
    };
    let rights: Rights = call.fields("rights").into_iter().filter_map(Privilege::parse).collect();
    let until = match last_moment(call.field("until")) {
        Ok(until) => until,
        Err(why) => return again(&entered, &why),
    };
    let (table, id) = (table_of(app, call)?, call.id());
    let (of, ask) = (table.id, ShareAsk { with: PrincipalId(with), rights, until });
    match app.desk.perform(&who, verb(&table, "share"), move |tx, actor| records::share(tx, actor, of, id, &ask)) {
        Ok(()) => Ok(Answer::see(format!("/{}/{id}?done=shared", table.set))),
        Err(Error::Problem(problem)) => again(&entered, &words(&problem)),
        Err(other) => Err(other.into()),
    }
}

/// `POST /{set}/{id}/unshare`
pub(super) fn unshare(app: &App, call: &Call) -> Outcome {
    let (table, id) = (table_of(app, call)?, call.id());
    let with = catalogue::RowId::parse(call.field("principal")).map(PrincipalId).ok_or(Denial::NotThere)?;
    let of = table.clone();
    let still = app.desk.perform(&call.asker()?, verb(&table, "unshare"), move |tx, actor| {
        records::unshare(tx, actor, of.id, id, with)?;
        Ok(views::reveal(tx, actor, &of.set, id).is_ok())
    })?;
    let at = if still { format!("/{}/{id}", table.set) } else { format!("/{}", table.set) };
    Ok(Answer::see(format!("{at}?done=unshared")))
}

/// `GET /{set}/{id}/delete`
pub(super) fn delete_page(app: &App, call: &Call) -> Outcome {
    let page = app.desk.look(&call.asker()?, |tx, actor| {
        let opened = Opened::of(tx, actor, call)?;
        records::reach(tx, actor, Privilege::Delete, &opened.table, opened.row.id)?;
        Ok(drawn_delete(&opened, ""))
    })?;
    Answer::draw(&page)
}

fn drawn_delete(opened: &Opened, refused: &str) -> DeletePage {
    let along = opened.follows(|r| r.delete == OnDelete::Cascade);
    let cut = opened.follows(|r| r.delete == OnDelete::RemoveLink);
    let mut consequences = Vec::new();
    if !along.is_empty() {
        consequences.push(format!("Its {} are deleted with it.", listed(&along)));
    }
    if !cut.is_empty() {
        consequences.push(format!("{} that name it stay, without it.", capital(&listed(&cut))));
    }
    DeletePage {
        frame: opened.frame(&format!("Delete {}", opened.name())),
        record: opened.name(),
        action: format!("{}/delete", opened.home()),
        consequences,
        refused: refused.into(),
        restorable: "30 days".into(),
        cancel: opened.home(),
    }
}

/// `POST /{set}/{id}/delete`
pub(super) fn delete(app: &App, call: &Call) -> Outcome {
    let who = call.asker()?;
    let (table, id) = (table_of(app, call)?, call.id());
    let of = table.id;
    match app.desk.perform(&who, verb(&table, "delete"), move |tx, actor| records::delete(tx, actor, of, id)) {
        Ok(_) => Ok(Answer::see(format!("/{}?done=deleted&row={id}", table.set))),
        Err(Error::Problem(problem)) => {
            let page = app.desk.look(&who, |tx, actor| Ok(drawn_delete(&Opened::of(tx, actor, call)?, &sentence(&words(&problem)))))?;
            Ok(Answer::draw(&page)?.status(409))
        }
        Err(other) => Err(other.into()),
    }
}

/// `POST /{set}/{id}/restore`
pub(super) fn restore(app: &App, call: &Call) -> Outcome {
    let (table, id) = (table_of(app, call)?, call.id());
    let of = table.clone();
    let seen = app.desk.perform(&call.asker()?, verb(&table, "restore"), move |tx, actor| {
        records::restore(tx, actor, of.id, id)?;
        Ok(views::reveal(tx, actor, &of.set, id).is_ok())
    })?;
    let at = if seen { format!("/{}/{id}", table.set) } else { format!("/{}", table.set) };
    Ok(Answer::see(format!("{at}?done=restored")))
}

/// `GET /{set}/removed`
pub(super) fn removed(app: &App, call: &Call) -> Outcome {
    let page = app.desk.look(&call.asker()?, |tx, actor| {
        let table = must_be_there(actor, call.set())?;
        let rows = views::removed_list(tx, actor, &table.set)?;
        let names = views::principal_names(tx, &rows.iter().map(|r| r.by).collect::<Vec<_>>())?;
        let shell = Shell::of(tx, actor, call)?;
        let kept = records::KEPT_DAYS * DAY;
        let line = |row: &_| {
            let views::RemovedRow { row, name, on, by, .. } = row;
            RemovedRow {
                id: row.to_string(),
                name: if name.is_empty() { format!("{} without a name", table.label) } else { name.clone() },
                by: names.get(by).cloned().unwrap_or_default(),
                when: shell.eye.when(*on),
                along: String::new(),
                until: shell.eye.when(*on + kept),
                can_restore: true,
            }
        };
        let plural = table.plural.to_lowercase();
        Ok(RemovedPage {
            frame: shell.below(&format!("Removed {plural}"), &[(&table.plural, &format!("/{}", table.set))]),
            set: table.set.clone(),
            plural,
            rows: rows.iter().map(line).collect(),
            next_href: None,
        })
    })?;
    Answer::draw(&page)
}

/// `POST /{set}/{id}/complete`: an activity is done.
pub(super) fn complete(app: &App, call: &Call) -> Outcome {
    let (table, id) = (table_of(app, call)?, call.id());
    let (state, status) = (table.find("state"), table.find("status"));
    let done = state.and_then(|c| c.kind.options().iter().find(|o| o.name == "completed").map(|o| (c.id, o.value)));
    let (Some((state, value)), true) = (done, table.is_activity) else { return Err(Denial::NotThere.into()) };
    let mut cells: Cells = vec![(state, Value::Int(value), None)];
    if let Some(status) = status {
        let fits = status.kind.options().iter().find(|o| o.state == Some(value));
        cells.extend(fits.map(|o| (status.id, Value::Int(o.value), None)));
    }
    let of = table.id;
    app.desk.perform(&call.asker()?, verb(&table, "change"), move |tx, actor| records::change(tx, actor, of, id, None, cells.clone()))?;
    Ok(Answer::see("/?done=completed"))
}

/// `POST /{set}/{id}/files`
pub(super) fn attach(app: &App, call: &Call, upload: &mut Upload) -> Outcome {
    let (table, id) = (table_of(app, call)?, call.id());
    let (name, bytes) = upload.file()?;
    records::receive(&app.desk, &call.asker()?, verb(&table, "attach"), &table.set, id, &name, bytes)?;
    Ok(Answer::see(format!("/{}/{id}?done=attached#files", table.set)))
}

/// `GET /files/{id}/content`
pub(super) fn content(app: &App, call: &Call) -> Outcome {
    let sent = records::send(&app.desk, &call.asker()?, call.id())?;
    Ok(Answer::file(&sent.file_name, sent.content_type, Some(sent.size), sent.bytes))
}

/// `POST /files/{id}/remove`
pub(super) fn remove_file(app: &App, call: &Call) -> Outcome {
    let id = call.id();
    let at = app.desk.perform(&call.asker()?, Verb::write("file.delete"), move |tx, actor| {
        let table = must_be_there(actor, "files")?;
        let row = views::reveal(tx, actor, &table.set, id)?;
        let parent = match row.cell(table, "parent").and_then(|c| c.link.clone()) {
            Some(Link::Seen { set, id, .. }) => page_of(&set, id),
            _ => None,
        };
        records::delete(tx, actor, table.id, id)?;
        Ok(parent.unwrap_or_else(|| "/".to_owned()))
    })?;
    Ok(Answer::see(Address::new(at).with("done", "deleted").to_string()))
}
