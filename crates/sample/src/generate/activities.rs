//! Tasks, phone calls, appointments and notes, each about something.
//!
//! [`About`] is what an activity regards; its owner is mostly that row's. What is planned lies in the coming weeks,
//! what is done lies behind, a little of what is open is overdue.
//! Not here: e-mails, which the mail side makes. Proved by `crates/sample/tests/it/generated.rs`.

use super::moments::{DAY, MINUTE, moment};
use super::{Cell, Made, Plan};
use crate::chance::Chance;
use crate::wording::{CALLS, MEETINGS, NOTES, TASKS};

/// What an activity regards.
struct About {
    set: &'static str,
    key: u64,
    owner: usize,
    created_on: i64,
    contact: Option<u64>,
}

impl Plan {
    fn about(&self, chance: &mut Chance) -> About {
        let wanted = [(30, "accounts"), (20, "contacts"), (12, "leads"), (26, "opportunities"), (12, "cases")];
        let there: Vec<(u64, &'static str)> = wanted.into_iter().filter(|(_, set)| self.all(set) > 0).collect();
        let set = chance.weighted(&there);
        let key = chance.skewed(self.all(set));
        let (owner, created_on, contact) = match set {
            "accounts" => {
                let customer = self.customer(key);
                (customer.owner, customer.created_on, self.contact_at(key))
            }
            "contacts" => {
                let facts = self.contact_facts(key);
                (facts.owner, facts.created_on, Some(key))
            }
            "leads" => {
                let (owner, created_on) = self.lead_facts(key);
                (owner, created_on, None)
            }
            "opportunities" => {
                let (account, owner, created_on) = self.opportunity_facts(key);
                (owner, created_on, self.contact_at(account))
            }
            _ => {
                let (account, owner, created_on) = self.case_facts(key);
                (owner, created_on, self.contact_at(account))
            }
        };
        let owner = if chance.percent(90) { owner } else { self.sellers.one(chance) };
        About { set, key, owner, created_on, contact }
    }

    /// An activity that is about something, and a moment at which it is due: past for what is done.
    fn begun(&self, set: &'static str, key: u64, chance: &mut Chance) -> (Made, About, bool, i64) {
        let about = self.about(chance);
        let created_on = moment(chance, about.created_on.max(self.shape.now - 3 * 365 * DAY), self.shape.now);
        let done = self.shape.now - created_on > 30 * DAY || chance.percent(35);
        let due = if done {
            moment(chance, created_on, (created_on + 21 * DAY).min(self.shape.now))
        } else {
            moment(chance, created_on.max(self.shape.now - 4 * DAY), self.shape.now + 40 * DAY)
        };
        let mut made = Made::new(set, key, Some(about.owner), created_on);
        made.link("regarding", about.set, Some(about.key));
        (made, about, done, due)
    }

    pub(super) fn task_row(&self, key: u64) -> Made {
        let mut chance = self.chance("tasks", key);
        let (mut made, _, done, due) = self.begun("tasks", key, &mut chance);
        let subject = chance.word(TASKS);
        made.text("subject", self.told(&mut chance, subject, ""));
        made.choice("priority", priority(&mut chance)).with("due_on", Cell::DateTime(due));
        if done {
            made.stands("completed", "completed").with("actual_end", Cell::DateTime(due)).with("percent_complete", Cell::Int(100));
        } else {
            let (status, complete) = chance.weighted(&[
                (60, ("not_started", 0)),
                (25, ("in_progress", 50)),
                (10, ("waiting_on_someone_else", 25)),
                (5, ("deferred", 0)),
            ]);
            made.stands("open", status).with("percent_complete", Cell::Int(complete));
        }
        made
    }

    pub(super) fn phone_call_row(&self, key: u64) -> Made {
        let mut chance = self.chance("phone_calls", key);
        let (mut made, about, done, due) = self.begun("phone_calls", key, &mut chance);
        made.text("subject", chance.word(CALLS)).choice("priority", priority(&mut chance)).with("due_on", Cell::DateTime(due));
        if about.set == "leads" {
            made.link("spoke_with", "leads", Some(about.key));
        } else if let Some(contact) = about.contact {
            let number = self.contact_facts(contact).mobile;
            made.link("spoke_with", "contacts", Some(contact)).text("phone_number", number);
        }
        let outgoing = !done || chance.percent(70);
        made.with("is_outgoing", Cell::YesNo(outgoing));
        if done {
            made.stands("completed", if outgoing { "made" } else { "received" });
            made.with("actual_end", Cell::DateTime(due)).with("duration_minutes", Cell::Int(chance.between(1, 40)));
            made.with("left_voicemail", Cell::YesNo(outgoing && chance.percent(15)));
        } else {
            made.stands("open", "open");
        }
        made
    }

    pub(super) fn appointment_row(&self, key: u64) -> Made {
        let mut chance = self.chance("appointments", key);
        let (mut made, _, done, start) = self.begun("appointments", key, &mut chance);
        let (subject, location) = chance.pick(MEETINGS).copied().unwrap_or_default();
        made.text("subject", self.told(&mut chance, subject, "")).text("location", location);
        let end = start + chance.between(1, 6) * 30 * MINUTE;
        made.with("start_on", Cell::DateTime(start)).with("end_on", Cell::DateTime(end));
        made.with("is_all_day", Cell::YesNo(false)).choice("priority", priority(&mut chance));
        match (done, chance.percent(8)) {
            (true, true) => made.stands("canceled", "canceled"),
            (true, false) => made.stands("completed", "completed").with("actual_end", Cell::DateTime(end.min(self.shape.now))),
            (false, true) => made.stands("open", "tentative"),
            (false, false) => made.stands("scheduled", "busy"),
        };
        made
    }

    pub(super) fn note_row(&self, key: u64) -> Made {
        let mut chance = self.chance("notes", key);
        let about = self.about(&mut chance);
        let created_on = moment(&mut chance, about.created_on.max(self.shape.now - 3 * 365 * DAY), self.shape.now);
        let mut made = Made::new("notes", key, Some(about.owner), created_on);
        let (title, text) = chance.pick(NOTES).copied().unwrap_or_default();
        made.link("regarding", about.set, Some(about.key)).text("subject", title);
        made.text("note_text", self.told(&mut chance, text, ""));
        made
    }
}

fn priority(chance: &mut Chance) -> &'static str {
    chance.weighted(&[(15, "low"), (65, "normal"), (20, "high")])
}
