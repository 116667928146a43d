//! After somebody was shut out, or lost a right: what was open, asked for or on its way before.
//!
//! Not here: sessions and jobs (`crates/crm/tests/it/freeze.rs`), export files (`crates/crm/tests/it/exchange/exports.rs`).

use super::{rows, text};
use crate::exchange::{ask, run, taking};
use crate::records_write::{account, assign, role};
use crate::sign_in::knock;
use crate::world::{DAY, PASSWORD, SECOND, World, denied, on_both, problem};
use catalogue::RowId;
use crm::records::{self, Uploaded};
use crm::{Asker, Channel, Denial, Privilege, exchange, people, sign_in};
use security::AccessLevel;
use std::io::{ErrorKind, Read};
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};

fn freeze(world: &World, who: &str) {
    people::freeze(world.desk(), &world.user("security_admin"), world.id(who), None).unwrap();
}

/// A file of north_rep's account, larger than what is read at once.
fn attached(world: &World) -> (RowId, RowId) {
    let id = account(world, "north_rep", "Blue Kiln");
    let accounts = world.table_id("accounts");
    let kept = world.desk().store().keep_bytes(&vec![7u8; 300_000][..], 1 << 20).unwrap();
    let file = Uploaded { kept, file_name: "plan.pdf".into() };
    let file = world.act("north_rep", move |tx, actor| records::attach(tx, actor, accounts, id, &file)).unwrap();
    (id, file)
}

#[test]
fn a_file_that_is_being_fetched_ends_within_a_second_when_its_reader_is_frozen() {
    on_both(|world| {
        let (_, file) = attached(world);
        let mut sent = records::send(world.desk(), &world.user("north_rep"), file).unwrap();
        let mut piece = [0; 1000];
        assert_eq!(sent.bytes.read(&mut piece).unwrap(), 1000);
        freeze(world, "north_rep");
        world.clock.go_on(SECOND);
        assert_eq!(sent.bytes.read(&mut piece).unwrap_err().kind(), ErrorKind::PermissionDenied);
        assert_eq!(denied(records::send(world.desk(), &world.user("north_rep"), file).map(|_| ())), Denial::SignIn);
    });
}

#[test]
fn a_file_that_is_being_fetched_ends_when_its_record_goes_out_of_reach() {
    on_both(|world| {
        let (id, file) = attached(world);
        let mut sent = records::send(world.desk(), &world.user("north_rep"), file).unwrap();
        let mut piece = [0; 1000];
        sent.bytes.read_exact(&mut piece).unwrap();
        assign(world, "admin", "accounts", id, world.id("manager")).unwrap();
        world.clock.go_on(SECOND);
        assert_eq!(sent.bytes.read(&mut piece).unwrap_err().kind(), ErrorKind::PermissionDenied);
    });
}

#[test]
fn no_request_and_no_sign_in_that_runs_while_somebody_is_frozen_leaves_a_door_open() {
    on_both(|world| {
        let (over, late) = (AtomicBool::new(false), AtomicU32::new(0));
        let opened: Vec<String> = std::thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| {
                    while !over.load(Ordering::SeqCst) {
                        let _ = world.look("north_rep", |_, _| Ok(()));
                    }
                    for _ in 0..50 {
                        late.fetch_add(u32::from(world.look("north_rep", |_, _| Ok(())).is_ok()), Ordering::SeqCst);
                    }
                });
            }
            let knocking: Vec<_> = (0..3).map(|_| scope.spawn(|| knock(world, "north_rep", PASSWORD).map(|o| o.token))).collect();
            freeze(world, "north_rep");
            over.store(true, Ordering::SeqCst);
            knocking.into_iter().filter_map(|k| k.join().unwrap().ok()).collect()
        });
        assert_eq!(late.into_inner(), 0);
        for token in opened {
            let asker = Asker::with_token(&token, Channel::Page);
            assert_eq!(denied(world.desk().look(&asker, |_, _| Ok(()))), Denial::SignIn);
        }
        assert_eq!(denied(knock(world, "north_rep", PASSWORD)), Denial::SignIn);
    });
}

#[test]
fn a_reset_that_was_asked_for_before_a_freeze_is_void_after_it_and_stays_void() {
    on_both(|world| {
        let rep = world.id("north_rep");
        let link = world.act("admin", move |tx, actor| people::invite_again(tx, actor, rep)).unwrap().token;
        freeze(world, "north_rep");
        let new = "gravel orbit mosaic lantern";
        let void = |done: crm::Done<crm::PrincipalId>| assert_eq!(problem(done).code, "invitation-void");
        void(sign_in::accept(world.desk(), &link, new, Channel::Page));
        people::unfreeze(world.desk(), &world.user("security_admin"), rep, None).unwrap();
        void(sign_in::accept(world.desk(), &link, new, Channel::Page));
        assert!(knock(world, "north_rep", PASSWORD).is_ok());
    });
}

#[test]
fn a_role_that_ended_at_this_very_moment_gives_nothing() {
    on_both(|world| {
        let (auditor, manager) = (world.id("auditor"), world.role("Sales Manager"));
        let ends = world.desk().store().now() + DAY;
        world.operate(move |tx| Ok(store::rights::give_role(tx, manager, auditor, None, Some(ends))?));
        let lists = || rows(world, "auditor", "leads");
        lists().unwrap();
        world.clock.go_on(DAY - 1);
        lists().unwrap();
        world.clock.go_on(1);
        assert!(matches!(denied(lists()), Denial::NoPrivilege { .. }));
    });
}

#[test]
fn a_file_of_names_is_not_handed_out_to_whoever_lost_the_right_to_those_names() {
    on_both(|world| {
        let (auditor, all) = (world.id("auditor"), AccessLevel::Organisation);
        let own = [Privilege::Create, Privilege::Read, Privilege::Export].map(|p| (p, AccessLevel::User));
        role(world, "Deals", &[("opportunities", &own)], &[auditor]);
        role(world, "Names", &[("accounts", &[(Privilege::Read, all)])], &[auditor]);
        let customer = account(world, "north_rep", "Blue Kiln");
        world.record("auditor", "opportunities", &[("name", text("Roof")), ("customer", customer.into())]);
        let made = || {
            let asked = ask(world, "auditor", &taking("opportunities")).unwrap();
            run(world);
            asked.export
        };
        let (first, second) = (made(), made());
        let mut file = String::new();
        exchange::collect(world.desk(), &world.user("auditor"), first).unwrap().read_to_string(&mut file).unwrap();
        assert!(file.contains("Blue Kiln"));
        let names = world.role("Names");
        world.operate(move |tx| Ok(store::rights::take_role(tx, names, auditor)?));
        let late = exchange::collect(world.desk(), &world.user("auditor"), second).map(|_| ());
        assert_eq!(problem(late).code, "rights-changed");
    });
}

#[test]
fn a_job_does_not_outlive_the_task_it_was_asked_with() {
    on_both(|world| {
        let rep = world.id("north_rep");
        let started = crate::exchange::begin(world, "north_rep", "accounts", b"name\nBlue Kiln\n", |_| {}).unwrap();
        let role = world.role("Salesperson");
        world.operate(move |tx| Ok(store::rights::take_role(tx, role, rep)?));
        run(world);
        let import = crate::exchange::status(world, "north_rep", started.import);
        assert_eq!(import.unwrap().tally.created, 0);
        assert_eq!(rows(world, "admin", "accounts").unwrap(), 0);
    });
}
