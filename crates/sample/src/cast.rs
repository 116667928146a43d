//! A small company told in a few lines of text, so that a test shows at a glance who stands where.
//!
//! ```text
//! unit sales
//! unit north under sales
//! user sales_manager in sales reads unit_and_children
//! role closer: accounts read unit write user; contacts read user
//! user closing_rep in north with closer
//! team tigers in north with closer: closing_rep sales_manager
//! account blue_kiln of closing_rep
//! account tin_drum of tigers shared with sales_manager read write until 2026-01-01 shared with closing_rep
//! ```
//! A line names only what stands above it; names are one word of letters, digits, `_`, `-` and `.`; `#` begins a remark.
//! A unit without `under` lies under the organisation's root. `reads LEVEL` stands for a role that reads all tables at
//! that level. A record's first word is a table in the singular; a share without rights gives read.
//! Not here: making any of it. Start reading at [`read`]. Proved by `crates/sample/tests/it/told.rs`.

use catalogue::Catalogue;
use security::{AccessLevel, Privilege};
use std::collections::VecDeque;
use std::fmt;

/// A company, everything in the order it was told.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct Cast {
    /// Business units; one stands before those under it.
    pub units: Vec<Unit>,
    /// Roles.
    pub roles: Vec<Role>,
    /// Users.
    pub users: Vec<User>,
    /// Owner teams.
    pub teams: Vec<Team>,
    /// Records.
    pub records: Vec<Record>,
}

/// `unit NAME [under NAME]`
#[derive(Clone, Debug, PartialEq)]
pub struct Unit {
    /// Its name.
    pub name: String,
    /// The unit above it; the organisation's root when there is none.
    pub under: Option<String>,
}

/// `role NAME: SET PRIVILEGE LEVEL [PRIVILEGE LEVEL …] [; SET …]`
#[derive(Clone, Debug, PartialEq)]
pub struct Role {
    /// Its name.
    pub name: String,
    /// What it grants on which set.
    pub grants: Vec<(String, Privilege, AccessLevel)>,
}

/// `user NAME in UNIT [reads LEVEL] [with ROLE …]`
#[derive(Clone, Debug, PartialEq)]
pub struct User {
    /// Its name.
    pub name: String,
    /// Its unit.
    pub unit: String,
    /// Reads all tables at this level.
    pub reads: Option<AccessLevel>,
    /// Roles told above.
    pub roles: Vec<String>,
}

/// `team NAME in UNIT [with ROLE …][: MEMBER …]`
#[derive(Clone, Debug, PartialEq)]
pub struct Team {
    /// Its name.
    pub name: String,
    /// Its unit.
    pub unit: String,
    /// Roles told above.
    pub roles: Vec<String>,
    /// Users told above.
    pub members: Vec<String>,
}

/// `TABLE NAME of OWNER [shared with PRINCIPAL [RIGHT …] [until YYYY-MM-DD] …]`
#[derive(Clone, Debug, PartialEq)]
pub struct Record {
    /// Its set.
    pub set: String,
    /// Its name, unique among all records.
    pub name: String,
    /// A user or team.
    pub owner: String,
    /// With whom it is shared.
    pub shares: Vec<Share>,
}

/// A share of a record.
#[derive(Clone, Debug, PartialEq)]
pub struct Share {
    /// A user or team.
    pub with: String,
    /// What it gives.
    pub rights: Vec<Privilege>,
    /// The day at whose beginning it ends, in days since 1970-01-01.
    pub until: Option<i64>,
}

/// What is wrong, and in which line of the text (the first is 1).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Misread {
    /// The line.
    pub line: usize,
    /// What is wrong there.
    pub what: String,
}

impl fmt::Display for Misread {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}: {}", self.line, self.what)
    }
}

impl std::error::Error for Misread {}

/// Reads a company; sets and tables are those of this catalogue.
pub fn read(text: &str, catalogue: &Catalogue) -> Result<Cast, Misread> {
    let mut cast = Cast::default();
    for (line, number) in text.lines().zip(1..) {
        let told = line.split('#').next().unwrap_or_default();
        if !told.trim().is_empty() {
            cast.hear(told, catalogue).map_err(|what| Misread { line: number, what })?;
        }
    }
    Ok(cast)
}

impl Cast {
    fn hear(&mut self, line: &str, catalogue: &Catalogue) -> Result<(), String> {
        let (head, tail) = line.split_once(':').map_or((line, None), |(head, tail)| (head, Some(tail)));
        let mut words = Words(head.split_whitespace().collect());
        let kind = words.next().unwrap_or_default();
        let name = name(words.next().ok_or_else(|| format!("`{kind}` needs a name"))?)?;
        if !matches!(kind, "role" | "team") && tail.is_some() {
            return Err(format!("`{kind}` takes no colon"));
        }
        match kind {
            "unit" => self.unit(name, &mut words)?,
            "role" => self.role(name, tail.unwrap_or_default(), catalogue)?,
            "user" => self.user(name, &mut words)?,
            "team" => self.team(name, &mut words, tail.unwrap_or_default())?,
            table => self.record(table, name, &mut words, catalogue)?,
        }
        match words.next() {
            Some(rest) => Err(format!("`{rest}` means nothing here")),
            None => Ok(()),
        }
    }

    fn unit(&mut self, name: String, words: &mut Words<'_>) -> Result<(), String> {
        new(&name, "unit", self.units.iter().any(|u| u.name == name))?;
        let under = if words.skip("under") { Some(self.known_unit(words)?) } else { None };
        self.units.push(Unit { name, under });
        Ok(())
    }

    fn role(&mut self, name: String, grants: &str, catalogue: &Catalogue) -> Result<(), String> {
        new(&name, "role", self.roles.iter().any(|r| r.name == name))?;
        let mut found = Vec::new();
        for part in grants.split(';').map(str::trim).filter(|part| !part.is_empty()) {
            let mut words = Words(part.split_whitespace().collect());
            let set = words.next().unwrap_or_default();
            catalogue.find(set).ok_or_else(|| format!("`{set}` is no set of records"))?;
            while let Some(word) = words.next() {
                let privilege = Privilege::parse(word).ok_or_else(|| format!("`{word}` is no privilege"))?;
                found.push((set.to_owned(), privilege, level(words.next().unwrap_or_default())?));
            }
        }
        if found.is_empty() {
            return Err(format!("role `{name}` grants nothing"));
        }
        self.roles.push(Role { name, grants: found });
        Ok(())
    }

    fn user(&mut self, name: String, words: &mut Words<'_>) -> Result<(), String> {
        new(&name, "user or team", self.is_principal(&name))?;
        words.expect("in")?;
        let unit = self.known_unit(words)?;
        let reads = if words.skip("reads") { Some(level(words.next().unwrap_or_default())?) } else { None };
        let roles = self.known_roles(words)?;
        self.users.push(User { name, unit, reads, roles });
        Ok(())
    }

    fn team(&mut self, name: String, words: &mut Words<'_>, members: &str) -> Result<(), String> {
        new(&name, "user or team", self.is_principal(&name))?;
        words.expect("in")?;
        let unit = self.known_unit(words)?;
        let roles = self.known_roles(words)?;
        let members: Vec<String> = members.split_whitespace().map(str::to_owned).collect();
        if let Some(stranger) = members.iter().find(|m| !self.users.iter().any(|u| u.name == **m)) {
            return Err(format!("there is no user `{stranger}` above"));
        }
        self.teams.push(Team { name, unit, roles, members });
        Ok(())
    }

    fn record(&mut self, table: &str, name: String, words: &mut Words<'_>, catalogue: &Catalogue) -> Result<(), String> {
        let table = catalogue
            .tables()
            .iter()
            .find(|t| t.name == table)
            .ok_or_else(|| format!("`{table}` is neither unit, role, user, team nor a table"))?;
        if !table.is_owned() {
            return Err(format!("`{}` has no owner", table.name));
        }
        new(&name, "record", self.records.iter().any(|r| r.name == name))?;
        words.expect("of")?;
        let owner = self.known_principal(words)?;
        let mut shares = Vec::new();
        while words.skip("shared") {
            words.expect("with")?;
            let with = self.known_principal(words)?;
            let mut rights = Vec::new();
            while let Some(right) = words.peek().and_then(Privilege::parse) {
                rights.push(right);
                words.next();
            }
            if rights.is_empty() {
                rights.push(Privilege::Read);
            }
            let until = if words.skip("until") { Some(day(words.next().unwrap_or_default())?) } else { None };
            shares.push(Share { with, rights, until });
        }
        self.records.push(Record { set: table.set.clone(), name, owner, shares });
        Ok(())
    }

    fn known_unit(&self, words: &mut Words<'_>) -> Result<String, String> {
        let name = words.next().ok_or("a unit's name is missing")?;
        let known = self.units.iter().any(|u| u.name == name);
        if known { Ok(name.to_owned()) } else { Err(format!("there is no unit `{name}` above")) }
    }

    fn known_roles(&self, words: &mut Words<'_>) -> Result<Vec<String>, String> {
        let mut roles = Vec::new();
        if words.skip("with") {
            while let Some(role) = words.next() {
                if !self.roles.iter().any(|r| r.name == role) {
                    return Err(format!("there is no role `{role}` above"));
                }
                roles.push(role.to_owned());
            }
            if roles.is_empty() {
                return Err("`with` needs a role".into());
            }
        }
        Ok(roles)
    }

    fn known_principal(&self, words: &mut Words<'_>) -> Result<String, String> {
        let name = words.next().ok_or("a user's or team's name is missing")?;
        if self.is_principal(name) { Ok(name.to_owned()) } else { Err(format!("there is no user or team `{name}` above")) }
    }

    fn is_principal(&self, name: &str) -> bool {
        self.users.iter().any(|u| u.name == name) || self.teams.iter().any(|t| t.name == name)
    }
}

/// The words of a line that were not heard yet.
struct Words<'a>(VecDeque<&'a str>);

impl<'a> Words<'a> {
    fn next(&mut self) -> Option<&'a str> {
        self.0.pop_front()
    }

    fn peek(&self) -> Option<&'a str> {
        self.0.front().copied()
    }

    /// Takes the word if it is next.
    fn skip(&mut self, word: &str) -> bool {
        let next = self.peek() == Some(word);
        if next {
            self.next();
        }
        next
    }

    fn expect(&mut self, word: &str) -> Result<(), String> {
        match self.next() {
            Some(found) if found == word => Ok(()),
            Some(found) => Err(format!("expected `{word}`, found `{found}`")),
            None => Err(format!("expected `{word}`, found the end of the line")),
        }
    }
}

fn name(word: &str) -> Result<String, String> {
    let fits = word.chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | '-' | '.'));
    if fits { Ok(word.to_owned()) } else { Err(format!("`{word}` is no name: letters, digits, `_`, `-` and `.` only")) }
}

fn new(name: &str, kind: &str, there: bool) -> Result<(), String> {
    if there { Err(format!("there is a {kind} `{name}` already")) } else { Ok(()) }
}

fn level(word: &str) -> Result<AccessLevel, String> {
    AccessLevel::parse(word).ok_or_else(|| format!("`{word}` is no access level"))
}

/// Days since 1970-01-01 (Howard Hinnant, `days_from_civil`).
fn day(word: &str) -> Result<i64, String> {
    let wrong = || format!("`{word}` is no day, write it as 2026-01-31");
    let mut parts = word.split('-').map(|part| part.parse::<i64>().ok().filter(|_| part.bytes().all(|b| b.is_ascii_digit())));
    let (Some(Some(year)), Some(Some(month)), Some(Some(day)), None) = (parts.next(), parts.next(), parts.next(), parts.next()) else {
        return Err(wrong());
    };
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let longest = match month {
        2 => 28 + i64::from(leap),
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    };
    if !(1970..=9999).contains(&year) || !(1..=12).contains(&month) || !(1..=longest).contains(&day) {
        return Err(wrong());
    }
    let year = year - i64::from(month <= 2);
    let (era, of_era) = (year / 400, year % 400);
    let of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    Ok(era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468)
}
