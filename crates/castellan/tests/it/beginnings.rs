//! How an organisation begins, and what is refused before it does.

use crate::server::{PASSWORD, Place, Server, command, init, open, run, try_ask};
use serde_json::json;

#[test]
fn the_command_line_makes_an_organisation_whose_administrator_signs_in() {
    let place = Place::new("init");
    init(&place.data());
    let server = Server::start(&place.data());
    let token = server.sign_in();
    assert_eq!(server.ask("GET", "/api/v1/accounts", Some(&token), None).0, 200);
    let again = run(&place.data(), &["init", "--organisation", "Other", "--name", "Eve Other", "--email", "eve@example.com"], PASSWORD);
    assert_eq!(again.status.code(), Some(4), "a second organisation beside a running server");
}

#[test]
fn an_organisation_is_made_once() {
    let place = Place::new("once");
    init(&place.data());
    let again = run(&place.data(), &["init", "--organisation", "Other", "--name", "Eve Other", "--email", "eve@example.com"], PASSWORD);
    assert_eq!(again.status.code(), Some(1));
}

#[test]
fn a_weak_password_makes_no_organisation() {
    let place = Place::new("weak");
    let words = ["init", "--organisation", "Stone Works", "--name", "Ada Byrne", "--email", "ada@example.com"];
    let done = run(&place.data(), &words, "short\n");
    assert_eq!(done.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&done.stderr).contains("15"), "{}", String::from_utf8_lossy(&done.stderr));
}

#[test]
fn an_empty_server_opens_nothing_but_the_one_time_link() {
    let place = Place::new("link");
    let server = Server::start(&place.data());
    let link = server.greeting["set_up"].as_str().expect("the server prints a link").to_owned();
    let anybody = json!({ "email": "ada@example.com", "password": PASSWORD });
    assert_eq!(server.ask("POST", "/api/v1/sessions", None, Some(&anybody)).0, 401);
    for path in ["/api/v1/accounts", "/api/v1/users", "/api/v1/roles", "/api/v1/search?q=a", "/api/v1/imports"] {
        assert_eq!(server.ask("GET", path, None, None).0, 401, "{path}");
        assert_eq!(server.ask("GET", path, Some("cst_nothing"), None).0, 401, "{path}");
    }
    let (status, gate) = try_ask(&server.address, "GET", "/sign-in", None, None).unwrap();
    let gate = String::from_utf8(gate).unwrap();
    assert!(status != 200 || gate.contains("no organisation here yet"), "{gate}");
    assert_eq!(try_ask(&server.address, "GET", "/", None, None).unwrap().0, 303, "pages ask for a sign-in that nobody has");
    let path = link.split_once(&server.address).unwrap().1.to_owned();
    assert_eq!(server.ask("GET", &path, None, None).0, 200);
    assert_ne!(server.ask("GET", &format!("{path}0"), None, None).0, 200, "another link");
    drop(server);
    let server = Server::start(&place.data());
    assert_ne!(server.ask("GET", &path, None, None).0, 200, "a new start prints a new link, and the one before is dead");
}

/// The form behind the link, as a browser sends it.
#[test]
fn the_one_time_link_sets_up_the_organisation_and_then_is_dead() {
    let place = Place::new("set-up");
    let server = Server::start(&place.data());
    let link = server.greeting["set_up"].as_str().unwrap().to_owned();
    let path = link.split_once(&server.address).unwrap().1.to_owned();
    let (cookie, csrf) = server.form(&path);
    let send = |csrf: &str| {
        let fields = [
            ("csrf", csrf),
            ("organisation", "Stone Works"),
            ("currency", "EUR"),
            ("name", "Ada Byrne"),
            ("email", "ada@example.com"),
            ("password", PASSWORD),
        ];
        server.submit(&path, &cookie, &fields)
    };
    assert_eq!(send("forged"), 403, "a form of somebody else's page");
    assert_eq!(send(&csrf), 303);
    assert_ne!(send(&csrf), 303, "the link worked once");
    let session = server.sign_in();
    assert_eq!(server.get("/api/v1/users", &session)["rows"].as_array().unwrap().len(), 1);
}

#[test]
fn a_taken_port_is_said_in_words() {
    let place = Place::new("port");
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let done = run(&place.data(), &["serve", "--listen", &address], "");
    assert_eq!(done.status.code(), Some(4));
    let words = String::from_utf8_lossy(&done.stderr).into_owned();
    assert!(words.contains("taken by another program"), "{words}");
}

#[test]
fn a_second_server_on_one_data_directory_is_refused() {
    let place = Place::new("second");
    init(&place.data());
    let _first = Server::start(&place.data());
    let done = run(&place.data(), &["serve", "--listen", "127.0.0.1:0"], "");
    assert_eq!(done.status.code(), Some(4));
    assert!(String::from_utf8_lossy(&done.stderr).contains("another castellan works"));
}

#[test]
fn cookies_say_secure_behind_tls_and_only_there() {
    let place = Place::new("tls");
    init(&place.data());
    let cookie = |words: &[&str]| {
        let mut serve = command(&place.data());
        serve.args(["--json", "serve", "--listen", "127.0.0.1:0"]).args(words);
        let server = Server::begin(serve);
        let head = open(&server.address, "/sign-in", "").head;
        head.lines().find(|line| line.starts_with("set-cookie")).unwrap().to_owned()
    };
    assert!(!cookie(&[]).contains("secure"), "nobody could try it on this machine");
    assert!(cookie(&["--behind-tls"]).contains("; secure"));
}

#[test]
fn wrong_words_end_with_two_and_nobody_is_nobody() {
    let place = Place::new("words");
    init(&place.data());
    assert_eq!(run(&place.data(), &["dance"], "").status.code(), Some(2));
    assert_eq!(run(&place.data(), &["user", "list"], "").status.code(), Some(2), "without --as nobody asks");
    let done = command(&place.data()).args(["--as", "cst_nothing", "user", "list"]).output().unwrap();
    assert_eq!(done.status.code(), Some(1));
}

#[test]
fn the_command_line_works_beside_the_server_and_without_it() {
    let place = Place::new("beside");
    init(&place.data());
    let server = Server::start(&place.data());
    let token = server.token(&server.sign_in());
    let words = |more: &[&str]| command(&place.data()).args(["--json", "--as", &token]).args(more).output().unwrap();
    let invited = words(&["user", "invite", "Nora Lund", "nora@example.com", "--role", "Salesperson"]);
    assert!(invited.status.success(), "{}", String::from_utf8_lossy(&invited.stderr));
    let verified = run(&place.data(), &["--json", "audit", "verify"], "");
    assert!(verified.status.success(), "{}", String::from_utf8_lossy(&verified.stderr));
    drop(server);
    let listed = words(&["user", "list"]);
    assert!(listed.status.success(), "{}", String::from_utf8_lossy(&listed.stderr));
    let listed: serde_json::Value = serde_json::from_slice(&listed.stdout).unwrap();
    assert!(listed["rows"].as_array().unwrap().iter().any(|u| u["email"] == "nora@example.com"), "{listed}");
    let well = run(&place.data(), &["doctor"], "");
    assert!(well.status.success(), "{}", String::from_utf8_lossy(&well.stderr));
}

#[test]
fn generated_records_are_there_and_the_trail_is_whole() {
    let place = Place::new("generate");
    init(&place.data());
    let done = run(&place.data(), &["--json", "generate", "--rows", "500", "--seed", "7"], "");
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    let server = Server::start(&place.data());
    let token = server.sign_in();
    let (status, page) = server.ask("GET", "/api/v1/contacts?limit=10&count=true", Some(&token), None);
    assert_eq!(status, 200, "{page}");
    assert_eq!(page["count"]["value"], 200, "40 of 100 are contacts: {}", page["count"]);
    let verified = run(&place.data(), &["audit", "verify"], "");
    assert!(verified.status.success(), "{}", String::from_utf8_lossy(&verified.stderr));
}

#[test]
fn generated_records_bear_numbers_and_the_names_of_people_as_others_do() {
    let place = Place::new("numbered");
    init(&place.data());
    let done = run(&place.data(), &["generate", "--rows", "600", "--seed", "7"], "");
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    let conn = rusqlite::Connection::open(place.data().join("castellan.db")).unwrap();
    let one = |text: &str| conn.query_row(text, [], |row| row.get::<_, i64>(0)).unwrap();
    let cases = one("SELECT count(*) FROM cases");
    assert!(cases > 10, "{cases} cases");
    let numbers = "SELECT count(DISTINCT case_number) FROM cases WHERE case_number BETWEEN 'CAS-000001' AND";
    assert_eq!(one(&format!("{numbers} 'CAS-{cases:06}'")), cases, "one after the other, from the first on");
    for set in ["accounts", "cases", "tasks", "notes"] {
        let made_by = format!("SELECT count(*) FROM {set} WHERE created_by = (SELECT id FROM sys_principals WHERE name = 'Ada Byrne')");
        assert!(one(&made_by) > 0 && one(&made_by) == one(&format!("SELECT count(*) FROM {set}")), "{set} made by a person");
    }
    drop(conn);
    let server = Server::start(&place.data());
    let token = server.sign_in();
    let customer = server.get("/api/v1/accounts?limit=1", &token)["rows"][0]["id"].clone();
    let case = json!({ "title": "The next one", "customer": { "set": "accounts", "id": customer } });
    let (status, made) = server.ask("POST", "/api/v1/cases", Some(&token), Some(&case));
    assert_eq!(status, 201, "{made}");
    let last = server.get("/api/v1/cases?select=case_number&sort=-case_number&limit=1", &token);
    assert_eq!(last["rows"][0]["case_number"], format!("CAS-{:06}", cases + 1), "{last}");
}
