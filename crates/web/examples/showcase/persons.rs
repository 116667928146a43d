//! People, roles, units and teams.
//!
//! One idea: one role as a whole matrix, read and edited, since that is the widest page there is.
//! Deliberately not here: records. Start reading at [`pages`]. Proved by looking.

use crate::around::{badge, choices, frame, kept, links, principal, when};
use crate::{Done, Pages, draw};
use web::pages::Tone;
use web::pages::form::{Field, FormPage, Input, Lookup, Section};
use web::pages::people::{HeldRole, PeoplePage, PersonPage, PersonRow};
use web::pages::roles::{Level, RoleLine, RolePage, RoleRow, RoleTask, RolesPage, TeamRow, UnitRow, UnitsPage};

pub fn pages(to: &mut Pages) -> Done {
    people(to)?;
    person(to)?;
    invite(to)?;
    roles(to)?;
    units(to)
}

fn people(to: &mut Pages) -> Done {
    let row = |name: &str, unit: &str, state, roles: &[&str], seen| PersonRow {
        name: name.into(),
        href: "person.html".into(),
        email: format!("{}@northwind.example", name.to_lowercase().replace(' ', ".")),
        unit: unit.into(),
        is_service: false,
        state,
        roles: roles.iter().map(|role| (*role).to_owned()).collect(),
        seen,
    };
    let today = || Some(when("today 08:40", "Tuesday, 5 May 2026, 08:40 CEST"));
    let page = PeoplePage {
        frame: frame("People", "People", &[]),
        filters: links(&[("All", "#1", ""), ("Active", "#2", ""), ("Invited", "#3", ""), ("Frozen", "#4", "")], "All"),
        rows: vec![
            row("Nancy Davolio", "Sales North", badge("Active", Tone::Accent), &["Salesperson"], today()),
            row("Steven Buchanan", "Sales", badge("Active", Tone::Accent), &["Sales Manager", "Basic User"], today()),
            row("Janet Leverling", "Sales North", badge("Invited", Tone::Waits), &["Salesperson"], None),
            row(
                "Robert King",
                "Service",
                badge("Frozen", Tone::Stops),
                &["Customer Service Representative"],
                Some(when("28 April", "28 April 2026")),
            ),
            row("Anne Dodsworth", "Northwind Traders", badge("Active", Tone::Accent), &[], None),
        ],
        count: "5 people".into(),
        can_invite: true,
        ..PeoplePage::default()
    };
    draw(to, "people", &page)
}

fn person(to: &mut Pages) -> Done {
    let role = |name: &str, through: &str, given: &str, reason: &str, until, can_take| HeldRole {
        id: "r1".into(),
        name: name.into(),
        href: "role.html".into(),
        through: through.into(),
        given: given.into(),
        reason: reason.into(),
        until,
        can_take,
    };
    let page = PersonPage {
        frame: frame("Janet Leverling", "People", &[("People", "people.html", "")]),
        href: "/people/3".into(),
        initials: "JL".into(),
        state: badge("Invited", Tone::Waits),
        email: "janet.leverling@northwind.example".into(),
        facts: vec![kept("Unit", "Sales North"), kept("Manager", "Andrew Fuller"), kept("Last sign-in", "never")],
        units: choices(&[("1", "Northwind Traders"), ("2", "Sales"), ("3", "Sales North")], "3"),
        manager: Lookup {
            targets: choices(&[("users", "Person")], ""),
            value: "users:2".into(),
            text: "Andrew Fuller".into(),
            ..Lookup::default()
        },
        roles: vec![
            role("Salesperson", "", "Given 3 May by Laura Callahan", "joins Sales North", None, true),
            role(
                "Sales Manager",
                "",
                "Given 4 May by Laura Callahan",
                "stands in for Steven Buchanan",
                Some(when("1 June", "Monday, 1 June 2026")),
                true,
            ),
            role("Basic User", "Sales North", "Given 3 May 2025 by Laura Callahan", "", None, false),
        ],
        givable: choices(&[("1", "Salesperson"), ("2", "Sales Manager"), ("3", "Auditor")], ""),
        teams: vec![principal("Sales North"), principal("Spring campaign")],
        invitation: "http://127.0.0.1:8420/invitations/q7Zk1mB2vX9nP4sT6wL8yR3dF5gH0jK2".into(),
        invitation_until: "12 May, 14:05".into(),
        can_freeze: true,
        can_invite_again: true,
        ..PersonPage::default()
    };
    draw(to, "person", &page)?;
    let own = PersonPage {
        frame: frame("Laura Callahan", "People", &[("People", "people.html", "")]),
        initials: "LC".into(),
        state: badge("Active", Tone::Accent),
        guard: "Nobody changes the own roles. Steven Buchanan can change yours.".into(),
        units: Vec::new(),
        givable: Vec::new(),
        teams: Vec::new(),
        invitation: String::new(),
        can_freeze: false,
        can_invite_again: false,
        roles: vec![role("Security Administrator", "", "Given 3 May by Steven Buchanan", "", None, false)],
        ..page
    };
    draw(to, "person_own", &own)
}

fn invite(to: &mut Pages) -> Done {
    let field = |name: &str, label: &str, input, is_required| Field {
        name: name.into(),
        label: label.into(),
        input,
        is_required,
        ..Field::default()
    };
    let fields = vec![
        field("name", "Full name", Input::line("text", "", 160), true),
        field("email", "E-mail", Input::line("email", "", 254), true),
        field("business_unit", "Unit", Input::One(choices(&[("1", "Northwind Traders"), ("2", "Sales")], "2")), true),
        field("manager", "Manager", Input::Lookup(Lookup { targets: choices(&[("users", "Person")], ""), ..Lookup::default() }), false),
        field("roles", "Roles", Input::Many(choices(&[("1", "Basic User"), ("2", "Salesperson"), ("3", "Sales Manager")], "2")), false),
    ];
    let page = FormPage {
        frame: frame("Invite a person", "People", &[("People", "people.html", "")]),
        action: "/people".into(),
        cancel: "people.html".into(),
        submit: "Make the invitation".into(),
        lead: "The next page shows a link, once. Send it to the person; the password is chosen there.".into(),
        sections: vec![Section { title: String::new(), fields }],
        ..FormPage::default()
    };
    draw(to, "invite", &page)
}

fn role_page() -> RolePage {
    let privileges = choices(
        &[
            ("create", "Create"),
            ("read", "Read"),
            ("write", "Write"),
            ("delete", "Delete"),
            ("append", "Append"),
            ("append_to", "Append to"),
            ("assign", "Assign"),
            ("share", "Share"),
            ("export", "Export"),
        ],
        "",
    );
    let all = choices(
        &[("none", "None"), ("user", "Own"), ("unit", "Unit"), ("unit_and_children", "Unit and below"), ("organisation", "All")],
        "",
    );
    let line = |set: &str, label: &str, area: &str, levels: [&str; 9]| RoleLine {
        set: set.into(),
        label: label.into(),
        area: area.into(),
        levels: levels
            .iter()
            .map(|level| Level { value: (*level).into(), choices: if *level == "-" { Vec::new() } else { all.clone() } })
            .collect(),
    };
    let (n, u, b, d, o) = ("none", "user", "unit", "unit_and_children", "organisation");
    RolePage {
        frame: frame("Salesperson", "Roles", &[("Roles", "roles.html", "")]),
        href: "/roles/1".into(),
        purpose: "Works own leads, accounts, contacts and opportunities; reads the unit’s; takes out own ones only.".into(),
        privileges,
        lines: vec![
            line("accounts", "Accounts", "Sales", [u, b, u, n, b, b, u, u, u]),
            line("contacts", "Contacts", "Sales", [u, b, u, n, b, b, u, u, u]),
            line("leads", "Leads", "Sales", [u, b, u, u, u, u, u, u, n]),
            line("opportunities", "Opportunities", "Sales", [u, u, u, u, u, u, u, u, u]),
            line("products", "Products", "Sales", [n, o, n, n, n, o, "-", "-", n]),
            line("cases", "Cases", "Service", [u, d, u, n, u, d, n, u, n]),
            line("tasks", "Tasks", "Activities", [u, d, u, u, u, u, u, u, n]),
        ],
        tasks: [
            ("use_api", "Use the API", true),
            ("bulk_import", "Bulk import", true),
            ("print", "Print", true),
            ("bulk_delete", "Bulk delete", false),
            ("merge", "Merge", false),
            ("view_access", "View access", false),
        ]
        .iter()
        .map(|(name, label, is_held)| RoleTask { name: (*name).into(), label: (*label).into(), is_held: *is_held })
        .collect(),
        holders: vec![principal("Nancy Davolio"), principal("Janet Leverling")],
        can_edit: true,
        ..RolePage::default()
    }
}

fn roles(to: &mut Pages) -> Done {
    let row = |name: &str, purpose: &str, held: &str, is_shipped| RoleRow {
        name: name.into(),
        href: "role.html".into(),
        purpose: purpose.into(),
        is_shipped,
        held_by: held.into(),
    };
    let page = RolesPage {
        frame: frame("Roles", "Roles", &[]),
        rows: vec![
            row("Salesperson", "Works own leads, accounts, contacts and opportunities; reads the unit’s", "4 people", true),
            row("Sales Manager", "Sees and reassigns everything of the unit and below", "1 person", true),
            row("Auditor", "Reads audit and access, no records", "nobody", true),
            row("Fair team", "Enters leads at trade fairs", "2 people, 1 team", false),
        ],
        can_create: true,
    };
    draw(to, "roles", &page)?;
    let mut role = role_page();
    draw(to, "role", &role)?;
    role.is_editing = true;
    draw(to, "role_edit", &role)
}

fn units(to: &mut Pages) -> Done {
    let unit = |id: &str, name: &str, depth, people: &str| UnitRow {
        id: id.into(),
        name: name.into(),
        depth,
        people: people.into(),
        href: "people.html".into(),
    };
    let team = |name: &str, kind: &str, members: &str, roles: &[&str]| TeamRow {
        name: name.into(),
        href: "#".into(),
        kind: kind.into(),
        unit: "Sales North".into(),
        members: members.into(),
        roles: roles.iter().map(|role| (*role).to_owned()).collect(),
    };
    let page = UnitsPage {
        frame: frame("Units and teams", "Units and teams", &[]),
        units: vec![
            unit("1", "Northwind Traders", 0, "2 people"),
            unit("2", "Sales", 1, "1 person"),
            unit("3", "Sales North", 2, "4 people"),
            unit("4", "Sales South", 2, "3 people"),
            unit("5", "Service", 1, "5 people"),
        ],
        teams: vec![
            team("Sales North", "Default team", "Nancy Davolio, Janet Leverling and 2 more", &["Basic User"]),
            team("Spring campaign", "Access team", "Nancy Davolio, Robert King", &[]),
        ],
        can_manage_units: true,
        can_manage_teams: true,
        ..UnitsPage::default()
    };
    draw(to, "units", &page)
}
