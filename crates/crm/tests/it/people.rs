//! Inviting, finding and placing people; units and teams.
//!
//! Not here: what must never happen (`crates/crm/tests/it/guards.rs`), sign-in (`crates/crm/tests/it/sign_in.rs`).

use crate::sign_in::invitee;
use crate::world::{World, denied, email, on_both, problem};
use crm::people::{self, UserQuery};
use crm::{Denial, Task};

#[test]
fn whoever_manages_users_invites_and_nobody_else() {
    on_both(|world| {
        let unit = world.unit("north");
        let made = world.act("security_admin", move |tx, actor| people::invite(tx, actor, &invitee("fresh", unit))).unwrap();
        assert_eq!(made.token.len(), 64);
        let refused = world.act("manager", move |tx, actor| people::invite(tx, actor, &invitee("other", unit)));
        assert_eq!(denied(refused), Denial::NoTask(Task::ManageUsers));
    });
}

#[test]
fn what_is_wrong_with_an_invitation_is_said_at_its_column() {
    let world = World::sqlite();
    let unit = world.unit("north");
    let nowhere = crm::UnitId(world.id("admin").0);
    let wrong = |ask: people::InviteAsk| problem(world.act("admin", move |tx, actor| people::invite(tx, actor, &ask)));
    let at = |ask: people::InviteAsk| wrong(ask).errors[0].column.clone();
    assert_eq!(at(people::InviteAsk { name: " ".into(), ..invitee("fresh", unit) }), "name");
    assert_eq!(at(people::InviteAsk { email: "fresh at acme".into(), ..invitee("fresh", unit) }), "email");
    assert_eq!(at(people::InviteAsk { unit: nowhere, ..invitee("fresh", unit) }), "business_unit");
    assert_eq!(at(people::InviteAsk { manager: Some(crm::PrincipalId(nowhere.0)), ..invitee("fresh", nowhere) }), "business_unit");
    assert_eq!(at(people::InviteAsk { roles: vec![crm::RoleId(nowhere.0)], ..invitee("fresh", unit) }), "roles");
    let taken = wrong(people::InviteAsk { email: email("NORTH_rep"), ..invitee("fresh", unit) });
    assert_eq!(taken.code, "email-taken");
}

fn found(world: &World, name: &str, text: &str) -> Vec<String> {
    let query = UserQuery { text: text.into(), limit: 50, ..UserQuery::default() };
    let rows = world.look(name, move |tx, actor| people::list(tx, actor, &query)).unwrap();
    rows.into_iter().map(|row| row.person.name).collect()
}

#[test]
fn everybody_knows_names_and_only_some_know_more() {
    on_both(|world| {
        let all = world.look("north_rep", |tx, actor| people::list(tx, actor, &UserQuery::default())).unwrap();
        assert_eq!(all.len(), 7);
        let known: Vec<&str> = all.iter().filter(|row| row.person.details.is_some()).map(|row| row.person.name.as_str()).collect();
        assert_eq!(known, ["north_rep"], "oneself");
        assert!(all.iter().all(|row| row.roles.is_empty()));
        let all = world.look("security_admin", |tx, actor| people::list(tx, actor, &UserQuery::default())).unwrap();
        assert!(all.iter().all(|row| row.person.details.is_some() && !row.roles.is_empty()));
    });
}

#[test]
fn an_address_finds_nobody_for_whoever_may_not_know_it() {
    let world = World::sqlite();
    assert_eq!(found(&world, "security_admin", "acme.example").len(), 7);
    assert_eq!(found(&world, "north_rep", "acme.example"), Vec::<String>::new());
    assert_eq!(found(&world, "north_rep", "SOUTH"), ["south_rep"]);
    let picked = |name: &str, part: &'static str| world.look(name, move |tx, actor| Ok(people::pick(tx, actor, part, 10)?)).unwrap().len();
    assert_eq!((picked("north_rep", "@acme"), picked("north_rep", "rep"), picked("admin", "@acme")), (0, 3, 7));
}

#[test]
fn the_tree_is_told_from_the_root_down() {
    let world = World::sqlite();
    let lines = world.look("north_rep", people::units).unwrap();
    let told: Vec<(usize, &str)> = lines.iter().map(|line| (line.depth, line.name.as_str())).collect();
    assert_eq!(told, [(0, "Acme"), (1, "sales"), (2, "north"), (2, "south"), (1, "service")]);
    assert!(lines.iter().all(|line| line.people.is_none()));
    assert_eq!(world.look("admin", people::units).unwrap()[0].people, Some(3));
}

#[test]
fn units_and_teams_change_by_their_tasks() {
    on_both(|world| {
        let (sales, north) = (world.unit("sales"), world.unit("north"));
        let west = world.act("security_admin", move |tx, actor| people::create_unit(tx, actor, "west", sales)).unwrap();
        world.act("security_admin", move |tx, actor| people::rename_unit(tx, actor, west, "far west")).unwrap();
        world.act("security_admin", move |tx, actor| people::move_unit(tx, actor, west, north)).unwrap();
        let refused = world.act("security_admin", move |tx, actor| people::move_unit(tx, actor, north, west));
        assert_eq!(problem(refused).kind, crm::ProblemKind::Conflict);
        let refused = world.act("manager", move |tx, actor| people::create_unit(tx, actor, "east", sales));
        assert_eq!(denied(refused), Denial::NoTask(Task::ManageUnits));
        let team = world.act("security_admin", move |tx, actor| people::create_team(tx, actor, "desk", north, true)).unwrap();
        let user = world.id("south_rep");
        world.act("security_admin", move |tx, actor| people::add_member(tx, actor, team, user)).unwrap();
        let names = |name: &str| world.look(name, move |tx, actor| people::team(tx, actor, team)).unwrap().members.map(|m| m.len());
        assert_eq!((names("south_rep"), names("north_rep"), names("admin")), (Some(1), None, Some(1)));
        world.act("security_admin", move |tx, actor| people::remove_member(tx, actor, team, user)).unwrap();
        let refused = world.act("manager", move |tx, actor| people::add_member(tx, actor, team, user));
        assert_eq!(denied(refused), Denial::NoTask(Task::ManageTeams));
    });
}

#[test]
fn a_person_is_moved_described_and_given_a_manager() {
    on_both(|world| {
        let (user, boss, south) = (world.id("north_rep"), world.id("manager"), world.unit("south"));
        world
            .act("security_admin", move |tx, actor| {
                people::move_to(tx, actor, user, south, Some(people::Follow::None))?;
                people::set_manager(tx, actor, user, Some(boss))?;
                people::describe(tx, actor, user, "Rep of the South", Some("Sales"))
            })
            .unwrap();
        let page = world.look("security_admin", move |tx, actor| people::person(tx, actor, user)).unwrap();
        let details = page.person.details.unwrap();
        assert_eq!((page.person.name.as_str(), details.unit_name.as_str()), ("Rep of the South", "south"));
        assert_eq!(details.manager, Some((boss, "manager".to_owned())));
        let refused = world.act("security_admin", move |tx, actor| people::set_manager(tx, actor, boss, Some(user)));
        assert!(problem(refused).detail.contains("circle"));
    });
}

#[test]
fn a_page_offers_what_would_be_done() {
    let world = World::sqlite();
    let page = |asker: &str, about: &str| {
        let id = world.id(about);
        let page = world.look(asker, move |tx, actor| people::person(tx, actor, id)).unwrap();
        [page.may_freeze, page.may_give_roles, page.may_place, page.may_invite_again]
    };
    assert_eq!(page("admin", "north_rep"), [true; 4]);
    assert_eq!(page("admin", "admin"), [false; 4]);
    assert_eq!(page("north_rep", "south_rep"), [false; 4]);
    assert_eq!(page("security_admin", "admin"), [false, true, true, false], "the last administrator, and one who outranks");
}

#[test]
fn a_change_of_roles_counts_from_the_next_look_on() {
    on_both(|world| {
        let (user, role) = (world.id("north_rep"), world.role("Auditor"));
        let tasks = || world.look("north_rep", |tx, actor| Ok(people::me(tx, actor)?.tasks)).unwrap();
        assert!(!tasks().contains(&Task::ViewAudit));
        let ask = people::GiveAsk { role, to: user, reason: Some("helps out".into()), until: None };
        world.act("security_admin", move |tx, actor| people::give_role(tx, actor, &ask)).unwrap();
        assert!(tasks().contains(&Task::ViewAudit));
        world.act("security_admin", move |tx, actor| people::take_role(tx, actor, role, user)).unwrap();
        assert!(!tasks().contains(&Task::ViewAudit));
    });
}

#[test]
fn a_role_with_an_end_runs_out_by_itself() {
    on_both(|world| {
        let ask = people::GiveAsk {
            role: world.role("Auditor"),
            to: world.id("north_rep"),
            reason: None,
            until: Some(world.desk().store().now() + crate::world::HOUR),
        };
        world.act("security_admin", move |tx, actor| people::give_role(tx, actor, &ask)).unwrap();
        let tasks = || world.look("north_rep", |tx, actor| Ok(people::me(tx, actor)?.tasks.len())).unwrap();
        let before = tasks();
        world.clock.go_on(crate::world::HOUR);
        assert!(tasks() < before);
    });
}

#[test]
fn a_new_role_is_empty_and_is_read_by_whoever_manages_roles() {
    let world = World::sqlite();
    let draft = people::RoleDraft {
        id: None,
        name: "Intern".into(),
        team_only: false,
        privileges: Default::default(),
        others: Default::default(),
        tasks: Default::default(),
    };
    let id = world.act("security_admin", move |tx, actor| people::save_role(tx, actor, &draft)).unwrap();
    let sheet = world.look("security_admin", move |tx, actor| people::role(tx, actor, id)).unwrap();
    assert!(sheet.role.privileges.is_empty() && sheet.role.tasks.is_empty() && sheet.may_edit && !sheet.is_shipped);
    assert_eq!(denied(world.look("north_rep", move |tx, actor| people::role(tx, actor, id))), Denial::NoTask(Task::ManageRoles));
    assert_eq!(world.look("north_rep", people::roles).unwrap().len(), 10);
}
