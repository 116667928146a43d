//! `cargo xtask test`: everything that must hold before a change is kept.
//!
//! The one idea: a list of steps, each announced, timed and judged as [`Verdict`]; all of them run even if one fails,
//! so that one run tells everything. A step that cannot run here is skipped and named; under `CI=true` that is a
//! failure.
//! Not here: how a machine gets what it lacks ([`machine`]), the database ([`postgres`]), the browser ([`browser`]).
//! Start reading at [`run`].

use crate::machine::{self, Need};
use crate::{browser, postgres, run as program};
use std::time::{Duration, Instant};

/// One part of the whole.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Step {
    Fmt,
    Clippy,
    Unit,
    Browser,
}

impl Step {
    const ALL: [Self; 4] = [Self::Fmt, Self::Clippy, Self::Unit, Self::Browser];

    /// The word that `--only` takes.
    fn word(self) -> &'static str {
        match self {
            Self::Fmt => "fmt",
            Self::Clippy => "clippy",
            Self::Unit => "unit",
            Self::Browser => "browser",
        }
    }

    /// What it does, for the person who watches.
    fn title(self) -> &'static str {
        match self {
            Self::Fmt => "format",
            Self::Clippy => "clippy, warnings are errors",
            Self::Unit => "all tests, on SQLite and PostgreSQL",
            Self::Browser => "browser tests with axe",
        }
    }

    fn needs(self) -> &'static [Need] {
        match self {
            Self::Fmt => &[],
            // The build of the pages' style sheet and scripts takes them from npm, and does without if it must.
            Self::Clippy => &[Need::Node],
            Self::Unit => &[Need::Node, Need::Postgres, Need::Mail],
            Self::Browser => &[Need::Node, Need::Chromium, Need::Mail],
        }
    }
}

/// What became of a step.
enum Verdict {
    Passed,
    Failed(String),
    Skipped(String),
}

/// What the developer asked for.
pub struct Wish {
    steps: Vec<Step>,
    fsync: bool,
}

impl Wish {
    /// Reads the words after `test`.
    pub fn read(words: &[String]) -> Result<Self, String> {
        let mut wish = Self { steps: Step::ALL.to_vec(), fsync: false };
        let mut words = words.iter();
        while let Some(word) = words.next() {
            match word.as_str() {
                "--fsync" => wish.fsync = true,
                "--only" => wish.steps = steps(words.next().map_or("", String::as_str))?,
                other => return Err(format!("unknown word `{other}`\n{}", crate::USAGE)),
            }
        }
        Ok(wish)
    }
}

fn steps(list: &str) -> Result<Vec<Step>, String> {
    list.split(',')
        .map(|word| {
            let known = Step::ALL.into_iter().find(|step| step.word() == word.trim());
            known.ok_or_else(|| format!("unknown step `{word}`: fmt, clippy, unit, browser are known"))
        })
        .collect()
}

/// Runs the steps wished for; `true` if all passed, and nothing was skipped where that counts.
pub fn run(wish: &Wish) -> bool {
    announce("what this machine has");
    let mut needs: Vec<Need> = Vec::new();
    for need in wish.steps.iter().flat_map(|step| step.needs()) {
        if !needs.contains(need) {
            needs.push(*need);
        }
    }
    machine::provide(&needs);
    let mut told: Vec<(Step, Verdict, Duration)> = Vec::new();
    for &step in &wish.steps {
        announce(step.title());
        let started = Instant::now();
        let verdict = perform(step, wish.fsync);
        told.push((step, verdict, started.elapsed()));
    }
    summarise(&told)
}

fn perform(step: Step, fsync: bool) -> Verdict {
    let done = match step {
        Step::Fmt => cargo(&["fmt", "--all", "--check"]),
        Step::Clippy => cargo(&["clippy", "--workspace", "--all-targets", "--", "-D", "warnings"]),
        Step::Unit => return unit(fsync),
        Step::Browser => match step.needs().iter().find(|need| !need.is_met()) {
            Some(need) => return Verdict::Skipped(format!("{} is missing", need.name())),
            None => browser::test(),
        },
    };
    match done {
        Ok(()) => Verdict::Passed,
        Err(problem) => Verdict::Failed(problem),
    }
}

fn cargo(words: &[&str]) -> Result<(), String> {
    program::through(&mut program::command("cargo", words))
}

/// `cargo test` on both databases; without PostgreSQL on SQLite alone, which then counts as skipped.
fn unit(fsync: bool) -> Verdict {
    let mut tests = program::command("cargo", &["test", "--workspace", "--no-fail-fast"]);
    if let Some(python) = machine::mail_python() {
        tests.env(machine::MAIL, python);
    }
    let given = std::env::var_os(postgres::VARIABLE).is_some();
    let server = match given {
        true => Err(String::new()),
        false => postgres::Throwaway::start(fsync),
    };
    if let Ok(server) = &server {
        tests.env(postgres::VARIABLE, server.url());
    }
    match (program::through(&mut tests), &server) {
        (Err(problem), _) => Verdict::Failed(problem),
        (Ok(()), Err(problem)) if !given => Verdict::Skipped(format!("PostgreSQL's half: {problem}")),
        (Ok(()), _) => Verdict::Passed,
    }
}

fn announce(title: &str) {
    println!("\n=== {title}");
}

/// Prints a line per step; a skip is loud, and a failure where a build machine runs us.
fn summarise(told: &[(Step, Verdict, Duration)]) -> bool {
    announce("summary");
    let strict = machine::in_ci();
    let mut good = true;
    for (step, verdict, took) in told {
        let (word, why) = match verdict {
            Verdict::Passed => ("ok", String::new()),
            Verdict::Failed(problem) => ("FAILED", format!(": {problem}")),
            Verdict::Skipped(reason) if strict => ("FAILED", format!(": SKIPPED, {reason}")),
            Verdict::Skipped(reason) => ("SKIPPED", format!(": {reason}")),
        };
        good &= word != "FAILED";
        println!("{:>8.1} s  {:<8} {word}{why}", took.as_secs_f64(), step.word());
    }
    good
}
