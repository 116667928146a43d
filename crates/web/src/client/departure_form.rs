//! What was typed into the checklist of a departure: a choice for each item, to whom, reason and hour.
//!
//! Fields are named by the item's stable key (`do_KEY`, `to0_KEY`, `to1_KEY` …), so a form stays true while records come
//! and go. What is wrong is known by the item it belongs to, and everything that was typed is shown again.
//! Not here: how it is drawn ([`super::departure_sheet`]), whether a choice may stand (`crm`).
//! Start reading at [`Typed::edit`]. Proved by `tests/it/departures.rs`.

use super::fields::{self, Entered};
use super::show::Eye;
use crate::call::Call;
use crm::departures::{Choice, Edit, Item, Kind, Sheet};
use crm::{Actor, Done, FieldError, PrincipalId, Tx};
use jiff::Timestamp;
use jiff::civil::DateTime;
use std::collections::HashMap;

/// How many take turns at most, by this form.
const MOST: usize = 12;

/// What stands in the form.
pub(super) struct Typed {
    /// Why the person leaves.
    pub(super) reason: String,
    /// When it is to run by itself, as the browser has it.
    pub(super) on: String,
    /// Who is to get everything that is owned and not decided.
    pub(super) all: Entered,
    /// By the item's key.
    pub(super) choices: HashMap<String, TypedChoice>,
}

/// What stands at one item.
#[derive(Clone, Debug, Default)]
pub(super) struct TypedChoice {
    /// The word of the choice; empty for none.
    pub(super) does: String,
    /// To whom.
    pub(super) heirs: Vec<Entered>,
}

impl Typed {
    /// What is kept; a proposal's heirs stand ready where nobody chose.
    pub(super) fn of(eye: &Eye, sheet: &Sheet) -> Typed {
        let named = |id: &PrincipalId| Entered {
            text: format!("users:{id}"),
            shown: name_of(sheet, *id),
            value: Some((catalogue::Value::Id(id.0), None)),
            ..Entered::default()
        };
        let choice = |item: &Item| {
            let heirs = item.chosen.as_ref().or(item.proposal.as_ref()).map(Choice::heirs).unwrap_or_default();
            let does = item.chosen.as_ref().map_or("", Choice::name).to_owned();
            (item.key.clone(), TypedChoice { does, heirs: heirs.iter().map(named).collect() })
        };
        Typed {
            reason: sheet.departure.reason.clone().unwrap_or_default(),
            on: sheet.departure.starts_on.map_or_else(String::new, |at| local(eye, at)),
            all: Entered::default(),
            choices: sheet.items.iter().map(choice).collect(),
        }
    }

    /// What was sent.
    pub(super) fn sent(tx: &mut Tx<'_>, actor: &Actor, call: &Call) -> Done<Typed> {
        let mut choices = HashMap::new();
        for (name, does) in &call.form {
            let Some(key) = name.strip_prefix("do_") else { continue };
            let mut heirs = Vec::new();
            for n in 0..MOST {
                let field = format!("to{n}_{key}");
                if !call.form.iter().any(|(name, _)| name.strip_suffix("__text").unwrap_or(name) == field) {
                    break;
                }
                heirs.push(fields::principal(tx, actor, call, &field, &["users", "teams"])?);
            }
            choices.insert(key.to_owned(), TypedChoice { does: does.trim().to_owned(), heirs });
        }
        let all = fields::principal(tx, actor, call, "all", &["users", "teams"])?;
        Ok(Typed { reason: call.field("reason").to_owned(), on: call.field("on").to_owned(), all, choices })
    }

    /// What of it is different from what is kept, or what is wrong at which item.
    pub(super) fn edit(&self, eye: &Eye, sheet: &Sheet, version: i64) -> Result<Edit, Vec<FieldError>> {
        let (mut choices, mut wrong) = (Vec::new(), Vec::new());
        for item in &sheet.items {
            let Some(typed) = self.choices.get(&item.key) else { continue };
            match typed.choice() {
                Ok(choice) if choice != item.chosen => choices.push((item.key.clone(), choice)),
                Ok(_) => {}
                Err(message) => wrong.push(FieldError { column: format!("choices.{}", item.key), message }),
            }
        }
        let starts_on = moment(eye, &self.on).unwrap_or_else(|message| {
            wrong.push(FieldError { column: "on".into(), message });
            None
        });
        if !wrong.is_empty() {
            return Err(wrong);
        }
        // What the browser shows has no seconds; an hour that was not touched stays as it is.
        let is_same = sheet.departure.starts_on.map_or_else(String::new, |at| local(eye, at)) == self.on;
        let reason = Some(self.reason.clone()).filter(|reason| !reason.is_empty());
        Ok(Edit {
            version,
            choices,
            reason: (reason != sheet.departure.reason).then_some(reason),
            starts_on: (!is_same).then_some(starts_on),
            proposals: false,
        })
    }
}

impl TypedChoice {
    /// What it means; none where nothing is chosen.
    fn choice(&self) -> Result<Option<Choice>, String> {
        if self.does.is_empty() {
            return Ok(None);
        }
        if self.does != "give" {
            let written = serde_json::json!({ "do": self.does });
            return Choice::read("do", &written).map(Some).map_err(|_| "choose what becomes of it".to_owned());
        }
        if let Some(error) = self.heirs.iter().find_map(|heir| heir.error.clone()) {
            return Err(error);
        }
        let to: Vec<PrincipalId> = self.heirs.iter().filter_map(|heir| Some(PrincipalId(heir.value.as_ref()?.0.id()?))).collect();
        if to.is_empty() { Err("choose who gets it".into()) } else { Ok(Some(Choice::Give(to))) }
    }
}

impl Typed {
    /// Everything that is owned and not decided goes to whom the form names; the items it is about.
    pub(super) fn give_all(&mut self, sheet: &Sheet) -> Result<(), FieldError> {
        let wrong = |message: &str| FieldError { column: "all".into(), message: message.into() };
        if let Some(error) = &self.all.error {
            return Err(wrong(error));
        }
        if self.all.value.as_ref().and_then(|(value, _)| value.id()).is_none() {
            return Err(wrong("choose who gets it"));
        }
        for item in sheet.items.iter().filter(|item| is_given_with_all(item)) {
            let choice = self.choices.entry(item.key.clone()).or_default();
            if choice.does.is_empty() {
                *choice = TypedChoice { does: "give".into(), heirs: vec![self.all.clone()] };
            }
        }
        Ok(())
    }
}

/// Whether an item goes along when everything that is owned is given to somebody.
pub(super) fn is_given_with_all(item: &Item) -> bool {
    matches!(item.kind, Kind::Open | Kind::Owned) && item.offers.iter().any(|offer| offer.name() == "give")
}

/// Nothing of it is different.
pub(super) fn is_empty(edit: &Edit) -> bool {
    edit.choices.is_empty() && edit.reason.is_none() && edit.starts_on.is_none() && !edit.proposals
}

/// What somebody whom the departure names is called.
pub(super) fn name_of(sheet: &Sheet, id: PrincipalId) -> String {
    let named = sheet.names.iter().find(|(one, _)| *one == id).map(|(_, name)| name.clone());
    named.unwrap_or_else(|| "somebody who is gone".into())
}

/// A moment as an input of the browser has it, in the person's zone.
pub(super) fn local(eye: &Eye, micros: i64) -> String {
    let at = Timestamp::from_microsecond(micros).map(|at| at.to_zoned(eye.zone.clone()));
    at.map_or_else(|_| String::new(), |at| at.strftime("%Y-%m-%dT%H:%M").to_string())
}

/// A day and hour that somebody typed, where they are; none for nothing.
pub(super) fn moment(eye: &Eye, written: &str) -> Result<Option<i64>, String> {
    if written.is_empty() {
        return Ok(None);
    }
    let at = written.parse::<DateTime>().ok().and_then(|at| at.to_zoned(eye.zone.clone()).ok());
    at.map(|at| Some(at.timestamp().as_microsecond())).ok_or_else(|| "a day and an hour belong here, like 2026-12-31 18:00".to_owned())
}
