//! Which passwords are taken, and how they are kept.
//!
//! Long ones of any characters are; what is tried first, however it is dressed, is not.
//! Not here: guessing over the network (`crates/crm/tests/it/sign_in.rs`).

use crm::sign_in::passwords::{self, Around, judge, strength};

fn around() -> Around {
    Around { organisation: "Northwind Traders".into(), name: "Nancy Davolio".into(), email: "nancy.davolio@northwind.example".into() }
}

fn refused(password: &str) -> bool {
    judge(password, &around()).is_err()
}

#[test]
fn fifteen_characters_are_enough_and_fourteen_are_not() {
    assert!(!refused("rpvzkwqjxthmbfd"));
    assert!(refused("rpvzkwqjxthmbf"));
    assert!(judge("kurz", &around()).unwrap_err().contains("15 characters; this has 4"));
}

#[test]
fn characters_are_counted_not_bytes_and_after_normalising() {
    assert!(!refused("ørkenrævgåsælpøl"), "16 characters");
    assert!(refused("äöüäöüäöüäöüäö"), "14 characters in 28 bytes");
    assert!(refused("ﬀ"), "a ligature is two characters, not fifteen");
}

#[test]
fn no_rule_asks_for_digits_or_signs_and_spaces_count() {
    assert!(!refused("marble tuesday kettle orbit"));
    assert!(!refused("lantern gravel mosaic"));
}

#[test]
fn very_long_ones_are_taken_up_to_a_bound() {
    let long: String =
        ('a'..='z').cycle().zip("marble kettle orbit lantern gravel mosaic ".chars().cycle()).map(|(_, c)| c).take(200).collect();
    assert!(!refused(&long));
    assert!(refused(&"x y".repeat(100)));
}

#[test]
fn what_is_tried_first_is_refused_however_it_is_dressed() {
    for bad in [
        "passwordpassword",
        "Password12345678!",
        "PASSWORDPASSWORDPASSWORD",
        "qwertyuiopqwertyuiop",
        "123456789012345",
        "abcdefghijklmnopqrst",
        "aaaaaaaaaaaaaaaaaaaa",
        "correct horse battery staple",
        "correcthorsebatterystaple",
        "!!iloveyouforever!!",
    ] {
        assert!(refused(bad), "{bad}");
    }
}

#[test]
fn names_that_a_guesser_knows_are_refused_when_there_is_nothing_else() {
    for bad in ["NancyDavolio2026!", "northwindtraders1", "castellancastellan", "davolio@northwind.example", "Northwind-Nancy-2026"] {
        assert!(refused(bad), "{bad}");
    }
    assert!(!refused("northwind marble kettle orbit"), "with something else beside them they are taken");
}

#[test]
fn the_meter_says_how_strong_and_why_not() {
    let weak = strength("password", &around());
    assert!(weak.score == 0 && weak.refused.is_some());
    let strong = strength("marble tuesday kettle orbit", &around());
    assert!(strong.score == 4 && strong.refused.is_none() && strong.word == "strong");
}

struct Still;

impl store::Chance for Still {
    fn fill(&self, bytes: &mut [u8]) {
        bytes.fill(9);
    }
}

#[test]
fn a_hash_knows_its_password_in_every_way_of_writing_it_and_no_other() {
    let kept = passwords::hash("caf\u{e9} marble kettle", &Still).unwrap();
    assert!(kept.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"));
    assert!(passwords::verify("cafe\u{301} marble kettle", Some(&kept)));
    assert!(!passwords::verify("cafe marble kettle", Some(&kept)));
    assert!(!passwords::verify("caf\u{e9} marble kettle", None));
    assert!(!passwords::verify("nobody signs in with this", None));
    assert!(!passwords::verify("anything", Some("no hash")));
}
