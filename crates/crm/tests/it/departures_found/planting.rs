//! An organisation with references to somebody planted in it, a different one for each seed.
//!
//! Each kind of place is planted or not, as chance has it, with things beside it that are over or are about somebody else;
//! what was planted is written down by the key of the item it must be found as. Most is put where it lies, past the verbs,
//! so that it is found however it came there.
//! Not here: finding it ([`super`]). Start reading at [`Organisation::of`].

mod definitions;
mod under_way;

use crate::world::{DAY, World};
use catalogue::{CustomKind, Definition, Kind, RowId, Sensitivity, Table, Target, Value};
use crm::people::open_states;
use security::{Permit, PrincipalId, Privilege, Reason, Rights, UnitId, UserState};
use serde_json::{Value as Json, json};
use std::collections::BTreeMap;
use store::accounts::{self, NewSession};
use store::queue::{self, NewJob};
use store::records::{self, NewShare, Written};
use store::{Tx, columns, mail, notices, rights};

/// Who leaves.
pub const LEAVER: &str = "north_rep";
/// People who stay, and somebody who is not active.
const OTHERS: [&str; 3] = ["south_rep", "service_rep", "auditor"];

/// Chance that tells the same story for the same seed: splitmix64.
pub struct Dice(u64);

impl Dice {
    pub fn new(seed: u64) -> Dice {
        Dice(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) ^ 0x0005_DEEC_E66D)
    }

    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    /// A whole number below `end`.
    pub fn below(&mut self, end: usize) -> usize {
        usize::try_from(self.next() % u64::try_from(end.max(1)).unwrap()).unwrap()
    }

    /// Two times out of three.
    pub fn likely(&mut self) -> bool {
        self.below(3) > 0
    }

    pub fn one<'t, T>(&mut self, of: &'t [T]) -> &'t T {
        &of[self.below(of.len())]
    }
}

/// What was planted.
pub struct Organisation {
    pub dice: Dice,
    /// How many of what must be found, by the key of the item.
    pub planted: BTreeMap<String, i64>,
    leaver: PrincipalId,
    other: PrincipalId,
    count: usize,
}

impl Organisation {
    /// Plants what chance has for this seed.
    pub fn of(world: &mut World, seed: u64) -> Organisation {
        let names: [(&'static str, &str); 3] = [("heir", "north"), ("service_account", "root"), ("leaving_too", "south")];
        for (name, unit) in names {
            world.join(name, unit, &["Salesperson"]);
        }
        world.join("second", "root", &["System Administrator"]);
        let mut dice = Dice::new(seed);
        let other = world.id(OTHERS[dice.below(OTHERS.len())]);
        let (leaver, planted) = (world.id(LEAVER), BTreeMap::new());
        let mut all = Organisation { dice, planted, leaver, other, count: 0 };
        all.people(world);
        all.custom_lookups(world);
        all.records(world);
        all.lookups(world);
        all.workflows(world);
        all.approvals(world);
        all.teams(world);
        all.plans(world);
        all.imports(world);
        all.work(world);
        all.account(world);
        all.history(world);
        all
    }

    fn plant(&mut self, key: impl Into<String>, count: i64) {
        *self.planted.entry(key.into()).or_default() += count;
    }

    /// A name that nothing else here has.
    fn name(&mut self, of: &str) -> String {
        self.count += 1;
        format!("{of} {}", self.count)
    }

    fn people(&mut self, world: &World) {
        let (leaver, other, manager) = (self.leaver, self.other, world.id("manager"));
        if self.dice.likely() {
            world.operate(move |tx| Ok(accounts::set_manager(tx, leaver, Some(manager))?));
        }
        if self.dice.likely() {
            let heir = world.id("heir");
            world.operate(move |tx| {
                accounts::set_manager(tx, other, Some(leaver))?;
                // A line that has ended is history.
                accounts::set_manager(tx, heir, Some(leaver))?;
                Ok(accounts::set_manager(tx, heir, Some(other))?)
            });
            self.plant("reports", 1);
        }
        if self.dice.likely() {
            let service = world.id("service_account");
            world.operate(move |tx| Ok(accounts::set_service(tx, service, Some(leaver))?));
            self.plant("services", 1);
        }
    }

    /// Lookups of every kind that an organisation can add, one of them put away again.
    fn custom_lookups(&mut self, world: &World) {
        let all = [
            ("accounts", "x_guide", vec!["users"]),
            ("contacts", "x_knows", vec!["users", "contacts"]),
            ("opportunities", "x_helper", vec!["users", "teams"]),
            ("products", "x_expert", vec!["teams", "users", "accounts"]),
            ("leads", "x_was", vec!["users"]),
        ];
        for (set, name, targets) in all {
            let targets = targets.into_iter().map(str::to_owned).collect();
            let added = Definition {
                set: set.into(),
                name: name.into(),
                label: format!("Lookup {name}"),
                help: String::new(),
                kind: CustomKind::Lookup(targets),
                sensitivity: Sensitivity::General,
                is_listed: false,
                is_searched: false,
                is_retired: false,
            };
            world.operate(move |tx| Ok(columns::add(tx, &added)?));
        }
    }

    fn records(&mut self, world: &World) {
        let catalogue = world.desk().glance(|tx| Ok::<_, crm::Error>(rights::catalogue(tx)?)).unwrap();
        for table in catalogue.tables().iter().filter(|table| table.is_owned()) {
            if !self.dice.likely() {
                continue;
            }
            let open = open_states(table);
            for _ in 0..=self.dice.below(3) {
                let states: Vec<i64> = table.find("state").unwrap().kind.options().iter().map(|option| option.value).collect();
                let state = *self.dice.one(&states);
                let owner = if self.dice.likely() { self.leaver } else { self.other };
                let name = self.name(&table.name);
                record(world, table, Some(owner), state, vec![(primary(table), name.as_str().into(), None)]);
                if owner == self.leaver {
                    let apart = table.is_activity || table.set == "cases";
                    let kind = if apart && open.contains(&state) { "open" } else { "owned" };
                    self.plant(format!("{kind}:{}", table.set), 1);
                }
            }
        }
    }

    /// Every lookup to people that there is, shipped and added, each with other people and other things beside.
    fn lookups(&mut self, world: &World) {
        let catalogue = world.desk().glance(|tx| Ok::<_, crm::Error>(rights::catalogue(tx)?)).unwrap();
        for table in catalogue.tables() {
            for column in table.columns.iter().filter(|column| !column.system && column.kind.targets().contains(&Target::Users)) {
                for whom in [self.leaver, self.other, self.leaver] {
                    if !self.dice.likely() {
                        continue;
                    }
                    let owner = table.is_owned().then_some(self.other);
                    record(world, table, owner, 0, vec![(column.name.clone(), Value::Id(whom.0), Some(Target::Users))]);
                    if whom == self.leaver {
                        self.plant(format!("named:{}.{}", table.set, column.name), 1);
                    }
                }
            }
        }
        // What an organisation puts away keeps its values, and they come back with it.
        world.operate(|tx| {
            for old in columns::columns(tx)?.into_iter().filter(|kept| kept.definition.name == "x_was") {
                let gone = Definition { is_retired: true, ..old.definition.clone() };
                columns::change(tx, &old, &gone)?;
            }
            Ok(())
        });
    }

    /// Teams with the leaver alone, with somebody active beside, with somebody frozen beside, and with nothing to hold.
    fn teams(&mut self, world: &World) {
        let (leaver, other, heir, unit) = (self.leaver, self.other, world.id("heir"), world.unit("north"));
        let frozen = world.id("leaving_too");
        world.operate(move |tx| Ok(accounts::set_state(tx, frozen, UserState::Frozen)?));
        let role = world.role("Salesperson");
        for beside in [None, Some(other), Some(frozen)] {
            let (holds, name) = (self.dice.below(4), self.name("team"));
            let id = world.operate(move |tx| {
                let team = accounts::create_team(tx, &name, unit, holds != 3)?;
                accounts::add_member(tx, team, leaver)?;
                if let Some(beside) = beside {
                    accounts::add_member(tx, team, beside)?;
                }
                // Whoever was in it once is history.
                accounts::add_member(tx, team, heir)?;
                accounts::remove_member(tx, team, heir)?;
                if holds == 1 {
                    rights::give_role(tx, role, team, None, None)?;
                }
                Ok(team)
            });
            let accounts = world.table("accounts");
            if holds == 2 {
                record(world, &accounts, Some(id), 0, vec![("name".into(), "of a team".into(), None)]);
            }
            if holds == 3 {
                let row = record(world, &accounts, Some(other), 0, vec![("name".into(), "shared".into(), None)]);
                share(world, row, id);
            }
            if holds > 0 && beside != Some(other) {
                self.plant(format!("team:{id}"), 1);
            }
        }
    }

    /// Ways in, rights, shares and work of the leaver.
    fn account(&mut self, world: &World) {
        let (leaver, other, role) = (self.leaver, self.other, world.role("Basic User"));
        let row = record(world, &world.table("accounts"), Some(other), 0, vec![("name".into(), "shared with".into(), None)]);
        share(world, row, leaver);
        world.operate(move |tx| {
            let new = NewSession {
                user: leaver,
                kind: "token",
                token_hash: &[7; 32],
                idle: DAY,
                ends_on: tx.now() + DAY,
                name: None,
                scopes: None,
            };
            accounts::open_session(tx, &new)?;
            rights::give_role(tx, role, leaver, None, None)?;
            job(tx, leaver, "rows.assign", &json!({ "owner": leaver.to_string() }))?;
            let letter = mail::NewLetter { to: leaver, kind: "test", subject: "a", body: "b", path: None, secret: None, ends_on: None };
            mail::enqueue(tx, &letter, "acme.example")?;
            Ok(())
        });
        for key in ["credentials", "rights", "shares", "work"] {
            self.plant(key, 0);
        }
    }

    /// What was: nothing of it may be found as an item.
    fn history(&mut self, world: &World) {
        let (leaver, other) = (self.leaver, self.other);
        let accounts = world.table("accounts");
        let gone = record(world, &accounts, Some(leaver), 0, vec![("name".into(), "deleted".into(), None)]);
        let set = accounts.set.clone();
        world.operate(move |tx| {
            let permit = Permit::for_upkeep(Reason::Test, Privilege::Delete, &accounts);
            let group = tx.new_id();
            assert!(matches!(records::remove(tx, &permit, group, gone, true)?, Written::Done(_)));
            let said = json!({ "whom": leaver.to_string() });
            let (about, link) = (Some(("users", leaver.0)), format!("/people/{leaver}"));
            notices::tell(tx, &notices::NewNotice { to: other, kind: "test", said: &said, about, link: Some(&link) })?;
            rights::make_read_only(tx, leaver, &set)?;
            Ok(())
        });
    }
}

fn job(tx: &mut Tx<'_>, asker: PrincipalId, kind: &str, arguments: &Json) -> Result<RowId, store::Fault> {
    let epoch = accounts::user(tx, asker)?.unwrap().epoch;
    queue::enqueue(tx, &NewJob { kind: kind.into(), asker, session: None, epoch, arguments: arguments.clone() })
}

fn primary(table: &Table) -> String {
    table.column(table.primary).unwrap().name.clone()
}

/// Puts a record where it lies.
fn record(world: &World, table: &Table, owner: Option<PrincipalId>, state: i64, cells: Vec<(String, Value, Option<Target>)>) -> RowId {
    let (set, unit): (String, UnitId) = (table.set.clone(), world.unit("north"));
    world.operate(move |tx| {
        let catalogue = rights::catalogue(tx)?;
        tx.sees(&catalogue);
        let table = catalogue.find(&set).unwrap();
        let permit = Permit::for_upkeep(Reason::Test, Privilege::Create, table);
        let mut all: records::Cells = Vec::new();
        for (name, value, target) in cells.iter().cloned().chain([("state".to_owned(), Value::Int(state), None)]) {
            // An automatic number names some; a state not all have.
            let fits = |column: &&catalogue::Column| !matches!(column.kind, Kind::AutoNumber { .. });
            if let Some(column) = table.find(&name).filter(fits) {
                all.push((column.id, value, target));
            }
        }
        let id = tx.new_id();
        match records::insert(tx, &permit, id, &all, owner.map(|owner| (owner, unit)))? {
            Written::Done(_) => Ok(id),
            other => panic!("{set}: {other:?}"),
        }
    })
}

fn share(world: &World, row: RowId, with: PrincipalId) {
    let table = world.table("accounts");
    world.operate(move |tx| {
        let permit = Permit::for_upkeep(Reason::Test, Privilege::Share, &table);
        let (_, written) = records::give_share(
            tx,
            &permit,
            &NewShare { row, with, rights: Rights::from_iter([Privilege::Read]), until: None, inherited: None },
        )?;
        assert!(matches!(written, Written::Done(_)));
        Ok(())
    });
}
