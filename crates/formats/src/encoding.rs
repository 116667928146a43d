//! The encodings a file may be in, with the names people are shown.
//!
//! [`Encoding`] is what browsers know (`encoding_rs`) plus UTF-32, which some data loaders still write.
//! Not here: guessing (`sniff`) and decoding (`decoded`).
//! Proved by `tests/it/encodings.rs`.

use std::fmt;

/// A character encoding.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Encoding {
    /// UTF-8, and so ASCII.
    Utf8,
    /// UTF-16, low byte first.
    Utf16Le,
    /// UTF-16, high byte first.
    Utf16Be,
    /// UTF-32, low byte first.
    Utf32Le,
    /// UTF-32, high byte first.
    Utf32Be,
    /// One from before Unicode, as the WHATWG Encoding Standard defines it.
    Legacy(&'static encoding_rs::Encoding),
}

impl Encoding {
    /// The name shown to people and understood by [`Encoding::named`].
    pub fn name(self) -> &'static str {
        match self {
            Encoding::Utf8 => "UTF-8",
            Encoding::Utf16Le => "UTF-16LE",
            Encoding::Utf16Be => "UTF-16BE",
            Encoding::Utf32Le => "UTF-32LE",
            Encoding::Utf32Be => "UTF-32BE",
            Encoding::Legacy(legacy) => legacy.name(),
        }
    }

    /// The encoding of that name or label, whatever its case: `utf-8`, `latin1`, `windows-1252`, `cp1251`.
    ///
    /// As in browsers, `iso-8859-1` and `ascii` are names of windows-1252.
    pub fn named(label: &str) -> Option<Encoding> {
        let label = label.trim();
        match label.to_ascii_lowercase().as_str() {
            "utf-32le" => return Some(Encoding::Utf32Le),
            "utf-32be" | "utf-32" => return Some(Encoding::Utf32Be),
            _ => {}
        }
        let found = encoding_rs::Encoding::for_label(label.as_bytes())?;
        if found == encoding_rs::REPLACEMENT || found == encoding_rs::X_USER_DEFINED {
            return None;
        }
        Some(Encoding::from(found))
    }

    /// What a person may choose from when the guess is wrong, most used first.
    pub fn choices() -> Vec<Encoding> {
        let names = [
            "utf-8",
            "windows-1252",
            "utf-16le",
            "utf-16be",
            "windows-1250",
            "windows-1251",
            "windows-1253",
            "windows-1254",
            "windows-1255",
            "windows-1256",
            "windows-1257",
            "windows-1258",
            "iso-8859-2",
            "iso-8859-5",
            "iso-8859-7",
            "iso-8859-15",
            "windows-874",
            "shift_jis",
            "euc-jp",
            "iso-2022-jp",
            "gb18030",
            "big5",
            "euc-kr",
            "koi8-r",
            "koi8-u",
            "ibm866",
            "macintosh",
            "x-mac-cyrillic",
            "utf-32le",
            "utf-32be",
        ];
        names.into_iter().filter_map(Encoding::named).collect()
    }

    /// How many bytes at the start of `head` are a byte order mark of this encoding.
    ///
    /// Real files carry the two-byte mark of UTF-16 before UTF-32 data, in either order, so both are taken for UTF-32.
    pub(crate) fn mark_length(self, head: &[u8]) -> usize {
        let marks: &[&[u8]] = match self {
            Encoding::Utf8 => &[&[0xEF, 0xBB, 0xBF]],
            Encoding::Utf16Le => &[&[0xFF, 0xFE]],
            Encoding::Utf16Be => &[&[0xFE, 0xFF]],
            Encoding::Utf32Le => &[&[0xFF, 0xFE, 0, 0], &[0xFF, 0xFE], &[0xFE, 0xFF]],
            Encoding::Utf32Be => &[&[0, 0, 0xFE, 0xFF], &[0xFE, 0xFF], &[0xFF, 0xFE]],
            Encoding::Legacy(_) => &[],
        };
        marks.iter().find(|mark| head.starts_with(mark)).map_or(0, |mark| mark.len())
    }
}

impl From<&'static encoding_rs::Encoding> for Encoding {
    fn from(found: &'static encoding_rs::Encoding) -> Encoding {
        if found == encoding_rs::UTF_8 {
            Encoding::Utf8
        } else if found == encoding_rs::UTF_16LE {
            Encoding::Utf16Le
        } else if found == encoding_rs::UTF_16BE {
            Encoding::Utf16Be
        } else {
            Encoding::Legacy(found)
        }
    }
}

impl fmt::Display for Encoding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
