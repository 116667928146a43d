//! Opportunities with their products, and goals.
//!
//! An opportunity follows its customer when that is assigned to somebody else and the same person owns both; a customer
//! with opportunities is not deleted. A goal compares what was to be reached with what was.
//! Not here: leads (`sales.rs`), what follows a won opportunity (`orders.rs`).
//! Start reading at [`tables`]. Proved by `crates/catalogue/tests/it/standard.rs`.

use super::{ACTIVE, MINE, MINE_OPEN, OPEN, RATINGS, TIMEFRAMES, orders};
use crate::{Area, Cascade, OnDelete, Sensitivity, TableBuilder};

/// The tables of this file.
pub(super) fn tables() -> Vec<TableBuilder> {
    vec![opportunities(), opportunity_products(), goals()]
}

fn opportunities() -> TableBuilder {
    let table = TableBuilder::new("opportunities", "opportunity", "Opportunity", "Opportunities", Area::Sales, "target-arrow")
        .states(&[(0, "Open"), (1, "Won"), (2, "Lost")])
        .statuses(&[(1, "In Progress", 0), (2, "On Hold", 0), (3, "Won", 1), (4, "Canceled", 2), (5, "Out-Sold", 2)])
        .text("name", "Name", 300)
        .required()
        .search()
        .index()
        .customer("customer", "Customer")
        .follows("accounts", Cascade::UserOwned, Cascade::None, Cascade::None, OnDelete::Restrict)
        .follows("contacts", Cascade::UserOwned, Cascade::None, Cascade::None, OnDelete::Restrict)
        .lookup("contact", "Contact", &["contacts"])
        .help("Whom to speak with.")
        .choice("sales_stage", "Stage", &[(0, "Qualify"), (1, "Develop"), (2, "Propose"), (3, "Close")])
        .index()
        .choice("rating", "Rating", RATINGS)
        .integer("probability", "Probability (%)", 0, 100)
        .class(Sensitivity::Confidential)
        .money("estimated_value", "Estimated value")
        .index()
        .date("estimated_close_date", "Estimated close date")
        .index()
        .money("actual_value", "Actual value")
        .date("actual_close_date", "Actual close date")
        .index()
        .money("budget_amount", "Budget")
        .choice("timeline", "Timeline", TIMEFRAMES)
        .lookup("originating_lead", "Originating lead", &["leads"])
        .lookup("campaign", "Campaign", &["campaigns"])
        .lookup("price_list", "Price list", &["price_lists"])
        .text("next_step", "Next step", 200)
        .memo("current_situation", "Current situation", 2000)
        .memo("customer_need", "Customer need", 2000)
        .memo("proposed_solution", "Proposed solution", 2000)
        .memo("description", "Description", 2000);
    opportunity_page(orders::totals(table))
}

fn opportunity_page(table: TableBuilder) -> TableBuilder {
    let columns = &["name", "customer", "sales_stage", "estimated_value", "probability", "estimated_close_date", "owner"];
    let closed = &["name", "customer", "actual_value", "actual_close_date", "status", "owner"];
    table
        .section("Opportunity", &["name", "customer", "contact", "sales_stage", "rating", "next_step", "owner"])
        .section(
            "Value",
            &["estimated_value", "estimated_close_date", "probability", "budget_amount", "timeline", "price_list", "currency"],
        )
        .section("Picture", &["current_situation", "customer_need", "proposed_solution", "description"])
        .section("Totals", orders::TOTALS)
        .section("Outcome", &["state", "status", "actual_value", "actual_close_date", "originating_lead", "campaign"])
        .view("open", "Open opportunities", columns, OPEN, &["estimated_close_date"])
        .view("mine_open", "My open opportunities", columns, MINE_OPEN, &["estimated_close_date"])
        .view(
            "closing_this_month",
            "Closing this month",
            columns,
            r#"{"all":[{"column":"state","op":"eq","value":"open"},{"column":"estimated_close_date","op":"this_month"}]}"#,
            &["estimated_close_date"],
        )
        .view("won", "Won opportunities", closed, r#"{"column":"state","op":"eq","value":"won"}"#, &["-actual_close_date"])
        .view("lost", "Lost opportunities", closed, r#"{"column":"state","op":"eq","value":"lost"}"#, &["-actual_close_date"])
        .view("all", "All opportunities", columns, "", &["-created_on"])
}

fn opportunity_products() -> TableBuilder {
    let table = TableBuilder::new(
        "opportunity_products",
        "opportunity_product",
        "Opportunity product",
        "Opportunity products",
        Area::Nowhere,
        "shopping-bag",
    )
    .parent_owned("opportunity")
    .lookup("opportunity", "Opportunity", &["opportunities"])
    .required();
    orders::line(table, "opportunity")
}

fn goals() -> TableBuilder {
    let columns = &["name", "goal_owner", "metric", "start_date", "end_date", "target_value", "actual_value", "percentage"];
    TableBuilder::new("goals", "goal", "Goal", "Goals", Area::Sales, "flag")
        .statuses(&[(0, "Open", 0), (1, "Closed", 1), (2, "Discarded", 1)])
        .text("name", "Name", 100)
        .required()
        .search()
        .index()
        .lookup("goal_owner", "Goal owner", &["users", "teams"])
        .help("Who is to reach it; the owner of the record may be somebody else.")
        .lookup("parent_goal", "Parent goal", &["goals"])
        .choice(
            "metric",
            "Metric",
            &[(0, "Won value"), (1, "Opportunities won"), (2, "Leads qualified"), (3, "Cases resolved"), (4, "Activities completed")],
        )
        .date("start_date", "From")
        .index()
        .date("end_date", "To")
        .index()
        .money("target_value", "Target (money)")
        .money("actual_value", "Actual (money)")
        .money("in_progress_value", "In progress (money)")
        .integer("target_count", "Target (count)", 0, 1_000_000_000)
        .integer("actual_count", "Actual (count)", 0, 1_000_000_000)
        .decimal("percentage", "Reached (%)", 2)
        .class(Sensitivity::Confidential)
        .date_time("last_rolled_up_on", "Last rolled up on")
        .memo("description", "Description", 2000)
        .section("Goal", &["name", "goal_owner", "parent_goal", "metric", "start_date", "end_date", "owner"])
        .section("Target", &["currency", "target_value", "target_count"])
        .section("Actuals", &["actual_value", "in_progress_value", "actual_count", "percentage", "last_rolled_up_on"])
        .section("Administration", &["state", "status", "description"])
        .view("active", "Active goals", columns, ACTIVE, &["end_date", "name"])
        .view(
            "mine_active",
            "My active goals",
            columns,
            r#"{"all":[{"column":"goal_owner","op":"eq_me"},{"column":"state","op":"eq","value":"active"}]}"#,
            &["end_date"],
        )
        .view("mine", "Goals I keep", columns, MINE, &["-end_date"])
        .view("all", "All goals", columns, "", &["-end_date"])
}
