//! What a dialog is: pages, questions, and the records that it ends in.
//!
//! Everything is named: a question fills columns of the records by the names that stand in [`Dialog::records`], and asks
//! or makes something only when another question was answered so ([`When`]).
//! Not here: the dialogs that are shipped (`shipped.rs`). Proved by `crates/crm/tests/it/dialogs.rs`.

use super::finish::Answers;

/// A dialog.
#[derive(Debug)]
pub struct Dialog {
    /// What addresses and the API call it.
    pub name: &'static str,
    /// What people read.
    pub title: &'static str,
    /// One page after the other.
    pub pages: &'static [Page],
    /// What is made at the end, in this order; the first is what the dialog is about.
    pub records: &'static [Made],
}

/// A page of questions.
#[derive(Debug)]
pub struct Page {
    /// Its heading.
    pub title: &'static str,
    /// What is asked there.
    pub questions: &'static [Question],
}

/// One question.
#[derive(Debug)]
pub struct Question {
    /// The name of its answer.
    pub name: &'static str,
    /// What people read.
    pub label: &'static str,
    /// One sentence of help, may be empty.
    pub help: &'static str,
    /// What becomes of the answer.
    pub asks: Asks,
    /// Nothing is made without an answer.
    pub required: bool,
    /// What stands there at first.
    pub starts: Starts,
    /// It is asked only then.
    pub only_if: Option<When>,
}

/// What becomes of an answer. A record is named by its [`Made::name`].
#[derive(Debug)]
pub enum Asks {
    /// It fills these columns, which are alike.
    Fill(&'static [(&'static str, &'static str)]),
    /// A day, of which a column of moments gets the beginning.
    Day(&'static str, &'static str),
    /// One of these.
    Choose(&'static [Offer]),
}

/// One of several answers, and what it fills in.
#[derive(Debug)]
pub struct Offer {
    /// Its name in answers.
    pub name: &'static str,
    /// What people read.
    pub label: &'static str,
    /// Record, column, value.
    pub fills: &'static [(&'static str, &'static str, i64)],
}

/// What stands in a question at first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Starts {
    /// Nothing.
    Empty,
    /// The record that the dialog was begun on.
    Record,
    /// Whoever answers.
    Oneself,
    /// This of its choices.
    With(&'static str),
}

/// Another question was answered by this choice.
#[derive(Clone, Copy, Debug)]
pub struct When {
    /// Which question.
    pub question: &'static str,
    /// Which of its choices.
    pub answer: &'static str,
}

/// A record that is made at the end.
#[derive(Debug)]
pub struct Made {
    /// What questions call it.
    pub name: &'static str,
    /// Of which set it is.
    pub set: &'static str,
    /// What always stands in it: column and value.
    pub fixed: &'static [(&'static str, i64)],
    /// It is made only then.
    pub only_if: Option<When>,
}

impl Dialog {
    /// All questions in their order.
    pub fn questions(&self) -> impl Iterator<Item = &'static Question> {
        self.pages.iter().flat_map(|page| page.questions)
    }

    /// The record of this name.
    pub fn made(&self, name: &str) -> Option<&'static Made> {
        self.records.iter().find(|made| made.name == name)
    }

    /// Whether the question is asked after these answers.
    pub fn is_asked(&self, question: &Question, answers: &Answers) -> bool {
        self.holds(question.only_if, answers)
    }

    /// Whether a condition holds: what it looks at was asked and answered so.
    pub(super) fn holds(&self, when: Option<When>, answers: &Answers) -> bool {
        let Some(when) = when else { return true };
        let Some(question) = self.questions().find(|q| q.name == when.question) else { return false };
        self.is_asked(question, answers) && question.chosen(answers).is_some_and(|offer| offer.name == when.answer)
    }
}

impl Question {
    /// The columns that it fills: record and column.
    pub fn fills(&self) -> Vec<(&'static str, &'static str)> {
        match self.asks {
            Asks::Fill(columns) => columns.to_vec(),
            Asks::Day(record, column) => vec![(record, column)],
            Asks::Choose(offers) => offers.iter().flat_map(|o| o.fills).map(|(record, column, _)| (*record, *column)).collect(),
        }
    }

    /// Which of its choices was taken.
    pub(super) fn chosen(&self, answers: &Answers) -> Option<&'static Offer> {
        let Asks::Choose(offers) = self.asks else { return None };
        let (value, _) = answers.get(self.name)?;
        offers.get(usize::try_from(value.int()?).ok()?)
    }
}
