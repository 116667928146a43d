//! A world of plain numbers, written down as the rows that the store reads.
//!
//! The one idea: what is given, ended, run out or inherited is written as it is told, past every verb, because no verb
//! would write a share that ended yesterday. An id says what it is of and which: [`row`], [`user`], [`team`], [`unit`].
//! Not here: what any of it means. Start reading at [`install`]. Proved by `crates/store/tests/it/two_readers.rs`.

use crate::both::TestStore;
use crate::oracle::live;
use crate::worlds::{self, Level, Principal, Privilege, Recipient, Span, State, TeamKind, World};
use catalogue::{Area, Catalogue, CustomKind, Definition, RowId, Sensitivity, TableBuilder};
use security::{PrincipalId, UnitId};
use std::sync::Arc;
use uuid::Uuid;

/// The five tables of every world, as the catalogue has them; `deal` is the set `deals`.
pub fn catalogue() -> Arc<Catalogue> {
    let drafts = worlds::tables().into_iter().map(|table| {
        let draft = TableBuilder::new(&set(&table.name), &table.name, &table.name, &table.name, Area::Work, "");
        let draft = match &table.ownership {
            worlds::Ownership::Principal => draft,
            worlds::Ownership::Organisation => draft.organisation_owned(),
            worlds::Ownership::Parent { of } => {
                let of: Vec<String> = of.iter().map(|parent| set(&worlds::tables()[*parent].name)).collect();
                draft.lookup("parent", "parent", &of.iter().map(String::as_str).collect::<Vec<_>>()).parent_owned("parent")
            }
            worlds::Ownership::Ends { left, right } => {
                let ends = [left, right].map(|end| set(&worlds::tables()[*end].name));
                let draft = draft.lookup("left_end", "left", &[&ends[0]]).lookup("right_end", "right", &[&ends[1]]);
                draft.joins(&["left_end", "right_end"])
            }
        };
        table.columns.iter().filter(|column| !is_added(&column.name)).fold(draft, |draft, column| {
            let draft = draft.text(&column.name, &column.name, 100);
            if column.secured { draft.secured() } else { draft }
        })
    });
    let shipped = Catalogue::build(drafts.collect()).unwrap();
    let tables = worlds::tables();
    let added = tables.iter().flat_map(|table| table.columns.iter().map(move |column| (set(&table.name), column)));
    let added: Vec<_> = added.filter(|(_, column)| is_added(&column.name)).collect();
    let definitions: Vec<Definition> = added.iter().map(|(set, column)| defined(set, &column.name)).collect();
    let whole = shipped.with_columns(&definitions).unwrap();
    // What was added is secured until it is opened.
    let opened = added.iter().filter(|(_, column)| !column.secured);
    Arc::new(opened.fold(whole, |whole, (set, column)| whole.with_secured(set, &column.name, false)))
}

/// One open and one secured column of each table are not shipped but added by the organisation.
fn is_added(name: &str) -> bool {
    matches!(name, "remark" | "code")
}

fn defined(set: &str, name: &str) -> Definition {
    Definition {
        set: set.into(),
        name: name.into(),
        label: name.into(),
        help: String::new(),
        kind: CustomKind::Text(100),
        sensitivity: Sensitivity::General,
        is_listed: true,
        is_searched: false,
        is_retired: false,
    }
}

/// The set of the table of that name.
pub fn set(name: &str) -> String {
    format!("{name}s")
}

fn id(kind: u128, n: usize) -> RowId {
    RowId(Uuid::from_u128((kind << 64) | n as u128))
}

pub fn unit(n: usize) -> UnitId {
    UnitId(id(1, n))
}

pub fn user(n: usize) -> PrincipalId {
    PrincipalId(id(2, n))
}

pub fn team(n: usize) -> PrincipalId {
    PrincipalId(id(3, n))
}

pub fn row(n: usize) -> RowId {
    id(4, n)
}

fn role(n: usize) -> RowId {
    id(5, n)
}

fn profile(n: usize) -> RowId {
    id(6, n)
}

fn share(n: usize) -> RowId {
    id(7, n)
}

pub fn principal(told: Principal) -> PrincipalId {
    match told {
        Principal::User(n) => user(n),
        Principal::Team(n) => team(n),
    }
}

pub fn privilege(told: Privilege) -> security::Privilege {
    security::Privilege::ALL[told as usize]
}

/// Puts the world in place of the one before.
pub fn install(store: &TestStore, w: &World) {
    let mut script = Script { text: String::from("BEGIN;"), postgres: !store.is_sqlite(), lines: 0 };
    if store.is_sqlite() {
        script.text = String::from("PRAGMA synchronous = OFF; BEGIN;");
    }
    for table in KEPT.iter().map(|t| (*t).to_owned()).chain(w.tables.iter().map(|t| set(&t.name))) {
        script.text.push_str(&format!("DELETE FROM {table};"));
    }
    principals(&mut script, w);
    roles(&mut script, w);
    shares(&mut script, w);
    namesakes(&mut script, w);
    profiles(&mut script, w);
    read_only(&mut script, w);
    rows(&mut script, w);
    script.text.push_str("COMMIT;");
    store.tamper(&script.text);
}

const KEPT: [&str; 12] = [
    "sys_units",
    "sys_unit_parents",
    "sys_principals",
    "sys_members",
    "sys_roles",
    "sys_role_levels",
    "sys_role_grants",
    "sys_shares",
    "sys_profiles",
    "sys_profile_columns",
    "sys_profile_grants",
    "sys_read_only",
];

struct Script {
    text: String,
    postgres: bool,
    lines: usize,
}

impl Script {
    fn id(&self, id: RowId) -> String {
        if self.postgres { format!("'{id}'") } else { format!("X'{}'", id.0.simple()) }
    }

    /// An id that nothing else has.
    fn line(&mut self) -> String {
        self.lines += 1;
        self.id(id(9, self.lines))
    }

    fn insert(&mut self, table: &str, columns: &str, values: &str) {
        self.text.push_str(&format!("INSERT INTO {table} ({columns}) VALUES ({values});"));
    }
}

fn maybe<T: ToString>(told: Option<T>) -> String {
    told.map_or("NULL".to_owned(), |told| told.to_string())
}

fn spanned(span: Span) -> String {
    format!("{}, {}, {}", span.since, maybe(span.until), maybe(span.ended))
}

fn principals(script: &mut Script, w: &World) {
    for (n, told) in w.units.iter().enumerate() {
        let (own, parent, line) = (script.id(unit(n).0), told.parent.map(|p| script.id(unit(p).0)), script.line());
        script.insert("sys_units", "id, name, name_key, created_on", &format!("{own}, 'unit {n}', 'unit {n}', 0"));
        script.insert("sys_unit_parents", "id, unit, parent, since", &format!("{line}, {own}, {}, 0", maybe(parent)));
    }
    let columns = "id, kind, name, name_key, unit, state, number, epoch, team_kind, is_default, created_on, share_number";
    for (n, told) in w.users.iter().enumerate() {
        let (own, unit) = (script.id(user(n).0), script.id(unit(told.unit).0));
        let state = match told.state {
            State::Invited => "invited",
            State::Active => "active",
            State::Frozen => "frozen",
        };
        script.insert("sys_principals", columns, &format!("{own}, 'user', 'user {n}', 'user {n}', {unit}, '{state}', 1, 1, NULL, 0, 0, 0"));
    }
    for (n, told) in w.teams.iter().enumerate() {
        let (own, unit) = (script.id(team(n).0), script.id(unit(told.unit).0));
        let kind = if told.kind == TeamKind::Owner { "owner" } else { "access" };
        let is_default = i32::from(told.is_default);
        script.insert(
            "sys_principals",
            columns,
            &format!("{own}, 'team', 'team {n}', 'team {n}', {unit}, 'active', 1, 1, '{kind}', {is_default}, 0, 0"),
        );
        for member in &told.members {
            let (line, who) = (script.line(), script.id(user(member.user).0));
            script.insert(
                "sys_members",
                "id, team, user_id, since, until, ended",
                &format!("{line}, {own}, {who}, {}", spanned(member.span)),
            );
        }
    }
}

fn roles(script: &mut Script, w: &World) {
    for (n, told) in w.roles.iter().enumerate() {
        let own = script.id(role(n));
        let name = &told.name;
        script.insert(
            "sys_roles",
            "id, name, name_key, team_only, created_on",
            &format!("{own}, '{name}', '{name}', {}, 0", i32::from(told.team_only)),
        );
        for (table, levels) in w.tables.iter().zip(&told.levels) {
            let (line, set, levels) = (script.line(), set(&table.name), spelled(levels));
            script.insert("sys_role_levels", "id, role, set_name, levels, since", &format!("{line}, {own}, '{set}', '{levels}', 0"));
        }
    }
    for given in &w.role_assignments {
        let (line, what, to) = (script.line(), script.id(role(given.role)), script.id(principal(given.to).0));
        script.insert(
            "sys_role_grants",
            "id, role, principal, since, until, ended",
            &format!("{line}, {what}, {to}, {}", spanned(given.span)),
        );
    }
}

fn spelled(levels: &[Level; 9]) -> String {
    let all = Privilege::ALL.into_iter().map(|asked| {
        let level = match levels[asked as usize] {
            Level::None => "none",
            Level::User => "user",
            Level::Unit => "unit",
            Level::UnitAndChildren => "unit_and_children",
            Level::Organisation => "organisation",
        };
        format!("{}={level}", privilege(asked).name())
    });
    all.collect::<Vec<_>>().join(",")
}

fn shares(script: &mut Script, w: &World) {
    for (n, told) in w.shares.iter().enumerate() {
        let with = match told.with {
            Recipient::User(n) => user(n),
            Recipient::Team(n) => team(n),
            Recipient::Organisation => PrincipalId::ORGANISATION,
        };
        let mask: security::Rights = Privilege::ALL.into_iter().filter(|p| told.mask[*p as usize]).map(privilege).collect();
        let table = set(&w.tables[w.rows[told.row].table].name);
        let (own, of, with, from) =
            (script.id(share(n)), script.id(row(told.row)), script.id(with.0), told.inherited_from.map(|s| script.id(share(s))));
        script.insert(
            "sys_shares",
            "id, set_name, row_id, principal, mask, inherited, since, until, ended",
            &format!("{own}, '{table}', {of}, {with}, {}, {}, {}", mask.0, maybe(from), spanned(told.span)),
        );
    }
}

/// Live shares for everybody and everything, of rows of another table that happen to bear the same ids, and products that
/// bear the ids of deals: they count for nothing here.
fn namesakes(script: &mut Script, w: &World) {
    let everybody = script.id(PrincipalId::ORGANISATION.0);
    for (n, told) in w.rows.iter().enumerate().filter(|(n, _)| n % 3 == 0) {
        let (line, of, other) = (script.line(), script.id(row(n)), set(&w.tables[(told.table + 1) % w.tables.len()].name));
        script.insert(
            "sys_shares",
            "id, set_name, row_id, principal, mask, since",
            &format!("{line}, '{other}', {of}, {everybody}, {}, 0", security::Rights::shareable().0),
        );
        if told.table == worlds::DEAL {
            let products = set(&w.tables[worlds::PRODUCT].name);
            script.insert(&products, "id, version, created_on, modified_on, state", &format!("{of}, 1, 0, 0, 0"));
        }
    }
}

fn profiles(script: &mut Script, w: &World) {
    for (n, told) in w.profiles.iter().enumerate() {
        let own = script.id(profile(n));
        script.insert("sys_profiles", "id, name, name_key, created_on", &format!("{own}, 'profile {n}', 'profile {n}', 0"));
        for grant in &told.grants {
            let table = &w.tables[grant.table];
            let (line, set, column) = (script.line(), set(&table.name), &table.columns[grant.column].name);
            let [read, create, update] = [grant.read, grant.create, grant.update].map(i32::from);
            script.insert(
                "sys_profile_columns",
                "id, profile, set_name, column_name, can_read, can_create, can_update, since",
                &format!("{line}, {own}, '{set}', '{column}', {read}, {create}, {update}, 0"),
            );
        }
    }
    for given in &w.profile_assignments {
        let (line, what, to) = (script.line(), script.id(profile(given.profile)), script.id(principal(given.to).0));
        script.insert(
            "sys_profile_grants",
            "id, profile, principal, since, until, ended",
            &format!("{line}, {what}, {to}, {}", spanned(given.span)),
        );
    }
}

fn read_only(script: &mut Script, w: &World) {
    for told in &w.read_only {
        let (line, owner, set) = (script.line(), script.id(principal(told.owner).0), set(&w.tables[told.table].name));
        script.insert(
            "sys_read_only",
            "id, principal, set_name, since, until, ended",
            &format!("{line}, {owner}, '{set}', {}", spanned(told.span)),
        );
    }
}

fn rows(script: &mut Script, w: &World) {
    for (n, told) in w.rows.iter().enumerate() {
        let table = &w.tables[told.table];
        let mut columns = "id, version, created_on, modified_on, name, name__key, amount, amount__key, code, code__key".to_owned();
        let mut values = format!("{}, 1, 0, 0, 'row {n}', 'row {n}', '{n}', '{n}', '{n}', '{n}'", script.id(row(n)));
        if let (Some(owner), Some(unit_told)) = (told.owner, told.unit) {
            columns.push_str(", owner, owning_unit");
            values.push_str(&format!(", {}, {}", script.id(principal(owner).0), script.id(unit(unit_told).0)));
        }
        match (&table.ownership, told.links.as_slice()) {
            (worlds::Ownership::Parent { .. }, [parent]) => {
                columns.push_str(", parent, parent__set");
                let of = set(&w.tables[w.rows[*parent].table].name);
                values.push_str(&format!(", {}, '{of}'", script.id(row(*parent))));
            }
            (worlds::Ownership::Ends { .. }, [left, right]) => {
                columns.push_str(", left_end, right_end");
                values.push_str(&format!(", {}, {}", script.id(row(*left)), script.id(row(*right))));
            }
            _ => {
                columns.push_str(", state");
                values.push_str(", 0");
            }
        }
        script.insert(&set(&table.name), &columns, &values);
    }
}

/// How many shares of the world are live: so that a test may say that it met both kinds.
pub fn live_and_dead_shares(w: &World) -> (usize, usize) {
    let alive = w.shares.iter().filter(|s| live(w, s.span)).count();
    (alive, w.shares.len() - alive)
}
