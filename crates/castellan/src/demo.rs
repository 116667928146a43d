//! The sample organisation: built once, from real files through the product's own import, then served.
//!
//! It is built beside the data directory and moved into place when it is whole, so a start that was killed leaves
//! nothing half-made. The people's passwords are drawn at random and kept in `demo.json`, readable to the owner only.
//! Not here: the files and the cast (`sample`). Start reading at [`run`]. Proved by `crates/castellan/tests/it/demo.rs`.

mod amounts;

use crate::arguments::{Arguments, Listen};
use crate::failure::Failure;
use crate::generate::{Owner, lay_out, owners};
use crate::house::House;
use crate::serve;
use catalogue::{RowId, TableId, Value};
use crm::exchange::{self, ImportAsk};
use crm::people::{self, InviteAsk};
use crm::records::Draft;
use crm::setup::{BaseCurrency, SetupAsk};
use crm::sign_in::{self, SignInAsk, passwords};
use crm::views::{ListAsk, Row};
use crm::{Asker, Channel, Desk, PrincipalId, RoleId, UnitId, Verb};
use sample::generate::{Mix, Shape, Standing, StandingAccount, StandingProduct};
use sample::northwind::{self, Person};
use serde_json::{Value as Json, json};
use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicU64;

/// Generated rows around Northwind's customers.
const ROWS: u64 = 1_600;
const SEED: u64 = 7;
const DAY: i64 = 86_400_000_000;

/// Cells of one record: column, value, and for a lookup what it points to.
type Cells = Vec<(catalogue::ColumnId, Value, Option<catalogue::Target>)>;

/// Builds the sample organisation if it is not there, and serves it.
pub fn run(arguments: &Arguments, at: &Listen) -> Result<(), Failure> {
    let data = arguments.data.as_path();
    let tcp = serve::listen(&at.listen)?;
    if !data.join("demo.json").exists() {
        build(arguments)?;
    }
    let house = House::open(data, arguments.database.as_deref())?;
    let address = format!("http://{}", tcp.local_addr()?);
    let people = known(data)?;
    serve::serve(house, data, tcp, at.behind_tls, || tell(arguments.json, &address, &people))
}

fn tell(json: bool, address: &str, people: &Json) {
    if json {
        println!("{}", json!({ "address": address, "people": people }));
        return;
    }
    println!("Castellan serves Northwind Traders at {address}\n");
    println!("{:<34} {:<42} password", "role", "e-mail");
    for person in people.as_array().into_iter().flatten() {
        let text = |name: &str| person.get(name).and_then(Json::as_str).unwrap_or_default();
        println!("{:<34} {:<42} {}", text("role"), text("email"), text("password"));
    }
}

fn known(data: &Path) -> Result<Json, Failure> {
    serde_json::from_slice(&std::fs::read(data.join("demo.json"))?).map_err(Failure::damaged)
}

/// Builds it beside its place, then moves it there.
fn build(arguments: &Arguments) -> Result<(), Failure> {
    let data = arguments.data.as_path();
    if data.exists() && std::fs::read_dir(data)?.next().is_some() {
        return Err(Failure::closed(format!("`{}` holds another organisation; choose another directory with --data", data.display())));
    }
    let beside = beside(data)?;
    if beside.exists() {
        std::fs::remove_dir_all(&beside)?;
    }
    eprintln!("building the sample organisation …");
    let mut house = House::open(&beside, arguments.database.as_deref())?;
    house.work();
    let built = fill(&house.desk);
    house.close()?;
    let people = built?;
    write_private(&beside.join("demo.json"), &people.to_string())?;
    if data.exists() {
        std::fs::remove_dir(data)?;
    }
    std::fs::rename(&beside, data)?;
    Ok(())
}

fn beside(data: &Path) -> Result<PathBuf, Failure> {
    let mut name = data.file_name().ok_or_else(|| Failure::closed("--data must name a directory"))?.to_owned();
    name.push(".building");
    Ok(data.with_file_name(name))
}

fn write_private(path: &Path, text: &str) -> Result<(), Failure> {
    use std::io::Write;
    use std::os::unix::fs::OpenOptionsExt;
    let mut file = std::fs::OpenOptions::new().create_new(true).write(true).mode(0o600).open(path)?;
    file.write_all(text.as_bytes())?;
    Ok(file.sync_all()?)
}

/// The organisation, its people, its records. Answers the sign-ins, one person per role first.
fn fill(desk: &Desk) -> Result<Json, Failure> {
    let cast = northwind::people();
    let first = cast.iter().find(|p| p.role == "System Administrator").ok_or_else(|| Failure::damaged("the cast has no administrator"))?;
    let mut secrets = HashMap::new();
    for person in &cast {
        secrets.insert(person.email.clone(), password(desk));
    }
    let secret = |email: &str| secrets.get(email).cloned().unwrap_or_default();
    let ask = SetupAsk {
        organisation: northwind::ORGANISATION.into(),
        base_currency: BaseCurrency::of("USD")?,
        admin_name: name(first),
        admin_email: first.email.clone(),
        password_hash: passwords::hash(&secret(&first.email), desk.store().chance())?,
    };
    desk.operate("organisation.install", move |tx| crm::setup::install(tx, &ask))?;
    let admin = sign_in(desk, &first.email, &secret(&first.email))?;
    let ids = hire(desk, &admin, &cast, &first.email, &secret)?;
    for import in northwind::IMPORTS {
        bring(desk, &admin, import)?;
    }
    surround(desk, &admin, &cast)?;
    settle(desk, &admin)?;
    plan_the_week(desk, &admin, &cast, &ids)?;
    open_credit(desk, &admin, &cast, &ids)?;
    Ok(sign_ins(&cast, &secret))
}

fn name(person: &Person) -> String {
    format!("{} {}", person.first, person.last)
}

fn sign_in(desk: &Desk, email: &str, password: &str) -> Result<Asker, Failure> {
    let ask = SignInAsk { email: email.into(), password: password.into(), place: None, channel: Channel::CommandLine };
    Ok(Asker::with_token(&sign_in::sign_in(desk, &ask)?.token, Channel::CommandLine))
}

/// Four words and a number: long enough, and copied in one go.
fn password(desk: &Desk) -> String {
    const WORDS: [&str; 32] = [
        "amber", "anvil", "basket", "birch", "cedar", "cobalt", "copper", "ember", "fable", "garnet", "harbor", "hazel", "indigo",
        "juniper", "kettle", "lantern", "linen", "maple", "meadow", "nickel", "orchard", "otter", "pebble", "pepper", "quartz", "ribbon",
        "saddle", "timber", "tulip", "velvet", "walnut", "willow",
    ];
    let mut bytes = [0u8; 6];
    desk.store().chance().fill(&mut bytes);
    let (words, digits) = bytes.split_at(4);
    let words: Vec<&str> = words.iter().filter_map(|b| WORDS.get(usize::from(*b) % WORDS.len()).copied()).collect();
    let number = digits.iter().fold(0u32, |n, b| n * 256 + u32::from(*b)) % 900 + 100;
    format!("{}-{number}", words.join("-"))
}

/// Units, invitations, roles; every invitation is accepted before records come.
fn hire(
    desk: &Desk,
    admin: &Asker,
    cast: &[Person],
    already: &str,
    secret: &impl Fn(&str) -> String,
) -> Result<HashMap<String, PrincipalId>, Failure> {
    let mut units: HashMap<String, UnitId> = HashMap::new();
    for unit in desk.look(admin, people::units)? {
        units.insert(unit.name.clone(), unit.id);
    }
    for (unit, parent) in northwind::UNITS {
        if let Some(parent) = parent.and_then(|p| units.get(p)).copied() {
            let made = desk.perform(admin, Verb::admin("unit.create"), move |tx, actor| people::create_unit(tx, actor, unit, parent))?;
            units.insert(unit.to_owned(), made);
        }
    }
    let roles: HashMap<String, RoleId> = desk.look(admin, people::roles)?.into_iter().map(|r| (r.name.clone(), r.id)).collect();
    let mut ids: HashMap<String, PrincipalId> = HashMap::new();
    for person in cast.iter().filter(|p| p.email != already) {
        let ask = InviteAsk {
            name: name(person),
            email: person.email.clone(),
            title: Some(person.title.clone()),
            unit: *units.get(person.unit).ok_or_else(|| Failure::damaged(format!("there is no unit `{}`", person.unit)))?,
            manager: person.manager_email.as_ref().and_then(|m| ids.get(m)).copied(),
            roles: roles.get(person.role).copied().into_iter().collect(),
            ends_at: None,
            responsible: None,
        };
        let invited = desk.perform(admin, Verb::admin("user.invite"), move |tx, actor| people::invite(tx, actor, &ask))?;
        sign_in::accept(desk, &invited.token, &secret(&person.email), Channel::CommandLine)?;
        ids.insert(person.email.clone(), invited.user);
    }
    Ok(ids)
}

/// One of the real files, through the product's own import.
fn bring(desk: &Desk, admin: &Asker, import: northwind::Import) -> Result<(), Failure> {
    let bytes = northwind::file(import.file).ok_or_else(|| Failure::damaged(format!("`{}` is not part of this binary", import.file)))?;
    let file = exchange::upload(desk, admin, bytes)?;
    let map = serde_json::from_str(import.map).map_err(Failure::damaged)?;
    let ask = ImportAsk { file: Some(file), file_name: import.file.into(), set: import.set.into(), map: Some(map), ..ImportAsk::default() };
    let started = exchange::begin(desk, admin, &ask)?;
    loop {
        let told = desk.look(admin, |tx, actor| exchange::import(tx, actor, started.import))?;
        match told.state.name() {
            "queued" | "running" | "stopping" => std::thread::sleep(std::time::Duration::from_millis(50)),
            "done" if told.tally.failed == 0 => return Ok(()),
            _ => {
                return Err(Failure::refused(format!(
                    "{}: {} rows failed, {}",
                    import.file,
                    told.tally.failed,
                    told.message.unwrap_or_default()
                )));
            }
        }
    }
}

/// Leads, opportunities, cases and activities around the customers that came from the files.
fn surround(desk: &Desk, admin: &Asker, cast: &[Person]) -> Result<(), Failure> {
    let people = owners(desk).map_err(Failure::refused)?;
    let accounts = all(desk, admin, "accounts")?;
    let contacts = all(desk, admin, "contacts")?;
    let products = all(desk, admin, "products")?;
    let catalogue = catalogue::standard::catalogue().map_err(Failure::damaged)?;
    let cell = |set: &str, row: &Row, name: &str| {
        let table = catalogue.find(set)?;
        row.cell(table, name).map(|c| c.value.clone())
    };
    let id_of = |set: &str, row: &Row, name: &str| cell(set, row, name).and_then(|v| v.id());
    let label = |set: &str, row: &Row| catalogue.find(set).map(|t| row.name(t)).unwrap_or_default();
    let at: HashMap<RowId, u64> =
        contacts.iter().enumerate().filter_map(|(n, c)| Some((id_of("contacts", c, "account")?, n as u64))).collect();
    let standing = Standing {
        accounts: accounts
            .iter()
            .map(|row| StandingAccount {
                name: label("accounts", row),
                owner: id_of("accounts", row, "owner").and_then(|o| people.iter().position(|p| p.id.0 == o)).unwrap_or(0),
                contact: at.get(&row.id).copied(),
            })
            .collect(),
        contacts: contacts.len() as u64,
        products: products
            .iter()
            .map(|row| StandingProduct {
                name: label("products", row),
                price: cell("products", row, "price").and_then(|v| v.int()).unwrap_or(100_000),
            })
            .collect(),
    };
    let with_role = |words: &[&str]| -> Vec<usize> {
        let of = |p: &Owner| cast.iter().find(|c| c.email == p.email).is_some_and(|c| words.contains(&c.role));
        people.iter().enumerate().filter(|(_, p)| of(p)).map(|(n, _)| n).collect()
    };
    let shape = Shape {
        now: desk.store().now(),
        mix: Mix::BesideCustomers,
        sales: with_role(&["Salesperson", "Sales Manager"]),
        service: with_role(&["Customer Service Representative", "Customer Service Manager"]),
        standing,
    };
    let ids = |rows: &[Row]| rows.iter().map(|r| r.id).collect::<Vec<_>>();
    let there = HashMap::from([
        ("accounts".to_owned(), ids(&accounts)),
        ("contacts".to_owned(), ids(&contacts)),
        ("products".to_owned(), ids(&products)),
    ]);
    lay_out(desk, SEED, ROWS, shape, &people, &there, &AtomicU64::new(0)).map_err(Failure::refused)
}

/// What the files do not say in one row: whom to ask for at a customer, which orders are done, what they come to.
fn settle(desk: &Desk, admin: &Asker) -> Result<(), Failure> {
    let catalogue = catalogue::standard::catalogue().map_err(Failure::damaged)?;
    let table = |set: &str| catalogue.find(set).ok_or_else(|| Failure::damaged(format!("there is no set `{set}`")));
    let (accounts, contacts, orders) = (table("accounts")?, table("contacts")?, table("orders")?);
    let mut changes: Vec<(TableId, RowId, Cells)> = Vec::new();
    for row in all(desk, admin, "contacts")? {
        let account = row.cell(contacts, "account").and_then(|c| c.value.id());
        if let (Some(account), Some(column)) = (account, accounts.find("primary_contact")) {
            changes.push((accounts.id, account, vec![(column.id, row.id.into(), catalogue.target("contacts"))]));
        }
    }
    let sold = all(desk, admin, "orders")?;
    changes.extend(amounts::amounts(&catalogue, &sold, &all(desk, admin, "order_lines")?));
    for row in &sold {
        let is_shipped = row.cell(orders, "shipped_date").is_some_and(|c| !c.value.is_null());
        let state = orders.find("state").and_then(|c| Some((c.id, c.kind.options().iter().find(|o| o.name == "fulfilled")?.value)));
        if let (true, Some((column, fulfilled))) = (is_shipped, state) {
            changes.push((orders.id, row.id, vec![(column, fulfilled.into(), None)]));
        }
    }
    for some in changes.chunks(200) {
        let some = some.to_vec();
        desk.perform(admin, Verb::write("record.change"), move |tx, actor| {
            for (table, id, cells) in &some {
                crm::records::change(tx, actor, *table, *id, None, cells.clone())?;
            }
            Ok(())
        })?;
    }
    Ok(())
}

/// Something to do for everybody who sells, from this morning on.
fn plan_the_week(desk: &Desk, admin: &Asker, cast: &[Person], ids: &HashMap<String, PrincipalId>) -> Result<(), Failure> {
    const TO_DO: [(&str, &str, i64); 6] = [
        ("phone_calls", "Ask how the last delivery went", 0),
        ("tasks", "Send the spring price list", 0),
        ("tasks", "Prepare the yearly review", 1),
        ("phone_calls", "Talk about the next order", 1),
        ("tasks", "Check the delivery address", 2),
        ("phone_calls", "Agree on a date for the visit", 3),
    ];
    let catalogue = catalogue::standard::catalogue().map_err(Failure::damaged)?;
    let accounts = all(desk, admin, "accounts")?;
    let owner_of = |row: &Row| catalogue.find("accounts").and_then(|t| row.cell(t, "owner")).and_then(|c| c.value.id());
    let morning = desk.store().now() / DAY * DAY + 9 * DAY / 24;
    let mut drafts = Vec::new();
    for seller in cast.iter().filter(|p| matches!(p.role, "Salesperson" | "Sales Manager")).filter_map(|p| ids.get(&p.email)) {
        let own = accounts.iter().filter(|row| owner_of(row) == Some(seller.0));
        for ((set, subject, days), account) in TO_DO.into_iter().zip(own) {
            let table = catalogue.find(set).ok_or_else(|| Failure::damaged(format!("there is no set `{set}`")))?;
            let values: [(&str, Value); 3] =
                [("subject", subject.into()), ("due_on", (morning + days * DAY).into()), ("regarding", account.id.into())];
            let cells = values.into_iter().filter_map(|(name, value)| {
                let target = if name == "regarding" { catalogue.target("accounts") } else { None };
                table.find(name).map(|c| (c.id, value, target))
            });
            drafts.push(Draft { table: table.id, id: None, cells: cells.collect(), owner: Some(*seller) });
        }
    }
    desk.perform(admin, Verb::write("record.create"), move |tx, actor| {
        for draft in &drafts {
            crm::records::create(tx, actor, draft)?;
        }
        Ok(())
    })?;
    Ok(())
}

/// Every row of a set, in the order it was made.
fn all(desk: &Desk, admin: &Asker, set: &str) -> Result<Vec<Row>, Failure> {
    let mut rows = Vec::new();
    let mut ask = ListAsk { set: set.into(), view: "*".into(), sort: Some("created_on".into()), limit: 500, ..ListAsk::default() };
    loop {
        let page = desk.look(admin, |tx, actor| crm::views::list(tx, actor, &ask))?;
        rows.extend(page.rows);
        match page.next {
            Some(next) => ask.after = Some(next),
            None => return Ok(rows),
        }
    }
}

/// The credit limit is secured: managers of sales see it by a profile, nobody else.
fn open_credit(desk: &Desk, admin: &Asker, cast: &[Person], ids: &HashMap<String, PrincipalId>) -> Result<(), Failure> {
    let grant = |column: &str| crm::ColumnGrant { set: "accounts".into(), column: column.into(), read: true, create: true, update: true };
    let draft = people::ProfileDraft { id: None, name: "Credit".into(), grants: vec![grant("credit_limit")] };
    let profile = desk.perform(admin, Verb::admin("profile.save"), move |tx, actor| people::save_profile(tx, actor, &draft))?;
    for manager in cast.iter().filter(|p| p.role == "Sales Manager").filter_map(|p| ids.get(&p.email)).copied() {
        desk.perform(admin, Verb::admin("profile.give"), move |tx, actor| {
            people::give_profile(tx, actor, profile, manager, Some("decides on credit"), None)
        })?;
    }
    Ok(())
}

/// One person per role first, then everybody else.
fn sign_ins(cast: &[Person], secret: &impl Fn(&str) -> String) -> Json {
    let mut seen = Vec::new();
    let mut told = Vec::new();
    // A salesperson who reports to a manager of the same branch shows more than a head without a team.
    for person in cast {
        if !seen.contains(&person.role) {
            seen.push(person.role);
            told.push(json!({ "role": person.role, "name": name(person), "email": person.email, "password": secret(&person.email) }));
        }
    }
    let rest = cast.iter().filter(|p| !told.iter().any(|t| t.get("email").and_then(Json::as_str) == Some(&p.email)));
    let rest: Vec<Json> =
        rest.map(|p| json!({ "role": p.role, "name": name(p), "email": p.email, "password": secret(&p.email) })).collect();
    told.extend(rest);
    json!(told)
}
