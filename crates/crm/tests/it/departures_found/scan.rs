//! A look into every column of every table, past the product, for an id: as bytes, and as text however it is written.
//!
//! It knows nothing of what a column means; the tables and columns are the database's own, search indexes included.
//! [`rows`] and [`content`] look at whole tables the same way.
//! Not here: what a hit is explained by ([`super`]). Start reading at [`hits`].

use crate::world::World;
use security::PrincipalId;
use std::collections::BTreeMap;

/// A table and its column.
pub type Place = (String, String);

/// In how many rows of which column the id stands.
pub fn hits(world: &World, id: PrincipalId) -> BTreeMap<Place, i64> {
    match world.place() {
        (directory, None) => sqlite(&rusqlite::Connection::open(directory.join("castellan.db")).unwrap(), id),
        (_, Some(url)) => postgres(&mut ::postgres::Client::connect(url, ::postgres::NoTls).unwrap(), id),
    }
}

/// One statement a table: in how many rows each of its columns holds the id, as `holds` says.
fn statements(places: Vec<Place>, holds: impl Fn(&Place) -> String) -> Vec<(String, Vec<String>, String)> {
    let mut tables: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for (table, column) in places {
        tables.entry(table).or_default().push(column);
    }
    let text = |table: &String, columns: &[String]| {
        let counts: Vec<String> =
            columns.iter().map(|c| format!("count(CASE WHEN {} THEN 1 END)", holds(&(table.clone(), c.clone())))).collect();
        format!("SELECT {} FROM \"{table}\"", counts.join(", "))
    };
    tables.into_iter().map(|(table, columns)| (table.clone(), columns.clone(), text(&table, &columns))).collect()
}

fn found(table: &str, columns: Vec<String>, counts: Vec<i64>) -> impl Iterator<Item = (Place, i64)> {
    let places = columns.into_iter().map(move |column| (table.to_owned(), column));
    places.zip(counts).filter(|(_, count)| *count > 0)
}

fn sqlite(conn: &rusqlite::Connection, id: PrincipalId) -> BTreeMap<Place, i64> {
    let text = "SELECT t.name, c.name FROM sqlite_schema t JOIN pragma_table_info(t.name) c WHERE t.type = 'table' AND t.sql NOT LIKE 'CREATE VIRTUAL%'";
    let mut ask = conn.prepare(text).unwrap();
    let places: Vec<Place> = ask.query_map([], |row| Ok((row.get(0)?, row.get(1)?))).unwrap().map(Result::unwrap).collect();
    let simple = id.0.0.simple().to_string();
    let holds = |(_, column): &Place| {
        format!(
            "instr(CAST(\"{column}\" AS BLOB), x'{simple}') > 0 OR instr(lower(CAST(\"{column}\" AS TEXT)), '{id}') > 0
             OR instr(lower(CAST(\"{column}\" AS TEXT)), '{simple}') > 0"
        )
    };
    let mut all = BTreeMap::new();
    for (table, columns, text) in statements(places, holds) {
        let counts = conn.query_row(&text, [], |row| (0..columns.len()).map(|n| row.get(n)).collect::<Result<Vec<i64>, _>>()).unwrap();
        all.extend(found(&table, columns, counts));
    }
    all
}

fn postgres(client: &mut ::postgres::Client, id: PrincipalId) -> BTreeMap<Place, i64> {
    let text =
        "SELECT table_name::text, column_name::text, data_type::text FROM information_schema.columns WHERE table_schema = current_schema()";
    let rows = client.query(text, &[]).unwrap();
    let kinds: BTreeMap<Place, String> = rows.iter().map(|row| ((row.get(0), row.get(1)), row.get(2))).collect();
    let simple = id.0.0.simple().to_string();
    let holds = |place: &Place| {
        let column = &place.1;
        match kinds[place].as_str() {
            "bytea" => format!("position('\\x{simple}'::bytea in \"{column}\") > 0 OR position('{id}'::bytea in \"{column}\") > 0"),
            _ => format!("position('{id}' in lower(\"{column}\"::text)) > 0 OR position('{simple}' in lower(\"{column}\"::text)) > 0"),
        }
    };
    let mut all = BTreeMap::new();
    for (table, columns, text) in statements(kinds.keys().cloned().collect(), holds) {
        let row = client.query_one(&text, &[]).unwrap();
        let counts = (0..columns.len()).map(|n| row.get(n)).collect();
        all.extend(found(&table, columns, counts));
    }
    all
}

/// How many rows each table has.
pub fn rows(world: &World) -> BTreeMap<String, i64> {
    content(world).into_iter().map(|(table, rows)| (table, i64::try_from(rows.len()).unwrap())).collect()
}

/// Every row of every table, as text, in an order of its own.
pub fn content(world: &World) -> BTreeMap<String, Vec<String>> {
    let mut all = match world.place() {
        (directory, None) => content_of_sqlite(&rusqlite::Connection::open(directory.join("castellan.db")).unwrap()),
        (_, Some(url)) => content_of_postgres(&mut ::postgres::Client::connect(url, ::postgres::NoTls).unwrap()),
    };
    all.values_mut().for_each(|rows| rows.sort_unstable());
    all
}

fn content_of_sqlite(conn: &rusqlite::Connection) -> BTreeMap<String, Vec<String>> {
    let mut ask = conn.prepare("SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE '%!_!_words%' ESCAPE '!'").unwrap();
    let tables: Vec<String> = ask.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect();
    let rows = |table: &String| {
        let mut ask = conn.prepare(&format!("SELECT * FROM \"{table}\"")).unwrap();
        let width = ask.column_count();
        let text = |row: &rusqlite::Row<'_>| Ok(format!("{:?}", (0..width).map(|n| row.get_ref(n).unwrap()).collect::<Vec<_>>()));
        ask.query_map([], text).unwrap().map(Result::unwrap).collect()
    };
    tables.iter().map(|table| (table.clone(), rows(table))).collect()
}

fn content_of_postgres(client: &mut ::postgres::Client) -> BTreeMap<String, Vec<String>> {
    let tables = client.query("SELECT table_name::text FROM information_schema.tables WHERE table_schema = current_schema()", &[]).unwrap();
    let tables: Vec<String> = tables.iter().map(|row| row.get(0)).collect();
    let mut all = BTreeMap::new();
    for table in tables {
        let rows = client.query(&format!("SELECT t::text FROM \"{table}\" t"), &[]).unwrap();
        all.insert(table, rows.iter().map(|row| row.get(0)).collect());
    }
    all
}
