//! What will be tried, below the doors: by people who have some rights and want more, who were shut out, or who look for
//! traces of what they may not see. Each sentence is one attack and the answer it gets.
//!
//! Not here: the same through the doors (`crates/web/tests/it/attacks.rs`). Start reading at [`rights`].

mod ended;
mod rights;
mod traces;

use crate::world::World;
use catalogue::{RowId, Value};
use crm::people;
use crm::{ColumnGrant, PrincipalId, Task};
use security::Levels;
use std::collections::BTreeMap;

/// A role of these tasks and levels, given to nobody yet.
fn role_with(world: &World, name: &'static str, tasks: &'static [Task], levels: &[(&str, Levels)]) {
    let privileges: BTreeMap<String, Levels> = levels.iter().map(|(set, levels)| ((*set).to_owned(), *levels)).collect();
    world.operate(move |tx| {
        let draft = people::RoleDraft {
            id: None,
            name: name.into(),
            team_only: false,
            privileges: privileges.clone(),
            others: Levels::default(),
            tasks: tasks.iter().copied().collect(),
        };
        Ok(store::rights::save_role(tx, &draft)?)
    });
}

/// A profile that opens one column to one person.
fn opens(world: &World, set: &str, column: &str, to: PrincipalId) -> RowId {
    let grant = ColumnGrant { set: set.into(), column: column.into(), read: true, create: true, update: true };
    let name = format!("{set} {column} for {to}");
    world.operate(move |tx| {
        let draft = people::ProfileDraft { id: None, name: name.clone(), grants: vec![grant.clone()] };
        let id = store::rights::save_profile(tx, &draft)?;
        store::rights::give_profile(tx, id, to, None, None)?;
        Ok(id)
    })
}

/// How many lines wait to be written into the reading journal; afterwards none do.
fn read_lines(world: &World) -> usize {
    world.desk().journal().flush(world.desk().store()).unwrap()
}

fn text(written: &str) -> Value {
    Value::Text(written.to_owned())
}

/// How many rows of a set this person sees in its list.
fn rows(world: &World, who: &str, set: &str) -> crm::Done<usize> {
    let ask = crm::views::ListAsk { set: set.into(), view: "*".into(), limit: 500, ..Default::default() };
    world.look(who, |tx, actor| crm::views::list(tx, actor, &ask)).map(|listed| listed.rows.len())
}
