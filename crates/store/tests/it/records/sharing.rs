//! Shares of records: given, counted, ended, inherited.
//!
//! Not here: who may share what (`crates/crm/tests/it/main.rs`). Start reading at
//! [`a_share_counts_until_it_is_ended_or_runs_out`].

use super::{Things, kept, refused, table, with_things};
use crate::both::{DAY, No};
use catalogue::RowId;
use security::{Actor, PrincipalId, Privilege, Rights, permit};
use store::Fault;
use store::records::{self, NewShare};

fn give(things: &Things<'_>, actor: Actor, share: NewShare) -> Result<RowId, No> {
    things.act(move |tx| {
        let may = permit(&actor, Privilege::Share, &table("things")).unwrap();
        let (id, written) = records::give_share(tx, &may, &share)?;
        kept(written).map(|_| id)
    })
}

fn reading(row: RowId, with: PrincipalId) -> NewShare {
    NewShare { row, with, rights: [Privilege::Read].into_iter().collect(), until: None, inherited: None }
}

fn sees(things: &Things<'_>, actor: &Actor, id: RowId) -> bool {
    let detail = things.get(actor, "things", id).is_some();
    let listed = things.find(actor, &super::everything(Vec::new())).records.iter().any(|r| r.id == id);
    assert_eq!(detail, listed, "a row is in the list if and only if its detail opens");
    detail
}

fn end(things: &Things<'_>, row: RowId, share: RowId) -> bool {
    things
        .act(move |tx| {
            let live = records::live_shares(tx, "things", row)?;
            let Some(share) = live.into_iter().find(|s| s.id == share) else { return Ok(false) };
            Ok(records::end_share(tx, "things", &share, row)?)
        })
        .unwrap()
}

#[test]
fn a_share_counts_until_it_is_ended_or_runs_out() {
    with_things(|things| {
        let (id, bob) = (things.named("hers"), things.bob());
        assert!(!sees(things, &bob, id));
        let share = give(things, things.ann(), reading(id, things.at.bob)).unwrap();
        assert!(sees(things, &bob, id));
        assert!(end(things, id, share) && !sees(things, &bob, id));
        assert!(!end(things, id, share), "it has ended");
        let until = things.store.now() + DAY;
        give(things, things.ann(), NewShare { until: Some(until), ..reading(id, things.at.bob) }).unwrap();
        things.store.clock.set(until - 1);
        assert!(sees(things, &bob, id));
        things.store.clock.set(until);
        assert!(!sees(things, &bob, id));
    });
}

#[test]
fn only_a_row_in_reach_is_shared() {
    with_things(|things| {
        let id = things.named("hers");
        assert_eq!(refused(&give(things, things.bob(), reading(id, things.at.bob))), "outside");
        assert_eq!(refused(&give(things, things.ann(), reading(RowId(uuid::Uuid::from_u128(9)), things.at.bob))), "outside");
        assert_eq!(things.store.number("SELECT count(*) FROM sys_shares"), 0);
    });
}

#[test]
fn what_is_inherited_ends_with_what_it_came_from() {
    with_things(|things| {
        let rows: Vec<RowId> = (0..4).map(|n| things.named(&format!("row {n}"))).collect();
        let mut shares = vec![give(things, things.ann(), reading(rows[0], things.at.bob)).unwrap()];
        for n in 1..4 {
            let share = NewShare { inherited: Some(shares[n - 1]), ..reading(rows[n], things.at.bob) };
            shares.push(give(things, things.ann(), share).unwrap());
        }
        let bob = things.bob();
        let seen = || rows.iter().filter(|id| sees(things, &bob, **id)).count();
        assert_eq!(seen(), 4);
        let below = things.store.read(|tx| records::inherited_of(tx, shares[1])).unwrap();
        assert_eq!(below, [("things".to_owned(), rows[2])]);
        // One row in the middle of the chain: what hangs on it goes, what it hangs on stays.
        assert!(end(things, rows[1], shares[1]));
        assert_eq!(seen(), 1);
        assert_eq!(things.store.read(|tx| records::live_shares(tx, "things", rows[3])).unwrap(), []);
        assert!(end(things, rows[0], shares[0]));
        assert_eq!(seen(), 0);
    });
}

#[test]
fn a_share_whose_source_is_not_there_counts_for_nothing() {
    with_things(|things| {
        let id = things.named("hers");
        give(things, things.ann(), NewShare { inherited: Some(RowId(uuid::Uuid::from_u128(9))), ..reading(id, things.at.bob) }).unwrap();
        assert!(!sees(things, &things.bob(), id));
    });
}

#[test]
fn shares_that_come_from_each_other_end_the_question_all_the_same() {
    with_things(|things| {
        let id = things.named("hers");
        let share = give(things, things.ann(), reading(id, things.at.bob)).unwrap();
        let bytes = if things.store.is_sqlite() { format!("X'{}'", share.0.simple()) } else { format!("'{share}'") };
        things.store.tamper(&format!("UPDATE sys_shares SET inherited = {bytes} WHERE id = {bytes}"));
        let _ = sees(things, &things.bob(), id);
    });
}

#[test]
fn live_shares_are_told_as_they_were_given() {
    with_things(|things| {
        let id = things.named("hers");
        let rights: Rights = [Privilege::Read, Privilege::Write].into_iter().collect();
        give(things, things.ann(), NewShare { rights, until: Some(i64::MAX), ..reading(id, things.at.bob) }).unwrap();
        give(things, things.ann(), reading(id, PrincipalId::ORGANISATION)).unwrap();
        let told = things.store.read(|tx| Ok::<_, Fault>(records::facts(tx, table("things").id, id)?.unwrap())).unwrap();
        let shares: Vec<_> = told.shares.iter().map(|s| (s.with, s.rights, s.until, s.by)).collect();
        assert!(shares.contains(&(things.at.bob, rights, Some(i64::MAX), PrincipalId::OPERATOR)));
        assert_eq!((told.owner, told.unit, shares.len()), (Some(things.at.ann), Some(things.at.sales), 2));
    });
}
