//! Why, why not, who, and the whole sheet.
//!
//! Not here: the decision that is explained (`crates/store/tests/it/two_readers.rs`).

use crate::world::{World, denied, on_both};
use catalogue::RowId;
use crm::access::{self, Explained, Who};
use crm::{AccessLevel, Denial, Done, Privilege, Rights, Task, people};
use security::permit;
use store::records::{self, NewShare};

fn account(world: &World, owner: &str, name: &str) -> RowId {
    world.record(owner, "accounts", &[("name", name.into())])
}

fn explained(world: &World, asker: &str, row: RowId, about: Option<&str>, privilege: Privilege) -> Done<Explained> {
    let (table, about) = (world.table_id("accounts"), about.map(|name| world.id(name)));
    world.look(asker, move |tx, actor| access::explain(tx, actor, table, row, about, privilege))
}

fn share(world: &World, owner: &str, row: RowId, with: &str) {
    let with = world.id(with);
    world
        .act(owner, move |tx, actor| {
            let catalogue = actor.catalogue().clone();
            let permit = permit(actor, Privilege::Share, catalogue.find("accounts").unwrap())?;
            let rights: Rights = [Privilege::Read].into_iter().collect();
            let _ = records::give_share(tx, &permit, &NewShare { row, with, rights, until: None, inherited: None })?;
            Ok(())
        })
        .unwrap();
}

#[test]
fn the_owner_hears_why() {
    on_both(|world| {
        let row = account(world, "north_rep", "Blue Kiln");
        let answer = explained(world, "north_rep", row, None, Privilege::Write).unwrap();
        assert!(answer.is_granted && answer.missing.is_empty());
        assert_eq!(answer.paths.iter().map(|p| p.words.as_str()).collect::<Vec<_>>(), ["as Salesperson: own records"]);
        assert_eq!(answer.read_paths[0].words, "as Salesperson: records of the unit north");
        let refused = explained(world, "north_rep", row, None, Privilege::Delete).unwrap();
        assert_eq!(refused.missing, ["no role in force holds `delete` on accounts"]);
        let helpers: Vec<&str> = refused.ask.iter().map(|(_, name)| name.as_str()).collect();
        assert_eq!(helpers, ["admin", "security_admin"]);
    });
}

#[test]
fn what_is_read_only_is_said_beside_the_ways_with_whoever_hands_it_over() {
    on_both(|world| {
        let row = account(world, "north_rep", "Blue Kiln");
        let leaver = world.id("north_rep");
        world.operate(move |tx| Ok(store::rights::make_read_only(tx, leaver, "accounts").map(|_| ())?));
        let kept = explained(world, "manager", row, None, Privilege::Write).unwrap();
        assert_eq!(kept.missing, ["read-only until somebody else owns it: its owner has left"]);
        assert!(!kept.is_granted && !kept.paths.is_empty());
        assert_eq!(kept.ask.iter().map(|(_, name)| name.as_str()).collect::<Vec<_>>(), ["admin", "security_admin"]);
        assert!(explained(world, "manager", row, None, Privilege::Read).unwrap().is_granted);
    });
}

#[test]
fn a_team_and_a_share_are_named() {
    on_both(|world| {
        let row = account(world, "north_rep", "Blue Kiln");
        share(world, "north_rep", row, "south_rep");
        let (north, role, user) = (world.unit("north"), world.role("Sales Manager"), world.id("south_rep"));
        world
            .act("admin", move |tx, actor| {
                let team = people::create_team(tx, actor, "desk", north, true)?;
                people::add_member(tx, actor, team, user)?;
                people::give_role(tx, actor, &people::GiveAsk { role, to: team, reason: None, until: None })
            })
            .unwrap();
        let answer = explained(world, "south_rep", row, None, Privilege::Read).unwrap();
        let words: Vec<&str> = answer.paths.iter().map(|p| p.words.as_str()).collect();
        assert_eq!(
            words,
            ["as Sales Manager of the team desk: records of the unit north and below", "shared with south_rep by north_rep (read)"]
        );
    });
}

#[test]
fn a_row_that_is_not_readable_is_not_there() {
    on_both(|world| {
        let row = account(world, "north_rep", "Blue Kiln");
        let gone = RowId(uuid::Uuid::from_u128(77));
        for id in [row, gone] {
            assert_eq!(denied(explained(world, "south_rep", id, None, Privilege::Read)), Denial::NotThere);
            let table = world.table_id("accounts");
            assert_eq!(denied(world.look("south_rep", move |tx, actor| access::who(tx, actor, table, id))), Denial::NotThere);
            let refused = explained(world, "south_rep", id, Some("north_rep"), Privilege::Read);
            assert_eq!(denied(refused), Denial::NoTask(Task::ViewAccess));
        }
    });
}

#[test]
fn whoever_views_access_asks_about_others_and_about_rows_they_do_not_open() {
    on_both(|world| {
        let row = account(world, "north_rep", "Blue Kiln");
        let why = explained(world, "auditor", row, Some("manager"), Privilege::Read).unwrap();
        assert_eq!(why.paths[0].words, "as Sales Manager: records of the unit sales and below");
        let not = explained(world, "auditor", row, Some("south_rep"), Privilege::Read).unwrap();
        assert_eq!(not.missing, ["no level reaches this record, and no share names this person or a team of theirs"]);
        assert_eq!(not.ask, [(world.id("north_rep"), "north_rep".to_owned())]);
        people::freeze(world.desk(), &world.user("admin"), world.id("manager"), None).unwrap();
        let frozen = explained(world, "auditor", row, Some("manager"), Privilege::Read).unwrap();
        assert_eq!(frozen.missing, ["the account is frozen"]);
        assert!(!format!("{why:?}{not:?}").contains("Blue Kiln"));
    });
}

fn who(world: &World, asker: &str, row: RowId) -> Who {
    let table = world.table_id("accounts");
    world.look(asker, move |tx, actor| access::who(tx, actor, table, row)).unwrap()
}

#[test]
fn who_names_everybody_who_reads_and_the_paths_only_to_whoever_views_access() {
    on_both(|world| {
        let row = account(world, "north_rep", "Blue Kiln");
        let names = |asker: &str| who(world, asker, row).readers.into_iter().map(|reader| reader.name).collect::<Vec<_>>();
        assert_eq!(names("north_rep"), ["admin", "manager", "north_rep", "service_rep"]);
        assert!(who(world, "north_rep", row).readers.iter().all(|reader| reader.paths.is_none() && reader.also.is_empty()));
        share(world, "north_rep", row, "south_rep");
        let told = who(world, "auditor", row);
        assert!(told.is_complete && told.readers.iter().all(|reader| reader.paths.as_ref().is_some_and(|paths| !paths.is_empty())));
        let south = told.readers.iter().find(|reader| reader.name == "south_rep").unwrap();
        assert_eq!(south.paths.as_ref().unwrap()[0].words, "shared with south_rep by north_rep (read)");
    });
}

#[test]
fn the_list_and_who_agree() {
    let world = World::sqlite();
    let rows = [account(&world, "north_rep", "Blue Kiln"), account(&world, "south_rep", "Tin Drum")];
    share(&world, "south_rep", rows[1], "north_rep");
    for row in rows {
        let told: Vec<String> = who(&world, "admin", row).readers.into_iter().map(|reader| reader.name).collect();
        for name in world.people.keys() {
            let table = world.table("accounts");
            let reads = world.look(name, move |tx, actor| {
                let permit = permit(actor, Privilege::Read, &table)?;
                Ok(records::within(tx, &permit, &[row])?.contains(&row))
            });
            assert_eq!(reads.unwrap_or(false), told.contains(name), "{name}");
        }
    }
}

#[test]
fn the_sheet_says_the_widest_level_and_the_roles_that_give_it() {
    on_both(|world| {
        let (user, role) = (world.id("north_rep"), world.role("Sales Manager"));
        let ask = people::GiveAsk { role, to: user, reason: None, until: None };
        world.act("admin", move |tx, actor| people::give_role(tx, actor, &ask)).unwrap();
        let sheet = world.look("auditor", move |tx, actor| access::sheet(tx, actor, user)).unwrap();
        let accounts = sheet.tables.iter().find(|line| line.set == "accounts").unwrap();
        let read = accounts.levels.iter().find(|(privilege, ..)| *privilege == Privilege::Read).unwrap();
        assert_eq!((read.1, read.2.as_slice()), (AccessLevel::UnitAndChildren, ["Sales Manager".to_owned()].as_slice()));
        let import = sheet.tasks.iter().find(|line| line.task == Task::BulkImport).unwrap();
        assert_eq!(import.roles, ["Sales Manager", "Salesperson"]);
        assert!(sheet.tables.iter().any(|line| line.follows.is_some()));
        assert!(world.look("north_rep", move |tx, actor| access::sheet(tx, actor, user)).is_ok());
        let refused = world.look("south_rep", move |tx, actor| access::sheet(tx, actor, user));
        assert_eq!(denied(refused), Denial::NoTask(Task::ViewAccess));
    });
}
