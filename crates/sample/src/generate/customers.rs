//! Accounts and the people who work there.
//!
//! [`Customer`] is what other rows need to know of an account, made or standing; it is worked out anew whenever it is
//! asked for. The nth made contact works at the nth made account, the rest crowd at a few large ones.
//! Not here: leads, who are nobody's yet (`deals.rs`). Proved by `crates/sample/tests/it/generated.rs`.

use super::moments::{DAY, day, moment};
use super::{Cell, Made, Plan};
use crate::chance::Chance;
use crate::names::{Person, plain};
use crate::places::{self, COUNTRIES, Place};
use crate::wording::{FIRST, JOBS, SECOND, TRADES};

/// What other rows need to know of an account.
pub(super) struct Customer {
    pub name: String,
    pub owner: usize,
    pub created_on: i64,
    pub country: usize,
    pub domain: String,
    made: Option<Place>,
    industry: &'static str,
}

/// What other rows need to know of a contact.
pub(super) struct ContactFacts {
    pub account: Option<u64>,
    pub customer: Option<Customer>,
    pub country: usize,
    pub owner: usize,
    pub created_on: i64,
    pub mobile: String,
}

impl Plan {
    /// The account with this key.
    pub(super) fn customer(&self, key: u64) -> Customer {
        let mut chance = self.chance("accounts", key);
        // WHY: standing rows have all been there since before anything was made.
        let start = self.shape.now - 3 * 365 * DAY;
        if let Some(standing) = self.shape.standing.accounts.get(key as usize) {
            let domain = domain(&standing.name);
            let (name, owner) = (standing.name.clone(), standing.owner);
            return Customer { name, owner, created_on: start, country: 0, domain, made: None, industry: "" };
        }
        let created_on = moment(&mut chance, start, self.shape.now - 30 * DAY);
        let owner = self.sellers.one(&mut chance);
        let country = places::country(&mut chance);
        let place = places::place(&mut chance, country);
        let (trade, industry) = chance.pick(TRADES).copied().unwrap_or_default();
        let core = match chance.below(10) {
            0..6 => format!("{} {} {trade}", chance.word(FIRST), chance.word(SECOND)),
            6 | 7 => format!("{} {trade}", self.names.person(&mut chance, country).last),
            8 => format!("{} {trade}", place.city),
            _ => {
                let (a, b) = (self.names.person(&mut chance, country), self.names.person(&mut chance, country));
                format!("{} & {} {trade}", a.last, b.last)
            }
        };
        let domain = domain(&core);
        let form = chance.word(COUNTRIES.get(country).map_or(&[], |c| c.forms));
        Customer { name: format!("{core} {form}"), owner, created_on, country, domain, made: Some(place), industry }
    }

    /// Some account's key; large customers come more often.
    pub(super) fn some_account(&self, chance: &mut Chance) -> u64 {
        chance.skewed(self.all("accounts"))
    }

    /// Somebody who works at the account.
    pub(super) fn contact_at(&self, account: u64) -> Option<u64> {
        if let Some(standing) = self.shape.standing.accounts.get(account as usize) {
            return standing.contact;
        }
        let nth = account - self.standing("accounts");
        (nth < self.made("contacts")).then(|| self.standing("contacts") + nth)
    }

    /// The account a made contact works at. Where standing ones work is not known.
    fn account_of(&self, contact: u64) -> Option<u64> {
        let (nth, made) = (contact.checked_sub(self.standing("contacts"))?, self.made("accounts"));
        let mut chance = self.chance("account of contact", contact);
        if nth < made {
            return Some(self.standing("accounts") + nth);
        }
        (made > 0 && !chance.percent(6)).then(|| self.standing("accounts") + chance.skewed(made))
    }

    /// What other rows need to know of a contact. Of standing ones owner and number are not known.
    pub(super) fn contact_facts(&self, key: u64) -> ContactFacts {
        let mut chance = self.chance("facts of contact", key);
        let account = self.account_of(key);
        let customer = account.map(|a| self.customer(a));
        let country = customer.as_ref().map_or_else(|| places::country(&mut chance), |c| c.country);
        let from = customer.as_ref().map_or(self.shape.now - 3 * 365 * DAY, |c| c.created_on);
        let follows = chance.percent(92);
        let owner = customer.as_ref().filter(|_| follows).map_or_else(|| self.sellers.one(&mut chance), |c| c.owner);
        let standing = key < self.standing("contacts");
        // Whoever is the first to be known at an account came with it.
        let first = account.is_some_and(|a| self.contact_at(a) == Some(key));
        let created_on = if standing || first { from } else { moment(&mut chance, from, self.shape.now) };
        let mobile = if standing { String::new() } else { places::mobile(&mut chance, country) };
        ContactFacts { account, customer, country, owner, created_on, mobile }
    }

    pub(super) fn account_row(&self, key: u64) -> Made {
        let customer = self.customer(key);
        let mut chance = self.chance("account row", key);
        let mut made = Made::new("accounts", key, Some(customer.owner), customer.created_on);
        let row = &mut made;
        let active = if chance.percent(95) { "active" } else { "inactive" };
        row.stands(active, active);
        row.text("name", customer.name).text("account_number", format!("A{:07}", key + 1));
        row.choice(
            "account_type",
            chance.weighted(&[(60, "customer"), (22, "prospect"), (8, "reseller"), (6, "partner"), (4, "supplier")]),
        );
        row.choice("category", chance.weighted(&[(25, "preferred_customer"), (75, "standard")]));
        row.choice("industry", customer.industry)
            .choice("ownership", chance.weighted(&[(15, "public"), (75, "private"), (10, "subsidiary")]));
        if let Some(place) = customer.made {
            row.text("phone", place.phone.clone());
            address(row, place);
        }
        row.text("email", format!("{}@{}", chance.word(&["info", "office", "orders", "hello"]), customer.domain));
        row.text("website", format!("https://www.{}", customer.domain));
        let people = 2 + chance.skewed(60) * chance.skewed(60);
        row.with("number_of_employees", Cell::Int(people as i64));
        row.with("revenue", Cell::Money(people as i64 * chance.between(60, 180) * 1_000 * 10_000));
        row.choice("payment_terms", chance.weighted(&[(70, "net_30"), (10, "2_10_net_30"), (12, "net_45"), (8, "net_60")]));
        if chance.percent(60) {
            row.with("credit_limit", Cell::Money(chance.between(1, 60) * 2_500 * 10_000));
            row.with("credit_on_hold", Cell::YesNo(chance.percent(4)));
        }
        if chance.percent(20) {
            // No account has the check digits 00.
            let country = COUNTRIES.get(customer.country).map_or("", |c| c.code);
            row.text("bank_account", format!("{country}{}", chance.filled("00 #### #### #### #### ##")));
        }
        consent(row, &mut chance);
        made
    }

    pub(super) fn contact_row(&self, key: u64) -> Made {
        let mut chance = self.chance("contacts", key);
        let ContactFacts { account, customer, country, owner, created_on, mobile } = self.contact_facts(key);
        let Person { first, last, full, plain, salutation } = self.names.person(&mut chance, country);
        let mut made = Made::new("contacts", key, Some(owner), created_on);
        let row = &mut made;
        let active = if chance.percent(96) { "active" } else { "inactive" };
        row.stands(active, active).text("salutation", salutation).text("first_name", first).text("last_name", last).text("full_name", full);
        let (title, department, role) = chance.pick(JOBS).copied().unwrap_or_default();
        row.text("job_title", title).text("department", department).choice("account_role", role);
        row.link("account", "accounts", account);
        // Some addresses carry a number, as they do where two people bear one name.
        let plain = if chance.percent(25) { format!("{plain}{}", chance.between(2, 99)) } else { plain };
        let domain = customer.as_ref().map_or("mail.example", |c| &c.domain);
        row.text("email", format!("{plain}@{domain}"));
        let place = customer.and_then(|c| c.made).unwrap_or_else(|| places::place(&mut chance, country));
        if chance.percent(80) {
            row.text("phone", format!("{} ext. {}", place.phone, chance.between(10, 99)));
        }
        if chance.percent(65) {
            row.text("mobile_phone", mobile);
        }
        address(row, place);
        if chance.percent(20) {
            let age = chance.between(20 * 365, 65 * 365);
            row.with("birthdate", Cell::Date(day(self.shape.now) - age));
        }
        if chance.percent(3) {
            row.text("government_id", chance.filled("SPECIMEN-######"));
        }
        consent(row, &mut chance);
        made
    }
}

/// Where mail to a company goes: always below `.example`, which nobody can register (RFC 2606).
pub(super) fn domain(name: &str) -> String {
    let letters: String = plain(name).chars().take(40).collect();
    format!("{}.example", if letters.is_empty() { "company" } else { &letters })
}

/// The address columns.
pub(super) fn address(row: &mut Made, place: Place) {
    row.text("address_line1", place.street).text("address_city", place.city).text("address_state", place.state);
    row.text("address_postal_code", place.postal_code).text("address_country", place.country_name);
}

/// How people want to be reached.
pub(super) fn consent(row: &mut Made, chance: &mut Chance) {
    row.choice("preferred_contact_method", chance.weighted(&[(60, "any"), (25, "email"), (15, "phone")]));
    for (column, often) in [("do_not_email", 4), ("do_not_bulk_email", 18), ("do_not_phone", 5), ("do_not_postal_mail", 8)] {
        row.with(column, Cell::YesNo(chance.percent(often)));
    }
}
