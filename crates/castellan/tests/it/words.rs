//! Every command as a script sees it: its exit code, and with `--json` one line that can be read.

use crate::server::{PASSWORD, Place, Server, command, init, run};
use serde_json::{Value as Json, json};
use std::path::Path;
use std::process::Output;

/// The one line of standard output; everything for people goes elsewhere.
fn line(done: &Output) -> Json {
    let text = String::from_utf8_lossy(&done.stdout);
    assert_eq!(text.lines().count(), 1, "{text}{}", String::from_utf8_lossy(&done.stderr));
    serde_json::from_str(&text).unwrap_or_else(|_| panic!("no JSON: {text}"))
}

/// An organisation, and how its administrator speaks to it when no server runs.
struct Shell {
    place: Place,
    token: String,
}

impl Shell {
    fn open(name: &str) -> Shell {
        let place = Place::new(name);
        init(&place.data());
        let server = Server::start(&place.data());
        let token = server.token(&server.sign_in());
        assert!(server.stop().success());
        Shell { place, token }
    }

    fn say(&self, words: &[&str]) -> Output {
        command(&self.place.data()).args(["--as", &self.token]).args(words).output().unwrap()
    }

    /// With `--json`; it must succeed.
    fn told(&self, words: &[&str]) -> Json {
        let done = self.say(&[&["--json"], words].concat());
        assert!(done.status.success(), "{words:?}: {}{}", String::from_utf8_lossy(&done.stderr), String::from_utf8_lossy(&done.stdout));
        line(&done)
    }

    fn file(&self, name: &str, text: &str) -> String {
        let path = self.place.0.join(name);
        std::fs::write(&path, text).unwrap();
        path.to_str().unwrap().to_owned()
    }
}

#[test]
fn every_command_answers_in_one_line_of_json() {
    let place = Place::new("json");
    let words = ["--json", "init", "--organisation", "Stone Works", "--name", "Ada Byrne", "--email", "ada@example.com"];
    let made = line(&run(&place.data(), &words, &format!("{PASSWORD}\n")));
    assert_eq!(made["organisation"], "Stone Works");
    assert_eq!(line(&run(&place.data(), &["migrate", "--json"], ""))["version"], env!("CARGO_PKG_VERSION"));

    let shell = Shell::open("json-all");
    assert_eq!(shell.told(&["generate", "--rows", "40"])["done"], 40);
    assert_eq!(shell.told(&["audit", "verify"])["whole"], true);
    let checks = shell.told(&["doctor"])["checks"].as_array().unwrap().clone();
    assert!(checks.len() >= 4 && checks.iter().all(|c| c["well"] == true), "{checks:?}");
    let invited = shell.told(&["user", "invite", "Nora Lund", "nora@example.com", "--role", "Salesperson"]);
    assert!(invited["invitation"]["token"].as_str().is_some_and(|t| t.len() > 30), "{invited}");
    assert_eq!(shell.told(&["user", "list"])["rows"].as_array().unwrap().len(), 2);
    let nora = shell.told(&["user", "show", "nora@example.com"]);
    assert_eq!((&nora["name"], &nora["state"]), (&json!("Nora Lund"), &json!("invited")), "{nora}");
    assert_eq!(shell.told(&["user", "freeze", "nora@example.com", "--reason", "gone"])["state"], "frozen");
    assert_eq!(shell.told(&["user", "unfreeze", "nora@example.com"])["state"], "invited", "she never chose a password");
    let made = shell.told(&["column", "add", "accounts", "Rank", "--kind", "choice", "--option", "Gold", "--option", "Tin", "--listed"]);
    assert_eq!((&made["name"], &made["secured"]), (&json!("x_rank"), &json!(true)), "{made}");
    assert_eq!(shell.told(&["column", "retire", "accounts", "x_rank"])["retired"], true);
    assert_eq!(shell.told(&["column", "list", "accounts"])["rows"][0]["retired"], true);
    let file = shell.file("a.csv", "Account name\nBlue Kiln\n");
    assert_eq!(shell.told(&["import", &file, "--set", "accounts"])["counts"]["created"], 1);
    let out = shell.place.0.join("out.csv");
    assert_eq!(shell.told(&["export", "--set", "accounts", "-o", out.to_str().unwrap()])["state"], "ready");
    let id = std::fs::read_to_string(&out).unwrap().lines().nth(1).unwrap().split(',').next().unwrap().to_owned();
    assert_eq!(shell.told(&["explain", &format!("accounts/{id}")])["granted"], true);
}

#[test]
fn each_ending_has_its_code_and_its_words() {
    let shell = Shell::open("codes");
    let code = |words: &[&str], wanted: i32| {
        let done = shell.say(&[&["--json"], words].concat());
        let said = String::from_utf8_lossy(&done.stderr).into_owned();
        assert_eq!(done.status.code(), Some(wanted), "{words:?}: {said}");
        assert!(said.starts_with("castellan: ") && said.trim().lines().count() == 1, "{words:?}: {said}");
        let line = line(&done);
        assert_eq!(line["code"], wanted, "{line}");
        assert!(said.contains(line["error"].as_str().unwrap()), "{line}");
        said
    };
    let words = code(&["user", "show", "nobody@example.com"], 3);
    assert!(words.contains("`nobody@example.com`"), "{words}");
    code(&["user", "freeze", "nobody@example.com"], 3);
    code(&["explain", "accounts/01a20112-030d-7d81-b7ff-9c6f41ec42be"], 3);
    code(&["explain", "things/01a20112-030d-7d81-b7ff-9c6f41ec42be"], 3);
    code(&["user", "freeze", "ada@example.com"], 1);
    code(&["user", "reset-factor", "nobody@example.com"], 3);
    let words = code(&["user", "reset-factor", "ada@example.com"], 1);
    assert!(words.contains("nobody resets the own second factor"), "{words}");
    code(&["user", "invite", "Nora Lund", "nora@example.com", "--role", "King"], 3);
    code(&["import", "/nowhere/rows.csv", "--set", "accounts"], 4);
    let rows = shell.file("a.csv", "Account name\nBlue Kiln\n");
    code(&["import", &rows, "--set", "things"], 3);
    code(&["export", "--set", "accounts"], 2);
    code(&["export", "--set", "accounts", "--filter", "no json", "-o", &rows], 2);
    let nowhere = shell.place.0.join("typo");
    let done = command(&nowhere).arg("doctor").output().unwrap();
    assert_eq!(done.status.code(), Some(3), "{}", String::from_utf8_lossy(&done.stderr));
    assert!(!nowhere.exists(), "a mistyped directory does not become an organisation");
}

#[test]
fn a_workflow_is_listed_paused_and_switched_on_by_its_name_or_its_id() {
    let place = Place::new("workflow-words");
    init(&place.data());
    let server = Server::start(&place.data());
    let admin = server.sign_in();
    let make = |name: &str| {
        let steps = json!([{ "do": "notify", "whom": "row_owner", "words": "A lead came" }]);
        let body = json!({ "name": name, "set": "leads", "definition": { "trigger": { "on": "created" }, "steps": steps } });
        let (status, made) = server.ask("POST", "/api/v1/workflows", Some(&admin), Some(&body));
        assert_eq!(status, 201, "{made}");
        made["id"].as_str().unwrap().to_owned()
    };
    let (first, _) = (make("New leads"), make("Old leads"));
    server.join(&admin, "Nora Lund", "nora@example.com", &["Salesperson"]);
    let (admin, nora) = (server.token(&admin), server.token(&server.enter("nora@example.com", PASSWORD)));
    assert!(server.stop().success());
    let say =
        |token: &str, words: &[&str]| command(&place.data()).args(["--as", token, "--json", "workflow"]).args(words).output().unwrap();
    let code = |token: &str, words: &[&str]| say(token, words).status.code();
    let state = || line(&say(&admin, &["list"]))["rows"][0]["state"].clone();
    assert_eq!(line(&say(&admin, &["list"]))["rows"].as_array().unwrap().len(), 2);
    assert_eq!(state(), "draft");
    assert_eq!(line(&say(&admin, &["resume", "new leads"])), json!({ "workflow": first, "state": "on" }));
    assert_eq!(code(&nora, &["pause", &first]), Some(1), "whoever may not make workflows does not stop one");
    assert_eq!(state(), "on");
    assert_eq!(line(&say(&admin, &["pause", &first])), json!({ "workflow": first, "state": "paused" }));
    assert_eq!(state(), "paused");
    assert_eq!(code(&admin, &["pause", "Leads"]), Some(3));
    let told = command(&place.data()).args(["--as", &admin, "workflow", "list"]).output().unwrap();
    let told = String::from_utf8(told.stdout).unwrap();
    assert!(told.starts_with("paused") && told.contains("New leads") && told.contains("leads") && told.contains("Ada Byrne"), "{told}");
}

#[test]
fn a_departure_is_planned_run_proved_and_undone_by_the_persons_address() {
    let place = Place::new("departure-words");
    init(&place.data());
    let server = Server::start(&place.data());
    let admin = server.sign_in();
    server.join(&admin, "Nora Lund", "nora@example.com", &["Salesperson"]);
    let sven = server.join(&admin, "Sven Berg", "sven@example.com", &["Salesperson"]);
    let nora = server.enter("nora@example.com", PASSWORD);
    let (status, made) = server.ask("POST", "/api/v1/accounts", Some(&nora), Some(&json!({ "name": "Blue Kiln" })));
    assert_eq!(status, 201, "{made}");
    let (admin, nora) = (server.token(&admin), server.token(&nora));
    assert!(server.stop().success());
    let say =
        |token: &str, words: &[&str]| command(&place.data()).args(["--as", token, "--json", "departure"]).args(words).output().unwrap();
    let told = |words: &[&str]| {
        let done = say(&admin, words);
        assert!(done.status.success(), "{words:?}: {}", String::from_utf8_lossy(&done.stderr));
        line(&done)
    };
    let who = "nora@example.com";
    let found = told(&["find", who]);
    assert!(found["rows"].as_array().unwrap().iter().any(|item| item["key"] == "owned:accounts" && item["count"] == 1), "{found}");
    assert_eq!(say(&nora, &["plan", &sven]).status.code(), Some(1), "whoever may not disable people plans nothing");
    assert_eq!(say(&admin, &["show", who]).status.code(), Some(3));
    assert_eq!(told(&["plan", who, "--reason", "moves away"])["state"], "draft");
    assert_eq!(say(&admin, &["run", who]).status.code(), Some(1), "nobody has chosen yet");
    assert_eq!(say(&admin, &["choose", who, "owned:accounts", "give"]).status.code(), Some(1), "to whom?");
    told(&["choose", who, "owned:accounts", "leave"]);
    let open = told(&["choose", who, "owned:accounts", "undecided"]);
    assert!(open["in_the_way"][0].as_str().unwrap().contains("Accounts"), "{open}");
    told(&["choose", who, "owned:accounts", "give", "--to", "sven@example.com"]);
    told(&["choose", who, "owned:rest", "leave"]);
    assert_eq!(told(&["submit", who])["state"], "approved");
    assert_eq!(told(&["run", who])["state"], "done", "it waits until it is done");
    assert_eq!(say(&nora, &["list"]).status.code(), Some(1), "whoever left asks nothing any more");
    assert_eq!(told(&["certificate", who])["left"]["references"], 0);
    let plain = command(&place.data()).args(["--as", &admin, "departure", "show", who]).output().unwrap();
    let plain = String::from_utf8(plain.stdout).unwrap();
    assert!(plain.contains("Nora Lund · done") && plain.contains("owned:accounts"), "{plain}");
    assert_eq!(told(&["undo", who])["state"], "undone");
    let id = told(&["plan", "sven@example.com"])["id"].as_str().unwrap().to_owned();
    assert_eq!(told(&["cancel", &id, "--note", "stays"])["state"], "cancelled");
    assert_eq!(told(&["list"])["rows"].as_array().unwrap().len(), 2);
}

#[test]
fn without_words_the_demo_is_where_the_readme_says() {
    let place = Place::new("help");
    let help = String::from_utf8(run(&place.data(), &["demo", "--help"], "").stdout).unwrap();
    assert!(help.contains("127.0.0.1:8420") && help.contains("castellan-data"), "{help}");
}

#[test]
fn explain_says_the_paths_and_what_is_missing() {
    let place = Place::new("explain");
    init(&place.data());
    let server = Server::start(&place.data());
    let admin = server.sign_in();
    server.join(&admin, "Nora Lund", "nora@example.com", &["Salesperson"]);
    let made = server.ask("POST", "/api/v1/accounts", Some(&admin), Some(&json!({ "name": "Blue Kiln" }))).1;
    let record = format!("accounts/{}", made["id"].as_str().unwrap());
    let say = |token: &str, words: &[&str]| command(&place.data()).args(["--as", token, "explain", &record]).args(words).output().unwrap();
    let own = say(&server.token(&admin), &[]);
    let words = String::from_utf8_lossy(&own.stdout).into_owned();
    assert!(words.starts_with("granted\n") && words.contains("System Administrator"), "{words}");
    let hers = say(&server.token(&admin), &["--user", "nora@example.com", "--privilege", "delete"]);
    let words = String::from_utf8_lossy(&hers.stdout).into_owned();
    assert!(words.starts_with("not granted\n") && words.lines().count() > 1, "{words}");
}

/// Cells that a spreadsheet would run, cells that are hard to write, and plain ones.
const HARD: &str = "Account name,Account number,Phone,City,Description\r\n\
    =cmd|' /C calc'!A0,000123,+1 206-555-0148,Zürich,\"two\r\nlines, and a \"\"quote\"\"\"\r\n\
    @SUM(A1),-5,,東京,\t=1+1\r\n\
    'quoted,'=x,(030) 1,\"Sankt Gallen, SG\",plain\r\n\
    Blue Kiln,,,,\r\n";

#[test]
fn what_one_organisation_exports_another_imports_unchanged() {
    let (one, other) = (Shell::open("one"), Shell::open("other"));
    let told = one.told(&["import", &one.file("hard.csv", HARD), "--set", "accounts"]);
    assert_eq!((&told["counts"]["created"], &told["counts"]["failed"]), (&json!(4), &json!(0)), "{told}");
    let first = one.place.0.join("first.csv");
    one.told(&["export", "--set", "accounts", "-o", first.to_str().unwrap()]);
    let told = other.told(&["import", first.to_str().unwrap(), "--set", "accounts"]);
    assert_eq!((&told["counts"]["created"], &told["counts"]["failed"]), (&json!(4), &json!(0)), "{told}");
    let second = other.place.0.join("second.csv");
    other.told(&["export", "--set", "accounts", "-o", second.to_str().unwrap()]);
    assert_eq!(content(&first), content(&second));
    let text = std::fs::read_to_string(&second).unwrap();
    assert!(!text.contains(",=") && !text.contains(",@") && !text.contains("\n="), "nothing a spreadsheet would run: {text}");
    let found = content(&second);
    assert!(found.iter().any(|row| row.contains("000123") && row.contains("Zürich")), "{found:?}");
}

/// The records of an export without what each organisation gives them itself: ids and stamps at the beginning.
fn content(path: &Path) -> Vec<String> {
    let text = std::fs::read_to_string(path).unwrap();
    let records = text.trim_start_matches('\u{feff}').split("\r\n0").map(str::to_owned).collect::<Vec<_>>();
    let own = records[0].split(',').position(|header| header == "Name").unwrap();
    let mut rows: Vec<String> = records.iter().map(|record| record.splitn(own + 1, ',').last().unwrap().trim_end().to_owned()).collect();
    rows[1..].sort();
    rows
}

#[test]
fn rows_that_could_not_be_taken_come_back_as_a_file() {
    let shell = Shell::open("errors");
    let file = shell.file("a.csv", "Account name,E-mail\nBlue Kiln,office@example.com\nTin Drum,not an address\n");
    let errors = shell.place.0.join("errors.csv");
    let tried = shell.told(&["import", &file, "--set", "accounts", "--dry-run"]);
    assert_eq!(tried["counts"]["failed"], 1, "{tried}");
    let told = shell.told(&["import", &file, "--set", "accounts", "--errors", errors.to_str().unwrap()]);
    assert_eq!((&told["counts"]["created"], &told["counts"]["failed"]), (&json!(1), &json!(1)), "a dry run makes nothing: {told}");
    let kept = std::fs::read_to_string(&errors).unwrap();
    assert!(kept.contains("Tin Drum") && !kept.contains("Blue Kiln"), "{kept}");
}

#[test]
fn an_import_changes_what_is_there_and_gives_rows_to_the_owner_that_is_named() {
    let shell = Shell::open("upsert");
    let server = Server::start(&shell.place.data());
    server.join(&server.sign_in(), "Nora Lund", "nora@example.com", &["Salesperson"]);
    let words = ["import", "--set", "accounts", "--owner", "nora@example.com", "--mode", "upsert", "--key", "account_number"];
    let first = shell.file("a.csv", "Account name,Account number\nBlue Kiln,1\nTin Drum,2\n");
    assert_eq!(shell.told(&[&words[..], &[&first]].concat())["counts"]["created"], 2);
    let second = shell.file("b.csv", "Account name,Account number\nGreen Kiln,1\nOld Mill,3\n");
    let told = shell.told(&[&words[..], &[&second]].concat());
    assert_eq!((&told["counts"]["updated"], &told["counts"]["created"]), (&json!(1), &json!(1)), "{told}");
    let page = server.get("/api/v1/accounts?sort=account_number", &server.sign_in());
    let rows: Vec<(&str, &str)> =
        page["rows"].as_array().unwrap().iter().map(|r| (r["name"].as_str().unwrap(), r["owner"]["name"].as_str().unwrap())).collect();
    assert_eq!(rows, [("Green Kiln", "Nora Lund"), ("Tin Drum", "Nora Lund"), ("Old Mill", "Nora Lund")]);
}

#[test]
fn an_export_goes_to_standard_output_when_no_file_is_named() {
    let shell = Shell::open("stdout");
    shell.told(&["import", &shell.file("a.csv", "Account name\nBlue Kiln\n"), "--set", "accounts"]);
    let done = shell.say(&["export", "--set", "accounts"]);
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    let text = String::from_utf8_lossy(&done.stdout).into_owned();
    assert!(text.contains(",Name,") && text.contains("Blue Kiln"), "{text}");
}
