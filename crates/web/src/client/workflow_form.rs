//! What was typed of a workflow, as a definition, and a definition as what would be typed.
//!
//! Steps are a plain list in which those behind a decision say which answer they follow. A button adds or takes a part
//! away by sending the form, so it works without a script. What is wrong comes back at its field.
//! Not here: how the form is drawn ([`super::workflow_fields`]), whether it makes sense (`crm`), the pages around it
//! ([`super::workflows`]). Start reading at [`Typed`]. Proved by `tests/it/workflows.rs`.

use crate::call::Call;
use catalogue::{Column, Kind, Table};
use crm::FieldError;
use crm::values::{DateForm, cell_json, parse_text};
use serde_json::{Map, Value as Json, json};

/// What may be asked of a column in the form.
pub(super) const OPS: &[(&str, &str)] = &[
    ("eq", "is"),
    ("ne", "is not"),
    ("contains", "contains"),
    ("begins_with", "begins with"),
    ("gt", "is more than"),
    ("lt", "is less than"),
    ("not_null", "is filled"),
    ("null", "is empty"),
];
/// The kinds of steps, with what they are called.
pub(super) const KINDS: &[(&str, &str)] = &[
    ("set", "Set columns"),
    ("assign", "Assign the row"),
    ("task", "Make a task"),
    ("notify", "Tell somebody"),
    ("approve", "Ask for a decision"),
];
/// So many columns one step sets in the form.
pub(super) const SETS: usize = 4;
const MOST: usize = 40;

/// A step as it was typed.
#[derive(Clone, Debug, Default)]
pub(super) struct TypedStep {
    pub(super) kind: String,
    /// Empty, `approved` or `refused`: which answer of the decision before it this step follows.
    pub(super) branch: String,
    /// The texts by name: `subject`, `words`, `whose`, `whom`, `of`, `due_in`.
    texts: Map<String, Json>,
    pub(super) to: Vec<String>,
    pub(super) sets: Vec<(String, String)>,
}

/// The whole form as it was typed.
#[derive(Clone, Debug, Default)]
pub(super) struct Typed {
    pub(super) name: String,
    pub(super) trigger: String,
    pub(super) columns: Vec<String>,
    pub(super) column: String,
    pub(super) days: String,
    pub(super) conditions: Vec<[String; 3]>,
    /// A condition that the form cannot show in parts.
    pub(super) advanced: String,
    pub(super) steps: Vec<TypedStep>,
}

impl Typed {
    /// What a new workflow begins with.
    pub(super) fn new() -> Typed {
        Typed { trigger: "created".into(), ..Typed::default() }
    }

    /// What was sent, with what the pressed button did to it.
    pub(super) fn sent(call: &Call) -> Typed {
        let text = |name: String| call.field(&name).to_owned();
        let step = |n: usize| TypedStep {
            kind: text(format!("s{n}_kind")),
            branch: text(format!("s{n}_branch")),
            texts: ["subject", "words", "whose", "whom", "of", "due_in"]
                .iter()
                .map(|name| ((*name).to_owned(), json!(text(format!("s{n}_{name}")))))
                .collect(),
            to: call.fields(&format!("s{n}_to")).into_iter().map(str::to_owned).collect(),
            sets: (0..SETS).map(|i| (text(format!("s{n}_c{i}")), text(format!("s{n}_v{i}")))).filter(|(c, _)| !c.is_empty()).collect(),
        };
        let mut typed = Typed {
            name: text("name".into()),
            trigger: text("trigger".into()),
            columns: call.fields("columns").into_iter().map(str::to_owned).collect(),
            column: text("column".into()),
            days: text("days".into()),
            conditions: (0..MOST)
                .map(|n| [text(format!("c{n}_column")), text(format!("c{n}_op")), text(format!("c{n}_value"))])
                .filter(|[column, _, _]| !column.is_empty())
                .collect(),
            advanced: text("advanced".into()),
            steps: (0..MOST).map(step).filter(|step| KINDS.iter().any(|(kind, _)| *kind == step.kind)).collect(),
        };
        let act = call.field("act");
        if let Some(kind) = act.strip_prefix("add-").filter(|kind| KINDS.iter().any(|(known, _)| known == kind)) {
            typed.steps.push(TypedStep { kind: kind.to_owned(), ..TypedStep::default() });
        }
        if let Some(n) = act.strip_prefix("take-").and_then(|n| n.parse::<usize>().ok()).filter(|n| *n < typed.steps.len()) {
            typed.steps.remove(n);
        }
        typed
    }

    /// A definition as it would be typed.
    pub(super) fn of(name: &str, body: &Json) -> Typed {
        let text = |json: &Json, key: &str| plain(json.get(key).unwrap_or(&Json::Null));
        let trigger = body.get("trigger").cloned().unwrap_or_default();
        let mut typed = Typed {
            name: name.to_owned(),
            trigger: text(&trigger, "on"),
            columns: list(trigger.get("columns")),
            column: text(&trigger, "column"),
            days: text(&trigger, "days"),
            ..Typed::default()
        };
        match body.get("condition").filter(|condition| !condition.is_null()) {
            None => {}
            Some(condition) => match parts_of(condition) {
                Some(parts) => typed.conditions = parts,
                None => typed.advanced = condition.to_string(),
            },
        }
        for step in body.get("steps").and_then(Json::as_array).into_iter().flatten() {
            typed.steps.push(step_of(step, ""));
            for branch in ["approved", "refused"] {
                let below = step.get(branch).and_then(Json::as_array).into_iter().flatten();
                typed.steps.extend(below.map(|step| step_of(step, branch)));
            }
        }
        typed
    }

    /// The definition, and where each step of the form went in it; or what cannot be read.
    pub(super) fn definition(&self, table: &Table) -> Result<(Json, Vec<String>), Vec<FieldError>> {
        let mut wrong = Vec::new();
        let trigger = match self.trigger.as_str() {
            "changed" => json!({ "on": "changed", "columns": self.columns }),
            "date" => match number(&self.days) {
                Some(days) => json!({ "on": "date", "column": self.column, "days": days }),
                None => {
                    wrong.push(at("days", "here belongs a whole number"));
                    Json::Null
                }
            },
            other => json!({ "on": other }),
        };
        let condition = self.condition(table).unwrap_or_else(|found| {
            wrong.extend(found);
            None
        });
        let (mut steps, mut paths): (Vec<Json>, Vec<String>) = (Vec::new(), Vec::new());
        for (n, typed) in self.steps.iter().enumerate() {
            let step = typed.step(n, table).unwrap_or_else(|found| {
                wrong.extend(found);
                Json::Null
            });
            let last = steps.len().wrapping_sub(1);
            let follows = Some(typed.branch.as_str()).filter(|branch| !branch.is_empty());
            let below = follows.and_then(|branch| steps.last_mut()?.get_mut(branch)?.as_array_mut().map(|below| (branch, below)));
            match below {
                Some((branch, below)) => {
                    paths.push(format!("steps.{last}.{branch}.{}", below.len()));
                    below.push(step);
                }
                None => {
                    paths.push(format!("steps.{}", steps.len()));
                    steps.push(step);
                }
            }
        }
        let definition = json!({ "trigger": trigger, "condition": condition, "steps": steps });
        if wrong.is_empty() { Ok((definition, paths)) } else { Err(wrong) }
    }

    fn condition(&self, table: &Table) -> Result<Option<Json>, Vec<FieldError>> {
        if !self.advanced.is_empty() {
            let read = serde_json::from_str(&self.advanced);
            return read.map(Some).map_err(|why| vec![at("advanced", format!("this is not JSON: {why}"))]);
        }
        let (mut all, mut wrong) = (Vec::new(), Vec::new());
        for (n, [name, op, value]) in self.conditions.iter().enumerate() {
            let asks_value = !matches!(op.as_str(), "null" | "not_null");
            match table.find(name).map(|column| as_json(column, value)) {
                Some(Ok(value)) if asks_value => all.push(json!({ "column": name, "op": op, "value": value })),
                Some(Err(why)) if asks_value => wrong.push(at(&format!("c{n}_value"), why)),
                Some(_) => all.push(json!({ "column": name, "op": op })),
                None => wrong.push(at(&format!("c{n}_column"), "choose a column")),
            }
        }
        if !wrong.is_empty() {
            return Err(wrong);
        }
        Ok(if all.is_empty() { None } else { Some(json!({ "all": all })) })
    }

    /// The condition in words; empty for none.
    pub(super) fn condition_words(&self, table: Option<&Table>) -> String {
        if !self.advanced.is_empty() {
            return self.advanced.clone();
        }
        let label = |name: &String| table.and_then(|table| table.find(name)).map_or_else(|| name.clone(), |column| column.label.clone());
        let op = |op: &String| OPS.iter().find(|(known, _)| known == op).map_or("", |(_, words)| *words);
        let parts = self.conditions.iter().map(|[name, how, value]| format!("{} {} {value}", label(name), op(how)).trim().to_owned());
        parts.collect::<Vec<_>>().join(" and ")
    }
}

impl TypedStep {
    /// A text of the step; empty when nothing was typed.
    pub(super) fn text(&self, name: &str) -> &str {
        self.texts.get(name).and_then(Json::as_str).unwrap_or_default()
    }

    fn step(&self, n: usize, table: &Table) -> Result<Json, Vec<FieldError>> {
        let text = |name: &str| json!(self.text(name));
        Ok(match self.kind.as_str() {
            "set" => {
                let (mut columns, mut wrong) = (Map::new(), Vec::new());
                for (i, (name, value)) in self.sets.iter().enumerate() {
                    match table.find(name).map(|column| as_json(column, value)) {
                        Some(Ok(value)) => drop(columns.insert(name.clone(), value)),
                        Some(Err(why)) => wrong.push(at(&format!("s{n}_v{i}"), why)),
                        None => wrong.push(at(&format!("s{n}_c{i}"), "choose a column")),
                    }
                }
                if !wrong.is_empty() {
                    return Err(wrong);
                }
                json!({ "do": "set", "columns": columns })
            }
            "assign" => json!({ "do": "assign", "to": self.to }),
            "task" => {
                let due_in = match (self.text("due_in"), number(self.text("due_in"))) {
                    ("", _) => None,
                    (_, Some(days)) => Some(days),
                    (_, None) => return Err(vec![at(&format!("s{n}_due_in"), "here belongs a whole number")]),
                };
                json!({ "do": "task", "subject": text("subject"), "whose": text("whose"), "due_in": due_in })
            }
            "notify" => json!({ "do": "notify", "whom": text("whom"), "words": text("words") }),
            _ => json!({ "do": "approve", "of": text("of"), "words": text("words"), "approved": [], "refused": [] }),
        })
    }
}

/// What is wrong with a definition, at the fields of the form.
pub(super) fn at_form(errors: Vec<FieldError>, typed: &Typed, paths: &[String]) -> Vec<FieldError> {
    let place = |column: &str| -> String {
        for (n, path) in paths.iter().enumerate().rev() {
            let Some(rest) = column.strip_prefix(path.as_str()) else { continue };
            return match rest.strip_prefix('.').map(|rest| rest.split_once('.').unwrap_or((rest, ""))) {
                None => format!("s{n}"),
                Some(("columns", name)) => {
                    let i = typed.steps.get(n).and_then(|step| step.sets.iter().position(|(set, _)| set == name)).unwrap_or(0);
                    format!("s{n}_v{i}")
                }
                Some((field, _)) => format!("s{n}_{field}"),
            };
        }
        match column {
            "trigger.columns" => "columns".into(),
            "trigger.column" => "column".into(),
            "trigger.days" => "days".into(),
            "condition" if typed.advanced.is_empty() => "c0_column".into(),
            "condition" => "advanced".into(),
            other => other.to_owned(),
        }
    };
    errors.into_iter().map(|wrong| FieldError { column: place(&wrong.column), message: wrong.message }).collect()
}

fn at(field: &str, message: impl Into<String>) -> FieldError {
    FieldError { column: field.to_owned(), message: message.into() }
}

fn number(text: &str) -> Option<i64> {
    if text.is_empty() { Some(0) } else { text.parse().ok() }
}

/// A value as the API writes it; a lookup by its id.
fn as_json(column: &Column, written: &str) -> Result<Json, String> {
    if matches!(column.kind, Kind::Lookup(_) | Kind::Owner | Kind::Id) {
        return Ok(if written.is_empty() { Json::Null } else { json!(written) });
    }
    let empty = catalogue::Catalogue::default();
    parse_text(&empty, column, written, DateForm::Ymd).map(|value| cell_json(column, &value, None))
}

fn plain(json: &Json) -> String {
    match json {
        Json::Null => String::new(),
        Json::String(text) => text.clone(),
        Json::Bool(yes) => if *yes { "yes" } else { "no" }.into(),
        Json::Array(all) => all.iter().map(plain).collect::<Vec<_>>().join("; "),
        Json::Number(_) | Json::Object(_) => json.to_string(),
    }
}

fn list(json: Option<&Json>) -> Vec<String> {
    json.and_then(Json::as_array).into_iter().flatten().map(plain).collect()
}

/// A condition in parts, where it is no more than several of them that all hold.
fn parts_of(condition: &Json) -> Option<Vec<[String; 3]>> {
    let part = |one: &Json| {
        let op = one.get("op").and_then(Json::as_str).filter(|op| OPS.iter().any(|(known, _)| known == op))?;
        let column = one.get("column").and_then(Json::as_str)?;
        let value = one.get("value").filter(|value| !value.is_array() && !value.is_object());
        Some([column.to_owned(), op.to_owned(), value.map(plain).unwrap_or_default()])
    };
    match condition.get("all").and_then(Json::as_array) {
        Some(all) => all.iter().map(part).collect(),
        None => part(condition).map(|one| vec![one]),
    }
}

fn step_of(step: &Json, branch: &str) -> TypedStep {
    let texts = ["subject", "words", "whose", "whom", "of", "due_in"];
    let sets = step.get("columns").and_then(Json::as_object).into_iter().flatten();
    TypedStep {
        kind: step.get("do").map(plain).unwrap_or_default(),
        branch: branch.to_owned(),
        texts: texts.iter().map(|name| ((*name).to_owned(), json!(step.get(*name).map(plain).unwrap_or_default()))).collect(),
        to: list(step.get("to")),
        sets: sets.map(|(name, value)| (name.clone(), plain(value))).collect(),
    }
}
