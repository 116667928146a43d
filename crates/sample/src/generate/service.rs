//! Cases, with deadlines that were met or not.
//!
//! A case answers to its priority: an urgent one is due in a day. Old cases are resolved, some with a word on how
//! satisfied the customer was.
//! Not here: queues, which an organisation makes. Proved by `crates/sample/tests/it/generated.rs`.

use super::moments::{DAY, MINUTE, moment};
use super::{Cell, Made, Plan};
use crate::chance::Chance;
use crate::wording::CASES;

impl Plan {
    /// Account, owner and birth of a case.
    pub(super) fn case_facts(&self, key: u64) -> (u64, usize, i64) {
        let mut chance = self.chance("facts of case", key);
        let account = self.some_account(&mut chance);
        let from = self.customer(account).created_on.max(self.shape.now - 2 * 365 * DAY);
        // The later of two: there is more about what is young.
        let created_on = moment(&mut chance, from, self.shape.now).max(moment(&mut chance, from, self.shape.now));
        (account, self.servers.one(&mut chance), created_on)
    }

    pub(super) fn case_row(&self, key: u64) -> Made {
        let mut chance = self.chance("cases", key);
        let (account, owner, created_on) = self.case_facts(key);
        let mut made = Made::new("cases", key, Some(owner), created_on);
        let row = &mut made;
        let (kind, title, description, resolution) = chance.pick(CASES).copied().unwrap_or_default();
        let (product, name, _) = self.some_product(&mut chance);
        let number = chance.between(2, 30).to_string();
        let told = |text: &str| text.replace("{p}", &name).replace("{n}", &number);
        row.text("title", told(title)).text("description", told(description)).choice("case_type", kind);
        if title.contains("{p}") {
            row.link("product", "products", product);
        }
        let contact = self.contact_at(account);
        match contact.filter(|_| chance.percent(12)) {
            Some(person) => row.link("customer", "contacts", Some(person)),
            None => row.link("customer", "accounts", Some(account)).link("contact", "contacts", contact),
        };
        let (priority, days) = chance.weighted(&[(18, ("high", 1)), (60, ("normal", 3)), (22, ("low", 7))]);
        row.choice("priority", priority).choice("origin", chance.weighted(&[(45, "phone"), (35, "email"), (20, "web")]));
        row.choice("service_level", chance.weighted(&[(15, "gold"), (35, "silver"), (50, "bronze")]));
        row.with("respond_by", Cell::DateTime(created_on + days * 8 * 60 * MINUTE));
        row.with("resolve_by", Cell::DateTime(created_on + days * 2 * DAY));
        self.course(row, &mut chance, days, resolution);
        made
    }

    fn course(&self, row: &mut Made, chance: &mut Chance, days: i64, resolution: &'static str) {
        let answered = row.created_on + chance.between(10, days * 10 * 60) * MINUTE;
        let resolved = answered + chance.between(30, days * 4 * 24 * 60) * MINUTE;
        if answered < self.shape.now {
            row.with("first_response_on", Cell::DateTime(answered));
        }
        if resolved < self.shape.now && chance.percent(92) {
            if chance.percent(93) {
                row.stands("resolved", chance.weighted(&[(70, "problem_solved"), (30, "information_provided")]));
                row.text("resolution", resolution).with("resolved_on", Cell::DateTime(resolved));
                let satisfaction =
                    [(25, "very_satisfied"), (40, "satisfied"), (20, "neutral"), (10, "dissatisfied"), (5, "very_dissatisfied")];
                row.choice("satisfaction", if chance.percent(40) { chance.weighted(&satisfaction) } else { "" });
            } else {
                row.stands("canceled", "canceled");
            }
            row.choice("service_stage", "resolve").with("is_escalated", Cell::YesNo(chance.percent(5)));
            return;
        }
        row.stands("active", chance.weighted(&[(55, "in_progress"), (15, "on_hold"), (18, "waiting_for_details"), (12, "researching")]));
        row.choice("service_stage", chance.weighted(&[(40, "identify"), (60, "research")]));
        let overdue = row.created_on + days * 2 * DAY < self.shape.now;
        row.with("is_escalated", Cell::YesNo(overdue));
        if overdue {
            row.with("escalated_on", Cell::DateTime(row.created_on + days * 2 * DAY));
        }
    }
}
