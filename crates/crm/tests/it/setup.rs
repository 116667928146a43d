//! The first hour: one link, one organisation, one administrator.
//!
//! Not here: what the administrator then may (`crates/security/tests/it/main.rs`).

use crate::sign_in::knock;
use crate::world::{PASSWORD, World, email, problem};
use crm::setup::{self, SetupForm};
use crm::{Asker, Channel, Error, Privilege};

fn form() -> SetupForm {
    SetupForm {
        organisation: "Blue Kiln".into(),
        base_currency: "chf".into(),
        name: "Ada".into(),
        email: email("ada"),
        password: PASSWORD.into(),
    }
}

#[test]
fn the_link_sets_up_the_organisation_once() {
    let world = World::bare();
    assert!(!world.desk().glance(|tx| Ok::<_, Error>(setup::is_set_up(tx)?)).unwrap());
    let old = setup::make_link(world.desk()).unwrap();
    let link = setup::make_link(world.desk()).unwrap();
    assert_eq!(problem(setup::install_by_link(world.desk(), &old, &form())).code, "link-void");
    assert_eq!(problem(setup::install_by_link(world.desk(), "", &form())).code, "link-void");
    let weak = SetupForm { password: "bluekilnbluekiln".into(), ..form() };
    assert_eq!(problem(setup::install_by_link(world.desk(), &link, &weak)).errors[0].column, "password");
    setup::install_by_link(world.desk(), &link, &form()).unwrap();
    assert_eq!(problem(setup::install_by_link(world.desk(), &link, &form())).code, "link-void");
    assert_eq!(problem(setup::make_link(world.desk())).code, "set-up-already");
    let opened = knock(&world, "ada", PASSWORD).unwrap();
    let asker = Asker::with_token(&opened.token, Channel::Page);
    let roles = world.desk().look(&asker, |_, actor| Ok(actor.roles().len())).unwrap();
    assert_eq!(roles, 2);
}

#[test]
fn the_base_currency_is_a_record_like_any_other() {
    let world = World::sqlite();
    let found = world.look("admin", |tx, actor| {
        let catalogue = actor.catalogue().clone();
        let table = catalogue.find("currencies").unwrap();
        let permit = security::permit(actor, Privilege::Read, table)?;
        let query = store::records::Query {
            filter: store::records::Filter::All(Vec::new()),
            order: Vec::new(),
            columns: None,
            limit: 10,
            after: None,
        };
        let page = store::records::find(tx, &permit, &query)?;
        let record = &page.records[0];
        let named = |name: &str| record.named(table, name).cloned().unwrap();
        Ok((page.records.len(), named("iso_code"), named("rate"), named("is_base")))
    });
    assert_eq!(found.unwrap(), (1, "EUR".into(), 10_000_000_000.into(), true.into()));
}
