//! Which names a custom column may take, and what else must be right about it.
//!
//! One word has one meaning: a name that a table has, had, or that a database reads as a word of its own is refused, at
//! the field where it was written. All that is wrong is said at once.
//! Not here: what becomes of a definition ([`crate::custom`]). Start reading at [`wrong_with`].
//! Proved by `crates/catalogue/tests/it/custom.rs`.

use crate::{Catalogue, ChoiceOption, CustomKind, Definition, Ownership, Table, Target, text};
use std::collections::HashSet;

/// Custom columns that one table takes, retired ones with them.
pub const MOST_COLUMNS: usize = 100;
/// Characters of a name, `x_` with them. WHY: the longest name of a database object that is made of it must fit.
pub const LONGEST_NAME: usize = 36;
/// Characters of a label.
pub const LONGEST_LABEL: usize = 80;
/// Characters of one line, and of several.
pub const LONGEST_TEXT: (u32, u32) = (4000, 100_000);
/// Options of one choice, retired ones with them.
pub const MOST_OPTIONS: usize = 500;

/// Words that SQL keeps for itself (PostgreSQL 15, appendix C, reserved). A report or another program that reads the
/// database without quotes stumbles over them.
const RESERVED: &str = " all analyse analyze and any array as asc asymmetric authorization between binary both by case cast check \
    collate collation column concurrently constraint create cross current_catalog current_date current_role current_schema \
    current_time current_timestamp current_user default deferrable desc distinct do else end except exists false fetch for foreign \
    freeze from full grant group having ilike in index initially inner insert intersect into is isnull join key lateral leading \
    left like limit localtime localtimestamp natural not notnull null offset on only or order outer overlaps placing primary \
    references returning right rowid select session_user set similar some symmetric system_user table tablesample then to \
    trailing true union unique update user using values variadic verbose view when where window with ";

/// Something that is wrong, and at which field.
pub type Wrong = (&'static str, String);

/// The name that follows from a label: `x_` and what of it fits, cut at a word. Empty when no letter of it can be used.
pub fn name_of(label: &str) -> String {
    let plain = |word: &String| word.chars().all(|c| c.is_ascii_alphanumeric());
    let mut name = String::from("x");
    for word in text::words(label).iter().filter(|w| plain(w)) {
        let room = LONGEST_NAME.saturating_sub(name.len() + 1);
        if word.len() > room && name.len() > 1 {
            break;
        }
        name.push('_');
        name.extend(word.chars().take(room));
    }
    let begins = name.strip_prefix("x_").is_some_and(|bare| bare.starts_with(|c: char| c.is_ascii_lowercase()));
    if begins { name } else { String::new() }
}

/// Everything that is wrong with a new column of this catalogue, where those of `known` are taken.
pub fn wrong_with(catalogue: &Catalogue, known: &[Definition], new: &Definition) -> Vec<Wrong> {
    let Some(table) = catalogue.find(&new.set) else { return vec![("set", format!("there is no table `{}`", new.set))] };
    let mut wrong = Vec::new();
    let of_table = known.iter().filter(|d| d.set == new.set);
    if of_table.clone().count() >= MOST_COLUMNS {
        wrong.push(("name", format!("`{}` has {MOST_COLUMNS} custom columns already, and more do not fit", new.set)));
    }
    wrong.extend(wrong_name(table, of_table.clone(), new).map(|why| ("name", why)));
    wrong.extend(wrong_label(table, &new.name, &new.label).map(|why| ("label", why)));
    wrong.extend(wrong_kind(catalogue, table, &new.kind));
    if new.is_searched && !new.kind.has_words() {
        wrong.push(("searched", "only text has words that search could find".into()));
    }
    wrong
}

fn wrong_name<'d>(table: &Table, mut known: impl Iterator<Item = &'d Definition>, new: &Definition) -> Option<String> {
    let name = new.name.as_str();
    if name.is_empty() {
        return Some("a name is needed: `x_`, then small letters, digits and single underscores".into());
    }
    let bare = name.strip_prefix("x_").unwrap_or_default();
    let shaped = bare.starts_with(|c: char| c.is_ascii_lowercase())
        && bare.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_')
        && !bare.contains("__")
        && !bare.ends_with('_');
    if !shaped {
        return Some(format!("`{name}` is no name of a column: it is `x_`, then small letters, digits and single underscores"));
    }
    if name.len() > LONGEST_NAME {
        return Some(format!("`{name}` has {} characters, at most {LONGEST_NAME} fit", name.len()));
    }
    if RESERVED.contains(&format!(" {bare} ")) {
        return Some(format!("`{bare}` is a word of SQL; take another name, `x_{bare}_name` say"));
    }
    if known.any(|d| d.name == name && d.is_retired) {
        return Some(format!("`{name}` was a column of `{}` that is retired; its name stays taken", new.set));
    }
    let twin = |of: &str| new.kind == CustomKind::Money && of == format!("{name}_base");
    if table.columns.iter().any(|c| c.name == name || twin(&c.name)) {
        return Some(format!("`{}` has a column `{name}` already", new.set));
    }
    let is_shipped = |c: &&crate::Column| c.custom.is_none() && (c.name == bare || twin(&format!("x_{}", c.name)));
    table
        .columns
        .iter()
        .find(is_shipped)
        .map(|c| format!("`{}` has a column `{}`; a second of that name would be taken for it", new.set, c.name))
}

/// What is wrong with what people would read.
pub fn wrong_label(table: &Table, name: &str, label: &str) -> Option<String> {
    let key = text::key(label);
    if key.is_empty() {
        return Some("a label is needed: it is what people read".into());
    }
    let length = label.chars().count();
    if length > LONGEST_LABEL {
        return Some(format!("has {length} characters, at most {LONGEST_LABEL} fit"));
    }
    if label.chars().any(char::is_control) {
        return Some("a label is one line of text".into());
    }
    let same = table.columns.iter().find(|c| c.name != name && !c.is_retired() && text::key(&c.label) == key);
    same.map(|c| format!("the column `{}` is called `{}` already", c.name, c.label))
}

fn wrong_kind(catalogue: &Catalogue, table: &Table, kind: &CustomKind) -> Vec<Wrong> {
    let longest = |n: u32, most: u32| {
        if (1..=most).contains(&n) { Vec::new() } else { vec![("length", format!("`{n}` is no length between 1 and {most}"))] }
    };
    match kind {
        CustomKind::Text(n) => longest(*n, LONGEST_TEXT.0),
        CustomKind::Memo(n) => longest(*n, LONGEST_TEXT.1),
        CustomKind::Decimal(digits) if !(1..=10).contains(digits) => {
            vec![("digits", format!("`{digits}` is no number of digits between 1 and 10"))]
        }
        CustomKind::Money => wrong_money(catalogue, table),
        CustomKind::Choice(options) | CustomKind::MultiChoice(options) => wrong_options(options),
        CustomKind::Lookup(sets) => wrong_targets(catalogue, sets),
        CustomKind::Decimal(_)
        | CustomKind::Email
        | CustomKind::Phone
        | CustomKind::Url
        | CustomKind::Integer
        | CustomKind::YesNo
        | CustomKind::Date
        | CustomKind::DateTime => Vec::new(),
    }
}

/// An amount needs a currency: the row's own, or that of the row it is part of.
fn wrong_money(catalogue: &Catalogue, table: &Table) -> Vec<Wrong> {
    let counts = match &table.ownership {
        Ownership::Principal | Ownership::Organisation => table.set != "currencies",
        Ownership::Ends(_) => false,
        Ownership::Parent(lookup) => table.column(*lookup).is_some_and(|c| {
            let parents = c.kind.targets().iter().filter_map(|t| if let Target::Table(id) = t { catalogue.table(*id) } else { None });
            parents.clone().count() > 0 && parents.into_iter().all(|p| p.find("currency").is_some())
        }),
    };
    if counts { Vec::new() } else { vec![("kind", format!("rows of `{}` have no currency that an amount could be in", table.set))] }
}

/// What is wrong with a list of options.
pub fn wrong_options(options: &[ChoiceOption]) -> Vec<Wrong> {
    let mut wrong = Vec::new();
    if options.is_empty() {
        wrong.push(("options", "a choice needs options".into()));
    }
    if options.len() > MOST_OPTIONS {
        wrong.push(("options", format!("a choice has at most {MOST_OPTIONS} options")));
    }
    let mut met = HashSet::new();
    for option in options {
        let key = text::key(&option.label);
        if key.is_empty() || option.name.is_empty() {
            wrong.push(("options", format!("`{}` is no label of an option: it needs a letter or a digit", option.label)));
        } else if option.label.chars().count() > LONGEST_LABEL
            || option.label.contains([';', ','])
            || option.label.chars().any(char::is_control)
        {
            wrong.push((
                "options",
                format!("`{}` is no label of an option: at most {LONGEST_LABEL} characters, no comma or semicolon", option.label),
            ));
        } else if !met.insert(key) || !met.insert(format!("\u{0}{}", option.name)) {
            wrong.push(("options", format!("the option `{}` is there twice", option.label)));
        }
    }
    wrong
}

fn wrong_targets(catalogue: &Catalogue, sets: &[String]) -> Vec<Wrong> {
    if sets.is_empty() {
        return vec![("targets", "a lookup needs a table, or `users`, `teams` or `business_units`, to look up to".into())];
    }
    let mut met = HashSet::new();
    let wrong = |set: &String| {
        let hangs = match catalogue.target(set) {
            None => return Some(format!("`{set}` is nothing that can be looked up to")),
            Some(Target::Table(id)) => {
                catalogue.table(id).is_some_and(|t| !matches!(t.ownership, Ownership::Principal | Ownership::Organisation))
            }
            Some(_) => false,
        };
        match () {
            () if hangs => Some(format!("`{set}` are parts of other records; look up to the record they are part of")),
            () if !met.insert(set.clone()) => Some(format!("`{set}` is there twice")),
            () => None,
        }
    };
    sets.iter().filter_map(wrong).map(|why| ("targets", why)).collect()
}

/// Options for these labels: each keeps the number and name that it has in `known`, new ones come behind.
pub fn options(known: &[ChoiceOption], labels: &[String]) -> Vec<ChoiceOption> {
    let mut all = known.to_vec();
    for label in labels {
        let value = all.iter().map(|o| o.value).max().unwrap_or(0) + 1;
        let label = text::stored(label.trim());
        all.push(ChoiceOption { value, name: text::words(&label).join("_"), label, state: None, retired: false });
    }
    all
}
