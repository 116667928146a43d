//! Secured columns: who reads, fills and changes them (security-model 6).
//!
//! Not here: which columns the shipped catalogue secures. Start reading at
//! [`a_secured_column_is_closed_to_everybody_until_a_profile_opens_it`].

use crate::company::{ME, Person, catalogue, entrusted, role, table};
use catalogue::{Catalogue, ColumnId, Table};
use security::AccessLevel::Organisation;
use security::{Actor, ColumnUse, Denial, Levels, Permit, Privilege, Reason, Role, Task, permit};

const USES: [ColumnUse; 3] = [ColumnUse::Read, ColumnUse::Create, ColumnUse::Update];

/// The shipped catalogue with the revenue and the website of accounts secured.
fn secured() -> Catalogue {
    catalogue().with_secured("accounts", "revenue", true).with_secured("accounts", "website", true)
}

fn accounts() -> Table {
    secured().find("accounts").unwrap().clone()
}

fn column(name: &str) -> ColumnId {
    accounts().find(name).unwrap().id
}

fn reader() -> Person {
    Person::new().over(secured()).holding(role(&[("accounts", &Privilege::ALL, Organisation)]))
}

/// Which uses are open.
fn open(actor: &Actor, name: &str) -> Vec<ColumnUse> {
    let table = accounts();
    let permit = permit(actor, Privilege::Read, &table).unwrap();
    USES.into_iter().filter(|purpose| permit.opens(column(name), *purpose)).collect()
}

#[test]
fn a_secured_column_is_closed_to_everybody_until_a_profile_opens_it() {
    let administrator = Role { others: Levels::all(Organisation), ..entrusted(Task::ALL) };
    for actor in [reader().actor(), Person::new().over(secured()).holding(administrator).actor()] {
        assert_eq!(open(&actor, "website"), []);
        assert_eq!(open(&actor, "name"), USES);
    }
    assert_eq!(open(&reader().opening("accounts", "website", "read").actor(), "website"), [ColumnUse::Read]);
}

#[test]
fn whoever_may_not_read_a_column_may_not_name_it_either() {
    let table = accounts();
    let actor = reader().actor();
    for privilege in Privilege::ALL {
        let permit = permit(&actor, privilege, &table).unwrap();
        // The same question for select, filter, sort, group, count, template, import and export.
        let refused = permit.admit(&table, [column("name"), column("website"), column("revenue")], ColumnUse::Read);
        assert_eq!(refused, Err(Denial::Column { set: "accounts".into(), column: "website".into() }), "{privilege:?}");
        assert_eq!(permit.admit(&table, [column("name"), column("owner")], ColumnUse::Read), Ok(()));
    }
}

#[test]
fn a_permit_speaks_of_its_own_table_only() {
    let (table, contacts) = (accounts(), table("contacts"));
    let actor = reader().actor();
    let permit = permit(&actor, Privilege::Read, &table).unwrap();
    assert!(permit.admit(&contacts, [contacts.primary], ColumnUse::Read).is_err());
    assert!(!permit.opens(ColumnId(u16::MAX), ColumnUse::Read), "a column that is not there is not open");
}

#[test]
fn profiles_add_up() {
    let actor = reader().opening("accounts", "website", "read").opening("accounts", "website", "update").actor();
    assert_eq!(open(&actor, "website"), [ColumnUse::Read, ColumnUse::Update]);
    assert_eq!(open(&actor, "revenue"), [], "a profile opens the column it names");
    let elsewhere = reader().opening("contacts", "website", "read create update").actor();
    assert_eq!(open(&elsewhere, "website"), [], "in the table it names");
}

#[test]
fn a_profile_gives_no_row() {
    let actor = Person::new().over(secured()).opening("accounts", "website", "read create update").actor();
    assert!(matches!(permit(&actor, Privilege::Read, &accounts()), Err(Denial::NoPrivilege { .. })));
    assert_eq!(actor.user(), ME);
}

#[test]
fn an_amount_in_the_base_currency_is_as_secured_as_the_amount() {
    assert_eq!(open(&reader().actor(), "revenue_base"), []);
    assert_eq!(open(&reader().opening("accounts", "revenue", "read").actor(), "revenue_base"), [ColumnUse::Read]);
    assert_eq!(open(&reader().opening("accounts", "revenue_base", "read").actor(), "revenue_base"), [], "the twin is not opened by itself");
    // Opened for everybody, the twin opens with it.
    let opened = secured().with_secured("accounts", "revenue", false);
    let table = opened.find("accounts").unwrap().clone();
    let actor = Person::new().over(opened).holding(role(&[("accounts", &[Privilege::Read], Organisation)])).actor();
    let permit = permit(&actor, Privilege::Read, &table).unwrap();
    assert!(permit.opens(column("revenue_base"), ColumnUse::Read) && permit.opens(column("revenue"), ColumnUse::Read));
}

#[test]
fn a_twin_that_ships_secured_opens_with_its_amount() {
    let opened = catalogue().with_secured("products", "current_cost", false);
    let table = opened.find("products").unwrap().clone();
    let actor = Person::new().over(opened).holding(role(&[("products", &[Privilege::Read], Organisation)])).actor();
    let permit = permit(&actor, Privilege::Read, &table).unwrap();
    for name in ["current_cost", "current_cost_base"] {
        assert!(permit.opens(table.find(name).unwrap().id, ColumnUse::Read), "{name}");
    }
}

#[test]
fn upkeep_sees_every_column_and_nobody() {
    let table = accounts();
    let permit = Permit::for_upkeep(Reason::Test, Privilege::Read, &table);
    assert!(permit.actor().is_none() && permit.opens(column("website"), ColumnUse::Read));
}
