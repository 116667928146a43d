//! A throw-away PostgreSQL on a free port, for the tests.
//!
//! The one idea: `postgres.sh` waits for the end of its standard input, which [`Throwaway`] holds open. When that is
//! dropped, or this program dies in whatever way (failure, Ctrl-C, `kill -9`), the server stops and its data goes.
//! So no signal needs to be caught here. PostgreSQL refuses to run as root: then it runs as the user `postgres`.
//! Data and socket lie in a folder of its own that only its user may open; the password is new each time.
//! Not here: databases. Each test makes its own and drops it.

use crate::{machine, run};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpListener;
use std::os::unix::process::CommandExt;
use std::process::{Child, ChildStdin, Command, Stdio};

/// The environment variable by which tests find the server.
pub const VARIABLE: &str = "CASTELLAN_TEST_POSTGRES";

/// A running server. It stops when this is dropped.
pub struct Throwaway {
    watcher: Child,
    held: Option<ChildStdin>,
    url: String,
}

impl Throwaway {
    /// Makes a cluster and starts it; `fsync` says whether it writes through to the disk.
    pub fn start(fsync: bool) -> Result<Self, String> {
        let programs = machine::postgres_programs().ok_or_else(|| format!("{} is not installed", machine::Need::Postgres.name()))?;
        // Between choosing a free port and listening on it somebody else may take it: then another is tried.
        let mut problem = String::new();
        for _ in 0..3 {
            match Self::on_port(&programs.to_string_lossy(), free_port()?, fsync) {
                Ok(server) => return Ok(server),
                Err(text) => problem = text,
            }
        }
        Err(problem)
    }

    fn on_port(programs: &str, port: u16, fsync: bool) -> Result<Self, String> {
        let password = password()?;
        let (port_text, temporary) = (port.to_string(), std::env::temp_dir());
        let temporary = temporary.to_string_lossy();
        let fsync = if fsync { "on" } else { "off" };
        let script = include_str!("postgres.sh");
        let words = ["-c", script, "throwaway", programs, &temporary, &port_text, fsync];
        let mut command = unprivileged("sh");
        // WHY: a process group of its own, so that Ctrl-C at the terminal reaches us only and the watcher tidies up.
        command.args(words).current_dir("/").process_group(0);
        command.stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut watcher = command.spawn().map_err(|fault| format!("could not start PostgreSQL: {fault}"))?;
        let mut held = watcher.stdin.take();
        if let Some(input) = held.as_mut() {
            writeln!(input, "{password}").map_err(|fault| fault.to_string())?;
        }
        let mut said = String::new();
        if let Some(output) = watcher.stdout.take() {
            BufReader::new(output).read_line(&mut said).map_err(|fault| fault.to_string())?;
        }
        let url = format!("postgres://postgres:{password}@127.0.0.1:{port}/postgres");
        let server = Self { watcher, held, url };
        match said.trim() {
            "ready" => Ok(server),
            _ => Err("PostgreSQL did not start; its words are above".to_owned()),
        }
    }

    /// Where its first database is, with user and password.
    pub fn url(&self) -> &str {
        &self.url
    }
}

impl Drop for Throwaway {
    fn drop(&mut self) {
        drop(self.held.take());
        // The data is thrown away in any case, so how the watcher ended says nothing worth knowing.
        let _ = self.watcher.wait();
    }
}

/// The program as a user who is not root.
fn unprivileged(program: &str) -> Command {
    if !machine::is_root() {
        return run::command(program, &[]);
    }
    let user = if run::answers("id", &["postgres"]) { "postgres" } else { "nobody" };
    run::command("runuser", &["-u", user, "--", program])
}

fn free_port() -> Result<u16, String> {
    TcpListener::bind(("127.0.0.1", 0))
        .and_then(|listener| listener.local_addr())
        .map(|address| address.port())
        .map_err(|fault| format!("no free port: {fault}"))
}

fn password() -> Result<String, String> {
    let mut bytes = [0_u8; 16];
    std::fs::File::open("/dev/urandom")
        .and_then(|mut chance| chance.read_exact(&mut bytes))
        .map_err(|fault| format!("no randomness: {fault}"))?;
    Ok(bytes.iter().map(|byte| format!("{byte:02x}")).collect())
}
