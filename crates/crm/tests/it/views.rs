//! Looking: what a list, a record, a search and a timeline show to whom.

use crate::world::{World, denied, on_both, problem};
use catalogue::{RowId, Value};
use crm::views::{self, Link, ListAsk, Listed, MomentKind};
use crm::{Denial, Done, Privilege, Rights, records};
use serde_json::{Value as Json, json};

fn list(world: &World, who: &str, set: &str, filter: Option<Json>) -> Done<Listed> {
    let ask = ListAsk { set: set.into(), view: "*".into(), filter, sort: Some("name".into()), limit: 50, ..ListAsk::default() };
    world.look(who, |tx, actor| views::list(tx, actor, &ask))
}

fn names(world: &World, set: &str, listed: &Listed) -> Vec<String> {
    let table = world.table(set);
    listed.rows.iter().map(|row| row.name(&table)).collect()
}

fn deal(world: &World, owner: &str, name: &str, more: &[(&str, Value)]) -> RowId {
    let mut cells = vec![("name", Value::from(name))];
    cells.extend(more.iter().cloned());
    world.record(owner, "opportunities", &cells)
}

fn share_to_read(world: &World, owner: &str, set: &str, row: RowId, with: &str) {
    let (table, with) = (world.table_id(set), world.id(with));
    let ask = records::ShareAsk { with, rights: [Privilege::Read].into_iter().collect::<Rights>(), until: None };
    world.act(owner, move |tx, actor| records::share(tx, actor, table, row, &ask)).unwrap();
}

#[test]
fn a_rep_sees_what_is_own_and_what_is_shared() {
    on_both(|world| {
        deal(world, "north_rep", "Blue Kiln", &[]);
        let shared = deal(world, "south_rep", "Tin Drum", &[]);
        let other = deal(world, "south_rep", "Zinc Roof", &[]);
        share_to_read(world, "south_rep", "opportunities", shared, "north_rep");
        let listed = list(world, "north_rep", "opportunities", None).unwrap();
        assert_eq!(names(world, "opportunities", &listed), ["Blue Kiln", "Tin Drum"]);
        assert!(world.look("north_rep", |tx, actor| views::open(tx, actor, "opportunities", shared)).is_ok());
        assert_eq!(denied(world.look("north_rep", |tx, actor| views::open(tx, actor, "opportunities", other))), Denial::NotThere);
        let unknown = RowId(uuid::Uuid::from_u128(77));
        assert_eq!(denied(world.look("north_rep", |tx, actor| views::open(tx, actor, "opportunities", unknown))), Denial::NotThere);
    });
}

#[test]
fn a_lookup_to_a_hidden_record_is_hidden_and_equals_no_id() {
    on_both(|world| {
        let account = world.record("south_rep", "accounts", &[("name", "Tin Drum".into())]);
        let row = deal(world, "south_rep", "Roof", &[("customer", account.into())]);
        share_to_read(world, "south_rep", "opportunities", row, "north_rep");
        let table = world.table("opportunities");
        let seen = world.look("north_rep", |tx, actor| views::open(tx, actor, "opportunities", row)).unwrap();
        assert_eq!(seen.cell(&table, "customer").unwrap().link, Some(Link::Hidden));
        let ask = |who: &str, filter: Json| names(world, "opportunities", &list(world, who, "opportunities", Some(filter)).unwrap());
        let equal = json!({ "column": "customer", "op": "eq", "value": account.to_string() });
        assert_eq!(ask("south_rep", equal.clone()), ["Roof"]);
        assert!(ask("north_rep", equal).is_empty(), "a hidden record equals no id");
        assert!(ask("north_rep", json!({ "column": "customer", "op": "null" })).is_empty(), "hidden is not empty");
        let related = json!({ "related": "customer", "where": { "column": "name", "op": "begins_with", "value": "Tin" } });
        assert_eq!(ask("south_rep", json!({ "all": [related.clone(), { "column": "name", "op": "eq", "value": "ROOF" }] })), ["Roof"]);
        assert!(ask("north_rep", json!({ "related": "customer", "where": { "all": [] } })).is_empty());
    });
}

#[test]
fn whoever_may_not_read_a_column_may_not_ask_about_it() {
    on_both(|world| {
        world.record("north_rep", "accounts", &[("name", "Blue Kiln".into())]);
        let closed = |listed: Done<Listed>| match denied(listed) {
            Denial::Column { column, .. } => assert_eq!(column, "credit_limit"),
            other => panic!("{other:?}"),
        };
        closed(list(world, "north_rep", "accounts", Some(json!({ "column": "credit_limit", "op": "gt", "value": "1" }))));
        closed(list(world, "north_rep", "accounts", Some(json!({ "not": { "column": "credit_limit", "op": "null" } }))));
        let sorted = ListAsk { set: "accounts".into(), sort: Some("-credit_limit".into()), limit: 5, ..ListAsk::default() };
        closed(world.look("north_rep", |tx, actor| views::list(tx, actor, &sorted)));
        let selected = ListAsk { set: "accounts".into(), select: Some(vec!["credit_limit".into()]), limit: 5, ..ListAsk::default() };
        closed(world.look("north_rep", |tx, actor| views::list(tx, actor, &selected)));
        let whole = list(world, "north_rep", "accounts", None).unwrap();
        assert!(whole.rows[0].cell(&world.table("accounts"), "credit_limit").is_none(), "it is absent, not empty");
    });
}

#[test]
fn a_condition_is_true_or_false_and_not_is_plain_negation() {
    on_both(|world| {
        world.record("north_rep", "accounts", &[("name", "Ärger GmbH".into()), ("address_city", "Leipzig".into())]);
        world.record("north_rep", "accounts", &[("name", "Berg".into())]);
        let ask = |filter: Json| names(world, "accounts", &list(world, "north_rep", "accounts", Some(filter)).unwrap());
        let city = |op: &str, value: &str| json!({ "column": "address_city", "op": op, "value": value });
        assert_eq!(ask(city("eq", "LEIPZIG")), ["Ärger GmbH"]);
        assert_eq!(ask(city("ne", "leipzig")), ["Berg"], "an empty cell is not Leipzig");
        assert_eq!(ask(json!({ "not": city("begins_with", "le") })), ["Berg"]);
        assert_eq!(ask(city("not_contains", "ipz")), ["Berg"]);
        assert!(ask(city("contains", "%")).is_empty(), "a sign of LIKE is a sign");
        assert_eq!(ask(json!({ "column": "name", "op": "begins_with", "value": "arg" })), ["Ärger GmbH"]);
        assert_eq!(ask(json!({ "any": [] })), Vec::<String>::new());
        assert_eq!(ask(json!({ "all": [] })).len(), 2);
    });
}

#[test]
fn what_cannot_be_asked_is_refused_by_name() {
    on_both(|world| {
        let told = |filter: Json| problem(list(world, "north_rep", "accounts", Some(filter))).detail;
        assert_eq!(told(json!({ "column": "colour", "op": "eq", "value": "red" })), "accounts have no column `colour`");
        assert_eq!(told(json!({ "column": "name", "op": "like", "value": "x" })), "`like` cannot be asked of `name`");
        assert_eq!(told(json!({ "column": "name", "op": "eq", "value": "x", "sql": "1=1" })), "a filter knows no `sql` here");
        assert_eq!(told(json!({ "related": "moons", "where": {} })), "accounts are not related to `moons`");
        let mut deep = json!({ "all": [] });
        for _ in 0..40 {
            deep = json!({ "not": deep });
        }
        assert!(told(deep).starts_with("a filter is an object"));
        let ask = ListAsk { set: "accounts".into(), view: "nobody's".into(), limit: 5, ..ListAsk::default() };
        assert_eq!(problem(world.look("north_rep", |tx, actor| views::list(tx, actor, &ask))).code, "unknown-view");
    });
}

#[test]
fn a_page_goes_on_from_a_key_and_survives_inserts() {
    on_both(|world| {
        for n in 0..7 {
            world.record("north_rep", "accounts", &[("name", format!("Account {n}").into())]);
        }
        let mut ask = ListAsk { set: "accounts".into(), view: "*".into(), sort: Some("name".into()), limit: 3, ..ListAsk::default() };
        let first = world.look("north_rep", |tx, actor| views::list(tx, actor, &ask)).unwrap();
        world.record("north_rep", "accounts", &[("name", "Account".into())]);
        ask.after = first.next.clone();
        let second = world.look("north_rep", |tx, actor| views::list(tx, actor, &ask)).unwrap();
        assert_eq!(names(world, "accounts", &second), ["Account 3", "Account 4", "Account 5"]);
        ask.sort = Some("-name".into());
        assert_eq!(problem(world.look("north_rep", |tx, actor| views::list(tx, actor, &ask))).code, "bad-place");
    });
}

#[test]
fn days_begin_in_the_askers_zone() {
    on_both(|world| {
        // The morning of the world is 2026-03-02 09:00 UTC.
        let day = |n: i64| Value::Int(20_514 + n);
        deal(world, "north_rep", "yesterday", &[("estimated_close_date", day(-1))]);
        deal(world, "north_rep", "today", &[("estimated_close_date", day(0))]);
        deal(world, "north_rep", "tomorrow", &[("estimated_close_date", day(1))]);
        let ask = |op: &str, value: Json, zone: &str| {
            let filter = json!({ "column": "estimated_close_date", "op": op, "value": value });
            let ask = ListAsk {
                set: "opportunities".into(),
                view: "*".into(),
                filter: Some(filter),
                sort: Some("estimated_close_date".into()),
                limit: 9,
                zone: Some(zone.into()),
                ..ListAsk::default()
            };
            names(world, "opportunities", &world.look("north_rep", |tx, actor| views::list(tx, actor, &ask)).unwrap())
        };
        assert_eq!(ask("today", Json::Null, "UTC"), ["today"]);
        assert_eq!(ask("today", Json::Null, "Pacific/Kiritimati"), ["today"]);
        assert_eq!(ask("today", Json::Null, "Pacific/Honolulu"), ["yesterday"], "there it is still the day before");
        assert_eq!(ask("next_x_days", json!(1), "UTC"), ["today", "tomorrow"]);
        assert_eq!(ask("older_than_x_days", json!(0), "UTC"), ["yesterday"]);
        assert_eq!(ask("this_month", Json::Null, "UTC"), ["yesterday", "today", "tomorrow"]);
    });
}

#[test]
fn a_search_finds_by_the_beginnings_of_words_and_only_what_is_readable() {
    on_both(|world| {
        world.record("north_rep", "accounts", &[("name", "Blue Kiln Ceramics".into())]);
        world.record("south_rep", "accounts", &[("name", "Blue Moon".into())]);
        let found = world.look("north_rep", |tx, actor| views::search(tx, actor, "blu CER", None, 10)).unwrap();
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].rows[0].name(&world.table("accounts")), "Blue Kiln Ceramics");
        assert!(world.look("north_rep", |tx, actor| views::search(tx, actor, "moon", None, 10)).unwrap().is_empty());
        assert!(world.look("north_rep", |tx, actor| views::search(tx, actor, "\" OR 1=1 * (", None, 10)).unwrap().is_empty());
    });
}

#[test]
fn a_timeline_shows_changes_without_what_is_secured() {
    on_both(|world| {
        let row = world.record("north_rep", "accounts", &[("name", "Blue Kiln".into()), ("credit_limit", Value::Int(990_000))]);
        let told = world.look("north_rep", |tx, actor| views::timeline(tx, actor, "accounts", row, 20)).unwrap();
        let table = world.table("accounts");
        let credit = table.find("credit_limit").unwrap().id;
        let mut seen = 0;
        for moment in told {
            if let MomentKind::Change(change) = moment.kind {
                seen += change.changes.len();
                assert!(change.changes.iter().all(|(column, ..)| *column != credit));
            }
        }
        assert!(seen > 0);
        assert_eq!(denied(world.look("south_rep", |tx, actor| views::timeline(tx, actor, "accounts", row, 20))), Denial::NotThere);
        assert_eq!(denied(world.look("south_rep", |tx, actor| views::related(tx, actor, "accounts", row, 5))), Denial::NotThere);
    });
}
