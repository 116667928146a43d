//! The description says what is there: every door, every column, nothing that is not built.

use crate::server::{Ask, Server};
use serde_json::Value as Json;
use std::collections::BTreeSet;
use web::doors::Who;

#[test]
fn every_door_of_the_api_is_described_and_nothing_else() {
    let server = Server::open();
    let document = server.get("nobody", "/openapi.json").is(200).json();
    assert_eq!(document["openapi"], "3.1.0");
    let mut described = BTreeSet::new();
    let mut ids = BTreeSet::new();
    for (path, methods) in document["paths"].as_object().unwrap() {
        for (method, operation) in methods.as_object().unwrap() {
            described.insert(format!("{} {path}", method.to_uppercase()));
            assert!(ids.insert(operation["operationId"].as_str().unwrap().to_owned()), "{path} has the id of another");
            assert!(!operation["summary"].as_str().unwrap().is_empty());
        }
    }
    let doors = web::doors().filter(|door| door.who == Who::Api || (door.who == Who::Public && door.path.starts_with("/api/v1")));
    for door in doors {
        assert!(described.contains(&format!("{} {}", door.method, door.path)), "{} {} is not described", door.method, door.path);
    }
    for unbuilt in ["merge", "bulk", "simulate", "metrics"] {
        assert!(!described.iter().any(|door| door.contains(unbuilt)), "{unbuilt} is described and not built");
    }
}

#[test]
fn every_reference_leads_somewhere_and_every_set_is_described() {
    let server = Server::open();
    let document = server.get("nobody", "/openapi.json").is(200).json();
    let schemas = document["components"]["schemas"].as_object().unwrap();
    let mut references = Vec::new();
    gather(&document, &mut references);
    assert!(!references.is_empty());
    for reference in references {
        let name = reference.strip_prefix("#/components/schemas/").unwrap();
        assert!(schemas.contains_key(name), "{reference} leads nowhere");
    }
    for table in catalogue::standard::catalogue().unwrap().tables() {
        let properties = schemas[&table.set]["properties"].as_object().unwrap();
        assert_eq!(properties.len(), table.columns.len(), "{}", table.set);
    }
}

fn gather(value: &Json, into: &mut Vec<String>) {
    match value {
        Json::Object(members) => {
            into.extend(members.get("$ref").and_then(Json::as_str).map(str::to_owned));
            members.values().for_each(|v| gather(v, into));
        }
        Json::Array(all) => all.iter().for_each(|v| gather(v, into)),
        _ => {}
    }
}

#[test]
fn the_page_for_people_asks_nobody_else_for_anything() {
    let server = Server::open();
    let page = server.ask(Ask::new("GET", "/api/docs")).is(200).text();
    assert!(page.contains("/api/v1/{set}/{id}/explain"));
    let elsewhere = page.find("://").map(|n| &page[n.saturating_sub(20)..(n + 40).min(page.len())]);
    assert_eq!(elsewhere, None, "the page leads elsewhere");
}
