//! Rules as values: made small, they still mean the same.
//!
//! Random rules and rows, the same ones every time. Not here: where rules come from (`decisions.rs`).
//! Start reading at [`a_rule_made_small_means_the_same`].

use crate::company::id;
use catalogue::{ColumnId, TableId};
use security::{PrincipalId, Privilege, Rights, RowFacts, Rule, ShareFact, UnitId};

/// Chance that is the same every time: splitmix64 (Steele, Lea, Flood 2014).
struct Dice(u64);

impl Dice {
    fn below(&mut self, n: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        ((z ^ (z >> 31)) >> 33) % n
    }

    fn principal(&mut self) -> PrincipalId {
        PrincipalId(id(u128::from(self.below(3)) + 10))
    }

    fn unit(&mut self) -> UnitId {
        UnitId(id(u128::from(self.below(3)) + 20))
    }

    fn privilege(&mut self) -> Privilege {
        Privilege::ALL[self.below(9) as usize]
    }

    fn rule(&mut self, depth: u64) -> Rule {
        let kinds = if depth == 0 { 6 } else { 9 };
        match self.below(kinds) {
            0 => Rule::Nothing,
            1 => Rule::Everything,
            2 => Rule::Owner((0..self.below(3)).map(|_| self.principal()).collect()),
            3 => Rule::Unit((0..self.below(3)).map(|_| self.unit()).collect()),
            4 => Rule::Shared { with: (0..self.below(3)).map(|_| self.principal()).collect(), privilege: self.privilege() },
            5 => Rule::NotOwner((0..self.below(3)).map(|_| self.principal()).collect()),
            6 => Rule::Linked { column: ColumnId(self.below(2) as u16), to: vec![(TableId(self.below(2) as u16), self.rule(depth - 1))] },
            7 => Rule::Any(self.rules(depth - 1)),
            _ => Rule::All(self.rules(depth - 1)),
        }
    }

    fn rules(&mut self, depth: u64) -> Vec<Rule> {
        (0..self.below(4)).map(|_| self.rule(depth)).collect()
    }

    fn row(&mut self, depth: u64) -> RowFacts {
        let mut row = RowFacts { owner: Some(self.principal()), unit: Some(self.unit()), ..RowFacts::default() };
        if self.below(5) == 0 {
            (row.owner, row.unit) = (None, None);
        }
        for _ in 0..self.below(3) {
            let rights: Rights = (0..3).map(|_| self.privilege()).collect();
            let with = self.principal();
            row.shares.push(ShareFact { id: id(1), with, rights, by: with, until: None, inherited: None });
        }
        for _ in 0..if depth == 0 { 0 } else { self.below(3) } {
            row.links.push((ColumnId(self.below(2) as u16), TableId(self.below(2) as u16), self.row(depth - 1)));
        }
        row
    }
}

#[test]
fn a_rule_made_small_means_the_same() {
    let mut dice = Dice(8);
    for _ in 0..20_000 {
        let (rules, row) = (dice.rules(2), dice.row(2));
        let any = rules.iter().any(|rule| rule.holds(&row));
        let all = rules.iter().all(|rule| rule.holds(&row));
        assert_eq!(Rule::any(rules.clone()).holds(&row), any, "{rules:?} on {row:?}");
        assert_eq!(Rule::all(rules.clone()).holds(&row), all, "{rules:?} on {row:?}");
    }
}

#[test]
fn what_is_not_known_of_a_row_does_not_match() {
    let mut dice = Dice(9);
    for _ in 0..2_000 {
        let rule = dice.rule(0);
        assert_eq!(rule.holds(&RowFacts::default()), rule == Rule::Everything, "{rule:?}");
    }
}

#[test]
fn nothing_of_no_rules_and_everything_of_no_conditions() {
    assert_eq!((Rule::any([]), Rule::all([])), (Rule::Nothing, Rule::Everything));
    assert_eq!(Rule::any([Rule::Nothing, Rule::Everything]), Rule::Everything);
    assert_eq!(Rule::all([Rule::Everything, Rule::Nothing]), Rule::Nothing);
}
