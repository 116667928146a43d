//! The API, described by itself: OpenAPI 3.1 made from the doors' lines and the catalogue.
//!
//! What is not in a line is not in the description, so nothing is told that is not built. Tables are described as they
//! are shipped, alike for everybody; who is signed in also finds the columns that the organisation added, as far as they
//! are open to them. Who may what with a row stands nowhere here.
//! Not here: reading requests ([`crate::guard`]). Start reading at [`document`]. Proved by `tests/it/openapi.rs`.

use crate::App;
use crate::answer::{Answer, No, Outcome};
use crate::call::Call;
use crate::doors::{Door, Field, Takes, Who, fields};
use crate::router::DOORS;
use askama::Template;
use catalogue::{Column, Kind, Table};
use crm::{Actor, ColumnUse, Error};
use serde_json::{Map, Value as Json, json};

/// The description for programs.
pub fn document(app: &App, call: &Call) -> Outcome {
    Ok(Answer::data(described(&tables(app, call)?)))
}

/// The tables as whoever asks knows them. A secret that opens nothing is nobody's.
fn tables(app: &App, call: &Call) -> Result<Vec<Table>, No> {
    if let Ok(who) = call.asker() {
        match app.desk.look(&who, |_, actor| Ok(open_tables(actor))) {
            Ok(tables) => return Ok(tables),
            Err(Error::Denied(_)) => {}
            Err(other) => return Err(other.into()),
        }
    }
    Ok(app.desk.glance(|tx| Ok(tx.catalogue().tables().to_vec()))?)
}

/// The shipped columns, and of the organisation's own those that the actor may read or write.
fn open_tables(actor: &Actor) -> Vec<Table> {
    let uses = [ColumnUse::Read, ColumnUse::Create, ColumnUse::Update];
    let open = |table: &Table| {
        let open = uses.map(|purpose| crm::views::open_columns(actor, &table.set, purpose).unwrap_or_default());
        let mut table = table.clone();
        table.columns.retain(|column| column.custom.is_none() || open.iter().any(|columns| columns.contains(&column.id)));
        table
    };
    actor.catalogue().tables().iter().map(open).collect()
}

/// The doors that are described: those of the API, and those that say how the server is.
fn api() -> impl Iterator<Item = &'static Door> {
    DOORS.iter().filter(|door| !matches!(door.path, "/assets/{path}" | "/api/docs"))
}

fn described(tables: &[Table]) -> Json {
    let mut paths: Map<String, Json> = Map::new();
    for door in api() {
        let place = paths.entry(door.path).or_insert_with(|| json!({}));
        if let Some(place) = place.as_object_mut() {
            place.insert(door.method.to_ascii_lowercase(), operation(door, tables));
        }
    }
    let mut schemas: Map<String, Json> = tables.iter().map(|table| (table.set.clone(), row_schema(table))).collect();
    schemas.insert("problem".into(), problem_schema());
    schemas.insert("lookup".into(), lookup_schema());
    json!({
        "openapi": "3.1.0",
        "info": { "title": "Castellan", "version": env!("CARGO_PKG_VERSION"), "license": { "name": "Apache-2.0", "identifier": "Apache-2.0" } },
        "security": [{ "bearer": [] }],
        "paths": paths,
        "components": {
            "securitySchemes": { "bearer": { "type": "http", "scheme": "bearer" } },
            "schemas": schemas,
        },
    })
}

fn operation(door: &Door, tables: &[Table]) -> Json {
    let mut parameters: Vec<Json> = names(door.path).map(|name| path_parameter(name, tables)).collect();
    parameters.extend(door.query.split_whitespace().map(|name| json!({ "name": name, "in": "query", "schema": { "type": "string" } })));
    if door.method == "PATCH" && door.takes == Takes::Row {
        parameters.push(json!({ "name": "If-Match", "in": "header", "required": true, "schema": { "type": "string" } }));
    }
    if door.method == "POST" && door.takes == Takes::Row {
        parameters.push(json!({ "name": "Idempotency-Key", "in": "header", "schema": { "type": "string", "maxLength": 100 } }));
    }
    let problem = json!({ "description": "What is wrong", "content": { "application/problem+json": { "schema": { "$ref": "#/components/schemas/problem" } } } });
    let done = match door.done {
        204 => json!({ "description": "Done" }),
        _ => json!({ "description": "Done", "content": { "application/json": { "schema": answer_schema(door, tables) } } }),
    };
    let mut operation = json!({
        "summary": door.says, "operationId": operation_id(door), "parameters": parameters,
        "responses": { door.done.to_string(): done, "default": problem },
    });
    if let Some(members) = operation.as_object_mut() {
        if let Some(body) = body_schema(door, tables) {
            members.insert("requestBody".into(), body);
        }
        if door.who == Who::Public {
            members.insert("security".into(), json!([]));
        }
    }
    operation
}

/// The names in an address.
fn names(path: &str) -> impl Iterator<Item = &str> {
    path.split('/').filter_map(|part| part.strip_prefix('{').and_then(|p| p.strip_suffix('}')))
}

fn path_parameter(name: &str, tables: &[Table]) -> Json {
    let schema = match name {
        "set" => json!({ "type": "string", "enum": tables.iter().map(|t| t.set.as_str()).collect::<Vec<_>>() }),
        "token" | "column" => json!({ "type": "string" }),
        _ => json!({ "type": "string", "format": "uuid" }),
    };
    json!({ "name": name, "in": "path", "required": true, "schema": schema })
}

fn operation_id(door: &Door) -> String {
    let words = door.path.split('/').filter(|part| !part.is_empty() && !matches!(*part, "api" | "v1"));
    let words: Vec<String> = words.map(|part| part.trim_matches(['{', '}']).replace('.', "_")).collect();
    format!("{}_{}", door.method.to_ascii_lowercase(), words.join("_"))
}

fn any_row(tables: &[Table]) -> Json {
    let all = tables.iter().map(|t| json!({ "$ref": format!("#/components/schemas/{}", t.set) }));
    json!({ "anyOf": all.collect::<Vec<_>>() })
}

fn answer_schema(door: &Door, tables: &[Table]) -> Json {
    match (door.method, door.path) {
        ("GET", "/api/v1/{set}") => json!({
            "type": "object", "required": ["rows", "next"],
            "properties": {
                "rows": { "type": "array", "items": any_row(tables) }, "next": { "type": ["string", "null"] },
                "count": { "type": "object", "properties": { "value": { "type": "integer" }, "exact": { "type": "boolean" } } },
            },
        }),
        ("POST", "/api/v1/{set}") | ("GET" | "PATCH", "/api/v1/{set}/{id}") | ("POST", "/api/v1/{set}/{id}/restore") => any_row(tables),
        _ => json!({ "type": "object" }),
    }
}

fn body_schema(door: &Door, tables: &[Table]) -> Option<Json> {
    let (media, schema) = match door.takes {
        Takes::Nothing | Takes::Form => return None,
        Takes::Row => ("application/json", any_row(tables)),
        Takes::Fields(told) => ("application/json", fields_schema(told)),
        Takes::Parts(told) => ("multipart/form-data", fields_schema(told)),
    };
    let is_needed = !matches!(door.takes, Takes::Fields(told) if fields(told).all(|f| !f.is_needed));
    Some(json!({ "required": is_needed, "content": { media: { "schema": schema } } }))
}

fn fields_schema(told: &'static str) -> Json {
    let needed: Vec<&str> = fields(told).filter(|f| f.is_needed).map(|f| f.name).collect();
    let properties: Map<String, Json> = fields(told).map(|field| (field.name.to_owned(), field_schema(field))).collect();
    json!({ "type": "object", "additionalProperties": false, "required": needed, "properties": properties })
}

fn field_schema(field: Field) -> Json {
    match field.kind {
        _ if field.name == "file" => json!({ "type": "string", "format": "binary" }),
        "id" => json!({ "type": "string", "format": "uuid" }),
        "time" => json!({ "type": "string", "format": "date-time" }),
        "flag" => json!({ "type": "boolean" }),
        "number" => json!({ "type": "integer" }),
        "list" => json!({ "type": "array" }),
        "object" => json!({ "type": "object" }),
        _ => json!({ "type": "string" }),
    }
}

fn row_schema(table: &Table) -> Json {
    let properties: Map<String, Json> = table.columns.iter().map(|column| (column.name.clone(), column_schema(table, column))).collect();
    let needed: Vec<&str> = table.writable().filter(|c| c.required).map(|c| c.name.as_str()).collect();
    json!({ "type": "object", "description": table.plural, "properties": properties, "x-needed-when-made": needed })
}

fn column_schema(table: &Table, column: &Column) -> Json {
    let mut schema = match &column.kind {
        Kind::Text(max) | Kind::Memo(max) | Kind::Phone(max) => json!({ "type": ["string", "null"], "maxLength": max }),
        Kind::Email(max) => json!({ "type": ["string", "null"], "format": "email", "maxLength": max }),
        Kind::Url(max) => json!({ "type": ["string", "null"], "format": "uri", "maxLength": max }),
        Kind::Integer { min, max } => json!({ "type": ["integer", "null"], "minimum": min, "maximum": max }),
        Kind::Decimal { .. } | Kind::Money | Kind::MoneyBase => json!({ "type": ["string", "null"], "format": "decimal" }),
        Kind::YesNo => json!({ "type": ["boolean", "null"] }),
        Kind::Choice(options) => json!({ "enum": options.iter().map(|o| json!(o.name)).chain([Json::Null]).collect::<Vec<_>>() }),
        Kind::MultiChoice(options) => {
            json!({ "type": ["array", "null"], "items": { "enum": options.iter().map(|o| o.name.as_str()).collect::<Vec<_>>() } })
        }
        Kind::Date => json!({ "type": ["string", "null"], "format": "date" }),
        Kind::DateTime => json!({ "type": ["string", "null"], "format": "date-time" }),
        Kind::Lookup(_) | Kind::Owner => json!({ "anyOf": [{ "$ref": "#/components/schemas/lookup" }, { "type": "null" }] }),
        Kind::AutoNumber { .. } => json!({ "type": "string" }),
        Kind::Id | Kind::File => json!({ "type": ["string", "null"], "format": "uuid" }),
    };
    if let Some(members) = schema.as_object_mut() {
        members.insert("title".into(), json!(column.label));
        if !table.writable().any(|c| c.id == column.id) {
            members.insert("readOnly".into(), json!(true));
        }
    }
    schema
}

fn lookup_schema() -> Json {
    json!({ "anyOf": [
        { "type": "object", "required": ["set", "id"], "properties": {
            "set": { "type": "string" }, "id": { "type": "string", "format": "uuid" }, "name": { "type": "string", "readOnly": true } } },
        { "type": "object", "required": ["hidden"], "properties": { "hidden": { "const": true } } },
        { "type": "string", "format": "uuid", "writeOnly": true },
    ] })
}

fn problem_schema() -> Json {
    json!({
        "type": "object", "required": ["type", "title", "status", "detail", "errors", "request_id"],
        "properties": {
            "type": { "type": "string" }, "title": { "type": "string" }, "status": { "type": "integer" }, "detail": { "type": "string" },
            "errors": { "type": "array", "items": { "type": "object", "properties": { "column": { "type": "string" }, "message": { "type": "string" } } } },
            "request_id": { "type": "string", "format": "uuid" },
        },
    })
}

/// The description for people. Nothing on it comes from elsewhere.
#[derive(Template)]
#[template(
    ext = "html",
    source = r#"<!doctype html>
<html lang="en"{% if !theme.is_empty() %} data-bs-theme="{{ theme }}"{% endif %}>
<head><title>Castellan API</title>{% include "part/head.html" %}</head>
<body>
<main id="main" class="container-xl py-4">
<h1>Castellan API</h1>
<p>JSON over <code>/api/v1</code>, with <code>Authorization: Bearer</code>. For programs: <a href="/openapi.json">openapi.json</a>.</p>
<h2>Doors</h2>
<div class="table-responsive"><table class="table"><thead><tr><th scope="col">Method</th><th scope="col">Address</th><th scope="col">What it does</th><th scope="col">Takes</th></tr></thead><tbody>
{% for line in lines %}<tr><td>{{ line.method }}</td><td><code>{{ line.path }}</code></td><td>{{ line.says }}</td><td>{% if !line.takes.is_empty() %}<code>{{ line.takes }}</code>{% endif %}</td></tr>
{% endfor %}</tbody></table></div>
<h2>Sets</h2>
{% for set in sets %}<details id="{{ set.name }}"><summary>{{ set.label }} <code>{{ set.name }}</code></summary>
<div class="table-responsive"><table class="table"><thead><tr><th scope="col">Column</th><th scope="col">Meaning</th><th scope="col">Kind</th></tr></thead><tbody>
{% for column in set.columns %}<tr><td><code>{{ column.name }}</code></td><td>{{ column.label }}</td><td>{{ column.kind }}</td></tr>
{% endfor %}</tbody></table></div></details>
{% endfor %}</main>
</body></html>"#
)]
struct Docs {
    theme: String,
    lines: Vec<Line>,
    sets: Vec<Set>,
}

struct Line {
    method: &'static str,
    path: &'static str,
    says: &'static str,
    takes: String,
}

struct Set {
    name: String,
    label: String,
    columns: Vec<Told>,
}

struct Told {
    name: String,
    label: String,
    kind: String,
}

/// The description as a page.
pub fn page(app: &App, call: &Call) -> Outcome {
    let tables = tables(app, call)?;
    let line = |door: &'static Door| {
        let body = match door.takes {
            Takes::Fields(told) | Takes::Parts(told) => told,
            Takes::Row => "columns",
            Takes::Nothing | Takes::Form => "",
        };
        Line { method: door.method, path: door.path, says: door.says, takes: [door.query, body].join(" ").trim().to_owned() }
    };
    let set =
        |table: &Table| Set { name: table.set.clone(), label: table.plural.clone(), columns: table.columns.iter().map(told).collect() };
    let theme = match call.cookie("theme") {
        theme @ ("light" | "dark") => theme.to_owned(),
        _ => String::new(),
    };
    Answer::draw(&Docs { theme, lines: api().map(line).collect(), sets: tables.iter().map(set).collect() })
}

fn told(column: &Column) -> Told {
    let kind = match &column.kind {
        Kind::Text(max) | Kind::Memo(max) => format!("text, up to {max}"),
        Kind::Email(_) => "e-mail address".into(),
        Kind::Phone(_) => "phone number".into(),
        Kind::Url(_) => "address on the web".into(),
        Kind::Integer { min, max } => format!("whole number from {min} to {max}"),
        Kind::Decimal { digits, .. } => format!("decimal, {digits} digits"),
        Kind::Money | Kind::MoneyBase => "money".into(),
        Kind::YesNo => "true or false".into(),
        Kind::Choice(options) | Kind::MultiChoice(options) => options.iter().map(|o| o.name.as_str()).collect::<Vec<_>>().join(", "),
        Kind::Date => "day".into(),
        Kind::DateTime => "moment".into(),
        Kind::Lookup(_) => "lookup".into(),
        Kind::Owner => "user or team".into(),
        Kind::AutoNumber { prefix } => format!("number, {prefix}…"),
        Kind::Id | Kind::File => "id".into(),
    };
    Told { name: column.name.clone(), label: column.label.clone(), kind }
}
