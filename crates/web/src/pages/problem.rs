//! The page of everything that did not work: not there, refused, our fault, for a while unavailable.
//!
//! One idea: it says what is missing, who can give it and what to do now, never a number or an exception's name.
//! A row that may not be read and one that never was get the same page, to the letter.
//! Deliberately not here: which error becomes which page (`answer`). Start reading at [`ProblemPage`].
//! Proved by `tests/it/pages.rs`.

use super::frame::Frame;
use super::{Link, Principal, Tone};
use askama::Template;

/// Something did not work, for somebody who is signed in.
#[derive(Debug, Clone, Default, Template)]
#[template(path = "problem.html")]
pub struct ProblemPage {
    /// The surroundings; the title says it in words: `You can't open this`.
    pub frame: Frame,
    /// The icon: `lock`, `search`, `alert-triangle`, `clock`.
    pub icon: String,
    /// Its colour.
    pub tone: Tone,
    /// One or two sentences more.
    pub text: String,
    /// For a refusal: what is missing: `Export on accounts, at any level`.
    pub missing: Vec<String>,
    /// For a refusal: who can give it.
    pub givers: Vec<Principal>,
    /// What to do now; the first is the primary one.
    pub actions: Vec<Link>,
    /// The request's id, for whoever looks into it; empty hides it.
    pub request_id: String,
}

/// The same for somebody who is not signed in, or when not even the frame can be made.
#[derive(Debug, Clone, Default, Template)]
#[template(path = "problem_bare.html")]
pub struct BareProblemPage {
    /// The title in words.
    pub title: String,
    /// The organisation's name, may be empty.
    pub organisation: String,
    /// `light`, `dark` or empty.
    pub theme: String,
    /// One or two sentences more.
    pub text: String,
    /// What to do now.
    pub actions: Vec<Link>,
    /// The request's id; empty hides it.
    pub request_id: String,
}
