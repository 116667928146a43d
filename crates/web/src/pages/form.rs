//! Forms: sections of fields, in read and in edit mode, and the lookup picker.
//!
//! One idea: a [`Field`] carries both its value to read ([`Cell`]) and its [`Input`] to change, so one struct serves
//! the record page, the create form and a form that comes back with errors.
//! A lookup posts `<name>` (an id or `set:id`) and `<name>__text` (what was typed); the button `find=<name>` asks for the form
//! again with [`Lookup::candidates`], which is how it works without a script.
//! Deliberately not here: saving. Start reading at [`FormPage`]. Proved by `tests/it/pages.rs`.

use super::cell::Cell;
use super::frame::Frame;
use super::{Choice, Kept, Link};
use askama::Template;

/// A page that creates or changes one record, or any other form of fields.
#[derive(Debug, Clone, Default, Template)]
#[template(path = "form.html")]
pub struct FormPage {
    /// The surroundings.
    pub frame: Frame,
    /// Where it posts to.
    pub action: String,
    /// Where Cancel leads.
    pub cancel: String,
    /// The primary button: `Create account`, `Save`.
    pub submit: String,
    /// Whether `Save and new` is offered (button `then=new`).
    pub can_save_and_new: bool,
    /// Whether a page before this one can be gone back to (button `go=back`).
    pub can_go_back: bool,
    /// Posted along: the version that was read.
    pub kept: Vec<Kept>,
    /// The parts of the form.
    pub sections: Vec<Section>,
    /// Problems that belong to no field.
    pub problems: Vec<String>,
    /// One sentence above the form, empty for none.
    pub lead: String,
    /// What else can be done with what is changed, beside the title.
    pub beside: Vec<Link>,
}

impl FormPage {
    /// The fields that have a problem, for the summary on top.
    pub fn faulty(&self) -> Vec<&Field> {
        self.sections.iter().flat_map(|section| &section.fields).filter(|field| field.error.is_some()).collect()
    }

    /// Whether anything has to be mended.
    pub fn has_problems(&self) -> bool {
        !self.problems.is_empty() || !self.faulty().is_empty()
    }
}

/// A part of a form under one heading.
#[derive(Debug, Clone, Default)]
pub struct Section {
    /// Its heading, empty for none.
    pub title: String,
    /// Its fields.
    pub fields: Vec<Field>,
}

/// One column of one record.
#[derive(Debug, Clone, Default)]
pub struct Field {
    /// The column's name; the input's name.
    pub name: String,
    /// The column's label.
    pub label: String,
    /// The value to read.
    pub cell: Cell,
    /// The value to change.
    pub input: Input,
    /// Whether it must be filled.
    pub is_required: bool,
    /// Whether it takes the whole width.
    pub is_wide: bool,
    /// Whether it is a secured column that the reader was granted.
    pub is_secured: bool,
    /// A hint under the input, empty for none. For a fixed input: why it can't be changed.
    pub help: String,
    /// What is wrong with what was entered.
    pub error: Option<String>,
}

impl Field {
    /// The hint's and the error's ids, for `aria-describedby`.
    pub fn described_by(&self) -> String {
        let mut ids = Vec::new();
        if self.error.is_some() {
            ids.push(format!("e-{}", self.name));
        }
        if !self.help.is_empty() {
            ids.push(format!("h-{}", self.name));
        }
        ids.join(" ")
    }
}

/// How a value is entered.
#[derive(Debug, Clone)]
pub enum Input {
    /// Can't be changed here; the cell is shown.
    Fixed,
    /// One line; `kind` is the input's type: `text`, `email`, `tel`, `url`, `date`, `datetime-local`, `password`.
    Line {
        /// The input's type.
        kind: &'static str,
        /// What is in it.
        value: String,
        /// Its longest length in characters, 0 for none.
        longest: usize,
    },
    /// Several lines.
    Memo {
        /// What is in it.
        value: String,
        /// Its longest length in characters, 0 for none.
        longest: usize,
    },
    /// A number, with its unit or currency after it.
    Number {
        /// What is in it, with a point as decimal mark.
        value: String,
        /// The unit or currency, empty for none.
        unit: String,
        /// Whether decimals are taken.
        has_decimals: bool,
    },
    /// Yes or no.
    YesNo(bool),
    /// One of a list; an empty value is offered first when the field is not required.
    One(Vec<Choice>),
    /// Several of a list.
    Many(Vec<Choice>),
    /// Another row.
    Lookup(Lookup),
    /// A file.
    File,
}

impl Default for Input {
    fn default() -> Input {
        Input::Line { kind: "text", value: String::new(), longest: 0 }
    }
}

impl Input {
    /// A line of text.
    pub fn line(kind: &'static str, value: &str, longest: usize) -> Input {
        Input::Line { kind, value: value.into(), longest }
    }
}

/// A lookup's picker.
#[derive(Debug, Clone, Default)]
pub struct Lookup {
    /// The tables it may point to: set and label. More than one for customer and regarding lookups.
    pub targets: Vec<Choice>,
    /// What is chosen, as it is posted: `set:id`, empty for nothing.
    pub value: String,
    /// Its name, or what was typed.
    pub text: String,
    /// Whether it points to a row that the reader may not see; leaving it alone keeps it.
    pub is_hidden: bool,
    /// What was found for the typed text, after the button Find: value `set:id`.
    pub candidates: Vec<Choice>,
    /// Whether something was looked for, so that no candidates means nothing found.
    pub was_sought: bool,
}

impl Lookup {
    /// The address the picker asks while typing.
    pub fn source(&self) -> String {
        let sets: Vec<&str> = self.targets.iter().map(|target| target.value.as_str()).collect();
        format!("/lookup/{}", sets.join(","))
    }
}

/// The fragment that answers `/lookup/{sets}?q=`: options for the picker, at most ten.
#[derive(Debug, Clone, Default, Template)]
#[template(path = "part/lookup_options.html")]
pub struct LookupOptions {
    /// What was found.
    pub options: Vec<LookupOption>,
    /// Whether there are more than shown.
    pub has_more: bool,
}

/// One line of the picker.
#[derive(Debug, Clone, Default)]
pub struct LookupOption {
    /// `set:id`.
    pub value: String,
    /// The name.
    pub name: String,
    /// What tells it from others of the same name: city, account, table.
    pub detail: String,
}
