//! Tests of the catalogue: text keys here, the shipped tables in `standard.rs`.
#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "what a test asks for help is a test too, which clippy cannot see"
)]

mod custom;
mod standard;

use catalogue::text;

#[test]
fn texts_that_look_alike_have_one_key() {
    assert_eq!(text::key(" Ångström "), text::key("A\u{30a}ngstro\u{308}m"));
    assert_eq!(text::key("STRASSE"), text::key("straße"));
    assert_eq!(text::key("ﬁn"), "fin");
}
