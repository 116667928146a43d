//! Text that was encoded twice: `CafÃ©` where `Café` was meant.
//!
//! Such text is valid, so it is imported as it stands; it is only counted and reported, never mended in silence.
//! The test reads the characters as bytes of windows-1252 and asks whether they would be one UTF-8 character again.
//! Not here: decoding of files (`formats`). Proved by the tests below and `crates/crm/tests/it/exchange.rs`.

/// The characters of windows-1252 whose bytes are 0x80 to 0x9F; the five bytes it does not define are left out.
const UPPER: [(char, u8); 27] = [
    ('€', 0x80),
    ('‚', 0x82),
    ('ƒ', 0x83),
    ('„', 0x84),
    ('…', 0x85),
    ('†', 0x86),
    ('‡', 0x87),
    ('ˆ', 0x88),
    ('‰', 0x89),
    ('Š', 0x8A),
    ('‹', 0x8B),
    ('Œ', 0x8C),
    ('Ž', 0x8E),
    ('‘', 0x91),
    ('’', 0x92),
    ('“', 0x93),
    ('”', 0x94),
    ('•', 0x95),
    ('–', 0x96),
    ('—', 0x97),
    ('˜', 0x98),
    ('™', 0x99),
    ('š', 0x9A),
    ('›', 0x9B),
    ('œ', 0x9C),
    ('ž', 0x9E),
    ('Ÿ', 0x9F),
];

/// Whether some characters of the text are the bytes of one character.
pub(crate) fn is_doubled(text: &str) -> bool {
    if text.is_ascii() {
        return false;
    }
    let bytes: Vec<Option<u8>> = text.chars().map(byte).collect();
    (0..bytes.len()).any(|at| {
        let Some(Some(lead)) = bytes.get(at) else { return false };
        let length = match lead {
            0xC2..=0xDF => 2,
            0xE0..=0xEF => 3,
            0xF0..=0xF4 => 4,
            _ => return false,
        };
        let some: Option<Vec<u8>> = bytes.get(at..at + length).and_then(|some| some.iter().copied().collect());
        some.is_some_and(|some| std::str::from_utf8(&some).is_ok())
    })
}

/// The byte of a character in windows-1252, of those that are not ASCII.
fn byte(character: char) -> Option<u8> {
    match u32::from(character) {
        code @ 0x80..=0xFF => u8::try_from(code).ok(),
        _ => UPPER.iter().find(|(known, _)| *known == character).map(|(_, byte)| *byte),
    }
}

#[cfg(test)]
mod tests {
    use super::is_doubled;

    #[test]
    fn what_was_encoded_twice_is_seen_and_what_was_not_is_left_alone() {
        for doubled in ["CafÃ© A-200", "donâ€™t", "MÃ¼ller", "ZÃ¼rich", "Â£5", "æ—¥æœ¬"] {
            assert!(is_doubled(doubled), "{doubled}");
        }
        for fine in ["Café A-200", "São Paulo", "ÅÄÖ", "Ångström", "naïve", "日本", "plain", "", "Ã", "É – Ü", "10 °C ± 1"]
        {
            assert!(!is_doubled(fine), "{fine}");
        }
    }
}
