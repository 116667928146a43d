//! Approvals: who decides, on which picture, and what follows.
//!
//! Not here: how a workflow asks ([`crate::workflows`]). Start reading at [`asked`].

use crate::notices::told;
use crate::workflows::{change, make, run, start};
use crate::world::{World, denied, on_both, problem};
use catalogue::{RowId, Value};
use crm::approvals::{self, Decision};
use security::Denial;
use serde_json::json;

/// A workflow that asks the manager about each new lead; what it is of whom, as the manager sees it.
fn asked(world: &World, by: &str) -> (RowId, RowId) {
    let definition = json!({ "trigger": { "on": "created" }, "steps": [
        { "do": "approve", "of": world.id("manager").to_string(), "words": "Take on {last_name}?",
          "approved": [{ "do": "set", "columns": { "description": "taken on" } }],
          "refused": [{ "do": "set", "columns": { "description": "refused" } }] },
        { "do": "set", "columns": { "company_name": "after" } },
    ] });
    start(world, "admin", "taking on", "leads", &definition);
    let lead = make(world, by, "leads", &[("topic", "Smith".into()), ("last_name", "Smith".into())]);
    run(world);
    let waiting = world.look("manager", approvals::list).unwrap();
    (lead, waiting.first().map_or(RowId(uuid::Uuid::nil()), |sheet| sheet.approval.id))
}

fn decide(world: &World, who: &str, id: RowId, is_approved: bool, seen: i64) -> crm::Done<()> {
    let decision = Decision { is_approved, note: Some("as agreed".into()), seen };
    world.act(who, move |tx, actor| approvals::decide(tx, actor, id, &decision))
}

fn cell(world: &World, id: RowId, column: &str) -> Value {
    let table = world.table("leads");
    world.look("admin", |tx, actor| crm::views::reveal(tx, actor, "leads", id)).unwrap().cell(&table, column).unwrap().value.clone()
}

#[test]
fn whoever_is_asked_decides_and_what_follows_goes_on() {
    on_both(|world| {
        let (lead, id) = asked(world, "north_rep");
        let sheet = world.look("manager", |tx, actor| approvals::get(tx, actor, id)).unwrap();
        assert_eq!((sheet.words.as_str(), sheet.asked_by.as_str(), sheet.caused_by.as_str()), ("Take on Smith?", "admin", "north_rep"));
        assert!(told(world, "manager").iter().any(|notice| notice.text == "Take on Smith? (lead “Smith”, asked by admin)"));
        decide(world, "manager", id, true, sheet.version.unwrap()).unwrap();
        run(world);
        assert_eq!((cell(world, lead, "description"), cell(world, lead, "company_name")), ("taken on".into(), "after".into()));
        assert!(told(world, "north_rep").iter().any(|notice| notice.title == "Approved" && notice.text.ends_with("as agreed")));
        assert_eq!(problem(decide(world, "manager", id, false, 1)).code, "decided");
    });
}

#[test]
fn a_refusal_goes_its_own_way() {
    on_both(|world| {
        let (lead, id) = asked(world, "north_rep");
        decide(world, "manager", id, false, 1).unwrap();
        run(world);
        assert_eq!((cell(world, lead, "description"), cell(world, lead, "company_name")), ("refused".into(), "after".into()));
    });
}

#[test]
fn a_decision_on_an_old_picture_is_refused_with_both_versions() {
    on_both(|world| {
        let (lead, id) = asked(world, "north_rep");
        change(world, "north_rep", "leads", lead, "first_name", "Jo".into());
        let refused = problem(decide(world, "manager", id, true, 1));
        assert_eq!(refused.code, "old-picture");
        assert!(refused.detail.contains("version 1") && refused.detail.contains("version 2"), "{}", refused.detail);
        run(world);
        assert_eq!(cell(world, lead, "company_name"), Value::Null, "nothing went on");
        decide(world, "manager", id, true, 2).unwrap();
    });
}

#[test]
fn nobody_decides_on_a_change_of_their_own() {
    on_both(|world| {
        let (lead, _) = asked(world, "manager");
        assert!(world.look("manager", approvals::list).unwrap().is_empty(), "it is not even asked");
        assert_eq!(cell(world, lead, "company_name"), Value::Null, "and nothing goes on");
        let (lead, cause) = (lead, world.id("manager"));
        let (asked_by, said) = (world.id("admin"), json!({ "words": "May I?" }));
        // However such an ask came to be there: whoever caused it does not decide on it.
        let id = world.operate(move |tx| {
            let new = store::approvals::NewApproval {
                run: None,
                asked_by,
                caused_by: cause,
                of_whom: cause,
                set: "leads",
                row: lead,
                row_version: 1,
                said: &said,
            };
            Ok(store::approvals::ask(tx, &new)?)
        });
        assert!(matches!(denied(decide(world, "manager", id, true, 1)), Denial::Guard(_)));
    });
}

#[test]
fn what_is_asked_of_somebody_else_is_not_there() {
    on_both(|world| {
        let (_, id) = asked(world, "north_rep");
        assert_eq!(denied(world.look("admin", |tx, actor| approvals::get(tx, actor, id))), Denial::NotThere);
        assert_eq!(denied(decide(world, "admin", id, true, 1)), Denial::NotThere);
        assert_eq!(denied(decide(world, "south_rep", id, true, 1)), Denial::NotThere);
    });
}
