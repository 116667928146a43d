//! What is told about people, teams, units and how people come in.
//!
//! Each sentence runs on both databases. A small company is laid out by [`company`]: root, sales below it, north below
//! sales, and people in them.
//! Not here: roles and profiles (`crates/store/tests/it/rights.rs`), who may do any of it (`crates/crm/tests/it/main.rs`).
//! Start reading at [`company`].

use crate::both::{DAY, MINUTE, No, SECOND, TestStore, on_both};
use security::{PrincipalId, UnitId, UserState};
use store::accounts::{self, AccountError, NewSession, NewUser, Problem, ThrottlePolicy, UserQuery};
use store::{Fault, Tx, rights};

/// The units and people of the tests.
#[derive(Clone, Copy, Debug)]
pub struct Company {
    pub root: UnitId,
    pub sales: UnitId,
    pub north: UnitId,
    pub ann: PrincipalId,
    pub bob: PrincipalId,
}

/// Ann works in sales, Bob in north and reports to Ann.
pub fn company(store: &TestStore) -> Company {
    change(store, |tx| {
        accounts::install_principals(tx)?;
        let root = accounts::create_unit(tx, "Acme", None)?;
        let sales = accounts::create_unit(tx, "Sales", Some(root))?;
        let north = accounts::create_unit(tx, "North", Some(sales))?;
        let ann = person(tx, "Ann", sales, None)?;
        let bob = person(tx, "Bob", north, Some(ann))?;
        Ok(Company { root, sales, north, ann, bob })
    })
    .unwrap()
}

/// An active user.
pub fn person(tx: &mut Tx<'_>, name: &str, unit: UnitId, manager: Option<PrincipalId>) -> Result<PrincipalId, AccountError> {
    let email = format!("{name}@acme.example");
    let id = accounts::invite(tx, &NewUser { name, email: &email, title: Some("Person"), unit, manager })?;
    accounts::set_state(tx, id, UserState::Active)?;
    Ok(id)
}

/// A signed change.
pub fn change<T: Send + 'static>(
    store: &TestStore,
    act: impl Fn(&mut Tx<'_>) -> Result<T, AccountError> + Send + 'static,
) -> Result<T, AccountError> {
    store.write(move |tx| {
        tx.sign(crate::both::stamp("test.change"));
        act(tx)
    })
}

fn problem<T: std::fmt::Debug>(answer: Result<T, AccountError>) -> Problem {
    match answer {
        Err(AccountError::Problem(problem)) => problem,
        other => panic!("no problem but {other:?}"),
    }
}

fn look<T>(store: &TestStore, look: impl FnOnce(&mut Tx<'_>) -> Result<T, Fault>) -> T {
    store.read(look).unwrap()
}

fn user(store: &TestStore, id: PrincipalId) -> accounts::User {
    look(store, |tx| accounts::user(tx, id)).unwrap()
}

#[test]
fn there_is_one_tree_of_units_without_circles() {
    on_both(|store| {
        let at = company(store);
        assert_eq!(problem(change(store, |tx| accounts::create_unit(tx, "Second root", None))), Problem::OneRoot);
        assert_eq!(problem(change(store, move |tx| accounts::move_unit(tx, at.sales, at.north))), Problem::Cycle);
        assert_eq!(problem(change(store, move |tx| accounts::move_unit(tx, at.root, at.root))), Problem::Cycle);
        let nowhere = UnitId(at.ann.0);
        assert_eq!(problem(change(store, move |tx| accounts::move_unit(tx, at.north, nowhere))), Problem::Unknown);
        assert_eq!(problem(change(store, move |tx| accounts::create_unit(tx, "  ", Some(at.root)))), Problem::NoName);
        let taken = change(store, move |tx| accounts::create_unit(tx, "SALES", Some(at.root)));
        assert!(matches!(taken, Err(AccountError::Fault(Fault::Taken(_)))), "{taken:?}");

        change(store, move |tx| accounts::move_unit(tx, at.north, at.root)).unwrap();
        let units = look(store, accounts::units);
        let told: Vec<_> = units.iter().map(|u| (u.name.as_str(), u.parent)).collect();
        assert_eq!(told, [("Acme", None), ("North", Some(at.root)), ("Sales", Some(at.root))]);
        assert_eq!(store.number("SELECT count(*) FROM sys_unit_parents"), 4, "the former parent is kept");
    });
}

#[test]
fn a_default_team_has_exactly_the_users_of_its_unit_and_its_name() {
    on_both(|store| {
        let at = company(store);
        let teams = look(store, accounts::teams);
        let of = |unit: UnitId| teams.iter().find(|t| t.unit == unit && t.is_default).unwrap().id;
        let (sales, north) = (of(at.sales), of(at.north));
        assert_eq!(look(store, |tx| accounts::members(tx, north)), [at.bob]);
        assert_eq!(problem(change(store, move |tx| accounts::add_member(tx, north, at.ann))), Problem::DefaultTeam);
        assert_eq!(problem(change(store, move |tx| accounts::remove_member(tx, north, at.bob))), Problem::DefaultTeam);
        assert_eq!(problem(change(store, move |tx| accounts::rename_team(tx, north, "Other"))), Problem::DefaultTeam);

        let before = user(store, at.bob).number;
        change(store, move |tx| accounts::move_user(tx, at.bob, at.sales)).unwrap();
        assert_eq!(look(store, |tx| accounts::members(tx, north)), []);
        assert_eq!(look(store, |tx| accounts::members(tx, sales)), [at.ann, at.bob]);
        assert_eq!(user(store, at.bob).unit, at.sales);
        assert!(user(store, at.bob).number > before);

        change(store, move |tx| accounts::rename_unit(tx, at.north, "Far north")).unwrap();
        let names = look(store, |tx| accounts::names(tx, &[north, at.ann, PrincipalId::OPERATOR, PrincipalId::ORGANISATION]));
        assert_eq!(names[&north].name, "Far north");
        assert_eq!(names[&at.ann].kind, accounts::PrincipalKind::User);
        assert_eq!(names.len(), 4);
        assert_eq!(look(store, |tx| accounts::unit_names(tx, &[at.north]))[&at.north], "Far north");
    });
}

#[test]
fn a_team_moves_to_another_unit_and_everybodys_rights_are_looked_at_again() {
    on_both(|store| {
        let at = company(store);
        let team = change(store, move |tx| accounts::create_team(tx, "Fair", at.north, true)).unwrap();
        let number = || store.number("SELECT number FROM sys_rights");
        let before = number();
        change(store, move |tx| accounts::move_team(tx, team, at.sales)).unwrap();
        assert_eq!(look(store, |tx| accounts::team(tx, team)).unwrap().unit, at.sales);
        assert!(number() > before);
        let default = look(store, accounts::teams).into_iter().find(|t| t.is_default && t.unit == at.north).unwrap().id;
        assert_eq!(problem(change(store, move |tx| accounts::move_team(tx, default, at.sales))), Problem::DefaultTeam);
        let nowhere = UnitId(catalogue::RowId(uuid::Uuid::from_u128(5)));
        assert_eq!(problem(change(store, move |tx| accounts::move_team(tx, team, nowhere))), Problem::Unknown);
    });
}

#[test]
fn members_come_and_go_and_each_is_raised() {
    on_both(|store| {
        let at = company(store);
        let team = change(store, move |tx| accounts::create_team(tx, "Big deals", at.sales, true)).unwrap();
        let before = user(store, at.bob).number;
        assert!(change(store, move |tx| accounts::add_member(tx, team, at.bob)).unwrap());
        assert!(!change(store, move |tx| accounts::add_member(tx, team, at.bob)).unwrap(), "twice is once");
        assert!(user(store, at.bob).number > before);
        let of_bob: Vec<String> = look(store, |tx| accounts::teams_of(tx, at.bob)).into_iter().map(|t| t.name).collect();
        assert_eq!(of_bob, ["Big deals", "North"]);
        assert!(change(store, move |tx| accounts::remove_member(tx, team, at.bob)).unwrap());
        assert!(!change(store, move |tx| accounts::remove_member(tx, team, at.bob)).unwrap());
        assert_eq!(look(store, |tx| accounts::members(tx, team)), []);
        assert_eq!(problem(change(store, move |tx| accounts::add_member(tx, team, team))), Problem::Unknown);
    });
}

#[test]
fn an_address_is_one_however_it_is_written() {
    on_both(|store| {
        let at = company(store);
        for written in ["ANN@acme.example", " ann@ACME.example ", "ａｎｎ@acme.example"] {
            assert_eq!(look(store, |tx| accounts::user_by_email(tx, written)).unwrap().id, at.ann, "{written}");
        }
        assert!(look(store, |tx| accounts::user_by_email(tx, "ánn@acme.example")).is_none(), "marks tell mailboxes apart");
        let again = change(store, move |tx| person(tx, "ANN", at.root, None));
        assert!(matches!(again, Err(AccountError::Fault(Fault::Taken(_)))), "{again:?}");
    });
}

#[test]
fn users_are_listed_by_name_page_by_page() {
    on_both(|store| {
        let at = company(store);
        change(store, move |tx| {
            for name in ["Zoë", "carl_x", "Carla"] {
                person(tx, name, at.root, None)?;
            }
            accounts::set_state(tx, at.bob, UserState::Frozen)
        })
        .unwrap();
        let ask = |query: UserQuery| -> Vec<String> { look(store, |tx| accounts::users(tx, &query)).into_iter().map(|u| u.name).collect() };
        assert_eq!(ask(UserQuery::default()), ["Ann", "Bob", "carl_x", "Carla", "Zoë"]);
        assert_eq!(ask(UserQuery { limit: 2, after: Some(at.bob), ..UserQuery::default() }), ["carl_x", "Carla"]);
        assert_eq!(ask(UserQuery { text: "zoe".into(), ..UserQuery::default() }), ["Zoë"]);
        assert_eq!(ask(UserQuery { text: "l_".into(), ..UserQuery::default() }), ["carl_x"], "no wildcards");
        assert_eq!(ask(UserQuery { state: Some(UserState::Frozen), ..UserQuery::default() }), ["Bob"]);
        let owners: Vec<String> = look(store, |tx| accounts::find_principals(tx, "", 9)).into_iter().map(|(_, n)| n.name).collect();
        assert_eq!(owners, ["Acme", "Ann", "carl_x", "Carla", "North", "Sales", "Zoë"], "the frozen are given nothing");
    });
}

#[test]
fn nobody_is_above_themselves() {
    on_both(|store| {
        let at = company(store);
        assert_eq!(user(store, at.bob).manager, Some(at.ann));
        assert_eq!(problem(change(store, move |tx| accounts::set_manager(tx, at.ann, Some(at.bob)))), Problem::Cycle);
        assert_eq!(problem(change(store, move |tx| accounts::set_manager(tx, at.ann, Some(at.ann)))), Problem::Cycle);
        change(store, move |tx| accounts::set_manager(tx, at.bob, None)).unwrap();
        change(store, move |tx| accounts::set_manager(tx, at.ann, Some(at.bob))).unwrap();
        assert_eq!(user(store, at.ann).manager, Some(at.bob));
        assert_eq!(store.number("SELECT count(*) FROM sys_managers"), 2, "the former manager is kept");
    });
}

fn open(store: &TestStore, user: PrincipalId, token: &'static [u8]) {
    let now = store.now();
    let new = NewSession { user, kind: "page", token_hash: token, idle: 30 * MINUTE, ends_on: now + DAY, name: None, scopes: None };
    change(store, move |tx| accounts::open_session(tx, &new)).unwrap();
}

fn lives(store: &TestStore, token: &[u8]) -> bool {
    look(store, |tx| accounts::session(tx, token)).is_some()
}

#[test]
fn a_session_dies_unused_or_old_or_ended() {
    on_both(|store| {
        let at = company(store);
        open(store, at.ann, b"one");
        let seen = look(store, |tx| accounts::seen(tx, b"one")).unwrap();
        let numbers = look(store, |tx| rights::numbers(tx, at.ann));
        assert_eq!((seen.user_number, seen.organisation_number), (numbers.user, numbers.organisation));
        assert_eq!((seen.user_state, seen.session.user), (UserState::Active, at.ann));
        assert!(!lives(store, b"another"));

        let id = seen.session.id;
        for _ in 0..3 {
            store.clock.go_on(29 * MINUTE);
            assert!(lives(store, b"one"));
            store.write(move |tx| accounts::touch(tx, id).map_err(No::from)).unwrap();
        }
        store.clock.go_on(30 * MINUTE);
        assert!(!lives(store, b"one"), "unused for its idle time");

        open(store, at.ann, b"two");
        let two = look(store, |tx| accounts::sessions_of(tx, at.ann));
        assert_eq!(two.len(), 1, "a dead session is not listed");
        let id = two[0].id;
        assert!(change(store, move |tx| Ok(accounts::end_session(tx, id)?)).unwrap());
        assert!(!change(store, move |tx| Ok(accounts::end_session(tx, id)?)).unwrap());
        assert!(!lives(store, b"two"), "ended");

        let ends_on = store.now() + MINUTE;
        let new = NewSession {
            user: at.ann,
            kind: "token",
            token_hash: b"tri",
            idle: i64::MAX,
            ends_on,
            name: Some("sync"),
            scopes: Some("read"),
        };
        change(store, move |tx| accounts::open_session(tx, &new)).unwrap();
        store.clock.go_on(MINUTE - 1);
        assert!(lives(store, b"tri"));
        store.clock.go_on(1);
        assert!(!lives(store, b"tri"), "over");
    });
}

#[test]
fn freezing_ends_every_session_and_unfreezing_revives_none() {
    on_both(|store| {
        let at = company(store);
        open(store, at.ann, b"ann");
        open(store, at.bob, b"bob");
        let ends_on = store.now() + DAY;
        change(store, move |tx| accounts::invite_token(tx, at.bob, b"invitation", ends_on)).unwrap();
        let before = user(store, at.bob);
        change(store, move |tx| accounts::set_state(tx, at.bob, UserState::Frozen)).unwrap();
        let frozen = user(store, at.bob);
        assert!(frozen.number > before.number && frozen.epoch > before.epoch);
        assert!(!lives(store, b"bob") && lives(store, b"ann"));
        change(store, move |tx| accounts::set_state(tx, at.bob, UserState::Active)).unwrap();
        assert!(user(store, at.bob).epoch > frozen.epoch);
        assert!(!lives(store, b"bob"), "unfreezing revives nothing");
        assert!(look(store, |tx| accounts::invitation(tx, b"invitation")).is_none());
        open(store, at.bob, b"bob again");
        assert!(lives(store, b"bob again"));
    });
}

#[test]
fn an_invitation_works_once_and_in_time() {
    on_both(|store| {
        let at = company(store);
        let ends_on = store.now() + DAY;
        let take = |token: &'static [u8]| change(store, move |tx| Ok(accounts::use_invitation(tx, token)?)).unwrap();
        change(store, move |tx| accounts::invite_token(tx, at.ann, b"first", ends_on)).unwrap();
        change(store, move |tx| accounts::invite_token(tx, at.ann, b"second", ends_on)).unwrap();
        assert_eq!(take(b"first"), None, "a new one ends the one before");
        assert_eq!(take(b"unknown"), None);
        assert_eq!(look(store, |tx| accounts::invitation(tx, b"second")), Some((at.ann, ends_on)));
        assert_eq!(take(b"second"), Some(at.ann));
        assert_eq!(take(b"second"), None);
        change(store, move |tx| accounts::invite_token(tx, at.bob, b"third", ends_on)).unwrap();
        store.clock.set(ends_on);
        assert_eq!(take(b"third"), None, "over");
    });
}

#[test]
fn whoever_keeps_failing_waits_longer_each_time() {
    on_both(|store| {
        let policy = ThrottlePolicy { free: 2, first: SECOND, longest: 5 * SECOND, window: DAY };
        let fail = || store.write(move |tx| accounts::fail(tx, b"subject", &policy).map_err(No::from)).unwrap();
        let mut waits = Vec::new();
        for _ in 0..7 {
            waits.push((fail().blocked_until - store.now()).max(0) / SECOND);
        }
        assert_eq!(waits, [0, 0, 1, 2, 4, 5, 5]);
        assert_eq!(look(store, |tx| accounts::throttle(tx, b"subject")).failures, 7);
        assert_eq!(look(store, |tx| accounts::throttle(tx, b"other")).failures, 0);
        store.clock.go_on(DAY);
        assert_eq!(fail().failures, 1, "the window is over");
        store.write(|tx| accounts::succeed(tx, b"subject").map_err(No::from)).unwrap();
        assert_eq!(look(store, |tx| accounts::throttle(tx, b"subject")).failures, 0);
        assert_eq!(store.number("SELECT count(*) FROM sys_trail WHERE verb = 'test.change'"), 0, "counting leaves no entry");
    });
}

#[test]
fn a_count_is_forgotten_when_it_counts_for_nothing_and_not_sooner() {
    on_both(|store| {
        let short = ThrottlePolicy { free: 0, first: MINUTE, longest: MINUTE, window: SECOND };
        let long = ThrottlePolicy { free: 9, first: SECOND, longest: SECOND, window: DAY };
        for (subject, policy) in [(b"short", short), (b"other", long)] {
            store.write(move |tx| accounts::fail(tx, subject, &policy).map_err(No::from)).unwrap();
        }
        let forget = || store.write(|tx| accounts::forget_tries(tx).map_err(No::from)).unwrap();
        let kept = || store.number("SELECT count(*) FROM sys_throttle");
        store.clock.go_on(MINUTE - 1);
        assert_eq!((forget(), kept()), (0, 2), "somebody still waits");
        store.clock.go_on(1);
        assert_eq!((forget(), kept()), (1, 1));
        assert_eq!(look(store, |tx| accounts::throttle(tx, b"other")).failures, 1);
        store.clock.go_on(DAY);
        assert_eq!(look(store, |tx| accounts::throttle(tx, b"other")).failures, 0, "it counts for nothing before it is forgotten");
        assert_eq!((forget(), kept()), (1, 0));
    });
}

#[test]
fn a_password_and_the_name_of_the_organisation_are_kept() {
    on_both(|store| {
        let at = company(store);
        assert_eq!(look(store, |tx| accounts::password_hash(tx, at.ann)), None);
        for hash in ["$argon2id$one", "$argon2id$two"] {
            change(store, move |tx| accounts::set_password_hash(tx, at.ann, hash)).unwrap();
            assert_eq!(look(store, |tx| accounts::password_hash(tx, at.ann)).as_deref(), Some(hash));
        }
        assert_eq!(store.number("SELECT count(*) FROM sys_changes WHERE body LIKE '%argon2id%'"), 0, "the trail keeps no hash");
        assert_eq!(look(store, accounts::organisation_name), "");
        change(store, |tx| accounts::set_organisation_name(tx, "Acme Ltd")).unwrap();
        assert_eq!(look(store, accounts::organisation_name), "Acme Ltd");
        let everybody = look(store, |tx| accounts::names(tx, &[PrincipalId::ORGANISATION]));
        assert_eq!(everybody[&PrincipalId::ORGANISATION].name, "Acme Ltd");
        assert_eq!(look(store, |tx| accounts::meta(tx, "nothing")), None);
        store.write(move |tx| accounts::touch_seen(tx, at.ann).map_err(No::from)).unwrap();
        assert_eq!(user(store, at.ann).last_seen, Some(store.now()));
    });
}
