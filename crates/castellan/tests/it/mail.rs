//! Letters by the real binary to a real mail server on the loopback: taken, refused, hung up on, killed in between.
//!
//! The mail server is aiosmtpd in a virtual environment that `cargo xtask test` makes; servers that hang or hang up at
//! once are sockets of the test. Nothing here sleeps longer than it must: what is waited for is asked for again and again.
//! Not here: who is written to (`crates/crm/tests/it/mail.rs`). Start reading at [`MailServer`].

use crate::server::{PASSWORD, Place, Server, command, init, skipped, until};
use serde_json::{Value as Json, json};
use std::io::{BufRead, BufReader};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

const SOON: Duration = Duration::from_secs(30);
const OTHER: &str = "velvet compass thirteen owls";

/// Where `cargo xtask test` puts the mail server's Python.
fn python() -> Option<PathBuf> {
    let beside = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target/smtp/bin/python");
    let named = std::env::var_os("CASTELLAN_TEST_SMTP").map(PathBuf::from);
    named.or(Some(beside)).filter(|python| python.exists())
}

/// aiosmtpd; what it took lies in its folder.
struct MailServer {
    child: Child,
    port: u16,
    folder: PathBuf,
}

impl MailServer {
    fn start(place: &Place, mode: &str) -> Option<MailServer> {
        MailServer::start_at(place, mode, 0)
    }

    fn start_at(place: &Place, mode: &str, port: u16) -> Option<MailServer> {
        let Some(python) = python() else {
            skipped("a real mail server: run `cargo xtask test`, or name a Python that has aiosmtpd in CASTELLAN_TEST_SMTP");
            return None;
        };
        let folder = place.0.join("letters");
        std::fs::create_dir_all(&folder).unwrap();
        let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/smtp_server.py");
        let mut command = Command::new(python);
        command.arg(script).arg(&folder).arg(mode).arg(port.to_string());
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let port = line.trim().parse().unwrap_or_else(|_| panic!("the mail server did not start: {line}"));
        Some(MailServer { child, port, folder })
    }

    /// The letters it took: file name and text, oldest first.
    fn letters(&self) -> Vec<(String, String)> {
        let mut all: Vec<_> = std::fs::read_dir(&self.folder)
            .unwrap()
            .flatten()
            .filter(|entry| entry.path().extension().is_some_and(|e| e == "eml"))
            .map(|entry| (entry.metadata().unwrap().modified().unwrap(), entry.path()))
            .collect();
        all.sort();
        all.into_iter()
            .map(|(_, path)| (path.file_name().unwrap().to_string_lossy().into_owned(), std::fs::read_to_string(&path).unwrap()))
            .collect()
    }

    /// Waits for the letter to this address with this in its text.
    fn letter(&self, to: &str, with: &str) -> String {
        let mut found = None;
        let came = until(SOON, || {
            found = self.letters().into_iter().map(|(_, text)| plain(&text)).find(|text| text.contains(to) && text.contains(with));
            found.is_some()
        });
        assert!(came, "no letter to {to} with {with}: {:?}", self.letters());
        found.unwrap()
    }
}

impl Drop for MailServer {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Quoted-printable, undone far enough to read a link: soft line breaks and `=3D`.
fn plain(text: &str) -> String {
    text.replace("\r\n", "\n").replace("=\n", "").replace("=3D", "=")
}

/// What a link ends in.
fn token(letter: &str, path: &str) -> String {
    let from = letter.find(path).unwrap_or_else(|| panic!("no {path} in {letter}")) + path.len();
    letter[from..].chars().take_while(char::is_ascii_hexdigit).collect()
}

fn settings(port: u16) -> Json {
    json!({ "host": "127.0.0.1", "port": port, "safety": "none", "from": "crm@example.com", "own_address": "https://crm.example.com" })
}

fn set_up(server: &Server, admin: &str, settings: &Json) {
    let (status, told) = server.ask("PUT", "/api/v1/mail_settings", Some(admin), Some(settings));
    assert_eq!(status, 204, "{told}");
}

fn invite(server: &Server, admin: &str, name: &str) -> Json {
    let unit = server.get("/api/v1/business_units", admin)["rows"][0]["id"].clone();
    let person = json!({ "name": name, "email": format!("{}@example.com", name.to_lowercase()), "business_unit": unit });
    let (status, made) = server.ask("POST", "/api/v1/users", Some(admin), Some(&person));
    assert_eq!(status, 201, "{made}");
    made
}

fn outbox(server: &Server, admin: &str) -> Vec<Json> {
    server.get("/api/v1/outbox", admin)["rows"].as_array().unwrap().clone()
}

/// The words beside the newest letter, once it is in this state.
fn words(server: &Server, admin: &str, state: &str) -> String {
    let mut line = Json::Null;
    let so = until(SOON, || {
        line = outbox(server, admin).remove(0);
        line["state"] == state && line["error"].is_string()
    });
    assert!(so, "{line}");
    line["error"].as_str().unwrap().to_owned()
}

#[test]
fn an_invitation_and_a_reset_are_received_and_used() {
    let place = Place::new("mail");
    let Some(mail) = MailServer::start(&place, "take") else { return };
    init(&place.data());
    let server = Server::start(&place.data());
    let admin = server.sign_in();
    set_up(&server, &admin, &settings(mail.port));
    let made = invite(&server, &admin, "Nora");
    assert_eq!((made["invitation"]["mailed"].clone(), made["invitation"]["token"].clone()), (json!(true), Json::Null));
    let letter = mail.letter("X-Envelope-To: nora@example.com", "https://crm.example.com/invitation/");
    assert!(letter.contains("Subject: Your invitation to Stone Works"), "{letter}");
    assert!(letter.contains("From: \"Stone Works\" <crm@example.com>") && letter.contains("Auto-Submitted: auto-generated"), "{letter}");
    let link = token(&letter, "/invitation/");
    let accept =
        |password: &str| server.ask("POST", &format!("/api/v1/invitations/{link}/accept"), None, Some(&json!({ "password": password })));
    assert_eq!(accept(PASSWORD).0, 204);
    assert_eq!(accept(PASSWORD).0, 409, "once");
    let nora = server.enter("nora@example.com", PASSWORD);
    for address in ["nora@example.com", "nobody@example.com"] {
        assert_eq!(server.ask("POST", "/api/v1/password_resets", None, Some(&json!({ "email": address }))).0, 202);
    }
    let letter = mail.letter("X-Envelope-To: nora@example.com", "https://crm.example.com/password-reset/");
    let link = format!("/api/v1/password_resets/{}", token(&letter, "/password-reset/"));
    let wins = AtomicUsize::new(0);
    std::thread::scope(|scope| {
        for n in 0..50 {
            let (server, link, wins) = (&server, &link, &wins);
            scope.spawn(move || {
                let (status, told) = server.ask("POST", link, None, Some(&json!({ "password": format!("{OTHER} number {n}") })));
                assert!(status == 204 || status == 409, "{status} {told}");
                wins.fetch_add(usize::from(status == 204), Ordering::SeqCst);
            });
        }
    });
    assert_eq!(wins.into_inner(), 1, "exactly one of fifty");
    assert_eq!(server.ask("GET", "/api/v1/sessions", Some(&nora), None).0, 401, "every session has ended");
    mail.letter("X-Envelope-To: nora@example.com", "was changed just now");
    assert!(!mail.letters().iter().any(|(_, text)| text.contains("nobody@example.com")));
}

#[test]
fn a_reset_asked_before_a_freeze_is_dead_after_it() {
    let place = Place::new("mail-freeze");
    let Some(mail) = MailServer::start(&place, "take") else { return };
    init(&place.data());
    let server = Server::start(&place.data());
    let admin = server.sign_in();
    let nora = server.join(&admin, "Nora Lund", "nora@example.com", &[]);
    set_up(&server, &admin, &settings(mail.port));
    let forget = || assert_eq!(server.ask("POST", "/api/v1/password_resets", None, Some(&json!({ "email": "nora@example.com" }))).0, 202);
    forget();
    let link = token(&mail.letter("nora@example.com", "/password-reset/"), "/password-reset/");
    let act = |what: &str| assert_eq!(server.ask("POST", &format!("/api/v1/users/{nora}/{what}"), Some(&admin), Some(&json!({}))).0, 204);
    act("freeze");
    let use_it = || server.ask("POST", &format!("/api/v1/password_resets/{link}"), None, Some(&json!({ "password": OTHER }))).0;
    assert_eq!(use_it(), 409);
    let before = mail.letters().len();
    forget();
    act("unfreeze");
    assert_eq!(use_it(), 409, "an unfreeze revives nothing");
    server.enter("nora@example.com", PASSWORD);
    std::thread::sleep(Duration::from_millis(500));
    let asked_while_frozen = mail.letters().len() - before;
    assert!(asked_while_frozen <= 1, "at most the ask that was looked at after the unfreeze");
}

#[test]
fn the_outbox_survives_kills_and_no_letter_is_lost() {
    const LETTERS: usize = 40;
    let place = Place::new("mail-kill");
    let Some(mail) = MailServer::start(&place, "slow") else { return };
    init(&place.data());
    let mut server = Server::start(&place.data());
    let admin = server.sign_in();
    set_up(&server, &admin, &settings(mail.port));
    for n in 0..LETTERS {
        invite(&server, &admin, &format!("Person{n:02}"));
        if n % 8 == 7 {
            server.kill();
            server = Server::start(&place.data());
        }
    }
    let all_sent = until(Duration::from_secs(90), || outbox(&server, &admin).iter().all(|line| line["state"] == "sent"));
    let lines = server.get("/api/v1/outbox?limit=200", &admin);
    assert!(all_sent, "{lines}");
    let lines = lines["rows"].as_array().unwrap().clone();
    assert_eq!(lines.len(), LETTERS);
    let letters = mail.letters();
    for line in &lines {
        let name = line["message_id"].as_str().unwrap();
        let (times, tries) = (letters.iter().filter(|(file, _)| file.starts_with(name)).count(), line["attempts"].as_u64().unwrap());
        // INVARIANT (mail): it went, and again only where a kill came before its acceptance was recorded.
        assert!((1..=tries).contains(&(times as u64)), "{times} times: {line}");
    }
    let twice = letters.len() - LETTERS;
    println!("letters that went again after a kill: {twice}");
    assert!(twice <= LETTERS / 8, "at most one for each kill");
}

#[test]
fn a_server_that_refuses_is_quoted_and_the_letter_goes_when_it_is_mended() {
    let place = Place::new("mail-refuse");
    let Some(mail) = MailServer::start(&place, "refuse") else { return };
    init(&place.data());
    let server = Server::start(&place.data());
    let admin = server.sign_in();
    set_up(&server, &admin, &settings(mail.port));
    invite(&server, &admin, "Nora");
    let said = words(&server, &admin, "failed");
    assert!(said.starts_with("the mail server refused it: 550") && said.contains("there is no mailbox"), "{said}");
    let port = mail.port;
    drop(mail);
    let mail = MailServer::start_at(&place, "take", port).unwrap();
    let id = outbox(&server, &admin)[0]["id"].as_str().unwrap().to_owned();
    assert_eq!(server.ask("POST", &format!("/api/v1/outbox/{id}/retry"), Some(&admin), None).0, 204);
    mail.letter("nora@example.com", "/invitation/");
}

#[test]
fn a_server_that_wants_patience_or_hangs_up_is_tried_again() {
    let place = Place::new("mail-later");
    let Some(mail) = MailServer::start(&place, "later") else { return };
    init(&place.data());
    let server = Server::start(&place.data());
    let admin = server.sign_in();
    set_up(&server, &admin, &settings(mail.port));
    invite(&server, &admin, "Nora");
    let said = words(&server, &admin, "waiting");
    assert!(said.starts_with("the mail server does not take it now: 451") && said.contains("come back later"), "{said}");
    drop(mail);
    let mail = MailServer::start(&place, "close").unwrap();
    // Settings that are saved wake what waits.
    set_up(&server, &admin, &settings(mail.port));
    let so = until(SOON, || outbox(&server, &admin)[0]["error"].as_str().is_some_and(|said| said.contains("closed the connection")));
    assert!(so, "{:?}", outbox(&server, &admin));
    drop(mail);
    let mail = MailServer::start(&place, "take").unwrap();
    set_up(&server, &admin, &settings(mail.port));
    mail.letter("nora@example.com", "/invitation/");
}

#[test]
fn a_server_that_is_not_there_or_hangs_stops_nothing() {
    let place = Place::new("mail-hang");
    init(&place.data());
    let server = Server::start(&place.data());
    let admin = server.sign_in();
    let gone = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    set_up(&server, &admin, &settings(gone));
    let test = || {
        let (status, made) = server.ask("POST", "/api/v1/mail_settings/test", Some(&admin), None);
        assert_eq!(status, 202, "{made}");
        made["id"].as_str().unwrap().to_owned()
    };
    let answer = |id: &str| {
        let mut line = Json::Null;
        let ended = until(SOON, || {
            line = server.get(&format!("/api/v1/outbox/{id}"), &admin);
            line["state"] == "failed"
        });
        assert!(ended, "{line}");
        line["error"].as_str().unwrap().to_owned()
    };
    assert_eq!(answer(&test()), format!("`127.0.0.1` port {gone} refuses connections"));
    // It takes the connection and never says a word.
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = silent.local_addr().unwrap().port();
    set_up(&server, &admin, &settings(port));
    let begun = Instant::now();
    let id = test();
    while begun.elapsed() < Duration::from_secs(3) {
        let asked = Instant::now();
        server.get("/api/v1/accounts", &admin);
        invite(&server, &admin, &format!("Person{}", begun.elapsed().as_millis()));
        assert!(asked.elapsed() < Duration::from_secs(2), "nobody waits for the mail server");
    }
    assert_eq!(answer(&id), format!("`127.0.0.1` port {port} did not answer in time"));
    assert!(begun.elapsed() < Duration::from_secs(20), "it is left after ten seconds");
    let stopping = Instant::now();
    assert!(server.stop().success());
    assert!(stopping.elapsed() < Duration::from_secs(10), "nor does the end wait for it");
}

#[test]
fn a_name_and_password_go_over_tls_only_and_a_wrong_certificate_is_not_trusted() {
    let place = Place::new("mail-login");
    let folder = place.0.join("letters");
    std::fs::create_dir_all(&folder).unwrap();
    let made = Command::new("openssl")
        .args([
            "req",
            "-x509",
            "-newkey",
            "rsa:2048",
            "-nodes",
            "-days",
            "2",
            "-subj",
            "/CN=localhost",
            "-addext",
            "subjectAltName=DNS:localhost",
        ])
        .args(["-addext", "basicConstraints=critical,CA:FALSE"])
        .arg("-keyout")
        .arg(folder.join("server.key"))
        .arg("-out")
        .arg(folder.join("server.pem"))
        .output();
    if !made.is_ok_and(|made| made.status.success()) {
        return skipped("a mail server with TLS: openssl is missing");
    }
    let Some(mail) = MailServer::start(&place, "login") else { return };
    init(&place.data());
    let log_in = |port: u16, password: &str| {
        json!({
            "host": "localhost", "port": port, "safety": "starttls", "login": "crm", "password": password, "from": "crm@example.com",
            "own_address": "https://crm.example.com",
        })
    };
    {
        let server = Server::start(&place.data());
        let admin = server.sign_in();
        set_up(&server, &admin, &log_in(mail.port, "open sesame"));
        invite(&server, &admin, "Nora");
        let said = words(&server, &admin, "held");
        assert!(said.starts_with("no safe connection to `localhost`"), "nobody signed that certificate: {said}");
    }
    // The machine trusts it now, as it would trust the organisation's own authority.
    let mut serve = command(&place.data());
    serve.args(["--json", "serve", "--listen", "127.0.0.1:0"]).env("SSL_CERT_FILE", folder.join("server.pem"));
    let server = Server::begin(serve);
    let admin = server.sign_in();
    set_up(&server, &admin, &log_in(mail.port, "not that"));
    let said = words(&server, &admin, "held");
    assert!(said.starts_with("the mail server does not take the name and password: 535"), "{said}");
    set_up(&server, &admin, &log_in(mail.port, "open sesame"));
    mail.letter("nora@example.com", "/invitation/");
}

#[test]
fn a_key_that_is_handed_in_seals_and_one_that_is_none_is_refused() {
    let place = Place::new("mail-key");
    init(&place.data());
    std::fs::remove_file(place.data().join("seal.key")).unwrap();
    let start = |key: &str| {
        let mut serve = command(&place.data());
        serve.args(["--json", "serve", "--listen", "127.0.0.1:0"]).env("CASTELLAN_KEY", key);
        serve
    };
    let refused = start("open sesame").output().unwrap();
    assert_eq!(refused.status.code(), Some(4), "{}", String::from_utf8_lossy(&refused.stderr));
    assert!(String::from_utf8_lossy(&refused.stderr).contains("64 hex digits"));
    let gone = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    {
        let server = Server::begin(start(&"ab".repeat(32)));
        let admin = server.sign_in();
        let mut with_login = settings(gone);
        with_login["login"] = json!("crm");
        with_login["password"] = json!("open sesame");
        set_up(&server, &admin, &with_login);
        assert!(!place.data().join("seal.key").exists(), "no key lies beside the data");
    }
    let server = Server::begin(start(&"cd".repeat(32)));
    let admin = server.sign_in();
    invite(&server, &admin, "Nora");
    let said = words(&server, &admin, "held");
    assert!(said.contains("sealed with another key; type it again"), "{said}");
}
