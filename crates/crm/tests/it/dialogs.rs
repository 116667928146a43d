//! Guided dialogs: who is offered one, what it makes, and that it makes all of it or nothing.
//!
//! Not here: the pages (`crates/web/tests/it/dialogs.rs`), each record's own rules ([`crate::records_write`]).
//! Start reading at [`answers`].

use crate::records_write::{account, cell, make, owner, role, share, text};
use crate::world::{World, denied, on_both, problem};
use catalogue::{RowId, Value};
use crm::dialogs::{self, Answers, Finish};
use crm::{Done, PrincipalId, Privilege, Verb};
use security::AccessLevel::{Organisation, User};
use security::Denial;

/// A call with an account, and nothing to follow up.
fn answers(world: &World, about: RowId) -> Answers {
    let target = world.look("admin", |_, actor| Ok(actor.catalogue().target("accounts"))).unwrap();
    let plain = [("subject", text("Delivery")), ("text", text("It is late")), ("direction", 1.into()), ("follow_up", 0.into())];
    let all = plain.into_iter().map(|(name, value)| (name.to_owned(), (value, None)));
    all.chain([("regarding".to_owned(), (Value::Id(about), target))]).collect()
}

/// The same with a task for somebody, due on the day 20000.
fn followed(world: &World, about: RowId, by: PrincipalId) -> Answers {
    let more = [
        ("follow_up", 1.into()),
        ("follow_up_subject", text("Ask the carrier")),
        ("follow_up_day", 20_000.into()),
        ("follow_up_owner", Value::Id(by.0)),
    ];
    let more = more.into_iter().map(|(name, value)| (name.to_owned(), (value, None)));
    answers(world, about).into_iter().chain(more).collect()
}

fn finish_in(world: &World, who: &str, answers: Answers, zone: Option<&str>) -> Done<Vec<(String, RowId)>> {
    let ask = Finish { dialog: "log_a_call".into(), answers, zone: zone.map(str::to_owned) };
    world.desk().perform(&world.user(who), Verb::write("dialog.finish"), move |tx, actor| dialogs::finish(tx, actor, &ask))
}

fn finish(world: &World, who: &str, answers: Answers) -> Done<Vec<(String, RowId)>> {
    finish_in(world, who, answers, None)
}

fn offered(world: &World, who: &str) -> Vec<&'static str> {
    world.look(who, |_, actor| Ok(dialogs::offered(actor))).unwrap().into_iter().map(|dialog| dialog.name).collect()
}

/// How many rows of a set there are.
fn count(world: &World, set: &str) -> usize {
    let ask = crm::views::ListAsk { set: set.into(), view: "*".into(), limit: 100, ..Default::default() };
    world.look("admin", |tx, actor| crm::views::list(tx, actor, &ask)).unwrap().rows.len()
}

#[test]
fn every_shipped_dialog_asks_for_columns_that_exist() {
    on_both(|world| {
        for dialog in world.look("admin", |_, actor| Ok(dialogs::offered(actor))).unwrap() {
            for question in dialog.questions() {
                let column = world.look("admin", |_, actor| Ok(dialogs::column(actor.catalogue(), dialog, question))).unwrap();
                assert_eq!(column.unwrap().name, question.name);
                assert!(world.look("admin", |_, actor| dialogs::is_open(actor, dialog, question)).unwrap(), "{}", question.name);
            }
        }
    });
}

#[test]
fn a_call_is_completed_regards_its_record_and_brings_a_task() {
    on_both(|world| {
        let id = account(world, "north_rep", "Blue Kiln");
        let made = finish_in(world, "north_rep", followed(world, id, world.id("north_rep")), Some("America/New_York")).unwrap();
        let [(calls, call), (tasks, task)] = made.as_slice() else { panic!("{made:?}") };
        assert_eq!((calls.as_str(), tasks.as_str()), ("phone_calls", "tasks"));
        for (column, value) in [("state", 1.into()), ("status", 4.into()), ("is_outgoing", 0.into()), ("regarding", Value::Id(id))] {
            assert_eq!(cell(world, "phone_calls", *call, column), value, "{column}");
        }
        assert_eq!((cell(world, "tasks", *task, "subject"), cell(world, "tasks", *task, "state")), (text("Ask the carrier"), 0.into()));
        assert_eq!(cell(world, "tasks", *task, "regarding"), Value::Id(id));
        // The day begins at four in the morning UTC in New York's summer.
        assert_eq!(cell(world, "tasks", *task, "due_on"), ((20_000 * 24 + 4) * 3_600_000_000_i64).into());
        assert_eq!(owner(world, "tasks", *task), world.id("north_rep"));
        assert_eq!(world.trail().last().unwrap(), &("dialog.finish".to_owned(), "done".to_owned()));
    });
}

#[test]
fn an_answer_to_what_is_not_asked_is_left_out() {
    on_both(|world| {
        let id = account(world, "north_rep", "Blue Kiln");
        let mut changed = followed(world, id, world.id("north_rep"));
        changed.insert("follow_up".into(), (0.into(), None));
        assert_eq!(finish(world, "north_rep", changed).unwrap().len(), 1);
        assert_eq!(count(world, "tasks"), 0);
    });
}

#[test]
fn it_is_offered_only_to_whoever_may_make_all_its_records() {
    on_both(|world| {
        let id = account(world, "north_rep", "Blue Kiln");
        assert_eq!((offered(world, "north_rep"), offered(world, "auditor")), (vec!["log_a_call"], vec![]));
        share(world, "north_rep", "accounts", id, world.id("auditor"), &[Privilege::Read, Privilege::AppendTo]).unwrap();
        assert!(matches!(denied(finish(world, "auditor", answers(world, id))), Denial::NoPrivilege { .. }));
        role(world, "caller", &[("phone_calls", &[(Privilege::Create, User)])], &[world.id("auditor")]);
        assert!(offered(world, "auditor").is_empty(), "calls alone are not all of it");
        assert!(matches!(denied(finish(world, "auditor", answers(world, id))), Denial::NoPrivilege { .. }));
        let ask = Finish { dialog: "no_such_dialog".into(), ..Finish::default() };
        assert_eq!(denied(world.act("admin", move |tx, actor| dialogs::finish(tx, actor, &ask))), Denial::NotThere);
    });
}

#[test]
fn a_record_that_may_not_be_read_is_answered_like_one_that_is_not_there() {
    on_both(|world| {
        let hidden = account(world, "south_rep", "Tin Drum");
        let unknown = RowId(uuid::Uuid::from_u128(7));
        let told = |id| problem(finish(world, "north_rep", answers(world, id)));
        assert_eq!(told(hidden), told(unknown));
        assert_eq!(told(hidden).errors[0].column, "regarding");
    });
}

#[test]
fn a_record_that_may_be_read_and_not_appended_to_gets_no_call() {
    on_both(|world| {
        let id = account(world, "south_rep", "Tin Drum");
        share(world, "south_rep", "accounts", id, world.id("north_rep"), &[Privilege::Read]).unwrap();
        let row = Denial::Row { privilege: Privilege::AppendTo, set: "accounts".into() };
        assert_eq!(denied(finish(world, "north_rep", answers(world, id))), row);
        assert_eq!(count(world, "phone_calls"), 0);
    });
}

#[test]
fn nothing_is_made_when_the_second_record_is_refused() {
    on_both(|world| {
        let (all, own) = (&[(Privilege::Read, Organisation)], &[(Privilege::Create, User), (Privilege::Append, User)]);
        let appended = &[(Privilege::Read, Organisation), (Privilege::AppendTo, Organisation)];
        role(world, "caller", &[("phone_calls", own), ("tasks", own), ("accounts", appended)], &[world.id("auditor")]);
        role(world, "reader", &[("phone_calls", all), ("tasks", all)], &[world.id("auditor")]);
        let id = account(world, "north_rep", "Blue Kiln");
        let refused = finish(world, "auditor", followed(world, id, world.id("manager")));
        assert_eq!(denied(refused), Denial::Row { privilege: Privilege::Create, set: "tasks".into() });
        assert_eq!((count(world, "phone_calls"), count(world, "tasks")), (0, 0));
        assert_eq!(world.trail().last().unwrap().0, "dialog.finish");
        assert_ne!(world.trail().last().unwrap().1, "done");
        let own = finish(world, "auditor", followed(world, id, world.id("auditor"))).unwrap();
        assert_eq!((own.len(), count(world, "phone_calls"), count(world, "tasks")), (2, 1, 1));
    });
}

#[test]
fn what_is_wrong_is_said_of_its_question() {
    on_both(|world| {
        let id = account(world, "north_rep", "Blue Kiln");
        let columns = |answers| -> Vec<String> {
            problem(finish(world, "north_rep", answers)).errors.into_iter().map(|wrong| wrong.column).collect()
        };
        assert_eq!(columns(Answers::new()), ["regarding", "subject", "direction", "follow_up"]);
        let mut all = followed(world, id, world.id("north_rep"));
        all.insert("follow_up_subject".into(), (text(&"x".repeat(201)), None));
        assert_eq!(columns(all.clone()), ["follow_up_subject"]);
        all.insert("follow_up_day".into(), (Value::Null, None));
        all.insert("direction".into(), (7.into(), None));
        assert_eq!(columns(all.clone()), ["direction", "follow_up_day"]);
        all.insert("direction".into(), (0.into(), None));
        all.insert("follow_up_day".into(), (i64::MAX.into(), None));
        assert_eq!(columns(all), ["follow_up_day"]);
        assert_eq!((count(world, "phone_calls"), count(world, "tasks")), (0, 0));
        let lead = make(world, "north_rep", "leads", &[("topic", text("Kiln")), ("last_name", text("Smith"))]).unwrap();
        assert!(
            matches!(problem(finish(world, "north_rep", answers(world, lead))).errors.as_slice(), [only] if only.column == "regarding")
        );
    });
}
