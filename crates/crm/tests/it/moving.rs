//! A person or team moves, and what they own follows as whoever moved them chose.
//!
//! North's representative goes south. South's own representative reads by unit, as does a colleague who stays in the
//! north, so what follows shows in what these two see.
//! Not here: who may move whom without rows (`crates/crm/tests/it/guards.rs`). Start reading at [`moved`].

use crate::exchange::{rows, run};
use crate::world::{World, denied, on_both, problem};
use catalogue::{RowId, Value};
use crm::jobs::{self, Job, JobState, Runner};
use crm::people::{self, Follow, GiveAsk, RoleDraft};
use crm::{Denial, Done, Privilege, Task, UnitId, Verb};
use security::permit;
use std::sync::atomic::{AtomicBool, Ordering};
use store::records::{self, Cells, Written};

/// Moves north's representative to this unit.
fn moved(world: &World, by: &str, to: UnitId, rows: Option<Follow>) -> Done<Option<RowId>> {
    let user = world.id("north_rep");
    world.act(by, move |tx, actor| people::move_to(tx, actor, user, to, rows))
}

fn job(world: &World, id: RowId) -> Job {
    world.desk().glance(|tx| Ok(store::queue::get(tx, id)?)).unwrap().unwrap()
}

/// The names of the accounts that somebody sees.
fn seen(world: &World, who: &str) -> Vec<String> {
    rows(world, who, "accounts", &["name"]).into_iter().map(|mut row| row.remove(0)).collect()
}

/// An account, closed where it says so.
fn account(world: &World, name: &str) -> RowId {
    world.record("north_rep", "accounts", &[("name", name.into())])
}

fn close(world: &World, set: &'static str, id: RowId, state: i64) {
    world
        .act("admin", move |tx, actor| {
            let table = actor.catalogue().find(set).unwrap();
            let cells: Cells = vec![(table.find("state").unwrap().id, Value::Int(state), None)];
            assert!(matches!(records::update(tx, &permit(actor, Privilege::Write, table)?, id, None, &cells)?, Written::Done(_)));
            Ok(())
        })
        .unwrap();
}

/// Many accounts in one transaction.
fn many(world: &World, count: usize) {
    world
        .act("north_rep", move |tx, actor| {
            let table = actor.catalogue().find("accounts").unwrap();
            let column = |name: &str| table.find(name).unwrap().id;
            for n in 0..count {
                let cells: Cells = vec![
                    (column("name"), Value::from(format!("account {n:04}")), None),
                    (column("state"), Value::Int(0), None),
                    (column("status"), Value::Int(1), None),
                ];
                let id = tx.new_id();
                let made = records::insert(tx, &permit(actor, Privilege::Create, table)?, id, &cells, Some((actor.user(), actor.unit())))?;
                assert!(matches!(made, Written::Done(_)));
            }
            Ok(())
        })
        .unwrap();
}

/// How often the trail says of a record that its unit changed, by the verb of the job.
fn unit_changes(world: &World, row: RowId) -> usize {
    let lines = world.look("admin", move |tx, actor| {
        let table = actor.catalogue().find("accounts").unwrap();
        Ok(store::trail::history(tx, &permit(actor, Privilege::Read, table)?, table, row, None, 100)?)
    });
    let is_move = |line: &store::trail::HistoryLine| line.new.as_ref().is_some_and(|new| new.contains_key("owning_unit") && new.len() == 1);
    lines.unwrap().iter().filter(|line| line.verb == people::FOLLOW && is_move(line)).count()
}

/// A company with somebody who stays in the north, and one open and one closed account of who goes.
fn company(world: &mut World) -> [RowId; 2] {
    world.join("stays", "north", &["Salesperson"]);
    let rows = [account(world, "open"), account(world, "shut")];
    close(world, "accounts", rows[1], 1);
    rows
}

fn on_each(body: impl Fn(&mut World)) {
    body(&mut World::sqlite());
    match World::postgres() {
        Some(mut world) => body(&mut world),
        None => crate::world::skipped("PostgreSQL: set CASTELLAN_TEST_POSTGRES, or run `cargo xtask test`"),
    }
}

#[test]
fn every_row_follows_where_all_was_chosen_and_the_trail_names_each() {
    on_each(|world| {
        let accounts = company(world);
        let task = world.record("north_rep", "tasks", &[("subject", "Call back".into())]);
        assert_eq!((seen(world, "south_rep").len(), seen(world, "stays")), (0, vec!["open".into(), "shut".into()]));
        let id = moved(world, "security_admin", world.unit("south"), Some(Follow::All)).unwrap().unwrap();
        assert_eq!(seen(world, "south_rep").len(), 0, "only the job moves them");
        run(world);
        assert_eq!((seen(world, "south_rep"), seen(world, "stays").len()), (vec!["open".into(), "shut".into()], 0));
        assert_eq!(seen(world, "north_rep"), ["open", "shut"], "the owner keeps them");
        let done = job(world, id);
        assert_eq!((done.state, done.done, done.total, done.asker), (JobState::Done, 3, Some(3), world.id("security_admin")));
        assert_eq!(done.arguments["title"], "Records of north_rep follow to south");
        assert_eq!(accounts.map(|row| unit_changes(world, row)), [1, 1]);
        let south = world.unit("south");
        let facts = world.table("tasks");
        let facts = world.desk().glance(move |tx| Ok(records::facts(tx, facts.id, task)?)).unwrap().unwrap();
        assert_eq!((facts.unit, facts.owner), (Some(south), Some(world.id("north_rep"))), "activities too");
    });
}

#[test]
fn only_what_is_open_follows_where_that_was_chosen() {
    on_each(|world| {
        company(world);
        let id = moved(world, "admin", world.unit("south"), Some(Follow::Open)).unwrap().unwrap();
        run(world);
        assert_eq!((seen(world, "south_rep"), seen(world, "stays")), (vec!["open".into()], vec!["shut".into()]));
        assert_eq!((job(world, id).done, job(world, id).total), (1, Some(1)));
        assert_eq!(job(world, id).arguments["title"], "Open records of north_rep follow to south");
    });
}

#[test]
fn nothing_follows_where_that_was_chosen_and_without_a_choice_nobody_moves() {
    on_each(|world| {
        company(world);
        let refused = problem(moved(world, "admin", world.unit("south"), None));
        assert_eq!(refused.errors[0].column, "rows");
        assert_eq!(moved(world, "admin", world.unit("north"), None).unwrap(), None, "that is where the person is");
        assert_eq!(moved(world, "admin", world.unit("south"), Some(Follow::None)).unwrap(), None);
        run(world);
        assert_eq!((seen(world, "south_rep").len(), seen(world, "stays").len()), (0, 2));
        // Nothing to follow needs no job.
        let (user, south) = (world.id("stays"), world.unit("south"));
        let none = world.act("admin", move |tx, actor| people::move_to(tx, actor, user, south, Some(Follow::All)));
        assert_eq!(none.unwrap(), None);
    });
}

#[test]
fn open_is_what_the_catalogues_own_views_show_as_open() {
    let catalogue = catalogue::standard::catalogue().unwrap();
    let mut told = Vec::new();
    for table in catalogue.tables().iter().filter(|table| table.is_owned()) {
        let (options, open) = (table.find("state").unwrap().kind.options(), people::open_states(table));
        let names: Vec<&str> = options.iter().filter(|o| open.contains(&o.value)).map(|o| o.name.as_str()).collect();
        assert!(!names.is_empty(), "{}", table.set);
        if names != [options[0].name.as_str()] {
            told.push(format!("{} {}", table.set, names.join("+")));
        }
    }
    assert_eq!(told, ["quotes draft+active", "orders active+submitted", "appointments open+scheduled"]);
}

#[test]
fn whoever_moves_people_is_told_how_many_rows_there_are_and_nobody_else() {
    on_each(|world| {
        company(world);
        let user = world.id("north_rep");
        let owned = world.look("security_admin", move |tx, actor| people::owned_by_user(tx, actor, user)).unwrap();
        assert_eq!(owned.iter().map(|o| (o.table, o.all, o.open)).collect::<Vec<_>>(), [(world.table_id("accounts"), 2, 1)]);
        let ask = || crm::views::ListAsk { set: "accounts".into(), view: "*".into(), limit: 9, ..Default::default() };
        let read = world.look("security_admin", |tx, actor| Ok(crm::views::list(tx, actor, &ask())?.rows.len()));
        assert!(matches!(denied(read), Denial::NoPrivilege { .. }), "and reads none of them");
        let refused = world.look("manager", move |tx, actor| people::owned_by_user(tx, actor, user));
        assert_eq!(denied(refused), Denial::NoTask(Task::ManageUsers));
        let refused = world.look("manager", move |tx, actor| people::owned_by_team(tx, actor, user));
        assert_eq!(denied(refused), Denial::NoTask(Task::ManageTeams));
        let refused = moved(world, "manager", world.unit("south"), Some(Follow::All));
        assert_eq!(denied(refused), Denial::NoTask(Task::ManageUsers));
    });
}

#[test]
fn nobody_brings_rows_to_where_their_own_roles_reach_them() {
    on_each(|world| {
        company(world);
        let draft = RoleDraft {
            id: None,
            name: "Clerk".into(),
            team_only: false,
            privileges: Default::default(),
            others: Default::default(),
            tasks: [Task::ManageUsers].into_iter().collect(),
        };
        world.act("admin", move |tx, actor| people::save_role(tx, actor, &draft)).unwrap();
        world.join("clerk", "south", &["Clerk", "Salesperson"]);
        for rows in [Follow::All, Follow::Open] {
            let refused = denied(moved(world, "clerk", world.unit("south"), Some(rows)));
            assert!(matches!(refused, Denial::Guard(words) if words.contains("where their own roles reach them")), "{refused:?}");
        }
        assert!(moved(world, "clerk", world.unit("service"), Some(Follow::All)).unwrap().is_some(), "there nothing of theirs reaches");
        run(world);
        moved(world, "clerk", world.unit("south"), Some(Follow::None)).unwrap();
        assert_eq!(seen(world, "clerk").len(), 0);
        // It counts when the rows are moved, too: rows that nobody asked about are not brought along later.
        let id = moved(world, "clerk", world.unit("north"), Some(Follow::All)).unwrap().unwrap();
        let (clerk, north) = (world.id("clerk"), world.unit("north"));
        world.operate(move |tx| Ok(store::accounts::move_user(tx, clerk, north)?));
        run(world);
        assert_eq!(seen(world, "clerk").len(), 0);
        let last = job(world, id);
        assert_eq!((last.state, last.done), (JobState::Failed, 0));
        assert!(last.message.unwrap().contains("where their own roles reach them"));
    });
}

#[test]
fn a_frozen_asker_and_one_without_the_task_stop_the_job() {
    on_each(|world| {
        company(world);
        let id = moved(world, "security_admin", world.unit("south"), Some(Follow::All)).unwrap().unwrap();
        people::freeze(world.desk(), &world.user("admin"), world.id("security_admin"), None).unwrap();
        run(world);
        let stopped = job(world, id);
        assert_eq!((stopped.state, stopped.done), (JobState::Failed, 0));
        assert_eq!(stopped.message.as_deref(), Some("it was stopped: the account that asked for it is not active any more"));
        assert_eq!(seen(world, "south_rep").len(), 0);

        world.join("second", "root", &["Security Administrator"]);
        let id = moved(world, "second", world.unit("service"), Some(Follow::All)).unwrap().unwrap();
        let (role, second) = (world.role("Security Administrator"), world.id("second"));
        world.act("admin", move |tx, actor| people::take_role(tx, actor, role, second)).unwrap();
        run(world);
        let stopped = job(world, id);
        assert_eq!((stopped.state, stopped.done), (JobState::Failed, 0));
        assert_eq!(stopped.message.as_deref(), Some(Denial::NoTask(Task::ManageUsers).to_string().as_str()));
    });
}

#[test]
fn a_job_that_dies_between_two_batches_goes_on_and_moves_no_row_twice() {
    on_each(|world| {
        let count = 1500;
        many(world, count);
        let first = account(world, "zzz last");
        let id = moved(world, "security_admin", world.unit("south"), Some(Follow::All)).unwrap().unwrap();
        let (runner, stop) = (Runner::new(world.desk().clone()), AtomicBool::new(false));
        std::thread::scope(|scope| {
            scope.spawn(|| runner.work(&stop));
            while job(world, id).done == 0 {
                std::thread::sleep(std::time::Duration::from_millis(1));
            }
            stop.store(true, Ordering::Relaxed);
        });
        let left = job(world, id);
        assert_eq!((left.state, left.total), (JobState::Running, Some(count as i64 + 1)));
        assert!(left.done > 0 && left.done < count as i64, "{}", left.done);
        runner.take_back().unwrap();
        run(world);
        let done = job(world, id);
        assert_eq!((done.state, done.done), (JobState::Done, count as i64 + 1));
        assert_eq!((seen(world, "south_rep").len(), unit_changes(world, first)), (count + 1, 1));
        let versions: Vec<Vec<String>> = rows(world, "north_rep", "accounts", &["version"]);
        assert!(versions.iter().all(|row| row[0] == "2"), "each once");
    });
}

#[test]
fn a_job_is_stopped_by_its_asker_and_by_the_next_move() {
    on_each(|world| {
        company(world);
        let id = moved(world, "admin", world.unit("south"), Some(Follow::All)).unwrap().unwrap();
        world.desk().perform(&world.user("admin"), Verb::own("job.cancel"), move |tx, actor| jobs::cancel(tx, actor, id)).unwrap();
        run(world);
        assert_eq!((job(world, id).state, seen(world, "south_rep").len()), (JobState::Cancelled, 0));
        // The newest choice counts, whatever an older one still had to do.
        let service = moved(world, "admin", world.unit("service"), Some(Follow::All)).unwrap().unwrap();
        assert_eq!(moved(world, "security_admin", world.unit("south"), Some(Follow::None)).unwrap(), None);
        let back = moved(world, "security_admin", world.unit("service"), Some(Follow::Open)).unwrap().unwrap();
        run(world);
        assert_eq!((job(world, service).state, job(world, service).done), (JobState::Cancelled, 0));
        assert_eq!((job(world, back).state, job(world, back).done), (JobState::Done, 1));
        assert_eq!(seen(world, "stays"), ["shut"]);
    });
}

#[test]
fn a_job_that_runs_is_stopped_between_two_batches_and_keeps_what_it_did() {
    on_each(|world| {
        many(world, 1500);
        let id = moved(world, "admin", world.unit("south"), Some(Follow::All)).unwrap().unwrap();
        let (runner, stop) = (Runner::new(world.desk().clone()), AtomicBool::new(false));
        std::thread::scope(|scope| {
            scope.spawn(|| runner.work(&stop));
            while job(world, id).done == 0 {
                std::thread::sleep(std::time::Duration::from_millis(1));
            }
            world.desk().perform(&world.user("admin"), Verb::own("job.cancel"), move |tx, actor| jobs::cancel(tx, actor, id)).unwrap();
            while !job(world, id).state.has_ended() {
                std::thread::sleep(std::time::Duration::from_millis(1));
            }
            stop.store(true, Ordering::Relaxed);
        });
        let stopped = job(world, id);
        assert_eq!(stopped.state, JobState::Cancelled);
        assert!(stopped.done > 0 && stopped.done < 1500, "{}", stopped.done);
        assert_eq!(seen(world, "south_rep").len() as i64, stopped.done);
    });
}

#[test]
fn a_job_whose_person_was_moved_behind_its_back_says_so_and_moves_nothing() {
    on_each(|world| {
        company(world);
        let id = moved(world, "admin", world.unit("south"), Some(Follow::All)).unwrap().unwrap();
        let (user, service) = (world.id("north_rep"), world.unit("service"));
        world.operate(move |tx| Ok(store::accounts::move_user(tx, user, service)?));
        run(world);
        let stopped = job(world, id);
        assert_eq!((stopped.state, stopped.done), (JobState::Cancelled, 0));
        assert_eq!(stopped.message.as_deref(), Some("stopped: north_rep was moved again meanwhile; what has followed stays where it is"));
        assert_eq!((seen(world, "south_rep").len(), seen(world, "stays").len()), (0, 2));
    });
}

#[test]
fn a_share_stays_as_it_is_when_its_row_follows() {
    on_each(|world| {
        let rows = company(world);
        let (accounts, stays) = (world.table_id("accounts"), world.id("stays"));
        world
            .act("north_rep", move |tx, actor| {
                let rights = [Privilege::Read].into_iter().collect();
                crm::records::share(tx, actor, accounts, rows[0], &crm::records::ShareAsk { with: stays, rights, until: None })
            })
            .unwrap();
        moved(world, "admin", world.unit("south"), Some(Follow::All)).unwrap();
        run(world);
        assert_eq!(seen(world, "stays"), ["open"]);
    });
}

#[test]
fn a_team_moves_with_what_it_owns_but_for_those_in_it() {
    on_each(|world| {
        company(world);
        let (north, south, user) = (world.unit("north"), world.unit("south"), world.id("north_rep"));
        let team = world.act("admin", move |tx, actor| people::create_team(tx, actor, "Fair", north, true)).unwrap();
        let given = GiveAsk { role: world.role("Salesperson"), to: team, reason: None, until: None };
        world.act("admin", move |tx, actor| people::give_role(tx, actor, &given)).unwrap();
        world.act("admin", move |tx, actor| people::add_member(tx, actor, team, user)).unwrap();
        let (accounts, row) = (world.table_id("accounts"), account(world, "stand"));
        world.act("north_rep", move |tx, actor| crm::records::assign(tx, actor, accounts, row, team)).unwrap();
        let go = |by: &str, rows: Option<Follow>| world.act(by, move |tx, actor| people::move_team(tx, actor, team, south, rows));
        assert_eq!(denied(go("manager", Some(Follow::All))), Denial::NoTask(Task::ManageTeams));
        assert_eq!(problem(go("admin", None)).errors[0].column, "rows");
        let own = world.id("security_admin");
        world.act("admin", move |tx, actor| people::add_member(tx, actor, team, own)).unwrap();
        let refused = denied(go("security_admin", Some(Follow::None)));
        assert!(matches!(refused, Denial::Guard(words) if words.contains("a team they are in")), "{refused:?}");
        assert_eq!(seen(world, "south_rep").len(), 0);
        go("admin", Some(Follow::All)).unwrap().unwrap();
        run(world);
        assert_eq!(seen(world, "south_rep"), ["stand"], "what the team owns, not what its members do");
        assert_eq!(world.look("admin", move |tx, actor| people::team(tx, actor, team)).unwrap().team.unit, south);
        let default = world.look("admin", people::teams).unwrap().into_iter().find(|t| t.team.is_default && t.team.unit == north).unwrap();
        let id = default.team.id;
        let refused = world.act("admin", move |tx, actor| people::move_team(tx, actor, id, south, Some(Follow::None)));
        assert!(problem(refused).detail.contains("default team"));
    });
}

#[test]
fn a_job_stops_when_whoever_asked_for_it_came_into_the_team_meanwhile() {
    on_each(|world| {
        let (north, south, own) = (world.unit("north"), world.unit("south"), world.id("security_admin"));
        let team = world.act("admin", move |tx, actor| people::create_team(tx, actor, "Fair", north, true)).unwrap();
        let (accounts, row) = (world.table_id("accounts"), account(world, "stand"));
        let given = GiveAsk { role: world.role("Salesperson"), to: team, reason: None, until: None };
        world.act("admin", move |tx, actor| people::give_role(tx, actor, &given)).unwrap();
        world.act("admin", move |tx, actor| crm::records::assign(tx, actor, accounts, row, team)).unwrap();
        let all = Some(Follow::All);
        let id = world.act("security_admin", move |tx, actor| people::move_team(tx, actor, team, south, all)).unwrap().unwrap();
        world.act("admin", move |tx, actor| people::add_member(tx, actor, team, own)).unwrap();
        run(world);
        let last = job(world, id);
        assert_eq!((last.state, last.done), (JobState::Failed, 0));
        assert!(last.message.unwrap().contains("a team they are in"));
        assert_eq!(seen(world, "south_rep").len(), 0);
    });
}

#[test]
fn a_team_with_roles_is_moved_by_whoever_may_give_them() {
    on_both(|world| {
        let (north, south) = (world.unit("north"), world.unit("south"));
        let draft = RoleDraft {
            id: None,
            name: "Clerk".into(),
            team_only: false,
            privileges: Default::default(),
            others: Default::default(),
            tasks: [Task::ManageTeams].into_iter().collect(),
        };
        let role = world.act("admin", move |tx, actor| people::save_role(tx, actor, &draft)).unwrap();
        let to = world.id("auditor");
        world.act("admin", move |tx, actor| people::give_role(tx, actor, &GiveAsk { role, to, reason: None, until: None })).unwrap();
        let team = world.act("auditor", move |tx, actor| people::create_team(tx, actor, "Fair", north, true)).unwrap();
        let go = |to: UnitId| world.act("auditor", move |tx, actor| people::move_team(tx, actor, team, to, Some(Follow::None)));
        go(south).unwrap();
        let given = GiveAsk { role: world.role("Salesperson"), to: team, reason: None, until: None };
        world.act("admin", move |tx, actor| people::give_role(tx, actor, &given)).unwrap();
        assert_eq!(denied(go(north)), Denial::NoTask(Task::AssignRoles));
    });
}
