//! Quotes, orders, invoices and their lines.
//!
//! A line has no rights, state or currency of its own: it takes them from the row that holds it. Deleting a customer
//! that has any of these is refused; deleting one of these takes its lines along.
//! `name` of a line may be left empty, then `crm` fills it from the product.
//! Not here: opportunities (`pipeline.rs`), prices (`settings.rs`).
//! Start reading at [`tables`]. Proved by `crates/catalogue/tests/it/standard.rs`.

use super::{MINE, PAYMENT_TERMS};
use crate::{Area, Cascade, OnDelete, Sensitivity, TableBuilder};

const FREIGHT_TERMS: &[(i64, &str)] = &[(1, "FOB"), (2, "No Charge")];

/// The tables of this file.
pub(super) fn tables() -> Vec<TableBuilder> {
    vec![quotes(), quote_lines(), sales_orders(), order_lines(), invoices(), invoice_lines()]
}

/// Discount, freight, tax and total of a row with lines.
pub(super) fn totals(table: TableBuilder) -> TableBuilder {
    table
        .decimal("discount_percent", "Discount (%)", 2)
        .class(Sensitivity::Confidential)
        .money("discount_amount", "Discount")
        .money("freight", "Freight")
        .money("total_tax", "Tax")
        .money("total_amount", "Total")
        .help("Lines less discount, plus freight and tax.")
        .index()
}

/// The columns of [`totals`], for forms.
pub(super) const TOTALS: &[&str] = &["discount_percent", "discount_amount", "freight", "total_tax", "total_amount"];

/// What every line says, whatever holds it.
pub(super) fn line(table: TableBuilder, parent: &str) -> TableBuilder {
    let all = format!("All {}", table.plural.to_lowercase());
    table
        .integer("line_number", "Line", 0, 1_000_000_000)
        .lookup("product", "Product", &["products"])
        .follows("products", Cascade::None, Cascade::None, Cascade::None, OnDelete::Restrict)
        .text("name", "Name", 500)
        .help("Taken from the product when it is left empty.")
        .search()
        .memo("description", "Description", 2000)
        .decimal("quantity", "Quantity", 4)
        .required()
        .money("price_per_unit", "Price per unit")
        .decimal("discount_percent", "Discount (%)", 2)
        .class(Sensitivity::Confidential)
        .money("discount_amount", "Discount")
        .money("tax", "Tax")
        .money("extended_amount", "Amount")
        .help("Quantity by price, less discount, plus tax.")
        .section("Line", &[parent, "line_number", "product", "name", "description"])
        .section("Amount", &["quantity", "price_per_unit", "discount_percent", "discount_amount", "tax", "extended_amount"])
        .view(
            "all",
            &all,
            &[parent, "line_number", "name", "quantity", "price_per_unit", "discount_percent", "extended_amount"],
            "",
            &[parent, "line_number"],
        )
}

fn bill_to(table: TableBuilder) -> TableBuilder {
    place(table, "bill_to", "Bill to")
}

fn place(table: TableBuilder, prefix: &str, label: &str) -> TableBuilder {
    table
        .text(&format!("{prefix}_name"), &format!("{label} name"), 200)
        .text(&format!("{prefix}_line1"), &format!("{label} street"), 250)
        .class(Sensitivity::Personal)
        .text(&format!("{prefix}_city"), &format!("{label} city"), 80)
        .text(&format!("{prefix}_state"), &format!("{label} state or province"), 50)
        .text(&format!("{prefix}_postal_code"), &format!("{label} postal code"), 20)
        .text(&format!("{prefix}_country"), &format!("{label} country"), 80)
}

const BILL_TO: &[&str] = &["bill_to_name", "bill_to_line1", "bill_to_city", "bill_to_state", "bill_to_postal_code", "bill_to_country"];
const SHIP_TO: &[&str] = &["ship_to_name", "ship_to_line1", "ship_to_city", "ship_to_state", "ship_to_postal_code", "ship_to_country"];

/// Who buys; a customer who bought is not deleted.
fn buyer(table: TableBuilder) -> TableBuilder {
    table
        .customer("customer", "Customer")
        .required()
        .follows("accounts", Cascade::UserOwned, Cascade::None, Cascade::None, OnDelete::Restrict)
        .follows("contacts", Cascade::UserOwned, Cascade::None, Cascade::None, OnDelete::Restrict)
        .lookup("contact", "Contact", &["contacts"])
        .lookup("opportunity", "Opportunity", &["opportunities"])
        .follows("opportunities", Cascade::UserOwned, Cascade::All, Cascade::None, OnDelete::RemoveLink)
        .lookup("price_list", "Price list", &["price_lists"])
}

fn quotes() -> TableBuilder {
    let columns = &["quote_number", "name", "customer", "total_amount", "effective_to", "status", "owner"];
    let table = TableBuilder::new("quotes", "quote", "Quote", "Quotes", Area::Sales, "file-text")
        .states(&[(0, "Draft"), (1, "Active"), (2, "Won"), (3, "Closed")])
        .statuses(QUOTE_STATUSES)
        .auto_number("quote_number", "Quote number", "QUO-")
        .search()
        .index()
        .integer("revision_number", "Revision", 0, 1_000_000_000)
        .text("name", "Name", 300)
        .required()
        .search()
        .index();
    let table = buyer(table)
        .date("effective_from", "Valid from")
        .date("effective_to", "Valid to")
        .index()
        .date("requested_delivery_date", "Requested delivery")
        .date("closed_on", "Closed on")
        .choice("payment_terms", "Payment terms", PAYMENT_TERMS)
        .choice("freight_terms", "Freight terms", FREIGHT_TERMS)
        .text("shipping_method", "Shipping method", 100)
        .memo("description", "Description", 2000);
    bill_to(totals(table))
        .section("Quote", &["quote_number", "revision_number", "name", "customer", "contact", "opportunity", "owner"])
        .section("Terms", &["price_list", "currency", "effective_from", "effective_to", "payment_terms", "description"])
        .section("Delivery", &["requested_delivery_date", "shipping_method", "freight_terms"])
        .section("Bill to", BILL_TO)
        .section("Totals", &[TOTALS, &["state", "status", "closed_on"]].concat())
        .view("open", "Open quotes", columns, r#"{"column":"state","op":"in","value":["draft","active"]}"#, &["effective_to"])
        .view(
            "mine_open",
            "My open quotes",
            columns,
            r#"{"all":[{"column":"owner","op":"eq_me"},{"column":"state","op":"in","value":["draft","active"]}]}"#,
            &["effective_to"],
        )
        .view("won", "Won quotes", columns, r#"{"column":"state","op":"eq","value":"won"}"#, &["-closed_on"])
        .view("all", "All quotes", columns, "", &["-created_on"])
}

// WHY: the model calls both value 1 and value 2 `In Progress`; one name must mean one status, so a draft's is `Draft`.
const QUOTE_STATUSES: &[(i64, &str, i64)] =
    &[(1, "Draft", 0), (2, "In Progress", 1), (3, "Open", 1), (4, "Won", 2), (5, "Lost", 3), (6, "Canceled", 3), (7, "Revised", 3)];

fn quote_lines() -> TableBuilder {
    let table = TableBuilder::new("quote_lines", "quote_line", "Quote line", "Quote lines", Area::Nowhere, "list")
        .parent_owned("quote")
        .lookup("quote", "Quote", &["quotes"])
        .required();
    line(table, "quote")
}

fn sales_orders() -> TableBuilder {
    let table = TableBuilder::new("orders", "order", "Order", "Orders", Area::Sales, "shopping-cart")
        .states(&[(0, "Active"), (1, "Submitted"), (2, "Canceled"), (3, "Fulfilled"), (4, "Invoiced")])
        .statuses(&[
            (1, "New", 0),
            (2, "Pending", 0),
            (3, "In Progress", 1),
            (4, "No Money", 2),
            (100_001, "Complete", 3),
            (100_002, "Partial", 3),
            (100_003, "Invoiced", 4),
        ])
        .auto_number("order_number", "Order number", "ORD-")
        .search()
        .index()
        .text("name", "Name", 300)
        .required()
        .search()
        .index();
    let table = buyer(table)
        .lookup("quote", "Quote", &["quotes"])
        .date("order_date", "Order date")
        .index()
        .date("requested_delivery_date", "Requested delivery")
        .index()
        .date("shipped_date", "Shipped on")
        .index()
        .text("shipping_method", "Shipping method", 100)
        .choice("payment_terms", "Payment terms", PAYMENT_TERMS)
        .choice("freight_terms", "Freight terms", FREIGHT_TERMS)
        .memo("description", "Description", 2000);
    order_page(bill_to(place(totals(table), "ship_to", "Ship to")))
}

fn order_page(table: TableBuilder) -> TableBuilder {
    let columns = &["order_number", "name", "customer", "order_date", "requested_delivery_date", "total_amount", "status", "owner"];
    table
        .section("Order", &["order_number", "name", "customer", "contact", "opportunity", "quote", "order_date", "owner"])
        .section("Delivery", &[&["requested_delivery_date", "shipped_date", "shipping_method", "freight_terms"], SHIP_TO].concat())
        .section("Billing", &[&["price_list", "currency", "payment_terms"], BILL_TO].concat())
        .section("Totals", &[TOTALS, &["state", "status", "description"]].concat())
        .view("open", "Open orders", columns, r#"{"column":"state","op":"in","value":["active","submitted"]}"#, &["-order_date"])
        .view(
            "mine_open",
            "My open orders",
            columns,
            r#"{"all":[{"column":"owner","op":"eq_me"},{"column":"state","op":"in","value":["active","submitted"]}]}"#,
            &["-order_date"],
        )
        .view(
            "not_shipped",
            "Not yet shipped",
            &["order_number", "customer", "order_date", "requested_delivery_date", "shipping_method", "ship_to_country", "owner"],
            r#"{"all":[{"column":"shipped_date","op":"null"},{"column":"state","op":"in","value":["active","submitted"]}]}"#,
            &["requested_delivery_date"],
        )
        .view("mine", "My orders", columns, MINE, &["-order_date"])
        .view("all", "All orders", columns, "", &["-order_date"])
}

fn order_lines() -> TableBuilder {
    let table = TableBuilder::new("order_lines", "order_line", "Order line", "Order lines", Area::Nowhere, "list")
        .parent_owned("sales_order")
        .lookup("sales_order", "Order", &["orders"])
        .required();
    line(table, "sales_order")
}

fn invoices() -> TableBuilder {
    let columns = &["invoice_number", "name", "customer", "total_amount", "due_date", "status", "owner"];
    let table = TableBuilder::new("invoices", "invoice", "Invoice", "Invoices", Area::Sales, "file-invoice")
        .states(&[(0, "Active"), (2, "Paid"), (3, "Canceled")])
        .statuses(INVOICE_STATUSES)
        .auto_number("invoice_number", "Invoice number", "INV-")
        .search()
        .index()
        .text("name", "Name", 300)
        .required()
        .search()
        .index();
    let table = buyer(table)
        .lookup("sales_order", "Order", &["orders"])
        .follows("orders", Cascade::UserOwned, Cascade::All, Cascade::None, OnDelete::Restrict)
        .date("invoice_date", "Invoice date")
        .index()
        .date("due_date", "Due date")
        .index()
        .date("delivered_date", "Delivered on")
        .date("paid_date", "Paid on")
        .choice("payment_terms", "Payment terms", PAYMENT_TERMS)
        .text("shipping_method", "Shipping method", 100)
        .memo("description", "Description", 2000);
    bill_to(totals(table))
        .section("Invoice", &["invoice_number", "name", "customer", "contact", "opportunity", "sales_order", "owner"])
        .section("Terms", &["invoice_date", "due_date", "payment_terms", "price_list", "currency", "description"])
        .section("Bill to", &[BILL_TO, &["delivered_date", "shipping_method"]].concat())
        .section("Totals", &[TOTALS, &["paid_date", "state", "status"]].concat())
        .view("open", "Open invoices", columns, r#"{"column":"state","op":"eq","value":"active"}"#, &["due_date"])
        .view(
            "overdue",
            "Overdue invoices",
            columns,
            r#"{"all":[{"column":"state","op":"eq","value":"active"},{"column":"due_date","op":"older_than_x_days","value":0}]}"#,
            &["due_date"],
        )
        .view(
            "mine_open",
            "My open invoices",
            columns,
            r#"{"all":[{"column":"owner","op":"eq_me"},{"column":"state","op":"eq","value":"active"}]}"#,
            &["due_date"],
        )
        .view("paid", "Paid invoices", columns, r#"{"column":"state","op":"eq","value":"paid"}"#, &["-paid_date"])
        .view("all", "All invoices", columns, "", &["-invoice_date"])
}

const INVOICE_STATUSES: &[(i64, &str, i64)] = &[
    (1, "New", 0),
    (2, "Partially Shipped", 0),
    (4, "Billed", 0),
    (5, "Booked", 0),
    (6, "Installed", 0),
    (100_001, "Complete", 2),
    (100_002, "Partial", 2),
    (100_003, "Canceled", 3),
];

fn invoice_lines() -> TableBuilder {
    let table = TableBuilder::new("invoice_lines", "invoice_line", "Invoice line", "Invoice lines", Area::Nowhere, "list")
        .parent_owned("invoice")
        .lookup("invoice", "Invoice", &["invoices"])
        .required();
    line(table, "invoice")
}
