//! What must never happen, whatever somebody's roles say. One sentence per guard.
//!
//! Not here: the tasks that changes ask (`crates/crm/tests/it/people.rs`).

use crate::world::{HOUR, World, denied, on_both};
use crm::people::{self, GiveAsk, ProfileDraft, RoleDraft};
use crm::{ColumnGrant, Denial, PrincipalId, RoleId, Task};

fn guarded<T: std::fmt::Debug>(done: crm::Done<T>) -> &'static str {
    match denied(done) {
        Denial::Guard(words) => words,
        other => panic!("not a guard: {other:?}"),
    }
}

fn give(world: &World, giver: &str, role: &str, to: PrincipalId, until: Option<i64>) -> crm::Done<()> {
    let ask = GiveAsk { role: world.role(role), to, reason: None, until };
    world.act(giver, move |tx, actor| people::give_role(tx, actor, &ask))
}

fn take(world: &World, taker: &str, role: &str, from: PrincipalId) -> crm::Done<()> {
    let role = world.role(role);
    world.act(taker, move |tx, actor| people::take_role(tx, actor, role, from))
}

#[test]
fn the_last_administrator_is_neither_frozen_nor_demoted() {
    on_both(|world| {
        let admin = world.id("admin");
        let said = guarded(people::freeze(world.desk(), &world.user("security_admin"), admin, None));
        assert!(said.contains("no active person who is System Administrator"));
        assert!(world.look("admin", |_, _| Ok(())).is_ok());
        assert!(world.desk().store().revocations().unwrap().is_empty());
        guarded(people::freeze_as_operator(world.desk(), admin, None));
        guarded(take(world, "security_admin", "System Administrator", admin));
        give(world, "security_admin", "System Administrator", world.id("manager"), None).unwrap();
        take(world, "security_admin", "System Administrator", admin).unwrap();
        guarded(take(world, "security_admin", "System Administrator", world.id("manager")));
    });
}

#[test]
fn the_last_administrator_does_not_run_out() {
    on_both(|world| {
        let soon = Some(world.desk().store().now() + HOUR);
        let admin = world.id("admin");
        guarded(give(world, "security_admin", "System Administrator", admin, soon));
        give(world, "security_admin", "System Administrator", world.id("manager"), soon).unwrap();
        guarded(people::freeze(world.desk(), &world.user("security_admin"), admin, None));
    });
}

#[test]
fn the_last_administrator_does_not_leave_by_a_team() {
    on_both(|world| {
        let (north, manager) = (world.unit("north"), world.id("manager"));
        let team = world.act("admin", move |tx, actor| people::create_team(tx, actor, "keepers", north, true)).unwrap();
        world.act("admin", move |tx, actor| people::add_member(tx, actor, team, manager)).unwrap();
        give(world, "admin", "System Administrator", team, None).unwrap();
        take(world, "security_admin", "System Administrator", world.id("admin")).unwrap();
        guarded(world.act("security_admin", move |tx, actor| people::remove_member(tx, actor, team, manager)));
        guarded(take(world, "security_admin", "System Administrator", team));
        guarded(people::freeze(world.desk(), &world.user("security_admin"), manager, None));
    });
}

#[test]
fn nobody_gives_themselves_a_role_or_takes_one_from_themselves() {
    on_both(|world| {
        let own = world.id("security_admin");
        assert!(guarded(give(world, "security_admin", "System Administrator", own, None)).contains("own roles"));
        guarded(take(world, "security_admin", "Security Administrator", own));
        guarded(take(world, "admin", "System Administrator", world.id("admin")));
    });
}

#[test]
fn nobody_gets_a_role_through_an_own_team() {
    on_both(|world| {
        let (root, own) = (world.unit("root"), world.id("security_admin"));
        let team = world.act("security_admin", move |tx, actor| people::create_team(tx, actor, "keepers", root, true)).unwrap();
        guarded(world.act("security_admin", move |tx, actor| people::add_member(tx, actor, team, own)));
        world.act("admin", move |tx, actor| people::add_member(tx, actor, team, own)).unwrap();
        guarded(give(world, "security_admin", "Sales Manager", team, None));
        let other = world.act("security_admin", move |tx, actor| people::create_team(tx, actor, "others", root, true)).unwrap();
        give(world, "security_admin", "Sales Manager", other, None).unwrap();
        guarded(world.act("security_admin", move |tx, actor| people::add_member(tx, actor, other, own)));
    });
}

#[test]
fn nobody_moves_themselves_to_another_unit() {
    let world = World::sqlite();
    let (own, north) = (world.id("security_admin"), world.unit("north"));
    guarded(world.act("security_admin", move |tx, actor| people::move_to(tx, actor, own, north, None)));
}

/// A person who manages users and teams but assigns no roles.
fn clerk(world: &mut World) -> RoleId {
    let draft = RoleDraft {
        id: None,
        name: "Clerk".into(),
        team_only: false,
        privileges: Default::default(),
        others: Default::default(),
        tasks: [Task::ManageUsers, Task::ManageTeams].into_iter().collect(),
    };
    let id = world.act("admin", move |tx, actor| people::save_role(tx, actor, &draft)).unwrap();
    world.join("clerk", "root", &["Clerk"]);
    id
}

#[test]
fn putting_somebody_where_roles_come_along_asks_the_task_to_assign_them() {
    let mut world = World::sqlite();
    clerk(&mut world);
    let (root, north, user) = (world.unit("root"), world.unit("north"), world.id("south_rep"));
    let team = world.act("admin", move |tx, actor| people::create_team(tx, actor, "keepers", root, true)).unwrap();
    world.act("clerk", move |tx, actor| people::add_member(tx, actor, team, user)).unwrap();
    world.act("clerk", move |tx, actor| people::remove_member(tx, actor, team, user)).unwrap();
    give(&world, "admin", "Sales Manager", team, None).unwrap();
    let refused = denied(world.act("clerk", move |tx, actor| people::add_member(tx, actor, team, user)));
    assert_eq!(refused, Denial::NoTask(Task::AssignRoles));
    let default = world.look("admin", people::teams).unwrap().into_iter().find(|t| t.team.is_default && t.team.unit == north).unwrap();
    give(&world, "admin", "Sales Manager", default.team.id, None).unwrap();
    let refused = denied(world.act("clerk", move |tx, actor| people::move_to(tx, actor, user, north, None)));
    assert_eq!(refused, Denial::NoTask(Task::AssignRoles));
    let refused = denied(world.act("clerk", move |tx, actor| people::invite(tx, actor, &crate::sign_in::invitee("fresh", north))));
    assert_eq!(refused, Denial::NoTask(Task::AssignRoles));
    let ask = people::InviteAsk { roles: vec![world.role("Salesperson")], ..crate::sign_in::invitee("fresh", root) };
    let refused = denied(world.act("clerk", move |tx, actor| people::invite(tx, actor, &ask)));
    assert_eq!(refused, Denial::NoTask(Task::AssignRoles));
}

#[test]
fn whoever_manages_users_does_not_become_somebody_by_a_reset() {
    let mut world = World::sqlite();
    clerk(&mut world);
    let (rep, admin) = (world.id("north_rep"), world.id("admin"));
    let refused = denied(world.act("clerk", move |tx, actor| people::invite_again(tx, actor, rep)));
    assert_eq!(refused, Denial::NoTask(Task::AssignRoles));
    assert!(guarded(world.act("security_admin", move |tx, actor| people::invite_again(tx, actor, admin))).contains("may more than you"));
    guarded(world.act("admin", move |tx, actor| people::invite_again(tx, actor, admin)));
    world.act("admin", move |tx, actor| people::invite_again(tx, actor, rep)).unwrap();
}

fn edited(world: &World, role: &str, edit: impl Fn(&mut RoleDraft) + Send + Sync + 'static) -> crm::Done<RoleId> {
    let id = world.role(role);
    world.act("security_admin", move |tx, actor| {
        let mut draft = RoleDraft::from(people::role(tx, actor, id)?.role);
        edit(&mut draft);
        people::save_role(tx, actor, &draft)
    })
}

#[test]
fn nobody_adds_to_a_role_they_hold_but_may_take_from_it() {
    on_both(|world| {
        let task = |draft: &mut RoleDraft| {
            draft.tasks.insert(Task::Customise);
        };
        let level = |draft: &mut RoleDraft| {
            let levels = security::Levels::default().with(crm::Privilege::Read, crm::AccessLevel::User);
            draft.privileges.insert("accounts".into(), levels);
        };
        let others = |draft: &mut RoleDraft| draft.others = security::Levels::all(crm::AccessLevel::User);
        assert!(guarded(edited(world, "Security Administrator", task)).contains("a role they hold"));
        guarded(edited(world, "Security Administrator", level));
        guarded(edited(world, "Security Administrator", others));
        edited(world, "Salesperson", task).unwrap();
        edited(world, "Salesperson", level).unwrap();
        edited(world, "Security Administrator", |draft| {
            draft.tasks.remove(&Task::ViewAudit);
        })
        .unwrap();
    });
}

#[test]
fn system_administrator_stays_as_it_is() {
    let world = World::sqlite();
    guarded(edited(&world, "System Administrator", |draft| {
        draft.tasks.remove(&Task::ManageUsers);
    }));
    guarded(edited(&world, "System Administrator", |draft| draft.name = "Somebody".into()));
}

#[test]
fn nobody_opens_a_secured_column_to_themselves_by_a_profile() {
    on_both(|world| {
        let grant = ColumnGrant { set: "products".into(), column: "current_cost".into(), read: true, create: false, update: false };
        let draft = ProfileDraft { id: None, name: "Costs".into(), grants: vec![grant.clone()] };
        let id = world.act("security_admin", move |tx, actor| people::save_profile(tx, actor, &draft)).unwrap();
        let (own, manager) = (world.id("security_admin"), world.id("manager"));
        guarded(world.act("security_admin", move |tx, actor| people::give_profile(tx, actor, id, own, None, None)));
        world.act("security_admin", move |tx, actor| people::give_profile(tx, actor, id, manager, None, None)).unwrap();
        world.act("admin", move |tx, actor| people::give_profile(tx, actor, id, own, None, None)).unwrap();
        let wider = ProfileDraft { id: Some(id), name: "Costs".into(), grants: vec![ColumnGrant { update: true, ..grant.clone() }] };
        guarded(world.act("security_admin", move |tx, actor| people::save_profile(tx, actor, &wider)));
        let narrower = ProfileDraft { id: Some(id), name: "Costs".into(), grants: Vec::new() };
        world.act("security_admin", move |tx, actor| people::save_profile(tx, actor, &narrower)).unwrap();
        let refused = world.act("manager", move |tx, actor| people::take_profile(tx, actor, id, own));
        assert_eq!(denied(refused), Denial::NoTask(Task::ManageFieldProfiles));
        world.act("security_admin", |tx, actor| people::set_secured(tx, actor, "products", "current_cost", false)).unwrap();
    });
}

#[test]
fn the_last_administrator_is_not_moved_out_of_the_unit_whose_team_makes_them_one() {
    on_both(|world| {
        let (service, root, last) = (world.unit("service"), world.unit("root"), world.id("service_rep"));
        let team = world.look("admin", people::teams).unwrap().into_iter().find(|t| t.team.is_default && t.team.unit == service).unwrap();
        give(world, "admin", "System Administrator", team.team.id, None).unwrap();
        take(world, "service_rep", "System Administrator", world.id("admin")).unwrap();
        let go = move |tx: &mut store::Tx<'_>, actor: &security::Actor| people::move_to(tx, actor, last, root, Some(people::Follow::None));
        assert!(guarded(world.act("security_admin", go)).contains("no active person who is System Administrator"));
        give(world, "service_rep", "System Administrator", world.id("admin"), None).unwrap();
        world.act("security_admin", go).unwrap();
    });
}

/// About what something was refused to this person, oldest first.
fn refused_about(world: &World, who: &str) -> Vec<(String, catalogue::RowId)> {
    let wanted = crm::oversight::TrailWanted { refused: true, actor: Some(world.id(who)), ..Default::default() };
    let told = world.look("auditor", |tx, actor| crm::oversight::trail(tx, actor, &wanted, 99)).unwrap();
    told.lines.into_iter().rev().filter_map(|line| line.subject).collect()
}

#[test]
fn what_a_guard_refused_is_named_in_the_trail() {
    on_both(|world| {
        let grant = ColumnGrant { set: "products".into(), column: "current_cost".into(), read: true, create: false, update: false };
        let (draft, own, root) =
            (ProfileDraft { id: None, name: "Costs".into(), grants: Vec::new() }, world.id("security_admin"), world.unit("root"));
        let (profile, team) = world
            .act("admin", move |tx, actor| {
                let profile = people::save_profile(tx, actor, &draft)?;
                people::give_profile(tx, actor, profile, own, None, None)?;
                let team = people::create_team(tx, actor, "desk", root, true)?;
                people::add_member(tx, actor, team, own)?;
                Ok((profile, team))
            })
            .unwrap();
        let wider = ProfileDraft { id: Some(profile), name: "Costs".into(), grants: vec![grant] };
        guarded(world.act("security_admin", move |tx, actor| people::save_profile(tx, actor, &wider)));
        guarded(world.act("security_admin", move |tx, actor| people::give_profile(tx, actor, profile, team, None, None)));
        guarded(world.act("security_admin", move |tx, actor| people::take_profile(tx, actor, profile, own)));
        guarded(give(world, "security_admin", "Salesperson", team, None));
        guarded(take(world, "security_admin", "Security Administrator", own));
        guarded(edited(world, "Security Administrator", |draft| draft.others = security::Levels::all(crm::AccessLevel::User)));
        let role = world.role("Security Administrator").0;
        let about =
            [("field_profiles", profile), ("teams", team.0), ("users", own.0), ("teams", team.0), ("users", own.0), ("roles", role)];
        assert_eq!(refused_about(world, "security_admin"), about.map(|(set, id)| (set.to_owned(), id)));
    });
}

#[test]
fn nobody_freezes_themselves() {
    let world = World::sqlite();
    guarded(people::freeze(world.desk(), &world.user("security_admin"), world.id("security_admin"), None));
}

#[test]
fn two_administrators_who_freeze_each_other_at_once_do_not_both_go() {
    on_both(|world| {
        give(world, "security_admin", "System Administrator", world.id("manager"), None).unwrap();
        let go = std::sync::Barrier::new(2);
        std::thread::scope(|scope| {
            for (one, other) in [("admin", "manager"), ("manager", "admin")] {
                let (desk, asker, id, go) = (world.desk().clone(), world.user(one), world.id(other), &go);
                scope.spawn(move || {
                    go.wait();
                    people::freeze(&desk, &asker, id, None)
                });
            }
        });
        let left = world.desk().glance(|tx| Ok(store::rights::lasting_administrators(tx)?)).unwrap();
        assert_eq!(left.len(), 1);
    });
}
