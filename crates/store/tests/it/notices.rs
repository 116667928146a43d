//! Notices come unread first, and somebody else's is none.
//!
//! Not here: whom to tell (`crm`). Start reading at [`tell`].

use crate::both::{DAY, SECOND, TestStore, on_both};
use catalogue::RowId;
use security::PrincipalId;
use serde_json::json;
use store::notices::{self, NewNotice, Notice};
use uuid::Uuid;

const REP: PrincipalId = PrincipalId(RowId(Uuid::from_u128(77)));
const OTHER: PrincipalId = PrincipalId(RowId(Uuid::from_u128(78)));

fn tell(store: &TestStore, to: PrincipalId, n: i64) -> RowId {
    store.clock.go_on(SECOND);
    let said = json!({ "n": n });
    store.act("test.tell", move |tx| Ok(notices::tell(tx, &NewNotice { to, kind: "test", said: &said, about: None, link: None })?)).unwrap()
}

fn mark(store: &TestStore, to: PrincipalId, one: Option<RowId>) -> u64 {
    store.act("test.read", move |tx| Ok(notices::mark_read(tx, to, one)?)).unwrap()
}

fn numbers(all: &[Notice]) -> Vec<i64> {
    all.iter().map(|notice| notice.said["n"].as_i64().unwrap()).collect()
}

#[test]
fn unread_ones_come_first_and_pages_go_on_from_a_key() {
    on_both(|store| {
        let ids: Vec<RowId> = (0..6).map(|n| tell(store, REP, n)).collect();
        tell(store, OTHER, 99);
        assert_eq!(store.read(|tx| notices::unread(tx, REP)).unwrap(), 6);
        assert_eq!(mark(store, REP, Some(ids[4])), 1);
        assert_eq!(mark(store, REP, Some(ids[5])), 1);
        assert_eq!(store.read(|tx| notices::unread(tx, REP)).unwrap(), 4);
        let mut met = Vec::new();
        let mut after = None;
        loop {
            let page = store.read(|tx| notices::of(tx, REP, after, 3)).unwrap();
            let Some(last) = page.last() else { break };
            after = Some(last.place());
            met.extend(numbers(&page));
        }
        assert_eq!(met, [3, 2, 1, 0, 5, 4]);
    });
}

#[test]
fn somebody_elses_notice_is_none_and_is_not_marked() {
    on_both(|store| {
        let id = tell(store, REP, 1);
        assert!(store.read(|tx| notices::get(tx, OTHER, id)).unwrap().is_none());
        assert_eq!(mark(store, OTHER, Some(id)), 0);
        assert_eq!(mark(store, OTHER, None), 0);
        assert!(store.read(|tx| notices::get(tx, REP, id)).unwrap().unwrap().read_on.is_none());
    });
}

#[test]
fn what_was_read_long_ago_is_forgotten_and_what_was_not_is_kept() {
    on_both(|store| {
        let id = tell(store, REP, 1);
        tell(store, REP, 2);
        mark(store, REP, Some(id));
        store.clock.go_on(90 * DAY);
        let before = store.now() - 30 * DAY;
        assert_eq!(store.act("test.forget", move |tx| Ok(notices::forget(tx, before)?)).unwrap(), 1);
        assert_eq!(numbers(&store.read(|tx| notices::of(tx, REP, None, 10)).unwrap()), [2]);
    });
}
