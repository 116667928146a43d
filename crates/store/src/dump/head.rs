//! The first line of a dump: what it is, whose, of when, made by what.
//!
//! Not here: the lines behind it ([`super::write`]). Proved by `crates/store/tests/it/dump.rs`.

use super::{FORM, What, hex};
use crate::trail::LaneHead;
use crate::trail::checkpoint::parse;
use crate::{Fault, Tx, accounts, migrate};
use serde_json::{Value as Json, json};

/// What a dump says of itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Head {
    /// All of the organisation, or a part.
    pub is_whole: bool,
    /// The organisation's name.
    pub organisation: String,
    /// The version that made it.
    pub made_by: String,
    /// The lowest version that may use the data.
    pub lowest: String,
    /// How far the schema was.
    pub schema: i64,
    /// The moment it shows, microseconds UTC.
    pub time: i64,
    /// Where the lanes of the trail ended.
    pub heads: Vec<(i64, i64, String)>,
    /// The public half of the key that signs the trail, in hex.
    pub trail_key: String,
    /// What a part is.
    pub about: Json,
}

impl Head {
    /// Of what this transaction sees.
    pub(super) fn of(tx: &mut Tx<'_>, what: &What) -> Result<Head, Fault> {
        let rows = tx.rows("SELECT lane, number, hash FROM sys_lanes ORDER BY lane", &[])?;
        let heads = rows.iter().map(|row| Ok((row.int(0)?, row.int(1)?, hex(&row.bytes(2)?)))).collect::<Result<_, Fault>>()?;
        Ok(Head {
            is_whole: matches!(what, What::Whole),
            organisation: accounts::organisation_name(tx)?,
            made_by: env!("CARGO_PKG_VERSION").to_owned(),
            lowest: migrate::LOWEST.to_owned(),
            schema: migrate::version(tx)?,
            time: tx.now,
            heads,
            trail_key: hex(tx.shared.trail_key.verifying_key().as_bytes()),
            about: match what {
                What::Whole => Json::Null,
                What::Part(part) => part.about.clone(),
            },
        })
    }

    pub(super) fn line(&self) -> Json {
        json!({
            "castellan": "dump", "form": FORM, "is_whole": self.is_whole, "organisation": self.organisation, "made_by": self.made_by,
            "lowest": self.lowest, "schema": self.schema, "time": self.time, "heads": self.heads, "trail_key": self.trail_key,
            "about": self.about,
        })
    }

    pub(super) fn read(line: &Json) -> Option<Head> {
        let text = |name: &str| line.get(name).and_then(Json::as_str).map(str::to_owned);
        let number = |name: &str| line.get(name).and_then(Json::as_i64);
        let heads = parse(&line.get("heads")?.to_string())?;
        Some(Head {
            is_whole: line.get("is_whole")?.as_bool()?,
            organisation: text("organisation")?,
            made_by: text("made_by")?,
            lowest: text("lowest")?,
            schema: number("schema")?,
            time: number("time")?,
            heads: heads.into_iter().map(|head| (head.lane, head.number, head.hash)).collect(),
            trail_key: text("trail_key")?,
            about: line.get("about")?.clone(),
        })
    }

    /// Whether the trail that was walked goes on from where the dump says it ended.
    pub fn names(&self, walked: &[LaneHead]) -> bool {
        self.heads.iter().all(|(lane, number, hash)| walked.iter().any(|w| (w.lane, w.number, &w.hash) == (*lane, *number, hash)))
    }
}
