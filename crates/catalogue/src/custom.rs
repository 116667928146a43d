//! Custom columns: what an organisation adds to the shipped tables while it works.
//!
//! A [`Definition`] says in words what a column is; [`Catalogue::with_columns`] makes columns of them, behind the shipped
//! ones and in the order in which they were added, so that a [`ColumnId`] never comes to mean another column. A new
//! column is secured. A retired one stays in its place with its values and is open to nobody.
//! Not here: which names may be taken ([`crate::naming`]), how they are kept (`store`), who may add them (`crm`).
//! Start reading at [`Catalogue::with_columns`]. Proved by `crates/catalogue/tests/it/custom.rs`.

use crate::{
    Broken, Cascade, Catalogue, ChoiceOption, Column, ColumnId, Custom, FormSection, Kind, OnDelete, Ownership, Relation, Sensitivity,
    Table, TableId, Target,
};

/// Whole numbers that every program which reads JSON keeps whole.
const WHOLE: i64 = 9_007_199_254_740_991;
/// The part of the form where custom columns stand.
pub const MORE: &str = "More";

/// What somebody said a column should be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Definition {
    /// The table.
    pub set: String,
    /// `x_` and snake_case.
    pub name: String,
    /// What people read.
    pub label: String,
    /// One sentence of help, may be empty.
    pub help: String,
    /// Which kind.
    pub kind: CustomKind,
    /// How much it hurts when it leaks.
    pub sensitivity: Sensitivity,
    /// It stands in the shipped views.
    pub is_listed: bool,
    /// Search finds its words, as long as it is not secured.
    pub is_searched: bool,
    /// Put away.
    pub is_retired: bool,
}

/// The kinds that can be added.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CustomKind {
    /// One line of so many characters.
    Text(u32),
    /// Several lines.
    Memo(u32),
    /// An e-mail address.
    Email,
    /// A phone number.
    Phone,
    /// An address on the web.
    Url,
    /// A whole number.
    Integer,
    /// A number with so many digits behind the point.
    Decimal(u32),
    /// An amount.
    Money,
    /// Yes or no.
    YesNo,
    /// One of these.
    Choice(Vec<ChoiceOption>),
    /// Any of these.
    MultiChoice(Vec<ChoiceOption>),
    /// A day.
    Date,
    /// A moment.
    DateTime,
    /// Something of these sets: tables, `users`, `teams`, `business_units`.
    Lookup(Vec<String>),
}

impl CustomKind {
    /// The words of all kinds, as they stand in bodies, commands and files, with what people call them.
    pub const ALL: [(&'static str, &'static str); 14] = [
        ("text", "Text"),
        ("memo", "Long text"),
        ("email", "E-mail address"),
        ("phone", "Phone number"),
        ("url", "Web address"),
        ("integer", "Whole number"),
        ("decimal", "Decimal number"),
        ("money", "Amount of money"),
        ("yes_no", "Yes or no"),
        ("choice", "Choice"),
        ("multi_choice", "Several choices"),
        ("date", "Day"),
        ("date_time", "Moment"),
        ("lookup", "Lookup"),
    ];

    /// The word for it.
    pub fn name(&self) -> &'static str {
        match self {
            CustomKind::Text(_) => "text",
            CustomKind::Memo(_) => "memo",
            CustomKind::Email => "email",
            CustomKind::Phone => "phone",
            CustomKind::Url => "url",
            CustomKind::Integer => "integer",
            CustomKind::Decimal(_) => "decimal",
            CustomKind::Money => "money",
            CustomKind::YesNo => "yes_no",
            CustomKind::Choice(_) => "choice",
            CustomKind::MultiChoice(_) => "multi_choice",
            CustomKind::Date => "date",
            CustomKind::DateTime => "date_time",
            CustomKind::Lookup(_) => "lookup",
        }
    }

    /// What people call it.
    pub fn label(&self) -> &'static str {
        let name = self.name();
        CustomKind::ALL.iter().find(|(known, _)| *known == name).map_or("", |(_, label)| label)
    }

    /// True where search could find words.
    pub fn has_words(&self) -> bool {
        matches!(self, CustomKind::Text(_) | CustomKind::Memo(_) | CustomKind::Email | CustomKind::Phone | CustomKind::Url)
    }

    /// The options of a choice, else nothing.
    pub fn options(&self) -> &[ChoiceOption] {
        match self {
            CustomKind::Choice(options) | CustomKind::MultiChoice(options) => options,
            _ => &[],
        }
    }

    fn in_catalogue(&self, catalogue: &Catalogue) -> Result<Kind, Broken> {
        Ok(match self {
            CustomKind::Text(longest) => Kind::Text(*longest),
            CustomKind::Memo(longest) => Kind::Memo(*longest),
            CustomKind::Email => Kind::Email(320),
            CustomKind::Phone => Kind::Phone(50),
            CustomKind::Url => Kind::Url(2000),
            CustomKind::Integer => Kind::Integer { min: -WHOLE, max: WHOLE },
            CustomKind::Decimal(digits) => {
                let digits = (*digits).min(10);
                let bound = 10i64.pow(17.min(11 + digits));
                Kind::Decimal { digits, min: -bound, max: bound }
            }
            CustomKind::Money => Kind::Money,
            CustomKind::YesNo => Kind::YesNo,
            CustomKind::Choice(options) => Kind::Choice(options.clone()),
            CustomKind::MultiChoice(options) => Kind::MultiChoice(options.clone()),
            CustomKind::Date => Kind::Date,
            CustomKind::DateTime => Kind::DateTime,
            CustomKind::Lookup(sets) => {
                let target = |set: &String| catalogue.target(set).ok_or_else(|| Broken(format!("a lookup to `{set}`, which is no table")));
                Kind::Lookup(sets.iter().map(target).collect::<Result<Vec<Target>, Broken>>()?)
            }
        })
    }
}

impl Catalogue {
    /// This catalogue with what an organisation added to it, in the order in which it was added.
    pub fn with_columns(&self, added: &[Definition]) -> Result<Catalogue, Broken> {
        let mut whole = self.clone();
        for definition in added {
            let kind = definition.kind.in_catalogue(self)?;
            let at = self.find(&definition.set).map(|t| usize::from(t.id.0));
            let table = at.and_then(|at| whole.tables.get_mut(at));
            let table = table.ok_or_else(|| Broken(format!("a column of `{}`, which is no table", definition.set)))?;
            let found = add(table, definition, kind, self.target("currencies"))?;
            whole.relations.extend(found);
        }
        Ok(whole)
    }
}

/// Puts one column behind the others, with what it needs beside it. Answers the relations that it makes.
fn add(table: &mut Table, definition: &Definition, kind: Kind, currencies: Option<Target>) -> Result<Vec<Relation>, Broken> {
    if table.columns.iter().any(|c| c.name == definition.name) {
        return Err(Broken(format!("column `{}` of `{}` is there twice", definition.name, definition.set)));
    }
    let custom = Custom { is_listed: definition.is_listed, is_searched: definition.is_searched, is_retired: definition.is_retired };
    let column = |name: &str, label: &str, kind: Kind| Column {
        id: ColumnId(0),
        name: name.to_owned(),
        label: label.to_owned(),
        help: definition.help.clone(),
        index: matches!(kind, Kind::Lookup(_)),
        kind,
        required: false,
        sensitivity: definition.sensitivity,
        secured: true,
        system: false,
        search: false,
        custom: Some(custom),
    };
    if kind == Kind::Money {
        let (base, label) = (format!("{}_base", definition.name), format!("{} (base)", definition.label));
        counted(table, currencies)?;
        push(table, column(&definition.name, &definition.label, kind))?;
        push(table, column(&base, &label, Kind::MoneyBase))?;
    } else {
        push(table, column(&definition.name, &definition.label, kind))?;
    }
    let Some(column) = table.columns.iter().find(|c| c.name == definition.name).cloned() else { return Ok(Vec::new()) };
    if !definition.is_retired {
        show(table, column.id, definition.is_listed);
    }
    Ok(relations(table, &column))
}

/// Gives the column its place behind all others.
fn push(table: &mut Table, mut column: Column) -> Result<(), Broken> {
    column.id = ColumnId(u16::try_from(table.columns.len()).map_err(|_| Broken("too many columns".into()))?);
    table.columns.push(column);
    Ok(())
}

/// The first amount of a table brings its currency and rate along, as they are shipped where amounts are.
fn counted(table: &mut Table, currencies: Option<Target>) -> Result<(), Broken> {
    if !matches!(table.ownership, Ownership::Principal | Ownership::Organisation) {
        return Ok(());
    }
    let plain = |name: &str, label: &str, kind: Kind, system: bool| Column {
        id: ColumnId(0),
        name: name.into(),
        label: label.into(),
        help: String::new(),
        index: matches!(kind, Kind::Lookup(_)),
        kind,
        required: false,
        sensitivity: Sensitivity::General,
        secured: false,
        system,
        search: false,
        custom: None,
    };
    if table.find("currency").is_none() {
        let currencies = currencies.ok_or_else(|| Broken("an amount, and no table of currencies".into()))?;
        push(table, plain("currency", "Currency", Kind::Lookup(vec![currencies]), false))?;
        let currency = table.find("currency").map(|c| c.id);
        if let Some(currency) = currency {
            show(table, currency, false);
        }
    }
    if table.find("exchange_rate").is_none() {
        let bound = 10i64.pow(17);
        push(table, plain("exchange_rate", "Exchange rate", Kind::Decimal { digits: 10, min: -bound, max: bound }, true))?;
    }
    Ok(())
}

/// Puts a column at the end of the form, and of the shipped views where that is wished.
fn show(table: &mut Table, column: ColumnId, is_listed: bool) {
    match table.form.last_mut().filter(|section| section.label == MORE) {
        Some(more) => more.columns.push(column),
        None => table.form.push(FormSection { label: MORE.into(), columns: vec![column] }),
    }
    for view in table.views.iter_mut().filter(|_| is_listed) {
        view.columns.push(column);
    }
}

/// A custom lookup carries nothing along; a parent that is deleted empties it. The relation has a name of its own, so
/// that what is shipped and saved keeps the name it has.
fn relations(table: &Table, column: &Column) -> Vec<Relation> {
    let parents = column.kind.targets().iter().filter_map(|target| match target {
        Target::Table(id) => Some(*id),
        Target::Users | Target::Teams | Target::Units => None,
    });
    let relation = |parent: TableId| Relation {
        name: format!("{}_{}", table.set, column.name),
        parent,
        child: table.id,
        column: column.id,
        assign: Cascade::None,
        share: Cascade::None,
        reparent: Cascade::None,
        delete: OnDelete::RemoveLink,
    };
    parents.map(relation).collect()
}
