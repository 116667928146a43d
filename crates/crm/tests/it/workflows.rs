//! Workflows: what starts them, with whose rights they run, what stops them, and that each step is done once.
//!
//! Not here: crashes of a real process (`crates/castellan/tests/it/workflows.rs`), decisions ([`crate::approvals`]).
//! Start reading at [`keep`].

use crate::notices::told;
use crate::world::{DAY, World, denied, on_both, problem};
use catalogue::{RowId, Value};
use crm::jobs::Runner;
use crm::people;
use crm::records::{self, Draft};
use crm::workflows::{self, Definition, RunState, WorkflowDraft, WorkflowState};
use crm::{Done, Verb};
use security::Denial;
use serde_json::{Value as Json, json};
use store::records::Cells;

/// Keeps a workflow of this person.
pub fn keep(world: &World, who: &str, name: &str, set: &str, definition: &Json) -> Done<workflows::Saved> {
    let draft = WorkflowDraft { id: None, name: name.into(), set: set.into(), definition: Definition::read(definition)? };
    world.act(who, move |tx, actor| workflows::save(tx, actor, &draft))
}

/// Keeps a workflow and switches it on.
pub fn start(world: &World, who: &str, name: &str, set: &str, definition: &Json) -> RowId {
    let id = keep(world, who, name, set, definition).unwrap().id;
    world.act(who, move |tx, actor| workflows::switch(tx, actor, id, true)).unwrap();
    id
}

/// Makes a row by the verb.
pub fn make(world: &World, who: &str, set: &str, cells: &[(&'static str, Value)]) -> RowId {
    let (table, cells) = (world.table(set), cells.to_vec());
    world
        .act(who, move |tx, actor| {
            let cells: Cells = cells.iter().map(|(name, value)| (table.find(name).unwrap().id, value.clone(), None)).collect();
            records::create(tx, actor, &Draft { table: table.id, id: None, cells, owner: None })
        })
        .unwrap()
}

/// Changes one cell of a row by the verb.
pub fn change(world: &World, who: &str, set: &str, id: RowId, column: &'static str, value: Value) {
    let table = world.table(set);
    world
        .act(who, move |tx, actor| {
            let cells = vec![(table.find(column).unwrap().id, value.clone(), None)];
            records::change(tx, actor, table.id, id, None, cells)
        })
        .unwrap();
}

/// Runs whatever waits.
pub fn run(world: &World) {
    let runner = Runner::new(world.desk().clone());
    while runner.run_next().unwrap() {}
}

/// Runs the body on each database, with somebody else who may everything.
fn on_both_with_a_second_admin(body: impl Fn(&World)) {
    for world in [Some(World::sqlite()), World::postgres()] {
        let Some(mut world) = world else { return crate::world::skipped("PostgreSQL: set CASTELLAN_TEST_POSTGRES") };
        world.join("second_admin", "root", &["System Administrator"]);
        body(&world);
    }
}

fn lead(world: &World, name: &'static str) -> RowId {
    world.clock.go_on(crate::world::SECOND);
    make(world, "manager", "leads", &[("topic", name.into()), ("last_name", name.into())])
}

fn cell(world: &World, who: &str, set: &str, id: RowId, column: &str) -> Value {
    let table = world.table(set);
    world.look(who, |tx, actor| crm::views::reveal(tx, actor, set, id)).unwrap().cell(&table, column).unwrap().value.clone()
}

fn states(world: &World, workflow: RowId) -> Vec<RunState> {
    let page = world.look("admin", |tx, actor| workflows::runs(tx, actor, workflow, None, 50)).unwrap();
    page.rows.into_iter().rev().map(|line| line.run.state).collect()
}

fn state(world: &World, workflow: RowId) -> (WorkflowState, Option<String>) {
    let sheet = world.look("admin", |tx, actor| workflows::get(tx, actor, workflow)).unwrap();
    (sheet.workflow.state, sheet.workflow.why)
}

fn said(world: &World, workflow: RowId) -> Vec<(String, String)> {
    let page = world.look("admin", |tx, actor| workflows::runs(tx, actor, workflow, None, 1)).unwrap();
    let id = page.rows[0].run.id;
    let sheet = world.look("admin", |tx, actor| workflows::run_sheet(tx, actor, id)).unwrap();
    sheet.steps.into_iter().map(|step| (step.outcome, step.said)).collect()
}

fn describe(words: &str) -> Json {
    json!({ "trigger": { "on": "created" }, "steps": [{ "do": "set", "columns": { "description": words } }] })
}

#[test]
fn a_new_row_starts_it_and_its_steps_are_done_in_order_with_an_entry_each() {
    on_both(|world| {
        let rep = world.id("north_rep").to_string();
        let definition = json!({ "trigger": { "on": "created" }, "steps": [
            { "do": "set", "columns": { "description": "welcome" } },
            { "do": "assign", "to": [rep] },
            { "do": "task", "subject": "Call {last_name}", "due_in": 2, "whose": "row_owner" },
            { "do": "notify", "whom": "row_owner", "words": "Call {last_name} soon" },
        ] });
        let id = start(world, "admin", "new leads", "leads", &definition);
        let lead = lead(world, "Smith");
        assert_eq!(cell(world, "manager", "leads", lead, "description"), Value::Null, "it runs as a job");
        run(world);
        assert_eq!(states(world, id), [RunState::Done]);
        assert!(world.look("admin", |tx, actor| crm::jobs::list(tx, actor, 5)).unwrap().is_empty(), "its log is enough");
        assert_eq!(cell(world, "north_rep", "leads", lead, "description"), "welcome".into());
        let tasks = crate::exchange::rows(world, "north_rep", "tasks", &["subject"]);
        assert_eq!(tasks, [["Call Smith"]]);
        let texts: Vec<String> = told(world, "north_rep").into_iter().map(|notice| notice.text).collect();
        assert!(texts.contains(&"Call Smith soon (lead “Smith”)".to_owned()), "{texts:?}");
        assert_eq!(
            said(world, id),
            [
                ("done".to_owned(), "set Description".to_owned()),
                ("done".to_owned(), "assigned to north_rep".to_owned()),
                ("done".to_owned(), "made a task for north_rep".to_owned()),
                ("done".to_owned(), "told north_rep".to_owned()),
            ]
        );
        let mut verbs: Vec<String> = world.trail().into_iter().map(|(verb, _)| verb).filter(|verb| verb.starts_with("workflow.")).collect();
        verbs.sort();
        assert_eq!(verbs, ["workflow.assign", "workflow.notify", "workflow.set", "workflow.task"]);
    });
}

#[test]
fn only_rows_that_meet_the_condition_and_only_the_named_columns_count() {
    on_both(|world| {
        let definition = json!({
            "trigger": { "on": "changed", "columns": ["company_name"] },
            "condition": { "column": "company_name", "op": "begins_with", "value": "Kiln" },
            "steps": [{ "do": "set", "columns": { "description": "seen" } }],
        });
        let id = start(world, "admin", "kilns", "leads", &definition);
        let lead = lead(world, "Smith");
        change(world, "manager", "leads", lead, "first_name", "Jo".into());
        change(world, "manager", "leads", lead, "company_name", "Drum".into());
        run(world);
        assert_eq!(states(world, id), [RunState::Skipped]);
        // Runs of one moment have no order.
        world.clock.go_on(crate::world::SECOND);
        change(world, "manager", "leads", lead, "company_name", "Kiln Ltd".into());
        run(world);
        assert_eq!(states(world, id), [RunState::Skipped, RunState::Done]);
    });
}

#[test]
fn an_assigned_row_starts_it_and_a_draft_or_paused_one_starts_nothing() {
    on_both(|world| {
        let definition = json!({ "trigger": { "on": "assigned" }, "steps": [{ "do": "set", "columns": { "description": "given" } }] });
        let id = keep(world, "admin", "given", "leads", &definition).unwrap().id;
        let (table, to) = (world.table_id("leads"), world.id("north_rep"));
        let give = |lead: RowId| world.act("manager", move |tx, actor| records::assign(tx, actor, table, lead, to)).unwrap();
        give(lead(world, "One"));
        assert!(states(world, id).is_empty(), "a draft");
        world.act("admin", move |tx, actor| workflows::switch(tx, actor, id, true)).unwrap();
        give(lead(world, "Two"));
        assert_eq!(states(world, id), [RunState::Waiting]);
        world.act("admin", move |tx, actor| workflows::switch(tx, actor, id, false)).unwrap();
        run(world);
        assert_eq!(states(world, id), [RunState::Waiting], "paused, what has begun waits");
        give(lead(world, "Three"));
        world.act("admin", move |tx, actor| workflows::switch(tx, actor, id, true)).unwrap();
        run(world);
        assert_eq!(states(world, id), [RunState::Done]);
    });
}

#[test]
fn round_robin_takes_turns_and_passes_over_whoever_is_frozen() {
    on_both(|world| {
        let all = ["north_rep", "south_rep", "manager"].map(|who| world.id(who).to_string());
        let definition = json!({ "trigger": { "on": "created" }, "steps": [{ "do": "assign", "to": all }] });
        start(world, "admin", "in turn", "leads", &definition);
        let owners = |leads: &[RowId]| -> Vec<Value> { leads.iter().map(|lead| cell(world, "admin", "leads", *lead, "owner")).collect() };
        let leads: Vec<RowId> = ["a", "b", "c", "d"].map(|name| lead(world, name)).to_vec();
        run(world);
        let expected = ["north_rep", "south_rep", "manager", "north_rep"].map(|who| Value::Id(world.id(who).0));
        assert_eq!(owners(&leads), expected);
        people::freeze(world.desk(), &world.user("admin"), world.id("south_rep"), None).unwrap();
        let more: Vec<RowId> = ["e", "f"].map(|name| lead(world, name)).to_vec();
        run(world);
        let expected = ["manager", "north_rep"].map(|who| Value::Id(world.id(who).0));
        assert_eq!(owners(&more), expected);
    });
}

#[test]
fn a_right_that_was_withdrawn_between_trigger_and_run_stops_it_and_tells_its_owner() {
    on_both_with_a_second_admin(|world| {
        let id = start(world, "second_admin", "described", "leads", &describe("by a workflow"));
        let lead = lead(world, "Smith");
        let (role, from) = (world.role("System Administrator"), world.id("second_admin"));
        world.act("admin", move |tx, actor| people::take_role(tx, actor, role, from)).unwrap();
        run(world);
        assert_eq!(cell(world, "manager", "leads", lead, "description"), Value::Null);
        assert_eq!(states(world, id), [RunState::Stopped]);
        let (state, why) = state(world, id);
        assert_eq!(state, WorkflowState::Stopped);
        assert!(why.as_deref().is_some_and(|why| why.contains("Make and run workflows")), "{why:?}");
        assert!(told(world, "second_admin").iter().any(|notice| notice.title == "A workflow stopped"));
    });
}

#[test]
fn the_workflow_of_a_frozen_person_stops() {
    on_both_with_a_second_admin(|world| {
        let id = start(world, "second_admin", "described", "leads", &describe("by a workflow"));
        let lead = lead(world, "Smith");
        people::freeze(world.desk(), &world.user("admin"), world.id("second_admin"), None).unwrap();
        run(world);
        assert_eq!(cell(world, "manager", "leads", lead, "description"), Value::Null);
        assert_eq!((states(world, id), state(world, id).0), (vec![RunState::Stopped], WorkflowState::Stopped));
    });
}

#[test]
fn a_workflow_that_starts_itself_is_warned_of_bounded_and_named() {
    on_both(|world| {
        let definition = |from: &str, to: &str, words: &str| json!({ "trigger": { "on": "changed", "columns": [from] }, "steps": [{ "do": "set", "columns": { to: words } }] });
        let ping = start(world, "admin", "ping", "leads", &definition("first_name", "company_name", "a"));
        let saved = keep(world, "admin", "pong", "leads", &definition("company_name", "first_name", "b")).unwrap();
        assert_eq!(saved.warnings.len(), 1);
        assert!(saved.warnings[0].contains("`pong` → `ping` → `pong`"), "{:?}", saved.warnings);
        let pong = saved.id;
        world.act("admin", move |tx, actor| workflows::switch(tx, actor, pong, true)).unwrap();
        let lead = lead(world, "Smith");
        for n in 0..3 {
            change(world, "manager", "leads", lead, "first_name", format!("first {n}").into());
            run(world);
        }
        let endless = start(
            world,
            "admin",
            "endless",
            "accounts",
            &json!({ "trigger": { "on": "changed", "columns": ["description"] },
            "steps": [{ "do": "set", "columns": { "description": "a" } }, { "do": "set", "columns": { "description": "b" } }] }),
        );
        let account = make(world, "manager", "accounts", &[("name", "Kiln".into())]);
        change(world, "manager", "accounts", account, "description", "start".into());
        run(world);
        let all = states(world, endless);
        assert!(all.contains(&RunState::Stopped), "{all:?}");
        assert!(all.len() < 100, "it is bounded: {}", all.len());
        let texts: Vec<String> = told(world, "admin").into_iter().map(|notice| notice.text).collect();
        assert!(texts.iter().any(|text| text.contains("`endless` → `endless`")), "{texts:?}");
        assert!(states(world, ping).len() + states(world, pong).len() < 20);
    });
}

#[test]
fn what_its_owner_could_not_run_is_refused_at_its_field() {
    on_both(|world| {
        world.act("admin", |tx, actor| people::set_secured(tx, actor, "leads", "description", true)).unwrap();
        let columns = |definition: Json| -> Vec<String> {
            problem(keep(world, "admin", "wrong", "leads", &definition)).errors.into_iter().map(|wrong| wrong.column).collect()
        };
        let steps = |steps: Json| json!({ "trigger": { "on": "created" }, "steps": steps });
        assert_eq!(columns(steps(json!([]))), ["steps"]);
        assert_eq!(columns(describe("secured")), ["steps.0.columns.description"]);
        assert_eq!(columns(steps(json!([{ "do": "set", "columns": { "colour": "red" } }]))), ["steps.0.columns.colour"]);
        assert_eq!(columns(steps(json!([{ "do": "set", "columns": { "owner": "x" } }]))), ["steps.0.columns.owner"]);
        let task = |subject: &str| steps(json!([{ "do": "task", "subject": subject, "whose": "row_owner" }]));
        assert_eq!(columns(task("Call {colour}")), ["steps.0.subject"]);
        assert_eq!(columns(task("Call {description}")), ["steps.0.subject"]);
        assert_eq!(columns(task("Call {last_name")), ["steps.0.subject"]);
        let auditor = world.id("auditor").to_string();
        assert_eq!(columns(steps(json!([{ "do": "assign", "to": [auditor] }]))), ["steps.0.to"]);
        let admin = world.id("admin").to_string();
        let ask = |of: &str| steps(json!([{ "do": "approve", "of": of, "words": "May it?" }]));
        assert_eq!(columns(ask(&admin)), ["steps.0.of"]);
        assert_eq!(columns(ask(&auditor)), ["steps.0.of"]);
        let secured = json!({ "trigger": { "on": "created" }, "condition": { "column": "description", "op": "null" },
            "steps": [{ "do": "notify", "whom": "workflow_owner", "words": "x" }] });
        assert_eq!(columns(secured), ["condition"]);
        let date = json!({ "trigger": { "on": "date", "column": "last_name" }, "steps": [{ "do": "notify", "whom": "workflow_owner", "words": "x" }] });
        assert_eq!(columns(date), ["trigger.column"]);
        assert!(Definition::read(&json!({ "trigger": { "on": "created" }, "steps": [{ "do": "dance" }] })).is_err());
        assert_eq!(denied(keep(world, "manager", "mine", "leads", &task("Call"))), Denial::NoTask(security::Task::ManageWorkflows));
    });
}

#[test]
fn a_change_takes_effect_for_the_next_run_and_whoever_saves_owns_it() {
    on_both_with_a_second_admin(|world| {
        let id = start(world, "admin", "described", "leads", &describe("first"));
        let before = lead(world, "Before");
        let draft = |version| WorkflowDraft {
            id: Some((id, version)),
            name: "described".into(),
            set: "leads".into(),
            definition: Definition::read(&describe("second")).unwrap(),
        };
        let (new, old) = (draft(1), draft(1));
        world.act("second_admin", move |tx, actor| workflows::save(tx, actor, &new)).unwrap();
        let stale = world.act("admin", move |tx, actor| workflows::save(tx, actor, &old));
        assert!(matches!(stale, Err(crm::Error::Stale { version: 2, .. })), "{stale:?}");
        let after = lead(world, "After");
        run(world);
        assert_eq!(cell(world, "manager", "leads", before, "description"), "first".into());
        assert_eq!(cell(world, "manager", "leads", after, "description"), "second".into());
        let sheet = world.look("admin", |tx, actor| workflows::get(tx, actor, id)).unwrap();
        assert_eq!((sheet.owner.as_str(), sheet.workflow.version), ("second_admin", 2));
    });
}

#[test]
fn a_row_that_its_owner_may_not_see_is_passed_by_and_its_change_is_not_hindered() {
    on_both(|world| {
        let id = start(world, "admin", "described", "leads", &describe("x"));
        let lead = lead(world, "Smith");
        world
            .act("manager", {
                let table = world.table_id("leads");
                move |tx, actor| records::delete(tx, actor, table, lead).map(drop)
            })
            .unwrap();
        run(world);
        assert_eq!(states(world, id), [RunState::Skipped]);
    });
}

#[test]
fn a_date_that_comes_starts_it_once_for_each_value() {
    on_both(|world| {
        let definition = json!({ "trigger": { "on": "date", "column": "estimated_close_date", "days": 1 },
            "steps": [{ "do": "notify", "whom": "workflow_owner", "words": "look at {name}" }] });
        let today = world.desk().store().now() / DAY;
        let make = |name: &'static str, day: i64| {
            make(world, "manager", "opportunities", &[("name", name.into()), ("estimated_close_date", Value::Int(day))])
        };
        let (_past, today_row, _later) = (make("past", today - 30), make("today", today - 1), make("later", today + 1));
        let id = start(world, "admin", "closing", "opportunities", &definition);
        let look = || {
            Runner::new(world.desk().clone()).keep_time().unwrap();
            run(world);
        };
        look();
        look();
        assert_eq!(states(world, id), [RunState::Done], "what lies further back is left, and the row is taken once");
        world.clock.go_on(3 * DAY);
        look();
        assert_eq!(states(world, id).len(), 2, "a server that slept misses nothing");
        change(world, "manager", "opportunities", today_row, "estimated_close_date", Value::Int(today + 2));
        look();
        look();
        assert_eq!(states(world, id).len(), 3, "another value is another day");
    });
}

#[test]
fn what_one_row_does_not_allow_ends_that_run_alone_and_is_told_once() {
    on_both(|world| {
        let unfit = json!({ "trigger": { "on": "created" }, "steps": [{ "do": "assign", "to": [world.id("north_rep").to_string()] }] });
        let id = start(world, "admin", "to north", "leads", &unfit);
        people::freeze(world.desk(), &world.user("admin"), world.id("north_rep"), None).unwrap();
        lead(world, "One");
        lead(world, "Two");
        run(world);
        assert_eq!(states(world, id), [RunState::Failed, RunState::Failed]);
        assert_eq!(state(world, id).0, WorkflowState::On);
        let stopped = told(world, "admin").into_iter().filter(|notice| notice.title == "A workflow stopped").count();
        assert_eq!(stopped, 1);
    });
}

#[test]
fn a_workflow_is_no_key_to_words_its_reader_may_not_see() {
    on_both(|world| {
        let definition = json!({ "trigger": { "on": "created" }, "steps": [
            { "do": "notify", "whom": world.id("south_rep").to_string(), "words": "new: {last_name}" },
        ] });
        start(world, "admin", "telling", "leads", &definition);
        make(world, "north_rep", "leads", &[("topic", "Secret".into()), ("last_name", "Secret".into())]);
        run(world);
        let texts: Vec<String> = told(world, "south_rep").into_iter().map(|notice| notice.text).collect();
        assert_eq!(texts, ["new: … (lead that is not visible to you)"]);
    });
}

#[test]
fn whoever_does_not_manage_workflows_sees_none() {
    on_both(|world| {
        let id = start(world, "admin", "described", "leads", &describe("x"));
        let no = Denial::NoTask(security::Task::ManageWorkflows);
        assert_eq!(denied(world.look("manager", workflows::list)), no);
        assert_eq!(denied(world.look("manager", |tx, actor| workflows::get(tx, actor, id))), no);
        assert_eq!(denied(world.look("manager", |tx, actor| workflows::runs(tx, actor, id, None, 5))), no);
        let off = world
            .desk()
            .perform(&world.user("manager"), Verb::admin("workflow.pause"), move |tx, actor| workflows::switch(tx, actor, id, false));
        assert_eq!(denied(off), no);
    });
}
