//! Puts each question to everybody who answers it, and stops where two of them differ.
//!
//! The one idea: one statement answers for all rows of a table, so a hundred thousand questions are a few thousand
//! statements. What is told of a disagreement is what a person needs to see who is wrong: the seed, the oracle's words,
//! the rule and the explanation.
//! Not here: the worlds. Start reading at [`ask`]. Proved by `crates/store/tests/it/two_readers.rs`.

use super::installed::{self, principal, privilege, row, set, unit, user};
use crate::both::TestStore;
use crate::oracle;
use crate::worlds::{Ownership, Principal, Privilege, State, World, create_cases};
use catalogue::{RowId, Table};
use security::{Actor, ColumnUse, Denial, Explanation, Permit, RowFacts, Through, explain, permit};
use std::collections::HashSet;
use store::records::{self, Filter, Query};
use store::{Fault, Tx};

/// What was asked in a run, and how often the answer was what.
#[derive(Debug, Default)]
pub struct Tally {
    pub cases: usize,
    pub granted: usize,
    pub by_share_alone: usize,
    pub hidden: usize,
    pub row_denied: usize,
    pub guarded: usize,
    pub lists: usize,
    pub details: usize,
    pub secured_open: usize,
    pub secured_shut: usize,
    pub creates: usize,
    pub creates_below: usize,
    pub live_shares: usize,
    pub dead_shares: usize,
}

/// Asks each pair of user and privilege about every row of the world, then about new rows.
pub fn ask(store: &TestStore, w: &World, seed: u64, pairs: &[(usize, Privilege)], tally: &mut Tally) {
    let (alive, dead) = installed::live_and_dead_shares(w);
    tally.live_shares += alive;
    tally.dead_shares += dead;
    store
        .read(|tx| -> Result<(), Fault> {
            let actors = (0..w.users.len()).map(|n| actor(tx, n)).collect::<Result<Vec<_>, _>>()?;
            let mut facts = Vec::new();
            for (n, told) in w.rows.iter().enumerate() {
                let table = table(&actors[0], w, told.table).id;
                facts.push(records::facts(tx, table, row(n))?.expect("the row was written"));
            }
            let free = World { read_only: Vec::new(), ..w.clone() };
            let world = Asked { w, free: &free, seed, actors: &actors, facts: &facts };
            for (user, asked) in pairs {
                for table in 0..w.tables.len() {
                    world.table(tx, *user, *asked, table, tally)?;
                }
            }
            world.new_rows(tally);
            Ok(())
        })
        .unwrap();
}

fn actor(tx: &mut Tx<'_>, n: usize) -> Result<Actor, Fault> {
    Ok(Actor::assemble(store::rights::standing(tx, user(n))?.expect("the user was written")))
}

fn table<'a>(actor: &'a Actor, w: &World, n: usize) -> &'a Table {
    actor.catalogue().find(&set(&w.tables[n].name)).unwrap()
}

struct Asked<'a> {
    w: &'a World,
    /// The same world where nothing is read-only.
    free: &'a World,
    seed: u64,
    actors: &'a [Actor],
    facts: &'a [RowFacts],
}

impl Asked<'_> {
    /// One user, one privilege, all rows of one table.
    fn table(&self, tx: &mut Tx<'_>, who: usize, asked: Privilege, of: usize, tally: &mut Tally) -> Result<(), Fault> {
        let (w, actor) = (self.w, &self.actors[who]);
        let table = table(actor, w, of);
        let rows: Vec<usize> = (0..w.rows.len()).filter(|n| w.rows[*n].table == of).collect();
        let ids: Vec<RowId> = rows.iter().map(|n| row(*n)).collect();
        let answer = permit(actor, privilege(asked), table);
        let in_sql = match &answer {
            Ok(permit) => records::within(tx, permit, &ids)?,
            Err(_) => HashSet::new(),
        };
        let is_out = matches!(asked, Privilege::Read | Privilege::Export);
        let in_list = match &answer {
            Ok(permit) if is_out => Some(self.listed(tx, permit, tally)?),
            _ => None,
        };
        for n in rows {
            let model = oracle::may(w, who, asked, n);
            let memory = answer.as_ref().is_ok_and(|permit| permit.rule().holds(&self.facts[n]));
            let words = explain(actor, privilege(asked), table, &self.facts[n]);
            let mut said = vec![("memory", memory), ("SQL", in_sql.contains(&row(n))), ("words", words.grants())];
            said.extend(in_list.as_ref().map(|list| ("list", list.contains(&row(n)))));
            if let (Ok(permit), Privilege::Read) = (&answer, asked) {
                said.push(("detail", self.detail(tx, permit, who, n, tally)?));
            }
            if said.iter().any(|(_, said)| *said != model) {
                let rule = answer.as_ref().map(Permit::rule);
                let why = oracle::why(w, who, asked, n).join("\n");
                panic!("seed {}: the model says {model}, {said:?}\n{why}\n{rule:?}\n{words:?}\n{:?}", self.seed, self.facts[n]);
            }
            self.paths(who, asked, n, &words, tally);
            tally.cases += 1;
            tally.granted += usize::from(model);
        }
        if let Ok(permit) = &answer {
            self.columns(permit, table, who, of, tally);
        }
        Ok(())
    }

    fn listed(&self, tx: &mut Tx<'_>, permit: &Permit<'_>, tally: &mut Tally) -> Result<HashSet<RowId>, Fault> {
        let query = Query { filter: Filter::All(Vec::new()), order: Vec::new(), columns: Some(Vec::new()), limit: 500, after: None };
        let page = records::find(tx, permit, &query)?;
        assert!(page.next.is_none(), "a world has less than a page of rows");
        let counted = records::count(tx, permit, &query.filter, 500)?;
        assert_eq!(counted.value, page.records.len() as i64, "seed {}: the count is not the list", self.seed);
        tally.lists += 1;
        Ok(page.records.iter().map(|record| record.id).collect())
    }

    /// Whether the row opens; what it shows is what the model lets the user read.
    fn detail(&self, tx: &mut Tx<'_>, permit: &Permit<'_>, who: usize, n: usize, tally: &mut Tally) -> Result<bool, Fault> {
        let Some(record) = records::get(tx, permit, row(n))? else { return Ok(false) };
        let told = &self.w.tables[self.w.rows[n].table];
        let table = table(&self.actors[who], self.w, self.w.rows[n].table);
        for (column, shape) in told.columns.iter().enumerate() {
            let readable = oracle::readable_column(self.w, who, self.w.rows[n].table, column);
            assert_eq!(record.named(table, &shape.name).is_some(), readable, "seed {}: `{}` of row {n}", self.seed, shape.name);
        }
        tally.details += 1;
        Ok(true)
    }

    /// Section 6: each column, for reading, for filling and for changing.
    fn columns(&self, permit: &Permit<'_>, table: &Table, who: usize, of: usize, tally: &mut Tally) {
        for (n, told) in self.w.tables[of].columns.iter().enumerate() {
            let column = table.find(&told.name).unwrap().id;
            let said = [ColumnUse::Read, ColumnUse::Create, ColumnUse::Update].map(|purpose| permit.opens(column, purpose));
            let model = [
                oracle::readable_column(self.w, who, of, n),
                oracle::may_set_column(self.w, who, of, n, true),
                oracle::may_set_column(self.w, who, of, n, false),
            ];
            assert_eq!(said, model, "seed {}: user {who}, column `{}` of `{}`", self.seed, told.name, table.set);
            let refused = permit.admit(table, [column], ColumnUse::Read).is_err();
            assert_eq!(refused, !model[0], "seed {}: naming `{}`", self.seed, told.name);
            if told.secured {
                tally.secured_open += usize::from(model[0]);
                tally.secured_shut += usize::from(!model[0]);
            }
        }
    }

    /// Section 9: a grant has a path, a denial names what is missing and never what may not be known.
    fn paths(&self, who: usize, asked: Privilege, n: usize, words: &Explanation, tally: &mut Tally) {
        let place = || format!("seed {}: user {who}, {asked:?}, row {n}: {words:?}", self.seed);
        let stands_on_read = asked == Privilege::Read || !words.read_paths.is_empty();
        let is_active = self.w.users[who].state == State::Active;
        let guarded = words.missing.iter().any(|no| matches!(no, Denial::Guard(_)));
        assert_eq!(words.grants(), is_active && !words.paths.is_empty() && stands_on_read && !guarded, "{}", place());
        assert_eq!(guarded, oracle::may(self.free, who, asked, n) && !oracle::may(self.w, who, asked, n), "{}", place());
        tally.guarded += usize::from(guarded);
        if words.grants() {
            let by_share = |path: &security::Path| matches!(path, security::Path::Share(_));
            tally.by_share_alone += usize::from(words.paths.iter().all(by_share) || words.read_paths.iter().any(by_share));
            for path in &words.paths {
                self.path_is_true(who, path, &place);
            }
        }
        if is_active && !words.grants() {
            let readable = oracle::may(self.w, who, Privilege::Read, n);
            for missing in &words.missing {
                tally.hidden += usize::from(*missing == Denial::NotThere);
                tally.row_denied += usize::from(matches!(missing, Denial::Row { .. }));
                assert!(*missing != Denial::NotThere || !readable, "{}", place());
                assert!(!matches!(missing, Denial::Row { .. }) || readable, "{}", place());
            }
        }
    }

    /// A path by a role names a team of the user's, and the unit of whoever holds it.
    fn path_is_true(&self, who: usize, path: &security::Path, place: &dyn Fn() -> String) {
        match path {
            security::Path::Level { through, unit: tested, .. } => {
                let of = match through {
                    Through::User => self.w.users[who].unit,
                    Through::Team(team) => {
                        let n = (0..self.w.teams.len()).find(|n| installed::team(*n) == *team);
                        let n = n.unwrap_or_else(|| panic!("no such team: {}", place()));
                        assert!(oracle::is_member(self.w, who, n), "{}", place());
                        self.w.teams[n].unit
                    }
                };
                assert_eq!(*tested, unit(of), "{}", place());
            }
            security::Path::Share(share) => assert!(self.actors[who].principals().contains(&share.with), "{}", place()),
            security::Path::Link { path, .. } => self.path_is_true(who, path, place),
        }
    }

    /// Section 2, create: in whose name and unit. That a new owner must be able to receive is asked of the model here,
    /// because that rule lives in `crm`.
    fn new_rows(&self, tally: &mut Tally) {
        let w = self.w;
        for case in create_cases(w, self.seed, 30) {
            let actor = &self.actors[case.user];
            let facts = RowFacts { owner: case.owner.map(principal), unit: case.unit.map(unit), ..RowFacts::default() };
            let level = permit(actor, security::Privilege::Create, table(actor, w, case.table)).is_ok_and(|p| p.rule().holds(&facts));
            let receives = case.owner.is_none_or(|owner: Principal| oracle::may_receive(w, owner, case.table));
            let model = oracle::may_create(w, case.user, case.table, case.owner, case.unit);
            assert_eq!(level && receives, model, "seed {}: {case:?}", self.seed);
            tally.creates += 1;
        }
        for (n, told) in w.rows.iter().enumerate() {
            if !matches!(w.tables[told.table].ownership, Ownership::Parent { .. } | Ownership::Ends { .. }) {
                continue;
            }
            let who = n % w.users.len();
            let below = permit(&self.actors[who], security::Privilege::Create, table(&self.actors[who], w, told.table));
            let said = below.is_ok_and(|p| p.rule().holds(&self.facts[n]));
            assert_eq!(said, oracle::may_create_below(w, who, told.table, &told.links), "seed {}: user {who} beside row {n}", self.seed);
            tally.creates_below += 1;
        }
    }
}
