//! Products, price lists with their items, currencies.
//!
//! All belong to the organisation. A product that stands in a line and a currency that prices a list are not deleted;
//! both can be retired.
//! Not here: the currency of a row, which the builder adds where there is money.
//! Start reading at [`tables`]. Proved by `crates/catalogue/tests/it/standard.rs`.

use super::{ACTIVE, ACTIVE_INACTIVE};
use crate::{Area, Cascade, OnDelete, Sensitivity, TableBuilder};

/// The tables of this file.
pub(super) fn tables() -> Vec<TableBuilder> {
    vec![products(), price_lists(), price_list_items(), currencies()]
}

const STRUCTURES: &[(i64, &str)] = &[(1, "Product"), (2, "Product Family"), (3, "Product Bundle")];
const TYPES: &[(i64, &str)] = &[(1, "Sales Inventory"), (2, "Miscellaneous Charges"), (3, "Services"), (4, "Flat Fees")];

fn products() -> TableBuilder {
    let table = TableBuilder::new("products", "product", "Product", "Products", Area::Settings, "package")
        .organisation_owned()
        .states(&[(0, "Active"), (1, "Retired"), (2, "Draft"), (3, "Under Revision")])
        .statuses(&[(1, "Active", 0), (2, "Retired", 1), (0, "Draft", 2), (3, "Under Revision", 3)])
        .text("name", "Name", 100)
        .required()
        .search()
        .index()
        .text("product_number", "Product number", 100)
        .required()
        .search()
        .index()
        .choice("structure", "Structure", STRUCTURES)
        .choice("product_type", "Type", TYPES)
        .text("category", "Category", 100)
        .index()
        .lookup("parent_product", "Family", &["products"])
        .text("supplier_name", "Supplier", 100)
        .search()
        .index()
        .text("vendor_part_number", "Supplier's number", 100)
        .search()
        .text("quantity_per_unit", "Quantity per unit", 200)
        .help("What one unit holds, such as `10 boxes x 20 bags`.")
        .money("price", "List price")
        .class(Sensitivity::General)
        .money("current_cost", "Current cost")
        .help("What the organisation pays for it.")
        .secured()
        .decimal("quantity_on_hand", "In stock", 4)
        .decimal("quantity_on_order", "On order", 4)
        .decimal("reorder_level", "Reorder level", 4)
        .yes_no("is_stock_item", "Stock item")
        .yes_no("is_discontinued", "Discontinued")
        .date("valid_from", "Valid from")
        .date("valid_to", "Valid to")
        .url("website", "Website")
        .memo("description", "Description", 2000);
    product_page(table)
}

fn product_page(table: TableBuilder) -> TableBuilder {
    let columns = &["name", "product_number", "category", "price", "quantity_on_hand", "supplier_name"];
    table
        .section("Product", &["name", "product_number", "structure", "product_type", "category", "parent_product", "description"])
        .section("Price", &["currency", "price", "current_cost", "quantity_per_unit", "valid_from", "valid_to"])
        .section("Stock", &["is_stock_item", "quantity_on_hand", "quantity_on_order", "reorder_level", "is_discontinued"])
        .section("Supplier", &["supplier_name", "vendor_part_number", "website"])
        .section("Administration", &["state", "status"])
        .view("active", "Active products", columns, ACTIVE, &["name"])
        .view(
            "out_of_stock",
            "Out of stock",
            columns,
            r#"{"all":[{"column":"state","op":"eq","value":"active"},{"column":"quantity_on_hand","op":"le","value":0}]}"#,
            &["name"],
        )
        .view("retired", "Retired products", columns, r#"{"column":"state","op":"eq","value":"retired"}"#, &["name"])
        .view("all", "All products", columns, "", &["name"])
}

fn price_lists() -> TableBuilder {
    let columns = &["name", "currency", "valid_from", "valid_to", "description"];
    TableBuilder::new("price_lists", "price_list", "Price list", "Price lists", Area::Settings, "tags")
        .organisation_owned()
        .statuses(&[(100_001, "Active", 0), (100_002, "Inactive", 1)])
        .text("name", "Name", 100)
        .required()
        .search()
        .index()
        .date("valid_from", "Valid from")
        .index()
        .date("valid_to", "Valid to")
        .index()
        // WHY: with an amount of its own the list has a currency and a rate, and its items take theirs from it.
        .money("minimum_order", "Minimum order")
        .help("Orders below this amount do not get these prices.")
        .memo("description", "Description", 2000)
        .section("Price list", &["name", "currency", "minimum_order", "description"])
        .section("Administration", &["valid_from", "valid_to", "state", "status"])
        .view("active", "Active price lists", columns, ACTIVE, &["name"])
        .view("all", "All price lists", columns, "", &["name"])
}

fn price_list_items() -> TableBuilder {
    TableBuilder::new("price_list_items", "price_list_item", "Price list item", "Price list items", Area::Nowhere, "tag")
        .parent_owned("price_list")
        .lookup("price_list", "Price list", &["price_lists"])
        .required()
        .lookup("product", "Product", &["products"])
        .required()
        .follows("products", Cascade::None, Cascade::None, Cascade::None, OnDelete::Cascade)
        .text("name", "Name", 100)
        .help("Taken from the product when it is left empty.")
        .search()
        .money("amount", "Price")
        .section("Price list item", &["price_list", "product", "name", "amount"])
        .view("all", "All price list items", &["price_list", "product", "name", "amount"], "", &["price_list", "name"])
}

fn currencies() -> TableBuilder {
    let columns = &["name", "iso_code", "symbol", "rate", "is_base"];
    TableBuilder::new("currencies", "currency", "Currency", "Currencies", Area::Settings, "coins")
        .organisation_owned()
        .statuses(ACTIVE_INACTIVE)
        .text("name", "Name", 100)
        .required()
        .search()
        .index()
        .text("iso_code", "ISO code", 3)
        .help("Three letters of ISO 4217, such as `EUR`.")
        .required()
        .search()
        .index()
        .text("symbol", "Symbol", 10)
        .decimal("rate", "Rate", 10)
        .help("How much of it one unit of the organisation's currency buys.")
        .required()
        .yes_no("is_base", "Organisation's currency")
        .integer("digits", "Digits shown", 0, 4)
        .section("Currency", &["name", "iso_code", "symbol", "rate", "is_base"])
        .section("Administration", &["digits", "state", "status"])
        .view("active", "Active currencies", columns, ACTIVE, &["iso_code"])
        .view("all", "All currencies", columns, "", &["iso_code"])
}
