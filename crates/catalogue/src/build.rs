//! Says what a table is, line by line, in the order people see its columns.
//!
//! [`TableBuilder`] names other tables and columns by name; [`crate::Catalogue::build`] turns names into ids and refuses
//! what does not fit. A method after a column speaks of that column.
//! Not here: the shipped tables ([`crate::standard`]). Proved by `crates/catalogue/tests/it/main.rs`.

use crate::{Area, Cascade, ChoiceOption, Kind, OnDelete, Sensitivity};

/// A table before its names are resolved.
#[derive(Clone, Debug)]
pub struct TableBuilder {
    pub(crate) set: String,
    pub(crate) name: String,
    pub(crate) label: String,
    pub(crate) plural: String,
    pub(crate) area: Area,
    pub(crate) icon: String,
    pub(crate) ownership: Owned,
    pub(crate) primary: String,
    pub(crate) is_activity: bool,
    pub(crate) columns: Vec<Draft>,
    pub(crate) states: Vec<ChoiceOption>,
    pub(crate) statuses: Vec<ChoiceOption>,
    pub(crate) sections: Vec<(String, Vec<String>)>,
    pub(crate) views: Vec<ViewDraft>,
}

/// Ownership with columns by name.
#[derive(Clone, Debug)]
pub(crate) enum Owned {
    Principal,
    Organisation,
    Parent(String),
    Ends(Vec<String>),
}

/// A column before its lookup targets are resolved.
#[derive(Clone, Debug)]
pub(crate) struct Draft {
    pub(crate) name: String,
    pub(crate) label: String,
    pub(crate) help: String,
    pub(crate) kind: Kind,
    pub(crate) targets: Vec<String>,
    pub(crate) required: bool,
    pub(crate) sensitivity: Sensitivity,
    pub(crate) secured: bool,
    pub(crate) search: bool,
    pub(crate) index: bool,
    pub(crate) relations: Vec<(String, Behaviour)>,
}

/// What follows from the parent, see [`crate::Relation`].
#[derive(Clone, Copy, Debug)]
pub(crate) struct Behaviour {
    pub(crate) assign: Cascade,
    pub(crate) share: Cascade,
    pub(crate) reparent: Cascade,
    pub(crate) delete: OnDelete,
}

#[derive(Clone, Debug)]
pub(crate) struct ViewDraft {
    pub(crate) name: String,
    pub(crate) label: String,
    pub(crate) columns: Vec<String>,
    pub(crate) filter: String,
    pub(crate) sort: Vec<String>,
}

/// Lower snake_case of a label: `Problem Solved` gives `problem_solved`.
pub(crate) fn snake(label: &str) -> String {
    crate::text::words(label).join("_")
}

fn options(list: &[(i64, &str)]) -> Vec<ChoiceOption> {
    list.iter()
        .map(|(value, label)| ChoiceOption { value: *value, label: (*label).into(), name: snake(label), state: None, retired: false })
        .collect()
}

impl TableBuilder {
    /// A principal-owned table: set (`accounts`), name (`account`), what people read, its area and icon.
    pub fn new(set: &str, name: &str, label: &str, plural: &str, area: Area, icon: &str) -> TableBuilder {
        TableBuilder {
            set: set.into(),
            name: name.into(),
            label: label.into(),
            plural: plural.into(),
            area,
            icon: icon.into(),
            ownership: Owned::Principal,
            primary: "name".into(),
            is_activity: false,
            columns: Vec::new(),
            states: options(&[(0, "Active"), (1, "Inactive")]),
            statuses: Vec::new(),
            sections: Vec::new(),
            views: Vec::new(),
        }
    }

    /// The organisation owns the rows.
    pub fn organisation_owned(mut self) -> Self {
        self.ownership = Owned::Organisation;
        self
    }

    /// The row this lookup names decides.
    pub fn parent_owned(mut self, lookup: &str) -> Self {
        self.ownership = Owned::Parent(lookup.into());
        self
    }

    /// The rows these lookups name decide together.
    pub fn joins(mut self, lookups: &[&str]) -> Self {
        self.ownership = Owned::Ends(lookups.iter().map(|s| (*s).into()).collect());
        self
    }

    /// The column that names a row; `name` when not said.
    pub fn named_by(mut self, column: &str) -> Self {
        self.primary = column.into();
        self
    }

    /// Shown in timelines.
    pub fn activity(mut self) -> Self {
        self.is_activity = true;
        self
    }

    /// The values of `state`; the first is where a row begins. Active, Inactive when not said.
    pub fn states(mut self, list: &[(i64, &str)]) -> Self {
        self.states = options(list);
        self
    }

    /// Status reasons: value, label, the state they belong to. Adds the column `status`.
    pub fn statuses(mut self, list: &[(i64, &str, i64)]) -> Self {
        let option = |(value, label, state): &(i64, &str, i64)| {
            let (label, name) = ((*label).into(), snake(label));
            ChoiceOption { value: *value, label, name, state: Some(*state), retired: false }
        };
        self.statuses = list.iter().map(option).collect();
        self
    }

    /// A column of any kind.
    pub fn column(mut self, name: &str, label: &str, kind: Kind) -> Self {
        self.columns.push(Draft {
            name: name.into(),
            label: label.into(),
            help: String::new(),
            kind,
            targets: Vec::new(),
            required: false,
            sensitivity: Sensitivity::General,
            secured: false,
            search: false,
            index: false,
            relations: Vec::new(),
        });
        self
    }

    /// One line of text.
    pub fn text(self, name: &str, label: &str, max: u32) -> Self {
        self.column(name, label, Kind::Text(max))
    }

    /// Several lines.
    pub fn memo(self, name: &str, label: &str, max: u32) -> Self {
        self.column(name, label, Kind::Memo(max))
    }

    /// An e-mail address; personal.
    pub fn email(self, name: &str, label: &str) -> Self {
        self.column(name, label, Kind::Email(320)).class(Sensitivity::Personal)
    }

    /// A phone number; personal.
    pub fn phone(self, name: &str, label: &str) -> Self {
        self.column(name, label, Kind::Phone(50)).class(Sensitivity::Personal)
    }

    /// An address on the web.
    pub fn url(self, name: &str, label: &str) -> Self {
        self.column(name, label, Kind::Url(2000))
    }

    /// A whole number.
    pub fn integer(self, name: &str, label: &str, min: i64, max: i64) -> Self {
        self.column(name, label, Kind::Integer { min, max })
    }

    /// A decimal with so many digits behind the point, up to 100,000,000,000 either way (less where digits ask it).
    pub fn decimal(self, name: &str, label: &str, digits: u32) -> Self {
        let bound = 10i64.pow(18u32.saturating_sub(1).min(11 + digits));
        self.column(name, label, Kind::Decimal { digits, min: -bound, max: bound })
    }

    /// An amount of money, with its `_base` twin; confidential.
    pub fn money(self, name: &str, label: &str) -> Self {
        self.column(name, label, Kind::Money)
            .column(&format!("{name}_base"), &format!("{label} (base)"), Kind::MoneyBase)
            .class(Sensitivity::Confidential)
    }

    /// Yes or no.
    pub fn yes_no(self, name: &str, label: &str) -> Self {
        self.column(name, label, Kind::YesNo)
    }

    /// One of these options.
    pub fn choice(self, name: &str, label: &str, list: &[(i64, &str)]) -> Self {
        self.column(name, label, Kind::Choice(options(list)))
    }

    /// Any of these options.
    pub fn multi_choice(self, name: &str, label: &str, list: &[(i64, &str)]) -> Self {
        self.column(name, label, Kind::MultiChoice(options(list)))
    }

    /// A day.
    pub fn date(self, name: &str, label: &str) -> Self {
        self.column(name, label, Kind::Date)
    }

    /// A moment.
    pub fn date_time(self, name: &str, label: &str) -> Self {
        self.column(name, label, Kind::DateTime)
    }

    /// A number drawn from a sequence at create.
    pub fn auto_number(self, name: &str, label: &str, prefix: &str) -> Self {
        self.column(name, label, Kind::AutoNumber { prefix: prefix.into() })
    }

    /// A lookup to rows of these sets (also `users`, `teams`, `business_units`). Indexed.
    pub fn lookup(mut self, name: &str, label: &str, sets: &[&str]) -> Self {
        self = self.column(name, label, Kind::Lookup(Vec::new())).index();
        self.last(|c| c.targets = sets.iter().map(|s| (*s).into()).collect())
    }

    /// Customer: an account or a contact.
    pub fn customer(self, name: &str, label: &str) -> Self {
        self.lookup(name, label, &["accounts", "contacts"])
    }

    /// A row without it is refused.
    pub fn required(self) -> Self {
        self.last(|c| c.required = true)
    }

    /// Its words are found by search.
    pub fn search(self) -> Self {
        self.last(|c| c.search = true)
    }

    /// Filtered and sorted often.
    pub fn index(self) -> Self {
        self.last(|c| c.index = true)
    }

    /// Unreadable until a field profile grants it; of money, the `_base` twin too.
    pub fn secured(self) -> Self {
        self.with_twin(|c| c.secured = true)
    }

    /// How much it hurts when it leaks; of money, the `_base` twin too.
    pub fn class(self, class: Sensitivity) -> Self {
        self.with_twin(|c| c.sensitivity = class)
    }

    /// One sentence of help.
    pub fn help(self, text: &str) -> Self {
        self.last(|c| c.help = text.into())
    }

    /// What follows from the parent in this set, for the lookup just said.
    /// Without it nothing follows, and a deleted parent empties the lookup.
    pub fn follows(self, set: &str, assign: Cascade, share: Cascade, reparent: Cascade, delete: OnDelete) -> Self {
        self.last(|c| c.relations.push((set.into(), Behaviour { assign, share, reparent, delete })))
    }

    /// A titled group of the form.
    pub fn section(mut self, label: &str, columns: &[&str]) -> Self {
        self.sections.push((label.into(), columns.iter().map(|s| (*s).into()).collect()));
        self
    }

    /// A view; `sort` as in the API: `name`, `-created_on`. `filter` is the API's JSON, or empty.
    pub fn view(mut self, name: &str, label: &str, columns: &[&str], filter: &str, sort: &[&str]) -> Self {
        self.views.push(ViewDraft {
            name: name.into(),
            label: label.into(),
            columns: columns.iter().map(|s| (*s).into()).collect(),
            filter: filter.into(),
            sort: sort.iter().map(|s| (*s).into()).collect(),
        });
        self
    }

    /// Changes the column said last: of money the amount, not the `_base` twin that stands behind it.
    fn last(mut self, change: impl FnOnce(&mut Draft)) -> Self {
        if let Some(column) = self.columns.iter_mut().rev().find(|c| c.kind != Kind::MoneyBase) {
            change(column);
        }
        self
    }

    // WHY: a twin that is more open than its amount would give the amount away.
    fn with_twin(mut self, change: impl Fn(&mut Draft)) -> Self {
        let said = self.columns.iter().rposition(|c| c.kind != Kind::MoneyBase).unwrap_or(0);
        self.columns.iter_mut().skip(said).for_each(change);
        self
    }
}
