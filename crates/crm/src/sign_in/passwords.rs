//! Passwords: judged by what makes them hard to guess, kept as Argon2id.
//!
//! At least 15 characters, because the password stands alone; any characters; nothing that is tried first. No rule asks
//! for digits or signs. Everything is counted and compared after NFKC, so the same keys give the same password on every
//! machine. Hashing takes tens of milliseconds: never inside a transaction.
//! Not here: how often one may try ([`super::throttle`]). Source: NIST SP 800-63B-4, 3.1.1.
//! Start reading at [`judge`]. Proved by `crates/crm/tests/it/passwords.rs`.

use crate::Done;
use argon2::password_hash::{PasswordHash, PasswordHasher, PasswordVerifier, SaltString};
use argon2::{Algorithm, Argon2, Params, Version};
use catalogue::text;
use std::sync::OnceLock;
use store::{Chance, Fault};
use unicode_normalization::UnicodeNormalization;

/// The least number of characters of a password that stands alone.
pub const SHORTEST: usize = 15;
/// The greatest number of characters, so that hashing has a bound.
pub const LONGEST: usize = 256;

/// What is tried first anywhere, one a line, folded.
const COMMON: &str = include_str!("common_passwords.txt");
/// What the product is called.
const PRODUCT: &str = "castellan";

/// The words around a person that a guesser knows.
#[derive(Clone, Debug, Default)]
pub struct Around {
    /// What the organisation is called.
    pub organisation: String,
    /// The person's name.
    pub name: String,
    /// The person's address.
    pub email: String,
}

/// What an organisation asks of a password beyond what everybody does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rules {
    /// The least number of characters.
    pub shortest: usize,
    /// Words that it may not contain, folded.
    pub blocked: Vec<String>,
    /// Of how many of the four kinds of characters it is made at least.
    pub kinds: usize,
}

impl Default for Rules {
    fn default() -> Rules {
        Rules { shortest: SHORTEST, blocked: Vec::new(), kinds: 0 }
    }
}

impl Rules {
    /// Whether a password fits, also one that was taken before; the words say why not.
    pub fn check(&self, password: &str) -> Result<(), String> {
        let password: String = password.nfkc().collect();
        let length = password.chars().count();
        if length < self.shortest {
            return Err(format!("at least {} characters; this has {length}", self.shortest));
        }
        if length > LONGEST {
            return Err(format!("at most {LONGEST} characters; this has {length}"));
        }
        let folded = text::key(&password);
        if self.blocked.iter().any(|word| folded.contains(word.as_str())) {
            return Err("this contains a word that your organisation does not take in passwords".into());
        }
        let kinds = kinds(&password);
        if kinds < self.kinds {
            let asked = self.kinds;
            return Err(format!("your organisation asks for {asked} of small letters, capitals, digits and signs; this has {kinds}"));
        }
        Ok(())
    }
}

/// How many of small letters, capitals, digits and others there are.
fn kinds(password: &str) -> usize {
    let has = |is: fn(char) -> bool| usize::from(password.chars().any(is));
    has(char::is_lowercase) + has(char::is_uppercase) + has(char::is_numeric) + has(|c| !c.is_alphanumeric())
}

/// How hard a password is to guess.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Strength {
    /// 0 (at once) to 4 (not in this life).
    pub score: u8,
    /// The score in a word.
    pub word: &'static str,
    /// What would help, for people; may be empty.
    pub advice: Vec<String>,
    /// Why it would be refused; none when it would be taken.
    pub refused: Option<String>,
}

/// Whether a new password is taken where it stands alone; the words say why not.
pub fn judge(password: &str, around: &Around) -> Result<(), String> {
    judge_by(&Rules::default(), password, around)
}

/// Whether a new password is taken under these rules; the words say why not.
pub fn judge_by(rules: &Rules, password: &str, around: &Around) -> Result<(), String> {
    rules.check(password)?;
    let password: String = password.nfkc().collect();
    let folded = text::key(&password);
    let core = folded.trim_matches(|c: char| !c.is_alphabetic());
    if COMMON.lines().any(|common| repeats(&folded, common) || repeats(core, common)) {
        return Err("this is one of the passwords that are tried first; several unrelated words are better".into());
    }
    if is_made_of(&folded, &around.words()) {
        return Err("this is made of names that a guesser knows: yours, the organisation's or the product's".into());
    }
    if u8::from(entropy(&password, around).score()) < 2 {
        return Err("this follows a pattern that is guessed quickly; several unrelated words are better".into());
    }
    Ok(())
}

/// How hard a password is to guess, for the meter beside the field.
pub fn strength(password: &str, around: &Around) -> Strength {
    let normal: String = password.nfkc().take(LONGEST).collect();
    let entropy = entropy(&normal, around);
    let score = u8::from(entropy.score());
    let word = match score {
        0 => "very weak",
        1 => "weak",
        2 => "fair",
        3 => "good",
        _ => "strong",
    };
    let advice = entropy.feedback().map_or_else(Vec::new, |feedback| {
        let warning = feedback.warning().map(|w| w.to_string());
        warning.into_iter().chain(feedback.suggestions().iter().map(|s| s.to_string())).collect()
    });
    Strength { score, word, advice, refused: judge(password, around).err() }
}

/// The text of the hash that is kept: Argon2id, 19 MiB, two passes, one lane, its salt from `chance`.
pub fn hash(password: &str, chance: &dyn Chance) -> Done<String> {
    let mut salt = [0u8; 16];
    chance.fill(&mut salt);
    Ok(hash_with(password, &salt)?)
}

/// True when this is the password the hash was made of. Without a hash it takes as long and says no.
pub fn verify(password: &str, kept: Option<&str>) -> bool {
    // No password can be that long: it was never taken. The answer depends on what was sent only.
    if password.len() > LONGEST * 16 {
        return false;
    }
    let normal: String = password.nfkc().collect();
    let Some(hash) = kept.or(nobodys()) else { return false };
    let Ok(parsed) = PasswordHash::new(hash) else { return false };
    argon().is_ok_and(|argon| argon.verify_password(normal.as_bytes(), &parsed).is_ok()) && kept.is_some()
}

fn hash_with(password: &str, salt: &[u8; 16]) -> Result<String, Fault> {
    let normal: String = password.nfkc().collect();
    let salt = SaltString::encode_b64(salt).map_err(|e| Fault::broken(format!("a salt: {e}")))?;
    let made = argon()?.hash_password(normal.as_bytes(), &salt);
    Ok(made.map_err(|e| Fault::broken(format!("hashing a password: {e}")))?.to_string())
}

fn argon() -> Result<Argon2<'static>, Fault> {
    let params = Params::new(19 * 1024, 2, 1, None).map_err(|e| Fault::broken(format!("argon2: {e}")))?;
    Ok(Argon2::new(Algorithm::Argon2id, Version::V0x13, params))
}

/// The hash that is compared with when there is none, so that nobody takes as long as somebody.
fn nobodys() -> Option<&'static str> {
    static HASH: OnceLock<Option<String>> = OnceLock::new();
    HASH.get_or_init(|| hash_with("nobody signs in with this", &[7; 16]).ok()).as_deref()
}

fn entropy(password: &str, around: &Around) -> zxcvbn::Entropy {
    let words = around.words();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    zxcvbn::zxcvbn(password, &words)
}

impl Around {
    /// The words a guesser begins with, folded, without those too short to mean anything.
    fn words(&self) -> Vec<String> {
        let mut words = vec![PRODUCT.to_owned()];
        for known in [&self.organisation, &self.name, &self.email] {
            words.extend(text::words(known));
            words.push(text::words(known).concat());
        }
        words.retain(|word| word.chars().count() >= 3);
        words.sort_unstable();
        words.dedup();
        words
    }
}

/// True for the word itself, once or several times in a row.
fn repeats(password: &str, word: &str) -> bool {
    let mut rest = password;
    while let Some(shorter) = rest.strip_prefix(word).filter(|_| !word.is_empty()) {
        rest = shorter;
    }
    !word.is_empty() && rest.is_empty() && !password.is_empty()
}

/// True when nothing is left of the password but these words, digits and signs.
fn is_made_of(password: &str, words: &[String]) -> bool {
    let mut reached = std::collections::BTreeSet::from([0]);
    while let Some(at) = reached.pop_first() {
        let Some(rest) = password.get(at..) else { continue };
        let Some(next) = rest.chars().next() else { return true };
        if !next.is_alphabetic() {
            reached.insert(at + next.len_utf8());
        }
        reached.extend(words.iter().filter(|word| rest.starts_with(word.as_str())).map(|word| at + word.len()));
    }
    false
}
