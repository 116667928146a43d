//! The page of notices.
//!
//! One idea: opening a notice is a form, because it changes that the notice was looked at.
//! Deliberately not here: the bell ([`super::frame`]). Start reading at [`NoticesPage`]. Proved by `tests/it/notices.rs`.

use super::frame::Frame;
use super::{Tone, When};
use askama::Template;

/// Somebody's notices, unread ones first.
#[derive(Debug, Clone, Default, Template)]
#[template(path = "notices.html")]
pub struct NoticesPage {
    /// The surroundings.
    pub frame: Frame,
    /// The notices.
    pub rows: Vec<NoticeRow>,
    /// Whether there is something to mark.
    pub has_unread: bool,
    /// What is shown without rows.
    pub empty: super::Empty,
    /// The next page.
    pub next_href: Option<String>,
}

/// One notice.
#[derive(Debug, Clone, Default)]
pub struct NoticeRow {
    /// What it is about, in a few words.
    pub title: String,
    /// What happened.
    pub text: String,
    /// Where opening it posts to.
    pub action: String,
    /// Whether there is something to open.
    pub leads: bool,
    /// Its kind's icon.
    pub icon: String,
    /// Its colour.
    pub tone: Tone,
    /// It was looked at.
    pub is_read: bool,
    /// When.
    pub when: When,
}
