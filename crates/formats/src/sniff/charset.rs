//! Which encoding the bytes are in.
//!
//! In this order: content that can only be UTF-32, byte order marks, the zeros of UTF-16, strict UTF-8, UTF-8 with some
//! rows broken, and last the guess Firefox makes (`chardetng`). Content goes before marks because real data loaders
//! write the mark of UTF-16 before UTF-32.
//! Not here: decoding. Start reading at [`guess`]. Proved by `tests/it/encodings.rs`.

use crate::encoding::Encoding;
use chardetng::{EncodingDetector, Iso2022JpDetection, Utf8Detection};

/// An encoding, and whether it is more than a guess.
pub(super) struct Found {
    pub(super) encoding: Encoding,
    pub(super) is_certain: bool,
}

/// The encoding of a file that begins with `head`.
pub(super) fn guess(head: &[u8]) -> Found {
    let certain = |encoding| Found { encoding, is_certain: true };
    if let Some(encoding) = utf32(head) {
        return certain(encoding);
    }
    if let Some(marked) = [Encoding::Utf8, Encoding::Utf16Le, Encoding::Utf16Be].into_iter().find(|e| e.mark_length(head) > 0) {
        return certain(marked);
    }
    if let Some(encoding) = utf16_by_zeros(head) {
        return certain(encoding);
    }
    let is_utf8 = std::str::from_utf8(head).map_or_else(|error| error.error_len().is_none(), |_| true);
    if is_utf8 && !head.contains(&0x1B) {
        return certain(Encoding::Utf8);
    }
    if !is_utf8 && is_mostly_utf8(head) {
        return Found { encoding: Encoding::Utf8, is_certain: false };
    }
    let mut detector = EncodingDetector::new(Iso2022JpDetection::Allow);
    detector.feed(head, true);
    let guessed = detector.guess(None, if is_utf8 { Utf8Detection::Allow } else { Utf8Detection::Deny });
    if is_utf8 && guessed != encoding_rs::ISO_2022_JP {
        return certain(Encoding::Utf8);
    }
    let encoding = if is_mac_cyrillic(head) { encoding_rs::X_MAC_CYRILLIC } else { guessed };
    Found { encoding: Encoding::from(encoding), is_certain: false }
}

/// UTF-32, with its own mark, with that of UTF-16, or without: every unit must be a character of the first planes.
fn utf32(head: &[u8]) -> Option<Encoding> {
    [Encoding::Utf32Be, Encoding::Utf32Le].into_iter().find(|&encoding| {
        let content = head.get(encoding.mark_length(head)..).unwrap_or(&[]);
        let units = content.chunks_exact(4);
        units.len() > 0
            && units.into_iter().all(|unit| {
                let Ok(bytes) = <[u8; 4]>::try_from(unit) else { return false };
                let value = if encoding == Encoding::Utf32Be { u32::from_be_bytes(bytes) } else { u32::from_le_bytes(bytes) };
                value != 0 && value < 0x4_0000 && char::from_u32(value).is_some()
            })
    })
}

/// UTF-16 without a mark: letters, commas and line ends have a zero on one side, and never on the other.
fn utf16_by_zeros(head: &[u8]) -> Option<Encoding> {
    let (mut high_first, mut low_first, mut units) = (0_usize, 0_usize, 0_usize);
    for pair in head.chunks_exact(2) {
        units += 1;
        match pair {
            [0, 0] => {}
            [0, 0x09..=0x7E] => high_first += 1,
            [0x09..=0x7E, 0] => low_first += 1,
            _ => {}
        }
    }
    let (most, least) = (high_first.max(low_first), high_first.min(low_first));
    // WHY: a stray NUL in a UTF-8 file is a broken cell, not another encoding. UTF-16 shows its zeros in a third of the
    // units, or, in scripts that are not Latin, in its blanks and commas; then always on the same side.
    let is_text = std::str::from_utf8(head).is_ok();
    let is_frequent = most > units / 3;
    let is_steady = most > units / 20 && least == 0 && (most >= 8 || !is_text);
    if most == 0 || least * 20 > most || !(is_frequent || is_steady) {
        return None;
    }
    let encoding = if high_first > low_first { Encoding::Utf16Be } else { Encoding::Utf16Le };
    let rs = if high_first > low_first { encoding_rs::UTF_16BE } else { encoding_rs::UTF_16LE };
    // The last unit may be half of a pair.
    let whole = head.get(..(head.len() - head.len() % 2).saturating_sub(2)).unwrap_or(&[]);
    rs.decode_without_bom_handling_and_without_replacement(whole).map(|_| encoding)
}

/// Whether the file is UTF-8 with a few broken rows: a fifth or more of the lines that are not ASCII are UTF-8.
///
/// In text of an old encoding a whole line is UTF-8 by chance so rarely that this many cannot be chance.
fn is_mostly_utf8(head: &[u8]) -> bool {
    let (mut sound, mut broken) = (0_usize, 0_usize);
    for line in head.split(|&byte| byte == b'\n' || byte == b'\r').filter(|line| !line.is_ascii()) {
        if std::str::from_utf8(line).is_ok() {
            sound += 1;
        } else {
            broken += 1;
        }
    }
    sound > 0 && sound * 4 >= broken
}

/// Whether the text is in Mac Cyrillic, which Firefox does not look for and which passes for windows-1252.
///
/// Nearly all small letters are 0xE0 to 0xFE as in windows-1251, but я is 0xDF, where that has Я; capitals are 0x80 to
/// 0x9F, where it has signs and its own are 0xC0 to 0xDF. The letter я in words and the capitals that begin them tell.
fn is_mac_cyrillic(head: &[u8]) -> bool {
    let is_small = |byte: u8| (0xE0..=0xFE).contains(&byte);
    let high = head.iter().filter(|&&byte| byte >= 0x80).count();
    let small = head.iter().filter(|&&byte| is_small(byte)).count();
    let (mut mac, mut windows, mut ya) = (0_usize, 0_usize, 0_usize);
    let mut before = b' ';
    for pair in head.windows(2) {
        match *pair {
            [0x80..=0x9F, next] if is_small(next) && before < 0x80 => mac += 1,
            [0xC0..=0xDF, next] if is_small(next) && before < 0x80 => windows += 1,
            [letter, 0xDF] if is_small(letter) => ya += 1,
            _ => {}
        }
        before = pair.first().copied().unwrap_or(b' ');
    }
    small * 5 >= high * 4 && ya > 0 && mac > windows
}
