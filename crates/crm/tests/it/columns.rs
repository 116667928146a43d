//! Who reads a secured column, and who would: what is told, to whom, and that the lists agree with it.
//!
//! Not here: opening and granting (`crates/crm/tests/it/guards.rs`).

use crate::world::{World, denied, on_both};
use catalogue::RowId;
use crm::people::{self, ColumnReader, ColumnReaders, Columns, ProfileDraft};
use crm::views::{self, ListAsk};
use crm::{AccessLevel, ColumnGrant, Denial, Done, PrincipalId, Task};
use store::rights::RoleDraft;

const CAST: [&str; 7] = ["admin", "security_admin", "manager", "north_rep", "south_rep", "service_rep", "auditor"];

fn readers(world: &World, asker: &str, set: &str, column: &str) -> Done<ColumnReaders> {
    let (set, column) = (set.to_owned(), column.to_owned());
    world.look(asker, move |tx, actor| people::column_readers(tx, actor, &set, &column))
}

fn columns(world: &World, asker: &str, set: Option<&str>) -> Done<Columns> {
    world.look(asker, |tx, actor| people::columns(tx, actor, set))
}

fn secure(world: &World, set: &'static str, column: &'static str, secured: bool) {
    world.act("security_admin", move |tx, actor| people::set_secured(tx, actor, set, column, secured)).unwrap();
}

fn profile(world: &World, name: &'static str, column: &'static str, to: PrincipalId) -> RowId {
    let grant = ColumnGrant { set: "accounts".into(), column: column.into(), read: true, create: false, update: false };
    let draft = ProfileDraft { id: None, name: name.into(), grants: vec![grant] };
    world
        .act("admin", move |tx, actor| {
            let id = people::save_profile(tx, actor, &draft)?;
            people::give_profile(tx, actor, id, to, None, None)?;
            Ok(id)
        })
        .unwrap()
}

fn names(readers: &[ColumnReader]) -> Vec<&str> {
    readers.iter().map(|reader| reader.name.as_str()).collect()
}

/// Who gets a list of this table with this column in it.
fn who_lists(world: &World, set: &str, column: &str) -> Vec<&'static str> {
    let ask = ListAsk { set: set.into(), view: "*".into(), select: Some(vec![column.into()]), limit: 5, ..ListAsk::default() };
    let mut found: Vec<&str> = CAST.into_iter().filter(|name| world.look(name, |tx, actor| views::list(tx, actor, &ask)).is_ok()).collect();
    found.sort_unstable();
    found
}

#[test]
fn whoever_is_told_to_read_a_column_lists_it_and_nobody_else_before_and_after_it_is_opened() {
    on_both(|world| {
        profile(world, "Credit", "credit_limit", world.id("manager"));
        secure(world, "order_lines", "quantity", true);
        for (set, column) in [("accounts", "credit_limit"), ("products", "current_cost"), ("order_lines", "quantity")] {
            let before = readers(world, "security_admin", set, column).unwrap();
            assert!(before.secured && before.is_complete, "{set}.{column}");
            assert_eq!(names(&before.now), who_lists(world, set, column), "{set}.{column} while it is secured");
            world.act("security_admin", move |tx, actor| people::set_secured(tx, actor, set, column, false)).unwrap();
            assert_eq!(names(&before.if_open), who_lists(world, set, column), "{set}.{column} once it is open");
            assert!(!before.if_open.is_empty(), "{set}.{column} would be read by somebody");
            let after = readers(world, "security_admin", set, column).unwrap();
            assert!(!after.secured);
            assert_eq!(names(&after.now), names(&before.if_open), "what was foretold holds");
        }
    });
}

#[test]
fn whoever_reads_is_told_with_the_widest_level_the_roles_and_the_profile() {
    on_both(|world| {
        let (root, south) = (world.unit("root"), world.id("south_rep"));
        let team = world.act("admin", move |tx, actor| people::create_team(tx, actor, "desk", root, true)).unwrap();
        world.act("admin", move |tx, actor| people::add_member(tx, actor, team, south)).unwrap();
        profile(world, "Credit", "credit_limit", world.id("manager"));
        profile(world, "Desk credit", "credit_limit", team);
        profile(world, "Bank", "bank_account", world.id("service_rep"));
        profile(world, "No accounts", "credit_limit", world.id("auditor"));
        let told = readers(world, "security_admin", "accounts", "credit_limit").unwrap();
        assert_eq!(names(&told.now), ["manager", "south_rep"], "the auditor holds a profile and reads no account");
        assert_eq!(told.now[0].profiles, [("Credit".to_owned(), None)]);
        assert_eq!(told.now[1].profiles, [("Desk credit".to_owned(), Some("desk".to_owned()))]);
        assert_eq!((told.now[1].level, &told.now[1].roles[..]), (AccessLevel::Unit, &["Salesperson".to_owned()][..]));
        assert_eq!(names(&told.if_open), ["admin", "manager", "north_rep", "service_rep", "south_rep"]);
        assert_eq!(told.if_open[0].level, AccessLevel::Organisation);
        assert_eq!(told.profiles.iter().map(|p| p.name.as_str()).collect::<Vec<_>>(), ["Credit", "Desk credit", "No accounts"]);
        people::freeze(world.desk(), &world.user("admin"), world.id("manager"), None).unwrap();
        let told = readers(world, "security_admin", "accounts", "credit_limit").unwrap();
        assert_eq!(names(&told.now), ["south_rep"], "who is frozen reads nothing");
    });
}

#[test]
fn only_whoever_manages_field_profiles_asks_who_reads_a_column() {
    on_both(|world| {
        for name in ["manager", "north_rep", "service_rep", "auditor"] {
            let task = Denial::NoTask(Task::ManageFieldProfiles);
            assert_eq!(denied(readers(world, name, "accounts", "credit_limit")), task, "{name}");
            assert_eq!(denied(readers(world, name, "accounts", "no_such_column")), task, "{name}");
            assert_eq!(denied(columns(world, name, None)), task, "{name}");
            assert_eq!(denied(world.look(name, |_, actor| people::securable(actor)).map(|_| ())), task, "{name}");
        }
        for name in ["security_admin", "admin"] {
            assert!(readers(world, name, "accounts", "credit_limit").is_ok());
            assert!(columns(world, name, None).is_ok());
        }
    });
}

#[test]
fn what_can_never_be_secured_is_no_column_to_ask_about() {
    on_both(|world| {
        for column in ["name", "owner", "owning_unit", "state", "created_on", "credit_limit_base", "no_such_column"] {
            assert_eq!(denied(readers(world, "security_admin", "accounts", column)), Denial::NotThere, "{column}");
        }
        assert_eq!(denied(readers(world, "security_admin", "nothing", "name")), Denial::NotThere);
        assert_eq!(denied(columns(world, "security_admin", Some("nothing"))), Denial::NotThere);
        let told = columns(world, "security_admin", None).unwrap();
        for line in &told.lines {
            let (set, column) = (line.set.clone(), line.column.clone());
            world.act("security_admin", move |tx, actor| people::set_secured(tx, actor, &set, &column, true)).unwrap();
        }
        assert!(told.lines.len() > 100);
        assert!(columns(world, "security_admin", None).unwrap().lines.iter().all(|line| line.secured));
    });
}

#[test]
fn the_list_of_columns_names_the_profiles_and_counts_the_readers() {
    on_both(|world| {
        profile(world, "Credit", "credit_limit", world.id("manager"));
        let told = columns(world, "security_admin", Some("accounts")).unwrap();
        let line = |name: &str| told.lines.iter().find(|line| line.column == name).unwrap();
        assert_eq!((line("credit_limit").profiles.as_slice(), line("credit_limit").readers), (&["Credit".to_owned()][..], 1));
        assert_eq!((line("bank_account").profiles.len(), line("bank_account").readers), (0, 0));
        assert_eq!((line("description").secured, line("description").readers), (false, 5));
        assert!(told.lines.iter().all(|line| line.set == "accounts"));
        let secured = columns(world, "admin", None).unwrap().lines.into_iter().filter(|line| line.secured);
        let secured: Vec<String> = secured.map(|line| format!("{}.{}", line.set, line.column)).collect();
        for column in ["accounts.credit_limit", "accounts.bank_account", "contacts.government_id", "products.current_cost"] {
            assert!(secured.iter().any(|one| one == column), "{column}");
        }
    });
}

#[test]
fn no_value_and_no_record_is_told_about_a_column() {
    let world = World::sqlite();
    profile(&world, "Bank", "bank_account", world.id("manager"));
    world.record("north_rep", "accounts", &[("name", "Blue Kiln".into()), ("description", "fired twice".into())]);
    let about = ["description", "bank_account"].map(|column| readers(&world, "security_admin", "accounts", column).unwrap());
    let told = format!("{about:?}{:?}", columns(&world, "security_admin", None).unwrap());
    assert!(told.contains("manager"));
    assert!(!told.contains("Blue Kiln") && !told.contains("fired twice"));
}

#[test]
fn by_which_role_and_team_somebody_reads_is_told_to_whoever_may_know_that_of_people() {
    on_both(|world| {
        let (root, south, keeper) = (world.unit("root"), world.id("south_rep"), world.id("service_rep"));
        let draft = RoleDraft {
            id: None,
            name: "Keeper of columns".into(),
            team_only: false,
            privileges: Default::default(),
            others: Default::default(),
            tasks: [Task::ManageFieldProfiles].into_iter().collect(),
        };
        let team = world
            .act("admin", move |tx, actor| {
                let role = people::save_role(tx, actor, &draft)?;
                people::give_role(tx, actor, &people::GiveAsk { role, to: keeper, reason: None, until: None })?;
                let team = people::create_team(tx, actor, "desk", root, true)?;
                people::add_member(tx, actor, team, south)?;
                Ok(team)
            })
            .unwrap();
        profile(world, "Desk credit", "credit_limit", team);
        let told = readers(world, "service_rep", "accounts", "credit_limit").unwrap();
        assert_eq!((names(&told.now), told.if_open.len()), (vec!["south_rep"], 5), "who reads is told");
        assert_eq!(told.now[0].profiles, [("Desk credit".to_owned(), None)]);
        assert!(told.if_open.iter().all(|reader| reader.roles.is_empty()), "{:?}", told.if_open);
        let told = readers(world, "security_admin", "accounts", "credit_limit").unwrap();
        assert_eq!((told.now[0].roles.len(), told.now[0].profiles[0].1.as_deref()), (1, Some("desk")));
    });
}
