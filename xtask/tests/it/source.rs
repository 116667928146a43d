//! Reading the repository as text.
//!
//! The one idea: every file is found by walking from the root, so that a file is checked before it is committed;
//! built, fetched and made things are passed over by the name of their folder.
//! Not here: any rule. Start reading at [`files`].

use std::path::{Path, PathBuf};

/// Folders that hold nothing that we wrote.
const PASSED_OVER: &[&str] = &[".git", "target", "node_modules", "castellan-data"];

/// One text file of the repository.
pub struct File {
    /// Where it is, from the root, with `/` between the parts.
    pub path: String,
    /// What it says.
    pub text: String,
}

impl File {
    /// Whether it is Rust.
    pub fn is_rust(&self) -> bool {
        self.path.ends_with(".rs")
    }

    /// The lines that open it with `//!`, without that mark.
    pub fn header(&self) -> Vec<&str> {
        let lines = self.text.lines().map_while(|line| line.strip_prefix("//!"));
        lines.map(str::trim).collect()
    }
}

/// The root of the repository.
pub fn root() -> PathBuf {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.parent().expect("xtask lies in the root").to_owned()
}

/// Every text file, by path.
pub fn files() -> Vec<File> {
    let (root, mut found) = (root(), Vec::new());
    walk(&root, &root, &mut found);
    found.sort_by(|one, other| one.path.cmp(&other.path));
    found
}

/// The text of one file that has to be there.
pub fn read(path: &str) -> String {
    std::fs::read_to_string(root().join(path)).unwrap_or_else(|fault| panic!("{path}: {fault}"))
}

/// Whether something lies at that path.
pub fn exists(path: &str) -> bool {
    root().join(path).exists()
}

fn walk(root: &Path, folder: &Path, found: &mut Vec<File>) {
    for entry in std::fs::read_dir(folder).expect("a folder can be listed").flatten() {
        let (path, name) = (entry.path(), entry.file_name());
        let kind = entry.file_type().expect("an entry has a kind");
        if kind.is_dir() {
            if !PASSED_OVER.iter().any(|passed| name == *passed) {
                walk(root, &path, found);
            }
        } else if kind.is_file()
            // A file may go while we walk, and pictures and databases are not text.
            && let Ok(text) = std::fs::read_to_string(&path)
        {
            let path = path.strip_prefix(root).expect("it lies below the root");
            let path = path.to_string_lossy().replace('\\', "/");
            found.push(File { path, text });
        }
    }
}

/// Fails with a list, if there is anything on it.
#[track_caller]
pub fn none(what: &str, found: &[String]) {
    assert!(found.is_empty(), "{what}:\n  {}", found.join("\n  "));
}
