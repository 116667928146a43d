//! Files as the field really has them: every row is a record or a problem, and the counts add up.
//!
//! The files lie outside the repository and may not be copied into it; without them these sentences are skipped loudly.

use super::{errors_csv, failed, import, map, rows};
use crate::world::{World, skipped};
use crm::exchange::{self, Duplicates, LookAsk, Looked};
use crm::jobs::JobState;
use std::collections::BTreeSet;
use std::path::PathBuf;

fn read(path: &str) -> Option<Vec<u8>> {
    let folder = std::env::var("CASTELLAN_DATA").unwrap_or_else(|_| concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/data").into());
    let path = PathBuf::from(folder).join(path);
    let found = std::fs::read(&path).ok();
    if found.is_none() {
        skipped(&format!("{} is not there", path.display()));
    }
    found
}

fn look(world: &World, who: &str, set: &str, bytes: &[u8]) -> Looked {
    let file = exchange::upload(world.desk(), &world.user(who), bytes).unwrap();
    exchange::look(world.desk(), &world.user(who), file, set, &LookAsk::default()).unwrap()
}

/// The cells of one column, each once. These columns hold no line breaks.
fn distinct(bytes: &[u8], header: &str) -> BTreeSet<String> {
    let csv = formats::sniff(bytes).look();
    let rows = formats::CsvRows::open(bytes, &csv, formats::Caps::default()).unwrap();
    let at = rows.headers().iter().position(|h| h == header).unwrap();
    rows.map(|row| row.unwrap().cells[at].clone()).filter(|cell| !cell.is_empty()).collect()
}

fn accounts(world: &World, names: &BTreeSet<String>) {
    let text = names.iter().fold("name\n".to_owned(), |text, name| text + &format!("\"{name}\"\n"));
    let done = import(world, "admin", "accounts", text.as_bytes(), |_| {}).unwrap();
    assert_eq!(done.tally.created, names.len() as i64, "{:?}", failed(world, "admin", done.id));
}

#[test]
fn contosos_opportunities_come_in_with_their_fallbacks_duplicates_and_doubled_text() {
    let Some(bytes) = read("crm/dynamics365-contoso-coffee/Opportunity.csv") else { return };
    let mut world = World::sqlite();
    for owner in distinct(&bytes, "Owner").into_iter().filter(|owner| owner != "Matisha Ladiwala") {
        world.join(Box::leak(owner.into_boxed_str()), "sales", &["Sales Manager"]);
    }
    accounts(&world, &distinct(&bytes, "Potential Customer"));
    let seen = look(&world, "admin", "opportunities", &bytes);
    let goes = |from: &str| seen.guess.columns.iter().find(|line| line.from == from).map(|line| line.to.as_str());
    for (from, to) in [
        ("Topic", "name"),
        ("Owner", "owner"),
        ("Potential Customer", "customer"),
        ("Status", "state"),
        ("Status Reason", "status"),
        ("Est. revenue", "estimated_value"),
        ("Est. close date", "estimated_close_date"),
        ("Probability", "probability"),
        ("Sales Stage", "sales_stage"),
    ] {
        assert_eq!(goes(from), Some(to), "{from}");
    }
    assert_eq!(seen.guess.dates.as_deref(), Some("mdy"));
    let done = import(&world, "admin", "opportunities", &bytes, |ask| {
        ask.keys = vec!["name".into(), "customer".into(), "Created On".into()];
        // WHY: without the dates, of which 229 have a time of day and would be problems of their rows.
        ask.map = map(
            r#"{"columns":[{"from":"Topic","to":"name"},{"from":"Owner","to":"owner"},{"from":"Potential Customer","to":"customer"},
                {"from":"Status","to":"state"},{"from":"Est. revenue","to":"estimated_value"},{"from":"Probability","to":"probability"}]}"#,
        );
    })
    .unwrap();
    assert_eq!(done.state, JobState::Done, "{:?}", done.message);
    let told = failed(&world, "admin", done.id);
    assert_eq!((done.tally.created, done.tally.failed, done.total), (5226, 3, Some(5229)), "{:?}", told.iter().take(5).collect::<Vec<_>>());
    assert!(told.iter().all(|(_, why)| why.starts_with("the same as row ")), "{told:?}");
    // 105 times `CafÃ©`, and 7 times the contact `Petr KarÃ¡sek`.
    assert_eq!((done.tally.fallbacks, done.tally.doubled), (37, 112));
    let all = rows(&world, "admin", "opportunities", &["name", "state", "owner"]);
    assert_eq!(all.len(), 5226);
    assert!(all.iter().any(|row| row[0].contains("CafÃ©")) && all.iter().any(|row| row[0].contains("Café")));
    assert_eq!(all.iter().filter(|row| row[1] == "Open").count(), 521);
}

#[test]
fn mavens_pipeline_comes_in_as_far_as_it_fits() {
    let Some(bytes) = read("crm/maven-crm-sales/sales_pipeline.csv") else { return };
    let world = World::sqlite();
    accounts(&world, &distinct(&bytes, "account"));
    let done = import(&world, "admin", "opportunities", &bytes, |ask| {
        ask.map = map(
            r#"{"columns":[{"from":"opportunity_id","to":"name"},{"from":"sales_agent","to":"owner"},{"from":"account","to":"customer"},
                {"from":"deal_stage","to":"state","words":{"Engaging":"open","Prospecting":"open"}},{"from":"close_date","to":"actual_close_date"},
                {"from":"close_value","to":"actual_value"}],"dates":"mdy"}"#,
        );
    })
    .unwrap();
    assert_eq!(done.state, JobState::Done, "{:?}", done.message);
    assert_eq!(done.tally.rows(), 8800);
    assert_eq!((done.tally.created, done.tally.fallbacks), (8800, 8800), "{:?}", failed(&world, "admin", done.id).first());
    let all = rows(&world, "admin", "opportunities", &["state", "customer"]);
    let count = |state: &str| all.iter().filter(|row| row[0] == state).count();
    assert_eq!((count("Won"), count("Lost"), count("Open")), (4238, 2473, 2089));
    assert_eq!(all.iter().filter(|row| row[1].is_empty()).count(), 1425);
}

#[test]
fn mavens_products_that_are_spelt_otherwise_are_problems_of_their_rows() {
    let (Some(pipeline), Some(products)) = (read("crm/maven-crm-sales/sales_pipeline.csv"), read("crm/maven-crm-sales/products.csv"))
    else {
        return;
    };
    let world = World::sqlite();
    let done = import(&world, "admin", "products", &products, |ask| {
        ask.map = map(
            r#"{"columns":[{"from":"product","to":"name"},{"from":"product","to":"product_number"},{"from":"sales_price","to":"price"}]}"#,
        );
    })
    .unwrap();
    assert_eq!(done.tally.failed, 0, "{:?}", failed(&world, "admin", done.id));
    let deal = import(&world, "admin", "opportunities", b"name\nall\n", |_| {}).unwrap();
    assert_eq!(deal.tally.created, 1);
    let done = import(&world, "admin", "opportunity_products", &pipeline, |ask| {
        ask.duplicates = Duplicates::Allow;
        ask.dry_run = true;
        ask.map = map(r#"{"columns":[{"from":"product","to":"product"}],"fixed":{"opportunity":"all","quantity":"1"}}"#);
    })
    .unwrap();
    let told = failed(&world, "admin", done.id);
    let unknown = told.iter().filter(|(_, why)| why == "product: there is no product called `GTXPro`").count();
    assert_eq!((unknown, done.tally.failed, done.tally.rows()), (1480, 1480, 8800), "{:?}", told.first());
}

#[test]
fn accounts_in_an_old_encoding_come_in_without_a_wrong_character() {
    let Some(bytes) = read("crm/salesforce-dataloader/accountData.csv") else { return };
    let world = World::sqlite();
    let seen = look(&world, "admin", "accounts", &bytes);
    assert_eq!((seen.spec.encoding.as_str(), seen.rows), ("windows-1252", Some(423)));
    let done = import(&world, "admin", "accounts", &bytes, |ask| ask.duplicates = Duplicates::Allow).unwrap();
    assert_eq!((done.state, done.tally.rows()), (JobState::Done, 423));
    let all = rows(&world, "admin", "accounts", &["name", "address_line1", "address_city"]);
    assert_eq!(all.len() as i64, done.tally.created);
    let text: String = all.into_iter().flatten().collect::<String>() + &errors_csv(&world, "admin", done.id);
    assert!(text.contains('é') && !text.contains('\u{fffd}'));
}

#[test]
fn a_row_that_is_wider_than_its_header_by_empty_cells_is_a_record() {
    let Some(bytes) = read("crm/react-admin-crm/contacts_export.csv") else { return };
    let world = World::sqlite();
    let columns =
        r#"{"columns":[{"from":"first_name","to":"first_name"},{"from":"last_name","to":"last_name"},{"from":"email","to":"email"}]}"#;
    let done = import(&world, "admin", "contacts", &bytes, |ask| ask.map = map(columns)).unwrap();
    assert_eq!((done.state, done.tally.failed), (JobState::Done, 0), "{:?}", done.message);
    assert_eq!((Some(done.tally.created), done.tally.rows()), (done.total, 3));
    // The other way round: a row that is narrower lacks its last cells.
    let Some(bytes) = read("crm/react-admin-crm/ra-customers.csv") else { return };
    let done = import(&world, "admin", "contacts", &bytes, |ask| ask.map = map(columns)).unwrap();
    assert_eq!((done.tally.created, done.tally.failed), (10, 0), "{:?}", failed(&world, "admin", done.id));
}

#[test]
fn a_header_below_instructions_is_found() {
    let Some(bytes) = read("crm/npsp-import-template/NPSP_Data_Import_Template_csv.csv") else { return };
    let world = World::sqlite();
    let seen = look(&world, "admin", "contacts", &bytes);
    assert!(seen.spec.header_row.is_some_and(|row| row > 0), "{:?}", seen.spec);
    assert!(seen.spec.headers.len() > 60, "{:?}", seen.spec.headers);
}

/// The demo's own files and maps, in the demo's order.
const NORTHWIND: [(&str, &str, &str, i64); 5] = [
    ("products", "products.csv", "products.json", 77),
    ("accounts", "customers.csv", "accounts.json", 91),
    ("contacts", "customers.csv", "contacts.json", 91),
    ("orders", "orders.csv", "orders.json", 830),
    ("order_lines", "order_details.csv", "order_lines.json", 2155),
];

#[test]
fn northwind_comes_in_whole() {
    let world = World::sqlite();
    let folder = PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../demo/northwind"));
    let (unit, role) = (world.unit("sales"), world.role("Sales Manager"));
    for first_last in [
        "nancy.davolio",
        "andrew.fuller",
        "janet.leverling",
        "margaret.peacock",
        "steven.buchanan",
        "michael.suyama",
        "robert.king",
        "laura.callahan",
        "anne.dodsworth",
    ] {
        world.operate(move |tx| {
            let email = format!("{first_last}@northwind.example");
            let new = store::accounts::NewUser { name: first_last, email: &email, title: None, unit, manager: None };
            let user = store::accounts::invite(tx, &new)?;
            store::accounts::set_state(tx, user, security::UserState::Active)?;
            store::rights::give_role(tx, role, user, None, None)?;
            Ok(())
        });
    }
    for (set, file, json, count) in NORTHWIND {
        let bytes = std::fs::read(folder.join(file)).unwrap();
        let lines = std::fs::read_to_string(folder.join("maps").join(json)).unwrap();
        let done = import(&world, "admin", set, &bytes, |ask| ask.map = map(&lines)).unwrap();
        let told = failed(&world, "admin", done.id);
        assert_eq!(
            (done.tally.created, done.tally.failed, done.tally.fallbacks),
            (count, 0, 0),
            "{set}: {:?} {:?}",
            done.message,
            told.first()
        );
    }
    let orders = rows(&world, "admin", "orders", &["customer", "owner"]);
    assert!(orders.iter().all(|row| !row[0].is_empty() && row[1].contains('.')));
}
