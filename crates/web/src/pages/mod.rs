//! The pages, as plain data and templates.
//!
//! One idea: a page is a struct of texts, lists and yes/no; whoever builds it has already asked `crm`, so a template
//! shows a button because a field such as `can_assign` says so and never decides anything itself.
//! Every page works without a script: forms post, links navigate; `castellan.js` and htmx only improve it.
//! Deliberately not here: addresses' doors (the router), rights (`crm`), words of an error (`answer`).
//! Start reading at [`frame::Frame`], which surrounds all others, then [`list`] and [`record`].
//! Proved by `tests/it/pages.rs`; `cargo run -p web --example showcase -- FOLDER` draws each of them.
//!
//! The addresses that the templates link and post to, below the fixed ones each view struct carries as `href`:
//!
//! | address | what |
//! |---|---|
//! | `/` `/search?q=` `/search/palette?q=` | today; search; search as a fragment for the palette |
//! | `/sign-in` `/sign-out` `/preferences` | `preferences` takes `theme`, `density`, `sitemap`, `rows` and `back` |
//! | `/{set}` `/{set}/new` `/{set}/removed` `/{set}/bulk` | list, create, what was deleted, many at once |
//! | `/{set}/{id}` and `/edit` `/assign` `/share` `/unshare` `/delete` `/restore` `/files` `/timeline` `/who` `/history` | one record and what is done to it |
//! | `/lookup/{set}?q=` | [`form::LookupOptions`], a fragment |
//! | `/account` `/account/second-factor` `/sign-in-rules` | one's own sign-in; what is asked of everybody's |
//! | `/people` `/roles` `/columns` `/field_profiles` `/units` `/imports` `/exports` `/jobs` | the other areas |

pub mod account;
pub mod cell;
pub mod columns;
pub mod departures;
pub mod entry;
pub mod exchange;
pub mod form;
pub mod frame;
pub mod home;
pub mod list;
pub mod mail;
pub mod notices;
pub mod oversight;
pub mod people;
pub mod problem;
pub mod record;
pub mod roles;
pub mod sharing;
pub mod tables;
pub mod workflows;

use std::fmt;

/// A drawing of the sprite, by its name there; it says nothing to a screen reader, the word beside it does.
pub struct Icon<'n>(&'n str);

/// The icon called `name`.
pub fn icon(name: &str) -> Icon<'_> {
    Icon(name)
}

impl fmt::Display for Icon<'_> {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sprite = crate::assets::href("icons.svg");
        write!(to, "<svg class=\"icon\" aria-hidden=\"true\" width=\"18\" height=\"18\"><use href=\"{sprite}#")?;
        // WHY: names come from our own code, but a name is still no place for markup.
        for letter in self.0.chars().filter(|letter| letter.is_ascii_alphanumeric() || *letter == '-') {
            write!(to, "{letter}")?;
        }
        to.write_str("\"/></svg>")
    }
}

impl askama::filters::HtmlSafe for Icon<'_> {}

/// What a colour means; the word beside it always says the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Tone {
    /// Says nothing.
    #[default]
    Quiet,
    /// Is acted upon.
    Accent,
    /// Waits for somebody.
    Waits,
    /// Stops or failed.
    Stops,
    /// Is proven or done.
    Proven,
}

impl fmt::Display for Tone {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        to.write_str(match self {
            Tone::Quiet => "quiet",
            Tone::Accent => "accent",
            Tone::Waits => "waits",
            Tone::Stops => "stops",
            Tone::Proven => "proven",
        })
    }
}

impl askama::filters::HtmlSafe for Tone {}

/// A link or a menu line.
#[derive(Debug, Clone, Default)]
pub struct Link {
    /// The words.
    pub label: String,
    /// Where it leads.
    pub href: String,
    /// The icon beside the words, empty for none.
    pub icon: String,
    /// Whether it is the page that is open.
    pub current: bool,
}

impl Link {
    /// A link with an icon.
    pub fn new(label: &str, href: &str, icon: &str) -> Link {
        Link { label: label.into(), href: href.into(), icon: icon.into(), current: false }
    }
}

/// A word with a tone: a state, a choice.
#[derive(Debug, Clone, Default)]
pub struct Badge {
    /// The word.
    pub text: String,
    /// Its colour.
    pub tone: Tone,
}

/// One line of a select.
#[derive(Debug, Clone, Default)]
pub struct Choice {
    /// What is posted.
    pub value: String,
    /// What is read.
    pub label: String,
    /// Whether it is chosen.
    pub selected: bool,
}

impl Choice {
    /// A line that is not chosen.
    pub fn new(value: &str, label: &str) -> Choice {
        Choice { value: value.into(), label: label.into(), selected: false }
    }
}

/// A named value of the address or form that is kept when the form is sent.
#[derive(Debug, Clone, Default)]
pub struct Kept {
    /// The parameter's name.
    pub name: String,
    /// Its value.
    pub value: String,
}

/// A time for people: short to read, exact on hover.
#[derive(Debug, Clone, Default)]
pub struct When {
    /// Short: `today 14:05`, `3 May`.
    pub short: String,
    /// Exact, in the person's zone: `Tuesday, 3 May 2026, 14:05:09 CEST`.
    pub exact: String,
    /// For machines, RFC 3339 or `YYYY-MM-DD`.
    pub machine: String,
}

/// A person, team or unit by name.
#[derive(Debug, Clone, Default)]
pub struct Principal {
    /// The id.
    pub id: String,
    /// The name.
    pub name: String,
    /// `user`, `team` or `unit`.
    pub kind: String,
    /// Its page, empty where there is none.
    pub href: String,
}

/// What is shown where a list has no rows.
#[derive(Debug, Clone, Default)]
pub struct Empty {
    /// What belongs here.
    pub title: String,
    /// One sentence more.
    pub text: String,
    /// The one button, if the person may.
    pub action: Option<Link>,
}
