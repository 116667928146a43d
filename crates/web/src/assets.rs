//! The browser's files: style sheets, scripts, icons, embedded by `build.rs`.
//!
//! One idea: a file's address holds the hash of its content, so a browser may keep it for a year and still never
//! shows an old one. [`href`] gives the address of a file by its plain name, [`find`] the [`Asset`] of an address.
//! Deliberately not here: the answer's headers (the router sets `Cache-Control: public, max-age=31536000, immutable`
//! and chooses between [`Asset::bytes`] and [`Asset::brotli`]).
//! Start reading at [`href`]. Proved by `tests/it/assets.rs`.

/// One embedded file.
#[derive(Debug)]
pub struct Asset {
    /// The plain name, as templates say it: `castellan.css`.
    pub name: &'static str,
    /// The name with its hash, the last part of the address: `castellan-0123456789ab.css`.
    pub path: &'static str,
    /// For the header `Content-Type`.
    pub content_type: &'static str,
    /// The file as it is.
    pub bytes: &'static [u8],
    /// The file compressed, for `Content-Encoding: br`.
    pub brotli: &'static [u8],
}

/// The folder of the addresses; the router serves `{FOLDER}{path}`.
pub const FOLDER: &str = "/assets/";

/// All embedded files.
pub static ASSETS: &[Asset] = include!(concat!(env!("OUT_DIR"), "/assets_table.rs"));

/// The address of the file called `name`. An unknown name gives an address that nothing answers.
pub fn href(name: &str) -> String {
    let path = ASSETS.iter().find(|asset| asset.name == name).map_or("missing", |asset| asset.path);
    format!("{FOLDER}{path}")
}

/// Whether this build has the file: one made without npm has no `htmx.js`.
pub fn has(name: &str) -> bool {
    ASSETS.iter().any(|asset| asset.name == name)
}

/// The file at the address `/assets/{path}`.
pub fn find(path: &str) -> Option<&'static Asset> {
    ASSETS.iter().find(|asset| asset.path == path)
}
