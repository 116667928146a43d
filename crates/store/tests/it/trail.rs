//! The trail cannot be mended unseen: each way of tampering is found, with lane and number.
//!
//! The stories make changes with jobs in the queue, the smallest thing that is trailed, then tamper past the store.
//! Not here: what a verb writes into its changes. Start reading at [`found`].

use crate::both::{MINUTE, TestStore, on_both, stamp};
use catalogue::RowId;
use security::{Permit, PrincipalId, Privilege, Reason};
use store::queue::{NewJob, enqueue};
use store::trail::{Bad, Wanted, Wrong, history, latest};

/// Three signed changes, one job each.
fn three_changes(store: &TestStore) -> Vec<RowId> {
    (0..3).map(|_| one_change(store)).collect()
}

fn one_change(store: &TestStore) -> RowId {
    store.clock.go_on(MINUTE);
    let job = NewJob {
        kind: "test.sleep".to_owned(),
        asker: PrincipalId::OPERATOR,
        session: None,
        epoch: 1,
        arguments: serde_json::json!({ "of": "Blue Kiln" }),
    };
    store.act("job.ask", move |tx| Ok(enqueue(tx, &job)?)).unwrap()
}

/// The one thing that the walk finds.
fn found(store: &TestStore) -> Bad {
    let report = store.verify();
    assert_eq!(report.bad.len(), 1, "{report}");
    report.bad[0].clone()
}

/// The lane and number that hold the change of this record.
fn place_of(store: &TestStore, id: RowId) -> (i64, i64) {
    let hex = id.0.simple();
    let literal = if store.is_sqlite() { format!("x'{hex}'") } else { format!("'{hex}'") };
    let ask = |what: &str| store.number(&format!("SELECT {what} FROM sys_changes WHERE row_id = {literal}"));
    (ask("lane"), ask("number"))
}

/// Makes three changes, tampers with the entry of one, and says what must be found there.
fn tampered(which: usize, sql: &str, wrong: Wrong) {
    on_both(|store| {
        let jobs = three_changes(store);
        let (lane, number) = place_of(store, jobs[which]);
        store.tamper(&sql.replace("{lane}", &lane.to_string()).replace("{number}", &number.to_string()));
        let bad = found(store);
        assert_eq!((bad.lane, &bad.wrong), (Some(lane), &wrong), "{bad}");
        assert!(bad.number == Some(number) || wrong == Wrong::Gap, "{bad}");
    });
}

#[test]
fn an_untouched_trail_is_whole_and_told_by_its_heads() {
    on_both(|store| {
        three_changes(store);
        let report = store.verify();
        assert!(report.is_whole(), "{report}");
        assert_eq!((report.entries, report.changes, report.erased), (3, 3, 0));
        assert_eq!(report.heads.len(), if store.is_sqlite() { 1 } else { 16 });
        assert_eq!(report.heads.iter().map(|head| head.number).sum::<i64>(), 3);
    });
}

#[test]
fn a_refused_verb_leaves_an_entry_and_no_change() {
    on_both(|store| {
        let refused: Result<(), _> = store.act("job.ask", |tx| {
            enqueue(
                tx,
                &NewJob { kind: "no".into(), asker: PrincipalId::OPERATOR, session: None, epoch: 1, arguments: serde_json::Value::Null },
            )?;
            Err(crate::both::No::Refused("no-task"))
        });
        assert!(refused.is_err());
        let lines = store.read(|tx| latest(tx, &Wanted::default(), 10)).unwrap();
        assert_eq!(lines.len(), 1);
        assert_eq!((lines[0].verb.as_str(), lines[0].verdict.as_str(), lines[0].changes), ("job.ask", "no-task", 0));
        assert_eq!(store.number("SELECT count(*) FROM sys_jobs"), 0);
    });
}

#[test]
fn a_change_without_a_signature_is_not_kept() {
    on_both(|store| {
        let job = NewJob { kind: "no".into(), asker: PrincipalId::OPERATOR, session: None, epoch: 1, arguments: serde_json::Value::Null };
        let unsigned: Result<RowId, crate::both::No> = store.write(move |tx| Ok(enqueue(tx, &job)?));
        assert!(unsigned.is_err());
        assert_eq!(store.number("SELECT count(*) FROM sys_jobs"), 0);
    });
}

#[test]
fn an_entry_that_was_altered_is_found() {
    tampered(1, "UPDATE sys_trail SET verb = 'job.forget' WHERE lane = {lane} AND number = {number}", Wrong::Altered);
    tampered(1, "UPDATE sys_trail SET verdict = 'no-task' WHERE lane = {lane} AND number = {number}", Wrong::Altered);
    tampered(0, "UPDATE sys_trail SET time = time + 1 WHERE lane = {lane} AND number = {number}", Wrong::Altered);
}

#[test]
fn a_change_that_was_altered_is_found() {
    let change = "UPDATE sys_changes SET body = replace(body, 'Blue Kiln', 'Tin Drum') WHERE lane = {lane} AND number = {number}";
    tampered(1, change, Wrong::ChangeAltered(0));
    let table = "UPDATE sys_changes SET set_name = 'else' WHERE lane = {lane} AND number = {number}";
    tampered(2, table, Wrong::ChangeAltered(0));
}

#[test]
fn a_change_that_is_gone_or_too_many_is_found() {
    tampered(0, "DELETE FROM sys_changes WHERE lane = {lane} AND number = {number}", Wrong::ChangeGone(0));
    let copied = "INSERT INTO sys_changes SELECT lane, number, 1, set_name, row_id, body, salt FROM sys_changes
                  WHERE lane = {lane} AND number = {number}";
    tampered(1, copied, Wrong::StrayChange);
}

#[test]
fn a_change_taken_out_by_half_is_found_and_an_erased_one_is_whole() {
    tampered(1, "UPDATE sys_changes SET body = NULL WHERE lane = {lane} AND number = {number}", Wrong::ChangeHalfErased(0));
    tampered(1, "UPDATE sys_changes SET salt = NULL WHERE lane = {lane} AND number = {number}", Wrong::ChangeHalfErased(0));
    on_both(|store| {
        three_changes(store);
        store.beside("UPDATE sys_changes SET body = NULL, salt = NULL");
        let report = store.verify();
        assert!(report.is_whole(), "{report}");
        assert_eq!((report.changes, report.erased), (0, 3));
    });
}

#[test]
fn an_entry_cut_out_of_the_middle_is_found() {
    on_both(|store| {
        // On PostgreSQL the changes lie in several lanes; enough of them make one lane long.
        for _ in 0..40 {
            one_change(store);
        }
        let lane = store.number("SELECT lane FROM sys_lanes ORDER BY number DESC, lane LIMIT 1");
        store.tamper(&format!("DELETE FROM sys_trail WHERE lane = {lane} AND number = 1"));
        let bad = found(store);
        assert_eq!((bad.lane, bad.number, bad.wrong), (Some(lane), Some(2), Wrong::Gap));
    });
}

#[test]
fn a_tail_that_was_cut_is_found() {
    on_both(|store| {
        let jobs = three_changes(store);
        let (lane, number) = place_of(store, jobs[2]);
        store.tamper(&format!(
            "DELETE FROM sys_changes WHERE lane = {lane} AND number = {number}; DELETE FROM sys_trail WHERE lane = {lane} AND number = {number}"
        ));
        let bad = found(store);
        assert_eq!((bad.lane, bad.number, bad.wrong), (Some(lane), Some(number), Wrong::Tail { last: number - 1 }));
    });
}

#[test]
fn a_tail_cut_with_its_head_is_found_by_the_checkpoint() {
    on_both(|store| {
        let jobs = three_changes(store);
        let (lane, number) = place_of(store, jobs[2]);
        assert!(store.checkpoint().unwrap().is_some());
        store.tamper(&format!(
            "DELETE FROM sys_changes WHERE lane = {lane} AND number >= {number};
             DELETE FROM sys_trail WHERE lane = {lane} AND number >= {number};
             UPDATE sys_lanes SET number = {number} - 1,
                hash = coalesce((SELECT hash FROM sys_trail WHERE lane = {lane} AND number = {number} - 1), hash) WHERE lane = {lane}"
        ));
        let report = store.verify();
        let bad = report.bad.iter().find(|bad| matches!(bad.wrong, Wrong::CheckpointHead(_))).unwrap_or_else(|| panic!("{report}"));
        assert_eq!((bad.lane, bad.number), (Some(lane), Some(number)));
    });
}

#[test]
fn a_forged_checkpoint_and_a_missing_one_are_found() {
    on_both(|store| {
        three_changes(store);
        let checkpoint = store.checkpoint().unwrap().unwrap();
        assert!(store.verify().is_whole());
        store.tamper("UPDATE sys_checkpoints SET time = time - 1");
        assert_eq!(found(store).wrong, Wrong::CheckpointForged(checkpoint));
        store.tamper("DELETE FROM sys_checkpoints");
        assert_eq!(found(store).wrong, Wrong::CheckpointGone);
    });
}

#[test]
fn a_checkpoint_is_made_only_when_something_happened() {
    on_both(|store| {
        three_changes(store);
        assert!(store.checkpoint().unwrap().is_some());
        assert!(store.checkpoint().unwrap().is_none());
        one_change(store);
        assert!(store.checkpoint().unwrap().is_some());
        assert_eq!(store.verify().checkpoints, 2);
    });
}

#[test]
fn a_lane_that_does_not_exist_is_found() {
    on_both(|store| {
        one_change(store);
        store.tamper(
            "INSERT INTO sys_trail SELECT 99, number, previous, time, actor, channel, verb, verdict, subject_set, subject_id, commitments, hash
             FROM sys_trail",
        );
        let bad = found(store);
        assert_eq!((bad.lane, bad.wrong), (Some(99), Wrong::LaneUnknown));
    });
}

#[test]
fn time_does_not_go_back_when_the_clock_does() {
    on_both(|store| {
        one_change(store);
        store.clock.go_on(-60 * MINUTE);
        let before = store.number("SELECT max(time) FROM sys_trail");
        store.act("job.ask", |_| Ok(())).unwrap();
        assert_eq!(store.number("SELECT min(time) FROM sys_trail"), before);
    });
}

#[test]
fn the_latest_entries_come_by_pages_and_by_what_is_asked() {
    on_both(|store| {
        three_changes(store);
        store.act("job.look", |_| Ok(())).unwrap();
        let all = store.read(|tx| latest(tx, &Wanted::default(), 10)).unwrap();
        assert_eq!(all.len(), 4);
        assert!(all.windows(2).all(|pair| pair[0].place > pair[1].place));
        let second = Wanted { before: Some(all[1].place), ..Wanted::default() };
        assert_eq!(store.read(|tx| latest(tx, &second, 10)).unwrap(), all[2..]);
        let asked = Wanted { verb: Some("job.ask".into()), actor: Some(PrincipalId::OPERATOR), ..Wanted::default() };
        assert_eq!(store.read(|tx| latest(tx, &asked, 10)).unwrap().len(), 3);
        let stranger = Wanted { actor: Some(PrincipalId::ORGANISATION), ..Wanted::default() };
        assert!(store.read(|tx| latest(tx, &stranger, 10)).unwrap().is_empty());
    });
}

#[test]
fn a_history_shows_no_column_that_the_table_does_not_have() {
    on_both(|store| {
        let id = one_change(store);
        let catalogue = store.setup().catalogue;
        let table = &catalogue.tables()[0];
        let column = &table.columns.iter().find(|column| column.id == table.primary).unwrap().name;
        let (set, primary) = (table.set.clone(), column.clone());
        store.tamper(&format!(
            "UPDATE sys_changes SET set_name = '{set}', body = '{{\"old\":null,\"new\":{{\"{primary}\":\"Blue Kiln\",\"secret\":1}}}}'"
        ));
        let permit = Permit::for_upkeep(Reason::Test, Privilege::Read, table);
        let lines = store.read(|tx| history(tx, &permit, table, id, None, 10)).unwrap();
        assert_eq!(lines.len(), 1);
        assert_eq!((lines[0].old.clone(), lines[0].erased), (None, false));
        assert_eq!(serde_json::Value::from(lines[0].new.clone().unwrap()), serde_json::json!({ primary: "Blue Kiln" }));
        let wrong = Permit::for_upkeep(Reason::Test, Privilege::Write, table);
        assert!(store.read(|tx| history(tx, &wrong, table, id, None, 10)).is_err());
    });
}

#[test]
fn a_stamp_names_what_the_entry_is_about() {
    on_both(|store| {
        let id = one_change(store);
        store
            .write(move |tx| {
                tx.sign(stamp("job.look"));
                tx.about("jobs", id);
                Ok::<_, crate::both::No>(())
            })
            .unwrap();
        let about = Wanted { subject: Some(id), ..Wanted::default() };
        let lines = store.read(|tx| latest(tx, &about, 10)).unwrap();
        assert_eq!(lines.len(), 1);
        assert_eq!(lines[0].subject, Some(("jobs".to_owned(), id)));
    });
}
