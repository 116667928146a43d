//! The browser's files: their weight, their addresses, where they come from.
//!
//! One idea: budgets are tests, so that a heavier file is a decision and not an accident.
//! Deliberately not here: the headers they are served with. Start reading at the first sentence.

use std::fs;
use std::path::{Path, PathBuf};
use web::assets::{ASSETS, FOLDER, find, has, href};

fn beside(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

/// Every template, by path and text.
pub fn templates() -> Vec<(PathBuf, String)> {
    let mut found = Vec::new();
    for folder in ["templates", "templates/part"] {
        for entry in fs::read_dir(beside(folder)).unwrap() {
            let path = entry.unwrap().path();
            if path.extension().is_some_and(|end| end == "html") {
                let text = fs::read_to_string(&path).unwrap();
                found.push((path, text));
            }
        }
    }
    found
}

#[test]
fn all_files_together_weigh_less_than_250_kb_compressed() {
    let weight: usize = ASSETS.iter().map(|asset| asset.brotli.len()).sum();
    assert!(weight < 250_000, "{weight} bytes");
}

#[test]
fn an_address_leads_to_its_file_and_to_nothing_else() {
    for asset in ASSETS {
        let address = href(asset.name);
        let path = address.strip_prefix(FOLDER).unwrap();
        assert_eq!(find(path).unwrap().name, asset.name);
    }
    assert!(find("castellan.css").is_none(), "a name without its hash is no address");
    assert!(find("../Cargo.toml").is_none());
    assert!(find(href("nothing.css").strip_prefix(FOLDER).unwrap()).is_none());
}

#[test]
fn the_lock_names_no_address() {
    let lock = fs::read_to_string(beside("package-lock.json")).unwrap();
    assert!(!lock.contains("resolved") && !lock.contains("://"));
}

#[test]
fn every_icon_that_a_template_or_a_table_names_is_in_the_sprite() {
    if !has("htmx.js") {
        eprintln!("SKIPPED: this build has no npm, so only a few icons");
        assert_ne!(std::env::var("CI").as_deref(), Ok("true"), "under CI a skip is a failure");
        return;
    }
    let sprite = ASSETS.iter().find(|asset| asset.name == "icons.svg").unwrap();
    let sprite = String::from_utf8_lossy(sprite.bytes);
    for (path, text) in templates() {
        for rest in text.split("super::icon(\"").skip(1) {
            let name = rest.split('"').next().unwrap();
            assert!(sprite.contains(&format!("id=\"{name}\"")), "`{name}` in {}", path.display());
        }
    }
    for table in catalogue::standard::catalogue().unwrap().tables() {
        assert!(sprite.contains(&format!("id=\"{}\"", table.icon)), "`{}` of {}", table.icon, table.set);
    }
}

#[test]
fn no_file_asks_another_host() {
    for asset in ASSETS.iter().filter(|asset| asset.name != "licences.txt" && asset.name != "base.css") {
        let text = String::from_utf8_lossy(asset.bytes).replace("http://www.w3.org/", "");
        let foreign = text.split("://").skip(1).count();
        assert!(foreign == 0 || asset.name == "htmx.js", "{}", asset.name);
    }
}
