//! Records and rights changed past the product are found, with the entry that says what they should be.
//!
//! The stories run over the company of `accounts.rs` with a few accounts of theirs, then tamper past the store.
//! Not here: tampering with the trail itself (`trail.rs`). Start reading at [`found`].

use crate::accounts::{Company, change, company};
use crate::both::{MINUTE, TestStore, on_both};
use catalogue::{RowId, Value};
use security::{AccessLevel, Levels, Permit, Privilege, Reason, Rights, RoleId, Task};
use store::records::{self, NewShare, Written};
use store::rights::{self, RoleDraft};
use store::trail::Wrong;
use uuid::Uuid;

/// The one thing that the walk finds.
fn found(store: &TestStore) -> Wrong {
    let report = store.verify();
    assert_eq!(report.bad.len(), 1, "{report}");
    report.bad[0].wrong.clone()
}

fn literal(store: &TestStore, id: RowId) -> String {
    if store.is_sqlite() { format!("x'{}'", id.0.simple()) } else { format!("'{id}'") }
}

/// One account of Ann's, then renamed.
fn account(store: &TestStore, who: &Company) -> RowId {
    let (owner, unit) = (who.ann, who.sales);
    let make = |name: &'static str, id: Option<RowId>| {
        store.clock.go_on(MINUTE);
        change(store, move |tx| {
            let catalogue = tx.catalogue().clone();
            let table = catalogue.find("accounts").unwrap();
            let act = if id.is_some() { Privilege::Write } else { Privilege::Create };
            let permit = Permit::for_upkeep(Reason::Test, act, table);
            let cells = vec![(table.primary, Value::from(name), None), (table.find("state").unwrap().id, Value::Int(0), None)];
            let (id, written) = match id {
                Some(id) => (id, records::update(tx, &permit, id, None, &cells)?),
                None => {
                    let id = tx.new_id();
                    (id, records::insert(tx, &permit, id, &cells, Some((owner, unit)))?)
                }
            };
            assert!(matches!(written, Written::Done(_)));
            Ok(id)
        })
        .unwrap()
    };
    let id = make("Blue Kiln", None);
    make("Tin Drum", Some(id))
}

fn altered(set: &str, row: RowId, column: &str) -> Wrong {
    Wrong::RecordAltered { set: set.into(), row, column: column.into() }
}

#[test]
fn records_and_rights_that_nobody_touched_fit_their_changes() {
    on_both(|store| {
        let who = company(store);
        account(store, &who);
        let report = store.verify();
        assert!(report.is_whole() && report.records >= 8, "{report}");
    });
}

#[test]
fn a_record_that_was_changed_past_the_product_is_found_with_its_last_entry() {
    on_both(|store| {
        let id = account(store, &company(store));
        store.tamper("UPDATE accounts SET name = 'Red Kiln'");
        let report = store.verify();
        assert_eq!(report.bad.len(), 1, "{report}");
        assert_eq!(report.bad[0].wrong, altered("accounts", id, "name"));
        let verb = format!(
            "SELECT body FROM sys_changes WHERE lane = {} AND number = {}",
            report.bad[0].lane.unwrap(),
            report.bad[0].number.unwrap()
        );
        assert!(store.text(&verb).contains("Tin Drum"));
        store.tamper("UPDATE accounts SET name = 'Tin Drum'");
        assert!(store.verify().is_whole());
    });
}

#[test]
fn a_record_given_to_another_owner_past_the_product_is_found() {
    on_both(|store| {
        let who = company(store);
        let id = account(store, &who);
        store.tamper(&format!("UPDATE accounts SET owner = {}", literal(store, who.bob.0)));
        assert_eq!(found(store), altered("accounts", id, "owner"));
    });
}

#[test]
fn a_record_taken_out_or_put_in_past_the_product_is_found() {
    on_both(|store| {
        let id = account(store, &company(store));
        let copy = RowId(Uuid::from_u128(9));
        store.tamper(&format!(
            "INSERT INTO accounts (id, version, name, owner, owning_unit, state)
             SELECT {}, version, name, owner, owning_unit, coalesce(state, 0) FROM accounts",
            literal(store, copy)
        ));
        assert_eq!(found(store), Wrong::RecordUnknown { set: "accounts".into(), row: copy });
        store.tamper(&format!("DELETE FROM accounts WHERE id = {}", literal(store, copy)));
        assert!(store.verify().is_whole());
        store.tamper("DELETE FROM accounts");
        assert_eq!(found(store), Wrong::RecordGone { set: "accounts".into(), row: id });
    });
}

#[test]
fn a_deleted_record_is_whole_and_one_brought_back_by_hand_is_found() {
    on_both(|store| {
        let id = account(store, &company(store));
        store.beside("CREATE TABLE test_copy AS SELECT * FROM accounts");
        store.clock.go_on(MINUTE);
        change(store, move |tx| {
            let catalogue = tx.catalogue().clone();
            let table = catalogue.find("accounts").unwrap();
            let group = tx.new_id();
            let gone = records::remove(tx, &Permit::for_upkeep(Reason::Test, Privilege::Delete, table), group, id, true)?;
            assert!(matches!(gone, Written::Done(_)));
            Ok(())
        })
        .unwrap();
        assert!(store.verify().is_whole(), "{}", store.verify());
        store.tamper("INSERT INTO accounts SELECT * FROM test_copy");
        assert_eq!(found(store), Wrong::RecordBack { set: "accounts".into(), row: id });
    });
}

/// A role that reads accounts, given to Bob.
fn given(store: &TestStore, who: &Company) -> (RoleId, RowId) {
    let bob = who.bob;
    change(store, move |tx| {
        let levels = Levels::default().with(Privilege::Read, AccessLevel::Unit);
        let draft = RoleDraft {
            id: None,
            name: "Reader".into(),
            team_only: false,
            privileges: [("accounts".to_owned(), levels)].into(),
            others: Levels::default(),
            tasks: [Task::UseApi].into(),
        };
        let role = rights::save_role(tx, &draft)?;
        Ok((role, rights::give_role(tx, role, bob, None, None)?))
    })
    .unwrap()
}

#[test]
fn a_role_made_wider_past_the_product_is_found() {
    on_both(|store| {
        let (role, _) = given(store, &company(store));
        store.tamper("UPDATE sys_role_levels SET levels = 'read=organisation'");
        assert_eq!(found(store), altered("roles", role.0, "levels"));
        store.tamper("UPDATE sys_role_levels SET levels = 'read=unit'; UPDATE sys_role_tasks SET task = 'manage_roles'");
        assert_eq!(found(store), altered("roles", role.0, "tasks"));
    });
}

#[test]
fn a_grant_put_in_moved_or_revived_past_the_product_is_found() {
    on_both(|store| {
        let who = company(store);
        let (role, grant) = given(store, &who);
        let own = RowId(Uuid::from_u128(9));
        let (grant_is, own_is) = (literal(store, grant), literal(store, own));
        store.tamper(&format!(
            "INSERT INTO sys_role_grants SELECT {own_is}, role, by_id, reason, by_id, since, until, ended FROM sys_role_grants"
        ));
        assert_eq!(found(store), Wrong::RecordUnknown { set: "role_grants".into(), row: own });
        store.tamper(&format!("DELETE FROM sys_role_grants WHERE id = {own_is}"));
        store.tamper(&format!("UPDATE sys_role_grants SET principal = {}", literal(store, who.ann.0)));
        assert_eq!(found(store), altered("role_grants", grant, "principal"));
        store.tamper(&format!("UPDATE sys_role_grants SET principal = {}", literal(store, who.bob.0)));
        store.clock.go_on(MINUTE);
        assert!(change(store, move |tx| rights::take_role(tx, role, who.bob)).unwrap());
        assert!(store.verify().is_whole());
        store.tamper(&format!("UPDATE sys_role_grants SET ended = NULL WHERE id = {grant_is}"));
        assert_eq!(found(store), altered("role_grants", grant, "ended"));
    });
}

#[test]
fn records_made_free_past_the_product_are_found() {
    on_both(|store| {
        let who = company(store);
        store.clock.go_on(MINUTE);
        change(store, move |tx| Ok(rights::make_read_only(tx, who.bob, "accounts")?)).unwrap();
        assert!(store.verify().is_whole());
        store.tamper("UPDATE sys_read_only SET ended = since");
        assert!(matches!(found(store), Wrong::RecordAltered { set, column, .. } if set == "read_only" && column == "ended"));
        store.tamper(&format!("UPDATE sys_read_only SET ended = NULL, principal = {}", literal(store, who.ann.0)));
        assert!(matches!(found(store), Wrong::RecordAltered { set, column, .. } if set == "read_only" && column == "principal"));
    });
}

#[test]
fn a_frozen_person_let_back_in_past_the_product_is_found() {
    on_both(|store| {
        let who = company(store);
        store.clock.go_on(MINUTE);
        change(store, move |tx| store::accounts::set_state(tx, who.bob, security::UserState::Frozen)).unwrap();
        assert!(store.verify().is_whole());
        store.tamper(&format!("UPDATE sys_principals SET state = 'active' WHERE id = {}", literal(store, who.bob.0)));
        assert_eq!(found(store), altered("users", who.bob.0, "state"));
    });
}

#[test]
fn a_share_put_in_or_revived_past_the_product_is_found() {
    on_both(|store| {
        let who = company(store);
        let id = account(store, &who);
        let bob = who.bob;
        let share = change(store, move |tx| {
            let catalogue = tx.catalogue().clone();
            let permit = Permit::for_upkeep(Reason::Test, Privilege::Share, catalogue.find("accounts").unwrap());
            let new = NewShare { row: id, with: bob, rights: Rights(1), until: None, inherited: None };
            Ok(records::give_share(tx, &permit, &new)?.0)
        })
        .unwrap();
        assert!(store.verify().is_whole());
        let unknown = Wrong::ShareUnknown { set: "accounts".into(), row: id };
        store.tamper("UPDATE sys_shares SET mask = 255");
        assert_eq!(found(store), unknown);
        store.tamper("UPDATE sys_shares SET mask = 1");
        change(store, move |tx| {
            let live = records::live_shares(tx, "accounts", id)?;
            let own = live.iter().find(|fact| fact.id == share).unwrap();
            assert!(records::end_share(tx, "accounts", own, id)?);
            Ok(())
        })
        .unwrap();
        assert!(store.verify().is_whole());
        store.tamper("UPDATE sys_shares SET ended = NULL");
        assert_eq!(found(store), unknown);
    });
}
