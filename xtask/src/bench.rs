//! `cargo xtask bench`: list, import and export on 100,000 contacts, beside the version before.
//!
//! The one idea: both versions are built here, filled with the same generated organisation, and asked by turns in one
//! run, so that a machine that is busy is busy for both; what is judged is the ratio. It asks the product from outside,
//! over the network and its own command line, so any two versions can be compared.
//! Not here: what a figure means (`docs/measurements.md`). Start reading at [`run`].

use crate::run::{command, root, through};
use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// Two fifths of generated records are contacts.
const RECORDS: &str = "250000";
const ROUNDS: usize = 5;
/// How many rows an import brings in each round.
const IMPORTED: usize = 3_000;
/// A version is slow when it takes more than so many times what the one before took.
const SLOW: f64 = 1.25;
const PASSWORD: &str = "orbit lantern gravel mosaic";
const ADDRESS: &str = "ada@bench.example";

/// What is timed.
#[derive(Clone, Copy)]
enum Act {
    List,
    Import,
    Export,
}

impl Act {
    const ALL: [Self; 3] = [Self::List, Self::Import, Self::Export];

    fn word(self) -> &'static str {
        match self {
            Self::List => "list",
            Self::Import => "import",
            Self::Export => "export",
        }
    }
}

/// Compares this checkout with the commit that `words` names; false when it became slow.
pub fn run(words: &[String]) -> Result<bool, String> {
    let before = match words {
        [] => "HEAD~1",
        [flag, reference] if flag == "--before" => reference,
        _ => return Err("usage: cargo xtask bench [--before COMMIT]".to_owned()),
    };
    let place = root().join("target/bench");
    fs::create_dir_all(&place).map_err(told)?;
    let versions = [built_of(before, &place)?, built(&root(), &place.join("after"))?];
    let mut houses = Vec::new();
    for (version, name) in versions.iter().zip(["data-before", "data-after"]) {
        houses.push(House::furnish(version, &place.join(name))?);
    }
    let mut is_slow = false;
    println!("{:>8}  {:>10}  {:>10}  {:>6}", "", before, "now", "ratio");
    for act in Act::ALL {
        let mut times = [Vec::new(), Vec::new()];
        for round in 0..ROUNDS {
            for (house, times) in houses.iter().zip(&mut times) {
                times.push(house.time(act, round)?);
            }
        }
        let [before, now] = times.map(middle);
        let ratio = now / before;
        is_slow |= ratio > SLOW;
        println!("{:>8}  {:>7.0} ms  {:>7.0} ms  {ratio:>6.2}", act.word(), before * 1e3, now * 1e3);
    }
    Ok(!is_slow)
}

fn told(fault: impl std::fmt::Display) -> String {
    fault.to_string()
}

fn middle(mut times: Vec<f64>) -> f64 {
    times.sort_by(f64::total_cmp);
    times.get(times.len() / 2).copied().unwrap_or(f64::NAN)
}

/// The binary of another commit, built from a checkout of its own.
fn built_of(reference: &str, place: &Path) -> Result<PathBuf, String> {
    let checkout = place.join("checkout");
    let at = checkout.to_string_lossy().into_owned();
    if checkout.exists() {
        through(&mut command("git", &["worktree", "remove", "--force", &at]))?;
    }
    through(&mut command("git", &["worktree", "add", "--quiet", "--detach", &at, reference]))?;
    let built = built(&checkout, &place.join("before"));
    through(&mut command("git", &["worktree", "remove", "--force", &at]))?;
    built
}

fn built(source: &Path, to: &Path) -> Result<PathBuf, String> {
    let target = root().join("target");
    through(command("cargo", &["build", "--release", "--quiet", "-p", "castellan"]).current_dir(source).env("CARGO_TARGET_DIR", &target))?;
    fs::copy(target.join("release/castellan"), to).map_err(told)?;
    Ok(to.to_owned())
}

/// A version that serves its own copy of the generated organisation.
struct House {
    binary: PathBuf,
    data: PathBuf,
    address: String,
    token: String,
    server: Child,
}

impl Drop for House {
    fn drop(&mut self) {
        // It may have ended by itself; then there is nothing to end.
        let _ = self.server.kill();
        let _ = self.server.wait();
    }
}

impl House {
    fn furnish(binary: &Path, data: &Path) -> Result<House, String> {
        if data.exists() {
            fs::remove_dir_all(data).map_err(told)?;
        }
        let mut init = asked(binary, data, &["init", "--organisation", "Bench", "--name", "Ada", "--email", ADDRESS]);
        let mut init = init.stdin(Stdio::piped()).stdout(Stdio::null()).spawn().map_err(told)?;
        init.stdin.take().ok_or("no input")?.write_all(PASSWORD.as_bytes()).map_err(told)?;
        if !init.wait().map_err(told)?.success() {
            return Err("the organisation was not made".into());
        }
        through(asked(binary, data, &["generate", "--rows", RECORDS, "--seed", "7"]).stdout(Stdio::null()))?;
        let mut serve = asked(binary, data, &["serve", "--listen", "127.0.0.1:0", "--json"]);
        let mut server = serve.stdout(Stdio::piped()).spawn().map_err(told)?;
        let mut line = String::new();
        BufReader::new(server.stdout.take().ok_or("no output")?).read_line(&mut line).map_err(told)?;
        let address = between(&line, "http://", "\"").ok_or("the server said no address")?;
        let mut house = House { binary: binary.to_owned(), data: data.to_owned(), address, token: String::new(), server };
        let body = format!("{{\"email\":\"{ADDRESS}\",\"password\":\"{PASSWORD}\"}}");
        let answer = house.ask("POST", "/api/v1/sessions", &body)?;
        house.token = between(&answer, "\"token\":\"", "\"").ok_or_else(|| format!("no session: {answer}"))?;
        Ok(house)
    }

    fn time(&self, act: Act, round: usize) -> Result<f64, String> {
        match act {
            Act::List => self.list(),
            Act::Import => self.import(round),
            Act::Export => self.export(),
        }
    }

    /// The first pages that people open: by name, by newest, by a filter; and the second one.
    fn list(&self) -> Result<f64, String> {
        let filter = "%7B%22column%22%3A%22address_city%22%2C%22op%22%3A%22begins_with%22%2C%22value%22%3A%22b%22%7D";
        let begun = Instant::now();
        for _ in 0..20 {
            let first = self.ask("GET", "/api/v1/contacts?limit=50&sort=full_name", "")?;
            let next = between(&first, "\"next\":\"", "\"").ok_or_else(|| format!("no second page: {first:.200}"))?;
            self.ask("GET", &format!("/api/v1/contacts?limit=50&sort=full_name&after={next}"), "")?;
            self.ask("GET", "/api/v1/contacts?limit=50&sort=-created_on&count=true", "")?;
            self.ask("GET", &format!("/api/v1/contacts?limit=50&filter={filter}"), "")?;
        }
        Ok(begun.elapsed().as_secs_f64() / 20.0)
    }

    fn import(&self, round: usize) -> Result<f64, String> {
        let file = self.data.join("bench.csv");
        let mut text = String::from("First name,Last name,E-mail,City\n");
        for row in 0..IMPORTED {
            text.push_str(&format!("Bench {round},Person {row},bench.{round}.{row}@example.com,Bern\n"));
        }
        fs::write(&file, text).map_err(told)?;
        // The job says itself when it began and ended: the command only looks now and then.
        let mut import = asked(&self.binary, &self.data, &["import", "--set", "contacts", &file.to_string_lossy(), "--json"]);
        let done = import.args(["--as", &self.token]).stderr(Stdio::null()).output().map_err(told)?;
        let told = String::from_utf8_lossy(&done.stdout).into_owned();
        let moment = |name: &str| between(&told, &format!("\"{name}\":\""), "\"").as_deref().and_then(seconds);
        match (moment("created_on"), moment("ended_on")) {
            (Some(begun), Some(ended)) => Ok((ended - begun).rem_euclid(3600.0)),
            _ => Err(format!("the import did not end: {told}")),
        }
    }

    fn export(&self) -> Result<f64, String> {
        let filter = r#"{"column":"full_name","op":"begins_with","value":"a"}"#;
        let begun = Instant::now();
        let asked = self.ask("POST", "/api/v1/exports", &format!(r#"{{"set":"contacts","filter":{filter},"reason":"bench"}}"#))?;
        let id = between(&asked, "\"id\":\"", "\"").ok_or_else(|| format!("no export: {asked}"))?;
        loop {
            let now = self.ask("GET", &format!("/api/v1/exports/{id}"), "")?;
            match between(&now, "\"state\":\"", "\"").as_deref() {
                Some("ready") => return Ok(begun.elapsed().as_secs_f64()),
                Some("waiting" | "queued" | "running" | "asked" | "making") => std::thread::sleep(Duration::from_millis(2)),
                _ => return Err(format!("the export failed: {now}")),
            }
        }
    }

    fn ask(&self, method: &str, path: &str, body: &str) -> Result<String, String> {
        let mut line = TcpStream::connect(&self.address).map_err(told)?;
        line.set_read_timeout(Some(Duration::from_secs(60))).map_err(told)?;
        let mut head = format!("{method} {path} HTTP/1.1\r\nhost: {}\r\nconnection: close\r\n", self.address);
        if !self.token.is_empty() {
            head.push_str(&format!("authorization: Bearer {}\r\n", self.token));
        }
        let kind = if body.is_empty() { "" } else { "content-type: application/json\r\n" };
        head.push_str(&format!("{kind}content-length: {}\r\n\r\n{body}", body.len()));
        line.write_all(head.as_bytes()).map_err(told)?;
        let mut answer = String::new();
        line.read_to_string(&mut answer).map_err(told)?;
        if answer.starts_with("HTTP/1.1 20") { Ok(answer) } else { Err(format!("{method} {path}: {answer:.300}")) }
    }
}

fn asked(binary: &Path, data: &Path, words: &[&str]) -> Command {
    let mut asked = command(&binary.to_string_lossy(), words);
    asked.args(["--data", &data.to_string_lossy()]);
    asked
}

fn between(text: &str, before: &str, after: &str) -> Option<String> {
    let rest = text.split_once(before)?.1;
    Some(rest.split_once(after)?.0.to_owned())
}

/// The seconds of the hour in a moment of RFC 3339.
fn seconds(moment: &str) -> Option<f64> {
    let mut parts = moment.trim_end_matches('Z').split(':').skip(1);
    let minutes: f64 = parts.next()?.parse().ok()?;
    let seconds: f64 = parts.next()?.parse().ok()?;
    Some(minutes * 60.0 + seconds)
}
