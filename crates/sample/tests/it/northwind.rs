//! The files of the demo, the maps that import them and the people.
use catalogue::{Catalogue, Column, Kind, Table, Target};
use sample::northwind::{IMPORTS, Import, ORGANISATION, UNITS, employee_email, file, files, people};
use serde_json::Value;
use std::collections::{HashMap, HashSet};

fn standard() -> Catalogue {
    catalogue::standard::catalogue().unwrap()
}

/// Header and rows; these files hold no quotes.
fn read(name: &str) -> (Vec<String>, Vec<HashMap<String, String>>) {
    let text = std::str::from_utf8(file(name).unwrap()).unwrap();
    assert!(!text.contains('"') && !text.contains('\r'), "{name}");
    let mut lines = text.lines().map(|line| line.split(',').map(str::to_owned).collect::<Vec<_>>());
    let header = lines.next().unwrap();
    let rows = lines.map(|cells| {
        assert_eq!(cells.len(), header.len(), "{name}: {cells:?}");
        header.iter().cloned().zip(cells).collect()
    });
    let rows = rows.collect();
    (header, rows)
}

fn map(import: &Import) -> Value {
    serde_json::from_str(import.map).unwrap()
}

fn columns(map: &Value) -> &[Value] {
    map["columns"].as_array().unwrap()
}

#[test]
fn the_files_are_the_size_they_should_be() {
    let sizes: Vec<_> = files().map(|f| (f.name, read(f.name).1.len())).to_vec();
    assert_eq!(
        sizes,
        [
            ("categories.csv", 8),
            ("customers.csv", 91),
            ("employees.csv", 9),
            ("order_details.csv", 2155),
            ("orders.csv", 830),
            ("products.csv", 77),
            ("shippers.csv", 3),
            ("suppliers.csv", 29),
        ]
    );
}

#[test]
fn the_files_are_those_that_were_published() {
    let folder = std::env::var("CASTELLAN_DATA").unwrap_or_else(|_| concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/data").into());
    let folder = std::path::Path::new(&folder).join("crm/northwind");
    if !folder.is_dir() {
        assert!(std::env::var("CI").as_deref() != Ok("true"), "the shared data is not there");
        eprintln!("SKIPPED: the shared data is not there, so the demo's files were not compared with it");
        return;
    }
    for file in files() {
        assert!(std::fs::read(folder.join(file.name)).unwrap() == file.bytes, "{} differs", file.name);
    }
}

#[test]
fn a_map_names_headers_that_the_file_has_and_columns_that_can_be_written() {
    let standard = standard();
    for import in IMPORTS {
        let (header, map, table) = (read(import.file).0, map(&import), standard.find(import.set).unwrap());
        assert_eq!(map["dates"], "ymd");
        let mut given = HashSet::new();
        for column in columns(&map) {
            let from = column["from"].as_str().unwrap();
            assert!(header.iter().any(|h| h == from), "{} has no {from}", import.file);
            for to in column["to"].as_str().unwrap().split(',') {
                assert!(is_written(table, to), "{}.{to}", import.set);
                assert!(given.insert(to.to_owned()), "{}.{to} is given twice", import.set);
            }
            if let Some(found) = column.get("match") {
                let there = standard.find(found["set"].as_str().unwrap()).unwrap();
                assert!(there.find(found["column"].as_str().unwrap()).unwrap().kind.has_key());
                let lookup = table.find(column["to"].as_str().unwrap()).unwrap();
                assert!(lookup.kind.targets().contains(&Target::Table(there.id)), "{}", lookup.name);
            }
        }
        for (column, cell) in map["fixed"].as_object().unwrap() {
            fits(table.find(column).unwrap(), cell.as_str().unwrap());
            given.insert(column.clone());
        }
        for column in table.columns.iter().filter(|c| c.required) {
            assert!(given.contains(&column.name), "{}.{} is required", import.set, column.name);
        }
    }
}

fn is_written(table: &Table, column: &str) -> bool {
    column == "owner" && table.is_owned() || table.writable().any(|c| c.name == column)
}

/// As the README of the demo says cells are written.
fn fits(column: &Column, cell: &str) {
    let whole = || cell.split_once('.').map_or(cell, |(whole, part)| if part.len() <= 4 { whole } else { "x" }).parse::<i64>();
    let good = match &column.kind {
        Kind::Text(max) | Kind::Phone(max) | Kind::Memo(max) => cell.chars().count() <= *max as usize,
        Kind::Choice(options) => options.iter().any(|o| o.name == cell || o.label == cell),
        Kind::YesNo => ["yes", "no"].contains(&cell),
        Kind::Money | Kind::Decimal { .. } => whole().is_ok(),
        Kind::Integer { .. } => cell.parse::<i64>().is_ok(),
        Kind::Date => cell.len() == 23 && cell.ends_with(" 00:00:00.000"),
        Kind::Owner => people().iter().any(|p| p.email == cell),
        Kind::Lookup(_) => !cell.is_empty(),
        _ => false,
    };
    assert!(good, "`{cell}` does not fit `{}`", column.name);
}

#[test]
fn every_cell_of_the_files_fits_its_column() {
    let standard = standard();
    for import in IMPORTS {
        let (map, table) = (map(&import), standard.find(import.set).unwrap());
        let empty = map["empty_words"][0].as_str().unwrap();
        for row in read(import.file).1 {
            for column in columns(&map).iter().filter(|c| c.get("as").is_none()) {
                let cell = row[column["from"].as_str().unwrap()].as_str();
                let cell = column.get("words").and_then(|words| words.get(cell)).map_or(cell, |word| word.as_str().unwrap());
                let target = table.find(column["to"].as_str().unwrap()).unwrap();
                assert!(!target.required || (!cell.is_empty() && cell != empty), "{} is required", target.name);
                if cell != empty && !cell.is_empty() {
                    fits(target, cell);
                }
            }
        }
    }
}

#[test]
fn every_row_that_a_file_names_is_in_the_file_before() {
    for import in IMPORTS {
        for column in map(&import)["columns"].as_array().unwrap() {
            let Some(found) = column.get("match") else { continue };
            let there = IMPORTS.iter().take_while(|i| i.set != import.set).find(|i| i.set == found["set"]).unwrap();
            let there_map = map(there);
            let key = columns(&there_map).iter().find(|c| c["to"] == found["column"]).unwrap()["from"].as_str().unwrap();
            let known: Vec<String> = read(there.file).1.into_iter().map(|mut row| row.remove(key).unwrap()).collect();
            let unique: HashSet<&String> = known.iter().collect();
            assert_eq!(unique.len(), known.len(), "{key} names several rows");
            for row in read(import.file).1 {
                assert!(unique.contains(&row[column["from"].as_str().unwrap()]), "{row:?}");
            }
        }
    }
}

#[test]
fn words_for_numbers_are_those_of_the_files() {
    for (set, from, file, key, name) in [
        ("products", "categoryID", "categories.csv", "categoryID", "categoryName"),
        ("products", "supplierID", "suppliers.csv", "supplierID", "companyName"),
        ("orders", "shipVia", "shippers.csv", "shipperID", "companyName"),
    ] {
        let map = map(IMPORTS.iter().find(|i| i.set == set).unwrap());
        let words = columns(&map).iter().find(|c| c["from"] == from).unwrap()["words"].clone();
        let rows = read(file).1;
        assert_eq!(words.as_object().unwrap().len(), rows.len());
        for row in rows {
            assert_eq!(words[&row[key]], row[name]);
        }
    }
    let map = map(IMPORTS.iter().find(|i| i.set == "orders").unwrap());
    let words = columns(&map).iter().find(|c| c["from"] == "employeeID").unwrap()["words"].clone();
    for (number, email) in words.as_object().unwrap() {
        assert_eq!(employee_email(number).as_deref(), email.as_str());
    }
}

#[test]
fn everybody_has_a_place_and_managers_come_first() {
    let people = people();
    assert_eq!(people.len(), 15);
    let shipped: HashSet<String> = security::shipped_roles(&standard()).into_iter().map(|role| role.name).collect();
    for (n, person) in people.iter().enumerate() {
        assert!(shipped.contains(person.role), "{}", person.role);
        assert!(UNITS.iter().any(|(unit, _)| *unit == person.unit));
        assert!(person.email.ends_with("@northwind.example") && !person.email.contains(' '));
        assert_eq!(people.iter().filter(|p| p.email == person.email).count(), 1);
        if let Some(manager) = &person.manager_email {
            assert!(people[..n].iter().any(|p| p.email == *manager), "{manager} stands behind {}", person.email);
        }
    }
    let given: HashSet<&str> = people.iter().map(|p| p.role).collect();
    assert_eq!(shipped.len() - given.len(), 1, "only Basic User is given to nobody");
    let told = |email: &str| people.iter().find(|p| p.email == email).unwrap();
    let fuller = told("andrew.fuller@northwind.example");
    assert_eq!((fuller.manager_email.as_deref(), fuller.unit, fuller.role), (None, "Sales", "Sales Manager"));
    let buchanan = told("steven.buchanan@northwind.example");
    assert_eq!((buchanan.manager_email.as_deref(), buchanan.unit, buchanan.role), (Some(fuller.email.as_str()), "Europe", "Sales Manager"));
    let davolio = told("nancy.davolio@northwind.example");
    assert_eq!((davolio.unit, davolio.role, davolio.title.as_str()), ("North America", "Salesperson", "Sales Representative"));
    assert_eq!(UNITS[0], (ORGANISATION, None));
}
