//! Shutting somebody out for good: what it touches, what it leaves, and what the trail says of it.
//!
//! Not here: who may, and what a disabled person meets (`crates/crm/tests/it/disable.rs`).

use crate::accounts::{Company, change, company};
use crate::both::{DAY, MINUTE, TestStore, on_both};
use catalogue::{RowId, Value};
use security::{Levels, Permit, PrincipalId, Privilege, Reason, Rights, UserState};
use std::collections::{BTreeMap, BTreeSet};
use store::accounts::{self, HeldKind, NewSession};
use store::records::{self, NewShare, Written};
use store::rights::{self, ProfileDraft, RoleDraft};
use store::trail::Wrong;

/// Every table that is made for the product itself.
fn tables() -> Vec<String> {
    let schema = [include_str!("../../src/schema/first_light.sql"), include_str!("../../src/schema/departures.sql")].join("\n");
    let made = schema.split("CREATE TABLE ").skip(1).filter_map(|text| text.split([' ', '(']).next());
    made.map(str::to_owned).collect()
}

fn rows(store: &TestStore) -> BTreeMap<String, i64> {
    tables().into_iter().map(|name| (name.clone(), store.number(&format!("SELECT count(*) FROM {name}")))).collect()
}

/// Bob has everything that can be given.
fn furnish(store: &TestStore, who: &Company) -> RowId {
    let (bob, sales, north) = (who.bob, who.sales, who.north);
    store.clock.go_on(MINUTE);
    change(store, move |tx| {
        let (privileges, tasks) = (BTreeMap::new(), BTreeSet::new());
        let draft = RoleDraft { id: None, name: "Seller".into(), team_only: false, privileges, others: Levels::default(), tasks };
        let role = rights::save_role(tx, &draft)?;
        rights::give_role(tx, role, bob, None, None)?;
        let other = accounts::create_team(tx, "Other", sales, true)?;
        rights::give_role(tx, role, other, None, None)?;
        let profile = rights::save_profile(tx, &ProfileDraft { id: None, name: "Phones".into(), grants: Vec::new() })?;
        rights::give_profile(tx, profile, bob, None, Some(tx.now() + DAY))?;
        let team = accounts::create_team(tx, "Fair", north, true)?;
        accounts::add_member(tx, team, bob)?;
        accounts::set_password_hash(tx, bob, "a hash")?;
        let factor = accounts::begin_factor(tx, bob, &[7; 20])?;
        accounts::confirm_factor(tx, bob, factor)?;
        accounts::set_recovery_codes(tx, bob, &[[1; 32], [2; 32]])?;
        accounts::invite_token(tx, bob, b"a link", tx.now() + DAY)?;
        Ok(())
    })
    .unwrap();
    let account = share(store, bob, None);
    sessions(store, bob, 3);
    store.clock.go_on(MINUTE);
    account
}

/// A new account of this user's, or the one named, is shared with the user.
fn share(store: &TestStore, with: PrincipalId, of: Option<RowId>) -> RowId {
    change(store, move |tx| {
        let catalogue = tx.catalogue().clone();
        let table = catalogue.find("accounts").unwrap();
        let id = of.unwrap_or_else(|| tx.new_id());
        if of.is_none() {
            let unit = accounts::user(tx, with)?.unwrap().unit;
            let cells = vec![(table.primary, Value::from("Blue Kiln"), None), (table.find("state").unwrap().id, Value::Int(0), None)];
            let create = Permit::for_upkeep(Reason::Test, Privilege::Create, table);
            assert!(matches!(records::insert(tx, &create, id, &cells, Some((with, unit)))?, Written::Done(_)));
        }
        let permit = Permit::for_upkeep(Reason::Test, Privilege::Share, table);
        let new = NewShare { row: id, with, rights: Rights(1), until: None, inherited: None };
        assert!(matches!(records::give_share(tx, &permit, &new)?.1, Written::Done(_)));
        Ok(id)
    })
    .unwrap()
}

fn sessions(store: &TestStore, user: PrincipalId, count: usize) {
    change(store, move |tx| {
        for _ in 0..count {
            let (hash, ends_on) = (tx.random::<32>(), tx.now() + DAY);
            let new = NewSession { user, kind: "token", token_hash: &hash, idle: DAY, ends_on, name: None, scopes: None };
            accounts::open_session(tx, &new)?;
        }
        Ok(())
    })
    .unwrap();
}

fn shut_out(store: &TestStore, user: PrincipalId) {
    assert!(change(store, move |tx| accounts::shut_out(tx, user)).unwrap());
}

#[test]
fn everything_given_ends_and_no_table_has_fewer_rows() {
    on_both(|store| {
        let who = company(store);
        furnish(store, &who);
        let before = rows(store);
        shut_out(store, who.bob);
        for (name, count) in rows(store) {
            assert!(count >= before[&name], "{name} had {} rows and has {count}", before[&name]);
        }
        let live = |table: &str, whose: &str, more: &str| {
            store.number(&format!(
                "SELECT count(*) FROM {table} t JOIN sys_principals p ON p.id = t.{whose} WHERE p.name = 'Bob' AND {more}"
            ))
        };
        assert_eq!(live("sys_role_grants", "principal", "t.ended IS NULL"), 0);
        assert_eq!(live("sys_profile_grants", "principal", "t.ended IS NULL"), 0);
        assert_eq!(live("sys_members", "user_id", "t.ended IS NULL"), 1, "the unit's own team");
        assert_eq!(live("sys_shares", "principal", "t.ended IS NULL"), 0);
        assert_eq!(live("sys_factors", "user_id", "t.ended IS NULL"), 0);
        assert_eq!(live("sys_recovery_codes", "user_id", "t.ended IS NULL"), 0);
        assert_eq!(live("sys_invitations", "user_id", "t.used IS NULL"), 0);
        assert_eq!(live("sys_credentials", "user_id", "t.hash <> ''"), 0);
        assert_eq!(store.number("SELECT count(*) FROM sys_role_grants WHERE ended IS NULL"), 1, "a team's role is the team's");
    });
}

#[test]
fn sessions_end_without_one_row_of_theirs_being_touched() {
    on_both(|store| {
        let who = company(store);
        let (ann, bob) = (who.ann, who.bob);
        sessions(store, ann, 10);
        sessions(store, bob, 2000);
        let changes = |store: &TestStore| store.number("SELECT count(*) FROM sys_changes");
        let mut told = Vec::new();
        for user in [ann, bob] {
            let before = changes(store);
            shut_out(store, user);
            told.push(changes(store) - before);
            let live = store.read(move |tx| accounts::sessions_of(tx, user)).unwrap();
            assert!(live.is_empty(), "{} sessions live on", live.len());
        }
        assert_eq!(told[0], told[1], "the trail says as much of ten sessions as of two thousand");
        assert_eq!(store.number("SELECT count(*) FROM sys_sessions WHERE ended IS NOT NULL"), 0, "none of them was written to");
    });
}

#[test]
fn what_ended_is_told_afterwards_with_who_did_it() {
    on_both(|store| {
        let who = company(store);
        furnish(store, &who);
        let bob = who.bob;
        shut_out(store, bob);
        let came = store.read(move |tx| accounts::came_to(tx, bob, UserState::Disabled)).unwrap().unwrap();
        let held = store.read(move |tx| accounts::held_at(tx, bob, came.on)).unwrap();
        let told: Vec<(HeldKind, &str)> = held.iter().map(|held| (held.kind, held.name.as_str())).collect();
        assert_eq!(told, [(HeldKind::Role, "Seller"), (HeldKind::Profile, "Phones"), (HeldKind::Team, "Fair")]);
        assert_eq!(store.read(move |tx| accounts::came_to(tx, bob, UserState::Frozen)).unwrap(), None);
        assert!(!change(store, move |tx| accounts::shut_out(tx, bob)).unwrap(), "done again, nothing changes");
    });
}

#[test]
fn a_share_that_ended_with_the_others_and_was_revived_is_found() {
    on_both(|store| {
        let who = company(store);
        let account = furnish(store, &who);
        shut_out(store, who.bob);
        assert!(store.verify().is_whole(), "{}", store.verify());
        store.clock.go_on(MINUTE);
        share(store, who.bob, Some(account));
        assert!(store.verify().is_whole(), "one given afterwards is known: {}", store.verify());
        store.tamper("UPDATE sys_shares SET ended = NULL");
        let bad = store.verify().bad;
        assert!(bad.iter().any(|bad| bad.wrong == Wrong::ShareUnknown { set: "accounts".into(), row: account }), "{bad:?}");
    });
}
