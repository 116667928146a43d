//! The laws of the house and their proofs, as `ARCHITECTURE.md` lists them.
//!
//! The one idea: a law without a test is a promise. Each row of the table of laws names its proofs as
//! `path::test_name`, each of them exists, and a law that once had a proof ([`PROVED`]) never loses it.
//! Not here: the proofs themselves.

use crate::{map, source};

/// How many laws there are.
const LAWS: usize = 14;

/// Laws that are proved. The list only grows.
const PROVED: &[usize] = &[1, 2, 3, 4, 5, 6, 7, 8, 10, 11, 12, 13, 14];

/// One row of the table.
struct Law {
    number: usize,
    proofs: Vec<String>,
}

#[test]
fn every_law_stands_in_the_table() {
    let numbers: Vec<usize> = laws().iter().map(|law| law.number).collect();
    assert_eq!(numbers, (1..=LAWS).collect::<Vec<_>>());
}

#[test]
fn every_proof_of_a_law_exists() {
    let wrong: Vec<String> = laws()
        .iter()
        .flat_map(|law| law.proofs.iter().map(move |proof| (law.number, proof)))
        .filter_map(|(number, proof)| {
            let what = match proof.contains("::") {
                true => map::missing(proof)?,
                false => format!("`{proof}` names no test"),
            };
            Some(format!("law {number}: {what}"))
        })
        .collect();
    source::none("proofs that are gone", &wrong);
}

#[test]
fn a_law_that_was_proved_stays_proved() {
    let wrong: Vec<String> = laws()
        .iter()
        .filter(|law| PROVED.contains(&law.number) && law.proofs.is_empty())
        .map(|law| format!("law {}", law.number))
        .collect();
    source::none("laws whose row names no proof any more", &wrong);
}

/// The rows `| number | law | proofs |` below the heading `Laws`.
fn laws() -> Vec<Law> {
    let text = source::read("ARCHITECTURE.md");
    let section = text.split("\n## ").find(|part| part.starts_with("Laws"));
    let section = section.expect("ARCHITECTURE.md has a section `Laws`");
    section.lines().filter_map(law).collect()
}

fn law(line: &str) -> Option<Law> {
    let cells: Vec<&str> = line.strip_prefix('|')?.trim_end().trim_end_matches('|').split('|').collect();
    let number = cells.first()?.trim().parse().ok()?;
    let proofs = cells.last()?.split('`').skip(1).step_by(2).map(str::to_owned);
    Some(Law { number, proofs: proofs.collect() })
}
