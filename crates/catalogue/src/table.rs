//! Tables, their views and forms, and the relations between them.
//!
//! [`Ownership`] says how rights reach a row: by its owner, by the organisation, through its parent, or through both
//! ends. A [`Relation`] says what follows when the parent is assigned, shared or deleted.
//! Not here: rights (`security`). Proved by `crates/catalogue/tests/it/main.rs`.

use crate::{Column, ColumnId};

/// The place of a table in its catalogue.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TableId(pub u16);

/// One record table.
#[derive(Clone, Debug, PartialEq)]
pub struct Table {
    /// Its place in the catalogue.
    pub id: TableId,
    /// snake_case plural: address, API set and database table.
    pub set: String,
    /// snake_case singular.
    pub name: String,
    /// What people call one row.
    pub label: String,
    /// What people call many.
    pub plural: String,
    /// How rights reach a row.
    pub ownership: Ownership,
    /// Where it stands in the site map.
    pub area: Area,
    /// Name of its icon in the client's sprite.
    pub icon: String,
    /// The column that names a row.
    pub primary: ColumnId,
    /// All columns, system ones first, in the order of forms and files.
    pub columns: Vec<Column>,
    /// What the form shows.
    pub form: Vec<FormSection>,
    /// The views that are shipped; the first is the default.
    pub views: Vec<View>,
    /// Tasks, phone calls, e-mails, appointments: shown in timelines.
    pub is_activity: bool,
}

/// How rights reach a row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Ownership {
    /// A user or team owns it; all five levels count.
    Principal,
    /// The organisation owns it; levels are none or organisation.
    Organisation,
    /// It has no rights of its own: reading asks read on the row this lookup names, any change asks write there.
    Parent(ColumnId),
    /// It joins rows: readable when all the rows these lookups name are.
    Ends(Vec<ColumnId>),
}

/// Where a table stands in the site map.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Area {
    /// Today, activities, queues.
    Work,
    /// Accounts to invoices.
    Sales,
    /// Cases, feedback.
    Service,
    /// Campaigns.
    Marketing,
    /// Products, price lists, currencies.
    Settings,
    /// Shown only on its parent's page.
    Nowhere,
}

/// A titled group of columns on the form.
#[derive(Clone, Debug, PartialEq)]
pub struct FormSection {
    /// Its title.
    pub label: String,
    /// Its columns in order.
    pub columns: Vec<ColumnId>,
}

/// One step of an order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sort {
    /// By which column.
    pub column: ColumnId,
    /// Largest first.
    pub descending: bool,
}

/// A shipped view of a table.
#[derive(Clone, Debug, PartialEq)]
pub struct View {
    /// snake_case, unique in its table.
    pub name: String,
    /// What people read.
    pub label: String,
    /// Which columns, in order.
    pub columns: Vec<ColumnId>,
    /// The filter as the JSON of the API, or empty for all.
    pub filter: String,
    /// In which order.
    pub sort: Vec<Sort>,
}

/// What happens to children when something happens to the parent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cascade {
    /// All children follow.
    All,
    /// Children in their first state (open, active) follow.
    Active,
    /// Children with the parent's owner follow.
    UserOwned,
    /// Nothing follows.
    None,
}

/// What happens to children when the parent is deleted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OnDelete {
    /// They are deleted with it, as one group.
    Cascade,
    /// Their lookup becomes empty.
    RemoveLink,
    /// The delete is refused while there are any.
    Restrict,
}

/// A 1:N relation: `child.column` names a row of `parent`.
#[derive(Clone, Debug, PartialEq)]
pub struct Relation {
    /// The set of the children when there is one such relation, else `<set>_<column>`: what `{"related":…}` names.
    pub name: String,
    /// The table looked up to.
    pub parent: TableId,
    /// The table with the lookup.
    pub child: TableId,
    /// The lookup.
    pub column: ColumnId,
    /// On assign of the parent.
    pub assign: Cascade,
    /// On share of the parent.
    pub share: Cascade,
    /// When the child gets another parent.
    pub reparent: Cascade,
    /// On delete of the parent.
    pub delete: OnDelete,
}

impl Table {
    /// The column of that name; a retired one has none any more.
    pub fn find(&self, name: &str) -> Option<&Column> {
        self.columns.iter().find(|c| c.name == name && !c.is_retired())
    }

    /// The column that is kept under that name, put away or not: for what is stored, never for what somebody asks.
    pub fn kept(&self, name: &str) -> Option<&Column> {
        self.columns.iter().find(|c| c.name == name)
    }

    /// The column of that id.
    pub fn column(&self, id: ColumnId) -> Option<&Column> {
        self.columns.get(usize::from(id.0))
    }

    /// The columns a writer may name.
    pub fn writable(&self) -> impl Iterator<Item = &Column> {
        let kept = |c: &&Column| c.system || c.is_retired() || matches!(c.kind, crate::Kind::MoneyBase | crate::Kind::AutoNumber { .. });
        self.columns.iter().filter(move |c| !kept(c))
    }

    /// True when rows have owner and owning unit.
    pub fn is_owned(&self) -> bool {
        self.ownership == Ownership::Principal
    }

    /// The view of that name, or the default view for an empty name.
    pub fn view(&self, name: &str) -> Option<&View> {
        if name.is_empty() { self.views.first() } else { self.views.iter().find(|v| v.name == name) }
    }
}
