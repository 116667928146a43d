//! What somebody who left owns and nobody took over yet: seen, given away, and otherwise left alone.
//!
//! The north rep left; the administrator, to whom every role opens everything, is the one who tries.
//! Not here: who makes it so (departures). Start reading at [`what_a_leaver_owns_is_read_and_assigned_and_nothing_else`].

use super::*;
use crate::world::{denied, on_both};
use security::{Denial, RowFacts};
use store::records::facts;

const WORDS: Denial = Denial::Guard("read-only until somebody else owns it: its owner has left");

fn keep(world: &World, sets: &'static [&'static str]) {
    let leaver = world.id("north_rep");
    world.operate(move |tx| {
        for set in sets {
            assert!(rights::make_read_only(tx, leaver, set)?);
        }
        Ok(())
    });
}

fn order(world: &World, who: &str, customer: RowId) -> RowId {
    make(world, who, "orders", &[("name", text("O")), ("customer@accounts", Value::Id(customer))]).unwrap()
}

fn line(world: &World, of: RowId) -> Done<RowId> {
    make(world, "admin", "order_lines", &[("sales_order", Value::Id(of)), ("quantity", Value::Int(1))])
}

fn reached(world: &World, set: &str, id: RowId) -> Vec<Privilege> {
    Privilege::ALL.into_iter().filter(|privilege| *privilege != Privilege::Create && may(world, "admin", *privilege, set, id)).collect()
}

#[test]
fn what_a_leaver_owns_is_read_and_assigned_and_nothing_else() {
    on_both(|world| {
        let (his, hers) = (account(world, "north_rep", "Blue Kiln"), account(world, "south_rep", "Tin Drum"));
        let person = contact(world, "north_rep", "Doe", None);
        let before = reached(world, "accounts", his);
        keep(world, &["accounts", "contacts"]);
        assert_eq!(reached(world, "accounts", his), [Privilege::Read, Privilege::Assign, Privilege::Export]);
        assert_eq!(reached(world, "accounts", hers), before, "what others own is left alone");
        let south = world.id("south_rep");
        let tied = [("last_name", text("Roe")), ("account", Value::Id(his))];
        let tried = [
            denied(edit(world, "admin", "accounts", his, &[("name", text("Red Kiln"))])),
            denied(delete(world, "admin", "accounts", his)),
            denied(share(world, "admin", "accounts", his, south, &[Privilege::Read])),
            denied(make(world, "admin", "contacts", &tied)),
            denied(edit(world, "admin", "contacts", person, &[("account", Value::Id(hers))])),
        ];
        assert!(tried.iter().all(|no| *no == WORDS), "{tried:?}");
        assert_eq!(denied(edit(world, "south_rep", "accounts", his, &[])), Denial::NotThere, "nobody sees more by it");
        assign(world, "admin", "accounts", his, south).unwrap();
        edit(world, "admin", "accounts", his, &[("name", text("Red Kiln"))]).unwrap();
        share(world, "admin", "accounts", his, world.id("manager"), &[Privilege::Read]).unwrap();
        make(world, "admin", "contacts", &tied).unwrap();
        assert_eq!(reached(world, "accounts", his), before);
    });
}

#[test]
fn what_belongs_to_a_leavers_record_is_left_alone_with_it() {
    on_both(|world| {
        let customer = account(world, "admin", "Buyer");
        let (his, mine) = (order(world, "north_rep", account(world, "north_rep", "His buyer")), order(world, "admin", customer));
        let (below_his, below_mine) = (line(world, his).unwrap(), line(world, mine).unwrap());
        keep(world, &["orders"]);
        let amount = [("quantity", Value::Int(2))];
        assert_eq!(denied(edit(world, "admin", "order_lines", below_his, &amount)), WORDS);
        assert_eq!(denied(delete(world, "admin", "order_lines", below_his)), WORDS);
        assert_eq!(denied(line(world, his)), WORDS);
        assert_eq!(denied(edit(world, "admin", "order_lines", below_mine, &[("sales_order", Value::Id(his))])), WORDS);
        edit(world, "admin", "order_lines", below_mine, &amount).unwrap();
        assert!(sees(world, "admin", "order_lines", below_his));
        assign(world, "admin", "orders", his, world.id("admin")).unwrap();
        edit(world, "admin", "order_lines", below_his, &amount).unwrap();
        line(world, his).unwrap();
        delete(world, "admin", "order_lines", below_his).unwrap();
    });
}

#[test]
fn it_counts_from_the_next_transaction_on_and_ends_so_too() {
    on_both(|world| {
        let his = account(world, "north_rep", "Blue Kiln");
        let change = || edit(world, "admin", "accounts", his, &[("name", text("Red Kiln"))]);
        let writes = || may(world, "admin", Privilege::Write, "accounts", his);
        change().unwrap();
        assert!(writes());
        keep(world, &["accounts", "contacts"]);
        assert!(!writes(), "nor by what is kept of a person between two looks");
        assert_eq!(denied(change()), WORDS);
        let leaver = world.id("north_rep");
        world.operate(move |tx| {
            assert!(!rights::make_read_only(tx, leaver, "accounts")?, "it is so already");
            assert_eq!(rights::read_only(tx)?.len(), 2);
            assert_eq!(rights::end_read_only(tx, leaver, Some("accounts"))?, 1);
            assert_eq!(rights::end_read_only(tx, leaver, Some("accounts"))?, 0);
            Ok(())
        });
        assert!(writes());
        change().unwrap();
        world.operate(move |tx| {
            assert_eq!(rights::end_read_only(tx, leaver, None)?, 1);
            assert!(rights::read_only(tx)?.is_empty());
            Ok(())
        });
    });
}

#[test]
fn whoever_hands_records_over_reaches_none_of_them_by_it() {
    on_both(|world| {
        let his = account(world, "south_rep", "Blue Kiln");
        let of = world.table("accounts");
        let may = |who: &str, owner: &str, unit: &str| {
            let (owner, unit) = (world.id(owner), world.unit(unit));
            world.look(who, |tx, actor| {
                let from = facts(tx, of.id, his)?.unwrap();
                let to = RowFacts { owner: Some(owner), unit: Some(unit), ..from.clone() };
                Ok(crm::people::gains_nothing(actor, &of, &from, &to)?)
            })
        };
        assert!(matches!(denied(may("north_rep", "north_rep", "north")), Denial::Guard(_)), "not to oneself");
        assert!(matches!(denied(may("north_rep", "manager", "north")), Denial::Guard(_)), "nor to where one's roles reach");
        may("north_rep", "manager", "service").unwrap();
        may("security_admin", "manager", "root").unwrap();
        let leaver = world.id("south_rep");
        world.operate(move |tx| Ok(rights::make_read_only(tx, leaver, "accounts").map(|_| ())?));
        may("admin", "admin", "root").unwrap();
    });
}
