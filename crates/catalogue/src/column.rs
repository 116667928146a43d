//! Columns: what a cell means.
//!
//! [`Kind`] fixes how a value is stored, compared and shown; the sensitivity class says how much it hurts when it leaks;
//! `secured` says that nobody reads it until a field profile grants it.
//! Not here: who may read it (`security`). Proved by `crates/catalogue/tests/it/main.rs`.

use crate::TableId;

/// The place of a column in its table. Meaningful only together with the table.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ColumnId(pub u16);

/// One column of a table.
#[derive(Clone, Debug, PartialEq)]
pub struct Column {
    /// Its place in the table.
    pub id: ColumnId,
    /// snake_case; also the name of the database column and of the member in the API.
    pub name: String,
    /// What people read.
    pub label: String,
    /// One sentence of help, may be empty.
    pub help: String,
    /// What a cell means.
    pub kind: Kind,
    /// A row without it is refused.
    pub required: bool,
    /// How much it hurts when it leaks.
    pub sensitivity: Sensitivity,
    /// Unreadable until a field profile grants it.
    pub secured: bool,
    /// Kept by the product; no writer names it in a body.
    pub system: bool,
    /// Its words are found by search. Never true on a secured column.
    pub search: bool,
    /// The database keeps an index on it.
    pub index: bool,
    /// Set on what the organisation added; `None` on what is shipped.
    pub custom: Option<Custom>,
}

/// What is said of a column that an organisation added.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Custom {
    /// It stands in the shipped views of its table too.
    pub is_listed: bool,
    /// Search finds its words as long as it is not secured.
    pub is_searched: bool,
    /// It keeps its values and its place and is shown nowhere.
    pub is_retired: bool,
}

/// How much it hurts when a value leaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Sensitivity {
    /// Known outside, or harmless.
    General,
    /// About a person.
    Personal,
    /// Hurts the organisation or a customer: prices, credit, forecasts.
    Confidential,
    /// Reading it is kept in the trail before it is answered: health, identity papers, bank details.
    Restricted,
}

/// One choice of a choice column.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChoiceOption {
    /// The number of the Common Data Model.
    pub value: i64,
    /// What people read.
    pub label: String,
    /// snake_case of the label: what the API and files carry.
    pub name: String,
    /// For a status reason: the value of `state` it belongs to.
    pub state: Option<i64>,
    /// It stays where it was chosen and is offered no more.
    pub retired: bool,
}

/// What a lookup may point to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Target {
    /// Records of a table.
    Table(TableId),
    /// A user.
    Users,
    /// A team.
    Teams,
    /// A business unit.
    Units,
}

/// What a cell means and how it is stored (in brackets, see [`crate::Value`]).
#[derive(Clone, Debug, PartialEq)]
pub enum Kind {
    /// One line of text, at most so many characters.
    Text(u32),
    /// Several lines.
    Memo(u32),
    /// An e-mail address.
    Email(u32),
    /// A phone number as written.
    Phone(u32),
    /// An address on the web, `http` or `https`.
    Url(u32),
    /// A whole number within bounds.
    Integer {
        /// Smallest.
        min: i64,
        /// Largest.
        max: i64,
    },
    /// A number with a fixed number of digits behind the point [`Int`, scaled by 10^digits].
    Decimal {
        /// Digits behind the point, at most 10.
        digits: u32,
        /// Smallest, scaled.
        min: i64,
        /// Largest, scaled.
        max: i64,
    },
    /// An amount in the row's currency [`Int`, 1/10,000]; `<name>_base` beside it.
    Money,
    /// The `_base` twin of a money column, in the organisation's currency [`Int`, 1/10,000]. Made at write.
    MoneyBase,
    /// Yes or no [`Int` 1 or 0].
    YesNo,
    /// One of the options [`Int`].
    Choice(Vec<ChoiceOption>),
    /// Any of the options [`Text`, sorted values joined by `,`].
    MultiChoice(Vec<ChoiceOption>),
    /// A day [`Int`, days since 1970-01-01].
    Date,
    /// A moment [`Int`, microseconds since 1970-01-01 UTC].
    DateTime,
    /// A reference [`Id`]; with more than one target the set name is kept beside it in `<name>__set`.
    Lookup(Vec<Target>),
    /// The user or team that owns the row [`Id`].
    Owner,
    /// A number drawn from a sequence at create [`Text`].
    AutoNumber {
        /// What stands before the digits.
        prefix: String,
    },
    /// The id of the row, of a business unit or of anything that is only shown [`Id`].
    Id,
    /// A file [`Id`].
    File,
}

impl Kind {
    /// True when a text key stands beside the column (`<name>__key`) by which it is compared and sorted.
    pub fn has_key(&self) -> bool {
        matches!(self, Kind::Text(_) | Kind::Email(_) | Kind::Phone(_) | Kind::Url(_) | Kind::AutoNumber { .. })
    }

    /// True for everything written as free text.
    pub fn is_text(&self) -> bool {
        self.has_key() || matches!(self, Kind::Memo(_))
    }

    /// True for a lookup with more than one target.
    pub fn is_poly(&self) -> bool {
        matches!(self, Kind::Lookup(targets) if targets.len() > 1)
    }

    /// The options of a choice or multi-choice, else nothing.
    pub fn options(&self) -> &[ChoiceOption] {
        match self {
            Kind::Choice(options) | Kind::MultiChoice(options) => options,
            _ => &[],
        }
    }

    /// What a lookup may point to, else nothing.
    pub fn targets(&self) -> &[Target] {
        if let Kind::Lookup(targets) = self { targets } else { &[] }
    }
}

impl Column {
    /// True when nobody may ever secure this column: ids, owner, owning unit, state and the stamps.
    pub fn never_securable(&self) -> bool {
        self.system
    }

    /// True for what an organisation added and put away: shown nowhere, open to nobody.
    pub fn is_retired(&self) -> bool {
        self.custom.is_some_and(|custom| custom.is_retired)
    }

    /// The option with this value.
    pub fn option(&self, value: i64) -> Option<&ChoiceOption> {
        self.kind.options().iter().find(|o| o.value == value)
    }
}
