//! Leads, opportunities and their lines.
//!
//! Stage, probability, state and values of an opportunity agree with each other, and its total is the sum of its
//! lines. Four opportunities have four lines: one, two, none, one ([`lines_of`]).
//! Not here: quotes, orders and invoices, which are imported or made by people.
//! Proved by `crates/sample/tests/it/generated.rs`.

use super::customers::{address, consent, domain};
use super::moments::{DAY, day, moment};
use super::{Cell, Made, Plan};
use crate::chance::Chance;
use crate::names::Person;
use crate::places;
use crate::wording::{DEALS, FIRST, JOBS, LEAD_TOPICS, NEXT_STEPS, OFFERINGS, SECOND, TRADES};

/// What is sold in a line.
struct Sold {
    opportunity: u64,
    product: Option<u64>,
    name: String,
    quantity: i64,
    price: i64,
    discount_percent: i64,
}

impl Sold {
    fn amount(&self) -> i64 {
        self.quantity * self.price * (100 - self.discount_percent) / 100
    }
}

impl Plan {
    /// A product: its key where products stand, its name, its price.
    pub(super) fn some_product(&self, chance: &mut Chance) -> (Option<u64>, String, i64) {
        let key = chance.skewed(self.standing("products"));
        if let Some(product) = self.shape.standing.products.get(key as usize) {
            return (Some(key), product.name.clone(), product.price);
        }
        let (name, price) = chance.pick(OFFERINGS).copied().unwrap_or_default();
        (None, name.to_owned(), price * 10_000)
    }

    /// A text with its product, company and number filled in.
    pub(super) fn told(&self, chance: &mut Chance, text: &str, company: &str) -> String {
        let number = chance.between(2, 40).to_string();
        let product = if text.contains("{p}") { self.some_product(chance).1 } else { String::new() };
        text.replace("{p}", &product).replace("{c}", company).replace("{n}", &number)
    }

    /// Owner and birth of a lead.
    pub(super) fn lead_facts(&self, key: u64) -> (usize, i64) {
        let mut chance = self.chance("facts of lead", key);
        let owner = self.sellers.one(&mut chance);
        // Half of them came in lately: leads are worked off or given up.
        let from = self.shape.now - if chance.percent(50) { 100 } else { 700 } * DAY;
        (owner, moment(&mut chance, from, self.shape.now))
    }

    pub(super) fn lead_row(&self, key: u64) -> Made {
        let mut chance = self.chance("leads", key);
        let (owner, created_on) = self.lead_facts(key);
        let country = places::country(&mut chance);
        let place = places::place(&mut chance, country);
        let Person { first, last, full, plain, salutation } = self.names.person(&mut chance, country);
        let (trade, industry) = chance.pick(TRADES).copied().unwrap_or_default();
        let company = format!("{} {} {trade}", chance.word(FIRST), chance.word(SECOND));
        let mut made = Made::new("leads", key, Some(owner), created_on);
        let row = &mut made;
        let (state, status) = if created_on > self.shape.now - 100 * DAY || chance.percent(8) {
            chance.weighted(&[(60, ("open", "new")), (40, ("open", "contacted"))])
        } else {
            chance.weighted(&[
                (45, ("qualified", "qualified")),
                (20, ("disqualified", "lost")),
                (17, ("disqualified", "cannot_contact")),
                (18, ("disqualified", "no_longer_interested")),
            ])
        };
        let topic = chance.word(LEAD_TOPICS);
        row.stands(state, status).text("topic", self.told(&mut chance, topic, &company));
        row.text("salutation", salutation).text("first_name", first).text("last_name", last).text("full_name", full);
        row.text("job_title", chance.pick(JOBS).map_or("", |job| job.0)).choice("industry", industry);
        row.text("email", format!("{plain}@{}", domain(&company))).text("company_name", company);
        row.text("phone", place.phone.clone());
        if chance.percent(50) {
            row.text("mobile_phone", places::mobile(&mut chance, country));
        }
        address(row, place);
        row.choice(
            "source",
            chance.weighted(&[
                (30, "web"),
                (25, "trade_show"),
                (15, "word_of_mouth"),
                (12, "partner"),
                (10, "advertisement"),
                (8, "seminar"),
            ]),
        );
        row.choice("rating", chance.weighted(&[(20, "hot"), (50, "warm"), (30, "cold")]));
        row.with("number_of_employees", Cell::Int(chance.between(1, 20) * chance.between(1, 30)));
        if chance.percent(70) {
            row.with("estimated_value", Cell::Money(chance.between(4, 160) * 250 * 10_000));
            let close = created_on + chance.between(20, 120) * DAY;
            row.with("estimated_close_date", Cell::Date(day(close)));
            row.choice("purchase_timeframe", chance.word(&["immediate", "this_quarter", "next_quarter", "this_year"]));
        }
        row.with("decision_maker", Cell::YesNo(chance.percent(45)));
        consent(row, &mut chance);
        made
    }

    /// Account, owner and birth of an opportunity.
    pub(super) fn opportunity_facts(&self, key: u64) -> (u64, usize, i64) {
        let mut chance = self.chance("facts of opportunity", key);
        let account = self.some_account(&mut chance);
        let customer = self.customer(account);
        let owner = if chance.percent(88) { customer.owner } else { self.sellers.one(&mut chance) };
        let from = customer.created_on.max(self.shape.now - 2 * 365 * DAY);
        (account, owner, moment(&mut chance, from, self.shape.now))
    }

    pub(super) fn opportunity_row(&self, key: u64) -> Made {
        let mut chance = self.chance("opportunities", key);
        let (account, owner, created_on) = self.opportunity_facts(key);
        let mut made = Made::new("opportunities", key, Some(owner), created_on);
        let row = &mut made;
        let name = chance.word(DEALS);
        row.text("name", self.told(&mut chance, name, &self.customer(account).name));
        row.link("customer", "accounts", Some(account)).link("contact", "contacts", self.contact_at(account));
        let total: i64 = lines_of(key).filter(|line| *line < self.made("opportunity_products")).map(|line| self.sold(line).amount()).sum();
        // WHY: lines have four decimals; what somebody expects is said in whole cents.
        let value = if total > 0 { total / 100 * 100 } else { chance.between(4, 200) * 250 * 10_000 };
        row.with("estimated_value", Cell::Money(value)).with("total_amount", Cell::Money(total));
        row.with("budget_amount", Cell::Money(value / 1_000_000 * chance.between(80, 130) * 10_000));
        row.choice("rating", chance.weighted(&[(25, "hot"), (50, "warm"), (25, "cold")]));
        row.choice("timeline", chance.word(&["immediate", "this_quarter", "next_quarter", "this_year"]));
        self.outcome(row, &mut chance, value);
        made
    }

    /// Stage, probability, state and dates. Old opportunities are closed, young ones mostly open.
    fn outcome(&self, row: &mut Made, chance: &mut Chance, value: i64) {
        let age = (self.shape.now - row.created_on) / DAY;
        if age < 20 || chance.percent(if age < 150 { 75 } else { 12 }) {
            let (stage, low, high) =
                chance.weighted(&[(30, ("qualify", 5, 25)), (30, ("develop", 25, 50)), (25, ("propose", 50, 75)), (15, ("close", 75, 95))]);
            let close = day(self.shape.now) + chance.between(-10, 110);
            row.stands("open", chance.weighted(&[(88, "in_progress"), (12, "on_hold")])).choice("sales_stage", stage);
            row.with("probability", Cell::Int(chance.between(low / 5, high / 5) * 5));
            row.with("estimated_close_date", Cell::Date(close)).text("next_step", chance.word(NEXT_STEPS));
            return;
        }
        let closed = (row.created_on + chance.between(7, 140) * DAY).min(self.shape.now);
        let expected = day(closed) + chance.between(-20, 20);
        row.with("estimated_close_date", Cell::Date(expected)).with("actual_close_date", Cell::Date(day(closed)));
        if chance.percent(58) {
            row.stands("won", "won").choice("sales_stage", "close");
            row.with("probability", Cell::Int(100)).with("actual_value", Cell::Money(value));
        } else {
            row.stands("lost", chance.weighted(&[(45, "canceled"), (55, "out_sold")]));
            row.choice("sales_stage", chance.word(&["qualify", "develop", "propose", "close"])).with("probability", Cell::Int(0));
        }
    }

    fn sold(&self, line: u64) -> Sold {
        let mut chance = self.chance("opportunity_products", line);
        let (product, name, price) = self.some_product(&mut chance);
        let quantity = 1 + chance.skewed(120) as i64;
        let discount_percent = chance.weighted(&[(60, 0), (20, 5), (12, 10), (8, 15)]);
        // There are as many lines as opportunities, but the last four of them may be fewer.
        let opportunity =
            (line / 4 * 4 + [0, 1, 1, 3].get((line % 4) as usize).copied().unwrap_or(0)).min(self.made("opportunities").saturating_sub(1));
        Sold { opportunity, product, name, quantity, price, discount_percent }
    }

    pub(super) fn line_row(&self, key: u64) -> Made {
        let sold = self.sold(key);
        let created_on = self.opportunity_facts(sold.opportunity).2;
        let mut made = Made::new("opportunity_products", key, None, created_on);
        let row = &mut made;
        row.link("opportunity", "opportunities", Some(sold.opportunity)).with("line_number", Cell::Int(if key % 4 == 2 { 2 } else { 1 }));
        row.link("product", "products", sold.product);
        row.with("extended_amount", Cell::Money(sold.amount()));
        row.text("name", sold.name).with("quantity", Cell::Decimal(sold.quantity * 10_000)).with("price_per_unit", Cell::Money(sold.price));
        row.with("discount_percent", Cell::Decimal(sold.discount_percent * 100));
        made
    }
}

/// The lines of an opportunity.
fn lines_of(opportunity: u64) -> std::ops::Range<u64> {
    let first = opportunity / 4 * 4;
    match opportunity % 4 {
        0 => first..first + 1,
        1 => first + 1..first + 3,
        2 => first..first,
        _ => first + 3..first + 4,
    }
}
