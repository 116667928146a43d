//! Second factors as they are kept: sealed, spent once, ended and never deleted; and the roles that ask for one.
//!
//! Not here: which code fits which moment (`crates/crm/tests/it/second_factor.rs`).

use crate::accounts::{change, company};
use crate::both::{TestStore, on_both};
use store::{Tx, accounts, rights};

const SECRET: &[u8; 20] = b"a secret of 20 bytes";

fn look<T>(store: &TestStore, act: impl FnOnce(&mut Tx<'_>) -> Result<T, store::Fault>) -> T {
    store.read(act).unwrap()
}

#[test]
fn the_secret_of_a_factor_is_sealed_and_never_in_the_trail() {
    on_both(|store| {
        let ann = company(store).ann;
        change(store, move |tx| accounts::begin_factor(tx, ann, SECRET)).unwrap();
        assert_eq!(look(store, |tx| accounts::factor(tx, ann)).unwrap().secret.as_deref(), Some(SECRET.as_slice()));
        assert!(!look(store, |tx| accounts::has_factor(tx, ann)), "it counts for nothing before it is confirmed");
        let hex = if store.is_sqlite() { "hex(secret)" } else { "encode(secret, 'hex')" };
        let kept = store.text(&format!("SELECT lower({hex}) FROM sys_factors"));
        let plain: String = SECRET.iter().map(|byte| format!("{byte:02x}")).collect();
        assert!(kept.len() > plain.len() && !kept.contains(&plain[2..12]));
        assert_eq!(store.number("SELECT count(*) FROM sys_changes WHERE body LIKE '%a secret of%'"), 0);
    });
}

#[test]
fn a_step_of_time_is_spent_once_and_none_before_it_afterwards() {
    on_both(|store| {
        let ann = company(store).ann;
        let factor = change(store, move |tx| accounts::begin_factor(tx, ann, SECRET)).unwrap();
        let spend = |step| change(store, move |tx| Ok(accounts::use_step(tx, factor, step)?)).unwrap();
        assert_eq!([spend(7), spend(7), spend(6), spend(8)], [true, false, false, true]);
    });
}

#[test]
fn begun_again_it_is_another_and_what_ended_is_kept() {
    on_both(|store| {
        let ann = company(store).ann;
        let first = change(store, move |tx| accounts::begin_factor(tx, ann, SECRET)).unwrap();
        let second = change(store, move |tx| accounts::begin_factor(tx, ann, SECRET)).unwrap();
        assert!(!change(store, move |tx| Ok(accounts::confirm_factor(tx, ann, first)?)).unwrap());
        assert!(change(store, move |tx| Ok(accounts::confirm_factor(tx, ann, second)?)).unwrap());
        assert!(look(store, |tx| accounts::has_factor(tx, ann)));
        assert!(change(store, move |tx| Ok(accounts::end_factor(tx, ann)?)).unwrap());
        assert!(!look(store, |tx| accounts::has_factor(tx, ann)));
        assert_eq!(store.number("SELECT count(*) FROM sys_factors"), 2);
        assert_eq!(look(store, |tx| accounts::factor_resets(tx, ann)).len(), 1, "somebody else did it");
        change(store, move |tx| Ok(accounts::tell_factor_resets(tx, ann)?)).unwrap();
        assert!(look(store, |tx| accounts::factor_resets(tx, ann)).is_empty());
    });
}

#[test]
fn a_recovery_code_is_spent_once_and_new_ones_end_the_old() {
    on_both(|store| {
        let at = company(store);
        let (ann, bob) = (at.ann, at.bob);
        change(store, move |tx| Ok(accounts::set_recovery_codes(tx, ann, &[[1; 32], [2; 32]])?)).unwrap();
        let spend = |user, code: u8| change(store, move |tx| Ok(accounts::use_recovery_code(tx, user, &[code; 32])?)).unwrap();
        assert_eq!([spend(bob, 1), spend(ann, 1), spend(ann, 1)], [false, true, false]);
        assert_eq!(look(store, |tx| accounts::recovery_codes_left(tx, ann)), 1);
        change(store, move |tx| Ok(accounts::set_recovery_codes(tx, ann, &[[3; 32]])?)).unwrap();
        assert_eq!([spend(ann, 2), spend(ann, 3)], [false, true]);
    });
}

#[test]
fn a_role_that_asks_for_a_factor_asks_whoever_holds_it_while_they_do() {
    on_both(|store| {
        let ann = company(store).ann;
        change(store, rights::install_shipped).unwrap();
        let role = look(store, rights::roles)[0].id;
        let needs = || look(store, |tx| rights::needs_factor(tx, ann));
        assert!(change(store, move |tx| rights::require_factor(tx, role, true)).unwrap());
        assert!(!change(store, move |tx| rights::require_factor(tx, role, true)).unwrap(), "it does already");
        assert!(!needs());
        let before = look(store, |tx| rights::numbers(tx, ann)).organisation;
        change(store, move |tx| rights::give_role(tx, role, ann, None, None)).unwrap();
        assert!(needs());
        change(store, move |tx| rights::require_factor(tx, role, false)).unwrap();
        assert!(!needs() && look(store, |tx| rights::numbers(tx, ann)).organisation > before);
        assert_eq!(store.number("SELECT count(*) FROM sys_role_factors WHERE ended IS NOT NULL"), 1);
    });
}

#[test]
fn passwords_that_were_before_are_remembered_the_last_first() {
    on_both(|store| {
        let ann = company(store).ann;
        for hash in ["one", "two", "three"] {
            change(store, move |tx| accounts::set_password_hash(tx, ann, hash)).unwrap();
        }
        assert_eq!(look(store, |tx| accounts::former_password_hashes(tx, ann, 5)), ["two", "one"]);
        assert_eq!(look(store, |tx| accounts::former_password_hashes(tx, ann, 1)), ["two"]);
        for _ in 0..30 {
            change(store, move |tx| accounts::set_password_hash(tx, ann, "again")).unwrap();
        }
        assert_eq!(store.number("SELECT count(*) FROM sys_password_history"), 24, "no more than anybody may ask for");
    });
}
