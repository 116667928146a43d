//! Team templates on the page of units and teams, and the teams of a record on the page that shares it.
//!
//! Each template is a part of the share page with its own picker, because somebody is put into one team of several; the
//! fields of a picker carry the template's id, so that a page that comes back knows which one was meant.
//! Not here: plain shares ([`super::acts`]). Start reading at [`parts`]. Proved by `tests/it/record_teams.rs`.

use super::acts;
use super::address::Address;
use super::fields::{self, Entered};
use super::frame::Shell;
use super::person::refused;
use super::show::{capital, right};
use super::units;
use crate::App;
use crate::answer::{Answer, No, Outcome};
use crate::call::Call;
use crate::pages::roles::TemplateRow;
use crate::pages::sharing::TeamPart;
use crate::pages::{Choice, Principal};
use catalogue::{Ownership, RowId, Table, Value};
use crm::people;
use crm::records::{self, TeamOfRecord};
use crm::views;
use crm::{Actor, Denial, Done, PrincipalId, Privilege, Rights, Tx, Verb};

/// What the page of units and teams shows of templates, for whoever manages teams.
#[derive(Default)]
pub(super) struct Templates {
    pub(super) rows: Vec<TemplateRow>,
    pub(super) tables: Vec<Choice>,
    pub(super) rights: Vec<Choice>,
    pub(super) name: String,
}

/// The templates there are, and the form that makes another one as it was sent.
pub(super) fn templates(tx: &mut Tx<'_>, actor: &Actor, call: &Call, shell: &Shell) -> Done<Templates> {
    let is_sent = is_about_templates(call);
    let label = |set: &str| shell.catalogue.find(set).map_or_else(|| set.to_owned(), |table| table.plural.clone());
    let rows = people::team_templates(tx, actor)?.into_iter().map(|template| TemplateRow {
        id: template.id.to_string(),
        table: label(&template.set),
        rights: listed(template.rights),
        name: template.name,
    });
    let owned = shell.catalogue.tables().iter().filter(|table| table.ownership == Ownership::Principal);
    let chosen = |table: &&Table| if is_sent { call.field("set") == table.set } else { table.set == "accounts" };
    let mut tables: Vec<Choice> = owned.map(|t| Choice { selected: chosen(&t), ..Choice::new(&t.set, &t.plural) }).collect();
    tables.sort_by(|a, b| a.label.cmp(&b.label));
    let marked = call.fields("rights");
    let choice = |p: Privilege| {
        let selected = if is_sent { marked.contains(&p.name()) } else { p == Privilege::Read };
        Choice { selected, ..Choice::new(p.name(), &capital(right(p))) }
    };
    Ok(Templates {
        rows: rows.collect(),
        tables,
        rights: people::template_rights().list().map(choice).collect(),
        name: if is_sent { call.field("name").to_owned() } else { String::new() },
    })
}

/// Whether this call sent the form of a template.
pub(super) fn is_about_templates(call: &Call) -> bool {
    call.here.starts_with("/team_templates")
}

fn listed(rights: Rights) -> String {
    rights.list().map(right).collect::<Vec<_>>().join(", ")
}

/// `POST /team_templates`
pub(super) fn make(app: &App, call: &Call) -> Outcome {
    let rights: Rights = call.fields("rights").into_iter().filter_map(Privilege::parse).collect();
    let (set, name) = (call.field("set").to_owned(), call.field("name").to_owned());
    let act = move |tx: &mut Tx<'_>, actor: &Actor| people::make_team_template(tx, actor, &set, &name, rights);
    let done = app.desk.perform(&call.asker()?, Verb::admin("team_template.create"), act);
    units::made(app, call, done.map_err(No::from), |_| "/units".into())
}

/// `POST /team_templates/{id}/end`
pub(super) fn end(app: &App, call: &Call) -> Outcome {
    let id = call.id();
    app.desk.perform(&call.asker()?, Verb::admin("team_template.end"), move |tx, actor| people::end_team_template(tx, actor, id))?;
    Ok(Answer::see("/units?done=template_ended"))
}

/// The teams of a record, each with its members and the picker of who comes in; `said` is what is wrong with whom was
/// entered.
pub(super) fn parts(tx: &mut Tx<'_>, actor: &Actor, call: &Call, table: &Table, id: RowId, said: &str) -> Done<Vec<TeamPart>> {
    let mut all = Vec::new();
    for of in records::teams_of_record(tx, actor, table.id, id)? {
        let is_meant = call.field("template") == of.template.id.to_string();
        let entered = if is_meant { entered(tx, actor, call)? } else { Entered::default() };
        all.push(part(actor, &of, &entered, if is_meant { said } else { "" }));
    }
    Ok(all)
}

fn part(actor: &Actor, of: &TeamOfRecord, entered: &Entered, said: &str) -> TeamPart {
    let member = |id: PrincipalId, name: &str| Principal {
        id: id.to_string(),
        name: name.to_owned(),
        kind: "user".into(),
        href: format!("/people/{id}"),
    };
    let wrong = if said.is_empty() { entered.error.as_deref().map_or_else(String::new, capital) } else { said.to_owned() };
    TeamPart {
        template: of.template.id.to_string(),
        name: of.template.name.clone(),
        rights: listed(of.template.rights),
        is_ended: of.template.is_ended,
        members: of.members.iter().map(|(id, known)| member(*id, &known.name)).collect(),
        can_put_in: of.may_put_in,
        can_take_out: of.may_take_out,
        field: format!("member_{}", of.template.id),
        user: fields::picker(actor.catalogue(), &["users"], entered),
        error: wrong,
    }
}

/// Who was entered in the picker of the template that the form names.
fn entered(tx: &mut Tx<'_>, actor: &Actor, call: &Call) -> Done<Entered> {
    fields::principal(tx, actor, call, &format!("member_{}", call.field("template")), &["users"])
}

/// `POST /{set}/{id}/teams`
pub(super) fn put_in(app: &App, call: &Call) -> Outcome {
    let (who, table, id) = (call.asker()?, acts::table_of(app, call)?, call.id());
    let template = RowId::parse(call.field("template")).ok_or(Denial::NotThere)?;
    let found = app.desk.look(&who, |tx, actor| entered(tx, actor, call))?;
    let again = |said: &str, status: u16| -> Outcome {
        let page = app.desk.look(&who, |tx, actor| acts::drawn_share(tx, actor, call, &Entered::default(), "", said))?;
        Ok(Answer::draw(&page)?.status(status))
    };
    let Some((Value::Id(user), _)) = found.value.clone().filter(|_| call.field("find").is_empty()) else {
        let is_empty = found.error.is_none() && !found.was_sought;
        return again(if is_empty { "Say who comes into the team" } else { "" }, 422);
    };
    let of = table.id;
    let done = app.desk.perform(&who, Verb::write(format!("{}.put_into_team", table.name)), move |tx, actor| {
        records::put_into_team(tx, actor, of, id, template, PrincipalId(user))
    });
    match done.map_err(No::from) {
        Ok(()) => Ok(Answer::see(shared(&table, id, "joined"))),
        Err(no) => {
            let (status, said) = refused(no)?;
            again(&said, status)
        }
    }
}

/// `POST /{set}/{id}/teams/remove`
pub(super) fn take_out(app: &App, call: &Call) -> Outcome {
    let (table, id) = (acts::table_of(app, call)?, call.id());
    let named = |field: &str| RowId::parse(call.field(field)).ok_or(Denial::NotThere);
    let (template, user, of) = (named("template")?, named("user")?, table.clone());
    let is_seen = app.desk.perform(&call.asker()?, Verb::write(format!("{}.take_out_of_team", table.name)), move |tx, actor| {
        records::take_out_of_team(tx, actor, of.id, id, template, PrincipalId(user))?;
        // Whoever takes themselves out may have no other way to it.
        Ok(views::reveal(tx, actor, &of.set, id).is_ok_and(|_| user != actor.user().0))
    })?;
    Ok(Answer::see(if is_seen { shared(&table, id, "left") } else { format!("/{}?done=left", table.set) }))
}

fn shared(table: &Table, id: RowId, done: &str) -> String {
    Address::new(format!("/{}/{id}/share", table.set)).with("done", done).to_string()
}
