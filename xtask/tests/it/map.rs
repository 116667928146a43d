//! Law 13: the map is true.
//!
//! The one idea: a document that names a place that is not there misleads, so every path in backticks, every link and
//! every place that the header of a file names must exist, and so must a test that is named behind `::`.
//! Every Rust file opens with a header.
//! Not here: whether what is said of a place is right; only people can read that.

use crate::source::{self, File};

/// How a path of ours begins.
const PLACES: &[&str] = &["crates/", "docs/", "xtask/", "browser/", "demo/", ".ci/", ".cargo/"];

#[test]
fn every_place_that_a_document_names_exists() {
    let mut wrong = Vec::new();
    for file in source::files().iter().filter(|file| is_document(&file.path)) {
        let links = links(&file.text).map(|link| beside(&file.path, link));
        let names = in_backticks(&file.text).filter(|word| is_place(word)).map(str::to_owned);
        for name in names.chain(links) {
            wrong.extend(missing(&name).map(|what| format!("{}: {what}", file.path)));
        }
    }
    source::none("places that documents name and that are not there", &wrong);
}

#[test]
fn every_place_that_a_header_names_exists() {
    let mut wrong = Vec::new();
    for file in source::files().iter().filter(|file| file.is_rust()) {
        let header = file.header().join(" ");
        for word in header.split(|c: char| c.is_whitespace() || "`()[],;".contains(c)) {
            let word = word.trim_end_matches(['.', ':']);
            if PLACES.iter().any(|place| word.starts_with(place)) {
                wrong.extend(missing(word).map(|what| format!("{}: {what}", file.path)));
            }
        }
    }
    source::none("places that headers name and that are not there", &wrong);
}

#[test]
fn every_rust_file_opens_with_a_header() {
    // A test's sentences tell most of what a header would; the rooms themselves owe a reader more.
    let owed = |path: &str| if path.contains("/src/") { 3 } else { 1 };
    let wrong: Vec<String> = source::files()
        .iter()
        .filter(|file| file.is_rust() && file.header().len() < owed(&file.path))
        .map(|file| format!("{}: {} lines of header", file.path, file.header().len()))
        .collect();
    source::none("files that do not open with what they are for, in `//!`", &wrong);
}

fn is_document(path: &str) -> bool {
    path.ends_with(".md") && !path.starts_with("demo/")
}

/// What stands between single backticks, on one line, outside of fenced blocks.
fn in_backticks(text: &str) -> impl Iterator<Item = &str> {
    let mut fenced = false;
    let lines = text.lines().filter(move |line| {
        let fence = line.trim_start().starts_with("```");
        fenced ^= fence;
        !fenced && !fence
    });
    lines.flat_map(|line| line.split('`').skip(1).step_by(2))
}

/// Whether a word in backticks means a place of the repository: a path of ours, or a document or manifest in the root.
fn is_place(word: &str) -> bool {
    let plain = !word.contains(|c: char| c.is_whitespace() || "{}<>*…$?&=".contains(c));
    let ours = PLACES.iter().any(|place| word.starts_with(place));
    let in_root = !word.contains('/') && [".md", ".toml", ".lock"].iter().any(|end| word.ends_with(end));
    plain && (ours || in_root)
}

/// The targets of links that stay in the repository.
fn links(text: &str) -> impl Iterator<Item = &str> {
    let targets = text.split("](").skip(1).filter_map(|rest| rest.split(')').next());
    let near = targets.filter(|target| !target.contains("://") && !target.starts_with('#'));
    near.filter_map(|target| target.split('#').next())
}

/// A link of a document as a path from the root.
fn beside(document: &str, link: &str) -> String {
    let mut parts: Vec<&str> = document.split('/').collect();
    parts.pop();
    for part in link.split('/') {
        match part {
            ".." => drop(parts.pop()),
            "." | "" => {}
            part => parts.push(part),
        }
    }
    parts.join("/")
}

/// What is missing at `path` or `path::test_name`, if anything.
pub fn missing(name: &str) -> Option<String> {
    let (path, item) = match name.split_once("::") {
        Some((path, item)) => (path, Some(item)),
        None => (name, None),
    };
    if !source::exists(path) {
        return Some(format!("`{path}` is not there"));
    }
    let item = item?.rsplit("::").next()?;
    let text = source::read(path);
    // A doctest has no name: it is found by the item whose documentation it is.
    let told = match path.contains("/src/") {
        true => text.contains("compile_fail") && text.contains(item),
        false => text.contains(&format!("fn {item}(")),
    };
    (!told).then(|| format!("`{path}` has no test `{item}`"))
}

#[test]
fn a_name_that_leads_nowhere_is_found() {
    assert!(missing("xtask/tests/it/map.rs").is_none());
    assert!(missing("xtask/tests/it/map.rs::a_name_that_leads_nowhere_is_found").is_none());
    assert!(missing("xtask/tests/it/cellar.rs").is_some());
    assert!(missing("xtask/tests/it/map.rs::no_such_sentence").is_some());
    let text = "see `crates/cellar` and [here](../LICENSE)\n```\n`docs/not-looked-at`\n```\n";
    assert_eq!(in_backticks(text).collect::<Vec<_>>(), ["crates/cellar"]);
    assert_eq!(beside("docs/threats.md", "../LICENSE"), "LICENSE");
    assert_eq!(links(text).collect::<Vec<_>>(), ["../LICENSE"]);
    let file = File { path: String::new(), text: "//! One.\n//! Two.\nuse x;\n//! no".to_owned() };
    assert_eq!(file.header(), ["One.", "Two."]);
}
