//! One value, as it is read in a list or on a record.
//!
//! One idea: a [`Cell`] knows its kind, so that numbers stand right, phones can be dialled and a lookup that the
//! reader may not see says so; texts arrive formatted for the person's language and zone.
//! Deliberately not here: the input for the same value ([`super::form::Input`]).
//! Start reading at [`Cell`]. Proved by `tests/it/pages.rs`.

use super::{Tone, When};
use askama::Template;

/// A value ready to be read.
#[derive(Debug, Clone, Default, Template)]
#[template(path = "part/cell.html")]
pub enum Cell {
    /// Nothing is known.
    #[default]
    Empty,
    /// A lookup to a row that the reader may not see.
    Hidden,
    /// Plain text on one line.
    Text(String),
    /// Text that keeps its lines.
    Memo(String),
    /// A lookup, or the row's own name.
    Link {
        /// The name.
        text: String,
        /// Its page.
        href: String,
    },
    /// An e-mail address.
    Mail(String),
    /// A phone number.
    Phone {
        /// As written.
        text: String,
        /// As dialled: digits and a plus.
        dial: String,
    },
    /// An address on the web; shown without its scheme.
    Web {
        /// As read.
        text: String,
        /// `http` or `https` only; whoever fills it refuses other schemes.
        href: String,
    },
    /// An integer or decimal, formatted.
    Number(String),
    /// Money with its currency, formatted.
    Money(String),
    /// A date or a time.
    Time(When),
    /// A choice or state.
    Choice {
        /// Its label.
        text: String,
        /// Its colour.
        tone: Tone,
    },
    /// Several choices.
    Choices(Vec<String>),
    /// Yes or no.
    YesNo(bool),
    /// A file to fetch.
    File {
        /// Its name.
        name: String,
        /// Where its content is.
        href: String,
        /// Its size for people.
        size: String,
    },
}

impl Cell {
    /// Whether it stands right-aligned in a column.
    pub fn is_figure(&self) -> bool {
        matches!(self, Cell::Number(_) | Cell::Money(_))
    }

    /// Whether there is nothing to read.
    pub fn is_empty(&self) -> bool {
        matches!(self, Cell::Empty)
    }

    /// Text on one line.
    pub fn text(text: &str) -> Cell {
        Cell::Text(text.into())
    }

    /// A link by name.
    pub fn link(text: &str, href: &str) -> Cell {
        Cell::Link { text: text.into(), href: href.into() }
    }

    /// A phone number; what is dialled is made from what is written.
    pub fn phone(text: &str) -> Cell {
        let dial = text.chars().filter(|c| c.is_ascii_digit() || *c == '+').collect();
        Cell::Phone { text: text.into(), dial }
    }

    /// An address on the web. One that is not `http` or `https` stays text: a link is no place for a script.
    pub fn web(text: &str) -> Cell {
        let lower = text.to_ascii_lowercase();
        let Some(at) = ["https://", "http://"].iter().find(|scheme| lower.starts_with(**scheme)).map(|scheme| scheme.len()) else {
            return Cell::text(text);
        };
        let shown = text.get(at..).unwrap_or(text).trim_end_matches('/');
        Cell::Web { text: shown.into(), href: text.into() }
    }

    /// A choice with its colour.
    pub fn choice(text: &str, tone: Tone) -> Cell {
        Cell::Choice { text: text.into(), tone }
    }
}
