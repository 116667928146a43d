//! The catalogue as a value: all tables and the relations between them, numbered.
//!
//! [`Catalogue::build`] turns names into ids and adds the columns every table has; whatever does not fit is refused by
//! name ([`Broken`]), so a catalogue that exists is whole.
//! Not here: how it is kept (`store`). Start reading at [`Catalogue::build`].
//! Proved by `crates/catalogue/tests/it/main.rs`.

use crate::build::{Behaviour, Draft, Owned, TableBuilder};
use crate::{Cascade, Column, ColumnId, FormSection, Kind, OnDelete, Ownership, Relation, Sensitivity, Sort, Table, TableId, Target, View};
use std::collections::HashMap;
use std::fmt;

/// Everything that exists, as one value.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct Catalogue {
    /// Raised by every change an organisation makes to it.
    pub number: u64,
    pub(crate) tables: Vec<Table>,
    pub(crate) relations: Vec<Relation>,
    by_set: HashMap<String, TableId>,
}

/// Why a catalogue cannot be: the place and what is wrong there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Broken(pub String);

impl fmt::Display for Broken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Broken {}

impl Catalogue {
    /// Resolves the names of these tables.
    pub fn build(drafts: Vec<TableBuilder>) -> Result<Catalogue, Broken> {
        let mut by_set = HashMap::new();
        for (n, draft) in drafts.iter().enumerate() {
            let id = TableId(u16::try_from(n).map_err(|_| Broken("too many tables".into()))?);
            if by_set.insert(draft.set.clone(), id).is_some() {
                return Err(Broken(format!("table `{}` is there twice", draft.set)));
            }
        }
        let mut catalogue = Catalogue { number: 0, tables: Vec::new(), relations: Vec::new(), by_set };
        let mut wanted = Vec::new();
        for draft in drafts {
            let table = catalogue.resolve(&draft)?;
            for column in &draft.columns {
                wanted.extend(relations_of(&table, column)?);
            }
            catalogue.tables.push(table);
        }
        catalogue.relations = named(&catalogue, wanted);
        Ok(catalogue)
    }

    /// All tables in order.
    pub fn tables(&self) -> &[Table] {
        &self.tables
    }

    /// The table of that id; an id belongs to the catalogue it came from.
    pub fn table(&self, id: TableId) -> Option<&Table> {
        self.tables.get(usize::from(id.0))
    }

    /// The table of that set.
    pub fn find(&self, set: &str) -> Option<&Table> {
        self.by_set.get(set).and_then(|id| self.table(*id))
    }

    /// The set that a lookup target is called by.
    pub fn set_of(&self, target: Target) -> &str {
        match target {
            Target::Table(id) => self.table(id).map_or("", |t| &t.set),
            Target::Users => "users",
            Target::Teams => "teams",
            Target::Units => "business_units",
        }
    }

    /// The target that a set names.
    pub fn target(&self, set: &str) -> Option<Target> {
        match set {
            "users" => Some(Target::Users),
            "teams" => Some(Target::Teams),
            "business_units" => Some(Target::Units),
            other => self.by_set.get(other).map(|id| Target::Table(*id)),
        }
    }

    /// All relations.
    pub fn relations(&self) -> &[Relation] {
        &self.relations
    }

    /// The relations whose parent is this table.
    pub fn children_of(&self, parent: TableId) -> impl Iterator<Item = &Relation> {
        self.relations.iter().filter(move |r| r.parent == parent)
    }

    /// The relations whose child is this table.
    pub fn parents_of(&self, child: TableId) -> impl Iterator<Item = &Relation> {
        self.relations.iter().filter(move |r| r.child == child)
    }

    /// A copy in which this column is secured, or is not; of money, its `_base` twin with it. What is not there changes
    /// nothing.
    pub fn with_secured(&self, set: &str, column: &str, secured: bool) -> Catalogue {
        let mut changed = self.clone();
        let twin = format!("{column}_base");
        let table = changed.tables.iter_mut().find(|t| t.set == set);
        let said = |c: &&mut Column| c.name == column || (c.kind == Kind::MoneyBase && c.name == twin);
        for column in table.into_iter().flat_map(|t| &mut t.columns).filter(said) {
            column.secured = secured;
            // Search finds no word of a secured column: what is shipped is never both, of a custom one the words follow.
            if let Some(custom) = column.custom {
                column.search = custom.is_searched && !custom.is_retired && !secured;
            }
        }
        changed
    }

    fn resolve(&self, draft: &TableBuilder) -> Result<Table, Broken> {
        let id = *self.by_set.get(&draft.set).ok_or_else(|| Broken(draft.set.clone()))?;
        let mut columns: Vec<Column> = Vec::new();
        for (n, column) in system_columns(draft).into_iter().chain(draft.columns.iter().cloned().map(|c| (c, false))).enumerate() {
            let (column, system) = column;
            if columns.iter().any(|c| c.name == column.name) {
                return Err(Broken(format!("column `{}` of `{}` is there twice", column.name, draft.set)));
            }
            columns.push(self.resolve_column(draft, column, system, n)?);
        }
        let of = |name: &str| column_named(&columns, &draft.set, name);
        let ownership = match &draft.ownership {
            Owned::Principal => Ownership::Principal,
            Owned::Organisation => Ownership::Organisation,
            Owned::Parent(lookup) => Ownership::Parent(of(lookup)?),
            Owned::Ends(lookups) => Ownership::Ends(lookups.iter().map(|l| of(l)).collect::<Result<_, _>>()?),
        };
        let list = |names: &[String]| names.iter().map(|n| of(n)).collect::<Result<Vec<_>, _>>();
        let form = draft
            .sections
            .iter()
            .map(|(label, names)| Ok(FormSection { label: label.clone(), columns: list(names)? }))
            .collect::<Result<_, Broken>>()?;
        let views = draft.views.iter().map(|v| {
            let sort = v.sort.iter().map(|s| {
                let (name, descending) = s.strip_prefix('-').map_or((s.as_str(), false), |rest| (rest, true));
                Ok(Sort { column: of(name)?, descending })
            });
            Ok(View {
                name: v.name.clone(),
                label: v.label.clone(),
                columns: list(&v.columns)?,
                filter: v.filter.clone(),
                sort: sort.collect::<Result<_, Broken>>()?,
            })
        });
        let views = views.collect::<Result<_, Broken>>()?;
        let primary = of(&draft.primary)?;
        Ok(Table {
            id,
            set: draft.set.clone(),
            name: draft.name.clone(),
            label: draft.label.clone(),
            plural: draft.plural.clone(),
            ownership,
            area: draft.area,
            icon: draft.icon.clone(),
            primary,
            columns,
            form,
            views,
            is_activity: draft.is_activity,
        })
    }

    fn resolve_column(&self, table: &TableBuilder, draft: Draft, system: bool, n: usize) -> Result<Column, Broken> {
        let mut kind = draft.kind;
        if matches!(kind, Kind::Lookup(_)) {
            let targets = draft.targets.iter().map(|set| {
                self.target(set).ok_or_else(|| Broken(format!("`{}.{}` looks up to `{set}`, which is no table", table.set, draft.name)))
            });
            kind = Kind::Lookup(targets.collect::<Result<_, _>>()?);
        }
        if draft.secured && (draft.search || draft.name == table.primary) {
            return Err(Broken(format!("`{}.{}` cannot be secured: it names or finds the row", table.set, draft.name)));
        }
        Ok(Column {
            id: ColumnId(u16::try_from(n).map_err(|_| Broken("too many columns".into()))?),
            name: draft.name,
            label: draft.label,
            help: draft.help,
            kind,
            required: draft.required,
            sensitivity: draft.sensitivity,
            secured: draft.secured,
            system,
            search: draft.search,
            index: draft.index,
            custom: None,
        })
    }
}

fn column_named(columns: &[Column], set: &str, name: &str) -> Result<ColumnId, Broken> {
    columns.iter().find(|c| c.name == name).map(|c| c.id).ok_or_else(|| Broken(format!("`{set}` has no column `{name}`")))
}

/// The columns every table has, before its own; true marks those that no writer names.
fn system_columns(table: &TableBuilder) -> Vec<(Draft, bool)> {
    let mut made = TableBuilder::new(&table.set, "", "", "", table.area, "")
        .column("id", "Id", Kind::Id)
        .integer("version", "Version", 1, i64::MAX)
        .date_time("created_on", "Created on")
        .index()
        .lookup("created_by", "Created by", &["users"])
        .date_time("modified_on", "Modified on")
        .index()
        .lookup("modified_by", "Modified by", &["users"]);
    if matches!(table.ownership, Owned::Principal) {
        made = made.column("owner", "Owner", Kind::Owner).index().lookup("owning_unit", "Owning unit", &["business_units"]);
    }
    let mut columns: Vec<(Draft, bool)> = made.columns.into_iter().map(|c| (c, true)).collect();
    if matches!(table.ownership, Owned::Principal | Owned::Organisation) {
        let mut states =
            TableBuilder::new("", "", "", "", table.area, "").column("state", "State", Kind::Choice(table.states.clone())).index();
        if !table.statuses.is_empty() {
            states = states.column("status", "Status reason", Kind::Choice(table.statuses.clone()));
        }
        let money = table.columns.iter().any(|c| c.kind == Kind::Money);
        if money {
            states = states.lookup("currency", "Currency", &["currencies"]);
        }
        columns.extend(states.columns.into_iter().map(|c| (c, false)));
        if money {
            let rate = TableBuilder::new("", "", "", "", table.area, "").decimal("exchange_rate", "Exchange rate", 10);
            columns.extend(rate.columns.into_iter().map(|c| (c, true)));
        }
    }
    columns
}

fn relations_of(table: &Table, draft: &Draft) -> Result<Vec<(TableId, ColumnId, TableId, Behaviour)>, Broken> {
    let Some(column) = table.find(&draft.name) else {
        return Ok(Vec::new());
    };
    for (set, _) in &draft.relations {
        if !draft.targets.contains(set) {
            return Err(Broken(format!("`{}.{}` follows `{set}` but does not look up to it", table.set, draft.name)));
        }
    }
    let owner_column = match &table.ownership {
        Ownership::Parent(c) => *c == column.id,
        Ownership::Ends(ends) => ends.contains(&column.id),
        _ => false,
    };
    let mut found = Vec::new();
    for (target, set) in column.kind.targets().iter().zip(&draft.targets) {
        if let Target::Table(parent) = target {
            let said = draft.relations.iter().find(|(s, _)| s == set).map(|(_, b)| *b);
            // A row without rights of its own cannot outlive the row it takes them from.
            let delete = if owner_column { OnDelete::Cascade } else { OnDelete::RemoveLink };
            let behaviour = said.unwrap_or(Behaviour { assign: Cascade::None, share: Cascade::None, reparent: Cascade::None, delete });
            found.push((table.id, column.id, *parent, behaviour));
        }
    }
    Ok(found)
}

fn named(catalogue: &Catalogue, wanted: Vec<(TableId, ColumnId, TableId, Behaviour)>) -> Vec<Relation> {
    let mut relations = Vec::new();
    for (child, column, parent, behaviour) in &wanted {
        let alone = wanted.iter().filter(|(c, _, p, _)| c == child && p == parent).count() == 1;
        let Some(table) = catalogue.table(*child) else {
            continue;
        };
        let column_name = table.column(*column).map_or("", |c| c.name.as_str());
        relations.push(Relation {
            name: if alone { table.set.clone() } else { format!("{}_{column_name}", table.set) },
            parent: *parent,
            child: *child,
            column: *column,
            assign: behaviour.assign,
            share: behaviour.share,
            reparent: behaviour.reparent,
            delete: behaviour.delete,
        });
    }
    relations
}

impl Sensitivity {
    /// All of them, the least first.
    pub const ALL: [Sensitivity; 4] = [Sensitivity::General, Sensitivity::Personal, Sensitivity::Confidential, Sensitivity::Restricted];

    /// The class that is called so.
    pub fn from_name(name: &str) -> Option<Sensitivity> {
        Sensitivity::ALL.into_iter().find(|class| class.name() == name)
    }

    /// The word for it in files and the API.
    pub fn name(self) -> &'static str {
        match self {
            Sensitivity::General => "general",
            Sensitivity::Personal => "personal",
            Sensitivity::Confidential => "confidential",
            Sensitivity::Restricted => "restricted",
        }
    }
}
