//! A rule means the same in memory, in SQL, in a list, in words, and in the security model.
//!
//! The one idea: random organisations ([`crate::worlds`]) are written down as rows; then each question is put to the
//! naive oracle, to the rule in memory, to the rule as SQL, to the list, to the detail and to the explanation, and all
//! must say the same. Beside them a complete small world: every level, owner, unit, share and way of holding a role.
//! Not here: rules about a new owner, which live in `crm`; the oracle's own sentences (`oracle/sentences.rs`).
//! Start reading at [`every_reader_of_a_rule_agrees_with_the_model_on_random_organisations`].

mod asking;
mod installed;
mod small;

use crate::both::on_both_with;
use crate::worlds::{NOW, Privilege, World, cases, world};
use asking::{Tally, ask};
use std::time::Instant;

/// Organisations a run.
const WORLDS: u64 = 320;
/// Pairs of a user and a privilege that are asked about every row, in each organisation.
const PAIRS: usize = 9;

#[test]
fn every_reader_of_a_rule_agrees_with_the_model_on_random_organisations() {
    on_both_with(&installed::catalogue(), |store| {
        store.clock.set(NOW);
        let begun = Instant::now();
        let mut tally = Tally::default();
        for seed in 0..WORLDS {
            let w = world(seed);
            installed::install(store, &w);
            ask(store, &w, seed, &pairs(&w, seed), &mut tally);
        }
        eprintln!("{:?}: {WORLDS} organisations in {:?}: {tally:?}", store.dialect(), begun.elapsed());
        assert!(tally.cases >= 100_000, "{tally:?}");
        // Neither answer is rare, or the agreement would say little.
        assert!(tally.granted * 10 > tally.cases && tally.granted * 10 < tally.cases * 9, "{tally:?}");
        assert!(tally.by_share_alone > 1_000 && tally.hidden > 10_000 && tally.row_denied > 1_000, "{tally:?}");
        assert!(tally.guarded > 500, "{tally:?}");
        assert!(tally.secured_open > 100 && tally.secured_shut > 100, "{tally:?}");
        assert!(tally.creates > 5_000 && tally.creates_below > 2_000, "{tally:?}");
    });
}

/// Whom and what to ask about: drawn where shares and owners are near, so that the answers differ. One reads always.
fn pairs(w: &World, seed: u64) -> Vec<(usize, Privilege)> {
    let mut pairs: Vec<(usize, Privilege)> = Vec::new();
    for case in cases(w, seed, 200) {
        let reads = pairs.iter().any(|(_, privilege)| *privilege == Privilege::Read);
        let last = pairs.len() + 1 == PAIRS;
        let pair = (case.user, if last && !reads { Privilege::Read } else { case.privilege });
        if pairs.len() < PAIRS && !pairs.contains(&pair) {
            pairs.push(pair);
        }
    }
    pairs
}
