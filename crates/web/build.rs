//! Gathers the browser's files and writes them, content-hashed and compressed, into the binary.
//!
//! One idea: `assets.sha256` is both the list of third-party files that may be embedded and the proof that they are
//! the ones we looked at; a file that is not in it does not exist, one that differs stops the build.
//! The packages come from the committed lock by `npm ci --ignore-scripts`, run in the build's own folder, so the
//! source tree stays as it was; `CASTELLAN_WEB_MODULES` names a ready `node_modules` for builds without npm.
//! Without either, the plain style sheet and a few icons of our own are embedded, and the build says so.
//! Not here: how a file is served (`src/assets.rs`). Start at [`main`]. Proved by `tests/it/assets.rs`.

use sha2::{Digest, Sha256};
use std::error::Error;
use std::fmt::Write as _;
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;

type Done<T> = Result<T, Box<dyn Error>>;

const TABLER: &str = "@tabler/core/dist/css/tabler.min.css";
const HTMX: &str = "htmx.org/dist/htmx.min.js";
const ICONS: &str = "@tabler/icons/icons/outline/";

/// One file as the browser will get it.
struct Asset {
    name: &'static str,
    content_type: &'static str,
    bytes: Vec<u8>,
}

fn main() -> Done<()> {
    for input in ["build.rs", "package.json", "package-lock.json", "assets.sha256", "assets"] {
        println!("cargo::rerun-if-changed={input}");
    }
    println!("cargo::rerun-if-env-changed=CASTELLAN_WEB_MODULES");
    println!("cargo::rerun-if-env-changed=PATH");
    let out = PathBuf::from(std::env::var("OUT_DIR")?);
    let mut assets = match modules(&out)? {
        Some(folder) => from_packages(&folder)?,
        None => plain()?,
    };
    assets.push(own("castellan.css", "text/css; charset=utf-8")?);
    assets.push(own("castellan.js", "text/javascript; charset=utf-8")?);
    assets.push(own("favicon.svg", "image/svg+xml")?);
    write_table(&out, &assets)
}

/// The folder with the packages, or none when this machine has no npm.
fn modules(out: &Path) -> Done<Option<PathBuf>> {
    if let Ok(ready) = std::env::var("CASTELLAN_WEB_MODULES") {
        let folder = PathBuf::from(ready);
        if !folder.join(TABLER).is_file() {
            return Err(format!("CASTELLAN_WEB_MODULES names `{}`, which holds no {TABLER}", folder.display()).into());
        }
        return Ok(Some(folder));
    }
    let place = out.join("npm");
    let folder = place.join("node_modules");
    let lock = fs::read("package-lock.json")?;
    let stamp = place.join("installed");
    if fs::read_to_string(&stamp).is_ok_and(|of| of == hex(&lock)) {
        return Ok(Some(folder));
    }
    fs::create_dir_all(&place)?;
    fs::copy("package.json", place.join("package.json"))?;
    fs::write(place.join("package-lock.json"), &lock)?;
    let npm = if cfg!(windows) { "npm.cmd" } else { "npm" };
    let ran = Command::new(npm).args(["ci", "--ignore-scripts", "--no-audit", "--no-fund"]).current_dir(&place).output();
    match ran {
        Ok(answer) if answer.status.success() => {
            fs::write(&stamp, hex(&lock))?;
            Ok(Some(folder))
        }
        Ok(answer) => {
            let text = String::from_utf8_lossy(&answer.stderr).into_owned();
            let line = text.lines().find(|line| line.contains("npm error")).unwrap_or("it said nothing");
            println!("cargo::warning=npm ci failed ({line}); the plain style sheet is embedded instead");
            // WHY: a path that never exists makes the next build try again.
            println!("cargo::rerun-if-changed={}", stamp.display());
            Ok(None)
        }
        Err(_) => {
            println!("cargo::warning=npm is not installed: the plain style sheet is embedded instead of Tabler and htmx");
            Ok(None)
        }
    }
}

/// The third-party part: style sheet, htmx, icons and the licences they come under.
fn from_packages(folder: &Path) -> Done<Vec<Asset>> {
    let mut sheet = String::from("@layer tabler{");
    let mut script = Vec::new();
    let mut symbols = String::new();
    let mut licences = String::from(
        "Castellan embeds these works of others.\n\nTabler (@tabler/core), MIT: see its notice at the top of the style sheet.\n",
    );
    for line in fs::read_to_string("assets.sha256")?.lines() {
        let Some((wanted, path)) = line.split_once("  ") else { continue };
        let bytes = fs::read(folder.join(path)).map_err(|why| format!("`{path}` is listed in assets.sha256: {why}"))?;
        if hex(&bytes) != wanted {
            return Err(format!("`{path}` is not the file that assets.sha256 knows: its hash is {}", hex(&bytes)).into());
        }
        if path == HTMX {
            script = bytes;
            continue;
        }
        let text = String::from_utf8(bytes)?;
        if path == TABLER {
            sheet.push_str(text.trim_start_matches("@charset \"UTF-8\";"));
        } else if let Some(icon) = path.strip_prefix(ICONS) {
            symbols.push_str(&symbol(icon.trim_end_matches(".svg"), &text));
        } else {
            write!(licences, "\n---- {path} ----\n\n{text}\n")?;
        }
    }
    // WHY: in a layer, Tabler always yields to our own sheet, whatever its selectors weigh.
    sheet = without_map(&sheet) + "}";
    Ok(vec![
        Asset { name: "base.css", content_type: "text/css; charset=utf-8", bytes: sheet.into_bytes() },
        Asset {
            name: "htmx.js",
            content_type: "text/javascript; charset=utf-8",
            bytes: without_map(&String::from_utf8(script)?).into_bytes(),
        },
        Asset { name: "icons.svg", content_type: "image/svg+xml", bytes: sprite(&symbols) },
        Asset { name: "licences.txt", content_type: "text/plain; charset=utf-8", bytes: licences.into_bytes() },
    ])
}

/// What is embedded where npm can't be had.
fn plain() -> Done<Vec<Asset>> {
    let mut sheet = own("plain.css", "text/css; charset=utf-8")?;
    sheet.name = "base.css";
    let mut icons = own("plain-icons.svg", "image/svg+xml")?;
    icons.name = "icons.svg";
    let text = "This build embeds no works of others.\n";
    Ok(vec![sheet, icons, Asset { name: "licences.txt", content_type: "text/plain; charset=utf-8", bytes: text.into() }])
}

fn own(name: &'static str, content_type: &'static str) -> Done<Asset> {
    let bytes = fs::read(Path::new("assets").join(name)).map_err(|why| format!("assets/{name}: {why}"))?;
    Ok(Asset { name, content_type, bytes })
}

/// An icon's drawing as a symbol of the sprite: what lies between the outer tags, without the empty frame.
fn symbol(name: &str, svg: &str) -> String {
    let inner = svg.split_once("fill=\"none\"").map_or(svg, |(_, rest)| rest);
    let inner = inner.split_once('>').map_or("", |(_, rest)| rest).trim_end().trim_end_matches("</svg>");
    let paths: String = inner.lines().map(str::trim).filter(|line| !line.contains("M0 0h24v24H0z")).collect();
    format!("<symbol id=\"{name}\" viewBox=\"0 0 24 24\">{paths}</symbol>")
}

fn sprite(symbols: &str) -> Vec<u8> {
    format!("<svg xmlns=\"http://www.w3.org/2000/svg\">{symbols}</svg>").into_bytes()
}

/// A source map would be asked for at an address that does not exist.
fn without_map(text: &str) -> String {
    text.lines().filter(|line| !line.contains("sourceMappingURL=")).collect::<Vec<_>>().join("\n")
}

/// Writes each file and its compressed form, and the table that `src/assets.rs` includes.
fn write_table(out: &Path, assets: &[Asset]) -> Done<()> {
    let folder = out.join("assets");
    fs::create_dir_all(&folder)?;
    let mut kept = Vec::new();
    let mut table = String::from("&[\n");
    for asset in assets {
        let hash = hex(&asset.bytes);
        let short = hash.get(..12).unwrap_or(&hash);
        let (stem, end) = asset.name.rsplit_once('.').unwrap_or((asset.name, ""));
        let path = format!("{stem}-{short}.{end}");
        let file = folder.join(&path);
        let packed = folder.join(format!("{path}.br"));
        kept.extend([file.clone(), packed.clone()]);
        fs::write(&file, &asset.bytes)?;
        if !packed.is_file() {
            fs::write(&packed, brotli(&asset.bytes)?)?;
        }
        writeln!(
            table,
            "Asset {{ name: {:?}, path: {path:?}, content_type: {:?}, bytes: include_bytes!({file:?}), brotli: include_bytes!({packed:?}) }},",
            asset.name, asset.content_type
        )?;
    }
    table.push(']');
    for entry in fs::read_dir(&folder)?.flatten().filter(|entry| !kept.contains(&entry.path())) {
        fs::remove_file(entry.path())?;
    }
    fs::write(out.join("assets_table.rs"), table)?;
    Ok(())
}

fn brotli(bytes: &[u8]) -> Done<Vec<u8>> {
    let mut packed = Vec::new();
    let mut writer = brotli::CompressorWriter::new(&mut packed, 64 * 1024, 11, 22);
    writer.write_all(bytes)?;
    drop(writer);
    Ok(packed)
}

fn hex(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}
