//! Law 14: an error in a restriction is a denial.
//!
//! The one idea: what would turn an error into a yes is not written at all, and each back door is known. The ways
//! past a permit shout (`for_upkeep`, `write_without_permit`), and `back_doors.txt` lists the few files that may, each with its reason.
//! Not here: what the decision is; `crates/security` proves that.

use crate::source;
use std::collections::BTreeSet;

#[test]
fn an_error_never_becomes_a_yes() {
    let forms = ["unwrap_or(", "map_or(", "unwrap_or_else(|_| "].map(|start| format!("{start}true"));
    let mut wrong = Vec::new();
    for file in source::files().iter().filter(|file| file.is_rust() && file.path.starts_with("crates/")) {
        for (number, line) in file.text.lines().enumerate() {
            if forms.iter().any(|form| line.contains(form.as_str())) {
                wrong.push(format!("{}:{}: {}", file.path, number + 1, line.trim()));
            }
        }
    }
    source::none("places where an error or an absence means yes", &wrong);
}

#[test]
fn every_back_door_is_known() {
    let list = source::read("xtask/tests/it/back_doors.txt");
    let known: BTreeSet<String> = list
        .lines()
        .filter(|line| !line.starts_with('#') && !line.trim().is_empty())
        .map(|line| {
            let (path, reason) = line.split_once(' ').unwrap_or((line, ""));
            assert!(!reason.trim().is_empty(), "{path} is listed without a reason");
            path.to_owned()
        })
        .collect();
    let found: BTreeSet<String> = source::files()
        .into_iter()
        .filter(|file| file.is_rust() && file.path.starts_with("crates/"))
        .filter(|file| ["for_upkeep(", "write_without_permit("].iter().any(|way| file.text.contains(way)))
        .map(|file| file.path)
        .collect();
    let unknown: Vec<String> = found.difference(&known).cloned().collect();
    source::none("back doors that are not on the list", &unknown);
    let gone: Vec<String> = known.difference(&found).cloned().collect();
    source::none("back doors that are on the list and gone", &gone);
}
