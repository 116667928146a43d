//! Names of people, by country, from a public data set.
//!
//! A [`Person`] is named as people of the country are; where it writes in another script, some stand in that script
//! and the others as they are transcribed. Common names come more often.
//! Not here: addresses (`places.rs`). The data and its licence: `crates/sample/data/NOTICE`.
//! Proved by `crates/sample/tests/it/generated.rs`.

use crate::chance::Chance;
use crate::places::COUNTRIES;

const FORENAMES: &str = include_str!("../data/forenames.csv");
const SURNAMES: &str = include_str!("../data/surnames.csv");

/// All names, read once.
#[derive(Debug)]
pub(crate) struct Names {
    /// In the order of [`COUNTRIES`].
    countries: Vec<OfCountry>,
}

#[derive(Debug)]
struct OfCountry {
    native: bool,
    women: Vec<Name>,
    men: Vec<Name>,
    families: Vec<Name>,
}

#[derive(Debug)]
struct Name {
    localised: String,
    latin: String,
    plain: String,
}

/// Somebody's name.
#[derive(Clone, Debug)]
pub(crate) struct Person {
    /// The given name.
    pub first: String,
    /// The family name.
    pub last: String,
    /// Both, in the order of the country.
    pub full: String,
    /// `given.family` in plain small letters, for an e-mail address.
    pub plain: String,
    /// `Ms.` or `Mr.`
    pub salutation: &'static str,
}

impl Names {
    /// Reads the data that is part of the program.
    pub fn read() -> Names {
        let countries = COUNTRIES.iter().map(|country| OfCountry {
            native: country.native_script,
            women: names(FORENAMES, country.code, 10, Some("F")),
            men: names(FORENAMES, country.code, 10, Some("M")),
            families: names(SURNAMES, country.code, 4, None),
        });
        Names { countries: countries.collect() }
    }

    /// Somebody from this country, by its place in [`COUNTRIES`].
    pub fn person(&self, chance: &mut Chance, country: usize) -> Person {
        let (female, draws) = (chance.percent(50), (chance.next(), chance.next()));
        let native = chance.percent(30);
        let Some(country) = self.countries.get(country) else {
            return Person { first: "Alex".into(), last: "Doe".into(), full: "Alex Doe".into(), plain: "alex.doe".into(), salutation: "" };
        };
        let given = drawn(if female { &country.women } else { &country.men }, draws.0);
        let family = drawn(&country.families, draws.1);
        let salutation = if female { "Ms." } else { "Mr." };
        let (first, last) = (given.map_or("Alex", |n| &n.latin), family.map_or("Doe", |n| &n.latin));
        let plain = format!("{}.{}", given.map_or("alex", |n| &n.plain), family.map_or("doe", |n| &n.plain));
        if let (true, true, Some(given), Some(family)) = (native, country.native, given, family) {
            let full = format!("{} {}", family.localised, given.localised);
            return Person { first: given.localised.clone(), last: family.localised.clone(), full, plain, salutation };
        }
        Person { first: first.into(), last: last.into(), full: format!("{first} {last}"), plain, salutation }
    }
}

/// The first names of a list are the common ones.
fn drawn(list: &[Name], draw: u64) -> Option<&Name> {
    list.get(Chance::new(draw, "name", 0).skewed(list.len() as u64) as usize)
}

/// The names of a country: the localised form stands in cell `at`, the transcribed one behind it, or nothing where
/// both are the same. No cell of these files holds a comma.
fn names(file: &str, country: &str, at: usize, gender: Option<&str>) -> Vec<Name> {
    let mut found = Vec::new();
    for line in file.lines() {
        let cells: Vec<&str> = line.split(',').collect();
        let fits = cells.first() == Some(&country) && gender.is_none_or(|g| cells.get(9) == Some(&g));
        if let (true, Some(localised)) = (fits, cells.get(at)) {
            let latin = cells.get(at + 1).filter(|l| !l.is_empty()).unwrap_or(localised);
            found.push(Name { localised: (*localised).into(), latin: (*latin).into(), plain: plain(latin) });
        }
    }
    found
}

/// Small letters and digits only, as addresses on the net have them: `Sørensen` gives `sorensen`.
pub(crate) fn plain(text: &str) -> String {
    let mut out = String::new();
    for c in catalogue::text::key(text).chars() {
        match c {
            'ø' => out.push('o'),
            'æ' => out.push_str("ae"),
            'ł' => out.push('l'),
            c if c.is_ascii_alphanumeric() => out.push(c),
            _ => {}
        }
    }
    out
}
