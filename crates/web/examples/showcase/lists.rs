//! Lists in their states: full, compact and dark, filtered, empty, partial; many at once; removed.
//!
//! One idea: fifty rows, as a page has, so that the weight of a list page can be measured here.
//! Deliberately not here: records. Start reading at [`pages`]. Proved by looking.

use crate::around::{choices, flash, frame, kept, links, when};
use crate::{Done, Pages, draw};
use web::pages::cell::Cell;
use web::pages::list::{BulkAskPage, BulkPage, BulkRow, Chip, Count, ListColumn, ListPage, ListRow, RemovedPage, RemovedRow};
use web::pages::{Empty, Link, Tone};

const NAMES: [(&str, &str, &str); 10] = [
    ("Alfreds Futterkiste", "Berlin", "030-0074321"),
    ("Ana Trujillo Emparedados y helados", "México D.F.", "(5) 555-4729"),
    ("Antonio Moreno Taquería", "México D.F.", "(5) 555-3932"),
    ("Around the Horn", "London", "(171) 555-7788"),
    ("Berglunds snabbköp", "Luleå", "0921-12 34 65"),
    ("Blauer See Delikatessen", "Mannheim", "0621-08460"),
    ("Blondesddsl père et fils", "Strasbourg", "88.60.15.31"),
    ("Bólido Comidas preparadas", "Madrid", "(91) 555 22 82"),
    ("Bon app'", "Marseille", "91.24.45.40"),
    ("Bottom-Dollar Markets", "Tsawwassen", "(604) 555-4729"),
];

pub fn column(name: &str, label: &str, is_figure: bool, is_key: bool) -> ListColumn {
    ListColumn {
        name: name.into(),
        label: label.into(),
        is_figure,
        is_key,
        up_href: "#up".into(),
        down_href: "#down".into(),
        operators: choices(
            &[("eq", "is"), ("ne", "is not"), ("contains", "contains"), ("begins_with", "begins with"), ("null", "is empty")],
            "contains",
        ),
        ..ListColumn::default()
    }
}

fn row(n: usize) -> ListRow {
    let (name, city, phone) = NAMES.get(n % NAMES.len()).copied().unwrap_or_default();
    let owner = if n.is_multiple_of(3) { Cell::link("Andrew Fuller", "person.html") } else { Cell::link("Nancy Davolio", "person.html") };
    let state = if n % 7 == 6 { Cell::choice("Inactive", Tone::Quiet) } else { Cell::choice("Active", Tone::Accent) };
    let contact = match n % 4 {
        0 => Cell::link("Maria Anders", "record.html"),
        1 => Cell::Hidden,
        2 => Cell::Empty,
        _ => Cell::link("Thomas Hardy", "record.html"),
    };
    ListRow {
        id: format!("r{n}"),
        name: name.into(),
        href: "record.html".into(),
        cells: vec![
            Cell::link(name, "record.html"),
            Cell::phone(phone),
            Cell::text(city),
            contact,
            if n % 5 == 4 { Cell::Empty } else { Cell::Money(format!("€{}.00", 1200 + n * 317)) },
            state,
            owner,
            Cell::Time(when("3 May", "Sunday, 3 May 2026, 14:05:09 CEST")),
        ],
        can_edit: !n.is_multiple_of(3),
        can_assign: !n.is_multiple_of(3),
        can_share: true,
        can_delete: n % 3 == 1,
    }
}

pub fn accounts() -> ListPage {
    let mut columns = vec![
        column("name", "Account name", false, false),
        column("telephone1", "Main phone", false, true),
        column("address1_city", "City", false, true),
        column("primary_contact", "Primary contact", false, false),
        column("revenue", "Annual revenue", true, false),
        column("state", "State", false, false),
        column("owner", "Owner", false, false),
        column("modified_on", "Changed", false, false),
    ];
    if let Some(first) = columns.first_mut() {
        first.sorted = "ascending".into();
    }
    ListPage {
        frame: frame("Accounts", "Accounts", &[]),
        set: "accounts".into(),
        singular: "account".into(),
        plural: "accounts".into(),
        views: links(
            &[
                ("My active accounts", "#my", ""),
                ("Active accounts", "#active", ""),
                ("Inactive accounts", "#inactive", ""),
                ("Customers in Berlin", "#b", "star"),
            ],
            "Active accounts",
        ),
        view_name: "Active accounts".into(),
        columns,
        rows: (0..50).map(row).collect(),
        clear_href: "#".into(),
        filterable: choices(&[("name", "Account name"), ("address1_city", "City"), ("revenue", "Annual revenue")], ""),
        operators: choices(
            &[("eq", "is"), ("contains", "contains"), ("begins_with", "begins with"), ("gt", "is more than"), ("null", "is empty")],
            "",
        ),
        kept: vec![kept("view", "active")],
        count: Count { text: "91".into(), is_exact: true },
        next_href: Some("#next".into()),
        can_create: true,
        can_export: true,
        export_href: "export_new.html".into(),
        can_import: true,
        can_assign: true,
        can_delete: true,
        can_restore: true,
        receivers: choices(&[("u1", "Andrew Fuller"), ("u2", "Janet Leverling"), ("t1", "Team North")], ""),
        ..ListPage::default()
    }
}

pub fn pages(to: &mut Pages) -> Done {
    let list = accounts();
    draw(to, "list", &list)?;
    let mut filtered = list.clone();
    filtered.frame.is_compact = true;
    filtered.frame.theme = "dark".into();
    filtered.frame.is_narrow = true;
    filtered.frame.flash = flash("Alfreds Futterkiste was deleted.");
    filtered.rows.truncate(7);
    filtered.chips = vec![chip("City begins with Lei"), chip("Annual revenue is more than 1,000")];
    filtered.count = Count { text: "5,000".into(), is_exact: false };
    filtered.notice = "The view shows a column that you may not read. It is left out.".into();
    filtered.previous_href = Some("#previous".into());
    draw(to, "list_filtered", &filtered)?;
    let mut empty = list.clone();
    empty.rows.clear();
    empty.frame = frame("Leads", "Leads", &[]);
    empty.view_name = "My open leads".into();
    empty.singular = "lead".into();
    empty.plural = "leads".into();
    empty.count = Count { text: "0".into(), is_exact: true };
    empty.empty = Empty {
        title: "No leads yet".into(),
        text:
            "People and companies that may become customers belong here. Enter the first one, or import the list of your last trade fair."
                .into(),
        action: Some(Link::new("New lead", "#new", "plus")),
    };
    draw(to, "list_empty", &empty)?;
    others(to, &list)?;
    many(to)
}

fn others(to: &mut Pages, list: &ListPage) -> Done {
    let mut reader = list.clone();
    reader.frame = frame("Contacts", "Contacts", &[]);
    reader.can_assign = false;
    reader.can_delete = false;
    reader.can_create = false;
    reader.can_import = false;
    reader.can_export = false;
    reader.can_restore = false;
    for row in &mut reader.rows {
        (row.can_edit, row.can_assign, row.can_share, row.can_delete) = (false, false, false, false);
    }
    draw(to, "list_contacts", &reader)
}

fn chip(text: &str) -> Chip {
    Chip { text: text.into(), remove_href: "#".into() }
}

fn many(to: &mut Pages) -> Done {
    let line = |name: &str, tone, text: &str| BulkRow { name: name.into(), href: "record.html".into(), tone, text: text.into() };
    let bulk = BulkPage {
        frame: frame("Assigned to Janet Leverling", "Accounts", &[("Accounts", "list.html", "")]),
        done: "assigned to Janet Leverling".into(),
        succeeded: 2,
        failed: 1,
        rows: vec![
            line("Alfreds Futterkiste", Tone::Proven, "with 1 contact and 2 open activities"),
            line("Around the Horn", Tone::Proven, "with 3 contacts"),
            line("Bon app'", Tone::Stops, "It belongs to Andrew Fuller, and your roles assign own accounts only"),
        ],
        back: Link::new("Back to the list", "list.html", ""),
        ..BulkPage::default()
    };
    draw(to, "bulk", &bulk)?;
    let ask = BulkAskPage {
        frame: frame("Delete 3 accounts", "Accounts", &[("Accounts", "list.html", "")]),
        action: "#".into(),
        verb: "delete".into(),
        submit: "Delete 2 accounts".into(),
        possible: vec!["Alfreds Futterkiste".into(), "Around the Horn".into()],
        impossible: vec![line("Bon app'", Tone::Quiet, "It belongs to Andrew Fuller, and your roles delete own accounts only")],
        consequences: vec!["4 contacts and 2 notes are deleted along.".into(), "You can put everything back within 30 days.".into()],
        cancel: "list.html".into(),
        ..BulkAskPage::default()
    };
    draw(to, "bulk_ask", &ask)?;
    let removed = |n: usize, name: &str, along: &str, can_restore| RemovedRow {
        id: format!("d{n}"),
        name: name.into(),
        by: "Nancy Davolio".into(),
        when: when("today 09:12", "Tuesday, 5 May 2026, 09:12 CEST"),
        along: along.into(),
        until: when("4 June", "Thursday, 4 June 2026"),
        can_restore,
    };
    let mut page = RemovedPage {
        frame: frame("Removed accounts", "Accounts", &[("Accounts", "list.html", "")]),
        set: "accounts".into(),
        plural: "accounts".into(),
        rows: vec![
            removed(1, "Alfreds Futterkiste", "1 contact, 2 notes", true),
            removed(2, "Old test account", "", true),
            removed(3, "Bon app'", "3 contacts", false),
        ],
        next_href: None,
    };
    draw(to, "removed", &page)?;
    page.rows.clear();
    draw(to, "removed_empty", &page)
}
