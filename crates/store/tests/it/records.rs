//! Customer records, read and written under permits, on both databases.
//!
//! The one idea: what a list, a filter or a search answers is said a second time by a few lines over rows in memory, and
//! both must agree on random data; what must hold at the edges is a sentence by itself. [`Things`] is the company and its
//! tables, one column of each kind.
//! Not here: what a right reaches (`two_readers.rs`), which verbs there are (`crates/crm/tests/it/main.rs`).
//! Start reading at [`Things`].

mod changing;
mod elsewhere;
mod filtering;
mod handing;
mod paging;
mod plans;
mod removing;
mod searching;
mod sharing;

use crate::accounts::{Company, company};
use crate::both::{No, SECOND, TestStore, on_both_with};
use catalogue::{Area, Catalogue, ColumnId, RowId, Table, TableBuilder, Target, Value};
use security::{
    AccessLevel, Actor, Held, Levels, PrincipalId, Privilege, Role, RoleId, Standing, Through, UnitId, UnitTree, UserState, permit,
};
use std::sync::{Arc, OnceLock};
use store::records::{self, Cells, Filter, Order, OrderBy, Page, Query, Record, Written};
use store::{Fault, Tx};

/// Things, owned by people; parts, below a thing; shelves, of the organisation.
pub fn catalogue() -> Arc<Catalogue> {
    static MADE: OnceLock<Arc<Catalogue>> = OnceLock::new();
    let thing = || {
        TableBuilder::new("things", "thing", "Thing", "Things", Area::Work, "")
            .text("name", "Name", 200)
            .search()
            .index()
            .text("nick", "Nickname", 200)
            .search()
            .memo("note", "Note", 2000)
            .search()
            .text("secret", "Secret", 200)
            .secured()
            .integer("size", "Size", i64::MIN, i64::MAX)
            .index()
            .money("price", "Price")
            .yes_no("is_blue", "Blue")
            .choice("kind", "Kind", &[(1, "Round"), (2, "Flat"), (11, "Long")])
            .multi_choice("tags", "Tags", &[(1, "One"), (2, "Two"), (11, "Eleven")])
            .date("day", "Day")
            .date_time("at", "At")
            .file("picture")
            .lookup("friend", "Friend", &["things"])
            .lookup("place", "Place", &["things", "shelves"])
            .lookup("keeper", "Keeper", &["users"])
            .lookup("minder", "Minder", &["users", "teams"])
            .secured()
    };
    MADE.get_or_init(|| {
        let part = TableBuilder::new("parts", "part", "Part", "Parts", Area::Nowhere, "").parent_owned("thing");
        let part = part.text("name", "Name", 200).search().lookup("thing", "Thing", &["things"]).required();
        let shelf = TableBuilder::new("shelves", "shelf", "Shelf", "Shelves", Area::Settings, "").organisation_owned();
        let currency = TableBuilder::new("currencies", "currency", "Currency", "Currencies", Area::Settings, "").organisation_owned();
        let named = |table: TableBuilder| table.text("name", "Name", 200).search().index();
        Arc::new(Catalogue::build(vec![thing(), part, named(shelf), named(currency)]).unwrap())
    })
    .clone()
}

/// A column without a word of its own in the builder.
trait File {
    fn file(self, name: &str) -> Self;
}

impl File for TableBuilder {
    fn file(self, name: &str) -> TableBuilder {
        self.column(name, name, catalogue::Kind::File)
    }
}

pub fn table(set: &str) -> Table {
    catalogue().find(set).unwrap().clone()
}

pub fn column(set: &str, name: &str) -> ColumnId {
    table(set).find(name).unwrap_or_else(|| panic!("`{set}` has no column `{name}`")).id
}

/// Cells by the names of their columns. What a lookup to several tables points to is said by [`pointing`].
pub fn cells(set: &str, said: &[(&str, Value)]) -> Cells {
    said.iter().map(|(name, value)| (column(set, name), value.clone(), None)).collect()
}

/// The cells of a new row, which begins in its first state where it has one.
pub fn begun(set: &str, mut cells: Cells) -> Cells {
    cells.extend(table(set).find("state").map(|c| (c.id, Value::Int(0), None)));
    cells
}

/// The cell of a lookup to several tables.
pub fn pointing(name: &str, at: RowId, set: &str) -> (ColumnId, Value, Option<Target>) {
    (column("things", name), at.into(), catalogue().target(set))
}

/// An actor of the test, holding one level on everything.
pub fn holding(user: PrincipalId, unit: UnitId, level: AccessLevel) -> Actor {
    let role = Role {
        id: RoleId(RowId(uuid::Uuid::from_u128(99))),
        name: "Clerk".into(),
        team_only: false,
        privileges: [("shelves".to_owned(), Levels::all(AccessLevel::Organisation))].into(),
        others: Levels::all(level),
        tasks: Default::default(),
    };
    Actor::assemble(Standing {
        user,
        name: "Clerk".into(),
        state: UserState::Active,
        unit,
        teams: Vec::new(),
        roles: vec![Held { role: Arc::new(role), through: Through::User, until: None }],
        profiles: Vec::new(),
        units: Arc::new(UnitTree::new([(unit, None)])),
        read_only: Default::default(),
        catalogue: catalogue(),
    })
}

/// A company with things.
pub struct Things<'s> {
    pub store: &'s TestStore,
    pub at: Company,
}

/// Runs the body over a company without things, once on each database.
pub fn with_things(body: impl Fn(&Things<'_>)) {
    on_both_with(&catalogue(), |store| body(&Things { store, at: company(store) }));
}

impl Things<'_> {
    /// Ann, to whom everything is open but secured columns.
    pub fn all(&self) -> Actor {
        holding(self.at.ann, self.at.sales, AccessLevel::Organisation)
    }

    /// Ann, with what she owns.
    pub fn ann(&self) -> Actor {
        holding(self.at.ann, self.at.sales, AccessLevel::User)
    }

    /// Bob, with what he owns.
    pub fn bob(&self) -> Actor {
        holding(self.at.bob, self.at.north, AccessLevel::User)
    }

    /// Runs a verb.
    pub fn act<T: Send + 'static>(&self, act: impl Fn(&mut Tx<'_>) -> Result<T, No> + Send + 'static) -> Result<T, No> {
        self.store.act("thing.act", act)
    }

    /// Makes a thing of Ann's, a second later than the one before.
    pub fn put(&self, said: &[(&str, Value)]) -> RowId {
        self.put_for(self.at.ann, self.at.sales, cells("things", said))
    }

    pub fn named(&self, name: &str) -> RowId {
        self.put(&[("name", name.into())])
    }

    pub fn put_for(&self, owner: PrincipalId, unit: UnitId, cells: Cells) -> RowId {
        self.put_all(owner, unit, vec![cells]).pop().unwrap()
    }

    pub fn put_all(&self, owner: PrincipalId, unit: UnitId, many: Vec<Cells>) -> Vec<RowId> {
        self.store.clock.go_on(SECOND);
        let actor = self.all();
        let many: Vec<Cells> = many.into_iter().map(|cells| begun("things", cells)).collect();
        let made = self.act(move |tx| {
            let create = permit(&actor, Privilege::Create, &table("things")).unwrap();
            many.iter().map(|cells| done(tx, |tx, id| records::insert(tx, &create, id, cells, Some((owner, unit))))).collect()
        });
        made.unwrap()
    }

    /// Makes a row of a table that nobody owns.
    pub fn put_in(&self, set: &'static str, said: &[(&str, Value)]) -> RowId {
        let (actor, cells) = (self.all(), begun(set, cells(set, said)));
        let made = self.act(move |tx| {
            let create = permit(&actor, Privilege::Create, &table(set)).unwrap();
            done(tx, |tx, id| records::insert(tx, &create, id, &cells, None))
        });
        made.unwrap()
    }

    /// Changes a record; a refusal takes back what was done.
    pub fn change(&self, actor: Actor, set: &'static str, id: RowId, version: Option<i64>, cells: Cells) -> Result<i64, No> {
        self.act(move |tx| {
            let write = permit(&actor, Privilege::Write, &table(set)).unwrap();
            kept(records::update(tx, &write, id, version, &cells)?)
        })
    }

    /// Changes a thing as somebody to whom all is open.
    pub fn set(&self, id: RowId, said: &[(&str, Value)]) {
        self.change(self.all(), "things", id, None, cells("things", said)).unwrap();
    }

    /// Reads under a permit of this actor on this table.
    pub fn read<T>(&self, actor: &Actor, set: &str, look: impl FnOnce(&mut Tx<'_>, &security::Permit<'_>) -> Result<T, Fault>) -> T {
        let read = permit(actor, Privilege::Read, &table(set)).unwrap();
        self.store.read(|tx| look(tx, &read)).unwrap()
    }

    pub fn get(&self, actor: &Actor, set: &str, id: RowId) -> Option<Record> {
        self.read(actor, set, |tx, read| records::get(tx, read, id))
    }

    pub fn find(&self, actor: &Actor, query: &Query<'_>) -> Page {
        self.read(actor, "things", |tx, read| records::find(tx, read, query))
    }

    /// The names of all things that match, by name.
    pub fn matching(&self, filter: Filter<'_>) -> Vec<String> {
        let query = Query { filter, ..everything(vec![by("name")]) };
        names(&self.find(&self.all(), &query))
    }
}

/// Makes a new row; what is not done is a refusal.
pub fn done(tx: &mut Tx<'_>, act: impl FnOnce(&mut Tx<'_>, RowId) -> Result<Written, Fault>) -> Result<RowId, No> {
    let id = tx.new_id();
    let written = act(tx, id)?;
    kept(written).map(|_| id)
}

pub fn kept(written: Written) -> Result<i64, No> {
    match written {
        Written::Done(version) => Ok(version),
        Written::Outside => Err(No::Refused("outside")),
        Written::Stale => Err(No::Refused("stale")),
    }
}

pub fn refused<T: std::fmt::Debug>(answer: &Result<T, No>) -> &'static str {
    match answer {
        Err(No::Refused(how)) => how,
        other => panic!("not refused but {other:?}"),
    }
}

/// By a column of things, `-size` for the largest first.
pub fn by(step: &str) -> Order<'static> {
    let (name, descending) = step.strip_prefix('-').map_or((step, false), |name| (name, true));
    Order { by: OrderBy::Column(column("things", name)), descending }
}

pub fn everything(order: Vec<Order<'_>>) -> Query<'_> {
    Query { filter: Filter::All(Vec::new()), order, columns: None, limit: 500, after: None }
}

pub fn name_of(record: &Record) -> String {
    let name = record.get(column("things", "name")).unwrap();
    name.text().unwrap_or("-").to_owned()
}

pub fn names(page: &Page) -> Vec<String> {
    page.records.iter().map(name_of).collect()
}

/// `Value` of a text, without the rule that empty text is nothing.
pub fn text(t: &str) -> Value {
    Value::Text(t.to_owned())
}
