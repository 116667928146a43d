//! What was read is kept: in order, bounded, and so that a line taken out is noticed.
//!
//! Not here: which readings are noted (`crm`). Start reading at [`opened`].

use crate::both::{MINUTE, MORNING, SECOND, TestStore, on_both};
use catalogue::RowId;
use security::PrincipalId;
use std::sync::Arc;
use std::time::Duration;
use store::journal::{Journal, JournalThread, Reading, ReadingKind};
use store::trail::{Wanted, Wrong, latest};
use uuid::Uuid;

const REP: PrincipalId = PrincipalId(RowId(Uuid::from_u128(77)));

fn opened(row: u128) -> Reading {
    Reading {
        time: MORNING,
        user: REP,
        session: Some(RowId(Uuid::from_u128(5))),
        kind: ReadingKind::Opened,
        set: Some("accounts".into()),
        row: Some(RowId(Uuid::from_u128(row))),
        query: None,
        rows: 1,
        first: None,
        last: None,
    }
}

fn refused(row: u128, time: i64) -> Reading {
    Reading { kind: ReadingKind::Refused, time, rows: 0, ..opened(row) }
}

fn lines(store: &TestStore) -> i64 {
    store.number("SELECT count(*) FROM sys_journal")
}

#[test]
fn a_flush_writes_what_waits_with_one_entry() {
    on_both(|store| {
        let journal = Journal::new(100);
        (0..40).for_each(|n| journal.note(opened(n)));
        let listed = Reading {
            kind: ReadingKind::Listed,
            row: None,
            query: Some("filter=state eq 0".into()),
            rows: 50,
            first: Some("a".into()),
            last: Some("m".into()),
            ..opened(0)
        };
        journal.note(listed);
        assert_eq!(lines(store), 0);
        assert_eq!(journal.flush(store).unwrap(), 41);
        assert_eq!(lines(store), 41);
        assert_eq!(store.number("SELECT rows_read FROM sys_journal WHERE kind = 'listed'"), 50);
        let entries = store.read(|tx| latest(tx, &Wanted::default(), 10)).unwrap();
        assert_eq!(entries.len(), 1);
        assert_eq!((entries[0].verb.as_str(), entries[0].actor, entries[0].changes), ("journal.flush", PrincipalId::OPERATOR, 1));
        assert_eq!(journal.flush(store).unwrap(), 0);
        assert_eq!(store.number("SELECT count(*) FROM sys_trail"), 1);
    });
}

#[test]
fn a_full_journal_drops_the_oldest_and_says_so() {
    on_both(|store| {
        let journal = Journal::new(10);
        (0..25).for_each(|n| journal.note(opened(n)));
        assert_eq!(journal.lost(), 15);
        journal.flush(store).unwrap();
        assert_eq!(lines(store), 10);
        assert!(store.text("SELECT body FROM sys_changes").contains("\"lost\":15"));
    });
}

#[test]
fn refusals_are_summed_per_session_and_minute_and_name_no_row() {
    on_both(|store| {
        let journal = Journal::new(100);
        (0..7).for_each(|n| journal.note(refused(n, MORNING)));
        journal.flush(store).unwrap();
        (7..12).for_each(|n| journal.note(refused(n, MORNING + 2 * SECOND)));
        journal.flush(store).unwrap();
        assert_eq!((lines(store), store.number("SELECT rows_read FROM sys_journal")), (1, 12));
        assert_eq!(store.number("SELECT count(*) FROM sys_journal WHERE row_id IS NOT NULL"), 0);
        store.clock.go_on(MINUTE);
        journal.note(refused(12, MORNING + MINUTE));
        journal.flush(store).unwrap();
        assert_eq!(lines(store), 2);
    });
}

#[test]
fn a_line_that_was_changed_or_taken_out_is_found() {
    on_both(|store| {
        let journal = Journal::new(100);
        (0..3).for_each(|n| journal.note(opened(n)));
        journal.note(refused(0, MORNING));
        journal.flush(store).unwrap();
        journal.note(refused(1, MORNING));
        journal.flush(store).unwrap();
        assert!(store.verify().is_whole());
        let wrong = || store.verify().bad.iter().map(|bad| bad.wrong.clone()).collect::<Vec<_>>();
        store.tamper("UPDATE sys_journal SET rows_read = 1 WHERE kind = 'refused'");
        assert_eq!(wrong(), [Wrong::Journal]);
        store.tamper("UPDATE sys_journal SET rows_read = 2 WHERE kind = 'refused'");
        assert_eq!(wrong(), []);
        store.tamper("DELETE FROM sys_journal WHERE id = (SELECT id FROM sys_journal WHERE kind = 'opened' LIMIT 1)");
        assert_eq!(wrong(), [Wrong::Journal]);
    });
}

#[test]
fn what_could_not_be_written_waits() {
    on_both(|store| {
        let journal = Journal::new(100);
        (0..3).for_each(|n| journal.note(opened(n)));
        journal.used(RowId(Uuid::from_u128(5)), MORNING);
        store.beside("ALTER TABLE sys_journal RENAME TO sys_away");
        assert!(journal.flush(store).is_err());
        store.beside("ALTER TABLE sys_away RENAME TO sys_journal");
        assert_eq!(journal.flush(store).unwrap(), 3);
        assert_eq!((lines(store), journal.lost()), (3, 0));
    });
}

#[test]
fn the_last_use_of_a_session_is_written_once_a_minute() {
    on_both(|store| {
        let session = Uuid::from_u128(5);
        let literal = if store.is_sqlite() { format!("x'{}'", session.simple()) } else { format!("'{session}'") };
        let hash = if store.is_sqlite() { "x'00'" } else { "'\\x00'" };
        store.beside(&format!(
            "INSERT INTO sys_sessions (id, token_hash, user_id, kind, epoch, created_on, last_used, idle, ends_on)
             VALUES ({literal}, {hash}, {literal}, 'page', 1, {MORNING}, {MORNING}, 0, 0)"
        ));
        let journal = Journal::new(100);
        let used = |at: i64| {
            store.clock.set(MORNING + at);
            journal.used(RowId(session), MORNING + at);
            journal.flush(store).unwrap();
            store.number("SELECT last_used FROM sys_sessions") - MORNING
        };
        assert_eq!(used(10 * SECOND), 10 * SECOND);
        assert_eq!(used(20 * SECOND), 10 * SECOND);
        assert_eq!(used(70 * SECOND), 70 * SECOND);
        assert_eq!(store.number("SELECT count(*) FROM sys_trail"), 2);
    });
}

#[test]
fn the_thread_flushes_within_seconds_and_once_more_at_its_end() {
    on_both(|store| {
        let journal = Arc::new(Journal::new(100));
        let thread = JournalThread::start(journal.clone(), Arc::clone(store)).unwrap();
        journal.note(opened(1));
        let mut waited = 0;
        while lines(store) == 0 && waited < 100 {
            std::thread::sleep(Duration::from_millis(100));
            waited += 1;
        }
        assert_eq!(lines(store), 1);
        journal.note(opened(2));
        thread.stop().unwrap();
        assert_eq!(lines(store), 2);
    });
}
