//! The cast told in text.
use sample::cast::{Cast, Role, Share, Team, Unit, read};
use security::{AccessLevel, Privilege};

fn told(text: &str) -> Result<Cast, String> {
    read(text, &catalogue::standard::catalogue().unwrap()).map_err(|misread| misread.to_string())
}

const ACME: &str = "
    unit sales
    unit north under sales   # who sells above the river
    role closer: accounts read unit write user; contacts read user
    user sales_manager in sales reads unit_and_children
    user north_rep in north reads user
    user south_rep in sales with closer

    team tigers in north with closer: north_rep south_rep
    team nobodies in sales
    account blue_kiln of north_rep
    account tin_drum of south_rep shared with north_rep read write until 2026-01-01 shared with tigers
    case late_pallet of tigers";

#[test]
fn a_company_is_read_as_it_is_told() {
    let cast = told(ACME).unwrap();
    let unit = |name: &str, under: Option<&str>| Unit { name: name.into(), under: under.map(Into::into) };
    assert_eq!(cast.units, [unit("sales", None), unit("north", Some("sales"))]);
    let grants = vec![
        ("accounts".into(), Privilege::Read, AccessLevel::Unit),
        ("accounts".into(), Privilege::Write, AccessLevel::User),
        ("contacts".into(), Privilege::Read, AccessLevel::User),
    ];
    assert_eq!(cast.roles, [Role { name: "closer".into(), grants }]);
    assert_eq!(
        cast.users.iter().map(|u| (u.name.as_str(), u.unit.as_str(), u.reads)).collect::<Vec<_>>(),
        [
            ("sales_manager", "sales", Some(AccessLevel::UnitAndChildren)),
            ("north_rep", "north", Some(AccessLevel::User)),
            ("south_rep", "sales", None),
        ]
    );
    assert_eq!(cast.users[2].roles, ["closer"]);
    let tigers = Team {
        name: "tigers".into(),
        unit: "north".into(),
        roles: vec!["closer".into()],
        members: vec!["north_rep".into(), "south_rep".into()],
    };
    assert_eq!(cast.teams[0], tigers);
    assert!(cast.teams[1].members.is_empty());
}

#[test]
fn records_have_owners_and_shares() {
    let records = told(ACME).unwrap().records;
    let names: Vec<_> = records.iter().map(|r| (r.set.as_str(), r.name.as_str(), r.owner.as_str())).collect();
    assert_eq!(names, [("accounts", "blue_kiln", "north_rep"), ("accounts", "tin_drum", "south_rep"), ("cases", "late_pallet", "tigers")]);
    let written = Share { with: "north_rep".into(), rights: vec![Privilege::Read, Privilege::Write], until: Some(20_454) };
    let plain = Share { with: "tigers".into(), rights: vec![Privilege::Read], until: None };
    assert_eq!(records[1].shares, [written, plain]);
}

#[test]
fn what_cannot_be_understood_is_refused_by_line() {
    let cases = [
        ("\nunit", "line 2: `unit` needs a name"),
        ("unit a under b", "line 1: there is no unit `b` above"),
        ("unit a\nunit a", "line 2: there is a unit `a` already"),
        ("unit a b", "line 1: `b` means nothing here"),
        ("unit a: b", "line 1: `unit` takes no colon"),
        ("unit a,b", "line 1: `a,b` is no name: letters, digits, `_`, `-` and `.` only"),
        ("user x", "line 1: expected `in`, found the end of the line"),
        ("unit a\nuser x at a", "line 2: expected `in`, found `at`"),
        ("unit a\nuser x in a reads much", "line 2: `much` is no access level"),
        ("unit a\nuser x in a with closer", "line 2: there is no role `closer` above"),
        ("unit a\nuser x in a with", "line 2: `with` needs a role"),
        ("unit a\nuser x in a\nteam x in a", "line 3: there is a user or team `x` already"),
        ("unit a\nteam t in a: y", "line 2: there is no user `y` above"),
        ("role r: cats read user", "line 1: `cats` is no set of records"),
        ("role r: accounts pet user", "line 1: `pet` is no privilege"),
        ("role r: accounts read", "line 1: `` is no access level"),
        ("role r:", "line 1: role `r` grants nothing"),
        ("acount x of y", "line 1: `acount` is neither unit, role, user, team nor a table"),
        ("product x of y", "line 1: `product` has no owner"),
        ("account x of y", "line 1: there is no user or team `y` above"),
        ("unit a\nuser u in a\naccount x of u shared u", "line 3: expected `with`, found `u`"),
        ("unit a\nuser u in a\naccount x of u shared with u until 2026-02-29", "line 3: `2026-02-29` is no day, write it as 2026-01-31"),
        ("unit a\nuser u in a\naccount x of u\ncontact x of u", "line 4: there is a record `x` already"),
    ];
    for (text, expected) in cases {
        assert_eq!(told(text).unwrap_err(), expected, "{text}");
    }
}

#[test]
fn days_are_counted_from_1970() {
    for (day, number) in [("1970-01-01", 0), ("1972-02-29", 789), ("2000-03-01", 11_017), ("2024-12-31", 20_088)] {
        let text = format!("unit a\nuser u in a\naccount x of u shared with u until {day}");
        assert_eq!(told(&text).unwrap().records[0].shares[0].until, Some(number), "{day}");
    }
}
