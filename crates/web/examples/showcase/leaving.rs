//! Somebody leaves: the list of departures, a checklist with every kind of line, one that is done, the certificate.
//!
//! One idea: a line that is open, one that is decided, one that is wrong and one that stops all stand on one page.
//! Deliberately not here: people. Start reading at [`pages`]. Proved by looking.

use crate::around::{badge, choices, frame, kept, principal, when};
use crate::{Done, Pages, draw};
use web::pages::departures::{
    CertificatePage, DeparturePage, DepartureRow, DeparturesPage, DoneRow, Heir, ItemGroup, ItemRow, ProofRow, TableRow,
};
use web::pages::exchange::Phase;
use web::pages::form::Lookup;
use web::pages::{Link, Tone};

pub fn pages(to: &mut Pages) -> Done {
    list(to)?;
    checklist(to)?;
    done(to)?;
    certificate(to)
}

fn list(to: &mut Pages) -> Done {
    let row = |name: &str, state, runs: &str| DepartureRow {
        name: name.into(),
        href: "departure.html".into(),
        state,
        planned_by: "Ada Byrne".into(),
        when: when("today 08:40", "Tuesday, 5 May 2026, 08:40 CEST"),
        runs: runs.into(),
    };
    let page = DeparturesPage {
        frame: frame("Departures", "Departures", &[]),
        rows: vec![
            row("Nancy Davolio", badge("Being planned", Tone::Quiet), "with the approval"),
            row("Robert King", badge("Waits for approval", Tone::Waits), "31 May"),
            row("Michael Suyama", badge("Stopped", Tone::Stops), "ran yesterday 17:00"),
            row("Laura Callahan", badge("Done", Tone::Proven), "ran 2 May"),
        ],
        can_plan: true,
        ..DeparturesPage::default()
    };
    draw(to, "departures", &page)
}

fn around(title: &str) -> DeparturePage {
    DeparturePage {
        frame: frame(title, "Departures", &[("Departures", "departures.html", "")]),
        href: "departure.html".into(),
        name: "Nancy Davolio".into(),
        initials: "ND".into(),
        person_href: "person.html".into(),
        facts: vec![
            kept("Manager", "Andrew Fuller"),
            kept("Planned by", "Ada Byrne, today 08:40"),
            kept("Reason", "Moves to another city"),
        ],
        ..DeparturePage::default()
    }
}

fn phases(states: [&str; 4]) -> Vec<Phase> {
    let names = ["Plan", "Approval", "Run", "Proof"];
    names.into_iter().zip(states).map(|(name, state)| Phase { name: name.into(), state: state.into() }).collect()
}

fn item(key: &str, label: &str, count: &str, consequence: &str, chosen: &str) -> ItemRow {
    let all = [
        ("", "Not decided yet"),
        ("give", "Give to somebody else (proposed)"),
        ("leave", "Leave as it is"),
        ("delete", "Delete; it can be put back for 30 days"),
    ];
    let lookup = Lookup {
        targets: choices(&[("users", "Person"), ("teams", "Team")], ""),
        text: principal("Anne Dodsworth").name,
        ..Lookup::default()
    };
    let (mark, mark_words) = if chosen.is_empty() { ("open", "Not decided") } else { ("decided", "Decided") };
    ItemRow {
        key: key.into(),
        label: label.into(),
        count: count.into(),
        mark,
        mark_words,
        samples: vec![Link::new("Great Lakes Food Market", "record.html", ""), Link::new("Lazy K Kountry Store", "record.html", "")],
        more: "and 11 more".into(),
        consequence: consequence.into(),
        options: choices(&all, chosen),
        heirs: vec![Heir { name: format!("to0_{key}"), label: "To".into(), lookup, ..Heir::default() }],
        proposal: if chosen.is_empty() { "Goes to Andrew Fuller".into() } else { String::new() },
        ..ItemRow::default()
    }
}

fn checklist(to: &mut Pages) -> Done {
    let stay = "They stay with Nancy Davolio, and nobody answers for them.";
    let wrong = ItemRow { error: "Whoever leaves too gets nothing".into(), ..item("owned:leads", "Leads", "37", "", "give") };
    let stops = ItemRow {
        mark: "stops",
        mark_words: "Must be mended first",
        link: Some(Link::new("Mend it there", "team.html", "")),
        samples: Vec::new(),
        options: Vec::new(),
        heirs: Vec::new(),
        proposal: String::new(),
        ..item("team:1", "Team: Fair in May", "1", "Nobody would be left in it.", "")
    };
    let ends = ItemRow { mark: "itself", mark_words: "Ends by itself", ..stops.clone() };
    let ends = ItemRow {
        key: "credentials".into(),
        label: "Ways in".into(),
        link: None,
        consequence: "They end at once and for good.".into(),
        ..ends
    };
    let group = |id: &str, title: &str, rows| ItemGroup { id: id.into(), title: title.into(), rows };
    let page = DeparturePage {
        state: badge("Being planned", Tone::Quiet),
        lead: "Everything that refers to Nancy Davolio is listed below. Choose what becomes of each.".into(),
        phases: phases(["now", "next", "next", "next"]),
        problems: vec![Link::new("Leads: whoever leaves too gets nothing.", "#i-owned:leads", "")],
        decided: 2,
        total: 4,
        proposals: 1,
        groups: vec![
            group(
                "owned",
                "What Nancy Davolio owns",
                vec![item("owned:accounts", "Accounts", "13", stay, ""), wrong, item("owned:orders", "Orders", "123", stay, "leave")],
            ),
            group("runs", "What runs with, waits for or reports to Nancy Davolio", vec![stops]),
            group("itself", "What ends by itself", vec![ends]),
        ],
        is_open: true,
        submit: "Send for approval".into(),
        can_cancel: true,
        ..around("Nancy Davolio leaves")
    };
    draw(to, "departure", &page)
}

fn done(to: &mut Pages) -> Done {
    let row = |label: &str, decision: &str, done: &str, back: &str| DoneRow {
        label: label.into(),
        decision: decision.into(),
        done: done.into(),
        back: back.into(),
    };
    let page = DeparturePage {
        state: badge("Undone", Tone::Quiet),
        lead: "What was handed over went back. Nancy Davolio stays signed out until somebody else lets them in again.".into(),
        phases: phases(["done", "done", "done", "done"]),
        certificate_href: "certificate.html".into(),
        done: vec![row("Accounts", "Goes to Anne Dodsworth", "13", "12"), row("Orders", "Stays as it is", "0", "0")],
        is_undone: true,
        conflicts: vec![web::pages::departures::ConflictRow {
            name: "Lazy K Kountry Store".into(),
            href: "record.html".into(),
            why: "It was given to somebody else since.".into(),
        }],
        ..around("Nancy Davolio leaves")
    };
    draw(to, "departure-undone", &page)
}

fn certificate(to: &mut Pages) -> Done {
    let proof = |label: &str, count: &str, choice: &str| ProofRow {
        label: label.into(),
        count: count.into(),
        choice: choice.into(),
        done: count.into(),
    };
    let page = CertificatePage {
        frame: frame(
            "Certificate of departure",
            "Departures",
            &[("Departures", "departures.html", ""), ("Nancy Davolio", "departure.html", "")],
        ),
        json_href: "#".into(),
        name: "Nancy Davolio".into(),
        facts: vec![kept("Person", "Nancy Davolio"), kept("Planned by", "Ada Byrne"), kept("Approved by", "Andrew Fuller")],
        items: vec![proof("Accounts", "13", "Goes to Anne Dodsworth"), proof("Leads", "37", "Goes to Andrew Fuller")],
        tables: vec![TableRow { label: "Accounts".into(), before: "91".into(), after: "91".into() }],
        archive: vec![kept("Checked", "restored into an empty database; counts and sums are equal"), kept("Size", "32 kB")],
        left: "Nothing refers to Nancy Davolio any more but the records of the past.".into(),
        is_clean: true,
        trail: vec!["lane 0, entry 317, 4f9e99e8be9d".into()],
        signature: "7d131c89e61e6901".into(),
        signing_key: "1d5c3ac9fd2df70f".into(),
        ..CertificatePage::default()
    };
    draw(to, "certificate", &page)
}
