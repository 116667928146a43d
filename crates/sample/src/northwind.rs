//! The sample organisation: real files, the maps to import them, and the people who work there.
//!
//! [`files`] are Northwind's, unchanged; [`IMPORTS`] says in which order and by which map they become records through
//! the product's own import; [`people`] are its nine employees with their managers, and the colleagues in service,
//! marketing and oversight that Northwind does not have, so that every shipped role has somebody.
//! How a map reads is said in `demo/README.md`; the files' licence is `demo/northwind/NOTICE`.
//! Not here: the import (`crm`); the rest of the demo's rows ([`crate::generate`]).
//! Start reading at [`IMPORTS`]. Proved by `crates/sample/tests/it/northwind.rs`.

/// A file that is part of the program.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct File {
    /// Its name.
    pub name: &'static str,
    /// Its bytes.
    pub bytes: &'static [u8],
}

/// One import: which file becomes rows of which set, and how.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Import {
    /// The set.
    pub set: &'static str,
    /// The name of one of [`files`].
    pub file: &'static str,
    /// The import map, JSON.
    pub map: &'static str,
}

/// The imports, in the order in which each finds what it names.
pub const IMPORTS: [Import; 5] = [
    Import { set: "products", file: "products.csv", map: include_str!("../../../demo/northwind/maps/products.json") },
    Import { set: "accounts", file: "customers.csv", map: include_str!("../../../demo/northwind/maps/accounts.json") },
    Import { set: "contacts", file: "customers.csv", map: include_str!("../../../demo/northwind/maps/contacts.json") },
    Import { set: "orders", file: "orders.csv", map: include_str!("../../../demo/northwind/maps/orders.json") },
    Import { set: "order_lines", file: "order_details.csv", map: include_str!("../../../demo/northwind/maps/order_lines.json") },
];

/// The organisation's name, which is its root unit's too.
pub const ORGANISATION: &str = "Northwind Traders";

/// The business units with the unit above each; a unit stands behind the one above it.
pub const UNITS: [(&str, Option<&str>); 6] = [
    (ORGANISATION, None),
    ("Sales", Some(ORGANISATION)),
    ("North America", Some("Sales")),
    ("Europe", Some("Sales")),
    ("Service", Some(ORGANISATION)),
    ("Marketing", Some(ORGANISATION)),
];

/// Somebody who works there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Person {
    /// Given name.
    pub first: String,
    /// Family name.
    pub last: String,
    /// What the card says.
    pub title: String,
    /// By this they sign in.
    pub email: String,
    /// Whom they report to; that person stands in the list as well.
    pub manager_email: Option<String>,
    /// One of [`UNITS`].
    pub unit: &'static str,
    /// One of the shipped roles, by name.
    pub role: &'static str,
}

/// The files: those of [`IMPORTS`], the employees, and those that the maps took the words for numbers from.
pub fn files() -> [File; 8] {
    [
        File { name: "categories.csv", bytes: include_bytes!("../../../demo/northwind/categories.csv") },
        File { name: "customers.csv", bytes: include_bytes!("../../../demo/northwind/customers.csv") },
        File { name: "employees.csv", bytes: EMPLOYEES.as_bytes() },
        File { name: "order_details.csv", bytes: include_bytes!("../../../demo/northwind/order_details.csv") },
        File { name: "orders.csv", bytes: include_bytes!("../../../demo/northwind/orders.csv") },
        File { name: "products.csv", bytes: include_bytes!("../../../demo/northwind/products.csv") },
        File { name: "shippers.csv", bytes: include_bytes!("../../../demo/northwind/shippers.csv") },
        File { name: "suppliers.csv", bytes: include_bytes!("../../../demo/northwind/suppliers.csv") },
    ]
}

/// The bytes of a file by its name.
pub fn file(name: &str) -> Option<&'static [u8]> {
    files().into_iter().find(|file| file.name == name).map(|file| file.bytes)
}

const EMPLOYEES: &str = include_str!("../../../demo/northwind/employees.csv");

/// First and last name, title, manager's e-mail address, unit, role.
type Colleague = (&'static str, &'static str, &'static str, Option<&'static str>, &'static str, &'static str);

const COLLEAGUES: [Colleague; 6] = [
    ("Grace", "Lindqvist", "Customer Service Manager", None, "Service", "Customer Service Manager"),
    ("Omar", "Haddad", "Customer Service", Some("grace.lindqvist@northwind.example"), "Service", "Customer Service Representative"),
    ("Priya", "Raman", "Marketing Manager", None, "Marketing", "Marketing Manager"),
    ("Ingrid", "Solberg", "Information Security", None, ORGANISATION, "Security Administrator"),
    ("Walter", "Quill", "Internal Audit", None, ORGANISATION, "Auditor"),
    ("Ada", "Byrne", "CRM Administrator", None, ORGANISATION, "System Administrator"),
];

/// Everybody, managers before those who report to them.
pub fn people() -> Vec<Person> {
    let mut people = employees();
    // Two levels: whoever reports to nobody, then whoever reports to them, then the rest.
    let heads: Vec<String> = people.iter().filter(|p| p.manager_email.is_none()).map(|p| p.email.clone()).collect();
    let managers: Vec<String> = people.iter().filter_map(|p| p.manager_email.clone()).collect();
    people.sort_by_key(|p| (!heads.contains(&p.email), !managers.contains(&p.email)));
    people.extend(COLLEAGUES.iter().map(|(first, last, title, manager, unit, role)| Person {
        first: (*first).into(),
        last: (*last).into(),
        title: (*title).into(),
        email: address(first, last),
        manager_email: manager.map(str::to_owned),
        unit,
        role,
    }));
    people
}

/// The e-mail address that Northwind's employee with this number has; the maps name owners by it.
pub fn employee_email(number: &str) -> Option<String> {
    rows(EMPLOYEES).find(|row| row("employeeID") == number).map(|row| address(row("firstName"), row("lastName")))
}

fn employees() -> Vec<Person> {
    let employee = |row: Row<'_>| {
        let manager_email = employee_email(row("reportsTo"));
        let unit = match (&manager_email, row("country")) {
            (None, _) => "Sales",
            (_, "UK") => "Europe",
            _ => "North America",
        };
        let leads = row("title").starts_with("Vice President") || row("title") == "Sales Manager";
        Person {
            first: row("firstName").into(),
            last: row("lastName").into(),
            title: row("title").into(),
            email: address(row("firstName"), row("lastName")),
            manager_email,
            unit,
            role: if leads { "Sales Manager" } else { "Salesperson" },
        }
    };
    rows(EMPLOYEES).map(employee).collect()
}

fn address(first: &str, last: &str) -> String {
    format!("{}.{}@northwind.example", first.to_lowercase(), last.to_lowercase())
}

/// The cell under a header; empty when there is none.
type Row<'a> = Box<dyn Fn(&str) -> &'a str + 'a>;

/// The rows of one of these files. They hold no quotes, so a comma always parts cells.
fn rows(file: &str) -> impl Iterator<Item = Row<'_>> {
    let mut lines = file.lines();
    let header: Vec<&str> = lines.next().unwrap_or_default().split(',').collect();
    lines.map(move |line| {
        let header = header.clone();
        Box::new(move |name: &str| {
            let at = header.iter().position(|h| *h == name);
            at.and_then(|at| line.split(',').nth(at)).unwrap_or_default()
        }) as Row<'_>
    })
}
