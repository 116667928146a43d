//! Campaigns.
//!
//! A campaign is named by leads, opportunities and activities that came of it; deleting it leaves leads and
//! opportunities, and takes its activities and notes along.
//! Not here: leads (`sales.rs`), mail merge, which is a way out and no record.
//! Start reading at [`tables`]. Proved by `crates/catalogue/tests/it/standard.rs`.

use super::{ACTIVE, MINE_ACTIVE};
use crate::{Area, TableBuilder};

/// The tables of this file.
pub(super) fn tables() -> Vec<TableBuilder> {
    vec![campaigns()]
}

const TYPES: &[(i64, &str)] = &[(1, "Advertisement"), (2, "Direct Marketing"), (3, "Event"), (4, "Co-branding"), (5, "Other")];
const STATUSES: &[(i64, &str, i64)] = &[
    (0, "Proposed", 0),
    (1, "Ready To Launch", 0),
    (2, "Launched", 0),
    (3, "Completed", 0),
    (4, "Canceled", 0),
    (5, "Suspended", 0),
    (6, "Inactive", 1),
];

fn campaigns() -> TableBuilder {
    let table = TableBuilder::new("campaigns", "campaign", "Campaign", "Campaigns", Area::Marketing, "speakerphone")
        .statuses(STATUSES)
        .text("name", "Name", 128)
        .required()
        .search()
        .index()
        .text("code", "Campaign code", 32)
        .search()
        .index()
        .choice("campaign_type", "Type", TYPES)
        .index()
        .date("proposed_start", "Proposed start")
        .index()
        .date("proposed_end", "Proposed end")
        .date("actual_start", "Actual start")
        .index()
        .date("actual_end", "Actual end")
        .text("promotion_code", "Promotion code", 128)
        .text("message", "Message", 256)
        .memo("objective", "Objective", 2000)
        .integer("expected_response", "Expected response (%)", 0, 100)
        .money("expected_revenue", "Expected revenue")
        .money("budgeted_cost", "Budgeted cost")
        .money("other_cost", "Other cost")
        .money("total_actual_cost", "Total actual cost")
        .lookup("price_list", "Price list", &["price_lists"])
        .memo("description", "Description", 2000);
    campaign_page(table)
}

fn campaign_page(table: TableBuilder) -> TableBuilder {
    let columns = &["name", "code", "campaign_type", "status", "proposed_start", "proposed_end", "owner"];
    table
        .section("Campaign", &["name", "code", "campaign_type", "message", "objective", "description", "owner"])
        .section("Schedule", &["proposed_start", "proposed_end", "actual_start", "actual_end"])
        .section(
            "Money",
            &["currency", "budgeted_cost", "other_cost", "total_actual_cost", "expected_revenue", "expected_response", "price_list"],
        )
        .section("Administration", &["promotion_code", "state", "status"])
        .view("active", "Active campaigns", columns, ACTIVE, &["proposed_start"])
        .view("mine_active", "My active campaigns", columns, MINE_ACTIVE, &["proposed_start"])
        .view(
            "launched",
            "Launched campaigns",
            columns,
            r#"{"all":[{"column":"state","op":"eq","value":"active"},{"column":"status","op":"eq","value":"launched"}]}"#,
            &["-actual_start"],
        )
        .view("all", "All campaigns", columns, "", &["-created_on"])
}
