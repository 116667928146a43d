//! The shipped roles as a picture, so that a change of rights is a diff a person can review.
//!
//! `matrix.txt` beside this file is written by `UPDATE_EXPECT=1 cargo test -p security`.
//! Not here: what a level reaches (`decisions.rs`). Start reading at [`the_role_matrix_is_up_to_date`].

use crate::company::catalogue;
use catalogue::Ownership;
use security::{AccessLevel, Privilege, Role, Task, shipped_roles};
use std::fmt::Write;
use std::path::Path;

#[test]
fn the_role_matrix_is_up_to_date() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/matrix.txt");
    let said = picture();
    if std::env::var("UPDATE_EXPECT").is_ok_and(|v| v == "1") {
        std::fs::write(&path, &said).unwrap();
    }
    let kept = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(kept == said, "rights changed: look at them with UPDATE_EXPECT=1 cargo test -p security, and git diff");
}

#[test]
fn the_shipped_roles_are_those_of_the_model() {
    let names: Vec<String> = shipped_roles(&catalogue()).into_iter().map(|role| role.name).collect();
    assert_eq!(
        names,
        [
            "System Administrator",
            "Security Administrator",
            "Sales Manager",
            "Salesperson",
            "Customer Service Manager",
            "Customer Service Representative",
            "Marketing Manager",
            "Auditor",
            "Basic User",
        ]
    );
}

#[test]
fn auditor_and_security_administrator_hold_no_privilege_on_records() {
    for role in shipped_roles(&catalogue()).iter().filter(|r| ["Auditor", "Security Administrator"].contains(&r.name.as_str())) {
        for table in catalogue().tables() {
            for privilege in Privilege::ALL {
                assert_eq!(role.level(table, privilege), AccessLevel::None, "{} on {}", role.name, table.set);
            }
        }
    }
}

#[test]
fn no_shipped_role_changes_further_than_it_reads() {
    for role in shipped_roles(&catalogue()) {
        for table in catalogue().tables() {
            let read = role.level(table, Privilege::Read);
            for privilege in &Privilege::ALL[2..] {
                assert!(role.level(table, *privilege) <= read, "{}: {privilege:?} on {}", role.name, table.set);
            }
        }
    }
}

fn picture() -> String {
    let mut text = String::from(
        "What the shipped roles may do. Written by `UPDATE_EXPECT=1 cargo test -p security`.\n\
         Columns: create read write delete append append_to assign share export.\n\
         Levels:  . none   u user   n unit   c unit and children   O organisation\n\
         A table that a role does not name is closed to it. Rows below a parent and rows that join two follow those.\n",
    );
    for role in shipped_roles(&catalogue()) {
        let tasks: Vec<&str> = Task::ALL.iter().filter(|t| role.tasks.contains(t)).map(|t| t.name()).collect();
        let tasks = if tasks.len() == Task::ALL.len() { "all".to_owned() } else { tasks.join(" ") };
        writeln!(text, "\n{}\n  tasks: {tasks}", role.name).unwrap();
        for table in catalogue().tables().iter().filter(|t| matches!(t.ownership, Ownership::Principal | Ownership::Organisation)) {
            let levels = levels(&role, table);
            if levels.contains(['u', 'n', 'c', 'O']) {
                writeln!(text, "  {:<16} {levels}", table.set).unwrap();
            }
        }
    }
    text
}

fn levels(role: &Role, table: &catalogue::Table) -> String {
    let letter = |privilege| match role.level(table, privilege) {
        AccessLevel::None => ".",
        AccessLevel::User => "u",
        AccessLevel::Unit => "n",
        AccessLevel::UnitAndChildren => "c",
        AccessLevel::Organisation => "O",
    };
    Privilege::ALL.map(letter).join(" ")
}
