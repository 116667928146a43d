//! Cases, queues and feedback.
//!
//! A queue item joins a queue and the record that waits in it, and is readable when both are. A customer with cases is
//! not deleted.
//! Not here: activities (`activities.rs`), service levels, which are rules and no records.
//! Start reading at [`tables`]. Proved by `crates/catalogue/tests/it/standard.rs`.

use super::{ACTIVE, ACTIVE_INACTIVE, MINE, MINE_ACTIVE, OPEN};
use crate::{Area, Cascade, OnDelete, Sensitivity, TableBuilder};

/// The tables of this file.
pub(super) fn tables() -> Vec<TableBuilder> {
    vec![cases(), queues(), queue_items(), feedback()]
}

const PRIORITIES: &[(i64, &str)] = &[(1, "High"), (2, "Normal"), (3, "Low")];
const ORIGINS: &[(i64, &str)] = &[(1, "Phone"), (2, "Email"), (3, "Web"), (2483, "Facebook"), (3986, "Twitter")];
const SATISFACTION: &[(i64, &str)] =
    &[(5, "Very Satisfied"), (4, "Satisfied"), (3, "Neutral"), (2, "Dissatisfied"), (1, "Very Dissatisfied")];
const CASE_STATUSES: &[(i64, &str, i64)] = &[
    (1, "In Progress", 0),
    (2, "On Hold", 0),
    (3, "Waiting for Details", 0),
    (4, "Researching", 0),
    (5, "Problem Solved", 1),
    (1000, "Information Provided", 1),
    (6, "Canceled", 2),
    (2000, "Merged", 2),
];

fn cases() -> TableBuilder {
    let table = TableBuilder::new("cases", "case", "Case", "Cases", Area::Service, "headset")
        .named_by("title")
        .states(&[(0, "Active"), (1, "Resolved"), (2, "Canceled")])
        .statuses(CASE_STATUSES)
        .auto_number("case_number", "Case number", "CAS-")
        .search()
        .index()
        .text("title", "Title", 200)
        .required()
        .search()
        .index()
        .customer("customer", "Customer")
        .required()
        .follows("accounts", Cascade::UserOwned, Cascade::None, Cascade::None, OnDelete::Restrict)
        .follows("contacts", Cascade::UserOwned, Cascade::None, Cascade::None, OnDelete::Restrict)
        .lookup("contact", "Contact", &["contacts"])
        .help("Who reported it.")
        .email("email", "E-mail")
        .help("Where answers go, when that is not the contact's address.")
        .choice("priority", "Priority", PRIORITIES)
        .index()
        .choice("origin", "Origin", ORIGINS)
        .index()
        .choice("case_type", "Type", &[(1, "Question"), (2, "Problem"), (3, "Request")])
        .index()
        .choice("service_stage", "Stage", &[(0, "Identify"), (1, "Research"), (2, "Resolve")])
        .choice("service_level", "Service level", &[(1, "Gold"), (2, "Silver"), (3, "Bronze")])
        .lookup("parent_case", "Parent case", &["cases"])
        .lookup("product", "Product", &["products"])
        .text("serial_number", "Serial number", 100)
        .search()
        .lookup("sales_order", "Order", &["orders"])
        .memo("description", "Description", 2000);
    case_page(case_times(table))
}

fn case_times(table: TableBuilder) -> TableBuilder {
    table
        .date_time("follow_up_by", "Follow up by")
        .date_time("respond_by", "Respond by")
        .help("When the first answer is due.")
        .index()
        .date_time("resolve_by", "Resolve by")
        .help("When the solution is due.")
        .index()
        .date_time("first_response_on", "First response on")
        .date_time("resolved_on", "Resolved on")
        .index()
        .yes_no("is_escalated", "Escalated")
        .index()
        .date_time("escalated_on", "Escalated on")
        .choice("satisfaction", "Satisfaction", SATISFACTION)
        .memo("resolution", "Resolution", 2000)
}

fn case_page(table: TableBuilder) -> TableBuilder {
    let columns = &["case_number", "title", "customer", "priority", "status", "resolve_by", "owner"];
    table
        .section("Case", &["case_number", "title", "customer", "contact", "email", "case_type", "priority", "origin", "owner"])
        .section("Matter", &["description", "product", "serial_number", "sales_order", "parent_case"])
        .section("Deadlines", &["service_level", "follow_up_by", "respond_by", "resolve_by", "is_escalated", "escalated_on"])
        .section(
            "Outcome",
            &["service_stage", "state", "status", "first_response_on", "resolved_on", "resolution", "satisfaction"],
        )
        .view("open", "Open cases", columns, ACTIVE, &["resolve_by"])
        .view("mine_open", "My open cases", columns, MINE_ACTIVE, &["resolve_by"])
        .view(
            "mine_due",
            "My cases due",
            columns,
            r#"{"all":[{"column":"owner","op":"eq_me"},{"column":"state","op":"eq","value":"active"},{"column":"resolve_by","op":"not_null"}]}"#,
            &["resolve_by"],
        )
        .view(
            "escalated",
            "Escalated cases",
            columns,
            r#"{"all":[{"column":"state","op":"eq","value":"active"},{"column":"is_escalated","op":"eq","value":true}]}"#,
            &["escalated_on"],
        )
        .view(
            "resolved",
            "Resolved cases",
            &["case_number", "title", "customer", "status", "resolved_on", "satisfaction", "owner"],
            r#"{"column":"state","op":"eq","value":"resolved"}"#,
            &["-resolved_on"],
        )
        .view("all", "All cases", columns, "", &["-created_on"])
}

fn queues() -> TableBuilder {
    let columns = &["name", "visibility", "email", "description", "owner"];
    TableBuilder::new("queues", "queue", "Queue", "Queues", Area::Work, "inbox")
        .statuses(ACTIVE_INACTIVE)
        .text("name", "Name", 200)
        .required()
        .search()
        .index()
        .choice("visibility", "Visibility", &[(0, "Public"), (1, "Private")])
        .help("Says what the queue is for; who may read it is decided by roles and shares.")
        .email("email", "Incoming e-mail")
        .class(Sensitivity::General)
        .search()
        .memo("description", "Description", 2000)
        .section("Queue", &["name", "visibility", "email", "description"])
        .section("Administration", &["owner", "state", "status"])
        .view("active", "Active queues", columns, ACTIVE, &["name"])
        .view("mine", "My queues", columns, MINE, &["name"])
        .view("all", "All queues", columns, "", &["name"])
}

fn queue_items() -> TableBuilder {
    let columns = &["title", "queue", "object", "priority", "entered_on", "worked_by"];
    TableBuilder::new("queue_items", "queue_item", "Queue item", "Queue items", Area::Work, "list-details")
        .named_by("title")
        .joins(&["queue", "object"])
        .lookup("queue", "Queue", &["queues"])
        .required()
        .lookup("object", "Record", &["cases", "tasks", "phone_calls", "emails", "appointments"])
        .help("What waits in the queue.")
        .required()
        .text("title", "Title", 300)
        .search()
        .integer("priority", "Priority", 0, 1_000_000_000)
        .help("Smaller numbers come first.")
        .index()
        .date_time("entered_on", "Entered on")
        .index()
        .lookup("worked_by", "Worked by", &["users", "teams"])
        .date_time("worked_since", "Worked since")
        .section("Queue item", &["queue", "object", "title", "priority", "entered_on"])
        .section("Work", &["worked_by", "worked_since"])
        .view("all", "All items", columns, "", &["priority", "entered_on"])
        .view("waiting", "Waiting for somebody", columns, r#"{"column":"worked_by","op":"null"}"#, &["priority", "entered_on"])
        .view("mine", "Items I work on", columns, r#"{"column":"worked_by","op":"eq_me"}"#, &["priority", "entered_on"])
}

fn feedback() -> TableBuilder {
    let columns = &["title", "rating", "regarding", "contact", "status", "created_on", "owner"];
    TableBuilder::new("feedback", "feedback", "Feedback", "Feedback", Area::Service, "message-star")
        .named_by("title")
        .states(&[(0, "Open"), (1, "Closed")])
        .statuses(&[(1, "Proposed", 0), (2, "Accepted", 0), (3, "Closed", 1), (4, "Rejected", 1)])
        .text("title", "Title", 155)
        .required()
        .search()
        .lookup("regarding", "Regarding", &["accounts", "opportunities", "cases", "orders", "products"])
        .help("What the feedback is about.")
        .lookup("contact", "Given by", &["contacts"])
        .integer("rating", "Rating", -100_000, 100_000)
        .index()
        .integer("min_rating", "Lowest rating", -100_000, 100_000)
        .integer("max_rating", "Highest rating", -100_000, 100_000)
        .choice("source", "Source", &[(0, "Internal"), (1, "Portal")])
        .memo("comments", "Comments", 2000)
        .class(Sensitivity::Personal)
        .date_time("closed_on", "Closed on")
        .section("Feedback", &["title", "regarding", "contact", "rating", "comments", "owner"])
        .section("Administration", &["source", "min_rating", "max_rating", "state", "status", "closed_on"])
        .view("open", "Open feedback", columns, OPEN, &["-created_on"])
        .view(
            "low",
            "Low ratings",
            columns,
            r#"{"all":[{"column":"state","op":"eq","value":"open"},{"column":"rating","op":"le","value":2}]}"#,
            &["rating", "-created_on"],
        )
        .view("all", "All feedback", columns, "", &["-created_on"])
}
