//! What has no business in the repository: hosts of registries, paths of somebody's machine.
//!
//! The one idea: a lock that carries addresses, or a script that knows one person's folders, works on one machine and
//! tells about it. `Cargo.lock` is excused: its one registry is written by cargo and is a name, not an address.
//! Not here: third-party code; licences are looked at by people.

use crate::source;

/// Hosts and paths, cut in two so that this file does not find itself.
const STRANGERS: &[[&str; 2]] = &[
    ["registry.", "npmjs.org"],
    ["registry.", "yarnpkg.com"],
    ["static.", "crates.io"],
    ["index.", "crates.io"],
    ["pypi", ".org"],
    ["pythonhosted", ".org"],
    ["deb.", "debian.org"],
    ["\"reso", "lved\":"],
    ["/work/", "main"],
    ["/work/", "shared"],
    ["/work/", "."],
    ["/ro", "ot/"],
    ["/home", "/"],
    ["/Use", "rs/"],
];

#[test]
fn no_file_names_a_registry_or_a_machine() {
    let mut wrong = Vec::new();
    for file in source::files().iter().filter(|file| file.path != "Cargo.lock") {
        for (number, line) in file.text.lines().enumerate() {
            for stranger in STRANGERS.iter().map(|halves| halves.concat()) {
                if line.contains(&stranger) {
                    wrong.push(format!("{}:{} names {stranger}", file.path, number + 1));
                }
            }
        }
    }
    source::none("strangers", &wrong);
}
