//! Imports, exports and jobs in their states: running, done, failed, refused.
//!
//! One idea: each state of a job is drawn, because each is looked at while waiting.
//! Deliberately not here: records. Start reading at [`pages`]. Proved by looking.

use crate::around::{badge, choices, frame, kept, links, principal, when};
use crate::{Done, Pages, draw};
use web::pages::exchange::{
    ErrorRow, ExportPage, ExportRefusedPage, ImportPage, JobPage, JobRow, JobsPage, MappedColumn, MappingPage, Phase, Progress,
};
use web::pages::{Empty, Link, Tone};

const IMPORTS: &[(&str, &str, &str)] = &[("Imports", "imports.html", "")];

pub fn pages(to: &mut Pages) -> Done {
    jobs(to)?;
    imports(to)?;
    running(to)?;
    exports(to)
}

fn jobs(to: &mut Pages) -> Done {
    let row = |title: &str, icon: &str, state, figures: &str, percent| JobRow {
        title: title.into(),
        href: "job.html".into(),
        icon: icon.into(),
        state,
        figures: figures.into(),
        percent,
        by: "Nancy Davolio".into(),
        when: when("today 09:12", "Tuesday, 5 May 2026, 09:12 CEST"),
    };
    let mut page = JobsPage {
        frame: frame("Imports", "Imports", &[]),
        rows: vec![
            row("Import of trade-fair.csv", "file-import", badge("Running", Tone::Accent), "1,240 of 3,100 rows", Some(40)),
            row("Import of customers.csv", "file-import", badge("Done", Tone::Proven), "91 created", None),
            row("Import of old-list.csv", "file-import", badge("Done, with errors", Tone::Waits), "483 created, 17 not", None),
            row("Import of broken.csv", "file-import", badge("Failed", Tone::Stops), "the file ends inside a quoted cell", None),
        ],
        action: Some(Link::new("New import", "import_new.html", "plus")),
        ..JobsPage::default()
    };
    draw(to, "imports", &page)?;
    page.rows.clear();
    page.frame = frame("Exports", "Exports", &[]);
    page.action = None;
    page.empty = Empty {
        title: "Nothing was taken out yet".into(),
        text: "Exports begin at a list: open the view you need and choose Export. The files are collected here.".into(),
        action: None,
    };
    draw(to, "jobs_empty", &page)
}

fn imports(to: &mut Pages) -> Done {
    let new = ImportPage {
        frame: frame("New import", "Imports", IMPORTS),
        sets: choices(&[("accounts", "Accounts"), ("contacts", "Contacts"), ("leads", "Leads")], "accounts"),
        limit: "up to 1 GiB".into(),
        error: String::new(),
    };
    draw(to, "import_new", &new)?;
    let targets = |selected: &str| {
        choices(
            &[("name", "Account name"), ("address1_city", "City"), ("telephone1", "Main phone"), ("primary_contact", "Primary contact")],
            selected,
        )
    };
    let column = |header: &str, sample: &str, target: &str, note: &str, tone| MappedColumn {
        header: header.into(),
        sample: sample.into(),
        targets: targets(target),
        note: note.into(),
        tone,
    };
    let lines = [
        ["ALFKI", "Alfreds Futterkiste", "Maria Anders", "Berlin", "030-0074321"],
        ["ANATR", "Ana Trujillo Emparedados y helados", "Ana Trujillo", "México D.F.", "(5) 555-4729"],
        ["BERGS", "Berglunds snabbköp", "Christina Berglund", "Luleå", "0921-12 34 65"],
    ];
    let page = MappingPage {
        frame: frame("Check customers.csv", "Imports", IMPORTS),
        action: "#".into(),
        file: "customers.csv".into(),
        size: "14 kB, 91 rows".into(),
        plural: "accounts".into(),
        encodings: choices(&[("utf-8", "UTF-8"), ("utf-16le", "UTF-16"), ("windows-1252", "Western European")], "utf-8"),
        delimiters: choices(&[(",", "Comma"), (";", "Semicolon"), ("tab", "Tab"), ("|", "Bar")], ","),
        has_header: true,
        detected: "Detected: UTF-8 without doubt, comma, names in the first row.".into(),
        columns: vec![
            column("customerID", "ALFKI, ANATR, BERGS", "", "", Tone::Quiet),
            column("companyName", "Alfreds Futterkiste, Ana Trujillo…", "name", "matched by name", Tone::Accent),
            column("contactName", "Maria Anders, Ana Trujillo", "primary_contact", "looked up by name", Tone::Waits),
            column("city", "Berlin, México D.F., Luleå", "address1_city", "matched by name", Tone::Accent),
            column("phone", "030-0074321, (5) 555-4729", "telephone1", "matched by name", Tone::Accent),
        ],
        preview: lines.iter().map(|line| line.iter().map(|cell| (*cell).to_owned()).collect()).collect(),
        owners: choices(&[("me", "Me, Nancy Davolio"), ("u2", "Andrew Fuller")], "me"),
        duplicates: choices(&[("refuse", "Leave out and list as errors"), ("allow", "Import all the same")], "refuse"),
        warnings: vec!["Line 37 has 12 cells, the header 11. It will be listed as an error.".into()],
        submit: "Import 91 rows".into(),
        cancel: "imports.html".into(),
        ..MappingPage::default()
    };
    draw(to, "mapping", &page)
}

fn phase(name: &str, state: &str) -> Phase {
    Phase { name: name.into(), state: state.into() }
}

fn running(to: &mut Pages) -> Done {
    let mut page = JobPage {
        frame: frame("Import of trade-fair.csv", "Imports", IMPORTS),
        progress: Progress {
            href: "/imports/1/progress".into(),
            state: badge("Running", Tone::Accent),
            text: "Row 1,240 of 3,100, about a minute left.".into(),
            percent: Some(40),
            is_running: true,
            phases: vec![
                phase("Read the file", "done"),
                phase("Look up names", "done"),
                phase("Create the rows", "now"),
                phase("Write the error file", "next"),
            ],
            figures: vec![kept("Created", "1,223"), kept("Not imported", "17"), kept("Left", "1,860")],
        },
        facts: vec![
            kept("File", "trade-fair.csv"),
            kept("Into", "Leads"),
            kept("Owner, where none is known", "Nancy Davolio"),
            kept("Asked", "today 09:12 by Nancy Davolio"),
        ],
        cancel_href: "#".into(),
        ..JobPage::default()
    };
    draw(to, "job", &page)?;
    page.progress.is_running = false;
    page.progress.state = badge("Done, with errors", Tone::Waits);
    page.progress.text = "3,083 leads were created, 17 rows were not imported.".into();
    page.progress.figures = vec![kept("Created", "3,083"), kept("Not imported", "17"), kept("Took", "2 min 40 s")];
    page.progress.phases = vec![
        phase("Read the file", "done"),
        phase("Look up names", "done"),
        phase("Create the rows", "done"),
        phase("Write the error file", "done"),
    ];
    page.cancel_href.clear();
    page.results = links(&[("Download the error file", "#e", "download"), ("Open the imported leads", "#l", "list")], "");
    let error = |line: &str, column: &str, value: &str, why: &str| ErrorRow {
        line: line.into(),
        column: column.into(),
        value: value.into(),
        why: why.into(),
    };
    page.errors = vec![
        error("37", "", "", "has 12 cells, the header 11"),
        error("112", "City", "Saint-Rémy-en-Bouzemont-Saint-Genest-et-Isson, a very long place", "is longer than 80 characters"),
        error("2,004", "Owner", "Matisha L.", "no active person has this name; the fallback was switched off"),
    ];
    draw(to, "job_done", &page)?;
    let mut export = JobPage {
        frame: frame("Export of My active accounts", "Exports", &[("Exports", "jobs_empty.html", "")]),
        collect: Some(Link::new("Download the file", "#f", "download")),
        facts: vec![
            kept("View", "My active accounts"),
            kept("Columns", "Account name, City, Main phone"),
            kept("Format", "XLSX"),
            kept("Reason", "Tour planning, week 20"),
        ],
        ..JobPage::default()
    };
    export.progress = Progress {
        state: badge("Ready", Tone::Proven),
        text: "91 rows, 24 kB. It can be downloaded once, until tomorrow 14:05.".into(),
        ..Progress::default()
    };
    draw(to, "job_export", &export)
}

fn exports(to: &mut Pages) -> Done {
    let ask = ExportPage {
        frame: frame("Export accounts", "Exports", &[("Accounts", "list.html", "")]),
        what: "My active accounts".into(),
        filters: vec!["City begins with Lei".into()],
        count: "1,204 rows, all yours to take".into(),
        columns: choices(
            &[("name", "Account name"), ("city", "City"), ("phone", "Main phone"), ("revenue", "Annual revenue"), ("owner", "Owner")],
            "name",
        ),
        left_out: vec![kept("Tax number", "secured; your profile does not let it be read")],
        formats: choices(&[("csv", "CSV, for other programs"), ("xlsx", "XLSX, for a spreadsheet")], "xlsx"),
        needs_reason: true,
        kept: vec![kept("set", "accounts")],
        cancel: "list.html".into(),
        ..ExportPage::default()
    };
    draw(to, "export_new", &ask)?;
    let refused = ExportRefusedPage {
        frame: frame("This export was refused", "Exports", &[]),
        what: "Active accounts".into(),
        reasons: vec!["Export on accounts beyond your own: your roles give it for own accounts only".into()],
        givers: vec![principal("Laura Callahan")],
        instead: links(&[("Export only my own", "#", "")], ""),
        back: Link::new("Back to the list", "list.html", ""),
    };
    draw(to, "export_refused", &refused)
}
