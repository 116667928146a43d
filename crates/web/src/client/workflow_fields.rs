//! The form of a workflow as it is drawn: its fields, what can be chosen in them, what is wrong at each.
//!
//! Every field is made from what was typed, so a form that comes back shows it all; a part more than is filled stands
//! ready for the next.
//! Not here: how what was typed becomes a definition ([`super::workflow_form`]), the pages around it
//! ([`super::workflows`]). Start reading at [`Typed::parts`]. Proved by `tests/it/workflows.rs`.

use super::workflow_form::{KINDS, OPS, SETS, Typed, TypedStep};
use crate::pages::Choice;
use crate::pages::form::{Field, Input};
use crate::pages::workflows::StepPart;
use catalogue::{Column, Kind};
use crm::FieldError;

/// What can be chosen.
pub(super) struct Choices<'c> {
    /// Columns that may be read, and those that may be set.
    pub(super) readable: Vec<&'c Column>,
    pub(super) settable: Vec<&'c Column>,
    /// People and owner teams: id, name, whether it is a person.
    pub(super) people: Vec<(String, String, bool)>,
}

impl Typed {
    /// The parts of the form before its steps.
    pub(super) fn first(&self, with: &Choices<'_>, errors: &[FieldError]) -> Vec<Field> {
        let columns = |chosen: &[String]| -> Vec<Choice> {
            let counts = with.readable.iter().filter(|column| is_of_people(column) || chosen.contains(&column.name));
            counts.map(|column| chosen_if(&column.name, &column.label, chosen.contains(&column.name))).collect()
        };
        let dates = with.readable.iter().filter(|column| matches!(column.kind, Kind::Date | Kind::DateTime));
        let triggers = [
            ("created", "A row is made"),
            ("changed", "A row is changed"),
            ("assigned", "A row gets another owner"),
            ("date", "A date comes"),
        ];
        let mut fields = vec![
            line("name", "Name", &self.name, 100, "", errors),
            Field {
                is_required: true,
                ..one("trigger", "It starts when", &triggers.map(|(v, l)| (v.to_owned(), l.to_owned())), &self.trigger, errors)
            },
            Field {
                help: "Where rows are changed: only these columns start it. Any, when none is ticked.".into(),
                is_wide: true,
                ..field("columns", "Columns that count", Input::Many(columns(&self.columns)), errors)
            },
        ];
        let dates: Vec<(String, String)> = dates.map(|column| (column.name.clone(), column.label.clone())).collect();
        if !dates.is_empty() {
            fields.push(one("column", "The date", &dates, &self.column, errors));
            fields.push(line("days", "Days behind it (or before, with a minus)", &self.days, 5, "", errors));
        }
        fields
    }

    /// The condition: a line for each part, and one more.
    pub(super) fn conditions(&self, with: &Choices<'_>, errors: &[FieldError]) -> Vec<Field> {
        if !self.advanced.is_empty() {
            let input = Input::Memo { value: self.advanced.clone(), longest: 10_000 };
            let help = "This condition is written as the API writes it.".to_owned();
            return vec![Field { help, is_wide: true, ..field("advanced", "Condition", input, errors) }];
        }
        let empty = [[String::new(), "eq".into(), String::new()]];
        let names: Vec<(String, String)> = with.readable.iter().map(|column| (column.name.clone(), column.label.clone())).collect();
        let ops: Vec<(String, String)> = OPS.iter().map(|(value, label)| ((*value).to_owned(), (*label).to_owned())).collect();
        let mut fields = Vec::new();
        for (n, [column, op, value]) in self.conditions.iter().chain(&empty).enumerate() {
            fields.push(one(&format!("c{n}_column"), &format!("Column {}", n + 1), &names, column, errors));
            fields.push(one(&format!("c{n}_op"), "How it compares", &ops, op, errors));
            fields.push(line(&format!("c{n}_value"), "Value", value, 200, "", errors));
        }
        fields
    }

    /// The steps, each with its fields.
    pub(super) fn parts(&self, with: &Choices<'_>, errors: &[FieldError]) -> Vec<StepPart> {
        let mut has_decision = false;
        let mut parts = Vec::new();
        for (n, step) in self.steps.iter().enumerate() {
            let title = KINDS.iter().find(|(kind, _)| *kind == step.kind).map_or("", |(_, label)| *label);
            let mut fields = step.fields(n, with, errors);
            if has_decision && step.kind != "approve" {
                let branches = [("approved", "Only when it is approved"), ("refused", "Only when it is refused")];
                let branches = branches.map(|(v, l)| (v.to_owned(), l.to_owned()));
                let help = "Left empty, it happens in any case.".to_owned();
                fields.insert(0, Field { help, ..one(&format!("s{n}_branch"), "After the decision", &branches, &step.branch, errors) });
            }
            has_decision |= step.kind == "approve";
            let general = errors.iter().filter(|wrong| wrong.column == format!("s{n}")).map(|wrong| wrong.message.clone());
            parts.push(StepPart {
                number: n + 1,
                title: title.into(),
                kind_name: format!("s{n}_kind"),
                kind: step.kind.clone(),
                take: format!("take-{n}"),
                fields,
                error: general.collect::<Vec<_>>().join("; "),
            });
        }
        parts
    }
}

impl TypedStep {
    fn fields(&self, n: usize, with: &Choices<'_>, errors: &[FieldError]) -> Vec<Field> {
        let name = |what: &str| format!("s{n}_{what}");
        let template = "Columns of the row are written in braces: {name}.";
        let somebody = |with_roles: bool, only_people: bool| -> Vec<(String, String)> {
            let roles = [("row_owner", "The owner of the row"), ("workflow_owner", "The owner of the workflow")];
            let roles = roles.iter().filter(|_| with_roles).map(|(v, l)| ((*v).to_owned(), (*l).to_owned()));
            let people = with.people.iter().filter(|(_, _, is_person)| *is_person || !only_people);
            roles.chain(people.map(|(id, name, _)| (id.clone(), name.clone()))).collect()
        };
        match self.kind.as_str() {
            "set" => {
                let names: Vec<(String, String)> = with.settable.iter().map(|column| (column.name.clone(), column.label.clone())).collect();
                let mut fields = Vec::new();
                for i in 0..(self.sets.len() + 1).min(SETS) {
                    let (column, value) = self.sets.get(i).cloned().unwrap_or_default();
                    fields.push(one(&name(&format!("c{i}")), &format!("Column {}", i + 1), &names, &column, errors));
                    let help = "A choice by its name; empty to clear the column.";
                    fields.push(line(&name(&format!("v{i}")), "Value", &value, 2000, help, errors));
                }
                fields
            }
            "assign" => {
                let people = somebody(false, false);
                let choices = people.iter().map(|(id, label)| chosen_if(id, label, self.to.contains(id))).collect();
                let help = "One of them gets every row; several take turns.".to_owned();
                vec![Field { help, is_wide: true, ..field(&name("to"), "To", Input::Many(choices), errors) }]
            }
            "task" => vec![
                line(&name("subject"), "Subject", self.text("subject"), 200, template, errors),
                line(&name("due_in"), "Due in so many days", self.text("due_in"), 5, "", errors),
                one(&name("whose"), "Whose task it is", &somebody(true, false), self.text("whose"), errors),
            ],
            "notify" => vec![
                one(&name("whom"), "Whom", &somebody(true, false), self.text("whom"), errors),
                line(&name("words"), "Words", self.text("words"), 500, template, errors),
            ],
            _ => vec![
                one(&name("of"), "Who decides", &somebody(false, true), self.text("of"), errors),
                line(&name("words"), "What is asked", self.text("words"), 500, template, errors),
            ],
        }
    }
}

/// A column that people change, not one that the product keeps.
fn is_of_people(column: &Column) -> bool {
    let is_kept = column.system && !matches!(column.name.as_str(), "owner" | "state" | "status");
    !is_kept && !matches!(column.kind, Kind::MoneyBase | Kind::AutoNumber { .. } | Kind::Id)
}

fn chosen_if(value: &str, label: &str, selected: bool) -> Choice {
    Choice { selected, ..Choice::new(value, label) }
}

fn field(name: &str, label: &str, input: Input, errors: &[FieldError]) -> Field {
    let error = errors.iter().find(|wrong| wrong.column == name).map(|wrong| crate::answer::sentence(&wrong.message));
    Field { name: name.into(), label: label.into(), input, error, ..Field::default() }
}

fn one(name: &str, label: &str, all: &[(String, String)], chosen: &str, errors: &[FieldError]) -> Field {
    let choices = all.iter().map(|(value, label)| chosen_if(value, label, value == chosen)).collect();
    field(name, label, Input::One(choices), errors)
}

fn line(name: &str, label: &str, value: &str, longest: usize, help: &str, errors: &[FieldError]) -> Field {
    let input = Input::line("text", value, longest);
    Field { help: help.into(), ..field(name, label, input, errors) }
}
