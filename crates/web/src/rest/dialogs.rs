//! Guided dialogs: which are offered, and all answers of one at once.
//!
//! An answer is written as the API writes the column that it fills; a choice by its name, a day as a date.
//! Not here: what becomes of answers (`crm::dialogs`). Start reading at [`finish`]. Proved by `tests/it/dialogs.rs`.

use crate::App;
use crate::answer::{Answer, Outcome};
use crate::call::Call;
use crm::dialogs::{self, Answers, Asks, Dialog, Finish, Question};
use crm::values::parse_json;
use crm::{Actor, Done, FieldError, Problem, Verb};
use serde_json::{Map, Value as Json, json};

/// Those that are offered, each with its questions.
pub fn list(app: &App, call: &Call) -> Outcome {
    let rows = app.desk.look(&call.asker()?, |_, actor| {
        dialogs::offered(actor).into_iter().map(|dialog| told(actor, dialog)).collect::<Done<Vec<Json>>>()
    })?;
    Ok(Answer::data(json!({ "rows": rows })))
}

fn told(actor: &Actor, dialog: &Dialog) -> Done<Json> {
    let mut pages = Vec::new();
    for page in dialog.pages {
        let mut questions = Vec::new();
        for question in page.questions {
            if dialogs::is_open(actor, dialog, question)? {
                questions.push(asked(question));
            }
        }
        pages.push(json!({ "title": page.title, "questions": questions }));
    }
    let sets: Vec<&str> = dialog.records.iter().map(|made| made.set).collect();
    Ok(json!({ "name": dialog.name, "title": dialog.title, "sets": sets, "pages": pages }))
}

fn asked(question: &Question) -> Json {
    let fills: Vec<Json> = match question.asks {
        Asks::Choose(_) => Vec::new(),
        Asks::Fill(_) | Asks::Day(..) => {
            question.fills().iter().map(|(record, column)| json!({ "record": record, "column": column })).collect()
        }
    };
    let choices: Vec<&str> = if let Asks::Choose(offers) = question.asks { offers.iter().map(|o| o.name).collect() } else { Vec::new() };
    let only_if = question.only_if.map(|when| json!({ "question": when.question, "answer": when.answer }));
    json!({ "name": question.name, "label": question.label, "required": question.required, "fills": fills, "choices": choices, "only_if": only_if })
}

/// Makes the records of a dialog, all or none.
pub fn finish(app: &App, call: &Call) -> Outcome {
    let (name, zone) = (call.name("name").to_owned(), call.param("tz").map(str::to_owned));
    let written = call.body.get("answers").and_then(Json::as_object).cloned().unwrap_or_default();
    let made = app.desk.perform(&call.asker()?, Verb::write("dialog.finish"), move |tx, actor| {
        let answers = answers(actor, dialogs::dialog(actor, &name)?, &written)?;
        dialogs::finish(tx, actor, &Finish { dialog: name.clone(), answers, zone: zone.clone() })
    })?;
    let rows: Vec<Json> = made.iter().map(|(set, id)| json!({ "set": set, "id": id.to_string() })).collect();
    let at = made.first().map_or_else(String::new, |(set, id)| format!("/api/v1/{set}/{id}"));
    Ok(Answer::made(at, json!({ "rows": rows })))
}

fn answers(actor: &Actor, dialog: &Dialog, written: &Map<String, Json>) -> Done<Answers> {
    let (mut answers, mut wrong) = (Answers::new(), Vec::new());
    for (name, written) in written {
        let column = dialog.questions().find(|q| q.name == name).and_then(|q| dialogs::column(actor.catalogue(), dialog, q));
        let column = column.ok_or_else(|| Problem::malformed("unknown-column", format!("the dialog asks no `{name}`")))?;
        match parse_json(actor.catalogue(), &column, written) {
            Ok(answer) => {
                answers.insert(name.clone(), answer);
            }
            Err(message) => wrong.push(FieldError { column: name.clone(), message }),
        }
    }
    if wrong.is_empty() { Ok(answers) } else { Err(Problem::columns(wrong)) }
}
