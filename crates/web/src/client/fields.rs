//! Fields of forms: a value as it stands in an input, and what was typed, read back.
//!
//! Every column has one text in a form ([`Entered::text`]): what `was-<name>` remembers, what is compared to see whether
//! somebody changed it, what is shown again when something is wrong. A lookup's text is `set:id`; without a script it is
//! found by the name that was typed.
//! Not here: which columns a form has ([`super::form`]), whether a value may stand (`crm`).
//! Start reading at [`enter`]. Proved by `tests/it/client.rs`.

use super::show::Eye;
use crate::call::Call;
use crate::pages::Choice;
use crate::pages::form::{Input, Lookup};
use catalogue::{Catalogue, Column, Kind, RowId, Target, Value, text};
use crm::values::{DateForm, MONEY_DIGITS, day_text, decimal_text, parse_text};
use crm::views::{Link, Picked, pick, principal_names};
use crm::{Actor, Done, PrincipalId, Tx};
use jiff::Timestamp;
use jiff::civil::DateTime;

/// The text of a lookup to something that is not visible.
pub(super) const HIDDEN: &str = "hidden";
/// How many candidates a form offers.
const CANDIDATES: usize = 10;

/// One field with what is in it.
#[derive(Clone, Debug, Default)]
pub(super) struct Entered {
    /// Its text.
    pub(super) text: String,
    /// For a lookup: the name that is read.
    pub(super) shown: String,
    /// What it means; none while something is wrong with it.
    pub(super) value: Option<(Value, Option<Target>)>,
    /// What is wrong.
    pub(super) error: Option<String>,
    pub(super) candidates: Vec<Choice>,
    pub(super) was_sought: bool,
}

/// The sets that a lookup or owner may name.
pub(super) fn sets_of<'c>(catalogue: &'c Catalogue, column: &Column) -> Vec<&'c str> {
    match &column.kind {
        Kind::Owner => vec!["users", "teams"],
        kind => kind.targets().iter().map(|t| catalogue.set_of(*t)).collect(),
    }
}

/// A stored value as it stands in a form.
pub(super) fn stored(eye: &Eye, column: &Column, value: &Value, link: Option<&Link>) -> Entered {
    let plain = |text: String| Entered { text, ..Entered::default() };
    match (value, &column.kind, link) {
        (_, _, Some(Link::Hidden)) => plain(HIDDEN.into()),
        (_, _, Some(Link::Seen { set, id, name })) => Entered { text: format!("{set}:{id}"), shown: name.clone(), ..Entered::default() },
        (Value::Int(n), Kind::Money | Kind::MoneyBase, _) => plain(decimal_text(*n, MONEY_DIGITS, 2)),
        (Value::Int(n), Kind::Decimal { digits, .. }, _) => plain(decimal_text(*n, *digits, 0)),
        (Value::Int(n), Kind::YesNo, _) => plain(if *n != 0 { "true".into() } else { String::new() }),
        (Value::Int(n), Kind::Choice(_), _) => plain(column.option(*n).map_or_else(String::new, |o| o.name.clone())),
        (Value::Text(t), Kind::MultiChoice(_), _) => {
            let name = |v: &str| v.parse().ok().and_then(|n| column.option(n)).map(|o| o.name.clone());
            plain(t.split(',').filter_map(name).collect::<Vec<_>>().join(";"))
        }
        (Value::Int(n), Kind::Date, _) => plain(day_text(*n)),
        (Value::Int(n), Kind::DateTime, _) => plain(local(eye, *n)),
        (Value::Int(n), _, _) => plain(n.to_string()),
        (Value::Text(t), _, _) => plain(t.replace("\r\n", "\n").trim().to_owned()),
        (Value::Null | Value::Bytes(_) | Value::Id(_), _, _) => Entered::default(),
    }
}

/// A moment as an input of the browser has it: in the person's zone, to the minute.
pub(super) fn local(eye: &Eye, micros: i64) -> String {
    let at = Timestamp::from_microsecond(micros).map(|t| t.to_zoned(eye.zone.clone()));
    at.map_or_else(|_| String::new(), |at| at.strftime("%Y-%m-%dT%H:%M").to_string())
}

/// What was typed into the field of this column.
pub(super) fn enter(tx: &mut Tx<'_>, actor: &Actor, eye: &Eye, column: &Column, call: &Call) -> Done<Entered> {
    let name = &column.name;
    match &column.kind {
        Kind::Lookup(_) | Kind::Owner => find(tx, actor, column, call),
        Kind::YesNo => {
            let is_yes = call.field(name) == "true";
            let text = if is_yes { "true".into() } else { String::new() };
            Ok(Entered { text, value: Some((is_yes.into(), None)), ..Entered::default() })
        }
        Kind::MultiChoice(_) => Ok(parsed(actor, column, call.fields(name).join(";"))),
        Kind::DateTime => Ok(moment(actor, eye, column, call.field(name))),
        _ => Ok(parsed(actor, column, call.field(name).replace("\r\n", "\n"))),
    }
}

fn parsed(actor: &Actor, column: &Column, text: String) -> Entered {
    match parse_text(actor.catalogue(), column, &text, DateForm::Ymd) {
        Ok(value) => Entered { text, value: Some((value, None)), ..Entered::default() },
        Err(why) => Entered { text, error: Some(why), ..Entered::default() },
    }
}

fn moment(actor: &Actor, eye: &Eye, column: &Column, written: &str) -> Entered {
    let here = written.parse::<DateTime>().ok().and_then(|at| at.to_zoned(eye.zone.clone()).ok());
    match here {
        Some(at) => {
            let micros = at.timestamp().as_microsecond();
            Entered { text: local(eye, micros), value: Some((Value::Int(micros), None)), ..Entered::default() }
        }
        None => parsed(actor, column, written.to_owned()),
    }
}

/// A lookup: what was chosen, or what bears the name that was typed.
fn find(tx: &mut Tx<'_>, actor: &Actor, column: &Column, call: &Call) -> Done<Entered> {
    let field = |end: &str| call.field(&format!("{}{end}", column.name));
    let was = |end: &str| call.field(&format!("was-{}{end}", column.name));
    let (chosen, typed, picked) = (field(""), field("__text"), field("__pick"));
    let seeks = call.field("find") == column.name;
    let sets = sets_of(actor.catalogue(), column);
    if !picked.is_empty() && !seeks {
        return Ok(named(actor, &sets, picked, typed));
    }
    if typed.is_empty() && !seeks {
        let text = if was("") == HIDDEN { HIDDEN.into() } else { String::new() };
        return Ok(Entered { text, value: Some((Value::Null, None)), ..Entered::default() });
    }
    let stands = !chosen.is_empty() && (chosen != was("") || typed == was("-text"));
    if stands && !seeks {
        return Ok(named(actor, &sets, chosen, typed));
    }
    let found = pick(tx, actor, &sets, typed, CANDIDATES)?;
    let key = text::key(typed);
    let same: Vec<&Picked> = found.iter().filter(|p| text::key(&p.name) == key).collect();
    if let ([only], false) = (same.as_slice(), seeks) {
        return Ok(named(actor, &sets, &format!("{}:{}", only.set, only.id), &only.name));
    }
    let error = match (seeks, found.is_empty()) {
        (true, _) => None,
        (false, true) => Some("nothing is called that, or it is not visible to you".to_owned()),
        (false, false) => Some("choose which one is meant".to_owned()),
    };
    let candidates = found.iter().map(candidate).collect();
    Ok(Entered { shown: typed.to_owned(), error, candidates, was_sought: true, ..Entered::default() })
}

fn candidate(picked: &Picked) -> Choice {
    let label = if picked.detail.is_empty() { picked.name.clone() } else { format!("{} · {}", picked.name, picked.detail) };
    Choice::new(&format!("{}:{}", picked.set, picked.id), &label)
}

/// `set:id`, or an id where only one set is meant.
fn named(actor: &Actor, sets: &[&str], written: &str, shown: &str) -> Entered {
    match target(actor.catalogue(), sets, written) {
        Some((target, id)) => {
            let text = format!("{}:{id}", actor.catalogue().set_of(target));
            Entered { text, shown: shown.into(), value: Some((Value::Id(id), Some(target))), ..Entered::default() }
        }
        None => Entered { shown: shown.into(), error: Some("choose it again".into()), ..Entered::default() },
    }
}

/// Reads `set:id`, or an id where only one set is meant.
pub(super) fn target(catalogue: &Catalogue, sets: &[&str], written: &str) -> Option<(Target, RowId)> {
    let (set, id) = match written.split_once(':') {
        Some((set, id)) => (set, id),
        None => (sets.first().copied().filter(|_| sets.len() == 1)?, written),
    };
    let known = sets.iter().find(|s| **s == set)?;
    Some((catalogue.target(known)?, RowId::parse(id)?))
}

/// The input of a column with what is in it.
pub(super) fn input(catalogue: &Catalogue, column: &Column, entered: &Entered, unit: String) -> Input {
    let longest = |n: &u32| usize::try_from(*n).unwrap_or(0);
    let line = |kind: &'static str, most: usize| Input::line(kind, &entered.text, most);
    let options = |chosen: &[&str]| -> Vec<Choice> {
        let choice = |o: &catalogue::ChoiceOption| Choice { selected: chosen.contains(&o.name.as_str()), ..Choice::new(&o.name, &o.label) };
        let is_offered = |o: &&catalogue::ChoiceOption| !o.retired || chosen.contains(&o.name.as_str());
        column.kind.options().iter().filter(is_offered).map(choice).collect()
    };
    match &column.kind {
        Kind::Text(n) => line("text", longest(n)),
        Kind::Email(n) => line("email", longest(n)),
        Kind::Phone(n) => line("tel", longest(n)),
        Kind::Url(n) => line("url", longest(n)),
        Kind::Memo(n) => Input::Memo { value: entered.text.clone(), longest: longest(n) },
        Kind::Integer { .. } => Input::Number { value: entered.text.clone(), unit: String::new(), has_decimals: false },
        Kind::Decimal { .. } => Input::Number { value: entered.text.clone(), unit: String::new(), has_decimals: true },
        Kind::Money | Kind::MoneyBase => Input::Number { value: entered.text.clone(), unit, has_decimals: true },
        Kind::YesNo => Input::YesNo(entered.text == "true"),
        Kind::Choice(_) => Input::One(options(&[&entered.text])),
        Kind::MultiChoice(_) => Input::Many(options(&entered.text.split(';').collect::<Vec<_>>())),
        Kind::Date => line("date", 0),
        Kind::DateTime => line("datetime-local", 0),
        Kind::Lookup(_) | Kind::Owner => Input::Lookup(lookup(catalogue, column, entered)),
        Kind::AutoNumber { .. } | Kind::Id | Kind::File => Input::Fixed,
    }
}

fn lookup(catalogue: &Catalogue, column: &Column, entered: &Entered) -> Lookup {
    Lookup {
        value: if entered.text == HIDDEN { String::new() } else { entered.text.clone() },
        text: entered.shown.clone(),
        is_hidden: entered.text == HIDDEN,
        ..picker(catalogue, &sets_of(catalogue, column), entered)
    }
}

/// A picker over these sets.
pub(super) fn picker(catalogue: &Catalogue, sets: &[&str], entered: &Entered) -> Lookup {
    Lookup {
        targets: sets.iter().map(|set| Choice::new(set, label_of(catalogue, set))).collect(),
        value: entered.text.clone(),
        text: entered.shown.clone(),
        is_hidden: false,
        candidates: entered.candidates.clone(),
        was_sought: entered.was_sought,
    }
}

fn label_of<'c>(catalogue: &'c Catalogue, set: &str) -> &'c str {
    match set {
        "users" => "Person",
        "teams" => "Team",
        "business_units" => "Unit",
        set => catalogue.find(set).map_or("", |t| &t.label),
    }
}

/// A person or team chosen in a form that is about no column: the field `name` with its text and pick.
pub(super) fn principal(tx: &mut Tx<'_>, actor: &Actor, call: &Call, name: &str, sets: &[&str]) -> Done<Entered> {
    let field = |end: &str| call.field(&format!("{name}{end}"));
    let (chosen, typed, picked) = (field(""), field("__text"), field("__pick"));
    let seeks = call.field("find") == name;
    let stands = !picked.is_empty() || is_called(tx, call, name)?;
    let said = if picked.is_empty() { chosen } else { picked };
    if !said.is_empty() && stands && !seeks {
        return Ok(named(actor, sets, said, typed));
    }
    if typed.is_empty() && !seeks {
        return Ok(Entered::default());
    }
    let found = pick(tx, actor, sets, typed, CANDIDATES)?;
    let key = text::key(typed);
    let same: Vec<&Picked> = found.iter().filter(|p| text::key(&p.name) == key).collect();
    if let ([only], false) = (same.as_slice(), seeks) {
        return Ok(named(actor, sets, &format!("{}:{}", only.set, only.id), &only.name));
    }
    let error = (!seeks).then(|| if found.is_empty() { "nobody is called that" } else { "choose who is meant" }.to_owned());
    Ok(Entered {
        shown: typed.to_owned(),
        error,
        candidates: found.iter().map(candidate).collect(),
        was_sought: true,
        ..Entered::default()
    })
}

/// Whether whom the field names is called as is written beside it: without a script another name may stand there.
fn is_called(tx: &mut Tx<'_>, call: &Call, name: &str) -> Done<bool> {
    let written = format!("{name}__text");
    if !call.form.iter().any(|(field, _)| *field == written) {
        return Ok(true);
    }
    let id = call.field(name).rsplit(':').next().and_then(RowId::parse).map(PrincipalId);
    let Some(id) = id else { return Ok(false) };
    let (known, typed) = (principal_names(tx, &[id])?, text::key(call.field(&written)));
    // A state may stand behind the name of somebody who is not active.
    let is_name = |name: &String| text::key(name) == typed || name.rsplit_once(" (").is_some_and(|(name, _)| text::key(name) == typed);
    Ok(known.get(&id).is_some_and(is_name))
}
