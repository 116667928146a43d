//! What is said: explanations, refusals, and the names that stand in API, trail and database.
//!
//! Not here: that an explanation says what the decision says of every row (`crates/store/tests/it/two_readers.rs`).
//! Start reading at [`an_explanation_names_every_path`].

use crate::company::{ME, NORTH, OTHER, Person, SALES, SERVICE, TEAM, id, owned, role, shared, table};
use catalogue::Ownership;
use security::AccessLevel::{Organisation, Unit, User};
use security::Privilege::{Assign, Read, Share, Write};
use security::{AccessLevel, Denial, Path, Privilege, Rights, RowFacts, Task, Through, UserState, explain};

#[test]
fn an_explanation_names_every_path() {
    let actor = Person::new()
        .in_team()
        .holding(role(&[("accounts", &[Read], Unit)]))
        .by(Through::Team(TEAM), role(&[("accounts", &[Read], Organisation)]))
        .actor();
    let row = shared(owned(OTHER, SALES), ME, &[Read]);
    let told = explain(&actor, Read, &table("accounts"), &row);
    let level = |through, level, unit| Path::Level { role: "Clerk".into(), through, level, unit, until: None };
    let expected =
        [level(Through::User, Unit, SALES), level(Through::Team(TEAM), Organisation, SERVICE), Path::Share(row.shares[0].clone())];
    assert!(told.grants());
    assert_eq!(told.paths, expected);
}

#[test]
fn a_change_stands_on_a_path_to_read() {
    let actor = Person::new().holding(role(&[("accounts", &[Read], User), ("accounts", &[Write], Organisation)])).actor();
    let far = explain(&actor, Write, &table("accounts"), &owned(OTHER, NORTH));
    assert_eq!((far.paths.len(), far.read_paths.len()), (1, 0), "write reaches it, read does not");
    assert_eq!(far.missing, [Denial::NotThere]);
    let own = explain(&actor, Write, &table("accounts"), &owned(ME, NORTH));
    assert_eq!((own.paths.len(), own.read_paths.len(), own.missing.len()), (1, 1, 0));
}

#[test]
fn what_is_missing_is_named_and_no_more_than_may_be_known() {
    let actor = Person::new().holding(role(&[("accounts", &[Read], Unit), ("accounts", &[Write], User)])).actor();
    let missing = |privilege, row: RowFacts| explain(&actor, privilege, &table("accounts"), &row).missing;
    assert_eq!(missing(Read, owned(OTHER, NORTH)), [Denial::NotThere]);
    assert_eq!(missing(Write, owned(OTHER, NORTH)), [Denial::NotThere], "whoever cannot read it learns nothing of the act");
    assert_eq!(missing(Write, owned(OTHER, SALES)), [Denial::Row { privilege: Write, set: "accounts".into() }]);
    // Alike for every row: it says nothing about this one.
    for row in [owned(OTHER, NORTH), owned(ME, SALES)] {
        assert_eq!(missing(Share, row), [Denial::NoPrivilege { privilege: Share, set: "accounts".into() }]);
    }
}

#[test]
fn what_is_read_only_is_named_beside_the_paths_and_only_to_whom_nothing_else_is_missing() {
    let of = table("orders");
    let writer = || Person::new().holding(role(&[("orders", &[Read, Write], Unit)])).keeping(OTHER, "orders").actor();
    let told = explain(&writer(), Write, &of, &owned(OTHER, SALES));
    let guard = [Denial::Guard("read-only until somebody else owns it: its owner has left")];
    assert_eq!((told.missing.as_slice(), told.paths.len(), told.grants()), (&guard[..], 1, false));
    assert_eq!(explain(&writer(), Write, &of, &owned(OTHER, NORTH)).missing, [Denial::NotThere], "what is not there is not guarded");
    let reader = Person::new().holding(role(&[("orders", &[Read], Unit), ("orders", &[Write], User)])).keeping(OTHER, "orders").actor();
    assert_eq!(explain(&reader, Write, &of, &owned(OTHER, SALES)).missing, [Denial::Row { privilege: Write, set: "orders".into() }]);
    let lines = table("order_lines");
    let Ownership::Parent(column) = lines.ownership else { panic!("an order line belongs to its order") };
    let line = RowFacts { links: vec![(column, of.id, owned(OTHER, SALES))], ..RowFacts::default() };
    let below = explain(&writer(), Write, &lines, &line);
    assert_eq!((below.missing.as_slice(), below.paths.len()), (&guard[..], 1));
}

#[test]
fn whoever_is_frozen_is_told_so_first() {
    let actor = Person::new().state(UserState::Frozen).holding(role(&[("accounts", &[Read], Organisation)])).actor();
    let told = explain(&actor, Read, &table("accounts"), &owned(ME, SALES));
    assert_eq!(told.missing, [Denial::State(UserState::Frozen)]);
    assert!(!told.grants());
}

#[test]
fn a_row_below_a_parent_is_explained_by_its_parent() {
    let lines = table("order_lines");
    let Ownership::Parent(column) = lines.ownership else { panic!("an order line belongs to its order") };
    let line = RowFacts { links: vec![(column, table("orders").id, owned(ME, SALES))], ..RowFacts::default() };
    let actor = Person::new().holding(role(&[("orders", &[Read, Write, Assign], User)])).actor();
    let told = explain(&actor, Write, &lines, &line);
    let link = |privilege| Path::Link {
        column,
        set: "orders".into(),
        privilege,
        path: Box::new(Path::Level { role: "Clerk".into(), through: Through::User, level: User, unit: SALES, until: None }),
    };
    assert_eq!((told.paths, told.read_paths, told.missing), (vec![link(Write)], vec![link(Read)], vec![]));
    let never = explain(&actor, Assign, &lines, &line);
    assert!(never.paths.is_empty() && !never.grants(), "a line has no owner, so no path leads to giving it another");
}

#[test]
fn each_refusal_has_a_code_and_a_sentence() {
    let set = || "accounts".to_owned();
    let said = [
        (Denial::SignIn, "sign-in", "you are not signed in"),
        (Denial::State(UserState::Frozen), "not-active", "this account is frozen"),
        (Denial::NoPrivilege { privilege: Read, set: set() }, "no-privilege", "none of your roles lets you see accounts"),
        (Denial::NoTask(Task::BulkImport), "no-privilege", "none of your roles holds the task `Import files`"),
        (Denial::Row { privilege: Write, set: set() }, "row-denied", "you may see this record but not change it (accounts)"),
        (Denial::NotThere, "not-there", "there is no such record, or it is not visible to you"),
        (Denial::Column { set: set(), column: "revenue".into() }, "column-denied", "the column `revenue` of accounts is not open to you"),
        (Denial::Guard("nobody changes the own roles"), "guarded", "nobody changes the own roles"),
    ];
    for (denial, code, sentence) in said {
        assert_eq!((denial.code(), denial.to_string().as_str()), (code, sentence));
    }
}

#[test]
fn every_name_is_read_back_as_what_it_names() {
    for privilege in Privilege::ALL {
        assert_eq!(Privilege::parse(privilege.name()), Some(privilege));
    }
    for level in AccessLevel::ALL {
        assert_eq!(AccessLevel::parse(level.name()), Some(level));
    }
    for task in Task::ALL {
        assert_eq!(Task::parse(task.name()), Some(*task));
    }
    for state in [UserState::Invited, UserState::Active, UserState::Frozen] {
        assert_eq!(UserState::parse(state.name()), Some(state));
    }
    assert_eq!((Privilege::parse("READ"), AccessLevel::parse(""), Task::parse("root")), (None, None, None));
}

#[test]
fn a_set_of_rights_keeps_what_is_put_in() {
    let rights: Rights = [Read, Share].into_iter().collect();
    assert_eq!(rights.list().collect::<Vec<_>>(), [Read, Share]);
    assert!(rights.within(Rights::shareable()) && !Rights::shareable().within(rights));
    assert!(!Rights::shareable().has(Privilege::Create), "a share makes no row");
    assert!(id(1) < id(2));
}
