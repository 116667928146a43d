//! Somebody is stopped: what another process gets afterwards, what a power cut leaves, and what many at once see.
//!
//! The sessions lie in the database before the server starts: opening two thousand by password would only try patience.
//! The requests after the acknowledgement come from a process of their own ([`the_process_that_knocks`]).

use crate::databases::{Database, init_on, serve_on};
use crate::server::{PASSWORD, Place, Server, init, run, skipped, try_ask};
use serde_json::{Value as Json, json};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Mutex;
use std::time::{Duration, Instant};

const SESSIONS: usize = 2000;
const REQUESTS: usize = 20_000;
const KNOCK: &str = "CASTELLAN_TEST_KNOCK";
const ANOTHER: &str = "velvet compass under the thunder";

/// An organisation on one of the databases.
struct House {
    place: Place,
    database: Option<Database>,
}

impl House {
    /// On both databases; the second where there is one.
    fn each(name: &str, story: impl Fn(&House)) {
        let house = House { place: Place::new(name), database: None };
        init(&house.place.data());
        story(&house);
        let Some(database) = Database::make(name) else {
            return skipped("PostgreSQL: set CASTELLAN_TEST_POSTGRES, or run `cargo xtask test`");
        };
        let house = House { place: Place::new(name), database: Some(database) };
        init_on(&house.place.data(), &house.database.as_ref().unwrap().url);
        story(&house);
    }

    fn data(&self) -> std::path::PathBuf {
        self.place.data()
    }

    fn serve(&self) -> Server {
        match &self.database {
            None => Server::start(&self.data()),
            Some(database) => serve_on(&self.data(), &database.url),
        }
    }

    /// Puts so many live sessions of this person into the database, past the product. Answers their secrets.
    fn sessions(&self, user: &str, count: usize) -> Vec<String> {
        let secrets: Vec<String> = (0..count).map(|n| format!("secret {n} of {user} {:?}", Instant::now())).collect();
        let hashes = secrets.iter().map(|secret| hex(&crm::sign_in::token_hash(secret)));
        // Every other one is a token.
        let rows = hashes.enumerate().map(|(n, hash)| if n % 2 == 0 { (hash, "api") } else { (hash, "token") });
        let (now, far) = ("(SELECT max(time) FROM sys_trail)", "(SELECT max(time) FROM sys_trail) + 3600000000");
        let made: Vec<String> = rows
            .map(|(hash, kind)| {
                let (id, hash) = match &self.database {
                    None => ("randomblob(16)".to_owned(), format!("x'{hash}'")),
                    Some(_) => ("gen_random_uuid()".to_owned(), format!("'\\x{hash}'::bytea")),
                };
                let scopes = if kind == "token" { "'read write'" } else { "NULL" };
                format!(
                    "INSERT INTO sys_sessions (id, token_hash, user_id, kind, name, scopes, epoch, created_on, last_used, idle, ends_on)
                     SELECT {id}, {hash}, id, '{kind}', 'made by a test', {scopes}, epoch, {now}, {now}, 3600000000, {far}
                     FROM sys_principals WHERE id = {};",
                    self.literal(user)
                )
            })
            .collect();
        self.beside(&format!("BEGIN; {} COMMIT;", made.concat()));
        secrets
    }

    /// The same, of secrets that nobody knows.
    fn nameless_sessions(&self, user: &str, count: usize) {
        let (id, hash) = match &self.database {
            None => ("randomblob(16)", "randomblob(32)"),
            Some(_) => ("gen_random_uuid()", "sha256(gen_random_uuid()::text::bytea)"),
        };
        self.beside(&format!(
            "WITH RECURSIVE many(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM many WHERE n < {count})
             INSERT INTO sys_sessions (id, token_hash, user_id, kind, name, epoch, created_on, last_used, idle, ends_on)
             SELECT {id}, {hash}, p.id, 'api', 'made by a test', p.epoch, t.now, t.now, 3600000000, t.now + 3600000000
             FROM many, sys_principals p, (SELECT max(time) AS now FROM sys_trail) t WHERE p.id = {}",
            self.literal(user)
        ));
    }

    fn literal(&self, id: &str) -> String {
        match self.database {
            None => format!("x'{}'", id.replace('-', "")),
            Some(_) => format!("'{id}'"),
        }
    }

    /// Runs statements past the product.
    fn beside(&self, sql: &str) {
        match &self.database {
            None => {
                let conn = rusqlite::Connection::open(self.data().join("castellan.db")).unwrap();
                conn.busy_timeout(Duration::from_secs(30)).unwrap();
                conn.execute_batch(sql).unwrap();
            }
            Some(database) => postgres::Client::connect(&database.url, postgres::NoTls).unwrap().batch_execute(sql).unwrap(),
        }
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Freezes or disables somebody. Answers when it was acknowledged.
fn stop(server: &Server, act: &str, admin: &str, user: &str) -> Instant {
    let (status, told) = server.ask("POST", &format!("/api/v1/users/{user}/{act}"), Some(admin), Some(&json!({ "reason": "left" })));
    let acknowledged = Instant::now();
    assert_eq!(status, 204, "{told}");
    acknowledged
}

/// A process of its own that knocks with these secrets whenever it is told to.
struct Knocker {
    child: std::process::Child,
    said: BufReader<std::process::ChildStdout>,
}

impl Knocker {
    fn start(folder: &Path, address: &str, secrets: &[String]) -> Knocker {
        let file = folder.join("secrets");
        std::fs::write(&file, format!("{address}\n{}", secrets.join("\n"))).unwrap();
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "disable::the_process_that_knocks", "--nocapture"])
            .env(KNOCK, &file)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let said = BufReader::new(child.stdout.take().unwrap());
        Knocker { child, said }
    }

    /// Sends so many requests now. Answers how many were let in and how many were refused with 401.
    fn knock(&mut self, count: usize) -> (usize, usize) {
        writeln!(self.child.stdin.as_mut().unwrap(), "{count}").unwrap();
        let mut line = String::new();
        loop {
            line.clear();
            assert!(self.said.read_line(&mut line).unwrap() > 0, "the process that knocks went away");
            if let Some(told) = line.trim().strip_prefix("knocked ") {
                let numbers: Vec<usize> = told.split(' ').map(|n| n.parse().unwrap()).collect();
                return (numbers[0], numbers[1]);
            }
        }
    }
}

impl Drop for Knocker {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The other side of [`Knocker`]: in a run of the tests it has nothing to do.
#[test]
fn the_process_that_knocks() {
    let Some(file) = std::env::var_os(KNOCK) else { return };
    let text = std::fs::read_to_string(file).unwrap();
    let (address, secrets) = text.split_once('\n').unwrap();
    let secrets: Vec<&str> = secrets.lines().collect();
    for line in std::io::stdin().lines() {
        let count: usize = line.unwrap().parse().unwrap();
        let told = Mutex::new((0, 0));
        std::thread::scope(|scope| {
            for lane in 0..4 {
                let (told, secrets) = (&told, &secrets);
                scope.spawn(move || {
                    let mut wire = Wire::to(address);
                    let (mut accepted, mut refused) = (0, 0);
                    for n in (lane..count).step_by(4) {
                        match wire.ask("/api/v1/accounts?limit=1", secrets[n % secrets.len()]) {
                            401 => refused += 1,
                            200 => accepted += 1,
                            other => panic!("{other}"),
                        }
                    }
                    let mut told = told.lock().unwrap();
                    told.0 += accepted;
                    told.1 += refused;
                });
            }
        });
        let (accepted, refused) = *told.lock().unwrap();
        println!("\nknocked {accepted} {refused}");
        std::io::stdout().flush().unwrap();
    }
}

/// A connection that stays open.
struct Wire {
    stream: BufReader<TcpStream>,
    address: String,
}

impl Wire {
    fn to(address: &str) -> Wire {
        let stream = TcpStream::connect(address).unwrap();
        stream.set_nodelay(true).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(60))).unwrap();
        Wire { stream: BufReader::new(stream), address: address.to_owned() }
    }

    fn ask(&mut self, path: &str, secret: &str) -> u16 {
        let head = format!("GET {path} HTTP/1.1\r\nHost: {}\r\nAuthorization: Bearer {secret}\r\n\r\n", self.address);
        self.stream.get_mut().write_all(head.as_bytes()).unwrap();
        let (mut status, mut length) = (0, 0);
        let mut line = String::new();
        loop {
            line.clear();
            assert!(self.stream.read_line(&mut line).unwrap() > 0, "the line broke off");
            let line = line.trim_end().to_lowercase();
            if line.is_empty() {
                break;
            }
            if status == 0 {
                status = line.split(' ').nth(1).unwrap().parse().unwrap();
            }
            if let Some(said) = line.strip_prefix("content-length: ") {
                length = said.parse().unwrap();
            }
        }
        self.stream.read_exact(&mut vec![0; length]).unwrap();
        status
    }
}

fn two_thousand(act: &'static str) {
    House::each(&format!("{act}_many"), |house| {
        let server = house.serve();
        let admin = server.sign_in();
        let nora = server.join(&admin, "Nora Lund", "nora@example.com", &["Salesperson"]);
        let secrets = house.sessions(&nora, SESSIONS);
        let mut knocker = Knocker::start(&house.place.0, &server.address, &secrets);
        assert_eq!(knocker.knock(SESSIONS), (SESSIONS, 0), "each of them is live");
        stop(&server, act, &admin, &nora);
        assert_eq!(knocker.knock(REQUESTS), (0, REQUESTS));
    });
}

#[test]
fn none_of_20000_requests_after_a_disabling_is_accepted() {
    two_thousand("disable");
}

#[test]
fn none_of_20000_requests_after_a_freeze_is_accepted() {
    two_thousand("freeze");
}

#[test]
fn a_disabling_takes_as_long_for_ten_sessions_as_for_two_thousand() {
    const PAIRS: usize = 30;
    House::each("cost", |house| {
        let server = house.serve();
        let admin = server.sign_in();
        let unit = server.get("/api/v1/business_units", &admin)["rows"][0]["id"].clone();
        let invited = |name: String, sessions: usize| {
            let person = json!({ "name": name, "email": format!("{name}@example.com"), "business_unit": unit });
            let id = server.ask("POST", "/api/v1/users", Some(&admin), Some(&person)).1["id"].as_str().unwrap().to_owned();
            house.nameless_sessions(&id, sessions);
            id
        };
        let disabled = |user: &str| {
            let begun = Instant::now();
            stop(&server, "disable", &admin, user);
            begun.elapsed()
        };
        // A machine that others use too is not quiet all the time: a cost that grows with the sessions never fits, though.
        let mut ratios = Vec::new();
        for run in 0..5 {
            let pairs: Vec<(String, String)> =
                (0..PAIRS).map(|n| (invited(format!("few-{run}-{n}"), 10), invited(format!("many-{run}-{n}"), SESSIONS))).collect();
            let (mut of_few, mut of_many) = (Vec::new(), Vec::new());
            for (n, (few, many)) in pairs.iter().enumerate() {
                if n % 2 == 0 {
                    of_few.push(disabled(few));
                    of_many.push(disabled(many));
                } else {
                    of_many.push(disabled(many));
                    of_few.push(disabled(few));
                }
            }
            ratios.push(quiet(of_many).as_secs_f64() / quiet(of_few).as_secs_f64());
            if ratios.iter().any(|ratio| (0.9..=1.1).contains(ratio)) {
                break;
            }
        }
        println!("two thousand sessions beside ten: {ratios:.3?} times as long");
        assert!(ratios.iter().any(|ratio| (0.9..=1.1).contains(ratio)), "{ratios:.3?}");
    });
}

/// What a quarter of them did not take longer than: a stall of the machine weighs nothing in it.
fn quiet(mut times: Vec<Duration>) -> Duration {
    times.sort();
    times[times.len() / 4]
}

#[test]
fn a_power_cut_right_behind_the_acknowledgement_lets_nobody_back_in() {
    const ROUNDS: usize = 30;
    House::each("cut", |house| {
        let mut server = house.serve();
        let admin = server.sign_in();
        let people: Vec<(String, String)> = (0..ROUNDS)
            .map(|n| {
                let email = format!("leaver{n}@example.com");
                (server.join(&admin, &format!("Leaver {n}"), &email, &["Salesperson"]), email)
            })
            .collect();
        let secrets: Vec<Vec<String>> = people.iter().map(|(user, _)| house.sessions(user, 4)).collect();
        let mut behind = Vec::new();
        for (n, (user, email)) in people.iter().enumerate() {
            assert!(secrets[n].iter().all(|secret| server.ask("GET", "/api/v1/accounts", Some(secret), None).0 == 200));
            let acknowledged = stop(&server, if n % 3 == 2 { "freeze" } else { "disable" }, &admin, user);
            behind.push(server.kill() - acknowledged);
            server = house.serve();
            for secret in &secrets[n] {
                assert_eq!(server.ask("GET", "/api/v1/accounts", Some(secret), None).0, 401, "round {n}");
            }
            let knock = json!({ "email": email, "password": PASSWORD });
            assert_eq!(server.ask("POST", "/api/v1/sessions", None, Some(&knock)).0, 401, "round {n}");
            let noted = std::fs::read_to_string(house.data().join("revocations.log")).unwrap();
            assert!(noted.contains(user), "round {n}: the revocation journal knows nothing of it");
        }
        let late = behind.iter().filter(|time| **time > Duration::from_millis(5)).count();
        println!("killed at most {:?} behind the acknowledgement", behind.iter().max());
        assert!(late < ROUNDS / 10, "{late} of {ROUNDS} came later than 5 ms: {behind:?}");
    });
}

#[test]
fn many_at_once_see_a_disabling_from_the_acknowledgement_on() {
    House::each("at_once", |house| {
        let server = house.serve();
        let admin = server.sign_in();
        let nora = server.join(&admin, "Nora Lund", "nora@example.com", &["Salesperson"]);
        let secrets = house.sessions(&nora, 50);
        let acknowledged: Mutex<Option<Instant>> = Mutex::new(None);
        let entered: Mutex<Vec<String>> = Mutex::new(Vec::new());
        std::thread::scope(|scope| {
            for secret in &secrets {
                let (acknowledged, address) = (&acknowledged, &server.address);
                scope.spawn(move || {
                    let mut wire = Wire::to(address);
                    loop {
                        let begun = Instant::now();
                        let status = wire.ask("/api/v1/accounts?limit=1", secret);
                        let late = acknowledged.lock().unwrap().is_some_and(|at| begun > at);
                        match status {
                            200 => assert!(!late, "a request that began after the acknowledgement was accepted"),
                            401 => break,
                            other => panic!("{other}"),
                        }
                    }
                });
            }
            // Whoever is just signing in: the password is being compared while the disabling comes.
            for _ in 0..6 {
                let (entered, address) = (&entered, &server.address);
                scope.spawn(move || {
                    let body = json!({ "email": "nora@example.com", "password": PASSWORD }).to_string().into_bytes();
                    let (status, bytes) =
                        try_ask(address, "POST", "/api/v1/sessions", None, Some(("application/json".into(), body))).unwrap();
                    if status == 201 {
                        let made: Json = serde_json::from_slice(&bytes).unwrap();
                        entered.lock().unwrap().push(made["token"].as_str().unwrap().to_owned());
                    }
                });
            }
            std::thread::sleep(Duration::from_millis(150));
            *acknowledged.lock().unwrap() = Some(stop(&server, "disable", &admin, &nora));
        });
        for token in entered.lock().unwrap().iter() {
            assert_eq!(server.ask("GET", "/api/v1/accounts", Some(token), None).0, 401, "a sign-in got in beside the disabling");
        }
    });
}

#[test]
fn whoever_is_let_back_in_begins_anew_and_what_was_open_stays_dead() {
    House::each("back", |house| {
        let server = house.serve();
        let admin = server.sign_in();
        server.join(&admin, "Eva Holm", "eva@example.com", &["System Administrator"]);
        let second = server.enter("eva@example.com", PASSWORD);
        let nora = server.join(&admin, "Nora Lund", "nora@example.com", &["Salesperson"]);
        let session = server.enter("nora@example.com", PASSWORD);
        let token = server.token(&session);
        let cookie = cookie(&server, "nora@example.com", PASSWORD);
        assert_eq!(page(&server, "/account", &cookie), 200);
        let reset = server.ask("POST", &format!("/api/v1/users/{nora}/invite"), Some(&admin), None).1["invitation"]["token"].clone();
        stop(&server, "disable", &admin, &nora);
        let accept = |link: &Json, password: &str| {
            let path = format!("/api/v1/invitations/{}/accept", link.as_str().unwrap());
            server.ask("POST", &path, None, Some(&json!({ "password": password }))).0
        };
        assert_eq!(accept(&reset, ANOTHER), 409, "a reset from before");
        let enable =
            |who: &str| server.ask("POST", &format!("/api/v1/users/{nora}/enable"), Some(who), Some(&json!({ "reason": "came back" })));
        assert_eq!(enable(&admin).0, 403, "not by who disabled");
        let (status, made) = enable(&second);
        assert_eq!(status, 201, "{made}");
        assert_eq!(accept(&made["invitation"]["token"], ANOTHER), 204);
        let anew = server.enter("nora@example.com", ANOTHER);
        assert_eq!(server.ask("GET", "/api/v1/accounts", Some(&anew), None).0, 403, "no role came back");
        for dead in [&session, &token] {
            assert_eq!(server.ask("GET", "/api/v1/accounts", Some(dead), None).0, 401);
        }
        assert_eq!(page(&server, "/account", &cookie), 303);
        let tries = server.get("/api/v1/refused_sign_ins", &admin);
        assert_eq!((&tries["rows"][0]["channel"], &tries["rows"][0]["tries"]), (&json!("link"), &json!(1)), "{tries}");
    });
}

/// Signs in on the page. Answers the cookie.
fn cookie(server: &Server, email: &str, password: &str) -> String {
    let (before, csrf) = server.form("/sign-in");
    let mut stream = TcpStream::connect(&server.address).unwrap();
    let body = format!("csrf={csrf}&email={}&password={}", email.replace('@', "%40"), password.replace(' ', "+"));
    let (host, length) = (&server.address, body.len());
    write!(
        stream,
        "POST /sign-in HTTP/1.1\r\nHost: {host}\r\nOrigin: http://{host}\r\nConnection: close\r\nCookie: {before}\r\n\
         Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {length}\r\n\r\n{body}"
    )
    .unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    let cookies = answer.lines().filter_map(|line| line.strip_prefix("set-cookie: "));
    cookies.map(|cookie| cookie.split(';').next().unwrap()).collect::<Vec<_>>().join("; ")
}

/// Opens a page with a cookie. Answers the status.
fn page(server: &Server, path: &str, cookie: &str) -> u16 {
    let mut stream = TcpStream::connect(&server.address).unwrap();
    write!(stream, "GET {path} HTTP/1.1\r\nHost: {}\r\nConnection: close\r\nCookie: {cookie}\r\n\r\n", server.address).unwrap();
    let mut head = [0; 12];
    stream.read_exact(&mut head).unwrap();
    String::from_utf8_lossy(&head[9..]).parse().unwrap()
}

#[test]
fn the_command_line_disables_and_lets_back_in() {
    let place = Place::new("shell");
    init(&place.data());
    let server = Server::start(&place.data());
    let admin = server.sign_in();
    server.join(&admin, "Nora Lund", "nora@example.com", &["Salesperson"]);
    let session = server.enter("nora@example.com", PASSWORD);
    let done = run(&place.data(), &["user", "disable", "nora@example.com", "--reason", "left"], "");
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    assert_eq!(server.ask("GET", "/api/v1/accounts", Some(&session), None).0, 401);
    let nobody = run(&place.data(), &["user", "enable", "nora@example.com"], "");
    assert!(!nobody.status.success(), "the operator is no person, and lets nobody in");
    let token = server.token(&admin);
    let back = run(&place.data(), &["--as", &token, "user", "enable", "nora@example.com"], "");
    assert!(back.status.success(), "{}", String::from_utf8_lossy(&back.stderr));
    assert!(String::from_utf8_lossy(&back.stdout).contains("/invitation/"));
}
