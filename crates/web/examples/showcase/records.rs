//! One record and what is done to it: read, share, assign, delete, who, history.
//!
//! One idea: one account with everything a record can have, and one that has nothing yet.
//! Deliberately not here: lists. Start reading at [`pages`]. Proved by looking.

use crate::around::{badge, choices, flash, frame, links, principal, when};
use crate::lists::{accounts, column};
use crate::{Done, Pages, draw};
use web::pages::cell::Cell;
use web::pages::form::{Field, Input, Lookup, Section};
use web::pages::list::ListRow;
use web::pages::record::{
    Change, Figure, FileRow, Files, HistoryPage, RecordPage, Related, Timeline, TimelineEntry, WhoPage, WhoPanel, WhoRow,
};
use web::pages::sharing::{AssignPage, DeletePage, SharePage, ShareRow};
use web::pages::{Principal, Tone};

pub const CRUMBS: &[(&str, &str, &str)] = &[("Accounts", "list.html", ""), ("Alfreds Futterkiste", "record.html", "")];

fn field(name: &str, label: &str, cell: Cell, input: Input) -> Field {
    Field { name: name.into(), label: label.into(), cell, input, ..Field::default() }
}

pub fn figure(label: &str, cell: Cell) -> Figure {
    Figure { label: label.into(), cell }
}

pub fn contact_lookup() -> Lookup {
    Lookup {
        targets: choices(&[("contacts", "Contact")], ""),
        value: "contacts:c1".into(),
        text: "Maria Anders".into(),
        ..Lookup::default()
    }
}

pub fn sections() -> Vec<Section> {
    let industry = choices(&[("1", "Consulting"), ("2", "Food and beverage"), ("3", "Retail")], "2");
    let mut name = field("name", "Account name", Cell::text("Alfreds Futterkiste"), Input::line("text", "Alfreds Futterkiste", 160));
    name.is_required = true;
    let mut tax = field("tax_number", "Tax number", Cell::text("DE 129 273 398"), Input::line("text", "DE 129 273 398", 20));
    tax.is_secured = true;
    let mut about = field(
        "description",
        "Description",
        Cell::Memo("Delicatessen in the third generation, two shops and a stall at the market on Saturdays.\nOrders by phone, wants the invoice by post.".into()),
        Input::Memo { value: "Delicatessen in the third generation.".into(), longest: 2000 },
    );
    about.is_wide = true;
    let mut number = field("account_number", "Account number", Cell::text("ACC-000137"), Input::Fixed);
    number.help = "Given by the system.".into();
    let general = vec![
        name,
        number,
        field("telephone1", "Main phone", Cell::phone("030-0074321"), Input::line("tel", "030-0074321", 50)),
        field("emailaddress1", "E-mail", Cell::Mail("office@alfreds.example".into()), Input::line("email", "office@alfreds.example", 100)),
        field("websiteurl", "Website", Cell::web("https://alfreds.example/"), Input::line("url", "https://alfreds.example/", 200)),
        field("primary_contact", "Primary contact", Cell::link("Maria Anders", "#"), Input::Lookup(contact_lookup())),
        field(
            "parent_account",
            "Parent account",
            Cell::Hidden,
            Input::Lookup(Lookup { is_hidden: true, targets: choices(&[("accounts", "Account")], ""), ..Lookup::default() }),
        ),
        field("preferred", "Preferred customer", Cell::YesNo(true), Input::YesNo(true)),
        about,
    ];
    let business = vec![
        field("industry", "Industry", Cell::text("Food and beverage"), Input::One(industry)),
        field(
            "revenue",
            "Annual revenue",
            Cell::Money("€1,850,000.00".into()),
            Input::Number { value: "1850000.00".into(), unit: "EUR".into(), has_decimals: true },
        ),
        field(
            "employees",
            "Employees",
            Cell::Number("14".into()),
            Input::Number { value: "14".into(), unit: String::new(), has_decimals: false },
        ),
        field("since", "Customer since", Cell::Time(when("3 May 2011", "Tuesday, 3 May 2011")), Input::line("date", "2011-05-03", 0)),
        tax,
        field(
            "channels",
            "Channels",
            Cell::Choices(vec!["Shop".into(), "Market".into()]),
            Input::Many(choices(&[("1", "Shop"), ("2", "Market"), ("3", "Online")], "1")),
        ),
        field("shipping", "Shipping method", Cell::Empty, Input::One(choices(&[("1", "Post"), ("2", "Own van")], ""))),
    ];
    vec![Section { title: "General".into(), fields: general }, Section { title: "Business".into(), fields: business }]
}

fn entry(icon: &str, kind: &str, title: &str, text: &str, by: &str, short: &str) -> TimelineEntry {
    TimelineEntry {
        icon: icon.into(),
        kind: kind.into(),
        title: title.into(),
        href: if title.is_empty() { String::new() } else { "#".into() },
        text: text.into(),
        by: by.into(),
        when: when(short, "Tuesday, 5 May 2026, 09:12:44 CEST"),
        ..TimelineEntry::default()
    }
}

fn entries() -> Vec<TimelineEntry> {
    let mut task = entry("checkbox", "Task", "Send the revised quote", "", "Nancy Davolio", "today 09:12");
    task.state = Some(badge("Open", Tone::Waits));
    let mut change = entry("pencil", "Change", "", "", "Andrew Fuller", "yesterday 16:40");
    let changed = |label: &str, old, new| Change { label: label.into(), old, new };
    change.changes = vec![
        changed("Main phone", Cell::text("030-0074320"), Cell::text("030-0074321")),
        changed("Owner", Cell::text("Andrew Fuller"), Cell::text("Nancy Davolio")),
        changed("Shipping method", Cell::text("Post"), Cell::Empty),
    ];
    vec![
        task,
        entry(
            "phone",
            "Phone call",
            "Spring order",
            "Wants the same as last year, without the fish. Delivery by the 20th; Maria calls back about the cheese.",
            "Nancy Davolio",
            "today 08:55",
        ),
        change,
        entry("note", "Note", "", "The entrance for deliveries is in the courtyard, ring twice.", "Laura Callahan", "28 April"),
        entry("mail", "E-mail", "Price list 2026", "", "Nancy Davolio", "14 April"),
    ]
}

fn timeline() -> Timeline {
    Timeline {
        href: "/accounts/1/timeline".into(),
        csrf: "sample".into(),
        kinds: choices(&[("note", "Note"), ("phone_call", "Phone call"), ("task", "Task")], "note"),
        filters: links(&[("All", "#1", ""), ("Activities", "#2", ""), ("Notes", "#3", ""), ("Changes", "#4", "")], "All"),
        entries: entries(),
        more_href: Some("#".into()),
        ..Timeline::default()
    }
}

fn related() -> Vec<Related> {
    let line = |name: &str, cells: Vec<Cell>| ListRow {
        id: name.into(),
        name: name.into(),
        href: "record.html".into(),
        cells,
        ..ListRow::default()
    };
    let contacts = Related {
        title: "Contacts".into(),
        name: "contacts".into(),
        columns: vec![
            column("name", "Full name", false, false),
            column("jobtitle", "Job title", false, true),
            column("telephone1", "Phone", false, true),
            column("emailaddress1", "E-mail", false, false),
        ],
        rows: vec![
            line(
                "Maria Anders",
                vec![
                    Cell::link("Maria Anders", "#"),
                    Cell::text("Sales Representative"),
                    Cell::phone("030-0074321"),
                    Cell::Mail("maria@alfreds.example".into()),
                ],
            ),
            line(
                "Jörg Weiß",
                vec![Cell::link("Jörg Weiß", "#"), Cell::text("Purchasing"), Cell::Empty, Cell::Mail("joerg@alfreds.example".into())],
            ),
        ],
        count: "2".into(),
        all_href: "list.html".into(),
        create_href: Some("#".into()),
    };
    let opportunities = Related {
        title: "Opportunities".into(),
        name: "opportunities".into(),
        columns: vec![
            column("name", "Topic", false, false),
            column("estimatedvalue", "Estimated value", true, true),
            column("close", "Closes", false, true),
            column("state", "State", false, false),
        ],
        rows: vec![line(
            "Spring",
            vec![
                Cell::link("Spring assortment 2026", "#"),
                Cell::Money("€12,400.00".into()),
                Cell::Time(when("20 May", "Wednesday, 20 May 2026")),
                Cell::choice("Open", Tone::Accent),
            ],
        )],
        count: "1".into(),
        all_href: "list.html".into(),
        create_href: Some("#".into()),
    };
    let cases = Related { title: "Cases".into(), name: "cases".into(), count: "0".into(), ..Related::default() };
    vec![contacts, opportunities, cases]
}

pub fn account() -> RecordPage {
    let file = |name: &str, size: &str| FileRow {
        name: name.into(),
        href: "#".into(),
        size: size.into(),
        by: "Nancy Davolio".into(),
        when: when("3 May", "Sunday, 3 May 2026"),
        remove_href: "#".into(),
    };
    RecordPage {
        frame: frame("Alfreds Futterkiste", "Accounts", &[("Accounts", "list.html", "")]),
        set: "accounts".into(),
        id: "1".into(),
        singular: "account".into(),
        icon: "building".into(),
        state: badge("Active", Tone::Accent),
        owner: Some(principal("Nancy Davolio")),
        figures: vec![
            figure("Main phone", Cell::phone("030-0074321")),
            figure("Annual revenue", Cell::Money("€1,850,000.00".into())),
            figure("Open opportunities", Cell::Number("1".into())),
            figure("Last activity", Cell::Time(when("today 09:12", "Tuesday, 5 May 2026, 09:12 CEST"))),
        ],
        sections: sections(),
        timeline: timeline(),
        related: related(),
        files: Some(Files {
            rows: vec![file("framework-agreement-2026.pdf", "412 kB"), file("price list, signed.docx", "38 kB")],
            can_attach: true,
            limit: "up to 1 GiB".into(),
        }),
        can_edit: true,
        can_assign: true,
        can_share: true,
        can_delete: false,
        missing: vec!["Delete: Steven Buchanan can give it".into()],
        stamps: vec!["Created 3 May 2011 by Andrew Fuller".into(), "Changed today 09:12 by Nancy Davolio".into()],
        seen_by: "Nine people and two teams.".into(),
        ..RecordPage::default()
    }
}

pub fn pages(to: &mut Pages) -> Done {
    let mut page = account();
    draw(to, "record", &page)?;
    page.frame.theme = "dark".into();
    page.frame.flash = flash("Saved.");
    draw(to, "record_dark", &page)?;
    page.frame.theme = String::new();
    page.timeline = Timeline { kinds: timeline().kinds, href: "#".into(), ..Timeline::default() };
    page.related.truncate(0);
    page.files = Some(Files { can_attach: true, limit: "up to 1 GiB".into(), ..Files::default() });
    draw(to, "record_new", &page)?;
    crate::edits::pages(to)?;
    giving(to)?;
    seeing(to)
}

fn giving(to: &mut Pages) -> Done {
    let consequences = vec![
        "2 contacts and 1 opportunity go along, where you may change them.".to_owned(),
        "Closed activities stay as they are.".to_owned(),
    ];
    let people = Lookup { targets: choices(&[("users", "Person"), ("teams", "Team")], ""), ..Lookup::default() };
    let share = |name: &str, rights: &str, until, from: &str, can_end| ShareRow {
        principal: principal(name),
        rights: rights.into(),
        by: "Nancy Davolio".into(),
        until,
        inherited_from: from.into(),
        can_end,
    };
    let mut page = SharePage {
        frame: frame("Share Alfreds Futterkiste", "Accounts", CRUMBS),
        record: "Alfreds Futterkiste".into(),
        record_href: "record.html".into(),
        principal: people.clone(),
        rights: choices(
            &[("read", "Read"), ("write", "Change"), ("append_to", "Attach to it"), ("assign", "Assign"), ("share", "Share on")],
            "read",
        ),
        shares: vec![
            share("Janet Leverling", "read, change", Some(when("1 June", "Monday, 1 June 2026")), "", true),
            share("Robert King", "read", None, "Northern chain", false),
        ],
        consequences: consequences.clone(),
        ..SharePage::default()
    };
    draw(to, "share", &page)?;
    page.shares.clear();
    page.error = "nobody by that name".into();
    page.principal.text = "Jannet".into();
    draw(to, "share_error", &page)?;
    let assign = AssignPage {
        frame: frame("Assign Alfreds Futterkiste", "Accounts", CRUMBS),
        record: "Alfreds Futterkiste".into(),
        action: "#".into(),
        owner: principal("Nancy Davolio"),
        receiver: people,
        consequences,
        cancel: "record.html".into(),
        ..AssignPage::default()
    };
    draw(to, "assign", &assign)?;
    let mut delete = DeletePage {
        frame: frame("Delete Alfreds Futterkiste", "Accounts", CRUMBS),
        record: "Alfreds Futterkiste".into(),
        action: "#".into(),
        consequences: vec![
            "2 contacts, 5 activities and 2 files are deleted along.".into(),
            "1 case stays and loses its link to this account.".into(),
        ],
        restorable: "30 days".into(),
        cancel: "record.html".into(),
        ..DeletePage::default()
    };
    draw(to, "delete", &delete)?;
    delete.refused = "It can’t be deleted: something that belongs to it may not be deleted by you.".into();
    draw(to, "delete_refused", &delete)
}

fn seeing(to: &mut Pages) -> Done {
    let row = |name: &str, kind: &str, rights: &str, paths: &[&str]| WhoRow {
        principal: Principal { kind: kind.into(), ..principal(name) },
        rights: rights.into(),
        paths: paths.iter().map(|path| (*path).to_owned()).collect(),
    };
    let panel = WhoPanel {
        name: "Alfreds Futterkiste".into(),
        rows: vec![
            row("Nancy Davolio", "user", "read, change, share, assign", &["Owns it; Salesperson gives own accounts"]),
            row(
                "Steven Buchanan",
                "user",
                "read, change, assign",
                &["Sales Manager gives the unit and below; it lies in Sales North", "Manages Nancy Davolio"],
            ),
            row("Team North", "team", "read", &["Shared by Nancy Davolio, until 1 June"]),
        ],
        has_paths: true,
        share_href: "share.html".into(),
    };
    draw(to, "who_fragment", &panel)?;
    draw(to, "who", &WhoPage { frame: frame("Who can see Alfreds Futterkiste", "Accounts", CRUMBS), panel })?;
    draw(
        to,
        "history",
        &HistoryPage {
            frame: frame("History of Alfreds Futterkiste", "Accounts", CRUMBS),
            entries: entries(),
            more_href: Some("#".into()),
        },
    )?;
    let mut deals = accounts();
    deals.frame = frame("Opportunities", "Opportunities", &[]);
    deals.rows.truncate(3);
    deals.next_href = None;
    deals.frame.theme = "dark".into();
    draw(to, "list_opportunities", &deals)
}
