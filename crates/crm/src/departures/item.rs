//! One thing that refers to somebody who leaves, and what can be done about it.
//!
//! An [`Item`] is what the walk ([`super::find`]) found; a [`Choice`] is what people decided about it. The key of an item
//! is stable: it names what was found (`owned:accounts`, `named:accounts.x_account_manager`, `workflow:ID`), never how
//! many there are, so a plan stays true while records come and go, and is old as soon as something new refers to the person.
//! Not here: finding and doing. Start reading at [`Item`]. Proved by `crates/crm/tests/it/departures.rs`.

use crate::{Done, Problem};
use catalogue::RowId;
use security::PrincipalId;
use serde_json::{Value as Json, json};

/// What kind of thing refers to the person.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// Open activities or cases of one table that the person owns.
    Open,
    /// What else the person owns of one table.
    Owned,
    /// A lookup column, standard or custom, that names the person.
    Named,
    /// A workflow that runs with the person's rights.
    WorkflowOwner,
    /// A workflow whose steps or condition name the person.
    WorkflowStep,
    /// Decisions that wait for the person.
    Approvals,
    /// A team whose last active member the person is.
    Team,
    /// People who report to the person.
    Reports,
    /// Service accounts that the person answers for.
    Services,
    /// Another departure's plan that gives something to the person.
    Heir,
    /// Another open departure that runs with the person's rights.
    Planned,
    /// A running import of somebody else whose rows without an owner go to the person.
    ImportFallback,
    /// A stored definition that names the person in a place that no other kind knows.
    Mention,
    /// Sessions, tokens, invitations, second factors.
    Credentials,
    /// Roles, field profiles, memberships.
    Rights,
    /// Shares with the person.
    Shares,
    /// Jobs, imports and exports of the person that have not ended; letters on their way.
    Work,
}

impl Kind {
    /// All of them, in the order they are shown and done.
    pub const ALL: [Kind; 17] = [
        Kind::Open,
        Kind::Owned,
        Kind::Named,
        Kind::WorkflowOwner,
        Kind::WorkflowStep,
        Kind::Approvals,
        Kind::Team,
        Kind::Reports,
        Kind::Services,
        Kind::Heir,
        Kind::Planned,
        Kind::ImportFallback,
        Kind::Mention,
        Kind::Credentials,
        Kind::Rights,
        Kind::Shares,
        Kind::Work,
    ];

    /// The word in keys and API.
    pub fn name(self) -> &'static str {
        match self {
            Kind::Open => "open",
            Kind::Owned => "owned",
            Kind::Named => "named",
            Kind::WorkflowOwner => "workflow_owner",
            Kind::WorkflowStep => "workflow_step",
            Kind::Approvals => "approvals",
            Kind::Team => "team",
            Kind::Reports => "reports",
            Kind::Services => "services",
            Kind::Heir => "heir",
            Kind::Planned => "planned",
            Kind::ImportFallback => "import_fallback",
            Kind::Mention => "mention",
            Kind::Credentials => "credentials",
            Kind::Rights => "rights",
            Kind::Shares => "shares",
            Kind::Work => "work",
        }
    }

    /// Reads [`Kind::name`].
    pub fn parse(word: &str) -> Option<Kind> {
        Kind::ALL.into_iter().find(|kind| kind.name() == word)
    }

    /// True for what ends by itself with the account: there is nothing to decide about it.
    pub fn ends_by_itself(self) -> bool {
        matches!(self, Kind::Credentials | Kind::Rights | Kind::Shares | Kind::Work)
    }
}

/// What is to become of an item.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Choice {
    /// It goes to this person or team; to several, in turn.
    Give(Vec<PrincipalId>),
    /// A workflow is paused, a service account frozen.
    Pause,
    /// It stays as it is.
    Leave,
    /// It stays, and nobody changes it until somebody else owns it.
    ReadOnly,
    /// The lookup becomes empty; whoever reported to the person reports to nobody.
    Clear,
    /// It is deleted, and can be brought back for thirty days.
    Delete,
}

impl Choice {
    /// The word in API and forms.
    pub fn name(&self) -> &'static str {
        match self {
            Choice::Give(_) => "give",
            Choice::Pause => "pause",
            Choice::Leave => "leave",
            Choice::ReadOnly => "read_only",
            Choice::Clear => "clear",
            Choice::Delete => "delete",
        }
    }

    /// Whom it names.
    pub fn heirs(&self) -> &[PrincipalId] {
        match self {
            Choice::Give(to) => to,
            Choice::Pause | Choice::Leave | Choice::ReadOnly | Choice::Clear | Choice::Delete => &[],
        }
    }

    /// As API and database write it: `{"do":"give","to":["…"]}`.
    pub fn written(&self) -> Json {
        match self {
            Choice::Give(to) => json!({ "do": "give", "to": to.iter().map(ToString::to_string).collect::<Vec<_>>() }),
            other => json!({ "do": other.name() }),
        }
    }

    /// Reads [`Choice::written`]; `field` is where a mistake is shown.
    pub fn read(field: &str, written: &Json) -> Done<Choice> {
        let wrong = |words: &str| Problem::column(field, words);
        let word = written
            .get("do")
            .and_then(Json::as_str)
            .ok_or_else(|| wrong("say what to do: give, pause, leave, read_only, clear or delete"))?;
        Ok(match word {
            "give" => {
                let ids = written.get("to").and_then(Json::as_array).map(Vec::as_slice).unwrap_or_default();
                let read = |id: &Json| id.as_str().and_then(RowId::parse).map(PrincipalId);
                let to = ids.iter().map(read).collect::<Option<Vec<_>>>().ok_or_else(|| wrong("one of these is not an id"))?;
                if to.is_empty() {
                    return Err(wrong("choose who gets it"));
                }
                Choice::Give(to)
            }
            "pause" => Choice::Pause,
            "leave" => Choice::Leave,
            "read_only" => Choice::ReadOnly,
            "clear" => Choice::Clear,
            "delete" => Choice::Delete,
            _ => return Err(wrong("say what to do: give, pause, leave, read_only, clear or delete")),
        })
    }
}

/// Something that may be chosen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Offer {
    /// To a person or an owner team; to several, in turn.
    GiveRound,
    /// To one person or owner team.
    GiveOne,
    /// To one person.
    GivePerson,
    /// [`Choice::Pause`].
    Pause,
    /// [`Choice::Leave`].
    Leave,
    /// [`Choice::ReadOnly`].
    ReadOnly,
    /// [`Choice::Clear`].
    Clear,
    /// [`Choice::Delete`].
    Delete,
}

impl Offer {
    /// Whether this choice is what is offered, its heirs not looked at.
    pub fn fits(self, choice: &Choice) -> bool {
        match (self, choice) {
            (Offer::GiveRound, Choice::Give(_)) => true,
            (Offer::GiveOne | Offer::GivePerson, Choice::Give(to)) => to.len() == 1,
            (Offer::Pause, Choice::Pause)
            | (Offer::Leave, Choice::Leave)
            | (Offer::ReadOnly, Choice::ReadOnly)
            | (Offer::Clear, Choice::Clear)
            | (Offer::Delete, Choice::Delete) => true,
            _ => false,
        }
    }

    /// The word of the choice it leads to.
    pub fn name(self) -> &'static str {
        match self {
            Offer::GiveRound | Offer::GiveOne | Offer::GivePerson => "give",
            Offer::Pause => "pause",
            Offer::Leave => "leave",
            Offer::ReadOnly => "read_only",
            Offer::Clear => "clear",
            Offer::Delete => "delete",
        }
    }
}

/// One of the things an item counts, as far as whoever looks may know it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sample {
    /// Its set.
    pub set: String,
    /// Its id.
    pub id: RowId,
    /// Its name; none for a record that whoever looks may not read.
    pub name: Option<String>,
}

/// One thing that refers to the person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Item {
    /// Its stable key.
    pub key: String,
    /// What it is.
    pub kind: Kind,
    /// The set, for records.
    pub set: Option<String>,
    /// The column, for lookups.
    pub column: Option<String>,
    /// The workflow, team or departure it is about.
    pub thing: Option<RowId>,
    /// What people read: “Accounts”, “Workflow: New leads North”.
    pub label: String,
    /// How many.
    pub count: i64,
    /// Up to five of them.
    pub sample: Vec<Sample>,
    /// What happens when nothing is done about it, one sentence.
    pub consequence: String,
    /// What may be chosen; nothing where it ends by itself or must be mended elsewhere.
    pub offers: Vec<Offer>,
    /// What is proposed.
    pub proposal: Option<Choice>,
    /// What was chosen.
    pub chosen: Option<Choice>,
    /// True when nothing can go on before it is mended elsewhere.
    pub is_blocking: bool,
    /// What a decision about it depends on besides its key: a definition as it stands. Part of the fingerprint; compared by
    /// [`Item::is_sealed_by`].
    pub seal: String,
    /// Where it is mended or looked at.
    pub link: Option<String>,
}

impl Item {
    /// True when somebody has to choose and nobody has.
    pub fn is_undecided(&self) -> bool {
        !self.offers.is_empty() && self.chosen.is_none()
    }

    /// True when a decision that was sealed so is about what is there now: the definition is the same, and nothing came to
    /// it. What the seal lists behind a `+` may have gone.
    pub fn is_sealed_by(&self, seal: &str) -> bool {
        let (mut was, mut now) = (seal.split('+'), self.seal.split('+'));
        let is_same = was.next() == now.next();
        let known: Vec<&str> = was.collect();
        is_same && now.all(|part| known.contains(&part))
    }
}
