//! The tables Castellan ships with.
//!
//! One file per area. Names, lengths and option values follow the Common Data Model (Microsoft, CC-BY-4.0, see
//! `NOTICE`), in snake_case; of its columns, those that people use. What several tables share (addresses, choices,
//! the words of common filters) stands here.
//! Not here: users, teams, units, roles and the other sets that are no record tables.
//! Start reading at [`catalogue`]. Proved by `crates/catalogue/tests/it/standard.rs`; `tests/it/catalogue.txt` shows all.

mod activities;
mod attachments;
mod marketing;
mod orders;
mod pipeline;
mod sales;
mod service;
mod settings;

use crate::{Broken, Cascade, Catalogue, OnDelete, Sensitivity, TableBuilder};

/// The shipped catalogue.
pub fn catalogue() -> Result<Catalogue, Broken> {
    Catalogue::build(tables())
}

/// The shipped tables before their names are resolved, in the order of the site map.
pub fn tables() -> Vec<TableBuilder> {
    [
        sales::tables(),
        pipeline::tables(),
        orders::tables(),
        service::tables(),
        marketing::tables(),
        activities::tables(),
        settings::tables(),
        attachments::tables(),
    ]
    .concat()
}

const MINE: &str = r#"{"column":"owner","op":"eq_me"}"#;
const ACTIVE: &str = r#"{"column":"state","op":"eq","value":"active"}"#;
const INACTIVE: &str = r#"{"column":"state","op":"eq","value":"inactive"}"#;
const OPEN: &str = r#"{"column":"state","op":"eq","value":"open"}"#;
const MINE_ACTIVE: &str = r#"{"all":[{"column":"owner","op":"eq_me"},{"column":"state","op":"eq","value":"active"}]}"#;
const MINE_OPEN: &str = r#"{"all":[{"column":"owner","op":"eq_me"},{"column":"state","op":"eq","value":"open"}]}"#;

const ACTIVE_INACTIVE: &[(i64, &str, i64)] = &[(1, "Active", 0), (2, "Inactive", 1)];
const CONTACT_METHODS: &[(i64, &str)] = &[(1, "Any"), (2, "Email"), (3, "Phone"), (4, "Fax"), (5, "Mail")];
const RATINGS: &[(i64, &str)] = &[(1, "Hot"), (2, "Warm"), (3, "Cold")];
const PAYMENT_TERMS: &[(i64, &str)] = &[(1, "Net 30"), (2, "2% 10, Net 30"), (3, "Net 45"), (4, "Net 60")];
const TIMEFRAMES: &[(i64, &str)] = &[(0, "Immediate"), (1, "This Quarter"), (2, "Next Quarter"), (3, "This Year"), (4, "Not known")];

const INDUSTRIES: &[(i64, &str)] = &[
    (1, "Accounting"),
    (2, "Agriculture and Non-petrol Natural Resource Extraction"),
    (3, "Broadcasting Printing and Publishing"),
    (4, "Brokers"),
    (5, "Building Supply Retail"),
    (6, "Business Services"),
    (7, "Consulting"),
    (8, "Consumer Services"),
    (9, "Design, Direction and Creative Management"),
    (10, "Distributors, Dispatchers and Processors"),
    (11, "Doctor's Offices and Clinics"),
    (12, "Durable Manufacturing"),
    (13, "Eating and Drinking Places"),
    (14, "Entertainment Retail"),
    (15, "Equipment Rental and Leasing"),
    (16, "Financial"),
    (17, "Food and Tobacco Processing"),
    (18, "Inbound Capital Intensive Processing"),
    (19, "Inbound Repair and Services"),
    (20, "Insurance"),
    (21, "Legal Services"),
    (22, "Non-Durable Merchandise Retail"),
    (23, "Outbound Consumer Service"),
    (24, "Petrochemical Extraction and Distribution"),
    (25, "Service Retail"),
    (26, "SIG Affiliations"),
    (27, "Social Services"),
    (28, "Special Outbound Trade Contractors"),
    (29, "Specialty Realty"),
    (30, "Transportation"),
    (31, "Utility Creation and Distribution"),
    (32, "Vehicle Retail"),
    (33, "Wholesale"),
];

/// What activities and notes can be about.
const REGARDING: &[&str] = &["accounts", "contacts", "leads", "opportunities", "cases", "quotes", "orders", "invoices", "campaigns"];

/// The place of a company or person: `address_line1` to `address_country`.
fn address(table: TableBuilder) -> TableBuilder {
    table
        .text("address_line1", "Street", 250)
        .class(Sensitivity::Personal)
        .text("address_line2", "Street 2", 250)
        .class(Sensitivity::Personal)
        .text("address_city", "City", 80)
        .search()
        .index()
        .text("address_state", "State or province", 50)
        .text("address_postal_code", "Postal code", 20)
        .search()
        .index()
        .text("address_country", "Country", 80)
        .index()
}

/// What somebody does not want, and how they like to be reached.
fn consent(table: TableBuilder) -> TableBuilder {
    table
        .choice("preferred_contact_method", "Preferred contact method", CONTACT_METHODS)
        .yes_no("do_not_email", "Do not e-mail")
        .yes_no("do_not_bulk_email", "Do not send bulk e-mail")
        .help("Left out of mail merges and campaigns.")
        .yes_no("do_not_phone", "Do not phone")
        .yes_no("do_not_postal_mail", "Do not send post")
}

/// The columns of [`consent`], for forms.
const CONSENT: &[&str] = &["preferred_contact_method", "do_not_email", "do_not_bulk_email", "do_not_phone", "do_not_postal_mail"];
/// The columns of [`address`], for forms.
const ADDRESS: &[&str] = &["address_line1", "address_line2", "address_city", "address_state", "address_postal_code", "address_country"];

/// What an activity or a note is about. Deleting that takes it along; what is finished stays with whoever did it.
fn regarding(table: TableBuilder) -> TableBuilder {
    let table = table.lookup("regarding", "Regarding", REGARDING).help("The record this is about.");
    REGARDING.iter().fold(table, |t, set| t.follows(set, Cascade::Active, Cascade::All, Cascade::None, OnDelete::Cascade))
}
