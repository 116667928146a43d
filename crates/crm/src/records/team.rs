//! The team of a record: who works on this one together, by a team template.
//!
//! Putting somebody in is sharing: it asks `share` on the row, and every right of the template, for as long as the team
//! has it. The first one in makes the team, which the record is shared with then, and its children along; the last one
//! out ends both. Nobody comes by that to a child that whoever puts them in may not share.
//! Not here: the templates ([`crate::people::make_team_template`]). Proved by `crates/crm/tests/it/record_teams.rs`.

use super::reach::{reach, table_of};
use super::share::{ShareAsk, bestow};
use super::unshare::may_end;
use crate::{Done, Error, Problem};
use catalogue::{RowId, Table, TableId};
use security::{Actor, Denial, PrincipalId, Privilege, Rights, permit};
use std::collections::BTreeMap;
use store::accounts::{self, PrincipalName, RecordTeam, TeamTemplate};
use store::records::{self, end_share, live_shares};
use store::{Fault, Tx};

/// What is said where the team holds more than its asker could give. Says nothing of what.
const BEYOND: &str = "this team has come to records that you may not share; ask somebody who may";

/// A template of a record's table, with the record's team by it.
#[derive(Clone, Debug)]
pub struct TeamOfRecord {
    /// The template.
    pub template: TeamTemplate,
    /// The team; none while nobody is in it.
    pub team: Option<PrincipalId>,
    /// Who is in it, by name.
    pub members: Vec<(PrincipalId, PrincipalName)>,
    /// Who asks may put somebody in, as far as the record itself goes.
    pub may_put_in: bool,
    /// Who asks may take somebody out.
    pub may_take_out: bool,
}

/// The templates of the record's table, those that are ended where there is a team still, for whoever reads the record.
pub fn teams_of_record(tx: &mut Tx<'_>, actor: &Actor, table: TableId, id: RowId) -> Done<Vec<TeamOfRecord>> {
    let table = table_of(actor, table)?;
    reach(tx, actor, Privilege::Read, table, id)?;
    let may_take_out = allowed(may_end(tx, actor, table, id))?;
    let teams = accounts::record_teams(tx, &table.set, id)?;
    let mut templates: Vec<TeamTemplate> = accounts::team_templates(tx)?.into_iter().filter(|t| t.set == table.set).collect();
    for team in teams.iter().filter(|team| templates.iter().all(|t| t.id != team.template)).collect::<Vec<_>>() {
        templates.extend(accounts::team_template(tx, team.template)?);
    }
    let mut found = Vec::new();
    for template in templates {
        let team = teams.iter().find(|team| team.template == template.id).map(|team| team.team);
        let ids = match team {
            Some(team) => accounts::members(tx, team)?,
            None => Vec::new(),
        };
        let mut names = accounts::names(tx, &ids)?;
        let members = ids.into_iter().filter_map(|id| names.remove(&id).map(|name| (id, name))).collect();
        let may_put_in = !template.is_ended && allowed(may_give(tx, actor, table, id, template.rights))?;
        found.push(TeamOfRecord { template, team, members, may_put_in, may_take_out });
    }
    Ok(found)
}

/// A denial is a no, anything else stays what it is.
fn allowed<T>(asked: Done<T>) -> Done<bool> {
    match asked {
        Ok(_) => Ok(true),
        Err(Error::Denied(_)) => Ok(false),
        Err(other) => Err(other),
    }
}

/// The permit to share the row, for whoever holds these rights on it too.
fn may_give<'a>(tx: &mut Tx<'_>, actor: &'a Actor, table: &Table, id: RowId, rights: Rights) -> Done<security::Permit<'a>> {
    let share = reach(tx, actor, Privilege::Share, table, id)?;
    for right in rights.list() {
        reach(tx, actor, right, table, id)?;
    }
    Ok(share)
}

/// Puts a person into the team that the record has by this template.
pub fn put_into_team(tx: &mut Tx<'_>, actor: &Actor, table: TableId, id: RowId, template: RowId, user: PrincipalId) -> Done<()> {
    let table = table_of(actor, table)?;
    tx.about(&table.set, id);
    reach(tx, actor, Privilege::Share, table, id)?;
    let template = template_of(tx, table, template)?;
    let share = may_give(tx, actor, table, id, template.rights)?;
    if template.is_ended {
        return Err(Problem::conflict("template-ended", format!("nobody comes into a team by {} any more: it has ended", template.name)));
    }
    fitting(tx, actor, user)?;
    let team = match team_by(tx, table, id, &template)? {
        Some(team) => {
            let ask = ShareAsk { with: team.team, rights: template.rights, until: None };
            super::share::lasting(tx, actor, table, id, &ask).map_err(lasts_not)?;
            nothing_beyond(tx, actor, &team)?;
            team
        }
        None => {
            let team = accounts::make_record_team(tx, &template, id, actor.unit())?;
            let ask = ShareAsk { with: team.team, rights: template.rights, until: None };
            bestow(tx, actor, &share, table, id, &ask).map_err(lasts_not)?;
            team
        }
    };
    accounts::enter_record_team(tx, &team, user)?;
    Ok(())
}

/// Takes a person out of it. With the last one the team ends, and so does what was shared with it.
pub fn take_out_of_team(tx: &mut Tx<'_>, actor: &Actor, table: TableId, id: RowId, template: RowId, user: PrincipalId) -> Done<()> {
    let table = table_of(actor, table)?;
    tx.about(&table.set, id);
    may_end(tx, actor, table, id)?;
    let template = template_of(tx, table, template)?;
    let team = team_by(tx, table, id, &template)?.ok_or(Denial::NotThere)?;
    if !accounts::leave_record_team(tx, &team, user)? {
        return Err(Denial::NotThere.into());
    }
    if accounts::members(tx, team.team)?.is_empty() {
        for share in live_shares(tx, &table.set, id)?.iter().filter(|share| share.with == team.team) {
            end_share(tx, &table.set, share, id)?;
        }
        accounts::end_record_team(tx, &team)?;
    }
    Ok(())
}

/// The share with a team of this record was ended as a whole: so is the team.
pub(super) fn end_team(tx: &mut Tx<'_>, table: &Table, id: RowId, with: PrincipalId) -> Result<(), Fault> {
    for team in accounts::record_teams(tx, &table.set, id)?.iter().filter(|team| team.team == with) {
        accounts::end_record_team(tx, team)?;
    }
    Ok(())
}

fn template_of(tx: &mut Tx<'_>, table: &Table, id: RowId) -> Done<TeamTemplate> {
    let found = accounts::team_template(tx, id)?.filter(|template| template.set == table.set);
    found.ok_or_else(|| Denial::NotThere.into())
}

fn team_by(tx: &mut Tx<'_>, table: &Table, id: RowId, template: &TeamTemplate) -> Result<Option<RecordTeam>, Fault> {
    Ok(accounts::record_teams(tx, &table.set, id)?.into_iter().find(|team| team.template == template.id))
}

/// Whoever comes in is somebody else, and was not stopped.
fn fitting(tx: &mut Tx<'_>, actor: &Actor, user: PrincipalId) -> Done<()> {
    if user == actor.user() {
        return Err(Problem::column("user", "nobody puts themselves into the team of a record"));
    }
    match accounts::user(tx, user)? {
        Some(found) if found.state.is_shut_out() => Err(Problem::column("user", format!("{} is not active", found.name))),
        Some(_) => Ok(()),
        None => Err(Problem::column("user", "there is no such person")),
    }
}

/// A team has no end by itself, so whoever's own right has one does not give it.
fn lasts_not(error: Error) -> Error {
    match error {
        Error::Problem(problem) if problem.errors.iter().any(|e| e.column == "until") => {
            Problem::conflict("right-ends", "your own rights on this record end by themselves, those of a team do not; share it until then")
        }
        other => other,
    }
}

/// Refuses where the team has come to a record by its cascade that the actor may not share, with what it may do there.
fn nothing_beyond(tx: &mut Tx<'_>, actor: &Actor, team: &RecordTeam) -> Done<()> {
    let mut asked: BTreeMap<(String, Privilege), Vec<RowId>> = BTreeMap::new();
    for (set, row, rights) in accounts::shared_along(tx, team)? {
        for right in rights.list().chain([Privilege::Share]) {
            asked.entry((set.clone(), right)).or_default().push(row);
        }
    }
    for ((set, right), rows) in asked {
        let Some(table) = actor.catalogue().find(&set) else { continue };
        let covered = match permit(actor, right, table) {
            Ok(permit) => records::within(tx, &permit, &rows)?,
            Err(_) => Default::default(),
        };
        for row in rows.into_iter().filter(|row| !covered.contains(row)) {
            // What was deleted meanwhile is nobody's.
            if records::exists(tx, table.id, row)? {
                return Err(Problem::conflict("beyond-rights", BEYOND));
            }
        }
    }
    Ok(())
}
