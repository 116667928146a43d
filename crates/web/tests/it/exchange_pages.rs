//! Files in and out on their pages: sent, checked, mapped, followed, collected, refused.
//!
//! Not here: what a row becomes (crm's own sentences), the API ([`crate::exchange`]). Start reading at
//! [`a_file_is_sent_checked_mapped_and_imported_and_what_could_not_be_taken_comes_back`].

use crate::server::Server;
use crate::tab::{Tab, value_behind, words};
use catalogue::Value;

#[test]
fn a_file_is_sent_checked_mapped_and_imported_and_what_could_not_be_taken_comes_back() {
    let server = Server::open();
    let tab = Tab::of(&server, "north_rep");
    assert!(tab.get("/imports").is(200).text().contains("/imports/new"));
    assert!(tab.get("/imports/new?set=accounts").is(200).text().contains("value=\"accounts\" selected"));
    let csv = "Firm;City;Staff\nBlue Kiln;Köln;12\nTin Drum;Leipzig;many\n;Halle;3\n".as_bytes();
    let sent = tab.upload("/imports", &[("set", "accounts")], ("fair.csv", csv)).is(303);
    let at = sent.header("location").to_owned();
    assert!(at.starts_with("/imports/files/") && at.contains("set=accounts"), "{at}");
    let check = tab.get(&at).is(200);
    let told = words(&check);
    assert!(told.contains("fair.csv") && told.contains("3 rows"), "{told}");
    assert!(told.contains("Detected: UTF-8 without doubt; semicolon; names in the first row."), "{told}");
    assert!(told.contains("Nothing goes to Name, which is needed"), "{told}");
    assert!(check.text().contains("<option value=\"address_city\" selected>"), "the city is matched by name");
    let fields = [
        ("encoding", "UTF-8"),
        ("delimiter", ";"),
        ("has_header", "true"),
        ("map-0", "name"),
        ("map-1", "address_city"),
        ("map-2", "number_of_employees"),
        ("owner", "me"),
        ("duplicates", "refuse"),
    ];
    let again = tab.send(&at, &[&fields[..], &[("again", "1")]].concat()).is(200);
    assert!(again.text().contains("<option value=\"name\" selected>"), "what was chosen is kept");
    assert!(!words(&again).contains("Nothing goes to"));
    let twice = fields.map(|(name, value)| (name, if name == "map-1" { "name" } else { value }));
    let refused = tab.send(&at, &twice).is(422);
    assert!(words(&refused).contains("Two columns of the file go to `name`."), "{}", words(&refused));
    let started = tab.send(&at, &fields).is(303);
    let page = started.header("location").to_owned();
    let waiting = tab.get(&page).is(200);
    assert!(waiting.text().contains(&format!("data-hx-get=\"{page}/progress\"")) && words(&waiting).contains("Waiting"));
    assert!(words(&waiting).contains("Stop it"));
    server.run_jobs();
    assert!(!tab.get(&format!("{page}/progress")).is(200).text().contains("data-hx-get"));
    let done = tab.get(&page).is(200);
    let told = words(&done);
    assert!(told.contains("1 account made, 2 rows not imported."), "{told}");
    assert!(told.contains("Done, with errors") && !told.contains("Stop it"), "{told}");
    assert!(told.contains("Rows that were not imported") && told.contains("2 Number of employees many"), "{told}");
    let errors = tab.get(&format!("{page}/errors.csv")).is(200);
    assert!(errors.header("content-disposition").starts_with("attachment"));
    assert!(errors.text().contains("Tin Drum") && errors.text().contains("problem") && !errors.text().contains("Blue Kiln"));
    assert!(words(&tab.get("/imports").is(200)).contains("1 created, 2 not"));
}

#[test]
fn a_file_that_cannot_be_read_or_goes_nowhere_is_told_on_the_page() {
    let server = Server::open();
    let tab = Tab::of(&server, "north_rep");
    let before = server.sums();
    let nowhere = tab.upload("/imports", &[], ("a.csv", b"name\nx\n")).is(422);
    assert!(words(&nowhere).contains("Choose into which table the file goes"));
    assert_eq!(before, server.sums(), "nothing was kept");
    let sent = tab.upload("/imports", &[("set", "accounts")], ("a.csv", b"name,city\n\"Blue Kiln,Leipzig\n")).is(303);
    let broken = tab.get(sent.header("location")).is(200);
    assert!(words(&broken).contains("quote"), "{}", words(&broken));
    assert!(!broken.text().contains(">Import 1 row<"), "nothing can be imported as it is read");
    let ragged = tab.upload("/imports", &[("set", "accounts")], ("a.csv", b"name,city\nBlue Kiln,Leipzig\nTin,Drum,Halle\n")).is(303);
    let ragged = tab.get(ragged.header("location")).is(200);
    assert!(words(&ragged).contains("This row will be left out and listed as errors."), "{}", words(&ragged));
    // A page may be opened by whoever sent the file, by nobody else.
    let other = Tab::of(&server, "manager").get(sent.header("location"));
    assert!(other.status == 422 && words(&other).contains("There is no such file"), "{}", words(&other));
    let clerk = Tab::of(&server, "service_rep");
    assert!(words(&clerk.get("/imports/new").is(403)).contains("Import files"));
    assert!(!clerk.get("/imports").is(200).text().contains("/imports/new"));
}

#[test]
fn what_somebody_else_asked_for_is_not_there() {
    let server = Server::open();
    let tab = Tab::of(&server, "north_rep");
    let sent = tab.upload("/imports", &[("set", "accounts")], ("a.csv", b"name\nBlue Kiln\n")).is(303);
    let fields = [("encoding", "UTF-8"), ("delimiter", ","), ("has_header", "true"), ("map-0", "name"), ("owner", "me")];
    let page = tab.send(sent.header("location"), &fields).is(303).header("location").to_owned();
    let job = value_behind(&tab.get(&page).is(200), "class=\"page-actions\"", "action").replace("/cancel", "");
    assert!(job.starts_with("/jobs/"), "{job}");
    assert_eq!(tab.get(&job).is(303).header("location"), page);
    for path in [job.as_str(), page.as_str(), &format!("{page}/progress"), &format!("{page}/errors.csv")] {
        let other = Tab::of(&server, "admin").get(path).is(404);
        assert!(!other.text().contains("Blue Kiln") && !other.text().contains("a.csv"));
    }
    Tab::of(&server, "admin").send(&format!("{job}/cancel"), &[]).is(404);
    let stopped = tab.done(&format!("{job}/cancel"), &[]);
    assert!(words(&stopped).contains("Stopped"), "{}", words(&stopped));
    assert!(words(&tab.get("/jobs").is(200)).contains("Import of a.csv"));
    assert!(tab.get("/jobs").text().contains("Notifications"), "and stands under the bell");
}

#[test]
fn an_export_above_500_rows_needs_a_reason_and_is_collected_by_its_asker_alone() {
    let server = Server::open();
    for n in 0..501 {
        server.account("north_rep", &format!("Account {n}"));
    }
    let tab = Tab::of(&server, "north_rep");
    let at = "/exports/new?set=accounts";
    let ask = tab.get(at).is(200);
    assert!(words(&ask).contains("501 rows"), "{}", words(&ask));
    assert!(words(&ask).contains("More than 500 rows leave the house only for a reason"));
    let fields = [("set", "accounts"), ("column", "name"), ("format", "csv"), ("reason", "")];
    let refused = tab.send("/exports", &fields).is(422);
    assert!(words(&refused).contains("needed above 500 rows"), "{}", words(&refused));
    let fields = fields.map(|(name, value)| (name, if name == "reason" { "tour planning" } else { value }));
    let page = tab.send("/exports", &fields).is(303).header("location").to_owned();
    server.run_jobs();
    let ready = tab.get(&page).is(200);
    assert!(words(&ready).contains("501 rows") && words(&ready).contains("tour planning"), "{}", words(&ready));
    let file = tab.get(&format!("{page}/file")).is(200);
    assert!(file.text().contains("Account 500") && file.header("content-disposition").contains("attachment"));
    Tab::of(&server, "admin").get(&page).is(404);
    Tab::of(&server, "admin").get(&format!("{page}/file")).is(404);
}

#[test]
fn an_export_that_no_role_allows_or_that_is_too_large_says_what_is_missing() {
    let server = Server::open();
    let none = Tab::of(&server, "auditor").get("/exports/new?set=accounts").is(403);
    assert!(words(&none).contains("Export on accounts"), "{}", words(&none));
    assert!(words(&none).contains("security_admin"), "and who can give it");
    server.world.operate(|tx| Ok(store::accounts::set_meta(tx, "export_row_limit", "2")?));
    for name in ["One", "Two", "Three"] {
        server.world.record("north_rep", "accounts", &[("name", Value::from(name))]);
    }
    let fields = [("set", "accounts"), ("column", "name"), ("format", "csv"), ("reason", "all of them")];
    let tab = Tab::of(&server, "north_rep");
    let reply = tab.send("/exports", &fields);
    let page = if reply.status == 303 { tab.get(reply.header("location")) } else { reply };
    assert!(words(&page).contains("more than 2 rows") || words(&page).contains("These are more than 2 rows"), "{}", words(&page));
    assert!(words(&tab.get("/exports").is(200)).contains("Refused"), "it is recorded");
}
