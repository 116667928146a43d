//! `kill -9` while a departure runs and while it is undone, and who is refused meanwhile.
//!
//! Lena owns records of four tables and a workflow, and accounts of somebody else name her. The server is killed at
//! random moments, the archive's among them; it goes on by itself. Then the database is asked past the product: each
//! thing was done once, and the certificate says so.
//! Not here: what may be chosen (`crates/crm/tests/it/departures.rs`), load (`crates/castellan/tests/it/handing_over.rs`).
//! Start reading at [`leave_and_come_back`].

use crate::databases::{Database, init_on, serve_on};
use crate::server::{PASSWORD, Place, Server, command, init, skipped, until};
use serde_json::{Value as Json, json};
use std::collections::BTreeMap;
use std::time::Duration;

/// Records by table, each of which Lena owns: enough for twenty kills, and a tenth of it for two or three.
const OWNED: [(&str, usize); 4] = [("accounts", 5000), ("contacts", 2500), ("leads", 2000), ("tasks", 1300)];
/// Accounts of somebody else that name her.
const NAMED: usize = 2500;

#[test]
fn a_departure_and_its_undoing_survive_twenty_kills_each_on_sqlite() {
    leave_and_come_back(Ground { place: Place::new("departures"), database: None, share: 1 }, 20, 20);
}

#[test]
fn a_departure_and_its_undoing_survive_kills_on_postgres() {
    let Some(database) = Database::make("departures") else {
        return skipped("PostgreSQL: set CASTELLAN_TEST_POSTGRES, or run `cargo xtask test`");
    };
    // Here a job waits until the time of the worker that died has run out.
    leave_and_come_back(Ground { place: Place::new("departures-postgres"), database: Some(database), share: 10 }, 3, 2);
}

/// Where the organisation lies.
struct Ground {
    place: Place,
    database: Option<Database>,
    /// One of how many of the records there are.
    share: usize,
}

impl Ground {
    fn init(&self) {
        match &self.database {
            Some(database) => init_on(&self.place.data(), &database.url),
            None => init(&self.place.data()),
        }
    }

    fn start(&self) -> Server {
        match &self.database {
            Some(database) => serve_on(&self.place.data(), &database.url),
            None => Server::start(&self.place.data()),
        }
    }

    fn verify(&self) {
        let mut verify = command(&self.place.data());
        if let Some(database) = &self.database {
            verify.args(["--database", &database.url]);
        }
        let verified = verify.args(["audit", "verify"]).output().unwrap();
        assert!(verified.status.success(), "{}", String::from_utf8_lossy(&verified.stderr));
    }

    /// Asks the database itself for words and numbers.
    fn count(&self, sql: &str) -> BTreeMap<String, i64> {
        match &self.database {
            Some(database) => {
                let mut conn = postgres::Client::connect(&database.url, postgres::NoTls).unwrap();
                conn.query(sql, &[]).unwrap().iter().map(|row| (row.get(0), row.get(1))).collect()
            }
            None => {
                let conn = rusqlite::Connection::open(self.place.data().join("castellan.db")).unwrap();
                let mut asked = conn.prepare(sql).unwrap();
                let rows = asked.query_map([], |row| Ok((row.get(0)?, row.get(1)?))).unwrap();
                rows.map(Result::unwrap).collect()
            }
        }
    }

    fn number(&self, from: &str) -> i64 {
        self.count(&format!("SELECT 'all', count(*) FROM {from}"))["all"]
    }
}

/// Everybody who has a part in it.
struct Cast {
    ada: String,
    lena: String,
    ben: String,
    cleo: String,
    /// Lena's session and token.
    keys: [String; 2],
}

/// Asks, and wants this status.
fn ask(server: &Server, who: &str, method: &str, path: &str, body: Json, wanted: u16) -> Json {
    let (status, answer) = server.ask(method, path, Some(who), Some(&body).filter(|body| !body.is_null()));
    assert_eq!(status, wanted, "{method} {path} {body}: {answer}");
    answer
}

fn import(server: &Server, who: &str, set: &str, file: &str) {
    let (status, started) = server.send("/api/v1/imports", who, &[("set", set)], file);
    assert_eq!(status, 202, "{started}");
    let told = server.wait(&format!("/api/v1/imports/{}", started["id"].as_str().unwrap()), who);
    let rows = file.lines().count() - 1;
    assert_eq!((&told["state"], &told["counts"]["created"]), (&json!("done"), &json!(rows)), "{told}");
}

fn furnished(server: &Server, share: usize) -> Cast {
    let ada = server.sign_in();
    let lena = server.join(&ada, "Lena Ott", "lena@example.com", &["System Administrator"]);
    let ben = server.join(&ada, "Ben Iyer", "ben@example.com", &["System Administrator"]);
    let cleo = server.join(&ada, "Cleo Ray", "cleo@example.com", &["Salesperson"]);
    let session = server.enter("lena@example.com", PASSWORD);
    let keys = [session.clone(), server.token(&session)];
    for (set, rows) in OWNED {
        let (head, tail) = match set {
            "accounts" => ("Account name", ""),
            "contacts" => ("Last name", ""),
            "leads" => ("Topic,Last name", ",Smith"),
            _ => ("Subject", ""),
        };
        let file = (0..rows / share).fold(format!("{head}\r\n"), |file, n| file + &format!("{set} {n:04}{tail}\r\n"));
        import(server, &session, set, &file);
    }
    let champion = json!({ "label": "Champion", "kind": "lookup", "targets": ["users"] });
    let column = ask(server, &ada, "POST", "/api/v1/tables/accounts/columns", champion, 201)["name"].as_str().unwrap().to_owned();
    ask(server, &ada, "PUT", &format!("/api/v1/accounts/columns/{column}/secured"), json!({ "secured": false }), 204);
    let file = (0..NAMED / share).fold(format!("Account name,{column}\r\n"), |file, n| file + &format!("Named {n:04},Lena Ott\r\n"));
    import(server, &ada, "accounts", &file);
    let definition = json!({ "trigger": { "on": "created" }, "steps": [{ "do": "assign", "to": [lena] }] });
    let workflow = json!({ "name": "New cases", "set": "cases", "definition": definition });
    let made = ask(server, &session, "POST", "/api/v1/workflows", workflow, 201);
    ask(server, &session, "POST", &format!("/api/v1/workflows/{}/resume", made["id"].as_str().unwrap()), json!({}), 204);
    Cast { ada, lena, ben, cleo, keys }
}

/// Owner, champion and version of each row, by its id.
fn rows(server: &Server, who: &str, set: &str) -> BTreeMap<String, (String, String, i64)> {
    let (mut all, mut after) = (BTreeMap::new(), String::new());
    let select = if set == "accounts" { "&select=name,owner,x_champion" } else { "" };
    loop {
        let page = server.get(&format!("/api/v1/{set}?view=*&limit=500{select}{after}"), who);
        for row in page["rows"].as_array().unwrap() {
            let text = |value: &Json| value["id"].as_str().unwrap_or_default().to_owned();
            let told = (text(&row["owner"]), text(&row["x_champion"]), row["version"].as_i64().unwrap());
            assert!(all.insert(row["id"].as_str().unwrap().to_owned(), told).is_none(), "twice in the list: {row}");
        }
        match page["next"].as_str() {
            Some(next) => after = format!("&after={next}"),
            None => return all,
        }
    }
}

fn everything(server: &Server, who: &str) -> BTreeMap<&'static str, BTreeMap<String, (String, String, i64)>> {
    OWNED.iter().map(|(set, _)| (*set, rows(server, who, set))).collect()
}

/// Plans it, chooses, and lets it begin. Answers where it is found.
fn begun(server: &Server, cast: &Cast) -> String {
    ask(server, &cast.ada, "PATCH", "/api/v1/policies/departures", json!({ "needs_archive": true }), 200);
    let plan = json!({ "user": cast.lena, "reason": "leaves for a competitor" });
    let planned = ask(server, &cast.ada, "POST", "/api/v1/departures", plan, 201);
    let path = format!("/api/v1/departures/{}", planned["id"].as_str().unwrap());
    let mut choices = serde_json::Map::new();
    for item in planned["items"].as_array().unwrap() {
        let key = item["key"].as_str().unwrap();
        let give = |to: &[&String]| json!({ "do": "give", "to": to });
        let choice = match key {
            "owned:accounts" => give(&[&cast.ben, &cast.cleo]),
            "owned:contacts" | "open:tasks" => give(&[&cast.cleo]),
            "owned:leads" | "named:accounts.x_champion" => give(&[&cast.ben]),
            other if other.starts_with("workflow") => give(&[&cast.ben]),
            _ => continue,
        };
        choices.insert(key.to_owned(), choice);
    }
    assert_eq!(choices.len(), 7, "{planned}");
    let edit = json!({ "version": planned["version"], "choices": choices, "proposals": true });
    ask(server, &cast.ada, "PATCH", &path, edit, 200);
    for key in &cast.keys {
        server.get("/api/v1/accounts?limit=1", key);
    }
    ask(server, &cast.ada, "POST", &format!("{path}/run"), json!({}), 200);
    is_refused(server, cast);
    path
}

/// Whoever leaves gets in by no way.
fn is_refused(server: &Server, cast: &Cast) {
    for key in &cast.keys {
        for path in ["/api/v1/accounts?limit=1", "/api/v1/jobs"] {
            assert_eq!(server.ask("GET", path, Some(key), None).0, 401, "{path}");
        }
        assert_eq!(server.ask("POST", "/api/v1/accounts", Some(key), Some(&json!({ "name": "Mine" }))).0, 401);
    }
}

/// Kills the server at so many random moments while the departure is in this state.
fn through_kills(ground: &Ground, mut server: Server, cast: &Cast, path: &str, state: &str, kills: usize) -> Server {
    // Another seed each day finds other moments; it is printed so that a failure can be had again.
    let mut seed = u64::from(std::process::id());
    println!("seed {seed}");
    let (mut seen, mut in_archive) = (Vec::new(), 0);
    for _ in 0..kills {
        let far = |told: &Json| (told["archive"].is_object(), told["progress"]["done"].as_i64());
        let mut told = server.get(path, &cast.ada);
        if ground.database.is_some() || in_archive >= 3 {
            // Once more and the job is given up, as one that never gets further should be.
            let (before, mut waited) = (far(&told), in_archive < 3 && seen.is_empty());
            waited = waited || until(Duration::from_secs(90), || far(&server.get(path, &cast.ada)) != before);
            assert!(waited, "it never went on: {}", server.get(path, &cast.ada));
        }
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        std::thread::sleep(Duration::from_millis((seed >> 33) % 40));
        told = server.get(path, &cast.ada);
        if told["state"] != state && told["why"].is_null() && 2 * seen.len() >= kills {
            println!("over after {} kills: this machine is faster than its restarts", seen.len());
            break;
        }
        assert_eq!(told["state"], state, "it was over before the last kill, or stopped: {} {seen:?}", told["why"]);
        in_archive = if far(&told).0 { 0 } else { in_archive + 1 };
        seen.push(far(&told));
        server.kill();
        server = ground.start();
        is_refused(&server, cast);
    }
    println!("archive and things done at each kill while {state}: {seen:?}");
    assert!(seen.first() < seen.last(), "it never went on: {seen:?}");
    server
}

/// Waits for the end of what goes on by itself.
fn ended(server: &Server, cast: &Cast, path: &str, state: &str) -> Json {
    let passing = ["running", "undoing"];
    let mut told = Json::Null;
    let has_ended = until(Duration::from_secs(240), || {
        told = server.get(path, &cast.ada);
        !passing.iter().any(|state| told["state"] == *state)
    });
    assert!(has_ended && told["state"] == state, "{} {} {}", told["state"], told["why"], told["progress"]);
    told
}

fn leave_and_come_back(ground: Ground, kills: usize, kills_of_undo: usize) {
    ground.init();
    let server = ground.start();
    let cast = furnished(&server, ground.share);
    let before = everything(&server, &cast.ada);
    let files = ground.number("sys_files");
    let path = begun(&server, &cast);
    let server = through_kills(&ground, server, &cast, &path, "running", kills);
    let told = ended(&server, &cast, &path, "done");
    let after = everything(&server, &cast.ada);
    each_once(&before, &after, &cast, ground.share);
    let proof = server.get(&format!("{path}/certificate"), &cast.ada);
    assert_eq!(proof["left"]["references"], 0, "{}", proof["left"]);
    archive_is_there(&server, &cast, &path, &told);
    is_refused(&server, &cast);
    server.kill();
    as_the_database_says(&ground, &proof, files);

    let server = ground.start();
    ask(&server, &cast.ada, "POST", &format!("{path}/undo"), json!({}), 200);
    let server = through_kills(&ground, server, &cast, &path, "undoing", kills_of_undo);
    let told = ended(&server, &cast, &path, "undone");
    let stayed: Vec<&str> = told["conflicts"].as_array().unwrap().iter().map(|conflict| conflict["why"].as_str().unwrap()).collect();
    assert_eq!(stayed, ["it went back, and is paused: Lena Ott is not active"], "her workflow cannot run while she is shut out");
    let back = everything(&server, &cast.ada);
    for (set, rows) in &before {
        assert!(back[set].keys().eq(rows.keys()), "lost or doubled in {set}");
        for (id, (owner, champion, version)) in rows {
            let now = &back[set][id];
            assert_eq!((&now.0, &now.1), (owner, champion), "{set} {id}");
            let touched = *owner == cast.lena || *champion == cast.lena;
            assert_eq!(now.2, version + if touched { 2 } else { 0 }, "there and back, each once: {set} {id}");
        }
    }
    is_refused(&server, &cast);
    server.kill();
    assert_eq!(ground.number("sys_departure_steps WHERE undone IS NULL OR undone <> 'back'"), 1, "the workflow, and nothing else");
    ground.verify();
}

/// Each record is there once, changed once, and with whom it should be.
fn each_once(
    before: &BTreeMap<&str, BTreeMap<String, (String, String, i64)>>,
    after: &BTreeMap<&str, BTreeMap<String, (String, String, i64)>>,
    cast: &Cast,
    share: usize,
) {
    let mut gave: BTreeMap<(&str, &str), usize> = BTreeMap::new();
    for (set, rows) in before {
        assert!(after[set].keys().eq(rows.keys()), "lost or doubled in {set}");
        for (id, (owner, champion, version)) in rows {
            let now = &after[set][id];
            let touched = *owner == cast.lena || *champion == cast.lena;
            assert_eq!(now.2, version + i64::from(touched), "each once: {set} {id}");
            let heir = if *champion == cast.lena { &now.1 } else { &now.0 };
            if touched {
                *gave.entry((if *champion == cast.lena { "champion" } else { *set }, heir)).or_default() += 1;
            }
        }
    }
    let (ben, cleo) = (cast.ben.as_str(), cast.cleo.as_str());
    let in_turn = [gave.remove(&("accounts", ben)).unwrap(), gave.remove(&("accounts", cleo)).unwrap()];
    assert_eq!(in_turn, [OWNED[0].1 / share / 2; 2], "in turn, through every restart");
    let wanted =
        [(("champion", ben), NAMED), (("contacts", cleo), OWNED[1].1), (("leads", ben), OWNED[2].1), (("tasks", cleo), OWNED[3].1)];
    assert_eq!(gave, wanted.into_iter().map(|(to, rows)| (to, rows / share)).collect());
}

/// The archive that was proven can be fetched, as long as was said.
fn archive_is_there(server: &Server, cast: &Cast, path: &str, told: &Json) {
    assert_eq!(told["archive"]["compared"], true, "{told}");
    let arriving = crate::server::open(&server.address, &format!("{path}/archive"), &cast.ada);
    assert_eq!((arriving.status, Some(arriving.length as u64)), (200, told["archive"]["bytes"].as_u64()));
}

/// What the certificate says is what the database says.
fn as_the_database_says(ground: &Ground, proof: &Json, files: i64) {
    let noted = ground.count("SELECT item, count(*) FROM sys_departure_steps WHERE undone IS NULL GROUP BY item");
    let doubled = "(SELECT item FROM sys_departure_steps GROUP BY item, set_name, row_id HAVING count(*) > 1) AS doubled";
    assert_eq!(ground.number(doubled), 0, "a step was done twice");
    let items = proof["items"].as_array().unwrap().iter().map(|item| (item["key"].as_str().unwrap(), item));
    let said: BTreeMap<String, i64> =
        items.clone().map(|(key, item)| (key.to_owned(), item["done"].as_i64().unwrap())).filter(|(_, done)| *done > 0).collect();
    assert_eq!(said, noted);
    for (key, item) in items.filter(|(key, _)| key.contains("ed:") || key.starts_with("open:")) {
        assert_eq!(item["done"], item["count"], "{key}: all that was counted was done");
    }
    for table in proof["tables"].as_array().unwrap() {
        let (set, rows) = (table["set"].as_str().unwrap(), table["after"].as_i64().unwrap());
        assert_eq!((rows, &table["before"]), (ground.number(set), &table["after"]), "{set}");
    }
    assert_eq!(ground.number("sys_trail WHERE verb = 'departure.archive' AND verdict = 'done' AND channel = 'job'"), 1, "proven once");
    assert_eq!(ground.number("sys_files"), files + 1, "and kept once");
    let archives = std::fs::read_dir(ground.place.data().join("archives")).unwrap();
    assert_eq!(archives.count(), 0, "what it was proven with is gone");
    ground.verify();
}
