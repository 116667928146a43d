//! The browser tests: the real binary, a real browser, `node --test`.
//!
//! The one idea: `browser/tests` starts `castellan demo` itself and drives Chromium; this file only brings what that
//! needs, and never passes over an empty folder as if it had been tested.
//! Not here: the server and the pages; see `browser/lib.mjs`.

use crate::{machine, run};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

/// Builds the binary, fetches the two packages of `browser/package-lock.json` and runs every `*.test.mjs`.
pub fn test() -> Result<(), String> {
    let folder = run::root().join("browser");
    let mut tests = test_files(&folder.join("tests"))?;
    tests.extend(test_files(&folder.join("stories"))?);
    run::through(&mut run::command("cargo", &["build", "--package", "castellan"]))?;
    fetch(&folder)?;
    let mut command = run::command("node", &["--test", "--test-reporter=spec"]);
    command.args(&tests).current_dir(&folder).env("CASTELLAN_BINARY", binary()?);
    if let Some(chromium) = machine::chromium() {
        command.env("CASTELLAN_CHROMIUM", chromium);
    }
    if let Some(python) = machine::mail_python() {
        command.env(machine::MAIL, python);
    }
    run::through(&mut command)
}

fn test_files(folder: &Path) -> Result<Vec<PathBuf>, String> {
    let mut files: Vec<PathBuf> = std::fs::read_dir(folder)
        .map_err(|fault| format!("{}: {fault}", folder.display()))?
        .flatten()
        .map(|entry| entry.path())
        .filter(|path| path.to_string_lossy().ends_with(".test.mjs"))
        .collect();
    files.sort();
    match files.is_empty() {
        true => Err(format!("{} holds no *.test.mjs", folder.display())),
        false => Ok(files),
    }
}

/// `npm ci`, unless what is installed is newer than the lock.
fn fetch(folder: &Path) -> Result<(), String> {
    let lock = changed(&folder.join("package-lock.json"));
    let installed = changed(&folder.join("node_modules/.package-lock.json"));
    if installed.is_some() && installed >= lock {
        return Ok(());
    }
    let words = ["ci", "--ignore-scripts", "--no-audit", "--no-fund"];
    run::through(run::command("npm", &words).current_dir(folder))
}

fn changed(path: &Path) -> Option<SystemTime> {
    std::fs::metadata(path).and_then(|entry| entry.modified()).ok()
}

/// The binary lies beside this program, wherever the target folder is.
fn binary() -> Result<PathBuf, String> {
    let ours = std::env::current_exe().map_err(|fault| fault.to_string())?;
    Ok(ours.with_file_name("castellan"))
}
