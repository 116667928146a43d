//! Accounts, contacts, leads.
//!
//! A contact belongs to an account and follows it when it is assigned or shared. `full_name` of contacts and leads is
//! an ordinary column that `crm` fills from first and last name when nobody wrote it.
//! Not here: opportunities and goals (`pipeline.rs`), quotes to invoices (`orders.rs`), products (`settings.rs`).
//! Start reading at [`tables`]. Proved by `crates/catalogue/tests/it/standard.rs`.

use super::{
    ACTIVE, ACTIVE_INACTIVE, ADDRESS, CONSENT, INACTIVE, INDUSTRIES, MINE_ACTIVE, MINE_OPEN, OPEN, PAYMENT_TERMS, RATINGS, address, consent,
};
use crate::{Area, Cascade, OnDelete, Sensitivity, TableBuilder};

/// The tables of this file.
pub(super) fn tables() -> Vec<TableBuilder> {
    vec![accounts(), contacts(), leads()]
}

fn accounts() -> TableBuilder {
    let table = TableBuilder::new("accounts", "account", "Account", "Accounts", Area::Sales, "building")
        .statuses(ACTIVE_INACTIVE)
        .text("name", "Name", 160)
        .required()
        .search()
        .index()
        .text("account_number", "Account number", 20)
        .help("The number the organisation knows this customer by.")
        .search()
        .index()
        .choice("account_type", "Type", ACCOUNT_TYPES)
        .index()
        .choice("category", "Category", &[(1, "Preferred Customer"), (2, "Standard")])
        .choice("industry", "Industry", INDUSTRIES)
        .index()
        .choice("ownership", "Ownership", &[(1, "Public"), (2, "Private"), (3, "Subsidiary"), (4, "Other")])
        .lookup("parent_account", "Parent account", &["accounts"])
        .lookup("primary_contact", "Primary contact", &["contacts"])
        .phone("phone", "Phone")
        .search()
        .index()
        .phone("phone2", "Other phone")
        .search()
        .phone("fax", "Fax")
        .email("email", "E-mail")
        .search()
        .index()
        .email("email2", "E-mail 2")
        .search()
        .url("website", "Website");
    account_page(consent(account_money(address(table))))
}

const ACCOUNT_TYPES: &[(i64, &str)] = &[
    (1, "Competitor"),
    (2, "Consultant"),
    (3, "Customer"),
    (4, "Investor"),
    (5, "Partner"),
    (6, "Influencer"),
    (7, "Press"),
    (8, "Prospect"),
    (9, "Reseller"),
    (10, "Supplier"),
    (11, "Vendor"),
    (12, "Other"),
];

fn account_money(table: TableBuilder) -> TableBuilder {
    table
        .money("revenue", "Annual revenue")
        .integer("number_of_employees", "Number of employees", 0, 1_000_000_000)
        .text("ticker_symbol", "Ticker symbol", 10)
        .choice("payment_terms", "Payment terms", PAYMENT_TERMS)
        .lookup("price_list", "Price list", &["price_lists"])
        .help("Offered first in new quotes and orders.")
        .money("credit_limit", "Credit limit")
        .secured()
        .yes_no("credit_on_hold", "Credit on hold")
        .class(Sensitivity::Confidential)
        .text("bank_account", "Bank account", 50)
        .help("IBAN or account number.")
        .class(Sensitivity::Restricted)
        .secured()
        .lookup("originating_lead", "Originating lead", &["leads"])
        .memo("description", "Description", 2000)
}

fn account_page(table: TableBuilder) -> TableBuilder {
    let columns = &["name", "primary_contact", "phone", "address_city", "address_country", "account_type", "owner"];
    table
        .section("Account", &["name", "account_number", "account_type", "category", "parent_account", "primary_contact", "owner"])
        .section("Reach", &["phone", "phone2", "fax", "email", "email2", "website"])
        .section("Address", ADDRESS)
        .section("Company", &["industry", "ownership", "number_of_employees", "ticker_symbol", "revenue", "description"])
        .section(
            "Terms",
            &[
                "currency",
                "payment_terms",
                "price_list",
                "credit_limit",
                "credit_on_hold",
                "bank_account",
                "originating_lead",
                "state",
                "status",
            ],
        )
        .section("Contact preferences", CONSENT)
        .view("active", "Active accounts", columns, ACTIVE, &["name"])
        .view("mine_active", "My active accounts", columns, MINE_ACTIVE, &["name"])
        .view(
            "customers",
            "Customers",
            &["name", "account_number", "industry", "address_city", "address_country", "phone", "owner"],
            r#"{"all":[{"column":"state","op":"eq","value":"active"},{"column":"account_type","op":"eq","value":"customer"}]}"#,
            &["name"],
        )
        .view("new_this_month", "New this month", columns, r#"{"column":"created_on","op":"this_month"}"#, &["-created_on"])
        .view("inactive", "Inactive accounts", columns, INACTIVE, &["name"])
        .view("all", "All accounts", columns, "", &["name"])
}

fn contacts() -> TableBuilder {
    let table = TableBuilder::new("contacts", "contact", "Contact", "Contacts", Area::Sales, "user")
        .named_by("full_name")
        .statuses(ACTIVE_INACTIVE)
        .text("salutation", "Salutation", 100)
        .text("first_name", "First name", 50)
        .class(Sensitivity::Personal)
        .text("last_name", "Last name", 50)
        .class(Sensitivity::Personal)
        .required()
        .index()
        .text("full_name", "Full name", 160)
        .help("Made of first and last name when it is left empty.")
        .class(Sensitivity::Personal)
        .search()
        .index()
        .text("job_title", "Job title", 100)
        .search()
        .text("department", "Department", 100)
        .lookup("account", "Account", &["accounts"])
        .help("The company this person works for.")
        .follows("accounts", Cascade::UserOwned, Cascade::All, Cascade::UserOwned, OnDelete::RemoveLink)
        .choice("account_role", "Role", &[(1, "Decision Maker"), (2, "Employee"), (3, "Influencer")])
        .email("email", "E-mail")
        .search()
        .index()
        .email("email2", "E-mail 2")
        .search()
        .phone("phone", "Phone")
        .search()
        .index()
        .phone("mobile_phone", "Mobile phone")
        .search()
        .index()
        .phone("home_phone", "Home phone")
        .search()
        .phone("fax", "Fax")
        .url("website", "Website");
    contact_page(consent(contact_person(address(table))))
}

fn contact_person(table: TableBuilder) -> TableBuilder {
    table
        .date("birthdate", "Birthday")
        .class(Sensitivity::Personal)
        .text("government_id", "Government ID", 50)
        .help("Passport, identity card or social security number.")
        .class(Sensitivity::Restricted)
        .secured()
        .text("assistant_name", "Assistant", 100)
        .class(Sensitivity::Personal)
        .phone("assistant_phone", "Assistant's phone")
        .text("manager_name", "Manager", 100)
        .class(Sensitivity::Personal)
        .lookup("originating_lead", "Originating lead", &["leads"])
        .memo("description", "Description", 2000)
}

fn contact_page(table: TableBuilder) -> TableBuilder {
    let columns = &["full_name", "account", "phone", "job_title", "email", "address_city", "owner"];
    table
        .section(
            "Contact",
            &["salutation", "first_name", "last_name", "full_name", "job_title", "department", "account", "account_role", "owner"],
        )
        .section("Reach", &["email", "email2", "phone", "mobile_phone", "home_phone", "fax", "website"])
        .section("Address", ADDRESS)
        .section(
            "Person",
            &[
                "birthdate",
                "government_id",
                "assistant_name",
                "assistant_phone",
                "manager_name",
                "originating_lead",
                "description",
                "state",
                "status",
            ],
        )
        .section("Contact preferences", CONSENT)
        .view("active", "Active contacts", columns, ACTIVE, &["full_name"])
        .view("mine_active", "My active contacts", columns, MINE_ACTIVE, &["full_name"])
        .view(
            "without_account",
            "Contacts without account",
            &["full_name", "email", "phone", "address_city", "owner"],
            r#"{"all":[{"column":"state","op":"eq","value":"active"},{"column":"account","op":"null"}]}"#,
            &["full_name"],
        )
        .view("inactive", "Inactive contacts", columns, INACTIVE, &["full_name"])
        .view("all", "All contacts", columns, "", &["full_name"])
}

fn leads() -> TableBuilder {
    let table = TableBuilder::new("leads", "lead", "Lead", "Leads", Area::Sales, "user-search")
        .named_by("full_name")
        .states(&[(0, "Open"), (1, "Qualified"), (2, "Disqualified")])
        .statuses(LEAD_STATUSES)
        .text("topic", "Topic", 300)
        .help("What the person is interested in.")
        .required()
        .search()
        .text("salutation", "Salutation", 100)
        .text("first_name", "First name", 50)
        .class(Sensitivity::Personal)
        .text("last_name", "Last name", 50)
        .class(Sensitivity::Personal)
        .required()
        .text("full_name", "Full name", 160)
        .help("Made of first and last name when it is left empty.")
        .class(Sensitivity::Personal)
        .search()
        .index()
        .text("job_title", "Job title", 100)
        .text("company_name", "Company", 100)
        .search()
        .index()
        .email("email", "E-mail")
        .search()
        .index()
        .phone("phone", "Phone")
        .search()
        .phone("mobile_phone", "Mobile phone")
        .search()
        .url("website", "Website")
        .choice("source", "Source", LEAD_SOURCES)
        .index()
        .choice("rating", "Rating", RATINGS)
        .index()
        .choice("industry", "Industry", INDUSTRIES);
    lead_page(consent(lead_qualifying(address(table))))
}

const LEAD_STATUSES: &[(i64, &str, i64)] = &[
    (1, "New", 0),
    (2, "Contacted", 0),
    (3, "Qualified", 1),
    (4, "Lost", 2),
    (5, "Cannot Contact", 2),
    (6, "No Longer Interested", 2),
    (7, "Canceled", 2),
];
const LEAD_SOURCES: &[(i64, &str)] = &[
    (1, "Advertisement"),
    (2, "Employee Referral"),
    (3, "External Referral"),
    (4, "Partner"),
    (5, "Public Relations"),
    (6, "Seminar"),
    (7, "Trade Show"),
    (8, "Web"),
    (9, "Word of Mouth"),
    (10, "Other"),
];

fn lead_qualifying(table: TableBuilder) -> TableBuilder {
    table
        .lookup("campaign", "Campaign", &["campaigns"])
        .lookup("parent_account", "Known account", &["accounts"])
        .help("The account this lead belongs to, when it is one already.")
        .lookup("parent_contact", "Known contact", &["contacts"])
        .money("revenue", "Annual revenue")
        .integer("number_of_employees", "Number of employees", 0, 1_000_000)
        .money("estimated_value", "Estimated value")
        .date("estimated_close_date", "Estimated close date")
        .money("budget_amount", "Budget")
        .choice("budget_status", "Budget status", &[(0, "No Committed Budget"), (1, "May Buy"), (2, "Can Buy"), (3, "Will Buy")])
        .choice(
            "purchase_timeframe",
            "Purchase timeframe",
            &[(0, "Immediate"), (1, "This Quarter"), (2, "Next Quarter"), (3, "This Year"), (4, "Unknown")],
        )
        .yes_no("decision_maker", "Decision maker")
        .memo("description", "Description", 2000)
}

fn lead_page(table: TableBuilder) -> TableBuilder {
    let columns = &["full_name", "topic", "company_name", "email", "phone", "source", "rating", "owner"];
    table
        .section(
            "Lead",
            &["topic", "salutation", "first_name", "last_name", "full_name", "job_title", "company_name", "rating", "source", "owner"],
        )
        .section("Reach", &["email", "phone", "mobile_phone", "website"])
        .section("Address", ADDRESS)
        .section(
            "Qualifying",
            &[
                "status",
                "campaign",
                "parent_account",
                "parent_contact",
                "industry",
                "number_of_employees",
                "revenue",
                "estimated_value",
                "estimated_close_date",
                "budget_amount",
                "budget_status",
                "purchase_timeframe",
                "decision_maker",
                "currency",
                "description",
                "state",
            ],
        )
        .section("Contact preferences", CONSENT)
        .view("open", "Open leads", columns, OPEN, &["-created_on"])
        .view("mine_open", "My open leads", columns, MINE_OPEN, &["-created_on"])
        .view(
            "hot",
            "Hot leads",
            columns,
            r#"{"all":[{"column":"state","op":"eq","value":"open"},{"column":"rating","op":"eq","value":"hot"}]}"#,
            &["-created_on"],
        )
        .view("qualified", "Qualified leads", columns, r#"{"column":"state","op":"eq","value":"qualified"}"#, &["-modified_on"])
        .view("disqualified", "Disqualified leads", columns, r#"{"column":"state","op":"eq","value":"disqualified"}"#, &["-modified_on"])
        .view("all", "All leads", columns, "", &["-created_on"])
}
