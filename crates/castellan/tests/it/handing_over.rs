//! Ten thousand records handed over in one departure, and how long other people wait for their lists meanwhile.
//!
//! Quiet and run are measured in turn in one server, so the ratio is of this machine at this hour. The same records were
//! moved by the job that lets records follow their owner before: how long that took is what the run is compared with.
//! Not here: crashes (`crates/castellan/tests/it/departures.rs`); what came out (`docs/measurements.md`).
//! Start reading at [`measured`].

use crate::databases::{Database, init_on, serve_on};
use crate::server::{PASSWORD, Place, Server, init, skipped, until};
use serde_json::{Value as Json, json};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

/// Records that are handed over.
const RECORDS: usize = 10_000;
/// Records that others look at.
const OTHERS: usize = 400;
/// Lists that are asked for while nothing else happens.
const QUIET: usize = 400;
/// Others may wait so many times as long.
const MOST: f64 = 2.0;
/// How often it is tried, on a machine that does other work too.
const ROUNDS: usize = 3;

#[test]
fn ten_thousand_records_are_handed_over_while_others_read_their_lists_on_sqlite() {
    let place = Place::new("handing-over");
    init(&place.data());
    measured(&Server::start(&place.data()));
}

#[test]
fn ten_thousand_records_are_handed_over_while_others_read_their_lists_on_postgres() {
    let Some(database) = Database::make("handing_over") else {
        return skipped("PostgreSQL: set CASTELLAN_TEST_POSTGRES, or run `cargo xtask test`");
    };
    let place = Place::new("handing-over-postgres");
    init_on(&place.data(), &database.url);
    measured(&serve_on(&place.data(), &database.url));
}

fn ask(server: &Server, who: &str, method: &str, path: &str, body: Json, wanted: u16) -> Json {
    let (status, answer) = server.ask(method, path, Some(who), Some(&body).filter(|body| !body.is_null()));
    assert_eq!(status, wanted, "{method} {path} {body}: {answer}");
    answer
}

fn import(server: &Server, who: &str, rows: usize) {
    let file = (0..rows).fold("Last name,First name\r\n".to_owned(), |file, n| file + &format!("Contact {n:05},Max\r\n"));
    let (status, started) = server.send("/api/v1/imports", who, &[("set", "contacts")], &file);
    assert_eq!(status, 202, "{started}");
    let told = server.wait(&format!("/api/v1/imports/{}", started["id"].as_str().unwrap()), who);
    assert_eq!(told["counts"]["created"], rows, "{told}");
}

/// Asks for a list once; answers how long it took, in microseconds.
fn list(server: &Server, who: &str) -> u128 {
    let begun = Instant::now();
    let page = server.get("/api/v1/contacts?sort=full_name&limit=50", who);
    let took = begun.elapsed().as_micros();
    assert_eq!(page["rows"].as_array().unwrap().len(), 50);
    took
}

/// The middle, and the one that nineteen of twenty are below.
fn middle(times: &mut [u128]) -> (u128, u128) {
    times.sort_unstable();
    (times[times.len() / 2], times[times.len() * 19 / 20])
}

/// Looks at lists as long as this takes.
fn lists_while(server: &Server, who: &str, act: impl FnOnce()) -> Vec<u128> {
    let over = AtomicBool::new(false);
    std::thread::scope(|scope| {
        let looking = scope.spawn(|| {
            let mut times = Vec::new();
            while !over.load(Ordering::Relaxed) {
                times.push(list(server, who));
                std::thread::sleep(Duration::from_millis(2));
            }
            times
        });
        // Whatever fails, nobody looks on for ever.
        let done = std::panic::catch_unwind(std::panic::AssertUnwindSafe(act));
        over.store(true, Ordering::Relaxed);
        let times = looking.join().unwrap();
        if let Err(failed) = done {
            std::panic::resume_unwind(failed);
        }
        times
    })
}

/// How long a job took by its own word, in seconds.
fn seconds(job: &Json) -> f64 {
    let at = |name: &str| {
        let written = job[name].as_str().unwrap_or_else(|| panic!("{name}: {job}"));
        let clock = written.split('T').nth(1).unwrap().trim_end_matches('Z');
        clock.split(':').fold(0.0, |sum, part| sum * 60.0 + part.parse::<f64>().unwrap())
    };
    let took = at("ended_on") - at("started_on");
    // The day may have turned meanwhile.
    if took < 0.0 { took + 86_400.0 } else { took }
}

fn measured(server: &Server) {
    let ada = server.sign_in();
    let lena = server.join(&ada, "Lena Ott", "lena@example.com", &["Sales Manager"]);
    let cleo = server.join(&ada, "Cleo Ray", "cleo@example.com", &["Sales Manager"]);
    server.join(&ada, "Ben Iyer", "ben@example.com", &["Salesperson"]);
    let (leaver, other) = (server.enter("lena@example.com", PASSWORD), server.enter("ben@example.com", PASSWORD));
    // Nothing of what is moved or handed over comes into the sight of whoever looks: the lists are the same all the time.
    let root = server.get("/api/v1/business_units", &ada)["rows"][0]["id"].clone();
    let unit = |name: &str| ask(server, &ada, "POST", "/api/v1/business_units", json!({ "name": name, "parent": root }), 201)["id"].clone();
    let (north, south) = (unit("North"), unit("South"));
    let place = |who: &str, unit: &Json, rows: &str| {
        ask(server, &ada, "PATCH", &format!("/api/v1/users/{who}"), json!({ "business_unit": unit, "rows": rows }), 200);
    };
    place(&lena, &south, "none");
    place(&cleo, &north, "none");
    import(server, &other, OTHERS);
    import(server, &leaver, RECORDS);

    let mut quiet: Vec<u128> = (0..QUIET).map(|_| list(server, &other)).collect();
    // The neighbour: the same records follow their owner to another unit, by a job too, beside the same lists.
    let mut moved = Json::Null;
    let mut beside = lists_while(server, &other, || {
        place(&lena, &north, "all");
        let job = server.get("/api/v1/jobs?limit=1", &ada)["rows"][0]["id"].as_str().unwrap().to_owned();
        moved = server.wait(&format!("/api/v1/jobs/{job}"), &ada);
    });
    assert_eq!((&moved["state"], &moved["done"]), (&json!("done"), &json!(RECORDS)), "{moved}");

    let mut ratio = f64::INFINITY;
    for _ in 0..ROUNDS {
        let (path, mut meanwhile) = run_beside_lists(server, &ada, (&lena, &cleo), &other);
        quiet.extend((0..QUIET).map(|_| list(server, &other)));
        let job = server.get(&format!("/api/v1/jobs/{}", server.get(&path, &ada)["job"].as_str().unwrap()), &ada);
        let ((still, still_most), (run, run_most), (follow, _)) = (middle(&mut quiet), middle(&mut meanwhile), middle(&mut beside));
        let times = |run: u128| run as f64 / still as f64;
        println!(
            "quiet: half of the lists below {still} µs, 95 % below {still_most}; while it runs: {run} and {run_most}, {:.2} times; \
             while records follow: {:.2} times",
            times(run),
            times(follow)
        );
        println!("the run took {:.1} s, letting the records follow {:.1} s", seconds(&job), seconds(&moved));
        assert!(meanwhile.len() > 30, "too few lists to say anything: {}", meanwhile.len());
        ratio = ratio.min(times(run));
        if ratio <= MOST {
            return;
        }
        // Whatever else this machine does can only have added to it: all of it back, and once more.
        ask(server, &ada, "POST", &format!("{path}/undo"), json!({}), 200);
        ended(server, &ada, &path, "undone");
    }
    panic!("others waited {ratio:.2} times as long for their lists");
}

/// Hands all of it over while somebody looks at lists. Answers where the departure is, and how long each list took.
fn run_beside_lists(server: &Server, ada: &str, (lena, cleo): (&str, &str), other: &str) -> (String, Vec<u128>) {
    let planned = ask(server, ada, "POST", "/api/v1/departures", json!({ "user": lena }), 201);
    let path = format!("/api/v1/departures/{}", planned["id"].as_str().unwrap());
    let give = json!({ "owned:contacts": { "do": "give", "to": [cleo] } });
    let edit = json!({ "version": planned["version"], "choices": give, "proposals": true });
    ask(server, ada, "PATCH", &path, edit, 200);
    let meanwhile = lists_while(server, other, || {
        ask(server, ada, "POST", &format!("{path}/run"), json!({}), 200);
        ended(server, ada, &path, "done");
    });
    let told = server.get(&path, ada);
    assert_eq!(told["done"][0]["done"], RECORDS, "{}", told["done"]);
    (path, meanwhile)
}

/// Waits for the end of a departure's job, and wants it in this state.
fn ended(server: &Server, ada: &str, path: &str, state: &str) {
    let job = format!("/api/v1/jobs/{}", server.get(path, ada)["job"].as_str().unwrap());
    let has_ended = until(Duration::from_secs(300), || {
        std::thread::sleep(Duration::from_millis(100));
        !["queued", "running"].iter().any(|state| server.get(&job, ada)["state"] == *state)
    });
    let told = server.get(path, ada);
    assert!(has_ended && told["state"] == state, "{} {}", told["state"], told["why"]);
}
