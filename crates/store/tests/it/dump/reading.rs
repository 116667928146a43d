//! What is read as a dump: changed, cut, sealed for others, or made up by somebody who has the key.
//!
//! Start reading at [`refused`].

use super::{Place, open, small};
use flate2::Compression;
use flate2::write::GzEncoder;
use std::io::Write;
use store::dump::{self, Identity, KeyProblem, Recipient, Unfit};

/// Why it is refused; nothing of it is left.
fn refused(place: &Place, bytes: &[u8], key: &Identity) -> Unfit {
    let refused = match open(bytes, key) {
        Err(unfit) => unfit,
        Ok(opened) => match dump::restore_into_empty(opened, place.setup.clone(), None) {
            Err(unfit) => unfit,
            Ok(_) => panic!("it was restored"),
        },
    };
    assert_eq!(place.left(), Vec::<String>::new(), "left behind after: {refused}");
    refused
}

#[test]
fn a_flipped_bit_is_found_wherever_it_is() {
    let (store, key, bytes) = small();
    let place = Place::sqlite(&store);
    for n in 0..40 {
        let at = n * (bytes.len() - 1) / 39;
        let mut flipped = bytes.clone();
        flipped[at] ^= 1 << (n % 8);
        let unfit = refused(&place, &flipped, &key);
        assert!(matches!(unfit, Unfit::Damaged(_) | Unfit::OtherKey | Unfit::NotSealed), "byte {at} of {}: {unfit}", bytes.len());
    }
}

#[test]
fn what_is_cut_short_or_longer_is_found() {
    let (store, key, bytes) = small();
    let place = Place::sqlite(&store);
    for n in 0..20 {
        let unfit = refused(&place, &bytes[..n * (bytes.len() - 1) / 19], &key);
        assert!(matches!(unfit, Unfit::Damaged(_)), "{n}: {unfit}");
    }
    let said = refused(&place, &[], &key).to_string();
    assert_eq!(said, "it is damaged: it is empty");
    let mut longer = bytes.clone();
    longer.push(0);
    assert!(matches!(refused(&place, &longer, &key), Unfit::Damaged(_) | Unfit::Strange(_)));
}

#[test]
fn another_key_and_no_dump_are_told_apart() {
    let (store, key, bytes) = small();
    let place = Place::sqlite(&store);
    assert!(matches!(refused(&place, &bytes, &Identity::generate()), Unfit::OtherKey));
    assert!(matches!(refused(&place, b"PK\x03\x04 a zip, or a letter to somebody else entirely", &key), Unfit::NotSealed));
    let said = refused(&place, &sealed("{\"hello\":1}\n", &key), &key).to_string();
    assert!(said.contains("no backup of castellan"), "{said}");
}

/// Lines that somebody with the key packed and sealed.
fn sealed(lines: &str, key: &Identity) -> Vec<u8> {
    let to: age::x25519::Recipient = key.recipient().to_string().parse().unwrap();
    let sealing = age::Encryptor::with_recipients(std::iter::once(&to as &dyn age::Recipient)).unwrap();
    let mut packed = GzEncoder::new(sealing.wrap_output(Vec::new()).unwrap(), Compression::fast());
    packed.write_all(lines.as_bytes()).unwrap();
    packed.finish().unwrap().finish().unwrap()
}

const HEAD: &str = r#"{"castellan":"dump","form":1,"is_whole":true,"organisation":"X","made_by":"0.1.0","lowest":"0.1.0","schema":3,"time":1,"heads":[],"trail_key":"","about":null}"#;
const DONE: &str = r#"{"done":{"tables":[],"files":0}}"#;
const NOTHING: &str = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

#[test]
fn what_somebody_with_the_key_makes_up_does_no_harm() {
    let (store, key, _) = small();
    let place = Place::sqlite(&store);
    let told = |lines: &[&str]| refused(&place, &sealed(&format!("{}\n", lines.join("\n")), &key), &key).to_string();
    let path = r#"{"file":"../../../etc/castellan","size":3}"#;
    assert!(told(&[HEAD, path, "abc", DONE]).contains("which is no id"));
    let stray = r#"{"file":"0192d3a0-0000-7000-8000-000000000001","size":3}"#;
    assert!(told(&[HEAD, stray, "abc", DONE]).contains("none of its rows names"));
    assert!(told(&[HEAD, r#"{"key":"../lock","hex":"00"}"#, DONE]).contains("a key called `../lock`"));
    assert!(told(&[HEAD, r#"{"key":"trail","hex":"00"}"#, DONE]).contains("its key `trail` is none"));
    assert!(told(&[HEAD, r#"{"table":"sys_meta; DROP TABLE sys_meta","columns":["name"]}"#, DONE]).contains("does not know"));
    assert!(told(&[HEAD, r#"{"table":"x\" (","columns":["name"]}"#, DONE]).contains("does not know"));
    assert!(told(&[HEAD, r#"{"table":"sys_meta","columns":["name\") --"]}"#, DONE]).contains("does not know"));
    for ours in ["refinery_schema_history", "sqlite_schema", "sys_file_chunks", "sys_restoring", "accounts__words"] {
        let line = format!(r#"{{"table":"{ours}","columns":["name"]}}"#);
        assert!(told(&[HEAD, &line, DONE]).contains("a table `"), "{ours}");
    }
    assert!(told(&[HEAD, r#"{"table":"sys_meta","columns":["name","value"]}"#, r#"["a"]"#, DONE]).contains("does not fit"));
    assert!(told(&[HEAD, r#"{"table":"sys_meta","columns":["name","value"]}"#, r#"["a",7]"#, DONE]).contains("does not fit"));
    let (begin, row) = (r#"{"table":"sys_meta","columns":["name","value"]}"#, r#"["a","b"]"#);
    let end = format!(r#"{{"end":"sys_meta","rows":1,"sha256":"{NOTHING}"}}"#);
    assert!(told(&[HEAD, begin, row, &end, DONE]).contains("does not add up"));
    let empty = format!(r#"{{"end":"sys_meta","rows":0,"sha256":"{NOTHING}"}}"#);
    assert!(told(&[HEAD, begin, &empty, DONE]).contains("does not say what stands before it"));
    assert!(told(&[HEAD, DONE, "more"]).contains("behind its last line"));
    assert!(told(&[HEAD, r#"{"what":1}"#]).contains("nothing that is known"));
    assert!(told(&[HEAD]).contains("before its last line"));
    assert!(told(&[&HEAD.replace(r#""lowest":"0.1.0""#, r#""lowest":"9.0.0""#), DONE]).contains("needs castellan 9.0.0"));
    assert!(told(&[&HEAD.replace(r#""form":1"#, r#""form":2"#), DONE]).contains("in a form"));
    assert!(told(&[&HEAD.replace(r#""schema":3"#, r#""schema":4000"#), DONE]).contains("its schema is number 4000"));
}

#[test]
fn a_key_file_is_read_by_both_halves() {
    let key = Identity::generate();
    let file = key.file();
    assert_eq!(Identity::parse(&file).unwrap().recipient().to_string(), key.recipient().to_string());
    assert_eq!(Recipient::parse(&file).unwrap().to_string(), key.recipient().to_string());
    let public = key.recipient().to_string();
    assert_eq!(Recipient::parse(&public).unwrap().to_string(), public);
    assert_eq!(Identity::parse(&public).err(), Some(KeyProblem::PublicOnly));
    assert_eq!(Identity::parse("nothing").err(), Some(KeyProblem::NoIdentity));
    assert_eq!(Recipient::parse("# age1 in a remark").err(), Some(KeyProblem::NoRecipient));
}
