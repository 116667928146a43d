//! Guided dialogs, page by page.
//!
//! Nothing is kept on the server until the end: each page carries the answers of all others along, so that going back
//! loses nothing. A question that only an answer on the same page calls for is asked when that page was sent.
//! Not here: what is asked and what becomes of it (`crm::dialogs`). Start reading at [`step`].
//! Proved by `tests/it/dialogs.rs`.

use super::address::Address;
use super::fields::{self, Entered};
use super::form::at_fields;
use super::frame::Shell;
use super::show::{capital, zone_name};
use crate::App;
use crate::answer::{Answer, Outcome, sentence};
use crate::call::Call;
use crate::pages::Kept;
use crate::pages::form::{Field, FormPage, Section};
use catalogue::{Catalogue, Column, Kind, RowId, Table};
use crm::dialogs::{self, Answers, Dialog, Finish, Question, Starts};
use crm::views;
use crm::{Actor, Denial, Done, Error, FieldError, Tx, Verb};

/// A dialog with what was answered so far.
struct Held {
    shell: Shell,
    dialog: &'static Dialog,
    /// Each question that is open to the person.
    entries: Vec<(&'static Question, Column, Entered)>,
}

/// `GET /dialogs/{name}`
pub(super) fn page(app: &App, call: &Call) -> Outcome {
    let held = read(app, call)?;
    Answer::draw(&held.page(call, 0, &[]))
}

/// `POST /dialogs/{name}`
pub(super) fn step(app: &App, call: &Call) -> Outcome {
    let mut held = read(app, call)?;
    let at = call.field("page").parse().unwrap_or(0).min(held.dialog.pages.len().saturating_sub(1));
    if call.field("go") == "back" {
        let before = (0..at).rev().find(|page| !held.asked_on(*page).is_empty()).unwrap_or(0);
        held.forgive();
        return Answer::draw(&held.page(call, before, &[]));
    }
    let shown: Vec<&str> = call.field("asked").split(' ').collect();
    let wrong = held.wrong(at, &shown);
    if !call.field("find").is_empty() || !wrong.is_empty() {
        return Ok(Answer::draw(&held.page(call, at, &wrong))?.status(422));
    }
    let is_new = |name: &&str| !shown.contains(name);
    let next = (at..held.dialog.pages.len()).find(|page| match *page == at {
        true => held.asked_on(*page).iter().any(is_new),
        false => !held.asked_on(*page).is_empty(),
    });
    if let Some(next) = next {
        held.forgive();
        return Answer::draw(&held.page(call, next, &[]));
    }
    end(app, call, &held, at)
}

fn end(app: &App, call: &Call, held: &Held, at: usize) -> Outcome {
    let ask = Finish { dialog: held.dialog.name.into(), answers: held.answers(), zone: zone_name(call) };
    let made = app.desk.perform(&call.asker()?, Verb::write("dialog.finish"), move |tx, actor| {
        let made = dialogs::finish(tx, actor, &ask)?;
        let seen = made.first().filter(|(set, id)| views::reveal(tx, actor, set, *id).is_ok());
        Ok(seen.map(|(set, id)| format!("/{set}/{id}")))
    });
    match made {
        Ok(seen) => {
            let begun = begun_on(&held.shell.catalogue, call).map(|(table, id)| format!("/{}/{id}", table.set));
            let home = begun.or(seen).unwrap_or_else(|| "/".into());
            Ok(Answer::see(Address::new(home).with("done", held.dialog.name).to_string()))
        }
        Err(Error::Problem(problem)) => {
            let wrong = at_fields(&problem);
            let is_wrong = |page: &usize| held.asked_on(*page).iter().any(|name| wrong.iter().any(|w| w.column == *name));
            let first = (0..held.dialog.pages.len()).find(is_wrong).unwrap_or(at);
            Ok(Answer::draw(&held.page(call, first, &wrong))?.status(422))
        }
        Err(other) => Err(other.into()),
    }
}

fn read(app: &App, call: &Call) -> Result<Held, crate::answer::No> {
    let held = app.desk.look(&call.asker()?, |tx, actor| {
        let dialog = dialogs::dialog(actor, call.name("name"))?;
        let shell = Shell::of(tx, actor, call)?;
        let mut entries = Vec::new();
        for question in dialog.questions() {
            let column = dialogs::column(actor.catalogue(), dialog, question).ok_or(Denial::NotThere)?;
            if !dialogs::is_open(actor, dialog, question)? {
                continue;
            }
            let entered = match call.form.is_empty() {
                true => begin(tx, actor, call, question, &column)?,
                false => fields::enter(tx, actor, &shell.eye, &column, call)?,
            };
            entries.push((question, column, entered));
        }
        Ok(Held { shell, dialog, entries })
    })?;
    Ok(held)
}

/// The record that the dialog was begun on: `for=<set>/<id>`.
fn begun_on<'c>(catalogue: &'c Catalogue, call: &Call) -> Option<(&'c Table, RowId)> {
    let (set, id) = call.param("for").unwrap_or_else(|| call.field("for")).split_once('/')?;
    Some((catalogue.find(set)?, RowId::parse(id)?))
}

/// What a question begins with.
fn begin(tx: &mut Tx<'_>, actor: &Actor, call: &Call, question: &Question, column: &Column) -> Done<Entered> {
    match question.starts {
        Starts::Empty => {}
        Starts::With(name) => return Ok(Entered { text: name.into(), ..Entered::default() }),
        Starts::Oneself => {
            return Ok(Entered { text: format!("users:{}", actor.user()), shown: actor.name().into(), ..Entered::default() });
        }
        Starts::Record => {
            let catalogue = actor.catalogue().clone();
            if let Some((table, id)) = begun_on(&catalogue, call)
                && fields::sets_of(&catalogue, column).contains(&table.set.as_str())
            {
                let row = views::reveal(tx, actor, &table.set, id)?;
                return Ok(Entered { text: format!("{}:{id}", table.set), shown: row.name(table), ..Entered::default() });
            }
        }
    }
    Ok(Entered::default())
}

impl Held {
    fn answers(&self) -> Answers {
        let answer = |(question, _, entered): &(&'static Question, Column, Entered)| Some((question.name.into(), entered.value.clone()?));
        self.entries.iter().filter_map(answer).collect()
    }

    /// The names of the questions that a page asks after the answers so far.
    fn asked_on(&self, page: usize) -> Vec<&'static str> {
        let answers = self.answers();
        let of = self.dialog.pages.get(page).map(|page| page.questions).unwrap_or_default();
        let is_asked = |q: &&Question| self.dialog.is_asked(q, &answers) && self.entries.iter().any(|(known, ..)| known.name == q.name);
        of.iter().filter(is_asked).map(|q| q.name).collect()
    }

    /// What is wrong with the answers of a page, as far as they were asked for.
    fn wrong(&self, page: usize, shown: &[&str]) -> Vec<FieldError> {
        let asked = self.asked_on(page);
        let of_page = self.entries.iter().filter(|(q, ..)| asked.contains(&q.name) && shown.contains(&q.name));
        let wrong = of_page.filter_map(|(question, _, entered)| {
            let is_empty = entered.value.as_ref().is_none_or(|(value, _)| value.is_null());
            let message = match &entered.error {
                Some(error) => error.clone(),
                None if is_empty && question.required => "is needed".into(),
                None => return None,
            };
            Some(FieldError { column: question.name.into(), message })
        });
        wrong.collect()
    }

    /// What is typed on a page that is looked at again is not judged yet.
    fn forgive(&mut self) {
        for (_, _, entered) in &mut self.entries {
            entered.error = None;
        }
    }

    fn page(&self, call: &Call, at: usize, wrong: &[FieldError]) -> FormPage {
        let asked = self.asked_on(at);
        let title = self.dialog.pages.get(at).map_or("", |page| page.title);
        let known = |name: &str| asked.contains(&name);
        let problems = wrong.iter().filter(|w| !known(&w.column)).map(|w| sentence(&w.message)).collect();
        let fields = self.entries.iter().filter(|(q, ..)| known(q.name)).map(|(question, column, entered)| Field {
            name: question.name.into(),
            label: question.label.into(),
            input: fields::input(&self.shell.catalogue, column, entered, String::new()),
            is_required: question.required,
            is_wide: true,
            help: question.help.into(),
            error: wrong.iter().find(|w| w.column == question.name).map(|w| capital(&w.message)),
            ..Field::default()
        });
        let is_last = (at + 1..self.dialog.pages.len()).all(|page| self.asked_on(page).is_empty());
        let begun = begun_on(&self.shell.catalogue, call);
        FormPage {
            frame: self.shell.frame(self.dialog.title),
            action: format!("/dialogs/{}", self.dialog.name),
            cancel: begun.map_or_else(|| "/".into(), |(table, id)| format!("/{}/{id}", table.set)),
            submit: if is_last { self.dialog.title.into() } else { "Next".into() },
            can_go_back: at > 0,
            kept: self.kept(call, at, &asked),
            sections: vec![Section { title: format!("Step {} of {}: {title}", at + 1, self.dialog.pages.len()), fields: fields.collect() }],
            problems,
            ..FormPage::default()
        }
    }

    /// What a page carries along: where it is, what it asks, and what was answered elsewhere.
    fn kept(&self, call: &Call, at: usize, asked: &[&str]) -> Vec<Kept> {
        let begun = call.param("for").unwrap_or_else(|| call.field("for"));
        let mut kept = vec![
            Kept { name: "for".into(), value: begun.into() },
            Kept { name: "page".into(), value: at.to_string() },
            Kept { name: "asked".into(), value: asked.join(" ") },
        ];
        for (question, column, entered) in self.entries.iter().filter(|(q, ..)| !asked.contains(&q.name)) {
            kept.push(Kept { name: question.name.into(), value: entered.text.clone() });
            if matches!(column.kind, Kind::Lookup(_) | Kind::Owner) {
                kept.push(Kept { name: format!("{}__text", question.name), value: entered.shown.clone() });
            }
        }
        kept
    }
}

/// The dialogs that can begin on a record of this table, as the record's page offers them.
pub(super) fn beginnings(actor: &Actor, table: &Table, id: RowId) -> Vec<crate::pages::Link> {
    let fits = |dialog: &&Dialog| dialogs::begins_on(actor.catalogue(), dialog, table);
    let link = |dialog: &Dialog| {
        let at = Address::new(format!("/dialogs/{}", dialog.name)).with("for", &format!("{}/{id}", table.set));
        crate::pages::Link::new(dialog.title, &at.to_string(), "phone")
    };
    dialogs::offered(actor).into_iter().filter(fits).map(link).collect()
}
