//! The one way in: who is let through, what is kept, what the trail says.

use crate::world::{World, denied, on_both};
use crm::{Asker, Channel, Denial, Error, Problem, Verb, people, sign_in};
use store::accounts;

fn knock(world: &World, who: &Asker) -> Result<String, Error> {
    world.desk().look(who, |_, actor| Ok(actor.name().to_owned()))
}

#[test]
fn a_secret_that_opens_pages_does_not_open_the_api() {
    on_both(|world| {
        assert!(knock(world, &world.user("north_rep")).is_ok());
        assert!(knock(world, &world.api("north_rep")).is_ok());
        let swapped = [
            Asker::with_token("page session of north_rep", Channel::Api),
            Asker::with_token("api session of north_rep", Channel::Page),
            Asker::with_token("no secret at all", Channel::Api),
        ];
        for asker in swapped {
            assert_eq!(denied(knock(world, &asker)), Denial::SignIn);
        }
    });
}

#[test]
fn a_refused_change_leaves_an_entry_and_nothing_else() {
    on_both(|world| {
        let before = world.trail().len();
        let refused = world.act("north_rep", |tx, _| {
            accounts::set_meta(tx, "left behind", "yes")?;
            Err::<(), _>(Problem::invalid("not-today", "not today"))
        });
        assert!(matches!(refused, Err(Error::Problem(_))));
        assert_eq!(world.trail()[before..], [("test.act".to_owned(), "not-today".to_owned())]);
        assert_eq!(world.desk().glance(|tx| Ok(accounts::meta(tx, "left behind")?)).unwrap(), None);
    });
}

#[test]
fn what_is_read_and_what_is_refused_to_be_read_goes_to_the_reading_journal() {
    on_both(|world| {
        let kept = || world.desk().journal().flush(world.desk().store()).unwrap();
        let account = world.record("north_rep", "accounts", &[("name", "Blue Kiln".into())]);
        kept();
        world.look("north_rep", |tx, actor| crm::views::open(tx, actor, "accounts", account)).unwrap();
        assert_eq!(kept(), 1, "an account was opened");
        let nowhere = catalogue::RowId(uuid::Uuid::from_u128(7));
        let refused = world.look("north_rep", |tx, actor| crm::views::open(tx, actor, "accounts", nowhere));
        assert_eq!(denied(refused), Denial::NotThere);
        assert_eq!(kept(), 1, "a look was refused");
    });
}

#[test]
fn a_verb_that_stops_half_way_takes_nobody_with_it() {
    on_both(|world| {
        let stopped = world.act("north_rep", |_, _| -> crm::Done<()> { panic!("half-way") });
        assert!(matches!(stopped, Err(Error::Fault(_))));
        assert!(world.act("north_rep", |_, _| Ok(())).is_ok());
    });
}

#[test]
fn a_change_of_rights_counts_from_the_next_transaction_on() {
    on_both(|world| {
        let looks = |world: &World| world.look("service_rep", |_, actor| Ok(actor.roles().len()));
        assert_eq!(looks(world).unwrap(), 1);
        let (role, to) = (world.role("Salesperson"), world.id("service_rep"));
        let ask = people::GiveAsk { role, to, reason: None, until: None };
        world.act("admin", move |tx, actor| people::give_role(tx, actor, &ask)).unwrap();
        assert_eq!(looks(world).unwrap(), 2);
        world.act("admin", move |tx, actor| people::take_role(tx, actor, role, to)).unwrap();
        assert_eq!(looks(world).unwrap(), 1);
    });
}

#[test]
fn a_role_ends_by_itself() {
    on_both(|world| {
        let (role, to) = (world.role("Salesperson"), world.id("service_rep"));
        let until = world.desk().store().now() + crate::world::HOUR;
        let ask = people::GiveAsk { role, to, reason: None, until: Some(until) };
        world.act("admin", move |tx, actor| people::give_role(tx, actor, &ask)).unwrap();
        let roles = |world: &World| world.look("service_rep", |_, actor| Ok(actor.roles().len())).unwrap();
        assert_eq!(roles(world), 2);
        world.clock.go_on(crate::world::HOUR);
        assert_eq!(roles(world), 1);
    });
}

#[test]
fn a_job_of_a_frozen_person_stops() {
    on_both(|world| {
        let user = world.id("north_rep");
        let epoch = world.desk().glance(|tx| Ok(accounts::user(tx, user)?)).unwrap().unwrap().epoch;
        let job = Asker::Job { user, epoch };
        assert!(knock(world, &job).is_ok());
        people::freeze(world.desk(), &world.user("admin"), user, None).unwrap();
        assert_eq!(denied(knock(world, &job)), Denial::SignIn);
        people::unfreeze(world.desk(), &world.user("admin"), user, None).unwrap();
        assert_eq!(denied(knock(world, &job)), Denial::SignIn, "unfreeze revives no job");
    });
}

#[test]
fn a_token_covers_what_its_scopes_say() {
    on_both(|world| {
        let expires_at = world.desk().store().now() + crate::world::DAY;
        let ask = sign_in::TokenAsk { name: "reader".into(), scopes: vec![crm::Scope::Read], expires_at };
        let made = sign_in::create_token(world.desk(), &world.api("north_rep"), &ask).unwrap();
        let token = Asker::with_token(&made.token, Channel::Api);
        assert!(knock(world, &token).is_ok());
        let refused = world.desk().perform(&token, Verb::write("account.create"), |_, _| Ok(()));
        assert!(matches!(denied(refused), Denial::Guard(_)));
    });
}

#[test]
fn a_look_that_a_token_does_not_cover_goes_to_the_reading_journal() {
    let world = World::sqlite();
    let expires_at = world.desk().store().now() + crate::world::DAY;
    let ask = sign_in::TokenAsk { name: "writer".into(), scopes: vec![crm::Scope::Write], expires_at };
    let made = sign_in::create_token(world.desk(), &world.api("north_rep"), &ask).unwrap();
    assert!(matches!(denied(knock(&world, &Asker::with_token(&made.token, Channel::Api))), Denial::Guard(_)));
    assert_eq!(world.desk().journal().flush(world.desk().store()).unwrap(), 1);
}
