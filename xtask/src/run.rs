//! Starting other programs, from the root of the repository.
//!
//! The one idea: a nested `cargo` must not see the variables of the `cargo run` that started us, or build scripts
//! that watch them would be run again each time.
//! Not here: what is started and why; that is in [`crate::test`] and [`crate::browser`].

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// The root of the repository: the parent of this package's folder.
pub fn root() -> PathBuf {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.parent().unwrap_or(here).to_owned()
}

/// A command that starts in the root of the repository.
pub fn command(program: &str, words: &[&str]) -> Command {
    let mut command = Command::new(program);
    command.args(words).current_dir(root()).stdin(Stdio::null());
    for (name, _) in std::env::vars_os() {
        let text = name.to_string_lossy();
        let ours = ["CARGO_PKG_", "CARGO_MANIFEST_", "CARGO_BIN_", "CARGO_CRATE_"];
        if ours.iter().any(|prefix| text.starts_with(prefix)) {
            command.env_remove(&name);
        }
    }
    command
}

/// Runs it to its end with its output shown; an error says what went wrong with which command.
pub fn through(command: &mut Command) -> Result<(), String> {
    let name = command.get_program().to_string_lossy().into_owned();
    match command.status() {
        Ok(status) if status.success() => Ok(()),
        Ok(status) => Err(format!("`{name}` ended with {status}")),
        Err(fault) => Err(format!("`{name}` could not be started: {fault}")),
    }
}

/// Whether it runs and succeeds, with nothing shown.
pub fn answers(program: &str, words: &[&str]) -> bool {
    command(program, words).stdout(Stdio::null()).stderr(Stdio::null()).status().is_ok_and(|status| status.success())
}
