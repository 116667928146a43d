//! What is told about roles, field profiles, secured columns and the numbers that say when they changed.
//!
//! Each sentence runs on both databases, over the company of `accounts.rs`. What a right means is told elsewhere; here it
//! is asked whether exactly what is live is read back, and whether its change is noticed.
//! Not here: what a role reaches (`crates/security/tests/it/main.rs`). Start reading at
//! [`what_was_given_is_read_back_until_it_ends`].

use crate::accounts::{change, company, person};
use crate::both::{DAY, TestStore, on_both};
use catalogue::RowId;
use security::{AccessLevel, ColumnGrant, Levels, PrincipalId, Privilege, RoleId, Standing, Task, Through, UserState};
use std::sync::Arc;
use store::accounts::{self, AccountError, Problem};
use store::rights::{self, ProfileDraft, RoleDraft};
use store::{Fault, Tx};

fn look<T>(store: &TestStore, look: impl FnOnce(&mut Tx<'_>) -> Result<T, Fault>) -> T {
    store.read(look).unwrap()
}

fn standing(store: &TestStore, user: PrincipalId) -> Standing {
    look(store, |tx| rights::standing(tx, user)).unwrap()
}

/// The names of the roles in force, each with how it is held and until when.
fn held(store: &TestStore, user: PrincipalId) -> Vec<(String, Through, Option<i64>)> {
    standing(store, user).roles.iter().map(|h| (h.role.name.clone(), h.through.clone(), h.until)).collect()
}

fn draft(name: &str) -> RoleDraft {
    let levels = Levels::default().with(Privilege::Read, AccessLevel::Unit).with(Privilege::Write, AccessLevel::User);
    RoleDraft {
        id: None,
        name: name.into(),
        team_only: false,
        privileges: [("accounts".to_owned(), levels)].into(),
        others: Levels::default(),
        tasks: [Task::UseApi].into(),
    }
}

fn make(store: &TestStore, draft: RoleDraft) -> RoleId {
    change(store, move |tx| rights::save_role(tx, &draft)).unwrap()
}

fn administrator() -> RoleId {
    RoleId(RowId::parse("00000000-0000-0000-0000-000000000101").unwrap())
}

fn is_problem<T>(answer: Result<T, AccountError>, problem: Problem) -> bool {
    matches!(answer, Err(AccountError::Problem(met)) if met == problem)
}

#[test]
fn what_was_given_is_read_back_until_it_ends() {
    on_both(|store| {
        let at = company(store);
        let role = make(store, draft("Reader"));
        let until = store.now() + DAY;
        change(store, move |tx| rights::give_role(tx, role, at.bob, Some("holiday"), Some(until))).unwrap();
        assert_eq!(held(store, at.bob), [("Reader".into(), Through::User, Some(until))]);
        assert_eq!(look(store, |tx| rights::earliest_end(tx, at.bob)), Some(until));
        assert_eq!(look(store, |tx| rights::earliest_end(tx, at.ann)), None);
        assert_eq!(*standing(store, at.bob).roles[0].role, look(store, |tx| rights::role(tx, role)).unwrap());
        let grant = look(store, |tx| rights::grants_of(tx, at.bob)).pop().unwrap();
        assert_eq!((grant.reason.as_deref(), grant.by, grant.until), (Some("holiday"), Some(PrincipalId::OPERATOR), Some(until)));
        store.clock.set(until - 1);
        assert_eq!(held(store, at.bob).len(), 1);
        store.clock.set(until);
        assert_eq!(held(store, at.bob), []);
        assert_eq!(look(store, |tx| rights::holders(tx, role)), []);
        assert!(look(store, |tx| rights::standing(tx, PrincipalId::OPERATOR)).is_none());
    });
}

#[test]
fn a_standing_tells_unit_state_and_teams() {
    on_both(|store| {
        let at = company(store);
        let (owners, guests) = change(store, move |tx| {
            let owners = accounts::create_team(tx, "Owners", at.sales, true)?;
            let guests = accounts::create_team(tx, "Guests", at.root, false)?;
            accounts::add_member(tx, owners, at.bob)?;
            accounts::add_member(tx, guests, at.bob)?;
            Ok((owners, guests))
        })
        .unwrap();
        let bob = standing(store, at.bob);
        assert_eq!((bob.name.as_str(), bob.state, bob.unit), ("Bob", UserState::Active, at.north));
        let of = |team: PrincipalId| bob.teams.iter().find(|t| t.team == team).map(|t| (t.unit, t.owns));
        assert_eq!(bob.teams.len(), 3, "with the default team");
        assert_eq!(of(owners), Some((at.sales, true)));
        assert_eq!(of(guests), Some((at.root, false)));
        assert_eq!(bob.units.below(at.sales), [at.sales, at.north].into());
    });
}

#[test]
fn a_role_comes_through_an_owner_team_and_goes_with_it() {
    on_both(|store| {
        let at = company(store);
        let role = make(store, draft("Reader"));
        let (owners, guests) = change(store, move |tx| {
            let owners = accounts::create_team(tx, "Owners", at.sales, true)?;
            accounts::add_member(tx, owners, at.bob)?;
            rights::give_role(tx, role, owners, None, None)?;
            Ok((owners, accounts::create_team(tx, "Guests", at.sales, false)?))
        })
        .unwrap();
        assert_eq!(held(store, at.bob), [("Reader".into(), Through::Team(owners), None)]);
        assert!(is_problem(change(store, move |tx| rights::give_role(tx, role, guests, None, None)), Problem::AccessTeam));
        assert!(is_problem(change(store, move |tx| rights::give_role(tx, role, PrincipalId::OPERATOR, None, None)), Problem::Unknown));
        assert!(is_problem(change(store, move |tx| rights::give_role(tx, role, PrincipalId::ORGANISATION, None, None)), Problem::Unknown));
        assert!(is_problem(change(store, move |tx| rights::give_role(tx, RoleId(at.bob.0), at.bob, None, None)), Problem::Unknown));
        let past = store.now();
        assert!(is_problem(change(store, move |tx| rights::give_role(tx, role, at.bob, None, Some(past))), Problem::Past));
        change(store, move |tx| accounts::remove_member(tx, owners, at.bob)).unwrap();
        assert_eq!(held(store, at.bob), []);
    });
}

#[test]
fn given_again_the_last_word_counts_and_what_was_is_kept() {
    on_both(|store| {
        let at = company(store);
        let role = make(store, draft("Reader"));
        let until = store.now() + DAY;
        change(store, move |tx| rights::give_role(tx, role, at.ann, None, Some(until))).unwrap();
        store.clock.go_on(1);
        change(store, move |tx| rights::give_role(tx, role, at.ann, None, None)).unwrap();
        assert_eq!(held(store, at.ann), [("Reader".into(), Through::User, None)]);
        assert!(change(store, move |tx| rights::take_role(tx, role, at.ann)).unwrap());
        assert!(!change(store, move |tx| rights::take_role(tx, role, at.ann)).unwrap());
        assert_eq!(held(store, at.ann), []);
        assert_eq!(store.number("SELECT count(*) FROM sys_role_grants WHERE ended IS NOT NULL"), 2);
    });
}

#[test]
fn every_change_raises_the_number_of_whom_it_concerns() {
    on_both(|store| {
        let at = company(store);
        let numbers = |user: PrincipalId| look(store, |tx| rights::numbers(tx, user));
        let role = make(store, draft("Reader"));
        let (ann, bob) = (numbers(at.ann), numbers(at.bob));
        change(store, move |tx| rights::give_role(tx, role, at.bob, None, None)).unwrap();
        assert_eq!(numbers(at.ann), ann, "one person's grant is nobody else's matter");
        assert!(numbers(at.bob).user > bob.user && numbers(at.bob).organisation == bob.organisation);

        let team = change(store, move |tx| accounts::create_team(tx, "Owners", at.sales, true)).unwrap();
        change(store, move |tx| rights::give_role(tx, role, team, None, None)).unwrap();
        let with_team = numbers(at.ann);
        assert!(with_team.organisation > ann.organisation, "a team's grant concerns many");

        let same = RoleDraft { id: Some(role), ..draft("Reader") };
        make(store, same.clone());
        assert_eq!(numbers(at.ann), with_team, "nothing changed");
        make(store, RoleDraft { tasks: [Task::UseApi, Task::BulkEdit].into(), ..same });
        assert!(numbers(at.ann).organisation > with_team.organisation);
    });
}

#[test]
fn saving_a_role_writes_only_what_changed() {
    on_both(|store| {
        company(store);
        let role = make(store, draft("Reader"));
        store.clock.go_on(1);
        let mut next = RoleDraft { id: Some(role), name: "Reader and more".into(), team_only: true, ..draft("") };
        next.privileges.insert("contacts".into(), Levels::all(AccessLevel::Organisation));
        next.privileges.insert("leads".into(), Levels::default());
        next.others = Levels::default().with(Privilege::Export, AccessLevel::UnitAndChildren);
        next.tasks = [Task::BulkImport].into();
        make(store, next.clone());
        let read = look(store, |tx| rights::role(tx, role)).unwrap();
        assert_eq!(RoleDraft::from(read), next);
        assert_eq!(store.number("SELECT count(*) FROM sys_role_levels WHERE set_name = 'accounts'"), 1, "unchanged, unwritten");
        assert_eq!(store.number("SELECT count(*) FROM sys_role_levels WHERE ended IS NULL"), 4);
        assert_eq!(store.number("SELECT count(*) FROM sys_role_tasks WHERE ended IS NOT NULL"), 1);

        let strange = RoleDraft { privileges: [("no_such_set".to_owned(), Levels::default())].into(), ..draft("Strange") };
        assert!(is_problem(change(store, move |tx| rights::save_role(tx, &strange)), Problem::Unknown));
        let twice = change(store, |tx| rights::save_role(tx, &draft("READER AND MORE")));
        assert!(matches!(twice, Err(AccountError::Fault(Fault::Taken(_)))), "{twice:?}");
    });
}

#[test]
fn the_shipped_roles_are_there_once_and_as_shipped() {
    on_both(|store| {
        company(store);
        for _ in 0..2 {
            change(store, rights::install_shipped).unwrap();
        }
        let mut shipped = security::shipped_roles(&catalogue::standard::catalogue().unwrap());
        shipped.sort_by_key(|r| r.name.clone());
        assert_eq!(look(store, rights::roles), shipped);
        assert_eq!(look(store, |tx| rights::role(tx, administrator())).unwrap().name, "System Administrator");
    });
}

#[test]
fn an_administrator_lasts_only_active_and_without_an_end() {
    on_both(|store| {
        let at = company(store);
        change(store, rights::install_shipped).unwrap();
        let lasting = || look(store, rights::lasting_administrators);
        let until = store.now() + DAY;
        change(store, move |tx| rights::give_role(tx, administrator(), at.ann, None, Some(until))).unwrap();
        assert_eq!(lasting(), [], "this one ends by itself");
        assert_eq!(look(store, |tx| rights::active_holders_of_role(tx, administrator())), [(at.ann, Some(until))]);
        let (team, guest) = change(store, move |tx| {
            let team = accounts::create_team(tx, "Keepers", at.root, true)?;
            accounts::add_member(tx, team, at.ann)?;
            rights::give_role(tx, administrator(), team, None, None)?;
            Ok((team, person(tx, "Guest", at.root, None)?))
        })
        .unwrap();
        assert_eq!(lasting(), [at.ann], "but the team's does not");
        assert_eq!(look(store, |tx| rights::users_with_task(tx, Task::Customise)), [at.ann]);
        change(store, move |tx| accounts::add_member(tx, team, guest)).unwrap();
        change(store, move |tx| accounts::set_state(tx, at.ann, UserState::Frozen)).unwrap();
        assert_eq!(lasting(), [guest], "the frozen administer nothing");
        assert_eq!(look(store, |tx| rights::users_with_task(tx, Task::Customise)), [guest]);
    });
}

#[test]
fn a_profile_opens_columns_to_whom_it_was_given() {
    on_both(|store| {
        let at = company(store);
        let grant = |column: &str, update| ColumnGrant { set: "accounts".into(), column: column.into(), read: true, create: false, update };
        let first = ProfileDraft { id: None, name: "Credit".into(), grants: vec![grant("description", false)] };
        let id = change(store, move |tx| rights::save_profile(tx, &first)).unwrap();
        let next = ProfileDraft { id: Some(id), name: "Credit".into(), grants: vec![grant("description", true)] };
        change(store, move |tx| rights::save_profile(tx, &next)).unwrap();
        let team = change(store, move |tx| {
            let team = accounts::create_team(tx, "Guests", at.root, false)?;
            accounts::add_member(tx, team, at.bob)?;
            rights::give_profile(tx, id, team, None, None)?;
            Ok(team)
        })
        .unwrap();
        let bob = standing(store, at.bob);
        assert_eq!(bob.profiles.len(), 1);
        assert_eq!(bob.profiles[0].through, Through::Team(team));
        assert_eq!(bob.profiles[0].profile.grants, [grant("description", true)]);
        assert_eq!(look(store, rights::profiles).len(), 1);
        assert_eq!(look(store, |tx| rights::profile_holders(tx, id)).len(), 1);
        assert!(change(store, move |tx| rights::take_profile(tx, id, team)).unwrap());
        assert!(standing(store, at.bob).profiles.is_empty());
        let strange = ProfileDraft { id: None, name: "Strange".into(), grants: vec![grant("no_such_column", false)] };
        assert!(is_problem(change(store, move |tx| rights::save_profile(tx, &strange)), Problem::Unknown));
    });
}

#[test]
fn a_column_is_secured_and_opened_for_everybody_at_once() {
    on_both(|store| {
        let at = company(store);
        let is_secured = || standing(store, at.ann).catalogue.find("accounts").unwrap().find("description").unwrap().secured;
        let before = look(store, |tx| rights::numbers(tx, at.ann)).organisation;
        assert!(!is_secured());
        change(store, |tx| rights::set_secured(tx, "accounts", "description", true)).unwrap();
        assert!(is_secured());
        assert!(look(store, |tx| rights::numbers(tx, at.ann)).organisation > before);
        let (one, two) = (look(store, rights::catalogue), look(store, rights::catalogue));
        assert!(Arc::ptr_eq(&one, &two), "made once");
        change(store, |tx| rights::set_secured(tx, "accounts", "description", false)).unwrap();
        assert!(!is_secured());
        for column in ["name", "owner", "state", "version"] {
            let answer = change(store, move |tx| rights::set_secured(tx, "accounts", column, true));
            assert!(is_problem(answer, Problem::NotSecurable), "{column}");
        }
        assert!(is_problem(change(store, |tx| rights::set_secured(tx, "accounts", "nothing", true)), Problem::Unknown));
    });
}

#[test]
fn a_refused_change_of_rights_leaves_nothing_but_its_entry() {
    on_both(|store| {
        let at = company(store);
        let role = make(store, draft("Reader"));
        let before = look(store, |tx| rights::numbers(tx, at.bob));
        let entries = store.number("SELECT count(*) FROM sys_trail");
        let refused = change(store, move |tx| {
            rights::give_role(tx, role, at.bob, None, None)?;
            rights::set_secured(tx, "accounts", "description", true)?;
            Err::<(), _>(Problem::Cycle.into())
        });
        assert!(is_problem(refused, Problem::Cycle));
        assert_eq!(held(store, at.bob), []);
        assert_eq!(look(store, |tx| rights::numbers(tx, at.bob)), before);
        let secured = look(store, rights::catalogue).find("accounts").unwrap().find("description").unwrap().secured;
        assert!(!secured, "a change that was rolled back is seen by nobody");
        assert_eq!(store.number("SELECT count(*) FROM sys_trail"), entries + 1);
    });
}

#[test]
fn two_administrators_cannot_take_each_others_role() {
    on_both(|store| {
        let at = company(store);
        change(store, rights::install_shipped).unwrap();
        change(store, move |tx| {
            rights::give_role(tx, administrator(), at.ann, None, None)?;
            rights::give_role(tx, administrator(), at.bob, None, None)?;
            Ok(())
        })
        .unwrap();
        let take = move |store: &store::Store, from: PrincipalId| {
            store.write(move |tx| {
                tx.sign(crate::both::stamp("role.take"));
                if rights::lasting_administrators(tx)? == [from] {
                    return Err(AccountError::Problem(Problem::Unknown));
                }
                std::thread::sleep(std::time::Duration::from_millis(30));
                rights::take_role(tx, administrator(), from)
            })
        };
        let opened: &store::Store = store;
        let (one, two) = std::thread::scope(|scope| {
            let one = scope.spawn(|| take(opened, at.ann));
            let two = scope.spawn(|| take(opened, at.bob));
            (one.join().unwrap(), two.join().unwrap())
        });
        assert!(one.is_ok() != two.is_ok(), "{one:?} {two:?}");
        assert_eq!(look(store, rights::lasting_administrators).len(), 1);
    });
}

#[test]
fn what_is_read_only_concerns_everybody_until_it_ends() {
    on_both(|store| {
        let at = company(store);
        let owners = |set: &str| standing(store, at.ann).read_only.get(set).map_or(0, |owners| owners.len());
        let number = || look(store, |tx| rights::numbers(tx, at.ann)).organisation;
        let before = number();
        let make = |set: &'static str| change(store, move |tx| Ok(rights::make_read_only(tx, at.bob, set)?)).unwrap();
        assert_eq!([make("accounts"), make("accounts"), make("contacts")], [true, false, true]);
        assert_eq!((owners("accounts"), owners("contacts"), owners("leads")), (1, 1, 0));
        assert_eq!(number(), before + 2, "once for each that is new");
        let until = store.now() + DAY;
        store.tamper(&format!("UPDATE sys_read_only SET until = {until} WHERE set_name = 'contacts'"));
        assert_eq!(look(store, |tx| rights::earliest_end(tx, at.ann)), Some(until), "what is kept of a person ends with it");
        store.clock.set(until);
        assert_eq!((owners("accounts"), owners("contacts")), (1, 0));
        let end = |set: Option<&'static str>| change(store, move |tx| Ok(rights::end_read_only(tx, at.bob, set)?)).unwrap();
        assert_eq!([end(Some("leads")), end(Some("accounts")), end(None), end(None)], [0, 1, 1, 0]);
        assert_eq!((owners("accounts"), number()), (0, before + 4));
        assert_eq!(store.number("SELECT count(*) FROM sys_read_only WHERE ended IS NOT NULL"), 2, "the rows stay");
        assert!(store.verify().is_whole());
    });
}
