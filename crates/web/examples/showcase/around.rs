//! The frame and the pages that stand before or beside the records: gate, today, search, problems.
//!
//! One idea: small makers (`link`, `when`, `principal`) keep the sample readable. Start reading at [`pages`].
//! Deliberately not here: lists and records. Proved by looking.

use crate::{Done, Pages, draw};
use web::pages::cell::Cell;
use web::pages::entry::{AcceptPage, SetUpPage, SignInPage};
use web::pages::frame::{Area, Flash, Frame, Notice, Person, Undo};
use web::pages::home::{Activity, Found, FoundGroup, HomeFigure, HomePage, PaletteResults, Recent, SearchPage};
use web::pages::problem::{BareProblemPage, ProblemPage};
use web::pages::{Badge, Choice, Kept, Link, Principal, Tone, When};

pub fn when(short: &str, exact: &str) -> When {
    When { short: short.into(), exact: exact.into(), machine: "2026-05-05T12:05:09Z".into() }
}

pub fn badge(text: &str, tone: Tone) -> Badge {
    Badge { text: text.into(), tone }
}

pub fn principal(name: &str) -> Principal {
    Principal { id: "u1".into(), name: name.into(), kind: "user".into(), href: "person.html".into() }
}

pub fn kept(name: &str, value: &str) -> Kept {
    Kept { name: name.into(), value: value.into() }
}

pub fn choices(list: &[(&str, &str)], selected: &str) -> Vec<Choice> {
    list.iter().map(|(value, label)| Choice { selected: *value == selected, ..Choice::new(value, label) }).collect()
}

pub fn links(list: &[(&str, &str, &str)], current: &str) -> Vec<Link> {
    list.iter().map(|(label, href, icon)| Link { current: *label == current, ..Link::new(label, href, icon) }).collect()
}

fn area(name: &str, list: &[(&str, &str, &str)], current: &str) -> Area {
    Area { name: name.into(), links: links(list, current) }
}

pub fn frame(title: &str, current: &str, crumbs: &[(&str, &str, &str)]) -> Frame {
    let areas = vec![
        area("Work", &[("Today", "home.html", "home"), ("Activities", "list_tasks.html", "calendar-check")], current),
        area(
            "Sales",
            &[
                ("Leads", "list_empty.html", "target-arrow"),
                ("Opportunities", "list_opportunities.html", "trophy"),
                ("Accounts", "list.html", "building"),
                ("Contacts", "list_contacts.html", "address-book"),
                ("Quotes", "#quotes", "file-text"),
                ("Orders", "#orders", "shopping-cart"),
                ("Invoices", "#invoices", "receipt"),
                ("Products", "#products", "package"),
            ],
            current,
        ),
        area("Service", &[("Cases", "#cases", "headset"), ("Feedback", "#feedback", "message-circle")], current),
        area("Data", &[("Imports", "imports.html", "file-import"), ("Exports", "jobs_empty.html", "file-export")], current),
        area(
            "Security",
            &[("People", "people.html", "users"), ("Roles", "roles.html", "key"), ("Units and teams", "units.html", "hierarchy-2")],
            current,
        ),
    ];
    Frame {
        title: title.into(),
        organisation: "Northwind Traders".into(),
        here: "/accounts".into(),
        csrf: "sample".into(),
        person: Person {
            name: "Nancy Davolio".into(),
            email: "nancy.davolio@northwind.example".into(),
            initials: "ND".into(),
            href: "person.html".into(),
            assurance: "Signed in with a password".into(),
        },
        areas,
        crumbs: links(crumbs, ""),
        create: links(
            &[
                ("Account", "form.html", "building"),
                ("Contact", "#c", "address-book"),
                ("Opportunity", "#o", "trophy"),
                ("Task", "#t", "checkbox"),
                ("Phone call", "#p", "phone"),
            ],
            "",
        ),
        notices: notices(),
        notices_new: 2,
        ..Frame::default()
    }
}

fn notices() -> Vec<Notice> {
    let notice = |title: &str, text: &str, tone, percent| Notice {
        title: title.into(),
        text: text.into(),
        href: "job.html".into(),
        tone,
        percent,
        is_told: percent.is_none(),
    };
    vec![
        notice("Import of trade-fair.csv", "1,240 of 3,100 rows", Tone::Accent, Some(40)),
        notice("Export of My active accounts", "Ready until tomorrow 14:05", Tone::Proven, None),
        notice("Import of old-list.csv", "17 rows were not imported", Tone::Stops, None),
    ]
}

pub fn pages(to: &mut Pages) -> Done {
    gate(to)?;
    today(to)?;
    search(to)?;
    problems(to)
}

fn gate(to: &mut Pages) -> Done {
    let sign_in =
        SignInPage { title: "Sign in".into(), organisation: "Northwind Traders".into(), csrf: "s".into(), ..SignInPage::default() };
    draw(to, "sign_in", &sign_in)?;
    let wrong = SignInPage { email: "nancy@northwind.example".into(), error: "That e-mail and password do not match.".into(), ..sign_in };
    draw(to, "sign_in_wrong", &wrong)?;
    let set_up = SetUpPage {
        title: "Set up your organisation".into(),
        action: "#".into(),
        organisation: "Northwind Traders".into(),
        currencies: choices(&[("EUR", "Euro (EUR)"), ("USD", "US dollar (USD)")], "EUR"),
        errors: vec![kept("password", "this password is on the list of those guessed first; choose another")],
        ..SetUpPage::default()
    };
    draw(to, "set_up", &set_up)?;
    let accept = AcceptPage {
        title: "Welcome, Janet".into(),
        organisation: "Northwind Traders".into(),
        action: "#".into(),
        email: "janet.leverling@northwind.example".into(),
        lead: "Steven Buchanan invited you. Choose a password to begin.".into(),
        ..AcceptPage::default()
    };
    draw(to, "accept", &accept)?;
    draw(to, "accept_void", &AcceptPage { title: "This link no longer works".into(), is_void: true, ..accept })
}

fn activity(icon: &str, kind: &str, subject: &str, about: &str, due: &str, urgency: Option<Badge>) -> Activity {
    Activity {
        icon: icon.into(),
        kind: kind.into(),
        subject: subject.into(),
        href: "record.html".into(),
        regarding: Cell::link(about, "record.html"),
        phone: if icon == "phone" { Cell::phone("+49 30 007 4321") } else { Cell::Empty },
        due: Some(when(due, "Tuesday, 5 May 2026, 14:00 CEST")),
        urgency,
        complete_href: "#".into(),
    }
}

fn today(to: &mut Pages) -> Done {
    let figure = |label: &str, value: &str, tone| HomeFigure { label: label.into(), value: value.into(), href: "#".into(), tone };
    let recent = |icon: &str, table: &str, name: &str, by: &str, short: &str| Recent {
        icon: icon.into(),
        table: table.into(),
        name: name.into(),
        href: "record.html".into(),
        by: by.into(),
        when: when(short, "Tuesday, 5 May 2026"),
    };
    let mut page = HomePage {
        frame: frame("Good morning, Nancy", "Today", &[]),
        day: "Tuesday, 5 May 2026".into(),
        figures: vec![
            figure("Overdue", "2", Tone::Stops),
            figure("Due today", "4", Tone::Waits),
            figure("Open opportunities", "17", Tone::Quiet),
            figure("Closing this month", "€48,250", Tone::Quiet),
        ],
        activities: vec![
            activity(
                "phone",
                "Phone call",
                "Call back about the spring order",
                "Alfreds Futterkiste",
                "Yesterday",
                Some(badge("Overdue", Tone::Stops)),
            ),
            activity("checkbox", "Task", "Send the revised quote", "Blauer See Delikatessen", "14:00", Some(badge("Today", Tone::Waits))),
            activity(
                "calendar",
                "Appointment",
                "Tasting with the purchasing team",
                "Frankenversand",
                "15:30",
                Some(badge("Today", Tone::Waits)),
            ),
            activity(
                "mail",
                "E-mail",
                "Answer the question about delivery dates to the islands, with the new price list",
                "Königlich Essen",
                "Thu 7 May",
                None,
            ),
        ],
        activities_href: "list_tasks.html".into(),
        recent: vec![
            recent("building", "Account", "Alfreds Futterkiste", "you", "09:12"),
            recent("trophy", "Opportunity", "Spring assortment 2026", "Andrew Fuller", "08:40"),
            recent("address-book", "Contact", "Maria Anders", "you", "Yesterday"),
            recent("headset", "Case", "Two crates arrived broken", "Laura Callahan", "4 May"),
        ],
        task_href: Some("#".into()),
        ..HomePage::default()
    };
    draw(to, "home", &page)?;
    page.activities.clear();
    page.recent.clear();
    page.figures.clear();
    page.first_steps =
        links(&[("Invite your people", "#i", "user-plus"), ("Import your accounts", "#a", "file-import"), ("Give roles", "#r", "key")], "");
    draw(to, "home_empty", &page)
}

fn search(to: &mut Pages) -> Done {
    let found = |name: &str, detail: &str, phone: &str| Found {
        name: name.into(),
        href: "record.html".into(),
        detail: detail.into(),
        phone: if phone.is_empty() { Cell::Empty } else { Cell::phone(phone) },
    };
    let group = |title: &str, icon: &str, rows| FoundGroup { title: title.into(), icon: icon.into(), rows, all_href: "list.html".into() };
    let groups = vec![
        group(
            "Accounts",
            "building",
            vec![found("Alfreds Futterkiste", "Berlin · Nancy Davolio", "030-0074321"), found("Alfons Handel", "Graz · Nancy Davolio", "")],
        ),
        group("Contacts", "address-book", vec![found("Maria Anders", "Sales Representative at Alfreds Futterkiste", "030-0074321")]),
    ];
    let mut page = SearchPage { frame: frame("Search", "", &[]), groups, count: "3 found".into(), ..SearchPage::default() };
    page.frame.query = "alf".into();
    page.notice = "Only the newest 20,000 matches were looked through; there may be more. Type on to narrow it down.".into();
    draw(to, "search", &page)?;
    draw(to, "palette_fragment", &PaletteResults { groups: page.groups.clone(), query: "alf".into() })?;
    page.groups.clear();
    draw(to, "search_nothing", &page)?;
    page.frame.query.clear();
    draw(to, "search_start", &page)
}

fn problems(to: &mut Pages) -> Done {
    let page = ProblemPage {
        frame: frame("This isn’t here", "", &[]),
        icon: "search".into(),
        text:
            "Either it never was, it was deleted, or it is not visible to you. If somebody sent you the link, ask for a record by its link."
                .into(),
        actions: links(&[("Go to today", "home.html", ""), ("Search", "search.html", "")], ""),
        ..ProblemPage::default()
    };
    draw(to, "problem_not_there", &page)?;
    let mut refused = ProblemPage {
        frame: frame("You can’t change this account", "Accounts", &[]),
        icon: "lock".into(),
        tone: Tone::Stops,
        text: "You can read it. Changing it takes one thing more.".into(),
        missing: vec!["Write on accounts, at a level that reaches Nancy Davolio’s records".into()],
        givers: vec![principal("Steven Buchanan"), principal("Laura Callahan")],
        ..page.clone()
    };
    refused.actions = links(&[("Back to the account", "record.html", ""), ("Ask for a share", "#s", "")], "");
    draw(to, "problem_refused", &refused)?;
    let fault = ProblemPage {
        frame: frame("Something broke on our side", "", &[]),
        icon: "alert-triangle".into(),
        tone: Tone::Waits,
        text: "Nothing of what you entered was saved. It was written down and will be looked into.".into(),
        request_id: "01975f3a-3c1e-7b44-9f1d-6f2f0a6c9a11".into(),
        ..page
    };
    draw(to, "problem_fault", &fault)?;
    let bare = BareProblemPage {
        title: "Castellan is being restarted".into(),
        text: "It will be back within a minute. What you had saved is safe.".into(),
        actions: links(&[("Try again", "#", "")], ""),
        request_id: "01975f3a-3c1e".into(),
        ..BareProblemPage::default()
    };
    draw(to, "problem_bare", &bare)
}

pub fn flash(text: &str) -> Option<Flash> {
    Some(Flash {
        tone: Tone::Proven,
        text: text.into(),
        undo: Some(Undo { label: "Undo".into(), href: "#".into(), fields: vec![kept("id", "1")] }),
    })
}
