//! What is handed over goes whole, to somebody who can have it, and what a run may touch is in its archive.
//!
//! Workflows with what waits in them, approvals, ids in capitals, what comes behind the place a run has reached, the rows
//! that hang on others. Not here: records and lookups (`crates/crm/tests/it/departures.rs`), time
//! (`crates/crm/tests/it/departures_time.rs`). Start reading at the first sentence.

use crate::departures::{choose, company, give, go, on_each, owner, plan, set_policy, sheet, state};
use crate::departures_time::{in_the_middle, many};
use crate::workflows::{make, start};
use crate::world::{SECOND, World, problem};
use catalogue::{RowId, Target, Value};
use crm::departures::{self, Choice, DeparturePolicy, Item, Preset, State};
use crm::jobs::Runner;
use crm::workflows::{self, Definition, RunState, WorkflowDraft, WorkflowState};
use crm::{PrincipalId, Privilege, approvals};
use security::{Permit, Reason};
use serde_json::{Value as Json, json};
use std::sync::Arc;
use store::dump::{self, Opened};
use store::records::{self, Cells, Written};
use store::{Store, blobs};

fn run(world: &World) {
    let runner = Runner::new(world.desk().clone());
    while runner.run_next().unwrap() {}
}

fn undo(world: &World, id: RowId) {
    world.act("admin", move |tx, actor| departures::undo(tx, actor, id)).unwrap();
    run(world);
    assert_eq!(state(world, id), State::Undone);
}

fn done(world: &World, id: RowId) {
    go(world, "admin", id).unwrap();
    run(world);
    assert_eq!(state(world, id), State::Done, "{:?}", sheet(world, "admin", id).departure.why);
}

/// Somebody who makes workflows leaves, and somebody else who does stays.
fn two_who_make_workflows(world: &mut World) -> (PrincipalId, PrincipalId) {
    company(world);
    let leaver = world.join("leaver", "root", &["System Administrator"]);
    (leaver, world.join("next", "root", &["System Administrator"]))
}

fn workflow(world: &World, id: RowId) -> workflows::Workflow {
    world.desk().glance(move |tx| Ok(store::workflows::get(tx, id)?)).unwrap().unwrap()
}

/// The leaver saves it once more.
fn save_again(world: &World, id: RowId, definition: &Json) {
    let now = workflow(world, id);
    let draft =
        WorkflowDraft { id: Some((id, now.version)), name: now.name, set: now.set, definition: Definition::read(definition).unwrap() };
    world.act("leaver", move |tx, actor| workflows::save(tx, actor, &draft)).unwrap();
}

fn pause(world: &World, id: RowId) {
    world.act("leaver", move |tx, actor| workflows::switch(tx, actor, id, false)).unwrap();
}

/// A lead that starts a run, which waits.
fn lead(world: &World, name: &'static str) -> RowId {
    world.clock.go_on(SECOND);
    make(world, "manager", "leads", &[("topic", name.into()), ("last_name", name.into())])
}

/// The runs of a workflow, oldest first.
fn runs(world: &World, id: RowId) -> Vec<store::workflows::Run> {
    let mut all = world.desk().glance(move |tx| Ok(store::workflows::runs(tx, id, None, 100)?)).unwrap();
    all.reverse();
    all
}

fn sets(words: &str) -> Json {
    json!({ "trigger": { "on": "created" }, "steps": [{ "do": "set", "columns": { "description": words } }] })
}

fn asks(whom: PrincipalId) -> Json {
    json!({ "trigger": { "on": "created" }, "steps": [{ "do": "approve", "of": whom.to_string(), "words": "Take it on?" }] })
}

fn item(world: &World, id: RowId, key: &str) -> Item {
    let items = sheet(world, "admin", id).items;
    items.into_iter().find(|item| item.key == key).unwrap_or_else(|| panic!("no item {key}"))
}

/// What could not be done or given back, or not quite.
fn said(world: &World, id: RowId) -> Vec<String> {
    sheet(world, "admin", id).conflicts.into_iter().map(|conflict| conflict.why).collect()
}

#[test]
fn a_workflow_that_is_owned_by_and_names_the_leaver_goes_back_whole_and_rests_while_nobody_could_run_it() {
    on_each(|world| {
        let (leaver, next) = two_who_make_workflows(world);
        let gives = json!({ "trigger": { "on": "created" }, "steps": [
            { "do": "approve", "of": world.id("manager").to_string(), "words": "Take it on?" }, { "do": "assign", "to": [leaver.to_string()] } ] });
        let id = start(world, "leaver", "new leads", "leads", &gives);
        let body = workflow(world, id).body;
        let departure = plan(world, "admin", "leaver").unwrap();
        let (own, named) = (format!("workflow_owner:{id}"), format!("workflow_step:{id}"));
        choose(world, "admin", departure, &[(&own, give(world, &["next"])), (&named, give(world, &["next"]))]).unwrap();
        done(world, departure);
        let there = workflow(world, id);
        assert_eq!((there.owner, there.state), (next, WorkflowState::On));
        assert!(!there.body.to_string().contains(&leaver.to_string()));
        make(world, "south_rep", "leads", &[("topic", "Fair".into()), ("last_name", "Lee".into())]);
        undo(world, departure);
        let back = workflow(world, id);
        assert_eq!((back.owner, &back.body), (leaver, &body), "both changes went back: {:?}", said(world, departure));
        assert_eq!(back.state, WorkflowState::Paused, "it would stop at its next run, and end that run");
        assert!(back.why.unwrap().contains("leaver, who is not active"));
        assert_eq!(said(world, departure), ["it went back, and is paused: leaver is not active"]);
        let tally = sheet(world, "admin", departure).tally;
        assert!(tally.iter().all(|item| item.done == item.back), "{tally:?}");
        let waits = runs(world, id);
        assert_eq!(waits.iter().map(|run| (run.state, run.owner)).collect::<Vec<_>>(), [(RunState::Held, leaver)]);
    });
}

#[test]
fn runs_that_wait_in_older_versions_come_along_only_where_the_heir_could_run_those_too() {
    on_each(|world| {
        let (leaver, next) = two_who_make_workflows(world);
        let id = start(world, "leaver", "new leads", "leads", &sets("first"));
        lead(world, "One");
        // The heir could not run this one: nobody asks themselves.
        save_again(world, id, &asks(next));
        lead(world, "Two");
        save_again(world, id, &sets("third"));
        lead(world, "Three");
        pause(world, id);
        let departure = plan(world, "admin", "leaver").unwrap();
        let own = format!("workflow_owner:{id}");
        assert!(item(world, departure, &own).consequence.contains("2 runs wait in older versions of it"));
        choose(world, "admin", departure, &[(&own, give(world, &["next"]))]).unwrap();
        done(world, departure);
        let of = |world: &World| runs(world, id).iter().map(|run| (run.version, run.owner, run.state)).collect::<Vec<_>>();
        let (waits, ended) = (RunState::Waiting, RunState::Stopped);
        assert_eq!(of(world), [(1, next, waits), (2, leaver, ended), (4, next, waits)]);
        let why = runs(world, id)[1].why.clone().unwrap();
        assert!(why.contains("version 2") && why.contains("next could not run “new leads”"), "{why}");
        let run_id = runs(world, id)[1].id;
        let log = world.desk().glance(move |tx| Ok(store::workflows::steps(tx, run_id)?)).unwrap();
        assert_eq!(log.iter().map(|line| (line.outcome.as_str(), line.said.as_str())).collect::<Vec<_>>(), [("stopped", why.as_str())]);
        assert!(said(world, departure).iter().any(|words| words.contains("runs that were ended: 1")), "{:?}", said(world, departure));
        // What went along goes back.
        undo(world, departure);
        assert_eq!(of(world), [(1, leaver, waits), (2, leaver, ended), (5, leaver, waits)]);
    });
}

#[test]
fn a_decision_about_a_workflow_is_about_the_older_versions_that_wait_too() {
    on_each(|world| {
        let (leaver, next) = two_who_make_workflows(world);
        let id = start(world, "leaver", "new leads", "leads", &sets("first"));
        lead(world, "One");
        save_again(world, id, &sets("now"));
        pause(world, id);
        let departure = plan(world, "admin", "leaver").unwrap();
        let own = format!("workflow_owner:{id}");
        choose(world, "admin", departure, &[(&own, give(world, &["next"]))]).unwrap();
        assert!(item(world, departure, &own).chosen.is_some());
        // The newest says what it said, and between lies something that nobody has looked at.
        save_again(world, id, &sets("evil"));
        world.act("leaver", move |tx, actor| workflows::switch(tx, actor, id, true)).unwrap();
        lead(world, "Two");
        save_again(world, id, &sets("now"));
        pause(world, id);
        assert_eq!(item(world, departure, &own).chosen, None);
        assert!(problem(go(world, "admin", departure)).detail.contains("new leads"));
        assert_eq!(workflow(world, id).owner, leaver);
        choose(world, "admin", departure, &[(&own, give(world, &["next"]))]).unwrap();
        // What waits no more is nothing new.
        let first = runs(world, id)[0].id;
        assert!(world.operate(move |tx| Ok(store::workflows::end_run(tx, first, RunState::Stopped, "by hand")?)));
        done(world, departure);
        assert_eq!(workflow(world, id).owner, next);
    });
}

#[test]
fn an_id_in_capitals_names_the_same_person() {
    on_each(|world| {
        let (leaver, next) = two_who_make_workflows(world);
        let big = leaver.to_string().to_uppercase();
        let definition = json!({ "trigger": { "on": "created" }, "condition": { "column": "owner", "op": "ne", "value": big },
            "steps": [{ "do": "notify", "whom": big, "words": "there is a lead" }] });
        let id = start(world, "next", "tells", "leads", &definition);
        let departure = plan(world, "admin", "leaver").unwrap();
        let named = format!("workflow_step:{id}");
        assert_eq!(item(world, departure, &named).count, 2);
        choose(world, "admin", departure, &[(&named, give(world, &["next"]))]).unwrap();
        done(world, departure);
        let body = workflow(world, id).body;
        assert!(!body.to_string().to_lowercase().contains(&leaver.to_string()), "{body}");
        assert_eq!((&body["steps"][0]["whom"], &body["condition"]["value"]), (&json!(next.to_string()), &json!(next.to_string())));
    });
}

/// Lays out a row past the verbs, under this id where one is named. A lookup says what it looks up to.
fn put(world: &World, set: &str, id: Option<RowId>, owner: Option<&str>, cells: &[(&str, Value, Option<&str>)]) -> RowId {
    let set = set.to_owned();
    let cells: Vec<(String, Value, Option<String>)> =
        cells.iter().map(|(column, value, to)| ((*column).to_owned(), value.clone(), to.map(str::to_owned))).collect();
    let owner = owner.map(|name| (world.id(name), world.unit("north")));
    let laid = world.act("admin", move |tx, actor| {
        let catalogue = actor.catalogue().clone();
        let table = catalogue.find(&set).unwrap();
        let of = |(name, value, to): &(String, Value, Option<String>)| {
            let target = to.as_deref().map(|set| Target::Table(catalogue.find(set).unwrap().id));
            (table.find(name).unwrap().id, value.clone(), target)
        };
        let cells: Cells = cells.iter().map(of).collect();
        let id = id.unwrap_or_else(|| tx.new_id());
        let permit = Permit::for_upkeep(Reason::Test, Privilege::Create, table);
        assert!(matches!(records::insert(tx, &permit, id, &cells, owner)?, Written::Done(_)));
        Ok(id)
    });
    laid.unwrap()
}

const OPEN: [(&str, Value, Option<&str>); 2] = [("state", Value::Int(0), None), ("status", Value::Int(1), None)];
const SHUT: [(&str, Value, Option<&str>); 2] = [("state", Value::Int(1), None), ("status", Value::Int(5), None)];

#[test]
fn what_comes_behind_the_place_a_run_has_reached_is_handed_over_too() {
    on_each(|world| {
        company(world);
        let rows = many(world);
        let subject = |words: &str| ("subject", Value::from(words), None);
        put(world, "tasks", None, Some("north_rep"), &[&OPEN[..], &[subject("open")]].concat());
        let closed = put(world, "tasks", None, Some("north_rep"), &[&SHUT[..], &[subject("closed")]].concat());
        // An order hangs on this one, so that it cannot be deleted.
        let held = put(world, "contacts", None, Some("north_rep"), &[&OPEN[..], &[("last_name", "Lee".into(), None)]].concat());
        let customer = ("customer", Value::Id(held), Some("contacts"));
        put(world, "orders", None, Some("heir"), &[&OPEN[..], &[("name", "Order".into(), None), customer]].concat());
        let id = plan(world, "admin", "north_rep").unwrap();
        let chosen = [
            ("owned:contacts", Choice::Delete),
            ("owned:accounts", give(world, &["heir"])),
            ("open:tasks", give(world, &["manager"])),
            ("owned:tasks", give(world, &["heir"])),
        ];
        choose(world, "admin", id, &chosen).unwrap();
        go(world, "admin", id).unwrap();
        let small = RowId(uuid::Uuid::from_u128(1));
        in_the_middle(world, id, || {
            // A record comes back under its small id, and somebody opens a task again.
            put(world, "accounts", Some(small), Some("north_rep"), &[&OPEN[..], &[("name", "restored".into(), None)]].concat());
            let table = world.table("tasks");
            let cells: Cells = ["state", "status"]
                .iter()
                .map(|name| table.find(name).unwrap().id)
                .zip([0, 1])
                .map(|(column, to)| (column, Value::Int(to), None))
                .collect();
            let reopened = world.act("admin", move |tx, actor| {
                let catalogue = actor.catalogue().clone();
                let permit = Permit::for_upkeep(Reason::Test, Privilege::Write, catalogue.find("tasks").unwrap());
                Ok(matches!(records::update(tx, &permit, closed, None, &cells)?, Written::Done(_)))
            });
            assert!(reopened.unwrap());
        });
        assert_eq!(state(world, id), State::Done, "{:?}", sheet(world, "admin", id).departure.why);
        assert!(rows.iter().all(|row| owner(world, "accounts", *row) == Some(world.id("heir"))));
        assert_eq!((owner(world, "accounts", small), owner(world, "tasks", closed)), (Some(world.id("heir")), Some(world.id("manager"))));
        assert_eq!(said(world, id).len(), 1, "tried again with the rest, it is noted once: {:?}", said(world, id));
    });
}

#[test]
fn a_run_ends_although_something_stays_that_it_could_not_do() {
    on_each(|world| {
        company(world);
        // An account that an order hangs on is not deleted.
        let held = put(world, "accounts", None, Some("north_rep"), &[&OPEN[..], &[("name", "Acme".into(), None)]].concat());
        put(
            world,
            "orders",
            None,
            Some("heir"),
            &[&OPEN[..], &[("name", "Order".into(), None), ("customer", Value::Id(held), Some("accounts"))]].concat(),
        );
        let id = plan(world, "admin", "north_rep").unwrap();
        choose(world, "admin", id, &[("owned:accounts", Choice::Delete)]).unwrap();
        done(world, id);
        assert_eq!((said(world, id).len(), owner(world, "accounts", held)), (1, Some(world.id("north_rep"))));
    });
}

#[test]
fn an_approval_goes_to_somebody_who_may_see_the_record_and_they_are_asked() {
    on_each(|world| {
        company(world);
        world.join("colleague", "north", &["Salesperson"]);
        start(world, "admin", "new accounts", "accounts", &asks(world.id("north_rep")));
        let seen = make(world, "colleague", "accounts", &[("name", "Seen".into())]);
        let hidden = make(world, "south_rep", "accounts", &[("name", "Hidden".into())]);
        let own = make(world, "heir", "accounts", &[("name", "Own".into())]);
        run(world);
        let id = plan(world, "admin", "north_rep").unwrap();
        assert_eq!(item(world, id, "approvals").count, 3);
        choose(world, "admin", id, &[("approvals", give(world, &["heir"]))]).unwrap();
        done(world, id);
        let asked = world.look("heir", approvals::list).unwrap();
        assert_eq!(asked.iter().map(|sheet| sheet.approval.row).collect::<Vec<_>>(), [seen]);
        let told = crate::notices::told(world, "heir");
        let told: Vec<&str> = told.iter().map(|notice| notice.text.as_str()).filter(|text| text.contains("Take it on?")).collect();
        assert_eq!(told, ["Take it on? (account “Seen”, asked by admin)"]);
        let (leaver, mut left) = (world.id("north_rep"), said(world, id));
        let waits = world.desk().glance(move |tx| Ok(store::approvals::waiting_of(tx, leaver, None, 9)?)).unwrap();
        let mut rows: Vec<RowId> = waits.into_iter().map(|approval| approval.row).collect();
        rows.sort();
        left.sort();
        let mut stay = vec![hidden, own];
        stay.sort();
        assert_eq!(rows, stay);
        let wanted =
            ["nobody decides on what they asked for themselves", "whoever would get it may not see the record, so they could not decide"];
        assert_eq!(left, wanted);
        crate::departures::undo(world, "admin", id);
        let asked = world.look("heir", approvals::list).unwrap();
        assert_eq!(asked.iter().map(|sheet| sheet.approval.row).collect::<Vec<_>>(), [seen], "the leaver could not decide it");
        assert!(said(world, id).iter().any(|why| why.ends_with("the person is not here to decide it")));
    });
}

/// Bytes that a row may name.
fn bytes(world: &World, what: &'static [u8]) -> RowId {
    let kept = world.desk().store().keep_bytes(what, 1 << 20).unwrap();
    let id = kept.id;
    let named = world.act("admin", move |tx, actor| {
        blobs::enter(tx, &kept, actor.user())?;
        Ok(blobs::name(tx, kept.id)?)
    });
    assert!(named.unwrap());
    id
}

fn file(world: &World, of: (&str, RowId), name: &str, content: RowId) -> RowId {
    let cells = [("file_name", name.into(), None), ("parent", Value::Id(of.1), Some(of.0)), ("content", Value::Id(content), None)];
    put(world, "files", None, None, &cells)
}

/// The archive of a departure, restored into a folder of its own.
fn restored(world: &World, id: RowId) -> Arc<Store> {
    let found = world.look("admin", move |tx, actor| departures::archive(tx, actor, id)).unwrap().1;
    let sealed = world.desk().store().open_bytes(found).unwrap();
    let home = world.desk().store().directory().to_owned();
    let opened = Opened::open(sealed, &dump::archive_identity(&home).unwrap()).unwrap();
    dump::restore_into_empty(opened, world.desk().store().scratch(home.join("restored")), None).unwrap().store
}

#[test]
fn what_hangs_on_what_is_touched_is_in_the_archive() {
    on_each(|world| {
        company(world);
        set_policy(world, DeparturePolicy { needs_archive: true, ..Preset::OnePerson.policy() });
        let of = |owner: &'static str| Some(owner);
        let order = put(world, "orders", None, of("north_rep"), &[&OPEN[..], &[("name", "Order".into(), None)]].concat());
        let line = put(world, "order_lines", None, None, &[("sales_order", Value::Id(order), Some("orders"))]);
        let others = put(world, "orders", None, of("heir"), &[&OPEN[..], &[("name", "Another".into(), None)]].concat());
        let not_it = put(world, "order_lines", None, None, &[("sales_order", Value::Id(others), Some("orders"))]);
        // Leads go, and with each what is about it, whosever that is, and what hangs on that.
        let lead = put(
            world,
            "leads",
            None,
            of("north_rep"),
            &[&OPEN[..], &[("topic", "Fair".into(), None), ("last_name", "Lee".into(), None)]].concat(),
        );
        let note = put(
            world,
            "notes",
            None,
            of("heir"),
            &[("state", Value::Int(0), None), ("subject", "Call".into(), None), ("regarding", Value::Id(lead), Some("leads"))],
        );
        let (bytes_of_order, bytes_of_note, bytes_of_other) =
            (bytes(world, b"of the order"), bytes(world, b"of the note"), bytes(world, b"another"));
        let of_order = file(world, ("orders", order), "order.pdf", bytes_of_order);
        let of_note = file(world, ("notes", note), "note.pdf", bytes_of_note);
        let of_other = file(world, ("orders", others), "other.pdf", bytes_of_other);
        let tells = json!({ "trigger": { "on": "created" }, "steps": [{ "do": "notify", "whom": world.id("north_rep").to_string(), "words": "look" }] });
        let names = start(world, "admin", "tells", "leads", &tells);
        let does_not = start(world, "admin", "sets", "leads", &sets("seen"));
        let id = plan(world, "admin", "north_rep").unwrap();
        // Looked at, who could be named instead is asked about, and held by nobody who only looks.
        assert!(item(world, id, &format!("workflow_step:{names}")).proposal.is_some());
        choose(world, "admin", id, &[("owned:leads", Choice::Delete), ("owned:orders", give(world, &["manager"]))]).unwrap();
        done(world, id);
        let admin = world.id("admin");
        let store = restored(world, id);
        let tables: Vec<_> = ["orders", "order_lines", "leads", "notes", "files"].map(|set| world.table(set).id).into();
        let [orders, lines, leads, notes, files] = tables[..] else { panic!() };
        store
            .read(|tx| {
                let here = [(orders, order), (lines, line), (leads, lead), (notes, note), (files, of_order), (files, of_note)];
                for (table, row) in here {
                    assert!(records::exists(tx, table, row)?, "{table:?} {row}");
                }
                for (table, row) in [(orders, others), (lines, not_it), (files, of_other)] {
                    assert!(!records::exists(tx, table, row)?, "{table:?} {row} is none of it");
                }
                assert!(store::workflows::get(tx, names)?.is_some() && store::workflows::get(tx, does_not)?.is_none());
                Ok::<_, store::Fault>(())
            })
            .unwrap();
        let read = |id: RowId| {
            let found = store.read(|tx| blobs::of_uploader(tx, id, admin)).unwrap()?;
            let mut all = Vec::new();
            std::io::Read::read_to_end(&mut store.open_bytes(found).unwrap(), &mut all).unwrap();
            Some(all)
        };
        assert_eq!([bytes_of_order, bytes_of_note].map(read), [b"of the order".to_vec(), b"of the note".to_vec()].map(Some));
        assert_eq!(read(bytes_of_other), None);
    });
}
