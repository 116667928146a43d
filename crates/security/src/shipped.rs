//! The roles a new organisation begins with.
//!
//! Said as small tables of levels per job; reviewed as `crates/security/tests/it/matrix.txt`.
//! Source: security-model 10. Proved by `crates/security/tests/it/main.rs`.

use crate::level::Tasks;
use crate::{AccessLevel, Levels, Privilege, Role, RoleId, Task};
use AccessLevel::{Organisation, Unit, UnitAndChildren, User};
use Privilege::{Append, AppendTo, Assign, Create, Delete, Export, Read, Share, Write};
use catalogue::{Catalogue, Ownership, RowId};
use uuid::Uuid;

/// What is given together: the privileges and how far they reach.
type Line = (&'static [&'static str], &'static [(Privilege, AccessLevel)]);

const CUSTOMERS: &[&str] = &["accounts", "contacts"];
const SALES: &[&str] = &["leads", "opportunities", "quotes", "orders", "invoices"];
const DEALS: &[&str] = &["leads", "opportunities", "quotes"];
const PAPERS: &[&str] = &["orders", "invoices"];
const ACTIVITIES: &[&str] = &["tasks", "phone_calls", "emails", "appointments", "notes"];
const SERVICE: &[&str] = &["cases", "feedback", "queues"];
const MARKETING: &[&str] = &["campaigns"];
const GOALS: &[&str] = &["goals"];
const SHELF: &[&str] = &["products", "price_lists", "currencies"];

const OWN: &[(Privilege, AccessLevel)] = &[
    (Create, User),
    (Read, User),
    (Write, User),
    (Delete, User),
    (Append, User),
    (AppendTo, User),
    (Assign, User),
    (Share, User),
    (Export, User),
];
const OWN_IN_UNIT: &[(Privilege, AccessLevel)] =
    &[(Create, User), (Read, Unit), (Write, User), (Append, User), (AppendTo, Unit), (Assign, User), (Share, User), (Export, User)];
const TEAM: &[(Privilege, AccessLevel)] = &[
    (Create, UnitAndChildren),
    (Read, UnitAndChildren),
    (Write, UnitAndChildren),
    (Delete, UnitAndChildren),
    (Append, UnitAndChildren),
    (AppendTo, UnitAndChildren),
    (Assign, UnitAndChildren),
    (Share, UnitAndChildren),
    (Export, UnitAndChildren),
];
const LOOK: &[(Privilege, AccessLevel)] = &[(Read, Organisation), (AppendTo, Organisation)];
const LOOK_UNIT: &[(Privilege, AccessLevel)] = &[(Read, UnitAndChildren), (AppendTo, UnitAndChildren)];
const DESK: &[(Privilege, AccessLevel)] = &[
    (Create, Unit),
    (Read, Organisation),
    (Write, Unit),
    (Append, Organisation),
    (AppendTo, Organisation),
    (Assign, Unit),
    (Share, User),
    (Export, User),
];
const KEEP: &[(Privilege, AccessLevel)] = &[
    (Create, Organisation),
    (Read, Organisation),
    (Write, Organisation),
    (Append, Organisation),
    (AppendTo, Organisation),
    (Export, Organisation),
];

/// Every table of the catalogue is spelt out in the roles that name it; what is not named is none.
pub fn shipped_roles(catalogue: &Catalogue) -> Vec<Role> {
    let mut administrator = role(catalogue, 1, "System Administrator", &[], Task::ALL);
    administrator.others = Levels::all(Organisation);
    vec![
        administrator,
        role(
            catalogue,
            2,
            "Security Administrator",
            &[],
            &[
                Task::UseApi,
                Task::ManageUsers,
                Task::DisableUsers,
                Task::AssignRoles,
                Task::ManageRoles,
                Task::ManageUnits,
                Task::ManageTeams,
                Task::ManageFieldProfiles,
                Task::ViewAccess,
                Task::ViewAudit,
            ],
        ),
        role(
            catalogue,
            3,
            "Sales Manager",
            &[(CUSTOMERS, TEAM), (SALES, TEAM), (ACTIVITIES, TEAM), (GOALS, TEAM), (MARKETING, LOOK), (SHELF, LOOK), (SERVICE, LOOK_UNIT)],
            &[Task::UseApi, Task::BulkImport, Task::BulkEdit, Task::BulkDelete, Task::ViewAccess],
        ),
        role(
            catalogue,
            4,
            "Salesperson",
            &[
                (CUSTOMERS, OWN_IN_UNIT),
                (DEALS, OWN),
                (PAPERS, OWN),
                (ACTIVITIES, OWN),
                (GOALS, &[(Read, User)]),
                (MARKETING, LOOK),
                (SHELF, LOOK),
                (SERVICE, &[(Read, User), (AppendTo, User)]),
            ],
            &[Task::UseApi, Task::BulkImport, Task::BulkEdit],
        ),
        role(
            catalogue,
            5,
            "Customer Service Manager",
            &[(SERVICE, TEAM), (ACTIVITIES, TEAM), (CUSTOMERS, DESK), (PAPERS, LOOK), (SHELF, LOOK)],
            &[Task::UseApi, Task::BulkImport, Task::BulkEdit, Task::BulkDelete, Task::ViewAccess],
        ),
        role(
            catalogue,
            6,
            "Customer Service Representative",
            &[(SERVICE, DESK), (ACTIVITIES, OWN), (CUSTOMERS, LOOK), (PAPERS, LOOK), (SHELF, LOOK)],
            &[Task::UseApi, Task::BulkEdit],
        ),
        role(
            catalogue,
            7,
            "Marketing Manager",
            &[(MARKETING, TEAM), (CUSTOMERS, LOOK), (&["leads"], KEEP), (ACTIVITIES, OWN), (SHELF, LOOK)],
            &[Task::UseApi, Task::BulkImport, Task::BulkEdit],
        ),
        role(catalogue, 8, "Auditor", &[], &[Task::UseApi, Task::ViewAudit, Task::ViewAccess]),
        role(catalogue, 9, "Basic User", &[(ACTIVITIES, OWN), (SHELF, LOOK)], &[Task::UseApi]),
    ]
}

fn role(catalogue: &Catalogue, number: u128, name: &str, lines: &[Line], tasks: &[Task]) -> Role {
    let mut made = Role {
        id: RoleId(RowId(Uuid::from_u128(0x100 + number))),
        name: name.into(),
        team_only: false,
        privileges: Default::default(),
        others: Levels::default(),
        tasks: tasks.iter().copied().collect::<Tasks>(),
    };
    for (sets, levels) in lines {
        for table in sets.iter().filter_map(|set| catalogue.find(set)) {
            let given = levels.iter().fold(Levels::default(), |sum, (privilege, level)| match table.ownership {
                Ownership::Principal => sum.with(*privilege, *level),
                Ownership::Organisation if *level == Organisation => sum.with(*privilege, *level),
                _ => sum,
            });
            made.privileges.insert(table.set.clone(), given);
        }
    }
    made
}
