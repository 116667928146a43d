//! A look into every column of every table, past the product, for an id: as bytes, and as text however it is written.
//!
//! It knows nothing of what a column means; the tables and columns are the database's own, search indexes included.
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

fn sqlite(conn: &rusqlite::Connection, id: PrincipalId) -> BTreeMap<Place, i64> {
    let text = "SELECT t.name, c.name FROM sqlite_schema t JOIN pragma_table_info(t.name) c WHERE t.type = 'table' AND t.sql NOT LIKE 'CREATE VIRTUAL%'";
    let mut ask = conn.prepare(text).unwrap();
    let places: Vec<Place> = ask.query_map([], |row| Ok((row.get(0)?, row.get(1)?))).unwrap().map(Result::unwrap).collect();
    let mut found = BTreeMap::new();
    for (table, column) in places {
        let text = format!(
            "SELECT count(*) FROM \"{table}\" WHERE instr(CAST(\"{column}\" AS BLOB), ?1) > 0
             OR instr(lower(CAST(\"{column}\" AS TEXT)), ?2) > 0 OR instr(lower(CAST(\"{column}\" AS TEXT)), ?3) > 0"
        );
        let bytes = id.0.0.as_bytes().to_vec();
        let binds = (bytes, id.to_string(), id.0.0.simple().to_string());
        let count: i64 = conn.query_row(&text, binds, |row| row.get(0)).unwrap();
        found.extend((count > 0).then_some(((table, column), count)));
    }
    found
}

fn postgres(client: &mut ::postgres::Client, id: PrincipalId) -> BTreeMap<Place, i64> {
    let text =
        "SELECT table_name::text, column_name::text, data_type::text FROM information_schema.columns WHERE table_schema = current_schema()";
    let mut found = BTreeMap::new();
    for row in client.query(text, &[]).unwrap() {
        let (table, column, kind): (String, String, String) = (row.get(0), row.get(1), row.get(2));
        let (id, simple) = (id.to_string(), id.0.0.simple().to_string());
        let holds = match kind.as_str() {
            "bytea" => format!("position('\\x{simple}'::bytea in \"{column}\") > 0 OR position('{id}'::bytea in \"{column}\") > 0"),
            _ => format!("position('{id}' in lower(\"{column}\"::text)) > 0 OR position('{simple}' in lower(\"{column}\"::text)) > 0"),
        };
        let count: i64 = client.query_one(&format!("SELECT count(*) FROM \"{table}\" WHERE {holds}"), &[]).unwrap().get(0);
        found.extend((count > 0).then_some(((table, column), count)));
    }
    found
}
