//! Team templates: made once for a table, so that each of its records may have a team of its own.
//!
//! A template says what the team of a record may do with it, and is never changed, because teams stand on it: it is ended
//! and another one made. Export is never in it; whoever shares says that for one record, and knows why.
//! Not here: who is in the team of a record ([`crate::records::put_into_team`]). Proved by `crates/crm/tests/it/record_teams.rs`.

use crate::{Done, Error, Problem};
use catalogue::{Ownership, RowId};
use security::{Actor, Denial, Privilege, Rights, Task, entrust};
use store::Tx;
use store::accounts::{self, TeamTemplate};

/// What a template may carry: everything that a share may, but export.
pub fn template_rights() -> Rights {
    Rights::shareable().list().filter(|privilege| *privilege != Privilege::Export).collect()
}

/// The templates that are not ended, by table and name.
pub fn team_templates(tx: &mut Tx<'_>, actor: &Actor) -> Done<Vec<TeamTemplate>> {
    entrust(actor, Task::ManageTeams)?;
    Ok(accounts::team_templates(tx)?)
}

/// Makes a template for the records of a table.
pub fn make_team_template(tx: &mut Tx<'_>, actor: &Actor, set: &str, name: &str, rights: Rights) -> Done<RowId> {
    entrust(actor, Task::ManageTeams)?;
    let Some(table) = actor.catalogue().find(set) else {
        return Err(Problem::column("set", "there is no such table"));
    };
    if table.ownership != Ownership::Principal {
        let words = format!("{} are owned by nobody of their own and are not shared one by one", table.plural.to_lowercase());
        return Err(Problem::column("set", words));
    }
    if rights.0 == 0 || !rights.within(template_rights()) {
        return Err(Problem::column("rights", "name one or more of read, write, delete, append, append_to, assign, share"));
    }
    let id = accounts::make_team_template(tx, &table.set, name, rights)?;
    tx.about("team_templates", id);
    Ok(id)
}

/// Ends a template: nobody comes into its teams any more, whoever is in stays until taken out.
pub fn end_team_template(tx: &mut Tx<'_>, actor: &Actor, id: RowId) -> Done<()> {
    entrust(actor, Task::ManageTeams)?;
    tx.about("team_templates", id);
    if accounts::end_team_template(tx, id)? { Ok(()) } else { Err(Error::Denied(Denial::NotThere)) }
}
