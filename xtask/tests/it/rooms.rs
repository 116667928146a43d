//! Law 11: a room uses only the rooms below it.
//!
//! The one idea: [`ROOMS`] is the house as a table, and each manifest must ask for no more than its row allows. Tests
//! may reach a little further (any lower floor, and `sample`, which tells small companies).
//! The same goes for what only one room may know: SQL is spoken in `store`, HTTP in `web`.
//! Not here: what a room promises; that is in `ARCHITECTURE.md`.

use crate::source;
use std::collections::BTreeMap;

/// A room, its floor, and the rooms it may use.
const ROOMS: &[(&str, u8, &[&str])] = &[
    ("catalogue", 0, &[]),
    ("formats", 0, &[]),
    ("security", 1, &["catalogue"]),
    ("store", 2, &["catalogue", "security"]),
    ("crm", 3, &["catalogue", "security", "formats", "store"]),
    ("sample", 4, &["catalogue", "security", "formats", "crm"]),
    ("web", 4, &["catalogue", "crm"]),
    ("castellan", 5, &["catalogue", "security", "formats", "store", "crm", "web", "sample"]),
];

/// Libraries that only these rooms may know.
const KEPT_TO: &[(&str, &[&str])] = &[
    ("rusqlite", &["store"]),
    ("r2d2", &["store"]),
    ("r2d2_sqlite", &["store"]),
    ("postgres", &["store"]),
    ("r2d2_postgres", &["store"]),
    ("refinery", &["store"]),
    ("age", &["store"]),
    ("axum", &["web"]),
    ("askama", &["web"]),
    ("tower-http", &["web"]),
    ("tokio", &["web", "castellan"]),
    ("clap", &["castellan"]),
    ("lettre", &["castellan"]),
    ("getrandom", &["castellan"]),
];

/// What a pure room may not name: files, sockets, other programs, the surroundings, clocks.
const IMPURE: &[&str] = &["std::fs", "std::net", "std::process", "std::env", "std::thread", "SystemTime", "Instant::now"];

#[test]
fn a_room_uses_only_the_rooms_below_it() {
    let mut wrong = Vec::new();
    for (room, needs) in manifests() {
        let Some((_, floor, allowed)) = ROOMS.iter().find(|(name, ..)| *name == room) else {
            wrong.push(format!("{room} is not in the table of rooms"));
            continue;
        };
        for (kind, need) in needs {
            let Some((_, below, _)) = ROOMS.iter().find(|(name, ..)| *name == need) else {
                continue;
            };
            let for_tests = kind == "dev-dependencies" && (below < floor || need == "sample");
            if !allowed.contains(&need.as_str()) && !for_tests {
                wrong.push(format!("{room} uses {need} ({kind})"));
            }
        }
    }
    source::none("rooms that use what is not below them", &wrong);
}

#[test]
fn a_library_stays_in_the_room_it_is_kept_to() {
    let mut wrong = Vec::new();
    for (room, needs) in manifests() {
        for (_, need) in needs.iter().filter(|(kind, _)| kind == "dependencies") {
            let kept = KEPT_TO.iter().find(|(library, _)| library == need);
            if kept.is_some_and(|(_, rooms)| !rooms.contains(&room.as_str())) {
                wrong.push(format!("{room} uses {need}"));
            }
        }
    }
    source::none("libraries outside the room they are kept to", &wrong);
}

#[test]
fn a_pure_room_has_no_files_no_network_and_no_clock() {
    let pure = ["crates/catalogue/src/", "crates/formats/src/", "crates/security/src/"];
    let mut wrong = Vec::new();
    for file in source::files() {
        if file.is_rust() && pure.iter().any(|room| file.path.starts_with(room)) {
            for name in IMPURE.iter().filter(|name| names(&file.text, name)) {
                wrong.push(format!("{} names {name}", file.path));
            }
        }
    }
    source::none("pure rooms that reach outside", &wrong);
}

#[test]
fn time_and_chance_are_arguments() {
    let watched = source::read("clippy.toml");
    for name in ["std::time::SystemTime::now", "uuid::Uuid::now_v7", "uuid::Uuid::new_v4"] {
        assert!(watched.contains(name), "clippy.toml no longer disallows {name}");
    }
    let lint = ["clippy::", "disallowed_methods"].concat();
    let wrong: Vec<String> = source::files()
        .into_iter()
        .filter(|file| file.is_rust() && file.path.starts_with("crates/") && file.text.contains(&lint))
        .filter(|file| !file.path.starts_with("crates/castellan/") && !file.path.contains("/tests/"))
        .map(|file| file.path)
        .collect();
    source::none("rooms that ask the machine for time or chance themselves", &wrong);
}

/// Whether a line that is no comment says `name`.
fn names(text: &str, name: &str) -> bool {
    let code = text.lines().filter(|line| !line.trim_start().starts_with("//"));
    code.into_iter().any(|line| line.contains(name))
}

/// Per room the kinds and names of what its manifest asks for.
fn manifests() -> BTreeMap<String, Vec<(String, String)>> {
    let mut all = BTreeMap::new();
    for file in source::files() {
        let parts: Vec<&str> = file.path.split('/').collect();
        if let ["crates", room, "Cargo.toml"] = parts[..] {
            all.insert(room.to_owned(), needs(&file.text));
        }
    }
    assert_eq!(all.len(), ROOMS.len(), "the table of rooms and the folder crates differ");
    all
}

/// Reads `[dependencies]`, `[dev-dependencies]`, `[build-dependencies]` and their forms per target.
fn needs(manifest: &str) -> Vec<(String, String)> {
    let (mut kind, mut found) = (String::new(), Vec::new());
    for line in manifest.lines().map(str::trim) {
        if let Some(title) = line.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
            let (place, name) = match title.rsplit_once("dependencies.") {
                Some((before, name)) => (format!("{before}dependencies"), Some(name)),
                None => (title.to_owned(), None),
            };
            kind = place.rsplit('.').next().unwrap_or_default().to_owned();
            found.extend(name.map(|name| (kind.clone(), name.to_owned())));
        } else if kind.ends_with("dependencies")
            && let Some((name, _)) = line.split_once(['.', '=', ' '])
            && !name.starts_with('#')
        {
            found.push((kind.clone(), name.trim().to_owned()));
        }
    }
    found
}

#[test]
fn a_manifest_is_read_in_all_its_forms() {
    let manifest = "[dependencies]\nstore.workspace = true # why\nuuid = \"1\"\n[dev-dependencies.sample]\npath = \"x\"\n\
        [target.'cfg(unix)'.dependencies]\nrustix = { version = \"1\" }\n[lints]\nworkspace = true\n";
    let read = needs(manifest);
    let read: Vec<(&str, &str)> = read.iter().map(|(kind, name)| (kind.as_str(), name.as_str())).collect();
    assert_eq!(
        read,
        [
            ("dependencies", "store"),
            ("dependencies", "uuid"),
            ("dev-dependencies", "sample"),
            ("dev-dependencies", "path"),
            ("dependencies", "rustix"),
        ]
    );
}
