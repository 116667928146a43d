//! What a door is.
//!
//! A [`Door`] is one line of a table: method, address, who may knock, what it takes, who answers. The guard reads the
//! line before any code of the door runs, so what is not in it (a parameter, a field) is refused by name; OpenAPI is
//! written from the same line.
//! Not here: the doors themselves ([`crate::router`]). Start reading at [`Door`]. Proved by `tests/it/doors.rs`.

use crate::App;
use crate::answer::Outcome;
use crate::call::Call;
use crate::upload::Upload;

/// Who may knock.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Who {
    /// Everybody; it shows nothing of the organisation.
    Public,
    /// Everybody, on a page of ours: a form sent here must come from a page of ours.
    Entry,
    /// Whoever has the cookie of a session; a form sent here must come from a page of that session.
    Page,
    /// Whoever has a bearer token.
    Api,
}

impl Who {
    /// The word in `doors.txt`.
    pub fn name(self) -> &'static str {
        match self {
            Who::Public => "public",
            Who::Entry => "entry",
            Who::Page => "page",
            Who::Api => "api",
        }
    }
}

/// What the request's body is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Takes {
    /// Nothing.
    Nothing,
    /// A JSON object of these fields: `name email title?:text`; a question mark for what may be left out, the type behind
    /// the colon, text when it is not said.
    Fields(&'static str),
    /// A JSON object of columns, and `owner`.
    Row,
    /// Fields of a form, of which the door knows more.
    Form,
    /// Parts of a form with one file: `file set map?:object`.
    Parts(&'static str),
}

/// Who answers.
#[derive(Clone, Copy)]
pub enum Act {
    /// With the whole request at hand.
    Plain(fn(&App, &Call) -> Outcome),
    /// With a file that is still arriving.
    Upload(fn(&App, &Call, &mut Upload) -> Outcome),
}

/// One door.
#[derive(Clone, Copy)]
pub struct Door {
    /// `GET`, `POST`, `PATCH`, `PUT`, `DELETE`.
    pub method: &'static str,
    /// Its address, with `{names}`.
    pub path: &'static str,
    /// Who may knock.
    pub who: Who,
    /// Who answers.
    pub act: Act,
    /// The parameters it knows, by blanks.
    pub query: &'static str,
    /// What the body is.
    pub takes: Takes,
    /// What it does, for OpenAPI.
    pub says: &'static str,
    /// The status when it is done.
    pub done: u16,
}

impl Door {
    const fn new(method: &'static str, path: &'static str, who: Who, act: Act, says: &'static str) -> Door {
        Door { method, path, who, act, query: "", takes: Takes::Nothing, says, done: 200 }
    }

    /// A door of the API.
    pub const fn api(method: &'static str, path: &'static str, act: fn(&App, &Call) -> Outcome, says: &'static str) -> Door {
        Door::new(method, path, Who::Api, Act::Plain(act), says)
    }

    /// A door of the web client; one that changes something takes a form.
    pub const fn page(method: &'static str, path: &'static str, act: fn(&App, &Call) -> Outcome, says: &'static str) -> Door {
        let takes = if matches!(method.as_bytes(), b"POST") { Takes::Form } else { Takes::Nothing };
        Door { takes, ..Door::new(method, path, Who::Page, Act::Plain(act), says) }
    }

    /// A door that takes a file while it arrives.
    pub const fn upload(path: &'static str, who: Who, act: fn(&App, &Call, &mut Upload) -> Outcome, says: &'static str) -> Door {
        Door { takes: Takes::Parts("file"), ..Door::new("POST", path, who, Act::Upload(act), says) }
    }

    /// Open to everybody.
    pub const fn public(self) -> Door {
        Door { who: Who::Public, ..self }
    }

    /// A page open to everybody.
    pub const fn entry(self) -> Door {
        Door { who: Who::Entry, ..self }
    }

    /// With these parameters.
    pub const fn query(self, query: &'static str) -> Door {
        Door { query, ..self }
    }

    /// With a body of these fields.
    pub const fn fields(self, fields: &'static str) -> Door {
        Door { takes: Takes::Fields(fields), ..self }
    }

    /// With these parts.
    pub const fn parts(self, parts: &'static str) -> Door {
        Door { takes: Takes::Parts(parts), ..self }
    }

    /// With a row.
    pub const fn row(self) -> Door {
        Door { takes: Takes::Row, ..self }
    }

    /// Answers this when it is done.
    pub const fn done(self, done: u16) -> Door {
        Door { done, ..self }
    }

    /// True when it only looks.
    pub fn is_look(&self) -> bool {
        self.method == "GET"
    }
}

/// One field of a body, as a door tells it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Field {
    /// Its name.
    pub name: &'static str,
    /// A body without it is refused.
    pub is_needed: bool,
    /// `text`, `id`, `time`, `flag`, `number`, `list`, `object`, `any`.
    pub kind: &'static str,
}

/// The fields of [`Takes::Fields`] or [`Takes::Parts`].
pub fn fields(told: &'static str) -> impl Iterator<Item = Field> {
    told.split_whitespace().map(|word| {
        let (name, kind) = word.split_once(':').unwrap_or((word, "text"));
        let needed = name.strip_suffix('?');
        Field { name: needed.unwrap_or(name), is_needed: needed.is_none(), kind }
    })
}
