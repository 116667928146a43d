//! The text key: how text is compared, sorted, grouped and searched, everywhere alike.
//!
//! NFKC, case folded, marks removed; made in Rust and stored beside the text, so memory, SQLite and PostgreSQL agree
//! byte for byte and no database collation takes part. [`words`] cuts the same key into words for search.
//! Not here: storage of the keys (`store`). Proved by `crates/catalogue/tests/it/main.rs`.

use caseless::Caseless;
use unicode_normalization::{UnicodeNormalization, char::is_combining_mark};

/// The text as it is stored: NFC, without the NUL character.
pub fn stored(text: &str) -> String {
    if text.is_ascii() && !text.contains('\0') {
        return text.to_owned();
    }
    text.nfc().filter(|c| *c != '\0').collect()
}

/// The key by which two texts are the same, or one comes first.
///
/// `Ä`, `ä`, `A` followed by a combining diaeresis and `a` all give `a`; `ﬁ` gives `fi`; white space at the ends goes.
pub fn key(text: &str) -> String {
    // The character that no stored text holds is not in a key either.
    if text.is_ascii() {
        return text.replace('\0', "").trim().to_ascii_lowercase();
    }
    let folded: String = text.trim().nfkd().filter(|c| !is_combining_mark(*c)).default_case_fold().collect();
    folded.nfkc().filter(|c| !is_combining_mark(*c) && *c != '\0').collect()
}

/// The key by which two mail addresses are one: like [`key`], but marks stay, because they tell mailboxes apart.
pub fn address_key(address: &str) -> String {
    let folded: String = address.trim().nfkc().default_case_fold().collect();
    folded.nfkc().collect()
}

/// The words of a text for search: runs of letters and digits of its [`key`].
pub fn words(text: &str) -> Vec<String> {
    key(text).split(|c: char| !c.is_alphanumeric()).filter(|w| !w.is_empty()).map(str::to_owned).collect()
}

/// The first text greater than every text that begins with `prefix`; `None` when there is none.
pub fn after_prefix(prefix: &str) -> Option<String> {
    let mut chars: Vec<char> = prefix.chars().collect();
    while let Some(last) = chars.pop() {
        let next = (last as u32 + 1..=char::MAX as u32).find_map(char::from_u32);
        if let Some(next) = next {
            chars.push(next);
            return Some(chars.into_iter().collect());
        }
    }
    None
}
