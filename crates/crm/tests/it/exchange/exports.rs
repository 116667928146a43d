//! What goes out, and what does not.
//!
//! Each sentence on both databases. Not here: how the file looks inside (`crates/formats/tests/it/exports.rs`).

use super::{ask, export, run, select, taking};
use crate::world::{DAY, SECOND, World, denied, on_both, problem};
use catalogue::Value;
use crm::exchange::{self, Decision, Export, ExportState, Format};
use crm::jobs::JobState;
use security::{Denial, UserState};
use std::io::Read;
use std::path::PathBuf;
use store::{accounts, rights};

fn spool(world: &World) -> Vec<PathBuf> {
    let folder = world.desk().store().directory().join("spool");
    std::fs::read_dir(folder).map(|all| all.flatten().map(|entry| entry.path()).collect()).unwrap_or_default()
}

fn status(world: &World, who: &str, id: catalogue::RowId) -> Export {
    world.look(who, |tx, actor| exchange::export(tx, actor, id)).unwrap()
}

fn accounts_of(world: &World, who: &str, count: usize) {
    for n in 0..count {
        world.record(who, "accounts", &[("name", format!("account {n:05}").into())]);
    }
}

/// Many accounts at once, through the door.
fn many(world: &World, who: &str, count: usize) {
    let text = (0..count).fold("name\n".to_owned(), |text, n| text + &format!("account {n:05}\n"));
    super::import(world, who, "accounts", text.as_bytes(), |ask| ask.duplicates = exchange::Duplicates::Allow).unwrap();
}

fn freeze(world: &World, who: &str) {
    let user = world.id(who);
    world.operate(move |tx| Ok(accounts::set_state(tx, user, UserState::Frozen)?));
}

#[test]
fn a_file_holds_what_its_asker_may_take_and_nothing_else() {
    on_both(|world| {
        let mine = world.record("north_rep", "accounts", &[("name", "=Blue Kiln".into()), ("credit_limit", Value::Int(10_000))]);
        // North may read what is shared with all; only the own rows go out.
        world.record("south_rep", "accounts", &[("name", "Tin Drum".into())]);
        let text = String::from_utf8(export(world, "north_rep", &taking("accounts")).unwrap()).unwrap();
        assert!(text.starts_with("\u{feff}Id,"), "{text}");
        assert!(text.contains(&mine.to_string()) && text.contains(",'=Blue Kiln,"), "{text}");
        assert!(!text.contains("Tin Drum") && !text.contains("Credit limit"), "{text}");
        let mut secured = taking("accounts");
        select(&mut secured, &["name", "credit_limit"]);
        assert!(matches!(denied(ask(world, "north_rep", &secured)), Denial::Column { .. }));
        let mut filtered = taking("accounts");
        filtered.filter = Some(serde_json::json!({ "column": "credit_limit", "op": "gt", "value": 0 }));
        assert!(matches!(denied(ask(world, "north_rep", &filtered)), Denial::Column { .. }));
        assert!(matches!(denied(ask(world, "auditor", &taking("accounts"))), Denial::NoPrivilege { .. }));
        let trail = world.trail();
        for line in [("export.ask", "done"), ("export.make", "done"), ("export.collect", "done"), ("export.ask", "no-privilege")] {
            assert!(trail.contains(&(line.0.into(), line.1.into())), "{line:?} in {trail:?}");
        }
        assert_eq!(spool(world).len(), 1);
        #[cfg(unix)]
        for file in spool(world) {
            use std::os::unix::fs::PermissionsExt;
            assert_eq!(std::fs::metadata(file).unwrap().permissions().mode() & 0o777, 0o600);
        }
    });
}

#[test]
fn a_lookup_goes_out_by_name_and_a_hidden_one_as_nothing() {
    on_both(|world| {
        let hidden = world.record("service_rep", "cases", &[("title", "Broken kiln".into())]);
        let seen = world.record("north_rep", "accounts", &[("name", "Blue Kiln".into())]);
        let table = world.table("tasks");
        let regarding = table.find("regarding").unwrap().id;
        let subject = table.find("subject").unwrap().id;
        let (accounts_id, cases_id) = (world.table_id("accounts"), world.table_id("cases"));
        for (name, id, target) in [("a", seen, accounts_id), ("b", hidden, cases_id)] {
            let tasks = table.id;
            world
                .act("admin", move |tx, actor| {
                    let cells = vec![(subject, name.into(), None), (regarding, Value::Id(id), Some(catalogue::Target::Table(target)))];
                    crm::records::create(tx, actor, &crm::records::Draft { table: tasks, id: None, cells, owner: None })
                })
                .map(|row| {
                    let rep = world.id("north_rep");
                    world.act("admin", move |tx, actor| crm::records::assign(tx, actor, tasks, row, rep)).unwrap();
                })
                .unwrap();
        }
        let mut what = taking("tasks");
        select(&mut what, &["subject", "regarding"]);
        what.sort = Some("subject".into());
        let text = String::from_utf8(export(world, "north_rep", &what).unwrap()).unwrap();
        let lines: Vec<&str> = text.lines().skip(1).map(|line| line.split_once(',').unwrap().1).collect();
        assert_eq!(lines, ["a,Blue Kiln", "b,"]);
    });
}

#[test]
fn many_rows_need_a_reason_and_too_many_are_refused_and_recorded() {
    on_both(|world| {
        many(world, "north_rep", 501);
        assert_eq!(problem(ask(world, "north_rep", &taking("accounts"))).errors[0].column, "reason");
        let mut what = taking("accounts");
        what.reason = Some("yearly letter".into());
        let asked = ask(world, "north_rep", &what).unwrap();
        assert_eq!(asked.decision, Decision::Allowed { obligations: vec!["ends_after_24_hours", "reason_recorded"] });
        run(world);
        let made = status(world, "north_rep", asked.export);
        assert_eq!((made.state, made.rows, made.reason.as_deref()), (ExportState::Ready, Some(501), Some("yearly letter")));
        world.operate(|tx| Ok(accounts::set_meta(tx, "export_row_limit", "500")?));
        let refused = ask(world, "north_rep", &what).unwrap();
        assert!(matches!(&refused.decision, Decision::Refused(why) if why.contains("more than 500 rows")), "{refused:?}");
        assert_eq!(refused.job, None);
        let kept = status(world, "north_rep", refused.export);
        assert_eq!((kept.state, kept.decision.as_str()), (ExportState::Refused, "refused"));
        assert_eq!(problem(exchange::collect(world.desk(), &world.user("north_rep"), refused.export).map(|_| ())).code, "export-not-made");
    });
}

#[test]
fn a_file_holds_no_more_rows_than_could_have_been_asked_for() {
    on_both(|world| {
        accounts_of(world, "north_rep", 3);
        let grown = ask(world, "north_rep", &taking("accounts")).unwrap();
        // Not by an import, whose job would stand beside the one that is to wait.
        accounts_of(world, "north_rep", 500);
        run(world);
        let kept = status(world, "north_rep", grown.export);
        assert_eq!((kept.state, kept.rows), (ExportState::Failed, None), "nobody said what 503 rows are for");
        let mut what = taking("accounts");
        what.reason = Some("yearly letter".into());
        let narrowed = ask(world, "north_rep", &what).unwrap();
        world.operate(|tx| Ok(accounts::set_meta(tx, "export_row_limit", "500")?));
        run(world);
        assert_eq!(status(world, "north_rep", narrowed.export).state, ExportState::Failed, "the limit of now counts");
        assert!(spool(world).is_empty());
    });
}

#[test]
fn a_workbook_is_a_workbook() {
    on_both(|world| {
        accounts_of(world, "north_rep", 3);
        let mut what = taking("accounts");
        what.format = Format::Xlsx;
        let bytes = export(world, "north_rep", &what).unwrap();
        assert!(bytes.starts_with(b"PK"));
    });
}

#[test]
fn the_file_is_for_its_asker_alone_and_for_a_day() {
    on_both(|world| {
        accounts_of(world, "north_rep", 2);
        let asked = ask(world, "north_rep", &taking("accounts")).unwrap();
        let early = exchange::collect(world.desk(), &world.user("north_rep"), asked.export).map(|_| ());
        assert_eq!(problem(early).code, "export-not-ready");
        run(world);
        for other in ["manager", "admin", "south_rep"] {
            let taken = exchange::collect(world.desk(), &world.user(other), asked.export).map(|_| ());
            assert_eq!(denied(taken), Denial::NotThere, "{other}");
        }
        let delivery = exchange::collect(world.desk(), &world.user("north_rep"), asked.export).unwrap();
        assert!(delivery.name.starts_with("accounts-2026-03-0") && delivery.name.ends_with(".csv"), "{}", delivery.name);
        drop(delivery);
        world.clock.go_on(DAY);
        let late = exchange::collect(world.desk(), &world.user("north_rep"), asked.export).map(|_| ());
        assert_eq!(problem(late).code, "export-ended");
        assert_eq!(exchange::sweep(world.desk()).unwrap(), 1);
        assert!(spool(world).is_empty());
        assert_eq!(status(world, "north_rep", asked.export).state, ExportState::Ended);
    });
}

#[test]
fn whoever_is_frozen_while_the_file_is_handed_out_gets_no_further_byte() {
    on_both(|world| {
        accounts_of(world, "north_rep", 50);
        let asked = ask(world, "north_rep", &taking("accounts")).unwrap();
        run(world);
        let mut delivery = exchange::collect(world.desk(), &world.user("north_rep"), asked.export).unwrap();
        let mut piece = [0; 100];
        assert_eq!(delivery.read(&mut piece).unwrap(), 100);
        freeze(world, "north_rep");
        world.clock.go_on(SECOND);
        let broken = delivery.read(&mut piece).unwrap_err();
        assert_eq!(broken.kind(), std::io::ErrorKind::PermissionDenied);
        let again = exchange::collect(world.desk(), &world.user("north_rep"), asked.export).map(|_| ());
        assert_eq!(denied(again), Denial::SignIn);
    });
}

#[test]
fn whoever_is_frozen_while_the_file_is_made_gets_none_and_nothing_stays() {
    on_both(|world| {
        many(world, "north_rep", 3000);
        let mut what = taking("accounts");
        what.reason = Some("yearly letter".into());
        let asked = ask(world, "north_rep", &what).unwrap();
        std::thread::scope(|scope| {
            let making = scope.spawn(|| run(world));
            for _ in 0..5000 {
                if !spool(world).is_empty() {
                    break;
                }
                std::thread::sleep(std::time::Duration::from_millis(1));
            }
            assert_eq!(spool(world).len(), 1, "the file is in the making");
            freeze(world, "north_rep");
            making.join().unwrap();
        });
        let job = world.desk().glance(|tx| Ok(store::queue::get(tx, asked.job.unwrap())?)).unwrap().unwrap();
        assert_eq!(job.state, JobState::Failed, "{:?}", job.message);
        assert!(spool(world).is_empty());
        let export = world.desk().glance(|tx| Ok(store::exchange::export(tx, asked.export)?)).unwrap().unwrap();
        assert_eq!(export.state, ExportState::Failed);
    });
}

#[test]
fn an_export_runs_with_the_rights_its_asker_has_then() {
    on_both(|world| {
        accounts_of(world, "north_rep", 2);
        let (rep, role) = (world.id("north_rep"), world.role("Salesperson"));
        let first = ask(world, "north_rep", &taking("accounts")).unwrap();
        run(world);
        let second = ask(world, "north_rep", &taking("accounts")).unwrap();
        world.operate(move |tx| {
            rights::take_role(tx, role, rep)?;
            Ok(())
        });
        run(world);
        let kept = status(world, "north_rep", second.export);
        assert_eq!((kept.state, kept.why.as_deref()), (ExportState::Failed, Some("none of your roles lets you take out accounts")));
        // The file that was made before is not handed out under other rights either.
        assert!(matches!(
            denied(exchange::collect(world.desk(), &world.user("north_rep"), first.export).map(|_| ())),
            Denial::NoPrivilege { .. }
        ));
        let manager = world.role("Sales Manager");
        world.operate(move |tx| {
            rights::give_role(tx, manager, rep, None, None)?;
            Ok(())
        });
        let other = exchange::collect(world.desk(), &world.user("north_rep"), first.export).map(|_| ());
        assert_eq!(problem(other).code, "rights-changed");
    });
}

#[test]
fn the_command_line_waits_for_its_files() {
    on_both(|world| {
        let file = exchange::upload(world.desk(), &world.user("north_rep"), b"name\nBlue Kiln\nTin Drum\n".as_slice()).unwrap();
        let ask = exchange::ImportAsk { file: Some(file), file_name: "rows.csv".into(), set: "accounts".into(), ..Default::default() };
        let done = exchange::import_now(world.desk(), &world.user("north_rep"), &ask, &mut |_| {}).unwrap();
        assert_eq!((done.tally.created, done.state), (2, JobState::Done));
        let (asked, delivery) = exchange::export_now(world.desk(), &world.user("north_rep"), &taking("accounts"), &mut |_| {}).unwrap();
        let mut text = String::new();
        delivery.unwrap().read_to_string(&mut text).unwrap();
        assert_eq!((text.lines().count(), asked.rows), (3, 2));
    });
}
