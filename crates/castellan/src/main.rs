//! THE BINARY: command line, wiring, clock and randomness; it holds no rule.
//!
//! A command speaks to the server that runs on its data directory, or opens the store itself when none runs, through the
//! same doors. Not here: what the doors do (`web`, `crm`).
//! Start reading at [`main`]. Proved by `crates/castellan/tests/it/main.rs`.

mod arguments;
mod commands;
mod demo;
mod failure;
mod generate;
mod house;
mod machine;
mod operator;
mod post;
mod serve;

use arguments::{Arguments, Command};
use clap::Parser;
use failure::Failure;
use house::House;
use std::io::{IsTerminal, Write};
use std::process::ExitCode;

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    // The pool says of each try that it failed; what follows from it is said once, where a request or a job fails.
    let filter = tracing_subscriber::EnvFilter::try_from_env("CASTELLAN_LOG").unwrap_or_else(|_| "warn,r2d2=off".into());
    tracing_subscriber::fmt().with_env_filter(filter).with_ansi(std::io::stderr().is_terminal()).with_writer(std::io::stderr).init();
    match run(&arguments) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            // Whoever listened may have gone; the code says it all the same.
            if arguments.json {
                let _ = writeln!(std::io::stdout(), "{}", failure.line());
            }
            let _ = writeln!(std::io::stderr(), "castellan: {}", failure.words);
            ExitCode::from(failure.code)
        }
    }
}

fn run(arguments: &Arguments) -> Result<(), Failure> {
    let (data, database) = (arguments.data.as_path(), arguments.database.as_deref());
    match &arguments.command {
        Command::Serve(at) => {
            let tcp = serve::listen(&at.listen)?;
            let house = House::open(data, database)?;
            let address = format!("http://{}", tcp.local_addr()?);
            serve::greet(&house, &address, arguments.json)?;
            serve::serve(house, data, tcp, at.behind_tls, || {})
        }
        Command::Demo(at) => demo::run(arguments, at),
        Command::Init(init) => commands::organisation::init(arguments, init),
        Command::Migrate => commands::organisation::migrate(arguments),
        Command::Generate(ask) => commands::organisation::generate(arguments, ask),
        Command::User { act } => commands::people::run(arguments, act),
        Command::Column { act } => commands::columns::run(arguments, act),
        Command::Workflow { act } => commands::workflows::run(arguments, act),
        Command::Departure { act } => commands::departures::run(arguments, act),
        Command::Import(ask) => commands::exchange::import(arguments, ask),
        Command::Export(ask) => commands::exchange::export(arguments, ask),
        Command::Explain(ask) => commands::access::explain(arguments, ask),
        Command::Backup { act } => commands::backup::run(arguments, act),
        Command::Audit { act: arguments::AuditAct::Verify } => commands::oversight::verify(arguments),
        Command::Doctor => commands::oversight::doctor(arguments),
    }
}
