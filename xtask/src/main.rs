//! The tasks of the workshop: `cargo xtask test`, `cargo xtask bench` and `cargo xtask postgres`.
//!
//! The one idea: a developer and the build machine run the same command, and it fetches what it needs. Only `std`
//! is used, so that this room compiles in a second on a machine that has nothing but Rust.
//! Not here: any rule about the product. What must hold of the source itself (floors, map, laws) is tested in
//! `xtask/tests/it/main.rs`.
//! Start reading at [`test::run`].

mod bench;
mod browser;
mod machine;
mod postgres;
mod run;
mod test;

use std::process::ExitCode;

const USAGE: &str = "usage:
  cargo xtask test [--only fmt,clippy,unit,browser] [--fsync]
      runs everything that must hold before a change is kept
  cargo xtask bench [--before COMMIT]
      times list, import and export on 100,000 contacts beside the version before
  cargo xtask postgres [--fsync]
      runs a throw-away PostgreSQL until Enter or Ctrl-C, and prints the variable that points tests at it

  --fsync   let that PostgreSQL write through to the disk, as a real one does (slower)";

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let outcome = match words.split_first() {
        Some((word, rest)) if word == "test" => test::Wish::read(rest).map(|wish| test::run(&wish)),
        Some((word, rest)) if word == "bench" => bench::run(rest),
        Some((word, rest)) if word == "postgres" => in_foreground(rest),
        _ => Err(USAGE.to_owned()),
    };
    match outcome {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(problem) => {
            eprintln!("{problem}");
            ExitCode::from(2)
        }
    }
}

/// Runs the throw-away server until the developer lets go of it.
fn in_foreground(rest: &[String]) -> Result<bool, String> {
    let fsync = match rest {
        [] => false,
        [word] if word == "--fsync" => true,
        _ => return Err(USAGE.to_owned()),
    };
    let server = postgres::Throwaway::start(fsync)?;
    println!("export {}={}", postgres::VARIABLE, server.url());
    println!("press Enter to stop it");
    let mut line = String::new();
    std::io::stdin().read_line(&mut line).map_err(|fault| fault.to_string())?;
    Ok(true)
}
